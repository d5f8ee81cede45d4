//! A head that is shown to cosigners who may have seen different earlier ones (manual: *log*, "Cosigning
//! in rounds").

use super::checkpoint::SignedCheckpoint;
use super::merkle::MAX_PROOF;
use super::note::MAX_NOTE;
use crate::codec::{Decode, DecodeError, Encode, Reader, put_bytes, put_padding};
use crate::crypto::hash::Digest;

/// Most earlier sizes in one offer.
pub const EARLIER_MAX: usize = 64;
/// An offer is padded to a multiple of this, for the length of proofs tells the size of a log.
const BLOCK: usize = 8192;
/// Largest offer, in bytes.
pub const OFFER_MAX: usize = BLOCK + MAX_NOTE + 16 + EARLIER_MAX * (8 + 32 + 1 + MAX_PROOF * 32);

/// What the tree of the offered head has in the place of an earlier head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// A size below that of the head.
    pub size: u64,
    /// Root of the first leaves, as many.
    pub root: Digest,
    /// Consistency proof from there to the head.
    pub hashes: Vec<Digest>,
}

/// A signed head and how it continues earlier sizes. Whoever saw another root at one of them has in
/// this the proof that the log told two stories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadOffer {
    /// The head.
    pub head: SignedCheckpoint,
    /// Earlier sizes, ascending.
    pub earlier: Vec<Earlier>,
}

impl Encode for HeadOffer {
    fn encode(&self, out: &mut Vec<u8>) {
        let start = out.len();
        out.push(1);
        put_bytes(out, self.head.to_string().as_bytes());
        let count = u32::try_from(self.earlier.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&count.to_be_bytes());
        for earlier in &self.earlier {
            out.extend_from_slice(&earlier.size.to_be_bytes());
            out.extend_from_slice(&earlier.root);
            out.push(u8::try_from(earlier.hashes.len()).unwrap_or(u8::MAX));
            out.extend_from_slice(earlier.hashes.as_flattened());
        }
        put_padding(out, start, BLOCK);
    }
}

impl Decode for HeadOffer {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let whole = input.remaining();
        match input.u8()? {
            1 => {}
            v => return Err(DecodeError::Version(v)),
        }
        let note = input.bytes(MAX_NOTE)?;
        let head = SignedCheckpoint::parse(note).map_err(|_| DecodeError::Value("head"))?;
        if head.to_string().as_bytes() != note {
            return Err(DecodeError::Value("head"));
        }
        let mut earlier: Vec<Earlier> = Vec::new();
        for _ in 0..input.count(8 + 32 + 1, EARLIER_MAX)? {
            let size = input.u64()?;
            let ascends = earlier.last().is_none_or(|last| last.size < size);
            if !ascends || size >= head.checkpoint().size() {
                return Err(DecodeError::Value("size"));
            }
            let root = input.array()?;
            let count = usize::from(input.u8()?);
            if count > MAX_PROOF {
                return Err(DecodeError::Length);
            }
            let hashes = (0..count)
                .map(|_| input.array())
                .collect::<Result<Vec<Digest>, _>>()?;
            earlier.push(Earlier { size, root, hashes });
        }
        input.padding(whole - input.remaining(), BLOCK)?;
        Ok(Self { head, earlier })
    }
}
