//! What two people do together.

mod common;

use std::path::Path;

use common::{create, open, passphrase, person};
use sigilo::log::act::{Act, ActKind, Reason};
use sigilo::vault::audit::{self, Known};
use sigilo::vault::{
    ActNote, Guarded, Location, NewSlot, Policy, Rights, SlotId, SlotKind, Unlock, Vault,
    VaultError,
};

const OTHER: &str = "la segunda persona de la casa";
const READER: &str = "solo lee y nada más que eso";

fn add(vault: &mut Vault, name: &str, text: &str, rights: Rights) -> Result<SlotId, VaultError> {
    vault.add_slot(&NewSlot {
        name,
        kind: SlotKind::Passphrase(common::cost()),
        unlock: Unlock::Passphrase(&passphrase(text)),
        rights,
    })
}

fn bring(vault: &mut Vault, text: &str) -> Result<SlotId, VaultError> {
    vault.bring_second(&Unlock::Passphrase(&passphrase(text)))
}

fn acts(vault: &Vault) -> Vec<Act> {
    let mut acts = Vec::new();
    vault
        .trail(0, |entry| {
            acts.push(entry.act);
            Ok(())
        })
        .unwrap();
    acts
}

fn sound(dir: &Path, vault: &Vault) {
    let report = audit::verify(&Location::new(dir), &Known::default(), |_, _| {}).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(vault.check(|_| {}).unwrap(), []);
}

fn needs_two<T>(done: Result<T, VaultError>) {
    assert!(matches!(done, Err(VaultError::NeedsTwo)));
}

#[test]
fn what_needs_two_is_refused_to_one_and_carries_both_signatures() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let mut vault = create(&dir).vault;
    let none = Reason::none();
    let policy = Policy::default()
        .with(Guarded::Export)
        .with(Guarded::Evidence)
        .with(Guarded::Opening)
        .alone(2);
    let other = add(&mut vault, "otra", OTHER, Rights::ALL).unwrap();
    let reader = Rights::READ.and(Rights::LOG);
    add(&mut vault, "lectora", READER, reader).unwrap();
    assert!(vault.require_two(Guarded::Export, 1).is_ok());
    vault.set_policy(policy, &none).unwrap();
    needs_two(vault.require_two(Guarded::Export, 1));
    needs_two(vault.require_two(Guarded::Opening, 3));
    vault.require_two(Guarded::Opening, 2).unwrap();
    vault.require_two(Guarded::Referral, 1).unwrap();
    let record = vault.seal(&person("Itzel", "Pech")).unwrap();
    let file = vault
        .add_evidence(record, "foto.jpg", &b"bytes"[..], &none, |_| {})
        .unwrap();
    let mut out = Vec::new();
    needs_two(vault.extract_evidence(&file, &mut out, &none));
    assert!(out.is_empty());
    // Loosening it, and making oneself a second slot, need two as well.
    needs_two(vault.set_policy(Policy::default(), &none));
    needs_two(add(&mut vault, "yo otra vez", "otra mía", Rights::ALL));
    needs_two(vault.renew_recovery("r"));
    needs_two(vault.renew_shares("r", 2, 3));
    needs_two(vault.change_slot(other, Rights::READ, None));
    add(&mut vault, "recepción", "una de recepción", Rights::SEAL).unwrap();
    // Nobody is their own second, and the second needs the right, too.
    assert!(matches!(
        bring(&mut vault, common::PASSPHRASE),
        Err(VaultError::SameSlot)
    ));
    assert!(matches!(
        bring(&mut vault, "no es de nadie"),
        Err(VaultError::WrongKey)
    ));
    bring(&mut vault, READER).unwrap();
    needs_two(vault.require_two(Guarded::Export, 1));
    vault.require_two(Guarded::Opening, 3).unwrap();
    drop(vault);
    // Reading is not letting out.
    let vault = common::open_with(&dir, READER).unwrap();
    assert!(matches!(
        vault.extract_evidence(&file, &mut out, &none),
        Err(VaultError::NotAllowed)
    ));
    drop(vault);

    let mut vault = open(&dir).unwrap();
    let own = vault.access().slot;
    assert_eq!(vault.policy(), policy);
    assert_eq!(bring(&mut vault, OTHER).unwrap(), other);
    vault.require_two(Guarded::Export, 500).unwrap();
    vault.log(ActNote::new(ActKind::Export).count(1)).unwrap();
    vault.extract_evidence(&file, &mut out, &none).unwrap();
    assert_eq!(out, b"bytes");
    let looser = Policy::default().with(Guarded::Export);
    vault.set_policy(looser, &none).unwrap();
    let acts = acts(&vault);
    for kind in [ActKind::Export, ActKind::EvidenceExtracted, ActKind::Policy] {
        let act = acts.iter().rev().find(|a| a.kind == kind).unwrap();
        assert_eq!((act.actor, act.second), (own.0, Some(other.0)), "{kind:?}");
    }
    assert!(acts.iter().any(|a| a.second.is_none()));
    sound(&dir, &vault);
    // Two that manage the keys stay, or nobody could ever change the policy again.
    let recovery = vault.keyring().slots[1].id;
    vault.remove_slot(recovery).unwrap();
    assert!(matches!(
        vault.remove_slot(other),
        Err(VaultError::LastSlot)
    ));
    vault.set_policy(Policy::default(), &none).unwrap();
    vault.remove_slot(other).unwrap();
    drop(vault);
    // Acts of a second slot that is no more stay proven.
    sound(&dir, &open(&dir).unwrap());
}

#[test]
fn a_program_that_leaves_out_the_second_is_found() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let mut vault = create(&dir).vault;
    let policy = Policy::default().with(Guarded::Export);
    vault.set_policy(policy, &Reason::none()).unwrap();
    // What an altered program does: it logs the act, and never asks.
    vault.log(ActNote::new(ActKind::Export).count(3)).unwrap();
    let at = vault.log_size().unwrap() - 1;
    assert_eq!(vault.check(|_| {}).unwrap(), [audit::Finding::Alone(at)]);
}

/// Whoever comes back after a panic must be able to make new keys, whatever needed two before.
#[test]
fn a_policy_outlives_a_panic_and_locks_nobody_out() {
    for by_code in [false, true] {
        let tmp = tempfile::tempdir().unwrap();
        let dir = tmp.path().join("casa");
        let location = Location::new(&dir);
        let mut vault = create(&dir).vault;
        add(&mut vault, "otra", OTHER, Rights::ALL).unwrap();
        let code = vault.renew_recovery("recuperación").unwrap();
        let secret = (!by_code).then(|| {
            let shares = vault.renew_shares("partes", 2, 3).unwrap();
            sigilo::vault::shares::gather(&shares[..2]).unwrap()
        });
        let unlock = match &secret {
            Some(secret) => Unlock::Shares(secret),
            None => Unlock::Recovery(&code),
        };
        drop(vault);
        Vault::drill_and_log(&location, &unlock).unwrap();
        let mut vault = open(&dir).unwrap();
        let policy = Policy::default().with(Guarded::Export);
        vault.set_policy(policy, &Reason::none()).unwrap();
        vault.panic(&Reason::none()).unwrap();
        if !by_code {
            // One piece of paper is one person, also then: shares are left to agree.
            let mut vault = Vault::open(&location, &Unlock::Recovery(&code)).unwrap();
            needs_two(add(&mut vault, "nueva", READER, Rights::ALL));
        }
        let mut vault = Vault::open(&location, &unlock).unwrap();
        assert_eq!(vault.require_two(Guarded::Export, 1).is_ok(), !by_code);
        add(&mut vault, "nueva", READER, Rights::ALL).unwrap();
        // From here on there is somebody to ask again.
        if by_code {
            needs_two(add(&mut vault, "más", OTHER, Rights::ALL));
        }
        sound(&dir, &vault);
        drop(vault);
        sound(&dir, &common::open_with(&dir, READER).unwrap());
    }
}

#[test]
fn the_first_policy_needs_a_second_slot_to_be_there() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let mut vault = create(&dir).vault;
    let recovery = vault.keyring().slots[1].id;
    vault.remove_slot(recovery).unwrap();
    let policy = Policy::default().with(Guarded::Export);
    assert!(matches!(
        vault.set_policy(policy, &Reason::none()),
        Err(VaultError::LastSlot)
    ));
}
