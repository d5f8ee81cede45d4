//! The files of a round, and what each role does with them (manual: *round* and *files*).
//!
//! Small documents are C2SP signed notes with one canonical text; large or secret ones are
//! [`envelope`]s. One module for each file: [`card`], [`draft`], [`join`], [`note`], [`welcome`],
//! [`blinded`], [`evaluated`], [`tokens`], [`pairs`], [`result`]. The roles, [`site`], [`holder`]
//! and [`coordinator`], are functions and types without a disk, each with access to no more than
//! what the role may hold.

pub mod agreement;
pub mod blinded;
pub mod card;
pub mod coordinator;
pub mod counts;
pub mod counts_note;
pub mod draft;
pub mod envelope;
mod error;
pub mod evaluated;
pub mod holder;
mod input;
pub mod join;
pub mod note;
pub mod notice;
pub mod pairs;
pub mod parcel;
mod published;
pub mod receipt;
pub mod result;
pub mod site;
pub mod tally;
mod text;
mod time;
pub mod token_reader;
pub mod tokens;
pub mod totals;
pub mod trust;
pub mod welcome;
pub mod withdrawn;
pub mod words;

pub use card::{Card, PartyId, Role};
pub use error::RoundError;
pub use time::Time;

/// Hash of a round's final note, in everything that belongs to the round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NoteHash(pub [u8; 32]);
