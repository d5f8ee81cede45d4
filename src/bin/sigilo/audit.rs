//! What an auditor does, without any key of the house.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use sigilo::auditor::{AuditorError, Source};
use sigilo::crypto::sign::VerifyingKey;
use sigilo::i18n::{Localize, Message, moment};
use sigilo::log::proof::{Entry, MAX_PROOF_FILE};
use sigilo::log::{
    Bundle, CheckpointError, ConsistencyFile, Fact, HeadSource, InclusionFile, KeyKind, NoteKey,
    Origin, ProofFileError, SignedCheckpoint,
};
use sigilo::vault::audit::{self, Known, LastCosigned};
use sigilo::vault::proof::PublicLog;
use sigilo::vault::{Location, ObjectId, SlotId, VaultError};

use crate::app::App;
use crate::cli::{AuditConsistency, AuditExport, AuditInclusion, AuditVerify};
use crate::failure::{FAILED, Failure, INTEGRITY, NOTHING, USAGE, file};
use crate::files::{write_new, write_private};
use crate::vault;

/// Days after which a cosignature is old, unless said otherwise.
pub(crate) const MAX_AGE_DAYS: u32 = 30;

impl From<AuditorError> for Failure {
    fn from(error: AuditorError) -> Self {
        match error {
            AuditorError::Vault(e) => e.into(),
            AuditorError::Head(e) => e.into(),
            AuditorError::Proof(e) => e.into(),
            error => Self::new(FAILED, error.message()),
        }
    }
}

impl From<CheckpointError> for Failure {
    fn from(error: CheckpointError) -> Self {
        Self::new(INTEGRITY, error.message())
    }
}

impl From<ProofFileError> for Failure {
    fn from(error: ProofFileError) -> Self {
        Self::new(INTEGRITY, error.message())
    }
}

/// A verifier key as people type it.
pub(crate) fn key(text: &str) -> Result<NoteKey, Failure> {
    let bad = |_| Failure::usage("cli-audit-bad-key");
    text.trim().parse().map_err(bad)
}

/// The key that signs a log's heads.
pub(crate) fn log_key(text: Option<&String>) -> Result<Option<VerifyingKey>, Failure> {
    match text {
        None => Ok(None),
        Some(text) => {
            let key = key(text)?;
            if key.kind() != KeyKind::Ed25519 {
                return Err(Failure::usage("cli-audit-key-kind"));
            }
            Ok(Some(*key.key()))
        }
    }
}

/// The keys of cosigners.
pub(crate) fn keys(texts: &[String]) -> Result<Vec<NoteKey>, Failure> {
    let key = |text: &String| {
        let key = key(text)?;
        if key.kind() != KeyKind::Cosignature {
            return Err(Failure::usage("cli-audit-cosigner-kind"));
        }
        Ok(key)
    };
    texts.iter().map(key).collect()
}

/// A head from a file, or from standard input for `-`.
pub(crate) fn head(path: &Path) -> Result<SignedCheckpoint, Failure> {
    let bad = || {
        let name = path.display().to_string();
        Failure::new(
            FAILED,
            Message::new("cli-audit-bad-head").with("file", name),
        )
    };
    if path == Path::new("-") {
        return SignedCheckpoint::parse(&read(path)?).map_err(|_| bad());
    }
    audit::read_head(path).map_err(|e| match e {
        VaultError::Io(e) => file(path, &e),
        _ => bad(),
    })
}

/// A file, or standard input for `-`, of at most the size of a proof.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    let limit = MAX_PROOF_FILE as u64 + 1;
    if path == Path::new("-") {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|f| f.take(limit).read_to_end(&mut bytes))
    }
    .map_err(|e| file(path, &e))?;
    Ok(bytes)
}

/// Seconds since 1970 by the clock of this machine.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |d| d.as_secs())
}

fn seconds(time: u64) -> i64 {
    i64::try_from(time).unwrap_or(i64::MAX)
}

/// Who cosigned last, when, and how much.
pub(crate) fn cosigned(last: &LastCosigned) -> Message {
    Message::new("cli-cosigned-last")
        .with("name", last.by.key.name().as_str())
        .with("time", moment(seconds(last.by.time)))
        .with("size", last.size)
}

pub(crate) fn cosigned_json(last: Option<&LastCosigned>) -> serde_json::Value {
    match last {
        None => serde_json::Value::Null,
        Some(last) => serde_json::json!({
            "name": last.by.key.name().as_str(),
            "time": last.by.time,
            "size": last.size,
        }),
    }
}

/// Says how old the last word from outside is, aloud if it is older than `days` or there is none.
pub(crate) fn say_age(app: &App, last: Option<&LastCosigned>, days: u32) {
    let Some(last) = last else {
        app.note(&Message::new("cli-cosigned-none"));
        return;
    };
    app.note(&cosigned(last));
    let age = now().saturating_sub(last.by.time) / 86_400;
    if age > u64::from(days) {
        let old = Message::new("cli-cosigned-old").with("days", age);
        app.warn(&old.with("limit", days));
    }
}

fn place(app: &App, dir: Option<&PathBuf>) -> Result<Location, Failure> {
    match dir {
        None => vault::location(app),
        Some(dir) => Ok(Location {
            dir: dir.clone(),
            keyring: app.global.keyring.clone(),
        }),
    }
}

/// What is told of a vault and of a bundle.
struct Told {
    log: String,
    entries: u64,
    signed: u64,
    contents: Option<u64>,
    erased: u64,
    key: Option<VerifyingKey>,
    cosigned: Option<LastCosigned>,
    findings: Vec<String>,
    more: u64,
}

pub(crate) fn verify(app: &App, args: &AuditVerify) -> Result<u8, Failure> {
    let location = place(app, args.dir.as_ref())?;
    let known = Known {
        key: log_key(args.key.as_ref())?,
        heads: args
            .head
            .iter()
            .map(|p| head(p))
            .collect::<Result<_, _>>()?,
        cosigners: keys(&args.cosigner)?,
    };
    let told = look(app, &location, &known)?;
    print(app, &told, &known, args.max_age);
    if told.findings.is_empty() {
        return Ok(0);
    }
    let count = told.findings.len() as u64 + told.more;
    Err(Failure::new(
        INTEGRITY,
        Message::new("cli-audit-failed").with("count", count),
    ))
}

fn look(app: &App, location: &Location, known: &Known) -> Result<Told, Failure> {
    let progress = app.progress("cli-progress-verify", 0);
    if !location.exists() && Bundle::is_here(&location.dir) {
        return look_at_bundle(app, &location.dir, known, |n| progress.at(n));
    }
    let report = audit::verify(location, known, |n, _| progress.at(n))?;
    Ok(Told {
        log: report.vault.to_string(),
        entries: report.size,
        signed: report.signed,
        contents: Some(report.contents),
        erased: report.erased,
        key: report.key,
        cosigned: report.cosigned.clone(),
        findings: report.findings.iter().map(|f| app.text(f)).collect(),
        more: report.more,
    })
}

/// Whether the whole of a source is sound, for whoever is about to cosign it.
pub(crate) fn is_sound(app: &App, location: &Location, known: &Known) -> Result<(), Failure> {
    let told = look(app, location, known)?;
    if told.findings.is_empty() {
        return Ok(());
    }
    for finding in &told.findings {
        app.print(&format!("✗ {finding}"));
    }
    let count = told.findings.len() as u64 + told.more;
    Err(Failure::new(
        INTEGRITY,
        Message::new("cli-audit-failed").with("count", count),
    ))
}

fn look_at_bundle(
    app: &App,
    dir: &Path,
    known: &Known,
    progress: impl FnMut(u64),
) -> Result<Told, Failure> {
    let bundle = Bundle::open(dir).map_err(AuditorError::from)?;
    let origin = bundle.head().checkpoint().origin().clone();
    let key = known.key.or(bundle.key().map(|k| *k.key()));
    let mut findings = Vec::new();
    let (mut awaited, mut signed) = (Vec::new(), Vec::new());
    let own = std::iter::once((HeadSource::Stored, bundle.head()));
    let cosigned = bundle.cosigned().iter().map(|h| (HeadSource::Cosigned, h));
    let brought = known.heads.iter().map(|h| (HeadSource::Known, h));
    for (source, head) in own.chain(cosigned).chain(brought) {
        let verified = key.map(|key| head.verify(&origin, key));
        match verified {
            Some(Ok(checkpoint)) => {
                awaited.push((source, checkpoint.clone()));
                signed.push(head);
            }
            _ => findings.push(app.text(&audit::Finding::HeadSignature(source))),
        }
    }
    let report = bundle.verify(awaited, progress);
    let report = report.map_err(AuditorError::from)?;
    findings.extend(report.log.findings.iter().map(|f| app.text(f)));
    if !report.tiles_sound {
        findings.push(app.t("log-bundle-tiles"));
    }
    Ok(Told {
        log: origin
            .vault_id()
            .map_or_else(|| origin.to_string(), |id| ObjectId(id).to_string()),
        entries: report.log.size(),
        signed: report.log.signed,
        contents: None,
        erased: report.log.erasures,
        key,
        cosigned: audit::last_cosigned(signed, &known.cosigners),
        findings,
        more: report.log.more,
    })
}

fn print(app: &App, told: &Told, known: &Known, max_age: u32) {
    let unsigned = told.entries.saturating_sub(told.signed);
    let sound = told.findings.is_empty();
    let id: Option<[u8; 16]> = told.log.parse::<ObjectId>().ok().map(|id| id.0);
    let key = match (id, told.key) {
        (Some(id), Some(key)) => Some(Origin::of_vault(&id).log_key(key).to_string()),
        _ => None,
    };
    if app.json() {
        app.print_json(&serde_json::json!({
            "sound": sound,
            "vault": told.log,
            "entries": told.entries,
            "signed": told.signed,
            "unsigned": unsigned,
            "contents": told.contents,
            "erased": told.erased,
            "key": key,
            "key_known": known.key.is_some(),
            "cosigned": cosigned_json(told.cosigned.as_ref()),
            "findings": told.findings,
        }));
        return;
    }
    for finding in &told.findings {
        app.print(&format!("✗ {finding}"));
    }
    let summary = match told.contents {
        Some(contents) => Message::new("cli-audit-summary").with("contents", contents),
        None => Message::new("cli-audit-bundle-summary"),
    };
    let summary = summary
        .with("entries", told.entries)
        .with("signed", told.signed)
        .with("unsigned", unsigned)
        .with("erased", told.erased);
    app.print(&app.text(&summary));
    if sound {
        app.print(&app.t(match told.contents {
            Some(_) => "cli-audit-sound",
            None => "cli-audit-bundle-sound",
        }));
    }
    if let (Some(key), None) = (key, known.key) {
        app.note(&Message::new("cli-audit-key-unknown").with("key", key));
    }
    if known.heads.is_empty() {
        app.note(&Message::new("cli-audit-no-head"));
    }
    say_age(app, told.cosigned.as_ref(), max_age);
}

pub(crate) fn export(app: &App, args: &AuditExport) -> Result<u8, Failure> {
    let log = PublicLog::open(&vault::location(app)?)?;
    let size = log.head().checkpoint().size();
    let progress = app.progress("cli-progress-export", size);
    let behind = log.export(&args.dir, |n| progress.at(n))?;
    drop(progress);
    if app.json() {
        app.print_json(&serde_json::json!({ "entries": size, "unsigned": behind }));
        return Ok(0);
    }
    let done = Message::new("cli-audit-exported").with("entries", size);
    app.print(&app.text(&done));
    if behind > 0 {
        app.note(&Message::new("cli-audit-export-behind").with("count", behind));
    }
    Ok(0)
}

pub(crate) fn consistency(app: &App, args: &AuditConsistency) -> Result<u8, Failure> {
    let (old, new) = (head(&args.old)?, head(&args.new)?);
    let given = log_key(args.key.as_ref())?;
    let origin = old.checkpoint().origin().clone();
    let (file, own) = match &args.proof {
        Some(path) => {
            let proof = ConsistencyFile::parse(&read(path)?)?;
            if !proof.checkpoint().checkpoint().same_head(new.checkpoint()) {
                return Err(CheckpointError::Different.into());
            }
            (proof, None)
        }
        None => {
            let source = Source::open(&place(app, args.from.as_ref())?)?;
            let proof = source.consistency(old.checkpoint().size(), new.clone())?;
            (proof, source.key().map(|k| *k.key()))
        }
    };
    let Some(key) = given.or(own) else {
        return Err(Failure::usage("cli-audit-needs-key"));
    };
    old.verify(&origin, key)?;
    new.verify(&origin, key)?;
    file.check(old.checkpoint())?;
    if let Some(path) = &args.out {
        write_new(path, &file.to_string())?;
    }
    let (from, to) = (old.checkpoint().size(), new.checkpoint().size());
    if app.json() {
        app.print_json(&serde_json::json!({ "consistent": true, "old": from, "new": to }));
    } else {
        let done = Message::new("cli-audit-consistent").with("old", from);
        app.print(&app.text(&done.with("new", to)));
        if given.is_none() {
            let key = origin.log_key(key).to_string();
            app.note(&Message::new("cli-audit-key-unknown").with("key", key));
        }
    }
    Ok(0)
}

pub(crate) fn inclusion(app: &App, args: &AuditInclusion) -> Result<u8, Failure> {
    if let Some(path) = &args.file {
        return show_proof(app, args, path);
    }
    let Some(out) = &args.out else {
        return Err(Failure::usage("cli-usage-missing-command"));
    };
    let (location, entry) = match (&args.record, &args.evidence, args.entry) {
        (_, Some(evidence), _) => {
            let vault = vault::open(app)?;
            let found = crate::evidence::find_evidence(&vault, evidence)?;
            (vault::location(app)?, found.file_leaf)
        }
        (Some(record), ..) => {
            let vault = vault::open(app)?;
            let catalog = vault.catalog()?;
            let item = crate::records::find(&vault, &catalog, record)?;
            let wanted =
                |v: &&sigilo::vault::catalog::Version| args.version.is_none_or(|n| n == v.number);
            let version = item.versions.iter().rev().find(wanted);
            let version = version
                .ok_or_else(|| Failure::new(NOTHING, Message::new("cli-no-such-version")))?;
            (vault::location(app)?, version.leaf)
        }
        (None, None, Some(entry)) => (place(app, args.from.as_ref())?, entry),
        (None, None, None) => {
            return Err(Failure::new(
                USAGE,
                Message::new("cli-usage-missing-command"),
            ));
        }
    };
    let source = Source::open(&location)?;
    let proof = source.inclusion(entry)?;
    write_private(out, proof.to_string().as_bytes())?;
    let size = proof.checkpoint().checkpoint().size();
    let key = source.key().map(|k| k.to_string());
    if app.json() {
        app.print_json(&serde_json::json!({ "entry": entry, "size": size, "key": key }));
    } else {
        let done = Message::new("cli-audit-proved").with("entry", entry);
        app.print(&app.text(&done.with("size", size)));
        if let Some(key) = key {
            app.note(&Message::new("cli-checkpoint-key").with("key", key));
        }
    }
    Ok(0)
}

/// Checks a proof file alone and says what it proves.
fn show_proof(app: &App, args: &AuditInclusion, path: &Path) -> Result<u8, Failure> {
    let proof = InclusionFile::parse(&read(path)?)?;
    let Some(key) = log_key(args.key.as_ref())? else {
        return Err(Failure::usage("cli-audit-needs-key"));
    };
    let origin = proof.checkpoint().checkpoint().origin().clone();
    let entry = proof.verify_entry(&origin, key)?;
    let cosigners = keys(&args.cosigner)?;
    let by = proof.checkpoint().cosignatures(&cosigners)?;
    let slot_key = match &args.slot_key {
        None => None,
        Some(text) => {
            let bad = || Failure::usage("cli-audit-bad-slot-key");
            let bytes = sigilo::codec::from_hex(text.trim()).map_err(|_| bad())?;
            Some(VerifyingKey(bytes.try_into().map_err(|_| bad())?))
        }
    };
    let signed_by_slot = match (entry.act(), slot_key, origin.vault_id()) {
        (Some(signed), Some(key), Some(vault)) => {
            let fact = &entry.leaf().fact;
            // Of an act of two slots, the key may be that of either.
            let at = (&vault, proof.index(), fact);
            let checked = if signed.verify(&key, at.0, at.1, at.2).is_ok() {
                Some(signed.act.actor)
            } else if signed.verify_second(&key, at.0, at.1, at.2).is_ok() {
                signed.act.second
            } else {
                None
            };
            if checked.is_none() {
                return Err(Failure::new(
                    INTEGRITY,
                    Message::new("cli-proof-slot-forged"),
                ));
            }
            checked
        }
        _ => None,
    };
    let size = proof.checkpoint().checkpoint().size();
    if app.json() {
        let leaf = entry.leaf();
        app.print_json(&serde_json::json!({
            "log": origin.as_str(),
            "entry": proof.index(),
            "size": size,
            "content_hash": leaf.fact.content_hash().map(|h| sigilo::codec::to_hex(&h)),
            "erases": leaf.fact.tombstone(),
            "act": entry.act().map(|signed| serde_json::json!({
                "kind": signed.act.kind.message().id.trim_start_matches("log-act-"),
                "time": signed.act.time,
                "actor": SlotId(signed.act.actor).to_string(),
                "second": signed.act.second.map(|id| SlotId(id).to_string()),
                "object": signed.act.object.map(|o| ObjectId(o).to_string()),
                "version": signed.act.object_version,
                "count": signed.act.count,
                "prior": signed.act.prior,
                "reason": signed.act.reason.as_str(),
                "slot_signature_checked": signed_by_slot.is_some(),
                "slot_checked": signed_by_slot.map(|id| SlotId(id).to_string()),
            })),
            "cosigned": by.iter().map(|c| serde_json::json!({
                "name": c.key.name().as_str(), "time": c.time })).collect::<Vec<_>>(),
        }));
        return Ok(0);
    }
    let say = |message: Message| app.print(&app.text(&message));
    say(Message::new("cli-proof-holds")
        .with("entry", proof.index())
        .with("size", size)
        .with("log", origin.as_str()));
    print_entry(app, &entry, signed_by_slot);
    for c in &by {
        say(Message::new("cli-proof-cosigned")
            .with("name", c.key.name().as_str())
            .with("time", moment(seconds(c.time))));
    }
    if by.is_empty() {
        app.note(&Message::new("cli-proof-not-cosigned"));
    }
    Ok(0)
}

/// What an entry shows, in plain words.
fn print_entry(app: &App, entry: &Entry, signed_by_slot: Option<[u8; 16]>) {
    let say = |message: Message| app.print(&app.text(&message));
    match entry.leaf().fact {
        Fact::None => say(Message::new("cli-proof-no-content")),
        Fact::Content { hash, .. } => {
            say(Message::new("cli-proof-content").with("hash", sigilo::codec::to_hex(&hash)));
        }
        Fact::Tombstone(target) => say(Message::new("cli-proof-erases").with("entry", target)),
    }
    let Some(signed) = entry.act() else {
        say(Message::new("cli-proof-closed"));
        return;
    };
    let act = &signed.act;
    say(Message::new("cli-proof-act")
        .with("kind", act.kind.message())
        .with("time", moment(act.time)));
    let slot = |id: [u8; 16], open: &'static str, checked: &'static str| {
        let which = if signed_by_slot == Some(id) {
            checked
        } else {
            open
        };
        Message::new(which).with("slot", SlotId(id).to_string())
    };
    say(slot(act.actor, "cli-proof-actor", "cli-proof-actor-signed"));
    if let Some(second) = act.second {
        say(slot(second, "cli-proof-second", "cli-proof-second-signed"));
    }
    if let Some(object) = act.object {
        say(Message::new("cli-proof-object")
            .with("object", ObjectId(object).to_string())
            .with("version", act.object_version));
    }
    if act.count > 0 {
        say(Message::new("cli-proof-count").with("count", act.count));
    }
    if let Some(prior) = act.prior {
        say(Message::new("cli-proof-prior").with("entry", prior));
    }
    if !act.reason.as_str().is_empty() {
        say(Message::new("cli-proof-reason").with("reason", act.reason.as_str()));
    }
}
