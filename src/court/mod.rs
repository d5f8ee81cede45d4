//! A file of evidence for a court, in one folder (manual: *court*).
//!
//! The folder has the file in clear, its sealed description with the one key that opens it, every act
//! on it with salt and proof, the heads with their cosignatures, the receipts, a page for people in
//! Spanish and English, and a verifier that is not this program. It shows nothing of any other entry of
//! the log.

mod check;
mod export;
mod keys;
mod page;
mod pages;
mod receipt;

use std::io;

pub use check::{CheckedAct, CheckedReceipt, Finding, Known, Verdict, check};
pub use export::{Request, export};
pub use keys::Keys;
pub use pages::strange_pages;
pub use receipt::{Returned, keep, receive};

use crate::codec::DecodeError;
use crate::i18n::{Localize, Message};
use crate::round::RoundError;
use crate::vault::VaultError;

/// Names in the folder.
pub(crate) mod names {
    /// The keys of the log, of the cosigners that the house trusts, of the slots.
    pub const KEYS: &str = "keys";
    /// The folder with the file.
    pub const ITEM: &str = "item";
    /// In it: the sealed description with its key.
    pub const DESCRIPTION: &str = "description";
    /// In it: the folder with the file in clear and nothing else.
    pub const FILE: &str = "file";
    /// The acts, each as an inclusion proof.
    pub const CUSTODY: &str = "custody";
    /// Heads, by size, and proofs that the newest extends them.
    pub const HEADS: &str = "heads";
    /// Receipts, by entry, each a folder like that of the file.
    pub const RECEIPTS: &str = "receipts";
    /// In a receipt's folder: the card of who signed.
    pub const CARD: &str = "card";
    /// SHA-256 of every other file, for `sha256sum -c`.
    pub const SUMS: &str = "SHA256SUMS";
    /// The verifier.
    pub const VERIFIER: &str = "verify_vault.py";
    /// The page in Spanish.
    pub const PAGE_ES: &str = "informe.html";
    /// The page in English.
    pub const PAGE_EN: &str = "report.html";
}

/// Why a folder was not written or not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CourtError {
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A file of the folder could not be read or written.
    #[error("{name}: {kind}")]
    File {
        /// Its name in the folder.
        name: String,
        /// What the system says.
        kind: io::ErrorKind,
    },
    /// There is no such folder, or it is none for a court.
    #[error("this is no folder for a court")]
    NoFolder,
    /// A file is not of its form.
    #[error("{name}: {error}")]
    Form {
        /// Its name in the folder.
        name: String,
        /// What is wrong.
        error: DecodeError,
    },
    /// What was about to be given away, or was received, does not hold.
    #[error("the folder does not hold")]
    Unsound,
    /// The file was not handed over.
    #[error("the file was not handed over")]
    NotHandedOver,
    /// A receipt for something else.
    #[error("the receipt is for something else")]
    OtherReceipt,
    /// A receipt or a card is not accepted.
    #[error(transparent)]
    Round(#[from] RoundError),
}

impl CourtError {
    fn io(name: &str, error: &io::Error) -> Self {
        Self::File {
            name: name.to_owned(),
            kind: error.kind(),
        }
    }
}

impl Localize for CourtError {
    fn message(&self) -> Message {
        let named = |id, name: &str| Message::new(id).with("file", name);
        match self {
            Self::Vault(e) => e.message(),
            Self::File {
                name,
                kind: io::ErrorKind::AlreadyExists,
            } => named("court-occupied", name),
            Self::File { name, .. } => named("court-file", name),
            Self::NoFolder => Message::new("court-no-folder"),
            Self::Form { name, .. } => named("court-form", name),
            Self::Unsound => Message::new("court-unsound"),
            Self::NotHandedOver => Message::new("court-not-handed-over"),
            Self::OtherReceipt => Message::new("court-other-receipt"),
            Self::Round(e) => e.message(),
        }
    }
}
