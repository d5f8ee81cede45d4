//! What a holder gives out, whatever is drafted: points of a year, growth of a site's log, and
//! nothing at all after the holder itself was set back to a copy.
// Rounds without noise, which a release does not take.
#![cfg(debug_assertions)]

mod common;

use std::path::Path;

use sigilo::coordinator::{self, Plan};
use sigilo::crypto::travel::Identity;
use sigilo::holder;
use sigilo::log::act::{ActKind, Reason};
use sigilo::network::{Network, Seat, Setup, SiteSetup};
use sigilo::party::{Class, Event, Party, PartyError, Stick};
use sigilo::record::code::Agreement;
use sigilo::record::{Kind, Record};
use sigilo::round::{Role, RoundError, Time};
use sigilo::vault::backup::{self, Newer, Places};
use sigilo::vault::{Location, Unlock};

fn day(n: u32) -> Time {
    Time::parse(&format!("2027-03-{n:02}T09:00:00Z")).unwrap()
}

fn record(id: &str) -> Record {
    let mut r = Record::new(Kind::Victim);
    r.local_id = id.to_owned();
    r.given_names = format!("Persona {id}");
    r.consents.matching.given = Agreement::Yes;
    r
}

fn plan() -> Plan {
    let deadline = Time::parse("2027-03-31T23:59:59Z").unwrap();
    Plan {
        tokens: 4,
        quota: 512,
        epsilon_milli: 0,
        ..Plan::new("Prueba", deadline, 1000)
    }
}

fn build(dir: &Path) -> Network {
    let site = |name: &str| SiteSetup {
        name: name.to_owned(),
        records: vec![record("1"), record("2")],
    };
    let setup = Setup {
        dir: dir.to_owned(),
        coordinator: "Comisión".to_owned(),
        holders: vec!["Defensoría".to_owned(), "Universidad".to_owned()],
        sites: ["Casa A", "Casa B", "Casa C"].map(site).into(),
        passphrase: common::passphrase(common::PASSPHRASE),
        cost: common::cost(),
        plan: plan(),
        link: false,
    };
    Network::build(setup, |_| {}).unwrap()
}

/// A further round up to the request of one site, on a stick that everybody shares.
fn further(net: &Network, site: &Seat, now: Time) -> (tempfile::TempDir, Stick) {
    further_with(net, site, &plan(), now)
}

fn further_with(net: &Network, site: &Seat, plan: &Plan, now: Time) -> (tempfile::TempDir, Stick) {
    let desk = &net.coordinator;
    for book in desk.party.books().unwrap() {
        coordinator::close(&desk.party, Some(&book.round)).unwrap();
    }
    let dir = tempfile::tempdir().unwrap();
    let stick = Stick::open(dir.path()).unwrap();
    coordinator::open(&desk.party, &stick, plan, now).unwrap();
    let go = |party: &Party| sigilo::network::next(party, &stick, now).unwrap();
    for _ in 0..2 {
        for holder in &net.holders {
            go(&holder.party);
        }
        go(&desk.party);
    }
    go(&site.party);
    (dir, stick)
}

#[test]
fn a_site_may_grow_by_so_many_a_day_and_no_more() {
    let dir = tempfile::tempdir().unwrap();
    let net = build(dir.path());
    let site = &net.sites[0];
    let holder = &net.holders[0];
    let limits = holder::Policy {
        growth_per_day: 10,
        ..holder::policy(&holder.party).unwrap()
    };
    holder::set_policy(&holder.party, &limits).unwrap();
    net.open(day(1)).unwrap();
    net.visit(site, day(1)).unwrap();
    net.visit(holder, day(1)).unwrap();

    // A hundred and fifty invented persons, overnight.
    for i in 0..150 {
        site.party.vault().seal(&record(&format!("x{i}"))).unwrap();
    }
    let (_kept, stick) = further(&net, site, day(2));
    let refusals = || {
        let mut count = 0;
        let see = |entry: sigilo::vault::TrailEntry| {
            count += usize::from(entry.act.kind == ActKind::Refused);
            Ok(())
        };
        holder.party.vault().trail(0, see).unwrap();
        count
    };
    assert_eq!(refusals(), 0);
    for now in [day(2), Time::parse("2027-02-01T09:00:00Z").unwrap()] {
        let out = sigilo::network::next(&holder.party, &stick, now).unwrap();
        let [(_, e @ PartyError::Growth { asked: 192, .. })] = &out.refused[..] else {
            panic!("{out:?}");
        };
        assert_eq!(e.class(), Class::Refused);
    }
    // Probing leaves a trace in the holder's log.
    assert_eq!(refusals(), 2);

    // After enough days the same request is answered.
    let out = sigilo::network::next(&holder.party, &stick, day(20)).unwrap();
    assert!(out.refused.is_empty(), "{out:?}");
    // And what it was answered for is the new measure, not what its log grew to meanwhile.
    for i in 0..300 {
        site.party.vault().seal(&record(&format!("y{i}"))).unwrap();
    }
    let (_kept, stick) = further(&net, site, day(21));
    let out = sigilo::network::next(&holder.party, &stick, day(21)).unwrap();
    assert!(
        matches!(&out.refused[..], [(_, PartyError::Growth { .. })]),
        "{out:?}"
    );
}

#[test]
fn a_holder_that_was_set_back_gives_nothing_until_its_limits_are_set_again() {
    let dir = tempfile::tempdir().unwrap();
    let net = build(dir.path());
    let vault = net.holders[0].party.vault();
    let identity = Identity::generate();
    let places = Places::beside(dir.path().join("copia"));
    let none = Reason::none();
    vault
        .backup(&places, &[identity.recipient()], &none)
        .unwrap();
    let back = dir.path().join("restaurada");
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
    let party = Party::open(common::open(&back).unwrap()).unwrap();
    assert_eq!(party.role(), Role::Holder);
    assert!(holder::limits_lapsed(&party).unwrap());
    // The limits are there to be looked at, and nothing is joined.
    let limits = holder::policy(&party).unwrap();
    let stick = Stick::open(dir.path()).unwrap();
    coordinator::open(&net.coordinator.party, &stick, &plan(), day(1)).unwrap();
    let mut out = sigilo::network::next(&party, &stick, day(1)).unwrap();
    let (_, e) = out.refused.remove(0);
    assert!(matches!(e, PartyError::RestoredLimits), "{e:?}");
    assert_eq!(e.class(), Class::Refused);
    holder::set_policy(&party, &limits).unwrap();
    assert!(!holder::limits_lapsed(&party).unwrap());
    let out = sigilo::network::next(&party, &stick, day(1)).unwrap();
    assert!(out.refused.is_empty(), "{out:?}");
}

/// Two programs of one holder, each with another request of the same site before it, at the same moment.
#[test]
fn two_requests_at_the_same_moment_are_one_too_many() {
    let dir = tempfile::tempdir().unwrap();
    let net = build(dir.path());
    let (site, holder) = (&net.sites[0], &net.holders[0]);
    net.open(day(1)).unwrap();
    // A site that goes back to a copy of its vault has two requests.
    let copy = tempfile::tempdir().unwrap();
    for file in ["vault.db", "keyring", "checkpoint"] {
        std::fs::copy(site.dir().join(file), copy.path().join(file)).unwrap();
    }
    net.visit(site, day(1)).unwrap();
    let name = format!("{}.blinded", sigilo::party::file_label(site.party.card()));
    let other = Stick::open(tempfile::tempdir().unwrap().keep()).unwrap();
    sigilo::network::carry(&net.coordinator.stick, &other).unwrap();
    std::fs::remove_file(other.dir().join(&name)).unwrap();
    let again = Party::open(common::open(copy.path()).unwrap()).unwrap();
    sigilo::network::next(&again, &other, day(1)).unwrap();
    let read = |stick: &Stick| std::fs::read(stick.dir().join(&name)).unwrap();
    assert_ne!(read(&net.coordinator.stick), read(&other));
    let sticks = [net.coordinator.stick.dir(), other.dir()];
    let vault = holder.dir();
    let start = &std::sync::Barrier::new(2);
    let answered: Vec<bool> = std::thread::scope(|scope| {
        let threads = sticks.map(|stick| {
            scope.spawn(move || {
                let party = Party::open(common::open(vault).unwrap()).unwrap();
                let stick = Stick::open(stick).unwrap();
                start.wait();
                let out = sigilo::network::next(&party, &stick, day(1));
                let evaluated = |o: sigilo::party::Outcome| {
                    o.done.iter().any(|e| matches!(e, Event::Evaluated(..)))
                };
                out.is_ok_and(evaluated)
            })
        });
        threads.map(|t| t.join().unwrap()).into()
    });
    assert_eq!(answered.iter().filter(|a| **a).count(), 1, "{answered:?}");
    // Whoever lost stays refused.
    let lost = Stick::open(sticks[usize::from(answered[0])]).unwrap();
    let out = sigilo::network::next(&holder.party, &lost, day(1)).unwrap();
    assert!(out.refused.iter().any(|(file, _)| *file == name), "{out:?}");
    std::fs::remove_dir_all(other.dir()).unwrap();
}

fn copy_of(dir: &Path) -> tempfile::TempDir {
    fn copy(from: &Path, to: &Path) {
        for entry in std::fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            let target = to.join(path.file_name().unwrap());
            if path.is_dir() {
                std::fs::create_dir_all(&target).unwrap();
                copy(&path, &target);
            } else {
                std::fs::copy(&path, &target).unwrap();
            }
        }
    }
    let kept = tempfile::tempdir().unwrap();
    copy(dir, kept.path());
    kept
}

fn party_in(dir: &Path) -> Party {
    Party::open(common::open(dir).unwrap()).unwrap()
}

fn evaluated(out: &sigilo::party::Outcome) -> bool {
    out.done.iter().any(|e| matches!(e, Event::Evaluated(..)))
}

/// An image of the whole folder put back is not a restored backup: nothing in it says so. What others cosigned
/// since does.
#[test]
fn a_holder_that_was_set_back_by_hand_gives_nothing_once_it_meets_what_others_saw() {
    let dir = tempfile::tempdir().unwrap();
    let net = build(dir.path());
    let (site, holder) = (&net.sites[0], &net.holders[0]);
    net.open(day(1)).unwrap();
    let image = copy_of(holder.dir());
    let of_site = copy_of(site.dir());
    // One request is answered, and the holder's head is cosigned by the other one.
    net.visit(site, day(1)).unwrap();
    for seat in [holder, &net.holders[1], holder] {
        net.visit(seat, day(1)).unwrap();
    }
    // Set back like the holder, the site makes another request of the same round.
    let folder = tempfile::tempdir().unwrap();
    let stick = Stick::open(folder.path()).unwrap();
    sigilo::network::carry(&net.coordinator.stick, &stick).unwrap();
    let name = format!("{}.blinded", sigilo::party::file_label(site.party.card()));
    std::fs::remove_file(stick.dir().join(&name)).unwrap();
    sigilo::network::next(&party_in(of_site.path()), &stick, day(1)).unwrap();

    // What does not hold: whoever carries the stick can take away what others said. Then it is answered.
    let blind = tempfile::tempdir().unwrap();
    let blind = Stick::open(blind.path()).unwrap();
    sigilo::network::carry(&stick, &blind).unwrap();
    let seen = format!(
        "{}.cosigned.{}",
        sigilo::party::file_label(holder.party.card()),
        sigilo::party::file_label(net.holders[1].party.card())
    );
    std::fs::remove_file(blind.dir().join(&seen)).unwrap();
    let other = copy_of(image.path());
    let other = party_in(other.path());
    let out = sigilo::network::next(&other, &blind, day(1)).unwrap();
    assert!(evaluated(&out), "{out:?}");
    // But it has shown its head, and what comes back says that there was another one.
    assert!(!holder::limits_lapsed(&other).unwrap());
    sigilo::network::next(&net.holders[1].party, &blind, day(1)).unwrap();
    sigilo::network::next(&other, &blind, day(1)).unwrap();
    assert!(holder::limits_lapsed(&other).unwrap());

    let back = party_in(image.path());
    assert!(!holder::limits_lapsed(&back).unwrap());
    let out = sigilo::network::next(&back, &stick, day(1)).unwrap();
    assert!(!evaluated(&out), "{out:?}");
    for file in [&seen, &name] {
        let refused = out.refused.iter().find(|(f, _)| f == file);
        let why = &refused.unwrap_or_else(|| panic!("{file}: {out:?}")).1;
        assert!(matches!(why, PartyError::RestoredLimits), "{file}: {why:?}");
        assert_eq!(why.class(), Class::Refused);
    }
    // That is remembered: taking the file away does not help.
    drop(back);
    std::fs::remove_file(stick.dir().join(&seen)).unwrap();
    let back = party_in(image.path());
    assert!(holder::limits_lapsed(&back).unwrap());
    let out = sigilo::network::next(&back, &stick, day(1)).unwrap();
    assert!(!evaluated(&out), "{out:?}");
    // Who has looked into it sets the limits again.
    holder::set_policy(&back, &holder::policy(&back).unwrap()).unwrap();
    let out = sigilo::network::next(&back, &stick, day(1)).unwrap();
    assert!(evaluated(&out), "{out:?}");
}

/// Whoever can write in the folder of a holder takes its ledger away, or puts an old one beside it.
#[test]
fn a_ledger_that_is_gone_or_old_gives_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let net = build(dir.path());
    let (site, holder) = (&net.sites[0], &net.holders[0]);
    let limits = holder::Policy {
        growth_per_day: 10,
        ..holder::policy(&holder.party).unwrap()
    };
    holder::set_policy(&holder.party, &limits).unwrap();
    net.open(day(1)).unwrap();
    let before = copy_of(holder.dir());
    net.visit(site, day(1)).unwrap();
    net.visit(holder, day(1)).unwrap();
    for i in 0..150 {
        site.party.vault().seal(&record(&format!("x{i}"))).unwrap();
    }
    let (_kept, stick) = further(&net, site, day(2));
    let gives = |changed: &dyn Fn(&rusqlite::Connection)| {
        let image = copy_of(holder.dir());
        let db = rusqlite::Connection::open(image.path().join("vault.db")).unwrap();
        changed(&db);
        drop(db);
        let Ok(vault) = common::open(image.path()) else {
            return false;
        };
        let Ok(party) = Party::open(vault) else {
            return false;
        };
        sigilo::network::next(&party, &stick, day(2)).is_ok_and(|out| evaluated(&out))
    };
    assert!(!gives(&|_| {}), "over the growth of a day");
    type Row = (i64, i64, Vec<u8>, Vec<u8>);
    let rows = |dir: &Path| -> Vec<Row> {
        let db = rusqlite::Connection::open(dir.join("vault.db")).unwrap();
        let mut rows = db
            .prepare("SELECT leaf, batch, wrapped, body FROM content")
            .unwrap();
        let rows = rows
            .query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))
            .unwrap();
        rows.map(Result::unwrap).collect()
    };
    let (old, new) = (rows(before.path()), rows(holder.dir()));
    assert!(new.len() > 5);
    for (leaf, ..) in &new {
        let gone = |db: &rusqlite::Connection| {
            db.execute("DELETE FROM content WHERE leaf = ?1", [leaf])
                .unwrap();
        };
        assert!(!gives(&gone), "without content {leaf}");
    }
    let past: Vec<&Row> = old
        .iter()
        .filter(|o| new.iter().all(|n| n.0 != o.0))
        .collect();
    assert!(!past.is_empty());
    let put = |db: &rusqlite::Connection, row: &Row| {
        let (leaf, batch, wrapped, body) = row;
        db.execute(
            "INSERT INTO content (leaf, batch, wrapped, body) VALUES (?1, ?2, ?3, ?4)",
            rusqlite::params![leaf, batch, wrapped, body],
        )
        .unwrap();
    };
    for row in past {
        assert!(!gives(&|db| put(db, row)), "with the old content {}", row.0);
        // In the place of the new one, too.
        for (leaf, ..) in new.iter().filter(|n| old.iter().all(|o| o.0 != n.0)) {
            let instead = |db: &rusqlite::Connection| {
                db.execute("DELETE FROM content WHERE leaf = ?1", [leaf])
                    .unwrap();
                put(db, row);
            };
            assert!(!gives(&instead), "{} in the place of {leaf}", row.0);
        }
    }
}

#[test]
fn a_clock_put_forward_finds_the_round_over() {
    let dir = tempfile::tempdir().unwrap();
    let net = build(dir.path());
    let (site, holder) = (&net.sites[0], &net.holders[0]);
    net.open(day(1)).unwrap();
    net.visit(site, day(1)).unwrap();
    for late in ["2027-04-01T00:00:00Z", "2028-03-01T09:00:00Z"] {
        let late = Time::parse(late).unwrap();
        let out = sigilo::network::next(&holder.party, &net.coordinator.stick, late).unwrap();
        assert!(!evaluated(&out));
        let is_late = |e: &PartyError| matches!(e, PartyError::Round(RoundError::Late(_)));
        assert!(out.refused.iter().any(|(_, e)| is_late(e)), "{out:?}");
    }
}

/// The points of one request are all that there are. Cut off anywhere, it is answered in the end, with the same bytes,
/// and nothing else is.
#[test]
fn what_was_cut_off_is_charged_once() {
    let dir = tempfile::tempdir().unwrap();
    let net = build(dir.path());
    let (site, holder) = (&net.sites[0], &net.holders[0]);
    let limits = holder::Policy {
        points_per_year: 16 * 4,
        ..holder::policy(&holder.party).unwrap()
    };
    holder::set_policy(&holder.party, &limits).unwrap();
    let today = sigilo::party::now();
    let plan = Plan {
        deadline: Time::from_seconds(today.seconds() + 40 * 86_400).unwrap(),
        ..plan()
    };
    let stick = &net.coordinator.stick;
    coordinator::open(&net.coordinator.party, stick, &plan, today).unwrap();
    for _ in 0..2 {
        for seat in &net.holders {
            sigilo::network::next(&seat.party, stick, today).unwrap();
        }
        sigilo::network::next(&net.coordinator.party, stick, today).unwrap();
    }
    sigilo::network::next(&site.party, stick, today).unwrap();
    let label = |seat: &Seat| sigilo::party::file_label(seat.party.card());
    let reply = format!("{}.evaluated.{}", label(site), label(holder));
    let reply = stick.dir().join(reply);
    let key = dir.path().join("clave");
    std::fs::write(&key, common::PASSPHRASE).unwrap();
    let run = || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_sigilo"));
        command.args(["round", "next"]).arg(stick.dir());
        command
            .env("SIGILO_VAULT", holder.dir())
            .env("SIGILO_PASSPHRASE_FILE", &key)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        command.spawn().unwrap()
    };
    // How long a run takes that is left alone, on copies.
    let (vault, folder) = (copy_of(holder.dir()), copy_of(stick.dir()));
    let started = std::time::Instant::now();
    let other = Stick::open(folder.path()).unwrap();
    let out = sigilo::network::next(&party_in(vault.path()), &other, today).unwrap();
    assert!(evaluated(&out), "{out:?}");
    let whole = started.elapsed() * 2;
    for part in 1..=12 {
        let mut child = run();
        std::thread::sleep(whole * part / 12);
        let _ = child.kill();
        child.wait().unwrap();
    }
    // Its answer has no room: a folder stands in its place.
    let sent = std::fs::read(&reply).ok();
    let _ = std::fs::remove_file(&reply);
    std::fs::create_dir(&reply).unwrap();
    run().wait().unwrap();
    std::fs::remove_dir_all(&reply).unwrap();
    assert!(run().wait().unwrap().success());
    let answer = std::fs::read(&reply).unwrap();
    assert!(sent.is_none_or(|sent| sent == answer));
    // It was charged: of another round nothing is answered.
    let again = party_in(holder.dir());
    let (_kept, stick) = further_with(&net, site, &plan, today);
    let out = sigilo::network::next(&again, &stick, today).unwrap();
    let points = |e: &PartyError| matches!(e, PartyError::Points { left: 0, .. });
    assert!(out.refused.iter().any(|(_, e)| points(e)), "{out:?}");
    assert!(!evaluated(&out));
}

/// A coordinator that goes back to a copy of its folder can ask about other pairs. The comparer answers one ask of
/// a round, so that the pairs of a person are counted over all of it.
#[test]
fn a_second_ask_of_a_round_is_refused_for_good() {
    let dir = tempfile::tempdir().unwrap();
    let net = build(dir.path());
    net.open(day(1)).unwrap();
    for seats in [&net.sites, &net.holders, &net.sites] {
        for seat in seats {
            net.visit(seat, day(1)).unwrap();
        }
    }
    let (desk, folder) = (
        copy_of(net.coordinator.dir()),
        copy_of(net.coordinator.stick.dir()),
    );
    net.desk(day(1)).unwrap();
    let comparer = &net.holders.iter().find(|h| {
        let out = sigilo::network::next(&h.party, &net.coordinator.stick, day(1)).unwrap();
        out.done.iter().any(|e| matches!(e, Event::Compared { .. }))
    });
    let comparer = comparer.unwrap();
    // The same again gives the same answer.
    let weights = net.coordinator.stick.dir().join("pairs.weights");
    let answer = std::fs::read(&weights).unwrap();
    std::fs::remove_file(&weights).unwrap();
    net.visit(comparer, day(1)).unwrap();
    assert_eq!(std::fs::read(&weights).unwrap(), answer);
    // Without one of the sites it is another ask.
    let stick = Stick::open(folder.path()).unwrap();
    let without = [net.sites[0].party.id()];
    coordinator::match_files(&party_in(desk.path()), &stick, &without, None, day(1)).unwrap();
    for _ in 0..2 {
        let out = sigilo::network::next(&comparer.party, &stick, day(1)).unwrap();
        let second = |e: &PartyError| matches!(e, PartyError::SecondAsk);
        assert!(out.refused.iter().any(|(_, e)| second(e)), "{out:?}");
        assert!(!folder.path().join("pairs.weights").exists());
    }
}
