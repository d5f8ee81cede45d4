//! Dates as tables write them, brought to a form that a record reads (manual: *import*, "Dates").

use crate::record::date::Date;
use crate::record::fold;

/// In which order a date is written, and whether its year may have two digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateForm {
    order: Order,
    short: bool,
}

/// What a date begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Day,
    Month,
    Year,
}

impl DateForm {
    /// Every form, as a map writes it.
    pub const ALL: [&'static str; 5] = [
        "dd/mm/yyyy",
        "dd/mm/yy",
        "mm/dd/yyyy",
        "mm/dd/yy",
        "yyyy-mm-dd",
    ];

    /// The form that a map writes so; `aaaa` is a year too, and every sign is as good as another.
    pub fn parse(written: &str) -> Option<Self> {
        let plain: String = written.to_lowercase().replace('a', "y");
        let plain: String = plain.chars().filter(char::is_ascii_alphabetic).collect();
        Some(match plain.as_str() {
            "ddmmyyyy" | "dmyyyy" => Self::day_first(false),
            "ddmmyy" | "dmyy" => Self::day_first(true),
            "mmddyyyy" | "mdyyyy" => Self::month_first(false),
            "mmddyy" | "mdyy" => Self::month_first(true),
            "yyyymmdd" => Self {
                order: Order::Year,
                short: false,
            },
            _ => return None,
        })
    }

    /// Day, month, year.
    pub fn day_first(short: bool) -> Self {
        Self {
            order: Order::Day,
            short,
        }
    }

    /// Month, day, year.
    pub fn month_first(short: bool) -> Self {
        Self {
            order: Order::Month,
            short,
        }
    }

    /// As a map writes it.
    pub fn written(self) -> &'static str {
        match (self.order, self.short) {
            (Order::Day, false) => "dd/mm/yyyy",
            (Order::Day, true) => "dd/mm/yy",
            (Order::Month, false) => "mm/dd/yyyy",
            (Order::Month, true) => "mm/dd/yy",
            (Order::Year, _) => "yyyy-mm-dd",
        }
    }

    /// The date in the order year, month, day; `None` for what has no three numbers in this form. A
    /// year of two digits is the latest that is not after `today`.
    pub(super) fn read(self, text: &str, today: Date) -> Option<String> {
        let date = without_time(text);
        let mut parts = date.split(['/', '-', '.', ' ']).filter(|p| !p.is_empty());
        let [a, b, c] = [parts.next()?, parts.next()?, parts.next()?];
        if parts.next().is_some() {
            return None;
        }
        let (year, month, day) = match self.order {
            Order::Day if a.len() != 4 => (c, b, a),
            Order::Month if a.len() != 4 => (c, a, b),
            _ => (a, b, c),
        };
        let small = |t: &str| t.parse::<u8>().ok().filter(|_| t.len() <= 2);
        let (month, day) = (month_number(month).or_else(|| small(month))?, small(day)?);
        if !year.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let number: u16 = year.parse().ok()?;
        let year = match year.len() {
            4 => number,
            2 if self.short => {
                let this = 2000 + number;
                let day = Date::new(this, month.clamp(1, 12), day.clamp(1, 28))?;
                if day > today { this - 100 } else { this }
            }
            _ => return None,
        };
        Some(format!("{year:04}-{month:02}-{day:02}"))
    }
}

/// A date with the name of its month: `18 de marzo de 2004`, `18-mar-2004`, `March 18, 2004`.
pub(in crate::record) fn with_month_name(text: &str) -> Option<String> {
    if text.len() > 40 || !text.chars().any(char::is_alphabetic) {
        return None;
    }
    let folded = fold(text);
    let (mut day, mut month, mut year) = (None, None, None);
    for word in folded.split(' ') {
        let digits = word.trim_end_matches("st").trim_end_matches("nd");
        let digits = digits.trim_end_matches("rd").trim_end_matches("th");
        match (word, digits.len()) {
            ("de" | "del" | "of" | "the", _) => {}
            (_, 1..=2) if digits.bytes().all(|b| b.is_ascii_digit()) && day.is_none() => {
                day = Some(digits.parse::<u8>().ok()?);
            }
            (_, 4) if digits.bytes().all(|b| b.is_ascii_digit()) && year.is_none() => {
                year = Some(digits.parse::<u16>().ok()?);
            }
            _ if month.is_none() => month = Some(month_number(word)?),
            _ => return None,
        }
    }
    let (year, month) = (year?, month?);
    Some(match day {
        Some(day) => format!("{year:04}-{month:02}-{day:02}"),
        None => format!("{year:04}-{month:02}"),
    })
}

fn without_time(text: &str) -> &str {
    let text = text.trim();
    match text.find(['T', ' ']) {
        Some(at) if text[at + 1..].contains(':') => &text[..at],
        _ => text,
    }
}

/// The number of a month by its name or its first three letters, Spanish or English.
fn month_number(name: &str) -> Option<u8> {
    const NAMES: [&[&str]; 12] = [
        &["enero", "ene", "january", "jan"],
        &["febrero", "feb", "february"],
        &["marzo", "mar", "march"],
        &["abril", "abr", "april", "apr"],
        &["mayo", "may"],
        &["junio", "jun", "june"],
        &["julio", "jul", "july"],
        &["agosto", "ago", "august", "aug"],
        &["septiembre", "setiembre", "sep", "set", "sept", "september"],
        &["octubre", "oct", "october"],
        &["noviembre", "nov", "november"],
        &["diciembre", "dic", "december", "dec"],
    ];
    let name = fold(name);
    (1..=12)
        .zip(NAMES)
        .find(|(_, names)| names.contains(&name.as_str()))
        .map(|(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_read_their_order_and_nothing_else() {
        let today = Date::new(2026, 11, 22).unwrap();
        for (form, text, date) in [
            ("dd/mm/aaaa", "18/03/2004", Some("2004-03-18")),
            ("mm/dd/yyyy", "03/18/2004", Some("2004-03-18")),
            ("mm/dd/yyyy", "2004-03-18 00:00:00", Some("2004-03-18")),
            ("dd/mm/yy", "18-mar-04", Some("2004-03-18")),
            ("dd/mm/yy", "23/11/26", Some("1926-11-23")),
            ("dd/mm/yy", "22/11/26", Some("2026-11-22")),
            ("yyyy-mm-dd", "2004.3.8", Some("2004-03-08")),
            ("dd/mm/yyyy", "18/03/04", None),
            ("dd/mm/yyyy", "2004", None),
            ("dd/mm/yyyy", "18/03/ñ004", None),
        ] {
            let form = DateForm::parse(form).unwrap();
            assert_eq!(form.read(text, today).as_deref(), date, "{text}");
        }
        for form in DateForm::ALL {
            assert_eq!(DateForm::parse(form).unwrap().written(), form);
        }
        assert_eq!(DateForm::parse("mmyyyy"), None);
    }

    #[test]
    fn names_of_months_are_read_in_both_languages() {
        for (text, date) in [
            ("18 de marzo de 2004", Some("2004-03-18")),
            ("18-MAR-2004", Some("2004-03-18")),
            ("March 18th, 2004", Some("2004-03-18")),
            ("sept. 2004", Some("2004-09")),
            ("marzo", None),
            ("18 de brumario de 1799", None),
            ("17 años", None),
        ] {
            assert_eq!(with_month_name(text).as_deref(), date, "{text}");
        }
    }
}
