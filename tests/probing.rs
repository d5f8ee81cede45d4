//! Ten-date sweeps against honest files, with what the coordinator has.

use std::collections::{BTreeMap, BTreeSet};

use sigilo::evaluate::network::{self, Local, Met};
use sigilo::evaluate::read::SiteRecords;
use sigilo::evaluate::synthetic::{self, Random, Recipe};
use sigilo::matching::Description;
use sigilo::matching::probing;
use sigilo::matching::score::{Model, STEPS};
use sigilo::matching::tokens::Policy;
use sigilo::names::date::PartialDate;

const SWEEPS: usize = 12;
const DATES: usize = 10;

fn meet(policy: Policy, sites: &[SiteRecords], locals: &[Local]) -> Met {
    network::meet(sites, locals, policy, Model::shipped(), 5)
}

/// What is suspected if the sites' own programs mark these rows.
fn suspicions(
    policy: Policy,
    met: &Met,
    marked: &BTreeSet<u32>,
) -> BTreeMap<u32, probing::Suspicion> {
    let site_of = &met.tokens.site_of;
    probing::suspicions(policy, &met.pairs, &met.steps, site_of, marked)
}

/// The sites of a network with sweeps at the first one: person (site, record) that each is after.
fn with_sweeps(sites: &mut [SiteRecords], random: &mut Random) -> Vec<(u32, u32)> {
    let mut sought = Vec::new();
    while sought.len() < SWEEPS {
        let site = 1 + random.below(sites.len() - 1);
        let record = random.below(sites[site].records.len());
        let person = sites[site].records[record].clone();
        let (Some(year), Some(_)) = (person.birth.year, person.birth.month_and_day()) else {
            continue;
        };
        if person.paternal_surname.is_empty() {
            continue;
        }
        for date in 0..DATES {
            let mut probe = person.clone();
            probe.phone.clear();
            if date > 0 {
                let (year, month) = (
                    i64::from(year) + random.below(7) as i64 - 3,
                    1 + random.below(12),
                );
                let day = 1 + random.below(28);
                probe.birth = PartialDate::parse(&format!("{year:04}-{month:02}-{day:02}"));
            }
            sites[0].ids.push(format!("{}-{date}", sought.len()));
            sites[0].records.push(probe);
        }
        sought.push((site as u32, record as u32));
    }
    sought
}

#[test]
fn sweeps_are_seen_and_honest_files_are_not() {
    for policy in [Policy::Strict, Policy::Standard] {
        let recipe = Recipe {
            persons: 2_000,
            sites: 8,
            siblings: 0.05,
            ..Recipe::default()
        };
        let (mut sites, _) = synthetic::network(&recipe);
        let honest = sites[0].records.len() as u32;
        let mut locals = network::link_own(&sites, Model::shipped(), 5);
        let sought = with_sweeps(&mut sites, &mut Random::new(3));
        let swept = honest..sites[0].records.len() as u32;
        let others = locals.iter().position(|l| l.site > 0).unwrap();
        let probes = swept.map(|r| Local {
            site: 0,
            records: vec![r],
        });
        locals.splice(others..others, probes);
        let met = meet(policy, &sites, &locals);
        let found = suspicions(policy, &met, &BTreeSet::new());

        let sites_found: Vec<&u32> = found.keys().collect();
        assert_eq!(sites_found, [&0], "{policy:?}");
        let seen: BTreeSet<(u32, u32)> = found[&0]
            .sought
            .iter()
            .flat_map(|row| {
                let l = &locals[*row as usize];
                l.records.iter().map(|r| (l.site, *r))
            })
            .collect();
        let hit = sought.iter().filter(|s| seen.contains(s)).count();
        assert!(hit >= SWEEPS - 1, "{policy:?}: {hit} of {SWEEPS}");
        // With what the sites' own programs mark none is missed, and no honest file is named.
        let marked = network::marked(&sites, &locals);
        let probes = others as u32..(others + SWEEPS * DATES) as u32;
        assert_eq!(marked, probes.collect(), "{policy:?}");
        let with = suspicions(policy, &met, &marked);
        assert!(with.keys().eq([&0]), "{policy:?}");
        let sought_after = |s: &(u32, u32)| {
            let mut rows = with[&0].sought.iter().map(|row| &locals[*row as usize]);
            rows.any(|l| l.site == s.0 && l.records.contains(&s.1))
        };
        assert!(sought.iter().all(sought_after), "{policy:?}");
        // Of the file's honest persons hardly any is taken for a probe.
        let wrong = found[&0]
            .rows
            .iter()
            .filter(|r| **r < others as u32)
            .count();
        assert!(wrong <= 2, "{policy:?}: {wrong}");
    }
}

/// A row whose tokens are those of two or three persons in turn: how many are seen, under each policy.
#[test]
fn rows_of_several_persons_are_seen_if_they_are_as_sure_of_each() {
    for (policy, persons, least) in [
        (Policy::Strict, 3, 10),
        (Policy::Strict, 2, 4),
        (Policy::Standard, 3, 10),
        (Policy::Standard, 2, 5),
    ] {
        const MEDLEYS: usize = 12;
        let recipe = Recipe {
            persons: 2_000,
            sites: 8,
            siblings: 0.05,
            ..Recipe::default()
        };
        let (mut sites, _) = synthetic::network(&recipe);
        let honest = sites[0].records.len() as u32;
        let mut locals = network::link_own(&sites, Model::shipped(), 5);
        let mut random = Random::new(4);
        for n in 0..MEDLEYS {
            for place in 0..persons {
                let site = 1 + (n + 2 * place) % (sites.len() - 1);
                let record = random.below(sites[site].records.len());
                let person = sites[site].records[record].clone();
                sites[0].ids.push(format!("m{n}-{place}"));
                sites[0].records.push(person);
            }
        }
        let others = locals.iter().position(|l| l.site > 0).unwrap();
        let medleys = (0..MEDLEYS as u32).map(|n| Local {
            site: 0,
            records: (0..persons as u32)
                .map(|p| honest + persons as u32 * n + p)
                .collect(),
        });
        locals.splice(others..others, medleys);
        let met = meet(policy, &sites, &locals);
        let found = suspicions(policy, &met, &BTreeSet::new());
        let rows = others as u32..(others + MEDLEYS) as u32;
        let seen = found.get(&0).map_or(0, |s| s.rows.range(rows).count());
        assert!(seen >= least, "{policy:?}, {persons}: {seen} of {MEDLEYS}");
    }
}

/// What a name is worth to who puts it into a file alone, and with a date that is about right.
#[test]
fn a_name_alone_meets_nobody_and_one_guess_at_the_date_hardly_anybody() {
    const PROBES: usize = 60;
    for (policy, most) in [(Policy::Strict, 3), (Policy::Standard, 3)] {
        let recipe = Recipe {
            persons: 2_000,
            sites: 8,
            ..Recipe::default()
        };
        let (mut sites, _) = synthetic::network(&recipe);
        let honest = sites[0].records.len() as u32;
        let mut locals = network::link_own(&sites, Model::shipped(), 5);
        let mut random = Random::new(6);
        let mut sought = Vec::new();
        while sought.len() < PROBES {
            let site = 1 + random.below(sites.len() - 1);
            let record = random.below(sites[site].records.len());
            let person = &sites[site].records[record];
            let Some((year, _)) = person.birth.year.zip(person.birth.month_and_day()) else {
                continue;
            };
            let mut probe = Description::default();
            probe.given_names.clone_from(&person.given_names);
            probe.paternal_surname.clone_from(&person.paternal_surname);
            probe.maternal_surname.clone_from(&person.maternal_surname);
            let mut dated = probe.clone();
            let year = i64::from(year) + random.below(5) as i64 - 2;
            let (month, day) = (1 + random.below(12), 1 + random.below(28));
            dated.birth = PartialDate::parse(&format!("{year:04}-{month:02}-{day:02}"));
            sites[0].ids.push(format!("{}-name", sought.len()));
            sites[0].records.push(probe);
            sites[0].ids.push(format!("{}-date", sought.len()));
            sites[0].records.push(dated);
            sought.push((site as u32, record as u32));
        }
        let others = locals.iter().position(|l| l.site > 0).unwrap();
        let probes = (honest..sites[0].records.len() as u32).map(|record| Local {
            site: 0,
            records: vec![record],
        });
        locals.splice(others..others, probes);
        let round = meet(policy, &sites, &locals);
        let (mut named, mut dated) = (0, 0);
        for (pair, step) in round.pairs.iter().zip(&round.steps) {
            let Some(probe) = pair.a.checked_sub(others as u32) else {
                continue;
            };
            if probe >= 2 * PROBES as u32 {
                continue;
            }
            // No token is of a name alone: whoever shares a tag with such a row, shares a filler, by chance.
            named += usize::from(probe % 2 == 0);
            let met = &locals[pair.b as usize];
            let person = sought[probe as usize / 2];
            let hers = met.records.iter().any(|r| (met.site, *r) == person);
            let surest = usize::from(*step) + 1 >= STEPS;
            dated += usize::from(probe % 2 == 1 && hers && surest);
        }
        assert_eq!(named, 0, "{policy:?}");
        assert!(dated <= most, "{policy:?}: {dated} of {PROBES}");
    }
}
