//! Files that look as if somebody was searched for in them, by what the coordinator sees anyway
//! (manual: *matching*, "Probing").
//!
//! A *sweep* is a person put in many times with other dates or spellings: several rows of one file meet one row of
//! another. A *medley* is a row put together out of the tokens of several persons: it shares much with rows of
//! others that do not meet each other. And the sites' own programs mark what looks so to them.

use std::cmp::Reverse;
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

/// From where on rows are a sweep or a medley.
struct Limits {
    /// How much a row counts in a sweep, by step.
    points: [u32; STEPS],
    /// A sweep: what the rows of a file that meet the same row elsewhere count together, and the tags that it shares
    /// with one of them in the surest step, if there is one. With the right date of birth they are many: then fewer others need meet it, while
    /// relatives of somebody who is at both sites are seldom there, too.
    sweep: u32,
    /// A medley: tags that a row shares with others who do not meet each other, beside the one with whom it shares most; if these
    /// others are two in all, or more. An honest row is one person, and nearly all that it shares is with that person.
    medley: [u32; 2],
}

/// Chosen on invented networks so that fewer than one honest file in a hundred get there (manual: *matching*,
/// "Probing").
fn limits(policy: Policy) -> Limits {
    match policy {
        // Chance meetings are rare: rows that are not surely different.
        Policy::Strict => Limits {
            points: [10, 100, 100, 100, 100, 100, 100, 100],
            sweep: 345,
            medley: [26, 18],
        },
        // Chance meetings are not: they count little.
        Policy::Standard => Limits {
            points: [10, 60, 90, 100, 100, 100, 100, 100],
            sweep: 400,
            medley: [36, 14],
        },
    }
}

/// Step from which a row is taken to be one that a medley aims at: the surest, as persons with common names
/// have others in the lower ones who do not meet each other.
const MEDLEY_STEP: Step = 7;

/// Step from which a marked row is taken to search for whom it meets: those in the lowest are surely others.
const MARKED_STEP: Step = 1;

/// Most others of a row that are looked at for a medley.
const MEDLEY_LOOK: usize = 64;

/// The files that look like probing: by site, as `site_of` numbers them; `marked` are the rows that look so to
/// their own sites ([`super::namesakes`]). Linear in pairs, but for a bounded number of others of each row.
pub fn suspicions(
    policy: Policy,
    pairs: &[Candidate],
    steps: &[Step],
    site_of: &[u32],
    marked: &BTreeSet<u32>,
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
        let rows: u32 = group.iter().map(|m| of(m.2)).sum();
        let same = group.iter().filter(|m| m.2 >= surest).map(|m| m.4).max();
        if rows + u32::from(same.unwrap_or(0)) >= limits.sweep {
            let suspicion = found.entry(group[0].1).or_default();
            suspicion.rows.extend(group.iter().map(|m| m.3));
            suspicion.sought.insert(group[0].0);
        }
    }
    for row in marked {
        if let Some(site) = site(*row) {
            found.entry(site).or_default().rows.insert(*row);
        }
    }
    for (row, _, step, by, _) in &met {
        if let (true, true, Some(site)) = (marked.contains(by), *step >= MARKED_STEP, site(*by)) {
            found.entry(site).or_default().sought.insert(*row);
        }
    }
    let known: BTreeSet<(u32, u32)> = pairs.iter().map(|p| (p.a, p.b)).collect();
    let meet = |a: u32, b: u32| known.contains(&(a.min(b), a.max(b)));
    for others in met.chunk_by(|a, b| a.0 == b.0) {
        let mut close: Vec<(u16, u32)> = others
            .iter()
            .filter(|m| m.2 >= MEDLEY_STEP)
            .map(|m| (m.4, m.3))
            .collect();
        // Those with whom it shares most come first.
        close.sort_unstable_by_key(|(shared, other)| (Reverse(*shared), *other));
        let mut apart: Vec<(u16, u32)> = Vec::new();
        for (shared, other) in close.into_iter().take(MEDLEY_LOOK) {
            // Rows of one file never meet.
            if apart
                .iter()
                .all(|(_, o)| !meet(*o, other) && site(*o) != site(other))
            {
                apart.push((shared, other));
            }
        }
        let beside: u32 = apart.iter().skip(1).map(|(n, _)| u32::from(*n)).sum();
        let least = limits.medley[usize::from(apart.len() > 2)];
        if let (true, Some(site)) = (beside >= least, site(others[0].0)) {
            let suspicion = found.entry(site).or_default();
            suspicion.rows.insert(others[0].0);
            suspicion
                .sought
                .extend(apart.iter().map(|(_, other)| *other));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the pairs alone.
    fn suspicions(
        policy: Policy,
        pairs: &[Candidate],
        steps: &[Step],
        site_of: &[u32],
    ) -> BTreeMap<u32, Suspicion> {
        super::suspicions(policy, pairs, steps, site_of, &BTreeSet::new())
    }

    fn pair(a: u32, b: u32) -> Candidate {
        sharing(3, a, b)
    }

    fn sharing(shared: u16, a: u32, b: u32) -> Candidate {
        Candidate { a, b, shared }
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
        // Three are enough if one of them shares so much that it has the right date.
        let very = |n: u16| [pair(0, 15), pair(1, 15), sharing(n, 2, 15)];
        let named = |n, steps: [Step; 3]| {
            !suspicions(Policy::Strict, &very(n), &steps, &sites()).is_empty()
        };
        assert!(named(45, [1, 1, 7]));
        assert!(!named(44, [1, 1, 7]) && !named(64, [1, 1, 6]) && !named(64, [0, 1, 7]));
        // Under the other policy chance meetings are common.
        assert!(suspicions(Policy::Standard, &pairs, &[1; 4], &sites()).is_empty());
        assert_eq!(
            suspicions(Policy::Standard, &pairs, &[3; 4], &sites()).len(),
            1
        );
    }

    #[test]
    fn a_row_that_shares_much_with_persons_apart_is_a_medley() {
        let four = [sites(), vec![3; 10]].concat();
        let three = |n: [u16; 3]| {
            [
                sharing(n[0], 3, 11),
                sharing(n[1], 3, 21),
                sharing(n[2], 3, 31),
            ]
        };
        let found = suspicions(Policy::Strict, &three([30, 16, 10]), &[7; 3], &four);
        assert_eq!(found.len(), 1);
        assert_eq!(found[&0].rows, [3].into());
        assert_eq!(found[&0].sought, [11, 21, 31].into());
        let named = |pairs: &[Candidate]| {
            let steps = vec![7; pairs.len()];
            !suspicions(Policy::Strict, pairs, &steps, &four).is_empty()
        };
        // Two are enough if the row is half of each, and how much it has of one person does not count.
        assert!(named(&[sharing(26, 3, 11), sharing(26, 3, 21)]));
        assert!(!named(&[sharing(60, 3, 11), sharing(25, 3, 21)]));
        assert!(named(&three([40, 9, 9])) && !named(&three([40, 9, 8])));
        // Other steps are chance.
        assert!(suspicions(Policy::Strict, &three([30, 16, 10]), &[7, 6, 7], &four).is_empty());
        // One person at several sites: they meet each other. Rows of one file cannot.
        let person = [&three([60, 60, 5])[..], &[sharing(60, 11, 21)]].concat();
        assert!(!named(&person));
        assert!(!named(&[sharing(26, 3, 11), sharing(26, 3, 12)]));
    }

    #[test]
    fn what_a_site_marks_is_named_with_whom_it_meets() {
        let marked = BTreeSet::from([2, 3, 12, 77]);
        let pairs = [pair(2, 15), pair(3, 25), pair(4, 16), pair(3, 26)];
        let found = |policy| super::suspicions(policy, &pairs, &[1, 0, 7, 2], &sites(), &marked);
        for policy in [Policy::Strict, Policy::Standard] {
            let found = found(policy);
            assert_eq!(found.keys().copied().collect::<Vec<_>>(), [0, 1]);
            assert_eq!(found[&0].rows, [2, 3].into());
            assert_eq!(found[&0].sought, [15, 26].into());
            assert_eq!(found[&1].rows, [12].into());
            assert!(found[&1].sought.is_empty());
        }
    }

    #[test]
    fn numbers_out_of_range_and_nothing_are_no_panic() {
        assert!(suspicions(Policy::Strict, &[], &[], &[]).is_empty());
        let _ = suspicions(Policy::Strict, &[pair(1, 900)], &[200], &sites());
    }
}
