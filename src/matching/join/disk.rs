//! The join with partitions on disk (manual: *matching*, "Join"): memory does not grow with the
//! number of tags.
//!
//! Tags with their persons are dealt out to files by leading bits, the meetings of each file to
//! files by their earlier person, and those are sorted and counted one after the other. The files
//! hold tags and numbers of persons, nothing else. They are made in a folder of the caller's, which
//! ought to be private, and are gone when the join returns, whatever it returns.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;

use super::{Candidate, Entry, Filter, Found, Frequent, allowed, candidates, settle, sizes};

/// Where tags come from.
pub trait Source: Sync {
    /// Number of persons, below 2³².
    fn persons(&self) -> usize;

    /// Tags of each person.
    fn per_person(&self) -> usize;

    /// The tags of consecutive persons, into as many places.
    ///
    /// # Errors
    /// What reading says.
    fn read(&self, first: usize, tags: &mut [u64]) -> io::Result<()>;
}

/// Tags that are in memory.
#[derive(Debug, Clone, Copy)]
pub struct InMemory<'a> {
    /// The tags, person by person.
    pub tags: &'a [u64],
    /// Tags of each person.
    pub per_person: usize,
}

impl Source for InMemory<'_> {
    fn persons(&self) -> usize {
        self.tags.len().checked_div(self.per_person).unwrap_or(0)
    }

    fn per_person(&self) -> usize {
        self.per_person
    }

    fn read(&self, first: usize, tags: &mut [u64]) -> io::Result<()> {
        let start = first * self.per_person;
        let own = self.tags.get(start..start + tags.len());
        tags.copy_from_slice(own.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

/// How the work is cut. No result depends on it.
#[derive(Debug, Clone, Copy)]
pub struct Cut {
    /// Leading bits by which tags are dealt out; one file for each of their values.
    pub tag_bits: u32,
    /// Files of meetings.
    pub meeting_files: usize,
    /// Persons that are dealt out together.
    pub block: usize,
    /// Most items of a file that are held at once, by each core.
    pub load: usize,
}

impl Cut {
    /// What suits a number of tags: at most 64 + 64 + 32 files, 400 MB for each core.
    pub fn of(entries: u64) -> Self {
        Self {
            tag_bits: entries.max(1).ilog2().saturating_sub(21).min(6),
            meeting_files: 32,
            block: 4096,
            load: 1 << 24,
        }
    }
}

/// What was found, beside the candidates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Number of candidates.
    pub candidates: u64,
    /// The tags that were left out, in ascending order.
    pub frequent: Vec<Frequent>,
    /// Bytes that were written to partitions.
    pub written: u64,
}

/// Gives all pairs of persons of different sites who share a tag to `sink`, in ascending order, as
/// [`super::join`] finds them.
///
/// # Errors
/// What the files or `sink` say; [`io::ErrorKind::InvalidInput`] for more than 2³² persons or fewer
/// sites than persons. No file is left behind.
pub fn join(
    source: &impl Source,
    site_of: &[u32],
    most: usize,
    folder: &Path,
    sink: impl FnMut(Candidate) -> io::Result<()>,
) -> io::Result<Summary> {
    let entries = source.persons() as u64 * source.per_person() as u64;
    join_cut(Cut::of(entries), source, site_of, most, folder, sink)
}

/// [`join`], cut in another way.
///
/// # Errors
/// As [`join`].
pub fn join_cut(
    cut: Cut,
    source: &impl Source,
    site_of: &[u32],
    most: usize,
    folder: &Path,
    mut sink: impl FnMut(Candidate) -> io::Result<()>,
) -> io::Result<Summary> {
    let (persons, per) = (source.persons(), source.per_person());
    if u32::try_from(persons).is_err() || site_of.len() < persons {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    if persons == 0 || per == 0 {
        return Ok(Summary::default());
    }
    let files = 1usize << cut.tag_bits;
    let tags: Parts<TAG> = Parts::new(folder, "tags", files);
    let shift = 63 - cut.tag_bits;
    let blocks = persons.div_ceil(cut.block);
    (0..blocks).into_par_iter().try_for_each(|block| {
        let first = block * cut.block;
        let mut own = vec![0u64; (persons - first).min(cut.block) * per];
        source.read(first, &mut own)?;
        let person = |i: usize| (first + i / per) as u32;
        let items = own.iter().enumerate().map(|(i, t)| (*t, person(i)));
        tags.deal(
            items.clone().map(|(t, _)| (t >> 1 >> shift) as usize),
            items.map(pack),
        )
    })?;

    // Meetings by their earlier person, so that the files in order are the candidates in order.
    let meetings: Parts<MEETING> = Parts::new(folder, "meetings", cut.meeting_files);
    let of_file = persons.div_ceil(cut.meeting_files).max(1) as u64;
    let keep = |pairs: &[u64]| {
        let file = pairs.iter().map(|p| ((p >> 32) / of_file) as usize);
        meetings.deal(file, pairs.iter().map(|p| p.to_be_bytes()))
    };
    let large: Parts<TAG> = Parts::new(folder, "large", files);
    let found: Vec<(u64, Vec<usize>)> = (0..files)
        .into_par_iter()
        .map(|file| {
            let (mut small, mut many) = (0, Vec::new());
            let first = (file as u64) << 1 << shift;
            let last = first | u64::MAX >> cut.tag_bits;
            tags.pieces(file, first..=last, cut.load, &mut |bytes, keys| {
                let mut found = Found::default();
                let some = repeated(bytes, keys, cut.tag_bits);
                found.take(&some, site_of, most);
                keep(&found.pairs)?;
                small += found.small;
                many.extend(sizes(&found.large));
                let own = found.large.iter().map(|e| pack(*e));
                large.deal(found.large.iter().map(|_| file), own)
            })?;
            tags.forget(file)?;
            Ok((small, many))
        })
        .collect::<io::Result<_>>()?;
    let small = found.iter().map(|f| f.0).sum();
    let mut many: Vec<usize> = found.into_iter().flat_map(|f| f.1).collect();
    let mut summary = Summary::default();
    if !many.is_empty() {
        let allowed = allowed((persons * per) as u64, most, small, &mut many);
        for file in 0..files {
            let mut group: Vec<Entry> = Vec::new();
            let mut end = |group: &mut Vec<Entry>| {
                let mut pairs = Vec::new();
                settle(group, allowed, site_of, &mut pairs, &mut summary.frequent);
                group.clear();
                keep(&pairs)
            };
            // In the order in which they were written: groups are whole and one behind the other.
            large.stream(file, &mut |item| {
                let entry = unpack(item);
                if group.last().is_some_and(|g| g.0 != entry.0) {
                    end(&mut group)?;
                }
                group.push(entry);
                Ok(())
            })?;
            end(&mut group)?;
        }
        summary.frequent.sort_unstable();
    }
    summary.written = tags.written() + large.written() + meetings.written();
    drop((tags, large));

    for file in 0..cut.meeting_files {
        let from = |file: usize| (file as u64 * of_file).saturating_mul(1 << 32);
        let (first, last) = (from(file), from(file + 1) - 1);
        // A meeting is never divided, so the count of a pair is whole in each piece.
        meetings.pieces(file, first..=last, cut.load, &mut |bytes, keys| {
            let all = bytes.as_chunks::<MEETING>().0.par_iter();
            let mut all: Vec<u64> = all
                .map(|m| u64::from_be_bytes(*m))
                .filter(|m| keys.contains(m))
                .collect();
            all.par_sort_unstable();
            for candidate in candidates(&all) {
                summary.candidates += 1;
                sink(candidate)?;
            }
            Ok(())
        })?;
        meetings.forget(file)?;
    }
    Ok(summary)
}

/// Bytes of a tag with its person.
const TAG: usize = 12;
/// Bytes of a meeting.
const MEETING: usize = 8;

fn pack((tag, person): Entry) -> [u8; TAG] {
    let mut out = [0; TAG];
    out[..8].copy_from_slice(&tag.to_be_bytes());
    out[8..].copy_from_slice(&person.to_be_bytes());
    out
}

fn unpack(item: &[u8; TAG]) -> Entry {
    let [a, b, c, d, e, f, g, h, i, j, k, l] = *item;
    (
        u64::from_be_bytes([a, b, c, d, e, f, g, h]),
        u32::from_be_bytes([i, j, k, l]),
    )
}

/// The entries whose tag may be there twice, in ascending order, each once: dealt out once more, in
/// memory, so that the filter of what is looked at together stays near its core.
fn repeated(bytes: &[u8], keys: &RangeInclusive<u64>, bits: u32) -> Vec<Entry> {
    let items = bytes.as_chunks::<TAG>().0;
    let more_bits = items.len().max(1).ilog2().saturating_sub(14).min(10);
    let entries = || items.iter().map(unpack).filter(|e| keys.contains(&e.0));
    let range = |e: &Entry| (e.0 << bits >> 1 >> (63 - more_bits)) as usize;
    let mut ends = vec![0usize; 1 << more_bits];
    entries().for_each(|e| ends[range(&e)] += 1);
    let mut start = 0;
    for end in &mut ends {
        start += std::mem::replace(end, start);
    }
    let mut dealt = vec![[0u8; TAG]; start];
    entries().for_each(|e| {
        let end = &mut ends[range(&e)];
        dealt[*end] = pack(e);
        *end += 1;
    });
    let mut filter = Filter::default();
    let (mut all, mut some, mut start) = (Vec::new(), Vec::new(), 0);
    for end in ends {
        let own = || dealt[start..end].iter().map(unpack);
        filter.start(end - start, 64);
        own().for_each(|e| filter.see(e.0 << bits << more_bits));
        some.clear();
        some.extend(own().filter(|e| filter.more(e.0 << bits << more_bits)));
        some.sort_unstable();
        some.dedup();
        all.append(&mut some);
        start = end;
    }
    all
}

/// What takes a piece of a file: its bytes, and the range of keys that counts.
type TakePiece<'a> = dyn FnMut(&[u8], &RangeInclusive<u64>) -> io::Result<()> + 'a;

/// Files of items of `N` bytes, each with its key in front. They go with the value.
struct Parts<const N: usize> {
    files: Vec<Part>,
}

struct Part {
    path: PathBuf,
    /// The file, once something was written, and how many bytes.
    file: Mutex<(Option<File>, u64)>,
}

impl Part {
    fn lock(&self) -> MutexGuard<'_, (Option<File>, u64)> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // A file that was never made is somebody else's, if there is one.
        if self.lock().0.is_some() {
            // One that is gone already is as good.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl<const N: usize> Parts<N> {
    fn new(folder: &Path, name: &str, files: usize) -> Self {
        let part = |i| Part {
            path: folder.join(format!("{name}-{i:03}")),
            file: Mutex::default(),
        };
        Self {
            files: (0..files).map(part).collect(),
        }
    }

    fn written(&self) -> u64 {
        self.files.iter().map(|p| p.lock().1).sum()
    }

    /// Appends each item to the file whose number goes with it.
    fn deal(
        &self,
        file: impl Iterator<Item = usize> + Clone,
        items: impl Iterator<Item = [u8; N]>,
    ) -> io::Result<()> {
        let mut ends = vec![0usize; self.files.len()];
        let mut count = 0;
        for f in file.clone() {
            ends[f] += 1;
            count += 1;
        }
        let mut start = 0;
        for end in &mut ends {
            start += std::mem::replace(end, start);
        }
        let mut dealt = vec![[0u8; N]; count];
        for (f, item) in file.zip(items) {
            dealt[ends[f]] = item;
            ends[f] += 1;
        }
        let mut start = 0;
        for (part, end) in self.files.iter().zip(ends) {
            if end > start {
                let bytes = dealt[start..end].as_flattened();
                let mut own = part.lock();
                let file = match &mut own.0 {
                    Some(file) => file,
                    None => {
                        let mut options = OpenOptions::new();
                        options.read(true).write(true).create_new(true);
                        #[cfg(unix)]
                        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
                        own.0.insert(options.open(&part.path)?)
                    }
                };
                file.write_all(bytes)?;
                own.1 += bytes.len() as u64;
            }
            start = end;
        }
        Ok(())
    }

    /// Gives a file to `take` in pieces with ascending ranges of keys, which end at the ends of keys:
    /// all bytes of the file, and the range of keys that counts in them. A file of more than `load`
    /// items is read several times.
    fn pieces(
        &self,
        file: usize,
        keys: RangeInclusive<u64>,
        load: usize,
        take: &mut TakePiece<'_>,
    ) -> io::Result<()> {
        let Some(part) = self.files.get(file) else {
            return Ok(());
        };
        let mut count = 0usize;
        let len = part.lock().1;
        if len <= (load * N) as u64 {
            let mut bytes = Vec::with_capacity(len as usize);
            self.stream_blocks(file, &mut |block| {
                bytes.extend_from_slice(block);
                Ok(())
            })?;
            return if bytes.is_empty() {
                Ok(())
            } else {
                take(&bytes, &keys)
            };
        }
        let key = |item: &[u8; N]| {
            let first = item.first_chunk::<8>();
            first.map_or(0, |k| u64::from_be_bytes(*k))
        };
        self.stream(file, &mut |item| {
            count += usize::from(keys.contains(&key(item)));
            Ok(())
        })?;
        if count > load && keys.start() < keys.end() {
            let middle = keys.start() + (keys.end() - keys.start()) / 2;
            self.pieces(file, *keys.start()..=middle, load, take)?;
            return self.pieces(file, middle + 1..=*keys.end(), load, take);
        }
        if count == 0 {
            return Ok(());
        }
        let mut bytes = Vec::with_capacity(count * N);
        self.stream(file, &mut |item| {
            if keys.contains(&key(item)) {
                bytes.extend_from_slice(item);
            }
            Ok(())
        })?;
        take(&bytes, &keys)
    }

    /// Gives the items of a file to `take`, in the order in which they were written.
    fn stream(
        &self,
        file: usize,
        take: &mut dyn FnMut(&[u8; N]) -> io::Result<()>,
    ) -> io::Result<()> {
        self.stream_blocks(file, &mut |block| {
            block.as_chunks::<N>().0.iter().try_for_each(&mut *take)
        })
    }

    fn stream_blocks(
        &self,
        file: usize,
        take: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let Some(part) = self.files.get(file) else {
            return Ok(());
        };
        let mut own = part.lock();
        let mut rest = own.1;
        let Some(file) = &mut own.0 else {
            return Ok(());
        };
        file.seek(SeekFrom::Start(0))?;
        let mut block = vec![0u8; N << 16];
        while rest > 0 {
            let n = rest.min(block.len() as u64) as usize;
            file.read_exact(&mut block[..n])?;
            take(&block[..n])?;
            rest -= n as u64;
        }
        Ok(())
    }

    /// Gives the room of a file back.
    fn forget(&self, file: usize) -> io::Result<()> {
        let Some(part) = self.files.get(file) else {
            return Ok(());
        };
        match &part.lock().0 {
            Some(file) => file.set_len(0),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Case, cases, hostile};
    use super::*;
    use crate::matching::join::Joined;
    use crate::matching::reference;

    fn on_disk(cut: Cut, case: &Case) -> Joined {
        let folder = tempfile::tempdir().unwrap();
        let mut pairs = Vec::new();
        let source = InMemory {
            tags: &case.tags,
            per_person: case.per_person,
        };
        let found = join_cut(cut, &source, &case.site_of, case.most, folder.path(), |c| {
            pairs.push(c);
            Ok(())
        });
        let found = found.unwrap();
        assert_eq!(found.candidates, pairs.len() as u64);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        Joined {
            pairs,
            frequent: found.frequent,
        }
    }

    fn check(cut: Cut, case: &Case) {
        let expected = reference::join(&case.tags, case.per_person, &case.site_of, case.most);
        assert_eq!(on_disk(cut, case), expected, "{cut:?} {case:?}");
    }

    fn small_cuts() -> Vec<Cut> {
        let mut cuts = vec![Cut::of(0), Cut::of(1 << 40)];
        for (tag_bits, meeting_files, block, load) in
            [(0, 1, 1, 1), (1, 2, 3, 2), (3, 5, 2, 7), (5, 64, 1000, 1)]
        {
            cuts.push(Cut {
                tag_bits,
                meeting_files,
                block,
                load,
            });
        }
        cuts
    }

    #[test]
    fn every_cut_gives_what_the_reference_gives() {
        for case in cases() {
            for cut in small_cuts() {
                check(cut, &case);
            }
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
        #[test]
        fn equals_the_reference(
            case in hostile(),
            tag_bits in 0u32..5, meeting_files in 1usize..9, block in 1usize..9, load in 1usize..40,
        ) {
            check(Cut { tag_bits, meeting_files, block, load }, &case);
        }
    }

    #[test]
    fn nothing_is_left_behind_by_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let tags = [7u64; 8];
        let source = InMemory {
            tags: &tags,
            per_person: 2,
        };
        let sites = [0, 1, 2, 3];
        let stop = |_| Err(io::ErrorKind::StorageFull.into());
        let e = join(&source, &sites, 8, folder.path(), stop).unwrap_err();
        assert_eq!(e.kind(), io::ErrorKind::StorageFull);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);

        struct Broken;
        impl Source for Broken {
            fn persons(&self) -> usize {
                10_000
            }
            fn per_person(&self) -> usize {
                4
            }
            fn read(&self, first: usize, _: &mut [u64]) -> io::Result<()> {
                match first {
                    0 => Ok(()),
                    _ => Err(io::ErrorKind::UnexpectedEof.into()),
                }
            }
        }
        let e = join(&Broken, &vec![0; 10_000], 8, folder.path(), |_| Ok(())).unwrap_err();
        assert_eq!(e.kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let e = join(&source, &sites[..3], 8, folder.path(), |_| Ok(())).unwrap_err();
        assert_eq!(e.kind(), io::ErrorKind::InvalidInput);
        // A file that is there already is somebody else's, and stays.
        std::fs::write(folder.path().join("tags-000"), "x").unwrap();
        assert!(join(&source, &sites, 8, folder.path(), |_| Ok(())).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
