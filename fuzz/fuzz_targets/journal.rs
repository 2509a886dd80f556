//! Searches for what breaks [`ringback_fuzz::journal`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    ringback_fuzz::journal(data);
});
