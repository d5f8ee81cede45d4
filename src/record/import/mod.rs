//! Records from a table or a workbook (manual: *import*).
//!
//! Every mistake of a file is found in one pass, and told by line and column, or by the cell of a
//! sheet, without repeating what the cell holds.

mod dates;
mod decode;
#[cfg_attr(
    not(feature = "xlsx"),
    allow(dead_code, reason = "only workbooks have cells of a sheet")
)]
mod grid;
mod header;
mod map;
pub(crate) mod own;
mod propose;
mod scan;
mod table;
mod target;
#[cfg(test)]
mod tests;
#[cfg(feature = "xlsx")]
pub(crate) mod workbook;

use std::borrow::Cow;

use super::code::Kind;
use super::date::{Date, today};
use super::field::FieldId;
use super::finding::{Problem, Warning, sheet_names};
use super::model::{Consents, Record};
use crate::i18n::{Localize, Message};

pub use dates::DateForm;
pub(super) use dates::with_month_name;
pub use map::{Export, MAP_MAX, Map, MapProblem};
pub use propose::propose;
pub use table::Table;
pub use target::Target;

/// Largest file, in bytes; of a workbook, 64 MiB.
pub const FILE_MAX: usize = 512 << 20;

/// Most rows: more than twice the largest site.
pub const ROWS_MAX: usize = 250_000;

/// Most cells of a sheet that are not empty.
pub const CELLS_MAX: usize = 8_000_000;

/// Most bytes of text in all cells of a sheet.
pub const TEXT_IN_ALL_MAX: usize = 256 << 20;

/// Most columns.
pub const COLUMNS_MAX: usize = 512;

/// What the file itself does not say.
#[derive(Debug, Clone)]
pub struct Options {
    /// Last day that a birth or an intake can lie on.
    pub today: Date,
    /// Role of every row of a file without a column for it; `None` is victim, with a warning.
    pub kind: Option<Kind>,
    /// Consents of every row, where the file has no column for them. *Not asked* unless the site
    /// says explicitly that it holds them.
    pub consents: Consents,
    /// Sign between cells; `None` to find out.
    pub delimiter: Option<u8>,
    /// Name of the sheet of a workbook; `None` for the only one with a header that is known.
    pub sheet: Option<String>,
    /// What the columns mean, beyond what is known by their headers.
    pub map: Option<Map>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            today: today(),
            kind: None,
            consents: Consents::default(),
            delimiter: None,
            sheet: None,
            map: None,
        }
    }
}

/// How a file is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte-order mark.
    Utf8,
    /// UTF-16, with a byte-order mark or without.
    Utf16,
    /// Windows-1252, of which Latin-1 is a part.
    Windows1252,
}

/// Why a file can not be read as a table at all.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileProblem {
    /// No bytes, or blanks only.
    Empty,
    /// A header and nothing below.
    NoRows,
    /// The first line names no field that is known. It is not repeated: it may hold a person.
    NoHeader,
    /// Columns that mean the same field, in pairs of numbers from 1.
    DuplicateHeaders(Vec<(usize, usize, FieldId)>),
    /// A quote in the header went wrong; the column, from 1.
    HeaderQuote(usize),
    /// A workbook, and this program was built without reading them.
    Spreadsheet,
    /// A workbook of before 2007, or one with a password.
    OldSpreadsheet,
    /// A workbook with a password.
    Protected,
    /// A workbook of another form (ODS).
    OpenDocument,
    /// The container of a workbook or a part of it is damaged.
    Damaged,
    /// A workbook that would grow beyond a limit when it is unpacked.
    Inflates,
    /// Several sheets have headers that are known.
    SeveralSheets {
        /// Their names.
        names: Vec<String>,
        /// Sheets that are hidden.
        hidden: Vec<String>,
    },
    /// No sheet has a header that is known.
    NoHeaderInSheets {
        /// The sheets that are seen.
        names: Vec<String>,
        /// Sheets that are hidden.
        hidden: Vec<String>,
    },
    /// There is no sheet of the name that was asked for.
    NoSuchSheet {
        /// The sheets that are seen.
        names: Vec<String>,
        /// Sheets that are hidden.
        hidden: Vec<String>,
    },
    /// Some other kind of file.
    NotATable,
    /// A zero byte.
    Nul {
        /// Physical line.
        line: u64,
    },
    /// Neither UTF-8 nor UTF-16 nor Windows-1252.
    Encoding {
        /// Physical line.
        line: u64,
    },
    /// Too many bytes.
    TooLarge {
        /// The most allowed.
        max: usize,
    },
    /// Too many columns.
    TooManyColumns {
        /// The most allowed.
        max: usize,
    },
    /// Too many rows.
    TooManyRows {
        /// The most allowed.
        max: usize,
    },
    /// Too many cells.
    TooManyCells {
        /// The most allowed.
        max: usize,
    },
}

/// Names of sheets, and of hidden ones if there are any.
fn sheets(id: &'static str, names: &[String], hidden: &[String]) -> Message {
    Message::new(id)
        .with("names", sheet_names(names))
        .with("hidden-count", hidden.len())
        .with("hidden", sheet_names(hidden))
}

impl Localize for FileProblem {
    fn message(&self) -> Message {
        match self {
            Self::Empty => Message::new("record-file-empty"),
            Self::NoRows => Message::new("record-file-no-rows"),
            Self::NoHeader => Message::new("record-file-no-header"),
            Self::DuplicateHeaders(pairs) => Message::new("record-file-duplicate-headers").with(
                "columns",
                pairs
                    .iter()
                    .map(|(a, b, field)| format!("{a} = {b} ({})", field.id()))
                    .collect::<Vec<_>>()
                    .join(", "),
            ),
            Self::HeaderQuote(column) => {
                Message::new("record-file-header-quote").with("column", *column)
            }
            Self::Spreadsheet => Message::new("record-file-spreadsheet"),
            Self::OldSpreadsheet => Message::new("record-file-old-spreadsheet"),
            Self::Protected => Message::new("record-file-protected"),
            Self::OpenDocument => Message::new("record-file-open-document"),
            Self::Damaged => Message::new("record-file-damaged"),
            Self::Inflates => Message::new("record-file-inflates"),
            Self::SeveralSheets { names, hidden } => {
                sheets("record-file-several-sheets", names, hidden)
            }
            Self::NoHeaderInSheets { names, hidden } => {
                sheets("record-file-no-header-in-sheets", names, hidden)
            }
            Self::NoSuchSheet { names, hidden } => {
                sheets("record-file-no-such-sheet", names, hidden)
            }
            Self::NotATable => Message::new("record-file-not-a-table"),
            Self::Nul { line } => Message::new("record-file-nul").with("line", *line),
            Self::Encoding { line } => Message::new("record-file-encoding").with("line", *line),
            Self::TooLarge { max } => {
                Message::new("record-file-too-large").with("megabytes", *max >> 20)
            }
            Self::TooManyColumns { max } => {
                Message::new("record-file-too-many-columns").with("max", *max)
            }
            Self::TooManyRows { max } => {
                Message::new("record-file-too-many-rows").with("max", *max)
            }
            Self::TooManyCells { max } => {
                Message::new("record-file-too-many-cells").with("max", *max)
            }
        }
    }
}

/// A table that was read.
#[derive(Debug)]
pub struct Import {
    /// Its rows, in order, blank ones left out.
    pub rows: Vec<Row>,
    /// What is remarkable about the file as a whole.
    pub warnings: Vec<Warning>,
    /// What becomes of the columns; `None` for one that is not known.
    pub columns: Vec<Option<Target>>,
    /// Sign between cells; `None` for a workbook.
    pub delimiter: Option<u8>,
    /// Encoding; `None` for a workbook.
    pub encoding: Option<Encoding>,
    /// The program whose export it is, if that is known.
    pub export: Option<Export>,
}

impl Import {
    /// Every mistake, in the order of the file.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.rows
            .iter()
            .filter_map(|row| row.record.as_ref().err())
            .flatten()
    }
}

/// One row.
#[derive(Debug)]
pub struct Row {
    /// Physical line of the file on which it begins, from 1; of a sheet its row.
    pub line: u64,
    /// The record, or every mistake of the row.
    pub record: Result<Record, Vec<Problem>>,
    /// Warnings.
    pub warnings: Vec<Warning>,
}

/// Reads a whole table, or the records of an export of our own as JSON, which say everything themselves.
///
/// # Errors
/// [`FileProblem`], if this is no table of records; mistakes of single rows are in the rows.
pub fn read(bytes: &[u8], options: &Options) -> Result<Import, FileProblem> {
    if own::is_own(bytes) {
        return own::read(bytes);
    }
    let source = Source::open(bytes, options)?;
    let mut table = source.table(options)?;
    let mut rows = Vec::new();
    for row in table.by_ref() {
        if rows.len() == ROWS_MAX {
            return Err(FileProblem::TooManyRows { max: ROWS_MAX });
        }
        rows.push(row);
    }
    if rows.is_empty() {
        return Err(FileProblem::NoRows);
    }
    Ok(Import {
        rows,
        warnings: table.warnings,
        columns: table.columns,
        delimiter: table.delimiter,
        encoding: source.encoding(),
        export: table.export,
    })
}

/// The cells of a file: the first half of [`read`], for who wants the rows one by one.
pub struct Source<'b>(Cells<'b>);

enum Cells<'b> {
    Text(Cow<'b, str>, Encoding),
    #[cfg(feature = "xlsx")]
    Book(Box<workbook::Book>),
}

impl<'b> Source<'b> {
    /// Decodes a text, or opens a workbook.
    ///
    /// # Errors
    /// [`FileProblem`], if it is neither.
    pub fn open(bytes: &'b [u8], options: &Options) -> Result<Self, FileProblem> {
        if bytes.len() > FILE_MAX {
            return Err(FileProblem::TooLarge { max: FILE_MAX });
        }
        if bytes.starts_with(b"PK\x03\x04") {
            #[cfg(feature = "xlsx")]
            {
                use workbook::{Book, Pick};
                let map = options.map.as_ref();
                let sheet = map.and_then(|m| m.sheet.as_deref());
                let sheet = options.sheet.as_deref().or(sheet);
                let book = Book::open(bytes, sheet.map_or(Pick::Known(map), Pick::Named))?;
                return Ok(Self(Cells::Book(Box::new(book))));
            }
            #[cfg(not(feature = "xlsx"))]
            return Err(FileProblem::Spreadsheet);
        }
        if options.sheet.is_some() {
            return Err(FileProblem::NoSuchSheet {
                names: Vec::new(),
                hidden: Vec::new(),
            });
        }
        let (text, encoding) = decode::decode(bytes)?;
        Ok(Self(Cells::Text(text, encoding)))
    }

    /// Encoding; `None` for a workbook.
    pub fn encoding(&self) -> Option<Encoding> {
        match &self.0 {
            Cells::Text(_, encoding) => Some(*encoding),
            #[cfg(feature = "xlsx")]
            Cells::Book(_) => None,
        }
    }

    /// Reads the header.
    ///
    /// # Errors
    /// [`FileProblem`], if there is none that is known.
    pub fn table<'t>(&'t self, options: &'t Options) -> Result<Table<'t>, FileProblem> {
        match &self.0 {
            Cells::Text(text, _) => Table::of_text(text, options),
            #[cfg(feature = "xlsx")]
            Cells::Book(book) => Table::of_book(book, options),
        }
    }
}
