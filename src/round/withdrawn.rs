//! `SITE.withdrawn`: persons who leave a round after their tokens were sent (manual: *files*,
//! "Withdrawn").

use super::draft::PERSONS_MAX;
use super::tokens::{Handle, LEAVE};
use super::totals::Totals;
use crate::codec::{Decode, DecodeError, Encode, Reader};

/// The handles of all persons of a site that have left since its token file, and how many records
/// and persons they are. A later file contains what an earlier one did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Withdrawn {
    /// The handles, ascending.
    pub handles: Vec<Handle>,
    /// For each of them what the comparer has beside its share, so that the row is not counted.
    pub leave: Vec<[u8; LEAVE]>,
    /// Their records and persons.
    pub totals: Totals,
}

impl Withdrawn {
    /// Largest payload for a quota.
    pub fn max_size(quota: u32) -> usize {
        (quota as usize)
            .saturating_mul(16 + LEAVE)
            .saturating_add(21)
    }
}

impl Encode for Withdrawn {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(1);
        self.totals.encode(out);
        let n = u32::try_from(self.handles.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&n.to_be_bytes());
        out.extend_from_slice(self.handles.as_flattened());
        out.extend_from_slice(self.leave.as_flattened());
    }
}

impl Decode for Withdrawn {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8()? {
            1 => {}
            v => return Err(DecodeError::Version(v)),
        }
        let totals = Totals::decode(input)?;
        let n = input.count(16 + LEAVE, PERSONS_MAX as usize)?;
        let handles: Vec<Handle> = (0..n).map(|_| input.array()).collect::<Result<_, _>>()?;
        let leave = (0..n).map(|_| input.array()).collect::<Result<_, _>>()?;
        let fits = handles.is_sorted_by(|a, b| a < b)
            && totals.persons == n as u64
            && totals.records >= totals.persons;
        if !fits {
            return Err(DecodeError::Value("handles"));
        }
        Ok(Self {
            handles,
            leave,
            totals,
        })
    }
}
