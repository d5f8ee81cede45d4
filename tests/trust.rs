//! A folder of cards: all of them or none, and what is said of each (manual: *round*, "Roles and trust").

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use sigilo::crypto::Secret;
use sigilo::crypto::sign::SigningKey;
use sigilo::round::Card;

/// Four houses and their cards in `usb`; the first is the one that trusts.
struct Houses(tempfile::TempDir);

impl Houses {
    fn new() -> Self {
        let houses = Self(tempfile::tempdir().unwrap());
        fs::create_dir(houses.path("usb")).unwrap();
        fs::write(houses.path("clave"), common::PASSPHRASE).unwrap();
        for name in ["alba", "brisa", "cima", "duna"] {
            let init = ["--vault", name, "init", "--site", name, "--kdf-memory"];
            houses.done(&[&init[..], &["19", "-q"]].concat());
            houses.done(&["--vault", name, "card", "usb", "--name", name]);
        }
        houses
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sigilo"));
        command
            .args(args)
            .current_dir(self.0.path())
            .env("SIGILO_LANG", "es")
            .env("SIGILO_CONFIG", "")
            .env("TERM", "xterm")
            .env("SIGILO_PASSPHRASE_FILE", "clave")
            .env("SIGILO_NEW_PASSPHRASE_FILE", "clave");
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).stdin(Stdio::null()).output().unwrap()
    }

    fn done(&self, args: &[&str]) -> String {
        let out = self.run(args);
        assert!(out.status.success(), "{args:?}: {out:?}");
        String::from_utf8(out.stdout).unwrap()
    }

    fn trust(&self, args: &[&str]) -> (Option<i32>, String, String) {
        let out = self.run(&[&["--vault", "alba", "trust"], args].concat());
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (out.status.code(), text(out.stdout), text(out.stderr))
    }

    /// The names on the pinned cards.
    fn pinned(&self) -> Vec<String> {
        let text = self.done(&["--vault", "alba", "trust", "--json"]);
        let value: Value = serde_json::from_str(&text).unwrap();
        let cards = value["cards"].as_array().unwrap().iter();
        cards
            .map(|c| c["name"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The file of a house's card.
    fn card(&self, of: &str) -> PathBuf {
        let all = fs::read_dir(self.path("usb")).unwrap();
        let mut paths = all.map(|e| e.unwrap().path());
        let begins = |p: &PathBuf| file_name(p).starts_with(&format!("{of}-"));
        paths.find(begins).unwrap()
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// The card with a bit of its signature changed.
fn damaged(path: &Path) -> Vec<u8> {
    let mut bytes = fs::read(path).unwrap();
    let at = bytes.len() - 9;
    bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
    bytes
}

/// A card of the same vault with another key: of who lost it and began anew, or of who would be it.
fn other_card(path: &Path) -> Card {
    let mut body = Card::read(&fs::read(path).unwrap()).unwrap().body().clone();
    let key = SigningKey::from_seed(Secret::init_with(|b| b.fill(7))).unwrap();
    body.key = key.verifying_key();
    Card::new(body, &key).unwrap()
}

#[test]
fn every_bad_card_of_a_folder_is_named_and_none_of_the_others_taken() {
    let houses = Houses::new();
    let (brisa, cima) = (houses.card("brisa"), houses.card("cima"));
    let good = [&brisa, &cima].map(|path| fs::read(path).unwrap());
    fs::write(&brisa, damaged(&brisa)).unwrap();
    fs::write(&cima, "x").unwrap();
    let (code, out, said) = houses.trust(&["usb", "--yes"]);
    assert_eq!(code, Some(5), "{said}");
    assert!(out.is_empty(), "{out}");
    for path in [&brisa, &cima] {
        assert_eq!(said.matches(&file_name(path)).count(), 1, "{said}");
    }
    assert!(!said.contains("duna") && said.contains("No se aceptó nada"));
    assert_eq!(houses.pinned(), ["alba"]);

    let (code, out, _) = houses.trust(&["usb", "--yes", "--json"]);
    let value: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, value["cards"].as_array().unwrap().len()),
        (Some(5), 0)
    );
    let refused = value["refused"].as_array().unwrap();
    let files: Vec<_> = refused
        .iter()
        .map(|r| r["file"].as_str().unwrap())
        .collect();
    let names = [&brisa, &cima].map(|path| format!("usb/{}", file_name(path)));
    assert_eq!(files, names);

    // The one that is meant is taken, whatever lies beside it.
    let words = Card::read(&fs::read(houses.card("duna")).unwrap()).unwrap();
    let words = words.id().fingerprint();
    let (code, ..) = houses.trust(&["usb", "--fingerprint", &words]);
    assert_eq!(
        (code, houses.pinned()),
        (Some(0), vec!["alba".into(), "duna".into()])
    );
    // If it is not there, it may be one of those that cannot be read.
    let words = Card::read(&good[0]).unwrap().id().fingerprint();
    let (code, _, said) = houses.trust(&["usb", "--fingerprint", &words]);
    assert!(
        code == Some(5) && said.contains(&file_name(&brisa)),
        "{said}"
    );

    // One correction is enough.
    fs::write(&brisa, &good[0]).unwrap();
    fs::write(&cima, &good[1]).unwrap();
    let (code, _, said) = houses.trust(&["usb", "--yes"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(houses.pinned(), ["alba", "brisa", "cima", "duna"]);
}

#[test]
fn cards_that_contradict_each_other_or_a_pinned_one_are_found_before_any_is_taken() {
    let houses = Houses::new();
    let duna = houses.card("duna");
    let second = houses.path("usb/duna-otra.card");
    fs::write(&second, other_card(&duna).as_str()).unwrap();
    let (code, out, said) = houses.trust(&["usb", "--yes"]);
    assert_eq!((code, out.as_str()), (Some(6), ""), "{said}");
    assert!(said.contains(&file_name(&duna)) && said.contains("duna-otra.card"));
    assert_eq!(houses.pinned(), ["alba"]);

    // Once one of them is pinned, the other one is what is wrong with the folder.
    houses.done(&["--vault", "alba", "trust", duna.to_str().unwrap(), "--yes"]);
    let (code, out, said) = houses.trust(&["usb", "--yes"]);
    assert_ne!(code, Some(0));
    assert!(out.is_empty() && said.contains("duna-otra.card"), "{said}");
    assert!(!said.contains(&file_name(&duna)), "{said}");
    assert_eq!(houses.pinned(), ["alba", "duna"]);
    fs::remove_file(second).unwrap();
    let (code, ..) = houses.trust(&["usb", "--yes"]);
    assert_eq!((code, houses.pinned().len()), (Some(0), 4));
}

#[test]
fn another_vault_of_the_same_site_is_no_coordinator() {
    let houses = Houses::new();
    let init = [
        "--vault",
        "com",
        "coordinator",
        "init",
        "--name",
        "Comisión",
    ];
    houses.done(&[&init[..], &["--kdf-memory", "19", "-q"]].concat());
    houses.done(&["--vault", "com", "card", "usb"]);
    let (code, out, said) = houses.trust(&["usb", "--same-site", "--yes"]);
    assert!(code != Some(0) && out.is_empty(), "{said}");
    assert!(
        said.contains(&file_name(&houses.card("comision"))),
        "{said}"
    );
    assert_eq!(houses.pinned(), ["alba"]);
}

/// Somebody whose words do not agree is left out; what others have compared is not lost by it.
#[cfg(unix)]
#[test]
fn who_is_not_confirmed_is_left_out_and_named() {
    let houses = Houses::new();
    let asked = houses.command(&["--vault", "alba", "trust", "usb"]);
    let mut session = common::terminal::Session::start(&asked);
    for (name, answer) in [("brisa", "s"), ("cima", "n"), ("duna", "s")] {
        session.wait_for(&format!("que {name} le dijo? (s/n)"));
        session.press(&format!("{answer}\n"));
    }
    let (code, shown) = session.end();
    assert_eq!(code, 1, "{shown}");
    let last = shown.lines().find(|l| l.contains("No se aceptaron: cima."));
    assert!(last.is_some(), "{shown}");
    assert_eq!(houses.pinned(), ["alba", "brisa", "duna"]);
}
