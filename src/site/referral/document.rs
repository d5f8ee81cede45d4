//! What a referral and its answers say (manual: *transfer*, "Referral").

use crate::codec::{Decode, DecodeError, Encode, Reader, put_bytes};
use crate::crypto::hash::{Digest, sha256};
use crate::crypto::labels;
use crate::log::act::MAX_REASON;
use crate::record::{Date, TEXT_MAX};
use crate::round::PartyId;
use crate::round::receipt::RECEIPT_MAX;
use crate::vault::transfer::LineId;
use crate::vault::{ObjectId, VaultId};

/// What the receiver may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Refer the record further, on the consent that came with it.
    pub onward: bool,
    /// The last day on which it may hold it; `None` if the person set none.
    pub until: Option<Date>,
    /// What the person agreed to.
    pub purpose: String,
}

/// The referral's part of a parcel's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferralHead {
    /// The sender's log.
    pub log: [u8; 16],
    /// Names the record for this receiver.
    pub tag: LineId,
    /// What the receiver may do.
    pub rules: Rules,
}

/// The name of an object for one receiver.
pub(super) fn tag(vault: VaultId, object: ObjectId, receiver: &PartyId) -> LineId {
    let hash = sha256(&[labels::REFERRAL_TAG, &vault.0, &object.0, &receiver.0]);
    LineId(hash.first_chunk().copied().unwrap_or_default())
}

pub(super) fn put_date(out: &mut Vec<u8>, date: Option<Date>) {
    let number = date.map_or(0, |d| {
        u32::from(d.year()) * 10_000 + u32::from(d.month()) * 100 + u32::from(d.day())
    });
    out.extend_from_slice(&number.to_be_bytes());
}

pub(super) fn read_date(input: &mut Reader<'_>) -> Result<Option<Date>, DecodeError> {
    let bad = || DecodeError::Value("date");
    let number = input.u32()?;
    if number == 0 {
        return Ok(None);
    }
    let part = |n: u32| u8::try_from(n).map_err(|_| bad());
    let year = u16::try_from(number / 10_000).map_err(|_| bad())?;
    let date = Date::new(year, part(number / 100 % 100)?, part(number % 100)?);
    date.map(Some).ok_or_else(bad)
}

fn version(input: &mut Reader<'_>) -> Result<(), DecodeError> {
    match input.u8()? {
        1 => Ok(()),
        v => Err(DecodeError::Version(v)),
    }
}

impl Encode for Rules {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(u8::from(self.onward));
        put_date(out, self.until);
        put_bytes(out, self.purpose.as_bytes());
    }
}

impl Decode for Rules {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            onward: input.flag()?,
            until: read_date(input)?,
            purpose: input.text(TEXT_MAX)?.to_owned(),
        })
    }
}

impl Encode for ReferralHead {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(1);
        out.extend_from_slice(&self.log);
        self.tag.encode(out);
        self.rules.encode(out);
    }
}

impl Decode for ReferralHead {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        version(input)?;
        Ok(Self {
            log: input.array()?,
            tag: LineId::decode(input)?,
            rules: Rules::decode(input)?,
        })
    }
}

/// What is said about a referral.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A signed receipt.
    Receipt(String),
    /// It is revoked, for this reason.
    Revoked(String),
}

/// The answer's part of a parcel's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerHead {
    /// The parcel id of the referral.
    pub about: Digest,
    /// What is said.
    pub said: Said,
}

impl Encode for AnswerHead {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(1);
        out.extend_from_slice(&self.about);
        let (verb, text) = match &self.said {
            Said::Receipt(text) => (1, text),
            Said::Revoked(text) => (2, text),
        };
        out.push(verb);
        put_bytes(out, text.as_bytes());
    }
}

impl Decode for AnswerHead {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        version(input)?;
        let about = input.array()?;
        let said = match input.u8()? {
            1 => Said::Receipt(input.text(RECEIPT_MAX)?.to_owned()),
            2 => Said::Revoked(input.text(MAX_REASON)?.to_owned()),
            _ => return Err(DecodeError::Value("verb")),
        };
        Ok(Self { about, said })
    }
}
