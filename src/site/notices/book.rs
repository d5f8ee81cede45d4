//! What a house remembers of requests about its persons: what each of them said, and how it ended. It stays
//! when the round is closed; what opens letters does not.

use super::super::kept::{Kept, LIST_MAX, Listed};
use crate::codec::{Decode, DecodeError, Encode, Reader, put_bytes};
use crate::round::draft::SITES_MAX;
use crate::round::notice::letter::{CONTACT_MAX, Facts};
use crate::round::notice::{PARTNERS, RequestId};
use crate::round::{PartyId, Time};
use crate::vault::ObjectId;

/// Longest name of who asked, in bytes.
pub const ASKED_BY_MAX: usize = 120;

/// What a person said, and to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Whether she wants to be introduced.
    pub yes: bool,
    /// Who asked her.
    pub asked_by: String,
    /// When it was noted here.
    pub time: Time,
    /// What the other house is told about getting in touch.
    pub contact: String,
    /// The houses that may be told.
    pub houses: Vec<PartyId>,
}

/// Another house that knows the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// The house.
    pub house: PartyId,
    /// What it says of the person.
    pub facts: Facts,
    /// How to get in touch.
    pub contact: String,
}

/// How a request stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stand {
    /// Until its last day it looks like any other.
    Waiting,
    /// It ended without contact.
    Closed,
    /// It ended with an introduction.
    Introduced(Vec<Meeting>),
}

/// A request about a person of the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is called.
    pub id: RequestId,
    /// The round.
    pub round: [u8; 16],
    /// The person's records.
    pub records: Vec<ObjectId>,
    /// Until when it can be answered.
    pub until: Time,
    /// When it ends.
    pub ends: Time,
    /// What the person said.
    pub word: Option<Word>,
    /// Whether the answer has left.
    pub sent: bool,
    /// How it stands.
    pub stand: Stand,
}

impl Entry {
    /// How people name it.
    pub fn name(&self) -> ObjectId {
        ObjectId(self.id)
    }
}

fn put_count(out: &mut Vec<u8>, n: usize) {
    out.extend_from_slice(&u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes());
}

fn read_time(input: &mut Reader<'_>) -> Result<Time, DecodeError> {
    Time::from_seconds(input.u64()?).ok_or(DecodeError::Value("time"))
}

impl Encode for Word {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(u8::from(self.yes));
        put_bytes(out, self.asked_by.as_bytes());
        out.extend_from_slice(&self.time.seconds().to_be_bytes());
        put_bytes(out, self.contact.as_bytes());
        put_count(out, self.houses.len());
        for house in &self.houses {
            out.extend_from_slice(&house.0);
        }
    }
}

impl Decode for Word {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            yes: input.flag()?,
            asked_by: input.text(ASKED_BY_MAX)?.to_owned(),
            time: read_time(input)?,
            contact: input.text(CONTACT_MAX)?.to_owned(),
            houses: (0..input.count(32, SITES_MAX)?)
                .map(|_| input.array().map(PartyId))
                .collect::<Result<_, _>>()?,
        })
    }
}

impl Encode for Entry {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.id);
        out.extend_from_slice(&self.round);
        put_count(out, self.records.len());
        self.records.iter().for_each(|id| id.encode(out));
        out.extend_from_slice(&self.until.seconds().to_be_bytes());
        out.extend_from_slice(&self.ends.seconds().to_be_bytes());
        out.push(u8::from(self.word.is_some()));
        if let Some(word) = &self.word {
            word.encode(out);
        }
        out.push(u8::from(self.sent));
        match &self.stand {
            Stand::Waiting => out.push(0),
            Stand::Closed => out.push(1),
            Stand::Introduced(meetings) => {
                out.push(2);
                put_count(out, meetings.len());
                for meeting in meetings {
                    out.extend_from_slice(&meeting.house.0);
                    meeting.facts.encode(out);
                    put_bytes(out, meeting.contact.as_bytes());
                }
            }
        }
    }
}

impl Decode for Entry {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            id: input.array()?,
            round: input.array()?,
            records: (0..input.count(16, LIST_MAX)?)
                .map(|_| ObjectId::decode(input))
                .collect::<Result<_, _>>()?,
            until: read_time(input)?,
            ends: read_time(input)?,
            word: input.flag()?.then(|| Word::decode(input)).transpose()?,
            sent: input.flag()?,
            stand: match input.u8()? {
                0 => Stand::Waiting,
                1 => Stand::Closed,
                2 => Stand::Introduced(
                    (0..input.count(50, PARTNERS)?)
                        .map(|_| {
                            Ok(Meeting {
                                house: PartyId(input.array()?),
                                facts: Facts::decode(input)?,
                                contact: input.text(CONTACT_MAX)?.to_owned(),
                            })
                        })
                        .collect::<Result<_, DecodeError>>()?,
                ),
                _ => return Err(DecodeError::Value("stand")),
            },
        })
    }
}

impl Listed for Entry {
    const NAME: &'static str = "notice/book";
    const LEAST: usize = 55;
}

/// All requests about persons of a house.
pub type Requests = Kept<Entry>;

impl Requests {
    pub(super) fn get(&mut self, id: &RequestId) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|e| e.id == *id)
    }

    /// Requests of a round that have not ended.
    pub(super) fn waiting(&mut self, round: &[u8; 16]) -> impl Iterator<Item = &mut Entry> {
        let of = *round;
        let all = self.entries.iter_mut();
        all.filter(move |e| e.round == of && e.stand == Stand::Waiting)
    }
}
