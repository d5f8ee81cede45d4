//! Rows of cells become records (manual: *import*).

use std::borrow::Cow;

use super::dates::with_month_name;
use super::grid::{Epoch, GridRows};
use super::header;
use super::map::{Export, Map};
use super::scan::{self, Cell, Scanner};
use super::target::{Target, surnames, whole};
use super::{COLUMNS_MAX, FileProblem, Options, Row};
use crate::record::code::{Agreement, DocumentKind, Kind, Sex};
use crate::record::date::PartialDate;
use crate::record::document;
use crate::record::field::FieldId;
use crate::record::finding::{At, Fault, Note, Problem, Warning};
use crate::record::fold::key;
use crate::record::formula::unguarded;
use crate::record::htcds::{self, Shape, Standard};
use crate::record::model::{Answer, Birth, Consent, Consents, Form, Record};
use crate::record::value::{Slot, get, set_at, slot};

/// A position in the rows of a file.
#[derive(Clone)]
pub(super) enum Rows<'t> {
    Text(Scanner<'t>),
    #[cfg_attr(
        not(feature = "xlsx"),
        expect(dead_code, reason = "only workbooks are read into a grid")
    )]
    Grid(GridRows<'t>),
}

/// The field of the standard that says whether somebody agreed, and the one that it replaces: a table may
/// have both.
const CONSENT: &str = "con_Consent";
const CONSENT_BEFORE: &str = "vic_AgreementToManagePersonalData";

impl<'t> Rows<'t> {
    pub(super) fn next_row(&mut self, cells: &mut Vec<Cell<'t>>) -> bool {
        match self {
            Self::Text(scanner) => scanner.next_row(cells),
            Self::Grid(rows) => rows.next_row(cells),
        }
    }
}

/// What `M` means in the column of the sex.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SexColumn {
    Male,
    Mujer,
    Ambiguous,
}

/// The rows of a table, one after the other.
pub struct Table<'t> {
    rows: Rows<'t>,
    /// Where a workbook counts its days from; `None` for a text.
    epoch: Option<Epoch>,
    options: &'t Options,
    /// What the columns mean: the person's own map, and that of a known export.
    maps: Vec<&'t Map>,
    cells: Vec<Cell<'t>>,
    headers: Vec<String>,
    header_keys: Vec<String>,
    /// Columns whose field has others too, and whose header is kept with what they hold.
    named: Vec<bool>,
    sex: SexColumn,
    consents: Consents,
    /// What is remarkable about the file as a whole.
    pub warnings: Vec<Warning>,
    /// What becomes of the columns; `None` for one that is not known.
    pub columns: Vec<Option<Target>>,
    /// Sign between cells; `None` for a workbook.
    pub delimiter: Option<u8>,
    /// The program whose export it is, if that is known.
    pub export: Option<Export>,
}

impl<'t> Table<'t> {
    pub(super) fn of_text(text: &'t str, options: &'t Options) -> Result<Self, FileProblem> {
        if text.trim().is_empty() {
            return Err(FileProblem::Empty);
        }
        let map = options.map.as_ref();
        let (start, declared) = separator_line(text, options.delimiter);
        let mut best: Option<(header::Found<'t>, u8)> = None;
        let signs = declared
            .as_ref()
            .map_or(&b",;\t|"[..], std::slice::from_ref);
        for sign in signs {
            let mut scanner = start.clone();
            scanner.set_delimiter(*sign);
            let found = header::find(Rows::Text(scanner), |h| header::known(h, map));
            if let Some(found) = found
                && best.as_ref().is_none_or(|(b, _)| {
                    (found.known, found.cells.len()) > (b.known, b.cells.len())
                })
            {
                best = Some((found, *sign));
            }
        }
        let (found, delimiter) = best.ok_or(FileProblem::NoHeader)?;
        Self::new(found, options, None, Some(delimiter))
    }

    #[cfg(feature = "xlsx")]
    pub(super) fn of_book(
        book: &'t super::workbook::Book,
        options: &'t Options,
    ) -> Result<Self, FileProblem> {
        let map = options.map.as_ref();
        let rows = Rows::Grid(book.grid.rows());
        let found = header::find(rows, |h| header::known(h, map));
        let found = found.ok_or_else(|| FileProblem::NoHeaderInSheets {
            names: vec![book.sheet.clone()],
            hidden: Vec::new(),
        })?;
        let first = found.cells.first().map_or(0, |c| c.line);
        let mut table = Self::new(found, options, Some(book.grid.epoch), None)?;
        let mut remark = |note| {
            table.warnings.push(Warning {
                at: At::Record,
                note,
            })
        };
        if !book.others.is_empty() || !book.hidden.is_empty() {
            remark(Note::OtherSheets {
                sheet: book.sheet.clone(),
                others: book.others.clone(),
                hidden: book.hidden.clone(),
            });
        }
        if book.formulas > 0 {
            remark(Note::Formulas {
                count: book.formulas,
            });
        }
        let mut merged = book
            .merged
            .iter()
            .filter(|(last, _)| u64::from(*last) + 1 > first);
        if let Some((_, range)) = merged.next() {
            remark(Note::Merged {
                first: range.clone(),
                count: 1 + merged.count(),
            });
        }
        Ok(table)
    }

    fn new(
        found: header::Found<'t>,
        options: &'t Options,
        epoch: Option<Epoch>,
        delimiter: Option<u8>,
    ) -> Result<Self, FileProblem> {
        let headers = found.cells.iter().map(|c| c.text.as_ref());
        let export = Export::of(headers);
        let maps = options.map.iter().chain(export.map(|(_, map)| map));
        let mut table = Self {
            rows: found.rest,
            epoch,
            options,
            maps: maps.collect(),
            cells: Vec::new(),
            headers: Vec::new(),
            header_keys: Vec::new(),
            named: Vec::new(),
            sex: SexColumn::Male,
            consents: options.consents.clone(),
            warnings: Vec::new(),
            columns: Vec::new(),
            delimiter,
            export: export.map(|(export, _)| export),
        };
        if found.below {
            table.remark(Note::HeaderBelow {
                line: found.cells.first().map_or(0, |c| c.line),
            });
        }
        if let Some(export) = table.export {
            table.remark(Note::Export {
                name: export.name(),
            });
        }
        table.header(&found.cells)?;
        table.absent();
        table.role();
        table.consents();
        table.find_out_sex();
        Ok(table)
    }

    fn remark(&mut self, note: Note) {
        self.warnings.push(Warning {
            at: At::Record,
            note,
        });
    }

    /// What a header means: first by the person's map, then by the export, then by itself.
    fn meaning(&self, header: &str) -> Option<Target> {
        if let Some(target) = self.maps.iter().find_map(|m| m.column(header)) {
            return Some(target);
        }
        let only = self.export == Some(Export::Primero) || self.maps.iter().any(|m| m.only);
        if only {
            return None;
        }
        header::recognize(header).map(Target::Field)
    }

    fn header(&mut self, cells: &[Cell<'t>]) -> Result<(), FileProblem> {
        let used = cells.iter().rposition(|c| !c.is_blank());
        let cells = &cells[..used.map_or(0, |n| n + 1)];
        if cells.len() > COLUMNS_MAX {
            return Err(FileProblem::TooManyColumns { max: COLUMNS_MAX });
        }
        if let Some(at) = cells.iter().position(|c| c.fault.is_some()) {
            return Err(FileProblem::HeaderQuote(at + 1));
        }
        let mut twice = Vec::new();
        let mut unknown = Vec::new();
        let replaced = self.export == Some(Export::Htcds)
            && cells.iter().any(|c| key(&c.text) == key(CONSENT));
        for (at, cell) in cells.iter().enumerate() {
            let target = match self.meaning(&cell.text) {
                Some(_) if replaced && key(&cell.text) == key(CONSENT_BEFORE) => Some(Target::Left),
                meaning => meaning,
            };
            let mut named = false;
            match target {
                Some(Target::Field(field)) => {
                    let same = Some(Target::Field(field));
                    if let Some(first) = self.columns.iter().position(|t| *t == same) {
                        let meant = self.maps.iter().any(|m| m.column(&cell.text).is_some());
                        if !(meant && joins(field)) {
                            twice.push((first + 1, at + 1, field));
                        }
                        named = true;
                        self.named[first] = true;
                    }
                }
                Some(_) => {}
                None => unknown.push(at),
            }
            self.columns.push(target);
            self.named.push(named);
            self.headers.push(header::shown(&cell.text));
            self.header_keys.push(key(&cell.text));
        }
        if self.export.is_some() && unknown.len() > 1 {
            // An export has hundreds of columns; each by itself would be noise.
            self.remark(Note::ColumnsLeft {
                count: unknown.len(),
            });
        } else {
            for at in unknown {
                let warning = Warning {
                    at: self.at_column(at),
                    note: Note::UnknownColumn,
                };
                self.warnings.push(warning);
            }
        }
        if let Some(at) = self
            .columns
            .iter()
            .position(|t| *t == Some(Target::FullName))
        {
            let warning = Warning {
                at: self.at_column(at),
                note: Note::NameSplit,
            };
            self.warnings.push(warning);
        }
        if twice.is_empty() {
            Ok(())
        } else {
            Err(FileProblem::DuplicateHeaders(twice))
        }
    }

    /// Columns that the person's map names and the file does not have.
    fn absent(&mut self) {
        let Some(map) = &self.options.map else {
            return;
        };
        let mut absent: Vec<String> = map
            .column_names()
            .filter(|name| {
                let wanted = key(name);
                !self.header_keys.contains(&wanted) && !self.headers.iter().any(|h| h == *name)
            })
            .map(str::to_owned)
            .collect();
        absent.sort();
        for header in absent {
            self.remark(Note::NoSuchColumn { header });
        }
    }

    fn has(&self, field: FieldId) -> bool {
        self.columns.contains(&Some(Target::Field(field)))
            || self.maps.iter().any(|m| m.constants.contains_key(&field))
    }

    fn role(&mut self) {
        if self.options.kind.is_none() && !self.has(FieldId::Role) {
            self.remark(Note::NoRoleColumn {
                role: Kind::Victim.code(),
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
            if self.columns.contains(&Some(Target::Field(field))) {
                *consent = Consent::default();
            }
        }
    }

    /// `H` and `M` are *hombre* and *mujer* in Spanish, `F` and `M` *femenino* and *masculino*: which
    /// one a file means shows in the whole column only. A map that says what `M` is, is believed.
    fn find_out_sex(&mut self) {
        let same = Some(Target::Field(FieldId::Sex));
        let Some(column) = self.columns.iter().position(|t| *t == same) else {
            return;
        };
        let (mut h, mut f, mut m) = (false, false, false);
        let mut ahead = self.rows.clone();
        let mut cells = Vec::new();
        while !(h && f && m) && ahead.next_row(&mut cells) {
            let text = cells.get(column).map_or("", |c| c.text.trim());
            match self.translated(FieldId::Sex, text).as_ref() {
                "H" | "h" => h = true,
                "F" | "f" => f = true,
                "M" | "m" if self.translated(FieldId::Sex, text) == text => m = true,
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
        let warning = Warning {
            at: self.at_column(column),
            note,
        };
        self.warnings.push(warning);
    }

    fn translated<'v>(&'v self, field: FieldId, text: &'v str) -> Cow<'v, str> {
        let found = self.maps.iter().find_map(|m| m.translated(field, text));
        Cow::Borrowed(found.unwrap_or(text))
    }

    fn at_column(&self, at: usize) -> At {
        let header = self.headers.get(at).cloned().unwrap_or_default();
        match self.epoch {
            None => At::Column {
                column: at + 1,
                header,
            },
            Some(_) => At::SheetColumn {
                column: at + 1,
                header,
            },
        }
    }

    fn at_cell(&self, at: usize, line: u64) -> At {
        let header = self.headers.get(at).cloned().unwrap_or_default();
        match self.epoch {
            None => At::Cell {
                line,
                column: at + 1,
                header,
            },
            Some(_) => At::SheetCell {
                row: line,
                column: at + 1,
                header,
            },
        }
    }

    fn at_row(&self, line: u64) -> At {
        match self.epoch {
            None => At::Row { line },
            Some(_) => At::SheetRow { row: line },
        }
    }

    /// Whether the row says the header once more, as pages that were put behind each other do.
    fn is_header_again(&self) -> bool {
        let mut same = 0;
        for (at, cell) in self.cells.iter().enumerate() {
            if cell.is_blank() {
                continue;
            }
            let folded = key(&cell.text);
            if folded.is_empty() || self.header_keys.get(at) != Some(&folded) {
                return false;
            }
            same += 1;
        }
        same > 1
    }

    fn row(&mut self) -> Row {
        let line = self.cells.first().map_or(0, |c| c.line);
        let mut cells = std::mem::take(&mut self.cells);
        let mut found = Findings::default();
        let expected = self.columns.len();
        while cells.len() > expected && cells.last().is_some_and(Cell::is_blank) {
            cells.pop();
        }
        if self.epoch.is_some() {
            // A sheet has no end of a row; what stands beside the table is no part of it.
            for (at, cell) in cells.iter().enumerate().skip(expected) {
                if !cell.is_blank() {
                    found.warn(self.at_cell(at, cell.line), Note::BeyondHeader);
                }
            }
            cells.truncate(expected);
            while cells.len() < expected {
                cells.push(Cell::empty(line));
            }
        }
        for (at, cell) in cells.iter().enumerate() {
            if let Some(fault) = &cell.fault
                && (self.epoch.is_none() || self.columns[at].is_some())
            {
                found.fault(self.at_cell(at, cell.line), fault.clone());
            }
        }
        let record = if cells.len() == expected {
            self.record(&cells, &mut found)
        } else {
            // A quote that went wrong explains the number of cells.
            if found.problems.is_empty() {
                let fault = Fault::Ragged {
                    expected,
                    found: cells.len(),
                };
                found.fault(self.at_row(line), fault);
            }
            Record::new(Kind::Victim)
        };
        self.cells = cells;
        if found.problems.is_empty() && !record.is_identifiable() {
            found.fault(self.at_row(line), Fault::Nobody);
        }
        Row {
            line,
            record: if found.problems.is_empty() {
                Ok(record)
            } else {
                Err(found.problems)
            },
            warnings: found.warnings,
        }
    }

    fn record(&self, cells: &[Cell<'t>], found: &mut Findings) -> Record {
        let mut record = Record::new(self.options.kind.unwrap_or(Kind::Victim));
        record.consents.clone_from(&self.consents);
        for map in self.maps.iter().rev() {
            for (field, text) in &map.constants {
                let asked = *field == FieldId::Role && self.options.kind.is_some();
                if !asked && let Err(p) = set_at(&mut record, *field, text, self.options.today) {
                    found.problems.push(p);
                }
            }
        }
        let mut set = Vec::new();
        let mut whole_name = None;
        for (at, cell) in cells.iter().enumerate() {
            let Some(target) = self.columns[at] else {
                continue;
            };
            let text = Cow::Borrowed(unguarded(cell.text.trim()));
            let role = target == Target::Field(FieldId::Role);
            if cell.fault.is_some() || (text.is_empty() && !role) {
                continue;
            }
            let outcome = match target {
                Target::Left => Ok(None),
                Target::Field(field) => {
                    let again = set.contains(&field);
                    set.push(field);
                    self.set(&mut record, field, cell, &text, again.then_some(at))
                }
                Target::Surnames => {
                    let (paternal, maternal) = surnames(&text);
                    let first = FieldId::PaternalSurname;
                    let second = FieldId::MaternalSurname;
                    let today = self.options.today;
                    set_at(&mut record, first, &paternal, today)
                        .and_then(|warning| {
                            // A reason for no answer counts for both.
                            let reason = record.reason(first).is_some();
                            let maternal = if reason { &paternal } else { &maternal };
                            let other = set_at(&mut record, second, maternal, today)?;
                            Ok(warning.or(other).map(|w| w.note))
                        })
                        .map_err(|p| p.fault)
                }
                Target::FullName => {
                    whole_name = Some((at, cell.line, text.clone()));
                    Ok(None)
                }
                Target::Form(standard) => self.answers(&mut record, standard, &text),
            };
            match outcome {
                Ok(None) => {}
                Ok(Some(note)) => found.warn(self.at_cell(at, cell.line), note),
                Err(fault) => found.fault(self.at_cell(at, cell.line), fault),
            }
        }
        if let Some((at, line, text)) = whole_name
            && record.given_names.is_empty()
            && record.paternal_surname.is_empty()
        {
            let (given, paternal, maternal) = whole(&text);
            for (field, part) in [
                (FieldId::GivenNames, given),
                (FieldId::PaternalSurname, paternal),
                (FieldId::MaternalSurname, maternal),
            ] {
                if !part.is_empty()
                    && let Err(p) = set_at(&mut record, field, &part, self.options.today)
                {
                    found.fault(self.at_cell(at, line), p.fault);
                }
            }
        }
        for form in &mut record.htcds {
            // What only held a place for a form before it.
            form.answers.retain(|a| !a.values.is_empty());
            form.answers.sort_by(|a, b| a.field.cmp(&b.field));
        }
        record.htcds.retain(|form| !form.answers.is_empty());
        if let Birth::Age(age) = &mut record.birth
            && age.at.is_none()
        {
            age.at = record.intake.as_ref().and_then(PartialDate::full);
        }
        record
    }

    /// Sets a field from a cell; `again` is the column, if another one set the field before.
    fn set(
        &self,
        record: &mut Record,
        field: FieldId,
        cell: &Cell<'_>,
        text: &str,
        again: Option<usize>,
    ) -> Result<Option<Note>, Fault> {
        let translated = self.translated(field, text);
        let own = translated == text;
        if field == FieldId::Sex && own && matches!(text, "M" | "m") {
            match self.sex {
                SexColumn::Male => {}
                SexColumn::Mujer => {
                    record.sex = Some(Sex::Female);
                    return Ok(None);
                }
                SexColumn::Ambiguous => return Err(Fault::AmbiguousSex),
            }
        }
        let (mut text, mut note) = self.brought(record, field, cell, &translated)?;
        if self.export == Some(Export::Primero) {
            text = unbracketed(text);
        }
        if let Some(at) = again
            && record.reason(field).is_none()
        {
            text = match slot(record, field) {
                Slot::Long(before) => format!("{before}\n{}: {text}", self.headers[at]).into(),
                Slot::Text(before) => format!("{before} {text}").into(),
                _ => format!("{} | {text}", get(record, field)).into(),
            };
        } else if matches!(slot(record, field), Slot::Long(_))
            && let Some(at) = self
                .columns
                .iter()
                .position(|t| *t == Some(Target::Field(field)))
            && self.named[at]
        {
            text = format!("{}: {text}", self.headers[at]).into();
        }
        match set_at(record, field, &text, self.options.today) {
            Ok(warning) => {
                note = note.or(warning.map(|w| w.note));
                Ok(note)
            }
            Err(problem) => Err(problem.fault),
        }
    }

    /// The text of a cell in the form that the field reads: dates in their order, numbers as the
    /// digits that were meant.
    fn brought<'v>(
        &self,
        record: &Record,
        field: FieldId,
        cell: &Cell<'_>,
        text: &'v str,
    ) -> Result<(Cow<'v, str>, Option<Note>), Fault> {
        let dated = matches!(
            slot(record, field),
            Slot::Birth(_) | Slot::Partial(_) | Slot::Day(_)
        );
        if dated && cell.kind != scan::Kind::Date {
            if cell.kind == scan::Kind::Number
                && let Some(epoch) = self.epoch
                && let Ok(serial) = text.parse::<f64>()
                && serial >= 10_000.0
                && let Some(day) = epoch.day(serial)
            {
                return Ok((day.into(), Some(Note::SerialDate)));
            }
            let form = self.maps.iter().find_map(|m| m.date_form(Some(field)));
            let read = form.and_then(|f| f.read(text, self.options.today));
            if let Some(date) = read.or_else(|| with_month_name(text)) {
                return Ok((date.into(), None));
            }
        }
        if is_number_text(field) {
            if is_scientific(text) {
                return Err(Fault::Scientific);
            }
            if cell.kind == scan::Kind::Number {
                if text.len() > 15 {
                    return Ok((Cow::Borrowed(text), Some(Note::DigitsLost)));
                }
                if let Some(whole) = with_zero(field, text) {
                    return Ok((whole.into(), Some(Note::ZeroRestored)));
                }
            }
        }
        Ok((Cow::Borrowed(text), None))
    }

    /// Puts an answer into the form of its part of the standard, or several into as many forms: our own export
    /// writes them so, and is known by its case numbers, for which the standard has no field.
    fn answers(
        &self,
        record: &mut Record,
        standard: &'static Standard,
        text: &str,
    ) -> Result<Option<Note>, Fault> {
        let own = self.export == Some(Export::Htcds) && self.has(FieldId::LocalId);
        // What stands at either end was trimmed away.
        let whole = format!(" {text} ");
        let parts: Vec<&str> = match own {
            true => whole.split(htcds::FORMS).map(str::trim).collect(),
            false => vec![text],
        };
        for (at, part) in parts.into_iter().enumerate() {
            if !part.is_empty() {
                self.answer(record, standard, part, at)?;
            }
        }
        Ok(None)
    }

    /// Puts an answer into the form of its part of the standard that has this place among them.
    fn answer(
        &self,
        record: &mut Record,
        standard: &'static Standard,
        text: &str,
        at: usize,
    ) -> Result<(), Fault> {
        let one = |text: &str| -> String {
            match standard.shape {
                Shape::One(allowed) | Shape::Many(allowed) => {
                    let wanted = key(text);
                    let found = allowed.iter().find(|a| key(a) == wanted);
                    found.map_or(text, |a| a).to_owned()
                }
                Shape::Checkbox => match Agreement::parse(text) {
                    Some(Agreement::Yes) => "true".to_owned(),
                    Some(Agreement::No) => "false".to_owned(),
                    _ => text.to_owned(),
                },
                Shape::Date => {
                    let form = self.maps.iter().find_map(|m| m.date_form(None));
                    let read = form.and_then(|f| f.read(text, self.options.today));
                    let read = read.or_else(|| with_month_name(text));
                    read.unwrap_or_else(|| text.to_owned())
                }
                Shape::Text | Shape::Number => text.to_owned(),
            }
        };
        let values: Vec<String> = match standard.shape {
            Shape::Many(_) => {
                let parts = text.split([';', ',', '|', '\n']).map(str::trim);
                parts.filter(|p| !p.is_empty()).map(one).collect()
            }
            _ => vec![one(text)],
        };
        if values.len() > crate::record::LIST_MAX {
            return Err(Fault::TooMany {
                max: crate::record::LIST_MAX,
            });
        }
        let long = values
            .iter()
            .any(|v| v.chars().count() > crate::record::LONG_MAX);
        if long {
            return Err(Fault::TooLong {
                max: crate::record::LONG_MAX,
            });
        }
        let control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
        if values.iter().any(|v| v.chars().any(control)) {
            return Err(Fault::Control);
        }
        standard.accept(&values)?;
        if at >= crate::record::LIST_MAX {
            return Err(Fault::TooMany {
                max: crate::record::LIST_MAX,
            });
        }
        let answer = |field: &str, values| Answer {
            field: field.to_owned(),
            values,
        };
        loop {
            let mut forms = record.htcds.iter_mut().filter(|f| {
                let first = f.answers.first();
                first.is_some_and(|a| htcds::section(&a.field) == htcds::section(standard.name))
            });
            if let Some(form) = forms.nth(at) {
                form.answers.push(answer(standard.name, values));
                return Ok(());
            }
            // Holds the place until its answers come, if there are any.
            record.htcds.push(Form {
                answers: vec![answer(standard.name, Vec::new())],
            });
        }
    }
}

#[derive(Default)]
struct Findings {
    problems: Vec<Problem>,
    warnings: Vec<Warning>,
}

impl Findings {
    fn fault(&mut self, at: At, fault: Fault) {
        self.problems.push(Problem { at, fault });
    }

    fn warn(&mut self, at: At, note: Note) {
        self.warnings.push(Warning { at, note });
    }
}

/// A first line `sep=;`, as spreadsheets write it: what follows, and the sign.
fn separator_line(text: &str, declared: Option<u8>) -> (Scanner<'_>, Option<u8>) {
    let start = Scanner::new(text, declared.unwrap_or(b','));
    let mut ahead = start.clone();
    ahead.set_delimiter(b'\n');
    let mut cells = Vec::new();
    if ahead.next_row(&mut cells)
        && let Some(&[sign]) = cells[0].text.strip_prefix("sep=").map(str::as_bytes)
        && sign.is_ascii()
        && !matches!(sign, b'"' | b'\n' | b'\r')
    {
        return (ahead, declared.or(Some(sign)));
    }
    (start, declared)
}

/// Whether several columns can become this field: a list, a text of many lines, or names.
fn joins(field: FieldId) -> bool {
    let empty = Record::new(Kind::Victim);
    match slot(&empty, field) {
        Slot::Long(_) | Slot::Texts(_) | Slot::Countries(_) | Slot::Exploitations(_) => true,
        Slot::Text(_) => matches!(field, FieldId::GivenNames | FieldId::Address),
        _ => false,
    }
}

/// Numbers that are names of things: nobody adds them up, and every digit counts.
fn is_number_text(field: FieldId) -> bool {
    matches!(
        field,
        FieldId::LocalId
            | FieldId::Phone
            | FieldId::PostalCode
            | FieldId::DocumentNumber
            | FieldId::Curp
            | FieldId::Cui
            | FieldId::Dui
            | FieldId::Dni
            | FieldId::Passport
    )
}

/// `1.23E+10`, with a point or a comma.
fn is_scientific(text: &str) -> bool {
    let Some((digits, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let fraction = digits.split_once(['.', ',']);
    fraction.is_some_and(|(whole, rest)| {
        let number = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
        number(whole) && number(rest) && exponent.strip_prefix('+').is_some_and(number)
    })
}

/// The number with the zeros in front that a spreadsheet drops, if its kind then fits and did not
/// before.
fn with_zero(field: FieldId, text: &str) -> Option<String> {
    let (kind, digits) = match field {
        FieldId::Dui => (DocumentKind::Dui, 9),
        FieldId::Dni => (DocumentKind::Dni, 13),
        _ => return None,
    };
    if text.len() >= digits || document::check(kind, text).is_ok() {
        return None;
    }
    let whole = format!("{text:0>digits$}");
    document::check(kind, &whole).is_ok().then_some(whole)
}

/// A list as Primero writes it, `["a", "b"]`, as we read one.
fn unbracketed(text: Cow<'_, str>) -> Cow<'_, str> {
    let Some(inner) = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) else {
        return text;
    };
    let items = inner.split(',').map(|i| i.trim().trim_matches('"'));
    Cow::Owned(
        items
            .filter(|i| !i.is_empty() && *i != "nil")
            .collect::<Vec<_>>()
            .join(";"),
    )
}

impl Iterator for Table<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        loop {
            if !self.rows.next_row(&mut self.cells) {
                return None;
            }
            if self.cells.iter().all(Cell::is_blank) {
                continue;
            }
            if self.is_header_again() {
                let line = self.cells.first().map_or(0, |c| c.line);
                let at = self.at_row(line);
                self.warnings.push(Warning {
                    at,
                    note: Note::HeaderAgain,
                });
                continue;
            }
            return Some(self.row());
        }
    }
}
