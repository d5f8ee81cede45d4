//! The tags of all token files of a round, in memory while they are few, else in a folder for work.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use crate::matching::join::disk::Source;
use crate::round::tokens::Tag;

/// Tags that are held in memory at most: those of a million persons with 64 each take half a
/// gigabyte, and the join as much again.
pub(super) const IN_MEMORY: usize = 1 << 26;

/// Tags that are being collected, row by row.
pub(super) struct TagWriter<'w> {
    work: &'w Path,
    in_memory: usize,
    held: Vec<u64>,
    file: Option<BufWriter<File>>,
    written: u64,
}

impl<'w> TagWriter<'w> {
    /// Holds up to `in_memory` tags, and writes them to a file in `work` if there are more.
    pub fn new(work: &'w Path, in_memory: usize) -> Self {
        Self {
            work,
            in_memory,
            held: Vec::new(),
            file: None,
            written: 0,
        }
    }

    pub fn add(&mut self, tags: &[Tag]) -> io::Result<()> {
        if self.file.is_none() && self.held.len() + tags.len() <= self.in_memory {
            self.held
                .extend(tags.iter().map(|t| u64::from_be_bytes(*t)));
            return Ok(());
        }
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let mut options = OpenOptions::new();
                options.read(true).write(true).create_new(true);
                #[cfg(unix)]
                std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
                let file = options.open(self.work.join("rows"))?;
                let file = self.file.insert(BufWriter::with_capacity(1 << 20, file));
                for tag in std::mem::take(&mut self.held) {
                    file.write_all(&tag.to_be_bytes())?;
                    self.written += 1;
                }
                file
            }
        };
        self.written += tags.len() as u64;
        file.write_all(tags.as_flattened())
    }

    /// The tags, so many for each person.
    pub fn finish(self, per_person: usize) -> io::Result<Tags> {
        let (rows, count) = match self.file {
            None => {
                let count = self.held.len() as u64;
                (Rows::Memory(self.held), count)
            }
            Some(file) => {
                let file = file.into_inner().map_err(|e| e.into_error())?;
                (Rows::Disk(file), self.written)
            }
        };
        let persons = count.checked_div(per_person as u64).unwrap_or(0);
        Ok(Tags {
            rows,
            per_person,
            persons: usize::try_from(persons).map_err(|_| io::ErrorKind::FileTooLarge)?,
        })
    }
}

enum Rows {
    Memory(Vec<u64>),
    Disk(File),
}

/// The tags of all rows.
pub(super) struct Tags {
    rows: Rows,
    per_person: usize,
    persons: usize,
}

impl Tags {
    /// All of them, if they are in memory.
    pub fn held(&self) -> Option<&[u64]> {
        match &self.rows {
            Rows::Memory(tags) => Some(tags),
            Rows::Disk(_) => None,
        }
    }
}

impl Source for Tags {
    fn persons(&self) -> usize {
        self.persons
    }

    fn per_person(&self) -> usize {
        self.per_person
    }

    fn read(&self, first: usize, tags: &mut [u64]) -> io::Result<()> {
        let start = first * self.per_person;
        match &self.rows {
            Rows::Memory(all) => {
                let own = all.get(start..start + tags.len());
                tags.copy_from_slice(own.ok_or(io::ErrorKind::UnexpectedEof)?);
            }
            Rows::Disk(file) => {
                let mut bytes = vec![Tag::default(); tags.len()];
                read_at(file, bytes.as_flattened_mut(), start as u64 * 8)?;
                for (tag, bytes) in tags.iter_mut().zip(bytes) {
                    *tag = u64::from_be_bytes(bytes);
                }
            }
        }
        Ok(())
    }
}

#[cfg(unix)]
fn read_at(file: &File, out: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, out, at)
}

#[cfg(windows)]
fn read_at(file: &File, mut out: &mut [u8], mut at: u64) -> io::Result<()> {
    while !out.is_empty() {
        let n = std::os::windows::fs::FileExt::seek_read(file, out, at)?;
        if n == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        out = out.get_mut(n..).unwrap_or_default();
        at += n as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_and_disk_give_the_same_rows() {
        let work = tempfile::tempdir().unwrap();
        let tags: Vec<Tag> = (0..60u64).map(|i| (i * i).to_be_bytes()).collect();
        for in_memory in [0, 1, 19, 20, 59, 60] {
            let mut writer = TagWriter::new(work.path(), in_memory);
            for part in tags.chunks(20) {
                writer.add(part).unwrap();
            }
            let read = writer.finish(4).unwrap();
            assert_eq!((read.persons(), read.per_person()), (15, 4));
            assert_eq!(read.held().is_some(), in_memory == 60);
            for (first, n) in [(0, 15), (3, 1), (14, 1), (7, 5)] {
                let mut own = vec![0; n * 4];
                read.read(first, &mut own).unwrap();
                let expected: Vec<u64> = (first * 4..(first + n) * 4)
                    .map(|i| (i * i) as u64)
                    .collect();
                assert_eq!(own, expected, "{in_memory}");
            }
            assert!(read.read(15, &mut [0]).is_err());
            let _ = std::fs::remove_file(work.path().join("rows"));
        }
    }
}
