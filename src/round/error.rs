//! What can be wrong with a file of a round.

use super::envelope::Kind;
use super::parcel::ParcelKind;
use super::{Role, Time};
use crate::codec::DecodeError;
use crate::crypto::CryptoError;
use crate::crypto::travel::TravelError;
use crate::i18n::{Localize, Message};
use crate::log::note::NoteError;

/// Why a file of a round was refused. Nothing was changed when one of these is returned. Parties are
/// named as their pinned cards name them, or by fingerprint if they are not pinned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RoundError {
    /// A line of a note is not what the form wants; lines count from 1.
    #[error("line {line} is not valid: {field}")]
    Form {
        /// The line.
        line: usize,
        /// The field that was expected, or nothing if there is one line too many.
        field: &'static str,
    },
    /// The note or one of its signatures is not valid.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The content of an envelope is not valid.
    #[error("the content is not valid: {0}")]
    Content(#[from] DecodeError),
    /// A key or the random generator failed.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    /// Not a file of this program.
    #[error("this is not an envelope of a round")]
    NotAnEnvelope,
    /// Encrypted or addressed to somebody else.
    #[error("the file is for another party")]
    NotForYou,
    /// Changed or cut short.
    #[error("the file is damaged or cut short")]
    Damaged,
    /// A name that no card can have.
    #[error("the name cannot be on a card")]
    CardName,
    /// Larger than it can be.
    #[error("the file is too large")]
    TooLarge,
    /// It could not be read or written.
    #[error("the file could not be read or written")]
    Io,
    /// A file of another kind.
    #[error("the file is a {found:?}, not a {expected:?}")]
    WrongKind {
        /// The kind that was asked for.
        expected: Kind,
        /// The kind of the file.
        found: Kind,
    },
    /// A parcel of another kind.
    #[error("the file is a {found:?}, not a {expected:?}")]
    WrongParcel {
        /// The kind that was asked for.
        expected: ParcelKind,
        /// The kind of the file.
        found: ParcelKind,
    },
    /// A frame of a parcel that its sender did not write in this place; frames count from 0.
    #[error("frame {0} is not the sender's")]
    Frame(u64),
    /// A file of another round, or of another note of the same round.
    #[error("the file belongs to another round")]
    WrongRound,
    /// From somebody else than the file should be.
    #[error("the file is not from {0}")]
    WrongSender(String),
    /// The signature of the sender is not valid.
    #[error("the signature of {0} is not valid")]
    Signature(String),
    /// No card of this party is pinned; its fingerprint.
    #[error("no card is pinned for {0}")]
    NotPinned(String),
    /// The party has another role.
    #[error("{name} is not a {expected:?}")]
    WrongRole {
        /// Name on the pinned card.
        name: String,
        /// The role that was needed.
        expected: Role,
    },
    /// Another card of the same vault or the same key is pinned.
    #[error("another card of {0} is pinned")]
    OtherCardPinned(String),
    /// A signature that must be there is missing.
    #[error("{0} has not signed")]
    Unsigned(String),
    /// The party does not take part in the round.
    #[error("{0} does not take part in this round")]
    NotInRound(String),
    /// A join or note that is about another draft.
    #[error("it is about another draft")]
    WrongDraft,
    /// The join in the note is not the one that this holder made.
    #[error("the note does not contain the join that was made here")]
    WrongJoin,
    /// The round has no join of this holder, or two.
    #[error("the joins of the holders are not complete")]
    Joins,
    /// The proof that a holder knows its key is not valid.
    #[error("{0} has not shown that it knows its key")]
    Possession(String),
    /// Two holders have the same key, or the keys cancel out.
    #[error("the keys of the holders do not fit together")]
    Keys,
    /// Another note of the same round was accepted before.
    #[error("another note of the same round was accepted before")]
    SecondNote,
    /// The draft asks for less protection than the holder's own minimum.
    #[error("the draft asks for {found} thousandths of a bit, the minimum here is {minimum}")]
    Selectivity {
        /// H of the draft, in thousandths of a bit.
        found: u32,
        /// The minimum.
        minimum: u32,
    },
    /// The deadline of the round has passed.
    #[error("the deadline {0} has passed")]
    Late(Time),
    /// More persons than the quota allows.
    #[error("{asked} persons, the quota is {quota}")]
    Quota {
        /// Persons that were asked for, dummies included.
        asked: u32,
        /// Persons that are allowed.
        quota: u32,
    },
    /// A number that the round's note fixes is another one in the file.
    #[error("the file does not have the numbers of the round's note")]
    Numbers,
    /// A share of the group secret does not fit the commitment.
    #[error("the share of {0} is not the one that it committed to")]
    Commitment(String),
    /// A reply of this holder is missing, or there are two.
    #[error("the reply of {0} is missing")]
    Reply(String),
    /// A reply to another request.
    #[error("the reply of {0} answers another request")]
    OtherRequest(String),
    /// An element in the file is not valid.
    #[error("element {place} of {name} is not valid")]
    Element {
        /// Who sent it.
        name: String,
        /// Its place in the file, from 0.
        place: usize,
    },
    /// The proof of a holder is not valid.
    #[error("the proof of {0} is not valid")]
    Proof(String),
    /// The same tag or handle twice in one file.
    #[error("a tag or handle is repeated")]
    Repeated,
    /// A pair that may not be asked for.
    #[error("pair {0} may not be compared")]
    Pair(usize),
    /// More pairs of one person than the round allows.
    #[error("pair {0} is over the budget of its person")]
    Budget(usize),
}

impl From<TravelError> for RoundError {
    fn from(e: TravelError) -> Self {
        match e {
            TravelError::Format => Self::NotAnEnvelope,
            TravelError::Recipient => Self::NotForYou,
            TravelError::Damaged => Self::Damaged,
            TravelError::TooLarge => Self::TooLarge,
            TravelError::Io(_) => Self::Io,
        }
    }
}

impl Localize for RoundError {
    fn message(&self) -> Message {
        let named = |id, name: &str| Message::new(id).with("name", name);
        match self {
            Self::Form { line, field } => Message::new("round-form")
                .with("line", *line)
                .with("field", *field),
            Self::Note(e) => e.message(),
            Self::Content(_) => Message::new("round-content"),
            Self::Crypto(_) => Message::new("round-crypto"),
            Self::NotAnEnvelope => Message::new("round-not-an-envelope"),
            Self::NotForYou => Message::new("round-not-for-you"),
            Self::Damaged => Message::new("round-damaged"),
            Self::TooLarge => Message::new("round-too-large"),
            Self::Io => Message::new("round-io"),
            Self::WrongKind { expected, found } => Message::new("round-wrong-kind")
                .with("expected", expected.message())
                .with("found", found.message()),
            Self::WrongParcel { expected, found } => Message::new("round-wrong-kind")
                .with("expected", expected.message())
                .with("found", found.message()),
            Self::Frame(number) => Message::new("round-frame").with("number", *number),
            Self::WrongRound => Message::new("round-wrong-round"),
            Self::WrongSender(name) => named("round-wrong-sender", name),
            Self::CardName => Message::new("round-card-name"),
            Self::Signature(name) => named("round-signature", name),
            Self::NotPinned(name) => named("round-not-pinned", name),
            Self::WrongRole { name, expected } => {
                named("round-wrong-role", name).with("role", expected.message())
            }
            Self::OtherCardPinned(name) => named("round-other-card-pinned", name),
            Self::Unsigned(name) => named("round-unsigned", name),
            Self::NotInRound(name) => named("round-not-in-round", name),
            Self::WrongDraft => Message::new("round-wrong-draft"),
            Self::WrongJoin => Message::new("round-wrong-join"),
            Self::Joins => Message::new("round-joins"),
            Self::Possession(name) => named("round-possession", name),
            Self::Keys => Message::new("round-keys"),
            Self::SecondNote => Message::new("round-second-note"),
            Self::Selectivity { found, minimum } => Message::new("round-selectivity")
                .with("found", *found)
                .with("minimum", *minimum),
            Self::Late(time) => Message::new("round-late").with("time", *time),
            Self::Quota { asked, quota } => Message::new("round-quota")
                .with("asked", *asked)
                .with("quota", *quota),
            Self::Numbers => Message::new("round-numbers"),
            Self::Commitment(name) => named("round-commitment", name),
            Self::Reply(name) => named("round-reply", name),
            Self::OtherRequest(name) => named("round-other-request", name),
            Self::Element { name, place } => named("round-element", name).with("place", *place),
            Self::Proof(name) => named("round-proof", name),
            Self::Repeated => Message::new("round-repeated"),
            Self::Pair(place) => Message::new("round-pair").with("place", *place),
            Self::Budget(place) => Message::new("round-budget").with("place", *place),
        }
    }
}
