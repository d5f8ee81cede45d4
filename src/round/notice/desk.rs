//! The coordinator's part: who is asked about whom, and which letter goes where (manual: *notices*,
//! "Order").
//!
//! The order in which a site is asked about its persons is drawn by a keyed hash of the person, as the
//! round knows persons: two sites that know the same one draw the same number for it, so that it comes up at
//! both. Within one site all numbers are different and independent, whoever is known elsewhere: its
//! requests are a uniform draw from its own file and say nothing.

use std::collections::BTreeMap;

use super::letter::{self, Nobody, Shape};
use super::policy::Mediation;
use super::{Introduction, Letters, Notice, PARTNERS, RequestId, SLOTS_MAX};
use crate::codec::{Decode, DecodeError, Encode, Reader};
use crate::crypto::{Secret, kdf};
use crate::round::draft::SITES_MAX;
use crate::round::tokens::Handle;
use crate::round::{PartyId, RoundError};

/// A site's file: its handles, each with the number of the person that it was decided to be.
pub struct Asked<'a> {
    /// The site.
    pub site: PartyId,
    /// Handles with persons, dummies too.
    pub persons: &'a [(Handle, u32)],
}

/// A request's place: number of the site and number of the request, over all batches.
type Slot = (u32, u32);

/// Who is asked about whom in a round. Made once, from the decision.
pub struct Plan {
    key: Secret<32>,
    /// Each site with the handles it is asked about, in order, as many for every site.
    sites: Vec<(PartyId, Vec<Handle>)>,
    /// Requests that are about one person, the smaller place first.
    pairs: Vec<(Slot, Slot)>,
}

impl PartialEq for Plan {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.sites == other.sites && self.pairs == other.pairs
    }
}

impl Plan {
    /// Draws the plan of a round under a new key. `released` are pairs of handles that may be introduced.
    ///
    /// # Errors
    /// [`RoundError::Crypto`] without randomness, [`RoundError::TooLarge`].
    pub fn draw(
        how: &Mediation,
        asked: &[Asked<'_>],
        released: &[(Handle, Handle)],
    ) -> Result<Self, RoundError> {
        Self::draw_with(Secret::random()?, how, asked, released)
    }

    /// As [`Plan::draw`], under a given key.
    ///
    /// # Errors
    /// [`RoundError::TooLarge`].
    pub fn draw_with(
        key: Secret<32>,
        how: &Mediation,
        asked: &[Asked<'_>],
        released: &[(Handle, Handle)],
    ) -> Result<Self, RoundError> {
        if asked.len() > SITES_MAX || asked.len() * how.slots() > SLOTS_MAX {
            return Err(RoundError::TooLarge);
        }
        let mut plan = Self {
            key,
            sites: Vec::with_capacity(asked.len()),
            pairs: Vec::new(),
        };
        let mut slots: BTreeMap<Handle, Slot> = BTreeMap::new();
        for (at, site) in (0u32..).zip(asked) {
            let mut drawn: Vec<([u8; 32], Handle)> = site
                .persons
                .iter()
                .map(|(handle, person)| (plan.lot(b"person  ", &[&person.to_be_bytes()]), *handle))
                .collect();
            drawn.sort_unstable();
            let mut handles: Vec<Handle> = drawn.into_iter().map(|(_, handle)| handle).collect();
            handles.truncate(how.slots());
            // A small file is asked about persons that nobody has.
            for slot in handles.len()..how.slots() {
                let parts: [&[u8]; 2] = [&site.site.0, &(slot as u64).to_be_bytes()];
                let lot = plan.lot(b"nobody  ", &parts);
                handles.push(lot.first_chunk().copied().unwrap_or_default());
            }
            for (slot, handle) in (0u32..).zip(&handles) {
                slots.insert(*handle, (at, slot));
            }
            plan.sites.push((site.site, handles));
        }
        // A person that is found in more sites than fit is introduced to those that are drawn.
        let mut drawn: Vec<([u8; 32], Slot, Slot)> = released
            .iter()
            .filter_map(|(a, b)| {
                let (a, b) = (*slots.get(a)?, *slots.get(b)?);
                let (a, b) = (a.min(b), a.max(b));
                (a.0 != b.0).then(|| (plan.pair_lot(a, b), a, b))
            })
            .collect();
        drawn.sort_unstable();
        drawn.dedup();
        let mut partners: BTreeMap<Slot, usize> = BTreeMap::new();
        for (_, a, b) in drawn {
            let full = |slot| partners.get(slot).is_some_and(|n| *n >= PARTNERS);
            if full(&a) || full(&b) {
                continue;
            }
            for slot in [a, b] {
                *partners.entry(slot).or_default() += 1;
            }
            plan.pairs.push((a, b));
        }
        plan.pairs.sort_unstable();
        Ok(plan)
    }

    fn lot(&self, purpose: &[u8; 8], parts: &[&[u8]]) -> [u8; 32] {
        let mut all: Vec<&[u8]> = vec![purpose];
        all.extend_from_slice(parts);
        *kdf::keyed(&self.key, &all)
    }

    fn pair_lot(&self, a: Slot, b: Slot) -> [u8; 32] {
        let numbers = [a.0, a.1, b.0, b.1].map(u32::to_be_bytes);
        self.lot(b"pair    ", &[numbers.as_flattened()])
    }

    /// The sites, in order.
    pub fn sites(&self) -> impl Iterator<Item = &PartyId> {
        self.sites.iter().map(|(id, _)| id)
    }

    /// The handles that a site is asked about, in order.
    pub fn handles(&self, site: &PartyId) -> Option<&[Handle]> {
        let mut all = self.sites.iter();
        all.find(|(id, _)| id == site).map(|(_, h)| h.as_slice())
    }

    /// How many pairs of requests are about one person.
    pub fn pairs(&self) -> usize {
        self.pairs.len()
    }

    /// A batch for a site.
    ///
    /// # Errors
    /// [`RoundError::Numbers`] for a site or batch that there is not.
    pub fn notice(
        &self,
        how: &Mediation,
        site: &PartyId,
        batch: u16,
    ) -> Result<Notice, RoundError> {
        let handles = self.handles(site).ok_or(RoundError::Numbers)?;
        let at = usize::from(batch).checked_sub(1);
        let at = at.ok_or(RoundError::Numbers)? * how.requests();
        let part = handles.get(at..at + how.requests());
        let part = part.ok_or(RoundError::Numbers)?;
        let id = |handle: &Handle| -> RequestId {
            let lot = self.lot(b"request ", &[&site.0, handle]);
            lot.first_chunk().copied().unwrap_or_default()
        };
        Ok(Notice {
            batch,
            requests: part.iter().map(|handle| (id(handle), *handle)).collect(),
        })
    }

    /// What a site gets in the end: for each request, the letters of the other sites that know the person,
    /// among others that say nothing, in a drawn order. `letter` is the letter of a site at a place, if its
    /// answers came in time; a pair of which one is missing stays silent on both sides.
    ///
    /// # Errors
    /// [`RoundError::Numbers`] for a site that there is not; errors of encryption.
    pub fn introduction<'l>(
        &self,
        shape: &Shape,
        site: &PartyId,
        nobody: &Nobody,
        letter: impl Fn(&PartyId, usize) -> Option<&'l [u8]>,
    ) -> Result<Introduction, RoundError> {
        let at = self.sites.iter().position(|(id, _)| id == site);
        let at = at.ok_or(RoundError::Numbers)?;
        let slots = self.sites.get(at).map_or(0, |(_, handles)| handles.len());
        let me = u32::try_from(at).map_err(|_| RoundError::Numbers)?;
        let of = |slot: Slot| {
            let (id, _) = self.sites.get(slot.0 as usize)?;
            letter(id, slot.1 as usize)
        };
        let mut came: BTreeMap<u32, Vec<&[u8]>> = BTreeMap::new();
        for (a, b) in &self.pairs {
            for (mine, theirs) in [(a, b), (b, a)] {
                if mine.0 == me
                    && of(*mine).is_some()
                    && let Some(letter) = of(*theirs)
                {
                    came.entry(mine.1).or_default().push(letter);
                }
            }
        }
        let mut letters = Letters::new(shape.letter());
        for slot in 0..u32::try_from(slots).map_err(|_| RoundError::Numbers)? {
            let mut all: Vec<([u8; 32], Option<&[u8]>)> = (0..PARTNERS)
                .map(|i| {
                    let numbers = [me, slot, i as u32].map(u32::to_be_bytes);
                    let lot = self.lot(b"place   ", &[numbers.as_flattened()]);
                    (lot, came.get(&slot).and_then(|l| l.get(i)).copied())
                })
                .collect();
            all.sort_unstable_by_key(|(lot, _)| *lot);
            for (_, one) in all {
                match one {
                    Some(letter) => letters.push(letter)?,
                    None => letters.push(&letter::empty(shape, nobody)?)?,
                }
            }
        }
        Ok(Introduction { letters })
    }
}

impl Encode for Plan {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(1);
        out.extend_from_slice(self.key.expose());
        let slots = self.sites.first().map_or(0, |(_, h)| h.len());
        for n in [self.sites.len(), slots] {
            out.extend_from_slice(&u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes());
        }
        for (id, handles) in &self.sites {
            out.extend_from_slice(&id.0);
            out.extend_from_slice(handles.as_flattened());
        }
        let pairs = u32::try_from(self.pairs.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&pairs.to_be_bytes());
        for (a, b) in &self.pairs {
            for n in [a.0, a.1, b.0, b.1] {
                out.extend_from_slice(&n.to_be_bytes());
            }
        }
    }
}

impl Decode for Plan {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8()? {
            1 => {}
            v => return Err(DecodeError::Version(v)),
        }
        let key = Secret::from_slice(input.take(32)?);
        let key = key.map_err(|_| DecodeError::Value("key"))?;
        let count = usize::try_from(input.u32()?).map_err(|_| DecodeError::Length)?;
        let slots = usize::try_from(input.u32()?).map_err(|_| DecodeError::Length)?;
        // Without sites there are no slots: one plan has one form.
        let fits = count <= SITES_MAX && slots <= SLOTS_MAX && (count > 0 || slots == 0);
        if !fits || count * (32 + 16 * slots) > input.remaining() {
            return Err(DecodeError::Length);
        }
        let sites = (0..count)
            .map(|_| {
                let id = PartyId(input.array()?);
                let handles = (0..slots).map(|_| input.array());
                Ok((id, handles.collect::<Result<_, _>>()?))
            })
            .collect::<Result<Vec<_>, DecodeError>>()?;
        let n = input.count(16, SLOTS_MAX)?;
        let mut slot = || -> Result<Slot, DecodeError> {
            let (site, slot) = (input.u32()?, input.u32()?);
            if site as usize >= count || slot as usize >= slots {
                return Err(DecodeError::Value("place"));
            }
            Ok((site, slot))
        };
        let pairs = (0..n)
            .map(|_| Ok((slot()?, slot()?)))
            .collect::<Result<Vec<_>, DecodeError>>()?;
        if !pairs.is_sorted_by(|a, b| a < b) || pairs.iter().any(|(a, b)| a.0 >= b.0) {
            return Err(DecodeError::Value("pairs"));
        }
        Ok(Self { key, sites, pairs })
    }
}
