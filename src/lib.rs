//! A sealed record vault, blind de-duplication and an integrity chain, for shelters that protect
//! victims and witnesses of human trafficking.
//!
//! The house is drawn by roles, and use goes one way, downwards in this list:
//!
//! * [`codec`], [`crypto`], [`i18n`]: bytes, cryptography, words
//! * [`record`], [`names`]: a person's record; names, dates and places in comparable form
//! * [`log`]: the append-only log, its checkpoints and proofs
//! * [`auditor`]: checks and cosigns the logs of others
//! * [`vault`]: the sealed store of one site
//! * [`matching`]: tokens, encodings, decision
//! * [`counts`]: counts of persons, made of shares
//! * [`round`]: the files that the parties of a round exchange
//! * [`report`]: the figures of a round on one page
//! * [`court`]: a file of evidence with everything that proves it, in one folder
//!
//! What counts is written in [`manual`]: the formats byte by byte, and what each party may learn.

#![warn(missing_docs)]

pub mod auditor;
pub mod codec;
pub mod coordinator;
pub mod counts;
pub mod court;
pub mod crypto;
pub mod evaluate;
#[doc(hidden)]
pub mod fuzzing;
pub mod holder;
pub mod i18n;
pub mod log;
pub mod manual;
pub mod matching;
pub mod names;
pub mod network;
mod page;
pub mod party;
mod qr;
pub mod record;
pub mod report;
pub mod round;
#[doc(hidden)]
pub mod settings;
pub mod site;
pub mod vault;
