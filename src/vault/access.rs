//! What an opened slot holds.

use super::duress::Duress;
use super::error::VaultError;
use super::grants::Part;
use super::ids::{CompartmentId, SlotId};
use super::keyring::Keyring;
use super::roster::Roster;
use super::slot::Rights;
use crate::crypto::seal::OpeningKey;
use crate::crypto::sign::SigningKey;
use crate::crypto::{Secret, shares};

/// What an opened slot holds. There is no `Debug` and no `Clone`.
pub struct Access {
    /// The slot that was opened.
    pub slot: SlotId,
    /// What it may do.
    pub rights: Rights,
    /// Names.
    pub roster: Roster,
    /// Signs acts.
    pub signing: SigningKey,
    pub(super) roster_key: Secret<32>,
    pub(super) keyring: Option<SigningKey>,
    pub(super) checkpoint: Option<SigningKey>,
    /// Keys of the log, each with the leaf from which on it is used; older ones stay, because the
    /// leaves name what was sealed to them.
    pub(super) log: Vec<(u64, OpeningKey)>,
    pub(super) compartments: Vec<(CompartmentId, u32, OpeningKey)>,
    /// Parts of the keys of compartments that need two slots.
    pub(super) parts: Vec<Part>,
}

/// What a key turned out to be.
pub(super) enum Entered {
    /// It opens a slot.
    Slot(Box<Access>),
    /// It is the duress passphrase.
    Duress(Duress),
}

impl Access {
    /// Opens what is sealed into a compartment with the key of this generation.
    pub fn compartment(&self, id: CompartmentId, epoch: u32) -> Option<&OpeningKey> {
        self.compartments
            .iter()
            .find(|(c, e, _)| *c == id && *e == epoch)
            .map(|(_, _, key)| key)
    }

    /// Signs checkpoints, if this slot may.
    pub fn checkpoint(&self) -> Option<&SigningKey> {
        self.checkpoint.as_ref()
    }

    /// Whether this slot opens the details of acts.
    pub fn reads_log(&self) -> bool {
        !self.log.is_empty()
    }

    /// Opens the details of the act at this leaf, if this slot may.
    pub fn log(&self, leaf: u64) -> Option<&OpeningKey> {
        let (_, key) = self.log.iter().rev().find(|(since, _)| *since <= leaf)?;
        Some(key)
    }

    /// Compartments that this slot opens, each with the generation of the key.
    pub(crate) fn opened(&self) -> impl Iterator<Item = (CompartmentId, u32)> {
        self.compartments.iter().map(|(id, epoch, _)| (*id, *epoch))
    }

    /// The same keys once more, to go back to if a change fails.
    pub(crate) fn duplicate(&self) -> Result<Self, VaultError> {
        let signing = |key: &SigningKey| SigningKey::from_seed(key.seed().duplicate());
        let opening = |key: &OpeningKey| OpeningKey::from_private(key.private().duplicate());
        Ok(Self {
            slot: self.slot,
            rights: self.rights,
            roster: self.roster.clone(),
            signing: signing(&self.signing)?,
            roster_key: self.roster_key.duplicate(),
            keyring: self.keyring.as_ref().map(signing).transpose()?,
            checkpoint: self.checkpoint.as_ref().map(signing).transpose()?,
            log: self
                .log
                .iter()
                .map(|(since, key)| Ok((*since, opening(key)?)))
                .collect::<Result<_, VaultError>>()?,
            compartments: self
                .compartments
                .iter()
                .map(|(id, epoch, key)| Ok((*id, *epoch, opening(key)?)))
                .collect::<Result<_, VaultError>>()?,
            parts: self
                .parts
                .iter()
                .map(|part| Part {
                    value: part.value.duplicate(),
                    ..*part
                })
                .collect(),
        })
    }

    /// Who entered with the duress passphrase: signs the keyring, opens nothing.
    pub(super) fn of_duress(duress: Duress) -> Result<Self, VaultError> {
        Ok(Self {
            slot: duress.slot,
            rights: Rights::MANAGE,
            roster: Roster::default(),
            signing: duress.signing,
            roster_key: Secret::random()?,
            keyring: Some(duress.keyring),
            checkpoint: None,
            log: Vec::new(),
            compartments: Vec::new(),
            parts: Vec::new(),
        })
    }

    /// The key that signs acts; what else the slot holds is wiped.
    pub(super) fn into_signing(self) -> SigningKey {
        self.signing
    }

    /// The key that signs the keyring, if this slot has it.
    pub(super) fn keyring_signing(&self) -> Option<&SigningKey> {
        self.keyring.as_ref()
    }

    /// Puts the parts of two slots together: this one then opens what needs both.
    ///
    /// # Errors
    /// [`VaultError::KeyringForged`] if they give another key than that of the compartment.
    pub(super) fn join(&mut self, other: &Self, ring: &Keyring) -> Result<(), VaultError> {
        for own in &self.parts {
            let (id, epoch) = (own.compartment, own.epoch);
            let fits = |p: &&Part| (p.compartment, p.epoch) == (id, epoch);
            let Some(theirs) = other.parts.iter().find(fits) else {
                continue;
            };
            if self.compartment(id, epoch).is_some() {
                continue;
            }
            let both = [(own.number, &own.value), (theirs.number, &theirs.value)];
            let forged = |_| VaultError::KeyringForged;
            let key = OpeningKey::from_private(shares::combine(&both).map_err(forged)?)?;
            let current = ring.compartment(id).filter(|c| c.epoch == epoch);
            if current.is_some_and(|c| c.key != key.sealing_key()) {
                return Err(VaultError::KeyringForged);
            }
            self.compartments.push((id, epoch, key));
        }
        Ok(())
    }

    /// Whether the key of each of these compartments is at hand.
    pub(super) fn holds(
        &self,
        mut compartments: impl Iterator<Item = (CompartmentId, u32)>,
    ) -> bool {
        compartments.all(|(id, epoch)| self.compartment(id, epoch).is_some())
    }
}
