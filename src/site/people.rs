//! Who of a vault takes part in a round: from records to persons as matching knows them.

use std::collections::{BTreeMap, HashMap};

use crate::counts::person::{Categories, Says};
use crate::matching::{self, Description, Person};
use crate::record::code::Sex;
use crate::record::{Birth, Date, Record};
use crate::vault::catalog::Item;
use crate::vault::{CompartmentId, ObjectId, Vault, VaultError};

/// A local person in a round: the versions of its records that entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entered {
    /// Records with the leaf of the version.
    pub records: Vec<(ObjectId, u64)>,
}

/// Those who take part, each with what matching is given.
pub(super) struct People {
    pub entered: Vec<Entered>,
    pub persons: Vec<Person>,
    /// Records that are not in: without a consent that holds, or in another compartment.
    pub left_out: u64,
}

/// Records that came from houses that have taken them back since, with the day on which they were sent.
pub(super) type TakenBack = BTreeMap<ObjectId, Date>;

/// Whether a record may enter a round today: with a consent that holds, not beyond its last day, and of what was
/// taken back only with a consent that was given here after it came.
fn enters(id: ObjectId, record: &Record, taken_back: &TakenBack, today: Date) -> bool {
    let consent = &record.consents.matching;
    let asked_here = |sent: &Date| consent.taken_on.is_some_and(|day| day > *sent);
    consent.is_valid_on(today)
        && record.retain_until.is_none_or(|last| today <= last)
        && taken_back.get(&id).is_none_or(asked_here)
}

/// Compartments of these names.
fn named(vault: &Vault, names: &[String]) -> Vec<CompartmentId> {
    let rows = &vault.access().roster.compartments;
    rows.iter()
        .filter(|(_, name, _)| names.contains(name))
        .map(|(id, ..)| *id)
        .collect()
}

/// All persons of the vault with a record that may enter.
pub(super) fn select(
    vault: &Vault,
    compartments: &[String],
    taken_back: &TakenBack,
    today: Date,
) -> Result<People, VaultError> {
    let catalog = vault.catalog()?;
    let open = named(vault, compartments);
    let entering = |item: &Item, record: &Record| {
        let fits = open.contains(&item.compartment) && enters(item.id, record, taken_back, today);
        fits.then(|| (item.id, item.latest().leaf, description(record)))
    };
    let described = vault.scan(&catalog, entering)?;
    let total = described.len() as u64;
    let mut by_id: HashMap<ObjectId, (u64, Description)> = described
        .into_iter()
        .flatten()
        .map(|(id, leaf, d)| (id, (leaf, d)))
        .collect();
    let left_out = total - by_id.len() as u64;
    let mut people = People {
        entered: Vec::new(),
        persons: Vec::new(),
        left_out,
    };
    for group in catalog.persons() {
        let mut entered = Entered {
            records: Vec::new(),
        };
        let mut person = Person::default();
        for id in group {
            if let Some((leaf, description)) = by_id.remove(&id) {
                entered.records.push((id, leaf));
                person.alternates.push(description);
            }
        }
        if !entered.records.is_empty() {
            people.entered.push(entered);
            people.persons.push(person);
        }
    }
    Ok(people)
}

/// The same persons again, from the versions that entered, with what is counted of them as of `opened`. One
/// of whom a record was erased, or whose consent does not hold any more, is `None`: it has left.
pub(super) fn again(
    vault: &Vault,
    entered: &[Entered],
    (withdrawn, taken_back): (&[ObjectId], &TakenBack),
    today: Date,
    opened: Date,
) -> Result<Vec<Option<(Person, Categories)>>, VaultError> {
    let catalog = vault.catalog()?;
    let latest = |item: &Item, record: &Record| {
        let present = (
            item.latest().leaf,
            description(record),
            Says::of(record, opened),
        );
        enters(item.id, record, taken_back, today).then_some((item.id, present))
    };
    let mut present: HashMap<ObjectId, (u64, Description, Says)> = vault
        .scan(&catalog, latest)?
        .into_iter()
        .flatten()
        .collect();
    entered
        .iter()
        .map(|one| {
            let mut person = Person::default();
            let mut says = Vec::with_capacity(one.records.len());
            for (id, leaf) in &one.records {
                if withdrawn.contains(id) {
                    return Ok(None);
                }
                let Some((latest, description_now, says_now)) = present.remove(id) else {
                    return Ok(None);
                };
                let (description, said) = if latest == *leaf {
                    (description_now, says_now)
                } else {
                    match vault.read(*leaf) {
                        Ok(record) => (description(&record), Says::of(&record, opened)),
                        Err(VaultError::NoSuchRecord) => return Ok(None),
                        Err(e) => return Err(e),
                    }
                };
                person.alternates.push(description);
                says.push(said);
            }
            Ok(Some((person, Categories::of(says))))
        })
        .collect()
}

/// A record in the terms of matching. The role of the person is not in it.
pub(crate) fn description(record: &Record) -> Description {
    let mut aliases = record.aliases.clone();
    if !record.preferred_name.is_empty() {
        aliases.push(record.preferred_name.clone());
    }
    let place = &record.birth_place;
    Description {
        given_names: record.given_names.clone(),
        paternal_surname: record.paternal_surname.clone(),
        maternal_surname: record.maternal_surname.clone(),
        aliases,
        sex: record.sex.map(|sex| match sex {
            Sex::Female => matching::Sex::Female,
            Sex::Male => matching::Sex::Male,
            Sex::X => matching::Sex::Other,
        }),
        birth: birth(&record.birth),
        nationality: match record.nationality.first() {
            Some(country) => country.to_string(),
            None => place.country.clone(),
        },
        state: place.state.clone(),
        municipality: place.municipality.clone(),
        phone: record.phones.first().cloned().unwrap_or_default(),
        document: record
            .documents
            .first()
            .map(|d| d.number.clone())
            .unwrap_or_default(),
    }
}

fn birth(birth: &Birth) -> matching::PartialDate {
    match birth {
        Birth::Unknown => matching::PartialDate::default(),
        // What no calendar has is read as it was written: day and month may be exchanged.
        Birth::Date(date) if date.is_impossible() => {
            matching::PartialDate::parse(&date.to_string())
        }
        Birth::Date(date) => matching::PartialDate {
            year: date.year(),
            month: date.month(),
            day: date.day(),
            estimated: false,
        },
        Birth::Age(age) => matching::PartialDate {
            year: age
                .at
                .and_then(|at| at.year().checked_sub(u16::from(age.years))),
            month: None,
            day: None,
            estimated: true,
        },
    }
}
