//! A site's part: requests that came, what persons said, and what can still be opened (manual: *notices*,
//! "States").
//!
//! A request is opened only with a key of its person. The key of everybody who did not say "yes" is destroyed
//! when the answers are written, so what comes back about them cannot be opened by anybody, and ends as a
//! request about nobody does.

use std::collections::{BTreeMap, BTreeSet};

use super::letter::{self, Nobody, Said, Shape};
use super::policy::{BATCHES_MAX, Calendar, Mediation, REQUESTS_MAX};
use super::{Consent, Introduction, Letters, Notice, NoticeError, PARTNERS, RequestId};
use crate::codec::{Decode, DecodeError, Encode, Reader};
use crate::crypto::Secret;
use crate::round::draft::PERSONS_MAX;
use crate::round::tokens::Handle;
use crate::round::{RoundError, Time};

/// What was said to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Answer {
    /// Nothing yet.
    Open = 0,
    /// It is about nobody of this site.
    Nobody = 1,
    /// The person does not want it.
    No = 2,
    /// The person wants it.
    Yes = 3,
}

/// A request and what was said to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What it is called.
    pub id: RequestId,
    /// Whom it is about.
    pub handle: Handle,
    /// What was said.
    pub answer: Answer,
}

/// Requests that came together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The requests, in the order of the notice.
    pub requests: Vec<Request>,
    /// Whether the answers were written.
    pub sent: bool,
}

/// What one site holds while requests are open. There is no `Debug` and no `Clone`.
#[derive(Default)]
pub struct House {
    keys: BTreeMap<Handle, Secret<32>>,
    batches: BTreeMap<u16, Batch>,
    ended: bool,
}

impl House {
    /// A site with these persons. The keys are new, and what opens letters is sealed under them.
    pub fn new(keys: impl IntoIterator<Item = (Handle, Secret<32>)>) -> Self {
        Self {
            keys: keys.into_iter().collect(),
            batches: BTreeMap::new(),
            ended: false,
        }
    }

    /// A second copy, made on purpose.
    pub fn duplicate(&self) -> Self {
        let keys = self.keys.iter().map(|(h, key)| (*h, key.duplicate()));
        Self {
            keys: keys.collect(),
            batches: self.batches.clone(),
            ended: self.ended,
        }
    }

    /// The batches that came, by number.
    pub fn batches(&self) -> &BTreeMap<u16, Batch> {
        &self.batches
    }

    /// Whether introductions were opened or are no longer waited for.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Persons of whom a letter could still be opened.
    pub fn open_keys(&self) -> usize {
        self.keys.len()
    }

    /// Takes a batch. Returns whether it is new. `about` says whether a handle is that of a person that still
    /// takes part.
    ///
    /// # Errors
    /// [`RoundError::Numbers`] in [`Refusal::Round`] if it is not as the note wants it,
    /// [`NoticeError::SecondBatch`].
    pub fn take(
        &mut self,
        how: &Mediation,
        notice: &Notice,
        about: impl Fn(&Handle) -> bool,
    ) -> Result<bool, Refusal> {
        let fits =
            notice.requests.len() == how.requests() && (1..=how.batches()).contains(&notice.batch);
        if !fits {
            return Err(RoundError::Numbers.into());
        }
        let came = notice.requests.iter();
        if let Some(had) = self.batches.get(&notice.batch) {
            let same = had.requests.iter().map(|r| (r.id, r.handle));
            if same.eq(came.copied()) {
                return Ok(false);
            }
            return Err(NoticeError::SecondBatch.into());
        }
        // A person is asked about once in a round.
        let before = self.batches.values().flat_map(|b| &b.requests);
        let before: BTreeSet<_> = before.flat_map(|r| [r.id, r.handle]).collect();
        if came
            .clone()
            .any(|(i, h)| before.contains(i) || before.contains(h))
        {
            return Err(NoticeError::SecondBatch.into());
        }
        let requests = came.map(|(id, handle)| Request {
            id: *id,
            handle: *handle,
            answer: if self.keys.contains_key(handle) && about(handle) {
                Answer::Open
            } else {
                Answer::Nobody
            },
        });
        let batch = Batch {
            requests: requests.collect(),
            sent: self.ended,
        };
        self.batches.insert(notice.batch, batch);
        Ok(true)
    }

    /// The batch and the request of an id.
    pub fn find(&self, id: &RequestId) -> Option<(u16, &Request)> {
        let mut all = self.batches.iter();
        all.find_map(|(n, b)| Some((*n, b.requests.iter().find(|r| r.id == *id)?)))
    }

    /// Notes what a person said. Until the answers are written she may say otherwise.
    ///
    /// # Errors
    /// [`NoticeError::NoSuchRequest`], [`NoticeError::Sent`], [`NoticeError::Late`].
    pub fn answer(
        &mut self,
        id: &RequestId,
        yes: bool,
        days: &Calendar,
        now: Time,
    ) -> Result<(), NoticeError> {
        let ended = self.ended;
        let mut all = self.batches.iter_mut();
        let found = all.find_map(|(number, batch)| {
            let at = batch.requests.iter().position(|r| r.id == *id)?;
            Some((*number, batch.sent, batch.requests.get_mut(at)?))
        });
        let (number, sent, request) = found.ok_or(NoticeError::NoSuchRequest)?;
        if request.answer == Answer::Nobody {
            return Err(NoticeError::NoSuchRequest);
        }
        if sent || ended {
            return Err(NoticeError::Sent);
        }
        if now >= days.answered_by(number) {
            return Err(NoticeError::Late(days.answered_by(number)));
        }
        request.answer = if yes { Answer::Yes } else { Answer::No };
        Ok(())
    }

    /// Batches whose answers are to be written now. They leave on their day, however soon everything was
    /// answered: when a file comes says nothing about who is in it.
    pub fn due(&self, days: &Calendar, now: Time) -> Vec<u16> {
        let due = |(number, batch): &(&u16, &Batch)| {
            !batch.sent && !self.ended && now >= days.answered_by(**number)
        };
        let all = self.batches.iter().filter(due);
        all.map(|(number, _)| *number).collect()
    }

    /// Writes the answers of a batch, once: one letter for each request, all alike from outside. `write` makes
    /// the letter about a person who said "yes", or none if she has left since. Whoever did not say "yes"
    /// cannot be found any more.
    ///
    /// # Errors
    /// [`RoundError::Numbers`] for a batch that is not here or was written; what `write` says.
    pub fn consent<E: From<RoundError>>(
        &mut self,
        number: u16,
        shape: &Shape,
        nobody: &Nobody,
        mut write: impl FnMut(&Handle, &Secret<32>) -> Result<Option<Vec<u8>>, E>,
    ) -> Result<Consent, E> {
        let batch = self.batches.get(&number).filter(|b| !b.sent);
        let mut batch = batch.ok_or(RoundError::Numbers)?.clone();
        let mut letters = Letters::new(shape.letter());
        let mut destroyed = Vec::new();
        for request in &mut batch.requests {
            let key = self.keys.get(&request.handle);
            let written = match (request.answer, key) {
                (Answer::Yes, Some(key)) => write(&request.handle, key)?,
                _ => None,
            };
            match &written {
                Some(letter) => letters.push(letter)?,
                None => {
                    if request.answer == Answer::Yes {
                        request.answer = Answer::No;
                    }
                    destroyed.push(request.handle);
                    letters.push(&letter::empty(shape, nobody)?)?;
                }
            }
        }
        batch.sent = true;
        self.batches.insert(number, batch);
        for handle in destroyed {
            self.keys.remove(&handle);
        }
        Ok(Consent {
            batch: number,
            letters,
        })
    }

    /// Opens what came back, once, and forgets how. `read` opens the letters about a person; it is asked about
    /// those who said "yes" and whose answer has left, and about nobody else.
    ///
    /// # Errors
    /// [`NoticeError::Early`], [`RoundError::Numbers`] if there are not as many letters as the note wants;
    /// what `read` says.
    pub fn open<E: From<RoundError> + From<NoticeError>>(
        &mut self,
        how: &Mediation,
        shape: &Shape,
        days: &Calendar,
        now: Time,
        introduction: &Introduction,
        mut read: impl FnMut(&Handle, &Secret<32>, &[u8]) -> Result<Option<Said>, E>,
    ) -> Result<Vec<(RequestId, Vec<Said>)>, E> {
        introduction.letters.check(how.slots() * PARTNERS, shape)?;
        if now < days.ends() {
            return Err(NoticeError::Early(days.ends()).into());
        }
        let mut found = Vec::new();
        if self.ended {
            return Ok(found);
        }
        for (number, batch) in self.batches.iter().filter(|(_, b)| b.sent) {
            let first = usize::from(number - 1) * how.requests();
            for (slot, request) in (first..).zip(&batch.requests) {
                let key = self.keys.get(&request.handle);
                let Some(key) = key.filter(|_| request.answer == Answer::Yes) else {
                    continue;
                };
                let mut said: Vec<Said> = Vec::new();
                for i in slot * PARTNERS..(slot + 1) * PARTNERS {
                    let letter = introduction.letters.get(i).ok_or(RoundError::Numbers)?;
                    if let Some(one) = read(&request.handle, key, letter)?
                        && said.iter().all(|s| s.sender != one.sender)
                    {
                        said.push(one);
                    }
                }
                if !said.is_empty() {
                    found.push((request.id, said));
                }
            }
        }
        self.end();
        Ok(found)
    }

    /// Waits no longer if the last day has passed. Returns whether something ended by it.
    pub fn lapse(&mut self, days: &Calendar, now: Time) -> bool {
        let over = !self.ended && now >= days.lapses();
        if over {
            self.end();
        }
        over
    }

    fn end(&mut self) {
        self.ended = true;
        self.keys.clear();
        for batch in self.batches.values_mut() {
            batch.sent = true;
        }
    }
}

/// Why a batch was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The file does not fit the round.
    #[error(transparent)]
    Round(#[from] RoundError),
    /// The request does not fit what was before.
    #[error(transparent)]
    Notice(#[from] NoticeError),
}

impl Encode for House {
    fn encode(&self, out: &mut Vec<u8>) {
        let put = |out: &mut Vec<u8>, n: usize| {
            out.extend_from_slice(&u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes());
        };
        let requests: usize = self.batches.values().map(|b| b.requests.len()).sum();
        // Reserved in one piece: a vector that grows leaves copies of secrets behind.
        out.reserve(64 + self.keys.len() * 48 + self.batches.len() * 8 + requests * 33);
        out.push(1);
        out.push(u8::from(self.ended));
        put(out, self.keys.len());
        for (handle, key) in &self.keys {
            out.extend_from_slice(handle);
            out.extend_from_slice(key.expose());
        }
        put(out, self.batches.len());
        for (number, batch) in &self.batches {
            out.extend_from_slice(&number.to_be_bytes());
            out.push(u8::from(batch.sent));
            put(out, batch.requests.len());
            for request in &batch.requests {
                out.extend_from_slice(&request.id);
                out.extend_from_slice(&request.handle);
                out.push(request.answer as u8);
            }
        }
    }
}

impl Decode for House {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8()? {
            1 => {}
            v => return Err(DecodeError::Version(v)),
        }
        let ended = input.flag()?;
        let mut house = Self {
            ended,
            ..Self::default()
        };
        let mut last = None;
        for _ in 0..input.count(48, PERSONS_MAX as usize)? {
            let handle: Handle = input.array()?;
            if last.replace(handle).is_some_and(|before| before >= handle) {
                return Err(DecodeError::Value("handles"));
            }
            let key = Secret::from_slice(input.take(32)?);
            house
                .keys
                .insert(handle, key.map_err(|_| DecodeError::Value("key"))?);
        }
        let mut before = 0;
        for _ in 0..input.count(7, usize::from(BATCHES_MAX))? {
            let number = input.u16()?;
            if number <= before || number > BATCHES_MAX {
                return Err(DecodeError::Value("batch"));
            }
            before = number;
            let sent = input.flag()?;
            let requests = (0..input.count(33, usize::from(REQUESTS_MAX))?)
                .map(|_| {
                    Ok(Request {
                        id: input.array()?,
                        handle: input.array()?,
                        answer: match input.u8()? {
                            0 => Answer::Open,
                            1 => Answer::Nobody,
                            2 => Answer::No,
                            3 => Answer::Yes,
                            _ => return Err(DecodeError::Value("answer")),
                        },
                    })
                })
                .collect::<Result<_, DecodeError>>()?;
            house.batches.insert(number, Batch { requests, sent });
        }
        Ok(house)
    }
}
