//! From the steps of compared pairs to persons, without labels (manual: *matching*, "Decision").

use super::cluster::{self, Scored};
use super::join::Candidate;
use super::score::{self, Adapted, Bands, Model, STEPS};
use super::tokens::Policy;

/// What a round decides from the steps that the comparer released.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Cluster of each person.
    pub clusters: Vec<u32>,
    /// Which pairs ended up in one cluster.
    pub declared: Vec<bool>,
    /// Pairs that may be one person and were not declared.
    pub possible: usize,
    /// The prior and the posterior of each step.
    pub adapted: Adapted,
    /// Where the bands begin.
    pub bands: Bands,
    /// Accidental meetings per person, mean.
    pub degree: f64,
    /// What the posteriors alone say of precision and recall.
    pub belief: Belief,
    /// Expected precision: low end, value, high end of a 95 % interval.
    pub precision: [f64; 3],
    /// Expected recall in the same form.
    pub recall: [f64; 3],
}

/// Decides. `steps` has the step of each pair; `site_of` the site of each person; `persons` are those
/// that are real, for the degree.
pub fn decide(
    model: &Model,
    policy: Policy,
    pairs: &[Candidate],
    steps: &[u8],
    site_of: &[u32],
    persons: u64,
) -> Decision {
    let step_of = |s: &u8| usize::from(*s).min(STEPS - 1);
    let mut counts = [0u64; STEPS];
    for s in steps {
        if let Some(n) = counts.get_mut(step_of(s)) {
            *n += 1;
        }
    }
    let adapted = score::adapt(model, policy, &counts);
    let bands = score::bands(model, &adapted, &counts);
    let posterior = |s: &u8| adapted.posterior.get(step_of(s)).copied().unwrap_or(0.0);
    let scored: Vec<Scored> = pairs
        .iter()
        .zip(steps)
        .map(|(p, step)| {
            let probability = posterior(step).clamp(1e-6, 1.0 - 1e-6);
            let odds = (1000.0 * (probability / (1.0 - probability)).ln()) as i32;
            Scored {
                a: p.a,
                b: p.b,
                // Below the band a pair may speak against a merge, never for one.
                weight: if *step >= bands.matched {
                    odds.max(1)
                } else {
                    odds.min(0)
                },
                shared: p.shared,
            }
        })
        .collect();
    let clusters = cluster::cluster(&scored, site_of);
    let cluster_of = |person: u32| clusters.get(person as usize);
    let declared: Vec<bool> = pairs
        .iter()
        .map(|p| cluster_of(p.a).is_some() && cluster_of(p.a) == cluster_of(p.b))
        .collect();
    let possible = steps
        .iter()
        .zip(&declared)
        .filter(|(s, declared)| **s >= bands.possible && !**declared)
        .count();
    let posteriors: Vec<f64> = steps.iter().map(posterior).collect();
    let belief = belief(pairs, &posteriors, &declared);
    let (precision, recall) = quality(model, &belief);
    let unmatched = pairs.len() as f64 * (1.0 - adapted.prior);
    Decision {
        degree: 2.0 * unmatched / persons.max(1) as f64,
        clusters,
        declared,
        possible,
        adapted,
        bands,
        belief,
        precision,
        recall,
    }
}

impl Decision {
    /// Pairs that are sure enough to be told: compared with each other, decided to be one person, and in a
    /// step from which on the expected precision is at least this. No pair through a third record. `counts` says
    /// how many pairs are in each step.
    pub fn released(
        &self,
        model: &Model,
        steps: &[u8],
        counts: &[u64; STEPS],
        precision: f64,
    ) -> Vec<bool> {
        let from = score::release_band(model, &self.adapted, counts, &self.bands, precision);
        let all = steps.iter().zip(&self.declared);
        all.map(|(step, declared)| *declared && from.is_some_and(|from| *step >= from))
            .collect()
    }
}

/// What the posteriors say of precision and recall of the declared pairs, before it is held
/// against experience, and the variance of each by chance alone.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Belief {
    /// Precision.
    pub precision: f64,
    /// Recall.
    pub recall: f64,
    /// Pairs declared.
    pub declared: f64,
    /// Pairs that are matches, found or not.
    pub matches: f64,
}

/// The posteriors' own view of a decision.
pub fn belief(pairs: &[Candidate], posteriors: &[f64], declared: &[bool]) -> Belief {
    let (mut n, mut tp, mut all) = (0.0f64, 0.0f64, 0.0f64);
    let (mut once, mut twice) = (0.0f64, 0.0f64);
    for ((p, q), declared) in pairs.iter().zip(posteriors).zip(declared) {
        all += q;
        if *declared {
            n += 1.0;
            tp += q;
        }
        match p.shared {
            1 => once += q,
            2 => twice += q,
            _ => {}
        }
    }
    // Pairs that share no tag, from those that share one and two (Chao 1987, bias-corrected).
    let unseen = once * (once - 1.0).max(0.0) / (2.0 * (twice + 1.0));
    let matches = all + unseen;
    Belief {
        precision: if n > 0.0 { tp / n } else { 1.0 },
        recall: if matches > 0.0 {
            (tp / matches).min(1.0)
        } else {
            1.0
        },
        declared: n,
        matches,
    }
}

/// Precision and recall with 95 % intervals: the belief, moved and widened by what rounds with a
/// known truth have shown (manual: *matching*, "Decision").
pub fn quality(model: &Model, belief: &Belief) -> ([f64; 3], [f64; 3]) {
    let [precision, recall] = model.quality();
    (
        held_against(belief.precision, belief.declared, precision),
        held_against(belief.recall, belief.matches, recall),
    )
}

fn held_against(share: f64, n: f64, (bias, spread): (f64, f64)) -> [f64; 3] {
    let centre = score::log_odds(share, n) + bias;
    let back = |x: f64| 1.0 / (1.0 + (-x).exp());
    let p = back(centre);
    // Chance in log-odds: 1 / (n p (1 - p)).
    let chance = 1.0 / (n.max(1.0) * p * (1.0 - p)).max(0.25);
    let half = 1.96 * (spread * spread + chance).sqrt();
    [back(centre - half), p, back(centre + half)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_round_is_decided() {
        let d = decide(Model::shipped(), Policy::Strict, &[], &[], &[0, 1, 1], 3);
        assert_eq!(d.clusters.len(), 3);
        assert_eq!((d.possible, d.declared.len()), (0, 0));
        assert!(d.precision.is_sorted() && d.recall.is_sorted());
    }

    #[test]
    fn the_strongest_pairs_become_one_person() {
        let pairs: Vec<Candidate> = (0..20)
            .map(|i| Candidate {
                a: i,
                b: 20 + i,
                shared: 40,
            })
            .collect();
        let steps: Vec<u8> = (0..20).map(|i| if i < 10 { 7 } else { 0 }).collect();
        let site_of: Vec<u32> = (0..40).map(|i| u32::from(i >= 20)).collect();
        let d = decide(
            Model::shipped(),
            Policy::Strict,
            &pairs,
            &steps,
            &site_of,
            40,
        );
        assert_eq!(d.declared.iter().filter(|d| **d).count(), 10);
        assert_eq!(d.clusters[0], d.clusters[20]);
        assert_ne!(d.clusters[15], d.clusters[35]);
    }
}
