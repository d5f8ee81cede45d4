//! Changing who can open a vault (manual: *vault format*, "Keyring", writer's duties).

use super::error::VaultError;
use super::ids::SlotId;
use super::keyring::{NewSlot, Rights, SlotKind, Unlock};
use super::recovery::RecoveryCode;
use super::shares::{self, Share};
use super::writing::Writing;
use super::{ActNote, Vault, files};
use crate::crypto::Secret;
use crate::crypto::hash::Digest;
use crate::log::act::ActKind;

impl Vault {
    /// Adds a slot.
    ///
    /// # Errors
    /// As [`super::Keyring::add_slot`].
    pub fn add_slot(&mut self, new: &NewSlot<'_>) -> Result<SlotId, VaultError> {
        self.require(Rights::MANAGE)?;
        let kind = match (new.kind, new.rights) {
            (SlotKind::Recovery | SlotKind::Shares, _) => ActKind::RecoveryMade,
            (_, Rights::SEAL) => ActKind::IntakeKey,
            _ => ActKind::KeyAdd,
        };
        self.or_as_before(|vault| {
            let mut ring = vault.keyring.clone();
            let id = ring.add_slot(&mut vault.access, new)?;
            vault.change_keyring(ring, ActNote::new(kind).on(id.0, 0))?;
            Ok(id)
        })
    }

    /// Does `change`; if that fails, the names in memory are again those of the stored keyring.
    fn or_as_before<T>(
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
        self.renew(&NewSlot {
            name,
            kind: SlotKind::Shares,
            unlock: Unlock::Shares(&secret),
            rights: Rights::ALL,
        })?;
        Ok(dealt)
    }

    /// Makes a new recovery code. Those that there were open nothing any more.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`], or what the system says.
    pub fn renew_recovery(&mut self, name: &str) -> Result<RecoveryCode, VaultError> {
        self.require(Rights::MANAGE)?;
        let code = RecoveryCode::generate()?;
        self.renew(&NewSlot {
            name,
            kind: SlotKind::Recovery,
            unlock: Unlock::Recovery(&code),
            rights: Rights::ALL,
        })?;
        Ok(code)
    }

    /// Puts a slot in the place of all others of its kind.
    fn renew(&mut self, new: &NewSlot<'_>) -> Result<(), VaultError> {
        let mut ring = self.keyring.clone();
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
            vault.change_keyring(ring, ActNote::new(ActKind::RecoveryMade).on(id.0, 0))
        })
    }

    /// First the new file beside the old one, then the chain names it, then it takes the old one's
    /// place. Interrupted anywhere, the next opening finds the one that the chain names.
    fn change_keyring(&mut self, ring: super::Keyring, note: ActNote) -> Result<(), VaultError> {
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
        let staged = self.location.staged_keyring();
        let _ = files::put_in_place(&staged, &self.location.keyring());
    }
}
