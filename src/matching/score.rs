//! From levels to a match weight (manual: *matching*, "Weights").
//!
//! Two models ship as data: boosted trees, which see fields together and decide, and the
//! Fellegi-Sunter table of m and u, which explains field by field. Both are integers, so that
//! every machine computes the same weight.

use std::sync::OnceLock;

use super::encoding::{Levels, SLOTS};
use super::tokens::Policy;

/// What a model sees of a pair: the levels, the number of shared tokens out of 128, and H in half
/// bits.
pub const INPUTS: usize = SLOTS.len() + 2;

/// One pair as a model sees it.
pub type Inputs = [u8; INPUTS];

/// Puts levels, shared tokens and the round's parameters together.
pub fn inputs(levels: &Levels, shared: u16, tokens: u16, h: super::fixed::Bits) -> Inputs {
    let mut out = [0u8; INPUTS];
    out[..SLOTS.len()].copy_from_slice(&levels.0);
    let scaled = (u32::from(shared) * 128).div_ceil(u32::from(tokens.max(1)));
    out[SLOTS.len()] = u8::try_from(scaled).unwrap_or(u8::MAX);
    out[SLOTS.len() + 1] = u8::try_from(h / 128).unwrap_or(u8::MAX);
    out
}

/// Log-odds in 1/1000 nat.
pub type Weight = i32;

/// Number of steps in which a weight is released.
pub const STEPS: usize = 8;

/// A weight as the comparer releases it: 0 (surely different) to 7 (surely the same).
pub type Step = u8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node {
    /// Goes to `low` if the input is at most `most`, else to `high`.
    Split {
        input: u8,
        most: u8,
        low: u16,
        high: u16,
    },
    Leaf(Weight),
}

/// A model that scores pairs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    base: Weight,
    trees: Vec<Vec<Node>>,
    /// Lower bounds of steps 1 to 7.
    bounds: [Weight; STEPS - 1],
    /// How pairs fall on the steps: under `standard`, then under `strict`, where fewer others meet and those are
    /// more alike.
    profiles: [Profiles; 2],
    /// Per slot and level: of a million matches, of a million others.
    fields: Vec<Vec<(u32, u32)>>,
    /// What a round believes of its precision and of its recall against what was true in rounds
    /// whose truth is known: mean and spread of the difference in log-odds, 1/1000 nat.
    quality: [(i32, i32); 2],
}

/// Kinds of pairs in a round: records kept with care and with less, strangers and those who are near each other.
const KINDS: usize = 4;

/// How many of [`KINDS`] are matches; these come first.
const MATCHING: usize = 2;

/// What networks with a known truth showed of one policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Profiles {
    /// Of a million matches (first two) or others (last two), how many are of this kind in the mean of networks.
    shares: [u32; KINDS],
    /// Of a million pairs of this kind, how many fall in each step.
    steps: [[u32; STEPS]; KINDS],
}

/// Why a model file is refused: the line, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {0} of the model is not valid")]
pub struct ModelError(pub usize);

const SHIPPED: &str = include_str!("tables/model.tsv");

impl Model {
    /// The model that ships.
    pub fn shipped() -> &'static Self {
        static MODEL: OnceLock<Model> = OnceLock::new();
        // A test holds that the shipped file is read; an empty model decides nothing.
        MODEL.get_or_init(|| Self::parse(SHIPPED).unwrap_or_else(|_| Self::empty()))
    }

    /// Hash of the shipped model: what a round's note commits to.
    pub fn shipped_hash() -> [u8; 32] {
        *crate::crypto::kdf::derive(crate::crypto::labels::MATCH_TABLES, &[SHIPPED.as_bytes()])
            .expose()
    }

    /// A model that knows nothing.
    pub fn empty() -> Self {
        Self {
            base: 0,
            trees: Vec::new(),
            bounds: [-4000, -2000, -500, 500, 2000, 4000, 6000],
            profiles: [Profiles {
                shares: [500_000; KINDS],
                steps: [[125_000; STEPS]; KINDS],
            }; 2],
            fields: Vec::new(),
            quality: [(0, 1000); 2],
        }
    }

    /// Reads a model file: `base W`, `bounds` and seven weights, `profile SHARE` and eight numbers four times for each
    /// policy, `field SLOT LEVEL M U`, `quality BIAS SPREAD` for precision and for recall, and trees: `tree`, then its nodes in order, `split INPUT MOST LOW
    /// HIGH` with places of later nodes, or `leaf W`. Columns are parted by tabs.
    ///
    /// # Errors
    /// [`ModelError`] with the first line that does not fit.
    pub fn parse(text: &str) -> Result<Self, ModelError> {
        let mut model = Self::empty();
        let (mut profile, mut quality) = (0, 0);
        for (i, line) in text.lines().enumerate() {
            let error = ModelError(i + 1);
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut columns = line.split('\t');
            let head = columns.next().unwrap_or("");
            let numbers: Vec<i32> = columns
                .map(str::parse)
                .collect::<Result<_, _>>()
                .map_err(|_| error)?;
            match (head, &numbers[..]) {
                ("base", [w]) => model.base = *w,
                ("bounds", all) => model.bounds = all.try_into().map_err(|_| error)?,
                ("profile", [share, steps @ ..]) if profile < 2 * KINDS => {
                    let steps: &[i32; STEPS] = steps.try_into().map_err(|_| error)?;
                    let (policy, kind) = (profile / KINDS, profile % KINDS);
                    model.profiles[policy].shares[kind] = natural(*share, error)?;
                    for (to, n) in model.profiles[policy].steps[kind].iter_mut().zip(steps) {
                        *to = natural(*n, error)?;
                    }
                    profile += 1;
                }
                ("quality", [bias, spread]) if quality < 2 => {
                    let spread = natural(*spread, error)?.min(10_000) as i32;
                    model.quality[quality] = ((*bias).clamp(-10_000, 10_000), spread);
                    quality += 1;
                }
                ("field", [slot, level, m, u]) => {
                    let slot = usize::try_from(*slot).map_err(|_| error)?;
                    let levels = SLOTS.get(slot).ok_or(error)?.1 + 1;
                    let level = usize::try_from(*level).map_err(|_| error)?;
                    if level >= levels {
                        return Err(error);
                    }
                    if model.fields.len() < SLOTS.len() {
                        model.fields = SLOTS.iter().map(|s| vec![(0, 0); s.1 + 1]).collect();
                    }
                    model.fields[slot][level] = (natural(*m, error)?, natural(*u, error)?);
                }
                ("tree", []) => model.trees.push(Vec::new()),
                ("split", [input, most, low, high]) => {
                    let node = Node::Split {
                        input: u8::try_from(*input)
                            .ok()
                            .filter(|i| usize::from(*i) < INPUTS)
                            .ok_or(error)?,
                        most: u8::try_from(*most).map_err(|_| error)?,
                        low: u16::try_from(*low).map_err(|_| error)?,
                        high: u16::try_from(*high).map_err(|_| error)?,
                    };
                    model.trees.last_mut().ok_or(error)?.push(node);
                }
                ("leaf", [w]) => model
                    .trees
                    .last_mut()
                    .ok_or(error)?
                    .push(Node::Leaf((*w).clamp(-1_000_000, 1_000_000))),
                _ => return Err(error),
            }
        }
        // Every split leads to later nodes that exist: so every walk ends in a leaf.
        let lines = text.lines().count();
        for tree in &model.trees {
            for (i, node) in tree.iter().enumerate() {
                if let Node::Split { low, high, .. } = node {
                    for next in [usize::from(*low), usize::from(*high)] {
                        if next <= i || next >= tree.len() {
                            return Err(ModelError(lines));
                        }
                    }
                }
            }
            if tree.is_empty() {
                return Err(ModelError(lines));
            }
        }
        Ok(model)
    }

    /// The weight of a pair, under the prior of the training data.
    pub fn weight(&self, pair: &Inputs) -> Weight {
        let mut sum = self.base;
        for tree in &self.trees {
            let mut at = 0usize;
            loop {
                match tree.get(at) {
                    Some(Node::Split {
                        input,
                        most,
                        low,
                        high,
                    }) => {
                        let goes_low = pair[usize::from(*input)] <= *most;
                        at = usize::from(if goes_low { *low } else { *high });
                    }
                    Some(Node::Leaf(w)) => {
                        sum = sum.saturating_add(*w);
                        break;
                    }
                    None => break,
                }
            }
        }
        sum
    }

    /// The step of a pair: all that the comparer releases.
    pub fn step(&self, pair: &Inputs) -> Step {
        self.step_of(pair, self.weight(pair))
    }

    /// The step of a pair of this weight. The surest is only for pairs for which something speaks beside names: who
    /// knows a name guesses a year (manual: *matching*, "Probing").
    pub(crate) fn step_of(&self, pair: &Inputs, weight: Weight) -> Step {
        let step = self.bounds.iter().filter(|b| weight >= **b).count();
        let levels = || Levels(std::array::from_fn(|slot| pair[slot]));
        let only_names = step + 1 == STEPS && !levels().beside_names();
        (step - usize::from(only_names)) as Step
    }

    /// The step of a pair as the comparer releases it. Encodings that were not made under one token are surely
    /// different, however many tags are shared: who copies tags has no token.
    pub fn release(
        &self,
        levels: &Levels,
        shared: u16,
        tokens: u16,
        h: super::fixed::Bits,
    ) -> Step {
        if levels.of_one_token() {
            self.step(&inputs(levels, shared, tokens, h))
        } else {
            0
        }
    }

    /// The lowest weight of a step.
    pub fn lower_bound(&self, step: Step) -> Weight {
        match usize::from(step) {
            0 => Weight::MIN / 2,
            s => self.bounds[(s - 1).min(STEPS - 2)],
        }
    }

    /// Shares of the pairs of each kind that fall in each step, and of the kinds among matches and among others.
    fn profiles(&self, policy: Policy) -> ([[f64; STEPS]; KINDS], [f64; KINDS]) {
        let own = match policy {
            Policy::Standard => &self.profiles[0],
            Policy::Strict => &self.profiles[1],
        };
        // One of a million more everywhere: nothing is impossible.
        let steps = own.steps.map(|steps| {
            let total: f64 = steps.iter().map(|n| f64::from(*n) + 1.0).sum();
            steps.map(|n| (f64::from(n) + 1.0) / total)
        });
        let shares = std::array::from_fn(|kind| {
            let range = if kind < MATCHING {
                0..MATCHING
            } else {
                MATCHING..KINDS
            };
            let total: f64 = range.map(|k| f64::from(own.shares[k]) + 1.0).sum();
            (f64::from(own.shares[kind]) + 1.0) / total
        });
        (steps, shares)
    }

    /// Mean and spread, in nats of log-odds, of the difference between the true precision (first)
    /// or recall (second) of a round and what the round believes of it.
    pub fn quality(&self) -> [(f64, f64); 2] {
        self.quality
            .map(|(bias, spread)| (f64::from(bias) / 1000.0, f64::from(spread) / 1000.0))
    }

    /// The Fellegi-Sunter weight of each slot, log2(m/u) in bits: what speaks for and against, to
    /// be shown; `None` where the model has no table.
    pub fn explain(&self, levels: &Levels) -> Option<[f64; SLOTS.len()]> {
        if self.fields.len() != SLOTS.len() {
            return None;
        }
        Some(std::array::from_fn(|slot| {
            let table = &self.fields[slot];
            let (m, u) = table
                .get(usize::from(levels.0[slot]))
                .copied()
                .unwrap_or((0, 0));
            ((f64::from(m) + 20.0) / (f64::from(u) + 20.0)).log2()
        }))
    }
}

fn natural(n: i32, error: ModelError) -> Result<u32, ModelError> {
    u32::try_from(n).map_err(|_| error)
}

/// What the coordinator concludes from the steps of a round.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adapted {
    /// Estimated share of matches among the candidate pairs.
    pub prior: f64,
    /// Probability of a match in each step.
    pub posterior: [f64; STEPS],
}

/// Pairs that the model's own view of a round counts for, when the round's pairs are looked at.
const MODEL_PAIRS: f64 = 300.0;

/// Share of matches from which on a round's own matches are looked at step by step: with fewer, others that
/// look alike would be taken for them.
const MOSTLY_MATCHES: f64 = 0.6;

/// Adapts to the round, without labels, by expectation maximisation: on the share of matches
/// (Saerens, Latinne, Decaestecker 2002), on how many of the matches are of carefully kept records, and on how many of the others
/// are near each other and not strangers: that differs more between rounds than anything else. How each kind falls on the steps is
/// the model's, and so is what is expected of the shares, with the weight of 300 pairs. If most candidates are
/// matches, then also how these fall on the steps, with the same weight: records with fewer
/// fields or more errors than the model was trained on get lower weights all together.
pub fn adapt(model: &Model, policy: Policy, counts: &[u64; STEPS]) -> Adapted {
    let (steps, usual) = model.profiles(policy);
    let total = counts.iter().sum::<u64>() as f64;
    let mut shares = usual.map(|s| s / 2.0);
    if total > 0.0 {
        for _ in 0..2000 {
            let mut found = [0.0; KINDS];
            for (step, n) in counts.iter().enumerate() {
                let of: [f64; KINDS] = std::array::from_fn(|k| shares[k] * steps[k][step]);
                let all: f64 = of.iter().sum();
                for (found, of) in found.iter_mut().zip(of) {
                    *found += *n as f64 * of / all;
                }
            }
            let matches: f64 = found[..MATCHING].iter().sum();
            // A pair of pseudo-observations keeps an empty or one-sided round from running to 0 or 1.
            let prior = (matches + 0.5) / (total + 1.0);
            let next: [f64; KINDS] = std::array::from_fn(|k| {
                let (all, share) = if k < MATCHING {
                    (matches, prior)
                } else {
                    (total - matches, 1.0 - prior)
                };
                share * (found[k] + MODEL_PAIRS * usual[k]) / (all + MODEL_PAIRS)
            });
            let moved = shares.iter().zip(&next).map(|(a, b)| (a - b).abs());
            let done = moved.fold(0.0, f64::max) < 1e-9;
            shares = next;
            if done {
                break;
            }
        }
    }
    let prior: f64 = shares[..MATCHING].iter().sum();
    // What the two kinds of matches, and of others, come to together.
    let together = |kinds: std::ops::Range<usize>| -> [f64; STEPS] {
        let all: f64 = shares[kinds.clone()].iter().sum();
        std::array::from_fn(|step| {
            kinds
                .clone()
                .map(|k| shares[k] * steps[k][step])
                .sum::<f64>()
                / all
        })
    };
    let (m, u) = (together(0..MATCHING), together(MATCHING..KINDS));
    if prior > MOSTLY_MATCHES {
        return own_matches(m, u, counts, prior);
    }
    Adapted {
        prior,
        posterior: posteriors(prior, &m, &u),
    }
}

fn posteriors(prior: f64, m: &[f64; STEPS], u: &[f64; STEPS]) -> [f64; STEPS] {
    std::array::from_fn(|i| prior * m[i] / (prior * m[i] + (1.0 - prior) * u[i]))
}

/// Expectation maximisation on the prior and on m, step by step.
fn own_matches(
    usual: [f64; STEPS],
    u: [f64; STEPS],
    counts: &[u64; STEPS],
    mut prior: f64,
) -> Adapted {
    let total = counts.iter().sum::<u64>() as f64;
    let mut m = usual;
    for _ in 0..500 {
        let p = posteriors(prior, &m, &u);
        let found: [f64; STEPS] = std::array::from_fn(|i| counts[i] as f64 * p[i]);
        let expected: f64 = found.iter().sum();
        m = std::array::from_fn(|i| (MODEL_PAIRS * usual[i] + found[i]) / (MODEL_PAIRS + expected));
        let next = (expected + 0.5) / (total + 1.0);
        let done = (next - prior).abs() < 1e-9;
        prior = next;
        if done {
            break;
        }
    }
    Adapted {
        prior,
        posterior: posteriors(prior, &m, &u),
    }
}

/// Where the bands begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bands {
    /// Least step of *match*.
    pub matched: Step,
    /// Least step of *possible*; below is *no*.
    pub possible: Step,
}

/// Expected precision from which pairs are declared.
const PRECISION: f64 = 0.95;

/// The step from which pairs are matches: the one with the best expected F1 among those with an
/// expected precision of at least 0.95 (or, if none has it, the highest), without labels. What is
/// expected of precision is the posteriors' view moved by the mean difference that rounds with a
/// known truth showed, else a cautious model would give matches away.
pub fn bands(model: &Model, adapted: &Adapted, counts: &[u64; STEPS]) -> Bands {
    let weigh = |from: usize| -> (f64, f64) {
        (from..STEPS).fold((0.0, 0.0), |(n, tp), s| {
            let c = counts[s] as f64;
            (n + c, tp + c * adapted.posterior[s])
        })
    };
    let [(bias, _), _] = model.quality();
    let (_, matches) = weigh(0);
    let mut best = (f64::MIN, STEPS - 1);
    for from in 1..STEPS {
        let (n, tp) = weigh(from);
        let enough = n == 0.0 || moved(tp / n, n, bias) >= PRECISION;
        let f1 = 2.0 * tp / (n + matches).max(1e-9);
        if enough && f1 > best.0 {
            best = (f1, from);
        }
    }
    let possible = (1..STEPS)
        .find(|s| adapted.posterior[*s] >= 0.1)
        .unwrap_or(STEPS - 1);
    Bands {
        matched: best.1 as Step,
        possible: possible.min(best.1) as Step,
    }
}

/// Log-odds of a share, kept away from 0 and 1 by half an observation of `n`.
pub fn log_odds(share: f64, n: f64) -> f64 {
    let share = (share * n + 0.5) / (n + 1.0);
    (share / (1.0 - share)).ln()
}

/// A share whose log-odds are moved.
fn moved(share: f64, n: f64, by: f64) -> f64 {
    1.0 / (1.0 + (-(log_odds(share, n) + by)).exp())
}

/// Whether pairs in the surest step may be told: the expected precision there, as experience corrects it, is at least
/// `precision`, and would do for the counts uncorrected. The steps below are never told, however sure a round is of them: they have
/// pairs for which names alone speak.
pub fn tells_surest(model: &Model, adapted: &Adapted, precision: f64) -> bool {
    let [(bias, _), _] = model.quality();
    let share = adapted.posterior[STEPS - 1];
    // How sure a pair is does not hang on how many others there are: no half observation here.
    let corrected = share / (share + (1.0 - share) * (-bias).exp());
    share >= PRECISION && corrected >= precision
}

#[cfg(test)]
mod tests {
    use super::super::encoding::Slot;
    use super::*;

    #[test]
    fn what_is_released_is_surer_than_what_is_counted() {
        let sure = |of: f64| Adapted {
            prior: 0.2,
            posterior: [0.0, 0.0, 0.01, 0.1, 0.6, 0.96, 0.994, of],
        };
        let model = Model::empty();
        let tells = |of, p| tells_surest(&model, &sure(of), p);
        assert!(tells(0.991, 0.99) && !tells(0.989, 0.99));
        // Never what would not do for the counts.
        assert!(!tells(0.94, 0.9));
        // What rounds have shown moves the bar: the shipped model believes less than is true.
        let shipped = Model::shipped();
        assert!(shipped.quality()[0].0 > 0.0);
        assert!(tells_surest(shipped, &sure(0.989), 0.99));
    }

    #[test]
    fn the_surest_step_takes_more_than_a_name() {
        let model = Model::shipped();
        let mut pair = [0; INPUTS];
        for (level, (slot, len)) in pair.iter_mut().zip(SLOTS) {
            let other = matches!(
                slot,
                Slot::Year | Slot::Month | Slot::Day | Slot::MonthDay | Slot::State
            );
            let rest = matches!(slot, Slot::Municipality | Slot::Phone | Slot::Document);
            *level = if other || rest { 0 } else { len as u8 };
        }
        pair[SLOTS.len()] = 128;
        pair[SLOTS.len() + 1] = 28;
        let surest = (STEPS - 1) as Step;
        let high = model.lower_bound(surest);
        let with = |changes: &[(Slot, u8)]| {
            let mut pair = pair;
            for (slot, level) in changes {
                pair[*slot as usize] = *level;
            }
            model.step_of(&pair, high)
        };
        assert_eq!(with(&[]), surest - 1);
        for part in [(Slot::Year, 3), (Slot::Month, 1), (Slot::Day, 3)] {
            assert_eq!(with(&[part]), surest - 1, "{part:?}");
        }
        assert_eq!(with(&[(Slot::Year, 2), (Slot::Month, 1)]), surest - 1);
        assert_eq!(with(&[(Slot::Year, 3), (Slot::Month, 1)]), surest);
        assert_eq!(with(&[(Slot::Year, 3), (Slot::Day, 3)]), surest);
        for slot in [
            Slot::MonthDay,
            Slot::State,
            Slot::Municipality,
            Slot::Phone,
            Slot::Document,
        ] {
            assert_eq!(with(&[(slot, 1)]), surest, "{slot:?}");
        }
        // A weight that is lower stays what it is.
        assert_eq!(model.step_of(&pair, high - 1), surest - 1);
        assert_eq!(model.step_of(&pair, Weight::MIN / 2), 0);
    }

    #[test]
    fn the_shipped_model_is_read() {
        let model = Model::parse(SHIPPED).unwrap();
        assert!(!model.trees.is_empty());
        assert_eq!(model.fields.len(), SLOTS.len());
    }

    #[test]
    fn a_model_that_could_loop_is_refused() {
        for bad in [
            "tree\nsplit\t0\t1\t0\t1\nleaf\t1",
            "tree\nsplit\t0\t1\t1\t2\nleaf\t1",
            "tree",
            "leaf\t1",
            "split\t99\t1\t1\t2",
            "tree\nleaf\tx",
            "field\t99\t0\t1\t1",
            "what",
        ] {
            assert!(Model::parse(bad).is_err(), "{bad}");
        }
        let good = "base\t5\ntree\nsplit\t0\t1\t1\t2\nleaf\t-7\nleaf\t9";
        let model = Model::parse(good).unwrap();
        let mut pair = [0u8; INPUTS];
        assert_eq!(model.weight(&pair), -2);
        pair[0] = 2;
        assert_eq!(model.weight(&pair), 14);
    }

    #[test]
    fn the_prior_follows_the_round() {
        let model = Model::shipped();
        for (policy, prior) in [
            (Policy::Standard, 0.02),
            (Policy::Strict, 0.3),
            (Policy::Standard, 0.9),
        ] {
            let (steps, usual) = model.profiles(policy);
            let of = |kinds: std::ops::Range<usize>, i: usize| -> f64 {
                kinds.map(|k| usual[k] * steps[k][i]).sum()
            };
            let counts: [u64; STEPS] = std::array::from_fn(|i| {
                let (m, u) = (of(0..MATCHING, i), of(MATCHING..KINDS, i));
                (100_000.0 * (prior * m + (1.0 - prior) * u)) as u64
            });
            let found = adapt(model, policy, &counts).prior;
            assert!((found - prior).abs() < 0.02, "{prior} {found}");
        }
        assert!(adapt(model, Policy::Strict, &[0; STEPS]).prior > 0.0);
    }

    #[test]
    fn the_prior_follows_rounds_of_one_kind() {
        let model = Model::shipped();
        for policy in [Policy::Standard, Policy::Strict] {
            let (steps, _) = model.profiles(policy);
            for (matches, others) in [(0, 2), (0, 3), (1, 2), (1, 3)] {
                let share = |i: usize| 0.1 * steps[matches][i] + 0.9 * steps[others][i];
                let counts = std::array::from_fn(|i| (50_000.0 * share(i)) as u64);
                let found = adapt(model, policy, &counts).prior;
                assert!(
                    (found - 0.1).abs() < 0.02,
                    "{policy:?} {matches} {others}: {found}"
                );
            }
        }
    }

    #[test]
    fn profiles_are_read_in_their_order() {
        let row =
            |share: u32, first: u32| format!("profile\t{share}\t{first}\t0\t0\t0\t0\t0\t0\t5\n");
        let text: String = (0..8).map(|i| row(100 + i, 10 * i)).collect();
        let model = Model::parse(&text).unwrap();
        assert_eq!(model.profiles[0].shares, [100, 101, 102, 103]);
        assert_eq!(model.profiles[1].steps[3], [70, 0, 0, 0, 0, 0, 0, 5]);
        let short = "profile\t1\t2\t3";
        assert_eq!(Model::parse(short), Err(ModelError(1)));
        assert!(
            Model::parse(&(text.clone() + &row(1, 1))).is_err(),
            "nine rows"
        );
    }
}
