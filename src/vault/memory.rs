//! What is left in memory when a vault is closed.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::Command;

use zeroize::Zeroizing;

use super::{ActNote, Location, NewSlot, Rights, SlotKind, StateChange, Unlock, Vault};
use crate::crypto::kdf::PassphraseCost;
use crate::crypto::secret::Passphrase;
use crate::log::act::{ActKind, Reason};
use crate::record::{Kind, Record};

/// What is looked for is kept like this, so that it is not found where it is kept.
const MASK: u8 = 0xa5;
const FOLDER: &str = "SIGILO_TEST_MEMORY";

/// Something secret, masked.
struct Needle {
    what: &'static str,
    masked: Vec<u8>,
}

impl Needle {
    fn new(what: &'static str, bytes: &[u8]) -> Self {
        Self {
            what,
            masked: bytes.iter().map(|b| b ^ MASK).collect(),
        }
    }
}

/// Every needle that lies in memory of this process that can be written, as often as it does.
fn found(needles: &[Needle]) -> Vec<&'static str> {
    let mut begins = [false; 256];
    for needle in needles {
        begins[usize::from(needle.masked[0] ^ MASK)] = true;
    }
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let memory = File::open("/proc/self/mem").unwrap();
    let mut found = Vec::new();
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (range, access) = (words.next().unwrap(), words.next().unwrap());
        if !access.starts_with("rw") {
            continue;
        }
        let (from, to) = range.split_once('-').unwrap();
        let from = u64::from_str_radix(from, 16).unwrap();
        let len = u64::from_str_radix(to, 16).unwrap() - from;
        let mut bytes = vec![0; usize::try_from(len).unwrap()];
        if memory.read_exact_at(&mut bytes, from).is_err() {
            continue;
        }
        // What is found is counted once: this copy must not be found again.
        for at in 0..bytes.len() {
            if !begins[usize::from(bytes[at])] {
                continue;
            }
            for needle in needles {
                let here = bytes.get(at..at + needle.masked.len());
                if here.is_some_and(|h| h.iter().zip(&needle.masked).all(|(h, n)| h ^ MASK == *n)) {
                    found.push(needle.what);
                }
            }
        }
        bytes.fill(0);
        std::hint::black_box(&bytes);
    }
    found
}

fn passphrase(masked: &[u8]) -> Passphrase {
    let mut text = String::with_capacity(64);
    text.extend(masked.iter().map(|b| char::from(b ^ MASK)));
    Passphrase::new(text)
}

/// Secrets as the state of a round has them, longer than what a cipher takes at once.
fn round_secrets() -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(vec![0; 320]);
    crate::crypto::random::fill(&mut out).unwrap();
    out
}

/// Everything that the slot that is open holds.
fn keys(vault: &Vault) -> Vec<Needle> {
    let access = &vault.access;
    let mut needles = vec![Needle::new(
        "seed of the slot",
        access.signing.seed().expose(),
    )];
    for (name, key) in [
        ("seed of the keyring key", access.keyring_signing()),
        ("seed of the checkpoint key", access.checkpoint()),
    ] {
        needles.push(Needle::new(name, key.unwrap().seed().expose()));
    }
    let log = access.log(0).unwrap();
    needles.push(Needle::new("key of the log", log.private().expose()));
    for (id, epoch) in access.opened() {
        let key = access.compartment(id, epoch).unwrap();
        needles.push(Needle::new("key of a compartment", key.private().expose()));
    }
    for batch in vault.opened.borrow().values() {
        needles.push(Needle::new("key of a batch", batch.1.expose()));
    }
    needles
}

/// Runs in a process of its own, for the test below.
#[test]
#[ignore = "the other test runs it"]
fn in_a_process_of_its_own() {
    let dir = std::env::var_os(FOLDER).unwrap();
    let location = Location::new(Path::new(&dir).join("casa"));
    let masked: Vec<u8> = "Xkcd correcto caballo 7 grapa"
        .bytes()
        .map(|b| b ^ MASK)
        .collect();
    let cost = PassphraseCost::new(PassphraseCost::MIN_MEMORY_KIB, 2, 1).unwrap();
    let mut needles = vec![Needle {
        what: "passphrase",
        masked: masked.clone(),
    }];
    {
        let key = passphrase(&masked);
        // A test that finds nothing proves nothing: here it is, to be found.
        assert!(found(&needles).contains(&"passphrase"));
        let first = NewSlot {
            name: "dirección",
            kind: SlotKind::Passphrase(cost),
            unlock: Unlock::Passphrase(&key),
            rights: Rights::ALL,
        };
        let made = Vault::create(&location, "Casa", &[("victim", &[0])], &first, "r").unwrap();
        let mut record = Record::new(Kind::Victim);
        record.given_names = "Itzel".into();
        made.vault.seal(&record).unwrap();
        let secrets = StateChange::put_for_round("secretos de la ronda", 0, round_secrets());
        let act = ActNote::new(ActKind::State);
        made.vault.set_state(&[secrets], act).unwrap();
    }
    {
        let key = passphrase(&masked);
        let vault = Vault::open(&location, &Unlock::Passphrase(&key)).unwrap();
        drop(key);
        let catalog = vault.catalog().unwrap();
        vault.scan(&catalog, |_, r| r.given_names.len()).unwrap();
        vault.trail(0, |_| Ok(())).unwrap();
        let id = catalog.items()[0].id;
        let record = vault.read(catalog.items()[0].latest().leaf).unwrap();
        vault.amend(id, 1, &record, &Reason::none()).unwrap();
        // The passphrase is gone although the vault is open.
        assert!(!found(&needles).contains(&"passphrase"));
        needles.extend(keys(&vault));
        let state = vault.state("secretos de la ronda").unwrap().unwrap();
        needles.extend(
            state
                .body
                .chunks(32)
                .map(|part| Needle::new("secret of a round", part)),
        );
        assert!(needles.len() >= 8);
        let open = found(&needles);
        for needle in &needles[1..] {
            assert!(open.contains(&needle.what), "{}", needle.what);
        }
    }
    let left = found(&needles);
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_closed_vault_leaves_neither_passphrase_nor_keys_in_memory() {
    let tmp = tempfile::tempdir().unwrap();
    let done = Command::new(std::env::current_exe().unwrap())
        .args(["vault::memory::in_a_process_of_its_own", "--exact"])
        .args(["--ignored", "--nocapture"])
        .env(FOLDER, tmp.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    let ran = String::from_utf8_lossy(&done.stdout);
    assert!(ran.contains("1 passed"), "{ran}");
}
