//! Candidates from another engine: `coordinator export`, one SQL statement, `coordinator match --candidates`.
// Rounds without noise, which a release does not take.
#![cfg(all(feature = "parquet", debug_assertions))]

mod common;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use serde_json::Value;
use sigilo::coordinator::Plan;
use sigilo::network::{Network, Setup, SiteSetup, carry};
use sigilo::party;
use sigilo::record::code::Agreement;
use sigilo::record::{Birth, Kind, PartialDate, Record};
use sigilo::round::Time;

const STATEMENT: &str = include_str!("../benches/peers/candidates.sql");

fn somebody(id: &str, given: &str, paternal: &str, maternal: &str, birth: &str) -> Record {
    let mut r = Record::new(Kind::Victim);
    r.local_id = id.to_owned();
    r.given_names = given.to_owned();
    r.paternal_surname = paternal.to_owned();
    r.maternal_surname = maternal.to_owned();
    r.birth = Birth::Date(PartialDate::parse(birth).unwrap());
    r.birth_place.state = "Yucatán".to_owned();
    r.birth_place.municipality = "Valladolid".to_owned();
    r.consents.matching.given = Agreement::Yes;
    r
}

/// Three sites; two persons are at several of them, spelled in several ways.
fn network(dir: &Path) -> Network {
    let site = |name: &str, records: &[Record]| SiteSetup {
        name: name.to_owned(),
        records: records.to_vec(),
    };
    let sites = vec![
        site(
            "Casa Alba",
            &[
                somebody("A-1", "Rosa Elena", "Hernández", "Tzoc", "1994-07-21"),
                somebody("A-2", "Xóchitl", "Balam", "Canul", "2001-11-03"),
            ],
        ),
        site(
            "Casa Brisa",
            &[
                somebody("B-1", "Carmen", "Villalobos", "Quej", "1979-12-30"),
                somebody("B-2", "Rosa", "Hernandes", "Tzoc", "1994-07-21"),
            ],
        ),
        site(
            "Casa Cedro",
            &[
                somebody("C-1", "Xochitl", "Balam", "Canul", "2001-11-03"),
                somebody("C-2", "Rosa Elena", "Hernández", "Soc", "1994"),
            ],
        ),
    ];
    let deadline = Time::parse("2099-01-01T00:00:00Z").unwrap();
    let setup = Setup {
        dir: dir.to_owned(),
        coordinator: "Comision".to_owned(),
        holders: vec!["Defensoria".to_owned(), "Universidad".to_owned()],
        sites,
        passphrase: common::passphrase(common::PASSPHRASE),
        cost: common::cost(),
        plan: Plan {
            epsilon_milli: 0,
            ..Plan::new("Prueba", deadline, 1000)
        },
        link: false,
    };
    Network::build(setup, |_| {}).unwrap()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(to, fs::Permissions::from_mode(0o700)).unwrap();
    }
}

/// A coordinator's desk: its vault, its stick, and the comparer's vault.
struct Desk {
    vault: PathBuf,
    comparer: PathBuf,
    stick: PathBuf,
    passphrase: PathBuf,
}

impl Desk {
    fn run(&self, args: &[&str]) -> (i32, Value) {
        self.run_as(&self.vault, args)
    }

    fn run_as(&self, vault: &Path, args: &[&str]) -> (i32, Value) {
        let done = Command::new(env!("CARGO_BIN_EXE_sigilo"))
            .args(["--vault", vault.to_str().unwrap(), "--json", "--lang", "en"])
            .args(args)
            .env("SIGILO_PASSPHRASE_FILE", &self.passphrase)
            .env("SIGILO_CONFIG", "")
            .output()
            .unwrap();
        let said = serde_json::from_slice(&done.stdout).unwrap_or(Value::Null);
        let errors = String::from_utf8_lossy(&done.stderr);
        eprintln!("{args:?}: {said:#} {errors}");
        (done.status.code().unwrap(), said)
    }

    /// What the comparer and the coordinator make of what was asked.
    fn result(&self) -> Vec<Value> {
        let stick = self.stick.to_str().unwrap();
        assert_eq!(self.run_as(&self.comparer, &["round", "next", stick]).0, 0);
        assert_eq!(self.run(&["coordinator", "decide", stick]).0, 0);
        let (code, report) = self.run(&["coordinator", "report", stick]);
        assert_eq!(code, 0);
        let keys = ["pairs", "weights", "meetings_per_person"];
        keys.map(|key| report[key].clone()).to_vec()
    }
}

/// How many pairs were found and asked about, as it was told.
fn asked(said: &Value) -> Vec<&Value> {
    let all = said["done"].as_array().unwrap();
    all.iter().filter(|e| e["id"] == "party-asked").collect()
}

type Rows = BTreeMap<(u64, i64), Vec<(i64, i32)>>;

/// The exported tags, with the part that they stand in.
fn exported(dir: &Path) -> Rows {
    let mut rows = Rows::new();
    for part in 0..64u64 {
        let file = File::open(dir.join(format!("part={part}/tags.parquet"))).unwrap();
        for row in SerializedFileReader::new(file)
            .unwrap()
            .get_row_iter(None)
            .unwrap()
        {
            let row = row.unwrap();
            let columns: Vec<Field> = row.get_column_iter().map(|c| c.1.clone()).collect();
            let [Field::Long(tag), Field::Long(person), Field::Int(site)] = columns[..] else {
                panic!("{columns:?}");
            };
            rows.entry((part, tag)).or_default().push((person, site));
        }
    }
    rows
}

/// What the statement says, step by step.
fn by_hand(rows: &Rows, most: usize) -> BTreeMap<(i64, i64), u64> {
    let mut found = BTreeMap::new();
    for having in rows.values().filter(|h| (2..=most).contains(&h.len())) {
        for x in having {
            for y in having {
                if x.0 < y.0 && x.1 != y.1 {
                    *found.entry((x.0, y.0)).or_default() += 1;
                }
            }
        }
    }
    found
}

/// What the statement says on DuckDB, if Python has it.
fn on_duckdb(dir: &Path, most: usize, to: &Path) -> Option<String> {
    assert!(STATEMENT.contains("BETWEEN 2 AND 58\n"));
    let statement = STATEMENT.replace("BETWEEN 2 AND 58\n", &format!("BETWEEN 2 AND {most}\n"));
    let script = "import sys, duckdb\n\
        dir, statement, to = sys.argv[1:]\n\
        db = duckdb.connect()\n\
        db.execute(f\"CREATE VIEW tags AS SELECT * FROM read_parquet('{dir}/*/*.parquet', hive_partitioning = true)\")\n\
        db.execute(f\"COPY ({statement}) TO '{to}' (HEADER)\")\n";
    let python = std::env::var_os("SIGILO_TEST_PYTHON").unwrap_or_else(|| "python3".into());
    let done = Command::new(python)
        .args(["-c", script, dir.to_str()?, &statement, to.to_str()?])
        .output()
        .ok()?;
    let errors = String::from_utf8_lossy(&done.stderr);
    if errors.contains("No module named") {
        eprintln!("skipped: this Python has no duckdb");
        return None;
    }
    assert!(done.status.success(), "{errors}");
    fs::read_to_string(to).ok()
}

#[test]
fn an_engine_finds_what_the_built_in_join_finds() {
    let dir = tempfile::tempdir().unwrap();
    let now = party::now();
    let net = network(&dir.path().join("net"));
    net.open(now).unwrap();
    for seat in net.sites.iter().chain(&net.holders) {
        net.visit(seat, now).unwrap();
    }
    // The token files come to the desk, which does not match them yet.
    for seat in &net.sites {
        carry(&net.coordinator.stick, &seat.stick).unwrap();
        assert!(seat.next(now).unwrap().refused.is_empty());
        carry(&seat.stick, &net.coordinator.stick).unwrap();
    }
    let passphrase = dir.path().join("passphrase");
    fs::write(&passphrase, common::PASSPHRASE).unwrap();
    let comparer = net.holders.iter().min_by_key(|h| h.party.id()).unwrap();
    let (vault, comparer, stick) = (
        net.coordinator.dir().to_owned(),
        comparer.dir().to_owned(),
        net.coordinator.stick.dir().to_owned(),
    );
    drop(net);
    let [own, other] = ["own", "other"].map(|name| {
        let to = dir.path().join(name);
        copy(&vault, &to.join("vault"));
        copy(&comparer, &to.join("comparer"));
        copy(&stick, &to.join("stick"));
        Desk {
            vault: to.join("vault"),
            comparer: to.join("comparer"),
            stick: to.join("stick"),
            passphrase: passphrase.clone(),
        }
    });
    let at = |desk: &Desk| desk.stick.to_str().unwrap().to_owned();

    let (code, built_in) = own.run(&["coordinator", "match", &at(&own)]);
    assert_eq!(code, 0);

    let tags = dir.path().join("tags");
    let export = ["coordinator", "export", &at(&other), tags.to_str().unwrap()];
    let (code, said) = other.run(&export);
    assert_eq!(code, 0);
    // What it says about the most persons is what the built-in join uses.
    assert!(said["done"].to_string().contains("11"), "{said}");
    // What is there is not written over.
    assert_eq!(other.run(&export).0, 1);

    let rows = exported(&tags);
    assert!(
        rows.keys()
            .all(|(part, tag)| tag.cast_unsigned() >> 58 == *part)
    );
    let found = by_hand(&rows, 11);
    assert!(found.len() >= 3, "{found:?}");
    let file = dir.path().join("candidates.csv");
    if let Some(text) = on_duckdb(&tags, 11, &file) {
        let numbers = |line: &str| -> Vec<u64> {
            line.split(',').map(|n| n.trim().parse().unwrap()).collect()
        };
        let theirs: BTreeMap<(i64, i64), u64> = text
            .lines()
            .skip(1)
            .map(numbers)
            .map(|n| ((n[0] as i64, n[1] as i64), n[2]))
            .collect();
        assert_eq!(theirs, found);
    } else {
        let lines = found.iter().map(|((a, b), n)| format!("{a},{b},{n}\n"));
        fs::write(&file, format!("a,b,shared\n{}", lines.collect::<String>())).unwrap();
    }

    // A pair that shares nothing is refused, and nothing is done.
    let bad = dir.path().join("bad.csv");
    let all: Vec<i64> = rows.values().flatten().map(|(person, _)| *person).collect();
    let (first, last) = (all.iter().min().unwrap(), all.iter().max().unwrap());
    assert!(!found.contains_key(&(*first, *last)));
    fs::write(&bad, format!("a,b\n{first},{last}\n")).unwrap();
    let with = |file: &Path| {
        let file = file.to_str().unwrap();
        other.run(&["coordinator", "match", &at(&other), "--candidates", file])
    };
    assert_ne!(with(&bad).0, 0);
    assert!(!other.stick.join("pairs.ask").exists());

    let (code, given) = with(&file);
    assert_eq!(code, 0);
    assert_eq!(asked(&given), asked(&built_in));
    assert_eq!(asked(&given).len(), 1);
    assert!(other.stick.join("pairs.ask").exists());
    let result = own.result();
    assert!(result.iter().all(|v| !v.is_null()), "{result:?}");
    assert_eq!(other.result(), result);
}
