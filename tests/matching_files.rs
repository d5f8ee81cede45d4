//! Files of `evaluate`: headers in both languages, and files that are not what they should be.

use std::path::Path;

use sigilo::evaluate::{Error, Options, run};
use sigilo::matching::score::Model;

const ENGLISH: &str = "local_id,role,given_names,paternal_surname,maternal_surname,sex,\
date_of_birth,nationality,birth_state,birth_municipality,phone\n\
A-1,victim,María Elena,Xicale,Ruiz,F,1995-05-14,GTM,Quiché,Nebaj,\n\
A-2,victim,Juan,Pérez,Toj,M,1980-01-02,GTM,Petén,Flores,\n";
const SPANISH: &str = "\u{feff}expediente;calidad;nombres;apellido_paterno;apellido_materno;sexo;\
fecha_nacimiento;nacionalidad;estado_nacimiento;municipio_nacimiento;telefono\n\
B-1;victim;MARIA HELENA;Xicale;Ruis;M;14/05/1995;GTM;El Quiché;Nebaj;\n\
B-2;victim;Pedro;Tun;Sis;H;1999;MEX;;;\n";
const TRUTH: &str = "site,local_id,entity_id\na,A-1,1\nb,B-1,1\na,A-2,2\nb,B-2,3\n";

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        std::fs::write(dir.path().join(name), bytes).expect("a file");
    }
    dir
}

fn evaluated(dir: &Path) -> Result<sigilo::evaluate::Report, Error> {
    run(dir, &Options::default(), Model::shipped())
}

#[test]
fn both_languages_and_separators_are_read() {
    let dir = folder(&[
        ("a.csv", ENGLISH.as_bytes()),
        ("b.csv", SPANISH.as_bytes()),
        ("truth.csv", TRUTH.as_bytes()),
    ]);
    let out = dir.path().join("tokens.jsonl");
    let options = Options {
        tokens_out: Some(out.clone()),
        ..Options::default()
    };
    let report = run(dir.path(), &options, Model::shipped()).expect("a report");
    assert_eq!((report.records, report.sites, report.true_pairs), (4, 2, 1));
    assert!((report.discover.recall - 1.0).abs() < 1e-9);
    let lines = std::fs::read_to_string(out).expect("tokens");
    let persons: Vec<serde_json::Value> = lines
        .lines()
        .map(|l| serde_json::from_str(l).expect("JSON"))
        .collect();
    let named = persons.iter().filter(|p| p["id"].is_string()).count();
    assert_eq!(named, 4);
    assert!(persons.len() > named, "dummies are written too");
    for p in &persons {
        assert_eq!(p["tokens"].as_array().map(Vec::len), Some(128));
    }
}

#[test]
fn what_cannot_be_read_is_said() {
    let truth: (&str, &[u8]) = ("truth.csv", TRUTH.as_bytes());
    let none = folder(&[truth]);
    assert!(matches!(evaluated(none.path()), Err(Error::NoSites(_))));
    let missing = folder(&[("a.csv", ENGLISH.as_bytes())]);
    assert!(matches!(evaluated(missing.path()), Err(Error::Io(..))));
    let columns = folder(&[("a.csv", b"x,y\n1,2\n"), truth]);
    assert!(matches!(
        evaluated(columns.path()),
        Err(Error::Column(_, "local_id"))
    ));
    assert!(evaluated(Path::new("/nonexistent/folder")).is_err());
}

#[test]
fn damaged_bytes_are_no_panic() {
    let mut bytes = ENGLISH.as_bytes().to_vec();
    for at in (0..bytes.len()).step_by(7) {
        let before = bytes[at];
        for value in [0u8, 0xff, b'"', b'\n', b';'] {
            bytes[at] = value;
            let dir = folder(&[("a.csv", &bytes), ("truth.csv", TRUTH.as_bytes())]);
            let _ = evaluated(dir.path());
        }
        bytes[at] = before;
    }
}
