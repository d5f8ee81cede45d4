//! A round as people make it with the command: transcripts in both languages.
//!
//! `TRYCMD=overwrite cargo test --test cli_round` writes down what the command says now; read the
//! difference before you keep it, and put `[..]` where something is another each time.

use std::path::Path;

fn transcript(lang: &str) {
    let (file, files) = (
        format!("tests/cli_round/{lang}.md"),
        format!("tests/cli_round/{lang}.in"),
    );
    let tmp = tempfile::tempdir().unwrap();
    let copy = tmp.path().join("transcript.md");
    let inputs = tmp.path().join("transcript.in");
    std::fs::copy(&file, &copy).unwrap();
    for folder in ["usb", "other"] {
        std::fs::create_dir_all(inputs.join(folder)).unwrap();
        std::fs::write(inputs.join(folder).join(".keep"), "").unwrap();
    }
    for name in ["alba.csv", "brisa.csv"] {
        std::fs::copy(Path::new(&files).join(name), inputs.join(name)).unwrap();
    }
    let passphrase = tmp.path().join("passphrase");
    std::fs::write(&passphrase, "agua clara bajo el puente\n").unwrap();
    trycmd::TestCases::new()
        .env("SIGILO_LANG", lang)
        .env("SIGILO_PASSPHRASE_FILE", passphrase.to_str().unwrap())
        .env("NO_COLOR", "1")
        .env("SIGILO_CONFIG", "")
        .case(&copy)
        .run();
    if std::env::var_os("TRYCMD").is_some_and(|v| v == "overwrite") {
        std::fs::copy(&copy, &file).unwrap();
    }
}

#[test]
fn a_round_in_spanish() {
    transcript("es");
}

#[test]
fn a_round_in_english() {
    transcript("en");
}
