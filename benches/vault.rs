//! What the vault costs, beside what its parts cost bare.
//!
//! Groups: `seal` and `append` (one act, with its way to the disk), `import`, `open`, `search`,
//! `verify`. In the last three and in `import` the size grows tenfold from line to line. The groups
//! `bare …` do the same cryptography and the same inserts on bytes of the same lengths, without a
//! vault around them: the distance between the two is what the vault itself takes.
//!
//! `RAYON_NUM_THREADS=1` gives the figures of one core.

use std::hint::black_box;
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
use sigilo::crypto::sign::SigningKey;
use sigilo::crypto::{Secret, aead};
use sigilo::log::act::{ActKind, Reason};
use sigilo::record::{Kind, Record};
use sigilo::vault::audit::{self, Known};
use sigilo::vault::{ActNote, Location, NewSlot, Rights, SlotKind, Unlock, Vault};

/// Lengths of what is stored for one record: sealed details, wrapped key, body, leaf.
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

fn one_act(c: &mut Criterion) {
    let tmp = tempfile::tempdir().unwrap();
    let vault = create(&tmp.path().join("casa"));
    let record = people(1).remove(0);
    let mut group = c.benchmark_group("act");
    group
        .sample_size(20)
        .measurement_time(Duration::from_secs(3));
    group.throughput(Throughput::Elements(1));
    group.bench_function("seal", |b| b.iter(|| vault.seal(&record).unwrap()));
    group.bench_function("append", |b| {
        b.iter(|| vault.log(ActNote::new(ActKind::Search).count(3)).unwrap());
    });
    // The physical limit of both: one row, synced the same way.
    let db = bare_database(&tmp.path().join("bare.db"));
    let mut n = 0i64;
    group.bench_function("bare insert", |b| {
        b.iter(|| {
            n += 1;
            insert(&db, n);
        });
    });
    group.finish();
}

fn bare_database(path: &Path) -> Connection {
    let db = Connection::open(path).unwrap();
    db.execute_batch(
        "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA; PRAGMA secure_delete=ON;
         PRAGMA cache_size=-32000;
         CREATE TABLE leaf (idx INTEGER PRIMARY KEY, leaf BLOB, batch INTEGER, details BLOB);
         CREATE TABLE content (leaf INTEGER PRIMARY KEY, batch INTEGER, wrapped BLOB, body BLOB);",
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

fn import(c: &mut Criterion) {
    let mut group = c.benchmark_group("import");
    for n in [100, 1_000, 10_000, 100_000] {
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
        if n > 10_000 {
            continue;
        }
        group.bench_function(BenchmarkId::new("bare cryptography", n), |b| {
            let signing = SigningKey::from_seed(key()).unwrap().signer().unwrap();
            b.iter(|| {
                (0..n).into_par_iter().for_each(|_| {
                    let data_key = Secret::random().unwrap();
                    let body = aead::seal(&data_key, &[0; 80], &[4; BODY]).unwrap();
                    let wrapped = aead::seal(&key(), &[0; 60], &[3; WRAPPED]).unwrap();
                    let details = aead::seal(&key(), &[0; 60], &[2; DETAILS]).unwrap();
                    black_box(signing.sign(&[5; 180]));
                    black_box(sha256(&[&wrapped, &body]));
                    black_box(sha256(&[&details]));
                    black_box(sha256(&[&[6; 170]]));
                    black_box(sha256(&[&[1; LEAF]]));
                });
            });
        });
        group.bench_function(BenchmarkId::new("bare SQLite", n), |b| {
            b.iter_batched(
                || {
                    let tmp = tempfile::tempdir().unwrap();
                    let db = bare_database(&tmp.path().join("bare.db"));
                    (tmp, db)
                },
                |(tmp, db)| {
                    db.execute_batch("BEGIN IMMEDIATE").unwrap();
                    for i in 0..n as i64 {
                        insert(&db, i);
                    }
                    db.execute_batch("COMMIT").unwrap();
                    (tmp, db)
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

fn reading(c: &mut Criterion) {
    for n in [1_000usize, 10_000, 100_000] {
        let tmp = tempfile::tempdir().unwrap();
        let dir = tmp.path().join("casa");
        drop(filled(&dir, n));
        let vault = open(&dir);

        let mut group = c.benchmark_group("open");
        sizes(&mut group);
        group.bench_function(BenchmarkId::new("key file", n), |b| b.iter(|| open(&dir)));
        group.finish();

        let mut group = c.benchmark_group("search");
        sizes(&mut group);
        group.throughput(Throughput::Elements(n as u64));
        group.bench_function(BenchmarkId::new("vault", n), |b| {
            b.iter(|| {
                let catalog = vault.catalog().unwrap();
                let found = vault
                    .scan(&catalog, |_, r| r.paternal_surname == "Tzoc")
                    .unwrap();
                found.into_iter().filter(|yes| *yes).count()
            });
        });
        let sealed: Vec<Vec<u8>> = (0..n.min(1000))
            .map(|_| aead::seal(&key(), &[0; 80], &[4; BODY]).unwrap())
            .collect();
        let wrapped = aead::seal(&key(), &[0; 60], &[3; WRAPPED]).unwrap();
        group.bench_function(BenchmarkId::new("bare cryptography", n), |b| {
            b.iter(|| {
                (0..n).into_par_iter().for_each(|i| {
                    black_box(aead::open(&key(), &[0; 60], &wrapped).unwrap());
                    black_box(aead::open(&key(), &[0; 80], &sealed[i % sealed.len()]).unwrap());
                });
            });
        });
        group.finish();

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
    }
}

criterion_group!(benches, one_act, import, reading);
criterion_main!(benches);
