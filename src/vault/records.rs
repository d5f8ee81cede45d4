//! Sealing, amending, linking and erasing (manual: *vault format*, "Content").

use zeroize::Zeroizing;

use super::catalog::LinkBody;
use super::content::{ContentKind, Header};
use super::error::VaultError;
use super::ids::{CompartmentId, ObjectId};
use super::keyring::Rights;
use super::writing::{NewContent, Writing, new_record};
use super::{ActNote, Catalog, Vault};
use crate::codec::Decode as _;
use crate::codec::{self, DecodeError, Encode as _};
use crate::log::act::{ActKind, Reason};
use crate::log::{Fact, Leaf};
use crate::record::Record;

/// Records that are sealed at a time, on all cores.
const CHUNK: usize = 1024;

/// The body as it is sealed.
pub(super) fn body(record: &Record) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    match codec::body_to_bytes(record) {
        Ok(bytes) => Ok(Zeroizing::new(bytes)),
        Err(DecodeError::Length) => Err(VaultError::TooLarge),
        Err(e) => Err(e.into()),
    }
}

impl Vault {
    /// The compartment that takes this kind of record.
    pub(super) fn compartment_for(&self, record: &Record) -> Result<CompartmentId, VaultError> {
        let kind = record.kind as u8;
        let rows = &self.access.roster.compartments;
        rows.iter()
            .find(|(_, _, kinds)| kinds.contains(&kind))
            .map(|(id, _, _)| *id)
            .ok_or(VaultError::NoCompartment)
    }

    /// Seals a record.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`], [`VaultError::NoCompartment`], [`VaultError::TooLarge`], or what
    /// the database says.
    pub fn seal(&self, record: &Record) -> Result<ObjectId, VaultError> {
        let ids = self.seal_all(std::slice::from_ref(record), None, |_| {})?;
        ids.first().copied().ok_or(VaultError::TooLarge)
    }

    /// Seals a record into a compartment of one's choice.
    ///
    /// # Errors
    /// As [`Vault::seal`]; [`VaultError::NoCompartment`] if there is none of this id, or it takes other
    /// kinds of records, or none.
    pub fn seal_into(
        &self,
        record: &Record,
        compartment: CompartmentId,
    ) -> Result<ObjectId, VaultError> {
        self.require(Rights::SEAL)?;
        let compartment = self.compartment_that_takes(record, compartment)?;
        let id = ObjectId::random()?;
        let note = ActNote::new(ActKind::Seal);
        let mut writing = Writing::begin(self)?;
        writing.seal(&[new_record(compartment, id, 1, body(record)?, note)])?;
        writing.finish()?;
        Ok(id)
    }

    /// A compartment of somebody's choice, if records of this kind may go there.
    pub(super) fn compartment_that_takes(
        &self,
        record: &Record,
        compartment: CompartmentId,
    ) -> Result<CompartmentId, VaultError> {
        let rows = &self.access.roster.compartments;
        let row = rows.iter().find(|(id, ..)| *id == compartment);
        let (_, name, kinds) = row.ok_or(VaultError::NoCompartment)?;
        let takes = kinds.is_empty() || kinds.contains(&(record.kind as u8));
        if !takes || name == super::STATE_COMPARTMENT {
            return Err(VaultError::NoCompartment);
        }
        Ok(compartment)
    }

    /// Where the next version of a record goes: one that lies in a compartment of somebody's choice
    /// stays there.
    pub(super) fn compartment_after(
        &self,
        before: CompartmentId,
        record: &Record,
    ) -> Result<CompartmentId, VaultError> {
        let rows = &self.access.roster.compartments;
        let chosen = rows
            .iter()
            .any(|(id, _, kinds)| *id == before && kinds.is_empty());
        if chosen {
            return Ok(before);
        }
        self.compartment_for(record)
    }

    /// Seals many records, all or none. `import` is told in the log as one act more. `progress`
    /// gets the number of records sealed so far.
    ///
    /// # Errors
    /// As [`Vault::seal`]; nothing is stored then.
    pub fn seal_all(
        &self,
        records: &[Record],
        import: Option<&Reason>,
        progress: impl FnMut(usize),
    ) -> Result<Vec<ObjectId>, VaultError> {
        self.store_all(records, &[], None, import, progress)
    }

    /// Seals new records and new versions of known ones, all or none. Of a changed record come its
    /// id, the version that it was made from, and the new content. New ones go into `compartment`, or
    /// each into that of its kind. Returns the ids of the new ones.
    ///
    /// # Errors
    /// As [`Vault::amend`]; nothing is stored then.
    pub fn store_all(
        &self,
        new: &[Record],
        changed: &[(ObjectId, u32, Record)],
        compartment: Option<CompartmentId>,
        import: Option<&Reason>,
        mut progress: impl FnMut(usize),
    ) -> Result<Vec<ObjectId>, VaultError> {
        self.require(Rights::SEAL)?;
        let mut writing = Writing::begin(self)?;
        let mut ids = Vec::with_capacity(new.len());
        let mut done = 0;
        for chunk in new.chunks(CHUNK) {
            let mut contents = Vec::with_capacity(chunk.len());
            for record in chunk {
                let id = ObjectId::random()?;
                ids.push(id);
                let compartment = match compartment {
                    Some(chosen) => self.compartment_that_takes(record, chosen)?,
                    None => self.compartment_for(record)?,
                };
                contents.push(new_record(
                    compartment,
                    id,
                    1,
                    body(record)?,
                    ActNote::new(ActKind::Seal),
                ));
            }
            writing.seal(&contents)?;
            done += chunk.len();
            progress(done);
        }
        if !changed.is_empty() {
            self.require(Rights::READ)?;
            let catalog = self.catalog_in(writing.tx())?;
            for chunk in changed.chunks(CHUNK) {
                let contents = chunk
                    .iter()
                    .map(|(id, from, record)| {
                        self.next_version(&catalog, *id, *from, record, &Reason::none())
                    })
                    .collect::<Result<Vec<_>, VaultError>>()?;
                writing.seal(&contents)?;
                done += chunk.len();
                progress(done);
            }
        }
        if let Some(reason) = import {
            let note = ActNote::new(ActKind::Import)
                .count((new.len() + changed.len()) as u64)
                .because(reason);
            writing.act(note, crate::log::Fact::None)?;
        }
        writing.finish()?;
        Ok(ids)
    }

    /// A record's next version as content, if `from` is still its latest.
    fn next_version(
        &self,
        catalog: &Catalog,
        id: ObjectId,
        from: u32,
        record: &Record,
        reason: &Reason,
    ) -> Result<NewContent, VaultError> {
        let item = catalog.get(id).ok_or(VaultError::NoSuchRecord)?;
        let latest = item.latest();
        if latest.number != from {
            return Err(VaultError::Changed);
        }
        let version = latest.number.checked_add(1).ok_or(VaultError::TooLarge)?;
        let note = ActNote::new(ActKind::Amend)
            .after(latest.leaf)
            .because(reason);
        let compartment = self.compartment_after(item.compartment, record)?;
        Ok(new_record(compartment, id, version, body(record)?, note))
    }

    /// Seals a new version of a record; the older ones stay. `expected` is the version that the new
    /// one was made from: if another program was faster, nothing is stored.
    ///
    /// # Errors
    /// [`VaultError::NoSuchRecord`], [`VaultError::Changed`], or as [`Vault::seal`].
    pub fn amend(
        &self,
        id: ObjectId,
        expected: u32,
        record: &Record,
        reason: &Reason,
    ) -> Result<u32, VaultError> {
        self.require(Rights::READ.and(Rights::SEAL))?;
        let mut writing = Writing::begin(self)?;
        let catalog = self.catalog_in(writing.tx())?;
        let content = self.next_version(&catalog, id, expected, record, reason)?;
        let version = content.header.version;
        writing.seal(&[content])?;
        writing.finish()?;
        Ok(version)
    }

    /// Says that two records are one person, or no longer.
    ///
    /// # Errors
    /// [`VaultError::NoSuchRecord`], [`VaultError::AlreadyLinked`], [`VaultError::NotLinked`].
    pub fn set_link(
        &self,
        first: ObjectId,
        second: ObjectId,
        linked: bool,
        reason: &Reason,
    ) -> Result<(), VaultError> {
        self.set_links(&[(first, second)], linked, reason)
    }

    /// Says of each pair that it is one person, or no longer: all of them or none.
    ///
    /// # Errors
    /// As [`Vault::set_link`].
    pub fn set_links(
        &self,
        pairs: &[(ObjectId, ObjectId)],
        linked: bool,
        reason: &Reason,
    ) -> Result<(), VaultError> {
        self.require(Rights::READ.and(Rights::SEAL))?;
        let mut writing = Writing::begin(self)?;
        let catalog = self.catalog_in(writing.tx())?;
        let mut contents = Vec::with_capacity(pairs.len());
        for (first, second) in pairs.iter().copied() {
            let item = catalog.get(first).ok_or(VaultError::NoSuchRecord)?;
            let other = catalog.get(second).ok_or(VaultError::NoSuchRecord)?;
            match (linked, first == second, catalog.linked(first, second)) {
                (true, true, _) | (true, _, true) => return Err(VaultError::AlreadyLinked),
                (false, _, false) => return Err(VaultError::NotLinked),
                _ => {}
            }
            let object = ObjectId::random()?;
            let kind = if linked {
                ActKind::Link
            } else {
                ActKind::Unlink
            };
            let statement = LinkBody {
                first,
                second,
                linked,
            };
            contents.push(NewContent {
                compartment: item.compartment,
                header: Header {
                    object,
                    version: 1,
                    kind: ContentKind::Link,
                },
                body: Zeroizing::new(statement.to_bytes()),
                note: ActNote::new(kind)
                    .on(object.0, 1)
                    .after(item.latest().leaf.max(other.latest().leaf))
                    .because(reason),
            });
        }
        writing.seal(&contents)?;
        writing.finish()
    }

    /// Destroys the data keys and ciphertexts of all versions of a record, and of every link to it.
    /// The chain keeps the entries and shows a tombstone for each. Returns how many there are.
    ///
    /// # Errors
    /// [`VaultError::NoSuchRecord`], [`VaultError::Held`] under a legal hold,
    /// [`VaultError::NeedsTwo`], [`VaultError::NotAllowed`], or what the database says.
    pub fn erase(&self, id: ObjectId, reason: &Reason) -> Result<usize, VaultError> {
        self.require(Rights::READ)?;
        self.require_two(super::Guarded::Erase, 1)?;
        let mut writing = Writing::begin(self)?;
        let catalog = self.catalog_in(writing.tx())?;
        let item = catalog.get(id).ok_or(VaultError::NoSuchRecord)?;
        self.require_not_held(writing.tx(), &catalog, id)?;
        let mut gone = 0;
        for version in &item.versions {
            let note = ActNote::new(ActKind::Erase)
                .on(id.0, version.number)
                .because(reason);
            writing.erase(version.leaf, note)?;
            gone += 1;
        }
        let links = &catalog.statements;
        for link in links.iter().filter(|l| l.first == id || l.second == id) {
            let note = ActNote::new(ActKind::Erase)
                .on(link.object.0, 1)
                .because(reason);
            writing.erase(link.leaf, note)?;
            gone += 1;
        }
        let said = catalog.keepings.get(&id);
        for (leaf, version) in said.into_iter().flatten().zip(1..) {
            let note = ActNote::new(ActKind::Erase)
                .on(id.0, version)
                .because(reason);
            writing.erase(*leaf, note)?;
            gone += 1;
        }
        let mut sealed_files = Vec::new();
        for file in catalog.evidence.iter().filter(|e| e.record == id) {
            let note = ActNote::new(ActKind::Erase)
                .on(file.id.0, 1)
                .because(reason);
            let logged = writing.tx().leaf(file.file_leaf)?;
            let logged = logged.and_then(|row| Leaf::from_bytes(&row.leaf).ok());
            sealed_files.extend(logged.and_then(|leaf| leaf.fact.content_hash()));
            writing.erase(file.leaf, note.clone())?;
            writing.act(note, Fact::Tombstone(file.file_leaf))?;
            gone += 2;
        }
        writing.finish()?;
        // The keys are gone. A file that cannot be removed now is, by the next check.
        for hash in sealed_files {
            let _ = std::fs::remove_file(super::evidence::path_of(&self.location.dir, &hash));
        }
        Ok(gone)
    }
}
