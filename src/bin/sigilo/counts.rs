//! `coordinator counts`: the tables of a round, for people and for other programs.

use std::path::Path;

use serde_json::{Value, json};
use sigilo::coordinator;
use sigilo::counts::{
    Attribute, Cell, Estimate, Lists, OnSeveral, Overlap, Published, Table, TableId, export,
};
use sigilo::i18n::{Localize as _, Message};
use sigilo::party;
use sigilo::round::counts_note::CountsNote;

use crate::app::{App, column};
use crate::card;
use crate::cli_round::Counts;
use crate::failure::{Failure, file};
use crate::round::{finish, named_round};

/// An epsilon as it is typed, in thousandths.
pub(crate) fn epsilon(given: f64) -> Result<u32, Failure> {
    if !(0.0..=1e6).contains(&given) {
        return Err(Failure::usage("counts-usage-epsilon"));
    }
    Ok((given * 1000.0).round() as u32)
}

pub(crate) fn run(app: &App, args: &Counts) -> Result<u8, Failure> {
    let round = named_round(args.round.as_deref())?;
    let party = card::open(app)?;
    let stick = args.folder.as_ref().map(|f| card::stick(f)).transpose()?;
    let now = party::now();
    let (out, counts) = coordinator::counts(&party, stick.as_ref(), round.as_ref(), now)?;
    let Some(counts) = counts else {
        if out.waiting.is_empty() && out.refused.is_empty() {
            return Err(party::PartyError::NoCounts.into());
        }
        return finish(app, &party, out);
    };
    for event in &out.done {
        app.note(event);
    }
    for (path, hxl) in [(&args.csv, false), (&args.hxl, true)] {
        if let Some(path) = path {
            write(path, &export::csv(&counts.published, hxl))?;
        }
    }
    if app.json() {
        app.print_json(&note_json(&party, &counts));
    } else {
        print(app, &counts.published);
    }
    Ok(0)
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    crate::files::replace(path, text.as_bytes()).map_err(|e| file(path, &e))
}

fn estimate_json(e: &Estimate) -> Value {
    json!({ "value": e.value, "low": e.low, "high": e.high })
}

fn cell_json(cell: &Cell) -> Value {
    match cell {
        Cell::Suppressed => Value::Null,
        Cell::Count(e) => estimate_json(e),
    }
}

fn table_json(table: &Table) -> Value {
    let columns = table.id.columns();
    let n = columns.map_or(1, Attribute::len).max(1);
    let rows: Vec<Value> = table
        .cells
        .chunks(n)
        .map(|row| match columns {
            None => row.first().map_or(Value::Null, cell_json),
            Some(_) => row.iter().map(cell_json).collect(),
        })
        .collect();
    json!({
        "table": table.id.word(),
        "rows": table.id.rows().codes(),
        "columns": columns.map(Attribute::codes),
        "cells": rows,
        "noise": table.noise_milli as f64 / 1000.0,
    })
}

fn within_json(several: &OnSeveral) -> Value {
    let lines = several.lines();
    let map = lines
        .iter()
        .map(|(word, c)| ((*word).to_owned(), cell_json(c)));
    Value::Object(map.collect())
}

fn overlap_json(overlap: &Overlap) -> Value {
    let on = match &overlap.by_lists {
        Lists::Three([one, two, three]) => json!({
            "1": estimate_json(one), "2": estimate_json(two), "3+": estimate_json(three),
        }),
        Lists::Two([one, two]) => json!({ "1": estimate_json(one), "2+": estimate_json(two) }),
        Lists::Suppressed => Value::Null,
    };
    json!({
        "lists": overlap.lists,
        "persons_by_lists": on,
        "groups": overlap.groups.iter().map(|g| json!({
            "name": g.name, "sites": g.sites, "persons_by_lists": within_json(&g.several),
        })).collect::<Vec<_>>(),
        "between_groups": overlap.between.as_ref().map(cell_json),
        "all": overlap.hidden.iter().map(|h| json!({
            "model": h.model.word(), "persons": estimate_json(&h.all),
        })).collect::<Vec<_>>(),
        "noise": overlap.noise_milli as f64 / 1000.0,
    })
}

/// The numbers alone.
pub(crate) fn json(published: &Published) -> Value {
    json!({
        "epsilon": f64::from(published.epsilon_milli) / 1000.0,
        "min_cell": published.min_cell,
        "rows": published.rows,
        "invalid": published.invalid,
        "persons": estimate_json(&published.persons),
        "tables": published.tables.iter().map(table_json).collect::<Vec<_>>(),
        "overlap": overlap_json(&published.overlap),
    })
}

fn note_json(party: &party::Party, counts: &CountsNote) -> Value {
    let mut value = json(&counts.published);
    value["released"] = json!(counts.released.to_string());
    value["left_out"] = counts
        .left_out
        .iter()
        .map(|(site, rows)| json!({ "site": party.name(site), "rows": rows }))
        .collect();
    value
}

fn estimate_text(app: &App, e: &Estimate) -> String {
    let text = Message::new("counts-estimate")
        .with("value", e.value)
        .with("low", e.low)
        .with("high", e.high);
    app.text(&text)
}

/// The tables, as they are printed.
pub(crate) fn print(app: &App, published: &Published) {
    print_with(app, published, |_, _| None);
}

/// The tables, with a number beside each cell if there is one to compare it with.
pub(crate) fn print_with(
    app: &App,
    published: &Published,
    beside: impl Fn(TableId, usize) -> Option<u64>,
) {
    app.print("");
    let persons = Message::new("counts-persons")
        .with("persons", estimate_text(app, &published.persons))
        .with("rows", published.rows)
        .with("invalid", published.invalid);
    app.print(&app.text(&persons));
    let policy = Message::new("counts-policy")
        .with(
            "epsilon",
            (f64::from(published.epsilon_milli) / 1000.0).to_string(),
        )
        .with("least", published.min_cell);
    app.print(&app.text(&policy));
    if published.tables.is_empty() {
        app.print(&app.t("counts-too-few"));
    }
    for table in &published.tables {
        app.print("");
        let title = Message::new("counts-title")
            .with("title", table.id.message())
            .with("noise", format!("{:.1}", table.noise_milli as f64 / 1000.0));
        app.print(&app.text(&title));
        match table.id.columns() {
            None => print_list(app, table, &beside),
            Some(columns) => print_crossing(app, table, columns, &beside),
        }
    }
    print_overlap(app, &published.overlap);
}

fn cell_text(app: &App, cell: &Cell) -> String {
    match cell {
        Cell::Suppressed => app.t("counts-suppressed"),
        Cell::Count(e) => estimate_text(app, e),
    }
}

fn print_list(app: &App, table: &Table, beside: &impl Fn(TableId, usize) -> Option<u64>) {
    for (i, cell) in table.cells.iter().enumerate() {
        let mut line = format!("  {}", column(&app.text(&table.id.rows().label(i)), 34));
        line.push_str(&column(&cell_text(app, cell), 24));
        if let Some(truth) = beside(table.id, i) {
            let truth = Message::new("counts-truth").with("value", truth);
            line.push_str(&app.text(&truth));
        }
        app.print(line.trim_end());
    }
}

/// A crossing by its longer side, so that it fits on a page.
fn print_crossing(
    app: &App,
    table: &Table,
    columns: Attribute,
    beside: &impl Fn(TableId, usize) -> Option<u64>,
) {
    let rows = table.id.rows();
    let mut head = format!("  {}", column("", 22));
    for row in 0..rows.len() {
        head.push_str(&format!("{:>14}", app.text(&rows.label(row))));
    }
    app.print(&head);
    for c in 0..columns.len() {
        let mut line = format!("  {}", column(&app.text(&columns.label(c)), 22));
        for r in 0..rows.len() {
            let text = match table.cell(r, c) {
                Some(Cell::Count(e)) => e.value.to_string(),
                _ => app.t("counts-suppressed"),
            };
            let text = match beside(table.id, r * columns.len() + c) {
                Some(truth) => format!("{text} ({truth})"),
                None => text,
            };
            line.push_str(&format!("{text:>14}"));
        }
        app.print(&line);
    }
}

/// How a number of lists is called, by its word in files.
fn on_lists(word: &str) -> &'static str {
    match word {
        "2" => "counts-on-two",
        "3+" => "counts-on-three",
        _ => "counts-on-several",
    }
}

fn print_overlap(app: &App, overlap: &Overlap) {
    app.print("");
    let title = Message::new("counts-overlap")
        .with("lists", overlap.lists)
        .with(
            "noise",
            format!("{:.1}", overlap.noise_milli as f64 / 1000.0),
        );
    app.print(&app.text(&title));
    let on = |id: &'static str, e: &Estimate| {
        let label = column(&app.t(id), 34);
        app.print(&format!("  {label}{}", estimate_text(app, e)));
    };
    match &overlap.by_lists {
        Lists::Three([one, two, three]) => {
            on("counts-on-one", one);
            on("counts-on-two", two);
            on("counts-on-three", three);
        }
        Lists::Two([one, two]) => {
            on("counts-on-one", one);
            on("counts-on-several", two);
        }
        Lists::Suppressed => app.print(&format!("  {}", app.t("counts-on-few"))),
    }
    for group in &overlap.groups {
        let title = Message::new("counts-group")
            .with("name", group.name.as_str())
            .with("sites", group.sites);
        app.print(&format!("  {}", app.text(&title)));
        for (word, cell) in group.several.lines() {
            let label = column(&app.t(on_lists(word)), 32);
            app.print(&format!("    {label}{}", cell_text(app, &cell)));
        }
    }
    if let Some(between) = &overlap.between {
        let label = column(&app.t("counts-between"), 34);
        app.print(&format!("  {label}{}", cell_text(app, between)));
    }
    if overlap.hidden.is_empty() {
        return;
    }
    app.print("");
    app.print(&app.t("counts-all"));
    for hidden in &overlap.hidden {
        let label = column(&app.text(&hidden.model.message()), 42);
        app.print(&format!("  {label}{}", estimate_text(app, &hidden.all)));
    }
    app.print(&app.t("counts-assumptions"));
}
