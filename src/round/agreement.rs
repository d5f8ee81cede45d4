//! How often the fields of matched pairs agree, over a whole round (manual: *files*, "Agreement").

use super::RoundError;
use super::text::Lines;
use crate::codec::{Decode, DecodeError, Encode, Reader};

/// A field as people know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Field {
    GivenNames,
    PaternalSurname,
    MaternalSurname,
    BirthYear,
    BirthDay,
    State,
    Municipality,
    Sex,
    Phone,
    Document,
}

impl Field {
    /// All fields, in the order of a table.
    pub const ALL: [Self; 10] = [
        Self::GivenNames,
        Self::PaternalSurname,
        Self::MaternalSurname,
        Self::BirthYear,
        Self::BirthDay,
        Self::State,
        Self::Municipality,
        Self::Sex,
        Self::Phone,
        Self::Document,
    ];

    /// The word in a note.
    pub fn code(self) -> &'static str {
        match self {
            Self::GivenNames => "given-names",
            Self::PaternalSurname => "paternal-surname",
            Self::MaternalSurname => "maternal-surname",
            Self::BirthYear => "birth-year",
            Self::BirthDay => "birth-day",
            Self::State => "state",
            Self::Municipality => "municipality",
            Self::Sex => "sex",
            Self::Phone => "phone",
            Self::Document => "document",
        }
    }
}

/// How two records of a pair are in one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum How {
    /// They say the same.
    Same,
    /// They say something near: one of two names, a neighbouring year, day and month exchanged.
    Alike,
    /// They say different things.
    Different,
    /// One of them, or both, say nothing.
    Unknown,
}

impl How {
    /// All of them, in the order of a table.
    pub const ALL: [Self; 4] = [Self::Same, Self::Alike, Self::Different, Self::Unknown];

    /// The word in files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Alike => "alike",
            Self::Different => "different",
            Self::Unknown => "unknown",
        }
    }
}

/// Pairs of the band *match* in a round, by field and by how they agree in it. The numbers have noise
/// (manual: *matching*, "Explanation of a round"); those of one field need not add up to the pairs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Pairs that were looked at.
    pub pairs: u32,
    /// For each of [`Field::ALL`] the pairs of each of [`How::ALL`].
    pub fields: [[u32; How::ALL.len()]; Field::ALL.len()],
}

impl Agreement {
    /// Bytes of a table.
    pub(super) const SIZE: usize = 4 + 4 * How::ALL.len() * Field::ALL.len();

    fn is_possible(&self) -> bool {
        self.fields.iter().flatten().all(|n| *n <= self.pairs)
    }

    /// The lines in a note.
    pub(super) fn lines(&self) -> String {
        let mut out = format!("agreement {}\n", self.pairs);
        for (field, row) in Field::ALL.iter().zip(&self.fields) {
            let numbers = row.map(|n| n.to_string()).join(" ");
            out.push_str(&format!("field {} {numbers}\n", field.code()));
        }
        out
    }

    /// Reads [`Self::lines`], if they are next.
    pub(super) fn read_lines(lines: &mut Lines<'_>) -> Result<Option<Self>, RoundError> {
        if !lines.at("agreement") {
            return Ok(None);
        }
        let mut table = Self {
            pairs: lines.value("agreement", |v| v.parse().ok())?,
            fields: [[0; How::ALL.len()]; Field::ALL.len()],
        };
        for (field, row) in Field::ALL.iter().zip(&mut table.fields) {
            *row = lines.value("field", |v| {
                let numbers = v.strip_prefix(field.code())?.strip_prefix(' ')?;
                let numbers: Vec<u32> = numbers
                    .split(' ')
                    .map(|n| n.parse().ok())
                    .collect::<Option<_>>()?;
                numbers.try_into().ok()
            })?;
        }
        if !table.is_possible() {
            return Err(lines.bad("field"));
        }
        Ok(Some(table))
    }
}

impl Encode for Agreement {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.pairs.to_be_bytes());
        for n in self.fields.iter().flatten() {
            out.extend_from_slice(&n.to_be_bytes());
        }
    }
}

impl Decode for Agreement {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut table = Self {
            pairs: input.u32()?,
            fields: [[0; How::ALL.len()]; Field::ALL.len()],
        };
        for n in table.fields.iter_mut().flatten() {
            *n = input.u32()?;
        }
        if !table.is_possible() {
            return Err(DecodeError::Value("agreement"));
        }
        Ok(table)
    }
}
