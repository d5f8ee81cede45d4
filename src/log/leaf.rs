//! The leaf: 137 bytes that show hashes only (manual: *log*, "Leaf").

use super::merkle::{self, MAX_SIZE};
use crate::codec::{Decode, DecodeError, Encode, Reader};
use crate::crypto::hash::{Digest, sha256};
use crate::crypto::{Secret, labels};

/// Version byte of a leaf.
pub const LEAF_VERSION: u8 = 1;

/// Length of a leaf in bytes.
pub const LEAF_LEN: usize = 1 + 4 * 32 + 8;

/// Stands for "erases nothing" in the place of a leaf index.
const NO_INDEX: u64 = u64::MAX;

/// Stands for "no hash".
const NO_HASH: Digest = [0; 32];

/// What a leaf says openly about stored bytes.
///
/// An act either stores something or erases something, or neither; so a leaf that would do both,
/// or name a data key without content, cannot be written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// The act touches no stored bytes.
    None,
    /// The act stores bytes.
    Content {
        /// SHA-256 of the bytes as they are stored: a ciphertext, or the keyring file. Never all
        /// zero.
        hash: Digest,
        /// Commitment to the data key that the bytes are sealed under ([`key_commitment`]), if
        /// there is one. Never all zero.
        key: Option<Digest>,
    },
    /// The act destroys the data key of what an earlier leaf stored: the index of that leaf, at
    /// most [`MAX_SIZE`].
    Tombstone(u64),
}

impl Fact {
    /// Length of the encoding in bytes.
    pub const LEN: usize = 32 + 32 + 8;

    /// SHA-256 of the stored bytes.
    pub fn content_hash(&self) -> Option<Digest> {
        match self {
            Self::Content { hash, .. } => Some(*hash),
            _ => None,
        }
    }

    /// Commitment to the data key of the stored bytes.
    pub fn key_commitment(&self) -> Option<Digest> {
        match self {
            Self::Content { key, .. } => *key,
            _ => None,
        }
    }

    /// Index of the leaf whose content is erased.
    pub fn tombstone(&self) -> Option<u64> {
        match self {
            Self::Tombstone(target) => Some(*target),
            _ => None,
        }
    }
}

/// Content hash, key commitment, tombstone target.
impl Encode for Fact {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.content_hash().unwrap_or(NO_HASH));
        out.extend_from_slice(&self.key_commitment().unwrap_or(NO_HASH));
        out.extend_from_slice(&self.tombstone().unwrap_or(NO_INDEX).to_be_bytes());
    }
}

impl Decode for Fact {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let hash: Digest = input.array()?;
        let key: Digest = input.array()?;
        let target = input.u64()?;
        match (hash != NO_HASH, key != NO_HASH, target != NO_INDEX) {
            (false, false, false) => Ok(Self::None),
            (true, has_key, false) => Ok(Self::Content {
                hash,
                key: has_key.then_some(key),
            }),
            (false, false, true) if target < MAX_SIZE => Ok(Self::Tombstone(target)),
            (false, true, _) => Err(DecodeError::Value("key commitment")),
            (_, _, true) => Err(DecodeError::Value("tombstone")),
        }
    }
}

/// One entry of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    /// Salted commitment to the act ([`details_commitment`]).
    pub details_commitment: Digest,
    /// SHA-256 of the sealed details as they are stored.
    pub details_hash: Digest,
    /// What the act stored or erased.
    pub fact: Fact,
}

impl Leaf {
    /// The bytes of the leaf on the stack, for those who hash millions.
    pub fn to_array(&self) -> [u8; LEAF_LEN] {
        let mut out = [0u8; LEAF_LEN];
        out[0] = LEAF_VERSION;
        out[1..33].copy_from_slice(&self.details_commitment);
        out[33..65].copy_from_slice(&self.details_hash);
        out[65..97].copy_from_slice(&self.fact.content_hash().unwrap_or(NO_HASH));
        out[97..129].copy_from_slice(&self.fact.key_commitment().unwrap_or(NO_HASH));
        out[129..].copy_from_slice(&self.fact.tombstone().unwrap_or(NO_INDEX).to_be_bytes());
        out
    }

    /// Hash of the leaf in the tree (RFC 6962: SHA-256 of `0x00` and the leaf).
    pub fn leaf_hash(&self) -> Digest {
        merkle::leaf_hash(&self.to_array())
    }
}

impl Encode for Leaf {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_array());
    }
}

impl Decode for Leaf {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8()? {
            LEAF_VERSION => Ok(Self {
                details_commitment: input.array()?,
                details_hash: input.array()?,
                fact: Fact::decode(input)?,
            }),
            other => Err(DecodeError::Version(other)),
        }
    }
}

/// Commitment to the details of an act: SHA-256 of label, salt and the bytes of the signed act.
/// The salt is random and stays with the sealed details, so the commitment tells nothing.
pub fn details_commitment(salt: &[u8; 32], details: &[u8]) -> Digest {
    sha256(&[labels::DETAILS_COMMITMENT, salt, details])
}

/// Commitment to a data key: SHA-256 of label and key. The cipher in use does not commit to its
/// key; with this, one ciphertext can be opened to one content only.
pub fn key_commitment(key: &Secret<32>) -> Digest {
    sha256(&[labels::KEY_COMMITMENT, key.expose()])
}

/// Hash of stored bytes, for [`Fact::Content`] and [`Leaf::details_hash`].
pub fn stored_hash(bytes: &[u8]) -> Digest {
    sha256(&[bytes])
}
