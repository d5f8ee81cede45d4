//! Setting and showing fields as text (manual: *record*, "Fields").
//!
//! One pair of functions serves the CSV import, the interview, `amend --set` and `show`.

use super::code::{
    Agreement, Caller, Channel, ConsentForm, DocumentKind, Exploitation, Gender, Kind, Reason,
    ServiceKind, Sex,
};
use super::country::Country;
use super::date::{Date, PartialDate, today};
use super::document;
use super::field::{FieldId, with_fields};
use super::finding::{Fault, Note, Problem, Warning};
use super::import::with_month_name;
use super::model::{Birth, Document, EstimatedAge, LegalAction, Record, Service, Unanswered};
use crate::i18n::{Message, month_name};

/// Most characters of a text of one line.
pub const TEXT_MAX: usize = 500;

/// Most characters of a text of many lines.
pub const LONG_MAX: usize = 100_000;

/// Most entries of a list.
pub const LIST_MAX: usize = 200;

/// Largest number of services.
pub const COUNT_MAX: u32 = 1_000_000;

macro_rules! slots {
    ($($variant:ident $id:literal $group:ident $shape:ident ($($($path:ident).+)?);)+) => {
        pub(super) fn slot(record: &Record, field: FieldId) -> Slot<'_> {
            match field { $(FieldId::$variant => slots!(@read record $shape $($($path).+)?)),+ }
        }

        pub(super) fn slot_mut(record: &mut Record, field: FieldId) -> SlotMut<'_> {
            match field { $(FieldId::$variant => slots!(@write record $shape $($($path).+)?)),+ }
        }
    };
    (@read $r:ident $shape:ident $($path:ident).+) => { Slot::$shape(&$r.$($path).+) };
    (@read $r:ident $shape:ident) => { Slot::Computed(Computed::$shape) };
    (@write $r:ident $shape:ident $($path:ident).+) => { SlotMut::$shape(&mut $r.$($path).+) };
    (@write $r:ident $shape:ident) => { SlotMut::Computed($r, Computed::$shape) };
}

macro_rules! shapes {
    ($($shape:ident $type:ty;)+) => {
        /// The place of a field in a record, to be read.
        pub(super) enum Slot<'a> { $($shape(&'a $type),)+ Computed(Computed) }

        /// The place of a field in a record, to be written.
        pub(super) enum SlotMut<'a> { $($shape(&'a mut $type),)+ Computed(&'a mut Record, Computed) }
    };
}

shapes! {
    Kind Kind;
    Text String;
    Long String;
    Texts Vec<String>;
    Sex Option<Sex>;
    Gender Option<Gender>;
    Birth Birth;
    Countries Vec<Country>;
    Exploitations Vec<Exploitation>;
    Count Option<u32>;
    Partial Option<PartialDate>;
    Day Option<Date>;
    Agreement Agreement;
    ConsentForm Option<ConsentForm>;
    Channel Option<Channel>;
    Caller Option<Caller>;
    Flag Option<bool>;
}

/// Fields that show part of something larger.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Computed {
    EstimatedAge,
    DocumentType,
    DocumentNumber,
    DocumentCountry,
    Curp,
    Cui,
    Dui,
    Dni,
    Passport,
    Services,
    LegalActions,
}

impl Computed {
    fn document_kind(self) -> Option<DocumentKind> {
        match self {
            Self::Curp => Some(DocumentKind::Curp),
            Self::Cui => Some(DocumentKind::Cui),
            Self::Dui => Some(DocumentKind::Dui),
            Self::Dni => Some(DocumentKind::Dni),
            Self::Passport => Some(DocumentKind::Passport),
            _ => None,
        }
    }
}

with_fields!(slots);

/// Sets a field from what somebody typed; empty text clears it. Where an answer may be missing,
/// *unknown*, *refused* and *not asked* clear it and keep the reason.
///
/// # Errors
/// A [`Problem`] without the text in it; the record is unchanged then.
pub fn set(record: &mut Record, field: FieldId, text: &str) -> Result<Option<Warning>, Problem> {
    set_at(record, field, text, today())
}

/// [`set`], with another day than today as the last that a birth or an intake can lie on.
///
/// # Errors
/// As [`set`].
pub fn set_at(
    record: &mut Record,
    field: FieldId,
    text: &str,
    today: Date,
) -> Result<Option<Warning>, Problem> {
    let text = text.trim();
    if field.can_be_unanswered()
        && let Some(reason) = reason(text)
    {
        clear(record, field);
        record.unanswered.retain(|u| u.field != field);
        record.unanswered.push(Unanswered { field, reason });
        record.unanswered.sort_by_key(|u| u.field.id());
        return Ok(None);
    }
    let note = if text.is_empty() {
        if field == FieldId::Role {
            return Err(Problem::field(field, Fault::Missing));
        }
        clear(record, field);
        None
    } else {
        fill(record, field, text, today).map_err(|fault| Problem::field(field, fault))?
    };
    if !record.unanswered.is_empty() {
        record.unanswered.retain(|u| u.field != field);
    }
    Ok(note.map(|note| Warning::field(field, note)))
}

fn reason(text: &str) -> Option<Reason> {
    match text {
        "" => None,
        "?" => Some(Reason::Unknown),
        // No spelling of a reason is longer.
        _ if text.len() > 24 => None,
        _ => Reason::parse(text),
    }
}

/// Empties a field; the role stays.
pub fn clear(record: &mut Record, field: FieldId) {
    match slot_mut(record, field) {
        SlotMut::Kind(_) => {}
        SlotMut::Text(text) | SlotMut::Long(text) => text.clear(),
        SlotMut::Texts(list) => list.clear(),
        SlotMut::Sex(value) => *value = None,
        SlotMut::Gender(value) => *value = None,
        SlotMut::Birth(value) => *value = Birth::Unknown,
        SlotMut::Countries(list) => list.clear(),
        SlotMut::Exploitations(list) => list.clear(),
        SlotMut::Count(value) => *value = None,
        SlotMut::Partial(value) => *value = None,
        SlotMut::Day(value) => *value = None,
        SlotMut::Agreement(value) => *value = Agreement::NotAsked,
        SlotMut::ConsentForm(value) => *value = None,
        SlotMut::Channel(value) => *value = None,
        SlotMut::Caller(value) => *value = None,
        SlotMut::Flag(value) => *value = None,
        SlotMut::Computed(record, computed) => match computed {
            Computed::EstimatedAge => {
                if matches!(record.birth, Birth::Age(_)) {
                    record.birth = Birth::Unknown;
                }
            }
            Computed::DocumentType | Computed::DocumentNumber => {
                if !record.documents.is_empty() {
                    record.documents.remove(0);
                }
            }
            Computed::DocumentCountry => {
                if let Some(first) = record.documents.first_mut() {
                    first.country = None;
                }
            }
            Computed::Services => record.services.clear(),
            Computed::LegalActions => record.legal_actions.clear(),
            other => record
                .documents
                .retain(|d| Some(d.kind) != other.document_kind()),
        },
    }
}

fn fill(
    record: &mut Record,
    field: FieldId,
    text: &str,
    today: Date,
) -> Result<Option<Note>, Fault> {
    match slot_mut(record, field) {
        SlotMut::Kind(kind) => *kind = coded(text, Kind::parse, Kind::NAMES)?,
        SlotMut::Text(value) => return one_line(text, value),
        SlotMut::Long(value) => {
            bounded(text, LONG_MAX)?;
            if text
                .chars()
                .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
            {
                return Err(Fault::Control);
            }
            text.clone_into(value);
            return Ok(mojibake(text));
        }
        SlotMut::Texts(list) => {
            let mut note = None;
            let mut fresh = Vec::new();
            for part in split(text, &['|', ';', ',', '/', '\n'])? {
                let mut value = String::new();
                note = note.or(one_line(part, &mut value)?);
                fresh.push(value);
            }
            *list = fresh;
            return Ok(note);
        }
        SlotMut::Sex(value) => *value = Some(coded(text, Sex::parse, Sex::NAMES)?),
        SlotMut::Gender(value) => *value = Some(coded(text, Gender::parse, Gender::NAMES)?),
        SlotMut::Birth(value) => {
            let birth = parse_birth(text).ok_or(Fault::NotABirth)?;
            let note = check_birth(&birth, today)?;
            *value = birth;
            return Ok(note);
        }
        SlotMut::Countries(list) => {
            *list = split(text, &['|', ';', ',', '/', '\n'])?
                .map(|part| Country::parse(part).ok_or(Fault::NotACountry))
                .collect::<Result<_, _>>()?;
        }
        SlotMut::Exploitations(list) => {
            let mut fresh = Vec::new();
            for part in split(text, &['|', ';', ',', '/', '\n'])? {
                let value = coded(part, Exploitation::parse, Exploitation::NAMES)?;
                if !fresh.contains(&value) {
                    fresh.push(value);
                }
            }
            *list = fresh;
        }
        SlotMut::Count(value) => *value = Some(parse_count(text)?),
        SlotMut::Partial(value) => {
            let date = typed_date(text).ok_or(Fault::NotADate)?;
            if date.is_after(today) {
                return Err(Fault::Future { today });
            }
            let note = date.is_impossible().then_some(Note::ImpossibleDate);
            *value = Some(date);
            return Ok(note);
        }
        SlotMut::Day(value) => {
            let date = typed_date(text).and_then(|date| date.full());
            *value = Some(date.ok_or(Fault::NotAFullDate)?);
        }
        SlotMut::Agreement(value) => *value = coded(text, Agreement::parse, Agreement::NAMES)?,
        SlotMut::ConsentForm(value) => {
            *value = Some(coded(text, ConsentForm::parse, ConsentForm::NAMES)?);
        }
        SlotMut::Channel(value) => *value = Some(coded(text, Channel::parse, Channel::NAMES)?),
        SlotMut::Caller(value) => *value = Some(coded(text, Caller::parse, Caller::NAMES)?),
        SlotMut::Flag(value) => {
            *value = match coded(text, Agreement::parse, &["yes", "no"])? {
                Agreement::Yes => Some(true),
                Agreement::No => Some(false),
                Agreement::NotAsked => None,
            };
        }
        SlotMut::Computed(record, computed) => return fill_computed(record, computed, text, today),
    }
    Ok(None)
}

fn fill_computed(
    record: &mut Record,
    computed: Computed,
    text: &str,
    today: Date,
) -> Result<Option<Note>, Fault> {
    match computed {
        Computed::EstimatedAge => {
            let age = parse_age(text).ok_or(Fault::NotACount)?;
            if age.years > AGE_MAX {
                return Err(Fault::TooLarge {
                    max: u64::from(AGE_MAX),
                });
            }
            // A date is better than an age.
            if matches!(record.birth, Birth::Date(_)) {
                return Ok(None);
            }
            let birth = Birth::Age(age);
            let note = check_birth(&birth, today)?;
            record.birth = birth;
            return Ok(note);
        }
        Computed::DocumentType => {
            let kind = coded(text, DocumentKind::parse, DocumentKind::NAMES)?;
            let first = first_document(record);
            first.kind = kind;
            if !first.number.is_empty() {
                return Ok(doubt(kind, &first.number));
            }
        }
        Computed::DocumentNumber => {
            let mut number = String::new();
            let note = one_line(text, &mut number)?;
            let first = first_document(record);
            if first.kind == DocumentKind::Other
                && let Some(kind) = document::recognize(&number)
            {
                first.kind = kind;
            }
            let note = note.or(doubt(first.kind, &number));
            first.number = number;
            return Ok(note);
        }
        Computed::DocumentCountry => {
            let country = Country::parse(text).ok_or(Fault::NotACountry)?;
            first_document(record).country = Some(country);
        }
        Computed::Services => {
            let mut fresh = Vec::new();
            for part in split(text, &[';', '\n'])? {
                let [kind, date, note] = columns(part);
                fresh.push(Service {
                    kind: coded(kind, ServiceKind::parse, ServiceKind::NAMES)?,
                    date: optional_date(date, today)?,
                    note: note.to_owned(),
                });
            }
            record.services = fresh;
        }
        Computed::LegalActions => {
            let mut fresh = Vec::new();
            for part in split(text, &[';', '\n'])? {
                let [what, date, outcome] = columns(part);
                fresh.push(LegalAction {
                    what: what.to_owned(),
                    date: optional_date(date, today)?,
                    outcome: outcome.to_owned(),
                });
            }
            record.legal_actions = fresh;
        }
        other => {
            let mut number = String::new();
            let note = one_line(text, &mut number)?;
            let Some(kind) = other.document_kind() else {
                return Ok(note);
            };
            let note = note.or(doubt(kind, &number));
            match record.documents.iter_mut().find(|d| d.kind == kind) {
                Some(document) => document.number = number,
                None => record.documents.push(Document {
                    kind,
                    number,
                    country: home(kind),
                }),
            }
            return Ok(note);
        }
    }
    Ok(None)
}

/// The country whose registry issues this kind.
fn home(kind: DocumentKind) -> Option<Country> {
    Country::parse(match kind {
        DocumentKind::Curp => "MEX",
        DocumentKind::Cui => "GTM",
        DocumentKind::Dui => "SLV",
        DocumentKind::Dni => "HND",
        _ => return None,
    })
}

fn doubt(kind: DocumentKind, number: &str) -> Option<Note> {
    document::check(kind, number).err().map(Note::Document)
}

fn first_document(record: &mut Record) -> &mut Document {
    if record.documents.is_empty() {
        record.documents.push(Document {
            kind: DocumentKind::Other,
            number: String::new(),
            country: None,
        });
    }
    &mut record.documents[0]
}

fn columns(text: &str) -> [&str; 3] {
    let mut parts = text.splitn(3, '|').map(str::trim);
    std::array::from_fn(|_| parts.next().unwrap_or(""))
}

fn optional_date(text: &str, today: Date) -> Result<Option<PartialDate>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    let date = typed_date(text).ok_or(Fault::NotADate)?;
    if date.is_after(today) {
        return Err(Fault::Future { today });
    }
    Ok(Some(date))
}

/// A date as a person types it: the forms of [`PartialDate::parse`], or with the name of its month in Spanish or
/// English, as dates are told.
pub fn typed_date(text: &str) -> Option<PartialDate> {
    let named = || PartialDate::parse(&with_month_name(text)?).ok();
    PartialDate::parse(text).ok().or_else(named)
}

/// A date as it is told: with the name of its month, if it has one. Nothing of a year alone, or of what no calendar
/// has.
fn told_date(date: &PartialDate) -> Option<Message> {
    if let Some(day) = date.full() {
        return Some(Message::new("date-told").with("day", day));
    }
    let year = date.year().filter(|_| !date.is_impossible())?;
    let month = date.month()?;
    let told = Message::new("date-month-of-year").with("month", month_name(month));
    Some(told.with("year", year))
}

pub(super) fn coded<T>(
    text: &str,
    parse: impl Fn(&str) -> Option<T>,
    allowed: &'static [&'static str],
) -> Result<T, Fault> {
    // No spelling is longer; folding a novel would be wasted.
    if text.len() > 100 {
        return Err(Fault::NotAllowed { allowed });
    }
    parse(text).ok_or(Fault::NotAllowed { allowed })
}

pub(super) fn parse_count(text: &str) -> Result<u32, Fault> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Fault::NotACount);
    }
    match text.parse::<u32>() {
        Ok(n) if n <= COUNT_MAX => Ok(n),
        _ => Err(Fault::TooLarge {
            max: u64::from(COUNT_MAX),
        }),
    }
}

/// Oldest age that is taken for an age.
const AGE_MAX: u8 = 120;

/// `2004-03-18` and the other forms of a date, or an age: `~17`, `~17@2024-05-01`, `17 años`,
/// `edad 17`, `age 17`.
pub(super) fn parse_birth(text: &str) -> Option<Birth> {
    if let Some(date) = typed_date(text) {
        return Some(Birth::Date(date));
    }
    let marked = text.starts_with('~') || text.chars().any(char::is_alphabetic);
    marked.then(|| parse_age(text)).flatten().map(Birth::Age)
}

fn parse_age(text: &str) -> Option<EstimatedAge> {
    let (age, at) = match text.split_once('@') {
        Some((age, at)) => (age, Some(Date::parse(at).ok()?)),
        None => (text, None),
    };
    if age.len() > 40 {
        return None;
    }
    let folded = super::fold::fold(age);
    let mut years = None;
    for word in folded.split(' ') {
        match word {
            "edad" | "age" | "aged" | "anos" | "ano" | "years" | "year" | "old" | "aprox"
            | "aproximadamente" | "about" | "approx" | "circa" | "ca" | "unos" | "como" | "de" => {}
            number if years.is_none() && number.bytes().all(|b| b.is_ascii_digit()) => {
                years = Some(number.parse().ok()?);
            }
            _ => return None,
        }
    }
    Some(EstimatedAge { years: years?, at })
}

pub(super) fn check_birth(birth: &Birth, today: Date) -> Result<Option<Note>, Fault> {
    match birth {
        Birth::Unknown => Ok(None),
        Birth::Date(date) if date.is_after(today) => Err(Fault::Future { today }),
        Birth::Date(date) if date.is_impossible() => Ok(Some(Note::ImpossibleDate)),
        Birth::Date(date) => Ok(date
            .age_at(today)
            .is_some_and(|(least, _)| least > 110)
            .then_some(Note::VeryOld)),
        Birth::Age(age) if age.at.is_some_and(|at| at > today) => Err(Fault::Future { today }),
        Birth::Age(age) if age.years > AGE_MAX => Err(Fault::TooLarge {
            max: u64::from(AGE_MAX),
        }),
        Birth::Age(age) => Ok((age.years > 110).then_some(Note::VeryOld)),
    }
}

fn split<'a>(text: &'a str, signs: &'a [char]) -> Result<impl Iterator<Item = &'a str>, Fault> {
    let parts = move || text.split(signs).map(str::trim).filter(|p| !p.is_empty());
    if parts().count() > LIST_MAX {
        return Err(Fault::TooMany { max: LIST_MAX });
    }
    Ok(parts())
}

fn bounded(text: &str, max: usize) -> Result<(), Fault> {
    if text.len() > max && text.chars().count() > max {
        return Err(Fault::TooLong { max });
    }
    Ok(())
}

/// Takes over a text of one line; a line break or tab in it becomes a space.
fn one_line(text: &str, into: &mut String) -> Result<Option<Note>, Fault> {
    bounded(text, TEXT_MAX)?;
    into.clear();
    if !text.chars().any(char::is_control) {
        into.push_str(text);
        return Ok(mojibake(text));
    }
    if text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
    {
        return Err(Fault::Control);
    }
    for word in text.split(['\n', '\r', '\t']).filter(|w| !w.is_empty()) {
        if !into.is_empty() {
            into.push(' ');
        }
        into.push_str(word);
    }
    Ok(mojibake(into))
}

/// `Ã±` for `ñ`: a capital A with tilde or circumflex before a sign that follows no letter.
fn mojibake(text: &str) -> Option<Note> {
    if text.is_ascii() {
        return None;
    }
    let mut before = ' ';
    for c in text.chars() {
        let torn = matches!(before, 'Ã' | 'Â')
            && matches!(c, '\u{80}'..='\u{bf}' | '‘'..='‰' | 'Š' | '€' | '™');
        if torn || c == '\u{fffd}' {
            return Some(Note::Mojibake);
        }
        before = c;
    }
    None
}

/// A field as text, such that [`set`] with it gives the same again; a list joined by ` | `, services
/// and legal actions by `; `. Empty if there is nothing. Where an answer is missing for a known
/// reason, its code.
pub fn get(record: &Record, field: FieldId) -> String {
    let value = match slot(record, field) {
        Slot::Kind(value) => value.code().to_owned(),
        Slot::Text(value) | Slot::Long(value) => value.clone(),
        Slot::Texts(list) => list.join(" | "),
        Slot::Sex(value) => code_of(*value, Sex::code),
        Slot::Gender(value) => code_of(*value, Gender::code),
        Slot::Birth(value) => birth_text(value),
        Slot::Countries(list) => joined(list, |c| c.as_str().to_owned(), " | "),
        Slot::Exploitations(list) => joined(list, |e| e.code().to_owned(), " | "),
        Slot::Count(value) => value.map(|n| n.to_string()).unwrap_or_default(),
        Slot::Partial(value) => value.as_ref().map(ToString::to_string).unwrap_or_default(),
        Slot::Day(value) => value.map(|d| d.to_string()).unwrap_or_default(),
        Slot::Agreement(Agreement::NotAsked) => String::new(),
        Slot::Agreement(value) => value.code().to_owned(),
        Slot::ConsentForm(value) => code_of(*value, ConsentForm::code),
        Slot::Channel(value) => code_of(*value, Channel::code),
        Slot::Caller(value) => code_of(*value, Caller::code),
        Slot::Flag(value) => code_of(*value, |yes| if yes { "yes" } else { "no" }),
        Slot::Computed(computed) => computed_text(record, computed),
    };
    if value.is_empty() {
        return record
            .reason(field)
            .map(|reason| reason.code().to_owned())
            .unwrap_or_default();
    }
    value
}

/// A field as it is told to a person: what coded values are called, and why an answer is missing.
/// Empty for everything that [`get`] says as well.
pub fn spoken(record: &Record, field: FieldId) -> Vec<Message> {
    let told = match slot(record, field) {
        Slot::Kind(value) => vec![value.message()],
        Slot::Sex(value) => value.iter().map(|v| v.message()).collect(),
        Slot::Gender(value) => value.iter().map(|v| v.message()).collect(),
        Slot::Exploitations(list) => list.iter().map(|v| v.message()).collect(),
        Slot::Agreement(Agreement::NotAsked) => Vec::new(),
        Slot::Agreement(value) => vec![value.message()],
        Slot::ConsentForm(value) => value.iter().map(|v| v.message()).collect(),
        Slot::Channel(value) => value.iter().map(|v| v.message()).collect(),
        Slot::Caller(value) => value.iter().map(|v| v.message()).collect(),
        Slot::Flag(value) => value
            .iter()
            .map(|yes| {
                let answer = if *yes { Agreement::Yes } else { Agreement::No };
                answer.message()
            })
            .collect(),
        Slot::Computed(Computed::DocumentType) => {
            let first = record.documents.first();
            first.iter().map(|d| d.kind.message()).collect()
        }
        Slot::Birth(Birth::Date(date)) => told_date(date).into_iter().collect(),
        Slot::Partial(date) => date.iter().filter_map(told_date).collect(),
        Slot::Day(day) => day
            .iter()
            .map(|day| Message::new("date-told").with("day", *day))
            .collect(),
        _ => Vec::new(),
    };
    if !told.is_empty() {
        return told;
    }
    let reason = record.reason(field);
    reason.iter().map(|reason| reason.message()).collect()
}

fn computed_text(record: &Record, computed: Computed) -> String {
    let first = record.documents.first();
    match computed {
        // Shown as part of the birth.
        Computed::EstimatedAge => String::new(),
        Computed::DocumentType => code_of(first.map(|d| d.kind), DocumentKind::code),
        Computed::DocumentNumber => first.map(|d| d.number.clone()).unwrap_or_default(),
        Computed::DocumentCountry => first
            .and_then(|d| d.country)
            .map(|c| c.to_string())
            .unwrap_or_default(),
        Computed::Services => joined(
            &record.services,
            |s| entry(s.kind.code(), s.date.as_ref(), &s.note),
            "; ",
        ),
        Computed::LegalActions => joined(
            &record.legal_actions,
            |a| entry(&a.what, a.date.as_ref(), &a.outcome),
            "; ",
        ),
        other => record
            .documents
            .iter()
            .find(|d| Some(d.kind) == other.document_kind())
            .map(|d| d.number.clone())
            .unwrap_or_default(),
    }
}

fn entry(what: &str, date: Option<&PartialDate>, rest: &str) -> String {
    let date = date.map(ToString::to_string).unwrap_or_default();
    format!("{what} | {date} | {rest}")
        .trim_end_matches([' ', '|'])
        .to_owned()
}

/// [`Birth`] as text, empty if unknown.
pub(super) fn birth_text(birth: &Birth) -> String {
    match birth {
        Birth::Unknown => String::new(),
        Birth::Date(date) => date.to_string(),
        Birth::Age(EstimatedAge { years, at: None }) => format!("~{years}"),
        Birth::Age(EstimatedAge {
            years,
            at: Some(at),
        }) => format!("~{years}@{at}"),
    }
}

fn code_of<T>(value: Option<T>, code: impl Fn(T) -> &'static str) -> String {
    value.map(code).unwrap_or_default().to_owned()
}

fn joined<T>(list: &[T], text: impl Fn(&T) -> String, between: &str) -> String {
    list.iter().map(text).collect::<Vec<_>>().join(between)
}

/// Looks at a whole record, however it was made: what single fields cannot tell.
///
/// # Errors
/// Every mistake: a birth or an intake in the future, nothing by which to find the record again.
pub fn check(record: &Record, today: Date) -> Result<Vec<Warning>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut warnings = Vec::new();
    if !record.is_identifiable() {
        problems.push(Problem {
            at: super::finding::At::Record,
            fault: Fault::Nobody,
        });
    }
    match check_birth(&record.birth, today) {
        Err(fault) => problems.push(Problem::field(FieldId::DateOfBirth, fault)),
        Ok(note) => warnings.extend(note.map(|n| Warning::field(FieldId::DateOfBirth, n))),
    }
    if let Some(intake) = &record.intake {
        if intake.is_after(today) {
            problems.push(Problem::field(FieldId::IntakeDate, Fault::Future { today }));
        } else if intake.is_impossible() {
            warnings.push(Warning::field(FieldId::IntakeDate, Note::ImpossibleDate));
        }
        if let (Birth::Date(birth), Some((_, last))) = (&record.birth, intake.bounds())
            && birth.is_after(last)
        {
            warnings.push(Warning::field(FieldId::DateOfBirth, Note::BornAfterIntake));
        }
    }
    for document in &record.documents {
        let note = doubt(document.kind, &document.number);
        warnings.extend(note.map(|n| Warning::field(FieldId::DocumentNumber, n)));
    }
    for (field, consent) in [
        (FieldId::ConsentRecord, &record.consents.record),
        (FieldId::ConsentMatching, &record.consents.matching),
        (FieldId::ConsentReferral, &record.consents.referral),
    ] {
        let ends = [consent.until, consent.withdrawn];
        if consent
            .taken_on
            .is_some_and(|from| ends.iter().flatten().any(|end| *end < from))
        {
            warnings.push(Warning::field(field, Note::ConsentOrder));
        }
    }
    if problems.is_empty() {
        Ok(warnings)
    } else {
        Err(problems)
    }
}
