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
//! | [`merkle`] | hashing, the frontier, inclusion and consistency proofs |
//! | [`note`] | C2SP signed notes, verifier keys, cosignatures |
//! | [`checkpoint`] | the head of a log as a signed note |

pub mod checkpoint;
pub mod leaf;
pub mod merkle;
pub mod note;

pub use checkpoint::{Checkpoint, CheckpointError, Origin, SignedCheckpoint};
pub use leaf::{Fact, Leaf};
pub use merkle::{Frontier, HashSource, ProofError};
pub use note::{KeyKind, KeyName, Note, NoteError, NoteKey};
