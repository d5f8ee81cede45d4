//! Large files that a party made or took: kept as they travel, encrypted, in a folder of the vault,
//! each under its own hash. What the hash is stands in the sealed state.

use std::fs;
use std::io::{self, Read, Seek as _, Write};
use std::path::{Path, PathBuf};

use super::{Party, PartyError, Shelved};
use crate::codec::{from_hex, to_hex};
use crate::crypto::hash::{Hasher, HashingWriter, sha256};
use crate::crypto::random;
use crate::round::RoundError;
use crate::vault::files;

/// Name of the folder.
const SHELF: &str = "round-files";
/// Name of the folder for work.
const WORK: &str = "round-work";
/// Bytes that are copied at once.
const PIECE: usize = 1 << 20;

/// Whether a name in the folder is that of a file that has not its place yet: `.RANDOM`, or `.HASH.PROCESS.COUNT`.
fn is_on_its_way(name: &str) -> bool {
    let Some(name) = name.strip_prefix('.') else {
        return false;
    };
    let bytes = |hex: &str| from_hex(hex).map_or(0, |b| b.len());
    match name.split_once('.') {
        None => bytes(name) == 16,
        Some((hash, rest)) => bytes(hash) == 32 && files::is_process_and_count(rest),
    }
}

impl Party {
    fn shelf(&self) -> PathBuf {
        self.vault().dir().join(SHELF)
    }

    /// The folder, without what killed programs left there on its way.
    fn shelf_to_write(&self) -> Result<PathBuf, PartyError> {
        let shelf = self.shelf();
        files::private_dir_within(&shelf).map_err(|e| PartyError::Vault(e.into()))?;
        files::sweep(&shelf, is_on_its_way, files::LARGE_LEFT);
        Ok(shelf)
    }

    /// Keeps a file. It counts once the state names it.
    pub(crate) fn shelve(&self, bytes: &[u8]) -> Result<Shelved, PartyError> {
        let failed = |e: io::Error| PartyError::Vault(e.into());
        let shelf = self.shelf_to_write()?;
        let shelved = Shelved {
            hash: sha256(&[bytes]),
            len: bytes.len() as u64,
        };
        files::replace(&shelf.join(to_hex(&shelved.hash)), bytes).map_err(failed)?;
        Ok(shelved)
    }

    /// Takes a file of at most `max` bytes that is too large to be held. It is kept only by
    /// [`Staged::keep`].
    ///
    /// # Errors
    /// [`RoundError::TooLarge`], or what reading and writing say.
    pub(crate) fn stage(&self, mut from: impl Read, max: u64) -> Result<Staged, PartyError> {
        let mut staging = self.staging()?;
        let mut piece = vec![0u8; PIECE];
        let mut len = 0;
        loop {
            let n = match from.read(&mut piece) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                other => other.map_err(|_| RoundError::Io)?,
            };
            let Some(bytes) = piece.get(..n).filter(|b| !b.is_empty()) else {
                break;
            };
            len += n as u64;
            if len > max {
                return Err(RoundError::TooLarge.into());
            }
            let written = staging.write_all(bytes);
            written.map_err(|e| PartyError::Vault(e.into()))?;
        }
        staging.finish()
    }

    /// Begins a file that is written piece by piece. It is kept only by [`Staged::keep`].
    ///
    /// # Errors
    /// [`PartyError::Vault`].
    pub(crate) fn staging(&self) -> Result<Staging, PartyError> {
        let failed = |e: io::Error| PartyError::Vault(e.into());
        let shelf = self.shelf_to_write()?;
        let name: [u8; 16] = random::array().map_err(RoundError::from)?;
        let path = shelf.join(format!(".{}", to_hex(&name)));
        Ok(Staging {
            out: HashingWriter::new(files::create_private(&path).map_err(failed)?),
            staged: Staged {
                shelved: Shelved {
                    hash: [0; 32],
                    len: 0,
                },
                path,
                shelf,
            },
        })
    }

    /// A file that was kept, to be read. Nothing says yet that it is as it was.
    ///
    /// # Errors
    /// [`PartyError::Stored`] if it is not there.
    pub(crate) fn open_shelved(&self, file: &Shelved) -> Result<fs::File, PartyError> {
        let path = self.shelf().join(to_hex(&file.hash));
        fs::File::open(path).map_err(|_| PartyError::Stored)
    }

    /// An empty private folder for work that does not fit into memory. It goes with the value; what an
    /// interrupted command left in it goes now.
    ///
    /// # Errors
    /// [`PartyError::Vault`].
    pub(crate) fn work(&self) -> Result<Work, PartyError> {
        self.clear_work()?;
        let dir = self.vault().dir().join(WORK);
        files::create_private_dir(&dir).map_err(|e| PartyError::Vault(e.into()))?;
        Ok(Work(dir))
    }

    /// Removes what an interrupted command left of its work.
    ///
    /// # Errors
    /// [`PartyError::Vault`].
    pub(crate) fn clear_work(&self) -> Result<(), PartyError> {
        match fs::remove_dir_all(self.vault().dir().join(WORK)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(PartyError::Vault(e.into())),
            _ => Ok(()),
        }
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

impl Shelved {
    /// Whether a file is this one. It is read from its beginning, and stands there again.
    ///
    /// # Errors
    /// [`PartyError::Round`] if it cannot be read.
    pub(crate) fn is(&self, mut file: &fs::File) -> Result<bool, PartyError> {
        let failed = |_| RoundError::Io;
        if file.metadata().map_err(failed)?.len() != self.len {
            return Ok(false);
        }
        let mut hasher = Hasher::new();
        let mut piece = vec![0u8; PIECE];
        loop {
            match file.read(&mut piece) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(failed(e).into()),
                Ok(0) => break,
                Ok(n) => hasher.update(piece.get(..n).unwrap_or_default()),
            }
        }
        file.rewind().map_err(failed)?;
        Ok(hasher.finish() == self.hash)
    }
}

/// A file that is being written; thrown away with its value.
pub(crate) struct Staging {
    out: HashingWriter<fs::File>,
    staged: Staged,
}

impl Staging {
    /// # Errors
    /// [`PartyError::Vault`].
    pub(crate) fn finish(mut self) -> Result<Staged, PartyError> {
        let (file, hash, len) = self.out.finish();
        file.sync_all().map_err(|e| PartyError::Vault(e.into()))?;
        self.staged.shelved = Shelved { hash, len };
        Ok(self.staged)
    }
}

impl Write for Staging {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A file that was taken and may be thrown away again.
pub(crate) struct Staged {
    shelved: Shelved,
    path: PathBuf,
    shelf: PathBuf,
}

impl Staged {
    /// Reads it.
    ///
    /// # Errors
    /// [`PartyError::Vault`].
    pub(crate) fn open(&self) -> Result<fs::File, PartyError> {
        fs::File::open(&self.path).map_err(|e| PartyError::Vault(e.into()))
    }

    /// What it is called if it is kept.
    pub(crate) fn shelved(&self) -> &Shelved {
        &self.shelved
    }

    /// Keeps it. It counts once the state names it.
    ///
    /// # Errors
    /// [`PartyError::Vault`].
    pub(crate) fn keep(self) -> Result<Shelved, PartyError> {
        files::put_in_place(&self.path, &self.shelf.join(to_hex(&self.shelved.hash)))
            .map_err(|e| PartyError::Vault(e.into()))?;
        Ok(self.shelved)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // Nothing is there any more if it was kept.
        let _ = fs::remove_file(&self.path);
    }
}

/// A folder for work; see [`Party::work`].
pub(crate) struct Work(PathBuf);

impl Work {
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next command that needs the folder.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_on_its_way_is_ever_swept() {
        let (random, hash) = (to_hex(&[7; 16]), to_hex(&[7; 32]));
        assert!(is_on_its_way(&format!(".{random}")));
        assert!(is_on_its_way(&format!(".{hash}.4711.0")));
        for name in [
            hash.clone(),
            random.clone(),
            format!(".{hash}"),
            format!(".{random}.4711.0"),
            format!(".{hash}.4711"),
            format!(".{hash}.x.0"),
            "..".to_owned(),
            ".directory".to_owned(),
        ] {
            assert!(!is_on_its_way(&name), "{name}");
        }
    }
}
