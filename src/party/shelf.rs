//! Large files that a party made or took: kept as they travel, encrypted, in a folder of the vault,
//! each under its own hash. What the hash is stands in the sealed state.

use std::fs;
use std::io;
use std::path::PathBuf;

use super::{Party, PartyError, Shelved};
use crate::codec::to_hex;
use crate::crypto::hash::sha256;
use crate::vault::files;

/// Name of the folder.
const SHELF: &str = "round-files";

impl Party {
    fn shelf(&self) -> PathBuf {
        self.vault().dir().join(SHELF)
    }

    /// Keeps a file. It counts once the state names it.
    pub(crate) fn shelve(&self, bytes: &[u8]) -> Result<Shelved, PartyError> {
        let failed = |e: io::Error| PartyError::Vault(e.into());
        let shelf = self.shelf();
        if !shelf.is_dir() {
            files::create_private_dir(&shelf).map_err(failed)?;
        }
        let shelved = Shelved {
            hash: sha256(&[bytes]),
            len: bytes.len() as u64,
        };
        files::replace(&shelf.join(to_hex(&shelved.hash)), bytes).map_err(failed)?;
        Ok(shelved)
    }

    /// A file that was kept.
    ///
    /// # Errors
    /// [`PartyError::Stored`] if it is not there as it was.
    pub(crate) fn shelved(&self, file: &Shelved) -> Result<Vec<u8>, PartyError> {
        let len = usize::try_from(file.len).map_err(|_| PartyError::Stored)?;
        let path = self.shelf().join(to_hex(&file.hash));
        let bytes = files::read_bounded(&path, len).map_err(|_| PartyError::Stored)?;
        if sha256(&[&bytes]) != file.hash {
            return Err(PartyError::Stored);
        }
        Ok(bytes)
    }

    /// Throws a file away. It is encrypted to keys that are erased with the round.
    pub(crate) fn unshelve(&self, file: &Shelved) {
        // One that is gone already is as good.
        let _ = fs::remove_file(self.shelf().join(to_hex(&file.hash)));
    }
}
