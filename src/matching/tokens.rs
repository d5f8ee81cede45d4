//! Calibrated tokens (manual: *matching*, "Tokens").
//!
//! Token *j* of a person takes features in the order of exponential clocks that all sites compute
//! alike from the group secret, until they tell **H** bits. The result is the input of the PRF,
//! never sent to anybody in the clear.

use std::collections::HashMap;

use super::features::{self, ATTRIBUTES, Feature, FeatureTable, Features, MAX_GROUPS};
use super::fixed::{self, Bits, ONE_BIT};
use super::{Person, reference};
use crate::crypto::{Secret, kdf, labels};

/// What all sites of a round agree on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Params {
    /// Tokens per person, 1 to 1,024.
    pub tokens: u16,
    /// Bits that every token tells.
    pub h: Bits,
    /// Bits that the given names or the date of birth contribute at least.
    pub individual: Bits,
    /// Bits that are asked for on top of H, because attributes tell less together than their
    /// sum: families share places and names.
    pub dependence: Bits,
    /// Every site withholds tokens of each person at a rate of its own secret drawing, below this
    /// many of 256: so nobody who knows the group secret can foretell how many tags two records
    /// share.
    pub withheld: u8,
    /// Weights and caps.
    pub table: FeatureTable,
}

/// How rare tokens are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Policy {
    /// H = log2 of the expected persons, and a tenth of a bit because there are more tokens.
    Standard,
    /// Three bits more: an eighth of the accidental meetings, some recall less.
    #[default]
    Strict,
}

impl Policy {
    /// Tokens per person unless a round says otherwise. Standard is for those who want to find
    /// more and pay for it, in meetings and in work.
    pub fn tokens(self) -> u16 {
        match self {
            Self::Standard => 160,
            Self::Strict => 128,
        }
    }

    /// Bits above log2 of the expected persons.
    pub fn margin(self) -> Bits {
        match self {
            Self::Standard => ONE_BIT / 10,
            Self::Strict => 3 * ONE_BIT,
        }
    }

    /// Accidental meetings per person, mean, above which a round is stopped: three times what the
    /// policy expects.
    pub fn degree_limit(self) -> f64 {
        match self {
            Self::Standard => 3.0 * 2.7,
            Self::Strict => 3.0 * 0.4,
        }
    }
}

impl Params {
    /// The parameters for a round of `expected` persons.
    pub fn new(policy: Policy, expected: u64) -> Self {
        Self {
            tokens: policy.tokens(),
            h: fixed::log2_bits(expected.max(2)) + policy.margin(),
            individual: 4 * ONE_BIT,
            dependence: ONE_BIT * 5 / 4,
            withheld: 64,
            table: FeatureTable::shipped().clone(),
        }
    }
}

/// The input of one token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenInput {
    /// Digest of the chosen features, or a filler.
    pub digest: [u8; 32],
    /// Whether the person's features did not reach H, the token was withheld, or it went to
    /// somebody else of the same file.
    pub filler: bool,
}

/// The secrets that only one site has for a round.
pub struct SiteSecret {
    fillers: Secret<32>,
    draw: Secret<32>,
    withheld: Secret<32>,
}

impl SiteSecret {
    /// Derives the parts from one secret of the site.
    pub fn new(secret: &Secret<32>) -> Self {
        Self {
            fillers: kdf::derive(labels::MATCH_FILLERS, &[secret.expose()]),
            draw: kdf::derive(labels::MATCH_DRAW, &[secret.expose()]),
            withheld: kdf::derive(labels::MATCH_WITHHELD, &[secret.expose()]),
        }
    }

    /// The filler for token `j` of the person at `place` in the file.
    pub fn filler(&self, place: u64, j: u16) -> TokenInput {
        let mut input = [0u8; 10];
        input[..8].copy_from_slice(&place.to_be_bytes());
        input[8..].copy_from_slice(&j.to_be_bytes());
        TokenInput {
            digest: kdf::keyed_short(&self.fillers, &input),
            filler: true,
        }
    }

    /// Which tokens of the person at `place` are withheld: replaced by fillers.
    pub(super) fn withheld(&self, place: u64, params: &Params) -> Vec<bool> {
        let mut drawn = vec![0u8; 1 + usize::from(params.tokens)];
        kdf::keyed_stream(&self.withheld, &place.to_be_bytes(), &mut drawn);
        let rate = ((u16::from(drawn[0]) * u16::from(params.withheld)) >> 8) as u8;
        drawn[1..].iter().map(|b| *b < rate).collect()
    }

    /// The lot of the person at `place` for a token input that several of the file have: the
    /// lowest keeps it.
    pub fn lot(&self, digest: &[u8; 32], place: u64) -> [u8; 32] {
        let mut input = [0u8; 40];
        input[..32].copy_from_slice(digest);
        input[32..].copy_from_slice(&place.to_be_bytes());
        kdf::keyed_short(&self.draw, &input)
    }
}

/// The keys that all sites of a round derive from the group secret.
pub struct GroupKeys {
    pub(super) clocks: Secret<32>,
    pub(super) inputs: Secret<32>,
}

impl GroupKeys {
    /// Derives both keys.
    pub fn new(group: &Secret<32>) -> Self {
        Self {
            clocks: kdf::derive(labels::MATCH_CLOCKS, &[group.expose()]),
            inputs: kdf::derive(labels::MATCH_INPUTS, &[group.expose()]),
        }
    }
}

/// A clock reading in order of arrival: clock, then feature id, then place in the list.
///
/// The clock is -log2 of 32 uniform bits in 1/65536, times 256 / weight; weights of at least 16
/// keep it below 2^26.
pub(super) fn ticket(uniform: u32, weight: u32, id: u64, index: usize) -> u64 {
    let clock = (u64::from(fixed::clock_q16(uniform)) * u64::from(65_536 / weight)) >> 8;
    clock << 38 | (id >> 32) << 6 | index as u64
}

/// Bytes of a token input before hashing: token number, count, ids in ascending order.
pub(super) fn input_bytes(j: u16, ids: &mut [u64], out: &mut Vec<u8>) {
    ids.sort_unstable();
    out.clear();
    out.extend_from_slice(&j.to_be_bytes());
    out.push(ids.len() as u8);
    for id in ids.iter() {
        out.extend_from_slice(&id.to_be_bytes());
    }
}

/// Most distinct features whose clocks are kept; with 128 tokens 17 MiB.
const CACHE: usize = 1 << 15;

/// Computes token inputs; keeps the clocks of features that it has seen, since names repeat.
pub struct Tokenizer {
    keys: GroupKeys,
    params: Params,
    known: HashMap<Vec<u8>, usize>,
    ids: Vec<u64>,
    uniform: Vec<u32>,
}

impl Tokenizer {
    /// A tokenizer for one round.
    pub fn new(params: Params, group: &Secret<32>) -> Self {
        Self {
            keys: GroupKeys::new(group),
            params,
            known: HashMap::new(),
            ids: Vec::new(),
            uniform: Vec::new(),
        }
    }

    /// The parameters.
    pub fn params(&self) -> &Params {
        &self.params
    }

    fn slot(&mut self, feature: &Feature, bytes: &mut Vec<u8>) -> usize {
        feature.put_bytes(bytes);
        if let Some(slot) = self.known.get(bytes.as_slice()) {
            return *slot;
        }
        let tokens = usize::from(self.params.tokens);
        let mut stream = vec![0u8; 8 + 4 * tokens];
        kdf::keyed_stream(&self.keys.clocks, bytes, &mut stream);
        let (id, rest) = stream.split_at(8);
        let slot = self.ids.len();
        let mut id8 = [0u8; 8];
        id8.copy_from_slice(id);
        self.ids.push(u64::from_be_bytes(id8));
        let weight = self.params.table.weight(feature.kind).max(1);
        // The clock is kept, not the uniform bits: it is the same for everybody.
        self.uniform.extend(rest.as_chunks::<4>().0.iter().map(|b| {
            let clock = ticket(u32::from_be_bytes(*b), weight, 0, 0) >> 38;
            clock as u32
        }));
        self.known.insert(bytes.clone(), slot);
        slot
    }

    /// The inputs of all tokens of the person at `place` in its file, appended to `out`.
    pub fn token_inputs(
        &mut self,
        person: &Person,
        site: &SiteSecret,
        place: u64,
        out: &mut Vec<TokenInput>,
    ) {
        if self.ids.len() > CACHE {
            self.known.clear();
            self.ids.clear();
            self.uniform.clear();
        }
        let tokens = usize::from(self.params.tokens);
        let lists = features::of_person(person, &self.params.table);
        let mut bytes = Vec::with_capacity(3 + 8 * features::MAX_FEATURES);
        let slots: Vec<Vec<usize>> = lists
            .iter()
            .map(|f| f.list.iter().map(|f| self.slot(f, &mut bytes)).collect())
            .collect();
        // For each feature its clocks, and what breaks ties between equal ones.
        let clocks: Vec<Vec<(&[u32], u64)>> = slots
            .iter()
            .map(|slots| {
                let of = slots.iter().enumerate().map(|(i, slot)| {
                    let clocks = &self.uniform[slot * tokens..(slot + 1) * tokens];
                    (clocks, (self.ids[*slot] >> 32) << 6 | i as u64)
                });
                of.collect()
            })
            .collect();
        let mut arrivals = Arrivals::default();
        let mut ids: Vec<u64> = Vec::with_capacity(features::MAX_FEATURES);
        let withheld = site.withheld(place, &self.params);
        out.reserve(tokens);
        for j in 0..self.params.tokens {
            let turn = usize::from(j);
            let chosen = if lists.is_empty() || withheld[turn] {
                false
            } else {
                let alternate = turn % lists.len();
                let (list, slots) = (&lists[alternate], &slots[alternate]);
                arrivals.start(clocks[alternate].iter().map(|(clocks, tie)| {
                    let clock = u64::from(clocks[turn]);
                    clock << 38 | tie
                }));
                ids.clear();
                let mut sum = Sum::default();
                let mut reached = false;
                while let Some(ticket) = arrivals.next() {
                    let i = (ticket & 63) as usize;
                    if sum.add(list, i) {
                        ids.push(self.ids[slots[i]]);
                        if sum.reached(&self.params) {
                            reached = true;
                            break;
                        }
                    }
                }
                reached
            };
            out.push(if chosen {
                input_bytes(j, &mut ids, &mut bytes);
                TokenInput {
                    digest: kdf::keyed_short(&self.keys.inputs, &bytes),
                    filler: false,
                }
            } else {
                site.filler(place, j)
            });
        }
    }
}

/// Tickets in ascending order, as far as they are asked for. A token takes few of a person's features, so
/// those that came about as early as the last one taken by the token before are put in order first.
struct Arrivals {
    early: [u64; features::MAX_FEATURES],
    late: [u64; features::MAX_FEATURES],
    /// How many there are in `early` and in `late`.
    counts: [usize; 2],
    /// How many were given.
    given: usize,
    /// Whether those in `early` are in order.
    sorted: bool,
    /// Tickets below are early.
    limit: u64,
    last: u64,
}

impl Default for Arrivals {
    fn default() -> Self {
        Self {
            early: [0; features::MAX_FEATURES],
            late: [0; features::MAX_FEATURES],
            counts: [0; 2],
            given: 0,
            sorted: false,
            limit: u64::MAX,
            last: u64::MAX,
        }
    }
}

impl Arrivals {
    /// So many are searched for the least one after the other, more are sorted.
    const FEW: usize = 16;

    /// Starts with new tickets, at most [`features::MAX_FEATURES`], all different.
    fn start(&mut self, tickets: impl Iterator<Item = u64>) {
        // A quarter above the mean of what was enough lately.
        let enough = self.last.saturating_add(self.last / 4);
        self.limit = self.limit / 2 + enough / 2;
        let [mut early, mut late] = [0usize; 2];
        for ticket in tickets.take(features::MAX_FEATURES) {
            // Written to both places, so that nothing has to be foretold.
            self.early[early & (features::MAX_FEATURES - 1)] = ticket;
            self.late[late & (features::MAX_FEATURES - 1)] = ticket;
            let is_early = usize::from(ticket < self.limit);
            early += is_early;
            late += 1 - is_early;
        }
        self.counts = [early, late];
        self.given = 0;
        self.sorted = false;
        self.last = u64::MAX;
        if early > Self::FEW {
            self.sort();
        }
    }

    fn sort(&mut self) {
        self.early[..self.counts[0]].sort_unstable();
        self.sorted = true;
    }

    fn next(&mut self) -> Option<u64> {
        let [early, late] = self.counts;
        if self.given == early {
            if late == 0 {
                return None;
            }
            self.early = self.late;
            self.counts = [late, 0];
            self.given = 0;
            self.sort();
        }
        let rest = &mut self.early[self.given..self.counts[0]];
        let (mut at, mut least) = (0, *rest.first()?);
        let others = if self.sorted { 0 } else { rest.len() };
        for (i, ticket) in rest[..others].iter().enumerate() {
            let less = *ticket < least;
            at = if less { i } else { at };
            least = if less { *ticket } else { least };
        }
        rest.swap(0, at);
        self.given += 1;
        self.last = least;
        Some(least)
    }
}

/// Least that a feature must add to be taken: what adds less only makes the token fragile.
pub const MIN_GAIN: Bits = ONE_BIT / 2;

/// Bits that the features taken so far tell.
pub(super) struct Sum {
    taken: [u8; MAX_GROUPS],
    have: [Bits; ATTRIBUTES],
    total: Bits,
    individual: Bits,
    name: bool,
    contact: bool,
    other: bool,
}

impl Default for Sum {
    fn default() -> Self {
        Self {
            taken: [0; MAX_GROUPS],
            have: [0; ATTRIBUTES],
            total: 0,
            individual: 0,
            name: false,
            contact: false,
            other: false,
        }
    }
}

impl Sum {
    /// Takes a feature if its attribute tells at least [`MIN_GAIN`] more with it.
    pub(super) fn add(&mut self, of: &Features, index: usize) -> bool {
        let feature = &of.list[index];
        let group = &of.groups[usize::from(feature.group)];
        let taken = &mut self.taken[usize::from(feature.group)];
        let have = &mut self.have[usize::from(group.attribute)];
        let with = group.joint[usize::from(*taken | 1 << feature.member)];
        if with < *have + MIN_GAIN {
            return false;
        }
        *taken |= 1 << feature.member;
        let more = with - *have;
        *have = with;
        self.total += more;
        if features::is_individual(group.attribute) {
            self.individual += more;
        }
        if features::is_name(group.attribute) {
            self.name = true;
        } else if features::is_contact(group.attribute) {
            self.contact = true;
        } else {
            self.other = true;
        }
        true
    }

    /// Whether they are of two kinds at least, and not date and place alone: somebody who gives
    /// another name elsewhere is known by telephone or document.
    fn kinds(&self) -> bool {
        if self.name {
            self.contact || self.other
        } else {
            self.contact && self.other
        }
    }

    /// Whether the features are enough for a token.
    pub(super) fn reached(&self, params: &Params) -> bool {
        self.total >= params.h + params.dependence
            && self.kinds()
            && self.individual >= params.individual
    }
}

/// Why a person has no tokens of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortfall {
    /// No name that tells anything, and neither telephone nor document with date or place.
    Name,
    /// Nothing but names.
    OnlyNames,
    /// Neither given names nor a date of birth that tell enough.
    Individual,
    /// All of it together is too common for a round of this size.
    Common,
}

/// Why a person can have no token under these parameters, or `None` if it can have some.
pub fn shortfall(person: &Person, params: &Params) -> Option<Shortfall> {
    let mut best: Option<Sum> = None;
    for of in features::of_person(person, &params.table) {
        let mut sum = Sum::default();
        for i in 0..of.list.len() {
            sum.add(&of, i);
        }
        if sum.reached(params) {
            return None;
        }
        if best.as_ref().is_none_or(|b| b.total < sum.total) {
            best = Some(sum);
        }
    }
    Some(match best {
        Some(sum) if !sum.kinds() && !sum.name => Shortfall::Name,
        Some(sum) if !sum.kinds() => Shortfall::OnlyNames,
        Some(sum) if sum.individual < params.individual => Shortfall::Individual,
        Some(_) => Shortfall::Common,
        None => Shortfall::Name,
    })
}

/// Replaces every token input that stands more than once in a file by a filler, but for one
/// holder drawn by lot, and returns how many tokens each person lost. `inputs` holds `tokens` per
/// person.
pub fn once_per_file(inputs: &mut [TokenInput], tokens: u16, site: &SiteSecret) -> Vec<u16> {
    let per = usize::from(tokens).max(1);
    let mut lost = vec![0u16; inputs.len() / per];
    let mut order: Vec<(u64, u32)> = inputs
        .iter()
        .enumerate()
        .filter(|(_, t)| !t.filler)
        .map(|(i, t)| (first8(&t.digest), i as u32))
        .collect();
    order.sort_unstable();
    for group in order.chunk_by(|a, b| a.0 == b.0).filter(|g| g.len() > 1) {
        // Eight equal bytes of a hash and a difference after them do not happen by chance; if
        // they do, two persons are treated as sharing a token that they do not share.
        let digest = inputs[group[0].1 as usize].digest;
        let winner = group
            .iter()
            .map(|(_, i)| *i as usize)
            .min_by_key(|i| site.lot(&digest, (i / per) as u64));
        for i in group.iter().map(|(_, i)| *i as usize) {
            if Some(i) != winner {
                let (place, j) = (i / per, i % per);
                inputs[i] = site.filler(place as u64, j as u16);
                lost[place] = lost[place].saturating_add(1);
            }
        }
    }
    lost
}

fn first8(digest: &[u8; 32]) -> u64 {
    let mut b = [0u8; 8];
    b.copy_from_slice(&digest[..8]);
    u64::from_be_bytes(b)
}

/// Deterministic token inputs of one person by the plain reference; for single persons and tests.
pub fn token_inputs(
    person: &Person,
    params: &Params,
    group: &Secret<32>,
    site: &SiteSecret,
    place: u64,
) -> Vec<TokenInput> {
    reference::token_inputs(person, params, &GroupKeys::new(group), site, place)
}
