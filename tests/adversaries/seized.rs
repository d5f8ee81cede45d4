//! Folders in the wrong hands: images of a locked vault over time, a key of the log, and everything of everybody
//! after a round.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{self, PASSPHRASE, passphrase};
use sigilo::codec::{Decode as _, Encode as _};
use sigilo::coordinator::{self, Plan};
use sigilo::crypto::Secret;
use sigilo::crypto::travel::{IDENTITY, Identity};
use sigilo::log::act::Reason;
use sigilo::network::{Network, Setup, SiteSetup};
use sigilo::record::code::{Agreement, Sex};
use sigilo::record::{Birth, Kind as RecordKind, PartialDate, Record};
use sigilo::round::Role;
use sigilo::round::coordinator::Row;
use sigilo::round::envelope::{self, Kind};
use sigilo::round::holder::HolderSecrets;
use sigilo::round::note::AgreedNote;
use sigilo::round::tokens::TokenFile;
use sigilo::round::trust::TrustStore;
use sigilo::vault::audit::{self, Known};
use sigilo::vault::backup::Places;
use sigilo::vault::{Location, NewSlot, Rights, SlotKind, Unlock, Vault, VaultError};

use super::dictionary::names;
use super::play::{AT, Loot, MAX, TOKENS, now, private, register};

/// A person of the register as a record.
pub fn record(n: usize) -> Record {
    let d = &register()[n];
    let birth = if n.is_multiple_of(2) {
        "1994-07-21"
    } else {
        "2001-11-03"
    };
    let mut r = Record::new(RecordKind::Victim);
    r.local_id = format!("E-{n}");
    r.given_names.clone_from(&d.given_names);
    r.paternal_surname.clone_from(&d.paternal_surname);
    r.maternal_surname.clone_from(&d.maternal_surname);
    r.sex = Some(Sex::Female);
    r.birth = Birth::Date(PartialDate::parse(birth).unwrap());
    r.birth_place.country = "MX".to_owned();
    r.birth_place.state.clone_from(&d.state);
    r.birth_place.municipality.clone_from(&d.municipality);
    r.consents.matching.given = Agreement::Yes;
    r
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push(path);
        }
    }
    all
}

fn bytes_below(dir: &Path) -> Vec<u8> {
    files(dir)
        .iter()
        .flat_map(|p| fs::read(p).unwrap())
        .collect()
}

fn copy(from: &Path, to: &Path) {
    for path in files(from) {
        let target = to.join(path.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(&path, target).unwrap();
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|w| w == needle)
}

/// What is in the table of contents of a stolen folder: leaf and length of each.
fn stored(dir: &Path) -> BTreeMap<i64, Vec<u8>> {
    let db = rusqlite::Connection::open(dir.join("vault.db")).unwrap();
    let mut rows = db.prepare("SELECT leaf, body FROM content").unwrap();
    let rows = rows.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_thief_with_several_images_of_a_locked_laptop_learns_numbers_sizes_and_times() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let image = |n: usize| tmp.path().join(format!("image-{n}"));
    let vault = common::create(&dir).vault;
    let people: Vec<Record> = [0, 37, 60].map(record).into();
    let ids = vault.seal_all(&people, None, |_| {}).unwrap();
    copy(&dir, &image(0));
    let mut changed = record(0);
    changed.aliases = vec!["Lupita".to_owned()];
    let was = vault.catalog().unwrap();
    let version = was
        .items()
        .iter()
        .find(|i| i.id == ids[0])
        .unwrap()
        .latest()
        .number;
    vault
        .amend(ids[0], version, &changed, &Reason::none())
        .unwrap();
    copy(&dir, &image(1));
    vault
        .erase(ids[1], &Reason::new("a petición").unwrap())
        .unwrap();
    copy(&dir, &image(2));
    drop(vault);
    // No name, in no image; and no wrong passphrase opens one.
    for n in 0..3 {
        let bytes = bytes_below(&image(n));
        for needle in [
            "Rosa Elena",
            "Balam",
            "Villalobos",
            "Lupita",
            "E-37",
            "Valladolid",
            PASSPHRASE,
        ] {
            assert!(
                !contains(&bytes, needle.as_bytes()),
                "{needle} in image {n}"
            );
        }
        assert!(!contains(&bytes, &ids[0].0) && !contains(&bytes, &ids[1].0));
        for wrong in ["", "agua clara", "agua clara bajo el puente "] {
            assert!(common::open_with(&image(n), wrong).is_err());
        }
    }
    // What several images together tell: how many entries there were and when, their size classes, and that
    // one went. Not whose version is whose.
    let size = |n: usize| {
        let report = audit::verify(&Location::new(image(n)), &Known::default(), |_, _| {}).unwrap();
        assert_eq!(report.findings, []);
        report.size
    };
    assert!(size(0) < size(1) && size(1) < size(2));
    let (first, second, third) = (stored(&image(0)), stored(&image(1)), stored(&image(2)));
    for (leaf, body) in &first {
        assert_eq!(
            second.get(leaf),
            Some(body),
            "an old content was touched by an amendment"
        );
    }
    let new: Vec<&i64> = second.keys().filter(|l| !first.contains_key(l)).collect();
    assert!(!new.is_empty());
    let gone: Vec<&i64> = second.keys().filter(|l| !third.contains_key(l)).collect();
    assert_eq!(gone.len(), 1);
    // The class of sizes is one for records that differ by a few letters.
    let sizes: std::collections::BTreeSet<usize> = first.values().map(Vec::len).collect();
    assert!(sizes.len() <= 2, "{sizes:?}");
    // What does not hold: whoever gets the passphrase later opens the old image as it was, with what was
    // erased since.
    let old = common::open(&image(0)).unwrap();
    let leaf = old.catalog().unwrap();
    let leaf = leaf
        .items()
        .iter()
        .find(|i| i.id == ids[1])
        .unwrap()
        .latest()
        .leaf;
    assert_eq!(old.read(leaf).unwrap().given_names, people[1].given_names);
    let new = common::open(&image(2)).unwrap();
    assert!(
        new.catalog()
            .unwrap()
            .items()
            .iter()
            .all(|i| i.id != ids[1])
    );
    assert!(matches!(new.read(leaf), Err(VaultError::NoSuchRecord)));
}

#[test]
fn an_insider_with_the_key_of_the_log_reads_acts_and_no_record() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let mut vault = common::create(&dir).vault;
    let key = passphrase("clave de la bitácora");
    let slot = NewSlot {
        name: "contraloría",
        kind: SlotKind::Passphrase(common::cost()),
        unlock: Unlock::Passphrase(&key),
        rights: Rights::LOG,
    };
    vault.add_slot(&slot).unwrap();
    let ids = vault
        .seal_all(&[record(0), record(37)], None, |_| {})
        .unwrap();
    drop(vault);
    let insider = common::open_with(&dir, "clave de la bitácora").unwrap();
    // It sees who did what to which entry, when.
    let mut acts = Vec::new();
    insider
        .trail(0, |entry| {
            acts.push(entry.act);
            Ok(())
        })
        .unwrap();
    let about = |id: &[u8; 16]| acts.iter().any(|a| a.object == Some(*id));
    assert!(acts.len() >= 3 && about(&ids[0].0) && about(&ids[1].0));
    // And nothing else: no catalogue, no record, no search, no export, and it seals nothing.
    assert!(matches!(insider.catalog(), Err(VaultError::NotAllowed)));
    assert!(matches!(insider.index(), Err(VaultError::NotAllowed)));
    assert!(matches!(
        insider.seal(&record(3)),
        Err(VaultError::NotAllowed)
    ));
    assert!(matches!(
        insider.erase(ids[0], &Reason::none()),
        Err(VaultError::NotAllowed)
    ));
    let all = audit::verify(&Location::new(&dir), &Known::default(), |_, _| {}).unwrap();
    for leaf in 0..all.size {
        assert!(insider.read(leaf).is_err());
    }
    // No keys of the house in rounds, no backup to open elsewhere, no key with more rights, and no head: it cannot
    // write another history.
    assert!(matches!(
        insider.state("party"),
        Err(VaultError::NotAllowed)
    ));
    assert!(matches!(insider.state_names(), Err(VaultError::NotAllowed)));
    let (copies, own) = (tmp.path().join("copia"), Identity::generate());
    assert!(
        insider
            .backup(
                &Places::beside(&copies),
                &[own.recipient()],
                &Reason::none()
            )
            .is_err()
    );
    assert!(!copies.exists());
    assert!(insider.access().checkpoint().is_none());
    drop(insider);
    let more = passphrase("otra clave");
    let slot = NewSlot {
        name: "otra",
        kind: SlotKind::Passphrase(common::cost()),
        unlock: Unlock::Passphrase(&more),
        rights: Rights::ALL,
    };
    let mut insider = common::open_with(&dir, "clave de la bitácora").unwrap();
    assert!(insider.add_slot(&slot).is_err());
    assert!(common::open_with(&dir, "otra clave").is_err());
    let keys: usize = (0..8)
        .filter(|epoch| {
            let compartments = &insider.access().roster.compartments;
            compartments
                .iter()
                .any(|(id, ..)| insider.access().compartment(*id, *epoch).is_some())
        })
        .count();
    assert_eq!(keys, 0);
    drop(insider);
    // With the right to read it would.
    let whole = common::open(&dir).unwrap();
    assert_eq!(whole.catalog().unwrap().items().len(), 2);
}

/// A network of folders with persons of the register, in a round, token files made.
fn in_a_round(dir: &Path) -> Network {
    in_a_round_with(dir, AT[1], 0)
}

/// The same with other persons at the second site.
fn in_a_round_with(dir: &Path, others: &[usize], epsilon_milli: u32) -> Network {
    let plan = Plan {
        epsilon_milli,
        tokens: TOKENS,
        ..Plan::new(
            "Personas asistidas",
            sigilo::round::Time::parse("2027-03-31T23:59:59Z").unwrap(),
            1_000,
        )
    };
    let sites = ["Casa A", "Casa B"].iter().zip([AT[0], others]);
    let net = Network::build(
        Setup {
            dir: dir.to_owned(),
            coordinator: "Comisión".to_owned(),
            holders: vec!["Defensoría".to_owned(), "Universidad".to_owned()],
            sites: sites
                .map(|(name, at)| SiteSetup {
                    name: (*name).to_owned(),
                    records: at.iter().map(|n| record(*n)).collect(),
                })
                .collect(),
            passphrase: passphrase(PASSPHRASE),
            cost: common::cost(),
            plan,
            link: false,
        },
        |_| {},
    )
    .unwrap();
    net.open(now()).unwrap();
    for seats in [&net.sites, &net.holders, &net.sites] {
        for seat in seats {
            net.visit(seat, now()).unwrap();
        }
    }
    net
}

/// Everything that is left in folders whose passphrase is known: all states, opened, and all bytes.
struct Scavenged {
    bodies: Vec<Vec<u8>>,
    bytes: Vec<u8>,
}

fn scavenge(vaults: &Path) -> Scavenged {
    let mut found = Scavenged {
        bodies: Vec::new(),
        bytes: bytes_below(vaults),
    };
    for entry in fs::read_dir(vaults).unwrap() {
        let key = passphrase(PASSPHRASE);
        let unlock = Unlock::Passphrase(&key);
        let vault = Vault::open(&Location::new(entry.unwrap().path()), &unlock).unwrap();
        for name in vault.state_names().unwrap() {
            if let Some(state) = vault.state(&name).unwrap() {
                found.bodies.push(state.body.to_vec());
            }
        }
    }
    found
}

impl Scavenged {
    fn identities(&self) -> Vec<Identity> {
        let mut found = Vec::new();
        for body in &self.bodies {
            for window in body
                .windows(IDENTITY)
                .filter(|w| w.starts_with(b"AGE-SECRET-KEY-1"))
            {
                let secret = Secret::from_slice(window).unwrap();
                found.extend(Identity::from_secret(&secret).ok());
            }
        }
        found
    }

    /// Names whoever can be named in token files on a stick, with every group secret that turns up.
    fn attack(
        &self,
        stick: &Path,
        note: &AgreedNote,
        trust: &TrustStore,
    ) -> (usize, BTreeMap<Row, usize>) {
        let identities = self.identities();
        let mut files = BTreeMap::new();
        for path in files_named(stick, ".tokens") {
            let bytes = fs::read(&path).unwrap();
            for identity in &identities {
                let Ok(read) = envelope::decrypt(identity, &bytes, MAX) else {
                    continue;
                };
                let site = read.sender();
                let card = trust.get(&site, Role::Site).unwrap();
                let desk = note.coordinator().0;
                let opened = read.verify(Kind::Tokens, note.hash(), card, desk).unwrap();
                files.insert(site, TokenFile::from_bytes(opened.payload()).unwrap());
            }
        }
        let keys: Vec<[u8; 32]> = self
            .bodies
            .iter()
            .filter_map(|b| HolderSecrets::from_bytes(b).ok())
            .map(|s| private(&s))
            .collect();
        let mut named = BTreeMap::new();
        // A site's state has its own secret and then the group secret.
        for body in self.bodies.iter().filter(|b| b.len() > 65) {
            let group = Secret::from_slice(&body[33..65]).unwrap();
            let loot = Loot {
                note,
                identities: Vec::new(),
                letters: &[],
                files: Some(&files),
                levels: &[],
                ask: None,
                comparer: None,
                keys: keys.clone(),
                requests: Vec::new(),
                group: Some(&group),
                sites: Vec::new(),
            };
            if !files.is_empty() {
                named.extend(names(&loot));
            }
        }
        (files.len(), named)
    }
}

fn files_named(dir: &Path, end: &str) -> Vec<PathBuf> {
    let mut found = files(dir);
    found.retain(|p| p.to_string_lossy().ends_with(end));
    found
}

#[test]
fn with_everything_of_everybody_after_the_round_no_token_can_be_computed() {
    let tmp = tempfile::tempdir().unwrap();
    let net = in_a_round(tmp.path());
    let stick = net.coordinator.stick.dir().to_owned();
    let note = fs::read(stick.join("round.note")).unwrap();
    let note = AgreedNote::read(&note, net.coordinator.party.trust()).unwrap();
    let trust = TrustStore::from_bytes(&net.coordinator.party.trust().to_bytes()).unwrap();
    let vaults = tmp.path().join("vaults");
    // While the round is open: everybody is named by who has all of it. So this is what must go.
    let open = scavenge(&vaults);
    let (files, named) = open.attack(&stick, &note, &trust);
    assert_eq!(files, 2);
    let people: usize = AT[..2].iter().map(|at| at.len()).sum();
    assert_eq!(named.len(), people, "the attack has no teeth");
    let secrets: Vec<Vec<u8>> = open
        .bodies
        .iter()
        .filter(|b| HolderSecrets::from_bytes(b).is_ok())
        .flat_map(|b| b[1..97].chunks(16).map(<[u8]>::to_vec))
        .collect();
    assert_eq!(secrets.len(), 12);
    for seat in &net.holders {
        sigilo::holder::close(&seat.party, None).unwrap();
    }
    for seat in &net.sites {
        sigilo::site::close(&seat.party, None).unwrap();
    }
    coordinator::close(&net.coordinator.party, None).unwrap();
    drop(net);
    let closed = scavenge(&vaults);
    for body in &closed.bodies {
        assert!(HolderSecrets::from_bytes(body).is_err());
    }
    for secret in &secrets {
        assert!(!contains(&closed.bytes, secret));
        assert!(closed.bodies.iter().all(|b| !contains(b, secret)));
    }
    assert!(!closed.identities().is_empty(), "long-term identities stay");
    let (files, named) = closed.attack(&stick, &note, &trust);
    assert_eq!((files, named.len()), (0, 0));
}

/// An image of a holder's folder from the time of the round is as good as the holder was then, to whoever has its
/// passphrase; without it, it is nothing.
#[test]
fn an_image_from_the_time_of_a_round_is_of_use_only_with_the_passphrase() {
    let tmp = tempfile::tempdir().unwrap();
    let net = in_a_round(tmp.path());
    let image = tmp.path().join("image").join("Defensoría");
    copy(net.holders[0].dir(), &image);
    let open = scavenge(image.parent().unwrap());
    let secrets: Vec<HolderSecrets> = open
        .bodies
        .iter()
        .filter_map(|b| HolderSecrets::from_bytes(b).ok())
        .collect();
    assert_eq!(
        secrets.len(),
        1,
        "it does not hold against who has the passphrase"
    );
    let key = private(&secrets[0]);
    assert!(!contains(&open.bytes, &key[..16]) && !contains(&open.bytes, b"AGE-SECRET-KEY-1"));
    assert!(common::open_with(&image, "otra").is_err());
}

/// All that comes back to a site that put a person through the round: files by name and size, the same whether she is
/// at another site or not. Numbers of the result have noise (`tests/counts.rs`).
#[test]
fn a_site_that_probes_gets_the_same_files_whether_the_person_is_elsewhere_or_not() {
    let play = |others: &[usize]| {
        let tmp = tempfile::tempdir().unwrap();
        let net = in_a_round_with(tmp.path(), others, 4_000);
        net.desk(now()).unwrap();
        for holder in &net.holders {
            net.visit(holder, now()).unwrap();
        }
        net.desk(now()).unwrap();
        let prober = &net.sites[0];
        let book = prober.party.only_book().unwrap();
        net.visit(prober, now()).unwrap();
        let label = sigilo::party::file_label(prober.party.card());
        // What others wrote that is for this site or for everybody, and what its vault has of it.
        let mut files: BTreeMap<String, u64> = BTreeMap::new();
        for path in files_named(prober.stick.dir(), "") {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name.starts_with(&label) || name.starts_with("round.") || name.starts_with("result")
            {
                // Words of keys, which are other ones in each network, are cut off.
                let parts = name
                    .split('.')
                    .map(|p| p.rsplit_once('-').map_or(p, |(p, _)| p));
                let name = parts.collect::<Vec<_>>().join(".");
                files.insert(name, fs::metadata(&path).unwrap().len());
            }
        }
        let handles = sigilo::site::handles(&prober.party, &book.round).map_or(0, |h| h.len());
        (
            files,
            handles,
            prober.party.vault().state_names().unwrap().len(),
        )
    };
    let (there, absent) = (play(&[0, 37, 60, 91]), play(&[99, 7, 60, 91]));
    let names = |p: &BTreeMap<String, u64>| p.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&there.0), names(&absent.0));
    assert!(there.0.len() >= 6, "{:?}", there.0);
    for (name, size) in &there.0 {
        // Noise of the age format in encrypted files, and digits of numbers in open ones.
        let other = absent.0[name];
        assert!(size.abs_diff(other) < 1_200, "{name}: {size} and {other}");
    }
    assert_eq!((there.1, there.2), (absent.1, absent.2));
}
