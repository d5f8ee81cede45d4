//! The key-holder: joins, cosigns, evaluates within quotas, compares, closes (manual: *round*, "Key-
//! holder").
//!
//! Every output is in the vault before it is on the stick, and the stored bytes are sent again when
//! a message is repeated. What is counted is counted in the transaction that stores the output, so a
//! quota cannot be passed by pulling a plug.

mod explain;
pub(crate) mod policy;
mod scoring;
mod tally;

use std::fs::File;
use std::io::{BufReader, Read};

use scoring::Scorer;
use zeroize::Zeroizing;

pub use explain::NOISE as AGREEMENT_NOISE;
pub use policy::Policy;
pub use tally::tally;

use crate::codec::{Decode as _, Encode as _};
use crate::crypto::travel;
use crate::log;
use crate::log::act::ActKind;
use crate::party::params::rarity;
use crate::party::stick::{ASK, COUNTS, COUNTS_ASK, DRAFT, NOTE, NOTE_MAX, RESULT, WEIGHTS};
use crate::party::{Book, Event, Outcome, Party, PartyError, Staged, Stick, Taken, file_label};
use crate::party::{budget, heads};
use crate::round::blinded::BlindedRequest;
use crate::round::counts_note::CountsNote;
use crate::round::draft::Draft;
use crate::round::envelope::{self, Expected, Kind, Stream};
use crate::round::holder::{self, HolderSecrets};
use crate::round::join::SignedJoin;
use crate::round::note::AgreedNote;
use crate::round::pairs::{Budget, PAIRS_MAX, PairsAsk, PairsList};
use crate::round::result::RoundResult;
use crate::round::{Card, Role, RoundError, Time};
use crate::vault::audit::{self, Finding, Known};
use crate::vault::{ActNote, StateChange, Vault, VaultError};

/// Part of the round's state that holds the secrets.
const SECRET: &str = "secret";

/// Makes a holder of a new vault.
///
/// # Errors
/// As [`Party::found`].
pub fn found(vault: Vault, name: &str, policy: &Policy) -> Result<Party, PartyError> {
    let party = Party::found(vault, Role::Holder, name)?;
    policy::set(&party, policy)?;
    Ok(party)
}

/// The holder's own limits, as they were set last.
///
/// # Errors
/// What the vault says.
pub fn policy(party: &Party) -> Result<Policy, PartyError> {
    party.require(Role::Holder)?;
    policy::last(party)
}

/// Whether the vault was restored after the limits were set: then nothing is joined or evaluated until
/// somebody sets them again, because what was given out since the copy is not known.
///
/// # Errors
/// What the vault says.
pub fn limits_lapsed(party: &Party) -> Result<bool, PartyError> {
    party.require(Role::Holder)?;
    match policy::get(party) {
        Err(PartyError::RestoredLimits) => Ok(true),
        other => other.map(|_| false),
    }
}

/// Changes the holder's limits.
///
/// # Errors
/// What the vault says.
pub fn set_policy(party: &Party, policy: &Policy) -> Result<(), PartyError> {
    party.require(Role::Holder)?;
    policy::set(party, policy)
}

fn join_name(card: &Card) -> String {
    format!("{}.join", file_label(card))
}

fn welcome_name(site: &Card, holder: &Card) -> String {
    format!("{}.welcome.{}", file_label(site), file_label(holder))
}

fn evaluated_name(site: &Card, holder: &Card) -> String {
    format!("{}.evaluated.{}", file_label(site), file_label(holder))
}

fn secrets(party: &Party, book: &Book) -> Result<HolderSecrets, PartyError> {
    let state = party.vault().state(&book.part(SECRET))?;
    Ok(HolderSecrets::from_bytes(
        &state.ok_or(PartyError::Closed)?.body,
    )?)
}

/// Does what is due with a folder: joins, cosigns, evaluates, compares, closes.
///
/// # Errors
/// What stands against the whole; a file that is refused is in the [`Outcome`].
pub fn next(party: &Party, stick: &Stick, now: Time) -> Result<Outcome, PartyError> {
    party.require(Role::Holder)?;
    let mut out = Outcome::default();
    let note = stick.read(NOTE, NOTE_MAX)?;
    match (&note, stick.read(DRAFT, NOTE_MAX)?) {
        (None, Some(_)) => {
            attempt(&mut out, DRAFT, |out| join_into(party, stick, now, out))?;
            out.waiting.push(Event::WaitsFor(NOTE.to_owned()));
            return Ok(out);
        }
        (None, None) => {
            out.waiting.push(Event::WaitsFor(DRAFT.to_owned()));
            return Ok(out);
        }
        _ => {}
    }
    let mut ok = false;
    attempt(&mut out, NOTE, |out| {
        cosign_into(party, stick, out)?;
        ok = true;
        Ok(())
    })?;
    let book = party.book_for(stick)?;
    if !ok || book.closed {
        return Ok(out);
    }
    let note = match party.agreed(&book) {
        Ok(note) => note,
        Err(PartyError::Round(RoundError::Unsigned(name))) => {
            out.waiting
                .push(Event::WaitsFor(format!("{NOTE} ({name})")));
            return Ok(out);
        }
        Err(e) => return Err(e),
    };
    collect_heads(party, stick, &note, &mut out)?;
    evaluate_into(party, stick, &note, now, &mut out)?;
    if party.id() == note.draft().comparer {
        compare_into(party, stick, &note, now, &mut out)?;
        tally::tally_into(party, stick, &note, &mut out)?;
    }
    heads_into(party, stick, &note, now, &mut out)?;
    end(party, stick, &note, &mut out)?;
    Ok(out)
}

/// Ends the round with its result; the comparer, who is needed for the counts, with these.
fn end(
    party: &Party,
    stick: &Stick,
    note: &AgreedNote,
    out: &mut Outcome,
) -> Result<(), PartyError> {
    let Some(result) = stick.read(RESULT, NOTE_MAX)? else {
        return Ok(());
    };
    let counts = stick.read(COUNTS, NOTE_MAX)?;
    attempt(out, RESULT, |out| {
        RoundResult::read(&result, note, party.trust())?;
        let mut book = party
            .book(&note.draft().round)?
            .ok_or(PartyError::NoRound)?;
        book.result = Some(text(&result)?);
        match counts {
            Some(counts) => {
                CountsNote::read(&counts, note, party.trust())?;
                book.counts = Some(text(&counts)?);
            }
            None if tally::owes(party, note, &book) => {
                let asked = book.taken(Kind::CountsAsk, &note.draft().coordinator);
                let next = asked.map_or(COUNTS_ASK, |_| COUNTS);
                out.waiting.push(Event::WaitsFor(next.to_owned()));
                return Ok(());
            }
            None => {}
        }
        close_book(party, &mut book)?;
        out.done.push(Event::Closed);
        Ok(())
    })
}

/// What others said to the own head comes before anything is given out: they know if this log was set back.
fn collect_heads(
    party: &Party,
    stick: &Stick,
    note: &AgreedNote,
    out: &mut Outcome,
) -> Result<(), PartyError> {
    let mut book = open_book(party, stick)?;
    heads::collect(party, stick, note, &mut book, out)
}

/// Cosigns the heads of the others and shows the own one. What they said to it was taken back before.
fn heads_into(
    party: &Party,
    stick: &Stick,
    note: &AgreedNote,
    now: Time,
    out: &mut Outcome,
) -> Result<(), PartyError> {
    let book = open_book(party, stick)?;
    let secrets = secrets(party, &book)?;
    heads::witness(party, secrets.identity(), stick, note, now, out)?;
    let mut book = open_book(party, stick)?;
    heads::offer_once(party, stick, note, &mut book, out)
}

/// Runs a step; what it refuses belongs to the file.
pub(crate) fn attempt(
    out: &mut Outcome,
    file: &str,
    step: impl FnOnce(&mut Outcome) -> Result<(), PartyError>,
) -> Result<(), PartyError> {
    match step(out) {
        Ok(()) => Ok(()),
        Err(e) => out.refuse(file, e),
    }
}

/// Joins the round whose draft is in the folder.
///
/// # Errors
/// [`PartyError::SecondDraft`], those of [`holder::join`] and of the files.
pub fn join(party: &Party, stick: &Stick, now: Time) -> Result<Outcome, PartyError> {
    party.require(Role::Holder)?;
    let mut out = Outcome::default();
    join_into(party, stick, now, &mut out)?;
    Ok(out)
}

fn join_into(party: &Party, stick: &Stick, now: Time, out: &mut Outcome) -> Result<(), PartyError> {
    let bytes = stick.read(DRAFT, NOTE_MAX)?.ok_or_else(|| missing(DRAFT))?;
    let draft = Draft::read(&bytes, party.trust())?;
    let name = join_name(party.card());
    if let Some(book) = party.book(&draft.round)? {
        let had = match &book.draft {
            Some(text) => Draft::read(text.as_bytes(), party.trust())?,
            None => return Err(PartyError::SecondDraft),
        };
        if book.closed {
            return Err(PartyError::Closed);
        }
        if had.hash() != draft.hash() {
            return Err(PartyError::SecondDraft);
        }
        return party.deliver(&book, stick, &name, out);
    }
    crate::party::params::params(&draft)?;
    let policy = policy::get(party)?;
    if draft.comparer == party.id() {
        // Said now, not when all others have done their part.
        budget::spend(party, draft.epsilon_milli, policy.epsilon_per_year, now)?;
    }
    let secrets = HolderSecrets::generate()?;
    let (card, key) = (party.card(), party.key());
    let signed = holder::join(
        &draft,
        card,
        key,
        &secrets,
        policy.limits(),
        party.trust(),
        now,
    )?;
    let file = signed.to_note(card, key)?.into_bytes();
    let mut book = Book::new(draft.round);
    book.draft = Some(text(&bytes)?);
    book.sent.insert(name.clone(), party.shelve(&file)?);
    let secret = StateChange::put_for_round(book.part(SECRET), 0, secrets.to_secret_bytes()?);
    party.keep(&mut book, vec![secret], ActNote::new(ActKind::RoundJoined))?;
    out.done.push(Event::Joined);
    party.put(stick, &name, &file, out)
}

fn missing(name: &str) -> PartyError {
    PartyError::File {
        name: name.to_owned(),
        kind: std::io::ErrorKind::NotFound,
    }
}

fn text(bytes: &[u8]) -> Result<String, PartyError> {
    // Notes are UTF-8; one that was read is.
    let text = std::str::from_utf8(bytes).map_err(|_| RoundError::NotAnEnvelope)?;
    Ok(text.to_owned())
}

/// Cosigns the note in the folder and writes a welcome for every site.
///
/// # Errors
/// [`RoundError::SecondNote`] and the others of [`holder::cosign`].
pub fn cosign(party: &Party, stick: &Stick) -> Result<Outcome, PartyError> {
    party.require(Role::Holder)?;
    let mut out = Outcome::default();
    cosign_into(party, stick, &mut out)?;
    Ok(out)
}

fn cosign_into(party: &Party, stick: &Stick, out: &mut Outcome) -> Result<(), PartyError> {
    if stick.read(NOTE, NOTE_MAX)?.is_none() {
        return Err(missing(NOTE));
    }
    let mut book = party.book_for(stick)?;
    if book.closed {
        return Err(PartyError::Closed);
    }
    let Some((mut note, more)) = party.merged_note(&book, stick)? else {
        return Err(missing(NOTE));
    };
    let first = book.note.is_none();
    if first {
        let draft = book.draft.as_ref().ok_or(RoundError::WrongDraft)?;
        let draft = Draft::read(draft.as_bytes(), party.trust())?;
        let join = book
            .sent
            .get(&join_name(party.card()))
            .ok_or(RoundError::WrongJoin)?;
        let mine = SignedJoin::read(&party.shelved(join)?, &draft, party.trust())?;
        let accepted = party.accepted()?;
        holder::cosign(&mut note, party.card(), party.key(), &mine, &accepted)?;
        let welcome = Zeroizing::new(secrets(party, &book)?.welcome().to_bytes());
        for (site, _) in &note.draft().sites {
            let site = party.trust().get(site, Role::Site)?;
            let to = [(site.id(), site.body().age.clone())];
            let (_, file) = envelope::seal(
                Kind::Welcome,
                note.hash(),
                party.id(),
                party.key(),
                &to,
                &welcome,
            )?;
            let name = welcome_name(site, party.card());
            book.sent.insert(name, party.shelve(&file)?);
        }
    }
    if first || more {
        book.note_hash = Some(note.hash());
        book.agreed = note.unsigned(party.trust())?.is_empty();
        book.note = Some(note.to_text());
        let act = if first {
            ActKind::RoundCosigned
        } else {
            ActKind::State
        };
        party.keep(&mut book, Vec::new(), ActNote::new(act))?;
        if first {
            out.done.push(Event::Cosigned);
        }
    }
    party.put(stick, NOTE, note.to_text().as_bytes(), out)?;
    let names: Vec<&String> = book
        .sent
        .keys()
        .filter(|n| n.contains(".welcome."))
        .collect();
    for name in names {
        party.deliver(&book, stick, name, out)?;
    }
    Ok(())
}

/// Evaluates the requests in the folder.
///
/// # Errors
/// What stands against the whole; a request that is refused is in the [`Outcome`].
pub fn evaluate(party: &Party, stick: &Stick, now: Time) -> Result<Outcome, PartyError> {
    party.require(Role::Holder)?;
    let mut out = Outcome::default();
    let note = agreed_note(party, stick)?;
    collect_heads(party, stick, &note, &mut out)?;
    evaluate_into(party, stick, &note, now, &mut out)?;
    heads_into(party, stick, &note, now, &mut out)?;
    Ok(out)
}

/// The book of the folder's round, which must not be closed.
fn open_book(party: &Party, stick: &Stick) -> Result<Book, PartyError> {
    let book = party.book_for(stick)?;
    if book.closed {
        return Err(PartyError::Closed);
    }
    Ok(book)
}

/// The note with all signatures, those in the folder among them.
fn agreed_note(party: &Party, stick: &Stick) -> Result<AgreedNote, PartyError> {
    let mut book = open_book(party, stick)?;
    // Only one that was cosigned here; another is for `cosign`.
    if book.note.is_none() {
        return Err(RoundError::Unsigned(party.card().name().to_owned()).into());
    }
    if let Some((note, true)) = party.merged_note(&book, stick)? {
        book.agreed = note.unsigned(party.trust())?.is_empty();
        book.note = Some(note.to_text());
        party.keep(&mut book, Vec::new(), ActNote::new(ActKind::State))?;
    }
    party.agreed(&book)
}

fn evaluate_into(
    party: &Party,
    stick: &Stick,
    note: &AgreedNote,
    now: Time,
    out: &mut Outcome,
) -> Result<(), PartyError> {
    let mut secrets_of_round = None;
    for (site, quota) in party.sites_by_name(note.draft())? {
        let name = format!("{}.blinded", file_label(site));
        let max = BlindedRequest::max_size(note.draft(), quota);
        let bytes = match stick.read(&name, travel::file_max(max as u64 + 1024)) {
            Ok(None) => continue,
            Ok(Some(bytes)) => bytes,
            Err(e) => {
                out.refuse(&name, e)?;
                continue;
            }
        };
        let secrets = match &secrets_of_round {
            Some(secrets) => secrets,
            None => {
                check_log(party)?;
                let book = open_book(party, stick)?;
                secrets_of_round.insert(secrets(party, &book)?)
            }
        };
        let step = Evaluation {
            party,
            stick,
            note,
            secrets,
            site,
            now,
        };
        attempt(out, &name, |out| step.run(&bytes, max, out))?;
    }
    Ok(())
}

/// What was given out is counted in the party's own log. So before more is, everything that the log says is
/// stored must be there and nothing else: an older ledger that somebody put back would count again from there.
fn check_log(party: &Party) -> Result<(), PartyError> {
    let location = party.vault().location();
    let mut tries = 0;
    loop {
        let report = audit::verify(location, &Known::default(), |_, _| {})?;
        let wrong = report.findings.iter().find_map(|finding| match finding {
            Finding::Log(finding) => Some(*finding),
            _ => None,
        });
        match wrong {
            None => return Ok(()),
            // Another program may have written a head beside the database after that was read.
            Some(log::Finding::Truncated { .. }) if tries < 2 => tries += 1,
            Some(wrong) => {
                let leaf = wrong.index();
                return Err(VaultError::Altered { leaf }.into());
            }
        }
    }
}

struct Evaluation<'a> {
    party: &'a Party,
    stick: &'a Stick,
    note: &'a AgreedNote,
    secrets: &'a HolderSecrets,
    site: &'a Card,
    now: Time,
}

impl Evaluation<'_> {
    fn run(&self, bytes: &[u8], max: usize, out: &mut Outcome) -> Result<(), PartyError> {
        let (party, note, site) = (self.party, self.note, self.site);
        let round = note.draft().round;
        let mut book = party.book(&round)?.ok_or(PartyError::NoRound)?;
        let opened = envelope::decrypt(self.secrets.identity(), bytes, max)?.verify(
            Kind::Blinded,
            note.hash(),
            site,
            party.id(),
        )?;
        let id = opened.id();
        let reply_name = evaluated_name(site, party.card());
        if let Some(taken) = book.taken(Kind::Blinded, &site.id()) {
            if taken.id == id {
                return party.deliver(&book, self.stick, &reply_name, out);
            }
            return self.refused(PartyError::SecondRequest(site.name().to_owned()));
        }
        let request = BlindedRequest::from_bytes(opened.payload()).map_err(RoundError::from)?;
        let reply = match holder::evaluate(note, self.secrets, site, id, &request, self.now) {
            Ok(reply) => reply,
            Err(e) => return self.refused(e.into()),
        };
        let points = request.elements().len() as u64;
        let charge = match policy::charge(party, site, request.persons(), points, self.now) {
            Err(e @ (PartyError::Points { .. } | PartyError::Growth { .. })) => {
                return self.refused(e);
            }
            other => other?,
        };
        let to = [(site.id(), request.recipient().clone())];
        let (_, file) = envelope::seal(
            Kind::Evaluated,
            note.hash(),
            party.id(),
            party.key(),
            &to,
            &reply.to_bytes(),
        )?;
        book.sent.insert(reply_name.clone(), party.shelve(&file)?);
        let taken = Taken::of(id, bytes);
        book.taken.insert((Kind::Blinded as u8, site.id()), taken);
        let act = ActNote::new(ActKind::Evaluated).count(u64::from(request.persons()));
        party.keep(&mut book, vec![charge], act)?;
        let event = Event::Evaluated(site.name().to_owned(), request.persons());
        out.done.push(event);
        party.put(self.stick, &reply_name, &file, out)
    }

    /// A request that a site signed and that is refused is in the log: probing leaves a trace.
    fn refused(&self, error: PartyError) -> Result<(), PartyError> {
        let object = self.site.id().0.first_chunk().copied().unwrap_or_default();
        let act = ActNote::new(ActKind::Refused).on(object, 0);
        self.party.vault().log(act)?;
        Err(error)
    }
}

/// A file of the coordinator that the comparer answers once in a round.
struct Question {
    kind: Kind,
    name: &'static str,
    /// Largest content, in bytes.
    max: usize,
    /// What a second one is refused with.
    second: PartyError,
}

/// A question that was checked: what was read of its front, and how what stands behind that is read.
struct Asked<T> {
    taken: Taken,
    front: T,
    /// Bytes behind the front.
    len: u64,
    rest: Box<dyn Read>,
    /// The party's own copy, which goes with this: what is read is what was checked, whatever happens to
    /// the stick.
    _copy: Staged,
}

impl Question {
    /// The file, if there is one in the folder.
    fn find(&self, stick: &Stick) -> Result<Option<File>, PartyError> {
        stick.open_file(self.name, travel::file_max(self.max as u64 + 1024))
    }

    /// The content; nothing if it is the one that was answered. A second one is in the log. It may be
    /// larger than memory: `read` takes what stands in front, and keeps that only.
    fn open<T>(
        self,
        party: &Party,
        note: &AgreedNote,
        book: &Book,
        secrets: &HolderSecrets,
        file: File,
        read: impl FnOnce(&mut OpenedFile<'_>) -> Result<T, RoundError>,
    ) -> Result<Option<Asked<T>>, PartyError> {
        let coordinator = party
            .trust()
            .get(&note.draft().coordinator, Role::Coordinator)?;
        let copy = party.stage(file, travel::file_max(self.max as u64 + 1024))?;
        let expected = Expected {
            kind: self.kind,
            note: note.hash(),
            sender: coordinator,
            receiver: party.id(),
        };
        let plain = travel::decrypt_seek(secrets.identity(), BufReader::new(copy.open()?))
            .map_err(RoundError::from)?;
        let mut stream = OpenedFile::begin(plain, expected, self.max)?;
        let all = stream.left();
        let front = read(&mut stream);
        let len = stream.left();
        // Who sent it is known first, what it says counts then.
        let (id, payload) = stream.finish()?;
        match book.taken(self.kind, &coordinator.id()) {
            None => Ok(Some(Asked {
                taken: Taken {
                    id,
                    file: *copy.shelved(),
                },
                front: front?,
                len,
                rest: Box::new(payload.from(all - len)?),
                _copy: copy,
            })),
            Some(taken) if taken.id == id => Ok(None),
            Some(_) => {
                let act = ActNote::new(ActKind::Refused).on(book.round, 0);
                party.vault().log(act)?;
                Err(self.second)
            }
        }
    }
}

/// An envelope that is read from a file.
type OpenedFile<'e> = Stream<'e, travel::SeekDecryptor<BufReader<File>>>;

/// What the comparer answers a question with.
struct Answer {
    asked: Kind,
    kind: Kind,
    name: &'static str,
}

const PAIRS: Answer = Answer {
    asked: Kind::PairsAsk,
    kind: Kind::PairsWeights,
    name: WEIGHTS,
};

impl Answer {
    /// The file, in the book with what it answers.
    fn seal(
        &self,
        party: &Party,
        note: &AgreedNote,
        book: &mut Book,
        taken: Taken,
        payload: &[u8],
    ) -> Result<Vec<u8>, PartyError> {
        let (_, file) = envelope::seal(
            self.kind,
            note.hash(),
            party.id(),
            party.key(),
            &[note.coordinator()],
            payload,
        )?;
        let kept = party.shelve(&file)?;
        book.sent.insert(self.name.to_owned(), kept);
        let of = (self.asked as u8, note.draft().coordinator);
        book.taken.insert(of, taken);
        Ok(file)
    }
}

/// Compares the pairs that the coordinator asks about.
///
/// # Errors
/// [`PartyError::SecondAsk`] and those of [`holder::compare`].
pub fn compare(party: &Party, stick: &Stick, now: Time) -> Result<Outcome, PartyError> {
    party.require(Role::Holder)?;
    let mut out = Outcome::default();
    let note = agreed_note(party, stick)?;
    if stick.open_file(ASK, u64::MAX)?.is_none() {
        return Err(missing(ASK));
    }
    compare_into(party, stick, &note, now, &mut out)?;
    Ok(out)
}

/// Most pairs that the budgets of all persons of a round allow.
pub(crate) fn pairs_max(draft: &Draft) -> usize {
    let persons: u64 = draft.sites.iter().map(|(_, quota)| u64::from(*quota)).sum();
    let pairs = persons.saturating_mul(u64::from(draft.pairs)) / 2;
    usize::try_from(pairs).unwrap_or(PAIRS_MAX).min(PAIRS_MAX)
}

fn compare_into(
    party: &Party,
    stick: &Stick,
    note: &AgreedNote,
    now: Time,
    out: &mut Outcome,
) -> Result<(), PartyError> {
    let asked = Question {
        kind: Kind::PairsAsk,
        name: ASK,
        max: PairsAsk::max_size(note.draft(), pairs_max(note.draft())),
        second: PartyError::SecondAsk,
    };
    let file = match asked.find(stick) {
        Ok(None) => return Ok(()),
        Ok(Some(file)) => file,
        Err(e) => return out.refuse(ASK, e),
    };
    attempt(out, ASK, |out| {
        let mut book = open_book(party, stick)?;
        let secrets = secrets(party, &book)?;
        let read = |stream: &mut OpenedFile<'_>| PairsList::read(stream);
        let Some(asked) = asked.open(party, note, &book, &secrets, file, read)? else {
            return party.deliver(&book, stick, WEIGHTS, out);
        };
        let ask = asked.front;
        // One ask is answered in a round, so the budget begins with it.
        let mut budget = Budget::default();
        let scorer = Scorer::new(note.draft())?;
        let mut compared = holder::compare(
            note,
            &party.id(),
            &secrets,
            asked.taken.id,
            &ask,
            asked.rest,
            &mut budget,
            |a, b, shared| scorer.score(a, b, shared),
        )?;
        compared.weights.agreement = explain::agreement(
            rarity(note.draft().policy),
            &ask.pairs,
            &compared.weights.levels,
            &compared.kept,
        )?;
        let mut changes = Vec::new();
        if note.draft().counts() {
            let levels = &compared.weights.levels;
            let (verify, change) = tally::remember(party, &book, &secrets, &ask, levels)?;
            compared.weights.verify = Some(verify);
            let per_year = policy::get(party)?.epsilon_per_year;
            let spent = budget::spend(party, note.draft().epsilon_milli, per_year, now)?;
            changes.extend([change, spent]);
        }
        let reply = compared.weights.to_bytes();
        let file = PAIRS.seal(party, note, &mut book, asked.taken, &reply)?;
        let pairs = ask.pairs.len() as u64;
        party.keep(
            &mut book,
            changes,
            ActNote::new(ActKind::Compared).count(pairs),
        )?;
        out.done.push(Event::Compared {
            pairs,
            unreadable: compared.unreadable.len() as u64,
        });
        party.put(stick, WEIGHTS, &file, out)
    })
}

/// Closes a round: the holder's key, share and recipient of the round are erased.
///
/// # Errors
/// [`PartyError::NoRound`], or what the vault says.
pub fn close(party: &Party, round: Option<&[u8; 16]>) -> Result<Outcome, PartyError> {
    party.require(Role::Holder)?;
    let mut book = party.chosen_book(round)?;
    let mut out = Outcome::default();
    if !book.closed {
        close_book(party, &mut book)?;
    }
    out.done.push(Event::Closed);
    Ok(out)
}

fn close_book(party: &Party, book: &mut Book) -> Result<(), PartyError> {
    tally::forget(party, book);
    party.end(
        book,
        &[SECRET, tally::COMPARED],
        ActNote::new(ActKind::KeysErased),
    )
}
