//! All equal tags across sites (manual: *matching*, "Join"; figures in *cost*).
//!
//! Nearly every tag stands alone, so most of the work is to leave those out: the tags are dealt out
//! by their leading bits, two bits for each of many slots tell which tags of a range may be there
//! twice, and only those are sorted. No tag costs an allocation. [`join`] works in memory and holds
//! as much again as the tags; [`disk`] does the same with partitions on disk.

pub mod disk;

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
#[derive(Debug, Clone, PartialEq, Eq)]
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
fn allowed(entries: u64, most: usize, small: u64, mut large: Vec<usize>) -> usize {
    if most <= ALWAYS {
        return most;
    }
    let budget = entries.saturating_mul(MEETINGS_PER_TAG);
    let mut sum = small;
    large.sort_unstable();
    for size in large {
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
    /// Persons that are dealt out together.
    block: usize,
}

impl Shape {
    /// Ranges whose filter stays in the cache of a core, blocks that do so while they are dealt out.
    fn of(entries: usize) -> Self {
        let bits = entries.max(1).ilog2().saturating_sub(18).min(10);
        Self { bits, block: 2048 }
    }

    /// The range of a tag.
    fn range(self, tag: u64) -> usize {
        (tag >> 1 >> (63 - self.bits)) as usize
    }
}

/// Which keys may be there twice: a counter of two bits, *none, one, more*, for each of at least
/// sixteen slots a key. Keys are told apart by their leading bits.
struct Filter {
    counters: Vec<u8>,
    shift: u32,
}

impl Filter {
    /// For `keys` keys of which the leading `useful` bits differ.
    fn new(keys: usize, useful: u32) -> Self {
        let bits = (keys.max(1).ilog2() + 5).min(useful).clamp(2, 34);
        Self {
            counters: vec![0; 1 << (bits - 2)],
            shift: 64 - bits,
        }
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
/// if together they would make more than [`MEETINGS_PER_TAG`] meetings a tag.
pub fn join(tags: &[u64], per_person: usize, site_of: &[u32], most: usize) -> Joined {
    cut(Shape::of(tags.len()), tags, per_person, site_of, most)
}

/// The candidates among sorted pairs, with the number of tags that they share.
fn count_shared(pairs: &[u64], tags: &[u64], per_person: usize) -> Vec<Candidate> {
    let own = |person: u32| {
        let start = person as usize * per_person;
        &tags[start..start + per_person]
    };
    let counted = pairs.par_chunks(1 << 14).map(|pairs| {
        let mut out = Vec::with_capacity(pairs.len());
        let (mut mine, mut theirs) = (Vec::new(), Vec::new());
        let mut of = None;
        for pair in pairs {
            let (a, b) = ((pair >> 32) as u32, *pair as u32);
            if of != Some(a) {
                sorted(own(a), &mut mine);
                of = Some(a);
            }
            theirs.clear();
            let common = own(b).iter().filter(|t| mine.binary_search(t).is_ok());
            theirs.extend(common.copied());
            theirs.sort_unstable();
            theirs.dedup();
            if !theirs.is_empty() {
                let shared = u16::try_from(theirs.len()).unwrap_or(u16::MAX);
                out.push(Candidate { a, b, shared });
            }
        }
        out
    });
    counted.collect::<Vec<_>>().concat()
}

fn sorted(tags: &[u64], out: &mut Vec<u64>) {
    out.clear();
    out.extend_from_slice(tags);
    out.sort_unstable();
}

/// Some persons' packed tags, ordered by range.
struct Dealt {
    packed: Vec<u64>,
    /// Where each range ends.
    ends: Vec<u32>,
}

impl Dealt {
    fn range(&self, range: usize) -> &[u64] {
        let end = self.ends[range] as usize;
        let start = range.checked_sub(1).map_or(0, |r| self.ends[r] as usize);
        &self.packed[start..end]
    }
}

/// Deals out a block of tags whose first person is `first`: what is left of a tag behind the bits
/// of its range, and the person in its last bits.
fn deal(shape: Shape, tags: &[u64], per_person: usize, first: usize, mask: u64) -> Dealt {
    let mut ends = vec![0u32; 1 << shape.bits];
    for t in tags {
        ends[shape.range(*t)] += 1;
    }
    let mut start = 0;
    for end in &mut ends {
        start += std::mem::replace(end, start);
    }
    let mut packed = vec![0u64; tags.len()];
    for (person, own) in (first as u64..).zip(tags.chunks_exact(per_person)) {
        for t in own {
            let end = &mut ends[shape.range(*t)];
            packed[*end as usize] = (t << shape.bits) & !mask | person;
            *end += 1;
        }
    }
    Dealt { packed, ends }
}

fn cut(shape: Shape, tags: &[u64], per_person: usize, site_of: &[u32], most: usize) -> Joined {
    let mut joined = Joined {
        pairs: Vec::new(),
        frequent: Vec::new(),
    };
    let persons = match tags.len().checked_div(per_person) {
        Some(n) => n.min(site_of.len()),
        None => return joined,
    };
    let tags = &tags[..persons * per_person];
    let person_bits = (persons.max(2) as u64 - 1).ilog2() + 1;
    let mask = (1u64 << person_bits) - 1;
    let blocks: Vec<Dealt> = tags
        .par_chunks(per_person * shape.block)
        .enumerate()
        .map(|(i, own)| deal(shape, own, per_person, i * shape.block, mask))
        .collect();
    let ranges = || (0..1usize << shape.bits).into_par_iter();
    // Tags whose kept bits are equal, nearly always equal tags; the persons are in the last bits.
    let alike = |range: usize| {
        let parts = || blocks.iter().map(|b| b.range(range));
        let mut filter = Filter::new(parts().map(<[u64]>::len).sum(), 64 - person_bits);
        parts().for_each(|part| part.iter().for_each(|p| filter.see(*p)));
        let mut some: Vec<u64> = Vec::new();
        parts().for_each(|part| some.extend(part.iter().filter(|p| filter.more(**p))));
        some.sort_unstable();
        // A person may hold the same tag twice: that is no meeting.
        some.dedup();
        some
    };
    let same = |x: &u64, y: &u64| x & !mask == y & !mask;

    // While no group is large, nothing is left out, and the exact tags are looked at once for each
    // pair and not for each tag.
    let small = most.min(ALWAYS);
    let pairs: Vec<Option<Vec<u64>>> = ranges()
        .map(|range| {
            let mut pairs = Vec::new();
            let mut group: Vec<Entry> = Vec::new();
            for packed in alike(range).chunk_by(same).filter(|g| g.len() > 1) {
                if packed.len() > small {
                    return None;
                }
                group.clear();
                group.extend(packed.iter().map(|p| (0, (p & mask) as u32)));
                meet(&group, site_of, &mut pairs);
            }
            Some(pairs)
        })
        .collect();
    if pairs.iter().all(Option::is_some) {
        drop(blocks);
        let mut all: Vec<u64> = Vec::with_capacity(pairs.iter().flatten().map(Vec::len).sum());
        for range in pairs {
            all.extend(range.unwrap_or_default());
        }
        all.par_sort_unstable();
        all.dedup();
        joined.pairs = count_shared(&all, tags, per_person);
        return joined;
    }
    drop(pairs);

    let found: Vec<Found> = ranges()
        .map(|range| {
            let mut found = Found::default();
            let mut full: Vec<Entry> = Vec::new();
            for group in alike(range).chunk_by(same).filter(|g| g.len() > 1) {
                // The person took the place of the tag's last bits: the full tags are looked at again.
                full.clear();
                for packed in group {
                    let h = (packed & mask) as usize;
                    let own = &tags[h * per_person..(h + 1) * per_person];
                    let kept = own.iter().filter(|t| {
                        shape.range(**t) == range && (**t << shape.bits) & !mask == packed & !mask
                    });
                    full.extend(kept.map(|t| (*t, h as u32)));
                }
                full.sort_unstable();
                full.dedup();
                found.take(&full, site_of, most);
            }
            found
        })
        .collect();
    drop(blocks);
    let small = found.iter().map(|f| f.small).sum();
    let large = found.iter().flat_map(|f| sizes(&f.large)).collect();
    let allowed = allowed(tags.len() as u64, most, small, large);
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
    joined
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
        let found = cut(shape, &c.tags, c.per_person, &c.site_of, c.most);
        assert_eq!(found, expected, "{shape:?} {c:?}");
    }

    #[test]
    fn every_shape_gives_what_the_reference_gives() {
        for case in cases() {
            for bits in [0, 1, 6, 10] {
                for block in [1, 2, 7, 2048] {
                    check(Shape { bits, block }, &case);
                }
            }
            let most = join(&case.tags, case.per_person, &case.site_of, case.most);
            let expected = reference::join(&case.tags, case.per_person, &case.site_of, case.most);
            assert_eq!(most, expected);
        }
    }

    #[test]
    fn sizes_around_the_number_of_ranges() {
        for entries in [1usize << 18, 1 << 19, 1 << 28] {
            let bits = entries.ilog2().saturating_sub(18);
            assert_eq!(Shape::of(entries).bits, bits.min(10));
            assert_eq!(Shape::of(entries - 1).bits, (bits.max(1) - 1).min(10));
        }
        // Just enough tags for two ranges, every second one met once, at the seam of a block too.
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
                assert_eq!(allowed(persons * size as u64, 500, all, Vec::new()), 500);
            }
        }
        assert_eq!(allowed(100, 5, 1_000_000, vec![6, 7]), 5);
        assert_eq!(allowed(30, 500, 0, vec![10, 20]), 19);
        assert_eq!(allowed(30, 500, 0, vec![10, 11, 11]), 10);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn equals_the_reference(case in hostile(), bits in 0u32..8, block in 1usize..70) {
            check(Shape { bits, block }, &case);
        }
    }
}
