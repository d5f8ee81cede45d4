//! The container of a workbook: a ZIP file of which nothing is believed (manual: *import*, "Workbooks").
//!
//! What the directory says is looked at before anything is inflated; while a part is inflated, what
//! comes out is counted, because a directory can lie.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::rc::Rc;

use quick_xml::Reader;
use quick_xml::events::Event;
use zip::ZipArchive;
use zip::result::ZipError;

use super::super::FileProblem;

/// Largest workbook, in bytes as stored.
pub(in super::super) const STORED_MAX: usize = 64 << 20;

/// Most bytes that all parts together inflate to.
pub(super) const INFLATED_MAX: u64 = 256 << 20;

/// Most bytes that a part may inflate to for each stored byte, beyond [`ALWAYS`]. Sheets of real
/// programs reach 60; DEFLATE could do 1032.
const RATIO_MAX: u64 = 200;

/// A part that is no larger is not looked at for its ratio.
const ALWAYS: u64 = 1 << 20;

/// Most parts: each sheet is one, and pictures are.
const PARTS_MAX: usize = 4096;

/// Most bytes of one tag, text or other piece of XML. A cell has at most 32,767 characters.
const PIECE_MAX: usize = 4 << 20;

/// What the names of a container's parts say it is.
pub(super) enum Content {
    Workbook,
    OpenDocument,
    Other,
}

pub(super) struct Container<'b> {
    zip: ZipArchive<Cursor<&'b [u8]>>,
    /// Bytes that may still be inflated.
    left: Rc<Cell<u64>>,
}

impl<'b> Container<'b> {
    pub(super) fn open(bytes: &'b [u8]) -> Result<Self, FileProblem> {
        if bytes.len() > STORED_MAX {
            return Err(FileProblem::TooLarge { max: STORED_MAX });
        }
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|e| problem(&e))?;
        if zip.len() > PARTS_MAX {
            return Err(FileProblem::Inflates);
        }
        let mut sum = 0u64;
        for at in 0..zip.len() {
            let entry = zip.by_index_data(at).map_err(|e| problem(&e))?;
            let most = entry.compressed_size().saturating_mul(RATIO_MAX);
            if entry.size() > most.saturating_add(ALWAYS) {
                return Err(FileProblem::Inflates);
            }
            sum = sum.saturating_add(entry.size());
        }
        if sum > INFLATED_MAX {
            return Err(FileProblem::Inflates);
        }
        Ok(Self {
            zip,
            left: Rc::new(Cell::new(INFLATED_MAX)),
        })
    }

    pub(super) fn content(&self) -> Content {
        let has = |name: &str| self.zip.index_for_name(name).is_some();
        if has("[Content_Types].xml") && has("_rels/.rels") {
            // A document of text has these two as well; its main part is found out later.
            if has("word/document.xml") || has("xl/workbook.bin") {
                return Content::Other;
            }
            return Content::Workbook;
        }
        if has("content.xml") && has("mimetype") {
            return Content::OpenDocument;
        }
        Content::Other
    }

    /// The XML of a part; `None` if there is none of this name. Names are compared without regard to
    /// case, as their standard says (ECMA-376 part 2, section 6.2.2.3).
    pub(super) fn part(&mut self, name: &str) -> Result<Option<Xml<'_>>, FileProblem> {
        let name = name.trim_start_matches('/');
        let exact = self.zip.index_for_name(name);
        let index = exact.or_else(|| {
            (0..self.zip.len()).find(|at| {
                let found = self.zip.name_for_index(*at);
                found.is_some_and(|n| n.is_ok_and(|n| n.eq_ignore_ascii_case(name)))
            })
        });
        let Some(index) = index else {
            return Ok(None);
        };
        let file = self.zip.by_index(index).map_err(|e| problem(&e))?;
        let size = file.size();
        Ok(Some(Xml::new(Box::new(file), size, self.left.clone())))
    }
}

fn problem(error: &ZipError) -> FileProblem {
    match error {
        ZipError::UnsupportedArchive(_) => FileProblem::Protected,
        _ => FileProblem::Damaged,
    }
}

/// The events of one part.
pub(super) struct Xml<'z> {
    reader: Reader<Metered<'z>>,
    buffer: Vec<u8>,
    /// Set if a limit was the reason that reading stopped.
    over: Rc<Cell<bool>>,
}

impl<'z> Xml<'z> {
    /// `size` is what the directory says the part inflates to; `left` is what all parts together
    /// still may.
    pub(super) fn new(from: Box<dyn Read + 'z>, size: u64, left: Rc<Cell<u64>>) -> Self {
        let over = Rc::new(Cell::new(false));
        let mut reader = Reader::from_reader(Metered {
            from: BufReader::with_capacity(1 << 16, from),
            size,
            left,
            piece: 0,
            over: over.clone(),
        });
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = false;
        Self {
            reader,
            buffer: Vec::new(),
            over,
        }
    }

    /// XML that is at hand, for fuzzing.
    pub(super) fn of(bytes: &'z [u8]) -> Self {
        let left = Rc::new(Cell::new(INFLATED_MAX));
        Self::new(Box::new(bytes), bytes.len() as u64, left)
    }

    /// The next event.
    ///
    /// # Errors
    /// [`FileProblem::Inflates`] beyond a limit, [`FileProblem::Damaged`] for what is no XML.
    pub(super) fn next(&mut self) -> Result<Event<'_>, FileProblem> {
        self.buffer.clear();
        self.reader.get_mut().piece = 0;
        let over = self.over.clone();
        self.reader.read_event_into(&mut self.buffer).map_err(|_| {
            if over.get() {
                FileProblem::Inflates
            } else {
                FileProblem::Damaged
            }
        })
    }
}

/// Counts what is inflated.
struct Metered<'z> {
    from: BufReader<Box<dyn Read + 'z>>,
    size: u64,
    left: Rc<Cell<u64>>,
    piece: usize,
    over: Rc<Cell<bool>>,
}

impl Metered<'_> {
    fn stop(&self) -> io::Error {
        self.over.set(true);
        io::ErrorKind::FileTooLarge.into()
    }
}

impl Read for Metered<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let n = ready.len().min(into.len());
        into[..n].copy_from_slice(&ready[..n]);
        self.consume(n);
        Ok(n)
    }
}

impl BufRead for Metered<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.piece > PIECE_MAX {
            return Err(self.stop());
        }
        let ready = self.from.fill_buf()?.len() as u64;
        if ready > self.size || ready > self.left.get() {
            return Err(self.stop());
        }
        // Asked again because the borrow above has to end before `stop`.
        self.from.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        self.from.consume(n);
        self.size = self.size.saturating_sub(n as u64);
        self.left.set(self.left.get().saturating_sub(n as u64));
        self.piece = self.piece.saturating_add(n);
    }
}
