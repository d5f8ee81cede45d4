//! Pairs that compete for a person (manual: *matching*, "Decision").
//!
//! A site links its own records first, so a person is in another file once at most: of all pairs
//! that somebody makes with one other file only one can be right.

use std::collections::HashMap;

use super::score::{STEPS, Step};

/// A person: its file, and its place there.
pub type Member = (u32, u32);

/// For each pair the surest step in which either person meets anybody of the other's file, itself
/// included. If that is above its own, the pair is *beaten*.
pub fn surest(pairs: impl Iterator<Item = (Member, Member, Step)> + Clone) -> Vec<Step> {
    let mut best: HashMap<(Member, u32), Step> = HashMap::new();
    for (a, b, step) in pairs.clone() {
        for of in [(a, b.0), (b, a.0)] {
            let best = best.entry(of).or_default();
            *best = step.max(*best);
        }
    }
    let of = |member, file| best.get(&(member, file)).copied().unwrap_or_default();
    pairs.map(|(a, b, _)| of(a, b.0).max(of(b, a.0))).collect()
}

/// How many pairs that are not beaten are in each step.
pub fn unbeaten(pairs: impl Iterator<Item = (Member, Member, Step)> + Clone) -> [u64; STEPS] {
    let surest = surest(pairs.clone());
    let steps = pairs.map(|(_, _, step)| step);
    count(steps.zip(surest))
}

/// As [`unbeaten`], of each pair its step and what [`surest`] says.
pub fn count(pairs: impl Iterator<Item = (Step, Step)>) -> [u64; STEPS] {
    let mut counts = [0u64; STEPS];
    for (step, surest) in pairs {
        if let (true, Some(n)) = (step >= surest, counts.get_mut(usize::from(step))) {
            *n += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::synthetic::Random;

    #[test]
    fn one_of_those_who_compete_is_left() {
        // Two of file 1 for a person of file 0; the other file is not concerned.
        let pairs = [
            ((0, 5), (1, 7), 6),
            ((0, 5), (1, 8), 4),
            ((0, 5), (2, 9), 2),
            ((1, 8), (2, 9), 2),
            ((0, 6), (1, 8), 3),
        ];
        let all = pairs.iter().copied();
        assert_eq!(surest(all.clone()), [6, 6, 2, 2, 4]);
        assert_eq!(unbeaten(all), [0, 0, 2, 0, 0, 0, 1, 0]);
        assert_eq!(unbeaten(std::iter::empty()), [0; STEPS]);
    }

    #[test]
    fn equals_do_not_beat_each_other() {
        let pairs = [((0, 1), (1, 1), 3), ((0, 1), (1, 2), 3)];
        assert_eq!(unbeaten(pairs.into_iter())[3], 2);
    }

    /// Against every pair held with every other.
    #[test]
    fn many_pairs() {
        let mut random = Random::new(5);
        for round in 0..50 {
            let mut person = |file: u32| (file, random.below(6) as u32);
            let mut ends: Vec<(Member, Member)> = (0..round)
                .map(|i| (person(i % 3), person(3 + i % 2)))
                .collect();
            ends.sort_unstable();
            ends.dedup();
            let step = |i: usize| (i * 7 % STEPS) as Step;
            let pairs: Vec<_> = (0..)
                .zip(&ends)
                .map(|(i, (a, b))| (*a, *b, step(i)))
                .collect();
            let slow: Vec<Step> = pairs
                .iter()
                .map(|(a, b, _)| {
                    let competes = |p: &&(Member, Member, Step)| {
                        (p.0 == *a && p.1.0 == b.0) || (p.1 == *b && p.0.0 == a.0)
                    };
                    pairs.iter().filter(competes).map(|p| p.2).max().unwrap()
                })
                .collect();
            assert_eq!(surest(pairs.iter().copied()), slow, "{round}");
        }
    }
}
