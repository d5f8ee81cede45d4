//! Candidate pairs out of tags, and persons out of weights.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufReader;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use zeroize::Zeroizing;

use super::ASKED;
use super::ranked::Ranked;
use super::tags::Tags;
use crate::codec::{Decode, DecodeError, Encode, Reader};
use crate::counts::Epsilon;
use crate::counts::overlap::Several;
use crate::counts::pairs::{PairNumbers, noisy_quality};
use crate::crypto::travel;
use crate::matching::decide::{self, Decision};
use crate::matching::join::disk::{self, Source as _};
use crate::matching::join::{self, Candidate};
use crate::matching::probing;
use crate::matching::score::{Model, STEPS};
use crate::party::params::rarity;
use crate::party::watch::{Reading, Watched, Watcher, Work};
use crate::party::{Book, Party, PartyError, Shelved};
use crate::round::agreement::Agreement;
use crate::round::coordinator::{Bodies, Collected, Row};
use crate::round::draft::{Draft, SITES_MAX};
use crate::round::envelope::{EnvelopeId, Kind};
use crate::round::note::AgreedNote;
use crate::round::notice::desk::{self, Plan};
use crate::round::notice::policy::{Mediation, Notices};
use crate::round::pairs::{PairsList, PairsWeights};
use crate::round::result::{self, Presence, RoundResult, SiteTotal};
use crate::round::token_reader::TokenReader;
use crate::round::tokens::{Handle, LEAVE, Tag, TokenHead};
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
    /// The list of pairs, encrypted to the coordinator itself.
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

    /// With the list of pairs.
    pub fn with_pairs(party: &Party, book: &Book) -> Result<(Self, PairsList), PartyError> {
        let asked = Self::load(party, book)?;
        let own = party.shelved(&asked.own)?;
        let own = travel::decrypt_bytes(&super::secret(party, book)?, &own, own.len())?;
        let list = PairsList::from_bytes(&own)?;
        Ok((asked, list))
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

/// What the coordinator remembers of an ask, for the fuzz target.
pub(crate) fn fuzz(data: &[u8]) -> bool {
    let read = Asked::from_bytes(data);
    if let Ok(asked) = &read {
        assert_eq!(asked.to_bytes(), data, "read, but written otherwise");
    }
    read.is_ok()
}

/// The totals in a file, or the coordinator's summand of them.
pub(super) fn totals(file: &TokenHead) -> Result<Totals, PartyError> {
    Ok(Totals::from_bytes(&file.counts).map_err(RoundError::from)?)
}

pub(super) fn sum_of_totals(collected: &Collected<'_>) -> Result<Totals, PartyError> {
    let mut sum = Totals::default();
    for (_, file) in collected.files() {
        sum = sum.plus(totals(file)?);
    }
    Ok(sum)
}

/// The token file of each site.
pub(super) type Readers = BTreeMap<PartyId, TokenReader<BufReader<Watched>>>;

/// The token files of a round, opened.
pub(super) struct Files<'n> {
    pub collected: Collected<'n>,
    pub readers: Readers,
}

/// Opens the files of these sites again, and gives the tags of each to `take`, in the order of sites.
/// Every byte is checked once more; memory is what the files of as many sites as there are cores have
/// of tags.
pub(super) fn open_files<'n>(
    party: &Party,
    note: &'n AgreedNote,
    book: &Book,
    sites: &[PartyId],
    mut take: impl FnMut(&[Tag]) -> std::io::Result<()>,
) -> Result<Files<'n>, PartyError> {
    let identity = super::secret(party, book)?;
    let mut sites = sites.to_vec();
    sites.sort_unstable();
    let mut files = Files {
        collected: Collected::new(note),
        readers: BTreeMap::new(),
    };
    let mut bytes = 0;
    for site in &sites {
        let taken = book.taken(Kind::Tokens, site).ok_or(PartyError::Stored)?;
        let size = party.open_shelved(&taken.file)?.metadata();
        bytes += size.map_err(work_failed)?.len();
    }
    let reading = Reading::new(bytes, party.watcher());
    for some in sites.chunks(rayon::current_num_threads().max(1)) {
        let stored = some
            .iter()
            .map(|site| {
                let taken = book.taken(Kind::Tokens, site).ok_or(PartyError::Stored)?;
                let card = party.trust().get(site, Role::Site)?;
                Ok((card, taken.id, party.open_shelved(&taken.file)?))
            })
            .collect::<Result<Vec<_>, PartyError>>()?;
        let me = party.id();
        let opened = stored
            .into_par_iter()
            .map(|(card, id, file)| {
                let mut tags = Vec::new();
                let mut keep = |some: &[Tag]| tags.extend_from_slice(some);
                let file = BufReader::new(Watched::new(file, &reading));
                let (found, reader) =
                    TokenReader::open(&identity, file, note, card, me, &mut keep)?;
                if found != id {
                    return Err(PartyError::Stored);
                }
                Ok((card.id(), reader, tags))
            })
            .collect::<Result<Vec<_>, PartyError>>()?;
        for (site, reader, tags) in opened {
            files.collected.add(site, reader.head().clone())?;
            take(&tags).map_err(work_failed)?;
            files.readers.insert(site, reader);
        }
    }
    Ok(files)
}

/// The heads alone.
pub(super) fn collected<'n>(
    party: &Party,
    note: &'n AgreedNote,
    book: &Book,
    sites: &[PartyId],
) -> Result<Collected<'n>, PartyError> {
    Ok(open_files(party, note, book, sites, |_| Ok(()))?.collected)
}

pub(super) fn work_failed(e: std::io::Error) -> PartyError {
    PartyError::Vault(e.into())
}

/// What the coordinator reads of the files for candidates: tags from the folder for work, encodings
/// from the files.
pub(super) struct Looked<'a> {
    readers: &'a mut Readers,
    numbering: &'a Numbering,
    tags: &'a Tags,
    row: Vec<u64>,
}

impl<'a> Looked<'a> {
    pub fn new(readers: &'a mut Readers, numbering: &'a Numbering, tags: &'a Tags) -> Self {
        Self {
            row: vec![0; tags.per_person()],
            readers,
            numbering,
            tags,
        }
    }
}

impl Bodies for Looked<'_> {
    fn tags(&mut self, row: &Row, out: &mut Vec<Tag>) -> Result<(), RoundError> {
        let number = self.numbering.number(row).ok_or(RoundError::Numbers)?;
        let read = self.tags.read(number as usize, &mut self.row);
        read.map_err(|_| RoundError::Io)?;
        out.clear();
        out.extend(self.row.iter().map(|t| t.to_be_bytes()));
        Ok(())
    }

    fn sealed(&mut self, row: &Row, place: u16, out: &mut [u8]) -> Result<(), RoundError> {
        let reader = self.readers.get_mut(&row.site);
        reader
            .ok_or(RoundError::Numbers)?
            .sealed(row.row, place, out)
    }
}

/// Rows of persons who have left, and how many of each site.
pub(super) struct Gone {
    rows: BTreeSet<Row>,
    /// What the site gave for each of them.
    words: BTreeMap<Row, [u8; LEAVE]>,
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
            words: BTreeMap::new(),
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
                if let Ok(i) = list.handles.binary_search(handle) {
                    let row = Row { site: *site, row };
                    gone.rows.insert(row);
                    if let Some(word) = list.leave.get(i) {
                        gone.words.insert(row, *word);
                    }
                }
            }
            gone.of.insert(*site, list.totals);
        }
        Ok(gone)
    }

    /// The rows, with what their sites gave for them.
    pub fn words(&self) -> impl Iterator<Item = (&Row, &[u8; LEAVE])> {
        self.words.iter()
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

/// The rows of all files, numbered in the order of sites.
pub(super) struct Numbering {
    /// Each site with the number of its first row.
    sites: Vec<(PartyId, u32)>,
    pub rows: u32,
}

impl Numbering {
    pub fn of(collected: &Collected<'_>) -> Result<Self, PartyError> {
        let mut numbering = Self {
            sites: Vec::new(),
            rows: 0,
        };
        for (site, file) in collected.files() {
            numbering.sites.push((*site, numbering.rows));
            let rows = numbering.rows.checked_add(file.persons);
            numbering.rows = rows.ok_or(RoundError::TooLarge)?;
        }
        Ok(numbering)
    }

    pub fn number(&self, row: &Row) -> Option<u32> {
        let at = self.sites.binary_search_by_key(&row.site, |s| s.0).ok()?;
        let end = self.sites.get(at + 1).map_or(self.rows, |s| s.1);
        let number = self.sites.get(at)?.1.checked_add(row.row)?;
        (number < end).then_some(number)
    }

    pub fn row(&self, number: u32) -> Option<Row> {
        // Sites without rows share their number with the one behind them, which is the last of these.
        let at = self.sites.partition_point(|s| s.1 <= number);
        let (site, first) = self.sites.get(at.checked_sub(1)?)?;
        let row = number - first;
        (number < self.rows).then_some(Row { site: *site, row })
    }

    /// What a row is called outside: the place of its site among those that take part, and its row.
    #[cfg(feature = "parquet")]
    pub fn exported(&self, number: u32) -> (i64, i32) {
        let at = self.sites.partition_point(|s| s.1 <= number);
        let site = at.saturating_sub(1);
        let first = self.sites.get(site).map_or(0, |s| s.1);
        let site = i32::try_from(site).unwrap_or(i32::MAX);
        (i64::from(site) << 32 | i64::from(number - first), site)
    }

    /// The row that has this name outside.
    fn imported(&self, person: u64) -> Option<u32> {
        let site = usize::try_from(person >> 32).ok()?;
        let (site, _) = self.sites.get(site)?;
        let row = person as u32;
        self.number(&Row { site: *site, row })
    }

    /// The site of every row, by its place among the sites.
    pub fn site_of(&self) -> Vec<u32> {
        let mut site_of = Vec::with_capacity(self.rows as usize);
        for (i, (_, first)) in (0u32..).zip(&self.sites) {
            let end = self.sites.get(i as usize + 1).map_or(self.rows, |s| s.1);
            site_of.extend((*first..end).map(|_| i));
        }
        site_of
    }
}

/// At most as many pairs of each row as the note allows, in the order in which they are offered.
struct Choice<'a> {
    most: u16,
    gone: BTreeSet<u32>,
    used: Vec<u16>,
    numbering: &'a Numbering,
    chosen: Vec<(Row, Row)>,
}

impl<'a> Choice<'a> {
    fn new(most: u16, numbering: &'a Numbering, gone: &Gone) -> Self {
        Self {
            most,
            gone: gone
                .rows
                .iter()
                .filter_map(|r| numbering.number(r))
                .collect(),
            used: vec![0; numbering.rows as usize],
            numbering,
            chosen: Vec::new(),
        }
    }

    fn offer(&mut self, a: u32, b: u32) {
        let full = |i: u32| self.used.get(i as usize).is_none_or(|n| *n >= self.most);
        if full(a) || full(b) || self.gone.contains(&a) || self.gone.contains(&b) {
            return;
        }
        let (Some(x), Some(y)) = (self.numbering.row(a), self.numbering.row(b)) else {
            return;
        };
        for i in [a, b] {
            if let Some(n) = self.used.get_mut(i as usize) {
                *n += 1;
            }
        }
        self.chosen.push((x, y));
    }
}

/// Pairs of rows that share a tag: best first, at most as many of each row as the note allows.
pub(super) fn candidates(
    pairs: u16,
    numbering: &Numbering,
    tags: &Tags,
    gone: &Gone,
    work: &Path,
    watcher: Option<Watcher>,
) -> Result<Found, PartyError> {
    let site_of = numbering.site_of();
    let most = join::most_persons(numbering.sites.len());
    let mut choice = Choice::new(pairs, numbering, gone);
    // Files that repeat one another's tags make more meetings than memory is there for.
    let joined = tags
        .held()
        .and_then(|held| join::join_held(held, tags.per_person(), &site_of, most));
    let (candidates, frequent) = match joined {
        Some(joined) => {
            let mut pairs = joined.pairs;
            pairs.par_sort_unstable_by_key(|p| (std::cmp::Reverse(p.shared), p.a, p.b));
            pairs.iter().for_each(|p| choice.offer(p.a, p.b));
            (pairs.len() as u64, joined.frequent.len())
        }
        None => {
            let mut ranked = Ranked::new(work);
            let dealt = Dealt::new(tags, watcher);
            let found = disk::join(&dealt, &site_of, most, work, |c| {
                dealt.reached(c.a);
                ranked.add(c)
            });
            let found = found.map_err(work_failed)?;
            ranked
                .each(|a, b| choice.offer(a, b))
                .map_err(work_failed)?;
            (found.candidates, found.frequent.len())
        }
    };
    Ok(Found {
        rows: choice.chosen,
        candidates,
        frequent: frequent as u64,
    })
}

/// Tags on disk, with somebody who is told how far the join is. It reads each person once and then
/// finds the pairs in the order of persons: each of both is half of the work.
struct Dealt<'t> {
    tags: &'t Tags,
    read: AtomicU64,
    watcher: Option<Watcher>,
}

impl<'t> Dealt<'t> {
    fn new(tags: &'t Tags, watcher: Option<Watcher>) -> Self {
        Self {
            tags,
            read: AtomicU64::new(0),
            watcher,
        }
    }

    fn tell(&self, steps: u64) {
        if let Some(watcher) = &self.watcher {
            let persons = self.tags.persons() as u64;
            watcher(Work::Pairing, (steps / 2).min(persons), persons);
        }
    }

    /// The join gave the pairs of all persons before this one.
    fn reached(&self, person: u32) {
        self.tell(self.tags.persons() as u64 + u64::from(person));
    }
}

impl disk::Source for Dealt<'_> {
    fn persons(&self) -> usize {
        self.tags.persons()
    }

    fn per_person(&self) -> usize {
        self.tags.per_person()
    }

    fn read(&self, first: usize, tags: &mut [u64]) -> std::io::Result<()> {
        self.tags.read(first, tags)?;
        let own = (tags.len() / self.tags.per_person().max(1)) as u64;
        self.tell(self.read.fetch_add(own, Ordering::Relaxed) + own);
        Ok(())
    }
}

/// What the comparer's answer comes to.
pub(super) struct Matched {
    decision: Decision,
    totals: Totals,
    rows: usize,
    compared: u64,
    steps: [u64; STEPS],
    agreement: Option<Agreement>,
    left: BTreeMap<PartyId, Totals>,
    /// Pairs of persons that may be introduced.
    released: Vec<(u32, u32)>,
    /// Sites whose files look like probing, with how many of their persons are in it.
    pub probing: Vec<(PartyId, u64)>,
}

/// Decides which rows are one person.
pub(super) fn decide(
    party: &Party,
    note: &AgreedNote,
    asked: &Asked,
    collected: &Collected<'_>,
    gone: &Gone,
    ask: &PairsList,
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
    let numbering = Numbering::of(collected)?;
    // Summands that do not add up to something that fits the files are not totals.
    let left = gone.totals();
    if totals.persons > u64::from(numbering.rows)
        || totals.records < totals.persons
        || left.persons > totals.persons
        || left.records > totals.records
    {
        return Err(RoundError::Numbers.into());
    }
    let totals = totals.minus(left);
    let number = |row: &Row| numbering.number(row).ok_or(RoundError::Numbers);
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
        &numbering.site_of(),
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
    let mut in_step = [0; STEPS];
    for step in &steps {
        if let Some(n) = in_step.get_mut(usize::from(*step)) {
            *n += 1;
        }
    }
    let mut marked = BTreeSet::new();
    for (site, file) in collected.files() {
        for row in file.marked_rows() {
            let row = Row { site: *site, row };
            if !gone.rows.contains(&row) {
                marked.insert(number(&row)?);
            }
        }
    }
    let suspicions = probing::suspicions(policy, &pairs, &steps, &numbering.site_of(), &marked);
    let suspect = |row: u32| {
        let mut all = suspicions.values();
        all.any(|s| s.rows.contains(&row) || s.sought.contains(&row))
    };
    let named = suspicions.iter().filter_map(|(site, found)| {
        let (site, _) = numbering.sites.get(*site as usize)?;
        Some((*site, found.rows.len() as u64))
    });
    let released = match &draft.notices {
        Notices::Statistics => Vec::new(),
        Notices::Mediated(how) => {
            let released = decision.released(Model::shipped(), &steps, how.band());
            let sure = pairs.iter().zip(released).filter(|(_, sure)| *sure);
            // Whoever searches must not be told, and who is searched for is not to be found this way.
            sure.map(|(p, _)| (p.a, p.b))
                .filter(|(a, b)| !suspect(*a) && !suspect(*b))
                .collect()
        }
    };
    Ok(Matched {
        probing: named.collect(),
        released,
        decision,
        totals,
        rows: numbering.rows as usize,
        compared: pairs.len() as u64,
        steps: in_step,
        agreement: weights.agreement.clone(),
        left: gone.of.clone(),
    })
}

impl Matched {
    /// Who is on several lists, without noise.
    pub fn several(&self, draft: &Draft, numbering: &Numbering) -> Several {
        let groups: Vec<Vec<Option<usize>>> = self
            .persons(numbering)
            .iter()
            .map(|rows| rows.iter().map(|row| draft.group_of(&row.site)).collect())
            .collect();
        let groups = groups.iter().map(Vec::as_slice);
        Several::count(groups, draft.groups.len(), self.decision.possible as u64)
    }

    /// The numbers that are published: without noise, if the round has none.
    pub fn result(
        &self,
        note: &AgreedNote,
        asked: &Asked,
        collected: &Collected<'_>,
        several: Option<&Several>,
        now: Time,
    ) -> Result<RoundResult, PartyError> {
        let draft = note.draft();
        let mut clusters = self.decision.clusters.clone();
        clusters.sort_unstable();
        clusters.dedup();
        // Dummies are clusters of their own, so what counts is how many rows were merged away.
        let merged = (self.rows - clusters.len()) as u64;
        let matches = self.decision.declared.iter().filter(|d| **d).count() as u64;
        let exact = [merged, matches, self.decision.possible as u64];
        let [merged, matches, possible] =
            several.map_or(exact, |s| [s.merged(), s.pairs(), s.possible]);
        let merged = merged.min(self.totals.persons);
        let unit = result::rounding(draft);
        // With noise on numbers, nothing else is told but what follows from noisy ones.
        let epsilon = Epsilon::of(draft.epsilon_milli);
        let (numbers, [precision, recall], meetings) = match several {
            Some(_) => {
                let numbers = PairNumbers::noisy(epsilon, asked.candidates, &self.steps)?;
                let chance = numbers.compared.saturating_sub(matches);
                let meetings = chance.saturating_mul(2_000) / self.totals.persons.max(1);
                let quality = noisy_quality(epsilon, &self.decision.belief, matches)?;
                (numbers, quality, meetings)
            }
            None => {
                let numbers = PairNumbers {
                    candidates: asked.candidates,
                    compared: self.compared,
                    steps: self.steps,
                };
                let quality = [self.decision.precision, self.decision.recall];
                let meetings = (self.decision.degree * 1000.0).round() as u64;
                (numbers, quality, meetings)
            }
        };
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
            candidates: numbers.candidates,
            compared: numbers.compared,
            matches,
            possible,
            precision: three(precision),
            recall: three(recall),
            meetings,
            steps: numbers.steps.map(|n| (n + unit / 2) / unit * unit),
            matched_from: self.decision.bands.matched,
            possible_from: self.decision.bands.possible,
            agreement: self.agreement.clone(),
            sites,
        })
    }

    /// Who is asked about whom, drawn anew.
    pub fn plan(&self, how: &Mediation, collected: &Collected<'_>) -> Result<Plan, PartyError> {
        let mut clusters = self.decision.clusters.iter();
        let persons: Vec<(PartyId, Vec<(Handle, u32)>)> = collected
            .files()
            .map(|(site, file)| {
                let numbered = file.handles.iter().zip(clusters.by_ref());
                (*site, numbered.map(|(h, n)| (*h, *n)).collect())
            })
            .collect();
        let handles: Vec<Handle> = persons
            .iter()
            .flat_map(|(_, p)| p.iter().map(|(h, _)| *h))
            .collect();
        let handle = |n: u32| handles.get(n as usize).copied();
        let released = self.released.iter();
        let released: Vec<(Handle, Handle)> = released
            .filter_map(|(a, b)| handle(*a).zip(handle(*b)))
            .collect();
        let asked: Vec<desk::Asked<'_>> = persons
            .iter()
            .map(|(site, persons)| desk::Asked {
                site: *site,
                persons,
            })
            .collect();
        Ok(Plan::draw(how, &asked, &released)?)
    }

    /// Rows of persons that are at more than one site.
    pub fn persons(&self, numbering: &Numbering) -> Vec<Vec<Row>> {
        let mut by_cluster: BTreeMap<u32, Vec<Row>> = BTreeMap::new();
        for (number, cluster) in (0u32..).zip(&self.decision.clusters) {
            if let Some(row) = numbering.row(number) {
                by_cluster.entry(*cluster).or_default().push(row);
            }
        }
        by_cluster.into_values().filter(|c| c.len() > 1).collect()
    }

    /// Handles of persons that are at more than one site.
    pub fn clusters(&self, collected: &Collected<'_>) -> Result<Vec<Vec<Handle>>, PartyError> {
        let files: BTreeMap<&PartyId, &TokenHead> = collected.files().collect();
        let handle = |row: &Row| files.get(&row.site)?.handles.get(row.row as usize).copied();
        let persons = self.persons(&Numbering::of(collected)?);
        Ok(persons
            .iter()
            .map(|rows| rows.iter().filter_map(handle).collect())
            .collect())
    }
}

/// Largest file of candidates: as many as a round can have pairs, and room for long numbers.
const GIVEN_MAX: u64 = 1 << 34;

/// Pairs that another program found, in a CSV file with a head of `a`, `b` and others. Nothing in it is
/// believed: both rows must be there and of different sites, no pair twice, and what they share is
/// counted in the token files.
pub(super) fn given(
    pairs: u16,
    numbering: &Numbering,
    tags: &Tags,
    gone: &Gone,
    file: &Path,
) -> Result<Found, PartyError> {
    let failed = |e: std::io::Error| PartyError::File {
        name: file.display().to_string(),
        kind: e.kind(),
    };
    let opened = std::fs::File::open(file).map_err(failed)?;
    let about = opened.metadata().map_err(failed)?;
    if !about.is_file() || about.len() > GIVEN_MAX {
        return Err(RoundError::TooLarge.into());
    }
    let mut reader = csv::Reader::from_reader(BufReader::new(opened));
    let wrong = |line: u64| PartyError::Candidates(line);
    let head = reader.byte_headers().map_err(|_| wrong(1))?;
    let column = |name: &[u8]| head.iter().position(|h| h == name).ok_or(wrong(1));
    let (a_at, b_at) = (column(b"a")?, column(b"b")?);
    let mut record = csv::ByteRecord::new();
    let mut named: Vec<(u32, u32, u64)> = Vec::new();
    while reader
        .read_byte_record(&mut record)
        .map_err(|e| wrong(e.position().map_or(0, csv::Position::line)))?
    {
        let line = record.position().map_or(0, csv::Position::line);
        let person = |at: usize| {
            let text = std::str::from_utf8(record.get(at)?).ok()?;
            numbering.imported(text.parse().ok()?)
        };
        match (person(a_at), person(b_at)) {
            (Some(a), Some(b)) => named.push((a.min(b), a.max(b), line)),
            _ => return Err(wrong(line)),
        }
    }
    named.sort_unstable();
    if let Some(twice) = named
        .windows(2)
        .find(|w| (w[0].0, w[0].1) == (w[1].0, w[1].1))
    {
        return Err(wrong(twice[1].2));
    }
    let site_of = numbering.site_of();
    let (mut mine, mut theirs) = (vec![0; tags.per_person()], vec![0; tags.per_person()]);
    let mut of = None;
    let mut found = Vec::with_capacity(named.len());
    for (a, b, line) in named {
        if of != Some(a) {
            tags.read(a as usize, &mut mine).map_err(work_failed)?;
            mine.sort_unstable();
            of = Some(a);
        }
        tags.read(b as usize, &mut theirs).map_err(work_failed)?;
        let shared = theirs.iter().filter(|t| mine.binary_search(t).is_ok());
        let shared = u16::try_from(shared.count()).unwrap_or(u16::MAX);
        if shared == 0 || site_of.get(a as usize) == site_of.get(b as usize) {
            return Err(wrong(line));
        }
        found.push(Candidate { a, b, shared });
    }
    found.par_sort_unstable_by_key(|p| (std::cmp::Reverse(p.shared), p.a, p.b));
    let mut choice = Choice::new(pairs, numbering, gone);
    found.iter().for_each(|p| choice.offer(p.a, p.b));
    Ok(Found {
        rows: choice.chosen,
        candidates: found.len() as u64,
        frequent: 0,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::super::tags::TagWriter;
    use super::*;

    /// Five sites, one without rows; every row shares tags with rows of the others, few or many, and
    /// some have left.
    #[test]
    fn candidates_are_the_same_from_memory_and_from_disk() {
        let numbering = Numbering {
            sites: [0u32, 40, 40, 90, 120]
                .into_iter()
                .zip(1u8..)
                .map(|(first, i)| (PartyId([i; 32]), first))
                .collect(),
            rows: 150,
        };
        let rows: Vec<Row> = (0..150).map(|n| numbering.row(n).unwrap()).collect();
        for (n, row) in (0u32..).zip(&rows) {
            assert_eq!(numbering.number(row), Some(n));
        }
        assert_eq!(numbering.row(150), None);
        let site = PartyId([2; 32]);
        assert_eq!(numbering.number(&Row { site, row: 0 }), None);
        assert_eq!(numbering.site_of().len(), 150);
        let tags: Vec<Tag> = (0..150u64)
            .flat_map(|n| {
                (0..8u64).map(move |j| {
                    let other = if j < n % 7 { n % 38 } else { 1000 + n };
                    (other * 8 + j)
                        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                        .to_be_bytes()
                })
            })
            .collect();
        let gone = Gone {
            rows: rows.iter().copied().step_by(29).collect(),
            words: BTreeMap::new(),
            of: BTreeMap::new(),
        };
        let mut all = Vec::new();
        let told = Arc::new(Mutex::new(Vec::new()));
        for in_memory in [usize::MAX, 0] {
            let heard = Arc::clone(&told);
            let watcher: Watcher = Arc::new(move |work, done, total| {
                heard.lock().unwrap().push((work, done, total));
            });
            let work = tempfile::tempdir().unwrap();
            let mut writer = TagWriter::new(work.path(), in_memory);
            writer.add(&tags).unwrap();
            let tags = writer.finish(8).unwrap();
            assert_eq!(tags.held().is_some(), in_memory > 0);
            let watcher = Some(watcher);
            let found = candidates(2, &numbering, &tags, &gone, work.path(), watcher).unwrap();
            all.push((found.rows, found.candidates, found.frequent));
        }
        assert_eq!(all[0], all[1]);
        // From disk, how far it is was told: from its first persons to nearly the last.
        let told = told.lock().unwrap();
        assert!(
            told.iter()
                .all(|(work, done, of)| (*work, *of) == (Work::Pairing, 150) && *done <= 150)
        );
        assert!(
            told.last().is_some_and(|(_, done, _)| *done > 75),
            "{told:?}"
        );

        // The same pairs from elsewhere, in any order, with numbers of shared tags that are not true.
        let work = tempfile::tempdir().unwrap();
        let file = work.path().join("candidates.csv");
        let mut writer = TagWriter::new(work.path(), 0);
        writer.add(&tags).unwrap();
        let stored = writer.finish(8).unwrap();
        let outside = |n: u32| {
            let row = numbering.row(n).unwrap();
            (u64::from(row.site.0[0]) - 1) << 32 | u64::from(row.row)
        };
        let held: Vec<u64> = tags.iter().map(|t| u64::from_be_bytes(*t)).collect();
        let most = join::most_persons(5);
        let joined = join::join(&held, 8, &numbering.site_of(), most);
        let mut lines: Vec<String> = joined
            .pairs
            .iter()
            .map(|p| format!("7,{},{}", outside(p.b), outside(p.a)))
            .collect();
        lines.reverse();
        let read = |lines: &[String]| {
            let text = format!("shared,a,b\n{}\n", lines.join("\n"));
            std::fs::write(&file, text).unwrap();
            given(2, &numbering, &stored, &gone, &file)
        };
        let same = read(&lines).unwrap();
        assert_eq!((&same.rows, same.candidates), (&all[0].0, all[0].1));
        let pair = |a: u32, b: u32| format!("1,{},{}", outside(a), outside(b));
        let alone = pair(149, 0);
        assert!(!lines.contains(&alone) && !lines.contains(&pair(0, 149)));
        for bad in [
            alone,
            pair(0, 38),
            lines[3].clone(),
            "1,0".to_owned(),
            "1,0,x".to_owned(),
            format!("1,{},0", 5u64 << 32),
            format!("1,{},0", 1u64 << 32),
            "1,40,0".to_owned(),
            "1,-1,0".to_owned(),
        ] {
            let mut with = lines.clone();
            with.insert(5, bad.clone());
            let refused = read(&with).err();
            assert!(
                matches!(refused, Some(PartyError::Candidates(7 | 5))),
                "{bad} {refused:?}"
            );
        }
        std::fs::write(&file, "x,y\n").unwrap();
        let refused = given(2, &numbering, &stored, &gone, &file).err();
        assert!(matches!(refused, Some(PartyError::Candidates(1))));
        let (chosen, found, _) = &all[0];
        assert!(chosen.len() > 50 && *found > chosen.len() as u64);
        for row in &rows {
            let of = chosen.iter().filter(|(a, b)| a == row || b == row).count();
            assert!(of <= 2 && (of == 0 || !gone.rows.contains(row)));
        }
    }
}
