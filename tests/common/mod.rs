//! What several tests need: small vaults and made-up people.
#![allow(dead_code)]

pub mod requests;
#[cfg(unix)]
pub mod terminal;

use std::path::{Path, PathBuf};
use std::process::Command;

use sigilo::crypto::Secret;
use sigilo::crypto::kdf::PassphraseCost;
use sigilo::crypto::secret::Passphrase;
use sigilo::record::{Kind, Record, SearchKey};
use sigilo::vault::{Location, NewSlot, NewVault, Rights, SlotKind, Unlock, Vault, VaultError};

pub const PASSPHRASE: &str = "agua clara bajo el puente";

pub fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned())
}

/// The cheapest cost that is accepted: tests open many vaults.
pub fn cost() -> PassphraseCost {
    PassphraseCost::new(PassphraseCost::MIN_MEMORY_KIB, 2, 1).unwrap()
}

fn made(dir: &Path, kind: SlotKind, unlock: Unlock<'_>) -> Result<NewVault, VaultError> {
    Vault::create(
        &Location::new(dir),
        "Casa de prueba",
        &[("victim", &[0]), ("witness", &[1]), ("call", &[2])],
        &NewSlot {
            name: "dirección",
            kind,
            unlock,
            rights: Rights::ALL,
        },
        "recuperación",
    )
}

pub fn try_create(dir: &Path) -> Result<NewVault, VaultError> {
    let passphrase = passphrase(PASSPHRASE);
    made(
        dir,
        SlotKind::Passphrase(cost()),
        Unlock::Passphrase(&passphrase),
    )
}

pub fn create(dir: &Path) -> NewVault {
    try_create(dir).unwrap()
}

/// A key that opens without the time that a passphrase takes.
pub fn key() -> Secret<32> {
    Secret::init_with(|b| b.fill(1))
}

/// A vault that [`key`] opens.
pub fn create_with_key(dir: &Path) -> NewVault {
    made(dir, SlotKind::KeyFile, Unlock::KeyFile(&key())).unwrap()
}

pub fn open(dir: &Path) -> Result<Vault, VaultError> {
    open_with(dir, PASSPHRASE)
}

pub fn open_with(dir: &Path, text: &str) -> Result<Vault, VaultError> {
    Vault::open(&Location::new(dir), &Unlock::Passphrase(&passphrase(text)))
}

pub fn person(given: &str, paternal: &str) -> Record {
    let mut record = Record::new(Kind::Victim);
    record.given_names = given.to_owned();
    record.paternal_surname = paternal.to_owned();
    record
}

/// The interpreter, if there is one that is new enough for STRICT tables.
pub fn python() -> Option<PathBuf> {
    let asked = "import sqlite3, sys; sys.exit(sys.version_info < (3, 9) or sqlite3.sqlite_version_info < (3, 37))";
    let path = PathBuf::from("python3");
    let done = Command::new(&path).args(["-c", asked]).output();
    match done {
        Ok(done) if done.status.success() => Some(path),
        _ => {
            eprintln!("skipped: no python3 of 3.9 or newer with SQLite 3.37 or newer");
            None
        }
    }
}

/// Runs the verifier that is not this program: whether it found nothing, and what it said.
pub fn run_verifier(python: &Path, args: &[&str]) -> (bool, String) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/verify_vault.py");
    // Nothing is left in the source folder.
    let done = Command::new(python)
        .args(["-B", script])
        .args(args)
        .output();
    let done = done.unwrap();
    let code = done.status.code().unwrap();
    let errors = String::from_utf8_lossy(&done.stderr);
    assert!(code < 2 && errors.is_empty(), "{args:?}: {code} {errors}");
    let said = String::from_utf8(done.stdout).unwrap();
    assert_eq!(said.ends_with("sound\n"), code == 0);
    (code == 0, said)
}

/// Whether this text lies in the memory of a process that it can write. Nothing, if the system does not let us
/// look.
#[cfg(target_os = "linux")]
pub fn memory_has(process: u32, text: &str) -> Option<bool> {
    use std::fs::{self, File};
    use std::io::ErrorKind;
    use std::os::unix::fs::FileExt as _;
    let of = |what: &str| format!("/proc/{process}/{what}");
    let memory = match File::open(of("mem")) {
        Ok(file) => file,
        Err(e) if e.kind() == ErrorKind::PermissionDenied => return None,
        Err(e) => panic!("{e}"),
    };
    let maps = fs::read_to_string(of("maps")).unwrap();
    let (first, rest) = text.as_bytes().split_first().unwrap();
    for line in maps.lines().filter(|l| l.contains(" rw")) {
        let (from, to) = line.split_once(' ').unwrap().0.split_once('-').unwrap();
        let from = u64::from_str_radix(from, 16).unwrap();
        let len = u64::from_str_radix(to, 16).unwrap() - from;
        let mut bytes = vec![0; usize::try_from(len).unwrap()];
        if memory.read_exact_at(&mut bytes, from).is_err() {
            continue;
        }
        let mut left = bytes.as_slice();
        while let Some(at) = left.iter().position(|b| b == first) {
            left = &left[at + 1..];
            if left.starts_with(rest) {
                return Some(true);
            }
        }
    }
    Some(false)
}

/// The search index names the latest version of every record, and nothing else.
pub fn index_is_of_the_latest(vault: &Vault) {
    let any = SearchKey::new(&person("Nadie", "Nadie"));
    let index = vault.index().unwrap();
    let mut found: Vec<_> = index
        .alike(&any, 0.0)
        .into_iter()
        .map(|(_, f)| (f.id, f.version, f.leaf))
        .collect();
    let catalog = vault.catalog().unwrap();
    let mut wanted: Vec<_> = catalog
        .items()
        .iter()
        .map(|i| (i.id, i.latest().number, i.latest().leaf))
        .collect();
    found.sort();
    wanted.sort();
    assert_eq!(found, wanted);
}
