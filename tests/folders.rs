//! Rights and links in folders, and what is left on a disk (manual: *input*, "Names and links").
#![cfg(unix)]

mod common;

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            all.extend(files(&path));
        }
        all.push(path);
    }
    all
}

struct House(tempfile::TempDir);

impl House {
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The command, where every new file may be read by everybody and temporary files have a place of their own.
    fn run(&self, args: &[&str]) -> Output {
        Command::new("sh")
            .args([
                "-c",
                "umask 000; exec \"$@\"",
                "sh",
                env!("CARGO_BIN_EXE_sigilo"),
            ])
            .args(args)
            .current_dir(self.path("aqui"))
            .env("SIGILO_VAULT", self.path("casa"))
            .env("SIGILO_CONFIG", "")
            .env("SIGILO_LANG", "es")
            .env("HOME", self.path("hogar"))
            .env("TMPDIR", self.path("tmp"))
            .env("XDG_CACHE_HOME", self.path("hogar"))
            .env("SIGILO_PASSPHRASE_FILE", self.path("clave"))
            .env("SIGILO_NEW_PASSPHRASE_FILE", self.path("clave"))
            .output()
            .unwrap()
    }

    fn done(&self, args: &[&str]) -> String {
        let out = self.run(args);
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(out.status.success(), "{args:?}: {said}");
        String::from_utf8(out.stdout).unwrap()
    }
}

fn house() -> House {
    let house = House(tempfile::tempdir().unwrap());
    for dir in ["aqui", "hogar", "tmp"] {
        fs::create_dir(house.path(dir)).unwrap();
    }
    fs::write(house.path("clave"), common::PASSPHRASE).unwrap();
    house.done(&[
        "init",
        "--site",
        "Casa Alba",
        "--kdf-memory",
        "19",
        "--quiet",
    ]);
    house
}

/// Names that stand nowhere else.
const NAMES: [&str; 3] = ["Itzayana", "Xochicale", "Tzotzoc"];

#[test]
fn nothing_in_clear_is_left_anywhere_and_nobody_else_may_read() {
    let house = house();
    let table = format!(
        "expediente,calidad,nombres,primer_apellido,segundo_apellido,sexo\nE-1,victima,{},{},{},F\nE-2,testigo,Ana,{},Pech,F\n",
        NAMES[0], NAMES[1], NAMES[2], NAMES[1]
    );
    fs::write(house.path("aqui/t.csv"), table).unwrap();
    house.done(&["import", "t.csv", "--quiet"]);
    fs::remove_file(house.path("aqui/t.csv")).unwrap();
    assert!(house.done(&["list"]).contains(NAMES[0]));
    assert!(house.done(&["search", NAMES[1]]).contains(NAMES[1]));
    let list: serde_json::Value = serde_json::from_str(&house.done(&["list", "--json"])).unwrap();
    let text = list.to_string();
    let id = text
        .split("\"id\":\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    house.done(&["show", &id]);
    fs::write(house.path("aqui/foto.txt"), format!("foto de {}", NAMES[2])).unwrap();
    house.done(&[
        "evidence", "add", &id, "foto.txt", "--quiet", "--reason", "prueba",
    ]);
    fs::remove_file(house.path("aqui/foto.txt")).unwrap();
    house.done(&["check", "--quiet"]);
    assert_eq!(house.run(&["duplicates"]).status.code(), Some(3));
    // Nothing is left beside the vault; and in the vault, or anywhere, no name.
    for dir in ["aqui", "tmp", "hogar"] {
        assert_eq!(files(&house.path(dir)), Vec::<PathBuf>::new(), "{dir}");
    }
    for path in files(house.0.path()).iter().filter(|p| p.is_file()) {
        let bytes = fs::read(path).unwrap();
        for name in NAMES {
            let there = bytes.windows(name.len()).any(|w| w == name.as_bytes());
            assert!(!there, "{name} in {path:?}");
        }
    }
    // Whatever the process was told about new files, only the owner reads these.
    for path in files(&house.path("casa"))
        .iter()
        .chain([&house.path("casa")])
    {
        let mode = fs::symlink_metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{path:?} {mode:o}");
    }
}

#[test]
fn what_is_written_for_people_is_theirs_alone_and_never_over_something() {
    let house = house();
    let table = format!("expediente,calidad,nombres\nE-1,victima,{}\n", NAMES[0]);
    fs::write(house.path("aqui/t.csv"), table).unwrap();
    house.done(&["import", "t.csv", "--quiet"]);
    let args = [
        "export",
        "--format",
        "json",
        "--to",
        "salida.json",
        "--yes",
        "--reason",
        "prueba",
        "--quiet",
    ];
    house.done(&args);
    let about = fs::symlink_metadata(house.path("aqui/salida.json")).unwrap();
    assert_eq!(about.permissions().mode() & 0o077, 0);
    let before = about.ino();
    // An act that was opened says who did what, and why.
    house.done(&["log", "open", "1", "--out", "acto", "--quiet"]);
    let made = [
        "audit",
        "inclusion",
        "--record",
        "E-1",
        "--out",
        "prueba",
        "--quiet",
    ];
    house.done(&made);
    for name in ["acto", "prueba"] {
        let about = fs::symlink_metadata(house.path("aqui").join(name)).unwrap();
        assert_eq!(about.permissions().mode() & 0o077, 0, "{name}");
    }
    assert!(!house.run(&args).status.success(), "written over");
    let after = fs::symlink_metadata(house.path("aqui/salida.json"))
        .unwrap()
        .ino();
    assert_eq!(before, after);
    // Through a link that somebody put there: neither to a file that is there nor to one that is not.
    fs::write(house.path("hogar/ajeno"), "ajeno").unwrap();
    for target in ["hogar/ajeno", "hogar/nuevo"] {
        let link = house.path("aqui/enlace.json");
        symlink(house.path(target), &link).unwrap();
        let out = house.run(&[
            "export",
            "--format",
            "json",
            "--to",
            "enlace.json",
            "--yes",
            "--reason",
            "prueba",
            "--quiet",
        ]);
        assert!(!out.status.success(), "{target}");
        fs::remove_file(link).unwrap();
    }
    assert_eq!(
        fs::read_to_string(house.path("hogar/ajeno")).unwrap(),
        "ajeno"
    );
    assert!(!house.path("hogar/nuevo").exists());
}

/// Somebody who may write in the folder, and not read what is sealed, puts links in it.
#[test]
fn links_in_the_folder_of_a_vault_lead_nowhere() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, ajeno) = (tmp.path().join("casa"), tmp.path().join("ajeno"));
    let vault = common::create(&dir).vault;
    fs::write(&ajeno, "ajeno").unwrap();
    // The head is replaced, not written through.
    fs::remove_file(dir.join("checkpoint")).unwrap();
    symlink(&ajeno, dir.join("checkpoint")).unwrap();
    vault.seal(&common::person("Itzel", "Pech")).unwrap();
    assert_eq!(fs::read_to_string(&ajeno).unwrap(), "ajeno");
    let about = fs::symlink_metadata(dir.join("checkpoint")).unwrap();
    assert!(about.is_file());
    // Evidence goes into a folder that is one.
    let id = vault.catalog().unwrap().items()[0].id;
    let elsewhere = tmp.path().join("otra");
    fs::create_dir(&elsewhere).unwrap();
    symlink(&elsewhere, dir.join("evidence")).unwrap();
    let why = sigilo::log::act::Reason::new("prueba").unwrap();
    let added = vault.add_evidence(id, "foto.jpg", &b"bytes"[..], &why, |_| {});
    let through = fs::read_dir(&elsewhere).unwrap().count();
    assert!(added.is_err() && through == 0, "written through a link");
    drop(vault);
    // A database that is a link, to a vault or to anything, is not opened.
    let real = tmp.path().join("real.db");
    fs::rename(dir.join("vault.db"), &real).unwrap();
    symlink(&real, dir.join("vault.db")).unwrap();
    assert!(common::open(&dir).is_err());
    // Nor is a vault made where a link stands.
    let link = tmp.path().join("enlace");
    symlink(tmp.path().join("no-hay"), &link).unwrap();
    let made = common::try_create(&link);
    assert!(made.is_err() || !tmp.path().join("no-hay").exists());
}

/// A folder that others may enter is made private again, or not used.
#[test]
fn an_empty_folder_that_was_open_to_all_is_closed() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    fs::create_dir(&dir).unwrap();
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o777)).unwrap();
    drop(common::create(&dir));
    let mode = fs::metadata(&dir).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    // And one with something in it is left alone.
    let other = tmp.path().join("otra");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("algo"), "x").unwrap();
    let made = common::try_create(&other);
    assert!(made.is_err());
    assert_eq!(fs::read_to_string(other.join("algo")).unwrap(), "x");
}
