//! Why a transfer was not written or taken.

use crate::codec::DecodeError;
use crate::i18n::{Localize, Message};
use crate::vault::VaultError;

/// Why a transfer was not written or taken. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// What the file holds is not what the format says.
    #[error("the content is not valid: {0}")]
    Content(#[from] DecodeError),
    /// The slot does not open every compartment.
    #[error("this key does not open every compartment")]
    Compartments,
    /// There is no compartment of somebody's choice with this name, from which the record came.
    #[error("there is no such compartment")]
    NoSuchCompartment(String),
    /// The card is not pinned as that of the same site.
    #[error("the vault is not one of the same site")]
    NotSameSite,
    /// The file begins behind what is here.
    #[error("the file begins at entry {from}, here are {have}")]
    Gap {
        /// First entry of the sender's log in the file.
        from: u64,
        /// Entries of the sender's log that are here.
        have: u64,
    },
    /// The head of the sender's log does not belong to the sender or does not fit the file.
    #[error("the head of the sender's log is not valid")]
    Checkpoint,
    /// A file of evidence in it is not the one that it says.
    #[error("a file of evidence is not the one that was announced")]
    Evidence,
    /// The file changed while it was read.
    #[error("the file changed while it was read")]
    FileChanged,
    /// The record has no conflict, or no erasure to decide on.
    #[error("there is nothing to settle")]
    NothingToSettle,
}

impl Localize for TransferError {
    fn message(&self) -> Message {
        match self {
            Self::Vault(e) => e.message(),
            Self::Content(DecodeError::Version(_)) => Message::new("transfer-error-newer"),
            Self::Content(_) => Message::new("transfer-error-content"),
            Self::NoSuchCompartment(name) => {
                Message::new("transfer-error-no-such-compartment").with("name", name.as_str())
            }
            Self::Compartments => Message::new("transfer-error-compartments"),
            Self::NotSameSite => Message::new("transfer-error-not-same-site"),
            Self::Gap { from, have } => Message::new("transfer-error-gap")
                .with("from", *from)
                .with("have", *have),
            Self::Checkpoint => Message::new("transfer-error-checkpoint"),
            Self::Evidence => Message::new("transfer-error-evidence"),
            Self::FileChanged => Message::new("transfer-error-file-changed"),
            Self::NothingToSettle => Message::new("transfer-error-nothing"),
        }
    }
}
