//! What to do next, for somebody who typed the name of the program and nothing else.
//!
//! A locked vault says what anybody can see of it and no more. With a key that is at hand, or that
//! the person types, comes what is pending.

use std::path::Path;

use sigilo::i18n::{Localize as _, Message};
use sigilo::party::{Party, PartyError};
use sigilo::record;
use sigilo::round::Role;
use sigilo::vault::audit::{self, last_cosigned};
use sigilo::vault::transfer::TransferError;
use sigilo::vault::{CHECKPOINT_FILE, Location, Rights, Vault, VaultError};

use crate::app::App;
use crate::failure::Failure;
use crate::{audit as audit_command, prompt, vault};

/// A command to type, and what it is good for.
struct Step {
    command: String,
    why: &'static str,
}

impl Step {
    fn new(command: impl Into<String>, why: &'static str) -> Self {
        Self {
            command: command.into(),
            why,
        }
    }
}

/// What was found, for people and programs.
struct Picture {
    state: &'static str,
    head: Message,
    pending: Vec<Message>,
    steps: Vec<Step>,
}

/// Shows what is here and what can be done with it.
pub(crate) fn show(app: &App) -> Result<u8, Failure> {
    let location = vault::location(app)?;
    let closed = closed(app, &location);
    if closed.state != "locked" {
        print(app, &closed);
        return Ok(0);
    }
    if vault::key_at_hand(app) {
        let opened = vault::open(app)?;
        print(app, &open(opened)?);
        say_option(app, &location);
        return Ok(0);
    }
    print(app, &closed);
    say_option(app, &location);
    if app.json() || !prompt::interactive() {
        return Ok(0);
    }
    app.print("");
    let Some(passphrase) = prompt::optional_passphrase(app, "steps-ask-open")? else {
        return Ok(0);
    };
    let opened = Vault::open(&location, &sigilo::vault::Unlock::Passphrase(&passphrase))?;
    app.print("");
    print(app, &open(opened)?);
    Ok(0)
}

/// The steps do not name the folder: somebody who gave it as an option is told that it goes with each of them, and how to
/// do without.
fn say_option(app: &App, location: &Location) {
    if app.json() || !prompt::interactive() || !app.given.by_option("vault") {
        return;
    }
    let whole = std::path::absolute(&location.dir).unwrap_or_else(|_| location.dir.clone());
    let note = Message::new("steps-vault-option")
        .with("dir", quoted(&location.dir))
        .with("whole", whole.display().to_string());
    app.note(&note);
}

fn quoted(dir: &Path) -> String {
    let text = dir.display().to_string();
    if text.contains(' ') {
        format!("\"{text}\"")
    } else {
        text
    }
}

/// What can be seen without any key.
fn closed(app: &App, location: &Location) -> Picture {
    let dir = location.dir.display().to_string();
    if !location.exists() {
        let head = if app.global.vault.is_some() {
            Message::new("steps-none-named").with("dir", dir)
        } else {
            Message::new("steps-none")
        };
        let folder = app.t("help-value-folder");
        return Picture {
            state: "none",
            head,
            pending: Vec::new(),
            steps: vec![
                Step::new("sigilo demo", "step-demo"),
                Step::new(format!("sigilo init --vault {folder}"), "step-init"),
                Step::new(format!("sigilo --vault {folder}"), "step-vault"),
                Step::new("sigilo restore --help", "step-restore"),
                Step::new("sigilo --help", "step-help"),
            ],
        };
    }
    if !location.has_keyring() {
        let file = app.t("help-value-file");
        return Picture {
            state: "no-keyring",
            head: Message::new("steps-no-keyring").with("dir", dir),
            pending: Vec::new(),
            steps: vec![
                Step::new(format!("sigilo --keyring {file}"), "step-keyring"),
                Step::new(
                    format!("sigilo audit verify {}", quoted(&location.dir)),
                    "step-verify",
                ),
                Step::new("sigilo --help", "step-help"),
            ],
        };
    }
    let head = audit::read_head(&location.dir.join(CHECKPOINT_FILE));
    let head = match head {
        Ok(head) => Message::new("steps-locked")
            .with("dir", dir)
            .with("entries", head.checkpoint().size()),
        Err(_) => Message::new("steps-unreadable").with("dir", dir),
    };
    Picture {
        state: "locked",
        head,
        pending: Vec::new(),
        steps: vec![
            Step::new("sigilo shell", "step-shell"),
            Step::new("sigilo search", "step-search"),
            Step::new("sigilo seal", "step-seal"),
            Step::new("sigilo check", "step-check"),
            Step::new(
                format!("sigilo audit verify {}", quoted(&location.dir)),
                "step-verify",
            ),
            Step::new("sigilo keys passphrase --recovery", "step-recovery"),
            Step::new("sigilo --help", "step-help"),
        ],
    }
}

/// What an open vault has pending, the most urgent first.
fn open(vault: Vault) -> Result<Picture, Failure> {
    let access = vault.access();
    let slot = access.roster.slots.iter().find(|s| s.0 == access.slot);
    let head = Message::new("steps-open")
        .with("site", access.roster.site.as_str())
        .with("slot", slot.map_or(String::new(), |s| s.1.clone()));
    let mut picture = Picture {
        state: "open",
        head,
        pending: Vec::new(),
        steps: Vec::new(),
    };
    if !access.rights.has(Rights::READ) {
        picture.steps.push(Step::new("sigilo seal", "step-intake"));
        picture.steps.push(Step::new("sigilo --help", "step-help"));
        return Ok(picture);
    }
    let role = pending(vault, &mut picture)?;
    match role {
        None | Some(Role::Site) => {
            picture.steps.extend([
                Step::new("sigilo shell", "step-shell"),
                Step::new("sigilo search", "step-search"),
                Step::new("sigilo seal", "step-seal"),
                Step::new("sigilo list", "step-list"),
            ]);
        }
        Some(Role::Coordinator) => {
            let step = Step::new("sigilo coordinator status", "step-coordinator");
            picture.steps.push(step);
        }
        Some(_) => {
            let step = Step::new("sigilo round status", "step-round-status");
            picture.steps.push(step);
        }
    }
    picture.steps.push(Step::new("sigilo check", "step-check"));
    picture.steps.push(Step::new("sigilo --help", "step-help"));
    Ok(picture)
}

/// A slot for some compartments only does not see everything; what it cannot see is not pending for it.
fn seen<T: Default>(found: Result<T, VaultError>) -> Result<T, VaultError> {
    match found {
        Err(VaultError::Locked | VaultError::NotAllowed) => Ok(T::default()),
        other => other,
    }
}

/// Notes what is pending with its step. Returns the role of the vault in rounds, if it has one.
fn pending(vault: Vault, picture: &mut Picture) -> Result<Option<Role>, Failure> {
    let mut note = |message: Message, command: &str, why| {
        picture.pending.push(message);
        picture.steps.push(Step::new(command, why));
    };
    if vault.rotation_is_unfinished() {
        note(
            Message::new("steps-rotation"),
            "sigilo keys rotate",
            "step-rotate",
        );
    }
    let conflicts = match vault.conflicts() {
        Ok(all) => all.len(),
        Err(TransferError::Compartments) => 0,
        Err(TransferError::Vault(e)) => seen(Err(e))?,
        Err(e) => return Err(e.into()),
    };
    if conflicts > 0 {
        let message = Message::new("steps-conflicts").with("count", conflicts);
        note(message, "sigilo conflicts", "step-conflicts");
    }
    let drafts = vault.count_drafts()?;
    if drafts > 0 {
        let message = Message::new("steps-drafts").with("count", drafts);
        note(message, "sigilo seal", "step-drafts");
    }
    let catalog = vault.catalog()?;
    let due = crate::keeping::due(&vault, &catalog, record::today())?.len();
    if due > 0 {
        let message = Message::new("steps-due").with("count", due);
        note(message, "sigilo list --due", "step-due");
    }
    let last = last_cosigned(&vault.cosigned_heads()?, &seen(vault.cosigners())?);
    let stale = match &last {
        None => Some(Message::new("steps-cosigned-none")),
        Some(last) => {
            let days = audit_command::now().saturating_sub(last.by.time) / 86_400;
            let limit = u64::from(audit_command::MAX_AGE_DAYS);
            (days > limit).then(|| Message::new("steps-cosigned-old").with("days", days))
        }
    };
    if let Some(message) = stale {
        note(message, "sigilo log checkpoint", "step-cosign");
    }
    match Party::exists(&vault) {
        Ok(true) => {}
        Ok(false) | Err(PartyError::Vault(VaultError::Locked)) => return Ok(None),
        Err(e) => return Err(e.into()),
    }
    let party = Party::open(vault)?;
    let open = party.books()?.iter().filter(|b| !b.closed).count();
    if open > 0 {
        let message = Message::new("steps-round").with("count", open);
        note(message, "sigilo round next", "step-round");
    }
    Ok(Some(party.role()))
}

fn print(app: &App, picture: &Picture) {
    if app.json() {
        let said = |m: &Message| serde_json::json!({ "id": m.id, "text": app.text(m) });
        app.print_json(&serde_json::json!({
            "state": picture.state,
            "text": app.text(&picture.head),
            "pending": picture.pending.iter().map(|m| said(&m.message())).collect::<Vec<_>>(),
            "steps": picture.steps.iter().map(|s| serde_json::json!({
                "command": s.command, "why": app.t(s.why),
            })).collect::<Vec<_>>(),
        }));
        return;
    }
    app.print(&app.text(&picture.head));
    if picture.state == "open" {
        if picture.pending.is_empty() {
            app.print(&app.t("steps-nothing-pending"));
        } else {
            app.print(&app.t("steps-pending"));
            for what in &picture.pending {
                app.print(&format!("  - {}", app.text(what)));
            }
        }
    }
    app.print(&app.t("steps-next"));
    let width = picture.steps.iter().map(|s| s.command.chars().count());
    let width = width.max().unwrap_or(0).max(24);
    for step in &picture.steps {
        app.print(&format!("  {:<width$}  {}", step.command, app.t(step.why)));
    }
}
