//! The auditor: checks the logs of others without any key of theirs, remembers the last head of each,
//! and cosigns what extends it (manual: *log*, "Cosigning").
//!
//! An auditor has a key of its own and nothing else. What is checked comes from a [`Source`]: a locked
//! vault, an audit bundle, a proof file. A head that does not extend the one seen before is not
//! cosigned but refused, with a signed [`Refusal`] that anybody can check.

mod key;
mod refusal;
mod seen;
mod source;

use std::path::PathBuf;

pub use key::AuditorKey;
pub use refusal::{Fork, Reason, Refusal, RefusalError};
pub use seen::{SEEN_MAX, Seen};
pub use source::Source;

use crate::codec::DecodeError;
use crate::crypto::sign::VerifyingKey;
use crate::i18n::{Localize, Message};
use crate::log::{
    BundleError, Checkpoint, CheckpointError, NoteError, Origin, ProofFileError, SignedCheckpoint,
};
use crate::vault::VaultError;
use crate::vault::audit::Known;

/// Why an auditor did not do something.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditorError {
    /// The key file is not one.
    #[error("this is no key file of an auditor")]
    Key,
    /// The name of the key cannot be used.
    #[error(transparent)]
    Name(#[from] NoteError),
    /// The file of heads seen is damaged.
    #[error("the file of heads seen is damaged: {0}")]
    Seen(DecodeError),
    /// The log was never seen, and its key was not brought from elsewhere.
    #[error("this log is new here, and nobody said which key signs its heads")]
    NewLog,
    /// The key of the log is not the one of last time.
    #[error("the key of this log is another than last time")]
    OtherKey,
    /// A checkpoint alone does not show that it extends the head seen before.
    #[error("a proof from {old} entries is needed")]
    ProofNeeded {
        /// Size of the head seen before.
        old: u64,
    },
    /// The clock shows an earlier time than at the last cosignature.
    #[error("the clock shows an earlier time than at the last cosignature")]
    Clock,
    /// The head is not signed by its log.
    #[error(transparent)]
    Head(#[from] CheckpointError),
    /// A proof was not accepted.
    #[error(transparent)]
    Proof(#[from] ProofFileError),
    /// The bundle could not be read.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The vault could not be read.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The system has no randomness, or a key is unusable.
    #[error(transparent)]
    Crypto(#[from] crate::crypto::CryptoError),
}

impl Localize for AuditorError {
    fn message(&self) -> Message {
        match self {
            Self::Key => Message::new("auditor-key"),
            Self::Name(e) => e.message(),
            Self::Seen(_) => Message::new("auditor-seen"),
            Self::NewLog => Message::new("auditor-new-log"),
            Self::OtherKey => Message::new("auditor-other-key"),
            Self::ProofNeeded { old } => Message::new("auditor-proof-needed").with("old", *old),
            Self::Clock => Message::new("auditor-clock"),
            Self::Head(e) => e.message(),
            Self::Proof(e) => e.message(),
            Self::Bundle(e) => e.message(),
            Self::Vault(e) => e.message(),
            Self::Crypto(_) => Message::new("auditor-crypto"),
        }
    }
}

/// What came of being asked for a cosignature.
#[derive(Debug)]
pub enum Answer {
    /// The head with the cosignature.
    Cosigned(Box<SignedCheckpoint>),
    /// The head does not extend the one seen before.
    Refused(Box<Refusal>),
}

/// Cosigns the head of a source if it extends the head seen before, and remembers it. `key` is the
/// key of the log from somewhere else; the first time it is needed. `keep` stores the heads seen; it is
/// called, and must have succeeded, before the cosignature goes out.
///
/// The caller has read the whole log of a vault or bundle before.
///
/// # Errors
/// [`AuditorError`]; nothing is cosigned or remembered then.
pub fn cosign<E: From<AuditorError>>(
    auditor: &AuditorKey,
    seen: &mut Seen,
    source: &Source,
    key: Option<VerifyingKey>,
    time: u64,
    keep: impl FnOnce(&Seen) -> Result<(), E>,
) -> Result<Answer, E> {
    let head = source.head().clone();
    let origin = head.checkpoint().origin().clone();
    let before = seen.last(&origin).map_err(AuditorError::Seen)?;
    let log_key = match (&before, key) {
        (None, None) => return Err(AuditorError::NewLog.into()),
        (None, Some(key)) => key,
        (Some((known, _)), Some(key)) if *known != key => {
            return Err(AuditorError::OtherKey.into());
        }
        (Some((known, _)), _) => *known,
    };
    head.verify(&origin, log_key).map_err(AuditorError::Head)?;
    if let Some((_, last)) = &before {
        if let Some(reason) = objection(source, last, &head)? {
            let refusal = Refusal::new(auditor, time, last.clone(), head, reason);
            return Ok(Answer::Refused(Box::new(refusal?)));
        }
        let times = last.cosignatures(&[auditor.cosigner()]);
        let times = times.map_err(AuditorError::Head)?;
        if times.iter().any(|c| c.time > time) {
            return Err(AuditorError::Clock.into());
        }
    }
    // One cosignature of a key: an earlier one on the same head gives way to the new time.
    let mut cosigned = head.without(&auditor.cosigner());
    cosigned
        .cosign(auditor.name(), auditor.cosigning(), time)
        .map_err(AuditorError::Head)?;
    seen.put(log_key, &cosigned);
    keep(seen)?;
    Ok(Answer::Cosigned(Box::new(cosigned)))
}

/// What the auditor knows of the log of a source before it looks: the key, and, if the log says to follow on
/// another after a restore, the heads seen of that one. A succession that hides what was lost does not
/// stand an audit with these. The last head of the log itself is for [`cosign`] to compare.
///
/// # Errors
/// [`AuditorError::Seen`].
pub fn known_before(seen: &Seen, source: &Source) -> Result<Known, AuditorError> {
    let last = |origin: &Origin| seen.last(origin).map_err(AuditorError::Seen);
    let own = last(source.head().checkpoint().origin())?;
    let mut known = Known {
        key: own.map(|(key, _)| key),
        ..Known::default()
    };
    let former: &[Origin] = match source {
        Source::Vault(log) => log.former(),
        _ => &[],
    };
    for origin in former {
        if let Some((key, head)) = last(origin)? {
            known.key = known.key.or(Some(key));
            known.heads.push(head);
        }
    }
    Ok(known)
}

/// Why `head` cannot be cosigned after `last`, if so.
fn objection(
    source: &Source,
    last: &SignedCheckpoint,
    head: &SignedCheckpoint,
) -> Result<Option<Reason>, AuditorError> {
    let (old, new): (&Checkpoint, &Checkpoint) = (last.checkpoint(), head.checkpoint());
    if new.size() < old.size() {
        return Ok(Some(Reason::Older));
    }
    if new.size() == old.size() {
        return Ok((new.root() != old.root()).then(|| {
            Reason::Fork(Fork {
                prefix: *new.root(),
                hashes: Vec::new(),
            })
        }));
    }
    match source {
        Source::Head(_) => Err(AuditorError::ProofNeeded { old: old.size() }),
        Source::Proof(file) => match file.check(old) {
            Ok(()) => Ok(None),
            Err(ProofFileError::Proof(_)) => Ok(Some(Reason::Unproved)),
            Err(e) => Err(e.into()),
        },
        Source::Offer(offer) => {
            let found = offer.earlier.iter().find(|e| e.size == old.size());
            let found = found.ok_or(AuditorError::ProofNeeded { old: old.size() })?;
            let fork = Fork {
                prefix: found.root,
                hashes: found.hashes.clone(),
            };
            if !fork.leads_to(old.size(), new) {
                return Ok(Some(Reason::Unproved));
            }
            Ok((found.root != *old.root()).then_some(Reason::Fork(fork)))
        }
        Source::Vault(_) | Source::Bundle(_) => {
            let prefix = source.root_at(old.size())?;
            let file = source.consistency(old.size(), head.clone())?;
            let fork = Fork {
                prefix,
                hashes: file.hashes().to_vec(),
            };
            if !fork.leads_to(old.size(), new) {
                // The tree that is shown is not even that of its own head.
                return Ok(Some(Reason::Unproved));
            }
            Ok((prefix != *old.root()).then_some(Reason::Fork(fork)))
        }
    }
}

/// Where an auditor keeps the heads seen, unless told otherwise: beside the key.
pub fn seen_beside(key: &std::path::Path) -> PathBuf {
    let mut name = key.as_os_str().to_owned();
    name.push(".seen");
    name.into()
}
