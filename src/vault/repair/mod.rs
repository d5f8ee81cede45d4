//! Saving what can be saved from a damaged vault into a new one (manual: *vault format*, "Repair").
//!
//! The damaged folder is evidence and is only read. What counts is what the log proves: entries from the
//! first on, as far as each carries the signature of a slot and all fit the signed heads, become the
//! beginning of the new vault's log, as in a succession. Contents whose entries are behind a break are
//! sealed again if their own entry proves them, and left where they are if nothing does.

pub(crate) mod carve;

use std::collections::{BTreeMap, BTreeSet};

use zeroize::Zeroizing;

use super::content::{self, ContentKind, Header};
use super::error::VaultError;
use super::ids::{CompartmentId, ObjectId};
use super::keyring::{Access, Keyring, Rights, Unlock};
use super::store::{ContentRow, FORMAT_REWRAPPED, LeafRow, Store, Tx};
use super::succession::{Logs, Succession};
use super::writing::{NewContent, Writing};
use super::{ActNote, CHECKPOINT_FILE, DATABASE_FILE, KEYRING_FILE, Location, Vault};
use super::{audit, backup, files, keyring, meta, rotate, trail};
use crate::codec::{Decode as _, Encode as _};
use crate::crypto::hash::{Digest, sha256};
use crate::crypto::random;
use crate::log::act::{Act, ActKind, Reason};
use crate::log::{Appender, Checkpoint, Fact, Frontier, Leaf, Origin, SignedCheckpoint};
use carve::Rows;

/// Something that the damaged vault held and the new one does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// Its entry in the old log.
    pub entry: u64,
    /// The record or other object, if that could be read.
    pub object: Option<ObjectId>,
    /// Its version, 0 if that could not be read.
    pub version: u32,
    /// Whether it was a record.
    pub record: bool,
}

/// What a repair saved and what it did not.
#[derive(Debug, Clone)]
pub struct Repaired {
    /// What the new log says of the old one: how many entries were taken over, and how many are known
    /// to be lost.
    pub succession: Succession,
    /// Contents that are in the new vault as they were.
    pub kept: usize,
    /// Contents that were sealed again, because the log is broken before their entry.
    pub resealed: usize,
    /// Contents that were stored, and of which nothing can be read any more.
    pub lost: Vec<Missing>,
    /// Contents that open, but of which nothing proves that a slot of this vault stored them. They are
    /// not in the new vault.
    pub unproven: Vec<Missing>,
    /// The keyring is not the last one that the old log named.
    pub older_keyring: bool,
}

impl Repaired {
    /// Whether everything that the old vault held is in the new one.
    pub fn is_whole(&self) -> bool {
        self.lost.is_empty() && self.unproven.is_empty() && self.succession.lost() == 0
    }
}

/// Makes a new vault from what is left of a damaged one, which is not changed. The folder appears whole
/// or not at all. `heads` are signed heads of the vault that were kept elsewhere.
///
/// # Errors
/// [`VaultError::NoVault`], [`VaultError::NoKeyring`] if no keyring can be read, [`VaultError::WrongKey`],
/// [`VaultError::KeyringForged`], [`VaultError::NotAllowed`] without every right,
/// [`VaultError::BeyondRepair`] if not even the beginning of the log is there, or what the system says.
pub fn repair(
    from: &Location,
    to: &Location,
    unlock: &Unlock<'_>,
    heads: &[SignedCheckpoint],
    reason: &Reason,
) -> Result<Repaired, VaultError> {
    super::require_free(to)?;
    if !from.exists() {
        return Err(VaultError::NoVault);
    }
    let rows = carve::carve(&from.database())?;
    let (ring, bytes, access) = open_keyring(from, &rows, unlock)?;
    super::build_whole(to, |dir| {
        Salvage::new(dir, rows, ring, &bytes, access)?.build(from, heads, reason)
    })
}

/// The keyring that the database names, or else one that is beside it; opened.
fn open_keyring(
    from: &Location,
    rows: &Rows,
    unlock: &Unlock<'_>,
) -> Result<(Keyring, Vec<u8>, Access), VaultError> {
    let mut found = Vec::new();
    for path in [from.keyring(), from.staged_keyring()] {
        match files::read_bounded(&path, keyring::MAX_FILE) {
            Ok(bytes) => found.push(bytes),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => return Err(e.into()),
        }
    }
    let is_named = |bytes: &Vec<u8>| {
        let hash = sha256(&[bytes]);
        let mut names = rows.meta.iter();
        names.any(|(name, value)| name == meta::KEYRING && value.as_slice() == hash)
    };
    found.sort_by_key(|bytes| !is_named(bytes));
    let mut failed = VaultError::NoKeyring;
    for bytes in found {
        match Keyring::from_bytes(&bytes) {
            Ok(ring) => match ring.unlock(unlock) {
                Ok(access) if access.rights.has(Rights::ALL) => return Ok((ring, bytes, access)),
                Ok(_) => return Err(VaultError::NotAllowed),
                Err(e) => failed = e,
            },
            Err(_) if matches!(failed, VaultError::NoKeyring) => failed = VaultError::KeyringForged,
            Err(_) => {}
        }
    }
    Err(failed)
}

/// An entry of the old log that its slot signed.
struct Proven {
    leaf: Leaf,
    row: LeafRow,
    act: Act,
}

struct Salvage {
    vault: Vault,
    rows: Rows,
    ring_hash: Digest,
    /// Entries that are proven, also those behind a break.
    proven: BTreeMap<u64, Proven>,
    /// Leaves that some entry erases, whether it is proven or not: nothing is brought back to life.
    erased: BTreeSet<u64>,
}

fn fit<T: Copy>(tx: &Tx<'_>, row: &ContentRow, hash: Digest, then: T) -> Option<T> {
    let batch = tx.batch(row.batch).ok().flatten()?;
    (content::content_hash(&batch, &row.wrapped, &row.body) == hash).then_some(then)
}

impl Salvage {
    fn new(
        dir: &std::path::Path,
        rows: Rows,
        ring: Keyring,
        bytes: &[u8],
        access: Access,
    ) -> Result<Self, VaultError> {
        files::stage(&dir.join(KEYRING_FILE), bytes)?;
        let store = Store::create(&dir.join(DATABASE_FILE))?;
        let hash = sha256(&[bytes]);
        let vault = Vault::assemble(Location::new(dir), ring, hash, access, store);
        let logs = rows.meta.iter().filter(|(name, _)| name == meta::LOGS);
        for (_, bytes) in logs {
            if let Ok(logs) = Logs::from_meta(bytes, vault.id()) {
                vault.logs.replace(logs);
            }
        }
        Ok(Self {
            vault,
            rows,
            ring_hash: hash,
            proven: BTreeMap::new(),
            erased: BTreeSet::new(),
        })
    }

    /// Valid signed heads, by size.
    fn heads(&self, from: &Location, brought: &[SignedCheckpoint]) -> Vec<SignedCheckpoint> {
        let meta = self
            .rows
            .meta
            .iter()
            .filter(|(name, _)| name == meta::HEAD || name.starts_with(meta::COSIGNED));
        let mut found: Vec<SignedCheckpoint> = meta
            .filter_map(|(_, bytes)| SignedCheckpoint::parse(bytes).ok())
            .collect();
        found.extend(audit::read_head(&from.dir.join(CHECKPOINT_FILE)).ok());
        found.extend(brought.iter().cloned());
        let (logs, key) = (self.vault.logs.borrow(), self.vault.keyring.checkpoint_key);
        found.retain(|head| {
            let origin = head.checkpoint().origin();
            logs.has(origin) && head.verify(origin, key).is_ok()
        });
        found.sort_by_key(|head| head.checkpoint().size());
        found
    }

    fn build(
        mut self,
        from: &Location,
        brought: &[SignedCheckpoint],
        reason: &Reason,
    ) -> Result<Repaired, VaultError> {
        let heads = self.heads(from, brought);
        let tx = self.vault.store.write()?;
        tx.raise_format(FORMAT_REWRAPPED)?;
        for (id, row) in &self.rows.batches {
            tx.put_batch(*id, row)?;
        }
        let ends = prove(
            &self.vault,
            &tx,
            &mut self.rows,
            &mut self.proven,
            &mut self.erased,
        )?;
        let (size, head) = agreed(&self.proven, ends, &heads, &self.vault)?;
        let mut tree = Appender::new();
        let mut live = None;
        for (index, entry) in self.proven.range(..size) {
            tree.append(&mut super::tiles::Tiles(&tx), entry.leaf.leaf_hash())?;
            tx.add_leaf(*index, &entry.row)?;
            if let Fact::Content { hash, key: None } = entry.leaf.fact
                && !self.rows.contents.contains_key(index)
                && !self.erased_before(*index, size)
            {
                live = Some((*index, hash));
            }
        }
        // Without a key of its own and without a row, it is the keyring of then.
        let (ring_leaf, ring_hash) = live.ok_or(VaultError::BeyondRepair)?;
        tree.flush(&mut super::tiles::Tiles(&tx))?;
        let mut report = Report::default();
        backup::bring_evidence(
            &from.dir.join(super::evidence::FOLDER),
            &self.vault.location.dir,
        )?;
        self.keep(&tx, size, ring_leaf, &mut report)?;
        let frontier = tree.frontier().to_bytes();
        tx.set_meta(meta::VAULT, &self.vault.id().0)?;
        tx.set_meta(meta::KEYRING, &self.ring_hash)?;
        tx.set_meta(meta::KEYRING_LEAF, &ring_leaf.to_be_bytes())?;
        tx.set_meta(meta::FRONTIER, &frontier)?;
        tx.set_meta(meta::LOGS, &self.vault.logs.borrow().to_bytes())?;
        tx.commit()?;
        let again = self.open_rest(size, &mut report)?;
        let known = heads.last().map_or(size, |h| h.checkpoint().size());
        let seen = self
            .rows
            .leaves
            .keys()
            .next_back()
            .map_or(0, |last| last + 1);
        let before = self.vault.logs.borrow().current();
        let succession = Succession {
            before,
            after: random::array()?,
            size,
            root: tree.frontier().root(),
            known: known.max(seen).max(size),
            head: self.head_of(head, before, tree.frontier())?,
            newest: match heads.last().filter(|h| h.checkpoint().size() > size) {
                Some(newest) => newest.to_string().into_bytes(),
                None => Vec::new(),
            },
        };
        let older_keyring = ring_hash != self.ring_hash;
        let mut ring = self.vault.keyring.clone();
        let mut access = self.vault.access.duplicate()?;
        let changed = ring.cut_log(&mut access, size)?;
        let bytes = (changed || older_keyring).then(|| ring.to_bytes());
        self.succeed(&succession, &report, &again, bytes.as_deref(), reason)?;
        if let Some(bytes) = bytes {
            files::replace(&self.vault.location.keyring(), &bytes)?;
        }
        let place = self.vault.location.clone();
        drop(self.vault);
        let known = audit::Known::default();
        if !audit::verify(&place, &known, |_, _| {})?.is_sound() {
            return Err(VaultError::BeyondRepair);
        }
        let lost_entries = self.rows.leaves.keys().any(|l| *l >= size);
        Ok(Repaired {
            succession,
            kept: report.kept,
            resealed: again.len(),
            lost: report.lost,
            unproven: report.unproven,
            older_keyring: older_keyring && !lost_entries,
        })
    }

    fn erased_before(&self, leaf: u64, size: u64) -> bool {
        self.proven
            .range(..size)
            .any(|(_, e)| e.leaf.fact == Fact::Tombstone(leaf))
    }

    /// The newest head that signs a part of what is taken over. If none is left, this slot signs what it
    /// has found.
    fn head_of(
        &self,
        head: Option<SignedCheckpoint>,
        log: [u8; 16],
        frontier: &Frontier,
    ) -> Result<Vec<u8>, VaultError> {
        let current = |h: &SignedCheckpoint| h.checkpoint().origin().vault_id() == Some(log);
        if let Some(head) = head.filter(current) {
            return Ok(head.to_string().into_bytes());
        }
        let key = self
            .vault
            .access
            .checkpoint()
            .ok_or(VaultError::NotAllowed)?;
        let point = Checkpoint::of(Origin::of_vault(&log), frontier);
        let head = SignedCheckpoint::sign(point, key).map_err(|_| VaultError::LogAltered)?;
        Ok(head.to_string().into_bytes())
    }

    /// Takes over the contents of the entries that are taken over.
    fn keep(
        &self,
        tx: &Tx<'_>,
        size: u64,
        ring_leaf: u64,
        report: &mut Report,
    ) -> Result<(), VaultError> {
        let gone: BTreeSet<u64> = self
            .proven
            .range(..size)
            .filter_map(|(_, e)| e.leaf.fact.tombstone())
            .collect();
        let mut kept = BTreeSet::new();
        for (index, entry) in self.proven.range(..size) {
            let Fact::Content { hash, .. } = entry.leaf.fact else {
                continue;
            };
            if gone.contains(index) || *index == ring_leaf {
                continue;
            }
            let rows = self.rows.contents.get(index);
            let row = rows.and_then(|rows| rows.iter().find_map(|r| fit(tx, r, hash, r)));
            // What was erased behind the break is erased again, and not brought back.
            match row.filter(|_| !self.erased.contains(index)) {
                Some(row) => {
                    tx.add_content(*index, row)?;
                    kept.insert(*index);
                }
                None if self.erased.contains(index) => report.erased.push(*index),
                None => {
                    let sealed = super::evidence::stored(&self.vault.location.dir, &hash)?;
                    if sealed != Some(true) {
                        report.tombstones.push(*index);
                        if entry.leaf.fact.key_commitment().is_some() {
                            report.lost.push(missing(*index, entry));
                        }
                    }
                }
            }
        }
        // A wrap that no list names proves nothing to an auditor; the content is sealed again.
        loop {
            let unlisted = rotate::unlisted(tx)?;
            if unlisted.is_empty() {
                break;
            }
            for leaf in unlisted {
                tx.delete_content(leaf)?;
                kept.remove(&leaf);
                report.tombstones.push(leaf);
                report.again.push(leaf);
            }
        }
        report.kept = kept.len();
        Ok(())
    }

    /// Opens the contents that are not taken over as they are, each if its entry proves it.
    fn open_rest(&self, size: u64, report: &mut Report) -> Result<Vec<NewContent>, VaultError> {
        let view = self.vault.store.view()?;
        let mut again = Vec::new();
        let behind = self.rows.contents.range(size..).map(|(leaf, _)| *leaf);
        let leaves: BTreeSet<u64> = report.again.iter().copied().chain(behind).collect();
        for leaf in leaves {
            if self.erased.contains(&leaf) {
                continue;
            }
            let rows = self.rows.contents.get(&leaf).into_iter().flatten();
            let proof = self.proven.get(&leaf);
            let opened: Vec<_> = rows
                .filter_map(|row| self.open(&view, leaf, row).map(|opened| (row, opened)))
                .collect();
            let proven = opened.iter().find(|(row, (_, _, commitment, _))| {
                proof.is_some_and(|p| {
                    p.leaf.fact.key_commitment() == Some(*commitment)
                        && p.leaf
                            .fact
                            .content_hash()
                            .is_some_and(|hash| fit(&view, row, hash, ()).is_some())
                })
            });
            match (proven, opened.first()) {
                (Some((_, (compartment, header, _, body))), _) => {
                    // Secrets of a round are gone with the log that they belong to.
                    if header.kind == ContentKind::RoundState {
                        continue;
                    }
                    if header.kind == ContentKind::Evidence {
                        report.lost.push(told(leaf, header));
                        continue;
                    }
                    again.push(NewContent {
                        compartment: *compartment,
                        header: *header,
                        body: Zeroizing::new(body.to_vec()),
                        note: ActNote::new(ActKind::Restore).on(header.object.0, header.version),
                    });
                }
                (None, Some((_, (_, header, _, _)))) if proof.is_none() => {
                    report.unproven.push(told(leaf, header));
                }
                _ => {
                    // What has no data key was of use to the old log only.
                    if let Some(entry) = proof.filter(|p| p.leaf.fact.key_commitment().is_some()) {
                        report.lost.push(missing(leaf, entry));
                    }
                }
            }
        }
        // Entries behind the break whose content is not there at all.
        for (leaf, entry) in self.proven.range(size..) {
            let content = matches!(entry.leaf.fact, Fact::Content { key: Some(_), .. });
            if content
                && !self.rows.contents.contains_key(leaf)
                && !self.erased.contains(leaf)
                && !is_file_of_evidence(entry.act.kind)
            {
                report.lost.push(missing(*leaf, entry));
            }
        }
        report.lost.sort_by_key(|m| m.entry);
        Ok(again)
    }

    #[allow(clippy::type_complexity)]
    fn open(
        &self,
        view: &Tx<'_>,
        leaf: u64,
        row: &ContentRow,
    ) -> Option<(CompartmentId, Header, Digest, Zeroizing<Vec<u8>>)> {
        let batch = self.vault.batch_key(view, row.batch, leaf).ok()??;
        let (batch, key) = batch.as_ref();
        let id = self.vault.id();
        let (data_key, header) = content::open_header(id, batch, key, &row.wrapped).ok()?;
        let body = content::open_body(id, &batch.target, &data_key, &header, &row.body).ok()?;
        let commitment = crate::log::leaf::key_commitment(&data_key);
        Some((CompartmentId(batch.target), header, commitment, body))
    }

    /// The first entries of the new log: which log it follows on, what is lost, what was sealed again.
    fn succeed(
        &self,
        succession: &Succession,
        report: &Report,
        again: &[NewContent],
        ring: Option<&[u8]>,
        reason: &Reason,
    ) -> Result<(), VaultError> {
        self.vault
            .logs
            .borrow_mut()
            .push(succession.size, succession.after);
        let mut writing = Writing::begin(&self.vault)?;
        let note = ActNote::new(ActKind::Restore)
            .count(succession.lost())
            .because(reason);
        let leaf = writing.open_content(note.clone(), succession.to_bytes())?;
        if leaf != succession.size {
            return Err(VaultError::LogAltered);
        }
        let logs = self.vault.logs.borrow().to_bytes();
        writing.tx().set_meta(meta::LOGS, &logs)?;
        if let Some(bytes) = ring {
            writing.keyring(bytes, note.clone())?;
        }
        for leaf in report.tombstones.iter().chain(&report.erased) {
            writing.act(note.clone(), Fact::Tombstone(*leaf))?;
        }
        writing.seal(again)?;
        writing.finish()
    }
}

/// What is found on the way.
#[derive(Default)]
struct Report {
    kept: usize,
    lost: Vec<Missing>,
    unproven: Vec<Missing>,
    /// Leaves that were taken over without their content.
    tombstones: Vec<u64>,
    /// Leaves whose content an entry behind the break erased.
    erased: Vec<u64>,
    /// Leaves whose content is to be sealed again.
    again: Vec<u64>,
}

fn is_file_of_evidence(kind: ActKind) -> bool {
    matches!(kind, ActKind::EvidenceAdded | ActKind::EvidenceReceived)
}

fn missing(entry: u64, proven: &Proven) -> Missing {
    Missing {
        entry,
        object: proven.act.object.map(ObjectId),
        version: proven.act.object_version,
        record: matches!(
            proven.act.kind,
            ActKind::Seal | ActKind::Amend | ActKind::Restore
        ),
    }
}

fn told(entry: u64, header: &Header) -> Missing {
    Missing {
        entry,
        object: Some(header.object),
        version: header.version,
        record: header.kind == ContentKind::Record,
    }
}

/// Opens every entry and checks the signature of its slot. Returns the first place without a proven one.
fn prove(
    vault: &Vault,
    tx: &Tx<'_>,
    rows: &mut Rows,
    proven: &mut BTreeMap<u64, Proven>,
    erased: &mut BTreeSet<u64>,
) -> Result<u64, VaultError> {
    for (index, candidates) in std::mem::take(&mut rows.leaves) {
        rows.leaves.insert(index, Vec::new());
        for row in candidates {
            let Ok(leaf) = Leaf::from_bytes(&row.leaf) else {
                continue;
            };
            erased.extend(leaf.fact.tombstone());
            if proven.contains_key(&index) {
                continue;
            }
            let again = LeafRow {
                leaf: row.leaf,
                batch: row.batch,
                details: row.details.clone(),
            };
            match trail::open_entry(vault, tx, index, again) {
                Ok(entry) => {
                    if let Some(signed) = entry.act() {
                        let act = signed.act.clone();
                        proven.insert(index, Proven { leaf, row, act });
                    }
                }
                Err(VaultError::Database(what)) => return Err(VaultError::Database(what)),
                Err(_) => {}
            }
        }
    }
    let first_gap = proven.keys().zip(0u64..).find(|(at, n)| *at != n);
    Ok(first_gap.map_or(proven.len() as u64, |(_, n)| n))
}

/// As many of the first entries as fit every signed head of their size, and the newest such head.
fn agreed(
    proven: &BTreeMap<u64, Proven>,
    ends: u64,
    heads: &[SignedCheckpoint],
    vault: &Vault,
) -> Result<(u64, Option<SignedCheckpoint>), VaultError> {
    let (mut frontier, mut best) = (Frontier::new(), None);
    let mut agreed = 0;
    // Heads of an earlier log say nothing about the leaves behind its end.
    let logs = vault.logs.borrow();
    let mut heads = heads
        .iter()
        .filter(|h| logs.covers(h.checkpoint()))
        .peekable();
    for (_, entry) in proven.range(..ends) {
        frontier.append(entry.leaf.leaf_hash());
        while let Some(head) = heads.next_if(|h| h.checkpoint().size() <= frontier.size()) {
            if head.checkpoint().size() < frontier.size() {
                continue;
            }
            if *head.checkpoint().root() != frontier.root() {
                return if agreed > 0 {
                    Ok((agreed, best))
                } else {
                    Err(VaultError::BeyondRepair)
                };
            }
            best = Some(head.clone());
            agreed = frontier.size();
        }
    }
    if ends == 0 {
        return Err(VaultError::BeyondRepair);
    }
    Ok((ends, best))
}
