//! Requests about persons of the house, what they say, and introductions (manual: *notices*, "Site").
//!
//! What opens letters is sealed twice: the token keys of each person under a key of its own, and these keys
//! in a state of the round that no backup takes. Destroying the one key makes the person unreachable.

mod book;

use std::collections::HashMap;
use std::io::{Read as _, Seek as _, SeekFrom};

use rayon::prelude::*;
use zeroize::Zeroizing;

pub use book::{ASKED_BY_MAX, Entry, Meeting, Requests, Stand, Word};

use super::people::{self, Entered};
use super::referral;
use super::state::Taking;
use crate::codec::{Decode as _, Encode as _, to_hex};
use crate::crypto::travel;
use crate::crypto::{Secret, aead, labels};
use crate::holder::attempt;
use crate::log::act::{ActKind, Reason};
use crate::party::{Book, Event, Outcome, Party, PartyError, Shelved, Stick, file_label};
use crate::record::code::Sex;
use crate::record::{self, Record};
use crate::round::envelope::{self, Kind};
use crate::round::note::AgreedNote;
use crate::round::notice::house::{Answer, House, Refusal};
use crate::round::notice::letter::{self, Facts, Nobody, PLACES, Said, Shape, TokenKeys};
use crate::round::notice::policy::{Calendar, Mediation, Notices};
use crate::round::notice::{Introduction, Notice, NoticeError, RequestId, read_padded, sizes};
use crate::round::result::RoundResult;
use crate::round::site::{SiteTokens, TokenInput};
use crate::round::tokens::Handle;
use crate::round::{NoteHash, PartyId, Role, RoundError, Time};
use crate::vault::{ActNote, ObjectId, Rights, StateChange, VaultError};

/// Part of the round's state that holds what opens letters.
pub(super) const HOUSE: &str = "notices";
/// Under which the sealed token keys are kept. They never travel.
const KEYS: &str = "notices.keys";

fn keys_data(note: NoteHash, handle: &Handle) -> Vec<u8> {
    [labels::NOTICE_KEYS, &note.0, handle].concat()
}

fn row_len(tokens: usize) -> usize {
    16 + tokens * 32 + aead::OVERHEAD
}

/// Keeps what is needed to write and open letters about the persons of a token file, if the note has
/// notices. `persons` are the places of those that take part, with their handles.
pub(super) fn prepare(
    party: &Party,
    note: &AgreedNote,
    book: &mut Book,
    tokens: &SiteTokens,
    inputs: &[Option<TokenInput>],
    persons: &[(usize, Handle)],
) -> Result<Option<StateChange>, PartyError> {
    if note.draft().notices == Notices::Statistics {
        return Ok(None);
    }
    let per = usize::from(note.draft().tokens);
    let mut persons = persons.to_vec();
    persons.sort_unstable_by_key(|(_, handle)| *handle);
    let made = persons
        .par_iter()
        .map(|(person, handle)| {
            let mut keys = TokenKeys::random(per)?;
            for j in 0..per {
                let place = person * per + j;
                if let (Some(Some(_)), Some(secret)) = (inputs.get(place), tokens.secret(place)) {
                    keys.set(j, note.hash(), &secret);
                }
            }
            let own = Secret::random()?;
            let sealed = aead::seal(&own, &keys_data(note.hash(), handle), keys.expose())?;
            Ok((*handle, own, sealed))
        })
        .collect::<Result<Vec<_>, RoundError>>()?;
    let mut file = Vec::with_capacity(made.len() * row_len(per));
    let mut keys = Vec::with_capacity(made.len());
    for (handle, own, sealed) in made {
        file.extend_from_slice(&handle);
        file.extend_from_slice(&sealed);
        keys.push((handle, own));
    }
    book.sent.insert(KEYS.to_owned(), party.shelve(&file)?);
    Ok(Some(house_change(book, &House::new(keys), 0)))
}

fn house_change(book: &Book, house: &House, version: u32) -> StateChange {
    let body = Zeroizing::new(house.to_bytes());
    StateChange::put_for_round(book.part(HOUSE), version, body)
}

/// The token keys of one person.
fn token_keys(
    party: &Party,
    kept: &Shelved,
    note: NoteHash,
    tokens: usize,
    handle: &Handle,
    own: &Secret<32>,
) -> Result<TokenKeys, PartyError> {
    let len = row_len(tokens);
    let mut file = party.open_shelved(kept)?;
    let mut row = vec![0; len];
    let (mut low, mut high) = (0, kept.len / len as u64);
    while low < high {
        let middle = low + (high - low) / 2;
        let at = SeekFrom::Start(middle * len as u64);
        file.seek(at).map_err(|_| PartyError::Stored)?;
        file.read_exact(&mut row).map_err(|_| PartyError::Stored)?;
        let (found, sealed) = row.split_first_chunk::<16>().ok_or(PartyError::Stored)?;
        match found.cmp(handle) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
            std::cmp::Ordering::Equal => {
                let opened = aead::open(own, &keys_data(note, handle), sealed);
                let opened = opened.map_err(|_| PartyError::Stored)?;
                return Ok(TokenKeys::from_bytes(opened, tokens)?);
            }
        }
    }
    Err(PartyError::Stored)
}

/// What a house may say of a person, from all of its records.
fn facts(records: &[Record]) -> Facts {
    let initial = |text: &str| {
        let folded = record::fold(text);
        let first = folded.chars().find(|c| c.is_alphabetic());
        first.and_then(|c| c.to_uppercase().next())
    };
    let mut facts = Facts::default();
    for r in records {
        if let (0, Some(sex)) = (facts.sex, r.sex) {
            facts.sex = match sex {
                Sex::Female => 1,
                Sex::Male => 2,
                Sex::X => 3,
            };
        }
        let described = people::description(r);
        let country = r.nationality.first().map(|c| c.as_str().as_bytes());
        let country = country.and_then(|c| <[u8; 3]>::try_from(c).ok());
        facts.year = facts.year.or(described.birth.year).filter(|y| *y != 0);
        facts.country = facts.country.or(country);
        facts.given = facts.given.or_else(|| initial(&r.given_names));
        facts.surname = facts.surname.or_else(|| initial(&r.paternal_surname));
    }
    facts
}

/// A site in a round whose result is there.
pub(super) struct Open<'a> {
    party: &'a Party,
    note: &'a AgreedNote,
    now: Time,
    how: Mediation,
    days: Calendar,
    shape: Shape,
    /// Who stands behind a handle.
    persons: HashMap<Handle, Entered>,
    withdrawn: Vec<ObjectId>,
    house: House,
    version: u32,
    requests: Requests,
}

impl<'a> Open<'a> {
    /// `None` if the round has no notices, no result yet, or the site sent no tokens.
    pub fn load(
        party: &'a Party,
        note: &'a AgreedNote,
        book: &Book,
        now: Time,
    ) -> Result<Option<Self>, PartyError> {
        let (Notices::Mediated(how), Some(text)) = (note.draft().notices, &book.result) else {
            return Ok(None);
        };
        let Some(state) = party.vault().state(&book.part(HOUSE))? else {
            return Ok(None);
        };
        let result = RoundResult::read(text.as_bytes(), note, party.trust())?;
        let (taking, _) = Taking::load(party, book)?;
        Ok(Some(Self {
            party,
            note,
            now,
            how,
            days: Calendar::new(result.decided, how),
            shape: Shape::of(note.draft()),
            persons: taking.handles.into_iter().zip(taking.entered).collect(),
            withdrawn: taking.withdrawn,
            house: House::from_bytes(&state.body)?,
            version: state.version,
            requests: Requests::read(party)?,
        }))
    }

    /// Keeps both memories with the book, in one transaction.
    fn keep(&mut self, book: &mut Book, act: ActNote) -> Result<(), PartyError> {
        let changes = vec![
            house_change(book, &self.house, self.version),
            self.requests.change(),
        ];
        self.party.keep(book, changes, act)?;
        self.version += 1;
        self.requests.kept();
        Ok(())
    }

    /// The records of a person who still takes part, as they are today: none of them erased, withdrawn or
    /// without the consent on which it entered.
    fn present(&self, handle: &Handle) -> Result<Option<Vec<Record>>, PartyError> {
        let Some(person) = self.persons.get(handle) else {
            return Ok(None);
        };
        let vault = self.party.vault();
        let catalog = vault.catalog()?;
        let today = super::today(self.now);
        let mut records = Vec::new();
        for (id, _) in &person.records {
            let item = catalog.get(*id).filter(|_| !self.withdrawn.contains(id));
            let Some(item) = item else { return Ok(None) };
            let record = vault.read(item.latest().leaf)?;
            if !record.consents.matching.is_valid_on(today) {
                return Ok(None);
            }
            records.push(record);
        }
        Ok(Some(records))
    }

    /// What those said who want to be introduced.
    fn agreed(&self) -> HashMap<Handle, Word> {
        let requests = self.house.batches().values().flat_map(|b| &b.requests);
        let word = |id: &RequestId| {
            let entry = self.requests.entries.iter().find(|e| e.id == *id)?;
            entry.word.clone().filter(|w| w.yes)
        };
        requests
            .filter_map(|r| Some((r.handle, word(&r.id)?)))
            .collect()
    }

    fn file(&self, kind: &str) -> String {
        format!("{}.{kind}", file_label(self.party.card()))
    }

    /// Opens a file of the coordinator.
    fn read<T: crate::codec::Decode>(
        &self,
        kind: Kind,
        bytes: &[u8],
        max: usize,
    ) -> Result<T, PartyError> {
        let coordinator = &self.note.draft().coordinator;
        let coordinator = self.party.trust().get(coordinator, Role::Coordinator)?;
        let opened = envelope::decrypt(self.party.age(), bytes, max)?.verify(
            kind,
            self.note.hash(),
            coordinator,
            self.party.id(),
        )?;
        Ok(read_padded(opened.payload()).map_err(RoundError::from)?)
    }

    /// Does what is due with a folder. Returns whether everything has ended.
    pub fn next(
        &mut self,
        stick: &Stick,
        book: &mut Book,
        out: &mut Outcome,
    ) -> Result<bool, PartyError> {
        for batch in 1..=self.how.batches() {
            let name = self.file(&format!("notice.{batch}"));
            attempt(out, &name, |out| self.take(stick, book, batch, &name, out))?;
        }
        for batch in self.house.due(&self.days, self.now) {
            self.answer(book, batch, out)?;
        }
        for batch in 1..=self.how.batches() {
            let name = self.file(&format!("consent.{batch}"));
            self.party.deliver(book, stick, &name, out)?;
        }
        let name = self.file("introduction");
        attempt(out, &name, |out| self.open(stick, book, &name, out))?;
        if self.house.lapse(&self.days, self.now) {
            self.end(book, out)?;
        }
        if !self.house.ended() {
            let open = self.house.batches().iter();
            let open = open.filter(|(_, b)| !b.sent).map(|(n, _)| *n).next();
            let next = match open {
                Some(batch) => self.days.answered_by(batch),
                None => {
                    let came = self.house.batches().len() as u16;
                    match came < self.how.batches() {
                        true => self.days.goes_out(came + 1),
                        false => self.days.ends(),
                    }
                }
            };
            out.waiting.push(Event::NextDay(next));
        }
        Ok(self.house.ended())
    }

    fn take(
        &mut self,
        stick: &Stick,
        book: &mut Book,
        batch: u16,
        name: &str,
        out: &mut Outcome,
    ) -> Result<(), PartyError> {
        let max = sizes::notice(&self.how);
        let Some(bytes) = stick.read(name, travel::file_max(max as u64))? else {
            return Ok(());
        };
        let notice: Notice = self.read(Kind::Notice, &bytes, max)?;
        if notice.batch != batch {
            return Err(RoundError::Numbers.into());
        }
        let mut here = HashMap::new();
        for (_, handle) in &notice.requests {
            here.insert(*handle, self.present(handle)?.is_some());
        }
        let mut house = self.house.duplicate();
        let about = |handle: &Handle| here.get(handle) == Some(&true);
        let new = house
            .take(&self.how, &notice, about)
            .map_err(|refusal| match refusal {
                Refusal::Round(e) => PartyError::from(e),
                Refusal::Notice(e) => e.into(),
            })?;
        if !new {
            out.done.push(Event::Unchanged(name.to_owned()));
            return Ok(());
        }
        let until = self.days.answered_by(batch);
        let came = house.batches().get(&batch).map(|b| &b.requests);
        let open = came.into_iter().flatten();
        let open: Vec<Entry> = open
            .filter(|r| r.answer == Answer::Open)
            .map(|r| Entry {
                id: r.id,
                round: self.note.draft().round,
                records: self
                    .persons
                    .get(&r.handle)
                    .map_or_else(Vec::new, |p| p.records.iter().map(|(id, _)| *id).collect()),
                until,
                ends: self.days.ends(),
                word: None,
                sent: false,
                stand: Stand::Waiting,
            })
            .collect();
        let count = open.len() as u64;
        self.house = house;
        self.requests.entries.extend(open);
        self.keep(book, ActNote::new(ActKind::State))?;
        out.done.push(Event::Took(name.to_owned()));
        out.done.push(Event::Requests { open: count, until });
        Ok(())
    }

    /// Writes the answers of a batch.
    fn answer(&mut self, book: &mut Book, batch: u16, out: &mut Outcome) -> Result<(), PartyError> {
        let party = self.party;
        let kept = book.sent.get(KEYS).copied().ok_or(PartyError::Stored)?;
        let agreed = self.agreed();
        let mut house = self.house.duplicate();
        let write = |handle: &Handle, own: &Secret<32>| -> Result<Option<Vec<u8>>, PartyError> {
            let (Some(records), Some(word)) = (self.present(handle)?, agreed.get(handle)) else {
                return Ok(None);
            };
            // A card that is pinned no longer is told nothing.
            let cards = word.houses.iter();
            let cards = cards.filter_map(|id| party.trust().get(id, Role::Site).ok());
            let to: Vec<_> = cards.map(|c| c.body().age.clone()).collect();
            if to.is_empty() {
                return Ok(None);
            }
            let note = self.note.hash();
            let keys = token_keys(party, &kept, note, self.shape.tokens, handle, own)?;
            let said = Said {
                sender: party.id(),
                facts: facts(&records),
                contact: word.contact.clone(),
            };
            let letter = letter::write(&self.shape, note, &keys, &to, &said, party.key())?;
            Ok(Some(letter))
        };
        let consent = house.consent(batch, &self.shape, &Nobody::new(&self.shape), write)?;
        let to = self.note.coordinator();
        let (note, me) = (self.note.hash(), party.id());
        let payload = consent.to_bytes();
        let file = envelope::seal_sized(Kind::Consent, note, me, party.key(), &to, &payload)?;
        let name = self.file(&format!("consent.{batch}"));
        for request in house.batches().get(&batch).iter().flat_map(|b| &b.requests) {
            if let Some(entry) = self.requests.get(&request.id) {
                entry.sent = true;
            }
        }
        self.house = house;
        book.sent.insert(name, party.shelve(&file)?);
        let act = ActNote::new(ActKind::State).count(u64::from(batch));
        self.keep(book, act)?;
        out.done.push(Event::Answered(self.days.ends()));
        Ok(())
    }

    fn open(
        &mut self,
        stick: &Stick,
        book: &mut Book,
        name: &str,
        out: &mut Outcome,
    ) -> Result<(), PartyError> {
        let max = sizes::introduction(&self.how, &self.shape);
        let Some(bytes) = stick.read(name, travel::file_max(max as u64))? else {
            return Ok(());
        };
        let introduction: Introduction = self.read(Kind::Introduction, &bytes, max)?;
        let kept = book.sent.get(KEYS).copied().ok_or(PartyError::Stored)?;
        let note = self.note.hash();
        let mut house = self.house.duplicate();
        let agreed = self.agreed();
        let read = |handle: &Handle, own: &Secret<32>, letter: &[u8]| {
            let (Some(records), Some(word)) = (self.present(handle)?, agreed.get(handle)) else {
                return Ok(None);
            };
            let keys = token_keys(self.party, &kept, note, self.shape.tokens, handle, own)?;
            let opened = letter::open(&self.shape, note, &keys, self.party.age(), letter);
            Ok::<_, PartyError>(opened.and_then(|said| {
                // Who does not want a house to know does not look at what it says either.
                let from = said.sender();
                let card = self.party.trust().get(&from, Role::Site).ok()?;
                let said = said.verify(card).ok()?;
                let fits = word.houses.contains(&from) && facts(&records).fit(&said.facts);
                fits.then_some(said)
            }))
        };
        let found = house.open(
            &self.how,
            &self.shape,
            &self.days,
            self.now,
            &introduction,
            read,
        )?;
        // One act for each person; what was written before a plug was pulled is not written again.
        for (id, all) in found {
            let Some(entry) = self.requests.get(&id) else {
                continue;
            };
            let meetings: Vec<Meeting> = all
                .iter()
                .map(|said| Meeting {
                    house: said.sender,
                    facts: said.facts,
                    contact: said.contact.clone(),
                })
                .collect();
            if entry.stand != Stand::Waiting {
                continue;
            }
            let record = entry.records.first().copied().unwrap_or(entry.name());
            let houses: Vec<String> = meetings.iter().map(|m| to_hex(&m.house.0)).collect();
            let houses = format!("request {} house {}", to_hex(&id), houses.join(" "));
            let reason = Reason::new(&houses).map_err(VaultError::from)?;
            for meeting in &meetings {
                out.done.push(Event::Introduced {
                    record: record.short(),
                    house: self.party.name(&meeting.house),
                });
            }
            entry.stand = Stand::Introduced(meetings);
            let act = ActNote::new(ActKind::Introduced).on(record.0, 0);
            let change = [self.requests.change()];
            self.party
                .vault()
                .set_state(&change, act.because(&reason))?;
            self.requests.kept();
        }
        self.house = house;
        self.end(book, out)
    }

    /// Every request that is left ends without contact.
    fn end(&mut self, book: &mut Book, out: &mut Outcome) -> Result<(), PartyError> {
        let closed = close_all(&mut self.requests, &book.round);
        self.keep(book, ActNote::new(ActKind::State))?;
        if closed > 0 {
            out.done.push(Event::NoContact(closed));
        }
        Ok(())
    }
}

fn close_all(requests: &mut Requests, round: &[u8; 16]) -> u64 {
    let mut closed = 0;
    for entry in requests.waiting(round) {
        entry.stand = Stand::Closed;
        closed += 1;
    }
    closed
}

/// Ends the requests of a round that the site leaves.
pub(super) fn forget(party: &Party, round: &[u8; 16]) -> Result<(), PartyError> {
    let mut requests = Requests::read(party)?;
    if close_all(&mut requests, round) > 0 {
        let act = ActNote::new(ActKind::State).on(*round, 0);
        party.vault().set_state(&[requests.change()], act)?;
    }
    Ok(())
}

/// What a person said when she was asked.
pub struct Told<'a> {
    /// Whether she wants it.
    pub yes: bool,
    /// Who asked her.
    pub asked_by: &'a str,
    /// Houses that may not be told.
    pub except: &'a [PartyId],
    /// The only houses that may be told; all, if there is none.
    pub only: &'a [PartyId],
    /// How the other house gets in touch; may be empty.
    pub contact: &'a str,
}

/// The houses of a round that could be told: those whose cards are pinned.
///
/// # Errors
/// What the vault says.
pub fn houses(party: &Party, round: &[u8; 16]) -> Result<Vec<PartyId>, PartyError> {
    let book = party.book(round)?.ok_or(PartyError::NoRound)?;
    let note = party.agreed(&book)?;
    let all = referral::houses(party)?.into_iter().map(|c| c.id());
    Ok(all.filter(|id| note.draft().quota(id).is_some()).collect())
}

/// Notes what a person said to a request.
///
/// # Errors
/// [`NoticeError`] in [`PartyError::Notice`], or what the vault says.
pub fn answer(
    party: &Party,
    id: &RequestId,
    told: &Told<'_>,
    now: Time,
) -> Result<Entry, PartyError> {
    party.require(Role::Site)?;
    party.vault().require(Rights::READ.and(Rights::SEAL))?;
    let requests = Requests::read(party)?;
    let entry = requests.entries.iter().find(|e| e.id == *id);
    let entry = entry.ok_or(NoticeError::NoSuchRequest)?;
    if entry.stand != Stand::Waiting {
        return Err(NoticeError::Sent.into());
    }
    let book = party.book(&entry.round)?.ok_or(PartyError::NoRound)?;
    let note = party.agreed(&book)?;
    let mut open = Open::load(party, &note, &book, now)?.ok_or(PartyError::Closed)?;
    if !letter::fits_on_a_line(told.contact) {
        return Err(NoticeError::Contact.into());
    }
    let mut to = Vec::new();
    if told.yes {
        to = houses(party, &book.round)?;
        to.retain(|id| !told.except.contains(id));
        to.retain(|id| told.only.is_empty() || told.only.contains(id));
        match to.len() {
            0 => return Err(NoticeError::NoHouse.into()),
            1..=PLACES => {}
            _ => return Err(NoticeError::TooManyHouses(PLACES).into()),
        }
    }
    open.house.answer(id, told.yes, &open.days, now)?;
    let mut asked_by = told.asked_by.to_owned();
    while asked_by.len() > ASKED_BY_MAX {
        asked_by.pop();
    }
    let said = if told.yes { "yes" } else { "no" };
    let text = format!("request {} {said} asked by {asked_by}", to_hex(id));
    let reason = Reason::new(&text).map_err(VaultError::from)?;
    let entry = open.requests.get(id).ok_or(NoticeError::NoSuchRequest)?;
    entry.word = Some(Word {
        yes: told.yes,
        asked_by,
        time: now,
        contact: told.contact.to_owned(),
        houses: to,
    });
    let entry = entry.clone();
    let record = entry.records.first().copied().unwrap_or(entry.name());
    let changes = [
        house_change(&book, &open.house, open.version),
        open.requests.change(),
    ];
    let act = ActNote::new(ActKind::NoticeAnswered).on(record.0, 0);
    party.vault().set_state(&changes, act.because(&reason))?;
    Ok(entry)
}
