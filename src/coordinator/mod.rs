//! The coordinator: opens rounds, publishes, collects, matches blind, decides (manual: *round*,
//! "Coordinator").
//!
//! It keeps token files as they came, encrypted, and opens them to match. What it makes is stored
//! before it is on the stick.

mod counting;
pub(crate) mod matching;
mod notices;
mod ranked;
mod report;
mod tags;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Write as _};
use std::path::Path;

use matching::{Found, Numbering, work_failed};
pub use report::{figures, round_of};
use tags::TagWriter;

use zeroize::Zeroizing;

use crate::codec::{Decode as _, Encode as _, Reader};
use crate::counts::person::TABLES_VERSION;
use crate::crypto::travel::{self, Identity};
use crate::crypto::{hash::sha256, random};
use crate::holder::{attempt, pairs_max};
use crate::log::act::ActKind;
use crate::matching::score::Model;
use crate::matching::tokens::Params;
use crate::matching::{encoding, fixed};
use crate::party::params::{millibits, rarity};
use crate::party::stick::{ASK, DRAFT, NOTE, NOTE_MAX, REPORT, RESULT, WEIGHTS};
use crate::party::{Book, Event, Outcome, Party, PartyError, Stick, Taken, file_label, identity};
use crate::party::{budget, heads};
use crate::report::{Figures, page};
use crate::round::counts_note::CountsNote;
use crate::round::draft::{Draft, Group, Policy};
use crate::round::envelope::{self, EnvelopeId, Kind, Sealing};
use crate::round::join::SignedJoin;
use crate::round::note::{AgreedNote, PublishedNote};
use crate::round::notice::policy::Notices;
use crate::round::pairs::PairsWeights;
use crate::round::result::RoundResult;
use crate::round::token_reader::{self, TokenReader};
use crate::round::tokens::{Handle, Tag, TokenFile, TokenHead};
use crate::round::withdrawn::Withdrawn;
use crate::round::{Card, PartyId, Role, RoundError, Time};
use crate::vault::{ActNote, StateChange, Vault};

/// Part of the round's state that holds the recipient's private half.
const SECRET: &str = "secret";
/// Part of the round's state that says what was asked.
const ASKED: &str = "asked";

/// What the coordinator proposes. What is `None` follows from the rest.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What the round is for.
    pub purpose: String,
    /// When the last file of a site is taken.
    pub deadline: Time,
    /// How much the round may show.
    pub policy: Policy,
    /// H in thousandths of a bit; by default log2 of the expected persons and the policy's margin.
    pub h_millibits: Option<u32>,
    /// Persons expected in the whole round.
    pub expected: u64,
    /// Most pairs that are compared for one person.
    pub pairs: u16,
    /// Smallest cell that is published.
    pub min_cell: u16,
    /// Epsilon of everything that has noise, in thousandths.
    pub epsilon_milli: u32,
    /// What one site's rows may be of all that are counted, in percent.
    pub largest_share: u16,
    /// Groups of sites whose overlap is published: names, and sites by their ids.
    pub groups: Vec<(String, Vec<PartyId>)>,
    /// Whether totals of single sites are published.
    pub site_totals: bool,
    /// Sites that must take part; by default more than half of them.
    pub quorum: Option<u16>,
    /// What sites learn beside the result.
    pub notices: Notices,
    /// Compartments whose records enter.
    pub compartments: Vec<String>,
    /// The holder that compares; by default the first.
    pub comparer: Option<PartyId>,
    /// The holders; by default all that are pinned.
    pub holders: Vec<PartyId>,
    /// The sites with their quotas in persons, dummies included; by default all that are pinned.
    pub sites: Vec<PartyId>,
    /// Quota of every site, in persons with dummies.
    pub quota: u32,
    /// Quotas of single sites.
    pub quotas: BTreeMap<PartyId, u32>,
    /// Tokens per person.
    pub tokens: u16,
}

impl Plan {
    /// The plan under another policy, with as many tokens as are usual there.
    pub fn under(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self.tokens = rarity(policy).tokens();
        self
    }

    /// A plan with what is usual.
    pub fn new(purpose: &str, deadline: Time, expected: u64) -> Self {
        Self {
            purpose: purpose.to_owned(),
            deadline,
            policy: Policy::Strict,
            h_millibits: None,
            expected,
            pairs: 8,
            min_cell: 10,
            epsilon_milli: 4_000,
            largest_share: 50,
            groups: Vec::new(),
            site_totals: false,
            quorum: None,
            notices: Notices::default(),
            compartments: vec!["victim".to_owned()],
            comparer: None,
            holders: Vec::new(),
            sites: Vec::new(),
            quota: 4096,
            quotas: BTreeMap::new(),
            tokens: rarity(Policy::Strict).tokens(),
        }
    }
}

/// Makes a coordinator of a new vault.
///
/// # Errors
/// As [`Party::found`].
pub fn found(vault: Vault, name: &str) -> Result<Party, PartyError> {
    Party::found(vault, Role::Coordinator, name)
}

/// Opens a round and writes its draft.
///
/// # Errors
/// [`PartyError::Plan`] names what does not fit; [`RoundError`] of the draft.
pub fn open(party: &Party, stick: &Stick, plan: &Plan, now: Time) -> Result<Outcome, PartyError> {
    party.require(Role::Coordinator)?;
    let all = |role| {
        let cards = party.trust().cards();
        cards
            .filter(|c| c.body().role == role)
            .map(|c| c.id())
            .collect::<Vec<PartyId>>()
    };
    let chosen = |given: &[PartyId], role| {
        let mut ids = if given.is_empty() {
            all(role)
        } else {
            given.to_vec()
        };
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let holders = chosen(&plan.holders, Role::Holder);
    let sites = chosen(&plan.sites, Role::Site);
    for (ids, role) in [(&holders, Role::Holder), (&sites, Role::Site)] {
        for id in ids {
            party.trust().get(id, role)?;
        }
    }
    if holders.len() < crate::round::draft::HOLDERS_MIN {
        return Err(PartyError::Plan("holders"));
    }
    if sites.is_empty() {
        return Err(PartyError::Plan("sites"));
    }
    if plan.deadline <= now {
        return Err(PartyError::Plan("deadline"));
    }
    let comparer = plan.comparer.or(holders.first().copied());
    let comparer = comparer.ok_or(PartyError::Plan("comparer"))?;
    let params = Params::new(rarity(plan.policy), plan.expected);
    let h = plan.h_millibits.unwrap_or_else(|| millibits(params.h));
    let mut compartments = plan.compartments.clone();
    compartments.sort_unstable();
    compartments.dedup();
    let secret = Identity::generate();
    let half = u16::try_from(sites.len() / 2 + 1).unwrap_or(u16::MAX);
    let encoding = u16::try_from(encoding::BYTES).unwrap_or(u16::MAX);
    let quota_of = |id: &PartyId| plan.quotas.get(id).copied().unwrap_or(plan.quota);
    let draft = Draft {
        round: random::array()?,
        purpose: plan.purpose.clone(),
        opens: now,
        deadline: plan.deadline,
        policy: plan.policy,
        h_millibits: h,
        tokens: plan.tokens,
        encoding,
        features: params.table.hash(),
        model: Model::shipped_hash(),
        expected: plan.expected,
        pairs: plan.pairs,
        min_cell: plan.min_cell,
        epsilon_milli: plan.epsilon_milli,
        tables: TABLES_VERSION,
        largest_share: plan.largest_share,
        site_totals: plan.site_totals,
        quorum: plan
            .quorum
            .unwrap_or(half.max(2))
            .min(u16::try_from(sites.len()).unwrap_or(u16::MAX)),
        notices: plan.notices,
        compartments,
        coordinator: party.id(),
        age: secret.recipient(),
        comparer,
        groups: groups(&plan.groups, &sites)?,
        sites: sites.iter().map(|id| (*id, quota_of(id))).collect(),
        holders,
    };
    // Said now, not when everybody has done their part.
    budget::spend(party, draft.epsilon_milli, budget::PER_YEAR, now)?;
    let text = draft.sign(party.card(), party.key())?;
    let mut book = Book::new(draft.round);
    book.draft = Some(text.clone());
    let secret = Zeroizing::new(secret.secret()?.expose().to_vec());
    let secret = StateChange::put_for_round(book.part(SECRET), 0, secret);
    let act = ActNote::new(ActKind::RoundOpened);
    party.keep(&mut book, vec![secret], act)?;
    let mut out = Outcome::default();
    party.put(stick, DRAFT, text.as_bytes(), &mut out)?;
    Ok(out)
}

/// Groups with their sites as places in the list.
fn groups(given: &[(String, Vec<PartyId>)], sites: &[PartyId]) -> Result<Vec<Group>, PartyError> {
    let group = |(name, ids): &(String, Vec<PartyId>)| {
        let mut places = ids
            .iter()
            .map(|id| u16::try_from(sites.binary_search(id).ok()?).ok())
            .collect::<Option<Vec<u16>>>()
            .ok_or(PartyError::Plan("group"))?;
        places.sort_unstable();
        Ok(Group {
            name: name.clone(),
            sites: places,
        })
    };
    given.iter().map(group).collect()
}

fn secret(party: &Party, book: &Book) -> Result<Identity, PartyError> {
    let state = party.vault().state(&book.part(SECRET))?;
    let state = state.ok_or(PartyError::Closed)?;
    let mut input = Reader::new(&state.body);
    let identity = identity(&mut input)?;
    input.finish()?;
    Ok(identity)
}

/// The book of the round that a folder is about, or of the round that is named.
fn book(party: &Party, stick: &Stick, round: Option<&[u8; 16]>) -> Result<Book, PartyError> {
    party.require(Role::Coordinator)?;
    match round {
        Some(round) => party.book(round)?.ok_or(PartyError::NoRound),
        None => party.book_for(stick),
    }
}

/// Does what is due with a folder: writes the draft, takes joins and publishes, gathers signatures and
/// token files, asks the comparer once every site's file is there, decides once it has answered.
///
/// # Errors
/// What stands against the whole; a file that is refused is in the [`Outcome`].
pub fn next(party: &Party, stick: &Stick, now: Time) -> Result<Outcome, PartyError> {
    let mut book = book(party, stick, None)?;
    let mut out = Outcome::default();
    if book.note.is_none() {
        publish_into(party, stick, &mut book, &mut out)?;
        if book.note.is_none() {
            return Ok(out);
        }
    }
    let Some(note) = gather(party, stick, &mut book, &mut out)? else {
        return Ok(out);
    };
    if !book.closed {
        let identity = secret(party, &book)?;
        heads::witness(party, &identity, stick, &note, now, &mut out)?;
        book = party
            .book(&note.draft().round)?
            .ok_or(PartyError::NoRound)?;
        heads::collect(party, stick, &note, &mut book, &mut out)?;
        heads::offer_once(party, stick, &note, &mut book, &mut out)?;
    }
    if book.result.is_none() {
        collect(party, stick, &note, &mut book, now, &mut out)?;
        collect_withdrawn(party, stick, &note, &mut book, &mut out)?;
        let missing = missing_sites(&note, &book);
        if !book.sent.contains_key(ASK) {
            if missing.is_empty() {
                match_into(party, &note, &mut book, &[], None, &mut out)?;
            } else {
                for site in &missing {
                    out.waiting.push(Event::WaitsFor(tokens_name(party, site)?));
                }
                out.waiting.push(Event::WaitsUntil(note.draft().deadline));
            }
        }
        party.deliver(&book, stick, ASK, &mut out)?;
        if book.sent.contains_key(ASK) {
            decide_into(party, stick, &note, &mut book, now, &mut out)?;
        }
    }
    if !book.closed {
        counting::counts_into(party, stick, &note, &mut book, now, &mut out)?;
    }
    deliver_result(party, stick, &book, &mut out)?;
    counting::deliver(party, stick, &book, &mut out)?;
    if book.result.is_some() && !book.closed {
        notices::next(party, stick, &note, &mut book, now, &mut out)?;
    }
    Ok(out)
}

fn deliver_result(
    party: &Party,
    stick: &Stick,
    book: &Book,
    out: &mut Outcome,
) -> Result<(), PartyError> {
    if let Some(text) = &book.result {
        party.put(stick, RESULT, text.as_bytes(), out)?;
        let figures = report::figures(party, Some(&book.round))?;
        party.put(stick, REPORT, page(&figures).as_bytes(), out)?;
    }
    Ok(())
}

/// Writes the report of a round into a folder.
///
/// # Errors
/// As [`figures`]; [`PartyError::File`].
pub fn write_report(
    party: &Party,
    stick: &Stick,
    figures: &Figures,
) -> Result<Outcome, PartyError> {
    let mut out = Outcome::default();
    party.put(stick, REPORT, page(figures).as_bytes(), &mut out)?;
    Ok(out)
}

/// Takes the joins in the folder and, once they are complete, publishes the round's note.
///
/// # Errors
/// What stands against the whole; a join that is refused is in the [`Outcome`].
pub fn publish(party: &Party, stick: &Stick) -> Result<Outcome, PartyError> {
    let mut book = book(party, stick, None)?;
    let mut out = Outcome::default();
    if book.note.is_none() {
        publish_into(party, stick, &mut book, &mut out)?;
    }
    if book.note.is_some() {
        gather(party, stick, &mut book, &mut out)?;
    }
    Ok(out)
}

fn publish_into(
    party: &Party,
    stick: &Stick,
    book: &mut Book,
    out: &mut Outcome,
) -> Result<(), PartyError> {
    let text = book.draft.clone().ok_or(PartyError::NoRound)?;
    let draft = Draft::read(text.as_bytes(), party.trust())?;
    party.put(stick, DRAFT, text.as_bytes(), out)?;
    // Joins may come on several sticks.
    let mut joins = Vec::new();
    let mut fresh = Vec::new();
    for id in &draft.holders {
        let card = party.trust().get(id, Role::Holder)?;
        let name = format!("{}.join", file_label(card));
        if let Some(kept) = book.sent.get(&name) {
            joins.push(SignedJoin::read(
                &party.shelved(kept)?,
                &draft,
                party.trust(),
            )?);
            continue;
        }
        let read = || -> Result<Option<(SignedJoin, Vec<u8>)>, PartyError> {
            let Some(bytes) = stick.read(&name, NOTE_MAX)? else {
                return Ok(None);
            };
            let join = SignedJoin::read(&bytes, &draft, party.trust())?;
            if join.join().holder != *id {
                return Err(RoundError::WrongSender(card.name().to_owned()).into());
            }
            Ok(Some((join, bytes)))
        };
        match read() {
            Ok(None) => out.waiting.push(Event::WaitsFor(name)),
            Ok(Some((join, bytes))) => {
                joins.push(join);
                fresh.push((name, bytes));
            }
            Err(e) => {
                out.refuse(&name, e)?;
                out.waiting.push(Event::WaitsFor(name));
            }
        }
    }
    for (name, bytes) in fresh {
        book.sent.insert(name.clone(), party.shelve(&bytes)?);
        party.keep(book, Vec::new(), ActNote::new(ActKind::State))?;
        out.done.push(Event::Took(name));
    }
    if joins.len() < draft.holders.len() {
        return Ok(());
    }
    let note = PublishedNote::publish(&draft, &joins, party.trust(), party.card(), party.key())?;
    book.note = Some(note.to_text());
    book.note_hash = Some(note.hash());
    party.keep(book, Vec::new(), ActNote::new(ActKind::RoundPublished))?;
    out.done.push(Event::Published);
    Ok(())
}

/// Takes over the holders' signatures and writes the note. Returns it once all have signed.
fn gather(
    party: &Party,
    stick: &Stick,
    book: &mut Book,
    out: &mut Outcome,
) -> Result<Option<AgreedNote>, PartyError> {
    let mut merged = None;
    attempt(out, NOTE, |_| {
        merged = party.merged_note(book, stick)?;
        Ok(())
    })?;
    let Some((note, more)) = merged else {
        return Ok(None);
    };
    if more {
        book.note = Some(note.to_text());
        book.agreed = note.unsigned(party.trust())?.is_empty();
        party.keep(book, Vec::new(), ActNote::new(ActKind::State))?;
    }
    party.put(stick, NOTE, note.to_text().as_bytes(), out)?;
    let missing = note.unsigned(party.trust())?;
    if missing.is_empty() {
        return Ok(Some(note.agree(party.trust())?));
    }
    for id in missing {
        let name = party.name(&id);
        out.waiting
            .push(Event::WaitsFor(format!("{NOTE} ({name})")));
    }
    Ok(None)
}

/// The note with all signatures, those in the folder among them.
fn gathered(party: &Party, stick: &Stick, book: &mut Book) -> Result<AgreedNote, PartyError> {
    if book.note.is_none() {
        return Err(RoundError::Joins.into());
    }
    let mut out = Outcome::default();
    gather(party, stick, book, &mut out)?;
    party.agreed(book)
}

fn tokens_name(party: &Party, site: &PartyId) -> Result<String, PartyError> {
    let card = party.trust().get(site, Role::Site)?;
    Ok(format!("{}.tokens", file_label(card)))
}

fn missing_sites(note: &AgreedNote, book: &Book) -> Vec<PartyId> {
    let sites = note.draft().sites.iter().map(|s| s.0);
    sites
        .filter(|s| book.taken(Kind::Tokens, s).is_none())
        .collect()
}

/// Takes the token files in the folder.
fn collect(
    party: &Party,
    stick: &Stick,
    note: &AgreedNote,
    book: &mut Book,
    now: Time,
    out: &mut Outcome,
) -> Result<(), PartyError> {
    for (card, quota) in party.sites_by_name(note.draft())? {
        let site = &card.id();
        let name = tokens_name(party, site)?;
        attempt(out, &name, |out| {
            let max = travel::file_max(TokenFile::max_size(note.draft(), quota) as u64 + 1024);
            let Some(file) = stick.open_file(&name, max)? else {
                return Ok(());
            };
            let had = book.taken(Kind::Tokens, site).copied();
            if let Some(had) = had
                && had.file.is(&file)?
            {
                out.done.push(Event::Unchanged(name.clone()));
                return Ok(());
            }
            let staged = party.stage(file, max)?;
            let (id, head) = open_tokens(party, note, book, card, staged.open()?)?;
            if let Some(had) = had {
                if had.id == id {
                    out.done.push(Event::Unchanged(name.clone()));
                    return Ok(());
                }
                let site = card.name().to_owned();
                return Err(PartyError::SecondFile(site));
            }
            if book.sent.contains_key(ASK) {
                return Err(PartyError::Matched);
            }
            if now > note.draft().deadline {
                return Err(RoundError::Late(note.draft().deadline).into());
            }
            let file = staged.keep()?;
            book.taken
                .insert((Kind::Tokens as u8, *site), Taken { id, file });
            let act = ActNote::new(ActKind::TokensReceived).count(u64::from(head.persons));
            if let Err(e) = party.keep(book, Vec::new(), act) {
                book.taken.remove(&(Kind::Tokens as u8, *site));
                return Err(e);
            }
            out.done.push(Event::Took(name.clone()));
            Ok(())
        })?;
    }
    Ok(())
}

/// Takes the files in the folder that say who has left.
fn collect_withdrawn(
    party: &Party,
    stick: &Stick,
    note: &AgreedNote,
    book: &mut Book,
    out: &mut Outcome,
) -> Result<(), PartyError> {
    for (card, quota) in party.sites_by_name(note.draft())? {
        let name = format!("{}.withdrawn", file_label(card));
        attempt(out, &name, |out| {
            let max = Withdrawn::max_size(quota);
            let Some(bytes) = stick.read(&name, travel::file_max(max as u64 + 1024))? else {
                return Ok(());
            };
            let had = book.taken(Kind::Withdrawn, &card.id()).copied();
            if had.is_some_and(|t| t.file.hash == sha256(&[&bytes])) {
                out.done.push(Event::Unchanged(name.clone()));
                return Ok(());
            }
            let (id, new) = open_withdrawn(party, note, book, card, &bytes, quota)?;
            if let Some(had) = had {
                let old = party.shelved(&had.file)?;
                let (_, old) = open_withdrawn(party, note, book, card, &old, quota)?;
                // Nobody comes back: an older list changes nothing.
                if new.handles.iter().all(|h| old.handles.contains(h)) {
                    out.done.push(Event::Unchanged(name.clone()));
                    return Ok(());
                }
                if !old.handles.iter().all(|h| new.handles.contains(h)) {
                    return Err(PartyError::SecondFile(card.name().to_owned()));
                }
            }
            let taken = Taken {
                id,
                file: party.shelve(&bytes)?,
            };
            book.taken.insert((Kind::Withdrawn as u8, card.id()), taken);
            let act = ActNote::new(ActKind::RoundWithdrawn).count(new.totals.persons);
            party.keep(book, Vec::new(), act)?;
            out.done.push(Event::Took(name.clone()));
            Ok(())
        })?;
    }
    Ok(())
}

fn open_withdrawn(
    party: &Party,
    note: &AgreedNote,
    book: &Book,
    card: &Card,
    bytes: &[u8],
    quota: u32,
) -> Result<(EnvelopeId, Withdrawn), PartyError> {
    let max = Withdrawn::max_size(quota);
    let opened = envelope::decrypt(&secret(party, book)?, bytes, max)?.verify(
        Kind::Withdrawn,
        note.hash(),
        card,
        party.id(),
    )?;
    let list = Withdrawn::from_bytes(opened.payload()).map_err(RoundError::from)?;
    Ok((opened.id(), list))
}

/// Checks a token file whole and gives its head. Its tags are held for it, its encodings are not.
fn open_tokens(
    party: &Party,
    note: &AgreedNote,
    book: &Book,
    card: &Card,
    file: File,
) -> Result<(EnvelopeId, TokenHead), PartyError> {
    let mut tags = Vec::new();
    let mut keep = |some: &[Tag]| tags.extend_from_slice(some);
    let identity = secret(party, book)?;
    let file = BufReader::new(file);
    let (id, reader) = TokenReader::open(&identity, file, note, card, party.id(), &mut keep)?;
    token_reader::all_different(&tags)?;
    // Totals are read now, so that a file that lacks them is refused and not found out later.
    matching::totals(reader.head())?;
    Ok((id, reader.head().clone()))
}

/// Looks for candidate pairs in the files that are there and asks the comparer about them, without
/// the sites that are named. If another program looked for them already, `candidates` is the file that
/// it made (manual: *matching*, "Beyond one machine"): every pair is checked against the token files.
///
/// # Errors
/// [`PartyError::Candidates`] names the first line of that file that is not right; [`PartyError::Owed`] if another site's file is missing, [`PartyError::Quorum`],
/// [`PartyError::Matched`] if it was done with other sites.
pub fn match_files(
    party: &Party,
    stick: &Stick,
    without: &[PartyId],
    candidates: Option<&Path>,
    now: Time,
) -> Result<Outcome, PartyError> {
    let mut book = book(party, stick, None)?;
    let mut out = Outcome::default();
    if book.closed {
        return Err(PartyError::Closed);
    }
    let note = gathered(party, stick, &mut book)?;
    collect(party, stick, &note, &mut book, now, &mut out)?;
    collect_withdrawn(party, stick, &note, &mut book, &mut out)?;
    match_into(party, &note, &mut book, without, candidates, &mut out)?;
    party.deliver(&book, stick, ASK, &mut out)?;
    Ok(out)
}

/// The sites whose files are matched.
fn present(
    party: &Party,
    note: &AgreedNote,
    book: &Book,
    without: &[PartyId],
) -> Result<Vec<PartyId>, PartyError> {
    let missing = missing_sites(note, book);
    let owed: Vec<String> = missing
        .iter()
        .filter(|s| !without.contains(s))
        .map(|s| party.name(s))
        .collect();
    if !owed.is_empty() {
        return Err(PartyError::Owed(owed.join(", ")));
    }
    let present: Vec<PartyId> = note
        .draft()
        .sites
        .iter()
        .map(|s| s.0)
        .filter(|s| !missing.contains(s) && !without.contains(s))
        .collect();
    if present.len() < usize::from(note.draft().quorum) {
        return Err(PartyError::Quorum {
            present: present.len(),
            quorum: note.draft().quorum,
        });
    }
    Ok(present)
}

/// Writes the tags of all files that are there as Parquet, for an engine that looks for candidates on
/// more than one machine, into a new folder. Returns the most persons that a tag may have.
///
/// # Errors
/// As [`match_files`]; [`PartyError::File`] for a folder that cannot be written.
#[cfg(feature = "parquet")]
pub fn export(
    party: &Party,
    stick: &Stick,
    without: &[PartyId],
    dir: &Path,
    now: Time,
) -> Result<(Outcome, usize), PartyError> {
    let mut book = book(party, stick, None)?;
    let mut out = Outcome::default();
    if book.closed {
        return Err(PartyError::Closed);
    }
    let note = gathered(party, stick, &mut book)?;
    collect(party, stick, &note, &mut book, now, &mut out)?;
    let present = present(party, &note, &book, without)?;
    let work = party.work()?;
    let mut tags = TagWriter::new(work.path(), tags::IN_MEMORY);
    let files = matching::open_files(party, &note, &book, &present, |t| tags.add(t))?;
    let tags = tags.finish(usize::from(note.draft().tokens));
    let tags = tags.map_err(|e| PartyError::Vault(e.into()))?;
    let numbering = Numbering::of(&files.collected)?;
    let failed = |e: std::io::Error| PartyError::File {
        name: dir.display().to_string(),
        kind: e.kind(),
    };
    crate::vault::files::create_private_dir(dir).map_err(failed)?;
    let who = |number| numbering.exported(number);
    crate::matching::export::write(&tags, who, dir).map_err(failed)?;
    Ok((out, crate::matching::join::most_persons(present.len())))
}

fn match_into(
    party: &Party,
    note: &AgreedNote,
    book: &mut Book,
    without: &[PartyId],
    given: Option<&Path>,
    out: &mut Outcome,
) -> Result<(), PartyError> {
    if book.sent.contains_key(ASK) {
        let asked = matching::Asked::load(party, book)?;
        if without.iter().any(|s| asked.sites.contains(s)) {
            return Err(PartyError::Matched);
        }
        return Ok(());
    }
    let present = present(party, note, book, without)?;
    let work = party.work()?;
    let mut tags = TagWriter::new(work.path(), tags::IN_MEMORY);
    let mut files = matching::open_files(party, note, book, &present, |t| tags.add(t))?;
    let tags = tags.finish(usize::from(note.draft().tokens));
    let tags = tags.map_err(|e| PartyError::Vault(e.into()))?;
    let numbering = Numbering::of(&files.collected)?;
    let gone = matching::Gone::load(party, note, book, &files.collected)?;
    let pairs = note.draft().pairs;
    let found = match given {
        Some(file) => matching::given(pairs, &numbering, &tags, &gone, file)?,
        None => {
            let (path, watcher) = (work.path(), party.watcher());
            matching::candidates(pairs, &numbering, &tags, &gone, path, watcher)?
        }
    };
    let mut bodies = matching::Looked::new(&mut files.readers, &numbering, &tags);
    let Found {
        rows,
        candidates,
        frequent,
    } = found;
    let list = files.collected.list(0, &rows, &mut bodies)?;
    if list.pairs.len() > pairs_max(note.draft()) {
        return Err(RoundError::Numbers.into());
    }
    let pairs = list.pairs.len() as u64;
    drop(rows);
    let front = list.to_bytes();
    // The ask is for the comparer; to understand its answer, the coordinator keeps the list for itself.
    let own = travel::encrypt_bytes(&[secret(party, book)?.recipient()], &front)?;
    let own = party.shelve(&own)?;
    // The ask may be larger than memory.
    let mut sealing = Sealing::begin(
        Kind::PairsAsk,
        note.hash(),
        party.id(),
        &[note.comparer().ok_or(RoundError::Joins)?],
        front.len() as u64 + list.sealed_len(),
        party.staging()?,
    )?;
    sealing.write_all(&front).map_err(work_failed)?;
    drop(front);
    files.collected.sealed(&list, &mut bodies, &mut sealing)?;
    let (id, file) = sealing.finish(party.key())?;
    let asked = matching::Asked {
        id,
        sites: present,
        candidates,
        own,
        totals: matching::sum_of_totals(&files.collected)?,
    };
    let change = asked.change(book);
    let file = file.finish()?.keep()?;
    book.sent.insert(ASK.to_owned(), file);
    let act = ActNote::new(ActKind::Matched).count(pairs);
    if let Err(e) = party.keep(book, vec![change], act) {
        book.sent.remove(ASK);
        return Err(e);
    }
    out.done.push(Event::Matched {
        candidates,
        asked: pairs,
        frequent,
    });
    Ok(())
}

/// Takes the comparer's weights and decides the result.
///
/// # Errors
/// [`PartyError::File`] if the weights are not there; [`PartyError::Dense`].
pub fn decide(party: &Party, stick: &Stick, now: Time) -> Result<Outcome, PartyError> {
    let mut book = book(party, stick, None)?;
    let mut out = Outcome::default();
    if book.closed {
        return Err(PartyError::Closed);
    }
    if book.result.is_none() {
        if !book.sent.contains_key(ASK) {
            return Err(PartyError::NotAsked);
        }
        let note = party.agreed(&book)?;
        collect_withdrawn(party, stick, &note, &mut book, &mut out)?;
        decide_into(party, stick, &note, &mut book, now, &mut out)?;
    }
    deliver_result(party, stick, &book, &mut out)?;
    Ok(out)
}

fn decide_into(
    party: &Party,
    stick: &Stick,
    note: &AgreedNote,
    book: &mut Book,
    now: Time,
    out: &mut Outcome,
) -> Result<(), PartyError> {
    let (asked, ask) = matching::Asked::with_pairs(party, book)?;
    let max = PairsWeights::size(ask.pairs.len());
    let mut ready = None;
    attempt(out, WEIGHTS, |out| {
        let Some(bytes) = stick.read(WEIGHTS, travel::file_max(max as u64 + 1024))? else {
            out.waiting.push(Event::WaitsFor(WEIGHTS.to_owned()));
            return Ok(());
        };
        let (id, weights) = open_weights(party, note, book, &bytes, max)?;
        ready = Some((id, weights, bytes));
        Ok(())
    })?;
    let Some((id, weights, bytes)) = ready else {
        return Ok(());
    };
    let collected = matching::collected(party, note, book, &asked.sites)?;
    let mut decided = None;
    attempt(out, WEIGHTS, |_| {
        let gone = matching::Gone::load(party, note, book, &collected)?;
        let matched = matching::decide(party, note, &asked, &collected, &gone, &ask, &weights)?;
        let several = counting::several(note.draft(), &matched, &Numbering::of(&collected)?)?;
        let plan = match &note.draft().notices {
            Notices::Statistics => None,
            Notices::Mediated(how) => Some(matched.plan(how, &collected)?),
        };
        let result = matched.result(note, &asked, &collected, several.as_ref(), now)?;
        decided = Some((result, several, plan, matched.probing));
        Ok(())
    })?;
    let Some((result, several, plan, probing)) = decided else {
        return Ok(());
    };
    let mut changes = Vec::new();
    if let Some(several) = &several {
        changes.push(counting::remember(book, several));
        let epsilon = note.draft().epsilon_milli;
        changes.push(budget::spend(party, epsilon, budget::PER_YEAR, now)?);
    }
    if let Some(plan) = plan {
        notices::keep(party, book, &plan)?;
    }
    let text = result.sign(note, party.card(), party.key())?;
    let taken = Taken {
        id,
        file: party.shelve(&bytes)?,
    };
    book.taken
        .insert((Kind::PairsWeights as u8, note.draft().comparer), taken);
    book.result = Some(text);
    let persons = result.persons;
    party.keep(book, changes, ActNote::new(ActKind::Decided).count(persons))?;
    out.done.push(Event::Decided {
        records: result.records,
        local_persons: result.local_persons,
        persons,
    });
    for (site, persons) in probing {
        // It stays in the log, whoever decides what to do about it.
        let object = site.0.first_chunk().copied().unwrap_or_default();
        let act = ActNote::new(ActKind::Refused).on(object, 0).count(persons);
        party.vault().log(act)?;
        out.done.push(Event::Probing {
            site: party.name(&site),
            persons,
        });
    }
    Ok(())
}

fn open_weights(
    party: &Party,
    note: &AgreedNote,
    book: &Book,
    bytes: &[u8],
    max: usize,
) -> Result<(EnvelopeId, PairsWeights), PartyError> {
    let comparer = party.trust().get(&note.draft().comparer, Role::Holder)?;
    let opened = envelope::decrypt(&secret(party, book)?, bytes, max)?.verify(
        Kind::PairsWeights,
        note.hash(),
        comparer,
        party.id(),
    )?;
    let weights = PairsWeights::from_bytes(opened.payload()).map_err(RoundError::from)?;
    Ok((opened.id(), weights))
}

/// Handles that were found to be one person, after the decision and before the round is closed: what
/// the coordinator knows and no result says.
///
/// # Errors
/// [`PartyError::Closed`], [`PartyError::NoRound`] before the decision.
pub fn clusters(party: &Party, round: &[u8; 16]) -> Result<Vec<Vec<Handle>>, PartyError> {
    party.require(Role::Coordinator)?;
    let book = party.book(round)?.ok_or(PartyError::NoRound)?;
    if book.closed {
        return Err(PartyError::Closed);
    }
    let note = party.agreed(&book)?;
    let taken = book
        .taken(Kind::PairsWeights, &note.draft().comparer)
        .ok_or(PartyError::NoRound)?;
    let (asked, ask) = matching::Asked::with_pairs(party, &book)?;
    let max = PairsWeights::size(ask.pairs.len());
    let (_, weights) = open_weights(party, &note, &book, &party.shelved(&taken.file)?, max)?;
    let collected = matching::collected(party, &note, &book, &asked.sites)?;
    let gone = matching::Gone::load(party, &note, &book, &collected)?;
    let matched = matching::decide(party, &note, &asked, &collected, &gone, &ask, &weights)?;
    matched.clusters(&collected)
}

/// Closes a round: the coordinator's recipient, the token files and what was asked are erased.
///
/// # Errors
/// [`PartyError::NoRound`], [`PartyError::Notice`] while requests are open, or what the vault says.
pub fn close(party: &Party, round: Option<&[u8; 16]>) -> Result<Outcome, PartyError> {
    party.require(Role::Coordinator)?;
    let mut book = party.chosen_book(round)?;
    let mut out = Outcome::default();
    if !book.closed {
        notices::may_close(party, &book)?;
        party.clear_work()?;
        if let Ok(asked) = matching::Asked::load(party, &book) {
            party.unshelve(&asked.own);
        }
        let act = ActNote::new(ActKind::KeysErased);
        party.end(
            &mut book,
            &[SECRET, ASKED, counting::OVERLAP, counting::COUNTING],
            act,
        )?;
    }
    out.done.push(Event::Closed);
    Ok(out)
}

/// Where a round stands, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The round.
    pub round: [u8; 16],
    /// What it is for.
    pub purpose: String,
    /// When the last file of a site is taken.
    pub deadline: Time,
    /// Whether it is closed here.
    pub closed: bool,
    /// Whether the note is published.
    pub published: bool,
    /// Holders whose signature is missing.
    pub unsigned: Vec<PartyId>,
    /// Sites whose token file is there.
    pub present: Vec<PartyId>,
    /// Sites whose token file is missing.
    pub missing: Vec<PartyId>,
    /// Sites that must be there.
    pub quorum: u16,
    /// Whether the comparer was asked.
    pub asked: bool,
    /// The result.
    pub result: Option<RoundResult>,
    /// The counts.
    pub counts: Option<CountsNote>,
}

/// Where every round stands.
///
/// # Errors
/// What the vault says.
pub fn status(party: &Party) -> Result<Vec<Status>, PartyError> {
    party.require(Role::Coordinator)?;
    let mut all = Vec::new();
    for book in party.books()? {
        let Some(text) = &book.draft else { continue };
        let draft = Draft::read(text.as_bytes(), party.trust())?;
        let note = match &book.note {
            Some(text) => Some(PublishedNote::read(text.as_bytes(), party.trust())?),
            None => None,
        };
        let unsigned = match &note {
            Some(note) => note.unsigned(party.trust())?,
            None => draft.holders.clone(),
        };
        let (present, missing) = draft
            .sites
            .iter()
            .map(|s| s.0)
            .partition(|s| book.taken(Kind::Tokens, s).is_some());
        let result = match (&book.result, unsigned.is_empty()) {
            (Some(text), true) => {
                let note = party.agreed(&book)?;
                Some(RoundResult::read(text.as_bytes(), &note, party.trust())?)
            }
            _ => None,
        };
        all.push(Status {
            round: book.round,
            purpose: draft.purpose.clone(),
            deadline: draft.deadline,
            closed: book.closed,
            published: note.is_some(),
            unsigned,
            present,
            missing,
            quorum: draft.quorum,
            asked: book.sent.contains_key(ASK),
            result,
            counts: published(party, &book)?,
        });
    }
    Ok(all)
}

/// The counts of a round as anybody reads them, if they are made.
fn published(party: &Party, book: &Book) -> Result<Option<CountsNote>, PartyError> {
    let Some(text) = &book.counts else {
        return Ok(None);
    };
    let note = party.agreed(book)?;
    Ok(Some(CountsNote::read(
        text.as_bytes(),
        &note,
        party.trust(),
    )?))
}

/// Goes on with the counts of a round as far as they can go: asks the comparer, takes its answer. Returns
/// them, if they are there.
///
/// # Errors
/// [`PartyError::NoRound`] before the decision; what the files say.
pub fn counts(
    party: &Party,
    stick: Option<&Stick>,
    round: Option<&[u8; 16]>,
    now: Time,
) -> Result<(Outcome, Option<CountsNote>), PartyError> {
    party.require(Role::Coordinator)?;
    let mut out = Outcome::default();
    let mut book = match (stick, round) {
        (Some(stick), None) => party.book_for(stick)?,
        (_, Some(round)) => party.book(round)?.ok_or(PartyError::NoRound)?,
        // The latest that has any, open or closed.
        (None, None) => match party.only_book() {
            Err(PartyError::NoRound) => latest_counted(party)?,
            other => other?,
        },
    };
    if let (Some(stick), false) = (stick, book.closed) {
        let note = party.agreed(&book)?;
        counting::counts_into(party, stick, &note, &mut book, now, &mut out)?;
        counting::deliver(party, stick, &book, &mut out)?;
    }
    Ok((out, published(party, &book)?))
}

/// Of the rounds with counts the one whose counts are the latest.
fn latest_counted(party: &Party) -> Result<Book, PartyError> {
    let mut latest = None;
    for book in party.books()? {
        if let Some(counts) = published(party, &book)? {
            let newer = latest
                .as_ref()
                .is_none_or(|(time, _)| counts.released > *time);
            if newer {
                latest = Some((counts.released, book));
            }
        }
    }
    latest.map(|(_, book)| book).ok_or(PartyError::NoRound)
}

/// Bits of H that a plan comes to, for people.
pub fn h_bits(plan: &Plan) -> f64 {
    let h = Params::new(rarity(plan.policy), plan.expected).h;
    let given = plan.h_millibits.map(crate::party::params::bits);
    f64::from(given.unwrap_or(h)) / f64::from(fixed::ONE_BIT)
}
