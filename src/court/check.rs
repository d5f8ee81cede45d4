//! Checking a folder for a court, without any key of the house that opens other things.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::{CourtError, Keys, names};
use crate::crypto::hash::{Digest, Hasher};
use crate::crypto::sign::VerifyingKey;
use crate::i18n::{Localize, Message};
use crate::log::act::{Act, ActKind};
use crate::log::proof::MAX_PROOF_FILE;
use crate::log::{
    Checkpoint, ConsistencyFile, InclusionFile, Leaf, NoteKey, Origin, SignedCheckpoint,
};
use crate::round::Card;
use crate::round::receipt::{RECEIPT_MAX, Receipt};
use crate::round::trust::CARD_MAX;
use crate::vault::custody::{ITEM_FILE_MAX, ItemFile};
use crate::vault::{Evidence, SlotId};

/// Most files that are read in one folder of the folder.
const FILES_MAX: usize = 100_000;
/// Largest list of keys.
const KEYS_MAX: usize = 4 << 20;

/// What the reader brings.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The key that signs the heads of the log, from a source other than the folder. Without it, the one
    /// in the folder is believed, and all that is shown is that the folder fits itself.
    pub key: Option<VerifyingKey>,
    /// Keys of those whose cosignatures count; without any, those in the folder.
    pub cosigners: Vec<NoteKey>,
}

/// What does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// A file is missing or not of its form.
    File(String),
    /// The log's key in the folder is not the one that the reader knows.
    Key,
    /// A head is not signed by the log, or a cosignature on it is forged; its size.
    Head(u64),
    /// The newest head does not extend this one.
    Fork(u64),
    /// An entry is not in the log, or its act is not the one that it commits to.
    Proof(u64),
    /// The slot that is named has not signed the act.
    Slot(u64),
    /// The description is not what was logged.
    Description(u64),
    /// The file in clear is not the one that was logged; the entry.
    Content(u64),
    /// Acts were left out: so many were opened, so many are here.
    Acts {
        /// What the last act of opening says.
        opened: u64,
        /// What the folder has.
        shown: u64,
    },
    /// A receipt is not signed by the card beside it, or is for something else.
    Receipt(u64),
}

impl Localize for Finding {
    fn message(&self) -> Message {
        let at = |id, entry: u64| Message::new(id).with("entry", entry);
        match self {
            Self::File(name) => Message::new("court-finding-file").with("file", name.as_str()),
            Self::Key => Message::new("court-finding-key"),
            Self::Head(size) => Message::new("court-finding-head").with("size", *size),
            Self::Fork(size) => Message::new("court-finding-fork").with("size", *size),
            Self::Proof(entry) => at("court-finding-proof", *entry),
            Self::Slot(entry) => at("court-finding-slot", *entry),
            Self::Description(entry) => at("court-finding-description", *entry),
            Self::Content(entry) => at("court-finding-content", *entry),
            Self::Acts { opened, shown } => Message::new("court-finding-acts")
                .with("opened", *opened)
                .with("shown", *shown),
            Self::Receipt(entry) => at("court-finding-receipt", *entry),
        }
    }
}

/// An act that was proved.
#[derive(Debug, Clone)]
pub struct CheckedAct {
    /// Its place in the log.
    pub entry: u64,
    /// What was done, by whom, when by the clock of the house, and why.
    pub act: Act,
    /// When it was certainly not there yet: seconds since 1970 by a cosigner's clock.
    pub not_before: Option<u64>,
    /// When it certainly was there: seconds since 1970 by a cosigner's clock.
    pub not_after: Option<u64>,
}

/// A receipt that came back.
#[derive(Debug, Clone)]
pub struct CheckedReceipt {
    /// The entry that logged it.
    pub entry: u64,
    /// The file.
    pub file: Evidence,
    /// What the receiver signed, and as whom; `None` for a scan of a paper, or if no card is beside it.
    pub signed: Option<(Receipt, String)>,
}

/// What became of checking a folder.
#[derive(Debug)]
pub struct Verdict {
    /// The keys that the folder brings.
    pub keys: Keys,
    /// Whether the log's key is known from elsewhere.
    pub key_known: bool,
    /// Whether the cosigners' keys are known from elsewhere.
    pub cosigners_known: bool,
    /// The file: its name, size and SHA-256 as they were logged. `None` if that does not hold.
    pub item: Option<Evidence>,
    /// Entries of the newest head.
    pub size: u64,
    /// Cosignatures: who, when, entries.
    pub cosigned: Vec<(String, u64, u64)>,
    /// The acts, in order.
    pub acts: Vec<CheckedAct>,
    /// The receipts, in order.
    pub receipts: Vec<CheckedReceipt>,
    /// What does not hold.
    pub findings: Vec<Finding>,
    /// Whether the keys from elsewhere, if there are any, are those of the folder.
    pub(super) same_keys: bool,
    hashes: Hashes,
}

/// SHA-256 of the files in clear, by place and expected size. They may be films: each is read once.
type Hashes = BTreeMap<(PathBuf, u64), Option<Digest>>;

impl Verdict {
    /// Whether everything holds.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty() && self.item.is_some()
    }

    /// The last act by which the file was handed over.
    pub fn handed_over(&self) -> Option<&CheckedAct> {
        let kind = ActKind::EvidenceHandedOver;
        self.acts.iter().rev().find(|a| a.act.kind == kind)
    }
}

/// Checks a folder: the file against its sealed description, that and every act against the log, the log
/// against its signature and cosignatures, receipts against their cards.
///
/// # Errors
/// Only what keeps it from being checked; what does not hold is a finding.
pub fn check(dir: &Path, known: &Known) -> Result<Verdict, CourtError> {
    check_by(dir, read_keys(dir)?, known)
}

/// [`check`] of a folder whose keys were read.
pub(super) fn check_by(dir: &Path, keys: Keys, known: &Known) -> Result<Verdict, CourtError> {
    held_against(dir, keys, known, Hashes::new())
}

/// The folder that a verdict is about, held against its own keys only. Files in clear are those that the
/// verdict is about, too: they are not read again.
pub(super) fn by_own_keys(dir: &Path, verdict: &Verdict) -> Result<Verdict, CourtError> {
    let hashes = verdict.hashes.clone();
    held_against(dir, read_keys(dir)?, &Known::default(), hashes)
}

/// The keys that a folder brings.
pub(super) fn read_keys(dir: &Path) -> Result<Keys, CourtError> {
    if !dir.join(names::KEYS).is_file() {
        return Err(CourtError::NoFolder);
    }
    let bytes = read(dir, names::KEYS, KEYS_MAX)?;
    Keys::parse(&bytes).map_err(|error| CourtError::Form {
        name: names::KEYS.to_owned(),
        error,
    })
}

fn held_against(
    dir: &Path,
    keys: Keys,
    known: &Known,
    hashes: Hashes,
) -> Result<Verdict, CourtError> {
    let mut findings = Vec::new();
    let key = known.key.unwrap_or(*keys.log.key());
    if key != *keys.log.key() {
        findings.push(Finding::Key);
    }
    let origin = keys.origin().ok_or(CourtError::NoFolder)?;
    let cosigners = if known.cosigners.is_empty() {
        keys.cosigners.clone()
    } else {
        known.cosigners.clone()
    };
    let same_keys = key == *keys.log.key() && cosigners == keys.cosigners;
    let mut checking = Checking {
        dir,
        hashes,
        keys: &keys,
        key,
        origin,
        cosigners,
        heads: BTreeMap::new(),
        leaves: BTreeMap::new(),
        findings,
    };
    let newest = checking.heads()?;
    let acts = checking.acts()?;
    let item = checking.item(Path::new(names::ITEM))?;
    let receipts = checking.receipts(item.as_ref())?;
    checking.complete(&acts, item.as_ref(), receipts.len() as u64);
    let Checking {
        heads,
        findings,
        hashes,
        ..
    } = checking;
    let cosigned = heads.iter().flat_map(|(size, (_, by))| {
        let by = by.iter().map(|(name, time)| (name.clone(), *time, *size));
        by.collect::<Vec<_>>()
    });
    let cosigned = cosigned.collect();
    Ok(Verdict {
        key_known: known.key.is_some(),
        cosigners_known: !known.cosigners.is_empty(),
        item,
        size: newest,
        cosigned,
        acts,
        receipts,
        findings,
        keys,
        same_keys,
        hashes,
    })
}

/// Reads a file of the folder.
fn read(dir: &Path, name: &str, max: usize) -> Result<Vec<u8>, CourtError> {
    let path = dir.join(name);
    regular(&path)
        .and_then(|()| crate::vault::files::read_bounded(&path, max))
        .map_err(|e| CourtError::io(name, &e))
}

/// A device or a pipe could be read for ever, a link leads out of the folder.
fn regular(path: &Path) -> std::io::Result<()> {
    if fs::symlink_metadata(path)?.is_file() {
        Ok(())
    } else {
        Err(std::io::ErrorKind::InvalidData.into())
    }
}

/// Names in a folder of the folder, in order; none if there is no such folder.
fn list(dir: &Path, name: &str) -> Result<Vec<String>, CourtError> {
    let failed = |e: std::io::Error| CourtError::io(name, &e);
    let path = dir.join(name);
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)?.take(FILES_MAX) {
        let entry = entry.map_err(failed)?;
        found.push(entry.file_name().to_string_lossy().into_owned());
    }
    found.sort_unstable();
    Ok(found)
}

/// Who cosigned a head, and when.
type Cosigned = Vec<(String, u64)>;

struct Checking<'a> {
    dir: &'a Path,
    hashes: Hashes,
    keys: &'a Keys,
    key: VerifyingKey,
    origin: Origin,
    cosigners: Vec<NoteKey>,
    /// Heads that hold, with their cosignatures, by size.
    heads: BTreeMap<u64, (Checkpoint, Cosigned)>,
    /// Leaves that were proved.
    leaves: BTreeMap<u64, (Leaf, Act)>,
    findings: Vec<Finding>,
}

impl Checking<'_> {
    /// A head whose signatures hold.
    fn head(&mut self, head: &SignedCheckpoint) -> Option<(Checkpoint, Cosigned)> {
        let size = head.checkpoint().size();
        let verified = head.verify(&self.origin, self.key).cloned();
        let by = head.cosignatures(&self.cosigners);
        let (Ok(checkpoint), Ok(by)) = (verified, by) else {
            self.findings.push(Finding::Head(size));
            return None;
        };
        let by = by
            .iter()
            .map(|c| (c.key.name().as_str().to_owned(), c.time));
        Some((checkpoint, by.collect()))
    }

    /// Reads the heads. Each must be a beginning of the newest. Returns the newest size.
    fn heads(&mut self) -> Result<u64, CourtError> {
        let mut signed = Vec::new();
        for name in list(self.dir, names::HEADS)? {
            if name.ends_with(".consistency") {
                continue;
            }
            let path = format!("{}/{name}", names::HEADS);
            let bytes = read(self.dir, &path, crate::vault::audit::MAX_CHECKPOINT)?;
            match SignedCheckpoint::parse(&bytes) {
                Ok(head) => signed.extend(self.head(&head)),
                Err(_) => self.findings.push(Finding::File(path)),
            }
        }
        signed.sort_by_key(|(head, _)| head.size());
        let Some((newest, by)) = signed.pop() else {
            self.findings.push(Finding::File(names::HEADS.to_owned()));
            return Ok(0);
        };
        for (head, by) in signed {
            if self.extends(&head, &newest)? {
                self.heads.insert(head.size(), (head, by));
            } else {
                self.findings.push(Finding::Fork(head.size()));
            }
        }
        let size = newest.size();
        self.heads.insert(size, (newest, by));
        Ok(size)
    }

    fn extends(&self, old: &Checkpoint, newest: &Checkpoint) -> Result<bool, CourtError> {
        let name = format!("{}/{}.consistency", names::HEADS, old.size());
        let bytes = read(self.dir, &name, MAX_PROOF_FILE)?;
        Ok(ConsistencyFile::parse(&bytes).is_ok_and(|file| {
            file.checkpoint().checkpoint().same_head(newest) && file.check(old).is_ok()
        }))
    }

    /// Reads the acts.
    fn acts(&mut self) -> Result<Vec<CheckedAct>, CourtError> {
        let mut found = BTreeMap::new();
        for name in list(self.dir, names::CUSTODY)? {
            let path = format!("{}/{name}", names::CUSTODY);
            let bytes = read(self.dir, &path, MAX_PROOF_FILE)?;
            let Ok(file) = InclusionFile::parse(&bytes) else {
                self.findings.push(Finding::File(path));
                continue;
            };
            if let Some(act) = self.act(&file) {
                found.insert(act.entry, act);
            }
        }
        Ok(found.into_values().collect())
    }

    fn act(&mut self, file: &InclusionFile) -> Option<CheckedAct> {
        let entry = file.index();
        let size = file.checkpoint().checkpoint().size();
        // The head under which it is proved is one of those that are known to be one history.
        let one_history = self.heads.get(&size);
        let same = one_history.is_some_and(|(h, _)| h.same_head(file.checkpoint().checkpoint()));
        let opened = file.verify_entry(&self.origin, self.key);
        let (Ok(opened), true) = (opened, same) else {
            self.findings.push(Finding::Proof(entry));
            return None;
        };
        let leaf = *opened.leaf();
        let Some(signed) = opened.act() else {
            self.findings.push(Finding::Proof(entry));
            return None;
        };
        let key = |slot: [u8; 16]| self.keys.slot(&SlotId(slot));
        let by_slot = self.keys.logs().iter().any(|log| {
            let first = key(signed.act.actor)
                .is_some_and(|key| signed.verify(key, log, entry, &leaf.fact).is_ok());
            let second = signed.act.second.is_none_or(|slot| {
                key(slot)
                    .is_some_and(|key| signed.verify_second(key, log, entry, &leaf.fact).is_ok())
            });
            first && second
        });
        if !by_slot {
            self.findings.push(Finding::Slot(entry));
        }
        let times = |heads: &mut dyn Iterator<Item = &(Checkpoint, Cosigned)>| {
            let times = heads.flat_map(|(_, by)| by.iter().map(|(_, time)| *time));
            times.collect::<Vec<u64>>()
        };
        let not_before = times(&mut self.heads.range(..=entry).map(|(_, h)| h));
        let not_after = times(&mut self.heads.range(entry + 1..).map(|(_, h)| h));
        self.leaves.insert(entry, (leaf, signed.act.clone()));
        Some(CheckedAct {
            entry,
            act: signed.act.clone(),
            not_before: not_before.into_iter().max(),
            not_after: not_after.into_iter().min(),
        })
    }

    /// Checks a file in clear against its sealed description, and that against the log.
    fn item(&mut self, place: &Path) -> Result<Option<Evidence>, CourtError> {
        let name = place.join(names::DESCRIPTION).display().to_string();
        let bytes = read(self.dir, &name, ITEM_FILE_MAX)?;
        let Ok(item) = ItemFile::parse(&bytes) else {
            self.findings.push(Finding::File(name));
            return Ok(None);
        };
        let entry = item.leaf();
        let opened = self.leaves.get(&entry).map(|(leaf, _)| item.open(leaf));
        let Some(Ok((what, file))) = opened else {
            self.findings.push(Finding::Description(entry));
            return Ok(None);
        };
        let sealed = self.leaves.get(&what.file_leaf);
        if sealed.is_none_or(|(leaf, _)| leaf.fact != file) {
            self.findings.push(Finding::Description(entry));
            return Ok(None);
        }
        let folder = place.join(names::FILE);
        let folder_name = folder.display().to_string();
        let mut files = list(self.dir, &folder_name)?;
        let (Some(only), true) = (files.pop(), files.is_empty()) else {
            self.findings.push(Finding::File(folder_name));
            return Ok(None);
        };
        let place = (folder.join(only), what.size);
        let there = match self.hashes.get(&place) {
            Some(there) => *there,
            None => {
                let (path, size) = &place;
                let there = hashed(&self.dir.join(path), *size)
                    .map_err(|e| CourtError::io(&path.display().to_string(), &e))?;
                self.hashes.insert(place, there);
                there
            }
        };
        if there != Some(what.sha256) {
            self.findings.push(Finding::Content(entry));
            return Ok(None);
        }
        Ok(Some(what))
    }

    fn receipts(&mut self, item: Option<&Evidence>) -> Result<Vec<CheckedReceipt>, CourtError> {
        let mut found = Vec::new();
        for name in list(self.dir, names::RECEIPTS)? {
            let place = PathBuf::from(names::RECEIPTS).join(&name);
            let Some(file) = self.item(&place)? else {
                continue;
            };
            let act = self.leaves.get(&file.file_leaf).map(|(_, act)| act.clone());
            let receipt = act.filter(|a| a.kind == ActKind::EvidenceReceipt);
            let Some(prior) = receipt.and_then(|a| a.prior) else {
                self.findings.push(Finding::Receipt(file.leaf));
                continue;
            };
            let signed = self.signed(&place, &file, item, prior)?;
            found.push(CheckedReceipt {
                entry: file.file_leaf,
                file,
                signed,
            });
        }
        found.sort_by_key(|r| r.entry);
        Ok(found)
    }

    /// What the receiver signed, if the receipt is a document of this program.
    fn signed(
        &mut self,
        place: &Path,
        file: &Evidence,
        item: Option<&Evidence>,
        prior: u64,
    ) -> Result<Option<(Receipt, String)>, CourtError> {
        if file.size > RECEIPT_MAX as u64 {
            return Ok(None);
        }
        let folder = place.join(names::FILE).display().to_string();
        let Some(only) = list(self.dir, &folder)?.pop() else {
            return Ok(None);
        };
        let bytes = read(self.dir, &format!("{folder}/{only}"), RECEIPT_MAX)?;
        let Ok(receipt) = Receipt::parse(&bytes) else {
            return Ok(None);
        };
        let fits = receipt.entry.is_none_or(|entry| entry == prior)
            && item.is_some_and(|i| (receipt.what, receipt.bytes) == (i.sha256, i.size))
            && self.keys.logs().contains(&receipt.log);
        if !fits {
            self.findings.push(Finding::Receipt(file.file_leaf));
            return Ok(None);
        }
        let card_name = place.join(names::CARD).display().to_string();
        if !self.dir.join(&card_name).is_file() {
            return Ok(None);
        }
        let card = read(self.dir, &card_name, CARD_MAX)?;
        let checked = Card::read(&card).ok().and_then(|card| {
            let receipt = Receipt::read(&bytes, &card).ok()?;
            Some((receipt, card.name().to_owned()))
        });
        if checked.is_none() {
            self.findings.push(Finding::Receipt(file.file_leaf));
        }
        Ok(checked)
    }

    /// Whether all acts are here that the last act of opening speaks of.
    fn complete(&mut self, acts: &[CheckedAct], item: Option<&Evidence>, receipts: u64) {
        let last = acts.iter().rev().find(|a| a.act.kind == ActKind::Disclose);
        let opened = last.map_or(0, |a| a.act.count);
        let shown = acts.len() as u64;
        let of_it = |a: &CheckedAct| {
            let object = item.map(|i| i.id.0);
            a.act.object == object || a.act.kind == ActKind::EvidenceReceipt
        };
        let with_receipts = acts
            .iter()
            .filter(|a| a.act.kind == ActKind::EvidenceReceipt)
            .count() as u64;
        // Each receipt has two acts: one names its sealed bytes, one its description.
        if opened != shown || !acts.iter().all(of_it) || with_receipts != 2 * receipts {
            self.findings.push(Finding::Acts { opened, shown });
        }
    }
}

/// SHA-256 of a file, if it has this size.
fn hashed(path: &Path, size: u64) -> std::io::Result<Option<Digest>> {
    regular(path)?;
    let file = File::open(path)?;
    if file.metadata()?.len() != size {
        return Ok(None);
    }
    let mut file = file.take(size);
    let mut hash = Hasher::new();
    let mut buffer = vec![0u8; 1 << 17];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(Some(hash.finish())),
            n => hash.update(buffer.get(..n).unwrap_or_default()),
        }
    }
}
