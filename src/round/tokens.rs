//! `SITE.tokens`: what a site gives to the coordinator (manual: *files*, "Token file").
//!
//! The tags are for the coordinator. The encodings are sealed, each under a key of its own that
//! follows from a file key, which is sealed to the comparer: the coordinator passes on the few that
//! it asks about, and the comparer can open those and no others. Behind them stand the shares of the counts,
//! one of each kind for every row.

use super::blinded::{arrays, places};
use super::draft::{Draft, ENCODING_MAX, PERSONS_MAX, TOKENS_MAX};
use super::input::Input;
use super::{NoteHash, RoundError, input};
use crate::codec::{Decode, DecodeError, Encode, Reader, put_bytes};
use crate::counts::person;
use crate::crypto::prio3::{self, Tables};
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
/// Bytes by which a row leaves the counts: the comparer has them beside its share, the site gives them to the
/// coordinator if the person leaves.
pub const LEAVE: usize = 16;
/// Bytes of the comparer's share of a row, sealed.
pub const SEALED_SHARE: usize = prio3::HELPER + LEAVE + once::OVERHEAD;
/// Bytes beside those of the persons.
pub const COUNTS_AROUND: usize = 64 * 1024;

/// What a token file says in front of its tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenHead {
    /// Random id of the file.
    pub file: FileId,
    /// Rows, dummies included.
    pub persons: u32,
    /// Tokens per row.
    pub tokens: u16,
    /// Bytes of an encoding.
    pub encoding: u16,
    /// Bytes of the coordinator's share of a row; 0 if nothing is counted.
    pub share: u16,
    /// Salted hash of the site's checkpoint.
    pub checkpoint: [u8; 32],
    /// The file key, as an age file to the comparer.
    pub sealed_key: Vec<u8>,
    /// The site's totals, or the coordinator's summand of them.
    pub counts: Vec<u8>,
    /// The comparer's summand of them, encrypted to it.
    pub counts_sealed: Vec<u8>,
    /// One handle for each row, all different.
    pub handles: Vec<Handle>,
    /// Rows that look to their own site as if somebody was searched for: a bit for each, row 0 the highest of
    /// the first byte ([`marks`]).
    pub marked: Vec<u8>,
}

/// The field [`TokenHead::marked`] of so many rows.
pub fn marks(rows: impl IntoIterator<Item = bool>) -> Vec<u8> {
    let mut out = Vec::new();
    for (row, marked) in rows.into_iter().enumerate() {
        if row % 8 == 0 {
            out.push(0);
        }
        if let Some(byte) = out.last_mut() {
            *byte |= u8::from(marked) << (7 - row % 8);
        }
    }
    out
}

/// A site's tags, sealed encodings and shares. Row `r`, place `j` is at `r × tokens + j`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenFile {
    /// What stands in front.
    pub head: TokenHead,
    /// Tags, all different.
    pub tags: Vec<Tag>,
    /// Sealed encodings, `encoding + 16` bytes each.
    pub encodings: Vec<u8>,
    /// The coordinator's shares of the counts, one for each row.
    pub shares: Vec<u8>,
    /// The comparer's shares, each with the bytes by which the row leaves, sealed to it.
    pub sealed_shares: Vec<u8>,
}

/// The coordinator's share of a row in bytes, as a round's note has it.
pub fn share_size(draft: &Draft) -> Result<u16, RoundError> {
    if !draft.counts() {
        return Ok(0);
    }
    let tables = Tables::new(&person::shape())?;
    u16::try_from(tables.leader_size()).map_err(|_| RoundError::Numbers)
}

impl TokenHead {
    /// Reads the head, and checks that what follows has exactly the size that it says.
    pub(super) fn read(input: &mut impl Input) -> Result<Self, RoundError> {
        match u8::from_be_bytes(input.array()?) {
            1 => {}
            v => return Err(DecodeError::Version(v).into()),
        }
        let file = input.array()?;
        let persons = u32::from_be_bytes(input.array()?);
        let tokens = u16::from_be_bytes(input.array()?);
        let encoding = u16::from_be_bytes(input.array()?);
        let share = u16::from_be_bytes(input.array()?);
        if persons > PERSONS_MAX
            || usize::from(share) > COUNTS_PER_PERSON
            || !(1..=TOKENS_MAX).contains(&tokens)
            || !(1..=ENCODING_MAX).contains(&encoding)
        {
            return Err(DecodeError::Length.into());
        }
        let checkpoint = input.array()?;
        let sealed_key = input.bytes(SEALED_KEY_MAX)?;
        let counts = input.bytes(COUNTS_AROUND)?;
        let counts_sealed = input.bytes(COUNTS_AROUND)?;
        let handles: Vec<Handle> = input.arrays(persons as usize)?;
        if repeats(&handles) {
            return Err(DecodeError::Value("repeated handle").into());
        }
        let marked: Vec<[u8; 1]> = input.arrays(persons.div_ceil(8) as usize)?;
        let marked = marked.into_flattened();
        // Bits that no row has are 0.
        let beyond = 0xffu8.checked_shr(persons % 8).unwrap_or(0);
        if persons % 8 != 0 && marked.last().is_some_and(|last| last & beyond != 0) {
            return Err(DecodeError::Value("marks").into());
        }
        let head = Self {
            file,
            persons,
            tokens,
            encoding,
            share,
            checkpoint,
            sealed_key,
            counts,
            counts_sealed,
            handles,
            marked,
        };
        let place = (size_of::<Tag>() + TokenFile::sealed_size(encoding)) as u64;
        let rest = (head.places()? as u64).checked_mul(place);
        let shares = (persons as u64).checked_mul(head.row_shares() as u64);
        let rest = rest.zip(shares).and_then(|(a, b)| a.checked_add(b));
        match rest.map(|rest| input.left().cmp(&rest)) {
            Some(std::cmp::Ordering::Equal) => Ok(head),
            Some(std::cmp::Ordering::Greater) => Err(DecodeError::Trailing(1).into()),
            _ => Err(DecodeError::Truncated.into()),
        }
    }

    /// `persons × tokens`.
    pub(super) fn places(&self) -> Result<usize, DecodeError> {
        places(self.persons, self.tokens)
    }

    /// The rows that the site has marked, ascending.
    pub fn marked_rows(&self) -> impl Iterator<Item = u32> {
        (0..self.persons).filter(|row| {
            let byte = self.marked.get((row / 8) as usize).copied().unwrap_or(0);
            byte << (row % 8) & 0x80 != 0
        })
    }

    /// Bytes of both shares of a row.
    fn row_shares(&self) -> usize {
        match self.share {
            0 => 0,
            n => usize::from(n) + SEALED_SHARE,
        }
    }

    /// Where in the file the coordinator's share of a row and the comparer's begin.
    pub(super) fn shares_at(&self, row: u32) -> Option<[u64; 2]> {
        let (true, last) = (row < self.persons, self.tokens.checked_sub(1)?) else {
            return None;
        };
        let end = self.sealed_at(self.persons.checked_sub(1)?, last)?;
        let first = end + TokenFile::sealed_size(self.encoding) as u64;
        let sealed = first + u64::from(self.persons) * u64::from(self.share);
        Some([
            first + u64::from(row) * u64::from(self.share),
            sealed + u64::from(row) * SEALED_SHARE as u64,
        ])
    }

    /// Where in the file the sealed encoding of a place begins.
    pub(super) fn sealed_at(&self, row: u32, place: u16) -> Option<u64> {
        if row >= self.persons || place >= self.tokens {
            return None;
        }
        let parts = [&self.sealed_key, &self.counts, &self.counts_sealed];
        let front = 1 + 16 + 4 + 2 + 2 + 2 + 32 + parts.iter().map(|p| 4 + p.len()).sum::<usize>();
        let front = front + self.handles.len() * 16 + self.marked.len();
        let tags = self.places().ok()?.checked_mul(size_of::<Tag>())?;
        let place = places(row, self.tokens).ok()? + usize::from(place);
        let before = place.checked_mul(TokenFile::sealed_size(self.encoding))?;
        Some((front + tags + before) as u64)
    }

    /// Checks the numbers against the note.
    ///
    /// # Errors
    /// [`RoundError::Numbers`] or [`RoundError::Quota`].
    pub fn check(&self, draft: &Draft, quota: u32) -> Result<(), RoundError> {
        if self.tokens != draft.tokens
            || self.encoding != draft.encoding
            || self.share != share_size(draft)?
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
}

impl TokenFile {
    /// Bytes of a sealed encoding.
    pub fn sealed_size(encoding: u16) -> usize {
        usize::from(encoding) + once::OVERHEAD
    }

    /// Largest payload that a round's note allows for a quota.
    pub fn max_size(draft: &Draft, quota: u32) -> usize {
        let row = 16 + 1 + usize::from(draft.tokens) * (8 + Self::sealed_size(draft.encoding));
        (quota as usize)
            .saturating_mul(row + COUNTS_PER_PERSON + SEALED_SHARE)
            .saturating_add(SEALED_KEY_MAX + 2 * COUNTS_AROUND + 128)
    }

    /// The tags of a row.
    pub fn row(&self, row: usize) -> &[Tag] {
        let t = usize::from(self.head.tokens);
        row.checked_mul(t)
            .and_then(|at| self.tags.get(at..at.checked_add(t)?))
            .unwrap_or_default()
    }

    /// The sealed encoding at a place of a row.
    pub fn sealed(&self, row: u32, place: u16) -> Option<&[u8]> {
        if row >= self.head.persons || place >= self.head.tokens {
            return None;
        }
        let size = Self::sealed_size(self.head.encoding);
        let at = places(row, self.head.tokens).ok()? + usize::from(place);
        let at = at.checked_mul(size)?;
        self.encodings.get(at..at.checked_add(size)?)
    }
}

impl Encode for TokenFile {
    fn encode(&self, out: &mut Vec<u8>) {
        let head = &self.head;
        out.reserve(
            256 + head.sealed_key.len()
                + head.counts.len()
                + head.counts_sealed.len()
                + head.handles.len() * 16
                + head.marked.len()
                + self.tags.len() * 8
                + self.encodings.len()
                + self.shares.len()
                + self.sealed_shares.len(),
        );
        out.push(1);
        out.extend_from_slice(&head.file);
        out.extend_from_slice(&head.persons.to_be_bytes());
        out.extend_from_slice(&head.tokens.to_be_bytes());
        out.extend_from_slice(&head.encoding.to_be_bytes());
        out.extend_from_slice(&head.share.to_be_bytes());
        out.extend_from_slice(&head.checkpoint);
        put_bytes(out, &head.sealed_key);
        put_bytes(out, &head.counts);
        put_bytes(out, &head.counts_sealed);
        out.extend_from_slice(head.handles.as_flattened());
        out.extend_from_slice(&head.marked);
        out.extend_from_slice(self.tags.as_flattened());
        out.extend_from_slice(&self.encodings);
        out.extend_from_slice(&self.shares);
        out.extend_from_slice(&self.sealed_shares);
    }
}

impl Decode for TokenFile {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let head = TokenHead::read(input).map_err(input::of_bytes)?;
        let count = head.places()?;
        let tags: Vec<Tag> = arrays(input, count)?;
        if repeats(&tags) {
            return Err(DecodeError::Value("repeated tag"));
        }
        let bytes = count
            .checked_mul(Self::sealed_size(head.encoding))
            .ok_or(DecodeError::Length)?;
        let rows = head.persons as usize;
        let shares = rows.checked_mul(usize::from(head.share));
        let sealed = rows.checked_mul(head.row_shares().saturating_sub(usize::from(head.share)));
        let (shares, sealed) = shares.zip(sealed).ok_or(DecodeError::Length)?;
        Ok(Self {
            head,
            tags,
            encodings: input.take(bytes)?.to_vec(),
            shares: input.take(shares)?.to_vec(),
            sealed_shares: input.take(sealed)?.to_vec(),
        })
    }
}

/// Whether a value occurs twice.
pub(super) fn repeats<T: Copy + Ord + Send>(values: &[T]) -> bool {
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

    /// The key of the comparer's share of a row: that of a place which no row has.
    pub(super) fn of_share(&self, row: u32) -> Secret<32> {
        self.of_place(row, u16::MAX)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn file(persons: u32, marked: impl IntoIterator<Item = bool>) -> TokenFile {
        TokenFile {
            head: TokenHead {
                file: [7; 16],
                persons,
                tokens: 1,
                encoding: 2,
                share: 0,
                checkpoint: [1; 32],
                sealed_key: vec![2; 5],
                counts: vec![3; 4],
                counts_sealed: Vec::new(),
                handles: (0..persons).map(|n| u128::from(n).to_be_bytes()).collect(),
                marked: marks(marked),
            },
            tags: (0..u64::from(persons)).map(u64::to_be_bytes).collect(),
            encodings: (0..persons as usize * TokenFile::sealed_size(2))
                .map(|n| n as u8)
                .collect(),
            shares: Vec::new(),
            sealed_shares: Vec::new(),
        }
    }

    #[test]
    fn each_row_has_its_mark_and_what_stands_behind_is_found() {
        for persons in [1u32, 7, 8, 9, 16, 23] {
            for of in [|_| false, |_| true, |n: u32| n % 3 == 1] {
                let made = file(persons, (0..persons).map(of));
                let bytes = made.to_bytes();
                let read = TokenFile::from_bytes(&bytes).unwrap();
                assert_eq!(read, made);
                let expected: Vec<u32> = (0..persons).filter(|n| of(*n)).collect();
                assert_eq!(read.head.marked_rows().collect::<Vec<_>>(), expected);
                for row in 0..persons {
                    let at = read.head.sealed_at(row, 0).unwrap() as usize;
                    let sealed = read.sealed(row, 0).unwrap();
                    assert_eq!(&bytes[at..at + sealed.len()], sealed);
                }
            }
        }
    }

    #[test]
    fn marks_of_rows_that_are_none_and_too_few_marks_are_refused() {
        for persons in [1u32, 7, 9] {
            let mut more = file(persons, (0..persons).map(|_| false));
            for beyond in persons % 8..8 {
                *more.head.marked.last_mut().unwrap() = 0x80 >> beyond;
                let refused = TokenFile::from_bytes(&more.to_bytes());
                assert_eq!(
                    refused,
                    Err(DecodeError::Value("marks")),
                    "{persons} {beyond}"
                );
            }
            more.head.marked.pop();
            assert!(TokenFile::from_bytes(&more.to_bytes()).is_err());
        }
    }
}
