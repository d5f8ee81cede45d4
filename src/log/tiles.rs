//! The tree in tiles (manual: *log*, "Tiles"; <https://c2sp.org/tlog-tiles>).
//!
//! A tile holds up to 256 hashes of one level in eight. All tiles but the last of each level are
//! full and never change, so a log grows by writing one tile per level that it touches, any proof
//! is made from a few tiles, and a static web server can publish them.

use std::cell::RefCell;
use std::fmt;
use std::str::FromStr;

use super::merkle::{Frontier, HashSource};
use crate::codec::DecodeError;
use crate::crypto::hash::Digest;
use crate::i18n::{Localize, Message};

/// Hashes in a full tile.
pub const TILE_WIDTH: u64 = 256;

/// Levels of the tree in one tile.
const HEIGHT: u8 = 8;

/// Levels of tiles that a log of [`MAX_SIZE`](super::merkle::MAX_SIZE) leaves has.
const LEVELS: usize = 8;

/// Where tiles are kept: one byte string of up to 8,192 bytes for each level and index. A partial
/// tile is replaced by a longer one that begins with the same bytes.
pub trait TileStore {
    /// Why the store did not answer.
    type Error;

    /// The tile, partial or full, or `None` if there is none.
    ///
    /// # Errors
    /// What the store reports.
    fn get(&self, level: u8, index: u64) -> Result<Option<Vec<u8>>, Self::Error>;

    /// Writes or replaces a tile.
    ///
    /// # Errors
    /// What the store reports.
    fn put(&mut self, level: u8, index: u64, hashes: &[u8]) -> Result<(), Self::Error>;
}

/// Why tiles could not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TileError<E> {
    /// A tile that a log of this size must have is missing or too short.
    #[error("tile {index} of level {level} is missing or too short")]
    Missing {
        /// Level of the tile.
        level: u8,
        /// Index of the tile in its level.
        index: u64,
    },
    /// The hashes in the tiles are not those of the frontier.
    #[error("the tiles are not those of this log")]
    Frontier,
    /// The store failed.
    #[error("the store of tiles failed")]
    Store(E),
}

impl<E> Localize for TileError<E> {
    fn message(&self) -> Message {
        match self {
            Self::Missing { level, index } => Message::new("log-tile-missing")
                .with("level", *level)
                .with("index", *index),
            Self::Frontier => Message::new("log-tile-frontier"),
            Self::Store(_) => Message::new("log-tile-store"),
        }
    }
}

/// Appends to a log and keeps its tiles. Full tiles are written at once, the partial ones of the
/// right edge by [`Appender::flush`], once for any number of leaves.
///
/// If the store reports an error, the caller undoes its transaction and opens a new appender.
#[derive(Debug, Clone, Default)]
pub struct Appender {
    frontier: Frontier,
    /// The partial tile of each level, and whether the store has it.
    edge: [Edge; LEVELS],
}

#[derive(Debug, Clone, Default)]
struct Edge {
    hashes: Vec<u8>,
    changed: bool,
}

impl Appender {
    /// An empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// Goes on with the log of this frontier. The right edge is read and compared with the frontier.
    ///
    /// # Errors
    /// [`TileError`].
    pub fn open<S: TileStore>(store: &S, frontier: Frontier) -> Result<Self, TileError<S::Error>> {
        let size = frontier.size();
        let mut edge: [Edge; LEVELS] = Default::default();
        for (level, edge) in (0u8..).zip(&mut edge) {
            let (index, width) = right_edge(size, level);
            if width > 0 {
                edge.hashes = read_tile(store, level, index, width)?;
            }
        }
        let opened = Self { frontier, edge };
        // A subtree of the frontier whose hashes are in a partial tile: its root has to agree.
        let mut nodes = opened.frontier.nodes().iter().rev();
        for level in 0..64u8 {
            if size >> level & 1 == 0 {
                continue;
            }
            let at = &opened.edge[usize::from(level / HEIGHT)].hashes;
            // The hashes of lower bits lie behind; those of higher bits before.
            let width = 1usize << (level % HEIGHT);
            let after = (size >> (level / HEIGHT * HEIGHT)) as usize & (width - 1);
            let end = at.len() - after * 32;
            let hash = subtree_root(&at[end - width * 32..end]);
            if nodes.next() != Some(&hash) {
                return Err(TileError::Frontier);
            }
        }
        Ok(opened)
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Root of the tree.
    pub fn root(&self) -> Digest {
        self.frontier.root()
    }

    /// The frontier, to be stored with the tiles.
    pub fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// Appends a leaf by its hash and returns its index.
    ///
    /// # Errors
    /// What the store reports when a full tile is written.
    pub fn append<S: TileStore>(
        &mut self,
        store: &mut S,
        leaf_hash: Digest,
    ) -> Result<u64, S::Error> {
        let edge = &mut self.edge;
        let mut full = 0;
        let index = self.frontier.append_with(leaf_hash, |level, hash| {
            if level % HEIGHT == 0 {
                let edge = &mut edge[usize::from(level / HEIGHT)];
                edge.hashes.extend_from_slice(hash);
                edge.changed = true;
                full += usize::from(edge.hashes.len() == 32 * TILE_WIDTH as usize);
            }
        });
        // Tiles fill up from the lowest level without a gap.
        for (level, edge) in (0u8..).zip(&mut self.edge[..full]) {
            let tile = index >> (u32::from(level + 1) * u32::from(HEIGHT));
            store.put(level, tile, &edge.hashes)?;
            edge.hashes.clear();
            edge.changed = false;
        }
        Ok(index)
    }

    /// Writes the partial tiles that have changed.
    ///
    /// # Errors
    /// What the store reports.
    pub fn flush<S: TileStore>(&mut self, store: &mut S) -> Result<(), S::Error> {
        for (level, edge) in (0u8..).zip(&mut self.edge) {
            if edge.changed {
                let (index, _) = right_edge(self.frontier.size(), level);
                store.put(level, index, &edge.hashes)?;
                edge.changed = false;
            }
        }
        Ok(())
    }
}

/// Index and width of the partial tile of a level; width 0 if the level ends with a full tile.
fn right_edge(size: u64, level: u8) -> (u64, u64) {
    let hashes = size >> (u32::from(level) * u32::from(HEIGHT));
    (hashes / TILE_WIDTH, hashes % TILE_WIDTH)
}

/// The first `width` hashes of a tile.
fn read_tile<S: TileStore>(
    store: &S,
    level: u8,
    index: u64,
    width: u64,
) -> Result<Vec<u8>, TileError<S::Error>> {
    let missing = TileError::Missing { level, index };
    let mut hashes = match store.get(level, index).map_err(TileError::Store)? {
        Some(hashes) if hashes.len() <= 32 * TILE_WIDTH as usize => hashes,
        _ => return Err(missing),
    };
    let len = 32 * width as usize;
    if hashes.len() < len {
        return Err(missing);
    }
    hashes.truncate(len);
    Ok(hashes)
}

/// Root over a power of two of hashes.
fn subtree_root(hashes: &[u8]) -> Digest {
    let mut frontier = Frontier::new();
    for hash in hashes.as_chunks::<32>().0 {
        frontier.append(*hash);
    }
    frontier.root()
}

/// The hashes of a log of a given size, read from its tiles. Keeps the tile last used of each level.
pub struct TileReader<'s, S> {
    store: &'s S,
    size: u64,
    last: RefCell<[Option<Kept>; LEVELS]>,
}

/// A tile that was read.
struct Kept {
    index: u64,
    hashes: Vec<u8>,
}

impl<'s, S: TileStore> TileReader<'s, S> {
    /// The log of `size` leaves in `store`.
    pub fn new(store: &'s S, size: u64) -> Self {
        Self {
            store,
            size,
            last: RefCell::default(),
        }
    }
}

impl<S: TileStore> HashSource for TileReader<'_, S> {
    type Error = TileError<S::Error>;

    fn hash(&self, level: u8, index: u64) -> Result<Digest, Self::Error> {
        let (tile_level, height) = (level / HEIGHT, level % HEIGHT);
        // In hashes of the tile's level; checked, because `index` may be anything.
        let width = 1u64 << height;
        let first = index
            .checked_mul(width)
            .filter(|_| usize::from(tile_level) < LEVELS);
        let missing = |index| TileError::Missing {
            level: tile_level,
            index,
        };
        let first = first.ok_or(missing(index))?;
        let (tile, offset) = (first / TILE_WIDTH, first % TILE_WIDTH);
        let (edge, edge_width) = right_edge(self.size, tile_level);
        let tile_width = match tile.cmp(&edge) {
            std::cmp::Ordering::Less => TILE_WIDTH,
            std::cmp::Ordering::Equal => edge_width,
            std::cmp::Ordering::Greater => 0,
        };
        if offset + width > tile_width {
            return Err(missing(tile));
        }
        let mut last = self.last.borrow_mut();
        let slot = &mut last[usize::from(tile_level)];
        if slot.as_ref().is_none_or(|kept| kept.index != tile) {
            let hashes = read_tile(self.store, tile_level, tile, tile_width)?;
            *slot = Some(Kept {
                index: tile,
                hashes,
            });
        }
        let (from, to) = (32 * offset as usize, 32 * (offset + width) as usize);
        slot.as_ref()
            .and_then(|kept| kept.hashes.get(from..to))
            .map(subtree_root)
            .ok_or(missing(tile))
    }
}

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TileKind {
    /// Hashes of this level of tiles, at most 63.
    Hashes(u8),
    /// The leaves themselves.
    Entries,
}

/// Name of a tile file: `tile/0/x001/234.p/17`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TilePath {
    kind: TileKind,
    index: u64,
    width: u16,
}

impl TilePath {
    /// The tile of that index with that many hashes or entries.
    ///
    /// # Errors
    /// [`DecodeError::Value`] if the level is above 63 or the width not 1 to 256.
    pub fn new(kind: TileKind, index: u64, width: u16) -> Result<Self, DecodeError> {
        let level_ok = !matches!(kind, TileKind::Hashes(64..));
        if !level_ok || width == 0 || u64::from(width) > TILE_WIDTH {
            return Err(DecodeError::Value("tile"));
        }
        Ok(Self { kind, index, width })
    }

    /// What is in it.
    pub fn kind(&self) -> TileKind {
        self.kind
    }

    /// Index in its level.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Number of hashes or entries, 1 to 256.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// The tiles of hashes that a log of `size` leaves has, level by level.
    pub fn of_log(size: u64) -> impl Iterator<Item = Self> {
        (0..LEVELS as u8)
            .flat_map(move |level| Self::of_level(size, TileKind::Hashes(level), level))
    }

    /// The bundles of entries that a log of `size` leaves has.
    pub fn entries_of_log(size: u64) -> impl Iterator<Item = Self> {
        Self::of_level(size, TileKind::Entries, 0)
    }

    fn of_level(size: u64, kind: TileKind, level: u8) -> impl Iterator<Item = Self> {
        let (full, rest) = right_edge(size, level);
        let tile = move |index, width| Self { kind, index, width };
        (0..full)
            .map(move |index| tile(index, TILE_WIDTH as u16))
            .chain((rest > 0).then(|| tile(full, rest as u16)))
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Hashes(level) => write!(f, "tile/{level}")?,
            TileKind::Entries => f.write_str("tile/entries")?,
        }
        let mut unit = 1;
        while self.index / unit >= 1000 {
            unit *= 1000;
        }
        while unit > 1 {
            write!(f, "/x{:03}", self.index / unit % 1000)?;
            unit /= 1000;
        }
        write!(f, "/{:03}", self.index % 1000)?;
        if u64::from(self.width) < TILE_WIDTH {
            write!(f, ".p/{}", self.width)?;
        }
        Ok(())
    }
}

/// Reads a name; only the one way of writing it is accepted.
impl FromStr for TilePath {
    type Err = DecodeError;

    fn from_str(text: &str) -> Result<Self, DecodeError> {
        let bad = DecodeError::Value("tile");
        // A 64-bit index takes seven groups.
        if text.len() > 64 {
            return Err(bad);
        }
        let rest = text.strip_prefix("tile/").ok_or(bad.clone())?;
        let (kind, rest) = rest.split_once('/').ok_or(bad.clone())?;
        let kind = match kind {
            "entries" => TileKind::Entries,
            level => TileKind::Hashes(level.parse().map_err(|_| bad.clone())?),
        };
        let (index, width) = match rest.split_once(".p/") {
            None => (rest, TILE_WIDTH as u16),
            Some((index, width)) => (index, width.parse().map_err(|_| bad.clone())?),
        };
        let mut number = 0u64;
        for group in index.split('/') {
            let digits = group.strip_prefix('x').unwrap_or(group);
            let value: u64 = digits.parse().map_err(|_| bad.clone())?;
            let next = number.checked_mul(1000).and_then(|n| n.checked_add(value));
            number = next.ok_or(bad.clone())?;
        }
        let path = Self::new(kind, number, width)?;
        if path.to_string() != text {
            return Err(bad);
        }
        Ok(path)
    }
}

/// Appends one leaf to an entry bundle: two bytes of length, then the leaf.
///
/// # Errors
/// [`DecodeError::Length`] if the leaf has more than 65,535 bytes.
pub fn put_entry(bundle: &mut Vec<u8>, leaf: &[u8]) -> Result<(), DecodeError> {
    let len = u16::try_from(leaf.len()).map_err(|_| DecodeError::Length)?;
    bundle.extend_from_slice(&len.to_be_bytes());
    bundle.extend_from_slice(leaf);
    Ok(())
}

/// The leaves of an entry bundle, at most 256.
///
/// # Errors
/// [`DecodeError`] if the bytes are not whole entries, or too many.
pub fn read_entries(bundle: &[u8]) -> Result<Vec<&[u8]>, DecodeError> {
    let mut input = crate::codec::Reader::new(bundle);
    let mut entries = Vec::new();
    while input.remaining() > 0 {
        if entries.len() as u64 == TILE_WIDTH {
            return Err(DecodeError::Trailing(input.remaining()));
        }
        let len = usize::from(input.u16()?);
        entries.push(input.take(len)?);
    }
    Ok(entries)
}

/// Tiles in memory, for tests and for logs that are read once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryTiles(std::collections::BTreeMap<(u8, u64), Vec<u8>>);

impl MemoryTiles {
    /// No tiles.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of tiles.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TileStore for MemoryTiles {
    type Error = std::convert::Infallible;

    fn get(&self, level: u8, index: u64) -> Result<Option<Vec<u8>>, Self::Error> {
        Ok(self.0.get(&(level, index)).cloned())
    }

    fn put(&mut self, level: u8, index: u64, hashes: &[u8]) -> Result<(), Self::Error> {
        self.0.insert((level, index), hashes.to_vec());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::reference;
    use super::*;
    use crate::log::merkle::{
        consistency_proof, frontier_at, inclusion_proof, root_at, verify_consistency,
        verify_inclusion,
    };

    fn tiles(leaves: &[Digest], batch: usize) -> (MemoryTiles, Frontier) {
        let mut store = MemoryTiles::new();
        let mut frontier = Frontier::new();
        for part in leaves.chunks(batch) {
            // A new appender for each batch, as after a restart.
            let mut log = Appender::open(&store, frontier).unwrap();
            for leaf in part {
                log.append(&mut store, *leaf).unwrap();
            }
            log.flush(&mut store).unwrap();
            frontier = log.frontier().clone();
        }
        (store, frontier)
    }

    #[test]
    fn tiles_do_not_depend_on_batches() {
        let leaves = reference::leaves(66_000);
        let (one, frontier) = tiles(&leaves, leaves.len());
        assert_eq!(frontier.root(), reference::root(&leaves));
        for batch in [255, 256, 257, 1000] {
            assert_eq!(tiles(&leaves, batch), (one.clone(), frontier.clone()));
        }
        assert_eq!(tiles(&leaves[..700], 1), tiles(&leaves[..700], 700));
        assert_eq!(one.len(), TilePath::of_log(66_000).count());
        for path in TilePath::of_log(66_000) {
            let TileKind::Hashes(level) = path.kind() else {
                panic!("not a tile of hashes")
            };
            let hashes = one.get(level, path.index()).unwrap().unwrap();
            assert_eq!(hashes.len(), 32 * usize::from(path.width()), "{path}");
        }
        // The first hash of level 1 is the root of the first 256 leaves.
        let above = one.get(1, 0).unwrap().unwrap();
        assert_eq!(above[..32], reference::root(&leaves[..256]));
        let above = one.get(2, 0).unwrap().unwrap();
        assert_eq!(above, reference::root(&leaves[..65_536]));
    }

    #[test]
    fn proofs_come_from_tiles_of_any_later_size() {
        let leaves = reference::leaves(66_000);
        let (store, _) = tiles(&leaves, leaves.len());
        for size in [
            1u64, 2, 255, 256, 257, 511, 513, 65_535, 65_536, 65_537, 65_999, 66_000,
        ] {
            let tree = &leaves[..size as usize];
            let reader = TileReader::new(&store, size);
            let root = reference::root(tree);
            assert_eq!(root_at(&reader, size).unwrap(), root);
            assert_eq!(frontier_at(&reader, size).unwrap().root(), root);
            for index in [0, size / 3, size / 2, size - 1] {
                let proof = inclusion_proof(&reader, index, size).unwrap();
                verify_inclusion(&leaves[index as usize], index, size, &proof, &root).unwrap();
            }
            for old in [0, 1, size / 3, size / 2, size - 1, size] {
                let proof = consistency_proof(&reader, old, size).unwrap();
                let old_root = reference::root(&leaves[..old as usize]);
                verify_consistency(old, &old_root, size, &root, &proof).unwrap();
            }
        }
        // Beyond the size that was asked for there is nothing, even where the store has more.
        let reader = TileReader::new(&store, 100);
        assert!(reader.hash(0, 99).is_ok());
        assert!(reader.hash(0, 100).is_err());
        assert!(reader.hash(7, 0).is_err());
        assert!(reader.hash(63, u64::MAX).is_err());
        assert!(reader.hash(255, 1).is_err());
    }

    #[test]
    fn a_damaged_right_edge_is_found_on_opening() {
        let leaves = reference::leaves(65_536 + 256 * 3 + 77);
        let (store, frontier) = tiles(&leaves, leaves.len());
        assert!(Appender::open(&store, frontier.clone()).is_ok());
        for (level, index) in [(0, 259), (1, 1), (2, 0)] {
            let good = store.get(level, index).unwrap().unwrap();
            for at in [0, good.len() / 2, good.len() - 1] {
                let mut bad = good.clone();
                bad[at] ^= 1;
                let mut store = store.clone();
                store.put(level, index, &bad).unwrap();
                let opened = Appender::open(&store, frontier.clone());
                assert_eq!(opened.err(), Some(TileError::Frontier), "{level} {at}");
                store.put(level, index, &good[..good.len() - 1]).unwrap();
                let opened = Appender::open(&store, frontier.clone());
                assert_eq!(opened.err(), Some(TileError::Missing { level, index }));
            }
        }
    }

    #[test]
    fn names_are_those_of_the_specification() {
        let name = |kind, index, width| TilePath::new(kind, index, width).unwrap().to_string();
        let hashes = TileKind::Hashes;
        assert_eq!(name(hashes(0), 1_234_067, 256), "tile/0/x001/x234/067");
        assert_eq!(name(hashes(0), 1_234, 17), "tile/0/x001/234.p/17");
        assert_eq!(name(TileKind::Entries, 0, 256), "tile/entries/000");
        assert_eq!(name(hashes(63), 1_000, 1), "tile/63/x001/000.p/1");
        assert!(TilePath::new(hashes(64), 0, 1).is_err());
        assert!(TilePath::new(hashes(0), 0, 0).is_err());
        assert!(TilePath::new(hashes(0), 0, 257).is_err());
        for bad in [
            "",
            "tile/0/0",
            "tile/0/x000/001",
            "tile/00/001",
            "tile/0/001.p/256",
            "tile/0/001.p/0",
            "tile/0/001.p/01",
            "tile/0/+01",
            "tile/0/001/002",
            "tile/64/001",
            "tile/0/x001/x234",
            "tile/0/001/",
            "/tile/0/001",
            "tile/0/x99999999999/000",
        ] {
            assert!(bad.parse::<TilePath>().is_err(), "{bad}");
        }
        // The example of the specification: a log of 70,000.
        let all: Vec<String> = TilePath::of_log(70_000).map(|p| p.to_string()).collect();
        assert_eq!(all.len(), 273 + 1 + 1 + 1 + 1);
        assert!(all.contains(&"tile/0/273.p/112".into()));
        assert!(all.contains(&"tile/1/000".into()));
        assert!(all.contains(&"tile/1/001.p/17".into()));
        assert!(all.contains(&"tile/2/000.p/1".into()));
    }

    #[test]
    fn entries_go_both_ways() {
        let mut bundle = Vec::new();
        for n in 0..256u16 {
            put_entry(&mut bundle, &n.to_be_bytes()).unwrap();
        }
        let entries = read_entries(&bundle).unwrap();
        assert_eq!(entries.len(), 256);
        assert_eq!(entries[255], [0, 255]);
        assert!(read_entries(&bundle[..bundle.len() - 1]).is_err());
        put_entry(&mut bundle, b"").unwrap();
        assert!(read_entries(&bundle).is_err());
        assert!(put_entry(&mut bundle, &[0; 65_536]).is_err());
    }

    proptest! {
        #[test]
        fn names_go_both_ways(level in 0u8..64, index: u64, width in 1u16..=256) {
            for kind in [TileKind::Hashes(level), TileKind::Entries] {
                let path = TilePath::new(kind, index, width).unwrap();
                prop_assert_eq!(path.to_string().parse::<TilePath>().unwrap(), path);
            }
        }

        #[test]
        fn whatever_name_is_read_is_written_the_same(text in "tile/[0-9e/x.p]{0,20}") {
            if let Ok(path) = text.parse::<TilePath>() {
                prop_assert_eq!(path.to_string(), text);
            }
        }
    }
}
