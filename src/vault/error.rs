//! What can go wrong with a vault, as data.

use std::io;

use super::recovery::RecoveryCodeError;
use super::shares::ShareError;
use crate::codec::DecodeError;
use crate::crypto::CryptoError;
use crate::crypto::travel::TravelError;
use crate::i18n::{Localize, Message};
use crate::log::{BundleError, CheckpointError};

/// Why an operation on a vault did not happen. Nothing was changed unless a variant says so. No
/// variant carries a name, a secret or the content of a record.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// There is no vault in this folder.
    #[error("there is no vault here")]
    NoVault,
    /// There is a vault already, or the folder is not empty.
    #[error("the folder is not empty")]
    Occupied,
    /// The keyring file is missing.
    #[error("the keyring is missing")]
    NoKeyring,
    /// The passphrase, code or file opens no slot.
    #[error("the key opens nothing here")]
    WrongKey,
    /// The key already opens a slot.
    #[error("the key already opens a slot")]
    KeyInUse,
    /// The slot lacks the right.
    #[error("this key is not allowed to do that")]
    NotAllowed,
    /// The policy of the vault wants two slots for this.
    #[error("this needs a second slot")]
    NeedsTwo,
    /// The second slot is the first.
    #[error("the second slot is the one that is open already")]
    SameSlot,
    /// The key is neither a recovery code nor recovery shares.
    #[error("this key is no way of recovery")]
    NotRecovery,
    /// No way of recovery was ever proved to open the vault.
    #[error("no way of recovery has passed a drill")]
    NotDrilled,
    /// The record is on legal hold.
    #[error("the record is on legal hold")]
    Held,
    /// No slot has this id.
    #[error("no such slot")]
    NoSuchSlot,
    /// Nobody could manage the keys afterwards.
    #[error("the last slot that can manage the keys cannot be removed")]
    LastSlot,
    /// The keyring is full.
    #[error("too many slots")]
    TooManySlots,
    /// A name is empty, too long, or contains control characters.
    #[error("a name is empty, too long or has control characters")]
    BadName,
    /// The keyring was not signed by this vault.
    #[error("the keyring is forged or damaged")]
    KeyringForged,
    /// The keyring is not the one that the chain names: an older copy, or one of another vault.
    #[error("the keyring is not the one that the chain names")]
    KeyringReplaced,
    /// Another program changed the keys after this one had opened them.
    #[error("the keys were changed meanwhile")]
    KeysChanged,
    /// No record has this id.
    #[error("no such record")]
    NoSuchRecord,
    /// The beginning of an id fits several records.
    #[error("{0} records begin like this")]
    AmbiguousId(usize),
    /// The record was changed after this program read it.
    #[error("the record was changed meanwhile")]
    Changed,
    /// The record lies in a compartment that this slot does not open.
    #[error("the record is in a compartment that this key does not open")]
    Locked,
    /// No compartment takes this kind of record.
    #[error("no compartment takes this kind of record")]
    NoCompartment,
    /// Two records are linked already, or the same.
    #[error("the records are linked already")]
    AlreadyLinked,
    /// Two records are not linked.
    #[error("the records are not linked")]
    NotLinked,
    /// The vault is damaged or was altered; where, as a leaf of the log.
    #[error("the vault is damaged or was altered at entry {leaf}")]
    Altered {
        /// Index of the leaf in the log, from 0.
        leaf: u64,
    },
    /// The log was altered: its head, its frontier or its unsigned end do not fit.
    #[error("the log was altered")]
    LogAltered,
    /// The database is not one of this program, or its structure was changed.
    #[error("the database is not a vault, or its structure was changed")]
    Schema,
    /// The format is newer than this program.
    #[error("the vault was made by a newer version")]
    Newer,
    /// Another program holds the vault for too long.
    #[error("another program is using the vault")]
    Busy,
    /// The disk is full.
    #[error("the disk is full")]
    DiskFull,
    /// The disk did not take what was written: a quota, a limit of the system, or a fault.
    #[error("the disk did not accept the data")]
    NotWritten,
    /// Another program was interrupted in the middle of an act, and who only reads cannot undo it.
    #[error("an act was interrupted and is still to be undone")]
    Interrupted,
    /// The folder cannot be written.
    #[error("the medium is read-only")]
    ReadOnly,
    /// The record is larger than the format allows.
    #[error("the record is too large")]
    TooLarge,
    /// Not even the beginning of the log could be found.
    #[error("nothing of the vault can be saved")]
    BeyondRepair,
    /// The files of a backup are not the ones that were written.
    #[error("the backup is damaged")]
    BackupDamaged,
    /// The key file belongs to another backup.
    #[error("the key is that of another backup")]
    BackupKey,
    /// A head or a copy does not belong to this vault, or contradicts it.
    #[error("what is known of the vault does not fit it")]
    OtherVault,
    /// A file that travels could not be written or opened.
    #[error(transparent)]
    Travel(#[from] TravelError),
    /// A recovery code was mistyped.
    #[error(transparent)]
    RecoveryCode(#[from] RecoveryCodeError),
    /// Recovery shares do not open anything.
    #[error(transparent)]
    Share(#[from] ShareError),
    /// Stored bytes are not what the format says.
    #[error("stored data is damaged: {0}")]
    Decode(#[from] DecodeError),
    /// Cryptography refused.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    /// The database refused; the text is SQLite's and contains no data.
    #[error("database: {0}")]
    Database(String),
    /// A head was not accepted.
    #[error(transparent)]
    Head(#[from] CheckpointError),
    /// A head is not one of this log: its entries are others.
    #[error("the head of {size} entries is not one of this log")]
    OtherHead {
        /// Its size.
        size: u64,
    },
    /// No cosigner that is known here has signed the head.
    #[error("no known cosigner has signed this head")]
    NotCosigned,
    /// There is no such entry under a signed head.
    #[error("entry {entry} is not under the signed head of {signed} entries")]
    NoSuchEntry {
        /// Index of the entry.
        entry: u64,
        /// Size of the head.
        signed: u64,
    },
    /// An audit bundle could not be written.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The operating system refused.
    #[error("file system: {0}")]
    Io(#[from] io::Error),
}

impl VaultError {
    /// Whether this says that something was altered or damaged, rather than that something cannot
    /// be done.
    pub fn is_integrity(&self) -> bool {
        matches!(
            self,
            Self::KeyringForged
                | Self::KeyringReplaced
                | Self::Altered { .. }
                | Self::LogAltered
                | Self::Schema
                | Self::OtherHead { .. }
                | Self::Bundle(BundleError::OtherLeaves)
                | Self::BeyondRepair
                | Self::BackupDamaged
                | Self::OtherVault
                | Self::Travel(TravelError::Damaged | TravelError::Format)
                | Self::Decode(_)
        )
    }
}

impl From<rusqlite::Error> for VaultError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{ErrorCode, ffi};
        match error.sqlite_error().map(|e| e.extended_code) {
            Some(
                ffi::SQLITE_IOERR_WRITE
                | ffi::SQLITE_IOERR_FSYNC
                | ffi::SQLITE_IOERR_DIR_FSYNC
                | ffi::SQLITE_IOERR_TRUNCATE,
            ) => return Self::NotWritten,
            Some(ffi::SQLITE_READONLY_ROLLBACK) => return Self::Interrupted,
            _ => {}
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen) => Self::ReadOnly,
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Schema,
            // Only the code: the long text could quote a value.
            Some(code) => Self::Database(format!("{code:?}")),
            None => match error {
                rusqlite::Error::QueryReturnedNoRows
                | rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::InvalidColumnType(..) => Self::Schema,
                _ => Self::Database("other".to_owned()),
            },
        }
    }
}

impl Localize for VaultError {
    fn message(&self) -> Message {
        let id = match self {
            Self::NoVault => "vault-error-no-vault",
            Self::Occupied => "vault-error-occupied",
            Self::NoKeyring => "vault-error-no-keyring",
            Self::WrongKey => "vault-error-wrong-key",
            Self::KeyInUse => "vault-error-key-in-use",
            Self::NotAllowed => "vault-error-not-allowed",
            Self::NeedsTwo => "vault-error-needs-two",
            Self::SameSlot => "vault-error-same-slot",
            Self::NotRecovery => "vault-error-not-recovery",
            Self::NotDrilled => "vault-error-not-drilled",
            Self::Held => "vault-error-held",
            Self::NoSuchSlot => "vault-error-no-such-slot",
            Self::LastSlot => "vault-error-last-slot",
            Self::TooManySlots => "vault-error-too-many-slots",
            Self::BadName => "vault-error-bad-name",
            Self::KeyringForged => "vault-error-keyring-forged",
            Self::KeyringReplaced => "vault-error-keyring-replaced",
            Self::KeysChanged => "vault-error-keys-changed",
            Self::NoSuchRecord => "vault-error-no-such-record",
            Self::AmbiguousId(n) => {
                return Message::new("vault-error-ambiguous-id").with("count", *n);
            }
            Self::Changed => "vault-error-changed",
            Self::Locked => "vault-error-locked",
            Self::NoCompartment => "vault-error-no-compartment",
            Self::AlreadyLinked => "vault-error-already-linked",
            Self::NotLinked => "vault-error-not-linked",
            Self::Altered { leaf } => {
                return Message::new("vault-error-altered").with("leaf", *leaf);
            }
            Self::LogAltered => "vault-error-log-altered",
            Self::Schema => "vault-error-schema",
            Self::Newer | Self::Decode(DecodeError::Version(_)) => "vault-error-newer",
            Self::Busy => "vault-error-busy",
            Self::DiskFull => "vault-error-disk-full",
            Self::NotWritten => "vault-error-not-written",
            Self::Interrupted => "vault-error-interrupted",
            Self::ReadOnly => "vault-error-read-only",
            Self::TooLarge => "vault-error-too-large",
            Self::BeyondRepair => "vault-error-beyond-repair",
            Self::BackupDamaged => "vault-error-backup-damaged",
            Self::BackupKey => "vault-error-backup-key",
            Self::OtherVault => "vault-error-other-vault",
            Self::Travel(TravelError::Recipient) => "vault-error-travel-recipient",
            Self::Travel(TravelError::Io(error)) => return io_message(error),
            Self::Travel(_) => "vault-error-travel-damaged",
            Self::RecoveryCode(RecoveryCodeError::Length(n)) => {
                return Message::new("vault-error-code-length").with("count", *n);
            }
            Self::RecoveryCode(RecoveryCodeError::Character(n)) => {
                return Message::new("vault-error-code-character").with("group", *n);
            }
            Self::RecoveryCode(RecoveryCodeError::Group(n)) => {
                return Message::new("vault-error-code-group").with("group", *n);
            }
            Self::Share(e) => return share_message(*e),
            Self::Decode(_) => "vault-error-damaged",
            Self::Crypto(CryptoError::Random) => "vault-error-random",
            Self::Crypto(CryptoError::Parameters) => "vault-error-memory",
            Self::Crypto(_) => "vault-error-crypto",
            Self::Database(what) => {
                return Message::new("vault-error-database").with("what", what.as_str());
            }
            Self::Head(e) => return e.message(),
            Self::OtherHead { size } => {
                return Message::new("vault-error-other-head").with("size", *size);
            }
            Self::NotCosigned => "vault-error-not-cosigned",
            Self::NoSuchEntry { entry, signed } => {
                return Message::new("vault-error-no-such-entry")
                    .with("entry", *entry)
                    .with("signed", *signed);
            }
            Self::Bundle(e) => return e.message(),
            Self::Io(error) => return io_message(error),
        };
        Message::new(id)
    }
}

fn share_message(error: ShareError) -> Message {
    match error {
        ShareError::Length(n) => Message::new("vault-error-share-length").with("count", n),
        ShareError::Character(n) | ShareError::Group(n) => {
            Message::new("vault-error-share-group").with("group", n)
        }
        ShareError::Form => Message::new("vault-error-share-form"),
        ShareError::Mixed(n) => Message::new("vault-error-share-mixed").with("number", n),
        ShareError::Twice(n) => Message::new("vault-error-share-twice").with("number", n),
        ShareError::TooFew { have, need } => Message::new("vault-error-share-few")
            .with("have", have)
            .with("need", need),
        ShareError::Wrong => Message::new("vault-error-share-wrong"),
        ShareError::Numbers => Message::new("vault-error-share-numbers"),
    }
}

fn io_message(error: &io::Error) -> Message {
    match error.kind() {
        io::ErrorKind::StorageFull => Message::new("vault-error-disk-full"),
        io::ErrorKind::QuotaExceeded => Message::new("vault-error-not-written"),
        io::ErrorKind::PermissionDenied => Message::new("vault-error-permission"),
        io::ErrorKind::ReadOnlyFilesystem => Message::new("vault-error-read-only"),
        kind => Message::new("vault-error-io").with("what", kind.to_string()),
    }
}
