//! Interviews that are not finished (manual: *vault format*, "Drafts").
//!
//! A draft lies sealed in the compartment in which the record will lie, so that nobody can read of it
//! what they could not read of the record. A key that seals and cannot read can leave a draft; going
//! on with it takes one that can read.

use std::collections::HashSet;

use zeroize::Zeroizing;

use super::content::{self, ContentKind, Header};
use super::error::VaultError;
use super::ids::{CompartmentId, ObjectId};
use super::keyring::Rights;
use super::records::body;
use super::store::{FORMAT_REWRAPPED, Tx};
use super::writing::{NewContent, Writing, new_record};
use super::{ActNote, Vault};
use crate::codec::{self, DecodeError, Reader, put_bytes};
use crate::log::Fact;
use crate::log::act::{Act, ActKind};
use crate::record::{FieldId, Record};

const VERSION: u8 = 1;
/// Longest id of a field, in bytes.
const FIELD_MAX: usize = 64;

/// An unfinished interview.
pub struct Draft {
    /// Its id.
    pub id: ObjectId,
    /// What was answered so far.
    pub record: Record,
    /// The question at which it stopped.
    pub at: Option<FieldId>,
    /// When it was kept, in seconds since 1970 by the clock of the machine.
    pub saved: i64,
    leaf: u64,
    version: u32,
    compartment: CompartmentId,
}

fn encode(
    record: &Record,
    at: Option<FieldId>,
    saved: i64,
) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let record = body(record)?;
    let field = at.map_or("", FieldId::id);
    let mut out = Zeroizing::new(Vec::with_capacity(1 + 8 + 4 + field.len() + record.len()));
    out.push(VERSION);
    out.extend_from_slice(&saved.to_be_bytes());
    put_bytes(&mut out, field.as_bytes());
    out.extend_from_slice(&record);
    Ok(out)
}

fn decode(bytes: &[u8]) -> Result<(Record, Option<FieldId>, i64), DecodeError> {
    let mut input = Reader::new(bytes);
    match input.u8()? {
        VERSION => {}
        v => return Err(DecodeError::Version(v)),
    }
    let saved = i64::from_be_bytes(input.array()?);
    let at = match input.text(FIELD_MAX)? {
        "" => None,
        id => Some(FieldId::from_id(id).ok_or(DecodeError::Value("field"))?),
    };
    let rest = input.remaining();
    Ok((codec::body_from_bytes(input.take(rest)?)?, at, saved))
}

/// Whether the bytes of a content are those of a draft.
pub(super) fn is_draft(bytes: &[u8]) -> bool {
    decode(bytes).is_ok()
}

/// Follows the log to see that acts on drafts destroyed drafts and nothing else: they need neither a
/// second slot nor the absence of a legal hold, so a record must not go by one.
#[derive(Default)]
pub(super) struct Follower {
    /// Leaves of drafts, and of what a repair sealed again without saying what it is.
    drafts: HashSet<u64>,
}

impl Follower {
    /// Whether an act at this place may be.
    pub fn allows(&mut self, index: u64, act: &Act, fact: &Fact) -> bool {
        match (act.kind, fact) {
            (ActKind::Draft | ActKind::Restore, Fact::Content { .. }) => {
                self.drafts.insert(index);
                true
            }
            (ActKind::Draft, Fact::Tombstone(erased)) => self.drafts.contains(erased),
            _ => true,
        }
    }
}

impl Vault {
    /// Keeps an unfinished interview: where its record would go, or in a compartment of somebody's
    /// choice. `before` is the draft that it goes on from and whose place it takes. Returns its id.
    ///
    /// # Errors
    /// [`VaultError::Changed`] if somebody else went on with that draft or finished it,
    /// [`VaultError::NotAllowed`], [`VaultError::NoCompartment`], or what the database says.
    pub fn save_draft(
        &self,
        record: &Record,
        at: Option<FieldId>,
        compartment: Option<CompartmentId>,
        before: Option<&Draft>,
    ) -> Result<ObjectId, VaultError> {
        self.require(Rights::SEAL)?;
        let compartment = match (compartment, before) {
            (Some(chosen), _) => self.compartment_that_takes(record, chosen)?,
            (None, Some(before)) => self.compartment_after(before.compartment, record)?,
            (None, None) => self.compartment_for(record)?,
        };
        let (id, version) = match before {
            None => (ObjectId::random()?, 1),
            Some(b) => (b.id, b.version.checked_add(1).ok_or(VaultError::TooLarge)?),
        };
        let mut writing = Writing::begin(self)?;
        self.take_away(&mut writing, before)?;
        writing.tx().raise_format(FORMAT_REWRAPPED)?;
        writing.seal(&[NewContent {
            compartment,
            header: Header {
                object: id,
                version,
                kind: ContentKind::Draft,
            },
            body: encode(record, at, super::now())?,
            note: ActNote::new(ActKind::Draft).on(id.0, version),
        }])?;
        writing.finish()?;
        Ok(id)
    }

    /// Seals the record of an interview that was finished, and destroys its draft in the same act.
    ///
    /// # Errors
    /// As [`Vault::save_draft`] and [`Vault::seal`].
    pub fn seal_draft(
        &self,
        record: &Record,
        compartment: Option<CompartmentId>,
        draft: &Draft,
    ) -> Result<ObjectId, VaultError> {
        self.require(Rights::SEAL)?;
        let compartment = match compartment {
            Some(chosen) => self.compartment_that_takes(record, chosen)?,
            None => self.compartment_after(draft.compartment, record)?,
        };
        let id = ObjectId::random()?;
        let note = ActNote::new(ActKind::Seal);
        let mut writing = Writing::begin(self)?;
        self.take_away(&mut writing, Some(draft))?;
        writing.seal(&[new_record(compartment, id, 1, body(record)?, note)])?;
        writing.finish()?;
        Ok(id)
    }

    /// Destroys a draft.
    ///
    /// # Errors
    /// As [`Vault::save_draft`].
    pub fn discard_draft(&self, draft: &Draft) -> Result<(), VaultError> {
        let mut writing = Writing::begin(self)?;
        self.take_away(&mut writing, Some(draft))?;
        writing.finish()
    }

    fn take_away(
        &self,
        writing: &mut Writing<'_>,
        draft: Option<&Draft>,
    ) -> Result<(), VaultError> {
        let Some(draft) = draft else { return Ok(()) };
        self.require(Rights::READ.and(Rights::SEAL))?;
        if writing.tx().content(draft.leaf)?.is_none() {
            return Err(VaultError::Changed);
        }
        let note = ActNote::new(ActKind::Draft).on(draft.id.0, draft.version);
        writing.erase(draft.leaf, note)?;
        Ok(())
    }

    /// The unfinished interviews that this slot can open, the oldest first.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`] without the right to read, [`VaultError::Altered`].
    pub fn drafts(&self) -> Result<Vec<Draft>, VaultError> {
        let view = self.store.view()?;
        let places = self.draft_places(&view)?;
        let mut drafts = Vec::with_capacity(places.len());
        for (leaf, compartment) in places {
            let (header, bytes) = self.open_content(&view, leaf)?;
            let (record, at, saved) = decode(&bytes).map_err(|e| match e {
                DecodeError::Version(v) => DecodeError::Version(v).into(),
                _ => VaultError::Altered { leaf },
            })?;
            drafts.push(Draft {
                id: header.object,
                record,
                at,
                saved,
                leaf,
                version: header.version,
                compartment,
            });
        }
        Ok(drafts)
    }

    /// How many unfinished interviews this slot could open.
    ///
    /// # Errors
    /// As [`Vault::drafts`].
    pub fn count_drafts(&self) -> Result<usize, VaultError> {
        Ok(self.draft_places(&self.store.view()?)?.len())
    }

    fn draft_places(&self, view: &Tx<'_>) -> Result<Vec<(u64, CompartmentId)>, VaultError> {
        self.require(Rights::READ)?;
        let mut places = Vec::new();
        for (compartment, ..) in &self.access.roster.compartments {
            for (leaf, batch, wrapped) in view.wrapped_of(&compartment.0)? {
                let Some(batch) = self.batch_key(view, batch, leaf)? else {
                    continue;
                };
                let (row, key) = batch.as_ref();
                let (_, header) = content::open_header(self.id(), row, key, &wrapped)
                    .map_err(|_| VaultError::Altered { leaf })?;
                if header.kind == ContentKind::Draft {
                    places.push((leaf, *compartment));
                }
            }
        }
        places.sort_by_key(|(leaf, _)| *leaf);
        Ok(places)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Secret;
    use crate::record::Kind;
    use crate::vault::audit::Finding;
    use crate::vault::{Location, NewSlot, Rights, SlotKind, Unlock};

    #[test]
    fn a_record_that_was_destroyed_as_if_it_were_a_draft_is_found() {
        let tmp = tempfile::tempdir().unwrap();
        let key = Secret::init_with(|b| b.fill(1));
        let slot = NewSlot {
            name: "uno",
            kind: SlotKind::KeyFile,
            unlock: Unlock::KeyFile(&key),
            rights: Rights::ALL,
        };
        let location = Location::new(tmp.path().join("casa"));
        let made = Vault::create(&location, "Casa", &[("victim", &[0])], &slot, "r").unwrap();
        let vault = made.vault;
        let mut record = Record::new(Kind::Victim);
        record.local_id = "A-1".into();
        vault.save_draft(&record, None, None, None).unwrap();
        let draft = vault.drafts().unwrap().remove(0);
        vault.discard_draft(&draft).unwrap();
        let id = vault.seal(&record).unwrap();
        assert_eq!(vault.check(|_| {}).unwrap(), []);
        let leaf = vault.catalog().unwrap().get(id).unwrap().latest().leaf;
        let mut writing = Writing::begin(&vault).unwrap();
        let note = ActNote::new(ActKind::Draft).on(id.0, 1);
        let forged = writing.erase(leaf, note).unwrap();
        writing.finish().unwrap();
        assert_eq!(vault.check(|_| {}).unwrap(), [Finding::Signature(forged)]);
    }
}
