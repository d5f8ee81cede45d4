//! A head that was refused, said so that anybody can check it (manual: *log*, "Refusals").

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{AuditorError, AuditorKey};
use crate::crypto::hash::Digest;
use crate::crypto::sign::VerifyingKey;
use crate::i18n::{Localize, Message};
use crate::log::checkpoint::{decimal, hash_line};
use crate::log::merkle::{MAX_PROOF, verify_consistency};
use crate::log::{Checkpoint, CheckpointError, Note, NoteError, NoteKey, SignedCheckpoint};

const HEADER: &str = "sigilo/refused-head/v1";

/// Evidence that a log told two stories: what the tree of the newer head has in the place of the
/// older head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fork {
    /// Root of as many leaves as the older head has, in the tree of the newer head.
    pub prefix: Digest,
    /// Consistency proof from there to the newer head.
    pub hashes: Vec<Digest>,
}

impl Fork {
    /// Whether the tree of `head` begins with `size` leaves under this root.
    pub(super) fn leads_to(&self, size: u64, head: &Checkpoint) -> bool {
        let (new, root) = (head.size(), head.root());
        verify_consistency(size, &self.prefix, new, root, &self.hashes).is_ok()
    }
}

/// Why a head was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The log has two histories. Both heads are signed by it, so this convicts it without the
    /// auditor's word.
    Fork(Fork),
    /// The head is smaller than the one seen before: an old copy was put back. That the larger one was
    /// seen first is the auditor's word.
    Older,
    /// What was brought does not show that the head extends the one seen before.
    Unproved,
}

impl Localize for Reason {
    fn message(&self) -> Message {
        Message::new(match self {
            Self::Fork(_) => "auditor-refused-fork",
            Self::Older => "auditor-refused-older",
            Self::Unproved => "auditor-refused-unproved",
        })
    }
}

/// Why a refusal does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RefusalError {
    /// It is not signed by that auditor, or is no signed note.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// A line is not what belongs there; lines count from 1.
    #[error("line {0} is not that of a refusal")]
    Line(usize),
    /// One of the heads is not signed by the log.
    #[error(transparent)]
    Head(#[from] CheckpointError),
    /// The heads do not show what is said of them.
    #[error("the heads do not show what the refusal says")]
    Empty,
}

impl Localize for RefusalError {
    fn message(&self) -> Message {
        match self {
            Self::Note(e) => e.message(),
            Self::Line(line) => Message::new("log-file-line").with("line", *line),
            Self::Head(e) => e.message(),
            Self::Empty => Message::new("auditor-refusal-empty"),
        }
    }
}

/// A signed refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    time: u64,
    last: SignedCheckpoint,
    given: SignedCheckpoint,
    reason: Reason,
    note: Note,
}

impl Refusal {
    pub(super) fn new(
        auditor: &AuditorKey,
        time: u64,
        last: SignedCheckpoint,
        given: SignedCheckpoint,
        reason: Reason,
    ) -> Result<Self, AuditorError> {
        let word = match reason {
            Reason::Fork(_) => "fork",
            Reason::Older => "older",
            Reason::Unproved => "unproved",
        };
        let mut text = format!("{HEADER}\ntime {time}\nreason {word}\n");
        for (name, head) in [("last", &last), ("given", &given)] {
            text.push_str(&format!("{name} {}\n", STANDARD.encode(head.to_string())));
        }
        if let Reason::Fork(fork) = &reason {
            for hash in std::iter::once(&fork.prefix).chain(&fork.hashes) {
                text.push_str(&format!("{}\n", STANDARD.encode(hash)));
            }
        }
        let mut note = Note::new(text)?;
        note.sign(auditor.name(), auditor.stating())?;
        Ok(Self {
            time,
            last,
            given,
            reason,
            note,
        })
    }

    /// Reads a refusal; checks form only.
    ///
    /// # Errors
    /// [`RefusalError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, RefusalError> {
        let note = Note::parse(bytes)?;
        let mut lines = note.text().lines().enumerate();
        let mut next = |word: &str| {
            let (n, line) = lines.next().ok_or(RefusalError::Line(1))?;
            let rest = line.strip_prefix(word).ok_or(RefusalError::Line(n + 1))?;
            Ok::<_, RefusalError>((n + 1, rest))
        };
        if !next(HEADER)?.1.is_empty() {
            return Err(RefusalError::Line(1));
        }
        let time = decimal(next("time ")?.1).ok_or(RefusalError::Line(2))?;
        let word = next("reason ")?.1;
        let mut head = |word: &str| {
            let (n, encoded) = next(word)?;
            let bytes = STANDARD.decode(encoded);
            let bytes = bytes.map_err(|_| RefusalError::Line(n))?;
            Ok::<_, RefusalError>(SignedCheckpoint::parse(&bytes)?)
        };
        let (last, given) = (head("last ")?, head("given ")?);
        let mut hashes = Vec::new();
        for (n, line) in lines {
            if hashes.len() > MAX_PROOF {
                return Err(RefusalError::Line(n + 1));
            }
            hashes.push(hash_line(line).ok_or(RefusalError::Line(n + 1))?);
        }
        let reason = match (word, hashes.split_first()) {
            ("fork", Some((prefix, hashes))) => Reason::Fork(Fork {
                prefix: *prefix,
                hashes: hashes.to_vec(),
            }),
            ("older", None) => Reason::Older,
            ("unproved", None) => Reason::Unproved,
            _ => return Err(RefusalError::Line(3)),
        };
        Ok(Self {
            time,
            last,
            given,
            reason,
            note,
        })
    }

    /// When, in seconds since 1970 by the auditor's clock.
    pub fn time(&self) -> u64 {
        self.time
    }

    /// The head that the auditor had seen before.
    pub fn last(&self) -> &SignedCheckpoint {
        &self.last
    }

    /// The head that was refused.
    pub fn given(&self) -> &SignedCheckpoint {
        &self.given
    }

    /// Why.
    pub fn reason(&self) -> &Reason {
        &self.reason
    }

    /// Checks that both heads are signed by the log and that they show what is said. A fork is proved
    /// by this alone; of the other reasons the auditor's signature is all there is, so its key is needed
    /// for them.
    ///
    /// # Errors
    /// [`RefusalError`].
    pub fn verify(
        &self,
        log_key: VerifyingKey,
        auditor: Option<&NoteKey>,
    ) -> Result<(), RefusalError> {
        if let Some(auditor) = auditor {
            self.note.verify(std::slice::from_ref(auditor))?;
        }
        let origin = self.last.checkpoint().origin();
        let last = self.last.verify(origin, log_key)?;
        let given = self.given.verify(origin, log_key)?;
        let holds = match &self.reason {
            Reason::Fork(fork) => {
                fork.prefix != *last.root() && last.size() > 0 && fork.leads_to(last.size(), given)
            }
            Reason::Older => auditor.is_some() && given.size() < last.size(),
            Reason::Unproved => auditor.is_some() && given.size() > last.size(),
        };
        if holds {
            Ok(())
        } else {
            Err(RefusalError::Empty)
        }
    }
}

/// The signed note.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}
