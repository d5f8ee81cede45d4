//! What of a person goes into tokens, and how many bits each piece tells (manual: *matching*,
//! "Features").

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

use super::fixed::{self, Bits, ONE_BIT};
use super::{Description, PartialDate, Person};
use crate::crypto::{kdf, labels};
use crate::names::tables::{self, Parts, Tables};
use crate::names::{self, phonetic, place};

/// Kinds of features, in the order of `tables/features.tsv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Kind {
    GivenWord,
    SurnameWord,
    AnyWord,
    Prefix,
    Skeleton,
    Suffix,
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
pub const KINDS: [Kind; 17] = [
    Kind::GivenWord,
    Kind::SurnameWord,
    Kind::AnyWord,
    Kind::Prefix,
    Kind::Skeleton,
    Kind::Suffix,
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
pub(super) const YEAR: Attribute = 18;
pub(super) const MONTH_DAY: Attribute = 19;
pub(super) const PLACE: Attribute = 20;
pub(super) const PHONE: Attribute = 21;
pub(super) const DOCUMENT: Attribute = 22;
/// Of the words of given names, one after the other; later words are left out.
pub(super) const GIVEN: Range<Attribute> = 0..SURNAME;
/// Of the words of surnames.
pub(super) const SURNAMES: Range<Attribute> = SURNAME..YEAR;
/// Number of attributes.
pub const ATTRIBUTES: usize = 23;

/// Whether an attribute is a word of a name.
pub const fn is_name(attribute: Attribute) -> bool {
    attribute < YEAR
}

/// Whether an attribute is a telephone or a document.
pub const fn is_contact(attribute: Attribute) -> bool {
    attribute == PHONE || attribute == DOCUMENT
}

/// Whether an attribute is a part of the date of birth.
pub const fn is_date(attribute: Attribute) -> bool {
    attribute == YEAR || attribute == MONTH_DAY
}

/// Whether an attribute tells members of one family and place apart.
pub const fn is_individual(attribute: Attribute) -> bool {
    attribute < SURNAME || is_date(attribute)
}

/// Most features of one description; later ones are left out.
pub const MAX_FEATURES: usize = 64;

/// One feature. Holds a piece of a name: no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Feature {
    /// Its kind.
    pub kind: Kind,
    /// Its group in the list.
    pub group: u8,
    /// Its bit in sets of features of the group.
    pub member: u8,
    /// Its value.
    pub text: String,
}

/// Most features of one group.
pub(super) const GROUP: usize = 5;

/// Features of one value: what any set of them tells together.
#[derive(Clone, PartialEq, Eq)]
pub struct Group {
    /// What it is a value of.
    pub attribute: Attribute,
    /// [`Bits`] by set of members, capped.
    pub joint: Joint,
}

/// What each set of members tells; no cap is above 64 bits.
pub type Joint = [u16; 1 << GROUP];

/// The features of one description. Distinct, in a fixed order.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Features {
    /// The features.
    pub list: Vec<Feature>,
    /// Their groups.
    pub groups: Vec<Group>,
}

/// Most groups of one description.
pub const MAX_GROUPS: usize = 32;

impl Feature {
    /// The bytes that are hashed: kind and value.
    pub fn bytes(&self) -> Vec<u8> {
        Self::bytes_of(self.kind, &self.text)
    }

    pub(super) fn bytes_of(kind: Kind, text: &str) -> Vec<u8> {
        let mut out = Vec::with_capacity(1 + text.len());
        out.push(kind as u8);
        out.extend_from_slice(text.as_bytes());
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

/// The features of one description, at most [`MAX_FEATURES`] in [`MAX_GROUPS`].
pub fn features(of: &Description, table: &FeatureTable) -> Features {
    let mut found = Features {
        list: Vec::with_capacity(40),
        groups: Vec::with_capacity(12),
    };
    let country = place::country(&of.nationality);
    let state = place::state(&country, &of.state);

    let given = of.given_texts().flat_map(names::given);
    for (word, attribute) in given.zip(GIVEN) {
        for name in &word.stands_for {
            found.add(attribute, Value::given_name(table, name));
        }
    }
    let regions = place::regions(&country, &state);
    let surnames = names::surnames(&of.paternal_surname, &of.maternal_surname);
    let words = surnames.paternal.iter().chain(&surnames.maternal);
    for (word, attribute) in words.zip(SURNAMES) {
        found.add(attribute, Value::surname(table, word, &regions));
    }
    if let Some(year) = of.birth.year {
        found.add(YEAR, Value::year(table, year));
    }
    found.add(MONTH_DAY, Value::month_and_day(table, of.birth));
    found.add(PLACE, Value::state(table, &country, &state));
    found.add(PLACE, Value::nationality(table, &country));
    found.add(
        PLACE,
        Value::municipality(table, place::Home::new(&country, &state), &of.municipality),
    );
    found.add(PHONE, Value::phone(table, &of.phone));
    found.add(DOCUMENT, Value::document(table, &of.document));
    found
}

impl Features {
    /// Adds what of a value is not there yet.
    fn add(&mut self, attribute: Attribute, value: Value) {
        let group = self.groups.len();
        if group == MAX_GROUPS {
            return;
        }
        let before = self.list.len();
        for (member, kind, text) in value.members {
            let known = |f: &Feature| f.kind == kind && f.text == text;
            if self.list.len() < MAX_FEATURES && !self.list.iter().any(known) {
                self.list.push(Feature {
                    kind,
                    group: group as u8,
                    member,
                    text,
                });
            }
        }
        if self.list.len() > before {
            self.groups.push(Group {
                attribute,
                joint: value.joint,
            });
        }
    }
}

/// Features of one value of a field, before it is known what else the person has.
pub(super) struct Value {
    /// Those that count under the table: bit in sets, kind, text.
    pub members: Vec<(u8, Kind, String)>,
    /// As in [`Group`].
    pub joint: Joint,
}

impl Value {
    /// What each set of `members` tells is given before caps. A set is capped by the largest cap in
    /// it, or by `whole` if it has several members. An empty text is no feature.
    fn new<const N: usize>(
        table: &FeatureTable,
        members: [(Kind, String); N],
        whole: Kind,
        joint: impl Fn(u8) -> Bits,
    ) -> Self {
        const { assert!(N <= GROUP) };
        let caps = members.each_ref().map(|(kind, _)| table.cap(*kind));
        let whole = table.cap(whole);
        let mut bits = [0; 1 << GROUP];
        for (set, to) in (0u8..).zip(&mut bits).take(1 << N) {
            let several = if set.count_ones() > 1 { whole } else { 0 };
            let inside = caps.iter().enumerate().filter(|(m, _)| set >> m & 1 == 1);
            let cap = inside.fold(several, |most, (_, cap)| most.max(*cap));
            *to = u16::try_from(joint(set).min(cap)).unwrap_or(u16::MAX);
        }
        let counts =
            |kind, text: &str| table.weight(kind) > 0 && table.cap(kind) > 0 && !text.is_empty();
        let members = (0u8..).zip(members).filter_map(|(member, (kind, text))| {
            counts(kind, &text).then_some((member, kind, text))
        });
        Self {
            members: members.collect(),
            joint: bits,
        }
    }

    fn single(table: &FeatureTable, kind: Kind, bits: Bits, text: String) -> Self {
        Self::new(table, [(kind, text)], kind, |_| bits)
    }

    /// A name that a word of the given names stands for.
    pub fn given_name(table: &FeatureTable, name: &str) -> Self {
        Self::name(table, Kind::GivenWord, &phonetic::form(name), &[])
    }

    /// A word of the surnames of somebody from these regions.
    pub fn surname(table: &FeatureTable, word: &str, regions: &[&str]) -> Self {
        Self::name(table, Kind::SurnameWord, &phonetic::form(word), regions)
    }

    /// A word of a name: the word in its field, the word and its parts wherever they stand, since
    /// fields get exchanged.
    fn name(table: &FeatureTable, whole: Kind, form: &str, regions: &[&str]) -> Self {
        const PARTS: [Parts; 3] = [tables::PREFIX, tables::SKELETON, tables::SUFFIX];
        let known = Tables::get();
        let [prefix, skeleton, suffix] = PARTS.map(|p| tables::parts(form, p));
        let members = [
            (whole, form.to_owned()),
            (Kind::AnyWord, form.to_owned()),
            (Kind::Prefix, prefix),
            (Kind::Skeleton, skeleton),
            (Kind::Suffix, suffix),
        ];
        let given = |parts, text: &str| known.given_part(parts, text);
        // Either surname of a person may be the one that meets.
        let surname = |parts, text: &str| 2 * known.surname_part(parts, text, regions);
        let bits = |share| fixed::surprisal(share, tables::MILLION);
        let here = if whole == Kind::GivenWord {
            bits(given(tables::WHOLE, form))
        } else {
            bits(surname(tables::WHOLE, form))
        };
        let mut anywhere = [0; 9];
        for (parts, to) in (0u8..).zip(&mut anywhere).skip(1) {
            let text = tables::parts(form, parts);
            *to = bits(given(parts, &text) + surname(parts, &text));
        }
        let any = anywhere[usize::from(tables::WHOLE)];
        Self::new(table, members, whole, |set| {
            let of_parts = anywhere[usize::from(set >> 2)];
            match set & 3 {
                0 => of_parts,
                2 => any.max(of_parts),
                _ => here.max(any).max(of_parts),
            }
        })
    }

    /// A year of birth.
    pub fn year(table: &FeatureTable, year: u16) -> Self {
        let members = [
            (Kind::Year, year.to_string()),
            (Kind::YearPairEven, (year / 2).to_string()),
            (Kind::YearPairOdd, year.div_ceil(2).to_string()),
        ];
        Self::new(table, members, Kind::Year, |_| Bits::MAX)
    }

    /// A month alone, or month and day in either order.
    pub fn month_and_day(table: &FeatureTable, birth: PartialDate) -> Self {
        let full = birth.month_and_day();
        let month = birth.usable_month().map(|m| m.to_string());
        let members = [
            (
                Kind::MonthDay,
                full.map_or(String::new(), |(m, d)| format!("{}-{}", m.min(d), m.max(d))),
            ),
            (Kind::Month, month.unwrap_or_default()),
            (
                Kind::Day,
                full.map_or(String::new(), |(_, d)| d.to_string()),
            ),
        ];
        Self::new(table, members, Kind::MonthDay, |_| Bits::MAX)
    }

    /// A state of a country, both in the forms of [`place`].
    pub fn state(table: &FeatureTable, country: &str, state: &str) -> Self {
        let tables = Tables::get();
        let share = tables.state(country, state).map_or(20, |s| s.per_1000);
        let own = if country.is_empty() {
            0
        } else {
            nation(country)
        };
        let bits = own + fixed::surprisal(share, 1000);
        let text = if state.is_empty() {
            String::new()
        } else {
            format!("{country} {state}")
        };
        Self::single(table, Kind::State, bits, text)
    }

    /// A nationality, in the form of [`place`].
    pub fn nationality(table: &FeatureTable, country: &str) -> Self {
        Self::single(
            table,
            Kind::Nationality,
            nation(country),
            country.to_owned(),
        )
    }

    /// A municipality as written.
    pub fn municipality(table: &FeatureTable, home: place::Home, written: &str) -> Self {
        let form = home.municipality(written);
        Self::single(table, Kind::Municipality, Bits::MAX, form)
    }

    /// A telephone number as written.
    pub fn phone(table: &FeatureTable, written: &str) -> Self {
        let end = phone_end(written, 8).unwrap_or_default();
        Self::single(table, Kind::Phone, Bits::MAX, end)
    }

    /// The number of a document as written.
    pub fn document(table: &FeatureTable, written: &str) -> Self {
        let mut number = document(written);
        if number.len() < 5 {
            number.clear();
        }
        Self::single(table, Kind::Document, Bits::MAX, number)
    }
}

/// Bits of a nationality.
fn nation(country: &str) -> Bits {
    fixed::surprisal(Tables::get().country_share(country), 100)
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
    let found = distinct(person, |of| features(of, table)).into_iter();
    found.map(|(d, _)| d.into_owned()).collect()
}

/// The feature lists of the [`alternates`] of a person.
pub fn of_person(person: &Person, table: &FeatureTable) -> Vec<Features> {
    let found = distinct(person, |of| features(of, table)).into_iter();
    found.map(|(_, list)| list).collect()
}

/// The [`alternates`] with what `read` finds in them; those with nothing are none.
pub(super) fn distinct<L: Default + PartialEq>(
    person: &Person,
    mut read: impl FnMut(&Description) -> L,
) -> Vec<(Cow<'_, Description>, L)> {
    let nothing = L::default();
    let mut found: Vec<(Cow<'_, Description>, L)> = Vec::with_capacity(1);
    for description in &person.alternates {
        if found.len() == super::MAX_ALTERNATES {
            break;
        }
        let mut whole = Cow::Borrowed(description);
        if person.alternates.len() > 1 {
            for other in &person.alternates {
                whole.to_mut().complete(other);
            }
        }
        let list = read(&whole);
        if list != nothing && found.iter().all(|(_, known)| *known != list) {
            found.push((whole, list));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

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
                .list
                .into_iter()
                .map(|f| (f.kind, f.text))
                .collect()
        };
        assert!(texts(&example()) == texts(&other));
    }

    #[test]
    fn nothing_counts_for_more_than_its_cap() {
        let table = FeatureTable::shipped();
        let found = features(&example(), table);
        for f in &found.list {
            let alone = found.groups[usize::from(f.group)].joint[1 << f.member];
            assert!(alone > 0 && Bits::from(alone) <= table.cap(f.kind));
        }
        for group in &found.groups {
            for set in 1..32usize {
                for more in 1..32usize {
                    let (few, many) = (group.joint[set], group.joint[set | more]);
                    assert!(few <= many || many == 0, "a larger set tells no less");
                }
            }
        }
        let nothing = features(&Description::default(), table);
        assert!(nothing.list.is_empty() && nothing.groups.is_empty());
    }

    #[test]
    fn the_hash_moves_with_the_table() {
        let mut other = FeatureTable::shipped().clone();
        other.set(Kind::Year, 70, 40);
        assert_ne!(other.hash(), FeatureTable::shipped().hash());
    }
}
