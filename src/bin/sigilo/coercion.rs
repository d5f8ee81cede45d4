//! What needs two people, and what is destroyed before it falls into the wrong hands.

use sigilo::i18n::Message;
use sigilo::vault::{Guarded, Policy};

use crate::app::App;
use crate::cli::{GuardedArg, KeysDuressCommand, KeysPanic, KeysPolicy};
use crate::failure::Failure;
use crate::prompt::{self, Which};
use crate::records::reason;
use crate::vault;

const GUARDED: [(Guarded, &str, &str); 5] = [
    (Guarded::Export, "export", "cli-guarded-export"),
    (Guarded::Referral, "referral", "cli-guarded-referral"),
    (Guarded::Evidence, "evidence", "cli-guarded-evidence"),
    (Guarded::Opening, "opening", "cli-guarded-opening"),
    (Guarded::Erase, "erase", "cli-guarded-erase"),
];

/// Shows what needs two keys, or changes it.
pub(crate) fn policy(app: &App, args: &KeysPolicy) -> Result<u8, Failure> {
    let why = reason(args.reason.as_ref())?;
    let mut vault = vault::open(app)?;
    if !args.two.is_empty() {
        let mut policy = Policy::default().alone(args.alone.unwrap_or(0));
        for what in &args.two {
            policy = match what {
                GuardedArg::Export => policy.with(Guarded::Export),
                GuardedArg::Referral => policy.with(Guarded::Referral),
                GuardedArg::Evidence => policy.with(Guarded::Evidence),
                GuardedArg::Opening => policy.with(Guarded::Opening),
                GuardedArg::Erase => policy.with(Guarded::Erase),
                GuardedArg::None => policy,
            };
        }
        vault.set_policy(policy, &why)?;
    }
    let policy = vault.policy();
    let named = GUARDED.iter().filter(|g| policy.names(g.0));
    if app.json() {
        app.print_json(&serde_json::json!({
            "two": named.map(|g| g.1).collect::<Vec<_>>(),
            "alone": policy.records_alone(),
        }));
        return Ok(0);
    }
    if !policy.is_set() {
        app.print(&app.t("cli-policy-none"));
        return Ok(0);
    }
    app.print(&app.t("cli-policy-two"));
    for (what, _, text) in named {
        let mut line = app.t(text);
        if *what == Guarded::Opening {
            let alone = Message::new("cli-policy-alone").with("count", policy.records_alone());
            line = format!("{line} {}", app.text(&alone));
        }
        app.print(&format!("  {line}"));
    }
    app.note(&Message::new("cli-policy-keys"));
    Ok(0)
}

/// Destroys the keys of the house.
pub(crate) fn panic(app: &App, args: &KeysPanic) -> Result<u8, Failure> {
    let why = reason(args.reason.as_ref())?;
    let vault = vault::open(app)?;
    if !args.yes && !prompt::confirm(app, &Message::new("cli-ask-panic"))? {
        return Err(Failure::of("cli-stopped"));
    }
    let left = vault.panic(&why)?;
    if app.json() {
        app.print_json(&serde_json::json!({
            "destroyed": left.gone,
            "recovery_codes": left.codes,
            "recovery_shares": left.shares,
        }));
        return Ok(0);
    }
    let done = Message::new("cli-panic-done")
        .with("count", left.gone)
        .with("codes", left.codes)
        .with("shares", left.shares);
    app.print(&app.text(&done));
    app.note(&Message::new("cli-panic-left"));
    Ok(0)
}

/// Sets or takes away the passphrase that destroys.
pub(crate) fn duress(app: &App, command: &KeysDuressCommand) -> Result<u8, Failure> {
    let mut vault = vault::open(app)?;
    let text = match command {
        KeysDuressCommand::Set => {
            app.note(&Message::new("cli-duress-advice"));
            let passphrase = prompt::new_passphrase(app, Which::New)?;
            vault.set_duress(Some(&passphrase))?;
            "cli-duress-set"
        }
        KeysDuressCommand::Remove => {
            vault.set_duress(None)?;
            "cli-duress-removed"
        }
    };
    if app.json() {
        app.print_json(&serde_json::json!({ "done": true }));
    } else {
        app.print(&app.t(text));
    }
    Ok(0)
}
