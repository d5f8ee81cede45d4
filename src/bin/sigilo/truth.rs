//! What the counts of the demonstration would be if somebody knew everybody.

use std::collections::{BTreeMap, BTreeSet};

use sigilo::counts::person::{Categories, Says};
use sigilo::counts::{Attribute, Published, TableId};
use sigilo::i18n::Message;

use crate::app::App;
use crate::counts;

/// The true number of every cell, and of persons by number of sites.
pub(crate) struct Truth {
    cells: BTreeMap<TableId, Vec<u64>>,
    persons: u64,
    /// On one, on two, on three or more.
    lists: [u64; 3],
}

impl Truth {
    /// Of records as entity, site and what they say.
    pub fn of<'e>(records: impl IntoIterator<Item = (&'e str, usize, Says)>) -> Self {
        let mut people: BTreeMap<&str, (BTreeSet<usize>, Vec<Says>)> = BTreeMap::new();
        for (entity, site, says) in records {
            let (sites, all) = people.entry(entity).or_default();
            sites.insert(site);
            all.push(says);
        }
        let mut truth = Self {
            cells: TableId::ALL.map(|t| (t, vec![0; t.cells()])).into(),
            persons: people.len() as u64,
            lists: [0; 3],
        };
        for (sites, says) in people.into_values() {
            if let Some(n) = truth.lists.get_mut(sites.len().clamp(1, 3) - 1) {
                *n += 1;
            }
            let person = Categories::of(says);
            for (table, cells) in &mut truth.cells {
                let columns = table.columns().map_or(1, Attribute::len);
                let column = table.columns().and_then(|c| person.of_attribute(c));
                for row in 0..table.rows().len() {
                    let here = match person.of_attribute(table.rows()) {
                        Some(category) => category == row,
                        None => person.had(row),
                    };
                    let cell = cells.get_mut(row * columns + column.unwrap_or(0));
                    if let (true, Some(n)) = (here, cell) {
                        *n += 1;
                    }
                }
            }
        }
        truth
    }

    fn cell(&self, table: TableId, i: usize) -> Option<u64> {
        self.cells.get(&table)?.get(i).copied()
    }

    /// How many published cells there are, in how many the interval holds the true number, and the mean
    /// difference from it.
    fn held(&self, published: &Published) -> (u64, u64, f64) {
        let (mut cells, mut held, mut off) = (0, 0, 0);
        for table in &published.tables {
            for (i, cell) in table.cells.iter().enumerate() {
                if let (Some(e), Some(truth)) = (cell.estimate(), self.cell(table.id, i)) {
                    cells += 1;
                    held += u64::from((e.low..=e.high).contains(&truth));
                    off += e.value.abs_diff(truth);
                }
            }
        }
        (cells, held, off as f64 / cells.max(1) as f64)
    }

    /// The counts with the true numbers beside them.
    pub fn print(&self, app: &App, published: &Published) {
        counts::print_with(app, published, |table, i| self.cell(table, i));
        let [one, two, three] = self.lists;
        let (cells, held, off) = self.held(published);
        for line in [
            Message::new("demo-true-lists")
                .with("persons", self.persons)
                .with("one", one)
                .with("two", two)
                .with("three", three),
            Message::new("demo-held")
                .with("cells", cells)
                .with("held", held)
                .with("off", format!("{off:.1}")),
        ] {
            app.print(&app.text(&line));
        }
    }

    /// The counts and the true numbers.
    pub fn json(&self, published: &Published) -> serde_json::Value {
        let mut value = counts::json(published);
        let tables: BTreeMap<&str, &Vec<u64>> = self
            .cells
            .iter()
            .map(|(t, cells)| (t.word(), cells))
            .collect();
        let (cells, held, off) = self.held(published);
        value["truth"] = serde_json::json!({
            "persons": self.persons,
            "lists": self.lists,
            "tables": tables,
            "cells": cells,
            "held": held,
            "mean_difference": off,
        });
        value
    }
}
