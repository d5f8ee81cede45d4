//! Dates of any precision (manual: *record*, "Dates").
//!
//! Births are known as a day, a month, a year or an estimate; papers carry dates that no calendar
//! has. A [`Date`] is a day of the Gregorian calendar; a [`PartialDate`] is whatever was written, with
//! the parts of it that can be used.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// Years of the calendar that are written with four digits.
const YEARS: std::ops::RangeInclusive<u16> = 1..=9999;

/// A date could not be read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a date")]
pub struct NotADate;

/// A day of the Gregorian calendar, years 1 to 9999.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Zeroize,
)]
#[serde(try_from = "(u16, u8, u8)", into = "(u16, u8, u8)")]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The day, if the calendar has it.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let valid = YEARS.contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day);
        valid.then_some(Self { year, month, day })
    }

    /// Year, 1 to 9999.
    pub fn year(self) -> u16 {
        self.year
    }

    /// Month, 1 to 12.
    pub fn month(self) -> u8 {
        self.month
    }

    /// Day of the month, from 1.
    pub fn day(self) -> u8 {
        self.day
    }

    /// Reads a full date, `2004-03-18` or `18/03/2004`.
    ///
    /// # Errors
    /// [`NotADate`] also for a date of less precision and for a day that no calendar has.
    pub fn parse(text: &str) -> Result<Self, NotADate> {
        PartialDate::parse(text)?.full().ok_or(NotADate)
    }

    /// Days since 1970-01-01, negative before.
    pub fn days(self) -> i64 {
        // Howard Hinnant, "chrono-compatible low-level date algorithms", days_from_civil.
        let year = i64::from(self.year) - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month = (i64::from(self.month) + 9) % 12;
        let day_of_year = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    /// The day that lies `days` after 1970-01-01; `None` outside the years 1 to 9999.
    pub fn from_days(days: i64) -> Option<Self> {
        if !(-719_162..=2_932_896).contains(&days) {
            return None;
        }
        let days = days + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 {
            shifted + 3
        } else {
            shifted - 9
        };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self::new(
            u16::try_from(year).ok()?,
            u8::try_from(month).ok()?,
            u8::try_from(day).ok()?,
        )
    }

    /// Completed years between `self` and `at`; `None` if `at` lies before.
    pub fn age_at(self, at: Self) -> Option<u16> {
        let full = at.year.checked_sub(self.year)?;
        let before_birthday = (at.month, at.day) < (self.month, self.day);
        full.checked_sub(u16::from(before_birthday))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl From<Date> for crate::i18n::Arg {
    fn from(date: Date) -> Self {
        Self::Day {
            year: date.year,
            month: date.month,
            day: date.day,
        }
    }
}

impl From<Date> for (u16, u8, u8) {
    fn from(date: Date) -> Self {
        (date.year, date.month, date.day)
    }
}

impl TryFrom<(u16, u8, u8)> for Date {
    type Error = NotADate;

    fn try_from((year, month, day): (u16, u8, u8)) -> Result<Self, NotADate> {
        Self::new(year, month, day).ok_or(NotADate)
    }
}

/// The civil date of this moment in UTC, by this computer's clock.
pub fn today() -> Date {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| d.as_secs());
    i64::try_from(seconds / 86_400)
        .ok()
        .and_then(Date::from_days)
        .unwrap_or(Date {
            year: 9999,
            month: 12,
            day: 31,
        })
}

/// How many days the month has; 0 for a month that is none.
fn days_in_month(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u8::from(leap),
        _ => 0,
    }
}

/// A date as precise as it is known.
///
/// Either a year, a year and month, or a full day that the calendar has; or a date that no calendar
/// has, kept as it was written, of which year, month and day are what can be used. The order is by
/// year, month, day, what is unknown first.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Zeroize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct PartialDate {
    year: Option<u16>,
    month: Option<u8>,
    day: Option<u8>,
    /// Only for an impossible date.
    written: Option<String>,
}

impl PartialDate {
    /// A year, 1 to 9999.
    pub fn from_year(year: u16) -> Option<Self> {
        YEARS.contains(&year).then_some(Self {
            year: Some(year),
            month: None,
            day: None,
            written: None,
        })
    }

    /// A month of a year.
    pub fn from_month(year: u16, month: u8) -> Option<Self> {
        let date = Self::from_year(year)?;
        (1..=12).contains(&month).then_some(Self {
            month: Some(month),
            ..date
        })
    }

    /// A day.
    pub fn from_date(date: Date) -> Self {
        Self {
            year: Some(date.year),
            month: Some(date.month),
            day: Some(date.day),
            written: None,
        }
    }

    /// Reads `2004-03-18`, `2004-03`, `2004`, `18/03/2004` or `03/2004`; `-`, `/` and `.` are alike,
    /// and a time of day behind the date is passed over.
    ///
    /// A date that is written properly and cannot be is no error: it is kept as written. Of
    /// `31/02/2004` year, month and day are used; of `2004-00-00` the year; `2004-13-05` can only be
    /// meant with day and month exchanged and is used so.
    ///
    /// # Errors
    /// [`NotADate`] for text of any other form, and for a year of two digits.
    pub fn parse(text: &str) -> Result<Self, NotADate> {
        let text = text.trim();
        let date = match text.find(['T', ' ']) {
            Some(at) if is_time(&text[at + 1..]) => &text[..at],
            _ => text,
        };
        let separator = date.find(['-', '/', '.']).map(|at| date.as_bytes()[at]);
        let mut parts = [(0u16, 0usize); 3];
        let mut count = 0;
        let separators: &[char] = match separator {
            Some(b'-') => &['-'],
            Some(b'/') => &['/'],
            _ => &['.'],
        };
        for part in date.split(separators) {
            let slot = parts.get_mut(count).ok_or(NotADate)?;
            if part.is_empty() || part.len() > 4 || !part.bytes().all(|b| b.is_ascii_digit()) {
                return Err(NotADate);
            }
            *slot = (part.parse().map_err(|_| NotADate)?, part.len());
            count += 1;
        }
        let (year, month, day) = match (&parts[..count], parts.map(|p| p.1)) {
            ([(y, 4)], _) => (*y, None, None),
            ([(y, 4), (m, _)], [_, 1..=2, _]) | ([(m, _), (y, 4)], [1..=2, ..]) => {
                (*y, Some(*m), None)
            }
            ([(y, 4), (m, _), (d, _)], [_, 1..=2, 1..=2])
            | ([(d, _), (m, _), (y, 4)], [1..=2, 1..=2, _]) => (*y, Some(*m), Some(*d)),
            _ => return Err(NotADate),
        };
        Ok(Self::assemble(year, month, day, text))
    }

    fn assemble(year: u16, month: Option<u16>, day: Option<u16>, text: &str) -> Self {
        let small = |n: Option<u16>| n.and_then(|n| u8::try_from(n).ok());
        let possible = match (small(month), small(day)) {
            (None, _) => Self::from_year(year),
            (Some(m), None) => Self::from_month(year, m),
            (Some(m), Some(d)) => Date::new(year, m, d).map(Self::from_date),
        };
        possible.unwrap_or_else(|| {
            let (month, day) = match (month, day) {
                (Some(m @ 13..=31), Some(d @ 1..=12)) => (Some(d), Some(m)),
                other => other,
            };
            Self {
                year: Some(year).filter(|y| YEARS.contains(y)),
                month: small(month).filter(|m| (1..=12).contains(m)),
                day: small(day).filter(|d| (1..=31).contains(d)),
                written: Some(text.to_owned()),
            }
        })
    }

    /// The year, if it can be used.
    pub fn year(&self) -> Option<u16> {
        self.year
    }

    /// The month, if it is known and can be used.
    pub fn month(&self) -> Option<u8> {
        self.month
    }

    /// The day of the month, if it is known and can be used. Of an impossible date it need not
    /// exist in the month.
    pub fn day(&self) -> Option<u8> {
        self.day
    }

    /// Whether this is a date that no calendar has, kept as written.
    pub fn is_impossible(&self) -> bool {
        self.written.is_some()
    }

    /// The day, if the date is full and possible.
    pub fn full(&self) -> Option<Date> {
        match self.written {
            Some(_) => None,
            None => Date::new(self.year?, self.month?, self.day?),
        }
    }

    /// The first and the last day that the date can mean; `None` if the year is unknown.
    pub fn bounds(&self) -> Option<(Date, Date)> {
        let year = self.year?;
        let exact = |m: u8, d: u8| Date::new(year, m, d);
        match (self.month, self.day) {
            (Some(m), Some(d)) => {
                let last = days_in_month(year, m);
                let day = exact(m, d.min(last))?;
                Some((day, day))
            }
            (Some(m), None) => Some((exact(m, 1)?, exact(m, days_in_month(year, m))?)),
            (None, _) => Some((exact(1, 1)?, exact(12, 31)?)),
        }
    }

    /// Least and greatest number of completed years at `at`; `None` if the year is unknown or the
    /// date lies after `at`.
    pub fn age_at(&self, at: Date) -> Option<(u16, u16)> {
        let (first, last) = self.bounds()?;
        let most = first.age_at(at)?;
        Some((last.age_at(at).unwrap_or(0), most))
    }

    /// Whether even the earliest day that the date can mean lies after `at`.
    pub fn is_after(&self, at: Date) -> bool {
        self.bounds().is_some_and(|(first, _)| first > at)
    }
}

/// Whether a date is written with numbers only, the year last, so that it can be read with the day or with the month
/// first: `03/04/2027`. Who writes Spanish means the day; who writes English may mean either.
pub fn is_unclear(text: &str) -> bool {
    let parts: Vec<&str> = text.trim().split(['/', '-', '.']).collect();
    let small = |t: &str| t.parse::<u8>().is_ok_and(|n| (1..=12).contains(&n)) && t.len() <= 2;
    match parts[..] {
        [first, second, year] => {
            year.len() == 4
                && small(first)
                && small(second)
                && first.parse::<u8>() != second.parse()
        }
        _ => false,
    }
}

/// A clock time, as spreadsheets append it to a date.
fn is_time(text: &str) -> bool {
    text.contains(':')
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.' | b'Z' | b'+' | b'-'))
}

/// ISO 8601 at the precision that is known; an impossible date as it was written.
impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(written) = &self.written {
            return f.write_str(written);
        }
        write!(f, "{:04}", self.year.unwrap_or(0))?;
        for part in [self.month, self.day].into_iter().flatten() {
            write!(f, "-{part:02}")?;
        }
        Ok(())
    }
}

/// Says nothing: a date of birth is part of a record.
impl fmt::Debug for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PartialDate(..)")
    }
}

type Parts = (Option<u16>, Option<u8>, Option<u8>, Option<String>);

impl From<PartialDate> for Parts {
    fn from(date: PartialDate) -> Self {
        (date.year, date.month, date.day, date.written)
    }
}

impl TryFrom<Parts> for PartialDate {
    type Error = NotADate;

    fn try_from((year, month, day, written): Parts) -> Result<Self, NotADate> {
        let date = Self {
            year,
            month,
            day,
            written,
        };
        // One value has one form: the one that reading its text gives.
        match Self::parse(&date.to_string()) {
            Ok(same) if same == date => Ok(date),
            _ => Err(NotADate),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_can_be_read_two_ways_is_unclear() {
        for text in ["03/04/2027", "3-4-2027", " 12.11.2027 "] {
            assert!(is_unclear(text), "{text}");
        }
        for text in [
            "2027-04-03",
            "13/04/2027",
            "04/13/2027",
            "04/04/2027",
            "04/2027",
            "3 de abril de 2027",
        ] {
            assert!(!is_unclear(text), "{text}");
        }
    }

    fn parts(text: &str) -> (Option<u16>, Option<u8>, Option<u8>, bool) {
        let d = PartialDate::parse(text).unwrap();
        (d.year(), d.month(), d.day(), d.is_impossible())
    }

    #[test]
    fn precisions_and_orders() {
        assert_eq!(parts("2004-03-18"), (Some(2004), Some(3), Some(18), false));
        assert_eq!(parts("18/03/2004"), (Some(2004), Some(3), Some(18), false));
        assert_eq!(parts("18.3.2004"), (Some(2004), Some(3), Some(18), false));
        assert_eq!(parts("2004-03"), (Some(2004), Some(3), None, false));
        assert_eq!(parts("03/2004"), (Some(2004), Some(3), None, false));
        assert_eq!(parts(" 2004 "), (Some(2004), None, None, false));
        assert_eq!(
            parts("2004-03-18 00:00:00"),
            (Some(2004), Some(3), Some(18), false)
        );
        assert_eq!(
            PartialDate::parse("18/03/2004").unwrap().to_string(),
            "2004-03-18"
        );
    }

    #[test]
    fn impossible_dates_are_kept_and_used_where_they_can() {
        assert_eq!(parts("31/02/2004"), (Some(2004), Some(2), Some(31), true));
        assert_eq!(parts("2004-00-00"), (Some(2004), None, None, true));
        assert_eq!(parts("2004-13-05"), (Some(2004), Some(5), Some(13), true));
        assert_eq!(parts("29/02/1900"), (Some(1900), Some(2), Some(29), true));
        assert_eq!(parts("0000-03-18"), (None, Some(3), Some(18), true));
        assert_eq!(parts("29/02/2000"), (Some(2000), Some(2), Some(29), false));
        assert_eq!(
            PartialDate::parse("31/02/2004").unwrap().to_string(),
            "31/02/2004"
        );
    }

    #[test]
    fn other_text_is_no_date() {
        for text in [
            "",
            "abc",
            "04",
            "18/03/04",
            "2004-3-",
            "-2004",
            "2004/03-18",
            "20040318",
            "1-2-3-4",
            "2004-123-1",
            "٢٠٠٤",
            "18/03/2004 x",
        ] {
            assert!(PartialDate::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn days_and_ages() {
        let d = |s| Date::parse(s).unwrap();
        assert_eq!(d("1970-01-01").days(), 0);
        assert_eq!(d("2000-02-29").days(), 11_016);
        assert_eq!(Date::new(1, 1, 1), Date::from_days(-719_162));
        assert_eq!(d("2004-03-18").age_at(d("2022-03-17")), Some(17));
        assert_eq!(d("2004-03-18").age_at(d("2022-03-18")), Some(18));
        assert_eq!(d("2004-03-18").age_at(d("2003-03-18")), None);
        let year = PartialDate::parse("2004").unwrap();
        assert_eq!(year.age_at(d("2022-06-01")), Some((17, 18)));
        assert!(today() > d("2024-01-01"));
    }

    proptest! {
        #[test]
        fn days_go_both_ways(n in -719_162i64..=2_932_896) {
            prop_assert_eq!(Date::from_days(n).unwrap().days(), n);
        }

        #[test]
        fn no_text_panics_and_display_reads_back(text in "[0-9/. T:-]{0,16}") {
            if let Ok(date) = PartialDate::parse(&text) {
                prop_assert_eq!(PartialDate::parse(&date.to_string()), Ok(date.clone()));
                prop_assert_eq!(PartialDate::try_from(Parts::from(date.clone())), Ok(date));
            }
        }
    }
}
