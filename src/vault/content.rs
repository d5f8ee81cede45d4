//! Sealed content: a body under a data key of its own, and that key wrapped (manual: *vault
//! format*, "Content").
//!
//! Which object a content belongs to, and which version of it, is inside the wrapped part, so that
//! a locked vault does not show which entries belong together.

use zeroize::Zeroizing;

use super::error::VaultError;
use super::ids::{CompartmentId, ObjectId, VaultId};
use super::store::{BatchRow, ContentRow};
use crate::codec::{Decode, DecodeError, Encode, Reader};
use crate::crypto::hash::{Digest, sha256};
use crate::crypto::seal::{self, OpeningKey};
use crate::crypto::{Secret, aead, labels};
use crate::log::leaf;

/// What a content is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ContentKind {
    /// A version of a record.
    Record,
    /// Two records are one person, or are no longer held to be.
    Link,
    /// What the program keeps for itself under a name: keys of a party, trusted cards, rounds.
    State,
    /// The same for what belongs to one round and is in no backup.
    RoundState,
    /// The description of a file of evidence, with its key.
    Evidence,
    /// How long a record is to be kept; the object is the record.
    Keeping,
    /// An interview that is not finished.
    Draft,
}

impl ContentKind {
    fn code(self) -> u8 {
        match self {
            Self::Record => 1,
            Self::Link => 2,
            Self::State => 3,
            Self::RoundState => 4,
            Self::Evidence => 5,
            Self::Keeping => 6,
            Self::Draft => 7,
        }
    }
}

/// Which object, which version of it, and what it is: known only to who can open the data key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The object.
    pub object: ObjectId,
    /// Its version, from 1.
    pub version: u32,
    /// What it is.
    pub kind: ContentKind,
}

impl Encode for Header {
    fn encode(&self, out: &mut Vec<u8>) {
        self.object.encode(out);
        out.extend_from_slice(&self.version.to_be_bytes());
        out.push(self.kind.code());
    }
}

impl Decode for Header {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            object: ObjectId::decode(input)?,
            version: input.u32()?,
            kind: match input.u8()? {
                1 => ContentKind::Record,
                2 => ContentKind::Link,
                3 => ContentKind::State,
                4 => ContentKind::RoundState,
                5 => ContentKind::Evidence,
                6 => ContentKind::Keeping,
                7 => ContentKind::Draft,
                _ => return Err(DecodeError::Value("content kind")),
            },
        })
    }
}

/// What a batch of data keys is bound to.
pub(crate) fn batch_info(vault: VaultId, compartment: CompartmentId, epoch: u32) -> Vec<u8> {
    let mut info = labels::BATCH_COMPARTMENT.to_vec();
    vault.encode(&mut info);
    compartment.encode(&mut info);
    info.extend_from_slice(&epoch.to_be_bytes());
    info
}

/// What a batch of details is bound to.
pub(crate) fn log_batch_info(vault: VaultId) -> Vec<u8> {
    let mut info = labels::BATCH_LOG.to_vec();
    vault.encode(&mut info);
    info
}

/// A batch as its writer holds it.
pub(crate) struct OpenBatch {
    pub id: i64,
    pub row: BatchRow,
    pub key: Secret<32>,
}

/// Begins a batch for a compartment; the id comes from the database.
pub(crate) fn begin_batch(
    to: &seal::SealingKey,
    info: &[u8],
    target: [u8; 16],
    epoch: u32,
) -> Result<(BatchRow, Secret<32>), VaultError> {
    let (encapsulated, key) = seal::open_batch(to, info)?;
    let row = BatchRow {
        target,
        epoch,
        encapsulated,
    };
    Ok((row, key))
}

/// The wrapping key of a stored batch of a compartment.
pub(crate) fn batch_key(
    vault: VaultId,
    opening: &OpeningKey,
    row: &BatchRow,
) -> Result<Secret<32>, VaultError> {
    let info = batch_info(vault, CompartmentId(row.target), row.epoch);
    Ok(opening.batch_key(&info, &row.encapsulated)?)
}

fn wrap_ad(vault: VaultId, batch: &BatchRow) -> Vec<u8> {
    let mut ad = labels::DATA_KEY.to_vec();
    vault.encode(&mut ad);
    ad.extend_from_slice(&batch.target);
    ad.extend_from_slice(&batch.epoch.to_be_bytes());
    ad
}

fn body_ad(vault: VaultId, compartment: &[u8; 16], header: &Header) -> Vec<u8> {
    let mut ad = labels::RECORD_BODY.to_vec();
    vault.encode(&mut ad);
    ad.extend_from_slice(compartment);
    header.encode(&mut ad);
    ad
}

/// Content that is ready to be stored, with what its leaf says of it.
pub(crate) struct Sealed {
    pub row: ContentRow,
    pub hash: Digest,
    pub key_commitment: Digest,
}

/// Seals `body` under a new data key.
pub(crate) fn seal_content(
    vault: VaultId,
    batch: &OpenBatch,
    header: &Header,
    body: &[u8],
) -> Result<Sealed, VaultError> {
    let data_key = Secret::<32>::random()?;
    let wrapped = rewrap(vault, batch, &data_key, header)?;
    let padded = aead::pad(body);
    let body = aead::seal(
        &data_key,
        &body_ad(vault, &batch.row.target, header),
        &padded,
    )?;
    let row = ContentRow {
        batch: batch.id,
        wrapped,
        body,
    };
    Ok(Sealed {
        hash: content_hash(&batch.row, &row.wrapped, &row.body),
        key_commitment: leaf::key_commitment(&data_key),
        row,
    })
}

/// Bytes of a wrapped data key.
pub(crate) const WRAPPED: usize = aead::OVERHEAD + 32 + 16 + 4 + 1;
/// Bytes of one that was wrapped again: the hash of the first wrap, the leaf that logs the new one,
/// the new one.
pub(crate) const REWRAPPED: usize = 32 + 8 + WRAPPED;

/// A data key as it is wrapped now, and what is kept of the wrap that its leaf names.
pub(crate) struct Rewrapped<'a> {
    /// Hash of the first wrap.
    pub first: Digest,
    /// The leaf whose list names the wrap of now.
    pub list: u64,
    /// The wrap of now.
    pub wrapped: &'a [u8],
}

impl<'a> Rewrapped<'a> {
    /// Reads the stored form, if this is one.
    pub fn parse(stored: &'a [u8]) -> Option<Self> {
        if stored.len() != REWRAPPED {
            return None;
        }
        let (first, rest) = stored.split_first_chunk::<32>()?;
        let (list, wrapped) = rest.split_first_chunk::<8>()?;
        Some(Self {
            first: *first,
            list: u64::from_be_bytes(*list),
            wrapped,
        })
    }
}

/// Whether a content is a list of wraps: it belongs to the log and wraps no data key.
pub(crate) fn is_list(batch: &BatchRow, stored: &[u8]) -> bool {
    batch.is_of_log() && stored.is_empty()
}

/// SHA-256 of a wrapped key with its batch.
pub(crate) fn wrap_hash(batch: &BatchRow, wrapped: &[u8]) -> Digest {
    sha256(&[
        labels::WRAP_HASH,
        &batch.target,
        &batch.epoch.to_be_bytes(),
        &batch.encapsulated,
        wrapped,
    ])
}

/// Hash of the wrap under which a content was sealed first.
pub(crate) fn first_wrap_hash(batch: &BatchRow, stored: &[u8]) -> Digest {
    Rewrapped::parse(stored).map_or_else(|| wrap_hash(batch, stored), |r| r.first)
}

/// SHA-256 of stored content: first of the wrapped key with its batch, then of that and the body.
pub(crate) fn content_hash(batch: &BatchRow, stored: &[u8], body: &[u8]) -> Digest {
    body_hash(&first_wrap_hash(batch, stored), body)
}

/// The same from the hash of the first wrap.
pub(crate) fn body_hash(wrap: &Digest, body: &[u8]) -> Digest {
    sha256(&[labels::CONTENT_HASH, wrap, body])
}

/// Wraps a data key again under the key of another batch.
pub(crate) fn rewrap(
    vault: VaultId,
    batch: &OpenBatch,
    data_key: &Secret<32>,
    header: &Header,
) -> Result<Vec<u8>, VaultError> {
    let mut plain = Zeroizing::new(Vec::with_capacity(64));
    plain.extend_from_slice(data_key.expose());
    header.encode(&mut plain);
    Ok(aead::seal(&batch.key, &wrap_ad(vault, &batch.row), &plain)?)
}

/// SHA-256 of stored details: the encapsulated key of their batch and the ciphertext.
pub(crate) fn details_hash(batch: &BatchRow, details: &[u8]) -> Digest {
    sha256(&[&batch.encapsulated, details])
}

/// The data key and the header of stored content.
pub(crate) fn open_header(
    vault: VaultId,
    batch: &BatchRow,
    key: &Secret<32>,
    stored: &[u8],
) -> Result<(Secret<32>, Header), VaultError> {
    let wrapped = Rewrapped::parse(stored).map_or(stored, |r| r.wrapped);
    let plain = aead::open(key, &wrap_ad(vault, batch), wrapped)?;
    let mut input = Reader::new(&plain);
    let data_key = Secret::from_slice(input.take(32)?)?;
    let header = Header::decode(&mut input)?;
    input.finish()?;
    Ok((data_key, header))
}

/// The body of stored content.
pub(crate) fn open_body(
    vault: VaultId,
    compartment: &[u8; 16],
    data_key: &Secret<32>,
    header: &Header,
    body: &[u8],
) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let padded = aead::open(data_key, &body_ad(vault, compartment, header), body)?;
    Ok(Zeroizing::new(aead::unpad(&padded)?.to_vec()))
}
