//! Files that belong to a record.

use std::io::Write as _;
use std::path::Path;

use sigilo::codec::to_hex;
use sigilo::i18n::Message;
use sigilo::vault::{Evidence, Vault, VaultError};

use std::io::IsTerminal as _;

use crate::app::{App, column};
use crate::cli::{EvidenceAdd, EvidenceExtract, EvidenceList};
use crate::failure::{Failure, NOTHING, file};
use crate::files::create_private;
use crate::records::{find, reason};
use crate::vault;

pub(crate) fn json(e: &Evidence) -> serde_json::Value {
    serde_json::json!({
        "id": e.id.to_string(),
        "record": e.record.to_string(),
        "name": e.name,
        "size": e.size,
        "sha256": to_hex(&e.sha256),
        "entry": e.leaf,
        "file_entry": e.file_leaf,
    })
}

pub(crate) fn add(app: &App, args: &EvidenceAdd) -> Result<u8, Failure> {
    let reason = reason(args.reason.as_ref())?;
    let vault = vault::open(app)?;
    let catalog = vault.catalog()?;
    let record = find(&vault, &catalog, &args.record)?.id;
    let input = std::fs::File::open(&args.file).map_err(|e| file(&args.file, &e))?;
    let meta = input.metadata().map_err(|e| file(&args.file, &e))?;
    if !meta.is_file() {
        return Err(Failure::usage("cli-evidence-not-a-file"));
    }
    let own = args
        .file
        .file_name()
        .map(|n| n.to_string_lossy().into_owned());
    let name = args.name.clone().or(own).unwrap_or_default();
    let progress = app.progress_of_bytes("cli-progress-evidence", meta.len());
    let added = vault.add_evidence(record, &name, input, &reason, |n| progress.at(n))?;
    drop(progress);
    if app.json() {
        app.print_json(&json(&added));
        return Ok(0);
    }
    let text = Message::new("cli-evidence-added")
        .with("id", added.id.short())
        .with("sha256", to_hex(&added.sha256));
    app.print(&app.text(&text));
    app.note(&Message::new("cli-evidence-added-advice"));
    Ok(0)
}

pub(crate) fn list(app: &App, args: &EvidenceList) -> Result<u8, Failure> {
    let vault = vault::open(app)?;
    let catalog = vault.catalog()?;
    let of = match &args.record {
        Some(typed) => Some(find(&vault, &catalog, typed)?.id),
        None => None,
    };
    let mut all = vault.evidence()?;
    all.retain(|e| of.is_none_or(|id| id == e.record));
    if app.json() {
        let rows: Vec<_> = all.iter().map(json).collect();
        app.print_json(&serde_json::json!({ "evidence": rows }));
    } else {
        for e in &all {
            app.print(&format!(
                "{}  {}  {:>12}  {}  {}",
                e.id.short(),
                e.record.short(),
                e.size,
                column(&to_hex(&e.sha256), 16),
                e.name,
            ));
        }
    }
    Ok(if all.is_empty() { NOTHING } else { 0 })
}

/// The file of evidence that somebody means, by the beginning of its id.
pub(crate) fn find_evidence(vault: &Vault, typed: &str) -> Result<Evidence, Failure> {
    let all = vault.evidence()?;
    let mut fits = all.into_iter().filter(|e| e.id.begins_with(typed));
    match (fits.next(), fits.count()) {
        (Some(e), 0) => Ok(e),
        (Some(_), more) => Err(VaultError::AmbiguousId(more + 1).into()),
        (None, _) => Err(Failure::new(NOTHING, Message::new("cli-evidence-none"))),
    }
}

pub(crate) fn extract(app: &App, args: &EvidenceExtract) -> Result<u8, Failure> {
    let reason = reason(args.reason.as_ref())?;
    let vault = vault::open(app)?;
    let found = &find_evidence(&vault, &args.id)?;
    if args.to == Path::new("-") {
        if std::io::stdout().is_terminal() {
            return Err(Failure::usage("cli-binary-to-terminal"));
        }
        let mut out = std::io::stdout().lock();
        vault.extract_evidence(found, &mut out, &reason)?;
        let _ = out.flush();
        return Ok(0);
    }
    let mut out = create_private(&args.to).map_err(|e| file(&args.to, &e))?;
    let done = vault
        .extract_evidence(found, &mut out, &reason)
        .map_err(Failure::from)
        .and_then(|()| out.sync_all().map_err(|e| file(&args.to, &e)));
    if let Err(e) = done {
        // Half a file would look like evidence.
        let _ = std::fs::remove_file(&args.to);
        return Err(e);
    }
    if app.json() {
        app.print_json(&json(found));
    } else {
        let text = Message::new("cli-evidence-extracted")
            .with("file", args.to.display().to_string())
            .with("sha256", to_hex(&found.sha256));
        app.print(&app.text(&text));
    }
    Ok(0)
}
