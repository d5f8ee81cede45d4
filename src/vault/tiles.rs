//! The tree of the log as tiles in the database (manual: *vault format*, "Database").

use super::error::VaultError;
use super::store::Tx;
use crate::log::TileStore;

/// The tiles of a transaction.
pub(crate) struct Tiles<'t>(pub &'t Tx<'t>);

impl TileStore for Tiles<'_> {
    type Error = VaultError;

    fn get(&self, level: u8, index: u64) -> Result<Option<Vec<u8>>, VaultError> {
        self.0.tile(level, index)
    }

    fn put(&mut self, level: u8, index: u64, hashes: &[u8]) -> Result<(), VaultError> {
        self.0.set_tile(level, index, hashes)
    }
}
