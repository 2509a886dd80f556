//! Searches for what breaks [`ringback_fuzz::snapshot`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    ringback_fuzz::snapshot(data);
});
