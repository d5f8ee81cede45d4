//! Dates of birth as far as they are known.

/// A date of birth in parts. Every part is kept as it was written, also an impossible one: what
/// can be used of it is used.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct PartialDate {
    /// Year, 1800 to 2200.
    pub year: Option<u16>,
    /// Month as written; above 12 when day and month were exchanged.
    pub month: Option<u8>,
    /// Day as written.
    pub day: Option<u8>,
    /// Whether the year comes from an estimated age.
    pub estimated: bool,
}

impl PartialDate {
    /// Reads `yyyy-mm-dd`, `yyyy-mm`, `yyyy`, `dd/mm/yyyy`, `mm/yyyy` (also with `.` or `/` and
    /// one-digit parts), `~yyyy` or `c. yyyy` for an estimate, and `yyyymmdd`. What cannot be read
    /// is unknown.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        let body = text.trim_start_matches(|c: char| !c.is_ascii_digit());
        let estimated = body.len() < text.len();
        let digits_only = body.len() == 8 && body.bytes().all(|b| b.is_ascii_digit());
        let mut parts: Vec<&str> = body
            .split(['-', '/', '.', ' ', 'T'])
            .filter(|p| !p.is_empty())
            .take(3)
            .collect();
        if digits_only {
            parts = vec![&body[..4], &body[4..6], &body[6..]];
        }
        let is_year = |p: &str| p.len() == 4;
        let ordered = match parts[..] {
            [y] if is_year(y) => [Some(y), None, None],
            [y, m] if is_year(y) => [Some(y), Some(m), None],
            [m, y] if is_year(y) => [Some(y), Some(m), None],
            [y, m, d] if is_year(y) => [Some(y), Some(m), Some(d)],
            [d, m, y] if is_year(y) => [Some(y), Some(m), Some(d)],
            _ => [None, None, None],
        };
        let small = |p: Option<&str>| {
            p.and_then(|p| p.parse().ok())
                .filter(|n| (1..=31).contains(n))
        };
        Self {
            year: ordered[0]
                .and_then(|y| y.parse().ok())
                .filter(|y| (1800..=2200).contains(y)),
            month: small(ordered[1]),
            day: small(ordered[2]),
            estimated,
        }
    }

    /// Month and day if they say something: not for an estimate, and not 1 January, which is what
    /// registers write for *unknown*.
    pub fn month_and_day(&self) -> Option<(u8, u8)> {
        match (self.month, self.day) {
            (Some(1), Some(1)) => None,
            (Some(m), Some(d)) if !self.estimated => Some((m, d)),
            _ => None,
        }
    }

    /// The month if it says something.
    pub fn usable_month(&self) -> Option<u8> {
        match (self.month, self.day) {
            (Some(1), Some(1)) => None,
            (m, _) if !self.estimated => m,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden() {
        let read = |t: &str| {
            let d = PartialDate::parse(t);
            (d.year, d.month, d.day, d.estimated)
        };
        assert_eq!(read("1995-05-15"), (Some(1995), Some(5), Some(15), false));
        assert_eq!(read("15/05/1995"), (Some(1995), Some(5), Some(15), false));
        assert_eq!(read("5.6.1995"), (Some(1995), Some(6), Some(5), false));
        assert_eq!(read("1995-15-05"), (Some(1995), Some(15), Some(5), false));
        assert_eq!(read("1995-02"), (Some(1995), Some(2), None, false));
        assert_eq!(read("02/1995"), (Some(1995), Some(2), None, false));
        assert_eq!(read("1995"), (Some(1995), None, None, false));
        assert_eq!(read("~1995"), (Some(1995), None, None, true));
        assert_eq!(read("19950515"), (Some(1995), Some(5), Some(15), false));
        assert_eq!(read("1995-02-31"), (Some(1995), Some(2), Some(31), false));
        for nothing in ["", "??", "ayer", "95", "99999-1-1"] {
            assert_eq!(read(nothing).0, None, "{nothing}");
        }
        assert!(PartialDate::parse("1995-01-01").month_and_day().is_none());
        assert!(PartialDate::parse("1995-01-02").month_and_day().is_some());
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read(text in "\\PC*") {
            let _ = PartialDate::parse(&text);
        }
    }
}
