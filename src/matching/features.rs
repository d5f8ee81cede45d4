//! What of a person goes into tokens, and how many bits each piece tells (manual: *matching*,
//! "Features").

use std::sync::OnceLock;

use super::fixed::{self, Bits, ONE_BIT};
use super::{Description, Person};
use crate::crypto::{kdf, labels};
use crate::names::tables::{self, Part, Tables};
use crate::names::{self, phonetic, place};

/// Kinds of features, in the order of `tables/features.tsv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Kind {
    GivenWord,
    GivenPrefix,
    GivenSkeleton,
    GivenSuffix,
    SurnameWord,
    SurnamePrefix,
    SurnameSkeleton,
    SurnameSuffix,
    Year,
    YearPairEven,
    YearPairOdd,
    MonthDay,
    Month,
    Day,
    Nationality,
    State,
    Municipality,
    Phone,
    Document,
}

/// All kinds.
pub const KINDS: [Kind; 19] = [
    Kind::GivenWord,
    Kind::GivenPrefix,
    Kind::GivenSkeleton,
    Kind::GivenSuffix,
    Kind::SurnameWord,
    Kind::SurnamePrefix,
    Kind::SurnameSkeleton,
    Kind::SurnameSuffix,
    Kind::Year,
    Kind::YearPairEven,
    Kind::YearPairOdd,
    Kind::MonthDay,
    Kind::Month,
    Kind::Day,
    Kind::Nationality,
    Kind::State,
    Kind::Municipality,
    Kind::Phone,
    Kind::Document,
];

/// An attribute: features of one attribute overlap in what they tell, so that only the largest
/// counts.
pub type Attribute = u8;

const SURNAME: Attribute = 6;
const YEAR: Attribute = 18;
const MONTH_DAY: Attribute = 19;
const PLACE: Attribute = 20;
const PHONE: Attribute = 21;
const DOCUMENT: Attribute = 22;
/// Number of attributes.
pub const ATTRIBUTES: usize = 23;

/// Whether an attribute is a word of a name.
pub fn is_name(attribute: Attribute) -> bool {
    attribute < YEAR
}

/// Whether an attribute tells members of one family and place apart.
pub fn is_individual(attribute: Attribute) -> bool {
    attribute < SURNAME || attribute == YEAR || attribute == MONTH_DAY
}

/// Most features of one description; later ones are left out.
pub const MAX_FEATURES: usize = 64;

/// One feature. Holds a piece of a name: no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Feature {
    /// Its kind.
    pub kind: Kind,
    /// What it is a feature of.
    pub attribute: Attribute,
    /// Its surprisal, capped.
    pub bits: Bits,
    /// Its value.
    pub text: String,
}

impl Feature {
    /// The bytes that are hashed: kind and value.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(1 + self.text.len());
        out.push(self.kind as u8);
        out.extend_from_slice(self.text.as_bytes());
        out
    }
}

/// Weight and cap of each kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureTable {
    weights: [u32; KINDS.len()],
    caps: [Bits; KINDS.len()],
}

const FEATURES: &str = include_str!("tables/features.tsv");

impl FeatureTable {
    /// The table that ships.
    pub fn shipped() -> &'static Self {
        static TABLE: OnceLock<FeatureTable> = OnceLock::new();
        TABLE.get_or_init(|| Self::parse(FEATURES))
    }

    /// Reads rows of kind, weight in 1/64 and cap in tenths of a bit, in the order of [`KINDS`].
    /// A row that cannot be read switches its kind off.
    pub fn parse(text: &str) -> Self {
        let mut table = Self {
            weights: [0; KINDS.len()],
            caps: [0; KINDS.len()],
        };
        let rows = text
            .lines()
            .filter(|l| !l.is_empty() && !l.starts_with('#'));
        for (i, row) in rows.take(KINDS.len()).enumerate() {
            let mut numbers = row.split('\t').skip(1).map(|n| n.parse::<u32>());
            if let (Some(Ok(weight)), Some(Ok(cap))) = (numbers.next(), numbers.next()) {
                table.set(KINDS[i], weight, cap);
            }
        }
        table
    }

    /// Changes one kind: weight in 1/64 (0 is off, else 16 to 1,024), cap in tenths of a bit.
    pub fn set(&mut self, kind: Kind, weight: u32, cap_tenths: u32) {
        let i = kind as usize;
        self.weights[i] = if weight == 0 {
            0
        } else {
            weight.clamp(16, 1024)
        };
        self.caps[i] = cap_tenths.min(640) * ONE_BIT / 10;
    }

    /// Weight of a kind in 1/64.
    pub fn weight(&self, kind: Kind) -> u32 {
        self.weights[kind as usize]
    }

    /// Most bits of a kind.
    pub fn cap(&self, kind: Kind) -> Bits {
        self.caps[kind as usize]
    }

    /// Hash of this table and of every name table: what a round's note commits to.
    pub fn hash(&self) -> [u8; 32] {
        let mut material: Vec<u8> = Vec::new();
        for (weight, cap) in self.weights.iter().zip(&self.caps) {
            material.extend_from_slice(&weight.to_be_bytes());
            material.extend_from_slice(&cap.to_be_bytes());
        }
        for (name, text) in tables::FILES {
            crate::codec::put_bytes(&mut material, name.as_bytes());
            crate::codec::put_bytes(&mut material, text.as_bytes());
        }
        *kdf::derive(labels::MATCH_TABLES, &[&material]).expose()
    }
}

/// The features of one description, distinct, in a fixed order, at most [`MAX_FEATURES`].
pub fn features(of: &Description, table: &FeatureTable) -> Vec<Feature> {
    let mut all = Collected {
        table,
        list: Vec::with_capacity(40),
    };
    let country = place::country(&of.nationality);
    let state = place::state(&country, &of.state);
    let municipality = place::municipality(&of.municipality);

    let given = [of.given_names.as_str()]
        .into_iter()
        .chain(of.aliases.iter().map(String::as_str))
        .flat_map(names::given);
    for (word, attribute) in given.zip(0..SURNAME) {
        for name in &word.stands_for {
            all.given(attribute, &phonetic::form(name));
        }
    }
    let regions = place::regions(&country, &state);
    let surnames = names::surnames(&of.paternal_surname, &of.maternal_surname);
    let words = surnames.paternal.iter().chain(&surnames.maternal);
    for (word, attribute) in words.zip(SURNAME..YEAR) {
        all.surname(attribute, &phonetic::form(word), &regions);
    }

    if let Some(year) = of.birth.year {
        all.flat(Kind::Year, YEAR, year.to_string());
        all.flat(Kind::YearPairEven, YEAR, (year / 2).to_string());
        all.flat(Kind::YearPairOdd, YEAR, year.div_ceil(2).to_string());
    }
    if let Some((m, d)) = of.birth.month_and_day() {
        all.flat(
            Kind::MonthDay,
            MONTH_DAY,
            format!("{}-{}", m.min(d), m.max(d)),
        );
        all.flat(Kind::Day, MONTH_DAY, d.to_string());
    }
    if let Some(m) = of.birth.usable_month() {
        all.flat(Kind::Month, MONTH_DAY, m.to_string());
    }

    let tables = Tables::get();
    let nationality = if country.is_empty() {
        0
    } else {
        let share = tables.country_share(&country);
        all.push(
            Kind::Nationality,
            PLACE,
            fixed::surprisal(share, 100),
            country.clone(),
        );
        fixed::surprisal(share, 100)
    };
    if !state.is_empty() {
        let share = tables.state(&country, &state).map_or(20, |s| s.per_1000);
        let bits = nationality + fixed::surprisal(share, 1000);
        all.push(Kind::State, PLACE, bits, format!("{country} {state}"));
    }
    if !municipality.is_empty() {
        all.flat(Kind::Municipality, PLACE, municipality);
    }
    let digits = digits(&of.phone);
    if digits.len() >= 6 {
        all.flat(Kind::Phone, PHONE, last(&digits, 8).to_owned());
    }
    let document = document(&of.document);
    if document.len() >= 5 {
        all.flat(Kind::Document, DOCUMENT, document);
    }
    all.list
}

struct Collected<'a> {
    table: &'a FeatureTable,
    list: Vec<Feature>,
}

impl Collected<'_> {
    fn push(&mut self, kind: Kind, attribute: Attribute, bits: Bits, text: String) {
        let bits = bits.min(self.table.cap(kind));
        if self.table.weight(kind) == 0
            || bits == 0
            || text.is_empty()
            || self.list.len() == MAX_FEATURES
            || self.list.iter().any(|f| f.kind == kind && f.text == text)
        {
            return;
        }
        self.list.push(Feature {
            kind,
            attribute,
            bits,
            text,
        });
    }

    /// A feature that counts for the cap of its kind whatever its value.
    fn flat(&mut self, kind: Kind, attribute: Attribute, text: String) {
        self.push(kind, attribute, Bits::MAX, text);
    }

    fn given(&mut self, attribute: Attribute, form: &str) {
        let share = |part, text: &str| Tables::get().given_part(part, text);
        self.word(attribute, form, Kind::GivenWord, share);
    }

    fn surname(&mut self, attribute: Attribute, form: &str, regions: &[&str]) {
        let share = |part, text: &str| Tables::get().surname_part(part, text, regions);
        self.word(attribute, form, Kind::SurnameWord, share);
    }

    fn word(
        &mut self,
        attribute: Attribute,
        form: &str,
        whole: Kind,
        share: impl Fn(Part, &str) -> u32,
    ) {
        let parts = [Part::Whole, Part::Prefix, Part::Skeleton, Part::Suffix];
        for (part, kind) in parts.into_iter().zip(&KINDS[whole as usize..]) {
            let text = tables::part(form, part);
            let bits = fixed::surprisal(share(part, &text), 100_000);
            self.push(*kind, attribute, bits, text);
        }
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn last(text: &str, n: usize) -> &str {
    // Only ASCII digits come here.
    &text[text.len().saturating_sub(n)..]
}

/// A document number without blanks and marks, in capitals.
pub(super) fn document(text: &str) -> String {
    text.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// The last `n` digits of a telephone number, if it has at least six.
pub(super) fn phone_end(text: &str, n: usize) -> Option<String> {
    let digits = digits(text);
    (digits.len() >= 6).then(|| last(&digits, n).to_owned())
}

/// The descriptions of a person that differ in what they tell, at most
/// [`super::MAX_ALTERNATES`], each completed by the others: a field that one lacks is taken from
/// the first that has it.
pub fn alternates(person: &Person, table: &FeatureTable) -> Vec<Description> {
    distinct(person, table)
        .into_iter()
        .map(|(d, _)| d)
        .collect()
}

/// The feature lists of the [`alternates`] of a person.
pub fn of_person(person: &Person, table: &FeatureTable) -> Vec<Vec<Feature>> {
    distinct(person, table)
        .into_iter()
        .map(|(_, f)| f)
        .collect()
}

fn distinct(person: &Person, table: &FeatureTable) -> Vec<(Description, Vec<Feature>)> {
    let mut found: Vec<(Description, Vec<Feature>)> = Vec::with_capacity(1);
    for description in &person.alternates {
        if found.len() == super::MAX_ALTERNATES {
            break;
        }
        let mut whole = description.clone();
        for other in &person.alternates {
            whole.complete(other);
        }
        let list = features(&whole, table);
        if !list.is_empty() && found.iter().all(|(_, f)| *f != list) {
            found.push((whole, list));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::PartialDate;

    fn example() -> Description {
        Description {
            given_names: "María Lupita".into(),
            paternal_surname: "Hernández".into(),
            maternal_surname: "Tzoc".into(),
            birth: PartialDate::parse("1995-05-14"),
            nationality: "GTM".into(),
            state: "Quiché".into(),
            municipality: "Nebaj".into(),
            phone: "+502 5555 1234".into(),
            ..Description::default()
        }
    }

    #[test]
    fn the_shipped_table_names_every_kind_in_order() {
        let rows: Vec<&str> = FEATURES.lines().filter(|l| !l.starts_with('#')).collect();
        assert_eq!(rows.len(), KINDS.len());
        for (row, kind) in rows.iter().zip(KINDS) {
            let name: String = format!("{kind:?}")
                .chars()
                .flat_map(|c| {
                    let dash = c.is_ascii_uppercase().then_some('-');
                    dash.into_iter().chain([c.to_ascii_lowercase()])
                })
                .skip(1)
                .collect();
            assert!(row.starts_with(&format!("{name}\t")), "{row} {name}");
        }
    }

    #[test]
    fn spellings_of_one_person_have_the_same_features() {
        let table = FeatureTable::shipped();
        let other = Description {
            given_names: "MARIA GUADALUPE".into(),
            paternal_surname: "Ernandes".into(),
            maternal_surname: "Soc".into(),
            birth: PartialDate::parse("14/05/1995"),
            nationality: "guatemalteca".into(),
            state: "El Quiché".into(),
            municipality: "Santa María Nebaj".into(),
            phone: "55551234".into(),
            ..Description::default()
        };
        let texts = |d| -> Vec<(Kind, String)> {
            features(d, table)
                .into_iter()
                .map(|f| (f.kind, f.text))
                .collect()
        };
        assert!(texts(&example()) == texts(&other));
    }

    #[test]
    fn nothing_counts_for_more_than_its_cap() {
        let table = FeatureTable::shipped();
        for f in features(&example(), table) {
            assert!(f.bits > 0 && f.bits <= table.cap(f.kind));
        }
        assert!(features(&Description::default(), table).is_empty());
    }

    #[test]
    fn the_hash_moves_with_the_table() {
        let mut other = FeatureTable::shipped().clone();
        other.set(Kind::Year, 70, 40);
        assert_ne!(other.hash(), FeatureTable::shipped().hash());
    }
}
