//! Searches for what breaks [`ringback_fuzz::conditions`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    ringback_fuzz::conditions(data);
});
