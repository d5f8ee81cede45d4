//! What travels in a transfer (manual: *transfer*, "Transfer").

use std::fmt;

use zeroize::Zeroizing;

use crate::codec::{BODY_MAX, Decode, DecodeError, Encode, Reader, put_bytes};
use crate::crypto::hash::{Digest, sha256};
use crate::crypto::labels;
use crate::log::act::{MAX_REASON, Reason};
use crate::log::leaf::LEAF_LEN;
use crate::record::Date;
use crate::vault::VaultId;
use crate::vault::keeping::{put_day, read_day};

/// Most parents of a version.
const PARENTS_MAX: usize = 1024;
/// Longest name of a file, in bytes.
const NAME_MAX: usize = 255;
/// Largest checkpoint, in bytes.
const CHECKPOINT_MAX: usize = 32 << 10;

/// Names a version, a link or a file in all vaults of a site.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineId(pub [u8; 16]);

impl LineId {
    /// The id of what was sealed first with this leaf.
    pub(crate) fn of_leaf(leaf: &[u8; LEAF_LEN]) -> Self {
        let hash = sha256(&[labels::LINE_ID, leaf]);
        Self(hash.first_chunk().copied().unwrap_or_default())
    }
}

impl fmt::Debug for LineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::codec::to_hex(&self.0))
    }
}

impl Encode for LineId {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }
}

impl Decode for LineId {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self(input.array()?))
    }
}

pub(super) fn put_ids(out: &mut Vec<u8>, ids: &[LineId]) {
    out.extend_from_slice(&u32::try_from(ids.len()).unwrap_or(u32::MAX).to_be_bytes());
    ids.iter().for_each(|id| id.encode(out));
}

pub(super) fn read_ids(input: &mut Reader<'_>) -> Result<Vec<LineId>, DecodeError> {
    let n = input.count(16, PARENTS_MAX)?;
    (0..n).map(|_| LineId::decode(input)).collect()
}

/// A place in a log: which log, and how many of its entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// The log.
    pub log: [u8; 16],
    /// Entries.
    pub size: u64,
}

impl Encode for Position {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.log);
        out.extend_from_slice(&self.size.to_be_bytes());
    }
}

impl Decode for Position {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            log: input.array()?,
            size: input.u64()?,
        })
    }
}

/// The transfer's part of a parcel's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferHead {
    /// The sender's vault.
    pub sender: VaultId,
    /// The receiver's vault.
    pub receiver: VaultId,
    /// The sender's log.
    pub log: [u8; 16],
    /// First entry of the sender's log that it holds.
    pub from: u64,
    /// The entry behind the last.
    pub to: u64,
    /// The sender's signed head.
    pub checkpoint: String,
    /// The receiver's entries that the sender has.
    pub have: Position,
}

impl Encode for TransferHead {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(1);
        self.sender.encode(out);
        self.receiver.encode(out);
        out.extend_from_slice(&self.log);
        out.extend_from_slice(&self.from.to_be_bytes());
        out.extend_from_slice(&self.to.to_be_bytes());
        put_bytes(out, self.checkpoint.as_bytes());
        self.have.encode(out);
    }
}

impl Decode for TransferHead {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8()? {
            1 => {}
            v => return Err(DecodeError::Version(v)),
        }
        let head = Self {
            sender: VaultId::decode(input)?,
            receiver: VaultId::decode(input)?,
            log: input.array()?,
            from: input.u64()?,
            to: input.u64()?,
            checkpoint: input.text(CHECKPOINT_MAX)?.to_owned(),
            have: Position::decode(input)?,
        };
        if head.from > head.to {
            return Err(DecodeError::Value("entries"));
        }
        Ok(head)
    }
}

/// One thing that travels.
#[derive(Clone, PartialEq, Eq)]
pub enum Item {
    /// A version of a record.
    Version {
        /// Its id.
        id: LineId,
        /// The record.
        record: LineId,
        /// What it was made from.
        parents: Vec<LineId>,
        /// The compartment of somebody's choice that it lies in; empty for that of its kind.
        compartment: String,
        /// The record body.
        body: Zeroizing<Vec<u8>>,
    },
    /// Two records are one person, or no longer.
    Link {
        /// Its id.
        id: LineId,
        /// A record.
        first: LineId,
        /// The other.
        second: LineId,
        /// Counts the statements on this pair.
        number: u32,
        /// Which of the two.
        linked: bool,
    },
    /// Something was erased.
    Erased {
        /// What.
        id: LineId,
        /// Why.
        reason: String,
    },
    /// A file of evidence, whose bytes follow.
    Evidence {
        /// Its id.
        id: LineId,
        /// The record that it belongs to.
        record: LineId,
        /// Bytes.
        size: u64,
        /// SHA-256 of the file in clear.
        sha256: Digest,
        /// The name that it had.
        name: String,
    },
    /// A legal hold, or that it was lifted.
    Hold {
        /// Its id.
        id: LineId,
        /// The record.
        record: LineId,
        /// Which of the two.
        on: bool,
        /// Why.
        reason: String,
    },
    /// The last day on which a record is to be kept.
    Retention {
        /// Its id.
        id: LineId,
        /// The record.
        record: LineId,
        /// Counts the statements on this record.
        number: u32,
        /// The day, if there is one.
        until: Option<Date>,
    },
}

impl Encode for Item {
    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Version {
                id,
                record,
                parents,
                compartment,
                body,
            } => {
                out.push(1);
                id.encode(out);
                record.encode(out);
                put_ids(out, parents);
                put_bytes(out, compartment.as_bytes());
                put_bytes(out, body);
            }
            Self::Link {
                id,
                first,
                second,
                number,
                linked,
            } => {
                out.push(2);
                id.encode(out);
                first.encode(out);
                second.encode(out);
                out.extend_from_slice(&number.to_be_bytes());
                out.push(u8::from(*linked));
            }
            Self::Erased { id, reason } => {
                out.push(3);
                id.encode(out);
                put_bytes(out, reason.as_bytes());
            }
            Self::Evidence {
                id,
                record,
                size,
                sha256,
                name,
            } => {
                out.push(4);
                id.encode(out);
                record.encode(out);
                out.extend_from_slice(&size.to_be_bytes());
                out.extend_from_slice(sha256);
                put_bytes(out, name.as_bytes());
            }
            Self::Hold {
                id,
                record,
                on,
                reason,
            } => {
                out.push(5);
                id.encode(out);
                record.encode(out);
                out.push(u8::from(*on));
                put_bytes(out, reason.as_bytes());
            }
            Self::Retention {
                id,
                record,
                number,
                until,
            } => {
                out.push(6);
                id.encode(out);
                record.encode(out);
                out.extend_from_slice(&number.to_be_bytes());
                put_day(out, *until);
            }
        }
    }
}

impl Decode for Item {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match input.u8()? {
            1 => Self::Version {
                id: LineId::decode(input)?,
                record: LineId::decode(input)?,
                parents: read_ids(input)?,
                compartment: input.text(NAME_MAX)?.to_owned(),
                body: Zeroizing::new(input.bytes(BODY_MAX)?.to_vec()),
            },
            2 => Self::Link {
                id: LineId::decode(input)?,
                first: LineId::decode(input)?,
                second: LineId::decode(input)?,
                number: input.u32()?,
                linked: input.flag()?,
            },
            3 => Self::Erased {
                id: LineId::decode(input)?,
                reason: input.text(MAX_REASON)?.to_owned(),
            },
            4 => Self::Evidence {
                id: LineId::decode(input)?,
                record: LineId::decode(input)?,
                size: input.u64()?,
                sha256: input.array()?,
                name: input.text(NAME_MAX)?.to_owned(),
            },
            5 => Self::Hold {
                id: LineId::decode(input)?,
                record: LineId::decode(input)?,
                on: input.flag()?,
                reason: Reason::new(input.text(MAX_REASON)?)?.as_str().to_owned(),
            },
            6 => Self::Retention {
                id: LineId::decode(input)?,
                record: LineId::decode(input)?,
                number: input.u32()?,
                until: read_day(input)?,
            },
            _ => return Err(DecodeError::Value("item")),
        })
    }
}

/// The items of a frame, in order. A file of evidence can only be the last.
///
/// # Errors
/// [`DecodeError`].
pub fn items(payload: &[u8]) -> Result<Vec<Item>, DecodeError> {
    let mut input = Reader::new(payload);
    let mut items: Vec<Item> = Vec::new();
    while input.remaining() > 0 {
        if matches!(items.last(), Some(Item::Evidence { .. })) {
            return Err(DecodeError::Value("item behind a file"));
        }
        items.push(Item::decode(&mut input)?);
    }
    Ok(items)
}
