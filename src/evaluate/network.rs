//! A whole network's matching in one process, with a keyed hash in place of the PRF.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::read::SiteRecords;
use crate::crypto::{Secret, kdf, labels};
use crate::matching::encoding::{self, BYTES, Encoding, Levels, Profile};
use crate::matching::join::{self, Candidate, Frequent};
use crate::matching::score::{self, Inputs, Model, Step};
use crate::matching::tokens::{self, Params, Policy, SiteSecret, TokenInput, Tokenizer};
use crate::matching::{Person, local, namesakes};

/// A secret from a number: reproducible, and so for experiments only.
pub fn seeded(seed: u64, purpose: &str, index: u64) -> Secret<32> {
    kdf::derive(
        labels::MATCH_SEED,
        &[
            &seed.to_be_bytes(),
            &index.to_be_bytes(),
            purpose.as_bytes(),
        ],
    )
}

/// One local person: its site and its records there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Local {
    /// Place of the site.
    pub site: u32,
    /// Places of the records in the site's file.
    pub records: Vec<u32>,
}

/// Links the duplicates within each site, without looking at others.
pub fn link_own(sites: &[SiteRecords], model: &Model, seed: u64) -> Vec<Local> {
    let mut all = Vec::new();
    for (s, site) in sites.iter().enumerate() {
        let group_of = local::link(&site.records, model, &seeded(seed, "own", s as u64));
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); site.records.len()];
        for (r, g) in group_of.iter().enumerate() {
            members[*g as usize].push(r as u32);
        }
        all.extend(
            members
                .into_iter()
                .filter(|m| !m.is_empty())
                .map(|m| Local {
                    site: s as u32,
                    records: m,
                }),
        );
    }
    all
}

/// The persons that the program of their own site marks in its file ([`namesakes`]): places in `locals`.
pub fn marked(sites: &[SiteRecords], locals: &[Local]) -> BTreeSet<u32> {
    let mut marked = BTreeSet::new();
    let mut first = 0;
    for own in locals.chunk_by(|a, b| a.site == b.site) {
        let records = &sites[own[0].site as usize].records;
        let persons: Vec<Person> = own.iter().map(|l| person(records, l)).collect();
        let persons: Vec<Option<&Person>> = persons.iter().map(Some).collect();
        let crowds = namesakes::crowds(&persons).into_iter().flatten();
        marked.extend(crowds.map(|at| (first + at) as u32));
        first += own.len();
    }
    marked
}

/// What the coordinator has, and what the stand-in needs to play the comparer.
pub struct Tokens {
    /// Parameters of the round.
    pub params: Params,
    /// Site of each person.
    pub site_of: Vec<u32>,
    /// Tags, `params.tokens` for each person.
    pub tags: Vec<u64>,
    /// Inputs in the same order.
    inputs: Vec<TokenInput>,
    /// Persons who lost more than half of their tokens to others of their file.
    pub crowded: usize,
    /// Persons without any token of their own.
    pub unreached: usize,
    prf: Secret<32>,
}

/// Computes the tokens of all persons. `repeats` switches the rule *no tag twice in one file* off,
/// for experiments that show what it is for.
pub fn tokens(
    sites: &[SiteRecords],
    locals: &[Local],
    params: Params,
    group_seed: u64,
    prf_seed: u64,
    repeats: bool,
) -> Tokens {
    let group = seeded(group_seed, "group", 0);
    let prf = kdf::derive(
        labels::MATCH_STAND_IN,
        &[seeded(prf_seed, "prf", 0).expose()],
    );
    let per = usize::from(params.tokens);
    let mut out = Tokens {
        site_of: locals.iter().map(|l| l.site).collect(),
        tags: Vec::with_capacity(locals.len() * per),
        inputs: Vec::with_capacity(locals.len() * per),
        crowded: 0,
        unreached: 0,
        params,
        prf,
    };
    for own in locals.chunk_by(|a, b| a.site == b.site) {
        let s = own[0].site;
        let secret = SiteSecret::new(&seeded(prf_seed, "site", u64::from(s)));
        let records = &sites[s as usize].records;
        let blocks: Vec<Vec<TokenInput>> = own
            .par_chunks(512)
            .enumerate()
            .map(|(block, persons)| {
                let mut tokenizer = Tokenizer::new(out.params.clone(), &group);
                let mut inputs = Vec::with_capacity(persons.len() * per);
                for (i, local) in persons.iter().enumerate() {
                    let place = (block * 512 + i) as u64;
                    let person = person(records, local);
                    tokenizer.token_inputs(&person, &secret, place, &mut inputs);
                }
                inputs
            })
            .collect();
        let mut inputs = blocks.concat();
        out.unreached += inputs
            .chunks_exact(per)
            .filter(|t| t.iter().all(|t| t.filler))
            .count();
        if !repeats {
            let lost = tokens::once_per_file(&mut inputs, out.params.tokens, &secret);
            out.crowded += lost.iter().filter(|n| usize::from(**n) > per / 2).count();
        }
        out.tags
            .par_extend(inputs.par_iter().map(|t| out_tag(&out.prf, &t.digest)));
        out.inputs.extend(inputs);
    }
    out
}

fn out_tag(prf: &Secret<32>, digest: &[u8; 32]) -> u64 {
    let hash = kdf::keyed_short(prf, digest);
    let mut b = [0u8; 8];
    b.copy_from_slice(&hash[..8]);
    u64::from_be_bytes(b)
}

fn token_secret(prf: &Secret<32>, digest: &[u8; 32]) -> Secret<32> {
    Secret::init_with(|out| {
        let mut stream = [0u8; 64];
        kdf::keyed_stream(prf, digest, &mut stream);
        out.copy_from_slice(&stream[32..]);
    })
}

fn person(records: &[crate::matching::Description], local: &Local) -> Person {
    Person {
        alternates: local
            .records
            .iter()
            .map(|r| records[*r as usize].clone())
            .collect(),
    }
}

/// The candidate pairs, and the tags that too many persons have.
pub fn discover(tokens: &Tokens, sites: usize) -> (Vec<Candidate>, Vec<Frequent>) {
    let joined = join::join(
        &tokens.tags,
        usize::from(tokens.params.tokens),
        &tokens.site_of,
        join::most_persons(sites),
    );
    (joined.pairs, joined.frequent)
}

/// The levels of each candidate pair, compared on the one shared token that a hash picks.
pub fn compare(
    sites: &[SiteRecords],
    locals: &[Local],
    tokens: &Tokens,
    pairs: &[Candidate],
) -> Vec<Inputs> {
    let mut wanted = vec![false; locals.len()];
    for p in pairs {
        wanted[p.a as usize] = true;
        wanted[p.b as usize] = true;
    }
    let table = &tokens.params.table;
    let profiles: Vec<Vec<Profile>> = locals
        .par_iter()
        .zip(&wanted)
        .map(|(local, wanted)| {
            if *wanted {
                let records = &sites[local.site as usize].records;
                encoding::profiles(&person(records, local), table)
            } else {
                Vec::new()
            }
        })
        .collect();
    let note = [0u8; 32];
    let pick = kdf::derive(labels::MATCH_PICK, &[&note]);
    pairs
        .par_iter()
        .map(|p| {
            let shared = shared_tokens(tokens, p);
            let chosen = shared.iter().min_by_key(|(tag, _, _)| {
                let mut input = [0u8; 16];
                input[..4].copy_from_slice(&p.a.to_be_bytes());
                input[4..8].copy_from_slice(&p.b.to_be_bytes());
                input[8..].copy_from_slice(&tag.to_be_bytes());
                kdf::keyed_short(&pick, &input)
            });
            let levels = match chosen {
                None => Levels::default(),
                Some((_, i, j)) => {
                    let side = |person: u32, token: usize| -> Encoding {
                        let per = usize::from(tokens.params.tokens);
                        let at = person as usize * per + token;
                        let digest = &tokens.inputs[at].digest;
                        let key = encoding::key(&token_secret(&tokens.prf, digest), &note);
                        let mut filler = [0u8; BYTES];
                        let local = seeded(u64::from(person), "filler", token as u64);
                        kdf::keyed_stream(&local, b"", &mut filler);
                        let own = &profiles[person as usize];
                        own[token % own.len()].encode(&key, &filler)
                    };
                    encoding::compare(&side(p.a, *i), &side(p.b, *j))
                }
            };
            score::inputs(&levels, p.shared, tokens.params.tokens, tokens.params.h)
        })
        .collect()
}

/// What a round learns of a network's pairs.
pub struct Met {
    /// The tokens of all persons.
    pub tokens: Tokens,
    /// The candidate pairs.
    pub pairs: Vec<Candidate>,
    /// What the comparer has of each.
    pub inputs: Vec<Inputs>,
    /// The step of each.
    pub steps: Vec<Step>,
}

/// Tokens, candidates, comparison and steps under a policy, for as many records as the sites have. `seed` is that of
/// group secret and PRF.
pub fn meet(
    sites: &[SiteRecords],
    locals: &[Local],
    policy: Policy,
    model: &Model,
    seed: u64,
) -> Met {
    let records = sites.iter().map(|s| s.records.len() as u64).sum();
    let params = Params::new(policy, records);
    let tokens = tokens(sites, locals, params, seed, seed, false);
    let (pairs, _) = discover(&tokens, sites.len());
    let inputs = compare(sites, locals, &tokens, &pairs);
    let steps = inputs.iter().map(|i| model.step(i)).collect();
    Met {
        tokens,
        pairs,
        inputs,
        steps,
    }
}

/// Shared tags of a pair with the places of the tokens.
fn shared_tokens(tokens: &Tokens, p: &Candidate) -> Vec<(u64, usize, usize)> {
    let per = usize::from(tokens.params.tokens);
    let own = |person: u32| -> Vec<(u64, usize)> {
        let start = person as usize * per;
        let mut tags: Vec<(u64, usize)> = tokens.tags[start..start + per]
            .iter()
            .enumerate()
            .map(|(j, t)| (*t, j))
            .collect();
        tags.sort_unstable();
        tags
    };
    let (a, b) = (own(p.a), own(p.b));
    let mut out = Vec::new();
    let mut j = 0;
    for (tag, i) in a {
        while j < b.len() && b[j].0 < tag {
            j += 1;
        }
        if j < b.len() && b[j].0 == tag {
            out.push((tag, i, b[j].1));
        }
    }
    out
}
