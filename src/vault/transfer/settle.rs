//! What two vaults changed each for itself, and a person's word on it.

use super::error::TransferError;
use super::ledger::Ledger;
use super::lines::Lines;
use crate::log::Fact;
use crate::log::act::{ActKind, Reason};
use crate::record::{Record, fingerprint};
use crate::vault::records::body;
use crate::vault::writing::{Writing, new_record};
use crate::vault::{ActNote, ObjectId, Rights, Vault, VaultError, VaultId};

/// A version on which nothing follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadVersion {
    /// Its number here.
    pub number: u32,
    /// Its leaf.
    pub leaf: u64,
    /// The vault that it came from; `None` for this one.
    pub from: Option<VaultId>,
}

/// What waits for a person's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The record.
    pub object: ObjectId,
    /// The versions that stand side by side; one if only an erasure or a lifted hold waits.
    pub heads: Vec<HeadVersion>,
    /// The vault that has erased the record, and why it did.
    pub erased: Option<(VaultId, String)>,
    /// The vault that has lifted the legal hold which holds here, and why it did.
    pub lifted: Option<(VaultId, String)>,
}

/// What a person decided.
pub enum Decision<'a> {
    /// The record is this, made from all versions that stood side by side.
    Version(&'a Record),
    /// The record is kept although the other vault has erased it.
    Keep,
}

impl Vault {
    /// Records with two versions side by side, and records that another vault has erased or whose legal hold
    /// it has lifted, in the order in which the records were sealed.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`], [`VaultError::Altered`].
    pub fn conflicts(&self) -> Result<Vec<Conflict>, TransferError> {
        let view = self.store.view()?;
        let ledger = Ledger::read(self, &view)?;
        if ledger.peers.is_empty() && ledger.taken.is_empty() {
            return Ok(Vec::new());
        }
        let catalog = self.catalog_in(&view)?;
        let lines = Lines::read(self, &view, &catalog, &ledger)?;
        let mut found = Vec::new();
        for item in catalog.items() {
            let erased = ledger.pending.iter().find(|p| p.object == item.id);
            let line = lines.objects.get(&item.id);
            let heads = line.map(super::lines::Line::heads).unwrap_or_default();
            let mut lifted = ledger.lifted.iter().filter(|p| p.object == item.id);
            let lifted = lifted.rfind(|p| p.is_open(&lines));
            if heads.len() < 2 && erased.is_none() && lifted.is_none() {
                continue;
            }
            found.push(Conflict {
                object: item.id,
                heads: heads
                    .into_iter()
                    .map(|n| HeadVersion {
                        number: n.number,
                        leaf: n.leaf,
                        from: n.from,
                    })
                    .collect(),
                erased: erased.map(|p| (p.from, p.reason.clone())),
                lifted: lifted.map(|p| (p.from, p.reason.clone())),
            });
        }
        Ok(found)
    }

    /// What waits for a person's word about one record.
    ///
    /// # Errors
    /// As [`Vault::conflicts`].
    pub fn conflict_of(&self, object: ObjectId) -> Result<Option<Conflict>, TransferError> {
        let all = self.conflicts()?;
        Ok(all.into_iter().find(|c| c.object == object))
    }

    /// Stores a person's word on a conflict. `seen` is what the person saw: if something came in between,
    /// nothing is stored. Returns the number of the new version, if one was made.
    ///
    /// # Errors
    /// [`TransferError::NothingToSettle`], [`VaultError::Changed`], or as [`Vault::amend`].
    pub fn settle(
        &self,
        seen: &Conflict,
        decision: &Decision<'_>,
        reason: &Reason,
    ) -> Result<Option<u32>, TransferError> {
        self.require(Rights::READ.and(Rights::SEAL))?;
        let mut writing = Writing::begin(self)?;
        let mut ledger = Ledger::read(self, writing.tx())?;
        let catalog = self.catalog_in(writing.tx())?;
        let item = catalog.get(seen.object).ok_or(VaultError::NoSuchRecord)?;
        let made = match decision {
            Decision::Version(record) => {
                let lines = Lines::read(self, writing.tx(), &catalog, &ledger)?;
                let line = lines.objects.get(&item.id);
                let line = line.ok_or(VaultError::NoSuchRecord)?;
                let heads = line.heads();
                let same = heads.iter().map(|n| n.number);
                if !same.eq(seen.heads.iter().map(|h| h.number)) {
                    return Err(VaultError::Changed.into());
                }
                if heads.len() < 2 {
                    return Err(TransferError::NothingToSettle);
                }
                let number = item.latest().number.checked_add(1);
                let number = number.ok_or(VaultError::TooLarge)?;
                let parents = heads.iter().flat_map(|n| n.ids.clone()).collect();
                ledger.settled.push((item.id, number, parents));
                let note = ActNote::new(ActKind::Settled)
                    .after(item.latest().leaf)
                    .because(reason);
                let compartment = self.compartment_after(item.compartment, record)?;
                writing.seal(&[new_record(
                    compartment,
                    item.id,
                    number,
                    body(record)?,
                    note,
                )])?;
                Some(number)
            }
            Decision::Keep => {
                let before = ledger.pending.len();
                let (declined, others) = std::mem::take(&mut ledger.pending)
                    .into_iter()
                    .partition(|p| p.object == item.id);
                ledger.pending = others;
                let declined: Vec<super::ledger::PendingErasure> = declined;
                if ledger.pending.len() == before {
                    return Err(TransferError::NothingToSettle);
                }
                ledger.kept.extend(declined.into_iter().flat_map(|p| p.ids));
                let note = ActNote::new(ActKind::ErasureDeclined)
                    .on(item.id.0, item.latest().number)
                    .because(reason);
                writing.act(note, Fact::None)?;
                None
            }
        };
        self.change_states(&mut writing, &[ledger.change()])?;
        writing.finish()?;
        Ok(made)
    }

    /// Whether two versions say the same, letter for letter.
    ///
    /// # Errors
    /// As [`Vault::read`].
    pub fn same_content(&self, first: u64, second: u64) -> Result<bool, VaultError> {
        Ok(fingerprint(&self.read(first)?) == fingerprint(&self.read(second)?))
    }
}
