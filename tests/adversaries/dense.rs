//! Tokens that are too coarse for the people they are made of: the round stops and says why.

use sigilo::coordinator::Plan;
use sigilo::network::{Network, Setup, SiteSetup};
use sigilo::party::{Class, PartyError};
use sigilo::round::Time;

use super::play::now;
use super::seized::record;
use crate::common;

/// Forty persons at each of three sites, nobody twice, of one town and with five surnames, in a round that is drafted
/// for so many.
fn of_one_town(expected: u64) -> (tempfile::TempDir, Network) {
    let tmp = tempfile::tempdir().unwrap();
    let plan = Plan {
        tokens: 32,
        epsilon_milli: 0,
        ..Plan::new(
            "Personas asistidas",
            Time::parse("2027-03-31T23:59:59Z").unwrap(),
            expected,
        )
    };
    let site = |(i, name): (usize, &str)| SiteSetup {
        name: name.to_owned(),
        records: (40 * i..40 * (i + 1)).map(record).collect(),
    };
    let setup = Setup {
        dir: tmp.path().to_owned(),
        coordinator: "Comisión".to_owned(),
        holders: vec!["Defensoría".to_owned(), "Universidad".to_owned()],
        sites: ["Casa A", "Casa B", "Casa C"]
            .into_iter()
            .enumerate()
            .map(site)
            .collect(),
        passphrase: common::passphrase(common::PASSPHRASE),
        cost: common::cost(),
        plan,
        link: false,
    };
    let net = Network::build(setup, |_| {}).unwrap();
    net.open(now()).unwrap();
    for seats in [&net.sites, &net.holders, &net.sites] {
        for seat in seats {
            net.visit(seat, now()).unwrap();
        }
    }
    net.desk(now()).unwrap();
    for seat in &net.holders {
        net.visit(seat, now()).unwrap();
    }
    (tmp, net)
}

#[test]
fn a_round_whose_persons_meet_too_often_by_chance_is_stopped() {
    let (_tmp, net) = of_one_town(32);
    let stick = &net.coordinator.stick;
    for _ in 0..2 {
        let out = sigilo::network::next(&net.coordinator.party, stick, now());
        let e = match out {
            Ok(mut out) => out.refused.remove(0).1,
            Err(e) => e,
        };
        let PartyError::Dense { found, limit } = e else {
            panic!("{e:?}");
        };
        assert!(found > limit && limit == 1_200, "{found} {limit}");
        assert_eq!(e.class(), Class::Refused);
        assert!(!stick.dir().join("result.note").exists());
    }
    // With as many bits as a large country takes, the same people are counted.
    let (_tmp, net) = of_one_town(1_000_000_000);
    net.desk(now()).unwrap();
    assert!(net.coordinator.stick.dir().join("result.note").exists());
}
