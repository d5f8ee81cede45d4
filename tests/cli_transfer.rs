//! Two vaults of one house, and two houses, as people use them with the command: transcripts in both
//! languages.
//!
//! `TRYCMD=overwrite cargo test --test cli_transfer` writes down what the command says now; read the
//! difference before you keep it, and put `[..]` where something is another each time.

use std::path::Path;

fn transcript(name: &str, lang: &str) {
    let file = format!("tests/cli_transfer/{name}.{lang}.md");
    let tmp = tempfile::tempdir().unwrap();
    let copy = tmp.path().join("transcript.md");
    let inputs = tmp.path().join("transcript.in");
    std::fs::copy(&file, &copy).unwrap();
    std::fs::create_dir_all(inputs.join("usb")).unwrap();
    std::fs::write(inputs.join("usb/.keep"), "").unwrap();
    for entry in std::fs::read_dir("tests/cli_transfer/in").unwrap() {
        let from = entry.unwrap().path();
        std::fs::copy(&from, inputs.join(from.file_name().unwrap())).unwrap();
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
        std::fs::copy(&copy, Path::new(&file)).unwrap();
    }
}

#[test]
fn two_laptops_in_spanish() {
    transcript("transfer", "es");
}

#[test]
fn two_laptops_in_english() {
    transcript("transfer", "en");
}

#[test]
fn two_houses_in_spanish() {
    transcript("referral", "es");
}

#[test]
fn two_houses_in_english() {
    transcript("referral", "en");
}
