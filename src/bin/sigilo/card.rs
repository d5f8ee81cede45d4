//! Cards: one's own, and those of others that are trusted.

use std::path::{Path, PathBuf};

use sigilo::holder;
use sigilo::i18n::{Localize as _, Message};
use sigilo::party::{Party, Stick, file_label};
use sigilo::round::trust::CARD_MAX;
use sigilo::round::{self, Role, words};
use sigilo::site::{self, transfer};
use sigilo::vault::VaultId;
use sigilo::vault::{Location, NewSlot, Rights, SlotKind, Unlock, Vault, VaultError};

use crate::app::{App, column};
use crate::cli_round::{Card, PartyInit, Trust};
use crate::failure::{Failure, NOTHING, file};
use crate::files::read_bounded;
use crate::prompt::{self, Which};
use crate::vault;

/// Makes the vault of a coordinator or holder. Gives it back with its recovery code.
pub(crate) fn new_vault(
    app: &App,
    args: &PartyInit,
) -> Result<(Vault, String, zeroize::Zeroizing<String>), Failure> {
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
    let name = prompt::required(
        app,
        args.name.as_ref(),
        "party-ask-name",
        "party-needs-name",
    )?;
    // Before there is a folder that no card goes with.
    round::card::check_name(&name).map_err(sigilo::party::PartyError::from)?;
    let passphrase = prompt::new_passphrase(app, Which::Current)?;
    let first = app.t("cli-slot-first");
    let made = Vault::create(
        &location,
        &name,
        &[],
        &NewSlot {
            name: args.slot_name.as_ref().unwrap_or(&first),
            kind: SlotKind::Passphrase(vault::cost(args.kdf_memory)?),
            unlock: Unlock::Passphrase(&passphrase),
            rights: Rights::ALL,
        },
        &app.t("cli-slot-recovery"),
    )?;
    Ok((made.vault, name, made.recovery.to_text()))
}

/// Says that a party is ready, with its recovery code and its fingerprint.
pub(crate) fn made(app: &App, party: &Party, code: &str) -> Result<u8, Failure> {
    if app.json() {
        app.print_json(&serde_json::json!({
            "vault": party.vault().id().to_string(),
            "recovery_code": code,
            "fingerprint": party.id().fingerprint(),
        }));
        return Ok(0);
    }
    let done = Message::new("party-init-done").with("name", party.card().name());
    app.print(&app.text(&done));
    app.print("");
    app.print(&app.t("cli-recovery-heading"));
    vault::print_code(app, code);
    app.print(&app.t("cli-recovery-advice"));
    Ok(0)
}

/// The party of the vault.
pub(crate) fn open(app: &App) -> Result<Party, Failure> {
    Ok(Party::open(vault::open(app)?)?)
}

/// A folder with files of a round.
pub(crate) fn stick(folder: &Path) -> Result<Stick, Failure> {
    Ok(Stick::open(folder)?)
}

fn show(app: &App, card: &round::Card) {
    app.print(
        &app.text(
            &Message::new("party-card")
                .with("name", card.name())
                .with("role", card.body().role.message()),
        ),
    );
    app.print(&format!("    {}", card.id().fingerprint()));
}

/// Writes the card of the vault's party; a site's keys are made the first time.
pub(crate) fn card(app: &App, args: &Card) -> Result<u8, Failure> {
    let opened = vault::open(app)?;
    let party = if Party::exists(&opened)? {
        let party = Party::open(opened)?;
        if args.name.as_ref().is_some_and(|n| n != party.card().name()) {
            return Err(Failure::of("party-name-fixed"));
        }
        party
    } else {
        let own = opened.access().roster.site.clone();
        site::found(opened, args.name.as_ref().unwrap_or(&own))?
    };
    let folder = args.folder.clone().unwrap_or_else(|| PathBuf::from("."));
    let stick = stick(&folder)?;
    let label = file_label(party.card());
    let name = format!("{label}.card");
    stick.write(&name, party.card().as_str().as_bytes())?;
    if args.svg {
        stick.write(&format!("{label}.svg"), party.card().qr_svg().as_bytes())?;
    }
    let path = folder.join(&name).display().to_string();
    if app.json() {
        app.print_json(&serde_json::json!({
            "file": path,
            "name": party.card().name(),
            "role": party.role().as_str(),
            "fingerprint": party.id().fingerprint(),
        }));
        return Ok(0);
    }
    show(app, party.card());
    app.print(&party.card().qr_terminal());
    app.print(&app.text(&Message::new("party-card-written").with("file", path)));
    Ok(0)
}

/// Shows a card, has its fingerprint compared, and pins it; without a file, lists what is pinned.
pub(crate) fn trust(app: &App, args: &Trust) -> Result<u8, Failure> {
    if let Some(name) = &args.remove {
        return distrust(app, name, args.yes);
    }
    let Some(path) = &args.file else {
        return list(app);
    };
    let mut party = open(app)?;
    if !path.is_dir() {
        let card = read_card(path)?;
        let known = confirm(app, args, &mut party, &card, true)?;
        return tell(app, &card, known).map(|row| {
            if app.json() {
                app.print_json(&row);
            }
            0
        });
    }
    // A folder: every card in it, one by one; with a fingerprint, the one that has it.
    let mut cards = Vec::new();
    for entry in std::fs::read_dir(path).map_err(|e| file(path, &e))? {
        let entry = entry.map_err(|e| file(path, &e))?;
        let found = entry.path();
        // What is no plain file on a stick could be read for ever.
        let plain = entry.file_type().is_ok_and(|t| t.is_file());
        if plain && found.extension().is_some_and(|e| e == "card") {
            cards.push(read_card(&found)?);
        }
    }
    cards.sort_by(|a, b| a.name().cmp(b.name()).then(a.id().cmp(&b.id())));
    if let Some(typed) = &args.fingerprint {
        cards.retain(|c| words::matches(&c.id().0, typed));
    }
    if cards.is_empty() {
        return Err(Failure::new(NOTHING, Message::new("party-no-cards")));
    }
    let mut rows = Vec::new();
    for card in cards {
        let known = confirm(app, args, &mut party, &card, false)?;
        rows.push(tell(app, &card, known)?);
    }
    if app.json() {
        app.print_json(&serde_json::json!({ "cards": rows }));
    }
    Ok(0)
}

fn read_card(path: &Path) -> Result<round::Card, Failure> {
    let bytes = read_bounded(path, CARD_MAX)?;
    round::Card::read(&bytes).map_err(|e| {
        // Of many on a stick, which one it is.
        let Failure { code, message } = sigilo::party::PartyError::from(e).into();
        let named = Message::new("cli-card-file")
            .with("file", path.display().to_string())
            .with("why", message);
        Failure::new(code, named)
    })
}

/// Has the fingerprint compared and pins the card. Returns whether it was pinned before.
fn confirm(
    app: &App,
    args: &Trust,
    party: &mut Party,
    card: &round::Card,
    qr: bool,
) -> Result<bool, Failure> {
    if card.id() == party.id() {
        return Ok(true);
    }
    let known = party.trust().cards().any(|c| c.id() == card.id());
    // A card that is known as another house's does not become the own one's without a person's word.
    if known && !args.same_site {
        return Ok(true);
    }
    if known
        && transfer::same_site(party)?
            .iter()
            .any(|c| c.id() == card.id())
    {
        return Ok(true);
    }
    if !app.json() {
        show(app, card);
        if qr {
            app.print(&card.qr_terminal());
        }
    }
    match &args.fingerprint {
        Some(typed) if words::matches(&card.id().0, typed) => {}
        Some(_) => {
            return Err(Failure::new(
                crate::failure::REFUSED,
                Message::new("party-other-fingerprint").with("name", card.name()),
            ));
        }
        None if args.yes => {}
        None => {
            let id = if args.same_site {
                "transfer-ask-same-site"
            } else {
                "party-ask-trust"
            };
            let question = Message::new(id).with("name", card.name());
            if !prompt::confirm(app, &question)? {
                return Err(Failure::of("cli-stopped"));
            }
        }
    }
    if args.same_site {
        transfer::trust_same_site(party, card.clone())?;
    } else {
        party.pin(card.clone())?;
    }
    Ok(false)
}

fn tell(app: &App, card: &round::Card, known: bool) -> Result<serde_json::Value, Failure> {
    if !app.json() {
        let id = if known {
            "party-trusted-already"
        } else {
            "party-trusted"
        };
        app.print(&app.text(&Message::new(id).with("name", card.name())));
    }
    Ok(row(card))
}

fn row(card: &round::Card) -> serde_json::Value {
    serde_json::json!({
        "name": card.name(),
        "role": card.body().role.as_str(),
        "fingerprint": card.id().fingerprint(),
        "file": format!("{}.card", file_label(card)),
    })
}

fn list(app: &App) -> Result<u8, Failure> {
    let party = open(app)?;
    let mut cards: Vec<&round::Card> = party.trust().cards().collect();
    cards.sort_by(|a, b| {
        let role = a.body().role.cmp(&b.body().role);
        role.then(a.name().cmp(b.name())).then(a.id().cmp(&b.id()))
    });
    if app.json() {
        let rows: Vec<_> = cards.into_iter().map(row).collect();
        app.print_json(&serde_json::json!({ "cards": rows }));
        return Ok(0);
    }
    for card in cards {
        let own = if card.id() == party.id() { "*" } else { " " };
        app.print(&format!(
            "{own} {} {} {}",
            column(&app.text(&card.body().role), 20),
            column(card.name(), 30),
            card.id().fingerprint()
        ));
    }
    Ok(0)
}

fn distrust(app: &App, name: &str, yes: bool) -> Result<u8, Failure> {
    let mut party = open(app)?;
    let roles = [Role::Site, Role::Coordinator, Role::Holder, Role::Auditor];
    let id = roles
        .into_iter()
        .find_map(|role| party.find(name, role).ok().map(round::Card::id));
    let Some(id) = id else {
        return Err(Failure::new(
            NOTHING,
            Message::new("party-no-such-party").with("name", name),
        ));
    };
    let question = Message::new("party-ask-distrust").with("name", party.name(&id));
    if !yes && !prompt::confirm(app, &question)? {
        return Err(Failure::of("cli-stopped"));
    }
    let name = party.name(&id);
    if let Ok(card) = party.trust().get(&id, Role::Site) {
        let vault = VaultId(card.body().vault);
        party.vault().set_same_site(vault, false)?;
    }
    party.unpin(&id)?;
    if app.json() {
        app.print_json(&serde_json::json!({ "name": name, "removed": true }));
    } else {
        app.print(&app.text(&Message::new("party-distrusted").with("name", name)));
    }
    Ok(0)
}

/// Bits as thousandths.
pub(crate) fn millibits(bits: f64) -> Result<u32, Failure> {
    if !(1.0..=128.0).contains(&bits) {
        return Err(Failure::new(
            crate::failure::USAGE,
            Message::new("party-usage-bits"),
        ));
    }
    Ok((bits * 1000.0).round() as u32)
}

/// The limits that are given, in the place of those that are.
pub(crate) fn limits(
    args: &crate::cli_round::HolderPolicy,
    mut policy: holder::Policy,
) -> Result<holder::Policy, Failure> {
    if let Some(n) = args.quota_max {
        policy.quota_max = n;
    }
    if let Some(bits) = args.bits_min {
        policy.h_min_millibits = millibits(bits)?;
    }
    if let Some(n) = args.points {
        policy.points_per_year = n;
    }
    if let Some(epsilon) = args.epsilon_year {
        policy.epsilon_per_year = crate::counts::epsilon(epsilon)?;
    }
    if let Some(n) = args.growth {
        policy.growth_per_day = n;
    }
    Ok(policy)
}
