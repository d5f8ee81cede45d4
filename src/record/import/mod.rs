//! Records from a table (manual: *record*, "Tables").
//!
//! Every mistake of a file is found in one pass, and told by line and column without repeating what
//! the cell holds.

mod decode;
mod header;
mod scan;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use super::code::{Kind, Sex};
use super::date::{Date, PartialDate, today};
use super::field::FieldId;
use super::finding::{At, Fault, Note, Problem, Warning};
use super::model::{Birth, Consent, Consents, Record};
use super::value::set_at;
use crate::i18n::{Localize, Message};
use scan::{Cell, Scanner};

/// Largest file, in bytes.
pub const FILE_MAX: usize = 512 << 20;

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
}

impl Default for Options {
    fn default() -> Self {
        Self {
            today: today(),
            kind: None,
            consents: Consents::default(),
            delimiter: None,
        }
    }
}

/// How a file is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte-order mark.
    Utf8,
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
    /// UTF-16.
    Utf16,
    /// A workbook.
    Spreadsheet,
    /// Some other kind of file.
    NotATable,
    /// A zero byte.
    Nul {
        /// Physical line.
        line: u64,
    },
    /// Neither UTF-8 nor Windows-1252.
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
            Self::Utf16 => Message::new("record-file-utf16"),
            Self::Spreadsheet => Message::new("record-file-spreadsheet"),
            Self::NotATable => Message::new("record-file-not-a-table"),
            Self::Nul { line } => Message::new("record-file-nul").with("line", *line),
            Self::Encoding { line } => Message::new("record-file-encoding").with("line", *line),
            Self::TooLarge { max } => {
                Message::new("record-file-too-large").with("megabytes", *max >> 20)
            }
            Self::TooManyColumns { max } => {
                Message::new("record-file-too-many-columns").with("max", *max)
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
    /// Fields of the columns; `None` for a column that is not taken over.
    pub columns: Vec<Option<FieldId>>,
    /// Sign between cells.
    pub delimiter: u8,
    /// Encoding.
    pub encoding: Encoding,
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
    /// Physical line of the file on which it begins, from 1.
    pub line: u64,
    /// The record, or every mistake of the row.
    pub record: Result<Record, Vec<Problem>>,
    /// Warnings.
    pub warnings: Vec<Warning>,
}

/// Reads a whole table.
///
/// # Errors
/// [`FileProblem`], if this is no table of records; mistakes of single rows are in the rows.
pub fn read(bytes: &[u8], options: &Options) -> Result<Import, FileProblem> {
    let text = Text::decode(bytes)?;
    let mut table = text.table(options)?;
    let rows: Vec<Row> = table.by_ref().collect();
    if rows.is_empty() {
        return Err(FileProblem::NoRows);
    }
    Ok(Import {
        rows,
        warnings: table.warnings,
        columns: table.columns,
        delimiter: table.delimiter,
        encoding: text.encoding,
    })
}

/// The text of a file: the first half of [`read`], for who wants the rows one by one.
pub struct Text<'b> {
    text: Cow<'b, str>,
    /// Encoding.
    pub encoding: Encoding,
}

impl<'b> Text<'b> {
    /// Decodes the bytes of a file.
    ///
    /// # Errors
    /// [`FileProblem`], if they are no text.
    pub fn decode(bytes: &'b [u8]) -> Result<Self, FileProblem> {
        if bytes.len() > FILE_MAX {
            return Err(FileProblem::TooLarge { max: FILE_MAX });
        }
        let (text, encoding) = decode::decode(bytes)?;
        Ok(Self { text, encoding })
    }

    /// Reads the header.
    ///
    /// # Errors
    /// [`FileProblem`], if there is none that is known.
    pub fn table<'t>(&'t self, options: &'t Options) -> Result<Table<'t>, FileProblem> {
        Table::new(&self.text, options)
    }
}

/// The rows of a table, one after the other.
pub struct Table<'t> {
    scanner: Scanner<'t>,
    options: &'t Options,
    cells: Vec<Cell<'t>>,
    headers: Vec<String>,
    sex: SexColumn,
    consents: Consents,
    /// What is remarkable about the file as a whole.
    pub warnings: Vec<Warning>,
    /// Fields of the columns; `None` for a column that is not taken over.
    pub columns: Vec<Option<FieldId>>,
    /// Sign between cells.
    pub delimiter: u8,
}

/// What `M` means in the column of the sex.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SexColumn {
    Male,
    Mujer,
    Ambiguous,
}

impl<'t> Table<'t> {
    fn new(text: &'t str, options: &'t Options) -> Result<Self, FileProblem> {
        if text.trim().is_empty() {
            return Err(FileProblem::Empty);
        }
        let mut cells = Vec::new();
        let mut start = Scanner::new(text, options.delimiter.unwrap_or(b','));
        let mut declared = options.delimiter;
        // A first line `sep=;`, as spreadsheets write it.
        let mut ahead = start.clone();
        ahead.set_delimiter(b'\n');
        if ahead.next_row(&mut cells)
            && let Some(&[sign]) = cells[0].text.strip_prefix("sep=").map(str::as_bytes)
            && sign.is_ascii()
            && !matches!(sign, b'"' | b'\n' | b'\r')
        {
            declared = declared.or(Some(sign));
            start = ahead;
        }
        let (delimiter, scanner) = declared
            .as_ref()
            .map_or(&b",;\t|"[..], std::slice::from_ref)
            .iter()
            .map(|delimiter| {
                let mut scanner = start.clone();
                scanner.set_delimiter(*delimiter);
                scanner.next_row(&mut cells);
                let known = cells
                    .iter()
                    .filter(|c| header::recognize(&c.text).is_some())
                    .count();
                (known, cells.len(), *delimiter, scanner)
            })
            .reduce(|best, next| {
                if (next.0, next.1) > (best.0, best.1) {
                    next
                } else {
                    best
                }
            })
            .filter(|(known, ..)| *known > 0)
            .map(|(_, _, delimiter, scanner)| (delimiter, scanner))
            .ok_or(FileProblem::NoHeader)?;
        start.set_delimiter(delimiter);
        start.next_row(&mut cells);
        let mut table = Self {
            scanner,
            options,
            cells: Vec::new(),
            headers: Vec::new(),
            sex: SexColumn::Male,
            consents: options.consents.clone(),
            warnings: Vec::new(),
            columns: Vec::new(),
            delimiter,
        };
        table.header(&cells)?;
        table.role();
        table.consents();
        table.find_out_sex();
        Ok(table)
    }

    fn header(&mut self, cells: &[Cell<'t>]) -> Result<(), FileProblem> {
        let used = cells.iter().rposition(|c| !is_blank(c));
        let cells = &cells[..used.map_or(0, |n| n + 1)];
        if cells.len() > COLUMNS_MAX {
            return Err(FileProblem::TooManyColumns { max: COLUMNS_MAX });
        }
        if let Some(at) = cells.iter().position(|c| c.fault.is_some()) {
            return Err(FileProblem::HeaderQuote(at + 1));
        }
        let mut twice = Vec::new();
        for (at, cell) in cells.iter().enumerate() {
            let field = header::recognize(&cell.text);
            match field {
                Some(field) => {
                    if let Some(first) = self.columns.iter().position(|f| *f == Some(field)) {
                        twice.push((first + 1, at + 1, field));
                    }
                }
                None => self.warnings.push(Warning {
                    at: At::Column {
                        column: at + 1,
                        header: header::shown(&cell.text),
                    },
                    note: Note::UnknownColumn,
                }),
            }
            self.columns.push(field);
            self.headers.push(header::shown(&cell.text));
        }
        if twice.is_empty() {
            Ok(())
        } else {
            Err(FileProblem::DuplicateHeaders(twice))
        }
    }

    fn role(&mut self) {
        if self.options.kind.is_none() && !self.columns.contains(&Some(FieldId::Role)) {
            self.warnings.push(Warning {
                at: At::Record,
                note: Note::NoRoleColumn {
                    role: Kind::Victim.code(),
                },
            });
        }
    }

    /// A column of the file counts before what the site says of all rows, also where a cell is
    /// empty: nobody is matched who may not have been asked.
    fn consents(&mut self) {
        for (field, consent) in [
            (FieldId::ConsentRecord, &mut self.consents.record),
            (FieldId::ConsentMatching, &mut self.consents.matching),
            (FieldId::ConsentReferral, &mut self.consents.referral),
        ] {
            if self.columns.contains(&Some(field)) {
                *consent = Consent::default();
            }
        }
    }

    /// `H` and `M` are *hombre* and *mujer* in Spanish, `F` and `M` *femenino* and *masculino*: which
    /// one a file means shows in the whole column only.
    fn find_out_sex(&mut self) {
        let Some(column) = self.columns.iter().position(|f| *f == Some(FieldId::Sex)) else {
            return;
        };
        let (mut h, mut f, mut m) = (false, false, false);
        let mut ahead = self.scanner.clone();
        let mut cells = Vec::new();
        while !(h && f && m) && ahead.next_row(&mut cells) {
            match cells.get(column).map(|c| c.text.trim()) {
                Some("H" | "h") => h = true,
                Some("F" | "f") => f = true,
                Some("M" | "m") => m = true,
                _ => {}
            }
        }
        let note = match (h, f, m) {
            (true, false, true) => {
                self.sex = SexColumn::Mujer;
                Note::SexIsSpanish
            }
            (true, true, true) => {
                self.sex = SexColumn::Ambiguous;
                return;
            }
            (false, false, true) => Note::SexOnlyM,
            _ => return,
        };
        self.warnings.push(Warning {
            at: At::Column {
                column: column + 1,
                header: self.headers[column].clone(),
            },
            note,
        });
    }

    fn row(&mut self) -> Row {
        let line = self.cells.first().map_or(0, |c| c.line);
        let mut problems = Vec::new();
        let mut warnings = Vec::new();
        let expected = self.columns.len();
        while self.cells.len() > expected && self.cells.last().is_some_and(is_blank) {
            self.cells.pop();
        }
        let cell_at = |at: usize, cell: &Cell<'_>| At::Cell {
            line: cell.line,
            column: at + 1,
            header: self.headers.get(at).cloned().unwrap_or_default(),
        };
        for (at, cell) in self.cells.iter().enumerate() {
            if let Some(fault) = &cell.fault {
                problems.push(Problem {
                    at: cell_at(at, cell),
                    fault: fault.clone(),
                });
            }
        }
        let found = self.cells.len();
        if found != expected {
            // A quote that went wrong explains the number of cells.
            if problems.is_empty() {
                problems.push(Problem {
                    at: At::Row { line },
                    fault: Fault::Ragged { expected, found },
                });
            }
            return Row {
                line,
                record: Err(problems),
                warnings,
            };
        }
        let mut record = Record::new(self.options.kind.unwrap_or(Kind::Victim));
        record.consents.clone_from(&self.consents);
        for (at, cell) in self.cells.iter().enumerate() {
            let Some(field) = self.columns[at] else {
                continue;
            };
            let text = cell.text.trim();
            if cell.fault.is_some() || (text.is_empty() && field != FieldId::Role) {
                continue;
            }
            match self.set(&mut record, field, text) {
                Ok(None) => {}
                Ok(Some(note)) => warnings.push(Warning {
                    at: cell_at(at, cell),
                    note,
                }),
                Err(fault) => problems.push(Problem {
                    at: cell_at(at, cell),
                    fault,
                }),
            }
        }
        if let Birth::Age(age) = &mut record.birth
            && age.at.is_none()
        {
            age.at = record.intake.as_ref().and_then(PartialDate::full);
        }
        if problems.is_empty() && !record.is_identifiable() {
            problems.push(Problem {
                at: At::Row { line },
                fault: Fault::Nobody,
            });
        }
        Row {
            line,
            record: if problems.is_empty() {
                Ok(record)
            } else {
                Err(problems)
            },
            warnings,
        }
    }

    fn set(&self, record: &mut Record, field: FieldId, text: &str) -> Result<Option<Note>, Fault> {
        if field == FieldId::Sex && matches!(text, "M" | "m") {
            match self.sex {
                SexColumn::Male => {}
                SexColumn::Mujer => {
                    record.sex = Some(Sex::Female);
                    return Ok(None);
                }
                SexColumn::Ambiguous => return Err(Fault::AmbiguousSex),
            }
        }
        match set_at(record, field, text, self.options.today) {
            Ok(warning) => Ok(warning.map(|w| w.note)),
            Err(problem) => Err(problem.fault),
        }
    }
}

fn is_blank(cell: &Cell<'_>) -> bool {
    cell.fault.is_none() && cell.text.trim().is_empty()
}

impl Iterator for Table<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        loop {
            if !self.scanner.next_row(&mut self.cells) {
                return None;
            }
            if !self.cells.iter().all(is_blank) {
                return Some(self.row());
            }
        }
    }
}
