//! Tables into the vault.

use std::collections::{HashMap, HashSet};
use std::io::Read as _;
use std::path::Path;

use sigilo::i18n::{Localize, Message};
use sigilo::log::act::Reason;
use sigilo::record::code::Agreement;
use sigilo::record::import::{self, Options, Row, read};
use sigilo::record::{self, Date, Kind, Record};
use sigilo::vault::{ObjectId, Vault, VaultError};
use zeroize::Zeroizing;

use crate::app::App;
use crate::cli::Import;
use crate::failure::{FAILED, Failure, file};
use crate::vault;

/// What the vault holds already: by content, and by case number.
#[derive(Clone)]
struct Present {
    contents: HashSet<[u8; 32]>,
    cases: HashMap<String, (ObjectId, u32)>,
}

impl Present {
    fn read(vault: &Vault) -> Result<Self, VaultError> {
        let catalog = vault.catalog()?;
        let rows = vault.scan(&catalog, |item, r| {
            let version = item.latest().number;
            // A table that was exported from here comes back with what a table can hold.
            let again = record::fingerprint(&record::export::as_table(r));
            ([record::fingerprint(r), again], case(r), item.id, version)
        })?;
        let mut present = Self {
            contents: HashSet::with_capacity(rows.len()),
            cases: HashMap::new(),
        };
        for (prints, case, id, version) in rows {
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

fn plan(rows: Vec<Row>, present: &mut Present, update: bool) -> Plan {
    let mut plan = Plan::default();
    for row in rows {
        let Ok(record) = row.record else {
            plan.wrong += 1;
            continue;
        };
        if !present.contents.insert(record::fingerprint(&record)) {
            plan.present += 1;
            continue;
        }
        let known = case(&record).and_then(|c| present.cases.get_mut(&c));
        match known {
            None => {
                if let Some(case) = case(&record) {
                    // A second row of this case has nothing stored to follow.
                    present.cases.insert(case, (ObjectId([0; 16]), 0));
                }
                plan.new.push(record);
            }
            Some((id, version)) if update && *version > 0 => {
                plan.changed.push((*id, *version, record));
                *version = 0;
            }
            Some(_) => plan.differ.push(row.line),
        }
    }
    plan
}

pub(crate) fn import(app: &App, args: &Import) -> Result<u8, Failure> {
    let mut options = Options {
        kind: args.kind.map(Kind::from),
        ..Options::default()
    };
    if let Some(purpose) = &args.consent_matching {
        let consent = &mut options.consents.matching;
        consent.given = Agreement::Yes;
        consent.purpose.clone_from(purpose);
        consent.until = match &args.consent_until {
            None => None,
            Some(text) => Some(Date::parse(text).map_err(|_| Failure::usage("cli-usage-date"))?),
        };
    }
    let vault = vault::open(app)?;
    let mut present = Present::read(&vault)?;
    let mut files = Vec::new();
    let mut failed = 0;
    for path in &args.files {
        let outcome = one(app, args, &options, &vault, &mut present, path)?;
        failed += usize::from(!outcome.complete);
        files.push(outcome.json);
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

struct Outcome {
    complete: bool,
    json: serde_json::Value,
}

/// Tells what is wrong or remarkable, with the name of the file in front.
fn tell(app: &App, path: &Path, what: &impl Localize) {
    let line = Message::new("cli-import-line")
        .with("file", path.display().to_string())
        .with("what", what.message());
    app.warn(&line);
}

fn one(
    app: &App,
    args: &Import,
    options: &Options,
    vault: &Vault,
    present: &mut Present,
    path: &Path,
) -> Result<Outcome, Failure> {
    let name = path.display().to_string();
    let mut bytes = Zeroizing::new(Vec::new());
    let limit = import::FILE_MAX as u64 + 1;
    if path == Path::new("-") {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|f| f.take(limit).read_to_end(&mut bytes))
    }
    .map_err(|e| file(path, &e))?;
    let table = match read(&bytes, options) {
        Ok(table) => table,
        Err(problem) => {
            tell(app, path, &problem);
            let json = serde_json::json!({
                "file": name, "error": app.text(&problem), "stored": 0,
            });
            return Ok(Outcome {
                complete: false,
                json,
            });
        }
    };
    let problems: Vec<String> = table.problems().map(|p| app.text(p)).collect();
    for problem in table.problems() {
        tell(app, path, problem);
    }
    if !app.global.quiet {
        for warning in table
            .warnings
            .iter()
            .chain(table.rows.iter().flat_map(|r| &r.warnings))
        {
            tell(app, path, warning);
        }
    }
    let warnings: Vec<String> = table
        .warnings
        .iter()
        .chain(table.rows.iter().flat_map(|r| &r.warnings))
        .map(|w| app.text(w))
        .collect();
    let before = present.clone();
    let plan = plan(table.rows, present, args.update);
    for line in &plan.differ {
        tell(
            app,
            path,
            &Message::new("cli-import-differs").with("line", *line),
        );
    }
    let complete = plan.wrong == 0 && plan.differ.is_empty();
    let store = !args.dry_run && (complete || args.keep_going);
    let mut stored = 0;
    let mut updated = 0;
    if store {
        let total = plan.new.len() + plan.changed.len();
        let progress = app.progress("cli-progress-seal", total as u64);
        let reason = Reason::none();
        if total > 0 {
            vault.store_all(&plan.new, &plan.changed, Some(&reason), |n| {
                progress.at(n as u64)
            })?;
        }
        stored = plan.new.len();
        updated = plan.changed.len();
    } else {
        // Nothing of this file is in the vault; the next file is compared with what is.
        *present = before;
    }
    let summary = Message::new(if args.dry_run {
        "cli-import-would"
    } else {
        "cli-import-done"
    })
    .with("file", name.clone())
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
    if app.json() {
        let json = serde_json::json!({
            "file": name,
            "stored": stored,
            "updated": updated,
            "already_present": plan.present,
            "refused": plan.wrong + plan.differ.len(),
            "dry_run": args.dry_run,
            "problems": problems,
            "warnings": warnings,
            "differ": plan.differ,
        });
        return Ok(Outcome { complete, json });
    }
    app.print(&app.text(&summary));
    if !complete && !args.keep_going && !args.dry_run {
        tell(app, path, &Message::new("cli-import-nothing-stored"));
    }
    Ok(Outcome {
        complete,
        json: serde_json::Value::Null,
    })
}
