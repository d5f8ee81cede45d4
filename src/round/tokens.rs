//! `SITE.tokens`: what a site gives to the coordinator (manual: *files*, "Token file").
//!
//! The tags are for the coordinator. The encodings are sealed, each under a key of its own that
//! follows from a file key, which is sealed to the comparer: the coordinator passes on the few that
//! it asks about, and the comparer can open those and no others.

use super::blinded::{arrays, places};
use super::draft::{Draft, ENCODING_MAX, PERSONS_MAX, TOKENS_MAX};
use super::{NoteHash, RoundError};
use crate::codec::{Decode, DecodeError, Encode, Reader, put_bytes};
use crate::crypto::{Secret, kdf, labels, once};

/// What the coordinator compares: 8 bytes of a PRF output.
pub type Tag = [u8; 8];
/// What a person is called in one round, between its site and the coordinator.
pub type Handle = [u8; 16];
/// What a site's file is called, between coordinator and comparer.
pub type FileId = [u8; 16];

/// Largest sealed file key, in bytes.
pub const SEALED_KEY_MAX: usize = 2048;
/// Most bytes of the shares of the counts, for each person.
pub const COUNTS_PER_PERSON: usize = 4096;
/// Bytes of the shares of the counts beside those of the persons.
pub const COUNTS_AROUND: usize = 64 * 1024;

/// A site's tags, sealed encodings and shares. Row `r`, place `j` is at `r × tokens + j`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenFile {
    /// Random id of the file.
    pub file: FileId,
    /// Rows, dummies included.
    pub persons: u32,
    /// Tokens per row.
    pub tokens: u16,
    /// Bytes of an encoding.
    pub encoding: u16,
    /// Salted hash of the site's checkpoint.
    pub checkpoint: [u8; 32],
    /// The file key, as an age file to the comparer.
    pub sealed_key: Vec<u8>,
    /// Shares of the counts for the coordinator.
    pub counts: Vec<u8>,
    /// Shares of the counts for the comparer, encrypted to it.
    pub counts_sealed: Vec<u8>,
    /// One handle for each row, all different.
    pub handles: Vec<Handle>,
    /// Tags, all different.
    pub tags: Vec<Tag>,
    /// Sealed encodings, `encoding + 16` bytes each.
    pub encodings: Vec<u8>,
}

impl TokenFile {
    /// Bytes of a sealed encoding.
    pub fn sealed_size(encoding: u16) -> usize {
        usize::from(encoding) + once::OVERHEAD
    }

    /// Largest payload that a round's note allows for a quota.
    pub fn max_size(draft: &Draft, quota: u32) -> usize {
        let row = 16 + usize::from(draft.tokens) * (8 + Self::sealed_size(draft.encoding));
        (quota as usize)
            .saturating_mul(row + 2 * COUNTS_PER_PERSON)
            .saturating_add(SEALED_KEY_MAX + 2 * COUNTS_AROUND + 128)
    }

    /// Checks the numbers against the note.
    ///
    /// # Errors
    /// [`RoundError::Numbers`] or [`RoundError::Quota`].
    pub fn check(&self, draft: &Draft, quota: u32) -> Result<(), RoundError> {
        if self.tokens != draft.tokens
            || self.encoding != draft.encoding
            || super::blinded::size_class(self.persons) != self.persons
        {
            return Err(RoundError::Numbers);
        }
        if self.persons > quota {
            return Err(RoundError::Quota {
                asked: self.persons,
                quota,
            });
        }
        Ok(())
    }

    /// The tags of a row.
    pub fn row(&self, row: usize) -> &[Tag] {
        let t = usize::from(self.tokens);
        row.checked_mul(t)
            .and_then(|at| self.tags.get(at..at.checked_add(t)?))
            .unwrap_or_default()
    }

    /// The sealed encoding at a place of a row.
    pub fn sealed(&self, row: u32, place: u16) -> Option<&[u8]> {
        if row >= self.persons || place >= self.tokens {
            return None;
        }
        let size = Self::sealed_size(self.encoding);
        let at = places(row, self.tokens).ok()? + usize::from(place);
        let at = at.checked_mul(size)?;
        self.encodings.get(at..at.checked_add(size)?)
    }
}

fn counts_max(persons: u32) -> usize {
    (persons as usize)
        .saturating_mul(COUNTS_PER_PERSON)
        .saturating_add(COUNTS_AROUND)
}

impl Encode for TokenFile {
    fn encode(&self, out: &mut Vec<u8>) {
        out.reserve(
            256 + self.sealed_key.len()
                + self.counts.len()
                + self.counts_sealed.len()
                + self.handles.len() * 16
                + self.tags.len() * 8
                + self.encodings.len(),
        );
        out.push(1);
        out.extend_from_slice(&self.file);
        out.extend_from_slice(&self.persons.to_be_bytes());
        out.extend_from_slice(&self.tokens.to_be_bytes());
        out.extend_from_slice(&self.encoding.to_be_bytes());
        out.extend_from_slice(&self.checkpoint);
        put_bytes(out, &self.sealed_key);
        put_bytes(out, &self.counts);
        put_bytes(out, &self.counts_sealed);
        out.extend_from_slice(self.handles.as_flattened());
        out.extend_from_slice(self.tags.as_flattened());
        out.extend_from_slice(&self.encodings);
    }
}

impl Decode for TokenFile {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8()? {
            1 => {}
            v => return Err(DecodeError::Version(v)),
        }
        let file = input.array()?;
        let persons = input.u32()?;
        let tokens = input.u16()?;
        let encoding = input.u16()?;
        if persons > PERSONS_MAX
            || !(1..=TOKENS_MAX).contains(&tokens)
            || !(1..=ENCODING_MAX).contains(&encoding)
        {
            return Err(DecodeError::Length);
        }
        let checkpoint = input.array()?;
        let sealed_key = input.bytes(SEALED_KEY_MAX)?.to_vec();
        let counts = input.bytes(counts_max(persons))?.to_vec();
        let counts_sealed = input.bytes(counts_max(persons))?.to_vec();
        let count = places(persons, tokens)?;
        let handles: Vec<Handle> = arrays(input, persons as usize)?;
        let tags: Vec<Tag> = arrays(input, count)?;
        let bytes = count
            .checked_mul(Self::sealed_size(encoding))
            .ok_or(DecodeError::Length)?;
        let encodings = input.take(bytes)?.to_vec();
        if repeats(&handles) || repeats(&tags) {
            return Err(DecodeError::Value("repeated tag"));
        }
        Ok(Self {
            file,
            persons,
            tokens,
            encoding,
            checkpoint,
            sealed_key,
            counts,
            counts_sealed,
            handles,
            tags,
            encodings,
        })
    }
}

/// Whether a value occurs twice.
fn repeats<T: Copy + Ord + Send>(values: &[T]) -> bool {
    use rayon::slice::ParallelSliceMut as _;
    let mut sorted = values.to_vec();
    sorted.par_sort_unstable();
    sorted.windows(2).any(|w| w[0] == w[1])
}

/// The key of a file's encodings. The site draws it, the comparer opens it.
pub struct FileKey {
    pub(super) note: NoteHash,
    pub(super) file: FileId,
    pub(super) key: Secret<32>,
}

impl FileKey {
    /// Bytes of a file key that is to be sealed.
    pub const SIZE: usize = labels::SEALED_FILE_KEY.len() + 32 + 16 + 32;

    /// The key of one encoding, by row and place.
    pub(super) fn of_place(&self, row: u32, place: u16) -> Secret<32> {
        let parts: [&[u8]; 4] = [
            &self.note.0,
            &self.file,
            &row.to_be_bytes(),
            &place.to_be_bytes(),
        ];
        Secret::init_with(|out| out.copy_from_slice(kdf::keyed(&self.key, &parts).as_slice()))
    }
}

impl Encode for FileKey {
    fn encode(&self, out: &mut Vec<u8>) {
        out.reserve(Self::SIZE);
        out.extend_from_slice(labels::SEALED_FILE_KEY);
        out.extend_from_slice(&self.note.0);
        out.extend_from_slice(&self.file);
        out.extend_from_slice(self.key.expose());
    }
}

impl Decode for FileKey {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if input.take(labels::SEALED_FILE_KEY.len())? != labels::SEALED_FILE_KEY {
            return Err(DecodeError::Value("label"));
        }
        Ok(Self {
            note: NoteHash(input.array()?),
            file: input.array()?,
            key: Secret::from_slice(input.take(32)?).map_err(|_| DecodeError::Truncated)?,
        })
    }
}
