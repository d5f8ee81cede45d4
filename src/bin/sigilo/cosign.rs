//! What an auditor does with a key of its own.

use std::io::Write as _;
use std::path::Path;

use sigilo::auditor::{
    self, Answer, AuditorError, AuditorKey, Reason, Refusal, SEEN_MAX, Seen, Source,
};
use sigilo::codec::{Decode as _, Encode as _};
use sigilo::i18n::{Localize as _, Message, moment};
use sigilo::vault::Location;

use crate::app::App;
use crate::audit::{is_sound, key, log_key, now, read};
use crate::cli::{AuditCosign, AuditKeygen, AuditRefusal};
use crate::failure::{FAILED, Failure, INTEGRITY, REFUSED, file};
use crate::files::{write_new, write_private};

pub(crate) fn keygen(app: &App, args: &AuditKeygen) -> Result<u8, Failure> {
    let key = AuditorKey::generate(&args.name)?;
    write_private(&args.to_file, key.to_text().as_bytes())?;
    let (cosigner, stater) = (key.cosigner().to_string(), key.stater().to_string());
    if app.json() {
        app.print_json(&serde_json::json!({ "cosigner": cosigner, "auditor": stater }));
    } else {
        app.print(&app.text(&Message::new("cli-keygen-cosigner").with("key", cosigner)));
        app.print(&app.text(&Message::new("cli-keygen-auditor").with("key", stater)));
        app.note(&Message::new("cli-keygen-advice"));
    }
    Ok(0)
}

/// The heads seen; none if there is no file yet.
fn read_seen(path: &Path) -> Result<Seen, Failure> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    match std::fs::File::open(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Seen::new()),
        Err(e) => return Err(file(path, &e)),
        Ok(f) => f
            .take(SEEN_MAX as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|e| file(path, &e))?,
    };
    Ok(Seen::from_bytes(&bytes).map_err(AuditorError::Seen)?)
}

/// Replaces the file of heads seen, whole or not at all.
fn write_seen(path: &Path, seen: &Seen) -> std::io::Result<()> {
    let mut staged = path.as_os_str().to_owned();
    staged.push(".new");
    match std::fs::remove_file(&staged) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let mut f = std::fs::File::create_new(&staged)?;
    f.write_all(&seen.to_bytes())?;
    f.sync_all()?;
    std::fs::rename(&staged, path)?;
    #[cfg(unix)]
    if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        std::fs::File::open(parent)?.sync_all()?;
    }
    Ok(())
}

pub(crate) fn cosign(app: &App, args: &AuditCosign) -> Result<u8, Failure> {
    let unreadable = |e: std::io::Error| file(&args.signer, &e);
    let signer = std::fs::File::open(&args.signer).map_err(unreadable)?;
    // Two programs with one key at once could cosign two heads of one log.
    signer.lock().map_err(unreadable)?;
    let text = zeroize::Zeroizing::new(read(&args.signer)?);
    let text = std::str::from_utf8(&text).map_err(|_| AuditorError::Key)?;
    let auditor = AuditorKey::parse(text)?;
    let seen_path = match &args.seen {
        Some(path) => path.clone(),
        None => auditor::seen_beside(&args.signer),
    };
    let mut seen = read_seen(&seen_path)?;
    let brought = log_key(args.key.as_ref())?;
    let location = Location {
        dir: args.source.clone(),
        keyring: app.global.keyring.clone(),
    };
    let source = Source::open(&location)?;
    let mut known = auditor::known_before(&seen, &source)?;
    let brought = brought.or(known.key);
    if matches!(source, Source::Vault(_) | Source::Bundle(_)) {
        known.key = brought;
        is_sound(app, &location, &known)?;
    }
    let keep = |seen: &Seen| write_seen(&seen_path, seen).map_err(|e| file(&seen_path, &e));
    let answer = auditor::cosign(&auditor, &mut seen, &source, brought, now(), keep)?;
    match answer {
        Answer::Cosigned(head) => {
            let size = head.checkpoint().size();
            match &args.out {
                Some(path) => {
                    write_new(path, &head.to_string())?;
                    if app.json() {
                        app.print_json(&serde_json::json!({ "cosigned": true, "size": size }));
                    } else {
                        let done = Message::new("cli-cosign-done").with("size", size);
                        app.print(&app.text(&done));
                    }
                }
                None => app.print(head.to_string().trim_end()),
            }
            Ok(0)
        }
        Answer::Refused(refusal) => {
            let mut name = args.signer.as_os_str().to_owned();
            name.push(format!(".refusal-{}", refusal.time()));
            let path = std::path::PathBuf::from(name);
            let path = args.out.clone().unwrap_or(path);
            write_new(&path, &refusal.to_string())?;
            let told = Message::new("cli-cosign-refused")
                .with("reason", refusal.reason().message())
                .with("file", path.display().to_string());
            Err(Failure::new(INTEGRITY, told))
        }
    }
}

/// Checks a refusal of an auditor.
pub(crate) fn refusal(app: &App, args: &AuditRefusal) -> Result<u8, Failure> {
    let told = Refusal::parse(&read(&args.file)?);
    let told = told.map_err(|e| Failure::new(FAILED, e.message()))?;
    let log = log_key(Some(&args.key))?.ok_or_else(|| Failure::usage("cli-audit-bad-key"))?;
    let auditor = args.auditor.as_ref().map(|text| key(text)).transpose()?;
    if auditor.is_none() && !matches!(told.reason(), Reason::Fork(_)) {
        return Err(Failure::usage("cli-refusal-needs-auditor"));
    }
    told.verify(log, auditor.as_ref())
        .map_err(|e| Failure::new(REFUSED, e.message()))?;
    let (last, given) = (told.last().checkpoint(), told.given().checkpoint());
    if app.json() {
        app.print_json(&serde_json::json!({
            "holds": true,
            "reason": told.reason().message().id.trim_start_matches("auditor-refused-"),
            "time": told.time(),
            "last": last.size(),
            "given": given.size(),
        }));
    } else {
        let seconds = i64::try_from(told.time()).unwrap_or(i64::MAX);
        let text = Message::new("cli-refusal-holds")
            .with("time", moment(seconds))
            .with("last", last.size())
            .with("given", given.size())
            .with("reason", told.reason().message());
        app.print(&app.text(&text));
    }
    Ok(0)
}
