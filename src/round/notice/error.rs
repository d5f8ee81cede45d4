//! Why a request was not taken or answered.

use crate::i18n::{Arg, Localize, Message};
use crate::round::Time;

/// Why a request was not taken or answered. Nothing was changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoticeError {
    /// No request, or more than one, has this id.
    #[error("no such request")]
    NoSuchRequest,
    /// The answers of the batch were written already.
    #[error("the answer has left")]
    Sent,
    /// The day until which the batch could be answered has passed.
    #[error("it could be answered until {0}")]
    Late(Time),
    /// The file comes before its day.
    #[error("it may not be opened before {0}")]
    Early(Time),
    /// Another file of the same batch was taken before.
    #[error("another list of the same batch was taken before")]
    SecondBatch,
    /// No house could be told: no card of another house of the round is pinned, or all were left out.
    #[error("no house could be told")]
    NoHouse,
    /// More houses could be told than a letter has room for.
    #[error("more than {0} houses")]
    TooManyHouses(usize),
    /// The line about how to get in touch is too long or has signs that cannot be in it.
    #[error("the line cannot be written")]
    Contact,
    /// The round ends later for its requests.
    #[error("requests are open until {0}")]
    Open(Time),
}

impl Localize for NoticeError {
    fn message(&self) -> Message {
        let day = |id, time: &Time| {
            let day = time
                .day()
                .map_or_else(|| time.to_string().into(), Arg::from);
            Message::new(id).with("day", day)
        };
        match self {
            Self::NoSuchRequest => Message::new("notice-error-no-such-request"),
            Self::Sent => Message::new("notice-error-sent"),
            Self::Late(time) => day("notice-error-late", time),
            Self::Early(time) => day("notice-error-early", time),
            Self::SecondBatch => Message::new("notice-error-second-batch"),
            Self::NoHouse => Message::new("notice-error-no-house"),
            Self::TooManyHouses(most) => {
                Message::new("notice-error-too-many-houses").with("most", *most)
            }
            Self::Contact => Message::new("notice-error-contact"),
            Self::Open(time) => day("notice-error-open", time),
        }
    }
}
