//! What an auditor does, without any key.

use sigilo::i18n::Message;
use sigilo::log::{NoteKey, Origin};
use sigilo::vault::audit::{self, Known, Report};
use sigilo::vault::{Location, VaultError};

use crate::app::App;
use crate::cli::AuditVerify;
use crate::failure::{FAILED, Failure, INTEGRITY, file};
use crate::vault;

pub(crate) fn verify(app: &App, args: &AuditVerify) -> Result<u8, Failure> {
    let mut location = vault::location(app)?;
    if let Some(dir) = &args.dir {
        location = Location {
            dir: dir.clone(),
            keyring: app.global.keyring.clone(),
        };
    }
    let mut known = Known::default();
    if let Some(text) = &args.key {
        let key: NoteKey = text
            .trim()
            .parse()
            .map_err(|_| Failure::usage("cli-audit-bad-key"))?;
        known.key = Some(*key.key());
    }
    if let Some(path) = &args.head {
        let head = audit::read_head(path).map_err(|e| match e {
            VaultError::Io(e) => file(path, &e),
            _ => Failure::new(
                FAILED,
                Message::new("cli-audit-bad-head").with("file", path.display().to_string()),
            ),
        })?;
        known.heads.push(head);
    }
    let progress = app.progress("cli-progress-verify", 0);
    let report = audit::verify(&location, &known, |n, _| progress.at(n))?;
    drop(progress);
    print(app, &report, &known);
    if report.is_sound() {
        return Ok(0);
    }
    Err(Failure::new(
        INTEGRITY,
        Message::new("cli-audit-failed").with("count", report.findings.len()),
    ))
}

fn print(app: &App, report: &Report, known: &Known) {
    let unsigned = report.size.saturating_sub(report.signed);
    let key = report
        .key
        .map(|k| Origin::of_vault(&report.vault.0).log_key(k).to_string());
    if app.json() {
        app.print_json(&serde_json::json!({
            "sound": report.is_sound(),
            "vault": report.vault.to_string(),
            "entries": report.size,
            "signed": report.signed,
            "unsigned": unsigned,
            "contents": report.contents,
            "erased": report.erased,
            "key": key,
            "key_known": known.key.is_some(),
            "findings": report.findings.iter().map(|f| app.text(f)).collect::<Vec<_>>(),
        }));
        return;
    }
    for finding in &report.findings {
        app.print(&format!("✗ {}", app.text(finding)));
    }
    let summary = Message::new("cli-audit-summary")
        .with("entries", report.size)
        .with("signed", report.signed)
        .with("unsigned", unsigned)
        .with("contents", report.contents)
        .with("erased", report.erased);
    app.print(&app.text(&summary));
    if report.is_sound() {
        app.print(&app.t("cli-audit-sound"));
    }
    if let (Some(key), None) = (key, known.key) {
        app.note(&Message::new("cli-audit-key-unknown").with("key", key));
    }
    if known.heads.is_empty() {
        app.note(&Message::new("cli-audit-no-head"));
    }
}
