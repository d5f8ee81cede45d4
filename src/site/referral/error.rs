//! Why a referral was not made, taken or decided.

use crate::i18n::{Localize, Message};
use crate::record::Date;

/// Why a referral was not made, taken or decided. Nothing was changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReferralError {
    /// The person's consent for referral does not hold today.
    #[error("there is no consent for referral that holds today")]
    NoConsent,
    /// The record came by a referral that was revoked.
    #[error("the record came by a referral that was revoked")]
    CameRevoked,
    /// No field of a record has this id.
    #[error("{0} is not a field")]
    NoSuchField(String),
    /// Nothing of the record was chosen.
    #[error("no field was chosen that holds anything")]
    NoFields,
    /// There is no file of evidence like this with the record.
    #[error("no such file of evidence")]
    NoSuchFile,
    /// No referral, or more than one, has this id.
    #[error("no such referral")]
    NoSuchReferral,
    /// The referral was decided, or revoked.
    #[error("the referral is decided already")]
    Decided,
    /// The last day of the consent has passed.
    #[error("the consent ended on {0}")]
    Over(Date),
    /// What came cannot be a record.
    #[error("what came is not a record that can be stored")]
    Record,
}

impl Localize for ReferralError {
    fn message(&self) -> Message {
        match self {
            Self::NoConsent => Message::new("referral-error-no-consent"),
            Self::CameRevoked => Message::new("referral-error-came-revoked"),
            Self::NoSuchField(name) => {
                Message::new("referral-error-no-such-field").with("field", name.as_str())
            }
            Self::NoFields => Message::new("referral-error-no-fields"),
            Self::NoSuchFile => Message::new("referral-error-no-such-file"),
            Self::NoSuchReferral => Message::new("referral-error-no-such-referral"),
            Self::Decided => Message::new("referral-error-decided"),
            Self::Over(day) => Message::new("referral-error-over").with("day", day.to_string()),
            Self::Record => Message::new("referral-error-record"),
        }
    }
}
