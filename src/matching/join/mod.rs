//! All equal tags across sites (manual: *matching*, "Join"; figures in *cost*).
//!
//! Nearly every tag stands alone, so most of the work is to leave those out: the tags are dealt out
//! by their leading bits, two bits for each of many slots tell which tags of a range may be there
//! twice, and only those are sorted. No tag costs an allocation. [`join`] works in memory and holds
//! as much again as the tags and what it finds; [`join_held`] gives up when that becomes much;
//! [`disk`] does the same with partitions on disk.

pub mod disk;

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

/// Two persons of different sites who share a tag; `a < b` are places in the joined file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// The earlier handle.
    pub a: u32,
    /// The later handle.
    pub b: u32,
    /// Number of tags that both have.
    pub shared: u16,
}

/// A tag that more persons have than is allowed. It makes no candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Frequent {
    /// The tag.
    pub tag: u64,
    /// How many persons have it.
    pub persons: usize,
}

/// What the join found, in ascending order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Joined {
    /// The candidate pairs.
    pub pairs: Vec<Candidate>,
    /// The tags that were left out.
    pub frequent: Vec<Frequent>,
}

/// Persons with one tag, above which it makes no candidates: a person is at each site once, and
/// unrelated persons meet rarely, so an honest tag stays below the number of sites and a few.
pub fn most_persons(sites: usize) -> usize {
    sites.saturating_add(8)
}

/// Meetings that a round may have for each of its tags. Files that repeat tags among each other
/// could make many more; then the tags that most persons have are left out first.
pub const MEETINGS_PER_TAG: u64 = 4;

/// Persons with one tag that can never be too many: k persons are (k − 1) / 2 meetings for each
/// of their tags. So a person at up to this many sites is found whatever others put into theirs.
pub const ALWAYS: usize = 2 * MEETINGS_PER_TAG as usize + 1;

/// Pairs among so many persons.
pub(super) fn meetings(persons: usize) -> u64 {
    let n = persons as u64;
    n * n.saturating_sub(1) / 2
}

/// Most persons of a tag that still makes candidates: the largest number up to `most` with which
/// all tags together stay within [`MEETINGS_PER_TAG`]. `large` are the sizes of the groups of more
/// than [`ALWAYS`] persons, `small` is the number of meetings in all others.
fn allowed(entries: u64, most: usize, small: u64, large: &mut [usize]) -> usize {
    if most <= ALWAYS {
        return most;
    }
    let budget = entries.saturating_mul(MEETINGS_PER_TAG);
    let mut sum = small;
    large.sort_unstable();
    for size in large.iter().copied() {
        if size > most {
            break;
        }
        sum = sum.saturating_add(meetings(size));
        if sum > budget {
            // All tags of this size go, or none.
            return size - 1;
        }
    }
    most
}

/// How the work is cut.
#[derive(Debug, Clone, Copy)]
struct Shape {
    /// Leading bits by which tags are dealt out.
    bits: u32,
    /// Persons that are dealt out together, at most 2^bits: a person's number within its block takes
    /// the place of the leading bits of its tags, and no bit of a tag is lost.
    block: usize,
}

impl Shape {
    /// Tags of a range, about: its filter stays near its core.
    const RANGE_BITS: u32 = 14;
    /// Tags of a block at most: 1 MiB, which stays near its core while they are dealt out.
    const BLOCK_TAGS: usize = 1 << 17;

    /// What suits a number of tags.
    fn of(entries: usize, per_person: usize) -> Self {
        let bits = entries.max(1).ilog2().saturating_sub(Self::RANGE_BITS);
        Self::new(bits.clamp(4, 12), Self::BLOCK_TAGS / per_person.max(1))
    }

    fn new(bits: u32, block: usize) -> Self {
        let block = block.clamp(1, 1 << bits);
        Self { bits, block }
    }

    /// The range of a tag.
    fn range(self, tag: u64) -> usize {
        (tag >> 1 >> (63 - self.bits)) as usize
    }

    /// The bits of a dealt tag that number the person in its block.
    fn mask(self) -> u64 {
        (1 << self.bits) - 1
    }

    /// The tag of a range with these bits behind the leading ones.
    fn tag(self, range: usize, rest: u64) -> u64 {
        rest >> self.bits | (range as u64) << 1 << (63 - self.bits)
    }
}

/// Which keys may be there twice: a counter of two bits, *none, one, more*, for each of at least
/// thirty-two slots a key. Keys are told apart by their leading bits.
#[derive(Default)]
struct Filter {
    counters: Vec<u8>,
    shift: u32,
}

impl Filter {
    /// Starts anew, in the same memory, for `keys` keys of which the leading `useful` bits differ.
    fn start(&mut self, keys: usize, useful: u32) {
        let bits = (keys.max(1).ilog2() + 6).min(useful).clamp(2, 34);
        self.counters.clear();
        self.counters.resize(1 << (bits - 2), 0);
        self.shift = 64 - bits;
    }

    fn see(&mut self, key: u64) {
        let slot = key >> self.shift;
        let at = (slot & 3) * 2;
        if let Some(byte) = self.counters.get_mut((slot >> 2) as usize) {
            let had = *byte >> at & 1;
            *byte |= (had << 1 | 1) << at;
        }
    }

    fn more(&self, key: u64) -> bool {
        let slot = key >> self.shift;
        let byte = self.counters.get((slot >> 2) as usize);
        byte.is_some_and(|b| b >> ((slot & 3) * 2) & 2 != 0)
    }
}

/// A tag and the person who has it.
type Entry = (u64, u32);

/// What a range of tags comes to.
#[derive(Default)]
struct Found {
    /// Pairs that share a tag, once for each tag.
    pairs: Vec<u64>,
    /// Meetings of groups up to [`ALWAYS`], those within a site too.
    small: u64,
    /// The groups above, to be settled when all are known.
    large: Vec<Entry>,
}

impl Found {
    /// Takes entries in ascending order, each once.
    fn take(&mut self, entries: &[Entry], site_of: &[u32], most: usize) {
        for group in entries.chunk_by(|x, y| x.0 == y.0).filter(|g| g.len() > 1) {
            if group.len() > most.min(ALWAYS) {
                self.large.extend_from_slice(group);
            } else {
                self.small += meetings(group.len());
                meet(group, site_of, &mut self.pairs);
            }
        }
    }
}

/// All pairs of a group that are of different sites.
fn meet(group: &[Entry], site_of: &[u32], out: &mut Vec<u64>) {
    for (i, (_, a)) in group.iter().enumerate() {
        for (_, b) in &group[i + 1..] {
            if site_of[*a as usize] != site_of[*b as usize] {
                out.push(u64::from(*a) << 32 | u64::from(*b));
            }
        }
    }
}

/// Sizes of the groups of entries in ascending order.
fn sizes(entries: &[Entry]) -> impl Iterator<Item = usize> {
    entries.chunk_by(|x, y| x.0 == y.0).map(<[Entry]>::len)
}

/// Lets the large groups of at most `allowed` persons meet and names the others.
fn settle(
    large: &[Entry],
    allowed: usize,
    site_of: &[u32],
    out: &mut Vec<u64>,
    frequent: &mut Vec<Frequent>,
) {
    for group in large.chunk_by(|x, y| x.0 == y.0) {
        if group.len() <= allowed {
            meet(group, site_of, out);
        } else {
            frequent.push(Frequent {
                tag: group[0].0,
                persons: group.len(),
            });
        }
    }
}

/// The candidates of sorted meetings.
fn candidates(sorted: &[u64]) -> impl Iterator<Item = Candidate> {
    sorted.chunk_by(|x, y| x == y).map(|same| Candidate {
        a: (same[0] >> 32) as u32,
        b: same[0] as u32,
        shared: u16::try_from(same.len()).unwrap_or(u16::MAX),
    })
}

/// Finds all pairs of persons of different sites who share a tag. `tags` holds `per_person` tags
/// for each person, `site_of` the site of each; persons are numbered by their place, and are fewer
/// than 2³². A tag that more than `most` persons have makes no pairs, nor do the most frequent ones
/// if together they would make more than [`MEETINGS_PER_TAG`] meetings a tag. Takes 16 bytes for each
/// tag and 16 for each meeting.
pub fn join(tags: &[u64], per_person: usize, site_of: &[u32], most: usize) -> Joined {
    let shape = Shape::of(tags.len(), per_person);
    cut(shape, tags, per_person, site_of, most, u64::MAX).unwrap_or_default()
}

/// Meetings that [`join_held`] holds, however few tags there are.
const HELD_MIN: u64 = 1 << 20;

/// [`join`], or nothing if there are more meetings than half of the tags: files that repeat tags among
/// each other can make many times more, and [`disk::join`] has room for them. Takes 32 bytes for each
/// tag at most.
pub fn join_held(tags: &[u64], per_person: usize, site_of: &[u32], most: usize) -> Option<Joined> {
    let shape = Shape::of(tags.len(), per_person);
    let room = (tags.len() as u64 / 2).max(HELD_MIN);
    cut(shape, tags, per_person, site_of, most, room)
}

/// Deals out a block of tags: what is left of a tag behind the bits of its range, and the number of
/// its person in the block. `ends` says where each range ends.
fn deal(shape: Shape, tags: &[u64], per_person: usize, dealt: &mut [u64], ends: &mut [u32]) {
    for t in tags {
        ends[shape.range(*t)] += 1;
    }
    let mut start = 0;
    for end in ends.iter_mut() {
        start += std::mem::replace(end, start);
    }
    for (person, own) in (0u64..).zip(tags.chunks_exact(per_person)) {
        for t in own {
            let end = &mut ends[shape.range(*t)];
            dealt[*end as usize] = t << shape.bits | person;
            *end += 1;
        }
    }
}

/// All tags, ordered by block and range.
struct Dealt {
    shape: Shape,
    tags: Vec<u64>,
    /// Where each range of each block ends.
    ends: Vec<u32>,
    /// Tags of a block.
    block: usize,
}

impl Dealt {
    fn new(shape: Shape, tags: &[u64], per_person: usize) -> Self {
        let (ranges, block) = (1 << shape.bits, shape.block * per_person);
        let mut dealt = Self {
            shape,
            tags: vec![0; tags.len()],
            ends: vec![0; tags.len().div_ceil(block) * ranges],
            block,
        };
        let places = dealt.tags.par_chunks_mut(block);
        let places = places.zip(dealt.ends.par_chunks_mut(ranges));
        places
            .zip(tags.par_chunks(block))
            .for_each(|((own, ends), tags)| deal(shape, tags, per_person, own, ends));
        dealt
    }

    /// The parts of a range, block by block.
    fn parts(&self, range: usize) -> impl Iterator<Item = &[u64]> {
        let ends = self.ends.chunks_exact(1 << self.shape.bits);
        self.tags
            .chunks(self.block)
            .zip(ends)
            .map(move |(own, ends)| {
                let start = range.checked_sub(1).map_or(0, |r| ends[r] as usize);
                &own[start..ends[range] as usize]
            })
    }

    /// The entries of a range whose tag may be there twice, in ascending order, each once. Their tags
    /// lack the bits of the range.
    fn repeated(&self, range: usize, filter: &mut Filter, out: &mut Vec<Entry>) {
        let mask = self.shape.mask();
        let keys = self.parts(range).map(<[u64]>::len).sum();
        filter.start(keys, 64 - self.shape.bits);
        for part in self.parts(range) {
            part.iter().for_each(|t| filter.see(*t));
        }
        out.clear();
        for (block, part) in self.parts(range).enumerate() {
            let first = (block * self.shape.block) as u64;
            let some = part.iter().filter(|t| filter.more(**t));
            out.extend(some.map(|t| (t & !mask, (first + (t & mask)) as u32)));
        }
        out.sort_unstable();
        // A person may hold the same tag twice: that is no meeting.
        out.dedup();
    }
}

/// The join, or nothing if it would have to hold more than `room` meetings.
fn cut(
    shape: Shape,
    tags: &[u64],
    per_person: usize,
    site_of: &[u32],
    most: usize,
    room: u64,
) -> Option<Joined> {
    let mut joined = Joined::default();
    let persons = match tags.len().checked_div(per_person) {
        Some(n) => n.min(site_of.len()),
        None => return Some(joined),
    };
    let tags = &tags[..persons * per_person];
    let dealt = Dealt::new(shape, tags, per_person);
    let held = AtomicU64::new(0);
    let found: Option<Vec<Found>> = (0..1usize << shape.bits)
        .into_par_iter()
        .map_init(
            || (Filter::default(), Vec::new()),
            |(filter, some), range| {
                let mut found = Found::default();
                dealt.repeated(range, filter, some);
                found.take(some, site_of, most);
                for (tag, _) in &mut found.large {
                    *tag = shape.tag(range, *tag);
                }
                let own = found.pairs.len() + 2 * found.large.len();
                let before = held.fetch_add(own as u64, Ordering::Relaxed);
                (before + own as u64 <= room).then_some(found)
            },
        )
        .collect();
    drop(dealt);
    let found = found?;
    let small = found.iter().map(|f| f.small).sum();
    let mut large: Vec<usize> = found.iter().flat_map(|f| sizes(&f.large)).collect();
    let allowed = allowed(tags.len() as u64, most, small, &mut large);
    let meet = large.iter().filter(|n| **n <= allowed);
    if meet.map(|n| meetings(*n)).fold(small, u64::saturating_add) > room {
        return None;
    }
    let mut pairs: Vec<u64> = Vec::with_capacity(found.iter().map(|f| f.pairs.len()).sum());
    for range in found {
        pairs.extend(range.pairs);
        settle(
            &range.large,
            allowed,
            site_of,
            &mut pairs,
            &mut joined.frequent,
        );
    }
    pairs.par_sort_unstable();
    joined.frequent.sort_unstable();
    joined.pairs = candidates(&pairs).collect();
    Some(joined)
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::matching::reference;

    /// What is joined.
    #[derive(Debug, Clone)]
    pub(in crate::matching) struct Case {
        pub tags: Vec<u64>,
        pub per_person: usize,
        pub site_of: Vec<u32>,
        pub most: usize,
    }

    fn case(tags: &[u64], per_person: usize, site_of: &[u32], most: usize) -> Case {
        Case {
            tags: tags.to_vec(),
            per_person,
            site_of: site_of.to_vec(),
            most,
        }
    }

    /// Empty sites, one record, all equal, all different, and sizes around what is special.
    pub(in crate::matching) fn cases() -> Vec<Case> {
        let mut all = vec![
            case(&[], 4, &[], 8),
            case(&[], 0, &[0, 1], 8),
            case(&[1, 2, 3, 4], 4, &[0], 8),
            case(&[7; 40], 4, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 8),
            case(&[7; 40], 4, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 10),
            case(&[7; 8], 4, &[3, 3], 8),
            // Tags that differ only in the bits whose place the person takes.
            case(&[8, 9, 10, 11, 8, 12, 13, 10], 2, &[0, 1, 2, 3], 8),
            case(&[u64::MAX, 0, u64::MAX, 1 << 63], 1, &[0, 1, 2, 3], 8),
            // Site 1 has nobody.
            case(&[1, 2, 2, 1, 3, 3], 2, &[0, 2, 2], 8),
            case(&(0..64).collect::<Vec<u64>>(), 1, &[5; 64], 8),
        ];
        // One tag of everybody, around what is always allowed and what is at most.
        for persons in [2, ALWAYS - 1, ALWAYS, ALWAYS + 1, ALWAYS + 2, 30] {
            let sites: Vec<u32> = (0..persons as u32).collect();
            for most in [2, ALWAYS, ALWAYS + 1, 29, 500] {
                all.push(case(&vec![5 << 60; persons], 1, &sites, most));
                let different: Vec<u64> = (0..persons as u64).map(|i| i << 58).collect();
                all.push(case(&different, 1, &sites, most));
            }
        }
        all
    }

    /// Few different tags, some in many files: groups of all sizes within the same leading bits.
    pub(in crate::matching) fn hostile() -> impl Strategy<Value = Case> {
        let person = (0u32..24, prop::array::uniform4(0u64..40), 0u32..3);
        (prop::collection::vec(person, 0..60), 2usize..40, 1u64..40).prop_map(
            |(persons, most, few)| Case {
                site_of: persons.iter().map(|p| p.0).collect(),
                tags: persons
                    .iter()
                    .flat_map(|p| p.1.map(|t| (t % few) << (29 * p.2)))
                    .collect(),
                per_person: 4,
                most,
            },
        )
    }

    fn check(shape: Shape, c: &Case) {
        let expected = reference::join(&c.tags, c.per_person, &c.site_of, c.most);
        let cut = |room| cut(shape, &c.tags, c.per_person, &c.site_of, c.most, room);
        assert_eq!(cut(u64::MAX).as_ref(), Some(&expected), "{shape:?} {c:?}");
        // With little room there is the same, or nothing.
        for room in [0, 1, 2, 7, 50] {
            let found = cut(room);
            let few = expected
                .pairs
                .iter()
                .map(|p| u64::from(p.shared))
                .sum::<u64>()
                <= room;
            assert!(
                found.is_none_or(|f| f == expected && few),
                "{shape:?} {c:?}"
            );
        }
    }

    #[test]
    fn every_shape_gives_what_the_reference_gives() {
        for case in cases() {
            for bits in [0, 1, 6, 10] {
                for block in [1, 2, 7, 2048] {
                    check(Shape::new(bits, block), &case);
                }
            }
            let most = join(&case.tags, case.per_person, &case.site_of, case.most);
            let expected = reference::join(&case.tags, case.per_person, &case.site_of, case.most);
            assert_eq!(most, expected);
        }
    }

    #[test]
    fn sizes_around_the_number_of_ranges() {
        for bits in [18u32, 19, 26, 28] {
            let of = |entries| Shape::of(entries, 64).bits;
            assert_eq!(of(1 << bits), (bits - 14).clamp(4, 12));
            assert_eq!(of((1 << bits) - 1), (bits - 15).clamp(4, 12));
        }
        for (entries, per_person) in [(0, 0), (1, 1), (1 << 26, 1), (1 << 26, 1024), (64, 64)] {
            let shape = Shape::of(entries, per_person);
            assert!(shape.block >= 1 && shape.block <= 1 << shape.bits);
            assert!(shape.block == 1 || shape.block * per_person <= Shape::BLOCK_TAGS);
            for tag in [0, 1, u64::MAX, 1 << 63, 0x0123_4567_89ab_cdef] {
                assert_eq!(shape.tag(shape.range(tag), tag << shape.bits), tag);
            }
        }
        // Just enough tags for more ranges than the fewest, every second one met once, at the seam of
        // a block too.
        let persons = 2 * 4098;
        let tags: Vec<u64> = (0..persons as u64 * 64)
            .map(|i| ((i / 128) << 6 | (i % 64)).wrapping_mul(0x9e37_79b9_7f4a_7c15))
            .collect();
        let site_of: Vec<u32> = (0..persons as u32).map(|i| i % 2).collect();
        let joined = join(&tags, 64, &site_of, 10);
        let expected: Vec<Candidate> = (0..persons as u32 / 2)
            .map(|i| Candidate {
                a: 2 * i,
                b: 2 * i + 1,
                shared: 64,
            })
            .collect();
        assert_eq!(joined.pairs, expected);
        assert_eq!(joined.frequent, []);
    }

    /// Ten sites put one another's tags into their files. They lose them; two honest sites keep
    /// theirs, and the work stays within the bound.
    #[test]
    fn repeated_tags_are_bounded_and_harm_nobody_else() {
        let (rows, sites) = (40u64, 40u32);
        let mut tags = Vec::new();
        let mut site_of = Vec::new();
        for site in 0..sites {
            for row in 0..rows {
                site_of.push(site);
                tags.extend((0..8u64).map(|j| (row * 8 + j) << 40));
            }
        }
        for site in sites..sites + 2 {
            for row in 0..rows {
                site_of.push(site);
                tags.extend((0..8u64).map(|j| 1 << 63 | (row * 8 + j)));
            }
        }
        let most = most_persons(sites as usize + 2);
        let joined = join(&tags, 8, &site_of, most);
        assert_eq!(joined, reference::join(&tags, 8, &site_of, most));
        assert_eq!(joined.frequent.len() as u64, rows * 8);
        assert!(joined.frequent.iter().all(|f| f.persons == sites as usize));
        assert_eq!(joined.pairs.len() as u64, rows);
        assert!(joined.pairs.iter().all(|p| p.shared == 8));
    }

    #[test]
    fn a_person_at_a_few_sites_is_always_found() {
        for persons in 1..200u64 {
            for size in 1..=ALWAYS {
                let all = meetings(size) * persons;
                assert_eq!(allowed(persons * size as u64, 500, all, &mut []), 500);
            }
        }
        assert_eq!(allowed(100, 5, 1_000_000, &mut [6, 7]), 5);
        assert_eq!(allowed(30, 500, 0, &mut [10, 20]), 19);
        assert_eq!(allowed(30, 500, 0, &mut [10, 11, 11]), 10);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn equals_the_reference(case in hostile(), bits in 0u32..8, block in 1usize..70) {
            check(Shape::new(bits, block), &case);
        }
    }
}
