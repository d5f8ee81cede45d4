//! HTCDS 2.0 as one table: a row for each victim, the system names of the standard as headings.

use super::table::Table;
use super::{Exported, Item};
use crate::i18n::Message;
use crate::record::code::{Agreement, Exploitation, Gender, Sex};
use crate::record::htcds::{FORMS, Home, Standard, TABLE, section};
use crate::record::{Answer, Birth, Record};

/// Between the values of a multiselect picklist.
const VALUES: &str = ";";

/// The heading by which rows can be told apart; the standard has none.
const ID: &str = "local_id";

pub(super) fn write(items: &[Item]) -> Exported {
    let cells = |standard: &Standard, record: &Record| value(standard, record);
    let mut used: Vec<&Standard> = TABLE
        .iter()
        .filter(|s| {
            let filled = |item: &Item| !cells(s, &item.record).is_empty();
            items.iter().any(filled)
        })
        .collect();
    // The first telephone goes first: who reads the table joins them from left to right.
    let at = |name: &str| used.iter().position(|s| s.name == name);
    if let (Some(home), Some(mobile)) = (at("prs_HomePhone"), at("prs_MobilePhone")) {
        used.swap(home, mobile);
    }
    let headers = std::iter::once(ID).chain(used.iter().map(|s| s.name));
    let mut table = Table::new(headers);
    let (mut partial, mut several) = (0usize, 0usize);
    for item in items {
        let record = &item.record;
        let has_birth = record.birth != Birth::Unknown;
        partial += usize::from(has_birth && birthdate(record).is_empty());
        let repeated = |s: &&&Standard| s.home == Home::Form && answers(record, s.name).len() > 1;
        several += used.iter().filter(repeated).count();
        let mut row = vec![record.local_id.clone()];
        row.extend(used.iter().map(|s| cells(s, record)));
        table.row(row);
    }
    let mut notes = Vec::new();
    if partial > 0 {
        notes.push(Message::new("export-htcds-births").with("count", partial));
    }
    if several > 0 {
        notes.push(Message::new("export-htcds-several").with("count", several));
    }
    Exported {
        rows: table.rows,
        text: table.done(),
        notes,
    }
}

/// The answers to a field of a form: one text for each form of its part of the standard, empty for a form that does
/// not answer it, so that what belongs together stays together. Nothing, if none answers it.
pub(super) fn answers(record: &Record, name: &str) -> Vec<String> {
    let of_part = |a: &&Answer| section(&a.field) == section(name);
    let forms = record.htcds.iter();
    let forms = forms.filter(|form| form.answers.iter().any(|a| of_part(&a)));
    let told = forms.map(|form| {
        let answer = form.answers.iter().find(|a| a.field == name);
        answer.map_or_else(String::new, |a| a.values.join(VALUES))
    });
    let mut told: Vec<String> = told.collect();
    while told.last().is_some_and(String::is_empty) {
        told.pop();
    }
    told
}

/// All values of a field in all forms.
pub(super) fn values<'r>(record: &'r Record, name: &str) -> Vec<&'r str> {
    let of_form = record.htcds.iter().flat_map(|form| &form.answers);
    of_form
        .filter(|a| a.field == name)
        .flat_map(|a| &a.values)
        .map(String::as_str)
        .collect()
}

/// A full date of birth; the standard knows no other.
pub(super) fn birthdate(record: &Record) -> String {
    match &record.birth {
        Birth::Date(date) => date.full().map(|d| d.to_string()).unwrap_or_default(),
        _ => String::new(),
    }
}

/// The gender on record, else the one that usually goes with the sex on record.
pub(super) fn gender(record: &Record) -> Option<Gender> {
    record.gender.or_else(|| match record.sex? {
        Sex::Female => Some(Gender::Feminine),
        Sex::Male => Some(Gender::Masculine),
        Sex::X => None,
    })
}

/// E.164, if that is what the digits are; else as written.
fn phone(written: &str) -> String {
    let bare: String = written
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.'))
        .collect();
    let digits = bare.strip_prefix('+').unwrap_or(&bare);
    let fits = (2..=15).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
        && !digits.starts_with('0');
    if fits { bare } else { written.to_owned() }
}

fn exploitation(of: Exploitation) -> &'static str {
    match of {
        Exploitation::Sexual => "SexualExploitation",
        Exploitation::ForcedLabour => "ForcedLabour",
        Exploitation::Servitude => "Servitude",
        Exploitation::ForcedBegging => "ForcedBegging",
        Exploitation::ChildLabour => "ChildLabour",
        Exploitation::ForcedMarriage => "ForcedMarriage",
        Exploitation::ForcedRecruitment => "ForcedMilitaryByNonStateActors",
        Exploitation::OrganRemoval => "OrganRemoval",
        Exploitation::ForcedAdoption => "ForcedAdoption",
        Exploitation::Surrogacy => "Surrogacy",
        // The standard has no value for crimes that a victim is made to commit.
        Exploitation::ForcedCriminality | Exploitation::Other => "Other",
    }
}

fn value(standard: &Standard, record: &Record) -> String {
    if standard.home == Home::Form {
        return answers(record, standard.name).join(FORMS);
    }
    let nth = |list: &[String], n: usize| list.get(n).cloned().unwrap_or_default();
    match standard.name {
        "prs_FirstName" => record.given_names.clone(),
        "prs_SecondName" => {
            let both = [&record.paternal_surname, &record.maternal_surname];
            let said: Vec<&str> = both
                .iter()
                .map(|s| s.as_str())
                .filter(|s| !s.is_empty())
                .collect();
            said.join(" ")
        }
        "prs_Birthdate" => birthdate(record),
        "prs_Gender" => gender(record).map_or_else(String::new, |g| g.code().to_owned()),
        "prs_PrimaryLanguage" => nth(&record.languages, 0),
        "prs_SecondaryLanguage" => nth(&record.languages, 1),
        "prs_Citizenship" => {
            let codes: Vec<&str> = record.nationality.iter().map(|c| c.as_str()).collect();
            codes.join(VALUES)
        }
        "prs_IdentityNumber" => record
            .documents
            .first()
            .map(|d| d.number.clone())
            .unwrap_or_default(),
        "prs_Email" => record.email.clone(),
        "prs_MobilePhone" => phone(&nth(&record.phones, 0)),
        "prs_HomePhone" => phone(&nth(&record.phones, 1)),
        "prs_MailingCity" => record.residence.municipality.clone(),
        "prs_MailingCountry" => record.residence.country.clone(),
        "prs_MailingState" => record.residence.state.clone(),
        "prs_MailingStreet" => record.address.clone(),
        "prs_MailingPostalCode" => record.postal_code.clone(),
        "vic_TypeOfExploitation" => {
            let mut names: Vec<&str> = Vec::new();
            for of in &record.exploitation {
                let name = exploitation(*of);
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            names.join(VALUES)
        }
        // The deprecated field that this one replaces stays empty.
        "con_Consent" => match record.consents.record.given {
            Agreement::Yes => "true".to_owned(),
            Agreement::No => "false".to_owned(),
            Agreement::NotAsked => String::new(),
        },
        // Given names are not parted: which word is the middle one is not on record.
        _ => String::new(),
    }
}
