//! The parts of a workbook that matter here (ECMA-376 part 1, SpreadsheetML): relationships, the list
//! of sheets, formats, shared texts, and the cells of a sheet.

use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::super::grid::{Epoch, Grid, Value};
use super::super::{CELLS_MAX, COLUMNS_MAX, FileProblem, ROWS_MAX, TEXT_IN_ALL_MAX};
use super::container::Xml;

const DAMAGED: FileProblem = FileProblem::Damaged;

/// Most sheets, and most formats.
const SHEETS_MAX: usize = 255;
const FORMATS_MAX: usize = 1 << 16;

/// Largest number of bytes of all shared texts.
const SHARED_MAX: usize = 64 << 20;

/// An attribute, unescaped; the prefix of its name does not count.
fn attribute(start: &BytesStart<'_>, name: &str) -> Result<Option<String>, FileProblem> {
    for found in start.attributes().with_checks(false) {
        let found = found.map_err(|_| DAMAGED)?;
        if found.key.local_name().as_ref() == name {
            let mut value = String::new();
            let mut rest: &str = &found.value;
            while let Some((before, after)) = rest.split_once('&') {
                let (entity, after) = after.split_once(';').ok_or(DAMAGED)?;
                value.push_str(before);
                push_entity(&BytesRef::new(entity), &mut value)?;
                rest = after;
            }
            value.push_str(rest);
            return Ok(Some(value));
        }
    }
    Ok(None)
}

fn push_entity(entity: &BytesRef<'_>, into: &mut String) -> Result<(), FileProblem> {
    if let Some(text) = resolve_xml_entity(entity) {
        into.push_str(text);
        return Ok(());
    }
    match entity.resolve_char_ref() {
        Ok(Some(c)) => into.push(c),
        _ => return Err(DAMAGED),
    }
    Ok(())
}

/// One relationship of a part.
pub(super) struct Relation {
    pub id: String,
    pub kind: String,
    pub target: String,
}

pub(super) fn relations(xml: &mut Xml<'_>) -> Result<Vec<Relation>, FileProblem> {
    let mut found = Vec::new();
    loop {
        match xml.next()? {
            Event::Start(e) if e.local_name().as_ref() == "Relationship" => {
                if found.len() > 4 * SHEETS_MAX {
                    return Err(FileProblem::Inflates);
                }
                found.push(Relation {
                    id: attribute(&e, "Id")?.unwrap_or_default(),
                    kind: attribute(&e, "Type")?.unwrap_or_default(),
                    target: attribute(&e, "Target")?.unwrap_or_default(),
                });
            }
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

/// A sheet as the workbook lists it.
pub(super) struct Listed {
    pub name: String,
    pub hidden: bool,
    pub relation: String,
}

pub(super) fn sheets(xml: &mut Xml<'_>) -> Result<(Vec<Listed>, Epoch), FileProblem> {
    let mut found = Vec::new();
    let mut epoch = Epoch::Y1900;
    loop {
        match xml.next()? {
            Event::Start(e) if e.local_name().as_ref() == "sheet" => {
                if found.len() == SHEETS_MAX {
                    return Err(FileProblem::Inflates);
                }
                let state = attribute(&e, "state")?;
                found.push(Listed {
                    name: attribute(&e, "name")?.unwrap_or_default(),
                    hidden: state.is_some_and(|s| s != "visible"),
                    relation: attribute(&e, "id")?.unwrap_or_default(),
                });
            }
            Event::Start(e) if e.local_name().as_ref() == "workbookPr" => {
                if let Some(flag) = attribute(&e, "date1904")?
                    && matches!(flag.as_str(), "1" | "true")
                {
                    epoch = Epoch::Y1904;
                }
            }
            Event::Eof => return Ok((found, epoch)),
            _ => {}
        }
    }
}

/// Which of the formats that cells refer to show a date or a time.
pub(super) fn date_formats(xml: &mut Xml<'_>) -> Result<Vec<bool>, FileProblem> {
    let mut own: Vec<(u32, bool)> = Vec::new();
    let mut formats = Vec::new();
    let mut inside = false;
    loop {
        match xml.next()? {
            Event::Start(e) => match e.local_name().as_ref() {
                "numFmt" => {
                    let id = attribute(&e, "numFmtId")?.and_then(|id| id.parse().ok());
                    let code = attribute(&e, "formatCode")?;
                    if let (Some(id), Some(code)) = (id, code) {
                        if own.len() == FORMATS_MAX {
                            return Err(FileProblem::Inflates);
                        }
                        own.push((id, shows_date(&code)));
                    }
                }
                "cellXfs" => {
                    own.sort_unstable();
                    inside = true;
                }
                "xf" if inside => {
                    if formats.len() == FORMATS_MAX {
                        return Err(FileProblem::Inflates);
                    }
                    let id = attribute(&e, "numFmtId")?.and_then(|id| id.parse::<u32>().ok());
                    let id = id.unwrap_or(0);
                    let at = own.binary_search_by_key(&id, |(id, _)| *id);
                    formats.push(match at {
                        Ok(at) => own[at].1,
                        // Built in; those from 27 are dates of East Asian programs.
                        Err(_) => matches!(id, 14..=22 | 27..=36 | 45..=47 | 50..=58),
                    });
                }
                _ => {}
            },
            Event::End(e) if e.local_name().as_ref() == "cellXfs" => inside = false,
            Event::Eof => return Ok(formats),
            _ => {}
        }
    }
}

/// Whether a format code shows a date or a time: a letter of one outside quotes, escapes and
/// brackets, in the first of its sections.
fn shows_date(code: &str) -> bool {
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => drop(chars.by_ref().find(|c| *c == '"')),
            // An escape, a width, a filling: what follows is no token.
            '\\' | '_' | '*' => drop(chars.next()),
            '[' => {
                let inner: String = chars.by_ref().take_while(|c| *c != ']').collect();
                // Elapsed time: [h], [mm], [ss].
                if !inner.is_empty() && inner.chars().all(|c| "hmsHMS".contains(c)) {
                    return true;
                }
            }
            ';' => return false,
            'd' | 'm' | 'y' | 'h' | 's' | 'D' | 'M' | 'Y' | 'H' | 'S' => return true,
            // The word General has none of them before its end.
            'G' | 'g' => return false,
            _ => {}
        }
    }
    false
}

/// Texts that cells share, in one piece.
#[derive(Default)]
pub(super) struct Shared {
    text: String,
    ends: Vec<u32>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.text);
    }
}

impl Shared {
    fn get(&self, at: usize) -> Option<&str> {
        let end = *self.ends.get(at)? as usize;
        let start = match at {
            0 => 0,
            _ => self.ends[at - 1] as usize,
        };
        self.text.get(start..end)
    }

    pub(super) fn read(xml: &mut Xml<'_>) -> Result<Self, FileProblem> {
        let mut shared = Self::default();
        loop {
            match xml.next()? {
                Event::Start(e) if e.local_name().as_ref() == "si" => {
                    rich_text(xml, "si", &mut shared.text)?;
                    if shared.text.len() > SHARED_MAX || shared.ends.len() >= CELLS_MAX {
                        return Err(FileProblem::Inflates);
                    }
                    let end = u32::try_from(shared.text.len());
                    shared.ends.push(end.map_err(|_| FileProblem::Inflates)?);
                }
                Event::Eof => return Ok(shared),
                _ => {}
            }
        }
    }
}

/// The text of an element `si` or `is` behind its start: the `t` of its runs, without what only says
/// how Japanese is spoken.
fn rich_text(xml: &mut Xml<'_>, outer: &str, into: &mut String) -> Result<(), FileProblem> {
    let mut phonetic = false;
    loop {
        match xml.next()? {
            Event::Start(e) if e.local_name().as_ref() == "rPh" => phonetic = true,
            Event::End(e) if e.local_name().as_ref() == "rPh" => phonetic = false,
            Event::Start(e) if e.local_name().as_ref() == "t" => {
                let mut unused = String::new();
                let target = if phonetic { &mut unused } else { &mut *into };
                let from = target.len();
                text(xml, "t", target)?;
                unescape(target, from);
            }
            Event::End(e) if e.local_name().as_ref() == outer => return Ok(()),
            Event::Eof => return Err(DAMAGED),
            _ => {}
        }
    }
}

/// The characters of an element behind its start.
fn text(xml: &mut Xml<'_>, element: &str, into: &mut String) -> Result<(), FileProblem> {
    loop {
        if into.len() > TEXT_IN_ALL_MAX {
            return Err(FileProblem::Inflates);
        }
        match xml.next()? {
            Event::Text(t) => into.push_str(&t.xml10_content()),
            Event::CData(t) => into.push_str(&t.xml10_content()),
            Event::GeneralRef(e) => push_entity(&e, into)?,
            Event::End(e) if e.local_name().as_ref() == element => return Ok(()),
            Event::Eof => return Err(DAMAGED),
            _ => {}
        }
    }
}

/// `_x000D_` stands for the character of that number (ECMA-376 part 1, section 22.4.2.4, `bstr`).
fn unescape(text: &mut String, from: usize) {
    if !text[from..].contains("_x") {
        return;
    }
    let mut plain = String::with_capacity(text.len() - from);
    let mut rest = &text[from..];
    while let Some(at) = rest.find("_x") {
        let (before, escape) = rest.split_at(at);
        plain.push_str(before);
        let code = escape
            .get(2..6)
            .filter(|_| escape.as_bytes().get(6) == Some(&b'_'));
        let code = code.filter(|c| c.bytes().all(|b| b.is_ascii_hexdigit()));
        match code
            .and_then(|c| u32::from_str_radix(c, 16).ok())
            .and_then(char::from_u32)
        {
            Some(c) => {
                plain.push(c);
                rest = &escape[7..];
            }
            None => {
                plain.push_str("_x");
                rest = &escape[2..];
            }
        }
    }
    plain.push_str(rest);
    text.truncate(from);
    text.push_str(&plain);
}

/// Row and column from 0 of a reference such as `C4`.
fn reference(text: &str) -> Option<(u32, u32)> {
    let digits = text.find(|c: char| c.is_ascii_digit())?;
    let (letters, number) = text.split_at(digits);
    if !(1..=3).contains(&letters.len()) || number.len() > 7 {
        return None;
    }
    let mut column = 0;
    for letter in letters.bytes() {
        let letter = letter.to_ascii_uppercase();
        if !letter.is_ascii_uppercase() {
            return None;
        }
        column = column * 26 + u32::from(letter - b'A') + 1;
    }
    let row: u32 = number.parse().ok()?;
    Some((row.checked_sub(1)?, column - 1))
}

/// What else a sheet says.
#[derive(Default)]
pub(super) struct Remarks {
    /// Cells whose value a formula gave.
    pub formulas: usize,
    /// Ranges of merged cells: the last row of each, from 0, and the range as written.
    pub merged: Vec<(u32, String)>,
}

/// What the cells of a sheet refer to.
pub(super) struct Context<'c> {
    pub shared: &'c Shared,
    pub dates: &'c [bool],
    pub epoch: Epoch,
    /// Rows that are enough.
    pub rows: u32,
}

/// Reads the cells of a sheet.
pub(super) fn cells(
    xml: &mut Xml<'_>,
    context: &Context<'_>,
) -> Result<(Grid, Remarks), FileProblem> {
    let mut grid = Grid::default();
    grid.epoch = context.epoch;
    let mut remarks = Remarks::default();
    let (mut row, mut column) = (0u32, 0u32);
    let mut seen = 0u32;
    let mut value = String::new();
    loop {
        match xml.next()? {
            Event::Start(e) => match e.local_name().as_ref() {
                "row" => {
                    seen += 1;
                    if seen > context.rows {
                        return Ok((grid, remarks));
                    }
                    if let Some(number) = attribute(&e, "r")? {
                        let number: u32 = number.parse().map_err(|_| DAMAGED)?;
                        row = number.checked_sub(1).ok_or(DAMAGED)?;
                    }
                    column = 0;
                }
                "c" => {
                    if let Some(written) = attribute(&e, "r")? {
                        (row, column) = reference(&written).ok_or(DAMAGED)?;
                    }
                    if row as usize >= ROWS_MAX {
                        return Err(FileProblem::TooManyRows { max: ROWS_MAX });
                    }
                    let kind = attribute(&e, "t")?;
                    let style = attribute(&e, "s")?.and_then(|s| s.parse::<usize>().ok());
                    let is_date = style.and_then(|s| context.dates.get(s)).copied();
                    value.clear();
                    let held = cell(xml, &mut value)?;
                    remarks.formulas += usize::from(held.formula);
                    let shown = match (kind.as_deref(), held) {
                        (
                            _,
                            Held {
                                formula: true,
                                any: false,
                            },
                        ) => Some(Value::NoResult),
                        (_, Held { any: false, .. }) => None,
                        (Some("s"), _) => {
                            let at: usize = value.trim().parse().map_err(|_| DAMAGED)?;
                            Some(Value::Text(context.shared.get(at).ok_or(DAMAGED)?))
                        }
                        (Some("e"), _) => Some(Value::Error),
                        (Some("b"), _) => {
                            let yes = value.trim() == "1";
                            Some(Value::Text(if yes { "true" } else { "false" }))
                        }
                        // Text of the cell itself, of a formula, and dates of ISO 8601.
                        (Some("str" | "inlineStr" | "d"), _) => Some(Value::Text(&value)),
                        _ => match value.trim().parse::<f64>() {
                            Ok(n) if !n.is_finite() => Some(Value::Error),
                            Ok(n) if is_date == Some(true) => Some(Value::Date(n)),
                            Ok(n) => Some(Value::Number(n)),
                            Err(_) => Some(Value::Text(&value)),
                        },
                    };
                    let shown =
                        shown.filter(|v| !matches!(v, Value::Text(t) if t.trim().is_empty()));
                    if let Some(shown) = shown {
                        if column as usize >= COLUMNS_MAX {
                            return Err(FileProblem::TooManyColumns { max: COLUMNS_MAX });
                        }
                        if !grid.push(row, column, &shown) {
                            return Err(DAMAGED);
                        }
                        let (cells, bytes) = grid.size();
                        if cells > CELLS_MAX {
                            return Err(FileProblem::TooManyCells { max: CELLS_MAX });
                        }
                        if bytes > TEXT_IN_ALL_MAX {
                            return Err(FileProblem::Inflates);
                        }
                    }
                    column += 1;
                }
                "mergeCell" => {
                    let range = attribute(&e, "ref")?.unwrap_or_default();
                    let last = range.split(':').next_back().and_then(reference);
                    if let Some((last, _)) = last
                        && remarks.merged.len() < CELLS_MAX
                        && range.len() <= 21
                    {
                        remarks.merged.push((last, range));
                    }
                }
                _ => {}
            },
            Event::End(e) if e.local_name().as_ref() == "row" => {
                row = row.saturating_add(1);
            }
            Event::Eof => return Ok((grid, remarks)),
            _ => {}
        }
    }
}

#[derive(Clone, Copy)]
struct Held {
    formula: bool,
    any: bool,
}

/// What a cell holds, up to its end.
fn cell(xml: &mut Xml<'_>, value: &mut String) -> Result<Held, FileProblem> {
    let mut held = Held {
        formula: false,
        any: false,
    };
    loop {
        let name = match xml.next()? {
            Event::Start(e) => match e.local_name().as_ref() {
                "v" => 'v',
                "is" => 'i',
                "f" => 'f',
                _ => continue,
            },
            Event::End(e) if e.local_name().as_ref() == "c" => return Ok(held),
            Event::Eof => return Err(DAMAGED),
            _ => continue,
        };
        match name {
            'v' => {
                let from = value.len();
                text(xml, "v", value)?;
                unescape(value, from);
                held.any = true;
            }
            'i' => {
                rich_text(xml, "is", value)?;
                held.any = true;
            }
            _ => held.formula = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_of_dates_are_told_from_others() {
        for code in [
            "dd/mm/yyyy",
            "[$-80A]d\" de \"mmmm",
            "h:mm AM/PM",
            "[h]:mm",
            "yyyy\\-mm",
        ] {
            assert!(shows_date(code), "{code}");
        }
        for code in [
            "General",
            "0.00",
            "#,##0\" days\"",
            "@",
            "[Red]0;[Blue]d",
            "\\d0",
            "0_d",
        ] {
            assert!(!shows_date(code), "{code}");
        }
    }

    #[test]
    fn references_are_bounded() {
        assert_eq!(reference("A1"), Some((0, 0)));
        assert_eq!(reference("XFD1048576"), Some((1_048_575, 16_383)));
        for wrong in ["", "A", "1", "A0", "AAAA1", "A99999999", "ñ1", "A1B", "A-1"] {
            assert_eq!(reference(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn escapes_are_undone_once() {
        let mut text = "x_x000D_y_x005F_x000D_z_xZZZZ_ñ_x12".to_owned();
        unescape(&mut text, 0);
        assert_eq!(text, "x\ry_x000D_z_xZZZZ_ñ_x12");
    }
}
