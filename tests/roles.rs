//! Rounds over folders: three sites, two holders, a coordinator, each with a vault of its own.
// Rounds without noise, which a release does not take.
#![cfg(debug_assertions)]

mod common;

use std::path::Path;

use sigilo::coordinator::{self, Plan};
use sigilo::log::act::Reason;
use sigilo::network::{self, Network, Played, Seat, Setup, SiteSetup, carry};
use sigilo::party::{Class, Event, Party, PartyError, Stick};
use sigilo::record::code::{Agreement, Sex};
use sigilo::record::{Birth, Kind, PartialDate, Record};
use sigilo::round::result::Presence;
use sigilo::round::{PartyId, Role, RoundError, Time};
use sigilo::site;

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

/// A round that counts nobody and has no noise.
fn plan(purpose: &str) -> Plan {
    Plan {
        epsilon_milli: 0,
        ..Plan::new(purpose, deadline(), 1000)
    }
}

fn setup(dir: &Path) -> Setup {
    Setup {
        dir: dir.to_owned(),
        coordinator: "Comisión".to_owned(),
        holders: vec!["Defensoría".to_owned(), "Universidad".to_owned()],
        sites: sites(),
        passphrase: common::passphrase(common::PASSPHRASE),
        cost: common::cost(),
        plan: plan("Personas asistidas, primer trimestre"),
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

/// A network of few tokens, for what does not depend on who is found.
fn small(dir: &Path) -> Network {
    let mut setup = setup(dir);
    setup.link = false;
    setup.plan.tokens = 4;
    Network::build(setup, |_| {}).unwrap()
}

/// What a vault remembers, for comparison.
fn memory(seat: &Seat) -> Vec<sigilo::party::Book> {
    seat.party.books().unwrap()
}

fn read(seat: &Seat, name: &str) -> Vec<u8> {
    std::fs::read(seat.stick.dir().join(name)).unwrap()
}

fn write(seat: &Seat, name: &str, bytes: &[u8]) {
    std::fs::write(seat.stick.dir().join(name), bytes).unwrap();
}

fn label(seat: &Seat) -> String {
    sigilo::party::file_label(seat.party.card())
}

/// The step of a party with a file that is not as it should be: refused, and nothing is changed.
fn refused(seat: &Seat, name: &str, bytes: &[u8], now: Time) -> PartyError {
    let good = read(seat, name);
    // What else is in the folder is taken first, so that it is no part of the comparison.
    std::fs::remove_file(seat.stick.dir().join(name)).unwrap();
    let _ = seat.next(now);
    let before = memory(seat);
    write(seat, name, bytes);
    let error = match seat.next(now) {
        Ok(mut out) => {
            let at = out.refused.iter().position(|(file, _)| file == name);
            let at = at.unwrap_or_else(|| panic!("{name} was not refused: {out:?}"));
            out.refused.swap_remove(at).1
        }
        Err(e) => e,
    };
    assert!(memory(seat) == before, "{name}: {error:?}");
    write(seat, name, &good);
    error
}

/// Damage of every kind.
fn damaged(seat: &Seat, name: &str, now: Time) {
    let good = read(seat, name);
    for at in [0, 30, good.len() / 2, good.len() - 1] {
        let mut bad = good.clone();
        bad[at] ^= 1;
        let e = refused(seat, name, &bad, now);
        assert!(e.class() >= Class::WrongKey, "{name} {at}: {e:?}");
    }
    for len in [0, 20, good.len() / 2, good.len() - 1] {
        let e = refused(seat, name, &good[..len], now);
        assert!(e.class() >= Class::WrongKey, "{name} cut at {len}: {e:?}");
    }
    let longer = [good.as_slice(), b"x"].concat();
    let e = refused(seat, name, &longer, now);
    assert!(e.class() >= Class::WrongKey, "{name} longer: {e:?}");
}

fn bring(net: &Network, seat: &Seat) {
    carry(&net.coordinator.stick, &seat.stick).unwrap();
}

fn fetch(net: &Network, seat: &Seat) {
    carry(&seat.stick, &net.coordinator.stick).unwrap();
}

#[test]
fn every_damaged_file_is_refused_and_the_round_goes_on_with_the_good_one() {
    let dir = tempfile::tempdir().unwrap();
    let net = small(dir.path());
    let now = now();
    let plan = self::plan("Prueba");
    let plan = Plan { tokens: 4, ..plan };
    let desk = &net.coordinator;
    coordinator::open(&desk.party, &desk.stick, &plan, now).unwrap();
    for holder in &net.holders {
        bring(&net, holder);
        damaged(holder, "round.draft", now);
        holder.next(now).unwrap();
        fetch(&net, holder);
    }
    let join = format!("{}.join", label(&net.holders[0]));
    damaged(desk, &join, now);
    net.desk(now).unwrap();
    for holder in &net.holders {
        bring(&net, holder);
        damaged(holder, "round.note", now);
        assert!(holder.next(now).unwrap().refused.is_empty());
        fetch(&net, holder);
    }
    net.desk(now).unwrap();
    damaged(desk, "round.note", now);
    for seat in &net.sites {
        bring(&net, seat);
        damaged(seat, "round.note", now);
        let welcome = format!("{}.welcome.{}", label(seat), label(&net.holders[1]));
        damaged(seat, &welcome, now);
        assert!(seat.next(now).unwrap().refused.is_empty());
        fetch(&net, seat);
    }
    for holder in &net.holders {
        bring(&net, holder);
        for seat in &net.sites {
            let name = format!("{}.blinded", label(seat));
            write(holder, &name, &read(seat, &name));
            damaged(holder, &name, now);
            assert!(holder.next(now).unwrap().refused.is_empty());
        }
        fetch(&net, holder);
    }
    for seat in &net.sites {
        bring(&net, seat);
        let reply = format!("{}.evaluated.{}", label(seat), label(&net.holders[0]));
        damaged(seat, &reply, now);
        assert!(seat.next(now).unwrap().refused.is_empty());
        let name = format!("{}.tokens", label(seat));
        write(desk, &name, &read(seat, &name));
        damaged(desk, &name, now);
        assert!(desk.next(now).unwrap().refused.is_empty());
    }
    let comparer = net
        .holders
        .iter()
        .min_by_key(|h| h.party.id())
        .expect("a holder");
    bring(&net, comparer);
    damaged(comparer, "pairs.ask", now);
    assert!(comparer.next(now).unwrap().refused.is_empty());
    fetch(&net, comparer);
    damaged(desk, "pairs.weights", now);
    assert!(desk.next(now).unwrap().refused.is_empty());
    for seat in net.holders.iter().chain(&net.sites) {
        bring(&net, seat);
        damaged(seat, "result.note", now);
        let out = seat.next(now).unwrap();
        assert!(out.refused.is_empty() && out.done.contains(&Event::Closed));
    }
}

/// Opens a round and brings it to where the sites have blinded.
fn blinded(net: &Network) {
    net.open(now()).unwrap();
    for seat in &net.sites {
        net.visit(seat, now()).unwrap();
    }
}

/// Who enters is decided by the consent and the compartment of each record on the day of the round.
#[test]
fn only_consents_that_hold_and_the_compartments_of_the_note_enter() {
    let dir = tempfile::tempdir().unwrap();
    let mut setup = setup(dir.path());
    setup.link = false;
    setup.plan.tokens = 4;
    let names = ["Rosa Elena", "Hernández", "Tzoc"];
    let place = ["Chiapas", "Tapachula"];
    let one = |id: &str| somebody(id, names, "1994-07-21", place);
    let day = |text: &str| Some(sigilo::record::Date::parse(text).unwrap());
    let mut expired = one("A-2");
    expired.consents.matching.until = day("2027-03-01");
    let mut withdrawn = one("A-3");
    withdrawn.consents.matching.withdrawn = day("2027-03-02");
    let mut last_day = one("A-4");
    last_day.consents.matching.until = day("2027-03-02");
    let mut witness = one("A-5");
    witness.kind = Kind::Witness;
    let mut not_asked = one("A-6");
    not_asked.consents.matching.given = Agreement::NotAsked;
    setup.sites[0].records = vec![one("A-1"), expired, withdrawn, last_day, witness, not_asked];
    let net = Network::build(setup, |_| {}).unwrap();
    net.open(now()).unwrap();
    let done = net.visit(&net.sites[0], now()).unwrap();
    let entered = done.iter().find_map(|e| match e {
        Event::Blinded {
            records, persons, ..
        } => Some((*records, *persons)),
        _ => None,
    });
    // The first, and the one whose consent ends today.
    assert_eq!(entered, Some((2, 2)));
}

fn round_error(e: PartyError) -> RoundError {
    match e {
        PartyError::Round(e) => e,
        other => panic!("{other:?}"),
    }
}

#[test]
fn files_of_others_and_of_other_rounds_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let net = small(dir.path());
    blinded(&net);
    let (a, b) = (&net.sites[0], &net.sites[1]);
    let (h, k) = (&net.holders[0], &net.holders[1]);
    bring(&net, h);
    let of = |seat: &Seat, what: &str| format!("{}.{what}", label(seat));
    // A's request under B's name.
    let wrong = read(a, &of(a, "blinded"));
    let e = round_error(refused(h, &of(b, "blinded"), &wrong, now()));
    assert_eq!(e, RoundError::WrongSender("Casa Brisa".into()));
    // Another kind of file, and one that is for a site.
    let welcome = read(a, &format!("{}.welcome.{}", label(a), label(h)));
    let e = round_error(refused(h, &of(a, "blinded"), &welcome, now()));
    assert_eq!(e, RoundError::NotForYou);
    for holder in [h, k] {
        net.visit(holder, now()).unwrap();
    }
    bring(&net, a);
    // The other holder's reply under this one's name, and the reply to another site.
    let (from_h, from_k) = (
        format!("{}.evaluated.{}", label(a), label(h)),
        format!("{}.evaluated.{}", label(a), label(k)),
    );
    let e = round_error(refused(a, &from_h, &read(a, &from_k), now()));
    assert_eq!(e, RoundError::WrongSender("Defensoría".into()));
    let for_b = format!("{}.evaluated.{}", label(b), label(h));
    let e = refused(a, &from_h, &read(a, &for_b), now());
    assert_eq!(e.class(), Class::WrongKey);
    for seat in &net.sites {
        net.visit(seat, now()).unwrap();
    }
    // Tokens of A under B's name.
    let desk = &net.coordinator;
    let e = round_error(refused(
        desk,
        &of(b, "tokens"),
        &read(a, &of(a, "tokens")),
        now(),
    ));
    assert_eq!(e, RoundError::WrongSender("Casa Brisa".into()));
    // A second round: what belongs to the first is of no use in it.
    let first = net.coordinator.party.only_book().unwrap().round;
    let old = read(a, &of(a, "blinded"));
    let other = tempfile::tempdir().unwrap();
    let stick = Stick::open(other.path()).unwrap();
    let plan = Plan {
        tokens: 4,
        ..plan("Otra")
    };
    coordinator::close(&desk.party, Some(&first)).unwrap();
    coordinator::open(&desk.party, &stick, &plan, now()).unwrap();
    for holder in [h, k] {
        network::next(&holder.party, &stick, now()).unwrap();
    }
    network::next(&desk.party, &stick, now()).unwrap();
    for holder in [h, k] {
        network::next(&holder.party, &stick, now()).unwrap();
    }
    stick.write(&of(a, "blinded"), &old).unwrap();
    let out = network::next(&h.party, &stick, now()).unwrap();
    assert!(matches!(
        out.refused[..],
        [(_, PartyError::Round(RoundError::NotForYou))]
    ));
}

#[test]
fn a_second_request_and_one_over_the_points_are_refused_for_good() {
    let dir = tempfile::tempdir().unwrap();
    let net = small(dir.path());
    net.open(now()).unwrap();
    let site = &net.sites[0];
    let holder = &net.holders[0];
    let name = format!("{}.blinded", label(site));
    // A site that goes back to a copy of its vault and asks again.
    let copy = tempfile::tempdir().unwrap();
    for file in ["vault.db", "keyring", "checkpoint"] {
        std::fs::copy(site.dir().join(file), copy.path().join(file)).unwrap();
    }
    net.visit(site, now()).unwrap();
    let first = read(site, &name);
    net.visit(holder, now()).unwrap();
    let again = Party::open(common::open(copy.path()).unwrap()).unwrap();
    std::fs::remove_file(site.stick.dir().join(&name)).unwrap();
    network::next(&again, &site.stick, now()).unwrap();
    let second = read(site, &name);
    assert_ne!(first, second);
    let e = refused(holder, &name, &second, now());
    assert!(matches!(e, PartyError::SecondRequest(_)), "{e:?}");
    assert_eq!(e.class(), Class::Refused);
    // The first one again is answered with the stored bytes and costs nothing.
    let reply = format!("{}.evaluated.{}", label(site), label(holder));
    let before = read(holder, &reply);
    std::fs::remove_file(holder.stick.dir().join(&reply)).unwrap();
    write(holder, &name, &first);
    holder.next(now()).unwrap();
    assert_eq!(read(holder, &reply), before);

    // 16 persons of 4 tokens were evaluated; nothing more is allowed this year.
    let policy = sigilo::holder::Policy {
        points_per_year: 100,
        ..sigilo::holder::policy(&holder.party).unwrap()
    };
    sigilo::holder::set_policy(&holder.party, &policy).unwrap();
    let other = &net.sites[1];
    net.visit(other, now()).unwrap();
    bring(&net, holder);
    holder.next(now()).unwrap();
    let plan = Plan {
        tokens: 4,
        ..plan("Otra")
    };
    let desk = &net.coordinator;
    let first = desk.party.only_book().unwrap().round;
    coordinator::close(&desk.party, Some(&first)).unwrap();
    let stick = tempfile::tempdir().unwrap();
    let stick = Stick::open(stick.path()).unwrap();
    coordinator::open(&desk.party, &stick, &plan, now()).unwrap();
    let go = |party: &Party| network::next(party, &stick, now()).unwrap();
    for _ in 0..2 {
        for holder in &net.holders {
            go(&holder.party);
        }
        go(&desk.party);
    }
    go(&site.party);
    let out = go(&holder.party);
    let [(_, e @ PartyError::Points { left: 36, .. })] = &out.refused[..] else {
        panic!("{out:?}");
    };
    assert_eq!(e.class(), Class::Refused);
}

#[test]
fn late_and_absent_sites() {
    let dir = tempfile::tempdir().unwrap();
    let net = small(dir.path());
    blinded(&net);
    for holder in &net.holders {
        net.visit(holder, now()).unwrap();
    }
    net.visit(&net.sites[0], now()).unwrap();
    let desk = &net.coordinator;
    let absent = net.sites[2].party.id();
    // Two are missing: not without being named, and never below the quorum.
    let err = |without: &[PartyId]| {
        coordinator::match_files(&desk.party, &desk.stick, without, None, now()).unwrap_err()
    };
    assert!(matches!(err(&[]), PartyError::Owed(_)));
    let two = [net.sites[1].party.id(), absent];
    let e = err(&two);
    assert!(matches!(
        e,
        PartyError::Quorum {
            present: 1,
            quorum: 2
        }
    ));
    assert_eq!(e.class(), Class::Refused);
    net.visit(&net.sites[1], now()).unwrap();
    net.desk(now()).unwrap();
    let late = Time::parse("2027-04-01T00:00:00Z").unwrap();
    // The third comes after the deadline: its own program refuses already, and so does the desk.
    let out = {
        bring(&net, &net.sites[2]);
        net.sites[2].next(late).unwrap()
    };
    assert!(matches!(
        out.refused[..],
        [(_, PartyError::Round(RoundError::Late(_)))]
    ));
    net.sites[2].next(now()).unwrap();
    let name = format!("{}.tokens", label(&net.sites[2]));
    write(desk, &name, &read(&net.sites[2], &name));
    let e = refused(desk, &name, &read(desk, &name), late);
    assert!(matches!(e, PartyError::Round(RoundError::Late(_))), "{e:?}");
    let out = coordinator::match_files(&desk.party, &desk.stick, &[absent], None, late).unwrap();
    assert!(out.done.iter().any(|e| matches!(e, Event::Matched { .. })));
    for holder in &net.holders {
        net.visit(holder, late).unwrap();
    }
    let _ = desk.next(late).unwrap();
    let round = desk.party.only_book().unwrap().round;
    let result = net.result(&round).unwrap();
    let presence: Vec<Presence> = result.sites.iter().map(|s| s.1).collect();
    assert_eq!(
        presence.iter().filter(|p| **p == Presence::Absent).count(),
        1
    );
    assert_eq!((result.records, result.local_persons), (6, 6));
}

/// Persons who leave between the two visits: consent withdrawn, record erased, withdrawn by hand.
#[test]
fn who_leaves_between_the_visits_is_not_counted() {
    let dir = tempfile::tempdir().unwrap();
    let net = small(dir.path());
    blinded(&net);
    let site = &net.sites[0];
    let vault = site.party.vault();
    let catalog = vault.catalog().unwrap();
    let mut record = vault
        .read(catalog.get(site.sealed[0]).unwrap().latest().leaf)
        .unwrap();
    record.consents.matching.given = Agreement::No;
    vault
        .amend(site.sealed[0], 1, &record, &Reason::none())
        .unwrap();
    vault.erase(site.sealed[1], &Reason::none()).unwrap();
    let out = site::withdraw(&site.party, site.sealed[2]).unwrap();
    assert_eq!(out.done, [Event::Withdrawn]);
    for holder in &net.holders {
        net.visit(holder, now()).unwrap();
    }
    let done = net.visit(site, now()).unwrap();
    assert!(
        done.iter().any(|e| matches!(
            e,
            Event::Tokens {
                persons: 1,
                dropped: 3,
                ..
            }
        )),
        "{done:?}"
    );
    for seat in &net.sites[1..] {
        net.visit(seat, now()).unwrap();
    }
    net.desk(now()).unwrap();
    // And one after the tokens were sent, before the decision: said twice, counted once.
    let b = &net.sites[1];
    for _ in 0..2 {
        site::withdraw(&b.party, b.sealed[1]).unwrap();
        net.visit(b, now()).unwrap();
    }
    let list = format!("{}.withdrawn", label(b));
    let desk = &net.coordinator;
    damaged(desk, &list, now());
    net.desk(now()).unwrap();
    for holder in &net.holders {
        net.visit(holder, now()).unwrap();
    }
    net.desk(now()).unwrap();
    let round = net.coordinator.party.only_book().unwrap().round;
    let result = net.result(&round).unwrap();
    // One of A, one of B, one of C; nobody of A is found elsewhere any more.
    assert_eq!((result.records, result.local_persons), (3, 3));
    assert_eq!(result.persons, 3);
}

/// Parties come in any order, as often as they like, and files get lost on the way.
#[test]
fn messages_lost_repeated_late_and_out_of_order_give_the_same_result() {
    let dir = tempfile::tempdir().unwrap();
    let net = network(dir.path());
    let desk = &net.coordinator;
    let plan = self::plan("Prueba");
    coordinator::open(&desk.party, &desk.stick, &plan, now()).unwrap();
    let seats: Vec<&Seat> = net.seats().collect();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut draw = |n: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % n as u64) as usize
    };
    let mut result = None;
    for _ in 0..300 {
        let seat = seats[draw(seats.len())];
        // All use one stick.
        let _ = network::next(&seat.party, &desk.stick, now());
        if desk.stick.dir().join("result.note").exists() {
            let round = desk.party.only_book().unwrap().round;
            result = Some(net.result(&round).unwrap());
            break;
        }
        let mut names: Vec<_> = std::fs::read_dir(desk.stick.dir())
            .unwrap()
            .map(|e| e.unwrap().path())
            .collect();
        names.sort();
        if draw(3) == 0 && !names.is_empty() {
            std::fs::remove_file(&names[draw(names.len())]).unwrap();
        }
    }
    let result = result.expect("no result");
    assert_eq!((result.records, result.local_persons), (7, 6));
    assert_eq!((result.persons, result.matches), (4, 2));
    assert!(net.verify().unwrap().iter().all(|c| c.findings.is_empty()));
}

/// All bytes of all files below a folder.
fn bytes_below(dir: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(bytes_below(&path));
        } else {
            all.extend(std::fs::read(&path).unwrap());
        }
    }
    all
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|w| w == needle)
}

#[test]
fn coordinator_and_holders_have_nothing_of_a_record() {
    let dir = tempfile::tempdir().unwrap();
    let net = network(dir.path());
    blinded(&net);
    for seats in [&net.holders, &net.sites] {
        for seat in seats {
            net.visit(seat, now()).unwrap();
        }
    }
    net.desk(now()).unwrap();
    for holder in &net.holders {
        net.visit(holder, now()).unwrap();
    }
    net.desk(now()).unwrap();
    let mut needles: Vec<Vec<u8>> = [
        "Rosa",
        "Hern",
        "Tzoc",
        "chitl",
        "Balam",
        "Canul",
        "Ana Luc",
        "Peraza",
        "Carmen",
        "1994",
        "A-1",
        "B-2",
        "Tapachula",
        "Valladolid",
    ]
    .iter()
    .map(|s| s.as_bytes().to_vec())
    .collect();
    for site in &net.sites {
        needles.extend(site.sealed.iter().map(|id| id.0.to_vec()));
    }
    for seat in net.holders.iter().chain([&net.coordinator]) {
        let mut seen = bytes_below(seat.stick.dir());
        seen.extend(bytes_below(seat.dir()));
        // And what it keeps sealed, opened.
        for name in seat.party.vault().state_names().unwrap() {
            seen.extend_from_slice(&seat.party.vault().state(&name).unwrap().unwrap().body);
        }
        for needle in &needles {
            // Short needles may stand in random bytes by chance.
            let rare = needle.len() > 4;
            assert!(!(rare && contains(&seen, needle)), "{needle:?}");
        }
    }
    // A holder that does not compare never has pairs on its shelf or in its memory.
    let round = net.coordinator.party.only_book().unwrap();
    let other = net.holders.iter().max_by_key(|h| h.party.id()).unwrap();
    let book = other.party.book(&round.round).unwrap().unwrap();
    assert!(book.sent.keys().all(|n| !n.starts_with("pairs")));
}

#[test]
fn when_a_round_is_closed_its_secrets_are_gone() {
    let dir = tempfile::tempdir().unwrap();
    let net = small(dir.path());
    blinded(&net);
    for seat in net.holders.iter().chain(&net.sites) {
        assert!(!seat.party.vault().left_out_of_backups().unwrap().is_empty());
        match seat.party.role() {
            Role::Holder => sigilo::holder::close(&seat.party, None).unwrap(),
            _ => site::close(&seat.party, None).unwrap(),
        };
        assert!(seat.party.vault().left_out_of_backups().unwrap().is_empty());
        let shelf = seat.dir().join("round-files");
        assert_eq!(std::fs::read_dir(shelf).unwrap().count(), 0);
        // The note is remembered: a second one of the round is still refused.
        let book = &memory(seat)[0];
        assert!(book.closed && book.note_hash.is_some());
    }
    let out = net.sites[0].next(now()).unwrap();
    assert_eq!(out.done, [Event::Closed]);
    // Tags that a killed matching left on the disk go at last with the round.
    let work = net.coordinator.dir().join("round-work");
    std::fs::create_dir(&work).unwrap();
    std::fs::write(work.join("tags-000"), "tags").unwrap();
    sigilo::coordinator::close(&net.coordinator.party, None).unwrap();
    assert!(!work.exists());
}
