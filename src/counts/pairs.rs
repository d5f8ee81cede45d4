//! What is told of pairs and of the quality of a decision (manual: *counts*, "Noise").

use super::Epsilon;
use super::noise::Laplace;
use super::release::NORMAL;
use crate::crypto::CryptoError;
use crate::matching::decide::{self, Belief};
use crate::matching::score::{Model, STEPS};

/// By how much one person changes the numbers of pairs, summed up: candidates, compared ones by step, possible
/// ones, each by two.
pub const SENSITIVITY: u32 = 3 * 2;

/// Parts of one in which the noise on a share is drawn.
const SHARE: u32 = 100_000;
/// By how many parts in the declared pairs one person changes estimated precision and recall: half and one.
/// Who is declared has a posterior of one half or more, and of those who are one person she is one.
const OF_QUALITY: f64 = 1.5;
/// Fewest declared pairs that the noise on a share reckons with.
const DECLARED_MIN: u64 = 20;

/// Numbers of pairs that are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairNumbers {
    /// Candidates.
    pub candidates: u64,
    /// Those that were compared.
    pub compared: u64,
    /// Those in each step of weight.
    pub steps: [u64; STEPS],
}

impl PairNumbers {
    /// With noise. How many were compared follows from the noisy steps.
    ///
    /// # Errors
    /// [`CryptoError::Random`].
    pub fn noisy(
        epsilon: Epsilon,
        candidates: u64,
        steps: &[u64; STEPS],
    ) -> Result<Self, CryptoError> {
        let noise = Laplace::hiding(SENSITIVITY, epsilon.pairs).draws(1 + STEPS)?;
        let (first, by_step) = noise.split_first().ok_or(CryptoError::Random)?;
        let mut told = *steps;
        let mut compared = 0i64;
        for (n, noise) in told.iter_mut().zip(by_step) {
            compared = compared.saturating_add_unsigned(*n).saturating_add(*noise);
            *n = n.saturating_add_signed(*noise);
        }
        Ok(Self {
            candidates: candidates.saturating_add_signed(*first),
            compared: u64::try_from(compared).unwrap_or(0),
            steps: told,
        })
    }
}

/// Estimated precision and recall, each with low end, value and high end: from shares with noise and the noisy
/// number of declared pairs.
///
/// # Errors
/// [`CryptoError::Random`].
pub fn noisy_quality(
    epsilon: Epsilon,
    belief: &Belief,
    declared: u64,
) -> Result<[[f64; 3]; 2], CryptoError> {
    let declared = declared.max(DECLARED_MIN);
    let moved = OF_QUALITY * f64::from(SHARE) / declared as f64;
    // Rounding a share to parts can add one to what she changes.
    let noise = Laplace::hiding(moved.ceil() as u32 + 2, epsilon.quality);
    let draws = noise.draws(2)?;
    let parts = |share: f64, i: usize| {
        let exact = (share * f64::from(SHARE)).round() as i64;
        let noisy = exact.saturating_add(draws.get(i).copied().unwrap_or_default());
        (noisy as f64 / f64::from(SHARE)).clamp(0.05, 1.0)
    };
    let (precision, recall) = (parts(belief.precision, 0), parts(belief.recall, 1));
    let told = Belief {
        precision,
        recall,
        declared: declared as f64,
        matches: declared as f64 * precision / recall,
    };
    let by = NORMAL * noise.variance().sqrt() / f64::from(SHARE);
    let (precision, recall) = decide::quality(Model::shipped(), &told);
    let wide = |[low, value, high]: [f64; 3]| {
        [
            (value - by.hypot(value - low)).max(0.0),
            value,
            (value + by.hypot(high - value)).min(1.0),
        ]
    };
    Ok([wide(precision), wide(recall)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_have_noise_and_add_up_to_what_was_compared() {
        let steps = [500, 40, 30, 20, 10, 20, 30, 200];
        let exact = PairNumbers::noisy(Epsilon::of(1_000_000_000), 900, &steps).unwrap();
        assert_eq!(
            (exact.candidates, exact.compared, exact.steps),
            (900, 850, steps)
        );
        let told: Vec<PairNumbers> = (0..400)
            .map(|_| PairNumbers::noisy(Epsilon::of(4_000), 900, &steps).unwrap())
            .collect();
        // Scale 12: a deviation of 17 in each step.
        let off: f64 = told
            .iter()
            .map(|t| (t.steps[0] as f64 - 500.0).powi(2))
            .sum();
        let deviation = (off / told.len() as f64).sqrt();
        assert!((13.0..21.0).contains(&deviation), "{deviation}");
    }

    #[test]
    fn quality_has_an_interval_that_holds_its_noise() {
        let belief = Belief {
            precision: 0.97,
            recall: 0.7,
            declared: 400.0,
            matches: 550.0,
        };
        let sure = noisy_quality(Epsilon::of(1_000_000_000), &belief, 400).unwrap();
        let (mut held, mut width) = (0, 0.0);
        for _ in 0..200 {
            let [precision, recall] = noisy_quality(Epsilon::of(4_000), &belief, 400).unwrap();
            assert!(precision.is_sorted() && recall.is_sorted());
            width += recall[2] - recall[0];
            held += u32::from((recall[0]..=recall[2]).contains(&sure[1][1]));
        }
        assert!(held > 175, "{held}");
        assert!(width > 200.0 * (sure[1][2] - sure[1][0]), "{width}");
    }
}
