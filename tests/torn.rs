//! Torn pages and journals, at every stage of a transaction.
//!
//! A transaction is known by its folder before and after. From the two, this test makes the files that
//! a power cut leaves at each stage: a journal that was not yet valid, a valid one beside pages of which
//! some are new, some old and some half written, the new pages with a keyring on its way. Such a vault
//! must open as it was before or after, whole. Then it makes files that no honest disk leaves: pages that
//! are exchanged, emptied or older than the others, journals that were damaged as well. There an error or a
//! finding must say so, and a repair saves what is left.
//!
//! `SIGILO_TORN` asks for a multiple of the cases of the suite, `SIGILO_SEED` for others; the test says how
//! many it ran and with which seed.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use common::{create_with_key, key, person};
use rusqlite::Connection;
use sigilo::crypto::Secret;
use sigilo::log::act::Reason;
use sigilo::record::{Query, SearchKey};
use sigilo::vault::audit::{self, Known};
use sigilo::vault::repair::repair;
use sigilo::vault::{
    KeepingChange, Location, NewSlot, ObjectId, Rights, SlotKind, Unlock, Vault, VaultError,
};

const SECTOR: usize = 512;
const MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

fn from_environment(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |n| n.parse().unwrap())
}

/// SplitMix64: a fixed sequence for each seed.
struct Sequence(u64);

impl Sequence {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.iter_mut().for_each(|b| *b = self.next() as u8);
    }
}

fn open(dir: &Path) -> Result<Vault, VaultError> {
    Vault::open(&Location::new(dir), &Unlock::KeyFile(&key()))
}

/// The files of a folder by their path in it.
type Image = BTreeMap<String, Vec<u8>>;

fn image(dir: &Path) -> Image {
    fn walk(dir: &Path, name: &str, into: &mut Image) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let own = format!("{name}{}", path.file_name().unwrap().to_str().unwrap());
            if path.is_dir() {
                walk(&path, &format!("{own}/"), into);
            } else {
                into.insert(own, fs::read(&path).unwrap());
            }
        }
    }
    let mut all = Image::new();
    walk(dir, "", &mut all);
    all
}

fn put(image: &Image, dir: &Path) {
    let _ = fs::remove_dir_all(dir);
    fs::create_dir(dir).unwrap();
    for (name, bytes) in image {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// What a vault says of itself, with everything opened.
#[derive(Debug, Clone, PartialEq, Eq)]
struct State {
    records: BTreeMap<ObjectId, Vec<String>>,
    links: BTreeSet<(ObjectId, ObjectId)>,
    held: BTreeSet<ObjectId>,
    files: BTreeSet<String>,
    slots: BTreeSet<String>,
    drafts: usize,
    size: u64,
}

impl State {
    fn of(vault: &Vault) -> Result<Self, VaultError> {
        let catalog = vault.catalog()?;
        let mut records = BTreeMap::new();
        let mut links = BTreeSet::new();
        for item in catalog.items() {
            let versions = item.versions.iter();
            let names = versions.map(|v| Ok(vault.read(v.leaf)?.given_names.clone()));
            records.insert(item.id, names.collect::<Result<_, VaultError>>()?);
            let others = catalog.items().iter().map(|i| i.id);
            let linked = others.filter(|o| item.id < *o && catalog.linked(item.id, *o));
            links.extend(linked.map(|other| (item.id, other)));
        }
        let kept = vault.kept(&catalog)?.into_iter();
        Ok(Self {
            records,
            links,
            held: kept.map(|(id, _)| id).collect(),
            files: vault.evidence()?.into_iter().map(|f| f.name).collect(),
            slots: vault
                .access()
                .roster
                .slots
                .iter()
                .map(|(_, n)| n.clone())
                .collect(),
            drafts: vault.drafts()?.len(),
            size: vault.log_size()?,
        })
    }
}

/// One transaction: the folder before and after it.
struct Step {
    name: &'static str,
    before: Image,
    after: Image,
    states: [State; 2],
}

impl Step {
    fn pages(&self, of: &Image) -> Vec<Vec<u8>> {
        let size = page_size(&self.before["vault.db"]);
        of["vault.db"].chunks(size).map(<[u8]>::to_vec).collect()
    }
}

fn page_size(database: &[u8]) -> usize {
    usize::from(u16::from_be_bytes([database[16], database[17]]))
}

/// A vault and one act of each kind.
fn steps(tmp: &Path) -> Vec<Step> {
    let dir = tmp.join("original");
    let none = Reason::none();
    let vault = create_with_key(&dir).vault;
    let people: Vec<_> = (0..12)
        .map(|n| person(&format!("Persona {n}"), "Soc"))
        .collect();
    let ids = vault.seal_all(&people, Some(&none), |_| {}).unwrap();
    vault.set_link(ids[1], ids[2], true, &none).unwrap();
    vault.index().unwrap();
    drop(vault);
    let mut steps = Vec::new();
    let mut before = image(&dir);
    let mut act = |name, what: &dyn Fn(&mut Vault)| {
        let mut vault = open(&dir).unwrap();
        let first = State::of(&vault).unwrap();
        what(&mut vault);
        let second = State::of(&vault).unwrap();
        drop(vault);
        let after = image(&dir);
        steps.push(Step {
            name,
            before: std::mem::replace(&mut before, after.clone()),
            after,
            states: [first, second],
        });
    };
    act("seal", &|v| {
        let _id = v.seal(&person("Nueva", "Soc")).unwrap();
    });
    act("amend", &|v| {
        v.amend(ids[3], 1, &person("Persona 3b", "Soc"), &none)
            .unwrap();
    });
    act("link", &|v| {
        v.set_link(ids[4], ids[5], true, &none).unwrap()
    });
    act("hold", &|v| {
        let why = Reason::new("juicio").unwrap();
        v.set_keeping(ids[6], KeepingChange::Hold, &why).unwrap();
    });
    act("erase", &|v| {
        v.erase(ids[1], &none).unwrap();
    });
    act("evidence", &|v| {
        let bytes = [7u8; 3000];
        v.add_evidence(ids[8], "foto.jpg", bytes.as_slice(), &none, |_| {})
            .unwrap();
    });
    act("keys", &|v| {
        let other = Secret::init_with(|b| b.fill(9));
        v.add_slot(&NewSlot {
            name: "otra",
            kind: SlotKind::KeyFile,
            unlock: Unlock::KeyFile(&other),
            rights: Rights::ALL,
        })
        .unwrap();
    });
    act("import", &|v| {
        let people: Vec<_> = (0..80)
            .map(|n| person(&format!("Lista {n}"), "Soc"))
            .collect();
        v.seal_all(&people, Some(&none), |_| {}).unwrap();
    });
    steps
}

/// SQLite's checksum of a page in a journal (*Database File Format*, section 3).
fn checksum(nonce: u32, page: &[u8]) -> u32 {
    let places = (1..=(page.len() - 1) / 200).map(|i| page.len() - 200 * i);
    places
        .filter(|at| *at > 0)
        .fold(nonce, |sum, at| sum.wrapping_add(u32::from(page[at])))
}

/// The journal of a transaction that changes these pages, as it is once it counts.
fn journal(before: &[Vec<u8>], changed: &[usize], nonce: u32) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    let old: Vec<usize> = changed
        .iter()
        .copied()
        .filter(|n| *n < before.len())
        .collect();
    let count = u32::try_from(old.len()).unwrap();
    out.extend_from_slice(&count.to_be_bytes());
    out.extend_from_slice(&nonce.to_be_bytes());
    out.extend_from_slice(&u32::try_from(before.len()).unwrap().to_be_bytes());
    out.extend_from_slice(&512u32.to_be_bytes());
    out.extend_from_slice(&u32::try_from(before[0].len()).unwrap().to_be_bytes());
    out.resize(SECTOR, 0);
    for number in old {
        let page = &before[number];
        out.extend_from_slice(&u32::try_from(number + 1).unwrap().to_be_bytes());
        out.extend_from_slice(page);
        out.extend_from_slice(&checksum(nonce, page).to_be_bytes());
    }
    out
}

/// The pages that differ; those behind the end of the shorter file, too.
fn changed(before: &[Vec<u8>], after: &[Vec<u8>]) -> Vec<usize> {
    (0..before.len().max(after.len()))
        .filter(|n| before.get(*n) != after.get(*n))
        .collect()
}

/// A page of which only some sectors were written.
fn half(draw: &mut Sequence, old: Option<&Vec<u8>>, new: &[u8]) -> Vec<u8> {
    let mut page = old.cloned().unwrap_or_else(|| vec![0; new.len()]);
    let sectors = new.len() / SECTOR;
    let cut = draw.below(sectors + 1);
    let others = draw.below(3) == 0;
    for n in 0..sectors {
        let written = if others { draw.below(2) == 0 } else { n < cut };
        if written {
            let at = n * SECTOR..(n + 1) * SECTOR;
            page[at.clone()].copy_from_slice(&new[at]);
        }
    }
    page
}

/// A database in the middle of being written, in any order.
fn mixture(draw: &mut Sequence, before: &[Vec<u8>], after: &[Vec<u8>]) -> Vec<u8> {
    let mut pages = before.to_vec();
    for n in changed(before, after) {
        let Some(new) = after.get(n) else { continue };
        let page = match draw.below(4) {
            0 => before.get(n).cloned(),
            1 => Some(half(draw, before.get(n), new)),
            _ => Some(new.clone()),
        };
        if let Some(page) = page {
            // What lies before it and was not written is a hole.
            pages.resize(pages.len().max(n), vec![0; new.len()]);
            if n < pages.len() {
                pages[n] = page;
            } else {
                pages.push(page);
            }
        }
    }
    pages.concat()
}

/// Whether the vault opens and nobody finds anything wrong with it; then what it holds. Everything is
/// looked at, with whatever outcome: nothing may panic.
fn whole(dir: &Path) -> Result<State, String> {
    let audit = || audit::verify(&Location::new(dir), &Known::default(), |_, _| {});
    let first = audit();
    let opened = open(dir);
    let again = audit();
    let vault = opened.map_err(|e| format!("open: {e:?}"))?;
    // A reader before the writer saw the same, or that there is something to undo.
    if let Err(e) = first
        && !matches!(e, VaultError::Interrupted)
    {
        return Err(format!("audit: {e:?}"));
    }
    let report = again.map_err(|e| format!("audit: {e:?}"))?;
    if !report.is_sound() {
        return Err(format!("audit: {:?}", report.findings));
    }
    let state = State::of(&vault).map_err(|e| format!("read: {e:?}"))?;
    let findings = vault.check(|_| {}).map_err(|e| format!("check: {e:?}"))?;
    if !findings.is_empty() {
        return Err(format!("check: {findings:?}"));
    }
    for file in vault.evidence().unwrap() {
        let sound = vault.check_evidence(&file);
        sound.map_err(|e| format!("evidence: {e:?}"))?;
    }
    let catalog = vault.catalog().unwrap();
    let query = Query::new("persona");
    let ranks = vault.scan(&catalog, |item, r| {
        (query.rank(&SearchKey::new(r)), item.id)
    });
    let fits: BTreeSet<_> = ranks
        .unwrap()
        .into_iter()
        .filter_map(|(rank, id)| rank.map(|_| id))
        .collect();
    let index = vault.index().map_err(|e| format!("index: {e:?}"))?;
    let found: BTreeSet<_> = index
        .search(&query)
        .into_iter()
        .map(|(_, f)| f.id)
        .collect();
    assert_eq!(found, fits, "the index answers as reading everything does");
    // It is one to go on with.
    vault
        .seal(&person("Después", "Soc"))
        .map_err(|e| format!("seal: {e:?}"))?;
    Ok(state)
}

/// Runs one case and says which it was if it fails.
fn case<T>(name: &str, run: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|e| {
        let said = e
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| e.downcast_ref::<&str>().map(ToString::to_string));
        panic!("{name}: {}", said.unwrap_or_default())
    })
}

/// The stages of a keyring's way to its place, before and after the transaction that names it.
fn keyrings(draw: &mut Sequence, step: &Step, committed: bool, files: &mut Image) {
    let (old, new) = (&step.before["keyring"], &step.after["keyring"]);
    if old == new {
        return;
    }
    let (mut now, mut staged) = (old.clone(), Some(new.clone()));
    if committed {
        match draw.below(4) {
            0 => {}
            1 => {
                let zeros = draw.below(now.len() + 1);
                now[..zeros].fill(0);
            }
            2 => now.fill(0),
            _ => (now, staged) = (new.clone(), None),
        }
    }
    files.insert("keyring".to_owned(), now);
    match staged {
        Some(bytes) => files.insert("keyring.new".to_owned(), bytes),
        None => files.remove("keyring.new"),
    };
}

#[test]
fn the_journals_of_this_test_are_those_of_sqlite() {
    let tmp = tempfile::tempdir().unwrap();
    let step = steps(tmp.path()).swap_remove(0);
    let dir = tmp.path().join("real");
    put(&step.before, &dir);
    let db = Connection::open(dir.join("vault.db")).unwrap();
    db.execute_batch(
        "PRAGMA journal_mode=DELETE; PRAGMA cache_size=1; PRAGMA cache_spill=1; BEGIN IMMEDIATE;
         UPDATE content SET body = zeroblob(length(body)); UPDATE leaf SET details = zeroblob(9);",
    )
    .unwrap();
    let real = fs::read(dir.join("vault.db-journal")).unwrap();
    let pages = step.pages(&step.before);
    let word = |at: usize| u32::from_be_bytes(real[at..at + 4].try_into().unwrap());
    assert_eq!(real[..8], MAGIC);
    let (count, nonce, sector) = (word(8) as usize, word(12), word(20) as usize);
    assert!(count > 0 && sector == SECTOR);
    let record = pages[0].len() + 8;
    let numbers: Vec<usize> = (0..count)
        .map(|n| word(sector + n * record) as usize - 1)
        .collect();
    let ours = journal(&pages, &numbers, nonce);
    assert!(ours == real[..ours.len()]);
    db.execute_batch("ROLLBACK").unwrap();
}

/// What a power cut can leave on a disk that does not lie.
#[test]
fn a_power_cut_at_any_stage_leaves_the_vault_before_or_after_the_act() {
    let (seed, times) = (
        from_environment("SIGILO_SEED", 20),
        from_environment("SIGILO_TORN", 1),
    );
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let mut draw = Sequence(seed);
    let mut cases = 0;
    for step in steps(tmp.path()) {
        let (old, new) = (step.pages(&step.before), step.pages(&step.after));
        let pages = changed(&old, &new);
        assert!(!pages.is_empty(), "{}", step.name);
        for n in 0..24 * times {
            let full = journal(&old, &pages, draw.next() as u32);
            let stage = n % 3;
            let mut files = match stage {
                2 => step.after.clone(),
                _ => step.before.clone(),
            };
            keyrings(&mut draw, &step, stage == 2, &mut files);
            match stage {
                // The journal is being written: its first bytes are missing, whatever else is there.
                0 => {
                    let mut torn = full.clone();
                    torn[..12].fill(0);
                    match draw.below(4) {
                        0 => torn.truncate(draw.below(full.len())),
                        1 => {
                            let at = draw.below(full.len() / SECTOR) * SECTOR;
                            torn[at..].fill(0);
                        }
                        2 => {
                            let from = 12 + draw.below(torn.len() - 12);
                            draw.fill(&mut torn[from..]);
                        }
                        _ => {
                            // Everything else was synced, and then the first bytes were torn.
                            let cut = draw.below(12);
                            torn[..cut].copy_from_slice(&full[..cut]);
                        }
                    }
                    files.insert("vault.db-journal".to_owned(), torn);
                }
                // The journal counts, and the pages are being written, in any order.
                1 => {
                    files.insert("vault.db".to_owned(), mixture(&mut draw, &old, &new));
                    files.insert("vault.db-journal".to_owned(), full);
                    if draw.below(2) == 0 && step.name == "evidence" {
                        // Moved to its place before the transaction is done.
                        files.extend(step.after.clone().into_iter().filter(|(name, _)| {
                            name.starts_with("evidence/") && !step.before.contains_key(name)
                        }));
                    }
                }
                // The journal is gone; the copy of the head may be the old one, or half a new one beside.
                _ => match draw.below(3) {
                    0 => {
                        files.insert("checkpoint".to_owned(), step.before["checkpoint"].clone());
                    }
                    1 => {
                        let half = step.after["checkpoint"][..40].to_vec();
                        files.insert(".checkpoint.77.0".to_owned(), half);
                        files.insert("checkpoint".to_owned(), step.before["checkpoint"].clone());
                    }
                    _ => {}
                },
            }
            let name = format!("seed {seed}, {} {n}", step.name);
            put(&files, &dir);
            let expected = &step.states[usize::from(stage == 2)];
            case(&name, || match whole(&dir) {
                Ok(state) => assert_eq!(&state, expected),
                Err(e) => panic!("{e}"),
            });
            assert!(!dir.join("vault.db-journal").exists(), "{name}");
            assert!(!dir.join("keyring.new").exists() || stage < 2, "{name}");
            cases += 1;
        }
    }
    eprintln!("seed {seed}: {cases} power cuts");
}

/// A damage that no honest disk makes.
fn damage(draw: &mut Sequence, step: &Step, files: &mut Image) -> String {
    let (old, new) = (step.pages(&step.before), step.pages(&step.after));
    let size = new[0].len();
    let put_pages = |files: &mut Image, pages: Vec<Vec<u8>>| {
        files.insert("vault.db".to_owned(), pages.concat());
    };
    let kind = draw.below(12);
    let page = draw.below(new.len());
    match kind {
        0 => put_pages(files, {
            let mut pages = new;
            pages[page].fill(0);
            pages
        }),
        1 => put_pages(files, {
            let mut pages = new;
            let from = draw.below(size);
            draw.fill(&mut pages[page][from..]);
            pages
        }),
        2 => put_pages(files, {
            let mut pages = new;
            let other = draw.below(pages.len());
            pages.swap(page, other);
            pages
        }),
        3 => put_pages(files, {
            // Written to the wrong place.
            let mut pages = new;
            let other = draw.below(pages.len());
            pages[other] = pages[page].clone();
            pages
        }),
        4 => {
            // A page of the time before.
            let lost = changed(&old, &new);
            let which = lost[draw.below(lost.len())];
            let mut pages = new;
            if let Some(page) = pages.get_mut(which) {
                *page = old.get(which).cloned().unwrap_or_else(|| vec![0; size]);
            }
            put_pages(files, pages);
        }
        5 => {
            // The journal is lost while pages are written.
            files.insert("vault.db".to_owned(), mixture(draw, &old, &new));
        }
        6 => {
            let mut bytes = new.concat();
            bytes.truncate(draw.below(bytes.len()));
            files.insert("vault.db".to_owned(), bytes);
        }
        7 => {
            let mut bytes = new.concat();
            let at = draw.below(bytes.len());
            bytes[at] ^= 1 << draw.below(8);
            files.insert("vault.db".to_owned(), bytes);
        }
        8..=10 => {
            let pages = changed(&old, &new);
            let mut torn = journal(&old, &pages, draw.next() as u32);
            files.insert("vault.db".to_owned(), mixture(draw, &old, &new));
            match kind {
                8 => torn.truncate(draw.below(torn.len())),
                9 => {
                    let at = draw.below(torn.len());
                    torn[at] ^= 1 << draw.below(8);
                }
                _ => {
                    let record = size + 8;
                    let count = (torn.len() - SECTOR) / record;
                    let from = SECTOR + draw.below(count) * record;
                    let to = SECTOR + draw.below(count) * record;
                    torn.copy_within(from..from + record, to);
                }
            }
            files.insert("vault.db-journal".to_owned(), torn);
        }
        _ => {
            let ring = files.get_mut("keyring").unwrap();
            let at = draw.below(ring.len());
            match draw.below(3) {
                0 => ring.truncate(at),
                1 => ring[at..].fill(0),
                _ => ring[at] ^= 1 << draw.below(8),
            }
        }
    }
    format!("damage {kind}")
}

/// What is left after a damage is the state before or after the act, whole, or somebody says so; and a
/// repair saves the rest.
#[test]
fn whatever_else_happens_to_the_files_no_half_act_passes_for_whole() {
    let (seed, times) = (
        from_environment("SIGILO_SEED", 21),
        from_environment("SIGILO_TORN", 1),
    );
    let tmp = tempfile::tempdir().unwrap();
    let (dir, broken) = (tmp.path().join("casa"), tmp.path().join("rota"));
    let mut draw = Sequence(seed);
    let (mut cases, mut unharmed, mut repaired, mut beyond) = (0, 0, 0, 0);
    for step in steps(tmp.path()) {
        for n in 0..40 * times {
            let mut files = step.after.clone();
            let kind = damage(&mut draw, &step, &mut files);
            let name = format!("seed {seed}, {} {n}, {kind}", step.name);
            put(&files, &dir);
            let found = case(&name, || whole(&dir));
            cases += 1;
            match found {
                Ok(state) => {
                    assert!(
                        step.states.contains(&state),
                        "{name}: half an act: {state:?}"
                    );
                    unharmed += 1;
                }
                Err(_) if n % 4 == 0 => {
                    put(&files, &broken);
                    match case(&name, || saved(&broken, tmp.path(), &step)) {
                        Ok(()) => repaired += 1,
                        Err(e) => {
                            let known = matches!(
                                e,
                                VaultError::BeyondRepair
                                    | VaultError::NoKeyring
                                    | VaultError::KeyringForged
                                    | VaultError::WrongKey
                                    | VaultError::Decode(_)
                            );
                            assert!(known, "{name}: {e:?}");
                            beyond += 1;
                        }
                    }
                    assert!(
                        image(&broken) == files,
                        "{name}: the repair wrote to the damaged folder"
                    );
                }
                Err(_) => {}
            }
        }
    }
    eprintln!(
        "seed {seed}: {cases} damages; {unharmed} harmless; of the others {repaired} were repaired, \
         {beyond} were beyond it"
    );
    assert!(repaired > 3 * beyond, "{repaired} {beyond}");
}

/// Repairs, and checks that nothing is invented and nothing goes without a word.
fn saved(broken: &Path, tmp: &Path, step: &Step) -> Result<(), VaultError> {
    let to = tmp.join("nueva");
    let _ = fs::remove_dir_all(&to);
    let done = repair(
        &Location::new(broken),
        &Location::new(&to),
        &Unlock::KeyFile(&key()),
        &[],
        &Reason::none(),
    );
    let done = match done {
        Ok(done) => done,
        Err(e) => {
            assert!(!to.exists(), "half a vault is there");
            return Err(e);
        }
    };
    let report = audit::verify(&Location::new(&to), &Known::default(), |_, _| {}).unwrap();
    assert_eq!(report.findings, []);
    let vault = open(&to).unwrap();
    assert_eq!(vault.check(|_| {}).unwrap(), []);
    let found = State::of(&vault).unwrap();
    let [before, after] = &step.states;
    for (id, names) in &found.records {
        let known = [&before.records, &after.records].map(|r| r.get(id));
        let known = known.into_iter().flatten();
        assert!(
            known
                .flatten()
                .collect::<BTreeSet<_>>()
                .is_superset(&names.iter().collect()),
            "invented: {names:?}"
        );
    }
    let named: BTreeSet<_> = done
        .lost
        .iter()
        .chain(&done.unproven)
        .filter_map(|m| m.object)
        .collect();
    for (id, names) in &before.records {
        let there = found
            .records
            .get(id)
            .is_some_and(|n| n.len() >= names.len());
        let erased = !after.records.contains_key(id);
        let said = named.contains(id) || done.succession.lost() > 0;
        assert!(there || erased || said, "{id} is gone without a word");
    }
    Ok(())
}
