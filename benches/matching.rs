//! The stages of blind matching: `cargo bench --bench matching`.
//!
//! Fixed seeds, throughput set, one group per stage, sizes that show how cost grows. The join runs
//! beside what it cannot beat: one sort of the same numbers.

use std::hint::black_box;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group,
    criterion_main,
};
use sigilo::crypto::Secret;
use sigilo::evaluate::network::{self, Local};
use sigilo::evaluate::read::SiteRecords;
use sigilo::evaluate::synthetic::{self, Random, Recipe};
use sigilo::matching::cluster::{self, Scored};
use sigilo::matching::encoding::{self, BYTES, Encoding, Profile};
use sigilo::matching::features::{self, FeatureTable};
use sigilo::matching::join::{self, disk};
use sigilo::matching::score::{self, Model};
use sigilo::matching::tokens::{self, Params, Policy, SiteSecret, Tokenizer};
use sigilo::matching::{Description, Person, reference, rivals};

fn secret(n: u8) -> Secret<32> {
    Secret::init_with(|b| b.fill(n))
}

/// Of a round of 30,000 persons with 64 tokens each, as the bars have them.
fn params() -> Params {
    Params {
        tokens: 64,
        ..Params::new(Policy::Strict, 30_000)
    }
}

fn records(n: usize) -> Vec<Description> {
    let recipe = Recipe {
        persons: n,
        sites: 1,
        repeat: 0.0,
        ..Recipe::default()
    };
    let (mut sites, _) = synthetic::network(&recipe);
    sites.remove(0).records
}

fn network_of(persons: usize) -> (Vec<SiteRecords>, Vec<Local>) {
    let (sites, _) = synthetic::network(&Recipe {
        persons,
        ..Recipe::default()
    });
    let mut locals = Vec::new();
    for (s, site) in sites.iter().enumerate() {
        locals.extend((0..site.ids.len()).map(|r| Local {
            site: s as u32,
            records: vec![r as u32],
        }));
    }
    (sites, locals)
}

/// Ten samples of each size, as short as they can be.
fn stage<'c>(c: &'c mut Criterion, name: &str) -> BenchmarkGroup<'c, WallTime> {
    let mut group = c.benchmark_group(name);
    group
        .sample_size(10)
        .sampling_mode(SamplingMode::Flat)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2));
    group
}

/// From clear text to token inputs, on one core.
fn encode(c: &mut Criterion) {
    let mut group = stage(c, "encode");
    for n in [1_000, 10_000, 100_000, 1_000_000] {
        let persons: Vec<Person> = records(n).into_iter().map(Person::from).collect();
        let table = FeatureTable::shipped();
        group.throughput(Throughput::Elements(n as u64));
        // What every person would cost without memory of the others; it does not depend on how many
        // there are.
        if n == 1_000 {
            group.bench_with_input(BenchmarkId::new("features", n), &persons, |b, persons| {
                b.iter(|| {
                    for p in persons {
                        black_box(features::of_person(p, table));
                    }
                });
            });
        }
        let site = SiteSecret::new(&secret(2));
        group.bench_with_input(
            BenchmarkId::new("token-inputs", n),
            &persons,
            |b, persons| {
                b.iter(|| {
                    let mut tokenizer = Tokenizer::new(params(), &secret(1));
                    let mut out = Vec::with_capacity(64);
                    for (place, p) in (0u64..).zip(persons) {
                        out.clear();
                        tokenizer.token_inputs(p, &site, place, &mut out);
                        black_box(&out);
                    }
                });
            },
        );
    }
    let few: Vec<Person> = records(20).into_iter().map(Person::from).collect();
    group.throughput(Throughput::Elements(20));
    group.bench_function("token-inputs-reference/20", |b| {
        let site = SiteSecret::new(&secret(2));
        let params = params();
        b.iter(|| {
            for p in &few {
                black_box(tokens::token_inputs(p, &params, &secret(1), &site, 0));
            }
        });
    });
    group.finish();
}

/// The rule that no tag stands twice in a file.
fn once(c: &mut Criterion) {
    let mut group = stage(c, "tokens");
    for n in [1_000usize, 10_000, 100_000, 1_000_000] {
        let site = SiteSecret::new(&secret(2));
        let mut tokenizer = Tokenizer::new(params(), &secret(1));
        let mut inputs = Vec::new();
        for (place, r) in (0u64..).zip(records(n)) {
            tokenizer.token_inputs(&r.into(), &site, place, &mut inputs);
        }
        group.throughput(Throughput::Elements(n as u64));
        group.bench_with_input(
            BenchmarkId::new("once-per-file", n),
            &inputs,
            |b, inputs| {
                b.iter_batched(
                    || inputs.clone(),
                    |mut inputs| tokens::once_per_file(&mut inputs, 64, &site),
                    criterion::BatchSize::PerIteration,
                );
            },
        );
    }
    group.finish();
}

/// Equal tags across sites: 64 tags a person, one in forty met by somebody else.
fn join_tags(c: &mut Criterion) {
    let mut group = stage(c, "join");
    for n in [1_000usize, 10_000, 100_000, 1_000_000] {
        let mut random = Random::new(n as u64);
        let space = 40 * 64 * n;
        let tags: Vec<u64> = (0..64 * n)
            .map(|_| (random.below(space) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))
            .collect();
        let site_of: Vec<u32> = (0..n).map(|i| (i % 50) as u32).collect();
        group.throughput(Throughput::Elements(64 * n as u64));
        group.bench_function(BenchmarkId::new("tags", n), |b| {
            b.iter(|| black_box(join::join(&tags, 64, &site_of, 58)));
        });
        let work = tempfile::tempdir().expect("a folder for partitions");
        let source = disk::InMemory {
            tags: &tags,
            per_person: 64,
        };
        group.bench_function(BenchmarkId::new("tags-on-disk", n), |b| {
            b.iter(|| {
                let mut found = 0u64;
                let joined = disk::join(&source, &site_of, 58, work.path(), |_| {
                    found += 1;
                    Ok(())
                });
                black_box((joined.map(|j| j.frequent.len()).ok(), found))
            });
        });
        group.bench_function(BenchmarkId::new("limit-sort", n), |b| {
            b.iter_batched(
                || tags.clone(),
                |mut tags| {
                    rayon::slice::ParallelSliceMut::par_sort_unstable(&mut tags[..]);
                    tags
                },
                criterion::BatchSize::PerIteration,
            );
        });
    }
    let tags: Vec<u64> = (0..64 * 100u64).map(|i| i % 5_000).collect();
    let site_of: Vec<u32> = (0..100).map(|i| i % 5).collect();
    group.throughput(Throughput::Elements(6_400));
    group.bench_function("reference/100", |b| {
        b.iter(|| black_box(reference::join(&tags, 64, &site_of, 13)));
    });
    group.finish();
}

fn compare(c: &mut Criterion) {
    let mut group = stage(c, "compare");
    let profiles: Vec<Profile> = records(1_000).iter().map(Profile::new).collect();
    for n in [1_000usize, 10_000, 100_000, 1_000_000] {
        group.throughput(Throughput::Elements(n as u64));
        group.bench_function(BenchmarkId::new("encode", n), |b| {
            let key = secret(1);
            b.iter(|| {
                for p in profiles.iter().cycle().take(n) {
                    black_box(p.encode(&key, &[7; BYTES]));
                }
            });
        });
    }
    for n in [1_000usize, 10_000, 100_000, 1_000_000] {
        let key = secret(1);
        let encodings: Vec<Encoding> = profiles
            .iter()
            .map(|p| p.encode(&key, &[7; BYTES]))
            .collect();
        group.throughput(Throughput::Elements(n as u64));
        group.bench_function(BenchmarkId::new("levels", n), |b| {
            b.iter(|| {
                for i in 0..n {
                    let (x, y) = (i % 1_000, (i * 7 + 1) % 1_000);
                    black_box(encoding::compare(&encodings[x], &encodings[y]));
                }
            });
        });
    }
    group.finish();
}

fn score_and_cluster(c: &mut Criterion) {
    let mut group = stage(c, "score");
    let (sites, locals) = network_of(10_000);
    let params = Params::new(Policy::Standard, 11_000);
    let tokens = network::tokens(&sites, &locals, params, 1, 1, false);
    let (pairs, _) = network::discover(&tokens, sites.len());
    let inputs = network::compare(&sites, &locals, &tokens, &pairs);
    let model = Model::shipped();
    for n in [1_000usize, 10_000, 100_000, 1_000_000] {
        group.throughput(Throughput::Elements(n as u64));
        group.bench_function(BenchmarkId::new("boosted", n), |b| {
            b.iter(|| {
                let weights = inputs.iter().cycle().take(n).map(|i| model.weight(i));
                weights.fold(0i64, |s, w| s + i64::from(w))
            });
        });
    }
    group.throughput(Throughput::Elements(inputs.len() as u64));
    group.bench_function("fellegi-sunter", |b| {
        b.iter(|| {
            for i in &inputs {
                let mut levels = encoding::Levels::default();
                levels.0.copy_from_slice(&i[..encoding::SLOTS.len()]);
                black_box(model.explain(&levels));
            }
        });
    });
    group.bench_function("adapt", |b| {
        b.iter(|| {
            let mut counts = [0u64; score::STEPS];
            for i in inputs.iter().take(1_000) {
                counts[usize::from(model.step(i))] += 1;
            }
            score::bands(
                model,
                &score::adapt(model, Policy::Standard, &counts),
                &counts,
            )
        });
    });
    group.finish();

    let mut group = stage(c, "cluster");
    for n in [1_000usize, 10_000, 100_000, 1_000_000] {
        let mut random = Random::new(n as u64);
        let site_of: Vec<u32> = (0..n).map(|i| (i % 50) as u32).collect();
        let scored: Vec<Scored> = (0..n)
            .map(|_| {
                let (a, b) = (random.below(n) as u32, random.below(n) as u32);
                Scored {
                    a,
                    b,
                    weight: random.below(9_000) as i32 - 5_000,
                    shared: 1,
                }
            })
            .filter(|p| p.a % 50 != p.b % 50)
            .collect();
        group.throughput(Throughput::Elements(n as u64));
        group.bench_function(BenchmarkId::new("pairs", n), |b| {
            b.iter(|| black_box(cluster::cluster(&scored, &site_of)));
        });
        let member = |p: u32| (p % 50, p);
        let met = scored.iter().map(|p| {
            let step = (p.weight + 5_000) / 1_200;
            (member(p.a), member(p.b), step as score::Step)
        });
        group.bench_function(BenchmarkId::new("rivals", n), |b| {
            b.iter(|| black_box(rivals::unbeaten(met.clone())));
        });
    }
    group.finish();
}

criterion_group!(benches, encode, once, join_tags, compare, score_and_cluster);
criterion_main!(benches);
