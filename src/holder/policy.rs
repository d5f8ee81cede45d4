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
/// In the place of the log in which limits were set: no log has it.
const LAPSED: [u8; 16] = [0; 16];

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
    keep(party, policy, Some(party.vault().log_id()))
}

/// Lets the limits lapse: what was given out is not known any more.
pub(crate) fn lapse(party: &Party) -> Result<(), PartyError> {
    let stored = stored(party)?;
    if stored.set_in == Some(LAPSED) {
        return Ok(());
    }
    keep(party, &stored.policy, Some(LAPSED))
}

fn keep(party: &Party, policy: &Policy, set_in: Option<[u8; 16]>) -> Result<(), PartyError> {
    let vault = party.vault();
    let version = vault.state(POLICY)?.map_or(0, |s| s.version);
    let kept = Stored {
        policy: *policy,
        set_in,
    };
    let mut changes = vec![StateChange::put(
        POLICY,
        version,
        Zeroizing::new(kept.to_bytes()),
    )];
    // It begins with the limits: if it is not there later, it was taken away.
    if vault.state(LEDGER)?.is_none() {
        let empty = Zeroizing::new(Ledger::default().to_bytes());
        changes.push(StateChange::put(LEDGER, 0, empty));
    }
    Ok(vault.set_state(&changes, ActNote::new(ActKind::State))?)
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

/// What a request is too much for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    /// The points of the year, of which so many are left.
    Points(u64),
    /// The persons that the site can have by now: at most this class.
    Growth(u32),
}

impl Given {
    /// Charges a request of `persons` (a size class) and `points`, or changes nothing. `cosigned` is the size of
    /// the site's log as it was cosigned last.
    ///
    /// Whatever clocks say and however often it is asked, what may be brought never exceeds the class of what
    /// was brought first, or was cosigned then, and `growth_per_day` for each day from the first day to the latest:
    /// the base is never rounded up to a class again, or every request would let a site grow by a third.
    fn charge(
        &mut self,
        policy: &Policy,
        persons: u32,
        points: u64,
        cosigned: u64,
        now: Time,
    ) -> Result<(), Over> {
        // A clock that went back opens no new year and lets nothing grow.
        let (latest, given) = match year(now) {
            year if year > self.year => (year, 0),
            _ => (self.year, self.points),
        };
        let left = policy.points_per_year.saturating_sub(given);
        if points > left {
            return Err(Over::Points(left));
        }
        let today = day(now);
        let brought = cosigned.max(persons.into());
        let base = match self.base {
            None => (brought, today),
            Some((size, since)) => {
                let days = u64::from(today.saturating_sub(since));
                let grown = size.saturating_add(days.saturating_mul(policy.growth_per_day.into()));
                let class = size_class(u32::try_from(grown).unwrap_or(u32::MAX).min(PERSONS_MAX));
                if persons > class {
                    return Err(Over::Growth(class));
                }
                (grown.min(brought), since.max(today))
            }
        };
        *self = Self {
            year: latest,
            points: given.saturating_add(points),
            base: Some(base),
        };
        Ok(())
    }
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
/// persons than the site's log can have by now, [`PartyError::RestoredLimits`] also if it is not known what
/// was given out.
pub(super) fn charge(
    party: &Party,
    site: &Card,
    persons: u32,
    points: u64,
    now: Time,
) -> Result<StateChange, PartyError> {
    let policy = get(party)?;
    let state = party.vault().state(LEDGER)?;
    let state = state.ok_or(PartyError::RestoredLimits)?;
    let mut ledger = Ledger::from_bytes(&state.body)?;
    let cosigned = heads::cosigned(party, site)?.unwrap_or(0);
    let given = ledger.0.entry(site.id()).or_default();
    let name = || site.name().to_owned();
    given
        .charge(&policy, persons, points, cosigned, now)
        .map_err(|over| match over {
            Over::Points(left) => PartyError::Points {
                name: name(),
                asked: points,
                left,
            },
            Over::Growth(allowed) => PartyError::Growth {
                name: name(),
                asked: persons,
                allowed,
            },
        })?;
    let body = Zeroizing::new(ledger.to_bytes());
    Ok(StateChange::put(LEDGER, state.version, body))
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

    fn limits(points_per_year: u64, growth_per_day: u32) -> Policy {
        Policy {
            points_per_year,
            growth_per_day,
            ..Policy::default()
        }
    }

    fn on(day: u64) -> Time {
        Time::from_seconds(day * 86_400 + 3_600).unwrap()
    }

    /// The first of January 2027, in days since 1970.
    const START: u64 = 20_819;

    #[test]
    fn the_largest_request_of_every_day_grows_by_the_days_and_not_by_classes() {
        let policy = limits(u64::MAX, 10);
        let mut given = Given::default();
        let mut had = 0;
        for passed in 0..=100 {
            let now = on(START + passed);
            had = [
                4_096, 2_048, 1_536, 1_024, 768, 512, 384, 256, 192, 128, 96, 64, 48,
            ]
            .into_iter()
            .filter(|persons| passed > 0 || *persons == 48)
            .find(|persons| given.charge(&policy, *persons, 1, u64::MAX, now).is_ok())
            .unwrap();
            if passed == 0 {
                // What its log is said to have at the first evaluation counts; here it is no more.
                given.base = Some((48, day(now)));
            }
        }
        assert_eq!(had, size_class(48 + 100 * 10));
    }

    #[test]
    fn a_house_that_grows_as_it_may_is_never_refused() {
        let policy = limits(u64::MAX, 10);
        for pause in [1, 3, 7, 30, 365] {
            let (mut given, mut cosigned) = (Given::default(), 0);
            for round in 0..40 {
                let entries = 100 + 10 * pause * round;
                let class = size_class(u32::try_from(entries).unwrap());
                let now = on(START + pause * round);
                // Its head is cosigned after it was evaluated, so what is known is that of the round before.
                let charged = given.charge(&policy, class, 1, cosigned, now);
                assert_eq!(charged, Ok(()), "round {round}, {pause} days apart");
                cosigned = entries;
            }
        }
    }

    /// Requests of all sizes at all times, with heads of all sizes: what was given stays below what the days since
    /// the first one allow, and in no year is more given than its points.
    #[test]
    fn no_order_of_requests_clocks_and_heads_gets_more_than_the_limits() {
        let mut word = 0x9e37_79b9_7f4a_7c15_u64;
        let mut draw = |below: u64| {
            word ^= word << 13;
            word ^= word >> 7;
            word ^= word << 17;
            word % below
        };
        let (mut granted, mut refused) = (0, [0; 2]);
        for _ in 0..300 {
            let policy = limits(5_000, 10);
            let mut given = Given::default();
            let mut first: Option<(u64, u64)> = None;
            let (mut latest, mut years) = (0, BTreeMap::<u16, u64>::new());
            for _ in 0..60 {
                let at = START + draw(3 * 365);
                let persons = size_class(1 << draw(17));
                let points = [draw(2_000), 5_000, 5_001, u64::MAX][draw(4) as usize];
                let cosigned = [0, draw(1_000), u64::MAX][draw(3) as usize];
                let before = given;
                latest = latest.max(at);
                match given.charge(&policy, persons, points, cosigned, on(at)) {
                    Err(over) => {
                        refused[usize::from(matches!(over, Over::Growth(_)))] += 1;
                        assert_eq!(given, before, "a refusal changes nothing");
                    }
                    Ok(()) => {
                        granted += 1;
                        let (day, size) =
                            *first.get_or_insert((at, cosigned.max(u64::from(persons))));
                        let most = size.saturating_add((latest - day.min(latest)) * 10);
                        let most = u32::try_from(most).unwrap_or(u32::MAX).min(PERSONS_MAX);
                        assert!(persons <= size_class(most), "{persons} of {most}");
                        let year = years.last_key_value().map_or(0, |(y, _)| *y);
                        let year = year.max(super::year(on(at)));
                        *years.entry(year).or_default() += points;
                        assert!(years[&year] <= policy.points_per_year);
                        assert!(years.len() <= 3);
                    }
                }
            }
        }
        assert!(
            granted > 500 && refused.iter().all(|n| *n > 500),
            "{granted} {refused:?}"
        );
    }

    #[test]
    fn numbers_at_their_ends_refuse_and_do_not_wrap() {
        let all = limits(u64::MAX, u32::MAX);
        let mut given = Given::default();
        given
            .charge(&all, PERSONS_MAX, u64::MAX, u64::MAX, on(START))
            .unwrap();
        assert_eq!(
            given.charge(&all, 16, 1, u64::MAX, on(START)),
            Err(Over::Points(0))
        );
        let far = Given {
            base: Some((u64::MAX, 0)),
            ..Given::default()
        };
        for now in [on(0), on(START), Time::MAX] {
            let mut given = far;
            given.charge(&all, PERSONS_MAX, 1, u64::MAX, now).unwrap();
            assert_eq!(given.base.unwrap().0, u64::MAX);
        }
        let none = limits(0, 0);
        let mut given = Given::default();
        assert_eq!(
            given.charge(&none, 16, 1, 0, on(START)),
            Err(Over::Points(0))
        );
        assert_eq!(given.charge(&none, 16, 0, 0, on(START)), Ok(()));
        // Nothing grows in any number of days, and another class is another class.
        assert_eq!(
            given.charge(&none, 24, 0, 0, Time::MAX),
            Err(Over::Growth(16))
        );
    }
}
