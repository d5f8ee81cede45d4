//! A way in that several people hold together (manual: *vault format*, "Recovery shares").

use zeroize::Zeroizing;

use super::ids::{digit, digit_value};
use super::recovery::check_digit;
use crate::crypto::hash::sha256;
use crate::crypto::{CryptoError, Secret, labels, shares};
use crate::qr;

/// Most shares of a set.
pub const MAX_SHARES: u8 = 32;
const VERSION: u8 = 1;
const LEN: usize = 1 + 4 + 1 + 1 + 32 + 16;
/// Groups of five characters in the text of a share.
const GROUPS: usize = LEN * 2 / 5;
/// What the QR code of a share begins with.
const QR: &str = "SIGILO-SHARE-1:";

/// Why shares do not open anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// Not as many characters as a share has; how many there are.
    #[error("a share has 110 characters, this has {0}")]
    Length(usize),
    /// A character that no share contains, in this group (from 1).
    #[error("group {0} has a character that no share contains")]
    Character(usize),
    /// The check digit of this group (from 1) does not fit.
    #[error("group {0} has a mistake")]
    Group(usize),
    /// It was made by a newer program, or is no share.
    #[error("this is no share")]
    Form,
    /// The share with this number belongs to another set.
    #[error("share {0} belongs to another set")]
    Mixed(u8),
    /// There are two different shares with this number.
    #[error("there are two shares {0}")]
    Twice(u8),
    /// There are fewer than are needed.
    #[error("{have} of {need} shares")]
    TooFew {
        /// How many there are.
        have: u8,
        /// How many are needed.
        need: u8,
    },
    /// They are enough, and one or more of them is not as it was made.
    #[error("one of the shares is wrong")]
    Wrong,
    /// How many shares to make, and how many to need, makes no sense.
    #[error("the numbers of shares are out of range")]
    Numbers,
}

/// One share of a secret.
pub struct Share {
    set: [u8; 4],
    need: u8,
    number: u8,
    value: Secret<32>,
    commitment: [u8; 16],
}

fn commitment(set: [u8; 4], need: u8, secret: &Secret<32>) -> [u8; 16] {
    let hash = sha256(&[labels::SHARE_SET, &set, &[need], secret.expose()]);
    hash.first_chunk().copied().unwrap_or_default()
}

impl Share {
    /// Its number in the set, from 1.
    pub fn number(&self) -> u8 {
        self.number
    }

    /// How many of the set are needed.
    pub fn need(&self) -> u8 {
        self.need
    }

    /// The share as it is written down: 22 groups of five characters.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([0u8; LEN]);
        bytes[0] = VERSION;
        bytes[1..5].copy_from_slice(&self.set);
        bytes[5] = self.need;
        bytes[6] = self.number;
        bytes[7..39].copy_from_slice(self.value.expose());
        bytes[39..].copy_from_slice(&self.commitment);
        let mut text = Zeroizing::new(String::with_capacity(GROUPS * 6));
        for (g, five) in bytes.chunks_exact(5).enumerate() {
            let bits = five.iter().fold(0u64, |n, b| n << 8 | u64::from(*b));
            for half in 0..2 {
                let group = g * 2 + half;
                let twenty = bits >> (20 * (1 - half));
                let digits = std::array::from_fn(|i| ((twenty >> (15 - 5 * i)) & 31) as u8);
                if group > 0 {
                    text.push('-');
                }
                digits.iter().for_each(|d| text.push(digit(*d)));
                text.push(digit(check_digit(group, &digits)));
            }
        }
        text
    }

    /// Reads a typed or scanned share; case, hyphens and spaces do not matter.
    ///
    /// # Errors
    /// [`ShareError`], which names the group with the mistake.
    pub fn parse(typed: &str) -> Result<Self, ShareError> {
        let typed = typed.trim();
        let typed = typed.strip_prefix(QR).unwrap_or(typed);
        let mut digits = Zeroizing::new([0u8; GROUPS * 5]);
        let mut n = 0;
        for c in typed.chars().filter(|c| *c != '-' && !c.is_whitespace()) {
            if let Some(slot) = digits.get_mut(n) {
                *slot = digit_value(c).ok_or(ShareError::Character(n / 5 + 1))?;
            }
            n += 1;
        }
        if n != GROUPS * 5 {
            return Err(ShareError::Length(n));
        }
        for (group, five) in digits.chunks_exact(5).enumerate() {
            if check_digit(group, &[five[0], five[1], five[2], five[3]]) != five[4] {
                return Err(ShareError::Group(group + 1));
            }
        }
        let mut bytes = Zeroizing::new([0u8; LEN]);
        for (pair, five) in digits.chunks_exact(10).zip(bytes.chunks_exact_mut(5)) {
            let ten = pair[..4].iter().chain(&pair[5..9]);
            let bits = ten.fold(0u64, |n, d| n << 5 | u64::from(*d));
            five.copy_from_slice(&bits.to_be_bytes()[3..]);
        }
        let (need, number) = (bytes[5], bytes[6]);
        if bytes[0] != VERSION || need == 0 || number == 0 || number > MAX_SHARES {
            return Err(ShareError::Form);
        }
        let part = |from: usize, to: usize| bytes.get(from..to).unwrap_or_default();
        Ok(Self {
            set: part(1, 5).try_into().map_err(|_| ShareError::Form)?,
            need,
            number,
            value: Secret::from_slice(part(7, 39)).map_err(|_| ShareError::Form)?,
            commitment: part(39, LEN).try_into().map_err(|_| ShareError::Form)?,
        })
    }

    fn qr_text(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{QR}{}", self.to_text().to_uppercase()))
    }

    /// The QR code for a terminal, two rows of modules a line.
    pub fn qr_terminal(&self) -> Zeroizing<String> {
        Zeroizing::new(qr::terminal(&self.qr_text()))
    }

    /// The QR code as an SVG picture.
    pub fn qr_svg(&self) -> Zeroizing<String> {
        Zeroizing::new(qr::svg(&self.qr_text()))
    }
}

/// Splits a new secret.
///
/// # Errors
/// [`ShareError::Numbers`] unless 2 <= `need` <= `of` <= [`MAX_SHARES`]; that of the system if it gives
/// no random bytes.
pub fn deal(secret: &Secret<32>, need: u8, of: u8) -> Result<Vec<Share>, super::VaultError> {
    if need < 2 || need > of || of > MAX_SHARES {
        return Err(ShareError::Numbers.into());
    }
    let set = shares::set_id()?;
    let commitment = commitment(set, need, secret);
    let values = shares::split(secret, need, of)?;
    Ok((1..)
        .zip(values)
        .map(|(number, value)| Share {
            set,
            need,
            number,
            value,
            commitment,
        })
        .collect())
}

/// The secret of enough shares of one set. The same share twice counts once.
///
/// # Errors
/// [`ShareError`]; never a wrong secret.
pub fn gather(found: &[Share]) -> Result<Secret<32>, ShareError> {
    let first = found
        .first()
        .ok_or(ShareError::TooFew { have: 0, need: 2 })?;
    let mut distinct: Vec<(u8, &Secret<32>)> = Vec::new();
    for share in found {
        let same =
            (share.set, share.need, share.commitment) == (first.set, first.need, first.commitment);
        if !same {
            return Err(ShareError::Mixed(share.number));
        }
        match distinct.iter().find(|(n, _)| *n == share.number) {
            None => distinct.push((share.number, &share.value)),
            Some((_, value)) if **value == share.value => {}
            Some(_) => return Err(ShareError::Twice(share.number)),
        }
    }
    if distinct.len() < usize::from(first.need) {
        return Err(ShareError::TooFew {
            have: u8::try_from(distinct.len()).unwrap_or(u8::MAX),
            need: first.need,
        });
    }
    let secret = shares::combine(&distinct).map_err(|_: CryptoError| ShareError::Wrong)?;
    if commitment(first.set, first.need, &secret) == first.commitment {
        Ok(secret)
    } else {
        Err(ShareError::Wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(need: u8, of: u8) -> (Secret<32>, Vec<String>) {
        let secret = Secret::random().unwrap();
        let shares = deal(&secret, need, of).unwrap();
        let texts = shares.iter().map(|s| s.to_text().to_string()).collect();
        (secret, texts)
    }

    fn read(texts: &[&String]) -> Vec<Share> {
        texts.iter().map(|t| Share::parse(t).unwrap()).collect()
    }

    #[test]
    fn any_three_of_five_and_no_two() {
        let (secret, t) = texts(3, 5);
        assert_eq!(t[0].len(), 22 * 5 + 21);
        for a in 0..5 {
            for b in a + 1..5 {
                let two = read(&[&t[a], &t[b], &t[a]]);
                let few = ShareError::TooFew { have: 2, need: 3 };
                assert_eq!(gather(&two).err(), Some(few));
                for c in b + 1..5 {
                    assert!(gather(&read(&[&t[c], &t[a], &t[b]])).unwrap() == secret);
                }
            }
        }
        let upper = t[0].to_uppercase().replace('-', " ");
        let scanned = format!("{QR}{}", t[1].to_uppercase());
        assert!(gather(&read(&[&upper, &scanned, &t[2]])).unwrap() == secret);
    }

    #[test]
    fn wrong_shares_give_an_error_and_never_a_key() {
        let (_, t) = texts(2, 3);
        let (_, other) = texts(2, 3);
        assert_eq!(
            gather(&read(&[&t[0], &other[1]])).err(),
            Some(ShareError::Mixed(2))
        );
        let mut lied = read(&[&t[0], &t[1]]);
        lied[1].value = Secret::random().unwrap();
        assert_eq!(gather(&lied).err(), Some(ShareError::Wrong));
        lied.extend(read(&[&t[1]]));
        assert_eq!(gather(&lied).err(), Some(ShareError::Twice(2)));
        assert_eq!(
            gather(&[]).err(),
            Some(ShareError::TooFew { have: 0, need: 2 })
        );
    }

    #[test]
    fn every_wrong_character_is_found_in_its_group() {
        let (_, t) = texts(2, 2);
        let chars: Vec<char> = t[0].chars().filter(|c| *c != '-').collect();
        for i in 0..chars.len() {
            let mut bad = chars.clone();
            bad[i] = digit(digit_value(bad[i]).unwrap() ^ 1);
            let typed: String = bad.iter().collect();
            let error = Share::parse(&typed).err();
            assert_eq!(error, Some(ShareError::Group(i / 5 + 1)));
        }
        assert_eq!(Share::parse("abc").err(), Some(ShareError::Length(3)));
        assert_eq!(
            Share::parse(&"u".repeat(110)).err(),
            Some(ShareError::Character(1))
        );
    }

    #[test]
    fn numbers_that_make_no_sense_are_refused() {
        let secret = Secret::random().unwrap();
        for (need, of) in [(0, 3), (1, 3), (4, 3), (2, 33)] {
            assert!(deal(&secret, need, of).is_err());
        }
        let shares = deal(&secret, 2, 2).unwrap();
        assert!(shares[0].qr_svg().starts_with("<svg"));
        assert!(shares[0].qr_terminal().lines().count() > 15);
    }
}
