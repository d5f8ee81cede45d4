//! The decisions of a round against the truth (manual: *matching*, "Evaluation").

use std::collections::{BTreeMap, HashMap, HashSet};

use super::differences::{self, Lost};
use super::network::Local;
use super::read::SiteRecords;
use super::synthetic::Truth;
use super::{Best, Decided, Discover, Own, Report, Round, WeightBin};
use crate::matching::cluster::{self, Scored};
use crate::matching::fixed::ONE_BIT;
use crate::matching::join::Candidate;

/// Record pairs against the truth.
struct Judge<'a> {
    locals: &'a [Local],
    /// Entity of each record of each person.
    entities: Vec<Vec<usize>>,
    true_pairs: usize,
}

impl<'a> Judge<'a> {
    fn new(known: &Known, locals: &'a [Local]) -> Self {
        Self {
            locals,
            entities: locals
                .iter()
                .map(|l| {
                    let entity = &known.entity[l.site as usize];
                    l.records.iter().map(|r| entity[*r as usize]).collect()
                })
                .collect(),
            true_pairs: known.true_pairs,
        }
    }

    fn discover(&self, pairs: &[Candidate]) -> Discover {
        let (mut candidates, mut met) = (0, 0);
        let mut of_person: Vec<HashMap<usize, u32>> = vec![HashMap::new(); self.locals.len()];
        for p in pairs {
            let (a, b) = (p.a as usize, p.b as usize);
            let (all, same) = self.count(a, b);
            candidates += all;
            met += same;
            for (x, y) in [(a, b), (b, a)] {
                for e in &self.entities[x] {
                    let others = self.entities[y].iter().filter(|f| *f != e).count();
                    *of_person[x].entry(*e).or_insert(0) += others as u32;
                }
            }
        }
        let mut degrees: Vec<u32> = Vec::with_capacity(self.locals.len());
        for (entities, found) in self.entities.iter().zip(&of_person) {
            for e in entities {
                // An entity with several records of one person was counted once per record.
                let copies = entities.iter().filter(|f| *f == e).count() as u32;
                degrees.push(found.get(e).copied().unwrap_or(0) / copies.max(1));
            }
        }
        degrees.sort_unstable();
        let records = degrees.len();
        Discover {
            candidate_pairs: candidates,
            recall: ratio(met, self.true_pairs, 1.0),
            non_match_degree: degrees.iter().map(|d| f64::from(*d)).sum::<f64>()
                / records.max(1) as f64,
            degree_p99: degrees
                .get(records.saturating_sub(1) * 99 / 100)
                .copied()
                .unwrap_or(0),
        }
    }

    /// Candidate pairs of persons by whole nats of weight.
    fn weights(&self, round: &Round) -> Vec<WeightBin> {
        let mut bins: BTreeMap<i32, (usize, usize)> = BTreeMap::new();
        for (p, w) in round.pairs.iter().zip(&round.weights) {
            let bin = bins.entry(w.div_euclid(1000).clamp(-12, 11)).or_default();
            if self.count(p.a as usize, p.b as usize).1 > 0 {
                bin.0 += 1;
            } else {
                bin.1 += 1;
            }
        }
        bins.into_iter()
            .map(|(from, (matches, others))| WeightBin {
                from,
                matches,
                others,
            })
            .collect()
    }

    /// Pairs of records of two persons: all, and those that are one person.
    fn count(&self, a: usize, b: usize) -> (usize, usize) {
        let (x, y) = (&self.entities[a], &self.entities[b]);
        let same = x.iter().map(|e| y.iter().filter(|f| *f == e).count()).sum();
        (x.len() * y.len(), same)
    }

    /// Pairs of records within each site.
    fn own(&self, entity: &[Vec<usize>]) -> Own {
        let pairs = |n: usize| n * n.saturating_sub(1) / 2;
        let equal = |list: &[usize]| -> usize {
            let mut sorted = list.to_vec();
            sorted.sort_unstable();
            sorted.chunk_by(|a, b| a == b).map(|c| pairs(c.len())).sum()
        };
        let linked: usize = self.entities.iter().map(|e| pairs(e.len())).sum();
        let right: usize = self.entities.iter().map(|e| equal(e)).sum();
        let all: usize = entity.iter().map(|e| equal(e)).sum();
        Own {
            precision: ratio(right, linked, 1.0),
            recall: ratio(right, all, 1.0),
        }
    }

    fn clusters(&self, clusters: &[u32]) -> Decided {
        let mut members: HashMap<u32, Vec<usize>> = HashMap::new();
        for (p, c) in clusters.iter().enumerate() {
            members.entry(*c).or_default().push(p);
        }
        let (mut n, mut tp) = (0, 0);
        for list in members.values().filter(|m| m.len() > 1) {
            for (i, a) in list.iter().enumerate() {
                for b in &list[i + 1..] {
                    if self.locals[*a].site != self.locals[*b].site {
                        let (all, same) = self.count(*a, *b);
                        n += all;
                        tp += same;
                    }
                }
            }
        }
        let precision = ratio(tp, n, 1.0);
        let recall = ratio(tp, self.true_pairs, 1.0);
        Decided {
            precision,
            recall,
            f1: ratio(2 * tp, n + self.true_pairs, 1.0),
            threshold: 0.0,
        }
    }
}

fn ratio(a: usize, b: usize, none: f64) -> f64 {
    if b == 0 { none } else { a as f64 / b as f64 }
}

/// The truth as numbers: the entity of every record of every site, and the pairs to be found.
pub(super) struct Known {
    entity: Vec<Vec<usize>>,
    true_pairs: usize,
}

impl Known {
    pub(super) fn new(sites: &[SiteRecords], truth: &Truth) -> Self {
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        let mut unknown = usize::MAX;
        let entity: Vec<Vec<usize>> = sites
            .iter()
            .map(|site| {
                site.ids
                    .iter()
                    .map(|id| match truth.get(&(site.name.clone(), id.clone())) {
                        Some(e) => {
                            let next = numbers.len();
                            *numbers.entry(e.as_str()).or_insert(next)
                        }
                        None => {
                            // Not in the truth: nobody else.
                            unknown -= 1;
                            unknown
                        }
                    })
                    .collect()
            })
            .collect();
        let mut bearers: HashMap<usize, Vec<usize>> = HashMap::new();
        for (s, site) in entity.iter().enumerate() {
            for e in site {
                bearers.entry(*e).or_default().push(s);
            }
        }
        let true_pairs = bearers
            .values()
            .filter(|s| s.len() > 1)
            .map(|s| {
                let all = s.len() * (s.len() - 1) / 2;
                let own: usize = s
                    .chunk_by(|a, b| a == b)
                    .map(|c| c.len() * (c.len() - 1) / 2)
                    .sum();
                all - own
            })
            .sum();
        Self { entity, true_pairs }
    }

    /// Candidate pairs of persons against the truth.
    pub(super) fn discover(&self, locals: &[Local], pairs: &[Candidate]) -> Discover {
        Judge::new(self, locals).discover(pairs)
    }
}

/// Thresholds of the curve, in half nats.
const THRESHOLDS: std::ops::RangeInclusive<i32> = -20..=16;

/// Holds the decisions of a round against the truth.
pub fn judge(sites: &[SiteRecords], round: &Round, truth: &Truth) -> Report {
    let known = Known::new(sites, truth);
    let judge = Judge::new(&known, &round.locals);
    let mut decided = judge.clusters(&round.clusters);
    decided.threshold = f64::from(round.threshold) / 1000.0;
    let thresholds: Vec<Decided> = THRESHOLDS
        .map(|t| {
            let threshold = t * 500;
            let scored: Vec<Scored> = round
                .pairs
                .iter()
                .zip(&round.weights)
                .map(|(p, w)| Scored {
                    a: p.a,
                    b: p.b,
                    weight: w - threshold,
                    shared: p.shared,
                })
                .collect();
            let clusters = cluster::cluster(&scored, &round.tokens.site_of);
            Decided {
                threshold: f64::from(threshold) / 1000.0,
                ..judge.clusters(&clusters)
            }
        })
        .collect();
    let best = thresholds.iter().fold(
        Best {
            f1: 0.0,
            threshold: 0.0,
        },
        |best, now| {
            if now.f1 > best.f1 {
                Best {
                    f1: now.f1,
                    threshold: now.threshold,
                }
            } else {
                best
            }
        },
    );
    Report {
        records: sites.iter().map(|s| s.records.len()).sum(),
        sites: sites.len(),
        true_pairs: known.true_pairs,
        tokens_per_person: round.tokens.params.tokens,
        h_bits: f64::from(round.tokens.params.h) / f64::from(ONE_BIT),
        prf: "stand-in: a keyed hash in place of the VOPRF",
        discover: judge.discover(&round.pairs),
        decided,
        best,
        own: judge.own(&known.entity),
        lost: lost(sites, round, &known.entity),
        weights: judge.weights(round),
        thresholds,
        estimate: round.estimate.clone(),
        seconds: round.seconds.clone(),
    }
}

/// What became of the true pairs, by the ways in which their records differ.
fn lost(sites: &[SiteRecords], round: &Round, entity: &[Vec<usize>]) -> Vec<Lost> {
    let mut person_of: Vec<Vec<u32>> = sites.iter().map(|s| vec![0; s.ids.len()]).collect();
    for (p, local) in (0u32..).zip(&round.locals) {
        for r in &local.records {
            person_of[local.site as usize][*r as usize] = p;
        }
    }
    let candidates: HashSet<(u32, u32)> = round
        .pairs
        .iter()
        .map(|p| (p.a.min(p.b), p.a.max(p.b)))
        .collect();
    let mut bearers: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
    for (s, list) in entity.iter().enumerate() {
        for (r, e) in list.iter().enumerate() {
            bearers.entry(*e).or_default().push((s, r));
        }
    }
    let mut table: Vec<Lost> = differences::ALL
        .iter()
        .map(|d| Lost {
            difference: *d,
            pairs: 0,
            discovered: 0,
            declared: 0,
        })
        .collect();
    for records in bearers.values().filter(|l| l.len() > 1) {
        for (i, (s, r)) in records.iter().enumerate() {
            for (t, q) in records[i + 1..].iter().filter(|(t, _)| t != s) {
                let (a, b) = (person_of[*s][*r], person_of[*t][*q]);
                let discovered = candidates.contains(&(a.min(b), a.max(b)));
                let declared = round.clusters[a as usize] == round.clusters[b as usize];
                let ways = differences::between(&sites[*s].records[*r], &sites[*t].records[*q]);
                for row in table.iter_mut().filter(|l| ways.contains(&l.difference)) {
                    row.pairs += 1;
                    row.discovered += usize::from(discovered);
                    row.declared += usize::from(declared);
                }
            }
        }
    }
    table.retain(|l| l.pairs > 0);
    table
}
