//! What the coordinator does in a round (manual: *round*, "Coordinator").
//!
//! The coordinator holds tags, handles and sealed encodings, and passes on what the comparer may open.
//! It has no method that takes a token input, a file key or an encoding in clear.

use std::collections::BTreeMap;
use std::io::Write;

use super::envelope::EnvelopeId;
use super::note::AgreedNote;
use super::pairs::{AskFile, AskPair, PairsAsk, PairsList, PairsWeights, Place};
use super::tokens::{Tag, TokenFile, TokenHead};
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

/// The rest of the token files: what is looked at only for candidates.
pub trait Bodies {
    /// The tags of a row.
    ///
    /// # Errors
    /// [`RoundError::Numbers`] if there is no such row, or what reading says.
    fn tags(&mut self, row: &Row, out: &mut Vec<Tag>) -> Result<(), RoundError>;

    /// The sealed encoding at a place of a row. Those of a site are asked for in ascending order.
    ///
    /// # Errors
    /// [`RoundError::Numbers`] if there is no such place, or what reading says.
    fn sealed(&mut self, row: &Row, place: u16, out: &mut [u8]) -> Result<(), RoundError>;
}

/// Whole files in memory.
impl Bodies for BTreeMap<PartyId, TokenFile> {
    fn tags(&mut self, row: &Row, out: &mut Vec<Tag>) -> Result<(), RoundError> {
        let file = self.get(&row.site).ok_or(RoundError::Numbers)?;
        out.clear();
        out.extend_from_slice(file.row(row.row as usize));
        Ok(())
    }

    fn sealed(&mut self, row: &Row, place: u16, out: &mut [u8]) -> Result<(), RoundError> {
        let file = self.get(&row.site).ok_or(RoundError::Numbers)?;
        let sealed = file.sealed(row.row, place).ok_or(RoundError::Numbers)?;
        if sealed.len() != out.len() {
            return Err(RoundError::Numbers);
        }
        out.copy_from_slice(sealed);
        Ok(())
    }
}

/// The heads of a round's token files.
#[derive(Debug, Clone)]
pub struct Collected<'a> {
    note: &'a AgreedNote,
    files: BTreeMap<PartyId, TokenHead>,
}

impl<'a> Collected<'a> {
    /// No file yet.
    pub fn new(note: &'a AgreedNote) -> Self {
        Self {
            note,
            files: BTreeMap::new(),
        }
    }

    /// Takes the head of a site's file. The same again changes nothing.
    ///
    /// # Errors
    /// [`RoundError::NotInRound`], [`RoundError::Numbers`], [`RoundError::Quota`], and
    /// [`RoundError::Repeated`] for another file of the site or a file id that is taken.
    pub fn add(&mut self, site: PartyId, file: TokenHead) -> Result<(), RoundError> {
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

    /// The files, in the order of sites.
    pub fn files(&self) -> impl Iterator<Item = (&PartyId, &TokenHead)> {
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

    /// Asks the comparer about pairs of rows: [`Collected::list`] with its encodings, all of it in
    /// memory.
    ///
    /// # Errors
    /// As [`Collected::list`].
    pub fn ask(
        &self,
        batch: u32,
        pairs: &[(Row, Row)],
        bodies: &mut dyn Bodies,
    ) -> Result<PairsAsk, RoundError> {
        let list = self.list(batch, pairs, bodies)?;
        let mut sealed = Vec::new();
        self.sealed(&list, bodies, &mut sealed)?;
        Ok(PairsAsk { list, sealed })
    }

    /// The files, in the order of ids.
    fn by_id(&self) -> Vec<(&PartyId, &TokenHead)> {
        let mut by_id: Vec<(&PartyId, &TokenHead)> = self.files.iter().collect();
        by_id.sort_by_key(|(_, f)| f.file);
        by_id
    }

    /// What the comparer is asked about pairs of rows. The token on which a pair is compared is picked
    /// by a hash of note and handles, so that nobody chooses it.
    ///
    /// # Errors
    /// [`RoundError::Pair`] names a pair that is within one site, is there twice, or shares no tag; what
    /// `bodies` say.
    pub fn list(
        &self,
        batch: u32,
        pairs: &[(Row, Row)],
        bodies: &mut dyn Bodies,
    ) -> Result<PairsList, RoundError> {
        let by_id = self.by_id();
        let index: BTreeMap<PartyId, u16> = by_id
            .iter()
            .zip(0u16..)
            .map(|((s, _), i)| (**s, i))
            .collect();
        // The order of the ask is the order of the files, in which they are read best.
        let mut ordered = Vec::with_capacity(pairs.len());
        for (i, (a, b)) in pairs.iter().enumerate() {
            let place = |r: &Row| index.get(&r.site).map(|file| (*file, r.row));
            match (place(a), place(b)) {
                (Some(x), Some(y)) if x.0 < y.0 => ordered.push((x, y, i)),
                (Some(x), Some(y)) if x.0 > y.0 => ordered.push((y, x, i)),
                _ => return Err(RoundError::Pair(i)),
            }
        }
        ordered.sort_unstable();
        if let Some(w) = ordered
            .windows(2)
            .find(|w| (w[0].0, w[0].1) == (w[1].0, w[1].1))
        {
            return Err(RoundError::Pair(w[1].2));
        }
        let row_of = |(file, row)| row_of(&by_id, file, row);
        let (mut first, mut second) = (Numbered::default(), Numbered::default());
        let mut made = Vec::with_capacity(ordered.len());
        for (a, b, i) in ordered {
            let bad = || RoundError::Pair(i);
            let (ra, rb) = (row_of(a)?, row_of(b)?);
            first.read(ra, bodies)?;
            second.read(rb, bodies)?;
            let shared = first.shared(&second);
            let handle = |r: &Row| self.files.get(&r.site)?.handles.get(r.row as usize);
            let (ha, hb) = (handle(&ra).ok_or_else(bad)?, handle(&rb).ok_or_else(bad)?);
            let (place_a, place_b) =
                *pick(self.note, ha.min(hb), ha.max(hb), &shared).ok_or_else(bad)?;
            let place = |(file, row), place| Place { file, row, place };
            made.push(AskPair {
                a: place(a, place_a),
                b: place(b, place_b),
                shared: u16::try_from(shared.len()).map_err(|_| bad())?,
            });
        }
        Ok(PairsList {
            batch,
            encoding: self.note.draft().encoding,
            files: by_id
                .iter()
                .map(|(_, f)| AskFile {
                    file: f.file,
                    persons: f.persons,
                    sealed_key: f.sealed_key.clone(),
                    totals: f.counts_sealed.clone(),
                })
                .collect(),
            pairs: made,
        })
    }

    /// Writes the sealed encodings of a list. Memory is what those of a million pairs have.
    ///
    /// # Errors
    /// What `bodies` and writing say.
    pub fn sealed(
        &self,
        list: &PairsList,
        bodies: &mut dyn Bodies,
        to: &mut impl Write,
    ) -> Result<(), RoundError> {
        let by_id = self.by_id();
        let row = |place: &Place| row_of(&by_id, place.file, place.row);
        write_sealed(list, WINDOW, row, bodies, to)
    }

    /// The rows of an ask with their weights.
    ///
    /// # Errors
    /// [`RoundError::OtherRequest`] if the weights answer another ask, [`RoundError::Numbers`].
    pub fn weights(
        &self,
        ask: &PairsList,
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
        let sites: Vec<Option<PartyId>> = ask
            .files
            .iter()
            .map(|file| {
                let mut all = self.files.iter();
                Some(*all.find(|(_, f)| f.file == file.file)?.0)
            })
            .collect();
        let site = |p: &Place| {
            let site = (*sites.get(usize::from(p.file))?)?;
            Some(Row { site, row: p.row })
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

/// The tags of one row in ascending order, with their places.
#[derive(Default)]
struct Numbered {
    row: Option<Row>,
    read: Vec<Tag>,
    sorted: Vec<(Tag, u16)>,
}

impl Numbered {
    fn read(&mut self, row: Row, bodies: &mut dyn Bodies) -> Result<(), RoundError> {
        if self.row != Some(row) {
            bodies.tags(&row, &mut self.read)?;
            self.sorted.clear();
            self.sorted.extend(self.read.iter().copied().zip(0u16..));
            self.sorted.sort_unstable();
            self.row = Some(row);
        }
        Ok(())
    }

    /// Places of the tags that both have, in the order of tags.
    fn shared(&self, other: &Self) -> Vec<(u16, u16)> {
        let of = |tag: &Tag| {
            let at = other.sorted.binary_search_by_key(tag, |(t, _)| *t).ok()?;
            other.sorted.get(at)
        };
        let mine = self.sorted.iter();
        mine.filter_map(|(tag, i)| Some((*i, of(tag)?.1))).collect()
    }
}

/// Pairs whose encodings are held at once when they are written, 330 MB.
const WINDOW: usize = 1 << 20;

/// Writes sealed encodings in the order of pairs. Those of `window` pairs are read at a time, each file in
/// its order.
fn write_sealed(
    list: &PairsList,
    window: usize,
    row_of: impl Fn(&Place) -> Result<Row, RoundError>,
    bodies: &mut dyn Bodies,
    to: &mut impl Write,
) -> Result<(), RoundError> {
    let size = TokenFile::sealed_size(list.encoding);
    let mut out = Vec::new();
    for pairs in list.pairs.chunks(window.max(1)) {
        let places = pairs.iter().flat_map(|p| [p.a, p.b]);
        let mut wanted: Vec<(Place, usize)> = places.zip(0..).collect();
        wanted.sort_unstable();
        out.resize(wanted.len() * size, 0);
        for (place, i) in wanted {
            let out = out.get_mut(i * size..(i + 1) * size);
            let out = out.ok_or(RoundError::Numbers)?;
            bodies.sealed(&row_of(&place)?, place.place, out)?;
        }
        to.write_all(&out).map_err(|_| RoundError::Io)?;
    }
    Ok(())
}

fn row_of(by_id: &[(&PartyId, &TokenHead)], file: u16, row: u32) -> Result<Row, RoundError> {
    let (site, _) = by_id.get(usize::from(file)).ok_or(RoundError::Numbers)?;
    Ok(Row { site: **site, row })
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Encodings that say where they stand; each row of a site is read behind the one before.
    struct Said(BTreeMap<PartyId, (u32, u16)>);

    impl Bodies for Said {
        fn tags(&mut self, _: &Row, _: &mut Vec<Tag>) -> Result<(), RoundError> {
            Err(RoundError::Numbers)
        }

        fn sealed(&mut self, row: &Row, place: u16, out: &mut [u8]) -> Result<(), RoundError> {
            let last = self.0.insert(row.site, (row.row, place));
            if last.is_some_and(|last| last > (row.row, place)) {
                return Err(RoundError::Numbers);
            }
            out.fill(row.site.0[0]);
            out[..4].copy_from_slice(&row.row.to_be_bytes());
            out[4..6].copy_from_slice(&place.to_be_bytes());
            Ok(())
        }
    }

    #[test]
    fn encodings_are_the_same_however_many_are_held() {
        let place = |file: u16, row: u32| Place {
            file,
            row,
            place: (row * 7 % 5) as u16,
        };
        let mut list = PairsList {
            batch: 0,
            encoding: 3,
            files: Vec::new(),
            pairs: Vec::new(),
        };
        for i in 0..40u32 {
            let (a, b) = (i as u16 / 20, 2 + (i * 13 % 3) as u16);
            list.pairs.push(AskPair {
                a: place(a, i % 20),
                b: place(b, i * 11 % 40),
                shared: 1,
            });
        }
        let row_of = |place: &Place| {
            Ok(Row {
                site: PartyId([place.file as u8; 32]),
                row: place.row,
            })
        };
        let written = |window: usize| {
            let mut out = Vec::new();
            for pairs in list.pairs.chunks(window.max(1)) {
                // A window begins a file again.
                let part = PairsList {
                    pairs: pairs.to_vec(),
                    ..list.clone()
                };
                let mut bodies = Said(BTreeMap::new());
                write_sealed(&part, window, row_of, &mut bodies, &mut out).unwrap();
            }
            out
        };
        let all = written(40);
        assert_eq!(all.len() as u64, list.sealed_len());
        let size = TokenFile::sealed_size(3);
        for (encoding, place) in all
            .chunks(size)
            .zip(list.pairs.iter().flat_map(|p| [p.a, p.b]))
        {
            assert_eq!(encoding[..4], place.row.to_be_bytes());
            assert_eq!(encoding[4..6], place.place.to_be_bytes());
            assert_eq!(encoding[6], place.file as u8);
        }
        for window in [0, 1, 2, 19, 20, 39, 41] {
            assert_eq!(written(window), all, "{window}");
        }
    }
}
