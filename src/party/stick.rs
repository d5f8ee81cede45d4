//! The folder by which files of a round travel: a USB stick, or any other folder.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization as _;

use super::PartyError;
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
        self.replace(name, bytes).map_err(|e| PartyError::File {
            name: name.to_owned(),
            kind: e.kind(),
        })?;
        Ok(true)
    }

    /// Everything on a stick is public or encrypted, and others must be able to read it: the file has
    /// the usual rights, unlike those of a vault.
    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let part = self.dir.join(format!(".{name}.part"));
        // Never through a link that somebody left on the stick.
        match fs::remove_file(&part) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        let mut file = fs::File::create_new(&part)?;
        let written = file.write_all(bytes).and_then(|()| file.sync_all());
        if let Err(e) = written {
            // A full stick keeps no piece of a file.
            let _ = fs::remove_file(&part);
            return Err(e);
        }
        files::put_in_place(&part, &self.dir.join(name))
    }
}
