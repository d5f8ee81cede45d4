//! Notices: how two sites that know the same person can be introduced to each other, if she wants it at
//! both, without a site learning from it whether anybody is known elsewhere (manual: *notices*).
//!
//! [`policy`] is what the note says and the days that follow; [`letter`] is what sites say to each other;
//! [`desk`] is the coordinator's part and [`house`] that of a site, both without a disk and without a clock.

pub mod desk;
mod error;
pub mod house;
pub mod letter;
pub mod policy;

pub use error::NoticeError;

use super::RoundError;
use super::draft::SITES_MAX;
use super::tokens::Handle;
use crate::codec::{Decode, DecodeError, Encode, Reader};
use policy::{BATCHES_MAX, Mediation, REQUESTS_MAX};

/// Letters for each request in an introduction: in how many other sites a person can be found.
pub const PARTNERS: usize = 3;

/// What a request is called, between coordinator and site.
pub type RequestId = [u8; 16];

/// Largest letter, in bytes.
const LETTER_MAX: usize = 64 * 1024;

/// `SITE.notice.N`: requests about persons of a site. Nothing in it depends on what was matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Number of the batch, from 1.
    pub batch: u16,
    /// Ids of the requests and the persons that they are about; there need not be such a person.
    pub requests: Vec<(RequestId, Handle)>,
}

/// `SITE.consent.N`: a letter for each request of a batch, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Number of the batch.
    pub batch: u16,
    /// The letters.
    pub letters: Letters,
}

/// `SITE.introduction`: [`PARTNERS`] letters for each request of all batches, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introduction {
    /// The letters.
    pub letters: Letters,
}

/// Letters of one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letters {
    each: usize,
    bytes: Vec<u8>,
}

impl Letters {
    /// None yet, of this size.
    pub fn new(each: usize) -> Self {
        Self {
            each,
            bytes: Vec::new(),
        }
    }

    /// One more.
    ///
    /// # Errors
    /// [`RoundError::Numbers`] for another size.
    pub fn push(&mut self, letter: &[u8]) -> Result<(), RoundError> {
        if letter.len() != self.each {
            return Err(RoundError::Numbers);
        }
        self.bytes.extend_from_slice(letter);
        Ok(())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.bytes.len() / self.each.max(1)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// One of them.
    pub fn get(&self, at: usize) -> Option<&[u8]> {
        self.bytes.chunks_exact(self.each.max(1)).nth(at)
    }

    /// Whether they are as many and as large as they should be.
    ///
    /// # Errors
    /// [`RoundError::Numbers`].
    pub fn check(&self, count: usize, shape: &letter::Shape) -> Result<(), RoundError> {
        if self.each == shape.letter() && self.len() == count {
            Ok(())
        } else {
            Err(RoundError::Numbers)
        }
    }
}

impl Encode for Letters {
    fn encode(&self, out: &mut Vec<u8>) {
        for n in [self.each, self.len()] {
            out.extend_from_slice(&u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes());
        }
        out.extend_from_slice(&self.bytes);
    }
}

impl Decode for Letters {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let each = usize::try_from(input.u32()?).map_err(|_| DecodeError::Length)?;
        if !(1..=LETTER_MAX).contains(&each) {
            return Err(DecodeError::Length);
        }
        let most = usize::from(REQUESTS_MAX) * usize::from(BATCHES_MAX) * PARTNERS;
        let count = input.count(each, most)?;
        let bytes = input.take(count * each)?.to_vec();
        Ok(Self { each, bytes })
    }
}

fn read_batch(input: &mut Reader<'_>) -> Result<u16, DecodeError> {
    match input.u8()? {
        1 => {}
        v => return Err(DecodeError::Version(v)),
    }
    let batch = input.u16()?;
    if (1..=BATCHES_MAX).contains(&batch) {
        Ok(batch)
    } else {
        Err(DecodeError::Value("batch"))
    }
}

impl Encode for Notice {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(1);
        out.extend_from_slice(&self.batch.to_be_bytes());
        let count = u32::try_from(self.requests.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&count.to_be_bytes());
        for (id, handle) in &self.requests {
            out.extend_from_slice(id);
            out.extend_from_slice(handle);
        }
    }
}

impl Decode for Notice {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let batch = read_batch(input)?;
        let count = input.count(32, usize::from(REQUESTS_MAX))?;
        let requests: Vec<(RequestId, Handle)> = (0..count)
            .map(|_| Ok((input.array()?, input.array()?)))
            .collect::<Result<_, DecodeError>>()?;
        let mut ids: Vec<_> = requests.iter().map(|(id, _)| id).collect();
        let mut handles: Vec<_> = requests.iter().map(|(_, handle)| handle).collect();
        for list in [&mut ids, &mut handles] {
            list.sort_unstable();
            if list.windows(2).any(|w| w[0] == w[1]) {
                return Err(DecodeError::Value("requests"));
            }
        }
        Ok(Self { batch, requests })
    }
}

impl Encode for Consent {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(1);
        out.extend_from_slice(&self.batch.to_be_bytes());
        self.letters.encode(out);
    }
}

impl Decode for Consent {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            batch: read_batch(input)?,
            letters: Letters::decode(input)?,
        })
    }
}

impl Encode for Introduction {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(1);
        self.letters.encode(out);
    }
}

impl Decode for Introduction {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8()? {
            1 => {}
            v => return Err(DecodeError::Version(v)),
        }
        Ok(Self {
            letters: Letters::decode(input)?,
        })
    }
}

/// Reads a payload with the zeros that [`super::envelope::seal_sized`] puts behind it.
///
/// # Errors
/// [`DecodeError`], also for anything but zeros.
pub fn read_padded<T: Decode>(bytes: &[u8]) -> Result<T, DecodeError> {
    let mut input = Reader::new(bytes);
    let value = T::decode(&mut input)?;
    let rest = input.take(input.remaining())?;
    if rest.iter().any(|b| *b != 0) {
        return Err(DecodeError::Value("padding"));
    }
    Ok(value)
}

/// Largest payload of each kind, zeros included.
pub mod sizes {
    use super::{Mediation, PARTNERS, letter::Shape};
    use crate::round::envelope;

    /// Of a notice.
    pub fn notice(how: &Mediation) -> usize {
        envelope::sized(7 + 32 * how.requests())
    }

    /// Of a consent.
    pub fn consent(how: &Mediation, shape: &Shape) -> usize {
        envelope::sized(11 + how.requests() * shape.letter())
    }

    /// Of an introduction.
    pub fn introduction(how: &Mediation, shape: &Shape) -> usize {
        envelope::sized(9 + how.slots() * PARTNERS * shape.letter())
    }
}

/// Most requests that a plan has, over all sites.
const SLOTS_MAX: usize = SITES_MAX * 1024;
