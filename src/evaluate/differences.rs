//! Kinds of difference between two records of one person, and which of them the matching loses
//! (manual: *matching*, "Evaluation").

use serde::Serialize;

use crate::matching::Description;
use crate::names::{self, phonetic, place};

/// How two records of one person differ. A pair may differ in several ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Difference {
    Nothing,
    GivenMissing,
    GivenFewer,
    GivenNickname,
    GivenSpelling,
    GivenOther,
    SurnameMissing,
    SurnameFewer,
    SurnameSwapped,
    SurnameSpelling,
    SurnameOther,
    DateMissing,
    DatePartial,
    DateFirstOfJanuary,
    DateSwapped,
    DateYear,
    DateDay,
    DateOther,
    PlaceMissing,
    PlaceOther,
    SexOther,
    SeveralOfThem,
}

/// All kinds, in the order in which they are shown.
pub const ALL: [Difference; 22] = [
    Difference::Nothing,
    Difference::GivenMissing,
    Difference::GivenFewer,
    Difference::GivenNickname,
    Difference::GivenSpelling,
    Difference::GivenOther,
    Difference::SurnameMissing,
    Difference::SurnameFewer,
    Difference::SurnameSwapped,
    Difference::SurnameSpelling,
    Difference::SurnameOther,
    Difference::DateMissing,
    Difference::DatePartial,
    Difference::DateFirstOfJanuary,
    Difference::DateSwapped,
    Difference::DateYear,
    Difference::DateDay,
    Difference::DateOther,
    Difference::PlaceMissing,
    Difference::PlaceOther,
    Difference::SexOther,
    Difference::SeveralOfThem,
];

impl Difference {
    /// Name, as in JSON.
    pub fn name(self) -> &'static str {
        let id = self.message_id();
        id.strip_prefix("evaluate-difference-").unwrap_or(id)
    }

    /// Id of the words for people.
    pub fn message_id(self) -> &'static str {
        match self {
            Self::Nothing => "evaluate-difference-nothing",
            Self::GivenMissing => "evaluate-difference-given-missing",
            Self::GivenFewer => "evaluate-difference-given-fewer",
            Self::GivenNickname => "evaluate-difference-given-nickname",
            Self::GivenSpelling => "evaluate-difference-given-spelling",
            Self::GivenOther => "evaluate-difference-given-other",
            Self::SurnameMissing => "evaluate-difference-surname-missing",
            Self::SurnameFewer => "evaluate-difference-surname-fewer",
            Self::SurnameSwapped => "evaluate-difference-surname-swapped",
            Self::SurnameSpelling => "evaluate-difference-surname-spelling",
            Self::SurnameOther => "evaluate-difference-surname-other",
            Self::DateMissing => "evaluate-difference-date-missing",
            Self::DatePartial => "evaluate-difference-date-partial",
            Self::DateFirstOfJanuary => "evaluate-difference-date-first-of-january",
            Self::DateSwapped => "evaluate-difference-date-swapped",
            Self::DateYear => "evaluate-difference-date-year",
            Self::DateDay => "evaluate-difference-date-day",
            Self::DateOther => "evaluate-difference-date-other",
            Self::PlaceMissing => "evaluate-difference-place-missing",
            Self::PlaceOther => "evaluate-difference-place-other",
            Self::SexOther => "evaluate-difference-sex-other",
            Self::SeveralOfThem => "evaluate-difference-several-of-them",
        }
    }
}

/// What became of the true pairs that differ in one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lost {
    /// The way.
    pub difference: Difference,
    /// True pairs of records of different sites that differ so.
    pub pairs: usize,
    /// Those that share a tag.
    pub discovered: usize,
    /// Those that were declared one person.
    pub declared: usize,
}

/// How two records of one person differ, ascending, never empty.
pub fn between(a: &Description, b: &Description) -> Vec<Difference> {
    let mut found: Vec<Difference> = [given(a, b), surnames(a, b), dates(a, b), places(a, b)]
        .into_iter()
        .flatten()
        .collect();
    if let (Some(x), Some(y)) = (a.sex, b.sex)
        && x != y
    {
        found.push(Difference::SexOther);
    }
    if found.len() > 2 {
        found.push(Difference::SeveralOfThem);
    }
    if found.is_empty() {
        found.push(Difference::Nothing);
    }
    found
}

/// Whether two words are spellings of one name.
fn alike(a: &str, b: &str) -> bool {
    let (a, b) = (phonetic::form(a), phonetic::form(b));
    a == b || strsim::damerau_levenshtein(&a, &b) <= 1 + a.len().min(b.len()) / 5
}

fn given(a: &Description, b: &Description) -> Option<Difference> {
    let (x, y) = (names::words(&a.given_names), names::words(&b.given_names));
    if x == y {
        return None;
    }
    if x.is_empty() || y.is_empty() {
        return Some(Difference::GivenMissing);
    }
    let (few, many) = if x.len() <= y.len() {
        (&x, &y)
    } else {
        (&y, &x)
    };
    if few.iter().all(|w| many.contains(w)) {
        return Some(Difference::GivenFewer);
    }
    let close = |test: fn(&str, &str) -> bool| few.iter().any(|f| many.iter().any(|m| test(f, m)));
    Some(if close(alike) {
        Difference::GivenSpelling
    } else if close(stand_for_one) {
        Difference::GivenNickname
    } else {
        Difference::GivenOther
    })
}

fn stand_for_one(a: &str, b: &str) -> bool {
    let names = |w: &str| -> Vec<String> {
        names::given(w)
            .into_iter()
            .flat_map(|g| g.stands_for)
            .collect()
    };
    let of_a = names(a);
    names(b).iter().any(|n| of_a.contains(n))
}

fn surnames(a: &Description, b: &Description) -> Option<Difference> {
    let of = |d: &Description| names::surnames(&d.paternal_surname, &d.maternal_surname);
    let (x, y) = (of(a), of(b));
    if x == y {
        return None;
    }
    let words = |s: &names::Surnames| [s.paternal.clone(), s.maternal.clone()].concat();
    let (v, w) = (words(&x), words(&y));
    if v.is_empty() || w.is_empty() {
        return Some(Difference::SurnameMissing);
    }
    let (few, many) = if v.len() <= w.len() {
        (&v, &w)
    } else {
        (&w, &v)
    };
    if few.iter().all(|s| many.contains(s)) {
        return Some(if v.len() == w.len() {
            Difference::SurnameSwapped
        } else {
            Difference::SurnameFewer
        });
    }
    let all_close = few.iter().all(|f| many.iter().any(|m| alike(f, m)));
    Some(if all_close {
        Difference::SurnameSpelling
    } else {
        Difference::SurnameOther
    })
}

fn dates(a: &Description, b: &Description) -> Option<Difference> {
    let (x, y) = (a.birth, b.birth);
    if (x.year, x.month, x.day) == (y.year, y.month, y.day) {
        return None;
    }
    if x.year.is_none() || y.year.is_none() {
        return Some(Difference::DateMissing);
    }
    let unknown = |d: &names::date::PartialDate| (d.month, d.day) == (Some(1), Some(1));
    if unknown(&x) != unknown(&y) {
        return Some(Difference::DateFirstOfJanuary);
    }
    let same_year = x.year == y.year;
    if x.day.is_none() || y.day.is_none() {
        return Some(Difference::DatePartial);
    }
    Some(match (same_year, x.month == y.month, x.day == y.day) {
        (true, false, false) if (x.month, x.day) == (y.day, y.month) => Difference::DateSwapped,
        (false, true, true) => Difference::DateYear,
        (true, true, false) | (true, false, true) => Difference::DateDay,
        _ => Difference::DateOther,
    })
}

fn places(a: &Description, b: &Description) -> Option<Difference> {
    let of = |d: &Description| {
        let country = place::country(&d.nationality);
        let state = place::state(&country, &d.state);
        let municipality = place::Home::new(&country, &state).municipality(&d.municipality);
        [country, state, municipality]
    };
    let (x, y) = (of(a), of(b));
    let differ = |(p, q): (&String, &String)| !p.is_empty() && !q.is_empty() && p != q;
    if x == y {
        None
    } else if x.iter().zip(&y).any(differ) {
        Some(Difference::PlaceOther)
    } else {
        Some(Difference::PlaceMissing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::PartialDate;

    fn person(given: &str, paternal: &str, maternal: &str, birth: &str) -> Description {
        Description {
            given_names: given.into(),
            paternal_surname: paternal.into(),
            maternal_surname: maternal.into(),
            birth: PartialDate::parse(birth),
            ..Description::default()
        }
    }

    #[test]
    fn each_way_has_its_name() {
        use Difference::*;
        let a = person("María Guadalupe", "Hernández", "López", "1995-05-14");
        for (given, paternal, maternal, birth, expected) in [
            (
                "MARIA GUADALUPE",
                "Hernandez",
                "Lopez",
                "14/05/1995",
                Nothing,
            ),
            ("María", "Hernández", "López", "1995-05-14", GivenFewer),
            ("Lupita", "Hernández", "López", "1995-05-14", GivenNickname),
            (
                "Maria Guadalpe",
                "Hernández",
                "López",
                "1995-05-14",
                GivenSpelling,
            ),
            ("Rosa", "Hernández", "López", "1995-05-14", GivenOther),
            ("", "Hernández", "López", "1995-05-14", GivenMissing),
            (
                "María Guadalupe",
                "Hernández",
                "",
                "1995-05-14",
                SurnameFewer,
            ),
            (
                "María Guadalupe",
                "López",
                "Hernández",
                "1995-05-14",
                SurnameSwapped,
            ),
            (
                "María Guadalupe",
                "Hernádnez",
                "López",
                "1995-05-14",
                SurnameSpelling,
            ),
            (
                "María Guadalupe",
                "Tzoc",
                "López",
                "1995-05-14",
                SurnameOther,
            ),
            ("María Guadalupe", "", "", "1995-05-14", SurnameMissing),
            ("María Guadalupe", "Hernández", "López", "", DateMissing),
            (
                "María Guadalupe",
                "Hernández",
                "López",
                "1995-05",
                DatePartial,
            ),
            (
                "María Guadalupe",
                "Hernández",
                "López",
                "1995-01-01",
                DateFirstOfJanuary,
            ),
            (
                "María Guadalupe",
                "Hernández",
                "López",
                "1995-14-05",
                DateSwapped,
            ),
            (
                "María Guadalupe",
                "Hernández",
                "López",
                "1996-05-14",
                DateYear,
            ),
            (
                "María Guadalupe",
                "Hernández",
                "López",
                "1995-05-04",
                DateDay,
            ),
            (
                "María Guadalupe",
                "Hernández",
                "López",
                "1996-05-04",
                DateOther,
            ),
        ] {
            let b = person(given, paternal, maternal, birth);
            assert_eq!(between(&a, &b), [expected], "{expected:?}");
            assert_eq!(between(&b, &a), [expected], "{expected:?}, exchanged");
        }
    }

    #[test]
    fn names_are_those_of_json() {
        for d in ALL {
            assert_eq!(serde_json::to_value(d).unwrap(), d.name());
        }
    }
}
