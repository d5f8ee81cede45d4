//! A table as CSV (RFC 4180) that no spreadsheet program takes for formulas.

use std::borrow::Cow;

use zeroize::{Zeroize as _, Zeroizing};

use crate::record::formula::guarded;

/// A table that is being made.
pub(super) struct Table {
    text: Zeroizing<String>,
    columns: usize,
    pub rows: usize,
}

impl Table {
    pub fn new<'h>(headers: impl Iterator<Item = &'h str>) -> Self {
        let mut table = Self {
            text: Zeroizing::new(String::new()),
            columns: 0,
            rows: 0,
        };
        table.columns = table.line(headers.map(Cow::Borrowed));
        table
    }

    /// A row; one cell for each column.
    pub fn row(&mut self, cells: Vec<String>) {
        debug_assert_eq!(cells.len(), self.columns);
        self.line(cells.iter().map(|c| Cow::Borrowed(c.as_str())));
        self.rows += 1;
        for mut cell in cells {
            cell.zeroize();
        }
    }

    fn line<'c>(&mut self, cells: impl Iterator<Item = Cow<'c, str>>) -> usize {
        let mut count = 0;
        for cell in cells {
            if count > 0 {
                self.text.push(',');
            }
            count += 1;
            let cell = guarded(&cell);
            let quoted = cell.contains(['"', ',', ';', '\n', '\r'])
                || cell.starts_with(char::is_whitespace)
                || cell.ends_with(char::is_whitespace);
            if !quoted {
                self.text.push_str(&cell);
                continue;
            }
            self.text.push('"');
            for c in cell.chars() {
                if c == '"' {
                    self.text.push('"');
                }
                self.text.push(c);
            }
            self.text.push('"');
        }
        self.text.push_str("\r\n");
        count
    }

    pub fn done(self) -> Zeroizing<String> {
        self.text
    }
}
