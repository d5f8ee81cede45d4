//! What a house remembers of its referrals: a sealed state without any content of a record.

use super::super::kept::{Kept, LIST_MAX, Listed};
use super::document::Rules;
use crate::codec::{Decode, DecodeError, Encode, Reader, put_bytes};
use crate::crypto::hash::Digest;
use crate::party::Shelved;
use crate::round::receipt::RECEIPT_MAX;
use crate::round::{PartyId, Time};
use crate::vault::ObjectId;
use crate::vault::transfer::LineId;

/// Where a referral stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Status {
    /// It was written; or it is here and waits for a person's word.
    Open = 0,
    /// The other house has it.
    Received = 1,
    /// It was accepted.
    Accepted = 2,
    /// It was refused.
    Refused = 3,
    /// It was revoked by its sender.
    Revoked = 4,
}

impl Status {
    fn from_byte(byte: u8) -> Option<Self> {
        [
            Self::Open,
            Self::Received,
            Self::Accepted,
            Self::Refused,
            Self::Revoked,
        ]
        .into_iter()
        .find(|s| *s as u8 == byte)
    }
}

/// A referral, on either side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The parcel.
    pub id: Digest,
    /// Whether this house has sent it.
    pub sent: bool,
    /// The other house.
    pub other: PartyId,
    /// When it was written, by the sender's clock.
    pub time: Time,
    /// Where it stands.
    pub status: Status,
    /// The own record: the one that was sent, or that came of it.
    pub object: Option<ObjectId>,
    /// What names the record between the two houses.
    pub tag: LineId,
    /// What the receiver may do.
    pub rules: Rules,
    /// The parcel as it travels, as long as it is needed.
    pub file: Option<Shelved>,
    /// The answer that is due or was given, as it travels.
    pub answer: Option<Shelved>,
    /// Names of files between the two houses that are here.
    pub evidence: Vec<LineId>,
    /// The last signed receipt.
    pub receipt: String,
}

impl Entry {
    /// How people name it, and the log: the first half of the parcel id.
    pub fn name(&self) -> ObjectId {
        ObjectId(self.id.first_chunk().copied().unwrap_or_default())
    }
}

fn put_shelved(out: &mut Vec<u8>, file: Option<&Shelved>) {
    out.push(u8::from(file.is_some()));
    if let Some(file) = file {
        file.encode(out);
    }
}

fn read_shelved(input: &mut Reader<'_>) -> Result<Option<Shelved>, DecodeError> {
    let there = input.flag()?;
    there.then(|| Shelved::decode(input)).transpose()
}

impl Encode for Entry {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.id);
        out.push(u8::from(self.sent));
        out.extend_from_slice(&self.other.0);
        out.extend_from_slice(&self.time.seconds().to_be_bytes());
        out.push(self.status as u8);
        out.push(u8::from(self.object.is_some()));
        if let Some(object) = &self.object {
            object.encode(out);
        }
        self.tag.encode(out);
        self.rules.encode(out);
        put_shelved(out, self.file.as_ref());
        put_shelved(out, self.answer.as_ref());
        let count = u32::try_from(self.evidence.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&count.to_be_bytes());
        self.evidence.iter().for_each(|id| id.encode(out));
        put_bytes(out, self.receipt.as_bytes());
    }
}

impl Decode for Entry {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            id: input.array()?,
            sent: input.flag()?,
            other: PartyId(input.array()?),
            time: Time::from_seconds(input.u64()?).ok_or(DecodeError::Value("time"))?,
            status: Status::from_byte(input.u8()?).ok_or(DecodeError::Value("status"))?,
            object: input.flag()?.then(|| ObjectId::decode(input)).transpose()?,
            tag: LineId::decode(input)?,
            rules: Rules::decode(input)?,
            file: read_shelved(input)?,
            answer: read_shelved(input)?,
            evidence: {
                let n = input.count(16, LIST_MAX)?;
                (0..n)
                    .map(|_| LineId::decode(input))
                    .collect::<Result<_, _>>()?
            },
            receipt: input.text(RECEIPT_MAX)?.to_owned(),
        })
    }
}

impl Listed for Entry {
    const NAME: &'static str = "referral/book";
    const LEAST: usize = 100;
}

/// All referrals of a house.
pub type Referrals = Kept<Entry>;

impl Referrals {
    /// The referral with this parcel id, on this side.
    pub(super) fn get(&mut self, id: &Digest, sent: bool) -> Option<&mut Entry> {
        let mut all = self.entries.iter_mut();
        all.find(|e| e.id == *id && e.sent == sent)
    }
}
