//! What an auditor is shown: a locked vault, an audit bundle, a proof file, a head.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::AuditorError;
use crate::crypto::hash::Digest;
use crate::log::offer::HeadOffer;
use crate::log::proof::{Entry, MAX_PROOF_FILE};
use crate::log::{Bundle, ConsistencyFile, InclusionFile, Leaf, NoteKey, SignedCheckpoint};
use crate::vault::Location;
use crate::vault::proof::PublicLog;

/// Where a head and proofs come from.
pub enum Source {
    /// A locked vault.
    Vault(Box<PublicLog>),
    /// An audit bundle.
    Bundle(Box<Bundle>),
    /// A consistency proof, which carries its newer head.
    Proof(ConsistencyFile),
    /// A head alone.
    Head(SignedCheckpoint),
    /// A head with proofs from several earlier sizes.
    Offer(Box<HeadOffer>),
}

impl Source {
    /// Opens what is at a place: the folder of a vault or bundle, or a file with a consistency proof or
    /// a head.
    ///
    /// # Errors
    /// [`AuditorError`].
    pub fn open(location: &Location) -> Result<Self, AuditorError> {
        let path = &location.dir;
        if location.exists() {
            return Ok(Self::Vault(Box::new(PublicLog::open(location)?)));
        }
        if path.is_dir() {
            return Ok(Self::Bundle(Box::new(Bundle::open(path)?)));
        }
        let bytes = read(path)?;
        if bytes.starts_with(b"old ") {
            return Ok(Self::Proof(ConsistencyFile::parse(&bytes)?));
        }
        Ok(Self::Head(SignedCheckpoint::parse(&bytes)?))
    }

    /// The newest head.
    pub fn head(&self) -> &SignedCheckpoint {
        match self {
            Self::Vault(log) => log.head(),
            Self::Bundle(bundle) => bundle.head(),
            Self::Proof(file) => file.checkpoint(),
            Self::Head(head) => head,
            Self::Offer(offer) => &offer.head,
        }
    }

    /// The log's key as the source itself has it.
    pub fn key(&self) -> Option<NoteKey> {
        match self {
            Self::Vault(log) => log.key(),
            Self::Bundle(bundle) => bundle.key().cloned(),
            Self::Proof(_) | Self::Head(_) | Self::Offer(_) => None,
        }
    }

    /// The head to prove an entry against: the largest cosigned one that covers it, else the newest.
    pub fn best_head(&self, index: u64) -> &SignedCheckpoint {
        let covers = |h: &&SignedCheckpoint| h.checkpoint().size() > index;
        match self {
            Self::Vault(log) => log.best_head(index),
            Self::Bundle(bundle) => {
                let cosigned = bundle.cosigned().iter().rev().find(covers);
                cosigned.unwrap_or(bundle.head())
            }
            Self::Proof(_) | Self::Head(_) | Self::Offer(_) => self.head(),
        }
    }

    fn proof_needed(&self) -> AuditorError {
        let old = match self {
            Self::Proof(file) => file.old(),
            _ => 0,
        };
        AuditorError::ProofNeeded { old }
    }

    /// A leaf.
    ///
    /// # Errors
    /// [`AuditorError`].
    pub fn leaf(&self, index: u64) -> Result<Leaf, AuditorError> {
        match self {
            Self::Vault(log) => Ok(log.leaf(index)?),
            Self::Bundle(bundle) => Ok(bundle.leaf(index)?),
            _ => Err(self.proof_needed()),
        }
    }

    /// Root of the first `size` leaves, as the stored tree says.
    ///
    /// # Errors
    /// [`AuditorError`].
    pub fn root_at(&self, size: u64) -> Result<Digest, AuditorError> {
        match self {
            Self::Vault(log) => Ok(log.root_at(size)?),
            Self::Bundle(bundle) => Ok(bundle.root_at(size)?),
            _ => Err(self.proof_needed()),
        }
    }

    /// Makes an inclusion proof of a leaf whose act stays sealed.
    ///
    /// # Errors
    /// [`AuditorError`].
    pub fn inclusion(&self, index: u64) -> Result<InclusionFile, AuditorError> {
        let head = self.best_head(index).clone();
        match self {
            Self::Vault(log) => Ok(log.inclusion(index, &Entry::closed(log.leaf(index)?), head)?),
            Self::Bundle(bundle) => {
                Ok(bundle.inclusion(index, &Entry::closed(bundle.leaf(index)?), head)?)
            }
            _ => Err(self.proof_needed()),
        }
    }

    /// Makes a consistency proof from the first `old` leaves to a head.
    ///
    /// # Errors
    /// [`AuditorError`].
    pub fn consistency(
        &self,
        old: u64,
        head: SignedCheckpoint,
    ) -> Result<ConsistencyFile, AuditorError> {
        match self {
            Self::Vault(log) => Ok(log.consistency(old, head)?),
            Self::Bundle(bundle) => Ok(bundle.consistency(old, head)?),
            _ => Err(self.proof_needed()),
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, AuditorError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|f| f.take(MAX_PROOF_FILE as u64 + 1).read_to_end(&mut bytes))
        .map_err(|e| AuditorError::Vault(e.into()))?;
    Ok(bytes)
}
