//! A record as JSON, RFC 8259 (manual: *record*, "JSON").
//!
//! One flat object with the ids of the fields as keys; lists, documents, services, legal actions,
//! reasons for missing answers and HTCDS forms have a shape of their own. Reading is strict and
//! finds every mistake.

use serde_json::{Map, Value};

use super::code::{
    Agreement, Caller, Channel, ConsentForm, DocumentKind, Exploitation, Gender, Kind, Reason,
    ServiceKind, Sex,
};
use super::country::Country;
use super::date::{Date, PartialDate};
use super::field::{FieldId, nearest};
use super::finding::{At, Fault, Problem};
use super::htcds;
use super::json_tree::{self, Path, Tree};
use super::model::{Answer, Birth, Document, Form, LegalAction, Record, Service, Unanswered};
use super::value::{
    LIST_MAX, LONG_MAX, Slot, SlotMut, TEXT_MAX, birth_text, coded, parse_birth, slot, slot_mut,
};

/// Largest JSON text of one record, in bytes.
pub const JSON_MAX: usize = 1 << 20;

/// Keys beside the ids of the fields.
const STRUCTURES: &[&str] = &["documents", "unanswered", "htcds"];

/// Reads a record. Texts are taken letter for letter; whether the whole makes sense is told by
/// [`super::check`].
///
/// # Errors
/// Every mistake, with its path, line and column; a text that is no JSON has one.
pub fn from_json(text: &str) -> Result<Record, Vec<Problem>> {
    if text.len() > JSON_MAX {
        return Err(vec![Problem {
            at: At::Record,
            fault: Fault::TooLong { max: JSON_MAX },
        }]);
    }
    let tree = json_tree::parse(text).map_err(|problem| vec![problem])?;
    let mut reader = Reader {
        faults: Vec::new(),
        path: Path::default(),
    };
    let record = reader.record(&tree);
    if reader.faults.is_empty() {
        return Ok(record);
    }
    let mut problems: Vec<Problem> = reader
        .faults
        .into_iter()
        .map(|(path, fault)| {
            let (line, column) = json_tree::locate(text, &path);
            Problem {
                at: At::Json {
                    path: path.to_string(),
                    line,
                    column,
                },
                fault,
            }
        })
        .collect();
    problems.sort_by_key(|p| match p.at {
        At::Json { line, column, .. } => (line, column),
        _ => (0, 0),
    });
    Err(problems)
}

struct Reader {
    faults: Vec<(Path, Fault)>,
    path: Path,
}

impl Reader {
    fn fault(&mut self, fault: Fault) {
        self.faults.push((self.path.clone(), fault));
    }

    fn wrong(&mut self, expected: &'static str) {
        self.fault(Fault::WrongType { expected });
    }

    /// The entries of an object; a key written twice is told, and so is a key that `known` refuses.
    fn object<'t>(
        &mut self,
        tree: &'t Tree,
        known: &[&'static str],
        mut each: impl FnMut(&mut Self, &'t str, &'t Tree),
    ) {
        let Tree::Object(entries) = tree else {
            return self.wrong("object");
        };
        let mut seen: Vec<&str> = Vec::new();
        for (at, (key, value)) in entries.iter().enumerate() {
            self.path.push_key(key, at);
            if seen.contains(&key.as_str()) {
                self.fault(Fault::Twice);
            } else if !known.contains(&key.as_str()) {
                let name: String = key.chars().filter(|c| !c.is_control()).take(40).collect();
                let nearest = match htcds::find(key).map(|s| s.home) {
                    Some(htcds::Home::Own(fields)) => fields.first().map(|f| f.id()),
                    _ => {
                        let near = nearest(key, known.iter().copied());
                        known.iter().find(|k| Some(**k) == near).copied()
                    }
                };
                self.fault(Fault::UnknownField { name, nearest });
            } else {
                seen.push(key);
                each(self, key, value);
            }
            self.path.pop();
        }
    }

    fn list<'t>(&mut self, tree: &'t Tree, mut each: impl FnMut(&mut Self, &'t Tree)) {
        let Tree::Array(items) = tree else {
            return self.wrong("list");
        };
        if items.len() > LIST_MAX {
            return self.fault(Fault::TooMany { max: LIST_MAX });
        }
        for (at, item) in items.iter().enumerate() {
            self.path.push_index(at);
            each(self, item);
            self.path.pop();
        }
    }

    fn text<'t>(&mut self, tree: &'t Tree, max: usize) -> Option<&'t str> {
        let Tree::Text(text) = tree else {
            self.wrong("text");
            return None;
        };
        if text.len() > max && text.chars().count() > max {
            self.fault(Fault::TooLong { max });
            return None;
        }
        Some(text)
    }

    fn string(&mut self, tree: &Tree, into: &mut String, max: usize) {
        if let Some(text) = self.text(tree, max) {
            text.clone_into(into);
        }
    }

    fn code<T>(
        &mut self,
        tree: &Tree,
        parse: impl Fn(&str) -> Option<T>,
        allowed: &'static [&'static str],
    ) -> Option<T> {
        let text = self.text(tree, TEXT_MAX)?;
        match coded(text, parse, allowed) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.fault(fault);
                None
            }
        }
    }

    fn parsed<T>(
        &mut self,
        tree: &Tree,
        parse: impl Fn(&str) -> Option<T>,
        fault: Fault,
    ) -> Option<T> {
        let text = self.text(tree, TEXT_MAX)?;
        let value = parse(text);
        if value.is_none() {
            self.fault(fault);
        }
        value
    }

    fn partial(&mut self, tree: &Tree) -> Option<PartialDate> {
        self.parsed(tree, |t| PartialDate::parse(t).ok(), Fault::NotADate)
    }

    fn record(&mut self, tree: &Tree) -> Record {
        let mut record = Record::new(Kind::Victim);
        let mut known: Vec<&'static str> = FieldId::ALL.iter().map(|f| f.id()).collect();
        known.extend(STRUCTURES);
        let mut role = false;
        let mut ages = Vec::new();
        self.object(tree, &known, |reader, key, value| match key {
            "documents" => {
                reader.list(value, |reader, item| {
                    let document = reader.document(item);
                    record.documents.push(document);
                });
            }
            "services" => {
                reader.list(value, |reader, item| {
                    let service = reader.service(item);
                    record.services.extend(service);
                });
            }
            "legal_actions" => {
                reader.list(value, |reader, item| {
                    let action = reader.legal_action(item);
                    record.legal_actions.push(action);
                });
            }
            "unanswered" => reader.unanswered(value, &mut record),
            "htcds" => {
                reader.list(value, |reader, item| {
                    let form = reader.form(item);
                    record.htcds.push(form);
                });
            }
            id => {
                let Some(field) = FieldId::from_id(id) else {
                    return;
                };
                role |= field == FieldId::Role;
                if field == FieldId::EstimatedAge {
                    // Only if there is no date of birth, wherever that stands.
                    ages.push((reader.path.clone(), value));
                } else {
                    reader.field(&mut record, field, value);
                }
            }
        });
        for (path, value) in ages {
            let outer = std::mem::replace(&mut self.path, path);
            self.field(&mut record, FieldId::EstimatedAge, value);
            self.path = outer;
        }
        if !role && matches!(tree, Tree::Object(_)) {
            self.path.push_missing("role");
            self.fault(Fault::Missing);
            self.path.pop();
        }
        record
    }

    fn field(&mut self, record: &mut Record, field: FieldId, tree: &Tree) {
        match slot_mut(record, field) {
            SlotMut::Kind(value) => {
                if let Some(kind) = self.code(tree, Kind::parse, Kind::NAMES) {
                    *value = kind;
                }
            }
            SlotMut::Text(value) => self.string(tree, value, TEXT_MAX),
            SlotMut::Long(value) => self.string(tree, value, LONG_MAX),
            SlotMut::Texts(list) => {
                let mut fresh = Vec::new();
                // One text stands for a list of one.
                if let Tree::Text(_) = tree {
                    fresh.extend(self.text(tree, TEXT_MAX).map(str::to_owned));
                } else {
                    self.list(tree, |reader, item| {
                        fresh.extend(reader.text(item, TEXT_MAX).map(str::to_owned));
                    });
                }
                *list = fresh;
            }
            SlotMut::Sex(value) => *value = self.code(tree, Sex::parse, Sex::NAMES),
            SlotMut::Gender(value) => *value = self.code(tree, Gender::parse, Gender::NAMES),
            SlotMut::Birth(value) => {
                if let Some(birth) = self.parsed(tree, parse_birth, Fault::NotABirth) {
                    *value = birth;
                }
            }
            SlotMut::Countries(list) => {
                let mut fresh = Vec::new();
                let mut one = |reader: &mut Self, item: &Tree| {
                    fresh.extend(reader.parsed(item, Country::parse, Fault::NotACountry));
                };
                if let Tree::Text(_) = tree {
                    one(self, tree);
                } else {
                    self.list(tree, one);
                }
                *list = fresh;
            }
            SlotMut::Exploitations(list) => {
                let mut fresh = Vec::new();
                let mut one = |reader: &mut Self, item: &Tree| {
                    fresh.extend(reader.code(item, Exploitation::parse, Exploitation::NAMES));
                };
                if let Tree::Text(_) = tree {
                    one(self, tree);
                } else {
                    self.list(tree, one);
                }
                *list = fresh;
            }
            SlotMut::Count(value) => match tree {
                Tree::Number(n) => match u32::try_from(*n) {
                    Ok(n) => *value = Some(n),
                    Err(_) => self.fault(Fault::NotACount),
                },
                Tree::OtherNumber => self.fault(Fault::NotACount),
                _ => self.wrong("number"),
            },
            SlotMut::Partial(value) => *value = self.partial(tree),
            SlotMut::Day(value) => {
                *value = self.parsed(tree, |t| Date::parse(t).ok(), Fault::NotAFullDate);
            }
            SlotMut::Agreement(value) => {
                let found = match tree {
                    Tree::Bool(true) => Some(Agreement::Yes),
                    Tree::Bool(false) => Some(Agreement::No),
                    _ => self.code(tree, Agreement::parse, Agreement::NAMES),
                };
                if let Some(agreement) = found {
                    *value = agreement;
                }
            }
            SlotMut::ConsentForm(value) => {
                *value = self.code(tree, ConsentForm::parse, ConsentForm::NAMES);
            }
            SlotMut::Channel(value) => *value = self.code(tree, Channel::parse, Channel::NAMES),
            SlotMut::Caller(value) => *value = self.code(tree, Caller::parse, Caller::NAMES),
            SlotMut::Flag(value) => match tree {
                Tree::Bool(yes) => *value = Some(*yes),
                _ => self.wrong("boolean"),
            },
            SlotMut::Computed(..) => {
                let number;
                let text = match tree {
                    Tree::Number(n) if field == FieldId::EstimatedAge => {
                        number = n.to_string();
                        Some(number.as_str())
                    }
                    _ => self.text(tree, TEXT_MAX),
                };
                if let Some(text) = text
                    && let Err(problem) = super::value::set(record, field, text)
                {
                    self.fault(problem.fault);
                }
            }
        }
    }

    fn document(&mut self, tree: &Tree) -> Document {
        let mut document = Document {
            kind: DocumentKind::Other,
            number: String::new(),
            country: None,
        };
        self.object(
            tree,
            &["type", "number", "country"],
            |reader, key, value| match key {
                "type" => {
                    let kind = reader.code(value, DocumentKind::parse, DocumentKind::NAMES);
                    document.kind = kind.unwrap_or(DocumentKind::Other);
                }
                "number" => reader.string(value, &mut document.number, TEXT_MAX),
                _ => document.country = reader.parsed(value, Country::parse, Fault::NotACountry),
            },
        );
        document
    }

    fn service(&mut self, tree: &Tree) -> Option<Service> {
        let (mut kind, mut date, mut note) = (None, None, String::new());
        let before = self.faults.len();
        self.object(
            tree,
            &["kind", "date", "note"],
            |reader, key, value| match key {
                "kind" => kind = reader.code(value, ServiceKind::parse, ServiceKind::NAMES),
                "date" => date = reader.partial(value),
                _ => reader.string(value, &mut note, LONG_MAX),
            },
        );
        if kind.is_none() && self.faults.len() == before {
            self.path.push_missing("kind");
            self.fault(Fault::Missing);
            self.path.pop();
        }
        Some(Service {
            kind: kind?,
            date,
            note,
        })
    }

    fn legal_action(&mut self, tree: &Tree) -> LegalAction {
        let mut action = LegalAction {
            what: String::new(),
            date: None,
            outcome: String::new(),
        };
        self.object(
            tree,
            &["what", "date", "outcome"],
            |reader, key, value| match key {
                "what" => reader.string(value, &mut action.what, LONG_MAX),
                "date" => action.date = reader.partial(value),
                _ => reader.string(value, &mut action.outcome, LONG_MAX),
            },
        );
        action
    }

    fn unanswered(&mut self, tree: &Tree, record: &mut Record) {
        let known: Vec<&'static str> = FieldId::ALL.iter().map(|f| f.id()).collect();
        self.object(tree, &known, |reader, key, value| {
            let reason = reader.code(value, Reason::parse, Reason::NAMES);
            if let (Some(field), Some(reason)) = (FieldId::from_id(key), reason) {
                record.unanswered.push(Unanswered { field, reason });
            }
        });
        record.unanswered.sort_by_key(|u| u.field.id());
    }

    fn form(&mut self, tree: &Tree) -> Form {
        let known = htcds::names();
        let mut form = Form {
            answers: Vec::new(),
        };
        self.object(tree, &known, |reader, key, value| {
            let mut values = Vec::new();
            if let Tree::Text(_) = value {
                values.extend(reader.text(value, LONG_MAX).map(str::to_owned));
            } else {
                reader.list(value, |reader, item| {
                    values.extend(reader.text(item, LONG_MAX).map(str::to_owned));
                });
            }
            if let Some(standard) = htcds::find(key)
                && let Err(fault) = standard.accept(&values)
            {
                reader.fault(fault);
            }
            form.answers.push(Answer {
                field: key.to_owned(),
                values,
            });
        });
        form.answers.sort_by(|a, b| a.field.cmp(&b.field));
        form
    }
}

/// Writes a record: only what there is. [`from_json`] gives the same record again, provided that
/// `unanswered` and the answers of each form are in the order of their names, as both [`from_json`]
/// and [`super::set`] keep them.
pub fn to_json(record: &Record) -> Value {
    let mut out = Map::new();
    for field in FieldId::ALL {
        if let Some(value) = field_json(record, *field) {
            out.insert(field.id().to_owned(), value);
        }
    }
    list(&mut out, "documents", &record.documents, |d| {
        let mut m = Map::new();
        m.insert("type".to_owned(), d.kind.code().into());
        text(&mut m, "number", &d.number);
        if let Some(country) = d.country {
            m.insert("country".to_owned(), country.as_str().into());
        }
        m.into()
    });
    list(&mut out, "services", &record.services, |s| {
        let mut m = Map::new();
        m.insert("kind".to_owned(), s.kind.code().into());
        text(&mut m, "date", &opt(s.date.as_ref()));
        text(&mut m, "note", &s.note);
        m.into()
    });
    list(&mut out, "legal_actions", &record.legal_actions, |a| {
        let mut m = Map::new();
        text(&mut m, "what", &a.what);
        text(&mut m, "date", &opt(a.date.as_ref()));
        text(&mut m, "outcome", &a.outcome);
        m.into()
    });
    if !record.unanswered.is_empty() {
        let reasons: Map<String, Value> = record
            .unanswered
            .iter()
            .map(|u| (u.field.id().to_owned(), u.reason.code().into()))
            .collect();
        out.insert("unanswered".to_owned(), reasons.into());
    }
    list(&mut out, "htcds", &record.htcds, |form| {
        form.answers
            .iter()
            .map(|a| {
                let value = match a.values.as_slice() {
                    [one] => Value::from(one.as_str()),
                    many => Value::from(many.to_vec()),
                };
                (a.field.clone(), value)
            })
            .collect::<Map<_, _>>()
            .into()
    });
    Value::Object(out)
}

fn opt(date: Option<&PartialDate>) -> String {
    date.map(ToString::to_string).unwrap_or_default()
}

fn text(map: &mut Map<String, Value>, key: &str, text: &str) {
    if !text.is_empty() {
        map.insert(key.to_owned(), text.into());
    }
}

fn list<T>(map: &mut Map<String, Value>, key: &str, list: &[T], each: impl Fn(&T) -> Value) {
    if !list.is_empty() {
        map.insert(key.to_owned(), list.iter().map(each).collect());
    }
}

fn field_json(record: &Record, field: FieldId) -> Option<Value> {
    fn items<T>(list: &[T], each: impl Fn(&T) -> &str) -> Option<Value> {
        let some = !list.is_empty();
        some.then(|| list.iter().map(|i| Value::from(each(i))).collect())
    }
    match slot(record, field) {
        Slot::Kind(kind) => Some(kind.code().into()),
        Slot::Text(text) | Slot::Long(text) => (!text.is_empty()).then(|| text.as_str().into()),
        Slot::Texts(list) => items(list, String::as_str),
        Slot::Sex(value) => value.map(|v| v.code().into()),
        Slot::Gender(value) => value.map(|v| v.code().into()),
        Slot::Birth(Birth::Unknown) => None,
        Slot::Birth(birth) => Some(birth_text(birth).into()),
        Slot::Countries(list) => items(list, Country::as_str),
        Slot::Exploitations(list) => items(list, |e| e.code()),
        Slot::Count(value) => value.map(Value::from),
        Slot::Partial(value) => value.as_ref().map(|d| d.to_string().into()),
        Slot::Day(value) => value.map(|d| d.to_string().into()),
        Slot::Agreement(Agreement::NotAsked) => None,
        Slot::Agreement(value) => Some(value.code().into()),
        Slot::ConsentForm(value) => value.map(|v| v.code().into()),
        Slot::Channel(value) => value.map(|v| v.code().into()),
        Slot::Caller(value) => value.map(|v| v.code().into()),
        Slot::Flag(value) => value.map(Value::from),
        Slot::Computed(_) => None,
    }
}
