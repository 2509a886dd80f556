//! Searches for what breaks [`ringback_fuzz::resolve`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    ringback_fuzz::resolve(data);
});
