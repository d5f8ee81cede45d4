//! What the vault costs, beside what its parts cost bare.
//!
//! Groups: `append` (one act that stores nothing), `seal` (one record, with its way to the disk), `import`,
//! `open`, `search`, `rotate`, `backup`, `verify`. In each the number of records grows tenfold from line to
//! line. Beside `vault` stand, in the same run, `bare cryptography` and `bare SQLite`: the same operations
//! on bytes of the same lengths, without a vault around them. The distance between their sum and `vault` is
//! what the vault itself takes.
//!
//! `RAYON_NUM_THREADS=1` gives the figures of one core; `SIGILO_BENCH_MAX` bounds the number of records
//! (100,000 otherwise).

use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{
    BatchSize, BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group,
    criterion_main,
};
use rayon::prelude::*;
use rusqlite::{Connection, params};
use sigilo::crypto::hash::sha256;
use sigilo::crypto::seal::{OpeningKey, SealingKey, open_batch, seal_to};
use sigilo::crypto::sign::SigningKey;
use sigilo::crypto::travel::{self, Identity};
use sigilo::crypto::{Secret, aead};
use sigilo::log::act::{ActKind, Reason};
use sigilo::record::{Kind, Query, Record};
use sigilo::vault::audit::{self, Known};
use sigilo::vault::backup::Places;
use sigilo::vault::{ActNote, Location, NewSlot, Rights, SlotKind, Unlock, Vault};

/// Lengths of what is stored for one record, in clear: details, wrapped key, body, leaf.
const DETAILS: usize = 256;
const WRAPPED: usize = 53;
const BODY: usize = 512;
const LEAF: usize = 137;

fn key() -> Secret<32> {
    Secret::init_with(|b| b.fill(1))
}

fn create(dir: &Path) -> Vault {
    Vault::create(
        &Location::new(dir),
        "Casa de prueba",
        &[("victim", &[0]), ("witness", &[1]), ("call", &[2])],
        &NewSlot {
            name: "dirección",
            kind: SlotKind::KeyFile,
            unlock: Unlock::KeyFile(&key()),
            rights: Rights::ALL,
        },
        "recuperación",
    )
    .unwrap()
    .vault
}

fn open(dir: &Path) -> Vault {
    Vault::open(&Location::new(dir), &Unlock::KeyFile(&key())).unwrap()
}

/// People who do not exist, the same each time.
fn people(n: usize) -> Vec<Record> {
    const GIVEN: [&str; 8] = [
        "Ana",
        "María Guadalupe",
        "Xóchitl",
        "Rosa",
        "José Luis",
        "Itzel",
        "Juan",
        "Carmen",
    ];
    const SURNAMES: [&str; 11] = [
        "Hernández",
        "López",
        "Canul",
        "Tzoc",
        "Pech",
        "García",
        "Soc",
        "Mesa",
        "Núñez",
        "Cruz",
        "Martínez",
    ];
    (0..n)
        .map(|i| {
            let mut record = Record::new(Kind::Victim);
            record.local_id = format!("2026-{i:06}");
            record.given_names = GIVEN[i % 8].to_owned();
            record.paternal_surname = SURNAMES[i % 11].to_owned();
            record.maternal_surname = SURNAMES[(i / 11) % 11].to_owned();
            record.birth_place.state = "Yucatán".to_owned();
            record.residence.municipality = "Mérida".to_owned();
            record.phones = vec![format!("999 {:07}", i * 7919 % 10_000_000)];
            record
        })
        .collect()
}

fn filled(dir: &Path, n: usize) -> Vault {
    let vault = create(dir);
    vault.seal_all(&people(n), None, |_| {}).unwrap();
    vault
}

fn sizes(group: &mut BenchmarkGroup<'_, WallTime>) {
    group.sample_size(10);
    group.sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(200));
    group.measurement_time(Duration::from_secs(2));
}

/// Numbers of records.
fn sweep() -> impl Iterator<Item = usize> {
    let max = std::env::var("SIGILO_BENCH_MAX").map_or(100_000, |n| n.parse().unwrap());
    [100, 1_000, 10_000, 100_000]
        .into_iter()
        .filter(move |n| *n <= max)
}

fn bare_database(path: &Path) -> Connection {
    let db = Connection::open(path).unwrap();
    db.execute_batch(
        "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA; PRAGMA secure_delete=ON;
         PRAGMA cache_size=-32000;
         CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
         CREATE TABLE leaf (idx INTEGER PRIMARY KEY, leaf BLOB, batch INTEGER, details BLOB);
         CREATE TABLE content (leaf INTEGER PRIMARY KEY, batch INTEGER, wrapped BLOB, body BLOB);
         CREATE TABLE search (part INTEGER PRIMARY KEY, sealed BLOB);",
    )
    .unwrap();
    db
}

fn insert(db: &Connection, n: i64) {
    db.prepare_cached("INSERT INTO leaf VALUES (?1, ?2, 1, ?3)")
        .unwrap()
        .execute(params![n, [1u8; LEAF], [2u8; DETAILS + aead::OVERHEAD]])
        .unwrap();
    db.prepare_cached("INSERT INTO content VALUES (?1, 1, ?2, ?3)")
        .unwrap()
        .execute(params![
            n,
            [3u8; WRAPPED + aead::OVERHEAD],
            [4u8; BODY + aead::OVERHEAD]
        ])
        .unwrap();
}

/// What one act changes beside its rows: the edge of the tree, the head, a tile.
fn insert_edge(db: &Connection) {
    for name in ["frontier", "head", "head-frontier", "tile"] {
        let len = if name == "tile" { 4096 } else { 400 };
        db.prepare_cached("INSERT OR REPLACE INTO meta VALUES (?1, ?2)")
            .unwrap()
            .execute(params![name, vec![5u8; len]])
            .unwrap();
    }
}

fn bare_filled(path: &Path, n: usize) -> Connection {
    let db = bare_database(path);
    db.execute_batch("BEGIN IMMEDIATE").unwrap();
    (0..n as i64).for_each(|i| insert(&db, i));
    db.execute_batch("COMMIT").unwrap();
    db
}

/// Everything that is computed to seal one record and to log it.
fn bare_sealing(signing: &sigilo::crypto::sign::Signer) {
    let data_key = Secret::random().unwrap();
    let body = aead::seal(&data_key, &[0; 80], &[4; BODY]).unwrap();
    let wrapped = aead::seal(&key(), &[0; 60], &[3; WRAPPED]).unwrap();
    let details = aead::seal(&key(), &[0; 60], &[2; DETAILS]).unwrap();
    black_box(signing.sign(&[5; 180]));
    black_box(sha256(&[&wrapped, &body]));
    black_box(sha256(&[&details]));
    black_box(sha256(&[&[6; 170]]));
    black_box(sha256(&[&[1; LEAF]]));
}

fn append(c: &mut Criterion) {
    let tmp = tempfile::tempdir().unwrap();
    let vault = create(&tmp.path().join("casa"));
    let mut group = c.benchmark_group("append");
    sizes(&mut group);
    group.bench_function("vault", |b| {
        b.iter(|| vault.log(ActNote::new(ActKind::Search).count(3)).unwrap());
    });
    // The physical limit: one row, synced the same way.
    let db = bare_database(&tmp.path().join("bare.db"));
    let mut n = 0i64;
    group.bench_function("bare SQLite", |b| {
        b.iter(|| {
            n += 1;
            insert(&db, n);
        });
    });
    group.finish();
}

fn seal(c: &mut Criterion) {
    for n in sweep() {
        let tmp = tempfile::tempdir().unwrap();
        let vault = filled(&tmp.path().join("casa"), n);
        // The first act of a program reads the edge of the tree and makes the index.
        vault.index().unwrap();
        let record = people(1).remove(0);
        vault.seal(&record).unwrap();
        let mut group = c.benchmark_group("seal");
        sizes(&mut group);
        group.bench_function(BenchmarkId::new("vault", n), |b| {
            b.iter(|| vault.seal(&record).unwrap());
        });
        let signing = SigningKey::from_seed(key()).unwrap().signer().unwrap();
        let part = vec![7u8; 65_536];
        group.bench_function(BenchmarkId::new("bare cryptography", n), |b| {
            b.iter(|| {
                bare_sealing(&signing);
                // The head, and the open part of the index, opened and sealed again.
                black_box(signing.sign(&[5; 120]));
                let sealed = aead::seal(&key(), &[0; 80], &part).unwrap();
                black_box(aead::open(&key(), &[0; 80], &sealed).unwrap());
            });
        });
        let db = bare_filled(&tmp.path().join("bare.db"), n);
        let mut at = n as i64;
        group.bench_function(BenchmarkId::new("bare SQLite", n), |b| {
            b.iter(|| {
                at += 1;
                db.execute_batch("BEGIN IMMEDIATE").unwrap();
                insert(&db, at);
                insert_edge(&db);
                db.execute(
                    "INSERT OR REPLACE INTO search VALUES (1, ?1)",
                    params![part],
                )
                .unwrap();
                db.execute_batch("COMMIT").unwrap();
            });
        });
        group.finish();
    }
}

fn import(c: &mut Criterion) {
    let mut group = c.benchmark_group("import");
    for n in sweep() {
        let records = people(n);
        sizes(&mut group);
        group.throughput(Throughput::Elements(n as u64));
        group.bench_with_input(BenchmarkId::new("vault", n), &records, |b, records| {
            b.iter_batched(
                || {
                    let tmp = tempfile::tempdir().unwrap();
                    let vault = create(&tmp.path().join("casa"));
                    (tmp, vault)
                },
                |(tmp, vault)| {
                    let reason = Reason::none();
                    let ids = vault.seal_all(records, Some(&reason), |_| {}).unwrap();
                    (tmp, vault, ids)
                },
                BatchSize::PerIteration,
            );
        });
        group.bench_function(BenchmarkId::new("bare cryptography", n), |b| {
            let signing = SigningKey::from_seed(key()).unwrap().signer().unwrap();
            b.iter(|| (0..n).into_par_iter().for_each(|_| bare_sealing(&signing)));
        });
        group.bench_function(BenchmarkId::new("bare SQLite", n), |b| {
            b.iter_batched(
                || tempfile::tempdir().unwrap(),
                |tmp| {
                    let db = bare_filled(&tmp.path().join("bare.db"), n);
                    (tmp, db)
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

/// Unlocking with a key file, which is not stretched: what depends on the vault.
fn opening(c: &mut Criterion, n: usize, dir: &Path) {
    let mut group = c.benchmark_group("open");
    sizes(&mut group);
    group.bench_function(BenchmarkId::new("vault", n), |b| b.iter(|| open(dir)));
    let private = OpeningKey::generate().unwrap();
    let to = private.sealing_key();
    let grants = seal_to(&to, b"info", b"", &[1; 1024]).unwrap();
    let secrets = aead::seal(&key(), &[0; 60], &[2; 96]).unwrap();
    let signing = SigningKey::from_seed(key()).unwrap();
    let (message, public) = ([3; 2000], signing.verifying_key());
    let signature = signing.sign(&message).unwrap();
    let (encapsulated, _) = batch(&to);
    group.bench_function(BenchmarkId::new("bare cryptography", n), |b| {
        b.iter(|| {
            // The keyring, the slot, its keys, the head, and the last act of the log.
            black_box(aead::open(&key(), &[0; 60], &secrets).unwrap());
            black_box(private.open(b"info", b"", &grants).unwrap());
            black_box(private.batch_key(b"info", &encapsulated).unwrap());
            for _ in 0..3 {
                public.verify(&message, &signature).unwrap();
            }
            // Private keys of four compartments, of the slot and of the log, with their public halves.
            for _ in 0..6 {
                black_box(OpeningKey::from_private(key()).unwrap());
            }
        });
    });
    group.bench_function(BenchmarkId::new("bare SQLite", n), |b| {
        b.iter(|| {
            let db = Connection::open(dir.join("vault.db")).unwrap();
            let schema = "SELECT count(*) FROM sqlite_schema WHERE length(sql) > 9";
            black_box(db.query_row(schema, [], |r| r.get::<_, i64>(0)).unwrap());
            let mut s = db.prepare("SELECT value FROM meta").unwrap();
            let rows = s.query_map([], |r| r.get::<_, Vec<u8>>(0)).unwrap();
            black_box(rows.map(Result::unwrap).collect::<Vec<_>>());
        });
    });
    group.finish();
}

fn batch(to: &SealingKey) -> ([u8; 32], Secret<32>) {
    open_batch(to, b"info").unwrap()
}

/// `warm`: in a program that goes on. `cold`: from the closed vault to the answer.
fn searching(c: &mut Criterion, n: usize, dir: &Path, vault: &Vault) {
    let mut group = c.benchmark_group("search");
    sizes(&mut group);
    group.throughput(Throughput::Elements(n as u64));
    let query = Query::new("guadalupe tzok");
    let mut kept = vault.index().unwrap();
    group.bench_function(BenchmarkId::new("warm", n), |b| {
        b.iter(|| {
            vault.refresh(&mut kept).unwrap();
            kept.search(&query)
        });
    });
    group.bench_function(BenchmarkId::new("cold", n), |b| {
        b.iter(|| open(dir).index().unwrap().search(&query));
    });
    let db = Connection::open(dir.join("vault.db")).unwrap();
    let lengths = || -> Vec<usize> {
        let mut s = db.prepare("SELECT sealed FROM search").unwrap();
        let rows = s
            .query_map([], |r| Ok(r.get_ref(0)?.as_blob()?.len()))
            .unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    let parts: Vec<Vec<u8>> = lengths()
        .into_iter()
        .map(|len| aead::seal(&key(), &[0; 80], &vec![1; len - aead::OVERHEAD]).unwrap())
        .collect();
    group.bench_function(BenchmarkId::new("bare cryptography", n), |b| {
        b.iter(|| {
            for part in &parts {
                black_box(aead::open(&key(), &[0; 80], part).unwrap());
            }
        });
    });
    group.bench_function(BenchmarkId::new("bare SQLite", n), |b| b.iter(lengths));
    group.finish();
}

fn backing_up(c: &mut Criterion, n: usize, dir: &Path, vault: &Vault) {
    let mut group = c.benchmark_group("backup");
    sizes(&mut group);
    let bytes = std::fs::read(dir.join("vault.db")).unwrap();
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    let recipient = Identity::generate().recipient();
    let to = Places::beside(dir.with_extension("copia"));
    group.bench_function(BenchmarkId::new("vault", n), |b| {
        b.iter(|| {
            vault
                .backup(&to, std::slice::from_ref(&recipient), &Reason::none())
                .unwrap()
        });
    });
    group.bench_function(BenchmarkId::new("bare cryptography", n), |b| {
        b.iter(|| {
            let mut sealed = travel::encrypt(std::slice::from_ref(&recipient), Vec::new()).unwrap();
            sealed.write_all(&bytes).unwrap();
            black_box(sha256(&[&sealed.finish().unwrap()]));
        });
    });
    // A consistent copy, its bytes on the disk, synced.
    let db = Connection::open(dir.join("vault.db")).unwrap();
    group.bench_function(BenchmarkId::new("bare SQLite", n), |b| {
        b.iter(|| {
            let mut copy = Connection::open_in_memory().unwrap();
            let backup = rusqlite::backup::Backup::new(&db, &mut copy).unwrap();
            backup
                .run_to_completion(i32::MAX, Duration::ZERO, None)
                .unwrap();
            drop(backup);
            let bytes = copy.serialize("main").unwrap().to_vec();
            let mut file = std::fs::File::create(dir.with_extension("bare")).unwrap();
            file.write_all(&bytes).unwrap();
            file.sync_all().unwrap();
        });
    });
    group.finish();
}

fn rotating(c: &mut Criterion, n: usize, dir: &Path) {
    let mut group = c.benchmark_group("rotate");
    sizes(&mut group);
    group.throughput(Throughput::Elements(n as u64));
    let mut vault = open(dir);
    group.bench_function(BenchmarkId::new("vault", n), |b| {
        b.iter(|| vault.rotate(&Reason::none(), |_, _| {}).unwrap());
    });
    let wrapped = aead::seal(&key(), &[0; 60], &[3; WRAPPED]).unwrap();
    group.bench_function(BenchmarkId::new("bare cryptography", n), |b| {
        b.iter(|| {
            (0..n).into_par_iter().for_each(|_| {
                black_box(aead::open(&key(), &[0; 60], &wrapped).unwrap());
                black_box(aead::seal(&key(), &[0; 60], &[3; WRAPPED]).unwrap());
                // The key's commitment and the hash of the new wrap.
                black_box(sha256(&[&[4; 60]]));
                black_box(sha256(&[&[4; 170]]));
            });
        });
    });
    let db = bare_filled(&dir.with_extension("bare.db"), n);
    group.bench_function(BenchmarkId::new("bare SQLite", n), |b| {
        b.iter(|| {
            for from in (0..n).step_by(4096) {
                db.execute_batch("BEGIN IMMEDIATE").unwrap();
                for i in from..n.min(from + 4096) {
                    db.prepare_cached("UPDATE content SET batch = 2, wrapped = ?2 WHERE leaf = ?1")
                        .unwrap()
                        .execute(params![i as i64, [3u8; 133]])
                        .unwrap();
                }
                db.execute_batch("COMMIT").unwrap();
            }
        });
    });
    group.finish();
}

fn reading(c: &mut Criterion) {
    for n in sweep().filter(|n| *n >= 1_000) {
        let tmp = tempfile::tempdir().unwrap();
        let dir = tmp.path().join("casa");
        drop(filled(&dir, n));
        let vault = open(&dir);
        vault.index().unwrap();
        opening(c, n, &dir);
        searching(c, n, &dir, &vault);
        backing_up(c, n, &dir, &vault);
        let mut group = c.benchmark_group("verify");
        sizes(&mut group);
        group.throughput(Throughput::Elements(n as u64));
        let location = Location::new(&dir);
        group.bench_function(BenchmarkId::new("vault", n), |b| {
            b.iter(|| {
                let report = audit::verify(&location, &Known::default(), |_, _| {}).unwrap();
                assert!(report.is_sound());
            });
        });
        group.bench_function(BenchmarkId::new("bare SHA-256", n), |b| {
            let (details, content) = ([2; DETAILS + 72], [4; BODY + WRAPPED + 2 * aead::OVERHEAD]);
            b.iter(|| {
                for _ in 0..n {
                    black_box(sha256(&[&details]));
                    black_box(sha256(&[&content]));
                    black_box(sha256(&[&[0; LEAF + 1]]));
                    black_box(sha256(&[&[0; 65]]));
                }
            });
        });
        group.bench_function(BenchmarkId::new("bare SQLite", n), |b| {
            let db = Connection::open(dir.join("vault.db")).unwrap();
            b.iter(|| {
                let mut statement = db
                    .prepare(
                        "SELECT l.leaf, l.details, c.wrapped, c.body FROM leaf l \
                         LEFT JOIN content c ON c.leaf = l.idx ORDER BY l.idx",
                    )
                    .unwrap();
                let mut rows = statement.query([]).unwrap();
                let mut bytes = 0;
                while let Some(row) = rows.next().unwrap() {
                    for column in 0..4 {
                        let cell = row.get_ref(column).unwrap().as_blob_or_null().unwrap();
                        bytes += cell.map_or(0, <[u8]>::len);
                    }
                }
                bytes
            });
        });
        group.finish();
        drop(vault);
        rotating(c, n, &dir);
    }
}

criterion_group!(benches, append, seal, import, reading);
criterion_main!(benches);
