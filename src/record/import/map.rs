//! A file that says what the columns of another house's table mean (manual: *import*, "Map").

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use toml::{Table, Value};

use super::dates::DateForm;
use super::target::Target;
use crate::i18n::{Arg, Localize, Message};
use crate::record::code::Kind;
use crate::record::date::Date;
use crate::record::field::{FieldId, nearest};
use crate::record::finding::Fault;
use crate::record::fold::key;
use crate::record::htcds::{self, Home};
use crate::record::model::Record;
use crate::record::value::set_at;

/// Largest map, in bytes.
pub const MAP_MAX: usize = 1 << 20;

/// Most entries of one section.
const ENTRIES_MAX: usize = 10_000;

/// What a map says.
#[derive(Debug, Clone, Default)]
pub struct Map {
    pub(super) sheet: Option<String>,
    columns: HashMap<String, (String, Target)>,
    values: HashMap<FieldId, HashMap<String, String>>,
    dates: HashMap<FieldId, DateForm>,
    any_date: Option<DateForm>,
    pub(super) constants: BTreeMap<FieldId, String>,
    /// Headers of other names mean nothing.
    pub(super) only: bool,
}

/// Why a map cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MapProblem {
    /// Too many bytes, or entries.
    TooLarge,
    /// Not UTF-8, or not TOML.
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// Not `version = 1`.
    Version,
    /// A key that there is not.
    UnknownKey {
        /// As written, shortened.
        name: String,
        /// The nearest that there is.
        nearest: Option<&'static str>,
    },
    /// A value of another type.
    WrongType {
        /// The key.
        key: String,
    },
    /// A column is to become a field that there is not.
    UnknownField {
        /// As written, shortened.
        name: String,
        /// The nearest that there is.
        nearest: Option<&'static str>,
    },
    /// Not a form of a date.
    DateForm {
        /// The key.
        key: String,
    },
    /// A translation or a constant that the field does not take.
    BadValue {
        /// The field.
        field: FieldId,
        /// Why.
        fault: Fault,
    },
    /// Two columns of one name.
    Twice {
        /// The column, shortened.
        name: String,
    },
}

impl Localize for MapProblem {
    fn message(&self) -> Message {
        let unknown =
            |near: &'static str, far: &'static str, name: &str, nearest: &Option<_>| match *nearest
            {
                Some(nearest) => Message::new(near)
                    .with("name", name)
                    .with("nearest", Arg::from(nearest)),
                None => Message::new(far).with("name", name),
            };
        match self {
            Self::TooLarge => Message::new("record-map-too-large").with("kib", MAP_MAX >> 10),
            Self::Syntax { line, column } => Message::new("record-map-syntax")
                .with("line", *line)
                .with("column", *column),
            Self::Version => Message::new("record-map-version"),
            Self::UnknownKey { name, nearest } => {
                unknown("record-map-key-nearest", "record-map-key", name, nearest)
            }
            Self::UnknownField { name, nearest } => unknown(
                "record-map-field-nearest",
                "record-map-field",
                name,
                nearest,
            ),
            Self::WrongType { key } => Message::new("record-map-type").with("key", key.as_str()),
            Self::DateForm { key } => Message::new("record-map-date")
                .with("key", key.as_str())
                .with("allowed", DateForm::ALL.join(", ")),
            Self::BadValue { field, fault } => Message::new("record-map-value")
                .with("field", field.id())
                .with("what", fault.message()),
            Self::Twice { name } => Message::new("record-map-twice").with("name", name.as_str()),
        }
    }
}

fn shortened(name: &str) -> String {
    super::header::shown(name)
}

impl Map {
    /// Reads a map.
    ///
    /// # Errors
    /// [`MapProblem`], without what the map holds but for names of columns and fields.
    pub fn parse(bytes: &[u8]) -> Result<Self, MapProblem> {
        if bytes.len() > MAP_MAX {
            return Err(MapProblem::TooLarge);
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(e) => return Err(syntax(&bytes[..e.valid_up_to()])),
        };
        let root: Table = text.parse().map_err(|e: toml::de::Error| {
            let at = e.span().map_or(0, |s| s.start.min(bytes.len()));
            syntax(&bytes[..at])
        })?;
        if root.get("version").and_then(Value::as_integer) != Some(1) {
            return Err(MapProblem::Version);
        }
        let mut map = Self::default();
        for (name, value) in &root {
            match name.as_str() {
                "version" => {}
                "sheet" => map.sheet = Some(text_of(name, value)?.to_owned()),
                "only" => {
                    let flag = value.as_bool();
                    map.only = flag.ok_or_else(|| MapProblem::WrongType { key: name.clone() })?;
                }
                "columns" => map.columns(table_of(name, value)?)?,
                "values" => map.values(table_of(name, value)?)?,
                "dates" => map.dates(table_of(name, value)?)?,
                "constants" => map.constants(table_of(name, value)?)?,
                _ => {
                    let known = ["sheet", "only", "columns", "values", "dates", "constants"];
                    return Err(MapProblem::UnknownKey {
                        name: shortened(name),
                        nearest: nearest(name, known.into_iter()),
                    });
                }
            }
        }
        Ok(map)
    }

    fn columns(&mut self, table: &Table) -> Result<(), MapProblem> {
        for (header, value) in table {
            let written = text_of(header, value)?;
            let target = Target::parse(written).map_err(|nearest| MapProblem::UnknownField {
                name: shortened(written),
                nearest,
            })?;
            let entry = (shortened(header), target);
            if self.columns.insert(column_key(header), entry).is_some() {
                return Err(MapProblem::Twice {
                    name: shortened(header),
                });
            }
        }
        Ok(())
    }

    fn values(&mut self, table: &Table) -> Result<(), MapProblem> {
        for (name, value) in table {
            let field = field_of(name)?;
            let mut translations = HashMap::new();
            for (from, to) in table_of(name, value)? {
                let to = text_of(from, to)?;
                accepted(field, to)?;
                translations.insert(value_key(from), to.to_owned());
            }
            self.values.insert(field, translations);
        }
        Ok(())
    }

    fn dates(&mut self, table: &Table) -> Result<(), MapProblem> {
        for (name, value) in table {
            let form =
                DateForm::parse(text_of(name, value)?).ok_or_else(|| MapProblem::DateForm {
                    key: shortened(name),
                })?;
            if name == "all" {
                self.any_date = Some(form);
            } else {
                self.dates.insert(field_of(name)?, form);
            }
        }
        Ok(())
    }

    fn constants(&mut self, table: &Table) -> Result<(), MapProblem> {
        for (name, value) in table {
            let field = field_of(name)?;
            let text = text_of(name, value)?;
            accepted(field, text)?;
            self.constants.insert(field, text.to_owned());
        }
        Ok(())
    }

    /// What the map says of a column.
    pub(super) fn column(&self, header: &str) -> Option<Target> {
        let found = self.columns.get(&column_key(header));
        found.map(|(_, target)| *target)
    }

    /// The columns that the map names, as it writes them.
    pub(super) fn column_names(&self) -> impl Iterator<Item = &str> {
        self.columns.values().map(|(name, _)| name.as_str())
    }

    /// What the map says instead of a value.
    pub(super) fn translated(&self, field: FieldId, text: &str) -> Option<&str> {
        let translations = self.values.get(&field)?;
        translations.get(&value_key(text)).map(String::as_str)
    }

    pub(super) fn date_form(&self, field: Option<FieldId>) -> Option<DateForm> {
        let own = field.and_then(|f| self.dates.get(&f)).copied();
        own.or(self.any_date)
    }

    /// The exports that are known by their headers, each with how many of its headers are enough.
    fn known() -> &'static [(Export, Self); 2] {
        static KNOWN: LazyLock<[(Export, Map); 2]> = LazyLock::new(|| {
            let primero = Map::parse(include_bytes!("profiles/primero.toml"));
            let mut htcds = Map::default();
            for standard in htcds::TABLE {
                let target = match standard.home {
                    Home::Form => Target::Form(standard),
                    Home::Own(_) if standard.name == "prs_SecondName" => Target::Surnames,
                    Home::Own(fields) => fields.first().map_or(Target::Left, |f| Target::Field(*f)),
                };
                let entry = (standard.name.to_owned(), target);
                htcds.columns.insert(column_key(standard.name), entry);
            }
            [
                // A test reads the file; nothing is known by what is not read.
                (Export::Primero, primero.unwrap_or_default()),
                (Export::Htcds, htcds),
            ]
        });
        &KNOWN
    }
}

/// A program's own form of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Export {
    /// Cases of Primero v2.
    Primero,
    /// HTCDS 2.0, a column for each field under its system name.
    Htcds,
}

impl Export {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Primero => "Primero v2",
            Self::Htcds => "HTCDS 2.0",
        }
    }

    /// The export with these headers, and its map. Names of Primero's fields that are no ordinary
    /// words have to be among them, or three of the standard's.
    pub(super) fn of<'h>(headers: impl Iterator<Item = &'h str>) -> Option<(Self, &'static Map)> {
        const SIGNS: [&str; 8] = [
            "name_first",
            "name_last",
            "name_nickname",
            "case_id_display",
            "short_id",
            "registration_date",
            "owned_by",
            "gbv_nationality",
        ];
        let [primero, htcds] = Map::known();
        let (mut signs, mut standard, mut id) = (0, 0, false);
        for header in headers {
            let header = header.trim();
            id |= header == "id";
            signs += usize::from(SIGNS.contains(&header));
            standard += usize::from(header.contains('_') && htcds.1.column(header).is_some());
        }
        if standard >= 3 {
            return Some((htcds.0, &htcds.1));
        }
        // The first column of an export is its own number.
        (id && signs >= 2 || signs >= 3).then_some((primero.0, &primero.1))
    }
}

fn column_key(header: &str) -> String {
    let folded = key(header);
    // A header of signs only is compared as it is.
    if folded.is_empty() {
        header.trim().to_owned()
    } else {
        folded
    }
}

fn value_key(text: &str) -> String {
    column_key(text)
}

fn syntax(before: &[u8]) -> MapProblem {
    let line = 1 + before.iter().filter(|b| **b == b'\n').count();
    let last = before.rsplit(|b| *b == b'\n').next().unwrap_or_default();
    MapProblem::Syntax {
        line,
        column: 1 + String::from_utf8_lossy(last).chars().count(),
    }
}

fn text_of<'v>(key: &str, value: &'v Value) -> Result<&'v str, MapProblem> {
    value.as_str().ok_or_else(|| MapProblem::WrongType {
        key: shortened(key),
    })
}

fn table_of<'v>(key: &str, value: &'v Value) -> Result<&'v Table, MapProblem> {
    let table = value.as_table().ok_or_else(|| MapProblem::WrongType {
        key: shortened(key),
    })?;
    if table.len() > ENTRIES_MAX {
        return Err(MapProblem::TooLarge);
    }
    Ok(table)
}

fn field_of(name: &str) -> Result<FieldId, MapProblem> {
    FieldId::from_id(name).ok_or_else(|| MapProblem::UnknownField {
        name: shortened(name),
        nearest: FieldId::nearest(name).map(FieldId::id),
    })
}

/// Whether the field takes the text.
fn accepted(field: FieldId, text: &str) -> Result<(), MapProblem> {
    if text.is_empty() {
        return Ok(());
    }
    let mut record = Record::new(Kind::Victim);
    let latest = Date::new(9999, 12, 31).unwrap_or_else(crate::record::today);
    match set_at(&mut record, field, text, latest) {
        Ok(_) => Ok(()),
        Err(problem) => Err(MapProblem::BadValue {
            field,
            fault: problem.fault,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Lang, Messages};

    #[test]
    fn the_maps_that_ship_are_read() {
        let primero = Map::parse(include_bytes!("profiles/primero.toml")).unwrap();
        assert_eq!(primero.column("name_last"), Some(Target::Surnames));
        let [_, (_, htcds)] = Map::known();
        assert_eq!(htcds.columns.len(), htcds::TABLE.len());
    }

    #[test]
    fn exports_are_known_by_their_headers() {
        let of = |headers: &str| Export::of(headers.split(',')).map(|(export, _)| export);
        assert_eq!(
            of("id,case_id_display,name_first,sex"),
            Some(Export::Primero)
        );
        assert_eq!(
            of("prs_FirstName,prs_SecondName,prs_Gender"),
            Some(Export::Htcds)
        );
        assert_eq!(of("id,nombres,sexo"), None);
        assert_eq!(of("name_first,sex"), None);
    }

    #[test]
    fn every_mistake_of_a_map_is_told_and_nothing_of_its_values() {
        let near = |name: &str, nearest| MapProblem::UnknownField {
            name: name.to_owned(),
            nearest,
        };
        for (text, problem) in [
            ("", MapProblem::Version),
            ("version = 2", MapProblem::Version),
            (
                "version = 1\n\nsheet =",
                MapProblem::Syntax { line: 3, column: 8 },
            ),
            (
                "version = 1\ncolumns = 3",
                MapProblem::WrongType {
                    key: "columns".into(),
                },
            ),
            (
                "version = 1\n[columns]\nA = 3",
                MapProblem::WrongType { key: "A".into() },
            ),
            (
                "version = 1\n[column]\nA = \"sex\"",
                MapProblem::UnknownKey {
                    name: "column".into(),
                    nearest: Some("columns"),
                },
            ),
            (
                "version = 1\n[columns]\nA = \"given_name\"",
                near("given_name", Some("given_names")),
            ),
            (
                "version = 1\n[values.sexo]\n1 = \"F\"",
                near("sexo", Some("sex")),
            ),
            (
                "version = 1\n[columns]\n\"Año\" = \"\"\n\"ano\" = \"\"",
                MapProblem::Twice { name: "ano".into() },
            ),
            (
                "version = 1\n[dates]\nall = \"soon\"",
                MapProblem::DateForm { key: "all".into() },
            ),
            (
                "version = 1\n[constants]\nnationality = \"Quetzalli\"",
                MapProblem::BadValue {
                    field: FieldId::Nationality,
                    fault: Fault::NotACountry,
                },
            ),
        ] {
            let found = Map::parse(text.as_bytes()).unwrap_err();
            let twice = |p: &MapProblem| matches!(p, MapProblem::Twice { .. });
            assert!(
                found == problem || twice(&found) && twice(&problem),
                "{text}: {found:?}"
            );
            for lang in [Lang::Es, Lang::En] {
                let messages = Messages::new(lang);
                assert!(messages.has(found.message().id));
                assert!(!messages.say(&found).contains("Quetzalli"));
            }
        }
        let not_text = Map::parse(b"version = 1\n\xff").unwrap_err();
        assert_eq!(not_text, MapProblem::Syntax { line: 2, column: 1 });
        let large = vec![b'#'; MAP_MAX + 1];
        assert_eq!(Map::parse(&large).unwrap_err(), MapProblem::TooLarge);
    }
}
