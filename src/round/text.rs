//! The text of small documents: a first line that names the form, then `field value` lines in one
//! order (manual: *files*, "Notes").

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{PartyId, RoundError, Time};
use crate::codec::from_hex;
use crate::crypto::travel::Recipient;

/// Lines that are still to be read.
pub(super) struct Lines<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Lines<'a> {
    /// Starts behind the first line, which must be `head`.
    pub(super) fn new(text: &'a str, head: &'static str) -> Result<Self, RoundError> {
        let mut lines = Self {
            rest: text,
            line: 0,
        };
        match lines.next() {
            Some(line) if line == head => Ok(lines),
            _ => Err(RoundError::Form {
                line: 1,
                field: head,
            }),
        }
    }

    fn next(&mut self) -> Option<&'a str> {
        let (line, rest) = self.rest.split_once('\n')?;
        self.rest = rest;
        self.line += 1;
        Some(line)
    }

    /// The error for the line that was read last.
    pub(super) fn bad(&self, field: &'static str) -> RoundError {
        RoundError::Form {
            line: self.line,
            field,
        }
    }

    /// Whether the next line is of this field.
    pub(super) fn at(&self, field: &str) -> bool {
        self.rest
            .strip_prefix(field)
            .is_some_and(|r| r.starts_with(' '))
    }

    /// The value of the next line, which must be of this field.
    pub(super) fn field(&mut self, field: &'static str) -> Result<&'a str, RoundError> {
        let here = self.at(field);
        let line = self.next();
        line.filter(|_| here)
            .and_then(|l| l.get(field.len() + 1..))
            .ok_or(RoundError::Form {
                line: self.line.max(1),
                field,
            })
    }

    /// The value, read by `read`.
    pub(super) fn value<T>(
        &mut self,
        field: &'static str,
        read: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<T, RoundError> {
        let value = self.field(field)?;
        read(value).ok_or_else(|| self.bad(field))
    }

    pub(super) fn hex<const N: usize>(
        &mut self,
        field: &'static str,
    ) -> Result<[u8; N], RoundError> {
        self.value(field, hex)
    }

    pub(super) fn base64<const N: usize>(
        &mut self,
        field: &'static str,
    ) -> Result<[u8; N], RoundError> {
        self.value(field, |v| STANDARD.decode(v).ok()?.try_into().ok())
    }

    pub(super) fn number(&mut self, field: &'static str, max: u64) -> Result<u64, RoundError> {
        self.value(field, |v| v.parse().ok().filter(|n| *n <= max))
    }

    pub(super) fn party(&mut self, field: &'static str) -> Result<PartyId, RoundError> {
        self.hex(field).map(PartyId)
    }

    pub(super) fn time(&mut self, field: &'static str) -> Result<Time, RoundError> {
        self.value(field, Time::parse)
    }

    pub(super) fn recipient(&mut self, field: &'static str) -> Result<Recipient, RoundError> {
        self.value(field, |v| Recipient::new(v).ok())
    }

    pub(super) fn yes_no(&mut self, field: &'static str) -> Result<bool, RoundError> {
        self.value(field, |v| match v {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        })
    }

    /// Nothing is left.
    pub(super) fn end(self) -> Result<(), RoundError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(RoundError::Form {
                line: self.line + 1,
                field: "",
            })
        }
    }
}

/// `N` bytes of hexadecimal.
pub(super) fn hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    from_hex(text).ok()?.try_into().ok()
}

pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// What was read must be what would be written: one document has one text.
pub(super) fn canonical(read: &str, written: &str) -> Result<(), RoundError> {
    if read == written {
        return Ok(());
    }
    let same = read
        .split('\n')
        .zip(written.split('\n'))
        .take_while(|(a, b)| a == b)
        .count();
    Err(RoundError::Form {
        line: same + 1,
        field: "",
    })
}

/// Text that a person wrote and another reads: 1 to `max` bytes, composed (NFC), letters, digits and
/// plain punctuation, single spaces inside. Nothing invisible, nothing that changes direction.
pub(super) fn is_plain(text: &str, max: usize) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || " .,;:'’\u{2010}-()&/#°ªº\"¿?¡!".contains(c);
    !text.is_empty()
        && text.len() <= max
        && text.chars().all(allowed)
        && !text.starts_with(' ')
        && !text.ends_with(' ')
        && !text.contains("  ")
        && unicode_normalization::is_nfc(text)
}
