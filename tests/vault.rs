//! The vault as a shelter uses it.

mod common;

use common::{PASSPHRASE, create, open, open_with, passphrase, person};
use sigilo::crypto::Secret;
use sigilo::log::act::{ActKind, Reason};
use sigilo::log::{self, HeadSource};
use sigilo::record::Kind;
use sigilo::vault::audit::{self, Finding, Known};
use sigilo::vault::{Location, NewSlot, Rights, SlotKind, Unlock, Vault, VaultError};

fn reason(text: &str) -> Reason {
    Reason::new(text).unwrap()
}

fn audit(dir: &std::path::Path) -> audit::Report {
    audit::verify(&Location::new(dir), &Known::default(), |_, _| {}).unwrap()
}

fn given_names(vault: &Vault) -> Vec<String> {
    let catalog = vault.catalog().unwrap();
    vault
        .scan(&catalog, |_, record| record.given_names.clone())
        .unwrap()
}

#[test]
fn a_record_is_sealed_found_and_opened_again() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let vault = create(&dir).vault;
    let id = vault.seal(&person("Xóchitl", "Canul")).unwrap();
    drop(vault);
    let vault = open(&dir).unwrap();
    let catalog = vault.catalog().unwrap();
    let item = catalog.find(&id.short()).unwrap();
    assert_eq!(item.id, id);
    assert_eq!(
        vault.read(item.latest().leaf).unwrap().given_names,
        "Xóchitl"
    );
    assert_eq!(vault.access().roster.site, "Casa de prueba");
    let report = audit(&dir);
    assert_eq!(report.findings, []);
    assert_eq!((report.size, report.signed, report.contents), (3, 3, 1));
}

#[test]
fn only_the_keys_of_the_vault_open_it() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let made = create(&dir);
    drop(made.vault);
    for wrong in ["", "agua clara bajo el puent", "Agua clara bajo el puente"] {
        assert!(matches!(open_with(&dir, wrong), Err(VaultError::WrongKey)));
    }
    let location = Location::new(&dir);
    let recovered = Vault::open(&location, &Unlock::Recovery(&made.recovery)).unwrap();
    assert!(recovered.access().rights.has(Rights::ALL));
    let mut acts = Vec::new();
    recovered
        .trail(0, |entry| {
            acts.push(entry.act.kind);
            Ok(())
        })
        .unwrap();
    assert_eq!(acts.last(), Some(&ActKind::Recovery));
    let other = sigilo::vault::RecoveryCode::generate().unwrap();
    assert!(matches!(
        Vault::open(&location, &Unlock::Recovery(&other)),
        Err(VaultError::WrongKey)
    ));
}

#[test]
fn an_intake_key_seals_and_reads_nothing() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let mut vault = create(&dir).vault;
    vault
        .add_slot(&NewSlot {
            name: "recepción",
            kind: SlotKind::Passphrase(common::cost()),
            unlock: Unlock::Passphrase(&passphrase("clave de recepción")),
            rights: Rights::SEAL,
        })
        .unwrap();
    drop(vault);
    let intake = open_with(&dir, "clave de recepción").unwrap();
    intake.seal(&person("Itzel", "Pech")).unwrap();
    intake.seal(&person("Lupita", "Ek")).unwrap();
    assert!(matches!(intake.catalog(), Err(VaultError::NotAllowed)));
    assert!(matches!(
        intake.trail(0, |_| Ok(())),
        Err(VaultError::NotAllowed)
    ));
    assert!(matches!(
        intake.erase(sigilo::vault::ObjectId([1; 16]), &Reason::none()),
        Err(VaultError::NotAllowed)
    ));
    drop(intake);
    let report = audit(&dir);
    assert_eq!(report.findings, []);
    assert_eq!(
        report.size - report.signed,
        2,
        "unsigned until the next unlock"
    );
    let vault = open(&dir).unwrap();
    assert_eq!(given_names(&vault), ["Itzel", "Lupita"]);
    vault
        .log(sigilo::vault::ActNote::new(ActKind::List))
        .unwrap();
    drop(vault);
    let report = audit(&dir);
    assert_eq!((report.findings.len(), report.size), (0, report.signed));
}

#[test]
fn versions_stay_and_a_late_change_is_refused() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let vault = create(&dir).vault;
    let id = vault.seal(&person("Maria", "Lopez")).unwrap();
    let fixed = person("María", "López");
    assert_eq!(vault.amend(id, 1, &fixed, &reason("acentos")).unwrap(), 2);
    assert!(matches!(
        vault.amend(id, 1, &fixed, &Reason::none()),
        Err(VaultError::Changed)
    ));
    let catalog = vault.catalog().unwrap();
    let versions = &catalog.get(id).unwrap().versions;
    assert_eq!(versions.len(), 2);
    assert_eq!(vault.read(versions[0].leaf).unwrap().given_names, "Maria");
    assert_eq!(vault.read(versions[1].leaf).unwrap().given_names, "María");
    assert_eq!(given_names(&vault), ["María"]);
    assert_eq!(audit(&dir).findings, []);
}

#[test]
fn linked_records_are_one_person_until_they_are_unlinked() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let vault = create(&dir).vault;
    let ids: Vec<_> = ["Ana", "Anita", "Rosa"]
        .iter()
        .map(|n| vault.seal(&person(n, "Soc")).unwrap())
        .collect();
    let none = Reason::none();
    vault.set_link(ids[0], ids[1], true, &none).unwrap();
    assert_eq!(vault.catalog().unwrap().persons().len(), 2);
    assert_eq!(vault.catalog().unwrap().same_person(ids[1]), ids[..2]);
    assert!(matches!(
        vault.set_link(ids[1], ids[0], true, &none),
        Err(VaultError::AlreadyLinked)
    ));
    assert!(matches!(
        vault.set_link(ids[0], ids[0], true, &none),
        Err(VaultError::AlreadyLinked)
    ));
    assert!(matches!(
        vault.set_link(ids[0], ids[2], false, &none),
        Err(VaultError::NotLinked)
    ));
    vault.set_link(ids[0], ids[1], false, &none).unwrap();
    assert_eq!(vault.catalog().unwrap().persons().len(), 3);
    vault.set_link(ids[2], ids[1], true, &none).unwrap();
    vault.erase(ids[1], &none).unwrap();
    let catalog = vault.catalog().unwrap();
    assert_eq!(catalog.persons(), [vec![ids[0]], vec![ids[2]]]);
    assert_eq!(audit(&dir).findings, []);
}

/// Every byte of the folder, to look for what must not be in it.
fn folder(dir: &std::path::Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        all.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    all
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|w| w == needle)
}

#[test]
fn what_is_erased_is_in_no_file_and_the_chain_shows_it() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let vault = create(&dir).vault;
    let keep = vault.seal(&person("Rosa", "Mesa")).unwrap();
    let id = vault.seal(&person("Itzayana", "Tzoc")).unwrap();
    vault
        .amend(id, 1, &person("Itzayana", "Soc"), &Reason::none())
        .unwrap();
    let db = rusqlite::Connection::open(dir.join("vault.db")).unwrap();
    let stored: Vec<(Vec<u8>, Vec<u8>)> = {
        let mut s = db
            .prepare("SELECT wrapped, body FROM content ORDER BY leaf")
            .unwrap();
        let rows = s.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    drop(db);
    let before = folder(&dir);
    for (wrapped, body) in &stored {
        assert!(contains(&before, wrapped) && contains(&before, &body[..200]));
    }
    assert_eq!(vault.erase(id, &reason("a petición")).unwrap(), 2);
    assert!(matches!(
        vault.erase(id, &Reason::none()),
        Err(VaultError::NoSuchRecord)
    ));
    let after = folder(&dir);
    assert!(contains(&after, &stored[0].0), "the other record stays");
    for (wrapped, body) in &stored[1..] {
        assert!(!contains(&after, wrapped));
        for part in body.chunks_exact(64) {
            assert!(!contains(&after, part));
        }
    }
    assert_eq!(vault.catalog().unwrap().items()[0].id, keep);
    let report = audit(&dir);
    // Each version, and no keyring was replaced.
    assert_eq!((report.findings.len(), report.erased), (0, 2));
    assert_eq!(vault.check(|_| {}).unwrap(), []);
}

#[test]
fn nothing_stored_shows_a_name() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let vault = create(&dir).vault;
    let mut record = person("Guadalupe", "Xochicale");
    record.notes = "vio la camioneta en Tenancingo".to_owned();
    record.kind = Kind::Witness;
    let id = vault.seal(&record).unwrap();
    vault.erase(id, &reason("ya no procede")).unwrap();
    vault.seal(&record).unwrap();
    let all = folder(&dir);
    for secret in [
        "Guadalupe",
        "Xochicale",
        "Tenancingo",
        "Casa de prueba",
        "dirección",
        "witness",
        "victim",
        "recuperación",
        "procede",
        PASSPHRASE,
    ] {
        assert!(!contains(&all, secret.as_bytes()), "{secret}");
    }
}

#[test]
fn slots_are_added_changed_and_removed() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let made = create(&dir);
    let mut vault = made.vault;
    let own = vault.access().slot;
    let (old, new) = (passphrase(PASSPHRASE), passphrase("otra frase larga"));
    let kind = SlotKind::Passphrase(common::cost());
    vault
        .change_key(&Unlock::Passphrase(&old), kind, &Unlock::Passphrase(&new))
        .unwrap();
    assert!(matches!(open(&dir), Err(VaultError::WrongKey)));
    let mut vault = open_with(&dir, "otra frase larga").unwrap();
    let key = Secret::random().unwrap();
    let file = vault
        .add_slot(&NewSlot {
            name: "memoria USB",
            kind: SlotKind::KeyFile,
            unlock: Unlock::KeyFile(&key),
            rights: Rights::ALL,
        })
        .unwrap();
    assert!(matches!(
        vault.add_slot(&NewSlot {
            name: "otra",
            kind,
            unlock: Unlock::Passphrase(&new),
            rights: Rights::READ,
        }),
        Err(VaultError::KeyInUse)
    ));
    let code = vault.renew_recovery("recuperación").unwrap();
    let location = Location::new(&dir);
    assert!(matches!(
        Vault::open(&location, &Unlock::Recovery(&made.recovery)),
        Err(VaultError::WrongKey)
    ));
    drop(vault);
    let mut vault = Vault::open(&location, &Unlock::KeyFile(&key)).unwrap();
    assert_eq!(vault.access().slot, file);
    vault.remove_slot(own).unwrap();
    assert!(matches!(
        open_with(&dir, "otra frase larga"),
        Err(VaultError::WrongKey)
    ));
    drop(vault);
    // Acts of removed slots stay proven.
    let vault = Vault::open(&location, &Unlock::Recovery(&code)).unwrap();
    vault.trail(0, |_| Ok(())).unwrap();
    assert_eq!(vault.check(|_| {}).unwrap(), []);
    assert_eq!(audit(&dir).findings, []);
}

#[test]
fn the_last_slot_that_manages_cannot_go() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let mut vault = create(&dir).vault;
    let slots: Vec<_> = vault.keyring().slots.iter().map(|s| s.id).collect();
    vault.remove_slot(slots[1]).unwrap();
    assert!(matches!(
        vault.remove_slot(slots[0]),
        Err(VaultError::LastSlot)
    ));
}

#[test]
fn an_older_keyring_or_a_strange_one_is_noticed() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let mut vault = create(&dir).vault;
    let old = std::fs::read(dir.join("keyring")).unwrap();
    vault.renew_recovery("recuperación").unwrap();
    drop(vault);
    let new = std::fs::read(dir.join("keyring")).unwrap();
    std::fs::write(dir.join("keyring"), &old).unwrap();
    assert!(matches!(open(&dir), Err(VaultError::KeyringReplaced)));
    let found = audit(&dir).findings;
    assert!(found.contains(&Finding::Keyring), "{found:?}");
    // An interrupted change of keys is brought to its end.
    std::fs::write(dir.join("keyring.new"), &new).unwrap();
    open(&dir).unwrap();
    assert_eq!(audit(&dir).findings, []);
    std::fs::remove_file(dir.join("keyring")).unwrap();
    assert!(matches!(open(&dir), Err(VaultError::NoKeyring)));
}

#[test]
fn without_its_keyring_a_folder_has_nothing_to_guess_against() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, stick) = (tmp.path().join("casa"), tmp.path().join("usb"));
    std::fs::create_dir(&stick).unwrap();
    let location = Location {
        keyring: Some(stick.join("llavero")),
        ..Location::new(&dir)
    };
    let key = passphrase(PASSPHRASE);
    let first = NewSlot {
        name: "dirección",
        kind: SlotKind::Passphrase(common::cost()),
        unlock: Unlock::Passphrase(&key),
        rights: Rights::ALL,
    };
    let made = Vault::create(&location, "Casa", &[("victim", &[0])], &first, "r").unwrap();
    made.vault.seal(&person("Itzel", "Pech")).unwrap();
    drop(made);
    let mut files: Vec<_> = std::fs::read_dir(&dir)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(files, ["checkpoint", "vault.db"]);
    assert!(!contains(&folder(&dir), b"sigilo-keyring"));
    assert!(matches!(open(&dir), Err(VaultError::NoKeyring)));
    let vault = Vault::open(&location, &Unlock::Passphrase(&key)).unwrap();
    assert_eq!(given_names(&vault), ["Itzel"]);
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    drop(create(&dir));
    let again = Vault::create(
        &Location::new(&dir),
        "otra",
        &[("victim", &[0])],
        &NewSlot {
            name: "x",
            kind: SlotKind::Passphrase(common::cost()),
            unlock: Unlock::Passphrase(&passphrase("x")),
            rights: Rights::ALL,
        },
        "r",
    );
    assert!(matches!(again, Err(VaultError::Occupied)));
    open(&dir).unwrap();
    assert!(matches!(
        open(&tmp.path().join("nada")),
        Err(VaultError::NoVault)
    ));
}

#[test]
fn a_vault_set_back_to_an_older_copy_does_not_fit_a_head_seen_since() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let vault = create(&dir).vault;
    vault.seal(&person("Rosa", "Mesa")).unwrap();
    drop(vault);
    let copy = tmp.path().join("copia");
    std::fs::create_dir(&copy).unwrap();
    for name in ["vault.db", "keyring", "checkpoint"] {
        std::fs::copy(dir.join(name), copy.join(name)).unwrap();
    }
    let vault = open(&dir).unwrap();
    vault.seal(&person("Ana", "Mesa")).unwrap();
    let head = audit::read_head(&dir.join("checkpoint")).unwrap();
    let known = Known {
        key: Some(vault.keyring().checkpoint_key),
        heads: vec![head],
        ..Known::default()
    };
    let verify = |d: &std::path::Path| audit::verify(&Location::new(d), &known, |_, _| {}).unwrap();
    assert_eq!(verify(&dir).findings, []);
    let short = log::Finding::Truncated {
        head: HeadSource::Known,
        signed: 4,
        found: 3,
    };
    assert_eq!(verify(&copy).findings, [Finding::Log(short)]);
    // Two histories from the same copy: the second does not continue from the first's head.
    let fork = open(&copy).unwrap();
    fork.seal(&person("Eva", "Mesa")).unwrap();
    let found = verify(&copy).findings;
    let forked = |f: &Finding| matches!(f, Finding::Log(log::Finding::Root { head, size: 4, .. }) if *head == HeadSource::Known);
    assert!(found.len() == 1 && forked(&found[0]), "{found:?}");
}

#[test]
fn several_programs_write_at_once_without_harm() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    drop(create(&dir));
    std::thread::scope(|scope| {
        for t in 0..4 {
            let dir = &dir;
            scope.spawn(move || {
                let vault = open(dir).unwrap();
                for i in 0..10 {
                    vault.seal(&person(&format!("P{t}-{i}"), "X")).unwrap();
                }
            });
        }
    });
    let vault = open(&dir).unwrap();
    assert_eq!(vault.catalog().unwrap().items().len(), 40);
    let report = audit(&dir);
    assert_eq!((report.findings.len(), report.size), (0, 42));
}
