//! Tables and workbooks of other houses, as people import them: transcripts in both languages, and what
//! programs are answered.
//!
//! `TRYCMD=overwrite cargo test --test cli_import` writes down what the command says now; read the
//! difference before you keep it, and put `[..]` where something is another each time.

#![cfg(feature = "xlsx")]

#[path = "common/workbook.rs"]
mod workbook;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use workbook::{Workbook, row};

const PASSPHRASE: &str = "agua clara bajo el puente\n";

/// The two rows of the table as text, and one that is wrong; another sheet, and a hidden one.
fn cases(headers: &[&str], sheets: [&str; 3]) -> Vec<u8> {
    let good = row(1, headers)
        + "<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>A-1</t></is></c><c r=\"B2\" t=\"inlineStr\"><is><t>víctima</t></is></c><c r=\"C2\" t=\"inlineStr\"><is><t>Rosa</t></is></c><c r=\"D2\" t=\"inlineStr\"><is><t>Mesa</t></is></c><c r=\"E2\" t=\"str\"><f>\"F\"</f><v>F</v></c><c r=\"F2\" s=\"1\"><v>38064</v></c><c r=\"G2\"><v>5510000001</v></c></row>"
        + &row(3, &["A-2", "testigo", "Eva", "Soc", "F", "1999"])
        + &row(4, &["A-3", "víctima", "Xóchitl", "Pech", "Z", "ayer"]);
    Workbook::default()
        .sheet(sheets[0], &good)
        .sheet(sheets[1], &row(1, &["mes", "gasto"]))
        .hidden(sheets[2], &good)
        .bytes()
}

fn transcript(lang: &str, book: &str, headers: &[&str], sheets: [&str; 3]) {
    let file = format!("tests/cli_import/{lang}.md");
    let tmp = tempfile::tempdir().unwrap();
    let copy = tmp.path().join("transcript.md");
    let inputs = tmp.path().join("transcript.in");
    fs::copy(&file, &copy).unwrap();
    fs::create_dir(&inputs).unwrap();
    for entry in fs::read_dir(format!("tests/cli_import/{lang}.in")).unwrap() {
        let from = entry.unwrap().path();
        fs::copy(&from, inputs.join(from.file_name().unwrap())).unwrap();
    }
    fs::write(inputs.join(book), cases(headers, sheets)).unwrap();
    let passphrase = tmp.path().join("passphrase");
    fs::write(&passphrase, PASSPHRASE).unwrap();
    trycmd::TestCases::new()
        .env("SIGILO_LANG", lang)
        .env("SIGILO_PASSPHRASE_FILE", passphrase.to_str().unwrap())
        .env("NO_COLOR", "1")
        .case(&copy)
        .run();
    if std::env::var_os("TRYCMD").is_some_and(|v| v == "overwrite") {
        fs::copy(&copy, Path::new(&file)).unwrap();
    }
}

const SPANISH: [&str; 7] = [
    "expediente",
    "calidad",
    "nombres",
    "apellido_paterno",
    "sexo",
    "fecha_nacimiento",
    "telefono",
];

#[test]
fn import_in_spanish() {
    transcript(
        "es",
        "casos.xlsx",
        &SPANISH,
        ["Casos", "Gastos", "Borrador"],
    );
}

#[test]
fn import_in_english() {
    let headers = [
        "local_id",
        "role",
        "given_names",
        "paternal_surname",
        "sex",
        "date_of_birth",
        "phone",
    ];
    transcript("en", "cases.xlsx", &headers, ["Cases", "Costs", "Draft"]);
}

struct House(tempfile::TempDir);

impl House {
    fn new() -> Self {
        let house = Self(tempfile::tempdir().unwrap());
        fs::write(house.path("passphrase"), PASSPHRASE).unwrap();
        let init = [
            "init",
            "--site",
            "Alba",
            "--kdf-memory",
            "19",
            "--compartment",
            "protegidos",
        ];
        assert!(house.run(&init).status.success());
        house
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_sigilo"))
            .args(args)
            .current_dir(self.0.path())
            .env("SIGILO_VAULT", self.path("casa"))
            .env("SIGILO_LANG", "es")
            .env("SIGILO_PASSPHRASE_FILE", self.path("passphrase"))
            .output()
            .unwrap()
    }

    fn json(&self, args: &[&str]) -> Value {
        let done = self.run(&[args, &["--json"]].concat());
        // An error is an answer of its own behind it.
        let mut answers = serde_json::Deserializer::from_slice(&done.stdout).into_iter();
        answers.next().unwrap().unwrap()
    }

    fn counts(&self, args: &[&str]) -> [i64; 4] {
        let answer = self.json(&[&["import"], args].concat());
        ["stored", "updated", "already_present", "refused"]
            .map(|key| answer["files"][0][key].as_i64().unwrap())
    }
}

#[test]
fn nothing_is_stored_twice() {
    let house = House::new();
    house.put(
        "casos.xlsx",
        cases(&SPANISH, ["Casos", "Gastos", "Borrador"]),
    );
    house.put(
        "casos.csv",
        fs::read("tests/cli_import/es.in/casos.csv").unwrap(),
    );
    // In UTF-16, with other signs between cells, the rows in another order, and one of them twice.
    let other = "nombres\tapellido_paterno\tsexo\tfecha_nacimiento\tcalidad\texpediente\ttelefono\n\
        Eva\tSoc\tmujer\t1999\ttestigo\tA-2\t\nRosa\tMesa\tfemenino\t2004-03-18\tvictim\tA-1\t5510000001\n\
        Rosa\tMesa\tfemenino\t2004-03-18\tvictim\tA-1\t5510000001\n";
    let wide: Vec<u8> = other.encode_utf16().flat_map(u16::to_le_bytes).collect();
    house.put("otra.txt", [b"\xff\xfe", &wide[..]].concat());
    assert_eq!(house.counts(&["--keep-going", "casos.xlsx"]), [2, 0, 0, 1]);
    assert_eq!(house.counts(&["casos.csv"]), [0, 0, 2, 0]);
    assert_eq!(house.counts(&["otra.txt"]), [0, 0, 3, 0]);
    // Without a number of the case, and amended since: known by what was imported.
    house.put(
        "sin.csv",
        "calidad,nombres,apellido_paterno\nvictima,Ixchel,Pech\n",
    );
    assert_eq!(house.counts(&["sin.csv"]), [1, 0, 0, 0]);
    let found = house.json(&["search", "Ixchel"]);
    let id = found.to_string();
    let id = id
        .split('"')
        .find(|part| part.len() == 26)
        .unwrap()
        .to_owned();
    house.put("telefono.json", r#"{"phone": ["5510000009"]}"#);
    assert!(house.run(&["amend", &id, "telefono.json"]).status.success());
    assert_eq!(house.counts(&["sin.csv"]), [0, 0, 1, 0]);
    // The same case with other data is not stored beside it.
    house.put(
        "cambio.csv",
        "expediente,calidad,nombres\nA-2,testigo,Eva María\n",
    );
    assert_eq!(house.counts(&["cambio.csv"]), [0, 0, 0, 1]);
    assert_eq!(house.counts(&["--update", "cambio.csv"]), [0, 1, 0, 0]);
    assert_eq!(
        house.counts(&["casos.csv"]),
        [0, 0, 2, 0],
        "the version before"
    );
}

#[test]
fn a_dry_run_names_nobody_where_it_may_be_kept() {
    let house = House::new();
    house.put(
        "casos.xlsx",
        cases(&SPANISH, ["Casos", "Gastos", "Borrador"]),
    );
    for args in [&["--json"][..], &[]] {
        let done = house.run(&[&["import", "--dry-run", "casos.xlsx"], args].concat());
        assert_eq!(done.status.code(), Some(1));
        let said = [done.stdout, done.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        for held in [
            "Rosa",
            "Mesa",
            "Eva",
            "Xóchitl",
            "Pech",
            "A-1",
            "2004",
            "5510000001",
        ] {
            assert!(
                !said
                    .replace("2004-03-18, 18/03/2004, 2004-03, 2004 o", "")
                    .contains(held),
                "{held}: {said}"
            );
        }
        assert!(said.contains("E4"), "{said}");
    }
    let answer = house.json(&["import", "--dry-run", "casos.xlsx"]);
    let rows = &answer["files"][0]["rows"];
    let outcomes: Vec<&str> = (0..3)
        .map(|n| rows[n]["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(outcomes, ["new", "new", "wrong"]);
    assert_eq!(rows[0]["line"], 2);
    assert!(
        rows[0]["fields"]
            .as_array()
            .unwrap()
            .contains(&"phone".into())
    );
    assert_eq!(house.json(&["list"]).to_string().matches("A-1").count(), 0);
}

#[test]
fn a_compartment_takes_the_rows_if_the_key_may_seal() {
    let house = House::new();
    house.put(
        "casos.csv",
        fs::read("tests/cli_import/es.in/casos.csv").unwrap(),
    );
    let into = ["--compartment", "protegidos", "casos.csv"];
    assert_eq!(house.counts(&into), [2, 0, 0, 0]);
    assert_eq!(house.counts(&into), [0, 0, 2, 0]);
    // A compartment of its own kind does not take another.
    house.put("dos.csv", "expediente,calidad,nombres\nB-1,victima,Ana\n");
    let done = house.run(&["import", "--compartment", "witness", "dos.csv"]);
    assert_eq!(done.status.code(), Some(1));
    let done = house.run(&["import", "--compartment", "nadie", "dos.csv"]);
    assert_eq!(done.status.code(), Some(3));
    assert_eq!(
        house.counts(&["dos.csv"]),
        [1, 0, 0, 0],
        "nothing was stored before"
    );
}

#[test]
fn a_proposal_needs_no_key_and_overwrites_nothing() {
    let house = House::new();
    house.put(
        "otra.csv",
        fs::read("tests/cli_import/es.in/otra.csv").unwrap(),
    );
    fs::remove_file(house.path("passphrase")).unwrap();
    let propose = ["import", "--propose-map", "mapa.toml", "otra.csv"];
    assert!(house.run(&propose).status.success());
    let map = fs::read_to_string(house.path("mapa.toml")).unwrap();
    assert!(
        map.contains("\"Nombre completo\"") && !map.contains("Lucía"),
        "{map}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(house.path("mapa.toml"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert_eq!(house.run(&propose).status.code(), Some(1));
    assert_eq!(fs::read_to_string(house.path("mapa.toml")).unwrap(), map);
    let two = ["import", "--propose-map", "m.toml", "otra.csv", "otra.csv"];
    assert_eq!(house.run(&two).status.code(), Some(2));
}
