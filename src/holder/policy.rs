//! What a holder allows, whatever a coordinator drafts, and what it has given out so far.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use crate::codec::{Decode, DecodeError, Encode, Reader};
use crate::log::act::ActKind;
use crate::party::budget::{self, year};
use crate::party::{Party, PartyError};
use crate::round::holder::HolderPolicy;
use crate::round::{Card, PartyId, Time};
use crate::vault::{ActNote, StateChange};

const POLICY: &str = "holder-policy";
const LEDGER: &str = "holder-ledger";

/// Limits of a holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Least H, in thousandths of a bit.
    pub h_min_millibits: u32,
    /// Largest quota of a site in a round, in persons with dummies.
    pub quota_max: u32,
    /// Most points that are evaluated for a site in a calendar year, over all rounds.
    pub points_per_year: u64,
    /// Most epsilon that is spent in a calendar year, over all rounds, in thousandths.
    pub epsilon_per_year: u32,
}

impl Default for Policy {
    /// A site of up to 131,072 persons, four rounds of 64 tokens a year.
    fn default() -> Self {
        Self {
            h_min_millibits: 8_000,
            quota_max: 131_072,
            points_per_year: 4 * 64 * 131_072,
            epsilon_per_year: budget::PER_YEAR,
        }
    }
}

impl Policy {
    pub(super) fn limits(&self) -> HolderPolicy {
        HolderPolicy {
            h_min_millibits: self.h_min_millibits,
            quota_max: self.quota_max,
        }
    }
}

impl Encode for Policy {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(2);
        out.extend_from_slice(&self.h_min_millibits.to_be_bytes());
        out.extend_from_slice(&self.quota_max.to_be_bytes());
        out.extend_from_slice(&self.points_per_year.to_be_bytes());
        out.extend_from_slice(&self.epsilon_per_year.to_be_bytes());
    }
}

impl Decode for Policy {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let counts = match input.u8()? {
            1 => false,
            2 => true,
            v => return Err(DecodeError::Version(v)),
        };
        Ok(Self {
            h_min_millibits: input.u32()?,
            quota_max: input.u32()?,
            points_per_year: input.u64()?,
            epsilon_per_year: match counts {
                true => input.u32()?,
                false => budget::PER_YEAR,
            },
        })
    }
}

pub(super) fn get(party: &Party) -> Result<Policy, PartyError> {
    match party.vault().state(POLICY)? {
        Some(state) => Ok(Policy::from_bytes(&state.body)?),
        // A holder that has lost its limits allows nothing.
        None => Err(PartyError::Stored),
    }
}

pub(super) fn set(party: &Party, policy: &Policy) -> Result<(), PartyError> {
    let version = party.vault().state(POLICY)?.map_or(0, |s| s.version);
    let body = Zeroizing::new(policy.to_bytes());
    let change = StateChange::put(POLICY, version, body);
    let act = ActNote::new(ActKind::State);
    Ok(party.vault().set_state(&[change], act)?)
}

/// Points given out: for each site the latest year and how many in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Ledger(BTreeMap<PartyId, (u16, u64)>);

impl Encode for Ledger {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(1);
        let n = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&n.to_be_bytes());
        for (site, (year, points)) in &self.0 {
            out.extend_from_slice(&site.0);
            out.extend_from_slice(&year.to_be_bytes());
            out.extend_from_slice(&points.to_be_bytes());
        }
    }
}

impl Decode for Ledger {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8()? {
            1 => {}
            v => return Err(DecodeError::Version(v)),
        }
        let mut ledger = Self::default();
        for _ in 0..input.count(42, 1 << 20)? {
            let site = PartyId(input.array()?);
            ledger.0.insert(site, (input.u16()?, input.u64()?));
        }
        Ok(ledger)
    }
}

/// Charges a site, to be stored together with what it is charged for.
///
/// # Errors
/// [`PartyError::Points`] if that is more than is left.
pub(super) fn charge(
    party: &Party,
    site: &Card,
    points: u64,
    now: Time,
) -> Result<StateChange, PartyError> {
    let limit = get(party)?.points_per_year;
    let state = party.vault().state(LEDGER)?;
    let version = state.as_ref().map_or(0, |s| s.version);
    let mut ledger = match &state {
        Some(state) => Ledger::from_bytes(&state.body)?,
        None => Ledger::default(),
    };
    let (last, used) = ledger.0.get(&site.id()).copied().unwrap_or((0, 0));
    // A clock that went back opens no new year.
    let (year, used) = if year(now) > last {
        (year(now), 0)
    } else {
        (last, used)
    };
    let left = limit.saturating_sub(used);
    if points > left {
        return Err(PartyError::Points {
            name: site.name().to_owned(),
            asked: points,
            left,
        });
    }
    ledger.0.insert(site.id(), (year, used + points));
    let body = Zeroizing::new(ledger.to_bytes());
    Ok(StateChange::put(LEDGER, version, body))
}
