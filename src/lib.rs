//! sigilo: a sealed record vault, blind de-duplication and an integrity chain.

#![warn(missing_docs)]

pub mod codec;
pub mod crypto;
pub mod evaluate;
#[doc(hidden)]
pub mod fuzzing;
pub mod i18n;
pub mod log;
pub mod matching;
pub mod names;
pub mod record;
pub mod round;
pub mod vault;
