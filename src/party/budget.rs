//! What was spent of the epsilon that a party allows in a year, over all rounds (manual: *counts*, "Budget").

use zeroize::Zeroizing;

use super::{Party, PartyError};
use crate::codec::{Decode, DecodeError, Encode, Reader};
use crate::round::Time;
use crate::round::draft::EPSILON_MAX;
use crate::vault::StateChange;

/// Name of the state.
const BUDGET: &str = "epsilon-budget";
/// What is allowed in a calendar year unless the party says otherwise, in thousandths: five rounds of the
/// usual epsilon.
pub(crate) const PER_YEAR: u32 = 20_000;

/// The latest year, and what was spent in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Spent {
    year: u16,
    milli: u32,
}

impl Encode for Spent {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(1);
        out.extend_from_slice(&self.year.to_be_bytes());
        out.extend_from_slice(&self.milli.to_be_bytes());
    }
}

impl Decode for Spent {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8()? {
            1 => {}
            v => return Err(DecodeError::Version(v)),
        }
        Ok(Self {
            year: input.u16()?,
            milli: input.u32()?,
        })
    }
}

/// What was spent of a year's budget, for the fuzz target.
pub(crate) fn fuzz(data: &[u8]) -> bool {
    let read = Spent::from_bytes(data);
    if let Ok(spent) = &read {
        assert_eq!(spent.to_bytes(), data, "read, but written otherwise");
    }
    read.is_ok()
}

/// The calendar year of a moment.
pub(crate) fn year(now: Time) -> u16 {
    now.to_string()
        .get(..4)
        .and_then(|y| y.parse().ok())
        .unwrap_or(u16::MAX)
}

/// Spends the epsilon of a round, to be stored together with what it is spent on.
///
/// # Errors
/// [`PartyError::Budget`] if that is more than is left.
pub(crate) fn spend(
    party: &Party,
    epsilon_milli: u32,
    per_year: u32,
    now: Time,
) -> Result<StateChange, PartyError> {
    let state = party.vault().state(BUDGET)?;
    let version = state.as_ref().map_or(0, |s| s.version);
    let mut spent = match &state {
        Some(state) => Spent::from_bytes(&state.body)?,
        None => Spent::default(),
    };
    // A clock that went back opens no new year.
    if year(now) > spent.year {
        spent = Spent {
            year: year(now),
            milli: 0,
        };
    }
    // Only a program that was built to be tested takes a round with more than that; it counts nobody.
    if epsilon_milli <= EPSILON_MAX {
        let left = per_year.saturating_sub(spent.milli);
        if epsilon_milli > left {
            return Err(PartyError::Budget {
                asked: epsilon_milli,
                left,
            });
        }
        spent.milli += epsilon_milli;
    }
    let body = Zeroizing::new(spent.to_bytes());
    Ok(StateChange::put(BUDGET, version, body))
}
