//! How a command ends when it does not succeed. The codes are interface.

use sigilo::crypto::travel::TravelError;
use sigilo::i18n::{Localize, Message};
use sigilo::vault::VaultError;
use sigilo::vault::shares::ShareError;

/// Something failed.
pub(crate) const FAILED: u8 = 1;
/// The command line was wrong.
pub(crate) const USAGE: u8 = 2;
/// Nothing was found.
pub(crate) const NOTHING: u8 = 3;
/// The key was wrong.
pub(crate) const WRONG_KEY: u8 = 4;
/// Something was altered or is damaged.
pub(crate) const INTEGRITY: u8 = 5;
/// Refused by policy or quota.
pub(crate) const REFUSED: u8 = 6;

/// Ctrl-C: 128 and the number of the signal.
pub(crate) const INTERRUPTED: u8 = 130;

/// The code of the most serious of several mistakes (manual: *exit*).
pub(crate) fn worst(codes: impl IntoIterator<Item = u8>) -> u8 {
    const ORDER: [u8; 5] = [FAILED, NOTHING, WRONG_KEY, REFUSED, INTEGRITY];
    let place = |code: &u8| ORDER.iter().position(|c| c == code);
    codes.into_iter().max_by_key(place).unwrap_or(FAILED)
}

/// Why a command did not succeed: an exit code and what to tell the person.
#[derive(Debug)]
pub(crate) struct Failure {
    pub code: u8,
    pub message: Message,
}

impl Failure {
    pub fn new(code: u8, message: Message) -> Self {
        Self { code, message }
    }

    pub fn of(id: &'static str) -> Self {
        Self::new(FAILED, Message::new(id))
    }

    pub fn usage(id: &'static str) -> Self {
        Self::new(USAGE, Message::new(id))
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        let code = match &error {
            VaultError::WrongKey | VaultError::RecoveryCode(_) => WRONG_KEY,
            VaultError::Share(ShareError::Numbers) => USAGE,
            VaultError::Share(_) | VaultError::Travel(TravelError::Recipient) => WRONG_KEY,
            VaultError::NoSuchRecord | VaultError::NoSuchSlot | VaultError::NoVault => NOTHING,
            VaultError::NotRecovery => USAGE,
            VaultError::NotAllowed
            | VaultError::LastSlot
            | VaultError::Locked
            | VaultError::NeedsTwo
            | VaultError::SameSlot
            | VaultError::NotDrilled
            | VaultError::Held => REFUSED,
            e if e.is_integrity() => INTEGRITY,
            _ => FAILED,
        };
        Self::new(code, error.message())
    }
}

/// A file that a person named could not be read or written. The name of the file is theirs and is
/// shown; nothing of its content is.
pub(crate) fn file(path: &std::path::Path, error: &std::io::Error) -> Failure {
    use std::io::ErrorKind;
    let id = match error.kind() {
        ErrorKind::NotFound => "cli-file-not-found",
        ErrorKind::PermissionDenied => "cli-file-denied",
        ErrorKind::AlreadyExists => "cli-file-exists",
        ErrorKind::FileTooLarge => "cli-file-too-large",
        ErrorKind::InvalidData => "cli-file-not-text",
        ErrorKind::StorageFull => "vault-error-disk-full",
        _ => "cli-file-unreadable",
    };
    let name = path.display().to_string();
    Failure::new(FAILED, Message::new(id).with("file", name))
}
