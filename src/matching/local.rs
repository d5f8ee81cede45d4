//! A site's own duplicates, in clear text (manual: *matching*, "Own duplicates").
//!
//! Inside a site nothing has to be hidden from the site, so candidates come from generous tokens
//! and every record is compared with full information. The rule here is conservative: it proposes
//! what people confirm, and stands in for them in `evaluate`.

use rayon::prelude::*;

use super::cluster::{self, Scored};
use super::encoding::{self, BYTES, Encoding, Profile};
use super::features;
use super::fixed::{self, ONE_BIT};
use super::score::{self, Model};
use super::tokens::{Params, Policy, SiteSecret, TokenInput, Tokenizer};
use super::{Description, Person, join};
use crate::crypto::{Secret, kdf};

/// Weight that two records of one site need to be proposed as one person, in 1/1000 nat.
pub const LINK: i32 = 4500;

/// Groups of `records` that are one person each: for every record the place of the first record
/// of its group. `secret` only shuffles the search.
pub fn link(records: &[Description], model: &Model, secret: &Secret<32>) -> Vec<u32> {
    let mut params = Params::new(Policy::Standard, records.len() as u64);
    params.h = fixed::log2_bits(records.len().max(2) as u64).max(8 * ONE_BIT);
    // Nobody else sees these tokens.
    params.withheld = 0;
    let per = usize::from(params.tokens);
    let site = SiteSecret::new(secret);
    let key = kdf::derive(crate::crypto::labels::MATCH_ENCODING, &[secret.expose()]);
    let blocks: Vec<(usize, &[Description])> = records
        .chunks(1024)
        .enumerate()
        .map(|(i, c)| (i * 1024, c))
        .collect();
    let parts: Vec<(Vec<u64>, Vec<Encoding>)> = blocks
        .par_iter()
        .map(|(start, block)| {
            let mut tokenizer = Tokenizer::new(params.clone(), secret);
            let mut tags = Vec::with_capacity(block.len() * per);
            let mut encodings = Vec::with_capacity(block.len());
            let mut inputs: Vec<TokenInput> = Vec::with_capacity(per);
            for (i, record) in block.iter().enumerate() {
                inputs.clear();
                let place = (start + i) as u64;
                let person = Person::from(record.clone());
                tokenizer.token_inputs(&person, &site, place, &mut inputs);
                tags.extend(inputs.iter().map(|t| first8(&t.digest)));
                let mut filler = [0u8; BYTES];
                kdf::keyed_stream(&key, &place.to_be_bytes(), &mut filler);
                encodings.push(Profile::new(record).encode(&key, &filler));
            }
            (tags, encodings)
        })
        .collect();
    let mut tags = Vec::with_capacity(records.len() * per);
    let mut encodings = Vec::with_capacity(records.len());
    for (t, e) in parts {
        tags.extend(t);
        encodings.extend(e);
    }
    let each_alone: Vec<u32> = (0..records.len() as u32).collect();
    let joined = join::join(&tags, per, &each_alone, 64);
    let scored: Vec<Scored> = joined
        .pairs
        .par_iter()
        .map(|p| {
            let levels = encoding::compare(&encodings[p.a as usize], &encodings[p.b as usize]);
            let pair = score::inputs(&levels, p.shared, params.tokens, params.h);
            Scored {
                a: p.a,
                b: p.b,
                weight: model.weight(&pair) - LINK,
                shared: p.shared,
            }
        })
        .collect();
    cluster::cluster(&scored, &each_alone)
}

fn first8(digest: &[u8; 32]) -> u64 {
    let mut b = [0u8; 8];
    b.copy_from_slice(&digest[..8]);
    u64::from_be_bytes(b)
}

/// Whether anything of a description can be matched at all.
pub fn is_usable(record: &Description) -> bool {
    !features::features(record, features::FeatureTable::shipped())
        .list
        .is_empty()
}
