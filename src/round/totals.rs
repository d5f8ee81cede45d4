//! How many records and persons a site brings (manual: *files*, "Totals").
//!
//! Unless the note agrees to open totals, a site splits them into two summands modulo 2^64: one for
//! the coordinator, one for the comparer. Each alone is a random number; the sums over all sites add
//! up to the totals of the round.

use super::tokens::FileId;
use super::{NoteHash, RoundError};
use crate::codec::{Decode, DecodeError, Encode, Reader};
use crate::crypto::labels;
use crate::crypto::travel::{self, Identity, Recipient};

/// Largest sealed share, in bytes.
pub const SEALED_TOTALS_MAX: usize = 1024;

/// Totals of a site or of a round, or a summand of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Records with consent.
    pub records: u64,
    /// Persons, the site's own duplicates linked.
    pub persons: u64,
}

impl Totals {
    /// The sum, modulo 2^64.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            records: self.records.wrapping_add(other.records),
            persons: self.persons.wrapping_add(other.persons),
        }
    }

    /// The difference, modulo 2^64.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self {
            records: self.records.wrapping_sub(other.records),
            persons: self.persons.wrapping_sub(other.persons),
        }
    }
}

impl Encode for Totals {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.records.to_be_bytes());
        out.extend_from_slice(&self.persons.to_be_bytes());
    }
}

impl Decode for Totals {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            records: input.u64()?,
            persons: input.u64()?,
        })
    }
}

/// The comparer's summand as it travels: bound to the round and to the file.
pub(super) struct TotalsShare;

impl TotalsShare {
    const SIZE: usize = labels::SEALED_TOTALS.len() + 32 + 16 + 16;

    pub(super) fn seal(
        share: &Totals,
        comparer: &Recipient,
        note: NoteHash,
        file: FileId,
    ) -> Result<Vec<u8>, RoundError> {
        let mut plain = labels::SEALED_TOTALS.to_vec();
        plain.extend_from_slice(&note.0);
        plain.extend_from_slice(&file);
        share.encode(&mut plain);
        Ok(travel::encrypt_bytes(
            std::slice::from_ref(comparer),
            &plain,
        )?)
    }

    pub(super) fn open(
        sealed: &[u8],
        identity: &Identity,
        note: NoteHash,
        file: FileId,
    ) -> Result<Totals, RoundError> {
        let plain = travel::decrypt_bytes(identity, sealed, Self::SIZE)?;
        let mut input = Reader::new(&plain);
        let label = input.take(labels::SEALED_TOTALS.len())? == labels::SEALED_TOTALS;
        let fits = label && NoteHash(input.array()?) == note && input.array::<16>()? == file;
        if !fits {
            return Err(DecodeError::Value("totals").into());
        }
        let share = Totals::decode(&mut input)?;
        input.finish()?;
        Ok(share)
    }
}
