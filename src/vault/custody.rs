//! Who had a file of evidence in hand, and what a court needs to check that without trusting the
//! house (manual: *court*).

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{Read, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::content::{self, ContentKind, Header};
use super::error::VaultError;
use super::evidence::Description;
use super::ids::{ObjectId, SlotId, VaultId};
use super::keyring::Rights;
use super::proof::PublicLog;
use super::trail::Entry;
use super::writing::Writing;
use super::{ActNote, Evidence, Vault};
use crate::codec::{Decode as _, DecodeError, from_hex, to_hex};
use crate::crypto::Secret;
use crate::crypto::hash::Digest;
use crate::crypto::sign::VerifyingKey;
use crate::log::act::{ActKind, Reason};
use crate::log::leaf::key_commitment;
use crate::log::proof::Entry as Opened;
use crate::log::{ConsistencyFile, Fact, InclusionFile, Leaf, NoteKey, Origin, SignedCheckpoint};

const HEAD: &str = "sigilo/sealed-item/v1";
/// Largest file with a released description, in bytes.
pub const ITEM_FILE_MAX: usize = 16 << 10;

/// The sealed description of a file of evidence with the key that opens it, and nothing else: with it
/// anybody can check that the SHA-256 of a file in clear is the one that was logged.
pub struct ItemFile {
    pub(super) vault: [u8; 16],
    pub(super) leaf: u64,
    pub(super) object: [u8; 16],
    pub(super) compartment: [u8; 16],
    pub(super) wrap: Digest,
    pub(super) key: Secret<32>,
    pub(super) body: Vec<u8>,
}

impl ItemFile {
    /// The file.
    pub fn to_text(&self) -> String {
        let mut out = format!("{HEAD}\n");
        for (name, value) in [
            ("vault", to_hex(&self.vault)),
            ("entry", self.leaf.to_string()),
            ("object", to_hex(&self.object)),
            ("compartment", to_hex(&self.compartment)),
            ("wrap", to_hex(&self.wrap)),
            ("key", to_hex(self.key.expose())),
            ("body", STANDARD.encode(&self.body)),
        ] {
            let _ = writeln!(out, "{name} {value}");
        }
        out
    }

    /// Reads a file; checks form only.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, DecodeError> {
        let bad = || DecodeError::Value("item");
        if bytes.len() > ITEM_FILE_MAX {
            return Err(DecodeError::Length);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| bad())?;
        let mut lines = text.lines();
        if lines.next() != Some(HEAD) {
            return Err(bad());
        }
        let mut value = |name: &str| {
            let rest = lines.next().and_then(|l| l.strip_prefix(name));
            rest.and_then(|r| r.strip_prefix(' ')).ok_or_else(bad)
        };
        let item = Self {
            vault: array(value("vault")?)?,
            leaf: value("entry")?.parse().map_err(|_| bad())?,
            object: array(value("object")?)?,
            compartment: array(value("compartment")?)?,
            wrap: array(value("wrap")?)?,
            key: Secret::from_slice(&array::<32>(value("key")?)?).map_err(|_| bad())?,
            body: STANDARD.decode(value("body")?).map_err(|_| bad())?,
        };
        if item.to_text() != text {
            return Err(bad());
        }
        Ok(item)
    }

    /// The leaf that it belongs to.
    pub fn leaf(&self) -> u64 {
        self.leaf
    }

    /// Opens the description, after the sealed bytes and the key were found to be those that the leaf
    /// commits to. Says also what the leaf of the sealed file must say.
    ///
    /// # Errors
    /// [`VaultError::Altered`].
    pub fn open(&self, logged: &Leaf) -> Result<(Evidence, Fact), VaultError> {
        let altered = || VaultError::Altered { leaf: self.leaf };
        let fact = Fact::Content {
            hash: content::body_hash(&self.wrap, &self.body),
            key: Some(key_commitment(&self.key)),
        };
        if logged.fact != fact {
            return Err(altered());
        }
        let header = Header {
            object: ObjectId(self.object),
            version: 1,
            kind: ContentKind::Evidence,
        };
        let vault = VaultId(self.vault);
        let body = content::open_body(vault, &self.compartment, &self.key, &header, &self.body)
            .map_err(|_| altered())?;
        let what = Description::from_bytes(&body).map_err(|_| altered())?;
        Ok((what.told(header.object, self.leaf), what.fact()))
    }
}

fn array<const N: usize>(text: &str) -> Result<[u8; N], DecodeError> {
    let bytes = from_hex(text)?;
    bytes.try_into().map_err(|_| DecodeError::Length)
}

/// What leaves the house with a file of evidence.
pub struct Released {
    /// The file.
    pub evidence: Evidence,
    /// Its sealed description, and those of the receipts.
    pub items: Vec<ItemFile>,
    /// Receipts for it that came back.
    pub receipts: Vec<Evidence>,
    /// Every act on it, opened, in order.
    pub custody: Vec<InclusionFile>,
    /// The heads by which the acts are proved and bounded in time, from the smallest; each but the last
    /// with the proof that the last one extends it.
    pub heads: Vec<(SignedCheckpoint, Option<ConsistencyFile>)>,
    /// The key that signs the heads.
    pub key: NoteKey,
    /// Ids of the logs before this one, if the vault was restored.
    pub former: Vec<[u8; 16]>,
    /// Cosigners that the house trusts.
    pub cosigners: Vec<NoteKey>,
    /// The keys of the slots that acted.
    pub slots: Vec<(SlotId, VerifyingKey)>,
    /// The act by which it leaves.
    pub entry: u64,
}

/// How a file of evidence leaves the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// It was taken out.
    Extracted,
    /// It was handed over to somebody, who is named in the reason.
    HandedOver,
}

impl Vault {
    /// The ids of this vault's logs, the current one first.
    pub fn log_ids(&self) -> Vec<[u8; 16]> {
        let logs = self.logs.borrow();
        std::iter::once(logs.current())
            .chain(logs.former())
            .collect()
    }

    /// Every act on a file of evidence, in order: added, seen, extracted, handed over, and the receipts
    /// that came back for it.
    ///
    /// # Errors
    /// As [`Vault::trail`].
    pub fn custody(&self, evidence: ObjectId) -> Result<Vec<Entry>, VaultError> {
        let mut handed = BTreeSet::new();
        let mut found = Vec::new();
        self.trail(0, |entry| {
            let of_it = entry.act.object == Some(evidence.0);
            let prior = entry.act.prior;
            let receipt = entry.act.kind == ActKind::EvidenceReceipt
                && prior.is_some_and(|p| handed.contains(&p));
            if of_it && entry.act.kind == ActKind::EvidenceHandedOver {
                handed.insert(entry.index);
            }
            if of_it || receipt {
                found.push(entry);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Logs that somebody looked at a file of evidence.
    ///
    /// # Errors
    /// What the database says.
    pub fn see_evidence(&self, evidence: &Evidence, reason: &Reason) -> Result<(), VaultError> {
        let note = ActNote::new(ActKind::EvidenceSeen);
        self.log(
            note.on(evidence.id.0, 1)
                .after(evidence.leaf)
                .because(reason),
        )
    }

    /// Keeps a receipt for evidence that was handed over by the act `handed_over`: the signed document,
    /// or a scan of a paper.
    ///
    /// # Errors
    /// [`VaultError::NoSuchEntry`] if that act handed over something else; as
    /// [`Vault::add_evidence`].
    pub fn keep_receipt(
        &self,
        evidence: &Evidence,
        handed_over: u64,
        name: &str,
        input: impl Read,
        reason: &Reason,
    ) -> Result<Evidence, VaultError> {
        let acts = self.custody(evidence.id)?;
        let fits = |e: &Entry| e.index == handed_over && e.act.kind == ActKind::EvidenceHandedOver;
        if !acts.iter().any(fits) {
            return Err(VaultError::NoSuchEntry {
                entry: handed_over,
                signed: self.log_size()?,
            });
        }
        let note = ActNote::new(ActKind::EvidenceReceipt)
            .after(handed_over)
            .because(reason);
        self.seal_evidence(evidence.record, name, input, note, |_| {})
    }

    /// Lets a file of evidence out with all that a court needs: logs it, then opens every act on it with
    /// its proof. The bytes are written by [`Vault::write_released`].
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`] without the rights to export and to read the log,
    /// [`VaultError::NeedsTwo`], [`VaultError::Altered`] with nothing logged.
    pub fn release_evidence(
        &self,
        evidence: &Evidence,
        leaving: Leaving,
        reason: &Reason,
    ) -> Result<Released, VaultError> {
        self.require(Rights::READ.and(Rights::EXPORT).and(Rights::LOG))?;
        self.require_two(super::Guarded::Evidence, 1)?;
        self.check_evidence(evidence)?;
        let before = self.custody(evidence.id)?;
        let is_receipt = |e: &Evidence| before.iter().any(|entry| entry.index == e.file_leaf);
        let mut receipts = self.evidence()?;
        receipts.retain(|e| e.id != evidence.id && is_receipt(e));
        for receipt in &receipts {
            self.check_evidence(receipt)?;
        }
        let entry = self.log_leaving(evidence, leaving, &receipts, before.len(), reason)?;
        let after = self.custody(evidence.id)?;
        let (items, opened) = {
            let view = self.store.view()?;
            let items = std::iter::once(evidence).chain(&receipts);
            let items = items.map(|e| self.release_content(&view, e.leaf));
            let items = items.collect::<Result<Vec<_>, _>>()?;
            let open = |act: &Entry| {
                let row = view.leaf(act.index)?;
                let row = row.ok_or(VaultError::Altered { leaf: act.index })?;
                super::trail::open_entry(self, &view, act.index, row)
            };
            let opened: Vec<Opened> = after.iter().map(open).collect::<Result<_, _>>()?;
            (items, opened)
        };
        let mut slots = Vec::new();
        for act in &after {
            for slot in std::iter::once(act.act.actor).chain(act.act.second) {
                let slot = SlotId(slot);
                let known = self.keyring.slot_key(slot);
                let key = known.ok_or(VaultError::Altered { leaf: act.index })?;
                if !slots.contains(&(slot, key)) {
                    slots.push((slot, key));
                }
            }
        }
        let cosigners = self.cosigners()?;
        let log = PublicLog::open(&self.location)?;
        let heads = Heads::of(self, &log, &cosigners)?;
        let prove = |(act, entry): (&Entry, &Opened)| {
            log.inclusion(act.index, entry, heads.earliest(act.index).clone())
        };
        let custody = after.iter().zip(&opened).map(prove);
        let custody = custody.collect::<Result<Vec<_>, _>>()?;
        let places: Vec<u64> = after.iter().map(|act| act.index).collect();
        Ok(Released {
            evidence: evidence.clone(),
            items,
            receipts,
            custody,
            heads: heads.involved(&log, &places)?,
            key: self.checkpoint_key(),
            former: self.logs.borrow().former(),
            cosigners,
            slots,
            entry,
        })
    }

    /// Logged before anything leaves the house.
    fn log_leaving(
        &self,
        evidence: &Evidence,
        leaving: Leaving,
        receipts: &[Evidence],
        acts: usize,
        reason: &Reason,
    ) -> Result<u64, VaultError> {
        let kind = match leaving {
            Leaving::Extracted => ActKind::EvidenceExtracted,
            Leaving::HandedOver => ActKind::EvidenceHandedOver,
        };
        let mut writing = Writing::begin(self)?;
        for receipt in receipts {
            let note = ActNote::new(ActKind::EvidenceExtracted).on(receipt.id.0, 1);
            writing.act(note.after(receipt.leaf).because(reason), Fact::None)?;
        }
        let note = ActNote::new(kind).on(evidence.id.0, 1);
        let entry = writing.act(note.after(evidence.leaf).because(reason), Fact::None)?;
        // This act, the one before and all earlier ones are opened.
        let note = ActNote::new(ActKind::Disclose).on(evidence.id.0, 1);
        writing.act(note.count(acts as u64 + 2).after(entry), Fact::None)?;
        writing.finish()?;
        Ok(entry)
    }

    /// Writes a file of evidence that was released, or one of its receipts; the release logged it.
    ///
    /// # Errors
    /// [`VaultError::Altered`], or what the system says; what was written then is not the file.
    pub fn write_released(
        &self,
        _released: &Released,
        which: &Evidence,
        out: &mut impl Write,
    ) -> Result<(), VaultError> {
        self.write_evidence(which, out)
    }
}

/// The heads of a log that others have cosigned, and the newest.
struct Heads {
    cosigned: Vec<SignedCheckpoint>,
    newest: SignedCheckpoint,
}

impl Heads {
    fn of(vault: &Vault, log: &PublicLog, cosigners: &[NoteKey]) -> Result<Self, VaultError> {
        let origin = Origin::of_vault(&vault.logs.borrow().current());
        let key = vault.keyring.checkpoint_key;
        let mut cosigned = log.cosigned().to_vec();
        cosigned.retain(|head| {
            let by = head.cosignatures(cosigners);
            head.verify(&origin, key).is_ok() && by.is_ok_and(|by| !by.is_empty())
        });
        Ok(Self {
            cosigned,
            newest: log.head().clone(),
        })
    }

    /// The smallest cosigned head that covers a leaf, for its time is the earliest by which the leaf is
    /// proved to have been there; else the newest.
    fn earliest(&self, index: u64) -> &SignedCheckpoint {
        let covers = |h: &&SignedCheckpoint| h.checkpoint().size() > index;
        self.cosigned.iter().find(covers).unwrap_or(&self.newest)
    }

    /// The largest cosigned head in which a leaf is not yet.
    fn latest_without(&self, index: u64) -> Option<&SignedCheckpoint> {
        let lacks = |h: &&SignedCheckpoint| h.checkpoint().size() <= index;
        self.cosigned.iter().rev().find(lacks)
    }

    fn involved(
        &self,
        log: &PublicLog,
        places: &[u64],
    ) -> Result<Vec<(SignedCheckpoint, Option<ConsistencyFile>)>, VaultError> {
        let wanted = places.iter().flat_map(|index| {
            let before = self.latest_without(*index);
            before.into_iter().chain([self.earliest(*index)])
        });
        let sizes: BTreeSet<u64> = wanted.map(|h| h.checkpoint().size()).collect();
        let newest = self.newest.checkpoint().size();
        let mut out = Vec::new();
        for head in &self.cosigned {
            let size = head.checkpoint().size();
            if sizes.contains(&size) && size < newest {
                let proof = log.consistency(size, self.newest.clone())?;
                out.push((head.clone(), Some(proof)));
            }
        }
        out.push((self.newest.clone(), None));
        Ok(out)
    }
}
