//! `probing [--networks N] [--seed N] [--sweeps N] [--dates N] [--names-only] [DIR]`: how ten-date sweeps differ from honest files, in what the coordinator sees. Tab-separated,
//! for the manual.
//!
//! A sweep is ten records of one site (or `--dates`) with the names, sex and places of a person at another site (with
//! `--names-only` her names) and ten dates of birth, one of them the right one, not linked with each other. Each network is invented; with
//! DIR the sites of that folder are taken instead. What is seen is counted twice: by the pairs alone, as if every
//! site's program marked nothing, and with what they mark.

use std::collections::BTreeSet;

use rayon::prelude::*;
use sigilo::evaluate::network::{self, Local, Met};
use sigilo::evaluate::read::{self, SiteRecords};
use sigilo::evaluate::synthetic::{self, Random, Recipe};
use sigilo::matching::join::Candidate;
use sigilo::matching::probing;
use sigilo::matching::score::Model;
use sigilo::matching::tokens::Policy;
use sigilo::names::date::PartialDate;

fn main() {
    let (mut networks, mut first, mut sweeps, mut dir) = (16u64, 77_000, 20, String::new());
    let (mut dates, mut names_only) = (10, false);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--networks" => networks = number(args.next()),
            "--seed" => first = number(args.next()),
            "--dates" => dates = number(args.next()) as usize,
            "--names-only" => names_only = true,
            "--sweeps" => sweeps = number(args.next()) as usize,
            _ => dir = arg,
        }
    }
    let found: Vec<Counted> = (0..networks)
        .into_par_iter()
        .flat_map_iter(|i| {
            let mut random = Random::new(i);
            let sites = if dir.is_empty() {
                synthetic::network(&Recipe {
                    seed: first + i,
                    persons: [1_500, 6_000, 12_000][random.below(3)],
                    sites: 4 + random.below(12),
                    repeat: [0.03, 0.1, 0.3][random.below(3)],
                    errors: [0.5, 1.0, 1.8][random.below(3)],
                    siblings: [0.01, 0.08][random.below(2)],
                    twins: [0.1, 0.4][random.below(2)],
                    places: [0, 40, 12][random.below(3)],
                    head: [1.0, 1.25][random.below(2)],
                    ..Recipe::default()
                })
                .0
            } else {
                read::sites(dir.as_ref()).expect("readable")
            };
            [Policy::Strict, Policy::Standard]
                .into_iter()
                .map(move |p| study(&sites, p, i, (sweeps, dates, names_only)))
                .collect::<Vec<_>>()
        })
        .collect();
    println!("# policy\tmarks\tsweeps\tseen\tfiles\thonest files named");
    for policy in [Policy::Strict, Policy::Standard] {
        let of = |n: fn(&Counted) -> usize| -> usize {
            found.iter().filter(|c| c.policy == policy).map(n).sum()
        };
        let (sweeps, files) = (of(|c| c.sweeps), of(|c| c.files));
        for (with, seen, named) in [
            ("without", of(|c| c.seen[0]), of(|c| c.named[0])),
            ("with", of(|c| c.seen[1]), of(|c| c.named[1])),
        ] {
            println!("{policy:?}\t{with}\t{sweeps}\t{seen}\t{files}\t{named}");
        }
    }
}

/// What was found in one network.
struct Counted {
    policy: Policy,
    sweeps: usize,
    /// By the pairs alone; with what the sites' own programs mark.
    seen: [usize; 2],
    files: usize,
    /// As `seen`.
    named: [usize; 2],
}

fn number(text: Option<String>) -> u64 {
    text.and_then(|n| n.parse().ok()).expect("a number")
}

fn study(
    sites: &[SiteRecords],
    policy: Policy,
    seed: u64,
    (sweeps, dates, names_only): (usize, usize, bool),
) -> Counted {
    let model = Model::shipped();
    let mut random = Random::new(seed + 1);
    let mut sites = sites.to_vec();
    let mut locals = network::link_own(&sites, model, seed);
    let first: Vec<Local> = locals.iter().filter(|l| l.site == 0).cloned().collect();
    let mut targets = Vec::new();
    for _ in 0..sweeps {
        loop {
            let other = 1 + random.below(sites.len() - 1);
            let r = random.below(sites[other].records.len());
            let target = sites[other].records[r].clone();
            if target.birth.month_and_day().is_none() || target.paternal_surname.is_empty() {
                continue;
            }
            targets.push((other as u32, r as u32));
            let year = target.birth.year.unwrap_or(2000);
            for d in 0..dates {
                let mut probe = target.clone();
                probe.phone.clear();
                probe.document.clear();
                if names_only {
                    probe.sex = None;
                    probe.nationality.clear();
                    probe.state.clear();
                    probe.municipality.clear();
                }
                if d > 0 {
                    let text = format!(
                        "{:04}-{:02}-{:02}",
                        i64::from(year) + random.below(7) as i64 - 3,
                        1 + random.below(12),
                        1 + random.below(28)
                    );
                    probe.birth = PartialDate::parse(&text);
                }
                sites[0].ids.push(format!("probe-{}-{d}", targets.len()));
                sites[0].records.push(probe);
            }
            break;
        }
    }
    let honest = sites[0].records.len() - dates * sweeps;
    let mut all = first.clone();
    all.extend((honest..sites[0].records.len()).map(|r| Local {
        site: 0,
        records: vec![r as u32],
    }));
    let probes_from = first.len();
    let probes_to = all.len();
    all.extend(locals.drain(..).filter(|l| l.site != 0));
    let locals = all;
    let Met {
        tokens,
        pairs,
        steps,
        ..
    } = network::meet(&sites, &locals, policy, model, seed);
    let is_probe = |p: u32| (probes_from..probes_to).contains(&(p as usize));
    // Honest files: what is found without the probes.
    let (honest_pairs, honest_steps): (Vec<Candidate>, Vec<u8>) = pairs
        .iter()
        .zip(&steps)
        .filter(|(p, _)| !is_probe(p.a) && !is_probe(p.b))
        .map(|(p, s)| (*p, *s))
        .unzip();
    let honest_only: Vec<Local> = locals
        .iter()
        .zip(0..)
        .filter(|(_, at)| !is_probe(*at))
        .map(|(l, _)| l.clone())
        .collect();
    // Those behind the probes are so many places further.
    let place = |at: u32| match at as usize {
        at if at < probes_from => at as u32,
        at => (at + probes_to - probes_from) as u32,
    };
    let honest_marked = network::marked(&sites, &honest_only);
    let honest_marked = honest_marked.into_iter().map(place).collect();
    let site_of = &tokens.site_of;
    let named = [&BTreeSet::new(), &honest_marked].map(|marked| {
        probing::suspicions(policy, &honest_pairs, &honest_steps, site_of, marked).len()
    });
    let marked = network::marked(&sites, &locals);
    let seen = [&BTreeSet::new(), &marked].map(|marked| {
        let found = probing::suspicions(policy, &pairs, &steps, site_of, marked);
        let sought: Vec<&Local> = found
            .get(&0)
            .iter()
            .flat_map(|s| s.sought.iter().map(|row| &locals[*row as usize]))
            .collect();
        let met = targets.iter().filter(|(site, record)| {
            let mut all = sought.iter();
            all.any(|l| l.site == *site && l.records.contains(record))
        });
        met.count()
    });
    Counted {
        policy,
        sweeps,
        seen,
        files: sites.len(),
        named,
    }
}
