//! Records as this program writes them with `export --format json` (manual: *export*, "JSON").

use serde::Deserialize;
use serde_json::Value;
use zeroize::Zeroizing;

use super::{FileProblem, Import, ROWS_MAX, Row};
use crate::record::date::today;
use crate::record::from_json;
use crate::record::value::check;

/// What the file says it is.
pub(crate) const HEAD: &str = "sigilo records 1";

/// How far into the file [`HEAD`] is looked for.
const LOOKED_AT: usize = 256;

#[derive(Deserialize)]
struct File {
    format: String,
    records: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    record: Value,
}

/// Whether the bytes begin like such a file; a table never does.
pub(super) fn is_own(bytes: &[u8]) -> bool {
    let start = bytes.get(..LOOKED_AT.min(bytes.len())).unwrap_or_default();
    let blank = |b: &u8| b.is_ascii_whitespace();
    start.iter().find(|b| !blank(b)) == Some(&b'{')
        && start.windows(HEAD.len()).any(|w| w == HEAD.as_bytes())
}

/// Reads it; the lines of the rows are the numbers of the records, from 1.
pub(super) fn read(bytes: &[u8]) -> Result<Import, FileProblem> {
    if bytes.len() > super::FILE_MAX {
        return Err(FileProblem::TooLarge {
            max: super::FILE_MAX,
        });
    }
    let file: File = serde_json::from_slice(bytes).map_err(|_| FileProblem::NotATable)?;
    if file.format != HEAD {
        return Err(FileProblem::NotATable);
    }
    if file.records.len() > ROWS_MAX {
        return Err(FileProblem::TooManyRows { max: ROWS_MAX });
    }
    let today = today();
    let rows: Vec<Row> = (1u64..)
        .zip(file.records)
        .map(|(line, entry)| {
            let text = Zeroizing::new(entry.record.to_string());
            let record = from_json(&text);
            let checked = record.as_ref().ok().map(|r| check(r, today));
            let (record, warnings) = match (record, checked) {
                (Ok(record), Some(Ok(warnings))) => (Ok(record), warnings),
                (Ok(_), Some(Err(problems))) => (Err(problems), Vec::new()),
                (record, _) => (record, Vec::new()),
            };
            Row {
                line,
                record,
                warnings,
            }
        })
        .collect();
    if rows.is_empty() {
        return Err(FileProblem::NoRows);
    }
    Ok(Import {
        rows,
        warnings: Vec::new(),
        columns: Vec::new(),
        delimiter: None,
        encoding: None,
        export: None,
    })
}
