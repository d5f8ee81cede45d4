//! How well somebody tells two kinds of what was seen apart.

use std::collections::BTreeMap;

/// What was seen in one trial, as numbers.
pub type Seen = Vec<f64>;

/// Logistic regression and a table of how often each value occurs, trained on half of what was seen and tried
/// on the other: the better of the two advantages, `P(says member | member) − P(says member | not)`.
pub fn advantage(members: &[Seen], others: &[Seen]) -> f64 {
    let width = members[0].len();
    let half = members.len() / 2;
    let train: Vec<(&Seen, f64)> = members[..half]
        .iter()
        .map(|s| (s, 1.0))
        .chain(others[..half].iter().map(|s| (s, 0.0)))
        .collect();
    let scale: Vec<(f64, f64)> = (0..width)
        .map(|i| {
            let n = train.len() as f64;
            let mean = train.iter().map(|(s, _)| s[i]).sum::<f64>() / n;
            let spread = train
                .iter()
                .map(|(s, _)| (s[i] - mean).powi(2))
                .sum::<f64>()
                / n;
            (mean, spread.sqrt().max(1e-9))
        })
        .collect();
    let scaled = |s: &Seen| -> Vec<f64> {
        let all = s.iter().zip(&scale);
        all.map(|(x, (mean, spread))| (x - mean) / spread).collect()
    };
    let mut weights = vec![0.0; width];
    let rows: Vec<(Vec<f64>, f64)> = train.iter().map(|(s, y)| (scaled(s), *y)).collect();
    for _ in 0..60 {
        let mut step = vec![0.0; width];
        for (x, y) in &rows {
            let z: f64 = x.iter().zip(&weights).map(|(x, w)| x * w).sum();
            let error = y - 1.0 / (1.0 + (-z).exp());
            step.iter_mut().zip(x).for_each(|(s, x)| *s += error * x);
        }
        let rate = 1.0 / rows.len() as f64;
        weights
            .iter_mut()
            .zip(&step)
            .for_each(|(w, s)| *w += rate * s);
    }
    let linear = |s: &Seen| {
        scaled(s)
            .iter()
            .zip(&weights)
            .map(|(x, w)| x * w)
            .sum::<f64>()
            > 0.0
    };
    // Naive Bayes over single values, for what no line separates.
    let mut counts: BTreeMap<(usize, i64), [f64; 2]> = BTreeMap::new();
    for (s, y) in &train {
        for (i, x) in s.iter().enumerate() {
            counts.entry((i, *x as i64)).or_insert([1.0; 2])[usize::from(*y > 0.5)] += 1.0;
        }
    }
    let table = |s: &Seen| {
        let all = s.iter().enumerate();
        all.filter_map(|(i, x)| counts.get(&(i, *x as i64)))
            .map(|[other, member]| (member / other).ln())
            .sum::<f64>()
            > 0.0
    };
    let share = |of: &[Seen], says: &dyn Fn(&Seen) -> bool| {
        of.iter().filter(|s| says(s)).count() as f64 / of.len() as f64
    };
    let judge =
        |says: &dyn Fn(&Seen) -> bool| share(&members[half..], says) - share(&others[half..], says);
    judge(&linear).max(judge(&table))
}

/// Three standard errors of a difference of two shares out of `n`.
pub fn chance(n: usize) -> f64 {
    3.0 * (0.5 / n as f64).sqrt()
}
