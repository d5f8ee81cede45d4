//! Two vaults of one site (manual: *transfer*, "Two vaults of one site").
//!
//! What one has to tell another ([`Outgoing`]), how that is taken in, and how a person settles what both
//! changed. How it travels is the business of [`crate::round::parcel`] and [`crate::site::transfer`].

mod error;
mod incoming;
mod item;
pub(crate) mod ledger;
pub(crate) mod lines;
mod outgoing;
mod referral;
mod settle;

pub use error::TransferError;
pub use incoming::{Arrived, Frames, Piece, Staged};
pub use item::{Item, LineId, Position, TransferHead, items};
pub use outgoing::{Outgoing, Sink};
pub use referral::Came;
pub use settle::{Conflict, Decision, HeadVersion};

/// Bytes of a file in one frame; a part of the format.
pub(crate) const PIECE: usize = 65_536;
