//! A map for a table of which nothing is known yet (manual: *import*, "Map").
//!
//! What a column is shows in its header, and in what stands below it. The proposal says how sure it is
//! of each, and repeats nothing of what stands below, but for the codes of a column that it took for
//! a coded one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::LazyLock;

use super::dates::{DateForm, with_month_name};
use super::header;
use super::scan::{Cell, Kind as CellKind, Scanner};
use super::table::Rows;
use super::target::Target;
use super::{COLUMNS_MAX, FileProblem, Options, decode};
use crate::i18n::{Message, Messages};
use crate::names::fold::fold as fold_name;
use crate::names::tables::Tables;
use crate::record::code::{Agreement, Exploitation, Gender, Kind, Sex};
use crate::record::country::Country;
use crate::record::date::{Date, PartialDate};
use crate::record::document;
use crate::record::field::FieldId;
use crate::record::finding::listed;
use crate::record::fold::{fold, key};

/// Rows that are looked at.
const ROWS: usize = 2_000;

/// Most different values that a coded column may have, and longest of them in characters.
const CODES_MAX: usize = 12;
const CODE_LENGTH: usize = 40;

/// Proposes a map, as the text of a file in the language of `messages`.
///
/// # Errors
/// [`FileProblem`], if the file is no table.
pub fn propose(
    bytes: &[u8],
    options: &Options,
    messages: &Messages,
) -> Result<String, FileProblem> {
    if bytes.starts_with(b"PK\x03\x04") {
        #[cfg(feature = "xlsx")]
        {
            use super::workbook::{Book, Pick};
            let sheet = options.sheet.as_deref();
            let book = Book::open(bytes, sheet.map_or(Pick::First, Pick::Named))?;
            let rows = Rows::Grid(book.grid.rows());
            return of_rows(vec![rows], Some(&book.sheet), options, messages);
        }
        #[cfg(not(feature = "xlsx"))]
        return Err(FileProblem::Spreadsheet);
    }
    let (text, _) = decode::decode(bytes)?;
    let signs = match options.delimiter {
        Some(sign) => vec![sign],
        None => b",;\t|".to_vec(),
    };
    let rows = signs
        .into_iter()
        .map(|sign| Rows::Text(Scanner::new(&text, sign)));
    of_rows(rows.collect(), None, options, messages)
}

/// The header and what follows it, read in one of several ways: the one with most known names, else
/// with most cells.
fn of_rows(
    ways: Vec<Rows<'_>>,
    sheet: Option<&str>,
    options: &Options,
    messages: &Messages,
) -> Result<String, FileProblem> {
    let found = ways.into_iter().filter_map(|rows| {
        let known = header::find(rows.clone(), |h| header::known(h, None));
        match known {
            Some(found) if found.known > 1 => Some((found.known, found.cells, found.rest)),
            _ => first_full(rows).map(|(cells, rest)| (0, cells, rest)),
        }
    });
    let found = found.max_by_key(|(known, cells, _)| (*known, cells.len()));
    let (_, cells, mut rest) = found.ok_or(FileProblem::Empty)?;
    if cells.len() > COLUMNS_MAX {
        return Err(FileProblem::TooManyColumns { max: COLUMNS_MAX });
    }
    let headers: Vec<String> = cells.iter().map(|c| c.text.trim().to_owned()).collect();
    let mut columns: Vec<Column> = headers.iter().map(|_| Column::default()).collect();
    let mut row = Vec::new();
    for _ in 0..ROWS {
        if !rest.next_row(&mut row) {
            break;
        }
        for (column, cell) in columns.iter_mut().zip(&row) {
            column.look(cell, options.today);
        }
    }
    Ok(written(&headers, &columns, sheet, options, messages))
}

/// The first row of several filled cells, and what follows it.
fn first_full(mut rows: Rows<'_>) -> Option<(Vec<Cell<'_>>, Rows<'_>)> {
    let mut cells = Vec::new();
    for _ in 0..header::HEADER_ROWS {
        if !rows.next_row(&mut cells) {
            return None;
        }
        if cells.iter().filter(|c| !c.is_blank()).count() > 1 {
            return Some((cells, rows));
        }
    }
    None
}

/// What stands below a header, counted.
#[derive(Default)]
struct Column {
    filled: usize,
    dates: usize,
    recent: usize,
    /// Dates that can only be one way.
    month_first: usize,
    day_first: usize,
    short_years: usize,
    phones: usize,
    emails: usize,
    curps: usize,
    countries: usize,
    sexes: usize,
    exploitations: usize,
    agreements: usize,
    kinds: usize,
    /// *Yes*, *no* or a cross, as tables of services have them.
    marks: usize,
    numbers: usize,
    given: usize,
    surnames: usize,
    values: BTreeSet<String>,
}

impl Column {
    fn look(&mut self, cell: &Cell<'_>, today: Date) {
        let text = cell.text.trim();
        if text.is_empty() || text.len() > 200 {
            return;
        }
        self.filled += 1;
        if self.values.len() <= CODES_MAX {
            self.values
                .insert(text.chars().take(CODE_LENGTH + 1).collect());
        }
        self.look_at_date(cell, text, today);
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let phone = |c: char| c.is_ascii_digit() || " +-()./".contains(c);
        self.phones += usize::from((8..=15).contains(&digits) && text.chars().all(phone));
        self.emails += usize::from(text.contains('@') && text.contains('.') && !text.contains(' '));
        self.curps += usize::from(document::recognize(text).is_some());
        self.numbers += usize::from(text.len() <= 3 && digits == text.len());
        self.marks += usize::from(mark(text).is_some());
        if digits > 0 {
            return;
        }
        self.countries += usize::from(Country::parse(text).is_some());
        self.sexes += usize::from(Sex::parse(text).is_some());
        self.exploitations += usize::from(Exploitation::parse(text).is_some());
        self.agreements += usize::from(Agreement::parse(text).is_some());
        self.kinds += usize::from(Kind::parse(text).is_some());
        let tables = Tables::get();
        let share = |of: &dyn Fn(&str) -> Option<u32>| {
            let words = text.split_whitespace().take(4);
            words.filter_map(|w| of(&fold_name(w))).sum::<u32>()
        };
        let given = share(&|w| tables.given_share(w));
        let surname = share(&|w| tables.surname_share(w));
        self.given += usize::from(given > surname);
        self.surnames += usize::from(surname > given);
    }

    fn look_at_date(&mut self, cell: &Cell<'_>, text: &str, today: Date) {
        if cell.kind == CellKind::Number {
            return;
        }
        let long = DateForm::day_first(true).read(text, today);
        let swapped = DateForm::month_first(true).read(text, today);
        let date = PartialDate::parse(text).ok();
        let date = date.or_else(|| with_month_name(text).and_then(|d| PartialDate::parse(&d).ok()));
        let read = |t: &Option<String>| {
            let date = t.as_deref().and_then(|t| PartialDate::parse(t).ok());
            date.is_some_and(|d| !d.is_impossible())
        };
        let either = read(&long) || read(&swapped);
        if date.is_none() && !either {
            return;
        }
        // A number of four digits is a year in a column of dates, and may be anything in another.
        self.dates += 1;
        self.day_first += usize::from(read(&long) && !read(&swapped));
        self.month_first += usize::from(read(&swapped) && !read(&long));
        self.short_years += usize::from(date.is_none());
        let year = date.as_ref().and_then(PartialDate::year);
        let recent = year.is_some_and(|y| y + 12 >= today.year());
        self.recent += usize::from(recent);
    }

    fn share(&self, count: usize) -> u32 {
        // At most 2,000 rows.
        if self.filled == 0 {
            return 0;
        }
        (count * 100 / self.filled) as u32
    }

    /// How many of the values suit the field, in per cent; `None` if anything does.
    fn suits(&self, field: FieldId) -> Option<u32> {
        use FieldId as F;
        Some(self.share(match field {
            F::DateOfBirth => self.dates.max(self.numbers),
            F::IntakeDate | F::RetainUntil => self.dates,
            F::EstimatedAge => self.numbers,
            F::Medical | F::SocialProtection | F::MentalHealth | F::Legal => {
                self.numbers.max(self.marks)
            }
            F::Phone => self.phones,
            F::Email => self.emails,
            F::Curp | F::Cui => self.curps,
            F::Nationality => self.countries,
            F::Sex => self.sexes,
            F::ExploitationType => self.exploitations,
            F::Role => self.kinds,
            F::ConsentRecord | F::ConsentMatching | F::ConsentReferral => self.agreements,
            F::GivenNames | F::PaternalSurname | F::MaternalSurname => self.given + self.surnames,
            _ => return None,
        }))
    }

    /// Fields that the values alone suggest.
    fn suggests(&self) -> Vec<(FieldId, u32)> {
        use FieldId as F;
        let born = self.recent * 2 < self.dates;
        let date = if born { F::DateOfBirth } else { F::IntakeDate };
        let name = if self.given >= self.surnames {
            vec![F::GivenNames]
        } else {
            vec![F::PaternalSurname, F::MaternalSurname]
        };
        let mut found = vec![
            (date, self.share(self.dates)),
            (F::Phone, self.share(self.phones)),
            (F::Email, self.share(self.emails)),
            (F::Curp, self.share(self.curps)),
            (F::Sex, self.share(self.sexes)),
            (F::Nationality, self.share(self.countries)),
            (F::ExploitationType, self.share(self.exploitations)),
            (F::Role, self.share(self.kinds)),
        ];
        let names = self.share(self.given.max(self.surnames));
        found.extend(name.into_iter().map(|f| (f, names)));
        found.retain(|(_, share)| *share >= 70);
        found
    }
}

/// Headers of cells that hold several names.
const JOINED: [(Target, &[&str]); 2] = [
    (
        Target::FullName,
        &[
            "nombre completo",
            "nombres y apellidos",
            "nombre y apellidos",
            "nombre y apellido",
            "full name",
            "complete name",
        ],
    ),
    (
        Target::Surnames,
        &["apellidos", "surnames", "last names", "family names"],
    ),
];

/// Why a target is proposed for a column.
struct Guess {
    column: usize,
    target: Target,
    /// In per cent.
    sure: u32,
    why: Message,
}

fn guesses(headers: &[String], columns: &[Column]) -> Vec<Guess> {
    let mut found = Vec::new();
    for (at, (header, column)) in headers.iter().zip(columns).enumerate() {
        if header.is_empty() {
            continue;
        }
        for (target, names) in JOINED {
            if names.iter().any(|name| key(name) == key(header)) {
                found.push(Guess {
                    column: at,
                    target,
                    sure: 90,
                    why: Message::new("import-propose-known"),
                });
            }
        }
        let written_out = written_out(header);
        let mut exact = header::recognize(header).or_else(|| header::recognize(&written_out));
        // A column called gender that holds only F and M holds what a document says.
        if exact == Some(FieldId::Gender) && column.sexes == column.filled {
            exact = Some(FieldId::Sex);
        }
        let mut best: BTreeMap<FieldId, u32> = BTreeMap::new();
        let as_it_is = Folded::new(header);
        let written_out = Some(Folded::new(&written_out)).filter(|w| *w != as_it_is);
        for (field, name) in NAMES.iter() {
            let long = written_out.as_ref().map_or(0, |w| alike(w, name));
            let like = alike(&as_it_is, name).max(long);
            let like = if exact == Some(*field) { 100 } else { like };
            if like >= 82 {
                let entry = best.entry(*field).or_insert(0);
                *entry = (*entry).max(like);
            }
        }
        for (field, like) in best {
            let suits = column.suits(field).filter(|_| column.filled > 0);
            let known = exact == Some(field);
            // What is only alike comes behind what is known.
            let base = if known { 90 } else { (like * 3 / 4).min(64) };
            let sure = match suits {
                None => base.saturating_sub(5),
                Some(share) if share >= 80 => base + 8,
                // Codes of the house's own are no reason to doubt a header that is known.
                Some(share) if known => base * (75 + share / 4) / 100,
                Some(share) => base * (40 + share / 2) / 100,
            };
            let id = match (known, suits) {
                (true, None) => "import-propose-known",
                (true, Some(_)) => "import-propose-known-suits",
                (false, None) => "import-propose-like",
                (false, Some(_)) => "import-propose-like-suits",
            };
            let mut why = Message::new(id);
            if let Some(share) = suits {
                why = why.with("share", share);
            }
            found.push(Guess {
                column: at,
                target: Target::Field(field),
                sure: sure.min(99),
                why,
            });
        }
        for (field, share) in column.suggests() {
            found.push(Guess {
                column: at,
                target: Target::Field(field),
                sure: share * 3 / 5,
                why: Message::new("import-propose-values").with("share", share),
            });
        }
    }
    // The surest first; of equals the column that comes first.
    found.sort_by_key(|g| (std::cmp::Reverse(g.sure), g.column));
    let (mut columns_taken, mut targets_taken) = (BTreeSet::new(), BTreeSet::new());
    found.retain(|g| {
        let target = g.target.written();
        let free = !columns_taken.contains(&g.column) && !targets_taken.contains(&target);
        if free && g.sure >= 40 {
            columns_taken.insert(g.column);
            targets_taken.insert(target);
            return true;
        }
        false
    });
    found
}

/// What short forms in headers stand for; in both languages.
const SHORT: &[(&str, &str)] = &[
    ("no", "numero"),
    ("num", "numero"),
    ("nro", "numero"),
    ("exp", "expediente"),
    ("fec", "fecha"),
    ("fch", "fecha"),
    ("f", "fecha"),
    ("nac", "nacimiento"),
    ("int", "interno"),
    ("ing", "ingreso"),
    ("ingr", "ingreso"),
    ("ap", "apellido"),
    ("apell", "apellido"),
    ("pat", "paterno"),
    ("mat", "materno"),
    ("nom", "nombre"),
    ("edo", "estado"),
    ("est", "estado"),
    ("depto", "departamento"),
    ("dpto", "departamento"),
    ("dep", "departamento"),
    ("mpio", "municipio"),
    ("mun", "municipio"),
    ("munic", "municipio"),
    ("tel", "telefono"),
    ("cel", "celular"),
    ("doc", "documento"),
    ("dir", "direccion"),
    ("dom", "domicilio"),
    ("nal", "nacionalidad"),
    ("nacion", "nacionalidad"),
    ("atn", "atencion"),
    ("aten", "atencion"),
    ("at", "atencion"),
    ("serv", "servicios"),
    ("med", "medico"),
    ("psic", "psicologico"),
    ("psico", "psicologico"),
    ("psicol", "psicologico"),
    ("psych", "psychological"),
    ("jur", "juridico"),
    ("explot", "explotacion"),
    ("aut", "autorizacion"),
    ("cons", "consentimiento"),
    ("consent", "consentimiento"),
    ("obs", "observaciones"),
    ("observ", "observaciones"),
];

/// A header with its short forms written out: *Fecha Nac.* is *fecha nacimiento*.
fn written_out(header: &str) -> String {
    let bare = header.split(['(', '[', '*']).next().unwrap_or(header);
    let folded = fold(bare);
    let words = folded.split(' ').map(|word| {
        let long = SHORT.iter().find(|(short, _)| *short == word);
        long.map_or(word, |(_, long)| *long)
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Whether a mark in a column of services says that there was one.
fn mark(text: &str) -> Option<bool> {
    match key(text).as_str() {
        "x" | "si" | "s" | "yes" | "y" | "recibio" | "received" => Some(true),
        "no" | "n" | "ninguno" | "ninguna" | "none" => Some(false),
        // What has no letters and no digits: a cross of another kind.
        "" if matches!(text, "✓" | "✔" | "✗" | "✘" | "-" | "–" | "—") => {
            Some(matches!(text, "✓" | "✔"))
        }
        _ => None,
    }
}

/// A header, folded for being compared with many.
#[derive(PartialEq)]
struct Folded {
    key: String,
    words: BTreeSet<String>,
}

impl Folded {
    fn new(header: &str) -> Self {
        let words = fold(header);
        let words = words.split(' ').filter(|w| w.len() > 2);
        Self {
            key: key(header),
            words: words.map(str::to_owned).collect(),
        }
    }
}

/// All names of each field, folded once: there are hundreds, and each column is compared with all.
static NAMES: LazyLock<Vec<(FieldId, Folded)>> = LazyLock::new(|| {
    header::names()
        .map(|(field, name)| (field, Folded::new(name)))
        .collect()
});

/// How alike two headers are, in per cent: as a whole, or in the words that they share.
fn alike(header: &Folded, name: &Folded) -> u32 {
    let (a, b) = (&header.key, &name.key);
    if a.is_empty() || a.len() > 100 {
        return 0;
    }
    // Short words are alike by chance: *apoyo* and *apodo*, *med* and *medio*.
    let whole = match a.len().min(b.len()) {
        0..=5 if a != b => 0.0,
        6..=7 if a != b => strsim::jaro_winkler(a, b) - 0.08,
        _ => strsim::jaro_winkler(a, b),
    };
    let (a, b) = (&header.words, &name.words);
    let shared = a.intersection(b).count();
    // All words of the name stand in the header.
    let contained = b.len() > 1 && shared == b.len();
    let words = match a.len().max(b.len()) {
        0 => 0.0,
        n => shared as f64 / n as f64,
    };
    let like = whole.max(words).max(if contained { 0.9 } else { 0.0 });
    // Between 0 and 1.
    (like * 100.0) as u32
}

fn written(
    headers: &[String],
    columns: &[Column],
    sheet: Option<&str>,
    options: &Options,
    messages: &Messages,
) -> String {
    let guesses = guesses(headers, columns);
    let mut out = String::new();
    let say = |out: &mut String, what: &Message| {
        for line in messages.say(what).lines() {
            // Writing to a string does not fail.
            let _ = writeln!(out, "# {}", one_line(line));
        }
    };
    say(&mut out, &Message::new("import-propose-head"));
    let _ = writeln!(out, "\nversion = 1");
    if let Some(sheet) = sheet {
        let _ = writeln!(out, "sheet = {}", quoted(sheet));
    }
    let _ = writeln!(out, "\n[columns]");
    let mut seen = BTreeSet::new();
    for (at, header) in headers.iter().enumerate() {
        if header.is_empty() || !seen.insert(header_key(header)) {
            continue;
        }
        let guess = guesses.iter().find(|g| g.column == at);
        let mut target = String::new();
        match guess {
            Some(guess) => {
                target = guess.target.written();
                let line = Message::new("import-propose-column")
                    .with("sure", guess.sure)
                    .with("field", label(guess.target))
                    .with("why", guess.why.clone());
                say(&mut out, &line);
            }
            None => say(&mut out, &Message::new("import-propose-nothing")),
        }
        let _ = writeln!(out, "{} = \"{target}\"", quoted(header));
    }
    dates(&mut out, &guesses, columns, &say);
    codes(&mut out, &guesses, columns, &say);
    let role = Target::Field(FieldId::Role);
    if options.kind.is_none() && !guesses.iter().any(|g| g.target == role) {
        let _ = writeln!(out, "\n[constants]");
        say(&mut out, &Message::new("import-propose-role"));
        let _ = writeln!(out, "role = \"victim\"");
    }
    out
}

/// Forms of dates, where they are not those that are read without a map.
fn dates(
    out: &mut String,
    guesses: &[Guess],
    columns: &[Column],
    say: &impl Fn(&mut String, &Message),
) {
    let mut lines = String::new();
    for guess in guesses {
        let column = &columns[guess.column];
        let field = match guess.target.field() {
            Some(f @ (FieldId::DateOfBirth | FieldId::IntakeDate | FieldId::RetainUntil)) => f,
            _ => continue,
        };
        if column.dates == 0 {
            continue;
        }
        let short = column.short_years > 0;
        let form = match (column.day_first, column.month_first) {
            (0, 1..) => DateForm::month_first(short),
            (1.., 1..) => {
                say(&mut lines, &Message::new("import-propose-dates-mixed"));
                DateForm::day_first(short)
            }
            (_, 0) if short => DateForm::day_first(true),
            _ => continue,
        };
        let _ = writeln!(lines, "{} = \"{}\"", field.id(), form.written());
    }
    if !lines.is_empty() {
        let _ = writeln!(out, "\n[dates]\n{}", lines.trim_end());
    }
}

/// Values of coded columns that are not known, as comments to be filled in.
fn codes(
    out: &mut String,
    guesses: &[Guess],
    columns: &[Column],
    say: &impl Fn(&mut String, &Message),
) {
    for guess in guesses {
        let Some(field) = guess.target.field() else {
            continue;
        };
        let column = &columns[guess.column];
        if matches!(
            field,
            FieldId::Medical | FieldId::SocialProtection | FieldId::MentalHealth | FieldId::Legal
        ) {
            marks(out, field, column, say);
            continue;
        }
        let Some((reads, names)) = coded(field) else {
            continue;
        };
        let unknown: Vec<&String> = column.values.iter().filter(|v| !reads(v)).collect();
        let short = unknown.iter().all(|v| v.chars().count() <= CODE_LENGTH);
        if unknown.is_empty() || column.values.len() > CODES_MAX || !short {
            continue;
        }
        let _ = writeln!(out, "\n[values.{}]", field.id());
        let line = Message::new("import-propose-codes").with("allowed", listed(names));
        say(out, &line);
        for value in unknown {
            let _ = writeln!(out, "# {} = \"\"", quoted(value));
        }
    }
}

/// A column of services that says *yes* and *no* where a number is needed: as lines that are in force.
fn marks(out: &mut String, field: FieldId, column: &Column, say: &impl Fn(&mut String, &Message)) {
    if column.values.len() > CODES_MAX {
        return;
    }
    let mut known = BTreeSet::new();
    for value in &column.values {
        if let Some(was) = mark(value) {
            known.insert((value, was));
        }
    }
    if known.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n[values.{}]", field.id());
    say(out, &Message::new("import-propose-marks"));
    let mut folded = BTreeSet::new();
    for (value, was) in known {
        if folded.insert(header_key(value)) {
            let _ = writeln!(out, "{} = \"{}\"", quoted(value), u8::from(was));
        }
    }
}

/// Whether a text is a value of a coded field, and what its values are called.
type Coded = (fn(&str) -> bool, &'static [&'static str]);

fn coded(field: FieldId) -> Option<Coded> {
    Some(match field {
        FieldId::Sex => (|t| Sex::parse(t).is_some(), Sex::NAMES),
        FieldId::Gender => (|t| Gender::parse(t).is_some(), Gender::NAMES),
        FieldId::Role => (|t| Kind::parse(t).is_some(), Kind::NAMES),
        FieldId::ExploitationType => (|t| Exploitation::parse(t).is_some(), Exploitation::NAMES),
        FieldId::ConsentRecord | FieldId::ConsentMatching | FieldId::ConsentReferral => {
            (|t| Agreement::parse(t).is_some(), Agreement::NAMES)
        }
        _ => return None,
    })
}

/// What a target is called.
fn label(target: Target) -> Message {
    match target {
        Target::Field(field) => field.label(),
        Target::Surnames => Message::new("import-target-surnames"),
        Target::FullName => Message::new("import-target-full-name"),
        // Neither is ever proposed.
        Target::Form(_) | Target::Left => Message::new("import-propose-nothing"),
    }
}

fn header_key(header: &str) -> String {
    let folded = key(header);
    if folded.is_empty() {
        header.trim().to_owned()
    } else {
        folded
    }
}

/// A basic string of TOML: nothing in it can end it, or act on a terminal.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() || !is_plain(c) => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Characters without effect on those beside them.
fn is_plain(c: char) -> bool {
    !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{61c}' | '\u{feff}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn one_line(text: &str) -> String {
    let plain = |c: char| {
        if c.is_control() || !is_plain(c) {
            ' '
        } else {
            c
        }
    };
    text.chars().map(plain).collect()
}
