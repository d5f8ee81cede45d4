//! The keyring's file and the next one on its way (manual: *vault format*, "Change of keys").
//!
//! Several programs may do this at once. Nobody writes beside the keyring, or moves anything to its
//! place, except while holding the write lock of the database: the lock decides whose keyring is next, and
//! only the one that the database names ever takes the place of another.

use std::fs;
use std::path::Path;

use super::duress::Old;
use super::error::VaultError;
use super::keyring::{self, Keyring};
use super::{Location, files};
use crate::codec::Decode as _;
use crate::crypto::hash::{Digest, sha256};

/// How often the files are looked at again while another program changes them.
pub(super) const LOOKS: usize = 8;

fn read_file(path: &Path) -> Result<Option<Vec<u8>>, VaultError> {
    match files::read_bounded(path, keyring::MAX_FILE) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e.into()),
    }
}

/// The keyring that the database names, in its place or beside it, and whether it is in its place.
pub(super) fn read(location: &Location, named: &Digest) -> Result<(Keyring, bool), VaultError> {
    let is_named = |bytes: &Vec<u8>| sha256(&[bytes]) == *named;
    let current = read_file(&location.keyring());
    if let Ok(Some(bytes)) = &current
        && is_named(bytes)
    {
        return Ok((Keyring::from_bytes(bytes)?, true));
    }
    if let Some(bytes) = read_file(&location.staged_keyring())?.filter(is_named) {
        return Ok((Keyring::from_bytes(&bytes)?, false));
    }
    Err(match current? {
        None => VaultError::NoKeyring,
        Some(_) => VaultError::KeyringReplaced,
    })
}

/// Puts the named keyring in its place if it still lies beside it. The caller holds the write lock, under
/// which the database named it.
pub(super) fn settle(location: &Location, named: &Digest) -> Result<(), VaultError> {
    let (path, staged) = (location.keyring(), location.staged_keyring());
    let is_named = |bytes: &[u8]| sha256(&[bytes]) == *named;
    // What cannot be read there is not the named one.
    let current = read_file(&path).unwrap_or_default();
    if current.as_deref().is_some_and(is_named) {
        return Ok(());
    }
    if !read_file(&staged)?.as_deref().is_some_and(is_named) {
        return Ok(());
    }
    if let Some(old) = current.and_then(|bytes| Old::open(&path, &sha256(&[&bytes]))) {
        // What a removed slot had in it is then in no file.
        let _ = old.overwrite();
    }
    Ok(files::put_in_place(&staged, &path)?)
}

/// Writes the next keyring beside the named one. The caller holds the write lock.
pub(super) fn stage(location: &Location, named: &Digest, next: &[u8]) -> Result<(), VaultError> {
    // Were the named one still beside its place, this would be the end of it.
    settle(location, named)?;
    let staged = location.staged_keyring();
    if let Some(left) = read_file(&staged)? {
        // Of a change that was interrupted before it counted: it opens what the keyring then opened.
        if let Some(old) = Old::open(&staged, &sha256(&[&left])) {
            old.overwrite()?;
        }
        fs::remove_file(&staged)?;
    }
    Ok(files::stage(&staged, next)?)
}
