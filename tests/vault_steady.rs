//! What stands when something else does not go well: steps behind an act that is done, another program that
//! changes the keys meanwhile, a change of keys that fails.

mod common;

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use common::person;
use sigilo::crypto::Secret;
use sigilo::log::act::Reason;
use sigilo::vault::audit::{self, Known};
use sigilo::vault::{
    Guarded, Location, NewSlot, Policy, Rights, SlotKind, Unlock, Vault, VaultError,
};

fn key(byte: u8) -> Secret<32> {
    Secret::init_with(|b| b.fill(byte))
}

fn slot<'a>(name: &'a str, key: &'a Secret<32>) -> NewSlot<'a> {
    NewSlot {
        name,
        kind: SlotKind::KeyFile,
        unlock: Unlock::KeyFile(key),
        rights: Rights::ALL,
    }
}

fn create(dir: &Path) -> Vault {
    let first = key(1);
    let made = Vault::create(
        &Location::new(dir),
        "Casa de prueba",
        &[("victim", &[0]), ("witness", &[1])],
        &slot("dirección", &first),
        "recuperación",
    );
    made.unwrap().vault
}

fn open(dir: &Path) -> Result<Vault, VaultError> {
    Vault::open(&Location::new(dir), &Unlock::KeyFile(&key(1)))
}

fn sound(dir: &Path) {
    let report = audit::verify(&Location::new(dir), &Known::default(), |_, _| {}).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(open(dir).unwrap().check(|_| {}).unwrap(), []);
}

/// A folder that is not empty stands where the copy of the head goes: it cannot be put there.
fn block(path: &Path) -> Vec<u8> {
    let before = fs::read(path).unwrap();
    fs::remove_file(path).unwrap();
    fs::create_dir(path).unwrap();
    fs::write(path.join("x"), "").unwrap();
    before
}

#[test]
fn an_act_that_is_done_is_not_told_as_failed() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let mut vault = create(&dir);
    let head = block(&dir.join("checkpoint"));
    let none = Reason::none();
    let id = vault.seal(&person("Ana", "Canul")).unwrap();
    vault
        .amend(id, 1, &person("Ana Luz", "Canul"), &none)
        .unwrap();
    let file = vault.add_evidence(id, "foto", &b"bytes"[..], &none, |_| {});
    file.unwrap();
    vault.add_slot(&slot("otra", &key(2))).unwrap();
    // The stick with the keyring is gone after the log has named the new one: the next opening ends it.
    let ring = block(&dir.join("keyring"));
    vault.add_slot(&slot("tercera", &key(3))).unwrap();
    let names: Vec<_> = vault
        .access()
        .roster
        .slots
        .iter()
        .map(|(_, n)| n.clone())
        .collect();
    assert_eq!(names, ["dirección", "recuperación", "otra", "tercera"]);
    // No half a file is left beside what could not be replaced.
    for entry in fs::read_dir(&dir).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let known = [
            "vault.db",
            "keyring",
            "keyring.new",
            "checkpoint",
            "evidence",
        ];
        assert!(known.contains(&name.as_str()), "{name}");
    }
    drop(vault);
    for (name, bytes) in [("checkpoint", head), ("keyring", ring)] {
        fs::remove_dir_all(dir.join(name)).unwrap();
        fs::write(dir.join(name), bytes).unwrap();
    }
    // What was told as done is there. The head is one of before: older, and of this log.
    let vault = Vault::open(&Location::new(&dir), &Unlock::KeyFile(&key(3))).unwrap();
    let catalog = vault.catalog().unwrap();
    assert_eq!(catalog.get(id).unwrap().versions.len(), 2);
    assert_eq!(vault.evidence().unwrap().len(), 1);
    assert!(!dir.join("keyring.new").exists());
    drop(vault);
    sound(&dir);
}

#[test]
fn who_opens_while_another_program_changes_the_keys_gets_in() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let mut vault = create(&dir);
    let done = AtomicBool::new(false);
    let opened = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                match audit::verify(&Location::new(&dir), &Known::default(), |_, _| {}) {
                    Ok(report) => assert_eq!(report.findings, []),
                    Err(e) => assert!(matches!(e, VaultError::Interrupted), "{e:?}"),
                }
            }
        });
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut opened = 0;
                    while !done.load(Ordering::Relaxed) {
                        open(&dir).unwrap_or_else(|e| panic!("opening {opened}: {e:?}"));
                        opened += 1;
                    }
                    opened
                })
            })
            .collect();
        for _ in 0..20 {
            let id = vault.add_slot(&slot("otra", &key(2))).unwrap();
            vault.remove_slot(id).unwrap();
        }
        done.store(true, Ordering::Relaxed);
        readers.into_iter().map(|r| r.join().unwrap()).sum::<u32>()
    });
    assert!(opened > 0);
    drop(vault);
    sound(&dir);
}

/// Two programs add keys in turn, each surprised by the other: no key that was told as added is lost.
#[test]
fn two_programs_that_change_keys_at_once_lose_none() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    drop(create(&dir));
    std::thread::scope(|scope| {
        for n in 0..2u8 {
            let dir = &dir;
            scope.spawn(move || {
                for m in 0..8 {
                    let own = key(10 + 8 * n + m);
                    let name = format!("{n} {m}");
                    loop {
                        let done = open(dir).unwrap().add_slot(&slot(&name, &own));
                        match done {
                            Ok(_) => break,
                            Err(e) => assert!(matches!(e, VaultError::KeysChanged), "{e:?}"),
                        }
                    }
                }
            });
        }
    });
    for byte in 10..26 {
        let key = key(byte);
        Vault::open(&Location::new(&dir), &Unlock::KeyFile(&key)).unwrap();
    }
    assert!(!dir.join("keyring.new").exists());
    sound(&dir);
}

/// A change that counts and was not ended is not written over by the next one, also by a program that could
/// not end it when it opened the vault.
#[test]
fn a_keyring_on_its_way_is_put_in_its_place_before_the_next_one_is_made() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let mut vault = create(&dir);
    let (ring, staged) = (dir.join("keyring"), dir.join("keyring.new"));
    let before = fs::read(&ring).unwrap();
    vault.add_slot(&slot("otra", &key(2))).unwrap();
    drop(vault);
    // As a killed program leaves it: named, and beside its place.
    let named = fs::read(&ring).unwrap();
    fs::rename(&ring, &staged).unwrap();
    fs::write(&ring, &before).unwrap();
    let lock = rusqlite::Connection::open(dir.join("vault.db")).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    // Another program is writing: this one opens the vault, and moves nothing.
    let mut vault = open(&dir).unwrap();
    assert_eq!(fs::read(&staged).unwrap(), named);
    assert_eq!(fs::read(&ring).unwrap(), before);
    lock.execute_batch("ROLLBACK").unwrap();
    drop(lock);
    fs::hard_link(&ring, dir.join("viejo")).unwrap();
    vault.add_slot(&slot("tercera", &key(3))).unwrap();
    drop(vault);
    // The one of before the first change was overwritten, the one between as well.
    assert!(fs::read(dir.join("viejo")).unwrap().iter().all(|b| *b == 0));
    fs::remove_file(dir.join("viejo")).unwrap();
    for byte in [2, 3] {
        let key = key(byte);
        Vault::open(&Location::new(&dir), &Unlock::KeyFile(&key)).unwrap();
    }
    sound(&dir);
}

/// What an interrupted change left beside the keyring opens what the keyring then opened: it does not outlive
/// the next change, neither in its place nor in the blocks that it had.
#[test]
fn what_a_change_left_that_never_counted_is_overwritten() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let mut vault = create(&dir);
    let second = vault.add_slot(&slot("otra", &key(2))).unwrap();
    fs::copy(dir.join("keyring"), dir.join("keyring.new")).unwrap();
    fs::OpenOptions::new()
        .append(true)
        .open(dir.join("keyring.new"))
        .and_then(|mut f| std::io::Write::write_all(&mut f, b"x"))
        .unwrap();
    fs::hard_link(dir.join("keyring.new"), dir.join("resto")).unwrap();
    vault.remove_slot(second).unwrap();
    let rest = fs::read(dir.join("resto")).unwrap();
    assert!(!rest.is_empty() && rest.iter().all(|b| *b == 0));
    fs::remove_file(dir.join("resto")).unwrap();
    assert!(!dir.join("keyring.new").exists());
    drop(vault);
    sound(&dir);
}

/// Several threads of one program, each with a vault of its own, write at once: none finds the other's
/// half-written copy of the head.
#[test]
fn threads_of_one_program_do_not_meet_in_a_file_on_its_way() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    drop(create(&dir));
    std::thread::scope(|scope| {
        for n in 0..4 {
            let dir = &dir;
            scope.spawn(move || {
                let vault = open(dir).unwrap();
                for m in 0..8 {
                    vault.seal(&person(&format!("P{n}x{m}"), "Soc")).unwrap();
                }
            });
        }
    });
    let vault = open(&dir).unwrap();
    assert_eq!(vault.catalog().unwrap().items().len(), 32);
    let left: Vec<_> = fs::read_dir(&dir)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter(|n| n.starts_with('.'))
        .collect();
    assert_eq!(left, Vec::<String>::new());
    // The copy is a whole head of this log, not of two.
    let known = audit::read_head(&dir.join("checkpoint")).unwrap();
    assert!(known.checkpoint().size() <= vault.log_size().unwrap());
    drop(vault);
    sound(&dir);
}

#[test]
fn a_change_of_keys_that_fails_leaves_no_name_behind() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let mut vault = create(&dir);
    let second = vault.add_slot(&slot("segunda", &key(2))).unwrap();
    let roster = |vault: &Vault| {
        let roster = &vault.access().roster;
        let slots: Vec<_> = roster.slots.iter().map(|(_, n)| n.clone()).collect();
        let compartments: Vec<_> = roster
            .compartments
            .iter()
            .map(|(_, n, _)| n.clone())
            .collect();
        (slots, compartments)
    };
    let before = roster(&vault);
    // Another program changes the keys: from then on, every change of this one is refused.
    let mut other = open(&dir).unwrap();
    other.add_slot(&slot("la otra", &key(9))).unwrap();
    let names = roster(&other);
    drop(other);
    let refused = |done: Result<(), VaultError>| {
        assert!(matches!(done, Err(VaultError::KeysChanged)), "{done:?}");
    };
    let chosen = [vault.access().roster.compartments[0].0];
    refused(vault.add_slot(&slot("fantasma", &key(3))).map(drop));
    refused(
        vault
            .add_slot_for(&slot("fantasma", &key(3)), Some(&chosen))
            .map(drop),
    );
    refused(vault.change_slot(second, Rights::SEAL.and(Rights::READ), Some(&chosen)));
    refused(vault.remove_slot(second));
    refused(vault.renew_recovery("fantasma").map(drop));
    refused(vault.renew_shares("fantasma", 2, 3).map(drop));
    refused(vault.add_compartment("fantasma", false).map(drop));
    refused(vault.add_compartment("fantasma", true).map(drop));
    refused(vault.set_policy(Policy::default().with(Guarded::Export), &Reason::none()));
    refused(vault.rotate(&Reason::none(), |_, _| {}).map(drop));
    assert_eq!(roster(&vault), before);
    assert_eq!(vault.policy(), Policy::default());
    // Nor in what is stored, whoever reads it.
    let again = open(&dir).unwrap();
    assert_eq!(roster(&again), names);
    assert_eq!(again.policy(), Policy::default());
    drop((vault, again));
    for gone in [3, 4] {
        let key = key(gone);
        let opened = Vault::open(&Location::new(&dir), &Unlock::KeyFile(&key));
        assert!(matches!(opened, Err(VaultError::WrongKey)));
    }
    sound(&dir);
}
