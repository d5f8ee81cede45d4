//! The site: takes part in rounds with the persons of its vault (manual: *round*, "Site").
//!
//! Two visits with a stick: with the note and the welcomes it writes its blinded request; with the
//! replies, its token file. What it makes is stored before it is on the stick; what it took part with
//! is remembered by record and version, so that the second visit computes what the first did even if
//! records were changed between.

mod kept;
pub mod notices;
pub(crate) mod people;
pub mod referral;
pub(crate) mod state;
pub mod transfer;

use rayon::prelude::*;

use crate::codec::{Decode as _, Encode as _};
use crate::crypto::hash::sha256;
use crate::crypto::travel::{self, Identity};
use crate::crypto::{Secret, random};
use crate::holder::attempt;
use crate::log::act::ActKind;
use crate::matching::Person;
use crate::matching::encoding::{self, BYTES, Profile};
use crate::matching::namesakes;
use crate::matching::tokens::{self, Params, SiteSecret, Tokenizer};
use crate::party::heads;
use crate::party::params::params;
use crate::party::stick::{NOTE, NOTE_MAX, RESULT};
use crate::party::{Book, Event, Outcome, Party, PartyError, Stick, file_label};
use crate::record::Date;
use crate::round::blinded::BlindedRequest;
use crate::round::envelope::{self, Kind};
use crate::round::evaluated::EvaluatedReply;
use crate::round::note::AgreedNote;
use crate::round::result::RoundResult;
use crate::round::site::{AroundTokens, SiteRound, TokenInput, leave_tokens};
use crate::round::tokens::Handle;
use crate::round::totals::Totals;
use crate::round::welcome::{self, Welcome};
use crate::round::withdrawn::Withdrawn;
use crate::round::{Card, NoteHash, PartyId, Role, RoundError, Time};
use crate::vault::{ActNote, ObjectId, Vault};
use state::Taking;

/// Part of the round's state that holds the secrets and who takes part.
const TAKING: &str = "site";

/// Persons whose tokens are computed by one thread at a time.
const BLOCK: usize = 256;

/// Makes a site of a vault.
///
/// # Errors
/// As [`Party::found`].
pub fn found(vault: Vault, name: &str) -> Result<Party, PartyError> {
    Party::found(vault, Role::Site, name)
}

pub(crate) fn today(now: Time) -> Date {
    i64::try_from(now.seconds() / 86_400)
        .ok()
        .and_then(Date::from_days)
        .unwrap_or_else(crate::record::today)
}

fn blinded_name(card: &Card) -> String {
    format!("{}.blinded", file_label(card))
}

fn tokens_name(card: &Card) -> String {
    format!("{}.tokens", file_label(card))
}

fn withdrawn_name(card: &Card) -> String {
    format!("{}.withdrawn", file_label(card))
}

/// Does what is due with a folder: blinds, makes tokens, takes the result.
///
/// # Errors
/// What stands against the whole; a file that is refused is in the [`Outcome`].
pub fn next(party: &Party, stick: &Stick, now: Time) -> Result<Outcome, PartyError> {
    party.require(Role::Site)?;
    let mut out = Outcome::default();
    referral::next(party, stick, now, &mut out)?;
    let bytes = match stick.read(NOTE, NOTE_MAX)? {
        Some(bytes) => bytes,
        // The note need not come twice.
        None => match party.only_book() {
            Ok(Book {
                note: Some(note), ..
            }) => note.into_bytes(),
            Ok(_) | Err(PartyError::NoRound) => {
                out.waiting.push(Event::WaitsFor(NOTE.to_owned()));
                return Ok(out);
            }
            Err(e) => return Err(e),
        },
    };
    let mut agreed = None;
    attempt(&mut out, NOTE, |_| {
        let note = AgreedNote::read(&bytes, party.trust())?;
        note.check_only(&party.accepted()?)?;
        if note.draft().quota(&party.id()).is_none() {
            return Err(RoundError::NotInRound(party.card().name().to_owned()).into());
        }
        params(note.draft())?;
        agreed = Some(note);
        Ok(())
    })?;
    let Some(note) = agreed else { return Ok(out) };
    let book = match party.book(&note.draft().round)? {
        Some(book) => book,
        None => {
            let mut book = Book::new(note.draft().round);
            book.note = Some(note.to_text());
            book.note_hash = Some(note.hash());
            book.agreed = true;
            book
        }
    };
    let mut visit = Visit {
        party,
        stick,
        note: &note,
        book,
        now,
    };
    if visit.book.closed {
        out.done.push(Event::Closed);
        return Ok(out);
    }
    if !visit.book.sent.contains_key(&blinded_name(party.card())) {
        visit.blind(&mut out)?;
        return Ok(out);
    }
    heads::collect(party, stick, &note, &mut visit.book, &mut out)?;
    if !visit.book.sent.contains_key(&tokens_name(party.card())) {
        party.deliver(&visit.book, stick, &blinded_name(party.card()), &mut out)?;
        visit.tokens(&mut out)?;
        if !visit.book.sent.contains_key(&tokens_name(party.card())) {
            heads::deliver(party, stick, &visit.book, &mut out)?;
        }
    } else {
        heads::deliver(party, stick, &visit.book, &mut out)?;
        party.deliver(&visit.book, stick, &tokens_name(party.card()), &mut out)?;
        party.deliver(&visit.book, stick, &withdrawn_name(party.card()), &mut out)?;
    }
    visit.result(&mut out)?;
    Ok(out)
}

/// A site with a stick.
struct Visit<'a> {
    party: &'a Party,
    stick: &'a Stick,
    note: &'a AgreedNote,
    book: Book,
    now: Time,
}

impl Visit<'_> {
    fn me(&self) -> &Card {
        self.party.card()
    }

    fn on_time(&self) -> Result<(), PartyError> {
        let deadline = self.note.draft().deadline;
        if self.now > deadline {
            return Err(RoundError::Late(deadline).into());
        }
        Ok(())
    }

    /// The envelopes of all holders of one kind, or nothing if one is missing.
    fn of_all_holders<T>(
        &self,
        out: &mut Outcome,
        word: &str,
        max: usize,
        open: impl Fn(&[u8], &Card) -> Result<T, PartyError>,
    ) -> Result<Option<Vec<(PartyId, T)>>, PartyError> {
        let mut found = Vec::new();
        let mut whole = true;
        for (holder, _) in self.note.holders() {
            let card = self.party.trust().get(&holder, Role::Holder)?;
            let name = format!("{}.{word}.{}", file_label(self.me()), file_label(card));
            let read = match self.stick.read(&name, travel::file_max(max as u64 + 1024)) {
                Ok(Some(bytes)) => open(&bytes, card).map(Some),
                Ok(None) => Ok(None),
                Err(e) => Err(e),
            };
            match read {
                Ok(Some(value)) => found.push((holder, value)),
                Ok(None) => {
                    out.waiting.push(Event::WaitsFor(name));
                    whole = false;
                }
                Err(e) => {
                    out.refuse(&name, e)?;
                    out.waiting.push(Event::WaitsFor(name));
                    whole = false;
                }
            }
        }
        Ok(whole.then_some(found))
    }

    /// First visit: note and welcomes in, blinded request out.
    fn blind(&mut self, out: &mut Outcome) -> Result<(), PartyError> {
        let party = self.party;
        let file = blinded_name(self.me());
        if let Err(e) = self.on_time() {
            return out.refuse(NOTE, e);
        }
        let welcomes = self.of_all_holders(out, "welcome", welcome::SIZE, |bytes, holder| {
            let opened = envelope::decrypt(party.age(), bytes, welcome::SIZE)?.verify(
                Kind::Welcome,
                self.note.hash(),
                holder,
                party.id(),
            )?;
            Ok(Welcome::from_bytes(opened.payload()).map_err(RoundError::from)?)
        })?;
        let Some(welcomes) = welcomes else {
            return Ok(());
        };
        let group = match welcome::group_secret(self.note, &welcomes, |id| party.name(id)) {
            Ok(group) => group,
            Err(e) => return out.refuse(NOTE, e.into()),
        };
        let draft = self.note.draft();
        let people = people::select(
            party.vault(),
            &draft.compartments,
            &referral::taken_back(party)?,
            today(self.now),
        )?;
        let params = params(draft)?;
        let secret = Secret::<32>::random()?;
        let persons: Vec<Option<&Person>> = people.persons.iter().map(Some).collect();
        let inputs = token_inputs(&params, &group, &secret, &persons);
        let per = usize::from(draft.tokens);
        let bare: Vec<Event> = people
            .persons
            .iter()
            .zip(&people.entered)
            .zip(inputs.chunks(per))
            .filter(|(_, t)| t.iter().all(Option::is_none))
            .filter_map(|((person, entered), _)| {
                Some(Event::Bare {
                    record: entered.records.first()?.0.to_string(),
                    why: tokens::shortfall(person, &params)?,
                })
            })
            .collect();
        let crowds: Vec<Event> = namesakes::crowds(&persons)
            .into_iter()
            .map(|group| {
                let entered = group.iter().filter_map(|at| people.entered.get(*at));
                let first = entered.filter_map(|one| one.records.first());
                let records: Vec<String> = first.map(|(id, _)| id.to_string()).collect();
                Event::Namesakes {
                    records: records.join(" "),
                    persons: records.len() as u64,
                }
            })
            .collect();
        let age = Identity::generate();
        let request = SiteRound::new(self.note, party.id(), &secret, &inputs)
            .and_then(|round| round.blind_request(age.recipient()));
        let request = match request {
            Ok(request) => request.to_bytes(),
            Err(e) => return out.refuse(NOTE, e.into()),
        };
        let (id, sealed) = envelope::seal(
            Kind::Blinded,
            self.note.hash(),
            party.id(),
            party.key(),
            &self.note.holders(),
            &request,
        )?;
        // The request is for the holders; what was asked is kept encrypted to the site itself.
        let own = travel::encrypt_bytes(&[age.recipient()], &request)?;
        let taking = Taking {
            secret,
            group,
            age,
            request: id,
            own: party.shelve(&own)?,
            salt: random::array()?,
            entered: people.entered,
            withdrawn: Vec::new(),
            handles: Vec::new(),
        };
        let records = taking.records();
        let count = taking.entered.len() as u64;
        let change = taking.change(&self.book, 0)?;
        self.book.sent.insert(file.clone(), party.shelve(&sealed)?);
        let act = ActNote::new(ActKind::Blinded).count(count);
        party.keep(&mut self.book, vec![change], act)?;
        out.done.push(Event::Blinded {
            records,
            persons: count,
            left_out: people.left_out,
            bare: bare.len() as u64,
        });
        out.done.extend(bare);
        out.done.extend(crowds);
        party.put(self.stick, &file, &sealed, out)?;
        heads::offer(party, self.stick, self.note, &mut self.book, out)?;
        for (holder, _) in self.note.holders() {
            let card = party.trust().get(&holder, Role::Holder)?;
            let name = format!("{}.evaluated.{}", file_label(self.me()), file_label(card));
            out.waiting.push(Event::WaitsFor(name));
        }
        Ok(())
    }

    /// Second visit: replies in, token file out.
    fn tokens(&mut self, out: &mut Outcome) -> Result<(), PartyError> {
        let party = self.party;
        let draft = self.note.draft();
        let (mut taking, version) = Taking::load(party, &self.book)?;
        let quota = draft.quota(&party.id()).unwrap_or(0);
        let max = EvaluatedReply::size(quota as usize * usize::from(draft.tokens));
        let replies = self.of_all_holders(out, "evaluated", max, |bytes, holder| {
            let opened = envelope::decrypt(&taking.age, bytes, max)?.verify(
                Kind::Evaluated,
                self.note.hash(),
                holder,
                party.id(),
            )?;
            Ok(EvaluatedReply::from_bytes(opened.payload()).map_err(RoundError::from)?)
        })?;
        let Some(replies) = replies else {
            return Ok(());
        };
        let file = tokens_name(self.me());
        if let Err(e) = self.on_time() {
            return out.refuse(NOTE, e);
        }
        let own = party.shelved(&taking.own)?;
        let own = travel::decrypt_bytes(&taking.age, &own, own.len())?;
        let request = BlindedRequest::from_bytes(&own)?;
        let day = today(self.now);
        let opened = today(draft.opens);
        let (entered, gone) = (&taking.entered, &taking.withdrawn);
        let taken_back = referral::taken_back(party)?;
        let left = (gone.as_slice(), &taken_back);
        let again = people::again(party.vault(), entered, left, day, opened)?;
        let contributions = again.iter().map(|p| p.as_ref().map(|(_, c)| c.elements()));
        let contributions = contributions.map(Option::unwrap_or_default).collect();
        let persons: Vec<Option<Person>> = again.into_iter().map(|p| p.map(|(p, _)| p)).collect();
        let params = params(draft)?;
        let present: Vec<Option<&Person>> = persons.iter().map(Option::as_ref).collect();
        let inputs = token_inputs(&params, &taking.group, &taking.secret, &present);
        let round = SiteRound::new(self.note, party.id(), &taking.secret, &inputs)?;
        let tokens =
            match round.open_evaluated(&request, taking.request, &replies, |id| party.name(id)) {
                Ok(tokens) => tokens,
                Err(e) => return out.refuse(&reply_of(&e, party, self.note), e.into()),
            };
        let staying = taking.entered.iter().zip(&persons);
        let staying = staying.filter(|(_, p)| p.is_some()).map(|(e, _)| e);
        let totals = staying.fold(Totals::default(), |sum, e| {
            sum.plus(Totals {
                records: e.records.len() as u64,
                persons: 1,
            })
        });
        let (counts, counts_sealed) = round.totals(totals)?;
        let head = party.vault().checkpoint()?;
        let around = AroundTokens {
            checkpoint: sha256(&[&taking.salt, head.as_bytes()]),
            counts,
            counts_sealed,
            contributions,
            searched: namesakes::crowds(&present).into_iter().flatten().collect(),
        };
        let profiles: Vec<Vec<Profile>> = persons
            .par_iter()
            .map(|p| {
                p.as_ref()
                    .map(|p| encoding::profiles(p, &params.table))
                    .unwrap_or_default()
            })
            .collect();
        let note = self.note.hash();
        let encode = |person: usize, j: usize, secret: &Secret<32>, out: &mut [u8]| {
            let own = profiles.get(person).map(Vec::as_slice).unwrap_or_default();
            let profile = j.checked_rem(own.len()).and_then(|i| own.get(i));
            // What the site drew for the place is the filler of what the person does not have.
            if let (Some(profile), Ok(filler)) = (profile, <&[u8; BYTES]>::try_from(&*out)) {
                let encoding = profile.encode(&encoding::key(secret, &note.0), filler);
                out.copy_from_slice(&encoding.to_bytes());
            }
        };
        let made = round.token_file(&tokens, around, encode)?;
        let per = usize::from(draft.tokens);
        let crowded = made.lost.iter().filter(|n| **n > per / 2).count() as u64;
        let (_, sealed) = envelope::seal(
            Kind::Tokens,
            note,
            party.id(),
            party.key(),
            &[self.note.coordinator()],
            &made.file.to_bytes(),
        )?;
        let places = made.handles.iter().enumerate().zip(&persons);
        let places: Vec<(usize, Handle)> = places
            .filter_map(|((place, handle), here)| here.as_ref().map(|_| (place, *handle)))
            .collect();
        let letters =
            notices::prepare(party, self.note, &mut self.book, &tokens, &inputs, &places)?;
        // Who has left has no handle that means anything, and is no longer to be withdrawn.
        let here = persons.iter().map(Option::is_some);
        let (entered, handles) = std::mem::take(&mut taking.entered)
            .into_iter()
            .zip(made.handles)
            .zip(here)
            .filter_map(|(pair, here)| here.then_some(pair))
            .unzip();
        (taking.entered, taking.handles) = (entered, handles);
        taking.withdrawn.clear();
        let change = taking.change(&self.book, version)?;
        self.book.sent.insert(file.clone(), party.shelve(&sealed)?);
        let act = ActNote::new(ActKind::TokensIssued).count(totals.persons);
        let changes = std::iter::once(change).chain(letters).collect();
        party.keep(&mut self.book, changes, act)?;
        out.done.push(Event::Tokens {
            persons: totals.persons,
            dropped: persons.len() as u64 - totals.persons,
            crowded,
        });
        party.put(self.stick, &file, &sealed, out)?;
        heads::offer(party, self.stick, self.note, &mut self.book, out)
    }

    fn result(&mut self, out: &mut Outcome) -> Result<(), PartyError> {
        if self.book.result.is_some() {
            return self.notices(out);
        }
        let Some(bytes) = self.stick.read(RESULT, NOTE_MAX)? else {
            return Ok(());
        };
        let party = self.party;
        attempt(out, RESULT, |out| {
            let result = RoundResult::read(&bytes, self.note, party.trust())?;
            self.book.result = Some(String::from_utf8_lossy(&bytes).into_owned());
            out.done.push(Event::Decided {
                records: result.records,
                local_persons: result.local_persons,
                persons: result.persons,
            });
            if party
                .vault()
                .state(&self.book.part(notices::HOUSE))?
                .is_none()
            {
                close_book(party, &mut self.book)?;
                out.done.push(Event::Closed);
                return Ok(());
            }
            // What the requests to come do not need goes now.
            let (mut taking, version) = Taking::load(party, &self.book)?;
            taking.forget();
            let change = taking.change(&self.book, version)?;
            party.keep(&mut self.book, vec![change], ActNote::new(ActKind::State))?;
            party.unshelve(&taking.own);
            Ok(())
        })?;
        if self.book.result.is_some() && !self.book.closed {
            self.notices(out)?;
        }
        Ok(())
    }

    /// Requests about persons, between the result and the last day.
    fn notices(&mut self, out: &mut Outcome) -> Result<(), PartyError> {
        let open = notices::Open::load(self.party, self.note, &self.book, self.now)?;
        let Some(mut open) = open else { return Ok(()) };
        if open.next(self.stick, &mut self.book, out)? {
            close_book(self.party, &mut self.book)?;
            out.done.push(Event::Closed);
        }
        Ok(())
    }
}

/// The file that a refusal of replies is about.
fn reply_of(e: &RoundError, party: &Party, note: &AgreedNote) -> String {
    let (RoundError::Reply(name)
    | RoundError::OtherRequest(name)
    | RoundError::Proof(name)
    | RoundError::Element { name, .. }) = e
    else {
        return NOTE.to_owned();
    };
    let cards = note.holders().into_iter();
    let mut cards = cards.filter_map(|(id, _)| party.trust().get(&id, Role::Holder).ok());
    let label = cards.find(|c| c.name() == name).map(file_label);
    let me = file_label(party.card());
    format!("{me}.evaluated.{}", label.unwrap_or_default())
}

/// Token inputs of all persons, person by person. A place without a token is `None`: a person that
/// has left has none. Which tokens are withheld is drawn for each place in the file, so that no two
/// persons of a site share what nobody can foretell.
fn token_inputs(
    params: &Params,
    group: &Secret<32>,
    secret: &Secret<32>,
    persons: &[Option<&Person>],
) -> Vec<Option<TokenInput>> {
    let own = SiteSecret::new(secret);
    let per = usize::from(params.tokens);
    persons
        .par_chunks(BLOCK)
        .enumerate()
        .flat_map_iter(|(number, block)| {
            let mut tokenizer = Tokenizer::new(params.clone(), group);
            let mut inputs = Vec::with_capacity(block.len() * per);
            for (i, person) in block.iter().enumerate() {
                let start = inputs.len();
                if let Some(person) = person {
                    // Fillers are drawn where the request is blinded; here they only say "none".
                    let place = (number * BLOCK + i) as u64;
                    tokenizer.token_inputs(person, &own, place, &mut inputs);
                }
                let empty = crate::matching::tokens::TokenInput {
                    digest: [0; 32],
                    filler: true,
                };
                inputs.resize(start + per, empty);
            }
            inputs
                .into_iter()
                .map(|i| (!i.filler).then_some(i.digest))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Withdraws the person of a record from the open rounds of the site. Before the token file is made,
/// the person's places become those of a dummy; afterwards the coordinator is told to drop its handle,
/// with the next stick.
///
/// # Errors
/// [`PartyError::NotTakingPart`] if the record is in no open round.
pub fn withdraw(party: &Party, record: ObjectId) -> Result<Outcome, PartyError> {
    party.require(Role::Site)?;
    let mut out = Outcome::default();
    for mut book in party.books()? {
        if book.closed || !book.sent.contains_key(&blinded_name(party.card())) {
            continue;
        }
        let (mut taking, version) = Taking::load(party, &book)?;
        let enters = |e: &people::Entered| e.records.iter().any(|(id, _)| *id == record);
        if !taking.entered.iter().any(enters) {
            continue;
        }
        if !taking.withdrawn.contains(&record) {
            taking.withdrawn.push(record);
            if book.sent.contains_key(&tokens_name(party.card())) {
                let note = party.agreed(&book)?;
                let (_, file) = envelope::seal(
                    Kind::Withdrawn,
                    note.hash(),
                    party.id(),
                    party.key(),
                    &[note.coordinator()],
                    &left(&taking, &note.hash(), &party.id()).to_bytes(),
                )?;
                let kept = party.shelve(&file)?;
                let before = book.sent.insert(withdrawn_name(party.card()), kept);
                if let Some(before) = before {
                    party.unshelve(&before);
                }
            }
            let change = taking.change(&book, version)?;
            let act = ActNote::new(ActKind::RoundWithdrawn);
            party.keep(&mut book, vec![change], act)?;
        }
        out.done.push(Event::Withdrawn);
    }
    if out.done.is_empty() {
        return Err(PartyError::NotTakingPart);
    }
    Ok(out)
}

/// All persons who have left since the token file.
fn left(taking: &Taking, note: &NoteHash, me: &PartyId) -> Withdrawn {
    let has_left = |e: &people::Entered| {
        e.records
            .iter()
            .any(|(id, _)| taking.withdrawn.contains(id))
    };
    let gone = taking.entered.iter().zip(&taking.handles);
    let gone: Vec<_> = gone.filter(|(e, _)| has_left(e)).collect();
    let mut handles: Vec<Handle> = gone.iter().map(|(_, handle)| **handle).collect();
    handles.sort_unstable();
    let records = gone.iter().map(|(e, _)| e.records.len() as u64).sum();
    Withdrawn {
        totals: Totals {
            records,
            persons: handles.len() as u64,
        },
        leave: leave_tokens(&taking.secret, note, me, &handles),
        handles,
    }
}

/// Which records stand behind which handle: what only the site knows, while the round is open.
///
/// # Errors
/// [`PartyError::Closed`], or what the vault says.
pub fn handles(
    party: &Party,
    round: &[u8; 16],
) -> Result<Vec<(Handle, Vec<ObjectId>)>, PartyError> {
    party.require(Role::Site)?;
    let book = party.book(round)?.ok_or(PartyError::NoRound)?;
    if book.closed {
        return Err(PartyError::Closed);
    }
    let (taking, _) = Taking::load(party, &book)?;
    let records = taking.entered.into_iter();
    let records = records.map(|e| e.records.into_iter().map(|(id, _)| id).collect());
    Ok(taking.handles.into_iter().zip(records).collect())
}

/// Leaves a round: the site's secrets of it are erased.
///
/// # Errors
/// [`PartyError::NoRound`], or what the vault says.
pub fn close(party: &Party, round: Option<&[u8; 16]>) -> Result<Outcome, PartyError> {
    party.require(Role::Site)?;
    let mut book = party.chosen_book(round)?;
    let mut out = Outcome::default();
    if !book.closed {
        close_book(party, &mut book)?;
    }
    out.done.push(Event::Closed);
    Ok(out)
}

fn close_book(party: &Party, book: &mut Book) -> Result<(), PartyError> {
    if let Ok((taking, _)) = Taking::load(party, book) {
        party.unshelve(&taking.own);
    }
    notices::forget(party, &book.round)?;
    let parts = [TAKING, notices::HOUSE];
    party.end(book, &parts, ActNote::new(ActKind::RoundClosed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::tokens::Policy;
    use crate::matching::{Description, PartialDate};

    /// Whoever has the group secret and everybody's clear text could else find one pattern for a whole site.
    #[test]
    fn each_person_has_its_own_tokens_withheld_and_the_same_ones_again() {
        let params = Params::new(Policy::Strict, 1_000);
        let group = Secret::init_with(|b| b.fill(1));
        let secret = Secret::init_with(|b| b.fill(2));
        let one: Person = Description {
            given_names: "Xóchitl".into(),
            paternal_surname: "Balam".into(),
            maternal_surname: "Canul".into(),
            birth: PartialDate::parse("2001-11-03"),
            ..Description::default()
        }
        .into();
        let persons = vec![Some(&one); BLOCK + 40];
        let made = token_inputs(&params, &group, &secret, &persons);
        let per = usize::from(params.tokens);
        let patterns: std::collections::BTreeSet<Vec<bool>> = made
            .chunks(per)
            .map(|tokens| tokens.iter().map(Option::is_some).collect())
            .collect();
        // Some persons have nothing withheld; hardly any other two are alike.
        assert!(
            patterns.len() > persons.len() * 9 / 10,
            "{}",
            patterns.len()
        );
        let withheld = made.iter().filter(|t| t.is_none()).count();
        let share = withheld as f64 / made.len() as f64;
        assert!((0.08..0.17).contains(&share), "{share}");
        let mut left = persons.clone();
        left[3] = None;
        let again = token_inputs(&params, &group, &secret, &left);
        assert!(again[4 * per..] == made[4 * per..]);
    }
}
