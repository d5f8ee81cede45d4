//! The recovery code: a key that is written on paper (manual: *vault format*, "Recovery code").
//!
//! Eight groups of five base-32 digits. Four digits of a group are 20 random bits, so the code
//! carries 160; the fifth is a check digit over GF(32) that finds every single wrong digit and
//! every exchange of neighbours, and says in which group it is.

use zeroize::Zeroizing;

use super::ids::{digit, digit_value};
use crate::crypto::{CryptoError, Secret, random};

const GROUPS: usize = 8;

/// Why a typed recovery code is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecoveryCodeError {
    /// Not 40 digits; how many there are.
    #[error("a recovery code has 40 characters, this has {0}")]
    Length(usize),
    /// A character that no code contains, in this group (from 1).
    #[error("group {0} has a character that no code contains")]
    Character(usize),
    /// The check digit of this group (from 1) does not fit.
    #[error("group {0} has a mistake")]
    Group(usize),
}

/// A recovery code. The 160 bits as 20 bytes.
pub struct RecoveryCode(Secret<20>);

impl RecoveryCode {
    /// A new code.
    ///
    /// # Errors
    /// [`CryptoError::Random`].
    pub fn generate() -> Result<Self, CryptoError> {
        Ok(Self(Secret::try_init_with(|b| random::fill(b))?))
    }

    /// The code as it is written down: `xxxxx-xxxxx-…`.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(48));
        for (g, five) in self.0.expose().chunks_exact(5).enumerate() {
            // 5 bytes are 40 bits: two groups of four digits.
            let bits = five.iter().fold(0u64, |n, b| n << 8 | u64::from(*b));
            for half in 0..2 {
                let group = g * 2 + half;
                let twenty = bits >> (20 * (1 - half));
                let digits: [u8; 4] =
                    std::array::from_fn(|i| ((twenty >> (15 - 5 * i)) & 31) as u8);
                if group > 0 {
                    text.push('-');
                }
                for d in digits {
                    text.push(digit(d));
                }
                text.push(digit(check_digit(group, &digits)));
            }
        }
        text
    }

    /// Reads a typed code; case, hyphens and spaces do not matter.
    ///
    /// # Errors
    /// [`RecoveryCodeError`], which names the group with the mistake.
    pub fn parse(typed: &str) -> Result<Self, RecoveryCodeError> {
        let chars = typed.chars().filter(|c| *c != '-' && !c.is_whitespace());
        let mut digits = Zeroizing::new([0u8; GROUPS * 5]);
        let mut n = 0;
        for c in chars {
            if let Some(slot) = digits.get_mut(n) {
                *slot = digit_value(c).ok_or(RecoveryCodeError::Character(n / 5 + 1))?;
            }
            n += 1;
        }
        if n != GROUPS * 5 {
            return Err(RecoveryCodeError::Length(n));
        }
        for (group, five) in digits.chunks_exact(5).enumerate() {
            if check_digit(group, &[five[0], five[1], five[2], five[3]]) != five[4] {
                return Err(RecoveryCodeError::Group(group + 1));
            }
        }
        Ok(Self(Secret::init_with(|out| {
            for (pair, five) in digits.chunks_exact(10).zip(out.chunks_exact_mut(5)) {
                let bits = pair[..4]
                    .iter()
                    .chain(&pair[5..9])
                    .fold(0u64, |n, d| n << 5 | u64::from(*d));
                five.copy_from_slice(&bits.to_be_bytes()[3..]);
            }
        })))
    }

    /// The 20 bytes, for key derivation.
    pub(crate) fn expose(&self) -> &[u8; 20] {
        self.0.expose()
    }
}

/// `group + sum of 2^(i+1) * digit_i` over GF(32) with x^5 + x^2 + 1. The powers are distinct and
/// not zero, so one wrong digit or one exchange of neighbours changes the sum; the group's number
/// makes exchanged groups visible.
pub(super) fn check_digit(group: usize, digits: &[u8; 4]) -> u8 {
    let mut sum = (group % 32) as u8;
    for (i, d) in digits.iter().enumerate() {
        let mut term = *d;
        for _ in 0..=i {
            term = term << 1 ^ if term & 16 != 0 { 0b10_0101 } else { 0 };
        }
        sum ^= term & 31;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_one_of_160_bits_is_drawn() {
        let (mut ones, mut zeros) = ([0_u8; 20], [0_u8; 20]);
        for _ in 0..64 {
            let code = RecoveryCode::generate().unwrap();
            for (i, byte) in code.expose().iter().enumerate() {
                ones[i] |= byte;
                zeros[i] |= !byte;
            }
        }
        assert_eq!((ones, zeros), ([0xff; 20], [0xff; 20]));
    }

    #[test]
    fn a_code_is_read_as_it_is_written() {
        for _ in 0..50 {
            let code = RecoveryCode::generate().unwrap();
            let text = code.to_text();
            assert_eq!(text.len(), 8 * 5 + 7);
            let again = RecoveryCode::parse(&text.to_uppercase().replace('-', " ")).unwrap();
            assert!(again.0 == code.0);
        }
    }

    #[test]
    fn every_wrong_digit_and_every_exchange_is_found_in_its_group() {
        let code = RecoveryCode(Secret::init_with(|b| {
            b.copy_from_slice(b"twenty bytes of text")
        }));
        let text: Vec<char> = code.to_text().chars().filter(|c| *c != '-').collect();
        for i in 0..text.len() {
            for v in 0..32 {
                let mut bad = text.clone();
                bad[i] = digit(v);
                let typed: String = bad.iter().collect();
                match RecoveryCode::parse(&typed) {
                    Ok(_) => assert_eq!(bad, text),
                    Err(e) => assert_eq!(e, RecoveryCodeError::Group(i / 5 + 1)),
                }
            }
            if i % 5 < 4 {
                let mut bad = text.clone();
                bad.swap(i, i + 1);
                let typed: String = bad.iter().collect();
                assert_eq!(RecoveryCode::parse(&typed).is_ok(), bad == text);
            }
        }
        let mut swapped = text.clone();
        swapped.rotate_left(5);
        assert!(RecoveryCode::parse(&swapped.iter().collect::<String>()).is_err());
    }

    #[test]
    fn what_is_wrong_is_said() {
        let wrong = |t: &str| RecoveryCode::parse(t).err();
        assert_eq!(wrong("abc"), Some(RecoveryCodeError::Length(3)));
        assert_eq!(
            wrong(&"u".repeat(40)),
            Some(RecoveryCodeError::Character(1))
        );
    }
}
