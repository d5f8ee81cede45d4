//! Properties of whole records.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::code::{
    Agreement, Caller, Channel, ConsentForm, DocumentKind, Exploitation, Gender, Reason,
    ServiceKind, Sex,
};
use super::*;
use crate::codec::{body_from_bytes, body_to_bytes, from_hex, to_hex};

fn any_of<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(all)
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => Just(String::new()),
        3 => "\\PC{0,12}",
        1 => Just("unknown".to_owned()),
        1 => Just(" «Ñ\"';|\n".to_owned()),
    ]
}

fn date() -> impl Strategy<Value = Date> {
    (-60_000i64..60_000).prop_filter_map("a date", Date::from_days)
}

fn partial() -> impl Strategy<Value = PartialDate> {
    prop_oneof![
        "(19|20)[0-9]{2}(-[0-9]{2}(-[0-9]{2})?)?",
        "[0-3][0-9]/[0-1][0-9]/(19|20)[0-9]{2}",
    ]
    .prop_filter_map("a date", |t| PartialDate::parse(&t).ok())
}

fn birth() -> impl Strategy<Value = Birth> {
    prop_oneof![
        Just(Birth::Unknown),
        partial().prop_map(Birth::Date),
        (any::<u8>(), option::of(date()))
            .prop_map(|(years, at)| Birth::Age(EstimatedAge { years, at })),
    ]
}

fn country() -> impl Strategy<Value = Country> {
    prop::sample::select(vec!["MEX", "HND", "XXA", "USA"])
        .prop_filter_map("a country", Country::parse)
}

fn consent() -> impl Strategy<Value = Consent> {
    (
        any_of(Agreement::ALL),
        text(),
        option::of(date()),
        option::of(date()),
        option::of(date()),
        text(),
        option::of(any_of(ConsentForm::ALL)),
    )
        .prop_map(
            |(given, purpose, until, withdrawn, taken_on, taken_by, form)| Consent {
                given,
                purpose,
                until,
                withdrawn,
                taken_on,
                taken_by,
                form,
            },
        )
}

fn record() -> impl Strategy<Value = Record> {
    let texts = vec(text(), 17);
    let lists = (
        vec(text(), 0..3),
        vec(text(), 0..3),
        vec(text(), 0..3),
        vec(country(), 0..3),
        vec(any_of(Exploitation::ALL), 0..4),
    );
    let coded = (
        any_of(Kind::ALL),
        option::of(any_of(Sex::ALL)),
        option::of(any_of(Gender::ALL)),
        option::of(any_of(Channel::ALL)),
        option::of(any_of(Caller::ALL)),
        option::of(any::<bool>()),
    );
    let dates = (birth(), option::of(partial()), option::of(date()));
    let parts = (
        vec(
            (any_of(DocumentKind::ALL), text(), option::of(country())),
            0..3,
        ),
        vec(
            (any_of(ServiceKind::ALL), option::of(partial()), text()),
            0..3,
        ),
        vec((text(), option::of(partial()), text()), 0..3),
        vec(option::of(any::<u32>()), 4),
        (consent(), consent(), consent()),
        prop::collection::btree_map(any_of(FieldId::ALL), any_of(Reason::ALL), 0..4),
        vec(text(), 0..3),
    );
    (texts, lists, coded, dates, parts).prop_map(|(texts, lists, coded, dates, parts)| {
        let mut r = Record::new(coded.0);
        let mut t = texts.into_iter();
        let mut next = || t.next().unwrap_or_default();
        r.local_id = next();
        r.given_names = next();
        r.paternal_surname = next();
        r.maternal_surname = next();
        r.married_name = next();
        r.preferred_name = next();
        r.birth_place = Place {
            country: next(),
            state: next(),
            municipality: next(),
        };
        r.residence.state = next();
        r.address = next();
        r.postal_code = next();
        r.ethnicity = next();
        r.email = next();
        r.safe_contact = next();
        r.notes = next();
        r.call.intervention_note = next();
        (
            r.aliases,
            r.languages,
            r.phones,
            r.nationality,
            r.exploitation,
        ) = lists;
        (
            _,
            r.sex,
            r.gender,
            r.call.channel,
            r.call.caller,
            r.call.intervention,
        ) = coded;
        (r.birth, r.intake, r.retain_until) = dates;
        let (documents, services, actions, counts, consents, reasons, values) = parts;
        r.documents = documents
            .into_iter()
            .map(|(kind, number, country)| Document {
                kind,
                number,
                country,
            })
            .collect();
        r.services = services
            .into_iter()
            .map(|(kind, date, note)| Service { kind, date, note })
            .collect();
        r.legal_actions = actions
            .into_iter()
            .map(|(what, date, outcome)| LegalAction {
                what,
                date,
                outcome,
            })
            .collect();
        r.service_counts = ServiceCounts {
            medical: counts[0],
            social_protection: counts[1],
            mental_health: counts[2],
            legal: counts[3],
        };
        (r.consents.record, r.consents.matching, r.consents.referral) = consents;
        r.unanswered = reasons
            .into_iter()
            .map(|(field, reason)| Unanswered { field, reason })
            .collect();
        // JSON objects are written in the order of their keys.
        r.unanswered.sort_by_key(|u| u.field.id());
        r.htcds = values
            .into_iter()
            .map(|value| Form {
                answers: vec![
                    Answer {
                        field: "cco_CaseComment".to_owned(),
                        values: vec![value],
                    },
                    Answer {
                        field: "vic_MethodsOfControl".to_owned(),
                        values: vec!["DebtBondage".to_owned(), "Other".to_owned()],
                    },
                ],
            })
            .collect();
        r
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn json_gives_the_same_record(r in record()) {
        let text = to_json(&r).to_string();
        let back = from_json(&text).map_err(|p| TestCaseError::fail(format!("{p:?} {text}")))?;
        prop_assert!(back == r, "{}", text);
    }

    #[test]
    fn a_body_gives_the_same_record(r in record()) {
        let body = body_to_bytes(&r).unwrap();
        prop_assert!(body_from_bytes::<Record>(&body).unwrap() == r);
        prop_assert_eq!(fingerprint(&r), fingerprint(&r.clone()));
    }

    #[test]
    fn arbitrary_bodies_do_not_panic(mut bytes in vec(any::<u8>(), 0..400)) {
        bytes.insert(0, 1);
        let _ = body_from_bytes::<Record>(&bytes);
    }

    #[test]
    fn arbitrary_text_in_any_field_does_not_panic(text in "\\PC{0,40}", n in 0..FieldId::ALL.len()) {
        let mut r = Record::new(Kind::Victim);
        let field = FieldId::ALL[n];
        if set(&mut r, field, &text).is_ok() {
            // What is shown can be typed again and means the same.
            let shown = get(&r, field);
            let _ = set(&mut r, field, &shown);
            prop_assert_eq!(get(&r, field), shown);
        }
    }

    #[test]
    fn arbitrary_json_does_not_panic(text in "[{}\\[\\]\",:a-z0-9 \n]{0,60}") {
        let _ = from_json(&text);
    }

    #[test]
    fn comparing_is_symmetric(a in record(), b in record()) {
        let (x, y) = (compare(&a, &b), compare(&b, &a));
        prop_assert!((x.score - y.score).abs() < 1e-9 && (0.0..=1.0).contains(&x.score));
    }
}

/// A record with something in every kind of place.
fn golden() -> Record {
    from_json(include_str!("../../tests/data/record/golden-v1.json")).unwrap()
}

#[test]
fn the_golden_body_of_version_1_is_read_and_written() {
    let hex = include_str!("../../tests/data/record/golden-v1.hex");
    let hex: String = hex.split_whitespace().collect();
    let record = golden();
    let body = body_to_bytes(&record).unwrap();
    assert_eq!(to_hex(&body), hex);
    let read: Record = body_from_bytes(&from_hex(&hex).unwrap()).unwrap();
    assert!(read == record);
}

#[test]
fn json_mistakes_are_all_told_with_their_place() {
    let text = "{\n  \"role\": \"victima\",\n  \"paternal_surnme\": \"X\",\n  \"sex\": 3,\n  \
        \"documents\": [{\"type\": \"curp\"}, {\"tpe\": 1}],\n  \"sex\": \"F\",\n  \
        \"date_of_birth\": \"soon\",\n  \"medical\": -1,\n  \"prs_FirstName\": \"X\"\n}";
    let problems = from_json(text).unwrap_err();
    let told: Vec<_> = problems
        .iter()
        .map(|p| match &p.at {
            At::Json { path, line, column } => (path.as_str(), *line, *column, p.fault.clone()),
            other => panic!("{other:?}"),
        })
        .collect();
    let unknown = |name: &str, nearest| Fault::UnknownField {
        name: name.to_owned(),
        nearest,
    };
    assert_eq!(
        told,
        [
            (
                "paternal_surnme",
                3,
                3,
                unknown("paternal_surnme", Some("paternal_surname"))
            ),
            ("sex", 4, 3, Fault::WrongType { expected: "text" }),
            ("documents[1].tpe", 5, 36, unknown("tpe", Some("type"))),
            ("sex", 6, 3, Fault::Twice),
            ("date_of_birth", 7, 3, Fault::NotABirth),
            ("medical", 8, 3, Fault::NotACount),
            (
                "prs_FirstName",
                9,
                3,
                unknown("prs_FirstName", Some("given_names"))
            ),
        ]
    );
    let none = from_json("{}").unwrap_err();
    assert_eq!(none.len(), 1);
    assert_eq!(none[0].fault, Fault::Missing);
    assert_eq!(
        from_json("{\"role\": ").unwrap_err()[0].fault,
        Fault::Syntax
    );
    assert!(from_json(&"[".repeat(5000)).is_err());
}

#[test]
fn nothing_prints_its_contents() {
    let record = golden();
    assert_eq!(format!("{record:?}"), "Record(..)");
    assert_eq!(format!("{:?}", record.documents), "[Document(..)]");
    assert_eq!(format!("{:?}", SearchKey::new(&record)), "SearchKey(..)");
}

#[test]
fn a_missing_answer_keeps_its_reason() {
    let mut r = Record::new(Kind::Victim);
    set(&mut r, FieldId::Sex, "F").unwrap();
    set(&mut r, FieldId::Sex, "no quiso decir").unwrap();
    assert_eq!(r.sex, None);
    assert_eq!(r.reason(FieldId::Sex), Some(Reason::Refused));
    assert_eq!(get(&r, FieldId::Sex), "refused");
    set(&mut r, FieldId::Sex, "mujer").unwrap();
    assert_eq!(r.reason(FieldId::Sex), None);
    // Free text of the case is text.
    set(&mut r, FieldId::Notes, "unknown").unwrap();
    assert_eq!(r.notes, "unknown");
}

#[test]
fn a_consent_holds_only_while_it_holds() {
    let d = |t| Date::parse(t).unwrap();
    let mut c = Consent::default();
    assert!(!c.is_valid_on(d("2026-01-01")));
    c.given = Agreement::Yes;
    c.taken_on = Some(d("2026-01-01"));
    c.until = Some(d("2026-12-31"));
    assert!(!c.is_valid_on(d("2025-12-31")));
    assert!(c.is_valid_on(d("2026-01-01")));
    assert!(c.is_valid_on(d("2026-12-31")));
    assert!(!c.is_valid_on(d("2027-01-01")));
    c.withdrawn = Some(d("2026-06-01"));
    assert!(c.is_valid_on(d("2026-05-31")));
    assert!(!c.is_valid_on(d("2026-06-01")));
}

#[test]
fn ages_and_documents_as_people_type_them() {
    let mut r = Record::new(Kind::Victim);
    for (text, shown) in [
        ("17 años", "~17"),
        ("edad 17", "~17"),
        ("~17@01/05/2024", "~17@2024-05-01"),
        ("18/03/2004", "2004-03-18"),
    ] {
        set(&mut r, FieldId::DateOfBirth, text).unwrap();
        assert_eq!(get(&r, FieldId::DateOfBirth), shown);
    }
    assert!(set(&mut r, FieldId::DateOfBirth, "17").is_err());
    assert!(set(&mut r, FieldId::DateOfBirth, "2999-01-01").is_err());
    assert_eq!(get(&r, FieldId::DateOfBirth), "2004-03-18");
    let warning = set(&mut r, FieldId::Curp, "BOXW310820HNERXN08").unwrap();
    assert_eq!(
        warning.unwrap().note,
        Note::Document(document::DocumentDoubt::CheckDigit)
    );
    assert_eq!(get(&r, FieldId::DocumentType), "curp");
    assert_eq!(get(&r, FieldId::DocumentCountry), "MEX");
}
