//! What a round's note says about notices, and the days that follow from it (manual: *notices*,
//! "Policy").

use std::fmt;

use crate::round::Time;

/// Most requests of a site in a batch.
pub const REQUESTS_MAX: u16 = 256;
/// Most batches.
pub const BATCHES_MAX: u16 = 12;
/// Longest delay, in days.
pub const DELAY_MAX: u16 = 90;
/// Least expected precision of what is released, in thousandths: above that of the counts.
pub const BAND_MIN: u16 = 960;
/// Largest expected precision that can be asked for.
pub const BAND_MAX: u16 = 999;

const DAY: u64 = 86_400;

/// What sites learn beside the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Notices {
    /// Nothing.
    #[default]
    Statistics,
    /// Requests under cover traffic, and introductions where both persons agreed.
    Mediated(Mediation),
}

/// How requests are sent out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mediation {
    requests: u16,
    batches: u16,
    delay: u16,
    band: u16,
}

impl Mediation {
    /// Requests of each site in a batch, batches, days between them, and the least expected precision of
    /// the pairs that may be introduced, in thousandths. `None` for numbers that no round may have.
    pub fn new(requests: u16, batches: u16, delay: u16, band: u16) -> Option<Self> {
        let fits = (1..=REQUESTS_MAX).contains(&requests)
            && (1..=BATCHES_MAX).contains(&batches)
            && (1..=DELAY_MAX).contains(&delay)
            && (BAND_MIN..=BAND_MAX).contains(&band);
        fits.then_some(Self {
            requests,
            batches,
            delay,
            band,
        })
    }

    /// Reads what [`Mediation`] is written as.
    pub(in crate::round) fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.strip_prefix("mediated ")?.split(' ').map(str::parse);
        let mut next = || numbers.next()?.ok();
        let made = Self::new(next()?, next()?, next()?, next()?)?;
        numbers.next().is_none().then_some(made)
    }

    /// Requests of each site in a batch.
    pub fn requests(&self) -> usize {
        usize::from(self.requests)
    }

    /// Number of batches; they count from 1.
    pub fn batches(&self) -> u16 {
        self.batches
    }

    /// Days between batches.
    pub fn delay(&self) -> u16 {
        self.delay
    }

    /// Least expected precision of the pairs that may be introduced.
    pub fn band(&self) -> f64 {
        f64::from(self.band) / 1000.0
    }

    /// Requests of each site in the whole round.
    pub fn slots(&self) -> usize {
        self.requests() * usize::from(self.batches)
    }
}

impl fmt::Display for Mediation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "mediated {} {} {} {}",
            self.requests, self.batches, self.delay, self.band
        )
    }
}

/// The days of a round's notices. They follow from note and result, so everybody has the same, and
/// nothing that anybody answers moves them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    decided: u64,
    how: Mediation,
}

impl Calendar {
    /// The days of a round that was decided at that moment.
    pub fn new(decided: Time, how: Mediation) -> Self {
        Self {
            decided: decided.seconds() / DAY,
            how,
        }
    }

    fn day(&self, delays: u16) -> Time {
        let days = self.decided + u64::from(delays) * u64::from(self.how.delay);
        Time::from_seconds(days * DAY).unwrap_or(Time::MAX)
    }

    /// When a batch goes out.
    pub fn goes_out(&self, batch: u16) -> Time {
        self.day(batch)
    }

    /// Until when a batch can be answered.
    pub fn answered_by(&self, batch: u16) -> Time {
        self.day(batch.saturating_add(1))
    }

    /// When everything ends, for every request of every batch.
    pub fn ends(&self) -> Time {
        self.day(self.how.batches + 2)
    }

    /// When a site no longer waits for introductions.
    pub fn lapses(&self) -> Time {
        self.day(self.how.batches + 3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_within_bounds_in_one_form() {
        let how = Mediation::new(4, 3, 7, 990).unwrap();
        assert_eq!(how.to_string(), "mediated 4 3 7 990");
        assert_eq!(Mediation::parse("mediated 4 3 7 990"), Some(how));
        for bad in [
            "statistics",
            "mediated",
            "mediated 4 3 7",
            "mediated 4 3 7 990 1",
            "mediated 0 3 7 990",
            "mediated 257 3 7 990",
            "mediated 4 13 7 990",
            "mediated 4 3 0 990",
            "mediated 4 3 91 990",
            "mediated 4 3 7 950",
            "mediated 4 3 7 1000",
        ] {
            assert_eq!(Mediation::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn days_are_whole_and_in_order() {
        let decided = Time::parse("2027-03-31T17:20:00Z").unwrap();
        let days = Calendar::new(decided, Mediation::new(4, 2, 7, 990).unwrap());
        let said = [
            days.goes_out(1),
            days.goes_out(2),
            days.answered_by(2),
            days.ends(),
            days.lapses(),
        ];
        let expected = ["04-07", "04-14", "04-21", "04-28", "05-05"];
        for (time, day) in said.iter().zip(expected) {
            assert_eq!(time.to_string(), format!("2027-{day}T00:00:00Z"));
        }
        assert_eq!(days.answered_by(1), days.goes_out(2));
        let end = Calendar::new(Time::MAX, Mediation::new(1, 12, 90, 999).unwrap());
        assert_eq!(end.lapses(), Time::MAX);
    }
}
