//! Files that belong to a record (manual: *vault format*, "Evidence").
//!
//! A file of any size is sealed piece by piece into a file of the folder, whose name is its hash. Two
//! leaves log it: one names the sealed bytes, so that an auditor checks them without a key, the other
//! the sealed description with the file's key. Nothing is written in clear before all of it was
//! checked.

use std::fs;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::content::{ContentKind, Header};
use super::error::VaultError;
use super::ids::{CompartmentId, ObjectId};
use super::keyring::Rights;
use super::writing::{NewContent, Writing};
use super::{ActNote, Vault, files};
use crate::codec::{Decode, DecodeError, Encode, Reader, from_hex, put_bytes, to_hex};
use crate::crypto::hash::{Digest, Hasher};
use crate::crypto::stream::{PIECE, PREFIX, Stream, TAG};
use crate::crypto::{Secret, aead, labels, random};
use crate::log::act::{ActKind, Reason};
use crate::log::leaf::key_commitment;
use crate::log::{Fact, Leaf};

/// The folder of sealed files, in the folder of the vault.
pub(crate) const FOLDER: &str = "evidence";
const VERSION: u8 = 1;
/// Longest name of a file that is kept, in bytes.
const MAX_NAME: usize = 255;

/// A file of evidence as it is described to whoever can open its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Its id.
    pub id: ObjectId,
    /// The record that it belongs to.
    pub record: ObjectId,
    /// The leaf with the description.
    pub leaf: u64,
    /// The leaf that names the sealed bytes.
    pub file_leaf: u64,
    /// The name that the file had.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of the file in clear, by which a court knows it.
    pub sha256: Digest,
}

/// The sealed description.
pub(crate) struct Description {
    record: ObjectId,
    file_leaf: u64,
    file: Digest,
    key: Secret<32>,
    size: u64,
    sha256: Digest,
    name: String,
}

impl Description {
    fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(256 + self.name.len()));
        out.push(VERSION);
        self.record.encode(&mut out);
        out.extend_from_slice(&self.file_leaf.to_be_bytes());
        out.extend_from_slice(&self.file);
        out.extend_from_slice(self.key.expose());
        out.extend_from_slice(&self.size.to_be_bytes());
        out.extend_from_slice(&self.sha256);
        put_bytes(&mut out, self.name.as_bytes());
        out
    }

    /// What the leaf of the sealed file says.
    pub fn fact(&self) -> Fact {
        Fact::Content {
            hash: self.file,
            key: Some(key_commitment(&self.key)),
        }
    }

    pub fn told(&self, id: ObjectId, leaf: u64) -> Evidence {
        Evidence {
            id,
            record: self.record,
            leaf,
            file_leaf: self.file_leaf,
            name: self.name.clone(),
            size: self.size,
            sha256: self.sha256,
        }
    }
}

impl Decode for Description {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8()? {
            VERSION => {}
            v => return Err(DecodeError::Version(v)),
        }
        Ok(Self {
            record: ObjectId::decode(input)?,
            file_leaf: input.u64()?,
            file: input.array()?,
            key: Secret::from_slice(input.take(32)?).map_err(|_| DecodeError::Value("key"))?,
            size: input.u64()?,
            sha256: input.array()?,
            name: input.text(MAX_NAME)?.to_owned(),
        })
    }
}

/// What every piece is bound to.
fn piece_ad(vault: [u8; 16], id: ObjectId) -> Vec<u8> {
    let mut ad = labels::EVIDENCE_PIECE.to_vec();
    ad.extend_from_slice(&vault);
    id.encode(&mut ad);
    ad
}

/// Where sealed bytes of this hash are.
pub(crate) fn path_of(dir: &Path, hash: &Digest) -> PathBuf {
    dir.join(FOLDER).join(to_hex(hash))
}

/// The hash that the name of a sealed file says.
pub(super) fn hash_named(name: &str) -> Option<Digest> {
    from_hex(name).ok()?.try_into().ok()
}

/// The hash of a sealed file, as its leaf holds it.
pub(crate) fn file_hash(path: &Path) -> io::Result<Digest> {
    let mut file = files::open_plain(path)?;
    let mut hash = Hasher::new();
    hash.update(labels::EVIDENCE_FILE);
    let mut buffer = vec![0u8; 1 << 17];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hash.finish()),
            n => hash.update(&buffer[..n]),
        }
    }
}

/// Whether sealed bytes are stored for a leaf that names this hash, and are those. Needs no key.
///
/// # Errors
/// What the system says of a file that is there.
pub(crate) fn stored(dir: &Path, hash: &Digest) -> io::Result<Option<bool>> {
    stored_at(&path_of(dir, hash), hash)
}

/// As [`stored`], for a file anywhere.
pub(crate) fn stored_at(path: &Path, hash: &Digest) -> io::Result<Option<bool>> {
    match file_hash(path) {
        Ok(found) => Ok(Some(found == *hash)),
        Err(e)
            if matches!(
                e.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(None)
        }
        Err(e) => Err(e),
    }
}

/// Reads until `piece` is full or the input ends.
fn fill(input: &mut impl Read, piece: &mut Vec<u8>, len: usize) -> io::Result<()> {
    piece.clear();
    input.take(len as u64).read_to_end(piece)?;
    Ok(())
}

/// What was sealed.
struct Sealed {
    hash: Digest,
    size: u64,
    sha256: Digest,
}

/// A file that was sealed to the side, with its key.
pub(crate) struct StagedFile {
    id: ObjectId,
    key: Secret<32>,
    sealed: Sealed,
    /// Where it is.
    pub path: PathBuf,
}

impl StagedFile {
    /// Bytes of the file in clear.
    pub fn size(&self) -> u64 {
        self.sealed.size
    }

    /// SHA-256 of the file in clear.
    pub fn sha256(&self) -> Digest {
        self.sealed.sha256
    }
}

/// Seals all of `input` and zeros up to its Padmé class, so that the size tells little.
fn seal_file(
    mut input: impl Read,
    out: &mut impl Write,
    key: &Secret<32>,
    ad: &[u8],
    mut progress: impl FnMut(u64),
) -> Result<Sealed, VaultError> {
    let mut stream = Stream::begin(key)?;
    let (mut hash, mut clear) = (Hasher::new(), Hasher::new());
    hash.update(labels::EVIDENCE_FILE);
    hash.update(stream.prefix());
    out.write_all(stream.prefix())?;
    let mut piece = Zeroizing::new(Vec::with_capacity(PIECE + TAG));
    let mut size = 0u64;
    let mut padded = None;
    let mut written = 0u64;
    loop {
        match padded {
            None => {
                fill(&mut input, &mut piece, PIECE)?;
                clear.update(&piece);
                size += piece.len() as u64;
                if piece.len() < PIECE {
                    let len = usize::try_from(size).map_err(|_| VaultError::TooLarge)?;
                    let whole = aead::padme(len.max(aead::PAD_MIN)) as u64;
                    padded = Some(whole);
                    let room = (whole - written).min(PIECE as u64);
                    piece.resize(usize::try_from(room).unwrap_or(PIECE), 0);
                }
            }
            Some(whole) => {
                let room = (whole - written).min(PIECE as u64);
                piece.clear();
                piece.resize(usize::try_from(room).unwrap_or(PIECE), 0);
            }
        }
        written += piece.len() as u64;
        let last = padded == Some(written);
        stream.seal(ad, &mut piece, last)?;
        hash.update(&piece);
        out.write_all(&piece)?;
        progress(size);
        if last {
            return Ok(Sealed {
                hash: hash.finish(),
                size,
                sha256: clear.finish(),
            });
        }
    }
}

/// Opens a sealed file and gives its bytes to `out`, which must not believe them before the end.
fn open_file(
    path: &Path,
    what: &Description,
    ad: &[u8],
    out: &mut impl Write,
) -> Result<(), VaultError> {
    let altered = || VaultError::Altered {
        leaf: what.file_leaf,
    };
    let file = files::open_plain(path).map_err(|_| altered())?;
    let whole = file.metadata()?.len();
    let mut input = BufReader::with_capacity(PIECE + TAG, file);
    let (mut hash, mut clear) = (Hasher::new(), Hasher::new());
    hash.update(labels::EVIDENCE_FILE);
    let mut prefix = [0u8; PREFIX];
    input.read_exact(&mut prefix).map_err(|_| altered())?;
    hash.update(&prefix);
    let mut stream = Stream::with_prefix(&what.key, prefix);
    let mut piece = Zeroizing::new(Vec::with_capacity(PIECE + TAG));
    let (mut seen, mut left) = (PREFIX as u64, what.size);
    loop {
        fill(&mut input, &mut piece, PIECE + TAG)?;
        hash.update(&piece);
        seen += piece.len() as u64;
        let last = seen >= whole;
        stream.open(ad, &mut piece, last).map_err(|_| altered())?;
        let n = usize::try_from(left.min(piece.len() as u64)).unwrap_or(PIECE);
        let (content, padding) = piece.split_at(n);
        if padding.iter().any(|b| *b != 0) {
            return Err(altered());
        }
        clear.update(content);
        out.write_all(content)?;
        left -= n as u64;
        if last {
            break;
        }
    }
    if left != 0 || hash.finish() != what.file || clear.finish() != what.sha256 {
        return Err(altered());
    }
    Ok(())
}

impl Vault {
    fn evidence_folder(&self) -> Result<PathBuf, VaultError> {
        let folder = self.location.dir.join(FOLDER);
        files::private_dir_within(&folder)?;
        Ok(folder)
    }

    /// Seals a file as evidence of a record. `progress` gets the bytes read so far. Memory does not
    /// grow with the file.
    ///
    /// # Errors
    /// [`VaultError::NoSuchRecord`], [`VaultError::NotAllowed`], [`VaultError::BadName`], or what the
    /// system says; nothing is stored then.
    pub fn add_evidence(
        &self,
        record: ObjectId,
        name: &str,
        input: impl Read,
        reason: &Reason,
        progress: impl FnMut(u64),
    ) -> Result<Evidence, VaultError> {
        let note = ActNote::new(ActKind::EvidenceAdded).because(reason);
        self.seal_evidence(record, name, input, note, progress)
    }

    /// Seals a file of a record. What `note` says is logged of it; an act that follows on none follows
    /// on the record's latest version.
    pub(super) fn seal_evidence(
        &self,
        record: ObjectId,
        name: &str,
        input: impl Read,
        note: ActNote,
        progress: impl FnMut(u64),
    ) -> Result<Evidence, VaultError> {
        self.require(Rights::READ.and(Rights::SEAL))?;
        if self.catalog()?.get(record).is_none() {
            return Err(VaultError::NoSuchRecord);
        }
        let file = self.stage_evidence(name, input, progress)?;
        let staged = file.path.clone();
        let done = self.log_evidence(record, name, file, note);
        if done.is_err() {
            let _ = fs::remove_file(&staged);
        }
        done
    }

    fn log_evidence(
        &self,
        record: ObjectId,
        name: &str,
        file: StagedFile,
        note: ActNote,
    ) -> Result<Evidence, VaultError> {
        let mut writing = Writing::begin(self)?;
        // The record may have gone while the file was read.
        let catalog = self.catalog_in(writing.tx())?;
        let item = catalog.get(record).ok_or(VaultError::NoSuchRecord)?;
        let note = note.or_after(item.latest().leaf);
        let (told, place) =
            self.place_evidence(&mut writing, record, item.compartment, name, file, note)?;
        if let Err(e) = writing.finish() {
            let _ = fs::remove_file(&place);
            return Err(e);
        }
        Ok(told)
    }

    /// Seals a file to the side, for [`Vault::place_evidence`].
    pub(super) fn stage_evidence(
        &self,
        name: &str,
        input: impl Read,
        progress: impl FnMut(u64),
    ) -> Result<StagedFile, VaultError> {
        if name.is_empty() || name.len() > MAX_NAME || name.chars().any(char::is_control) {
            return Err(VaultError::BadName);
        }
        let id = ObjectId::random()?;
        let key = Secret::<32>::random()?;
        let ad = piece_ad(self.id().0, id);
        let folder = self.evidence_folder()?;
        let path = folder.join(format!(".{}.new", to_hex(&random::array::<16>()?)));
        let done = (|| {
            let mut out = BufWriter::with_capacity(1 << 18, files::create_private(&path)?);
            let sealed = seal_file(input, &mut out, &key, &ad, progress)?;
            out.into_inner()
                .map_err(io::IntoInnerError::into_error)?
                .sync_all()?;
            Ok(sealed)
        })();
        match done {
            Ok(sealed) => Ok(StagedFile {
                id,
                key,
                sealed,
                path,
            }),
            Err(e) => {
                let _ = fs::remove_file(&path);
                Err(e)
            }
        }
    }

    /// Logs a staged file as evidence of a record and moves it to its place, which is returned: whoever
    /// does not finish the transaction removes it.
    pub(super) fn place_evidence(
        &self,
        writing: &mut Writing<'_>,
        record: ObjectId,
        compartment: CompartmentId,
        name: &str,
        file: StagedFile,
        note: ActNote,
    ) -> Result<(Evidence, PathBuf), VaultError> {
        let id = file.id;
        let note = note.on(id.0, 1);
        let fact = Fact::Content {
            hash: file.sealed.hash,
            key: Some(key_commitment(&file.key)),
        };
        let file_leaf = writing.act(note.clone(), fact)?;
        let what = Description {
            record,
            file_leaf,
            file: file.sealed.hash,
            key: file.key,
            size: file.sealed.size,
            sha256: file.sealed.sha256,
            name: name.to_owned(),
        };
        let leaves = writing.seal(&[NewContent {
            compartment,
            header: Header {
                object: id,
                version: 1,
                kind: ContentKind::Evidence,
            },
            body: what.to_bytes(),
            note,
        }])?;
        let leaf = *leaves.first().ok_or(VaultError::LogAltered)?;
        writing.tx().raise_format(super::store::FORMAT_REWRAPPED)?;
        // In place before the log names it: a file that nothing names is swept away, a name without
        // its file would be a loss.
        let place = path_of(&self.location.dir, &what.file);
        files::put_in_place(&file.path, &place)?;
        Ok((what.told(id, leaf), place))
    }

    /// All evidence that this slot can open, in the order in which it was added.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`], [`VaultError::Altered`].
    pub fn evidence(&self) -> Result<Vec<Evidence>, VaultError> {
        Ok(self.catalog()?.evidence)
    }

    /// Opens a file of evidence twice: first everything is checked, then it is written to `out`. The
    /// log says so before a byte is written.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`] without the right to export, [`VaultError::NeedsTwo`],
    /// [`VaultError::Altered`] with nothing written, or what the system says.
    pub fn extract_evidence(
        &self,
        evidence: &Evidence,
        out: &mut impl Write,
        reason: &Reason,
    ) -> Result<(), VaultError> {
        self.require(Rights::READ.and(Rights::EXPORT))?;
        self.require_two(super::Guarded::Evidence, 1)?;
        self.check_evidence(evidence)?;
        let note = ActNote::new(ActKind::EvidenceExtracted)
            .on(evidence.id.0, 1)
            .after(evidence.leaf)
            .because(reason);
        self.log(note)?;
        self.write_evidence(evidence, out)
    }

    /// The description of a file, after it was compared with what the log says of the file.
    fn described(&self, evidence: &Evidence) -> Result<Description, VaultError> {
        self.require(Rights::READ)?;
        let view = self.store.view()?;
        let (header, body) = self.open_content(&view, evidence.leaf)?;
        if header.kind != ContentKind::Evidence || header.object != evidence.id {
            return Err(VaultError::NoSuchRecord);
        }
        let what = Description::from_bytes(&body).map_err(|_| VaultError::Altered {
            leaf: evidence.leaf,
        })?;
        let row = view.leaf(what.file_leaf)?;
        let logged = row.and_then(|r| Leaf::from_bytes(&r.leaf).ok());
        if logged.is_none_or(|l| l.fact != what.fact()) {
            return Err(VaultError::Altered {
                leaf: what.file_leaf,
            });
        }
        Ok(what)
    }

    /// Checks a file of evidence from its first byte to its last and writes nothing.
    ///
    /// # Errors
    /// As [`Vault::extract_evidence`].
    pub fn check_evidence(&self, evidence: &Evidence) -> Result<(), VaultError> {
        self.write_evidence(evidence, &mut io::sink())
    }

    /// Opens a file of evidence and gives its bytes to `out`, which must not believe them before the
    /// end. The caller has logged it.
    pub(super) fn write_evidence(
        &self,
        evidence: &Evidence,
        out: &mut impl Write,
    ) -> Result<(), VaultError> {
        let what = self.described(evidence)?;
        let path = path_of(&self.location.dir, &what.file);
        open_file(&path, &what, &piece_ad(self.id().0, evidence.id), out)
    }

    /// Removes sealed files that no leaf names any more: what is left when an erasure or an addition
    /// was interrupted, and what was begun a day ago or earlier and never came to its place. Their keys are
    /// gone already. Returns how many.
    ///
    /// # Errors
    /// What the system says.
    pub fn sweep_evidence(&self) -> Result<usize, VaultError> {
        let folder = self.location.dir.join(FOLDER);
        if !files::is_own_dir(&folder) {
            return Ok(0);
        }
        // Nobody adds while this looks: what is in place but not logged yet is not taken away.
        let tx = self.store.write()?;
        let kept = live_files(&tx)?;
        let mut gone = 0;
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let hash = name.to_str().and_then(hash_named);
            if hash.is_some_and(|h| !kept.contains(&h)) {
                fs::remove_file(entry.path())?;
                gone += 1;
            }
        }
        let begun = |name: &str| {
            let random = name.strip_prefix('.').and_then(|n| n.strip_suffix(".new"));
            random.is_some_and(|n| from_hex(n).is_ok_and(|n| n.len() == 16))
        };
        Ok(gone + files::sweep(&folder, begun, files::LARGE_LEFT))
    }
}

/// Hashes of all contents that the log names, holds no row for and has not erased: among them, every
/// sealed file.
pub(crate) fn live_files(
    tx: &super::store::Tx<'_>,
) -> Result<std::collections::HashSet<Digest>, VaultError> {
    let mut live = std::collections::HashMap::new();
    tx.each_leaf(0, |index, row| {
        match Leaf::from_bytes(&row.leaf).map(|l| l.fact) {
            Ok(Fact::Content { hash, key: Some(_) }) => {
                live.insert(index, hash);
            }
            Ok(Fact::Tombstone(target)) => {
                live.remove(&target);
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(live.into_values().collect())
}
