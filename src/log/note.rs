//! C2SP signed notes (manual: *log*, "Signed note"; <https://c2sp.org/signed-note>).
//!
//! Two kinds of signature are read and written: Ed25519 (`0x01`) over the text, and the
//! timestamped cosignature of a checkpoint (`0x04`, <https://c2sp.org/tlog-cosignature>). Signatures
//! of keys that the reader does not know are kept and mean nothing.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::codec::to_hex;
use crate::crypto::CryptoError;
use crate::crypto::hash::sha256;
use crate::crypto::sign::{SigningKey, VerifyingKey};
use crate::i18n::{Localize, Message};

/// Largest note that is read, in bytes; the limit of the Go implementation too.
pub const MAX_NOTE: usize = 1_000_000;

/// Most signatures of a note that is read.
pub const MAX_SIGNATURES: usize = 100;

/// Longest key name, in bytes.
pub const MAX_NAME: usize = 255;

/// Largest timestamp of a cosignature: 2^63 - 1 seconds.
pub const MAX_TIME: u64 = i64::MAX as u64;

/// What a signature line starts with: em dash and space.
const DASH: &str = "\u{2014} ";

/// Why a note or a key was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// Larger than [`MAX_NOTE`], or more signatures than [`MAX_SIGNATURES`].
    #[error("the note is too large")]
    TooLarge,
    /// Not UTF-8, or with control characters other than the line feed.
    #[error("the note is not plain text")]
    NotText,
    /// No blank line between text and signatures, no final line feed, or no text.
    #[error("the note has no text followed by a blank line and signatures")]
    Form,
    /// A signature line is not well formed; lines count from 1.
    #[error("line {0} of the note is not a signature")]
    SignatureLine(usize),
    /// A key name is empty, too long, or has a space or a plus sign.
    #[error("the key name is not valid")]
    Name,
    /// A verifier key (`name+id+base64`) is not well formed, of an unknown kind, or its id is not
    /// that of its key.
    #[error("the verifier key is not valid")]
    Key,
    /// A signature of a known key is not valid: forged, or the note was changed.
    #[error("the signature of {0} is not valid")]
    BadSignature(String),
    /// No signature of a key that the reader knows.
    #[error("no known key has signed the note")]
    Unsigned,
    /// The key has signed the note already.
    #[error("{0} has signed the note already")]
    Twice(String),
    /// The time of a cosignature is out of range.
    #[error("the time of a cosignature is out of range")]
    Time,
    /// The signing library failed.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
}

impl Localize for NoteError {
    fn message(&self) -> Message {
        match self {
            Self::TooLarge => Message::new("log-note-too-large"),
            Self::NotText => Message::new("log-note-not-text"),
            Self::Form => Message::new("log-note-form"),
            Self::SignatureLine(line) => {
                Message::new("log-note-signature-line").with("line", *line)
            }
            Self::Name => Message::new("log-note-name"),
            Self::Key => Message::new("log-note-key"),
            Self::BadSignature(name) => {
                Message::new("log-note-bad-signature").with("name", name.as_str())
            }
            Self::Unsigned => Message::new("log-note-unsigned"),
            Self::Twice(name) => Message::new("log-note-twice").with("name", name.as_str()),
            Self::Time => Message::new("log-note-time"),
            Self::Crypto(_) => Message::new("log-note-crypto"),
        }
    }
}

/// Name of a key: not empty, without spaces, plus signs or control characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyName(String);

impl KeyName {
    /// Takes a name.
    ///
    /// # Errors
    /// [`NoteError::Name`].
    pub fn new(name: &str) -> Result<Self, NoteError> {
        let bad = |c: char| c.is_whitespace() || c == '+' || c < ' ';
        if name.is_empty() || name.len() > MAX_NAME || name.contains(bad) {
            return Err(NoteError::Name);
        }
        Ok(Self(name.to_owned()))
    }

    /// A name that is valid by construction.
    pub(super) fn trusted(name: String) -> Self {
        debug_assert!(Self::new(&name).is_ok());
        Self(name)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Kind of a signature, with its byte in the C2SP registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum KeyKind {
    /// Ed25519 over the text of the note.
    Ed25519 = 1,
    /// Timestamped Ed25519 cosignature of a checkpoint.
    Cosignature = 4,
}

impl KeyKind {
    fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Ed25519),
            4 => Some(Self::Cosignature),
            _ => None,
        }
    }

    /// Length of the signature behind the key id.
    fn signature_len(self) -> usize {
        match self {
            Self::Ed25519 => 64,
            Self::Cosignature => 8 + 64,
        }
    }
}

/// Four bytes that say, together with the name, which key has signed. They are a hint: what counts
/// is the signature.
pub type KeyId = [u8; 4];

/// SHA-256(name, line feed, kind, public key), cut to four bytes.
fn key_id(name: &KeyName, kind: KeyKind, key: &VerifyingKey) -> KeyId {
    let hash = sha256(&[name.0.as_bytes(), &[b'\n', kind as u8], &key.0]);
    [hash[0], hash[1], hash[2], hash[3]]
}

/// A key that a reader knows: name, kind, public key. Its text form is the *verifier key*
/// `name+id+base64`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NoteKey {
    name: KeyName,
    kind: KeyKind,
    key: VerifyingKey,
    id: KeyId,
}

impl NoteKey {
    /// A key under a name.
    pub fn new(name: KeyName, kind: KeyKind, key: VerifyingKey) -> Self {
        let id = key_id(&name, kind, &key);
        Self {
            name,
            kind,
            key,
            id,
        }
    }

    /// Name of the key.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// Kind of the signatures that it checks.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The public key.
    pub fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// Id of the key in signature lines.
    pub fn id(&self) -> KeyId {
        self.id
    }

    fn made(&self, signature: &NoteSignature) -> bool {
        self.id == signature.id && self.name == signature.name
    }

    /// Checks a signature of this key over `text`; for a cosignature returns its time.
    fn check(&self, text: &str, signature: &NoteSignature) -> Result<Option<u64>, NoteError> {
        let bad = || NoteError::BadSignature(self.name.0.clone());
        if signature.bytes.len() != self.kind.signature_len() {
            return Err(bad());
        }
        match self.kind {
            KeyKind::Ed25519 => {
                let raw = signature.bytes.first_chunk().ok_or_else(bad)?;
                self.key.verify(text.as_bytes(), raw).map_err(|_| bad())?;
                Ok(None)
            }
            KeyKind::Cosignature => {
                let (time, rest) = signature.bytes.split_first_chunk().ok_or_else(bad)?;
                let raw = rest.first_chunk().ok_or_else(bad)?;
                let time = u64::from_be_bytes(*time);
                if time > MAX_TIME {
                    return Err(NoteError::Time);
                }
                self.key
                    .verify(&cosigned_message(time, text), raw)
                    .map_err(|_| bad())?;
                Ok(Some(time))
            }
        }
    }
}

/// The verifier key, `name+id+base64`.
impl fmt::Display for NoteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut material = vec![self.kind as u8];
        material.extend_from_slice(&self.key.0);
        write!(
            f,
            "{}+{}+{}",
            self.name,
            to_hex(&self.id),
            STANDARD.encode(material)
        )
    }
}

/// Reads a verifier key. The base64 part may itself contain plus signs, the name may not.
impl FromStr for NoteKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(material)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(NoteError::Key);
        };
        if material.len() > 64 {
            return Err(NoteError::Key);
        }
        let material = STANDARD.decode(material).map_err(|_| NoteError::Key)?;
        let (kind, key) = material.split_first().ok_or(NoteError::Key)?;
        let kind = KeyKind::from_byte(*kind).ok_or(NoteError::Key)?;
        let key = <[u8; 32]>::try_from(key).map_err(|_| NoteError::Key)?;
        let known = Self::new(KeyName::new(name)?, kind, VerifyingKey(key));
        if to_hex(&known.id) != id {
            return Err(NoteError::Key);
        }
        Ok(known)
    }
}

/// What a cosigner signs: a header, the time, and the text of the checkpoint.
fn cosigned_message(time: u64, text: &str) -> Vec<u8> {
    format!("cosignature/v1\ntime {time}\n{text}").into_bytes()
}

/// A signature line, checked or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    name: KeyName,
    id: KeyId,
    bytes: Vec<u8>,
}

impl NoteSignature {
    /// Name of the key that the line says it is from.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// Id of that key.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The signature behind the id, in the form of its kind.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn parse(line: &str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix(DASH)?.split_once(' ')?;
        let raw = STANDARD.decode(encoded).ok()?;
        let (id, bytes) = raw.split_first_chunk()?;
        if bytes.is_empty() {
            return None;
        }
        Some(Self {
            name: KeyName::new(name).ok()?,
            id: *id,
            bytes: bytes.to_vec(),
        })
    }
}

impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let raw = [self.id.as_slice(), &self.bytes].concat();
        writeln!(f, "{DASH}{} {}", self.name, STANDARD.encode(raw))
    }
}

/// A signature that was found valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The key that signed.
    pub key: NoteKey,
    /// The time that a cosignature states, in seconds since 1970.
    pub time: Option<u64>,
}

/// A text with signatures. Nothing in it counts before [`Note::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl Note {
    /// A note that nobody has signed yet. The text must end with a line feed and have no other
    /// control character.
    ///
    /// # Errors
    /// [`NoteError::Form`], [`NoteError::NotText`] or [`NoteError::TooLarge`].
    pub fn new(text: impl Into<String>) -> Result<Self, NoteError> {
        let text = text.into();
        if text.len() > MAX_NOTE {
            return Err(NoteError::TooLarge);
        }
        if !text.ends_with('\n') {
            return Err(NoteError::Form);
        }
        plain(&text)?;
        Ok(Self {
            text,
            signatures: Vec::new(),
        })
    }

    /// Reads a signed note.
    ///
    /// # Errors
    /// [`NoteError`], when it is not one.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_NOTE {
            return Err(NoteError::TooLarge);
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| NoteError::NotText)?;
        plain(whole)?;
        // Text and signatures are separated by the last empty line.
        let at = whole.rfind("\n\n").ok_or(NoteError::Form)?;
        let (text, lines) = (&whole[..=at], &whole[at + 2..]);
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Form)?;
        let first = text.matches('\n').count() + 2;
        let mut signatures = Vec::new();
        for (n, line) in lines.split('\n').enumerate() {
            if n == MAX_SIGNATURES {
                return Err(NoteError::TooLarge);
            }
            let signature =
                NoteSignature::parse(line).ok_or(NoteError::SignatureLine(first + n))?;
            signatures.push(signature);
        }
        Ok(Self {
            text: text.to_owned(),
            signatures,
        })
    }

    /// The text, with its final line feed. It means nothing until [`Note::verify`] says who signed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines, unchecked.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds an Ed25519 signature (`0x01`) under `name`.
    ///
    /// # Errors
    /// [`NoteError::Twice`] if this key has signed already, [`NoteError::Crypto`].
    pub fn sign(&mut self, name: &KeyName, key: &SigningKey) -> Result<(), NoteError> {
        let signature = key.sign(self.text.as_bytes())?;
        let known = NoteKey::new(name.clone(), KeyKind::Ed25519, key.verifying_key());
        self.add(&known, signature.to_vec())
    }

    /// Adds a timestamped cosignature (`0x04`) under `name`. Only for checkpoints, so it is reached
    /// through [`super::SignedCheckpoint::cosign`].
    pub(super) fn cosign(
        &mut self,
        name: &KeyName,
        key: &SigningKey,
        time: u64,
    ) -> Result<(), NoteError> {
        if time > MAX_TIME {
            return Err(NoteError::Time);
        }
        let signature = key.sign(&cosigned_message(time, &self.text))?;
        let known = NoteKey::new(name.clone(), KeyKind::Cosignature, key.verifying_key());
        self.add(&known, [&time.to_be_bytes()[..], &signature].concat())
    }

    fn add(&mut self, key: &NoteKey, bytes: Vec<u8>) -> Result<(), NoteError> {
        if self.signatures.iter().any(|s| key.made(s)) {
            return Err(NoteError::Twice(key.name.0.clone()));
        }
        if self.signatures.len() >= MAX_SIGNATURES {
            return Err(NoteError::TooLarge);
        }
        self.signatures.push(NoteSignature {
            name: key.name.clone(),
            id: key.id,
            bytes,
        });
        Ok(())
    }

    /// Takes over those signatures of another copy of the same note that this one lacks, by name and
    /// key id. Says how many.
    ///
    /// # Errors
    /// [`NoteError::Form`] if the other text is another text, [`NoteError::TooLarge`].
    pub fn merge(&mut self, other: &Self) -> Result<usize, NoteError> {
        if self.text != other.text {
            return Err(NoteError::Form);
        }
        let mut added = 0;
        for signature in &other.signatures {
            let known = |s: &NoteSignature| s.id == signature.id && s.name == signature.name;
            if self.signatures.iter().any(known) {
                continue;
            }
            if self.signatures.len() >= MAX_SIGNATURES {
                return Err(NoteError::TooLarge);
            }
            self.signatures.push(signature.clone());
            added += 1;
        }
        Ok(added)
    }

    /// The same note without the signatures of one key.
    #[must_use]
    pub fn without(&self, key: &NoteKey) -> Self {
        let others = self.signatures.iter().filter(|s| !key.made(s));
        Self {
            text: self.text.clone(),
            signatures: others.cloned().collect(),
        }
    }

    /// Checks the note against the keys that the reader knows and says which of them signed, in the
    /// order of the lines. A key counts once, by its first line; every line of a known key must be
    /// valid. Lines of other keys are ignored.
    ///
    /// # Errors
    /// [`NoteError::BadSignature`] or [`NoteError::Time`] if a line of a known key is not valid,
    /// [`NoteError::Unsigned`] if no known key has signed.
    pub fn verify(&self, known: &[NoteKey]) -> Result<Vec<Verified>, NoteError> {
        let found = self.verify_any(known)?;
        if found.is_empty() {
            return Err(NoteError::Unsigned);
        }
        Ok(found)
    }

    /// As [`Note::verify`], but no signature of a known key is no error.
    pub(super) fn verify_any(&self, known: &[NoteKey]) -> Result<Vec<Verified>, NoteError> {
        let mut found: Vec<Verified> = Vec::new();
        for signature in &self.signatures {
            for key in known.iter().filter(|k| k.made(signature)) {
                let time = key.check(&self.text, signature)?;
                if !found.iter().any(|v| v.key == *key) {
                    found.push(Verified {
                        key: key.clone(),
                        time,
                    });
                }
            }
        }
        Ok(found)
    }
}

/// The note as it is exchanged: text, blank line, signature lines.
impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|s| s.fmt(f))
    }
}

/// No control character but the line feed.
fn plain(text: &str) -> Result<(), NoteError> {
    if text.bytes().any(|b| b < b' ' && b != b'\n') {
        return Err(NoteError::NotText);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::crypto::Secret;

    fn key(n: u8) -> SigningKey {
        SigningKey::from_seed(Secret::init_with(|b| b.fill(n))).unwrap()
    }

    fn name(text: &str) -> KeyName {
        KeyName::new(text).unwrap()
    }

    fn known(text: &str, n: u8) -> NoteKey {
        NoteKey::new(name(text), KeyKind::Ed25519, key(n).verifying_key())
    }

    fn signed() -> Note {
        let mut note = Note::new("Ronda 7\n\ndesde el 1 de marzo\n").unwrap();
        note.sign(&name("sede.example"), &key(1)).unwrap();
        note.sign(&name("custodio.example"), &key(2)).unwrap();
        note
    }

    /// The example of golang.org/x/mod/sumdb/note, whose keys and signatures are published there.
    #[test]
    fn vector_of_the_go_implementation() {
        let vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let text = "If you think cryptography is the answer to your problem,\n\
                    then you don't know what your problem is.\n";
        let note = format!(
            "{text}\n\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
        );
        let key: NoteKey = vkey.parse().unwrap();
        assert_eq!(key.to_string(), vkey);
        let note = Note::parse(note.as_bytes()).unwrap();
        assert_eq!(note.verify(&[key]).unwrap().len(), 1);
        assert_eq!(note.text(), text);
    }

    #[test]
    fn known_keys_count_and_others_are_ignored() {
        let note = Note::parse(signed().to_string().as_bytes()).unwrap();
        assert_eq!(note, signed());
        let keys = [known("sede.example", 1), known("custodio.example", 2)];
        assert_eq!(note.verify(&keys).unwrap().len(), 2);
        assert_eq!(note.verify(&keys[1..]).unwrap().len(), 1);
        // The same name with another key, and the same key with another name, are other keys.
        for other in [known("sede.example", 3), known("otra.example", 1)] {
            assert_eq!(note.verify(&[other]), Err(NoteError::Unsigned));
        }
        // One bad signature of a known key spoils the note, even beside a good one.
        let mut forged = note.clone();
        forged.signatures[0].bytes[0] ^= 1;
        assert_eq!(
            forged.verify(&keys),
            Err(NoteError::BadSignature("sede.example".into()))
        );
        assert_eq!(forged.verify(&keys[1..]).unwrap().len(), 1);
        // A second line of the same key counts once, and must be valid too.
        let mut twice = note.clone();
        twice.signatures.push(note.signatures[0].clone());
        assert_eq!(twice.verify(&keys).unwrap().len(), 2);
        twice.signatures[2].bytes[5] ^= 1;
        assert!(twice.verify(&keys).is_err());
        assert!(matches!(
            note.clone().sign(&name("sede.example"), &key(1)),
            Err(NoteError::Twice(_))
        ));
    }

    #[test]
    fn signatures_of_copies_come_together() {
        let mut one = Note::new("a\n").unwrap();
        let mut two = one.clone();
        one.sign(&name("a"), &key(1)).unwrap();
        two.sign(&name("b"), &key(2)).unwrap();
        assert_eq!(one.merge(&two), Ok(1));
        assert_eq!(one.merge(&two), Ok(0));
        assert_eq!(one.signatures().len(), 2);
        assert!(one.merge(&Note::new("b\n").unwrap()).is_err());
    }

    #[test]
    fn what_is_no_note_is_refused() {
        let good = signed().to_string();
        let line = |n: usize| Err(NoteError::SignatureLine(n));
        let parse = |text: &str| Note::parse(text.as_bytes()).map(|_| ());
        assert_eq!(parse(&good), Ok(()));
        assert_eq!(parse(""), Err(NoteError::Form));
        assert_eq!(parse("text\n"), Err(NoteError::Form));
        assert_eq!(parse("text\n\n"), Err(NoteError::Form));
        assert_eq!(parse(good.trim_end()), Err(NoteError::Form));
        assert_eq!(parse(&format!("{good}\n")), Err(NoteError::Form));
        assert_eq!(parse(&format!("{good}x\n")), line(7));
        assert_eq!(parse(&good.replace('\u{2014}', "-")), line(5));
        assert_eq!(
            parse(&good.replace("sede.example ", "sede.example  ")),
            line(5)
        );
        assert_eq!(
            parse(&good.replace("sede.example", "sede+example")),
            line(5)
        );
        assert_eq!(parse(&good.replace("sede.example", "")), line(5));
        assert_eq!(parse(&good.replace('R', "\t")), Err(NoteError::NotText));
        assert_eq!(parse(&good.replace('\n', "\r\n")), Err(NoteError::NotText));
        assert_eq!(Note::parse(b"\xff\n\n\xe2"), Err(NoteError::NotText));
        // Base64 that is not the canonical one, or too short for a key id and a signature.
        assert_eq!(parse("t\n\n\u{2014} a AAAAAAB=\n"), line(3));
        assert_eq!(parse("t\n\n\u{2014} a AAAAAAA\n"), line(3));
        assert_eq!(parse("t\n\n\u{2014} a AAAAAA==\n"), line(3));
        assert_eq!(parse("t\n\n\u{2014} a AAAAAAA=\n"), Ok(()));
        let many = |n| format!("t\n\n{}", "\u{2014} a AAAAAAA=\n".repeat(n));
        assert_eq!(parse(&many(MAX_SIGNATURES)), Ok(()));
        assert_eq!(parse(&many(MAX_SIGNATURES + 1)), Err(NoteError::TooLarge));
        assert_eq!(parse(&"\n".repeat(MAX_NOTE + 1)), Err(NoteError::TooLarge));
        assert!(Note::new("no line feed").is_err());
        assert!(Note::new("bell\x07\n").is_err());
    }

    #[test]
    fn verifier_keys_are_checked() {
        let good = known("sede.example", 1).to_string();
        assert!(good.parse::<NoteKey>().is_ok());
        let (head, base64) = good.rsplit_once('+').unwrap();
        let (name, id) = head.split_once('+').unwrap();
        for bad in [
            String::new(),
            name.to_owned(),
            head.to_owned(),
            format!("otra.example+{id}+{base64}"),
            format!("{name}+{}+{base64}", id.to_uppercase()),
            format!("{name}+00000000+{base64}"),
            format!("+{id}+{base64}"),
            format!("{name}+{id}+A{base64}"),
            format!("{name}+{id}+{base64}AAAA"),
            format!("{name}+{id}+{}", "A".repeat(4000)),
        ] {
            assert!(bad.parse::<NoteKey>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_written_the_same(text in "(\\PC|\n){0,40}\n\n(\u{2014} [a-z+ ]{1,3} [A-D/+]{4,8}={0,2}\n){0,3}") {
            if let Ok(note) = Note::parse(text.as_bytes()) {
                prop_assert_eq!(note.to_string(), text);
            }
        }

        #[test]
        fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "\\PC{0,100}") {
            let _ = Note::parse(&bytes);
            let _ = text.parse::<NoteKey>();
        }

        #[test]
        fn written_notes_are_read(text in "(\\PC|\n){0,60}", n in 1u8..4) {
            let mut note = Note::new(format!("{text}\n")).unwrap();
            for n in 0..n {
                note.sign(&name(&format!("k{n}")), &key(n)).unwrap();
            }
            let read = Note::parse(note.to_string().as_bytes()).unwrap();
            prop_assert_eq!(&read, &note);
            prop_assert!(read.verify(&[known("k0", 0)]).is_ok());
        }

        #[test]
        fn a_flipped_bit_spoils_the_note(at in any::<prop::sample::Index>(), bit in 0..8) {
            let mut bytes = signed().to_string().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= 1u8 << bit;
            let keys = [known("sede.example", 1), known("custodio.example", 2)];
            // Either the form breaks, or a signature; a changed name only makes a line unknown.
            let both = Note::parse(&bytes).and_then(|n| n.verify(&keys)).map(|v| v.len());
            prop_assert!(both != Ok(2));
        }
    }
}
