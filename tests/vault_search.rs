//! The search index gives the answers that reading every record would give, whatever happened to the
//! vault and to the index; and it keeps nothing of what was erased.

mod common;

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use common::{cost, passphrase};
use rusqlite::{Connection, params};
use sigilo::crypto::Secret;
use sigilo::log::act::Reason;
use sigilo::record::{FieldId, Kind, Query, Record, SearchKey, compare_keys, set};
use sigilo::vault::audit::{self, Known};
use sigilo::vault::{
    Index, Location, NewSlot, ObjectId, Rights, SlotKind, Unlock, Vault, VaultError,
};

const INTAKE: &str = "clave de la recepción";
const QUERIES: &[&str] = &[
    "xochitl",
    "Sochil",
    "hernandes",
    "Ana",
    "lupita",
    "961 555",
    "55501",
    "DOC7",
    "ruiz ana",
    "canul",
    "2026-3",
    "nadie",
    "",
];

fn key() -> Secret<32> {
    Secret::init_with(|b| b.fill(7))
}

fn create(dir: &Path) -> Vault {
    let mut vault = Vault::create(
        &Location::new(dir),
        "Casa de prueba",
        &[("victim", &[0]), ("witness", &[1]), ("call", &[2])],
        &NewSlot {
            name: "dirección",
            kind: SlotKind::KeyFile,
            unlock: Unlock::KeyFile(&key()),
            rights: Rights::ALL,
        },
        "recuperación",
    )
    .unwrap()
    .vault;
    vault
        .add_slot(&NewSlot {
            name: "recepción",
            kind: SlotKind::Passphrase(cost()),
            unlock: Unlock::Passphrase(&passphrase(INTAKE)),
            rights: Rights::SEAL,
        })
        .unwrap();
    vault
}

fn open(dir: &Path) -> Vault {
    Vault::open(&Location::new(dir), &Unlock::KeyFile(&key())).unwrap()
}

/// SplitMix64.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    fn of<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn person(&mut self) -> Record {
        let kind = [Kind::Victim, Kind::Witness, Kind::Call][self.below(3)];
        let mut r = Record::new(kind);
        r.local_id = format!("2026-{:03}", self.below(400));
        r.given_names = format!(
            "{} {}",
            self.of(&["Ana", "María", "Xóchitl", "José", "Xochilt", "Rosa"]),
            self.of(&["", "Guadalupe", "Luisa"])
        );
        r.paternal_surname = self
            .of(&["Hernández", "Ruiz", "Ruis", "Canul", "Tzoc"])
            .into();
        r.maternal_surname = self.of(&["", "de la Cruz", "Soc", "Hernández"]).into();
        if self.below(3) == 0 {
            r.aliases = vec![self.of(&["Lupita", "La Güera", "Chepe"]).into()];
        }
        if self.below(2) == 0 {
            r.phones = vec![format!("961 555 {:04}", self.below(5000))];
        }
        if self.below(3) == 0 {
            // Long enough that few fit into one part of the index.
            let number = format!("DOC{}X{}", self.below(900), "0".repeat(180));
            set(&mut r, FieldId::Passport, &number).unwrap();
        }
        r
    }
}

type Answer = Vec<(u32, ObjectId, u32)>;

/// Every record, read without the index.
fn all(vault: &Vault) -> Vec<(SearchKey, ObjectId, u32)> {
    let catalog = vault.catalog().unwrap();
    let read = vault.scan(&catalog, |item, r| {
        (SearchKey::new(r), item.id, item.latest().number)
    });
    read.unwrap()
}

/// What comparing every record gives.
fn reference(all: &[(SearchKey, ObjectId, u32)], query: &Query) -> Answer {
    let mut found: Answer = all
        .iter()
        .filter_map(|(key, id, version)| Some((query.rank(key)?, *id, *version)))
        .collect();
    found.sort_by_key(|(rank, ..)| *rank);
    found
}

fn answer(index: &Index, query: &Query) -> Answer {
    let found = index.search(query).into_iter();
    found.map(|(rank, f)| (rank, f.id, f.version)).collect()
}

/// Compares the stored index, one that was kept in memory, and the reference.
fn compare(vault: &Vault, kept: &mut Index, when: &str) {
    let index = vault.index().unwrap();
    vault.refresh(kept).unwrap();
    let all = all(vault);
    assert_eq!(index.len(), all.len(), "{when}");
    for text in QUERIES {
        let query = Query::new(text);
        let expected = reference(&all, &query);
        assert_eq!(answer(&index, &query), expected, "{when}: {text}");
        assert_eq!(answer(kept, &query), expected, "{when}: {text}, in memory");
    }
    for (_, found) in index.search(&Query::new("ruiz")).into_iter().take(3) {
        let record = vault.read(found.leaf).unwrap();
        assert!(Query::new("ruiz").rank(&SearchKey::new(&record)).is_some());
    }
}

fn check(vault: &Vault, dir: &Path) {
    assert_eq!(vault.check(|_| {}).unwrap(), []);
    let report = audit::verify(&Location::new(dir), &Known::default(), |_, _| {}).unwrap();
    assert_eq!(report.findings, []);
}

#[test]
fn whatever_is_done_the_index_finds_what_reading_everything_finds() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let none = Reason::none();
    let mut vault = create(&dir);
    let mut kept = vault.index().unwrap();
    assert!(kept.is_empty());
    let mut draw = Draw(11);
    for step in 0..40 {
        let ids: Vec<(ObjectId, u32)> = vault
            .catalog()
            .unwrap()
            .items()
            .iter()
            .map(|i| (i.id, i.latest().number))
            .collect();
        let what = draw.below(12);
        match what {
            0..=2 => {
                let people: Vec<_> = (0..1 + draw.below(12)).map(|_| draw.person()).collect();
                vault.seal_all(&people, Some(&none), |_| {}).unwrap();
            }
            3 => drop(vault.seal(&draw.person()).unwrap()),
            4 | 5 if !ids.is_empty() => {
                let (id, version) = ids[draw.below(ids.len())];
                vault.amend(id, version, &draw.person(), &none).unwrap();
            }
            6 if ids.len() > 5 => {
                let at = draw.below(ids.len() - 4);
                let changed: Vec<_> = ids[at..at + 4]
                    .iter()
                    .map(|(id, v)| (*id, *v, draw.person()))
                    .collect();
                let new = [draw.person()];
                vault
                    .store_all(&new, &changed, None, Some(&none), |_| {})
                    .unwrap();
            }
            7 | 8 if ids.len() > 3 => {
                let (id, _) = ids[draw.below(ids.len())];
                vault.erase(id, &none).unwrap();
            }
            9 => {
                // The reception seals what it cannot read, more and less than a search writes down.
                let reception = common::open_with(&dir, INTAKE).unwrap();
                let people: Vec<_> = (0..40 + draw.below(60)).map(|_| draw.person()).collect();
                reception.seal_all(&people, None, |_| {}).unwrap();
                assert!(matches!(reception.index(), Err(VaultError::NotAllowed)));
            }
            10 if step % 3 == 0 => {
                vault.rotate(&none, |_, _| {}).unwrap();
            }
            _ => vault = open(&dir),
        }
        compare(&vault, &mut kept, &format!("step {step}, act {what}"));
    }
    assert!(kept.len() > 60);
    check(&vault, &dir);
}

fn rows(dir: &Path) -> Vec<(Vec<u8>, u32, Vec<u8>)> {
    let db = Connection::open(dir.join("vault.db")).unwrap();
    let mut all = db
        .prepare("SELECT target, part, sealed FROM search ORDER BY target, part")
        .unwrap();
    all.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

fn put_rows(dir: &Path, rows: &[(Vec<u8>, u32, Vec<u8>)]) {
    let db = Connection::open(dir.join("vault.db")).unwrap();
    db.execute("DELETE FROM search", []).unwrap();
    for (target, part, sealed) in rows {
        db.execute(
            "INSERT INTO search VALUES (?1, ?2, ?3)",
            params![target, part, sealed],
        )
        .unwrap();
    }
}

/// Whoever has the file can set the index back, mix its states, damage it or take it away. That costs
/// time and changes no answer.
#[test]
fn an_index_that_is_old_mixed_damaged_or_gone_changes_no_answer() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let none = Reason::none();
    let vault = create(&dir);
    let mut kept = vault.index().unwrap();
    let mut draw = Draw(3);
    let people: Vec<_> = (0..400).map(|_| draw.person()).collect();
    let ids = vault.seal_all(&people, None, |_| {}).unwrap();
    let old = rows(&dir);
    assert!(old.len() > 3, "several parts: {}", old.len());
    vault.amend(ids[0], 1, &draw.person(), &none).unwrap();
    vault.erase(ids[1], &none).unwrap();
    vault.erase(ids[300], &none).unwrap();
    vault.seal(&draw.person()).unwrap();
    let new = rows(&dir);
    let head_of = |rows: &[(Vec<u8>, u32, Vec<u8>)], take: bool| -> Vec<_> {
        let rows = rows.iter().filter(|(_, part, _)| (*part == 0) == take);
        rows.cloned().collect()
    };
    let mut states = vec![
        ("none", Vec::new()),
        ("old", old.clone()),
        (
            "old parts",
            [head_of(&new, true), head_of(&old, false)].concat(),
        ),
        (
            "old heads",
            [head_of(&old, true), head_of(&new, false)].concat(),
        ),
        ("heads alone", head_of(&new, true)),
        ("parts alone", head_of(&new, false)),
    ];
    let mut damaged = new.clone();
    damaged[2].2[100] ^= 1;
    states.push(("damaged", damaged));
    let mut strange = new.clone();
    strange.push((vec![9; 16], 1, vec![1; 5000]));
    strange.push((vec![9; 3], 0, vec![]));
    states.push(("strange rows", strange));
    let mut swapped = new.clone();
    let (a, b) = (new[1].2.clone(), new[2].2.clone());
    (swapped[1].2, swapped[2].2) = (b, a);
    states.push(("exchanged", swapped));
    for (name, state) in &states {
        put_rows(&dir, state);
        let vault = open(&dir);
        compare(&vault, &mut kept, name);
        // Acts go on, and the next one finds a whole index.
        put_rows(&dir, state);
        let id = vault.seal(&draw.person()).unwrap();
        compare(&vault, &mut kept, name);
        vault.erase(id, &none).unwrap();
        compare(&vault, &mut kept, name);
        check(&vault, &dir);
    }
}

/// The index of a vault that went another way from some point on is not believed.
#[test]
fn the_index_of_another_history_is_not_believed() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let vault = create(&dir);
    let mut draw = Draw(5);
    vault.seal(&draw.person()).unwrap();
    drop(vault);
    let copy: Vec<(String, Vec<u8>)> = ["vault.db", "keyring", "checkpoint"]
        .map(|f| (f.to_owned(), fs::read(dir.join(f)).unwrap()))
        .into();
    let vault = open(&dir);
    for _ in 0..4 {
        vault.seal(&draw.person()).unwrap();
    }
    drop(vault);
    let other = rows(&dir);
    for (name, bytes) in &copy {
        fs::write(dir.join(name), bytes).unwrap();
    }
    let vault = open(&dir);
    for _ in 0..6 {
        vault.seal(&draw.person()).unwrap();
    }
    put_rows(&dir, &other);
    let mut kept = vault.index().unwrap();
    compare(&vault, &mut kept, "another history");
    assert_eq!(kept.len(), 7);
}

fn folder(dir: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            all.extend(fs::read(path).unwrap());
        }
    }
    all
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|w| w == needle)
}

/// Whether any sixteen bytes of `sealed` in a row are in `haystack`.
fn contains_any_of(haystack: &[u8], sealed: &[u8]) -> bool {
    let pieces: HashSet<&[u8]> = sealed.chunks_exact(16).collect();
    haystack.windows(16).any(|w| pieces.contains(w))
}

/// Every byte string of the index that could be opened to the entry of an erased record is gone from
/// every file; and so it is after a rotation for what the old keys open.
#[test]
fn nothing_of_an_erased_record_stays_in_the_index() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let none = Reason::none();
    let mut vault = create(&dir);
    let mut draw = Draw(8);
    let mut people: Vec<_> = (0..350).map(|_| draw.person()).collect();
    let number = "0".repeat(200);
    for p in &mut people {
        p.kind = Kind::Victim;
        set(p, FieldId::Passport, &number).unwrap();
    }
    let ids = vault.seal_all(&people, None, |_| {}).unwrap();
    let before = rows(&dir);
    let parts = before.iter().filter(|(_, part, _)| *part > 0).count();
    assert!(parts > 1);
    vault.erase(ids[5], &none).unwrap();
    let after = rows(&dir);
    let changed: Vec<_> = before.iter().filter(|row| !after.contains(row)).collect();
    // Its part and the head, and no more than these.
    assert_eq!(changed.len(), 2);
    let bytes = folder(&dir);
    assert!(contains_any_of(&bytes, &after[1].2));
    for (_, _, sealed) in &changed {
        assert!(!contains_any_of(&bytes, sealed));
    }
    let index = vault.index().unwrap();
    assert_eq!(index.len(), 349);
    vault.rotate(&none, |_, _| {}).unwrap();
    let bytes = folder(&dir);
    for (_, _, sealed) in &after {
        assert!(!contains_any_of(&bytes, sealed));
    }
    // Rotation seals the index again instead of making it anew.
    assert_eq!(rows(&dir).len(), after.len());
    let mut kept = vault.index().unwrap();
    compare(&vault, &mut kept, "rotated");
    check(&vault, &dir);
}

/// A thief sees how many parts there are, and sizes that are powers of two.
#[test]
fn the_index_shows_sizes_in_classes_and_no_name() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let vault = create(&dir);
    let mut draw = Draw(2);
    let mut person = draw.person();
    for letters in [1, 400] {
        person.given_names = "Q".repeat(letters);
        vault.seal(&person).unwrap();
    }
    let people: Vec<_> = (0..500).map(|_| draw.person()).collect();
    vault.seal_all(&people, None, |_| {}).unwrap();
    for (_, part, sealed) in rows(&dir) {
        assert!(sealed.len().is_power_of_two(), "{part}: {}", sealed.len());
        assert!((4096..=65536).contains(&sealed.len()));
    }
    let bytes = folder(&dir);
    for name in ["hernandez", "xochitl", "961555", "canul"] {
        assert!(!contains(&bytes, name.as_bytes()), "{name}");
    }
}

/// A backup takes no index along, and the restored vault makes its own.
#[test]
fn a_backup_has_no_index_and_a_restored_vault_makes_one() {
    use sigilo::crypto::travel::Identity;
    use sigilo::vault::backup::{self, Newer, Places};
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let vault = create(&dir);
    let mut draw = Draw(4);
    let people: Vec<_> = (0..40).map(|_| draw.person()).collect();
    vault.seal_all(&people, None, |_| {}).unwrap();
    let places = Places::beside(tmp.path().join("copia"));
    let identity = Identity::generate();
    vault
        .backup(&places, &[identity.recipient()], &Reason::none())
        .unwrap();
    let again = tmp.path().join("otra");
    backup::restore(
        &places,
        &identity,
        &Location::new(&again),
        &Unlock::KeyFile(&key()),
        &Newer::default(),
        &Reason::none(),
    )
    .unwrap();
    assert_eq!(rows(&again), []);
    let vault = open(&again);
    let mut kept = vault.index().unwrap();
    compare(&vault, &mut kept, "restored");
    let id = vault.seal(&draw.person()).unwrap();
    assert!(!rows(&again).is_empty());
    compare(&vault, &mut kept, "restored and changed");
    vault.erase(id, &Reason::none()).unwrap();
    compare(&vault, &mut kept, "restored and erased");
    check(&vault, &again);
}

/// The likely duplicates of a new record are those that comparing with every record gives.
#[test]
fn alike_records_are_those_that_comparing_with_all_gives() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let vault = create(&dir);
    let mut draw = Draw(6);
    let people: Vec<_> = (0..120).map(|_| draw.person()).collect();
    vault.seal_all(&people, None, |_| {}).unwrap();
    let index = vault.index().unwrap();
    let catalog = vault.catalog().unwrap();
    let mut some = 0;
    for _ in 0..10 {
        let key = SearchKey::new(&draw.person());
        let mut expected: Vec<(f64, ObjectId)> = vault
            .scan(&catalog, |item, r| {
                let score = compare_keys(&key, &SearchKey::new(r)).score;
                (score >= 0.6).then_some((score, item.id))
            })
            .unwrap()
            .into_iter()
            .flatten()
            .collect();
        expected.sort_by(|a, b| b.0.total_cmp(&a.0));
        let found = index.alike(&key, 0.6).into_iter();
        let found: Vec<_> = found.map(|(score, f)| (score, f.id)).collect();
        assert_eq!(found, expected);
        some += found.len();
    }
    assert!(some > 0);
    let cases = index.with_case(&people[0].local_id.replace('-', " "));
    assert!(
        cases
            .iter()
            .all(|f| { vault.read(f.leaf).unwrap().local_id == people[0].local_id })
    );
    assert!(!cases.is_empty() && index.with_case("").is_empty());
}
