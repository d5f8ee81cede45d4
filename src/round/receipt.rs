//! `NAME.receipt`: what a receiver signs for (manual: *files*, "Receipt").
//!
//! One document for a file of evidence that was handed over and for records that were sent to another
//! house: the receiver names what it has by its hash, and by the entry of the giver's log that says so.

use std::fmt::Write as _;

use super::text::{Lines, canonical, hex};
use super::{Card, PartyId, RoundError, Time};
use crate::codec::to_hex;
use crate::crypto::hash::Digest;
use crate::crypto::sign::SigningKey;
use crate::i18n::{Localize, Message};
use crate::log::note::Note;

const HEAD: &str = "sigilo/receipt/v1";
/// Largest receipt, in bytes.
pub const RECEIPT_MAX: usize = 4096;

/// What was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum About {
    /// A file of evidence, in clear; named by the SHA-256 of its bytes.
    Evidence,
    /// Sealed records; named by the id of their envelope.
    Transfer,
}

impl About {
    const ALL: [Self; 2] = [Self::Evidence, Self::Transfer];

    fn as_str(self) -> &'static str {
        match self {
            Self::Evidence => "evidence",
            Self::Transfer => "transfer",
        }
    }
}

/// What the receiver says to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer {
    /// It has it, and says no more.
    Received,
    /// It has it and takes it on.
    Accepted,
    /// It has it and does not take it on.
    Refused,
}

impl Answer {
    const ALL: [Self; 3] = [Self::Received, Self::Accepted, Self::Refused];

    fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
        }
    }
}

impl Localize for Answer {
    fn message(&self) -> Message {
        Message::new(match self {
            Self::Received => "round-receipt-received",
            Self::Accepted => "round-receipt-accepted",
            Self::Refused => "round-receipt-refused",
        })
    }
}

/// What a receiver says to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What it is.
    pub about: About,
    /// Its hash; which one says [`About`].
    pub what: Digest,
    /// Its size in bytes.
    pub bytes: u64,
    /// What the receiver says to it.
    pub answer: Answer,
    /// The giver's log, by the id in its origin.
    pub log: [u8; 16],
    /// The entry of that log by which it was given, if the receiver was told.
    pub entry: Option<u64>,
    /// The giver's card, if it has one.
    pub giver: Option<PartyId>,
    /// The receiver's card.
    pub receiver: PartyId,
    /// When, by the receiver's clock.
    pub time: Time,
}

impl Receipt {
    fn text(&self) -> String {
        let mut out = format!(
            "{HEAD}\nabout {}\nwhat {}\nbytes {}\nanswer {}\nlog {}\n",
            self.about.as_str(),
            to_hex(&self.what),
            self.bytes,
            self.answer.as_str(),
            to_hex(&self.log),
        );
        if let Some(entry) = self.entry {
            let _ = writeln!(out, "entry {entry}");
        }
        if let Some(giver) = &self.giver {
            let _ = writeln!(out, "giver {}", to_hex(&giver.0));
        }
        let receiver = to_hex(&self.receiver.0);
        let _ = writeln!(out, "receiver {receiver}\ntime {}", self.time);
        out
    }

    fn of_text(text: &str) -> Result<Self, RoundError> {
        let mut lines = Lines::new(text, HEAD)?;
        let about = |v: &str| About::ALL.into_iter().find(|a| a.as_str() == v);
        let answer = |v: &str| Answer::ALL.into_iter().find(|a| a.as_str() == v);
        let receipt = Self {
            about: lines.value("about", about)?,
            what: lines.hex("what")?,
            bytes: lines.number("bytes", u64::MAX)?,
            answer: lines.value("answer", answer)?,
            log: lines.hex("log")?,
            entry: if lines.at("entry") {
                Some(lines.number("entry", crate::log::merkle::MAX_SIZE)?)
            } else {
                None
            },
            giver: if lines.at("giver") {
                Some(lines.value("giver", |v| hex(v).map(PartyId))?)
            } else {
                None
            },
            receiver: lines.party("receiver")?,
            time: lines.time("time")?,
        };
        lines.end()?;
        canonical(text, &receipt.text())?;
        Ok(receipt)
    }

    /// Signs it with the key of the receiver's card. Returns the file.
    ///
    /// # Errors
    /// [`RoundError::WrongSender`] if the card is another than the receiver's, errors of signing.
    pub fn sign(&self, card: &Card, key: &SigningKey) -> Result<String, RoundError> {
        if card.id() != self.receiver || key.verifying_key() != card.body().key {
            return Err(RoundError::WrongSender(card.name().to_owned()));
        }
        let text = self.text();
        Self::of_text(&text)?;
        let mut note = Note::new(text)?;
        note.sign(card.note_key().name(), key)?;
        Ok(note.to_string())
    }

    /// Reads a receipt; checks form only. It counts once [`Receipt::read`] has checked the signature.
    ///
    /// # Errors
    /// [`RoundError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, RoundError> {
        if bytes.len() > RECEIPT_MAX {
            return Err(RoundError::TooLarge);
        }
        Self::of_text(Note::parse(bytes)?.text())
    }

    /// Reads a receipt and checks that this card's key has signed it.
    ///
    /// # Errors
    /// [`RoundError::WrongSender`] if it names another receiver, [`RoundError::Signature`].
    pub fn read(bytes: &[u8], receiver: &Card) -> Result<Self, RoundError> {
        let receipt = Self::parse(bytes)?;
        if receipt.receiver != receiver.id() {
            return Err(RoundError::WrongSender(receiver.name().to_owned()));
        }
        Note::parse(bytes)?
            .verify(&[receiver.note_key()])
            .map_err(|_| RoundError::Signature(receiver.name().to_owned()))?;
        Ok(receipt)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Role;
    use super::super::card::tests::card;
    use super::*;

    fn receipt(receiver: PartyId) -> Receipt {
        Receipt {
            about: About::Evidence,
            what: [7; 32],
            bytes: 1234,
            answer: Answer::Received,
            log: [8; 16],
            entry: Some(37),
            giver: None,
            receiver,
            time: Time::parse("2026-11-22T04:00:00Z").unwrap(),
        }
    }

    #[test]
    fn a_receipt_is_read_as_it_was_signed() {
        let (receiver, key, _) = card(Role::Auditor, "Fiscalía", 3);
        let mut wanted = receipt(receiver.id());
        for (entry, giver) in [(Some(37), None), (None, Some(PartyId([1; 32])))] {
            (wanted.entry, wanted.giver) = (entry, giver);
            let file = wanted.sign(&receiver, &key).unwrap();
            assert_eq!(Receipt::read(file.as_bytes(), &receiver).unwrap(), wanted);
        }
    }

    #[test]
    fn each_changed_byte_and_each_other_signer_is_refused() {
        let (receiver, key, _) = card(Role::Auditor, "Fiscalía", 3);
        let (other, other_key, _) = card(Role::Site, "Casa", 5);
        let wanted = receipt(receiver.id());
        let file = wanted.sign(&receiver, &key).unwrap();
        assert!(wanted.sign(&other, &other_key).is_err());
        assert!(wanted.sign(&receiver, &other_key).is_err());
        assert!(matches!(
            Receipt::read(file.as_bytes(), &other),
            Err(RoundError::WrongSender(_))
        ));
        for i in 0..file.len() {
            for bit in 0..8 {
                let mut bad = file.clone().into_bytes();
                bad[i] ^= 1 << bit;
                assert!(Receipt::read(&bad, &receiver).is_err(), "{i}");
            }
            assert!(Receipt::read(&file.as_bytes()[..i], &receiver).is_err());
        }
        // Text that the key signed, but in another form than the one that is written.
        let text = wanted.text().replace("entry 37", "entry 037");
        let mut note = Note::new(text).unwrap();
        note.sign(receiver.note_key().name(), &key).unwrap();
        assert!(Receipt::read(note.to_string().as_bytes(), &receiver).is_err());
    }
}
