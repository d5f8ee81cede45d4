//! From weighted pairs to persons (manual: *matching*, "Clusters").

/// A pair with its weight; `a` and `b` are places in the joined file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scored {
    /// One person.
    pub a: u32,
    /// Another person, of another site.
    pub b: u32,
    /// Log-odds in 1/1000 nat; pairs above 0 are merged first, strongest first.
    pub weight: i32,
    /// Breaks ties: pairs that share more tags go first.
    pub shared: u16,
}

/// What a pair that never met says against a merge, in 1/1000 nat: true pairs meet about seven
/// times of eight.
pub const UNMET: i32 = -2000;

/// A cluster number for each person; persons alone have one of their own.
///
/// Highest weight first, ties by shared tags and then by handle. Two clusters are merged if they
/// have no site in common and all evidence between them, pairs that never met included, sums to
/// more than nothing: so a chain of weak links does not make one person of two.
pub fn cluster(pairs: &[Scored], site_of: &[u32]) -> Vec<u32> {
    let mut order: Vec<&Scored> = pairs.iter().filter(|p| p.weight > 0).collect();
    order.sort_unstable_by_key(|p| {
        (
            std::cmp::Reverse((p.weight, p.shared)),
            p.a.min(p.b),
            p.a.max(p.b),
        )
    });
    let mut links: std::collections::HashMap<(u32, u32), i32> =
        std::collections::HashMap::with_capacity(pairs.len());
    for p in pairs {
        links.insert((p.a.min(p.b), p.a.max(p.b)), p.weight);
    }
    let mut of: Vec<u32> = (0..site_of.len() as u32).collect();
    // Members only of clusters with more than one person.
    let mut members: std::collections::HashMap<u32, Vec<u32>> = std::collections::HashMap::new();
    for p in order {
        let (x, y) = (of[p.a as usize], of[p.b as usize]);
        if x == y {
            continue;
        }
        let left = members.get(&x).cloned().unwrap_or_else(|| vec![x]);
        let right = members.get(&y).cloned().unwrap_or_else(|| vec![y]);
        let mut evidence = 0i64;
        let mut apart = true;
        for a in &left {
            for b in &right {
                apart &= site_of[*a as usize] != site_of[*b as usize];
                let link = links.get(&(*a.min(b), *a.max(b))).copied();
                evidence += i64::from(link.unwrap_or(UNMET));
            }
        }
        if !apart || evidence <= 0 {
            continue;
        }
        let (keep, gone) = (x.min(y), x.max(y));
        let mut all = left;
        all.extend(right);
        all.sort_unstable();
        for m in &all {
            of[*m as usize] = keep;
        }
        members.remove(&gone);
        members.insert(keep, all);
    }
    of
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::reference;

    fn pair(a: u32, b: u32, weight: i32) -> Scored {
        Scored {
            a,
            b,
            weight,
            shared: 1,
        }
    }

    #[test]
    fn one_person_per_site() {
        // 0 and 1 are of one site: the stronger pair wins.
        let of = cluster(&[pair(0, 2, 3000), pair(1, 2, 5000)], &[0, 0, 1]);
        assert_eq!(of, [0, 1, 1]);
    }

    /// Nobody, sites without persons, one record, all the same weight, nobody alike, a site with everybody.
    #[test]
    fn special_cases_are_the_reference() {
        let all = |persons: u32, weight: i32| -> Vec<Scored> {
            let pairs = (0..persons).flat_map(|a| (a + 1..persons).map(move |b| (a, b)));
            pairs.map(|(a, b)| pair(a, b, weight)).collect()
        };
        for persons in [0, 1, 2, 3, 9, 17] {
            for weight in [-1, 0, 1, 1999, 2000, 2001, 9000] {
                for sites in [1, 2, 5, 100] {
                    let site_of: Vec<u32> = (0..persons).map(|i| 3 * (i % sites)).collect();
                    let pairs = all(persons, weight);
                    let expected = reference::cluster(&pairs, &site_of);
                    assert_eq!(
                        cluster(&pairs, &site_of),
                        expected,
                        "{persons} {weight} {sites}"
                    );
                    let star: Vec<Scored> = pairs.into_iter().filter(|p| p.a == 0).collect();
                    let expected = reference::cluster(&star, &site_of);
                    assert_eq!(
                        cluster(&star, &site_of),
                        expected,
                        "{persons} {weight} {sites}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_chain_of_weak_links_stays_apart() {
        let of = cluster(&[pair(0, 1, 900), pair(1, 2, 800)], &[0, 1, 2]);
        assert_eq!(of, [0, 0, 2]);
        let of = cluster(&[pair(0, 1, 6000), pair(1, 2, 5000)], &[0, 1, 2]);
        assert_eq!(of, [0, 0, 0]);
        let of = cluster(
            &[pair(0, 1, 6000), pair(1, 2, 1000), pair(0, 2, -4000)],
            &[0, 1, 2],
        );
        assert_eq!(of, [0, 0, 2]);
    }

    proptest::proptest! {
        /// Few weights and numbers of shared tags, so that ties decide; pairs with their persons either way.
        #[test]
        fn ties_are_broken_as_in_the_reference(
            raw in proptest::collection::vec((0u32..14, 0u32..14, -1i32..4, 1u16..3, proptest::bool::ANY), 0..60),
            sites in 1u32..15,
        ) {
            let site_of: Vec<u32> = (0..14).map(|i| i % sites).collect();
            let mut pairs: Vec<Scored> = raw
                .iter()
                .filter(|p| p.0 < p.1)
                .map(|(a, b, w, shared, turned)| Scored {
                    a: if *turned { *b } else { *a },
                    b: if *turned { *a } else { *b },
                    weight: w * 1000,
                    shared: *shared,
                })
                .collect();
            pairs.sort_by_key(|p| (p.a.min(p.b), p.a.max(p.b)));
            pairs.dedup_by_key(|p| (p.a.min(p.b), p.a.max(p.b)));
            proptest::prop_assert_eq!(cluster(&pairs, &site_of), reference::cluster(&pairs, &site_of));
        }

        #[test]
        fn never_two_of_one_site_and_independent_of_order(
            raw in proptest::collection::vec((0u32..12, 0u32..12, -3000i32..6000), 0..40)
        ) {
            let site_of: Vec<u32> = (0..12).map(|i| i % 4).collect();
            let mut pairs: Vec<Scored> = raw
                .iter()
                .filter(|(a, b, _)| a < b && site_of[*a as usize] != site_of[*b as usize])
                .map(|(a, b, w)| pair(*a, *b, *w))
                .collect();
            pairs.sort_by_key(|p| (p.a, p.b));
            pairs.dedup_by_key(|p| (p.a, p.b));
            let of = cluster(&pairs, &site_of);
            proptest::prop_assert_eq!(&of, &reference::cluster(&pairs, &site_of));
            for a in 0..12 {
                for b in 0..a {
                    if of[a] == of[b] {
                        proptest::prop_assert_ne!(site_of[a], site_of[b]);
                    }
                }
            }
            pairs.reverse();
            proptest::prop_assert_eq!(cluster(&pairs, &site_of), of);
        }
    }
}
