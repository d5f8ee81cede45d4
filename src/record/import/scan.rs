//! Rows and cells of a delimited text, RFC 4180 (manual: *import*, "Tables").
//!
//! A reader for people's files has to say where a quote went wrong, in lines of the file, which
//! general readers pass over in silence; so this is a scanner of its own, compared with the `csv`
//! crate by a test.

use std::borrow::Cow;

use crate::record::finding::Fault;

/// Most bytes of a cell.
pub(super) const CELL_MAX: usize = 1 << 20;

/// What a cell was in its file: a text file knows texts only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Kind {
    #[default]
    Text,
    /// A number of a sheet, all digits written.
    Number,
    /// A date or a time of a sheet, as text.
    Date,
}

/// A cell.
#[derive(Clone)]
pub(super) struct Cell<'t> {
    pub text: Cow<'t, str>,
    /// Physical line on which it begins; of a sheet its row.
    pub line: u64,
    pub kind: Kind,
    /// What is wrong with its quotes.
    pub fault: Option<Fault>,
}

impl Cell<'_> {
    pub(super) fn empty(line: u64) -> Self {
        Self {
            text: Cow::Borrowed(""),
            line,
            kind: Kind::Text,
            fault: None,
        }
    }

    pub(super) fn is_blank(&self) -> bool {
        self.fault.is_none() && self.text.trim().is_empty()
    }
}

/// A position in the text.
#[derive(Clone)]
pub(super) struct Scanner<'t> {
    text: &'t str,
    at: usize,
    line: u64,
    delimiter: u8,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str, delimiter: u8) -> Self {
        Self {
            text,
            at: 0,
            line: 1,
            delimiter,
        }
    }

    pub(super) fn set_delimiter(&mut self, delimiter: u8) {
        self.delimiter = delimiter;
    }

    /// Reads the next line that is not blank into `cells`; false at the end.
    pub(super) fn next_row(&mut self, cells: &mut Vec<Cell<'t>>) -> bool {
        cells.clear();
        while self.at < self.text.len() && self.end_of_line() {}
        if self.at >= self.text.len() {
            return false;
        }
        loop {
            let cell = if self.peek() == Some(b'"') {
                self.quoted()
            } else {
                self.plain()
            };
            cells.push(cell);
            if self.peek() == Some(self.delimiter) {
                self.at += 1;
            } else {
                // A line end or the end of the text: a cell ends nowhere else.
                self.end_of_line();
                return true;
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes one line end, `\n`, `\r\n` or `\r`.
    fn end_of_line(&mut self) -> bool {
        match self.peek() {
            Some(b'\n') => self.at += 1,
            Some(b'\r') => {
                self.at += 1;
                if self.peek() == Some(b'\n') {
                    self.at += 1;
                }
            }
            _ => return false,
        }
        self.line += 1;
        true
    }

    /// From `from` to the next delimiter or line end.
    fn cell_end(&self, from: usize) -> usize {
        let rest = &self.text.as_bytes()[from..];
        rest.iter()
            .position(|b| *b == self.delimiter || matches!(b, b'\n' | b'\r'))
            .map_or(self.text.len(), |n| from + n)
    }

    fn plain(&mut self) -> Cell<'t> {
        let start = self.at;
        self.at = self.cell_end(start);
        let text = &self.text[start..self.at];
        let fault = if text.len() > CELL_MAX {
            Some(Fault::TooLong { max: CELL_MAX })
        } else {
            text.as_bytes().contains(&b'"').then_some(Fault::BareQuote)
        };
        Cell {
            text: Cow::Borrowed(text),
            line: self.line,
            kind: Kind::Text,
            fault,
        }
    }

    fn quoted(&mut self) -> Cell<'t> {
        let (start, line) = (self.at + 1, self.line);
        let bytes = self.text.as_bytes();
        let mut from = start;
        let mut doubled = false;
        let close = loop {
            match bytes[from..].iter().position(|b| *b == b'"') {
                None => break None,
                Some(n) if bytes.get(from + n + 1) == Some(&b'"') => {
                    doubled = true;
                    from += n + 2;
                }
                Some(n) => break Some(from + n),
            }
        };
        let Some(close) = close else {
            // Go on with the next line, so that what else is wrong is found too.
            self.at = bytes[start..]
                .iter()
                .position(|b| matches!(b, b'\n' | b'\r'))
                .map_or(bytes.len(), |n| start + n);
            return Cell {
                text: Cow::Borrowed(""),
                line,
                kind: Kind::Text,
                fault: Some(Fault::OpenQuote),
            };
        };
        let inner = &self.text[start..close];
        self.line += line_ends(inner.as_bytes());
        self.at = self.cell_end(close + 1);
        let fault = if self.at != close + 1 {
            Some(Fault::AfterQuote)
        } else if inner.len() > CELL_MAX {
            Some(Fault::TooLong { max: CELL_MAX })
        } else {
            None
        };
        let text = if doubled && fault.is_none() {
            Cow::Owned(inner.replace("\"\"", "\""))
        } else {
            Cow::Borrowed(inner)
        };
        Cell {
            text,
            line,
            kind: Kind::Text,
            fault,
        }
    }
}

fn line_ends(bytes: &[u8]) -> u64 {
    let mut n = 0;
    for (at, b) in bytes.iter().enumerate() {
        n += u64::from(*b == b'\n' || (*b == b'\r' && bytes.get(at + 1) != Some(&b'\n')));
    }
    n
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(text: &str) -> Vec<(u64, Vec<String>, bool)> {
        let mut scanner = Scanner::new(text, b',');
        let mut cells = Vec::new();
        let mut out = Vec::new();
        while scanner.next_row(&mut cells) {
            out.push((
                cells[0].line,
                cells.iter().map(|c| c.text.to_string()).collect(),
                cells.iter().all(|c| c.fault.is_none()),
            ));
        }
        out
    }

    #[test]
    fn lines_are_those_of_the_file() {
        let text = "a,b\r\n\r\n\"x\r\ny\",\"q\"\"q\"\nlast,\r\nmac\rend";
        let found = rows(text);
        assert_eq!(
            found.iter().map(|r| r.0).collect::<Vec<_>>(),
            [1, 3, 5, 6, 7]
        );
        assert_eq!(found[1].1, ["x\r\ny", "q\"q"]);
        assert_eq!(found[2].1, ["last", ""]);
    }

    proptest! {
        /// What is faultless here is read alike by the `csv` crate.
        #[test]
        fn agrees_with_the_csv_crate(text in "[ab,\"\n]{0,30}") {
            let ours = rows(&text);
            if ours.iter().all(|r| r.2) {
                let mut reader = csv::ReaderBuilder::new()
                    .has_headers(false)
                    .flexible(true)
                    .from_reader(text.as_bytes());
                let theirs: Vec<Vec<String>> = reader
                    .records()
                    .map(|r| r.unwrap().iter().map(str::to_owned).collect())
                    .collect();
                prop_assert_eq!(ours.into_iter().map(|r| r.1).collect::<Vec<_>>(), theirs);
            }
        }
    }
}
