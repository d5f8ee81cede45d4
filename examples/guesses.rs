//! `guesses [--rows N] [--seed N] DIR`: what a row is worth that has only a part of a person, in a round of the sites in DIR.
//! Tab-separated, for the manual.
//!
//! To the sites of DIR comes one more with N rows, each about one record of another site: the names as they are on record, and with
//! them what the line says. Counted are the rows that meet the record, those that the round takes for the person
//! (band *match*) and those that could be introduced (at an expected precision of 0.98).

use rayon::prelude::*;
use sigilo::evaluate::network::{self, Local, Met};
use sigilo::evaluate::read::{self, SiteRecords};
use sigilo::evaluate::synthetic::Random;
use sigilo::matching::Description;
use sigilo::matching::decide;
use sigilo::matching::score::Model;
use sigilo::matching::tokens::Policy;
use sigilo::names::date::PartialDate;

/// Expected precision of what is released.
const PRECISION: f64 = 0.98;

/// What the prober has beside names.
#[derive(Clone, Copy)]
enum Date {
    None,
    Right,
    WithinTwoYears,
    OfTheYear,
}

const KINDS: [(&str, bool, Date); 7] = [
    ("name alone", false, Date::None),
    ("name, a date within two years", false, Date::WithinTwoYears),
    ("name and date", false, Date::Right),
    ("name, sex and places", true, Date::None),
    (
        "name, sex and places, a date within two years",
        true,
        Date::WithinTwoYears,
    ),
    (
        "name, sex and places, another date of the year",
        true,
        Date::OfTheYear,
    ),
    ("name, sex, places and date", true, Date::Right),
];

fn main() {
    let (mut rows, mut seed, mut dir) = (300, 18, String::new());
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut number = || args.next().and_then(|n| n.parse().ok()).expect("a number");
        match arg.as_str() {
            "--rows" => rows = number(),
            "--seed" => seed = number() as u64,
            _ => dir = arg,
        }
    }
    let sites = read::sites(dir.as_ref()).expect("readable");
    let asked: Vec<_> = [Policy::Strict, Policy::Standard]
        .into_iter()
        .flat_map(|policy| KINDS.map(|kind| (policy, kind)))
        .collect();
    let found: Vec<[usize; 3]> = asked
        .par_iter()
        .map(|(policy, kind)| study(&sites, *policy, *kind, rows, seed))
        .collect();
    println!("# policy\tthe prober has\trows\tcandidates\tmatches\treleased");
    for ((policy, (name, ..)), [met, matched, released]) in asked.iter().zip(found) {
        println!("{policy:?}\t{name}\t{rows}\t{met}\t{matched}\t{released}");
    }
}

fn study(
    sites: &[SiteRecords],
    policy: Policy,
    (_, places, date): (&str, bool, Date),
    rows: usize,
    seed: u64,
) -> [usize; 3] {
    let model = Model::shipped();
    let mut random = Random::new(seed);
    let mut sites = sites.to_vec();
    let mut locals = network::link_own(&sites, model, seed);
    let (mut sought, mut probes) = (Vec::new(), Vec::new());
    while sought.len() < rows {
        let site = random.below(sites.len());
        let record = random.below(sites[site].records.len());
        let person = &sites[site].records[record];
        let Some((year, month_day)) = person.birth.year.zip(person.birth.month_and_day()) else {
            continue;
        };
        if person.paternal_surname.is_empty() || person.given_names.is_empty() {
            continue;
        }
        probes.push(probe(
            person,
            places,
            date,
            (year.into(), month_day),
            &mut random,
        ));
        sought.push((site as u32, record as u32));
    }
    let prober = sites.len() as u32;
    sites.push(SiteRecords {
        name: "probes".to_owned(),
        ids: (0..rows).map(|n| n.to_string()).collect(),
        records: probes,
    });
    let first = locals.len();
    locals.extend((0..rows as u32).map(|record| Local {
        site: prober,
        records: vec![record],
    }));
    let met = network::meet(&sites, &locals, policy, model, seed);
    let Met {
        tokens,
        pairs,
        steps,
        ..
    } = &met;
    let persons = locals.len() as u64;
    let decision = decide::decide(model, policy, pairs, steps, &tokens.site_of, persons);
    let released = decision.released(model, steps, PRECISION);
    let mut found = [0; 3];
    for (n, pair) in pairs.iter().enumerate() {
        let Some((site, record)) = (pair.b as usize)
            .checked_sub(first)
            .and_then(|row| sought.get(row))
        else {
            continue;
        };
        let met = &locals[pair.a as usize];
        if met.site == *site && met.records.contains(record) {
            found[0] += 1;
            found[1] += usize::from(decision.declared[n]);
            found[2] += usize::from(released[n]);
        }
    }
    found
}

/// What the prober writes of a person.
fn probe(
    person: &Description,
    places: bool,
    date: Date,
    (year, (month, day)): (i64, (u8, u8)),
    random: &mut Random,
) -> Description {
    let mut probe = Description {
        given_names: person.given_names.clone(),
        paternal_surname: person.paternal_surname.clone(),
        maternal_surname: person.maternal_surname.clone(),
        ..Description::default()
    };
    if places {
        probe.sex = person.sex;
        probe.nationality.clone_from(&person.nationality);
        probe.state.clone_from(&person.state);
        probe.municipality.clone_from(&person.municipality);
    }
    // Years of 360 days: near enough for a guess.
    let of = |days: i64| {
        let (month, day) = (days % 360 / 30 + 1, days % 30 + 1);
        PartialDate::parse(&format!("{:04}-{month:02}-{:02}", days / 360, day.min(28)))
    };
    let born = year * 360 + (i64::from(month) - 1) * 30 + i64::from(day) - 1;
    probe.birth = match date {
        Date::None => PartialDate::default(),
        Date::Right => person.birth,
        Date::WithinTwoYears => of(born + random.below(1_461) as i64 - 730),
        Date::OfTheYear => of(year * 360 + random.below(360) as i64),
    };
    probe
}
