//! What other programs get to see of this one while it runs.
#![cfg(target_os = "linux")]

mod common;

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use common::{PASSPHRASE, create, memory_has, passphrase, person};
use sigilo::vault::{NewSlot, Rights, SlotKind, Unlock};

const OTHER: &str = "la segunda persona de la casa";

/// A command that waits where it wants to read a passphrase: opening a pipe takes two.
struct Waiting(Child);

impl Drop for Waiting {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn pipe(dir: &Path, name: &str) -> PathBuf {
    let path = dir.join(name);
    let made = Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    path
}

/// Writes to a pipe once somebody reads from it.
fn answer(pipe: &Path, text: &str) {
    let mut file = File::options().write(true).open(pipe).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

#[test]
fn no_core_is_dumped_and_a_passphrase_does_not_stay() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let mut vault = create(&dir).vault;
    vault.seal(&person("Itzel", "Pech")).unwrap();
    let key = passphrase(OTHER);
    let new = NewSlot {
        name: "otra",
        kind: SlotKind::Passphrase(common::cost()),
        unlock: Unlock::Passphrase(&key),
        rights: Rights::ALL,
    };
    vault.add_slot(&new).unwrap();
    drop(vault);
    let (first, second) = (pipe(tmp.path(), "una"), pipe(tmp.path(), "otra"));
    let child = Command::new(env!("CARGO_BIN_EXE_sigilo"))
        .args(["list", "--second-slot", "--json"])
        .env("SIGILO_VAULT", &dir)
        .env("SIGILO_PASSPHRASE_FILE", &first)
        .env("SIGILO_SECOND_PASSPHRASE_FILE", &second)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut process = Waiting(child);
    // It waits for the first passphrase: nothing secret is there yet, and the limits are set.
    let typed = fs::read(dir.join("keyring")).unwrap();
    answer(&first, PASSPHRASE);
    let limits = fs::read_to_string(format!("/proc/{}/limits", process.0.id())).unwrap();
    let core = limits.lines().find(|l| l.starts_with("Max core file size"));
    let words: Vec<&str> = core.unwrap().split_whitespace().collect();
    assert_eq!(words[4..6], ["0", "0"]);
    // It has opened the vault when it reads the second passphrase, and forgotten the first.
    let mut writer = File::options().write(true).open(&second).unwrap();
    for (text, expected) in [(PASSPHRASE, false), (&dir.display().to_string(), true)] {
        if let Some(there) = memory_has(process.0.id(), text) {
            assert_eq!(there, expected, "{expected}");
        }
    }
    writer.write_all(OTHER.as_bytes()).unwrap();
    drop(writer);
    let mut out = String::new();
    std::io::Read::read_to_string(process.0.stdout.as_mut().unwrap(), &mut out).unwrap();
    assert!(process.0.wait().unwrap().success());
    assert!(out.contains("Itzel"));
    assert_eq!(fs::read(dir.join("keyring")).unwrap(), typed);
}
