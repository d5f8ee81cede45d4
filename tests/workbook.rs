//! Workbooks: what shelters keep in them, and what is made to harm (manual: *import*, "Workbooks").

#![cfg(feature = "xlsx")]

#[path = "common/workbook.rs"]
mod workbook;

use sigilo::i18n::{Lang, Messages};
use sigilo::record::import::{FileProblem, Import, Options, read};
use sigilo::record::{At, Date, Fault, FieldId, Note, fingerprint, get};
use workbook::{Workbook, container, row};

fn options() -> Options {
    Options {
        today: Date::new(2026, 11, 22).unwrap(),
        ..Options::default()
    }
}

fn import(book: &Workbook) -> Import {
    read(&book.bytes(), &options()).unwrap()
}

fn notes(table: &Import) -> Vec<Note> {
    table.warnings.iter().map(|w| w.note.clone()).collect()
}

/// Row, column and fault of every mistake.
fn faults(table: &Import) -> Vec<(u64, usize, Fault)> {
    let each = table.problems().map(|p| match &p.at {
        At::SheetCell { row, column, .. } => (*row, *column, p.fault.clone()),
        At::SheetRow { row } => (*row, 0, p.fault.clone()),
        other => panic!("{other:?}"),
    });
    each.collect()
}

const HEAD: [&str; 6] = [
    "expediente",
    "calidad",
    "nombres",
    "sexo",
    "fecha_nacimiento",
    "telefono",
];

#[test]
fn a_workbook_gives_the_records_of_the_same_table_as_text() {
    let mut book = Workbook::default().sheet(
        "Casos",
        &(row(1, &HEAD)
            // Shared text with two runs and a reading aid, a date, a number that is a telephone.
            + r#"<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c><c r="C2" t="s"><v>2</v></c><c r="D2" t="inlineStr"><is><t>F</t></is></c><c r="E2" s="2"><v>38064</v></c><c r="F2"><v>5.529610001E9</v></c></row>"#
            // Without references, a text with an escape, a formula of text, an ISO date.
            + r#"<row><c t="str"><f>"A-"&amp;2</f><v>A-2</v></c><c t="s"><v>1</v></c><c t="inlineStr"><is><t>José_x0020_Luis</t></is></c><c t="inlineStr"><is><t>H</t></is></c><c t="d"><v>1990-05-01T00:00:00</v></c><c/></row>"#),
    );
    book.shared = "<si><t>A-1</t></si><si><t>víctima</t></si><si><r><t>Ana &amp; </t></r><r><t>Mar&#237;a</t></r><rPh><t>x</t></rPh></si>".to_owned();
    let table = import(&book);
    assert_eq!(faults(&table), []);
    assert_eq!(notes(&table), [Note::Formulas { count: 1 }]);
    let text = "expediente;calidad;nombres;sexo;fecha_nacimiento;telefono\n\
        A-1;víctima;Ana & María;F;18/03/2004;5529610001\n\
        A-2;víctima;José Luis;H;01/05/1990;\n";
    let plain = read(text.as_bytes(), &options()).unwrap();
    assert_eq!((plain.rows.len(), table.rows.len()), (2, 2));
    for (a, b) in plain.rows.iter().zip(&table.rows) {
        let (a, b) = (a.record.as_ref().unwrap(), b.record.as_ref().unwrap());
        assert!(a == b);
        assert_eq!(fingerprint(a), fingerprint(b));
    }
}

#[test]
fn dates_are_counted_from_1900_and_from_1904() {
    for (epoch_1904, serial) in [(false, 38_064), (true, 36_602)] {
        let cells = row(1, &["nombres", "fecha_nacimiento", "fecha_ingreso"])
            + &format!(
                "<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>Ana</t></is></c><c r=\"B2\" s=\"1\"><v>{serial}</v></c><c r=\"C2\"><v>{serial}</v></c></row>"
            );
        let mut book = Workbook::default().sheet("1", &cells);
        book.epoch_1904 = epoch_1904;
        let table = import(&book);
        let record = table.rows[0].record.as_ref().unwrap();
        assert_eq!(get(record, FieldId::DateOfBirth), "2004-03-18");
        // Without the format of a date too, but with a word about it.
        assert_eq!(get(record, FieldId::IntakeDate), "2004-03-18");
        let notes: Vec<_> = table.rows[0].warnings.iter().map(|w| &w.note).collect();
        assert_eq!(notes, [&Note::SerialDate]);
    }
}

#[test]
fn numbers_that_are_names_keep_their_digits_or_say_that_they_are_lost() {
    let cells = row(1, &["expediente", "dui", "telefono", "cp", "nombres"])
        + "<row r=\"2\"><c r=\"A2\"><v>17</v></c><c r=\"B2\"><v>16297</v></c><c r=\"C2\"><v>1.23E+10</v></c><c r=\"D2\"><v>6600</v></c></row>"
        + "<row r=\"3\"><c r=\"A3\"><v>1234567890123456</v></c></row>"
        + &row(4, &["18", "", "5.55E+09"]);
    let table = import(&Workbook::default().sheet("1", &cells));
    let record = table.rows[0].record.as_ref().unwrap();
    assert_eq!(get(record, FieldId::LocalId), "17");
    assert_eq!(get(record, FieldId::Dui), "000016297");
    assert_eq!(get(record, FieldId::Phone), "12300000000");
    let noted: Vec<_> = table.rows[0].warnings.iter().map(|w| &w.note).collect();
    assert_eq!(noted, [&Note::ZeroRestored]);
    assert_eq!(table.rows[1].warnings[0].note, Note::DigitsLost);
    assert_eq!(faults(&table), [(4, 3, Fault::Scientific)]);
}

#[test]
fn titles_merged_cells_gaps_and_what_stands_beside_are_told() {
    let cells = row(1, &["Casa Alba, registro 2025"])
        + &row(4, &HEAD)
        + &row(5, &["1", "victima", "Ana", "F", "2004"])
        + &row(9, &["2", "victima", "Eva", "F", "2005", "", "", "ojo"])
        + &row(10, &HEAD)
        + "<row r=\"11\"><c r=\"A11\" s=\"4\"/></row></sheetData><mergeCells><mergeCell ref=\"A1:F1\"/><mergeCell ref=\"B5:B9\"/></mergeCells>";
    let table = import(&Workbook::default().sheet("1", &cells));
    let lines: Vec<u64> = table.rows.iter().map(|r| r.line).collect();
    assert_eq!(lines, [5, 9]);
    assert_eq!(table.rows[1].warnings[0].note, Note::BeyondHeader);
    assert_eq!(
        notes(&table),
        [
            Note::HeaderBelow { line: 4 },
            Note::Merged {
                first: "B5:B9".to_owned(),
                count: 1
            },
            Note::HeaderAgain,
        ]
    );
    let texts = Messages::new(Lang::Es);
    let said = texts.say(&table.rows[1].warnings[0]);
    assert!(said.starts_with("celda H9"), "{said}");
}

#[test]
fn mistakes_of_a_sheet_are_told_by_its_cells() {
    let cells = row(1, &HEAD)
        + "<row r=\"2\"><c r=\"A2\"><v>1</v></c><c r=\"B2\" t=\"e\"><v>#N/A</v></c><c r=\"C2\"><f>A1</f></c><c r=\"D2\" t=\"inlineStr\"><is><t>Q</t></is></c></row>"
        + &row(3, &["", "victima"])
        // A mistake in a column that is not taken over does not matter.
        + "<row r=\"4\"><c r=\"B4\" t=\"inlineStr\"><is><t>victima</t></is></c><c r=\"C4\" t=\"inlineStr\"><is><t>Ana</t></is></c><c r=\"H4\" t=\"e\"><v>#REF!</v></c></row>";
    let table = import(&Workbook::default().sheet("1", &cells));
    let allowed = Fault::NotAllowed {
        allowed: sigilo::record::code::Sex::NAMES,
    };
    assert_eq!(
        faults(&table),
        [
            (2, 2, Fault::SheetError),
            (2, 3, Fault::NoResult),
            (2, 4, allowed),
            (3, 0, Fault::Nobody),
        ]
    );
    assert!(table.rows[2].record.is_ok());
}

#[test]
fn the_sheet_is_chosen_by_its_header_or_by_its_name() {
    let good = row(1, &HEAD) + &row(2, &["1", "victima", "Ana"]);
    let other = row(1, &["mes", "gasto"]) + &row(2, &["enero", "100"]);
    let one = Workbook::default()
        .sheet("Gastos", &other)
        .sheet("Casos", &good)
        .hidden("Borrador", &good);
    let table = import(&one);
    assert_eq!(
        notes(&table),
        [Note::OtherSheets {
            sheet: "Casos".to_owned(),
            others: vec!["Gastos".to_owned()],
            hidden: vec!["Borrador".to_owned()],
        }]
    );
    let said = Messages::new(Lang::Es).say(&table.warnings[0]);
    assert_eq!(
        said,
        "se lee la hoja «Casos» y no «Gastos»; hojas ocultas que no se leen: «Borrador». Para leer otra: --sheet NOMBRE"
    );
    let named = |book: &Workbook, name: &str| {
        let mut options = options();
        options.sheet = Some(name.to_owned());
        read(&book.bytes(), &options)
    };
    assert_eq!(named(&one, "borrador").unwrap().rows.len(), 1);
    let names = |list: &[&str]| list.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        named(&one, "Nadie").unwrap_err(),
        FileProblem::NoSuchSheet {
            names: names(&["Gastos", "Casos"]),
            hidden: names(&["Borrador"]),
        }
    );
    let two = Workbook::default()
        .sheet("2024", &good)
        .sheet("2025", &good);
    let several = read(&two.bytes(), &options()).unwrap_err();
    assert_eq!(
        several,
        FileProblem::SeveralSheets {
            names: names(&["2024", "2025"]),
            hidden: Vec::new(),
        }
    );
    let none = Workbook::default()
        .sheet("Gastos", &other)
        .hidden("Casos", &good);
    let problem = read(&none.bytes(), &options()).unwrap_err();
    assert!(matches!(problem, FileProblem::NoHeaderInSheets { .. }));
    for problem in [several, problem] {
        for lang in [Lang::Es, Lang::En] {
            let said = Messages::new(lang).say(&problem);
            assert!(
                said.contains("--sheet") && !said.contains(['{', '}']),
                "{said}"
            );
        }
    }
}

#[test]
fn other_containers_are_told_from_workbooks() {
    let part: &[u8] = b"<x/>";
    for (parts, problem) in [
        (
            vec![("content.xml", part), ("mimetype", part)],
            FileProblem::OpenDocument,
        ),
        (
            vec![
                ("[Content_Types].xml", part),
                ("_rels/.rels", part),
                ("word/document.xml", part),
            ],
            FileProblem::NotATable,
        ),
        (vec![("a.txt", part)], FileProblem::NotATable),
        (
            vec![("[Content_Types].xml", part), ("_rels/.rels", part)],
            FileProblem::NotATable,
        ),
    ] {
        assert_eq!(read(&container(&parts), &options()).unwrap_err(), problem);
    }
}

/// Every byte in turn: an error, never a panic; a workbook cut short is never read.
#[test]
fn a_damaged_workbook_is_refused() {
    let book = Workbook::default()
        .sheet("1", &(row(1, &HEAD) + &row(2, &["1", "victima", "Ana"])))
        .bytes();
    for end in 4..book.len() {
        assert!(read(&book[..end], &options()).is_err(), "{end}");
    }
    for at in 4..book.len() {
        let mut changed = book.clone();
        changed[at] ^= 0x55;
        let _ = read(&changed, &options());
    }
}

/// Numbers that a file states about itself are not believed.
#[test]
fn what_a_workbook_says_of_itself_makes_no_room() {
    let good = row(1, &HEAD) + &row(2, &["1", "victima", "Ana"]);
    let book = Workbook::default().sheet("1", &good);
    let mut parts = book.parts();
    for (name, xml) in &mut parts {
        if name.ends_with("sharedStrings.xml") {
            *xml = xml.replace(
                "<sst ",
                "<sst count=\"99999999999\" uniqueCount=\"99999999999\" ",
            );
        }
        if name.ends_with("sheet0.xml") {
            *xml = xml.replace("<sheetData>", "<dimension ref=\"B2:A1\"/><sheetData>");
        }
        if name.ends_with("styles.xml") {
            *xml = xml.replace("count=\"5\"", "count=\"4294967295\"");
        }
    }
    let parts: Vec<(&str, &[u8])> = parts
        .iter()
        .map(|(name, xml)| (name.as_str(), xml.as_bytes()))
        .collect();
    assert_eq!(read(&container(&parts), &options()).unwrap().rows.len(), 1);
    // Cells that lie nowhere, or back.
    for cell in ["ZZZZZ1", "A0", "A99999999999", "A4294967296", "ñ", "A1"] {
        let cells = row(1, &HEAD) + &format!("<row r=\"2\"><c r=\"{cell}\"><v>1</v></c></row>");
        let found = read(&Workbook::default().sheet("1", &cells).bytes(), &options());
        assert_eq!(found.unwrap_err(), FileProblem::Damaged, "{cell}");
    }
    let far = row(1, &HEAD) + "<row r=\"2\"><c r=\"XFD2\"><v>1</v></c></row>";
    let far = read(&Workbook::default().sheet("1", &far).bytes(), &options()).unwrap_err();
    assert_eq!(far, FileProblem::TooManyColumns { max: 512 });
    let low = row(1, &HEAD) + "<row r=\"1048576\"><c r=\"A1048576\"><v>1</v></c></row>";
    let low = read(&Workbook::default().sheet("1", &low).bytes(), &options()).unwrap_err();
    assert_eq!(low, FileProblem::TooManyRows { max: 250_000 });
}

/// Small files that would be large: refused before they are unpacked, and, where the directory lies,
/// while they are.
#[test]
fn a_workbook_that_inflates_is_refused() {
    let spaces = " ".repeat(8 << 20);
    let good = row(1, &HEAD) + &row(2, &["1", "victima", "Ana"]);
    let bomb = Workbook::default()
        .sheet("1", &(good.clone() + &spaces))
        .bytes();
    assert!(bomb.len() < 20_000, "{}", bomb.len());
    assert_eq!(read(&bomb, &options()).unwrap_err(), FileProblem::Inflates);
    // The directory says that every part is small.
    let mut lie = bomb;
    let central = |b: &[u8]| b == b"PK\x01\x02";
    let entries: Vec<usize> = (0..lie.len() - 4)
        .filter(|at| central(&lie[*at..at + 4]))
        .collect();
    for at in entries {
        lie[at + 24..at + 28].copy_from_slice(&4000u32.to_le_bytes());
    }
    let lie = read(&lie, &options()).unwrap_err();
    assert!(matches!(lie, FileProblem::Inflates | FileProblem::Damaged));
    // One text that a hundred thousand cells refer to.
    let mut many = row(1, &["notas", "expediente"]);
    for n in 2..30_000 {
        many += &format!("<row r=\"{n}\"><c r=\"A{n}\" t=\"s\"><v>0</v></c></row>");
    }
    let mut book = Workbook::default().sheet("1", &many);
    let text: String = (0..30_000u32)
        .map(|n| char::from(b'a' + (n * n % 23) as u8))
        .collect();
    book.shared = format!("<si><t>{text}</t></si>");
    assert_eq!(
        read(&book.bytes(), &options()).unwrap_err(),
        FileProblem::Inflates
    );
}
