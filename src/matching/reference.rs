//! The slow, obvious form of every fast path of this module, for tests and for readers.

use super::Person;
use super::cluster::{Scored, UNMET};
use super::encoding::{Encoding, Levels, SLOTS};
use super::features::{self, Features};
use super::join::{Candidate, Frequent, Joined, MEETINGS_PER_TAG};
use super::tokens::{self, GroupKeys, Params, SiteSecret, Sum, TokenInput};
use crate::crypto::kdf;

/// Token inputs as section "Tokens" of the manual says it: for each token read every clock, sort,
/// take.
pub fn token_inputs(
    person: &Person,
    params: &Params,
    keys: &GroupKeys,
    site: &SiteSecret,
    place: u64,
) -> Vec<TokenInput> {
    let lists = features::of_person(person, &params.table);
    let withheld = site.withheld(place, params);
    (0..params.tokens)
        .map(|j| {
            let chosen = lists
                .get(usize::from(j) % lists.len().max(1))
                .filter(|_| !withheld[usize::from(j)])
                .and_then(|list| choose(list, params, keys, j));
            match chosen {
                None => site.filler(place, j),
                Some(mut ids) => {
                    let mut bytes = Vec::new();
                    tokens::input_bytes(j, &mut ids, &mut bytes);
                    TokenInput {
                        digest: kdf::keyed_short(&keys.inputs, &bytes),
                        filler: false,
                    }
                }
            }
        })
        .collect()
}

/// The ids of the features that token `j` takes, or `None` if they do not reach H.
fn choose(of: &Features, params: &Params, keys: &GroupKeys, j: u16) -> Option<Vec<u64>> {
    let mut arrivals: Vec<(u64, u64, usize)> = of
        .list
        .iter()
        .enumerate()
        .map(|(index, feature)| {
            let mut stream = vec![0u8; 8 + 4 * (usize::from(j) + 1)];
            kdf::keyed_stream(&keys.clocks, &feature.bytes(), &mut stream);
            let id = be(&stream[..8]);
            let uniform = be(&stream[stream.len() - 4..]) as u32;
            let weight = params.table.weight(feature.kind);
            let clock = tokens::clock(uniform, weight);
            (tokens::ticket(clock, id, index), id, index)
        })
        .collect();
    arrivals.sort_by_key(|(ticket, _, _)| *ticket);
    let mut sum = Sum::default();
    let mut ids = Vec::new();
    for (_, id, index) in arrivals {
        let feature = &of.list[index];
        let group = &of.groups[usize::from(feature.group)];
        if sum.add(group, feature.group, feature.member) {
            ids.push(id);
            if sum.reached(params) {
                return Some(ids);
            }
        }
    }
    None
}

fn be(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |n, b| n << 8 | u64::from(*b))
}

/// All pairs of persons of different sites with an equal tag, by comparing everybody with
/// everybody. If tags up to `most` persons make too many meetings, the limit goes down by one until
/// they do not.
pub fn join(tags: &[u64], per_person: usize, site_of: &[u32], most: usize) -> Joined {
    let person = |h: usize| &tags[h * per_person..(h + 1) * per_person];
    let mut distinct = tags.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let persons_of: Vec<(u64, usize)> = distinct
        .into_iter()
        .map(|tag| {
            let having = (0..site_of.len()).filter(|h| person(*h).contains(&tag));
            (tag, having.count())
        })
        .collect();
    let meetings = |limit: usize| -> usize {
        let sizes = persons_of.iter().map(|(_, n)| *n).filter(|n| *n <= limit);
        sizes.map(|n| n * (n - 1) / 2).sum()
    };
    let budget = tags.len() * MEETINGS_PER_TAG as usize;
    let mut limit = most;
    while meetings(limit) > budget {
        limit -= 1;
    }
    let frequent: Vec<Frequent> = persons_of
        .iter()
        .filter(|(_, persons)| *persons > limit)
        .map(|(tag, persons)| Frequent {
            tag: *tag,
            persons: *persons,
        })
        .collect();
    let mut pairs = Vec::new();
    for a in 0..site_of.len() {
        for b in a + 1..site_of.len() {
            if site_of[a] == site_of[b] {
                continue;
            }
            let mut common: Vec<u64> = person(a)
                .iter()
                .copied()
                .filter(|t| person(b).contains(t))
                .filter(|t| frequent.iter().all(|f| f.tag != *t))
                .collect();
            common.sort_unstable();
            common.dedup();
            if !common.is_empty() {
                pairs.push(Candidate {
                    a: a as u32,
                    b: b as u32,
                    shared: common.len() as u16,
                });
            }
        }
    }
    Joined { pairs, frequent }
}

/// Compares two encodings: in each slot, elements of one are crossed out in the other, one for one.
pub fn compare(a: &Encoding, b: &Encoding) -> Levels {
    let mut levels = Levels::default();
    let mut start = 0;
    for (i, (_, len)) in SLOTS.iter().enumerate() {
        let mut left = b.0[start..start + len].to_vec();
        for element in &a.0[start..start + len] {
            if let Some(at) = left.iter().position(|e| e == element) {
                left.remove(at);
                levels.0[i] += 1;
            }
        }
        start += len;
    }
    levels
}

/// Clusters as section "Clusters" of the manual says it: the strongest pair that is left, its two groups
/// asked member by member whether they may be one, every weight looked for in the list of pairs.
pub fn cluster(pairs: &[Scored], site_of: &[u32]) -> Vec<u32> {
    let mut group: Vec<u32> = (0..site_of.len() as u32).collect();
    let mut left = pairs.to_vec();
    let order = |p: &Scored| {
        (
            p.weight,
            p.shared,
            std::cmp::Reverse((p.a.min(p.b), p.a.max(p.b))),
        )
    };
    while let Some(best) = left.iter().copied().max_by_key(order) {
        left.retain(|p| p != &best);
        let (x, y) = (group[best.a as usize], group[best.b as usize]);
        if best.weight <= 0 || x == y {
            continue;
        }
        let (before, all) = (group.clone(), group.len());
        let members = |of: u32| {
            (0..all).filter({
                let before = &before;
                move |m| before[*m] == of
            })
        };
        let mut evidence = 0i64;
        let mut apart = true;
        for m in members(x) {
            for n in members(y) {
                let met = pairs.iter().find(|p| {
                    (p.a as usize, p.b as usize) == (m, n) || (p.a as usize, p.b as usize) == (n, m)
                });
                evidence += i64::from(met.map_or(UNMET, |p| p.weight));
                apart &= site_of[m] != site_of[n];
            }
        }
        if apart && evidence > 0 {
            for g in &mut group {
                if *g == x || *g == y {
                    *g = x.min(y);
                }
            }
        }
    }
    group
}
