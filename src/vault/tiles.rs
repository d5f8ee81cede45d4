//! The root of a full tile, for the audit of the stored tree.

use crate::crypto::hash::Digest;
use crate::log::Frontier;

/// Root of the hashes of a full tile.
pub(crate) fn root_of(tile: &[u8]) -> Digest {
    let mut frontier = Frontier::new();
    for hash in tile.as_chunks::<32>().0 {
        frontier.append(*hash);
    }
    frontier.root()
}
