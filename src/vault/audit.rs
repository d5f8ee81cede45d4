//! Checking a locked vault without any key (manual: *log*, "What a keyless audit proves").

use std::collections::HashMap;
use std::path::Path;
use std::sync::mpsc::sync_channel;

use super::content::{content_hash, details_hash};
use super::error::VaultError;
use super::evidence;
use super::keyring::{self, Keyring};
use super::store::{BatchRow, Contents, JoinedRow, Mode, Store, Table, Tx};
use super::succession::{Logs, Seen};
use super::{CHECKPOINT_FILE, Location, VaultId, files, keyfile, meta};
use crate::codec::{Decode as _, Encode as _};
use crate::crypto::hash::{Digest, sha256};
use crate::crypto::sign::VerifyingKey;
use crate::i18n::{Localize, Message};
use crate::log::checkpoint::Cosignature;
use crate::log::leaf::LEAF_LEN;
use crate::log::merkle::leaf_hash;
use crate::log::{
    self, Appender, Checkpoint, Frontier, HeadSource, Leaf, NoteKey, Origin, SignedCheckpoint,
    Stored, TileStore, Verifier,
};

/// Largest checkpoint file that is read, bytes.
pub const MAX_CHECKPOINT: usize = 64 << 10;

/// Something wrong with a vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// Something that is wrong with the log or with what is stored for its leaves.
    Log(log::Finding),
    /// SQLite finds the file's structure damaged.
    Structure,
    /// The keyring is not the one that the log names.
    Keyring,
    /// The keyring is missing or cannot be read.
    KeyringMissing,
    /// There is no signed head.
    HeadMissing,
    /// The signature of a head is not valid.
    HeadSignature(HeadSource),
    /// The file `checkpoint` cannot be read.
    CheckpointUnreadable,
    /// The stored tree is not that of the entries.
    Tiles,
    /// The stored edge of the tree is not that of the entries.
    Frontier,
    /// A data key was wrapped again, and no list of the log names the wrap.
    Wrap(u64),
    /// What a restored log says about the one before it does not fit.
    Succession(u64),
    /// Something does not open with the key at hand although it should.
    Unreadable(u64),
    /// An entry carries no valid signature of a slot.
    Signature(u64),
    /// One slot did alone what needed two.
    Alone(u64),
    /// What needs two slots is not what the log says.
    Policy,
}

impl Localize for Finding {
    fn message(&self) -> Message {
        let at = |id, leaf: &u64| Message::new(id).with("leaf", *leaf);
        match self {
            Self::Log(finding) => finding.message(),
            Self::Structure => Message::new("vault-finding-structure"),
            Self::Keyring => Message::new("vault-finding-keyring"),
            Self::KeyringMissing => Message::new("vault-finding-keyring-missing"),
            Self::HeadMissing => Message::new("vault-finding-head-missing"),
            Self::HeadSignature(head) => {
                Message::new("vault-finding-head-signature").with("head", head.message())
            }
            Self::CheckpointUnreadable => Message::new("vault-finding-checkpoint-unreadable"),
            Self::Tiles => Message::new("vault-finding-tiles"),
            Self::Frontier => Message::new("vault-finding-frontier"),
            Self::Wrap(leaf) => at("vault-finding-wrap", leaf),
            Self::Succession(leaf) => at("vault-finding-succession", leaf),
            Self::Unreadable(leaf) => at("vault-finding-unreadable", leaf),
            Self::Signature(leaf) => at("vault-finding-signature", leaf),
            Self::Alone(leaf) => at("vault-finding-alone", leaf),
            Self::Policy => Message::new("vault-finding-policy"),
        }
    }
}

/// What the auditor brings.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The key that signs this vault's heads, from a source other than the vault. Without it, the
    /// key in the keyring is believed, and all that is shown is that the vault fits itself.
    pub key: Option<VerifyingKey>,
    /// Heads of this vault seen earlier, or on paper.
    pub heads: Vec<SignedCheckpoint>,
    /// Keys of those whose cosignatures count.
    pub cosigners: Vec<NoteKey>,
}

/// The latest word of somebody outside: at this time, by their clock, this was the head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastCosigned {
    /// Entries that the cosigned head covers.
    pub size: u64,
    /// Who, and when.
    pub by: Cosignature,
}

/// The latest valid cosignature of a known cosigner on any of these heads, whose log signatures
/// have been checked. A forged line counts for nothing.
pub fn last_cosigned<'h>(
    heads: impl IntoIterator<Item = &'h SignedCheckpoint>,
    cosigners: &[NoteKey],
) -> Option<LastCosigned> {
    let mut all = Vec::new();
    for head in heads {
        let size = head.checkpoint().size();
        for by in head.cosignatures(cosigners).unwrap_or_default() {
            all.push(LastCosigned { size, by });
        }
    }
    all.into_iter().max_by_key(|last| (last.by.time, last.size))
}

/// What an audit found.
#[derive(Debug, Clone)]
pub struct Report {
    /// The vault.
    pub vault: VaultId,
    /// Entries in the log.
    pub size: u64,
    /// Size of the largest signed head that agrees with the entries.
    pub signed: u64,
    /// Contents stored: versions of records, links.
    pub contents: u64,
    /// Contents erased, each with its tombstone.
    pub erased: u64,
    /// The latest signed head.
    pub head: Option<SignedCheckpoint>,
    /// The key with which heads were checked.
    pub key: Option<VerifyingKey>,
    /// The latest cosignature of a known cosigner on a head of this vault.
    pub cosigned: Option<LastCosigned>,
    /// What is wrong, in order of discovery.
    pub findings: Vec<Finding>,
    /// Findings beyond [`MAX_FINDINGS`](crate::log::verify::MAX_FINDINGS) of the log, counted only.
    pub more: u64,
}

impl Report {
    /// Nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}

/// A row on its way to the hashing thread, with the batches that it names.
struct Work {
    row: JoinedRow,
    details_batch: Option<BatchRow>,
    content_batch: Option<BatchRow>,
}

/// What the verifier is told of a row.
struct Hashed {
    leaf: [u8; LEAF_LEN],
    leaf_hash: Digest,
    details: Stored<'static>,
    content: Stored<'static>,
}

impl Work {
    /// Bytes in hand.
    fn len(&self) -> usize {
        let content = self.row.content.as_ref();
        let content = content.map_or(0, |c| c.wrapped.len() + c.body.len());
        LEAF_LEN + self.row.details.len() + content
    }

    fn hash(self) -> Hashed {
        let hashed = |hash: Option<Digest>| hash.map_or(Stored::Unfit, Stored::Hash);
        // The hash does not cover what the batch is for; of the log, there is one way to say it.
        let details = self.details_batch.filter(BatchRow::is_of_log);
        let details = details.map(|b| details_hash(&b, &self.row.details));
        let content = self.row.content.map(|stored| {
            let batch = self.content_batch;
            hashed(batch.map(|b| content_hash(&b, &stored.wrapped, &stored.body)))
        });
        Hashed {
            leaf: self.row.leaf,
            leaf_hash: leaf_hash(&self.row.leaf),
            details: hashed(details),
            content: content.unwrap_or(Stored::Missing),
        }
    }
}

/// The batches that the rows name: a few follow each other, so a few are kept.
struct KnownBatches<'v> {
    view: &'v Tx<'v>,
    kept: HashMap<i64, Option<BatchRow>>,
}

impl KnownBatches<'_> {
    fn get(&mut self, id: i64) -> Option<BatchRow> {
        if let Some(found) = self.kept.get(&id) {
            return found.clone();
        }
        // One that is not of our form belongs to nothing; what names it will be told.
        let found = self.view.batch(id).ok().flatten();
        if self.kept.len() >= 1024 {
            self.kept.clear();
        }
        self.kept.insert(id, found.clone());
        found
    }
}

/// The tree as it should be stored, compared tile by tile as it fills.
struct StoredTiles<'v> {
    view: &'v Tx<'v>,
    count: u64,
    sound: bool,
}

impl TileStore for StoredTiles<'_> {
    type Error = VaultError;

    fn get(&self, level: u8, index: u64) -> Result<Option<Vec<u8>>, VaultError> {
        self.view.tile(level, index)
    }

    fn put(&mut self, level: u8, index: u64, hashes: &[u8]) -> Result<(), VaultError> {
        self.count += 1;
        self.sound &= self.view.tile(level, index)?.as_deref() == Some(hashes);
        Ok(())
    }
}

/// Reads a head from a file.
///
/// # Errors
/// [`VaultError::Io`], or [`VaultError::Decode`] if it is no checkpoint.
pub fn read_head(path: &Path) -> Result<SignedCheckpoint, VaultError> {
    let bytes = files::read_bounded(path, MAX_CHECKPOINT)?;
    SignedCheckpoint::parse(&bytes)
        .map_err(|_| crate::codec::DecodeError::Value("checkpoint").into())
}

/// Checks everything that can be checked without a key: the structure of the file, every stored
/// ciphertext and sealed detail against its leaf, tombstones, order, tree, signatures of heads, and
/// that the vault continues from every known head. Changes nothing. `progress` gets entries seen and
/// entries in all.
///
/// # Errors
/// Only what keeps the audit from being made, among it [`VaultError::Schema`] for a file that is not
/// a vault at all; what is wrong inside is in the report.
pub fn verify(
    location: &Location,
    known: &Known,
    mut progress: impl FnMut(u64, u64),
) -> Result<Report, VaultError> {
    if !location.exists() {
        return Err(VaultError::NoVault);
    }
    let store = Store::open(&location.database(), Mode::ReadOnly)?;
    let view = store.view()?;
    let sound = store.integrity()?;
    let vault = VaultId(
        view.meta(meta::VAULT)?
            .and_then(|v| v.try_into().ok())
            .ok_or(VaultError::Schema)?,
    );
    let ring = read_keyring(location, view.meta(meta::KEYRING)?.as_deref());
    let key = known
        .key
        .or(ring.as_ref().map(|(ring, _)| ring.checkpoint_key));
    let mut findings = Vec::new();
    if !sound {
        findings.push(Finding::Structure);
    }
    let heads = Heads::check(location, known, &view, vault, key, &mut findings)?;
    let (head, cosigned) = (heads.own, heads.cosigned);
    let at = keyring_leaf(ring, &view, known, &mut findings)?;
    let read = read_all(&location.dir, &view, heads.awaited, at, &mut progress)?;
    findings.extend(read.report.findings.iter().copied().map(Finding::Log));
    let unlogged = read.contents.without_leaf.iter();
    let unlogged = unlogged.map(|index| log::Finding::ContentUnlogged { index: *index });
    findings.extend(unlogged.map(Finding::Log));
    if read.contents.rewrapped {
        let unlisted = super::rotate::unlisted(&view)?;
        findings.extend(unlisted.into_iter().map(Finding::Wrap));
    }
    if !read.tiles_sound {
        findings.push(Finding::Tiles);
    }
    if !frontiers_fit(&view, &read.report.frontier, head.as_ref())? {
        findings.push(Finding::Frontier);
    }
    Ok(Report {
        vault,
        size: read.report.size(),
        signed: read.report.signed,
        contents: read.contents.count,
        erased: read.report.erasures,
        head,
        key,
        cosigned,
        findings,
        more: read.report.more,
    })
}

/// The log as it was read, and whether its stored tree is the one that belongs to it.
struct Read {
    report: log::Report,
    contents: Contents,
    tiles_sound: bool,
}

/// What a leaf names and the database does not have may be a file of evidence beside it.
fn beside(dir: &Path, leaf: &[u8; LEAF_LEN]) -> Result<Stored<'static>, VaultError> {
    let logged = Leaf::from_bytes(leaf).ok();
    let Some(hash) = logged.and_then(|l| l.fact.content_hash()) else {
        return Ok(Stored::Missing);
    };
    Ok(match evidence::stored(dir, &hash)? {
        None => Stored::Missing,
        Some(true) => Stored::Hash(hash),
        Some(false) => Stored::Unfit,
    })
}

/// Rows that are hashed at once, and bytes of them: what is in hand stays small.
const HASH_ROWS: usize = 1024;
const HASH_BYTES: usize = 4 << 20;

/// Reads the whole log on this thread and hashes it on another. `keyring` is the leaf whose content
/// is the keyring file, and that file's hash.
fn read_all(
    dir: &Path,
    view: &Tx<'_>,
    heads: Vec<(HeadSource, Checkpoint)>,
    keyring: Option<(u64, Digest)>,
    progress: &mut impl FnMut(u64, u64),
) -> Result<Read, VaultError> {
    let total = view.log_size()?;
    let mut batches = KnownBatches {
        view,
        kept: HashMap::new(),
    };
    let mut tiles = StoredTiles {
        view,
        count: 0,
        sound: true,
    };
    let mut verifier = Verifier::new(heads);
    let mut tree = Appender::new();
    let mut feed = |hashed: Vec<Hashed>| -> Result<(), VaultError> {
        for row in hashed {
            let content = match (keyring, row.content) {
                (Some((leaf, hash)), _) if leaf == verifier.size() => Stored::Hash(hash),
                (_, Stored::Missing) => beside(dir, &row.leaf)?,
                (_, content) => content,
            };
            tree.append(&mut tiles, row.leaf_hash)?;
            verifier.push_hashed(&row.leaf, row.leaf_hash, row.details, content);
        }
        progress(verifier.size(), total);
        Ok(())
    };
    let (contents, gap) = std::thread::scope(|scope| -> Result<_, VaultError> {
        let (to_hash, work) = sync_channel::<Vec<Work>>(2);
        let (done, hashed) = sync_channel::<Vec<Hashed>>(4);
        scope.spawn(move || {
            for rows in work {
                if done
                    .send(rows.into_iter().map(Work::hash).collect())
                    .is_err()
                {
                    break;
                }
            }
        });
        // The other thread ends before this one only if it dies, and then the scope says so.
        let lost = || VaultError::from(std::io::Error::from(std::io::ErrorKind::BrokenPipe));
        let (mut rows, mut bytes, mut waiting) = (Vec::with_capacity(HASH_ROWS), 0, 0);
        let (mut next, mut gap) = (0, false);
        let contents = view.each_joined(|index, row| {
            // Nothing behind a gap can be compared.
            gap |= index != next;
            if gap {
                return Ok(());
            }
            next += 1;
            let content = row.content.as_ref().map(|c| c.batch);
            let work = Work {
                details_batch: batches.get(row.batch),
                content_batch: content.and_then(|id| batches.get(id)),
                row,
            };
            bytes += work.len();
            rows.push(work);
            if rows.len() == HASH_ROWS || bytes >= HASH_BYTES {
                let full = std::mem::replace(&mut rows, Vec::with_capacity(HASH_ROWS));
                to_hash.send(full).map_err(|_| lost())?;
                bytes = 0;
                waiting += 1;
                while waiting > 2 {
                    feed(hashed.recv().map_err(|_| lost())?)?;
                    waiting -= 1;
                }
            }
            Ok(())
        })?;
        to_hash.send(rows).map_err(|_| lost())?;
        drop(to_hash);
        for rows in hashed {
            feed(rows)?;
        }
        Ok((contents, gap))
    })?;
    tree.flush(&mut tiles)?;
    Ok(Read {
        contents,
        tiles_sound: tiles.sound && tiles.count == view.count(Table::Tile)?,
        report: if gap {
            verifier.finish_at_gap()
        } else {
            verifier.finish()
        },
    })
}

/// The keyring, or the one beside it if the chain names that: then a change of keys was interrupted
/// behind its last step but one, and nothing is wrong.
pub(super) fn read_keyring(location: &Location, named: Option<&[u8]>) -> Option<(Keyring, Digest)> {
    let read = |path: &Path| {
        let bytes = files::read_bounded(path, keyring::MAX_FILE).ok()?;
        Some((Keyring::from_bytes(&bytes).ok()?, sha256(&[&bytes])))
    };
    let is_named = |(_, hash): &(Keyring, Digest)| named == Some(hash.as_slice());
    let mut current = read(&location.keyring());
    // A program that ends a change just now moves it from one place to the other between the looks.
    for _ in 0..keyfile::LOOKS {
        if current.as_ref().is_some_and(is_named) {
            break;
        }
        if let Some(staged) = read(&location.staged_keyring()).filter(is_named) {
            return Some(staged);
        }
        current = read(&location.keyring());
    }
    current
}

/// The signed heads of a vault.
struct Heads {
    /// The vault's own.
    own: Option<SignedCheckpoint>,
    /// All whose signature is valid: the log is compared with each.
    awaited: Vec<(HeadSource, Checkpoint)>,
    cosigned: Option<LastCosigned>,
}

impl Heads {
    fn check(
        location: &Location,
        known: &Known,
        view: &Tx<'_>,
        vault: VaultId,
        key: Option<VerifyingKey>,
        findings: &mut Vec<Finding>,
    ) -> Result<Self, VaultError> {
        let logs = Logs::read(view, vault).unwrap_or_else(|_| {
            findings.push(Finding::Succession(0));
            Logs::of(vault)
        });
        let current = Origin::of_vault(&logs.current());
        let parse = |b: Vec<u8>| SignedCheckpoint::parse(&b).ok();
        let own = view.meta(meta::HEAD)?.and_then(parse);
        let file = read_head(&location.dir.join(CHECKPOINT_FILE)).ok();
        if own.is_none() {
            findings.push(Finding::HeadMissing);
        }
        if file.is_none() {
            findings.push(Finding::CheckpointUnreadable);
        }
        let mut found: Vec<(HeadSource, SignedCheckpoint)> = Vec::new();
        found.extend(own.clone().map(|head| (HeadSource::Stored, head)));
        found.extend(file.map(|head| (HeadSource::File, head)));
        for bytes in view.metas(meta::COSIGNED)? {
            match parse(bytes) {
                Some(head) => found.push((HeadSource::Cosigned, head)),
                None => findings.push(Finding::HeadSignature(HeadSource::Cosigned)),
            }
        }
        found.extend(known.heads.iter().map(|h| (HeadSource::Known, h.clone())));
        let (mut awaited, mut signed) = (Vec::new(), Vec::new());
        for (leaf, root) in logs.statements(view, key)? {
            let stated = root.and_then(|r| Checkpoint::new(current.clone(), leaf, r).ok());
            match stated {
                Some(head) => awaited.push((HeadSource::Succession, head)),
                None => findings.push(Finding::Succession(leaf)),
            }
        }
        for (source, head) in found {
            let origin = head.checkpoint().origin();
            // What is kept beside the log is of the log that is appended to.
            let own = matches!(source, HeadSource::Stored | HeadSource::File);
            if !logs.has(origin) || (own && *origin != current) {
                let size = head.checkpoint().size();
                findings.push(Finding::Log(log::Finding::OtherLog { size }));
                continue;
            }
            let seen = key.map(|key| logs.verify(&head, key, view)).transpose()?;
            match seen.flatten() {
                Some(Seen::Compare(same)) => {
                    awaited.push((source, same));
                    signed.push(head);
                }
                Some(Seen::Lost) => {}
                Some(Seen::Untold(found)) => {
                    findings.push(Finding::Log(log::Finding::Truncated {
                        head: source,
                        signed: head.checkpoint().size(),
                        found,
                    }));
                }
                None => findings.push(Finding::HeadSignature(source)),
            }
        }
        Ok(Self {
            own,
            awaited,
            cosigned: last_cosigned(&signed, &known.cosigners),
        })
    }
}

/// The keyring is the one that the log names, and names the key that the auditor knows. Returns the
/// leaf that logged it and its hash, if so.
fn keyring_leaf(
    ring: Option<(Keyring, Digest)>,
    view: &Tx<'_>,
    known: &Known,
    findings: &mut Vec<Finding>,
) -> Result<Option<(u64, Digest)>, VaultError> {
    let Some((ring, hash)) = ring else {
        findings.push(Finding::KeyringMissing);
        return Ok(None);
    };
    let leaf = view
        .meta(meta::KEYRING_LEAF)?
        .and_then(|b| b.try_into().ok())
        .map(u64::from_be_bytes);
    let row = leaf.map(|l| view.leaf(l)).transpose()?.flatten();
    let logged = row
        .and_then(|r| Leaf::from_bytes(&r.leaf).ok())
        .and_then(|l| l.fact.content_hash());
    let named = view.meta(meta::KEYRING)?;
    let key_fits = known.key.is_none_or(|k| k == ring.checkpoint_key);
    if logged != Some(hash) || named.as_deref() != Some(hash.as_slice()) || !key_fits {
        findings.push(Finding::Keyring);
        return Ok(None);
    }
    Ok(leaf.map(|leaf| (leaf, hash)))
}

/// Whether the stored edges of the tree are that of the entries and that of the signed head.
fn frontiers_fit(
    view: &Tx<'_>,
    own: &Frontier,
    head: Option<&SignedCheckpoint>,
) -> Result<bool, VaultError> {
    let stored = view.meta(meta::FRONTIER)?;
    let signed = view.meta(meta::HEAD_FRONTIER)?;
    let signed = signed.and_then(|b| Frontier::from_bytes(&b).ok());
    let head = head.map(SignedCheckpoint::checkpoint);
    let signed_fits = match (signed, head) {
        (Some(f), Some(head)) => f.size() == head.size() && f.root() == *head.root(),
        _ => false,
    };
    Ok(stored.as_deref() == Some(own.to_bytes().as_slice()) && signed_fits)
}
