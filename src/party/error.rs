//! Why a party does not go on.

use std::io;

use crate::auditor::{AuditorError, Reason};
use crate::codec::DecodeError;
use crate::crypto::CryptoError;
use crate::crypto::travel::TravelError;
use crate::i18n::{Localize, Message};
use crate::round::counts::Unfair;
use crate::round::notice::NoticeError;
use crate::round::{Role, RoundError};
use crate::site::referral::ReferralError;
use crate::vault::VaultError;
use crate::vault::transfer::TransferError;

/// Why a step of a round was not made. Nothing was changed when one of these is returned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PartyError {
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A file of the round.
    #[error(transparent)]
    Round(#[from] RoundError),
    /// A transfer between vaults of one site.
    #[error(transparent)]
    Transfer(TransferError),
    /// A referral.
    #[error(transparent)]
    Referral(#[from] ReferralError),
    /// A request about a person.
    #[error(transparent)]
    Notice(#[from] NoticeError),
    /// A file or folder could not be read or written.
    #[error("{name}: {kind}")]
    File {
        /// Its name in the folder.
        name: String,
        /// What the system says.
        kind: io::ErrorKind,
    },
    /// The vault has no keys of a party.
    #[error("the vault has no card")]
    NoCard,
    /// The vault has keys of a party.
    #[error("the vault has a card")]
    HasCard,
    /// The vault is that of another role.
    #[error("this is a {found:?}, not a {expected:?}")]
    OtherRole {
        /// The role that was needed.
        expected: Role,
        /// The role of the vault.
        found: Role,
    },
    /// No pinned card, or more than one, fits what was typed.
    #[error("no card of {0}")]
    NoSuchParty(String),
    /// There is no round here that could go on.
    #[error("no round")]
    NoRound,
    /// There are several rounds, and the folder does not say which is meant.
    #[error("several rounds")]
    SeveralRounds,
    /// The round is closed here.
    #[error("the round is closed")]
    Closed,
    /// The parameters of a new round do not fit together.
    #[error("the parameters of the round do not fit together: {0}")]
    Plan(&'static str),
    /// Another draft of the same round was joined before.
    #[error("another draft of the round was joined before")]
    SecondDraft,
    /// Another request of this site was answered before.
    #[error("another request of {0} was answered before")]
    SecondRequest(String),
    /// Another file of this site was taken before.
    #[error("another file of {0} was taken before")]
    SecondFile(String),
    /// Another list of pairs was answered before.
    #[error("another list of pairs was answered before")]
    SecondAsk,
    /// The site's evaluations of this year would be over what the holder allows.
    #[error("{name}: {asked} points, {left} are left")]
    Points {
        /// The site.
        name: String,
        /// Points that were asked for.
        asked: u64,
        /// Points that are left.
        left: u64,
    },
    /// The round would spend more epsilon than is left of this year's.
    #[error("epsilon {asked} asked, {left} left, in thousandths")]
    Budget {
        /// What the round takes, in thousandths.
        asked: u32,
        /// What is left, in thousandths.
        left: u32,
    },
    /// Another selection was counted before.
    #[error("another selection was counted before")]
    SecondSelection,
    /// The coordinator's selection is not one that follows from what was compared.
    #[error("the selection does not follow from what was compared: {0:?}")]
    Selection(Unfair),
    /// The counts are not there yet.
    #[error("no counts yet")]
    NoCounts,
    /// More persons than the site's log can have by now.
    #[error("{name}: {asked} persons, {allowed} at most by now")]
    Growth {
        /// The site.
        name: String,
        /// Persons, dummies included, that were asked for.
        asked: u32,
        /// The largest size class that its log can fill.
        allowed: u32,
    },
    /// The vault was restored after the holder's limits were set.
    #[error("the limits were set before the vault was restored")]
    RestoredLimits,
    /// Too few sites.
    #[error("{present} sites, {quorum} are needed")]
    Quorum {
        /// Sites that are there.
        present: usize,
        /// Sites that the note wants.
        quorum: u16,
    },
    /// The files of sites are missing.
    #[error("files are missing: {0}")]
    Owed(String),
    /// The round wants other tables or another model than this version has.
    #[error("the round wants other tables than this version has")]
    Tables,
    /// A line of a file of candidates that is no pair of persons of different sites who share a tag, or
    /// is there twice.
    #[error("line {0} of the candidates is not right")]
    Candidates(u64),
    /// Persons meet others by chance more often than the policy allows.
    #[error("chance meetings")]
    Dense {
        /// Meetings per person, in thousandths.
        found: u32,
        /// The limit, in thousandths.
        limit: u32,
    },
    /// A file of the party's own is lost or was changed.
    #[error("a stored file is lost or was changed")]
    Stored,
    /// The comparer has not been asked yet.
    #[error("the pairs were not asked for yet")]
    NotAsked,
    /// The list of pairs was made; its sites cannot be changed.
    #[error("the pairs were asked for already")]
    Matched,
    /// The head of a log does not extend the one that was cosigned before.
    #[error("the head of {name} was refused")]
    HeadRefused {
        /// Whose log.
        name: String,
        /// Why.
        reason: Reason,
        /// Where the refusal is, which anybody can check.
        file: String,
    },
    /// A cosigner refused the head of the party's own log.
    #[error("{name} refused the head of this log")]
    OwnHeadRefused {
        /// The cosigner.
        name: String,
        /// Why.
        reason: Reason,
    },
    /// The head is not of the log that the card names.
    #[error("the head is not of the log of {0}'s card")]
    OtherLog(String),
    /// A head cannot be cosigned, or came back with a cosignature that does not hold.
    #[error(transparent)]
    Head(#[from] AuditorError),
    /// No such record, or it does not take part.
    #[error("the record does not take part in the round")]
    NotTakingPart,
}

/// How serious a refusal is; the command has an exit code for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// It did not work.
    Failed,
    /// There is nothing to do it with.
    Nothing,
    /// The key does not fit.
    WrongKey,
    /// Refused by policy or quota.
    Refused,
    /// Something was altered, damaged or forged.
    Integrity,
}

impl PartyError {
    /// What kind of refusal this is.
    pub fn class(&self) -> Class {
        match self {
            Self::Vault(e) => match e {
                VaultError::WrongKey | VaultError::RecoveryCode(_) => Class::WrongKey,
                VaultError::NotAllowed | VaultError::Locked => Class::Refused,
                VaultError::NoVault | VaultError::NoSuchRecord => Class::Nothing,
                e if e.is_integrity() => Class::Integrity,
                _ => Class::Failed,
            },
            Self::Round(e) => round_class(e),
            Self::Transfer(e) => transfer_class(e),
            Self::Notice(NoticeError::NoSuchRequest) => Class::Nothing,
            Self::Notice(_) => Class::Refused,
            Self::Referral(ReferralError::NoSuchReferral | ReferralError::NoSuchFile) => {
                Class::Nothing
            }
            Self::Referral(
                ReferralError::NoConsent | ReferralError::CameRevoked | ReferralError::Over(_),
            ) => Class::Refused,
            Self::Referral(_) => Class::Failed,
            Self::NoSuchParty(_) | Self::NoRound | Self::NotTakingPart | Self::NoCounts => {
                Class::Nothing
            }
            Self::SecondDraft
            | Self::SecondRequest(_)
            | Self::SecondFile(_)
            | Self::SecondAsk
            | Self::SecondSelection
            | Self::Selection(_)
            | Self::Budget { .. }
            | Self::Points { .. }
            | Self::Growth { .. }
            | Self::RestoredLimits
            | Self::Quorum { .. }
            | Self::Tables
            | Self::Dense { .. }
            | Self::Matched => Class::Refused,
            Self::Stored
            | Self::HeadRefused { .. }
            | Self::OwnHeadRefused { .. }
            | Self::OtherLog(_)
            | Self::Head(_) => Class::Integrity,
            _ => Class::Failed,
        }
    }
}

fn transfer_class(e: &TransferError) -> Class {
    match e {
        TransferError::Compartments
        | TransferError::NoSuchCompartment(_)
        | TransferError::NotSameSite
        | TransferError::Gap { .. } => Class::Refused,
        TransferError::Content(_)
        | TransferError::Checkpoint
        | TransferError::Evidence
        | TransferError::FileChanged => Class::Integrity,
        TransferError::NothingToSettle => Class::Nothing,
        _ => Class::Failed,
    }
}

impl From<TransferError> for PartyError {
    fn from(e: TransferError) -> Self {
        match e {
            TransferError::Vault(e) => Self::Vault(e),
            e => Self::Transfer(e),
        }
    }
}

fn round_class(e: &RoundError) -> Class {
    match e {
        RoundError::Note(_)
        | RoundError::Form { .. }
        | RoundError::Content(_)
        | RoundError::NotAnEnvelope
        | RoundError::Damaged
        | RoundError::TooLarge
        | RoundError::Signature(_)
        | RoundError::Frame(_)
        | RoundError::WrongJoin
        | RoundError::Possession(_)
        | RoundError::Keys
        | RoundError::Numbers
        | RoundError::Commitment(_)
        | RoundError::Element { .. }
        | RoundError::Proof(_)
        | RoundError::Repeated => Class::Integrity,
        RoundError::NotForYou => Class::WrongKey,
        RoundError::NotPinned(_)
        | RoundError::NotInRound(_)
        | RoundError::Unsigned(_)
        | RoundError::SecondNote
        | RoundError::Selectivity { .. }
        | RoundError::Late(_)
        | RoundError::Quota { .. }
        | RoundError::Pair(_)
        | RoundError::Budget(_) => Class::Refused,
        _ => Class::Failed,
    }
}

impl From<CryptoError> for PartyError {
    fn from(e: CryptoError) -> Self {
        RoundError::from(e).into()
    }
}

impl From<TravelError> for PartyError {
    fn from(e: TravelError) -> Self {
        RoundError::from(e).into()
    }
}

/// What was stored by this program and does not read is damaged.
impl From<DecodeError> for PartyError {
    fn from(e: DecodeError) -> Self {
        VaultError::from(e).into()
    }
}

impl Localize for PartyError {
    fn message(&self) -> Message {
        let named = |id, name: &str| Message::new(id).with("name", name);
        match self {
            Self::Vault(e) => e.message(),
            Self::Round(e) => e.message(),
            Self::Transfer(e) => e.message(),
            Self::Referral(e) => e.message(),
            Self::Notice(e) => e.message(),
            Self::File { name, kind } => {
                named("party-file", name).with("what", VaultError::Io((*kind).into()).message())
            }
            Self::NoCard => Message::new("party-no-card"),
            Self::HasCard => Message::new("party-has-card"),
            Self::OtherRole { expected, found } => Message::new("party-other-role")
                .with("expected", expected.message())
                .with("found", found.message()),
            Self::NoSuchParty(name) => named("party-no-such-party", name),
            Self::NoRound => Message::new("party-no-round"),
            Self::SeveralRounds => Message::new("party-several-rounds"),
            Self::Closed => Message::new("party-closed"),
            Self::Plan(field) => Message::new("party-plan").with("field", *field),
            Self::SecondDraft => Message::new("party-second-draft"),
            Self::SecondRequest(name) => named("party-second-request", name),
            Self::SecondFile(name) => named("party-second-file", name),
            Self::SecondAsk => Message::new("party-second-ask"),
            Self::Points { name, asked, left } => named("party-points", name)
                .with("asked", *asked)
                .with("left", *left),
            Self::Budget { asked, left } => Message::new("party-budget")
                .with("asked", thousandths(*asked))
                .with("left", thousandths(*left)),
            Self::SecondSelection => Message::new("party-second-selection"),
            Self::Selection(why) => Message::new(match why {
                Unfair::Files => "party-selection-files",
                Unfair::Persons => "party-selection-persons",
                Unfair::Left => "party-selection-left",
            }),
            Self::NoCounts => Message::new("party-no-counts"),
            Self::Growth {
                name,
                asked,
                allowed,
            } => named("party-growth", name)
                .with("asked", *asked)
                .with("allowed", *allowed),
            Self::RestoredLimits => Message::new("party-restored-limits"),
            Self::Quorum { present, quorum } => Message::new("party-quorum")
                .with("present", *present)
                .with("quorum", *quorum),
            Self::Owed(names) => Message::new("party-owed").with("names", names.as_str()),
            Self::Tables => Message::new("party-tables"),
            Self::Candidates(line) => Message::new("party-candidates").with("line", *line),
            Self::Dense { found, limit } => Message::new("party-dense")
                .with("found", thousandths(*found))
                .with("limit", thousandths(*limit)),
            Self::Stored => Message::new("party-stored"),
            Self::NotAsked => Message::new("party-not-asked"),
            Self::Matched => Message::new("party-matched"),
            Self::NotTakingPart => Message::new("party-not-taking-part"),
            Self::HeadRefused { name, reason, file } => named("party-head-refused", name)
                .with("reason", reason.message())
                .with("file", file.as_str()),
            Self::OwnHeadRefused { name, reason } => {
                named("party-own-head-refused", name).with("reason", reason.message())
            }
            Self::OtherLog(name) => named("party-other-log", name),
            Self::Head(e) => e.message(),
        }
    }
}

fn thousandths(n: u32) -> String {
    format!("{}.{:03}", n / 1000, n % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Lang, Messages};
    use crate::matching::tokens::Shortfall;
    use crate::party::Event;
    use crate::round::Time;

    #[test]
    fn every_refusal_and_event_speaks_both_languages() {
        let name = || "Casa".to_owned();
        let errors = [
            PartyError::Vault(VaultError::WrongKey),
            PartyError::Round(RoundError::Damaged),
            PartyError::File {
                name: name(),
                kind: io::ErrorKind::NotFound,
            },
            PartyError::NoCard,
            PartyError::HasCard,
            PartyError::OtherRole {
                expected: Role::Site,
                found: Role::Holder,
            },
            PartyError::NoSuchParty(name()),
            PartyError::NoRound,
            PartyError::SeveralRounds,
            PartyError::Closed,
            PartyError::Plan("sites"),
            PartyError::SecondDraft,
            PartyError::SecondRequest(name()),
            PartyError::SecondFile(name()),
            PartyError::SecondAsk,
            PartyError::Points {
                name: name(),
                asked: 2,
                left: 1,
            },
            PartyError::Quorum {
                present: 1,
                quorum: 2,
            },
            PartyError::Owed(name()),
            PartyError::Tables,
            PartyError::Candidates(7),
            PartyError::Dense {
                found: 1500,
                limit: 1200,
            },
            PartyError::Stored,
            PartyError::NotAsked,
            PartyError::Matched,
            PartyError::NotTakingPart,
            PartyError::HeadRefused {
                name: name(),
                reason: Reason::Older,
                file: name(),
            },
            PartyError::OwnHeadRefused {
                name: name(),
                reason: Reason::Unproved,
            },
            PartyError::OtherLog(name()),
            PartyError::Head(AuditorError::Clock),
        ];
        let events = [
            Event::Wrote(name()),
            Event::Unchanged(name()),
            Event::Took(name()),
            Event::Joined,
            Event::Cosigned,
            Event::Published,
            Event::Evaluated(name(), 1),
            Event::Blinded {
                records: 1,
                persons: 1,
                left_out: 0,
                bare: 0,
            },
            Event::Bare {
                record: "r".into(),
                why: Shortfall::Name,
            },
            Event::Bare {
                record: "r".into(),
                why: Shortfall::OnlyNames,
            },
            Event::Bare {
                record: "r".into(),
                why: Shortfall::Individual,
            },
            Event::Bare {
                record: "r".into(),
                why: Shortfall::Common,
            },
            Event::Namesakes {
                records: "r".into(),
                persons: 4,
            },
            Event::Tokens {
                persons: 1,
                dropped: 0,
                crowded: 0,
            },
            Event::Matched {
                candidates: 1,
                asked: 1,
                frequent: 0,
            },
            Event::Exported {
                dir: name(),
                most: 58,
            },
            Event::Compared {
                pairs: 1,
                unreadable: 0,
            },
            Event::Decided {
                records: 3,
                local_persons: 2,
                persons: 1,
            },
            Event::Closed,
            Event::Withdrawn,
            Event::HeadCosigned(name()),
            Event::HeadReturned {
                name: name(),
                size: 9,
            },
            Event::WaitsFor(name()),
            Event::WaitsUntil(Time::MAX),
        ];
        for lang in [Lang::Es, Lang::En] {
            let messages = Messages::new(lang);
            let all = errors.iter().map(Localize::message);
            for message in all.chain(events.iter().map(Localize::message)) {
                assert!(messages.has(message.id), "{}", message.id);
                let said = messages.say(&message);
                assert!(!said.contains("party-") && !said.contains('{'), "{said}");
            }
        }
    }
}
