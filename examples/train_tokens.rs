//! Searches weights and caps of the feature table on generated networks.
//!
//! `cargo run --release --example train_tokens -- [--trials N] [--seed N] [--persons N]`
//!
//! The aim is recall of true pairs at a given mean of accidental meetings: recall minus `PRICE`
//! for each doubling of that mean. A trial changes one or two kinds at random and is kept if the
//! aim rises. The best table is printed in the form of `src/matching/tables/features.tsv`.

use sigilo::evaluate::network;
use sigilo::evaluate::read::SiteRecords;
use sigilo::evaluate::synthetic::{self, Random, Recipe, Truth};
use sigilo::matching::features::{FeatureTable, KINDS};
use sigilo::matching::fixed::ONE_BIT;
use sigilo::matching::tokens::{Params, Policy};

/// Recall that a doubling of accidental meetings is worth: the slope of the curve over H.
const PRICE: f64 = 0.009;

struct Network {
    sites: Vec<SiteRecords>,
    locals: Vec<network::Local>,
    entities: Vec<String>,
    true_pairs: usize,
}

impl Network {
    fn new(recipe: &Recipe) -> Self {
        let (sites, truth): (Vec<SiteRecords>, Truth) = synthetic::network(recipe);
        let mut locals = Vec::new();
        let mut entities = Vec::new();
        for (s, site) in sites.iter().enumerate() {
            for (r, id) in site.ids.iter().enumerate() {
                locals.push(network::Local {
                    site: s as u32,
                    records: vec![r as u32],
                });
                let key = (site.name.clone(), id.clone());
                entities.push(truth.get(&key).cloned().unwrap_or_default());
            }
        }
        let mut sorted: Vec<(&String, u32)> =
            entities.iter().zip(locals.iter().map(|l| l.site)).collect();
        sorted.sort();
        let true_pairs = sorted
            .chunk_by(|a, b| a.0 == b.0)
            .map(|g| {
                let mut n = 0;
                for (i, a) in g.iter().enumerate() {
                    n += g[i + 1..].iter().filter(|b| b.1 != a.1).count();
                }
                n
            })
            .sum();
        Self {
            sites,
            locals,
            entities,
            true_pairs,
        }
    }

    /// Recall and mean number of accidental meetings.
    fn measure(&self, table: &FeatureTable, margin: u32) -> (f64, f64) {
        let mut params = Params::new(Policy::Standard, self.locals.len() as u64);
        params.h += margin;
        params.table = table.clone();
        let tokens = network::tokens(&self.sites, &self.locals, params, 1, 1, false);
        let (pairs, _) = network::discover(&tokens, self.sites.len());
        let same = pairs
            .iter()
            .filter(|p| self.entities[p.a as usize] == self.entities[p.b as usize])
            .count();
        let degree = 2.0 * (pairs.len() - same) as f64 / self.locals.len() as f64;
        (same as f64 / self.true_pairs as f64, degree)
    }
}

fn aim(networks: &[Network], table: &FeatureTable) -> (f64, f64, f64) {
    let (mut sum, mut recall, mut log) = (0.0, 0.0, 0.0);
    for n in networks {
        let (r, d) = n.measure(table, 3 * ONE_BIT / 2);
        sum += r - PRICE * d.max(0.001).log2();
        recall += r;
        log += d.max(0.001).ln();
    }
    let n = networks.len() as f64;
    (sum / n, recall / n, (log / n).exp())
}

fn main() {
    let (mut trials, mut seed, mut persons) = (150, 1, 6_000);
    let mut args = std::env::args().skip(1);
    while let (Some(name), Some(number)) = (args.next(), args.next()) {
        let number: usize = number.parse().unwrap_or(0);
        match name.as_str() {
            "--trials" => trials = number,
            "--seed" => seed = number as u64,
            "--persons" => persons = number,
            _ => {}
        }
    }
    let networks: Vec<Network> = [
        (0.0, 1.0, "", 0.02),
        (0.3, 1.3, "MEX", 0.1),
        (1.0, 0.9, "", 0.3),
    ]
    .iter()
    .zip(0u64..)
    .map(|((unknown_names, errors, country, no_place), i)| {
        Network::new(&Recipe {
            seed: 77_000 + 10 * seed + i,
            persons,
            sites: 10,
            repeat: 0.35,
            same_site: 0.0,
            unknown_names: *unknown_names,
            errors: *errors,
            country,
            no_place: *no_place,
            ..Recipe::default()
        })
    })
    .collect();
    let mut random = Random::new(seed);
    let mut table = FeatureTable::shipped().clone();
    let mut best = aim(&networks, &table);
    eprintln!(
        "start: aim {:.5}, recall {:.4}, degree {:.3}",
        best.0, best.1, best.2
    );
    for trial in 0..trials {
        let mut other = table.clone();
        for _ in 0..1 + random.below(2) {
            let kind = KINDS[random.below(KINDS.len())];
            let (weight, cap) = (table.weight(kind), table.cap(kind) * 10 / ONE_BIT);
            if random.chance(0.65) {
                let factor = [50, 70, 85, 120, 140, 200][random.below(6)];
                other.set(kind, (weight * factor / 100).max(16), cap + 1);
            } else {
                let step = random.below(3) as u32 * 5 + 5;
                let cap = if random.chance(0.5) {
                    cap + step
                } else {
                    cap.saturating_sub(step)
                };
                other.set(kind, weight, cap.clamp(10, 160));
            }
        }
        let now = aim(&networks, &other);
        if now.0 > best.0 + 0.0001 {
            eprintln!(
                "trial {trial}: aim {:.5}, recall {:.4}, degree {:.3}",
                now.0, now.1, now.2
            );
            (best, table) = (now, other);
        }
    }
    for kind in KINDS {
        let cap = (table.cap(kind) * 10).div_ceil(ONE_BIT);
        println!("{kind:?}\t{}\t{cap}", table.weight(kind));
    }
}
