//! Checking a locked vault without any key (manual: *log*, "What a keyless audit proves").

use std::collections::HashMap;
use std::path::Path;

use super::content::{content_hash, details_hash};
use super::error::VaultError;
use super::evidence;
use super::keyring::{self, Keyring};
use super::store::{BatchRow, JoinedRow, Mode, Store, Table, Tx};
use super::succession::{Logs, Seen};
use super::{CHECKPOINT_FILE, Location, VaultId, files, meta, tiles};
use crate::codec::{Decode as _, Encode as _};
use crate::crypto::hash::{Digest, sha256};
use crate::crypto::sign::VerifyingKey;
use crate::i18n::{Localize, Message};
use crate::log::{Checkpoint, Fact, Frontier, Leaf, Origin, SignedCheckpoint};

/// Most findings that are listed; a thoroughly damaged vault needs no longer list.
pub const MAX_FINDINGS: usize = 1000;
/// Largest checkpoint file that is read, bytes.
pub const MAX_CHECKPOINT: usize = 64 << 10;

/// Something wrong with a vault.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// SQLite finds the file's structure damaged.
    Structure,
    /// The keyring is not the one that the log names.
    Keyring,
    /// The keyring is missing or cannot be read.
    KeyringMissing,
    /// There is no signed head.
    HeadMissing,
    /// The head's signature is not valid.
    HeadSignature,
    /// The head of this size has another root than the stored entries.
    HeadRoot(u64),
    /// The head covers more entries than there are.
    HeadBeyond {
        /// Entries that the head covers.
        size: u64,
        /// Entries that there are.
        have: u64,
    },
    /// The vault does not continue from the head in the file `checkpoint`.
    CheckpointFile,
    /// The file `checkpoint` cannot be read.
    CheckpointUnreadable,
    /// The vault does not continue from a head that the auditor brought.
    KnownHead(u64),
    /// An entry is missing.
    LeafMissing(u64),
    /// An entry cannot be read.
    LeafDamaged(u64),
    /// Sealed details are not those that were logged.
    Details(u64),
    /// Stored content is not what was logged.
    ContentAltered(u64),
    /// Stored content is missing without a tombstone.
    ContentMissing(u64),
    /// There is content that the log does not name.
    ContentUnlogged(u64),
    /// Content is still there after its tombstone.
    ContentErased(u64),
    /// A tombstone belongs to nothing.
    Tombstone(u64),
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
}

impl Localize for Finding {
    fn message(&self) -> Message {
        let at = |id, leaf: &u64| Message::new(id).with("leaf", *leaf);
        match self {
            Self::Structure => Message::new("vault-finding-structure"),
            Self::Keyring => Message::new("vault-finding-keyring"),
            Self::KeyringMissing => Message::new("vault-finding-keyring-missing"),
            Self::HeadMissing => Message::new("vault-finding-head-missing"),
            Self::HeadSignature => Message::new("vault-finding-head-signature"),
            Self::HeadRoot(size) => Message::new("vault-finding-head-root").with("size", *size),
            Self::HeadBeyond { size, have } => Message::new("vault-finding-head-beyond")
                .with("size", *size)
                .with("have", *have),
            Self::CheckpointFile => Message::new("vault-finding-checkpoint-file"),
            Self::CheckpointUnreadable => Message::new("vault-finding-checkpoint-unreadable"),
            Self::KnownHead(size) => Message::new("vault-finding-known-head").with("size", *size),
            Self::LeafMissing(leaf) => at("vault-finding-leaf-missing", leaf),
            Self::LeafDamaged(leaf) => at("vault-finding-leaf-damaged", leaf),
            Self::Details(leaf) => at("vault-finding-details", leaf),
            Self::ContentAltered(leaf) => at("vault-finding-content-altered", leaf),
            Self::ContentMissing(leaf) => at("vault-finding-content-missing", leaf),
            Self::ContentUnlogged(leaf) => at("vault-finding-content-unlogged", leaf),
            Self::ContentErased(leaf) => at("vault-finding-content-erased", leaf),
            Self::Tombstone(leaf) => at("vault-finding-tombstone", leaf),
            Self::Tiles => Message::new("vault-finding-tiles"),
            Self::Frontier => Message::new("vault-finding-frontier"),
            Self::Wrap(leaf) => at("vault-finding-wrap", leaf),
            Self::Succession(leaf) => at("vault-finding-succession", leaf),
            Self::Unreadable(leaf) => at("vault-finding-unreadable", leaf),
            Self::Signature(leaf) => at("vault-finding-signature", leaf),
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
}

/// What an audit found.
#[derive(Debug, Clone)]
pub struct Report {
    /// The vault.
    pub vault: VaultId,
    /// Entries in the log.
    pub size: u64,
    /// Entries that the signed head covers.
    pub signed: u64,
    /// Contents stored: versions of records, links.
    pub contents: u64,
    /// Contents erased, each with its tombstone.
    pub erased: u64,
    /// The latest signed head.
    pub head: Option<SignedCheckpoint>,
    /// The key with which heads were checked.
    pub key: Option<VerifyingKey>,
    /// What is wrong, in order of discovery, at most [`MAX_FINDINGS`].
    pub findings: Vec<Finding>,
}

impl Report {
    /// Nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}

/// What is known of the content of a leaf while the log is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    None,
    Stored,
    Absent,
    Erased,
}

/// A head whose root is compared when the log has grown to its size.
struct Awaited {
    size: u64,
    root: Digest,
    wrong: Finding,
}

struct Audit {
    /// The folder of the vault, for the files beside the database.
    dir: std::path::PathBuf,
    findings: Vec<Finding>,
    frontier: Frontier,
    tree: Tree,
    contents: Vec<Content>,
    awaited: Vec<Awaited>,
    stored: u64,
    erased: u64,
}

impl Audit {
    fn find(&mut self, finding: Finding) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(finding);
        }
    }

    /// Compares the heads of the size reached.
    fn compare_heads(&mut self) {
        let size = self.frontier.size();
        while let Some(next) = self.awaited.last() {
            if next.size != size {
                break;
            }
            let wrong = (next.root != self.frontier.root()).then(|| next.wrong.clone());
            self.awaited.pop();
            if let Some(wrong) = wrong {
                self.find(wrong);
            }
        }
    }

    fn leaf(
        &mut self,
        row: &JoinedRow,
        batches: &HashMap<i64, BatchRow>,
        view: &Tx<'_>,
    ) -> Result<(), VaultError> {
        let index = self.frontier.size();
        let leaf = Leaf::from_bytes(&row.leaf);
        let hash = crate::log::merkle::leaf_hash(&row.leaf);
        self.frontier.append(hash);
        if !self.tree.push(hash, view)? {
            self.find(Finding::Tiles);
        }
        let Ok(leaf) = leaf else {
            self.contents.push(Content::None);
            self.find(Finding::LeafDamaged(index));
            return Ok(());
        };
        // The hash does not cover what the batch is for; of the log, there is one way to say it.
        let details = batches
            .get(&row.batch)
            .filter(|b| b.is_of_log())
            .map(|b| details_hash(b, &row.details));
        if details != Some(leaf.details_hash) {
            self.find(Finding::Details(index));
        }
        let mut content = Content::None;
        match (&leaf.fact, &row.content) {
            (Fact::Content { hash, .. }, Some(stored)) => {
                content = Content::Stored;
                let found = batches
                    .get(&stored.batch)
                    .map(|b| content_hash(b, &stored.wrapped, &stored.body));
                if found != Some(*hash) {
                    self.find(Finding::ContentAltered(index));
                }
            }
            (Fact::Content { hash, .. }, None) => {
                content = match evidence::stored(&self.dir, hash)? {
                    None => Content::Absent,
                    Some(fits) => {
                        if !fits {
                            self.find(Finding::ContentAltered(index));
                        }
                        Content::Stored
                    }
                }
            }
            (_, Some(_)) => self.find(Finding::ContentUnlogged(index)),
            (Fact::Tombstone(target), None) => self.tombstone(index, *target),
            (Fact::None, None) => {}
        }
        self.contents.push(content);
        Ok(())
    }

    fn tombstone(&mut self, index: u64, target: u64) {
        let slot = usize::try_from(target)
            .ok()
            .and_then(|t| self.contents.get_mut(t));
        let finding = match slot {
            Some(state @ (Content::Absent | Content::Stored)) => {
                let still_there = *state == Content::Stored;
                *state = Content::Erased;
                self.erased += 1;
                still_there.then_some(Finding::ContentErased(target))
            }
            _ => Some(Finding::Tombstone(index)),
        };
        if let Some(finding) = finding {
            self.find(finding);
        }
    }
}

/// The tree as it should be stored, compared tile by tile as it fills.
#[derive(Default)]
struct Tree {
    levels: Vec<(u64, Vec<u8>)>,
    written: u64,
}

impl Tree {
    /// Adds a leaf hash; false if a tile that it fills is stored otherwise.
    fn push(&mut self, hash: Digest, view: &Tx<'_>) -> Result<bool, VaultError> {
        let (mut carry, mut sound) = (Some(hash), true);
        let mut level = 0;
        while let Some(hash) = carry.take() {
            if self.levels.len() == level {
                self.levels.push((0, Vec::new()));
            }
            let Some((index, tile)) = self.levels.get_mut(level) else {
                break;
            };
            tile.extend_from_slice(&hash);
            if tile.len() == 256 * 32 {
                let stored = view.tile(level as u8, *index)?;
                sound &= stored.as_deref() == Some(tile.as_slice());
                carry = Some(tiles::root_of(tile));
                tile.clear();
                *index += 1;
                self.written += 1;
            }
            level += 1;
        }
        Ok(sound)
    }

    /// Whether the tiles that are not full are stored as they should be, and none besides.
    fn finish(&self, view: &Tx<'_>) -> Result<bool, VaultError> {
        let mut count = self.written;
        for (level, (index, tile)) in self.levels.iter().enumerate() {
            if tile.is_empty() {
                continue;
            }
            count += 1;
            if view.tile(level as u8, *index)?.as_deref() != Some(tile.as_slice()) {
                return Ok(false);
            }
        }
        Ok(view.count(Table::Tile)? == count)
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
    let total = view.count(Table::Leaf)?;
    let mut audit = Audit {
        dir: location.dir.clone(),
        findings: Vec::new(),
        frontier: Frontier::new(),
        tree: Tree::default(),
        contents: Vec::new(),
        awaited: Vec::new(),
        stored: view.count(Table::Content)?,
        erased: 0,
    };
    if !sound {
        audit.find(Finding::Structure);
    }
    let head = audit.heads(location, known, &view, vault, key, total)?;
    audit.compare_heads();
    let batches = view.batches()?;
    view.each_joined(|index, row| {
        let expected = audit.frontier.size();
        if index != expected {
            audit.find(Finding::LeafMissing(expected));
            return Err(VaultError::Altered { leaf: expected });
        }
        audit.leaf(&row, &batches, &view)?;
        audit.compare_heads();
        progress(audit.frontier.size(), total);
        Ok(())
    })
    .or_else(|e| match e {
        // Told above; nothing after a gap can be compared.
        VaultError::Altered { .. } => Ok(()),
        e => Err(e),
    })?;
    audit.keyring(ring, &view, known)?;
    audit.end(&view)?;
    Ok(Report {
        vault,
        size: audit.frontier.size(),
        signed: head.as_ref().map_or(0, |h| h.checkpoint().size()),
        contents: audit.stored,
        erased: audit.erased,
        head,
        key,
        findings: audit.findings,
    })
}

/// The keyring, or the one beside it if the chain names that: then a change of keys was interrupted
/// behind its last step but one, and nothing is wrong.
fn read_keyring(location: &Location, named: Option<&[u8]>) -> Option<(Keyring, Digest)> {
    let read = |path: &Path| {
        let bytes = files::read_bounded(path, keyring::MAX_FILE).ok()?;
        Some((Keyring::from_bytes(&bytes).ok()?, sha256(&[&bytes])))
    };
    let is_named = |(_, hash): &(Keyring, Digest)| named == Some(hash.as_slice());
    let current = read(&location.keyring());
    if !current.as_ref().is_some_and(is_named)
        && let Some(staged) = read(&location.staged_keyring()).filter(is_named)
    {
        return Some(staged);
    }
    current
}

impl Audit {
    /// Checks signatures of heads, and remembers their roots. Returns the vault's own head.
    fn heads(
        &mut self,
        location: &Location,
        known: &Known,
        view: &Tx<'_>,
        vault: VaultId,
        key: Option<VerifyingKey>,
        total: u64,
    ) -> Result<Option<SignedCheckpoint>, VaultError> {
        let logs = Logs::read(view, vault).unwrap_or_else(|_| {
            self.find(Finding::Succession(0));
            Logs::of(vault)
        });
        let current = Origin::of_vault(&logs.current());
        let seen = |head: &SignedCheckpoint| match key {
            Some(key) => logs.verify(head, key, view),
            None => Ok(None),
        };
        let signed = |head: &SignedCheckpoint| -> Result<Option<Checkpoint>, VaultError> {
            match seen(head)? {
                Some(Seen::Compare(c)) if *head.checkpoint().origin() == current => Ok(Some(c)),
                _ => Ok(None),
            }
        };
        for (leaf, root) in logs.statements(view, key)? {
            match root {
                Some(root) if leaf <= total => self.awaited.push(Awaited {
                    size: leaf,
                    root,
                    wrong: Finding::Succession(leaf),
                }),
                _ => self.find(Finding::Succession(leaf)),
            }
        }
        let own = view
            .meta(meta::HEAD)?
            .and_then(|b| SignedCheckpoint::parse(&b).ok());
        match &own {
            None => self.find(Finding::HeadMissing),
            Some(head) => match signed(head)? {
                None => self.find(Finding::HeadSignature),
                Some(c) => self.await_head(&c, Finding::HeadRoot(c.size()), total),
            },
        }
        match read_head(&location.dir.join(CHECKPOINT_FILE)) {
            Err(_) => self.find(Finding::CheckpointUnreadable),
            Ok(head) => match signed(&head)? {
                None => self.find(Finding::CheckpointFile),
                Some(c) => self.await_head(&c, Finding::CheckpointFile, total),
            },
        }
        for head in &known.heads {
            let wrong = Finding::KnownHead(head.checkpoint().size());
            match seen(head)? {
                None => self.find(wrong),
                Some(Seen::Lost) => {}
                Some(Seen::Compare(c)) => self.await_head(&c, wrong, total),
            }
        }
        self.awaited.sort_by_key(|a| std::cmp::Reverse(a.size));
        Ok(own)
    }

    fn await_head(&mut self, head: &Checkpoint, wrong: Finding, have: u64) {
        if head.size() > have {
            let size = head.size();
            self.find(match wrong {
                Finding::HeadRoot(_) => Finding::HeadBeyond { size, have },
                other => other,
            });
        } else {
            self.awaited.push(Awaited {
                size: head.size(),
                root: *head.root(),
                wrong,
            });
        }
    }

    /// The keyring is the one that the log names, and names the key that the auditor knows.
    fn keyring(
        &mut self,
        ring: Option<(Keyring, Digest)>,
        view: &Tx<'_>,
        known: &Known,
    ) -> Result<(), VaultError> {
        let Some((ring, hash)) = ring else {
            self.find(Finding::KeyringMissing);
            return Ok(());
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
            self.find(Finding::Keyring);
            return Ok(());
        }
        // The file is where this content is stored.
        let slot = leaf
            .and_then(|l| usize::try_from(l).ok())
            .and_then(|l| self.contents.get_mut(l));
        match slot {
            Some(state @ Content::Absent) => *state = Content::Stored,
            _ => self.find(Finding::Keyring),
        }
        Ok(())
    }

    /// What can only be said when the whole log was read.
    fn end(&mut self, view: &Tx<'_>) -> Result<(), VaultError> {
        let absent: Vec<u64> = (0u64..)
            .zip(&self.contents)
            .filter(|(_, c)| **c == Content::Absent)
            .map(|(leaf, _)| leaf)
            .take(MAX_FINDINGS)
            .collect();
        for leaf in absent {
            self.find(Finding::ContentMissing(leaf));
        }
        for leaf in super::rotate::unlisted(view)? {
            self.find(Finding::Wrap(leaf));
        }
        for leaf in view.contents_without_leaf()? {
            self.find(Finding::ContentUnlogged(leaf));
        }
        // A gap leaves heads that were never reached.
        while let Some(left) = self.awaited.pop() {
            self.find(left.wrong);
        }
        if !self.tree.finish(view)? {
            self.find(Finding::Tiles);
        }
        let own = self.frontier.to_bytes();
        if view.meta(meta::FRONTIER)?.as_deref() != Some(own.as_slice()) {
            self.find(Finding::Frontier);
        }
        if let Some(head) = view.meta(meta::HEAD_FRONTIER)?
            && let Some(signed) = view
                .meta(meta::HEAD)?
                .and_then(|b| SignedCheckpoint::parse(&b).ok())
        {
            let fits = Frontier::from_bytes(&head).is_ok_and(|f| {
                f.size() == signed.checkpoint().size() && f.root() == *signed.checkpoint().root()
            });
            if !fits {
                self.find(Finding::Frontier);
            }
        } else {
            self.find(Finding::Frontier);
        }
        Ok(())
    }
}
