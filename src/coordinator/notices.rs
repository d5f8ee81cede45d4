//! Requests, answers and introductions, by the days of the calendar (manual: *notices*, "Coordinator").
//!
//! The plan is kept encrypted to the coordinator's recipient of the round, and is gone with it. Whatever a
//! site answers, the coordinator does the same on the same day.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::codec::{Decode as _, Encode as _};
use crate::crypto::hash::sha256;
use crate::crypto::travel;
use crate::holder::attempt;
use crate::log::act::ActKind;
use crate::party::{Book, Event, Outcome, Party, PartyError, Stick, file_label};
use crate::round::envelope::{self, Kind};
use crate::round::note::AgreedNote;
use crate::round::notice::desk::Plan;
use crate::round::notice::letter::{Nobody, Shape};
use crate::round::notice::policy::{Calendar, Mediation, Notices};
use crate::round::notice::{Consent, Letters, NoticeError, read_padded, sizes};
use crate::round::result::RoundResult;
use crate::round::tokens::Handle;
use crate::round::{Card, PartyId, Role, RoundError, Time};
use crate::vault::ActNote;

/// Under which the plan is kept. It never travels.
const PLAN: &str = "notices.plan";

/// Keeps the plan of a round that is being decided.
pub(super) fn keep(party: &Party, book: &mut Book, plan: &Plan) -> Result<(), PartyError> {
    let to = super::secret(party, book)?.recipient();
    let file = travel::encrypt_bytes(&[to], &plan.to_bytes())?;
    book.sent.insert(PLAN.to_owned(), party.shelve(&file)?);
    Ok(())
}

fn notice_name(site: &Card, batch: u16) -> String {
    format!("{}.notice.{batch}", file_label(site))
}

fn consent_name(site: &Card, batch: u16) -> String {
    format!("{}.consent.{batch}", file_label(site))
}

fn introduction_name(site: &Card) -> String {
    format!("{}.introduction", file_label(site))
}

/// A round that was decided and has notices.
struct Desk<'a> {
    party: &'a Party,
    note: &'a AgreedNote,
    how: Mediation,
    days: Calendar,
    shape: Shape,
    plan: Plan,
    sites: Vec<Card>,
}

impl<'a> Desk<'a> {
    fn load(
        party: &'a Party,
        note: &'a AgreedNote,
        book: &Book,
    ) -> Result<Option<Self>, PartyError> {
        let (Notices::Mediated(how), Some(kept), Some(text)) =
            (note.draft().notices, book.sent.get(PLAN), &book.result)
        else {
            return Ok(None);
        };
        let file = party.shelved(kept)?;
        let plain = travel::decrypt_bytes(&super::secret(party, book)?, &file, file.len())?;
        let plan = Plan::from_bytes(&plain)?;
        let result = RoundResult::read(text.as_bytes(), note, party.trust())?;
        let mut sites = plan
            .sites()
            .map(|id| Ok(party.trust().get(id, Role::Site)?.clone()))
            .collect::<Result<Vec<_>, PartyError>>()?;
        sites.sort_by(|a, b| a.name().cmp(b.name()).then(a.id().cmp(&b.id())));
        Ok(Some(Self {
            party,
            note,
            how,
            days: Calendar::new(result.decided, how),
            shape: Shape::of(note.draft()),
            plan,
            sites,
        }))
    }

    fn ended(&self, book: &Book) -> bool {
        let mut all = self.sites.iter();
        all.all(|site| book.sent.contains_key(&introduction_name(site)))
    }

    fn seal(&self, kind: Kind, site: &Card, payload: &[u8]) -> Result<Vec<u8>, RoundError> {
        let me = self.party.id();
        let to = (site.id(), site.body().age.clone());
        envelope::seal_sized(kind, self.note.hash(), me, self.party.key(), &to, payload)
    }

    /// Writes the requests of a batch for all sites at once.
    fn send(&self, book: &mut Book, batch: u16) -> Result<(), PartyError> {
        let mut made = Vec::new();
        for site in &self.sites {
            let notice = self.plan.notice(&self.how, &site.id(), batch)?;
            let file = self.seal(Kind::Notice, site, &notice.to_bytes())?;
            made.push((notice_name(site, batch), self.party.shelve(&file)?));
        }
        book.sent.extend(made);
        let act = ActNote::new(ActKind::NoticesSent).count(u64::from(batch));
        self.party.keep(book, Vec::new(), act)
    }

    fn read(
        &self,
        book: &Book,
        site: &Card,
        batch: u16,
        bytes: &[u8],
    ) -> Result<Letters, PartyError> {
        let max = sizes::consent(&self.how, &self.shape);
        let opened = envelope::decrypt(&super::secret(self.party, book)?, bytes, max)?.verify(
            Kind::Consent,
            self.note.hash(),
            site,
            self.party.id(),
        )?;
        let consent: Consent = read_padded(opened.payload()).map_err(RoundError::from)?;
        if consent.batch != batch {
            return Err(RoundError::Numbers.into());
        }
        consent.letters.check(self.how.requests(), &self.shape)?;
        Ok(consent.letters)
    }

    /// Takes the answers in the folder.
    fn collect(&self, stick: &Stick, book: &mut Book, out: &mut Outcome) -> Result<(), PartyError> {
        let max = travel::file_max(sizes::consent(&self.how, &self.shape) as u64);
        for batch in 1..=self.how.batches() {
            for site in &self.sites {
                let name = consent_name(site, batch);
                attempt(out, &name, |out| {
                    let Some(bytes) = stick.read(&name, max)? else {
                        return Ok(());
                    };
                    if let Some(had) = book.sent.get(&name) {
                        if had.hash != sha256(&[&bytes]) {
                            return Err(PartyError::SecondFile(site.name().to_owned()));
                        }
                        out.done.push(Event::Unchanged(name.clone()));
                        return Ok(());
                    }
                    if self.ended(book) {
                        return Err(RoundError::Late(self.days.ends()).into());
                    }
                    self.read(book, site, batch, &bytes)?;
                    book.sent.insert(name.clone(), self.party.shelve(&bytes)?);
                    let act = ActNote::new(ActKind::ConsentReceived).count(u64::from(batch));
                    if let Err(e) = self.party.keep(book, Vec::new(), act) {
                        book.sent.remove(&name);
                        return Err(e);
                    }
                    out.done.push(Event::Took(name.clone()));
                    Ok(())
                })?;
            }
        }
        Ok(())
    }

    /// Handles that have left since.
    fn left(&self, book: &Book) -> Result<BTreeSet<Handle>, PartyError> {
        let mut left = BTreeSet::new();
        for site in &self.sites {
            let Some(taken) = book.taken(Kind::Withdrawn, &site.id()) else {
                continue;
            };
            let quota = self.note.draft().quota(&site.id());
            let quota = quota.ok_or(PartyError::Stored)?;
            let bytes = self.party.shelved(&taken.file)?;
            let (_, list) =
                super::open_withdrawn(self.party, self.note, book, site, &bytes, quota)?;
            left.extend(list.handles);
        }
        Ok(left)
    }

    /// Writes what every site gets in the end, for all sites at once.
    fn introduce(&self, book: &mut Book) -> Result<(), PartyError> {
        let left = self.left(book)?;
        let mut answers: BTreeMap<(PartyId, u16), Letters> = BTreeMap::new();
        for site in &self.sites {
            for batch in 1..=self.how.batches() {
                if let Some(kept) = book.sent.get(&consent_name(site, batch)) {
                    let bytes = self.party.shelved(kept)?;
                    let letters = self.read(book, site, batch, &bytes)?;
                    answers.insert((site.id(), batch), letters);
                }
            }
        }
        let (plan, shape, requests) = (&self.plan, &self.shape, self.how.requests());
        let letter = |site: &PartyId, slot: usize| {
            let handle = plan.handles(site)?.get(slot)?;
            if left.contains(handle) {
                return None;
            }
            let batch = u16::try_from(slot / requests + 1).ok()?;
            answers.get(&(*site, batch))?.get(slot % requests)
        };
        let nobody = Nobody::new(shape);
        let made = self
            .sites
            .par_iter()
            .map(|site| plan.introduction(shape, &site.id(), &nobody, letter))
            .collect::<Result<Vec<_>, RoundError>>()?;
        for (site, all) in self.sites.iter().zip(made) {
            let file = self.seal(Kind::Introduction, site, &all.to_bytes())?;
            let file = self.party.shelve(&file)?;
            book.sent.insert(introduction_name(site), file);
        }
        let sites = self.sites.len() as u64;
        let act = ActNote::new(ActKind::IntroductionsSent).count(sites);
        self.party.keep(book, Vec::new(), act)
    }
}

/// Does what is due: sends the batches whose day has come, takes answers, ends everything on the last day.
pub(super) fn next(
    party: &Party,
    stick: &Stick,
    note: &AgreedNote,
    book: &mut Book,
    now: Time,
    out: &mut Outcome,
) -> Result<(), PartyError> {
    let Some(desk) = Desk::load(party, note, book)? else {
        return Ok(());
    };
    let batches = 1..=desk.how.batches();
    let ready: Vec<u16> = batches.filter(|b| now >= desk.days.goes_out(*b)).collect();
    for batch in &ready {
        let mut sites = desk.sites.iter();
        if !sites.all(|site| book.sent.contains_key(&notice_name(site, *batch))) {
            desk.send(book, *batch)?;
        }
    }
    desk.collect(stick, book, out)?;
    if !desk.ended(book) {
        super::collect_withdrawn(party, stick, note, book, out)?;
        if now >= desk.days.ends() {
            desk.introduce(book)?;
        }
    }
    let ended = desk.ended(book);
    for site in &desk.sites {
        if ended {
            party.deliver(book, stick, &introduction_name(site), out)?;
            continue;
        }
        for batch in &ready {
            party.deliver(book, stick, &notice_name(site, *batch), out)?;
        }
    }
    if !ended {
        let next = desk.days.goes_out(ready.len() as u16 + 1);
        let next = match ready.len() as u16 == desk.how.batches() {
            true => desk.days.ends(),
            false => next,
        };
        out.waiting.push(Event::NextDay(next));
    }
    Ok(())
}

/// Refuses to close a round whose requests are open: nobody could be introduced any more.
pub(super) fn may_close(party: &Party, book: &Book) -> Result<(), PartyError> {
    if !book.sent.contains_key(PLAN) {
        return Ok(());
    }
    let note = party.agreed(book)?;
    match Desk::load(party, &note, book)? {
        Some(desk) if !desk.ended(book) => Err(NoticeError::Open(desk.days.ends()).into()),
        _ => Ok(()),
    }
}
