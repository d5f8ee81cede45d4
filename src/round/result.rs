//! `result.note`: what everybody learns (manual: *files*, "Result").

use std::fmt::Write as _;

use super::agreement::Agreement;
use super::draft::Draft;
use super::note::AgreedNote;
use super::pairs::LEVELS;
use super::published::Published;
use super::text::{Lines, canonical};
use super::trust::TrustStore;
use super::{Card, NoteHash, PartyId, RoundError, Time};
use crate::codec::to_hex;
use crate::crypto::sign::SigningKey;

const HEAD: &str = "sigilo/round/result/v1";

/// Whether a site's file is in a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Presence {
    /// It is.
    Present,
    /// It came too late or not at all.
    Absent,
}

/// Totals of one site, if the note agreed to publish them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SiteTotal {
    /// Records with consent.
    pub records: u64,
    /// Persons, its own duplicates linked.
    pub persons: u64,
}

/// The result of a round. Numbers are those that may be published: suppressed and with noise where
/// the policy says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundResult {
    /// The round's note.
    pub note: NoteHash,
    /// When it was decided.
    pub decided: Time,
    /// Records that entered.
    pub records: u64,
    /// Persons after each site linked its own duplicates.
    pub local_persons: u64,
    /// Persons after matching.
    pub persons: u64,
    /// Candidate pairs.
    pub candidates: u64,
    /// Pairs that were compared.
    pub compared: u64,
    /// Pairs in the band *match*.
    pub matches: u64,
    /// Pairs in the band *possible*.
    pub possible: u64,
    /// Estimated precision in thousandths: low end, value, high end.
    pub precision: [u16; 3],
    /// Estimated recall in thousandths: low end, value, high end.
    pub recall: [u16; 3],
    /// Estimated accidental meetings per person, in thousandths.
    pub meetings: u64,
    /// Compared pairs in each step of weight, rounded to multiples of [`rounding`].
    pub steps: [u64; LEVELS as usize],
    /// Least step of the band *match*.
    pub matched_from: u8,
    /// Least step of the band *possible*.
    pub possible_from: u8,
    /// How often fields agree in matched pairs.
    pub agreement: Option<Agreement>,
    /// Every site of the note, in the order of ids.
    pub sites: Vec<(PartyId, Presence, Option<SiteTotal>)>,
}

/// What numbers of pairs in a step are rounded to: a step with few pairs is not told from an empty
/// one.
pub fn rounding(draft: &Draft) -> u64 {
    u64::from(draft.min_cell).max(1)
}

impl Published for RoundResult {
    fn text(&self) -> String {
        let three = |v: &[u16; 3]| format!("{} {} {}", v[0], v[1], v[2]);
        let mut out = format!(
            "{HEAD}\nnote {}\ndecided {}\nrecords {}\nlocal-persons {}\npersons {}\n\
             candidates {}\ncompared {}\nmatches {}\npossible {}\nprecision {}\nrecall {}\n\
             meetings {}\nsteps {}\nbands {} {}\n",
            to_hex(&self.note.0),
            self.decided,
            self.records,
            self.local_persons,
            self.persons,
            self.candidates,
            self.compared,
            self.matches,
            self.possible,
            three(&self.precision),
            three(&self.recall),
            self.meetings,
            self.steps.map(|n| n.to_string()).join(" "),
            self.possible_from,
            self.matched_from,
        );
        if let Some(agreement) = &self.agreement {
            out.push_str(&agreement.lines());
        }
        for (id, presence, total) in &self.sites {
            let _ = write!(out, "site {} ", to_hex(&id.0));
            out.push_str(match presence {
                Presence::Present => "present",
                Presence::Absent => "absent",
            });
            if let Some(total) = total {
                let _ = write!(out, " {} {}", total.records, total.persons);
            }
            out.push('\n');
        }
        out
    }

    fn parse(text: &str) -> Result<Self, RoundError> {
        let mut lines = Lines::new(text, HEAD)?;
        let three = |v: &str| {
            let mut parts = v.split(' ').map(|p| p.parse().ok().filter(|n| *n <= 1000));
            let out = [parts.next()??, parts.next()??, parts.next()??];
            (parts.next().is_none() && out.is_sorted()).then_some(out)
        };
        let steps = |v: &str| {
            let numbers = v.split(' ').map(|n| n.parse().ok());
            numbers.collect::<Option<Vec<u64>>>()?.try_into().ok()
        };
        let bands = |v: &str| {
            let (possible, matched) = v.split_once(' ')?;
            let bands: [u8; 2] = [possible.parse().ok()?, matched.parse().ok()?];
            (bands.is_sorted() && bands[1] < LEVELS).then_some(bands)
        };
        let mut result = Self {
            note: NoteHash(lines.hex("note")?),
            decided: lines.time("decided")?,
            records: lines.number("records", u64::MAX)?,
            local_persons: lines.number("local-persons", u64::MAX)?,
            persons: lines.number("persons", u64::MAX)?,
            candidates: lines.number("candidates", u64::MAX)?,
            compared: lines.number("compared", u64::MAX)?,
            matches: lines.number("matches", u64::MAX)?,
            possible: lines.number("possible", u64::MAX)?,
            precision: lines.value("precision", three)?,
            recall: lines.value("recall", three)?,
            meetings: lines.number("meetings", u64::MAX)?,
            steps: lines.value("steps", steps)?,
            matched_from: 0,
            possible_from: 0,
            agreement: None,
            sites: Vec::new(),
        };
        [result.possible_from, result.matched_from] = lines.value("bands", bands)?;
        result.agreement = Agreement::read_lines(&mut lines)?;
        while lines.at("site") {
            result.sites.push(lines.value("site", |v| {
                let mut parts = v.split(' ');
                let id = PartyId(super::text::hex(parts.next()?)?);
                let presence = match parts.next()? {
                    "present" => Presence::Present,
                    "absent" => Presence::Absent,
                    _ => return None,
                };
                let total = match (parts.next(), parts.next(), parts.next()) {
                    (None, ..) => None,
                    (Some(records), Some(persons), None) => Some(SiteTotal {
                        records: records.parse().ok()?,
                        persons: persons.parse().ok()?,
                    }),
                    _ => return None,
                };
                Some((id, presence, total))
            })?);
        }
        lines.end()?;
        canonical(text, &result.text())?;
        Ok(result)
    }

    /// Whether the result fits the round: its sites, no totals that were not agreed, no small numbers.
    fn check(&self, note: &AgreedNote) -> Result<(), RoundError> {
        if self.note != note.hash() {
            return Err(RoundError::WrongRound);
        }
        let draft = note.draft();
        let same = self
            .sites
            .iter()
            .map(|s| s.0)
            .eq(draft.sites.iter().map(|s| s.0));
        let totals = |(_, presence, total): &(PartyId, Presence, Option<SiteTotal>)| {
            total.is_none() || (draft.site_totals && *presence == Presence::Present)
        };
        let unit = rounding(draft);
        let rounded = self.steps.iter().all(|n| n % unit == 0);
        if !same || !rounded || !self.sites.iter().all(totals) {
            return Err(RoundError::Numbers);
        }
        Ok(())
    }
}

impl RoundResult {
    /// Signs the result as the coordinator: the file.
    ///
    /// # Errors
    /// [`RoundError`] if the result does not fit the round.
    pub fn sign(
        &self,
        note: &AgreedNote,
        coordinator: &Card,
        key: &SigningKey,
    ) -> Result<String, RoundError> {
        self.signed(note, coordinator, key)
    }

    /// Reads the result of a round.
    ///
    /// # Errors
    /// [`RoundError`].
    pub fn read(bytes: &[u8], note: &AgreedNote, trust: &TrustStore) -> Result<Self, RoundError> {
        Self::verified(bytes, note, trust)
    }
}
