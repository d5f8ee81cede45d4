//! Vaults of every format version that was ever released are opened, audited and read by this one.
//!
//! The files under `tests/compat/vN` never change. Each is worked on in a copy.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{cost, passphrase};
use sigilo::crypto::Secret;
use sigilo::log::act::{ActKind, Reason};
use sigilo::record::{Kind, Record, from_json, to_json};
use sigilo::vault::audit::{self, Known};
use sigilo::vault::{Location, NewSlot, RecoveryCode, Rights, SlotKind, Unlock, Vault};

const FILES: [&str; 3] = ["vault.db", "keyring", "checkpoint"];
const PASSPHRASE: &str = "agua clara bajo el puente viejo";
const INTAKE: &str = "clave de la recepción";
const KEY_FILE: [u8; 32] = *b"sigilo compat v1: not a secret!!";

fn stored() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compat/v1")
}

/// The records as JSON, the first two versions of one; nobody in them exists.
fn written() -> [Record; 5] {
    [
        include_str!("compat/v1/record-1.json"),
        include_str!("compat/v1/record-1-amended.json"),
        include_str!("compat/v1/record-2.json"),
        include_str!("compat/v1/record-3.json"),
        include_str!("compat/v1/record-4.json"),
    ]
    .map(|text| from_json(text).unwrap_or_else(|e| panic!("{e:?}")))
}

fn copy() -> tempfile::TempDir {
    let tmp = tempfile::tempdir().unwrap();
    for file in FILES {
        fs::copy(stored().join(file), tmp.path().join(file)).unwrap();
    }
    tmp
}

/// Made once, for version 1; it refuses to do it again.
#[test]
#[ignore = "writes tests/compat/v1, once and for all"]
fn write_version_1() {
    assert!(
        !stored().join("vault.db").exists(),
        "these files never change"
    );
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let made = Vault::create(
        &Location::new(&dir),
        "Casa de prueba",
        &[("victim", &[0]), ("witness", &[1]), ("call", &[2])],
        &NewSlot {
            name: "dirección",
            kind: SlotKind::Passphrase(cost()),
            unlock: Unlock::Passphrase(&passphrase(PASSPHRASE)),
            rights: Rights::ALL,
        },
        "recuperación",
    )
    .unwrap();
    fs::write(
        stored().join("recovery-code.txt"),
        made.recovery.to_text().as_bytes(),
    )
    .unwrap();
    let mut vault = made.vault;
    let [first, amended, second, third, fourth] = written();
    let none = Reason::none();
    let a = vault.seal(&first).unwrap();
    vault
        .amend(
            a,
            1,
            &amended,
            &Reason::new("faltaba el segundo apellido").unwrap(),
        )
        .unwrap();
    let b = vault.seal(&second).unwrap();
    vault.set_link(a, b, true, &none).unwrap();
    let gone = vault.seal(&third).unwrap();
    vault.set_link(a, gone, true, &none).unwrap();
    vault
        .erase(gone, &Reason::new("a petición de la persona").unwrap())
        .unwrap();
    let key = Secret::from_slice(&KEY_FILE).unwrap();
    for (name, kind, unlock, rights) in [
        (
            "memoria USB",
            SlotKind::KeyFile,
            Unlock::KeyFile(&key),
            Rights::ALL,
        ),
        (
            "recepción",
            SlotKind::Passphrase(cost()),
            Unlock::Passphrase(&passphrase(INTAKE)),
            Rights::SEAL,
        ),
    ] {
        vault
            .add_slot(&NewSlot {
                name,
                kind,
                unlock,
                rights,
            })
            .unwrap();
    }
    drop(vault);
    let unlock = passphrase(INTAKE);
    let intake = Vault::open(&Location::new(&dir), &Unlock::Passphrase(&unlock)).unwrap();
    intake
        .seal_all(&[fourth], Some(&Reason::new("lista.csv").unwrap()), |_| {})
        .unwrap();
    drop(intake);
    for file in FILES {
        fs::copy(dir.join(file), stored().join(file)).unwrap();
    }
}

#[test]
fn version_1_is_audited() {
    let tmp = copy();
    let report = audit::verify(&Location::new(tmp.path()), &Known::default(), |_, _| {}).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!((report.size, report.signed), (16, 14));
    assert_eq!((report.contents, report.erased), (5, 4));
    // The head as it was printed then.
    let head = report.head.unwrap().to_string();
    assert_eq!(
        head,
        fs::read_to_string(stored().join("checkpoint")).unwrap()
    );
    let known = Known {
        key: report.key,
        heads: vec![audit::read_head(&stored().join("checkpoint")).unwrap()],
        ..Known::default()
    };
    let again = audit::verify(&Location::new(tmp.path()), &known, |_, _| {}).unwrap();
    assert!(again.is_sound());
}

#[test]
fn version_1_is_opened_by_each_of_its_keys() {
    let tmp = copy();
    let location = Location::new(tmp.path());
    let code = fs::read_to_string(stored().join("recovery-code.txt")).unwrap();
    let code = RecoveryCode::parse(&code).unwrap();
    let key = Secret::from_slice(&KEY_FILE).unwrap();
    let (director, reception) = (passphrase(PASSPHRASE), passphrase(INTAKE));
    for (unlock, rights, records) in [
        (Unlock::Passphrase(&director), Rights::ALL, Some(3)),
        (Unlock::KeyFile(&key), Rights::ALL, Some(3)),
        (Unlock::Recovery(&code), Rights::ALL, Some(3)),
        (Unlock::Passphrase(&reception), Rights::SEAL, None),
    ] {
        let vault = Vault::open(&location, &unlock).unwrap();
        assert_eq!(vault.access().rights, rights);
        assert_eq!(vault.catalog().ok().map(|c| c.items().len()), records);
    }
}

#[test]
fn version_1_is_read_field_by_field() {
    let tmp = copy();
    let director = passphrase(PASSPHRASE);
    let vault = Vault::open(&Location::new(tmp.path()), &Unlock::Passphrase(&director)).unwrap();
    assert_eq!(vault.check(|_| {}).unwrap(), []);
    let roster = &vault.access().roster;
    assert_eq!(roster.site, "Casa de prueba");
    let names: Vec<&str> = roster.slots.iter().map(|(_, n)| n.as_str()).collect();
    assert_eq!(
        names,
        ["dirección", "recuperación", "memoria USB", "recepción"]
    );
    let [first, amended, second, _, fourth] = written();
    let catalog = vault.catalog().unwrap();
    let items = catalog.items();
    let read =
        |item: usize, version: usize| vault.read(items[item].versions[version].leaf).unwrap();
    let shape: Vec<usize> = items.iter().map(|i| i.versions.len()).collect();
    assert_eq!(shape, [2, 1, 1]);
    for (found, expected) in [
        (read(0, 0), &first),
        (read(0, 1), &amended),
        (read(1, 0), &second),
        (read(2, 0), &fourth),
    ] {
        // As values, and as what is printed for people.
        assert!(found == *expected);
        assert_eq!(to_json(&found), to_json(expected));
    }
    assert_eq!(second.kind, Kind::Witness);
    assert_eq!(fourth.kind, Kind::Call);
    let persons = catalog.persons();
    assert_eq!(persons, [vec![items[0].id, items[1].id], vec![items[2].id]]);
    let mut acts = Vec::new();
    vault
        .trail(0, |entry| {
            acts.push((entry.act.kind, entry.act.reason.as_str().to_owned()));
            Ok(())
        })
        .unwrap();
    let kinds: Vec<ActKind> = acts.iter().map(|(kind, _)| *kind).collect();
    use ActKind::{Amend, Erase, Import, Init, IntakeKey, KeyAdd, Link, RecoveryMade, Seal};
    assert_eq!(
        kinds,
        [
            Init,
            RecoveryMade,
            Seal,
            Amend,
            Seal,
            Link,
            Seal,
            Link,
            Erase,
            Erase,
            KeyAdd,
            KeyAdd,
            IntakeKey,
            IntakeKey,
            Seal,
            Import
        ]
    );
    assert_eq!(acts[3].1, "faltaba el segundo apellido");
    assert_eq!(acts[8].1, "a petición de la persona");
    assert_eq!(acts[15].1, "lista.csv");
}

#[test]
fn version_1_goes_on() {
    let tmp = copy();
    let location = Location::new(tmp.path());
    let key = Secret::from_slice(&KEY_FILE).unwrap();
    let mut vault = Vault::open(&location, &Unlock::KeyFile(&key)).unwrap();
    let id = vault.catalog().unwrap().items()[0].id;
    vault
        .amend(id, 2, &common::person("Ana", "Canul"), &Reason::none())
        .unwrap();
    vault.renew_recovery("recuperación").unwrap();
    vault.erase(id, &Reason::none()).unwrap();
    assert_eq!(vault.check(|_| {}).unwrap(), []);
    let report = audit::verify(&location, &Known::default(), |_, _| {}).unwrap();
    assert_eq!((report.findings, report.signed), (vec![], report.size));
}
