//! `counts.note`: the counts of a round, signed by the coordinator (manual: *files*, "Counts").

use std::fmt::Write as _;

use super::draft::Draft;
use super::note::AgreedNote;
use super::published;
use super::text::{Lines, canonical, hex};
use super::trust::TrustStore;
use super::{Card, NoteHash, PartyId, RoundError, Time};
use crate::codec::to_hex;
use crate::counts::{
    Cell, Estimate, GroupOverlap, HiddenEstimate, HiddenModel, Lists, OnSeveral, Overlap,
    Published, Table, TableId,
};
use crate::crypto::sign::SigningKey;

const HEAD: &str = "sigilo/round/counts/v1";

/// The counts of a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountsNote {
    /// The round's note.
    pub note: NoteHash,
    /// When they were made.
    pub released: Time,
    /// The numbers.
    pub published: Published,
    /// Sites of which contributions were not valid, in the order of ids, with their number.
    pub left_out: Vec<(PartyId, u32)>,
}

fn estimate(e: &Estimate) -> String {
    format!("{} {} {}", e.value, e.low, e.high)
}

fn read_estimate(text: &str) -> Option<Estimate> {
    let mut parts = text.split(' ').map(|p| p.parse().ok());
    let out = Estimate {
        value: parts.next()??,
        low: parts.next()??,
        high: parts.next()??,
    };
    (parts.next().is_none() && out.low <= out.value && out.value <= out.high).then_some(out)
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Suppressed => "-".to_owned(),
        Cell::Count(e) => estimate(e),
    }
}

fn read_cell(text: &str) -> Option<Cell> {
    match text {
        "-" => Some(Cell::Suppressed),
        _ => read_estimate(text).map(Cell::Count),
    }
}

/// What a cell is called: the codes of its row and, in a crossing, its column.
fn name(id: TableId, i: usize) -> String {
    let rows = id.rows().codes();
    let code = |codes: &[&'static str], at: usize| codes.get(at).copied().unwrap_or_default();
    match id.columns() {
        None => code(rows, i).to_owned(),
        Some(columns) => {
            let columns = columns.codes();
            let n = columns.len().max(1);
            format!("{} {}", code(rows, i / n), code(columns, i % n))
        }
    }
}

impl published::Published for CountsNote {
    fn text(&self) -> String {
        let p = &self.published;
        let mut out = format!(
            "{HEAD}\nnote {}\nreleased {}\nepsilon {}\nmin-cell {}\nrows {}\ninvalid {}\npersons {}\n",
            to_hex(&self.note.0),
            self.released,
            p.epsilon_milli,
            p.min_cell,
            p.rows,
            p.invalid,
            estimate(&p.persons),
        );
        for table in &p.tables {
            let _ = writeln!(out, "table {} {}", table.id.word(), table.noise_milli);
            for (i, c) in table.cells.iter().enumerate() {
                let _ = writeln!(out, "cell {} {}", name(table.id, i), cell(c));
            }
        }
        let o = &p.overlap;
        let _ = writeln!(out, "lists {} {}", o.lists, o.noise_milli);
        match &o.by_lists {
            Lists::Three([one, two, three]) => {
                for (word, e) in [("1", one), ("2", two), ("3+", three)] {
                    let _ = writeln!(out, "on {word} {}", estimate(e));
                }
            }
            Lists::Two([one, two]) => {
                for (word, e) in [("1", one), ("2+", two)] {
                    let _ = writeln!(out, "on {word} {}", estimate(e));
                }
            }
            Lists::Suppressed => out.push_str("on -\n"),
        }
        for group in &o.groups {
            let _ = writeln!(out, "group {} {}", group.sites, group.name);
            for (word, c) in group.several.lines() {
                let _ = writeln!(out, "within {word} {}", cell(&c));
            }
        }
        if let Some(between) = &o.between {
            let _ = writeln!(out, "between {}", cell(between));
        }
        for hidden in &o.hidden {
            let _ = writeln!(out, "all {} {}", hidden.model.word(), estimate(&hidden.all));
        }
        for (site, rows) in &self.left_out {
            let _ = writeln!(out, "left-out {} {rows}", to_hex(&site.0));
        }
        out
    }

    fn parse(text: &str) -> Result<Self, RoundError> {
        let mut lines = Lines::new(text, HEAD)?;
        let note = NoteHash(lines.hex("note")?);
        let released = lines.time("released")?;
        let epsilon_milli = lines.value("epsilon", |v| v.parse().ok())?;
        let min_cell = lines.value("min-cell", |v| v.parse().ok())?;
        let rows = lines.number("rows", u64::MAX)?;
        let invalid = lines.number("invalid", u64::MAX)?;
        let persons = lines.value("persons", read_estimate)?;
        let mut tables = Vec::new();
        while lines.at("table") && tables.len() < TableId::ALL.len() {
            let (id, noise_milli) = lines.value("table", |v| {
                let (word, noise) = v.split_once(' ')?;
                Some((TableId::from_word(word)?, noise.parse().ok()?))
            })?;
            let cells = (0..id.cells())
                .map(|i| {
                    lines.value("cell", |v| {
                        read_cell(v.strip_prefix(name(id, i).as_str())?.strip_prefix(' ')?)
                    })
                })
                .collect::<Result<_, _>>()?;
            tables.push(Table {
                id,
                cells,
                noise_milli,
            });
        }
        let all = tables.iter().map(|t| t.id).eq(TableId::ALL);
        if !all && !tables.is_empty() {
            return Err(lines.bad("table"));
        }
        let (lists, noise_milli) = lines.value("lists", |v| {
            let (lists, noise) = v.split_once(' ')?;
            Some((lists.parse().ok()?, noise.parse().ok()?))
        })?;
        let mut on = Vec::new();
        while lines.at("on") && on.len() < 3 {
            on.push(lines.field("on")?);
        }
        let of =
            |text: &str, word: &str| read_estimate(text.strip_prefix(word)?.strip_prefix(' ')?);
        let by_lists = match on.as_slice() {
            ["-"] => Some(Lists::Suppressed),
            [a, b] => of(a, "1").zip(of(b, "2+")).map(|(a, b)| Lists::Two([a, b])),
            [a, b, c] => {
                let two = of(a, "1").zip(of(b, "2"));
                two.zip(of(c, "3+"))
                    .map(|((a, b), c)| Lists::Three([a, b, c]))
            }
            _ => None,
        };
        let by_lists = by_lists.ok_or_else(|| lines.bad("on"))?;
        let mut groups = Vec::new();
        while lines.at("group") && groups.len() < super::draft::GROUPS_MAX {
            let (sites, name) = lines.value("group", |v| {
                let (sites, name) = v.split_once(' ')?;
                Some((sites.parse().ok()?, name.to_owned()))
            })?;
            let mut within = Vec::new();
            while lines.at("within") && within.len() < 2 {
                within.push(lines.value("within", |v| {
                    let (word, c) = v.split_once(' ')?;
                    Some((word, read_cell(c)?))
                })?);
            }
            let several = OnSeveral::of_lines(&within);
            groups.push(GroupOverlap {
                name,
                sites,
                several: several.ok_or_else(|| lines.bad("within"))?,
            });
        }
        let between = match lines.at("between") {
            true => Some(lines.value("between", read_cell)?),
            false => None,
        };
        let mut hidden = Vec::new();
        while lines.at("all") && hidden.len() < HiddenModel::ALL.len() {
            hidden.push(lines.value("all", |v| {
                let (model, e) = v.split_once(' ')?;
                Some(HiddenEstimate {
                    model: HiddenModel::from_word(model)?,
                    all: read_estimate(e)?,
                })
            })?);
        }
        let mut left_out = Vec::new();
        while lines.at("left-out") && left_out.len() < super::draft::SITES_MAX {
            left_out.push(lines.value("left-out", |v| {
                let (id, rows) = v.split_once(' ')?;
                Some((PartyId(hex(id)?), rows.parse().ok()?))
            })?);
        }
        lines.end()?;
        let counts = Self {
            note,
            released,
            published: Published {
                min_cell,
                epsilon_milli,
                rows,
                invalid,
                persons,
                tables,
                overlap: Overlap {
                    lists,
                    by_lists,
                    groups,
                    between,
                    hidden,
                    noise_milli,
                },
            },
            left_out,
        };
        canonical(text, &counts.text())?;
        Ok(counts)
    }

    /// Whether the counts fit the round: its policy, its groups, its sites, no small numbers.
    fn check(&self, note: &AgreedNote) -> Result<(), RoundError> {
        if self.note != note.hash() {
            return Err(RoundError::WrongRound);
        }
        let draft: &Draft = note.draft();
        let p = &self.published;
        let groups = p
            .overlap
            .groups
            .iter()
            .map(|g| (g.name.as_str(), usize::from(g.sites)));
        let agreed = draft
            .groups
            .iter()
            .map(|g| (g.name.as_str(), g.sites.len()));
        let least = u64::from(p.min_cell);
        let small = |e: Estimate| e.value > 0 && e.value < least;
        let cells = p.tables.iter().flat_map(|t| &t.cells);
        let within = p.overlap.groups.iter().flat_map(|g| g.several.lines());
        let few = within.map(|(_, c)| c).chain(p.overlap.between);
        let told = match &p.overlap.by_lists {
            Lists::Three([_, two, three]) => [two.value, three.value].iter().all(|n| *n >= least),
            Lists::Two([_, two]) => two.value >= least,
            Lists::Suppressed => p.overlap.hidden.is_empty(),
        };
        let holds = p.epsilon_milli == draft.epsilon_milli
            && p.min_cell == draft.min_cell
            && groups.eq(agreed)
            && p.overlap.between.is_some() == (draft.groups.len() > 1)
            && !cells
                .copied()
                .chain(few)
                .filter_map(|c| c.estimate())
                .any(small)
            && told
            && self.left_out.is_sorted_by(|a, b| a.0 < b.0)
            && self
                .left_out
                .iter()
                .all(|(site, _)| draft.quota(site).is_some());
        if holds {
            Ok(())
        } else {
            Err(RoundError::Numbers)
        }
    }
}

impl CountsNote {
    /// Signs the counts as the coordinator: the file.
    ///
    /// # Errors
    /// [`RoundError`] if they do not fit the round.
    pub fn sign(
        &self,
        note: &AgreedNote,
        coordinator: &Card,
        key: &SigningKey,
    ) -> Result<String, RoundError> {
        published::Published::signed(self, note, coordinator, key)
    }

    /// Reads the counts of a round.
    ///
    /// # Errors
    /// [`RoundError`].
    pub fn read(bytes: &[u8], note: &AgreedNote, trust: &TrustStore) -> Result<Self, RoundError> {
        published::Published::verified(bytes, note, trust)
    }

    /// Reads the text alone, without a signature: what a reader takes must be what a writer writes.
    #[doc(hidden)]
    pub fn fuzz(text: &str) {
        use published::Published as _;
        if let Ok(counts) = Self::parse(text) {
            assert_eq!(counts.text(), text);
        }
    }
}
