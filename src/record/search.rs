//! Finding a person by whatever is remembered (manual: *record*, "Searching").
//!
//! A vault keeps a [`SearchKey`] of each record, sealed; a [`Query`] is folded once.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::code::Sex;
use super::country::Country;
use super::document;
use super::fold::fold;
use super::model::{Birth, Record};
use crate::codec::{Decode, DecodeError, Encode, Reader, put_bytes};
use crate::names::phonetic;

/// Longest texts of a key together, in bytes.
const KEY_MAX: usize = 16 << 20;

/// A folded word and the set of its letters.
#[derive(Clone, Zeroize, PartialEq, Eq)]
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
#[derive(Clone, Zeroize, ZeroizeOnDrop, PartialEq, Eq)]
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

    /// Whether a folded case number is that of the record.
    pub fn is_case(&self, folded: &str) -> bool {
        !folded.is_empty() && self.local_id == folded
    }
}

fn words_of(text: &str) -> Vec<Word> {
    let words = text.split(' ').filter(|w| !w.is_empty());
    words.map(Word::new).collect()
}

/// Texts, each behind a line feed, which no folded text contains; then the parts of the birth.
impl Encode for SearchKey {
    fn encode(&self, out: &mut Vec<u8>) {
        let mut text = Zeroizing::new(String::with_capacity(256));
        let mut words = |words: &mut dyn Iterator<Item = &str>| {
            for (at, word) in words.enumerate() {
                if at > 0 {
                    text.push(' ');
                }
                text.push_str(word);
            }
            text.push('\n');
        };
        words(&mut self.given.iter().map(|w| w.text.as_str()));
        words(&mut std::iter::once(self.paternal.as_str()));
        words(&mut std::iter::once(self.maternal.as_str()));
        words(&mut self.surnames.iter().map(|w| w.text.as_str()));
        words(&mut self.aliases.iter().map(|w| w.text.as_str()));
        words(&mut std::iter::once(self.local_id.as_str()));
        words(&mut self.documents.iter().map(String::as_str));
        words(&mut self.phones.iter().map(String::as_str));
        words(&mut std::iter::once(self.state.as_str()));
        words(&mut std::iter::once(self.municipality.as_str()));
        words(&mut self.nationality.iter().map(Country::as_str));
        words(&mut self.sex.iter().map(|s| s.code()));
        put_bytes(out, text.as_bytes());
        out.push(u8::from(self.year_is_estimate));
        out.extend_from_slice(&self.year.unwrap_or(0).to_be_bytes());
        out.push(self.month.unwrap_or(0));
        out.push(self.day.unwrap_or(0));
    }
}

impl Decode for SearchKey {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bad = || DecodeError::Value("search key");
        let mut lines = input.text(KEY_MAX)?.split('\n');
        let mut line = || lines.next().ok_or_else(bad);
        let many = |line: &str| -> Vec<String> {
            let words = line.split(' ').filter(|w| !w.is_empty());
            words.map(str::to_owned).collect()
        };
        let given = words_of(line()?);
        let (paternal, maternal) = (line()?.to_owned(), line()?.to_owned());
        let (surnames, aliases) = (words_of(line()?), words_of(line()?));
        let local_id = line()?.to_owned();
        let (documents, phones) = (many(line()?), many(line()?));
        let (state, municipality) = (line()?.to_owned(), line()?.to_owned());
        let nationality = line()?
            .split(' ')
            .filter(|c| !c.is_empty())
            .map(|c| Country::parse(c).ok_or_else(bad))
            .collect::<Result<_, _>>()?;
        let sex = match line()? {
            "" => None,
            code => Some(Sex::from_code(code).ok_or_else(bad)?),
        };
        if !line()?.is_empty() || lines.next().is_some() {
            return Err(bad());
        }
        let year_is_estimate = match input.u8()? {
            0 => false,
            1 => true,
            _ => return Err(bad()),
        };
        let (year, month, day) = (input.u16()?, input.u8()?, input.u8()?);
        Ok(Self {
            given,
            paternal,
            maternal,
            aliases,
            surnames,
            local_id,
            documents,
            phones,
            year: Some(year).filter(|y| *y > 0),
            month: Some(month).filter(|m| *m > 0),
            day: Some(day).filter(|d| *d > 0),
            year_is_estimate,
            sex,
            nationality,
            state,
            municipality,
        })
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
    fn a_key_is_read_as_it_is_written() {
        let mut nobody = Record::new(Kind::Witness);
        nobody.preferred_name = " -- ".to_owned();
        let mut full = Record::new(Kind::Victim);
        for (field, text) in [
            (FieldId::GivenNames, "  José   Ángel "),
            (FieldId::PaternalSurname, "de la\u{2028}O"),
            (FieldId::MarriedName, "de López"),
            (FieldId::Aliases, "Chepe; El Güero"),
            (FieldId::Phone, "961 123 4567; 55-5555-5555"),
            (FieldId::Nationality, "MX; Guatemala"),
            (FieldId::Sex, "male"),
            (FieldId::DateOfBirth, "2001-02"),
            (FieldId::BirthState, "Yucatán"),
            (FieldId::BirthMunicipality, "Mérida"),
        ] {
            set(&mut full, field, text).unwrap();
        }
        for key in [SearchKey::new(&nobody), SearchKey::new(&full), person()] {
            let bytes = key.to_bytes();
            assert!(SearchKey::from_bytes(&bytes).unwrap() == key);
            for cut in 0..bytes.len() {
                assert!(SearchKey::from_bytes(&bytes[..cut]).is_err());
            }
        }
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
