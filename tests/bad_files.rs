//! The commands that read a file, given a bad one: the documented code, no half of a result, nothing changed
//! (manual: *exit*, *input*). The parsers behind them have targets of their own (`fuzz/`); here is what stands
//! between them and a person.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sigilo::codec::to_hex;
use sigilo::crypto::hash::sha256;

struct House(tempfile::TempDir);

impl House {
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, vault: &str, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_sigilo"))
            .args(args)
            .current_dir(self.0.path())
            .env("SIGILO_VAULT", self.path(vault))
            .env("SIGILO_CONFIG", self.path("ajustes.toml"))
            .env("SIGILO_LANG", "es")
            .env("TMPDIR", self.path("tmp"))
            .env("SIGILO_PASSPHRASE_FILE", self.path("clave"))
            .env("SIGILO_NEW_PASSPHRASE_FILE", self.path("clave"))
            .output()
            .unwrap()
    }

    fn done(&self, vault: &str, args: &[&str]) -> String {
        let out = self.run(vault, args);
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(out.status.success(), "{args:?}: {said}");
        String::from_utf8(out.stdout).unwrap()
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).unwrap();
    }

    /// What is in every file, links included, without following them.
    fn all(&self) -> BTreeMap<PathBuf, String> {
        let (mut found, mut folders) = (BTreeMap::new(), vec![self.0.path().to_owned()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path.clone());
                }
                let bytes = fs::read(&path).unwrap_or_default();
                found.insert(path, to_hex(&sha256(&[&bytes])));
            }
        }
        found
    }
}

fn first_id(json: &str, of: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    value[of][0]["id"].as_str().unwrap().to_owned()
}

/// A house with a bit of everything, another laptop of it, and what either would send.
fn house() -> (House, String, String) {
    let house = House(tempfile::tempdir().unwrap());
    fs::create_dir(house.path("tmp")).unwrap();
    fs::create_dir(house.path("usb")).unwrap();
    house.write("clave", common::PASSPHRASE.as_bytes());
    house.write("ajustes.toml", b"lang = \"es\"\n");
    for vault in ["casa", "dos"] {
        let args = ["init", "--site", "Casa Alba", "--kdf-memory", "19", "-q"];
        house.done(vault, &args);
        house.done(vault, &["card", "usb", "--name", vault]);
    }
    for vault in ["casa", "dos"] {
        house.done(vault, &["trust", "usb", "--same-site", "--yes"]);
    }
    house.write(
        "t.csv",
        "expediente,calidad,nombres\nE-1,victima,Itzel\nE-2,victima,Rosa\n".as_bytes(),
    );
    house.done("casa", &["import", "t.csv", "-q"]);
    house.write("ana.json", br#"{"role":"victim","given_names":"Ana"}"#);
    house.write("cambio.json", br#"{"notes" :"x"}"#);
    house.write("foto.jpg", &[7; 3000]);
    house.done("casa", &["evidence", "add", "E-1", "foto.jpg"]);
    let evidence = house.done("casa", &["evidence", "list", "--json"]);
    let id = first_id(&evidence, "evidence");
    house.done("casa", &["import", "--propose-map", "mapa.toml", "t.csv"]);
    house.done("casa", &["transfer", "send", "t.transfer"]);
    let to = house.done("casa", &["keys", "identity", "id.age"]);
    let args = ["backup", "--to", "copia", "--recipient", to.trim()];
    house.done("casa", &args);
    let head = |name: &str| {
        let text = house.done("casa", &["log", "checkpoint"]);
        house.write(name, text.as_bytes());
    };
    head("una");
    house.done("casa", &["seal", "ana.json"]);
    head("otra");
    let args = ["audit", "consistency", "una", "otra", "--from", "casa"];
    house.done("casa", &[&args[..], &["--out", "paso"]].concat());
    house.done("casa", &["log", "open", "2", "--out", "acto"]);
    house.done("casa", &["audit", "export", "paquete"]);
    house.done(
        "casa",
        &["audit", "keygen", "--name", "a", "--to-file", "a.clave"],
    );
    house.done("casa", &["evidence", "export", &id, "--to", "tribunal"]);
    house.done(
        "casa",
        &[
            "evidence",
            "hand-over",
            &id,
            "--receiver",
            "dos",
            "--to",
            "mano",
        ],
    );
    house.done(
        "casa",
        &["keys", "add", "--name", "l", "--to-file", "l.clave"],
    );
    let key = house.done("casa", &["audit", "verify", "casa", "--json"]);
    let key: serde_json::Value = serde_json::from_str(&key).unwrap();
    let key = key["key"].as_str().unwrap().to_owned();
    (house, id, key)
}

/// A file, whose vault, the command that reads it, its codes, and which bad files may pass as good.
type Case<'a> = (&'a str, &'a str, &'a [&'a str], &'a [i32], &'a [&'a str]);

/// What stands in the place of a good file.
fn bad(good: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut flipped = good.to_vec();
    flipped[good.len() / 2] ^= 0x55;
    vec![
        ("empty", Vec::new()),
        ("zeros", vec![0; 1 << 16]),
        ("ones", vec![0xff; 1 << 16]),
        ("half", good[..good.len() / 2].to_vec()),
        ("flipped", flipped),
        ("text", "Esto es una carta.\n\u{1b}[2J".into()),
    ]
}

#[test]
fn a_bad_file_is_refused_with_its_code_and_changes_nothing() {
    let (house, id, key) = house();
    let sealed = fs::read_dir(house.path("casa/evidence")).unwrap().next();
    let sealed = sealed.unwrap().unwrap().file_name();
    let sealed = format!("casa/evidence/{}", sealed.to_str().unwrap());
    let card = fs::read_dir(house.path("usb")).unwrap().next().unwrap();
    let card = format!("usb/{}", card.unwrap().file_name().to_str().unwrap());
    let proof = fs::read_dir(house.path("tribunal/custody")).unwrap().next();
    let proof = proof.unwrap().unwrap().file_name();
    let proof = format!("tribunal/custody/{}", proof.to_str().unwrap());
    let restore = ["restore", "copia", "--identity", "id.age"];
    let cosign = ["audit", "cosign", "casa", "--signer", "a.clave"];
    let step = ["audit", "consistency", "una", "otra", "--key", &key];
    let cases: &[Case<'_>] = &[
        ("t.csv", "dos", &["import", "t.csv"], &[1], &["flipped"]),
        (
            "mapa.toml",
            "dos",
            &["import", "--map", "mapa.toml", "t.csv"],
            &[1],
            &["flipped", "half"],
        ),
        ("ana.json", "dos", &["seal", "ana.json"], &[1], &[]),
        (
            "cambio.json",
            "casa",
            &["amend", "E-1", "cambio.json"],
            &[1],
            &[],
        ),
        (
            "t.transfer",
            "dos",
            &["transfer", "receive", "t.transfer"],
            &[5],
            &[],
        ),
        ("copia", "nueva", &restore, &[5], &[]),
        ("copia.key", "nueva", &restore, &[5], &[]),
        ("id.age", "nueva", &restore, &[1], &[]),
        ("copia", "casa", &["backup", "--check", "copia"], &[5], &[]),
        (
            "copia.manifest",
            "casa",
            &["backup", "--check", "copia"],
            &[5],
            &[],
        ),
        (
            "casa/vault.db",
            "casa",
            &["audit", "verify", "casa"],
            &[5],
            &[],
        ),
        ("casa/vault.db", "casa", &["list"], &[5], &["flipped"]),
        ("casa/keyring", "casa", &["list"], &[5], &[]),
        (
            "casa/checkpoint",
            "casa",
            &["audit", "verify", "casa"],
            &[5],
            &[],
        ),
        (
            &sealed,
            "casa",
            &["evidence", "extract", &id, "--to", "foto"],
            &[5],
            &[],
        ),
        (
            "una",
            "casa",
            &["audit", "verify", "casa", "--head", "una"],
            &[1, 5],
            &[],
        ),
        (
            "paso",
            "casa",
            &[&step[..], &["--proof", "paso"]].concat(),
            &[5],
            &[],
        ),
        (
            "acto",
            "casa",
            &["audit", "inclusion", "acto", "--key", &key],
            &[5],
            &[],
        ),
        (
            "paquete/checkpoint",
            "casa",
            &["audit", "verify", "paquete"],
            &[1, 5],
            &[],
        ),
        (
            "a.clave",
            "casa",
            &[&cosign[..], &["--key", &key]].concat(),
            &[1],
            &[],
        ),
        (
            "otra",
            "casa",
            &["log", "checkpoint", "--import", "otra"],
            &[1],
            &[],
        ),
        (
            "tribunal/keys",
            "casa",
            &["audit", "court", "tribunal"],
            &[5],
            &[],
        ),
        (&proof, "casa", &["audit", "court", "tribunal"], &[5], &[]),
        (
            "mano/item/description",
            "dos",
            &["evidence", "receive", "mano", "--to", "acuse"],
            &[1, 5],
            &[],
        ),
        (
            "mano/item/file/foto.jpg",
            "dos",
            &["evidence", "receive", "mano", "--to", "acuse"],
            &[5],
            &[],
        ),
        (&card, "casa", &["trust", &card, "--yes"], &[1, 5], &[]),
        (
            "l.clave",
            "casa",
            &["--key-file", "l.clave", "list"],
            &[1, 4],
            &[],
        ),
        (
            "ajustes.toml",
            "casa",
            &["keys", "list"],
            &[2],
            &["empty", "half"],
        ),
        ("clave", "casa", &["list"], &[1, 4], &[]),
    ];
    for (file, vault, args, codes, pass) in cases {
        let good = fs::read(house.path(file)).unwrap();
        let mut refused = 0;
        for (how, bytes) in bad(&good) {
            house.write(file, &bytes);
            let before = house.all();
            let done = house.run(vault, args);
            let code = done.status.code();
            let said = [&done.stdout[..], &done.stderr[..]].concat();
            let said = String::from_utf8(said).unwrap();
            let what = format!("{file} {how}, {args:?}: {code:?} {said}");
            assert!(
                !said.contains('\u{1b}') && !said.contains("panicked"),
                "{what}"
            );
            if pass.contains(&how) {
                assert!(code == Some(0) || codes.contains(&code.unwrap()), "{what}");
            } else {
                assert!(codes.contains(&code.unwrap()), "{what}");
            }
            if code == Some(0) {
                continue;
            }
            refused += 1;
            assert!(!said.trim().is_empty(), "{what}");
            let after = house.all();
            let changed: Vec<&Path> = before
                .keys()
                .chain(after.keys())
                .filter(|path| before.get(*path) != after.get(*path))
                .map(PathBuf::as_path)
                .collect();
            assert!(changed.is_empty(), "{what}: {changed:?}");
        }
        assert!(refused >= 4, "{file} {args:?}");
        house.write(file, &good);
    }
}
