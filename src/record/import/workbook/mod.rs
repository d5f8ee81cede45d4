//! XLSX workbooks (manual: *import*, "Workbooks"; ECMA-376).
//!
//! A reader of its own, over `zip` and `quick-xml`: a general one believes numbers that a file states
//! (how many texts to make room for, which cell is the last) and clones styles for every format, so
//! that a file of a few kilobytes can ask for any amount of memory. Here everything is counted while
//! it is read.

mod container;
mod parts;

use super::grid::Grid;
use super::header::{self, HEADER_ROWS};
use super::table::Rows;
use super::{FileProblem, ROWS_MAX};
use crate::record::import::map::Map;
use container::{Container, Content};
use parts::{Context, Listed, Remarks, Shared};

const DAMAGED: FileProblem = FileProblem::Damaged;

/// Which sheet is wanted.
#[derive(Clone, Copy)]
pub(super) enum Pick<'p> {
    /// The one of this name.
    Named(&'p str),
    /// The only one that is seen and has a header that is known, by itself or by the map.
    Known(Option<&'p Map>),
    /// The first that is seen and has cells.
    First,
}

/// The sheet that was chosen.
pub(super) struct Book {
    pub grid: Grid,
    /// Name of the sheet.
    pub sheet: String,
    /// Names of further sheets that are seen, and of hidden ones.
    pub others: Vec<String>,
    pub hidden: Vec<String>,
    pub formulas: usize,
    /// Ranges of merged cells that end below the header, as `B4:B7`; the last row from 0.
    pub merged: Vec<(u32, String)>,
}

struct Open<'b> {
    container: Container<'b>,
    sheets: Vec<(Listed, String)>,
    shared: Shared,
    dates: Vec<bool>,
    epoch: super::grid::Epoch,
}

impl<'b> Open<'b> {
    fn new(bytes: &'b [u8]) -> Result<Self, FileProblem> {
        let mut container = Container::open(bytes)?;
        match container.content() {
            Content::Workbook => {}
            Content::OpenDocument => return Err(FileProblem::OpenDocument),
            Content::Other => return Err(FileProblem::NotATable),
        }
        let relations = parts::relations(&mut container.part("_rels/.rels")?.ok_or(DAMAGED)?)?;
        let book = relations
            .into_iter()
            .find(|r| r.kind.ends_with("/officeDocument"))
            .ok_or(FileProblem::NotATable)?
            .target;
        let book = book.trim_start_matches('/').to_owned();
        let (folder, name) = book.rsplit_once('/').unwrap_or(("", &book));
        let own = match folder {
            "" => format!("_rels/{name}.rels"),
            _ => format!("{folder}/_rels/{name}.rels"),
        };
        let (listed, epoch) = match container.part(&book)? {
            Some(mut xml) => parts::sheets(&mut xml)?,
            None => return Err(DAMAGED),
        };
        if listed.is_empty() {
            // Another document of the same family.
            return Err(FileProblem::NotATable);
        }
        let relations = match container.part(&own)? {
            Some(mut xml) => parts::relations(&mut xml)?,
            None => Vec::new(),
        };
        let path = |target: &str| match target.strip_prefix('/') {
            Some(absolute) => absolute.to_owned(),
            None if folder.is_empty() => target.to_owned(),
            None => format!("{folder}/{target}"),
        };
        let of_kind = |kind: &str| {
            let found = relations.iter().find(|r| r.kind.ends_with(kind));
            found.map(|r| path(&r.target))
        };
        let mut sheets = Vec::new();
        for sheet in listed {
            let found = relations.iter().find(|r| r.id == sheet.relation);
            let found = found.ok_or(DAMAGED)?;
            // Charts and dialogues are sheets of other kinds.
            if found.kind.ends_with("/worksheet") {
                sheets.push((sheet, path(&found.target)));
            }
        }
        let dates = match of_kind("/styles") {
            Some(name) => match container.part(&name)? {
                Some(mut xml) => parts::date_formats(&mut xml)?,
                None => Vec::new(),
            },
            None => Vec::new(),
        };
        let shared = match of_kind("/sharedStrings") {
            Some(name) => match container.part(&name)? {
                Some(mut xml) => Shared::read(&mut xml)?,
                None => Shared::default(),
            },
            None => Shared::default(),
        };
        Ok(Self {
            container,
            sheets,
            shared,
            dates,
            epoch,
        })
    }

    fn cells(&mut self, at: usize, rows: u32) -> Result<(Grid, Remarks), FileProblem> {
        let context = Context {
            shared: &self.shared,
            dates: &self.dates,
            epoch: self.epoch,
            rows,
        };
        let mut xml = self.container.part(&self.sheets[at].1)?.ok_or(DAMAGED)?;
        parts::cells(&mut xml, &context)
    }
}

impl Book {
    /// Opens a workbook and reads one of its sheets.
    pub(super) fn open(bytes: &[u8], pick: Pick<'_>) -> Result<Self, FileProblem> {
        let mut open = Open::new(bytes)?;
        let shown = |listed: &Listed| header::shown(&listed.name);
        let names = |open: &Open<'_>, hidden: bool| -> Vec<String> {
            let some = open.sheets.iter().filter(|(s, _)| s.hidden == hidden);
            some.map(|(s, _)| shown(s)).collect()
        };
        let seen: Vec<usize> = (0..open.sheets.len())
            .filter(|at| !open.sheets[*at].0.hidden)
            .collect();
        let chosen = match pick {
            Pick::Named(wanted) => {
                let position = |same: &dyn Fn(&str) -> bool| {
                    open.sheets.iter().position(|(s, _)| same(&s.name))
                };
                let folded = crate::record::fold(wanted);
                position(&|name| name == wanted)
                    .or_else(|| position(&|name| crate::record::fold(name) == folded))
                    .ok_or_else(|| FileProblem::NoSuchSheet {
                        names: names(&open, false),
                        hidden: names(&open, true),
                    })?
            }
            Pick::First => {
                let mut first = None;
                for at in &seen {
                    if first.is_none() && open.cells(*at, HEADER_ROWS)?.0.size().0 > 0 {
                        first = Some(*at);
                    }
                }
                first.ok_or(FileProblem::Empty)?
            }
            Pick::Known(map) => {
                let mut known = Vec::new();
                for at in &seen {
                    let (grid, _) = open.cells(*at, HEADER_ROWS)?;
                    let rows = Rows::Grid(grid.rows());
                    if header::find(rows, |h| header::known(h, map)).is_some() {
                        known.push(*at);
                    }
                }
                match known[..] {
                    [one] => one,
                    [] => {
                        return Err(FileProblem::NoHeaderInSheets {
                            names: names(&open, false),
                            hidden: names(&open, true),
                        });
                    }
                    _ => {
                        return Err(FileProblem::SeveralSheets {
                            names: known.iter().map(|at| shown(&open.sheets[*at].0)).collect(),
                            hidden: names(&open, true),
                        });
                    }
                }
            }
        };
        let (grid, remarks) = open.cells(chosen, u32::try_from(ROWS_MAX).unwrap_or(u32::MAX))?;
        let rest = |hidden: bool| {
            let sheets = open.sheets.iter().enumerate();
            let some = sheets.filter(|(at, (s, _))| *at != chosen && s.hidden == hidden);
            some.map(|(_, (s, _))| shown(s)).collect()
        };
        Ok(Self {
            grid,
            sheet: shown(&open.sheets[chosen].0),
            others: rest(false),
            hidden: rest(true),
            formulas: remarks.formulas,
            merged: remarks.merged,
        })
    }
}

/// What fuzzing drives: a whole workbook, and the XML of single parts.
pub(crate) fn drive(data: &[u8]) {
    use container::Xml;
    let _ = Book::open(data, Pick::Known(None));
    let _ = Book::open(data, Pick::First);
    let _ = parts::relations(&mut Xml::of(data));
    let _ = parts::sheets(&mut Xml::of(data));
    let dates = parts::date_formats(&mut Xml::of(data)).unwrap_or_default();
    let shared = Shared::read(&mut Xml::of(data)).unwrap_or_default();
    let context = Context {
        shared: &shared,
        dates: &dates,
        epoch: super::grid::Epoch::Y1900,
        rows: 1000,
    };
    if let Ok((grid, _)) = parts::cells(&mut Xml::of(data), &context) {
        let mut rows = grid.rows();
        let mut cells = Vec::new();
        while rows.next_row(&mut cells) {
            assert!(cells.len() <= super::COLUMNS_MAX);
        }
    }
}
