//! The chain: appending, auditing, proving (bars: manual *cost*).
//!
//! Beside `verify`, the group `bare` has what no verifier can avoid: SHA-256 over the same bytes, one
//! leaf and one inner node for each entry.

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sigilo::codec::Encode as _;
use sigilo::crypto::Secret;
use sigilo::crypto::hash::{Digest, sha256};
use sigilo::crypto::sign::SigningKey;
use sigilo::log::act::{Act, ActKind, Reason};
use sigilo::log::merkle::{
    consistency_proof, inclusion_proof, leaf_hash, node_hash, verify_consistency, verify_inclusion,
};
use sigilo::log::proof::Entry;
use sigilo::log::tiles::MemoryTiles;
use sigilo::log::{
    Appender, Bundle, BundleWriter, Checkpoint, Fact, Frontier, HeadSource, InclusionFile, KeyName,
    Leaf, Origin, SignedCheckpoint, Stored, TileReader, Verifier,
};
use std::hint::black_box;

fn leaf(n: u64) -> Leaf {
    let hash = |part: u8| sha256(&[&[part], &n.to_be_bytes()]);
    Leaf {
        details_commitment: hash(1),
        details_hash: hash(2),
        fact: match n % 8 {
            0 => Fact::None,
            7 if n > 7 => Fact::Tombstone(n - 1),
            _ => Fact::Content {
                hash: hash(3),
                key: Some(hash(4)),
            },
        },
    }
}

/// A log of `size` leaves in memory.
fn log(size: u64) -> (MemoryTiles, Appender) {
    let (mut store, mut log) = (MemoryTiles::new(), Appender::new());
    for n in 0..size {
        let Ok(_) = log.append(&mut store, sha256(&[&n.to_be_bytes()]));
    }
    let Ok(()) = log.flush(&mut store);
    (store, log)
}

fn append(c: &mut Criterion) {
    let mut group = c.benchmark_group("log/append");
    group.throughput(Throughput::Elements(1));
    // One act in a transaction of its own: encode and hash the leaf, write the touched tiles, root.
    for size in [1_000u64, 1_000_000] {
        let (mut store, mut log) = log(size);
        let mut n = size;
        group.bench_function(BenchmarkId::new("one", size), |b| {
            b.iter(|| {
                n += 1;
                let hash = leaf(n).leaf_hash();
                let Ok(_) = log.append(&mut store, hash);
                let Ok(()) = log.flush(&mut store);
                log.root()
            });
        });
    }
    // The same with an appender opened for it, as a short-lived command does.
    let (mut store, log_) = log(1_000_100);
    let frontier = log_.frontier().clone();
    group.bench_function("open-and-one/1000100", |b| {
        b.iter(|| {
            let Ok(mut log) = Appender::open(&store, frontier.clone()) else {
                return None;
            };
            let Ok(_) = log.append(&mut store, leaf(7).leaf_hash());
            let Ok(()) = log.flush(&mut store);
            Some(log.root())
        });
    });
    const BATCH: u64 = 100_000;
    let hashes: Vec<Digest> = (0..BATCH).map(|n| leaf(n).leaf_hash()).collect();
    group.throughput(Throughput::Elements(BATCH));
    group.sample_size(10);
    group.bench_function("batch/100000", |b| {
        b.iter_batched(
            || (MemoryTiles::new(), Appender::new()),
            |(mut store, mut log)| {
                for hash in &hashes {
                    let Ok(_) = log.append(&mut store, *hash);
                }
                let Ok(()) = log.flush(&mut store);
                log.root()
            },
            BatchSize::LargeInput,
        );
    });
    group.bench_function("frontier-only/100000", |b| {
        b.iter(|| {
            let mut frontier = Frontier::new();
            for hash in &hashes {
                frontier.append(*hash);
            }
            frontier.root()
        });
    });
    group.finish();
}

fn verify(c: &mut Criterion) {
    let mut group = c.benchmark_group("log/verify");
    group.sample_size(10);
    for size in [1_000u64, 10_000, 100_000, 1_000_000] {
        let leaves: Vec<Vec<u8>> = (0..size).map(|n| leaf(n).to_bytes()).collect();
        let mut frontier = Frontier::new();
        for leaf in &leaves {
            frontier.append(leaf_hash(leaf));
        }
        let head = Checkpoint::of(Origin::of_vault(&[1; 16]), &frontier);
        group.throughput(Throughput::Elements(size));
        group.bench_with_input(BenchmarkId::new("stream", size), &leaves, |b, leaves| {
            b.iter(|| {
                let mut verifier = Verifier::new([(HeadSource::Known, head.clone())]);
                for leaf in leaves {
                    verifier.push(leaf, Stored::Unchecked, Stored::Unchecked);
                }
                let report = verifier.finish();
                assert!(report.is_sound());
                report.signed
            });
        });
        group.bench_with_input(BenchmarkId::new("bare", size), &leaves, |b, leaves| {
            b.iter(|| {
                leaves.iter().fold([0; 32], |last, leaf| {
                    node_hash(&last, black_box(&leaf_hash(leaf)))
                })
            });
        });
    }
    group.finish();
}

/// A bundle in a folder, read from its first file to its last.
fn bundle(c: &mut Criterion) {
    let mut group = c.benchmark_group("log/bundle");
    group.sample_size(10);
    let origin = Origin::of_vault(&[1; 16]);
    let Ok(key) = SigningKey::from_seed(Secret::init_with(|b| b.fill(1))) else {
        return;
    };
    for size in [10_000u64, 100_000, 1_000_000] {
        let tmp = tempfile::tempdir().unwrap();
        let dir = tmp.path().join("bundle");
        let mut writer = BundleWriter::create(&dir).unwrap();
        let mut frontier = Frontier::new();
        for n in 0..size {
            let leaf = leaf(n);
            frontier.append(leaf.leaf_hash());
            writer.push(&leaf.to_array()).unwrap();
        }
        let head = Checkpoint::of(origin.clone(), &frontier);
        let head = SignedCheckpoint::sign(head, &key).unwrap();
        let vkey = origin.log_key(key.verifying_key());
        writer.finish(&head, &vkey, &[]).unwrap();
        let heads = || [(HeadSource::Stored, head.checkpoint().clone())];
        group.throughput(Throughput::Elements(size));
        group.bench_function(BenchmarkId::new("verify", size), |b| {
            let bundle = Bundle::open(&dir).unwrap();
            b.iter(|| {
                let report = bundle.verify(heads(), |_| {}).unwrap();
                assert!(report.log.is_sound() && report.tiles_sound);
            });
        });
    }
    group.finish();
}

fn prove(c: &mut Criterion) {
    // How long a proof file is does not depend on the machine; it is said beside the times.
    let size = 10_000_000;
    let (store, log) = log(size);
    let Ok(key) = SigningKey::from_seed(Secret::init_with(|b| b.fill(1))) else {
        return;
    };
    let head = Checkpoint::of(Origin::of_vault(&[1; 16]), log.frontier());
    let mut head = SignedCheckpoint::sign(head, &key).unwrap();
    let closed = |head: &SignedCheckpoint| {
        let reader = TileReader::new(&store, size);
        let entry = Entry::closed(leaf(1));
        let file = InclusionFile::make(&reader, 4_321_098, Some(&entry), head.clone());
        file.map_or(0, |f| f.to_string().len())
    };
    let alone = closed(&head);
    head.cosign(&KeyName::new("auditoria.example").unwrap(), &key, 1)
        .unwrap();
    println!(
        "a proof from {size} entries: {alone} bytes, {} with a cosignature",
        closed(&head)
    );
    drop((store, log));
    let mut group = c.benchmark_group("log/proof");
    let size = 1_000_003;
    let (store, log) = self::log(size);
    let root = log.root();
    let (index, old) = (654_321, 500_009);
    group.bench_function("inclusion-make", |b| {
        b.iter(|| inclusion_proof(&TileReader::new(&store, size), black_box(index), size).ok());
    });
    let leaf = sha256(&[&index.to_be_bytes()]);
    let proof = inclusion_proof(&TileReader::new(&store, size), index, size).unwrap_or_default();
    group.bench_function("inclusion-verify", |b| {
        b.iter(|| verify_inclusion(&leaf, index, size, &proof, &root) == Ok(()));
    });
    group.bench_function("consistency-make", |b| {
        b.iter(|| consistency_proof(&TileReader::new(&store, size), black_box(old), size).ok());
    });
    let (_, old_log) = self::log(old);
    let old_root = old_log.root();
    let proof = consistency_proof(&TileReader::new(&store, size), old, size).unwrap_or_default();
    group.bench_function("consistency-verify", |b| {
        b.iter(|| verify_consistency(old, &old_root, size, &root, &proof) == Ok(()));
    });
    group.finish();
}

fn sign(c: &mut Criterion) {
    let mut group = c.benchmark_group("log/sign");
    let Ok(key) = SigningKey::from_seed(Secret::init_with(|b| b.fill(1))) else {
        return;
    };
    let act = Act {
        kind: ActKind::Seal,
        time: 1_790_000_000,
        actor: [1; 16],
        object: Some([2; 16]),
        object_version: 1,
        count: 0,
        prior: None,
        reason: Reason::none(),
        second: None,
    };
    group.bench_function("act", |b| {
        let signer = key.signer().unwrap();
        b.iter(|| act.clone().sign(&[3; 16], 5, &Fact::None, &signer));
    });
    let (_, log) = log(1000);
    let head = Checkpoint::of(Origin::of_vault(&[1; 16]), log.frontier());
    group.bench_function("checkpoint", |b| {
        b.iter(|| SignedCheckpoint::sign(head.clone(), &key));
    });
    group.finish();
}

criterion_group!(benches, append, verify, bundle, prove, sign);
criterion_main!(benches);
