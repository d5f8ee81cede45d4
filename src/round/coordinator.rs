//! What the coordinator does in a round (manual: *round*, "Coordinator").
//!
//! The coordinator holds tags, handles and sealed encodings, and passes on what the comparer may open.
//! It has no method that takes a token input, a file key or an encoding in clear.

use std::collections::BTreeMap;

use super::envelope::EnvelopeId;
use super::note::AgreedNote;
use super::pairs::{AskFile, AskPair, PairsAsk, PairsWeights, Place};
use super::tokens::{Tag, TokenFile};
use super::{PartyId, RoundError};
use crate::crypto::hash::sha256;

/// A row of a site's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row {
    /// The site.
    pub site: PartyId,
    /// Row of its file.
    pub row: u32,
}

/// The token files of a round.
#[derive(Debug, Clone)]
pub struct Collected<'a> {
    note: &'a AgreedNote,
    files: BTreeMap<PartyId, TokenFile>,
}

impl<'a> Collected<'a> {
    /// No file yet.
    pub fn new(note: &'a AgreedNote) -> Self {
        Self {
            note,
            files: BTreeMap::new(),
        }
    }

    /// Takes a site's file. The same file again changes nothing.
    ///
    /// # Errors
    /// [`RoundError::NotInRound`], [`RoundError::Numbers`], [`RoundError::Quota`], and
    /// [`RoundError::Repeated`] for another file of the site or a file id or handle that is taken.
    pub fn add(&mut self, site: PartyId, file: TokenFile) -> Result<(), RoundError> {
        let draft = self.note.draft();
        let quota = draft
            .quota(&site)
            .ok_or_else(|| RoundError::NotInRound(site.fingerprint()))?;
        file.check(draft, quota)?;
        if let Some(had) = self.files.get(&site) {
            return if *had == file {
                Ok(())
            } else {
                Err(RoundError::Repeated)
            };
        }
        if self.files.values().any(|f| f.file == file.file) {
            return Err(RoundError::Repeated);
        }
        self.files.insert(site, file);
        Ok(())
    }

    /// Forgets a site's file.
    pub fn remove(&mut self, site: &PartyId) -> Option<TokenFile> {
        self.files.remove(site)
    }

    /// The files, in the order of sites.
    pub fn files(&self) -> impl Iterator<Item = (&PartyId, &TokenFile)> {
        self.files.iter()
    }

    /// Sites of the note whose file is missing.
    pub fn missing(&self) -> Vec<PartyId> {
        let sites = self.note.draft().sites.iter().map(|s| s.0);
        sites.filter(|s| !self.files.contains_key(s)).collect()
    }

    /// Whether enough sites take part.
    pub fn has_quorum(&self) -> bool {
        self.files.len() >= usize::from(self.note.draft().quorum)
    }

    /// All tags with their rows: what the join works on.
    pub fn tags(&self) -> impl Iterator<Item = (Tag, Row)> {
        self.files.iter().flat_map(|(site, file)| {
            let per = usize::from(file.tokens).max(1);
            let site = *site;
            let rows = (0u32..).zip(file.tags.chunks(per));
            rows.flat_map(move |(row, tags)| tags.iter().map(move |t| (*t, Row { site, row })))
        })
    }

    /// Places of the tags that two rows share.
    fn shared(&self, a: &Row, b: &Row) -> Vec<(u16, u16)> {
        let sorted = |row: &Row| {
            let file = self.files.get(&row.site);
            let tags = file.map_or(&[][..], |f| f.row(row.row as usize));
            let mut sorted: Vec<(Tag, u16)> = tags.iter().copied().zip(0u16..).collect();
            sorted.sort_unstable();
            sorted
        };
        let (a, b) = (sorted(a), sorted(b));
        a.iter()
            .filter_map(|(tag, i)| {
                let at = b.binary_search_by_key(tag, |(t, _)| *t).ok()?;
                Some((*i, b.get(at)?.1))
            })
            .collect()
    }

    /// Asks the comparer about pairs of rows. The token on which a pair is compared is picked by a
    /// hash of note and handles, so that nobody chooses it.
    ///
    /// # Errors
    /// [`RoundError::Pair`] names the first pair that is within one site, is there twice, or shares no
    /// tag.
    pub fn ask(&self, batch: u32, pairs: &[(Row, Row)]) -> Result<PairsAsk, RoundError> {
        let mut by_id: Vec<(&PartyId, &TokenFile)> = self.files.iter().collect();
        by_id.sort_by_key(|(_, f)| f.file);
        let index: BTreeMap<PartyId, (u16, &TokenFile)> = by_id
            .iter()
            .zip(0u16..)
            .map(|((site, file), i)| (**site, (i, *file)))
            .collect();
        let encoding = self.note.draft().encoding;
        let mut made = Vec::with_capacity(pairs.len());
        for (i, (a, b)) in pairs.iter().enumerate() {
            let bad = || RoundError::Pair(i);
            let (mut a, mut b) = (*a, *b);
            let place_of = |r: &Row| index.get(&r.site).map(|(n, _)| *n).ok_or_else(bad);
            if place_of(&a)? > place_of(&b)? {
                std::mem::swap(&mut a, &mut b);
            }
            if a.site == b.site {
                return Err(bad());
            }
            let shared = self.shared(&a, &b);
            let handle = |r: &Row| {
                let (_, file) = index.get(&r.site)?;
                file.handles.get(r.row as usize)
            };
            let (ha, hb) = (handle(&a).ok_or_else(bad)?, handle(&b).ok_or_else(bad)?);
            let (place_a, place_b) =
                *pick(self.note, ha.min(hb), ha.max(hb), &shared).ok_or_else(bad)?;
            let place = |r: &Row, place| {
                Ok::<_, RoundError>(Place {
                    file: place_of(r)?,
                    row: r.row,
                    place,
                })
            };
            let pair = AskPair {
                a: place(&a, place_a)?,
                b: place(&b, place_b)?,
                shared: u16::try_from(shared.len()).map_err(|_| bad())?,
            };
            let sealed = |r: &Row, place| {
                let (_, file) = index.get(&r.site)?;
                file.sealed(r.row, place)
            };
            let (sa, sb) = (sealed(&a, place_a), sealed(&b, place_b));
            made.push((i, pair, sa.ok_or_else(bad)?, sb.ok_or_else(bad)?));
        }
        let rows = |p: &AskPair| (p.a.file, p.a.row, p.b.file, p.b.row);
        made.sort_by_key(|(_, p, ..)| rows(p));
        if let Some(w) = made.windows(2).find(|w| rows(&w[0].1) == rows(&w[1].1)) {
            return Err(RoundError::Pair(w[1].0));
        }
        let mut sealed = Vec::with_capacity(made.len() * 2 * TokenFile::sealed_size(encoding));
        for (_, _, a, b) in &made {
            sealed.extend_from_slice(a);
            sealed.extend_from_slice(b);
        }
        Ok(PairsAsk {
            batch,
            encoding,
            files: by_id
                .iter()
                .map(|(_, f)| AskFile {
                    file: f.file,
                    persons: f.persons,
                    sealed_key: f.sealed_key.clone(),
                    totals: f.counts_sealed.clone(),
                })
                .collect(),
            pairs: made.iter().map(|(_, p, ..)| *p).collect(),
            sealed,
        })
    }

    /// The rows of an ask with their weights.
    ///
    /// # Errors
    /// [`RoundError::OtherRequest`] if the weights answer another ask, [`RoundError::Numbers`].
    pub fn weights(
        &self,
        ask: &PairsAsk,
        id: EnvelopeId,
        weights: &PairsWeights,
        comparer: &str,
    ) -> Result<Vec<(Row, Row, u16, u8)>, RoundError> {
        if weights.ask != id {
            return Err(RoundError::OtherRequest(comparer.to_owned()));
        }
        if weights.levels.len() != ask.pairs.len() {
            return Err(RoundError::Numbers);
        }
        let site = |p: &Place| {
            let file = ask.files.get(usize::from(p.file))?;
            let (site, _) = self.files.iter().find(|(_, f)| f.file == file.file)?;
            Some(Row {
                site: *site,
                row: p.row,
            })
        };
        ask.pairs
            .iter()
            .zip(&weights.levels)
            .map(|(p, level)| {
                let (a, b) = (site(&p.a), site(&p.b));
                a.zip(b)
                    .map(|(a, b)| (a, b, p.shared, *level))
                    .ok_or(RoundError::Numbers)
            })
            .collect()
    }
}

/// One of the shared places, by SHA-256 of note hash and the two handles.
fn pick<'s>(
    note: &AgreedNote,
    first: &[u8; 16],
    second: &[u8; 16],
    shared: &'s [(u16, u16)],
) -> Option<&'s (u16, u16)> {
    let hash = sha256(&[&note.hash().0, first, second]);
    let number = u64::from_be_bytes(*hash.first_chunk()?);
    let n = u64::try_from(shared.len()).ok().filter(|n| *n > 0)?;
    shared.get(usize::try_from(number % n).ok()?)
}
