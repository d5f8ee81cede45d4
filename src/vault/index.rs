//! The sealed search index (manual: *vault format*, "Search index").
//!
//! For each compartment, what people are found by, under a key that only its readers have. The index
//! is derived data: it can be thrown away at any time and is made again from the contents. It says up
//! to which leaf it goes, and what came later is read from the contents themselves, so that an index
//! that is behind, missing or older than the vault gives the same answers, only more slowly.

use std::collections::{BTreeSet, HashMap, HashSet};

use rayon::prelude::*;
use zeroize::Zeroizing;

use super::catalog::{self, Wrapped};
use super::content::ContentKind;
use super::error::VaultError;
use super::ids::{CompartmentId, ObjectId, VaultId};
use super::keyring::{Access, Keyring, Rights};
use super::store::Tx;
use super::{Vault, meta};
use crate::codec::{Decode, DecodeError, Encode, Reader};
use crate::crypto::hash::{Digest, sha256};
use crate::crypto::seal::OpeningKey;
use crate::crypto::{Secret, aead, kdf, labels, random};
use crate::log::{Fact, Leaf};
use crate::record::{Query, Record, SearchKey, compare_keys};

/// The part of a compartment's index that names the others.
const HEAD: u32 = 0;
/// Sealed bytes of a full part; smaller ones have half of it, and so on, down to [`SMALLEST`].
const FULL: usize = 64 << 10;
const SMALLEST: usize = 4 << 10;
/// Bytes of a part that hold no entries: nonce, tag, length.
const FRAME: usize = aead::OVERHEAD + 4;
/// Most parts of one compartment, enough for some ten million records.
const MAX_PARTS: usize = 1 << 16;
/// Contents behind the index from which on a search writes them into it.
const BEHIND: u64 = if cfg!(test) { 2 } else { 64 };
/// Entries of the log behind the index from which on a search brings it up to date, whatever they are: each
/// has to be looked at to see what it is.
const FAR_BEHIND: u64 = if cfg!(test) { 8 } else { 4096 };
/// Contents that are opened at a time, on all cores.
const CHUNK: usize = 4096;
const VERSION: u8 = 1;

/// What a record is found by, and where its latest version is.
#[derive(Clone)]
pub(super) struct Entry {
    object: ObjectId,
    version: u32,
    leaf: u64,
    /// The leaf of the first version in the compartment: records are told in this order.
    first: u64,
    key: SearchKey,
    /// The leaf of the version that this one follows on, where that is known. Not stored.
    prior: Option<u64>,
}

impl Entry {
    /// The entry of a version that is stored for `leaf`.
    pub fn new(
        object: ObjectId,
        version: u32,
        leaf: u64,
        prior: Option<u64>,
        record: &Record,
    ) -> Self {
        Self {
            object,
            version,
            leaf,
            first: leaf,
            key: SearchKey::new(record),
            prior,
        }
    }
}

impl Encode for Entry {
    fn encode(&self, out: &mut Vec<u8>) {
        self.object.encode(out);
        out.extend_from_slice(&self.version.to_be_bytes());
        out.extend_from_slice(&self.leaf.to_be_bytes());
        out.extend_from_slice(&self.first.to_be_bytes());
        self.key.encode(out);
    }
}

impl Decode for Entry {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            object: ObjectId::decode(input)?,
            version: input.u32()?,
            leaf: input.u64()?,
            first: input.u64()?,
            key: SearchKey::decode(input)?,
            prior: None,
        })
    }
}

fn entries(plain: &[u8]) -> Result<Vec<Entry>, DecodeError> {
    let mut input = Reader::new(plain);
    let mut found = Vec::with_capacity(plain.len() / 128);
    while input.remaining() > 0 {
        found.push(Entry::decode(&mut input)?);
    }
    Ok(found)
}

/// What is sealed of an index, for the fuzz target: a head, or entries. Whether it was read.
pub(crate) fn fuzz(plain: &[u8]) -> bool {
    let head = Head::from_bytes(plain);
    if let Ok(head) = &head {
        assert_eq!(head.to_bytes(), plain, "read, but written otherwise");
    }
    let Ok(found) = entries(plain) else {
        return head.is_ok();
    };
    // What a record is found by is brought into one form when it is read, and stays in it.
    let written = |found: &[Entry]| {
        let mut out = Vec::new();
        found.iter().for_each(|e| e.encode(&mut out));
        out
    };
    let once = written(&found);
    assert!(entries(&once).is_ok_and(|again| written(&again) == once));
    let all = found.len();
    assert!(latest(found).len() <= all);
    true
}

/// Of each object the latest version, in the order in which the objects were sealed first.
fn latest(entries: Vec<Entry>) -> Vec<Entry> {
    let mut by_object: HashMap<ObjectId, usize> = HashMap::with_capacity(entries.len());
    let mut out: Vec<Entry> = Vec::with_capacity(entries.len());
    for entry in entries {
        match by_object.get(&entry.object).and_then(|at| out.get_mut(*at)) {
            None => {
                by_object.insert(entry.object, out.len());
                out.push(entry);
            }
            Some(known) => {
                let first = known.first.min(entry.first);
                // As in the catalog: what was logged last counts.
                if (entry.leaf, entry.version) > (known.leaf, known.version) {
                    *known = entry;
                }
                known.first = first;
            }
        }
    }
    out.sort_by_key(|e| e.first);
    out
}

/// A part as the head names it. Parts hold entries in the order of their leaves.
struct Part {
    number: u32,
    /// Drawn anew with every change, and bound to the sealed bytes: parts of different states of the
    /// index cannot be mixed.
    id: [u8; 16],
    /// No entry of this part has a smaller leaf, and none of the one before a larger or equal one.
    first: u64,
}

/// What the index of a compartment consists of.
#[derive(Default)]
struct Head {
    /// Contents of smaller leaves are in the index.
    upto: u64,
    /// Hash of the leaf before that: the index of another history is worth nothing.
    tip: Digest,
    parts: Vec<Part>,
}

impl Encode for Head {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        out.extend_from_slice(&self.upto.to_be_bytes());
        out.extend_from_slice(&self.tip);
        let count = u32::try_from(self.parts.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&count.to_be_bytes());
        for part in &self.parts {
            out.extend_from_slice(&part.number.to_be_bytes());
            out.extend_from_slice(&part.id);
            out.extend_from_slice(&part.first.to_be_bytes());
        }
    }
}

impl Decode for Head {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8()? {
            VERSION => {}
            v => return Err(DecodeError::Version(v)),
        }
        let (upto, tip) = (input.u64()?, input.array()?);
        let mut parts = Vec::with_capacity(input.clone().count(28, MAX_PARTS)?);
        for _ in 0..input.count(28, MAX_PARTS)? {
            parts.push(Part {
                number: input.u32()?,
                id: input.array()?,
                first: input.u64()?,
            });
        }
        Ok(Self { upto, tip, parts })
    }
}

/// Hash of the leaf before `upto`.
fn tip(tx: &Tx<'_>, upto: u64) -> Result<Option<Digest>, VaultError> {
    match upto.checked_sub(1) {
        None => Ok(Some(Digest::default())),
        Some(last) => Ok(tx.leaf(last)?.map(|row| sha256(&[&row.leaf]))),
    }
}

/// What seals the parts of one compartment's index.
struct Seal {
    key: Secret<32>,
    /// Vault, compartment and generation of its key.
    ad: Vec<u8>,
}

impl Seal {
    /// From the private key of the compartment: whoever can only seal into it, a thief among them,
    /// cannot make a part that a reader accepts.
    fn of(vault: VaultId, target: &[u8; 16], epoch: u32, opening: &OpeningKey) -> Self {
        let mut of = vault.to_bytes();
        of.extend_from_slice(target);
        of.extend_from_slice(&epoch.to_be_bytes());
        Self {
            key: kdf::derive(labels::SEARCH_KEY, &[&of, opening.private().expose()]),
            ad: [labels::SEARCH_PART, of.as_slice()].concat(),
        }
    }

    fn ad(&self, number: u32, id: &[u8; 16]) -> Vec<u8> {
        [self.ad.as_slice(), &number.to_be_bytes(), id].concat()
    }

    fn seal(&self, number: u32, id: &[u8; 16], plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        let size = (plain.len() + FRAME).next_power_of_two().max(SMALLEST);
        let mut padded = Zeroizing::new(Vec::with_capacity(size));
        crate::codec::put_bytes(&mut padded, plain);
        padded.resize(size - aead::OVERHEAD, 0);
        Ok(aead::seal(&self.key, &self.ad(number, id), &padded)?)
    }

    fn open(
        &self,
        number: u32,
        id: &[u8; 16],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let padded = aead::open(&self.key, &self.ad(number, id), sealed)?;
        let plain = Reader::new(&padded).bytes(usize::MAX)?;
        Ok(Zeroizing::new(plain.to_vec()))
    }
}

/// Whether an error says no more than that the stored index is of no use.
fn is_broken(error: &VaultError) -> bool {
    matches!(
        error,
        VaultError::Crypto(_) | VaultError::Decode(_) | VaultError::Schema
    )
}

fn broken() -> VaultError {
    DecodeError::Value("search index").into()
}

/// The stored index of one compartment.
struct Shelf<'t, 's> {
    tx: &'t Tx<'s>,
    target: [u8; 16],
    seal: Seal,
    head: Head,
    /// Nothing is stored that could be used.
    fresh: bool,
}

impl<'t, 's> Shelf<'t, 's> {
    fn open(
        tx: &'t Tx<'s>,
        vault: VaultId,
        id: CompartmentId,
        epoch: u32,
        key: &OpeningKey,
    ) -> Result<Self, VaultError> {
        let seal = Seal::of(vault, &id.0, epoch, key);
        let read = || -> Result<Head, VaultError> {
            let stored = tx.has_search()?.then(|| tx.search_part(&id.0, HEAD));
            let sealed = stored.transpose()?.flatten().ok_or_else(broken)?;
            let head = Head::from_bytes(&seal.open(HEAD, &[0; 16], &sealed)?)?;
            if tip(tx, head.upto)? != Some(head.tip) {
                return Err(broken());
            }
            Ok(head)
        };
        let (head, fresh) = match read() {
            Ok(head) => (head, false),
            Err(e) if is_broken(&e) => (Head::default(), true),
            Err(e) => return Err(e),
        };
        Ok(Self {
            tx,
            target: id.0,
            seal,
            head,
            fresh,
        })
    }

    /// Whether reading what is not in the index takes longer than it should.
    fn is_behind(&self, size: u64) -> Result<bool, VaultError> {
        if !self.tx.has_batches(&self.target)? {
            return Ok(false);
        }
        let upto = self.head.upto;
        Ok(size.saturating_sub(upto) > FAR_BEHIND
            || self.tx.count_contents_of(&self.target, upto)? > BEHIND)
    }

    fn sealed(&self, part: &Part) -> Result<Vec<u8>, VaultError> {
        let stored = self.tx.search_part(&self.target, part.number)?;
        stored.ok_or_else(broken)
    }

    fn plain(&self, part: &Part) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        self.seal.open(part.number, &part.id, &self.sealed(part)?)
    }

    /// All entries, in the order of their leaves.
    fn all(&self) -> Result<Vec<Entry>, VaultError> {
        let sealed = self
            .head
            .parts
            .iter()
            .map(|part| Ok((part, self.sealed(part)?)))
            .collect::<Result<Vec<_>, VaultError>>()?;
        let seal = &self.seal;
        let opened = sealed
            .into_par_iter()
            .map(|(part, sealed)| {
                let plain = seal.open(part.number, &part.id, &sealed)?;
                Ok(entries(&plain)?)
            })
            .collect::<Result<Vec<_>, VaultError>>()?;
        Ok(opened.into_iter().flatten().collect())
    }

    fn clear(&mut self) -> Result<(), VaultError> {
        if self.tx.has_search()? {
            self.tx.delete_search(Some(&self.target))?;
        }
        self.head = Head::default();
        self.fresh = true;
        Ok(())
    }

    /// Stores a part in the place of the one at `at`, or behind the last; an empty one is removed.
    fn put(&mut self, at: usize, first: u64, plain: &[u8]) -> Result<(), VaultError> {
        if plain.is_empty() {
            let gone = self.head.parts.remove(at);
            return self.tx.delete_search_part(&self.target, gone.number);
        }
        let id = random::array()?;
        let known = self.head.parts.get_mut(at);
        let number = match known {
            Some(part) => {
                part.id = id;
                part.number
            }
            None => {
                let last = self.head.parts.iter().map(|p| p.number).max();
                let number = last.unwrap_or(HEAD).checked_add(1).ok_or_else(broken)?;
                self.head.parts.push(Part { number, id, first });
                number
            }
        };
        let sealed = self.seal.seal(number, &id, plain)?;
        self.tx.set_search_part(&self.target, number, &sealed)
    }

    /// Removes entries of these leaves that are not to be kept.
    fn sift(
        &mut self,
        leaves: impl Iterator<Item = u64>,
        mut keep: impl FnMut(&Entry) -> bool,
    ) -> Result<(), VaultError> {
        let of = |leaf: u64| {
            let behind = self.head.parts.partition_point(|p| p.first <= leaf);
            behind.checked_sub(1)
        };
        let parts: BTreeSet<usize> = leaves.filter_map(of).collect();
        // From the last: a part that is removed moves those behind it.
        for at in parts.into_iter().rev() {
            let Some(part) = self.head.parts.get(at) else {
                continue;
            };
            let mut found = entries(&self.plain(part)?)?;
            let (before, first) = (found.len(), part.first);
            found.retain(&mut keep);
            if found.len() < before {
                let mut plain = Zeroizing::new(Vec::with_capacity(FULL));
                found.iter().for_each(|e| e.encode(&mut plain));
                self.put(at, first, &plain)?;
            }
        }
        Ok(())
    }

    /// Adds entries, whose leaves are behind all that are there, and drops those that they replace.
    fn add(&mut self, mut new: Vec<Entry>) -> Result<(), VaultError> {
        let replaced: HashMap<u64, usize> = new
            .iter()
            .enumerate()
            .filter_map(|(at, e)| Some((e.prior?, at)))
            .collect();
        let leaves: Vec<u64> = replaced.keys().copied().collect();
        self.sift(leaves.into_iter(), |old| {
            let by = replaced.get(&old.leaf).and_then(|at| new.get_mut(*at));
            match by.filter(|by| by.object == old.object) {
                Some(by) => {
                    by.first = by.first.min(old.first);
                    false
                }
                None => true,
            }
        })?;
        let encoded: Vec<(u64, Zeroizing<Vec<u8>>)> = new
            .par_iter()
            .map(|e| (e.leaf, Zeroizing::new(e.to_bytes())))
            .collect();
        let mut at = self.head.parts.len();
        let mut plain = Zeroizing::new(Vec::with_capacity(FULL));
        let mut first = 0;
        if let Some(tail) = self.head.parts.last() {
            let stored = self.plain(tail)?;
            if stored.len() < FULL / 2 {
                plain.extend_from_slice(&stored);
                (at, first) = (at - 1, tail.first);
            }
        }
        let mut changed = false;
        for (leaf, bytes) in encoded {
            if !plain.is_empty() && plain.len() + bytes.len() + FRAME > FULL {
                if changed {
                    self.put(at, first, &plain)?;
                }
                at = self.head.parts.len();
                plain.clear();
            }
            if plain.is_empty() {
                first = leaf;
            }
            plain.extend_from_slice(&bytes);
            changed = true;
        }
        if changed {
            self.put(at, first, &plain)?;
        }
        Ok(())
    }

    /// Brings the index up to `size` leaves. `new` are the contents from leaf `since` on; those before
    /// are read. A content that does not open keeps the index where it is.
    fn bring(
        &mut self,
        vault: &Vault,
        since: u64,
        size: u64,
        new: Vec<Entry>,
        gone: &BTreeSet<u64>,
    ) -> Result<(), VaultError> {
        self.tx.make_search()?;
        if self.fresh {
            self.clear()?;
        }
        match sealed_since(vault, self.tx, &self.target, self.head.upto, since) {
            Ok(mut entries) => {
                let mut dead = tombstones(self.tx, self.head.upto)?;
                dead.extend(gone);
                entries.extend(new);
                self.add(latest_of_each(entries))?;
                self.sift(dead.iter().copied(), |e| !dead.contains(&e.leaf))?;
                self.head.upto = size;
                self.head.tip = tip(self.tx, size)?.ok_or(VaultError::LogAltered)?;
            }
            Err(VaultError::Altered { .. }) => {
                self.sift(gone.iter().copied(), |e| !gone.contains(&e.leaf))?;
            }
            Err(e) => return Err(e),
        }
        self.save()
    }

    fn save(&mut self) -> Result<(), VaultError> {
        let sealed = self.seal.seal(HEAD, &[0; 16], &self.head.to_bytes())?;
        self.fresh = false;
        self.tx.set_search_part(&self.target, HEAD, &sealed)
    }
}

/// Of each object among new entries only the last; in the order of the leaves.
fn latest_of_each(entries: Vec<Entry>) -> Vec<Entry> {
    let prior = entries
        .iter()
        .filter_map(|e| Some((e.object, e.prior?)))
        .fold(HashMap::new(), |mut known, (object, prior)| {
            // The first of several is what the index may know.
            known.entry(object).or_insert(prior);
            known
        });
    let mut out = latest(entries);
    for entry in &mut out {
        entry.prior = prior.get(&entry.object).copied();
    }
    out.sort_by_key(|e| e.leaf);
    out
}

/// Leaves that were erased by entries of the log from `from` on.
fn tombstones(tx: &Tx<'_>, from: u64) -> Result<BTreeSet<u64>, VaultError> {
    let mut found = BTreeSet::new();
    tx.each_leaf(from, |_, row| {
        if let Ok(Leaf {
            fact: Fact::Tombstone(leaf),
            ..
        }) = Leaf::from_bytes(&row.leaf)
        {
            found.insert(leaf);
        }
        Ok(())
    })?;
    Ok(found)
}

/// Entries of the contents of a compartment with leaves in `from..to`.
fn sealed_since(
    vault: &Vault,
    tx: &Tx<'_>,
    target: &[u8; 16],
    from: u64,
    to: u64,
) -> Result<Vec<Entry>, VaultError> {
    let id = vault.id();
    let mut found = Vec::new();
    let mut chunk: Vec<(Wrapped, Vec<u8>)> = Vec::with_capacity(CHUNK);
    let mut open = |chunk: &mut Vec<(Wrapped, Vec<u8>)>| -> Result<(), VaultError> {
        let opened = chunk
            .par_drain(..)
            .map(|(wrapped, body)| {
                let sealed = catalog::unwrapped(wrapped, id, body)?;
                if sealed.header.kind != ContentKind::Record {
                    return Ok(None);
                }
                let record = catalog::record(&sealed.open(id)?, sealed.leaf)?;
                let (object, version) = (sealed.header.object, sealed.header.version);
                Ok(Some(Entry::new(
                    object,
                    version,
                    sealed.leaf,
                    None,
                    &record,
                )))
            })
            .collect::<Result<Vec<_>, VaultError>>()?;
        found.extend(opened.into_iter().flatten());
        Ok(())
    };
    if from < to {
        tx.each_content_of(target, from, |at, leaf, row| {
            if at >= to {
                return Ok(());
            }
            let Some(batch) = vault.batch_key(tx, row.batch, at)? else {
                return Ok(());
            };
            chunk.push((Wrapped::new(at, leaf, batch, row.wrapped), row.body));
            if chunk.len() == CHUNK {
                open(&mut chunk)?;
            }
            Ok(())
        })?;
    }
    open(&mut chunk)?;
    Ok(found)
}

/// What a transaction did to contents, as far as the index is concerned.
#[derive(Default)]
pub(super) struct Changes {
    /// Versions of records that were sealed, in order.
    pub new: HashMap<CompartmentId, Vec<Entry>>,
    /// Contents that were erased: compartment, leaf.
    pub gone: Vec<([u8; 16], u64)>,
}

/// Compartments that a slot opens with the keys of now.
pub(super) fn readable<'a>(
    ring: &'a Keyring,
    access: &'a Access,
) -> impl Iterator<Item = (CompartmentId, u32, &'a OpeningKey)> {
    ring.compartments.iter().filter_map(|c| {
        let key = access.compartment(c.id, c.epoch)?;
        Some((c.id, c.epoch, key))
    })
}

/// Brings the stored index up to the end of the log, within the transaction that the changes belong
/// to. `since` is the first leaf of the transaction, `size` the log's size with it.
///
/// Of a compartment that the slot cannot read, an erasure drops the whole index: no entry may outlive
/// its record.
pub(super) fn update(
    vault: &Vault,
    tx: &Tx<'_>,
    since: u64,
    size: u64,
    mut changes: Changes,
) -> Result<(), VaultError> {
    let mut seen = HashSet::new();
    for (id, epoch, key) in readable(&vault.keyring, &vault.access) {
        seen.insert(id.0);
        let new = changes.new.remove(&id).unwrap_or_default();
        let gone: BTreeSet<u64> = changes
            .gone
            .iter()
            .filter(|(target, _)| *target == id.0)
            .map(|(_, leaf)| *leaf)
            .collect();
        if new.is_empty() && gone.is_empty() {
            continue;
        }
        let mut shelf = Shelf::open(tx, vault.id(), id, epoch, key)?;
        if shelf.fresh && new.is_empty() {
            // Nothing to be found here, or nothing that is of use.
            shelf.clear()?;
            continue;
        }
        bring(vault, shelf, since, size, new, &gone)?;
    }
    for (target, _) in &changes.gone {
        if !seen.contains(target) && tx.has_search()? {
            tx.delete_search(Some(target))?;
        }
    }
    Ok(())
}

fn bring(
    vault: &Vault,
    mut shelf: Shelf<'_, '_>,
    since: u64,
    size: u64,
    new: Vec<Entry>,
    gone: &BTreeSet<u64>,
) -> Result<(), VaultError> {
    match shelf.bring(vault, since, size, new, gone) {
        Err(e) if is_broken(&e) => {
            // Once more, from the contents alone.
            shelf.clear()?;
            shelf.bring(vault, size, size, Vec::new(), gone)
        }
        done => done,
    }
}

/// Seals the index again under the keys of a new generation; whoever has the old ones opens nothing
/// of it any more.
pub(super) fn rekey(
    tx: &Tx<'_>,
    vault: &Vault,
    ring: &Keyring,
    access: &Access,
) -> Result<(), VaultError> {
    if !tx.has_search()? {
        return Ok(());
    }
    let mut kept = Vec::new();
    for (id, epoch, key) in readable(&vault.keyring, &vault.access) {
        let shelf = Shelf::open(tx, vault.id(), id, epoch, key)?;
        let plain = shelf.head.parts.iter().map(|part| {
            let plain = shelf.plain(part)?;
            Ok((part.first, plain))
        });
        match plain.collect::<Result<Vec<_>, VaultError>>() {
            Ok(parts) if !shelf.fresh => kept.push((id, shelf.head, parts)),
            Err(e) if !is_broken(&e) => return Err(e),
            _ => {}
        }
    }
    tx.delete_search(None)?;
    for (id, epoch, key) in readable(ring, access) {
        let Some((_, head, parts)) = kept.iter().find(|(of, ..)| *of == id) else {
            continue;
        };
        let mut shelf = Shelf::open(tx, vault.id(), id, epoch, key)?;
        for (first, plain) in parts {
            shelf.put(shelf.head.parts.len(), *first, plain)?;
        }
        (shelf.head.upto, shelf.head.tip) = (head.upto, head.tip);
        shelf.save()?;
    }
    Ok(())
}

/// A record that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Its id.
    pub id: ObjectId,
    /// Its latest version.
    pub version: u32,
    /// The leaf of that.
    pub leaf: u64,
}

/// What all records are found by that a slot can open: in the memory of this program, as of one
/// moment. [`Vault::refresh`] takes in what came since.
pub struct Index {
    /// Latest versions, in the order in which the records were sealed first.
    entries: Vec<Entry>,
    /// Leaves that are taken into account, and the hash of the last.
    size: u64,
    tip: Digest,
}

impl Entry {
    fn found(&self) -> Found {
        Found {
            id: self.object,
            version: self.version,
            leaf: self.leaf,
        }
    }
}

impl Index {
    /// How many records can be found.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The records that fit, with their rank: best first, among equals who was sealed first.
    pub fn search(&self, query: &Query) -> Vec<(u32, Found)> {
        let mut found: Vec<(u32, Found)> = self
            .entries
            .par_iter()
            .filter_map(|e| Some((query.rank(&e.key)?, e.found())))
            .collect();
        found.sort_by_key(|(rank, _)| *rank);
        found
    }

    /// The records that are at least `threshold` alike to one that is not among them, the most alike
    /// first.
    pub fn alike(&self, key: &SearchKey, threshold: f64) -> Vec<(f64, Found)> {
        let mut found: Vec<(f64, Found)> = self
            .entries
            .par_iter()
            .map(|e| (compare_keys(key, &e.key).score, e.found()))
            .filter(|(score, _)| *score >= threshold)
            .collect();
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        found
    }

    /// The records with this case number, however it is written.
    pub fn with_case(&self, typed: &str) -> Vec<Found> {
        let case = crate::record::fold(typed).replace(' ', "");
        let of_case = self.entries.iter().filter(|e| e.key.is_case(&case));
        of_case.map(Entry::found).collect()
    }

    fn take_in(&mut self, new: Vec<Entry>, dead: &BTreeSet<u64>) {
        let mut entries = std::mem::take(&mut self.entries);
        entries.extend(new);
        entries.retain(|e| !dead.contains(&e.leaf));
        self.entries = latest(entries);
    }
}

impl Vault {
    /// What people are found by, from the stored index and, for what is not in it, from the contents.
    /// If much is not in it, it is brought up to date.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`] without the right to read, [`VaultError::KeysChanged`],
    /// [`VaultError::Altered`] if a content that is not in the index does not open.
    pub fn index(&self) -> Result<Index, VaultError> {
        self.require(Rights::READ)?;
        if self.index_is_behind()? {
            // A medium that cannot be written now only costs time.
            let _ = self.write_index();
        }
        let view = self.store.view()?;
        self.same_keys(&view)?;
        let size = view.log_size()?;
        let mut index = Index {
            entries: Vec::new(),
            size,
            tip: tip(&view, size)?.ok_or(VaultError::LogAltered)?,
        };
        let mut all = Vec::new();
        for (id, epoch, key) in readable(&self.keyring, &self.access) {
            if !view.has_batches(&id.0)? {
                continue;
            }
            let mut shelf = Shelf::open(&view, self.id(), id, epoch, key)?;
            let mut here = match shelf.all() {
                Ok(entries) => entries,
                Err(e) if is_broken(&e) => {
                    shelf.head = Head::default();
                    Vec::new()
                }
                Err(e) => return Err(e),
            };
            let upto = shelf.head.upto;
            here.extend(sealed_since(self, &view, &id.0, upto, u64::MAX)?);
            let dead = tombstones(&view, upto)?;
            here.retain(|e| !dead.contains(&e.leaf));
            all.extend(here);
        }
        index.take_in(all, &BTreeSet::new());
        Ok(index)
    }

    /// Takes in what was sealed, amended and erased since the index was read.
    ///
    /// # Errors
    /// As [`Vault::index`].
    pub fn refresh(&self, index: &mut Index) -> Result<(), VaultError> {
        let view = self.store.view()?;
        self.same_keys(&view)?;
        let size = view.log_size()?;
        if tip(&view, index.size)? != Some(index.tip) {
            drop(view);
            *index = self.index()?;
            return Ok(());
        }
        if size == index.size {
            return Ok(());
        }
        let mut new = Vec::new();
        for (id, ..) in readable(&self.keyring, &self.access) {
            new.extend(sealed_since(self, &view, &id.0, index.size, u64::MAX)?);
        }
        index.take_in(new, &tombstones(&view, index.size)?);
        index.size = size;
        index.tip = tip(&view, size)?.ok_or(VaultError::LogAltered)?;
        Ok(())
    }

    fn same_keys(&self, view: &Tx<'_>) -> Result<(), VaultError> {
        if view.meta(meta::KEYRING)?.as_deref() == Some(self.keyring_hash.get().as_slice()) {
            Ok(())
        } else {
            Err(VaultError::KeysChanged)
        }
    }

    fn index_is_behind(&self) -> Result<bool, VaultError> {
        let view = self.store.view()?;
        let size = view.log_size()?;
        for (id, epoch, key) in readable(&self.keyring, &self.access) {
            let shelf = Shelf::open(&view, self.id(), id, epoch, key)?;
            if shelf.is_behind(size)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Writes what is not in the stored index into it. Nobody learns anything from that which the
    /// contents do not show, so it is no act and no leaf.
    fn write_index(&self) -> Result<(), VaultError> {
        let tx = self.store.write()?;
        self.same_keys(&tx)?;
        let size = tx.log_size()?;
        for (id, epoch, key) in readable(&self.keyring, &self.access) {
            let shelf = Shelf::open(&tx, self.id(), id, epoch, key)?;
            if shelf.is_behind(size)? {
                bring(self, shelf, size, size, Vec::new(), &BTreeSet::new())?;
            }
        }
        tx.commit()
    }
}
