//! Rows of a damaged database file, page by page (SQLite, "Database File Format", sections 1.5, 1.6,
//! 2.1 and 3).
//!
//! Neither the schema nor the tree above the rows is needed: every page that looks like a leaf of a tree
//! is read, and a row is recognised by the types of its columns. What a row is worth, the log says.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::super::files;
use super::super::store::{BatchRow, ContentRow, LeafRow};
use crate::log::leaf::LEAF_LEN;

/// Page size of a file whose first page does not tell.
const USUAL_PAGE: usize = 4096;
/// Largest row, bytes.
const MAX_ROW: usize = 64 << 20;
const JOURNAL_MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

/// What was found. Of one place, there may be several rows: a hostile file has what it likes.
#[derive(Default)]
pub(super) struct Rows {
    pub meta: Vec<(String, Vec<u8>)>,
    pub batches: BTreeMap<i64, BatchRow>,
    pub leaves: BTreeMap<u64, Vec<LeafRow>>,
    pub contents: BTreeMap<u64, Vec<ContentRow>>,
}

/// Most rows of one place that are kept.
const SAME_PLACE: usize = 4;

enum Value {
    Null,
    Int(i64),
    Blob(Vec<u8>),
    Text(String),
}

/// Pages of a file, with those of a journal in the place of the ones that they preserve.
struct Pages<F> {
    file: F,
    size: usize,
    usable: usize,
    count: u32,
    before: HashMap<u32, Vec<u8>>,
    /// Bytes of rows that may still be put together: in a hostile file many rows share their pages.
    budget: u64,
}

impl<F: Read + Seek> Pages<F> {
    fn open(mut file: F, before: HashMap<u32, Vec<u8>>) -> io::Result<Self> {
        let len = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(0))?;
        let mut header = [0u8; 100];
        let first = match before.get(&1) {
            Some(page) => page.get(..100).map(<[u8]>::to_vec),
            None => file.read_exact(&mut header).ok().map(|()| header.to_vec()),
        };
        let told = first.as_ref().map_or(0, |h| {
            match usize::from(u16::from_be_bytes([h[16], h[17]])) {
                1 => 65536,
                size => size,
            }
        });
        let sound = told.is_power_of_two() && (512..=65536).contains(&told);
        let size = if sound { told } else { USUAL_PAGE };
        let reserved = first.as_ref().map_or(0, |h| usize::from(h[20]));
        let reserved = if sound && reserved <= size - 480 {
            reserved
        } else {
            0
        };
        let pages = len.div_ceil(size as u64);
        let kept: usize = before.values().map(Vec::len).sum();
        Ok(Self {
            file,
            size,
            usable: size - reserved,
            count: u32::try_from(pages).unwrap_or(u32::MAX),
            before,
            budget: (len + kept as u64)
                .saturating_mul(2)
                .saturating_add(1 << 20),
        })
    }

    /// Page `n`, from 1. Of a file that is cut, the last page is filled with zeros.
    fn page(&mut self, n: u32) -> Option<Vec<u8>> {
        if let Some(page) = self.before.get(&n) {
            return Some(page.clone()).filter(|p| p.len() == self.size);
        }
        if n == 0 || n > self.count {
            return None;
        }
        let mut page = Vec::with_capacity(self.size);
        let at = u64::from(n - 1) * self.size as u64;
        self.file.seek(SeekFrom::Start(at)).ok()?;
        let limit = self.size as u64;
        self.file.by_ref().take(limit).read_to_end(&mut page).ok()?;
        page.resize(self.size, 0);
        Some(page)
    }

    /// The row whose payload begins at `at`, with its overflow pages.
    fn payload(&mut self, page: &[u8], at: usize, len: u64, of_index: bool) -> Option<Vec<u8>> {
        let len = usize::try_from(len).ok().filter(|l| *l <= MAX_ROW)?;
        self.budget = self.budget.checked_sub(len as u64)?;
        let u = self.usable;
        let most = if of_index {
            (u - 12) * 64 / 255 - 23
        } else {
            u - 35
        };
        let local = if len <= most {
            len
        } else {
            let least = (u - 12) * 32 / 255 - 23;
            let fits = least + (len - least) % (u - 4);
            if fits <= most { fits } else { least }
        };
        let mut out = page.get(at..at + local)?.to_vec();
        let mut next = match page.get(at + local..at + local + 4) {
            Some(next) if local < len => u32::from_be_bytes(next.try_into().ok()?),
            _ if local == len => return Some(out),
            _ => return None,
        };
        while out.len() < len {
            let more = self.page(next)?;
            let (link, rest) = more.get(..u)?.split_first_chunk::<4>()?;
            next = u32::from_be_bytes(*link);
            out.extend_from_slice(rest.get(..rest.len().min(len - out.len()))?);
        }
        Some(out)
    }
}

fn varint(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut n = 0u64;
    for i in 0..9 {
        let byte = *bytes.get(*at)?;
        *at += 1;
        if i == 8 {
            return Some(n << 8 | u64::from(byte));
        }
        n = n << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some(n);
        }
    }
    None
}

/// The columns of a row, at most five.
fn columns(payload: &[u8]) -> Option<Vec<Value>> {
    let mut at = 0;
    let header = usize::try_from(varint(payload, &mut at)?).ok()?;
    let mut body = header;
    let mut out = Vec::with_capacity(5);
    while at < header {
        let kind = varint(payload, &mut at)?;
        let len = match kind {
            0 | 8 | 9 => 0,
            1..=4 => usize::try_from(kind).ok()?,
            5 => 6,
            6 => 8,
            n if n >= 12 => usize::try_from((n - 12) / 2).ok()?,
            _ => return None,
        };
        let bytes = payload.get(body..body.checked_add(len)?)?;
        body += len;
        out.push(match kind {
            0 => Value::Null,
            8 | 9 => Value::Int(i64::from(kind == 9)),
            1..=6 => {
                let negative = bytes.first().is_some_and(|b| b & 0x80 != 0);
                let start = if negative { -1i64 } else { 0 };
                Value::Int(bytes.iter().fold(start, |n, b| n << 8 | i64::from(*b)))
            }
            n if n % 2 == 0 => Value::Blob(bytes.to_vec()),
            _ => Value::Text(String::from_utf8(bytes.to_vec()).ok()?),
        });
        if out.len() > 5 {
            return None;
        }
    }
    (body == payload.len()).then_some(out)
}

impl Rows {
    fn take(&mut self, rowid: Option<i64>, columns: Vec<Value>) {
        use Value::{Blob, Int, Null, Text};
        let place = rowid.and_then(|id| u64::try_from(id).ok());
        match (rowid, place, columns.as_slice()) {
            (_, Some(idx), [Null, Blob(leaf), Int(batch), Blob(details)])
                if leaf.len() == LEAF_LEN =>
            {
                let Ok(leaf) = <[u8; LEAF_LEN]>::try_from(leaf.as_slice()) else {
                    return;
                };
                let known = self.leaves.entry(idx).or_default();
                let same = |l: &LeafRow| (l.leaf, l.batch, &l.details) == (leaf, *batch, details);
                if known.len() < SAME_PLACE && !known.iter().any(same) {
                    known.push(LeafRow {
                        leaf,
                        batch: *batch,
                        details: details.clone(),
                    });
                }
            }
            (_, Some(leaf), [Null, Int(batch), Blob(wrapped), Blob(body)]) => {
                let known = self.contents.entry(leaf).or_default();
                let same =
                    |c: &ContentRow| (c.batch, &c.wrapped, &c.body) == (*batch, wrapped, body);
                if known.len() < SAME_PLACE && !known.iter().any(same) {
                    known.push(ContentRow {
                        batch: *batch,
                        wrapped: wrapped.clone(),
                        body: body.clone(),
                    });
                }
            }
            (Some(id), _, [Null, Blob(target), Int(epoch), Blob(encapsulated)]) => {
                if let (Ok(target), Ok(epoch), Ok(encapsulated)) = (
                    target.as_slice().try_into(),
                    u32::try_from(*epoch),
                    encapsulated.as_slice().try_into(),
                ) {
                    self.batches.entry(id).or_insert(BatchRow {
                        target,
                        epoch,
                        encapsulated,
                    });
                }
            }
            (None, _, [Text(name), Blob(value)]) => {
                let row = (name.clone(), value.clone());
                if self.meta.len() < 4096 && !self.meta.contains(&row) {
                    self.meta.push(row);
                }
            }
            _ => {}
        }
    }

    /// Takes over what only `other` has, of leaves below `below`.
    fn fill_from(&mut self, other: Self, below: u64) {
        for (id, row) in other.batches {
            self.batches.entry(id).or_insert(row);
        }
        for row in other.meta {
            if !self.meta.contains(&row) {
                self.meta.push(row);
            }
        }
        for (at, rows) in other.leaves.into_iter().filter(|(at, _)| *at < below) {
            self.leaves.entry(at).or_default().extend(rows);
        }
        for (at, rows) in other.contents.into_iter().filter(|(at, _)| *at < below) {
            self.contents.entry(at).or_default().extend(rows);
        }
    }
}

fn read_all<F: Read + Seek>(pages: &mut Pages<F>) -> Rows {
    let mut rows = Rows::default();
    let last = pages.before.keys().copied().max().unwrap_or(0);
    for n in 1..=pages.count.max(last) {
        let Some(page) = pages.page(n) else { continue };
        let start = if n == 1 { 100 } else { 0 };
        let (of_index, cells) = match page.get(start) {
            Some(0x0d) => (false, start + 8),
            Some(0x0a) => (true, start + 8),
            // Inner pages of a tree without row ids hold rows, too.
            Some(0x02) => (true, start + 12),
            _ => continue,
        };
        let inner = page.get(start) == Some(&0x02);
        let count = usize::from(u16::from_be_bytes([page[start + 3], page[start + 4]]));
        for cell in 0..count.min(pages.size / 4) {
            let Some(pointer) = page.get(cells + 2 * cell..cells + 2 * cell + 2) else {
                break;
            };
            let mut at = usize::from(u16::from_be_bytes([pointer[0], pointer[1]]));
            at += if inner { 4 } else { 0 };
            let Some(len) = varint(&page, &mut at) else {
                continue;
            };
            let rowid = if of_index {
                None
            } else {
                let Some(id) = varint(&page, &mut at) else {
                    continue;
                };
                // A varint holds the 64 bits of a signed number.
                Some(i64::from_be_bytes(id.to_be_bytes()))
            };
            let payload = pages.payload(&page, at, len, of_index);
            if let Some(columns) = payload.as_deref().and_then(columns) {
                rows.take(rowid, columns);
            }
        }
    }
    rows
}

/// Pages that a rollback journal preserves, as far as it is whole.
fn journal(path: &Path) -> io::Result<HashMap<u32, Vec<u8>>> {
    let mut pages = HashMap::new();
    let mut file = match files::open_plain(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(pages),
        file => file?,
    };
    let len = file.metadata()?.len();
    let mut at = 0u64;
    let word = |h: &[u8], n: usize| {
        let bytes = h.get(8 + 4 * n..12 + 4 * n).and_then(|b| b.try_into().ok());
        bytes.map_or(0, u32::from_be_bytes)
    };
    while at + 28 <= len {
        let mut header = [0u8; 28];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut header)?;
        let (count, nonce, sector, size) = (
            word(&header, 0),
            word(&header, 1),
            word(&header, 3),
            word(&header, 4),
        );
        let sound = size.is_power_of_two()
            && (512..=65536).contains(&size)
            && sector.is_power_of_two()
            && (32..=65536).contains(&sector);
        // Without a count, nothing of the database had been written yet.
        if header[..8] != JOURNAL_MAGIC || !sound || count == 0 {
            break;
        }
        at += u64::from(sector);
        let record = u64::from(size) + 8;
        let there = len.saturating_sub(at) / record;
        for _ in 0..u64::from(count).min(there) {
            let mut bytes = vec![0; record as usize];
            file.seek(SeekFrom::Start(at))?;
            file.read_exact(&mut bytes)?;
            at += record;
            let (Some((number, rest)), Some(sum)) =
                (bytes.split_first_chunk::<4>(), bytes.last_chunk::<4>())
            else {
                return Ok(pages);
            };
            let page = &rest[..size as usize];
            // Every 200th byte from the end, as SQLite counts.
            let mut expected = nonce;
            let mut place = page.len().saturating_sub(200);
            while place > 0 {
                expected = expected.wrapping_add(u32::from(page[place]));
                place = place.saturating_sub(200);
            }
            if u32::from_be_bytes(*sum) != expected {
                return Ok(pages);
            }
            // The first record of a page is what it was before the act.
            pages
                .entry(u32::from_be_bytes(*number))
                .or_insert_with(|| page.to_vec());
        }
        at = at.next_multiple_of(u64::from(sector));
    }
    Ok(pages)
}

/// How many leaves and contents are found in the bytes of a database.
pub(crate) fn count(database: &[u8]) -> (usize, usize) {
    let pages = Pages::open(io::Cursor::new(database), HashMap::new());
    let rows = pages
        .map(|mut pages| read_all(&mut pages))
        .unwrap_or_default();
    (rows.leaves.len(), rows.contents.len())
}

/// All rows that a database file and its journal hold, whatever is left of their structure. An act
/// that was interrupted is undone, as SQLite would.
pub(super) fn carve(database: &Path) -> io::Result<Rows> {
    let mut name = database.as_os_str().to_owned();
    name.push("-journal");
    let before = journal(Path::new(&name))?;
    let interrupted = !before.is_empty();
    let mut rows = read_all(&mut Pages::open(files::open_plain(database)?, before)?);
    if interrupted {
        // What neither journal nor undone pages show may still be in the file.
        let below = rows.leaves.keys().next_back().map_or(u64::MAX, |l| l + 1);
        rows.fill_from(
            read_all(&mut Pages::open(
                files::open_plain(database)?,
                HashMap::new(),
            )?),
            below,
        );
    }
    Ok(rows)
}
