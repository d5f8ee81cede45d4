//! How alike two records are, in clear text, inside one vault (manual: *record*, "Likeness").
//!
//! Evidence for and against is added up and told with its reasons; a person decides. Strings are
//! compared by Jaro-Winkler (Winkler 1990) on folded text.

use std::collections::HashMap;

use rayon::prelude::*;

use super::model::Record;
use super::search::{SearchKey, Word};
use crate::i18n::{Localize, Message};

/// From this score on two records are probably one person.
pub const LIKELY: f64 = 0.6;

/// Most records of a block that are all compared with each other.
const BLOCK_MAX: usize = 60;

/// In a larger block, each is compared with so many that follow in the order of the names.
const WINDOW: usize = 8;

/// How alike two records are.
#[derive(Debug, Clone, PartialEq)]
pub struct Likeness {
    /// 0 different, 1 the same.
    pub score: f64,
    /// Why, the strongest first.
    pub reasons: Vec<Reason>,
}

/// What speaks for or against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The same document number.
    SameDocument,
    /// The same telephone.
    SamePhone,
    /// The same given names.
    SameGivenNames,
    /// Similar given names, or one of several.
    SimilarGivenNames,
    /// The given name of one is an alias of the other.
    Alias,
    /// The same surnames.
    SameSurnames,
    /// Similar surnames, or one of the two.
    SimilarSurnames,
    /// The surnames exchanged.
    SwappedSurnames,
    /// The same day of birth.
    SameBirth,
    /// Day and month exchanged.
    SwappedBirth,
    /// Births that agree in most parts.
    SimilarBirth,
    /// The same place of birth.
    SamePlace,
    /// Against: other given names.
    OtherGivenNames,
    /// Against: other surnames.
    OtherSurnames,
    /// Against: another birth.
    OtherBirth,
    /// Against: another sex.
    OtherSex,
    /// Against: another nationality.
    OtherNationality,
    /// Against: another place of birth.
    OtherPlace,
}

impl Localize for Reason {
    fn message(&self) -> Message {
        Message::new(match self {
            Self::SameDocument => "record-reason-same-document",
            Self::SamePhone => "record-reason-same-phone",
            Self::SameGivenNames => "record-reason-same-given-names",
            Self::SimilarGivenNames => "record-reason-similar-given-names",
            Self::Alias => "record-reason-alias",
            Self::SameSurnames => "record-reason-same-surnames",
            Self::SimilarSurnames => "record-reason-similar-surnames",
            Self::SwappedSurnames => "record-reason-swapped-surnames",
            Self::SameBirth => "record-reason-same-birth",
            Self::SwappedBirth => "record-reason-swapped-birth",
            Self::SimilarBirth => "record-reason-similar-birth",
            Self::SamePlace => "record-reason-same-place",
            Self::OtherGivenNames => "record-reason-other-given-names",
            Self::OtherSurnames => "record-reason-other-surnames",
            Self::OtherBirth => "record-reason-other-birth",
            Self::OtherSex => "record-reason-other-sex",
            Self::OtherNationality => "record-reason-other-nationality",
            Self::OtherPlace => "record-reason-other-place",
        })
    }
}

/// Compares two records.
pub fn compare(a: &Record, b: &Record) -> Likeness {
    compare_keys(&SearchKey::new(a), &SearchKey::new(b))
}

/// [`compare`] for records that were folded before.
pub fn compare_keys(a: &SearchKey, b: &SearchKey) -> Likeness {
    let mut evidence: Vec<(f64, Reason)> = Vec::new();
    let mut silent = 0.0;
    evidence.extend(given_names(a, b));
    evidence.extend(surnames(a, b));
    evidence.extend(birth(a, b));
    if common(&a.documents, &b.documents) {
        evidence.push((8.0, Reason::SameDocument));
    }
    if common(&a.phones, &b.phones) {
        evidence.push((3.5, Reason::SamePhone));
    }
    if let (Some(x), Some(y)) = (a.sex, b.sex) {
        if x == y {
            silent += 0.3;
        } else {
            evidence.push((-2.0, Reason::OtherSex));
        }
    }
    if !a.nationality.is_empty() && !b.nationality.is_empty() {
        if common(&a.nationality, &b.nationality) {
            silent += 0.2;
        } else {
            evidence.push((-1.0, Reason::OtherNationality));
        }
    }
    if !a.municipality.is_empty() && !b.municipality.is_empty() {
        let near = a.municipality == b.municipality
            || a.municipality.ends_with(&b.municipality)
            || b.municipality.ends_with(&a.municipality)
            || alike(&a.municipality, &b.municipality) > 0.93;
        evidence.push(if near {
            (1.2, Reason::SamePlace)
        } else {
            (-0.8, Reason::OtherPlace)
        });
    } else if !a.state.is_empty() && !b.state.is_empty() && alike(&a.state, &b.state) < 0.85 {
        evidence.push((-0.8, Reason::OtherPlace));
    }
    evidence.sort_by(|x, y| y.0.abs().total_cmp(&x.0.abs()));
    let sum: f64 = silent + evidence.iter().map(|e| e.0).sum::<f64>();
    Likeness {
        // Half at the weight of one full name and one surname.
        score: 1.0 / (1.0 + (5.5 - sum).exp()),
        reasons: evidence.into_iter().map(|e| e.1).collect(),
    }
}

fn common<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    a.iter().any(|x| b.contains(x))
}

fn alike(a: &str, b: &str) -> f64 {
    if a == b {
        1.0
    } else {
        strsim::jaro_winkler(a, b)
    }
}

/// Each word of the shorter list with its best in the longer, on average.
fn words_alike(a: &[Word], b: &[Word]) -> f64 {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let best = |w: &Word| {
        long.iter()
            .map(|v| alike(&w.text, &v.text))
            .fold(0.0, f64::max)
    };
    short.iter().map(best).sum::<f64>() / short.len().max(1) as f64
}

fn given_names(a: &SearchKey, b: &SearchKey) -> Option<(f64, Reason)> {
    let known = !a.given.is_empty() && !b.given.is_empty();
    let likeness = words_alike(&a.given, &b.given);
    let alias = |x: &SearchKey, y: &SearchKey| {
        x.aliases.iter().any(|w| {
            y.given
                .iter()
                .chain(&y.aliases)
                .any(|v| alike(&w.text, &v.text) > 0.92)
        })
    };
    if known && likeness > 0.97 {
        let weight = if a.given.len() == b.given.len() {
            3.0
        } else {
            2.0
        };
        let reason = if a.given.len() == b.given.len() {
            Reason::SameGivenNames
        } else {
            Reason::SimilarGivenNames
        };
        return Some((weight, reason));
    }
    if known && likeness > 0.87 {
        return Some((1.7, Reason::SimilarGivenNames));
    }
    if alias(a, b) || alias(b, a) {
        return Some((1.2, Reason::Alias));
    }
    if !known {
        return None;
    }
    (likeness < 0.75).then_some((-3.0, Reason::OtherGivenNames))
}

fn surnames(a: &SearchKey, b: &SearchKey) -> Option<(f64, Reason)> {
    let one = |x: &str, y: &str| -> f64 {
        if x.is_empty() || y.is_empty() {
            return 0.0;
        }
        match alike(x, y) {
            s if s > 0.97 => 2.5,
            s if s > 0.87 => 1.4,
            s if s > 0.75 => -0.5,
            _ => -2.5,
        }
    };
    let straight = one(&a.paternal, &b.paternal) + one(&a.maternal, &b.maternal);
    let crossed = one(&a.paternal, &b.maternal) + one(&a.maternal, &b.paternal) - 0.7;
    let weight = straight.max(crossed);
    let reason = match weight {
        w if w < -0.6 => Reason::OtherSurnames,
        w if w <= 0.0 => return (w < 0.0).then_some((w, Reason::OtherSurnames)),
        _ if crossed > straight => Reason::SwappedSurnames,
        w if w > 4.9 => Reason::SameSurnames,
        _ => Reason::SimilarSurnames,
    };
    Some((weight, reason))
}

fn birth(a: &SearchKey, b: &SearchKey) -> Option<(f64, Reason)> {
    let (x, y) = (a.year?, b.year?);
    let apart = x.abs_diff(y);
    if a.year_is_estimate || b.year_is_estimate {
        return match apart {
            0..=2 => Some((0.5, Reason::SimilarBirth)),
            3..=5 => None,
            _ => Some((-2.5, Reason::OtherBirth)),
        };
    }
    let month = a.month.zip(b.month).map(|(m, n)| m == n);
    let day = a.day.zip(b.day).map(|(d, e)| d == e);
    let swapped = a.month.is_some() && a.month == b.day && a.day == b.month;
    Some(match (apart, month, day) {
        (0, Some(true), Some(true)) => (4.0, Reason::SameBirth),
        (0, ..) if swapped => (3.2, Reason::SwappedBirth),
        (0, Some(true), _) | (0, _, Some(true)) => (1.8, Reason::SimilarBirth),
        (0, Some(false), Some(false)) => (-0.5, Reason::OtherBirth),
        (0, ..) => (1.0, Reason::SimilarBirth),
        (1..=2, Some(true), Some(true)) => (1.8, Reason::SimilarBirth),
        (1, ..) => (-0.8, Reason::OtherBirth),
        // One digit of the year slipped, all else the same.
        (_, Some(true), Some(true)) if apart.is_multiple_of(10) => (0.8, Reason::SimilarBirth),
        _ => (-3.0, Reason::OtherBirth),
    })
}

/// Two records that are probably one person.
#[derive(Debug, Clone, PartialEq)]
pub struct Duplicate<I> {
    /// The one that came first.
    pub first: I,
    /// The other.
    pub second: I,
    /// How alike.
    pub likeness: Likeness,
}

/// Pairs of at least `threshold`, the most alike first; in equal likeness by position.
///
/// Only records are compared that share a document, a telephone, a birthday or the sound of names
/// (blocking), and of a large block only neighbours, so that the work grows with the number of
/// records and not with its square.
pub fn duplicates<I: Copy + Sync>(records: &[(I, &Record)], threshold: f64) -> Vec<Duplicate<I>> {
    let keys: Vec<SearchKey> = records.par_iter().map(|(_, r)| SearchKey::new(r)).collect();
    let mut found: Vec<(u32, u32, Likeness)> = candidates(&keys)
        .into_par_iter()
        .filter_map(|(i, j)| {
            let likeness = compare_keys(keys.get(i as usize)?, keys.get(j as usize)?);
            (likeness.score >= threshold).then_some((i, j, likeness))
        })
        .collect();
    found.sort_by(|a, b| {
        let order = b.2.score.total_cmp(&a.2.score);
        order.then((a.0, a.1).cmp(&(b.0, b.1)))
    });
    found
        .into_iter()
        .filter_map(|(i, j, likeness)| {
            Some(Duplicate {
                first: records.get(i as usize)?.0,
                second: records.get(j as usize)?.0,
                likeness,
            })
        })
        .collect()
}

/// Pairs worth comparing, each once, the smaller index first.
fn candidates(keys: &[SearchKey]) -> Vec<(u32, u32)> {
    let mut blocks: HashMap<String, Vec<u32>> = HashMap::new();
    for (at, key) in (0u32..).zip(keys) {
        let mut labels = labels(key);
        labels.sort_unstable();
        labels.dedup();
        for label in labels {
            blocks.entry(label).or_default().push(at);
        }
    }
    let name = |at: &u32| {
        let key = &keys[*at as usize];
        (
            key.given.first().map(|w| w.text.as_str()),
            key.paternal.as_str(),
        )
    };
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    for mut block in blocks.into_values().filter(|b| b.len() > 1) {
        let window = if block.len() > BLOCK_MAX {
            block.sort_by(|a, b| name(a).cmp(&name(b)));
            WINDOW
        } else {
            BLOCK_MAX
        };
        for (at, i) in block.iter().enumerate() {
            for j in block.iter().skip(at + 1).take(window) {
                pairs.push((*i.min(j), *i.max(j)));
            }
        }
    }
    pairs.par_sort_unstable();
    pairs.dedup();
    pairs
}

fn labels(key: &SearchKey) -> Vec<String> {
    let mut out = Vec::new();
    out.extend(key.documents.iter().map(|d| format!("d{d}")));
    out.extend(key.phones.iter().map(|p| format!("p{p}")));
    let (paternal, maternal) = (sound(&key.paternal), sound(&key.maternal));
    let year = key.year.filter(|_| !key.year_is_estimate);
    if let (Some(y), Some(m), Some(d)) = (year, key.month, key.day) {
        out.push(format!("b{y}-{}-{}", m.min(d), m.max(d)));
    }
    if !paternal.is_empty() && !maternal.is_empty() {
        let (x, y) = if paternal <= maternal {
            (&paternal, &maternal)
        } else {
            (&maternal, &paternal)
        };
        out.push(format!("s{x} {y}"));
    }
    for word in key.given.iter().chain(&key.aliases).take(4) {
        let given = sound(&word.text);
        if given.is_empty() {
            continue;
        }
        for surname in [&paternal, &maternal] {
            if !surname.is_empty() {
                out.push(format!("n{given} {surname}"));
            }
        }
        if let Some(year) = year {
            out.push(format!("y{given} {year}"));
        }
    }
    out
}

/// The consonants of a word as they sound in the region, doubled ones once; its first letter, if
/// that is a vowel.
fn sound(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().filter(|c| c.is_alphanumeric()).peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        let heard = match c {
            'h' => continue,
            'a' | 'e' | 'i' | 'o' | 'u' => {
                if out.is_empty() {
                    'a'
                } else {
                    continue;
                }
            }
            'v' | 'w' => 'b',
            'z' | 'x' => 's',
            'c' if matches!(next, Some('e' | 'i')) => 's',
            'c' | 'q' => 'k',
            'g' if matches!(next, Some('e' | 'i')) => 'j',
            'l' if next == Some('l') => {
                chars.next();
                'y'
            }
            other => other,
        };
        if !out.ends_with(heard) {
            out.push(heard);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{FieldId, Kind, set};

    fn person(fields: &[(FieldId, &str)]) -> Record {
        let mut record = Record::new(Kind::Victim);
        for (field, text) in fields {
            set(&mut record, *field, text).unwrap();
        }
        record
    }

    fn simple(given: &str, paternal: &str, maternal: &str, birth: &str) -> Record {
        person(&[
            (FieldId::GivenNames, given),
            (FieldId::PaternalSurname, paternal),
            (FieldId::MaternalSurname, maternal),
            (FieldId::DateOfBirth, birth),
        ])
    }

    #[test]
    fn errors_of_the_region_are_alike_and_relatives_are_not() {
        let her = simple("Rosa Alejandra", "Gálvez", "Ramírez", "2004-03-18");
        for (other, reason) in [
            (
                simple("Rosa Alejandra", "Galvez", "Ramirez", "18/03/2004"),
                Reason::SameBirth,
            ),
            (
                simple("Rosa", "Galves", "Ramirez", "2004"),
                Reason::SimilarGivenNames,
            ),
            (
                simple("Rosa Alejandra", "Ramírez", "Gálvez", "2004-03-18"),
                Reason::SwappedSurnames,
            ),
            (
                simple("Rosa Alexandra", "Gálvez", "", "2004-03-18"),
                Reason::SameBirth,
            ),
        ] {
            let likeness = compare(&her, &other);
            assert!(likeness.score >= LIKELY, "{likeness:?}");
            assert!(likeness.reasons.contains(&reason), "{likeness:?}");
            let back = compare(&other, &her);
            assert!((back.score - likeness.score).abs() < 1e-12);
        }
        let early = simple("Ana", "López", "Ruiz", "2004-03-07");
        let swapped = compare(&early, &simple("Ana", "López", "Ruiz", "2004-07-03"));
        assert!(swapped.reasons.contains(&Reason::SwappedBirth));
        for other in [
            simple("Carmen", "Gálvez", "Ramírez", "2001-07-02"),
            simple("Rosa", "Hernández", "López", "1990-01-01"),
            Record::new(Kind::Victim),
        ] {
            let likeness = compare(&her, &other);
            assert!(likeness.score < LIKELY, "{likeness:?}");
        }
    }

    #[test]
    fn duplicates_are_found_once_and_in_order() {
        let a = simple("María José", "Hernández", "Xol", "1999-05-04");
        let b = simple("Maria Jose", "Hernandez", "Xol", "1999-04-05");
        let c = simple("Pedro", "Canul", "Pech", "1980-01-01");
        let d = a.clone();
        let found = duplicates(&[("a", &a), ("b", &b), ("c", &c), ("d", &d)], LIKELY);
        let pairs: Vec<_> = found.iter().map(|d| (d.first, d.second)).collect();
        assert_eq!(pairs, [("a", "d"), ("a", "b"), ("b", "d")]);
    }

    #[test]
    #[ignore = "a measurement: 100,000 records"]
    fn speed() {
        const GIVEN: &[&str] = &[
            "María",
            "Guadalupe",
            "Rosa",
            "José",
            "Juan",
            "Ana",
            "Luz",
            "Itzel",
        ];
        const STEMS: &[&str] = &[
            "Her", "Gar", "Mar", "Lo", "Gon", "Pe", "Ra", "San", "Flo", "Ri", "To", "Cru",
        ];
        const ENDS: &[&str] = &[
            "nández", "cía", "tínez", "pez", "zález", "rez", "mírez", "chez", "res", "vera",
            "rres", "nul", "xol", "tuc",
        ];
        let mut state = 7u64;
        let mut pick = |n: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) as usize % n
        };
        let all: Vec<Record> = (0..100_000)
            .map(|_| {
                let name = |a: usize, b: usize| format!("{}{}", STEMS[a], ENDS[b]);
                let birth = format!(
                    "{}-{:02}-{:02}",
                    1980 + pick(30),
                    1 + pick(12),
                    1 + pick(28)
                );
                simple(
                    &format!("{} {}", GIVEN[pick(8)], GIVEN[pick(8)]),
                    &name(pick(12), pick(14)),
                    &name(pick(12), pick(14)),
                    &birth,
                )
            })
            .collect();
        let list: Vec<_> = all.iter().enumerate().collect();
        let start = std::time::Instant::now();
        let found = duplicates(&list, 0.95).len();
        eprintln!("duplicates of 100,000: {found} in {:?}", start.elapsed());
        let start = std::time::Instant::now();
        let keys: Vec<SearchKey> = all.iter().map(SearchKey::new).collect();
        eprintln!("search keys {:?}", start.elapsed());
        let query = crate::record::Query::new("guadalupe hernandes");
        let start = std::time::Instant::now();
        let hits = keys.iter().filter_map(|k| query.rank(k)).count();
        eprintln!("search {hits} in {:?}", start.elapsed());
    }

    #[test]
    fn sounds_of_the_region() {
        assert_eq!(sound("vallejo"), sound("bayejo"));
        assert_eq!(sound("gonzalez"), sound("gonsales"));
        assert_eq!(sound("hernandez"), sound("ernandes"));
    }
}
