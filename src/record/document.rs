//! Identity numbers of the region (manual: *record*, "Documents").
//!
//! Victims often hold no paper, or a forged one, and some of these rules are not published by the
//! registries: a number that does not fit is a doubt to be told, never a reason to refuse.
//! Sources: CURP, the published instructions and python-stdnum; CUI and DUI, lu1tr0n.github.io/nationid;
//! DNI, learn.sayari.com.

use super::code::DocumentKind;
use crate::i18n::{Localize, Message};

/// What does not fit about a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentDoubt {
    /// Length or characters.
    Form,
    /// The check digit.
    CheckDigit,
    /// The date inside.
    Date,
    /// The state, department or municipality inside.
    Place,
}

impl Localize for DocumentDoubt {
    fn message(&self) -> Message {
        Message::new(match self {
            Self::Form => "record-doubt-form",
            Self::CheckDigit => "record-doubt-check-digit",
            Self::Date => "record-doubt-date",
            Self::Place => "record-doubt-place",
        })
    }
}

/// Looks at a number of this kind; spaces and hyphens do not count.
///
/// # Errors
/// The first doubt.
pub fn check(kind: DocumentKind, number: &str) -> Result<(), DocumentDoubt> {
    let plain: Vec<u8> = normalize(number).into_bytes();
    match kind {
        DocumentKind::Curp => curp(&normalize(number)),
        DocumentKind::Cui => cui(&plain),
        DocumentKind::Dui => dui(&plain),
        DocumentKind::Dni => dni(&plain),
        _ => Ok(()),
    }
}

/// The kind whose form and check digit the number has, if that is certain enough to be assumed.
pub fn recognize(number: &str) -> Option<DocumentKind> {
    [DocumentKind::Curp, DocumentKind::Cui]
        .into_iter()
        .find(|kind| check(*kind, number).is_ok())
}

/// The number in capitals without spaces, hyphens and dots.
pub fn normalize(number: &str) -> String {
    number
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '.' | '/' | '\u{2010}'..='\u{2015}'))
        .flat_map(char::to_uppercase)
        .collect()
}

const CURP_STATES: &[&str] = &[
    "AS", "BC", "BS", "CC", "CL", "CM", "CS", "CH", "DF", "DG", "GT", "GR", "HG", "JC", "MC", "MN",
    "MS", "NT", "NL", "OC", "PL", "QT", "QR", "SP", "SL", "SR", "TC", "TS", "TL", "VZ", "YN", "ZS",
    "NE",
];

fn curp(number: &str) -> Result<(), DocumentDoubt> {
    const ALPHABET: &str = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ";
    let chars: Vec<char> = number.chars().collect();
    let letter = |c: char| c.is_ascii_uppercase() || c == 'Ñ';
    let form = chars.len() == 18
        && chars[..4].iter().all(|c| letter(*c))
        && chars[4..10].iter().all(char::is_ascii_digit)
        && matches!(chars[10], 'H' | 'M' | 'X')
        && chars[11..16].iter().all(|c| letter(*c))
        && (chars[16].is_ascii_digit() || chars[16].is_ascii_uppercase())
        && chars[17].is_ascii_digit();
    if !form {
        return Err(DocumentDoubt::Form);
    }
    let pair = |at: usize| {
        chars[at..at + 2]
            .iter()
            .filter_map(|c| c.to_digit(10))
            .fold(0, |n, d| n * 10 + d)
    };
    // The differentiator tells the century: a digit before 2000, a letter from then on.
    let century = if chars[16].is_ascii_digit() {
        1900
    } else {
        2000
    };
    let small = |n: u32| u8::try_from(n).unwrap_or(0);
    let year = u16::try_from(century + pair(4)).unwrap_or(0);
    if super::date::Date::new(year, small(pair(6)), small(pair(8))).is_none() {
        return Err(DocumentDoubt::Date);
    }
    let state: String = chars[11..13].iter().collect();
    if !CURP_STATES.contains(&state.as_str()) {
        return Err(DocumentDoubt::Place);
    }
    let sum: usize = chars[..17]
        .iter()
        .enumerate()
        .map(|(at, c)| ALPHABET.chars().position(|a| a == *c).unwrap_or(0) * (18 - at))
        .sum();
    let digit = (10 - sum % 10) % 10;
    if chars[17].to_digit(10) == u32::try_from(digit).ok() {
        Ok(())
    } else {
        Err(DocumentDoubt::CheckDigit)
    }
}

fn digits<const N: usize>(plain: &[u8]) -> Result<[u32; N], DocumentDoubt> {
    if plain.len() != N || !plain.iter().all(u8::is_ascii_digit) {
        return Err(DocumentDoubt::Form);
    }
    let mut out = [0; N];
    for (to, from) in out.iter_mut().zip(plain) {
        *to = u32::from(from - b'0');
    }
    Ok(out)
}

/// Guatemala: eight digits, a check digit, department, municipality.
fn cui(plain: &[u8]) -> Result<(), DocumentDoubt> {
    let d = digits::<13>(plain)?;
    let (department, municipality) = (d[9] * 10 + d[10], d[11] * 10 + d[12]);
    if !(1..=22).contains(&department) || municipality == 0 {
        return Err(DocumentDoubt::Place);
    }
    let sum: u32 = d[..8].iter().zip(2..).map(|(d, weight)| d * weight).sum();
    if sum % 11 == d[8] {
        Ok(())
    } else {
        Err(DocumentDoubt::CheckDigit)
    }
}

/// El Salvador: eight digits and a check digit.
fn dui(plain: &[u8]) -> Result<(), DocumentDoubt> {
    let d = digits::<9>(plain)?;
    let sum: u32 = d[..8]
        .iter()
        .zip((2..=9).rev())
        .map(|(d, weight)| d * weight)
        .sum();
    if (10 - sum % 10) % 10 == d[8] {
        Ok(())
    } else {
        Err(DocumentDoubt::CheckDigit)
    }
}

/// Honduras: department, municipality, year of registration, serial; no check digit.
fn dni(plain: &[u8]) -> Result<(), DocumentDoubt> {
    let d = digits::<13>(plain)?;
    if !(1..=18).contains(&(d[0] * 10 + d[1])) || d[2] * 10 + d[3] == 0 {
        return Err(DocumentDoubt::Place);
    }
    let year = d[4..8].iter().fold(0, |n, d| n * 10 + d);
    if (1850..=2150).contains(&year) {
        Ok(())
    } else {
        Err(DocumentDoubt::Date)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curp_vectors() {
        use DocumentKind::Curp;
        // python-stdnum's documented example.
        assert_eq!(check(Curp, "BOXW310820HNERXN09"), Ok(()));
        assert_eq!(check(Curp, "boxw-310820 HNERXN09"), Ok(()));
        assert_eq!(
            check(Curp, "BOXW310820HNERXN08"),
            Err(DocumentDoubt::CheckDigit)
        );
        assert_eq!(check(Curp, "BOXW310231HNERXN09"), Err(DocumentDoubt::Date));
        assert_eq!(check(Curp, "BOXW310820HQQRXN09"), Err(DocumentDoubt::Place));
        assert_eq!(check(Curp, "BOXW310820"), Err(DocumentDoubt::Form));
        // Sex X: H (17) becomes X (34, Ñ counted) at weight 8: the sum grows by 136, the digit
        // falls by 6.
        assert_eq!(check(Curp, "BOXW310820XNERXN03"), Ok(()));
        assert_eq!(recognize("BOXW310820HNERXN09"), Some(Curp));
    }

    #[test]
    fn central_american_vectors() {
        // 1·2+2·3+3·4+4·5+5·6+6·7+7·8+8·9 = 240 = 21·11 + 9.
        assert_eq!(check(DocumentKind::Cui, "1234 56789 0101"), Ok(()));
        assert_eq!(
            check(DocumentKind::Cui, "1234567880101"),
            Err(DocumentDoubt::CheckDigit)
        );
        assert_eq!(
            check(DocumentKind::Cui, "1234567892301"),
            Err(DocumentDoubt::Place)
        );
        // 1·9+2·8+3·7+4·6+5·5+6·4+7·3+8·2 = 156; 10 − 6 = 4.
        assert_eq!(check(DocumentKind::Dui, "12345678-4"), Ok(()));
        assert_eq!(
            check(DocumentKind::Dui, "12345678-5"),
            Err(DocumentDoubt::CheckDigit)
        );
        assert_eq!(check(DocumentKind::Dni, "0801-1990-12345"), Ok(()));
        assert_eq!(
            check(DocumentKind::Dni, "1901-1990-12345"),
            Err(DocumentDoubt::Place)
        );
        assert_eq!(
            check(DocumentKind::Dni, "0801-0990-12345"),
            Err(DocumentDoubt::Date)
        );
        assert_eq!(check(DocumentKind::Passport, "?"), Ok(()));
    }
}
