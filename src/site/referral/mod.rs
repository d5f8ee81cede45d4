//! Referral: chosen fields and files of a record to another house (manual: *transfer*, "Referral").
//!
//! What is sent lies on the shelf as it travels, and is put on a stick at each visit until its answer is
//! there. What came waits there, too, until a person has decided.

mod book;
mod decide;
mod document;
mod error;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, BufWriter};

use serde_json::{Map, Value};
use zeroize::Zeroizing;

pub use book::{Entry, Referrals, Status};
pub use decide::{Offer, accept, offer, refuse, revoke};
pub use document::{AnswerHead, ReferralHead, Rules, Said};
pub use error::ReferralError;

use super::transfer::{Draft, Framed, Source, parcel_reason};
use crate::codec::{Decode as _, Encode as _, to_hex};
use crate::crypto::hash::Digest;
use crate::holder::attempt;
use crate::log::act::{ActKind, Reason};
use crate::party::{Event, Outcome, Party, PartyError, Shelved, Stick, file_label};
use crate::record::{self, Date, FieldId, Group, Record};
use crate::round::parcel::{Parcel, ParcelKind, ParcelReader, ParcelWriter};
use crate::round::receipt::{About, Answer, Receipt};
use crate::round::{Card, PartyId, Role, RoundError, Time};
use crate::vault::transfer::{Item, Sink as _, TransferError};
use crate::vault::{ActNote, Evidence, Guarded, ObjectId, Rights, VaultError, VaultId};

/// Largest referral that is taken, in bytes.
const REFERRAL_MAX: u64 = 64 << 30;
/// Seconds for which an answer is put on every stick.
const ANSWER_FOR: u64 = 90 * 86_400;
/// Largest answer, in bytes.
const ANSWER_MAX: u64 = 128 << 10;

/// What is to be sent.
pub struct Wanted<'a> {
    /// The record.
    pub object: ObjectId,
    /// Ids of fields, or names of groups of fields.
    pub fields: &'a [String],
    /// Files of evidence.
    pub evidence: &'a [ObjectId],
    /// Whether the receiver may refer the record further on the same consent.
    pub onward: bool,
    /// A last day before that of the consent.
    pub until: Option<Date>,
}

/// The name of a group of fields, as people choose it.
fn group_name(group: Group) -> &'static str {
    match group {
        Group::Case => "case",
        Group::Name => "name",
        Group::Person => "person",
        Group::Place => "place",
        Group::Contact => "contact",
        Group::Document => "document",
        Group::Exploitation => "exploitation",
        Group::Service => "service",
        Group::Consent => "consent",
        Group::Call => "call",
    }
}

/// A record with the chosen fields, and with those consents that bind the receiver.
fn chosen(whole: &Record, fields: &[String], onward: bool) -> Result<Record, ReferralError> {
    let Value::Object(all) = record::to_json(whole) else {
        return Err(ReferralError::Record);
    };
    let mut keys: Vec<&str> = vec!["role"];
    for wanted in fields {
        let before = keys.len();
        let fits = FieldId::ALL.iter().filter(|f| {
            // The consent for referral goes or stays by the rule alone.
            let bound = f.id().starts_with("consent_referral");
            !bound && (f.id() == wanted || group_name(f.group()) == wanted)
        });
        keys.extend(fits.clone().map(|f| f.id()));
        if fits.clone().any(|f| f.group() == Group::Document) {
            keys.push("documents");
        }
        if keys.len() == before {
            return Err(ReferralError::NoSuchField(wanted.clone()));
        }
    }
    let bound = |key: &str| {
        key.starts_with("consent_record") || (onward && key.starts_with("consent_referral"))
    };
    let map: Map<String, Value> = all
        .into_iter()
        .filter(|(key, _)| keys.contains(&key.as_str()) || bound(key))
        .collect();
    let text = Zeroizing::new(Value::Object(map).to_string());
    let made = record::from_json(&text).map_err(|_| ReferralError::Record)?;
    if !made.is_identifiable() {
        return Err(ReferralError::NoFields);
    }
    Ok(made)
}

fn earlier(a: Option<Date>, b: Option<Date>) -> Option<Date> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}

/// Seals chosen fields and files of a record for another house. Nothing leaves yet: [`next`] puts it on a
/// stick.
///
/// # Errors
/// [`ReferralError`] in [`PartyError::Referral`], [`VaultError::NotAllowed`], [`VaultError::NeedsTwo`].
pub fn refer(
    party: &Party,
    to: &Card,
    wanted: &Wanted<'_>,
    now: Time,
) -> Result<Entry, PartyError> {
    party.require(Role::Site)?;
    let vault = party.vault();
    vault.require(Rights::READ.and(Rights::EXPORT))?;
    vault.require_two(Guarded::Referral, 1)?;
    let to = party.trust().get(&to.id(), Role::Site)?;
    if to.id() == party.id() {
        return Err(PartyError::NoSuchParty(to.name().to_owned()));
    }
    let mut book = Referrals::read(party)?;
    let came_revoked = book
        .entries
        .iter()
        .any(|e| !e.sent && e.object == Some(wanted.object) && e.status == Status::Revoked);
    if came_revoked {
        return Err(ReferralError::CameRevoked.into());
    }
    let catalog = vault.catalog()?;
    let item = catalog.get(wanted.object).ok_or(VaultError::NoSuchRecord)?;
    let latest = item.latest();
    let whole = vault.read(latest.leaf)?;
    let consent = &whole.consents.referral;
    if !consent.is_valid_on(super::today(now)) {
        return Err(ReferralError::NoConsent.into());
    }
    let rules = Rules {
        onward: wanted.onward,
        until: earlier(consent.until, wanted.until),
        purpose: consent.purpose.clone(),
    };
    let part = chosen(&whole, wanted.fields, wanted.onward)?;
    let files = chosen_files(party, wanted)?;
    let tag = |object| document::tag(vault.id(), object, &to.id());
    let head = ReferralHead {
        log: vault.log_id(),
        tag: tag(wanted.object),
        rules: rules.clone(),
    };
    let work = party.work()?;
    let path = work.path().join("referral");
    let out = File::create_new(&path).map_err(VaultError::from)?;
    let writer = ParcelWriter::begin(
        ParcelKind::Referral,
        party.card(),
        party.key(),
        to,
        now,
        head.to_bytes(),
        BufWriter::with_capacity(1 << 18, out),
    )?;
    let mut framed = Framed::new(writer);
    let body = crate::codec::body_to_bytes(&part).map_err(VaultError::from)?;
    framed.item(&Item::Version {
        id: head.tag,
        record: head.tag,
        parents: Vec::new(),
        compartment: String::new(),
        body: Zeroizing::new(body),
    })?;
    let custody = Reason::new(&format!("referral {}", to_hex(&to.id().0)));
    let custody = custody.map_err(VaultError::from)?;
    for file in &files {
        framed.item(&Item::Evidence {
            id: tag(file.id),
            record: head.tag,
            size: file.size,
            sha256: file.sha256,
            name: file.name.clone(),
        })?;
        vault.extract_evidence(file, &mut framed, &custody)?;
        framed.file_end()?;
    }
    let (parcel, out) = framed.finish()?;
    out.into_inner().map_err(|_| RoundError::Io)?;
    let staged = party.stage(File::open(&path).map_err(VaultError::from)?, u64::MAX)?;
    let entry = Entry {
        id: parcel.id,
        sent: true,
        other: to.id(),
        time: now,
        status: Status::Open,
        object: Some(wanted.object),
        tag: head.tag,
        rules,
        file: Some(staged.keep()?),
        answer: None,
        evidence: files.iter().map(|f| tag(f.id)).collect(),
        receipt: String::new(),
    };
    book.entries.push(entry.clone());
    let act = ActNote::new(ActKind::ReferralSent)
        .on(wanted.object.0, latest.number)
        .because(&parcel_reason(&parcel)?);
    vault.set_state(&[book.change()], act)?;
    Ok(entry)
}

fn chosen_files(party: &Party, wanted: &Wanted<'_>) -> Result<Vec<Evidence>, PartyError> {
    let all = party.vault().evidence()?;
    let found = wanted.evidence.iter().map(|id| {
        let mut fits = all.iter();
        let file = fits.find(|e| e.id == *id && e.record == wanted.object);
        file.cloned()
            .ok_or_else(|| ReferralError::NoSuchFile.into())
    });
    found.collect()
}

/// Records that came of referrals that were revoked, with the day on which the last of these was sent.
///
/// # Errors
/// What the vault says.
pub(super) fn taken_back(party: &Party) -> Result<BTreeMap<ObjectId, Date>, PartyError> {
    let mut found = BTreeMap::new();
    for entry in &Referrals::read(party)?.entries {
        if let (false, Status::Revoked, Some(object)) = (entry.sent, entry.status, entry.object) {
            let day = super::today(entry.time);
            let last = found.entry(object).or_insert(day);
            *last = day.max(*last);
        }
    }
    Ok(found)
}

fn file_name(card: &Card, id: &Digest, kind: &str) -> String {
    let digits = to_hex(id.first_chunk::<4>().unwrap_or(&[0; 4]));
    format!("{}.{digits}.{kind}", file_label(card))
}

/// Puts a kept file on a stick, if it is not there.
fn deliver(
    party: &Party,
    stick: &Stick,
    name: &str,
    file: &Shelved,
    out: &mut Outcome,
) -> Result<(), PartyError> {
    if let Some(there) = stick.open_file(name, u64::MAX)?
        && file.is(&there)?
    {
        out.done.push(Event::Unchanged(name.to_owned()));
        return Ok(());
    }
    let mut kept = party.open_shelved(file)?;
    let (draft, mut to) = Draft::begin(&stick.dir().join(name))?;
    std::io::copy(&mut kept, &mut to).map_err(|e| PartyError::File {
        name: name.to_owned(),
        kind: e.kind(),
    })?;
    draft.sync(to)?;
    draft.place()?;
    out.done.push(Event::Wrote(name.to_owned()));
    Ok(())
}

/// Files of a folder that are called after this house, by their last word.
fn names(party: &Party, stick: &Stick, kind: &str) -> Result<Vec<String>, PartyError> {
    let failed = |e: std::io::Error| PartyError::File {
        name: stick.dir().display().to_string(),
        kind: e.kind(),
    };
    let prefix = format!("{}.", file_label(party.card()));
    let mut found = Vec::new();
    for entry in std::fs::read_dir(stick.dir()).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let Some(name) = name.to_str() else { continue };
        let rest = name
            .strip_prefix(&prefix)
            .and_then(|r| r.strip_suffix(kind));
        if rest.is_some_and(|r| r.len() == 9 && r.ends_with('.')) {
            found.push(name.to_owned());
        }
    }
    found.sort();
    Ok(found)
}

/// Takes referrals and answers from a folder, and puts there what is due.
///
/// # Errors
/// What stands against the whole; a file that is refused is in the [`Outcome`].
pub fn next(party: &Party, stick: &Stick, now: Time, out: &mut Outcome) -> Result<(), PartyError> {
    party.require(Role::Site)?;
    // Answers first: a referral that was revoked is not taken before.
    for name in names(party, stick, "answer")? {
        attempt(out, &name, |out| take_answer(party, stick, &name, now, out))?;
    }
    for name in names(party, stick, "referral")? {
        attempt(out, &name, |out| take(party, stick, &name, now, out))?;
    }
    for entry in &Referrals::read(party)?.entries {
        let Ok(card) = party.trust().get(&entry.other, Role::Site) else {
            continue;
        };
        let answer = entry.answer.as_ref().map(|f| (f, "answer"));
        let due = match (entry.sent, entry.status) {
            (true, Status::Open) => entry.file.as_ref().map(|f| (f, "referral")),
            (true, Status::Revoked) => answer,
            (true, _) => None,
            // Nobody says that an answer arrived: it is given for a time, and to whoever asks again.
            (false, _) => answer.filter(|_| now.seconds() < entry.time.seconds() + ANSWER_FOR),
        };
        if let Some((file, kind)) = due {
            deliver(party, stick, &file_name(card, &entry.id, kind), file, out)?;
        }
        if entry.sent && entry.status != Status::Open {
            // What was taken does not have to lie on a stick. One that is write-protected keeps it.
            let name = file_name(card, &entry.id, "referral");
            let _ = std::fs::remove_file(stick.dir().join(name));
        }
    }
    Ok(())
}

fn opened(
    party: &Party,
    kind: ParcelKind,
    file: File,
) -> Result<ParcelReader<'static>, PartyError> {
    let input = BufReader::with_capacity(1 << 18, file);
    let card = |id: &PartyId| party.trust().get(id, Role::Site).cloned();
    Ok(ParcelReader::open(
        party.age(),
        party.id(),
        &[kind],
        card,
        input,
    )?)
}

fn take(
    party: &Party,
    stick: &Stick,
    name: &str,
    now: Time,
    out: &mut Outcome,
) -> Result<(), PartyError> {
    let Some(file) = stick.open_file(name, REFERRAL_MAX)? else {
        return Ok(());
    };
    // Nothing is copied that no pinned house has signed.
    drop(opened(
        party,
        ParcelKind::Referral,
        file.try_clone().map_err(|_| RoundError::Io)?,
    )?);
    std::io::Seek::rewind(&mut &file).map_err(|_| RoundError::Io)?;
    let staged = party.stage(file, REFERRAL_MAX)?;
    let mut source = Source::new(opened(party, ParcelKind::Referral, staged.open()?)?);
    let about = source.head().clone();
    let head = ReferralHead::from_bytes(&about.body).map_err(TransferError::from)?;
    let came = party.vault().check_referral(&mut source)?;
    let parcel = source.parcel().ok_or(RoundError::Damaged)?;
    let mut book = Referrals::read(party)?;
    let known = book.get(&parcel.id, false).map(|e| (e.status, e.other));
    if let Some((_, other)) = known
        && other != about.sender
    {
        return Err(RoundError::WrongSender(party.name(&other)).into());
    }
    let sender = party.trust().get(&about.sender, Role::Site)?.clone();
    let answered = file_name(&sender, &parcel.id, "answer");
    if let Some(entry) = book.get(&parcel.id, false)
        && let Some(answer) = entry.answer
    {
        out.done.push(Event::Unchanged(name.to_owned()));
        return deliver(party, stick, &answered, &answer, out);
    }
    // Revoked before it came: it is not kept.
    let revoked = known.is_some();
    let answer = if revoked {
        Answer::Refused
    } else {
        Answer::Received
    };
    let receipt = receipt(party, &sender, &parcel, head.log, answer, now)?;
    let file = if revoked { None } else { Some(staged.keep()?) };
    let entry = Entry {
        id: parcel.id,
        sent: false,
        other: sender.id(),
        time: about.time,
        status: if revoked {
            Status::Revoked
        } else {
            Status::Open
        },
        object: None,
        tag: head.tag,
        rules: head.rules,
        file,
        answer: Some(answer_parcel(
            party,
            &sender,
            &parcel.id,
            Said::Receipt(receipt.clone()),
            now,
        )?),
        evidence: came.files.clone(),
        receipt,
    };
    let answer = entry.answer;
    match book.get(&parcel.id, false) {
        Some(stub) => *stub = entry,
        None => book.entries.push(entry),
    }
    let kind = if revoked {
        ActKind::ReferralRefused
    } else {
        ActKind::ReferralReceived
    };
    let act = ActNote::new(kind)
        .on(parcel.id.first_chunk().copied().unwrap_or_default(), 0)
        .because(&parcel_reason(&parcel)?);
    party.vault().set_state(&[book.change()], act)?;
    out.done.push(Event::Took(name.to_owned()));
    if let Some(answer) = answer {
        deliver(party, stick, &answered, &answer, out)?;
    }
    Ok(())
}

/// A signed receipt for a referral.
fn receipt(
    party: &Party,
    giver: &Card,
    parcel: &Parcel,
    log: [u8; 16],
    answer: Answer,
    now: Time,
) -> Result<String, PartyError> {
    let receipt = Receipt {
        about: About::Transfer,
        what: parcel.id,
        bytes: parcel.bytes,
        answer,
        log,
        entry: None,
        giver: Some(giver.id()),
        receiver: party.id(),
        time: now,
    };
    Ok(receipt.sign(party.card(), party.key())?)
}

/// Seals an answer and keeps it.
fn answer_parcel(
    party: &Party,
    to: &Card,
    about: &Digest,
    said: Said,
    now: Time,
) -> Result<Shelved, PartyError> {
    let head = AnswerHead {
        about: *about,
        said,
    };
    let writer = ParcelWriter::begin(
        ParcelKind::Answer,
        party.card(),
        party.key(),
        to,
        now,
        head.to_bytes(),
        Vec::new(),
    )?;
    party.shelve(&writer.finish()?.1)
}

fn take_answer(
    party: &Party,
    stick: &Stick,
    name: &str,
    now: Time,
    out: &mut Outcome,
) -> Result<(), PartyError> {
    let Some(file) = stick.open_file(name, ANSWER_MAX)? else {
        return Ok(());
    };
    let mut reader = opened(party, ParcelKind::Answer, file)?;
    let mut payload = Zeroizing::default();
    while reader.next(&mut payload)?.is_some() {}
    let head = AnswerHead::from_bytes(&reader.head().body).map_err(TransferError::from)?;
    let sender = reader.sender().clone();
    let changed = match &head.said {
        Said::Receipt(text) => take_receipt(party, &sender, &head.about, text)?,
        Said::Revoked(text) => take_revocation(party, stick, &sender, &head.about, text, now, out)?,
    };
    out.done.push(if changed {
        Event::Took(name.to_owned())
    } else {
        Event::Unchanged(name.to_owned())
    });
    Ok(())
}

fn take_receipt(
    party: &Party,
    sender: &Card,
    about: &Digest,
    text: &str,
) -> Result<bool, PartyError> {
    let receipt = Receipt::read(text.as_bytes(), sender)?;
    let mut book = Referrals::read(party)?;
    let entry = book.get(about, true).filter(|e| e.other == sender.id());
    let entry = entry.ok_or(ReferralError::NoSuchReferral)?;
    let fits = receipt.about == About::Transfer
        && receipt.what == entry.id
        && receipt.giver == Some(party.id());
    if !fits {
        return Err(RoundError::Numbers.into());
    }
    let told = match receipt.answer {
        Answer::Received => Status::Received,
        Answer::Accepted => Status::Accepted,
        Answer::Refused => Status::Refused,
    };
    let thrown;
    let mut kind = ActKind::State;
    match (entry.status, told) {
        (Status::Open, _) | (Status::Received, Status::Accepted | Status::Refused) => {
            entry.status = told;
            thrown = entry.file.take();
            kind = match told {
                Status::Accepted => ActKind::ReferralAccepted,
                Status::Refused => ActKind::ReferralRefused,
                _ => ActKind::State,
            };
        }
        // The other house knows that it is revoked.
        (Status::Revoked, Status::Refused) if entry.answer.is_some() => {
            thrown = entry.answer.take()
        }
        _ => return Ok(false),
    }
    entry.receipt = text.to_owned();
    let object = entry.object.unwrap_or(entry.name());
    let reason = Reason::new(&format!("parcel {}", to_hex(about))).map_err(VaultError::from)?;
    let act = ActNote::new(kind).on(object.0, 0).because(&reason);
    party.vault().set_state(&[book.change()], act)?;
    if let Some(file) = thrown {
        party.unshelve(&file);
    }
    Ok(true)
}

fn take_revocation(
    party: &Party,
    stick: &Stick,
    sender: &Card,
    about: &Digest,
    why: &str,
    now: Time,
    out: &mut Outcome,
) -> Result<bool, PartyError> {
    let answered = file_name(sender, about, "answer");
    let mut book = Referrals::read(party)?;
    let log = [0; 16];
    let parcel = Parcel {
        id: *about,
        file: [0; 32],
        bytes: 0,
    };
    let Some(entry) = book.get(about, false) else {
        // It comes before its referral, which is then refused.
        book.entries.push(Entry {
            id: *about,
            sent: false,
            other: sender.id(),
            time: now,
            status: Status::Revoked,
            object: None,
            tag: crate::vault::transfer::LineId([0; 16]),
            rules: Rules {
                onward: false,
                until: None,
                purpose: String::new(),
            },
            file: None,
            answer: None,
            evidence: Vec::new(),
            receipt: String::new(),
        });
        return keep_revocation(party, &book, about, None, why).map(|()| true);
    };
    if entry.other != sender.id() {
        return Err(ReferralError::NoSuchReferral.into());
    }
    if entry.status == Status::Revoked || entry.status == Status::Refused {
        if let Some(answer) = entry.answer {
            deliver(party, stick, &answered, &answer, out)?;
        }
        return Ok(false);
    }
    let thrown = [entry.file.take(), entry.answer.take()];
    entry.status = Status::Revoked;
    let object = entry.object;
    let text = receipt(party, sender, &parcel, log, Answer::Refused, now)?;
    entry.receipt.clone_from(&text);
    let answer = answer_parcel(party, sender, about, Said::Receipt(text), now)?;
    entry.answer = Some(answer);
    keep_revocation(party, &book, about, object, why)?;
    for file in thrown.iter().flatten() {
        party.unshelve(file);
    }
    deliver(party, stick, &answered, &answer, out)?;
    Ok(true)
}

fn keep_revocation(
    party: &Party,
    book: &Referrals,
    about: &Digest,
    object: Option<ObjectId>,
    why: &str,
) -> Result<(), PartyError> {
    let name = ObjectId(about.first_chunk().copied().unwrap_or_default());
    let reason = Reason::new(why).map_err(VaultError::from)?;
    let act = ActNote::new(ActKind::ReferralRevoked)
        .on(object.unwrap_or(name).0, 0)
        .because(&reason);
    Ok(party.vault().set_state(&[book.change()], act)?)
}

/// The houses to which a record can be referred: pinned cards of other sites, without the own other vaults.
///
/// # Errors
/// What the vault says.
pub fn houses(party: &Party) -> Result<Vec<&Card>, PartyError> {
    let own = party.vault().same_site()?;
    let cards = party.trust().cards();
    Ok(cards
        .filter(|c| c.body().role == Role::Site && c.id() != party.id())
        .filter(|c| !own.contains(&VaultId(c.body().vault)))
        .collect())
}
