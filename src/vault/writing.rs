//! Acts and what they store, in one transaction (manual: *vault format*, "Writing").
//!
//! Everything that a person does becomes a leaf of the log in the same transaction as the act
//! itself. Either both are there afterwards or neither is.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use rayon::prelude::*;

use super::content::{self, ContentKind, Header, OpenBatch, Sealed};
use super::duress::Old;
use super::error::VaultError;
use super::ids::{CompartmentId, ObjectId, VaultId};
use super::store::{ContentRow, LeafRow, Tx};
use super::tiles::Tiles;
use super::{Vault, index, meta};
use crate::codec::{self, Decode as _, Encode as _};
use crate::crypto::hash::{Digest, sha256};
use crate::crypto::sign::Signer;
use crate::crypto::{aead, labels, random};
use crate::log::act::{Act, ActKind, Reason};
use crate::log::tiles::Appender;
use crate::log::{Checkpoint, Fact, Frontier, Leaf, Origin, SignedCheckpoint};

/// What is said about an act when it is logged.
#[derive(Debug, Clone)]
pub struct ActNote {
    kind: ActKind,
    object: Option<[u8; 16]>,
    version: u32,
    count: u64,
    prior: Option<u64>,
    reason: Reason,
}

impl ActNote {
    /// An act of this kind and nothing more to say.
    pub fn new(kind: ActKind) -> Self {
        Self {
            kind,
            object: None,
            version: 0,
            count: 0,
            prior: None,
            reason: Reason::none(),
        }
    }

    /// To which version of which object it was done; version 0 where there is none.
    #[must_use]
    pub fn on(mut self, object: [u8; 16], version: u32) -> Self {
        self.object = Some(object);
        self.version = version;
        self
    }

    /// To how many things it was done.
    #[must_use]
    pub fn count(mut self, count: u64) -> Self {
        self.count = count;
        self
    }

    /// The leaf that it follows on.
    #[must_use]
    pub fn after(mut self, leaf: u64) -> Self {
        self.prior = Some(leaf);
        self
    }

    /// The leaf that it follows on, if none was said before.
    #[must_use]
    pub(crate) fn or_after(mut self, leaf: u64) -> Self {
        self.prior = self.prior.or(Some(leaf));
        self
    }

    /// Why it was done.
    #[must_use]
    pub fn because(mut self, reason: &Reason) -> Self {
        self.reason = reason.clone();
        self
    }
}

/// Batches of the running program, by what they are for. One encapsulation serves a whole session.
#[derive(Default)]
pub(crate) struct Batches(RefCell<HashMap<[u8; 16], Rc<OpenBatch>>>);

/// Stands for the log among the targets of batches.
pub(crate) const LOG_TARGET: [u8; 16] = [0; 16];

/// What turns an act into a leaf, apart from the database. Used from several threads.
struct Scribe<'a> {
    vault: VaultId,
    /// The log that is appended to.
    log: [u8; 16],
    actor: [u8; 16],
    signing: Signer,
    second: Option<([u8; 16], Signer)>,
    batch: &'a OpenBatch,
    now: i64,
}

impl Scribe<'_> {
    /// The leaf at `index` and its row.
    fn write(&self, index: u64, note: ActNote, fact: Fact) -> Result<(Leaf, LeafRow), VaultError> {
        let act = Act {
            kind: note.kind,
            time: self.now,
            actor: self.actor,
            object: note.object,
            object_version: note.version,
            count: note.count,
            prior: note.prior,
            reason: note.reason,
            second: None,
        };
        let signed = match &self.second {
            None => act.sign(&self.log, index, &fact, &self.signing),
            Some((id, key)) => act.sign_by_two(&self.log, index, &fact, &self.signing, (id, key)),
        };
        let salt: [u8; 32] = random::array()?;
        let details = aead::seal(
            &self.batch.key,
            &details_ad(&self.log, index),
            &signed.to_sealed_plaintext(&salt),
        )?;
        let leaf = Leaf {
            details_commitment: signed.commitment(&salt),
            details_hash: content::details_hash(&self.batch.row, &details),
            fact,
        };
        let row = LeafRow {
            leaf: leaf.to_array(),
            batch: self.batch.id,
            details,
        };
        Ok((leaf, row))
    }
}

/// What sealed details are bound to.
pub(crate) fn details_ad(log: &[u8; 16], index: u64) -> Vec<u8> {
    let mut ad = labels::LOG_DETAILS.to_vec();
    ad.extend_from_slice(log);
    ad.extend_from_slice(&index.to_be_bytes());
    ad
}

/// A body to be sealed.
pub(crate) struct NewContent {
    pub compartment: CompartmentId,
    pub header: Header,
    pub body: zeroize::Zeroizing<Vec<u8>>,
    pub note: ActNote,
}

/// A transaction that appends to the log. Dropped without [`Writing::finish`], nothing happened.
pub(crate) struct Writing<'v> {
    vault: &'v Vault,
    tx: Tx<'v>,
    tree: Appender,
    /// The keyring that is replaced, to be overwritten then.
    replaced: Option<Old>,
    /// Batches begun in this transaction; they exist only once it is committed.
    begun: HashMap<[u8; 16], Rc<OpenBatch>>,
    now: i64,
    /// The log's size before this transaction.
    since: u64,
    /// What the search index has to take in.
    changes: index::Changes,
}

impl<'v> Writing<'v> {
    pub(crate) fn begin(vault: &'v Vault) -> Result<Self, VaultError> {
        let tx = vault.store.write()?;
        let known = tx.meta(meta::KEYRING)?;
        if known.as_deref() != Some(vault.keyring_hash.get().as_slice()) {
            return Err(VaultError::KeysChanged);
        }
        // Whoever removed the own slot is out, in the running program too.
        let own = vault.access.slot;
        if !vault.keyring.acts(own) || vault.second().is_some_and(|id| !vault.keyring.acts(id)) {
            return Err(VaultError::NotAllowed);
        }
        let frontier = read_frontier(&tx, meta::FRONTIER)?;
        // Nobody has appended since: the edge is still the one in hand.
        let kept = vault
            .tree
            .take()
            .filter(|tree| *tree.frontier() == frontier);
        let tree = match kept {
            Some(tree) => tree,
            None => Appender::open(&Tiles(&tx), frontier).map_err(|_| VaultError::LogAltered)?,
        };
        let mut writing = Self {
            vault,
            tx,
            since: tree.size(),
            tree,
            replaced: None,
            begun: HashMap::new(),
            now: super::now(),
            changes: index::Changes::default(),
        };
        writing.note_clock()?;
        Ok(writing)
    }

    /// Notes that the clock shows an earlier time than at the last act, if the slot can read that.
    fn note_clock(&mut self) -> Result<(), VaultError> {
        let size = self.tree.size();
        let Some(last) = size.checked_sub(1) else {
            return Ok(());
        };
        if self.vault.access.log(last).is_none() {
            return Ok(());
        }
        let time = match self.vault.last_act.get() {
            Some((known, time)) if known == size => time,
            _ => {
                let row = self.tx.leaf(last)?.ok_or(VaultError::LogAltered)?;
                let entry = super::trail::open_entry(self.vault, &self.tx, last, row)?;
                entry.act().map_or(i64::MIN, |signed| signed.act.time)
            }
        };
        if self.now < time {
            self.act(
                ActNote::new(ActKind::ClockBackwards).after(last),
                Fact::None,
            )?;
        }
        Ok(())
    }

    /// The first transaction of a vault, whose log is empty.
    pub(crate) fn first(vault: &'v Vault) -> Result<Self, VaultError> {
        Ok(Self {
            vault,
            tx: vault.store.write()?,
            tree: Appender::new(),
            replaced: None,
            begun: HashMap::new(),
            now: super::now(),
            since: 0,
            changes: index::Changes::default(),
        })
    }

    pub(crate) fn tx(&self) -> &Tx<'v> {
        &self.tx
    }

    /// The batch for a target, of this session or begun now.
    pub(crate) fn batch(&mut self, target: [u8; 16]) -> Result<Rc<OpenBatch>, VaultError> {
        if let Some(batch) = self.vault.batches.0.borrow().get(&target) {
            return Ok(Rc::clone(batch));
        }
        if let Some(batch) = self.begun.get(&target) {
            return Ok(Rc::clone(batch));
        }
        let (row, key) = if target == LOG_TARGET {
            let info = content::log_batch_info(self.vault.id());
            content::begin_batch(&self.vault.keyring.log_key, &info, target, 0)?
        } else {
            let compartment = self
                .vault
                .keyring
                .compartment(CompartmentId(target))
                .ok_or(VaultError::NoCompartment)?;
            let info = content::batch_info(self.vault.id(), compartment.id, compartment.epoch);
            content::begin_batch(&compartment.key, &info, target, compartment.epoch)?
        };
        let id = self.tx.add_batch(&row)?;
        let batch = Rc::new(OpenBatch { id, row, key });
        self.begun.insert(target, Rc::clone(&batch));
        Ok(batch)
    }

    fn scribe<'a>(&self, batch: &'a OpenBatch) -> Result<Scribe<'a>, VaultError> {
        Ok(Scribe {
            vault: self.vault.id(),
            log: self.vault.logs.borrow().current(),
            actor: self.vault.access.slot.0,
            signing: self.vault.access.signing.signer()?,
            second: match &self.vault.second {
                None => None,
                Some(second) => Some((second.slot.0, second.signing.signer()?)),
            },
            batch,
            now: self.now,
        })
    }

    /// Logs an act. Returns its place in the log.
    pub(crate) fn act(&mut self, note: ActNote, fact: Fact) -> Result<u64, VaultError> {
        let batch = self.batch(LOG_TARGET)?;
        let index = self.tree.size();
        let (leaf, row) = self.scribe(&batch)?.write(index, note, fact)?;
        self.append(&leaf, &row)
    }

    fn append(&mut self, leaf: &Leaf, row: &LeafRow) -> Result<u64, VaultError> {
        let index = self.tree.append(&mut Tiles(&self.tx), leaf.leaf_hash())?;
        self.tx.add_leaf(index, row)?;
        Ok(index)
    }

    /// Seals bodies and logs each. Returns the places in the log, in the same order.
    pub(crate) fn seal(&mut self, contents: &[NewContent]) -> Result<Vec<u64>, VaultError> {
        let log = self.batch(LOG_TARGET)?;
        let mut batches = HashMap::new();
        for c in contents {
            batches.insert(c.compartment, self.batch(c.compartment.0)?);
        }
        let first = self.tree.size();
        let scribe = self.scribe(&log)?;
        // Reference counts do not cross threads; what they point to does.
        let plain: HashMap<CompartmentId, &OpenBatch> =
            batches.iter().map(|(id, b)| (*id, b.as_ref())).collect();
        let (ring, access) = (&self.vault.keyring, &self.vault.access);
        let readable: HashSet<CompartmentId> =
            index::readable(ring, access).map(|(id, ..)| id).collect();
        let rows = contents
            .par_iter()
            .enumerate()
            .map(|(i, c)| {
                let index = first + i as u64;
                let batch = plain.get(&c.compartment).ok_or(VaultError::NoCompartment)?;
                let sealed = content::seal_content(scribe.vault, batch, &c.header, &c.body)?;
                let fact = Fact::Content {
                    hash: sealed.hash,
                    key: Some(sealed.key_commitment),
                };
                let (leaf, row) = scribe.write(index, c.note.clone(), fact)?;
                let found =
                    c.header.kind == ContentKind::Record && readable.contains(&c.compartment);
                let entry = found.then(|| index_entry(c, index)).transpose()?;
                Ok((leaf, row, sealed, entry))
            })
            .collect::<Result<Vec<(Leaf, LeafRow, Sealed, _)>, VaultError>>()?;
        let mut places = Vec::with_capacity(rows.len());
        for ((leaf, row, sealed, entry), content) in rows.into_iter().zip(contents) {
            let index = self.append(&leaf, &row)?;
            self.tx.add_content(index, &sealed.row)?;
            let new = &mut self.changes.new;
            new.entry(content.compartment).or_default().extend(entry);
            places.push(index);
        }
        Ok(places)
    }

    /// Destroys what an earlier leaf stored, and logs the tombstone.
    pub(crate) fn erase(&mut self, leaf: u64, note: ActNote) -> Result<u64, VaultError> {
        if let Some((batch, _)) = self.tx.wrap(leaf)?
            && let Some(batch) = self.tx.batch(batch)?
        {
            self.changes.gone.push((batch.target, leaf));
        }
        if !self.tx.delete_content(leaf)? {
            return Err(VaultError::Altered { leaf });
        }
        self.act(note, Fact::Tombstone(leaf))
    }

    /// Logs that the keyring is now the file with these bytes, and that the one before is gone.
    pub(crate) fn keyring(&mut self, bytes: &[u8], note: ActNote) -> Result<(), VaultError> {
        let hash = sha256(&[bytes]);
        if let Some(before) = self.tx.meta(meta::KEYRING_LEAF)? {
            let before = u64::from_be_bytes(before.try_into().map_err(|_| VaultError::Schema)?);
            self.act(note.clone(), Fact::Tombstone(before))?;
        }
        let index = self.act(note, Fact::Content { hash, key: None })?;
        self.tx.set_meta(meta::KEYRING, &hash)?;
        self.tx.set_meta(meta::KEYRING_LEAF, &index.to_be_bytes())
    }

    /// Writes the new keyring beside the one in use, and logs it. Returns its hash.
    pub(crate) fn stage_keyring(
        &mut self,
        ring: &super::Keyring,
        note: ActNote,
    ) -> Result<Digest, VaultError> {
        let bytes = ring.to_bytes();
        let location = &self.vault.location;
        let named = self.vault.keyring_hash.get();
        super::keyfile::stage(location, &named, &bytes)?;
        self.replaced = Old::open(&location.keyring(), &named);
        self.keyring(&bytes, note)?;
        Ok(sha256(&[&bytes]))
    }

    /// Entries in the log so far, those of this transaction included.
    pub(crate) fn size(&self) -> u64 {
        self.tree.size()
    }

    /// Logs bytes that anybody may read, and stores them. Returns the place in the log.
    pub(crate) fn open_content(&mut self, note: ActNote, body: Vec<u8>) -> Result<u64, VaultError> {
        let batch = self.batch(LOG_TARGET)?;
        let row = ContentRow {
            batch: batch.id,
            wrapped: Vec::new(),
            body,
        };
        let hash = content::content_hash(&batch.row, &row.wrapped, &row.body);
        let index = self.act(note, Fact::Content { hash, key: None })?;
        self.tx.add_content(index, &row)?;
        Ok(index)
    }

    /// Signs the new head if this slot may, and makes everything durable.
    pub(crate) fn finish(mut self) -> Result<(), VaultError> {
        self.tree.flush(&mut Tiles(&self.tx))?;
        let changes = std::mem::take(&mut self.changes);
        index::update(self.vault, &self.tx, self.since, self.tree.size(), changes)?;
        let frontier = self.tree.frontier().to_bytes();
        self.tx.set_meta(meta::FRONTIER, &frontier)?;
        if let Some(key) = self.vault.access.checkpoint() {
            let origin = Origin::of_vault(&self.vault.logs.borrow().current());
            let head = SignedCheckpoint::sign(Checkpoint::of(origin, self.tree.frontier()), key)
                .map_err(|_| VaultError::LogAltered)?;
            self.tx.set_meta(meta::HEAD, head.to_string().as_bytes())?;
            self.tx.set_meta(meta::HEAD_FRONTIER, &frontier)?;
        }
        self.tx.commit()?;
        if let Some(old) = self.replaced {
            // The act is done; the new keyring lies beside. What could not be overwritten is as if it
            // had been deleted.
            let _ = old.overwrite();
        }
        self.vault.last_act.set(Some((self.tree.size(), self.now)));
        self.vault.tree.set(Some(self.tree));
        self.vault.batches.0.borrow_mut().extend(self.begun);
        // The act is done: that its head could not be copied beside the database must not look as if
        // it were not. The file then shows an older head of this log until the next act.
        let _ = self.vault.publish_head();
        Ok(())
    }
}

/// What a content that was just sealed for a leaf is found by.
fn index_entry(content: &NewContent, leaf: u64) -> Result<index::Entry, VaultError> {
    let record = codec::body_from_bytes(&content.body)?;
    let Header {
        object, version, ..
    } = content.header;
    let prior = content.note.prior;
    Ok(index::Entry::new(object, version, leaf, prior, &record))
}

/// Reads a frontier from the database.
pub(crate) fn read_frontier(tx: &Tx<'_>, name: &str) -> Result<Frontier, VaultError> {
    let bytes = tx.meta(name)?.ok_or(VaultError::LogAltered)?;
    Frontier::from_bytes(&bytes).map_err(|_| VaultError::LogAltered)
}

/// A record's body as new content.
pub(crate) fn new_record(
    compartment: CompartmentId,
    object: ObjectId,
    version: u32,
    body: zeroize::Zeroizing<Vec<u8>>,
    note: ActNote,
) -> NewContent {
    NewContent {
        compartment,
        header: Header {
            object,
            version,
            kind: ContentKind::Record,
        },
        body,
        note: note.on(object.0, version),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Secret;
    use crate::vault::{Location, NewSlot, Rights, SlotKind, Unlock};

    #[test]
    fn a_clock_that_runs_backwards_is_noted_once() {
        let tmp = tempfile::tempdir().unwrap();
        let key = Secret::init_with(|b| b.fill(1));
        let slot = NewSlot {
            name: "uno",
            kind: SlotKind::KeyFile,
            unlock: Unlock::KeyFile(&key),
            rights: Rights::ALL,
        };
        let location = Location::new(tmp.path().join("casa"));
        let vault = Vault::create(&location, "Casa", &[("victim", &[0])], &slot, "r").unwrap();
        let vault = vault.vault;
        let search = || ActNote::new(ActKind::Search);
        let mut writing = Writing::begin(&vault).unwrap();
        writing.now += 3600;
        let ahead = writing.act(search(), Fact::None).unwrap();
        writing.finish().unwrap();
        vault.log(search()).unwrap();
        vault.log(search()).unwrap();
        let kinds = |vault: &Vault| {
            let mut kinds = Vec::new();
            vault
                .trail(ahead, |entry| {
                    kinds.push((entry.act.kind, entry.act.prior));
                    Ok(())
                })
                .unwrap();
            kinds
        };
        let expected = [
            (ActKind::Search, None),
            (ActKind::ClockBackwards, Some(ahead)),
            (ActKind::Search, None),
            (ActKind::Search, None),
        ];
        assert_eq!(kinds(&vault), expected);
        // A program that was not there reads the time of the last act from the log.
        let mut writing = Writing::begin(&vault).unwrap();
        writing.now += 3600;
        writing.act(search(), Fact::None).unwrap();
        writing.finish().unwrap();
        drop(vault);
        let vault = Vault::open(&location, &Unlock::KeyFile(&key)).unwrap();
        vault.log(search()).unwrap();
        let kinds = kinds(&vault);
        assert_eq!(kinds[5], (ActKind::ClockBackwards, Some(ahead + 4)));
        assert_eq!(kinds.len(), 7);
    }
}
