//! Persons of one file who look as if somebody was searched for among them, by what their own site knows
//! (manual: *matching*, "Probing").
//!
//! Namesakes are persons of one file with the same names and place, as they sound, and different dates of birth. A few are to
//! be expected where names are common; ten of one name are somebody who is being looked for. The site sees it in clear
//! text, also where nothing of it shows in tags: who has a common name shares hardly any token under another date.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;
use zeroize::Zeroize as _;

use super::{Description, Person};
use crate::names::{self, phonetic, place};

/// Fewest namesakes with different dates that are ever too many.
const FEWEST: usize = 4;
/// Namesakes are too many if as many others are less likely than this by chance.
const CHANCE: f64 = 1e-6;
/// Persons of the whole file, as common as names are in it, that are added to those of a place, which may be few.
const PRIOR: f64 = 10.0;

/// What of a description makes namesakes.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    /// Place, given names, paternal and maternal surname.
    parts: [String; 4],
}

impl Drop for Name {
    fn drop(&mut self) {
        self.parts.zeroize();
    }
}

/// Where in [`Name`] the place is.
const PLACE: usize = 0;

impl Name {
    /// `None` without a given name and a surname.
    fn of(description: &Description) -> Option<Self> {
        let mut given: Vec<String> = names::given(&description.given_names)
            .into_iter()
            .filter_map(|word| word.stands_for.into_iter().next())
            .map(|word| phonetic::form(&word))
            .collect();
        given.sort_unstable();
        let surnames =
            names::surnames(&description.paternal_surname, &description.maternal_surname);
        let sound = |words: &[String]| {
            let forms: Vec<String> = words.iter().map(|w| phonetic::form(w)).collect();
            forms.join(" ")
        };
        let (paternal, maternal) = (sound(&surnames.paternal), sound(&surnames.maternal));
        if given.is_empty() || (paternal.is_empty() && maternal.is_empty()) {
            return None;
        }
        let country = place::country(&description.nationality);
        let state = place::state(&country, &description.state);
        let municipality =
            place::Home::new(&country, &state).municipality(&description.municipality);
        let home = if municipality.is_empty() {
            state
        } else {
            municipality
        };
        Some(Self {
            parts: [home, given.join(" "), paternal, maternal],
        })
    }
}

/// A date of birth that was told: not one that comes from an age.
type Told = (u16, Option<u8>, Option<u8>);

fn told(description: &Description) -> Option<Told> {
    let birth = &description.birth;
    let year = birth.year.filter(|_| !birth.estimated)?;
    Some((year, birth.month, birth.day))
}

/// How many persons have a value: in the whole file, and by place.
#[derive(Default)]
struct Counts<'a> {
    all: HashMap<&'a str, usize>,
    here: HashMap<(&'a str, &'a str), usize>,
}

/// Groups of persons of one file who are more than chance gives namesakes with different dates of birth: places in `persons`,
/// ascending, the groups by their first. Those who have left are `None`.
///
/// How many are to be expected is estimated from the file, without the group itself: from how common each name is
/// where they are from, so that a village of few surnames is none.
pub fn crowds(persons: &[Option<&Person>]) -> Vec<Vec<usize>> {
    let described = |person: &&Person| -> Vec<(Name, Option<Told>)> {
        let all = person.alternates.iter();
        all.filter_map(|of| Some((Name::of(of)?, told(of))))
            .collect()
    };
    let named: Vec<Vec<(Name, Option<Told>)>> = persons
        .par_iter()
        .map(|person| person.as_ref().map(described).unwrap_or_default())
        .collect();
    let mut bearers: BTreeMap<Name, (BTreeSet<usize>, BTreeSet<Told>)> = BTreeMap::new();
    for (at, names) in named.into_iter().enumerate() {
        for (name, told) in names {
            let (who, dates) = bearers.entry(name).or_default();
            if let Some(date) = told {
                who.insert(at);
                dates.insert(date);
            }
        }
    }
    let mut counts: [Counts<'_>; 4] = Default::default();
    let mut total = 0;
    for (name, (who, _)) in &bearers {
        let n = who.len().max(1);
        let home = name.parts[PLACE].as_str();
        total += n;
        for (counts, part) in counts.iter_mut().zip(&name.parts) {
            *counts.all.entry(part).or_default() += n;
            *counts.here.entry((home, part)).or_default() += n;
        }
    }
    let mut found: Vec<Vec<usize>> = bearers
        .iter()
        .filter(|(name, (who, dates))| {
            let n = who.len().min(dates.len());
            n >= FEWEST && {
                let expected = expected(name, who.len(), &counts, total);
                at_least(n - 1, expected) < CHANCE
            }
        })
        .map(|(_, (who, _))| who.iter().copied().collect())
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// How many persons of this name a file has by chance, by all of it but the `own` persons of the name.
fn expected(name: &Name, own: usize, counts: &[Counts<'_>; 4], total: usize) -> f64 {
    let home = name.parts[PLACE].as_str();
    let others = |n: Option<&usize>| n.copied().unwrap_or(0).saturating_sub(own) as f64;
    let all = total.saturating_sub(own) as f64;
    let here = others(counts[PLACE].all.get(home));
    let mut persons = here + 1.0;
    for (counts, part) in counts.iter().zip(&name.parts).skip(1) {
        let part = part.as_str();
        let everywhere = (others(counts.all.get(part)) + 0.5) / (all + 1.0);
        let of_here = others(counts.here.get(&(home, part)));
        persons *= (of_here + PRIOR * everywhere) / (here + PRIOR);
    }
    persons
}

/// The chance of at least `n` where `mean` are expected (Poisson).
fn at_least(n: usize, mean: f64) -> f64 {
    let mut term = (-mean).exp();
    let mut below = 0.0;
    for i in 0..n {
        below += term;
        term *= mean / (i + 1) as f64;
    }
    // Summed up from the first term on: of a small tail, 1 less the rest would have no digits left.
    let mut rest = 0.0;
    let mut i = n;
    while term > rest * 1e-9 && i < n + 10_000 {
        rest += term;
        i += 1;
        term *= mean / i as f64;
    }
    if below < 0.5 { 1.0 - below } else { rest }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::synthetic::{self, Recipe};
    use crate::matching::PartialDate;

    fn of(given: &str, surnames: [&str; 2], birth: &str, municipality: &str) -> Person {
        Description {
            given_names: given.into(),
            paternal_surname: surnames[0].into(),
            maternal_surname: surnames[1].into(),
            birth: PartialDate::parse(birth),
            municipality: municipality.into(),
            ..Description::default()
        }
        .into()
    }

    fn crowds_of(persons: &[Person]) -> Vec<Vec<usize>> {
        crowds(&persons.iter().map(Some).collect::<Vec<_>>())
    }

    /// Persons of a file of which nothing is to be noticed.
    fn file(persons: usize) -> Vec<Person> {
        let recipe = Recipe {
            persons,
            sites: 1,
            repeat: 0.0,
            ..Recipe::default()
        };
        let (mut sites, _) = synthetic::network(&recipe);
        let records = sites.remove(0).records;
        records.into_iter().map(Person::from).collect()
    }

    #[test]
    fn many_dates_for_one_name_are_a_crowd_and_who_they_are_is_told() {
        for size in [10, 300, 3_000] {
            let mut persons = file(size);
            assert!(crowds_of(&persons).is_empty(), "{size}");
            let first = persons.len();
            let date = |i: usize| format!("1996-{:02}-{:02}", i + 1, 2 * i + 3);
            for i in 0..10 {
                // Spelt and put in order as people do.
                let (given, paternal) =
                    [("María José", "Hernández"), ("Jose Ma.", "Ernandes")][i % 2];
                persons.push(of(given, [paternal, "López"], &date(i), "Nebaj"));
            }
            let found = crowds_of(&persons);
            assert_eq!(found, [(first..first + 10).collect::<Vec<_>>()], "{size}");
        }
    }

    #[test]
    fn records_of_one_date_estimates_and_three_persons_are_none() {
        let twice = |dates: &[&str]| {
            let mut persons = file(300);
            persons.extend(
                dates
                    .iter()
                    .map(|d| of("Rosa", ["Xol", "Caal"], d, "Nebaj")),
            );
            crowds_of(&persons).len()
        };
        assert_eq!(
            twice(&["1996-02-03", "1996-03-02", "1997-02-03", "1995-12-12"]),
            1
        );
        assert_eq!(twice(&["1990", "1991", "1992", "1993"]), 1);
        assert_eq!(twice(&["1996-02-03", "1996-03-02", "1997-02-03"]), 0);
        assert_eq!(twice(&["1996-02-03"; 12]), 0);
        assert_eq!(twice(&["~1990", "~1991", "~1992", "~1993", "~1994"]), 0);
        assert_eq!(twice(&[""; 12]), 0);
    }

    #[test]
    fn one_person_with_many_dates_is_one() {
        let mut persons = file(100);
        let mut many = Person::default();
        for year in 1990..2000 {
            let one = of("Rosa", ["Xol", "Caal"], &format!("{year}-03-04"), "");
            many.alternates.extend(one.alternates.iter().cloned());
        }
        persons.push(many);
        assert!(crowds_of(&persons).is_empty());
    }

    /// 64 pairs of surnames and 12 given names for 900 persons: many namesakes, and none too many.
    #[test]
    fn a_village_of_few_names_is_no_crowd() {
        let surnames = ["Pech", "Tzoc", "Xol", "Chub", "Caal", "Yoc", "Dzul", "Batz"];
        let given = [
            "Ana", "Rosa", "Luz", "Juana", "Petrona", "Elena", "Marta", "Irma", "Julia", "Sara",
            "Olga", "Nora",
        ];
        let mut random = synthetic::Random::new(7);
        let mut persons = file(3_000);
        for _ in 0..900 {
            let mut of_list = |list: &[&'static str]| list[random.below(list.len())];
            let (g, p, m) = (of_list(&given), of_list(&surnames), of_list(&surnames));
            let date = format!(
                "{}-{:02}-{:02}",
                1980 + random.below(30),
                1 + random.below(12),
                1 + random.below(28)
            );
            persons.push(of(g, [p, m], &date, "San Juan Cotzal"));
        }
        assert!(crowds_of(&persons).is_empty());
        // Ten of one name are too many there as well.
        let first = persons.len();
        for i in 1..=10 {
            let date = format!("1996-{i:02}-20");
            persons.push(of("Ana", ["Pech", "Tzoc"], &date, "San Juan Cotzal"));
        }
        let found = crowds_of(&persons);
        assert_eq!(found.len(), 1);
        assert!(found[0].ends_with(&(first..first + 10).collect::<Vec<_>>()));
    }

    #[test]
    fn who_has_left_or_has_no_name_is_in_none() {
        assert!(crowds(&[None, None]).is_empty());
        let nameless: Vec<Person> = (1..=12)
            .map(|d| of("", ["", ""], &format!("1990-01-{d:02}"), "Nebaj"))
            .collect();
        assert!(crowds_of(&nameless).is_empty());
        let ana: Vec<Person> = (1..=12)
            .map(|d| of("Ana", ["Xol", ""], &format!("1990-02-{d:02}"), "Nebaj"))
            .collect();
        let some: Vec<Option<&Person>> = ana.iter().map(Some).chain([None]).collect();
        assert_eq!(crowds(&some), [(0..12).collect::<Vec<_>>()]);
    }

    /// Values of the Poisson distribution by `scipy.stats.poisson.sf(n - 1, mean)`.
    #[test]
    fn the_tail_is_that_of_poisson() {
        for (n, mean, expected) in [
            (0, 0.5, 1.0),
            (1, 0.5, 0.393_469_340_287_366_6),
            (3, 0.018, 9.589_720e-7),
            (9, 0.9, 4.765_843e-7),
            (9, 20.0, 0.997_912_5),
        ] {
            let found = at_least(n, mean);
            assert!((found / expected - 1.0).abs() < 1e-3, "{n} {mean}: {found}");
        }
        assert!(at_least(5, 0.0) == 0.0 && at_least(3, 1e9).is_finite());
    }
}
