//! What is wrong or remarkable about input, and where (manual: *record*, "Mistakes and warnings").
//!
//! A mistake keeps the input out; a warning does not. Neither ever repeats what a field holds.

use super::code::Kind;
use super::date::Date;
use super::document::DocumentDoubt;
use super::field::FieldId;
use crate::i18n::{Arg, Localize, Message};

/// Where in the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// In one field, typed or set by itself.
    Field(FieldId),
    /// In the record as a whole.
    Record,
    /// In a JSON text. Line and column count from 1, the column in characters.
    Json {
        /// Path, `documents[0].number`; empty for the whole.
        path: String,
        /// Line.
        line: usize,
        /// Column.
        column: usize,
    },
    /// In a cell of a table.
    Cell {
        /// Physical line of the file on which the cell begins, from 1.
        line: u64,
        /// Number of the column, from 1.
        column: usize,
        /// Its header, as the file writes it.
        header: String,
    },
    /// In a row of a table.
    Row {
        /// Physical line of the file on which the row begins, from 1.
        line: u64,
    },
    /// In a cell of a sheet, told as the spreadsheet does: `C4`.
    SheetCell {
        /// Row, from 1.
        row: u64,
        /// Number of the column, from 1.
        column: usize,
        /// Its header, as the file writes it.
        header: String,
    },
    /// In a row of a sheet.
    SheetRow {
        /// Row, from 1.
        row: u64,
    },
    /// In a column of a sheet.
    SheetColumn {
        /// Number of the column, from 1.
        column: usize,
        /// Its header, as the file writes it.
        header: String,
    },
    /// In a column of a table.
    Column {
        /// Number of the column, from 1.
        column: usize,
        /// Its header, as the file writes it.
        header: String,
    },
}

/// A mistake: what, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub at: At,
    /// What.
    pub fault: Fault,
}

/// A warning: what, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Where.
    pub at: At,
    /// What.
    pub note: Note,
}

/// Why a value is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Not a date in any of the forms.
    NotADate,
    /// A date was asked for to the day.
    NotAFullDate,
    /// Neither a date nor an age.
    NotABirth,
    /// Later than today by this computer's clock.
    Future {
        /// Today.
        today: Date,
    },
    /// Not a whole number from 0.
    NotACount,
    /// A number above the largest allowed.
    TooLarge {
        /// The largest.
        max: u64,
    },
    /// Too many characters.
    TooLong {
        /// The most allowed.
        max: usize,
    },
    /// Too many entries.
    TooMany {
        /// The most allowed.
        max: usize,
    },
    /// None of the values that the field can have.
    NotAllowed {
        /// Those, as ids of messages; what has no message is a code and shown as it is.
        allowed: &'static [&'static str],
    },
    /// No country known here.
    NotACountry,
    /// Empty, and must not be.
    Missing,
    /// Control characters.
    Control,
    /// `M` in a column that also holds `H` and `F`.
    AmbiguousSex,
    /// Nothing by which the record could be found again.
    Nobody,
    /// A row with another number of cells than the header.
    Ragged {
        /// Cells of the header.
        expected: usize,
        /// Cells of the row.
        found: usize,
    },
    /// A quote inside a cell that does not begin with one.
    BareQuote,
    /// Text behind the closing quote of a cell.
    AfterQuote,
    /// A cell whose quote is never closed.
    OpenQuote,
    /// A number of which a spreadsheet kept the size and not the digits.
    Scientific,
    /// An error of a spreadsheet, such as `#N/A`.
    SheetError,
    /// A formula whose result the file does not hold.
    NoResult,
    /// Not JSON.
    Syntax,
    /// A JSON value of another type than the field needs.
    WrongType {
        /// Which was needed.
        expected: &'static str,
    },
    /// A field that there is not.
    UnknownField {
        /// As written, shortened.
        name: String,
        /// The nearest that there is.
        nearest: Option<&'static str>,
    },
    /// A field written twice.
    Twice,
}

/// What is remarkable about a value that is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// No calendar has this date: kept as written.
    ImpossibleDate,
    /// The age would be above 110.
    VeryOld,
    /// Looks like UTF-8 read as Latin-1, or has a replacement character.
    Mojibake,
    /// The number of a document does not fit its kind.
    Document(DocumentDoubt),
    /// A header that is not known: the column is not taken over.
    UnknownColumn,
    /// No column for the role: every row is taken as this one.
    NoRoleColumn {
        /// The code of the role.
        role: &'static str,
    },
    /// `M` stands beside `H` and is read as *mujer*.
    SexIsSpanish,
    /// Only `M` occurs: it is read as male.
    SexOnlyM,
    /// Withdrawn before it was given, or ended before it began.
    ConsentOrder,
    /// Born after the intake.
    BornAfterIntake,
    /// Other rows stand above the header.
    HeaderBelow {
        /// Line of the header.
        line: u64,
    },
    /// The header once more, among the rows.
    HeaderAgain,
    /// The export of another program.
    Export {
        /// Its name.
        name: &'static str,
    },
    /// Columns of an export that are not taken over.
    ColumnsLeft {
        /// How many.
        count: usize,
    },
    /// The map names a column that the file does not have.
    NoSuchColumn {
        /// Its header, as the map writes it.
        header: String,
    },
    /// A whole name was taken apart.
    NameSplit,
    /// A cell beside the columns that have a header.
    BeyondHeader,
    /// A number without the format of a date was taken for one.
    SerialDate,
    /// A number of more digits than a spreadsheet keeps.
    DigitsLost,
    /// A zero in front, which a spreadsheet drops, was put back.
    ZeroRestored,
    /// Values that formulas gave.
    Formulas {
        /// How many cells.
        count: usize,
    },
    /// Merged cells below the header: only the first of each has the value.
    Merged {
        /// The first range, as `B4:B7`.
        first: String,
        /// How many ranges.
        count: usize,
    },
    /// A workbook has other sheets.
    OtherSheets {
        /// The one that is read.
        sheet: String,
        /// The others that are seen.
        others: Vec<String>,
        /// Those that are hidden.
        hidden: Vec<String>,
    },
}

impl Problem {
    pub(crate) fn field(field: FieldId, fault: Fault) -> Self {
        Self {
            at: At::Field(field),
            fault,
        }
    }
}

impl Warning {
    pub(crate) fn field(field: FieldId, note: Note) -> Self {
        Self {
            at: At::Field(field),
            note,
        }
    }
}

impl Localize for Fault {
    fn message(&self) -> Message {
        match self {
            Self::NotADate => Message::new("record-fault-date"),
            Self::NotAFullDate => Message::new("record-fault-full-date"),
            Self::NotABirth => Message::new("record-fault-birth"),
            Self::Future { today } => Message::new("record-fault-future").with("today", *today),
            Self::NotACount => Message::new("record-fault-count"),
            Self::TooLarge { max } => Message::new("record-fault-too-large").with("max", *max),
            Self::TooLong { max } => Message::new("record-fault-too-long").with("max", *max),
            Self::TooMany { max } => Message::new("record-fault-too-many").with("max", *max),
            Self::NotAllowed { allowed } => {
                Message::new("record-fault-not-allowed").with("allowed", listed(allowed))
            }
            Self::NotACountry => Message::new("record-fault-country"),
            Self::Missing => Message::new("record-fault-missing"),
            Self::Control => Message::new("record-fault-control"),
            Self::AmbiguousSex => Message::new("record-fault-ambiguous-sex"),
            Self::Nobody => Message::new("record-fault-nobody"),
            Self::Ragged { expected, found } => Message::new("record-fault-ragged")
                .with("expected", *expected)
                .with("found", *found),
            Self::BareQuote => Message::new("record-fault-bare-quote"),
            Self::AfterQuote => Message::new("record-fault-after-quote"),
            Self::OpenQuote => Message::new("record-fault-open-quote"),
            Self::Scientific => Message::new("record-fault-scientific"),
            Self::SheetError => Message::new("record-fault-sheet-error"),
            Self::NoResult => Message::new("record-fault-no-result"),
            Self::Syntax => Message::new("record-fault-syntax"),
            Self::WrongType { expected } => Message::new("record-fault-type").with(
                "expected",
                Message::new(match *expected {
                    "text" => "record-type-text",
                    "number" => "record-type-number",
                    "boolean" => "record-type-boolean",
                    "list" => "record-type-list",
                    _ => "record-type-object",
                }),
            ),
            Self::UnknownField { name, nearest } => match nearest {
                Some(nearest) => Message::new("record-fault-unknown-field-nearest")
                    .with("name", name.as_str())
                    .with("nearest", *nearest),
                None => Message::new("record-fault-unknown-field").with("name", name.as_str()),
            },
            Self::Twice => Message::new("record-fault-twice"),
        }
    }
}

impl Localize for Note {
    fn message(&self) -> Message {
        match self {
            Self::ImpossibleDate => Message::new("record-note-impossible-date"),
            Self::VeryOld => Message::new("record-note-very-old"),
            Self::Mojibake => Message::new("record-note-mojibake"),
            Self::Document(doubt) => doubt.message(),
            Self::UnknownColumn => Message::new("record-note-unknown-column"),
            Self::NoRoleColumn { role } => {
                let told = Message::new("record-note-no-role-column");
                match Kind::parse(role) {
                    Some(kind) => told.with("role", kind.message()),
                    None => told.with("role", *role),
                }
            }
            Self::SexIsSpanish => Message::new("record-note-sex-spanish"),
            Self::SexOnlyM => Message::new("record-note-sex-only-m"),
            Self::ConsentOrder => Message::new("record-note-consent-order"),
            Self::BornAfterIntake => Message::new("record-note-born-after-intake"),
            Self::HeaderBelow { line } => {
                Message::new("record-note-header-below").with("line", *line)
            }
            Self::HeaderAgain => Message::new("record-note-header-again"),
            Self::Export { name } => Message::new("record-note-export").with("name", *name),
            Self::ColumnsLeft { count } => {
                Message::new("record-note-columns-left").with("count", *count)
            }
            Self::NoSuchColumn { header } => {
                Message::new("record-note-no-such-column").with("header", header.as_str())
            }
            Self::NameSplit => Message::new("record-note-name-split"),
            Self::BeyondHeader => Message::new("record-note-beyond-header"),
            Self::SerialDate => Message::new("record-note-serial-date"),
            Self::DigitsLost => Message::new("record-note-digits-lost"),
            Self::ZeroRestored => Message::new("record-note-zero-restored"),
            Self::Formulas { count } => Message::new("record-note-formulas").with("count", *count),
            Self::Merged { first, count } => Message::new("record-note-merged")
                .with("first", first.as_str())
                .with("count", *count),
            Self::OtherSheets {
                sheet,
                others,
                hidden,
            } => Message::new("record-note-other-sheets")
                .with("sheet", sheet.as_str())
                .with("count", others.len())
                .with("others", sheet_names(others))
                .with("hidden-count", hidden.len())
                .with("hidden", sheet_names(hidden)),
        }
    }
}

/// Values behind each other, each as the language calls it.
pub(crate) fn listed(values: &[&'static str]) -> Message {
    let mut each = values.iter().map(|id| Message::new(id));
    let Some(first) = each.next() else {
        return Message::new("record-no-sheet");
    };
    each.fold(first, |before, next| {
        Message::new("record-sheets-and")
            .with("before", before)
            .with("next", next)
    })
}

/// Names of sheets behind each other, each in the marks of the language.
pub(crate) fn sheet_names(names: &[String]) -> Message {
    let mut each = names
        .iter()
        .map(|name| Message::new("record-sheet").with("name", name.as_str()));
    let Some(first) = each.next() else {
        return Message::new("record-no-sheet");
    };
    each.fold(first, |before, next| {
        Message::new("record-sheets-and")
            .with("before", before)
            .with("next", next)
    })
}

/// The letters by which a spreadsheet calls a column, which counts from 1: `A`, `Z`, `AA`.
pub(crate) fn column_letters(mut column: usize) -> String {
    let mut letters = Vec::new();
    while column > 0 {
        column -= 1;
        // Below 26.
        letters.push(b'A' + (column % 26) as u8);
        column /= 26;
    }
    letters.reverse();
    String::from_utf8(letters).unwrap_or_default()
}

impl At {
    fn tell(&self, what: Message) -> Message {
        match self {
            Self::Field(field) => Message::new("record-at-field")
                .with("field", Arg::Message(field.label()))
                .with("what", what),
            Self::Record => what,
            Self::Json { path, line, column } if path.is_empty() => {
                Message::new("record-at-json-root")
                    .with("line", *line)
                    .with("column", *column)
                    .with("what", what)
            }
            Self::Json { path, line, column } => Message::new("record-at-json")
                .with("path", path.as_str())
                .with("line", *line)
                .with("column", *column)
                .with("what", what),
            Self::Cell {
                line,
                column,
                header,
            } => Message::new("record-at-cell")
                .with("line", *line)
                .with("column", *column)
                .with("header", header.as_str())
                .with("what", what),
            Self::Row { line } => Message::new("record-at-row")
                .with("line", *line)
                .with("what", what),
            Self::SheetCell {
                row,
                column,
                header,
            } => Message::new("record-at-sheet-cell")
                .with("cell", format!("{}{row}", column_letters(*column)))
                .with("header", header.as_str())
                .with("what", what),
            Self::SheetRow { row } => Message::new("record-at-sheet-row")
                .with("row", *row)
                .with("what", what),
            Self::SheetColumn { column, header } => Message::new("record-at-sheet-column")
                .with("column", column_letters(*column))
                .with("header", header.as_str())
                .with("what", what),
            Self::Column { column, header } => Message::new("record-at-column")
                .with("column", *column)
                .with("header", header.as_str())
                .with("what", what),
        }
    }
}

impl Localize for Problem {
    fn message(&self) -> Message {
        self.at.tell(self.fault.message())
    }
}

impl Localize for Warning {
    fn message(&self) -> Message {
        self.at.tell(self.note.message())
    }
}
