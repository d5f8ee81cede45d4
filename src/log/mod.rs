//! The integrity chain (manual: *log*).
//!
//! An append-only Merkle log of RFC 6962 whose leaves show hashes only. It knows nothing of records
//! or of where they are stored: whoever writes a log hands in [`leaf::Leaf`]s, whoever checks one
//! feeds them to a verifier in order. Heads, cosignatures, proofs and tiles are those of C2SP, so that
//! other people's programs can check them.
//!
//! | file | what |
//! |---|---|
//! | [`leaf`] | the 137 bytes that are hashed into the tree, and the commitments in them |
//! | [`act`] | the details behind a leaf: who did what, when, why |
//! | [`merkle`] | hashing, the frontier, inclusion and consistency proofs |
//! | [`note`] | C2SP signed notes, verifier keys, cosignatures |
//! | [`tiles`] | the tree in files of 256 hashes; appending |
//! | [`checkpoint`] | the head of a log as a signed note |
//! | [`proof`] | proofs as files, entries that are opened for others |
//! | [`offer`] | a head for cosigners who saw different earlier ones |
//! | [`bundle`] | a whole log in a folder, without what it stored |
//! | [`verify`] | reading a whole log once, without a key |

pub mod act;
pub mod bundle;
pub mod checkpoint;
pub mod leaf;
pub mod merkle;
pub mod note;
pub mod offer;
pub mod proof;
#[cfg(test)]
mod reference;
pub mod tiles;
pub mod verify;

pub use act::{Act, ActKind, Reason, SignedAct};
pub use bundle::{Bundle, BundleError, BundleWriter};
pub use checkpoint::{Checkpoint, CheckpointError, Origin, SignedCheckpoint};
pub use leaf::{Fact, Leaf};
pub use merkle::{Frontier, HashSource, ProofError};
pub use note::{KeyKind, KeyName, Note, NoteError, NoteKey};
pub use proof::{ConsistencyFile, Entry, InclusionFile, ProofFileError};
pub use tiles::{Appender, TileReader, TileStore};
pub use verify::{Finding, HeadSource, Report, Stored, Verifier};
