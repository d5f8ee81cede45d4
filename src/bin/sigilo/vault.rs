//! Making, opening and checking a vault.

use sigilo::crypto::kdf::PassphraseCost;
use sigilo::i18n::Message;
use sigilo::log::act::ActKind;
use sigilo::record::Kind;
use sigilo::vault::audit::{self, Known};
use sigilo::vault::{
    ActNote, Location, NewSlot, Rights, STATE_COMPARTMENT, SlotKind, Unlock, Vault,
};

use crate::app::App;
use crate::cli::{Check, Init};
use crate::failure::{Failure, INTEGRITY, WRONG_KEY};
use crate::prompt::{self, Which};

/// The vault that the command is about: `--vault`, `SIGILO_VAULT`, or the folder we are in.
pub(crate) fn location(app: &App) -> Result<Location, Failure> {
    let dir = match &app.global.vault {
        Some(dir) => dir.clone(),
        None => std::env::current_dir().map_err(|_| Failure::of("cli-no-current-dir"))?,
    };
    Ok(Location {
        dir,
        keyring: app.global.keyring.clone(),
    })
}

/// Whether a key is at hand without asking anybody: an option or a variable names it.
pub(crate) fn key_at_hand(app: &App) -> bool {
    let g = &app.global;
    g.key_file.is_some()
        || g.age.is_some()
        || g.recovery
        || !g.shares.is_empty()
        || prompt::has_source(app)
}

/// Opens the vault with the key that the person brings.
pub(crate) fn open(app: &App) -> Result<Vault, Failure> {
    let location = location(app)?;
    if !location.exists() {
        return Err(sigilo::vault::VaultError::NoVault.into());
    }
    let mut vault = with_key(app, |unlock| Ok(Vault::open(&location, unlock)?))?;
    bring_second(app, &mut vault)?;
    Ok(vault)
}

/// Takes the key of the second person, if the command was given one.
pub(crate) fn bring_second(app: &App, vault: &mut Vault) -> Result<(), Failure> {
    if let Some(path) = &app.global.second_key_file {
        let key = prompt::key_file(path)?;
        vault.bring_second(&Unlock::KeyFile(&key))?;
    } else if app.global.second_slot {
        let passphrase = prompt::second_passphrase(app)?;
        vault.bring_second(&Unlock::Passphrase(&passphrase))?;
    }
    Ok(())
}

/// Does something with the key that the person brings.
pub(crate) fn with_key<T>(
    app: &App,
    mut open: impl FnMut(&Unlock<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    if let Some(path) = &app.global.key_file {
        let key = prompt::key_file(path)?;
        return open(&Unlock::KeyFile(&key));
    }
    if !app.global.shares.is_empty() {
        let secret = prompt::shares(app)?;
        return open(&Unlock::Shares(&secret));
    }
    if let Some(path) = &app.global.age {
        let identity = crate::backup::read_identity(path)?;
        return open(&Unlock::Age(&identity));
    }
    if app.global.recovery {
        let code = prompt::recovery_code(app)?;
        return open(&Unlock::Recovery(&code));
    }
    // What a file or a command said wrongly it says wrongly again.
    let tries = if prompt::has_source(app) {
        1
    } else {
        prompt::TRIES
    };
    let worth = |failure: &Failure| failure.code == WRONG_KEY;
    prompt::again(app, tries, worth, || {
        let passphrase = prompt::passphrase(app)?;
        open(&Unlock::Passphrase(&passphrase))
    })
}

pub(crate) fn cost(memory_mib: u32) -> Result<PassphraseCost, Failure> {
    PassphraseCost::new(memory_mib.saturating_mul(1024), 3, 1)
        .map_err(|_| Failure::usage("cli-usage-memory"))
}

/// The compartments of a new vault. Their names are for people and are sealed.
pub(crate) fn compartments() -> [(&'static str, Vec<u8>); 3] {
    [
        ("victim", vec![Kind::Victim as u8]),
        ("witness", vec![Kind::Witness as u8]),
        ("call", vec![Kind::Call as u8]),
    ]
}

pub(crate) fn init(app: &App, args: &Init) -> Result<u8, Failure> {
    let given = app.global.vault.clone();
    let dir = match given {
        Some(dir) => dir,
        None => prompt::required(app, None, "cli-ask-folder", "cli-init-needs-folder")?.into(),
    };
    let location = Location {
        dir,
        keyring: app.global.keyring.clone(),
    };
    if location.exists() {
        return Err(sigilo::vault::VaultError::Occupied.into());
    }
    let site = prompt::required(
        app,
        args.site.as_ref(),
        "cli-ask-site",
        "cli-init-needs-site",
    )?;
    let passphrase = prompt::new_passphrase(app, Which::Current)?;
    let usual = compartments();
    let mut compartments: Vec<_> = usual.iter().map(|(n, k)| (*n, k.as_slice())).collect();
    for name in &args.compartment {
        let name = name.trim();
        if name == STATE_COMPARTMENT || compartments.iter().any(|(n, _)| *n == name) {
            return Err(sigilo::vault::VaultError::BadName.into());
        }
        compartments.push((name, &[]));
    }
    let first = app.t("cli-slot-first");
    let made = Vault::create(
        &location,
        &site,
        &compartments,
        &NewSlot {
            name: args.slot_name.as_ref().unwrap_or(&first),
            kind: SlotKind::Passphrase(cost(args.kdf_memory)?),
            unlock: Unlock::Passphrase(&passphrase),
            rights: Rights::ALL,
        },
        &app.t("cli-slot-recovery"),
    )?;
    let code = made.recovery.to_text();
    if app.json() {
        app.print_json(&serde_json::json!({
            "vault": made.vault.id().to_string(),
            "recovery_code": code.as_str(),
        }));
        return Ok(0);
    }
    app.print(&app.text(&Message::new("cli-init-done").with("site", site)));
    app.print("");
    app.print(&app.t("cli-recovery-heading"));
    print_code(app, &code);
    app.print(&app.t("cli-recovery-advice"));
    Ok(0)
}

/// Shows a recovery code in two lines that fit on a slip of paper.
pub(crate) fn print_code(app: &App, code: &str) {
    let (first, second) = code.split_at_checked(23).unwrap_or((code, ""));
    app.print("");
    app.print(&format!("    {first}"));
    app.print(&format!("    {}", second.trim_start_matches('-')));
    app.print("");
}

/// Checks the vault from outside and from inside.
pub(crate) fn check(app: &App, args: &Check) -> Result<u8, Failure> {
    let location = location(app)?;
    let vault = open(app)?;
    vault.sweep_evidence()?;
    let progress = app.progress("cli-progress-verify", vault.log_size()?);
    let report = audit::verify(&location, &Known::default(), |n, _| progress.at(n))?;
    drop(progress);
    let progress = app.progress("cli-progress-open", vault.log_size()?);
    let mut findings = report.findings;
    findings.extend(vault.check(|n| progress.at(n))?);
    drop(progress);
    if vault.access().rights.has(Rights::READ) {
        vault.log(ActNote::new(ActKind::Check).count(findings.len() as u64))?;
    }
    let due = if vault.access().rights.has(Rights::READ) {
        let catalog = vault.catalog();
        catalog
            .and_then(|catalog| vault.kept(&catalog))
            .map(|kept| {
                let today = sigilo::record::today();
                kept.iter().filter(|(_, k)| k.is_due(today)).count()
            })
            // What cannot be opened is a finding already.
            .unwrap_or(0)
    } else {
        0
    };
    let last = if vault.access().rights.has(Rights::READ) {
        audit::last_cosigned(&vault.cosigned_heads()?, &vault.cosigners()?)
    } else {
        None
    };
    if app.json() {
        app.print_json(&serde_json::json!({
            "cosigned": crate::audit::cosigned_json(last.as_ref()),
            "due": due,
            "sound": findings.is_empty(),
            "entries": report.size,
            "contents": report.contents,
            "erased": report.erased,
            "findings": findings.iter().map(|f| app.text(f)).collect::<Vec<_>>(),
        }));
    } else {
        for finding in &findings {
            app.print(&format!("✗ {}", app.text(finding)));
        }
        if findings.is_empty() {
            let done = Message::new("cli-check-sound")
                .with("entries", report.size)
                .with("contents", report.contents);
            app.print(&app.text(&done));
        }
        if due > 0 {
            app.note(&Message::new("cli-check-due").with("count", due));
        }
    }
    if vault.access().rights.has(Rights::READ) {
        crate::audit::say_age(app, last.as_ref(), args.max_age);
    }
    if findings.is_empty() {
        return Ok(0);
    }
    Err(Failure::new(
        INTEGRITY,
        Message::new("cli-check-failed").with("count", findings.len()),
    ))
}
