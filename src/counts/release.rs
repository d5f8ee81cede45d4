//! From noisy sums to tables that fit together (manual: *counts*, "Release").
//!
//! Everything here works on numbers that already have their noise, so nothing of it can undo what the
//! noise hides.

use super::attribute::{Attribute, TableId};
use super::noise::Laplace;
use super::person::{Block, PATTERNS};
use super::published::{Cell, Estimate, Table};
use super::suppress::{self, Stage};

/// 97.5 % of a normal distribution are below this many standard deviations.
pub(crate) const NORMAL: f64 = 1.959_964;

/// How much of the sensitivity one person has: two cells of each block, if another of its records is the
/// one that is counted.
pub const SENSITIVITY: u32 = 2 * super::person::BLOCKS;

/// Numbers that fit together: no number is negative, every block adds up to all persons, and blocks agree
/// in what they share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fitted {
    /// All persons.
    pub persons: u64,
    /// Sex by age.
    pub sex_age: Vec<u64>,
    /// Sex by form of exploitation.
    pub sex_exploitation: Vec<u64>,
    /// Nationality.
    pub nationality: Vec<u64>,
    /// Patterns of service.
    pub services: Vec<u64>,
}

/// Whole numbers, none negative, that add up to `total` and are near to `values`: the projection on the
/// simplex, rounded so that the sum stays.
fn project(values: &[f64], total: u64) -> Vec<u64> {
    let total_f = total as f64;
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let (mut sum, mut shift) = (0.0, 0.0);
    for (i, v) in sorted.iter().enumerate() {
        sum += v;
        let next = (sum - total_f) / (i + 1) as f64;
        if v - next > 0.0 {
            shift = next;
        }
    }
    let exact: Vec<f64> = values.iter().map(|v| (v - shift).max(0.0)).collect();
    let mut whole: Vec<u64> = exact.iter().map(|v| v.floor() as u64).collect();
    let mut order: Vec<usize> = (0..values.len()).collect();
    let fraction = |i: usize| exact.get(i).map_or(0.0, |v| v.fract());
    order.sort_by(|a, b| fraction(*b).total_cmp(&fraction(*a)).then(a.cmp(b)));
    let given: u64 = whole.iter().sum();
    let missing = usize::try_from(total.saturating_sub(given)).unwrap_or(usize::MAX);
    for i in order.iter().cycle().take(missing.min(values.len())) {
        if let Some(n) = whole.get_mut(*i) {
            *n += 1;
        }
    }
    // Rounding of the shift can leave one too many.
    let mut over = whole.iter().sum::<u64>().saturating_sub(total);
    for n in whole.iter_mut().filter(|n| **n > 0) {
        if over > 0 {
            *n -= 1;
            over -= 1;
        }
    }
    whole
}

/// Fits the sums of so many contributions. The noise has the same variance in every element.
pub(crate) fn fit(sums: &[i64], rows: u64) -> Fitted {
    let block = |b: Block| -> Vec<f64> {
        let at = sums.iter().skip(b.start()).take(b.cells());
        at.map(|n| *n as f64).collect()
    };
    let blocks = Block::ALL.map(block);
    // Each block says how many persons there are, and the dummies say it best; each counts as much as it is
    // sure, which is one part in the number of its cells.
    let dummies = sums.first().copied().unwrap_or_default() as f64;
    let (mut sum, mut weight) = (rows as f64 - dummies, 1.0);
    for b in &blocks {
        let w = 1.0 / b.len() as f64;
        sum += w * b.iter().sum::<f64>();
        weight += w;
    }
    let persons = (sum / weight).round().clamp(0.0, rows as f64) as u64;
    let [sex_age, sex_exploitation, nationality, services] = blocks;
    let (ages, forms) = (Attribute::Age.len(), Attribute::Exploitation.len());
    let sexes: Vec<f64> = sex_age
        .chunks(ages)
        .zip(sex_exploitation.chunks(forms))
        .map(|(a, b)| {
            let (a, b): (f64, f64) = (a.iter().sum(), b.iter().sum());
            (a * forms as f64 + b * ages as f64) / (ages + forms) as f64
        })
        .collect();
    let sexes = project(&sexes, persons);
    let rows_of = |values: &[f64], n: usize| -> Vec<u64> {
        let rows = values.chunks(n).zip(&sexes);
        rows.flat_map(|(row, total)| project(row, *total)).collect()
    };
    Fitted {
        persons,
        sex_age: rows_of(&sex_age, ages),
        sex_exploitation: rows_of(&sex_exploitation, forms),
        nationality: project(&nationality, persons),
        services: project(&services, persons),
    }
}

fn sums_of_rows(cells: &[u64], columns: usize) -> Vec<u64> {
    cells.chunks(columns).map(|row| row.iter().sum()).collect()
}

fn sums_of_columns(cells: &[u64], columns: usize) -> Vec<u64> {
    let mut sums = vec![0; columns];
    for row in cells.chunks(columns) {
        for (sum, n) in sums.iter_mut().zip(row) {
            *sum += n;
        }
    }
    sums
}

impl Fitted {
    /// The cells of a table.
    pub fn cells(&self, table: TableId) -> Vec<u64> {
        let (ages, forms) = (Attribute::Age.len(), Attribute::Exploitation.len());
        let patterns = |holds: &dyn Fn(usize) -> bool| -> u64 {
            let fitting = self.services.iter().enumerate().filter(|(p, _)| holds(*p));
            fitting.map(|(_, n)| n).sum()
        };
        match table {
            TableId::Sex => sums_of_rows(&self.sex_age, ages),
            TableId::Age => sums_of_columns(&self.sex_age, ages),
            TableId::SexAge => self.sex_age.clone(),
            TableId::Exploitation => sums_of_columns(&self.sex_exploitation, forms),
            TableId::SexExploitation => self.sex_exploitation.clone(),
            TableId::Nationality => self.nationality.clone(),
            TableId::Service => (0..Attribute::Service.len())
                .map(|kind| patterns(&|p| p >> kind & 1 == 1))
                .collect(),
            TableId::Kinds => (0..Attribute::Kinds.len())
                .map(|n| patterns(&|p| p.count_ones() as usize == n))
                .collect(),
        }
    }

    /// How many elements with noise a cell of a table is the sum of.
    fn parts(table: TableId, cell: usize) -> f64 {
        let (ages, forms) = (
            Attribute::Age.len() as f64,
            Attribute::Exploitation.len() as f64,
        );
        let choose = [1.0, 4.0, 6.0, 4.0, 1.0];
        match table {
            // Both crossings say it; together they are surer than either.
            TableId::Sex => ages * forms / (ages + forms),
            TableId::Age | TableId::Exploitation => Attribute::Sex.len() as f64,
            TableId::SexAge | TableId::SexExploitation | TableId::Nationality => 1.0,
            TableId::Service => PATTERNS as f64 / 2.0,
            TableId::Kinds => choose.get(cell).copied().unwrap_or(1.0),
        }
    }
}

/// What is not sure about who is one person: factors on a number of persons, at the ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Low end.
    pub low: f64,
    /// High end.
    pub high: f64,
}

impl Spread {
    /// From persons before matching, after it, and the intervals of precision and recall in thousandths:
    /// of what was merged, a share was two persons, and a share of what is one person was not merged.
    pub fn of(local: u64, persons: u64, precision: [u16; 3], recall: [u16; 3]) -> Self {
        let merged = local.saturating_sub(persons) as f64;
        let share = |n: u16| (f64::from(n) / 1000.0).clamp(0.05, 1.0);
        let at = |p: u16, r: u16| {
            let true_merged = merged * share(p) / share(r);
            ((local as f64 - true_merged) / (persons.max(1) as f64)).max(0.0)
        };
        let [p_low, _, p_high] = precision;
        let [r_low, _, r_high] = recall;
        Self {
            low: at(p_high, r_low).min(1.0),
            high: at(p_low, r_high).max(1.0),
        }
    }

    /// An interval around a number that also has noise of this variance.
    pub(crate) fn around(&self, value: u64, variance: f64) -> Estimate {
        let noise = NORMAL * variance.sqrt();
        let v = value as f64;
        let (down, up) = (v * (1.0 - self.low), v * (self.high - 1.0));
        // Two causes that do not depend on each other.
        let low = v - (noise * noise + down * down).sqrt();
        let high = v + (noise * noise + up * up).sqrt();
        Estimate {
            value,
            low: low.max(0.0).floor() as u64,
            high: high.ceil() as u64,
        }
    }
}

/// The tables of a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    /// All persons.
    pub persons: Estimate,
    /// The tables; none if there are too few persons.
    pub tables: Vec<Table>,
}

/// Makes the tables of the sums of `rows` contributions, which have noise of `noise` from each of two
/// aggregators. What is below `min_cell`, or could be noise alone, is left out, and what would give it away.
pub fn release(
    sums: &[i64],
    rows: u64,
    noise: &Laplace,
    min_cell: u16,
    spread: Spread,
) -> Released {
    let fitted = fit(sums, rows);
    let variance = 2.0 * noise.variance();
    let persons = spread.around(fitted.persons, variance);
    let least = |id: TableId, cell: usize| {
        let noise = NORMAL * (variance * Fitted::parts(id, cell)).sqrt();
        u64::from(min_cell).max(noise.ceil() as u64)
    };
    let stages = TableId::ALL.map(|id| Stage {
        id,
        cells: fitted.cells(id),
        least: (0..id.cells()).map(|cell| least(id, cell)).collect(),
    });
    let hidden = suppress::hide(&stages, fitted.persons, u64::from(min_cell));
    let Some(hidden) = hidden else {
        return Released {
            persons,
            tables: Vec::new(),
        };
    };
    let tables = TableId::ALL
        .into_iter()
        .zip(hidden)
        .map(|(id, hidden)| {
            let cells = fitted.cells(id).into_iter().zip(hidden).enumerate();
            let parts = (0..id.cells()).map(|i| Fitted::parts(id, i));
            Table {
                id,
                cells: cells
                    .map(|(i, (value, hidden))| match hidden {
                        true => Cell::Suppressed,
                        false => Cell::Count(spread.around(value, variance * Fitted::parts(id, i))),
                    })
                    .collect(),
                noise_milli: Laplace::deviation_milli(variance * parts.fold(0.0, f64::max)),
            }
        })
        .collect();
    Released { persons, tables }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(of: impl Fn(usize) -> i64) -> Vec<i64> {
        (0..super::super::person::shape().elements())
            .map(of)
            .collect()
    }

    #[test]
    fn projections_keep_the_sum_and_no_sign() {
        for (values, total) in [
            (vec![3.0, -2.0, 5.0], 6),
            (vec![-1.0, -1.0], 0),
            (vec![0.3, 0.3, 0.4], 1),
            (vec![100.0, 0.0], 7),
            (vec![1.5; 9], 14),
            (vec![-5.0, -7.0, -9.0], 4),
        ] {
            let fitted = project(&values, total);
            assert_eq!(fitted.iter().sum::<u64>(), total, "{values:?}");
        }
        assert_eq!(project(&[10.0, 20.0, 0.0], 30), [10, 20, 0]);
        assert_eq!(project(&[10.0, 21.0, -1.0], 30), [10, 20, 0]);
    }

    #[test]
    fn exact_sums_come_back_as_they_are() {
        // 50 persons, all in the first cell of each block, and 14 dummies.
        let starts = Block::ALL.map(Block::start);
        let exact = sums(|i| match i {
            0 => 14,
            i if starts.contains(&i) => 50,
            _ => 0,
        });
        let fitted = fit(&exact, 64);
        assert_eq!(fitted.persons, 50);
        assert_eq!(fitted.cells(TableId::Sex), [50, 0, 0, 0]);
        assert_eq!(fitted.cells(TableId::Age)[0], 50);
        assert_eq!(fitted.cells(TableId::Kinds), [50, 0, 0, 0, 0]);
    }

    #[test]
    fn noisy_sums_fit_together() {
        let noise = Laplace::hiding(SENSITIVITY, 1000);
        for _ in 0..20 {
            let drawn = noise.draws(100).unwrap();
            let noisy = sums(|i| if i == 0 { 100 } else { 12 } + drawn[i]);
            let fitted = fit(&noisy, 500);
            for id in TableId::ALL.into_iter().filter(|t| t.adds_up()) {
                assert_eq!(
                    fitted.cells(id).iter().sum::<u64>(),
                    fitted.persons,
                    "{id:?}"
                );
            }
            let rows = sums_of_rows(&fitted.sex_exploitation, Attribute::Exploitation.len());
            assert_eq!(fitted.cells(TableId::Sex), rows);
            let kinds = fitted.cells(TableId::Kinds);
            let weighted: u64 = kinds.iter().zip(0..).map(|(n, k)| n * k).sum();
            assert_eq!(weighted, fitted.cells(TableId::Service).iter().sum::<u64>());
        }
    }

    #[test]
    fn intervals_hold_noise_and_matching() {
        let sure = Spread::of(100, 90, [1000; 3], [1000; 3]);
        assert_eq!(
            sure.around(50, 0.0),
            Estimate {
                value: 50,
                low: 50,
                high: 50
            }
        );
        assert_eq!(
            sure.around(50, 25.0),
            Estimate {
                value: 50,
                low: 40,
                high: 60
            }
        );
        // Of 200 merged, 5 to 10 % were two persons, and 10 to 20 % of all were not found.
        let spread = Spread::of(1200, 1000, [900, 950, 1000], [800, 850, 900]);
        assert!((spread.low - 0.95).abs() < 1e-9 && (spread.high - 1.0).abs() < 1e-9);
        let around = spread.around(1000, 0.0);
        assert_eq!((around.low, around.high), (950, 1000));
    }
}
