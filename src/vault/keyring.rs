//! The keyring: who can open what (manual: *vault format*, "Keyring").
//!
//! A *slot* is one way in: a passphrase, a recovery code, a key file. It has a key pair of its own,
//! whose private half is wrapped by what the person knows or holds, and *grants* sealed to its
//! public half. So keys can be given to a slot, and new keys handed out after a rotation, without
//! its passphrase. The whole file is signed by the keyring key; every slot's wrapped part contains
//! the public half of it, so that nobody can slip in a keyring of their own.

use zeroize::Zeroizing;

pub use super::access::Access;
pub(super) use super::access::Entered;
use super::duress::Place;
use super::error::VaultError;
use super::grants::{Given, secret32};
use super::ids::{CompartmentId, SlotId, VaultId};
pub use super::roster::Roster;
pub use super::slot::{NewSlot, Rights, Slot, SlotKind, Unlock};
use crate::codec::{Decode, DecodeError, Encode, Reader, put_bytes};
use crate::crypto::kdf::PassphraseCost;
use crate::crypto::seal::{OpeningKey, SealingKey};
use crate::crypto::sign::{SigningKey, VerifyingKey};
use crate::crypto::{Secret, aead, labels, random};

const MAGIC: &[u8; 14] = b"sigilo-keyring";
/// A keyring without a place for a duress passphrase.
const VERSION_FIRST: u8 = 1;
const VERSION: u8 = 2;
/// Most keys that the log may have had.
pub(super) const MAX_LOG_KEYS: usize = 256;
/// Most slots of one keyring.
pub const MAX_SLOTS: usize = 64;
/// Most compartments of one keyring.
pub const MAX_COMPARTMENTS: usize = 64;
const MAX_RETIRED: usize = 4096;
/// Largest keyring file in bytes; checked before it is read.
pub const MAX_FILE: usize = 2 << 20;
/// Longest name of a site, a compartment or a slot, in bytes.
pub const MAX_NAME: usize = 200;

/// A compartment as anybody can see it: a random id, which generation of its key is current, and
/// the key that seals into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compartment {
    /// Its id.
    pub id: CompartmentId,
    /// Generation of the key, from 1; rotation adds one.
    pub epoch: u32,
    /// Seals into it.
    pub key: SealingKey,
}

/// The keyring file.
#[derive(Clone, PartialEq, Eq)]
pub struct Keyring {
    /// The vault it belongs to.
    pub vault: VaultId,
    /// Counts the changes, from 1.
    pub generation: u64,
    /// Checks the keyring's own signature.
    pub keyring_key: VerifyingKey,
    /// Checks the checkpoints of the log.
    pub checkpoint_key: VerifyingKey,
    /// Seals the details of acts.
    pub log_key: SealingKey,
    /// All compartments.
    pub compartments: Vec<Compartment>,
    /// All slots that open something.
    pub slots: Vec<Slot>,
    /// Where a duress passphrase is, or nothing. Only keyrings of the first form have no place.
    pub(super) place: Option<Place>,
    /// Slots that are no more; their signatures in the log stay valid.
    pub retired: Vec<(SlotId, VerifyingKey)>,
    roster: Vec<u8>,
    signature: [u8; 64],
}

pub(super) fn len_u32(len: usize) -> [u8; 4] {
    u32::try_from(len).unwrap_or(u32::MAX).to_be_bytes()
}

impl Keyring {
    /// A new vault's keyring with its first slot, which may do everything.
    ///
    /// # Errors
    /// [`VaultError`] if a name is too long or the system gives no random bytes.
    pub fn create(
        site: &str,
        compartments: &[(&str, &[u8])],
        first: &NewSlot<'_>,
    ) -> Result<(Self, Access), VaultError> {
        check_name(site)?;
        let vault = VaultId::random()?;
        let keyring = SigningKey::generate()?;
        let checkpoint = SigningKey::generate()?;
        let log = OpeningKey::generate()?;
        let mut roster = Roster {
            site: site.to_owned(),
            ..Roster::default()
        };
        let mut public = Vec::new();
        let mut keys = Vec::new();
        for (name, kinds) in compartments {
            check_name(name)?;
            let id = CompartmentId::random()?;
            let key = OpeningKey::generate()?;
            public.push(Compartment {
                id,
                epoch: 1,
                key: key.sealing_key(),
            });
            roster
                .compartments
                .push((id, (*name).to_owned(), kinds.to_vec()));
            keys.push((id, 1, key));
        }
        let mut ring = Self {
            vault,
            generation: 0,
            keyring_key: keyring.verifying_key(),
            checkpoint_key: checkpoint.verifying_key(),
            log_key: log.sealing_key(),
            compartments: public,
            slots: Vec::new(),
            place: None,
            retired: Vec::new(),
            roster: Vec::new(),
            signature: [0; 64],
        };
        let mut access = Access {
            slot: SlotId([0; 16]),
            rights: Rights::ALL,
            roster,
            signing: SigningKey::generate()?,
            roster_key: Secret::random()?,
            keyring: Some(keyring),
            checkpoint: Some(checkpoint),
            log: vec![(0, log)],
            compartments: keys,
            parts: Vec::new(),
        };
        access.slot = ring.add_slot(&mut access, first)?;
        let access = ring.unlock(&first.unlock)?;
        Ok((ring, access))
    }

    /// Adds a slot that opens every compartment, if it reads, and signs the new generation.
    ///
    /// # Errors
    /// As [`Keyring::add_slot_for`].
    pub fn add_slot(
        &mut self,
        access: &mut Access,
        new: &NewSlot<'_>,
    ) -> Result<SlotId, VaultError> {
        self.add_slot_for(access, new, None)
    }

    /// Adds a slot and signs the new generation. `chosen` are the compartments that it opens, if it
    /// reads; every one without a choice.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`] without the right to manage keys or if more is given than one
    /// has, [`VaultError::NeedsTwo`] if keys that need two slots are not at hand,
    /// [`VaultError::KeyInUse`] if `unlock` already opens a slot.
    pub fn add_slot_for(
        &mut self,
        access: &mut Access,
        new: &NewSlot<'_>,
        chosen: Option<&[CompartmentId]>,
    ) -> Result<SlotId, VaultError> {
        check_name(new.name)?;
        if access.keyring.is_none() || !access.rights.has(new.rights) {
            return Err(VaultError::NotAllowed);
        }
        if self.slots.len() >= MAX_SLOTS {
            return Err(VaultError::TooManySlots);
        }
        if self.opens_something(&new.unlock)? {
            return Err(VaultError::KeyInUse);
        }
        let opening = OpeningKey::generate()?;
        let signing = SigningKey::generate()?;
        let mut slot = Slot {
            id: SlotId::random()?,
            kind: new.kind,
            rights: new.rights,
            verifying_key: signing.verifying_key(),
            salt: random::array()?,
            sealing_key: opening.sealing_key(),
            secrets: Vec::new(),
            grants: Vec::new(),
        };
        slot.wrap(
            self.vault,
            &new.unlock,
            &opening,
            &signing,
            self.keyring_key,
        )?;
        let id = slot.id;
        access.roster.slots.push((id, new.name.to_owned()));
        if let Some(set) = chosen {
            access.roster.chosen.push((id, set.to_vec()));
        }
        if new.rights.has(Rights::READ) {
            let given = self.current().filter(|(c, _)| access.roster.opens(id, *c));
            for (compartment, epoch) in given.collect::<Vec<_>>() {
                if access.compartment(compartment, epoch).is_none() {
                    return Err(if access.roster.needs_two(compartment) {
                        VaultError::NeedsTwo
                    } else {
                        VaultError::NotAllowed
                    });
                }
            }
        }
        self.slots.push(slot);
        self.grant_one(access, id)?;
        self.sign(access)?;
        Ok(id)
    }

    /// Changes what a slot may do and which compartments it opens, and signs the new generation.
    /// Keys that it was given before it may have kept: a rotation replaces them.
    ///
    /// # Errors
    /// As [`Keyring::add_slot`]; [`VaultError::NoSuchSlot`], [`VaultError::LastSlot`].
    pub fn change_slot(
        &mut self,
        access: &mut Access,
        id: SlotId,
        rights: Rights,
        compartments: Option<&[CompartmentId]>,
    ) -> Result<(), VaultError> {
        if access.keyring.is_none() || !access.rights.has(rights) || id == access.slot {
            return Err(VaultError::NotAllowed);
        }
        let slot = self.slots.iter_mut().find(|s| s.id == id);
        let slot = slot.ok_or(VaultError::NoSuchSlot)?;
        slot.rights = rights;
        access.roster.chosen.retain(|(s, _)| *s != id);
        if let Some(set) = compartments {
            access.roster.chosen.push((id, set.to_vec()));
        }
        // The slot that is open keeps its rights, so somebody always manages the keys; who signs must
        // be able to give what is to be given.
        if !self.reaches_all(&access.roster, None) {
            return Err(VaultError::LastSlot);
        }
        self.grant_all(access)?;
        self.sign(access)
    }

    /// Adds a compartment for every slot that reads and has no choice of its own, and signs the new
    /// generation. One that `needs_two` opens for any two of them together, and for whoever has
    /// enough recovery shares.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`], [`VaultError::BadName`], [`VaultError::KeyInUse`] if the name is
    /// taken, [`VaultError::TooManySlots`], [`VaultError::NeedsTwo`].
    pub fn add_compartment(
        &mut self,
        access: &mut Access,
        name: &str,
        needs_two: bool,
    ) -> Result<CompartmentId, VaultError> {
        check_name(name)?;
        if access.keyring.is_none() {
            return Err(VaultError::NotAllowed);
        }
        if access.roster.compartment_named(name).is_some() {
            return Err(VaultError::BadName);
        }
        if self.compartments.len() >= MAX_COMPARTMENTS {
            return Err(VaultError::TooManySlots);
        }
        let (id, key) = (CompartmentId::random()?, OpeningKey::generate()?);
        self.compartments.push(Compartment {
            id,
            epoch: 1,
            key: key.sealing_key(),
        });
        access.compartments.push((id, 1, key));
        let row = (id, name.to_owned(), Vec::new());
        access.roster.compartments.push(row);
        if needs_two {
            access.roster.by_two.push(id);
        }
        self.grant_all(access)?;
        self.sign(access)?;
        Ok(id)
    }

    /// Puts another place for a duress passphrase, and signs the new generation. The one before never
    /// acted, so nothing of it is kept.
    pub(super) fn put_place(&mut self, access: &Access, place: Place) -> Result<(), VaultError> {
        self.place = Some(place);
        self.sign(access)
    }

    /// Puts an empty place for a duress passphrase; the next signature covers it.
    pub(super) fn empty_place(&mut self) -> Result<(), VaultError> {
        self.place = Some(Place::empty(self.usual_cost())?);
        Ok(())
    }

    /// Whether every compartment that needs two would still open, without this slot: for two others,
    /// or for recovery shares.
    fn reaches_all(&self, roster: &Roster, without: Option<SlotId>) -> bool {
        roster.by_two.iter().all(|id| {
            let mut parts = 0;
            for slot in self.slots.iter().filter(|s| Some(s.id) != without) {
                if slot.rights.has(Rights::READ) && roster.opens(slot.id, *id) {
                    parts += if slot.kind == SlotKind::Shares { 2 } else { 1 };
                }
            }
            parts >= 2
        })
    }

    /// Whether a slot opens with this.
    pub(super) fn find_slot(&self, unlock: &Unlock<'_>) -> Result<Option<SlotId>, VaultError> {
        let found = self.find(unlock)?;
        Ok(found.and_then(|(at, ..)| self.slots.get(at).map(|s| s.id)))
    }

    /// Whether a slot may act: it is there, or it is the place of the duress passphrase.
    pub(super) fn acts(&self, id: SlotId) -> bool {
        self.slots.iter().any(|s| s.id == id) || self.place.as_ref().is_some_and(|p| p.id == id)
    }

    /// Slots that may manage the keys.
    pub(super) fn managers(&self) -> usize {
        let slots = self.slots.iter();
        slots.filter(|s| s.rights.has(Rights::MANAGE)).count()
    }

    /// Changes what needs two slots, and signs the new generation.
    pub(super) fn set_policy(
        &mut self,
        access: &mut Access,
        policy: super::dual::Policy,
    ) -> Result<(), VaultError> {
        access.roster.policy = policy;
        self.sign(access)
    }

    /// Leaves only the slots of recovery, and signs the new generation. Returns how many are gone.
    ///
    /// # Errors
    /// [`VaultError::LastSlot`] if there is none to leave.
    pub(super) fn keep_recovery(&mut self, key: &SigningKey) -> Result<usize, VaultError> {
        let (kept, gone): (Vec<_>, Vec<_>) = std::mem::take(&mut self.slots)
            .into_iter()
            .partition(|slot| slot.kind.is_recovery());
        self.slots = kept;
        if self.slots.is_empty() {
            return Err(VaultError::LastSlot);
        }
        self.retired
            .extend(gone.iter().map(|slot| (slot.id, slot.verifying_key)));
        if let Some(place) = self.place.take() {
            self.retired.push((place.id, place.verifying_key));
        }
        self.place = Some(Place::empty(self.usual_cost())?);
        self.generation += 1;
        self.signature = key.sign(&self.signed_bytes())?;
        Ok(gone.len())
    }

    /// What the place of the duress passphrase costs: as much as the first passphrase.
    pub(super) fn usual_cost(&self) -> PassphraseCost {
        let mut costs = self.slots.iter().filter_map(|slot| match slot.kind {
            SlotKind::Passphrase(cost) => Some(cost),
            _ => None,
        });
        costs.next().unwrap_or_default()
    }

    /// Current generation of the key of each compartment.
    pub(super) fn current(&self) -> impl Iterator<Item = (CompartmentId, u32)> {
        self.compartments.iter().map(|c| (c.id, c.epoch))
    }

    /// Removes a slot and signs the new generation. Its verifying key stays, for the log.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`], [`VaultError::NoSuchSlot`], or [`VaultError::LastSlot`] if nobody
    /// could manage the keyring or read the records afterwards.
    pub fn remove_slot(&mut self, access: &mut Access, id: SlotId) -> Result<(), VaultError> {
        if access.keyring.is_none() {
            return Err(VaultError::NotAllowed);
        }
        let at = self
            .slots
            .iter()
            .position(|s| s.id == id)
            .ok_or(VaultError::NoSuchSlot)?;
        let manages = Rights::MANAGE.and(Rights::READ);
        let others = self.slots.iter().filter(|s| s.id != id);
        // Where something needs two, two stay.
        let least = if access.roster.policy.is_set() { 2 } else { 1 };
        if others.filter(|s| s.rights.has(manages)).count() < least {
            return Err(VaultError::LastSlot);
        }
        if self.retired.len() >= MAX_RETIRED {
            return Err(VaultError::TooManySlots);
        }
        if !self.reaches_all(&access.roster, Some(id)) {
            return Err(VaultError::LastSlot);
        }
        let slot = self.slots.remove(at);
        self.retired.push((slot.id, slot.verifying_key));
        access.roster.slots.retain(|(s, _)| *s != id);
        access.roster.chosen.retain(|(s, _)| *s != id);
        self.sign(access)
    }

    /// Puts another key on the slot that is open: a changed passphrase, a new recovery code.
    ///
    /// Any slot may change its own key; the keyring's signature needs the right to manage keys, so
    /// whoever lacks it asks somebody who has it.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`], [`VaultError::KeyInUse`], [`VaultError::WrongKey`] if `current`
    /// does not open the slot.
    pub fn change_key(
        &mut self,
        access: &Access,
        current: &Unlock<'_>,
        kind: SlotKind,
        new: &Unlock<'_>,
    ) -> Result<(), VaultError> {
        if access.keyring.is_none() {
            return Err(VaultError::NotAllowed);
        }
        let (at, opening, signing) = self.find(current)?.ok_or(VaultError::WrongKey)?;
        match self.find(new)? {
            Some((other, _, _)) if other != at => return Err(VaultError::KeyInUse),
            None if self.opens_something(new)? => return Err(VaultError::KeyInUse),
            _ => {}
        }
        let (vault, keyring_key) = (self.vault, self.keyring_key);
        let slot = self.slots.get_mut(at).ok_or(VaultError::NoSuchSlot)?;
        slot.kind = kind;
        slot.salt = random::array()?;
        slot.wrap(vault, new, &opening, &signing, keyring_key)?;
        self.sign(access)
    }

    /// Begins a change of all keys that open records, log and roster: each compartment gets the key
    /// of its next epoch, the log a new one from the leaf `log_since` on. Every slot is given old and
    /// new keys by its public key; no passphrase is needed.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`] unless the slot manages keys and holds every other.
    pub(crate) fn begin_rotation(
        &mut self,
        access: &mut Access,
        log_since: u64,
    ) -> Result<(), VaultError> {
        if access.keyring.is_none() || access.checkpoint.is_none() || access.log.is_empty() {
            return Err(VaultError::NotAllowed);
        }
        if access.log.len() >= MAX_LOG_KEYS {
            return Err(VaultError::TooManySlots);
        }
        for compartment in &mut self.compartments {
            let (id, epoch) = (compartment.id, compartment.epoch);
            if access.compartment(id, epoch).is_none() {
                return Err(if access.roster.needs_two(id) {
                    VaultError::NeedsTwo
                } else {
                    VaultError::NotAllowed
                });
            }
            let key = OpeningKey::generate()?;
            compartment.epoch = compartment
                .epoch
                .checked_add(1)
                .ok_or(VaultError::TooLarge)?;
            compartment.key = key.sealing_key();
            access
                .compartments
                .push((compartment.id, compartment.epoch, key));
        }
        let log = OpeningKey::generate()?;
        self.log_key = log.sealing_key();
        access.log.push((log_since, log));
        access.roster_key = Secret::random()?;
        self.grant_all(access)?;
        self.sign(access)
    }

    /// The log goes on at `leaf`, before places from which on later keys were used: the last of them is
    /// used from there on. Returns whether that changed anything.
    ///
    /// # Errors
    /// As [`Keyring::begin_rotation`].
    pub(crate) fn cut_log(&mut self, access: &mut Access, leaf: u64) -> Result<bool, VaultError> {
        let Some((_, key)) = access.log.pop_if(|(since, _)| *since > leaf) else {
            return Ok(false);
        };
        access.log.retain(|(since, _)| *since < leaf);
        access.log.push((leaf, key));
        self.grant_all(access)?;
        self.sign(access)?;
        Ok(true)
    }

    /// Ends a change of keys: no slot is given the old keys of compartments any more.
    pub(crate) fn end_rotation(&mut self, access: &mut Access) -> Result<(), VaultError> {
        if access.keyring.is_none() {
            return Err(VaultError::NotAllowed);
        }
        let current: Vec<_> = self.current().collect();
        let is_current = |id, epoch| current.contains(&(id, epoch));
        access
            .compartments
            .retain(|(id, epoch, _)| is_current(*id, *epoch));
        access
            .parts
            .retain(|part| is_current(part.compartment, part.epoch));
        self.grant_all(access)?;
        self.sign(access)
    }

    /// Opens the slot that `unlock` fits, and checks the whole keyring with it.
    ///
    /// # Errors
    /// [`VaultError::WrongKey`] if it fits none, [`VaultError::KeyringForged`] if the keyring was not
    /// signed by this vault.
    pub fn unlock(&self, unlock: &Unlock<'_>) -> Result<Access, VaultError> {
        match self.enter(unlock)? {
            Entered::Slot(access) => Ok(*access),
            Entered::Duress(_) => Err(VaultError::WrongKey),
        }
    }

    /// As [`Keyring::unlock`], and tells the duress passphrase from a wrong one. Both cost the same:
    /// every passphrase slot and then the place, whether there is something in it or not.
    pub(super) fn enter(&self, unlock: &Unlock<'_>) -> Result<Entered, VaultError> {
        let Some((at, opening, signing)) = self.find(unlock)? else {
            let place = self.place.as_ref();
            let Some(duress) = place.map(|p| p.open(self.vault, unlock)).transpose()? else {
                return Err(VaultError::WrongKey);
            };
            let duress = duress.filter(|d| d.keyring.verifying_key() == self.keyring_key);
            return duress.map(Entered::Duress).ok_or(VaultError::WrongKey);
        };
        let slot = self.slots.get(at).ok_or(VaultError::NoSuchSlot)?;
        self.keyring_key
            .verify(&self.signed_bytes(), &self.signature)
            .map_err(|_| VaultError::KeyringForged)?;
        let plain = opening
            .open(
                labels::SLOT_GRANT,
                &slot.grants_ad(self.vault),
                &slot.grants,
            )
            .map_err(|_| VaultError::KeyringForged)?;
        match self.read_grants(slot, signing, &plain) {
            Ok(access) => Ok(Entered::Slot(Box::new(access))),
            Err(VaultError::Decode(DecodeError::Version(_))) => Err(VaultError::Newer),
            Err(_) => Err(VaultError::KeyringForged),
        }
    }

    /// Whether a key opens a slot or is the duress passphrase: two keys of one vault are never the
    /// same.
    pub(super) fn opens_something(&self, unlock: &Unlock<'_>) -> Result<bool, VaultError> {
        if self.find(unlock)?.is_some() {
            return Ok(true);
        }
        let place = self.place.as_ref();
        let found = place.map(|p| p.open(self.vault, unlock)).transpose()?;
        Ok(found.flatten().is_some())
    }

    /// The verifying key of a slot, present or retired.
    pub fn slot_key(&self, id: SlotId) -> Option<VerifyingKey> {
        let present = self.slots.iter().map(|s| (s.id, s.verifying_key));
        present
            .chain(self.retired.iter().copied())
            .find(|(s, _)| *s == id)
            .map(|(_, key)| key)
    }

    /// The compartment with this id.
    pub fn compartment(&self, id: CompartmentId) -> Option<&Compartment> {
        self.compartments.iter().find(|c| c.id == id)
    }

    /// Position, opening key and signing key of the slot that `unlock` opens.
    fn find(
        &self,
        unlock: &Unlock<'_>,
    ) -> Result<Option<(usize, OpeningKey, SigningKey)>, VaultError> {
        for (at, slot) in self.slots.iter().enumerate() {
            if !unlock.fits(slot.kind) {
                continue;
            }
            let (header, wrapped) = slot.wrapped();
            let key = match unlock.wrapping_key(slot.kind, &slot.salt, slot.id, header) {
                Ok(key) => key,
                Err(VaultError::WrongKey) => continue,
                Err(e) => return Err(e),
            };
            let Ok(plain) = aead::open(&key, &slot.secrets_ad(self.vault), wrapped) else {
                continue;
            };
            let mut input = Reader::new(&plain);
            let opening = OpeningKey::from_private(secret32(&mut input)?)?;
            let signing = SigningKey::from_seed(secret32(&mut input)?)?;
            let pinned = VerifyingKey(input.array()?);
            input.finish()?;
            if pinned != self.keyring_key
                || opening.sealing_key() != slot.sealing_key
                || signing.verifying_key() != slot.verifying_key
            {
                return Err(VaultError::KeyringForged);
            }
            return Ok(Some((at, opening, signing)));
        }
        Ok(None)
    }

    fn read_grants(
        &self,
        slot: &Slot,
        signing: SigningKey,
        plain: &[u8],
    ) -> Result<Access, VaultError> {
        let given = Given::from_bytes(plain)?;
        let plain = aead::open(&given.roster_key, &self.roster_ad(), &self.roster)?;
        Ok(Access {
            slot: slot.id,
            rights: slot.rights,
            roster: Roster::from_bytes(aead::unpad(&plain)?)?,
            signing,
            roster_key: given.roster_key,
            keyring: given.keyring,
            checkpoint: given.checkpoint,
            log: given.log,
            compartments: given.compartments,
            parts: given.parts,
        })
    }

    fn sign(&mut self, access: &Access) -> Result<(), VaultError> {
        let key = access.keyring.as_ref().ok_or(VaultError::NotAllowed)?;
        if self.place.is_none() {
            self.place = Some(Place::empty(self.usual_cost())?);
        }
        self.generation += 1;
        // Padded, so that the lengths of names do not show.
        let plain = aead::pad(&Zeroizing::new(access.roster.to_bytes()));
        self.roster = aead::seal(&access.roster_key, &self.roster_ad(), &plain)?;
        self.signature = key.sign(&self.signed_bytes())?;
        Ok(())
    }

    fn roster_ad(&self) -> Vec<u8> {
        let mut ad = labels::ROSTER.to_vec();
        self.vault.encode(&mut ad);
        ad
    }

    fn signed_bytes(&self) -> Vec<u8> {
        let mut out = labels::KEYRING_SIGNATURE.to_vec();
        self.encode_unsigned(&mut out);
        out
    }

    fn encode_unsigned(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(MAGIC);
        out.push(match self.place {
            None => VERSION_FIRST,
            Some(_) => VERSION,
        });
        self.vault.encode(out);
        out.extend_from_slice(&self.generation.to_be_bytes());
        out.extend_from_slice(&self.keyring_key.0);
        out.extend_from_slice(&self.checkpoint_key.0);
        out.extend_from_slice(&self.log_key.0);
        out.extend_from_slice(&len_u32(self.compartments.len()));
        for c in &self.compartments {
            c.id.encode(out);
            out.extend_from_slice(&c.epoch.to_be_bytes());
            out.extend_from_slice(&c.key.0);
        }
        out.extend_from_slice(&len_u32(self.slots.len()));
        for slot in &self.slots {
            slot.encode(out);
        }
        out.extend_from_slice(&len_u32(self.retired.len()));
        for (id, key) in &self.retired {
            id.encode(out);
            out.extend_from_slice(&key.0);
        }
        if let Some(place) = &self.place {
            place.encode(out);
        }
        put_bytes(out, &self.roster);
    }
}

fn check_name(name: &str) -> Result<(), VaultError> {
    if name.trim().is_empty() || name.len() > MAX_NAME || name.chars().any(char::is_control) {
        return Err(VaultError::BadName);
    }
    Ok(())
}

impl Encode for Keyring {
    fn encode(&self, out: &mut Vec<u8>) {
        self.encode_unsigned(out);
        out.extend_from_slice(&self.signature);
    }
}

impl Decode for Keyring {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if input.take(MAGIC.len())? != MAGIC {
            return Err(DecodeError::Value("keyring"));
        }
        let has_place = match input.u8()? {
            VERSION_FIRST => false,
            VERSION => true,
            v => return Err(DecodeError::Version(v)),
        };
        let vault = VaultId::decode(input)?;
        let generation = input.u64()?;
        let keyring_key = VerifyingKey(input.array()?);
        let checkpoint_key = VerifyingKey(input.array()?);
        let log_key = SealingKey(input.array()?);
        let n = input.count(52, MAX_COMPARTMENTS)?;
        let mut compartments = Vec::with_capacity(n);
        for _ in 0..n {
            compartments.push(Compartment {
                id: CompartmentId::decode(input)?,
                epoch: input.u32()?,
                key: SealingKey(input.array()?),
            });
        }
        let n = input.count(106, MAX_SLOTS)?;
        let mut slots = Vec::with_capacity(n);
        for _ in 0..n {
            slots.push(Slot::decode(input)?);
        }
        let n = input.count(48, MAX_RETIRED)?;
        let mut retired = Vec::with_capacity(n);
        for _ in 0..n {
            retired.push((SlotId::decode(input)?, VerifyingKey(input.array()?)));
        }
        let place = has_place.then(|| Place::decode(input)).transpose()?;
        Ok(Self {
            vault,
            generation,
            keyring_key,
            checkpoint_key,
            log_key,
            compartments,
            slots,
            place,
            retired,
            roster: input.bytes(128 << 10)?.to_vec(),
            signature: input.array()?,
        })
    }
}
