//! Counts of persons without persons (manual: *counts*).
//!
//! What is counted is a public table: [`attribute`]. What is published of a round is [`Published`].
//! Nothing here knows a role, a file or a key.

pub mod attribute;
pub mod noise;
pub mod overlap;
pub mod person;
mod published;
pub mod release;
mod suppress;

pub use attribute::{Attribute, TableId};
pub use published::{
    Cell, Estimate, GroupOverlap, HiddenEstimate, HiddenModel, Lists, Overlap, Published, Table,
};
