//! Every step of the PRF beside the bare operations that it needs, on one thread.
//!
//! *Bare* is what the step cannot do without, called on `curve25519-dalek` and nothing around it:
//! mapping to the group, one multiplication for each element, decoding, encoding (with the shared
//! inversion where the step uses it) and, where a proof is made or checked, the sums over the whole
//! chunk that the proof is about. The bar is 1.3 times. The largest size is that of a whole chunk; what is
//! longer is several chunks, which the group `chunks` shows on all threads, up to a million points: that takes
//! a quarter of an hour, and a filter (`cargo bench --bench voprf -- "^(blind|evaluate|verify|finalize)"`) leaves it out.

use criterion::{
    BatchSize, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
};
use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::VartimeMultiscalarMul as _;
use sha2::{Digest as _, Sha512};
use sigilo::crypto::Secret;
use sigilo::crypto::voprf::{BlindedChunk, Blinding, CHUNK, PrfKey};
use std::hint::black_box;

fn wide(label: u8, i: usize) -> [u8; 64] {
    Sha512::new()
        .chain_update([label])
        .chain_update(i.to_be_bytes())
        .finalize()
        .into()
}

fn scalars(n: usize) -> Vec<Scalar> {
    (0..n)
        .map(|i| Scalar::from_bytes_mod_order_wide(&wide(1, i)))
        .collect()
}

fn decode(bytes: &[[u8; 32]]) -> Vec<RistrettoPoint> {
    bytes
        .iter()
        .map(|b| CompressedRistretto(*b).decompress().expect("valid"))
        .collect()
}

fn encode(points: &[RistrettoPoint]) -> Vec<CompressedRistretto> {
    RistrettoPoint::double_and_compress_batch(points)
}

fn inputs(n: usize) -> Vec<[u8; 96]> {
    (0..n)
        .map(|i| {
            let mut input = [7u8; 96];
            input[..64].copy_from_slice(&wide(0, i));
            input
        })
        .collect()
}

/// Many chunks, on all threads: the time grows with their number.
fn chunks(c: &mut Criterion) {
    let all = rayon::ThreadPoolBuilder::new().build().expect("threads");
    let mut group = c.benchmark_group("chunks");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    for n in [100_000usize, 1_000_000] {
        group.throughput(Throughput::Elements(n as u64));
        let inputs = inputs(n);
        let key = PrfKey::derive(&Secret::init_with(|b| b.fill(1)), b"bench").expect("a key");
        let blinding = Blinding::new(&Secret::init_with(|b| b.fill(2)));
        group.bench_function(BenchmarkId::new("blind", n), |b| {
            b.iter(|| all.install(|| blinding.blind(0, &inputs)));
        });
        let blinded = all.install(|| blinding.blind(0, &inputs)).expect("blinded");
        let evaluate = || -> Vec<_> {
            let chunks = blinded.chunks(CHUNK);
            chunks
                .map(|c| key.evaluate(c).expect("evaluated"))
                .collect()
        };
        group.bench_function(BenchmarkId::new("evaluate", n), |b| {
            b.iter(|| all.install(evaluate));
        });
        let replies = all.install(evaluate);
        let decoded: Vec<BlindedChunk> = blinded
            .chunks(CHUNK)
            .map(|c| BlindedChunk::decode(c).expect("decoded"))
            .collect();
        let public = key.public_key();
        let verify = || -> Vec<_> {
            let both = decoded.iter().zip(&replies);
            let sums =
                both.map(|(chunk, reply)| chunk.verify(&public, &reply.elements, &reply.proof));
            sums.map(|sum| sum.expect("verified")).collect()
        };
        group.bench_function(BenchmarkId::new("verify", n), |b| {
            b.iter(|| all.install(verify));
        });
        let sums = all.install(verify);
        group.bench_function(BenchmarkId::new("finalize", n), |b| {
            b.iter(|| {
                all.install(|| {
                    for (i, (own, sum)) in inputs.chunks(CHUNK).zip(&sums).enumerate() {
                        black_box(blinding.finalize((i * CHUNK) as u64, own, sum))
                            .expect("finalized");
                    }
                });
            });
        });
    }
    group.finish();
}

fn steps(c: &mut Criterion) {
    for n in [1_000usize, 10_000, CHUNK] {
        let inputs = inputs(n);
        let key = PrfKey::derive(&Secret::init_with(|b| b.fill(1)), b"bench").expect("a key");
        let blinding = Blinding::new(&Secret::init_with(|b| b.fill(2)));
        let blinded = blinding.blind(0, &inputs).expect("blinded");
        let reply = key.evaluate(&blinded).expect("evaluated");
        let chunk = BlindedChunk::decode(&blinded).expect("decoded");
        let public = key.public_key();
        let sum = chunk
            .verify(&public, &reply.elements, &reply.proof)
            .expect("verified");
        let scalars = scalars(n);
        let points = decode(&blinded);

        let mut group = c.benchmark_group("blind");
        group
            .throughput(Throughput::Elements(n as u64))
            .sample_size(10);
        group.bench_function(BenchmarkId::new("sigilo", n), |b| {
            b.iter(|| blinding.blind(0, black_box(&inputs)));
        });
        group.bench_function(BenchmarkId::new("bare", n), |b| {
            b.iter(|| {
                let points: Vec<_> = inputs
                    .iter()
                    .zip(&scalars)
                    .map(|(i, r)| {
                        let mut uniform = [0; 64];
                        uniform.copy_from_slice(&i[..64]);
                        RistrettoPoint::from_uniform_bytes(&uniform) * r
                    })
                    .collect();
                encode(&points)
            });
        });
        group.finish();

        let mut group = c.benchmark_group("evaluate");
        group
            .throughput(Throughput::Elements(n as u64))
            .sample_size(10);
        group.bench_function(BenchmarkId::new("sigilo", n), |b| {
            b.iter(|| key.evaluate(black_box(&blinded)));
        });
        group.bench_function(BenchmarkId::new("bare", n), |b| {
            b.iter(|| {
                let points: Vec<_> = decode(&blinded).iter().map(|p| p * scalars[0]).collect();
                encode(&points)
            });
        });
        group.finish();

        let mut group = c.benchmark_group("verify");
        group
            .throughput(Throughput::Elements(n as u64))
            .sample_size(10);
        group.bench_function(BenchmarkId::new("sigilo", n), |b| {
            b.iter(|| chunk.verify(&public, black_box(&reply.elements), &reply.proof));
        });
        group.bench_function(BenchmarkId::new("bare", n), |b| {
            b.iter(|| {
                let evaluated = decode(&reply.elements);
                let m = RistrettoPoint::vartime_multiscalar_mul(&scalars, &points);
                let z = RistrettoPoint::vartime_multiscalar_mul(&scalars, &evaluated);
                (m, z)
            });
        });
        group.finish();

        let mut group = c.benchmark_group("finalize");
        group
            .throughput(Throughput::Elements(n as u64))
            .sample_size(10);
        group.bench_function(BenchmarkId::new("sigilo", n), |b| {
            b.iter(|| blinding.finalize(0, black_box(&inputs), &sum));
        });
        group.bench_function(BenchmarkId::new("bare", n), |b| {
            b.iter_batched(
                || scalars.clone(),
                |mut blinds| {
                    Scalar::invert_batch_alloc(&mut blinds);
                    let points: Vec<_> = points.iter().zip(&blinds).map(|(p, r)| p * r).collect();
                    encode(&points)
                },
                BatchSize::LargeInput,
            );
        });
        group.finish();
    }
}

/// One thread, so that both sides of the comparison have the same machine.
fn on_one_thread(c: &mut Criterion) {
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build_global()
        .expect("a thread");
    steps(c);
    chunks(c);
}

criterion_group!(benches, on_one_thread);
criterion_main!(benches);
