//! A round in which requests are sent.

use std::path::Path;

use sigilo::coordinator::Plan;
use sigilo::network::{Network, Setup, SiteSetup};
use sigilo::party::{self, Event};
use sigilo::record::code::{Agreement, Sex};
use sigilo::record::{Birth, PartialDate, Record};
use sigilo::round::Time;
use sigilo::round::notice::policy::{Mediation, Notices};

const DAY: u64 = 86_400;

fn rosa(id: &str) -> Record {
    let mut r = super::person("Rosa Elena", "Hernández");
    r.local_id = id.to_owned();
    r.maternal_surname = "Tzoc".to_owned();
    r.sex = Some(Sex::Female);
    r.birth = Birth::Date(PartialDate::parse("1994-07-21").unwrap());
    r.birth_place.state = "Chiapas".to_owned();
    r.birth_place.municipality = "Tapachula".to_owned();
    r.consents.matching.given = Agreement::Yes;
    r
}

/// A round of two houses that both know Rosa, decided so many days ago.
pub fn decided(dir: &Path, days: u64) -> (Network, Time) {
    let now = Time::from_seconds(party::now().seconds() - days * DAY).unwrap();
    let deadline = Time::from_seconds(now.seconds() + 3 * DAY).unwrap();
    let mut plan = Plan::new("Primer trimestre", deadline, 1000);
    plan.notices = Notices::Mediated(Mediation::new(16, 1, 7, 990).unwrap());
    plan.tokens = 48;
    let sites = [("Casa Alba", "A-1"), ("Casa Brisa", "B-1")];
    let setup = Setup {
        dir: dir.to_owned(),
        coordinator: "Comisión".to_owned(),
        holders: vec!["Defensoría".to_owned(), "Universidad".to_owned()],
        sites: sites
            .map(|(name, id)| SiteSetup {
                name: name.to_owned(),
                records: vec![rosa(id)],
            })
            .into(),
        passphrase: super::passphrase(super::PASSPHRASE),
        cost: super::cost(),
        plan,
        link: false,
    };
    let net = Network::build(setup, |_| {}).unwrap();
    play(&net, now);
    for seat in &net.sites {
        net.visit(seat, now).unwrap();
    }
    (net, now)
}

/// Everybody does a part of a round, until it is decided.
pub fn play(net: &Network, now: Time) -> [u8; 16] {
    play_and_tell(net, now, |_| {})
}

/// The same; `tell` is given what everybody was told.
pub fn play_and_tell(net: &Network, now: Time, mut tell: impl FnMut(&Event)) -> [u8; 16] {
    let round = net.open(now).unwrap();
    for seats in [&net.sites, &net.holders, &net.sites] {
        for seat in seats {
            net.visit(seat, now).unwrap().iter().for_each(&mut tell);
        }
    }
    net.desk(now).unwrap().iter().for_each(&mut tell);
    for seat in &net.holders {
        net.visit(seat, now).unwrap().iter().for_each(&mut tell);
    }
    net.desk(now).unwrap().iter().for_each(&mut tell);
    round
}
