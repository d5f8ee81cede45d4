//! What the comparer says of a round as a whole: how often each field agrees in matched pairs (manual:
//! *matching*, "Explanation of a round").
//!
//! The coordinator chooses which pairs are asked about, and may know all of them but one. So every
//! number has noise that covers one pair, every row counts once, and few pairs are not told of at all.

use std::collections::BTreeSet;

use crate::crypto::random;
use crate::matching::encoding::{Levels, Slot};
use crate::matching::rivals;
use crate::matching::score::{self, Model};
use crate::matching::tokens::Policy;
use crate::party::PartyError;
use crate::round::RoundError;
use crate::round::agreement::{Agreement, Field, How};
use crate::round::pairs::AskPair;

/// Fewest pairs of which anything is told: with fewer, the noise leaves nothing to read.
const PAIRS_MIN: u32 = 200;

/// Bytes of coins for one number: the noise is the number of heads less half of all coins.
const COINS: usize = 128;

/// Standard deviation of the noise in a number of the agreement of fields, in pairs: √(8·128)/2.
pub const NOISE: f64 = 16.0;

/// How a pair is in every field.
pub(super) type Fields = [How; Field::ALL.len()];

/// What levels say, in the terms of people.
pub(super) fn fields(levels: &Levels) -> Fields {
    let at = |slot| levels.of(slot);
    let either_or = |known: Slot, same: bool, alike: bool| match (at(known) > 0, same, alike) {
        (false, ..) => How::Unknown,
        (_, true, _) => How::Same,
        (_, _, true) => How::Alike,
        _ => How::Different,
    };
    let surname = |known, slot, initial| {
        let near = at(Slot::Either) > 0 || (at(initial) > 0 && at(Slot::SurnameGrams) > 4);
        either_or(known, at(slot) > 0, near)
    };
    Field::ALL.map(|field| match field {
        Field::GivenNames => either_or(
            Slot::HasGiven,
            at(Slot::GivenWhole) > 0,
            at(Slot::Given) > 0 || at(Slot::GivenGrams) > 3,
        ),
        Field::PaternalSurname => surname(Slot::HasPaternal, Slot::Paternal, Slot::PaternalInitial),
        Field::MaternalSurname => surname(Slot::HasMaternal, Slot::Maternal, Slot::MaternalInitial),
        // A year stands with its neighbours: the same year has three elements in common.
        Field::BirthYear => either_or(Slot::HasYear, at(Slot::Year) > 2, at(Slot::Year) > 0),
        Field::BirthDay => either_or(
            Slot::HasMonthDay,
            at(Slot::MonthDay) > 0 && at(Slot::Day) > 2,
            at(Slot::MonthDay) > 0 || at(Slot::Month) > 0 || at(Slot::Day) > 1,
        ),
        Field::State => either_or(Slot::HasState, at(Slot::State) > 0, false),
        Field::Municipality => either_or(Slot::HasMunicipality, at(Slot::Municipality) > 0, false),
        Field::Sex => either_or(Slot::HasSex, at(Slot::Sex) > 0, false),
        Field::Phone => either_or(Slot::HasPhone, at(Slot::Phone) > 1, at(Slot::Phone) > 0),
        Field::Document => either_or(Slot::HasDocument, at(Slot::Document) > 0, false),
    })
}

/// The table of a round, or nothing if its matched pairs are few. The band *match* is the one that
/// the coordinator will find from the same levels.
///
/// # Errors
/// [`RoundError`] if the system gives no random numbers.
pub(super) fn agreement(
    policy: Policy,
    pairs: &[AskPair],
    levels: &[u8],
    fields: &[Option<Fields>],
) -> Result<Option<Agreement>, PartyError> {
    let counts = rivals::unbeaten(pairs.iter().zip(levels).map(|(pair, level)| {
        let [a, b] = [pair.a, pair.b].map(|p| (u32::from(p.file), p.row));
        (a, b, *level)
    }));
    let adapted = score::adapt(Model::shipped(), policy, &counts);
    let matched = score::bands(Model::shipped(), &adapted, &counts).matched;
    let mut drawn = Vec::new();
    for ((pair, level), fields) in pairs.iter().zip(levels).zip(fields) {
        if let (true, Some(fields)) = (*level >= matched, fields) {
            let mut lot = [0u8; 8];
            random::fill(&mut lot).map_err(RoundError::from)?;
            drawn.push((lot, pair, fields));
        }
    }
    drawn.sort_unstable_by_key(|(lot, ..)| *lot);
    let mut used = BTreeSet::new();
    let mut told = Vec::new();
    for (_, pair, fields) in drawn {
        let rows = [pair.a, pair.b].map(|p| (p.file, p.row));
        if rows.iter().all(|r| !used.contains(r)) {
            used.extend(rows);
            told.push(*fields);
        }
    }
    noised(&told)
}

/// Nothing, if there are too few: by the number that is told, so that it does not say more than that.
fn noised(told: &[Fields]) -> Result<Option<Agreement>, PartyError> {
    let pairs = told.len() as i64 + noise()?;
    let pairs = u32::try_from(pairs.max(0)).map_err(|_| RoundError::Numbers)?;
    if pairs < PAIRS_MIN {
        return Ok(None);
    }
    let mut table = Agreement {
        pairs,
        fields: Default::default(),
    };
    for (field, row) in table.fields.iter_mut().enumerate() {
        for (how, cell) in How::ALL.iter().zip(row) {
            let is = |of: &&Fields| of.get(field) == Some(how);
            let count = told.iter().filter(is).count() as i64;
            let with = (count + noise()?).clamp(0, i64::from(pairs));
            *cell = u32::try_from(with).unwrap_or(pairs);
        }
    }
    Ok(Some(table))
}

/// Heads among fair coins, less half of them.
fn noise() -> Result<i64, PartyError> {
    let mut coins = [0u8; COINS];
    random::fill(&mut coins).map_err(RoundError::from)?;
    let heads: u32 = coins.iter().map(|b| b.count_ones()).sum();
    Ok(i64::from(heads) - 4 * COINS as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::encoding::{BYTES, Encoding, Profile, compare};
    use crate::matching::{Description, PartialDate, Sex};
    use crate::round::pairs::Place;

    fn pair(i: u32) -> AskPair {
        let place = |file| Place {
            file,
            row: i,
            place: 0,
        };
        AskPair {
            a: place(0),
            b: place(1),
            shared: 40,
        }
    }

    fn table(pairs: &[AskPair], fields: &[Fields]) -> Option<Agreement> {
        let levels = vec![7; pairs.len()];
        let fields: Vec<Option<Fields>> = fields.iter().copied().map(Some).collect();
        agreement(Policy::Strict, pairs, &levels, &fields).unwrap()
    }

    #[test]
    fn few_pairs_are_not_told_of_and_every_row_counts_once() {
        let same = [How::Same; Field::ALL.len()];
        let many: Vec<AskPair> = (0..400).map(pair).collect();
        // Seven standard deviations to either side.
        assert_eq!(table(&many[..88], &vec![same; 88]), None);
        let told = table(&many, &vec![same; 400]).unwrap().pairs;
        assert!(told.abs_diff(400) <= 112, "{told}");
        // A row that is in all pairs is told of at most once, so there are too few.
        let star: Vec<AskPair> = many
            .iter()
            .map(|p| AskPair {
                a: Place { row: 7, ..p.a },
                ..*p
            })
            .collect();
        assert_eq!(table(&star, &vec![same; 400]), None);
        // What could not be opened, and what is no match, is not told of.
        let levels: Vec<u8> = (0..400).map(|i| if i < 88 { 7 } else { 0 }).collect();
        let fields = vec![Some(same); 400];
        assert_eq!(
            agreement(Policy::Strict, &many, &levels, &fields).unwrap(),
            None
        );
        let levels = vec![7; 400];
        let fields: Vec<_> = (0..400).map(|i| (i < 88).then_some(same)).collect();
        assert_eq!(
            agreement(Policy::Strict, &many, &levels, &fields).unwrap(),
            None
        );
    }

    #[test]
    fn a_large_round_is_told_of_rightly() {
        let told: Vec<Fields> = (0..3000)
            .map(|i| How::ALL[usize::from(i % 10 == 0)..][..1][0])
            .map(|how| [how; Field::ALL.len()])
            .collect();
        let table = noised(&told).unwrap().unwrap();
        for row in table.fields {
            for (found, true_count) in row.iter().zip([2700u32, 300, 0, 0]) {
                // Seven standard deviations.
                assert!(found.abs_diff(true_count) <= 112, "{row:?}");
            }
        }
    }

    /// Somebody who knows every pair but one, and of that one that it agrees in all fields or in
    /// none, weighs all numbers in the best way and guesses.
    #[test]
    fn who_knows_all_pairs_but_one_hardly_learns_that_one() {
        let told = |last: How| {
            let mut all = vec![[How::Same; Field::ALL.len()]; 150];
            all.extend(vec![[How::Different; Field::ALL.len()]; 149]);
            all.push([last; Field::ALL.len()]);
            all
        };
        let advantage = |noise: bool| {
            let right = (0..3000)
                .filter(|i| {
                    let truth = i % 2 == 0;
                    let told = told(if truth { How::Same } else { How::Different });
                    let table = if noise {
                        noised(&told).unwrap().unwrap().fields
                    } else {
                        let same = told.iter().filter(|f| f[0] == How::Same).count() as u32;
                        [[same, 0, 300 - same, 0]; Field::ALL.len()]
                    };
                    let tilt: i64 = table
                        .iter()
                        .map(|r| i64::from(r[0]) - i64::from(r[2]))
                        .sum();
                    (tilt > 10) == truth
                })
                .count();
            2.0 * right as f64 / 3000.0 - 1.0
        };
        assert_eq!(advantage(false), 1.0);
        // What theory gives is 0.11; the spread of 3,000 trials is 0.018.
        let found = advantage(true);
        assert!(found < 0.19, "{found}");
    }

    #[test]
    fn fields_are_told_as_people_see_them() {
        let whole = Description {
            given_names: "María Guadalupe".into(),
            paternal_surname: "Hernández".into(),
            maternal_surname: "Xicoténcatl".into(),
            sex: Some(Sex::Female),
            birth: PartialDate {
                year: Some(1994),
                month: Some(3),
                day: Some(17),
                ..PartialDate::default()
            },
            state: "Oaxaca".into(),
            ..Description::default()
        };
        let other = Description {
            given_names: "Guadalupe".into(),
            paternal_surname: "Xicoténcatl".into(),
            maternal_surname: String::new(),
            birth: PartialDate {
                year: Some(1995),
                ..PartialDate::default()
            },
            state: "Chiapas".into(),
            ..whole.clone()
        };
        let key = crate::crypto::Secret::<32>::init_with(|b| b.fill(7));
        let encode = |of: &Description, filler: u8| -> Encoding {
            Profile::new(of).encode(&key, &[filler; BYTES])
        };
        let told = fields(&compare(&encode(&whole, 1), &encode(&whole, 200)));
        let of = |told: &Fields, field| told[Field::ALL.iter().position(|f| *f == field).unwrap()];
        for field in &Field::ALL[..6] {
            assert_eq!(of(&told, *field), How::Same, "{field:?}");
        }
        assert_eq!(of(&told, Field::Municipality), How::Unknown);
        let told = fields(&compare(&encode(&whole, 1), &encode(&other, 200)));
        let expected = [
            (Field::GivenNames, How::Alike),
            (Field::PaternalSurname, How::Alike),
            (Field::MaternalSurname, How::Unknown),
            (Field::BirthYear, How::Alike),
            (Field::BirthDay, How::Unknown),
            (Field::State, How::Different),
            (Field::Sex, How::Same),
            (Field::Document, How::Unknown),
        ];
        for (field, how) in expected {
            assert_eq!(of(&told, field), how, "{field:?}");
        }
    }
}
