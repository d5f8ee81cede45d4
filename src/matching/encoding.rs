//! Field encodings: what the comparer may compare (manual: *matching*, "Field encodings").
//!
//! Every field is a slot of a few 16-bit keyed hashes under a key that only sites which hold the
//! same token can derive. Places that a record does not fill hold random bytes. Two encodings
//! under one key show, slot by slot, how many elements they have in common, and nothing else.

use super::features::{self, FeatureTable};
use super::fixed::{self, Bits, ONE_BIT};
use super::{Description, Sex};
use crate::crypto::{Secret, kdf, labels};
use crate::names::tables::{self, Tables};
use crate::names::{self, phonetic, place};

/// Slots in the order of their bytes, with the elements that each holds.
pub const SLOTS: [(Slot, usize); 31] = [
    (Slot::Given, 6),
    (Slot::GivenGrams, 8),
    (Slot::GivenInitials, 2),
    (Slot::GivenWhole, 1),
    (Slot::Paternal, 3),
    (Slot::Maternal, 3),
    (Slot::Either, 4),
    (Slot::Anywhere, 4),
    (Slot::SurnameGrams, 12),
    (Slot::PaternalInitial, 1),
    (Slot::MaternalInitial, 1),
    (Slot::Year, 3),
    (Slot::Month, 1),
    (Slot::Day, 3),
    (Slot::MonthDay, 1),
    (Slot::Nationality, 1),
    (Slot::State, 1),
    (Slot::Municipality, 1),
    (Slot::Sex, 1),
    (Slot::Phone, 2),
    (Slot::Document, 1),
    (Slot::HasGiven, 1),
    (Slot::HasPaternal, 1),
    (Slot::HasMaternal, 1),
    (Slot::HasYear, 1),
    (Slot::HasMonthDay, 1),
    (Slot::HasState, 1),
    (Slot::HasMunicipality, 1),
    (Slot::HasSex, 1),
    (Slot::HasPhone, 1),
    (Slot::HasDocument, 1),
];

/// A field, or that a field is present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Slot {
    Given,
    GivenGrams,
    GivenInitials,
    GivenWhole,
    Paternal,
    Maternal,
    Either,
    Anywhere,
    SurnameGrams,
    PaternalInitial,
    MaternalInitial,
    Year,
    Month,
    Day,
    MonthDay,
    Nationality,
    State,
    Municipality,
    Sex,
    Phone,
    Document,
    HasGiven,
    HasPaternal,
    HasMaternal,
    HasYear,
    HasMonthDay,
    HasState,
    HasMunicipality,
    HasSex,
    HasPhone,
    HasDocument,
}

/// Elements of an encoding.
pub const ELEMENTS: usize = {
    let mut sum = 0;
    let mut i = 0;
    while i < SLOTS.len() {
        sum += SLOTS[i].1;
        i += 1;
    }
    sum
};

/// Bytes of an encoding.
pub const BYTES: usize = 2 * ELEMENTS;

/// An encoding: the elements of each slot, ascending within the slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding(pub [u16; ELEMENTS]);

impl Encoding {
    /// Big-endian bytes.
    pub fn to_bytes(&self) -> [u8; BYTES] {
        let mut out = [0u8; BYTES];
        for (to, e) in out.as_chunks_mut::<2>().0.iter_mut().zip(self.0) {
            *to = e.to_be_bytes();
        }
        out
    }

    /// Reads [`Self::to_bytes`]. Every value is an encoding; the order within slots is restored.
    pub fn from_bytes(bytes: &[u8; BYTES]) -> Self {
        let mut out = [0u16; ELEMENTS];
        for (e, from) in out.iter_mut().zip(bytes.as_chunks::<2>().0) {
            *e = u16::from_be_bytes(*from);
        }
        let mut encoding = Self(out);
        encoding.sort();
        encoding
    }

    fn sort(&mut self) {
        let mut start = 0;
        for (_, len) in SLOTS {
            self.0[start..start + len].sort_unstable();
            start += len;
        }
    }
}

/// Elements in common, slot by slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Levels(pub [u8; SLOTS.len()]);

impl Levels {
    /// The level of one slot.
    pub fn of(&self, slot: Slot) -> u8 {
        self.0[slot as usize]
    }

    /// Whether the encodings were made under the same token, but for one in ten thousand that were not: two
    /// persons who share a token have a name and something else in common, and say so in their slots. Tags
    /// without their token secrets, copied from another file, have nothing.
    pub fn of_one_token(&self) -> bool {
        self.0.iter().filter(|level| **level > 0).count() >= 2
    }

    /// Whether something agrees that does not follow from a name: two of three parts of the date of birth (day and
    /// month in either order), a place, a telephone or a document. Sex and nationality are too few to count.
    pub fn beside_names(&self) -> bool {
        let same = |slot: Slot, all: u8| self.of(slot) >= all;
        let parts = [
            same(Slot::Year, 3),
            same(Slot::Month, 1),
            same(Slot::Day, 3),
        ];
        let witnesses = [
            Slot::MonthDay,
            Slot::State,
            Slot::Municipality,
            Slot::Phone,
            Slot::Document,
        ];
        parts.iter().filter(|same| **same).count() >= 2
            || witnesses.iter().any(|slot| same(*slot, 1))
    }
}

/// Compares two encodings under one key.
pub fn compare(a: &Encoding, b: &Encoding) -> Levels {
    let mut levels = Levels::default();
    let mut start = 0;
    for (level, (_, len)) in levels.0.iter_mut().zip(SLOTS) {
        let (x, y) = (&a.0[start..start + len], &b.0[start..start + len]);
        *level = common(x, y);
        start += len;
    }
    levels
}

/// Size of the intersection of two ascending lists.
fn common(x: &[u16], y: &[u16]) -> u8 {
    if let ([x], [y]) = (x, y) {
        return u8::from(x == y);
    }
    let (mut i, mut j, mut n) = (0, 0, 0u8);
    while i < x.len() && j < y.len() {
        match x[i].cmp(&y[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                n += 1;
                i += 1;
                j += 1;
            }
        }
    }
    n
}

/// The key of the encodings that travel with a token.
pub fn key(token_secret: &Secret<32>, note_hash: &[u8; 32]) -> Secret<32> {
    kdf::derive(labels::MATCH_ENCODING, &[token_secret.expose(), note_hash])
}

/// One element before it is hashed: slot, repeats, and the value.
struct Element {
    slot: Slot,
    repeats: u8,
    /// Slot byte and value.
    bytes: Vec<u8>,
}

/// What of a description is encoded; made once, hashed under each token's key. Holds pieces of
/// names: no `Debug`.
pub struct Profile {
    elements: Vec<Element>,
}

/// How often a value of a name is repeated: rare values agree in more elements.
fn repeats(bits: Bits, often: u32, rare: u32) -> u8 {
    1 + u8::from(bits >= often * ONE_BIT / 10) + u8::from(bits >= rare * ONE_BIT / 10)
}

impl Profile {
    /// The elements of a description.
    pub fn new(of: &Description) -> Self {
        let mut p = Self {
            elements: Vec::with_capacity(64),
        };
        let country = place::country(&of.nationality);
        let state = place::state(&country, &of.state);
        let municipality = place::Home::new(&country, &state).municipality(&of.municipality);
        p.given(of);
        p.surnames(of, &place::regions(&country, &state));
        p.birth(of);
        p.field(Slot::Nationality, None, &country);
        p.field(Slot::State, Some(Slot::HasState), &state);
        p.field(
            Slot::Municipality,
            Some(Slot::HasMunicipality),
            &municipality,
        );
        let sex = match of.sex {
            None => "",
            Some(Sex::Female) => "f",
            Some(Sex::Male) => "m",
            Some(Sex::Other) => "o",
        };
        p.field(Slot::Sex, Some(Slot::HasSex), sex);
        if let Some(all) = features::phone_end(&of.phone, 8) {
            p.field(Slot::Phone, Some(Slot::HasPhone), &all);
            let end = features::phone_end(&of.phone, 4).unwrap_or_default();
            p.field(Slot::Phone, None, &format!("~{end}"));
        }
        let document = features::document(&of.document);
        p.field(Slot::Document, Some(Slot::HasDocument), &document);
        p
    }

    fn push(&mut self, slot: Slot, repeats: u8, text: &str) {
        let mut bytes = Vec::with_capacity(1 + text.len());
        bytes.push(slot as u8);
        bytes.extend_from_slice(text.as_bytes());
        if self.elements.iter().all(|e| e.bytes != bytes) {
            self.elements.push(Element {
                slot,
                repeats,
                bytes,
            });
        }
    }

    fn field(&mut self, slot: Slot, has: Option<Slot>, text: &str) {
        if !text.is_empty() {
            self.push(slot, 1, text);
            if let Some(has) = has {
                self.push(has, 1, "");
            }
        }
    }

    fn given(&mut self, of: &Description) {
        let known = Tables::get();
        let words: Vec<names::GivenWord> = [of.given_names.as_str()]
            .into_iter()
            .chain(of.aliases.iter().map(String::as_str))
            .flat_map(names::given)
            .take(names::MAX_WORDS)
            .collect();
        if words.is_empty() {
            return;
        }
        self.push(Slot::HasGiven, 1, "");
        let mut whole = String::new();
        for word in &words {
            for name in &word.stands_for {
                let form = phonetic::form(name);
                let bits =
                    fixed::surprisal(known.given_part(tables::WHOLE, &form), tables::MILLION);
                self.push(Slot::Given, repeats(bits, 50, 75), &form);
                self.push(Slot::Anywhere, 1, &form);
                self.grams(Slot::GivenGrams, &form);
                if let Some(first) = form.chars().next() {
                    self.push(Slot::GivenInitials, 1, first.encode_utf8(&mut [0; 4]));
                }
            }
            whole.push_str(&phonetic::form(&word.stands_for[0]));
            whole.push(' ');
        }
        self.push(Slot::GivenWhole, 1, &whole);
    }

    fn surnames(&mut self, of: &Description, regions: &[&str]) {
        let surnames = names::surnames(&of.paternal_surname, &of.maternal_surname);
        let sides = [
            (
                &surnames.paternal,
                Slot::Paternal,
                Slot::PaternalInitial,
                Slot::HasPaternal,
            ),
            (
                &surnames.maternal,
                Slot::Maternal,
                Slot::MaternalInitial,
                Slot::HasMaternal,
            ),
        ];
        let known = Tables::get();
        let mut seen: Vec<String> = Vec::new();
        for (words, slot, initial, has) in sides {
            for (i, word) in words.iter().enumerate() {
                let form = phonetic::form(word);
                let share = known.surname_part(tables::WHOLE, &form, regions);
                let bits = fixed::surprisal(share, tables::MILLION);
                self.push(has, 1, "");
                self.push(slot, repeats(bits, 60, 80), &form);
                // The second bearer of a surname that stands twice is an element of its own.
                let again = seen.iter().filter(|s| **s == form).count();
                let numbered = format!("{form}{}", "'".repeat(again));
                self.push(Slot::Either, repeats(bits, 70, 900), &numbered);
                self.push(Slot::Anywhere, 1, &numbered);
                self.grams(Slot::SurnameGrams, &form);
                if let (0, Some(first)) = (i, form.chars().next()) {
                    self.push(initial, 1, first.encode_utf8(&mut [0; 4]));
                }
                seen.push(form);
            }
        }
    }

    /// Pairs of neighbouring letters, the ends of the word included; a pair that stands twice is
    /// two elements.
    fn grams(&mut self, slot: Slot, form: &str) {
        let padded: Vec<char> = [' '].into_iter().chain(form.chars()).chain([' ']).collect();
        for pair in padded.windows(2) {
            self.push(slot, 1, &pair.iter().collect::<String>());
        }
    }

    fn birth(&mut self, of: &Description) {
        if let Some(year) = of.birth.year {
            self.push(Slot::HasYear, 1, "");
            for y in [year - 1, year, year + 1] {
                self.push(Slot::Year, 1, &y.to_string());
            }
        }
        if let Some((m, d)) = of.birth.month_and_day() {
            self.push(Slot::HasMonthDay, 1, "");
            for near in [d - 1, d, d + 1] {
                self.push(Slot::Day, 1, &near.to_string());
            }
            self.push(Slot::MonthDay, 1, &format!("{}-{}", m.min(d), m.max(d)));
        }
        if let Some(m) = of.birth.usable_month() {
            self.push(Slot::Month, 1, &m.to_string());
        }
    }

    /// The encoding under `key`. `filler` gives the random bytes for what is not there.
    pub fn encode(&self, key: &Secret<32>, filler: &[u8; BYTES]) -> Encoding {
        let mut out = Encoding::from_bytes(filler);
        let mut drawn: [Vec<(u16, u16)>; SLOTS.len()] = std::array::from_fn(|_| Vec::new());
        for element in &self.elements {
            let hash = kdf::keyed_short(key, &element.bytes);
            let at = |i: usize| u16::from_be_bytes([hash[2 * i], hash[2 * i + 1]]);
            // One part of the hash is the element, another draws which elements are taken when
            // there are more than places: both records draw alike.
            for r in 0..usize::from(element.repeats) {
                drawn[element.slot as usize].push((at(8 + r), at(r)));
            }
        }
        let mut start = 0;
        for ((_, len), slot) in SLOTS.iter().zip(&mut drawn) {
            slot.sort_unstable();
            for (place, (_, value)) in out.0[start..start + len].iter_mut().zip(slot) {
                *place = *value;
            }
            start += len;
        }
        out.sort();
        out
    }
}

/// The profiles that belong to the tokens of a person: token `j` travels with profile `j` modulo
/// their number.
pub fn profiles(person: &super::Person, table: &FeatureTable) -> Vec<Profile> {
    features::alternates(person, table)
        .iter()
        .map(Profile::new)
        .collect()
}
