//! What a holder gives out, whatever is drafted: points of a year, growth of a site's log, and
//! nothing at all after the holder itself was set back to a copy.
// Rounds without noise, which a release does not take.
#![cfg(debug_assertions)]

mod common;

use std::path::Path;

use sigilo::coordinator::{self, Plan};
use sigilo::crypto::travel::Identity;
use sigilo::holder;
use sigilo::log::act::Reason;
use sigilo::network::{Network, Seat, Setup, SiteSetup};
use sigilo::party::{Class, Event, Party, PartyError, Stick};
use sigilo::record::code::Agreement;
use sigilo::record::{Kind, Record};
use sigilo::round::{Role, Time};
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
    let desk = &net.coordinator;
    for book in desk.party.books().unwrap() {
        coordinator::close(&desk.party, Some(&book.round)).unwrap();
    }
    let dir = tempfile::tempdir().unwrap();
    let stick = Stick::open(dir.path()).unwrap();
    coordinator::open(&desk.party, &stick, &plan(), now).unwrap();
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
    let before = holder.party.vault().log_size().unwrap();
    for now in [day(2), Time::parse("2027-02-01T09:00:00Z").unwrap()] {
        let out = sigilo::network::next(&holder.party, &stick, now).unwrap();
        let [(_, e @ PartyError::Growth { asked: 192, .. })] = &out.refused[..] else {
            panic!("{out:?}");
        };
        assert_eq!(e.class(), Class::Refused);
    }
    // Probing leaves a trace in the holder's log.
    assert!(holder.party.vault().log_size().unwrap() > before);

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
