//! Candidate pairs out of tags, and persons out of weights.

use std::collections::{BTreeMap, BTreeSet};

use zeroize::Zeroizing;

use super::{ASKED, open_tokens};
use crate::codec::{Decode, DecodeError, Encode, Reader};
use crate::crypto::travel;
use crate::matching::decide::{self, Decision};
use crate::matching::join::{self, Candidate};
use crate::matching::score::Model;
use crate::party::params::rarity;
use crate::party::{Book, Party, PartyError, Shelved};
use crate::round::coordinator::{Collected, Row};
use crate::round::draft::SITES_MAX;
use crate::round::envelope::{EnvelopeId, Kind};
use crate::round::note::AgreedNote;
use crate::round::pairs::{PairsAsk, PairsWeights};
use crate::round::result::{Presence, RoundResult, SiteTotal};
use crate::round::tokens::{Handle, TokenFile};
use crate::round::totals::Totals;
use crate::round::{PartyId, Role, RoundError, Time};
use crate::vault::StateChange;

/// Chance meetings in a round that is too small to tell their rate are no reason to stop it.
const MEETINGS_MIN: f64 = 20.0;

/// What was asked, remembered until the answer comes.
pub(super) struct Asked {
    pub id: EnvelopeId,
    pub sites: Vec<PartyId>,
    pub candidates: u64,
    /// The ask, encrypted to the coordinator itself.
    pub own: Shelved,
    /// Sum of the coordinator's summands of the totals.
    pub totals: Totals,
}

impl Asked {
    pub fn change(&self, book: &Book) -> StateChange {
        StateChange::put_for_round(book.part(ASKED), 0, Zeroizing::new(self.to_bytes()))
    }

    pub fn load(party: &Party, book: &Book) -> Result<Self, PartyError> {
        let state = party.vault().state(&book.part(ASKED))?;
        Ok(Self::from_bytes(&state.ok_or(PartyError::NoRound)?.body)?)
    }

    /// With the ask itself.
    pub fn with_pairs(party: &Party, book: &Book) -> Result<(Self, PairsAsk), PartyError> {
        let asked = Self::load(party, book)?;
        let own = party.shelved(&asked.own)?;
        let own = travel::decrypt_bytes(&super::secret(party, book)?, &own, own.len())?;
        let ask = PairsAsk::from_bytes(&own)?;
        Ok((asked, ask))
    }
}

impl Encode for Asked {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(1);
        out.extend_from_slice(&self.id.0);
        let n = u32::try_from(self.sites.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&n.to_be_bytes());
        for site in &self.sites {
            out.extend_from_slice(&site.0);
        }
        out.extend_from_slice(&self.candidates.to_be_bytes());
        self.own.encode(out);
        self.totals.encode(out);
    }
}

impl Decode for Asked {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8()? {
            1 => {}
            v => return Err(DecodeError::Version(v)),
        }
        let id = EnvelopeId(input.array()?);
        let n = input.count(32, SITES_MAX)?;
        let sites = (0..n)
            .map(|_| input.array().map(PartyId))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            id,
            sites,
            candidates: input.u64()?,
            own: Shelved::decode(input)?,
            totals: Totals::decode(input)?,
        })
    }
}

/// The totals in a file, or the coordinator's summand of them.
pub(super) fn totals(file: &TokenFile) -> Result<Totals, PartyError> {
    Ok(Totals::from_bytes(&file.counts).map_err(RoundError::from)?)
}

pub(super) fn sum_of_totals(collected: &Collected<'_>) -> Result<Totals, PartyError> {
    let mut sum = Totals::default();
    for (_, file) in collected.files() {
        sum = sum.plus(totals(file)?);
    }
    Ok(sum)
}

/// Opens the files of these sites again.
pub(super) fn collected<'n>(
    party: &Party,
    note: &'n AgreedNote,
    book: &Book,
    sites: &[PartyId],
) -> Result<Collected<'n>, PartyError> {
    let mut collected = Collected::new(note);
    for site in sites {
        let taken = book.taken(Kind::Tokens, site).ok_or(PartyError::Stored)?;
        let quota = note.draft().quota(site).ok_or(PartyError::Stored)?;
        let bytes = party.shelved(&taken.file)?;
        let (id, file) = open_tokens(party, note, book, site, &bytes, quota)?;
        if id != taken.id {
            return Err(PartyError::Stored);
        }
        collected.add(*site, file)?;
    }
    Ok(collected)
}

/// Rows of persons who have left, and how many of each site.
pub(super) struct Gone {
    rows: BTreeSet<Row>,
    of: BTreeMap<PartyId, Totals>,
}

impl Gone {
    pub fn load(
        party: &Party,
        note: &AgreedNote,
        book: &Book,
        collected: &Collected<'_>,
    ) -> Result<Self, PartyError> {
        let mut gone = Self {
            rows: BTreeSet::new(),
            of: BTreeMap::new(),
        };
        for (site, file) in collected.files() {
            let Some(taken) = book.taken(Kind::Withdrawn, site) else {
                continue;
            };
            let card = party.trust().get(site, Role::Site)?;
            let quota = note.draft().quota(site).ok_or(PartyError::Stored)?;
            let bytes = party.shelved(&taken.file)?;
            let (_, list) = super::open_withdrawn(party, note, book, card, &bytes, quota)?;
            for (row, handle) in (0u32..).zip(&file.handles) {
                if list.handles.binary_search(handle).is_ok() {
                    gone.rows.insert(Row { site: *site, row });
                }
            }
            gone.of.insert(*site, list.totals);
        }
        Ok(gone)
    }

    fn totals(&self) -> Totals {
        let sum = |sum: Totals, t: &Totals| sum.plus(*t);
        self.of.values().fold(Totals::default(), sum)
    }
}

pub(super) struct Found {
    pub rows: Vec<(Row, Row)>,
    pub candidates: u64,
    pub frequent: u64,
}

/// The site of every row, and the row of every number that the join uses.
fn numbered(collected: &Collected<'_>) -> (Vec<u32>, Vec<Row>) {
    let (mut site_of, mut rows) = (Vec::new(), Vec::new());
    for (number, (site, file)) in (0u32..).zip(collected.files()) {
        for row in 0..file.persons {
            site_of.push(number);
            rows.push(Row { site: *site, row });
        }
    }
    (site_of, rows)
}

/// Pairs of rows that share a tag: best first, at most as many of each row as the note allows.
pub(super) fn candidates(
    note: &AgreedNote,
    collected: &Collected<'_>,
    gone: &Gone,
) -> Result<Found, PartyError> {
    let draft = note.draft();
    let (site_of, rows) = numbered(collected);
    let tags: Vec<u64> = collected
        .files()
        .flat_map(|(_, file)| file.tags.iter().map(|t| u64::from_be_bytes(*t)))
        .collect();
    let per = usize::from(draft.tokens);
    let sites = collected.files().count();
    let joined = join::join(&tags, per, &site_of, join::most_persons(sites));
    let candidates = joined.pairs.len() as u64;
    let mut pairs = joined.pairs;
    pairs.sort_unstable_by_key(|p| (std::cmp::Reverse(p.shared), p.a, p.b));
    let mut used = vec![0u16; rows.len()];
    let mut chosen = Vec::new();
    for pair in pairs {
        let (a, b) = (pair.a as usize, pair.b as usize);
        let (Some(ua), Some(ub)) = (used.get(a).copied(), used.get(b).copied()) else {
            continue;
        };
        let (Some(ra), Some(rb)) = (rows.get(a), rows.get(b)) else {
            continue;
        };
        let left = gone.rows.contains(ra) || gone.rows.contains(rb);
        if left || ua >= draft.pairs || ub >= draft.pairs {
            continue;
        }
        for i in [a, b] {
            if let Some(n) = used.get_mut(i) {
                *n += 1;
            }
        }
        chosen.push((*ra, *rb));
    }
    Ok(Found {
        rows: chosen,
        candidates,
        frequent: joined.frequent.len() as u64,
    })
}

/// What the comparer's answer comes to.
pub(super) struct Matched {
    decision: Decision,
    totals: Totals,
    rows: usize,
    compared: u64,
    left: BTreeMap<PartyId, Totals>,
}

/// Decides which rows are one person.
pub(super) fn decide(
    party: &Party,
    note: &AgreedNote,
    asked: &Asked,
    collected: &Collected<'_>,
    gone: &Gone,
    ask: &PairsAsk,
    weights: &PairsWeights,
) -> Result<Matched, PartyError> {
    let draft = note.draft();
    let comparer = party.name(&draft.comparer);
    let weighted = collected.weights(ask, asked.id, weights, &comparer)?;
    let totals = match (draft.site_totals, weights.totals) {
        (true, None) => asked.totals,
        (false, Some(share)) => asked.totals.plus(share),
        _ => return Err(RoundError::Numbers.into()),
    };
    let (site_of, rows) = numbered(collected);
    // Summands that do not add up to something that fits the files are not totals.
    let left = gone.totals();
    if totals.persons > rows.len() as u64
        || totals.records < totals.persons
        || left.persons > totals.persons
        || left.records > totals.records
    {
        return Err(RoundError::Numbers.into());
    }
    let totals = totals.minus(left);
    let number = |row: &Row| -> Result<u32, PartyError> {
        let i = rows.binary_search(row).map_err(|_| RoundError::Numbers)?;
        Ok(u32::try_from(i).map_err(|_| RoundError::TooLarge)?)
    };
    let mut pairs = Vec::with_capacity(weighted.len());
    let mut steps = Vec::with_capacity(weighted.len());
    for (a, b, shared, level) in weighted {
        if gone.rows.contains(&a) || gone.rows.contains(&b) {
            continue;
        }
        let (a, b) = (number(&a)?, number(&b)?);
        pairs.push(Candidate {
            a: a.min(b),
            b: a.max(b),
            shared,
        });
        steps.push(level);
    }
    let policy = rarity(draft.policy);
    let decision = decide::decide(
        Model::shipped(),
        policy,
        &pairs,
        &steps,
        &site_of,
        totals.persons,
    );
    let limit = policy.degree_limit();
    let meetings = decision.degree * totals.persons as f64 / 2.0;
    if decision.degree > limit && meetings > MEETINGS_MIN {
        return Err(PartyError::Dense {
            found: (decision.degree * 1000.0) as u32,
            limit: (limit * 1000.0) as u32,
        });
    }
    Ok(Matched {
        decision,
        totals,
        rows: rows.len(),
        compared: pairs.len() as u64,
        left: gone.of.clone(),
    })
}

impl Matched {
    /// The numbers that are published.
    pub fn result(
        &self,
        note: &AgreedNote,
        asked: &Asked,
        collected: &Collected<'_>,
        now: Time,
    ) -> Result<RoundResult, PartyError> {
        let draft = note.draft();
        let mut clusters = self.decision.clusters.clone();
        clusters.sort_unstable();
        clusters.dedup();
        // Dummies are clusters of their own, so what counts is how many rows were merged away.
        let merged = (self.rows - clusters.len()) as u64;
        let matches = self.decision.declared.iter().filter(|d| **d).count() as u64;
        let three = |v: [f64; 3]| v.map(|x| (x * 1000.0).round().clamp(0.0, 1000.0) as u16);
        let sites = draft
            .sites
            .iter()
            .map(|(id, _)| {
                let file = collected.files().find(|(s, _)| *s == id);
                let total = match file {
                    Some((_, file)) if draft.site_totals => {
                        let left = self.left.get(id).copied().unwrap_or_default();
                        let of = totals(file)?;
                        if left.persons > of.persons || left.records > of.records {
                            return Err(RoundError::Numbers.into());
                        }
                        let of = of.minus(left);
                        Some(SiteTotal {
                            records: of.records,
                            persons: of.persons,
                        })
                    }
                    _ => None,
                };
                let presence = match file {
                    Some(_) => Presence::Present,
                    None => Presence::Absent,
                };
                Ok((*id, presence, total))
            })
            .collect::<Result<Vec<_>, PartyError>>()?;
        Ok(RoundResult {
            note: note.hash(),
            decided: now,
            records: self.totals.records,
            local_persons: self.totals.persons,
            persons: self.totals.persons.saturating_sub(merged),
            candidates: asked.candidates,
            compared: self.compared,
            matches,
            possible: self.decision.possible as u64,
            precision: three(self.decision.precision),
            recall: three(self.decision.recall),
            sites,
        })
    }

    /// Handles of persons that are at more than one site.
    pub fn clusters(&self, collected: &Collected<'_>) -> Vec<Vec<Handle>> {
        let handles = collected.files().flat_map(|(_, f)| f.handles.iter());
        let mut by_cluster: BTreeMap<u32, Vec<Handle>> = BTreeMap::new();
        for (cluster, handle) in self.decision.clusters.iter().zip(handles) {
            by_cluster.entry(*cluster).or_default().push(*handle);
        }
        by_cluster.into_values().filter(|c| c.len() > 1).collect()
    }
}
