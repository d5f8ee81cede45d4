//! Keys that are destroyed before they fall into the wrong hands.

mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use common::{PASSPHRASE, create, open, open_with, passphrase, person};
use sigilo::codec::Decode as _;
use sigilo::crypto::Secret;
use sigilo::log::act::{Act, ActKind, Reason};
use sigilo::vault::audit::{self, Known};
use sigilo::vault::shares::{Share, gather};
use sigilo::vault::{Keyring, Location, NewSlot, Rights, SlotKind, Unlock, Vault, VaultError};

const DURESS: &str = "la frase que nadie debe escribir";
const OTHER: &str = "la segunda persona de la casa";

/// Two passphrases, a key file, a recovery code and shares; two records.
fn house(dir: &Path) -> (Vault, Vec<Share>, Secret<32>) {
    let mut vault = create(dir).vault;
    let (other, file) = (passphrase(OTHER), Secret::random().unwrap());
    for (kind, unlock) in [
        (
            SlotKind::Passphrase(common::cost()),
            Unlock::Passphrase(&other),
        ),
        (SlotKind::KeyFile, Unlock::KeyFile(&file)),
    ] {
        let new = NewSlot {
            name: "otra",
            kind,
            unlock,
            rights: Rights::ALL,
        };
        vault.add_slot(&new).unwrap();
    }
    let shares = vault.renew_shares("partes", 2, 3).unwrap();
    vault.seal(&person("Itzel", "Pech")).unwrap();
    vault.seal(&person("Ana", "Canul")).unwrap();
    (vault, shares, file)
}

fn drill(dir: &Path, shares: &[Share]) {
    let secret = gather(&shares[..2]).unwrap();
    Vault::drill_and_log(&Location::new(dir), &Unlock::Shares(&secret)).unwrap();
}

/// What the keyring holds of each slot that opens with something of the house: salt, wrapped secrets.
fn ways_in(keyring: &[u8]) -> Vec<Vec<u8>> {
    let ring = Keyring::from_bytes(keyring).unwrap();
    let slots = ring.slots.iter().filter(|s| !s.kind.is_recovery());
    let mut parts = Vec::new();
    for slot in slots {
        let id = keyring.windows(16).position(|w| w == slot.id.0).unwrap();
        let cost = match slot.kind {
            SlotKind::Passphrase(_) => 12,
            _ => 0,
        };
        let salt = id + 16 + 1 + cost + 1;
        let secrets = salt + 16 + 32 + 32 + 4;
        parts.push(keyring[salt..salt + 16].to_vec());
        parts.push(keyring[secrets..secrets + 136].to_vec());
    }
    parts
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|w| w == needle)
}

fn folder(dir: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        all.extend(fs::read(entry.unwrap().path()).unwrap());
    }
    all
}

/// Nothing of the house opens the folder, nothing that could be guessed against is in it, and whoever
/// has the shares finds everything.
fn destroyed(dir: &Path, before: &[u8], shares: &[Share], file: &Secret<32>) -> Vec<Act> {
    for text in [PASSPHRASE, OTHER, DURESS, ""] {
        assert!(matches!(open_with(dir, text), Err(VaultError::WrongKey)));
    }
    let location = Location::new(dir);
    assert!(matches!(
        Vault::open(&location, &Unlock::KeyFile(file)),
        Err(VaultError::WrongKey)
    ));
    let (ways, all) = (ways_in(before), folder(dir));
    assert_eq!(ways.len(), 6);
    for part in ways {
        assert!(!contains(&all, &part));
    }
    assert!(ways_in(&fs::read(dir.join("keyring")).unwrap()).is_empty());
    let secret = gather(&shares[1..]).unwrap();
    let vault = Vault::open(&location, &Unlock::Shares(&secret)).unwrap();
    let catalog = vault.catalog().unwrap();
    let names = vault.scan(&catalog, |_, r| r.given_names.clone()).unwrap();
    assert_eq!(names, ["Itzel", "Ana"]);
    let report = audit::verify(&location, &Known::default(), |_, _| {}).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(vault.check(|_| {}).unwrap(), []);
    let mut acts = Vec::new();
    vault
        .trail(0, |entry| {
            acts.push(entry.act);
            Ok(())
        })
        .unwrap();
    acts
}

#[test]
fn a_panic_leaves_recovery_and_everything_that_is_sealed() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let (vault, shares, file) = house(&dir);
    let why = Reason::new("allanamiento").unwrap();
    let keyring = dir.join("keyring");
    let before = fs::read(&keyring).unwrap();
    assert!(matches!(vault.panic(&why), Err(VaultError::NotDrilled)));
    // Only a way of recovery proves that recovery works.
    let location = Location::new(&dir);
    assert!(matches!(
        Vault::drill_and_log(&location, &Unlock::KeyFile(&file)),
        Err(VaultError::NotRecovery)
    ));
    assert!(matches!(
        open(&dir).unwrap().panic(&why),
        Err(VaultError::NotDrilled)
    ));
    assert_eq!(fs::read(&keyring).unwrap(), before);
    drill(&dir, &shares);
    let mut vault = open(&dir).unwrap();
    assert_eq!(vault.drilled().unwrap().len(), 1);
    // The proof is that of one set: another one has to be tried again.
    let shares = vault.renew_shares("partes", 2, 3).unwrap();
    assert_eq!(vault.drilled().unwrap(), []);
    drop(vault);
    drill(&dir, &shares);
    // A second name for the file of now shows what becomes of its bytes when it is replaced.
    let before = fs::read(&keyring).unwrap();
    let same = tmp.path().join("mismo");
    fs::hard_link(&keyring, &same).unwrap();
    let left = open(&dir).unwrap().panic(&why).unwrap();
    assert_eq!((left.gone, left.codes, left.shares), (3, 1, 1));
    let after = fs::read(&same).unwrap();
    assert_eq!(after.len(), before.len());
    assert!(after.iter().all(|b| *b == 0));
    let acts = destroyed(&dir, &before, &shares, &file);
    let act = acts
        .iter()
        .rev()
        .find(|a| a.kind == ActKind::Panic)
        .unwrap();
    assert_eq!((act.count, act.reason.as_str()), (3, "allanamiento"));
    // A new way in can be made, and the house works on.
    let secret = gather(&shares[..2]).unwrap();
    let mut vault = Vault::open(&location, &Unlock::Shares(&secret)).unwrap();
    let new = passphrase("una frase nueva y larga");
    let slot = NewSlot {
        name: "dirección",
        kind: SlotKind::Passphrase(common::cost()),
        unlock: Unlock::Passphrase(&new),
        rights: Rights::ALL,
    };
    vault.add_slot(&slot).unwrap();
    assert!(open_with(&dir, "una frase nueva y larga").is_ok());
}

#[test]
fn a_duress_passphrase_looks_like_a_wrong_one_and_destroys() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let (mut vault, shares, file) = house(&dir);
    let duress = passphrase(DURESS);
    assert!(matches!(
        vault.set_duress(Some(&duress)),
        Err(VaultError::NotDrilled)
    ));
    drop(vault);
    drill(&dir, &shares);
    let keyring = dir.join("keyring");
    let never = fs::read(&keyring).unwrap();
    let mut vault = open(&dir).unwrap();
    assert!(matches!(
        vault.set_duress(Some(&passphrase(OTHER))),
        Err(VaultError::KeyInUse)
    ));
    vault.set_duress(Some(&duress)).unwrap();
    let set = fs::read(&keyring).unwrap();
    // It cannot become a way in, either.
    let slot = NewSlot {
        name: "x",
        kind: SlotKind::Passphrase(common::cost()),
        unlock: Unlock::Passphrase(&duress),
        rights: Rights::READ,
    };
    assert!(matches!(vault.add_slot(&slot), Err(VaultError::KeyInUse)));
    assert!(matches!(
        vault.change_key(
            &Unlock::Passphrase(&passphrase(PASSPHRASE)),
            SlotKind::Passphrase(common::cost()),
            &Unlock::Passphrase(&duress),
        ),
        Err(VaultError::KeyInUse)
    ));
    // Taken away, it is a wrong passphrase and nothing else; no keyring has another length.
    vault.set_duress(None).unwrap();
    let removed = fs::read(&keyring).unwrap();
    assert_eq!([never.len(), removed.len()], [set.len(); 2]);
    assert!(matches!(open_with(&dir, DURESS), Err(VaultError::WrongKey)));
    assert_eq!(fs::read(&keyring).unwrap(), removed);
    // New keys for the records leave it where it is, new shares take it away.
    vault.set_duress(Some(&duress)).unwrap();
    let new = vault.renew_shares("partes", 2, 3).unwrap();
    drop(vault);
    assert!(matches!(open_with(&dir, DURESS), Err(VaultError::WrongKey)));
    let mut vault = open(&dir).unwrap();
    drill(&dir, &new);
    let shares = new;
    vault.set_duress(Some(&duress)).unwrap();
    vault.rotate(&Reason::none(), |_, _| {}).unwrap();
    drop(vault);
    let before = fs::read(&keyring).unwrap();
    let same = tmp.path().join("mismo");
    fs::hard_link(&keyring, &same).unwrap();
    assert!(matches!(
        open_with(&dir, "otra cosa"),
        Err(VaultError::WrongKey)
    ));
    assert_eq!(fs::read(&keyring).unwrap(), before);
    assert!(matches!(open_with(&dir, DURESS), Err(VaultError::WrongKey)));
    assert!(fs::read(&same).unwrap().iter().all(|b| *b == 0));
    let acts = destroyed(&dir, &before, &shares, &file);
    let act = acts
        .iter()
        .rev()
        .find(|a| a.kind == ActKind::Panic)
        .unwrap();
    assert_eq!(act.count, 3);
}

#[test]
fn a_second_person_under_duress_destroys_as_well() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let (vault, shares, file) = house(&dir);
    drop(vault);
    drill(&dir, &shares);
    let mut vault = open(&dir).unwrap();
    let duress = passphrase(DURESS);
    vault.set_duress(Some(&duress)).unwrap();
    let before = fs::read(dir.join("keyring")).unwrap();
    assert!(matches!(
        vault.bring_second(&Unlock::Passphrase(&duress)),
        Err(VaultError::WrongKey)
    ));
    // The program that was open is out, too.
    assert!(vault.seal(&person("Eva", "Mex")).is_err());
    drop(vault);
    destroyed(&dir, &before, &shares, &file);
}

fn run(dir: &Path, text: &str, args: &[&str]) -> Output {
    let typed = dir.with_file_name("escrito");
    fs::write(&typed, text).unwrap();
    Command::new(env!("CARGO_BIN_EXE_sigilo"))
        .args(args)
        .env("SIGILO_VAULT", dir)
        .env("SIGILO_LANG", "es")
        .env("SIGILO_PASSPHRASE_FILE", &typed)
        .output()
        .unwrap()
}

#[test]
fn the_command_says_the_same_of_both() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let (vault, shares, file) = house(&dir);
    drop(vault);
    drill(&dir, &shares);
    let mut vault = open(&dir).unwrap();
    vault.set_duress(Some(&passphrase(DURESS))).unwrap();
    drop(vault);
    let before = fs::read(dir.join("keyring")).unwrap();
    let wrong = run(&dir, "no es esta", &["list"]);
    assert_eq!(fs::read(dir.join("keyring")).unwrap(), before);
    let duress = run(&dir, DURESS, &["list"]);
    assert_eq!(wrong.status.code(), Some(4));
    assert_eq!(wrong, duress);
    assert_eq!(run(&dir, PASSPHRASE, &["list"]), wrong);
    destroyed(&dir, &before, &shares, &file);
}

/// A code holds a part of a key that needs two: alone it would leave records that nobody opens.
#[test]
fn where_a_compartment_needs_two_only_shares_are_a_recovery() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let location = Location::new(&dir);
    let made = create(&dir);
    let mut vault = made.vault;
    let duress = passphrase(DURESS);
    Vault::drill_and_log(&location, &Unlock::Recovery(&made.recovery)).unwrap();
    vault.set_duress(Some(&duress)).unwrap();
    let two = vault.add_compartment("entre dos", true).unwrap();
    let why = Reason::none();
    assert!(matches!(
        vault.set_duress(Some(&duress)),
        Err(VaultError::NotDrilled)
    ));
    vault.seal_into(&person("Itzel", "Pech"), two).unwrap();
    vault.seal(&person("Ana", "Canul")).unwrap();
    let shares = vault.renew_shares("partes", 2, 3).unwrap();
    assert!(matches!(vault.panic(&why), Err(VaultError::NotDrilled)));
    // The duress passphrase of before went with the compartment.
    let keyring = fs::read(dir.join("keyring")).unwrap();
    assert!(matches!(open_with(&dir, DURESS), Err(VaultError::WrongKey)));
    assert_eq!(fs::read(dir.join("keyring")).unwrap(), keyring);
    drill(&dir, &shares);
    open(&dir).unwrap().panic(&why).unwrap();
    let secret = gather(&shares[..2]).unwrap();
    let vault = Vault::open(&location, &Unlock::Shares(&secret)).unwrap();
    assert_eq!(vault.catalog().unwrap().items().len(), 2);
    assert_eq!(vault.check(|_| {}).unwrap(), []);
}

/// A program that is stopped behind the commit and before the new keyring is in its place leaves the
/// old one, or what is left of it, and the new one beside it.
#[test]
fn an_interrupted_change_is_ended_and_leaves_nothing_of_the_old_keyring() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let (vault, shares, file) = house(&dir);
    drop(vault);
    drill(&dir, &shares);
    let (keyring, staged) = (dir.join("keyring"), dir.join("keyring.new"));
    let before = fs::read(&keyring).unwrap();
    open(&dir).unwrap().panic(&Reason::none()).unwrap();
    let after = fs::read(&keyring).unwrap();
    let same = tmp.path().join("mismo");
    for old in [before.clone(), vec![0; before.len()]] {
        fs::write(&staged, &after).unwrap();
        fs::remove_file(&keyring).unwrap();
        fs::write(&keyring, &old).unwrap();
        let _ = fs::remove_file(&same);
        fs::hard_link(&keyring, &same).unwrap();
        assert!(matches!(open(&dir), Err(VaultError::WrongKey)));
        assert!(!staged.exists());
        assert_eq!(fs::read(&keyring).unwrap(), after);
        for part in ways_in(&before) {
            assert!(!contains(&fs::read(&same).unwrap(), &part));
        }
    }
    destroyed(&dir, &before, &shares, &file);
}
