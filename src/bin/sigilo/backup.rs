//! Copies that travel, and the way back.

use std::io::Read as _;
use std::path::Path;

use sigilo::crypto::Secret;
use sigilo::crypto::travel::{IDENTITY, Identity, Recipient};
use sigilo::i18n::Message;
use sigilo::log::Origin;
use sigilo::vault::backup::{self, Newer, Places};
use sigilo::vault::repair::{self, Missing};
use sigilo::vault::{Location, VaultError};
use zeroize::Zeroizing;

use crate::app::App;
use crate::cli::{Backup, Check, KeysIdentity, Restore};
use crate::failure::{FAILED, Failure, INTEGRITY, file};
use crate::files::write_private;
use crate::records::reason;
use crate::vault;

/// Name of a backup in a folder. One vault has one there: the next takes its place.
const NAME: &str = "sigilo.backup";

fn places(path: &Path) -> Places {
    if path.is_dir() {
        Places::beside(path.join(NAME))
    } else {
        Places::beside(path)
    }
}

pub(crate) fn backup(app: &App, args: &Backup) -> Result<u8, Failure> {
    if let Some(place) = &args.check {
        return check(app, place);
    }
    let Some(to) = &args.to else {
        return Err(Failure::usage("cli-usage-other"));
    };
    let recipients = args
        .recipient
        .iter()
        .map(|text| Recipient::new(text.trim()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| Failure::usage("cli-backup-bad-recipient"))?;
    if recipients.is_empty() {
        return Err(Failure::usage("cli-backup-needs-recipient"));
    }
    let mut places = places(to);
    if let Some(key) = &args.key_to {
        places.key.clone_from(key);
    }
    let reason = reason(args.reason.as_ref())?;
    let vault = vault::open(app)?;
    if vault.rotation_is_unfinished() {
        app.warn(&Message::new("cli-backup-rotation"));
    }
    let done = vault.backup(&places, &recipients, &reason)?;
    if app.json() {
        app.print_json(&serde_json::json!({
            "archive": places.archive.display().to_string(),
            "key": places.key.display().to_string(),
            "entries": done.size,
            "bytes": done.bytes,
            "left_out": done.left_out,
        }));
        return Ok(0);
    }
    let text = Message::new("cli-backup-done")
        .with("file", places.archive.display().to_string())
        .with("key", places.key.display().to_string())
        .with("entries", done.size);
    app.print(&app.text(&text));
    app.note(&Message::new("cli-backup-advice"));
    Ok(0)
}

fn check(app: &App, place: &Path) -> Result<u8, Failure> {
    let manifest = backup::verify(&places(place))?;
    let size = manifest.head.checkpoint().size();
    if app.json() {
        app.print_json(&serde_json::json!({
            "sound": true,
            "vault": manifest.vault.to_string(),
            "entries": size,
            "checkpoint": manifest.head.to_string(),
        }));
        return Ok(0);
    }
    app.print(&app.text(&Message::new("cli-backup-sound").with("entries", size)));
    Ok(0)
}

pub(crate) fn restore(app: &App, args: &Restore) -> Result<u8, Failure> {
    let Some(dir) = app.global.vault.clone() else {
        return Err(Failure::usage("cli-init-needs-folder"));
    };
    let location = Location {
        dir,
        keyring: app.global.keyring.clone(),
    };
    if location.exists() {
        return Err(VaultError::Occupied.into());
    }
    let mut places = places(&args.from);
    if let Some(key) = &args.key {
        places.key.clone_from(key);
    }
    let identity = read_identity(&args.identity)?;
    let mut newer = Newer {
        vault: args.newer.clone(),
        ..Newer::default()
    };
    for path in &args.head {
        newer.heads.push(crate::audit::head(path)?);
    }
    let reason = reason(args.reason.as_ref())?;
    let done = vault::with_key(app, |unlock| {
        Ok(backup::restore(
            &places, &identity, &location, unlock, &newer, &reason,
        )?)
    })?;
    let told = &done.succession;
    if app.json() {
        app.print_json(&serde_json::json!({
            "entries": told.size,
            "lost": told.lost(),
            "erased_again": done.erased,
            "left_out": done.left_out,
            "log_before": Origin::of_vault(&told.before).as_str(),
            "log": Origin::of_vault(&told.after).as_str(),
        }));
        return Ok(0);
    }
    let text = Message::new("cli-restored")
        .with("entries", told.size)
        .with("lost", told.lost())
        .with("erased", done.erased);
    app.print(&app.text(&text));
    if newer.heads.is_empty() && newer.vault.is_none() {
        app.warn(&Message::new("cli-restored-blind"));
    }
    app.note(&Message::new("cli-restored-keys"));
    Ok(0)
}

/// Makes a new vault from what is left of a damaged one.
pub(crate) fn repair(app: &App, args: &Check, to: &Path) -> Result<u8, Failure> {
    let from = vault::location(app)?;
    let heads = args
        .head
        .iter()
        .map(|path| crate::audit::head(path))
        .collect::<Result<Vec<_>, _>>()?;
    let reason = reason(args.reason.as_ref())?;
    let place = Location::new(to);
    let done = vault::with_key(app, |unlock| {
        Ok(repair::repair(&from, &place, unlock, &heads, &reason)?)
    })?;
    let told = &done.succession;
    if app.json() {
        let missing = |all: &[Missing]| -> Vec<_> {
            let one = |m: &Missing| {
                serde_json::json!({
                    "entry": m.entry,
                    "id": m.object.map(|id| id.to_string()),
                    "version": m.version,
                    "record": m.record,
                })
            };
            all.iter().map(one).collect()
        };
        app.print_json(&serde_json::json!({
            "vault": to.display().to_string(),
            "whole": done.is_whole(),
            "entries": told.size,
            "entries_lost": told.lost(),
            "kept": done.kept,
            "sealed_again": done.resealed,
            "lost": missing(&done.lost),
            "unproven": missing(&done.unproven),
            "older_keyring": done.older_keyring,
            "log_before": Origin::of_vault(&told.before).as_str(),
            "log": Origin::of_vault(&told.after).as_str(),
        }));
    } else {
        let text = Message::new("cli-repaired")
            .with("folder", to.display().to_string())
            .with("entries", told.size)
            .with("kept", done.kept)
            .with("again", done.resealed);
        app.print(&app.text(&text));
        let named = [("lost", &done.lost), ("unproven", &done.unproven)];
        for (what, all) in named {
            for missing in all {
                let about = if missing.record { "record" } else { "other" };
                let text = Message::new(match (what, about) {
                    ("lost", "record") => "cli-repair-lost-record",
                    ("lost", _) => "cli-repair-lost-other",
                    (_, "record") => "cli-repair-unproven-record",
                    _ => "cli-repair-unproven-other",
                });
                let id = missing.object.map(|id| id.short()).unwrap_or_default();
                let text = text
                    .with("id", id)
                    .with("version", missing.version)
                    .with("entry", missing.entry);
                app.print(&app.text(&text));
            }
        }
        if told.lost() > 0 {
            let text = Message::new("cli-repair-entries")
                .with("first", told.size)
                .with("lost", told.lost());
            app.print(&app.text(&text));
        }
    }
    if done.older_keyring {
        app.warn(&Message::new("cli-repair-keyring"));
    }
    app.note(&Message::new("cli-repair-advice"));
    if done.is_whole() {
        Ok(0)
    } else {
        Err(Failure::new(
            INTEGRITY,
            Message::new("cli-repair-not-whole"),
        ))
    }
}

/// Reads a file with one identity, as `age-keygen` writes it.
pub(crate) fn read_identity(path: &Path) -> Result<Identity, Failure> {
    let mut text = Zeroizing::new(String::with_capacity(8192));
    std::fs::File::open(path)
        .and_then(|f| f.take(8192).read_to_string(&mut text))
        .map_err(|e| file(path, &e))?;
    let mut lines = text
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty() && !l.starts_with('#'));
    let identity = lines
        .next()
        .and_then(|line| Secret::<IDENTITY>::from_slice(line.as_bytes()).ok())
        .and_then(|secret| Identity::from_secret(&secret).ok());
    identity.ok_or_else(|| {
        let name = path.display().to_string();
        Failure::new(FAILED, Message::new("cli-identity-bad").with("file", name))
    })
}

/// Makes an identity for backups, in the form of `age-keygen`.
pub(crate) fn identity(app: &App, args: &KeysIdentity) -> Result<u8, Failure> {
    let identity = Identity::generate();
    let recipient = identity.recipient();
    let secret = identity.secret().map_err(VaultError::from)?;
    let mut text = Zeroizing::new(Vec::with_capacity(256));
    text.extend_from_slice(format!("# public key: {recipient}\n").as_bytes());
    text.extend_from_slice(secret.expose());
    text.push(b'\n');
    write_private(&args.file, &text)?;
    if app.json() {
        app.print_json(&serde_json::json!({ "recipient": recipient.as_str() }));
    } else {
        app.print(recipient.as_str());
        app.note(&Message::new("cli-identity-advice"));
    }
    Ok(0)
}
