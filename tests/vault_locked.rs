//! What a seized, locked vault shows. The manual (*vault*, "What a locked vault shows") lists it; this
//! test knows the same list, so that nothing comes to it unseen.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use common::{PASSPHRASE, passphrase, person};
use sigilo::codec::Decode as _;
use sigilo::log::act::Reason;
use sigilo::vault::{
    Guarded, KeepingChange, Keyring, Location, NewSlot, Policy, Rights, SlotKind, Unlock, Vault,
};

const OTHER: &str = "la segunda persona de la casa";

fn location(tmp: &Path) -> Location {
    Location {
        keyring: Some(tmp.join("usb").join("llavero")),
        ..Location::new(tmp.join("casa"))
    }
}

/// A vault with its keyring on a stick, in which everything was used that leaves something behind.
fn used(tmp: &Path) -> Location {
    fs::create_dir(tmp.join("usb")).unwrap();
    let location = location(tmp);
    let (key, other) = (passphrase(PASSPHRASE), passphrase(OTHER));
    let slot = |name, key| NewSlot {
        name,
        kind: SlotKind::Passphrase(common::cost()),
        unlock: Unlock::Passphrase(key),
        rights: Rights::ALL,
    };
    let compartments: [(&str, &[u8]); 2] = [("victim", &[0]), ("protegidos", &[])];
    let made = Vault::create(
        &location,
        "Casa Xóchitl",
        &compartments,
        &slot("dirección", &key),
        "r",
    );
    let mut vault = made.unwrap().vault;
    vault.add_slot(&slot("abogada", &other)).unwrap();
    let why = Reason::new("motivo muy particular").unwrap();
    let policy = Policy::default().with(Guarded::Export);
    vault.set_policy(policy, &why).unwrap();
    let protected = vault
        .access()
        .roster
        .compartment_named("protegidos")
        .unwrap();
    let id = vault
        .seal_into(&person("Itzayana", "Tzoc"), protected)
        .unwrap();
    vault.set_keeping(id, KeepingChange::Hold, &why).unwrap();
    let gone = vault.seal(&person("Guadalupe", "Xochicale")).unwrap();
    vault
        .add_evidence(gone, "foto-secreta.jpg", &b"bytes"[..], &why, |_| {})
        .unwrap();
    vault.set_link(id, gone, true, &why).unwrap();
    vault.index().unwrap();
    vault.rotate(&why, |_, _| {}).unwrap();
    location
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

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|w| w == needle)
}

#[test]
fn a_locked_vault_shows_what_the_manual_lists_and_no_name() {
    let tmp = tempfile::tempdir().unwrap();
    let location = used(tmp.path());
    let db = rusqlite::Connection::open(location.dir.join("vault.db")).unwrap();
    let strings = |sql: &str| -> BTreeSet<String> {
        let mut s = db.prepare(sql).unwrap();
        let rows = s.query_map([], |r| r.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    let columns = strings(
        "SELECT m.name || '.' || c.name || ' ' || c.type
         FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'",
    );
    let listed = [
        "batch.encapsulated BLOB",
        "batch.epoch INTEGER",
        "batch.id INTEGER",
        "batch.target BLOB",
        "content.batch INTEGER",
        "content.body BLOB",
        "content.leaf INTEGER",
        "content.wrapped BLOB",
        "leaf.batch INTEGER",
        "leaf.details BLOB",
        "leaf.idx INTEGER",
        "leaf.leaf BLOB",
        "meta.name TEXT",
        "meta.value BLOB",
        "search.sealed BLOB",
        "search.target BLOB",
        "search.part INTEGER",
        "tile.hashes BLOB",
        "tile.idx INTEGER",
        "tile.level INTEGER",
    ];
    let listed: BTreeSet<String> = listed.iter().map(ToString::to_string).collect();
    assert_eq!(columns, listed);
    let names = strings("SELECT name FROM meta");
    let known = [
        "frontier",
        "head",
        "head-frontier",
        "keyring",
        "keyring-leaf",
        "vault",
    ];
    assert_eq!(names, known.iter().map(ToString::to_string).collect());
    // Sealed bytes look like random ones; nothing that was typed is in any file.
    for path in files(tmp.path()) {
        let bytes = fs::read(&path).unwrap();
        for secret in [
            "Itzayana",
            "Tzoc",
            "Guadalupe",
            "Xochicale",
            "Xóchitl",
            "Casa",
            "victim",
            "protegidos",
            "dirección",
            "abogada",
            "motivo",
            "particular",
            "foto",
            "secreta",
            PASSPHRASE,
            OTHER,
        ] {
            assert!(!contains(&bytes, secret.as_bytes()), "{secret} in {path:?}");
        }
    }
}

#[test]
fn without_the_stick_there_is_nothing_of_any_key() {
    let tmp = tempfile::tempdir().unwrap();
    let location = used(tmp.path());
    let stick = location.keyring.as_ref().unwrap();
    let bytes = fs::read(stick).unwrap();
    let ring = Keyring::from_bytes(&bytes).unwrap();
    assert_eq!(ring.slots.len(), 3);
    let folder: Vec<u8> = files(&location.dir)
        .iter()
        .flat_map(|path| fs::read(path).unwrap())
        .collect();
    assert!(!contains(&folder, b"sigilo-keyring"));
    // No slot: no id, salt, cost, public key, wrapped secret or grant of it. Random bytes of 8 do not
    // meet by chance.
    let first = ring.slots.iter().map(|s| {
        let at = bytes.windows(16).position(|w| w == s.id.0);
        at.unwrap()
    });
    let (from, to) = (first.min().unwrap(), bytes.len() - 64);
    let zeros = [0u8; 8];
    for piece in bytes[from..to].chunks_exact(8) {
        // Costs and lengths are mostly zeros, as is padding.
        if piece.iter().filter(|b| **b == 0).count() > 2 || *piece == zeros {
            continue;
        }
        assert!(!contains(&folder, piece));
    }
    // Nothing was left beside the database while keys were changed.
    let mut names: Vec<_> = fs::read_dir(&location.dir)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["checkpoint", "evidence", "vault.db"]);
}
