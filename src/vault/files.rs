//! Files and folders that only their owner can read, replaced whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Makes a folder that only its owner can enter. An existing one is accepted if it is empty.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] for a folder with anything in it, or what the system says.
pub(crate) fn create_private_dir(path: &Path) -> io::Result<()> {
    #[cfg_attr(
        not(unix),
        expect(unused_mut, reason = "the mode is set where there is one")
    )]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        fs::create_dir_all(parent)?;
    }
    match builder.create(path) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
            if fs::read_dir(path)?.next().is_some() {
                return Err(e);
            }
            #[cfg(unix)]
            fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
            Ok(())
        }
        other => other,
    }
}

/// Whether there is a folder here, and not a link to one.
pub(crate) fn is_own_dir(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|about| about.is_dir())
}

/// Makes a private folder inside one of ours unless it is there already. A link in its place, wherever it
/// leads, is not taken for one.
///
/// # Errors
/// [`io::ErrorKind::NotADirectory`], or as [`create_private_dir`].
pub(crate) fn private_dir_within(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(about) if about.is_dir() => Ok(()),
        Ok(_) => Err(io::ErrorKind::NotADirectory.into()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => create_private_dir(path),
        Err(e) => Err(e),
    }
}

fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes an empty file that only its owner can read; it must not exist.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    private_options().open(path)
}

/// Writes `bytes` to a new private file beside `path` and syncs it; [`put_in_place`] follows.
pub(crate) fn stage(staged: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::remove_file(staged) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let mut file = create_private(staged)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Puts a staged file in its place in one step that survives a power cut.
pub(crate) fn put_in_place(staged: &Path, path: &Path) -> io::Result<()> {
    fs::rename(staged, path)?;
    sync_parent(path)
}

/// How long a small file lies beside its place at most, if its program lives: it is written and moved at once.
const SMALL_LEFT: Duration = Duration::from_secs(60);

/// The same for one that is written piece by piece and waits for what else is done with it.
pub(crate) const LARGE_LEFT: Duration = Duration::from_secs(24 * 60 * 60);

/// Replaces the file at `path` by one with `bytes`, whole or not at all. What a program that was killed left
/// beside it goes.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    // Several programs, and several threads of one, may do this at once, each with a file of its own.
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
    let begins = format!(".{}.", name.unwrap_or_default());
    let of_this = |name: &str| name.strip_prefix(&begins).is_some_and(is_process_and_count);
    if let Some(folder) = path.parent() {
        sweep(folder, of_this, SMALL_LEFT);
    }
    let staged = path.with_file_name(format!(
        "{begins}{}.{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    ));
    let done = stage(&staged, bytes).and_then(|()| put_in_place(&staged, path));
    if done.is_err() {
        // Half a file is of no use to anybody; that it cannot be removed adds nothing to the error.
        let _ = fs::remove_file(&staged);
    }
    done
}

/// Whether a text is `PROCESS.COUNT`, as [`replace`] puts it behind a name.
pub(crate) fn is_process_and_count(text: &str) -> bool {
    let number = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let parts = text.split_once('.');
    parts.is_some_and(|(process, count)| number(process) && number(count))
}

/// Removes plain files of a folder whose names are `ours` and that nobody has written to for `left`: their
/// programs were killed. Returns how many. What cannot be looked at or removed stays for the next time; it is
/// no reason not to go on.
pub(crate) fn sweep(folder: &Path, ours: impl Fn(&str) -> bool, left: Duration) -> usize {
    // The folder of a bare name is the one that the program is in.
    let here = folder.as_os_str().is_empty();
    let folder = if here { Path::new(".") } else { folder };
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    let named = entries
        .flatten()
        .filter(|e| e.file_name().to_str().is_some_and(&ours));
    let is_left = |entry: &fs::DirEntry| {
        let about = entry.metadata().ok().filter(fs::Metadata::is_file);
        let written = about.and_then(|a| a.modified().ok());
        // A clock that was set back makes what was left a file of the future.
        written.is_some_and(|t| t.elapsed().unwrap_or_else(|e| e.duration()) > left)
    };
    let gone = named.filter(is_left);
    gone.filter(|e| fs::remove_file(e.path()).is_ok()).count()
}

fn sync_parent(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        File::open(parent)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Opens a file of a folder to be read. What somebody put there that could be read for ever, or waited for,
/// is refused.
///
/// # Errors
/// [`io::ErrorKind::InvalidInput`] for a pipe, a device or a folder, or what the system says.
pub(crate) fn open_plain(path: &Path) -> io::Result<File> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    File::open(path)
}

/// The whole of a file of at most `max` bytes.
///
/// # Errors
/// [`io::ErrorKind::FileTooLarge`] for a larger one, or as [`open_plain`].
pub(crate) fn read_bounded(path: &Path, max: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    open_plain(path)?.take(limit).read_to_end(&mut bytes)?;
    if bytes.len() > max {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    /// What another program may still be writing stays, and so does all that is not of this kind.
    #[test]
    fn what_a_killed_program_left_beside_a_file_goes_when_it_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        let old = SystemTime::now() - 2 * SMALL_LEFT;
        let ahead = SystemTime::now() + 2 * SMALL_LEFT;
        let dated = |name: &str, time| {
            fs::write(path(name), "x").unwrap();
            let file = File::options().write(true).open(path(name)).unwrap();
            file.set_modified(time).unwrap();
        };
        let left = [".checkpoint.4711.0", ".checkpoint.1.18446744073709551615"];
        let others = [
            ".checkpoint.4711",
            ".checkpoint.4711.",
            ".checkpoint.4711.0.txt",
            ".checkpoint.-1.0",
            ".other.4711.0",
            "checkpoint.4711.0",
            ".checkpoint.bak.0",
        ];
        left.iter().chain(&others).for_each(|n| dated(n, old));
        dated(".checkpoint.12.0", ahead);
        fs::write(path(".checkpoint.12.1"), "x").unwrap();
        fs::create_dir(path(".checkpoint.12.2")).unwrap();
        replace(&path("checkpoint"), b"head").unwrap();
        assert!(left.iter().all(|n| !path(n).exists()));
        assert!(!path(".checkpoint.12.0").exists());
        assert!(others.iter().all(|n| path(n).exists()));
        assert!(path(".checkpoint.12.1").exists() && path(".checkpoint.12.2").exists());
        assert_eq!(fs::read(path("checkpoint")).unwrap(), b"head");
        // Nothing of its own is left.
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), others.len() + 3);
    }
}
