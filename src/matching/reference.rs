//! The slow, obvious form of every fast path of this module, for tests and for readers.

use super::Person;
use super::features::{self, Features};
use super::join::{Candidate, Frequent, Joined};
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
            (tokens::ticket(uniform, weight, id, index), id, index)
        })
        .collect();
    arrivals.sort_by_key(|(ticket, _, _)| *ticket);
    let mut sum = Sum::default();
    let mut ids = Vec::new();
    for (_, id, index) in arrivals {
        if sum.add(of, index) {
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
/// everybody.
pub fn join(tags: &[u64], per_person: usize, site_of: &[u32], most: usize) -> Joined {
    let person = |h: usize| &tags[h * per_person..(h + 1) * per_person];
    let holders = |tag: u64| -> Vec<usize> {
        (0..site_of.len())
            .filter(|h| person(*h).contains(&tag))
            .collect()
    };
    let mut frequent: Vec<Frequent> = Vec::new();
    let mut distinct = tags.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    for tag in distinct {
        let persons = holders(tag).len();
        if persons > most {
            frequent.push(Frequent { tag, persons });
        }
    }
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
