//! The database file (manual: *vault format*, "Database"): SQLite, five or six tables, ciphertext
//! and hashes only.
//!
//! The file may come from an enemy. It is opened with everything off that a file could use
//! (triggers, views, foreign schema text, symbolic links), its structure must be ours to the letter,
//! and each value is checked where it is read.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{
    Connection, OpenFlags, OptionalExtension as _, Transaction, TransactionBehavior, params,
};

use super::error::VaultError;
use crate::log::leaf::LEAF_LEN;

/// "SGLO": marks the file as ours for SQLite and `file`.
const APPLICATION_ID: i32 = 0x5347_4c4f;
/// What a new vault is, and what a reader of the first release knows.
const FORMAT: i32 = 1;
/// What a vault becomes that uses what came later: rotation, succession, evidence.
pub(crate) const FORMAT_REWRAPPED: i32 = 2;
/// What a vault becomes that has a search index, and the newest that this program knows.
pub(crate) const FORMAT_SEARCH: i32 = 3;
/// How long to wait for another program.
const PATIENCE: Duration = Duration::from_secs(30);
/// Largest value in the database, bytes.
const MAX_VALUE: i32 = 64 << 20;

const SCHEMA: [&str; 5] = [
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE batch (id INTEGER PRIMARY KEY, target BLOB NOT NULL, epoch INTEGER NOT NULL, encapsulated BLOB NOT NULL) STRICT",
    "CREATE TABLE leaf (idx INTEGER PRIMARY KEY, leaf BLOB NOT NULL, batch INTEGER NOT NULL, details BLOB NOT NULL) STRICT",
    "CREATE TABLE content (leaf INTEGER PRIMARY KEY, batch INTEGER NOT NULL, wrapped BLOB NOT NULL, body BLOB NOT NULL) STRICT",
    "CREATE TABLE tile (level INTEGER NOT NULL, idx INTEGER NOT NULL, hashes BLOB NOT NULL, PRIMARY KEY (level, idx)) STRICT, WITHOUT ROWID",
];

/// The table of the search index, from [`FORMAT_SEARCH`] on.
const SEARCH: &str = "CREATE TABLE search (target BLOB NOT NULL, part INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (target, part)) STRICT, WITHOUT ROWID";

/// How a database is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    ReadWrite,
    ReadOnly,
}

/// One encapsulated key and what it is for; zeros as target stand for the log.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct BatchRow {
    pub target: [u8; 16],
    pub epoch: u32,
    pub encapsulated: [u8; 32],
}

impl BatchRow {
    /// Whether the batch seals details of acts.
    pub fn is_of_log(&self) -> bool {
        self.target == [0; 16] && self.epoch == 0
    }
}

/// An act as it is stored.
pub(crate) struct LeafRow {
    pub leaf: [u8; LEAF_LEN],
    pub batch: i64,
    pub details: Vec<u8>,
}

/// Sealed content as it is stored.
pub(crate) struct ContentRow {
    pub batch: i64,
    pub wrapped: Vec<u8>,
    pub body: Vec<u8>,
}

/// An act with what it stored, if that is still there.
pub(crate) struct JoinedRow {
    pub leaf: [u8; LEAF_LEN],
    pub batch: i64,
    pub details: Vec<u8>,
    pub content: Option<ContentRow>,
}

/// What was seen of the contents when all leaves were read with theirs.
#[derive(Default)]
pub(crate) struct Contents {
    /// How many there are.
    pub count: u64,
    /// Those that belong to no leaf, the first hundred.
    pub without_leaf: Vec<u64>,
    /// Whether data keys were wrapped again.
    pub rewrapped: bool,
}

impl Contents {
    fn without_leaf(&mut self, at: u64) {
        if self.without_leaf.len() < 100 {
            self.without_leaf.push(at);
        }
    }
}

/// The next row of a cursor over all contents.
fn next_content(
    rows: &mut rusqlite::Rows<'_>,
    seen: &mut Contents,
) -> Result<Option<(u64, ContentRow)>, VaultError> {
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let content = ContentRow {
        batch: row.get(1)?,
        wrapped: row.get(2)?,
        body: row.get(3)?,
    };
    seen.count += 1;
    seen.rewrapped |= content.wrapped.len() == super::content::REWRAPPED;
    Ok(Some((to_u64(row.get(0)?)?, content)))
}

/// An open database.
pub(crate) struct Store {
    conn: Connection,
}

impl Store {
    /// Makes a new database; the file must not exist.
    pub fn create(path: &Path) -> Result<Self, VaultError> {
        // Made here, so that SQLite finds a file that nobody else can read.
        super::files::create_private(path)?;
        let conn = Connection::open_with_flags(path, flags(Mode::ReadWrite))?;
        let store = Self { conn };
        store.harden(Mode::ReadWrite)?;
        let tx = Transaction::new_unchecked(&store.conn, TransactionBehavior::Exclusive)?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.pragma_update(None, "user_version", FORMAT)?;
        for sql in SCHEMA {
            tx.execute(sql, [])?;
        }
        tx.commit()?;
        Ok(store)
    }

    /// Opens an existing database and refuses any that is not exactly of our structure.
    pub fn open(path: &Path, mode: Mode) -> Result<Self, VaultError> {
        // Neither a link, which leads elsewhere, nor a pipe, which would be waited for; nor in the place
        // of the journal.
        if !fs::symlink_metadata(path)?.is_file() {
            return Err(VaultError::Schema);
        }
        let mut journal = path.as_os_str().to_owned();
        journal.push("-journal");
        if fs::symlink_metadata(journal).is_ok_and(|about| !about.is_file()) {
            return Err(VaultError::Schema);
        }
        let conn = Connection::open_with_flags(path, flags(mode))?;
        let store = Self { conn };
        store.harden(mode)?;
        let pragma = |name: &str| -> Result<i32, rusqlite::Error> {
            store.conn.pragma_query_value(None, name, |row| row.get(0))
        };
        if pragma("application_id")? != APPLICATION_ID {
            return Err(VaultError::Schema);
        }
        let format = pragma("user_version")?;
        match format {
            FORMAT..=FORMAT_SEARCH => {}
            v if v > FORMAT_SEARCH => return Err(VaultError::Newer),
            _ => return Err(VaultError::Schema),
        }
        store.check_schema(format)?;
        Ok(store)
    }

    fn harden(&self, mode: Mode) -> Result<(), VaultError> {
        let c = &self.conn;
        c.busy_timeout(PATIENCE)?;
        c.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE)?;
        c.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        c.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        c.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        c.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
        c.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
        c.execute_batch("PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-32000;")?;
        if mode == Mode::ReadWrite {
            // A rollback journal and not a write-ahead log: an auditor can open a copy on a
            // read-only medium, and no erased page waits in a second file. EXTRA also syncs the
            // folder, without which a power cut can bring a finished transaction's journal back.
            c.execute_batch(
                "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA; PRAGMA secure_delete=ON;",
            )?;
        }
        Ok(())
    }

    fn check_schema(&self, format: i32) -> Result<(), VaultError> {
        let mut statement = self
            .conn
            .prepare("SELECT sql FROM sqlite_schema ORDER BY sql")?;
        let found: Vec<String> = statement
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut expected = SCHEMA.to_vec();
        if format >= FORMAT_SEARCH {
            expected.push(SEARCH);
        }
        expected.sort_unstable();
        if found != expected {
            return Err(VaultError::Schema);
        }
        Ok(())
    }

    /// A copy of the whole database as it is at one moment, in memory. It never touches the disk, so
    /// nothing of it can be left there.
    pub fn snapshot(&self) -> Result<Self, VaultError> {
        let mut conn = Connection::open_in_memory()?;
        rusqlite::backup::Backup::new(&self.conn, &mut conn)?.run_to_completion(
            i32::MAX,
            Duration::from_millis(50),
            None,
        )?;
        conn.execute_batch("PRAGMA secure_delete=ON;")?;
        Ok(Self { conn })
    }

    /// The bytes of the file that the database is, or would be.
    pub fn into_bytes(mut self) -> Result<Vec<u8>, VaultError> {
        Ok(self.conn.serialize("main")?.to_vec())
    }

    /// SQLite's own check of the file's structure.
    pub fn integrity(&self) -> Result<bool, VaultError> {
        let answer: String = self
            .conn
            .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        Ok(answer == "ok")
    }

    /// A consistent view of the whole database.
    pub fn view(&self) -> Result<Tx<'_>, VaultError> {
        Ok(Tx {
            tx: Transaction::new_unchecked(&self.conn, TransactionBehavior::Deferred)?,
        })
    }

    /// Does something as the one writer of the moment, without storing anything, if there is no other.
    pub fn without_waiting(
        &self,
        act: impl FnOnce(&Tx<'_>) -> Result<(), VaultError>,
    ) -> Result<(), VaultError> {
        self.conn.busy_timeout(Duration::ZERO)?;
        let tx = self.write();
        self.conn.busy_timeout(PATIENCE)?;
        act(&tx?)
    }

    /// The one writer of the moment.
    pub fn write(&self) -> Result<Tx<'_>, VaultError> {
        Ok(Tx {
            tx: Transaction::new_unchecked(&self.conn, TransactionBehavior::Immediate)?,
        })
    }
}

fn flags(mode: Mode) -> OpenFlags {
    let access = match mode {
        Mode::ReadWrite => OpenFlags::SQLITE_OPEN_READ_WRITE,
        Mode::ReadOnly => OpenFlags::SQLITE_OPEN_READ_ONLY,
    };
    access | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW
}

/// A transaction; dropped without [`Tx::commit`], it leaves no trace.
pub(crate) struct Tx<'s> {
    tx: Transaction<'s>,
}

/// An SQLite integer that counts something.
pub(crate) fn to_u64(n: i64) -> Result<u64, VaultError> {
    u64::try_from(n).map_err(|_| VaultError::Schema)
}

fn to_i64(n: u64) -> Result<i64, VaultError> {
    i64::try_from(n).map_err(|_| VaultError::TooLarge)
}

fn array<const N: usize>(bytes: &[u8]) -> Result<[u8; N], VaultError> {
    bytes.try_into().map_err(|_| VaultError::Schema)
}

impl Tx<'_> {
    pub fn commit(self) -> Result<(), VaultError> {
        Ok(self.tx.commit()?)
    }

    pub fn meta(&self, name: &str) -> Result<Option<Vec<u8>>, VaultError> {
        Ok(self
            .tx
            .prepare_cached("SELECT value FROM meta WHERE name = ?1")?
            .query_row([name], |row| row.get(0))
            .optional()?)
    }

    /// Values whose names begin with `prefix`, in the order of their names.
    pub fn metas(&self, prefix: &str) -> Result<Vec<Vec<u8>>, VaultError> {
        let mut statement = self.tx.prepare_cached(
            "SELECT value FROM meta WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name",
        )?;
        let rows = statement.query_map([prefix], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn set_meta(&self, name: &str, value: &[u8]) -> Result<(), VaultError> {
        self.tx
            .prepare_cached("INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)")?
            .execute(params![name, value])?;
        Ok(())
    }

    pub fn add_batch(&self, batch: &BatchRow) -> Result<i64, VaultError> {
        self.tx
            .prepare_cached("INSERT INTO batch (target, epoch, encapsulated) VALUES (?1, ?2, ?3)")?
            .execute(params![batch.target, batch.epoch, batch.encapsulated])?;
        Ok(self.tx.last_insert_rowid())
    }

    /// Puts a batch in the place that it had in another file.
    pub fn put_batch(&self, id: i64, batch: &BatchRow) -> Result<(), VaultError> {
        self.tx
            .prepare_cached(
                "INSERT INTO batch (id, target, epoch, encapsulated) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![id, batch.target, batch.epoch, batch.encapsulated])?;
        Ok(())
    }

    pub fn batch(&self, id: i64) -> Result<Option<BatchRow>, VaultError> {
        let row: Option<(Vec<u8>, i64, Vec<u8>)> = self
            .tx
            .prepare_cached("SELECT target, epoch, encapsulated FROM batch WHERE id = ?1")?
            .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        row.map(|(target, epoch, encapsulated)| {
            Ok(BatchRow {
                target: array(&target)?,
                epoch: u32::try_from(epoch).map_err(|_| VaultError::Schema)?,
                encapsulated: array(&encapsulated)?,
            })
        })
        .transpose()
    }

    /// All leaves in order, each with its content: both tables are read once, side by side.
    pub fn each_joined(
        &self,
        mut visit: impl FnMut(u64, JoinedRow) -> Result<(), VaultError>,
    ) -> Result<Contents, VaultError> {
        let mut leaves = self
            .tx
            .prepare("SELECT idx, leaf, batch, details FROM leaf ORDER BY idx")?;
        let mut contents = self
            .tx
            .prepare("SELECT leaf, batch, wrapped, body FROM content ORDER BY leaf")?;
        let (mut leaves, mut contents) = (leaves.query([])?, contents.query([])?);
        let mut seen = Contents::default();
        let mut content = next_content(&mut contents, &mut seen)?;
        while let Some(row) = leaves.next()? {
            let index = to_u64(row.get(0)?)?;
            while let Some((at, _)) = content.take_if(|(at, _)| *at < index) {
                seen.without_leaf(at);
                content = next_content(&mut contents, &mut seen)?;
            }
            let own = content.take_if(|(at, _)| *at == index);
            if own.is_some() {
                content = next_content(&mut contents, &mut seen)?;
            }
            let leaf = row.get_ref(1)?.as_blob().map_err(|_| VaultError::Schema)?;
            let joined = JoinedRow {
                // A leaf of another length cannot be hashed into the tree as one of ours.
                leaf: leaf.try_into().unwrap_or([0; LEAF_LEN]),
                batch: row.get(2)?,
                details: row.get(3)?,
                content: own.map(|(_, row)| row),
            };
            visit(index, joined)?;
        }
        while let Some((at, _)) = content {
            seen.without_leaf(at);
            content = next_content(&mut contents, &mut seen)?;
        }
        Ok(seen)
    }

    /// Number of leaves, if none is missing.
    pub fn log_size(&self) -> Result<u64, VaultError> {
        let sql = "SELECT coalesce(max(idx) + 1, 0) FROM leaf";
        to_u64(self.tx.query_row(sql, [], |row| row.get(0))?)
    }

    pub fn add_leaf(&self, index: u64, row: &LeafRow) -> Result<(), VaultError> {
        self.tx
            .prepare_cached("INSERT INTO leaf (idx, leaf, batch, details) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![to_i64(index)?, row.leaf, row.batch, row.details])?;
        Ok(())
    }

    pub fn leaf(&self, index: u64) -> Result<Option<LeafRow>, VaultError> {
        // A place that no database has may still be written in one.
        let Ok(index) = to_i64(index) else {
            return Ok(None);
        };
        let row: Option<(Vec<u8>, i64, Vec<u8>)> = self
            .tx
            .prepare_cached("SELECT leaf, batch, details FROM leaf WHERE idx = ?1")?
            .query_row([index], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        row.map(|(leaf, batch, details)| {
            Ok(LeafRow {
                leaf: array(&leaf)?,
                batch,
                details,
            })
        })
        .transpose()
    }

    /// Leaves from `first` on, in order of their index.
    pub fn each_leaf(
        &self,
        first: u64,
        mut visit: impl FnMut(u64, LeafRow) -> Result<(), VaultError>,
    ) -> Result<(), VaultError> {
        let mut statement = self.tx.prepare_cached(
            "SELECT idx, leaf, batch, details FROM leaf WHERE idx >= ?1 ORDER BY idx",
        )?;
        let mut rows = statement.query([to_i64(first)?])?;
        while let Some(row) = rows.next()? {
            let leaf = LeafRow {
                leaf: array(row.get_ref(1)?.as_blob().map_err(|_| VaultError::Schema)?)?,
                batch: row.get(2)?,
                details: row.get(3)?,
            };
            visit(to_u64(row.get(0)?)?, leaf)?;
        }
        Ok(())
    }

    pub fn add_content(&self, leaf: u64, row: &ContentRow) -> Result<(), VaultError> {
        self.tx
            .prepare_cached(
                "INSERT INTO content (leaf, batch, wrapped, body) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![to_i64(leaf)?, row.batch, row.wrapped, row.body])?;
        Ok(())
    }

    pub fn content(&self, leaf: u64) -> Result<Option<ContentRow>, VaultError> {
        Ok(self
            .tx
            .prepare_cached("SELECT batch, wrapped, body FROM content WHERE leaf = ?1")?
            .query_row([to_i64(leaf)?], |row| {
                Ok(ContentRow {
                    batch: row.get(0)?,
                    wrapped: row.get(1)?,
                    body: row.get(2)?,
                })
            })
            .optional()?)
    }

    /// All sealed content in order of its leaf, with that leaf.
    pub fn each_content(
        &self,
        mut visit: impl FnMut(u64, Option<&[u8]>, ContentRow) -> Result<(), VaultError>,
    ) -> Result<(), VaultError> {
        let mut statement = self.tx.prepare_cached(
            "SELECT c.leaf, c.batch, c.wrapped, c.body, l.leaf \
             FROM content c LEFT JOIN leaf l ON l.idx = c.leaf ORDER BY c.leaf",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let content = ContentRow {
                batch: row.get(1)?,
                wrapped: row.get(2)?,
                body: row.get(3)?,
            };
            let leaf = row.get_ref(4)?.as_blob_or_null();
            visit(
                to_u64(row.get(0)?)?,
                leaf.map_err(|_| VaultError::Schema)?,
                content,
            )?;
        }
        Ok(())
    }

    /// All wrapped data keys in order of their leaf: place, leaf, batch, wrapped key.
    pub fn each_wrapped(
        &self,
        mut visit: impl FnMut(u64, Option<&[u8]>, i64, &[u8]) -> Result<(), VaultError>,
    ) -> Result<(), VaultError> {
        let mut statement = self.tx.prepare_cached(
            "SELECT c.leaf, c.batch, c.wrapped, l.leaf \
             FROM content c LEFT JOIN leaf l ON l.idx = c.leaf ORDER BY c.leaf",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let wrapped = row.get_ref(2)?.as_blob().map_err(|_| VaultError::Schema)?;
            let leaf = row.get_ref(3)?.as_blob_or_null();
            let leaf = leaf.map_err(|_| VaultError::Schema)?;
            visit(to_u64(row.get(0)?)?, leaf, row.get(1)?, wrapped)?;
        }
        Ok(())
    }

    /// Wrapped data keys of one target, in order of their leaf: leaf, batch, wrapped key.
    pub fn wrapped_of(&self, target: &[u8; 16]) -> Result<Vec<(u64, i64, Vec<u8>)>, VaultError> {
        let mut statement = self.tx.prepare_cached(
            "SELECT c.leaf, c.batch, c.wrapped FROM content c \
             JOIN batch b ON b.id = c.batch WHERE b.target = ?1 ORDER BY c.leaf",
        )?;
        let mut rows = statement.query([target])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push((to_u64(row.get(0)?)?, row.get(1)?, row.get(2)?));
        }
        Ok(found)
    }

    /// Marks the file as one of this format, if it is of an older one.
    pub fn raise_format(&self, format: i32) -> Result<(), VaultError> {
        let now: i32 = self
            .tx
            .pragma_query_value(None, "user_version", |row| row.get(0))?;
        if now < format {
            self.tx.pragma_update(None, "user_version", format)?;
        }
        Ok(())
    }

    /// Whether there is a table for the search index.
    pub fn has_search(&self) -> Result<bool, VaultError> {
        let now: i32 = self
            .tx
            .pragma_query_value(None, "user_version", |row| row.get(0))?;
        Ok(now >= FORMAT_SEARCH)
    }

    /// Makes the table of the search index, if there is none.
    pub fn make_search(&self) -> Result<(), VaultError> {
        if !self.has_search()? {
            self.tx.execute(SEARCH, [])?;
            self.raise_format(FORMAT_SEARCH)?;
        }
        Ok(())
    }

    /// A part of a compartment's search index; there MUST be the table.
    pub fn search_part(&self, target: &[u8; 16], part: u32) -> Result<Option<Vec<u8>>, VaultError> {
        Ok(self
            .tx
            .prepare_cached("SELECT sealed FROM search WHERE target = ?1 AND part = ?2")?
            .query_row(params![target, part], |row| row.get(0))
            .optional()?)
    }

    pub fn set_search_part(
        &self,
        target: &[u8; 16],
        part: u32,
        sealed: &[u8],
    ) -> Result<(), VaultError> {
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO search (target, part, sealed) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![target, part, sealed])?;
        Ok(())
    }

    pub fn delete_search_part(&self, target: &[u8; 16], part: u32) -> Result<(), VaultError> {
        self.tx
            .prepare_cached("DELETE FROM search WHERE target = ?1 AND part = ?2")?
            .execute(params![target, part])?;
        Ok(())
    }

    /// Removes the search index of a compartment, or of all.
    pub fn delete_search(&self, target: Option<&[u8; 16]>) -> Result<(), VaultError> {
        match target {
            Some(target) => self
                .tx
                .execute("DELETE FROM search WHERE target = ?1", params![target])?,
            None => self.tx.execute("DELETE FROM search", [])?,
        };
        Ok(())
    }

    /// Contents of one target from a leaf on, in order, each with its leaf.
    pub fn each_content_of(
        &self,
        target: &[u8; 16],
        from: u64,
        mut visit: impl FnMut(u64, Option<&[u8]>, ContentRow) -> Result<(), VaultError>,
    ) -> Result<(), VaultError> {
        let mut statement = self.tx.prepare_cached(
            "SELECT c.leaf, c.batch, c.wrapped, c.body, l.leaf FROM content c \
             JOIN batch b ON b.id = c.batch LEFT JOIN leaf l ON l.idx = c.leaf \
             WHERE c.leaf >= ?1 AND b.target = ?2 ORDER BY c.leaf",
        )?;
        let mut rows = statement.query(params![to_i64(from)?, target])?;
        while let Some(row) = rows.next()? {
            let content = ContentRow {
                batch: row.get(1)?,
                wrapped: row.get(2)?,
                body: row.get(3)?,
            };
            let leaf = row.get_ref(4)?.as_blob_or_null();
            let leaf = leaf.map_err(|_| VaultError::Schema)?;
            visit(to_u64(row.get(0)?)?, leaf, content)?;
        }
        Ok(())
    }

    /// Whether anything was ever sealed for a target.
    pub fn has_batches(&self, target: &[u8; 16]) -> Result<bool, VaultError> {
        Ok(self
            .tx
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM batch WHERE target = ?1)")?
            .query_row([target], |row| row.get(0))?)
    }

    /// How many contents of one target there are from a leaf on.
    pub fn count_contents_of(&self, target: &[u8; 16], from: u64) -> Result<u64, VaultError> {
        to_u64(self.tx.query_row(
            "SELECT count(*) FROM content c JOIN batch b ON b.id = c.batch \
             WHERE c.leaf >= ?1 AND b.target = ?2",
            params![to_i64(from)?, target],
            |row| row.get(0),
        )?)
    }

    /// Contents behind leaf `after` whose data key is wrapped for an older epoch of a compartment, at
    /// most `limit`, in order: leaf, its bytes, batch, stored wrap.
    #[allow(clippy::type_complexity)]
    pub fn older_wraps(
        &self,
        target: &[u8; 16],
        epoch: u32,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<(u64, Vec<u8>, i64, Vec<u8>)>, VaultError> {
        let mut statement = self.tx.prepare_cached(
            "SELECT c.leaf, l.leaf, c.batch, c.wrapped FROM content c \
             JOIN batch b ON b.id = c.batch JOIN leaf l ON l.idx = c.leaf \
             WHERE c.leaf > ?1 AND b.target = ?2 AND b.epoch < ?3 ORDER BY c.leaf LIMIT ?4",
        )?;
        let after = after.map_or(Ok(-1), to_i64)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut rows = statement.query(params![after, target, epoch, limit])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push((to_u64(row.get(0)?)?, row.get(1)?, row.get(2)?, row.get(3)?));
        }
        Ok(found)
    }

    /// How many contents [`Tx::older_wraps`] would name in all.
    pub fn count_older_wraps(&self, target: &[u8; 16], epoch: u32) -> Result<u64, VaultError> {
        to_u64(self.tx.query_row(
            "SELECT count(*) FROM content c JOIN batch b ON b.id = c.batch \
             WHERE b.target = ?1 AND b.epoch < ?2",
            params![target, epoch],
            |row| row.get(0),
        )?)
    }

    /// Puts another wrap in the place of the stored one, which `secure_delete` overwrites.
    pub fn set_wrap(&self, leaf: u64, batch: i64, wrapped: &[u8]) -> Result<(), VaultError> {
        self.tx
            .prepare_cached("UPDATE content SET batch = ?2, wrapped = ?3 WHERE leaf = ?1")?
            .execute(params![to_i64(leaf)?, batch, wrapped])?;
        Ok(())
    }

    /// Leaves of the stored contents that are in clear: lists of wraps, and what else the log holds.
    pub fn open_contents(&self) -> Result<Vec<u64>, VaultError> {
        let mut statement = self
            .tx
            .prepare("SELECT leaf FROM content WHERE length(wrapped) = 0 ORDER BY leaf")?;
        let found: Vec<i64> = statement
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        found.into_iter().map(to_u64).collect()
    }

    /// The stored wrap of a content, without its body: batch, bytes.
    pub fn wrap(&self, leaf: u64) -> Result<Option<(i64, Vec<u8>)>, VaultError> {
        Ok(self
            .tx
            .prepare_cached("SELECT batch, wrapped FROM content WHERE leaf = ?1")?
            .query_row([to_i64(leaf)?], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?)
    }

    /// Contents whose data key was wrapped again: their leaf, and the first bytes of the stored wrap
    /// with hash and list.
    pub fn each_rewrapped(
        &self,
        len: usize,
        mut visit: impl FnMut(u64, &[u8]),
    ) -> Result<(), VaultError> {
        let mut statement = self
            .tx
            .prepare("SELECT leaf, wrapped FROM content WHERE length(wrapped) = ?1")?;
        let len = i64::try_from(len).unwrap_or(i64::MAX);
        let mut rows = statement.query([len])?;
        while let Some(row) = rows.next()? {
            let wrapped = row.get_ref(1)?.as_blob().map_err(|_| VaultError::Schema)?;
            visit(to_u64(row.get(0)?)?, wrapped);
        }
        Ok(())
    }

    /// Destroys a data key and what it sealed; `secure_delete` overwrites both.
    pub fn delete_content(&self, leaf: u64) -> Result<bool, VaultError> {
        let n = self
            .tx
            .prepare_cached("DELETE FROM content WHERE leaf = ?1")?
            .execute([to_i64(leaf)?])?;
        Ok(n == 1)
    }

    pub fn count(&self, table: Table) -> Result<u64, VaultError> {
        let sql = match table {
            Table::Leaf => "SELECT count(*) FROM leaf",
            Table::Tile => "SELECT count(*) FROM tile",
        };
        to_u64(self.tx.query_row(sql, [], |row| row.get(0))?)
    }

    pub fn tile(&self, level: u8, index: u64) -> Result<Option<Vec<u8>>, VaultError> {
        Ok(self
            .tx
            .prepare_cached("SELECT hashes FROM tile WHERE level = ?1 AND idx = ?2")?
            .query_row(params![level, to_i64(index)?], |row| row.get(0))
            .optional()?)
    }

    pub fn set_tile(&self, level: u8, index: u64, hashes: &[u8]) -> Result<(), VaultError> {
        self.tx
            .prepare_cached("INSERT OR REPLACE INTO tile (level, idx, hashes) VALUES (?1, ?2, ?3)")?
            .execute(params![level, to_i64(index)?, hashes])?;
        Ok(())
    }
}

/// What can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Table {
    Leaf,
    Tile,
}
