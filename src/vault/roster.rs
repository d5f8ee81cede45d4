//! What the keyring says to those inside only (manual: *vault format*, "Keyring"): names, which slot
//! opens which compartments, what needs two slots.

use super::dual::Policy;
use super::ids::{CompartmentId, SlotId};
use super::keyring::{MAX_COMPARTMENTS, MAX_NAME, MAX_SLOTS, len_u32};
use crate::codec::{Decode, DecodeError, Encode, Reader, put_bytes};

/// A roster of names alone: every slot that reads opens every compartment, nothing needs two.
const NAMES: u8 = 1;
/// A roster with choices.
const CHOICES: u8 = 2;

/// What only those inside may read.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Roster {
    /// Name of the site.
    pub site: String,
    /// Compartments by id: name, and the kinds of records that go into it (record kind codes).
    pub compartments: Vec<(CompartmentId, String, Vec<u8>)>,
    /// What each slot is called.
    pub slots: Vec<(SlotId, String)>,
    /// Compartments that no slot opens alone.
    pub by_two: Vec<CompartmentId>,
    /// The compartments of slots that open only some.
    pub chosen: Vec<(SlotId, Vec<CompartmentId>)>,
    /// What needs two slots.
    pub policy: Policy,
}

impl Roster {
    /// Whether a slot that reads is given the key of a compartment, whole or in part.
    pub fn opens(&self, slot: SlotId, compartment: CompartmentId) -> bool {
        let chosen = self.chosen.iter().find(|(id, _)| *id == slot);
        chosen.is_none_or(|(_, set)| set.contains(&compartment))
    }

    /// Whether a compartment needs two slots.
    pub fn needs_two(&self, compartment: CompartmentId) -> bool {
        self.by_two.contains(&compartment)
    }

    /// The compartment of this name.
    pub fn compartment_named(&self, name: &str) -> Option<CompartmentId> {
        let mut rows = self.compartments.iter();
        rows.find(|(_, n, _)| n == name).map(|(id, ..)| *id)
    }

    /// The name of a compartment, empty if there is none of this id.
    pub fn name_of(&self, compartment: CompartmentId) -> &str {
        let mut rows = self.compartments.iter();
        rows.find(|(id, ..)| *id == compartment)
            .map_or("", |(_, name, _)| name)
    }
}

fn put_ids(out: &mut Vec<u8>, ids: &[CompartmentId]) {
    out.extend_from_slice(&len_u32(ids.len()));
    for id in ids {
        id.encode(out);
    }
}

fn ids(input: &mut Reader<'_>) -> Result<Vec<CompartmentId>, DecodeError> {
    let n = input.count(16, MAX_COMPARTMENTS)?;
    (0..n).map(|_| CompartmentId::decode(input)).collect()
}

impl Encode for Roster {
    fn encode(&self, out: &mut Vec<u8>) {
        let names =
            self.by_two.is_empty() && self.chosen.is_empty() && self.policy == Policy::default();
        out.push(if names { NAMES } else { CHOICES });
        put_bytes(out, self.site.as_bytes());
        out.extend_from_slice(&len_u32(self.compartments.len()));
        for (id, name, kinds) in &self.compartments {
            id.encode(out);
            put_bytes(out, name.as_bytes());
            put_bytes(out, kinds);
        }
        out.extend_from_slice(&len_u32(self.slots.len()));
        for (id, name) in &self.slots {
            id.encode(out);
            put_bytes(out, name.as_bytes());
        }
        if names {
            return;
        }
        put_ids(out, &self.by_two);
        out.extend_from_slice(&len_u32(self.chosen.len()));
        for (slot, set) in &self.chosen {
            slot.encode(out);
            put_ids(out, set);
        }
        out.extend_from_slice(&self.policy.number().to_be_bytes());
    }
}

impl Decode for Roster {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let choices = match input.u8()? {
            NAMES => false,
            CHOICES => true,
            v => return Err(DecodeError::Version(v)),
        };
        let site = input.text(MAX_NAME)?.to_owned();
        let n = input.count(24, MAX_COMPARTMENTS)?;
        let mut compartments = Vec::with_capacity(n);
        for _ in 0..n {
            let id = CompartmentId::decode(input)?;
            let name = input.text(MAX_NAME)?.to_owned();
            compartments.push((id, name, input.bytes(256)?.to_vec()));
        }
        let n = input.count(20, MAX_SLOTS)?;
        let mut slots = Vec::with_capacity(n);
        for _ in 0..n {
            slots.push((SlotId::decode(input)?, input.text(MAX_NAME)?.to_owned()));
        }
        let mut roster = Self {
            site,
            compartments,
            slots,
            ..Self::default()
        };
        if choices {
            roster.by_two = ids(input)?;
            for _ in 0..input.count(20, MAX_SLOTS)? {
                roster.chosen.push((SlotId::decode(input)?, ids(input)?));
            }
            roster.policy = Policy::from_number(input.u64()?)?;
            if roster.to_bytes().first() != Some(&CHOICES) {
                return Err(DecodeError::Value("roster"));
            }
        }
        Ok(roster)
    }
}

#[cfg(test)]
mod tests {
    use super::super::dual::Guarded;
    use super::*;

    #[test]
    fn a_roster_without_choices_keeps_the_first_form() {
        let id = CompartmentId([1; 16]);
        let mut roster = Roster {
            site: "Casa".into(),
            compartments: vec![(id, "victim".into(), vec![0])],
            slots: vec![(SlotId([2; 16]), "dirección".into())],
            ..Roster::default()
        };
        let names = roster.to_bytes();
        assert_eq!(names[0], NAMES);
        assert!(Roster::from_bytes(&names).unwrap() == roster);
        assert!(roster.opens(SlotId([2; 16]), id) && !roster.needs_two(id));
        roster.by_two.push(id);
        roster.chosen.push((SlotId([3; 16]), Vec::new()));
        roster.policy = Policy::default().with(Guarded::Export);
        let bytes = roster.to_bytes();
        assert_eq!(bytes[0], CHOICES);
        assert!(Roster::from_bytes(&bytes).unwrap() == roster);
        assert!(!roster.opens(SlotId([3; 16]), id) && roster.needs_two(id));
        // One roster has one form.
        let mut empty = names.clone();
        empty[0] = CHOICES;
        empty.extend([0; 16]);
        assert!(Roster::from_bytes(&empty).is_err());
        for cut in 0..bytes.len() {
            assert!(Roster::from_bytes(&bytes[..cut]).is_err());
        }
    }
}
