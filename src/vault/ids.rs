//! Random 16-byte ids and the way people read and type them.

use std::fmt;
use std::str::FromStr;

use crate::codec::{Decode, DecodeError, Encode, Reader};
use crate::crypto::{CryptoError, random};

/// Digits of Crockford's base 32: no I, L, O, U.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The value of a base-32 digit as people type it: either case, `o` for 0, `i` and `l` for 1.
pub(crate) fn digit_value(c: char) -> Option<u8> {
    let c = match c.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        c => c,
    };
    let c = u8::try_from(c).ok()?;
    DIGITS
        .iter()
        .position(|d| *d == c)
        .and_then(|p| u8::try_from(p).ok())
}

/// The base-32 digit of the low five bits of `v`.
pub(crate) fn digit(v: u8) -> char {
    char::from(DIGITS[usize::from(v & 31)])
}

/// Base 32 of 16 bytes: 26 digits, the first of which carries three bits.
fn to_base32(bytes: &[u8; 16]) -> String {
    let mut n = u128::from_be_bytes(*bytes);
    let mut out = [0u8; 26];
    for slot in out.iter_mut().rev() {
        *slot = DIGITS[(n & 31) as usize];
        n >>= 5;
    }
    out.iter().map(|b| char::from(*b)).collect()
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub struct $name(pub [u8; 16]);

        impl $name {
            /// A new random id.
            ///
            /// # Errors
            /// [`CryptoError::Random`].
            pub fn random() -> Result<Self, CryptoError> {
                Ok(Self(random::array()?))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&to_base32(&self.0))
            }
        }

        impl Encode for $name {
            fn encode(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.0);
            }
        }

        impl Decode for $name {
            fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
                Ok(Self(input.array()?))
            }
        }
    };
}

id!(
    /// A vault: goes into every key, signature and checkpoint of it.
    VaultId
);
id!(
    /// A way into a vault: a passphrase, a recovery code, a key file. The chain names it as actor.
    SlotId
);
id!(
    /// A compartment: records that the same people may open.
    CompartmentId
);
id!(
    /// An object in the vault: a record, or a link between two records.
    ObjectId
);

impl ObjectId {
    /// Digits shown where space is short; enough to tell 100,000 records apart nearly always, and a
    /// command asks for more when they do not suffice.
    pub const SHORT: usize = 8;

    /// The first [`ObjectId::SHORT`] digits.
    pub fn short(&self) -> String {
        self.to_string().chars().take(Self::SHORT).collect()
    }

    /// Whether `typed` is a beginning of this id, in either case, with or without hyphens.
    pub fn begins_with(&self, typed: &str) -> bool {
        let mut own = to_base32(&self.0).into_bytes().into_iter();
        let mut any = false;
        for c in typed.chars().filter(|c| *c != '-') {
            any = true;
            match (digit_value(c), own.next()) {
                (Some(v), Some(d)) if DIGITS[usize::from(v)] == d => {}
                _ => return false,
            }
        }
        any
    }
}

impl FromStr for ObjectId {
    type Err = DecodeError;

    fn from_str(text: &str) -> Result<Self, DecodeError> {
        let mut n: u128 = 0;
        let mut count = 0;
        for c in text.chars().filter(|c| *c != '-') {
            let v = digit_value(c).ok_or(DecodeError::Value("record id"))?;
            if count == 0 && v > 7 {
                return Err(DecodeError::Value("record id"));
            }
            n = n << 5 | u128::from(v);
            count += 1;
        }
        if count != 26 {
            return Err(DecodeError::Length);
        }
        Ok(Self(n.to_be_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_written() {
        for bytes in [[0u8; 16], [0xff; 16], *b"0123456789abcdef"] {
            let id = ObjectId(bytes);
            assert_eq!(id.to_string().len(), 26);
            assert_eq!(id.to_string().to_uppercase().parse::<ObjectId>(), Ok(id));
            assert!(id.begins_with(&id.short()));
        }
        assert!("8zzzzzzzzzzzzzzzzzzzzzzzzz".parse::<ObjectId>().is_err());
        assert!("zz".parse::<ObjectId>().is_err());
    }

    #[test]
    fn a_beginning_is_not_case_sensitive_and_not_empty() {
        let id = ObjectId([0x12; 16]);
        let short = id.short();
        assert!(id.begins_with(&format!("{}-{}", &short[..4], short[4..].to_uppercase())));
        assert!(!id.begins_with(""));
        assert!(!id.begins_with("zzz"));
        assert!(!id.begins_with("¡"));
    }
}
