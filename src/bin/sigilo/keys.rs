//! Who can open the vault.

use sigilo::crypto::Secret;
use sigilo::crypto::travel::Recipient;
use sigilo::i18n::Message;
use sigilo::log::act::Reason;
use sigilo::vault::keyring::Slot;
use sigilo::vault::{
    CompartmentId, NewSlot, Rights, Rotation, STATE_COMPARTMENT, SlotId, SlotKind, Unlock, Vault,
    VaultError,
};

use crate::app::{App, column};
use crate::cli::{
    KeysAdd, KeysChange, KeysCompartment, KeysDrill, KeysIntake, KeysPassphrase, KeysRemove,
    KeysRotate, KeysShares, RightArg,
};
use crate::failure::{Failure, INTEGRITY, NOTHING, file};
use crate::files::write_private;
use crate::prompt::{self, Which};
use crate::records::reason;
use crate::vault;

const RIGHTS: [(Rights, &str, &str); 5] = [
    (Rights::SEAL, "seal", "cli-right-seal"),
    (Rights::READ, "read", "cli-right-read"),
    (Rights::EXPORT, "export", "cli-right-export"),
    (Rights::MANAGE, "manage", "cli-right-manage"),
    (Rights::LOG, "log", "cli-right-log"),
];

fn name_of(vault: &Vault, slot: SlotId) -> &str {
    let slots = &vault.access().roster.slots;
    slots
        .iter()
        .find(|(id, _)| *id == slot)
        .map_or("", |(_, name)| name)
}

fn short(id: SlotId) -> String {
    id.to_string().chars().take(6).collect()
}

pub(crate) fn list(app: &App) -> Result<u8, Failure> {
    let vault = vault::open(app)?;
    let slots = &vault.keyring().slots;
    if app.json() {
        let rows: Vec<_> = slots
            .iter()
            .map(|s| {
                serde_json::json!({
                    "slot": s.id.to_string(),
                    "name": name_of(&vault, s.id),
                    "kind": kind(s.kind).0,
                    "rights": RIGHTS.iter().filter(|r| s.rights.has(r.0)).map(|r| r.1).collect::<Vec<_>>(),
                    "compartments": opened_by(&vault, s),
                    "own": s.id == vault.access().slot,
                })
            })
            .collect();
        let roster = &vault.access().roster;
        let compartments = roster.compartments.iter();
        let compartments: Vec<_> = compartments
            .filter(|(_, name, _)| name != STATE_COMPARTMENT)
            .map(|(id, name, _)| serde_json::json!({ "name": name, "two": roster.needs_two(*id) }))
            .collect();
        app.print_json(&serde_json::json!({ "keys": rows, "compartments": compartments }));
        return Ok(0);
    }
    for slot in slots {
        let rights: Vec<String> = RIGHTS
            .iter()
            .filter(|r| slot.rights.has(r.0))
            .map(|r| app.t(r.2))
            .collect();
        let mut line = rights.join(", ");
        if vault
            .access()
            .roster
            .chosen
            .iter()
            .any(|(id, _)| *id == slot.id)
        {
            line.push_str(&format!(" [{}]", opened_by(&vault, slot).join(", ")));
        }
        let own = if slot.id == vault.access().slot {
            "*"
        } else {
            " "
        };
        app.print(&format!(
            "{own} {}  {} {} {}",
            short(slot.id),
            column(name_of(&vault, slot.id), 22),
            column(&app.t(kind(slot.kind).1), 22),
            line,
        ));
    }
    let roster = &vault.access().roster;
    for id in &roster.by_two {
        let text = Message::new("cli-compartment-by-two").with("name", roster.name_of(*id));
        app.note(&text);
    }
    Ok(0)
}

/// Names of the compartments that a slot opens, alone or with another.
fn opened_by<'v>(vault: &'v Vault, slot: &Slot) -> Vec<&'v str> {
    let roster = &vault.access().roster;
    let rows = roster.compartments.iter();
    rows.filter(|(id, name, _)| {
        slot.rights.has(Rights::READ) && name != STATE_COMPARTMENT && roster.opens(slot.id, *id)
    })
    .map(|(_, name, _)| name.as_str())
    .collect()
}

/// The compartments of these names; none at all for no choice.
fn chosen(vault: &Vault, names: &[String]) -> Result<Option<Vec<CompartmentId>>, Failure> {
    if names.is_empty() {
        return Ok(None);
    }
    let ids = names.iter().map(|name| named(vault, name));
    ids.collect::<Result<_, _>>().map(Some)
}

/// The compartment of this name.
pub(crate) fn named(vault: &Vault, name: &str) -> Result<CompartmentId, Failure> {
    let found = vault.access().roster.compartment_named(name.trim());
    found
        .filter(|_| name != STATE_COMPARTMENT)
        .ok_or_else(|| Failure::new(NOTHING, Message::new("cli-no-such-compartment")))
}

fn rights_of(args: &[RightArg]) -> Option<Rights> {
    let asked = args.iter().map(|r| match r {
        RightArg::Seal => Rights::SEAL,
        RightArg::Read => Rights::READ,
        RightArg::Export => Rights::EXPORT,
        RightArg::Manage => Rights::MANAGE,
        RightArg::Log => Rights::LOG,
    });
    asked.reduce(Rights::and)
}

/// The slot whose id begins as typed.
fn slot_named(vault: &Vault, typed: &str) -> Result<SlotId, Failure> {
    let typed = typed.to_lowercase();
    let slots = vault.keyring().slots.iter().map(|s| s.id);
    let mut fits = slots.filter(|id| !typed.is_empty() && id.to_string().starts_with(&typed));
    match (fits.next(), fits.next()) {
        (Some(id), None) => Ok(id),
        _ => Err(VaultError::NoSuchSlot.into()),
    }
}

/// Changes what somebody else's key may do.
pub(crate) fn change(app: &App, args: &KeysChange) -> Result<u8, Failure> {
    let mut vault = vault::open(app)?;
    let id = slot_named(&vault, &args.slot)?;
    let slots = &vault.keyring().slots;
    let slot = slots.iter().find(|s| s.id == id);
    let slot = slot.ok_or(VaultError::NoSuchSlot)?;
    let rights = rights_of(&args.rights).unwrap_or(slot.rights);
    let before = vault.access().roster.chosen.iter();
    let mut before = before.filter(|(s, _)| *s == id).map(|(_, set)| set.clone());
    let set = match chosen(&vault, &args.compartments)? {
        None if !args.all_compartments => before.next_back(),
        set => set,
    };
    vault.change_slot(id, rights, set.as_deref())?;
    app.note(&Message::new("cli-key-changed-limits"));
    done(app, "cli-key-changed", id)
}

/// Adds a compartment.
pub(crate) fn compartment(app: &App, args: &KeysCompartment) -> Result<u8, Failure> {
    let mut vault = vault::open(app)?;
    let name = args.name.trim();
    let id = vault.add_compartment(name, args.two)?;
    if app.json() {
        app.print_json(&serde_json::json!({
            "compartment": id.to_string(), "name": name, "two": args.two,
        }));
        return Ok(0);
    }
    let text = if args.two {
        "cli-compartment-added-two"
    } else {
        "cli-compartment-added"
    };
    app.print(&app.text(&Message::new(text).with("name", name)));
    Ok(0)
}

fn kind(kind: SlotKind) -> (&'static str, &'static str) {
    match kind {
        SlotKind::Passphrase(_) => ("passphrase", "cli-kind-passphrase"),
        SlotKind::Recovery => ("recovery", "cli-kind-recovery"),
        SlotKind::KeyFile => ("key-file", "cli-kind-key-file"),
        SlotKind::Shares => ("shares", "cli-kind-shares"),
        SlotKind::Age => ("age", "cli-kind-age"),
        _ => ("other", "cli-kind-other"),
    }
}

/// Changes the passphrase with which the vault was opened; after a recovery, sets a new one.
pub(crate) fn passphrase(app: &App, args: &KeysPassphrase) -> Result<u8, Failure> {
    let kind = SlotKind::Passphrase(vault::cost(args.kdf_memory)?);
    let global = &app.global;
    let by_file = global.key_file.is_some() || global.age.is_some() || !global.shares.is_empty();
    if global.recovery || by_file {
        // Whoever comes in by another way did not lose that way: a passphrase is added.
        let mut vault = vault::open(app)?;
        vault.require(Rights::MANAGE)?;
        let new = prompt::new_passphrase(app, Which::New)?;
        let id = vault.add_slot(&NewSlot {
            name: &app.t("cli-slot-new-passphrase"),
            kind,
            unlock: Unlock::Passphrase(&new),
            rights: vault.access().rights,
        })?;
        return done(app, "cli-key-added", id);
    }
    let location = vault::location(app)?;
    if !location.exists() {
        return Err(VaultError::NoVault.into());
    }
    let current = prompt::passphrase(app)?;
    let mut vault = Vault::open(&location, &Unlock::Passphrase(&current))?;
    vault.require(Rights::MANAGE)?;
    let new = prompt::new_passphrase(app, Which::New)?;
    vault.change_key(
        &Unlock::Passphrase(&current),
        kind,
        &Unlock::Passphrase(&new),
    )?;
    done(app, "cli-passphrase-changed", vault.access().slot)
}

fn done(app: &App, id: &'static str, slot: SlotId) -> Result<u8, Failure> {
    if app.json() {
        app.print_json(&serde_json::json!({ "slot": slot.to_string() }));
    } else {
        app.print(&app.text(&Message::new(id).with("slot", short(slot))));
    }
    Ok(0)
}

/// What is to open a new slot.
enum NewKey<'a> {
    /// A passphrase, stretched with so many MiB.
    Passphrase(u32),
    /// A key file to be written here.
    File(&'a std::path::Path),
    /// The age identity of this recipient.
    Age(&'a str),
}

fn add_slot(
    app: &App,
    name: Option<&String>,
    rights: Rights,
    compartments: &[String],
    key: NewKey<'_>,
) -> Result<u8, Failure> {
    let mut vault = vault::open(app)?;
    vault.require(Rights::MANAGE)?;
    let set = chosen(&vault, compartments)?;
    let set = set.as_deref();
    let name = prompt::required(app, name, "cli-ask-slot-name", "cli-key-needs-name")?;
    let id = match key {
        NewKey::Age(text) => {
            let recipient = Recipient::new(text.trim())
                .map_err(|_| Failure::usage("cli-backup-bad-recipient"))?;
            let new = NewSlot {
                name: &name,
                kind: SlotKind::Age,
                unlock: Unlock::AgeRecipient(&recipient),
                rights,
            };
            vault.add_slot_for(&new, set)?
        }
        NewKey::File(path) => {
            let key = Secret::random().map_err(VaultError::from)?;
            // The file first: a slot whose key is nowhere would be of no use.
            prompt::write_key_file(path, &key)?;
            let new = NewSlot {
                name: &name,
                kind: SlotKind::KeyFile,
                unlock: Unlock::KeyFile(&key),
                rights,
            };
            let added = vault.add_slot_for(&new, set);
            if added.is_err() {
                // It opens nothing.
                let _ = std::fs::remove_file(path);
            }
            added?
        }
        NewKey::Passphrase(memory) => {
            let typed = prompt::new_passphrase(app, Which::New)?;
            let new = NewSlot {
                name: &name,
                kind: SlotKind::Passphrase(vault::cost(memory)?),
                unlock: Unlock::Passphrase(&typed),
                rights,
            };
            vault.add_slot_for(&new, set)?
        }
    };
    done(app, "cli-key-added", id)
}

pub(crate) fn add(app: &App, args: &KeysAdd) -> Result<u8, Failure> {
    let usual = Rights::SEAL.and(Rights::READ).and(Rights::LOG);
    let rights = rights_of(&args.rights).unwrap_or(usual);
    let key = match (&args.to_file, &args.age_recipient) {
        (Some(path), _) => NewKey::File(path),
        (None, Some(text)) => NewKey::Age(text),
        (None, None) => NewKey::Passphrase(args.kdf_memory),
    };
    add_slot(app, args.name.as_ref(), rights, &args.compartments, key)
}

pub(crate) fn intake(app: &App, args: &KeysIntake) -> Result<u8, Failure> {
    let path = args.to_file.as_deref();
    let key = path.map_or(NewKey::Passphrase(args.kdf_memory), NewKey::File);
    add_slot(app, args.name.as_ref(), Rights::SEAL, &[], key)
}

pub(crate) fn recovery(app: &App) -> Result<u8, Failure> {
    let mut vault = vault::open(app)?;
    let code = vault.renew_recovery(&app.t("cli-slot-recovery"))?.to_text();
    if app.json() {
        app.print_json(&serde_json::json!({ "recovery_code": code.as_str() }));
        return Ok(0);
    }
    app.print(&app.t("cli-recovery-heading"));
    vault::print_code(app, &code);
    app.print(&app.t("cli-recovery-advice"));
    app.print(&app.t("cli-recovery-old"));
    Ok(0)
}

pub(crate) fn remove(app: &App, args: &KeysRemove) -> Result<u8, Failure> {
    let mut vault = vault::open(app)?;
    let id = slot_named(&vault, &args.slot)?;
    if !args.yes {
        let question = Message::new("cli-ask-remove-key").with("name", name_of(&vault, id));
        if !prompt::confirm(app, &question)? {
            return Err(Failure::of("cli-stopped"));
        }
    }
    vault.remove_slot(id)?;
    let rotate = args.rotate
        || (!args.yes
            && prompt::interactive()
            && prompt::confirm(app, &Message::new("cli-ask-rotate"))?);
    if rotate {
        replace_keys(app, &mut vault, &Reason::none())?;
    } else {
        app.note(&Message::new("cli-key-removed-limits"));
    }
    done(app, "cli-key-removed", id)
}

/// Makes a way in that several people hold together.
pub(crate) fn shares(app: &App, args: &KeysShares) -> Result<u8, Failure> {
    let mut vault = vault::open(app)?;
    if let Some(dir) = &args.to {
        // Before there is anything to write: a set that cannot be handed out is of no use.
        std::fs::create_dir_all(dir).map_err(|e| file(dir, &e))?;
    }
    let dealt = vault.renew_shares(&app.t("cli-slot-shares"), args.need, args.of)?;
    if let Some(dir) = &args.to {
        for share in &dealt {
            let path = |ending| dir.join(format!("share-{}.{ending}", share.number()));
            let text = zeroize::Zeroizing::new(format!("{}\n", share.to_text().as_str()));
            write_private(&path("txt"), text.as_bytes())?;
            write_private(&path("svg"), share.qr_svg().as_bytes())?;
        }
    }
    if app.json() {
        let texts: Vec<_> = dealt.iter().map(|s| s.to_text().to_string()).collect();
        app.print_json(&serde_json::json!({ "need": args.need, "shares": texts }));
        return Ok(0);
    }
    for share in &dealt {
        let heading = Message::new("cli-share-heading")
            .with("number", share.number())
            .with("of", args.of)
            .with("need", args.need);
        app.print(&app.text(&heading));
        let text = share.to_text();
        let groups: Vec<&str> = text.split('-').collect();
        app.print("");
        for line in groups.chunks(6) {
            app.print(&format!("    {}", line.join("-")));
        }
        app.print("");
        if std::io::IsTerminal::is_terminal(&std::io::stdout()) {
            app.print(&share.qr_terminal());
        }
    }
    app.note(&Message::new("cli-shares-advice"));
    Ok(0)
}

/// Proves that a key opens the vault, and changes nothing.
pub(crate) fn drill(app: &App, args: &KeysDrill) -> Result<u8, Failure> {
    let location = vault::location(app)?;
    if !location.exists() {
        return Err(VaultError::NoVault.into());
    }
    let rights = vault::with_key(app, |unlock| {
        Ok(if args.record {
            Vault::drill_and_log(&location, unlock)?
        } else {
            Vault::drill(&location, unlock)?
        })
    })?;
    let rights: Vec<_> = RIGHTS.iter().filter(|r| rights.has(r.0)).collect();
    if app.json() {
        let rights: Vec<_> = rights.iter().map(|r| r.1).collect();
        app.print_json(&serde_json::json!({
            "opens": true, "rights": rights, "recorded": args.record,
        }));
        return Ok(0);
    }
    let names: Vec<_> = rights.iter().map(|r| app.t(r.2)).collect();
    let text = if args.record {
        "cli-drill-recorded"
    } else {
        "cli-drill-passed"
    };
    app.print(&app.text(&Message::new(text).with("rights", names.join(", "))));
    Ok(0)
}

pub(crate) fn rotate(app: &App, args: &KeysRotate) -> Result<u8, Failure> {
    let reason = reason(args.reason.as_ref())?;
    let mut vault = vault::open(app)?;
    let did = replace_keys(app, &mut vault, &reason)?;
    if app.json() {
        app.print_json(&serde_json::json!({
            "rewrapped": did.rewrapped,
            "resumed": did.resumed,
            "unreadable": did.unreadable,
        }));
    } else {
        let text = Message::new("cli-keys-rotated").with("count", did.rewrapped);
        app.print(&app.text(&text));
    }
    if did.unreadable.is_empty() {
        return Ok(0);
    }
    let lost = Message::new("cli-keys-rotated-lost").with("count", did.unreadable.len());
    Err(Failure::new(INTEGRITY, lost))
}

fn replace_keys(app: &App, vault: &mut Vault, reason: &Reason) -> Result<Rotation, Failure> {
    if vault.rotation_is_unfinished() {
        app.note(&Message::new("cli-keys-rotation-resumed"));
    }
    let progress = app.progress("cli-progress-rotate", vault.log_size()?);
    Ok(vault.rotate(reason, |n, total| {
        progress.total(total);
        progress.at(n);
    })?)
}
