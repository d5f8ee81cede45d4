//! Sealed transfers between the vaults of one house, and what both changed.

use std::path::Path;

use serde_json::{Map, Value};
use sigilo::codec::to_hex;
use sigilo::i18n::Message;
use sigilo::log::act::{ActKind, Reason};
use sigilo::party::{self, Party, PartyError};
use sigilo::record::{self, FieldId, Record};
use sigilo::round::{self, Role};
use sigilo::site::transfer;
use sigilo::vault::transfer::{Conflict, Decision, TransferError};
use sigilo::vault::{ActNote, ObjectId, Vault, VaultError, VaultId};

use crate::app::{App, column};
use crate::card;
use crate::cli_transfer::{Receive, Send, Settle, Transfer, TransferCommand, TransferCommands};
use crate::failure::{Failure, NOTHING, file};
use crate::records::{self, find, reason};
use crate::{prompt, referral};

pub(crate) fn run(app: &App, command: &TransferCommands) -> Result<u8, Failure> {
    match command {
        TransferCommands::Transfer(Transfer { command }) => match command {
            TransferCommand::Send(args) => send(app, args),
            TransferCommand::Receive(args) => receive(app, args),
        },
        TransferCommands::Conflicts => conflicts(app),
        TransferCommands::Settle(args) => settle(app, args),
        TransferCommands::Refer(args) => referral::refer(app, args),
        TransferCommands::Referral(args) => referral::run(app, args),
    }
}

impl From<TransferError> for Failure {
    fn from(error: TransferError) -> Self {
        PartyError::from(error).into()
    }
}

/// The card of the other vault: the one that is named, or the only one.
fn other<'p>(party: &'p Party, typed: Option<&String>) -> Result<&'p round::Card, Failure> {
    let cards = transfer::same_site(party)?;
    if let Some(typed) = typed {
        let wanted = record::fold(typed);
        let mut fits = cards.into_iter().filter(|c| {
            record::fold(c.name()) == wanted
                || party::file_label(c) == *typed
                || round::words::matches(&c.id().0, typed)
        });
        return match (fits.next(), fits.next()) {
            (Some(card), None) => Ok(card),
            _ => Err(PartyError::NoSuchParty(typed.clone()).into()),
        };
    }
    match cards.as_slice() {
        [card] => Ok(card),
        [] => Err(Failure::new(NOTHING, Message::new("transfer-no-other"))),
        _ => Err(Failure::usage("transfer-which-other")),
    }
}

fn send(app: &App, args: &Send) -> Result<u8, Failure> {
    let party = card::open(app)?;
    party.require(Role::Site)?;
    let to = other(&party, args.to.as_ref())?;
    let sent = transfer::send(&party, to, &args.file, args.all, party::now())?;
    if app.json() {
        app.print_json(&serde_json::json!({
            "file": args.file.display().to_string(),
            "to": to.name(),
            "items": sent.items,
            "whole": sent.whole,
            "parcel": to_hex(&sent.parcel.id),
            "sha256": to_hex(&sent.parcel.file),
            "bytes": sent.parcel.bytes,
        }));
        return Ok(0);
    }
    let done = Message::new("transfer-sent")
        .with("items", sent.items)
        .with("file", args.file.display().to_string())
        .with("name", to.name());
    app.print(&app.text(&done));
    app.print(&format!("sha256 {}", to_hex(&sent.parcel.file)));
    app.note(&Message::new("transfer-sent-advice"));
    Ok(0)
}

fn receive(app: &App, args: &Receive) -> Result<u8, Failure> {
    std::fs::File::open(&args.file).map_err(|e| file(&args.file, &e))?;
    let party = card::open(app)?;
    let got = transfer::receive(&party, &args.file)?;
    let arrived = &got.arrived;
    let mut erased = Vec::new();
    let mut waiting = arrived.erased.clone();
    if args.erase {
        waiting.clear();
        for id in &arrived.erased {
            match erase_as_told(party.vault(), *id) {
                Ok(_) => erased.push(*id),
                // The transfer is taken: what may not be erased now waits, as without the option.
                Err(TransferError::Vault(VaultError::Held | VaultError::NeedsTwo)) => {
                    waiting.push(*id);
                }
                Err(e) => return Err(e.into()),
            }
        }
    }
    let ids = |all: &[ObjectId]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
    if app.json() {
        app.print_json(&serde_json::json!({
            "from": party.name(&got.sender),
            "parcel": to_hex(&got.parcel.id),
            "sha256": to_hex(&got.parcel.file),
            "again": arrived.again,
            "new": arrived.new,
            "amended": arrived.amended,
            "known": arrived.known,
            "links": arrived.links,
            "files": arrived.files,
            "left_out": arrived.left_out,
            "conflicts": ids(&arrived.conflicts),
            "erasures_waiting": ids(&waiting),
            "erased": ids(&erased),
            "holds": arrived.holds,
            "retention": arrived.retention,
            "holds_lifted": ids(&arrived.lifted),
        }));
        return Ok(0);
    }
    if arrived.again {
        app.print(&app.t("transfer-again"));
        return Ok(0);
    }
    let done = Message::new("transfer-received")
        .with("name", party.name(&got.sender))
        .with("new", arrived.new)
        .with("amended", arrived.amended)
        .with("known", arrived.known);
    app.print(&app.text(&done));
    let more = [
        ("transfer-received-files", arrived.files),
        ("transfer-received-links", arrived.links),
        ("transfer-received-left-out", arrived.left_out),
        (
            "transfer-received-conflicts",
            arrived.conflicts.len() as u64,
        ),
        ("transfer-received-erasures", waiting.len() as u64),
        ("transfer-received-erased", erased.len() as u64),
        ("transfer-received-holds", arrived.holds),
        ("transfer-received-retention", arrived.retention),
        ("transfer-received-lifted", arrived.lifted.len() as u64),
    ];
    for (id, count) in more {
        if count > 0 {
            app.print(&app.text(&Message::new(id).with("count", count)));
        }
    }
    if arrived.new > 0 {
        app.note(&Message::new("transfer-received-advice"));
    }
    Ok(0)
}

/// Erases a record because the other vault did, for the reason that it gave.
fn erase_as_told(vault: &Vault, id: ObjectId) -> Result<usize, TransferError> {
    let waiting = vault.conflict_of(id)?;
    let told = waiting.and_then(|c| c.erased).map(|(_, why)| why);
    let why = Reason::new(&told.unwrap_or_default())?;
    Ok(vault.erase(id, &why)?)
}

/// How a vault of the house is called: by its card.
fn vault_name(app: &App, party: &Party, from: Option<VaultId>) -> String {
    let Some(from) = from else {
        return app.t("transfer-here");
    };
    let mut cards = party.trust().cards();
    let card = cards.find(|c| c.body().vault == from.0);
    card.map_or_else(|| from.to_string(), |c| c.name().to_owned())
}

/// The whole record by its keys.
fn keys(record: &Record) -> Map<String, Value> {
    match record::to_json(record) {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Keys in which versions differ, in order.
fn differing(versions: &[Map<String, Value>]) -> Vec<String> {
    let mut all: Vec<&String> = versions.iter().flat_map(Map::keys).collect();
    all.sort();
    all.dedup();
    let differs = |key: &&String| {
        let mut values = versions.iter().map(|v| v.get(*key));
        let first = values.next();
        values.any(|v| Some(v) != first)
    };
    all.into_iter().filter(differs).cloned().collect()
}

fn label(app: &App, key: &str) -> String {
    FieldId::from_id(key).map_or_else(|| key.to_owned(), |f| app.text(&f.label()))
}

fn read_heads(vault: &Vault, conflict: &Conflict) -> Result<Vec<Record>, Failure> {
    let heads = conflict.heads.iter();
    Ok(heads
        .map(|h| vault.read(h.leaf))
        .collect::<Result<_, _>>()?)
}

fn conflicts(app: &App) -> Result<u8, Failure> {
    let party = card::open(app)?;
    let vault = party.vault();
    let all = vault.conflicts()?;
    vault.log(ActNote::new(ActKind::List).count(all.len() as u64))?;
    let mut rows = Vec::new();
    for conflict in &all {
        let records = read_heads(vault, conflict)?;
        let maps: Vec<_> = records.iter().map(keys).collect();
        let differs = differing(&maps);
        if app.json() {
            rows.push(serde_json::json!({
                "id": conflict.object.to_string(),
                "versions": conflict.heads.iter().map(|h| serde_json::json!({
                    "version": h.number,
                    "entry": h.leaf,
                    "from": h.from.map(|_| vault_name(app, &party, h.from)),
                })).collect::<Vec<_>>(),
                "differs": differs,
                "erased": conflict.erased.as_ref().map(|(from, why)| serde_json::json!({
                    "by": vault_name(app, &party, Some(*from)), "reason": why,
                })),
                "hold_lifted": conflict.lifted.as_ref().map(|(from, why)| serde_json::json!({
                    "by": vault_name(app, &party, Some(*from)), "reason": why,
                })),
            }));
            continue;
        }
        let name = records.last().map(records::name).unwrap_or_default();
        app.print(&format!("{}  {name}", conflict.object.short()));
        if conflict.heads.len() > 1 {
            for head in &conflict.heads {
                let line = Message::new("transfer-conflict-version")
                    .with("version", head.number)
                    .with("from", vault_name(app, &party, head.from));
                app.print(&format!("  {}", app.text(&line)));
            }
            let labels: Vec<String> = differs.iter().map(|k| label(app, k)).collect();
            let line = Message::new("transfer-conflict-differs").with("fields", labels.join(", "));
            app.print(&format!("  {}", app.text(&line)));
        }
        if let Some((from, why)) = &conflict.erased {
            let line = Message::new("transfer-conflict-erased")
                .with("name", vault_name(app, &party, Some(*from)))
                .with("why", why.as_str());
            app.print(&format!("  {}", app.text(&line)));
        }
        if let Some((from, why)) = &conflict.lifted {
            let line = Message::new("transfer-conflict-lifted")
                .with("name", vault_name(app, &party, Some(*from)))
                .with("why", why.as_str())
                .with("id", conflict.object.short());
            app.print(&format!("  {}", app.text(&line)));
        }
    }
    if app.json() {
        app.print_json(&serde_json::json!({ "conflicts": rows }));
    } else if all.is_empty() {
        app.note(&Message::new("transfer-no-conflicts"));
    } else if all.iter().any(|c| c.heads.len() > 1 || c.erased.is_some()) {
        app.note(&Message::new("transfer-conflicts-advice"));
    }
    Ok(if all.is_empty() { NOTHING } else { 0 })
}

fn settle(app: &App, args: &Settle) -> Result<u8, Failure> {
    let party = card::open(app)?;
    let vault = party.vault();
    let catalog = vault.catalog()?;
    let id = find(vault, &catalog, &args.id)?.id;
    let conflict = vault.conflict_of(id)?;
    let conflict = conflict.ok_or(TransferError::NothingToSettle)?;
    let why = reason(args.reason.as_ref())?;
    let done = if args.erase {
        if conflict.erased.is_none() {
            return Err(TransferError::NothingToSettle.into());
        }
        let versions = catalog.get(id).map_or(0, |i| i.versions.len());
        let question = Message::new("cli-ask-erase")
            .with("id", id.short())
            .with("versions", versions);
        if !args.yes && !prompt::confirm(app, &question)? {
            return Err(Failure::of("cli-stopped"));
        }
        let gone = if args.reason.is_some() {
            vault.erase(id, &why)?
        } else {
            erase_as_told(vault, id)?
        };
        Message::new("cli-erased")
            .with("id", id.short())
            .with("count", gone)
    } else if args.no_erase {
        vault.settle(&conflict, &Decision::Keep, &why)?;
        Message::new("transfer-kept").with("id", id.short())
    } else {
        let record = decide(app, args, &party, &conflict)?;
        let number = vault.settle(&conflict, &Decision::Version(&record), &why)?;
        Message::new("transfer-settled")
            .with("id", id.short())
            .with("version", number.unwrap_or_default())
    };
    if app.json() {
        let latest = vault.catalog()?.get(id).map(|i| i.latest().number);
        app.print_json(&serde_json::json!({ "id": id.to_string(), "version": latest }));
    } else {
        app.print(&app.text(&done));
    }
    Ok(0)
}

/// The record as a person wants it, from the versions that stand side by side.
fn decide(app: &App, args: &Settle, party: &Party, conflict: &Conflict) -> Result<Record, Failure> {
    let vault = party.vault();
    if conflict.heads.len() < 2 {
        return Err(Failure::usage(if conflict.erased.is_some() {
            "transfer-erasure-only"
        } else {
            "transfer-lifted-only"
        }));
    }
    let records = read_heads(vault, conflict)?;
    for head in &conflict.heads {
        vault.log(ActNote::new(ActKind::Open).on(conflict.object.0, head.number))?;
    }
    let numbers: Vec<u32> = conflict.heads.iter().map(|h| h.number).collect();
    let at = |number: u32| -> Result<usize, Failure> {
        let found = numbers.iter().position(|n| *n == number);
        found.ok_or_else(|| Failure::usage("transfer-which-version"))
    };
    let maps: Vec<_> = records.iter().map(keys).collect();
    let asked = args.keep.is_some() || !args.take.is_empty() || args.file.is_some();
    if !asked && !prompt::interactive() {
        return Err(Failure::usage("transfer-which-version"));
    }
    let base = match args.keep {
        Some(number) => at(number)?,
        None => numbers.len() - 1,
    };
    let mut whole = maps.get(base).cloned().unwrap_or_default();
    let mut put = |key: &str, from: usize| match maps.get(from).and_then(|m| m.get(key)) {
        Some(value) => drop(whole.insert(key.to_owned(), value.clone())),
        None => drop(whole.remove(key)),
    };
    let differs = differing(&maps);
    for taken in &args.take {
        let chosen = taken.split_once('=');
        let chosen = chosen.and_then(|(key, n)| Some((key, n.parse().ok()?)));
        let (key, number) = chosen.ok_or_else(|| Failure::usage("transfer-which-field"))?;
        if !differs.iter().any(|d| d == key) {
            return Err(Failure::usage("transfer-which-field"));
        }
        put(key, at(number)?);
    }
    if !asked {
        for key in &differs {
            put(key, ask(app, party, conflict, &maps, key)?);
        }
    }
    let patch = match &args.file {
        Some(path) => {
            let text = records::read_text(Path::new(path), record::JSON_MAX)?;
            records::parse_patch(&text)?
        }
        None => Value::Object(serde_json::Map::new()),
    };
    let record = records::merged(app, Value::Object(whole), &patch)?;
    records::checked(app, &record)?;
    Ok(record)
}

/// A value as a person reads it.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// Asks from which version a field is to be taken.
fn ask(
    app: &App,
    party: &Party,
    conflict: &Conflict,
    maps: &[Map<String, Value>],
    key: &str,
) -> Result<usize, Failure> {
    app.print("");
    app.print(&label(app, key));
    for (i, (head, map)) in conflict.heads.iter().zip(maps).enumerate() {
        let value = map.get(key).map(plain).unwrap_or_default();
        let from = column(&vault_name(app, party, head.from), 20);
        app.print(&format!("  {}  {from}  {value}", i + 1));
    }
    loop {
        match prompt::line(&app.t("transfer-ask-which"))? {
            None => return Err(Failure::of("cli-stopped")),
            Some(text) => match text.parse::<usize>() {
                Ok(n) if (1..=maps.len()).contains(&n) => return Ok(n - 1),
                _ => app.warn(&Message::new("shell-plain-again")),
            },
        }
    }
}
