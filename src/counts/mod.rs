//! Counts of persons without persons (manual: *counts*).
//!
//! What is counted is a public table: [`attribute`]. What is published of a round is [`Published`].
//! Nothing here knows a role, a file or a key.

pub mod attribute;
pub mod export;
pub mod noise;
pub mod overlap;
pub mod person;
mod published;
pub mod release;
mod suppress;

/// How the epsilon of a round, in thousandths, is divided: what the aggregators add to the counts, each by
/// itself; what is added to the overlap; and to numbers of pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epsilon {
    /// Of the counts.
    pub counts: u32,
    /// Of the overlap.
    pub overlap: u32,
    /// Of numbers of pairs.
    pub pairs: u32,
}

impl Epsilon {
    /// Five eighths, two eighths, one eighth.
    pub fn of(epsilon_milli: u32) -> Self {
        let eighth = epsilon_milli / 8;
        Self {
            counts: (epsilon_milli - 3 * eighth).max(1),
            overlap: (2 * eighth).max(1),
            pairs: eighth.max(1),
        }
    }
}

pub use attribute::{Attribute, TableId};
pub use published::{
    Cell, Estimate, GroupOverlap, HiddenEstimate, HiddenModel, Lists, Overlap, Published, Table,
};
