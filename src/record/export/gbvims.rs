//! The headings of the GBVIMS incident recorder, in its order (primeroIMS/primero,
//! `incident_recorder_exporter`).
//!
//! The recorder has no names. What a record does not say in its terms stays empty, to be filled by
//! somebody who knows the case: the type of violence above all.

use super::htcds::{answers, birthdate, values};
use super::table::Table;
use super::{Exported, Item};
use crate::i18n::Message;
use crate::record::code::{Agreement, Exploitation, ServiceKind, Sex};
use crate::record::{Date, PartialDate, Record};

type Column = (&'static str, fn(&Item) -> String);

const COLUMNS: &[Column] = &[
    ("INCIDENT ID", |i| i.id.chars().take(8).collect()),
    ("SURVIVOR CODE", |i| i.record.local_id.clone()),
    ("CASE MANAGER CODE", nothing),
    ("DATE OF INTERVIEW", |i| day(i.record.intake.as_ref())),
    ("DATE OF INCIDENT", |i| {
        exploited(&i.record, "hte_Date", true)
    }),
    ("DATE OF BIRTH", |i| written(&birthdate(&i.record))),
    ("SEX", |i| match i.record.sex {
        Some(Sex::Female) => "F".to_owned(),
        Some(Sex::Male) => "M".to_owned(),
        _ => String::new(),
    }),
    ("ETHNICITY", |i| i.record.ethnicity.clone()),
    ("COUNTRY OF ORIGIN", |i| {
        match i.record.nationality.first() {
            Some(country) => country.as_str().to_owned(),
            None => i.record.birth_place.country.clone(),
        }
    }),
    ("CIVIL / MARITAL STATUS", |i| {
        first(&i.record, "prs_MaritalStatus")
    }),
    ("DISPLACEMENT STATUS AT REPORT", nothing),
    ("PERSON WITH DISABILITY?", |i| i.record.disability.clone()),
    ("UNACCOMPANIED OR SEPARATED CHILD?", nothing),
    ("STAGE OF DISPLACEMENT AT INCIDENT", nothing),
    ("INCIDENT TIME OF DAY", nothing),
    ("INCIDENT LOCATION", nothing),
    ("INCIDENT COUNTY", |i| {
        exploited(&i.record, "hte_State", false)
    }),
    ("INCIDENT DISTRICT", nothing),
    ("INCIDENT CAMP / TOWN", |i| {
        exploited(&i.record, "hte_City", false)
    }),
    ("GBV TYPE", |i| {
        let married = i
            .record
            .exploitation
            .contains(&Exploitation::ForcedMarriage);
        if married {
            "Forced Marriage".to_owned()
        } else {
            String::new()
        }
    }),
    ("HARMFUL TRADITIONAL PRACTICE", nothing),
    (
        "MONEY, GOODS, BENEFITS AND / OR SERVICES EXCHANGED ?",
        nothing,
    ),
    ("TYPE OF ABDUCTION", nothing),
    ("PREVIOUSLY REPORTED THIS INCIDENT?", nothing),
    ("PREVIOUS GBV INCIDENTS?", nothing),
    ("No. ALLEGED PRIMARY PERPETRATOR(S)", nothing),
    ("ALLEGED PERPETRATOR SEX", nothing),
    ("PREVIOUS INCIDENT WITH THIS PERPETRATOR", nothing),
    ("ALLEGED PERPETRATOR AGE GROUP", nothing),
    ("ALLEGED PERPETRATOR - SURVIVOR RELATIONSHIP", |i| {
        first(&i.record, "vic_RelationshipToTrafficker")
    }),
    ("ALLEGED PERPETRATOR OCCUPATION", nothing),
    ("REFERRED TO YOU FROM?", |i| {
        first(&i.record, "cas_ReferringOrganisation")
    }),
    ("SAFE HOUSE / SHELTER", |i| {
        provided(&i.record, ServiceKind::SocialProtection)
    }),
    ("HEALTH / MEDICAL SERVICES", |i| {
        provided(&i.record, ServiceKind::Medical)
    }),
    ("PSYCHOSOCIAL SERVICES", |i| {
        provided(&i.record, ServiceKind::MentalHealth)
    }),
    ("WANTS LEGAL ACTION?", |i| {
        if i.record.legal_actions.is_empty() {
            String::new()
        } else {
            "Yes".to_owned()
        }
    }),
    ("LEGAL ASSISTANCE SERVICES", |i| {
        provided(&i.record, ServiceKind::Legal)
    }),
    ("POLICE / OTHER SECURITY ACTOR", nothing),
    ("LIVELIHOODS PROGRAM", nothing),
    ("CONSENT GIVEN", |i| match i.record.consents.record.given {
        Agreement::Yes => "Yes".to_owned(),
        Agreement::No => "No".to_owned(),
        Agreement::NotAsked => String::new(),
    }),
    ("REPORTING AGENCY CODE", |i| first(&i.record, "org_Name")),
];

pub(super) fn write(items: &[Item]) -> Exported {
    let mut table = Table::new(COLUMNS.iter().map(|c| c.0));
    for item in items {
        table.row(COLUMNS.iter().map(|c| (c.1)(item)).collect());
    }
    Exported {
        rows: table.rows,
        text: table.done(),
        notes: vec![Message::new("export-gbvims-gaps")],
    }
}

fn nothing(_: &Item) -> String {
    String::new()
}

fn first(record: &Record, name: &str) -> String {
    answers(record, name).into_iter().next().unwrap_or_default()
}

fn provided(record: &Record, kind: ServiceKind) -> String {
    match record.service_total(kind) {
        0 => String::new(),
        _ => "Service provided by your agency".to_owned(),
    }
}

/// What the first event of the type *exploitation* says.
fn exploited(record: &Record, name: &str, date: bool) -> String {
    let event = record.htcds.iter().find(|form| {
        let is = |a: &crate::record::Answer| {
            a.field == "hte_Type" && a.values.iter().any(|v| v == "Exploitation")
        };
        form.answers.iter().any(is)
    });
    let said = event.and_then(|form| form.answers.iter().find(|a| a.field == name));
    let text = said.and_then(|a| a.values.first()).cloned();
    let text = text.unwrap_or_default();
    if date { written(&text) } else { text }
}

/// Country of the first event of the type *exploitation*; for others in this module's family.
pub(super) fn country_of_exploitation(record: &Record) -> String {
    match exploited(record, "hte_Country", false) {
        text if text.is_empty() => values(record, "hte_Country")
            .first()
            .map(|t| (*t).to_owned())
            .unwrap_or_default(),
        text => text,
    }
}

fn day(date: Option<&PartialDate>) -> String {
    let full = date.and_then(PartialDate::full);
    full.map_or_else(String::new, |d| written(&d.to_string()))
}

/// `2027-03-18` as `18-Mar-2027`, the recorder's form; nothing for what is no full date.
fn written(text: &str) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let Ok(date) = Date::parse(text) else {
        return String::new();
    };
    let text = date.to_string();
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next(), parts.next(), parts.next());
    let month = month
        .and_then(|m| m.parse::<usize>().ok())
        .and_then(|m| MONTHS.get(m.checked_sub(1)?));
    match (year, month, day) {
        (Some(year), Some(month), Some(day)) => format!("{day}-{month}-{year}"),
        _ => String::new(),
    }
}
