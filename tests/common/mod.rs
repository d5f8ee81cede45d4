//! What several tests need: small vaults and made-up people.
#![allow(dead_code)]

use std::path::Path;

use sigilo::crypto::kdf::PassphraseCost;
use sigilo::crypto::secret::Passphrase;
use sigilo::record::{Kind, Record};
use sigilo::vault::{Location, NewSlot, NewVault, Rights, SlotKind, Unlock, Vault, VaultError};

pub const PASSPHRASE: &str = "agua clara bajo el puente";

pub fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned())
}

/// The cheapest cost that is accepted: tests open many vaults.
pub fn cost() -> PassphraseCost {
    PassphraseCost::new(PassphraseCost::MIN_MEMORY_KIB, 2, 1).unwrap()
}

pub fn create(dir: &Path) -> NewVault {
    Vault::create(
        &Location::new(dir),
        "Casa de prueba",
        &[("victim", &[0]), ("witness", &[1]), ("call", &[2])],
        &NewSlot {
            name: "dirección",
            kind: SlotKind::Passphrase(cost()),
            unlock: Unlock::Passphrase(&passphrase(PASSPHRASE)),
            rights: Rights::ALL,
        },
        "recuperación",
    )
    .unwrap()
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
