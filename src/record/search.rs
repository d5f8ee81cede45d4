//! Finding a person by whatever is remembered (manual: *record*, "Searching").
//!
//! A vault decrypts its records once and keeps a [`SearchKey`] of each; a [`Query`] is folded once.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::code::Sex;
use super::country::Country;
use super::document;
use super::fold::fold;
use super::model::{Birth, Record};
use crate::names::phonetic;

/// A folded word and the set of its letters.
#[derive(Clone, Zeroize)]
pub(super) struct Word {
    pub(super) text: String,
    letters: u32,
}

impl Word {
    fn new(text: &str) -> Self {
        Self {
            letters: letters(text),
            text: text.to_owned(),
        }
    }
}

/// What of a record is searched and compared, folded.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SearchKey {
    pub(super) given: Vec<Word>,
    pub(super) paternal: String,
    pub(super) maternal: String,
    pub(super) aliases: Vec<Word>,
    /// Words of both surnames and of the married name.
    surnames: Vec<Word>,
    pub(super) local_id: String,
    pub(super) documents: Vec<String>,
    pub(super) phones: Vec<String>,
    pub(super) year: Option<u16>,
    pub(super) month: Option<u8>,
    pub(super) day: Option<u8>,
    /// The year comes from an age and is near only.
    pub(super) year_is_estimate: bool,
    #[zeroize(skip)]
    pub(super) sex: Option<Sex>,
    pub(super) nationality: Vec<Country>,
    pub(super) state: String,
    pub(super) municipality: String,
}

impl fmt::Debug for SearchKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SearchKey(..)")
    }
}

impl SearchKey {
    /// Folds a record.
    pub fn new(record: &Record) -> Self {
        let words = |texts: &[&String]| {
            let mut all = Vec::new();
            for text in texts {
                all.extend(
                    fold(text)
                        .split(' ')
                        .filter(|w| !w.is_empty())
                        .map(Word::new),
                );
            }
            all
        };
        let (year, month, day, year_is_estimate) = match &record.birth {
            Birth::Unknown => (None, None, None, false),
            Birth::Date(d) => (d.year(), d.month(), d.day(), false),
            Birth::Age(a) => {
                let year =
                    a.at.and_then(|at| at.year().checked_sub(u16::from(a.years)));
                (year, None, None, true)
            }
        };
        let mut aliases = words(&record.aliases.iter().collect::<Vec<_>>());
        aliases.extend(words(&[&record.preferred_name]));
        Self {
            given: words(&[&record.given_names]),
            paternal: fold(&record.paternal_surname),
            maternal: fold(&record.maternal_surname),
            aliases,
            surnames: words(&[
                &record.paternal_surname,
                &record.maternal_surname,
                &record.married_name,
            ]),
            local_id: super::fold::key(&record.local_id),
            documents: record
                .documents
                .iter()
                .map(|d| document::normalize(&d.number).to_lowercase())
                .filter(|n| !n.is_empty())
                .collect(),
            phones: record
                .phones
                .iter()
                .map(|p| digits(p))
                .filter(|p| p.len() >= 6)
                .collect(),
            year,
            month,
            day,
            year_is_estimate,
            sex: record.sex,
            nationality: record.nationality.clone(),
            state: fold(&record.birth_place.state),
            municipality: fold(&record.birth_place.municipality),
        }
    }

    fn words(&self) -> impl Iterator<Item = &Word> {
        self.given.iter().chain(&self.surnames).chain(&self.aliases)
    }
}

/// The last ten digits of a telephone number: the country's prefix is often left out.
fn digits(phone: &str) -> String {
    let all: String = phone.chars().filter(char::is_ascii_digit).collect();
    let from = all.len().saturating_sub(10);
    all[from..].to_owned()
}

fn letters(word: &str) -> u32 {
    word.bytes()
        .filter(u8::is_ascii_lowercase)
        .fold(0, |set, b| set | 1 << (b - b'a'))
}

/// What is searched for: parts of names, an alias, a document, a telephone, a case number.
pub struct Query {
    words: Vec<Word>,
    /// How each word sounds.
    sounds: Vec<String>,
    whole: String,
    digits: String,
}

impl Query {
    /// Folds what was typed.
    pub fn new(text: &str) -> Self {
        let folded = fold(text);
        let words: Vec<Word> = folded
            .split(' ')
            .filter(|w| !w.is_empty())
            .take(16)
            .map(Word::new)
            .collect();
        Self {
            sounds: words.iter().map(|w| phonetic::form(&w.text)).collect(),
            words,
            whole: super::fold::key(text),
            digits: text.chars().filter(char::is_ascii_digit).collect(),
        }
    }

    /// How well a record fits, 0 best; `None` if it does not. Every word must be found: as it is, as
    /// the beginning or inside of a word, or with one slip (two from eight letters on).
    pub fn rank(&self, key: &SearchKey) -> Option<u32> {
        if self.whole.is_empty() {
            return None;
        }
        if key.local_id == self.whole || key.documents.contains(&self.whole) {
            return Some(0);
        }
        let phone = self.digits.len() >= 6
            && key
                .phones
                .iter()
                .any(|p| p.ends_with(&self.digits) || self.digits.ends_with(p.as_str()));
        if phone {
            return Some(1);
        }
        if self.whole.len() >= 3
            && self.whole.bytes().any(|b| b.is_ascii_digit())
            && (key.local_id.contains(&self.whole)
                || key.documents.iter().any(|d| d.starts_with(&self.whole)))
        {
            return Some(2);
        }
        let mut rank = 0;
        for (wanted, sound) in self.words.iter().zip(&self.sounds) {
            rank += key
                .words()
                .filter_map(|word| fit(wanted, word).or_else(|| sounds_like(wanted, sound, word)))
                .min()?;
        }
        Some(rank)
    }
}

/// Whether a word sounds like the one that is wanted: *sochil* and Xóchitl, *erika* and Érica.
fn sounds_like(wanted: &Word, sound: &str, word: &Word) -> Option<u32> {
    let (a, b) = (wanted.text.len(), word.text.len());
    // Spellings of one sound share most letters; the others need not be spoken.
    let near = a >= 3 && a.abs_diff(b) <= 3 && (wanted.letters ^ word.letters).count_ones() <= 5;
    (near && phonetic::form(&word.text) == sound).then_some(4)
}

fn fit(wanted: &Word, word: &Word) -> Option<u32> {
    let (a, b) = (wanted.text.as_str(), word.text.as_str());
    if a == b {
        return Some(0);
    }
    if b.starts_with(a) {
        return Some(2);
    }
    let slips = match a.len() {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    };
    let near = slips > 0
        && a.len().abs_diff(b.len()) <= slips
        // A slip changes at most two letters of the set.
        && (wanted.letters ^ word.letters).count_ones() as usize <= 2 * slips;
    if near {
        let distance = strsim::osa_distance(a, b);
        if distance <= slips {
            return Some(if distance == 1 { 3 } else { 5 });
        }
    }
    (a.len() >= 3 && b.contains(a)).then_some(4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{FieldId, Kind, set};

    fn person() -> SearchKey {
        let mut r = Record::new(Kind::Victim);
        for (field, text) in [
            (FieldId::LocalId, "ALT-0000017"),
            (FieldId::GivenNames, "María Xóchitl"),
            (FieldId::PaternalSurname, "Muñoz"),
            (FieldId::MaternalSurname, "de la Cruz"),
            (FieldId::Aliases, "La Güera"),
            (FieldId::Phone, "+52 961 123 4567"),
            (FieldId::Curp, "BOXW310820HNERXN09"),
        ] {
            set(&mut r, field, text).unwrap();
        }
        SearchKey::new(&r)
    }

    #[test]
    fn any_part_finds_the_person() {
        let key = person();
        for (query, rank) in [
            ("alt-0000017", Some(0)),
            ("BOXW310820HNERXN09", Some(0)),
            ("961 123 4567", Some(1)),
            ("0000017", Some(2)),
            ("maria munoz", Some(0)),
            ("XOCH", Some(2)),
            ("Xochtil", Some(3)),
            ("guera", Some(0)),
            ("munos", Some(3)),
            ("cruz maria", Some(0)),
            ("sochil", Some(4)),
            ("maria lopez", None),
            ("pedro", None),
            ("", None),
            ("'", None),
        ] {
            assert_eq!(Query::new(query).rank(&key), rank, "{query}");
        }
    }
}
