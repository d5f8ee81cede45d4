//! Strict bytes to values and back (manual: *vault format*, "Encoding").
//!
//! Everything that is hashed, signed or exchanged goes through [`Encode`] and [`Decode`]: integers
//! are big-endian and of fixed width, every variable part carries its length, and one value has
//! exactly one encoding. A reader refuses trailing bytes and checks each length against what is
//! left of the input before it allocates.
//!
//! The body of a record is the one exception: it never leaves its ciphertext, and is `bincode` 1.3
//! with fixed-width integers behind a version byte ([`body_to_bytes`], [`body_from_bytes`]).

use bincode::Options as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Why bytes could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The input ends before the value does.
    #[error("the data ends too early")]
    Truncated,
    /// Bytes are left over after the value.
    #[error("{0} bytes too many")]
    Trailing(usize),
    /// A length is larger than the format allows.
    #[error("a length is out of range")]
    Length,
    /// The version is newer than this program, or no version at all.
    #[error("format version {0} is not known")]
    Version(u8),
    /// A field holds a value that the format does not allow; the field is named.
    #[error("{0} is not valid")]
    Value(&'static str),
}

/// A value with exactly one byte form.
pub trait Encode {
    /// Appends the bytes of `self` to `out`.
    fn encode(&self, out: &mut Vec<u8>);

    /// The bytes of `self`.
    fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.encode(&mut out);
        out
    }
}

/// The strict reverse of [`Encode`].
pub trait Decode: Sized {
    /// Reads one value and leaves the rest of the input to the caller.
    ///
    /// # Errors
    /// [`DecodeError`], when the input is not the encoding of a value.
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// Reads a value that must fill `bytes` completely.
    ///
    /// # Errors
    /// [`DecodeError`], among them [`DecodeError::Trailing`] when a byte is left over.
    fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut input = Reader::new(bytes);
        let value = Self::decode(&mut input)?;
        input.finish()?;
        Ok(value)
    }
}

/// A position in input bytes.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts at the first byte of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Bytes not yet read.
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// The next `n` bytes.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn take(&mut self, n: usize) -> Result<&'a [u8], DecodeError> {
        let (head, rest) = self
            .rest
            .split_at_checked(n)
            .ok_or(DecodeError::Truncated)?;
        self.rest = rest;
        Ok(head)
    }

    /// The next `N` bytes as an array.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (head, rest) = self
            .rest
            .split_first_chunk::<N>()
            .ok_or(DecodeError::Truncated)?;
        self.rest = rest;
        Ok(*head)
    }

    /// One byte.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn u8(&mut self) -> Result<u8, DecodeError> {
        Ok(self.array::<1>()?[0])
    }

    /// A byte that is 0 or 1.
    ///
    /// # Errors
    /// [`DecodeError::Value`] for any other.
    pub fn flag(&mut self) -> Result<bool, DecodeError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(DecodeError::Value("flag")),
        }
    }

    /// Two bytes, big-endian.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn u16(&mut self) -> Result<u16, DecodeError> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    /// Four bytes, big-endian.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn u32(&mut self) -> Result<u32, DecodeError> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    /// Eight bytes, big-endian.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn u64(&mut self) -> Result<u64, DecodeError> {
        Ok(u64::from_be_bytes(self.array()?))
    }

    /// A byte string behind a four-byte length of at most `max`.
    ///
    /// # Errors
    /// [`DecodeError::Length`] or [`DecodeError::Truncated`].
    pub fn bytes(&mut self, max: usize) -> Result<&'a [u8], DecodeError> {
        let len = usize::try_from(self.u32()?).map_err(|_| DecodeError::Length)?;
        if len > max {
            return Err(DecodeError::Length);
        }
        self.take(len)
    }

    /// UTF-8 text behind a four-byte length of at most `max` bytes.
    ///
    /// # Errors
    /// [`DecodeError::Length`], [`DecodeError::Truncated`], or [`DecodeError::Value`] if it is not UTF-8.
    pub fn text(&mut self, max: usize) -> Result<&'a str, DecodeError> {
        std::str::from_utf8(self.bytes(max)?).map_err(|_| DecodeError::Value("text"))
    }

    /// A four-byte count of items that take at least `item_min` bytes each, so that no more can be
    /// asked for than the input could hold.
    ///
    /// # Errors
    /// [`DecodeError::Length`] or [`DecodeError::Truncated`].
    pub fn count(&mut self, item_min: usize, max: usize) -> Result<usize, DecodeError> {
        let n = usize::try_from(self.u32()?).map_err(|_| DecodeError::Length)?;
        if n > max || n > self.remaining() / item_min.max(1) {
            return Err(DecodeError::Length);
        }
        Ok(n)
    }

    /// The zeros that [`put_padding`] wrote behind `used` bytes, exactly.
    ///
    /// # Errors
    /// [`DecodeError::Value`] for another padding.
    pub fn padding(&mut self, used: usize, block: usize) -> Result<(), DecodeError> {
        let zeros = self.take(used.next_multiple_of(block) - used)?;
        if zeros.iter().any(|b| *b != 0) {
            return Err(DecodeError::Value("padding"));
        }
        Ok(())
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// [`DecodeError::Trailing`] if anything is left.
    pub fn finish(self) -> Result<(), DecodeError> {
        match self.rest.len() {
            0 => Ok(()),
            n => Err(DecodeError::Trailing(n)),
        }
    }
}

/// Zeros up to the next multiple of `block` bytes behind `start`, so that a size tells little.
pub fn put_padding(out: &mut Vec<u8>, start: usize, block: usize) {
    let used = out.len().saturating_sub(start);
    out.resize(start + used.next_multiple_of(block), 0);
}

/// Appends `bytes` behind its four-byte length.
///
/// Lengths of 4 GiB and more do not occur: every writer is bounded by its reader's maximum.
pub fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&len.to_be_bytes());
    out.extend_from_slice(bytes);
}

/// Version byte in front of a record body.
pub const BODY_VERSION: u8 = 1;

/// Largest record body, in bytes.
pub const BODY_MAX: usize = 4 << 20;

fn body_options() -> impl bincode::Options {
    bincode::DefaultOptions::new()
        .with_fixint_encoding()
        .with_little_endian()
        .with_limit(BODY_MAX as u64)
        .reject_trailing_bytes()
}

/// A record body: one version byte, then `bincode` 1.3 with fixed-width little-endian integers.
///
/// # Errors
/// [`DecodeError::Length`] if the body would exceed [`BODY_MAX`].
pub fn body_to_bytes<T: Serialize>(value: &T) -> Result<Vec<u8>, DecodeError> {
    let mut out = vec![BODY_VERSION];
    body_options()
        .serialize_into(&mut out, value)
        .map_err(|_| DecodeError::Length)?;
    Ok(out)
}

/// The reverse of [`body_to_bytes`].
///
/// # Errors
/// [`DecodeError::Version`] for another version, [`DecodeError::Value`] for anything else.
pub fn body_from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    match bytes.split_first() {
        None => Err(DecodeError::Truncated),
        Some((&BODY_VERSION, rest)) => body_options()
            .deserialize(rest)
            .map_err(|_| DecodeError::Value("record body")),
        Some((&v, _)) => Err(DecodeError::Version(v)),
    }
}

/// Lower-case hexadecimal of `bytes`.
pub fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut s = String::with_capacity(bytes.len() * 2);
    for b in bytes {
        s.push(DIGITS[usize::from(b >> 4)] as char);
        s.push(DIGITS[usize::from(b & 15)] as char);
    }
    s
}

/// The reverse of [`to_hex`]; upper case is accepted.
///
/// # Errors
/// [`DecodeError::Value`] if the text is not an even number of hexadecimal digits.
pub fn from_hex(text: &str) -> Result<Vec<u8>, DecodeError> {
    fn digit(b: u8) -> Result<u8, DecodeError> {
        char::from(b)
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
            .ok_or(DecodeError::Value("hexadecimal"))
    }
    let bytes = text.as_bytes();
    if !bytes.len().is_multiple_of(2) {
        return Err(DecodeError::Value("hexadecimal"));
    }
    bytes
        .chunks_exact(2)
        .map(|p| Ok(digit(p[0])? << 4 | digit(p[1])?))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_refuses_what_is_left_over_or_missing() {
        let mut r = Reader::new(&[0, 0, 0, 2, 7, 8, 9]);
        assert_eq!(r.bytes(2).unwrap(), [7, 8]);
        assert_eq!(r.clone().finish(), Err(DecodeError::Trailing(1)));
        assert_eq!(r.u16(), Err(DecodeError::Truncated));
    }

    #[test]
    fn a_length_is_checked_before_it_is_believed() {
        let mut r = Reader::new(&[0xff, 0xff, 0xff, 0xff]);
        assert_eq!(r.clone().bytes(10), Err(DecodeError::Length));
        assert_eq!(r.count(32, usize::MAX), Err(DecodeError::Length));
    }

    #[test]
    fn a_body_has_a_version_and_no_trailing_byte() {
        let mut b = body_to_bytes(&(1u32, String::from("ñ"))).unwrap();
        assert_eq!(
            body_from_bytes::<(u32, String)>(&b).unwrap(),
            (1, "ñ".into())
        );
        b.push(0);
        assert!(body_from_bytes::<(u32, String)>(&b).is_err());
        b.pop();
        b[0] = 2;
        assert_eq!(
            body_from_bytes::<(u32, String)>(&b),
            Err(DecodeError::Version(2))
        );
    }

    #[test]
    fn hexadecimal_goes_both_ways() {
        assert_eq!(to_hex(&[0, 0xab, 0xff]), "00abff");
        assert_eq!(from_hex("00ABff").unwrap(), [0, 0xab, 0xff]);
        assert!(from_hex("0").is_err());
        assert!(from_hex("zz").is_err());
    }
}
