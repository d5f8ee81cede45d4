//! A damaged vault as people meet it with the command: what `check` says, what `check --repair` saves.
//! Transcripts in both languages, on copies of the vault of version 1 in `tests/compat`.
//!
//! `TRYCMD=overwrite cargo test --test cli_repair` writes down what the command says now; read the
//! difference before you keep it, and put `[..]` where something is another each time.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

fn copy(to: &Path) {
    fs::create_dir(to).unwrap();
    for file in ["vault.db", "keyring", "checkpoint"] {
        fs::copy(format!("tests/compat/v1/{file}"), to.join(file)).unwrap();
    }
}

fn transcript(lang: &str) {
    let file = format!("tests/cli_repair/{lang}.md");
    let tmp = tempfile::tempdir().unwrap();
    let page = tmp.path().join("transcript.md");
    let inputs = tmp.path().join("transcript.in");
    fs::copy(&file, &page).unwrap();
    fs::create_dir(&inputs).unwrap();
    // One record of three was overwritten by a disk that dies.
    let casa = inputs.join("casa");
    copy(&casa);
    let db = Connection::open(casa.join("vault.db")).unwrap();
    db.execute_batch("UPDATE content SET body = zeroblob(length(body)) WHERE leaf = 4")
        .unwrap();
    drop(db);
    // The keyring of another copy was torn; there is one on a stick.
    let stick = inputs.join("usb");
    fs::create_dir(&stick).unwrap();
    fs::copy("tests/compat/v1/keyring", stick.join("llavero")).unwrap();
    let torn = inputs.join("casa-2");
    copy(&torn);
    let ring = fs::read(torn.join("keyring")).unwrap();
    fs::write(torn.join("keyring"), &ring[..ring.len() / 2]).unwrap();
    // Of a third one, only the first half of the database is left.
    let cut = inputs.join("casa-3");
    copy(&cut);
    let bytes = fs::read(cut.join("vault.db")).unwrap();
    fs::write(cut.join("vault.db"), &bytes[..4096]).unwrap();
    let passphrase = tmp.path().join("passphrase");
    fs::write(&passphrase, "agua clara bajo el puente viejo\n").unwrap();
    trycmd::TestCases::new()
        .env("SIGILO_LANG", lang)
        .env("SIGILO_PASSPHRASE_FILE", passphrase.to_str().unwrap())
        .env("NO_COLOR", "1")
        .env("SIGILO_CONFIG", "")
        .case(&page)
        .run();
    if std::env::var_os("TRYCMD").is_some_and(|v| v == "overwrite") {
        fs::copy(&page, Path::new(&file)).unwrap();
    }
}

#[test]
fn a_damaged_vault_in_spanish() {
    transcript("es");
}

#[test]
fn a_damaged_vault_in_english() {
    transcript("en");
}
