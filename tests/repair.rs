//! What a repair saves from a damaged vault, and what it says of the rest. The damaged folder is never
//! changed, and the new vault is sound to an auditor.
//!
//! What was sealed before the damage is there afterwards, or is named as lost: no record disappears
//! without a word, nothing erased comes back, and nothing is taken in that the log does not prove.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use common::{create_with_key, key, person};
use rusqlite::{Connection, params};
use sigilo::log::SignedCheckpoint;
use sigilo::log::act::Reason;
use sigilo::vault::audit::{self, Known};
use sigilo::vault::repair::{Repaired, repair};
use sigilo::vault::{Location, ObjectId, Unlock, Vault, VaultError};

const PAGE: usize = 4096;

fn open(dir: &Path) -> Vault {
    Vault::open(&Location::new(dir), &Unlock::KeyFile(&key())).unwrap()
}

/// Each record's names, version by version.
type Records = BTreeMap<ObjectId, BTreeMap<u32, String>>;

fn records(vault: &Vault) -> Records {
    let catalog = vault.catalog().unwrap();
    let items = catalog.items().iter();
    items
        .map(|item| {
            let versions = item.versions.iter().map(|v| {
                let record = vault.read(v.leaf).unwrap();
                (v.number, record.given_names.clone())
            });
            (item.id, versions.collect())
        })
        .collect()
}

struct Sample {
    tmp: tempfile::TempDir,
    files: BTreeMap<&'static str, Vec<u8>>,
    records: Records,
    erased: ObjectId,
    head: SignedCheckpoint,
}

impl Sample {
    /// Sixty records, some amended, two linked, one erased, all wrapped again, and some more.
    fn new() -> Self {
        let tmp = tempfile::tempdir().unwrap();
        let dir = tmp.path().join("casa");
        let none = Reason::none();
        let mut vault = create_with_key(&dir).vault;
        let people: Vec<_> = (0..40)
            .map(|n| person(&format!("Persona {n}"), "Soc"))
            .collect();
        let ids = vault.seal_all(&people, Some(&none), |_| {}).unwrap();
        vault
            .amend(ids[3], 1, &person("Persona 3b", "Soc"), &none)
            .unwrap();
        vault.set_link(ids[1], ids[2], true, &none).unwrap();
        vault.rotate(&none, |_, _| {}).unwrap();
        let more: Vec<_> = (40..60)
            .map(|n| person(&format!("Persona {n}"), "Soc"))
            .collect();
        vault.seal_all(&more, None, |_| {}).unwrap();
        vault
            .amend(ids[5], 1, &person("Persona 5b", "Soc"), &none)
            .unwrap();
        vault.erase(ids[7], &none).unwrap();
        let records = records(&vault);
        let head = SignedCheckpoint::parse(vault.checkpoint().unwrap().as_bytes()).unwrap();
        drop(vault);
        let files = ["vault.db", "keyring", "checkpoint"];
        Self {
            files: files.map(|f| (f, fs::read(dir.join(f)).unwrap())).into(),
            tmp,
            records,
            erased: ids[7],
            head,
        }
    }

    /// Repairs a damaged copy, and checks what holds whatever the damage is.
    fn repair(&self, name: &str, damage: impl FnOnce(&Path)) -> Result<Repaired, VaultError> {
        self.repair_with(name, None, damage)
    }

    /// The same, with a copy of the keyring that was kept elsewhere.
    fn repair_with(
        &self,
        name: &str,
        keyring: Option<PathBuf>,
        damage: impl FnOnce(&Path),
    ) -> Result<Repaired, VaultError> {
        let dir = self.tmp.path().join(name);
        let new = self.tmp.path().join(format!("{name} nueva"));
        fs::create_dir(&dir).unwrap();
        for (file, bytes) in &self.files {
            fs::write(dir.join(file), bytes).unwrap();
        }
        damage(&dir);
        let content = |dir: &Path| -> BTreeMap<_, _> {
            let files = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path());
            files.map(|p| (p.clone(), fs::read(p).unwrap())).collect()
        };
        let before = content(&dir);
        let key = key();
        let from = Location {
            keyring,
            ..Location::new(&dir)
        };
        let done = repair(
            &from,
            &Location::new(&new),
            &Unlock::KeyFile(&key),
            std::slice::from_ref(&self.head),
            &Reason::none(),
        );
        assert!(
            content(&dir) == before,
            "{name}: the damaged folder was changed"
        );
        let done = match done {
            Ok(done) => done,
            Err(e) => {
                assert!(!new.exists(), "{name}: half a vault is there");
                return Err(e);
            }
        };
        let known = Known {
            heads: vec![self.head.clone()],
            ..Known::default()
        };
        let report = audit::verify(&Location::new(&new), &known, |_, _| {}).unwrap();
        assert_eq!(report.findings, [], "{name}");
        let vault = open(&new);
        assert_eq!(vault.check(|_| {}).unwrap(), [], "{name}");
        let found = records(&vault);
        assert!(
            !found.contains_key(&self.erased),
            "{name}: erased and back again"
        );
        let named: BTreeSet<_> = done
            .lost
            .iter()
            .chain(&done.unproven)
            .filter_map(|m| Some((m.object?, m.version)))
            .collect();
        for (id, versions) in &self.records {
            for (version, text) in versions {
                match found.get(id).and_then(|v| v.get(version)) {
                    Some(saved) => assert_eq!(saved, text, "{name}"),
                    // Of entries that are gone nobody can say what they were.
                    None => assert!(
                        named.contains(&(*id, *version)) || done.succession.lost() > 0,
                        "{name}: {id} version {version} is gone without a word"
                    ),
                }
            }
        }
        for (id, versions) in &found {
            for version in versions.keys() {
                assert!(self.records[id].contains_key(version), "{name}: invented");
            }
        }
        // The new vault is one like any other.
        vault.seal(&person("Después", "Soc")).unwrap();
        assert!(vault.index().unwrap().len() > found.len());
        Ok(done)
    }

    fn versions(&self) -> usize {
        self.records.values().map(BTreeMap::len).sum()
    }
}

fn edit(dir: &Path, sql: &str) {
    let db = Connection::open(dir.join("vault.db")).unwrap();
    db.execute_batch(&format!("PRAGMA secure_delete=OFF; {sql}"))
        .unwrap();
}

#[test]
fn what_is_whole_is_taken_over_whole() {
    let sample = Sample::new();
    let done = sample.repair("whole", |_| {}).unwrap();
    assert!(done.is_whole(), "{done:?}");
    assert_eq!((done.resealed, done.older_keyring), (0, false));
    // And a link, and the list of the rotation.
    assert_eq!(done.kept, sample.versions() + 2);
    assert_eq!(done.succession.size, sample.head.checkpoint().size());
}

#[test]
fn single_rows_that_were_changed_or_removed_are_named_and_the_rest_is_saved() {
    let sample = Sample::new();
    let body = "UPDATE content SET body = zeroblob(length(body)) WHERE leaf = 6";
    let done = sample.repair("body", |d| edit(d, body)).unwrap();
    assert_eq!(done.lost.len(), 1);
    let lost = done.lost[0];
    assert_eq!((lost.entry, lost.version, lost.record), (6, 1, true));
    assert!(sample.records.contains_key(&lost.object.unwrap()));
    assert_eq!((done.unproven.len(), done.resealed), (0, 0));

    let done = sample
        .repair("gone", |d| {
            edit(d, "DELETE FROM content WHERE leaf IN (4, 8)")
        })
        .unwrap();
    let entries: Vec<_> = done.lost.iter().map(|m| m.entry).collect();
    assert_eq!(entries, [4, 8]);

    // A changed entry ends what the old log proves; what is behind it is sealed again, but for its own.
    let leaf = "UPDATE leaf SET leaf = zeroblob(length(leaf)) WHERE idx = 12";
    let done = sample.repair("leaf", |d| edit(d, leaf)).unwrap();
    assert_eq!(done.succession.size, 12);
    assert!(done.resealed > 40);
    assert_eq!((done.lost.len(), done.unproven.len()), (0, 1));
    assert_eq!(done.unproven[0].entry, 12);

    let details = "UPDATE leaf SET details = zeroblob(length(details)) WHERE idx = 50";
    let done = sample.repair("details", |d| edit(d, details)).unwrap();
    assert_eq!(done.succession.size, 50);

    // Values of single names: all can be made again.
    let done = sample
        .repair("meta", |d| edit(d, "DELETE FROM meta"))
        .unwrap();
    assert!(done.is_whole(), "{done:?}");
    let done = sample
        .repair("tiles", |d| edit(d, "DELETE FROM tile; DELETE FROM search"))
        .unwrap();
    assert!(done.is_whole());
    // Without the lists of the rotation, a content is sealed again.
    let lists = "DELETE FROM content WHERE length(wrapped) = 0";
    let done = sample.repair("lists", |d| edit(d, lists)).unwrap();
    assert_eq!(done.resealed, 41);
    assert!(done.is_whole(), "{done:?}");
}

#[test]
fn dropped_tables_are_found_in_the_pages_that_are_left() {
    let sample = Sample::new();
    for table in ["meta", "tile", "search"] {
        let done = sample
            .repair(table, |d| edit(d, &format!("DROP TABLE {table}")))
            .unwrap();
        assert!(done.lost.is_empty() && done.unproven.is_empty(), "{table}");
    }
    // The first page says where everything is; nothing here needs it.
    let done = sample
        .repair("first page", |d| {
            let mut bytes = fs::read(d.join("vault.db")).unwrap();
            bytes[..PAGE].fill(0);
            fs::write(d.join("vault.db"), bytes).unwrap();
        })
        .unwrap();
    assert!(done.is_whole(), "{done:?}");
}

/// A table that is dropped leaves its pages behind, and only their first bytes are used again.
#[test]
fn a_dropped_table_of_entries_contents_or_batches_is_found_but_for_what_was_written_over() {
    let sample = Sample::new();
    let all = sample.versions() + 2;
    for table in ["leaf", "content", "batch"] {
        let done = sample
            .repair(table, |d| edit(d, &format!("DROP TABLE {table}")))
            .unwrap_or_else(|e| panic!("{table}: {e:?}"));
        let saved = done.kept + done.resealed;
        assert!(saved * 10 >= all * 9, "{table}: {saved} of {all}, {done:?}");
    }
}

/// Overwritten as well, as this program itself does: what is named is all that can be done.
#[test]
fn what_was_overwritten_is_named_and_without_entries_or_batches_nothing_is_made() {
    let sample = Sample::new();
    let gone = |table: &str| {
        sample.repair(&format!("no {table}"), |d| {
            let db = Connection::open(d.join("vault.db")).unwrap();
            db.execute_batch(&format!(
                "PRAGMA secure_delete=ON; DELETE FROM {table}; VACUUM;"
            ))
            .unwrap();
        })
    };
    let done = gone("content").unwrap();
    assert_eq!((done.kept, done.resealed), (0, 0));
    // Each version by its record, and the link; the list of the rotation says nothing any more.
    assert_eq!(done.lost.len(), sample.versions() + 1, "{done:?}");
    assert_eq!(done.succession.lost(), 0);
    for table in ["leaf", "batch"] {
        assert!(
            matches!(gone(table), Err(VaultError::BeyondRepair)),
            "{table}"
        );
    }
}

#[test]
fn a_damaged_keyring_is_refused_and_a_copy_that_was_kept_saves_everything() {
    let sample = Sample::new();
    let kept = sample.tmp.path().join("llavero guardado");
    fs::write(&kept, &sample.files["keyring"]).unwrap();
    let len = sample.files["keyring"].len();
    for at in (0..len).step_by(len / 12) {
        let damage = |d: &Path| {
            let mut bytes = sample.files["keyring"].clone();
            bytes[at] ^= 0x40;
            fs::write(d.join("keyring"), bytes).unwrap();
        };
        let refused = sample.repair(&format!("keyring {at}"), damage);
        assert!(
            matches!(
                refused,
                Err(VaultError::KeyringForged
                    | VaultError::WrongKey
                    | VaultError::Newer
                    | VaultError::Decode(_))
            ),
            "{at}: {refused:?}"
        );
        if at < 2 * (len / 12) {
            let name = format!("keyring {at} with a copy");
            let done = sample.repair_with(&name, Some(kept.clone()), damage);
            assert!(done.unwrap().is_whole(), "{at}");
        }
    }
}

#[test]
fn every_torn_page_costs_what_was_on_it_and_no_more() {
    let sample = Sample::new();
    let pages = sample.files["vault.db"].len() / PAGE;
    let (mut whole, mut beyond) = (0, 0);
    for page in (0..pages).step_by(if pages > 60 { pages / 30 } else { 2 }) {
        let done = sample.repair(&format!("page {page}"), |d| {
            let mut bytes = fs::read(d.join("vault.db")).unwrap();
            bytes[page * PAGE..][..PAGE].fill(0xa5);
            fs::write(d.join("vault.db"), bytes).unwrap();
        });
        match done {
            Ok(done) => whole += usize::from(done.is_whole()),
            // The page with the batches, or the one with the first entries.
            Err(VaultError::BeyondRepair) => beyond += 1,
            Err(e) => panic!("page {page}: {e:?}"),
        }
    }
    assert!(whole > 0 && beyond <= 3, "{whole} {beyond}");
    let cut = sample.repair("cut", |d| {
        let bytes = fs::read(d.join("vault.db")).unwrap();
        fs::write(d.join("vault.db"), &bytes[..bytes.len() * 2 / 3]).unwrap();
    });
    assert!(matches!(cut, Ok(_) | Err(VaultError::BeyondRepair)));
}

/// Anybody who has the folder can seal to the public keys. That is not taken in.
#[test]
fn what_the_log_does_not_prove_is_not_taken_in() {
    let sample = Sample::new();
    let done = sample
        .repair("planted", |d| {
            let db = Connection::open(d.join("vault.db")).unwrap();
            let row: (i64, Vec<u8>, Vec<u8>) = db
                .query_row(
                    "SELECT batch, wrapped, body FROM content WHERE leaf = 6",
                    [],
                    |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)),
                )
                .unwrap();
            db.execute(
                "INSERT INTO content VALUES (5000, ?1, ?2, ?3)",
                params![row.0, row.1, row.2],
            )
            .unwrap();
        })
        .unwrap();
    assert_eq!(done.unproven.len(), 1);
    assert_eq!(done.unproven[0].entry, 5000);
    assert_eq!((done.lost.len(), done.resealed), (0, 0));
}

#[test]
fn an_interrupted_act_is_undone_and_a_damaged_journal_is_no_obstacle() {
    let sample = Sample::new();
    // A journal as a killed writer leaves it: SQLite is stopped between writing pages and committing.
    let dir = sample.tmp.path().join("interrupted");
    fs::create_dir(&dir).unwrap();
    for (file, bytes) in &sample.files {
        fs::write(dir.join(file), bytes).unwrap();
    }
    let db = Connection::open(dir.join("vault.db")).unwrap();
    db.execute_batch(
        "PRAGMA journal_mode=DELETE; PRAGMA cache_size=1; PRAGMA cache_spill=1; BEGIN IMMEDIATE;
         UPDATE content SET body = zeroblob(length(body)); UPDATE leaf SET details = zeroblob(9);",
    )
    .unwrap();
    let torn = fs::read(dir.join("vault.db")).unwrap();
    let journal = fs::read(dir.join("vault.db-journal")).unwrap();
    db.execute_batch("ROLLBACK").unwrap();
    assert!(torn != sample.files["vault.db"] && journal.len() > PAGE);
    let done = sample
        .repair("hot", |d| {
            fs::write(d.join("vault.db"), &torn).unwrap();
            fs::write(d.join("vault.db-journal"), &journal).unwrap();
        })
        .unwrap();
    assert!(done.is_whole(), "{done:?}");
    for cut in [0, 5, 600, journal.len() / 2] {
        let done = sample.repair(&format!("journal {cut}"), |d| {
            let mut bad = journal.clone();
            bad.truncate(cut.max(1));
            fs::write(d.join("vault.db"), &torn).unwrap();
            fs::write(d.join("vault.db-journal"), &bad).unwrap();
        });
        assert!(matches!(done, Ok(_) | Err(VaultError::BeyondRepair)));
    }
}

#[test]
fn without_a_keyring_that_opens_nothing_is_made() {
    let sample = Sample::new();
    let missing = sample.repair("no keyring", |d| {
        fs::remove_file(d.join("keyring")).unwrap()
    });
    assert!(matches!(missing, Err(VaultError::NoKeyring)));
    let torn = sample.repair("torn keyring", |d| {
        fs::write(d.join("keyring"), b"sigilo-").unwrap()
    });
    assert!(matches!(torn, Err(VaultError::KeyringForged)));
    let random = sample.repair("no database", |d| {
        fs::write(d.join("vault.db"), vec![0x55; 100_000]).unwrap();
    });
    assert!(matches!(random, Err(VaultError::BeyondRepair)));
    // A keyring that was staged and not yet put in its place will do.
    let staged = sample.repair("staged", |d| {
        fs::rename(d.join("keyring"), d.join("keyring.new")).unwrap();
    });
    assert!(staged.unwrap().is_whole());
}
