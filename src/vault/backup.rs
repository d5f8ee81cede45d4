//! Copies that travel, and the way back (manual: *vault format*, "Backup" and "Succession").
//!
//! A backup is an archive that is encrypted to a key of its own, and that key in a small file that is
//! encrypted to people. Who destroys the small file has destroyed every copy of the archive, wherever
//! it is: that is how what was erased disappears from backups, too.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read as _, Seek as _, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::audit::{self, Finding, Known};
use super::error::VaultError;
use super::keyring::{Rights, Unlock};
use super::store::{Mode, Store};
use super::succession::{Logs, Seen, Succession};
use super::writing::{Writing, read_frontier};
use super::{ActNote, CHECKPOINT_FILE, DATABASE_FILE, KEYRING_FILE, Location, Vault, VaultId};
use super::{archive, evidence, files, keyring, meta};
use crate::codec::{Decode as _, Encode as _, to_hex};
use crate::crypto::hash::{Digest, HashingWriter, sha256};
use crate::crypto::travel::{self, IDENTITY, Identity, Recipient};
use crate::crypto::{Secret, random};
use crate::log::act::{ActKind, Reason};
use crate::log::{Fact, Frontier, Leaf, SignedCheckpoint};

const FIRST_LINE: &str = "sigilo backup v1";
const KEY_LINE: &str = "sigilo backup key v1";
/// Names of the contents that were left out, in the archive.
const LEFT_OUT: &str = "left-out";
/// Largest database that is unpacked, in bytes.
const MAX_DATABASE: u64 = 8 << 30;
/// Largest archive: the database, the small files beside it, and what encryption adds.
const MAX_ARCHIVE: u64 = MAX_DATABASE + (MAX_DATABASE >> 10);
const MAX_SMALL: usize = 1 << 20;

/// The files of a backup.
#[derive(Debug, Clone)]
pub struct Places {
    /// The archive.
    pub archive: PathBuf,
    /// Its key, encrypted to the recipients.
    pub key: PathBuf,
    /// Hashes of both and the signed head, in clear.
    pub manifest: PathBuf,
    /// Folder of sealed files of evidence, each under its hash.
    pub evidence: PathBuf,
}

pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

impl Places {
    /// The archive here, its key and its manifest beside it.
    pub fn beside(archive: impl Into<PathBuf>) -> Self {
        let archive = archive.into();
        Self {
            key: with_suffix(&archive, ".key"),
            manifest: with_suffix(&archive, ".manifest"),
            evidence: with_suffix(&archive, ".evidence"),
            archive,
        }
    }
}

/// What a backup holds.
#[derive(Debug, Clone)]
pub struct BackedUp {
    /// Entries of the log.
    pub size: u64,
    /// Bytes of the archive.
    pub bytes: u64,
    /// Contents that are in no backup: secrets of rounds.
    pub left_out: usize,
}

/// Hash and length of a file of at most `max` bytes.
fn hash_file(path: &Path, max: u64) -> Result<(Digest, u64), VaultError> {
    let file = files::open_plain(path)?;
    if file.metadata()?.len() > max {
        return Err(VaultError::BackupDamaged);
    }
    let mut hashed = HashingWriter::new(io::sink());
    io::copy(&mut file.take(max), &mut hashed)?;
    let (_, hash, bytes) = hashed.finish();
    Ok((hash, bytes))
}

/// Overwrites what is in a file before it goes. On a disk that writes elsewhere this is all that can
/// be done from here. What a link leads to is not what goes.
fn destroy(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(e),
        Ok(about) if !about.is_file() => {}
        Ok(_) => {
            let mut file = File::options().write(true).open(path)?;
            let len = usize::try_from(file.metadata()?.len()).unwrap_or(MAX_SMALL);
            file.seek(io::SeekFrom::Start(0))?;
            file.write_all(&vec![0; len.min(MAX_SMALL)])?;
            file.sync_all()?;
        }
    }
    fs::remove_file(path)
}

impl Vault {
    /// Writes a backup of the whole vault while others use it. What is in the same place is replaced,
    /// and its key destroyed.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`] without the right to read and to see the log, or what the system
    /// says; then the backup that was there before is still there.
    pub fn backup(
        &self,
        to: &Places,
        recipients: &[Recipient],
        reason: &Reason,
    ) -> Result<BackedUp, VaultError> {
        self.require(Rights::READ.and(Rights::LOG))?;
        // Before anything leaves the house, the log says so. This also signs a head over all entries.
        self.log(ActNote::new(ActKind::Backup).because(reason))?;
        let copy = self.store.snapshot()?;
        let (left_out, head, named, live) = {
            let tx = copy.write()?;
            let left_out = self.round_states_in(&tx)?;
            for leaf in &left_out {
                tx.delete_content(*leaf)?;
            }
            // It is made again from the contents, and what was erased need not be looked for in it.
            if tx.has_search()? {
                tx.delete_search(None)?;
            }
            let head = tx.meta(meta::HEAD)?.ok_or(VaultError::LogAltered)?;
            let named = tx.meta(meta::KEYRING)?.ok_or(VaultError::Schema)?;
            let live = evidence::live_files(&tx)?;
            tx.commit()?;
            (left_out, head, named, live)
        };
        let database = copy.into_bytes()?;
        let ring = self.keyring.to_bytes();
        if sha256(&[&ring]).as_slice() != named {
            return Err(VaultError::KeysChanged);
        }
        let size = SignedCheckpoint::parse(&head)
            .map_err(|_| VaultError::LogAltered)?
            .checkpoint()
            .size();
        let list: String = left_out.iter().map(|leaf| format!("{leaf}\n")).collect();

        finish_interrupted(to)?;
        let own = Identity::generate();
        let staged = |path: &Path| with_suffix(path, ".new");
        let mut out = HashingWriter::new(new_file(&staged(&to.archive))?);
        let mut sealed = travel::encrypt(&[own.recipient()], &mut out)?;
        archive::put(&mut sealed, DATABASE_FILE, &database)?;
        archive::put(&mut sealed, KEYRING_FILE, &ring)?;
        archive::put(&mut sealed, CHECKPOINT_FILE, &head)?;
        archive::put(&mut sealed, LEFT_OUT, list.as_bytes())?;
        archive::end(&mut sealed)?;
        sealed.finish()?;
        let (out, hash, bytes) = out.finish();
        sync(out)?;

        let mut key = Zeroizing::new(Vec::with_capacity(256));
        key.extend_from_slice(format!("{KEY_LINE}\n{}\n", to_hex(&hash)).as_bytes());
        key.extend_from_slice(own.secret()?.expose());
        key.push(b'\n');
        let key = travel::encrypt_bytes(recipients, &key)?;
        files::stage(&staged(&to.key), &key)?;
        let files = self.copy_evidence(&to.evidence, &live)?;
        let lines: String = files
            .iter()
            .map(|f| format!("evidence {}\n", to_hex(f)))
            .collect();
        let manifest = format!(
            "{FIRST_LINE}\nvault {}\narchive {} {bytes}\nkey {} {}\n{lines}\n{}",
            to_hex(&self.id().0),
            to_hex(&hash),
            to_hex(&sha256(&[&key])),
            key.len(),
            String::from_utf8_lossy(&head),
        );
        files::stage(&staged(&to.manifest), manifest.as_bytes())?;
        // Interrupted in between, the archive's key is one of the two that are there.
        files::put_in_place(&staged(&to.archive), &to.archive)?;
        destroy(&to.key)?;
        files::put_in_place(&staged(&to.key), &to.key)?;
        files::put_in_place(&staged(&to.manifest), &to.manifest)?;
        forget_evidence(&to.evidence, &files)?;
        Ok(BackedUp {
            size,
            bytes,
            left_out: left_out.len(),
        })
    }

    /// Copies sealed files that are not there yet. They never change, so this is the part of a backup
    /// that grows; returns all that belong to it.
    fn copy_evidence(
        &self,
        folder: &Path,
        live: &HashSet<Digest>,
    ) -> Result<Vec<Digest>, VaultError> {
        let mut all = Vec::new();
        for hash in live {
            let from = evidence::path_of(&self.location.dir, hash);
            if !from.is_file() {
                continue;
            }
            // Whoever had the stick before may have left a link there: to somebody's papers.
            files::private_dir_within(folder)?;
            let to = folder.join(to_hex(hash));
            if evidence::stored_at(&to, hash)? != Some(true) {
                let staged = with_suffix(&to, ".new");
                copy_file(&from, &staged)?;
                files::put_in_place(&staged, &to)?;
            }
            all.push(*hash);
        }
        all.sort_unstable();
        Ok(all)
    }
}

/// Ends a backup that was interrupted after its archive was in its place: its key is then only in the
/// staged file, which the next backup would overwrite.
fn finish_interrupted(to: &Places) -> Result<(), VaultError> {
    let (key, manifest) = (
        with_suffix(&to.key, ".new"),
        with_suffix(&to.manifest, ".new"),
    );
    let told = match files::read_bounded(&manifest, MAX_SMALL) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        told => String::from_utf8(told?)
            .ok()
            .and_then(|t| Manifest::parse(&t)),
    };
    // Half a manifest was never synced: nothing had been put in place.
    let Some(told) = told else { return Ok(()) };
    if !to.archive.is_file() || hash_file(&to.archive, MAX_ARCHIVE)? != told.archive {
        return Ok(());
    }
    if key.is_file() && hash_file(&key, MAX_SMALL as u64)? == told.key {
        destroy(&to.key)?;
        files::put_in_place(&key, &to.key)?;
    }
    Ok(files::put_in_place(&manifest, &to.manifest)?)
}

/// Removes sealed files that the backup no longer names: what was erased since the one before. Nothing
/// else that lies there is touched.
fn forget_evidence(folder: &Path, kept: &[Digest]) -> Result<(), VaultError> {
    if !files::is_own_dir(folder) {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let sealed = name.to_str().is_some_and(|n| {
            let hash = n.strip_suffix(".new").unwrap_or(n);
            evidence::hash_named(hash).is_some_and(|h| n != hash || !kept.contains(&h))
        });
        if sealed {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Copies the sealed files of a backup into the folder of the vault that is being made. The audit
/// tells which are wrong or missing.
pub(super) fn bring_evidence(folder: &Path, dir: &Path) -> Result<(), VaultError> {
    if !folder.is_dir() {
        return Ok(());
    }
    let into = dir.join(evidence::FOLDER);
    files::create_private_dir(&into)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let named = name.to_str().and_then(evidence::hash_named).is_some();
        if named && entry.file_type()?.is_file() {
            copy_file(&entry.path(), &into.join(entry.file_name()))?;
        }
    }
    Ok(())
}

fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    let mut out = new_file(to)?;
    io::copy(&mut files::open_plain(from)?, &mut out)?;
    sync(out)
}

fn new_file(path: &Path) -> io::Result<BufWriter<File>> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    Ok(BufWriter::with_capacity(
        1 << 18,
        files::create_private(path)?,
    ))
}

fn sync(out: BufWriter<File>) -> io::Result<()> {
    out.into_inner()
        .map_err(io::IntoInnerError::into_error)?
        .sync_all()
}

/// What a manifest says.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The vault.
    pub vault: VaultId,
    /// The signed head of the backup.
    pub head: SignedCheckpoint,
    archive: (Digest, u64),
    key: (Digest, u64),
    evidence: Vec<Digest>,
}

impl Manifest {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (lines, head) = text.split_once("\n\n")?;
        let mut lines = lines.lines();
        if lines.next()? != FIRST_LINE {
            return None;
        }
        let mut field = |name: &str| -> Option<Vec<&str>> {
            let mut words = lines.next()?.split(' ');
            (words.next()? == name).then(|| words.collect())
        };
        let hex = |text: &str| crate::codec::from_hex(text).ok();
        let vault = hex(field("vault")?.first()?)?.try_into().ok()?;
        let mut file = |name| {
            let words = field(name)?;
            let [hash, len] = words.as_slice() else {
                return None;
            };
            Some((hex(hash)?.try_into().ok()?, len.parse().ok()?))
        };
        let (archive, key) = (file("archive")?, file("key")?);
        let evidence = lines
            .map(|line| hex(line.strip_prefix("evidence ")?)?.try_into().ok())
            .collect::<Option<_>>()?;
        Some(Self {
            vault: VaultId(vault),
            head: SignedCheckpoint::parse(head.as_bytes()).ok()?,
            archive,
            key,
            evidence,
        })
    }
}

/// Checks without any key that the files of a backup are the ones that were written.
///
/// # Errors
/// [`VaultError::BackupDamaged`] if not, or what the system says.
pub fn verify(places: &Places) -> Result<Manifest, VaultError> {
    let bytes = files::read_bounded(&places.manifest, MAX_SMALL)?;
    let text = String::from_utf8(bytes).map_err(|_| VaultError::BackupDamaged)?;
    let manifest = Manifest::parse(&text).ok_or(VaultError::BackupDamaged)?;
    if hash_file(&places.archive, MAX_ARCHIVE)? != manifest.archive
        || hash_file(&places.key, MAX_SMALL as u64)? != manifest.key
    {
        return Err(VaultError::BackupDamaged);
    }
    for hash in &manifest.evidence {
        if evidence::stored_at(&places.evidence.join(to_hex(hash)), hash)? != Some(true) {
            return Err(VaultError::BackupDamaged);
        }
    }
    Ok(manifest)
}

/// What whoever restores knows of the vault from elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Newer {
    /// Heads seen since the backup: on paper, at the coordinator, on a stick.
    pub heads: Vec<SignedCheckpoint>,
    /// A folder with a newer copy of the vault, damaged perhaps: its erasures are applied again.
    pub vault: Option<PathBuf>,
}

/// What a restored vault is.
#[derive(Debug, Clone)]
pub struct Restored {
    /// What the new log says of the old one.
    pub succession: Succession,
    /// Erasures that were applied again.
    pub erased: usize,
    /// Contents that the backup left out, each with a tombstone now.
    pub left_out: usize,
}

/// The key of an archive, from the small file or from the one that was about to replace it.
fn open_key(places: &Places, identity: &Identity) -> Result<Identity, VaultError> {
    let (hash, _) = hash_file(&places.archive, MAX_ARCHIVE)?;
    let mut failed = VaultError::BackupDamaged;
    for path in [places.key.clone(), with_suffix(&places.key, ".new")] {
        let file = match files::read_bounded(&path, MAX_SMALL) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
            Err(e) => return Err(e.into()),
        };
        match read_key(&file, identity, &hash) {
            Ok(own) => return Ok(own),
            // The manifest beside it tells a damaged archive from one that another key file belongs to.
            Err(VaultError::BackupKey) if told_otherwise(places, &hash, &file) => {
                failed = VaultError::BackupDamaged;
            }
            Err(e) => failed = e,
        }
    }
    Err(failed)
}

/// Whether there is a manifest of this key file that has another hash for the archive.
fn told_otherwise(places: &Places, archive: &Digest, key: &[u8]) -> bool {
    let bytes = files::read_bounded(&places.manifest, MAX_SMALL).unwrap_or_default();
    let manifest = String::from_utf8(bytes)
        .ok()
        .and_then(|t| Manifest::parse(&t));
    manifest.is_some_and(|m| m.key.0 == sha256(&[key]) && m.archive.0 != *archive)
}

fn read_key(file: &[u8], identity: &Identity, archive: &Digest) -> Result<Identity, VaultError> {
    let plain = travel::decrypt_bytes(identity, file, 4096)?;
    let expected = format!("{KEY_LINE}\n{}\n", to_hex(archive));
    let secret = plain
        .strip_prefix(expected.as_bytes())
        .and_then(|rest| rest.strip_suffix(b"\n"))
        .ok_or(VaultError::BackupKey)?;
    let secret = Secret::<IDENTITY>::from_slice(secret).map_err(|_| VaultError::BackupKey)?;
    Identity::from_secret(&secret).map_err(|_| VaultError::BackupKey)
}

/// Unpacks an archive into a new folder; returns the leaves whose contents were left out.
fn unpack(places: &Places, own: &Identity, dir: &Path) -> Result<Vec<u64>, VaultError> {
    let file = BufReader::new(files::open_plain(&places.archive)?);
    let mut plain = travel::decrypt(own, file)?;
    let mut left_out = None;
    let mut seen = Vec::new();
    let unpacked = archive::each(&mut plain, |name, file| {
        let max = match name {
            DATABASE_FILE => MAX_DATABASE,
            KEYRING_FILE => keyring::MAX_FILE as u64,
            CHECKPOINT_FILE | LEFT_OUT => MAX_SMALL as u64,
            _ => return Err(io::ErrorKind::InvalidData.into()),
        };
        if seen.iter().any(|s| s == name) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        seen.push(name.to_owned());
        let mut file = file.take(max);
        if name == LEFT_OUT {
            let mut text = String::new();
            file.read_to_string(&mut text)?;
            left_out = text.lines().map(|l| l.parse().ok()).collect();
            return Ok(());
        }
        let mut out = BufWriter::new(files::create_private(&dir.join(name))?);
        io::copy(&mut file, &mut out)?;
        sync(out)
    });
    unpacked.map_err(|e| match e.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => VaultError::BackupDamaged,
        _ => VaultError::Io(e),
    })?;
    left_out.ok_or(VaultError::BackupDamaged)
}

/// What a newer copy of the vault shows about what is in the backup.
struct Seam {
    size: u64,
    head: Vec<u8>,
    erased: Vec<u64>,
}

/// Reads the log of a newer copy, as far as it is there, and insists that it continues the backup.
fn read_newer(dir: &Path, vault: &Vault, own: &Frontier) -> Result<Seam, VaultError> {
    let store = Store::open(&Location::new(dir).database(), Mode::ReadOnly)?;
    let view = store.view()?;
    if view.meta(meta::VAULT)?.as_deref() != Some(vault.id().0.as_slice()) {
        return Err(VaultError::OtherVault);
    }
    let logs = Logs::read(&view, vault.id())?;
    let head = view.meta(meta::HEAD)?.ok_or(VaultError::LogAltered)?;
    let signed = SignedCheckpoint::parse(&head).map_err(|_| VaultError::LogAltered)?;
    let Some(Seen::Compare(signed)) = logs.verify(&signed, vault.keyring.checkpoint_key, &view)?
    else {
        return Err(VaultError::OtherVault);
    };
    let mut frontier = Frontier::new();
    let mut erased = Vec::new();
    let mut fits = own.size() == 0;
    let mut whole = false;
    view.each_leaf(0, |index, row| {
        if index != frontier.size() {
            return Err(VaultError::Altered { leaf: index });
        }
        frontier.append(crate::log::merkle::leaf_hash(&row.leaf));
        let leaf = Leaf::from_bytes(&row.leaf).map_err(|_| VaultError::Altered { leaf: index })?;
        if let Fact::Tombstone(target) = leaf.fact
            && target < own.size()
            && index >= own.size()
        {
            erased.push(target);
        }
        fits |= frontier.size() == own.size() && frontier.root() == own.root();
        whole |= frontier.size() == signed.size() && frontier.root() == *signed.root();
        Ok(())
    })?;
    if !fits || !whole {
        return Err(VaultError::OtherVault);
    }
    Ok(Seam {
        size: frontier.size(),
        head,
        erased,
    })
}

/// Makes a vault from a backup: a new log that takes over the leaves of the old one and says so, and
/// how many are known to be lost. Erasures that a newer copy shows are applied again. The folder
/// appears whole or not at all.
///
/// # Errors
/// [`VaultError::BackupDamaged`], [`VaultError::Travel`] for the wrong identity,
/// [`VaultError::WrongKey`], [`VaultError::OtherVault`] if something that is known does not belong to
/// this vault, or contradicts it.
pub fn restore(
    from: &Places,
    identity: &Identity,
    to: &Location,
    unlock: &Unlock<'_>,
    newer: &Newer,
    reason: &Reason,
) -> Result<Restored, VaultError> {
    super::require_free(to)?;
    let own = open_key(from, identity)?;
    super::build_whole(to, |dir| build(from, &own, dir, unlock, newer, reason))
}

fn build(
    from: &Places,
    own: &Identity,
    dir: &Path,
    unlock: &Unlock<'_>,
    newer: &Newer,
    reason: &Reason,
) -> Result<Restored, VaultError> {
    let left_out = unpack(from, own, dir)?;
    bring_evidence(&from.evidence, dir)?;
    let location = Location::new(dir);
    let vault = Vault::open_as_it_is(&location, unlock)?;
    vault.require(Rights::ALL)?;
    let known = Known {
        key: Some(vault.keyring.checkpoint_key),
        heads: Vec::new(),
        ..Known::default()
    };
    let report = audit::verify(&location, &known, |_, _| {})?;
    let expected = |f: &Finding| matches!(f, Finding::Log(crate::log::Finding::ContentMissing { index }) if left_out.contains(index));
    if !report.findings.iter().all(expected) {
        return Err(VaultError::BackupDamaged);
    }
    let (frontier, head) = {
        let view = vault.store.view()?;
        let head = view.meta(meta::HEAD)?.ok_or(VaultError::LogAltered)?;
        (read_frontier(&view, meta::FRONTIER)?, head)
    };
    let mut known = frontier.size();
    let mut newest = Vec::new();
    for head in &newer.heads {
        let size = head.checkpoint().size();
        let view = vault.store.view()?;
        let logs = vault.logs.borrow();
        let seen = logs.verify(head, vault.keyring.checkpoint_key, &view)?;
        let Some(Seen::Compare(_)) = seen else {
            return Err(VaultError::OtherVault);
        };
        if size > known {
            (known, newest) = (size, head.to_string().into_bytes());
        }
    }
    // Heads inside what the backup holds must fit it.
    let inside = Known {
        key: Some(vault.keyring.checkpoint_key),
        heads: newer
            .heads
            .iter()
            .filter(|h| h.checkpoint().size() <= frontier.size())
            .cloned()
            .collect(),
        ..Known::default()
    };
    let report = audit::verify(&location, &inside, |_, _| {})?;
    if !report.findings.iter().all(expected) {
        return Err(VaultError::OtherVault);
    }
    let mut erased = Vec::new();
    if let Some(dir) = &newer.vault {
        let seam = read_newer(dir, &vault, &frontier)?;
        if seam.size > known {
            (known, newest) = (seam.size, seam.head);
        }
        erased = seam.erased;
    }
    let before = vault.logs.borrow().current();
    let succession = Succession {
        before,
        after: random::array()?,
        size: frontier.size(),
        root: frontier.root(),
        known,
        head,
        newest,
    };
    vault
        .logs
        .borrow_mut()
        .push(succession.size, succession.after);
    let mut writing = Writing::begin(&vault)?;
    writing.tx().raise_format(super::store::FORMAT_REWRAPPED)?;
    let note = ActNote::new(ActKind::Restore)
        .count(succession.lost())
        .because(reason);
    let leaf = writing.open_content(note.clone(), succession.to_bytes())?;
    if leaf != succession.size {
        return Err(VaultError::LogAltered);
    }
    writing
        .tx()
        .set_meta(meta::LOGS, &vault.logs.borrow().to_bytes())?;
    let mut again = 0;
    for leaf in erased {
        if writing.tx().content(leaf)?.is_some() {
            writing.erase(leaf, note.clone())?;
            again += 1;
        }
    }
    for leaf in &left_out {
        writing.act(note.clone(), Fact::Tombstone(*leaf))?;
    }
    writing.finish()?;
    Ok(Restored {
        succession,
        erased: again,
        left_out: left_out.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive that somebody else made, with the key to open it, writes nowhere but where it should.
    #[test]
    fn an_archive_with_paths_in_its_names_is_refused_and_writes_nothing() {
        let tmp = tempfile::tempdir().unwrap();
        let own = Identity::generate();
        let place = |name: &str| tmp.path().join(name);
        let places = Places {
            archive: place("a.age"),
            key: place("a.key"),
            manifest: place("a.txt"),
            evidence: place("e"),
        };
        let dir = place("in");
        let unpacked = |names: &[&str]| {
            let _ = fs::remove_dir_all(&dir);
            fs::create_dir(&dir).unwrap();
            let mut plain = Vec::new();
            for name in names {
                archive::put(&mut plain, name, b"1\n").unwrap();
            }
            archive::end(&mut plain).unwrap();
            let sealed = travel::encrypt_bytes(&[own.recipient()], &plain).unwrap();
            fs::write(&places.archive, sealed).unwrap();
            unpack(&places, &own, &dir)
        };
        for name in [
            "../x",
            "/x",
            "vault.db/../../x",
            "./keyring",
            "keyring/",
            "evidence/x",
            "",
            "checkpoint ",
        ] {
            let done = unpacked(&[name, LEFT_OUT]);
            assert!(matches!(done, Err(VaultError::BackupDamaged)), "{name}");
            assert_eq!(fs::read_dir(&dir).unwrap().count(), 0, "{name}");
        }
        assert!(!place("x").exists());
        // One that is there twice could be checked as one and used as the other.
        let twice = unpacked(&[CHECKPOINT_FILE, CHECKPOINT_FILE, LEFT_OUT]);
        assert!(matches!(twice, Err(VaultError::BackupDamaged)));
        assert_eq!(unpacked(&[CHECKPOINT_FILE, LEFT_OUT]).unwrap(), [1]);
    }
}
