//! Two and three vaults of one site that tell each other what they know: by files that are lost, come twice, late,
//! out of order, damaged, or into the wrong hands.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use common::{create, open, person};
use sigilo::crypto::hash::sha256;
use sigilo::log::act::{ActKind, Reason};
use sigilo::party::{self, Party, PartyError};
use sigilo::record::code::Agreement;
use sigilo::record::{Date, Record};
use sigilo::round::{RoundError, Time};
use sigilo::site::{self, transfer};
use sigilo::vault::audit::{self, Known};
use sigilo::vault::backup::{self, Newer, Places};
use sigilo::vault::transfer::{Arrived, Decision, TransferError};
use sigilo::vault::{Keeping, KeepingChange, Location, ObjectId, Unlock, VaultError};

fn none() -> Reason {
    Reason::none()
}

fn why(text: &str) -> Reason {
    Reason::new(text).unwrap()
}

fn now() -> Time {
    party::now()
}

/// Vaults of one site, and a stick.
struct House {
    tmp: tempfile::TempDir,
    parties: Vec<Party>,
}

impl House {
    fn of(n: usize) -> Self {
        let tmp = tempfile::tempdir().unwrap();
        let mut parties: Vec<Party> = (0..n)
            .map(|i| {
                let vault = create(&tmp.path().join(format!("casa-{i}"))).vault;
                site::found(vault, &format!("Casa {i}")).unwrap()
            })
            .collect();
        let cards: Vec<_> = parties.iter().map(|p| p.card().clone()).collect();
        for (i, party) in parties.iter_mut().enumerate() {
            for (j, card) in cards.iter().enumerate() {
                if i != j {
                    transfer::trust_same_site(party, card.clone()).unwrap();
                }
            }
        }
        Self { tmp, parties }
    }

    fn dir(&self, i: usize) -> PathBuf {
        self.tmp.path().join(format!("casa-{i}"))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.tmp.path().join(name)
    }

    fn write(&self, from: usize, to: usize, name: &str, all: bool) -> PathBuf {
        let path = self.file(name);
        let card = self.parties[to].card();
        transfer::send(&self.parties[from], card, &path, all, now()).unwrap();
        path
    }

    fn take(&self, at: usize, path: &Path) -> Arrived {
        transfer::receive(&self.parties[at], path).unwrap().arrived
    }

    fn send(&self, from: usize, to: usize) -> Arrived {
        let path = self.write(from, to, &format!("{from}-{to}.transfer"), false);
        self.take(to, &path)
    }

    fn vault(&self, i: usize) -> &sigilo::vault::Vault {
        self.parties[i].vault()
    }

    /// Names in a vault, each with how many versions its record has.
    fn names(&self, i: usize) -> BTreeMap<String, usize> {
        let vault = self.vault(i);
        let catalog = vault.catalog().unwrap();
        let all = vault.scan(&catalog, |item, r| {
            (r.given_names.clone(), item.versions.len())
        });
        all.unwrap().into_iter().collect()
    }

    fn find(&self, i: usize, name: &str) -> ObjectId {
        let vault = self.vault(i);
        let catalog = vault.catalog().unwrap();
        let all = vault.scan(&catalog, |item, r| {
            (r.given_names == name).then_some(item.id)
        });
        let found: Vec<_> = all.unwrap().into_iter().flatten().collect();
        assert_eq!(found.len(), 1, "{name} in {i}");
        found[0]
    }

    fn latest(&self, i: usize, id: ObjectId) -> Record {
        let catalog = self.vault(i).catalog().unwrap();
        let leaf = catalog.get(id).unwrap().latest().leaf;
        self.vault(i).read(leaf).unwrap()
    }

    fn amend(&self, i: usize, id: ObjectId, change: impl FnOnce(&mut Record)) -> u32 {
        let vault = self.vault(i);
        let latest = vault.catalog().unwrap().get(id).unwrap().latest();
        let mut record = vault.read(latest.leaf).unwrap();
        change(&mut record);
        vault.amend(id, latest.number, &record, &none()).unwrap()
    }

    /// The whole folder of a vault, and its log must be sound with and without keys.
    fn sound(&self) {
        for (i, party) in self.parties.iter().enumerate() {
            assert_eq!(party.vault().check(|_| {}).unwrap(), [], "{i}");
            common::index_is_of_the_latest(party.vault());
            let location = Location::new(self.dir(i));
            let report = audit::verify(&location, &Known::default(), |_, _| {}).unwrap();
            assert_eq!(report.findings, [], "{i}");
        }
    }

    fn state(&self, i: usize) -> (u64, Vec<u8>) {
        let db = fs::read(self.dir(i).join("vault.db")).unwrap();
        (self.vault(i).log_size().unwrap(), sha256(&[&db]).to_vec())
    }

    fn conflicts(&self, i: usize) -> Vec<ObjectId> {
        let all = self.vault(i).conflicts().unwrap();
        all.into_iter().map(|c| c.object).collect()
    }
}

#[test]
fn records_amendments_links_consents_and_files_arrive_whole() {
    let house = House::of(2);
    let mut xochitl = person("Xóchitl", "Canul");
    xochitl.consents.referral.given = Agreement::Yes;
    xochitl.consents.referral.until = Date::new(2031, 5, 2);
    xochitl.retain_until = Date::new(2036, 5, 2);
    let a = house.vault(0).seal(&xochitl).unwrap();
    let b = house.vault(0).seal(&person("Ixchel", "Pech")).unwrap();
    house.amend(0, a, |r| r.notes = "segunda entrevista".to_owned());
    house.vault(0).set_link(a, b, true, &none()).unwrap();
    let bytes: Vec<u8> = (0..200_000u32).map(|i| (i % 251) as u8).collect();
    let added = house
        .vault(0)
        .add_evidence(a, "denuncia.pdf", bytes.as_slice(), &none(), |_| {})
        .unwrap();
    house
        .vault(0)
        .add_evidence(b, "vacío", [].as_slice(), &none(), |_| {})
        .unwrap();
    let arrived = house.send(0, 1);
    assert_eq!((arrived.new, arrived.amended), (2, 1));
    assert_eq!((arrived.links, arrived.files, arrived.left_out), (1, 2, 0));
    assert!(arrived.conflicts.is_empty());
    let there = house.find(1, "Xóchitl");
    assert_ne!(there, a, "ids differ in each vault");
    assert_eq!(house.latest(1, there), house.latest(0, a));
    let catalog = house.vault(1).catalog().unwrap();
    assert_eq!(catalog.get(there).unwrap().versions.len(), 2);
    assert!(catalog.is_same_person(there, house.find(1, "Ixchel")));
    let files = house.vault(1).evidence().unwrap();
    let file = files.iter().find(|e| e.name == "denuncia.pdf").unwrap();
    assert_eq!((file.record, file.sha256), (there, added.sha256));
    assert_ne!(file.id, added.id);
    let mut out = Vec::new();
    house
        .vault(1)
        .extract_evidence(file, &mut out, &none())
        .unwrap();
    assert_eq!(out, bytes);
    house.sound();
    // Nothing comes back, and nothing is told twice.
    let back = house.send(1, 0);
    assert_eq!(
        (back.new, back.amended, back.links, back.files),
        (0, 0, 0, 0)
    );
    let again = house.send(0, 1);
    assert_eq!((again.new, again.amended, again.known), (0, 0, 0));
    house.sound();
}

#[test]
fn both_logs_name_the_parcel_and_the_file() {
    let house = House::of(2);
    house.vault(0).seal(&person("Xóchitl", "Canul")).unwrap();
    let path = house.write(0, 1, "uno", false);
    let file = sigilo::codec::to_hex(&sha256(&[&fs::read(&path).unwrap()]));
    house.take(1, &path);
    let said = |i: usize, kind: ActKind| {
        let mut found = Vec::new();
        house
            .vault(i)
            .trail(0, |e| {
                if e.act.kind == kind {
                    found.push((e.act.object, e.act.reason.as_str().to_owned()));
                }
                Ok(())
            })
            .unwrap();
        assert_eq!(found.len(), 1, "{kind:?}");
        found.remove(0)
    };
    let sent = said(0, ActKind::TransferSent);
    let received = said(1, ActKind::TransferReceived);
    assert_eq!(sent, received);
    assert!(sent.1.ends_with(&format!("file {file}")));
    // The version is told of each vault by an id of its own.
    let sealed = said(0, ActKind::Seal).0;
    let arrived = said(1, ActKind::RecordArrived).0;
    assert!(sealed.is_some() && arrived.is_some() && sealed != arrived);
}

#[test]
fn the_same_file_twice_late_or_out_of_order_changes_nothing() {
    let house = House::of(2);
    let a = house.vault(0).seal(&person("Xóchitl", "Canul")).unwrap();
    let first = house.write(0, 1, "uno", false);
    house.amend(0, a, |r| r.notes = "dos".to_owned());
    house.vault(0).seal(&person("Ixchel", "Pech")).unwrap();
    let second = house.write(0, 1, "dos", false);
    // The first is late: nothing was acknowledged, so the second holds all of it.
    assert_eq!(house.take(1, &second).new, 2);
    let names = house.names(1);
    let late = house.take(1, &first);
    assert_eq!(
        (late.again, late.new, late.amended, late.known),
        (false, 0, 0, 1)
    );
    assert_eq!(house.names(1), names);
    for path in [&first, &second, &first] {
        let before = house.state(1);
        assert!(house.take(1, path).again);
        assert_eq!(house.state(1), before, "nothing was written");
    }
    assert!(house.conflicts(1).is_empty());
    house.sound();
}

#[test]
fn a_lost_parcel_is_made_good_by_the_next_one() {
    let house = House::of(2);
    house.vault(0).seal(&person("Xóchitl", "Canul")).unwrap();
    house.write(0, 1, "perdido", false);
    house.vault(0).seal(&person("Ixchel", "Pech")).unwrap();
    let arrived = house.send(0, 1);
    assert_eq!(arrived.new, 2);
    // After the answer only what is new is told.
    house.send(1, 0);
    house.vault(0).seal(&person("Alba", "Dzul")).unwrap();
    let small = house.send(0, 1);
    assert_eq!((small.new, small.known), (1, 0));
    // A vault that was put back by hand lacks what it had acknowledged: the rest alone is refused, the whole
    // mends it.
    let third = House::of(2);
    copy_dir(&third.dir(1), &third.file("antes"));
    third.vault(0).seal(&person("Alba", "Dzul")).unwrap();
    third.send(0, 1);
    third.send(1, 0);
    third.vault(0).seal(&person("Noemí", "Ek")).unwrap();
    let path = third.write(0, 1, "resto", false);
    let older = Party::open(open(&third.file("antes")).unwrap()).unwrap();
    let refused = transfer::receive(&older, &path).unwrap_err();
    assert!(matches!(
        refused,
        PartyError::Transfer(TransferError::Gap { .. })
    ));
    let whole = third.write(0, 1, "todo", true);
    assert_eq!(transfer::receive(&older, &whole).unwrap().arrived.new, 2);
}

fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn what_both_amended_is_a_conflict_in_both_and_a_person_settles_it() {
    let house = House::of(2);
    let a = house.vault(0).seal(&person("Xóchitl", "Canul")).unwrap();
    house.send(0, 1);
    house.send(1, 0);
    let b = house.find(1, "Xóchitl");
    house.amend(0, a, |r| r.notes = "de la primera".to_owned());
    house.amend(1, b, |r| r.phones = vec!["9991234567".to_owned()]);
    let one = house.write(0, 1, "uno", false);
    let two = house.write(1, 0, "dos", false);
    assert_eq!(house.take(1, &one).conflicts, [b]);
    assert_eq!(house.take(0, &two).conflicts, [a]);
    for (i, id) in [(0, a), (1, b)] {
        let conflict = house.vault(i).conflict_of(id).unwrap().unwrap();
        assert_eq!(conflict.heads.len(), 2);
        let notes: Vec<String> = conflict
            .heads
            .iter()
            .map(|h| house.vault(i).read(h.leaf).unwrap().notes.clone())
            .collect();
        assert!(notes.contains(&"de la primera".to_owned()), "both are kept");
        assert!(notes.contains(&String::new()));
        let foreign = conflict.heads.iter().filter(|h| h.from.is_some()).count();
        assert_eq!(foreign, 1);
    }
    // A later amendment of one side loses nothing, and does not settle it.
    house.amend(0, a, |r| r.email = "x@example.org".to_owned());
    assert_eq!(house.conflicts(0), [a]);
    // A person merges on one side; the other side takes that over.
    let seen = house.vault(0).conflict_of(a).unwrap().unwrap();
    let mut merged = house.latest(0, a);
    merged.notes = "de la primera".to_owned();
    merged.phones = vec!["9991234567".to_owned()];
    let decision = Decision::Version(&merged);
    let number = house
        .vault(0)
        .settle(&seen, &decision, &why("hablamos"))
        .unwrap();
    assert_eq!(number, Some(5));
    assert!(house.conflicts(0).is_empty());
    let arrived = house.send(0, 1);
    assert!(arrived.conflicts.is_empty());
    assert!(house.conflicts(1).is_empty());
    assert_eq!(house.latest(1, b), merged);
    assert_eq!(house.latest(0, a), merged);
    assert_eq!(house.send(1, 0).new, 0);
    assert!(house.conflicts(0).is_empty());
    house.sound();
    // What was seen is what is settled.
    let stale = house.vault(0).settle(&seen, &decision, &none());
    assert!(matches!(
        stale,
        Err(TransferError::Vault(VaultError::Changed))
    ));
}

#[test]
fn both_settle_alike_or_meet_again() {
    for alike in [true, false] {
        let house = House::of(2);
        let a = house.vault(0).seal(&person("Xóchitl", "Canul")).unwrap();
        house.send(0, 1);
        house.send(1, 0);
        let b = house.find(1, "Xóchitl");
        house.amend(0, a, |r| r.notes = "uno".to_owned());
        house.amend(1, b, |r| r.notes = "dos".to_owned());
        let one = house.write(0, 1, "uno", false);
        house.send(1, 0);
        house.take(1, &one);
        for (i, id) in [(0, a), (1, b)] {
            let seen = house.vault(i).conflict_of(id).unwrap().unwrap();
            let mut record = house.latest(i, id);
            record.notes = if alike {
                "uno y dos".to_owned()
            } else {
                format!("mío {i}")
            };
            let decision = Decision::Version(&record);
            house.vault(i).settle(&seen, &decision, &none()).unwrap();
        }
        let one = house.write(0, 1, "uno", false);
        house.send(1, 0);
        house.take(1, &one);
        assert_eq!(house.conflicts(0).is_empty(), alike);
        assert_eq!(house.conflicts(1).is_empty(), alike);
        if alike {
            // The next amendment follows on both names of the settled version.
            house.amend(0, a, |r| r.email = "a@example.org".to_owned());
            assert!(house.send(0, 1).conflicts.is_empty());
            assert!(house.conflicts(1).is_empty() && house.conflicts(0).is_empty());
            assert_eq!(house.latest(1, b), house.latest(0, a));
        }
        house.sound();
    }
}

#[test]
fn a_table_that_both_imported_is_there_once() {
    let house = House::of(2);
    let table = [person("Xóchitl", "Canul"), person("Ixchel", "Pech")];
    let ids = house.vault(0).seal_all(&table, None, |_| {}).unwrap();
    house.vault(1).seal_all(&table, None, |_| {}).unwrap();
    house.amend(0, ids[0], |r| r.notes = "después".to_owned());
    let arrived = house.send(0, 1);
    assert_eq!((arrived.new, arrived.amended, arrived.known), (0, 1, 2));
    let back = house.send(1, 0);
    assert_eq!((back.new, back.amended), (0, 0));
    assert_eq!(house.names(0), house.names(1));
    assert_eq!(house.names(1)["Xóchitl"], 2);
    // From now on they are one record in both: a conflict is one.
    let (a, b) = (house.find(0, "Ixchel"), house.find(1, "Ixchel"));
    house.amend(0, a, |r| r.notes = "uno".to_owned());
    house.amend(1, b, |r| r.notes = "dos".to_owned());
    assert_eq!(house.send(0, 1).conflicts, [b]);
    house.sound();
}

#[test]
fn records_that_are_alike_in_one_vault_stay_two() {
    let house = House::of(2);
    let twin = person("Xóchitl", "Canul");
    house
        .vault(0)
        .seal_all(&[twin.clone(), twin], None, |_| {})
        .unwrap();
    assert_eq!(house.send(0, 1).new, 2);
    assert_eq!(house.vault(1).catalog().unwrap().items().len(), 2);
}

#[test]
fn an_erasure_waits_for_a_word_and_what_is_erased_never_comes_back() {
    let house = House::of(2);
    let a = house.vault(0).seal(&person("Xóchitl", "Canul")).unwrap();
    let c = house.vault(0).seal(&person("Ixchel", "Pech")).unwrap();
    let old = house.write(0, 1, "antes", false);
    house.take(1, &old);
    house.send(1, 0);
    let (b, d) = (house.find(1, "Xóchitl"), house.find(1, "Ixchel"));
    house.vault(0).erase(a, &why("lo pidió")).unwrap();
    house.vault(0).erase(c, &why("plazo")).unwrap();
    // Meanwhile the other side amends.
    house.amend(1, b, |r| r.notes = "sigue aquí".to_owned());
    let arrived = house.send(0, 1);
    assert_eq!(arrived.erased.len(), 2);
    assert_eq!(house.names(1).len(), 2, "nothing is erased without a word");
    let waiting = house.vault(1).conflict_of(b).unwrap().unwrap();
    assert_eq!(waiting.erased.as_ref().unwrap().1, "lo pidió");
    assert_eq!(waiting.heads.len(), 1);
    // One is erased here, too; the other one is kept, and is not asked about again.
    house.vault(1).erase(b, &why("lo pidió")).unwrap();
    let waiting = house.vault(1).conflict_of(d).unwrap().unwrap();
    house
        .vault(1)
        .settle(&waiting, &Decision::Keep, &why("juicio"))
        .unwrap();
    assert!(house.vault(1).conflicts().unwrap().is_empty());
    let whole = house.write(0, 1, "todo", true);
    assert!(house.take(1, &whole).erased.is_empty());
    // Neither an old file nor a whole one brings back what was erased, on either side.
    house.amend(1, d, |r| r.notes = "guardado".to_owned());
    let whole = house.write(1, 0, "vuelta", true);
    let back = house.take(0, &whole);
    assert_eq!((back.new, back.amended), (0, 0));
    assert_eq!(back.left_out, 2);
    assert!(house.names(0).is_empty());
    assert!(house.take(1, &old).again);
    assert_eq!(house.names(1).len(), 1);
    house.sound();
}

#[test]
fn what_was_erased_before_it_ever_arrived_does_not_arrive_later() {
    // Three vaults: the second tells the third of an erasure before the first one's file arrives.
    let house = House::of(3);
    let a = house.vault(0).seal(&person("Xóchitl", "Canul")).unwrap();
    let late = house.write(0, 2, "tarde", false);
    house.send(0, 1);
    house.vault(0).erase(a, &why("lo pidió")).unwrap();
    house.send(0, 1);
    let b = house.find(1, "Xóchitl");
    house.vault(1).erase(b, &why("lo pidió")).unwrap();
    house.send(1, 2);
    let arrived = house.take(2, &late);
    assert_eq!((arrived.new, arrived.left_out), (0, 1));
    assert!(house.names(2).is_empty());
    house.sound();
}

#[test]
fn three_vaults_agree_over_any_way_round() {
    let house = House::of(3);
    let a = house.vault(0).seal(&person("Xóchitl", "Canul")).unwrap();
    house.send(0, 1);
    house.send(1, 2);
    let c = house.find(2, "Xóchitl");
    house.amend(2, c, |r| r.notes = "de la tercera".to_owned());
    // Back by the direct way, and by the long one.
    assert_eq!(house.send(2, 0).amended, 1);
    assert_eq!(house.send(2, 1).amended, 1);
    assert_eq!(house.send(0, 1).amended, 0);
    assert_eq!(house.latest(0, a).notes, "de la tercera");
    for i in 0..3 {
        assert_eq!(house.names(i)["Xóchitl"], 2);
        assert!(house.conflicts(i).is_empty());
    }
    // Two amend, the third sees both.
    house.amend(0, a, |r| r.email = "a@example.org".to_owned());
    house.amend(1, house.find(1, "Xóchitl"), |r| {
        r.phones = vec!["1".to_owned()]
    });
    assert!(house.send(0, 2).conflicts.is_empty());
    assert_eq!(house.send(1, 2).conflicts, [c]);
    house.sound();
}

#[test]
fn links_that_contradict_each_other_end_alike() {
    let house = House::of(2);
    let a = house.vault(0).seal(&person("Xóchitl", "Canul")).unwrap();
    let b = house.vault(0).seal(&person("Xochilt", "Canul")).unwrap();
    house.vault(0).set_link(a, b, true, &none()).unwrap();
    house.send(0, 1);
    house.send(1, 0);
    let (c, d) = (house.find(1, "Xóchitl"), house.find(1, "Xochilt"));
    let linked = |i: usize, x, y| house.vault(i).catalog().unwrap().linked(x, y);
    assert!(linked(1, c, d));
    // One undoes it; the other undoes it and makes it again, which is the later word.
    house.vault(0).set_link(a, b, false, &none()).unwrap();
    house.vault(1).set_link(c, d, false, &none()).unwrap();
    house.vault(1).set_link(c, d, true, &none()).unwrap();
    let one = house.write(0, 1, "uno", false);
    house.send(1, 0);
    house.take(1, &one);
    assert!(linked(0, a, b) && linked(1, c, d));
    house.sound();
}

#[test]
fn damaged_cut_forged_and_foreign_files_change_nothing() {
    let house = House::of(3);
    let record = house.vault(0).seal(&person("Xóchitl", "Canul")).unwrap();
    house
        .vault(0)
        .add_evidence(record, "foto", [7u8; 70_000].as_slice(), &none(), |_| {})
        .unwrap();
    let path = house.write(0, 1, "bueno", false);
    let good = fs::read(&path).unwrap();
    let bad = house.file("malo");
    let before = house.state(1);
    let try_it = |bytes: &[u8]| {
        fs::write(&bad, bytes).unwrap();
        transfer::receive(&house.parties[1], &bad).unwrap_err()
    };
    let len = good.len();
    for at in (0..len).step_by(len / 60).chain([len - 1]) {
        let mut changed = good.clone();
        changed[at] ^= 1;
        try_it(&changed);
        try_it(&good[..at]);
    }
    try_it(&[good.as_slice(), b"x"].concat());
    assert_eq!(house.state(1), before);
    let leftovers = || {
        let folder = house.dir(1).join("evidence");
        fs::read_dir(folder).map_or(0, Iterator::count)
    };
    assert_eq!(leftovers(), 0, "nothing is left of files that were refused");
    // For another vault, and from a vault that is only pinned as some site.
    let refused = transfer::receive(&house.parties[2], &path).unwrap_err();
    assert!(matches!(refused, PartyError::Round(RoundError::NotForYou)));
    let mut stranger = House::of(1);
    let card = house.parties[1].card().clone();
    transfer::trust_same_site(&mut stranger.parties[0], card.clone()).unwrap();
    let foreign = house.file("ajeno");
    transfer::send(&stranger.parties[0], &card, &foreign, false, now()).unwrap();
    let refused = transfer::receive(&house.parties[1], &foreign).unwrap_err();
    assert!(matches!(
        refused,
        PartyError::Round(RoundError::NotPinned(_))
    ));
    let before = house.state(1).0;
    let mut house = house;
    let card = stranger.parties[0].card().clone();
    house.parties[1].pin(card).unwrap();
    let refused = transfer::receive(&house.parties[1], &foreign).unwrap_err();
    assert!(matches!(
        refused,
        PartyError::Transfer(TransferError::NotSameSite)
    ));
    assert_eq!(house.state(1).0, before + 3, "only the card was pinned");
    // It is not written for such a vault either.
    let refused = transfer::send(
        &house.parties[1],
        stranger.parties[0].card(),
        &house.file("no"),
        false,
        now(),
    );
    assert!(matches!(
        refused,
        Err(PartyError::Transfer(TransferError::NotSameSite))
    ));
    assert!(!house.file("no").exists());
    assert_eq!(house.take(1, &path).new, 1);
    house.sound();
}

#[test]
fn a_restored_vault_gets_back_what_it_had_lost() {
    let house = House::of(2);
    let identity = sigilo::crypto::travel::Identity::generate();
    let a = house.vault(0).seal(&person("Xóchitl", "Canul")).unwrap();
    let places = Places::beside(house.file("copia"));
    let to = [identity.recipient()];
    house.vault(0).backup(&places, &to, &none()).unwrap();
    house.amend(0, a, |r| r.notes = "después de la copia".to_owned());
    house.vault(0).seal(&person("Ixchel", "Pech")).unwrap();
    house.send(0, 1);
    let dir = house.file("restaurada");
    let location = Location::new(&dir);
    let passphrase = common::passphrase(common::PASSPHRASE);
    let unlock = Unlock::Passphrase(&passphrase);
    let newer = Newer::default();
    backup::restore(&places, &identity, &location, &unlock, &newer, &none()).unwrap();
    let restored = Party::open(open(&dir).unwrap()).unwrap();
    // It goes on by itself before it hears from the other one.
    let latest = restored.vault().catalog().unwrap().get(a).unwrap().latest();
    let mut record = restored.vault().read(latest.leaf).unwrap();
    record.email = "x@example.org".to_owned();
    restored
        .vault()
        .amend(a, latest.number, &record, &none())
        .unwrap();
    let path = house.write(1, 0, "vuelta", true);
    let arrived = transfer::receive(&restored, &path).unwrap().arrived;
    assert_eq!((arrived.new, arrived.amended), (1, 1));
    assert_eq!(
        arrived.conflicts,
        [a],
        "both amendments of one version are there"
    );
    // The other one takes its word again, under the new log.
    let path = house.file("nueva");
    let card = house.parties[1].card();
    transfer::send(&restored, card, &path, false, now()).unwrap();
    assert_eq!(house.take(1, &path).amended, 1);
    house.sound();
}

#[test]
fn an_interrupted_transfer_is_done_again_whole() {
    let house = House::of(2);
    let record = house.vault(0).seal(&person("Xóchitl", "Canul")).unwrap();
    house
        .vault(0)
        .add_evidence(record, "foto", [7u8; 70_000].as_slice(), &none(), |_| {})
        .unwrap();
    let path = house.write(0, 1, "uno", false);
    // The folder of evidence cannot be written: the first half works, the second does not.
    fs::write(house.dir(1).join("evidence"), b"no es carpeta").unwrap();
    let before = house.state(1);
    assert!(transfer::receive(&house.parties[1], &path).is_err());
    assert_eq!(house.state(1), before);
    fs::remove_file(house.dir(1).join("evidence")).unwrap();
    let arrived = house.take(1, &path);
    assert_eq!((arrived.new, arrived.files), (1, 1));
    house.sound();
}

#[test]
fn a_key_that_does_not_see_everything_neither_sends_nor_receives() {
    let house = House::of(2);
    house.vault(0).seal(&person("Xóchitl", "Canul")).unwrap();
    let path = house.write(0, 1, "uno", false);
    let mut vault = open(&house.dir(1)).unwrap();
    vault
        .add_slot(&sigilo::vault::NewSlot {
            name: "recepción",
            kind: sigilo::vault::SlotKind::Passphrase(common::cost()),
            unlock: Unlock::Passphrase(&common::passphrase("otra frase muy larga")),
            rights: sigilo::vault::Rights::READ,
        })
        .unwrap();
    drop(vault);
    let reader = common::open_with(&house.dir(1), "otra frase muy larga").unwrap();
    let reader = Party::open(reader).unwrap();
    let refused = transfer::receive(&reader, &path).unwrap_err();
    assert!(matches!(refused, PartyError::Vault(VaultError::NotAllowed)));
    let card = house.parties[0].card();
    let refused = transfer::send(&reader, card, &house.file("no"), false, now());
    assert!(matches!(
        refused,
        Err(PartyError::Vault(VaultError::NotAllowed))
    ));
}

#[test]
fn where_two_slots_are_needed_one_neither_names_a_second_vault_nor_sends() {
    use sigilo::vault::{Guarded, NewSlot, Policy, Rights, SlotKind};
    let house = House::of(2);
    house.vault(0).seal(&person("Xóchitl", "Canul")).unwrap();
    let other = common::passphrase("otra frase muy larga");
    let mut vault = open(&house.dir(0)).unwrap();
    vault
        .add_slot(&NewSlot {
            name: "segunda",
            kind: SlotKind::Passphrase(common::cost()),
            unlock: Unlock::Passphrase(&other),
            rights: Rights::ALL,
        })
        .unwrap();
    vault
        .set_policy(Policy::default().with(Guarded::Export), &none())
        .unwrap();
    drop(vault);
    let card = house.parties[1].card();
    let path = house.file("sellado");
    let alone = Party::open(open(&house.dir(0)).unwrap()).unwrap();
    let refused = transfer::send(&alone, card, &path, false, now()).unwrap_err();
    assert!(matches!(refused, PartyError::Vault(VaultError::NeedsTwo)));
    let stranger = House::of(1);
    let foreign = stranger.parties[0].card().clone();
    let mut alone = alone;
    let refused = transfer::trust_same_site(&mut alone, foreign).unwrap_err();
    assert!(matches!(refused, PartyError::Vault(VaultError::NeedsTwo)));
    assert!(!path.exists());
    let mut vault = open(&house.dir(0)).unwrap();
    vault.bring_second(&Unlock::Passphrase(&other)).unwrap();
    let both = Party::open(vault).unwrap();
    transfer::send(&both, card, &path, false, now()).unwrap();
    assert_eq!(house.take(1, &path).new, 1);
    assert_eq!(both.vault().check(|_| {}).unwrap(), []);
}

#[test]
fn a_record_for_a_few_stays_one_and_a_legal_hold_holds() {
    let house = House::of(2);
    let mut vault = open(&house.dir(0)).unwrap();
    let few = vault.add_compartment("dirección", false).unwrap();
    let vault = open(&house.dir(0)).unwrap();
    let id = vault.seal_into(&person("Xóchitl", "Canul"), few).unwrap();
    let sender = Party::open(vault).unwrap();
    let path = house.file("uno");
    transfer::send(&sender, house.parties[1].card(), &path, false, now()).unwrap();
    let before = house.state(1);
    let refused = transfer::receive(&house.parties[1], &path).unwrap_err();
    assert!(matches!(
        refused,
        PartyError::Transfer(TransferError::NoSuchCompartment(_))
    ));
    assert_eq!(house.state(1), before);
    let mut vault = open(&house.dir(1)).unwrap();
    let own = vault.add_compartment("dirección", false).unwrap();
    drop(vault);
    let receiver = Party::open(open(&house.dir(1)).unwrap()).unwrap();
    transfer::receive(&receiver, &path).unwrap();
    let catalog = receiver.vault().catalog().unwrap();
    let item = &catalog.items()[0];
    assert_eq!(item.compartment, own);
    // On hold here, it is not erased because the other side did.
    let why = why("juicio");
    receiver
        .vault()
        .set_keeping(item.id, KeepingChange::Hold, &why)
        .unwrap();
    sender.vault().erase(id, &none()).unwrap();
    let path = house.file("dos");
    transfer::send(&sender, house.parties[1].card(), &path, false, now()).unwrap();
    let arrived = transfer::receive(&receiver, &path).unwrap().arrived;
    assert_eq!(arrived.erased, [item.id]);
    let held = receiver.vault().erase(item.id, &none());
    assert!(matches!(held, Err(VaultError::Held)));
}

fn keeping(house: &House, i: usize, id: ObjectId) -> Keeping {
    let catalog = house.vault(i).catalog().unwrap();
    house.vault(i).keeping(&catalog, id).unwrap()
}

fn say(house: &House, i: usize, id: ObjectId, change: KeepingChange, text: &str) {
    let reason = Reason::new(text).unwrap();
    house.vault(i).set_keeping(id, change, &reason).unwrap();
}

fn day(year: u16) -> Option<Date> {
    Date::new(year, 5, 2)
}

#[test]
fn a_legal_hold_holds_in_both_and_is_lifted_in_each_by_a_person() {
    use KeepingChange::{Hold, Lift};
    let house = House::of(2);
    let a = house.vault(0).seal(&person("Xóchitl", "Canul")).unwrap();
    say(&house, 0, a, Hold, "juicio en curso");
    // In the same parcel as the record.
    let arrived = house.send(0, 1);
    assert_eq!((arrived.new, arrived.holds), (1, 1));
    let b = house.find(1, "Xóchitl");
    let hold = keeping(&house, 1, b).hold.unwrap();
    assert_eq!(hold.as_str(), "juicio en curso");
    assert!(matches!(
        house.vault(1).erase(b, &none()),
        Err(VaultError::Held)
    ));
    // It does not come back, and is not told twice.
    assert_eq!(house.send(1, 0).holds, 0);
    let path = house.write(0, 1, "todo", true);
    let again = house.take(1, &path);
    assert_eq!((again.holds, again.lifted.len()), (0, 0));

    // Lifted there, it goes on here until a person says so; only that is to be settled.
    say(&house, 0, a, Lift, "sentencia firme");
    let arrived = house.send(0, 1);
    assert_eq!((arrived.holds, &arrived.lifted[..]), (0, &[b][..]));
    assert!(matches!(
        house.vault(1).erase(b, &none()),
        Err(VaultError::Held)
    ));
    let waiting = house.vault(1).conflict_of(b).unwrap().unwrap();
    let (from, why) = waiting.lifted.clone().unwrap();
    assert_eq!(
        (from, why.as_str()),
        (house.vault(0).id(), "sentencia firme")
    );
    assert_eq!((waiting.heads.len(), waiting.erased.clone()), (1, None));
    // What else is said of the record here does not put it back there.
    say(&house, 1, b, KeepingChange::Until(day(2036)), "");
    let back = house.send(1, 0);
    assert_eq!((back.holds, back.retention), (0, 1));
    assert_eq!(keeping(&house, 0, a).hold, None);
    assert_eq!(house.conflicts(1), [b]);
    say(&house, 1, b, Lift, "lo mismo");
    assert_eq!(house.conflicts(1), []);
    let back = house.send(1, 0);
    assert_eq!((back.lifted.len(), back.holds), (0, 0));
    assert_eq!(house.conflicts(0), []);

    // A person who says that it stays is heard in the other vault.
    say(&house, 0, a, Hold, "apelación");
    house.send(0, 1);
    say(&house, 0, a, Lift, "desistió");
    assert_eq!(house.send(0, 1).lifted, [b]);
    say(&house, 1, b, Hold, "apelación");
    assert_eq!(house.conflicts(1), []);
    assert_eq!(house.send(1, 0).holds, 1);
    assert!(keeping(&house, 0, a).hold.is_some());
    assert_eq!(house.conflicts(0), []);
    house.sound();
}

#[test]
fn a_hold_stops_an_erasure_that_comes_with_it() {
    let house = House::of(3);
    let a = house.vault(0).seal(&person("Xóchitl", "Canul")).unwrap();
    house.send(0, 1);
    house.send(0, 2);
    // One erases, one puts on hold, and the third hears of both, in either order.
    let c = house.find(2, "Xóchitl");
    say(&house, 2, c, KeepingChange::Hold, "juicio");
    house.vault(0).erase(a, &none()).unwrap();
    let b = house.find(1, "Xóchitl");
    assert_eq!(house.send(0, 1).erased, [b]);
    assert_eq!(house.send(2, 1).holds, 1);
    assert!(matches!(
        house.vault(1).erase(b, &none()),
        Err(VaultError::Held)
    ));
    assert_eq!(house.send(0, 2).erased, [c]);
    assert!(matches!(
        house.vault(2).erase(c, &none()),
        Err(VaultError::Held)
    ));
    // Where the record is gone, a hold of it has nothing to hold.
    let arrived = house.send(2, 0);
    assert_eq!((arrived.holds, arrived.left_out), (0, 1));
    // Lifted by a person, it goes, and the statements with it.
    say(&house, 1, b, KeepingChange::Lift, "fin");
    house.vault(1).erase(b, &none()).unwrap();
    let told = house.send(1, 2);
    assert_eq!(told.erased, [c]);
    house.sound();
}

#[test]
fn both_vaults_agree_on_the_retention_date_in_any_order() {
    use KeepingChange::Until;
    for first in [0, 1] {
        let house = House::of(2);
        let a = house.vault(0).seal(&person("Xóchitl", "Canul")).unwrap();
        say(&house, 0, a, Until(day(2030)), "");
        assert_eq!(house.send(0, 1).retention, 1);
        let b = house.find(1, "Xóchitl");
        assert_eq!(keeping(&house, 1, b).until, day(2030));
        // Both say something else: the later day holds, in both.
        say(&house, 0, a, Until(day(2033)), "");
        say(&house, 1, b, Until(day(2035)), "");
        house.send(first, 1 - first);
        house.send(1 - first, first);
        house.send(first, 1 - first);
        assert_eq!(keeping(&house, 0, a).until, day(2035));
        assert_eq!(keeping(&house, 1, b).until, day(2035));
        // What is said after it is the last word, also if it is earlier, or no day at all.
        say(&house, 0, a, Until(day(2031)), "");
        assert_eq!(house.send(0, 1).retention, 1);
        assert_eq!(keeping(&house, 1, b).until, day(2031));
        say(&house, 1, b, Until(None), "");
        assert_eq!(house.send(1, 0).retention, 1);
        assert_eq!(keeping(&house, 0, a).until, None);
        house.sound();
    }
}

/// Highest memory of this process so far, in MiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let kib = line.and_then(|l| l.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}

#[test]
#[ignore = "measures ten thousand records"]
fn ten_thousand_records_travel_in_little_memory() {
    use std::time::Instant;
    let house = House::of(2);
    let long = "no ".repeat(7000);
    for chunk in 0..10 {
        let records: Vec<Record> = (0..1000)
            .map(|i| {
                let mut record = person("Xóchitl", &format!("Canul {}", chunk * 1000 + i));
                record.notes.clone_from(&long);
                record
            })
            .collect();
        house.vault(0).seal_all(&records, None, |_| {}).unwrap();
    }
    let before = peak();
    let clock = Instant::now();
    let path = house.write(0, 1, "todo", false);
    let (sent, wrote) = (clock.elapsed(), peak());
    let clock = Instant::now();
    let arrived = house.take(1, &path);
    let (took, read) = (clock.elapsed(), peak());
    assert_eq!(arrived.new, 10_000);
    let clock = Instant::now();
    let back = house.send(1, 0);
    assert_eq!(back.new, 0);
    println!(
        "file {} MiB; sent in {sent:.1?}, received in {took:.1?}, nothing back in {:.1?}; peak memory {before}, {wrote}, {read} MiB",
        fs::metadata(&path).unwrap().len() >> 20,
        clock.elapsed()
    );
    assert!(read - before < 150, "memory grows with the records");
}
