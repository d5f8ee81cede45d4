//! `round.draft`: what the coordinator proposes (manual: *files*, "Draft").

use std::fmt::Write as _;

use super::notice::policy::{Mediation, Notices};
use super::text::{Lines, canonical, hex, is_plain};
use super::trust::TrustStore;
use super::{Card, PartyId, Role, RoundError, Time};
use crate::codec::to_hex;
use crate::crypto::hash::sha256;
use crate::crypto::labels;
use crate::crypto::sign::SigningKey;
use crate::crypto::travel::Recipient;
use crate::log::note::Note;

const HEAD: &str = "sigilo/round/draft/v1";

/// Fewest holders: one could try names alone.
pub const HOLDERS_MIN: usize = 2;
/// Most holders.
pub const HOLDERS_MAX: usize = 16;
/// Most sites.
pub const SITES_MAX: usize = 2000;
/// Most compartments.
pub const COMPARTMENTS_MAX: usize = 16;
/// Most persons of one site, dummies included.
pub const PERSONS_MAX: u32 = 1 << 24;
/// Most tokens per person.
pub const TOKENS_MAX: u16 = 256;
/// Largest encoding, in bytes.
pub const ENCODING_MAX: u16 = 1024;
/// Longest purpose, in bytes.
pub const PURPOSE_MAX: usize = 240;

/// Largest epsilon of a round, in thousandths. A program that was built to be tested also takes larger
/// ones, with which noise vanishes, and 0, with which nothing is counted and nothing has noise.
pub const EPSILON_MAX: u32 = 10_000;
/// Most groups of sites.
pub const GROUPS_MAX: usize = 16;
/// Fewest sites of a group, and of what is counted at all.
pub const SITES_MIN: usize = 3;
/// What one site's rows may be of all that are counted, in percent: least and most that can be agreed.
pub const LARGEST_SHARE: std::ops::RangeInclusive<u16> = 34..=75;

fn epsilon_fits(epsilon_milli: u32) -> bool {
    (1..=EPSILON_MAX).contains(&epsilon_milli) || cfg!(debug_assertions)
}

/// A group of sites whose overlap is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// How it is called.
    pub name: String,
    /// Its sites, by their places in the list of sites, ascending.
    pub sites: Vec<u16>,
}

/// How much a round may show, as a name for the parameters that follow from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Policy {
    /// The default.
    Strict,
    /// More recall, more chance meetings.
    Standard,
}

impl Policy {
    /// The word in the draft.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Standard => "standard",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Strict, Self::Standard]
            .into_iter()
            .find(|p| p.as_str() == text)
    }
}

/// The parameters of a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Random id.
    pub round: [u8; 16],
    /// What the round is for.
    pub purpose: String,
    /// When it begins.
    pub opens: Time,
    /// When the last file of a site is taken.
    pub deadline: Time,
    /// Policy by name.
    pub policy: Policy,
    /// H, in thousandths of a bit.
    pub h_millibits: u32,
    /// Tokens per person.
    pub tokens: u16,
    /// Bytes of an encoding.
    pub encoding: u16,
    /// Hash of the feature tables.
    pub features: [u8; 32],
    /// Hash of the model that scores.
    pub model: [u8; 32],
    /// Persons expected in the whole round.
    pub expected: u64,
    /// Most pairs of one person that may be compared.
    pub pairs: u16,
    /// Smallest cell that is published.
    pub min_cell: u16,
    /// Epsilon of everything that has noise, in thousandths.
    pub epsilon_milli: u32,
    /// Version of the tables that are counted.
    pub tables: u16,
    /// What one site's rows may be of all that are counted, in percent.
    pub largest_share: u16,
    /// Whether totals of single sites are published.
    pub site_totals: bool,
    /// Sites that must take part for a result.
    pub quorum: u16,
    /// Whether sites may be introduced to each other, and how.
    pub notices: Notices,
    /// Compartments whose records enter.
    pub compartments: Vec<String>,
    /// The coordinator.
    pub coordinator: PartyId,
    /// The coordinator's recipient for this round.
    pub age: Recipient,
    /// The holder that compares encodings.
    pub comparer: PartyId,
    /// All holders, in the order of ids.
    pub holders: Vec<PartyId>,
    /// All sites in the order of ids, each with its quota: persons, dummies included.
    pub sites: Vec<(PartyId, u32)>,
    /// Groups of sites whose overlap is published: no site is in two, and either all are in one or at
    /// least [`SITES_MIN`] are in none, so that no difference is about fewer.
    pub groups: Vec<Group>,
}

impl Draft {
    /// The lines behind the first one.
    pub(super) fn lines(&self) -> String {
        let mut out = format!(
            "round {}\npurpose {}\nopens {}\ndeadline {}\npolicy {}\nh-millibits {}\ntokens {}\n\
             encoding {}\nfeatures {}\nmodel {}\nexpected {}\npairs {}\nmin-cell {}\n\
             epsilon {}\ntables {}\nlargest-share {}\nsite-totals {}\nquorum {}\n",
            to_hex(&self.round),
            self.purpose,
            self.opens,
            self.deadline,
            self.policy.as_str(),
            self.h_millibits,
            self.tokens,
            self.encoding,
            to_hex(&self.features),
            to_hex(&self.model),
            self.expected,
            self.pairs,
            self.min_cell,
            self.epsilon_milli,
            self.tables,
            self.largest_share,
            if self.site_totals { "yes" } else { "no" },
            self.quorum,
        );
        if let Notices::Mediated(how) = &self.notices {
            let _ = writeln!(out, "notices {how}");
        }
        for name in &self.compartments {
            let _ = writeln!(out, "compartment {name}");
        }
        let _ = writeln!(out, "coordinator {}", to_hex(&self.coordinator.0));
        let _ = writeln!(out, "age {}", self.age);
        let _ = writeln!(out, "comparer {}", to_hex(&self.comparer.0));
        for id in &self.holders {
            let _ = writeln!(out, "holder {}", to_hex(&id.0));
        }
        for (id, quota) in &self.sites {
            let _ = writeln!(out, "site {} {quota}", to_hex(&id.0));
        }
        for group in &self.groups {
            let sites: Vec<String> = group.sites.iter().map(u16::to_string).collect();
            let _ = writeln!(out, "group {} {}", sites.join(","), group.name);
        }
        out
    }

    /// Reads [`Draft::lines`].
    pub(super) fn read_lines(lines: &mut Lines<'_>) -> Result<Self, RoundError> {
        let small = |lines: &mut Lines<'_>, field, max: u16| {
            let n = lines.number(field, u64::from(max))?;
            u16::try_from(n).map_err(|_| lines.bad(field))
        };
        let draft = Self {
            round: lines.hex("round")?,
            purpose: lines.value("purpose", |v| {
                is_plain(v, PURPOSE_MAX).then(|| v.to_owned())
            })?,
            opens: lines.time("opens")?,
            deadline: lines.time("deadline")?,
            policy: lines.value("policy", Policy::parse)?,
            h_millibits: lines.value("h-millibits", |v| {
                v.parse().ok().filter(|h| (1_000..=128_000).contains(h))
            })?,
            tokens: small(lines, "tokens", TOKENS_MAX)?,
            encoding: small(lines, "encoding", ENCODING_MAX)?,
            features: lines.hex("features")?,
            model: lines.hex("model")?,
            expected: lines.number("expected", 1 << 40)?,
            pairs: small(lines, "pairs", u16::MAX)?,
            min_cell: small(lines, "min-cell", u16::MAX)?,
            epsilon_milli: lines
                .value("epsilon", |v| v.parse().ok().filter(|e| epsilon_fits(*e)))?,
            tables: small(lines, "tables", u16::MAX)?,
            largest_share: lines.value("largest-share", |v| {
                v.parse().ok().filter(|n| LARGEST_SHARE.contains(n))
            })?,
            site_totals: lines.yes_no("site-totals")?,
            quorum: small(lines, "quorum", u16::MAX)?,
            notices: if lines.at("notices") {
                Notices::Mediated(lines.value("notices", Mediation::parse)?)
            } else {
                Notices::Statistics
            },
            compartments: many(lines, "compartment", COMPARTMENTS_MAX, |v| {
                is_plain(v, 64).then(|| v.to_owned())
            })?,
            coordinator: lines.party("coordinator")?,
            age: lines.recipient("age")?,
            comparer: lines.party("comparer")?,
            holders: many(lines, "holder", HOLDERS_MAX, |v| hex(v).map(PartyId))?,
            sites: many(lines, "site", SITES_MAX, |v| {
                let (id, quota) = v.split_once(' ')?;
                let quota = quota.parse().ok().filter(|q| *q <= PERSONS_MAX)?;
                Some((PartyId(hex(id)?), quota))
            })?,
            groups: many(lines, "group", GROUPS_MAX, |v| {
                let (sites, name) = v.split_once(' ')?;
                let sites = sites.split(',').map(|n| n.parse().ok());
                Some(Group {
                    name: is_plain(name, 64).then(|| name.to_owned())?,
                    sites: sites.collect::<Option<_>>()?,
                })
            })?,
        };
        draft.check(lines)?;
        Ok(draft)
    }

    /// What must hold between the fields.
    fn check(&self, lines: &Lines<'_>) -> Result<(), RoundError> {
        let rules = [
            (self.deadline > self.opens, "deadline"),
            (self.tokens > 0, "tokens"),
            (self.encoding > 0, "encoding"),
            (self.pairs > 0, "pairs"),
            (!self.compartments.is_empty(), "compartment"),
            (self.compartments.is_sorted_by(|a, b| a < b), "compartment"),
            (self.holders.len() >= HOLDERS_MIN, "holder"),
            (self.holders.is_sorted_by(|a, b| a < b), "holder"),
            (self.holders.contains(&self.comparer), "comparer"),
            (!self.sites.is_empty(), "site"),
            (self.sites.is_sorted_by(|a, b| a.0 < b.0), "site"),
            (usize::from(self.quorum) <= self.sites.len(), "quorum"),
            (self.groups_fit(), "group"),
        ];
        for (holds, field) in rules {
            if !holds {
                return Err(lines.bad(field));
            }
        }
        Ok(())
    }

    fn groups_fit(&self) -> bool {
        let mut grouped: Vec<u16> = Vec::new();
        for group in &self.groups {
            let known = group
                .sites
                .iter()
                .all(|i| usize::from(*i) < self.sites.len());
            if !known || group.sites.len() < SITES_MIN || !group.sites.is_sorted_by(|a, b| a < b) {
                return false;
            }
            grouped.extend(&group.sites);
        }
        let n = grouped.len();
        grouped.sort_unstable();
        grouped.dedup();
        let left = self.sites.len().saturating_sub(n);
        grouped.len() == n && (n == 0 || left == 0 || left >= SITES_MIN)
    }

    /// The group of a site, by its place among the groups.
    pub fn group_of(&self, site: &PartyId) -> Option<usize> {
        let i = self.sites.binary_search_by_key(site, |s| s.0).ok()?;
        let i = u16::try_from(i).ok()?;
        self.groups.iter().position(|g| g.sites.contains(&i))
    }

    /// Whether persons are counted.
    pub fn counts(&self) -> bool {
        self.epsilon_milli > 0
    }

    /// The text that is signed.
    fn text(&self) -> String {
        format!("{HEAD}\n{}", self.lines())
    }

    /// The hash by which joins refer to this draft.
    pub fn hash(&self) -> [u8; 32] {
        sha256(&[labels::DRAFT_HASH, self.text().as_bytes()])
    }

    /// The quota of a site, in persons with dummies.
    pub fn quota(&self, site: &PartyId) -> Option<u32> {
        let i = self.sites.binary_search_by_key(site, |s| s.0).ok()?;
        self.sites.get(i).map(|s| s.1)
    }

    /// Signs the draft as the coordinator: the file.
    ///
    /// # Errors
    /// [`RoundError::Form`] if the parameters do not fit together, [`RoundError::NotInRound`] if it
    /// names another coordinator.
    pub fn sign(&self, coordinator: &Card, key: &SigningKey) -> Result<String, RoundError> {
        let text = self.text();
        Self::parse(&text)?;
        if coordinator.id() != self.coordinator {
            return Err(RoundError::NotInRound(coordinator.name().to_owned()));
        }
        let mut note = Note::new(text)?;
        note.sign(coordinator.note_key().name(), key)?;
        Ok(note.to_string())
    }

    fn parse(text: &str) -> Result<Self, RoundError> {
        let mut lines = Lines::new(text, HEAD)?;
        let draft = Self::read_lines(&mut lines)?;
        lines.end()?;
        canonical(text, &draft.text())?;
        Ok(draft)
    }

    /// Reads a draft that a pinned coordinator signed.
    ///
    /// # Errors
    /// [`RoundError`].
    pub fn read(bytes: &[u8], trust: &TrustStore) -> Result<Self, RoundError> {
        let note = Note::parse(bytes)?;
        let draft = Self::parse(note.text())?;
        let coordinator = trust.get(&draft.coordinator, Role::Coordinator)?;
        note.verify(&[coordinator.note_key()])?;
        Ok(draft)
    }
}

/// All lines of one field, at most `max`.
fn many<T>(
    lines: &mut Lines<'_>,
    field: &'static str,
    max: usize,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, RoundError> {
    let mut out = Vec::new();
    while lines.at(field) {
        if out.len() == max {
            return Err(lines.bad(field));
        }
        out.push(lines.value(field, &read)?);
    }
    Ok(out)
}
