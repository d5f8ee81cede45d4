//! Candidates in the order of their shared tags, most first, by way of a file for each number: however
//! many candidates there are, they need no memory.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use crate::matching::join::Candidate;

/// Bytes that are buffered for each number of shared tags.
const BUFFER: usize = 64 * 1024;

/// Candidates that are being put in order.
pub(super) struct Ranked<'w> {
    work: &'w Path,
    files: BTreeMap<u16, BufWriter<File>>,
}

impl<'w> Ranked<'w> {
    pub fn new(work: &'w Path) -> Self {
        Self {
            work,
            files: BTreeMap::new(),
        }
    }

    /// Takes the next candidate. Those with as many shared tags stay in the order in which they come.
    pub fn add(&mut self, candidate: Candidate) -> io::Result<()> {
        let file = match self.files.entry(candidate.shared) {
            std::collections::btree_map::Entry::Occupied(o) => o.into_mut(),
            std::collections::btree_map::Entry::Vacant(v) => {
                let mut options = OpenOptions::new();
                options.read(true).write(true).create_new(true);
                #[cfg(unix)]
                std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
                let path = self.work.join(format!("shared-{:05}", candidate.shared));
                v.insert(BufWriter::with_capacity(BUFFER, options.open(path)?))
            }
        };
        let pair = u64::from(candidate.a) << 32 | u64::from(candidate.b);
        file.write_all(&pair.to_be_bytes())
    }

    /// Gives all pairs to `take`, those with most shared tags first.
    pub fn each(self, mut take: impl FnMut(u32, u32)) -> io::Result<()> {
        let mut block = vec![[0u8; 8]; BUFFER];
        for (_, file) in self.files.into_iter().rev() {
            let mut file = file.into_inner().map_err(|e| e.into_error())?;
            let mut left = file.stream_position()? / 8;
            file.seek(SeekFrom::Start(0))?;
            while left > 0 {
                let n = usize::try_from(left).map_or(BUFFER, |n| n.min(BUFFER));
                let block = block.get_mut(..n).unwrap_or_default();
                file.read_exact(block.as_flattened_mut())?;
                for pair in block {
                    let pair = u64::from_be_bytes(*pair);
                    take((pair >> 32) as u32, pair as u32);
                }
                left -= n as u64;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_shared_first_then_as_they_came() {
        let work = tempfile::tempdir().unwrap();
        let mut ranked = Ranked::new(work.path());
        let mut all: Vec<Candidate> = (0..200_000u32)
            .map(|i| Candidate {
                a: i / 7,
                b: i,
                shared: (i % 5 * i % 3) as u16 + 1,
            })
            .collect();
        for c in &all {
            ranked.add(*c).unwrap();
        }
        all.sort_by_key(|c| (std::cmp::Reverse(c.shared), c.a, c.b));
        let mut found = Vec::new();
        ranked.each(|a, b| found.push((a, b))).unwrap();
        assert_eq!(found, all.iter().map(|c| (c.a, c.b)).collect::<Vec<_>>());
    }
}
