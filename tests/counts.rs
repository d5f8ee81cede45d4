//! Counts over whole networks: what comes out against the truth, what is refused, and what somebody who
//! brings one person and junk could learn.
// Rounds without noise, which a release does not take.
#![cfg(debug_assertions)]

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use sigilo::coordinator::{self, Plan};
use sigilo::counts::noise::Laplace;
use sigilo::counts::overlap::{self, Several};
use sigilo::counts::person::{Categories, Says};
use sigilo::counts::release;
use sigilo::counts::{Attribute, Cell, Lists, Published, TableId};
use sigilo::crypto::travel::Identity;
use sigilo::holder;
use sigilo::log::act::Reason;
use sigilo::network::{Network, Seat, Setup, SiteSetup};
use sigilo::party::{Class, Event, Party, PartyError, Stick};
use sigilo::record::code::{Agreement, Exploitation, Sex};
use sigilo::record::{Birth, Country, Date, Kind, PartialDate, Record};
use sigilo::round::{RoundError, Time};
use sigilo::site;
use sigilo::vault::backup::{self, Newer, Places};
use sigilo::vault::{Location, Unlock};

/// With this epsilon, of which only a program that was built to be tested takes a round, noise is nothing.
const NO_NOISE: u32 = 1_000_000_000;

fn now() -> Time {
    Time::parse("2027-03-02T09:00:00Z").unwrap()
}

fn plan(epsilon_milli: u32) -> Plan {
    let deadline = Time::parse("2027-03-31T23:59:59Z").unwrap();
    Plan {
        epsilon_milli,
        tokens: 32,
        min_cell: 5,
        ..Plan::new("Personas asistidas", deadline, 1000)
    }
}

/// People who have nothing in common but what is counted.
fn person(n: usize, site: usize) -> Record {
    const GIVEN: [&str; 8] = [
        "Rosa", "Xóchitl", "Ana", "Carmen", "Lucía", "Marisol", "Itzel", "Nohemí",
    ];
    const NAMES: [&str; 12] = [
        "Hernández",
        "Balam",
        "Ordóñez",
        "Villalobos",
        "Quej",
        "Canul",
        "Peraza",
        "Tzoc",
        "Zapata",
        "Ixchel",
        "Barrios",
        "Uribe",
    ];
    let mut r = Record::new(Kind::Victim);
    r.local_id = format!("{site}-{n}");
    r.given_names = format!("{} {}", GIVEN[n % 8], GIVEN[(n / 8 + 3) % 8]);
    r.paternal_surname = NAMES[n % 12].to_owned();
    r.maternal_surname = NAMES[(n / 12 + 5 * n) % 12].to_owned();
    r.sex = Some(if n.is_multiple_of(3) {
        Sex::Male
    } else {
        Sex::Female
    });
    let born = format!("{}-{:02}-{:02}", 1985 + n % 20, 1 + n % 12, 1 + n % 28);
    r.birth = Birth::Date(PartialDate::parse(&born).unwrap());
    r.nationality = vec![Country::parse(["MEX", "GTM"][n % 2]).unwrap()];
    r.birth_place.state = ["Chiapas", "Yucatán", "Puebla"][n % 3].to_owned();
    r.exploitation = vec![[Exploitation::Sexual, Exploitation::ForcedLabour][n % 2]];
    r.service_counts.medical = Some((n % 2) as u32);
    r.consents.matching.given = Agreement::Yes;
    r
}

/// Three sites: the first two share five persons, all else are different.
fn sites() -> Vec<SiteSetup> {
    let of = |site: usize, people: Vec<usize>| SiteSetup {
        name: ["Casa Alba", "Casa Brisa", "Casa Cedro"][site].to_owned(),
        records: people.into_iter().map(|n| person(n, site)).collect(),
    };
    vec![
        of(0, (0..14).collect()),
        of(1, (9..20).collect()),
        of(2, (30..42).collect()),
    ]
}

fn base(dir: &Path, plan: Plan) -> Setup {
    Setup {
        dir: dir.to_owned(),
        coordinator: "Comisión".to_owned(),
        holders: vec!["Defensoría".to_owned(), "Universidad".to_owned()],
        sites: sites(),
        passphrase: common::passphrase(common::PASSPHRASE),
        cost: common::cost(),
        plan,
        link: false,
    }
}

fn network(dir: &Path, epsilon_milli: u32) -> Network {
    Network::build(base(dir, plan(epsilon_milli)), |_| {}).unwrap()
}

fn comparer(net: &Network) -> &Seat {
    net.holders.iter().min_by_key(|h| h.party.id()).unwrap()
}

/// Plays up to where the comparer has answered and the coordinator can decide.
fn asked(net: &Network) -> [u8; 16] {
    let round = net.open(now()).unwrap();
    for _ in 0..2 {
        for seat in net.sites.iter().chain(&net.holders) {
            net.visit(seat, now()).unwrap();
        }
    }
    net.desk(now()).unwrap();
    net.visit(comparer(net), now()).unwrap();
    round
}

/// Plays up to where the comparer has been asked to add up.
fn decided(net: &Network) -> [u8; 16] {
    let round = asked(net);
    net.desk(now()).unwrap();
    round
}

fn cells(published: &Published, id: TableId) -> Vec<Option<u64>> {
    let table = published.table(id).unwrap();
    table
        .cells
        .iter()
        .map(|c| c.estimate().map(|e| e.value))
        .collect()
}

/// What the tables would be, of one row of each person.
fn truth(rows: &[(usize, usize)]) -> BTreeMap<TableId, Vec<u64>> {
    let day = Date::parse("2027-03-02").unwrap();
    let mut tables: BTreeMap<TableId, Vec<u64>> =
        TableId::ALL.map(|t| (t, vec![0; t.cells()])).into();
    for (n, site) in rows {
        let person = Categories::of([Says::of(&person(*n, *site), day)]);
        for (id, cells) in &mut tables {
            let columns = id.columns().map_or(1, Attribute::len);
            let column = id
                .columns()
                .and_then(|c| person.of_attribute(c))
                .unwrap_or(0);
            for row in 0..id.rows().len() {
                let here = match person.of_attribute(id.rows()) {
                    Some(category) => category == row,
                    None => person.had(row),
                };
                cells[row * columns + column] += u64::from(here);
            }
        }
    }
    tables
}

fn everybody() -> Vec<(usize, usize)> {
    (0..14)
        .map(|n| (n, 0))
        .chain((14..20).map(|n| (n, 1)))
        .chain((30..42).map(|n| (n, 2)))
        .collect()
}

#[test]
fn counts_are_the_truth_where_they_are_published() {
    let dir = tempfile::tempdir().unwrap();
    let played = network(dir.path(), NO_NOISE).round(now(), |_| {}).unwrap();
    assert_eq!(played.result.local_persons, 37);
    assert_eq!(played.result.persons, 32);
    let counts = played.counts.unwrap();
    let p = &counts.published;
    // 16 rows of each site, one of each of five pairs left out.
    assert_eq!((p.rows, p.invalid), (48 - 5, 0));
    assert_eq!(p.persons.value, 32);
    let truth = truth(&everybody());
    let mut published = 0;
    for (id, expected) in &truth {
        for (found, expected) in cells(p, *id).iter().zip(expected) {
            match found {
                Some(n) => assert_eq!(n, expected, "{id:?}"),
                None => continue,
            }
            published += usize::from(*expected > 0);
        }
        for (found, expected) in cells(p, *id).iter().zip(expected) {
            assert!(
                found.is_none() || *expected == 0 || *expected >= 5,
                "{id:?} {expected}"
            );
        }
    }
    assert!(published > 10, "{published}");
    let Lists::Two([one, two]) = p.overlap.by_lists else {
        panic!("{:?}", p.overlap)
    };
    assert_eq!((one.value, two.value), (27, 5));
    assert!(played.chains.iter().all(|c| c.findings.is_empty()));
}

#[test]
fn noise_is_there_and_within_its_size() {
    let dir = tempfile::tempdir().unwrap();
    let played = network(dir.path(), 4_000).round(now(), |_| {}).unwrap();
    let counts = played.counts.unwrap();
    let p = &counts.published;
    assert_eq!(p.epsilon_milli, 4_000);
    // Scale 8 / 2.25 twice: a deviation of 7.1; the total has that of one element or less.
    assert!(p.persons.value.abs_diff(32) < 60, "{:?}", p.persons);
    assert!(p.persons.high > p.persons.value + 8);
    for table in &p.tables {
        assert!(table.noise_milli > 6_000);
        for (cell, expected) in table.cells.iter().zip(&truth(&everybody())[&table.id]) {
            if let Cell::Count(e) = cell {
                let off = e.value.abs_diff(*expected) as f64;
                assert!(
                    off < 12.0 * table.noise_milli as f64 / 1000.0,
                    "{:?}",
                    table.id
                );
            }
        }
    }
}

/// The step of a party with a file of its folder: the refusal.
fn refusal(seat: &Seat, name: &str) -> PartyError {
    let mut out = seat.next(now()).unwrap();
    let at = out.refused.iter().position(|(file, _)| file == name);
    out.refused
        .swap_remove(at.unwrap_or_else(|| panic!("{name}: {out:?}")))
        .1
}

fn bring(from: &Seat, to: &Seat, name: &str) {
    let bytes = std::fs::read(from.stick.dir().join(name)).unwrap();
    std::fs::write(to.stick.dir().join(name), bytes).unwrap();
}

#[test]
fn one_selection_is_counted_once_and_what_is_sent_again_is_what_was_stored() {
    let dir = tempfile::tempdir().unwrap();
    let net = network(dir.path(), NO_NOISE);
    let round = decided(&net);
    let (desk, holder) = (&net.coordinator, comparer(&net));
    // The round is not over for the comparer, though the result is there.
    for name in ["counts.ask", "result.note"] {
        bring(desk, holder, name);
    }
    let out = holder.next(now()).unwrap();
    assert!(out.refused.is_empty(), "{out:?}");
    assert!(
        out.done.iter().any(|e| matches!(
            e,
            Event::Tallied {
                rows: 43,
                invalid: 0
            }
        )),
        "{out:?}"
    );
    assert!(
        out.waiting
            .contains(&Event::WaitsFor("counts.note".to_owned()))
    );
    let reply = std::fs::read(holder.stick.dir().join("counts.reply")).unwrap();
    // A reply that was lost is made again byte by byte, also by a program that was started anew.
    std::fs::remove_file(holder.stick.dir().join("counts.reply")).unwrap();
    holder::tally(&holder.party, &holder.stick).unwrap();
    assert_eq!(
        std::fs::read(holder.stick.dir().join("counts.reply")).unwrap(),
        reply
    );
    // The coordinator asks once, and sends that again.
    let ask = std::fs::read(desk.stick.dir().join("counts.ask")).unwrap();
    std::fs::remove_file(desk.stick.dir().join("counts.ask")).unwrap();
    desk.next(now()).unwrap();
    assert_eq!(
        std::fs::read(desk.stick.dir().join("counts.ask")).unwrap(),
        ask
    );
    bring(holder, desk, "counts.reply");
    desk.next(now()).unwrap();
    let note = std::fs::read(desk.stick.dir().join("counts.note")).unwrap();
    desk.next(now()).unwrap();
    assert_eq!(
        std::fs::read(desk.stick.dir().join("counts.note")).unwrap(),
        note
    );
    let (_, counts) = coordinator::counts(&desk.party, None, Some(&round), now()).unwrap();
    assert_eq!(counts.unwrap().published.persons.value, 32);
    // With the counts the comparer forgets everything, and answers nothing any more.
    bring(desk, holder, "counts.note");
    assert!(holder.next(now()).unwrap().done.contains(&Event::Closed));
    let again = holder::tally(&holder.party, &holder.stick).err();
    assert!(matches!(again, Some(PartyError::Closed)), "{again:?}");
}

#[test]
fn a_second_selection_is_refused_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    let net = network(dir.path(), NO_NOISE);
    let round = asked(&net);
    let (desk, holder) = (&net.coordinator, comparer(&net));
    // A coordinator that goes back to where it had not asked yet asks anew: with other random numbers.
    let before = dir.path().join("before");
    copy(desk.dir(), &before);
    desk.next(now()).unwrap();
    let twin = Party::open(common::open(&before).unwrap()).unwrap();
    let sticks = dir.path().join("twin");
    copy(desk.stick.dir(), &sticks);
    std::fs::remove_file(sticks.join("counts.ask")).unwrap();
    let stick = Stick::open(&sticks).unwrap();
    coordinator::next(&twin, &stick, now()).unwrap();
    bring(desk, holder, "counts.ask");
    holder.next(now()).unwrap();
    let reply = std::fs::read(holder.stick.dir().join("counts.reply")).unwrap();
    std::fs::copy(
        sticks.join("counts.ask"),
        holder.stick.dir().join("counts.ask"),
    )
    .unwrap();
    let refused = refusal(holder, "counts.ask");
    assert!(
        matches!(refused, PartyError::SecondSelection),
        "{refused:?}"
    );
    assert_eq!(refused.class(), Class::Refused);
    // Not by another program either, and the reply to the first is there as it was.
    let other = dir.path().join("holder");
    copy(holder.dir(), &other);
    let restarted = Party::open(common::open(&other).unwrap()).unwrap();
    let out = holder::tally(&restarted, &holder.stick).unwrap();
    assert!(matches!(out.refused[0].1, PartyError::SecondSelection));
    bring(desk, holder, "counts.ask");
    holder::tally(&restarted, &holder.stick).unwrap();
    assert_eq!(
        std::fs::read(holder.stick.dir().join("counts.reply")).unwrap(),
        reply
    );
    // What answers one ask is no answer to another.
    std::fs::write(sticks.join("counts.reply"), &reply).unwrap();
    let out = coordinator::next(&twin, &stick, now()).unwrap();
    let wrong = out.refused.iter().find(|(f, _)| f == "counts.reply");
    assert!(
        matches!(
            wrong,
            Some((_, PartyError::Round(RoundError::OtherRequest(_))))
        ),
        "{out:?}"
    );
    assert!(
        coordinator::counts(&twin, None, Some(&round), now())
            .unwrap()
            .1
            .is_none()
    );
}

/// A comparer that goes back to a backup of before it counted has nothing left to count with: what a round needs is in no
/// backup. Nor has the one of before it compared.
#[test]
fn a_comparer_that_was_restored_counts_no_round_twice() {
    let dir = tempfile::tempdir().unwrap();
    let net = network(dir.path(), NO_NOISE);
    let holder = comparer(&net);
    let identity = Identity::generate();
    let none = Reason::none();
    let copy_of = |name: &str| {
        let places = Places::beside(dir.path().join(name));
        let vault = holder.party.vault();
        vault
            .backup(&places, &[identity.recipient()], &none)
            .unwrap();
        places
    };
    let early = copy_of("antes");
    decided(&net);
    let late = copy_of("comparada");
    bring(&net.coordinator, holder, "counts.ask");
    holder.next(now()).unwrap();
    let reply = holder.stick.dir().join("counts.reply");
    assert!(reply.exists());
    std::fs::remove_file(&reply).unwrap();
    for (places, back) in [(early, "antes-otra-vez"), (late, "comparada-otra-vez")] {
        let back = dir.path().join(back);
        let passphrase = common::passphrase(common::PASSPHRASE);
        backup::restore(
            &places,
            &identity,
            &Location::new(&back),
            &Unlock::Passphrase(&passphrase),
            &Newer::default(),
            &none,
        )
        .unwrap();
        let restored = Party::open(common::open(&back).unwrap()).unwrap();
        let mut limits = holder::policy(&restored).unwrap();
        limits.epsilon_per_year += 1;
        holder::set_policy(&restored, &limits).unwrap();
        match holder::tally(&restored, &holder.stick) {
            Err(_) => {}
            Ok(out) => assert!(!out.refused.is_empty() && out.done.is_empty(), "{out:?}"),
        }
        assert!(!reply.exists());
    }
}

#[test]
fn the_budget_of_a_year_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let net = network(dir.path(), 4_000);
    let holder = comparer(&net);
    let mut policy = holder::policy(&holder.party).unwrap();
    policy.epsilon_per_year = 7_999;
    holder::set_policy(&holder.party, &policy).unwrap();
    asked(&net);
    // The second round is refused when it is proposed, not when everybody has worked for it.
    let second = dir.path().join("second");
    std::fs::create_dir(&second).unwrap();
    let stick = Stick::open(&second).unwrap();
    coordinator::open(&net.coordinator.party, &stick, &plan(4_000), now()).unwrap();
    let out = holder::join(&holder.party, &stick, now()).err();
    let Some(PartyError::Budget { asked, left }) = out else {
        panic!("{out:?}")
    };
    assert_eq!((asked, left), (4_000, 3_999));
    // A new year has a new budget, and no clock that goes back another one.
    let later = Time::parse("2028-01-01T00:00:00Z").unwrap();
    let deadline = Time::parse("2028-03-01T00:00:00Z").unwrap();
    std::fs::remove_file(second.join("round.draft")).unwrap();
    let plan = Plan {
        deadline,
        ..plan(4_000)
    };
    coordinator::open(&net.coordinator.party, &stick, &plan, later).unwrap();
    assert!(holder::join(&holder.party, &stick, later).is_ok());
}

#[test]
fn too_few_sites_or_one_that_is_too_large_are_not_counted() {
    let dir = tempfile::tempdir().unwrap();
    let mut setup = sites();
    // A site with more than all others together.
    setup[2].records.extend((100..160).map(|n| person(n, 2)));
    let net = Network::build(
        Setup {
            sites: setup,
            ..base(dir.path(), plan(NO_NOISE))
        },
        |_| {},
    )
    .unwrap();
    let played = net.round(now(), |_| {}).unwrap();
    let counts = played.counts.unwrap().published;
    assert!(counts.tables.is_empty());
    assert_eq!(
        (counts.rows, counts.persons.value),
        (0, played.result.persons)
    );
    let dir = tempfile::tempdir().unwrap();
    let mut two = sites();
    two.pop();
    let net = Network::build(
        Setup {
            sites: two,
            ..base(dir.path(), plan(NO_NOISE))
        },
        |_| {},
    )
    .unwrap();
    let counts = net.round(now(), |_| {}).unwrap().counts.unwrap();
    assert!(counts.published.tables.is_empty());
}

#[test]
fn who_leaves_after_the_token_file_is_not_counted() {
    let dir = tempfile::tempdir().unwrap();
    let net = network(dir.path(), NO_NOISE);
    let round = net.open(now()).unwrap();
    for _ in 0..2 {
        for seat in net.sites.iter().chain(&net.holders) {
            net.visit(seat, now()).unwrap();
        }
    }
    let house = &net.sites[2];
    site::withdraw(&house.party, house.sealed[0]).unwrap();
    net.visit(house, now()).unwrap();
    net.desk(now()).unwrap();
    net.visit(comparer(&net), now()).unwrap();
    net.desk(now()).unwrap();
    let counts = net.count(&round, now()).unwrap().unwrap().published;
    assert_eq!((counts.rows, counts.invalid), (48 - 5 - 1, 0));
    assert_eq!(counts.persons.value, 31);
}

/// Somebody brings one real person and junk, and knows of everybody else everything but whether that person
/// is at another house. What is published of overlap and pairs differs by one; over many rounds the best guess is
/// hardly better than a coin.
#[test]
fn one_probe_and_junk_say_little_about_where_a_person_is() {
    let epsilon = sigilo::counts::Epsilon::of(4_000);
    let noise = Laplace::hiding(overlap::sensitivity(0), epsilon.overlap);
    let pairs = Laplace::hiding(6, epsilon.pairs);
    let trials = 4_000;
    let guessed = |there: u64| {
        let exact = Several {
            two: 100 + there,
            three: 20,
            ..Several::default()
        };
        let told = |_| exact.with_noise(&noise, &pairs).unwrap();
        let right = (0..trials)
            .map(told)
            .filter(|s| (s.two > 100) == (there == 1));
        right.count() as f64 / f64::from(trials)
    };
    // 97.5 % of what differential privacy allows for one number: ε/3 of the overlap's.
    let advantage = guessed(0) + guessed(1) - 1.0;
    assert!(advantage < 0.25, "{advantage}");
}

/// The same of the tables, for somebody who sees the noisy sums themselves, of which everything published is
/// made: a person that was found twice leaves out one row, one less in a cell of each block.
#[test]
fn one_probe_and_junk_say_little_in_the_tables_either() {
    let epsilon = sigilo::counts::Epsilon::of(4_000);
    let noise = Laplace::hiding(release::SENSITIVITY, epsilon.counts);
    let trials = 4_000;
    // The cells of the probe and the dummies: what they are off by, with the noise of both aggregators.
    let off = |there: i64| -> i64 {
        let both: Vec<i64> = noise
            .draws(5)
            .unwrap()
            .into_iter()
            .zip(noise.draws(5).unwrap())
            .map(|(a, b)| a + b)
            .collect();
        let cells: i64 = both.iter().skip(1).map(|n| n - there).sum();
        // Rows less dummies are persons, too.
        cells - both[0] - there
    };
    let guessed = |there: i64| {
        let right = (0..trials).filter(|_| (off(there) < -2) == (there == 1));
        right.count() as f64 / f64::from(trials)
    };
    let advantage = guessed(0) + guessed(1) - 1.0;
    assert!(advantage < 0.2, "{advantage}");
    // The test has teeth: without noise the same guess is always right.
    let none = Laplace::hiding(release::SENSITIVITY, 4_000_000);
    assert_eq!(none.draws(5).unwrap(), [0; 5]);
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
