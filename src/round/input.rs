//! Payloads that are read from memory or from an envelope that is larger than memory, by the same code.

use super::RoundError;
use super::envelope::Stream;
use crate::codec::{DecodeError, Reader};

/// Where the bytes of a payload come from.
pub(crate) trait Input {
    /// Bytes that were not yet read.
    fn left(&self) -> u64;

    /// The next bytes.
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RoundError>;

    fn u8(&mut self) -> Result<u8, RoundError> {
        self.array().map(u8::from_be_bytes)
    }

    fn u16(&mut self) -> Result<u16, RoundError> {
        self.array().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Result<u32, RoundError> {
        self.array().map(u32::from_be_bytes)
    }

    /// A four-byte number of things, at most `max`, of which each has `size` bytes or more.
    fn count(&mut self, size: usize, max: usize) -> Result<usize, RoundError> {
        let n = usize::try_from(self.u32()?).ok().filter(|n| *n <= max);
        let n = n.ok_or(DecodeError::Length)?;
        match (n as u64).checked_mul(size as u64) {
            Some(bytes) if bytes <= self.left() => Ok(n),
            _ => Err(DecodeError::Truncated.into()),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], RoundError> {
        let mut out = [0; N];
        self.fill(&mut out)?;
        Ok(out)
    }

    /// So many arrays; the input is known to hold them before anything is allocated.
    fn arrays<const N: usize>(&mut self, count: usize) -> Result<Vec<[u8; N]>, RoundError> {
        let bytes = count.checked_mul(N).ok_or(DecodeError::Length)?;
        if bytes as u64 > self.left() {
            return Err(DecodeError::Truncated.into());
        }
        let mut out = vec![[0u8; N]; count];
        self.fill(out.as_flattened_mut())?;
        Ok(out)
    }

    /// Bytes behind a four-byte length of at most `max`.
    fn bytes(&mut self, max: usize) -> Result<Vec<u8>, RoundError> {
        let len = usize::try_from(u32::from_be_bytes(self.array()?))
            .ok()
            .filter(|n| *n <= max)
            .ok_or(DecodeError::Length)?;
        Ok(self.arrays::<1>(len)?.as_flattened().to_vec())
    }
}

impl Input for Reader<'_> {
    fn left(&self) -> u64 {
        self.remaining() as u64
    }

    fn fill(&mut self, out: &mut [u8]) -> Result<(), RoundError> {
        out.copy_from_slice(self.take(out.len())?);
        Ok(())
    }
}

impl<R: std::io::Read> Input for Stream<'_, R> {
    fn left(&self) -> u64 {
        Stream::left(self)
    }

    fn fill(&mut self, out: &mut [u8]) -> Result<(), RoundError> {
        Stream::fill(self, out)
    }
}

/// What reading from memory says: there are no other errors of content.
pub(super) fn of_bytes(e: RoundError) -> DecodeError {
    match e {
        RoundError::Content(e) => e,
        _ => DecodeError::Truncated,
    }
}
