//! What a slot is given: the keys that its rights need, sealed to its public key (manual: *vault
//! format*, "Keyring").

use zeroize::Zeroizing;

use super::access::Access;
use super::error::VaultError;
use super::ids::{CompartmentId, SlotId};
use super::keyring::{Keyring, MAX_COMPARTMENTS, MAX_LOG_KEYS, len_u32};
use super::slot::{Rights, Slot, SlotKind};
use crate::codec::{Decode as _, DecodeError, Encode as _, Reader};
use crate::crypto::seal::{self, OpeningKey};
use crate::crypto::sign::SigningKey;
use crate::crypto::{Secret, labels, shares};

/// One key of the log, used from the beginning.
const FIRST: u8 = 1;
/// Several keys of the log.
const SUCCESSIVE: u8 = 2;
/// With parts of keys, and padded.
const PADDED: u8 = 3;
/// Padded grants are a multiple of this, so that their length does not tell which compartments a slot
/// opens.
const PADDING: usize = 1024;

/// A part of a compartment's key: with the part of another slot it gives the key.
pub(super) struct Part {
    pub compartment: CompartmentId,
    pub epoch: u32,
    /// Number of the share.
    pub number: u8,
    pub value: Secret<32>,
}

/// What is given.
pub(super) struct Grants<'a> {
    pub roster_key: &'a Secret<32>,
    pub keyring: Option<&'a SigningKey>,
    pub checkpoint: Option<&'a SigningKey>,
    pub log: Vec<(u64, &'a OpeningKey)>,
    pub compartments: Vec<(CompartmentId, u32, &'a OpeningKey)>,
    pub parts: Vec<&'a Part>,
}

impl Grants<'_> {
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        fn optional(out: &mut Vec<u8>, key: Option<&Secret<32>>) {
            out.push(u8::from(key.is_some()));
            if let Some(key) = key {
                out.extend_from_slice(key.expose());
            }
        }
        // Reserved in one piece: a vector that grows leaves copies of secrets behind.
        let keys = self.compartments.len() + self.log.len() + self.parts.len();
        let room = (256 + keys * 64).next_multiple_of(PADDING);
        let mut out = Zeroizing::new(Vec::with_capacity(room));
        out.push(PADDED);
        out.extend_from_slice(self.roster_key.expose());
        optional(&mut out, self.keyring.map(SigningKey::seed));
        optional(&mut out, self.checkpoint.map(SigningKey::seed));
        out.extend_from_slice(&len_u32(self.log.len()));
        for (since, key) in &self.log {
            out.extend_from_slice(&since.to_be_bytes());
            out.extend_from_slice(key.private().expose());
        }
        out.extend_from_slice(&len_u32(self.compartments.len()));
        for (id, epoch, key) in &self.compartments {
            id.encode(&mut out);
            out.extend_from_slice(&epoch.to_be_bytes());
            out.extend_from_slice(key.private().expose());
        }
        out.extend_from_slice(&len_u32(self.parts.len()));
        for part in &self.parts {
            part.compartment.encode(&mut out);
            out.extend_from_slice(&part.epoch.to_be_bytes());
            out.push(part.number);
            out.extend_from_slice(part.value.expose());
        }
        let whole = out.len().next_multiple_of(PADDING);
        out.resize(whole, 0);
        out
    }
}

/// What is sealed to a slot, for the fuzz target.
pub(super) fn fuzz(plain: &[u8]) -> bool {
    let given = Given::from_bytes(plain);
    let fits = |g: &Given| g.log.len() <= MAX_LOG_KEYS && g.parts.len() <= 2 * MAX_COMPARTMENTS;
    assert!(given.as_ref().ok().is_none_or(fits));
    given.is_ok()
}

/// What was given.
pub(super) struct Given {
    pub roster_key: Secret<32>,
    pub keyring: Option<SigningKey>,
    pub checkpoint: Option<SigningKey>,
    pub log: Vec<(u64, OpeningKey)>,
    pub compartments: Vec<(CompartmentId, u32, OpeningKey)>,
    pub parts: Vec<Part>,
}

impl Given {
    /// Reads every form.
    pub fn from_bytes(plain: &[u8]) -> Result<Self, VaultError> {
        let mut input = Reader::new(plain);
        let version = input.u8()?;
        if !matches!(version, FIRST | SUCCESSIVE | PADDED) {
            return Err(DecodeError::Version(version).into());
        }
        let roster_key = secret32(&mut input)?;
        let signing_key = |seed: Option<Secret<32>>| seed.map(SigningKey::from_seed).transpose();
        let keyring = signing_key(optional32(&mut input)?)?;
        let checkpoint = signing_key(optional32(&mut input)?)?;
        let mut log = Vec::new();
        if version == FIRST {
            let key = optional32(&mut input)?.map(OpeningKey::from_private);
            log.extend(key.transpose()?.map(|key| (0, key)));
        } else {
            for _ in 0..input.count(40, MAX_LOG_KEYS)? {
                let since = input.u64()?;
                log.push((since, OpeningKey::from_private(secret32(&mut input)?)?));
            }
        }
        // While keys are being replaced, a compartment has two.
        let n = input.count(52, 2 * MAX_COMPARTMENTS)?;
        let mut compartments = Vec::with_capacity(n);
        for _ in 0..n {
            let id = CompartmentId::decode(&mut input)?;
            let epoch = input.u32()?;
            let key = OpeningKey::from_private(secret32(&mut input)?)?;
            compartments.push((id, epoch, key));
        }
        let mut parts = Vec::new();
        if version == PADDED {
            for _ in 0..input.count(53, 2 * MAX_COMPARTMENTS)? {
                parts.push(Part {
                    compartment: CompartmentId::decode(&mut input)?,
                    epoch: input.u32()?,
                    number: input.u8()?,
                    value: secret32(&mut input)?,
                });
            }
            let used = plain.len() - input.remaining();
            let zeros = input.take(input.remaining())?;
            if zeros.iter().any(|b| *b != 0) || plain.len() != used.next_multiple_of(PADDING) {
                return Err(DecodeError::Value("grants").into());
            }
        }
        input.finish()?;
        Ok(Self {
            roster_key,
            keyring,
            checkpoint,
            log,
            compartments,
            parts,
        })
    }
}

pub(super) fn secret32(input: &mut Reader<'_>) -> Result<Secret<32>, DecodeError> {
    Secret::from_slice(input.take(32)?).map_err(|_| DecodeError::Value("key"))
}

fn optional32(input: &mut Reader<'_>) -> Result<Option<Secret<32>>, DecodeError> {
    match input.u8()? {
        0 => Ok(None),
        1 => secret32(input).map(Some),
        _ => Err(DecodeError::Value("key")),
    }
}

impl Keyring {
    /// Gives every slot anew what its rights need. Who does so holds every key: nobody may lose one
    /// because the slot that signs did not have it.
    pub(super) fn grant_all(&mut self, access: &Access) -> Result<(), VaultError> {
        if access.log.is_empty() || access.checkpoint.is_none() {
            return Err(VaultError::NotAllowed);
        }
        if !access.holds(self.current()) {
            let two = |(id, _): &(CompartmentId, u32)| access.roster.needs_two(*id);
            return Err(if access.holds(self.current().filter(|c| !two(c))) {
                VaultError::NeedsTwo
            } else {
                VaultError::NotAllowed
            });
        }
        let dealt = self.deal(access)?;
        let mut slots = std::mem::take(&mut self.slots);
        let done = slots
            .iter_mut()
            .try_for_each(|slot| self.grant(access, slot, &dealt));
        self.slots = slots;
        done
    }

    /// Gives a slot what its rights need; if keys that need two are at hand, all slots get new parts
    /// of them, because the parts of one key belong together.
    pub(super) fn grant_one(&mut self, access: &Access, id: SlotId) -> Result<(), VaultError> {
        let whole = !access.log.is_empty() && access.checkpoint.is_some();
        if !access.roster.by_two.is_empty() && whole && access.holds(self.current()) {
            return self.grant_all(access);
        }
        let mut slots = std::mem::take(&mut self.slots);
        let slot = slots.iter_mut().find(|s| s.id == id);
        let done = slot
            .ok_or(VaultError::NoSuchSlot)
            .and_then(|slot| self.grant(access, slot, &[]));
        self.slots = slots;
        done
    }

    /// New parts of all keys at hand that need two slots, two of which give the key: for each slot
    /// one of each, in the order of the slots.
    fn deal(&self, access: &Access) -> Result<Vec<(SlotId, Vec<Part>)>, VaultError> {
        let mut dealt: Vec<(SlotId, Vec<Part>)> =
            self.slots.iter().map(|s| (s.id, Vec::new())).collect();
        let of = u8::try_from(dealt.len().max(2)).map_err(|_| VaultError::TooManySlots)?;
        let keys = access.compartments.iter();
        for (id, epoch, key) in keys.filter(|(id, ..)| access.roster.needs_two(*id)) {
            let values = shares::split(key.private(), 2, of)?;
            for ((_, parts), (number, value)) in dealt.iter_mut().zip((1..).zip(values)) {
                parts.push(Part {
                    compartment: *id,
                    epoch: *epoch,
                    number,
                    value,
                });
            }
        }
        Ok(dealt)
    }

    /// Seals to `slot` what its rights need of what `access` has.
    fn grant(
        &self,
        access: &Access,
        slot: &mut Slot,
        dealt: &[(SlotId, Vec<Part>)],
    ) -> Result<(), VaultError> {
        let reads = slot.rights.has(Rights::READ);
        let roster = &access.roster;
        // Shares are held by several people already: they open alone what needs two.
        let several = slot.kind == SlotKind::Shares;
        let whole = |id| reads && roster.opens(slot.id, id) && (several || !roster.needs_two(id));
        let parts = dealt.iter().find(|(id, _)| *id == slot.id);
        let parts = parts.map_or(&[] as &[Part], |(_, parts)| parts);
        let part = |id| reads && roster.opens(slot.id, id) && !several;
        let grants = Grants {
            roster_key: &access.roster_key,
            keyring: access
                .keyring
                .as_ref()
                .filter(|_| slot.rights.has(Rights::MANAGE)),
            // Whoever signs a head has checked the entries of others since the last one.
            checkpoint: access
                .checkpoint
                .as_ref()
                .filter(|_| reads && slot.rights.has(Rights::LOG)),
            log: access
                .log
                .iter()
                .filter(|_| slot.rights.has(Rights::LOG))
                .map(|(since, key)| (*since, key))
                .collect(),
            compartments: access
                .compartments
                .iter()
                .filter(|(id, ..)| whole(*id))
                .map(|(id, epoch, key)| (*id, *epoch, key))
                .collect(),
            parts: parts.iter().filter(|p| part(p.compartment)).collect(),
        };
        slot.grants = seal::seal_to(
            &slot.sealing_key,
            labels::SLOT_GRANT,
            &slot.grants_ad(self.vault),
            &grants.to_bytes(),
        )?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_does_not_tell_what_is_given() {
        let roster = Secret::random().unwrap();
        let opening = OpeningKey::generate().unwrap();
        let signing = SigningKey::generate().unwrap();
        let part = Part {
            compartment: CompartmentId([4; 16]),
            epoch: 1,
            number: 2,
            value: Secret::random().unwrap(),
        };
        let least = || Grants {
            roster_key: &roster,
            keyring: None,
            checkpoint: None,
            log: Vec::new(),
            compartments: Vec::new(),
            parts: Vec::new(),
        };
        let most = Grants {
            keyring: Some(&signing),
            checkpoint: Some(&signing),
            log: vec![(0, &opening), (9, &opening)],
            compartments: (0..8)
                .map(|n| (CompartmentId([n; 16]), 1, &opening))
                .collect(),
            parts: vec![&part],
            ..least()
        };
        let (least, most) = (least().to_bytes(), most.to_bytes());
        assert_eq!((least.len(), most.len()), (PADDING, PADDING));
        let read = Given::from_bytes(&most).unwrap();
        assert_eq!((read.log.len(), read.compartments.len()), (2, 8));
        assert!(read.parts[0].value == part.value);
        assert!(Given::from_bytes(&least).unwrap().keyring.is_none());
        let mut dirty = least.to_vec();
        *dirty.last_mut().unwrap() = 1;
        assert!(Given::from_bytes(&dirty).is_err());
        let mut long = least.to_vec();
        long.resize(2 * PADDING, 0);
        assert!(Given::from_bytes(&long).is_err());
        assert!(Given::from_bytes(&least[..PADDING - 1]).is_err());
    }
}
