//! Searches for what breaks [`ringback_fuzz::script`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    ringback_fuzz::script(data);
});
