//! Recall against degree for other H and other numbers of tokens (manual: *matching*,
//! "Measured").

use serde::Serialize;

use super::judge::Known;
use super::read::SiteRecords;
use super::synthetic::Truth;
use super::{Options, network};
use crate::matching::fixed::ONE_BIT;
use crate::matching::score::Model;
use crate::matching::tokens::Params;

/// One setting.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// Tokens per person.
    pub tokens: u16,
    /// Bits that each token tells.
    pub h_bits: f64,
    /// Share of true pairs that share a tag.
    pub recall: f64,
    /// Records of other sites that share a tag and are not the same person, mean over all records.
    pub degree: f64,
}

/// Numbers of tokens that a curve is drawn for.
pub const TOKENS: [u16; 3] = [64, 128, 160];

/// Bits around the policy's H, in tenths.
const SHIFTS: [i32; 6] = [-30, -20, -10, 0, 10, 20];

/// Discovery under every setting; several times the work of an evaluation.
pub fn discovery(sites: &[SiteRecords], truth: &Truth, options: &Options) -> Vec<Point> {
    let locals = network::link_own(sites, Model::shipped(), options.prf_seed);
    let known = Known::new(sites, truth);
    let records: usize = sites.iter().map(|s| s.records.len()).sum();
    let mut points = Vec::with_capacity(TOKENS.len() * SHIFTS.len());
    for tokens in TOKENS {
        for shift in SHIFTS {
            let mut params = Params::new(options.policy, records as u64);
            params.tokens = tokens;
            let h = i64::from(params.h) + i64::from(shift) * i64::from(ONE_BIT) / 10;
            params.h = u32::try_from(h).unwrap_or(0);
            let h_bits = f64::from(params.h) / f64::from(ONE_BIT);
            let (group, prf) = (options.group_seed, options.prf_seed);
            let made = network::tokens(sites, &locals, params, group, prf, false);
            let (pairs, _) = network::discover(&made, sites.len());
            let found = known.discover(&locals, &pairs);
            points.push(Point {
                tokens,
                h_bits,
                recall: found.recall,
                degree: found.non_match_degree,
            });
        }
    }
    points
}
