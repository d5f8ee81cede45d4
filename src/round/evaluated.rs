//! `SITE.evaluated.HOLDER`: a holder's reply (manual: *files*, "Evaluated reply").

use super::blinded::arrays;
use super::draft::{PERSONS_MAX, TOKENS_MAX};
use super::envelope::EnvelopeId;
use crate::codec::{Decode, DecodeError, Encode, Reader};
use crate::crypto::voprf::{CHUNK, ELEMENT, Evaluation, PROOF};

/// Evaluated elements in the order of the request, in chunks of [`CHUNK`] with the rest in the last,
/// each with its proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluatedReply {
    pub(super) request: EnvelopeId,
    pub(super) chunks: Vec<Evaluation>,
}

impl EvaluatedReply {
    /// The request that it answers.
    pub fn request(&self) -> EnvelopeId {
        self.request
    }

    /// The chunks.
    pub fn chunks(&self) -> &[Evaluation] {
        &self.chunks
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.chunks.iter().map(|c| c.elements.len()).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Bytes of a reply with this many elements.
    pub fn size(elements: usize) -> usize {
        (1usize + 32 + 8)
            .saturating_add(elements.saturating_mul(ELEMENT))
            .saturating_add(elements.div_ceil(CHUNK).saturating_mul(PROOF))
    }
}

impl Encode for EvaluatedReply {
    fn encode(&self, out: &mut Vec<u8>) {
        out.reserve(Self::size(self.len()));
        out.push(1);
        out.extend_from_slice(&self.request.0);
        out.extend_from_slice(&(self.len() as u64).to_be_bytes());
        for chunk in &self.chunks {
            out.extend_from_slice(&chunk.proof);
            out.extend_from_slice(chunk.elements.as_flattened());
        }
    }
}

impl Decode for EvaluatedReply {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8()? {
            1 => {}
            v => return Err(DecodeError::Version(v)),
        }
        let request = EnvelopeId(input.array()?);
        let total = input.u64()?;
        if total == 0 || total > u64::from(PERSONS_MAX) * u64::from(TOKENS_MAX) {
            return Err(DecodeError::Length);
        }
        let mut left = usize::try_from(total).map_err(|_| DecodeError::Length)?;
        if left > input.remaining() / ELEMENT {
            return Err(DecodeError::Truncated);
        }
        let mut chunks = Vec::with_capacity(left.div_ceil(CHUNK));
        while left > 0 {
            let n = left.min(CHUNK);
            let proof = input.array()?;
            chunks.push(Evaluation {
                proof,
                elements: arrays(input, n)?,
            });
            left -= n;
        }
        Ok(Self { request, chunks })
    }
}
