//! What a holder allows, whatever a coordinator drafts, and what it has given out so far.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use crate::codec::{Decode, DecodeError, Encode, Reader};
use crate::log::act::ActKind;
use crate::party::budget::{self, year};
use crate::party::{Party, PartyError, heads};
use crate::round::blinded::size_class;
use crate::round::draft::PERSONS_MAX;
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
    /// Entries by which a site's log may grow in a day, from one evaluation to the next.
    pub growth_per_day: u32,
}

impl Default for Policy {
    /// A site of up to 131,072 persons, four rounds of 128 tokens a year, 200 entries of its log a day.
    fn default() -> Self {
        Self {
            h_min_millibits: 8_000,
            quota_max: 131_072,
            points_per_year: 4 * 128 * 131_072,
            epsilon_per_year: budget::PER_YEAR,
            growth_per_day: 200,
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

/// The limits as they are kept, with the log that they were set in.
struct Stored {
    policy: Policy,
    /// A restored vault has another one: it does not know what was given out since the copy.
    set_in: Option<[u8; 16]>,
}

impl Encode for Stored {
    fn encode(&self, out: &mut Vec<u8>) {
        let policy = &self.policy;
        out.push(2);
        out.extend_from_slice(&policy.h_min_millibits.to_be_bytes());
        out.extend_from_slice(&policy.quota_max.to_be_bytes());
        out.extend_from_slice(&policy.points_per_year.to_be_bytes());
        out.extend_from_slice(&policy.growth_per_day.to_be_bytes());
        out.extend_from_slice(&policy.epsilon_per_year.to_be_bytes());
        out.extend_from_slice(&self.set_in.unwrap_or([0; 16]));
    }
}

impl Decode for Stored {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let version = input.u8()?;
        let mut policy = Policy {
            h_min_millibits: input.u32()?,
            quota_max: input.u32()?,
            points_per_year: input.u64()?,
            ..Policy::default()
        };
        let set_in = match version {
            1 => None,
            2 => {
                policy.growth_per_day = input.u32()?;
                policy.epsilon_per_year = input.u32()?;
                Some(input.array()?)
            }
            v => return Err(DecodeError::Version(v)),
        };
        Ok(Self { policy, set_in })
    }
}

fn stored(party: &Party) -> Result<Stored, PartyError> {
    match party.vault().state(POLICY)? {
        Some(state) => Ok(Stored::from_bytes(&state.body)?),
        // A holder that has lost its limits allows nothing.
        None => Err(PartyError::Stored),
    }
}

/// The limits as they were set last, be it in the vault that this one was restored from.
pub(super) fn last(party: &Party) -> Result<Policy, PartyError> {
    Ok(stored(party)?.policy)
}

/// The limits.
///
/// # Errors
/// [`PartyError::RestoredLimits`] if the vault was restored since they were set.
pub(super) fn get(party: &Party) -> Result<Policy, PartyError> {
    let stored = stored(party)?;
    if stored.set_in.is_some_and(|id| id != party.vault().log_id()) {
        return Err(PartyError::RestoredLimits);
    }
    Ok(stored.policy)
}

pub(super) fn set(party: &Party, policy: &Policy) -> Result<(), PartyError> {
    let version = party.vault().state(POLICY)?.map_or(0, |s| s.version);
    let kept = Stored {
        policy: *policy,
        set_in: Some(party.vault().log_id()),
    };
    let change = StateChange::put(POLICY, version, Zeroizing::new(kept.to_bytes()));
    let act = ActNote::new(ActKind::State);
    Ok(party.vault().set_state(&[change], act)?)
}

/// What was given out to a site.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Given {
    /// The latest year in which points were given.
    year: u16,
    /// Points in that year.
    points: u64,
    /// How large its log may have been, and on which day since 1970: from there it may grow. `None`
    /// before the first evaluation.
    base: Option<(u64, u32)>,
}

/// What was given out, for each site.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Ledger(BTreeMap<PartyId, Given>);

impl Encode for Ledger {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(2);
        let n = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&n.to_be_bytes());
        for (site, given) in &self.0 {
            out.extend_from_slice(&site.0);
            out.extend_from_slice(&given.year.to_be_bytes());
            out.extend_from_slice(&given.points.to_be_bytes());
            let (size, day) = given.base.unwrap_or((0, u32::MAX));
            out.extend_from_slice(&size.to_be_bytes());
            out.extend_from_slice(&day.to_be_bytes());
        }
    }
}

impl Decode for Ledger {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let version = input.u8()?;
        let each = match version {
            1 => 42,
            2 => 54,
            v => return Err(DecodeError::Version(v)),
        };
        let mut ledger = Self::default();
        for _ in 0..input.count(each, 1 << 20)? {
            let site = PartyId(input.array()?);
            let mut given = Given {
                year: input.u16()?,
                points: input.u64()?,
                base: None,
            };
            if version > 1 {
                let base = (input.u64()?, input.u32()?);
                given.base = (base.1 != u32::MAX).then_some(base);
            }
            ledger.0.insert(site, given);
        }
        Ok(ledger)
    }
}

fn day(now: Time) -> u32 {
    u32::try_from(now.seconds() / 86_400).unwrap_or(u32::MAX - 1)
}

/// What a holder keeps of its limits and of what it gave out, for the fuzz target.
pub(crate) fn fuzz(data: &[u8]) -> bool {
    let (kept, ledger) = (Stored::from_bytes(data), Ledger::from_bytes(data));
    if let Ok(kept) = &kept {
        let again = Stored::from_bytes(&kept.to_bytes());
        assert!(again.is_ok_and(|a| a.policy == kept.policy));
    }
    if let Ok(ledger) = &ledger {
        assert_eq!(Ledger::from_bytes(&ledger.to_bytes()).as_ref(), Ok(ledger));
    }
    kept.is_ok() || ledger.is_ok()
}

/// Charges a site for a request of `persons` (a size class) and `points`, to be stored together with what
/// it is charged for.
///
/// A site that was evaluated before may bring no more persons than its log had entries then, as far as it
/// was cosigned, and what it may have grown by since: so many invented persons at once need a log
/// that grew over many days.
///
/// # Errors
/// [`PartyError::Points`] if that is more than is left of the year, [`PartyError::Growth`] if it is more
/// persons than the site's log can have by now, [`PartyError::RestoredLimits`].
pub(super) fn charge(
    party: &Party,
    site: &Card,
    persons: u32,
    points: u64,
    now: Time,
) -> Result<StateChange, PartyError> {
    let policy = get(party)?;
    let state = party.vault().state(LEDGER)?;
    let version = state.as_ref().map_or(0, |s| s.version);
    let mut ledger = match &state {
        Some(state) => Ledger::from_bytes(&state.body)?,
        None => Ledger::default(),
    };
    let given = ledger.0.entry(site.id()).or_default();
    // A clock that went back opens no new year and lets nothing grow.
    if year(now) > given.year {
        (given.year, given.points) = (year(now), 0);
    }
    let left = policy.points_per_year.saturating_sub(given.points);
    if points > left {
        return Err(PartyError::Points {
            name: site.name().to_owned(),
            asked: points,
            left,
        });
    }
    let cosigned = heads::cosigned(party, site)?.unwrap_or(0);
    let today = day(now);
    let size = match given.base {
        None => cosigned,
        Some((size, since)) => {
            let days = u64::from(today.saturating_sub(since));
            let grown = size.saturating_add(days.saturating_mul(policy.growth_per_day.into()));
            let class = size_class(u32::try_from(grown).unwrap_or(u32::MAX).min(PERSONS_MAX));
            if persons > class {
                return Err(PartyError::Growth {
                    name: site.name().to_owned(),
                    asked: persons,
                    allowed: class,
                });
            }
            grown.min(cosigned)
        }
    };
    given.points += points;
    let since = given.base.map_or(today, |(_, since)| since.max(today));
    given.base = Some((size.max(persons.into()), since));
    let body = Zeroizing::new(ledger.to_bytes());
    Ok(StateChange::put(LEDGER, version, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again_also_in_the_first_form() {
        let kept = Stored {
            policy: Policy {
                growth_per_day: 7,
                ..Policy::default()
            },
            set_in: Some([3; 16]),
        };
        let read = Stored::from_bytes(&kept.to_bytes()).unwrap();
        assert_eq!((read.policy, read.set_in), (kept.policy, kept.set_in));
        let mut first = kept.to_bytes();
        first[0] = 1;
        first.truncate(17);
        let read = Stored::from_bytes(&first).unwrap();
        assert_eq!((read.policy, read.set_in), (Policy::default(), None));

        let mut ledger = Ledger::default();
        let given = Given {
            year: 2027,
            points: 9,
            base: Some((5, 20_000)),
        };
        ledger.0.insert(PartyId([1; 32]), given);
        ledger.0.insert(PartyId([2; 32]), Given::default());
        assert_eq!(Ledger::from_bytes(&ledger.to_bytes()).unwrap(), ledger);
        let mut first = vec![1, 0, 0, 0, 1];
        first.extend(
            [
                [1; 32].as_slice(),
                &2027u16.to_be_bytes(),
                &9u64.to_be_bytes(),
            ]
            .concat(),
        );
        let read = Ledger::from_bytes(&first).unwrap();
        assert_eq!(read.0[&PartyId([1; 32])].points, 9);
        assert_eq!(read.0[&PartyId([1; 32])].base, None);
    }
}
