use super::*;
use crate::record::FieldId as F;
use crate::record::import::{self, Options};
use crate::record::{Answer, Form, Kind, fingerprint, from_json, set};

fn item(n: usize, record: Record) -> Item {
    Item {
        id: format!("id{n:08}"),
        person: format!("p{n}"),
        version: 1,
        record,
    }
}

fn victim(case: &str, fields: &[(F, &str)]) -> Record {
    let mut record = Record::new(Kind::Victim);
    set(&mut record, F::LocalId, case).unwrap();
    for (field, text) in fields {
        set(&mut record, *field, text).unwrap();
    }
    record
}

fn form(answers: &[(&str, &[&str])]) -> Form {
    Form {
        answers: answers
            .iter()
            .map(|(field, values)| Answer {
                field: (*field).to_owned(),
                values: values.iter().map(|v| (*v).to_owned()).collect(),
            })
            .collect(),
    }
}

fn samples() -> Vec<Item> {
    let mut full = victim(
        "A-1",
        &[
            (F::GivenNames, "María Guadalupe"),
            (F::PaternalSurname, "de la Cruz"),
            (F::MaternalSurname, "Xicoténcatl"),
            (F::Aliases, "Lupita | Pita"),
            (F::Sex, "F"),
            (F::DateOfBirth, "2004-03-18"),
            (F::Nationality, "HND | GTM"),
            (F::Languages, "español | k'iche'"),
            (F::Phone, "+52 55 1234 5678 | 0155 99"),
            (F::DocumentType, "passport"),
            (F::DocumentNumber, "X123"),
            (
                F::ExploitationType,
                "sexual_exploitation | forced_criminality",
            ),
            (F::IntakeDate, "2026-02-03"),
            (F::Medical, "3"),
            (F::Services, "legal | 2026-02-04 | una nota, con coma"),
            (F::ConsentRecord, "yes"),
            (F::ConsentMatching, "no"),
            (F::Notes, "dos\nlíneas"),
        ],
    );
    full.htcds.push(form(&[
        ("vic_MethodsOfControl", &["DebtBondage", "PhysicalAbuse"]),
        ("vic_RelationshipToTrafficker", &["Familial"]),
    ]));
    full.htcds.push(form(&[
        ("hte_Country", &["Honduras"]),
        ("hte_Type", &["Recruitment"]),
    ]));
    full.htcds.push(form(&[
        ("hte_City", &["Tapachula"]),
        ("hte_Country", &["México"]),
        ("hte_Date", &["2025-11-30"]),
        ("hte_Type", &["Exploitation"]),
    ]));
    let plain = victim(
        "A-2",
        &[
            (F::GivenNames, "José"),
            (F::DateOfBirth, "~17"),
            (F::IntakeDate, "2026-05-01"),
            (F::Sex, "M"),
            (F::Ethnicity, "refused"),
        ],
    );
    let sly = victim(
        "A-3",
        &[
            (F::GivenNames, "=HYPERLINK(\"x\")"),
            (F::PaternalSurname, "@SUM(A1)"),
            (F::MaternalSurname, "-2+3"),
            (F::Notes, "+cmd|' /C calc'!A0"),
            (F::Address, "\"comillas\", y coma"),
        ],
    );
    let all = [full, plain, sly];
    all.into_iter()
        .enumerate()
        .map(|(n, r)| item(n, r))
        .collect()
}

fn parsed(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let rows = reader.records().map(|r| r.unwrap());
    rows.map(|r| r.iter().map(str::to_owned).collect())
        .collect()
}

fn column<'t>(table: &'t [Vec<String>], name: &str) -> Vec<&'t str> {
    let at = table[0]
        .iter()
        .position(|h| h == name)
        .unwrap_or_else(|| panic!("{name}"));
    table[1..].iter().map(|r| r[at].as_str()).collect()
}

#[test]
fn the_own_table_comes_back_as_it_was() {
    let items = samples();
    let made = write(&items, Format::Csv, K);
    let back = import::read(made.text.as_bytes(), &Options::default()).unwrap();
    assert_eq!(back.rows.len(), 3);
    for (row, item) in back.rows.iter().zip(&items) {
        let record = row.record.as_ref().unwrap();
        assert_eq!(fingerprint(record), fingerprint(&as_table(&item.record)));
    }
    // The second loses nothing in a table but the day of the estimate, which is that of the intake.
    let second = back.rows[1].record.as_ref().unwrap();
    assert_eq!(second.given_names, "José");
    assert_eq!(crate::record::get(second, F::Ethnicity), "refused");
    // Forms and formulas are told of.
    assert_eq!(made.notes[0].id, "export-lossy");
}

#[test]
fn the_own_json_has_everything() {
    let items = samples();
    let made = write(&items, Format::Json, K);
    let value: serde_json::Value = serde_json::from_str(&made.text).unwrap();
    assert_eq!(value["format"], "sigilo records 1");
    let records = value["records"].as_array().unwrap();
    for (there, item) in records.iter().zip(&items) {
        let back = from_json(&there["record"].to_string()).unwrap();
        for field in F::ALL {
            let of = |r: &Record| crate::record::get(r, *field);
            assert_eq!(of(&back), of(&item.record), "{field:?}");
        }
        assert!(back == item.record);
        assert_eq!(there["id"], item.id);
    }
    let read = |bytes: &[u8]| import::read(bytes, &Options::default());
    let back = read(made.text.as_bytes()).unwrap();
    for (row, item) in back.rows.iter().zip(&items) {
        assert!(*row.record.as_ref().unwrap() == item.record);
    }
    // Cut, changed, or another's.
    assert!(read(&made.text.as_bytes()[..made.text.len() - 3]).is_err());
    assert!(read(br#"{"format": "sigilo records 1", "records": []}"#).is_err());
    assert!(read(br#"{"format": "sigilo records 10", "records": [{"record": {}}]}"#).is_err());
    let wrong = br#"{"format": "sigilo records 1", "records": [{"record": {"role": "x"}}]}"#;
    assert!(read(wrong).unwrap().rows[0].record.is_err());
}

#[test]
fn no_cell_is_a_formula_in_any_table() {
    for format in [Format::Htcds, Format::Ctdc, Format::Gbvims, Format::Csv] {
        let made = write(&samples(), format, K);
        for row in &parsed(&made.text)[1..] {
            for cell in row {
                let first = cell.trim_start().chars().next();
                assert!(
                    !matches!(first, Some('=' | '+' | '-' | '@' | '\t')),
                    "{format:?} {cell}"
                );
            }
        }
    }
}

#[test]
fn the_standard_gets_what_it_has_a_place_for() {
    let made = write(&samples(), Format::Htcds, K);
    let table = parsed(&made.text);
    assert_eq!(column(&table, "local_id"), ["A-1", "A-2", "A-3"]);
    assert_eq!(column(&table, "prs_FirstName")[0], "María Guadalupe");
    assert_eq!(
        column(&table, "prs_SecondName")[0],
        "de la Cruz Xicoténcatl"
    );
    assert_eq!(column(&table, "prs_Birthdate"), ["2004-03-18", "", ""]);
    assert_eq!(column(&table, "prs_Gender"), ["Feminine", "Masculine", ""]);
    assert_eq!(column(&table, "prs_Citizenship")[0], "HND;GTM");
    // A number as the standard wants it; the apostrophe is for the spreadsheet.
    assert_eq!(column(&table, "prs_MobilePhone")[0], "'+525512345678");
    assert_eq!(column(&table, "prs_HomePhone")[0], "0155 99");
    assert_eq!(
        column(&table, "vic_TypeOfExploitation")[0],
        "SexualExploitation;Other"
    );
    assert_eq!(
        column(&table, "vic_MethodsOfControl")[0],
        "DebtBondage;PhysicalAbuse"
    );
    assert_eq!(column(&table, "hte_Country")[0], "Honduras | México");
    assert_eq!(column(&table, "con_Consent"), ["true", "", ""]);
    let known = |h: &&String| crate::record::htcds::find(h).is_some();
    assert!(table[0][1..].iter().all(|h| known(&h)));
    let said: Vec<&str> = made.notes.iter().map(|n| n.id).collect();
    assert_eq!(said, ["export-htcds-births", "export-htcds-several"]);
}

#[test]
fn the_recorder_gets_no_name() {
    let made = write(&samples(), Format::Gbvims, K);
    let table = parsed(&made.text);
    assert_eq!(table[0].len(), 41);
    assert_eq!(column(&table, "DATE OF INTERVIEW")[0], "03-Feb-2026");
    assert_eq!(column(&table, "DATE OF INCIDENT")[0], "30-Nov-2025");
    assert_eq!(column(&table, "INCIDENT CAMP / TOWN")[0], "Tapachula");
    assert_eq!(column(&table, "SEX"), ["F", "M", ""]);
    assert_eq!(
        column(&table, "HEALTH / MEDICAL SERVICES")[0],
        "Service provided by your agency"
    );
    for name in ["Guadalupe", "Cruz", "Xicot", "José", "1234", "X123"] {
        assert!(!made.text.contains(name), "{name}");
    }
}

#[test]
fn the_dataset_has_its_variables_and_nobody_alone() {
    let mut items: Vec<Item> = Vec::new();
    for n in 0..12 {
        let mut same = samples().swap_remove(0);
        same.person = format!("p{n}");
        items.push(same);
    }
    // Two records of one person are one row, and one who is alone in everything is none.
    let mut again = samples().swap_remove(0);
    again.person = "p0".to_owned();
    items.push(again);
    items.extend(samples().into_iter().skip(1).map(|mut i| {
        i.person = format!("alone {}", i.id);
        i
    }));
    let made = write(&items, Format::Ctdc, K);
    let table = parsed(&made.text);
    assert_eq!(table[0], VARIABLES);
    assert_eq!(made.rows, 12);
    let expected = [
        ("yearOfRegistration", "2026"),
        ("gender", "Woman"),
        ("ageBroad", "21--23"),
        ("citizenship", "HND"),
        ("CountryOfExploitation", "MEX"),
        ("meansDebtBondageEarnings", "1"),
        ("meansAbusePsyPhySex", "1"),
        ("meansThreats", ""),
        ("isForcedLabour", "1"),
        ("isSexualExploit", "1"),
        ("isOtherExploit", ""),
        ("recruiterRelationFamily", "1"),
    ];
    for (name, value) in expected {
        assert!(column(&table, name).iter().all(|v| *v == value), "{name}");
    }
    assert!(!made.text.contains("A-1"));
    // With fewer than k there is nothing at all.
    assert_eq!(write(&items[..5], Format::Ctdc, K).rows, 0);
}

/// What the standard can hold of a victim, in every one of its fields.
fn standard() -> Item {
    use crate::record::htcds::{Home, Shape, TABLE};
    let mut record = victim(
        "A-9",
        &[
            (F::GivenNames, "María Guadalupe"),
            (F::PaternalSurname, "de la Cruz"),
            (F::MaternalSurname, "Xicoténcatl"),
            (F::DateOfBirth, "2004-03-18"),
            (F::Gender, "TransgenderFeminine"),
            (F::Nationality, "HND | GTM"),
            (F::Languages, "español | k'iche'"),
            (F::Phone, "+525512345678 | +529991234567"),
            (F::DocumentNumber, "X123"),
            (F::Email, "a@example.org"),
            (F::ResidenceMunicipality, "Tapachula"),
            (F::ResidenceState, "Chiapas"),
            (F::ResidenceCountry, "MEX"),
            (F::Address, "Calle 5, \"la azul\""),
            (F::PostalCode, "08000"),
            (
                F::ExploitationType,
                "sexual_exploitation | forced_labour | surrogacy | other",
            ),
            (F::ConsentRecord, "yes"),
        ],
    );
    for standard in TABLE.iter().filter(|s| s.home == Home::Form) {
        let values: Vec<String> = match standard.shape {
            Shape::Text => vec!["algo, con coma".to_owned()],
            Shape::Date => vec!["2024-05-01".to_owned()],
            Shape::Number => vec!["3".to_owned()],
            Shape::Checkbox => vec!["true".to_owned()],
            Shape::One(all) => vec![all[all.len() - 1].to_owned()],
            Shape::Many(all) => all.iter().map(|v| (*v).to_owned()).collect(),
        };
        let answer = Answer {
            field: standard.name.to_owned(),
            values,
        };
        let section = |name: &str| name.split('_').next().map(str::to_owned);
        let of_section = |f: &&mut Form| section(&f.answers[0].field) == section(standard.name);
        match record.htcds.iter_mut().find(of_section) {
            Some(form) => form.answers.push(answer),
            None => record.htcds.push(Form {
                answers: vec![answer],
            }),
        }
    }
    item(0, record)
}

/// What comes back from a table of the standard.
fn back(items: &[Item]) -> Vec<Record> {
    let made = write(items, Format::Htcds, K);
    let read = import::read(made.text.as_bytes(), &Options::default()).unwrap();
    assert_eq!(read.export, Some(import::Export::Htcds));
    let rows = read.rows.into_iter();
    rows.map(|row| row.record.unwrap_or_else(|p| panic!("{p:?}")))
        .collect()
}

#[test]
fn what_the_standard_can_hold_comes_back_whole() {
    let item = standard();
    let back = back(std::slice::from_ref(&item));
    let (there, here) = (
        crate::record::to_json(&item.record),
        crate::record::to_json(&back[0]),
    );
    assert_eq!(here, there);
    // The order of the answers in a form says nothing.
    assert!(back[0] == from_json(&there.to_string()).unwrap());
}

#[test]
fn what_the_standard_can_not_hold_is_lost_as_the_manual_says() {
    let items = samples();
    let back = back(&items);
    let lost = |n: usize| -> Vec<&'static str> {
        let text = |r: &Record, f: F| crate::record::get(r, f);
        let fields = F::ALL.iter();
        let fields = fields.filter(|f| text(&back[n], **f) != text(&items[n].record, **f));
        fields.map(|f| f.id()).collect()
    };
    let manual = include_str!("../../manual/export.md");
    for field in (0..items.len()).flat_map(lost) {
        let named = manual.split("Lost on the way").nth(1).unwrap();
        assert!(named.contains(&format!("`{field}`")), "{field}");
    }
    // A second way is without a loss: what came back goes out the same.
    let again: Vec<Item> = back
        .into_iter()
        .enumerate()
        .map(|(n, r)| item(n, r))
        .collect();
    let (once, twice) = (
        super::write(&items, Format::Htcds, K),
        write(&again, Format::Htcds, K),
    );
    let named = |text: &str| parsed(text)[0].clone();
    assert_eq!(named(&once.text), named(&twice.text));
    assert!(back_is_same(&again));
}

fn back_is_same(items: &[Item]) -> bool {
    let pairs = back(items);
    pairs.iter().zip(items).all(|(b, i)| *b == i.record)
}
