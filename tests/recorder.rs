//! A house that writes down every file, byte and day of everything it ever gets, holds a person's details and adds
//! whom it invents, and asks: is she at another house?
//!
//! Of notices it learns nothing (`tests/notices_core.rs` has the trials). Of what is published it learns what noise
//! lets through: no more than epsilon allows. Here the published numbers are made by the code that makes them in a
//! round, `SIGILO_TRIALS` times with her elsewhere and as often without (200 unless said otherwise).

mod common;
#[path = "common/judge.rs"]
mod judge;

use std::collections::BTreeMap;
use std::path::Path;

use judge::{Seen, advantage, chance};
use rayon::prelude::*;
use sigilo::coordinator::{self, Plan};
use sigilo::counts::noise::Laplace;
use sigilo::counts::overlap::{self, Several};
use sigilo::counts::pairs::{PairNumbers, noisy_quality};
use sigilo::counts::person::{Categories, Says};
use sigilo::counts::release::{self, Spread};
use sigilo::counts::{Epsilon, Lists, Published, TableId, export};
use sigilo::matching::decide::Belief;
use sigilo::network::{Network, Setup, SiteSetup};
use sigilo::record::code::{Agreement, Sex};
use sigilo::record::{Birth, Date, Kind, PartialDate, Record};
use sigilo::round::Time;
use sigilo::round::notice::policy::{Calendar, Mediation, Notices};

/// Epsilon of a round unless it says otherwise.
const EPSILON: u32 = 4_000;
/// With this one noise is nothing.
const NONE: u32 = 1_000_000_000;
/// Persons whom the house invents, all with the probe's attributes, so that no cell of hers is left out.
const JUNK: i64 = 60;

fn trials() -> usize {
    let given = std::env::var("SIGILO_TRIALS").ok();
    given.and_then(|n| n.parse().ok()).unwrap_or(200)
}

/// First element and cells of each block of a contribution (manual: *counts*).
const BLOCKS: [(usize, usize); 4] = [(1, 32), (33, 40), (73, 11), (84, 16)];

fn elements(record: &Record) -> Vec<usize> {
    Categories::of([Says::of(record, Date::parse("2027-03-02").unwrap())]).elements()
}

fn somebody(sex: Sex, born: &str) -> Record {
    let mut r = Record::new(Kind::Victim);
    r.sex = Some(sex);
    r.birth = Birth::Date(PartialDate::parse(born).unwrap());
    r
}

/// What is published of a round in which the probe is at another house, or a person of whom everything else is known
/// is there instead.
fn published(epsilon: Epsilon, epsilon_milli: u32, member: bool) -> (Published, Seen) {
    let (probe, other) = (
        somebody(Sex::Female, "2001-05-04"),
        somebody(Sex::Male, "1980-05-04"),
    );
    let (probe, other) = (elements(&probe), elements(&other));
    // 400 others, of whom 72 are at several houses, the invented ones and the probe's own record.
    let mut exact: Vec<i64> = vec![0; 100];
    exact[0] = 30;
    for (start, cells) in BLOCKS {
        for i in 0..400 {
            exact[start + i % cells.min(7)] += 1;
        }
    }
    for i in probe {
        exact[i] += JUNK + 1;
    }
    for i in other {
        exact[i] += i64::from(!member);
    }
    let there = u64::from(member);
    let several = Several {
        two: 60 + there,
        three: 12,
        possible: 20,
        ..Several::default()
    };
    let on_overlap = Laplace::hiding(overlap::sensitivity(0), epsilon.overlap);
    let on_pairs = Laplace::hiding(sigilo::counts::pairs::SENSITIVITY, epsilon.pairs);
    let several = several.with_noise(&on_overlap, &on_pairs).unwrap();
    let mut steps = [300, 40, 30, 20, 10, 10, 20, 80];
    steps[7] += there;
    let pairs = PairNumbers::noisy(epsilon, 560 + there, &steps).unwrap();
    let declared = 96.0 + there as f64;
    let belief = Belief {
        precision: (93.0 + there as f64) / declared,
        recall: (93.0 + there as f64) / (104.0 + there as f64),
        declared,
        matches: 104.0 + there as f64,
    };
    let [precision, recall] = noisy_quality(epsilon, &belief, several.pairs()).unwrap();
    let milli = |v: [f64; 3]| v.map(|x| (x * 1000.0).round() as u16);
    let (precision, recall) = (milli(precision), milli(recall));
    let local = 400 + 84 + JUNK as u64 + 1 + 1;
    let persons = local.saturating_sub(several.merged());
    let noise = Laplace::hiding(release::SENSITIVITY, epsilon.counts);
    // Of the coordinator and of the comparer.
    let drawn = noise.draws(2 * exact.len()).unwrap();
    for (i, drawn) in drawn.into_iter().enumerate() {
        exact[i % 100] += drawn;
    }
    let rows = 30 + 400 + JUNK as u64 + 1 + u64::from(!member);
    let released = release::release(
        &exact,
        rows,
        &noise,
        10,
        Spread::of(local, persons, precision, recall),
    );
    let published = Published {
        min_cell: 10,
        epsilon_milli,
        rows: 0,
        invalid: 0,
        persons: released.persons,
        tables: released.tables,
        overlap: overlap::publish(
            &several,
            5,
            local,
            &[],
            &on_overlap,
            (10, precision, recall),
        ),
    };
    let mut seen = vec![
        persons as f64,
        several.pairs() as f64,
        several.possible as f64,
    ];
    seen.extend([pairs.candidates as f64, pairs.compared as f64]);
    seen.extend(pairs.steps.map(|n| n as f64));
    seen.extend(precision.iter().chain(&recall).map(|n| f64::from(*n)));
    seen.extend(match &published.overlap.by_lists {
        Lists::Three(all) => all.map(|e| e.value as f64),
        Lists::Two([one, two]) => [one.value as f64, two.value as f64, 0.0],
        Lists::Suppressed => [0.0; 3],
    });
    (published, seen)
}

/// What the tables say of the cells in which the probe and the other person are, and the size of the file.
fn tables(published: &Published) -> Seen {
    let mut seen = vec![
        published.persons.value as f64,
        export::csv(published, false).len() as f64,
    ];
    for id in TableId::ALL {
        let cells = published
            .table(id)
            .map(|t| t.cells.clone())
            .unwrap_or_default();
        let cells = cells
            .iter()
            .map(|c| c.estimate().map_or(-1.0, |e| e.value as f64));
        // The first cells of each table have everybody who was invented here.
        seen.extend(cells.take(12));
        seen.resize(
            2 + 12 * (1 + TableId::ALL.iter().position(|t| *t == id).unwrap()),
            0.0,
        );
    }
    seen
}

/// How well the best of several ways of guessing does, from the tables, from all else, and from both.
fn advantages(epsilon_milli: u32, n: usize) -> [f64; 3] {
    let epsilon = Epsilon::of(epsilon_milli);
    let play = |member: bool, epsilon: Epsilon, n: usize| -> Vec<[Seen; 3]> {
        let trial = |_| {
            let (published, rest) = published(epsilon, epsilon_milli, member);
            let tables = tables(&published);
            let both = [tables.clone(), rest.clone()].concat();
            [tables, rest, both]
        };
        (0..n).into_par_iter().map(trial).collect()
    };
    let (members, others) = (play(true, epsilon, n), play(false, epsilon, n));
    // By how much she moves each number is known to whoever knows everything else.
    let none = Epsilon::of(NONE);
    let (with, without) = (play(true, none, 1), play(false, none, 1));
    let of = |i: usize| {
        let take = |all: &[[Seen; 3]]| all.iter().map(|s| s[i].clone()).collect::<Vec<_>>();
        let (members, others) = (take(&members), take(&others));
        let moved = with[0][i].iter().zip(&without[0][i]).map(|(a, b)| a - b);
        let n = others.len() as f64;
        let spread = |at: usize| {
            let mean = others.iter().map(|s| s[at]).sum::<f64>() / n;
            others.iter().map(|s| (s[at] - mean).powi(2)).sum::<f64>() / n
        };
        let weights: Vec<f64> = moved
            .enumerate()
            .map(|(at, moved)| moved / spread(at).max(1e-3))
            .collect();
        let score = |seen: &Seen| seen.iter().zip(&weights).map(|(x, w)| x * w).sum::<f64>();
        let middle = (score(&with[0][i]) + score(&without[0][i])) / 2.0;
        let share =
            |of: &[Seen]| of.iter().filter(|s| score(s) > middle).count() as f64 / of.len() as f64;
        let known = share(&members) - share(&others);
        known.max(advantage(&members, &others))
    };
    [of(0), of(1), of(2)]
}

/// The most that anybody can gain from numbers whose odds differ by at most exp(`epsilon`).
fn most(epsilon: f64) -> f64 {
    (epsilon / 2.0).tanh()
}

#[test]
fn what_is_published_says_no_more_than_epsilon_allows() {
    let n = trials();
    let epsilon = Epsilon::of(EPSILON);
    let part = |milli: u32| f64::from(milli) / 1000.0;
    // One cell of each block less and one row less, of what the noise is made for.
    let tables = part(epsilon.counts) * 5.0 / f64::from(release::SENSITIVITY);
    // One person more on two lists; one candidate and one compared pair more; the quality estimate.
    let rest = part(epsilon.overlap) / f64::from(overlap::sensitivity(0))
        + part(epsilon.pairs) * 2.0 / f64::from(sigilo::counts::pairs::SENSITIVITY)
        + part(epsilon.quality);
    let bounds = [most(tables), most(rest), most(tables + rest)];
    let found = advantages(EPSILON, n);
    println!("tables, rest, both: {found:.3?} of at most {bounds:.3?}");
    for (found, bound) in found.iter().zip(bounds) {
        assert!(
            bound < 0.9 && *found <= bound + chance(n / 2),
            "{found} {bound}"
        );
    }
    // Who guesses like this is right every time where there is no noise.
    let without = advantages(NONE, 40);
    assert!(without.iter().all(|a| *a > 0.9), "{without:?}");
}

/// A record of somebody.
fn person(n: usize) -> Record {
    const GIVEN: [&str; 6] = ["Rosa", "Xóchitl", "Ana", "Carmen", "Itzel", "Nohemí"];
    const NAMES: [&str; 7] = [
        "Balam",
        "Ordóñez",
        "Quej",
        "Canul",
        "Peraza",
        "Tzoc",
        "Zapata",
    ];
    let mut r = Record::new(Kind::Victim);
    r.local_id = n.to_string();
    r.given_names = GIVEN[n % 6].to_owned();
    r.paternal_surname = NAMES[n % 7].to_owned();
    r.maternal_surname = NAMES[(3 * n + n / 7) % 7].to_owned();
    let born = format!("{}-{:02}-{:02}", 1975 + n % 31, 1 + n % 12, 1 + n % 28);
    r.birth = Birth::Date(PartialDate::parse(&born).unwrap());
    r.birth_place.state = ["Chiapas", "Yucatán", "Puebla"][n % 3].to_owned();
    r.consents.matching.given = Agreement::Yes;
    r
}

/// Everything that lies before the first house after each visit of a round with requests: names and sizes of files, and
/// the kinds of what it is told.
fn recorded(dir: &Path, member: bool) -> Vec<String> {
    let start = Time::parse("2027-03-02T09:00:00Z").unwrap();
    let deadline = Time::parse("2027-03-31T23:59:59Z").unwrap();
    let how = Mediation::new(16, 1, 7, 990).unwrap();
    let house = |name: &str, people: Vec<usize>| SiteSetup {
        name: name.to_owned(),
        records: people.into_iter().map(person).collect(),
    };
    let there = if member { 0 } else { 40 };
    let net = Network::build(
        Setup {
            dir: dir.to_owned(),
            coordinator: "Comisión".to_owned(),
            holders: vec!["Defensoría".to_owned(), "Universidad".to_owned()],
            sites: vec![
                house("Casa Alba", (0..6).collect()),
                house("Casa Brisa", (10..15).chain([there]).collect()),
                house("Casa Cedro", (20..26).collect()),
            ],
            passphrase: common::passphrase(common::PASSPHRASE),
            cost: common::cost(),
            plan: Plan {
                tokens: 32,
                notices: Notices::Mediated(how),
                ..Plan::new("Personas asistidas", deadline, 1000)
            },
            link: false,
        },
        |_| {},
    )
    .unwrap();
    let mut log = Vec::new();
    let mut visit = |now: Time| {
        for (i, seat) in net.sites.iter().enumerate() {
            let done = net.visit(seat, now).unwrap();
            if i > 0 {
                continue;
            }
            for event in done {
                let text = format!("{event:?}");
                let kind = text.split(['(', '{', ' ']).next().unwrap_or_default();
                log.push(format!("{now} {kind}"));
            }
            let mut files = BTreeMap::new();
            for entry in std::fs::read_dir(seat.stick.dir()).unwrap() {
                let entry = entry.unwrap();
                let name = entry.file_name().to_string_lossy().into_owned();
                // What comes before anything is compared has a header of chance length and says nothing of
                // others; the two notes have numbers with noise.
                let kinds = [".notice.", ".consent.", ".introduction"];
                let after = kinds.iter().any(|k| name.contains(k));
                let size = after.then(|| entry.metadata().unwrap().len());
                files.insert(name, size);
            }
            log.push(format!("{now} {files:?}"));
        }
    };
    let round = net.open(start).unwrap();
    visit(start);
    net.holders
        .iter()
        .for_each(|h| drop(net.visit(h, start).unwrap()));
    visit(start);
    net.desk(start).unwrap();
    net.holders
        .iter()
        .for_each(|h| drop(net.visit(h, start).unwrap()));
    net.desk(start).unwrap();
    let found = coordinator::clusters(&net.coordinator.party, &round).unwrap();
    assert_eq!(found.len(), usize::from(member), "the worlds differ");
    net.count(&round, start).unwrap();
    visit(start);
    let days = Calendar::new(start, how);
    for now in [days.goes_out(1), days.answered_by(1), days.ends()] {
        net.desk(now).unwrap();
        visit(now);
    }
    // Names of files begin with what a card is called, which is drawn anew.
    let label = |line: &String| {
        let mut text = line.clone();
        for seat in net.seats() {
            let card = seat.party.card();
            text = text.replace(&sigilo::party::file_label(card), card.name());
        }
        text
    };
    let mut log: Vec<String> = log.iter().map(label).collect();
    log.iter_mut()
        .for_each(|l| *l = l.replace("Casa Alba", "A"));
    log
}

#[test]
fn files_sizes_days_and_events_are_the_same_wherever_she_is() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (member, other) = (recorded(a.path(), true), recorded(b.path(), false));
    assert!(member.len() > 8, "{member:?}");
    for (member, other) in member.iter().zip(&other) {
        assert_eq!(member, other);
    }
    assert_eq!(member.len(), other.len());
}
