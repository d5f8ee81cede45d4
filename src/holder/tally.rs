//! The comparer's part of the counts: one selection in a round, each share once.
//!
//! That a selection was counted is stored with the answer, before anything leaves; another one is refused
//! for ever, the same one is sent what was stored.

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use super::{Answer, OpenedFile, Question, attempt, open_book, secrets};
use crate::codec::{Decode as _, DecodeError, Encode as _, Reader};
use crate::counts::Epsilon;
use crate::counts::noise::Laplace;
use crate::counts::release::SENSITIVITY;
use crate::crypto::random;
use crate::crypto::travel;
use crate::log::act::ActKind;
use crate::matching::rivals;
use crate::matching::score::{self, Model};
use crate::party::params::rarity;
use crate::party::stick::{COUNTS_ASK, COUNTS_REPLY};
use crate::party::{Book, Event, Outcome, Party, PartyError, Shelved, Stick};
use crate::round::Role;
use crate::round::counts::{CountedRow, CountsAsk, Selection};
use crate::round::draft::Draft;
use crate::round::envelope::Kind;
use crate::round::holder::HolderSecrets;
use crate::round::note::AgreedNote;
use crate::round::pairs::PairsList;
use crate::round::tally::{self, Comparison, Refused};
use crate::vault::{ActNote, StateChange};

const COUNTED: Answer = Answer {
    asked: Kind::CountsAsk,
    kind: Kind::CountsReply,
    name: COUNTS_REPLY,
};

/// Part of the round's state that says what was compared.
pub(super) const COMPARED: &str = "compared";

/// What the comparer keeps until it counts.
struct Compared {
    /// Its part of the verification key.
    verify: [u8; 32],
    /// The pairs with their levels, encrypted to itself.
    own: Shelved,
}

impl Compared {
    fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(80));
        out.push(1);
        out.extend_from_slice(&self.verify);
        self.own.encode(&mut out);
        out
    }

    fn load(party: &Party, book: &Book) -> Result<Self, PartyError> {
        let state = party.vault().state(&book.part(COMPARED))?;
        let state = state.ok_or(PartyError::NotAsked)?;
        let mut input = Reader::new(&state.body);
        match input.u8()? {
            1 => {}
            v => return Err(DecodeError::Version(v).into()),
        }
        let compared = Self {
            verify: input.array()?,
            own: Shelved::decode(&mut input)?,
        };
        input.finish()?;
        Ok(compared)
    }
}

/// What a comparison leaves for the counts: the comparer's part of the verification key, and the state that
/// keeps it with the pairs.
pub(super) fn remember(
    party: &Party,
    book: &Book,
    secrets: &HolderSecrets,
    ask: &PairsList,
    levels: &[u8],
) -> Result<([u8; 32], StateChange), PartyError> {
    let verify = random::array()?;
    let comparison = Comparison::of(ask, levels).to_bytes();
    let own = travel::encrypt_bytes(&[secrets.identity().recipient()], &comparison)?;
    let compared = Compared {
        verify,
        own: party.shelve(&own)?,
    };
    let change = StateChange::put_for_round(book.part(COMPARED), 0, compared.to_bytes());
    Ok((verify, change))
}

/// Forgets what was kept of the comparison.
pub(super) fn forget(party: &Party, book: &Book) {
    if let Ok(compared) = Compared::load(party, book) {
        party.unshelve(&compared.own);
    }
}

/// Whether the counts of a round are still to come, so that its keys are still needed here.
pub(super) fn owes(party: &Party, note: &AgreedNote, book: &Book) -> bool {
    let compared = book
        .taken(Kind::PairsAsk, &note.draft().coordinator)
        .is_some();
    note.draft().counts() && compared && party.id() == note.draft().comparer
}

/// Adds up what the coordinator asks for.
///
/// # Errors
/// [`PartyError::SecondSelection`], [`PartyError::Selection`], or what the file says.
pub fn tally(party: &Party, stick: &Stick) -> Result<Outcome, PartyError> {
    party.require(Role::Holder)?;
    let mut out = Outcome::default();
    let note = super::agreed_note(party, stick)?;
    if stick.open_file(COUNTS_ASK, u64::MAX)?.is_none() {
        return Err(super::missing(COUNTS_ASK));
    }
    tally_into(party, stick, &note, &mut out)?;
    Ok(out)
}

pub(super) fn tally_into(
    party: &Party,
    stick: &Stick,
    note: &AgreedNote,
    out: &mut Outcome,
) -> Result<(), PartyError> {
    let asked = Question {
        kind: Kind::CountsAsk,
        name: COUNTS_ASK,
        max: CountsAsk::max_size(note.draft()),
        second: PartyError::SecondSelection,
    };
    let file = match asked.find(stick) {
        Ok(None) => return Ok(()),
        Ok(Some(file)) => file,
        Err(e) => return out.refuse(COUNTS_ASK, e),
    };
    attempt(out, COUNTS_ASK, |out| {
        let mut book = open_book(party, stick)?;
        let secrets = secrets(party, &book)?;
        let read = |stream: &mut OpenedFile<'_>| Selection::read(stream);
        let Some(asked) = asked.open(party, note, &book, &secrets, file, read)? else {
            return party.deliver(&book, stick, COUNTS_REPLY, out);
        };
        let selection = asked.front;
        let compared = Compared::load(party, &book)?;
        let own = party.shelved(&compared.own)?;
        let own = travel::decrypt_bytes(secrets.identity(), &own, own.len())?;
        let comparison = Comparison::from_bytes(&own)?;
        let left: BTreeSet<CountedRow> = selection.left.iter().map(|l| l.row).collect();
        let matched = matched(note.draft(), &comparison, &left);
        let epsilon = Epsilon::of(note.draft().epsilon_milli).counts;
        let noise = Laplace::hiding(SENSITIVITY, epsilon);
        let reply = tally::tally(
            note,
            &secrets,
            tally::Asked {
                id: asked.taken.id,
                selection: &selection,
                len: asked.len,
                contributions: asked.rest,
            },
            &comparison,
            &matched,
            &compared.verify,
            |n| noise.draws(n),
        )
        .map_err(|e| match e {
            Refused::Unfair(why) => PartyError::Selection(why),
            Refused::Round(e) => e.into(),
        })?;
        let counted = reply.valid.iter().filter(|v| **v).count() as u64;
        let rows = reply.valid.len() as u64;
        let file = COUNTED.seal(party, note, &mut book, asked.taken, &reply.to_bytes())?;
        let act = ActNote::new(ActKind::Tallied).count(counted);
        party.keep(&mut book, Vec::new(), act)?;
        out.done.push(Event::Tallied {
            rows: counted,
            invalid: rows - counted,
        });
        party.put(stick, COUNTS_REPLY, &file, out)
    })
}

/// The pairs in the band that the coordinator found, from the same levels: those of who left do not count.
fn matched(
    draft: &Draft,
    comparison: &Comparison,
    left: &BTreeSet<CountedRow>,
) -> BTreeSet<(CountedRow, CountedRow)> {
    let stays = |(a, b, _): &&(CountedRow, CountedRow, u8)| !left.contains(a) && !left.contains(b);
    let pairs: Vec<_> = comparison.pairs.iter().filter(stays).collect();
    let member = |row: &CountedRow| (u32::from(row.file), row.row);
    let counts = rivals::unbeaten(
        pairs
            .iter()
            .map(|(a, b, level)| (member(a), member(b), *level)),
    );
    let adapted = score::adapt(Model::shipped(), rarity(draft.policy), &counts);
    let from = score::bands(Model::shipped(), &adapted, &counts).matched;
    let matched = pairs.iter().filter(|(.., level)| *level >= from);
    matched.map(|(a, b, _)| (*a.min(b), *a.max(b))).collect()
}
