//! Reading the log from inside (manual: *log*, "Details").

use std::sync::Arc;

use super::content;
use super::error::VaultError;
use super::ids::SlotId;
use super::keyring::Rights;
use super::store::{BatchRow, LeafRow, Tx};
use super::writing::details_ad;
use super::{Vault, catalog, meta};
use crate::codec::Decode as _;
use crate::crypto::{Secret, aead};
use crate::log::act::{Act, ActKind, SignedAct};
use crate::log::{Fact, Leaf};

/// A leaf as it is stored, with what opens its details.
pub(crate) struct Stored<'v> {
    vault: &'v Vault,
    pub index: u64,
    pub leaf: Leaf,
    batch: Option<Arc<(BatchRow, Secret<32>)>>,
    details: Vec<u8>,
}

impl Stored<'_> {
    /// Opens the details and checks them: against the leaf's hash and commitment, and against the
    /// signature of the slot that they name.
    pub fn act(&self) -> Result<SignedAct, VaultError> {
        Ok(self.opening()?.1)
    }

    /// As [`Stored::act`], with the salt of the commitment.
    pub fn opening(&self) -> Result<([u8; 32], SignedAct), VaultError> {
        let altered = || VaultError::Altered { leaf: self.index };
        let (row, key) = match self.batch.as_deref() {
            Some(batch) => batch,
            // A key that reads the log opens every entry of it.
            None if self.vault.access.reads_log() => return Err(altered()),
            None => return Err(VaultError::NotAllowed),
        };
        if !row.is_of_log() || content::details_hash(row, &self.details) != self.leaf.details_hash {
            return Err(altered());
        }
        let log = self.vault.logs.borrow().at(self.index);
        let plain =
            aead::open(key, &details_ad(&log, self.index), &self.details).map_err(|_| altered())?;
        let (salt, signed) = SignedAct::from_sealed_plaintext(&plain).map_err(|_| altered())?;
        let slot = SlotId(signed.act.actor);
        let verifying = self.vault.keyring.slot_key(slot).ok_or_else(altered)?;
        if signed.commitment(&salt) != self.leaf.details_commitment {
            return Err(altered());
        }
        signed
            .verify(&verifying, &log, self.index, &self.leaf.fact)
            .map_err(|_| altered())?;
        if let Some(second) = signed.act.second {
            let key = self.vault.keyring.slot_key(SlotId(second));
            signed
                .verify_second(&key.ok_or_else(altered)?, &log, self.index, &self.leaf.fact)
                .map_err(|_| altered())?;
        }
        Ok((salt, signed))
    }
}

/// An entry with its act and salt, for others to see.
pub(crate) fn open_entry(
    vault: &Vault,
    view: &Tx<'_>,
    index: u64,
    row: LeafRow,
) -> Result<crate::log::proof::Entry, VaultError> {
    let altered = |_| VaultError::Altered { leaf: index };
    let leaf = Leaf::from_bytes(&row.leaf).map_err(altered)?;
    let stored = Stored {
        vault,
        index,
        leaf,
        batch: vault.batch_key(view, row.batch, index)?,
        details: row.details,
    };
    let (salt, signed) = stored.opening()?;
    crate::log::proof::Entry::opened(leaf, salt, signed).map_err(altered)
}

impl Stored<'_> {
    /// Opens and checks the details, and that the slot which they name was allowed to do this.
    /// `keys_since` is the leaf of the current keyring: behind it, only slots of that keyring act.
    pub fn permitted_act(&self, keys_since: u64) -> Result<SignedAct, VaultError> {
        let signed = self.act()?;
        let slots = &self.vault.keyring.slots;
        let slot = slots.iter().find(|s| s.id.0 == signed.act.actor);
        let permitted = match slot {
            // What a slot might do that is no more is not on record.
            None => self.index <= keys_since,
            Some(slot) => match self.leaf.fact {
                Fact::None => true,
                Fact::Content { key: Some(_), .. } => slot.rights.has(Rights::SEAL),
                // Without a data key, it is the keyring.
                Fact::Content { key: None, .. } => slot.rights.has(Rights::MANAGE),
                Fact::Tombstone(_) => match signed.act.kind {
                    ActKind::Erase | ActKind::Draft => slot.rights.has(Rights::READ),
                    _ => slot.rights.has(Rights::MANAGE),
                },
            },
        };
        if permitted {
            Ok(signed)
        } else {
            Err(VaultError::Altered { leaf: self.index })
        }
    }
}

/// The leaf of the current keyring.
pub(crate) fn keyring_leaf(view: &Tx<'_>) -> Result<u64, VaultError> {
    let leaf = view.meta(meta::KEYRING_LEAF)?;
    leaf.and_then(|b| b.try_into().ok())
        .map(u64::from_be_bytes)
        .ok_or(VaultError::LogAltered)
}

/// Visits the stored leaves from `first` on, in order, and insists that none is missing.
pub(crate) fn each_leaf(
    vault: &Vault,
    view: &Tx<'_>,
    first: u64,
    mut visit: impl FnMut(Stored<'_>) -> Result<(), VaultError>,
) -> Result<(), VaultError> {
    let mut next = first;
    view.each_leaf(first, |index, row: LeafRow| {
        if index != next {
            return Err(VaultError::Altered { leaf: next });
        }
        next += 1;
        let leaf = Leaf::from_bytes(&row.leaf).map_err(|_| VaultError::Altered { leaf: index })?;
        visit(Stored {
            vault,
            index,
            leaf,
            batch: vault.batch_key(view, row.batch, index)?,
            details: row.details,
        })
    })
}

/// An entry of the log, opened.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its place, from 0.
    pub index: u64,
    /// What was done, by whom, when and why.
    pub act: Act,
    /// What the leaf says about stored bytes.
    pub fact: Fact,
}

impl Vault {
    /// Opens entries of the log from `first` on, in order; each is checked on the way.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`] without the right to read the log, [`VaultError::Altered`] at the
    /// first entry that was changed, or whatever `visit` returns.
    pub fn trail(
        &self,
        first: u64,
        mut visit: impl FnMut(Entry) -> Result<(), VaultError>,
    ) -> Result<(), VaultError> {
        self.require(Rights::LOG)?;
        let view = self.store.view()?;
        each_leaf(self, &view, first, |stored| {
            visit(Entry {
                index: stored.index,
                act: stored.act()?.act,
                fact: stored.leaf.fact,
            })
        })
    }

    /// Number of entries in the log.
    ///
    /// # Errors
    /// What the database says.
    pub fn log_size(&self) -> Result<u64, VaultError> {
        self.store.view()?.count(super::store::Table::Leaf)
    }

    /// Opens everything that this slot can open and says what is wrong: the check from inside, to
    /// be done beside [`super::audit::verify`], which needs no key. `progress` gets the number of
    /// entries seen so far.
    ///
    /// # Errors
    /// Only what keeps the check from going on; what is wrong with the vault is a finding.
    pub fn check(
        &self,
        mut progress: impl FnMut(u64),
    ) -> Result<Vec<super::audit::Finding>, VaultError> {
        use super::audit::Finding;
        let mut findings = Vec::new();
        let view = self.store.view()?;
        let keys_since = keyring_leaf(&view)?;
        let mut follower = super::dual::Follower::new(&self.keyring);
        let mut drafts = super::drafts::Follower::default();
        let mut seen = 0;
        view.each_leaf(0, |index, row| {
            seen += 1;
            progress(seen);
            let Ok(leaf) = Leaf::from_bytes(&row.leaf) else {
                // The check without keys names this one.
                return Ok(());
            };
            let batch = match self.batch_key(&view, row.batch, index) {
                Ok(batch) => batch,
                Err(VaultError::Database(what)) => return Err(VaultError::Database(what)),
                Err(_) => {
                    findings.push(Finding::Unreadable(index));
                    return Ok(());
                }
            };
            if self.access.reads_log() {
                let stored = Stored {
                    vault: self,
                    index,
                    leaf,
                    batch,
                    details: row.details,
                };
                match stored.permitted_act(keys_since) {
                    Ok(signed) if !drafts.allows(index, &signed.act, &leaf.fact) => {
                        findings.push(Finding::Signature(index));
                    }
                    Ok(signed) if follower.allows(&signed.act, &leaf.fact) => {}
                    Ok(_) => findings.push(Finding::Alone(index)),
                    Err(_) => findings.push(Finding::Signature(index)),
                }
            }
            Ok(())
        })?;
        if self.access.reads_log() && follower.policy() != self.policy() {
            findings.push(Finding::Policy);
        }
        catalog::each_unreadable(self, &view, |leaf| findings.push(Finding::Unreadable(leaf)))?;
        Ok(findings)
    }
}
