//! Tables of other houses: every kind of mistake, exports of other programs, maps (manual: *import*).

use std::fs;
use std::path::{Path, PathBuf};

use sigilo::i18n::{Lang, Localize, Messages};
use sigilo::record::import::{Export, FileProblem, Import, Map, Options, Target, propose, read};
use sigilo::record::{At, Date, FieldId, Note, Record, get};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/import")
        .join(name)
}

fn options() -> Options {
    Options {
        today: Date::new(2026, 11, 22).unwrap(),
        ..Options::default()
    }
}

fn import(text: &str) -> Import {
    read(text.as_bytes(), &options()).unwrap()
}

fn with_map(map: &str, text: &str) -> Import {
    let options = Options {
        map: Some(Map::parse(map.as_bytes()).unwrap()),
        ..options()
    };
    read(text.as_bytes(), &options).unwrap()
}

fn record(table: &Import, row: usize) -> &Record {
    table.rows[row].record.as_ref().unwrap()
}

fn notes(table: &Import) -> Vec<&Note> {
    table.warnings.iter().map(|w| &w.note).collect()
}

/// A table with more than twenty kinds of mistakes: what is told of it, letter for letter, in both
/// languages. `SIGILO_WRITE=1` writes the files anew.
#[test]
fn every_mistake_is_told_in_plain_words() {
    let bytes = fs::read(data("mistakes.csv")).unwrap();
    let table = read(&bytes, &options()).unwrap();
    assert!(table.problems().count() >= 20);
    for lang in [Lang::Es, Lang::En] {
        let messages = Messages::new(lang);
        let mut said = String::new();
        let mut tell = |what: &dyn Fn() -> String| {
            let line = what();
            assert!(!line.contains(['{', '}']), "{line}");
            for held in [
                "Soc", "Ana", "Güera", "Narnia", "baile", "quizas", "victma", "E-",
            ] {
                assert!(!line.contains(held), "{line}");
            }
            said.push_str(&line);
            said.push('\n');
        };
        for warning in &table.warnings {
            tell(&|| messages.say(warning));
        }
        for row in &table.rows {
            for problem in row.record.as_ref().err().into_iter().flatten() {
                tell(&|| messages.say(problem));
            }
            for warning in &row.warnings {
                tell(&|| messages.say(warning));
            }
        }
        let expected = data(&format!("mistakes.{}.txt", lang.code()));
        if std::env::var_os("SIGILO_WRITE").is_some() {
            fs::write(&expected, &said).unwrap();
        }
        assert_eq!(said, fs::read_to_string(&expected).unwrap());
    }
}

#[test]
fn an_export_of_primero_is_known_by_its_headers() {
    let text = "id,case_id_display,name_first,name_middle,name_last,name,name_nickname,sex,age,date_of_birth,nationality,telephone_current,telephone_last,registration_date,consent_for_services,owned_by\n\
        8f1-2,a1b2c3d,Rosa,Isela,de la Cruz Soc,Rosa Isela de la Cruz Soc,Rosi,female,17,2008-05-01,\"[\"\"honduras\"\", \"\"el_salvador\"\"]\",'+50496110000,,2025-02-20,true,primero_cp\n\
        8f1-3,a1b2c3e,,,,Juan Pérez Tzoc,,male,16,,[],,5510000001,2025-02-21,,primero_cp\n";
    let table = import(text);
    assert_eq!(table.export, Some(Export::Primero));
    assert_eq!(
        notes(&table),
        [
            &Note::Export { name: "Primero v2" },
            &Note::ColumnsLeft { count: 3 },
            &Note::NameSplit,
        ]
    );
    let first = record(&table, 0);
    for (field, text) in [
        (FieldId::LocalId, "a1b2c3d"),
        (FieldId::GivenNames, "Rosa Isela"),
        (FieldId::PaternalSurname, "de la Cruz"),
        (FieldId::MaternalSurname, "Soc"),
        (FieldId::Aliases, "Rosi"),
        (FieldId::Sex, "F"),
        (FieldId::DateOfBirth, "2008-05-01"),
        (FieldId::Nationality, "HND | SLV"),
        (FieldId::Phone, "+50496110000"),
        (FieldId::IntakeDate, "2025-02-20"),
        // None of its consents is one of ours.
        (FieldId::ConsentRecord, ""),
    ] {
        assert_eq!(get(first, field), text, "{}", field.id());
    }
    let second = record(&table, 1);
    assert_eq!(get(second, FieldId::GivenNames), "Juan");
    assert_eq!(get(second, FieldId::MaternalSurname), "Tzoc");
    assert_eq!(get(second, FieldId::DateOfBirth), "~16@2025-02-21");
    assert_eq!(get(second, FieldId::Phone), "5510000001");
}

#[test]
fn an_export_in_htcds_fills_fields_and_forms() {
    let text = "prs_FirstName,prs_MiddleName,prs_SecondName,prs_Birthdate,prs_Gender,prs_Citizenship,prs_PrimaryLanguage,prs_SecondaryLanguage,prs_MobilePhone,vic_MethodsOfControl,vic_TypeOfExploitation,cas_Status,con_Consent,hte_City,hte_Type,prs_Deceased,prs_NumberOfChildren\n\
        Ana,Lucía,Pérez Soc,2004-03-18,Feminine,HN;MX,quc,spa,+5029611000,debtbondage;FalsePromises,ForcedLabour;SexualExploitation,Active,TRUE,San Pedro Sula,Recruitment,FALSE,2\n\
        Eva,,Ruiz,soon,Feminine,HN,,,,Magic,,Open,,,,MAYBE,two\n";
    let table = import(text);
    assert_eq!(table.export, Some(Export::Htcds));
    let first = record(&table, 0);
    for (field, text) in [
        (FieldId::GivenNames, "Ana Lucía"),
        (FieldId::PaternalSurname, "Pérez"),
        (FieldId::MaternalSurname, "Soc"),
        (FieldId::Gender, "Feminine"),
        (FieldId::Nationality, "HND | MEX"),
        (FieldId::Languages, "quc | spa"),
        (
            FieldId::ExploitationType,
            "forced_labour | sexual_exploitation",
        ),
        (FieldId::ConsentRecord, "yes"),
    ] {
        assert_eq!(get(first, field), text, "{}", field.id());
    }
    let json = sigilo::record::to_json(first);
    let forms = json["htcds"].as_array().unwrap();
    assert_eq!(forms.len(), 4, "person, victim, case, event");
    assert!(
        json["htcds"]
            .to_string()
            .contains(r#""vic_MethodsOfControl":["DebtBondage","FalsePromises"]"#)
    );
    assert!(
        json["htcds"]
            .to_string()
            .contains(r#""prs_Deceased":"false""#)
    );
    // What the record says, JSON says again.
    let again = sigilo::record::from_json(&json.to_string()).unwrap();
    assert!(&again == first);
    let columns: Vec<usize> = table
        .problems()
        .map(|p| match &p.at {
            At::Cell { column, .. } => *column,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(columns, [4, 10, 12, 16, 17]);
}

const MAP: &str = r#"
version = 1
[columns]
"Folio interno" = "local_id"
"Quién es" = "full_name"
"Nac." = "date_of_birth"
"S" = "sex"
"Tel 1" = "phone"
"Tel 2" = "phone"
"Obs. médicas" = "notes"
"Obs. legales" = "notes"
"Sobra" = ""
"No está" = "email"
"Control" = "htcds.vic_MethodsOfControl"
[dates]
all = "mm/dd/yy"
[values.sex]
"1" = "F"
"2" = "M"
[constants]
role = "witness"
nationality = "HND"
"#;

#[test]
fn a_map_says_what_other_headers_mean() {
    let table = with_map(
        MAP,
        "Folio interno,Quién es,Nac.,S,Tel 1,Tel 2,Obs. médicas,Obs. legales,Sobra,Control\n\
         7,Ana de la Cruz Soc,3/18/04,1,5510000001,5510000002,asma,denuncia,x,DebtBondage\n\
         8,Eva,2004,2,,,,,,\n",
    );
    let absent = Note::NoSuchColumn {
        header: "No está".to_owned(),
    };
    assert_eq!(notes(&table), [&Note::NameSplit, &absent]);
    let first = record(&table, 0);
    for (field, text) in [
        (FieldId::Role, "witness"),
        (FieldId::PaternalSurname, "de la Cruz"),
        (FieldId::DateOfBirth, "2004-03-18"),
        (FieldId::Sex, "F"),
        (FieldId::Phone, "5510000001 | 5510000002"),
        (FieldId::Nationality, "HND"),
        (FieldId::Notes, "Obs. médicas: asma\nObs. legales: denuncia"),
    ] {
        assert_eq!(get(first, field), text, "{}", field.id());
    }
    assert_eq!(get(record(&table, 1), FieldId::Sex), "M");
    assert_eq!(get(record(&table, 1), FieldId::DateOfBirth), "2004");
    // Without the map the file has no header that is known.
    let bare = read(b"Sobra,Nac.\n7,3/18/04\n", &options());
    assert_eq!(bare.unwrap_err(), FileProblem::NoHeader);
    // The map is no way around what a field takes, or twice.
    let mut both = MAP.replace("\"Tel 2\" = \"phone\"", "\"Tel 2\" = \"sex\"");
    both.push('\n');
    let options = Options {
        map: Some(Map::parse(both.as_bytes()).unwrap()),
        ..options()
    };
    let twice = read(b"S,Tel 2,Folio interno\n1,2,3\n", &options).unwrap_err();
    assert_eq!(
        twice,
        FileProblem::DuplicateHeaders(vec![(1, 2, FieldId::Sex)])
    );
}

#[test]
fn headers_that_stand_lower_and_again_are_found() {
    let table = import(
        "Casa Alba,,\nRegistro 2025,,\n\nexpediente,calidad,nombres\n1,victima,Ana\nexpediente,calidad,nombres\n2,victima,Eva\n",
    );
    assert_eq!(table.rows.len(), 2);
    assert_eq!(table.rows[1].line, 7);
    assert_eq!(
        notes(&table),
        [&Note::HeaderBelow { line: 4 }, &Note::HeaderAgain]
    );
    // One known word in a lower row is not a header: it may be a person.
    let person = read(b"Rosa,Mesa\nAna,alias\n", &options());
    assert_eq!(person.unwrap_err(), FileProblem::NoHeader);
}

#[test]
fn every_encoding_gives_the_same_records() {
    let text = "expediente;calidad;nombres\r\n1;víctima;Íñigo Ñáñez\r\n";
    let utf16 = |order: fn(u16) -> [u8; 2], mark: bool| -> Vec<u8> {
        let mark = mark.then_some('\u{feff}');
        let text: String = mark.into_iter().chain(text.chars()).collect();
        text.encode_utf16().flat_map(order).collect()
    };
    let latin: Vec<u8> = text
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    let plain = import(text);
    for bytes in [
        [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        latin,
        utf16(u16::to_le_bytes, true),
        utf16(u16::to_be_bytes, true),
        utf16(u16::to_le_bytes, false),
        utf16(u16::to_be_bytes, false),
    ] {
        let table = read(&bytes, &options()).unwrap();
        assert!(table.rows[0].record == plain.rows[0].record);
    }
}

#[test]
fn a_proposal_is_a_map_that_reads_the_table_and_names_nobody() {
    let text = "Folio int.;Nombre(s);Ap. Pat.;Ap. Mat.;Sexo (1/2);F. de Nac.;Cel. de contacto;Lugar de origen (país);Color favorito\n\
        17;Rosa Isela;Mesa;Hernández;1;03/18/2004;55 1000 0001;Honduras;verde\n\
        18;María;López;Pérez;2;12/25/1999;55 1000 0002;Guatemala;azul\n\
        19;Ana Lucía;García;Martínez;1;07/04/2001;55 1000 0003;México;rojo\n";
    for lang in [Lang::Es, Lang::En] {
        let proposed = propose(text.as_bytes(), &options(), &Messages::new(lang)).unwrap();
        for held in [
            "Rosa",
            "Mesa",
            "López",
            "1000",
            "2004",
            "verde",
            "Guatemala",
        ] {
            assert!(!proposed.contains(held), "{proposed}");
        }
        for line in [
            "\"Nombre(s)\" = \"given_names\"",
            "\"Ap. Pat.\" = \"paternal_surname\"",
            "\"Ap. Mat.\" = \"maternal_surname\"",
            "\"Sexo (1/2)\" = \"sex\"",
            "\"F. de Nac.\" = \"date_of_birth\"",
            "\"Cel. de contacto\" = \"phone\"",
            "\"Color favorito\" = \"\"",
            "date_of_birth = \"mm/dd/yyyy\"",
            "# \"1\" = \"\"",
            "role = \"victim\"",
        ] {
            assert!(proposed.contains(line), "{line}\n{proposed}");
        }
        assert!(proposed.contains(" % "), "says how sure it is");
        // Filled in, it reads the table.
        let filled = proposed
            .replace("# \"1\" = \"\"", "\"1\" = \"F\"")
            .replace("# \"2\" = \"\"", "\"2\" = \"M\"");
        let table = with_map(&filled, text);
        assert_eq!(table.problems().count(), 0);
        let first = record(&table, 0);
        assert_eq!(get(first, FieldId::DateOfBirth), "2004-03-18");
        assert_eq!(get(first, FieldId::Sex), "F");
        assert_eq!(get(first, FieldId::MaternalSurname), "Hernández");
    }
}

#[test]
fn a_proposal_holds_against_hostile_headers() {
    let text = "\"a\"\"]\n[columns]\nx\";\u{202e}nombre;\u{1b}[2J;\"\\\";nombres\n1;2;3;4;5\n";
    let proposed = propose(text.as_bytes(), &options(), &Messages::new(Lang::Es)).unwrap();
    assert!(!proposed.contains(['\u{202e}', '\u{1b}']));
    let map = Map::parse(proposed.as_bytes()).unwrap();
    let options = Options {
        map: Some(map),
        ..options()
    };
    let table = read(text.as_bytes(), &options).unwrap();
    let names = Some(Target::Field(FieldId::GivenNames));
    assert!(
        table.columns.contains(&names),
        "{:?}\n{proposed}",
        table.columns
    );
    for warning in &table.warnings {
        let _ = warning.message();
    }
}

/// Tables as houses keep them: titles and group headings above, short forms, whole names in one cell, ages,
/// *yes* and crosses where services are counted.
#[test]
fn headers_as_houses_write_them_are_proposed_and_then_read() {
    let ours = "REGISTRO DE BENEFICIARIAS - ALBERGUE LUZ,,,,,,,,,,,,\n\
        Periodo: enero a junio 2025,,,,,,,,,,,,\n\
        No. Exp.,Nombre completo,Edad,Sexo (H/M),Nac.,Fecha Ingr.,Tel. contacto,Depto. origen,Mpio. Nac.,Tipo de explot.,Atn. médica,Apoyo psic.,Aut. datos\n\
        1,María Guadalupe Canul Pech,17,M,MX,03/02/25,999 123 4567,Yucatán,Valladolid,Laboral,X,si,Sí\n\
        2,Juana de la Cruz López,24,M,GT,15/02/25,,Petén,Flores,Sexual,,no,No\n\
        3,José Hernández,35,H,HN,28/02/25,9984445566,Cortés,San Pedro Sula,Laboral,x,Si,si\n";
    let grouped = "Datos generales;;;;Ubicación;;Servicios;;\n\
        FOLIO;NOMBRE(S);AP. PATERNO;AP. MATERNO;EDO. NAC.;MUNICIPIO NAC.;MÉDICO;PSICOLÓGICO;JURÍDICO\n\
        A-1;Ana Lucía;Pérez;Gómez;Oaxaca;Juchitán;1;2;0\n\
        A-2;Luz;Tzoc;;Chiapas;Tapachula;0;1;1\n";
    let english = "Case No,Full name,DOB,Age,Gender,Citizenship,Intake,Trafficking type,Med,Psych,Legal\n\
        17,Ana María Soc,1999,,F,GTM,2025-03-01,sexual,Y,N,N\n\
        18,Juan Perez,,16,M,HND,2025-03-05,labor,N,Y,Y\n";
    let cases: [(&str, &[&str]); 3] = [
        (
            ours,
            &[
                "\"No. Exp.\" = \"local_id\"",
                "\"Nombre completo\" = \"full_name\"",
                "\"Edad\" = \"estimated_age\"",
                "\"Nac.\" = \"nationality\"",
                "\"Fecha Ingr.\" = \"intake_date\"",
                "\"Tel. contacto\" = \"phone\"",
                "\"Depto. origen\" = \"birth_state\"",
                "\"Mpio. Nac.\" = \"birth_municipality\"",
                "\"Tipo de explot.\" = \"exploitation_type\"",
                "\"Atn. médica\" = \"medical\"",
                "\"Apoyo psic.\" = \"mental_health\"",
                "\"Aut. datos\" = \"consent_record\"",
                "intake_date = \"dd/mm/yy\"",
                "\"no\" = \"0\"",
            ],
        ),
        (
            grouped,
            &[
                "\"EDO. NAC.\" = \"birth_state\"",
                "\"MUNICIPIO NAC.\" = \"birth_municipality\"",
                "\"PSICOLÓGICO\" = \"mental_health\"",
                "\"JURÍDICO\" = \"legal\"",
            ],
        ),
        (
            english,
            &[
                "\"Gender\" = \"sex\"",
                "\"Trafficking type\" = \"exploitation_type\"",
                "\"Med\" = \"medical\"",
                "\"Psych\" = \"mental_health\"",
                "\"Y\" = \"1\"",
            ],
        ),
    ];
    for (text, lines) in cases {
        let proposed = propose(text.as_bytes(), &options(), &Messages::new(Lang::Es)).unwrap();
        for line in lines {
            assert!(proposed.contains(line), "{line}\n{proposed}");
        }
        assert!(!proposed.contains("= \"aliases\""), "{proposed}");
        // As it is, the map reads the table without a mistake.
        let table = with_map(&proposed, text);
        let problems: Vec<_> = table.problems().collect();
        assert!(problems.is_empty(), "{problems:?}\n{proposed}");
    }
    let proposed = propose(ours.as_bytes(), &options(), &Messages::new(Lang::Es)).unwrap();
    let table = with_map(&proposed, ours);
    let first = record(&table, 0);
    assert_eq!(get(first, FieldId::Medical), "1");
    assert_eq!(get(first, FieldId::MentalHealth), "1");
    assert_eq!(get(record(&table, 1), FieldId::MentalHealth), "0");
    assert_eq!(get(first, FieldId::IntakeDate), "2025-02-03");
    assert_eq!(get(first, FieldId::Sex), "F");
}
