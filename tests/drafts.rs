//! Unfinished interviews: sealed where their record will lie, gone on with, finished, given up.

use sigilo::crypto::Secret;
use sigilo::log::act::ActKind;
use sigilo::record::{FieldId, Kind, Record};
use sigilo::vault::audit::{self, Known};
use sigilo::vault::{Location, NewSlot, Rights, SlotKind, Unlock, Vault, VaultError};

fn key(byte: u8) -> Secret<32> {
    Secret::init_with(|b| b.fill(byte))
}

fn slot<'a>(name: &'a str, key: &'a Secret<32>, rights: Rights) -> NewSlot<'a> {
    NewSlot {
        name,
        kind: SlotKind::KeyFile,
        unlock: Unlock::KeyFile(key),
        rights,
    }
}

fn made(dir: &std::path::Path) -> (Location, Vault) {
    let location = Location::new(dir.join("casa"));
    let first = key(1);
    let made = Vault::create(
        &location,
        "Casa",
        &[("victim", &[0]), ("witness", &[1])],
        &slot("dirección", &first, Rights::ALL),
        "código",
    )
    .unwrap();
    (location, made.vault)
}

fn told(name: &str) -> Record {
    let mut record = Record::new(Kind::Victim);
    record.preferred_name = name.into();
    record
}

fn stored(dir: &std::path::Path) -> Vec<u8> {
    std::fs::read(dir.join("casa/vault.db")).unwrap()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|w| w == text.as_bytes())
}

#[test]
fn a_draft_is_sealed_gone_on_with_and_finished() {
    let tmp = tempfile::tempdir().unwrap();
    let (location, vault) = made(tmp.path());
    vault
        .save_draft(&told("Xochitlalpan"), Some(FieldId::Sex), None, None)
        .unwrap();
    assert!(!holds(&stored(tmp.path()), "Xochitlalpan"));
    // It is no record: nobody finds, lists or counts it.
    assert!(vault.catalog().unwrap().items().is_empty());
    let drafts = vault.drafts().unwrap();
    assert_eq!(drafts.len(), 1);
    assert_eq!(drafts[0].at, Some(FieldId::Sex));
    let mut record = drafts[0].record.clone();
    record.given_names = "Rosa".into();
    vault
        .save_draft(&record, None, None, Some(&drafts[0]))
        .unwrap();
    let now = vault.drafts().unwrap();
    assert_eq!(now.len(), 1);
    assert_eq!(now[0].id, drafts[0].id);
    assert_eq!(now[0].record.given_names, "Rosa");
    // Somebody who still holds the older one does not write over it.
    assert!(matches!(
        vault.save_draft(&record, None, None, Some(&drafts[0])),
        Err(VaultError::Changed)
    ));
    let id = vault.seal_draft(&record, None, &now[0]).unwrap();
    assert_eq!(vault.count_drafts().unwrap(), 0);
    let catalog = vault.catalog().unwrap();
    assert_eq!(catalog.items().len(), 1);
    assert_eq!(catalog.items()[0].id, id);
    assert!(matches!(
        vault.seal_draft(&record, None, &now[0]),
        Err(VaultError::Changed)
    ));
    assert!(vault.check(|_| {}).unwrap().is_empty());
    let report = audit::verify(&location, &Known::default(), |_, _| {}).unwrap();
    assert!(report.is_sound(), "{:?}", report.findings);
    assert_eq!(report.erased, 2);
    let mut kinds = Vec::new();
    vault
        .trail(2, |entry| {
            kinds.push(entry.act.kind);
            Ok(())
        })
        .unwrap();
    let draft = ActKind::Draft;
    assert_eq!(kinds, [draft, draft, draft, draft, ActKind::Seal]);
    // The next to open it accepts what was logged.
    drop(vault);
    Vault::open(&location, &Unlock::KeyFile(&key(1))).unwrap();
}

#[test]
fn a_draft_is_read_only_by_those_who_could_read_the_record() {
    let tmp = tempfile::tempdir().unwrap();
    let (location, mut vault) = made(tmp.path());
    let other = key(3);
    let victims = vault.access().roster.compartment_named("victim").unwrap();
    let rights = Rights::READ.and(Rights::SEAL).and(Rights::LOG);
    vault
        .add_slot_for(&slot("turno", &other, rights), Some(&[victims]))
        .unwrap();
    let mut witness = told("Chelo");
    witness.kind = Kind::Witness;
    vault.save_draft(&witness, None, None, None).unwrap();
    vault.save_draft(&told("Lupita"), None, None, None).unwrap();
    assert_eq!(vault.count_drafts().unwrap(), 2);
    drop(vault);
    let turn = Vault::open(&location, &Unlock::KeyFile(&other)).unwrap();
    let drafts = turn.drafts().unwrap();
    assert_eq!(drafts.len(), 1);
    assert_eq!(drafts[0].record.preferred_name, "Lupita");
}

#[test]
fn an_intake_key_leaves_a_draft_and_cannot_go_on_with_it() {
    let tmp = tempfile::tempdir().unwrap();
    let (location, mut vault) = made(tmp.path());
    let intake = key(2);
    vault
        .add_slot(&slot("recepción", &intake, Rights::SEAL))
        .unwrap();
    drop(vault);
    let reception = Vault::open(&location, &Unlock::KeyFile(&intake)).unwrap();
    reception
        .save_draft(&told("Lupita"), Some(FieldId::GivenNames), None, None)
        .unwrap();
    assert!(matches!(reception.drafts(), Err(VaultError::NotAllowed)));
    drop(reception);
    let vault = Vault::open(&location, &Unlock::KeyFile(&key(1))).unwrap();
    let drafts = vault.drafts().unwrap();
    assert_eq!(drafts[0].record.preferred_name, "Lupita");
    vault.discard_draft(&drafts[0]).unwrap();
    assert!(vault.drafts().unwrap().is_empty());
}
