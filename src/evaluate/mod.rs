//! `sigilo evaluate`: how well the matching does on data whose truth is known (manual: *matching*,
//! "Evaluation").
//!
//! A keyed hash stands in for the PRF here, and only here: equality is the same, and the report
//! says so. The truth is read after all decisions.

pub mod curve;
pub mod differences;
mod judge;
pub mod network;
pub mod page;
pub mod read;
pub mod synthetic;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rayon::prelude::*;
use serde::Serialize;

use crate::i18n::{Localize, Message};
use crate::matching::decide::{self, Belief};
use crate::matching::fixed::ONE_BIT;
use crate::matching::join::Candidate;
use crate::matching::score::{Inputs, Model};
use crate::matching::tokens::{Params, Policy};
pub use judge::judge;
use network::{Local, Tokens};
use read::SiteRecords;

/// Why an evaluation could not be made. Never shows a name or a record.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("{}: {}", .0.display(), .1)]
    Io(PathBuf, #[source] std::io::Error),
    /// The folder has no site's file.
    #[error("{}: no CSV file of a site", .0.display())]
    NoSites(PathBuf),
    /// A file is larger than what is read.
    #[error("{}: too large", .0.display())]
    TooLarge(PathBuf),
    /// A file lacks a column.
    #[error("{}: column {} is missing", .0.display(), .1)]
    Column(PathBuf, &'static str),
    /// A line is no CSV.
    #[error("{}, line {}: not a CSV row", .0.display(), .1)]
    Row(PathBuf, u64),
}

impl Localize for Error {
    fn message(&self) -> Message {
        let file = |f: &Path| f.display().to_string();
        match self {
            Self::Io(f, e) => Message::new("matching-evaluate-io")
                .with("file", file(f))
                .with("reason", e.to_string()),
            Self::NoSites(f) => Message::new("matching-evaluate-no-sites").with("file", file(f)),
            Self::TooLarge(f) => Message::new("matching-evaluate-too-large").with("file", file(f)),
            Self::Column(f, c) => Message::new("matching-evaluate-column")
                .with("file", file(f))
                .with("column", *c),
            Self::Row(f, l) => Message::new("matching-evaluate-row")
                .with("file", file(f))
                .with("line", *l),
        }
    }
}

/// What to evaluate.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// How rare tokens are.
    pub policy: Policy,
    /// Seed of the group secret.
    pub group_seed: u64,
    /// Seed of the stand-in for the PRF and of the sites' own secrets.
    pub prf_seed: u64,
    /// Where to write what the coordinator receives.
    pub tokens_out: Option<PathBuf>,
    /// Allows a tag twice in a file; an experiment, never the product.
    pub allow_repeats: bool,
    /// Tokens per person, the policy's if 0.
    pub tokens: u16,
    /// Persons that the round expects, if not as many as there are records: for measuring how
    /// often strangers meet in a larger round.
    pub expected: Option<u64>,
    /// Bits by which H is moved from the policy's, in tenths of a bit: for curves of recall
    /// against degree, never in a round.
    pub h_shift: i32,
    /// Most tokens of 256 that a site withholds, if not the usual: an experiment.
    pub withheld: Option<u8>,
}

/// What was found, in the form of `sigilo evaluate --json`.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Records of all sites.
    pub records: usize,
    /// Sites.
    pub sites: usize,
    /// Pairs of records of different sites that are one person.
    pub true_pairs: usize,
    /// Tokens of each person.
    pub tokens_per_person: u16,
    /// Bits that each token tells.
    pub h_bits: f64,
    /// What stands in for the PRF.
    pub prf: &'static str,
    /// Candidate pairs against the truth.
    pub discover: Discover,
    /// The label-free decision against the truth.
    #[serde(rename = "final")]
    pub decided: Decided,
    /// The best threshold in hindsight.
    pub best: Best,
    /// The sites' own duplicates: pairs of records within a site against the truth.
    pub own: Own,
    /// What became of the true pairs, by the ways in which their records differ.
    pub lost: Vec<differences::Lost>,
    /// Candidate pairs of persons by weight.
    pub weights: Vec<WeightBin>,
    /// Precision and recall at each threshold, ascending.
    pub thresholds: Vec<Decided>,
    /// What the round says of itself, without the truth.
    pub estimate: Estimate,
    /// Time of the stages.
    pub seconds: Seconds,
}

/// See [`Report::weights`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct WeightBin {
    /// Lower end of the bin in nats; it is one nat wide, the outer ones are open.
    pub from: i32,
    /// Pairs that are one person.
    pub matches: usize,
    /// Pairs that are not.
    pub others: usize,
}

/// See [`Report::discover`].
#[derive(Debug, Clone, Serialize)]
pub struct Discover {
    /// Pairs of records of different sites that share a tag.
    pub candidate_pairs: usize,
    /// Share of true pairs among them.
    pub recall: f64,
    /// Records of other sites that share a tag and are not the same person, mean over all records.
    pub non_match_degree: f64,
    /// The same, at the 99th percentile.
    pub degree_p99: u32,
}

/// See [`Report::decided`].
#[derive(Debug, Clone, Serialize)]
pub struct Decided {
    /// Share of declared pairs that are true.
    pub precision: f64,
    /// Share of true pairs that are declared.
    pub recall: f64,
    /// Harmonic mean of both.
    pub f1: f64,
    /// Log-odds, in nats, from which pairs were declared.
    pub threshold: f64,
}

/// See [`Report::best`].
#[derive(Debug, Clone, Serialize)]
pub struct Best {
    /// Best harmonic mean of precision and recall.
    pub f1: f64,
    /// Log-odds, in nats, at which it is reached.
    pub threshold: f64,
}

/// See [`Report::own`].
#[derive(Debug, Clone, Serialize)]
pub struct Own {
    /// Share of linked pairs that are true.
    pub precision: f64,
    /// Share of true pairs that are linked.
    pub recall: f64,
}

/// See [`Report::estimate`].
#[derive(Debug, Clone, Serialize)]
pub struct Estimate {
    /// Expected precision with the bounds of a 95 % interval.
    pub precision: [f64; 3],
    /// Expected recall with the bounds of a 95 % interval; an upper picture, since persons whose
    /// records have nothing in common leave no trace.
    pub recall: [f64; 3],
    /// Estimated share of matches among candidates.
    pub prior: f64,
    /// Accidental meetings per person, mean.
    pub non_match_degree: f64,
    /// Tags that too many persons had.
    pub frequent_tags: usize,
    /// Persons whose features did not reach H.
    pub without_tokens: usize,
    /// Persons who lost more than half of their tokens to others of their file.
    pub crowded: usize,
    /// Persons after the sites linked their own records.
    pub persons: usize,
    /// Times that H was raised because too many persons met by accident.
    pub raised: u32,
}

/// See [`Report::seconds`].
#[derive(Debug, Clone, Default, Serialize)]
pub struct Seconds {
    /// Own duplicates, normalisation, tokens.
    pub encode: f64,
    /// Equal tags.
    pub join: f64,
    /// Field encodings and their comparison.
    pub compare: f64,
    /// Weights, thresholds, clusters.
    pub score: f64,
}

/// Decisions of a round, before anybody looks at the truth.
pub struct Round {
    /// Local persons.
    pub locals: Vec<Local>,
    /// Tokens of the last run.
    pub tokens: Tokens,
    /// Candidate pairs of persons.
    pub pairs: Vec<Candidate>,
    /// What the model sees of each.
    pub inputs: Vec<Inputs>,
    /// Full weights; the comparer keeps them to itself.
    pub weights: Vec<i32>,
    /// Cluster of each person.
    pub clusters: Vec<u32>,
    /// Log-odds from which pairs were declared, 1/1000 nat.
    pub threshold: i32,
    /// What the posteriors alone say of precision and recall.
    pub belief: Belief,
    /// The round's own estimates.
    pub estimate: Estimate,
    /// Time of the stages.
    pub seconds: Seconds,
}

/// Most times that H is raised by a bit when too many persons meet by accident.
const MAX_RAISES: u32 = 4;

/// Plays the matching of a round over the records of `sites`.
pub fn decide(sites: &[SiteRecords], options: &Options, model: &Model) -> Round {
    let mut seconds = Seconds::default();
    let mut clock = Instant::now();
    let mut lap = |to: &mut f64| {
        *to += clock.elapsed().as_secs_f64();
        clock = Instant::now();
    };
    let records: usize = sites.iter().map(|s| s.records.len()).sum();
    let locals = network::link_own(sites, model, options.prf_seed);
    lap(&mut seconds.encode);
    let expected = options.expected.unwrap_or(records as u64);
    let mut params = Params::new(options.policy, expected);
    if options.tokens > 0 {
        params.tokens = options.tokens.min(1024);
    }
    if let Some(withheld) = options.withheld {
        params.withheld = withheld;
    }
    let shift = i64::from(options.h_shift) * i64::from(ONE_BIT) / 10;
    params.h = u32::try_from(i64::from(params.h) + shift).unwrap_or(0);
    let mut raised = 0;
    loop {
        let tokens = network::tokens(
            sites,
            &locals,
            params.clone(),
            options.group_seed,
            options.prf_seed,
            options.allow_repeats,
        );
        lap(&mut seconds.encode);
        let (pairs, frequent) = network::discover(&tokens, sites.len());
        lap(&mut seconds.join);
        let most_pairs = locals.len().saturating_mul(40);
        if raised < MAX_RAISES && pairs.len() > most_pairs {
            params.h += ONE_BIT;
            raised += 1;
            continue;
        }
        let inputs = network::compare(sites, &locals, &tokens, &pairs);
        lap(&mut seconds.compare);
        let weights: Vec<i32> = inputs.par_iter().map(|i| model.weight(i)).collect();
        let both = inputs.iter().zip(&weights);
        let steps: Vec<u8> = both.map(|(i, w)| model.step_of(i, *w)).collect();
        let persons = locals.len() as u64;
        let decision = decide::decide(
            model,
            options.policy,
            &pairs,
            &steps,
            &tokens.site_of,
            persons,
        );
        if raised < MAX_RAISES && decision.degree > options.policy.degree_limit() {
            params.h += ONE_BIT;
            raised += 1;
            continue;
        }
        let value_first = |[low, value, high]: [f64; 3]| [value, low, high];
        let estimate = Estimate {
            precision: value_first(decision.precision),
            recall: value_first(decision.recall),
            prior: decision.adapted.prior,
            non_match_degree: decision.degree,
            frequent_tags: frequent.len(),
            without_tokens: tokens.unreached,
            crowded: tokens.crowded,
            persons: locals.len(),
            raised,
        };
        let (clusters, bands) = (decision.clusters, decision.bands);
        lap(&mut seconds.score);
        let threshold = model.lower_bound(bands.matched);
        return Round {
            locals,
            tokens,
            pairs,
            inputs,
            weights,
            clusters,
            threshold,
            belief: decision.belief,
            estimate,
            seconds,
        };
    }
}

/// Evaluates the records of a folder, with the model that ships or another.
///
/// # Errors
/// [`Error`] if files cannot be read or written.
pub fn run(dir: &Path, options: &Options, model: &Model) -> Result<Report, Error> {
    let sites = read::sites(dir)?;
    let round = decide(&sites, options, model);
    if let Some(file) = &options.tokens_out {
        write_tokens(file, &sites, &round).map_err(|e| Error::Io(file.clone(), e))?;
    }
    let truth = read::truth(dir)?;
    Ok(judge(&sites, &round, &truth))
}

/// The curve of recall against degree for the records of a folder.
///
/// # Errors
/// [`Error`] if files cannot be read.
pub fn discovery(dir: &Path, options: &Options) -> Result<Vec<curve::Point>, Error> {
    let sites = read::sites(dir)?;
    Ok(curve::discovery(&sites, &read::truth(dir)?, options))
}

#[derive(Serialize)]
struct TokenLine<'a> {
    id: Option<String>,
    site: &'a str,
    tokens: Vec<String>,
}

/// Writes what the coordinator receives: one person a line, dummies included.
fn write_tokens(file: &Path, sites: &[SiteRecords], round: &Round) -> std::io::Result<()> {
    let mut out = std::io::BufWriter::new(std::fs::File::create(file)?);
    let per = usize::from(round.tokens.params.tokens);
    let places: Vec<usize> = (0..round.locals.len()).collect();
    for own in places.chunk_by(|a, b| round.locals[*a].site == round.locals[*b].site) {
        let s = round.locals[own[0]].site as usize;
        let site = &sites[s];
        for p in own {
            let first = round.locals[*p].records[0] as usize;
            let line = TokenLine {
                id: Some(format!("{}/{}", site.name, site.ids[first])),
                site: &site.name,
                tokens: round.tokens.tags[p * per..(p + 1) * per]
                    .iter()
                    .map(|t| format!("{t:016x}"))
                    .collect(),
            };
            serde_json::to_writer(&mut out, &line)?;
            out.write_all(b"\n")?;
        }
        let padded = crate::crypto::aead::padme(own.len().max(32));
        for dummy in own.len()..padded {
            let mut tokens: Vec<String> = Vec::with_capacity(per);
            let mut stream = vec![0u8; 8 * per];
            let secret = network::seeded(s as u64, "dummy", dummy as u64);
            crate::crypto::kdf::keyed_stream(&secret, b"", &mut stream);
            tokens.extend(
                stream
                    .as_chunks::<8>()
                    .0
                    .iter()
                    .map(|b| format!("{:016x}", u64::from_be_bytes(*b))),
            );
            let line = TokenLine {
                id: None,
                site: &site.name,
                tokens,
            };
            serde_json::to_writer(&mut out, &line)?;
            out.write_all(b"\n")?;
        }
    }
    out.flush()
}
