//! The folder by which files of a round travel: a USB stick, or any other folder.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization as _;

use super::{PartyError, Shelved};
use crate::round::Card;
use crate::vault::files;

/// Name of the draft.
pub(crate) const DRAFT: &str = "round.draft";
/// Name of the note.
pub(crate) const NOTE: &str = "round.note";
/// Name of the list of pairs.
pub(crate) const ASK: &str = "pairs.ask";
/// Name of the list of weights.
pub(crate) const WEIGHTS: &str = "pairs.weights";
/// Name of the list of what is counted.
pub(crate) const COUNTS_ASK: &str = "counts.ask";
/// Name of the sums of the comparer.
pub(crate) const COUNTS_REPLY: &str = "counts.reply";
/// Name of the counts.
pub(crate) const COUNTS: &str = "counts.note";
/// Name of the result.
pub(crate) const RESULT: &str = "result.note";
/// Name of the page with the figures.
pub(crate) const REPORT: &str = "report.html";
/// Largest note.
pub(crate) const NOTE_MAX: u64 = crate::log::note::MAX_NOTE as u64;

/// How files of a party are called: its name in plain letters and the first word of its fingerprint,
/// so that two houses of one name have different files.
pub fn file_label(card: &Card) -> String {
    let mut out = String::new();
    for c in card.name().nfd() {
        let c = c.to_ascii_lowercase();
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if c.is_ascii() && !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
        if out.len() >= 32 {
            break;
        }
    }
    let words = card.id().fingerprint();
    let word = words.split(' ').next().unwrap_or_default();
    match out.trim_end_matches('-') {
        "" => word.to_owned(),
        name => format!("{name}-{word}"),
    }
}

/// A folder with files of a round.
#[derive(Debug, Clone)]
pub struct Stick {
    dir: PathBuf,
}

impl Stick {
    /// An existing folder.
    ///
    /// # Errors
    /// [`PartyError::File`] if it is none.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Self, PartyError> {
        let dir = dir.into();
        if !dir.is_dir() {
            return Err(PartyError::File {
                name: dir.display().to_string(),
                kind: io::ErrorKind::NotFound,
            });
        }
        Ok(Self { dir })
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// A file of at most `max` bytes, to be read; `None` if there is none.
    ///
    /// # Errors
    /// [`PartyError::File`]; [`crate::round::RoundError::TooLarge`] for a larger file.
    pub(crate) fn open_file(&self, name: &str, max: u64) -> Result<Option<fs::File>, PartyError> {
        let failed = |e: io::Error| PartyError::File {
            name: name.to_owned(),
            kind: e.kind(),
        };
        let path = self.dir.join(name);
        let about = match fs::symlink_metadata(&path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(failed)?,
        };
        // A device or a pipe could be read for ever, a link leads out of the folder.
        if !about.is_file() || about.len() > max {
            return Err(crate::round::RoundError::TooLarge.into());
        }
        fs::File::open(&path).map(Some).map_err(failed)
    }

    /// The whole of a file of at most `max` bytes; `None` if there is none.
    ///
    /// # Errors
    /// [`PartyError::File`]; [`crate::round::RoundError::TooLarge`] for a larger file.
    pub fn read(&self, name: &str, max: u64) -> Result<Option<Vec<u8>>, PartyError> {
        let failed = |e: io::Error| PartyError::File {
            name: name.to_owned(),
            kind: e.kind(),
        };
        let Some(file) = self.open_file(name, max)? else {
            return Ok(None);
        };
        let size = file.metadata().map_err(failed)?.len().min(max);
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        file.take(max.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        if bytes.len() as u64 > max {
            return Err(crate::round::RoundError::TooLarge.into());
        }
        Ok(Some(bytes))
    }

    /// Writes a file, whole or not at all. Returns whether it was not there in this form.
    ///
    /// # Errors
    /// [`PartyError::File`].
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<bool, PartyError> {
        if let Ok(Some(there)) = self.read(name, bytes.len() as u64)
            && there == bytes
        {
            return Ok(false);
        }
        let all = |file: &mut fs::File| file.write_all(bytes);
        self.replace(name, all).map_err(|e| PartyError::File {
            name: name.to_owned(),
            kind: e.kind(),
        })?;
        Ok(true)
    }

    /// As [`Stick::write`], of a file that was kept and may be too large to be held.
    ///
    /// # Errors
    /// [`PartyError::File`]; [`PartyError::Stored`] if it is not as it was.
    pub(crate) fn copy(
        &self,
        name: &str,
        mut from: fs::File,
        kept: &Shelved,
    ) -> Result<bool, PartyError> {
        if let Ok(Some(there)) = self.open_file(name, kept.len)
            && kept.is(&there).unwrap_or(false)
        {
            return Ok(false);
        }
        // Before anything is written, so that nothing half and nothing else ever stands there.
        if !kept.is(&from).map_err(|_| PartyError::Stored)? {
            return Err(PartyError::Stored);
        }
        let all = |file: &mut fs::File| io::copy(&mut from, file).map(drop);
        self.replace(name, all).map_err(|e| PartyError::File {
            name: name.to_owned(),
            kind: e.kind(),
        })?;
        Ok(true)
    }

    /// Everything on a stick is public or encrypted, and others must be able to read it: the file has
    /// the usual rights, unlike those of a vault.
    fn replace(
        &self,
        name: &str,
        all: impl FnOnce(&mut fs::File) -> io::Result<()>,
    ) -> io::Result<()> {
        let part = self.dir.join(format!(".{name}.part"));
        // Never through a link that somebody left on the stick.
        match fs::remove_file(&part) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        let mut file = fs::File::create_new(&part)?;
        let written = all(&mut file).and_then(|()| file.sync_all());
        if let Err(e) = written {
            // A full stick keeps no piece of a file.
            let _ = fs::remove_file(&part);
            return Err(e);
        }
        files::put_in_place(&part, &self.dir.join(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::hash::sha256;

    #[test]
    fn a_kept_file_is_copied_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let stick = Stick::open(dir.path().join("")).unwrap();
        let kept = dir.path().join("kept");
        let bytes: Vec<u8> = (0..3_000_000u32).map(|i| (i % 251) as u8).collect();
        fs::write(&kept, &bytes).unwrap();
        let shelved = Shelved {
            hash: sha256(&[&bytes]),
            len: bytes.len() as u64,
        };
        let copy = |name| stick.copy(name, fs::File::open(&kept).unwrap(), &shelved);
        assert!(copy("a").unwrap());
        assert_eq!(fs::read(dir.path().join("a")).unwrap(), bytes);
        assert!(!copy("a").unwrap(), "it is there");
        // Another file of the same length, and a longer one, are replaced.
        let mut other = bytes.clone();
        other[2_999_999] ^= 1;
        for there in [&other[..], b"x", &[0; 3_000_001]] {
            fs::write(dir.path().join("a"), there).unwrap();
            assert!(copy("a").unwrap());
            assert_eq!(fs::read(dir.path().join("a")).unwrap(), bytes);
        }
        // What was kept and is not as it was goes nowhere.
        fs::write(&kept, &other).unwrap();
        assert!(matches!(copy("b"), Err(PartyError::Stored)));
        assert!(!dir.path().join("b").exists());
    }
}
