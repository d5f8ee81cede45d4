//! Rounds over folders: three sites, two holders, a coordinator, each with a vault of its own.

mod common;

use std::path::Path;

use sigilo::coordinator::Plan;
use sigilo::network::{Network, Played, Setup, SiteSetup};
use sigilo::record::code::{Agreement, Sex};
use sigilo::record::{Birth, Kind, PartialDate, Record};
use sigilo::round::Time;

fn now() -> Time {
    Time::parse("2027-03-02T09:00:00Z").unwrap()
}

fn deadline() -> Time {
    Time::parse("2027-03-31T23:59:59Z").unwrap()
}

fn somebody(id: &str, names: [&str; 3], birth: &str, place: [&str; 2]) -> Record {
    let mut r = Record::new(Kind::Victim);
    r.local_id = id.to_owned();
    r.given_names = names[0].to_owned();
    r.paternal_surname = names[1].to_owned();
    r.maternal_surname = names[2].to_owned();
    r.sex = Some(Sex::Female);
    r.birth = Birth::Date(PartialDate::parse(birth).unwrap());
    r.birth_place.state = place[0].to_owned();
    r.birth_place.municipality = place[1].to_owned();
    r.consents.matching.given = Agreement::Yes;
    r
}

/// Rosa is at A and B, spelled in two ways; Xóchitl at A and C; Ana at A only twice.
fn sites() -> Vec<SiteSetup> {
    let rosa = ["Rosa Elena", "Hernández", "Tzoc"];
    let a = vec![
        somebody("A-1", rosa, "1994-07-21", ["Chiapas", "Tapachula"]),
        somebody(
            "A-2",
            ["Xóchitl", "Balam", "Canul"],
            "2001-11-03",
            ["Yucatán", "Valladolid"],
        ),
        somebody(
            "A-3",
            ["Ana Lucía", "Ordóñez", "Peraza"],
            "1988-02-17",
            ["Puebla", "Cholula"],
        ),
        somebody(
            "A-4",
            ["Ana Lucia", "Ordoñez", "Peraza"],
            "1988-02-17",
            ["Puebla", "Cholula"],
        ),
    ];
    let mut b = vec![
        somebody(
            "B-1",
            ["Rosa Elena", "Hernandes", "Tzoc"],
            "1994-07-21",
            ["Chiapas", "Tapachula"],
        ),
        somebody(
            "B-2",
            ["Carmen", "Villalobos", "Quej"],
            "1979-12-30",
            ["Jalisco", "Zapopan"],
        ),
        somebody(
            "B-3",
            ["Xóchitl", "Balam", "Canul"],
            "2001-11-03",
            ["Yucatán", "Valladolid"],
        ),
    ];
    // She is at B too, and did not agree to matching.
    b[2].consents.matching.given = Agreement::No;
    let c = vec![somebody(
        "C-1",
        ["Xochitl", "Balam", "Canul"],
        "2001-11-03",
        ["Yucatán", "Valladolid"],
    )];
    [("Casa Alba", a), ("Casa Brisa", b), ("Casa Cedro", c)]
        .map(|(name, records)| SiteSetup {
            name: name.to_owned(),
            records,
        })
        .into()
}

fn setup(dir: &Path) -> Setup {
    Setup {
        dir: dir.to_owned(),
        coordinator: "Comisión".to_owned(),
        holders: vec!["Defensoría".to_owned(), "Universidad".to_owned()],
        sites: sites(),
        passphrase: common::passphrase(common::PASSPHRASE),
        cost: common::cost(),
        plan: Plan::new("Personas asistidas, primer trimestre", deadline(), 1000),
        link: true,
    }
}

fn network(dir: &Path) -> Network {
    Network::build(setup(dir), |_| {}).unwrap()
}

#[test]
fn a_round_from_vaults_to_result() {
    let dir = tempfile::tempdir().unwrap();
    let played: Played = network(dir.path()).round(now(), |_| {}).unwrap();
    let r = &played.result;
    // Ana's two records are one person; Xóchitl's at B stay out.
    assert_eq!((r.records, r.local_persons), (7, 6));
    assert_eq!(r.persons, 4);
    assert_eq!(r.matches, 2);
    assert!(r.sites.iter().all(|s| s.2.is_none()));
    assert_eq!(played.sites[0].entered_records, 4);
    assert_eq!(played.sites[0].entered_persons, 3);
    assert_eq!(played.sites[1].entered_records, 2);
    assert_eq!(played.clusters.len(), 2);
    assert!(
        played.chains.iter().all(|c| c.findings.is_empty()),
        "{:?}",
        played.chains
    );
}
