//! Bad tables, each with exactly what is told of it.

use proptest::prelude::*;

use super::*;
use crate::i18n::{Lang, Messages};
use crate::record::code::{Agreement, Exploitation, Reason, Sex};
use crate::record::{At, Fault, Note, fingerprint, get};

fn options() -> Options {
    Options {
        today: Date::new(2026, 11, 22).unwrap(),
        ..Options::default()
    }
}

fn import(text: &str) -> Import {
    read(text.as_bytes(), &options()).unwrap()
}

/// Line, column (0 for the row) and fault of every mistake.
fn faults(bytes: &[u8]) -> Vec<(u64, usize, Fault)> {
    let table = read(bytes, &options()).unwrap();
    table
        .problems()
        .map(|p| match &p.at {
            At::Cell { line, column, .. } => (*line, *column, p.fault.clone()),
            At::Row { line } => (*line, 0, p.fault.clone()),
            other => panic!("{other:?}"),
        })
        .collect()
}

fn refused(bytes: &[u8]) -> FileProblem {
    read(bytes, &options()).unwrap_err()
}

#[test]
fn a_spanish_table_of_a_shelter() {
    let bytes = include_bytes!("../../../tests/data/record/shelter-es.csv");
    let table = read(bytes, &options()).unwrap();
    assert_eq!(table.delimiter, Some(b';'));
    assert!(table.columns.iter().all(Option::is_some));
    assert_eq!(table.warnings, []);
    let lines: Vec<u64> = table.rows.iter().map(|r| r.line).collect();
    assert_eq!(lines, [2, 3, 4, 5]);
    let first = table.rows[0].record.as_ref().unwrap();
    assert_eq!(first.local_id, "EJE-0000001");
    assert_eq!(get(first, FieldId::DateOfBirth), "1993-06-05");
    assert_eq!(first.exploitation, [Exploitation::Sexual]);
    assert_eq!(first.service_counts.medical, Some(6));
    assert_eq!(first.consents.matching.given, Agreement::NotAsked);
    let second = table.rows[1].record.as_ref().unwrap();
    assert_eq!(get(second, FieldId::DateOfBirth), "1994");
    assert_eq!(
        second.reason(FieldId::MaternalSurname),
        Some(Reason::Unknown)
    );
    assert_eq!(table.rows[2].warnings[0].note, Note::ImpossibleDate);
}

#[test]
fn latin_1_and_utf_8_give_the_same() {
    let text = "local_id,role,given_names\r\n1,victim,Íñigo\r\n";
    let latin: Vec<u8> = text
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    let a = read(text.as_bytes(), &options()).unwrap();
    let b = read(&latin, &options()).unwrap();
    assert_eq!(
        (a.encoding, b.encoding),
        (Some(Encoding::Utf8), Some(Encoding::Windows1252))
    );
    assert!(a.rows[0].record == b.rows[0].record);
    let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    assert!(read(&marked, &options()).unwrap().rows[0].record == a.rows[0].record);
    let a = a.rows[0].record.as_ref().unwrap();
    let b = b.rows[0].record.as_ref().unwrap();
    assert_eq!(fingerprint(a), fingerprint(b));
}

#[test]
fn what_is_no_table_is_refused_and_says_why() {
    let pair = |a, b, f| FileProblem::DuplicateHeaders(vec![(a, b, f)]);
    for (bytes, problem) in [
        (&b""[..], FileProblem::Empty),
        (b" \r\n\n", FileProblem::Empty),
        (b"\xef\xbb\xbf", FileProblem::Empty),
        (b"local_id,role\n", FileProblem::NoRows),
        (b"local_id,role\n,,\n\n", FileProblem::NoRows),
        (b"Rosa,Mesa,1993\nAna,Ruiz,1990\n", FileProblem::NoHeader),
        (
            b"PK\x03\x04 workbook",
            if cfg!(feature = "xlsx") {
                FileProblem::Damaged
            } else {
                FileProblem::Spreadsheet
            },
        ),
        (
            b"\xd0\xcf\x11\xe0 old workbook",
            FileProblem::OldSpreadsheet,
        ),
        (b"%PDF-1.7", FileProblem::NotATable),
        (b"\xff\xfel\0o\0", FileProblem::NoHeader),
        (b"\xff\xfe\x00\xd8\n\0", FileProblem::Encoding { line: 1 }),
        (b"l\0o\0c\0\n\0l", FileProblem::Encoding { line: 2 }),
        (b"local_id,role\n1,vic\0tim\n", FileProblem::Nul { line: 2 }),
        (
            b"local_id,role\n1,\x81\n",
            FileProblem::Encoding { line: 2 },
        ),
        (b"sexo,expediente,sex\nF,1,F\n", pair(1, 3, FieldId::Sex)),
        (b"local_id,\"role\nx", FileProblem::HeaderQuote(2)),
    ] {
        assert_eq!(refused(bytes), problem, "{}", bytes.escape_ascii());
    }
}

#[test]
fn every_mistake_is_told_with_line_and_column() {
    const H: &str = "local_id,role,given_names,sex,date_of_birth,nationality,medical,intake_date\n";
    let allowed = |allowed| Fault::NotAllowed { allowed };
    let today = Date::new(2026, 11, 22).unwrap();
    for (rows, expected) in [
        (
            "1,victim,A,F,2004-03-18,MEX,1",
            vec![(
                2,
                0,
                Fault::Ragged {
                    expected: 8,
                    found: 7,
                },
            )],
        ),
        (
            "1,victim,A,F,2004,MEX,1,2025,9",
            vec![(
                2,
                0,
                Fault::Ragged {
                    expected: 8,
                    found: 9,
                },
            )],
        ),
        (
            "1,victm,A,F,2004,MEX,1,2025",
            vec![(2, 2, allowed(Kind::NAMES))],
        ),
        ("1,,A,F,2004,MEX,1,2025", vec![(2, 2, Fault::Missing)]),
        (
            "1,victim,A,Q,2004,MEX,1,2025",
            vec![(2, 4, allowed(Sex::NAMES))],
        ),
        (
            "1,victim,A,F,18/03/04,MEX,1,2025",
            vec![(2, 5, Fault::NotABirth)],
        ),
        (
            "1,victim,A,F,soon,MEX,1,2025",
            vec![(2, 5, Fault::NotABirth)],
        ),
        (
            "1,victim,A,F,2031-01-01,MEX,1,2025",
            vec![(2, 5, Fault::Future { today })],
        ),
        (
            "1,victim,A,F,2004,Narnia,1,2025",
            vec![(2, 6, Fault::NotACountry)],
        ),
        (
            "1,victim,A,F,2004,MEX,-1,2025",
            vec![(2, 7, Fault::NotACount)],
        ),
        (
            "1,victim,A,F,2004,MEX,1.5,2025",
            vec![(2, 7, Fault::NotACount)],
        ),
        (
            "1,victim,A,F,2004,MEX,9999999,2025",
            vec![(2, 7, Fault::TooLarge { max: 1_000_000 })],
        ),
        (
            "1,victim,A,F,2004,MEX,1,2026-11-23",
            vec![(2, 8, Fault::Future { today })],
        ),
        (
            "1,victim,A,F,2004,MEX,1,yesterday",
            vec![(2, 8, Fault::NotADate)],
        ),
        (
            "1,victim,A \"x\" B,F,2004,MEX,1,2025",
            vec![(2, 3, Fault::BareQuote)],
        ),
        (
            "1,victim,\"A\" B,F,2004,MEX,1,2025",
            vec![(2, 3, Fault::AfterQuote)],
        ),
        (
            "1,victim,\"A,F,2004,MEX,1,2025",
            vec![(2, 3, Fault::OpenQuote)],
        ),
        (
            "1,victim,A\u{7},F,2004,MEX,1,2025",
            vec![(2, 3, Fault::Control)],
        ),
        (",victim,,F,2004,MEX,1,2025", vec![(2, 0, Fault::Nobody)]),
        // Behind a cell of two lines; two mistakes in a row, one in the next but one.
        (
            "1,victim,\"A\r\nB\",F,2004,MEX,1,2025\n2,x,A,F,no,MEX,1,2025\n\n3,victim,A,F,2004,MEX,x,2025",
            vec![
                (4, 2, allowed(Kind::NAMES)),
                (4, 5, Fault::NotABirth),
                (6, 7, Fault::NotACount),
            ],
        ),
        // A cell behind a line break inside its row stands where it stands.
        (
            "1,victim,\"A\nB\",F,2004,MEX,x,2025",
            vec![(3, 7, Fault::NotACount)],
        ),
        // What is wrong further down is found after an open quote too.
        (
            "1,victim,\"A,F,2004,MEX,1,2025\n2,victim,A,F,2004,MEX,x,2025",
            vec![(2, 3, Fault::OpenQuote), (3, 7, Fault::NotACount)],
        ),
        // H beside F: M can be either.
        (
            "1,victim,A,H,2004,MEX,1,2025\n2,victim,A,F,2004,MEX,1,2025\n3,victim,A,M,2004,MEX,1,2025",
            vec![(4, 4, Fault::AmbiguousSex)],
        ),
    ] {
        assert_eq!(
            faults(format!("{H}{rows}\n").as_bytes()),
            expected,
            "{rows}"
        );
    }
    let long = format!("{H}1,victim,{},F,2004,MEX,1,2025", "x".repeat(501));
    assert_eq!(
        faults(long.as_bytes()),
        [(2, 3, Fault::TooLong { max: 500 })]
    );
}

#[test]
fn a_mistake_never_repeats_the_cell() {
    let text = "expediente,calidad,nombres,sexo,fecha_nacimiento\nZZZ9,Quetzalli,\"Quetzalli\"x,Quetzalli,Quetzalli\n";
    let table = import(text);
    for lang in [Lang::Es, Lang::En] {
        let messages = Messages::new(lang);
        for problem in table.problems() {
            let said = messages.say(problem);
            assert!(!said.contains("Quetzalli") && !said.contains("{"), "{said}");
            assert!(said.contains('2'), "{said}");
        }
    }
    // Without a header the first line is a person.
    let said = Messages::new(Lang::En).say(&refused(b"Quetzalli,Xol\n"));
    assert!(!said.contains("Quetzalli"));
}

#[test]
fn warnings_of_the_file() {
    let table = import("expediente,color,sexo\n1,verde,H\n2,azul,M\n");
    let notes: Vec<_> = table.warnings.iter().map(|w| w.note.clone()).collect();
    assert_eq!(
        notes,
        [
            Note::UnknownColumn,
            Note::NoRoleColumn { role: "victim" },
            Note::SexIsSpanish
        ]
    );
    let sexes: Vec<_> = table
        .rows
        .iter()
        .map(|r| r.record.as_ref().unwrap().sex)
        .collect();
    assert_eq!(sexes, [Some(Sex::Male), Some(Sex::Female)]);
    let table = import("local_id,role,sex\n1,victim,M\n");
    assert_eq!(table.warnings[0].note, Note::SexOnlyM);
    let table = import("local_id,role,given_names\n1,victim,MarÃ\u{ad}a\n");
    assert_eq!(table.rows[0].warnings[0].note, Note::Mojibake);
}

#[test]
fn spreadsheets_write_strange_things() {
    for text in [
        "sep=;\r\nexpediente;calidad\r\n1;victima\r\n",
        "Expediente\tCalidad\t\n1\tVíctima\t\n\t\t\n",
        "\"expediente\";\"calidad\"\n\"1\";\"VICTIMA\";;;\n;;;;\n",
        "expediente,calidad\r1,víctima\r",
    ] {
        let table = import(text);
        assert_eq!(table.rows.len(), 1, "{text}");
        let record = table.rows[0].record.as_ref().unwrap();
        assert_eq!((record.kind, record.local_id.as_str()), (Kind::Victim, "1"));
    }
}

#[test]
fn consent_comes_from_the_file_or_from_the_site_and_not_by_itself() {
    let mut options = options();
    let text = "local_id,role,consent_matching\n1,victim,sí\n2,victim,no\n3,victim,\n";
    let given = |options: &Options, text: &str| -> Vec<Agreement> {
        read(text.as_bytes(), options)
            .unwrap()
            .rows
            .iter()
            .map(|r| r.record.as_ref().unwrap().consents.matching.given)
            .collect()
    };
    use Agreement::{No, NotAsked, Yes};
    assert_eq!(given(&options, text), [Yes, No, NotAsked]);
    options.consents.matching.given = Yes;
    assert_eq!(given(&options, "local_id,role\n1,victim\n"), [Yes]);
    // An empty cell of a column for it is no consent.
    assert_eq!(given(&options, text), [Yes, No, NotAsked]);
}

#[test]
fn an_age_is_dated_by_the_intake() {
    let table = import("local_id,role,edad,fecha_ingreso\n1,victim,17,01/05/2024\n2,victim,17,\n");
    let births: Vec<_> = table
        .rows
        .iter()
        .map(|r| get(r.record.as_ref().unwrap(), FieldId::DateOfBirth))
        .collect();
    assert_eq!(births, ["~17@2024-05-01", "~17"]);
}

#[test]
#[ignore = "a measurement: 100,000 rows"]
fn speed() {
    let mut text = String::from(
        "expediente;calidad;nombres;apellido_paterno;apellido_materno;sexo;fecha_nacimiento;nacionalidad;estado_nacimiento;municipio_nacimiento;telefono;tipo_explotacion;servicios_medicos;proteccion_social;salud_mental;asesoria_legal;fecha_ingreso\r\n",
    );
    for n in 0..100_000 {
        text.push_str(&format!("ALT-{n:07};victim;Rosa Ñusta;Mesa;Hernández;F;05/06/1993;HND;Cortés;San Pedro Sula;9611234567;sexual_exploitation;6;4;0;2;20/02/2025\r\n"));
    }
    let start = std::time::Instant::now();
    let table = read(text.as_bytes(), &options()).unwrap();
    let parse = start.elapsed();
    let start = std::time::Instant::now();
    for row in &table.rows {
        fingerprint(row.record.as_ref().unwrap());
    }
    eprintln!("read {parse:?}, fingerprints {:?}", start.elapsed());
    assert_eq!(table.rows.len(), 100_000);
}

proptest! {
    #[test]
    fn arbitrary_bytes_do_not_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes, &options());
    }

    #[test]
    fn arbitrary_rows_do_not_panic(rows in "[a-z0-9,\"\n\r/~@|áñ-]{0,200}") {
        let text = format!("local_id,role,given_names,sex,date_of_birth,services\n{rows}");
        if let Ok(table) = read(text.as_bytes(), &options()) {
            for row in &table.rows {
                prop_assert!(row.line >= 2);
            }
        }
    }
}
