//! An audit bundle: a log without what it stored, as a folder that anybody can check and any web
//! server can publish (manual: *log*, "Audit bundle"; layout of <https://c2sp.org/tlog-tiles>).
//!
//! The folder has the signed head, the leaves in bundles of 256 and the tree in tiles. Ciphertexts
//! and sealed details are not in it: what they hash to is.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
use super::merkle::{MakeProofError, leaf_hash};
use super::note::{MAX_NOTE, NoteKey};
use super::proof::{ConsistencyFile, Entry, InclusionFile};
use super::tiles::{
    Appender, TILE_WIDTH, TileError, TileKind, TilePath, TileReader, TileStore, put_entry,
    read_entries,
};
use super::verify::{HeadSource, Report, Stored, Verifier};
use super::{Leaf, leaf::LEAF_LEN};
use crate::codec::{Decode as _, DecodeError};
use crate::crypto::hash::Digest;
use crate::i18n::{Localize, Message};

/// Name of the signed head in the folder.
pub const CHECKPOINT: &str = "checkpoint";
/// Name of the file with the verifier key of the log.
pub const KEY: &str = "key";
/// Folder of the leaves and the tree.
const TILES: &str = "tile";
/// Folder of earlier heads that others have cosigned.
pub const COSIGNED: &str = "cosigned";
/// Largest bundle of leaves that is read, in bytes.
const MAX_ENTRIES: usize = TILE_WIDTH as usize * (2 + LEAF_LEN);
/// Most cosigned heads that are read.
const MAX_COSIGNED: usize = 10_000;

/// Why a bundle could not be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// The folder is none of a bundle.
    #[error("this folder is no audit bundle")]
    NoBundle,
    /// The head in it is not a signed checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The file with the log's key is not one.
    #[error("the file with the key of the log is damaged")]
    Key,
    /// What was written is not the log of the signed head.
    #[error("the leaves are not those of the signed head")]
    OtherLeaves,
    /// A tile is missing or damaged.
    #[error("a file of the bundle is missing or damaged: {0}")]
    Tile(TilePath),
    /// A proof that cannot be, from this log.
    #[error("this log has no such proof")]
    Request(super::ProofError),
    /// The operating system refused.
    #[error("file system: {0}")]
    Io(#[from] io::Error),
}

impl Localize for BundleError {
    fn message(&self) -> Message {
        match self {
            Self::NoBundle => Message::new("log-bundle-none"),
            Self::Checkpoint(e) => e.message(),
            Self::Key => Message::new("log-bundle-key"),
            Self::OtherLeaves => Message::new("log-bundle-other"),
            Self::Tile(path) => Message::new("log-bundle-tile").with("file", path.to_string()),
            Self::Request(e) => e.message(),
            Self::Io(e) => Message::new("log-bundle-io").with("what", e.kind().to_string()),
        }
    }
}

/// The whole of a file of at most `max` bytes; a pipe could be waited for, and is refused.
fn read_bounded(path: &Path, max: usize) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut bytes = Vec::new();
    let limit = max as u64 + 1;
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    if bytes.len() > max {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

/// The files of the tiles of a log of `size` leaves.
struct DirTiles {
    dir: PathBuf,
    size: u64,
}

impl DirTiles {
    fn path(&self, tile: TilePath) -> PathBuf {
        self.dir.join(tile.to_string())
    }

    /// Width of a tile in a log of this size; 0 if it has none.
    fn width(&self, level: u8, index: u64) -> u16 {
        let hashes = self
            .size
            .checked_shr(u32::from(level) * 8)
            .unwrap_or_default();
        let width = hashes.saturating_sub(index.saturating_mul(TILE_WIDTH));
        width.min(TILE_WIDTH) as u16
    }

    fn write(&self, tile: TilePath, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(tile);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        File::create_new(path)?.write_all(bytes)
    }
}

fn bad_tile(_: DecodeError) -> io::Error {
    io::ErrorKind::InvalidData.into()
}

impl TileStore for DirTiles {
    type Error = io::Error;

    fn get(&self, level: u8, index: u64) -> io::Result<Option<Vec<u8>>> {
        let width = self.width(level, index);
        if width == 0 {
            return Ok(None);
        }
        let tile = TilePath::new(TileKind::Hashes(level), index, width).map_err(bad_tile)?;
        match read_bounded(&self.path(tile), 32 * usize::from(width)) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            other => other.map(Some),
        }
    }

    fn put(&mut self, level: u8, index: u64, hashes: &[u8]) -> io::Result<()> {
        let width = (hashes.len() / 32) as u16;
        let tile = TilePath::new(TileKind::Hashes(level), index, width).map_err(bad_tile)?;
        self.write(tile, hashes)
    }
}

/// Writes a bundle, leaf by leaf.
pub struct BundleWriter {
    tiles: DirTiles,
    tree: Appender,
    entries: Vec<u8>,
}

impl BundleWriter {
    /// Begins a bundle in a folder that is new or empty.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] if there is something in it, or what the system says.
    pub fn create(dir: &Path) -> Result<Self, BundleError> {
        fs::create_dir_all(dir)?;
        if fs::read_dir(dir)?.next().is_some() {
            return Err(io::Error::from(io::ErrorKind::AlreadyExists).into());
        }
        let tiles = DirTiles {
            dir: dir.to_owned(),
            size: 0,
        };
        Ok(Self {
            tiles,
            tree: Appender::new(),
            entries: Vec::with_capacity(MAX_ENTRIES),
        })
    }

    /// Number of leaves so far.
    pub fn size(&self) -> u64 {
        self.tree.size()
    }

    /// Adds the next leaf.
    ///
    /// # Errors
    /// What the system says.
    pub fn push(&mut self, leaf: &[u8; LEAF_LEN]) -> Result<(), BundleError> {
        put_entry(&mut self.entries, leaf).map_err(bad_tile)?;
        self.tree.append(&mut self.tiles, leaf_hash(leaf))?;
        if self.tree.size().is_multiple_of(TILE_WIDTH) {
            self.put_entries(self.tree.size() / TILE_WIDTH - 1, TILE_WIDTH as u16)?;
        }
        Ok(())
    }

    fn put_entries(&mut self, index: u64, width: u16) -> Result<(), BundleError> {
        let tile = TilePath::new(TileKind::Entries, index, width).map_err(bad_tile)?;
        self.tiles.write(tile, &self.entries)?;
        self.entries.clear();
        Ok(())
    }

    /// Ends the bundle with the signed head of these leaves, the log's key, and earlier heads that
    /// others have cosigned.
    ///
    /// # Errors
    /// [`BundleError::OtherLeaves`] if the head is not that of the leaves, or what the system says.
    pub fn finish(
        mut self,
        head: &SignedCheckpoint,
        key: &NoteKey,
        cosigned: &[SignedCheckpoint],
    ) -> Result<(), BundleError> {
        let size = self.tree.size();
        let own = Checkpoint::of(head.checkpoint().origin().clone(), self.tree.frontier());
        if !own.same_head(head.checkpoint()) {
            return Err(BundleError::OtherLeaves);
        }
        self.tree.flush(&mut self.tiles)?;
        let rest = (size % TILE_WIDTH) as u16;
        if rest > 0 {
            self.put_entries(size / TILE_WIDTH, rest)?;
        }
        let dir = &self.tiles.dir;
        if !cosigned.is_empty() {
            let folder = dir.join(COSIGNED);
            fs::create_dir_all(&folder)?;
            for head in cosigned {
                let name = head.checkpoint().size().to_string();
                fs::write(folder.join(name), head.to_string())?;
            }
        }
        fs::write(dir.join(KEY), format!("{key}\n"))?;
        // Last, so that half a bundle is none.
        fs::write(dir.join(CHECKPOINT), head.to_string())?;
        Ok(())
    }
}

/// A bundle that was found; nothing of it is believed before [`Bundle::verify`].
pub struct Bundle {
    dir: PathBuf,
    head: SignedCheckpoint,
    key: Option<NoteKey>,
    cosigned: Vec<SignedCheckpoint>,
}

/// What the reading of a bundle has shown.
#[derive(Debug, Clone)]
pub struct BundleReport {
    /// The log.
    pub log: Report,
    /// Whether the tiles are those of the leaves.
    pub tiles_sound: bool,
}

impl Bundle {
    /// Whether a folder looks like one.
    pub fn is_here(dir: &Path) -> bool {
        dir.join(CHECKPOINT).is_file() && dir.join(TILES).is_dir()
    }

    /// Reads head and key.
    ///
    /// # Errors
    /// [`BundleError`].
    pub fn open(dir: &Path) -> Result<Self, BundleError> {
        if !Self::is_here(dir) {
            return Err(BundleError::NoBundle);
        }
        let head = SignedCheckpoint::parse(&read_bounded(&dir.join(CHECKPOINT), MAX_NOTE)?)?;
        let key = match read_bounded(&dir.join(KEY), 1024) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => None,
            Err(e) => return Err(e.into()),
            Ok(bytes) => {
                let text = std::str::from_utf8(&bytes).map_err(|_| BundleError::Key)?;
                let key = text.strip_suffix('\n').unwrap_or(text).parse();
                Some(key.map_err(|_| BundleError::Key)?)
            }
        };
        let mut cosigned = Vec::new();
        match fs::read_dir(dir.join(COSIGNED)) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(e.into()),
            Ok(files) => {
                for file in files.take(MAX_COSIGNED) {
                    let bytes = read_bounded(&file?.path(), MAX_NOTE)?;
                    cosigned.push(SignedCheckpoint::parse(&bytes)?);
                }
            }
        }
        cosigned.sort_by_key(|head| head.checkpoint().size());
        Ok(Self {
            dir: dir.to_owned(),
            head,
            key,
            cosigned,
        })
    }

    /// The signed head.
    pub fn head(&self) -> &SignedCheckpoint {
        &self.head
    }

    /// The key of the log that the bundle itself brings; somebody else's word is worth more.
    pub fn key(&self) -> Option<&NoteKey> {
        self.key.as_ref()
    }

    /// Earlier heads with cosignatures, the largest last.
    pub fn cosigned(&self) -> &[SignedCheckpoint] {
        &self.cosigned
    }

    fn tiles(&self) -> DirTiles {
        DirTiles {
            dir: self.dir.clone(),
            size: self.head.checkpoint().size(),
        }
    }

    /// A leaf.
    ///
    /// # Errors
    /// [`BundleError::Tile`] if it is not there.
    pub fn leaf(&self, index: u64) -> Result<Leaf, BundleError> {
        let (tile, width) = (
            index / TILE_WIDTH,
            self.tiles().width(0, index / TILE_WIDTH),
        );
        let path = TilePath::new(TileKind::Entries, tile, width.max(1)).map_err(bad_tile)?;
        let bytes = self.read_entries(path)?.ok_or(BundleError::Tile(path))?;
        let entries = read_entries(&bytes).map_err(|_| BundleError::Tile(path))?;
        let leaf = entries.get((index % TILE_WIDTH) as usize);
        leaf.and_then(|l| Leaf::from_bytes(l).ok())
            .ok_or(BundleError::Tile(path))
    }

    fn read_entries(&self, path: TilePath) -> io::Result<Option<Vec<u8>>> {
        match read_bounded(&self.dir.join(path.to_string()), MAX_ENTRIES) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            other => other.map(Some),
        }
    }

    /// Makes an inclusion proof against a head of this log that is not larger than the bundle's.
    ///
    /// # Errors
    /// [`BundleError`].
    pub fn inclusion(
        &self,
        index: u64,
        entry: &Entry,
        head: SignedCheckpoint,
    ) -> Result<InclusionFile, BundleError> {
        let tiles = self.tiles();
        let reader = TileReader::new(&tiles, tiles.size);
        InclusionFile::make(&reader, index, Some(entry), head).map_err(proof_error)
    }

    /// Makes a consistency proof from the first `old` leaves to a head of this log.
    ///
    /// # Errors
    /// [`BundleError`].
    pub fn consistency(
        &self,
        old: u64,
        head: SignedCheckpoint,
    ) -> Result<ConsistencyFile, BundleError> {
        let tiles = self.tiles();
        let reader = TileReader::new(&tiles, tiles.size);
        ConsistencyFile::make(&reader, old, head).map_err(proof_error)
    }

    /// Root of the first `size` leaves, as the tiles say.
    ///
    /// # Errors
    /// [`BundleError`].
    pub fn root_at(&self, size: u64) -> Result<Digest, BundleError> {
        let tiles = self.tiles();
        let reader = TileReader::new(&tiles, tiles.size);
        super::merkle::root_at(&reader, size).map_err(tile_error)
    }

    /// Reads all leaves and all tiles once, in constant memory. Signatures of `heads` have been
    /// checked before. `progress` gets the number of leaves read.
    ///
    /// # Errors
    /// Only what keeps the reading from going on.
    pub fn verify(
        &self,
        heads: impl IntoIterator<Item = (HeadSource, Checkpoint)>,
        mut progress: impl FnMut(u64),
    ) -> Result<BundleReport, BundleError> {
        let size = self.head.checkpoint().size();
        let mut verifier = Verifier::new(heads);
        let mut tiles = ComparedTiles {
            stored: self.tiles(),
            sound: true,
        };
        let mut tree = Appender::new();
        for path in TilePath::entries_of_log(size) {
            let bytes = match self.read_entries(path)? {
                Some(bytes) => bytes,
                None => return Ok(gap(verifier)),
            };
            let entries = match read_entries(&bytes) {
                Ok(entries) if entries.len() == usize::from(path.width()) => entries,
                _ => return Ok(gap(verifier)),
            };
            for entry in entries {
                let hash = leaf_hash(entry);
                verifier.push_hashed(entry, hash, Stored::Unchecked, Stored::Unchecked);
                tree.append(&mut tiles, hash)?;
            }
            progress(verifier.size());
        }
        tree.flush(&mut tiles)?;
        Ok(BundleReport {
            log: verifier.finish(),
            tiles_sound: tiles.sound,
        })
    }
}

fn gap(verifier: Verifier) -> BundleReport {
    BundleReport {
        log: verifier.finish_at_gap(),
        tiles_sound: true,
    }
}

fn proof_error(error: MakeProofError<TileError<io::Error>>) -> BundleError {
    match error {
        MakeProofError::Request(e) => BundleError::Request(e),
        MakeProofError::Source(e) => tile_error(e),
    }
}

fn tile_error(error: TileError<io::Error>) -> BundleError {
    match error {
        TileError::Store(e) => e.into(),
        TileError::Missing { level, index } => {
            match TilePath::new(TileKind::Hashes(level), index, TILE_WIDTH as u16) {
                Ok(path) => BundleError::Tile(path),
                Err(e) => bad_tile(e).into(),
            }
        }
        TileError::Frontier => BundleError::OtherLeaves,
    }
}

/// The tiles as they should be, compared with those in the folder as they fill.
struct ComparedTiles {
    stored: DirTiles,
    sound: bool,
}

impl TileStore for ComparedTiles {
    type Error = io::Error;

    fn get(&self, level: u8, index: u64) -> io::Result<Option<Vec<u8>>> {
        self.stored.get(level, index)
    }

    fn put(&mut self, level: u8, index: u64, hashes: &[u8]) -> io::Result<()> {
        let same = match self.stored.get(level, index) {
            Ok(stored) => stored.as_deref() == Some(hashes),
            Err(e) if e.kind() == io::ErrorKind::FileTooLarge => false,
            Err(e) => return Err(e),
        };
        self.sound &= same;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Fact, Frontier, Origin};
    use super::*;
    use crate::crypto::Secret;
    use crate::crypto::sign::SigningKey;

    fn key() -> SigningKey {
        SigningKey::from_seed(Secret::init_with(|b| b.fill(1))).unwrap()
    }

    fn leaf(n: u64) -> Leaf {
        Leaf {
            details_commitment: [n as u8; 32],
            details_hash: [2; 32],
            fact: Fact::None,
        }
    }

    fn bundle(dir: &Path, size: u64) -> SignedCheckpoint {
        let origin = Origin::of_vault(&[1; 16]);
        let (mut writer, mut frontier) = (BundleWriter::create(dir).unwrap(), Frontier::new());
        for n in 0..size {
            frontier.append(leaf(n).leaf_hash());
            writer.push(&leaf(n).to_array()).unwrap();
        }
        let head =
            SignedCheckpoint::sign(Checkpoint::of(origin.clone(), &frontier), &key()).unwrap();
        let vkey = origin.log_key(key().verifying_key());
        writer.finish(&head, &vkey, &[]).unwrap();
        head
    }

    #[test]
    fn a_bundle_is_read_as_it_was_written() {
        for size in [0, 1, 255, 256, 257, 600] {
            let tmp = tempfile::tempdir().unwrap();
            let dir = tmp.path().join("b");
            let head = bundle(&dir, size);
            // An empty log has no tile.
            if size == 0 {
                assert!(matches!(Bundle::open(&dir), Err(BundleError::NoBundle)));
                continue;
            }
            let read = Bundle::open(&dir).unwrap();
            assert_eq!(read.head(), &head);
            let heads = || [(HeadSource::Stored, head.checkpoint().clone())];
            let report = read.verify(heads(), |_| {}).unwrap();
            assert!(report.log.is_sound() && report.tiles_sound);
            assert_eq!(report.log.signed, size);
            for index in [0, size / 2, size - 1] {
                assert_eq!(read.leaf(index).unwrap(), leaf(index));
                let entry = Entry::closed(leaf(index));
                let proof = read.inclusion(index, &entry, head.clone()).unwrap();
                let public = key().verifying_key();
                let origin = head.checkpoint().origin();
                assert_eq!(proof.verify_entry(origin, public).unwrap(), entry);
            }
            assert!(read.leaf(size).is_err());
            assert_eq!(read.root_at(size).unwrap(), *head.checkpoint().root());
            // Every file matters.
            let mut files = vec![dir.clone()];
            let mut at = 0;
            while at < files.len() {
                if files[at].is_dir() {
                    let more = fs::read_dir(&files[at]).unwrap();
                    files.extend(more.map(|f| f.unwrap().path()));
                }
                at += 1;
            }
            for file in files.iter().filter(|f| f.is_file()) {
                let good = fs::read(file).unwrap();
                let sound = || {
                    let read = Bundle::open(&dir)?;
                    read.head()
                        .verify(head.checkpoint().origin(), key().verifying_key())?;
                    let report = read.verify(heads(), |_| {})?;
                    Ok::<_, BundleError>(report.log.is_sound() && report.tiles_sound)
                };
                let is_key = file.ends_with(KEY);
                for at in [0, good.len() / 2, good.len() - 1] {
                    let mut bad = good.clone();
                    bad[at] ^= 1;
                    fs::write(file, &bad).unwrap();
                    assert!(is_key || !matches!(sound(), Ok(true)), "{file:?} {at}");
                }
                for bad in [&good[..good.len() - 1], &[&good[..], b"x"].concat()] {
                    fs::write(file, bad).unwrap();
                    assert!(is_key || !matches!(sound(), Ok(true)), "{file:?}");
                }
                fs::remove_file(file).unwrap();
                assert!(is_key || !matches!(sound(), Ok(true)), "{file:?}");
                fs::write(file, &good).unwrap();
            }
            assert!(BundleWriter::create(&dir).is_err());
        }
    }
}
