//! Taking what another vault of the site sent (manual: *transfer*, "Transfer").
//!
//! First everything is checked and new files are sealed to the side; then all of it is stored in one
//! transaction, or nothing.

use std::collections::{BTreeSet, HashMap};
use std::io::{self, Read};
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::error::TransferError;
use super::item::{Item, LineId, Position, TransferHead, items};
use super::ledger::{Entry, Ledger, LiftedElsewhere, PendingErasure, Table};
use super::lines::{KeepingStatement, KeepingWhat, Line, Lines, Node, Pair, pair_of, prevails};
use super::outgoing::known_of;
use crate::codec::{self, Encode as _};
use crate::crypto::hash::Digest;
use crate::crypto::sign::VerifyingKey;
use crate::log::act::{ActKind, Reason};
use crate::log::{Fact, Origin, SignedCheckpoint};
use crate::record::{Date, Record, fingerprint};
use crate::vault::catalog::{Catalog, LinkBody};
use crate::vault::content::{ContentKind, Header};
use crate::vault::evidence::StagedFile;
use crate::vault::keeping::state;
use crate::vault::writing::{NewContent, Writing, new_record};
use crate::vault::{ActNote, ObjectId, Rights, Vault, VaultError, VaultId};

/// Versions that are sealed at a time.
const CHUNK: usize = 1024;
/// Bytes of bodies that are sealed at a time.
const CHUNK_BYTES: usize = 8 << 20;

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// Items.
    Items,
    /// A piece of a file.
    File,
}

/// Where frames come from. Everything that it gives was signed by the sender.
pub trait Frames {
    /// Why it does not go on.
    type Error: From<TransferError>;

    /// The next frame, `None` behind the last.
    ///
    /// # Errors
    /// What is wrong with the file.
    fn next(&mut self, payload: &mut Zeroizing<Vec<u8>>) -> Result<Option<Piece>, Self::Error>;
}

/// What a transfer brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrived {
    /// The file was taken before; nothing was done.
    pub again: bool,
    /// Records that are new here.
    pub new: u64,
    /// New versions of records that were here.
    pub amended: u64,
    /// Versions, links and files that were here already.
    pub known: u64,
    /// Links that were made or undone.
    pub links: u64,
    /// Files of evidence.
    pub files: u64,
    /// Versions of records that were erased, which do not come back.
    pub left_out: u64,
    /// Records that both sides amended, and that a person has to settle.
    pub conflicts: Vec<ObjectId>,
    /// Records that the other vault has erased and that are here.
    pub erased: Vec<ObjectId>,
    /// Legal holds that hold here now, too.
    pub holds: u64,
    /// Retention dates that hold here now, too.
    pub retention: u64,
    /// Records on hold here whose hold the other vault has lifted.
    pub lifted: Vec<ObjectId>,
}

/// Files that were sealed to the side, by their id.
#[derive(Default)]
pub struct Staged {
    pub(super) files: HashMap<LineId, StagedFile>,
}

impl Drop for Staged {
    fn drop(&mut self) {
        // What was not put in its place is of no use; its key is gone with this.
        for file in self.files.values() {
            let _ = std::fs::remove_file(&file.path);
        }
    }
}

/// Gives the bytes of one file, from the frames that follow.
pub(super) struct FileBytes<'a, F: Frames> {
    frames: &'a mut F,
    left: u64,
    piece: Zeroizing<Vec<u8>>,
    at: usize,
    failed: Option<F::Error>,
}

impl<'a, F: Frames> FileBytes<'a, F> {
    pub fn new(frames: &'a mut F, size: u64) -> Self {
        Self {
            frames,
            left: size,
            piece: Zeroizing::default(),
            at: 0,
            failed: None,
        }
    }

    /// Reads the whole file; under a name, it is sealed to the side.
    pub fn seal(
        &mut self,
        vault: &Vault,
        name: Option<&str>,
    ) -> Result<Option<StagedFile>, F::Error> {
        let done = match name {
            Some(name) => vault.stage_evidence(name, &mut *self, |_| {}).map(Some),
            None => io::copy(self, &mut io::sink())
                .map(|_| None)
                .map_err(VaultError::from),
        };
        if let Some(e) = self.failed.take() {
            return Err(e);
        }
        let file = done.map_err(TransferError::from)?;
        if self.left != 0 {
            return Err(TransferError::Evidence.into());
        }
        Ok(file)
    }

    fn refill(&mut self) -> Result<(), F::Error> {
        let bad = || F::Error::from(TransferError::Evidence);
        match self.frames.next(&mut self.piece)? {
            Some(Piece::File) => {}
            _ => return Err(bad()),
        }
        let full = self.left.min(super::PIECE as u64);
        if self.piece.len() as u64 != full {
            return Err(bad());
        }
        self.left -= full;
        self.at = 0;
        Ok(())
    }
}

impl<F: Frames> Read for FileBytes<'_, F> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.at == self.piece.len() && self.left > 0 {
            // The true reason is kept for whoever asked.
            self.refill().map_err(|e| {
                self.failed = Some(e);
                io::Error::from(io::ErrorKind::InvalidData)
            })?;
        }
        let rest = self.piece.get(self.at..).unwrap_or_default();
        let n = rest.len().min(buf.len());
        buf[..n].copy_from_slice(&rest[..n]);
        self.at += n;
        Ok(n)
    }
}

impl Vault {
    /// Checks what a head says before anything else of the parcel is read. Returns whether the parcel
    /// can be taken.
    ///
    /// # Errors
    /// [`TransferError::NotSameSite`], [`TransferError::Compartments`], [`TransferError::Checkpoint`],
    /// [`TransferError::Gap`], [`VaultError::NotAllowed`].
    pub fn check_head(
        &self,
        head: &TransferHead,
        log_key: Option<VerifyingKey>,
    ) -> Result<(), TransferError> {
        self.require(Rights::READ.and(Rights::SEAL))?;
        self.opens_everything()?;
        let ledger = Ledger::read(self, &self.store.view()?)?;
        let peer = ledger.peers.get(&head.sender);
        let peer = peer.filter(|_| head.receiver == self.id());
        let peer = peer.ok_or(TransferError::NotSameSite)?;
        let bad = || TransferError::Checkpoint;
        let signed = SignedCheckpoint::parse(head.checkpoint.as_bytes()).map_err(|_| bad())?;
        let key = log_key.ok_or_else(bad)?;
        let checked = signed.verify(&Origin::of_vault(&head.log), key);
        if checked.map_err(|_| bad())?.size() < head.to {
            return Err(bad());
        }
        let have = known_of(peer.have, head.log);
        if head.from > have {
            return Err(TransferError::Gap {
                from: head.from,
                have,
            });
        }
        Ok(())
    }

    /// Whether a parcel was taken before.
    ///
    /// # Errors
    /// What the vault says.
    pub fn was_taken(&self, parcel: &Digest) -> Result<bool, TransferError> {
        let ledger = Ledger::read(self, &self.store.view()?)?;
        Ok(ledger.taken.contains(parcel))
    }

    /// Reads a parcel to its end: every item is checked, and files that are not here yet are sealed to the
    /// side.
    ///
    /// # Errors
    /// What is wrong with the parcel, or what the system says.
    pub fn stage<F: Frames>(&self, frames: &mut F) -> Result<Staged, F::Error> {
        let known = {
            let view = self.store.view().map_err(TransferError::from)?;
            let lines = self.lines_in(&view)?;
            (lines.known_files, lines.erased)
        };
        let mut staged = Staged::default();
        let mut payload = Zeroizing::default();
        while let Some(piece) = frames.next(&mut payload)? {
            if piece == Piece::File {
                return Err(TransferError::Evidence.into());
            }
            for item in items(&payload).map_err(TransferError::from)? {
                match item {
                    Item::Version { body, .. } => {
                        read_record(&body)?;
                    }
                    Item::Evidence {
                        id,
                        size,
                        sha256,
                        name,
                        ..
                    } => {
                        let unknown = !known.0.contains(&id) && !known.1.contains(&id);
                        let new = unknown && !staged.files.contains_key(&id);
                        let mut bytes = FileBytes::new(frames, size);
                        let file = bytes.seal(self, new.then_some(name.as_str()))?;
                        if let Some(file) = file {
                            let sound = file.size() == size && file.sha256() == sha256;
                            staged.files.insert(id, file);
                            if !sound {
                                return Err(TransferError::Evidence.into());
                            }
                        }
                    }
                    Item::Link { .. }
                    | Item::Erased { .. }
                    | Item::Hold { .. }
                    | Item::Retention { .. } => {}
                }
            }
        }
        Ok(staged)
    }

    fn lines_in(&self, view: &crate::vault::store::Tx<'_>) -> Result<Lines, TransferError> {
        let ledger = Ledger::read(self, view)?;
        let catalog = self.catalog_in(view)?;
        Ok(Lines::read(self, view, &catalog, &ledger)?)
    }

    /// Stores what a parcel brings, all of it or nothing. `frames` reads the same parcel again, and refuses
    /// any other.
    ///
    /// # Errors
    /// What is wrong with the parcel, or what the vault says.
    pub fn take_in<F: Frames>(
        &self,
        head: &TransferHead,
        parcel: &Digest,
        frames: &mut F,
        staged: Staged,
        reason: &Reason,
    ) -> Result<Arrived, F::Error> {
        let writing = Writing::begin(self).map_err(TransferError::from)?;
        let mut taking = Taking::new(self, writing, head, staged)?;
        if taking.ledger.taken.contains(parcel) {
            return Ok(Arrived {
                again: true,
                ..Arrived::default()
            });
        }
        let mut payload = Zeroizing::default();
        while let Some(piece) = frames.next(&mut payload)? {
            // The bytes of files were read before.
            if piece == Piece::Items {
                for item in items(&payload).map_err(TransferError::from)? {
                    taking.item(item)?;
                }
            }
        }
        Ok(taking.finish(parcel, reason)?)
    }
}

pub(super) fn read_record(body: &[u8]) -> Result<Record, TransferError> {
    Ok(codec::body_from_bytes(body)?)
}

/// A transaction that takes a parcel in.
struct Taking<'v> {
    vault: &'v Vault,
    writing: Writing<'v>,
    ledger: Ledger,
    catalog: Catalog,
    lines: Lines,
    from: VaultId,
    position: (Position, Position),
    staged: Staged,
    entries: Vec<Entry>,
    /// Contents that wait to be sealed, each with the place of its entry.
    waiting: Vec<(NewContent, usize)>,
    waiting_bytes: usize,
    /// Versions that are here, by what they say, for records that arrive under an unknown id.
    same: Option<HashMap<Digest, Vec<(ObjectId, u32)>>>,
    touched: BTreeSet<ObjectId>,
    placed: Placed,
    report: Arrived,
}

/// Sealed files that are in their place, to be taken away again if the transaction fails.
#[derive(Default)]
pub(super) struct Placed(pub Vec<PathBuf>);

impl Drop for Placed {
    fn drop(&mut self) {
        for path in &self.0 {
            let _ = std::fs::remove_file(path);
        }
    }
}

impl<'v> Taking<'v> {
    fn new(
        vault: &'v Vault,
        writing: Writing<'v>,
        head: &TransferHead,
        staged: Staged,
    ) -> Result<Self, TransferError> {
        let ledger = Ledger::read(vault, writing.tx())?;
        let catalog = vault.catalog_in(writing.tx())?;
        let lines = Lines::read(vault, writing.tx(), &catalog, &ledger)?;
        let have = Position {
            log: head.log,
            size: head.to,
        };
        Ok(Self {
            vault,
            writing,
            ledger,
            catalog,
            lines,
            from: head.sender,
            position: (have, head.have),
            staged,
            entries: Vec::new(),
            waiting: Vec::new(),
            waiting_bytes: 0,
            same: None,
            touched: BTreeSet::new(),
            placed: Placed::default(),
            report: Arrived::default(),
        })
    }

    fn is_erased(&self, id: &LineId) -> bool {
        self.lines.erased.contains(id) || self.ledger.gone.contains(id)
    }

    fn item(&mut self, item: Item) -> Result<(), TransferError> {
        match item {
            Item::Version {
                id,
                record,
                parents,
                compartment,
                body,
            } => self.version(id, record, parents, &compartment, body),
            Item::Link {
                id,
                first,
                second,
                number,
                linked,
            } => self.link(id, (first, second), number, linked),
            Item::Erased { id, reason } => {
                self.erased(id, reason);
                Ok(())
            }
            Item::Evidence {
                id, record, name, ..
            } => self.evidence(id, record, name),
            Item::Hold {
                id,
                record,
                on,
                reason,
            } => self.hold(id, record, on, &reason),
            Item::Retention {
                id,
                record,
                number,
                until,
            } => self.retention(id, record, number, until),
        }
    }

    fn version(
        &mut self,
        id: LineId,
        record: LineId,
        parents: Vec<LineId>,
        chosen: &str,
        body: Zeroizing<Vec<u8>>,
    ) -> Result<(), TransferError> {
        if self.lines.versions.contains_key(&id) {
            self.report.known += 1;
            return Ok(());
        }
        if self.is_erased(&id) || self.is_erased(&record) {
            self.report.left_out += 1;
            return Ok(());
        }
        let arrived = read_record(&body)?;
        let by_parent = || {
            let known = parents.iter().find_map(|p| self.lines.versions.get(p));
            known.map(|(object, _)| *object)
        };
        let object = self.lines.records.get(&record).copied().or_else(by_parent);
        let same = match object {
            Some(object) => self.same_head(object, &parents, &arrived)?,
            None => self.same_record(&arrived)?,
        };
        if let Some((object, number)) = same {
            self.report.known += 1;
            return self.alias(object, number, id, record, parents);
        }
        let (object, number) = match object {
            Some(object) => {
                self.report.amended += 1;
                let line = self.lines.objects.get(&object);
                let last = line.map_or(0, Line::last_number);
                let next = last.checked_add(1).ok_or(VaultError::TooLarge)?;
                (object, next)
            }
            None => {
                self.report.new += 1;
                (ObjectId::random().map_err(VaultError::from)?, 1)
            }
        };
        self.touched.insert(object);
        let compartment = self.destination(object, chosen, &arrived)?;
        self.waiting_bytes += body.len();
        let mut note = ActNote::new(ActKind::RecordArrived);
        // What it replaces as the latest version. One that still waits to be sealed has no leaf yet.
        if let Some(leaf) = self.latest_leaf(object).filter(|leaf| *leaf > 0) {
            note = note.after(leaf);
        }
        let content = new_record(compartment, object, number, body, note);
        self.waiting.push((content, self.entries.len()));
        let node = Node {
            number,
            leaf: 0,
            ids: vec![id],
            parents: parents.clone(),
            from: Some(self.from),
        };
        let line = self.lines.objects.entry(object).or_default();
        line.nodes.push(node);
        if !line.records.contains(&record) {
            line.records.push(record);
        }
        self.lines.versions.insert(id, (object, number));
        self.lines.records.insert(record, object);
        self.entries.push(Entry::Version {
            stored: true,
            leaf: 0,
            object,
            number,
            id,
            record,
            parents,
        });
        if self.waiting.len() >= CHUNK || self.waiting_bytes >= CHUNK_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    /// Where a version goes: into the compartment of the same name if somebody chose one, so that it is
    /// opened by no more people than there.
    fn destination(
        &self,
        object: ObjectId,
        chosen: &str,
        arrived: &Record,
    ) -> Result<crate::vault::CompartmentId, TransferError> {
        if !chosen.is_empty() {
            let rows = &self.vault.access.roster.compartments;
            let mut rows = rows.iter();
            let row = rows.find(|(_, name, kinds)| name == chosen && kinds.is_empty());
            let id = row.map(|(id, ..)| *id);
            return id.ok_or_else(|| TransferError::NoSuchCompartment(chosen.to_owned()));
        }
        Ok(match self.catalog.get(object) {
            Some(item) => self.vault.compartment_after(item.compartment, arrived)?,
            None => self.vault.compartment_for(arrived)?,
        })
    }

    /// Seals what waits, and notes where it is.
    fn flush(&mut self) -> Result<(), TransferError> {
        let waiting = std::mem::take(&mut self.waiting);
        self.waiting_bytes = 0;
        let (contents, places): (Vec<_>, Vec<_>) = waiting.into_iter().unzip();
        let leaves = self.writing.seal(&contents)?;
        for ((content, place), at) in contents.iter().zip(places).zip(leaves) {
            if let Some(Entry::Version { leaf, .. }) = self.entries.get_mut(place) {
                *leaf = at;
            }
            let line = self.lines.objects.get_mut(&content.header.object);
            let node = line.and_then(|l| {
                let mut nodes = l.nodes.iter_mut();
                nodes.find(|n| n.number == content.header.version)
            });
            if let Some(node) = node {
                node.leaf = at;
            }
        }
        Ok(())
    }

    fn stored(&self, leaf: u64) -> Result<Record, TransferError> {
        let (header, body) = self.vault.open_content(self.writing.tx(), leaf)?;
        if header.kind != ContentKind::Record {
            return Err(VaultError::Altered { leaf }.into());
        }
        read_record(&body)
    }

    /// The head of a record that says the same, if the version does not simply continue it.
    fn same_head(
        &mut self,
        object: ObjectId,
        parents: &[LineId],
        arrived: &Record,
    ) -> Result<Option<(ObjectId, u32)>, TransferError> {
        let line = self.lines.objects.get(&object);
        if line.is_none_or(|l| l.is_continued_by(parents)) {
            return Ok(None);
        }
        self.flush()?;
        let Some(line) = self.lines.objects.get(&object) else {
            return Ok(None);
        };
        let print = fingerprint(arrived);
        for head in line.heads() {
            if fingerprint(&self.stored(head.leaf)?) == print {
                return Ok(Some((object, head.number)));
            }
        }
        Ok(None)
    }

    /// A version of a record that was sealed here and says the same, letter for letter.
    fn same_record(&mut self, arrived: &Record) -> Result<Option<(ObjectId, u32)>, TransferError> {
        if self.same.is_none() {
            let mut same: HashMap<Digest, Vec<(ObjectId, u32)>> = HashMap::new();
            // From the last to the first, so that the first is taken first.
            for item in self.catalog.items().iter().rev() {
                let line = self.lines.objects.get(&item.id);
                let nodes = line.map(|l| l.nodes.as_slice()).unwrap_or_default();
                for node in nodes.iter().rev().filter(|n| n.from.is_none()) {
                    let print = fingerprint(&self.stored(node.leaf)?);
                    same.entry(print).or_default().push((item.id, node.number));
                }
            }
            self.same = Some(same);
        }
        if !arrived.is_identifiable() {
            return Ok(None);
        }
        let same = self.same.get_or_insert_default();
        let Some(fits) = same.get_mut(&fingerprint(arrived)) else {
            return Ok(None);
        };
        // One that is known under two ids already stands for another record of the sender.
        while let Some((object, number)) = fits.pop() {
            let line = self.lines.objects.get(&object);
            if line.is_some_and(|l| l.records.len() == 1) {
                return Ok(Some((object, number)));
            }
        }
        Ok(None)
    }

    /// Notes that a version is one that is here.
    fn alias(
        &mut self,
        object: ObjectId,
        number: u32,
        id: LineId,
        record: LineId,
        parents: Vec<LineId>,
    ) -> Result<(), TransferError> {
        self.touched.insert(object);
        self.lines.versions.insert(id, (object, number));
        self.lines.records.insert(record, object);
        let mut leaf = 0;
        if let Some(line) = self.lines.objects.get_mut(&object) {
            if !line.records.contains(&record) {
                line.records.push(record);
            }
            if let Some(node) = line.nodes.iter_mut().find(|n| n.number == number) {
                leaf = node.leaf;
                node.ids.push(id);
                node.parents.extend(&parents);
            }
        }
        self.entries.push(Entry::Version {
            stored: false,
            leaf,
            object,
            number,
            id,
            record,
            parents,
        });
        Ok(())
    }

    fn link(
        &mut self,
        id: LineId,
        records: (LineId, LineId),
        number: u32,
        linked: bool,
    ) -> Result<(), TransferError> {
        if self.lines.known_links.contains(&id) {
            self.report.known += 1;
            return Ok(());
        }
        let found = |record| self.lines.records.get(record).copied();
        let (Some(first), Some(second)) = (found(&records.0), found(&records.1)) else {
            self.report.left_out += 1;
            return Ok(());
        };
        let pair = pair_of(first, second);
        let known = self.lines.pairs.get(&pair).copied().unwrap_or_default();
        // Two records that turned out to be one need no link.
        let holds = first != second && prevails(known, number, linked);
        let leaf = if holds && linked != known.linked {
            self.flush()?;
            self.report.links += 1;
            self.seal_link(first, second, linked)?
        } else {
            self.report.known += 1;
            self.writing.size()
        };
        if holds {
            self.lines.pairs.insert(pair, Pair { number, linked });
        }
        self.lines.known_links.insert(id);
        self.entries.push(Entry::Link {
            leaf,
            id,
            first,
            second,
            number,
            linked,
        });
        Ok(())
    }

    fn compartment_of(
        &self,
        object: ObjectId,
    ) -> Result<crate::vault::CompartmentId, TransferError> {
        match self.catalog.get(object) {
            Some(item) => Ok(item.compartment),
            None => {
                let line = self.lines.objects.get(&object);
                let node = line.and_then(|l| l.nodes.last());
                let node = node.ok_or(VaultError::NoSuchRecord)?;
                Ok(self.vault.compartment_for(&self.stored(node.leaf)?)?)
            }
        }
    }

    fn latest_leaf(&self, object: ObjectId) -> Option<u64> {
        let line = self.lines.objects.get(&object)?;
        line.nodes.iter().map(|n| n.leaf).max()
    }

    fn seal_link(
        &mut self,
        first: ObjectId,
        second: ObjectId,
        linked: bool,
    ) -> Result<u64, TransferError> {
        let object = ObjectId::random().map_err(VaultError::from)?;
        let kind = if linked {
            ActKind::Link
        } else {
            ActKind::Unlink
        };
        let mut note = ActNote::new(kind).on(object.0, 1);
        if let Some(leaf) = self.latest_leaf(first).max(self.latest_leaf(second)) {
            note = note.after(leaf);
        }
        let statement = LinkBody {
            first,
            second,
            linked,
        };
        let leaves = self.writing.seal(&[NewContent {
            compartment: self.compartment_of(first)?,
            header: Header {
                object,
                version: 1,
                kind: ContentKind::Link,
            },
            body: Zeroizing::new(statement.to_bytes()),
            note,
        }])?;
        Ok(leaves.first().copied().ok_or(VaultError::LogAltered)?)
    }

    fn erased(&mut self, id: LineId, reason: String) {
        if self.is_erased(&id) || self.ledger.kept.contains(&id) {
            return;
        }
        let Some((object, _)) = self.lines.versions.get(&id).copied() else {
            // A file, a link or a statement goes with its record.
            let lines = &self.lines;
            let known = [
                &lines.known_files,
                &lines.known_links,
                &lines.known_keepings,
            ];
            if !known.iter().any(|ids| ids.contains(&id)) {
                self.ledger.gone.insert(id);
            }
            return;
        };
        let from = self.from;
        let known = self.ledger.pending.iter_mut();
        match known
            .into_iter()
            .find(|p| p.object == object && p.from == from)
        {
            Some(pending) if pending.ids.contains(&id) => {}
            Some(pending) => pending.ids.push(id),
            None => self.ledger.pending.push(PendingErasure {
                object,
                from,
                ids: vec![id],
                reason,
            }),
        }
        if !self.report.erased.contains(&object) {
            self.report.erased.push(object);
        }
    }

    fn evidence(&mut self, id: LineId, record: LineId, name: String) -> Result<(), TransferError> {
        if self.lines.known_files.contains(&id) {
            self.report.known += 1;
            return Ok(());
        }
        let object = self.lines.records.get(&record).copied();
        let (Some(object), false) = (object, self.is_erased(&id)) else {
            self.report.left_out += 1;
            return Ok(());
        };
        self.flush()?;
        let Some(file) = self.staged.files.remove(&id) else {
            return Err(TransferError::FileChanged);
        };
        let same = |e: &&crate::vault::Evidence| e.record == object && e.sha256 == file.sha256();
        if let Some(there) = self.catalog.evidence.iter().find(same) {
            // The same file of a record that was sealed in both vaults.
            let (object, leaf) = (there.id, there.leaf);
            let _ = std::fs::remove_file(&file.path);
            self.lines.known_files.insert(id);
            self.entries.push(Entry::Evidence { leaf, id, object });
            self.report.known += 1;
            return Ok(());
        }
        let compartment = self.compartment_of(object)?;
        let mut note = ActNote::new(ActKind::EvidenceAdded);
        if let Some(leaf) = self.latest_leaf(object) {
            note = note.after(leaf);
        }
        let placed = file.path.clone();
        let vault = self.vault;
        let done = vault.place_evidence(&mut self.writing, object, compartment, &name, file, note);
        if done.is_err() {
            let _ = std::fs::remove_file(&placed);
        }
        let (added, place) = done?;
        self.placed.0.push(place);
        self.report.files += 1;
        self.lines.known_files.insert(id);
        self.entries.push(Entry::Evidence {
            leaf: added.leaf,
            id,
            object: added.id,
        });
        Ok(())
    }

    /// The record that a statement on keeping is about, if the statement is new and the record here.
    fn keeping_of(&mut self, id: LineId, record: LineId) -> Option<ObjectId> {
        if self.lines.known_keepings.contains(&id) {
            self.report.known += 1;
            return None;
        }
        let object = self.lines.records.get(&record).copied();
        if object.is_none() {
            self.report.left_out += 1;
        }
        object
    }

    /// A hold that arrives holds at once; one that was lifted elsewhere holds here until a person lifts it.
    fn hold(
        &mut self,
        id: LineId,
        record: LineId,
        on: bool,
        reason: &str,
    ) -> Result<(), TransferError> {
        let Some(object) = self.keeping_of(id, record) else {
            return Ok(());
        };
        self.flush()?;
        let from = self.from;
        if on {
            let lifted = &mut self.ledger.lifted;
            lifted.retain(|p| (p.object, p.from) != (object, from));
        }
        let line = self.lines.keepings.entry(object).or_default();
        let held = line.now.hold.is_some();
        let what = match (on, held) {
            (true, false) => {
                self.report.holds += 1;
                line.now.hold = Some(Reason::new(reason)?);
                Some(KeepingWhat::Hold)
            }
            (false, true) => {
                self.ledger.lifted.push(LiftedElsewhere {
                    object,
                    from,
                    at: self.writing.size(),
                    reason: reason.to_owned(),
                });
                if !self.report.lifted.contains(&object) {
                    self.report.lifted.push(object);
                }
                None
            }
            _ => {
                self.report.known += 1;
                None
            }
        };
        self.keeping(id, object, what, (ActKind::Hold, Reason::new(reason)?))
    }

    fn retention(
        &mut self,
        id: LineId,
        record: LineId,
        number: u32,
        day: Option<Date>,
    ) -> Result<(), TransferError> {
        let Some(object) = self.keeping_of(id, record) else {
            return Ok(());
        };
        self.flush()?;
        let line = self.lines.keepings.entry(object).or_default();
        let holds = line.yields_to(number, day);
        let changes = holds && line.now.until != day;
        line.number = line.number.max(number);
        if changes {
            line.now.until = day;
            self.report.retention += 1;
        } else {
            self.report.known += 1;
        }
        let what = KeepingWhat::Until { number, day };
        if changes {
            let kind = (ActKind::Retention, Reason::none());
            return self.keeping(id, object, Some(what), kind);
        }
        self.lines.known_keepings.insert(id);
        self.entries.push(Entry::Keeping {
            stored: false,
            leaf: self.writing.size(),
            id,
            object,
            number,
            until: day,
        });
        Ok(())
    }

    /// Notes a statement, and stores it if it changes what holds.
    fn keeping(
        &mut self,
        id: LineId,
        object: ObjectId,
        what: Option<KeepingWhat>,
        (kind, reason): (ActKind, Reason),
    ) -> Result<(), TransferError> {
        let mut leaf = self.writing.size();
        let (mut number, mut until) = (0, None);
        if let Some(what) = what {
            let compartment = self.compartment_of(object)?;
            let mut note = ActNote::new(kind).because(&reason);
            if let Some(latest) = self.latest_leaf(object) {
                note = note.after(latest);
            }
            let line = self.lines.keepings.entry(object).or_default();
            let now = line.now.clone();
            leaf = state(
                &mut self.writing,
                object,
                compartment,
                line.stored,
                &now,
                note,
            )?;
            line.stored += 1;
            line.statements.push(KeepingStatement {
                leaf,
                id,
                what,
                from: Some(self.from),
            });
            if let KeepingWhat::Until { number: n, day } = what {
                (number, until) = (n, day);
            }
        }
        self.lines.known_keepings.insert(id);
        self.entries.push(Entry::Keeping {
            stored: what.is_some(),
            leaf,
            id,
            object,
            number,
            until,
        });
        Ok(())
    }

    /// Records that were touched and have two heads now.
    fn conflicts(&self) -> Vec<ObjectId> {
        let both = |object: &&ObjectId| {
            let line = self.lines.objects.get(*object);
            line.is_some_and(|l| l.heads().len() > 1)
        };
        self.touched.iter().filter(both).copied().collect()
    }

    fn finish(mut self, parcel: &Digest, reason: &Reason) -> Result<Arrived, TransferError> {
        self.flush()?;
        self.report.conflicts = self.conflicts();
        let (have, acked) = self.position;
        let own_log = self.vault.logs.borrow().current();
        let own_size = self.writing.size();
        let peer = self.ledger.peers.entry(self.from).or_default();
        let newer = have.log != peer.have.log || have.size >= peer.have.size;
        if newer {
            peer.have = have;
            if acked.log == own_log {
                peer.acked = Position {
                    size: acked.size.min(own_size),
                    ..acked
                };
            }
        }
        self.ledger.taken.insert(*parcel);
        let lines = &self.lines;
        let pending = &mut self.ledger.pending;
        pending.retain(|p| lines.objects.contains_key(&p.object));
        self.ledger.lifted.retain(|p| p.is_open(lines));
        let table = Table {
            from: self.from,
            entries: std::mem::take(&mut self.entries),
        };
        let report = &self.report;
        let stored = report.new + report.amended + report.links + report.files;
        let stored = stored + report.holds + report.retention;
        let mut changes = table.changes(parcel);
        changes.push(self.ledger.change());
        self.vault.change_states(&mut self.writing, &changes)?;
        let note = ActNote::new(ActKind::TransferReceived)
            .on(parcel.first_chunk().copied().unwrap_or_default(), 0)
            .count(stored)
            .because(reason);
        self.writing.act(note, Fact::None)?;
        self.writing.finish()?;
        self.placed.0.clear();
        Ok(self.report)
    }
}
