//! Counts of persons without persons (manual: *counts*).
//!
//! What is counted is a public table: [`attribute`]. What is published of a round is [`Published`].
//! Nothing here knows a role, a file or a key.

pub mod attribute;
pub mod export;
pub mod noise;
pub mod overlap;
pub mod pairs;
pub mod person;
mod published;
pub mod release;
mod suppress;
mod weighted;

/// How the epsilon of a round, in thousandths, is divided: what the aggregators add to the counts, each by
/// itself; what is added to the overlap; to numbers of pairs; and to the estimate of precision and recall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epsilon {
    /// Of the counts.
    pub counts: u32,
    /// Of the overlap.
    pub overlap: u32,
    /// Of numbers of pairs.
    pub pairs: u32,
    /// Of estimated precision and recall.
    pub quality: u32,
}

impl Epsilon {
    /// Nine, three, two and two sixteenths.
    pub fn of(epsilon_milli: u32) -> Self {
        let part = epsilon_milli / 16;
        Self {
            counts: (epsilon_milli - 7 * part).max(1),
            overlap: (3 * part).max(1),
            pairs: (2 * part).max(1),
            quality: (2 * part).max(1),
        }
    }
}

pub use attribute::{Attribute, TableId};
pub use published::{
    Cell, Estimate, GroupOverlap, HiddenEstimate, HiddenModel, Lists, OnSeveral, Overlap,
    Published, Table,
};
