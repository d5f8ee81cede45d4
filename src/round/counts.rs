//! `counts.ask` and `counts.reply`: coordinator and comparer add up contributions (manual: *files*,
//! "Counts").
//!
//! The ask is the round's selection: every row of every file, but one of each person that was found twice,
//! and none of those who left. Which one stays is drawn by a lot that nobody chooses, so the coordinator has
//! no way to choose persons; [`Selection::check`] sees to it for the comparer.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::{Draft, PERSONS_MAX, SITES_MAX, SITES_MIN};
use super::envelope::EnvelopeId;
use super::input::{self, Input};
use super::tokens::{FileId, LEAVE, SEALED_KEY_MAX, SEALED_SHARE};
use super::{NoteHash, RoundError};
use crate::codec::{Decode, DecodeError, Encode, Reader, put_bytes};
use crate::crypto::hash::sha256;
use crate::crypto::prio3::Tables;
use crate::crypto::{Secret, kdf, labels};

/// What shares of a round are bound to.
pub fn context(note: &NoteHash) -> Vec<u8> {
    [labels::COUNTS_CONTEXT, &note.0].concat()
}

/// The place of a contribution.
pub fn nonce(note: &NoteHash, file: &FileId, row: u32) -> [u8; 16] {
    let hash = sha256(&[labels::COUNTS_NONCE, &note.0, file, &row.to_be_bytes()]);
    hash.first_chunk().copied().unwrap_or_default()
}

/// The verification key, of which each of the two gives a part when no site can change its shares any more.
pub fn verify_key(note: &NoteHash, coordinator: &[u8; 32], comparer: &[u8; 32]) -> Secret<32> {
    kdf::derive(labels::COUNTS_VERIFY, &[&note.0, coordinator, comparer])
}

fn lot(note: &NoteHash, file: &FileId, row: u32) -> [u8; 32] {
    sha256(&[labels::COUNTS_LOT, &note.0, file, &row.to_be_bytes()])
}

/// A row of a file, which is named by its place in the ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountedRow {
    /// Which file.
    pub file: u16,
    /// Its row.
    pub row: u32,
}

/// A file whose rows are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedFile {
    /// Its id.
    pub file: FileId,
    /// Its rows, dummies included.
    pub persons: u32,
    /// Its key, sealed to the comparer.
    pub sealed_key: Vec<u8>,
}

/// Which contributions are added up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The coordinator's part of the verification key.
    pub verify: [u8; 32],
    /// The files, in the order of ids.
    pub files: Vec<CountedFile>,
    /// Rows that were found to be one person, of two or more files, in ascending order.
    pub persons: Vec<Vec<CountedRow>>,
    /// Rows that left, ascending.
    pub left: Vec<LeftRow>,
}

/// A row that left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftRow {
    /// Which.
    pub row: CountedRow,
    /// What its site gave for it.
    pub word: [u8; LEAVE],
    /// The comparer's share of it, sealed, in which the same is.
    pub sealed: [u8; SEALED_SHARE],
}

/// Why a selection is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfair {
    /// Other files than were compared.
    Files,
    /// Rows are said to be one person that the comparer did not see to match.
    Persons,
    /// A row is said to have left without its site's word.
    Left,
}

impl Selection {
    /// The rows that are added up, in order.
    ///
    /// # Errors
    /// [`RoundError::Numbers`] if a row is named twice or is not there.
    pub fn rows(&self, note: &NoteHash) -> Result<Vec<CountedRow>, RoundError> {
        let mut out: BTreeSet<CountedRow> = BTreeSet::new();
        let mut add = |row: CountedRow| {
            let file = self.files.get(usize::from(row.file));
            let known = file.is_some_and(|f| row.row < f.persons);
            (known && out.insert(row))
                .then_some(())
                .ok_or(RoundError::Numbers)
        };
        for left in &self.left {
            add(left.row)?;
        }
        let mut kept = Vec::new();
        for person in &self.persons {
            for row in person {
                add(*row)?;
            }
            let drawn = person.iter().filter_map(|row| {
                let file = self.files.get(usize::from(row.file))?;
                Some((lot(note, &file.file, row.row), *row))
            });
            kept.extend(drawn.min().map(|(_, row)| row));
        }
        for row in kept {
            out.remove(&row);
        }
        let all = (0u16..)
            .zip(&self.files)
            .flat_map(|(file, f)| (0..f.persons).map(move |row| CountedRow { file, row }));
        Ok(all.filter(|row| !out.contains(row)).collect())
    }

    /// Whether the coordinator had no choice: the files are those that were compared, rows of one person are
    /// connected by pairs that the comparer saw to match, and who left has the word of its site, as `word`
    /// finds it in what the site sealed. A row that cannot be opened could not be counted anyway.
    ///
    /// # Errors
    /// What is not so.
    pub fn check(
        &self,
        compared: &[(FileId, u32)],
        matched: &BTreeSet<(CountedRow, CountedRow)>,
        word: impl Fn(&LeftRow) -> Option<[u8; LEAVE]>,
    ) -> Result<(), Unfair> {
        let files = self.files.iter().map(|f| (f.file, f.persons));
        if !files.eq(compared.iter().copied()) {
            return Err(Unfair::Files);
        }
        for person in &self.persons {
            let mut reached = vec![false; person.len()];
            let mut next = vec![0usize];
            while let Some(i) = next.pop() {
                let Some(seen) = reached.get_mut(i).filter(|seen| !**seen) else {
                    continue;
                };
                *seen = true;
                let Some(at) = person.get(i) else { continue };
                for (j, other) in person.iter().enumerate() {
                    if matched.contains(&(*at.min(other), *at.max(other))) {
                        next.push(j);
                    }
                }
            }
            if !reached.iter().all(|r| *r) {
                return Err(Unfair::Persons);
            }
        }
        if self
            .left
            .iter()
            .any(|l| word(l).is_some_and(|w| w != l.word))
        {
            return Err(Unfair::Left);
        }
        Ok(())
    }
}

/// Whether these contributions may be added up: of enough files, none with too large a share of the rows, and
/// enough of them. Rows of dummies count, as nobody here can tell them.
pub fn may_be_counted<'r>(draft: &Draft, rows: impl IntoIterator<Item = &'r CountedRow>) -> bool {
    let mut of: BTreeMap<u16, u64> = BTreeMap::new();
    for row in rows {
        *of.entry(row.file).or_default() += 1;
    }
    let all: u64 = of.values().sum();
    let largest = of.values().max().copied().unwrap_or_default();
    of.len() >= SITES_MIN
        && all >= u64::from(draft.min_cell)
        && largest * 100 <= all * u64::from(draft.largest_share)
}

/// Of a file's rows, one in so many, and one more, may be invalid by themselves; with more, none of its rows
/// is counted. So invalid rows are no way to choose among persons.
const INVALID_IN: usize = 64;

/// Takes out all rows of files with many invalid ones. Returns how many rows of each file were not counted.
pub fn without_bad_files(rows: &[CountedRow], valid: &mut [bool]) -> BTreeMap<u16, u32> {
    let mut of: BTreeMap<u16, (usize, usize)> = BTreeMap::new();
    for (row, valid) in rows.iter().zip(valid.iter()) {
        let (all, bad) = of.entry(row.file).or_default();
        *all += 1;
        *bad += usize::from(!valid);
    }
    let mut out = BTreeMap::new();
    for (row, valid) in rows.iter().zip(valid.iter_mut()) {
        let (all, bad) = of.get(&row.file).copied().unwrap_or_default();
        if bad > 1 + all / INVALID_IN {
            *valid = false;
        }
        if !*valid {
            *out.entry(row.file).or_default() += 1;
        }
    }
    out
}

/// Bytes of a row in an ask: the comparer's share, sealed, and what the coordinator says about the row.
pub fn row_size() -> usize {
    SEALED_SHARE + Tables::message_size()
}

/// The whole of a `counts.ask`. One of a large round is written and read without being held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountsAsk {
    /// What is added up.
    pub selection: Selection,
    /// For each row of the selection the comparer's share, sealed, and what the coordinator says about it.
    pub rows: Vec<u8>,
}

impl CountsAsk {
    /// Largest ask of a round.
    pub fn max_size(draft: &Draft) -> usize {
        let persons: usize = draft.sites.iter().map(|(_, quota)| *quota as usize).sum();
        let around = draft.sites.len() * (24 + SEALED_KEY_MAX) + 64;
        // A row stands at most once in the selection and once among the rows.
        persons
            .saturating_mul(row_size() + 10 + LEAVE + SEALED_SHARE)
            .saturating_add(around)
    }
}

fn put_count(out: &mut Vec<u8>, n: usize) {
    out.extend_from_slice(&u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes());
}

fn put_row(out: &mut Vec<u8>, row: &CountedRow) {
    out.extend_from_slice(&row.file.to_be_bytes());
    out.extend_from_slice(&row.row.to_be_bytes());
}

fn read_row(input: &mut impl Input) -> Result<CountedRow, RoundError> {
    Ok(CountedRow {
        file: input.u16()?,
        row: input.u32()?,
    })
}

impl Encode for Selection {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(1);
        out.extend_from_slice(&self.verify);
        put_count(out, self.files.len());
        for file in &self.files {
            out.extend_from_slice(&file.file);
            out.extend_from_slice(&file.persons.to_be_bytes());
            put_bytes(out, &file.sealed_key);
        }
        put_count(out, self.persons.len());
        for person in &self.persons {
            out.extend_from_slice(
                &u16::try_from(person.len())
                    .unwrap_or(u16::MAX)
                    .to_be_bytes(),
            );
            person.iter().for_each(|row| put_row(out, row));
        }
        put_count(out, self.left.len());
        for left in &self.left {
            put_row(out, &left.row);
            out.extend_from_slice(&left.word);
            out.extend_from_slice(&left.sealed);
        }
    }
}

impl Selection {
    /// Reads what stands in front of the contributions.
    ///
    /// # Errors
    /// [`RoundError::Content`]; [`RoundError::Damaged`], [`RoundError::Io`].
    pub(crate) fn read(input: &mut impl Input) -> Result<Self, RoundError> {
        match input.u8()? {
            1 => {}
            v => return Err(DecodeError::Version(v).into()),
        }
        let verify = input.array()?;
        let n = input.count(24, SITES_MAX)?;
        let mut files: Vec<CountedFile> = Vec::with_capacity(n);
        for _ in 0..n {
            let file = CountedFile {
                file: input.array()?,
                persons: input.u32()?,
                sealed_key: input.bytes(SEALED_KEY_MAX)?,
            };
            if file.persons > PERSONS_MAX || files.last().is_some_and(|f| f.file >= file.file) {
                return Err(DecodeError::Value("files").into());
            }
            files.push(file);
        }
        let n = input.count(14, PERSONS_MAX as usize)?;
        let mut persons: Vec<Vec<CountedRow>> = Vec::with_capacity(n);
        for _ in 0..n {
            let rows = usize::from(input.u16()?);
            if rows > files.len() {
                return Err(DecodeError::Length.into());
            }
            let rows = (0..rows)
                .map(|_| read_row(input))
                .collect::<Result<Vec<_>, _>>()?;
            let fits = rows.len() > 1
                && rows.is_sorted_by(|a, b| a.file < b.file)
                && persons.last().is_none_or(|before| *before < rows);
            if !fits {
                return Err(DecodeError::Value("persons").into());
            }
            persons.push(rows);
        }
        let n = input.count(6 + LEAVE + SEALED_SHARE, PERSONS_MAX as usize)?;
        let left = (0..n)
            .map(|_| {
                Ok(LeftRow {
                    row: read_row(input)?,
                    word: input.array()?,
                    sealed: input.array()?,
                })
            })
            .collect::<Result<Vec<_>, RoundError>>()?;
        if !left.is_sorted_by(|a, b| a.row < b.row) {
            return Err(DecodeError::Value("left").into());
        }
        Ok(Self {
            verify,
            files,
            persons,
            left,
        })
    }
}

impl Decode for Selection {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Self::read(input).map_err(input::of_bytes)
    }
}

impl Encode for CountsAsk {
    fn encode(&self, out: &mut Vec<u8>) {
        self.selection.encode(out);
        out.extend_from_slice(&self.rows);
    }
}

impl Decode for CountsAsk {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let selection = Selection::decode(input)?;
        let rest = input.remaining();
        if !rest.is_multiple_of(row_size()) {
            return Err(DecodeError::Truncated);
        }
        Ok(Self {
            selection,
            rows: input.take(rest)?.to_vec(),
        })
    }
}

/// `counts.reply`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountsReply {
    /// Id of the ask.
    pub ask: EnvelopeId,
    /// Which rows of the selection were counted.
    pub valid: Vec<bool>,
    /// The comparer's share of the sums, with its noise; nothing if too few were left to be counted.
    pub sums: Option<Vec<u8>>,
}

/// Largest share of sums.
const SUMS_MAX: usize = 65_536;

impl CountsReply {
    /// Largest reply about so many rows.
    pub fn max_size(rows: usize) -> usize {
        rows.div_ceil(8)
            .saturating_add(1 + 32 + 4 + 1 + 4 + SUMS_MAX)
    }
}

impl Encode for CountsReply {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(1);
        out.extend_from_slice(&self.ask.0);
        put_count(out, self.valid.len());
        for eight in self.valid.chunks(8) {
            let bit = |(i, valid): (usize, &bool)| u8::from(*valid) << (7 - i);
            out.push(eight.iter().enumerate().map(bit).sum());
        }
        out.push(u8::from(self.sums.is_some()));
        if let Some(sums) = &self.sums {
            put_bytes(out, sums);
        }
    }
}

impl Decode for CountsReply {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8()? {
            1 => {}
            v => return Err(DecodeError::Version(v)),
        }
        let ask = EnvelopeId(input.array()?);
        let n = usize::try_from(input.u32()?).map_err(|_| DecodeError::Length)?;
        let bytes = input.take(n.div_ceil(8))?;
        let bit = |i: usize| bytes.get(i / 8).is_some_and(|b| b >> (7 - i % 8) & 1 == 1);
        let valid: Vec<bool> = (0..n).map(bit).collect();
        if (n..bytes.len() * 8).any(bit) {
            return Err(DecodeError::Value("bits"));
        }
        let sums = match input.u8()? {
            0 => None,
            1 => Some(input.bytes(SUMS_MAX)?.to_vec()),
            _ => return Err(DecodeError::Value("sums")),
        };
        Ok(Self { ask, valid, sums })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(file: u16, row: u32) -> CountedRow {
        CountedRow { file, row }
    }

    fn selection() -> Selection {
        Selection {
            verify: [1; 32],
            files: (0u8..3)
                .map(|i| CountedFile {
                    file: [i; 16],
                    persons: 20,
                    sealed_key: vec![i; 3],
                })
                .collect(),
            persons: vec![
                vec![row(0, 3), row(1, 4)],
                vec![row(0, 5), row(1, 6), row(2, 7)],
            ],
            left: vec![left(row(0, 0))],
        }
    }

    fn left(row: CountedRow) -> LeftRow {
        LeftRow {
            row,
            word: [7; LEAVE],
            sealed: [1; SEALED_SHARE],
        }
    }

    fn matched() -> BTreeSet<(CountedRow, CountedRow)> {
        [
            (row(0, 3), row(1, 4)),
            (row(0, 5), row(2, 7)),
            (row(1, 6), row(2, 7)),
        ]
        .into()
    }

    const COMPARED: [(FileId, u32); 3] = [([0; 16], 20), ([1; 16], 20), ([2; 16], 20)];

    fn check(selection: &Selection) -> Result<(), Unfair> {
        selection.check(&COMPARED, &matched(), |l| match l.row.row {
            0 => Some([7; LEAVE]),
            1 => Some([8; LEAVE]),
            _ => None,
        })
    }

    #[test]
    fn one_row_of_each_person_stays_and_no_one_chooses_which() {
        let note = NoteHash([5; 32]);
        let selection = selection();
        assert_eq!(check(&selection), Ok(()));
        let rows = selection.rows(&note).unwrap();
        assert_eq!(rows.len(), 60 - 1 - 1 - 2);
        assert!(!rows.contains(&row(0, 0)) && rows.is_sorted());
        for person in &selection.persons {
            assert_eq!(person.iter().filter(|r| rows.contains(r)).count(), 1);
        }
        // Another round draws another lot, sooner or later.
        let differs = |n: u8| selection.rows(&NoteHash([n; 32])).unwrap() != rows;
        assert!((0..20).any(differs));
    }

    #[test]
    fn what_the_comparer_did_not_see_is_refused() {
        let bad = |change: &dyn Fn(&mut Selection)| {
            let mut selection = selection();
            change(&mut selection);
            check(&selection)
        };
        assert_eq!(bad(&|s| s.files[0].persons = 19), Err(Unfair::Files));
        assert_eq!(bad(&|s| drop(s.files.pop())), Err(Unfair::Files));
        assert_eq!(
            bad(&|s| s.persons.push(vec![row(1, 1), row(2, 1)])),
            Err(Unfair::Persons)
        );
        assert_eq!(bad(&|s| s.persons[0].push(row(2, 9))), Err(Unfair::Persons));
        assert_eq!(bad(&|s| s.left[0].word[0] ^= 1), Err(Unfair::Left));
        assert_eq!(bad(&|s| s.left.push(left(row(1, 1)))), Err(Unfair::Left));
        assert_eq!(bad(&|s| s.left.push(left(row(1, 2)))), Ok(()));
        // A row that stands in two places, or is not there.
        let rows = |change: &dyn Fn(&mut Selection)| {
            let mut selection = selection();
            change(&mut selection);
            selection.rows(&NoteHash([5; 32]))
        };
        assert!(rows(&|s| s.left[0].row = row(0, 3)).is_err());
        assert!(rows(&|s| s.left[0].row = row(0, 20)).is_err());
        assert!(rows(&|s| s.persons[0][0] = row(0, 5)).is_err());
    }

    #[test]
    fn bytes_are_strict() {
        let ask = CountsAsk {
            selection: selection(),
            rows: vec![9; row_size() * 2],
        };
        assert_eq!(CountsAsk::from_bytes(&ask.to_bytes()), Ok(ask.clone()));
        let mut longer = ask.to_bytes();
        longer.push(0);
        assert!(CountsAsk::from_bytes(&longer).is_err());
        for change in [
            |s: &mut Selection| s.persons.swap(0, 1),
            |s: &mut Selection| s.persons[0].swap(0, 1),
            |s: &mut Selection| s.persons[0].truncate(1),
            |s: &mut Selection| s.files.swap(0, 1),
            |s: &mut Selection| s.left.push(left(row(0, 0))),
        ] {
            let mut bad = ask.clone();
            change(&mut bad.selection);
            assert!(CountsAsk::from_bytes(&bad.to_bytes()).is_err());
        }
        for n in [0, 1, 8, 9, 17] {
            let reply = CountsReply {
                ask: EnvelopeId([3; 32]),
                valid: (0..n).map(|i| i % 3 == 0).collect(),
                sums: (n > 1).then(|| vec![5; 32]),
            };
            assert_eq!(
                CountsReply::from_bytes(&reply.to_bytes()),
                Ok(reply.clone())
            );
            assert!(reply.to_bytes().len() <= CountsReply::max_size(n));
        }
        let one = CountsReply {
            ask: EnvelopeId([3; 32]),
            valid: vec![true],
            sums: None,
        };
        let mut bits = one.to_bytes();
        bits[37] |= 1;
        assert!(CountsReply::from_bytes(&bits).is_err());
    }

    #[test]
    fn a_file_with_many_invalid_rows_is_out() {
        let rows: Vec<CountedRow> = (0..3)
            .flat_map(|f| (0..128).map(move |r| row(f, r)))
            .collect();
        let mut valid = vec![true; rows.len()];
        valid[0] = false;
        valid[130..134].fill(false);
        let out = without_bad_files(&rows, &mut valid);
        assert_eq!(out, [(0, 1), (1, 128)].into());
        assert_eq!(valid.iter().filter(|v| **v).count(), 127 + 128);
    }
}
