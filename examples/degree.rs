//! `degree [--largest N] [--sample N] [--communities no]`: how many strangers meet, for sizes of a round from 1,000 persons up and for
//! communities that no table of names describes well. Tab-separated, for the manual.
//!
//! Sizes above the sample are simulated: H is that of the large round, the persons are a sample of it, and the degree
//! is scaled up, since each pair of strangers meets with the same probability however many others there are. How
//! unequal people are (some names meet more) is told by the factorial moments, which thinning scales by powers of the
//! share of the sample; the 99th percentile is that of the negative binomial distribution with the same two moments.
//! `--communities no` leaves the second table out.

use sigilo::evaluate::synthetic::{self, Recipe};
use sigilo::evaluate::{Options, Report, decide, judge};
use sigilo::matching::score::Model;
use sigilo::matching::tokens::Policy;

/// The 99th percentile of how many strangers a person meets in a round `scale` times as large as the sample in which
/// persons met `met` of them.
fn simulated_p99(met: &[u32], scale: f64) -> usize {
    let n = met.len().max(1) as f64;
    let mean = met.iter().map(|d| f64::from(*d)).sum::<f64>() / n * scale;
    let pairs = met.iter().map(|d| f64::from(*d) * (f64::from(*d) - 1.0));
    let second = pairs.sum::<f64>() / n * scale * scale;
    // Variance beyond Poisson, as the size of the negative binomial; a large one is a Poisson.
    let beyond = (second - mean * mean).max(1e-9);
    let size = (mean * mean / beyond).clamp(1e-3, 1e6);
    let p = size / (size + mean);
    let (mut term, mut sum, mut k) = (p.powf(size), 0.0, 0usize);
    loop {
        sum += term;
        if sum >= 0.99 || k > 100_000 {
            return k;
        }
        term *= (k as f64 + size) / (k as f64 + 1.0) * (1.0 - p);
        k += 1;
    }
}

/// Evaluates, and counts the strangers that each person meets; with the mean among the first `part` entities.
fn measure(recipe: &Recipe, options: &Options, part: usize) -> (Report, f64, Vec<u32>) {
    let (sites, truth) = synthetic::network(recipe);
    let round = decide(&sites, options, Model::shipped());
    let entities: Vec<Vec<usize>> = round
        .locals
        .iter()
        .map(|l| {
            let site = &sites[l.site as usize];
            let of = |r: &u32| {
                let entity = truth.get(&(site.name.clone(), site.ids[*r as usize].clone()))?;
                entity.strip_prefix('e')?.parse().ok()
            };
            l.records.iter().filter_map(of).collect()
        })
        .collect();
    let inside = |p: u32| entities[p as usize].iter().any(|e| *e < part);
    let persons = (0..round.locals.len() as u32)
        .filter(|p| inside(*p))
        .count();
    let mut met = vec![0u32; round.locals.len()];
    for p in &round.pairs {
        let (a, b) = (p.a as usize, p.b as usize);
        if entities[a].iter().all(|e| !entities[b].contains(e)) {
            met[a] += 1;
            met[b] += 1;
        }
    }
    let of_part = (0u32..).zip(&met).filter(|(p, _)| inside(*p));
    let of_part: u32 = of_part.map(|(_, n)| n).sum();
    let report = judge(&sites, &round, &truth);
    (report, f64::from(of_part) / persons.max(1) as f64, met)
}

fn main() {
    let (mut largest, mut sample) = (10_000_000u64, 100_000usize);
    let mut communities_too = true;
    let mut args = std::env::args().skip(1);
    while let (Some(name), Some(number)) = (args.next(), args.next()) {
        match name.as_str() {
            "--largest" => largest = number.parse().unwrap_or(largest),
            "--sample" => sample = number.parse().unwrap_or(sample),
            "--communities" => communities_too = number != "no",
            _ => {}
        }
    }
    println!("# policy\tpersons\tH\trecall\tdegree\tp99\tsimulated");
    for policy in [Policy::Strict, Policy::Standard] {
        let mut size = 1_000u64;
        while size <= largest {
            let persons = size.min(sample as u64) as usize;
            let recipe = Recipe {
                seed: 77,
                persons,
                sites: 20,
                ..Recipe::default()
            };
            let options = Options {
                policy,
                expected: Some(size),
                ..Options::default()
            };
            let (report, _, met) = measure(&recipe, &options, 0);
            let scale = size as f64 / persons as f64;
            println!(
                "{policy:?}\t{size}\t{:.1}\t{:.3}\t{:.3}\t{}\t{}",
                report.h_bits,
                report.discover.recall,
                report.discover.non_match_degree * scale,
                if scale > 1.0 {
                    simulated_p99(&met, scale)
                } else {
                    report.discover.degree_p99 as usize
                },
                scale > 1.0,
            );
            size *= 10;
        }
    }
    if !communities_too {
        return;
    }
    println!("# policy\tcommunity\trecall\tF1\tdegree\tdegree inside\tp99\tH raised");
    let base = Recipe {
        seed: 78,
        persons: 26_000,
        sites: 12,
        ..Recipe::default()
    };
    let communities = [
        ("usual", base.clone()),
        (
            "enclave of 600",
            Recipe {
                enclave: 600,
                ..base.clone()
            },
        ),
        (
            "three of ten siblings",
            Recipe {
                siblings: 0.3,
                ..base.clone()
            },
        ),
        (
            "one of ten a twin",
            Recipe {
                siblings: 0.1,
                twins: 1.0,
                ..base.clone()
            },
        ),
        (
            "three of ten mononyms",
            Recipe {
                mononyms: 0.3,
                ..base.clone()
            },
        ),
        (
            "four of ten on 1 January",
            Recipe {
                january: 0.4,
                ..base.clone()
            },
        ),
        (
            "names of no table",
            Recipe {
                unknown_names: 1.0,
                ..base.clone()
            },
        ),
        (
            "common names twice as common",
            Recipe {
                head: 1.5,
                ..base.clone()
            },
        ),
        (
            "one country, twelve towns",
            Recipe {
                country: "GTM",
                places: 12,
                ..base.clone()
            },
        ),
        (
            "no place known",
            Recipe {
                no_place: 1.0,
                ..base.clone()
            },
        ),
        (
            "register of elsewhere",
            Recipe {
                foreign: true,
                unknown_names: 1.0,
                ..base.clone()
            },
        ),
    ];
    for policy in [Policy::Strict, Policy::Standard] {
        for (name, recipe) in &communities {
            let options = Options {
                policy,
                ..Options::default()
            };
            let (report, inside, _) = measure(recipe, &options, recipe.enclave.max(1));
            println!(
                "{policy:?}\t{name}\t{:.3}\t{:.3}\t{:.3}\t{}\t{}\t{}",
                report.discover.recall,
                report.decided.f1,
                report.discover.non_match_degree,
                if recipe.enclave > 0 {
                    format!("{inside:.3}")
                } else {
                    "-".to_owned()
                },
                report.discover.degree_p99,
                report.estimate.raised,
            );
        }
    }
}
