//! Backups: written in use, checked without keys, restored as a succession, and silent about what was
//! erased.

mod common;

use std::fs;
use std::path::Path;

use common::{PASSPHRASE, create, open, passphrase, person};
use sigilo::crypto::travel::{Identity, TravelError};
use sigilo::log::SignedCheckpoint;
use sigilo::log::act::{ActKind, Reason};
use sigilo::log::{self, HeadSource};
use sigilo::vault::audit::{self, Finding, Known};
use sigilo::vault::backup::{self, Newer, Places, Restored};
use sigilo::vault::{Location, Unlock, Vault, VaultError};

fn none() -> Reason {
    Reason::none()
}

fn names(vault: &Vault) -> Vec<String> {
    let catalog = vault.catalog().unwrap();
    vault.scan(&catalog, |_, r| r.given_names.clone()).unwrap()
}

fn findings(dir: &Path, heads: Vec<SignedCheckpoint>) -> Vec<Finding> {
    let known = Known {
        heads,
        ..Known::default()
    };
    audit::verify(&Location::new(dir), &known, |_, _| {})
        .unwrap()
        .findings
}

fn head(vault: &Vault) -> SignedCheckpoint {
    SignedCheckpoint::parse(vault.checkpoint().unwrap().as_bytes()).unwrap()
}

fn restore(
    places: &Places,
    identity: &Identity,
    dir: &Path,
    newer: &Newer,
) -> Result<Restored, VaultError> {
    backup::restore(
        places,
        identity,
        &Location::new(dir),
        &Unlock::Passphrase(&passphrase(PASSPHRASE)),
        newer,
        &none(),
    )
}

#[test]
fn a_restored_vault_begins_a_log_that_names_the_old_one() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let vault = create(&dir).vault;
    let gone = vault.seal(&person("Itzel", "Pech")).unwrap();
    vault.seal(&person("Xóchitl", "Canul")).unwrap();
    let early = head(&vault);
    let identity = Identity::generate();
    let places = Places::beside(tmp.path().join("copia"));
    let done = vault
        .backup(&places, &[identity.recipient()], &none())
        .unwrap();
    assert_eq!(done.size, vault.log_size().unwrap());
    let manifest = backup::verify(&places).unwrap();
    assert_eq!(manifest.head.to_string(), vault.checkpoint().unwrap());
    // The house goes on: one record is erased, one is sealed, and then the laptop is gone.
    vault.erase(gone, &none()).unwrap();
    vault.seal(&person("Rosa", "Ek")).unwrap();
    let late = head(&vault);
    drop(vault);

    let blind = tmp.path().join("a ciegas");
    let told = restore(&places, &identity, &blind, &Newer::default()).unwrap();
    assert_eq!((told.succession.lost(), told.erased), (0, 0));
    assert_eq!(names(&open(&blind).unwrap()), ["Itzel", "Xóchitl"]);

    let again = tmp.path().join("de nuevo");
    let newer = Newer {
        heads: vec![early.clone(), late.clone()],
        vault: Some(dir.clone()),
    };
    let told = restore(&places, &identity, &again, &newer).unwrap();
    assert_eq!(
        (told.succession.lost(), told.erased, told.left_out),
        (2, 1, 0)
    );
    let vault = open(&again).unwrap();
    assert_eq!(names(&vault), ["Xóchitl"]);
    let mut acts = Vec::new();
    vault
        .trail(0, |e| {
            acts.push((e.index, e.act.kind, e.act.count));
            Ok(())
        })
        .unwrap();
    assert!(acts.contains(&(done.size, ActKind::Restore, 2)));
    assert_ne!(
        head(&vault).checkpoint().origin(),
        late.checkpoint().origin()
    );
    vault.seal(&person("Nueva", "May")).unwrap();
    let heads = vec![early.clone(), late.clone(), head(&vault)];
    drop(vault);
    // Heads of before fit, those of lost entries are told as lost; all of it without a key.
    assert_eq!(findings(&again, heads), []);
    // Whoever restored without saying what was lost is found out by whoever saw it.
    let found = findings(&blind, vec![early, late.clone()]);
    let size = late.checkpoint().size();
    assert!(
        matches!(
            found.as_slice(),
            [Finding::Log(log::Finding::Truncated { head: HeadSource::Known, signed, .. })]
                if *signed == size
        ),
        "{found:?}"
    );
    let vault = open(&again).unwrap();
    assert_eq!(vault.check(|_| {}).unwrap(), []);
    drop(vault);
    // The same by a program that is not this one.
    let Some(python) = common::python() else {
        return;
    };
    let late_path = tmp.path().join("late");
    std::fs::write(&late_path, late.to_string()).unwrap();
    let late_path = late_path.to_str().unwrap();
    for (dir, sound) in [(&again, true), (&blind, false)] {
        let args = ["vault", dir.to_str().unwrap(), "--head", late_path];
        let (found, said) = common::run_verifier(&python, &args);
        assert_eq!(found, sound, "{said}");
    }
}

#[test]
fn a_restored_vault_can_be_backed_up_rotated_and_restored_again() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let vault = create(&dir).vault;
    vault.seal(&person("Xóchitl", "Canul")).unwrap();
    let identity = Identity::generate();
    let places = Places::beside(tmp.path().join("copia"));
    let to = [identity.recipient()];
    vault.backup(&places, &to, &none()).unwrap();
    drop(vault);
    let second = tmp.path().join("segunda");
    restore(&places, &identity, &second, &Newer::default()).unwrap();
    let mut vault = open(&second).unwrap();
    vault.rotate(&none(), |_, _| {}).unwrap();
    vault.backup(&places, &to, &none()).unwrap();
    drop(vault);
    let third = tmp.path().join("tercera");
    restore(&places, &identity, &third, &Newer::default()).unwrap();
    assert_eq!(names(&open(&third).unwrap()), ["Xóchitl"]);
    assert_eq!(findings(&third, vec![]), []);
    if let Some(python) = common::python() {
        let (sound, said) = common::run_verifier(&python, &["vault", third.to_str().unwrap()]);
        assert!(sound, "{said}");
    }
}

#[test]
fn a_new_backup_in_the_same_place_destroys_the_key_of_the_old_one() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let vault = create(&dir).vault;
    let gone = vault.seal(&person("Itzel", "Pech")).unwrap();
    let identity = Identity::generate();
    let to = [identity.recipient()];
    let places = Places::beside(tmp.path().join("copia"));
    vault.backup(&places, &to, &none()).unwrap();
    // Somebody copies the archive, which is large and lies about; the key file is kept with care.
    let copied = tmp.path().join("vieja");
    fs::copy(&places.archive, &copied).unwrap();
    vault.erase(gone, &none()).unwrap();
    vault.backup(&places, &to, &none()).unwrap();
    let old = Places {
        archive: copied,
        ..places.clone()
    };
    let into = tmp.path().join("nada");
    // By the manifest, this is not the archive that belongs to the key; without one, nobody knows which is wrong.
    assert!(matches!(
        restore(&old, &identity, &into, &Newer::default()),
        Err(VaultError::BackupDamaged)
    ));
    let alone = Places {
        manifest: tmp.path().join("no hay"),
        ..old
    };
    assert!(matches!(
        restore(&alone, &identity, &into, &Newer::default()),
        Err(VaultError::BackupKey)
    ));
    assert!(!into.exists());
    let into = tmp.path().join("sin ella");
    restore(&places, &identity, &into, &Newer::default()).unwrap();
    assert_eq!(names(&open(&into).unwrap()), [""; 0]);
    // No staged file stays.
    let left: Vec<_> = fs::read_dir(tmp.path())
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter(|n| n.ends_with(".new"))
        .collect();
    assert_eq!(left, [""; 0]);
}

#[test]
fn damage_the_wrong_identity_and_a_foreign_head_are_refused_and_leave_nothing() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let vault = create(&dir).vault;
    vault.seal(&person("Itzel", "Pech")).unwrap();
    let identity = Identity::generate();
    let places = Places::beside(tmp.path().join("copia"));
    vault
        .backup(&places, &[identity.recipient()], &none())
        .unwrap();
    let into = tmp.path().join("nada");
    let fresh = Newer::default();
    assert!(matches!(
        restore(&places, &Identity::generate(), &into, &fresh),
        Err(VaultError::Travel(TravelError::Recipient))
    ));
    let wrong = backup::restore(
        &places,
        &identity,
        &Location::new(&into),
        &Unlock::Passphrase(&passphrase("otra")),
        &fresh,
        &none(),
    );
    assert!(matches!(wrong, Err(VaultError::WrongKey)));
    let other = create(&tmp.path().join("ajena")).vault;
    other.seal(&person("Otra", "Casa")).unwrap();
    let foreign = Newer {
        heads: vec![head(&other)],
        vault: None,
    };
    assert!(matches!(
        restore(&places, &identity, &into, &foreign),
        Err(VaultError::OtherVault)
    ));
    let foreign = Newer {
        heads: vec![],
        vault: Some(tmp.path().join("ajena")),
    };
    assert!(matches!(
        restore(&places, &identity, &into, &foreign),
        Err(VaultError::OtherVault)
    ));
    for path in [&places.archive, &places.key, &places.manifest] {
        let whole = fs::read(path).unwrap();
        for at in [0, whole.len() / 2, whole.len() - 1] {
            let mut bad = whole.clone();
            bad[at] ^= 1;
            fs::write(path, &bad).unwrap();
            if at > 0 || path != &places.manifest {
                let found = backup::verify(&places);
                assert!(found.is_err() || path == &places.manifest, "{path:?} {at}");
            }
            if path != &places.manifest {
                let refused = restore(&places, &identity, &into, &fresh);
                // Not «the key file of another backup», which would send people on a search.
                let damaged = matches!(refused, Err(VaultError::BackupDamaged));
                assert!(damaged || path == &places.key && refused.is_err(), "{at}");
            }
            fs::write(path, &whole[..at]).unwrap();
            assert!(backup::verify(&places).is_err(), "{path:?} cut at {at}");
        }
        fs::write(path, whole).unwrap();
    }
    assert!(!into.exists());
    let left = fs::read_dir(tmp.path()).unwrap().count();
    assert_eq!(left, 5, "two vaults and three files");
    restore(&places, &identity, &into, &fresh).unwrap();
}

#[test]
fn a_backup_while_others_write_is_one_moment_of_the_vault() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    drop(create(&dir).vault);
    let identity = Identity::generate();
    let writer = {
        let dir = dir.clone();
        std::thread::spawn(move || {
            let vault = open(&dir).unwrap();
            for n in 0..60 {
                vault.seal(&person(&format!("Persona {n}"), "Ek")).unwrap();
            }
        })
    };
    let vault = open(&dir).unwrap();
    for n in 0..3 {
        let places = Places::beside(tmp.path().join(format!("copia-{n}")));
        let done = vault
            .backup(&places, &[identity.recipient()], &none())
            .unwrap();
        let into = tmp.path().join(format!("de vuelta {n}"));
        let told = restore(&places, &identity, &into, &Newer::default()).unwrap();
        assert_eq!(told.succession.size, done.size);
        assert_eq!(findings(&into, vec![]), []);
    }
    writer.join().unwrap();
}

#[test]
fn the_secrets_of_a_round_are_in_no_backup() {
    use sigilo::vault::{ActNote, StateChange};
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let vault = create(&dir).vault;
    let body = |b: &[u8]| zeroize::Zeroizing::new(b.to_vec());
    vault
        .set_state(
            &[
                StateChange::put("llaves", 0, body(b"queda")),
                StateChange::put_for_round("ronda", 0, body(b"no viaja")),
            ],
            ActNote::new(ActKind::State),
        )
        .unwrap();
    let identity = Identity::generate();
    let places = Places::beside(tmp.path().join("copia"));
    let done = vault
        .backup(&places, &[identity.recipient()], &none())
        .unwrap();
    assert_eq!(done.left_out, 1);
    assert!(vault.state("ronda").unwrap().is_some());
    let into = tmp.path().join("de vuelta");
    let told = restore(&places, &identity, &into, &Newer::default()).unwrap();
    assert_eq!(told.left_out, 1);
    let back = open(&into).unwrap();
    assert!(back.state("ronda").unwrap().is_none());
    assert!(back.state("llaves").unwrap().is_some());
    assert_eq!(findings(&into, vec![]), []);
}

/// An auditor who saw the log before the restore countersigns the succession only if it says all that was
/// lost.
#[test]
fn a_succession_is_countersigned_by_who_saw_the_log_before() {
    use sigilo::auditor::{self, Answer, AuditorError, AuditorKey, Seen, Source};
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let vault = create(&dir).vault;
    let identity = Identity::generate();
    let places = Places::beside(tmp.path().join("copia"));
    vault
        .backup(&places, &[identity.recipient()], &none())
        .unwrap();
    vault.seal(&person("Rosa", "Ek")).unwrap();
    let auditor = AuditorKey::generate("auditoria.example").unwrap();
    let mut seen = Seen::new();
    let source = |dir: &Path| Source::open(&Location::new(dir)).unwrap();
    let cosign = |seen: &mut Seen, dir: &Path, key| {
        auditor::cosign::<AuditorError>(
            &auditor,
            seen,
            &source(dir),
            key,
            1_790_000_000,
            |_| Ok(()),
        )
    };
    let key = Some(vault.keyring().checkpoint_key);
    cosign(&mut seen, &dir, key).unwrap();
    let late = head(&vault);
    drop(vault);

    let silent = tmp.path().join("callada");
    restore(&places, &identity, &silent, &Newer::default()).unwrap();
    let told = tmp.path().join("dicha");
    let newer = Newer {
        heads: vec![late],
        vault: None,
    };
    restore(&places, &identity, &told, &newer).unwrap();
    for (dir, sound) in [(&silent, false), (&told, true)] {
        let known = auditor::known_before(&seen, &source(dir)).unwrap();
        assert_eq!((known.key, known.heads.len()), (key, 1));
        let report = audit::verify(&Location::new(dir), &known, |_, _| {}).unwrap();
        assert_eq!(report.is_sound(), sound, "{:?}", report.findings);
    }
    let Answer::Cosigned(back) = cosign(&mut seen, &told, key).unwrap() else {
        panic!()
    };
    let vault = open(&told).unwrap();
    vault.trust_cosigners(&[auditor.cosigner()]).unwrap();
    vault.import_cosigned(&back).unwrap();
    let mut last = None;
    vault
        .trail(0, |e| {
            last = Some(e.act.kind);
            Ok(())
        })
        .unwrap();
    assert_eq!(last, Some(ActKind::SuccessionCosigned));
}

/// Interrupted once after the archive is in its place, and once more while the next one is staged: the
/// archive that is there still opens.
#[test]
fn a_backup_interrupted_twice_leaves_an_archive_that_opens() {
    let tmp = tempfile::tempdir().unwrap();
    let vault = create(&tmp.path().join("casa")).vault;
    vault.seal(&person("Xóchitl", "Canul")).unwrap();
    let places = Places::beside(tmp.path().join("copia"));
    let identity = Identity::generate();
    let to = [identity.recipient()];
    let staged = |path: &Path| {
        let mut name = path.as_os_str().to_owned();
        name.push(".new");
        std::path::PathBuf::from(name)
    };
    vault.backup(&places, &to, &none()).unwrap();
    let old_key = fs::read(&places.key).unwrap();
    let old_manifest = fs::read(&places.manifest).unwrap();
    vault.seal(&person("Rosa", "Mesa")).unwrap();
    vault.backup(&places, &to, &none()).unwrap();
    // As it is when the archive is in its place and the two small files are not.
    for (path, old) in [(&places.key, old_key), (&places.manifest, old_manifest)] {
        fs::rename(path, staged(path)).unwrap();
        fs::write(path, old).unwrap();
    }
    let archive = fs::read(&places.archive).unwrap();
    // The next one ends before anything of it is in its place: its archive cannot be staged.
    fs::create_dir(staged(&places.archive)).unwrap();
    assert!(vault.backup(&places, &to, &none()).is_err());
    assert!(fs::read(&places.archive).unwrap() == archive);
    assert!(backup::verify(&places).is_ok());
    assert!(!staged(&places.key).exists() && !staged(&places.manifest).exists());
    let dir = tmp.path().join("otra");
    let passphrase = common::passphrase(common::PASSPHRASE);
    backup::restore(
        &places,
        &identity,
        &Location::new(&dir),
        &Unlock::Passphrase(&passphrase),
        &Newer::default(),
        &none(),
    )
    .unwrap();
    assert_eq!(open(&dir).unwrap().catalog().unwrap().items().len(), 2);
}
