//! A moment, as it is written in notes.

use std::fmt;

use crate::i18n::{Arg, moment};
use crate::record::Date;

/// Seconds since 1970-01-01 UTC, up to the end of the year 9999. Text form: `2027-03-01T09:00:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Time(u64);

impl Time {
    /// The last second that has a text form.
    pub const MAX: Self = Self(253_402_300_799);

    /// A moment; `None` behind [`Time::MAX`].
    pub fn from_seconds(seconds: u64) -> Option<Self> {
        (seconds <= Self::MAX.0).then_some(Self(seconds))
    }

    /// Seconds since 1970.
    pub fn seconds(self) -> u64 {
        self.0
    }

    /// Reads the text form, and only that.
    pub fn parse(text: &str) -> Option<Self> {
        let b = text.as_bytes();
        let punctuation = [
            (4, b'-'),
            (7, b'-'),
            (10, b'T'),
            (13, b':'),
            (16, b':'),
            (19, b'Z'),
        ];
        if b.len() != 20 || punctuation.iter().any(|(i, c)| b.get(*i) != Some(c)) {
            return None;
        }
        let number = |from: usize, to: usize| -> Option<u64> {
            b.get(from..to)?.iter().try_fold(0u64, |n, d| {
                d.is_ascii_digit().then(|| n * 10 + u64::from(d - b'0'))
            })
        };
        let (y, m, d) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let (h, min, s) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        if y < 1970 || !(1..=12).contains(&m) || d == 0 || d > 31 || h > 23 || min > 59 || s > 59 {
            return None;
        }
        // Days since 0000-03-01, with the year beginning in March (Hinnant, "chrono-compatible
        // low-level date algorithms").
        let (yy, mm) = if m > 2 { (y, m - 3) } else { (y - 1, m + 9) };
        let days = yy * 365 + yy / 4 - yy / 100 + yy / 400 + (153 * mm + 2) / 5 + d - 1;
        let time = Self((days.checked_sub(719_468)?) * 86_400 + h * 3600 + min * 60 + s);
        // 30 February has become 1 or 2 March.
        (time.to_string() == text).then_some(time)
    }
}

impl Time {
    /// The day, in UTC.
    pub fn day(self) -> Option<Date> {
        Date::from_days(i64::try_from(self.0 / 86_400).ok()?)
    }
}

/// Told as a day and a time in UTC.
impl From<Time> for Arg {
    fn from(time: Time) -> Self {
        moment(i64::try_from(time.0).unwrap_or(i64::MAX))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, s) = (self.0 / 86_400 + 719_468, self.0 % 86_400);
        let (era, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let mp = (5 * day + 2) / 153;
        let d = day - (153 * mp + 2) / 5 + 1;
        let m = if mp < 10 { mp + 3 } else { mp - 9 };
        let y = year + era * 400 + u64::from(m <= 2);
        write!(
            f,
            "{y:04}-{m:02}-{d:02}T{:02}:{:02}:{:02}Z",
            s / 3600,
            s / 60 % 60,
            s % 60
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_seconds_agree() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            let time = Time::from_seconds(seconds).unwrap();
            assert_eq!(time.to_string(), text);
            assert_eq!(Time::parse(text), Some(time));
        }
        for bad in [
            "2023-02-29T00:00:00Z",
            "2100-02-29T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "2024-01-01T24:00:00Z",
            "2024-01-01 00:00:00Z",
            "2024-1-01T00:00:00Z",
            "+024-01-01T00:00:00Z",
            "",
        ] {
            assert_eq!(Time::parse(bad), None, "{bad}");
        }
    }
}
