//! Changing who can open a vault (manual: *vault format*, "Keyring", writer's duties).

use super::error::VaultError;
use super::ids::{CompartmentId, SlotId};
use super::keyring::{NewSlot, Rights, SlotKind, Unlock};
use super::recovery::RecoveryCode;
use super::shares::{self, Share};
use super::writing::Writing;
use super::{ActNote, Vault, keyfile, meta};
use crate::crypto::Secret;
use crate::crypto::hash::Digest;
use crate::log::act::ActKind;

impl Vault {
    /// Adds a slot that opens every compartment, if it reads.
    ///
    /// # Errors
    /// As [`Vault::add_slot_for`].
    pub fn add_slot(&mut self, new: &NewSlot<'_>) -> Result<SlotId, VaultError> {
        self.add_slot_for(new, None)
    }

    /// Adds a slot. `chosen` are the compartments that it opens, if it reads; every one without a
    /// choice. What the program keeps for itself it opens always.
    ///
    /// # Errors
    /// As [`super::Keyring::add_slot_for`].
    pub fn add_slot_for(
        &mut self,
        new: &NewSlot<'_>,
        chosen: Option<&[CompartmentId]>,
    ) -> Result<SlotId, VaultError> {
        self.require(Rights::MANAGE)?;
        // An intake key is nobody's second: it reads nothing and agrees to nothing.
        if new.rights != Rights::SEAL {
            self.require_two_for_keys()?;
        }
        let chosen = self.with_state(chosen)?;
        let kind = match (new.kind, new.rights) {
            (SlotKind::Recovery | SlotKind::Shares, _) => ActKind::RecoveryMade,
            (_, Rights::SEAL) => ActKind::IntakeKey,
            _ => ActKind::KeyAdd,
        };
        self.or_as_before(|vault| {
            let mut ring = vault.keyring.clone();
            let id = ring.add_slot_for(&mut vault.access, new, chosen.as_deref())?;
            vault.change_keyring(ring, ActNote::new(kind).on(id.0, 0))?;
            Ok(id)
        })
    }

    fn with_state(
        &self,
        chosen: Option<&[CompartmentId]>,
    ) -> Result<Option<Vec<CompartmentId>>, VaultError> {
        let Some(chosen) = chosen else {
            return Ok(None);
        };
        let mut chosen = chosen.to_vec();
        let state = self.state_compartment()?;
        if !chosen.contains(&state) {
            chosen.push(state);
        }
        Ok(Some(chosen))
    }

    /// Changes what another slot may do and which compartments it opens. What it was given before it
    /// may have kept: [`Vault::rotate`] replaces that.
    ///
    /// # Errors
    /// As [`super::Keyring::change_slot`]; [`VaultError::LastSlot`] if nobody could manage the keys
    /// afterwards.
    pub fn change_slot(
        &mut self,
        id: SlotId,
        rights: Rights,
        chosen: Option<&[CompartmentId]>,
    ) -> Result<(), VaultError> {
        self.require(Rights::MANAGE)?;
        self.require_two_for_keys()?;
        let chosen = self.with_state(chosen)?;
        // The count tells it from a changed passphrase.
        let note = ActNote::new(ActKind::KeyChange).on(id.0, 0).count(1);
        self.or_as_before(|vault| {
            let mut ring = vault.keyring.clone();
            ring.change_slot(&mut vault.access, id, rights, chosen.as_deref())?;
            if vault.policy().is_set() && ring.managers() < 2 {
                return Err(VaultError::LastSlot);
            }
            vault.change_keyring(ring, note)
        })
    }

    /// Adds a compartment, for every slot that reads and has no choice of its own. Records go into it
    /// when they are sealed into it by name. One that needs two takes a duress passphrase away.
    ///
    /// # Errors
    /// As [`super::Keyring::add_compartment`].
    pub fn add_compartment(
        &mut self,
        name: &str,
        needs_two: bool,
    ) -> Result<CompartmentId, VaultError> {
        self.require(Rights::MANAGE.and(Rights::READ))?;
        let before = self.access.duplicate()?;
        let mut ring = self.keyring.clone();
        if needs_two {
            // What was tried before might not open this one.
            ring.empty_place()?;
        }
        let done = ring
            .add_compartment(&mut self.access, name, needs_two)
            .and_then(|id| {
                let note = ActNote::new(ActKind::CompartmentAdd).on(id.0, 0);
                self.change_keyring(ring, note)?;
                Ok(id)
            });
        if done.is_err() {
            self.access = before;
        }
        done
    }

    /// Does `change`; if that fails, the names in memory are again those of the stored keyring.
    pub(super) fn or_as_before<T>(
        &mut self,
        change: impl FnOnce(&mut Self) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        let roster = self.access.roster.clone();
        let done = change(self);
        if done.is_err() {
            self.access.roster = roster;
        }
        done
    }

    /// Removes a slot. What it could open stays open to whoever kept its key and a copy of the
    /// vault: new compartment keys are another act.
    ///
    /// # Errors
    /// As [`super::Keyring::remove_slot`].
    pub fn remove_slot(&mut self, id: SlotId) -> Result<(), VaultError> {
        self.require(Rights::MANAGE)?;
        self.or_as_before(|vault| {
            let mut ring = vault.keyring.clone();
            let mut slots = vault.keyring.slots.iter();
            if slots.any(|s| s.id == id && s.kind.is_recovery()) {
                ring.empty_place()?;
            }
            ring.remove_slot(&mut vault.access, id)?;
            vault.change_keyring(ring, ActNote::new(ActKind::KeyRemove).on(id.0, 0))
        })
    }

    /// Puts another key on the slot that `current` opens.
    ///
    /// # Errors
    /// As [`super::Keyring::change_key`].
    pub fn change_key(
        &mut self,
        current: &Unlock<'_>,
        kind: SlotKind,
        new: &Unlock<'_>,
    ) -> Result<(), VaultError> {
        self.require(Rights::MANAGE)?;
        let mut ring = self.keyring.clone();
        ring.change_key(&self.access, current, kind, new)?;
        let slot = self.access.slot;
        self.change_keyring(ring, ActNote::new(ActKind::KeyChange).on(slot.0, 0))
    }

    /// Makes a new set of recovery shares, any `need` of which open the vault. Older sets open nothing
    /// any more.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`], [`VaultError::Share`] for numbers that make no sense, or what the
    /// system says.
    pub fn renew_shares(&mut self, name: &str, need: u8, of: u8) -> Result<Vec<Share>, VaultError> {
        self.require(Rights::ALL)?;
        let secret = Secret::random()?;
        let dealt = shares::deal(&secret, need, of)?;
        self.renew(
            &NewSlot {
                name,
                kind: SlotKind::Shares,
                unlock: Unlock::Shares(&secret),
                rights: Rights::ALL,
            },
            u64::from(need),
        )?;
        Ok(dealt)
    }

    /// Makes a new recovery code. Those that there were open nothing any more.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`], or what the system says.
    pub fn renew_recovery(&mut self, name: &str) -> Result<RecoveryCode, VaultError> {
        self.require(Rights::MANAGE)?;
        let code = RecoveryCode::generate()?;
        self.renew(
            &NewSlot {
                name,
                kind: SlotKind::Recovery,
                unlock: Unlock::Recovery(&code),
                rights: Rights::ALL,
            },
            1,
        )?;
        Ok(code)
    }

    /// Puts a slot in the place of all others of its kind. A duress passphrase goes with the recovery
    /// that was tried: it must never leave a vault that nobody opens.
    /// `people` are how many hold it.
    fn renew(&mut self, new: &NewSlot<'_>, people: u64) -> Result<(), VaultError> {
        self.require_two_for_keys()?;
        let mut ring = self.keyring.clone();
        ring.empty_place()?;
        let old: Vec<SlotId> = ring
            .slots
            .iter()
            .filter(|s| s.kind == new.kind)
            .map(|s| s.id)
            .collect();
        self.or_as_before(|vault| {
            let id = ring.add_slot(&mut vault.access, new)?;
            for slot in old {
                ring.remove_slot(&mut vault.access, slot)?;
            }
            let note = ActNote::new(ActKind::RecoveryMade).on(id.0, 0);
            vault.change_keyring(ring, note.count(people))
        })
    }

    /// First the new file beside the old one, then the chain names it, then it takes the old one's
    /// place. Interrupted anywhere, the next opening finds the one that the chain names.
    pub(super) fn change_keyring(
        &mut self,
        ring: super::Keyring,
        note: ActNote,
    ) -> Result<(), VaultError> {
        let mut writing = Writing::begin(self)?;
        let hash = writing.stage_keyring(&ring, note)?;
        writing.finish()?;
        self.put_keyring(ring, hash);
        Ok(())
    }

    /// The last step of a change of keys, after the chain has named the new file. If it fails, or
    /// another program that opened the vault in between has done it already, the next opening ends it.
    pub(super) fn put_keyring(&mut self, ring: super::Keyring, hash: Digest) {
        self.keyring_hash.set(hash);
        self.keyring = ring;
        let _ = self.settle_keyring();
    }

    fn settle_keyring(&self) -> Result<(), VaultError> {
        let hash = self.keyring_hash.get();
        let tx = self.store.write()?;
        // Otherwise another program has changed the keys since, and settled these first.
        if tx.meta(meta::KEYRING)?.as_deref() == Some(hash.as_slice()) {
            keyfile::settle(&self.location, &hash)?;
        }
        Ok(())
    }
}
