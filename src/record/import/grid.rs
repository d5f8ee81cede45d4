//! The cells of a sheet, and how a spreadsheet names their places (manual: *import*, "Workbooks").

use std::borrow::Cow;

use zeroize::Zeroize as _;

use super::COLUMNS_MAX;
use super::scan::{Cell, Kind};
use crate::record::date::Date;
use crate::record::finding::Fault;

/// Day from which a workbook counts (ECMA-376 part 1, section 18.17.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Epoch {
    /// 1900: day 1 is 1900-01-01, and day 60 a 29 February that there was not.
    #[default]
    Y1900,
    /// 1904: day 0 is 1904-01-01.
    Y1904,
}

impl Epoch {
    /// The day of a serial number, as text; `None` for what lies outside the calendar of either system.
    pub(super) fn day(self, serial: f64) -> Option<String> {
        if !(0.0..2_958_466.0).contains(&serial) {
            return None;
        }
        // In range, so that the cast is exact.
        let day = serial.floor() as i64;
        let zero = match self {
            Self::Y1904 => Date::new(1904, 1, 1)?,
            Self::Y1900 if day == 0 => return None,
            // Lotus 1-2-3 took 1900 for a leap year, and every program since then does.
            Self::Y1900 if day == 60 => return Some("1900-02-29".to_owned()),
            Self::Y1900 if day < 60 => Date::new(1899, 12, 31)?,
            Self::Y1900 => Date::new(1899, 12, 30)?,
        };
        Date::from_days(zero.days() + day).map(|d| d.to_string())
    }
}

/// What a cell of a sheet holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    /// Text.
    Text(&'a str),
    /// A number without the format of a date.
    Number(f64),
    /// A number with the format of a date or a time.
    Date(f64),
    /// An error such as `#N/A`.
    Error,
    /// A formula whose result the file does not hold.
    NoResult,
}

struct Place {
    row: u32,
    column: u16,
    kind: Kind,
    fault: Option<SheetFault>,
    start: u32,
    len: u32,
}

#[derive(Clone, Copy)]
enum SheetFault {
    Error,
    NoResult,
    TooLong,
}

/// The cells of a sheet that are not empty, row after row. Overwritten when dropped.
#[derive(Default)]
pub(super) struct Grid {
    text: String,
    places: Vec<Place>,
    pub(super) epoch: Epoch,
}

impl Drop for Grid {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}

impl Grid {
    /// How much is in it: cells, bytes of text.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.places.len(), self.text.len())
    }

    /// Puts a cell behind the others; row and column count from 0. False for a cell that does not lie
    /// behind the one before, or beyond [`COLUMNS_MAX`].
    pub(super) fn push(&mut self, row: u32, column: u32, value: &Value<'_>) -> bool {
        let Some(column) = u16::try_from(column)
            .ok()
            .filter(|c| usize::from(*c) < COLUMNS_MAX)
        else {
            return false;
        };
        if let Some(last) = self.places.last()
            && (last.row, last.column) >= (row, column)
        {
            return false;
        }
        let start = self.text.len();
        let mut fault = None;
        let kind = match value {
            Value::Text(text) if text.len() > super::scan::CELL_MAX => {
                fault = Some(SheetFault::TooLong);
                Kind::Text
            }
            Value::Text(text) => {
                self.text.push_str(text);
                Kind::Text
            }
            Value::Number(n) => {
                self.text.push_str(&number(*n));
                Kind::Number
            }
            Value::Date(n) => {
                let written = if *n >= 1.0 || self.epoch == Epoch::Y1904 && *n == 0.0 {
                    self.epoch.day(*n).unwrap_or_else(|| number(*n))
                } else {
                    clock(*n)
                };
                self.text.push_str(&written);
                Kind::Date
            }
            Value::Error => {
                fault = Some(SheetFault::Error);
                Kind::Text
            }
            Value::NoResult => {
                fault = Some(SheetFault::NoResult);
                Kind::Text
            }
        };
        let (Ok(start), Ok(len)) = (u32::try_from(start), u32::try_from(self.text.len() - start))
        else {
            return false;
        };
        self.places.push(Place {
            row,
            column,
            kind,
            fault,
            start,
            len,
        });
        true
    }

    pub(super) fn rows(&self) -> GridRows<'_> {
        GridRows { grid: self, at: 0 }
    }
}

/// A number as it is written without a format: all digits, no exponent.
fn number(n: f64) -> String {
    if n.fract() == 0.0 && n.abs() < 1e15 {
        // In range, so that the cast is exact.
        (n as i64).to_string()
    } else {
        n.to_string()
    }
}

/// A part of a day as hours and minutes.
fn clock(part: f64) -> String {
    let minutes = (part.clamp(0.0, 1.0) * 1440.0).round() as u32;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// A position in the rows of a grid.
#[derive(Clone)]
pub(super) struct GridRows<'g> {
    grid: &'g Grid,
    at: usize,
}

impl<'g> GridRows<'g> {
    /// Reads the next row that has cells into `cells`, gaps as empty cells; false at the end.
    pub(super) fn next_row(&mut self, cells: &mut Vec<Cell<'g>>) -> bool {
        cells.clear();
        let places = &self.grid.places;
        let Some(first) = places.get(self.at) else {
            return false;
        };
        let line = u64::from(first.row) + 1;
        while let Some(place) = places.get(self.at)
            && place.row == first.row
        {
            while cells.len() < usize::from(place.column) {
                cells.push(Cell::empty(line));
            }
            let start = place.start as usize;
            let text = self.grid.text.get(start..start + place.len as usize);
            cells.push(Cell {
                text: Cow::Borrowed(text.unwrap_or_default()),
                line,
                kind: place.kind,
                fault: place.fault.map(|fault| match fault {
                    SheetFault::Error => Fault::SheetError,
                    SheetFault::NoResult => Fault::NoResult,
                    SheetFault::TooLong => Fault::TooLong {
                        max: super::scan::CELL_MAX,
                    },
                }),
            });
            self.at += 1;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_of_both_systems_are_days() {
        for (epoch, serial, day) in [
            (Epoch::Y1900, 1.0, "1900-01-01"),
            (Epoch::Y1900, 59.0, "1900-02-28"),
            (Epoch::Y1900, 60.0, "1900-02-29"),
            (Epoch::Y1900, 61.0, "1900-03-01"),
            (Epoch::Y1900, 38_064.75, "2004-03-18"),
            (Epoch::Y1904, 36_602.0, "2004-03-18"),
            (Epoch::Y1904, 0.0, "1904-01-01"),
            (Epoch::Y1900, 2_958_465.0, "9999-12-31"),
        ] {
            assert_eq!(epoch.day(serial).as_deref(), Some(day), "{serial}");
        }
        for serial in [-1.0, 0.0, 2_958_466.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Epoch::Y1900.day(serial), None);
        }
    }

    #[test]
    fn numbers_are_written_out_and_gaps_are_cells() {
        let mut grid = Grid::default();
        assert!(grid.push(2, 1, &Value::Number(5_529_610_001.0)));
        assert!(grid.push(2, 3, &Value::Number(1.5)));
        assert!(!grid.push(2, 3, &Value::Text("again")));
        assert!(!grid.push(1, 9, &Value::Text("back")));
        assert!(!grid.push(3, COLUMNS_MAX as u32, &Value::Text("far")));
        assert!(grid.push(7, 0, &Value::Date(38_064.0)));
        assert!(grid.push(7, 1, &Value::Date(0.5)));
        let mut rows = grid.rows();
        let mut cells = Vec::new();
        let mut read = Vec::new();
        while rows.next_row(&mut cells) {
            let texts: Vec<String> = cells.iter().map(|c| c.text.to_string()).collect();
            read.push((cells[0].line, texts.join("|")));
        }
        assert_eq!(
            read,
            [
                (3, "|5529610001||1.5".to_owned()),
                (8, "2004-03-18|12:00".to_owned())
            ]
        );
    }
}
