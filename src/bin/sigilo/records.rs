//! Sealing, finding, showing and changing records.

use std::io::Read as _;
use std::path::Path;

use sigilo::i18n::Message;
use sigilo::log::act::{ActKind, Reason};
use sigilo::record::{self, FieldId, Kind, Query, Record, SearchKey};
use sigilo::vault::catalog::Item;
use sigilo::vault::index::Found;
use sigilo::vault::{
    ActNote, Catalog, CompartmentId, Guarded, ObjectId, Rights, Vault, VaultError,
};
use zeroize::Zeroizing;

use crate::app::{App, column};
use crate::cli::{Amend, Duplicates, Erase, KindArg, List, Pair, Seal, Search, Show};
use crate::failure::{FAILED, Failure, NOTHING, file};
use crate::interview::form::Form;
use crate::interview::{self, Ended};
use crate::{prompt, vault};

/// Text from a file, or from standard input for `-`.
pub(crate) fn read_text(path: &Path, max: usize) -> Result<Zeroizing<String>, Failure> {
    let limit = max as u64 + 1;
    let mut text = Zeroizing::new(String::new());
    let read = if path == Path::new("-") {
        std::io::stdin()
            .lock()
            .take(limit)
            .read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|f| f.take(limit).read_to_string(&mut text))
    };
    read.and_then(|n| {
        if n > max {
            Err(std::io::ErrorKind::FileTooLarge.into())
        } else {
            Ok(())
        }
    })
    .map_err(|e| file(path, &e))?;
    Ok(text)
}

/// Every mistake on a line of its own, then the failure.
fn refused(app: &App, problems: &[record::Problem]) -> Failure {
    for problem in problems {
        app.warn(problem);
    }
    Failure::new(
        FAILED,
        Message::new("cli-record-refused").with("count", problems.len()),
    )
}

pub(crate) fn reason(given: Option<&String>) -> Result<Reason, Failure> {
    let text = given.map(String::as_str).unwrap_or_default();
    Reason::new(text).map_err(|_| Failure::usage("cli-reason-too-long"))
}

/// The record that somebody means: by the beginning of its id, or by its case number.
pub(crate) fn find<'c>(
    vault: &Vault,
    catalog: &'c Catalog,
    typed: &str,
) -> Result<&'c Item, Failure> {
    match catalog.find(typed) {
        Ok(item) => Ok(item),
        Err(by_id) => {
            let fits = vault.index()?.with_case(typed);
            let mut fits = fits.into_iter();
            match (fits.next(), fits.count()) {
                (Some(found), 0) => catalog.get(found.id).ok_or_else(|| by_id.into()),
                (Some(_), more) => Err(VaultError::AmbiguousId(more + 1).into()),
                _ => Err(by_id.into()),
            }
        }
    }
}

pub(crate) fn seal(app: &App, args: &Seal) -> Result<u8, Failure> {
    let kind = args.kind.map(Kind::from);
    let from_file = match &args.file {
        Some(path) => Some(path.as_path()),
        None if prompt::interactive() => None,
        None => Some(Path::new("-")),
    };
    // The key first: nobody should answer thirty questions and then find that it is wrong.
    let vault = vault::open(app)?;
    let compartment = args.compartment.as_deref();
    let compartment = compartment
        .map(|n| crate::keys::named(&vault, n))
        .transpose()?;
    let record = match from_file {
        Some(path) => {
            let text = read_text(path, record::JSON_MAX)?;
            record::from_json(&text).map_err(|p| refused(app, &p))?
        }
        None => return interviewed(app, &vault, kind, compartment),
    };
    checked(app, &record)?;
    let likely = likely(app, &vault, &record)?;
    if !likely.is_empty() && !args.yes && prompt::interactive() {
        let question = Message::new("cli-ask-seal-anyway");
        if !prompt::confirm(app, &question)? {
            return Err(Failure::of("cli-stopped"));
        }
    }
    let id = match compartment {
        Some(compartment) => vault.seal_into(&record, compartment)?,
        None => vault.seal(&record)?,
    };
    sealed(app, id, &likely);
    Ok(0)
}

/// Asks in a terminal and seals, or keeps what was answered for another day.
fn interviewed(
    app: &App,
    vault: &Vault,
    kind: Option<Kind>,
    compartment: Option<CompartmentId>,
) -> Result<u8, Failure> {
    let draft = interview::resume(app, vault)?;
    let form = match &draft {
        Some(draft) => Form::resumed(draft.record.clone(), draft.at),
        None => Form::new(kind),
    };
    let mut alike = Vec::new();
    let ended = interview::ask(app, form, |record| {
        let found = likely_lines(app, vault, record)?;
        alike = found.iter().map(|(id, _)| *id).collect();
        Ok(found.into_iter().map(|(_, line)| line).collect())
    })?;
    match ended {
        Ended::Finished(form) => {
            let id = match (&draft, compartment) {
                (Some(draft), _) => vault.seal_draft(&form.record, compartment, draft)?,
                (None, Some(compartment)) => vault.seal_into(&form.record, compartment)?,
                (None, None) => vault.seal(&form.record)?,
            };
            sealed(app, id, &alike);
            Ok(0)
        }
        Ended::Kept(form) => {
            interview::keep(app, vault, &form, compartment, draft.as_ref())?;
            Ok(0)
        }
        Ended::Left => Err(interview::left()),
    }
}

fn sealed(app: &App, id: ObjectId, likely: &[ObjectId]) {
    if app.json() {
        let likely: Vec<_> = likely.iter().map(ToString::to_string).collect();
        app.print_json(&serde_json::json!({ "id": id.to_string(), "likely_duplicates": likely }));
    } else {
        app.print(&app.text(&Message::new("cli-sealed").with("id", id.short())));
    }
}

/// Shows records that are probably the same person as a new one, before it is stored. A key that
/// cannot read shows nothing.
pub(crate) fn likely(app: &App, vault: &Vault, new: &Record) -> Result<Vec<ObjectId>, Failure> {
    let found = likely_lines(app, vault, new)?;
    if !found.is_empty() {
        app.warn(&Message::new("cli-seal-likely").with("count", found.len()));
        for (_, line) in &found {
            app.warn_line(line);
        }
    }
    Ok(found.into_iter().map(|(id, _)| id).collect())
}

/// A record that was found, and its line.
type Told = (ObjectId, Zeroizing<String>);

/// The records that are probably the same person as a new one. That they were shown is logged.
pub(crate) fn likely_lines(app: &App, vault: &Vault, new: &Record) -> Result<Vec<Told>, Failure> {
    const SHOWN: usize = 5;
    if !vault.access().rights.has(Rights::READ) {
        return Ok(Vec::new());
    }
    let index = vault.index()?;
    let alike = index.alike(&SearchKey::new(new), record::LIKELY);
    let found = opened(vault, alike.into_iter().take(SHOWN))?;
    if !found.is_empty() {
        vault.log(ActNote::new(ActKind::Duplicates).count(found.len() as u64))?;
    }
    let lines = found.into_iter();
    Ok(lines
        .map(|(_, id, line)| (id, Zeroizing::new(line.text(app))))
        .collect())
}

/// Opens what was found, to show a line of each. What another program erased meanwhile is not there.
fn opened<T>(
    vault: &Vault,
    found: impl Iterator<Item = (T, Found)>,
) -> Result<Vec<(T, ObjectId, Line)>, Failure> {
    let mut lines = Vec::new();
    for (how, at) in found {
        match vault.read(at.leaf) {
            Ok(record) => lines.push((how, at.id, Line::of(at.id, at.version as usize, &record))),
            Err(VaultError::NoSuchRecord) => {}
            Err(e) => return Err(e.into()),
        }
    }
    Ok(lines)
}

/// One line of a list.
pub(crate) struct Line {
    id: String,
    short: String,
    kind: Kind,
    name: Zeroizing<String>,
    birth: Zeroizing<String>,
    local_id: Zeroizing<String>,
    versions: usize,
}

impl Line {
    pub(crate) fn new(item: &Item, record: &Record) -> Self {
        Self::of(item.id, item.versions.len(), record)
    }

    fn of(id: ObjectId, versions: usize, record: &Record) -> Self {
        Self {
            id: id.to_string(),
            short: id.short(),
            kind: record.kind,
            name: Zeroizing::new(name(record)),
            birth: Zeroizing::new(record::get(record, FieldId::DateOfBirth)),
            local_id: Zeroizing::new(record.local_id.clone()),
            versions,
        }
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "id": self.id,
            "kind": self.kind.code(),
            "name": self.name.as_str(),
            "date_of_birth": self.birth.as_str(),
            "local_id": self.local_id.as_str(),
            "versions": self.versions,
        })
    }

    fn print(&self, app: &App) {
        app.print(&self.text(app));
    }

    pub(crate) fn text(&self, app: &App) -> String {
        format!(
            "{}  {} {} {} {}",
            self.short,
            column(&app.text(&self.kind.message()), 9),
            column(&self.name, 34),
            column(&self.birth, 10),
            self.local_id.as_str(),
        )
        .trim_end()
        .to_owned()
    }
}

pub(crate) fn name(record: &Record) -> String {
    let parts = [
        &record.given_names,
        &record.paternal_surname,
        &record.maternal_surname,
    ];
    let full: Vec<&str> = parts
        .iter()
        .map(|p| p.as_str())
        .filter(|p| !p.is_empty())
        .collect();
    if full.is_empty() {
        record.preferred_name.clone()
    } else {
        full.join(" ")
    }
}

pub(crate) fn list(app: &App, args: &List) -> Result<u8, Failure> {
    let day = args.due.as_ref().map(|text| crate::keeping::day(app, text));
    let day = day.transpose()?;
    let vault = vault::open(app)?;
    app.on_screen(false);
    let catalog = vault.catalog()?;
    let due = match day {
        None => None,
        Some(day) => Some(crate::keeping::due(&vault, &catalog, day)?),
    };
    let wanted = args.kind.map(<Kind as From<KindArg>>::from);
    let lines: Vec<Line> = vault
        .scan(&catalog, |item, r| {
            let is_due = due.as_ref().is_none_or(|due| due.contains(&item.id));
            let wanted = wanted.is_none_or(|k| k == r.kind);
            (wanted && is_due).then(|| Line::new(item, r))
        })?
        .into_iter()
        .flatten()
        .collect();
    let shown = args.limit.unwrap_or(lines.len()).min(lines.len());
    vault.require_two(Guarded::Opening, shown as u64)?;
    vault.log(ActNote::new(ActKind::List).count(shown as u64))?;
    if app.json() {
        let rows: Vec<_> = lines.iter().take(shown).map(Line::json).collect();
        app.print_json(&serde_json::json!({
            "records": rows, "total": lines.len(), "persons": catalog.persons().len(),
        }));
    } else {
        lines.iter().take(shown).for_each(|l| l.print(app));
        let total = Message::new("cli-list-total")
            .with("shown", shown)
            .with("records", lines.len())
            .with("persons", catalog.persons().len());
        app.note(&total);
    }
    Ok(if lines.is_empty() { NOTHING } else { 0 })
}

pub(crate) fn show(app: &App, args: &Show) -> Result<u8, Failure> {
    let vault = vault::open(app)?;
    app.on_screen(true);
    let catalog = vault.catalog()?;
    let item = find(&vault, &catalog, &args.id)?;
    let version = match args.version {
        None => item.latest(),
        Some(n) => *item
            .versions
            .iter()
            .find(|v| v.number == n)
            .ok_or_else(|| Failure::new(NOTHING, Message::new("cli-no-such-version")))?,
    };
    let record = vault.read(version.leaf)?;
    let keeping = vault.keeping(&catalog, item.id)?;
    // Logged before it is shown: what was seen is always in the log.
    vault.log(ActNote::new(ActKind::Open).on(item.id.0, version.number))?;
    let same: Vec<String> = catalog
        .same_person(item.id)
        .into_iter()
        .filter(|id| *id != item.id)
        .map(|id| id.short())
        .collect();
    if app.json() {
        app.print_json(&serde_json::json!({
            "id": item.id.to_string(),
            "version": version.number,
            "versions": item.versions.iter().map(|v| serde_json::json!({ "version": v.number, "entry": v.leaf })).collect::<Vec<_>>(),
            "linked": catalog.same_person(item.id).iter().filter(|i| **i != item.id).map(ToString::to_string).collect::<Vec<_>>(),
            "keeping": crate::keeping::json(&keeping),
            "record": record::to_json(&record),
        }));
        return Ok(0);
    }
    let head = Message::new("cli-show-head")
        .with("id", item.id.short())
        .with("version", version.number)
        .with("versions", item.versions.len())
        .with("entry", version.leaf);
    app.print(&app.text(&head));
    if vault.conflict_of(item.id)?.is_some() {
        app.warn(&Message::new("transfer-show-conflict").with("id", item.id.short()));
    }
    if !same.is_empty() {
        app.print(&app.text(&Message::new("cli-show-linked").with("ids", same.join(", "))));
    }
    crate::keeping::print(app, &keeping);
    print_record(app, &record);
    Ok(0)
}

/// Every field that holds something or says why not, under the headings of its group.
pub(crate) fn print_record(app: &App, record: &Record) {
    let mut group = None;
    for &field in FieldId::ALL {
        let told: Vec<String> = record::spoken(record, field)
            .iter()
            .map(|m| app.text(m))
            .collect();
        let text = if told.is_empty() {
            Zeroizing::new(record::get(record, field))
        } else {
            Zeroizing::new(told.join(", "))
        };
        if text.is_empty() {
            continue;
        }
        if group != Some(field.group()) {
            group = Some(field.group());
            app.print("");
            app.print(&app.text(&field.group().message()));
        }
        let label = column(&app.text(&field.label()), 36);
        app.print(&format!("  {label} {}", text.as_str()));
    }
    for form in &record.htcds {
        for answer in &form.answers {
            app.print(&format!(
                "  {} {}",
                column(&answer.field, 36),
                answer.values.join(", ")
            ));
        }
    }
}

/// A record that was found: how well it fits, its id, its line.
type Ranked = (u32, ObjectId, Line);

/// Finds people, best first, and how many there are in all. That they were looked for is logged.
pub(crate) fn searched(
    vault: &Vault,
    words: &str,
    limit: usize,
) -> Result<(Vec<Ranked>, usize), Failure> {
    let all = vault.index()?.search(&Query::new(words));
    let total = all.len();
    vault.require_two(Guarded::Opening, total.min(limit) as u64)?;
    let found = opened(vault, all.into_iter().take(limit))?;
    vault.log(ActNote::new(ActKind::Search).count(found.len() as u64))?;
    Ok((found, total))
}

/// The first records of the vault, and how many there are. That they were listed is logged.
pub(crate) fn listed(
    vault: &Vault,
    limit: usize,
) -> Result<(Vec<(ObjectId, Line)>, usize), Failure> {
    let catalog = vault.catalog()?;
    let mut lines = vault.scan(&catalog, |item, r| (item.id, Line::new(item, r)))?;
    let total = lines.len();
    lines.truncate(limit);
    vault.require_two(Guarded::Opening, lines.len() as u64)?;
    vault.log(ActNote::new(ActKind::List).count(lines.len() as u64))?;
    Ok((lines, total))
}

pub(crate) fn search(app: &App, args: &Search) -> Result<u8, Failure> {
    let query = if args.words.is_empty() {
        if !prompt::interactive() {
            return Err(Failure::usage("cli-search-needs-words"));
        }
        prompt::line(&app.t("cli-ask-search"))?.unwrap_or_default()
    } else {
        Zeroizing::new(args.words.join(" "))
    };
    let vault = vault::open(app)?;
    app.on_screen(false);
    let (found, total) = searched(&vault, &query, args.limit)?;
    if app.json() {
        let rows: Vec<_> = found
            .iter()
            .map(|(rank, _, line)| {
                let mut row = line.json();
                row["rank"] = serde_json::json!(rank);
                row
            })
            .collect();
        app.print_json(&serde_json::json!({ "records": rows, "total": total }));
    } else {
        found.iter().for_each(|(_, _, line)| line.print(app));
        let note = Message::new("cli-search-total")
            .with("shown", found.len())
            .with("records", total);
        app.note(&note);
    }
    Ok(if found.is_empty() { NOTHING } else { 0 })
}

pub(crate) fn amend(app: &App, args: &Amend) -> Result<u8, Failure> {
    let vault = vault::open(app)?;
    let catalog = vault.catalog()?;
    let item = find(&vault, &catalog, &args.id)?;
    let latest = item.latest();
    // A file that is no good opens no record.
    let patch = match &args.file {
        None if prompt::interactive() => None,
        file => {
            let path = file.as_deref().unwrap_or(Path::new("-"));
            Some(parse_patch(&read_text(path, record::JSON_MAX)?)?)
        }
    };
    let before = vault.read(latest.leaf)?;
    vault.log(ActNote::new(ActKind::Open).on(item.id.0, latest.number))?;
    let after = match &patch {
        None => {
            let questions = record::interview(before.kind).to_vec();
            let form = Form::amending(before.clone(), questions);
            match interview::ask(app, form, |_| Ok(Vec::new()))? {
                Ended::Finished(form) => form.record.clone(),
                Ended::Kept(_) | Ended::Left => return Err(interview::left()),
            }
        }
        Some(patch) => merged(app, record::to_json(&before), patch)?,
    };
    if after == before {
        app.note(&Message::new("cli-amend-nothing"));
        if app.json() {
            let version = latest.number;
            app.print_json(&serde_json::json!({ "id": item.id.to_string(), "version": version }));
        }
        return Ok(0);
    }
    checked(app, &after)?;
    let version = vault.amend(
        item.id,
        latest.number,
        &after,
        &reason(args.reason.as_ref())?,
    )?;
    if app.json() {
        app.print_json(&serde_json::json!({ "id": item.id.to_string(), "version": version }));
    } else {
        let done = Message::new("cli-amended")
            .with("id", item.id.short())
            .with("version", version);
        app.print(&app.text(&done));
    }
    Ok(0)
}

/// Says what is doubtful in a record, and refuses what no record can hold.
pub(crate) fn checked(app: &App, record: &Record) -> Result<(), Failure> {
    let warnings = record::check(record, record::today()).map_err(|p| refused(app, &p))?;
    for warning in &warnings {
        app.warn(warning);
    }
    Ok(())
}

/// The changes of a JSON merge patch (RFC 7396).
pub(crate) fn parse_patch(text: &str) -> Result<serde_json::Value, Failure> {
    let patch: serde_json::Value = serde_json::from_str(text).map_err(|e| {
        Failure::new(
            FAILED,
            Message::new("cli-json-syntax")
                .with("line", e.line())
                .with("column", e.column()),
        )
    })?;
    if patch.is_object() {
        Ok(patch)
    } else {
        Err(Failure::of("cli-amend-not-object"))
    }
}

/// A record as JSON with the changes of a merge patch: what is named is replaced, `null` takes away, the
/// rest stays.
pub(crate) fn merged(
    app: &App,
    mut whole: serde_json::Value,
    patch: &serde_json::Value,
) -> Result<Record, Failure> {
    apply(&mut whole, patch);
    let text = Zeroizing::new(whole.to_string());
    record::from_json(&text).map_err(|p| refused(app, &p))
}

fn apply(target: &mut serde_json::Value, patch: &serde_json::Value) {
    let Some(changes) = patch.as_object() else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = serde_json::Value::Object(serde_json::Map::new());
    }
    if let Some(object) = target.as_object_mut() {
        for (key, value) in changes {
            if value.is_null() {
                object.remove(key);
            } else {
                apply(
                    object.entry(key.clone()).or_insert(serde_json::Value::Null),
                    value,
                );
            }
        }
    }
}

pub(crate) fn link(app: &App, args: &Pair, linked: bool) -> Result<u8, Failure> {
    let reason = reason(args.reason.as_ref())?;
    let vault = vault::open(app)?;
    let catalog = vault.catalog()?;
    let first = find(&vault, &catalog, &args.first)?.id;
    let second = find(&vault, &catalog, &args.second)?.id;
    vault.set_link(first, second, linked, &reason)?;
    let id = if linked { "cli-linked" } else { "cli-unlinked" };
    if app.json() {
        app.print_json(&serde_json::json!({
            "first": first.to_string(), "second": second.to_string(), "linked": linked,
        }));
    } else {
        let done = Message::new(id)
            .with("first", first.short())
            .with("second", second.short());
        app.print(&app.text(&done));
    }
    Ok(0)
}

pub(crate) fn duplicates(app: &App, args: &Duplicates) -> Result<u8, Failure> {
    if !(0.0..=1.0).contains(&args.threshold) {
        return Err(Failure::usage("cli-usage-threshold"));
    }
    let vault = vault::open(app)?;
    app.on_screen(false);
    let catalog = vault.catalog()?;
    let all = vault.scan(&catalog, |item, r| (item.id, r.clone(), Line::new(item, r)))?;
    let records: Vec<(usize, &Record)> = all.iter().map(|(_, r, _)| r).enumerate().collect();
    let mut pairs = record::duplicates(&records, args.threshold);
    pairs.retain(|p| match (all.get(p.first), all.get(p.second)) {
        (Some((a, _, _)), Some((b, _, _))) => !catalog.is_same_person(*a, *b),
        _ => false,
    });
    let total = pairs.len();
    pairs.truncate(args.limit);
    vault.require_two(Guarded::Opening, pairs.len() as u64)?;
    vault.log(ActNote::new(ActKind::Duplicates).count(pairs.len() as u64))?;
    let reasons = |p: &record::Duplicate<usize>| -> Vec<String> {
        p.likeness.reasons.iter().map(|r| app.text(r)).collect()
    };
    let lines = |p: &record::Duplicate<usize>| match (all.get(p.first), all.get(p.second)) {
        (Some((_, _, a)), Some((_, _, b))) => Some((a, b)),
        _ => None,
    };
    if app.json() {
        let rows: Vec<_> = pairs
            .iter()
            .filter_map(|p| {
                let (a, b) = lines(p)?;
                Some(serde_json::json!({
                    "first": a.json(), "second": b.json(),
                    "score": p.likeness.score, "reasons": reasons(p),
                }))
            })
            .collect();
        app.print_json(&serde_json::json!({ "pairs": rows, "total": total }));
    } else {
        for pair in &pairs {
            let Some((a, b)) = lines(pair) else { continue };
            app.print(&format!(
                "{:>3.0} %  {}",
                pair.likeness.score * 100.0,
                reasons(pair).join("; ")
            ));
            a.print(app);
            b.print(app);
            app.print("");
        }
        let note = Message::new("cli-duplicates-total")
            .with("shown", pairs.len())
            .with("pairs", total);
        app.note(&note);
    }
    Ok(if pairs.is_empty() { NOTHING } else { 0 })
}

pub(crate) fn erase(app: &App, args: &Erase) -> Result<u8, Failure> {
    let vault = vault::open(app)?;
    let catalog = vault.catalog()?;
    let Some(id) = &args.id else {
        return crate::keeping::erase_due(app, &vault, &catalog, args.reason.as_ref());
    };
    let item = find(&vault, &catalog, id)?;
    let why = prompt::required(
        app,
        args.reason.as_ref(),
        "cli-ask-erase-reason",
        "cli-erase-needs-reason",
    )?;
    let reason = reason(Some(&why))?;
    if !args.yes {
        let question = Message::new("cli-ask-erase")
            .with("id", item.id.short())
            .with("versions", item.versions.len());
        if !prompt::confirm(app, &question)? {
            return Err(Failure::of("cli-stopped"));
        }
    }
    let gone = vault.erase(item.id, &reason)?;
    if app.json() {
        app.print_json(&serde_json::json!({ "id": item.id.to_string(), "erased": gone }));
    } else {
        let done = Message::new("cli-erased")
            .with("id", item.id.short())
            .with("count", gone);
        app.print(&app.text(&done));
    }
    Ok(0)
}
