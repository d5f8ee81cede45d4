//! sigilo: a sealed record vault, blind de-duplication and an integrity chain.

#![warn(missing_docs)]

pub mod codec;
pub mod coordinator;
pub mod crypto;
pub mod evaluate;
pub mod holder;
pub mod i18n;
pub mod log;
pub mod matching;
pub mod names;
pub mod network;
pub mod party;
pub mod record;
pub mod round;
pub mod site;
pub mod vault;
