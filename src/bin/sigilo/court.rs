//! Evidence on its way to a court: custody, folders, receipts.

use std::path::Path;

use sigilo::codec::to_hex;
use sigilo::court::{self, CheckedAct, CourtError, Known, Request, Returned, Verdict};
use sigilo::i18n::{Localize as _, Message, moment};
use sigilo::log::act::Reason;
use sigilo::party::{self, Party};
use sigilo::round::receipt::{Answer, RECEIPT_MAX, Receipt};
use sigilo::vault::custody::Leaving;
use sigilo::vault::{Evidence, SlotId, Vault};

use crate::app::{App, column, time};
use crate::audit::{keys, log_key};
use crate::cli::{
    AuditCourt, EvidenceExport, EvidenceHandOver, EvidenceReceipt, EvidenceReceive, EvidenceShow,
};
use crate::evidence::{find_evidence, json};
use crate::failure::{FAILED, Failure, INTEGRITY, NOTHING, REFUSED, file};
use crate::files::write_private;
use crate::records::reason;
use crate::{card, vault};

/// Largest scan of a paper.
const SCAN_MAX: u64 = 64 << 20;

impl From<CourtError> for Failure {
    fn from(error: CourtError) -> Self {
        let code = match error {
            CourtError::Vault(e) => return e.into(),
            CourtError::Round(e) => return party::PartyError::from(e).into(),
            CourtError::Unsound | CourtError::Form { .. } => INTEGRITY,
            CourtError::OtherReceipt => REFUSED,
            CourtError::NoFolder | CourtError::NotHandedOver => NOTHING,
            _ => FAILED,
        };
        Self::new(code, error.message())
    }
}

/// Shows who had a file of evidence in hand. Looking is an act itself.
pub(crate) fn show(app: &App, args: &EvidenceShow) -> Result<u8, Failure> {
    let reason = reason(args.reason.as_ref())?;
    let vault = vault::open(app)?;
    let found = find_evidence(&vault, &args.id)?;
    vault.see_evidence(&found, &reason)?;
    let acts = vault.custody(found.id)?;
    let roster = &vault.access().roster.slots;
    let name = |slot: SlotId| {
        let known = roster.iter().find(|(id, _)| *id == slot);
        known.map_or_else(|| slot.to_string(), |(_, name)| name.clone())
    };
    if app.json() {
        let mut value = json(&found);
        let rows: Vec<_> = acts
            .iter()
            .map(|e| {
                let slot = SlotId(e.act.actor);
                serde_json::json!({
                    "entry": e.index,
                    "time": e.act.time,
                    "actor": slot.to_string(),
                    "actor_name": name(slot),
                    "kind": e.act.kind.message().id.trim_start_matches("log-act-"),
                    "reason": e.act.reason.as_str(),
                })
            })
            .collect();
        if let Some(object) = value.as_object_mut() {
            object.insert("custody".to_owned(), rows.into());
        }
        app.print_json(&value);
        return Ok(0);
    }
    app.print(&format!("{}  {}", found.id.short(), found.name));
    app.print(&format!(
        "{}  SHA-256 {}",
        found.size,
        to_hex(&found.sha256)
    ));
    for e in &acts {
        app.print(
            format!(
                "{:>6}  {}  {} {} {}",
                e.index,
                time(e.act.time),
                column(&name(SlotId(e.act.actor)), 16),
                column(&app.text(&e.act.kind), 30),
                e.act.reason.as_str()
            )
            .trim_end(),
        );
    }
    Ok(0)
}

/// Does something with a vault, and with the cards that are pinned in it if it has any.
fn with_party<T>(
    vault: Vault,
    step: impl FnOnce(&Vault, Option<&Party>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    if Party::exists(&vault)? {
        let party = Party::open(vault)?;
        step(party.vault(), Some(&party))
    } else {
        step(&vault, None)
    }
}

fn leave(
    app: &App,
    id: &str,
    to: &Path,
    leaving: Leaving,
    why: &Reason,
    slot_names: bool,
) -> Result<u8, Failure> {
    let (evidence, verdict) = with_party(vault::open(app)?, |vault, party| {
        let evidence = find_evidence(vault, id)?;
        let request = Request {
            leaving,
            reason: why,
            slot_names,
            cards: party.map(Party::trust),
        };
        let verdict = court::export(vault, &evidence, &request, to)?;
        Ok((evidence, verdict))
    })?;
    if app.json() {
        let mut value = told(&verdict);
        if let Some(object) = value.as_object_mut() {
            object.insert("evidence".to_owned(), json(&evidence));
        }
        app.print_json(&value);
        return Ok(0);
    }
    let done = Message::new("cli-court-written")
        .with("dir", to.display().to_string())
        .with("count", verdict.acts.len());
    app.print(&app.text(&done));
    app.note(&Message::new("cli-court-clear"));
    app.note(&Message::new("cli-checkpoint-key").with("key", verdict.keys.log.to_string()));
    if verdict.cosigned.is_empty() {
        app.warn(&Message::new("cli-proof-not-cosigned"));
    }
    Ok(0)
}

pub(crate) fn export(app: &App, args: &EvidenceExport) -> Result<u8, Failure> {
    let why = reason(args.reason.as_ref())?;
    let leaving = Leaving::Extracted;
    leave(app, &args.id, &args.to, leaving, &why, args.slot_names)
}

pub(crate) fn hand_over(app: &App, args: &EvidenceHandOver) -> Result<u8, Failure> {
    let text = match &args.reason {
        Some(reason) => format!("{}: {reason}", args.receiver),
        None => args.receiver.clone(),
    };
    let why = reason(Some(&text))?;
    let leaving = Leaving::HandedOver;
    let code = leave(app, &args.id, &args.to, leaving, &why, args.slot_names)?;
    if !app.json() {
        app.note(&Message::new("cli-court-receipt-advice"));
    }
    Ok(code)
}

/// Checks what was handed over, and signs for it.
pub(crate) fn receive(app: &App, args: &EvidenceReceive) -> Result<u8, Failure> {
    let known = Known {
        key: log_key(args.key.as_ref())?,
        cosigners: Vec::new(),
    };
    let party = card::open(app)?;
    let answer = if args.refuse {
        Answer::Refused
    } else {
        Answer::Received
    };
    let (verdict, receipt) = court::receive(&party, &args.dir, &known, answer, party::now())?;
    write_private(&args.to, receipt.as_bytes())?;
    if app.json() {
        let mut value = told(&verdict);
        let strange = court::strange_pages(&args.dir, &verdict)?;
        if let Some(object) = value.as_object_mut() {
            object.insert("receipt".to_owned(), args.to.display().to_string().into());
            object.insert("strange_pages".to_owned(), strange.into());
        }
        app.print_json(&value);
        return Ok(0);
    }
    for page in court::strange_pages(&args.dir, &verdict)? {
        app.warn(&Message::new("cli-court-page").with("file", page));
    }
    let done = Message::new("cli-court-received").with("file", args.to.display().to_string());
    app.print(&app.text(&done));
    say_keys(app, &verdict);
    Ok(0)
}

/// Keeps what the receiver signed.
pub(crate) fn receipt(app: &App, args: &EvidenceReceipt) -> Result<u8, Failure> {
    use std::io::Read as _;
    let why = reason(args.reason.as_ref())?;
    let mut bytes = Vec::new();
    std::fs::File::open(&args.file)
        .and_then(|f| f.take(SCAN_MAX + 1).read_to_end(&mut bytes))
        .and_then(|_| {
            if bytes.len() as u64 > SCAN_MAX {
                return Err(std::io::ErrorKind::FileTooLarge.into());
            }
            Ok(())
        })
        .map_err(|e| file(&args.file, &e))?;
    let name = args.file.file_name();
    let name = name.map(|n| n.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    let document = bytes.len() <= RECEIPT_MAX && Receipt::parse(&bytes).is_ok();
    let (kept, signed) = with_party(vault::open(app)?, |vault, party| {
        let evidence = find_evidence(vault, &args.id)?;
        let returned = match party {
            Some(party) if document => Returned::Signed(party, &bytes),
            // Who signed cannot be told without pinned cards.
            None if document => return Err(party::PartyError::NoCard.into()),
            _ => Returned::Paper(vault, &name, &bytes),
        };
        let kept: Evidence = court::keep(&evidence, &returned, args.entry, &why)?;
        Ok((kept, document))
    })?;
    if app.json() {
        let mut value = json(&kept);
        if let Some(object) = value.as_object_mut() {
            object.insert("signed".to_owned(), signed.into());
        }
        app.print_json(&value);
        return Ok(0);
    }
    let id = if signed {
        "cli-court-receipt-signed"
    } else {
        "cli-court-receipt-paper"
    };
    app.print(&app.text(&Message::new(id).with("id", kept.id.short())));
    Ok(0)
}

fn told(verdict: &Verdict) -> serde_json::Value {
    let act = |a: &CheckedAct| {
        serde_json::json!({
            "entry": a.entry,
            "kind": a.act.kind.message().id.trim_start_matches("log-act-"),
            "time": a.act.time,
            "actor": SlotId(a.act.actor).to_string(),
            "reason": a.act.reason.as_str(),
            "not_before": a.not_before,
            "not_after": a.not_after,
        })
    };
    serde_json::json!({
        "sound": verdict.is_sound(),
        "key": verdict.keys.log.to_string(),
        "key_known": verdict.key_known,
        "cosigners_known": verdict.cosigners_known,
        "entries": verdict.size,
        "name": verdict.item.as_ref().map(|i| i.name.as_str()),
        "size": verdict.item.as_ref().map(|i| i.size),
        "sha256": verdict.item.as_ref().map(|i| to_hex(&i.sha256)),
        "custody": verdict.acts.iter().map(act).collect::<Vec<_>>(),
        "receipts": verdict.receipts.iter().map(|r| serde_json::json!({
            "entry": r.entry,
            "name": r.file.name,
            "signed_by": r.signed.as_ref().map(|(_, name)| name.as_str()),
        })).collect::<Vec<_>>(),
        "cosigned": verdict.cosigned.iter().map(|(name, time, size)| serde_json::json!({
            "name": name, "time": time, "size": size,
        })).collect::<Vec<_>>(),
    })
}

/// What was believed on the house's word.
fn say_keys(app: &App, verdict: &Verdict) {
    if !verdict.key_known {
        let key = verdict.keys.log.to_string();
        app.warn(&Message::new("cli-audit-key-unknown").with("key", key));
    }
    if !verdict.cosigners_known && !verdict.cosigned.is_empty() {
        app.warn(&Message::new("cli-court-cosigners-unknown"));
    }
}

/// Checks a folder, without a vault and without any key.
pub(crate) fn check(app: &App, args: &AuditCourt) -> Result<u8, Failure> {
    let known = Known {
        key: log_key(args.key.as_ref())?,
        cosigners: keys(&args.cosigner)?,
    };
    let verdict = court::check(&args.dir, &known)?;
    if app.json() {
        let mut value = told(&verdict);
        let findings: Vec<_> = verdict.findings.iter().map(|f| app.text(f)).collect();
        if let Some(object) = value.as_object_mut() {
            object.insert("findings".to_owned(), findings.into());
            let strange = court::strange_pages(&args.dir, &verdict)?;
            object.insert("strange_pages".to_owned(), strange.into());
        }
        app.print_json(&value);
    } else {
        for finding in &verdict.findings {
            app.print(&format!("✗ {}", app.text(finding)));
        }
        if let Some(item) = verdict.item.as_ref().filter(|_| verdict.is_sound()) {
            let done = Message::new("cli-court-sound")
                .with("name", item.name.as_str())
                .with("sha256", to_hex(&item.sha256))
                .with("count", verdict.acts.len());
            app.print(&app.text(&done));
        }
        for a in &verdict.acts {
            app.print(
                format!(
                    "{:>6}  {}  {} {} {}",
                    a.entry,
                    time(a.act.time),
                    column(&SlotId(a.act.actor).to_string(), 12),
                    column(&app.text(&a.act.kind), 30),
                    a.act.reason.as_str()
                )
                .trim_end(),
            );
        }
        let seconds = |t: u64| i64::try_from(t).unwrap_or(i64::MAX);
        for (name, at, size) in &verdict.cosigned {
            let text = Message::new("cli-cosigned-last").with("name", name.as_str());
            app.print(&app.text(&text.with("time", moment(seconds(*at))).with("size", *size)));
        }
        if verdict.cosigned.is_empty() {
            app.warn(&Message::new("cli-proof-not-cosigned"));
        }
        for page in court::strange_pages(&args.dir, &verdict)? {
            app.warn(&Message::new("cli-court-page").with("file", page));
        }
        say_keys(app, &verdict);
    }
    if verdict.is_sound() {
        return Ok(0);
    }
    let failed = Message::new("cli-court-failed").with("count", verdict.findings.len());
    Err(Failure::new(INTEGRITY, failed))
}
