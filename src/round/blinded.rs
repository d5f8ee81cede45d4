//! `SITE.blinded`: a site's request to all holders (manual: *files*, "Blinded request").

use super::RoundError;
use super::draft::{Draft, PERSONS_MAX, TOKENS_MAX};
use crate::codec::{Decode, DecodeError, Encode, Reader};
use crate::crypto::travel::{RECIPIENT, Recipient};
use crate::crypto::voprf::{ELEMENT, ElementBytes};

/// Bytes in front of the elements.
const HEAD: usize = 1 + RECIPIENT + 4 + 2;

/// The smallest size class, in persons: a site with no records looks like one with sixteen.
pub const CLASS_MIN: u32 = 16;

/// The size class of `persons`: the least of 16, 24, 32, 48, 64, 96, … that holds them. At most half
/// as much again is added.
pub fn size_class(persons: u32) -> u32 {
    let power = persons.max(CLASS_MIN).checked_next_power_of_two();
    // Behind PERSONS_MAX nothing is accepted anyway.
    let power = power.unwrap_or(u32::MAX);
    let three_quarters = power / 4 * 3;
    if persons <= three_quarters && three_quarters > CLASS_MIN {
        three_quarters
    } else {
        power
    }
}

/// Blinded elements of all tokens of all persons, dummies included, and where to send the replies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlindedRequest {
    pub(super) age: Recipient,
    pub(super) persons: u32,
    pub(super) tokens: u16,
    pub(super) elements: Vec<ElementBytes>,
}

impl BlindedRequest {
    /// The site's recipient for this round.
    pub fn recipient(&self) -> &Recipient {
        &self.age
    }

    /// Persons, dummies included.
    pub fn persons(&self) -> u32 {
        self.persons
    }

    /// The elements, person by person.
    pub fn elements(&self) -> &[ElementBytes] {
        &self.elements
    }

    /// Largest payload that a round's note allows for a quota.
    pub fn max_size(draft: &Draft, quota: u32) -> usize {
        HEAD.saturating_add(
            (quota as usize)
                .saturating_mul(usize::from(draft.tokens))
                .saturating_mul(ELEMENT),
        )
    }

    /// Checks the numbers against the note.
    ///
    /// # Errors
    /// [`RoundError::Numbers`] or [`RoundError::Quota`].
    pub fn check(&self, draft: &Draft, quota: u32) -> Result<(), RoundError> {
        if self.tokens != draft.tokens || size_class(self.persons) != self.persons {
            return Err(RoundError::Numbers);
        }
        if self.persons > quota {
            return Err(RoundError::Quota {
                asked: self.persons,
                quota,
            });
        }
        Ok(())
    }
}

impl Encode for BlindedRequest {
    fn encode(&self, out: &mut Vec<u8>) {
        out.reserve(HEAD + self.elements.len() * ELEMENT);
        out.push(1);
        out.extend_from_slice(self.age.as_str().as_bytes());
        out.extend_from_slice(&self.persons.to_be_bytes());
        out.extend_from_slice(&self.tokens.to_be_bytes());
        out.extend_from_slice(self.elements.as_flattened());
    }
}

impl Decode for BlindedRequest {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8()? {
            1 => {}
            v => return Err(DecodeError::Version(v)),
        }
        let age = std::str::from_utf8(input.take(RECIPIENT)?)
            .ok()
            .and_then(|t| Recipient::new(t).ok())
            .ok_or(DecodeError::Value("recipient"))?;
        let persons = input.u32()?;
        let tokens = input.u16()?;
        if persons > PERSONS_MAX || tokens == 0 || tokens > TOKENS_MAX {
            return Err(DecodeError::Length);
        }
        let count = places(persons, tokens)?;
        Ok(Self {
            age,
            persons,
            tokens,
            elements: arrays(input, count)?,
        })
    }
}

/// `persons × tokens`.
pub(super) fn places(persons: u32, tokens: u16) -> Result<usize, DecodeError> {
    usize::try_from(u64::from(persons) * u64::from(tokens)).map_err(|_| DecodeError::Length)
}

/// `count` arrays; the input is checked to hold them before anything is allocated.
pub(super) fn arrays<const N: usize>(
    input: &mut Reader<'_>,
    count: usize,
) -> Result<Vec<[u8; N]>, DecodeError> {
    let bytes = count.checked_mul(N).ok_or(DecodeError::Length)?;
    Ok(input.take(bytes)?.as_chunks::<N>().0.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_classes() {
        let classes = [
            (0, 16),
            (1, 16),
            (16, 16),
            (17, 24),
            (24, 24),
            (25, 32),
            (33, 48),
            (48, 48),
            (49, 64),
            (65, 96),
            (100_000, 131_072),
            (u32::MAX, u32::MAX),
        ];
        for (n, class) in classes {
            assert_eq!(size_class(n), class, "{n}");
            assert!(n > PERSONS_MAX || size_class(class) == class);
        }
    }
}
