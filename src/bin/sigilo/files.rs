//! Files that a person names, written: what is secret is the owner's alone, and nothing goes through a link
//! (manual: *input*, "Names and links").

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::failure::{Failure, file};

/// A new file that only its owner can read.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Writes a new file that only its owner can read.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    create_private(path)
        .and_then(|f| all(f, bytes))
        .map_err(|e| file(path, &e))
}

/// Writes a file that must not exist.
pub(crate) fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    File::create_new(path)
        .and_then(|f| all(f, text.as_bytes()))
        .map_err(|e| file(path, &e))
}

/// Writes what may be made again over what was made before, whole or not at all. Only a plain file is
/// replaced: no link, no device.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Ok(about) = std::fs::symlink_metadata(path)
        && !about.is_file()
    {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    match std::fs::remove_file(&part) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let made = File::create_new(&part)
        .and_then(|f| all(f, bytes))
        .and_then(|()| std::fs::rename(&part, path));
    if made.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    made
}

/// The whole of a file of at most `max` bytes.
pub(crate) fn read_bounded(path: &Path, max: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let limit = max as u64 + 1;
    File::open(path)
        .and_then(|f| f.take(limit).read_to_end(&mut bytes))
        .and_then(|n| {
            if n > max {
                Err(io::ErrorKind::FileTooLarge.into())
            } else {
                Ok(bytes)
            }
        })
        .map_err(|e| file(path, &e))
}

fn all(mut file: File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}
