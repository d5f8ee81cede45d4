//! Tables and workbooks into the vault.

use std::collections::{HashMap, HashSet};
use std::io::{IsTerminal as _, Read as _};
use std::path::Path;

use sigilo::i18n::{Localize, Message};
use sigilo::log::act::Reason;
use sigilo::record::code::Agreement;
use sigilo::record::import::{self, Map, Options, Row, read};
use sigilo::record::{self, FieldId, Kind, Record};
use sigilo::vault::{CompartmentId, ObjectId, Vault, VaultError};
use zeroize::Zeroizing;

use crate::app::App;
use crate::cli::Import;
use crate::failure::{FAILED, Failure, file};
use crate::vault;

/// What the vault holds already: by content, of every version, and by case number. A row that was
/// imported and then amended is known by its first version.
#[derive(Clone)]
struct Present {
    contents: HashSet<[u8; 32]>,
    cases: HashMap<String, (ObjectId, u32)>,
}

impl Present {
    fn read(vault: &Vault) -> Result<Self, VaultError> {
        let catalog = vault.catalog()?;
        let versions = vault.scan_all(&catalog, |item, version, r| {
            let latest = version.number == item.latest().number;
            let case = case(r).filter(|_| latest);
            // A table that was exported from here comes back with what a table can hold.
            let again = record::fingerprint(&record::export::as_table(r));
            let prints = [record::fingerprint(r), again];
            (prints, case, item.id, version.number)
        })?;
        let mut present = Self {
            contents: HashSet::with_capacity(versions.len()),
            cases: HashMap::new(),
        };
        for (prints, case, id, version) in versions {
            present.contents.extend(prints);
            if let Some(case) = case {
                present.cases.insert(case, (id, version));
            }
        }
        Ok(present)
    }
}

/// A case number belongs to a kind of record: a call and a victim may have the same.
fn case(record: &Record) -> Option<String> {
    let folded = record::fold(&record.local_id);
    (!folded.is_empty()).then(|| format!("{}/{folded}", record.kind.code()))
}

/// What becomes of a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    New,
    Changed,
    Present,
    /// The case number is there with other data.
    Differs,
    Wrong,
}

impl Outcome {
    fn code(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Present => "present",
            Self::Differs => "differs",
            Self::Wrong => "wrong",
        }
    }

    fn id(self) -> &'static str {
        match self {
            Self::New => "import-row-new",
            Self::Changed => "import-row-changed",
            Self::Present => "import-row-present",
            Self::Differs => "import-row-differs",
            Self::Wrong => "import-row-wrong",
        }
    }
}

/// What becomes of the rows of a file.
#[derive(Default)]
struct Plan {
    new: Vec<Record>,
    changed: Vec<(ObjectId, u32, Record)>,
    present: usize,
    wrong: usize,
    /// Lines whose case number is in the vault with other data.
    differ: Vec<u64>,
}

impl Plan {
    fn add(&mut self, row: Row, present: &mut Present, update: bool) -> Outcome {
        let Ok(record) = row.record else {
            self.wrong += 1;
            return Outcome::Wrong;
        };
        if !present.contents.insert(record::fingerprint(&record)) {
            self.present += 1;
            return Outcome::Present;
        }
        let known = case(&record).and_then(|c| present.cases.get_mut(&c));
        match known {
            None => {
                if let Some(case) = case(&record) {
                    // A second row of this case has nothing stored to follow.
                    present.cases.insert(case, (ObjectId([0; 16]), 0));
                }
                self.new.push(record);
                Outcome::New
            }
            Some((id, version)) if update && *version > 0 => {
                self.changed.push((*id, *version, record));
                *version = 0;
                Outcome::Changed
            }
            Some(_) => {
                self.differ.push(row.line);
                Outcome::Differs
            }
        }
    }
}

fn options(app: &App, args: &Import) -> Result<Options, Failure> {
    let mut options = Options {
        kind: args.kind.map(Kind::from),
        sheet: args.sheet.clone(),
        ..Options::default()
    };
    if let Some(path) = &args.map {
        let bytes = bytes(path, import::MAP_MAX as u64 + 1)?;
        let map = Map::parse(&bytes).map_err(|problem| {
            let line = Message::new("cli-import-line")
                .with("file", path.display().to_string())
                .with("what", problem.message());
            Failure::new(FAILED, line)
        })?;
        options.map = Some(map);
    }
    if let Some(purpose) = &args.consent_matching {
        let consent = &mut options.consents.matching;
        consent.given = Agreement::Yes;
        consent.purpose.clone_from(purpose);
        consent.until = match &args.consent_until {
            None => None,
            Some(text) => Some(app.date(text)?),
        };
    }
    Ok(options)
}

pub(crate) fn import(app: &App, args: &Import) -> Result<u8, Failure> {
    let options = options(app, args)?;
    if let Some(to) = &args.propose_map {
        return propose(app, args, &options, to);
    }
    let vault = vault::open(app)?;
    if args.dry_run {
        app.on_screen(false);
    }
    let compartment = args.compartment.as_deref();
    let compartment = compartment
        .map(|name| crate::keys::named(&vault, name))
        .transpose()?;
    let mut present = Present::read(&vault)?;
    let mut files = Vec::new();
    let mut failed = 0;
    for path in &args.files {
        let task = Task {
            args,
            options: &options,
            vault: &vault,
            compartment,
            path,
        };
        let told = task.run(app, &mut present)?;
        failed += usize::from(!told.complete);
        files.push(told.json);
    }
    if app.json() {
        app.print_json(&serde_json::json!({ "files": files }));
    }
    if failed > 0 {
        return Err(Failure::new(
            FAILED,
            Message::new(if args.dry_run {
                "cli-import-mistakes"
            } else {
                "cli-import-incomplete"
            })
            .with("files", failed),
        ));
    }
    Ok(0)
}

/// Writes a map for a table, as far as it shows what its columns are. Nothing is stored, and no key
/// is needed.
fn propose(app: &App, args: &Import, options: &Options, to: &Path) -> Result<u8, Failure> {
    let [path] = &args.files[..] else {
        return Err(Failure::usage("cli-import-one-table"));
    };
    let table = bytes(path, import::FILE_MAX as u64 + 1)?;
    let map = match import::propose(&table, options, app.messages()) {
        Ok(map) => map,
        Err(problem) => {
            let line = Message::new("cli-import-line")
                .with("file", path.display().to_string())
                .with("what", problem.message());
            return Err(Failure::new(FAILED, line));
        }
    };
    if to == Path::new("-") {
        app.print(map.trim_end());
        return Ok(0);
    }
    crate::files::write_private(to, map.as_bytes())?;
    if app.json() {
        app.print_json(&serde_json::json!({ "map": to.display().to_string() }));
    } else {
        app.print(
            &app.text(
                &Message::new("import-proposed")
                    .with("map", to.display().to_string())
                    .with("table", path.display().to_string()),
            ),
        );
    }
    Ok(0)
}

/// The bytes of a file or of standard input, at most `limit`.
fn bytes(path: &Path, limit: u64) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let mut bytes = Zeroizing::new(Vec::new());
    if path == Path::new("-") {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|f| f.take(limit).read_to_end(&mut bytes))
    }
    .map_err(|e| file(path, &e))?;
    Ok(bytes)
}

struct Told {
    complete: bool,
    json: serde_json::Value,
}

/// One file.
struct Task<'t> {
    args: &'t Import,
    options: &'t Options,
    vault: &'t Vault,
    compartment: Option<CompartmentId>,
    path: &'t Path,
}

impl Task<'_> {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// Tells what is wrong or remarkable, with the name of the file in front.
    fn tell(&self, app: &App, what: &impl Localize) {
        let line = Message::new("cli-import-line")
            .with("file", self.name())
            .with("what", what.message());
        app.warn(&line);
    }

    fn run(&self, app: &App, present: &mut Present) -> Result<Told, Failure> {
        let bytes = bytes(self.path, import::FILE_MAX as u64 + 1)?;
        let table = match read(&bytes, self.options) {
            Ok(table) => table,
            Err(problem) => {
                self.tell(app, &problem);
                let json = serde_json::json!({
                    "file": self.name(), "error": app.text(&problem), "stored": 0,
                });
                return Ok(Told {
                    complete: false,
                    json,
                });
            }
        };
        let sheet = table.delimiter.is_none();
        let mut warnings = Vec::new();
        for warning in &table.warnings {
            self.warn(app, warning, &mut warnings);
        }
        let before = present.clone();
        let mut plan = Plan::default();
        let mut problems = Vec::new();
        let mut rows = Vec::new();
        for row in table.rows {
            for problem in row.record.as_ref().err().into_iter().flatten() {
                self.tell(app, problem);
                problems.push(app.text(problem));
            }
            for warning in &row.warnings {
                self.warn(app, warning, &mut warnings);
            }
            let line = row.line;
            let shown = self.args.dry_run.then(|| Shown::of(app, &row));
            let outcome = plan.add(row, present, self.args.update);
            if outcome == Outcome::Differs {
                self.tell(
                    app,
                    &at_row(sheet, line, Message::new("cli-import-differs")),
                );
            }
            if let Some(shown) = shown {
                if app.json() {
                    rows.push(shown.json(line, outcome));
                } else if !app.global.quiet {
                    app.print(&app.text(&shown.message(sheet, line, outcome)));
                }
            }
        }
        self.store(app, plan, present, before, |plan, stored, updated| {
            serde_json::json!({
                "file": self.name(),
                "stored": stored,
                "updated": updated,
                "already_present": plan.present,
                "refused": plan.wrong + plan.differ.len(),
                "dry_run": self.args.dry_run,
                "problems": problems,
                "warnings": warnings,
                "differ": plan.differ,
                "export": table.export.map(import::Export::name),
                "rows": self.args.dry_run.then_some(rows),
            })
        })
    }

    fn warn(&self, app: &App, warning: &record::Warning, all: &mut Vec<String>) {
        if !app.global.quiet {
            self.tell(app, warning);
        }
        all.push(app.text(warning));
    }

    fn store(
        &self,
        app: &App,
        plan: Plan,
        present: &mut Present,
        before: Present,
        json: impl FnOnce(&Plan, usize, usize) -> serde_json::Value,
    ) -> Result<Told, Failure> {
        let args = self.args;
        let complete = plan.wrong == 0 && plan.differ.is_empty();
        let store = !args.dry_run && (complete || args.keep_going);
        let mut stored = 0;
        let mut updated = 0;
        if store {
            let total = plan.new.len() + plan.changed.len();
            let progress = app.progress("cli-progress-seal", total as u64);
            let reason = Reason::none();
            if total > 0 {
                let (new, changed) = (&plan.new, &plan.changed);
                let step = |n| progress.at(n as u64);
                self.vault
                    .store_all(new, changed, self.compartment, Some(&reason), step)?;
            }
            stored = plan.new.len();
            updated = plan.changed.len();
        } else {
            // Nothing of this file is in the vault; the next file is compared with what is.
            *present = before;
        }
        if app.json() {
            return Ok(Told {
                complete,
                json: json(&plan, stored, updated),
            });
        }
        let summary = Message::new(if args.dry_run {
            "cli-import-would"
        } else {
            "cli-import-done"
        })
        .with("file", self.name())
        .with("stored", if args.dry_run { plan.new.len() } else { stored })
        .with(
            "updated",
            if args.dry_run {
                plan.changed.len()
            } else {
                updated
            },
        )
        .with("present", plan.present)
        .with("refused", plan.wrong + plan.differ.len());
        app.print(&app.text(&summary));
        if !complete && !args.keep_going && !args.dry_run {
            self.tell(app, &Message::new("cli-import-nothing-stored"));
        }
        Ok(Told {
            complete,
            json: serde_json::Value::Null,
        })
    }
}

/// The row of a sheet, or the line of a text, in front.
fn at_row(sheet: bool, line: u64, what: Message) -> Message {
    let at = if sheet {
        Message::new("record-at-sheet-row").with("row", line)
    } else {
        Message::new("record-at-row").with("line", line)
    };
    at.with("what", what)
}

/// What a dry run says of a row: who it is only to a person at a terminal.
struct Shown {
    person: Option<String>,
    fields: Vec<&'static str>,
}

impl Shown {
    fn of(app: &App, row: &Row) -> Self {
        let Ok(record) = &row.record else {
            return Self {
                person: None,
                fields: Vec::new(),
            };
        };
        let filled = FieldId::ALL
            .iter()
            .filter(|f| !record::get(record, **f).is_empty());
        let person = (!app.json() && std::io::stdout().is_terminal()).then(|| {
            let name = [
                FieldId::GivenNames,
                FieldId::PaternalSurname,
                FieldId::MaternalSurname,
            ]
            .map(|f| record::get(record, f))
            .join(" ");
            let others = [FieldId::DateOfBirth, FieldId::LocalId].map(|f| record::get(record, f));
            let parts = std::iter::once(name.trim().to_owned()).chain(others);
            parts
                .filter(|p| !p.is_empty())
                .collect::<Vec<_>>()
                .join(", ")
        });
        Self {
            person,
            fields: filled.map(|f| f.id()).collect(),
        }
    }

    fn message(self, sheet: bool, line: u64, outcome: Outcome) -> Message {
        let mut what = Message::new(outcome.id());
        if !matches!(outcome, Outcome::Wrong) {
            what = what.with("fields", self.fields.len()).with(
                "person",
                match self.person {
                    Some(person) => Message::new("import-row-person").with("person", person),
                    None => Message::new("import-row-nobody"),
                },
            );
        }
        at_row(sheet, line, what)
    }

    fn json(self, line: u64, outcome: Outcome) -> serde_json::Value {
        serde_json::json!({ "line": line, "outcome": outcome.code(), "fields": self.fields })
    }
}
