//! Envelopes: what one party sends to others in a round (manual: *files*, "Envelope").
//!
//! Inside: version, kind, note hash, sender, receivers, payload, and the sender's signature over a
//! hash of all of that. Outside: an age file to the receivers. The signature covers the receivers,
//! so a receiver cannot pass an envelope on as if it had been sent to somebody else.

use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::Range;

use zeroize::Zeroizing;

use super::{Card, NoteHash, PartyId, RoundError};
use crate::codec::{DecodeError, Reader};
use crate::crypto::hash::{Hasher, sha256};
use crate::crypto::labels;
use crate::crypto::sign::{Signature, SigningKey};
use crate::crypto::travel::{self, Encryptor, Identity, Recipient};
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
    /// What is to be added up, coordinator to comparer.
    CountsAsk = 10,
    /// Sums of shares, comparer to coordinator.
    CountsReply = 11,
    /// Requests about persons, coordinator to site.
    Notice = 20,
    /// What the site answers, site to coordinator.
    Consent = 21,
    /// Letters of other sites, coordinator to site.
    Introduction = 22,
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
            Self::CountsAsk,
            Self::CountsReply,
            Self::Notice,
            Self::Consent,
            Self::Introduction,
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
            Self::CountsAsk => "round-kind-counts-ask",
            Self::CountsReply => "round-kind-counts-reply",
            Self::Notice => "round-kind-notice",
            Self::Consent => "round-kind-consent",
            Self::Introduction => "round-kind-introduction",
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
    let len = payload.len() as u64;
    let room = travel::file_max(len.saturating_add(AROUND_MAX as u64));
    let out = Vec::with_capacity(usize::try_from(room).map_err(|_| RoundError::TooLarge)?);
    let mut sealing = Sealing::begin(kind, note, sender, receivers, len, out)?;
    sealing.write_all(payload).map_err(|_| RoundError::Io)?;
    sealing.finish(key)
}

/// An envelope that is written piece by piece, for payloads that are too large to be held. It is the
/// file that [`seal`] makes, and nothing before [`Sealing::finish`].
pub struct Sealing<W: Write> {
    out: Encryptor<W>,
    hasher: Hasher,
    left: u64,
}

impl<W: Write> Sealing<W> {
    /// Begins a file with a payload of exactly `len` bytes.
    ///
    /// # Errors
    /// As [`seal`].
    pub fn begin(
        kind: Kind,
        note: NoteHash,
        sender: PartyId,
        receivers: &[(PartyId, Recipient)],
        len: u64,
        out: W,
    ) -> Result<Self, RoundError> {
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
        head.extend_from_slice(&len.to_be_bytes());
        let recipients: Vec<Recipient> = receivers.iter().map(|(_, r)| r.clone()).collect();
        let mut out = travel::encrypt(&recipients, out)?;
        out.write_all(&head).map_err(|_| RoundError::Io)?;
        let mut hasher = Hasher::new();
        hasher.update(&head);
        Ok(Self {
            out,
            hasher,
            left: len,
        })
    }

    /// Signs the file and writes its end. Returns its id.
    ///
    /// # Errors
    /// [`RoundError::Numbers`] for another number of bytes than was said; errors of signing and
    /// writing.
    pub fn finish(mut self, key: &SigningKey) -> Result<(EnvelopeId, W), RoundError> {
        if self.left != 0 {
            return Err(RoundError::Numbers);
        }
        let id = EnvelopeId(self.hasher.finish());
        let signature = key.sign(&id.signed())?;
        self.out.write_all(&signature).map_err(|_| RoundError::Io)?;
        Ok((id, self.out.finish()?))
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let n = usize::try_from(self.left).map_or(bytes.len(), |left| left.min(bytes.len()));
        let n = self.out.write(bytes.get(..n).unwrap_or_default())?;
        self.hasher.update(bytes.get(..n).unwrap_or_default());
        self.left -= n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

/// Bytes of a file of [`seal_sized`] beside its payload: what stands around the payload, age's header for
/// one receiver, which has at most 424 bytes, and the tags of 64 KiB each.
pub fn sized(payload: usize) -> usize {
    let plain = FIXED + 32 + 8 + 64 + payload;
    plain + 512 + 16 * (plain.div_ceil(1 << 16) + 1)
}

/// As [`seal`], to one receiver; every file with a payload of this length has the same length, which is
/// [`sized`]. Zeros behind the payload make up for what differs.
///
/// # Errors
/// As [`seal`].
pub fn seal_sized(
    kind: Kind,
    note: NoteHash,
    sender: PartyId,
    key: &SigningKey,
    receiver: &(PartyId, Recipient),
    payload: &[u8],
) -> Result<Vec<u8>, RoundError> {
    let recipients = std::slice::from_ref(&receiver.1);
    travel::encrypt_sized(recipients, sized(payload.len()), |room| {
        let around = FIXED + 32 + 8 + 64;
        let len = room.checked_sub(around).ok_or(RoundError::TooLarge)?;
        if len < payload.len() {
            return Err(RoundError::TooLarge);
        }
        let mut plain = Zeroizing::new(Vec::with_capacity(room));
        plain.extend_from_slice(&[VERSION, kind as u8]);
        plain.extend_from_slice(&note.0);
        plain.extend_from_slice(&sender.0);
        plain.push(1);
        plain.extend_from_slice(&receiver.0.0);
        plain.extend_from_slice(&(len as u64).to_be_bytes());
        plain.extend_from_slice(payload);
        plain.resize(room - 64, 0);
        let id = EnvelopeId::of(&[&plain]);
        plain.extend_from_slice(&key.sign(&id.signed())?);
        Ok(plain)
    })
}

/// What stands in front of the payload.
struct Head {
    kind: Kind,
    note: NoteHash,
    sender: PartyId,
    receivers: Vec<PartyId>,
    len: usize,
}

/// Bytes up to and with the number of receivers.
const FIXED: usize = 1 + 1 + 32 + 32 + 1;

impl Head {
    fn parse(input: &mut Reader<'_>, max: usize) -> Result<Self, RoundError> {
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
        Ok(Self {
            kind,
            note,
            sender,
            receivers,
            len,
        })
    }

    /// Checks kind, round, sender and receiver, in this order.
    fn check(&self, expected: &Expected<'_>) -> Result<(), RoundError> {
        if self.kind != expected.kind {
            return Err(RoundError::WrongKind {
                expected: expected.kind,
                found: self.kind,
            });
        }
        if self.note != expected.note {
            return Err(RoundError::WrongRound);
        }
        if self.sender != expected.sender.id() {
            return Err(RoundError::WrongSender(expected.sender.name().to_owned()));
        }
        if !self.receivers.contains(&expected.receiver) {
            return Err(RoundError::NotForYou);
        }
        Ok(())
    }
}

/// What a reader takes an envelope for.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    /// What it contains.
    pub kind: Kind,
    /// The round that it belongs to.
    pub note: NoteHash,
    /// Who sent it.
    pub sender: &'a Card,
    /// Who may read it.
    pub receiver: PartyId,
}

impl Expected<'_> {
    fn signed(&self, id: &EnvelopeId, signature: &Signature) -> Result<(), RoundError> {
        let key = &self.sender.body().key;
        key.verify(&id.signed(), signature)
            .map_err(|_| RoundError::Signature(self.sender.name().to_owned()))
    }
}

/// An envelope that was decrypted; nothing in it counts before [`Unverified::verify`].
pub struct Unverified {
    plain: Zeroizing<Vec<u8>>,
    head: Head,
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
        let head = Head::parse(&mut input, max)?;
        let start = plain.len() - input.remaining();
        input.take(head.len)?;
        let signature = input.array()?;
        input.finish()?;
        let payload = start..start + head.len;
        let id = EnvelopeId::of(&[plain.get(..payload.end).unwrap_or_default()]);
        Ok(Self {
            head,
            payload,
            signature,
            id,
            plain,
        })
    }

    /// Who says to have sent it: to find the card to check it with.
    pub fn sender(&self) -> PartyId {
        self.head.sender
    }

    /// What it says to contain.
    pub fn kind(&self) -> Kind {
        self.head.kind
    }

    /// The round it says to belong to.
    pub fn note(&self) -> NoteHash {
        self.head.note
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
        let expected = Expected {
            kind,
            note,
            sender,
            receiver,
        };
        self.head.check(&expected)?;
        expected.signed(&self.id, &self.signature)?;
        Ok(Opened {
            plain: self.plain,
            payload: self.payload,
            sender: self.head.sender,
            id: self.id,
        })
    }
}

/// An envelope that is read piece by piece, for payloads that are too large to be held. Nothing that
/// was read counts before [`Stream::finish`].
pub struct Stream<'e, R> {
    plain: R,
    expected: Expected<'e>,
    hasher: Hasher,
    start: u64,
    len: u64,
    left: u64,
}

impl<'e, R: Read> Stream<'e, R> {
    /// Begins with the decrypted form, and checks all but the signature.
    ///
    /// # Errors
    /// As [`Unverified::parse`] and [`Unverified::verify`].
    pub fn begin(mut plain: R, expected: Expected<'e>, max: usize) -> Result<Self, RoundError> {
        let mut head = vec![0u8; FIXED];
        fill(&mut plain, &mut head)?;
        let count = head.last().map_or(0, |n| usize::from(*n));
        if count <= RECEIVERS_MAX {
            head.resize(FIXED + count * 32 + 8, 0);
            fill(&mut plain, head.get_mut(FIXED..).unwrap_or_default())?;
        }
        let parsed = Head::parse(&mut Reader::new(&head), max)?;
        parsed.check(&expected)?;
        let mut hasher = Hasher::new();
        hasher.update(&head);
        Ok(Self {
            plain,
            expected,
            hasher,
            start: head.len() as u64,
            len: parsed.len as u64,
            left: parsed.len as u64,
        })
    }

    /// Bytes of the payload that were not yet read.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// The next bytes of the payload.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] if there are not so many; [`RoundError::Damaged`],
    /// [`RoundError::Io`].
    pub fn fill(&mut self, out: &mut [u8]) -> Result<(), RoundError> {
        let left = self.left.checked_sub(out.len() as u64);
        self.left = left.ok_or(DecodeError::Truncated)?;
        fill(&mut self.plain, out)?;
        self.hasher.update(out);
        Ok(())
    }

    /// Reads to the end and checks the signature. From now on the payload counts.
    ///
    /// # Errors
    /// [`RoundError::Signature`]; [`DecodeError::Trailing`] for bytes behind it.
    pub fn finish(mut self) -> Result<(EnvelopeId, Payload<R>), RoundError> {
        let mut piece = Zeroizing::new(vec![0u8; PIECE]);
        while self.left > 0 {
            let n = usize::try_from(self.left).map_or(PIECE, |n| n.min(PIECE));
            self.fill(piece.get_mut(..n).unwrap_or_default())?;
        }
        let mut signature: Signature = [0; 64];
        fill(&mut self.plain, &mut signature)?;
        if self.plain.read(&mut [0]).map_err(read_error)? != 0 {
            return Err(DecodeError::Trailing(1).into());
        }
        let id = EnvelopeId(self.hasher.finish());
        self.expected.signed(&id, &signature)?;
        Ok((
            id,
            Payload {
                plain: self.plain,
                start: self.start,
                len: self.len,
            },
        ))
    }
}

/// Bytes of a payload that are read at once, as many as the encryption authenticates at once.
const PIECE: usize = 64 * 1024;

/// What an error of a decrypted file means.
pub(super) fn read_error(e: std::io::Error) -> RoundError {
    match e.kind() {
        std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::InvalidData => RoundError::Damaged,
        _ => RoundError::Io,
    }
}

fn fill(plain: &mut impl Read, out: &mut [u8]) -> Result<(), RoundError> {
    plain.read_exact(out).map_err(read_error)
}

/// The payload of an envelope that was checked, to be read again at single places.
pub struct Payload<R> {
    plain: R,
    start: u64,
    len: u64,
}

impl<R: Read + Seek> Payload<R> {
    /// The bytes at a place.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] behind the end; [`RoundError::Damaged`] if the file was changed
    /// meanwhile; [`RoundError::Io`].
    pub fn read_at(&mut self, at: u64, out: &mut [u8]) -> Result<(), RoundError> {
        let end = at.checked_add(out.len() as u64).filter(|e| *e <= self.len);
        end.ok_or(DecodeError::Truncated)?;
        let to = SeekFrom::Start(self.start + at);
        self.plain.seek(to).map_err(read_error)?;
        fill(&mut self.plain, out)
    }

    /// The bytes from a place to the end, one after the other. It is for who reads to say what an error
    /// means, by [`read_error`].
    ///
    /// # Errors
    /// As [`Payload::read_at`].
    pub(crate) fn from(mut self, at: u64) -> Result<impl Read, RoundError> {
        let left = self.len.checked_sub(at).ok_or(DecodeError::Truncated)?;
        let to = SeekFrom::Start(self.start + at);
        self.plain.seek(to).map_err(read_error)?;
        Ok(self.plain.take(left))
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
    fn piece_by_piece_says_the_same_as_at_once() {
        let (site, key, _) = card(Role::Site, "Casa", 1);
        let (holder, _, identity) = card(Role::Holder, "Universidad", 2);
        let note = NoteHash([5; 32]);
        let to = [(holder.id(), identity.recipient())];
        let payload: Vec<u8> = (0..200u8).collect();
        let (id, file) = seal(Kind::Tokens, note, site.id(), &key, &to, &payload).unwrap();
        let plain = travel::decrypt_bytes(&identity, &file, 1000).unwrap();
        let expected = Expected {
            kind: Kind::Tokens,
            note,
            sender: &site,
            receiver: holder.id(),
        };
        let read = |plain: &[u8], max: usize, expected| {
            let mut stream = Stream::begin(std::io::Cursor::new(plain.to_vec()), expected, max)?;
            let mut first = [0; 7];
            stream.fill(&mut first)?;
            let (id, mut payload) = stream.finish()?;
            let mut last = [0; 3];
            payload.read_at(197, &mut last)?;
            assert!(payload.read_at(198, &mut [0; 3]).is_err());
            Ok::<_, RoundError>((id, first, last))
        };
        let found = read(&plain, 200, expected).unwrap();
        assert_eq!(found, (id, [0, 1, 2, 3, 4, 5, 6], [197, 198, 199]));
        assert!(matches!(
            read(&plain, 199, expected),
            Err(RoundError::TooLarge)
        ));
        for i in 0..plain.len() {
            let mut bad = plain.to_vec();
            bad[i] ^= 1;
            let whole = Unverified::parse(bad.clone().into(), 200)
                .and_then(|u| u.verify(Kind::Tokens, note, &site, holder.id()));
            assert!(whole.is_err() && read(&bad, 200, expected).is_err(), "{i}");
            assert!(read(&plain[..i], 200, expected).is_err(), "{i}");
        }
        let mut longer = plain.to_vec();
        longer.push(0);
        assert!(read(&longer, 200, expected).is_err());
        let other = Expected {
            kind: Kind::Blinded,
            ..expected
        };
        assert!(matches!(
            read(&plain, 200, other),
            Err(RoundError::WrongKind { .. })
        ));
    }

    #[test]
    fn what_is_written_in_pieces_is_the_same_envelope() {
        let (site, key, _) = card(Role::Site, "Casa", 1);
        let (holder, _, identity) = card(Role::Holder, "Universidad", 2);
        let note = NoteHash([5; 32]);
        let to = [(holder.id(), identity.recipient())];
        let payload: Vec<u8> = (0..200_000u32).map(|i| (i % 251) as u8).collect();
        let begin = |len| {
            let begun = Sealing::begin(Kind::Tokens, note, site.id(), &to, len, Vec::new());
            begun.unwrap()
        };
        let (id, _) = seal(Kind::Tokens, note, site.id(), &key, &to, &payload).unwrap();
        for piece in [1, 65_535, 65_536, 65_537, 200_000] {
            let mut sealing = begin(200_000);
            for bytes in payload.chunks(piece) {
                sealing.write_all(bytes).unwrap();
            }
            // There is no room behind what was said.
            assert!(sealing.write_all(&[0]).is_err());
            let (same, file) = sealing.finish(&key).unwrap();
            assert_eq!(same, id);
            let opened = decrypt(&identity, &file, 200_000).unwrap();
            let opened = opened.verify(Kind::Tokens, note, &site, holder.id());
            assert_eq!(opened.unwrap().payload(), payload);
        }
        let mut short = begin(3);
        short.write_all(&[1, 2]).unwrap();
        assert_eq!(short.finish(&key).err(), Some(RoundError::Numbers));
        let none = Sealing::begin(Kind::Tokens, note, site.id(), &[], 1, Vec::new());
        assert_eq!(none.err(), Some(RoundError::TooLarge));
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
