//! Heads of logs in every exchange: shown, cosigned, taken back (manual: *log*, "Cosigning in rounds").
//!
//! Holders see the heads of the sites and of the coordinator, the coordinator and the other holders those
//! of a holder. The coordinator does not see a site's head, for the number of acts of a house is none
//! of its business: it has the salted hash in the token file.

use zeroize::Zeroizing;

use super::{Book, Event, Outcome, Party, PartyError, Stick, Taken, file_label};
use crate::auditor::{self, Answer, AuditorError, Refusal, Seen, Source};
use crate::codec::{Decode, DecodeError, Encode, Reader, put_bytes, put_padding};
use crate::crypto::travel::{self, Identity, Recipient};
use crate::log::act::ActKind;
use crate::log::note::MAX_NOTE;
use crate::log::offer::{EARLIER_MAX, HeadOffer, OFFER_MAX};
use crate::log::{Origin, SignedCheckpoint};
use crate::round::envelope::{self, Kind, Opened};
use crate::round::note::AgreedNote;
use crate::round::{Card, PartyId, Role, RoundError, Time};
use crate::vault::proof::PublicLog;
use crate::vault::{ActNote, StateChange, VaultError, files};

/// Name of the state with the heads that this party has cosigned.
const SEEN: &str = "heads-seen";
/// Name of the state with the sizes at which this party's head was shown.
const SHOWN: &str = "heads-shown";
/// Folder of the vault with refusals, which are for everybody to read.
const REFUSALS: &str = "refusals";
/// An answer is padded to a multiple of this.
const BLOCK: usize = 4096;
/// Largest answer: a refusal has two heads in base64.
const ANSWER_MAX: usize = 4 * MAX_NOTE + BLOCK;

/// What a cosigner says to a head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeadAnswer {
    /// The head with its cosignature.
    Cosigned(SignedCheckpoint),
    /// The head does not extend the one that was cosigned before.
    Refused(Box<Refusal>),
    /// The head that was cosigned last has this size, and the offer did not lead from there.
    From(u64),
}

impl Encode for HeadAnswer {
    fn encode(&self, out: &mut Vec<u8>) {
        let start = out.len();
        out.push(1);
        match self {
            Self::Cosigned(head) => {
                out.push(1);
                put_bytes(out, head.to_string().as_bytes());
            }
            Self::Refused(refusal) => {
                out.push(2);
                put_bytes(out, refusal.to_string().as_bytes());
            }
            Self::From(size) => {
                out.push(3);
                out.extend_from_slice(&size.to_be_bytes());
            }
        }
        put_padding(out, start, BLOCK);
    }
}

impl Decode for HeadAnswer {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let whole = input.remaining();
        match input.u8()? {
            1 => {}
            v => return Err(DecodeError::Version(v)),
        }
        let bad = || DecodeError::Value("answer");
        let answer = match input.u8()? {
            1 => {
                let note = input.bytes(MAX_NOTE)?;
                Self::Cosigned(SignedCheckpoint::parse(note).map_err(|_| bad())?)
            }
            2 => {
                let note = input.bytes(ANSWER_MAX)?;
                Self::Refused(Box::new(Refusal::parse(note).map_err(|_| bad())?))
            }
            3 => Self::From(input.u64()?),
            _ => return Err(bad()),
        };
        input.padding(whole - input.remaining(), BLOCK)?;
        Ok(answer)
    }
}

fn offer_name(card: &Card) -> String {
    format!("{}.head", file_label(card))
}

fn answer_name(of: &Card, by: &Card) -> String {
    format!("{}.cosigned.{}", file_label(of), file_label(by))
}

/// Who sees the head of a party in a round.
fn witnesses(note: &AgreedNote, of: &PartyId) -> Vec<(PartyId, Recipient)> {
    let holder = note.holders().iter().any(|(id, _)| id == of);
    let mut all = note.holders();
    if holder {
        all.push(note.coordinator());
    }
    all.retain(|(id, _)| id != of);
    all
}

/// Whose heads a party sees in a round.
fn shown_to<'p>(party: &'p Party, note: &AgreedNote) -> Result<Vec<&'p Card>, PartyError> {
    let trust = party.trust();
    let holders = note.draft().holders.iter();
    let mut all = holders
        .filter(|id| **id != party.id())
        .map(|id| Ok(trust.get(id, Role::Holder)?))
        .collect::<Result<Vec<&Card>, PartyError>>()?;
    if party.role() == Role::Holder {
        all.push(trust.get(&note.draft().coordinator, Role::Coordinator)?);
        all.extend(party.sites_by_name(note.draft())?.iter().map(|(c, _)| *c));
    }
    by_name(&mut all);
    Ok(all)
}

/// In the order of names, so that people see the same order everywhere.
fn by_name(cards: &mut [&Card]) {
    cards.sort_by(|a, b| a.name().cmp(b.name()).then(a.id().cmp(&b.id())));
}

fn sizes(bytes: &[u8]) -> Result<Vec<u64>, DecodeError> {
    let mut input = Reader::new(bytes);
    let count = input.count(8, EARLIER_MAX)?;
    let sizes = (0..count).map(|_| input.u64()).collect::<Result<_, _>>()?;
    input.finish()?;
    Ok(sizes)
}

/// The change that remembers one more size.
fn remember(party: &Party, size: u64) -> Result<Option<StateChange>, PartyError> {
    let state = party.vault().state(SHOWN)?;
    let version = state.as_ref().map_or(0, |s| s.version);
    let mut known = state.map_or(Ok(Vec::new()), |s| sizes(&s.body))?;
    if known.contains(&size) {
        return Ok(None);
    }
    known.push(size);
    known.sort_unstable();
    let surplus = known.len().saturating_sub(EARLIER_MAX);
    known.drain(..surplus);
    let mut body = Zeroizing::new(Vec::new());
    let count = u32::try_from(known.len()).unwrap_or(u32::MAX);
    body.extend_from_slice(&count.to_be_bytes());
    for size in known {
        body.extend_from_slice(&size.to_be_bytes());
    }
    Ok(Some(StateChange::put(SHOWN, version, body)))
}

/// Shows the head of the party's own log, as it is now, to those who cosign it in this round.
pub(crate) fn offer(
    party: &Party,
    stick: &Stick,
    note: &AgreedNote,
    book: &mut Book,
    out: &mut Outcome,
) -> Result<(), PartyError> {
    let known = party.vault().state(SHOWN)?;
    let known = known.map_or(Ok(Vec::new()), |s| sizes(&s.body))?;
    let offer = PublicLog::open(party.vault().location())?.offer(&known)?;
    let (_, file) = envelope::seal(
        Kind::Head,
        note.hash(),
        party.id(),
        party.key(),
        &witnesses(note, &party.id()),
        &offer.to_bytes(),
    )?;
    let name = offer_name(party.card());
    let before = book.sent.insert(name.clone(), party.shelve(&file)?);
    let size = offer.head.checkpoint().size();
    let changes = remember(party, size)?.into_iter().collect();
    party.keep(book, changes, ActNote::new(ActKind::State).count(size))?;
    if let Some(before) = before {
        party.unshelve(&before);
    }
    party.put(stick, &name, &file, out)
}

/// As [`offer`], if nothing was shown in this round yet; else writes what was.
pub(crate) fn offer_once(
    party: &Party,
    stick: &Stick,
    note: &AgreedNote,
    book: &mut Book,
    out: &mut Outcome,
) -> Result<(), PartyError> {
    let name = offer_name(party.card());
    if book.sent.contains_key(&name) {
        return party.deliver(book, stick, &name, out);
    }
    offer(party, stick, note, book, out)
}

/// Writes the head again that was shown last in this round.
pub(crate) fn deliver(
    party: &Party,
    stick: &Stick,
    book: &Book,
    out: &mut Outcome,
) -> Result<(), PartyError> {
    party.deliver(book, stick, &offer_name(party.card()), out)
}

/// Cosigns the heads in the folder, or refuses them. `identity` opens what is sent to this party in the
/// round.
pub(crate) fn witness(
    party: &Party,
    identity: &Identity,
    stick: &Stick,
    note: &AgreedNote,
    now: Time,
    out: &mut Outcome,
) -> Result<(), PartyError> {
    if party.witness().is_none() {
        return Ok(());
    }
    for card in shown_to(party, note)? {
        let name = offer_name(card);
        crate::holder::attempt(out, &name, |out| {
            let Some(bytes) = stick.read(&name, travel::file_max(OFFER_MAX as u64 + 1024))? else {
                return Ok(());
            };
            let opened = envelope::decrypt(identity, &bytes, OFFER_MAX)?.verify(
                Kind::Head,
                note.hash(),
                card,
                party.id(),
            )?;
            answer(party, stick, note, card, &opened, &bytes, now, out)
        })?;
    }
    Ok(())
}

#[allow(clippy::too_many_arguments)]
fn answer(
    party: &Party,
    stick: &Stick,
    note: &AgreedNote,
    card: &Card,
    opened: &Opened,
    bytes: &[u8],
    now: Time,
    out: &mut Outcome,
) -> Result<(), PartyError> {
    let mut book = party
        .book(&note.draft().round)?
        .ok_or(PartyError::NoRound)?;
    let reply_name = answer_name(card, party.card());
    if book
        .taken(Kind::Head, &card.id())
        .is_some_and(|t| t.id == opened.id())
    {
        return party.deliver(&book, stick, &reply_name, out);
    }
    let offer = HeadOffer::from_bytes(opened.payload()).map_err(RoundError::from)?;
    if *offer.head.checkpoint().origin() != Origin::of_vault(&card.body().vault) {
        return Err(PartyError::OtherLog(card.name().to_owned()));
    }
    let (answered, change) = decide(party, card, offer, now)?;
    let (_, file) = envelope::seal(
        Kind::HeadAnswer,
        note.hash(),
        party.id(),
        party.key(),
        &[(card.id(), card.body().age.clone())],
        &answered.to_bytes(),
    )?;
    let before = book.sent.insert(reply_name.clone(), party.shelve(&file)?);
    let taken = Taken::of(opened.id(), bytes);
    book.taken.insert((Kind::Head as u8, card.id()), taken);
    let kind = match answered {
        HeadAnswer::Cosigned(_) => ActKind::HeadCosigned,
        HeadAnswer::Refused(_) => ActKind::HeadRefused,
        HeadAnswer::From(_) => ActKind::State,
    };
    // The head is remembered in the transaction that stores the cosignature, before it goes out.
    party.keep(&mut book, change.into_iter().collect(), ActNote::new(kind))?;
    if let Some(before) = before {
        party.unshelve(&before);
    }
    party.put(stick, &reply_name, &file, out)?;
    match answered {
        HeadAnswer::Cosigned(_) => {
            out.done.push(Event::HeadCosigned(card.name().to_owned()));
            Ok(())
        }
        HeadAnswer::Refused(refusal) => Err(PartyError::HeadRefused {
            name: card.name().to_owned(),
            reason: refusal.reason().clone(),
            file: publish(party, card, &refusal)?,
        }),
        HeadAnswer::From(_) => Ok(()),
    }
}

/// Cosigns or refuses. Returns the change that remembers the head.
fn decide(
    party: &Party,
    card: &Card,
    offer: HeadOffer,
    now: Time,
) -> Result<(HeadAnswer, Option<StateChange>), PartyError> {
    let state = party.vault().state(SEEN)?;
    let version = state.as_ref().map_or(0, |s| s.version);
    let mut seen = state.map_or(Ok(Seen::new()), |s| Seen::from_bytes(&s.body))?;
    let witness = party.witness().ok_or(PartyError::NoCard)?;
    let mut change = None;
    let answer = auditor::cosign(
        witness,
        &mut seen,
        &Source::Offer(Box::new(offer)),
        card.body().log,
        now.seconds(),
        |seen| {
            let body = Zeroizing::new(seen.to_bytes());
            change = Some(StateChange::put(SEEN, version, body));
            Ok::<(), AuditorError>(())
        },
    );
    match answer {
        Ok(Answer::Cosigned(head)) => Ok((HeadAnswer::Cosigned(*head), change)),
        Ok(Answer::Refused(refusal)) => Ok((HeadAnswer::Refused(refusal), None)),
        Err(AuditorError::ProofNeeded { old }) => Ok((HeadAnswer::From(old), None)),
        Err(e) => Err(e.into()),
    }
}

/// Entries of the largest head of a party's log that was cosigned here; `None` if there is none.
pub(crate) fn cosigned(party: &Party, card: &Card) -> Result<Option<u64>, PartyError> {
    let Some(state) = party.vault().state(SEEN)? else {
        return Ok(None);
    };
    let seen = Seen::from_bytes(&state.body)?;
    let last = seen.last(&Origin::of_vault(&card.body().vault))?;
    Ok(last.map(|(_, head)| head.checkpoint().size()))
}

/// Writes a refusal where the people of this party find it.
fn publish(party: &Party, card: &Card, refusal: &Refusal) -> Result<String, PartyError> {
    let failed = |e: std::io::Error| PartyError::Vault(e.into());
    let folder = party.vault().dir().join(REFUSALS);
    files::private_dir_within(&folder).map_err(failed)?;
    let name = format!("{}-{}.refusal", file_label(card), refusal.time());
    let path = folder.join(name);
    files::replace(&path, refusal.to_string().as_bytes()).map_err(failed)?;
    Ok(path.display().to_string())
}

/// Takes back what others said to this party's head. A cosigner that saw a head which the offer did not
/// lead from gets another offer at once.
pub(crate) fn collect(
    party: &Party,
    stick: &Stick,
    note: &AgreedNote,
    book: &mut Book,
    out: &mut Outcome,
) -> Result<(), PartyError> {
    let mut again = false;
    let witnesses = witnesses(note, &party.id());
    let cards = party.trust().cards();
    let mut cards: Vec<&Card> = cards
        .filter(|c| witnesses.iter().any(|(id, _)| *id == c.id()))
        .collect();
    by_name(&mut cards);
    for card in cards {
        let id = card.id();
        let name = answer_name(party.card(), card);
        crate::holder::attempt(out, &name, |out| {
            let Some(bytes) = stick.read(&name, travel::file_max(ANSWER_MAX as u64 + 1024))? else {
                return Ok(());
            };
            let opened = envelope::decrypt(party.age(), &bytes, ANSWER_MAX)?.verify(
                Kind::HeadAnswer,
                note.hash(),
                card,
                party.id(),
            )?;
            let had = book.taken(Kind::HeadAnswer, &id);
            if had.is_some_and(|t| t.id == opened.id()) {
                return Ok(());
            }
            let answer = HeadAnswer::from_bytes(opened.payload()).map_err(RoundError::from)?;
            let took = match &answer {
                HeadAnswer::Cosigned(head) => take(party, card, head, out),
                // A refusal alone may be of a stick that came late: what counts is the head that it was held against.
                HeadAnswer::Refused(refusal) => {
                    match take(party, card, refusal.last(), &mut Outcome::default()) {
                        Err(PartyError::RestoredLimits) => Err(PartyError::RestoredLimits),
                        _ => Ok(()),
                    }
                }
                HeadAnswer::From(_) => Ok(()),
            };
            let set_back = matches!(took, Err(PartyError::RestoredLimits));
            if set_back {
                lapse(party)?;
            } else {
                took?;
            }
            let taken = Taken::of(opened.id(), &bytes);
            book.taken.insert((Kind::HeadAnswer as u8, id), taken);
            let wanted = match answer {
                HeadAnswer::From(size) => remember(party, size)?,
                _ => None,
            };
            again |= wanted.is_some();
            party.keep(
                book,
                wanted.into_iter().collect(),
                ActNote::new(ActKind::State),
            )?;
            match answer {
                HeadAnswer::Refused(refusal) => Err(PartyError::OwnHeadRefused {
                    name: card.name().to_owned(),
                    reason: refusal.reason().clone(),
                }),
                _ if set_back => Err(PartyError::RestoredLimits),
                _ => Ok(()),
            }
        })?;
    }
    if again {
        offer(party, stick, note, book, out)?;
    }
    Ok(())
}

/// A holder whose log is not the one that others have seen does not know what it gave out.
fn lapse(party: &Party) -> Result<(), PartyError> {
    match party.role() {
        Role::Holder => crate::holder::policy::lapse(party),
        _ => Ok(()),
    }
}

/// Keeps a cosigned head. The cosigner's key is that of its pinned card. A holder that has signed a head which
/// is none of its entries was set back to a copy: [`PartyError::RestoredLimits`].
fn take(
    party: &Party,
    card: &Card,
    head: &SignedCheckpoint,
    out: &mut Outcome,
) -> Result<(), PartyError> {
    let Some(cosigner) = card.cosigner() else {
        return Ok(());
    };
    party.vault().trust_cosigners(&[cosigner])?;
    let worth = party.vault().import_cosigned(head).map_err(|e| match e {
        VaultError::Head(e) => AuditorError::Head(e).into(),
        VaultError::OtherHead { .. } if party.role() == Role::Holder => PartyError::RestoredLimits,
        VaultError::OtherHead { .. } | VaultError::NotCosigned => {
            PartyError::OtherLog(party.card().name().to_owned())
        }
        e => PartyError::Vault(e),
    })?;
    out.done.push(Event::HeadReturned {
        name: card.name().to_owned(),
        size: worth.size,
    });
    Ok(())
}
