//! Files that look as if somebody was searched for in them, by what the coordinator sees anyway
//! (manual: *matching*, "Probing").
//!
//! A *sweep* is a person put in many times with other dates or spellings: several rows of one file meet one row of
//! another. A *medley* is a row put together out of the tokens of several persons: it meets rows of
//! others that do not meet each other.

use std::collections::{BTreeMap, BTreeSet};

use super::join::Candidate;
use super::score::{STEPS, Step};
use super::tokens::Policy;

/// What was found in one file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Suspicion {
    /// Rows that seem to search for somebody.
    pub rows: BTreeSet<u32>,
    /// Rows of other files that seem to be searched for.
    pub sought: BTreeSet<u32>,
}

/// When rows of one file that meet the same row elsewhere are a sweep.
struct Limits {
    /// How much each of them counts, by step.
    points: [u32; STEPS],
    /// From which sum on.
    sum: u32,
    /// From which sum on if one of them has the very person.
    lower: u32,
    /// Shared tags from which on a row of the surest step has the very person, with the right date: of the
    /// others few need meet it then, while relatives of somebody who is at both sites are seldom there, too.
    very: u16,
}

/// Chosen on invented networks so that at most one honest file in a hundred gets there (manual: *matching*,
/// "Probing").
fn limits(policy: Policy) -> Limits {
    match policy {
        // Chance meetings are rare: rows that are not surely different.
        Policy::Strict => Limits {
            points: [0, 1, 1, 1, 1, 1, 1, 1],
            sum: 4,
            lower: 3,
            very: 48,
        },
        // Chance meetings are not: they count little.
        Policy::Standard => Limits {
            points: [1, 5, 8, 10, 10, 10, 10, 10],
            sum: 40,
            lower: 32,
            very: 72,
        },
    }
}

/// Step from which a row is taken to be one that a medley aims at: the surest, as persons with common names
/// have others in the lower ones who do not meet each other.
const MEDLEY_STEP: Step = 7;

/// Others that do not meet each other, from which on a row is a medley.
const MEDLEY: usize = 3;

/// Most others of a row that are looked at for a medley.
const MEDLEY_LOOK: usize = 64;

/// The files that look like probing: by site, as `site_of` numbers them. Linear in pairs, but for a bounded
/// number of others of each row.
pub fn suspicions(
    policy: Policy,
    pairs: &[Candidate],
    steps: &[Step],
    site_of: &[u32],
) -> BTreeMap<u32, Suspicion> {
    let site = |row: u32| site_of.get(row as usize).copied();
    // (row that is met, site of those that meet it, step, row that meets it, tags that they share)
    let mut met: Vec<(u32, u32, Step, u32, u16)> = pairs
        .iter()
        .zip(steps)
        .map(|(p, step)| (p, *step, p.shared))
        .flat_map(|(p, step, shared)| [(p.a, p.b, step, shared), (p.b, p.a, step, shared)])
        .filter_map(|(row, by, step, shared)| Some((row, site(by)?, step, by, shared)))
        .collect();
    met.sort_unstable();
    let mut found: BTreeMap<u32, Suspicion> = BTreeMap::new();
    let limits = limits(policy);
    let surest = (STEPS - 1) as Step;
    for group in met.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let of = |step: Step| limits.points[usize::from(step).min(STEPS - 1)];
        let sum: u32 = group.iter().map(|m| of(m.2)).sum();
        let very = group.iter().any(|m| m.2 >= surest && m.4 >= limits.very);
        if sum >= if very { limits.lower } else { limits.sum } {
            let suspicion = found.entry(group[0].1).or_default();
            suspicion.rows.extend(group.iter().map(|m| m.3));
            suspicion.sought.insert(group[0].0);
        }
    }
    let known: BTreeSet<(u32, u32)> = pairs.iter().map(|p| (p.a, p.b)).collect();
    let meet = |a: u32, b: u32| known.contains(&(a.min(b), a.max(b)));
    for others in met.chunk_by(|a, b| a.0 == b.0) {
        let mut apart: Vec<u32> = Vec::new();
        let close = others.iter().filter(|m| m.2 >= MEDLEY_STEP);
        for other in close.take(MEDLEY_LOOK).map(|m| m.3) {
            // Rows of one file never meet.
            if apart
                .iter()
                .all(|o| !meet(*o, other) && site(*o) != site(other))
            {
                apart.push(other);
            }
        }
        if let (true, Some(site)) = (apart.len() >= MEDLEY, site(others[0].0)) {
            let suspicion = found.entry(site).or_default();
            suspicion.rows.insert(others[0].0);
            suspicion.sought.extend(apart);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(a: u32, b: u32) -> Candidate {
        Candidate { a, b, shared: 3 }
    }

    /// Rows 0 to 9 at site 0, 10 to 19 at site 1, 20 to 29 at site 2.
    fn sites() -> Vec<u32> {
        (0..30).map(|r| r / 10).collect()
    }

    #[test]
    fn rows_that_meet_one_row_together_are_a_sweep() {
        let pairs: Vec<Candidate> = (0..4).map(|r| pair(r, 15)).collect();
        let found = suspicions(Policy::Strict, &pairs, &[1, 7, 2, 1], &sites());
        assert_eq!(found.len(), 1);
        assert_eq!(found[&0].rows, (0..4).collect());
        assert_eq!(found[&0].sought, [15].into());
        // Surely different ones do not count, nor do those of several sites together.
        let none = suspicions(Policy::Strict, &pairs, &[1, 7, 2, 0], &sites());
        assert!(none.is_empty(), "{none:?}");
        let mixed = [pair(0, 25), pair(1, 25), pair(11, 25), pair(12, 25)];
        assert!(suspicions(Policy::Strict, &mixed, &[2; 4], &sites()).is_empty());
        // Three are enough if one of them has the very person.
        let very = |n: u16| {
            [
                pair(0, 15),
                pair(1, 15),
                Candidate {
                    shared: n,
                    ..pair(2, 15)
                },
            ]
        };
        assert_eq!(
            suspicions(Policy::Strict, &very(48), &[1, 1, 7], &sites()).len(),
            1
        );
        assert!(suspicions(Policy::Strict, &very(47), &[1, 1, 7], &sites()).is_empty());
        assert!(suspicions(Policy::Strict, &very(48), &[1, 1, 6], &sites()).is_empty());
        assert!(suspicions(Policy::Strict, &very(48), &[0, 1, 7], &sites()).is_empty());
        // Under the other policy chance meetings are common.
        assert!(suspicions(Policy::Standard, &pairs, &[1; 4], &sites()).is_empty());
        assert_eq!(
            suspicions(Policy::Standard, &pairs, &[3; 4], &sites()).len(),
            1
        );
    }

    #[test]
    fn a_row_that_is_alike_to_persons_apart_is_a_medley() {
        let four = [sites(), vec![3; 10]].concat();
        let pairs = [pair(3, 11), pair(3, 21), pair(3, 31)];
        let found = suspicions(Policy::Strict, &pairs, &[7; 3], &four);
        assert_eq!(found.len(), 1);
        assert_eq!(found[&0].rows, [3].into());
        assert_eq!(found[&0].sought, [11, 21, 31].into());
        // One person at several sites: they meet each other. Rows of one file cannot.
        let person = [pair(3, 11), pair(3, 21), pair(11, 21), pair(3, 31)];
        assert!(suspicions(Policy::Strict, &person, &[7; 4], &four).is_empty());
        let file = [pair(3, 11), pair(3, 12), pair(3, 13)];
        assert!(suspicions(Policy::Strict, &file, &[7; 3], &four).is_empty());
    }

    #[test]
    fn numbers_out_of_range_and_nothing_are_no_panic() {
        assert!(suspicions(Policy::Strict, &[], &[], &[]).is_empty());
        let _ = suspicions(Policy::Strict, &[pair(1, 900)], &[200], &sites());
    }
}
