//! How long records are kept: legal holds, retention dates, and erasing what is due.

use std::collections::HashSet;

use sigilo::i18n::{Arg, Message};
use sigilo::log::act::ActKind;
use sigilo::record::{self, Date};
use sigilo::vault::{ActNote, Catalog, Guarded, Keeping, KeepingChange, ObjectId, Vault};

use crate::app::App;
use crate::cli::{HoldCommand, HoldSet, Retain};
use crate::failure::{Failure, NOTHING};
use crate::records::{Line, find, reason};
use crate::{prompt, vault};

/// The day that somebody typed; today for nothing.
pub(crate) fn day(app: &App, text: &str) -> Result<Date, Failure> {
    if text.is_empty() {
        return Ok(record::today());
    }
    app.date(text)
}

/// Records that are to be erased on this day.
pub(crate) fn due(
    vault: &Vault,
    catalog: &Catalog,
    day: Date,
) -> Result<HashSet<ObjectId>, Failure> {
    let kept = vault.kept(catalog)?.into_iter();
    Ok(kept
        .filter(|(_, keeping)| keeping.is_due(day))
        .map(|(id, _)| id)
        .collect())
}

pub(crate) fn json(keeping: &Keeping) -> serde_json::Value {
    serde_json::json!({
        "hold": keeping.hold.is_some(),
        "hold_reason": keeping.hold.as_ref().map(|r| r.as_str()),
        "until": keeping.until.map(|day| day.to_string()),
    })
}

pub(crate) fn print(app: &App, keeping: &Keeping) {
    if let Some(reason) = &keeping.hold {
        app.print(&app.text(&Message::new("cli-held").with("reason", reason.as_str())));
    }
    if let Some(day) = keeping.until {
        app.print(&app.text(&Message::new("cli-kept-until").with("date", day)));
    }
}

pub(crate) fn hold(app: &App, command: &HoldCommand) -> Result<u8, Failure> {
    let (args, change, done) = match command {
        HoldCommand::List => return list(app),
        HoldCommand::Set(args) => (args, KeepingChange::Hold, "cli-hold-set"),
        HoldCommand::Lift(args) => (args, KeepingChange::Lift, "cli-hold-lifted"),
    };
    let HoldSet { id, reason: why } = args;
    let why = prompt::required(
        app,
        why.as_ref(),
        "cli-ask-hold-reason",
        "cli-hold-needs-reason",
    )?;
    change_keeping(app, id, change, Some(&why), done)
}

pub(crate) fn retain(app: &App, args: &Retain) -> Result<u8, Failure> {
    let until = args.until.as_deref().map(|text| day(app, text));
    let until = until.transpose()?;
    let done = if until.is_some() {
        "cli-retain-set"
    } else {
        "cli-retain-removed"
    };
    let change = KeepingChange::Until(until);
    change_keeping(app, &args.id, change, args.reason.as_ref(), done)
}

fn change_keeping(
    app: &App,
    typed: &str,
    change: KeepingChange,
    why: Option<&String>,
    done: &'static str,
) -> Result<u8, Failure> {
    let why = reason(why)?;
    let vault = vault::open(app)?;
    let catalog = vault.catalog()?;
    let id = find(&vault, &catalog, typed)?.id;
    let keeping = vault.set_keeping(id, change, &why)?;
    if app.json() {
        let mut row = json(&keeping);
        row["id"] = serde_json::json!(id.to_string());
        app.print_json(&row);
        return Ok(0);
    }
    let until = keeping.until.map_or_else(|| Arg::from(""), Arg::from);
    let text = Message::new(done)
        .with("id", id.short())
        .with("date", until);
    app.print(&app.text(&text));
    Ok(0)
}

fn list(app: &App) -> Result<u8, Failure> {
    let vault = vault::open(app)?;
    let catalog = vault.catalog()?;
    let mut kept = vault.kept(&catalog)?;
    kept.retain(|(_, keeping)| keeping.hold.is_some());
    if app.json() {
        let rows: Vec<_> = kept
            .iter()
            .map(|(id, keeping)| {
                let mut row = json(keeping);
                row["id"] = serde_json::json!(id.to_string());
                row
            })
            .collect();
        app.print_json(&serde_json::json!({ "holds": rows }));
    } else {
        for (id, keeping) in &kept {
            let reason = keeping.hold.as_ref().map(|r| r.as_str());
            app.print(&format!("{}  {}", id.short(), reason.unwrap_or_default()));
        }
    }
    Ok(if kept.is_empty() { NOTHING } else { 0 })
}

/// Shows each record that is due and asks whether to erase it. There is no way to answer beforehand.
pub(crate) fn erase_due(
    app: &App,
    vault: &Vault,
    catalog: &Catalog,
    why: Option<&String>,
) -> Result<u8, Failure> {
    if !prompt::interactive() {
        return Err(Failure::usage("cli-erase-due-asks"));
    }
    vault.require_two(Guarded::Erase, 1)?;
    let why = prompt::required(app, why, "cli-ask-erase-reason", "cli-erase-needs-reason")?;
    let why = reason(Some(&why))?;
    let due = due(vault, catalog, record::today())?;
    let mut erased = Vec::new();
    for item in catalog.items().iter().filter(|i| due.contains(&i.id)) {
        let latest = item.latest();
        let record = vault.read(latest.leaf)?;
        vault.log(ActNote::new(ActKind::Open).on(item.id.0, latest.number))?;
        app.warn_line(&Line::new(item, &record).text(app));
        let question = Message::new("cli-ask-erase")
            .with("id", item.id.short())
            .with("versions", item.versions.len());
        if prompt::confirm(app, &question)? {
            vault.erase(item.id, &why)?;
            erased.push(item.id.to_string());
        }
    }
    if app.json() {
        app.print_json(&serde_json::json!({ "due": due.len(), "erased": erased }));
    } else {
        let text = Message::new("cli-erase-due-done")
            .with("due", due.len())
            .with("erased", erased.len());
        app.print(&app.text(&text));
    }
    Ok(if due.is_empty() { NOTHING } else { 0 })
}
