//! A locked vault in the hands of an enemy: whatever is done to its bytes is detected or harmless.
//!
//! *Detected*: the keyless audit has a finding or refuses the folder with an error, or opening says
//! so. *Harmless*: the audit is sound, the chain is the same, and whoever holds a key reads exactly
//! what was there. Nothing may panic.

mod common;

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::person;
use rusqlite::{Connection, params};
use sigilo::codec::{Decode as _, Encode as _};
use sigilo::crypto::sign::SigningKey;
use sigilo::crypto::{Secret, aead, labels, random, seal};
use sigilo::log::act::{Act, ActKind, Reason};
use sigilo::log::leaf::stored_hash;
use sigilo::log::{self, Fact, Frontier, HeadSource, Leaf};
use sigilo::record::{Query, to_json};
use sigilo::vault::audit::{self, Finding, Known, Report};
use sigilo::vault::{Location, NewSlot, Rights, SlotKind, Unlock, Vault, VaultError, VaultId};

const FILES: [&str; 3] = ["vault.db", "keyring", "checkpoint"];

fn key_file(n: u8) -> Secret<32> {
    Secret::init_with(|b| b.fill(n))
}

fn slot<'a>(name: &'a str, key: &'a Secret<32>, rights: Rights) -> NewSlot<'a> {
    NewSlot {
        name,
        kind: SlotKind::KeyFile,
        unlock: Unlock::KeyFile(key),
        rights,
    }
}

/// A vault in which everything has happened once.
struct Sample {
    key: Secret<32>,
    intake: Secret<32>,
    /// The keyring before the last change of keys.
    older_keyring: Vec<u8>,
    files: BTreeMap<&'static str, Vec<u8>>,
    report: Report,
    seen: Vec<String>,
}

fn audit(dir: &Path) -> Result<Report, VaultError> {
    audit::verify(&Location::new(dir), &Known::default(), |_, _| {})
}

fn open(dir: &Path, key: &Secret<32>) -> Result<Vault, VaultError> {
    Vault::open(&Location::new(dir), &Unlock::KeyFile(key))
}

/// Everything that a reader can learn, as text.
fn read_all(vault: &Vault) -> Result<Vec<String>, VaultError> {
    let catalog = vault.catalog()?;
    let mut seen = vec![format!("{:?}", vault.access().roster.site)];
    for item in catalog.items() {
        seen.push(format!("{item:?}"));
        for version in &item.versions {
            seen.push(to_json(&vault.read(version.leaf)?).to_string());
        }
    }
    let scanned = vault.scan(&catalog, |item, record| {
        format!("{} {}", item.id, to_json(record))
    })?;
    seen.extend(scanned);
    seen.push(format!("{:?}", catalog.persons()));
    for text in ["ana", "soc", "itzel"] {
        let found = vault.index()?.search(&Query::new(text));
        seen.push(format!("{found:?}"));
    }
    vault.trail(0, |entry| {
        seen.push(format!("{entry:?}"));
        Ok(())
    })?;
    Ok(seen)
}

impl Sample {
    fn new() -> Self {
        let tmp = tempfile::tempdir().unwrap();
        let dir = tmp.path().join("casa");
        let (key, intake, gone) = (key_file(1), key_file(2), key_file(3));
        let mut vault = Vault::create(
            &Location::new(&dir),
            "Casa de prueba",
            &[("victim", &[0]), ("witness", &[1]), ("call", &[2])],
            &slot("dirección", &key, Rights::ALL),
            "recuperación",
        )
        .unwrap()
        .vault;
        let none = Reason::none();
        let a = vault.seal(&person("Ana", "Soc")).unwrap();
        let b = vault.seal(&person("Anita", "Zoc")).unwrap();
        let c = vault.seal(&person("Rosa", "Mesa")).unwrap();
        vault
            .amend(a, 1, &person("Ana María", "Soc"), &none)
            .unwrap();
        vault.set_link(a, b, true, &none).unwrap();
        vault.erase(c, &Reason::new("a petición").unwrap()).unwrap();
        let former = vault.add_slot(&slot("antes", &gone, Rights::ALL)).unwrap();
        vault
            .add_slot(&slot("recepción", &intake, Rights::SEAL))
            .unwrap();
        let older_keyring = fs::read(dir.join("keyring")).unwrap();
        vault.remove_slot(former).unwrap();
        drop(vault);
        open(&dir, &intake)
            .unwrap()
            .seal(&person("Itzel", "Pech"))
            .unwrap();
        let report = audit(&dir).unwrap();
        assert_eq!(report.findings, []);
        assert_eq!(report.size - report.signed, 1, "one entry is unsigned");
        let vault = open(&dir, &key).unwrap();
        assert_eq!(vault.check(|_| {}).unwrap(), []);
        let seen = read_all(&vault).unwrap();
        let files = FILES.map(|f| (f, fs::read(dir.join(f)).unwrap())).into();
        Self {
            key,
            intake,
            older_keyring,
            files,
            report,
            seen,
        }
    }

    /// The sealed rows of the search index.
    fn index(&self) -> Vec<Vec<u8>> {
        let tmp = scratch();
        self.restore(tmp.path());
        let db = Connection::open(tmp.path().join("vault.db")).unwrap();
        let mut rows = db.prepare("SELECT sealed FROM search").unwrap();
        let all = rows.query_map([], |row| row.get(0)).unwrap();
        all.collect::<Result<_, _>>().unwrap()
    }

    /// Puts every file back as it was.
    fn restore(&self, dir: &Path) {
        fs::create_dir_all(dir).unwrap();
        for entry in fs::read_dir(dir).unwrap() {
            fs::remove_file(entry.unwrap().path()).unwrap();
        }
        for (name, bytes) in &self.files {
            fs::write(dir.join(name), bytes).unwrap();
        }
    }

    /// What somebody notices of the change, if it is not harmless; `Err` says what went unnoticed.
    fn judge(&self, dir: &Path) -> Result<&'static str, String> {
        let report = match audit(dir) {
            Err(_) => return Ok("refused"),
            Ok(report) if !report.is_sound() => return Ok("found"),
            Ok(report) => report,
        };
        let chain = |r: &Report| (r.size, r.signed, r.contents, r.erased, r.head.clone());
        let vault = match open(dir, &self.key) {
            Err(_) => return Ok("not opened"),
            Ok(vault) => vault,
        };
        if !vault.check(|_| {}).map_err(|e| e.to_string())?.is_empty() {
            return Ok("check");
        }
        if chain(&report) != chain(&self.report) {
            return Err("another chain is accepted".to_owned());
        }
        match read_all(&vault) {
            Ok(seen) if seen == self.seen => Ok("harmless"),
            Ok(_) => Err("other content is read".to_owned()),
            Err(e) => Err(format!("sound, but unreadable: {e}")),
        }
    }
}

/// A folder in memory where there is one: tens of thousands of small vaults are written.
fn scratch() -> tempfile::TempDir {
    let fast = Path::new("/dev/shm");
    if fast.is_dir() {
        tempfile::tempdir_in(fast).or_else(|_| tempfile::tempdir())
    } else {
        tempfile::tempdir()
    }
    .unwrap()
}

/// Flips one bit of each of `places` of `file`, on all cores, and returns how often what happened.
fn flip(sample: &Sample, file: &'static str, places: &[usize]) -> BTreeMap<&'static str, usize> {
    let (next, counts) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let threads = std::thread::available_parallelism().map_or(2, |n| n.get());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let tmp = scratch();
                let dir = tmp.path();
                let mut fresh = false;
                while let Some(at) = places.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if !fresh {
                        sample.restore(dir);
                    }
                    let mut bytes = sample.files[file].clone();
                    bytes[*at] ^= 1 << (at % 8);
                    fs::write(dir.join(file), &bytes).unwrap();
                    let what = match sample.judge(dir) {
                        Ok(what) => what,
                        Err(why) => panic!("{file}, byte {at}: {why}"),
                    };
                    // The audit writes nothing, so only the one file is to be put back.
                    fresh = what == "refused" || what == "found";
                    if fresh {
                        fs::write(dir.join(file), &sample.files[file]).unwrap();
                    }
                    *counts.lock().unwrap().entry(what).or_insert(0) += 1;
                }
            });
        }
    });
    counts.into_inner().unwrap()
}

#[test]
fn every_byte_of_the_database_is_detected_or_harmless() {
    let sample = Sample::new();
    let bytes = &sample.files["vault.db"];
    // Of the unused parts of pages, a sample; everything that says anything, byte by byte.
    let quiet = |at: usize| {
        let from = at.saturating_sub(8);
        bytes[from..(at + 9).min(bytes.len())]
            .iter()
            .all(|b| *b == 0)
    };
    // Of the search index a sample, too: every byte of it is under the same seal.
    let index = sample.index();
    let of_index: HashSet<&[u8]> = index.iter().flat_map(|row| row.windows(8)).collect();
    let sealed = |at: usize| bytes.get(at..at + 8).is_some_and(|w| of_index.contains(w));
    let places: Vec<usize> = (0..bytes.len())
        .filter(|at| match (quiet(*at), sealed(*at)) {
            (true, _) => at % 17 == 0,
            (_, true) => at % 499 == 0,
            _ => true,
        })
        .collect();
    let counts = flip(&sample, "vault.db", &places);
    eprintln!(
        "vault.db: {} of {} bytes: {counts:?}",
        places.len(),
        bytes.len()
    );
    assert_eq!(counts.values().sum::<usize>(), places.len());
    assert!(counts["found"] > places.len() / 2);
}

#[test]
fn every_byte_of_the_keyring_is_noticed_by_auditor_and_owner() {
    let sample = Sample::new();
    let tmp = scratch();
    let dir = tmp.path();
    sample.restore(dir);
    for at in 0..sample.files["keyring"].len() {
        let mut bytes = sample.files["keyring"].clone();
        bytes[at] ^= 1 << (at % 8);
        fs::write(dir.join("keyring"), &bytes).unwrap();
        let findings = audit(dir).unwrap().findings;
        assert!(
            findings.contains(&Finding::Keyring) || findings.contains(&Finding::KeyringMissing),
            "byte {at}: {findings:?}"
        );
        assert!(
            matches!(open(dir, &sample.key), Err(VaultError::KeyringReplaced)),
            "byte {at}"
        );
    }
}

/// The hash in the chain is one guard of the keyring; its own seals are another. Here the enemy has
/// made the chain's end fit.
#[test]
fn no_byte_of_the_keyring_is_believed_because_the_database_names_it() {
    let sample = Sample::new();
    let tmp = scratch();
    let dir = tmp.path();
    sample.restore(dir);
    for at in 0..sample.files["keyring"].len() {
        let mut bytes = sample.files["keyring"].clone();
        bytes[at] ^= 1 << (at % 8);
        fs::write(dir.join("keyring"), &bytes).unwrap();
        let db = Connection::open(dir.join("vault.db")).unwrap();
        db.execute_batch("PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY")
            .unwrap();
        set_meta(&db, "keyring", &stored_hash(&bytes));
        drop(db);
        match open(dir, &sample.key) {
            Ok(_) => panic!("byte {at} is believed"),
            Err(e) => assert!(
                e.is_integrity() || matches!(e, VaultError::WrongKey | VaultError::Newer),
                "byte {at}: {e:?}"
            ),
        }
    }
}

#[test]
fn every_byte_of_the_checkpoint_is_noticed() {
    let sample = Sample::new();
    let places: Vec<usize> = (0..sample.files["checkpoint"].len()).collect();
    let counts = flip(&sample, "checkpoint", &places);
    assert_eq!(counts["found"], places.len(), "{counts:?}");
}

#[test]
fn cut_emptied_and_random_files_are_refused() {
    let sample = Sample::new();
    let tmp = scratch();
    let dir = tmp.path();
    for file in FILES {
        let bytes = &sample.files[file];
        let mut tries: Vec<Vec<u8>> = vec![Vec::new(), vec![0], vec![0; bytes.len()]];
        tries.extend((1..64).map(|i| bytes[..bytes.len() * i / 64].to_vec()));
        tries.push(bytes[..bytes.len() - 1].to_vec());
        tries.push([bytes.as_slice(), b"\n"].concat());
        tries.push([bytes.as_slice(), bytes.as_slice()].concat());
        let mut noise = vec![0; bytes.len()];
        random::fill(&mut noise).unwrap();
        tries.push(noise.clone());
        // With the beginning of an SQLite file, the rest noise.
        noise[..100.min(bytes.len())].copy_from_slice(&bytes[..100.min(bytes.len())]);
        tries.push(noise);
        for (i, bad) in tries.iter().enumerate() {
            sample.restore(dir);
            fs::write(dir.join(file), bad).unwrap();
            let what = sample.judge(dir).unwrap();
            // SQLite takes no notice of what stands behind its last page.
            let tail = file == "vault.db" && bad.len() > bytes.len();
            assert!(what != "harmless" || tail, "{file}, attempt {i}");
        }
        sample.restore(dir);
        fs::remove_file(dir.join(file)).unwrap();
        assert_ne!(sample.judge(dir).unwrap(), "harmless", "{file} missing");
        fs::create_dir(dir.join(file)).unwrap();
        assert_ne!(sample.judge(dir).unwrap(), "harmless", "{file} a folder");
        fs::remove_dir(dir.join(file)).unwrap();
    }
}

#[test]
fn parts_of_another_vault_do_not_fit() {
    let (one, other) = (Sample::new(), Sample::new());
    let tmp = scratch();
    let dir = tmp.path();
    for mask in 1..7u8 {
        one.restore(dir);
        for (bit, file) in FILES.iter().enumerate() {
            if mask & 1 << bit != 0 {
                fs::write(dir.join(file), &other.files[file]).unwrap();
            }
        }
        let report = audit(dir).unwrap();
        assert!(!report.is_sound(), "files {mask:03b} of another vault");
    }
    // All of it is another vault: only who knows the key can tell.
    other.restore(dir);
    let known = Known {
        key: one.report.key,
        ..Known::default()
    };
    let report = audit::verify(&Location::new(dir), &known, |_, _| {}).unwrap();
    assert!(report.findings.contains(&Finding::Keyring));
    assert!(
        report
            .findings
            .contains(&Finding::HeadSignature(HeadSource::Stored))
    );
}

fn set_meta(db: &Connection, name: &str, value: &[u8]) {
    db.execute(
        "UPDATE meta SET value = ?2 WHERE name = ?1",
        params![name, value],
    )
    .unwrap();
}

fn get_meta(db: &Connection, name: &str) -> Vec<u8> {
    db.query_row("SELECT value FROM meta WHERE name = ?1", [name], |r| {
        r.get(0)
    })
    .unwrap()
}

/// Every edit by somebody with `sqlite3` and no key is in the keyless audit.
#[test]
fn edits_of_the_database_are_found_without_a_key() {
    let sample = Sample::new();
    let tmp = scratch();
    let dir = tmp.path();
    let swap = "UPDATE leaf SET {c} = CASE idx WHEN 2 THEN (SELECT {c} FROM leaf WHERE idx = 3) \
                ELSE (SELECT {c} FROM leaf WHERE idx = 2) END WHERE idx IN (2, 3)";
    let edits = [
        "DELETE FROM leaf WHERE idx = 3".to_owned(),
        "DELETE FROM leaf WHERE idx = (SELECT max(idx) FROM leaf)".to_owned(),
        "DELETE FROM leaf".to_owned(),
        "DELETE FROM content WHERE leaf = 2".to_owned(),
        "DELETE FROM content".to_owned(),
        "DELETE FROM batch".to_owned(),
        "DELETE FROM batch WHERE id = 2".to_owned(),
        "DELETE FROM tile".to_owned(),
        "DELETE FROM meta WHERE name = 'head'".to_owned(),
        "DELETE FROM meta WHERE name = 'frontier'".to_owned(),
        "DELETE FROM meta WHERE name = 'head-frontier'".to_owned(),
        "DELETE FROM meta WHERE name = 'keyring'".to_owned(),
        "DELETE FROM meta WHERE name = 'keyring-leaf'".to_owned(),
        "DELETE FROM meta WHERE name = 'vault'".to_owned(),
        "UPDATE meta SET value = randomblob(16) WHERE name = 'vault'".to_owned(),
        "UPDATE meta SET value = x'' WHERE name = 'head'".to_owned(),
        "UPDATE meta SET value = (SELECT value FROM meta WHERE name = 'head-frontier') WHERE name = 'frontier'".to_owned(),
        "UPDATE meta SET value = (SELECT value FROM meta WHERE name = 'frontier') WHERE name = 'head-frontier'".to_owned(),
        "UPDATE meta SET value = x'0000000000000002' WHERE name = 'keyring-leaf'".to_owned(),
        "UPDATE meta SET value = x'ffffffffffffffff' WHERE name = 'keyring-leaf'".to_owned(),
        swap.replace("{c}", "leaf"),
        swap.replace("{c}", "details"),
        "UPDATE leaf SET leaf = zeroblob(137) WHERE idx = 2".to_owned(),
        "UPDATE leaf SET leaf = zeroblob(10000000) WHERE idx = 2".to_owned(),
        "UPDATE leaf SET leaf = CAST(leaf || x'00' AS BLOB) WHERE idx = 2".to_owned(),
        "UPDATE leaf SET details = x'' WHERE idx = 2".to_owned(),
        "UPDATE leaf SET batch = 99 WHERE idx = 2".to_owned(),
        "UPDATE leaf SET idx = 1000 WHERE idx = 2".to_owned(),
        "UPDATE leaf SET idx = -1 WHERE idx = 0".to_owned(),
        "UPDATE content SET body = (SELECT body FROM content WHERE leaf = 3) WHERE leaf = 2".to_owned(),
        "UPDATE content SET wrapped = (SELECT wrapped FROM content WHERE leaf = 3) WHERE leaf = 2".to_owned(),
        "UPDATE content SET batch = 1 WHERE leaf = 2".to_owned(),
        "UPDATE content SET leaf = 4 WHERE leaf = 2".to_owned(),
        // Into the place of what was erased, of an act that stores nothing, behind the end.
        "INSERT INTO content SELECT 4, batch, wrapped, body FROM content WHERE leaf = 2".to_owned(),
        "INSERT INTO content SELECT 1, batch, wrapped, body FROM content WHERE leaf = 2".to_owned(),
        "INSERT INTO content SELECT 500, batch, wrapped, body FROM content WHERE leaf = 2".to_owned(),
        "INSERT INTO content SELECT -5, batch, wrapped, body FROM content WHERE leaf = 2".to_owned(),
        "UPDATE batch SET encapsulated = randomblob(32) WHERE id = 2".to_owned(),
        "UPDATE batch SET encapsulated = randomblob(31) WHERE id = 2".to_owned(),
        "UPDATE batch SET epoch = 7 WHERE id = 2".to_owned(),
        "UPDATE batch SET epoch = -7 WHERE id = 2".to_owned(),
        "UPDATE batch SET target = zeroblob(16) WHERE target <> zeroblob(16)".to_owned(),
        "UPDATE batch SET target = randomblob(16) WHERE target = zeroblob(16)".to_owned(),
        "UPDATE tile SET hashes = zeroblob(length(hashes))".to_owned(),
        "UPDATE tile SET hashes = substr(hashes, 33)".to_owned(),
        "UPDATE tile SET level = 1".to_owned(),
        "INSERT INTO tile VALUES (9, 9, x'00')".to_owned(),
        "INSERT INTO tile VALUES (-1, -1, x'00')".to_owned(),
        "DROP TABLE tile".to_owned(),
        "DROP TABLE leaf".to_owned(),
        "CREATE TABLE extra (x)".to_owned(),
        "CREATE INDEX extra ON leaf (details)".to_owned(),
        "CREATE VIEW extra AS SELECT * FROM leaf".to_owned(),
        "CREATE TRIGGER extra AFTER INSERT ON leaf BEGIN DELETE FROM content; END".to_owned(),
        "ALTER TABLE leaf ADD COLUMN extra BLOB".to_owned(),
        "ALTER TABLE leaf RENAME TO leaf2".to_owned(),
        "PRAGMA user_version = 0".to_owned(),
        "PRAGMA user_version = 4".to_owned(),
        "PRAGMA application_id = 0".to_owned(),
    ];
    for edit in &edits {
        sample.restore(dir);
        let db = Connection::open(dir.join("vault.db")).unwrap();
        db.execute_batch(edit)
            .unwrap_or_else(|e| panic!("{edit}: {e}"));
        drop(db);
        match audit(dir) {
            Ok(report) => assert!(!report.is_sound(), "not found: {edit}"),
            Err(e) => assert!(
                e.is_integrity() || matches!(e, VaultError::Newer),
                "{edit}: {e:?}"
            ),
        }
        // Whatever a program with a key does with it, it does not fall over.
        if let Ok(vault) = open(dir, &sample.key) {
            let _ = vault.check(|_| {});
            let _ = read_all(&vault);
            let _ = vault.seal(&person("Eva", "Luna"));
        }
    }
    // Meaningless names beside ours change nothing that anybody reads.
    sample.restore(dir);
    let db = Connection::open(dir.join("vault.db")).unwrap();
    db.execute_batch("INSERT INTO meta VALUES ('extra', x'00'); INSERT INTO batch VALUES (77, x'', 0, x''); VACUUM").unwrap();
    drop(db);
    assert_eq!(sample.judge(dir).unwrap(), "harmless");
}

/// What an enemy can append without looking into the vault: an entry whose bytes all fit each other,
/// with the given signature over the given act.
struct Forged<'a> {
    act: Act,
    signing: &'a SigningKey,
    fact: Fact,
}

fn forge(dir: &Path, vault: &Vault, forged: Forged<'_>) -> u64 {
    let db = Connection::open(dir.join("vault.db")).unwrap();
    let ring = vault.keyring();
    let mut frontier = Frontier::from_bytes(&get_meta(&db, "frontier")).unwrap();
    let index = frontier.size();
    let signed = forged.act.sign(
        &vault.id().0,
        index,
        &forged.fact,
        &forged.signing.signer().unwrap(),
    );
    let (encapsulated, key) =
        seal::open_batch(&ring.log_key, &[labels::BATCH_LOG, &vault.id().0].concat()).unwrap();
    let ad = [labels::LOG_DETAILS, &vault.id().0, &index.to_be_bytes()].concat();
    let salt = [7; 32];
    let details = aead::seal(&key, &ad, &signed.to_sealed_plaintext(&salt)).unwrap();
    let leaf = Leaf {
        details_commitment: signed.commitment(&salt),
        details_hash: stored_hash(&[encapsulated.as_slice(), &details].concat()),
        fact: forged.fact,
    };
    db.execute(
        "INSERT INTO batch (target, epoch, encapsulated) VALUES (zeroblob(16), 0, ?1)",
        [encapsulated.as_slice()],
    )
    .unwrap();
    let batch = db.last_insert_rowid();
    db.execute(
        "INSERT INTO leaf VALUES (?1, ?2, ?3, ?4)",
        params![index as i64, leaf.to_bytes(), batch, details],
    )
    .unwrap();
    frontier.append(leaf.leaf_hash());
    set_meta(&db, "frontier", &frontier.to_bytes());
    let tile: Vec<u8> = db
        .query_row(
            "SELECT hashes FROM tile WHERE level = 0 AND idx = 0",
            [],
            |r| r.get(0),
        )
        .unwrap();
    let tile = [tile.as_slice(), &leaf.leaf_hash()].concat();
    db.execute("UPDATE tile SET hashes = ?1 WHERE level = 0", [tile])
        .unwrap();
    index
}

fn act(kind: ActKind, actor: [u8; 16]) -> Act {
    Act {
        kind,
        time: 1_800_000_000,
        actor,
        object: None,
        object_version: 0,
        count: 0,
        prior: None,
        reason: Reason::none(),
        second: None,
    }
}

/// An unsigned end that fits itself cannot be judged without a key; the first key that opens the
/// vault judges it, and signs nothing that is wrong.
#[test]
fn forged_entries_are_refused_when_the_vault_is_opened() {
    let sample = Sample::new();
    let tmp = scratch();
    let dir = tmp.path();
    sample.restore(dir);
    let full = open(dir, &sample.key).unwrap();
    let intake = open(dir, &sample.intake).unwrap();
    let director = full.access().slot.0;
    let reception = intake.access().slot.0;
    let reception_key = &intake.access().signing;
    let nobody = SigningKey::generate().unwrap();
    let erasable = 2u64;
    let content = |key| Fact::Content { hash: [9; 32], key };
    // (what, act, signed with, fact, whether the content of leaf 2 is deleted with it)
    let old = stored_hash(&sample.older_keyring);
    let attempts: Vec<(&str, Act, &SigningKey, Fact, bool)> = vec![
        (
            "no key at all",
            act(ActKind::Search, director),
            &nobody,
            Fact::None,
            false,
        ),
        (
            "a slot that never was",
            act(ActKind::Search, [8; 16]),
            &nobody,
            Fact::None,
            false,
        ),
        (
            "intake as director",
            act(ActKind::Search, director),
            reception_key,
            Fact::None,
            false,
        ),
        (
            "intake erases",
            act(ActKind::Erase, reception),
            reception_key,
            Fact::Tombstone(erasable),
            true,
        ),
        (
            "intake erases as a change of keys",
            act(ActKind::KeyChange, reception),
            reception_key,
            Fact::Tombstone(erasable),
            true,
        ),
        (
            "nobody erases",
            act(ActKind::Erase, director),
            &nobody,
            Fact::Tombstone(erasable),
            true,
        ),
        (
            "intake brings a keyring",
            act(ActKind::KeyAdd, reception),
            reception_key,
            content(None),
            false,
        ),
    ];
    for (what, act, signing, fact, delete) in attempts {
        sample.restore(dir);
        let at = forge(dir, &full, Forged { act, signing, fact });
        if delete {
            let db = Connection::open(dir.join("vault.db")).unwrap();
            db.execute("DELETE FROM content WHERE leaf = ?1", [erasable as i64])
                .unwrap();
        }
        let opened = open(dir, &sample.key);
        assert!(
            matches!(opened, Err(VaultError::Altered { leaf }) if leaf == at),
            "{what}: {:?}",
            opened.err()
        );
    }
    // The same, done rightly, is believed: the attempts fail for their reasons only.
    sample.restore(dir);
    forge(
        dir,
        &full,
        Forged {
            act: act(ActKind::Search, reception),
            signing: reception_key,
            fact: Fact::None,
        },
    );
    assert_eq!(audit(dir).unwrap().findings, []);
    open(dir, &sample.key).unwrap();
    // Back to an older keyring, in which a removed slot still opens everything.
    sample.restore(dir);
    let db = Connection::open(dir.join("vault.db")).unwrap();
    let before = get_meta(&db, "keyring-leaf");
    drop(db);
    let before = u64::from_be_bytes(before.try_into().unwrap());
    let act_of = |kind| act(kind, reception);
    forge(
        dir,
        &full,
        Forged {
            act: act_of(ActKind::KeyChange),
            signing: reception_key,
            fact: Fact::Tombstone(before),
        },
    );
    let at = forge(
        dir,
        &full,
        Forged {
            act: act_of(ActKind::KeyChange),
            signing: reception_key,
            fact: Fact::Content {
                hash: old,
                key: None,
            },
        },
    );
    let db = Connection::open(dir.join("vault.db")).unwrap();
    set_meta(&db, "keyring", &old);
    set_meta(&db, "keyring-leaf", &at.to_be_bytes());
    drop(db);
    fs::write(dir.join("keyring"), &sample.older_keyring).unwrap();
    assert_eq!(audit(dir).unwrap().findings, [], "it fits itself");
    for key in [&sample.key, &key_file(3)] {
        let opened = open(dir, key);
        assert!(
            matches!(opened, Err(VaultError::Altered { .. })),
            "{:?}",
            opened.err()
        );
    }
    // Without the chain's consent it is noticed by its hash.
    sample.restore(dir);
    fs::write(dir.join("keyring"), &sample.older_keyring).unwrap();
    assert!(matches!(
        open(dir, &key_file(3)),
        Err(VaultError::KeyringReplaced)
    ));
    let db = Connection::open(dir.join("vault.db")).unwrap();
    set_meta(&db, "keyring", &old);
    drop(db);
    assert!(matches!(
        open(dir, &key_file(3)),
        Err(VaultError::LogAltered)
    ));
}

/// Sealing needs only public keys, so anybody can write a row that opens. It is in no entry of the
/// log, and no reader takes it for a record.
#[test]
fn a_record_sealed_past_the_log_is_not_shown() {
    let sample = Sample::new();
    let tmp = scratch();
    let dir = tmp.path();
    for place in [1i64, 4, 900] {
        sample.restore(dir);
        let vault = open(dir, &sample.key).unwrap();
        let id: VaultId = vault.id();
        let compartment = &vault.keyring().compartments[0];
        let info = [
            labels::BATCH_COMPARTMENT,
            &id.0,
            &compartment.id.0,
            &compartment.epoch.to_be_bytes(),
        ]
        .concat();
        let (encapsulated, key) = seal::open_batch(&compartment.key, &info).unwrap();
        let data_key = Secret::<32>::random().unwrap();
        // Header: an object, version 1, a record.
        let header = [&[5u8; 16][..], &1u32.to_be_bytes(), &[1]].concat();
        let bound = |label: &[u8], tail: &[u8]| [label, &id.0, &compartment.id.0, tail].concat();
        let wrapped = aead::seal(
            &key,
            &bound(labels::DATA_KEY, &compartment.epoch.to_be_bytes()),
            &[data_key.expose().as_slice(), &header].concat(),
        )
        .unwrap();
        let record = sigilo::codec::body_to_bytes(&person("Falsa", "Identidad")).unwrap();
        let body = aead::seal(
            &data_key,
            &bound(labels::RECORD_BODY, &header),
            &aead::pad(&record),
        )
        .unwrap();
        let db = Connection::open(dir.join("vault.db")).unwrap();
        db.execute(
            "INSERT INTO batch VALUES (50, ?1, ?2, ?3)",
            params![compartment.id.0, compartment.epoch, encapsulated],
        )
        .unwrap();
        db.execute(
            "INSERT INTO content VALUES (?1, 50, ?2, ?3)",
            params![place, wrapped, body],
        )
        .unwrap();
        drop(db);
        let finding = match place {
            4 => Finding::Log(log::Finding::ContentNotErased { index: 4 }),
            place => Finding::Log(log::Finding::ContentUnlogged {
                index: place as u64,
            }),
        };
        let findings = audit(dir).unwrap().findings;
        assert!(findings.contains(&finding), "at {place}: {findings:?}");
        assert_ne!(vault.check(|_| {}).unwrap(), []);
        let shown = vault
            .catalog()
            .and_then(|catalog| vault.scan(&catalog, |_, record| record.given_names.clone()));
        assert!(
            shown
                .as_ref()
                .map_or(true, |names| !names.contains(&"Falsa".to_owned())),
            "at {place}: {shown:?}"
        );
    }
}
