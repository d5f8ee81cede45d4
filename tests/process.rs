//! What other programs get to see of this one while it runs.
#![cfg(target_os = "linux")]

mod common;

use std::fs::{self, File};
use std::io::{Read, Write as _};
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
    let stdout = process.0.stdout.as_mut().unwrap();
    stdout.read_to_string(&mut out).unwrap();
    assert!(process.0.wait().unwrap().success());
    assert!(out.contains("Itzel"));
    assert_eq!(fs::read(dir.join("keyring")).unwrap(), typed);
}

/// Reads until a text has come.
fn wait_for(from: &mut impl Read, text: &str) {
    let mut said = String::new();
    while !said.contains(text) {
        let mut some = [0; 4096];
        let n = from.read(&mut some).unwrap();
        assert_ne!(n, 0, "{text} after {said}");
        said.push_str(&String::from_utf8_lossy(&some[..n]));
    }
}

/// A desk whose lines come by a pipe cannot begin anew as another image of itself: what it read, found and showed is
/// gone because what is given back to the heap is overwritten.
#[test]
fn a_desk_that_locks_gives_nothing_back_to_the_heap_that_could_be_read() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let vault = create(&dir).vault;
    vault.seal(&person("Xochitlalpan", "Quetzaltepec")).unwrap();
    drop(vault);
    let secret = tmp.path().join("contrasena");
    fs::write(&secret, PASSPHRASE).unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_sigilo"))
        .args(["shell", "--plain"])
        .env("SIGILO_VAULT", &dir)
        .env("SIGILO_LANG", "es")
        .env("SIGILO_PASSPHRASE_FILE", &secret)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut process = Waiting(child);
    let id = process.0.id();
    let mut lines = process.0.stdin.take().unwrap();
    let mut found = process.0.stdout.take().unwrap();
    let mut said = process.0.stderr.take().unwrap();
    wait_for(&mut said, "salir");
    lines.write_all(b"1\nquetzal\n").unwrap();
    wait_for(&mut found, "Xochitlalpan");
    lines.write_all(b"6\n").unwrap();
    wait_for(&mut said, "Pulse Enter");
    // What was typed into a pipe is still in the buffer of the input: it was cut short.
    for gone in [
        "Xochitlalpan",
        "Quetzaltepec",
        "xochitlal",
        "quetzaltepe",
        PASSPHRASE,
    ] {
        if let Some(there) = memory_has(id, gone) {
            assert!(!there, "{gone}");
        }
    }
    drop(lines);
}
