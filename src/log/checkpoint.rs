//! The head of a log as a C2SP `tlog-checkpoint` (manual: *log*, "Checkpoint";
//! <https://c2sp.org/tlog-checkpoint>).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::merkle::{Frontier, MAX_SIZE, empty_root};
use super::note::{KeyKind, KeyName, Note, NoteError, NoteKey};
use crate::codec::to_hex;
use crate::crypto::hash::Digest;
use crate::crypto::sign::{SigningKey, VerifyingKey};
use crate::i18n::{Localize, Message};

/// Why a checkpoint was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The signed note around it is not valid.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Not the lines of a checkpoint; the offending line, from 1.
    #[error("line {0} is not that of a checkpoint")]
    Line(usize),
    /// It is the checkpoint of another log.
    #[error("the checkpoint is of the log {found}, not of {expected}")]
    Origin {
        /// The log that was asked for.
        expected: String,
        /// The log that the checkpoint names.
        found: String,
    },
    /// Another checkpoint: size or root differ.
    #[error("these are two different checkpoints")]
    Different,
}

impl Localize for CheckpointError {
    fn message(&self) -> Message {
        match self {
            Self::Note(e) => e.message(),
            Self::Line(line) => Message::new("log-checkpoint-line").with("line", *line),
            Self::Origin { expected, found } => Message::new("log-checkpoint-origin")
                .with("expected", expected.as_str())
                .with("found", found.as_str()),
            Self::Different => Message::new("log-checkpoint-different"),
        }
    }
}

/// Name of a log, and of the key that signs its checkpoints.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin(KeyName);

impl Origin {
    /// The origin of a vault: `sigilo/` and its id in hexadecimal. It names no site.
    pub fn of_vault(vault_id: &[u8; 16]) -> Self {
        Self(KeyName::trusted(format!("sigilo/{}", to_hex(vault_id))))
    }

    /// An origin that is also a key name: not empty, at most [`MAX_NAME`](super::note::MAX_NAME) bytes, no spaces, no plus.
    ///
    /// # Errors
    /// [`NoteError::Name`].
    pub fn new(text: &str) -> Result<Self, NoteError> {
        Ok(Self(KeyName::new(text)?))
    }

    /// The id of the vault whose origin this is.
    pub fn vault_id(&self) -> Option<[u8; 16]> {
        let hex = self.as_str().strip_prefix("sigilo/")?;
        let id: [u8; 16] = crate::codec::from_hex(hex).ok()?.try_into().ok()?;
        (Self::of_vault(&id) == *self).then_some(id)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The name under which the log signs.
    pub fn key_name(&self) -> &KeyName {
        &self.0
    }

    /// The log's key, as a reader of its checkpoints knows it.
    pub fn log_key(&self, key: VerifyingKey) -> NoteKey {
        NoteKey::new(self.0.clone(), KeyKind::Ed25519, key)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Origin, size and root of a log. Not signed: see [`SignedCheckpoint`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Checkpoint {
    origin: Origin,
    size: u64,
    root: Digest,
    extensions: Vec<String>,
}

impl Checkpoint {
    /// The head of the log `origin` that has this frontier.
    pub fn of(origin: Origin, frontier: &Frontier) -> Self {
        Self {
            origin,
            size: frontier.size(),
            root: frontier.root(),
            extensions: Vec::new(),
        }
    }

    /// A head of `size` leaves.
    ///
    /// # Errors
    /// [`CheckpointError::Line`] (2: the size is above [`MAX_SIZE`]; 3: an empty log with the root of
    /// another).
    pub fn new(origin: Origin, size: u64, root: Digest) -> Result<Self, CheckpointError> {
        if size > MAX_SIZE {
            return Err(CheckpointError::Line(2));
        }
        if size == 0 && root != empty_root() {
            return Err(CheckpointError::Line(3));
        }
        Ok(Self {
            origin,
            size,
            root,
            extensions: Vec::new(),
        })
    }

    /// Name of the log.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Root of the tree.
    pub fn root(&self) -> &Digest {
        &self.root
    }

    /// Lines behind the third. This program writes none and gives them no meaning.
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }

    /// Whether origin, size and root are the same.
    pub fn same_head(&self, other: &Self) -> bool {
        self.origin == other.origin && self.size == other.size && self.root == other.root
    }

    /// Reads the text of a checkpoint (without signatures).
    ///
    /// # Errors
    /// [`CheckpointError::Line`].
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let body = text
            .strip_suffix('\n')
            .ok_or_else(|| CheckpointError::Line(text.matches('\n').count() + 1))?;
        let mut lines = body.split('\n');
        let origin = lines.next().and_then(|l| Origin::new(l).ok());
        let origin = origin.ok_or(CheckpointError::Line(1))?;
        let size = lines.next().and_then(decimal);
        let size = size.ok_or(CheckpointError::Line(2))?;
        let root = lines.next().and_then(hash_line);
        let root = root.ok_or(CheckpointError::Line(3))?;
        let mut checkpoint = Self::new(origin, size, root)?;
        for (n, line) in lines.enumerate() {
            if line.is_empty() || line.bytes().any(|b| b < b' ') {
                return Err(CheckpointError::Line(4 + n));
            }
            checkpoint.extensions.push(line.to_owned());
        }
        Ok(checkpoint)
    }
}

/// The text of the checkpoint, with its final line feed.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.origin)?;
        writeln!(f, "{}", self.size)?;
        writeln!(f, "{}", STANDARD.encode(self.root))?;
        self.extensions.iter().try_for_each(|l| writeln!(f, "{l}"))
    }
}

/// A decimal number of at most [`MAX_SIZE`] without sign or leading zeros.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let canonical = digits && (text == "0" || !text.starts_with('0'));
    let value = text.parse().ok().filter(|_| canonical)?;
    (value <= MAX_SIZE).then_some(value)
}

/// A hash in base64: 44 characters.
pub(crate) fn hash_line(text: &str) -> Option<Digest> {
    if text.len() != 44 {
        return None;
    }
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// A cosignature that was found valid: at `time` its key knew no larger head of this log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosignature {
    /// The cosigner's key.
    pub key: NoteKey,
    /// Seconds since 1970, by the cosigner's clock.
    pub time: u64,
}

/// A checkpoint with its signatures. Nothing in it counts before [`SignedCheckpoint::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

impl SignedCheckpoint {
    /// Signs a checkpoint with the log's key, under the origin as its name. The log must never sign
    /// two heads of which one does not extend the other; the caller sees to that.
    ///
    /// # Errors
    /// [`CheckpointError::Note`].
    pub fn sign(checkpoint: Checkpoint, key: &SigningKey) -> Result<Self, CheckpointError> {
        let mut note = Note::new(checkpoint.to_string())?;
        note.sign(checkpoint.origin.key_name(), key)?;
        Ok(Self { checkpoint, note })
    }

    /// Reads a signed checkpoint; checks form, not signatures.
    ///
    /// # Errors
    /// [`CheckpointError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let note = Note::parse(bytes)?;
        let checkpoint = Checkpoint::parse(note.text())?;
        Ok(Self { checkpoint, note })
    }

    /// Origin, size and root, whoever signed them.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note with all signature lines.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// Checks that this is a head of the log `origin`, signed with its `key`, and returns it.
    ///
    /// # Errors
    /// [`CheckpointError::Origin`] or [`CheckpointError::Note`].
    pub fn verify(
        &self,
        origin: &Origin,
        key: VerifyingKey,
    ) -> Result<&Checkpoint, CheckpointError> {
        if self.checkpoint.origin != *origin {
            return Err(CheckpointError::Origin {
                expected: origin.to_string(),
                found: self.checkpoint.origin.to_string(),
            });
        }
        self.note.verify(&[origin.log_key(key)])?;
        Ok(&self.checkpoint)
    }

    /// Adds a cosignature. Whoever cosigns has verified the log's signature and that this head
    /// extends every one that it cosigned before; `time` is in seconds since 1970.
    ///
    /// # Errors
    /// [`CheckpointError::Note`] ([`NoteError::Twice`] if this key has cosigned already).
    pub fn cosign(
        &mut self,
        name: &KeyName,
        key: &SigningKey,
        time: u64,
    ) -> Result<(), CheckpointError> {
        Ok(self.note.cosign(name, key, time)?)
    }

    /// The same head without the signatures of one key.
    #[must_use]
    pub fn without(&self, key: &NoteKey) -> Self {
        Self {
            checkpoint: self.checkpoint.clone(),
            note: self.note.without(key),
        }
    }

    /// The valid cosignatures of known cosigners; none is no error.
    ///
    /// # Errors
    /// [`NoteError::BadSignature`] if a line of a known key is not valid.
    pub fn cosignatures(&self, known: &[NoteKey]) -> Result<Vec<Cosignature>, CheckpointError> {
        let found = self.note.verify_any(known)?;
        let timed = |v: super::note::Verified| {
            let time = v.time?;
            Some(Cosignature { key: v.key, time })
        };
        Ok(found.into_iter().filter_map(timed).collect())
    }

    /// Takes over the signatures of another copy of the same checkpoint; says how many were new.
    ///
    /// # Errors
    /// [`CheckpointError::Different`] if the text is another, [`CheckpointError::Note`].
    pub fn merge(&mut self, other: &Self) -> Result<usize, CheckpointError> {
        if self.note.text() != other.note.text() {
            return Err(CheckpointError::Different);
        }
        Ok(self.note.merge(&other.note)?)
    }
}

/// The note as it is exchanged.
impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::crypto::Secret;

    fn key(n: u8) -> SigningKey {
        SigningKey::from_seed(Secret::init_with(|b| b.fill(n))).unwrap()
    }

    fn head(size: u64) -> Checkpoint {
        Checkpoint::new(Origin::of_vault(&[0xab; 16]), size, [7; 32]).unwrap()
    }

    /// The example of the C2SP specifications tlog-checkpoint and tlog-cosignature.
    const EXAMPLE: &str = "example.com/behind-the-sofa\n20852163\n\
        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        \u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

    #[test]
    fn the_published_example_is_read() {
        let signed = SignedCheckpoint::parse(EXAMPLE.as_bytes()).unwrap();
        assert_eq!(signed.checkpoint().size(), 20_852_163);
        assert_eq!(
            signed.checkpoint().origin().as_str(),
            "example.com/behind-the-sofa"
        );
        assert_eq!(signed.note().signatures().len(), 2);
        assert_eq!(signed.to_string(), EXAMPLE);
    }

    #[test]
    fn a_head_is_signed_and_cosigned() {
        let origin = Origin::of_vault(&[0xab; 16]);
        assert_eq!(origin.as_str(), "sigilo/abababababababababababababababab");
        assert_eq!(origin.vault_id(), Some([0xab; 16]));
        let mut signed = SignedCheckpoint::sign(head(9), &key(1)).unwrap();
        let name = KeyName::new("custodio.example").unwrap();
        signed.cosign(&name, &key(2), 1_790_000_000).unwrap();
        let signed = SignedCheckpoint::parse(signed.to_string().as_bytes()).unwrap();
        let public = key(1).verifying_key();
        assert!(signed.verify(&origin, public).unwrap().same_head(&head(9)));

        let cosigner = NoteKey::new(name.clone(), KeyKind::Cosignature, key(2).verifying_key());
        let found = signed
            .cosignatures(std::slice::from_ref(&cosigner))
            .unwrap();
        assert_eq!((found.len(), found[0].time), (1, 1_790_000_000));
        // The log's own signature is no cosignature, and an unknown cosigner counts nothing.
        assert_eq!(signed.cosignatures(&[origin.log_key(public)]), Ok(vec![]));
        let same_key = NoteKey::new(name, KeyKind::Ed25519, key(2).verifying_key());
        assert_eq!(signed.cosignatures(&[same_key]), Ok(vec![]));

        let other = Origin::of_vault(&[1; 16]);
        assert!(matches!(
            signed.verify(&other, public),
            Err(CheckpointError::Origin { .. })
        ));
        assert_eq!(
            signed.verify(&origin, key(3).verifying_key()),
            Err(CheckpointError::Note(NoteError::Unsigned))
        );
        assert!(Origin::new("sigilo/AB").unwrap().vault_id().is_none());
    }

    #[test]
    fn cosignatures_of_copies_come_together() {
        let signed = SignedCheckpoint::sign(head(9), &key(1)).unwrap();
        let (mut one, mut two) = (signed.clone(), signed);
        one.cosign(&KeyName::new("a").unwrap(), &key(2), 1).unwrap();
        two.cosign(&KeyName::new("b").unwrap(), &key(3), 2).unwrap();
        assert_eq!(one.merge(&two), Ok(1));
        assert_eq!(one.note().signatures().len(), 3);
        let other = SignedCheckpoint::sign(head(10), &key(1)).unwrap();
        assert_eq!(one.merge(&other), Err(CheckpointError::Different));
        let late = one.cosign(&KeyName::new("c").unwrap(), &key(4), u64::MAX);
        assert_eq!(late, Err(CheckpointError::Note(NoteError::Time)));
    }

    #[test]
    fn lines_are_strict() {
        let root = STANDARD.encode([7; 32]);
        let line = |text: &str| match Checkpoint::parse(text) {
            Ok(_) => 0,
            Err(CheckpointError::Line(n)) => n,
            Err(e) => panic!("{e}"),
        };
        assert_eq!(line(&format!("o\n1\n{root}\n")), 0);
        assert_eq!(line(&format!("o\n1\n{root}\nextension\nand another\n")), 0);
        assert_eq!(line(""), 1);
        assert_eq!(line(&format!("\n1\n{root}\n")), 1);
        assert_eq!(line(&format!("o o\n1\n{root}\n")), 1);
        for size in [
            "",
            "01",
            "+1",
            "-1",
            " 1",
            "1 ",
            "0x1",
            "9223372036854775808",
            "1e3",
        ] {
            assert_eq!(line(&format!("o\n{size}\n{root}\n")), 2, "{size}");
        }
        assert_eq!(line(&format!("o\n9223372036854775807\n{root}\n")), 0);
        assert_eq!(line("o\n1\n"), 3);
        assert_eq!(line("o\n1\nAAAA\n"), 3);
        assert_eq!(line(&format!("o\n1\n{root}")), 3);
        assert_eq!(line(&format!("o\n1\n{}\n", root.replace('=', ""))), 3);
        assert_eq!(line(&format!("o\n0\n{root}\n")), 3);
        assert_eq!(
            line(&format!("o\n0\n{}\n", STANDARD.encode(empty_root()))),
            0
        );
        assert_eq!(line(&format!("o\n1\n{root}\n\n")), 4);
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_written_the_same(text in "[a-z/]{1,3}\n[0-9]{1,3}\n([A-Z]{43}=\n|\\PC{0,3}\n){1,2}") {
            if let Ok(checkpoint) = Checkpoint::parse(&text) {
                prop_assert_eq!(checkpoint.to_string(), text);
            }
        }

        #[test]
        fn heads_go_both_ways(id: [u8; 16], size in 1..=MAX_SIZE, root: Digest) {
            let head = Checkpoint::new(Origin::of_vault(&id), size, root).unwrap();
            prop_assert_eq!(Checkpoint::parse(&head.to_string()).unwrap(), head);
        }

        #[test]
        fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = SignedCheckpoint::parse(&bytes);
        }
    }
}
