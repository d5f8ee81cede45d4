//! Calibrated tokens (manual: *matching*, "Tokens").
//!
//! Token *j* of a person takes features in the order of exponential clocks that all sites compute
//! alike from the group secret, until they tell **H** bits. The result is the input of the PRF,
//! never sent to anybody in the clear.

use super::features::{self, ATTRIBUTES, FeatureTable, Group, MAX_GROUPS};
use super::fixed::{self, Bits, ONE_BIT};
use super::known::{Known, List, Listed};
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
    /// H = log2 of the expected persons and half a bit.
    Standard,
    /// About three bits more: an eighth of the accidental meetings, some recall less.
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

    /// Bits above log2 of the expected persons: what keeps accidental meetings within the policy where names are as
    /// in Mexico, whose women share fewer names than the tables say.
    pub fn margin(self) -> Bits {
        match self {
            Self::Standard => ONE_BIT / 2,
            Self::Strict => 3 * ONE_BIT + ONE_BIT * 3 / 20,
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

/// A clock: -log2 of 32 uniform bits in 1/65536, times 256 / weight; weights of at least 16 keep it
/// below 2^26.
pub(super) fn clock(uniform: u32, weight: u32) -> u32 {
    let clock = u64::from(fixed::clock_q16(uniform)) * u64::from(65_536 / weight);
    (clock >> 8) as u32
}

/// A clock reading in order of arrival: clock, then feature id, then place in the list.
pub(super) fn ticket(clock: u32, id: u64, index: usize) -> u64 {
    u64::from(clock) << 38 | among_equals(id, index)
}

/// The order of features whose clocks are equal.
fn among_equals(id: u64, index: usize) -> u64 {
    (id >> 32) << 6 | index as u64
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

/// Computes token inputs; keeps what it has seen of features, since names repeat.
pub struct Tokenizer {
    inputs: Secret<32>,
    params: Params,
    known: Known,
    early: Early,
    tickets: Vec<u32>,
}

impl Tokenizer {
    /// A tokenizer for one round.
    pub fn new(params: Params, group: &Secret<32>) -> Self {
        let GroupKeys { clocks, inputs } = GroupKeys::new(group);
        Self {
            inputs,
            known: Known::new(clocks, params.table.clone(), params.tokens),
            params,
            early: Early::default(),
            tickets: Vec::new(),
        }
    }

    /// The parameters.
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// The inputs of all tokens of the person at `place` in its file, appended to `out`.
    pub fn token_inputs(
        &mut self,
        person: &Person,
        site: &SiteSecret,
        place: u64,
        out: &mut Vec<TokenInput>,
    ) {
        let lists = self.known.of_person(person);
        let tokens = usize::from(self.params.tokens);
        let features = lists.iter().map(|l| l.features.len()).sum::<usize>();
        self.tickets.resize(tokens * features, 0);
        let mut rest = self.tickets.as_mut_slice();
        let ranked: Vec<Ranked<'_>> = lists
            .iter()
            .map(|list| {
                let of = rest.split_off_mut(..tokens * list.features.len());
                Ranked::new(list, &self.known, of.unwrap_or_default())
            })
            .collect();
        let mut ids: Vec<u64> = Vec::with_capacity(features::MAX_FEATURES);
        let mut bytes = Vec::with_capacity(3 + 8 * features::MAX_FEATURES);
        let withheld = site.withheld(place, &self.params);
        out.reserve(tokens);
        for (j, withheld) in (0..self.params.tokens).zip(withheld) {
            let turn = usize::from(j);
            let ranked = ranked.get(turn % lists.len().max(1));
            let chosen = ranked.filter(|_| !withheld).and_then(|ranked| {
                let ranks = self.early.choose(ranked, turn, &self.params)?;
                ids.clear();
                ids.extend(ones(ranks).map(|rank| ranked.ids[rank]));
                Some(&mut ids)
            });
            out.push(match chosen {
                None => site.filler(place, j),
                Some(ids) => {
                    input_bytes(j, ids, &mut bytes);
                    TokenInput {
                        digest: kdf::keyed_short(&self.inputs, &bytes),
                        filler: false,
                    }
                }
            });
        }
    }
}

/// Places of the ones in a set of ranks.
fn ones(mut ranks: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let rank = ranks.trailing_zeros() as usize;
        ranks &= ranks.checked_sub(1)?;
        Some(rank)
    })
}

/// The features of a list in the order that decides between equal clocks: their ranks.
struct Ranked<'l> {
    groups: &'l [Group],
    features: Vec<Listed>,
    ids: Vec<u64>,
    /// For each token a ticket of each feature: its clock, of 26 bits at most, and its rank, of 6.
    tickets: &'l [u32],
}

impl<'l> Ranked<'l> {
    /// `tickets` has room for all of them.
    fn new(list: &'l List, known: &Known, tickets: &'l mut [u32]) -> Self {
        let mut order: Vec<u64> = (0..)
            .zip(&list.features)
            .map(|(i, feature)| among_equals(known.clocks(feature.slot).0, i))
            .collect();
        order.sort_unstable();
        let n = order.len();
        let (mut features, mut ids) = (Vec::with_capacity(n), Vec::with_capacity(n));
        for (rank, order) in (0u32..).zip(order) {
            let feature = list.features[(order & 63) as usize];
            let (id, clocks) = known.clocks(feature.slot);
            let own = tickets.iter_mut().skip(ids.len()).step_by(n);
            for (to, clock) in own.zip(clocks) {
                *to = clock << 6 | rank;
            }
            features.push(feature);
            ids.push(id);
        }
        Self {
            groups: &list.groups,
            features,
            ids,
            tickets,
        }
    }
}

/// Chooses the features of tokens. A token takes few of a person's features: those with tickets below
/// what was enough lately are put in order first.
struct Early {
    limit: u32,
}

impl Default for Early {
    fn default() -> Self {
        Self { limit: u32::MAX }
    }
}

impl Early {
    /// So many are put in order by counting.
    const FEW: usize = 16;

    /// The set of ranks that the token `turn` takes, or `None` if they do not reach H.
    fn choose(&mut self, ranked: &Ranked<'_>, turn: usize, params: &Params) -> Option<u64> {
        let n = ranked.ids.len();
        let all = &ranked.tickets[turn * n..(turn + 1) * n];
        let mut early = [u32::MAX; features::MAX_FEATURES];
        let mut count = 0;
        for ticket in all {
            // Written in any case, so that nothing has to be foretold.
            early[count & (features::MAX_FEATURES - 1)] = *ticket;
            count += usize::from(*ticket < self.limit);
        }
        let early = match early.first_chunk_mut() {
            Some(few) if count <= Self::FEW => {
                in_order(few, count);
                &few[..count]
            }
            _ => {
                early[..count].sort_unstable();
                &early[..count]
            }
        };
        let mut taking = Taking::new(ranked, params);
        let last = taking.take(early).or_else(|| {
            let late = all.iter().filter(|t| **t >= self.limit);
            let mut late: Vec<u32> = late.copied().collect();
            late.sort_unstable();
            taking.take(&late)
        })?;
        // Little more than twice the mean of what was enough lately is rarely too little.
        let target = last.saturating_mul(2).saturating_add(last / 4);
        self.limit = self.limit - self.limit / 8 + target / 8;
        Some(taking.ranks)
    }
}

/// Puts the first `n` of `tickets` in ascending order; there are no equal ones. Each is counted to its
/// place, which takes as long for any order.
fn in_order(tickets: &mut [u32; Early::FEW], n: usize) {
    let mut places = [0u32; Early::FEW];
    for other in &tickets[..n] {
        for (place, ticket) in places.iter_mut().zip(&*tickets) {
            *place += u32::from(other < ticket);
        }
    }
    let unordered = *tickets;
    for (place, ticket) in places.iter().zip(unordered).take(n) {
        tickets[*place as usize & (Early::FEW - 1)] = ticket;
    }
}

/// A token that takes features.
struct Taking<'a> {
    ranked: &'a Ranked<'a>,
    params: &'a Params,
    sum: Sum,
    /// Those that were taken.
    ranks: u64,
}

impl<'a> Taking<'a> {
    fn new(ranked: &'a Ranked<'a>, params: &'a Params) -> Self {
        Self {
            ranked,
            params,
            sum: Sum::default(),
            ranks: 0,
        }
    }

    /// Takes features in this order until they are enough. Returns the last ticket.
    fn take(&mut self, tickets: &[u32]) -> Option<u32> {
        for ticket in tickets {
            let rank = (ticket & 63) as usize;
            let Listed { group, member, .. } = self.ranked.features[rank];
            let of = &self.ranked.groups[usize::from(group)];
            self.ranks |= u64::from(self.sum.add(of, group, member)) << rank;
            if self.sum.reached(self.params) {
                return Some(*ticket);
            }
        }
        None
    }
}

/// Least that a feature must add to be taken: what adds less only makes the token fragile.
pub const MIN_GAIN: Bits = ONE_BIT / 2;

/// Bits that the features taken so far tell.
#[derive(Default)]
pub(super) struct Sum {
    taken: [u8; MAX_GROUPS],
    have: [Bits; ATTRIBUTES],
    total: Bits,
    individual: Bits,
    /// Set of [`NAME`], [`CONTACT`] and [`OTHER`].
    kinds: u8,
}

const NAME: u8 = 1;
const CONTACT: u8 = 2;
const OTHER: u8 = 4;

/// What an attribute is, as a set of one kind, and whether it tells persons of a family apart.
const KIND: [(u8, bool); ATTRIBUTES] = {
    let mut kinds = [(OTHER, false); ATTRIBUTES];
    let mut attribute = 0;
    while attribute < ATTRIBUTES {
        let of = attribute as features::Attribute;
        if features::is_name(of) {
            kinds[attribute].0 = NAME;
        } else if features::is_contact(of) {
            kinds[attribute].0 = CONTACT;
        }
        kinds[attribute].1 = features::is_individual(of);
        attribute += 1;
    }
    kinds
};

impl Sum {
    /// Takes a member of the group of this number if its attribute tells at least [`MIN_GAIN`] more
    /// with it. Whether it does cannot be foretold, so nothing here branches on it.
    pub(super) fn add(&mut self, group: &Group, number: u8, member: u8) -> bool {
        let attribute = usize::from(group.attribute);
        let taken = &mut self.taken[usize::from(number)];
        let have = &mut self.have[attribute];
        let (kind, individual) = KIND[attribute];
        let with = Bits::from(group.joint[usize::from(*taken | 1 << member)]);
        let takes = with >= *have + MIN_GAIN;
        let more = if takes { with - *have } else { 0 };
        *taken |= u8::from(takes) << member;
        *have += more;
        self.total += more;
        self.individual += if individual { more } else { 0 };
        self.kinds |= if takes { kind } else { 0 };
        takes
    }

    /// Whether they are of two kinds at least, and not date and place alone: somebody who gives
    /// another name elsewhere is known by telephone or document.
    fn kinds(&self) -> bool {
        self.kinds.count_ones() > 1
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
        for feature in &of.list {
            let group = &of.groups[usize::from(feature.group)];
            sum.add(group, feature.group, feature.member);
        }
        if sum.reached(params) {
            return None;
        }
        if best.as_ref().is_none_or(|b| b.total < sum.total) {
            best = Some(sum);
        }
    }
    Some(match best {
        Some(sum) if !sum.kinds() && sum.kinds & NAME == 0 => Shortfall::Name,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::synthetic::{self, Random, Recipe};
    use crate::matching::{Description, PartialDate};

    #[test]
    fn few_tickets_are_put_in_order() {
        let mut random = Random::new(1);
        for n in 0..=Early::FEW {
            for _ in 0..200 {
                let mut tickets = [u32::MAX; Early::FEW];
                for (rank, ticket) in (0..).zip(&mut tickets[..n]) {
                    *ticket = (random.below(20) as u32) << 6 | rank;
                }
                let mut expected = tickets[..n].to_vec();
                expected.sort_unstable();
                in_order(&mut tickets, n);
                assert_eq!(tickets[..n], expected);
            }
        }
    }

    /// Whoever came before leaves a limit, which decides only how long the choice takes: nothing early,
    /// as many as are put in order at once, one more, all.
    #[test]
    fn what_is_early_changes_no_choice() {
        let recipe = Recipe {
            persons: 12,
            sites: 1,
            ..Recipe::default()
        };
        let (mut sites, _) = synthetic::network(&recipe);
        let mut records = sites.remove(0).records;
        let many = "Ana Rosa Luz Beto Chuy Flor";
        records.push(Description {
            given_names: many.into(),
            paternal_surname: "Ruiz Pech Tzoc Xol Chub Caal".into(),
            maternal_surname: "Mendoza Quintanilla Yoc Dzul Batz Zapeta".into(),
            birth: PartialDate::parse("1995-05-14"),
            municipality: "Nebaj".into(),
            ..Description::default()
        });
        records.push(Description {
            given_names: "Zyx".into(),
            phone: "5555 1234".into(),
            birth: PartialDate::parse("2001"),
            ..Description::default()
        });
        let params = Params {
            tokens: 5,
            ..Params::new(Policy::Strict, 30_000)
        };
        let group = Secret::init_with(|b| b.fill(1));
        let mut sizes = Vec::new();
        for record in records {
            let clocks = GroupKeys::new(&group).clocks;
            let mut known = Known::new(clocks, params.table.clone(), params.tokens);
            let list = known.of_person(&record.into()).remove(0);
            let n = list.features.len();
            sizes.push(n);
            let mut tickets = vec![0; n * 5];
            let ranked = Ranked::new(&list, &known, &mut tickets);
            for turn in 0..5 {
                let of = |limit| Early { limit }.choose(&ranked, turn, &params);
                let expected = of(u32::MAX);
                let own = &ranked.tickets[turn * n..(turn + 1) * n];
                for limit in own.iter().flat_map(|t| [*t, t + 1]).chain([0, 1]) {
                    assert_eq!(of(limit), expected);
                }
            }
        }
        assert!(sizes.iter().any(|n| *n < Early::FEW), "{sizes:?}");
        assert!(sizes.contains(&features::MAX_FEATURES), "{sizes:?}");
    }
}
