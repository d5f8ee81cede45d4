//! The coordinator's part of the counts: the selection that follows from the decision, its shares and noise,
//! the tables (manual: *counts*).

use std::collections::BTreeMap;
use std::io::Write as _;

use rayon::prelude::*;
use zeroize::Zeroizing;

use super::matching::{self, Asked, Gone, Matched, Numbering, work_failed};
use super::{open_weights, secret};
use crate::codec::{Decode, DecodeError, Encode, Reader};
use crate::counts::noise::Laplace;
use crate::counts::overlap::{self, Several};
use crate::counts::pairs;
use crate::counts::release::{self, Released, Spread};
use crate::counts::{Epsilon, Published, person};
use crate::crypto::prio3::{Bound, Sum, Tables};
use crate::crypto::{CryptoError, random, travel};
use crate::holder::attempt;
use crate::log::act::ActKind;
use crate::party::stick::{COUNTS, COUNTS_ASK, COUNTS_REPLY};
use crate::party::{Book, Event, Outcome, Party, PartyError, Stick, Taken};
use crate::round::coordinator::Row;
use crate::round::counts::{
    self, CountedFile, CountedRow, CountsReply, LeftRow, Selection, may_be_counted,
    without_bad_files,
};
use crate::round::counts_note::CountsNote;
use crate::round::draft::{Draft, GROUPS_MAX};
use crate::round::envelope::{self, EnvelopeId, Kind, Sealing};
use crate::round::note::AgreedNote;
use crate::round::pairs::PairsWeights;
use crate::round::result::{Presence, RoundResult};
use crate::round::tokens::{FileId, SEALED_SHARE};
use crate::round::{PartyId, Role, RoundError, Time};
use crate::vault::{ActNote, StateChange};

/// Part of the round's state with the overlap, which has its noise.
pub(super) const OVERLAP: &str = "overlap";
/// Part of the round's state that says what was asked for.
pub(super) const COUNTING: &str = "counting";

/// Rows whose shares are held at once.
const BLOCK: usize = 4096;

fn on_pairs(draft: &Draft) -> Laplace {
    Laplace::hiding(pairs::SENSITIVITY, Epsilon::of(draft.epsilon_milli).pairs)
}

fn on_overlap(draft: &Draft) -> Laplace {
    Laplace::hiding(
        overlap::sensitivity(draft.groups.len()),
        Epsilon::of(draft.epsilon_milli).overlap,
    )
}

/// Who is on several lists, with noise; nothing if the round has none.
pub(super) fn several(
    draft: &Draft,
    matched: &Matched,
    numbering: &Numbering,
) -> Result<Option<Several>, PartyError> {
    if !draft.counts() {
        return Ok(None);
    }
    let exact = matched.several(draft, numbering);
    Ok(Some(
        exact.with_noise(&on_overlap(draft), &on_pairs(draft))?,
    ))
}

/// Keeps the overlap until it is published.
pub(super) fn remember(book: &Book, several: &Several) -> StateChange {
    let mut out = Zeroizing::new(vec![2]);
    let s = several;
    for n in [s.two, s.three, s.beyond, s.possible, s.between] {
        out.extend_from_slice(&n.to_be_bytes());
    }
    out.push(u8::try_from(several.groups.len()).unwrap_or(u8::MAX));
    for n in several.groups.iter().flatten() {
        out.extend_from_slice(&n.to_be_bytes());
    }
    StateChange::put_for_round(book.part(OVERLAP), 0, out)
}

fn remembered(party: &Party, book: &Book) -> Result<Several, PartyError> {
    let state = party.vault().state(&book.part(OVERLAP))?;
    let state = state.ok_or(PartyError::Stored)?;
    let mut input = Reader::new(&state.body);
    match input.u8()? {
        2 => {}
        v => return Err(DecodeError::Version(v).into()),
    }
    let mut several = Several {
        two: input.u64()?,
        three: input.u64()?,
        beyond: input.u64()?,
        possible: input.u64()?,
        between: input.u64()?,
        groups: Vec::new(),
    };
    let n = usize::from(input.u8()?);
    if n > GROUPS_MAX {
        return Err(DecodeError::Length.into());
    }
    for _ in 0..n {
        several.groups.push([input.u64()?, input.u64()?]);
    }
    input.finish()?;
    Ok(several)
}

/// What was asked for, remembered until the answer comes.
struct Counting {
    id: EnvelopeId,
    selection: Selection,
}

impl Counting {
    fn change(&self, book: &Book) -> StateChange {
        let mut out = Zeroizing::new(self.id.0.to_vec());
        self.selection.encode(&mut out);
        StateChange::put_for_round(book.part(COUNTING), 0, out)
    }

    fn load(party: &Party, book: &Book) -> Result<Self, PartyError> {
        let state = party.vault().state(&book.part(COUNTING))?;
        let state = state.ok_or(PartyError::Stored)?;
        let mut input = Reader::new(&state.body);
        let id = EnvelopeId(input.array()?);
        let selection = Selection::decode(&mut input)?;
        input.finish()?;
        Ok(Self { id, selection })
    }
}

/// Does what is due: asks the comparer once the result is decided, makes the counts once it has answered.
pub(super) fn counts_into(
    party: &Party,
    stick: &Stick,
    note: &AgreedNote,
    book: &mut Book,
    now: Time,
    out: &mut Outcome,
) -> Result<(), PartyError> {
    if !note.draft().counts() || book.result.is_none() || book.counts.is_some() {
        return Ok(());
    }
    if !book.sent.contains_key(COUNTS_ASK) {
        let asked = ask(party, note, book, out)?;
        if !asked {
            // Too few to be counted: what there is is the overlap.
            return publish(party, note, book, None, now, out);
        }
    }
    party.deliver(book, stick, COUNTS_ASK, out)?;
    let counting = Counting::load(party, book)?;
    let rows = counting.selection.rows(&note.hash())?;
    let max = CountsReply::max_size(rows.len());
    attempt(out, COUNTS_REPLY, |out| {
        let Some(bytes) = stick.read(COUNTS_REPLY, travel::file_max(max as u64 + 1024))? else {
            out.waiting.push(Event::WaitsFor(COUNTS_REPLY.to_owned()));
            return Ok(());
        };
        let comparer = party.trust().get(&note.draft().comparer, Role::Holder)?;
        let opened = envelope::decrypt(&secret(party, book)?, &bytes, max)?.verify(
            Kind::CountsReply,
            note.hash(),
            comparer,
            party.id(),
        )?;
        let reply = CountsReply::from_bytes(opened.payload()).map_err(RoundError::from)?;
        if reply.ask != counting.id {
            return Err(RoundError::OtherRequest(comparer.name().to_owned()).into());
        }
        if reply.valid.len() != rows.len() {
            return Err(RoundError::Numbers.into());
        }
        let taken = Taken {
            id: opened.id(),
            file: party.shelve(&bytes)?,
        };
        let added = add_up(party, note, book, &counting.selection, &rows, &reply)?;
        book.taken
            .insert((Kind::CountsReply as u8, comparer.id()), taken);
        publish(party, note, book, Some(added), now, out)
    })
}

/// The site of each file of a selection.
fn sites_of(
    selection: &Selection,
    by_id: &BTreeMap<FileId, PartyId>,
) -> Result<Vec<PartyId>, PartyError> {
    let site = |f: &CountedFile| by_id.get(&f.file).copied().ok_or(PartyError::Stored);
    selection.files.iter().map(site).collect()
}

/// Makes the selection and asks. Returns whether there is enough to be counted.
fn ask(
    party: &Party,
    note: &AgreedNote,
    book: &mut Book,
    out: &mut Outcome,
) -> Result<bool, PartyError> {
    let (asked, pairs) = Asked::with_pairs(party, book)?;
    let taken = book
        .taken(Kind::PairsWeights, &note.draft().comparer)
        .ok_or(PartyError::Stored)?;
    let max = PairsWeights::size(pairs.pairs.len());
    let (_, weights) = open_weights(party, note, book, &party.shelved(&taken.file)?, max)?;
    let theirs = weights.verify.ok_or(RoundError::Numbers)?;
    let mut files = matching::open_files(party, note, book, &asked.sites, |_| Ok(()))?;
    let gone = Gone::load(party, note, book, &files.collected)?;
    let matched = matching::decide(
        party,
        note,
        &asked,
        &files.collected,
        &gone,
        &pairs,
        &weights,
    )?;
    let mut by_id: Vec<(FileId, PartyId)> =
        files.collected.files().map(|(s, f)| (f.file, *s)).collect();
    by_id.sort_unstable();
    let place: BTreeMap<PartyId, u16> = by_id.iter().map(|(_, s)| *s).zip(0u16..).collect();
    let counted = |row: &Row| {
        let file = place.get(&row.site).copied().ok_or(PartyError::Stored)?;
        Ok::<_, PartyError>(CountedRow { file, row: row.row })
    };
    let mut persons = Vec::new();
    for rows in matched.persons(&Numbering::of(&files.collected)?) {
        let mut rows = rows.iter().map(counted).collect::<Result<Vec<_>, _>>()?;
        rows.sort_unstable();
        persons.push(rows);
    }
    persons.sort_unstable();
    let share = usize::from(crate::round::tokens::share_size(note.draft())?);
    let mut own = vec![0u8; share];
    let mut left = Vec::new();
    for (row, word) in gone.words() {
        let mut sealed = [0u8; SEALED_SHARE];
        let reader = files.readers.get_mut(&row.site).ok_or(PartyError::Stored)?;
        reader.shares(row.row, &mut own, &mut sealed)?;
        left.push(LeftRow {
            row: counted(row)?,
            word: *word,
            sealed,
        });
    }
    left.sort_unstable_by_key(|l| l.row);
    let heads: BTreeMap<_, _> = files.collected.files().collect();
    let selection = Selection {
        verify: random::array()?,
        files: by_id
            .iter()
            .filter_map(|(file, site)| {
                let head = heads.get(site)?;
                Some(CountedFile {
                    file: *file,
                    persons: head.persons,
                    sealed_key: head.sealed_key.clone(),
                })
            })
            .collect(),
        persons,
        left,
    };
    let hash = note.hash();
    let rows = selection.rows(&hash)?;
    if !may_be_counted(note.draft(), &rows) {
        return Ok(false);
    }
    let tables = Tables::new(&person::shape())?;
    let key = counts::verify_key(&hash, &selection.verify, &theirs);
    let context = counts::context(&hash);
    let front = selection.to_bytes();
    // The ask may be larger than memory.
    let mut sealing = Sealing::begin(
        Kind::CountsAsk,
        hash,
        party.id(),
        &[note.comparer().ok_or(RoundError::Joins)?],
        front.len() as u64 + rows.len() as u64 * counts::row_size() as u64,
        party.staging()?,
    )?;
    sealing.write_all(&front).map_err(work_failed)?;
    drop(front);
    for block in rows.chunks(BLOCK) {
        let read = read_shares(block, &by_id, &mut files.readers, share)?;
        let said: Vec<Vec<u8>> = block
            .par_iter()
            .zip(&read)
            .map(|(row, (own, _))| {
                let file = by_id
                    .get(usize::from(row.file))
                    .map_or([0; 16], |(file, _)| *file);
                let bound = Bound {
                    key: &key,
                    context: &context,
                    nonce: &counts::nonce(&hash, &file, row.row),
                };
                // A share that is malformed is told as nothing, and the comparer finds it invalid.
                let nothing = |_: CryptoError| vec![0; Tables::message_size()];
                tables.message(bound, own).unwrap_or_else(nothing)
            })
            .collect();
        for ((_, sealed), said) in read.iter().zip(&said) {
            sealing.write_all(sealed).map_err(work_failed)?;
            sealing.write_all(said).map_err(work_failed)?;
        }
    }
    let count = rows.len() as u64;
    let (id, file) = sealing.finish(party.key())?;
    let counting = Counting { id, selection };
    let change = counting.change(book);
    let file = file.finish()?.keep()?;
    book.sent.insert(COUNTS_ASK.to_owned(), file);
    party.keep(
        book,
        vec![change],
        ActNote::new(ActKind::Tallied).count(count),
    )?;
    out.done.push(Event::Counting { rows: count });
    Ok(true)
}

type Shares = (Vec<u8>, [u8; SEALED_SHARE]);

fn read_shares(
    rows: &[CountedRow],
    by_id: &[(FileId, PartyId)],
    readers: &mut matching::Readers,
    share: usize,
) -> Result<Vec<Shares>, PartyError> {
    rows.iter()
        .map(|row| {
            let (_, site) = by_id.get(usize::from(row.file)).ok_or(PartyError::Stored)?;
            let reader = readers.get_mut(site).ok_or(PartyError::Stored)?;
            let mut own = vec![0u8; share];
            let mut sealed = [0u8; SEALED_SHARE];
            reader.shares(row.row, &mut own, &mut sealed)?;
            Ok((own, sealed))
        })
        .collect()
}

/// What the two aggregators come to.
struct Added {
    /// Sums with the noise of both, if anything was counted.
    sums: Option<Vec<i64>>,
    rows: u64,
    /// Rows of each site that were left out.
    left_out: BTreeMap<PartyId, u32>,
}

/// Adds up the coordinator's shares of what the comparer found valid, and its noise.
fn add_up(
    party: &Party,
    note: &AgreedNote,
    book: &Book,
    selection: &Selection,
    rows: &[CountedRow],
    reply: &CountsReply,
) -> Result<Added, PartyError> {
    let asked = Asked::load(party, book)?;
    let mut files = matching::open_files(party, note, book, &asked.sites, |_| Ok(()))?;
    let by_id: BTreeMap<FileId, PartyId> =
        files.collected.files().map(|(s, f)| (f.file, *s)).collect();
    let sites = sites_of(selection, &by_id)?;
    let mut valid = reply.valid.clone();
    let mut left_out = BTreeMap::new();
    for (file, n) in without_bad_files(rows, &mut valid) {
        if let Some(site) = sites.get(usize::from(file)) {
            left_out.insert(*site, n);
        }
    }
    if valid != reply.valid {
        return Err(RoundError::Numbers.into());
    }
    let counted: Vec<CountedRow> = rows
        .iter()
        .zip(&valid)
        .filter(|(_, v)| **v)
        .map(|(r, _)| *r)
        .collect();
    let mut added = Added {
        sums: None,
        rows: counted.len() as u64,
        left_out,
    };
    let Some(theirs) = &reply.sums else {
        return Ok(added);
    };
    if !may_be_counted(note.draft(), &counted) {
        return Err(RoundError::Numbers.into());
    }
    let tables = Tables::new(&person::shape())?;
    let share = usize::from(crate::round::tokens::share_size(note.draft())?);
    let by_place: Vec<(FileId, PartyId)> =
        selection.files.iter().map(|f| f.file).zip(sites).collect();
    let mut own = tables.nothing();
    for block in counted.chunks(BLOCK) {
        for (share, _) in read_shares(block, &by_place, &mut files.readers, share)? {
            tables.take(&share, &mut own)?;
        }
    }
    let epsilon = Epsilon::of(note.draft().epsilon_milli).counts;
    let noise = Laplace::hiding(release::SENSITIVITY, epsilon);
    own.noise(&noise.draws(tables.elements())?)?;
    added.sums = Some(own.unshard(&Sum::from_bytes(theirs)?)?);
    Ok(added)
}

/// Makes the counts, keeps and signs them.
fn publish(
    party: &Party,
    note: &AgreedNote,
    book: &mut Book,
    added: Option<Added>,
    now: Time,
    out: &mut Outcome,
) -> Result<(), PartyError> {
    let draft = note.draft();
    let text = book.result.as_ref().ok_or(PartyError::NoRound)?;
    let result = RoundResult::read(text.as_bytes(), note, party.trust())?;
    let several = remembered(party, book)?;
    let spread = Spread::of(
        result.local_persons,
        result.persons,
        result.precision,
        result.recall,
    );
    let epsilon = Epsilon::of(draft.epsilon_milli);
    let noise = Laplace::hiding(release::SENSITIVITY, epsilon.counts);
    let (rows, left_out) = match &added {
        Some(added) => (added.rows, added.left_out.clone()),
        None => (0, BTreeMap::new()),
    };
    let (released, told) = match added.and_then(|a| a.sums) {
        Some(sums) => {
            let released = release::release(&sums, rows, &noise, draft.min_cell, spread);
            // How many rows there were tells how many were left out because a person was found twice: sizes
            // of files are multiples of eight. So it is told as the noisy sums have it.
            let dummies = sums.first().map_or(0, |n| u64::try_from(*n).unwrap_or(0));
            let told = released.persons.value.saturating_add(dummies);
            (released, told)
        }
        None => {
            let persons = spread.around(result.persons, 6.0 * on_overlap(draft).variance());
            let tables = Vec::new();
            (Released { persons, tables }, 0)
        }
    };
    let present = result.sites.iter().filter(|s| s.1 == Presence::Present);
    let groups: Vec<(&str, u16)> = draft
        .groups
        .iter()
        .map(|g| {
            (
                g.name.as_str(),
                u16::try_from(g.sites.len()).unwrap_or(u16::MAX),
            )
        })
        .collect();
    let quality = (draft.min_cell, result.precision, result.recall);
    let counts = CountsNote {
        note: note.hash(),
        released: now,
        published: Published {
            min_cell: draft.min_cell,
            epsilon_milli: draft.epsilon_milli,
            rows: told,
            invalid: left_out.values().map(|n| u64::from(*n)).sum(),
            persons: released.persons,
            tables: released.tables,
            overlap: overlap::publish(
                &several,
                u16::try_from(present.count()).unwrap_or(u16::MAX),
                result.local_persons,
                &groups,
                &on_overlap(draft),
                quality,
            ),
        },
        left_out: left_out.iter().map(|(site, n)| (*site, *n)).collect(),
    };
    let text = counts.sign(note, party.card(), party.key())?;
    book.counts = Some(text);
    let persons = counts.published.persons.value;
    let act = ActNote::new(ActKind::Published).count(persons);
    party.keep(book, Vec::new(), act)?;
    for (site, rows) in &counts.left_out {
        out.done.push(Event::Invalid {
            name: party.name(site),
            rows: *rows,
        });
    }
    out.done.push(Event::Counted {
        persons,
        tables: counts.published.tables.len() as u64,
    });
    Ok(())
}

/// Writes the counts.
pub(super) fn deliver(
    party: &Party,
    stick: &Stick,
    book: &Book,
    out: &mut Outcome,
) -> Result<(), PartyError> {
    if let Some(text) = &book.counts {
        party.put(stick, COUNTS, text.as_bytes(), out)?;
    }
    Ok(())
}
