//! The command as people use it: transcripts in both languages, and the tour of the README.
//!
//! `TRYCMD=overwrite cargo test --test cli` writes down what the command says now; read the
//! difference before you keep it, and put `[..]` where something is another each time.

use std::path::Path;

/// What the passphrase file of every transcript holds.
const PASSPHRASE: &str = "agua clara bajo el puente\n";

/// Runs a transcript in a folder of its own, with copies of the files that it uses.
fn transcript(file: &str, files: &str, lang: &str) {
    let tmp = tempfile::tempdir().unwrap();
    let copy = tmp.path().join("transcript.md");
    let inputs = tmp.path().join("transcript.in");
    std::fs::copy(file, &copy).unwrap();
    std::fs::create_dir(&inputs).unwrap();
    for entry in std::fs::read_dir(files).unwrap() {
        let from = entry.unwrap().path();
        std::fs::copy(&from, inputs.join(from.file_name().unwrap())).unwrap();
    }
    let passphrase = tmp.path().join("passphrase");
    std::fs::write(&passphrase, PASSPHRASE).unwrap();
    let cases = trycmd::TestCases::new();
    cases
        .env("SIGILO_LANG", lang)
        .env("SIGILO_PASSPHRASE_FILE", passphrase.to_str().unwrap())
        .env("NO_COLOR", "1")
        .env("SIGILO_CONFIG", "")
        .case(&copy)
        .run();
    if std::env::var_os("TRYCMD").is_some_and(|v| v == "overwrite") {
        std::fs::copy(&copy, Path::new(file)).unwrap();
    }
}

#[test]
fn transcript_in_spanish() {
    transcript("tests/cli/es.md", "tests/cli/es.in", "es");
}

#[test]
fn transcript_in_english() {
    transcript("tests/cli/en.md", "tests/cli/en.in", "en");
}

#[test]
fn tour_of_the_readme() {
    transcript("README.md", "tests/cli/readme.in", "en");
}

#[test]
fn export_in_spanish() {
    transcript("tests/cli_export/es.md", "tests/cli_export/in", "es");
}

#[test]
fn export_in_english() {
    transcript("tests/cli_export/en.md", "tests/cli_export/in", "en");
}
