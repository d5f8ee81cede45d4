//! Files of `evaluate`: one CSV per site, and the truth.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::Error;
use crate::matching::{Description, PartialDate, Sex};
use crate::names::fold;

/// The records of one site in clear text.
#[derive(Clone, Default)]
pub struct SiteRecords {
    /// Name of the site: its file without `.csv`.
    pub name: String,
    /// Local ids.
    pub ids: Vec<String>,
    /// The records, in the same order.
    pub records: Vec<Description>,
}

/// Name of the file that holds the truth.
pub const TRUTH: &str = "truth.csv";

/// Largest file that is read.
const MAX_FILE: u64 = 1 << 30;

/// All sites of a folder, in the order of their names.
///
/// # Errors
/// [`Error`] with file and line.
pub fn sites(dir: &Path) -> Result<Vec<SiteRecords>, Error> {
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(|e| Error::Io(dir.into(), e))? {
        let path = entry.map_err(|e| Error::Io(dir.into(), e))?.path();
        let is_csv = path.extension().is_some_and(|e| e == "csv");
        if is_csv && path.file_name().is_some_and(|n| n != TRUTH) {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(Error::NoSites(dir.into()));
    }
    files.iter().map(|f| site(f)).collect()
}

struct Table {
    file: PathBuf,
    columns: HashMap<String, usize>,
    rows: csv::Reader<std::io::Cursor<Vec<u8>>>,
}

impl Table {
    fn open(file: &Path) -> Result<Self, Error> {
        let io = |e| Error::Io(file.into(), e);
        if std::fs::metadata(file).map_err(io)?.len() > MAX_FILE {
            return Err(Error::TooLarge(file.into()));
        }
        let bytes = std::fs::read(file).map_err(io)?;
        let bytes = bytes
            .strip_prefix(b"\xef\xbb\xbf")
            .map_or(bytes.clone(), <[u8]>::to_vec);
        let head = bytes.split(|b| *b == b'\n').next().unwrap_or(&[]);
        let count = |d: u8| head.iter().filter(|b| **b == d).count();
        let delimiter = if count(b';') > count(b',') {
            b';'
        } else {
            b','
        };
        let mut rows = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .from_reader(std::io::Cursor::new(bytes));
        let header = rows
            .byte_headers()
            .map_err(|_| Error::Row(file.into(), 1))?
            .clone();
        let columns = header
            .iter()
            .enumerate()
            .map(|(i, h)| (column(&text(h)).to_owned(), i))
            .collect();
        Ok(Self {
            file: file.into(),
            columns,
            rows,
        })
    }

    fn need(&self, name: &'static str) -> Result<usize, Error> {
        self.columns
            .get(name)
            .copied()
            .ok_or(Error::Column(self.file.clone(), name))
    }

    /// Calls `row` with each line number and a reader of columns by name.
    fn each(
        mut self,
        mut row: impl FnMut(u64, &dyn Fn(&str) -> String) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut record = csv::ByteRecord::new();
        loop {
            let line = self.rows.position().line();
            match self.rows.read_byte_record(&mut record) {
                Ok(false) => return Ok(()),
                Ok(true) => row(line, &|name| {
                    self.columns
                        .get(name)
                        .and_then(|i| record.get(*i))
                        .map_or_else(String::new, |b| text(b).trim().to_owned())
                })?,
                Err(_) => return Err(Error::Row(self.file.clone(), line)),
            }
        }
    }
}

/// UTF-8, or Windows-1252 as Latin-1 where it is not.
fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|b| char::from(*b)).collect(),
    }
}

/// The English name of a column that may be headed in Spanish.
fn column(head: &str) -> &str {
    match head.trim() {
        "expediente" | "id" | "folio" => "local_id",
        "nombres" | "nombre" => "given_names",
        "apellido_paterno" | "primer_apellido" => "paternal_surname",
        "apellido_materno" | "segundo_apellido" => "maternal_surname",
        "sexo" => "sex",
        "fecha_nacimiento" | "fecha_de_nacimiento" => "date_of_birth",
        "nacionalidad" => "nationality",
        "estado_nacimiento" | "departamento_nacimiento" => "birth_state",
        "municipio_nacimiento" => "birth_municipality",
        "telefono" => "phone",
        "alias" | "apodo" => "aliases",
        "documento" | "curp" | "dpi" | "dui" => "document",
        other => other,
    }
}

fn site(file: &Path) -> Result<SiteRecords, Error> {
    let table = Table::open(file)?;
    table.need("local_id")?;
    table.need("given_names")?;
    let mut site = SiteRecords {
        name: file
            .file_stem()
            .map(|s| s.to_string_lossy().into_owned())
            .unwrap_or_default(),
        ..SiteRecords::default()
    };
    let mut sexes: Vec<String> = Vec::new();
    table.each(|_, get| {
        site.ids.push(get("local_id"));
        sexes.push(fold::fold(&get("sex")));
        site.records.push(Description {
            given_names: get("given_names"),
            paternal_surname: get("paternal_surname"),
            maternal_surname: get("maternal_surname"),
            aliases: get("aliases")
                .split(['|', '/'])
                .filter(|a| !a.trim().is_empty())
                .map(str::to_owned)
                .collect(),
            sex: None,
            birth: PartialDate::parse(&get("date_of_birth")),
            nationality: get("nationality"),
            state: get("birth_state"),
            municipality: get("birth_municipality"),
            phone: get("phone"),
            document: get("document"),
        });
        Ok(())
    })?;
    // In a file that writes H for men, M is a woman (hombre, mujer).
    let spanish = sexes.iter().any(|s| s == "h");
    for (record, sex) in site.records.iter_mut().zip(&sexes) {
        record.sex = match sex.as_str() {
            "" => None,
            "f" | "female" | "femenino" | "mujer" => Some(Sex::Female),
            "h" | "male" | "masculino" | "hombre" => Some(Sex::Male),
            "m" if spanish => Some(Sex::Female),
            "m" => Some(Sex::Male),
            _ => Some(Sex::Other),
        };
    }
    Ok(site)
}

/// The entity of every record, by site and local id.
///
/// # Errors
/// [`Error`] with file and line.
pub fn truth(dir: &Path) -> Result<BTreeMap<(String, String), String>, Error> {
    let table = Table::open(&dir.join(TRUTH))?;
    for name in ["site", "local_id", "entity_id"] {
        table.need(name)?;
    }
    let mut all = BTreeMap::new();
    table.each(|_, get| {
        all.insert((get("site"), get("local_id")), get("entity_id"));
        Ok(())
    })?;
    Ok(all)
}
