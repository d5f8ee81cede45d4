//! From the bytes of a file to text (manual: *record*, "Tables").

use std::borrow::Cow;

use super::{Encoding, FileProblem};

/// The text of a file, without a byte-order mark.
pub(super) fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), FileProblem> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(FileProblem::Spreadsheet);
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || is_wide(bytes) {
        return Err(FileProblem::Utf16);
    }
    if bytes.starts_with(b"%PDF") || bytes.starts_with(b"{\\rtf") || bytes.starts_with(b"\x1f\x8b")
    {
        return Err(FileProblem::NotATable);
    }
    let line_of = |at: usize| 1 + bytes[..at].iter().filter(|b| **b == b'\n').count() as u64;
    if let Some(at) = bytes.iter().position(|b| *b == 0) {
        return Err(FileProblem::Nul { line: line_of(at) });
    }
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(body) {
        return Ok((Cow::Borrowed(text), Encoding::Utf8));
    }
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 8);
    for (at, byte) in bytes.iter().enumerate() {
        let c = match byte {
            0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)]
                .ok_or(FileProblem::Encoding { line: line_of(at) })?,
            _ => char::from(*byte),
        };
        text.push(c);
    }
    Ok((Cow::Owned(text), Encoding::Windows1252))
}

/// UTF-16 without a mark: every second byte of the beginning is zero.
fn is_wide(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(64)];
    let zeros = |odd: usize| {
        head.iter()
            .skip(odd)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    head.len() >= 4 && zeros(0).max(zeros(1)) * 5 >= head.len() * 2
}

/// Bytes 0x80 to 0x9f (Unicode, CP1252.TXT); five of them mean nothing.
const WINDOWS_1252: [Option<char>; 32] = [
    Some('€'),
    None,
    Some('‚'),
    Some('ƒ'),
    Some('„'),
    Some('…'),
    Some('†'),
    Some('‡'),
    Some('ˆ'),
    Some('‰'),
    Some('Š'),
    Some('‹'),
    Some('Œ'),
    None,
    Some('Ž'),
    None,
    None,
    Some('‘'),
    Some('’'),
    Some('“'),
    Some('”'),
    Some('•'),
    Some('–'),
    Some('—'),
    Some('˜'),
    Some('™'),
    Some('š'),
    Some('›'),
    Some('œ'),
    None,
    Some('ž'),
    Some('Ÿ'),
];
