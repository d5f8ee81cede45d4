//! The counts as a table for other programs (manual: *counts*, "Files for others"): one line for each
//! number, in CSV, with or without the row of hashtags of HXL (Humanitarian Exchange Language 1.1).

use super::attribute::Attribute;
use super::published::{Cell, Estimate, Lists, Published};

/// Columns, each with its hashtag.
const COLUMNS: [(&str, &str); 11] = [
    ("table", "#indicator+code"),
    ("sex", "#indicator+sex+code"),
    ("age", "#indicator+age+code"),
    ("exploitation", "#indicator+exploitation+code"),
    ("nationality", "#country+origin+code"),
    ("service", "#service+code"),
    ("kinds", "#service+num"),
    ("lists", "#indicator+lists+code"),
    ("persons", "#affected+num"),
    ("low", "#affected+num+min"),
    ("high", "#affected+num+max"),
];

/// Where the number stands.
const NUMBER: usize = 8;

fn column(attribute: Attribute) -> usize {
    let at = COLUMNS
        .iter()
        .position(|(name, _)| *name == attribute.word());
    at.unwrap_or(0)
}

type Line = [String; COLUMNS.len()];

fn line(table: &str, cell: &Cell, of: &[(usize, &str)]) -> Line {
    let mut line = Line::default();
    let [first, ..] = &mut line;
    table.clone_into(first);
    for (at, code) in of {
        if let Some(slot) = line.get_mut(*at) {
            (*code).clone_into(slot);
        }
    }
    // What is left out is empty, which no program takes for a number.
    if let Cell::Count(e) = cell {
        for (at, n) in (NUMBER..).zip([e.value, e.low, e.high]) {
            if let Some(slot) = line.get_mut(at) {
                *slot = n.to_string();
            }
        }
    }
    line
}

/// The lines, header first.
fn lines(published: &Published, hxl: bool) -> Vec<Line> {
    let mut out = vec![COLUMNS.map(|(name, _)| name.to_owned())];
    if hxl {
        out.push(COLUMNS.map(|(_, tag)| tag.to_owned()));
    }
    let count = |e: &Estimate| Cell::Count(*e);
    out.push(line("persons", &count(&published.persons), &[]));
    for table in &published.tables {
        let (rows, columns) = (table.id.rows(), table.id.columns());
        let n = columns.map_or(1, Attribute::len).max(1);
        for (i, cell) in table.cells.iter().enumerate() {
            let code = |a: Attribute, at: usize| a.codes().get(at).copied().unwrap_or_default();
            let mut of = vec![(column(rows), code(rows, i / n))];
            if let Some(columns) = columns {
                of.push((column(columns), code(columns, i % n)));
            }
            out.push(line(table.id.word(), cell, &of));
        }
    }
    let lists = COLUMNS
        .iter()
        .position(|(name, _)| *name == "lists")
        .unwrap_or(0);
    let mut on = |word: &str, e: &Estimate| out.push(line("overlap", &count(e), &[(lists, word)]));
    match &published.overlap.by_lists {
        Lists::Three([one, two, three]) => {
            on("1", one);
            on("2", two);
            on("3+", three);
        }
        Lists::Two([one, two]) => {
            on("1", one);
            on("2+", two);
        }
        Lists::Suppressed => {}
    }
    for group in &published.overlap.groups {
        for (word, cell) in group.several.lines() {
            let of = format!("{word} {}", group.name);
            out.push(line("group", &cell, &[(lists, &of)]));
        }
    }
    if let Some(between) = &published.overlap.between {
        out.push(line("groups", between, &[(lists, "2+")]));
    }
    for hidden in &published.overlap.hidden {
        out.push(line(
            "all",
            &count(&hidden.all),
            &[(lists, hidden.model.word())],
        ));
    }
    out
}

/// The file.
pub fn csv(published: &Published, hxl: bool) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for line in lines(published, hxl) {
        // Writing to memory does not fail.
        let _ = writer.write_record(&line);
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::attribute::TableId;
    use super::super::published::{GroupOverlap, OnSeveral, Overlap, Table};
    use super::*;

    #[test]
    fn every_number_has_a_line_and_every_column_a_hashtag() {
        let e = |value| Estimate {
            value,
            low: value - 1,
            high: value + 1,
        };
        let published = Published {
            min_cell: 10,
            epsilon_milli: 4000,
            rows: 100,
            invalid: 0,
            persons: e(90),
            tables: TableId::ALL
                .into_iter()
                .map(|id| Table {
                    id,
                    cells: (0..id.cells())
                        .map(|i| match i % 2 {
                            0 => Cell::Count(e(20 + i as u64)),
                            _ => Cell::Suppressed,
                        })
                        .collect(),
                    noise_milli: 1000,
                })
                .collect(),
            overlap: Overlap {
                lists: 5,
                by_lists: Lists::Two([e(70), e(20)]),
                groups: vec![GroupOverlap {
                    name: "Norte, y sur".to_owned(),
                    sites: 3,
                    several: OnSeveral::Together(e(12)),
                }],
                between: Some(Cell::Suppressed),
                hidden: Vec::new(),
                noise_milli: 1000,
            },
        };
        let text = csv(&published, true);
        let mut lines = text.lines();
        assert!(lines.next().unwrap().starts_with("table,sex,age,"));
        let tags = lines.next().unwrap();
        assert!(tags.split(',').all(|t| t.starts_with('#')));
        let cells: usize = TableId::ALL.iter().map(|t| t.cells()).sum();
        assert_eq!(lines.count(), 1 + cells + 2 + 1 + 1);
        assert!(text.contains("\nsex-age,F,0-11,,,,,,20,19,21\n"));
        assert!(text.contains("\nsex-age,F,12-14,,,,,,,,\n"));
        assert!(text.contains("\ngroup,,,,,,,\"2+ Norte, y sur\",12,11,13\n"));
        assert_eq!(
            csv(&published, false).lines().count(),
            text.lines().count() - 1
        );
    }
}
