//! Features of many persons, one after the other (manual: *matching*, "Features").
//!
//! Names, places and dates repeat in a file. What is written in a field is normalised once, and the
//! clocks of a feature are read once; persons are then lists of numbers. What [`Known::of_person`]
//! lists is what [`features::of_person`] says.

use std::collections::HashMap;
use std::ops::Range;

use zeroize::Zeroize;

use super::features::{
    self, Attribute, DOCUMENT, Feature, FeatureTable, GIVEN, GROUP, Group, Joint, Kind,
    MAX_FEATURES, MAX_GROUPS, MONTH_DAY, PHONE, PLACE, SURNAMES, Value, YEAR,
};
use super::{Description, Person, tokens};
use crate::crypto::{Secret, kdf};
use crate::names::{self, place};

/// Most features whose clocks are kept, and most values and texts. With 128 tokens clocks are 32 MiB;
/// a value or a text is about 150 bytes.
const ROOM: usize = 1 << 16;

/// A feature, by the number of its clocks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Listed {
    pub slot: u32,
    /// As in [`Feature`].
    pub group: u8,
    /// As in [`Feature`].
    pub member: u8,
}

/// [`features::Features`] by numbers.
#[derive(Default, PartialEq, Eq)]
pub(super) struct List {
    pub features: Vec<Listed>,
    pub groups: Vec<Group>,
}

/// A [`Value`] by numbers.
struct Stored {
    /// Slot and member of the first `count`.
    members: [(u32, u8); GROUP],
    count: usize,
    joint: Joint,
}

/// Id and clocks of features, `tokens` for each.
#[derive(Default)]
struct Clocks {
    ids: Vec<u64>,
    clocks: Vec<u32>,
}

/// Forgets what was read: it is what was written about people.
fn wipe<K: Zeroize, V>(known: &mut HashMap<K, V>) {
    for (mut text, _) in known.drain() {
        text.zeroize();
    }
}

/// Slots from here on are those of the person at hand.
const PASSING: u32 = 1 << 31;

struct Slots {
    key: Secret<32>,
    table: FeatureTable,
    tokens: usize,
    known: HashMap<Vec<u8>, u32>,
    kept: Clocks,
    /// Of features that hardly anybody else has.
    passing: Clocks,
    passing_texts: Vec<Vec<u8>>,
    stream: Vec<u8>,
}

impl Drop for Slots {
    fn drop(&mut self) {
        wipe(&mut self.known);
        self.passing_texts.zeroize();
    }
}

impl Slots {
    fn slot(&mut self, kind: Kind, text: &str) -> u32 {
        let bytes = Feature::bytes_of(kind, text);
        if matches!(kind, Kind::Phone | Kind::Document) {
            let at = self.passing_texts.iter().position(|b| *b == bytes);
            let at = at.unwrap_or_else(|| {
                let at = self.passing_texts.len();
                self.read(kind, &bytes, true);
                self.passing_texts.push(bytes);
                at
            });
            return PASSING | at as u32;
        }
        if let Some(slot) = self.known.get(&bytes) {
            return *slot;
        }
        let slot = self.known.len() as u32;
        self.read(kind, &bytes, false);
        self.known.insert(bytes, slot);
        slot
    }

    /// Reads id and clocks. The clock is kept, not the uniform bits: it is the same for everybody.
    fn read(&mut self, kind: Kind, bytes: &[u8], passing: bool) {
        self.stream.resize(8 + 4 * self.tokens, 0);
        kdf::keyed_stream(&self.key, bytes, &mut self.stream);
        let to = if passing {
            &mut self.passing
        } else {
            &mut self.kept
        };
        let Some((id, uniform)) = self.stream.split_first_chunk() else {
            return;
        };
        to.ids.push(u64::from_be_bytes(*id));
        let weight = self.table.weight(kind).max(1);
        let uniform = uniform.as_chunks().0.iter().map(|b| u32::from_be_bytes(*b));
        to.clocks.extend(uniform.map(|u| tokens::clock(u, weight)));
    }

    fn of(&self, slot: u32) -> (u64, &[u32]) {
        let (clocks, at) = if slot < PASSING {
            (&self.kept, slot as usize)
        } else {
            (&self.passing, (slot - PASSING) as usize)
        };
        let of = &clocks.clocks[at * self.tokens..(at + 1) * self.tokens];
        (clocks.ids[at], of)
    }
}

/// Values by number.
struct Values {
    slots: Slots,
    stored: Vec<Stored>,
    /// Names as written that were read into values.
    texts: usize,
}

impl Values {
    fn read(&mut self, value: Value) -> Stored {
        let mut stored = Stored {
            members: [(0, 0); GROUP],
            count: value.members.len(),
            joint: value.joint,
        };
        for (to, (member, kind, text)) in stored.members.iter_mut().zip(&value.members) {
            *to = (self.slots.slot(*kind, text), *member);
        }
        stored
    }

    fn keep(&mut self, of: impl FnOnce(&FeatureTable) -> Value) -> u32 {
        let value = of(&self.slots.table);
        let stored = self.read(value);
        self.stored.push(stored);
        self.stored.len() as u32 - 1
    }
}

/// The words of a field: which word, and a value for each name that it stands for.
type Words = Vec<(u8, u32)>;

/// Names of one kind, by what was written.
#[derive(Default)]
struct Names {
    fields: HashMap<String, Words>,
    values: HashMap<String, u32>,
}

impl Drop for Names {
    fn drop(&mut self) {
        wipe(&mut self.fields);
        wipe(&mut self.values);
    }
}

impl Names {
    /// The words of a field. `read` says what each word stands for, and `value` what that tells.
    fn words(
        &mut self,
        text: &str,
        values: &mut Values,
        read: impl Fn(&str) -> Vec<Vec<String>>,
        value: impl Fn(&FeatureTable, &str) -> Value,
    ) -> &[(u8, u32)] {
        if !self.fields.contains_key(text) {
            let mut words = Words::new();
            for (at, word) in (0u8..).zip(read(text)) {
                for name in word {
                    let known = self.values.get(&name).copied();
                    let number = known.unwrap_or_else(|| values.keep(|table| value(table, &name)));
                    words.push((at, number));
                    self.values.insert(name, number);
                }
            }
            self.fields.insert(text.to_owned(), words);
            values.texts += 1;
        }
        self.fields.get(text).map_or(&[], Vec::as_slice)
    }
}

/// Where somebody was born.
#[derive(Clone, Copy)]
struct Place {
    state: u32,
    nationality: u32,
    /// Which of the sets of regions.
    regions: usize,
    /// Which of the homes of municipalities.
    towns: usize,
}

/// Municipalities, by what was written.
#[derive(Default)]
struct Towns(HashMap<String, u32>);

impl Drop for Towns {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

/// Month and day, and the month, as far as they say something.
type Day = (Option<(u8, u8)>, Option<u8>);

/// What was read, by what was written.
#[derive(Default)]
struct Seen {
    given: Names,
    /// For each set of regions.
    surnames: Vec<(Vec<&'static str>, Names)>,
    /// By nationality, then by state.
    places: HashMap<String, HashMap<String, Place>>,
    towns: Vec<(place::Home, Towns)>,
    years: HashMap<u16, u32>,
    days: HashMap<Day, u32>,
}

impl Drop for Seen {
    fn drop(&mut self) {
        self.places.values_mut().for_each(wipe);
        wipe(&mut self.places);
    }
}

impl Seen {
    fn place(&mut self, of: &Description, values: &mut Values) -> Place {
        let states = self.places.get(&of.nationality);
        if let Some(place) = states.and_then(|s| s.get(&of.state)) {
            return *place;
        }
        let country = place::country(&of.nationality);
        let state = place::state(&country, &of.state);
        let regions = place::regions(&country, &state);
        let known = self.surnames.iter().position(|(r, _)| *r == regions);
        let place = Place {
            state: values.keep(|table| Value::state(table, &country, &state)),
            nationality: values.keep(|table| Value::nationality(table, &country)),
            regions: known.unwrap_or_else(|| {
                self.surnames.push((regions, Names::default()));
                self.surnames.len() - 1
            }),
            towns: self.towns(place::Home::new(&country, &state)),
        };
        let states = self.places.entry(of.nationality.clone()).or_default();
        states.insert(of.state.clone(), place);
        place
    }

    fn towns(&mut self, home: place::Home) -> usize {
        let known = self.towns.iter().position(|(h, _)| *h == home);
        known.unwrap_or_else(|| {
            self.towns.push((home, Towns::default()));
            self.towns.len() - 1
        })
    }
}

/// Reads persons and remembers their features.
pub(super) struct Known {
    values: Values,
    seen: Seen,
    room: usize,
}

impl Known {
    pub fn new(key: Secret<32>, table: FeatureTable, tokens: u16) -> Self {
        Self {
            values: Values {
                slots: Slots {
                    key,
                    table,
                    tokens: usize::from(tokens),
                    known: HashMap::new(),
                    kept: Clocks::default(),
                    passing: Clocks::default(),
                    passing_texts: Vec::new(),
                    stream: Vec::new(),
                },
                stored: Vec::new(),
                texts: 0,
            },
            seen: Seen::default(),
            room: ROOM,
        }
    }

    /// Id and clocks of a feature of the person that was read last.
    pub fn clocks(&self, slot: u32) -> (u64, &[u32]) {
        self.values.slots.of(slot)
    }

    /// The features of a person's descriptions, as [`features::of_person`] says them.
    pub fn of_person(&mut self, person: &Person) -> Vec<List> {
        self.make_room();
        let found = features::distinct(person, |of| self.list(of)).into_iter();
        found.map(|(_, list)| list).collect()
    }

    fn make_room(&mut self) {
        let Values {
            slots,
            stored,
            texts,
        } = &mut self.values;
        slots.passing.ids.clear();
        slots.passing.clocks.clear();
        slots.passing_texts.zeroize();
        if slots.known.len().max(stored.len()).max(*texts / 2) > self.room {
            wipe(&mut slots.known);
            slots.kept = Clocks::default();
            stored.clear();
            *texts = 0;
            self.seen = Seen::default();
        }
    }

    fn list(&mut self, of: &Description) -> List {
        let Self { values, seen, .. } = self;
        let mut found: Vec<(Attribute, u32)> = Vec::with_capacity(16);
        let place = seen.place(of, values);
        let mut first = GIVEN.start;
        for text in of.given_texts() {
            let read = |text: &str| {
                let words = names::given(text).into_iter();
                words.map(|w| w.stands_for).collect()
            };
            let words = seen.given.words(text, values, read, Value::given_name);
            first = in_order(words, first..GIVEN.end, &mut found);
        }
        let mut first = SURNAMES.start;
        if let Some((regions, surnames)) = seen.surnames.get_mut(place.regions) {
            for text in [&of.paternal_surname, &of.maternal_surname] {
                let read = |text: &str| {
                    let words = names::words(text).into_iter();
                    words.map(|w| vec![w]).collect()
                };
                let value = |table: &_, word: &str| Value::surname(table, word, regions);
                let words = surnames.words(text, values, read, value);
                first = in_order(words, first..SURNAMES.end, &mut found);
            }
        }
        if let Some(year) = of.birth.year {
            let known = seen.years.entry(year);
            let value = known.or_insert_with(|| values.keep(|table| Value::year(table, year)));
            found.push((YEAR, *value));
        }
        let day = (of.birth.month_and_day(), of.birth.usable_month());
        let known = seen.days.entry(day);
        let value = known.or_insert_with(|| values.keep(|t| Value::month_and_day(t, of.birth)));
        found.push((MONTH_DAY, *value));
        found.push((PLACE, place.state));
        found.push((PLACE, place.nationality));
        if let Some((home, Towns(known))) = seen.towns.get_mut(place.towns) {
            let value = match known.get(&of.municipality) {
                Some(value) => *value,
                None => {
                    let value = values.keep(|t| Value::municipality(t, *home, &of.municipality));
                    known.insert(of.municipality.clone(), value);
                    value
                }
            };
            found.push((PLACE, value));
        }

        let mut list = List {
            features: Vec::with_capacity(40),
            groups: Vec::with_capacity(found.len() + 2),
        };
        for (attribute, value) in found {
            list.add(attribute, &values.stored[value as usize]);
        }
        let phone = Value::phone(&values.slots.table, &of.phone);
        list.add(PHONE, &values.read(phone));
        let document = Value::document(&values.slots.table, &of.document);
        list.add(DOCUMENT, &values.read(document));
        list
    }
}

/// Adds the words of a field with the attributes that there are. Returns that of the next word.
fn in_order(
    words: &[(u8, u32)],
    attributes: Range<Attribute>,
    to: &mut Vec<(Attribute, u32)>,
) -> Attribute {
    let mut next = attributes.start;
    for (word, value) in words {
        let attribute = attributes.start + word;
        if attributes.contains(&attribute) {
            to.push((attribute, *value));
            next = attribute + 1;
        }
    }
    next
}

impl List {
    /// As [`features::Features::add`].
    fn add(&mut self, attribute: Attribute, value: &Stored) {
        let group = self.groups.len();
        if group == MAX_GROUPS {
            return;
        }
        let before = self.features.len();
        for (slot, member) in value.members.iter().take(value.count) {
            let known = self.features.iter().any(|f| f.slot == *slot);
            if self.features.len() < MAX_FEATURES && !known {
                self.features.push(Listed {
                    slot: *slot,
                    group: group as u8,
                    member: *member,
                });
            }
        }
        if self.features.len() > before {
            self.groups.push(Group {
                attribute,
                joint: value.joint,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::synthetic::{self, Recipe};
    use crate::matching::PartialDate;

    /// Persons as they come, some of them with descriptions of others, and room for few of them or for
    /// all.
    #[test]
    fn what_is_listed_is_what_the_features_are() {
        let recipe = Recipe {
            persons: 400,
            sites: 1,
            ..Recipe::default()
        };
        let (mut sites, _) = synthetic::network(&recipe);
        let records = sites.remove(0).records;
        let mut persons: Vec<Person> = records
            .windows(6)
            .map(|some| {
                let n = some[0].given_names.len() % 6;
                Person {
                    alternates: some[..n].to_vec(),
                }
            })
            .collect();
        let many = "Ana Rosa Luz Beto Chuy Flor Inés";
        persons.push(Person::from(Description {
            given_names: many.into(),
            aliases: vec![many.into(), String::new(), "Zyx".into()],
            paternal_surname: "Ruiz Pech Tzoc Soc Xol Chub Caal".into(),
            maternal_surname: many.into(),
            birth: PartialDate::parse("1995-05-14"),
            phone: "5555 1234".into(),
            document: "abcde12345".into(),
            ..Description::default()
        }));
        let key = || Secret::init_with(|b| b.fill(3));
        for room in [ROOM, 40, 0] {
            let mut known = Known::new(key(), FeatureTable::shipped().clone(), 3);
            known.room = room;
            for person in &persons {
                let slow = features::of_person(person, FeatureTable::shipped());
                let fast = known.of_person(person);
                assert_eq!(fast.len(), slow.len());
                for (fast, slow) in fast.iter().zip(&slow) {
                    assert!(fast.groups == slow.groups);
                    assert_eq!(fast.features.len(), slow.list.len());
                    for (listed, feature) in fast.features.iter().zip(&slow.list) {
                        let place = (feature.group, feature.member);
                        assert_eq!((listed.group, listed.member), place);
                        let mut stream = [0; 8 + 4 * 3];
                        kdf::keyed_stream(&key(), &feature.bytes(), &mut stream);
                        let (id, clocks) = known.clocks(listed.slot);
                        assert_eq!(id.to_be_bytes(), stream[..8]);
                        assert_eq!(clocks.len(), 3);
                    }
                }
            }
        }
    }
}
