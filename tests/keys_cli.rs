//! Keys, people and rights as the command has them: answers as JSON, exit codes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

const FIRST: &str = "agua clara bajo el puente";
const SECOND: &str = "la segunda persona de la casa";
const DURESS: &str = "la frase que nadie debe escribir";

struct House {
    tmp: tempfile::TempDir,
}

impl House {
    fn new() -> Self {
        let tmp = tempfile::tempdir().unwrap();
        let house = Self { tmp };
        for text in [FIRST, SECOND, DURESS] {
            house.file(text);
        }
        let made = house.run(
            FIRST,
            &[
                "init",
                "--site",
                "Casa",
                "--kdf-memory",
                "19",
                "--compartment",
                "protegidos",
            ],
        );
        assert_eq!(made.0, 0);
        house
    }

    fn dir(&self) -> PathBuf {
        self.tmp.path().join("casa")
    }

    /// A file with this passphrase in it.
    fn file(&self, text: &str) -> PathBuf {
        let name: String = text.chars().filter(char::is_ascii_alphabetic).collect();
        let path = self.tmp.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// Exit code and answer. What is asked for beside the passphrase is the second person's.
    fn run(&self, key: &str, args: &[&str]) -> (i32, Value) {
        self.run_with(key, SECOND, args)
    }

    fn run_with(&self, key: &str, new: &str, args: &[&str]) -> (i32, Value) {
        let done = Command::new(env!("CARGO_BIN_EXE_sigilo"))
            .args(args)
            .args(["--json", "--quiet"])
            .env("SIGILO_VAULT", self.dir())
            .env("SIGILO_LANG", "es")
            .env("SIGILO_PASSPHRASE_FILE", self.file(key))
            .env("SIGILO_NEW_PASSPHRASE_FILE", self.file(new))
            .env("SIGILO_SECOND_PASSPHRASE_FILE", self.file(SECOND))
            .output()
            .unwrap();
        let answer = serde_json::from_slice(&done.stdout).unwrap_or(Value::Null);
        (done.status.code().unwrap(), answer)
    }

    fn ok(&self, key: &str, args: &[&str]) -> Value {
        let (code, answer) = self.run(key, args);
        assert_eq!(code, 0, "{args:?}: {answer}");
        answer
    }

    fn code(&self, key: &str, args: &[&str]) -> i32 {
        self.run(key, args).0
    }

    fn seal(&self, name: &str, more: &[&str]) -> String {
        let path = self.tmp.path().join("expediente.json");
        fs::write(
            &path,
            json!({ "role": "victim", "local_id": name, "given_names": name }).to_string(),
        )
        .unwrap();
        let mut args = vec!["seal", path.to_str().unwrap(), "--yes"];
        args.extend(more);
        self.ok(FIRST, &args)["id"].as_str().unwrap().to_owned()
    }

    fn names(&self, key: &str, more: &[&str]) -> Vec<String> {
        let mut args = vec!["list"];
        args.extend(more);
        let (_, answer) = self.run(key, &args);
        let rows = answer["records"].as_array().cloned().unwrap_or_default();
        rows.iter()
            .map(|r| r["name"].as_str().unwrap().to_owned())
            .collect()
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn rights_and_compartments_are_chosen_shown_and_changed() {
    let house = House::new();
    house.seal("Itzel", &["--compartment", "protegidos"]);
    house.seal("Ana", &[]);
    let nowhere = house.run(
        FIRST,
        &["keys", "add", "--name", "x", "--compartments", "nada"],
    );
    assert_eq!(nowhere.0, 3);
    let added = house.ok(
        FIRST,
        &[
            "keys",
            "add",
            "--name",
            "abogada",
            "--kdf-memory",
            "19",
            "--rights",
            "seal,read,log",
            "--compartments",
            "protegidos",
        ],
    );
    let slot = added["slot"].as_str().unwrap();
    let listed = house.ok(FIRST, &["keys", "list"]);
    let row = listed["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|k| k["slot"] == slot)
        .unwrap();
    assert_eq!(row["rights"], json!(["seal", "read", "log"]));
    assert_eq!(row["compartments"], json!(["protegidos"]));
    assert!(
        listed["compartments"]
            .as_array()
            .unwrap()
            .contains(&json!({ "name": "protegidos", "two": false }))
    );
    assert_eq!(house.names(SECOND, &[]), ["Itzel"]);
    assert_eq!(
        house.code(SECOND, &["keys", "change", slot, "--all-compartments"]),
        6
    );
    house.ok(FIRST, &["keys", "change", slot, "--all-compartments"]);
    assert_eq!(house.names(SECOND, &[]), ["Itzel", "Ana"]);
    house.ok(FIRST, &["keys", "change", slot, "--rights", "seal"]);
    assert_eq!(house.code(SECOND, &["list"]), 6);
    // An age identity, made for somebody who sent the recipient.
    let identity = house.tmp.path().join("identidad");
    let made = house.ok(FIRST, &["keys", "identity", text(&identity)]);
    let recipient = made["recipient"].as_str().unwrap();
    house.ok(
        FIRST,
        &[
            "keys",
            "add",
            "--name",
            "memoria",
            "--age-recipient",
            recipient,
        ],
    );
    assert_eq!(
        house.names("no es esta", &["--age", text(&identity)]),
        ["Itzel", "Ana"]
    );
}

#[test]
fn two_keys_are_asked_for_and_named() {
    let house = House::new();
    let all = "seal,read,export,manage,log";
    house.ok(
        FIRST,
        &[
            "keys",
            "add",
            "--name",
            "otra",
            "--kdf-memory",
            "19",
            "--rights",
            all,
        ],
    );
    house.ok(FIRST, &["keys", "compartment", "entre dos", "--two"]);
    house.seal("Itzel", &["--compartment", "entre dos"]);
    house.seal("Ana", &[]);
    assert_eq!(house.names(FIRST, &[]), ["Ana"]);
    assert_eq!(house.names(FIRST, &["--second-slot"]), ["Itzel", "Ana"]);
    assert_eq!(
        house.code(FIRST, &["list", "--second-key-file", "no-hay"]),
        1
    );
    let none = house.ok(FIRST, &["keys", "policy"]);
    assert_eq!(none["two"], json!([]));
    house.ok(
        FIRST,
        &["keys", "policy", "--two", "opening,export", "--alone", "1"],
    );
    assert_eq!(house.code(FIRST, &["list"]), 0);
    house.seal("Eva", &[]);
    assert_eq!(house.code(FIRST, &["list"]), 6);
    assert_eq!(house.code(FIRST, &["list", "--limit", "1"]), 0);
    assert_eq!(house.code(FIRST, &["keys", "policy", "--two", "none"]), 6);
    assert_eq!(
        house.code(SECOND, &["list", "--second-slot"]),
        6,
        "the same twice"
    );
    assert_eq!(house.names(FIRST, &["--second-slot"]).len(), 3);
    let log = house.ok(FIRST, &["log", "show", "--limit", "1"]);
    assert_eq!(log["entries"][0]["kind"], "list");
    assert_eq!(log["entries"][0]["second_name"], "otra");
    let set = house.ok(FIRST, &["keys", "policy", "--two", "none", "--second-slot"]);
    assert_eq!(set["two"], json!([]));
    assert_eq!(house.ok(FIRST, &["check"])["sound"], true);
}

#[test]
fn panic_and_duress_wait_for_a_recorded_drill() {
    let house = House::new();
    house.seal("Itzel", &[]);
    let shares = house.tmp.path().join("partes");
    house.ok(
        FIRST,
        &[
            "keys",
            "shares",
            "--need",
            "2",
            "--of",
            "3",
            "--to",
            text(&shares),
        ],
    );
    let (one, two) = (shares.join("share-1.txt"), shares.join("share-3.txt"));
    let opened = ["--shares", text(&one), "--shares", text(&two)];
    let with = |args: &[&str]| {
        let mut all = args.to_vec();
        all.extend(opened);
        house.run("no hace falta", &all)
    };
    assert_eq!(house.code(FIRST, &["keys", "panic", "--yes"]), 6);
    assert_eq!(
        house.run_with(FIRST, DURESS, &["keys", "duress", "set"]).0,
        6
    );
    assert_eq!(
        house.code(FIRST, &["keys", "drill", "--record"]),
        2,
        "no recovery"
    );
    let (code, plain) = with(&["keys", "drill"]);
    assert_eq!((code, &plain["recorded"]), (0, &json!(false)));
    assert_eq!(
        house.code(FIRST, &["keys", "panic", "--yes"]),
        6,
        "not recorded"
    );
    let (code, recorded) = with(&["keys", "drill", "--record"]);
    assert_eq!((code, &recorded["recorded"]), (0, &json!(true)));
    assert_eq!(house.code(FIRST, &["keys", "panic"]), 2, "it asks");
    assert_eq!(
        house.run_with(FIRST, DURESS, &["keys", "duress", "set"]).0,
        0
    );
    assert_eq!(house.code(FIRST, &["keys", "duress", "remove"]), 0);
    assert_eq!(house.code(DURESS, &["list"]), 4);
    assert_eq!(house.names(FIRST, &[]), ["Itzel"]);
    let left = house.ok(
        FIRST,
        &["keys", "panic", "--yes", "--reason", "allanamiento"],
    );
    let expected = json!({ "destroyed": 1, "recovery_codes": 1, "recovery_shares": 1 });
    assert_eq!(left, expected);
    assert_eq!(house.code(FIRST, &["list"]), 4);
    let (code, listed) = with(&["list"]);
    assert_eq!((code, &listed["total"]), (0, &json!(1)));
    // The way back into daily work.
    assert_eq!(with(&["keys", "passphrase", "--kdf-memory", "19"]).0, 0);
    assert_eq!(house.names(SECOND, &[]), ["Itzel"]);
}
