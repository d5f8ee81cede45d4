//! Which slot opens what.

mod common;

use std::path::Path;

use common::{PASSPHRASE, create, open, open_with, passphrase, person};
use sigilo::crypto::travel::Identity;
use sigilo::log::act::Reason;
use sigilo::record::{Kind, Record};
use sigilo::vault::audit::{self, Known};
use sigilo::vault::shares::gather;
use sigilo::vault::{
    CompartmentId, Location, NewSlot, ObjectId, Rights, SlotKind, Unlock, Vault, VaultError,
};

const LAWYER: &str = "la abogada de los testigos";
const OTHER: &str = "la segunda persona de la casa";

fn slot<'a>(name: &'a str, key: Unlock<'a>, rights: Rights) -> NewSlot<'a> {
    let kind = match key {
        Unlock::AgeRecipient(_) => SlotKind::Age,
        _ => SlotKind::Passphrase(common::cost()),
    };
    NewSlot {
        name,
        kind,
        unlock: key,
        rights,
    }
}

fn witness(given: &str) -> Record {
    let mut record = person(given, "Soc");
    record.kind = Kind::Witness;
    record
}

fn compartment(vault: &Vault, name: &str) -> CompartmentId {
    vault.access().roster.compartment_named(name).unwrap()
}

fn names(vault: &Vault) -> Vec<String> {
    let catalog = vault.catalog().unwrap();
    let mut names = vault.scan(&catalog, |_, r| r.given_names.clone()).unwrap();
    names.sort();
    names
}

fn sound(dir: &Path, vault: &Vault) {
    let report = audit::verify(&Location::new(dir), &Known::default(), |_, _| {}).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(vault.check(|_| {}).unwrap(), []);
}

fn reading() -> Rights {
    Rights::SEAL.and(Rights::READ).and(Rights::LOG)
}

#[test]
fn a_slot_opens_the_compartments_that_were_chosen_for_it() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let mut vault = create(&dir).vault;
    let secret = vault.add_compartment("protegidos", false).unwrap();
    assert!(matches!(
        vault.add_compartment("protegidos", true),
        Err(VaultError::BadName)
    ));
    vault.seal(&person("Ana", "Pech")).unwrap();
    let seen = vault.seal(&witness("Rosa")).unwrap();
    let kept = vault.seal_into(&person("Itzel", "Canul"), secret).unwrap();
    let state = compartment(&vault, "state");
    assert!(matches!(
        vault.seal_into(&person("Eva", "Mex"), state),
        Err(VaultError::NoCompartment)
    ));
    let victims = compartment(&vault, "victim");
    assert!(matches!(
        vault.seal_into(&witness("Eva"), victims),
        Err(VaultError::NoCompartment)
    ));
    let key = passphrase(LAWYER);
    let new = slot("abogada", Unlock::Passphrase(&key), reading());
    let witnesses = [compartment(&vault, "witness")];
    let lawyer = vault.add_slot_for(&new, Some(&witnesses)).unwrap();
    let leaf_of = |vault: &Vault, id: ObjectId| {
        let catalog = vault.catalog().unwrap();
        catalog.get(id).unwrap().latest().leaf
    };
    let (seen_leaf, kept_leaf) = (leaf_of(&vault, seen), leaf_of(&vault, kept));
    // A record that somebody put into a compartment by name stays there.
    vault
        .amend(kept, 1, &person("Itzel", "Canul Pat"), &Reason::none())
        .unwrap();
    let catalog = vault.catalog().unwrap();
    assert_eq!(catalog.get(kept).unwrap().compartment, secret);
    drop(vault);

    let other = open_with(&dir, LAWYER).unwrap();
    assert_eq!(names(&other), ["Rosa"]);
    assert_eq!(other.read(seen_leaf).unwrap().given_names, "Rosa");
    assert!(matches!(other.read(kept_leaf), Err(VaultError::Locked)));
    // Whoever seals needs no key to read: it may go where they cannot look.
    other.seal(&person("Lupe", "Chi")).unwrap();
    assert_eq!(names(&other), ["Rosa"]);
    assert!(other.state("nada").unwrap().is_none());
    sound(&dir, &other);
    drop(other);

    // The choice can be changed without the other's passphrase, and outlasts new keys.
    let mut vault = open(&dir).unwrap();
    vault.rotate(&Reason::none(), |_, _| {}).unwrap();
    drop(vault);
    assert_eq!(names(&open_with(&dir, LAWYER).unwrap()), ["Rosa"]);
    let mut vault = open(&dir).unwrap();
    vault
        .change_slot(lawyer, reading(), Some(&[secret]))
        .unwrap();
    assert!(matches!(
        vault.change_slot(vault.access().slot, Rights::SEAL, None),
        Err(VaultError::NotAllowed)
    ));
    drop(vault);
    assert_eq!(names(&open_with(&dir, LAWYER).unwrap()), ["Itzel"]);
    let mut vault = open(&dir).unwrap();
    vault.change_slot(lawyer, Rights::SEAL, None).unwrap();
    sound(&dir, &vault);
    drop(vault);
    let intake = open_with(&dir, LAWYER).unwrap();
    assert!(matches!(intake.catalog(), Err(VaultError::NotAllowed)));
}

#[test]
fn nobody_gives_a_compartment_that_they_do_not_open() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let mut vault = create(&dir).vault;
    let key = passphrase(LAWYER);
    let new = slot("abogada", Unlock::Passphrase(&key), Rights::ALL);
    let witnesses = [compartment(&vault, "witness")];
    vault.add_slot_for(&new, Some(&witnesses)).unwrap();
    drop(vault);
    let mut vault = open_with(&dir, LAWYER).unwrap();
    let key = passphrase(OTHER);
    let new = slot("otra", Unlock::Passphrase(&key), reading());
    assert!(matches!(vault.add_slot(&new), Err(VaultError::NotAllowed)));
    assert!(matches!(
        vault.add_compartment("más", false),
        Err(VaultError::NotAllowed)
    ));
    vault.add_slot_for(&new, Some(&witnesses)).unwrap();
    sound(&dir, &vault);
    drop(vault);
    // What was refused left nothing behind, and took nothing from anybody.
    let vault = open(&dir).unwrap();
    vault.seal(&person("Ana", "Pech")).unwrap();
    assert_eq!(names(&vault), ["Ana"]);
}

#[test]
fn what_needs_two_opens_for_two_and_for_enough_shares() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let mut vault = create(&dir).vault;
    let other = passphrase(OTHER);
    let new = slot("otra", Unlock::Passphrase(&other), Rights::ALL);
    vault.add_slot(&new).unwrap();
    let shares = vault.renew_shares("partes", 2, 3).unwrap();
    let id = vault.add_compartment("entre dos", true).unwrap();
    let record = vault.seal_into(&person("Itzel", "Canul"), id).unwrap();
    // Who made it has the key until the program ends.
    assert_eq!(names(&vault), ["Itzel"]);
    let leaf = vault.catalog().unwrap().get(record).unwrap().latest().leaf;
    drop(vault);

    let mut vault = open(&dir).unwrap();
    assert!(names(&vault).is_empty());
    assert!(matches!(vault.read(leaf), Err(VaultError::Locked)));
    let key = passphrase(LAWYER);
    let new = slot("abogada", Unlock::Passphrase(&key), reading());
    for refused in [
        vault.add_slot(&new).err(),
        vault.add_compartment("más", false).err(),
        vault.rotate(&Reason::none(), |_, _| {}).err(),
    ] {
        assert!(matches!(refused, Some(VaultError::NeedsTwo)), "{refused:?}");
    }
    assert!(vault.seal_into(&person("Ana", "Pech"), id).is_ok());
    vault.bring_second(&Unlock::Passphrase(&other)).unwrap();
    assert_eq!(names(&vault), ["Ana", "Itzel"]);
    vault.add_slot(&new).unwrap();
    vault.rotate(&Reason::none(), |_, _| {}).unwrap();
    assert_eq!(names(&vault), ["Ana", "Itzel"]);
    sound(&dir, &vault);
    drop(vault);

    // Any two slots, the new one too; none alone; enough shares.
    let mut lawyer = open_with(&dir, LAWYER).unwrap();
    assert!(names(&lawyer).is_empty());
    let chief = passphrase(PASSPHRASE);
    lawyer.bring_second(&Unlock::Passphrase(&chief)).unwrap();
    assert_eq!(names(&lawyer), ["Ana", "Itzel"]);
    drop(lawyer);
    let secret = gather(&shares[1..]).unwrap();
    let vault = Vault::open(&Location::new(&dir), &Unlock::Shares(&secret)).unwrap();
    assert_eq!(names(&vault), ["Ana", "Itzel"]);
}

#[test]
fn two_that_open_what_needs_two_stay() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let mut vault = create(&dir).vault;
    let other = passphrase(OTHER);
    let new = slot("otra", Unlock::Passphrase(&other), Rights::ALL);
    let other = vault.add_slot(&new).unwrap();
    vault.add_compartment("entre dos", true).unwrap();
    let code = vault.keyring().slots[1].id;
    vault.remove_slot(code).unwrap();
    let last = |done: Result<(), VaultError>| assert!(matches!(done, Err(VaultError::LastSlot)));
    last(vault.remove_slot(other));
    last(vault.change_slot(other, Rights::SEAL, None));
    let some = [compartment(&vault, "victim")];
    last(vault.change_slot(other, reading(), Some(&some)));
    vault.renew_shares("partes", 2, 3).unwrap();
    vault.remove_slot(other).unwrap();
    sound(&dir, &vault);
}

#[test]
fn an_age_identity_is_a_way_in() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let mut vault = create(&dir).vault;
    vault.seal(&person("Ana", "Pech")).unwrap();
    let (identity, stranger) = (Identity::generate(), Identity::generate());
    let recipient = identity.recipient();
    let new = slot("memoria", Unlock::AgeRecipient(&recipient), Rights::ALL);
    let added = vault.add_slot(&new).unwrap();
    drop(vault);
    let location = Location::new(&dir);
    assert!(matches!(
        Vault::open(&location, &Unlock::Age(&stranger)),
        Err(VaultError::WrongKey)
    ));
    // A recipient is public and opens nothing.
    assert!(matches!(
        Vault::open(&location, &Unlock::AgeRecipient(&recipient)),
        Err(VaultError::WrongKey)
    ));
    let vault = Vault::open(&location, &Unlock::Age(&identity)).unwrap();
    assert_eq!(vault.access().slot, added);
    assert_eq!(names(&vault), ["Ana"]);
    drop(vault);
    let mut vault = open(&dir).unwrap();
    vault.remove_slot(added).unwrap();
    drop(vault);
    assert!(matches!(
        Vault::open(&location, &Unlock::Age(&identity)),
        Err(VaultError::WrongKey)
    ));
    sound(&dir, &open(&dir).unwrap());
}
