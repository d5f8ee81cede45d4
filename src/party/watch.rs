//! How far long work is, for whoever waits.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Reading files; counted in bytes.
    Reading,
    /// Looking for pairs; counted in persons.
    Pairing,
}

/// Is told what is being done, how much of it is done, and how much there is.
pub type Watcher = Arc<dyn Fn(Work, u64, u64) + Send + Sync>;

/// The reading of several files.
pub(crate) struct Reading {
    done: AtomicU64,
    total: u64,
    watcher: Option<Watcher>,
}

impl Reading {
    pub fn new(total: u64, watcher: Option<Watcher>) -> Arc<Self> {
        Arc::new(Self {
            done: AtomicU64::new(0),
            total,
            watcher,
        })
    }

    fn add(&self, bytes: usize) {
        let Some(watcher) = &self.watcher else { return };
        let bytes = bytes as u64;
        let done = self.done.fetch_add(bytes, Ordering::Relaxed) + bytes;
        // What is read a second time was counted already.
        if done <= self.total {
            watcher(Work::Reading, done, self.total);
        }
    }
}

/// A file whose reading is told.
pub(crate) struct Watched {
    file: File,
    reading: Arc<Reading>,
}

impl Watched {
    pub fn new(file: File, reading: &Arc<Reading>) -> Self {
        Self {
            file,
            reading: Arc::clone(reading),
        }
    }
}

impl Read for Watched {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(out)?;
        self.reading.add(n);
        Ok(n)
    }
}

impl Seek for Watched {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn reading_is_told_to_its_end_and_no_further() {
        let tmp = tempfile::tempdir().unwrap();
        let path = tmp.path().join("file");
        std::fs::write(&path, [7; 10]).unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&told);
        let watcher: Watcher = Arc::new(move |work, done, total| {
            heard.lock().unwrap().push((work, done, total));
        });
        let reading = Reading::new(20, Some(watcher));
        for _ in 0..3 {
            let mut file = Watched::new(File::open(&path).unwrap(), &reading);
            io::copy(&mut file, &mut io::sink()).unwrap();
        }
        let told = told.lock().unwrap();
        assert!(
            told.iter()
                .all(|(work, _, of)| (*work, *of) == (Work::Reading, 20))
        );
        assert_eq!(told.iter().map(|t| t.1).max(), Some(20));
    }
}
