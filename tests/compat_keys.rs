//! A vault with a keyring of version 2 is opened, audited and read by every later program.
//!
//! The files under `tests/compat/v2` never change. Each is worked on in a copy.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{cost, passphrase, person};
use sigilo::crypto::Secret;
use sigilo::crypto::travel::Identity;
use sigilo::log::act::{Act, ActKind, Reason};
use sigilo::vault::audit::{self, Known};
use sigilo::vault::shares::{Share, gather};
use sigilo::vault::{
    Guarded, KeepingChange, Location, NewSlot, Policy, Rights, SlotKind, Unlock, Vault, VaultError,
};

const FILES: [&str; 3] = ["vault.db", "keyring", "checkpoint"];
const DIRECTOR: &str = "agua clara bajo el puente viejo";
const LAWYER: &str = "la abogada de los testigos";
const DURESS: &str = "la frase que nadie debe escribir";

fn stored() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compat/v2")
}

fn copy() -> (tempfile::TempDir, Location) {
    let tmp = tempfile::tempdir().unwrap();
    for file in FILES {
        fs::copy(stored().join(file), tmp.path().join(file)).unwrap();
    }
    let location = Location::new(tmp.path());
    (tmp, location)
}

fn identity() -> Identity {
    let text = fs::read_to_string(stored().join("age-identity.txt")).unwrap();
    Identity::from_secret(&Secret::from_slice(text.trim().as_bytes()).unwrap()).unwrap()
}

fn shares() -> Secret<32> {
    let text = fs::read_to_string(stored().join("shares.txt")).unwrap();
    let shares: Vec<Share> = text.lines().map(|l| Share::parse(l).unwrap()).collect();
    gather(&shares).unwrap()
}

fn policy() -> Policy {
    Policy::default()
        .with(Guarded::Export)
        .with(Guarded::Opening)
        .alone(20)
}

/// Made once; it refuses to do it again.
#[test]
#[ignore = "writes tests/compat/v2, once and for all"]
fn write_version_2() {
    let there = stored().join("vault.db").exists();
    assert!(!there, "these files never change");
    let tmp = tempfile::tempdir().unwrap();
    let location = Location::new(tmp.path().join("casa"));
    let (director, lawyer) = (passphrase(DIRECTOR), passphrase(LAWYER));
    let slot = |name, kind, unlock, rights| NewSlot {
        name,
        kind,
        unlock,
        rights,
    };
    let stretched = SlotKind::Passphrase(cost());
    let first = slot(
        "dirección",
        stretched,
        Unlock::Passphrase(&director),
        Rights::ALL,
    );
    let compartments: [(&str, &[u8]); 2] = [("victim", &[0]), ("witness", &[1])];
    let made = Vault::create(
        &location,
        "Casa de prueba",
        &compartments,
        &first,
        "recuperación",
    );
    let mut vault = made.unwrap().vault;
    let none = Reason::none();
    let shares = vault.renew_shares("partes", 2, 3).unwrap();
    let texts: Vec<String> = shares.iter().map(|s| s.to_text().to_string()).collect();
    fs::write(stored().join("shares.txt"), texts.join("\n") + "\n").unwrap();
    let identity = Identity::generate();
    let secret = identity.secret().unwrap();
    fs::write(stored().join("age-identity.txt"), secret.expose()).unwrap();
    let recipient = identity.recipient();
    vault
        .add_slot(&slot(
            "memoria USB",
            SlotKind::Age,
            Unlock::AgeRecipient(&recipient),
            Rights::ALL,
        ))
        .unwrap();
    let roster = &vault.access().roster;
    let witnesses = [roster.compartment_named("witness").unwrap()];
    let reads = Rights::SEAL.and(Rights::READ).and(Rights::LOG);
    let new = slot("abogada", stretched, Unlock::Passphrase(&lawyer), reads);
    vault.add_slot_for(&new, Some(&witnesses)).unwrap();
    let two = vault.add_compartment("entre dos", true).unwrap();
    let held = vault.seal(&person("Itzel", "Pech")).unwrap();
    vault.seal_into(&person("Ana", "Canul"), two).unwrap();
    let mut witness = person("Rosa", "Soc");
    witness.kind = sigilo::record::Kind::Witness;
    vault.seal(&witness).unwrap();
    let why = Reason::new("juicio en curso").unwrap();
    vault.set_keeping(held, KeepingChange::Hold, &why).unwrap();
    drop(vault);
    let unlock = gather(&shares[..2]).unwrap();
    Vault::drill_and_log(&location, &Unlock::Shares(&unlock)).unwrap();
    let mut vault = Vault::open(&location, &Unlock::Passphrase(&director)).unwrap();
    vault.set_duress(Some(&passphrase(DURESS))).unwrap();
    vault.set_policy(policy(), &none).unwrap();
    vault.bring_second(&Unlock::Age(&identity)).unwrap();
    vault
        .log(sigilo::vault::ActNote::new(ActKind::Export).count(2))
        .unwrap();
    drop(vault);
    for file in FILES {
        fs::copy(location.dir.join(file), stored().join(file)).unwrap();
    }
}

#[test]
fn version_2_is_audited() {
    let (_tmp, location) = copy();
    let report = audit::verify(&location, &Known::default(), |_, _| {}).unwrap();
    assert_eq!(report.findings, []);
    let head = fs::read_to_string(stored().join("checkpoint")).unwrap();
    assert_eq!(report.head.unwrap().to_string(), head);
    assert_eq!(report.size, report.signed);
}

#[test]
fn version_2_is_opened_by_each_of_its_keys() {
    let (_tmp, location) = copy();
    let names = |vault: &Vault| {
        let catalog = vault.catalog().unwrap();
        vault.scan(&catalog, |_, r| r.given_names.clone()).unwrap()
    };
    let (director, lawyer) = (passphrase(DIRECTOR), passphrase(LAWYER));
    let (identity, shares) = (identity(), shares());
    for (unlock, expected) in [
        (Unlock::Passphrase(&director), &["Itzel", "Rosa"][..]),
        (Unlock::Passphrase(&lawyer), &["Rosa"]),
        (Unlock::Age(&identity), &["Itzel", "Rosa"]),
        (Unlock::Shares(&shares), &["Itzel", "Ana", "Rosa"]),
    ] {
        let vault = Vault::open(&location, &unlock).unwrap();
        assert_eq!(names(&vault), expected);
    }
    let mut vault = Vault::open(&location, &Unlock::Passphrase(&director)).unwrap();
    assert_eq!(vault.policy(), policy());
    vault.bring_second(&Unlock::Age(&identity)).unwrap();
    assert_eq!(names(&vault), ["Itzel", "Ana", "Rosa"]);
    assert_eq!(vault.check(|_| {}).unwrap(), []);
    let catalog = vault.catalog().unwrap();
    let kept = vault.kept(&catalog).unwrap();
    assert_eq!(kept.len(), 1);
    let why = kept[0].1.hold.as_ref().map(Reason::as_str);
    assert_eq!(why, Some("juicio en curso"));
    let mut exported: Option<Act> = None;
    vault
        .trail(0, |e| {
            if e.act.kind == ActKind::Export {
                exported = Some(e.act);
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(exported.unwrap().second, vault.second().map(|id| id.0));
    // It goes on with new keys.
    vault.rotate(&Reason::none(), |_, _| {}).unwrap();
    assert_eq!(names(&vault), ["Itzel", "Ana", "Rosa"]);
    let report = audit::verify(&location, &Known::default(), |_, _| {}).unwrap();
    assert_eq!(report.findings, []);
}

#[test]
fn the_duress_passphrase_of_version_2_does_what_it_did() {
    let (_tmp, location) = copy();
    let (director, duress) = (passphrase(DIRECTOR), passphrase(DURESS));
    for key in [&duress, &director] {
        let opened = Vault::open(&location, &Unlock::Passphrase(key));
        assert!(matches!(opened, Err(VaultError::WrongKey)));
    }
    let shares = shares();
    let vault = Vault::open(&location, &Unlock::Shares(&shares)).unwrap();
    assert_eq!(vault.catalog().unwrap().items().len(), 3);
    assert_eq!(vault.check(|_| {}).unwrap(), []);
}
