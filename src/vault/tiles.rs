//! The tree of the log as tiles in the database (manual: *log*, "Tiles").

use super::error::VaultError;
use super::store::Tx;
use crate::crypto::hash::Digest;
use crate::log::Frontier;

/// Hashes of a full tile.
const WIDTH: usize = 256;

/// Leaf hashes that wait to be written: one write a touched tile, however many leaves came.
pub(crate) struct Pending {
    start: u64,
    hashes: Vec<Digest>,
}

impl Pending {
    /// Nothing yet, after a log of `size` leaves.
    pub fn new(size: u64) -> Self {
        Self {
            start: size,
            hashes: Vec::new(),
        }
    }

    pub fn push(&mut self, leaf_hash: Digest) {
        self.hashes.push(leaf_hash);
    }

    /// Writes every tile that the new leaves touch, level by level.
    pub fn flush(&mut self, tx: &Tx<'_>) -> Result<(), VaultError> {
        let mut hashes = std::mem::take(&mut self.hashes);
        let mut start = self.start;
        self.start += hashes.len() as u64;
        let mut level = 0u8;
        while !hashes.is_empty() {
            let mut index = start / WIDTH as u64;
            let have = (start % WIDTH as u64) as usize;
            let mut tile = match have {
                0 => Vec::with_capacity(WIDTH * 32),
                _ => tx.tile(level, index)?.ok_or(VaultError::LogAltered)?,
            };
            if tile.len() != have * 32 {
                return Err(VaultError::LogAltered);
            }
            let mut parents = Vec::new();
            for hash in &hashes {
                tile.extend_from_slice(hash);
                if tile.len() == WIDTH * 32 {
                    tx.set_tile(level, index, &tile)?;
                    parents.push(root_of(&tile));
                    tile.clear();
                    index += 1;
                }
            }
            if !tile.is_empty() {
                tx.set_tile(level, index, &tile)?;
            }
            start /= WIDTH as u64;
            hashes = parents;
            level += 1;
        }
        Ok(())
    }
}

/// Root of the hashes of a full tile.
pub(crate) fn root_of(tile: &[u8]) -> Digest {
    let mut frontier = Frontier::new();
    for hash in tile.as_chunks::<32>().0 {
        frontier.append(*hash);
    }
    frontier.root()
}
