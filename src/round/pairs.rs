//! `pairs.ask` and `pairs.weights`: the coordinator has the comparer look at candidate pairs (manual:
//! *files*, "Pairs").

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::RoundError;
use super::agreement::Agreement;
use super::draft::{Draft, ENCODING_MAX, PERSONS_MAX, SITES_MAX, TOKENS_MAX};
use super::envelope::EnvelopeId;
use super::input::{self, Input};
use super::tokens::{FileId, SEALED_KEY_MAX, TokenFile};
use super::totals::{SEALED_TOTALS_MAX, Totals};
use crate::codec::{Decode, DecodeError, Encode, Reader, put_bytes};

/// Most pairs of one ask.
pub const PAIRS_MAX: usize = 1 << 24;
/// Number of levels of a weight.
pub const LEVELS: u8 = 8;

/// An encoding: file (its place in the ask), row, place in the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Which file of the ask.
    pub file: u16,
    /// Row of the file.
    pub row: u32,
    /// Place in the row.
    pub place: u16,
}

/// A file of which encodings are asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskFile {
    /// Its id; no site is named.
    pub file: FileId,
    /// Its rows, dummies included.
    pub persons: u32,
    /// Its key, sealed to the comparer.
    pub sealed_key: Vec<u8>,
    /// The comparer's share of the site's totals, sealed to it; empty if totals are agreed to be
    /// open.
    pub totals: Vec<u8>,
}

/// A pair of rows of two files, on one token that they share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskPair {
    /// The one in the earlier file.
    pub a: Place,
    /// The other.
    pub b: Place,
    /// How many tags they share.
    pub shared: u16,
}

/// Pairs to be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairsList {
    /// Number of the ask in this round, from 0.
    pub batch: u32,
    /// Bytes of an encoding.
    pub encoding: u16,
    /// The files, in the order of ids.
    pub files: Vec<AskFile>,
    /// The pairs, in the order of rows, each pair of rows once.
    pub pairs: Vec<AskPair>,
}

/// The whole of a `pairs.ask`. One of a large round is written and read without being held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairsAsk {
    /// What stands in front.
    pub list: PairsList,
    /// For each pair the two sealed encodings, one after the other.
    pub sealed: Vec<u8>,
}

const PAIR: usize = 2 * 8 + 2;
/// Least bytes of a file in a list.
const FILE: usize = 28;

impl PairsAsk {
    /// Largest ask with this many pairs.
    pub fn max_size(draft: &Draft, pairs: usize) -> usize {
        let pair = PAIR + 2 * TokenFile::sealed_size(draft.encoding);
        pairs
            .saturating_mul(pair)
            .saturating_add(draft.sites.len() * (28 + SEALED_KEY_MAX + SEALED_TOTALS_MAX) + 64)
    }
}

impl PairsList {
    /// Bytes of the two sealed encodings of a pair.
    pub fn sealed_size(&self) -> usize {
        2 * TokenFile::sealed_size(self.encoding)
    }

    /// Bytes of the sealed encodings of all pairs.
    pub fn sealed_len(&self) -> u64 {
        self.pairs.len() as u64 * self.sealed_size() as u64
    }

    /// Reads what stands in front of the encodings, and checks that these have the size that it says.
    ///
    /// # Errors
    /// [`RoundError::Content`]; [`RoundError::Damaged`], [`RoundError::Io`].
    pub(crate) fn read(input: &mut impl Input) -> Result<Self, RoundError> {
        let list = Self::read_front(input)?;
        match input.left().cmp(&list.sealed_len()) {
            Ordering::Equal => Ok(list),
            Ordering::Greater => Err(DecodeError::Trailing(1).into()),
            Ordering::Less => Err(DecodeError::Truncated.into()),
        }
    }

    fn read_front(input: &mut impl Input) -> Result<Self, RoundError> {
        match input.u8()? {
            1 => {}
            v => return Err(DecodeError::Version(v).into()),
        }
        let batch = input.u32()?;
        let encoding = input.u16()?;
        if !(1..=ENCODING_MAX).contains(&encoding) {
            return Err(DecodeError::Length.into());
        }
        let n = input.count(FILE, SITES_MAX)?;
        let mut files = Vec::with_capacity(n);
        for _ in 0..n {
            let file = AskFile {
                file: input.array()?,
                persons: input.u32()?,
                sealed_key: input.bytes(SEALED_KEY_MAX)?,
                totals: input.bytes(SEALED_TOTALS_MAX)?,
            };
            if file.persons > PERSONS_MAX {
                return Err(DecodeError::Length.into());
            }
            files.push(file);
        }
        let n = input.count(PAIR, PAIRS_MAX)?;
        let mut pairs = Vec::with_capacity(n);
        let mut bytes = [0; PAIR];
        for _ in 0..n {
            input.fill(&mut bytes)?;
            let mut pair = Reader::new(&bytes);
            pairs.push(AskPair {
                a: read_place(&mut pair)?,
                b: read_place(&mut pair)?,
                shared: pair.u16()?,
            });
        }
        let list = Self {
            batch,
            encoding,
            files,
            pairs,
        };
        list.check().map_err(|_| DecodeError::Value("pair"))?;
        Ok(list)
    }

    /// What must hold between the fields; names the first pair that may not stand here.
    fn check(&self) -> Result<(), RoundError> {
        if !self.files.is_sorted_by(|a, b| a.file < b.file) {
            return Err(DecodeError::Value("order of files").into());
        }
        let rows = |p: &AskPair| (p.a.file, p.a.row, p.b.file, p.b.row);
        let mut last = None;
        for (i, pair) in self.pairs.iter().enumerate() {
            let known = |p: &Place| {
                self.files
                    .get(usize::from(p.file))
                    .is_some_and(|f| p.row < f.persons && p.place < TOKENS_MAX)
            };
            let fits = known(&pair.a)
                && known(&pair.b)
                && pair.a.file < pair.b.file
                && pair.shared > 0
                && last < Some(rows(pair));
            if !fits {
                return Err(RoundError::Pair(i));
            }
            last = Some(rows(pair));
        }
        Ok(())
    }
}

fn put_place(out: &mut Vec<u8>, p: &Place) {
    out.extend_from_slice(&p.file.to_be_bytes());
    out.extend_from_slice(&p.row.to_be_bytes());
    out.extend_from_slice(&p.place.to_be_bytes());
}

fn read_place(input: &mut Reader<'_>) -> Result<Place, DecodeError> {
    Ok(Place {
        file: input.u16()?,
        row: input.u32()?,
        place: input.u16()?,
    })
}

fn put_count(out: &mut Vec<u8>, n: usize) {
    out.extend_from_slice(&u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes());
}

impl Encode for PairsList {
    fn encode(&self, out: &mut Vec<u8>) {
        out.reserve(16 + self.pairs.len() * PAIR);
        out.push(1);
        out.extend_from_slice(&self.batch.to_be_bytes());
        out.extend_from_slice(&self.encoding.to_be_bytes());
        put_count(out, self.files.len());
        for file in &self.files {
            out.extend_from_slice(&file.file);
            out.extend_from_slice(&file.persons.to_be_bytes());
            put_bytes(out, &file.sealed_key);
            put_bytes(out, &file.totals);
        }
        put_count(out, self.pairs.len());
        for pair in &self.pairs {
            put_place(out, &pair.a);
            put_place(out, &pair.b);
            out.extend_from_slice(&pair.shared.to_be_bytes());
        }
    }
}

/// The list alone, as the coordinator keeps it.
impl Decode for PairsList {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Self::read_front(input).map_err(input::of_bytes)
    }
}

impl Encode for PairsAsk {
    fn encode(&self, out: &mut Vec<u8>) {
        self.list.encode(out);
        out.extend_from_slice(&self.sealed);
    }
}

impl Decode for PairsAsk {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let list = PairsList::read(input).map_err(input::of_bytes)?;
        let rest = input.remaining();
        Ok(Self {
            list,
            sealed: input.take(rest)?.to_vec(),
        })
    }
}

/// The comparer's answer: a level below [`LEVELS`] for each pair, in the order of the ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairsWeights {
    /// The ask.
    pub ask: EnvelopeId,
    /// The levels.
    pub levels: Vec<u8>,
    /// The sum of the comparer's shares of the totals of all files of the ask; nothing if totals
    /// are agreed to be open.
    pub totals: Option<Totals>,
    /// How often fields agree in matched pairs, if there are enough of them.
    pub agreement: Option<Agreement>,
    /// The comparer's part of the verification key of the counts, if there are any.
    pub verify: Option<[u8; 32]>,
}

impl PairsWeights {
    /// Bytes of an answer to this many pairs.
    pub fn size(pairs: usize) -> usize {
        pairs.saturating_add(1 + 32 + 4 + 1 + 16 + 1 + Agreement::SIZE + 1 + 32)
    }
}

impl Encode for PairsWeights {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(1);
        out.extend_from_slice(&self.ask.0);
        put_bytes(out, &self.levels);
        out.push(u8::from(self.totals.is_some()));
        if let Some(totals) = &self.totals {
            totals.encode(out);
        }
        out.push(u8::from(self.agreement.is_some()));
        if let Some(agreement) = &self.agreement {
            agreement.encode(out);
        }
        out.push(u8::from(self.verify.is_some()));
        if let Some(verify) = &self.verify {
            out.extend_from_slice(verify);
        }
    }
}

impl Decode for PairsWeights {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8()? {
            1 => {}
            v => return Err(DecodeError::Version(v)),
        }
        let ask = EnvelopeId(input.array()?);
        let levels = input.bytes(PAIRS_MAX)?.to_vec();
        if levels.iter().any(|l| *l >= LEVELS) {
            return Err(DecodeError::Value("level"));
        }
        let totals = match input.u8()? {
            0 => None,
            1 => Some(Totals::decode(input)?),
            _ => return Err(DecodeError::Value("totals")),
        };
        let agreement = match input.u8()? {
            0 => None,
            1 => Some(Agreement::decode(input)?),
            _ => return Err(DecodeError::Value("agreement")),
        };
        let verify = match input.u8()? {
            0 => None,
            1 => Some(input.array()?),
            _ => return Err(DecodeError::Value("verification key")),
        };
        Ok(Self {
            ask,
            levels,
            totals,
            agreement,
            verify,
        })
    }
}

/// What the comparer has compared in a round so far: how many pairs of each row, and which pairs. It
/// is the comparer's own memory, kept between asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Budget {
    used: BTreeMap<(FileId, u32), u16>,
    pairs: std::collections::BTreeSet<((FileId, u32), (FileId, u32))>,
}

impl Budget {
    /// Charges all pairs of an ask, or none.
    ///
    /// # Errors
    /// [`RoundError::Numbers`], [`RoundError::Pair`] for a pair that was compared before,
    /// [`RoundError::Budget`] for a pair over the limit of a row.
    pub fn charge(&mut self, draft: &Draft, ask: &PairsList) -> Result<(), RoundError> {
        if ask.encoding != draft.encoding {
            return Err(RoundError::Numbers);
        }
        ask.check()?;
        let mut after = self.clone();
        for (i, pair) in ask.pairs.iter().enumerate() {
            let row = |p: &Place| {
                let file = ask.files.get(usize::from(p.file))?;
                (p.place < draft.tokens).then_some((file.file, p.row))
            };
            let (Some(a), Some(b)) = (row(&pair.a), row(&pair.b)) else {
                return Err(RoundError::Pair(i));
            };
            if pair.shared > draft.tokens || !after.pairs.insert((a, b)) {
                return Err(RoundError::Pair(i));
            }
            for row in [a, b] {
                let used = after.used.entry(row).or_default();
                if *used >= draft.pairs {
                    return Err(RoundError::Budget(i));
                }
                *used += 1;
            }
        }
        *self = after;
        Ok(())
    }
}
