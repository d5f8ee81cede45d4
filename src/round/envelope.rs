//! Envelopes: what one party sends to others in a round (manual: *files*, "Envelope").
//!
//! Inside: version, kind, note hash, sender, receivers, payload, and the sender's signature over a
//! hash of all of that. Outside: an age file to the receivers. The signature covers the receivers,
//! so a receiver cannot pass an envelope on as if it had been sent to somebody else.

use std::io::Write as _;
use std::ops::Range;

use zeroize::Zeroizing;

use super::{Card, NoteHash, PartyId, RoundError};
use crate::codec::{DecodeError, Reader};
use crate::crypto::hash::sha256;
use crate::crypto::labels;
use crate::crypto::sign::{Signature, SigningKey};
use crate::crypto::travel::{self, Identity, Recipient};
use crate::i18n::{Localize, Message};

/// Version byte of the inner form.
const VERSION: u8 = 1;
/// Most receivers.
pub const RECEIVERS_MAX: usize = 16;
/// Bytes around the payload, at most.
const AROUND_MAX: usize = 1 + 1 + 32 + 32 + 1 + RECEIVERS_MAX * 32 + 8 + 64;

/// What an envelope contains. The numbers are part of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// A share of the group secret, holder to site.
    Welcome = 1,
    /// Blinded elements, site to holders.
    Blinded = 2,
    /// Evaluated elements, holder to site.
    Evaluated = 3,
    /// Tags and sealed encodings, site to coordinator.
    Tokens = 4,
    /// Pairs to be compared, coordinator to comparer.
    PairsAsk = 5,
    /// Their weights, comparer to coordinator.
    PairsWeights = 6,
    /// Persons who left, site to coordinator.
    Withdrawn = 7,
    /// The head of a log, to who cosigns it.
    Head = 8,
    /// What a cosigner says to it.
    HeadAnswer = 9,
}

impl Kind {
    fn from_byte(byte: u8) -> Option<Self> {
        [
            Self::Welcome,
            Self::Blinded,
            Self::Evaluated,
            Self::Tokens,
            Self::PairsAsk,
            Self::PairsWeights,
            Self::Withdrawn,
            Self::Head,
            Self::HeadAnswer,
        ]
        .into_iter()
        .find(|k| *k as u8 == byte)
    }
}

impl Localize for Kind {
    fn message(&self) -> Message {
        Message::new(match self {
            Self::Welcome => "round-kind-welcome",
            Self::Blinded => "round-kind-blinded",
            Self::Evaluated => "round-kind-evaluated",
            Self::Tokens => "round-kind-tokens",
            Self::PairsAsk => "round-kind-pairs-ask",
            Self::PairsWeights => "round-kind-pairs-weights",
            Self::Withdrawn => "round-kind-withdrawn",
            Self::Head => "round-kind-head",
            Self::HeadAnswer => "round-kind-head-answer",
        })
    }
}

/// Hash of what a sender signed: the id by which a replay is known and a request is referred to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EnvelopeId(pub [u8; 32]);

impl EnvelopeId {
    fn of(parts: &[&[u8]]) -> Self {
        Self(sha256(parts))
    }

    fn signed(&self) -> Vec<u8> {
        [labels::ENVELOPE_SIGNATURE, &self.0].concat()
    }
}

/// Signs and encrypts `payload`. Returns its id and the file.
///
/// # Errors
/// [`RoundError::TooLarge`] for no receiver or more than [`RECEIVERS_MAX`]; errors of signing and
/// encryption.
pub fn seal(
    kind: Kind,
    note: NoteHash,
    sender: PartyId,
    key: &SigningKey,
    receivers: &[(PartyId, Recipient)],
    payload: &[u8],
) -> Result<(EnvelopeId, Vec<u8>), RoundError> {
    let count = u8::try_from(receivers.len())
        .ok()
        .filter(|n| (1..=RECEIVERS_MAX).contains(&usize::from(*n)))
        .ok_or(RoundError::TooLarge)?;
    let mut head = vec![VERSION, kind as u8];
    head.extend_from_slice(&note.0);
    head.extend_from_slice(&sender.0);
    head.push(count);
    for (id, _) in receivers {
        head.extend_from_slice(&id.0);
    }
    head.extend_from_slice(&(payload.len() as u64).to_be_bytes());
    let id = EnvelopeId::of(&[&head, payload]);
    let signature = key.sign(&id.signed())?;
    let recipients: Vec<Recipient> = receivers.iter().map(|(_, r)| r.clone()).collect();
    let room = travel::file_max((head.len() + payload.len() + signature.len()) as u64);
    let out = Vec::with_capacity(usize::try_from(room).map_err(|_| RoundError::TooLarge)?);
    let mut writer = travel::encrypt(&recipients, out)?;
    for part in [&head, payload, &signature] {
        writer.write_all(part).map_err(|_| RoundError::Io)?;
    }
    Ok((id, writer.finish()?))
}

/// An envelope that was decrypted; nothing in it counts before [`Unverified::verify`].
pub struct Unverified {
    plain: Zeroizing<Vec<u8>>,
    kind: Kind,
    note: NoteHash,
    sender: PartyId,
    receivers: Vec<PartyId>,
    payload: Range<usize>,
    signature: Signature,
    id: EnvelopeId,
}

/// Decrypts an envelope whose payload has at most `max` bytes.
///
/// # Errors
/// [`RoundError::NotAnEnvelope`], [`RoundError::NotForYou`], [`RoundError::Damaged`],
/// [`RoundError::TooLarge`] or [`RoundError::Content`].
pub fn decrypt(identity: &Identity, file: &[u8], max: usize) -> Result<Unverified, RoundError> {
    let plain = travel::decrypt_bytes(identity, file, max.saturating_add(AROUND_MAX))?;
    Unverified::parse(plain, max)
}

impl Unverified {
    /// Reads the inner form.
    ///
    /// # Errors
    /// [`RoundError::Content`] or [`RoundError::TooLarge`].
    pub fn parse(plain: Zeroizing<Vec<u8>>, max: usize) -> Result<Self, RoundError> {
        let mut input = Reader::new(&plain);
        match input.u8()? {
            VERSION => {}
            v => return Err(DecodeError::Version(v).into()),
        }
        let kind = Kind::from_byte(input.u8()?).ok_or(DecodeError::Value("kind"))?;
        let note = NoteHash(input.array()?);
        let sender = PartyId(input.array()?);
        let count = usize::from(input.u8()?);
        if !(1..=RECEIVERS_MAX).contains(&count) {
            return Err(DecodeError::Value("receivers").into());
        }
        let receivers = (0..count)
            .map(|_| input.array().map(PartyId))
            .collect::<Result<Vec<_>, _>>()?;
        let len = usize::try_from(input.u64()?).map_err(|_| DecodeError::Length)?;
        if len > max {
            return Err(RoundError::TooLarge);
        }
        let start = plain.len() - input.remaining();
        input.take(len)?;
        let signature = input.array()?;
        input.finish()?;
        let payload = start..start + len;
        let id = EnvelopeId::of(&[plain.get(..payload.end).unwrap_or_default()]);
        Ok(Self {
            kind,
            note,
            sender,
            receivers,
            payload,
            signature,
            id,
            plain,
        })
    }

    /// Who says to have sent it: to find the card to check it with.
    pub fn sender(&self) -> PartyId {
        self.sender
    }

    /// What it says to contain.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The round it says to belong to.
    pub fn note(&self) -> NoteHash {
        self.note
    }

    /// Checks kind, round, sender, receiver and signature, in this order.
    ///
    /// # Errors
    /// [`RoundError::WrongKind`], [`RoundError::WrongRound`], [`RoundError::WrongSender`],
    /// [`RoundError::NotForYou`] or [`RoundError::Signature`].
    pub fn verify(
        self,
        kind: Kind,
        note: NoteHash,
        sender: &Card,
        receiver: PartyId,
    ) -> Result<Opened, RoundError> {
        if self.kind != kind {
            return Err(RoundError::WrongKind {
                expected: kind,
                found: self.kind,
            });
        }
        if self.note != note {
            return Err(RoundError::WrongRound);
        }
        if self.sender != sender.id() {
            return Err(RoundError::WrongSender(sender.name().to_owned()));
        }
        if !self.receivers.contains(&receiver) {
            return Err(RoundError::NotForYou);
        }
        sender
            .body()
            .key
            .verify(&self.id.signed(), &self.signature)
            .map_err(|_| RoundError::Signature(sender.name().to_owned()))?;
        Ok(Opened {
            plain: self.plain,
            payload: self.payload,
            sender: self.sender,
            id: self.id,
        })
    }
}

/// An envelope that was checked. Whether it came before is for the caller to know, by [`Opened::id`].
pub struct Opened {
    plain: Zeroizing<Vec<u8>>,
    payload: Range<usize>,
    sender: PartyId,
    id: EnvelopeId,
}

impl Opened {
    /// The content.
    pub fn payload(&self) -> &[u8] {
        self.plain.get(self.payload.clone()).unwrap_or_default()
    }

    /// Who sent it.
    pub fn sender(&self) -> PartyId {
        self.sender
    }

    /// What the sender signed, hashed: the same for a replay, even if it was encrypted again.
    pub fn id(&self) -> EnvelopeId {
        self.id
    }
}

#[cfg(test)]
mod tests {
    use super::super::Role;
    use super::super::card::tests::card;
    use super::*;

    #[test]
    fn each_mistake_has_its_own_name() {
        let (site, key, _) = card(Role::Site, "Casa", 1);
        let (holder, other_key, identity) = card(Role::Holder, "Universidad", 2);
        let (other, _, other_identity) = card(Role::Holder, "Defensoría", 3);
        let note = NoteHash([5; 32]);
        let to = [(holder.id(), identity.recipient())];
        let (id, file) = seal(Kind::Blinded, note, site.id(), &key, &to, b"hola").unwrap();
        let open = |kind, note, from: &Card, me| {
            decrypt(&identity, &file, 10)?.verify(kind, note, from, me)
        };
        let opened = open(Kind::Blinded, note, &site, holder.id()).unwrap();
        assert_eq!(opened.payload(), b"hola");
        assert_eq!((opened.id(), opened.sender()), (id, site.id()));
        let error = |r: Result<Opened, RoundError>| r.err().unwrap();
        assert_eq!(
            error(open(Kind::Tokens, note, &site, holder.id())),
            RoundError::WrongKind {
                expected: Kind::Tokens,
                found: Kind::Blinded
            }
        );
        assert_eq!(
            error(open(Kind::Blinded, NoteHash([6; 32]), &site, holder.id())),
            RoundError::WrongRound
        );
        assert_eq!(
            error(open(Kind::Blinded, note, &other, holder.id())),
            RoundError::WrongSender("Defensoría".into())
        );
        assert_eq!(
            error(open(Kind::Blinded, note, &site, other.id())),
            RoundError::NotForYou
        );
        assert_eq!(
            decrypt(&other_identity, &file, 10).err(),
            Some(RoundError::NotForYou)
        );
        assert_eq!(
            decrypt(&identity, &file[..file.len() - 1], 10).err(),
            Some(RoundError::Damaged)
        );
        assert_eq!(
            decrypt(&identity, b"hola", 10).err(),
            Some(RoundError::NotAnEnvelope)
        );
        assert_eq!(
            decrypt(&identity, &file, 3).err(),
            Some(RoundError::TooLarge)
        );
        // Somebody else's signature under this sender's name.
        let (_, forged) = seal(Kind::Blinded, note, site.id(), &other_key, &to, b"hola").unwrap();
        assert_eq!(
            decrypt(&identity, &forged, 10)
                .unwrap()
                .verify(Kind::Blinded, note, &site, holder.id())
                .err(),
            Some(RoundError::Signature("Casa".into()))
        );
        for i in 0..file.len() {
            let mut bad = file.clone();
            bad[i] ^= 1;
            assert!(decrypt(&identity, &bad, 10).is_err(), "{i}");
        }
    }

    #[test]
    fn each_inner_byte_counts() {
        let (site, key, _) = card(Role::Site, "Casa", 1);
        let (holder, _, identity) = card(Role::Holder, "Universidad", 2);
        let note = NoteHash([5; 32]);
        let to = [(holder.id(), identity.recipient())];
        let (_, file) = seal(Kind::Blinded, note, site.id(), &key, &to, b"hola").unwrap();
        let plain = travel::decrypt_bytes(&identity, &file, 1000).unwrap();
        for i in 0..plain.len() {
            let mut bad = plain.clone();
            bad[i] ^= 1;
            let read = Unverified::parse(bad, 10)
                .and_then(|u| u.verify(Kind::Blinded, note, &site, holder.id()));
            assert!(read.is_err(), "{i}");
            assert!(Unverified::parse(plain[..i].to_vec().into(), 10).is_err());
        }
    }
}
