//! What is published of a round, for people: everything here may be known to everybody.

use super::attribute::TableId;
use crate::i18n::{Localize, Message};

/// A number of persons with the ends of its interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Estimate {
    /// The number.
    pub value: u64,
    /// Low end of the 95 % interval.
    pub low: u64,
    /// High end.
    pub high: u64,
}

/// A cell of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// Left out: it is small, or would give away one that is.
    Suppressed,
    /// Published.
    Count(Estimate),
}

impl Cell {
    /// The estimate, if it is published.
    pub fn estimate(&self) -> Option<Estimate> {
        match self {
            Self::Suppressed => None,
            Self::Count(estimate) => Some(*estimate),
        }
    }
}

/// A table of persons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Which; it says what rows and columns are.
    pub id: TableId,
    /// Row by row; a table with one attribute has one column.
    pub cells: Vec<Cell>,
    /// Standard deviation of the noise in a cell, in thousandths of a person.
    pub noise_milli: u64,
}

impl Table {
    /// A cell by row and column.
    pub fn cell(&self, row: usize, column: usize) -> Option<&Cell> {
        let columns = self.id.columns().map_or(1, super::Attribute::len);
        if column >= columns {
            return None;
        }
        self.cells
            .get(row.checked_mul(columns)?.checked_add(column)?)
    }
}

/// Persons by the number of lists (sites) that they are on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lists {
    /// On one, on two, on three or more.
    Three([Estimate; 3]),
    /// On one, on two or more: so few are on three that it is not said.
    Two([Estimate; 2]),
    /// So few are on two that nothing is said.
    Suppressed,
}

/// Persons on several lists of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnSeveral {
    /// On two, on three or more.
    Apart([Estimate; 2]),
    /// On two or more: so few are on two or on three that it is not said.
    Together(Estimate),
    /// So few that nothing is said.
    Suppressed,
}

impl OnSeveral {
    /// The numbers with the word for them in files.
    pub fn lines(&self) -> Vec<(&'static str, Cell)> {
        match self {
            Self::Apart([two, three]) => {
                vec![("2", Cell::Count(*two)), ("3+", Cell::Count(*three))]
            }
            Self::Together(several) => vec![("2+", Cell::Count(*several))],
            Self::Suppressed => vec![("2+", Cell::Suppressed)],
        }
    }

    /// What these lines say, if they are some.
    pub fn of_lines(lines: &[(&str, Cell)]) -> Option<Self> {
        match lines {
            [("2", Cell::Count(two)), ("3+", Cell::Count(three))] => {
                Some(Self::Apart([*two, *three]))
            }
            [("2+", Cell::Count(several))] => Some(Self::Together(*several)),
            [("2+", Cell::Suppressed)] => Some(Self::Suppressed),
            _ => None,
        }
    }
}

/// Persons of a group of at least three sites that the note names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupOverlap {
    /// Its name in the note.
    pub name: String,
    /// Number of its sites.
    pub sites: u16,
    /// Persons by the number of its lists.
    pub several: OnSeveral,
}

/// How the number of persons on no list was estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HiddenModel {
    /// Lower bound of Chao (1987).
    Chao,
    /// Log-linear: lists are independent and equally likely.
    Independent,
    /// Log-linear with the same interaction between all lists.
    Symmetric,
}

impl HiddenModel {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Chao, Self::Independent, Self::Symmetric];

    /// The word for it in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Chao => "chao",
            Self::Independent => "independent",
            Self::Symmetric => "symmetric",
        }
    }

    /// The model of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.word() == word)
    }
}

impl Localize for HiddenModel {
    fn message(&self) -> Message {
        Message::new(match self {
            Self::Chao => "counts-model-chao",
            Self::Independent => "counts-model-independent",
            Self::Symmetric => "counts-model-symmetric",
        })
    }
}

/// An estimate of all persons, those on no list among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HiddenEstimate {
    /// How it was made.
    pub model: HiddenModel,
    /// The number of all persons.
    pub all: Estimate,
}

/// Overlap between the lists of a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap {
    /// Number of lists.
    pub lists: u16,
    /// Persons by number of lists.
    pub by_lists: Lists,
    /// Groups of the note, in its order.
    pub groups: Vec<GroupOverlap>,
    /// Persons on lists of two or more groups, if the note has so many groups.
    pub between: Option<Cell>,
    /// Estimates of all persons, if the counts allow any.
    pub hidden: Vec<HiddenEstimate>,
    /// Standard deviation of the noise in a number of persons, in thousandths.
    pub noise_milli: u64,
}

/// The counts of a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Cells below this are left out.
    pub min_cell: u16,
    /// Epsilon of the round, in thousandths.
    pub epsilon_milli: u32,
    /// About how many contributions were added up, dummies included: as the noisy sums have it; 0 if none were.
    pub rows: u64,
    /// Contributions that were not valid and were left out.
    pub invalid: u64,
    /// Persons, each counted once.
    pub persons: Estimate,
    /// Tables, in the order of [`TableId::ALL`]; empty if there are too few persons for any.
    pub tables: Vec<Table>,
    /// Overlap between lists.
    pub overlap: Overlap,
}

impl Published {
    /// A table.
    pub fn table(&self, id: TableId) -> Option<&Table> {
        self.tables.iter().find(|t| t.id == id)
    }
}
