//! What the comparer does with contributions (manual: *round*, "Counts").
//!
//! It checks the coordinator's selection against what it saw itself, every contribution against its proof,
//! and adds up its shares of those that hold. It sees no attribute of anybody: a share is random without
//! the other one.

use std::collections::BTreeSet;
use std::io::Read;

use rayon::prelude::*;
use zeroize::Zeroizing;

use super::RoundError;
use super::counts::{
    self, CountedRow, CountsReply, Selection, Unfair, may_be_counted, row_size, without_bad_files,
};
use super::envelope::{EnvelopeId, read_error};
use super::holder::HolderSecrets;
use super::note::AgreedNote;
use super::pairs::PairsList;
use super::tokens::{FileId, FileKey, LEAVE, SEALED_SHARE};
use crate::codec::{Decode, DecodeError, Encode, Reader};
use crate::counts::person;
use crate::crypto::prio3::{Bound, HELPER, Tables};
use crate::crypto::{CryptoError, once, travel};

/// What the comparer keeps of an ask, to know its matches again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The files, in the order of ids, with their rows.
    pub files: Vec<(FileId, u32)>,
    /// Pairs of rows with the level that was told, in ascending order.
    pub pairs: Vec<(CountedRow, CountedRow, u8)>,
}

impl Comparison {
    /// Of an ask and the levels that answer it.
    pub fn of(ask: &PairsList, levels: &[u8]) -> Self {
        let row = |p: &super::pairs::Place| CountedRow {
            file: p.file,
            row: p.row,
        };
        let pairs = ask.pairs.iter().zip(levels);
        Self {
            files: ask.files.iter().map(|f| (f.file, f.persons)).collect(),
            pairs: pairs
                .map(|(p, level)| (row(&p.a), row(&p.b), *level))
                .collect(),
        }
    }
}

const FILE: usize = 20;
const PAIR: usize = 13;

impl Encode for Comparison {
    fn encode(&self, out: &mut Vec<u8>) {
        out.reserve(16 + self.files.len() * FILE + self.pairs.len() * PAIR);
        out.push(1);
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes();
        out.extend_from_slice(&count(self.files.len()));
        for (file, rows) in &self.files {
            out.extend_from_slice(file);
            out.extend_from_slice(&rows.to_be_bytes());
        }
        out.extend_from_slice(&count(self.pairs.len()));
        for (a, b, level) in &self.pairs {
            for row in [a, b] {
                out.extend_from_slice(&row.file.to_be_bytes());
                out.extend_from_slice(&row.row.to_be_bytes());
            }
            out.push(*level);
        }
    }
}

impl Decode for Comparison {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8()? {
            1 => {}
            v => return Err(DecodeError::Version(v)),
        }
        let n = input.count(FILE, super::draft::SITES_MAX)?;
        let files = (0..n)
            .map(|_| Ok((input.array()?, input.u32()?)))
            .collect::<Result<_, DecodeError>>()?;
        let n = input.count(PAIR, super::pairs::PAIRS_MAX)?;
        let row = |input: &mut Reader<'_>| {
            Ok::<_, DecodeError>(CountedRow {
                file: input.u16()?,
                row: input.u32()?,
            })
        };
        let pairs = (0..n)
            .map(|_| Ok((row(input)?, row(input)?, input.u8()?)))
            .collect::<Result<_, DecodeError>>()?;
        Ok(Self { files, pairs })
    }
}

/// Why nothing was added up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The selection does not follow from what was compared.
    Unfair(Unfair),
    /// The ask itself.
    Round(RoundError),
}

impl From<RoundError> for Refused {
    fn from(e: RoundError) -> Self {
        Self::Round(e)
    }
}

impl From<CryptoError> for Refused {
    fn from(e: CryptoError) -> Self {
        Self::Round(e.into())
    }
}

/// A row's share with the bytes by which it leaves.
type Opened = Zeroizing<[u8; HELPER + LEAVE]>;

fn open(key: Option<&FileKey>, row: u32, sealed: &[u8]) -> Option<Opened> {
    let mut message = Zeroizing::new(<[u8; SEALED_SHARE]>::try_from(sealed).ok()?);
    let opened = once::open_in_place(&key?.of_share(row), message.as_mut_slice()).ok()?;
    let mut out = Zeroizing::new([0u8; HELPER + LEAVE]);
    out.copy_from_slice(opened);
    Some(out)
}

/// Rows whose contributions are held at once.
const BLOCK: usize = 1 << 14;

/// A `counts.ask` that is being read.
pub struct Asked<'a, R> {
    /// Its id.
    pub id: EnvelopeId,
    /// What is added up.
    pub selection: &'a Selection,
    /// Bytes of the contributions.
    pub len: u64,
    /// The contributions, which are read block by block.
    pub contributions: R,
}

/// Checks a selection and adds up. `matched` are the pairs that the comparer saw to be one person, `verify`
/// its part of the verification key, `noise` draws as many numbers as it is asked for.
///
/// # Errors
/// [`Refused`]. A contribution that does not hold is no error: it is left out.
pub fn tally(
    note: &AgreedNote,
    secrets: &HolderSecrets,
    asked: Asked<'_, impl Read>,
    compared: &Comparison,
    matched: &BTreeSet<(CountedRow, CountedRow)>,
    verify: &[u8; 32],
    noise: impl FnOnce(usize) -> Result<Vec<i64>, CryptoError>,
) -> Result<CountsReply, Refused> {
    let Asked {
        id,
        selection,
        len,
        mut contributions,
    } = asked;
    let hash = note.hash();
    let keys: Vec<Option<FileKey>> = selection
        .files
        .iter()
        .map(|file| {
            let plain =
                travel::decrypt_bytes(secrets.identity(), &file.sealed_key, FileKey::SIZE).ok()?;
            let fits = |k: &FileKey| k.note == hash && k.file == file.file;
            FileKey::from_bytes(&plain).ok().filter(fits)
        })
        .collect();
    let key = |file: u16| keys.get(usize::from(file)).and_then(Option::as_ref);
    selection
        .check(&compared.files, matched, |left| {
            let opened = open(key(left.row.file), left.row.row, &left.sealed)?;
            opened.last_chunk().copied()
        })
        .map_err(Refused::Unfair)?;
    // The files are those that are known by now, so there are no more rows than were compared.
    let rows = selection.rows(&hash)?;
    if (rows.len() as u64).checked_mul(row_size() as u64) != Some(len) {
        return Err(RoundError::Numbers.into());
    }
    let tables = Tables::new(&person::shape())?;
    let context = counts::context(&hash);
    let verify = counts::verify_key(&hash, &selection.verify, verify);
    // File by file, so that one of which many rows are invalid can be left out.
    let mut sums = Vec::new();
    let mut valid = Vec::with_capacity(rows.len());
    let mut bytes = vec![0; row_size() * BLOCK.min(rows.len())];
    for of_file in rows.chunk_by(|a, b| a.file == b.file) {
        let file = of_file.first().map_or(0, |row| row.file);
        let file = selection
            .files
            .get(usize::from(file))
            .ok_or(RoundError::Numbers)?;
        let start = valid.len();
        let mut of_all = tables.nothing();
        let one = |(row, bytes): (&CountedRow, &[u8]), sum: &mut _| {
            let (sealed, message) = bytes.split_at(SEALED_SHARE);
            let opened = open(key(row.file), row.row, sealed).ok_or(CryptoError::Open)?;
            let share: &[u8; HELPER] = opened.first_chunk().ok_or(CryptoError::Open)?;
            let bound = Bound {
                key: &verify,
                context: &context,
                nonce: &counts::nonce(&hash, &file.file, row.row),
            };
            tables.check(bound, share, message, sum)
        };
        for block in of_file.chunks(BLOCK) {
            bytes.resize(row_size() * block.len(), 0);
            contributions.read_exact(&mut bytes).map_err(read_error)?;
            let (sum, of_valid) = block
                .par_iter()
                .zip(bytes.par_chunks(row_size()))
                .fold(
                    || (tables.nothing(), Vec::new()),
                    |(mut sum, mut valid): (_, Vec<bool>), row| {
                        valid.push(one(row, &mut sum).is_ok());
                        (sum, valid)
                    },
                )
                .reduce(
                    || (tables.nothing(), Vec::new()),
                    |(mut sum, mut valid), (other, more)| {
                        // Of one shape by construction.
                        let _ = sum.plus(&other);
                        valid.extend(more);
                        (sum, valid)
                    },
                );
            of_all.plus(&sum)?;
            valid.extend(of_valid);
        }
        sums.push((start, of_all));
    }
    let before = valid.clone();
    without_bad_files(&rows, &mut valid);
    let counted: Vec<&CountedRow> = rows
        .iter()
        .zip(&valid)
        .filter(|(_, v)| **v)
        .map(|(r, _)| r)
        .collect();
    if !may_be_counted(note.draft(), counted.iter().copied()) {
        return Ok(CountsReply {
            ask: id,
            valid,
            sums: None,
        });
    }
    let mut all = tables.nothing();
    for (start, sum) in &sums {
        // A file is in with all rows that hold, or with none.
        let end = sums
            .iter()
            .map(|s| s.0)
            .find(|s| s > start)
            .unwrap_or(rows.len());
        if valid.get(*start..end) == before.get(*start..end) {
            all.plus(sum)?;
        }
    }
    all.noise(&noise(tables.elements())?)?;
    Ok(CountsReply {
        ask: id,
        valid,
        sums: Some(all.to_bytes()?),
    })
}
