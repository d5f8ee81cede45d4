//! Requests and introductions: the whole way through vaults and sticks, every order of messages in a small
//! network, and what a site that records everything can tell.
// Rounds without noise, which a release does not take.
#![cfg(debug_assertions)]

mod common;

use std::collections::BTreeSet;
use std::path::Path;

use sigilo::coordinator::{self, Plan};
use sigilo::log::act::ActKind;
use sigilo::network::{Network, Setup, SiteSetup, carry};
use sigilo::party::{Class, Event, Outcome, Party, PartyError};
use sigilo::record::code::{Agreement, Sex};
use sigilo::record::{Birth, Kind, PartialDate, Record};
use sigilo::round::notice::NoticeError;
use sigilo::round::notice::policy::{Mediation, Notices};
use sigilo::round::{PartyId, Time};
use sigilo::site;
use sigilo::site::notices::{self, Entry, Requests, Stand, Told};

const DAY: u64 = 86_400;

fn start() -> Time {
    Time::parse("2027-03-02T09:00:00Z").unwrap()
}

fn day(n: u64) -> Time {
    Time::from_seconds(start().seconds() + n * DAY).unwrap()
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

fn rosa(id: &str) -> Record {
    let names = ["Rosa Elena", "Hernández", "Tzoc"];
    somebody(id, names, "1994-07-21", ["Chiapas", "Tapachula"])
}

fn xochitl(id: &str) -> Record {
    let names = ["Xóchitl", "Balam", "Canul"];
    somebody(id, names, "2001-11-03", ["Yucatán", "Valladolid"])
}

/// Rosa is at Alba and Brisa, Xóchitl at Alba and Cedro, Carmen at Brisa alone.
fn sites() -> Vec<SiteSetup> {
    let carmen = ["Carmen", "Villalobos", "Quej"];
    let carmen = somebody("B-2", carmen, "1979-12-30", ["Jalisco", "Zapopan"]);
    [
        ("Casa Alba", vec![rosa("A-1"), xochitl("A-2")]),
        ("Casa Brisa", vec![rosa("B-1"), carmen]),
        ("Casa Cedro", vec![xochitl("C-1")]),
    ]
    .map(|(name, records)| SiteSetup {
        name: name.to_owned(),
        records,
    })
    .into()
}

const ALBA: usize = 0;
const BRISA: usize = 1;
const CEDRO: usize = 2;

struct Town {
    net: Network,
    round: [u8; 16],
}

impl Town {
    /// A round that was decided on day 0. Everybody is asked about, half on day 7 and half on day 14; answers
    /// are due on days 14 and 21, and everything ends on day 28.
    fn decided(dir: &Path) -> Self {
        let town = Self::of(dir, sites());
        assert_eq!(town.net.result(&town.round).unwrap().matches, 2);
        town.everybody(0);
        town
    }

    /// The same round with these people.
    fn of(dir: &Path, sites: Vec<SiteSetup>) -> Self {
        let net = Network::build(Self::setup(dir, sites), |_| {}).unwrap();
        let round = common::requests::play(&net, start());
        Self { net, round }
    }

    fn setup(dir: &Path, sites: Vec<SiteSetup>) -> Setup {
        let mut plan = Plan::new("Primer trimestre", day(20), 1000);
        plan.epsilon_milli = 0;
        plan.notices = Notices::Mediated(Mediation::new(8, 2, 7, 990).unwrap());
        plan.quorum = Some(2);
        plan.tokens = 48;
        Setup {
            dir: dir.to_owned(),
            coordinator: "Comisión".to_owned(),
            holders: vec!["Defensoría".to_owned(), "Universidad".to_owned()],
            sites,
            passphrase: common::passphrase(common::PASSPHRASE),
            cost: common::cost(),
            plan,
            link: false,
        }
    }

    fn visit(&self, i: usize, n: u64) -> Vec<Event> {
        self.net.visit(&self.net.sites[i], day(n)).unwrap()
    }

    /// The coordinator's step and a visit of everybody on one day.
    fn everybody(&self, n: u64) {
        self.net.desk(day(n)).unwrap();
        for i in 0..self.net.sites.len() {
            self.visit(i, n);
        }
        self.net.desk(day(n)).unwrap();
    }

    fn party(&self, i: usize) -> &Party {
        &self.net.sites[i].party
    }

    fn id(&self, i: usize) -> PartyId {
        self.party(i).id()
    }

    fn entries(&self, i: usize) -> Vec<Entry> {
        Requests::read(self.party(i)).unwrap().entries
    }

    /// The request about a record of a site, by the place of the record in the setup.
    fn about(&self, i: usize, record: usize) -> Entry {
        let id = self.net.sites[i].sealed[record];
        let mut all = self.entries(i).into_iter();
        all.find(|e| e.records == [id]).unwrap()
    }

    fn answer(&self, i: usize, record: usize, yes: bool, n: u64) -> Result<Entry, PartyError> {
        self.told(i, record, n, &word(yes))
    }

    fn told(&self, i: usize, record: usize, n: u64, told: &Told<'_>) -> Result<Entry, PartyError> {
        let id = self.about(i, record).id;
        notices::answer(self.party(i), &id, told, day(n))
    }

    /// Answers whatever waits: "yes" about these, "no" about the others.
    fn answer_all(&self, yes: &[(usize, usize)], n: u64) {
        for i in 0..self.net.sites.len() {
            for record in 0..self.net.sites[i].sealed.len() {
                let id = self.net.sites[i].sealed[record];
                let mut all = self.entries(i).into_iter();
                let found = all.find(|e| e.records == [id]);
                if found.is_some_and(|e| e.word.is_none() && !e.sent) {
                    self.answer(i, record, yes.contains(&(i, record)), n)
                        .unwrap();
                }
            }
        }
    }

    /// From day 7 to the end, with these who agree.
    fn play(&self, yes: &[(usize, usize)]) {
        for n in [7, 14, 21, 28] {
            self.everybody(n);
            if n < 21 {
                self.answer_all(yes, n);
            }
        }
        for i in 0..self.net.sites.len() {
            self.visit(i, 28);
        }
    }

    fn acts(&self, i: usize, kind: ActKind) -> Vec<[u8; 16]> {
        let mut found = Vec::new();
        let vault = self.party(i).vault();
        vault
            .trail(0, |e| {
                found.extend(e.act.object.filter(|_| e.act.kind == kind));
                Ok(())
            })
            .unwrap();
        found
    }

    fn sound(&self) {
        for chain in self.net.verify().unwrap() {
            assert_eq!(chain.findings, [], "{}", chain.party);
        }
    }
}

fn word(yes: bool) -> Told<'static> {
    Told {
        yes,
        asked_by: "Marta",
        except: &[],
        only: &[],
        contact: "",
    }
}

fn refusal(error: PartyError) -> NoticeError {
    match error {
        PartyError::Notice(e) => e,
        e => panic!("{e}"),
    }
}

#[test]
fn two_who_agree_are_introduced_and_nobody_else_learns_anything() {
    let dir = tempfile::tempdir().unwrap();
    let town = Town::decided(dir.path());
    // Rosa agrees at both houses, Xóchitl at Cedro alone.
    town.play(&[(ALBA, 0), (BRISA, 0), (BRISA, 1), (CEDRO, 0)]);
    let met = |i, record| match town.about(i, record).stand {
        Stand::Introduced(all) => all.iter().map(|m| m.house).collect(),
        Stand::Closed => Vec::new(),
        Stand::Waiting => panic!("nothing waits at the end"),
    };
    assert_eq!(met(ALBA, 0), [town.id(BRISA)]);
    assert_eq!(met(BRISA, 0), [town.id(ALBA)]);
    // A refusal of hers, a request about somebody whom nobody knows, and the other side of the refusal.
    for (i, record) in [(ALBA, 1), (BRISA, 1), (CEDRO, 0)] {
        assert!(met(i, record).is_empty());
    }
    let ends = town.about(CEDRO, 0).ends;
    assert!(town.entries(ALBA).iter().all(|e| e.ends == ends));
    // Each chain has the person's word and the introduction, under the house's own id.
    let (alba, brisa) = (
        town.net.sites[ALBA].sealed[0].0,
        town.net.sites[BRISA].sealed[0].0,
    );
    assert_ne!(alba, brisa);
    assert_eq!(town.acts(ALBA, ActKind::Introduced), [alba]);
    assert_eq!(town.acts(BRISA, ActKind::Introduced), [brisa]);
    assert_eq!(town.acts(CEDRO, ActKind::Introduced), [[0u8; 16]; 0]);
    assert_eq!(town.acts(ALBA, ActKind::NoticeAnswered).len(), 2);
    assert!(
        town.acts(CEDRO, ActKind::NoticeAnswered)
            .contains(&town.net.sites[CEDRO].sealed[0].0)
    );
    // Everything is closed, and closing the coordinator's side is allowed now.
    for i in 0..3 {
        assert!(town.party(i).books().unwrap()[0].closed);
        assert_eq!(shelf(&town, i), 0);
    }
    coordinator::close(&town.net.coordinator.party, None).unwrap();
    town.sound();
}

/// Nine records at Alba that are Rosa with another date each; with `spelt`, she is called otherwise in each, too.
fn probes(spelt: bool) -> Vec<Record> {
    let spellings = [
        ("Rosa", "Hernández", "Tzoc"),
        ("Elena", "Hernández", "Tzoc"),
        ("Rosa Elena", "Tzoc", "Hernández"),
        ("Rosa Elena", "Hernández", ""),
        ("Rosa Elena", "Hernandes", "Chock"),
        ("Rosalena", "Hernández", "Tzoc"),
        ("Rosa Helen", "Hernández", "Tzoc"),
        ("Elena Rosario", "Hernández", "Tzoc"),
        ("Rosa Elisa", "Hernández", "Tzoc"),
    ];
    let probe = |(i, (given, paternal, maternal)): (usize, (&str, &str, &str))| {
        let mut probe = rosa(&format!("A-{}", i + 10));
        let date = format!("199{i}-0{}-1{i}", i + 1);
        probe.birth = Birth::Date(PartialDate::parse(&date).unwrap());
        if spelt {
            probe.given_names = given.to_owned();
            probe.paternal_surname = paternal.to_owned();
            probe.maternal_surname = maternal.to_owned();
        }
        probe
    };
    spellings.into_iter().enumerate().map(probe).collect()
}

/// Alba puts Rosa in under ten dates, the right one among them, and says "yes" for all of them; so does Rosa at
/// Brisa. Nobody is introduced for it; Xóchitl, who is at Alba and Cedro, is. Under one name Alba's own program marks the ten; under ten
/// names the coordinator's finds them by whom they meet.
#[test]
fn who_sweeps_for_somebody_is_not_introduced_to_her_house() {
    for spelt in [false, true] {
        nobody_is_introduced_for_a_sweep(spelt);
    }
}

fn nobody_is_introduced_for_a_sweep(spelt: bool) {
    let dir = tempfile::tempdir().unwrap();
    let mut houses = sites();
    houses[ALBA].records.extend(probes(spelt));
    let net = Network::build(Town::setup(dir.path(), houses), |_| {}).unwrap();
    let mut marked = false;
    let round = common::requests::play_and_tell(&net, start(), |event| {
        marked |= matches!(event, Event::Namesakes { .. });
    });
    assert_eq!(marked, !spelt);
    let town = Town { net, round };
    town.everybody(0);
    let mut all: Vec<(usize, usize)> = (0..11).map(|record| (ALBA, record)).collect();
    all.extend([(BRISA, 0), (BRISA, 1), (CEDRO, 0)]);
    town.play(&all);
    let met = |i: usize, record: usize| match town.about(i, record).stand {
        Stand::Introduced(all) => all.iter().map(|m| m.house).collect(),
        Stand::Closed => Vec::new(),
        Stand::Waiting => panic!("nothing waits at the end"),
    };
    for record in (0..11).filter(|record| *record != 1) {
        assert!(met(ALBA, record).is_empty(), "{record}");
    }
    assert!(met(BRISA, 0).is_empty() && met(BRISA, 1).is_empty());
    assert_eq!(met(ALBA, 1), [town.id(CEDRO)]);
    assert_eq!(met(CEDRO, 0), [town.id(ALBA)]);
}

/// Alba searches for somebody who is nowhere else: no pair shows it. Alba is told which records look so, and the coordinator who
/// does it; the file is taken as any other.
#[test]
fn many_dates_for_one_name_are_told_to_the_house_and_to_the_coordinator() {
    for (from, told) in [(0, Some(9)), (6, None)] {
        let dir = tempfile::tempdir().unwrap();
        let mut houses = sites();
        houses[BRISA].records.remove(0);
        houses[ALBA].records.remove(0);
        houses[ALBA].records.extend(probes(false).split_off(from));
        let setup = Town::setup(dir.path(), houses);
        let net = Network::build(setup, |_| {}).unwrap();
        let mut marked = Vec::new();
        let mut named = Vec::new();
        common::requests::play_and_tell(&net, start(), |event| match event {
            Event::Namesakes { records, persons } => {
                assert_eq!(records.split(' ').count() as u64, *persons);
                marked.push(*persons);
            }
            Event::Probing { site, persons } => named.push((site.clone(), *persons)),
            _ => {}
        });
        assert_eq!(marked, Vec::from_iter(told));
        let expected = told.map(|n| ("Casa Alba".to_owned(), n));
        assert_eq!(named, Vec::from_iter(expected));
    }
}

fn shelf(town: &Town, i: usize) -> usize {
    let shelf = town.net.sites[i].dir().join("round-files");
    std::fs::read_dir(shelf).map_or(0, Iterator::count)
}

/// Sizes of the files of one kind on the coordinator's stick.
fn sizes(town: &Town, kind: &str) -> Vec<u64> {
    let files = std::fs::read_dir(town.net.coordinator.stick.dir()).unwrap();
    let files = files.map(|e| e.unwrap());
    let files = files.filter(|e| e.file_name().to_string_lossy().contains(kind));
    files.map(|e| e.metadata().unwrap().len()).collect()
}

#[test]
fn every_file_of_a_kind_has_one_size_and_its_day() {
    let dir = tempfile::tempdir().unwrap();
    let town = Town::decided(dir.path());
    town.everybody(6);
    assert!(sizes(&town, ".notice.").is_empty());
    town.everybody(7);
    assert_eq!(sizes(&town, ".notice.1").len(), 3);
    town.answer_all(&[(ALBA, 0), (CEDRO, 0)], 8);
    town.everybody(14);
    town.everybody(21);
    let notices: BTreeSet<u64> = sizes(&town, ".notice.").into_iter().collect();
    let consents = sizes(&town, ".consent.");
    assert_eq!((notices.len(), consents.len()), (1, 6));
    assert_eq!(consents.iter().collect::<BTreeSet<_>>().len(), 1);
    assert!(sizes(&town, ".introduction").is_empty());
    town.everybody(27);
    assert!(sizes(&town, ".introduction").is_empty());
    town.everybody(28);
    let ends = sizes(&town, ".introduction");
    assert_eq!(
        (ends.len(), ends.iter().collect::<BTreeSet<_>>().len()),
        (3, 1)
    );
}

#[test]
fn what_can_be_said_and_until_when() {
    let dir = tempfile::tempdir().unwrap();
    let town = Town::decided(dir.path());
    town.everybody(7);
    town.everybody(14);
    // Both lists are here now; the second can be answered.
    let open: Vec<(usize, usize)> = [(ALBA, 0), (ALBA, 1), (BRISA, 0), (BRISA, 1), (CEDRO, 0)]
        .into_iter()
        .filter(|(i, record)| !town.about(*i, *record).sent)
        .collect();
    let all: usize = (0..3).map(|i| town.entries(i).len()).sum();
    assert_eq!(all, 5);
    for (i, record) in [(ALBA, 0), (ALBA, 1), (BRISA, 0), (BRISA, 1), (CEDRO, 0)] {
        let answered = town.answer(i, record, true, 14);
        match open.contains(&(i, record)) {
            true => assert_eq!(answered.unwrap().word.unwrap().asked_by, "Marta"),
            false => assert_eq!(refusal(answered.unwrap_err()), NoticeError::Sent),
        }
    }
    let strange = notices::answer(town.party(ALBA), &[7; 16], &word(true), day(14));
    assert_eq!(refusal(strange.unwrap_err()), NoticeError::NoSuchRequest);
    if let Some((i, record)) = open.first().copied() {
        // She may change her mind until the stick leaves, and not after the last day.
        assert!(!town.answer(i, record, false, 15).unwrap().word.unwrap().yes);
        let late = refusal(town.answer(i, record, true, 21).unwrap_err());
        assert!(matches!(late, NoticeError::Late(_)));
        let others: Vec<PartyId> = (0..3).filter(|o| *o != i).map(|o| town.id(o)).collect();
        let none = Told {
            except: &others,
            ..word(true)
        };
        let none = refusal(town.told(i, record, 15, &none).unwrap_err());
        assert_eq!(none, NoticeError::NoHouse);
        let odd = Told {
            contact: "llame\nya",
            ..word(true)
        };
        let odd = refusal(town.told(i, record, 15, &odd).unwrap_err());
        assert_eq!(odd, NoticeError::Contact);
    }
    let early = coordinator::close(&town.net.coordinator.party, None).unwrap_err();
    assert_eq!(early.class(), Class::Refused);
    assert!(matches!(refusal(early), NoticeError::Open(_)));
}

#[test]
fn a_house_that_was_left_out_sees_what_everybody_sees() {
    let dir = tempfile::tempdir().unwrap();
    let town = Town::decided(dir.path());
    for n in [7, 14] {
        town.everybody(n);
        for (i, record) in [(ALBA, 0), (BRISA, 0)] {
            let here = town
                .entries(i)
                .iter()
                .any(|e| e.records == [town.net.sites[i].sealed[record]] && !e.sent);
            if here {
                // Rosa fears Brisa, and says so at Alba.
                let except = [town.id(BRISA)];
                let told = Told {
                    except: if i == ALBA { &except } else { &[] },
                    contact: "Tel. 55 1234 5678",
                    ..word(true)
                };
                town.told(i, record, n, &told).unwrap();
            }
        }
    }
    town.everybody(21);
    town.everybody(28);
    // Brisa sees what it would see if nobody knew her; and Alba does not look at what Brisa said.
    for (i, record) in [(ALBA, 0), (BRISA, 0), (BRISA, 1)] {
        assert_eq!(town.about(i, record).stand, Stand::Closed);
    }
    assert!(town.acts(ALBA, ActKind::Introduced).is_empty());
}

#[test]
fn who_withdraws_before_the_end_is_not_named() {
    let dir = tempfile::tempdir().unwrap();
    let town = Town::decided(dir.path());
    for n in [7, 14, 21] {
        town.everybody(n);
        if n < 21 {
            town.answer_all(&[(ALBA, 0), (BRISA, 0)], n);
        }
    }
    assert!(town.about(ALBA, 0).sent);
    site::withdraw(town.party(ALBA), town.net.sites[ALBA].sealed[0]).unwrap();
    town.visit(ALBA, 22);
    town.everybody(28);
    assert_eq!(town.about(ALBA, 0).stand, Stand::Closed);
    assert_eq!(town.about(BRISA, 0).stand, Stand::Closed);
}

#[test]
fn sticks_that_are_lost_repeated_or_mixed_up_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let town = Town::decided(dir.path());
    let yes = [(ALBA, 0), (BRISA, 0)];
    let seat = &town.net.sites[ALBA];
    let stick = seat.stick.dir();
    town.everybody(7);
    town.answer_all(&yes, 7);
    // Answered, written on its day, and the stick is lost: the same bytes come again.
    carry(&town.net.coordinator.stick, &seat.stick).unwrap();
    let written = |kind: &str| {
        let all = std::fs::read_dir(stick).unwrap().map(|e| e.unwrap());
        let own = |name: &str| name.starts_with("casa-alba") && name.ends_with(kind);
        let mut all = all.filter(|e| own(&e.file_name().to_string_lossy()));
        all.next().map(|e| std::fs::read(e.path()).unwrap())
    };
    seat.next(day(13)).unwrap();
    assert!(written(".consent.1").is_none());
    seat.next(day(14)).unwrap();
    let first = written(".consent.1");
    wipe(stick);
    let size = seat.party.vault().log_size().unwrap();
    seat.next(day(14)).unwrap();
    assert!(first.is_some() && written(".consent.1") == first);
    assert_eq!(seat.party.vault().log_size().unwrap(), size);
    // A list of another house, a changed one, and one of another batch are refused.
    let notice = written(".notice.1");
    assert!(notice.is_none());
    carry(&town.net.coordinator.stick, &seat.stick).unwrap();
    let names = |kind: &str| -> Vec<String> {
        let all = std::fs::read_dir(stick).unwrap().map(|e| e.unwrap());
        let all = all.map(|e| e.file_name().to_string_lossy().into_owned());
        let mut all: Vec<String> = all.filter(|n| n.contains(kind)).collect();
        all.sort();
        all
    };
    let own = names("alba").into_iter().find(|n| n.contains(".notice.1"));
    let own = own.unwrap();
    let other = names("brisa").into_iter().find(|n| n.contains(".notice.1"));
    let good = std::fs::read(stick.join(&own)).unwrap();
    let foreign = std::fs::read(stick.join(other.unwrap())).unwrap();
    let mut damaged = good.clone();
    damaged[300] ^= 1;
    let second = own.replace(".notice.1", ".notice.2");
    for (name, bytes) in [(&own, &foreign), (&own, &damaged), (&second, &good)] {
        std::fs::write(stick.join(name), bytes).unwrap();
        let out: Outcome = seat.next(day(14)).unwrap();
        assert_eq!(out.refused.len(), 1, "{name}");
        assert_eq!(out.refused[0].0, *name);
        std::fs::write(stick.join(&own), &good).unwrap();
        let _ = std::fs::remove_file(stick.join(&second));
    }
    assert_eq!(seat.party.vault().log_size().unwrap(), size);
    // Another answer to the same list, made by a copy of the vault, is refused by the coordinator.
    carry(&seat.stick, &town.net.coordinator.stick).unwrap();
    town.net.desk(day(13)).unwrap();
    let name = names("alba").into_iter().find(|n| n.contains(".consent.1"));
    let name = name.unwrap();
    let mut other = first.clone().unwrap();
    other[20] ^= 1;
    std::fs::write(town.net.coordinator.stick.dir().join(&name), other).unwrap();
    let out = town.net.coordinator.next(day(13)).unwrap();
    assert!(matches!(&out.refused[..], [(n, PartyError::SecondFile(_))] if *n == name));
    std::fs::write(town.net.coordinator.stick.dir().join(&name), first.unwrap()).unwrap();
    // The rest of the way, with every visit made twice and the end opened too early once.
    for n in [14, 21] {
        for _ in 0..2 {
            town.everybody(n);
            if n < 21 {
                town.answer_all(&yes, n);
            }
        }
    }
    town.net.desk(day(28)).unwrap();
    carry(&town.net.coordinator.stick, &seat.stick).unwrap();
    let out = seat.next(day(27)).unwrap();
    assert!(matches!(
        &out.refused[..],
        [(_, PartyError::Notice(NoticeError::Early(_)))]
    ));
    town.everybody(28);
    town.everybody(28);
    assert!(matches!(town.about(ALBA, 0).stand, Stand::Introduced(_)));
    assert!(matches!(town.about(BRISA, 0).stand, Stand::Introduced(_)));
    assert_eq!(town.acts(ALBA, ActKind::Introduced).len(), 1);
    assert_eq!(town.acts(BRISA, ActKind::Introduced).len(), 1);
    town.sound();
}

fn wipe(dir: &Path) {
    for entry in std::fs::read_dir(dir).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
}

#[test]
fn a_house_that_is_told_nothing_in_the_end_closes_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let town = Town::decided(dir.path());
    town.everybody(7);
    town.answer_all(&[(ALBA, 0), (BRISA, 0)], 7);
    for i in 0..3 {
        town.net.sites[i].next(day(30)).unwrap();
        assert!(town.entries(i).iter().all(|e| e.stand == Stand::Waiting));
        let out = town.net.sites[i].next(day(35)).unwrap();
        assert!(out.done.contains(&Event::Closed));
        assert!(town.entries(i).iter().all(|e| e.stand == Stand::Closed));
        assert_eq!(shelf(&town, i), 0);
    }
    town.sound();
}

#[test]
fn a_house_may_leave_before_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let town = Town::decided(dir.path());
    town.everybody(7);
    site::close(town.party(ALBA), Some(&town.round)).unwrap();
    assert!(town.entries(ALBA).iter().all(|e| e.stand == Stand::Closed));
    assert_eq!(shelf(&town, ALBA), 0);
    let none = notices::answer(
        town.party(ALBA),
        &town.entries(ALBA).first().map_or([1; 16], |e| e.id),
        &word(true),
        day(8),
    );
    assert!(none.is_err());
}
