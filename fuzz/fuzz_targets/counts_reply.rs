#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sigilo::fuzzing::counts_reply(data));
