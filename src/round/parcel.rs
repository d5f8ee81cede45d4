//! Parcels: what one vault sends to another in pieces of any number (manual: *transfer*, "Parcel").
//!
//! Like an [`super::envelope`], signed inside and an age file outside; unlike it, written and read frame
//! by frame, each signed, so that neither side holds more than one of them in memory.

use std::cell::RefCell;
use std::io::{self, BufRead, Read, Write};
use std::rc::Rc;

use zeroize::Zeroizing;

use super::{Card, PartyId, RoundError, Time};
use crate::codec::{BODY_MAX, Decode, DecodeError, Encode, Reader, put_bytes};
use crate::crypto::aead;
use crate::crypto::hash::{Digest, Hasher, HashingWriter, sha256};
use crate::crypto::labels;
use crate::crypto::random;
use crate::crypto::sign::{Signature, Signer, SigningKey};
use crate::crypto::travel::{self, Decryptor, Encryptor, Identity};
use crate::i18n::{Localize, Message};

const MAGIC: &[u8; 13] = b"sigilo-parcel";
const VERSION: u8 = 1;
/// Largest head, in bytes.
pub const HEAD_MAX: usize = 65_536;
/// Largest payload of a frame: a record body and what stands around it.
pub const PAYLOAD_MAX: usize = BODY_MAX + 65_536;
/// Bytes of a file in one frame.
pub const PIECE: usize = 65_536;
/// Type, length and signature.
const AROUND: usize = 1 + 4 + 64;

/// What a parcel is. The numbers are part of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ParcelKind {
    /// Records to another vault of the same site.
    Transfer = 1,
    /// A record to another house.
    Referral = 2,
    /// What a house says to a referral.
    Answer = 3,
}

impl ParcelKind {
    fn from_byte(byte: u8) -> Option<Self> {
        [Self::Transfer, Self::Referral, Self::Answer]
            .into_iter()
            .find(|k| *k as u8 == byte)
    }
}

impl Localize for ParcelKind {
    fn message(&self) -> Message {
        Message::new(match self {
            Self::Transfer => "parcel-kind-transfer",
            Self::Referral => "parcel-kind-referral",
            Self::Answer => "parcel-kind-answer",
        })
    }
}

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame {
    /// Items.
    Items,
    /// A piece of the file that the last item announced.
    Piece,
}

/// Type of the last frame.
const END: u8 = 0;
/// Type of a frame of zeros before the last one.
const PADDING: u8 = 3;

/// The head of a parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// What it is.
    pub kind: ParcelKind,
    /// Who sends it.
    pub sender: PartyId,
    /// Who is to have it.
    pub receiver: PartyId,
    nonce: [u8; 16],
    /// When, by the sender's clock.
    pub time: Time,
    /// What the kind says.
    pub body: Vec<u8>,
}

impl Encode for Head {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(self.kind as u8);
        out.extend_from_slice(&self.sender.0);
        out.extend_from_slice(&self.receiver.0);
        out.extend_from_slice(&self.nonce);
        out.extend_from_slice(&self.time.seconds().to_be_bytes());
        put_bytes(out, &self.body);
    }
}

impl Decode for Head {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            kind: ParcelKind::from_byte(input.u8()?).ok_or(DecodeError::Value("kind"))?,
            sender: PartyId(input.array()?),
            receiver: PartyId(input.array()?),
            nonce: input.array()?,
            time: Time::from_seconds(input.u64()?).ok_or(DecodeError::Value("time"))?,
            body: input.bytes(HEAD_MAX)?.to_vec(),
        })
    }
}

fn frame_message(head: &Digest, number: u64, kind: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = labels::PARCEL_FRAME.to_vec();
    out.extend_from_slice(head);
    out.extend_from_slice(&number.to_be_bytes());
    out.push(kind);
    out.extend_from_slice(&sha256(&[payload]));
    out
}

fn head_message(head: &Digest) -> Vec<u8> {
    [labels::PARCEL_HEAD, head].concat()
}

/// By what a parcel is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Parcel {
    /// SHA-256 of its plaintext: the same if it is encrypted again.
    pub id: Digest,
    /// SHA-256 of the file.
    pub file: Digest,
    /// Bytes of the file.
    pub bytes: u64,
}

/// A parcel that is being written.
pub struct ParcelWriter<W: Write> {
    out: HashingWriter<Encryptor<HashingWriter<W>>>,
    signer: Signer,
    head: Digest,
    number: u64,
}

impl<W: Write> ParcelWriter<W> {
    /// Starts a parcel from the card with this key to another card.
    ///
    /// # Errors
    /// [`RoundError::TooLarge`] for a head that is too large; errors of signing and writing.
    pub fn begin(
        kind: ParcelKind,
        sender: &Card,
        key: &SigningKey,
        receiver: &Card,
        time: Time,
        body: Vec<u8>,
        out: W,
    ) -> Result<Self, RoundError> {
        let head = Head {
            kind,
            sender: sender.id(),
            receiver: receiver.id(),
            nonce: random::array()?,
            time,
            body,
        }
        .to_bytes();
        if head.len() > HEAD_MAX {
            return Err(RoundError::TooLarge);
        }
        let sealed = travel::encrypt(&[receiver.body().age.clone()], HashingWriter::new(out))?;
        let signer = key.signer()?;
        let mut writer = Self {
            out: HashingWriter::new(sealed),
            signer,
            head: sha256(&[&head]),
            number: 0,
        };
        let mut bytes = MAGIC.to_vec();
        bytes.push(VERSION);
        put_bytes(&mut bytes, &head);
        bytes.extend_from_slice(&writer.signer.sign(&head_message(&writer.head)));
        writer.write(&bytes)?;
        Ok(writer)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), RoundError> {
        self.out.write_all(bytes).map_err(|_| RoundError::Io)
    }

    fn put(&mut self, kind: u8, payload: &[u8]) -> Result<(), RoundError> {
        let len = u32::try_from(payload.len())
            .ok()
            .filter(|_| payload.len() <= PAYLOAD_MAX)
            .ok_or(RoundError::TooLarge)?;
        let message = frame_message(&self.head, self.number, kind, payload);
        let signature = self.signer.sign(&message);
        self.write(&[kind])?;
        self.write(&len.to_be_bytes())?;
        self.write(payload)?;
        self.write(&signature)?;
        self.number += 1;
        Ok(())
    }

    /// Writes a frame.
    ///
    /// # Errors
    /// [`RoundError::TooLarge`], [`RoundError::Io`].
    pub fn frame(&mut self, kind: Frame, payload: &[u8]) -> Result<(), RoundError> {
        match kind {
            Frame::Items => self.put(1, payload),
            Frame::Piece => self.put(2, payload),
        }
    }

    /// Writes the end, padded so that the size says little. Gives back what was written to.
    ///
    /// # Errors
    /// [`RoundError::Io`].
    pub fn finish(mut self) -> Result<(Parcel, W), RoundError> {
        let written = usize::try_from(self.out.bytes()).map_err(|_| RoundError::TooLarge)?;
        let mut left = aead::padme(written + AROUND) - written - AROUND;
        let zeros = vec![0u8; left.min(PAYLOAD_MAX)];
        while left > PAYLOAD_MAX {
            let n = (left - AROUND).min(PAYLOAD_MAX);
            self.put(PADDING, zeros.get(..n).unwrap_or(&zeros))?;
            left -= n + AROUND;
        }
        self.put(END, zeros.get(..left).unwrap_or(&zeros))?;
        let (sealed, id, _) = self.out.finish();
        let (out, file, bytes) = sealed.finish()?.finish();
        Ok((Parcel { id, file, bytes }, out))
    }
}

/// Hashes what is read.
struct Counted<R> {
    input: R,
    seen: Rc<RefCell<(Hasher, u64)>>,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.input.read(buf)?;
        let mut seen = self.seen.borrow_mut();
        seen.0.update(&buf[..n]);
        seen.1 += n as u64;
        Ok(n)
    }
}

/// A parcel that is being read. Every byte that it gives was signed by the sender; that nothing is
/// missing is known when [`ParcelReader::next`] has given `None`.
pub struct ParcelReader<'a> {
    input: Decryptor<Box<dyn Read + 'a>>,
    seen: Rc<RefCell<(Hasher, u64)>>,
    hash: Hasher,
    head: Head,
    head_hash: Digest,
    sender: Card,
    number: u64,
    ended: Option<Parcel>,
}

fn damaged(e: &io::Error) -> RoundError {
    match e.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::Other => {
            RoundError::Damaged
        }
        _ => RoundError::Io,
    }
}

fn exact(input: &mut impl Read, hash: &mut Hasher, bytes: &mut [u8]) -> Result<(), RoundError> {
    input.read_exact(bytes).map_err(|e| damaged(&e))?;
    hash.update(bytes);
    Ok(())
}

impl<'a> ParcelReader<'a> {
    /// Opens a parcel of one of these kinds for `receiver`, and checks its head. `card` finds the pinned card of
    /// who says to have sent it.
    ///
    /// # Errors
    /// [`RoundError::NotAnEnvelope`], [`RoundError::NotForYou`], [`RoundError::Damaged`],
    /// [`RoundError::WrongParcel`], [`RoundError::Signature`], or what `card` says.
    pub fn open(
        identity: &Identity,
        receiver: PartyId,
        kinds: &[ParcelKind],
        card: impl FnOnce(&PartyId) -> Result<Card, RoundError>,
        input: impl BufRead + 'a,
    ) -> Result<Self, RoundError> {
        let seen = Rc::new(RefCell::new((Hasher::new(), 0)));
        let counted = Counted {
            input,
            seen: Rc::clone(&seen),
        };
        let counted = io::BufReader::with_capacity(1 << 17, counted);
        let mut input = travel::decrypt_boxed(identity, counted)?;
        let mut hash = Hasher::new();
        let mut start = [0u8; MAGIC.len() + 1 + 4];
        exact(&mut input, &mut hash, &mut start)?;
        let (magic, rest) = start.split_at(MAGIC.len());
        if magic != MAGIC {
            return Err(RoundError::NotAnEnvelope);
        }
        let mut rest = Reader::new(rest);
        match rest.u8()? {
            VERSION => {}
            v => return Err(DecodeError::Version(v).into()),
        }
        let len = usize::try_from(rest.u32()?).map_err(|_| RoundError::TooLarge)?;
        if len > HEAD_MAX {
            return Err(RoundError::TooLarge);
        }
        let mut bytes = vec![0u8; len];
        exact(&mut input, &mut hash, &mut bytes)?;
        let mut signature: Signature = [0; 64];
        exact(&mut input, &mut hash, &mut signature)?;
        let head = Head::from_bytes(&bytes)?;
        let Some(expected) = kinds.first() else {
            return Err(RoundError::NotForYou);
        };
        if !kinds.contains(&head.kind) {
            return Err(RoundError::WrongParcel {
                expected: *expected,
                found: head.kind,
            });
        }
        if head.receiver != receiver {
            return Err(RoundError::NotForYou);
        }
        let sender = card(&head.sender)?;
        let head_hash = sha256(&[&bytes]);
        sender
            .body()
            .key
            .verify(&head_message(&head_hash), &signature)
            .map_err(|_| RoundError::Signature(sender.name().to_owned()))?;
        Ok(Self {
            input,
            seen,
            hash,
            head,
            head_hash,
            sender,
            number: 0,
            ended: None,
        })
    }

    /// The head.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The pinned card of the sender.
    pub fn sender(&self) -> &Card {
        &self.sender
    }

    /// Reads the next frame into `payload`; `None` behind the last one, when the whole parcel was read and
    /// is sound.
    ///
    /// # Errors
    /// [`RoundError::Frame`] for one that the sender did not write in this place, [`RoundError::Damaged`],
    /// [`RoundError::TooLarge`].
    pub fn next(&mut self, payload: &mut Zeroizing<Vec<u8>>) -> Result<Option<Frame>, RoundError> {
        if self.ended.is_some() {
            return Ok(None);
        }
        loop {
            let mut start = [0u8; 5];
            exact(&mut self.input, &mut self.hash, &mut start)?;
            let [kind, len @ ..] = start;
            let len = usize::try_from(u32::from_be_bytes(len)).unwrap_or(usize::MAX);
            if len > PAYLOAD_MAX {
                return Err(RoundError::TooLarge);
            }
            payload.clear();
            // Grows with what is there and not with what the length promises.
            self.input
                .by_ref()
                .take(len as u64)
                .read_to_end(payload)
                .map_err(|e| damaged(&e))?;
            if payload.len() != len {
                return Err(RoundError::Damaged);
            }
            self.hash.update(payload);
            let mut signature: Signature = [0; 64];
            exact(&mut self.input, &mut self.hash, &mut signature)?;
            let message = frame_message(&self.head_hash, self.number, kind, payload);
            let signed = self.sender.body().key.verify(&message, &signature);
            signed.map_err(|_| RoundError::Frame(self.number))?;
            let frame = match kind {
                1 => Frame::Items,
                2 => Frame::Piece,
                END | PADDING if payload.iter().all(|b| *b == 0) => {
                    self.number += 1;
                    if kind == PADDING {
                        continue;
                    }
                    self.end()?;
                    return Ok(None);
                }
                _ => return Err(RoundError::Frame(self.number)),
            };
            self.number += 1;
            return Ok(Some(frame));
        }
    }

    fn end(&mut self) -> Result<(), RoundError> {
        let mut more = [0u8; 1];
        match self.input.read(&mut more) {
            Ok(0) => {}
            Ok(_) => return Err(RoundError::Frame(self.number)),
            Err(e) => return Err(damaged(&e)),
        }
        let outer = std::mem::take(&mut *self.seen.borrow_mut());
        self.ended = Some(Parcel {
            id: std::mem::take(&mut self.hash).finish(),
            file: outer.0.finish(),
            bytes: outer.1,
        });
        Ok(())
    }

    /// By what the parcel is known, after it was read to its end.
    pub fn parcel(&self) -> Option<Parcel> {
        self.ended
    }
}

#[cfg(test)]
mod tests {
    use super::super::Role;
    use super::super::card::tests::card;
    use super::*;

    type Read = (Parcel, Vec<(Frame, Vec<u8>)>);

    fn write(
        from: (&Card, &SigningKey),
        to: &Card,
        frames: &[(Frame, &[u8])],
    ) -> (Parcel, Vec<u8>) {
        let kind = ParcelKind::Transfer;
        let body = b"cabeza".to_vec();
        let mut writer =
            ParcelWriter::begin(kind, from.0, from.1, to, Time::MAX, body, Vec::new()).unwrap();
        for (kind, payload) in frames {
            writer.frame(*kind, payload).unwrap();
        }
        writer.finish().unwrap()
    }

    fn read(
        identity: &Identity,
        me: PartyId,
        from: &Card,
        file: &[u8],
    ) -> Result<Read, RoundError> {
        let found = |id: &PartyId| {
            if *id == from.id() {
                Ok(from.clone())
            } else {
                Err(RoundError::NotPinned(id.fingerprint()))
            }
        };
        let kinds = [ParcelKind::Transfer];
        let mut reader = ParcelReader::open(identity, me, &kinds, found, file)?;
        assert_eq!(reader.head().body, b"cabeza");
        let (mut frames, mut payload) = (Vec::new(), Zeroizing::new(Vec::new()));
        while let Some(kind) = reader.next(&mut payload)? {
            frames.push((kind, payload.to_vec()));
        }
        Ok((reader.parcel().unwrap(), frames))
    }

    #[test]
    fn a_parcel_is_read_as_it_was_written_and_nothing_else_is() {
        let (site, key, _) = card(Role::Site, "Casa", 1);
        let (second, other_key, identity) = card(Role::Site, "Casa", 3);
        let (third, _, third_identity) = card(Role::Site, "Casa", 5);
        let frames: [(Frame, &[u8]); 3] = [
            (Frame::Items, b"uno"),
            (Frame::Piece, &[7; 3000]),
            (Frame::Items, b""),
        ];
        let (parcel, file) = write((&site, &key), &second, &frames);
        let (again, got) = read(&identity, second.id(), &site, &file).unwrap();
        assert_eq!((again.id, again.bytes), (parcel.id, file.len() as u64));
        assert_eq!(again, parcel);
        assert_eq!(again.file, sha256(&[&file]));
        assert!(
            got.iter()
                .zip(&frames)
                .all(|(a, b)| a.0 == b.0 && a.1 == b.1)
        );
        assert_eq!(got.len(), 3);
        for i in 0..file.len() {
            let mut bad = file.clone();
            bad[i] ^= 1;
            assert!(read(&identity, second.id(), &site, &bad).is_err(), "{i}");
            assert!(read(&identity, second.id(), &site, &file[..i]).is_err());
        }
        let longer = [file.as_slice(), &[0]].concat();
        assert!(read(&identity, second.id(), &site, &longer).is_err());
        // Somebody else's identity, another name on the head, a sender who is not pinned, a forger.
        let error = |r: Result<Read, RoundError>| r.err().unwrap();
        assert_eq!(
            error(read(&third_identity, third.id(), &site, &file)),
            RoundError::NotForYou
        );
        assert_eq!(
            error(read(&identity, third.id(), &site, &file)),
            RoundError::NotForYou
        );
        assert!(matches!(
            error(read(&identity, second.id(), &third, &file)),
            RoundError::NotPinned(_)
        ));
        let (_, forged) = write((&site, &other_key), &second, &frames);
        assert_eq!(
            error(read(&identity, second.id(), &site, &forged)),
            RoundError::Signature("Casa".into())
        );
    }

    #[test]
    fn frames_cannot_be_moved_left_out_or_taken_from_another_parcel() {
        let (site, key, _) = card(Role::Site, "Casa", 1);
        let (second, _, identity) = card(Role::Site, "Casa", 3);
        let frames: [(Frame, &[u8]); 2] = [(Frame::Items, b"uno"), (Frame::Items, b"dos")];
        let plain = |file: &[u8]| travel::decrypt_bytes(&identity, file, 1 << 20).unwrap();
        let (_, file) = write((&site, &key), &second, &frames);
        let (_, other) = write((&site, &key), &second, &frames);
        let (file, other) = (plain(&file), plain(&other));
        let head = 18 + (1 + 32 + 32 + 16 + 8 + 4 + 6) + 64;
        let frame = 3 + AROUND;
        let (h, rest) = file.split_at(head);
        let (a, rest) = rest.split_at(frame);
        let (b, end) = rest.split_at(frame);
        let moved = [h, b, a, end].concat();
        let without = [h, b, end].concat();
        let twice = [h, a, a, b, end].concat();
        let cut = [h, a, b].concat();
        let mixed = [h, a, &other[head + frame..head + 2 * frame], end].concat();
        let more = [h, a, b, end, end].concat();
        let whole = [h, a, b, end].concat();
        for (bad, sound) in [
            (&moved, false),
            (&without, false),
            (&twice, false),
            (&cut, false),
            (&mixed, false),
            (&more, false),
            (&whole, true),
        ] {
            let sealed = travel::encrypt_bytes(&[identity.recipient()], bad).unwrap();
            assert_eq!(read(&identity, second.id(), &site, &sealed).is_ok(), sound);
        }
    }
}
