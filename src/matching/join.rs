//! All equal tags across sites (manual: *matching*, "Join").
//!
//! Sort-based and in memory. The tags are read once and dealt out by their leading bits, what is
//! left of a tag and the handle packed into one word; each range is sorted and its groups read off.
//! So beside the tags as much again is held, and no tag costs an allocation.

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

/// A tag that more persons have than the policy allows. It makes no candidates.
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

/// Ranges of the leading six bits.
const RANGES: usize = 64;

/// Persons that are dealt out together.
const BLOCK: usize = 8192;

/// Finds all pairs of persons of different sites who share a tag. `tags` holds `per_person` tags
/// for each person, `site_of` the site of each; persons are numbered by their place. A tag that
/// more than `most` persons have makes no pairs.
pub fn join(tags: &[u64], per_person: usize, site_of: &[u32], most: usize) -> Joined {
    if per_person == 0 {
        return Joined {
            pairs: Vec::new(),
            frequent: Vec::new(),
        };
    }
    let persons = site_of.len().min(tags.len() / per_person);
    let handle_bits = (persons.max(2) as u64 - 1).ilog2() + 1;
    let handle_mask = (1u64 << handle_bits) - 1;
    // One reading of the tags: each block of persons is dealt out by leading bits.
    let blocks: Vec<Vec<Vec<u64>>> = tags[..persons * per_person]
        .par_chunks(per_person * BLOCK)
        .enumerate()
        .map(|(block, own)| {
            let room = own.len() / RANGES * 5 / 4 + 8;
            let mut ranges: Vec<Vec<u64>> = (0..RANGES).map(|_| Vec::with_capacity(room)).collect();
            for (h, own) in (block * BLOCK..).zip(own.chunks_exact(per_person)) {
                for t in own {
                    ranges[(t >> 58) as usize].push(((t << 6) & !handle_mask) | h as u64);
                }
            }
            ranges
        })
        .collect();
    let passes: Vec<(Vec<u64>, Vec<Frequent>)> = (0..RANGES)
        .into_par_iter()
        .map(|pass| {
            let parts = blocks.iter().map(|ranges| &ranges[pass]);
            let mut range: Vec<u64> = Vec::with_capacity(parts.clone().map(Vec::len).sum());
            for part in parts {
                range.extend_from_slice(part);
            }
            let pass = pass as u64;
            range.sort_unstable();
            // A person may hold the same tag twice: that is no meeting.
            range.dedup();
            let mut found = Vec::new();
            let mut frequent = Vec::new();
            for group in range
                .chunk_by(|x, y| x & !handle_mask == y & !handle_mask)
                .filter(|g| g.len() > 1)
            {
                resolve(
                    group,
                    handle_mask,
                    pass,
                    &Input {
                        tags,
                        per_person,
                        site_of,
                        most,
                    },
                    &mut found,
                    &mut frequent,
                );
            }
            (found, frequent)
        })
        .collect();
    let mut meetings: Vec<u64> = Vec::with_capacity(passes.iter().map(|p| p.0.len()).sum());
    let mut frequent = Vec::new();
    for (found, many) in passes {
        meetings.extend(found);
        frequent.extend(many);
    }
    meetings.par_sort_unstable();
    frequent.sort_unstable();
    let pairs = meetings
        .chunk_by(|x, y| x == y)
        .map(|same| Candidate {
            a: (same[0] >> 32) as u32,
            b: same[0] as u32,
            shared: u16::try_from(same.len()).unwrap_or(u16::MAX),
        })
        .collect();
    Joined { pairs, frequent }
}

struct Input<'a> {
    tags: &'a [u64],
    per_person: usize,
    site_of: &'a [u32],
    most: usize,
}

/// The meetings within a group whose packed tags are equal. The handle took the place of the
/// tag's last bits, so the full tags are looked at again.
fn resolve(
    group: &[u64],
    handle_mask: u64,
    pass: u64,
    input: &Input<'_>,
    found: &mut Vec<u64>,
    frequent: &mut Vec<Frequent>,
) {
    let kept = group[0] & !handle_mask;
    let mut full: Vec<(u64, u64)> = Vec::with_capacity(group.len());
    for packed in group {
        let h = packed & handle_mask;
        let start = h as usize * input.per_person;
        full.extend(
            input.tags[start..start + input.per_person]
                .iter()
                .filter(|t| **t >> 58 == pass && **t << 6 & !handle_mask == kept)
                .map(|t| (*t, h)),
        );
    }
    full.sort_unstable();
    full.dedup();
    for same in full.chunk_by(|x, y| x.0 == y.0).filter(|s| s.len() > 1) {
        if same.len() > input.most {
            frequent.push(Frequent {
                tag: same[0].0,
                persons: same.len(),
            });
            continue;
        }
        for (i, (_, a)) in same.iter().enumerate() {
            for (_, b) in &same[i + 1..] {
                if input.site_of[*a as usize] != input.site_of[*b as usize] {
                    found.push(a << 32 | b);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::reference;

    fn check(tags: &[u64], per_person: usize, site_of: &[u32], most: usize) {
        assert_eq!(
            join(tags, per_person, site_of, most),
            reference::join(tags, per_person, site_of, most)
        );
    }

    #[test]
    fn boundaries() {
        check(&[], 4, &[], 8);
        check(&[1, 2, 3, 4], 4, &[0], 8);
        check(&[7; 40], 4, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 8);
        check(&[7; 40], 4, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 10);
        check(&[7; 8], 4, &[3, 3], 8);
        // Tags that differ only in the bits whose place the handle takes.
        check(&[8, 9, 10, 11, 8, 12, 13, 10], 2, &[0, 1, 2, 3], 8);
        check(&[u64::MAX, 0, u64::MAX, 1 << 63], 1, &[0, 1, 2, 3], 8);
    }

    proptest::proptest! {
        #[test]
        fn equals_the_reference(
            persons in proptest::collection::vec(
                (0u32..4, proptest::array::uniform4(0u64..40), 0u32..2), 0..40),
            most in 2usize..12,
        ) {
            let site_of: Vec<u32> = persons.iter().map(|p| p.0).collect();
            let tags: Vec<u64> = persons
                .iter()
                .flat_map(|p| p.1.map(|t| t << (58 * p.2)))
                .collect();
            check(&tags, 4, &site_of, most);
        }
    }
}
