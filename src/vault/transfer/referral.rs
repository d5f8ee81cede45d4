//! Storing what came by a referral: a record of its own, or a new version of the one that came before, with
//! its files, in one transaction.

use std::collections::HashMap;

use zeroize::Zeroizing;

use super::error::TransferError;
use super::incoming::{FileBytes, Frames, Piece, Staged, read_record};
use super::item::{Item, LineId, items};
use crate::log::Fact;
use crate::log::act::{ActKind, Reason};
use crate::record::Record;
use crate::vault::records::body;
use crate::vault::writing::{Writing, new_record};
use crate::vault::{ActNote, ObjectId, Rights, StateChange, Vault, VaultError};

/// What came: a record, and its files sealed to the side.
pub struct Came {
    /// The record.
    pub record: Record,
    /// Names of its files between the two houses.
    pub files: Vec<LineId>,
    names: HashMap<LineId, String>,
    staged: Staged,
}

/// The fields of a record and its files, as they are read from a referral.
fn parts<F: Frames>(vault: &Vault, frames: &mut F, seal: bool) -> Result<Came, F::Error> {
    let mut record = None;
    let mut files = Vec::new();
    let mut names = HashMap::new();
    let mut staged = Staged::default();
    let mut payload = Zeroizing::default();
    while let Some(piece) = frames.next(&mut payload)? {
        if piece == Piece::File {
            return Err(TransferError::Evidence.into());
        }
        for item in items(&payload).map_err(TransferError::from)? {
            match item {
                Item::Version { body, .. } if record.is_none() => {
                    record = Some(read_record(&body)?)
                }
                Item::Evidence {
                    id,
                    size,
                    sha256,
                    name,
                    ..
                } if record.is_some() && !names.contains_key(&id) => {
                    let mut bytes = FileBytes::new(frames, size);
                    let file = bytes.seal(vault, seal.then_some(name.as_str()))?;
                    if let Some(file) = file {
                        let sound = file.size() == size && file.sha256() == sha256;
                        staged.files.insert(id, file);
                        if !sound {
                            return Err(TransferError::Evidence.into());
                        }
                    }
                    files.push(id);
                    names.insert(id, name);
                }
                _ => {
                    let what = crate::codec::DecodeError::Value("item of a referral");
                    return Err(TransferError::from(what).into());
                }
            }
        }
    }
    let missing = || TransferError::from(crate::codec::DecodeError::Truncated);
    Ok(Came {
        record: record.ok_or_else(missing)?,
        files,
        names,
        staged,
    })
}

impl Vault {
    /// Reads a referral to its end and checks it; nothing is stored.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check_referral<F: Frames>(&self, frames: &mut F) -> Result<Came, F::Error> {
        parts(self, frames, false)
    }

    /// As [`Vault::check_referral`], and seals its files to the side.
    ///
    /// # Errors
    /// What is wrong with it, or what the system says.
    pub fn stage_referral<F: Frames>(&self, frames: &mut F) -> Result<Came, F::Error> {
        parts(self, frames, true)
    }

    /// Stores a record that came by a referral, or a new version of the one that came before, with its files
    /// except those that are here (`skip`), and the change of state that `kept` makes of the record's id. Returns
    /// the record and its version.
    ///
    /// # Errors
    /// [`VaultError::Changed`], [`VaultError::NotAllowed`], or what the vault says.
    pub fn store_referral(
        &self,
        mut came: Came,
        known: Option<(ObjectId, u32)>,
        skip: &[LineId],
        reason: &Reason,
        kept: impl FnOnce(ObjectId) -> StateChange,
    ) -> Result<(ObjectId, u32), TransferError> {
        self.require(Rights::READ.and(Rights::SEAL))?;
        let mut writing = Writing::begin(self)?;
        let mut note = ActNote::new(if known.is_some() {
            ActKind::Amend
        } else {
            ActKind::Seal
        })
        .because(reason);
        let (object, version, compartment) = match known {
            Some((object, from)) => {
                let catalog = self.catalog_in(writing.tx())?;
                let item = catalog.get(object).ok_or(VaultError::NoSuchRecord)?;
                let latest = item.latest();
                if latest.number != from {
                    return Err(VaultError::Changed.into());
                }
                note = note.after(latest.leaf);
                let next = from.checked_add(1).ok_or(VaultError::TooLarge)?;
                let compartment = self.compartment_after(item.compartment, &came.record)?;
                (object, next, compartment)
            }
            None => {
                let object = ObjectId::random().map_err(VaultError::from)?;
                (object, 1, self.compartment_for(&came.record)?)
            }
        };
        let content = new_record(compartment, object, version, body(&came.record)?, note);
        let leaves = writing.seal(&[content])?;
        let leaf = leaves.first().copied().ok_or(VaultError::LogAltered)?;
        let mut placed = super::incoming::Placed::default();
        for id in came.files.iter().filter(|id| !skip.contains(id)) {
            let name = came.names.get(id).cloned().unwrap_or_default();
            let Some(file) = came.staged.files.remove(id) else {
                return Err(TransferError::FileChanged);
            };
            placed.0.push(file.path.clone());
            let note = ActNote::new(ActKind::EvidenceAdded)
                .after(leaf)
                .because(reason);
            let done = self.place_evidence(&mut writing, object, compartment, &name, file, note);
            placed.0.push(done?.1);
        }
        self.change_states(&mut writing, &[kept(object)])?;
        let note = ActNote::new(ActKind::ReferralAccepted)
            .on(object.0, version)
            .after(leaf)
            .because(reason);
        writing.act(note, Fact::None)?;
        writing.finish()?;
        placed.0.clear();
        Ok((object, version))
    }
}
