//! How many persons are on how many lists, and how many may be on none (manual: *counts*, "Overlap").
//!
//! Never by which lists: only by their number, and for groups of at least three that the note names.

use super::noise::Laplace;
use super::published::{
    Cell, Estimate, GroupOverlap, HiddenEstimate, HiddenModel, Lists, OnSeveral, Overlap,
};
use super::release::NORMAL;
use crate::crypto::CryptoError;

/// What is counted of the persons who are on more than one list. Who is on one list follows from how many
/// persons the lists have together; so dummies, who are on no second list, are never counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Several {
    /// Persons on two lists.
    pub two: u64,
    /// Persons on three or more.
    pub three: u64,
    /// On how many lists beyond the third these are, summed up.
    pub beyond: u64,
    /// For each group of the note the persons on two, and on three or more of its lists.
    pub groups: Vec<[u64; 2]>,
    /// Persons on lists of two or more groups.
    pub between: u64,
    /// Pairs that may be one person and were not declared.
    pub possible: u64,
}

/// By how much one list more or less for one person changes all numbers of persons in [`Several`], summed up: two
/// of [`Several::two`], [`Several::three`] and [`Several::beyond`], and with groups either two of the list's own
/// group, or one that it is the second group.
pub fn sensitivity(groups: usize) -> u32 {
    if groups == 0 { 2 } else { 4 }
}

/// Adds noise to a number and keeps it a number.
fn noisy(n: u64, noise: i64) -> u64 {
    n.saturating_add_signed(noise)
}

impl Several {
    /// Counts groups of rows that are one person: for each of them the groups of the note in which its
    /// rows are, `None` for a row that is in none.
    pub fn count<'c>(
        clusters: impl IntoIterator<Item = &'c [Option<usize>]>,
        groups: usize,
        possible: u64,
    ) -> Self {
        let mut several = Self {
            groups: vec![[0; 2]; groups],
            possible,
            ..Self::default()
        };
        for cluster in clusters {
            match cluster.len() {
                0 | 1 => continue,
                2 => several.two += 1,
                n => {
                    several.three += 1;
                    several.beyond += n as u64 - 3;
                }
            }
            let mut touched = 0;
            for (g, [two, three]) in several.groups.iter_mut().enumerate() {
                let of = cluster.iter().filter(|c| **c == Some(g)).count();
                *two += u64::from(of == 2);
                *three += u64::from(of > 2);
                touched += u64::from(of > 0);
            }
            several.between += u64::from(touched > 1);
        }
        several
    }

    /// The same with noise.
    ///
    /// # Errors
    /// [`CryptoError::Random`].
    pub fn with_noise(&self, noise: &Laplace, on_pairs: &Laplace) -> Result<Self, CryptoError> {
        let draws = noise.draws(4 + 2 * self.groups.len())?;
        let (four, groups) = draws.split_at(4);
        let [a, b, c, d] = <[i64; 4]>::try_from(four).map_err(|_| CryptoError::Random)?;
        let pairs = on_pairs.draws(1)?;
        Ok(Self {
            two: noisy(self.two, a),
            three: noisy(self.three, b),
            beyond: noisy(self.beyond, c),
            groups: self
                .groups
                .iter()
                .zip(groups.as_chunks().0)
                .map(|([two, three], [a, b])| [noisy(*two, *a), noisy(*three, *b)])
                .collect(),
            between: noisy(self.between, d),
            possible: noisy(self.possible, pairs.first().copied().unwrap_or_default()),
        })
    }

    /// How many rows are merged away.
    pub fn merged(&self) -> u64 {
        self.two + 2 * self.three + self.beyond
    }

    /// Pairs of rows within persons, if nobody beyond the third list has others beside.
    pub fn pairs(&self) -> u64 {
        self.two + 3 * self.three + 3 * self.beyond
    }
}

/// What the estimates are made of.
#[derive(Debug, Clone, Copy)]
struct Seen {
    lists: f64,
    /// Persons of all lists, summed up.
    local: f64,
    two: f64,
    three: f64,
    beyond: f64,
}

impl Seen {
    fn one(&self) -> f64 {
        (self.local - 2.0 * self.two - 3.0 * self.three - self.beyond).max(0.0)
    }

    fn persons(&self) -> f64 {
        self.one() + self.two + self.three
    }

    fn cells(&self) -> [f64; 3] {
        [self.one(), self.two, self.three]
    }
}

/// Persons on no list, from those on one, on two, on three or more of `lists`.
fn unseen(model: HiddenModel, lists: f64, [one, two, three]: [f64; 3]) -> Option<f64> {
    if one < 1.0 || two < 1.0 {
        return None;
    }
    match model {
        HiddenModel::Chao => Some(one * (one - 1.0) / (2.0 * (two + 1.0))),
        HiddenModel::Independent => independent(lists, [one, two, three]),
        HiddenModel::Symmetric => (three >= 1.0).then(|| symmetric(lists, [one, two, three]))?,
    }
}

/// log C(n, k).
fn log_choose(n: f64, k: u32) -> f64 {
    (0..k)
        .map(|i| ((n - f64::from(i)) / f64::from(i + 1)).ln())
        .sum()
}

/// Sum over three and more lists of exp(log C(lists, j) + `term`(j)).
fn tail(lists: f64, term: impl Fn(f64) -> f64) -> f64 {
    let mut sum = 0.0;
    let mut choose = log_choose(lists, 2);
    let mut j = 3.0;
    while j <= lists {
        choose += ((lists - j + 1.0) / j).ln();
        let next = (choose + term(j)).exp();
        sum += next;
        if next < sum * 1e-15 {
            break;
        }
        j += 1.0;
    }
    sum
}

/// Poisson log-linear model log E f(j) = log C(t, j) + a + b·j, by maximal likelihood.
fn independent(lists: f64, [one, two, three]: [f64; 3]) -> Option<f64> {
    let n = one + two + three;
    let log_likelihood = |b: f64| {
        let first = lists.ln() + b;
        let second = log_choose(lists, 2) + 2.0 * b;
        let rest = tail(lists, |j| b * j);
        let all = (first.exp() + second.exp() + rest).ln();
        let third = if three > 0.0 {
            three * rest.max(1e-300).ln()
        } else {
            0.0
        };
        one * first + two * second + third - n * all
    };
    // One maximum: the family is exponential.
    let (mut low, mut high) = (-20.0f64, 3.0f64);
    for _ in 0..200 {
        let (a, b) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
        if log_likelihood(a) < log_likelihood(b) {
            low = a;
        } else {
            high = b;
        }
    }
    let b = (low + high) / 2.0;
    let some =
        (lists.ln() + b).exp() + (log_choose(lists, 2) + 2.0 * b).exp() + tail(lists, |j| b * j);
    Some(n / some).filter(|x| x.is_finite())
}

/// The same with c·j(j − 1)/2: every two lists have the same interaction. With three numbers it fits exactly.
fn symmetric(lists: f64, [one, two, three]: [f64; 3]) -> Option<f64> {
    let q = 2.0 * two / ((lists - 1.0) * one);
    let third = |log_s: f64| {
        let of = |j: f64| (j - 1.0) * q.ln() + (j - 1.0) * (j - 2.0) / 2.0 * log_s;
        tail(lists, of) / lists
    };
    let wanted = three / one;
    let (mut low, mut high) = (-10.0f64, 10.0f64);
    if third(low) > wanted || third(high) < wanted {
        return None;
    }
    for _ in 0..200 {
        let middle = (low + high) / 2.0;
        if third(middle) < wanted {
            low = middle;
        } else {
            high = middle;
        }
    }
    let s = low.exp();
    Some(one * s / (lists * q)).filter(|x| x.is_finite())
}

/// The estimate with an interval: chance of a Poisson process, noise and matching, each by how the estimate
/// changes with what it is made of; logarithmic, so that it does not go below what was seen.
fn estimate(
    model: HiddenModel,
    seen: &Seen,
    variance: f64,
    ends: [f64; 2],
) -> Option<HiddenEstimate> {
    let at = |s: &Seen| unseen(model, s.lists, s.cells());
    let hidden = at(seen)?;
    let cells = seen.cells();
    let mut spread = 0.0;
    for (i, n) in cells.iter().enumerate() {
        let mut more = cells;
        let h = (n * 1e-3).max(1e-3);
        *more.get_mut(i)? += h;
        let slope = (unseen(model, seen.lists, more)? - hidden) / h;
        spread += slope * slope * n.max(1.0);
    }
    let change: [fn(&mut Seen); 3] = [|s| s.two += 0.5, |s| s.three += 0.5, |s| s.beyond += 0.5];
    for change in change {
        let mut more = *seen;
        change(&mut more);
        let slope = (at(&more)? - hidden) / 0.5;
        spread += slope * slope * variance;
    }
    let [mut low, mut high] = [0.0f64; 2];
    for end in ends {
        let moved = Seen {
            two: seen.two * end,
            three: seen.three * end,
            beyond: seen.beyond * end,
            ..*seen
        };
        let all = at(&moved)? + moved.persons() - hidden - seen.persons();
        low = low.max(-all);
        high = high.max(all);
    }
    let down = (spread + low * low) / (hidden * hidden).max(1.0);
    let above = (spread + high * high) / (hidden * hidden).max(1.0);
    let factor = |v: f64| (NORMAL * (1.0 + v).ln().sqrt()).exp();
    let persons = seen.persons();
    let most = (1u64 << 40) as f64;
    let whole = |x: f64| x.round().clamp(0.0, most) as u64;
    Some(HiddenEstimate {
        model,
        all: Estimate {
            value: whole(persons + hidden),
            low: whole(persons + hidden / factor(down)),
            high: whole(persons + hidden * factor(above)),
        },
    })
}

/// What is published of numbers that have their noise. `local` is the number of persons of all lists, summed
/// up; `groups` are the names of the note's groups with their numbers of lists.
pub fn publish(
    several: &Several,
    lists: u16,
    local: u64,
    groups: &[(&str, u16)],
    noise: &Laplace,
    (min_cell, precision, recall): (u16, [u16; 3], [u16; 3]),
) -> Overlap {
    let variance = noise.variance();
    let seen = Seen {
        lists: f64::from(lists),
        local: local as f64,
        two: several.two as f64,
        three: several.three as f64,
        beyond: several.beyond as f64,
    };
    let share = |n: u16| (f64::from(n) / 1000.0).clamp(0.05, 1.0);
    // Of persons found on several lists, a share is not one person; of those who are, a share was not found.
    let ends = [
        share(precision[0]) / share(recall[2]),
        share(precision[2]) / share(recall[0]),
    ];
    let around = |n: f64, parts: f64, low: f64, high: f64| {
        let by = NORMAL * (variance * parts).sqrt();
        let (down, up) = ((n - low).max(0.0), (high - n).max(0.0));
        Estimate {
            value: n.round() as u64,
            low: (n - by.hypot(down)).max(0.0).floor() as u64,
            high: (n + by.hypot(up)).max(0.0).ceil() as u64,
        }
    };
    let of = |n: f64, parts: f64| around(n, parts, n * ends[0].min(1.0), n * ends[1].max(1.0));
    let least = f64::from(min_cell).max(NORMAL * variance.sqrt());
    let once = |end: f64| local as f64 - (local as f64 - seen.one()) * end;
    let one = around(seen.one(), 14.0, once(ends[1]), once(ends[0]));
    let by_lists = match (seen.two + seen.three >= least, seen.three >= least) {
        (true, true) if seen.two >= least => {
            Lists::Three([one, of(seen.two, 1.0), of(seen.three, 1.0)])
        }
        (true, _) => Lists::Two([one, of(seen.two + seen.three, 2.0)]),
        _ => Lists::Suppressed,
    };
    let apart = |[two, three]: &[u64; 2]| match [*two as f64, *three as f64] {
        [two, three] if two >= least && three >= least => {
            OnSeveral::Apart([of(two, 1.0), of(three, 1.0)])
        }
        [two, three] if two + three >= least => OnSeveral::Together(of(two + three, 2.0)),
        _ => OnSeveral::Suppressed,
    };
    let between = several.between as f64;
    let hidden = match by_lists {
        Lists::Three(_) => &HiddenModel::ALL[..],
        Lists::Two(_) if seen.two >= least => &HiddenModel::ALL[..2],
        _ => &[],
    };
    Overlap {
        lists,
        by_lists,
        groups: groups
            .iter()
            .zip(&several.groups)
            .map(|((name, sites), n)| GroupOverlap {
                name: (*name).to_owned(),
                sites: *sites,
                several: apart(n),
            })
            .collect(),
        between: (groups.len() > 1).then(|| match between >= least {
            true => Cell::Count(of(between, 1.0)),
            false => Cell::Suppressed,
        }),
        hidden: hidden
            .iter()
            .filter_map(|model| estimate(*model, &seen, variance, ends))
            .collect(),
        noise_milli: Laplace::deviation_milli(variance),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_are_counted_by_size_and_group() {
        let clusters: [&[Option<usize>]; 5] = [
            &[Some(0), Some(0)],
            &[Some(0), Some(1)],
            &[None, Some(1), Some(1)],
            &[Some(0), Some(0), Some(0), Some(1), None],
            &[Some(0)],
        ];
        let several = Several::count(clusters, 2, 7);
        assert_eq!((several.two, several.three, several.beyond), (2, 2, 2));
        assert_eq!(several.groups, [[1, 1], [1, 0]]);
        assert_eq!(several.between, 2);
        assert_eq!(several.merged(), 1 + 1 + 2 + 4);
        assert_eq!(several.possible, 7);
    }

    /// Every way in which a person can be on one list more: no more numbers change than the noise is made for.
    #[test]
    fn one_list_more_changes_no_more_than_the_noise_hides() {
        let total = |s: &Several| {
            let mut all = vec![s.two, s.three, s.beyond, s.between];
            all.extend(s.groups.iter().flatten());
            all
        };
        for groups in [0usize, 1, 2, 3] {
            let mut most = 0;
            let choices: Vec<Option<usize>> =
                std::iter::once(None).chain((0..groups).map(Some)).collect();
            // All multisets of up to five lists.
            let mut clusters: Vec<Vec<Option<usize>>> = vec![Vec::new()];
            for _ in 0..5 {
                let longer = clusters.iter().flat_map(|c| {
                    choices.iter().map(|g| {
                        let mut more = c.clone();
                        more.push(*g);
                        more
                    })
                });
                let longer: Vec<_> = longer.collect();
                for more in &longer {
                    let count = |c: &[Option<usize>]| total(&Several::count([c], groups, 0));
                    let (before, after) = (count(&more[..more.len() - 1]), count(more));
                    let moved = before
                        .iter()
                        .zip(&after)
                        .map(|(a, b)| a.abs_diff(*b))
                        .sum::<u64>();
                    most = most.max(moved);
                }
                clusters = longer;
            }
            assert_eq!(most, u64::from(sensitivity(groups)), "{groups}");
        }
    }

    #[test]
    fn chao_is_the_published_formula() {
        // f1 = 100, f2 = 49: 100·99 / (2·50) = 99.
        assert_eq!(
            unseen(HiddenModel::Chao, 5.0, [100.0, 49.0, 3.0]),
            Some(99.0)
        );
        assert_eq!(unseen(HiddenModel::Chao, 5.0, [100.0, 0.0, 3.0]), None);
    }

    /// Lists that are independent and equally likely: 10,000 persons, each on each of six lists with
    /// probability 0.1. Both log-linear models find them; Chao's bound is below.
    #[test]
    fn models_find_what_made_the_numbers() {
        let choose = [1.0, 6.0, 15.0, 20.0, 15.0, 6.0, 1.0];
        let p = |j: usize| 10_000.0 * choose[j] * 0.1f64.powi(j as i32) * 0.9f64.powi(6 - j as i32);
        let cells = [p(1), p(2), p(3) + p(4) + p(5) + p(6)];
        let none = p(0);
        for model in [HiddenModel::Independent, HiddenModel::Symmetric] {
            let found = unseen(model, 6.0, cells).unwrap();
            assert!(
                (found / none - 1.0).abs() < 0.01,
                "{model:?} {found} {none}"
            );
        }
        let chao = unseen(HiddenModel::Chao, 6.0, cells).unwrap();
        assert!(chao < none * 1.25 && chao > none * 0.8, "{chao}");
        // Persons who are on many lists or on none: independence finds too few, interaction finds more.
        let mixed = [cells[0], cells[1] * 1.5, cells[2] * 4.0];
        let independent = unseen(HiddenModel::Independent, 6.0, mixed).unwrap();
        let symmetric = unseen(HiddenModel::Symmetric, 6.0, mixed).unwrap();
        assert!(symmetric > independent);
        // 500 lists do no harm.
        assert!(unseen(HiddenModel::Symmetric, 500.0, cells).is_some());
        assert!(unseen(HiddenModel::Independent, 2000.0, cells).is_some());
    }

    fn several(two: u64, three: u64) -> Several {
        Several {
            two,
            three,
            groups: vec![[25, 15], [3, 0]],
            between: 12,
            ..Several::default()
        }
    }

    #[test]
    fn small_numbers_are_joined_or_left_out() {
        let noise = Laplace::hiding(sensitivity(0), 1_000_000);
        let of = |two, three| {
            let rest = (10, [950, 970, 990], [850, 880, 910]);
            publish(
                &several(two, three),
                6,
                1000,
                &[("Norte", 3), ("Sur", 3)],
                &noise,
                rest,
            )
        };
        let Lists::Three(numbers) = of(100, 20).by_lists else {
            panic!()
        };
        assert_eq!(numbers.map(|n| n.value), [740, 100, 20]);
        assert!(
            numbers
                .iter()
                .all(|n| n.low <= n.value && n.value <= n.high)
        );
        let Lists::Two(numbers) = of(100, 9).by_lists else {
            panic!()
        };
        assert_eq!(numbers.map(|n| n.value), [773, 109]);
        let few = of(5, 4);
        assert_eq!((few.by_lists, few.hidden.len()), (Lists::Suppressed, 0));
        let groups = of(100, 20).groups;
        let OnSeveral::Apart(numbers) = groups[0].several else {
            panic!()
        };
        assert_eq!(numbers.map(|n| n.value), [25, 15]);
        assert_eq!(groups[1].several, OnSeveral::Suppressed);
        assert_eq!(of(100, 20).between.unwrap().estimate().unwrap().value, 12);
        for hidden in of(100, 20).hidden {
            assert!(
                hidden.all.low >= 860
                    && hidden.all.low < hidden.all.value
                    && hidden.all.value < hidden.all.high
            );
        }
    }

    #[test]
    fn noise_widens_what_is_said() {
        let widths = [1_000_000, 1000, 200].map(|epsilon| {
            let noise = Laplace::hiding(sensitivity(0), epsilon);
            let rest = (10, [1000; 3], [1000; 3]);
            let overlap = publish(&several(300, 80), 6, 3000, &[], &noise, rest);
            let Lists::Three([_, two, _]) = overlap.by_lists else {
                panic!()
            };
            (
                two.high - two.low,
                overlap.hidden[0].all.high - overlap.hidden[0].all.low,
            )
        });
        assert!(widths.is_sorted(), "{widths:?}");
        assert_eq!(widths[0].0, 0);
    }
}
