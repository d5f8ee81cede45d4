//! Our own fields, as a table and as JSON.

use zeroize::Zeroizing;

use super::table::Table;
use super::{Exported, Item};
use crate::i18n::Message;
use crate::record::formula::{guarded, unguarded};
use crate::record::import::own::HEAD;
use crate::record::{Birth, FieldId, PartialDate, Record, fingerprint, get, set, to_json};

/// Columns that are there even if all cells are empty: what they say of consent is this file's word.
const ALWAYS: [FieldId; 5] = [
    FieldId::LocalId,
    FieldId::Role,
    FieldId::ConsentRecord,
    FieldId::ConsentMatching,
    FieldId::ConsentReferral,
];

fn cell(record: &Record, field: FieldId) -> Zeroizing<String> {
    Zeroizing::new(get(record, field))
}

pub(super) fn write_csv(items: &[Item]) -> Exported {
    let used = |field: &FieldId| {
        ALWAYS.contains(field)
            || items
                .iter()
                .any(|item| !cell(&item.record, *field).is_empty())
    };
    let columns: Vec<FieldId> = FieldId::ALL.iter().copied().filter(used).collect();
    let mut table = Table::new(columns.iter().map(|f| f.id()));
    let mut lossy = 0usize;
    for item in items {
        lossy += usize::from(fingerprint(&as_table(&item.record)) != fingerprint(&item.record));
        table.row(columns.iter().map(|f| get(&item.record, *f)).collect());
    }
    let mut notes = Vec::new();
    if lossy > 0 {
        notes.push(Message::new("export-lossy").with("count", lossy));
    }
    Exported {
        rows: table.rows,
        text: table.done(),
        notes,
    }
}

/// The record that is read again from its own row of a table. A table cannot hold everything: a second
/// document of one kind, a form of HTCDS, a sign that parts lists.
pub fn as_table(record: &Record) -> Record {
    let mut back = Record::new(record.kind);
    for field in FieldId::ALL {
        let text = cell(record, *field);
        let text = Zeroizing::new(guarded(&text).into_owned());
        let text = unguarded(text.trim());
        if !text.is_empty() {
            // What cannot be read again is not there.
            let _ = set(&mut back, *field, text);
        }
    }
    if let Birth::Age(age) = &mut back.birth
        && age.at.is_none()
    {
        age.at = back.intake.as_ref().and_then(PartialDate::full);
    }
    back
}

pub(super) fn write_json(items: &[Item]) -> Exported {
    let records: Vec<serde_json::Value> = items
        .iter()
        .map(|item| {
            serde_json::json!({
                "id": item.id,
                "person": item.person,
                "version": item.version,
                "record": to_json(&item.record),
            })
        })
        .collect();
    let whole = serde_json::json!({ "format": HEAD, "records": records });
    let mut text = Zeroizing::new(serde_json::to_string_pretty(&whole).unwrap_or_default());
    text.push('\n');
    Exported {
        text,
        rows: items.len(),
        notes: Vec::new(),
    }
}
