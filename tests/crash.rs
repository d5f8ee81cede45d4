//! A plugged pulled and a disk full, at any moment: what was acknowledged is there, what was not is
//! there whole or not at all.
//!
//! The writer is this test program itself, started again with `SIGILO_CRASH_DIR` set. It says what it
//! is about to do, does it, and says that it is done; the parent kills it somewhere in between and
//! compares the vault with what it was told. `SIGILO_KILLS` asks for more than the 50 and 150 of the suite,
//! `SIGILO_SEED` for other ones; both tests say with which seed they ran.
#![cfg(unix)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use common::person;
use sigilo::crypto::Secret;
use sigilo::crypto::travel::Identity;
use sigilo::log::act::{ActKind, Reason};
use sigilo::record::{Query, SearchKey};
use sigilo::vault::audit::{self, Known};
use sigilo::vault::backup::{self, Newer, Places};
use sigilo::vault::{Location, NewSlot, ObjectId, Rights, SlotKind, Unlock, Vault, VaultError};

const DIR: &str = "SIGILO_CRASH_DIR";
const SEED: &str = "SIGILO_CRASH_SEED";

fn key_file(n: u64) -> Secret<32> {
    Secret::init_with(|b| b[..8].copy_from_slice(&n.to_be_bytes()))
}

fn slot<'a>(name: &'a str, key: &'a Secret<32>) -> NewSlot<'a> {
    NewSlot {
        name,
        kind: SlotKind::KeyFile,
        unlock: Unlock::KeyFile(key),
        rights: Rights::ALL,
    }
}

fn create(dir: &Path) {
    Vault::create(
        &Location::new(dir),
        "Casa de prueba",
        &[("victim", &[0]), ("witness", &[1]), ("call", &[2])],
        &slot("dirección", &key_file(0)),
        "recuperación",
    )
    .unwrap();
}

fn open(dir: &Path) -> Result<Vault, VaultError> {
    Vault::open(&Location::new(dir), &Unlock::KeyFile(&key_file(0)))
}

/// From which number on the writers and the moments of their deaths are drawn.
fn base() -> u64 {
    std::env::var("SIGILO_SEED").map_or(0x51_6110, |n| n.parse().unwrap())
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
        (self.next() % n as u64) as usize
    }
}

/// What is in a vault, as far as the acts of the writer are concerned.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct State {
    /// Records by their first name, which is never used twice: the versions' names.
    records: BTreeMap<String, Vec<String>>,
    /// Pairs of first names.
    links: BTreeSet<(String, String)>,
    /// Statements on links that are stored, also those undone.
    statements: Vec<(String, String)>,
    slots: BTreeSet<String>,
    /// Entries of the log that erase something.
    erased: u64,
    size: u64,
}

/// An act in words that fit on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Doing {
    Seal(Vec<String>),
    Amend(String, String),
    Erase(String),
    Link(String, String, bool),
    AddSlot(String),
    RemoveSlot(String),
}

impl Doing {
    fn to_line(&self) -> String {
        match self {
            Self::Seal(names) => format!("seal {}", names.join(" ")),
            Self::Amend(name, new) => format!("amend {name} {new}"),
            Self::Erase(name) => format!("erase {name}"),
            Self::Link(a, b, yes) => format!("{} {a} {b}", if *yes { "link" } else { "unlink" }),
            Self::AddSlot(name) => format!("add {name}"),
            Self::RemoveSlot(name) => format!("remove {name}"),
        }
    }

    fn parse(line: &str) -> Self {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        match words[0].as_str() {
            "seal" => Self::Seal(words[1..].to_vec()),
            "amend" => Self::Amend(words[1].clone(), words[2].clone()),
            "erase" => Self::Erase(words[1].clone()),
            "link" | "unlink" => Self::Link(words[1].clone(), words[2].clone(), words[0] == "link"),
            "add" => Self::AddSlot(words[1].clone()),
            "remove" => Self::RemoveSlot(words[1].clone()),
            other => panic!("the writer said {other}"),
        }
    }
}

fn pair(a: &str, b: &str) -> (String, String) {
    let (a, b) = if a < b { (a, b) } else { (b, a) };
    (a.to_owned(), b.to_owned())
}

impl State {
    /// What the vault holds.
    fn of(vault: &Vault) -> Self {
        let catalog = vault.catalog().unwrap();
        let name = |leaf| vault.read(leaf).unwrap().given_names.clone();
        let mut state = Self {
            size: vault.log_size().unwrap(),
            ..Self::default()
        };
        let mut first: BTreeMap<ObjectId, String> = BTreeMap::new();
        for item in catalog.items() {
            let names: Vec<String> = item.versions.iter().map(|v| name(v.leaf)).collect();
            for (at, version) in item.versions.iter().enumerate() {
                assert_eq!(version.number as usize, at + 1);
            }
            first.insert(item.id, names[0].clone());
            state.records.insert(names[0].clone(), names);
        }
        for (id, name) in &first {
            for (other, with) in &first {
                if id < other && catalog.linked(*id, *other) {
                    state.links.insert(pair(name, with));
                }
            }
        }
        let roster = &vault.access().roster;
        state.slots = roster.slots.iter().map(|(_, n)| n.clone()).collect();
        assert_eq!(roster.slots.len(), vault.keyring().slots.len());
        vault
            .trail(0, |entry| {
                state.erased += u64::from(entry.fact.tombstone().is_some());
                // The acts that the parent knows nothing about are none of the writer's.
                assert_ne!(entry.act.kind, ActKind::Recovery);
                Ok(())
            })
            .unwrap();
        state
    }

    fn after(mut self, doing: &Doing) -> Self {
        match doing {
            Doing::Seal(names) => {
                self.size += names.len() as u64 + u64::from(names.len() > 1);
                for name in names {
                    self.records.insert(name.clone(), vec![name.clone()]);
                }
            }
            Doing::Amend(name, new) => {
                self.size += 1;
                self.records.get_mut(name).unwrap().push(new.clone());
            }
            Doing::Erase(name) => {
                let versions = self.records.remove(name).unwrap().len();
                let of_it = |(a, b): &(String, String)| a == name || b == name;
                let statements = self.statements.iter().filter(|p| of_it(p)).count();
                self.statements.retain(|p| !of_it(p));
                self.links.retain(|p| !of_it(p));
                self.size += (versions + statements) as u64;
                self.erased += (versions + statements) as u64;
            }
            Doing::Link(a, b, yes) => {
                self.size += 1;
                self.statements.push(pair(a, b));
                if *yes {
                    self.links.insert(pair(a, b));
                } else {
                    self.links.remove(&pair(a, b));
                }
            }
            Doing::AddSlot(name) => {
                (self.size, self.erased) = (self.size + 2, self.erased + 1);
                self.slots.insert(name.clone());
            }
            Doing::RemoveSlot(name) => {
                (self.size, self.erased) = (self.size + 2, self.erased + 1);
                self.slots.remove(name);
            }
        }
        self
    }

    /// Something that can be done now.
    fn choose(&self, draw: &mut Sequence, unused: &str) -> Doing {
        let names: Vec<&String> = self.records.keys().collect();
        let extra: Vec<&String> = self.slots.iter().filter(|s| s.starts_with('k')).collect();
        match draw.below(8) {
            1 | 2 if !names.is_empty() => {
                Doing::Amend(names[draw.below(names.len())].clone(), format!("v{unused}"))
            }
            3 if names.len() > 8 => Doing::Erase(names[draw.below(names.len())].clone()),
            4 | 5 if names.len() > 1 => {
                let a = draw.below(names.len());
                let b = (a + 1 + draw.below(names.len() - 1)) % names.len();
                let yes = !self.links.contains(&pair(names[a], names[b]));
                Doing::Link(names[a].clone(), names[b].clone(), yes)
            }
            6 if extra.len() > 3 => Doing::RemoveSlot(extra[draw.below(extra.len())].clone()),
            6 => Doing::AddSlot(format!("k{unused}")),
            7 => Doing::Seal((0..5).map(|i| format!("r{unused}x{i}")).collect()),
            _ => Doing::Seal(vec![format!("r{unused}")]),
        }
    }

    fn same_but_for_statements(&self, other: &Self) -> bool {
        let plain = |s: &Self| Self {
            statements: Vec::new(),
            ..s.clone()
        };
        plain(self) == plain(other)
    }
}

fn act(vault: &mut Vault, doing: &Doing) -> Result<(), VaultError> {
    let none = Reason::none();
    let find = |vault: &Vault, name: &str| {
        let catalog = vault.catalog().unwrap();
        let of = |leaf| vault.read(leaf).unwrap().given_names == name;
        let item = catalog
            .items()
            .iter()
            .find(|i| of(i.versions[0].leaf))
            .unwrap();
        (item.id, item.latest().number)
    };
    match doing {
        Doing::Seal(names) => {
            let records: Vec<_> = names.iter().map(|n| person(n, "X")).collect();
            let reason = Reason::new("lista.csv").unwrap();
            let import = (names.len() > 1).then_some(&reason);
            vault.seal_all(&records, import, |_| {}).map(drop)
        }
        Doing::Amend(name, new) => {
            let (id, version) = find(vault, name);
            vault.amend(id, version, &person(new, "X"), &none).map(drop)
        }
        Doing::Erase(name) => vault.erase(find(vault, name).0, &none).map(drop),
        Doing::Link(a, b, yes) => vault.set_link(find(vault, a).0, find(vault, b).0, *yes, &none),
        Doing::AddSlot(name) => {
            let number = name
                .bytes()
                .fold(1, |n, b| n * 31 % 1_000_000_007 + u64::from(b));
            vault.add_slot(&slot(name, &key_file(number))).map(drop)
        }
        Doing::RemoveSlot(name) => {
            let slots = vault.access().roster.slots.iter();
            let id = slots.clone().find(|(_, n)| n == name).unwrap().0;
            vault.remove_slot(id)
        }
    }
}

fn say(line: &str) {
    // Past the test harness, which keeps output back.
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n@{line}")
        .and_then(|()| out.flush())
        .unwrap();
}

/// The writer: acts until it is killed, or until the disk refuses.
#[test]
fn writer() {
    let Some(dir) = std::env::var_os(DIR).map(PathBuf::from) else {
        return;
    };
    let seed: u64 = std::env::var(SEED).unwrap().parse().unwrap();
    let mut draw = Sequence(seed);
    let mut vault = open(&dir).unwrap();
    let mut state = State::of(&vault);
    say("ready");
    for n in 0.. {
        let doing = state.choose(&mut draw, &format!("{seed}n{n}"));
        say(&format!("will {}", doing.to_line()));
        if let Err(e) = act(&mut vault, &doing) {
            say(&format!("failed {e:?}"));
            // The parent looks at the vault, and may take the limit away.
            let mut line = String::new();
            std::io::stdin().lock().read_line(&mut line).unwrap();
            continue;
        }
        say("done");
        state = state.after(&doing);
    }
}

struct Writer {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Writer {
    fn start(mut command: Command, dir: &Path, seed: u64) -> Self {
        command
            .args(["writer", "--exact", "--nocapture", "--test-threads=1"])
            .env(DIR, dir);
        Self::spawn(command, seed)
    }

    fn spawn(mut command: Command, seed: u64) -> Self {
        let mut child = command
            .env(SEED, seed.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    /// What the writer says next; `None` if it says no more.
    fn hear(&mut self) -> Option<String> {
        loop {
            let mut line = String::new();
            if self.out.read_line(&mut line).unwrap() == 0 || !line.ends_with('\n') {
                return None;
            }
            if let Some(said) = line.strip_prefix('@') {
                return Some(said.trim_end().to_owned());
            }
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Follows the writer through what it said: the state acknowledged, and the act begun since.
fn follow(said: &str, known: &mut State, begun: &mut Option<Doing>) {
    match said.split_once(' ') {
        Some(("will", line)) => *begun = Some(Doing::parse(line)),
        None if said == "done" => {
            *known = std::mem::take(known).after(&begun.take().unwrap());
        }
        _ => assert_eq!(said, "ready"),
    }
}

#[test]
fn no_kill_loses_or_halves_an_act() {
    let kills: u64 = std::env::var("SIGILO_KILLS").map_or(50, |n| n.parse().unwrap());
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    create(&dir);
    let mut known = State::of(&open(&dir).unwrap());
    let base = base();
    let mut draw = Sequence(base);
    let (mut acts, mut finished, mut undone, mut interrupted) = (0, 0, 0, 0);
    for round in 0..kills {
        if round % 250 == 249 {
            // Small again, so that the last round is as quick as the first.
            fs::remove_dir_all(&dir).unwrap();
            create(&dir);
            known = State::of(&open(&dir).unwrap());
        }
        let mut writer = Writer::start(
            Command::new(std::env::current_exe().unwrap()),
            &dir,
            base.wrapping_add(round),
        );
        let mut begun = None;
        for _ in 0..1 + draw.below(12) {
            follow(&writer.hear().unwrap(), &mut known, &mut begun);
        }
        std::thread::sleep(Duration::from_micros(draw.next() % 25_000));
        writer.child.kill().unwrap();
        writer.child.wait().unwrap();
        // What it had said before it died counts as well.
        while let Some(said) = writer.hear() {
            follow(&said, &mut known, &mut begun);
        }
        // An auditor who comes first finds nothing wrong, or is told that an act is to be undone.
        match audit::verify(&Location::new(&dir), &Known::default(), |_, _| {}) {
            Ok(report) => assert_eq!(report.findings, [], "kill {round}"),
            Err(VaultError::Interrupted) => interrupted += 1,
            Err(e) => panic!("kill {round}: {e:?}"),
        }
        let vault = open(&dir).unwrap_or_else(|e| panic!("kill {round}: {e:?}"));
        let found = State::of(&vault);
        let before = known.clone();
        if !found.same_but_for_statements(&known) {
            let doing = begun.clone().unwrap_or_else(|| {
                panic!("kill {round}: an acknowledged act is lost: {known:?}\n{found:?}")
            });
            known = known.after(&doing);
            assert!(
                found.same_but_for_statements(&known),
                "kill {round}: half of {doing:?}: {before:?}\n{found:?}"
            );
            finished += 1;
        } else if begun.is_some() {
            undone += 1;
        }
        acts += known.size - before.size;
        assert_eq!(vault.check(|_| {}).unwrap(), [], "kill {round}");
        let report = audit::verify(&Location::new(&dir), &Known::default(), |_, _| {}).unwrap();
        assert_eq!(report.findings, [], "kill {round}");
        let versions: usize = known.records.values().map(Vec::len).sum();
        assert_eq!(
            (report.size, report.signed, report.erased, report.contents),
            (
                known.size,
                known.size,
                known.erased,
                (versions + known.statements.len()) as u64
            ),
            "kill {round}"
        );
    }
    eprintln!(
        "seed {base}: {kills} kills; of the acts in progress, {finished} were whole ({acts} entries) \
         and {undone} undone; {interrupted} left a journal"
    );
}

/// `RLIMIT_FSIZE` stands for the full disk: no file can grow beyond it.
#[test]
fn a_full_disk_changes_nothing() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    create(&dir);
    let mut known = State::of(&open(&dir).unwrap());
    // Blocks of 512 bytes, as POSIX has it; the signal is ignored, so that the call fails instead.
    let blocks = fs::metadata(dir.join("vault.db")).unwrap().len() / 512 + 64;
    let mut command = Command::new("/bin/sh");
    command.args([
        "-c",
        &format!("trap '' XFSZ; ulimit -S -f {blocks}; exec \"$0\" \"$@\""),
    ]);
    command.arg(std::env::current_exe().unwrap());
    let mut writer = Writer::start(command, &dir, 7);
    let (mut begun, mut failures) = (None, 0);
    while failures < 12 {
        let said = writer.hear().unwrap();
        match said.strip_prefix("failed ") {
            None => follow(&said, &mut known, &mut begun),
            Some(error) => {
                failures += 1;
                assert!(["NotWritten", "DiskFull"].contains(&error), "{error}");
                begun = None;
                // Nothing changed: for the auditor, and for who opens it with room on the disk.
                let location = Location::new(&dir);
                let report = audit::verify(&location, &Known::default(), |_, _| {}).unwrap();
                assert_eq!((report.findings, report.size), (vec![], known.size));
                let found = State::of(&open(&dir).unwrap());
                assert!(
                    found.same_but_for_statements(&known),
                    "{known:?}\n{found:?}"
                );
                // Half of the failures are followed by the next attempt under the same limit.
                if failures == 6 && !lift_limit(writer.child.id()) {
                    break;
                }
                writer
                    .child
                    .stdin
                    .as_mut()
                    .unwrap()
                    .write_all(b"\n")
                    .unwrap();
                if failures == 6 {
                    break;
                }
            }
        }
    }
    assert!(failures >= 6);
    // With room again, the same program goes on where it was, if the system lets us make room.
    if lift_limit(writer.child.id()) {
        for _ in 0..20 {
            follow(&writer.hear().unwrap(), &mut known, &mut begun);
        }
        if begun.is_some() {
            follow(&writer.hear().unwrap(), &mut known, &mut begun);
        }
    }
    drop(writer);
    let mut vault = open(&dir).unwrap();
    act(&mut vault, &Doing::Seal(vec!["última".to_owned()])).unwrap();
    act(&mut vault, &Doing::AddSlot("kúltimo".to_owned())).unwrap();
    assert_eq!(vault.check(|_| {}).unwrap(), []);
    drop(vault);
    let vault = open(&dir).unwrap();
    let names = State::of(&vault).records;
    assert!(known.records.keys().all(|n| names.contains_key(n)) && names.contains_key("última"));
    let report = audit::verify(&Location::new(&dir), &Known::default(), |_, _| {}).unwrap();
    assert_eq!(report.findings, []);
}

/// Between the entry in the chain and the new keyring's way to its place.
#[test]
fn an_interrupted_change_of_keys_is_whole_for_auditor_and_owner() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    create(&dir);
    let before = fs::read(dir.join("keyring")).unwrap();
    let mut vault = open(&dir).unwrap();
    act(&mut vault, &Doing::AddSlot("k1".to_owned())).unwrap();
    drop(vault);
    let staged = dir.join("keyring.new");
    fs::rename(dir.join("keyring"), &staged).unwrap();
    fs::write(dir.join("keyring"), before).unwrap();
    let verify = || audit::verify(&Location::new(&dir), &Known::default(), |_, _| {}).unwrap();
    assert_eq!(verify().findings, []);
    assert!(State::of(&open(&dir).unwrap()).slots.contains("k1"));
    assert!(!staged.exists());
    assert_eq!(verify().findings, []);
}

/// Who removes the own slot is out at once, not only at the next opening.
#[test]
fn a_removed_slot_writes_nothing_more() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    create(&dir);
    let mut vault = open(&dir).unwrap();
    let other = key_file(9);
    vault.add_slot(&slot("otra", &other)).unwrap();
    let own = vault.access().slot;
    vault.remove_slot(own).unwrap();
    let record = person("Ana", "Soc");
    assert!(matches!(vault.seal(&record), Err(VaultError::NotAllowed)));
    drop(vault);
    let vault = Vault::open(&Location::new(&dir), &Unlock::KeyFile(&other)).unwrap();
    assert_eq!(vault.check(|_| {}).unwrap(), []);
    assert!(vault.catalog().unwrap().items().is_empty());
}

const HEAVY: &str = "SIGILO_CRASH_HEAVY";
/// Records of one import of the heavy writer.
const IMPORTED: usize = 40;

fn identity_file(dir: &Path) -> PathBuf {
    dir.with_extension("identity")
}

fn identity(dir: &Path) -> Identity {
    let text = fs::read(identity_file(dir)).unwrap();
    Identity::from_secret(&Secret::from_slice(&text).unwrap()).unwrap()
}

fn places(dir: &Path) -> Places {
    Places::beside(dir.with_extension("copia"))
}

/// The heavy writer: imports, rotations, evidence, backups and restores, in turn.
#[test]
fn heavy_writer() {
    let Some(dir) = std::env::var_os(HEAVY).map(PathBuf::from) else {
        return;
    };
    let seed: u64 = std::env::var(SEED).unwrap().parse().unwrap();
    let none = Reason::none();
    let mut vault = open(&dir).unwrap();
    let recipient = identity(&dir).recipient();
    say("ready");
    for n in seed.. {
        match n % 5 {
            0 => {
                let name = format!("i{seed}n{n}");
                say(&format!("import {name}"));
                let people: Vec<_> = (0..IMPORTED).map(|_| person(&name, "X")).collect();
                vault.seal_all(&people, Some(&none), |_| {}).unwrap();
            }
            1 => {
                say("rotate");
                vault.rotate(&none, |_, _| {}).unwrap();
            }
            2 => {
                let record = vault.catalog().unwrap().items()[0].id;
                let name = format!("e{seed}n{n}");
                say(&format!("evidence {name}"));
                let bytes = vec![7u8; 150_000];
                vault
                    .add_evidence(record, &name, bytes.as_slice(), &none, |_| {})
                    .unwrap();
            }
            3 => {
                say("backup");
                vault
                    .backup(&places(&dir), std::slice::from_ref(&recipient), &none)
                    .unwrap();
            }
            _ => {
                let to = dir.with_extension(format!("otra{seed}n{n}"));
                say(&format!("restore {}", to.display()));
                if places(&dir).archive.exists() {
                    restore_to(&dir, &to);
                }
            }
        }
        say("done");
    }
}

fn restore_to(dir: &Path, to: &Path) {
    backup::restore(
        &places(dir),
        &identity(dir),
        &Location::new(to),
        &Unlock::KeyFile(&key_file(0)),
        &Newer::default(),
        &Reason::none(),
    )
    .unwrap();
}

/// What was acknowledged is whole, and the search index answers as reading everything does.
#[test]
fn no_kill_halves_an_import_a_rotation_evidence_a_backup_or_a_restore() {
    let kills: u64 = std::env::var("SIGILO_KILLS").map_or(150, |n| n.parse().unwrap());
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let new = || {
        let _ = fs::remove_dir_all(&dir);
        create(&dir);
        open(&dir).unwrap().seal(&person("primera", "X")).unwrap();
    };
    new();
    fs::write(
        identity_file(&dir),
        Identity::generate().secret().unwrap().expose(),
    )
    .unwrap();
    let (mut imported, mut evidence) = (BTreeSet::new(), BTreeSet::new());
    let base = base();
    let mut draw = Sequence(base);
    let (mut unfinished, mut restored) = (0, 0);
    for round in 0..kills {
        if round % 25 == 24 {
            // Small again, so that the last round is as quick as the first.
            new();
            imported.clear();
            evidence.clear();
        }
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["heavy_writer", "--exact", "--nocapture", "--test-threads=1"])
            .env(HEAVY, &dir);
        let mut writer = Writer::spawn(command, base.wrapping_add(round));
        let mut doing = None;
        let mut follow = |said: String, doing: &mut Option<String>| {
            if said == "done" {
                let done: String = doing.take().unwrap_or_default();
                match done.split_once(' ') {
                    Some(("import", name)) => drop(imported.insert(name.to_owned())),
                    Some(("evidence", name)) => drop(evidence.insert(name.to_owned())),
                    _ => {}
                }
            } else if said != "ready" {
                *doing = Some(said);
            }
        };
        for _ in 0..1 + draw.below(5) {
            follow(writer.hear().unwrap(), &mut doing);
        }
        std::thread::sleep(Duration::from_micros(draw.next() % 20_000));
        writer.child.kill().unwrap();
        writer.child.wait().unwrap();
        while let Some(said) = writer.hear() {
            follow(said, &mut doing);
        }
        match audit::verify(&Location::new(&dir), &Known::default(), |_, _| {}) {
            Ok(report) => assert_eq!(report.findings, [], "kill {round}: {doing:?}"),
            Err(VaultError::Interrupted) => {}
            Err(e) => panic!("kill {round}: {e:?}"),
        }
        let mut vault = open(&dir).unwrap_or_else(|e| panic!("kill {round}: {e:?}"));
        vault.sweep_evidence().unwrap();
        let catalog = vault.catalog().unwrap();
        let names = vault.scan(&catalog, |_, r| r.given_names.clone()).unwrap();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for name in &names {
            *counts.entry(name.as_str()).or_default() += 1;
        }
        for (name, count) in &counts {
            let whole = if *name == "primera" { 1 } else { IMPORTED };
            assert_eq!(*count, whole, "kill {round}: half of {name}");
        }
        for name in &imported {
            assert!(
                counts.contains_key(name.as_str()),
                "kill {round}: {name} is lost"
            );
        }
        let files = vault.evidence().unwrap();
        for file in &files {
            vault.check_evidence(file).unwrap();
        }
        for name in &evidence {
            assert!(
                files.iter().any(|f| f.name == *name),
                "kill {round}: {name}"
            );
        }
        let index = vault.index().unwrap();
        for text in ["primera", "x"] {
            let query = Query::new(text);
            let ranks = vault.scan(&catalog, |i, r| (query.rank(&SearchKey::new(r)), i.id));
            let fits = ranks.unwrap().into_iter();
            let fits: BTreeSet<_> = fits.filter(|(r, _)| r.is_some()).map(|(_, i)| i).collect();
            let found: BTreeSet<_> = index.search(&query).iter().map(|(_, f)| f.id).collect();
            assert_eq!(found, fits, "kill {round}: {text}");
        }
        if let Some(to) = doing.as_deref().and_then(|d| d.strip_prefix("restore ")) {
            // Whole or not there at all.
            if Path::new(to).exists() {
                assert_eq!(open(Path::new(to)).unwrap().check(|_| {}).unwrap(), []);
            }
        }
        if round % 10 == 9 && places(&dir).archive.exists() {
            // Of an interrupted backup, the archive that is there opens with a key that is there.
            let to = dir.with_extension(format!("de{round}"));
            restore_to(&dir, &to);
            restored += 1;
            fs::remove_dir_all(to).unwrap();
        }
        if vault.rotation_is_unfinished() {
            unfinished += 1;
            assert!(vault.rotate(&Reason::none(), |_, _| {}).unwrap().resumed);
        }
        assert_eq!(vault.check(|_| {}).unwrap(), [], "kill {round}");
    }
    eprintln!(
        "seed {base}: {kills} kills, {unfinished} rotations resumed, {restored} backups restored"
    );
}

/// Takes the soft limit of a running program away; not every system has the command.
fn lift_limit(pid: u32) -> bool {
    Command::new("prlimit")
        .args(["--pid", &pid.to_string(), "--fsize=unlimited:unlimited"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success())
}
