//! From the bytes of a file to text (manual: *import*, "Tables").

use std::borrow::Cow;

use super::{Encoding, FileProblem};

/// The text of a file, without a byte-order mark.
pub(super) fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), FileProblem> {
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(FileProblem::OldSpreadsheet);
    }
    if let Some((body, order)) = wide(bytes) {
        return Ok((Cow::Owned(utf16(body, order)?), Encoding::Utf16));
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

type Order = fn([u8; 2]) -> u16;

/// The bytes and their order, if this is UTF-16: with a mark, or every second byte of the beginning
/// is zero.
fn wide(bytes: &[u8]) -> Option<(&[u8], Order)> {
    if let Some(body) = bytes.strip_prefix(b"\xff\xfe") {
        return Some((body, u16::from_le_bytes));
    }
    if let Some(body) = bytes.strip_prefix(b"\xfe\xff") {
        return Some((body, u16::from_be_bytes));
    }
    let head = &bytes[..bytes.len().min(64)];
    let zeros = |from: usize| {
        let every = head.iter().skip(from).step_by(2);
        every.filter(|b| **b == 0).count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    if head.len() < 4 || even.max(odd) * 5 < head.len() * 2 {
        return None;
    }
    Some((
        bytes,
        if odd > even {
            u16::from_le_bytes
        } else {
            u16::from_be_bytes
        },
    ))
}

fn utf16(bytes: &[u8], order: Order) -> Result<String, FileProblem> {
    let mut text = String::with_capacity(bytes.len() / 2);
    let mut line = 1;
    let (pairs, rest) = bytes.as_chunks::<2>();
    for c in char::decode_utf16(pairs.iter().map(|pair| order(*pair))) {
        match c {
            Ok('\0') => return Err(FileProblem::Nul { line }),
            Ok(c) => {
                line += u64::from(c == '\n');
                text.push(c);
            }
            Err(_) => return Err(FileProblem::Encoding { line }),
        }
    }
    if rest.is_empty() {
        Ok(text)
    } else {
        Err(FileProblem::Encoding { line })
    }
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
