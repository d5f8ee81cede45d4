//! From the steps of compared pairs to persons, without labels (manual: *matching*, "Decision").

use super::cluster::{self, Scored};
use super::join::Candidate;
use super::rivals::{self, Member};
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
    /// Pairs in each step that are not [beaten](rivals::surest): what the rest follows from.
    pub counts: [u64; STEPS],
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
    let steps: Vec<u8> = steps.iter().map(|s| (*s).min(STEPS as u8 - 1)).collect();
    let member = |p: u32| -> Member { (site_of.get(p as usize).copied().unwrap_or(u32::MAX), p) };
    let met = pairs.iter().zip(&steps);
    let surest = rivals::surest(met.map(|(p, step)| (member(p.a), member(p.b), *step)));
    let counts = rivals::count(steps.iter().copied().zip(surest.iter().copied()));
    let adapted = score::adapt(model, policy, &counts);
    let bands = score::bands(model, &adapted, &counts);
    let posterior = |s: &u8| adapted.posterior[usize::from(*s)];
    let scored: Vec<Scored> = pairs
        .iter()
        .zip(&steps)
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
    // One of those who compete is right at most.
    let left = |surest: &u8| 1.0 - posterior(surest);
    let posteriors: Vec<f64> = steps
        .iter()
        .zip(&surest)
        .map(|(step, by)| posterior(step) * if by > step { left(by) } else { 1.0 })
        .collect();
    let belief = belief(pairs, &posteriors, &declared);
    let (precision, recall) = quality(model, &belief);
    let unmatched = pairs.len() as f64 - posteriors.iter().sum::<f64>();
    Decision {
        degree: 2.0 * unmatched / persons.max(1) as f64,
        clusters,
        declared,
        possible,
        counts,
        adapted,
        bands,
        belief,
        precision,
        recall,
    }
}

impl Decision {
    /// Pairs that are sure enough to be told: compared with each other, decided to be one person, and in the surest
    /// step, if its expected precision is at least this. No pair through a third record.
    pub fn released(&self, model: &Model, steps: &[u8], precision: f64) -> Vec<bool> {
        let sure = score::tells_surest(model, &self.adapted, precision);
        let all = steps.iter().zip(&self.declared);
        all.map(|(step, declared)| sure && *declared && usize::from(*step) + 1 >= STEPS)
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

/// Least share of matches that are taken to share no tag. Who gave another name and another date each time
/// leaves no trace in a round; the benchmark FEBRL 4 has one such pair in twenty, generated networks more.
const UNSEEN: f64 = 0.03;

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
    let matches = all + unseen.max(all * UNSEEN);
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

    fn candidate(a: u32, b: u32) -> Candidate {
        Candidate { a, b, shared: 20 }
    }

    /// Two files of 1,000 persons, nearly all in both. Each is like her own record in a middling step, and like somebody
    /// else's in a lower one: by their number alone the lower ones are doubtful, but they leave each other no room.
    #[test]
    fn who_has_a_surer_pair_speaks_for_no_other() {
        let n = 1_000;
        let site_of: Vec<u32> = (0..2 * n).map(|i| i / n).collect();
        let own = (0..n).map(|i| (candidate(i, n + i), 4 + (i % 3) as u8));
        let other = (0..n).map(|i| (candidate(i, n + (i + 1) % n), 2 + (i % 2) as u8));
        let (pairs, steps): (Vec<_>, Vec<_>) = own.chain(other).unzip();
        let model = Model::shipped();
        let d = decide(
            model,
            Policy::Strict,
            &pairs,
            &steps,
            &site_of,
            2 * u64::from(n),
        );
        assert_eq!(d.counts.iter().sum::<u64>(), u64::from(n));
        assert!(d.adapted.prior > 0.9, "{}", d.adapted.prior);
        assert!((0..2 * n as usize).all(|i| d.declared[i] == (i < n as usize)));
        assert!(d.precision[1] > 0.97, "{:?}", d.precision);
        // The others are accidents all the same.
        assert!((d.degree - 1.0).abs() < 0.1, "{}", d.degree);
    }

    #[test]
    fn a_few_matches_are_taken_to_share_nothing() {
        let pairs: Vec<Candidate> = (0..500).map(|i| candidate(i, 500 + i)).collect();
        let belief = belief(&pairs, &[1.0; 500], &[true; 500]);
        assert!((belief.recall - 1.0 / (1.0 + UNSEEN)).abs() < 1e-9);
    }

    #[test]
    fn the_strongest_pairs_become_one_person() {
        let pairs: Vec<Candidate> = (0..20).map(|i| candidate(i, 20 + i)).collect();
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
