//! Heads of logs in every exchange: cosigned by holders, taken back, and refused if they tell another story.
// Rounds without noise, which a release does not take.
#![cfg(debug_assertions)]

mod common;

use std::fs;
use std::path::Path;

use sigilo::auditor::{Reason, Refusal};
use sigilo::coordinator::Plan;
use sigilo::log::act::ActKind;
use sigilo::network::{self, Network, Seat, Setup, SiteSetup};
use sigilo::party::{Class, Event, Party, PartyError, Stick, file_label};
use sigilo::record::code::{Agreement, Sex};
use sigilo::record::{Birth, Kind, PartialDate, Record};
use sigilo::round::Time;
use sigilo::vault::audit::{self, Known};
use sigilo::vault::{ActNote, Location};

fn now() -> Time {
    Time::parse("2027-03-02T09:00:00Z").unwrap()
}

fn later() -> Time {
    Time::parse("2027-03-05T09:00:00Z").unwrap()
}

fn network(dir: &Path) -> Network {
    let person = |id: &str| {
        let mut r = Record::new(Kind::Victim);
        r.local_id = id.to_owned();
        r.given_names = "Rosa Elena".to_owned();
        r.paternal_surname = "Hernández".to_owned();
        r.sex = Some(Sex::Female);
        r.birth = Birth::Date(PartialDate::parse("1994-07-21").unwrap());
        r.consents.matching.given = Agreement::Yes;
        r
    };
    let site = |name: &str, count: usize| SiteSetup {
        name: name.to_owned(),
        records: (0..count).map(|n| person(&format!("{name}-{n}"))).collect(),
    };
    let deadline = Time::parse("2027-03-31T23:59:59Z").unwrap();
    let plan = Plan {
        epsilon_milli: 0,
        ..Plan::new("Prueba", deadline, 1000)
    };
    let setup = Setup {
        dir: dir.to_owned(),
        coordinator: "Comisión".to_owned(),
        holders: vec!["Defensoría".to_owned(), "Universidad".to_owned()],
        sites: vec![site("Casa Alba", 40), site("Casa Brisa", 1)],
        passphrase: common::passphrase(common::PASSPHRASE),
        cost: common::cost(),
        plan: Plan { tokens: 4, ..plan },
        link: false,
    };
    Network::build(setup, |_| {}).unwrap()
}

fn kinds(seat: &Seat) -> Vec<ActKind> {
    let mut found = Vec::new();
    seat.party
        .vault()
        .trail(0, |e| {
            found.push(e.act.kind);
            Ok(())
        })
        .unwrap();
    found
}

fn returned(done: &[Event]) -> Vec<(String, u64)> {
    let mut found: Vec<_> = done
        .iter()
        .filter_map(|e| match e {
            Event::HeadReturned { name, size } => Some((name.clone(), *size)),
            _ => None,
        })
        .collect();
    found.sort();
    found
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let place = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &place);
        } else {
            fs::copy(&path, &place).unwrap();
        }
    }
}

/// To where the sites have blinded and the holders have evaluated.
fn evaluated(net: &Network) {
    net.open(now()).unwrap();
    for seat in net.sites.iter().chain(&net.holders) {
        net.visit(seat, now()).unwrap();
    }
}

#[test]
fn every_exchange_brings_cosignatures_and_leaves_a_trace_on_both_sides() {
    let dir = tempfile::tempdir().unwrap();
    let net = network(dir.path());
    evaluated(&net);
    // What the coordinator carries tells nothing of how much a house did: 8 KiB, and what age puts around
    // it, which has a random length.
    let head = |seat: &Seat| {
        let name = format!("{}.head", file_label(seat.party.card()));
        fs::read(net.coordinator.stick.dir().join(name)).unwrap()
    };
    for seat in &net.sites {
        assert!((8192..8192 + 2048).contains(&head(seat).len()));
    }
    let mut first = Vec::new();
    for seat in &net.sites {
        let vault = seat.party.vault();
        assert!(vault.cosigned_heads().unwrap().is_empty());
        let done = net.visit(seat, now()).unwrap();
        let got = returned(&done);
        let names: Vec<&str> = got.iter().map(|(n, _)| n.as_str()).collect();
        assert_eq!(names, ["Defensoría", "Universidad"]);
        first.push(got[0].1);
        // What `check` looks at.
        let heads = vault.cosigned_heads().unwrap();
        let last = audit::last_cosigned(&heads, &vault.cosigners().unwrap()).unwrap();
        assert_eq!((last.by.time, last.size), (now().seconds(), got[0].1));
        assert!(kinds(seat).contains(&ActKind::Cosigned));
    }
    // The token file brings a later head, which extends the first.
    net.desk(later()).unwrap();
    for holder in &net.holders {
        net.visit(holder, later()).unwrap();
    }
    for (seat, first) in net.sites.iter().zip(first) {
        let done = net.visit(seat, later()).unwrap();
        let got = returned(&done);
        assert!(got.len() == 2 && got[0].1 > first, "{got:?}");
    }
    // A repeated visit changes nothing.
    let size = net.sites[0].party.vault().log_size().unwrap();
    assert!(returned(&net.visit(&net.sites[0], later()).unwrap()).is_empty());
    assert_eq!(net.sites[0].party.vault().log_size().unwrap(), size);
    let holder = kinds(&net.holders[0]);
    let count = holder
        .iter()
        .filter(|k| **k == ActKind::HeadCosigned)
        .count();
    // Two heads of two sites, one of the coordinator, one of the other holder.
    assert!(count >= 5, "{count}");
    // Holders and coordinator are cosigned too, and audited like everybody.
    net.desk(later()).unwrap();
    for seat in [&net.coordinator, &net.holders[0], &net.holders[1]] {
        if seat.party.id() != net.coordinator.party.id() {
            net.visit(seat, later()).unwrap();
        }
        let vault = seat.party.vault();
        let heads = vault.cosigned_heads().unwrap();
        assert!(audit::last_cosigned(&heads, &vault.cosigners().unwrap()).is_some());
        let known = Known {
            key: seat.party.card().body().log,
            cosigners: vault.cosigners().unwrap(),
            ..Known::default()
        };
        let report = audit::verify(&Location::new(vault.dir()), &known, |_, _| {}).unwrap();
        assert!(report.is_sound(), "{:?}", report.findings);
        assert!(report.cosigned.is_some());
    }
}

/// A copy of the vault from before is used again: what it says cannot be what the holders cosigned.
#[test]
fn a_vault_that_was_rolled_back_is_convicted_by_its_own_signatures() {
    for more in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let net = network(dir.path());
        net.open(now()).unwrap();
        let site = &net.sites[0];
        net.visit(site, now()).unwrap();
        let old = dir.path().join("old");
        copy(site.party.vault().dir(), &old);
        for holder in &net.holders {
            net.visit(holder, now()).unwrap();
        }
        net.visit(site, now()).unwrap();
        for holder in &net.holders {
            assert!(
                net.visit(holder, now())
                    .unwrap()
                    .contains(&Event::HeadCosigned("Casa Alba".into()))
            );
        }
        // The copy goes on by itself, with less or with more acts than the vault.
        let vault = common::open(&old).unwrap();
        if more {
            for _ in 0..50 {
                vault.log(ActNote::new(ActKind::Check)).unwrap();
            }
        }
        let party = Party::open(vault).unwrap();
        let stick_dir = dir.path().join("stick");
        copy(net.coordinator.stick.dir(), &stick_dir);
        let stick = Stick::open(&stick_dir).unwrap();
        let label = file_label(party.card());
        fs::remove_file(stick_dir.join(format!("{label}.head"))).unwrap();
        network::next(&party, &stick, later()).unwrap();
        let holder = &net.holders[0];
        let mut refusals = Vec::new();
        // Asked from where the holder saw it last, it shows another tree there.
        for _ in 0..3 {
            let out = network::next(&holder.party, &stick, later()).unwrap();
            assert!(!out.done.contains(&Event::HeadCosigned("Casa Alba".into())));
            refusals.extend(out.refused);
            if !refusals.is_empty() {
                break;
            }
            network::next(&party, &stick, later()).unwrap();
        }
        let (file, error) = refusals.remove(0);
        assert_eq!(file, format!("{label}.head"));
        assert_eq!(error.class(), Class::Integrity);
        let PartyError::HeadRefused { reason, file, .. } = error else {
            panic!("{error:?}")
        };
        let refusal = Refusal::parse(&fs::read(&file).unwrap()).unwrap();
        let log = party.card().body().log.unwrap();
        let by = holder.party.card().note_key();
        refusal.verify(log, Some(&by)).unwrap();
        if more {
            // Anybody sees it, without the holder's word.
            assert!(matches!(reason, Reason::Fork(_)), "{reason:?}");
            refusal.verify(log, None).unwrap();
        }
        assert!(kinds(holder).contains(&ActKind::HeadRefused));
        // The house is told.
        let out = network::next(&party, &stick, later()).unwrap();
        assert!(
            out.refused
                .iter()
                .any(|(_, e)| matches!(e, PartyError::OwnHeadRefused { .. })),
            "{out:?}"
        );
        // The true vault is cosigned as before.
        net.visit(site, later()).unwrap();
    }
}

/// Coordinator and holders keep a log like everybody: what they did is in it, anybody audits it, and what
/// somebody changes in it is found.
#[test]
fn coordinator_and_holders_are_audited_alike() {
    let dir = tempfile::tempdir().unwrap();
    let net = network(dir.path());
    let dirs: Vec<_> = [&net.coordinator, &net.holders[0], &net.holders[1]]
        .map(|seat| seat.party.vault().dir().to_owned())
        .into();
    let first = net.holders[0].party.id();
    let comparer = net.holders.iter().map(|h| h.party.id()).min() == Some(first);
    let played = net.round(now(), |_| {}).unwrap();
    assert!(played.chains.iter().all(|c| c.findings.is_empty()));
    let logged = |dir: &Path| {
        let vault = common::open(dir).unwrap();
        let mut found = Vec::new();
        vault
            .trail(0, |e| {
                found.push((e.act.kind, e.act.count));
                Ok(())
            })
            .unwrap();
        found
    };
    let desk = logged(&dirs[0]);
    for kind in [
        ActKind::RoundOpened,
        ActKind::RoundPublished,
        ActKind::TokensReceived,
        ActKind::Matched,
        ActKind::Decided,
        ActKind::HeadCosigned,
        ActKind::KeysErased,
    ] {
        assert!(desk.iter().any(|(k, _)| *k == kind), "{kind:?}");
    }
    let holder = logged(&dirs[1]);
    for kind in [
        ActKind::RoundJoined,
        ActKind::RoundCosigned,
        ActKind::HeadCosigned,
        ActKind::KeysErased,
    ] {
        assert!(holder.iter().any(|(k, _)| *k == kind), "{kind:?}");
    }
    // How much was evaluated for each site is on record.
    let evaluated: Vec<u64> = holder
        .iter()
        .filter(|(k, _)| *k == ActKind::Evaluated)
        .map(|(_, count)| *count)
        .collect();
    assert_eq!(evaluated, [48, 16]);
    let compared = holder.iter().any(|(k, _)| *k == ActKind::Compared);
    assert_eq!(compared, comparer);

    let python = common::python();
    for (n, dir) in dirs.iter().enumerate() {
        let check = || audit::verify(&Location::new(dir), &Known::default(), |_, _| {}).unwrap();
        let place = dir.to_str().unwrap();
        assert!(check().is_sound());
        if let Some(python) = &python {
            let (sound, said) = common::run_verifier(python, &["vault", place]);
            assert!(sound, "{said}");
        }
        let db = rusqlite::Connection::open(dir.join("vault.db")).unwrap();
        // What was refused, evaluated or decided is made to have never been, or to have been otherwise.
        let edit = [
            "DELETE FROM leaf WHERE idx = (SELECT max(idx) FROM leaf)",
            "UPDATE leaf SET details = zeroblob(length(details)) WHERE idx = 9",
            "UPDATE leaf SET leaf = (SELECT leaf FROM leaf WHERE idx = 3) WHERE idx = 5",
        ][n];
        assert_eq!(db.execute(edit, []).unwrap(), 1);
        drop(db);
        assert!(!check().is_sound());
        if let Some(python) = &python {
            assert!(!common::run_verifier(python, &["vault", place]).0);
        }
    }
}
