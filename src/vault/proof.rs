//! A vault's log as anybody can read it: proofs, audit bundles, heads that others have cosigned
//! (manual: *log*, "Proof files", "Audit bundle", "Cosigned heads").

use std::path::Path;

use super::error::VaultError;
use super::keyring::{Keyring, Rights};
use super::state::StateChange;
use super::store::{Mode, Store, Tx};
use super::tiles::Tiles;
use super::writing::Writing;
use super::{ActNote, Location, SlotId, Vault, audit, meta};
use crate::codec::Decode as _;
use crate::crypto::hash::Digest;
use crate::log::act::{ActKind, Reason};
use crate::log::bundle::BundleWriter;
use crate::log::merkle::{MakeProofError, ProofError, root_at};
use crate::log::offer::{EARLIER_MAX, Earlier, HeadOffer};
use crate::log::proof::Entry;
use crate::log::tiles::{TileError, TileReader};
use crate::log::{ConsistencyFile, Fact, InclusionFile, Leaf, NoteKey, Origin, SignedCheckpoint};

/// Name of the state with the keys of the cosigners that the vault trusts.
const COSIGNERS: &str = "cosigners";
/// Most cosigners, and most cosigned heads of one size class that are kept.
const MAX_COSIGNERS: usize = 64;

/// The log of a locked vault.
pub struct PublicLog {
    store: Store,
    keyring: Option<Keyring>,
    head: SignedCheckpoint,
    cosigned: Vec<SignedCheckpoint>,
    former: Vec<Origin>,
}

fn proof_error(error: MakeProofError<TileError<VaultError>>) -> VaultError {
    match error {
        MakeProofError::Request(ProofError::Index { index, size }) => VaultError::NoSuchEntry {
            entry: index,
            signed: size,
        },
        MakeProofError::Request(ProofError::Sizes { old, .. }) => {
            VaultError::OtherHead { size: old }
        }
        MakeProofError::Request(_) => VaultError::LogAltered,
        MakeProofError::Source(e) => tile_error(e),
    }
}

fn tile_error(error: TileError<VaultError>) -> VaultError {
    match error {
        TileError::Store(e) => e,
        _ => VaultError::LogAltered,
    }
}

/// The head that is stored, with the cosignatures that are kept of the same head.
fn stored_heads(view: &Tx<'_>) -> Result<(SignedCheckpoint, Vec<SignedCheckpoint>), VaultError> {
    let altered = |_| VaultError::LogAltered;
    let head = view.meta(meta::HEAD)?.ok_or(VaultError::LogAltered)?;
    let mut head = SignedCheckpoint::parse(&head).map_err(altered)?;
    let mut cosigned = Vec::new();
    for bytes in view.metas(meta::COSIGNED)? {
        let kept = SignedCheckpoint::parse(&bytes).map_err(altered)?;
        if kept.checkpoint() == head.checkpoint() {
            head.merge(&kept)?;
        }
        cosigned.push(kept);
    }
    Ok((head, cosigned))
}

impl PublicLog {
    /// Opens the log of a vault without any key. Nothing is checked: [`audit::verify`] does.
    ///
    /// # Errors
    /// What keeps it from being read.
    pub fn open(location: &Location) -> Result<Self, VaultError> {
        if !location.exists() {
            return Err(VaultError::NoVault);
        }
        let store = Store::open(&location.database(), Mode::ReadOnly)?;
        let (named, heads, former) = {
            let view = store.view()?;
            let vault = view.meta(meta::VAULT)?.and_then(|v| v.try_into().ok());
            let vault = super::VaultId(vault.ok_or(VaultError::Schema)?);
            let logs = super::succession::Logs::read(&view, vault)?;
            let former = logs.former().iter().map(Origin::of_vault).collect();
            (view.meta(meta::KEYRING)?, stored_heads(&view)?, former)
        };
        let keyring = audit::read_keyring(location, named.as_deref()).map(|(ring, _)| ring);
        Ok(Self {
            store,
            keyring,
            head: heads.0,
            cosigned: heads.1,
            former,
        })
    }

    /// The latest signed head.
    pub fn head(&self) -> &SignedCheckpoint {
        &self.head
    }

    /// The logs before this one, if the vault was restored.
    pub fn former(&self) -> &[Origin] {
        &self.former
    }

    /// The heads that others have cosigned, the largest last.
    pub fn cosigned(&self) -> &[SignedCheckpoint] {
        &self.cosigned
    }

    /// The head to prove an entry against: the largest cosigned one that covers it, for only that
    /// counts against an insider; else the latest.
    pub fn best_head(&self, index: u64) -> &SignedCheckpoint {
        let covers = |h: &&SignedCheckpoint| h.checkpoint().size() > index;
        let cosigned = self.cosigned.iter().rev().find(covers);
        cosigned.unwrap_or(&self.head)
    }

    /// The key that signs the heads, as the vault's own keyring has it.
    pub fn key(&self) -> Option<NoteKey> {
        let ring = self.keyring.as_ref()?;
        Some(self.head.checkpoint().origin().log_key(ring.checkpoint_key))
    }

    /// The key with which a slot signs its acts.
    pub fn slot_key(&self, slot: SlotId) -> Option<crate::crypto::sign::VerifyingKey> {
        self.keyring.as_ref()?.slot_key(slot)
    }

    /// A leaf.
    ///
    /// # Errors
    /// [`VaultError::NoSuchEntry`], [`VaultError::Altered`] or what the database says.
    pub fn leaf(&self, index: u64) -> Result<Leaf, VaultError> {
        let row = self.store.view()?.leaf(index)?;
        let row = row.ok_or(VaultError::NoSuchEntry {
            entry: index,
            signed: self.head.checkpoint().size(),
        })?;
        Leaf::from_bytes(&row.leaf).map_err(|_| VaultError::Altered { leaf: index })
    }

    /// Root of the first `size` leaves, as the stored tree says.
    ///
    /// # Errors
    /// [`VaultError::LogAltered`] if the tree is damaged or smaller, or what the database says.
    pub fn root_at(&self, size: u64) -> Result<Digest, VaultError> {
        let view = self.store.view()?;
        let tiles = Tiles(&view);
        root_at(
            &TileReader::new(&tiles, self.head.checkpoint().size()),
            size,
        )
        .map_err(tile_error)
    }

    /// Makes an inclusion proof.
    ///
    /// # Errors
    /// [`VaultError::NoSuchEntry`] if the head does not cover the entry.
    pub fn inclusion(
        &self,
        index: u64,
        entry: &Entry,
        head: SignedCheckpoint,
    ) -> Result<InclusionFile, VaultError> {
        let view = self.store.view()?;
        let tiles = Tiles(&view);
        let reader = TileReader::new(&tiles, self.head.checkpoint().size());
        InclusionFile::make(&reader, index, Some(entry), head).map_err(proof_error)
    }

    /// Makes a consistency proof from the first `old` leaves to a head of this log.
    ///
    /// # Errors
    /// [`VaultError::OtherHead`] if `old` is larger than the head.
    pub fn consistency(
        &self,
        old: u64,
        head: SignedCheckpoint,
    ) -> Result<ConsistencyFile, VaultError> {
        let view = self.store.view()?;
        let tiles = Tiles(&view);
        let reader = TileReader::new(&tiles, self.head.checkpoint().size());
        ConsistencyFile::make(&reader, old, head).map_err(proof_error)
    }

    /// The signed head and how it continues each of these sizes and each head that others have cosigned,
    /// the latest of them.
    ///
    /// # Errors
    /// [`VaultError::LogAltered`] or what the database says.
    pub fn offer(&self, sizes: &[u64]) -> Result<HeadOffer, VaultError> {
        let newest = self.head.checkpoint().size();
        let cosigned = self.cosigned.iter().map(|h| h.checkpoint().size());
        let mut sizes: Vec<u64> = sizes.iter().copied().chain(cosigned).collect();
        sizes.retain(|size| (1..newest).contains(size));
        sizes.sort_unstable();
        sizes.dedup();
        let surplus = sizes.len().saturating_sub(EARLIER_MAX);
        let latest = sizes.get(surplus..).unwrap_or_default();
        let earlier = latest.iter().map(|size| {
            Ok(Earlier {
                size: *size,
                root: self.root_at(*size)?,
                hashes: self
                    .consistency(*size, self.head.clone())?
                    .hashes()
                    .to_vec(),
            })
        });
        Ok(HeadOffer {
            earlier: earlier.collect::<Result<_, VaultError>>()?,
            head: self.head.clone(),
        })
    }

    /// Writes an audit bundle up to the signed head into a new folder. Returns how many leaves lie
    /// behind that head and were left out. `progress` gets the number of leaves written.
    ///
    /// # Errors
    /// [`VaultError::Bundle`], [`VaultError::NoKeyring`] or what the database says.
    pub fn export(&self, dir: &Path, mut progress: impl FnMut(u64)) -> Result<u64, VaultError> {
        let key = self.key().ok_or(VaultError::NoKeyring)?;
        let size = self.head.checkpoint().size();
        let mut writer = BundleWriter::create(dir)?;
        let mut behind = 0;
        let view = self.store.view()?;
        view.each_leaf(0, |index, row| {
            if index >= size {
                behind += 1;
                return Ok(());
            }
            if index != writer.size() {
                return Err(VaultError::Altered {
                    leaf: writer.size(),
                });
            }
            writer.push(&row.leaf)?;
            progress(index + 1);
            Ok(())
        })?;
        writer.finish(&self.head, &key, &self.cosigned)?;
        Ok(behind)
    }
}

/// The text of a list of keys: one verifier key a line.
fn read_keys(bytes: &[u8]) -> Result<Vec<NoteKey>, VaultError> {
    let bad = || crate::codec::DecodeError::Value("cosigners");
    let text = std::str::from_utf8(bytes).map_err(|_| bad())?;
    let keys = text.lines().map(|line| line.parse().map_err(|_| bad()));
    Ok(keys.collect::<Result<_, _>>()?)
}

impl Vault {
    /// The keys of the cosigners that this vault trusts.
    ///
    /// # Errors
    /// As [`Vault::state`].
    pub fn cosigners(&self) -> Result<Vec<NoteKey>, VaultError> {
        match self.state(COSIGNERS)? {
            None => Ok(Vec::new()),
            Some(state) => read_keys(&state.body),
        }
    }

    /// Trusts more cosigners, whose keys somebody has compared.
    ///
    /// # Errors
    /// As [`Vault::set_state`].
    pub fn trust_cosigners(&self, more: &[NoteKey]) -> Result<(), VaultError> {
        let state = self.state(COSIGNERS)?;
        let version = state.as_ref().map_or(0, |s| s.version);
        let mut keys = state.map_or(Ok(Vec::new()), |s| read_keys(&s.body))?;
        let before = keys.len();
        for key in more {
            if !keys.contains(key) {
                keys.push(key.clone());
            }
        }
        if keys.len() == before {
            return Ok(());
        }
        if keys.len() > MAX_COSIGNERS {
            return Err(VaultError::TooLarge);
        }
        let text: String = keys.iter().map(|k| format!("{k}\n")).collect();
        let change = StateChange::put(COSIGNERS, version, text.into_bytes().into());
        let names: Vec<&str> = more.iter().map(|k| k.name().as_str()).collect();
        let note = ActNote::new(ActKind::Trust);
        let note = match Reason::new(&names.join(", ")) {
            Ok(reason) => note.because(&reason),
            Err(_) => note,
        };
        self.set_state(&[change], note)
    }

    /// Takes back a head of this log that others have cosigned, and logs it. Returns what it is
    /// worth: the latest cosignature of a trusted cosigner on it.
    ///
    /// # Errors
    /// [`VaultError::Head`] if it is not signed by this log or a cosignature is forged,
    /// [`VaultError::OtherHead`] if it is no head of these entries, [`VaultError::NotCosigned`].
    pub fn import_cosigned(
        &self,
        head: &SignedCheckpoint,
    ) -> Result<audit::LastCosigned, VaultError> {
        self.require(Rights::READ.and(Rights::SEAL))?;
        let origin = Origin::of_vault(&self.logs.borrow().current());
        let checked = head.verify(&origin, self.keyring.checkpoint_key)?;
        let cosigners = self.cosigners()?;
        head.cosignatures(&cosigners)?;
        let worth = audit::last_cosigned([head], &cosigners).ok_or(VaultError::NotCosigned)?;
        let size = checked.size();
        // The first word from outside on a log that follows on another is one on the succession.
        let restored = self.log_ids().len() > 1;
        let of_this = |h: &SignedCheckpoint| *h.checkpoint().origin() == origin;
        let kind = if restored && !self.cosigned_heads()?.iter().any(of_this) {
            ActKind::SuccessionCosigned
        } else {
            ActKind::Cosigned
        };
        let mut writing = Writing::begin(self)?;
        {
            let tx = writing.tx();
            let reader_size = super::writing::read_frontier(tx, meta::FRONTIER)?.size();
            let tiles = Tiles(tx);
            let root = if size > reader_size {
                None
            } else {
                Some(root_at(&TileReader::new(&tiles, reader_size), size).map_err(tile_error)?)
            };
            if root.as_ref() != Some(checked.root()) {
                return Err(VaultError::OtherHead { size });
            }
            let name = format!("{}{size:019}", meta::COSIGNED);
            let mut kept = head.clone();
            if let Some(before) = tx.meta(&name)? {
                let before = SignedCheckpoint::parse(&before)?;
                // A cosigner's newer line on the same head takes the place of its older one.
                kept.merge(&before)?;
            }
            tx.set_meta(&name, kept.to_string().as_bytes())?;
        }
        let note = ActNote::new(kind);
        let note = match size.checked_sub(1) {
            Some(last) => note.after(last),
            None => note,
        };
        writing.act(note, Fact::None)?;
        writing.finish()?;
        Ok(worth)
    }

    /// The heads that others have cosigned, the largest last.
    ///
    /// # Errors
    /// [`VaultError::LogAltered`] or what the database says.
    pub fn cosigned_heads(&self) -> Result<Vec<SignedCheckpoint>, VaultError> {
        Ok(stored_heads(&self.store.view()?)?.1)
    }

    /// Opens the acts of entries for others to see, and logs that. Each file has one act with its
    /// salt and its proof, and nothing of any other.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`] without the right to read the log, [`VaultError::NoSuchEntry`],
    /// [`VaultError::Altered`].
    pub fn disclose(&self, entries: &[u64]) -> Result<Vec<InclusionFile>, VaultError> {
        self.require(Rights::LOG)?;
        let opened = {
            let view = self.store.view()?;
            let size = view.count(super::store::Table::Leaf)?;
            let open = |index: &u64| {
                let missing = VaultError::NoSuchEntry {
                    entry: *index,
                    signed: size,
                };
                let row = view.leaf(*index)?.ok_or(missing)?;
                super::trail::open_entry(self, &view, *index, row)
            };
            entries.iter().map(open).collect::<Result<Vec<_>, _>>()?
        };
        // Logged before anything leaves the house, and one by one, so that each is on record.
        let mut writing = Writing::begin(self)?;
        for index in entries {
            let note = ActNote::new(ActKind::Disclose).after(*index);
            writing.act(note, Fact::None)?;
        }
        writing.finish()?;
        let log = PublicLog::open(&self.location)?;
        let prove = |(index, entry): (&u64, &Entry)| {
            log.inclusion(*index, entry, log.best_head(*index).clone())
        };
        entries.iter().zip(&opened).map(prove).collect()
    }
}
