//! Reading the vault's own log.

use std::collections::VecDeque;
use std::path::Path;

use sigilo::i18n::{Localize as _, Message};
use sigilo::vault::{ObjectId, SlotId, TrailEntry, Vault};

use crate::app::{App, column, time};
use crate::cli::{LogCheckpoint, LogOpen, LogShow};
use crate::failure::{Failure, NOTHING, file};
use crate::{audit, vault};

pub(crate) fn show(app: &App, args: &LogShow) -> Result<u8, Failure> {
    let vault = vault::open(app)?;
    let mut kept: VecDeque<TrailEntry> = VecDeque::new();
    let mut total = 0usize;
    vault.trail(0, |entry| {
        let object = entry.act.object.map(ObjectId);
        let wanted = args
            .record
            .as_ref()
            .is_none_or(|typed| object.is_some_and(|id| id.begins_with(typed)));
        if wanted {
            total += 1;
            kept.push_back(entry);
            if kept.len() > args.limit {
                kept.pop_front();
            }
        }
        Ok(())
    })?;
    let roster = &vault.access().roster.slots;
    let actor = |slot: [u8; 16]| {
        let slot = SlotId(slot);
        roster
            .iter()
            .find(|(id, _)| *id == slot)
            .map_or_else(|| slot.to_string(), |(_, name)| name.clone())
    };
    if app.json() {
        let rows: Vec<_> = kept
            .iter()
            .map(|e| {
                serde_json::json!({
                    "entry": e.index,
                    "time": e.act.time,
                    "actor": SlotId(e.act.actor).to_string(),
                    "actor_name": actor(e.act.actor),
                    "second": e.act.second.map(|id| SlotId(id).to_string()),
                    "second_name": e.act.second.map(&actor),
                    "kind": e.act.kind.message().id.trim_start_matches("log-act-"),
                    "object": e.act.object.map(|o| ObjectId(o).to_string()),
                    "version": e.act.object_version,
                    "count": e.act.count,
                    "reason": e.act.reason.as_str(),
                    "erases": e.fact.tombstone(),
                })
            })
            .collect();
        app.print_json(&serde_json::json!({ "entries": rows, "total": total }));
    } else {
        for e in &kept {
            let object = e.act.object.map(|o| ObjectId(o).short());
            let mut why = e.act.reason.as_str().to_owned();
            if let Some(second) = e.act.second {
                why.push_str(
                    &app.text(&Message::new("cli-log-second").with("name", actor(second))),
                );
            }
            if let Some(target) = e.fact.tombstone() {
                why.push_str(&app.text(&Message::new("cli-log-erases").with("entry", target)));
            }
            app.print(
                format!(
                    "{:>6}  {}  {} {} {} {}",
                    e.index,
                    time(e.act.time),
                    column(&actor(e.act.actor), 16),
                    column(&app.text(&e.act.kind), 30),
                    column(&object.unwrap_or_default(), 8),
                    why
                )
                .trim_end(),
            );
        }
        let note = Message::new("cli-log-total")
            .with("shown", kept.len())
            .with("entries", total);
        app.note(&note);
    }
    Ok(if kept.is_empty() { NOTHING } else { 0 })
}

/// The signed head, as text for a sheet of paper or a stick; or one that others have cosigned, back.
pub(crate) fn checkpoint(app: &App, args: &LogCheckpoint) -> Result<u8, Failure> {
    let vault = vault::open(app)?;
    if let Some(path) = &args.import {
        return import(app, &vault, path, &args.cosigner);
    }
    // Entries of intake keys come under a signature only now.
    vault.log(sigilo::vault::ActNote::new(
        sigilo::log::act::ActKind::Checkpoint,
    ))?;
    let text = vault.checkpoint()?;
    if app.json() {
        let key = vault.checkpoint_key().to_string();
        app.print_json(&serde_json::json!({ "checkpoint": text, "key": key }));
    } else {
        app.print(text.trim_end());
        app.note(
            &Message::new("cli-checkpoint-key").with("key", vault.checkpoint_key().to_string()),
        );
    }
    Ok(0)
}

fn import(app: &App, vault: &Vault, path: &Path, cosigners: &[String]) -> Result<u8, Failure> {
    let head = audit::head(path)?;
    let keys = audit::keys(cosigners)?;
    vault.trust_cosigners(&keys)?;
    let worth = vault.import_cosigned(&head)?;
    if app.json() {
        app.print_json(&audit::cosigned_json(Some(&worth)));
    } else {
        app.print(&app.text(&audit::cosigned(&worth)));
    }
    Ok(0)
}

/// Opens single acts for others to see.
pub(crate) fn open(app: &App, args: &LogOpen) -> Result<u8, Failure> {
    let vault = vault::open(app)?;
    let files = vault.disclose(&args.entries)?;
    let single = files.len() == 1;
    if !single {
        std::fs::create_dir_all(&args.out).map_err(|e| file(&args.out, &e))?;
    }
    let mut written = Vec::new();
    for proof in &files {
        let path = if single {
            args.out.clone()
        } else {
            args.out.join(format!("{}.tlog-proof", proof.index()))
        };
        // An opened act says why, in clear.
        crate::files::write_private(&path, proof.to_string().as_bytes())?;
        written.push(path.display().to_string());
    }
    let mut slots = Vec::new();
    for proof in &files {
        let actor = proof.act().map(|act| SlotId(act.actor));
        if let Some((slot, key)) = actor.and_then(|s| Some((s, vault.keyring().slot_key(s)?))) {
            let key = sigilo::codec::to_hex(&key.0);
            if !slots.contains(&(slot, key.clone())) {
                slots.push((slot, key));
            }
        }
    }
    let key = vault.checkpoint_key().to_string();
    if app.json() {
        let slots: serde_json::Map<_, _> = slots
            .into_iter()
            .map(|(slot, key)| (slot.to_string(), key.into()))
            .collect();
        app.print_json(&serde_json::json!({ "files": written, "key": key, "slot_keys": slots }));
        return Ok(0);
    }
    for path in written {
        app.print(&path);
    }
    app.note(&Message::new("cli-checkpoint-key").with("key", key));
    for (slot, key) in slots {
        let text = Message::new("cli-open-slot-key").with("slot", slot.to_string());
        app.note(&text.with("key", key));
    }
    Ok(0)
}
