//! Every target in one program, as linking takes longer than fuzzing for a minute: `SIGILO_FUZZ_TARGET` names the one to run.
#![no_main]

use std::sync::LazyLock;

use sigilo::fuzzing::{TARGETS, Target};

static BODY: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let name = std::env::var("SIGILO_FUZZ_TARGET").unwrap_or_default();
    let chosen = |(target, _): &&Target| *target == name;
    let (_, body) = TARGETS
        .iter()
        .find(chosen)
        .expect("a target's name in SIGILO_FUZZ_TARGET");
    *body
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| BODY(data));
