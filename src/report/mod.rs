//! The report of a round: figures that everybody may know, and a page that shows them (manual: *round*,
//! "Report").
//!
//! Everything comes from signed notes. Nothing here could hold a handle, a tag or a pair; a number of
//! persons, records or pairs that is smaller than the round's smallest cell is not told, nor is one
//! from which such a number would follow.

mod json;
mod page;

pub use page::page;

use crate::counts::Published;
use crate::matching::score::STEPS;
use crate::round::agreement::{Agreement, Field, How};
use crate::round::draft::{Draft, Policy};
use crate::round::result::{self, Presence, RoundResult};
use crate::round::{PartyId, Time};

/// A number as far as it may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The number.
    Exactly(u64),
    /// It is at least 1 and less than this.
    Under(u64),
    /// It is in this range, ends included: to tell it would tell a small number.
    Between(u64, u64),
}

impl Shown {
    /// A number of its own.
    pub fn new(n: u64, min_cell: u64) -> Self {
        if (1..min_cell).contains(&n) {
            Self::Under(min_cell)
        } else {
            Self::Exactly(n)
        }
    }

    /// What is left of `whole`, which is told, when a part is taken away that may be small.
    pub fn rest(whole: u64, n: u64, min_cell: u64) -> Self {
        match Self::new(n, min_cell) {
            Self::Exactly(_) if (1..min_cell).contains(&(whole - n.min(whole))) => {
                Self::Between((whole + 1).saturating_sub(min_cell), whole)
            }
            shown => shown,
        }
    }

    /// The number for a drawing, if there is one.
    pub fn exact(self) -> Option<u64> {
        match self {
            Self::Exactly(n) => Some(n),
            _ => None,
        }
    }
}

/// A house, in a round that publishes totals of houses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct House {
    /// Its name.
    pub name: String,
    /// Whether its file is in the result.
    pub present: bool,
    /// Records and persons that it brought.
    pub totals: Option<(Shown, Shown)>,
}

/// Candidate pairs and what became of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pairs {
    /// Pairs that share a tag.
    pub candidates: Shown,
    /// Pairs that were compared.
    pub compared: Shown,
    /// Pairs that are one person.
    pub matches: Shown,
    /// Pairs that may be one person and were not counted as one.
    pub possible: Shown,
    /// Candidate pairs per record, if their number is told.
    pub per_record: Option<f64>,
}

/// Accidental meetings per person: what the round let be seen, and what its policy expects and bears.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Meetings {
    /// Estimated for this round.
    pub found: f64,
    /// What the policy expects.
    pub expected: f64,
    /// From here on a round is stopped.
    pub limit: f64,
}

/// How the weights of compared pairs are distributed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weights {
    /// Pairs in each step, rounded.
    pub steps: [u64; STEPS],
    /// To what they are rounded.
    pub rounding: u64,
    /// Least step of the band *possible*.
    pub possible_from: u8,
    /// Least step of the band *match*.
    pub matched_from: u8,
}

/// How matched pairs are in one field: shares of one, in the order of [`How::ALL`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FieldShares {
    /// The field.
    pub field: Field,
    /// The shares.
    pub shares: [f64; How::ALL.len()],
}

/// The numbers of one round that are compared over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// The round.
    pub round: [u8; 16],
    /// What it was for.
    pub purpose: String,
    /// When it was decided.
    pub decided: Time,
    /// Houses whose files are in it.
    pub houses: usize,
    /// Records.
    pub records: Shown,
    /// Persons as each house counts them.
    pub local_persons: Shown,
    /// Persons, each counted once.
    pub persons: Shown,
    /// Estimated precision: low end, value, high end.
    pub precision: [f64; 3],
    /// Estimated recall: low end, value, high end.
    pub recall: [f64; 3],
    /// Accidental meetings per person.
    pub meetings: f64,
}

/// All figures of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// Hash of the round's note, which everything is signed with.
    pub note: [u8; 32],
    /// What was agreed.
    pub draft: Draft,
    /// Houses of the note.
    pub houses_named: usize,
    /// Every house by name, if the round publishes totals of houses; else nobody.
    pub houses: Vec<House>,
    /// This round.
    pub this: Past,
    /// Pairs.
    pub pairs: Pairs,
    /// Accidental meetings.
    pub meetings: Meetings,
    /// Weights.
    pub weights: Weights,
    /// Matched pairs that were told of, and how they are in each field.
    pub agreement: Option<(u32, Vec<FieldShares>)>,
    /// Counts and overlap, once they are tallied.
    pub counts: Option<Published>,
    /// Earlier rounds and this one, in order of time.
    pub rounds: Vec<Past>,
    /// Earlier rounds whose signatures cannot be checked with the cards that are trusted now.
    pub unreadable: usize,
}

/// The numbers of a round among others.
pub fn past(draft: &Draft, result: &RoundResult) -> Past {
    let k = u64::from(draft.min_cell);
    let three = |v: [u16; 3]| v.map(|n| f64::from(n) / 1000.0);
    let local = Shown::rest(result.records, result.local_persons, k);
    // Persons are what is left of the last number that is told.
    let whole = local.exact().unwrap_or(result.records);
    let present = |s: &&(PartyId, Presence, _)| s.1 == Presence::Present;
    Past {
        round: draft.round,
        purpose: draft.purpose.clone(),
        decided: result.decided,
        houses: result.sites.iter().filter(present).count(),
        records: Shown::new(result.records, k),
        local_persons: local,
        persons: Shown::rest(whole, result.persons, k),
        precision: three(result.precision),
        recall: three(result.recall),
        meetings: result.meetings as f64 / 1000.0,
    }
}

impl Figures {
    /// The figures of a round. `name` knows how parties are called; `others` are other rounds, in any
    /// order, of which those that were decided before are shown.
    pub fn new(
        draft: &Draft,
        result: &RoundResult,
        counts: Option<Published>,
        name: impl Fn(&PartyId) -> String,
        others: Vec<Past>,
        unreadable: usize,
    ) -> Self {
        let k = u64::from(draft.min_cell);
        let mut this = past(draft, result);
        if let Some(counts) = &counts {
            // One number of persons on a page, with its own interval.
            let whole = this.local_persons.exact().unwrap_or(result.records);
            this.persons = Shown::rest(whole, counts.persons.value, k);
        }
        let mut houses: Vec<House> = result
            .sites
            .iter()
            .filter(|_| draft.site_totals)
            .map(|(id, presence, total)| House {
                name: name(id),
                present: *presence == Presence::Present,
                totals: total.as_ref().map(|t| {
                    let persons = Shown::rest(t.records, t.persons, k);
                    (Shown::new(t.records, k), persons)
                }),
            })
            .collect();
        hold_one_more(&mut houses);
        houses.sort_by(|a, b| a.name.cmp(&b.name));
        let mut rounds: Vec<Past> = others
            .into_iter()
            .filter(|r| r.decided < this.decided && r.round != this.round)
            .collect();
        rounds.push(this.clone());
        rounds.sort_by_key(|r| (r.decided, r.round));
        let limit = crate::party::params::rarity(draft.policy).degree_limit();
        Self {
            note: result.note.0,
            houses_named: draft.sites.len(),
            houses,
            pairs: Pairs {
                candidates: Shown::new(result.candidates, k),
                compared: Shown::rest(result.candidates, result.compared, k),
                matches: Shown::new(result.matches, k),
                possible: Shown::new(result.possible, k),
                per_record: Shown::new(result.candidates, k)
                    .exact()
                    .map(|n| n as f64 / result.records.max(1) as f64),
            },
            meetings: Meetings {
                found: this.meetings,
                expected: limit / 3.0,
                limit,
            },
            weights: Weights {
                steps: result.steps,
                rounding: result::rounding(draft),
                possible_from: result.possible_from,
                matched_from: result.matched_from,
            },
            agreement: result.agreement.as_ref().map(|a| (a.pairs, shares(a))),
            draft: draft.clone(),
            this,
            counts,
            rounds,
            unreadable,
        }
    }

    /// Bits of H.
    pub fn h_bits(&self) -> f64 {
        f64::from(self.draft.h_millibits) / 1000.0
    }

    /// How far a share of [`Self::agreement`] may be off by the noise, in 19 of 20 cases.
    pub fn agreement_margin(&self) -> f64 {
        let pairs = self.agreement.as_ref().map_or(1, |a| a.0.max(1));
        1.96 * crate::holder::AGREEMENT_NOISE / f64::from(pairs)
    }

    /// The policy's word.
    pub fn policy(&self) -> &'static str {
        match self.draft.policy {
            Policy::Strict => "strict",
            Policy::Standard => "standard",
        }
    }
}

/// A single house of which a number is held back would follow from the totals: then the smallest of the
/// others is held back too.
fn hold_one_more(houses: &mut [House]) {
    let told = |h: &House| Some((h.totals?.0.exact()?, h.totals?.1.exact()?));
    let held = houses.iter().filter(|h| h.present && told(h).is_none());
    if held.count() == 1
        && let Some(smallest) = houses
            .iter_mut()
            .filter(|h| told(h).is_some())
            .min_by_key(|h| told(h))
    {
        smallest.totals = None;
    }
}

/// The numbers of a field have noise each; as shares of their sum they fit together.
fn shares(of: &Agreement) -> Vec<FieldShares> {
    let rows = Field::ALL.into_iter().zip(of.fields);
    rows.map(|(field, row)| {
        let sum: u64 = row.iter().map(|n| u64::from(*n)).sum();
        FieldShares {
            field,
            shares: row.map(|n| f64::from(n) / sum.max(1) as f64),
        }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers_are_neither_told_nor_left_over() {
        assert_eq!(Shown::new(0, 10), Shown::Exactly(0));
        assert_eq!(Shown::new(9, 10), Shown::Under(10));
        assert_eq!(Shown::new(10, 10), Shown::Exactly(10));
        assert_eq!(Shown::new(1, 0), Shown::Exactly(1));
        assert_eq!(Shown::rest(1270, 1193, 10), Shown::Exactly(1193));
        assert_eq!(Shown::rest(100, 100, 10), Shown::Exactly(100));
        assert_eq!(Shown::rest(100, 97, 10), Shown::Between(91, 100));
        assert_eq!(Shown::rest(3, 2, 10), Shown::Under(10));
        // Nobody can tell 91 from 99 by what is shown.
        let all: Vec<Shown> = (91..=99).map(|n| Shown::rest(100, n, 10)).collect();
        assert!(all.iter().all(|s| *s == all[0]));
    }
}
