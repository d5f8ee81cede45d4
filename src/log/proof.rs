//! Proofs as files (manual: *log*, "Proof files").
//!
//! An inclusion proof is a C2SP `tlog-proof` (<https://c2sp.org/tlog-proof>). A consistency proof
//! has the form of the request that asks a C2SP witness for a cosignature
//! (<https://c2sp.org/tlog-witness>), so a witness can answer it as it is.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::act::SignedAct;
use super::checkpoint::{
    Checkpoint, CheckpointError, Origin, SignedCheckpoint, decimal, hash_line,
};
use super::leaf::{LEAF_LEN, Leaf, details_commitment};
use super::merkle::{
    HashSource, MAX_PROOF, MakeProofError, ProofError, consistency_proof, inclusion_proof,
    leaf_hash, verify_consistency, verify_inclusion,
};
use super::note::MAX_NOTE;
use crate::codec::{Decode, DecodeError, Encode, Reader};
use crate::crypto::hash::Digest;
use crate::crypto::sign::VerifyingKey;
use crate::i18n::{Localize, Message};

/// First line of an inclusion proof.
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// Most extra data that is read, in bytes.
pub const MAX_EXTRA: usize = 64 << 10;

/// Largest proof file that is read, in bytes.
pub const MAX_PROOF_FILE: usize = MAX_NOTE + 2 * MAX_EXTRA;

/// Why a proof file was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofFileError {
    /// Larger than [`MAX_PROOF_FILE`].
    #[error("the file is too large")]
    TooLarge,
    /// A line is not what belongs there; lines count from 1.
    #[error("line {0} is not that of a proof")]
    Line(usize),
    /// The signed head in it is not accepted.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The proof does not prove it.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The proof starts from another size than that of the head that the reader has.
    #[error("the proof starts at {found} entries, not at {expected}")]
    OldSize {
        /// Size of the reader's head.
        expected: u64,
        /// Size in the proof.
        found: u64,
    },
    /// The extra data are no leaf, or no act that belongs to its leaf.
    #[error("the entry in the proof is not valid")]
    Entry,
}

impl Localize for ProofFileError {
    fn message(&self) -> Message {
        match self {
            Self::TooLarge => Message::new("log-file-too-large"),
            Self::Line(line) => Message::new("log-file-line").with("line", *line),
            Self::Checkpoint(e) => e.message(),
            Self::Proof(e) => e.message(),
            Self::OldSize { expected, found } => Message::new("log-file-old-size")
                .with("expected", *expected)
                .with("found", *found),
            Self::Entry => Message::new("log-file-entry"),
        }
    }
}

/// Hash lines, up to the empty line in front of the checkpoint; the checkpoint.
fn hashes_and_checkpoint<'a>(
    lines: impl Iterator<Item = &'a str>,
    first: usize,
    note: &str,
) -> Result<(Vec<Digest>, SignedCheckpoint), ProofFileError> {
    let mut hashes = Vec::new();
    for (n, line) in lines.enumerate() {
        if hashes.len() == MAX_PROOF {
            return Err(ProofFileError::Line(first + n));
        }
        hashes.push(hash_line(line).ok_or(ProofFileError::Line(first + n))?);
    }
    Ok((hashes, SignedCheckpoint::parse(note.as_bytes())?))
}

/// What is before the first empty line, and what is behind it.
fn head_and_note(bytes: &[u8]) -> Result<(&str, &str), ProofFileError> {
    if bytes.len() > MAX_PROOF_FILE {
        return Err(ProofFileError::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| ProofFileError::Line(1))?;
    text.split_once("\n\n").ok_or(ProofFileError::Line(1))
}

/// A line `word number`.
fn numbered(line: Option<&str>, word: &str) -> Option<u64> {
    decimal(line?.strip_prefix(word)?.strip_prefix(' ')?)
}

fn write_hashes(f: &mut fmt::Formatter<'_>, hashes: &[Digest]) -> fmt::Result {
    hashes
        .iter()
        .try_for_each(|h| writeln!(f, "{}", STANDARD.encode(h)))
}

/// A `tlog-proof`: that an entry is in the log of a signed head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InclusionFile {
    extra: Option<Vec<u8>>,
    index: u64,
    hashes: Vec<Digest>,
    checkpoint: SignedCheckpoint,
}

impl InclusionFile {
    /// Makes the proof of leaf `index` against a head; `source` must reach to its size. The entry
    /// goes into the file as its extra data.
    ///
    /// # Errors
    /// [`MakeProofError`].
    pub fn make<S: HashSource>(
        source: &S,
        index: u64,
        entry: Option<&Entry>,
        checkpoint: SignedCheckpoint,
    ) -> Result<Self, MakeProofError<S::Error>> {
        let hashes = inclusion_proof(source, index, checkpoint.checkpoint().size())?;
        Ok(Self {
            extra: entry.map(Encode::to_bytes),
            index,
            hashes,
            checkpoint,
        })
    }

    /// Reads a proof file; checks form only.
    ///
    /// # Errors
    /// [`ProofFileError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofFileError> {
        let (head, note) = head_and_note(bytes)?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(ProofFileError::Line(1));
        }
        let mut at = 2;
        let mut extra = None;
        if let Some(encoded) = lines.peek().and_then(|l| l.strip_prefix("extra ")) {
            let bad = ProofFileError::Line(at);
            if encoded.len() > MAX_EXTRA.div_ceil(3) * 4 {
                return Err(bad);
            }
            extra = Some(STANDARD.decode(encoded).map_err(|_| bad)?);
            lines.next();
            at += 1;
        }
        let index = numbered(lines.next(), "index").ok_or(ProofFileError::Line(at))?;
        let (hashes, checkpoint) = hashes_and_checkpoint(lines, at + 1, note)?;
        Ok(Self {
            extra,
            index,
            hashes,
            checkpoint,
        })
    }

    /// Index of the leaf.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The signed head.
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// The extra data, which nothing authenticates before [`InclusionFile::verify_entry`].
    pub fn extra(&self) -> Option<&[u8]> {
        self.extra.as_deref()
    }

    /// The act that is shown with the entry. Nothing authenticates it before
    /// [`InclusionFile::verify_entry`].
    pub fn act(&self) -> Option<super::act::Act> {
        let entry = Entry::from_bytes(self.extra.as_deref()?).ok()?;
        entry.act().map(|signed| signed.act.clone())
    }

    /// Checks that a leaf with this hash is in the log `origin` whose heads `key` signs.
    ///
    /// # Errors
    /// [`ProofFileError::Checkpoint`] or [`ProofFileError::Proof`].
    pub fn verify(
        &self,
        leaf_hash: &Digest,
        origin: &Origin,
        key: VerifyingKey,
    ) -> Result<&Checkpoint, ProofFileError> {
        let head = self.checkpoint.verify(origin, key)?;
        verify_inclusion(
            leaf_hash,
            self.index,
            head.size(),
            &self.hashes,
            head.root(),
        )?;
        Ok(head)
    }

    /// Checks the entry that the file carries: that its leaf is in the log, and that the act that may
    /// be opened with it is the one that the leaf commits to. The slot's signature of the act is left
    /// to those who know its key.
    ///
    /// # Errors
    /// [`ProofFileError`], [`ProofFileError::Entry`] if there is no entry or its act is another.
    pub fn verify_entry(
        &self,
        origin: &Origin,
        key: VerifyingKey,
    ) -> Result<Entry, ProofFileError> {
        let extra = self.extra.as_deref().ok_or(ProofFileError::Entry)?;
        let entry = Entry::from_bytes(extra).map_err(|_| ProofFileError::Entry)?;
        self.verify(&leaf_hash(&entry.leaf.to_array()), origin, key)?;
        Ok(entry)
    }
}

/// The file.
impl fmt::Display for InclusionFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        write_hashes(f, &self.hashes)?;
        write!(f, "\n{}", self.checkpoint)
    }
}

/// What an inclusion proof is about: a leaf, and, where it is shown, the act that it commits to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    leaf: Leaf,
    opening: Option<([u8; 32], SignedAct)>,
}

impl Entry {
    /// A leaf whose act stays sealed.
    pub fn closed(leaf: Leaf) -> Self {
        Self {
            leaf,
            opening: None,
        }
    }

    /// A leaf with its act and the salt of its commitment; nothing of any other act is shown by it.
    ///
    /// # Errors
    /// [`DecodeError::Value`] if the leaf commits to something else.
    pub fn opened(leaf: Leaf, salt: [u8; 32], act: SignedAct) -> Result<Self, DecodeError> {
        if details_commitment(&salt, &act.to_bytes()) != leaf.details_commitment {
            return Err(DecodeError::Value("act"));
        }
        Ok(Self {
            leaf,
            opening: Some((salt, act)),
        })
    }

    /// The leaf.
    pub fn leaf(&self) -> &Leaf {
        &self.leaf
    }

    /// The act that the leaf commits to, if it is shown.
    pub fn act(&self) -> Option<&SignedAct> {
        self.opening.as_ref().map(|(_, act)| act)
    }
}

/// The leaf; then, if the act is shown, salt and signed act.
impl Encode for Entry {
    fn encode(&self, out: &mut Vec<u8>) {
        self.leaf.encode(out);
        if let Some((salt, act)) = &self.opening {
            out.extend_from_slice(salt);
            act.encode(out);
        }
    }
}

impl Decode for Entry {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let leaf = Leaf::from_bytes(input.take(LEAF_LEN)?)?;
        if input.remaining() == 0 {
            return Ok(Self::closed(leaf));
        }
        Self::opened(leaf, input.array()?, SignedAct::decode(input)?)
    }
}

/// That the log of a signed head begins with the log that the reader knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsistencyFile {
    old: u64,
    hashes: Vec<Digest>,
    checkpoint: SignedCheckpoint,
}

impl ConsistencyFile {
    /// Makes the proof from the first `old` leaves to a head; `source` must reach to its size.
    ///
    /// # Errors
    /// [`MakeProofError`].
    pub fn make<S: HashSource>(
        source: &S,
        old: u64,
        checkpoint: SignedCheckpoint,
    ) -> Result<Self, MakeProofError<S::Error>> {
        let hashes = consistency_proof(source, old, checkpoint.checkpoint().size())?;
        Ok(Self {
            old,
            hashes,
            checkpoint,
        })
    }

    /// Reads a proof file; checks form only.
    ///
    /// # Errors
    /// [`ProofFileError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofFileError> {
        let (head, note) = head_and_note(bytes)?;
        let mut lines = head.split('\n');
        let old = numbered(lines.next(), "old").ok_or(ProofFileError::Line(1))?;
        let (hashes, checkpoint) = hashes_and_checkpoint(lines, 2, note)?;
        Ok(Self {
            old,
            hashes,
            checkpoint,
        })
    }

    /// Size of the older log.
    pub fn old(&self) -> u64 {
        self.old
    }

    /// The newer head.
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// The hashes of the proof.
    pub fn hashes(&self) -> &[Digest] {
        &self.hashes
    }

    /// Checks the proof from `old` alone; the signature of the newer head was checked before.
    ///
    /// # Errors
    /// [`ProofFileError::OldSize`] or [`ProofFileError::Proof`].
    pub fn check(&self, old: &Checkpoint) -> Result<(), ProofFileError> {
        if old.size() != self.old {
            return Err(ProofFileError::OldSize {
                expected: old.size(),
                found: self.old,
            });
        }
        let head = self.checkpoint.checkpoint();
        let (size, root) = (head.size(), head.root());
        Ok(verify_consistency(
            self.old,
            old.root(),
            size,
            root,
            &self.hashes,
        )?)
    }

    /// Checks that the signed head extends `old`, which the reader kept and believes.
    ///
    /// # Errors
    /// [`ProofFileError::Checkpoint`], [`ProofFileError::OldSize`] or [`ProofFileError::Proof`].
    pub fn verify(
        &self,
        old: &Checkpoint,
        key: VerifyingKey,
    ) -> Result<&Checkpoint, ProofFileError> {
        let head = self.checkpoint.verify(old.origin(), key)?;
        self.check(old)?;
        Ok(head)
    }
}

/// The file.
impl fmt::Display for ConsistencyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        write_hashes(f, &self.hashes)?;
        write!(f, "\n{}", self.checkpoint)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::act::{Act, ActKind, Reason};
    use super::super::leaf::Fact;
    use super::super::merkle::Frontier;
    use super::super::reference::Leaves;
    use super::*;
    use crate::crypto::Secret;
    use crate::crypto::sign::SigningKey;

    const VAULT: [u8; 16] = [0xcd; 16];

    fn key(n: u8) -> SigningKey {
        SigningKey::from_seed(Secret::init_with(|b| b.fill(n))).unwrap()
    }

    fn origin() -> Origin {
        Origin::of_vault(&VAULT)
    }

    fn act(index: u64) -> SignedAct {
        let act = Act {
            kind: ActKind::Seal,
            time: 1_790_000_000 + index as i64,
            actor: [1; 16],
            object: Some([2; 16]),
            object_version: 1,
            count: 0,
            prior: None,
            reason: Reason::none(),
            second: None,
        };
        act.sign(&VAULT, index, &FACT, &key(9).signer().unwrap())
    }

    const FACT: Fact = Fact::Content {
        hash: [3; 32],
        key: None,
    };
    const SALT: [u8; 32] = [4; 32];

    fn leaf(index: u64) -> Leaf {
        Leaf {
            details_commitment: act(index).commitment(&SALT),
            details_hash: [5; 32],
            fact: FACT,
        }
    }

    fn log(size: u64) -> (Vec<Digest>, SignedCheckpoint) {
        let leaves: Vec<Digest> = (0..size).map(|i| leaf(i).leaf_hash()).collect();
        let mut frontier = Frontier::new();
        for leaf in &leaves {
            frontier.append(*leaf);
        }
        let head = Checkpoint::of(origin(), &frontier);
        (leaves, SignedCheckpoint::sign(head, &key(1)).unwrap())
    }

    fn opened(index: u64) -> Entry {
        Entry::opened(leaf(index), SALT, act(index)).unwrap()
    }

    #[test]
    fn an_entry_is_shown_with_its_proof_and_nothing_else() {
        let (leaves, head) = log(37);
        let public = key(1).verifying_key();
        for entry in [Entry::closed(leaf(11)), opened(11)] {
            let file = InclusionFile::make(&Leaves(&leaves), 11, Some(&entry), head.clone());
            let text = file.unwrap().to_string();
            let file = InclusionFile::parse(text.as_bytes()).unwrap();
            assert_eq!(file.to_string(), text);
            assert_eq!(file.verify_entry(&origin(), public).unwrap(), entry);
            assert_eq!(file.index(), 11);
            assert!(text.len() < 2048);
        }
        // Without an entry the verifier brings the leaf.
        let file = InclusionFile::make(&Leaves(&leaves), 11, None, head).unwrap();
        let file = InclusionFile::parse(file.to_string().as_bytes()).unwrap();
        file.verify(&leaves[11], &origin(), public).unwrap();
        assert!(file.verify(&leaves[12], &origin(), public).is_err());
        assert_eq!(
            file.verify_entry(&origin(), public),
            Err(ProofFileError::Entry)
        );
        assert!(
            file.verify(&leaves[11], &origin(), key(2).verifying_key())
                .is_err()
        );
        let other = Origin::of_vault(&[0; 16]);
        assert!(file.verify(&leaves[11], &other, public).is_err());
        // The act of another leaf does not fit.
        assert!(Entry::opened(leaf(11), SALT, act(12)).is_err());
        assert!(Entry::opened(leaf(11), [0; 32], act(11)).is_err());
    }

    #[test]
    fn a_longer_log_is_shown_to_begin_with_the_known_one() {
        let (leaves, head) = log(37);
        let public = key(1).verifying_key();
        for old in 0..=37u64 {
            let (_, known) = log(old);
            let known = known.checkpoint().clone();
            let file = ConsistencyFile::make(&Leaves(&leaves), old, head.clone()).unwrap();
            let text = file.to_string();
            let file = ConsistencyFile::parse(text.as_bytes()).unwrap();
            assert_eq!((file.to_string(), file.old()), (text, old));
            file.verify(&known, public).unwrap();
            assert!(file.verify(&known, key(2).verifying_key()).is_err());
            let (_, other) = log((old + 1) % 38);
            assert!(file.verify(other.checkpoint(), public).is_err());
            if old > 0 {
                let forked = Checkpoint::new(origin(), old, [0; 32]).unwrap();
                assert_eq!(
                    file.verify(&forked, public),
                    Err(ProofFileError::Proof(ProofError::OldRoot))
                );
            }
        }
    }

    #[test]
    fn lines_are_strict() {
        let (leaves, head) = log(5);
        let good = InclusionFile::make(&Leaves(&leaves), 2, Some(&opened(2)), head.clone());
        let good = good.unwrap().to_string();
        let line = |text: &str| match InclusionFile::parse(text.as_bytes()) {
            Ok(_) => 0,
            Err(ProofFileError::Line(n)) => n,
            Err(_) => usize::MAX,
        };
        assert_eq!(line(&good), 0);
        assert_eq!(line(""), 1);
        assert_eq!(line(&good.replace("@v1", "@v2")), 1);
        assert_eq!(line(&good.replace("extra ", "extra  ")), 2);
        assert_eq!(line(&good.replace("extra ", "Extra ")), 2);
        assert_eq!(line(&good.replace("index 2", "index 02")), 3);
        assert_eq!(line(&good.replace("index 2\n", "")), 3);
        assert_eq!(line(&good.replace("index 2\n", "index 2\nAAAA\n")), 4);
        let (before, after) = good.split_once("index 2\n").unwrap();
        let hash = format!("{}\n", STANDARD.encode([0; 32]));
        let many = format!("{before}index 2\n{}{after}", hash.repeat(MAX_PROOF));
        assert_eq!(line(&many), 4 + MAX_PROOF);
        assert_eq!(line(&good.replace('\n', "\r\n")), 1);
        let long = format!("{HEADER}\nextra {}\nindex 0\n\n", "A".repeat(2 * MAX_EXTRA));
        assert_eq!(line(&long), 2);
        let large = vec![b'a'; MAX_PROOF_FILE + 1];
        assert_eq!(InclusionFile::parse(&large), Err(ProofFileError::TooLarge));

        let good = ConsistencyFile::make(&Leaves(&leaves), 3, head)
            .unwrap()
            .to_string();
        let line = |text: &str| match ConsistencyFile::parse(text.as_bytes()) {
            Ok(_) => 0,
            Err(ProofFileError::Line(n)) => n,
            Err(_) => usize::MAX,
        };
        assert_eq!(line(&good), 0);
        assert_eq!(line(&good.replace("old 3", "old 03")), 1);
        assert_eq!(line(&good.replace("old 3\n", "old 3\nx\n")), 2);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_flipped_bit_is_refused_or_changes_nothing_that_counts(
            at in any::<prop::sample::Index>(),
            bit in 0..8,
        ) {
            let (leaves, head) = log(37);
            let public = key(1).verifying_key();
            let file = InclusionFile::make(&Leaves(&leaves), 11, Some(&opened(11)), head.clone());
            let mut bytes = file.unwrap().to_string().into_bytes();
            let place = at.index(bytes.len());
            bytes[place] ^= 1u8 << bit;
            let read = InclusionFile::parse(&bytes).and_then(|f| f.verify_entry(&origin(), public));
            prop_assert!(read.is_err());

            let (_, known) = log(20);
            let file = ConsistencyFile::make(&Leaves(&leaves), 20, head).unwrap();
            let mut bytes = file.to_string().into_bytes();
            let place = at.index(bytes.len());
            bytes[place] ^= 1u8 << bit;
            let read = ConsistencyFile::parse(&bytes)
                .and_then(|f| f.verify(known.checkpoint(), public).map(|_| ()));
            prop_assert!(read.is_err());
        }

        #[test]
        fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = InclusionFile::parse(&bytes);
            let _ = ConsistencyFile::parse(&bytes);
            if let Ok(entry) = Entry::from_bytes(&bytes) {
                prop_assert_eq!(entry.to_bytes(), bytes);
            }
        }

        #[test]
        fn whatever_is_read_is_written_the_same(
            extra in prop::option::of("[A-D]{0,4}={0,2}"),
            index in "0{0,1}[0-9]{1,3}",
            hashes in prop::collection::vec("[A-H]{43}=", 0..4),
        ) {
            let (_, head) = log(3);
            let mut text = format!("{HEADER}\n");
            if let Some(extra) = extra {
                text += &format!("extra {extra}\n");
            }
            text += &format!("index {index}\n");
            for hash in hashes {
                text += &format!("{hash}\n");
            }
            text += &format!("\n{head}");
            if let Ok(file) = InclusionFile::parse(text.as_bytes()) {
                prop_assert_eq!(file.to_string(), text);
            }
        }
    }
}
