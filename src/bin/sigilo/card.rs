//! One's own card, and the folders of parties.

use std::path::{Path, PathBuf};

use sigilo::holder;
use sigilo::i18n::{Localize as _, Message};
use sigilo::party::{Party, Stick, file_label};
use sigilo::round;
use sigilo::site;
use sigilo::vault::{Location, NewSlot, Rights, SlotKind, Unlock, Vault, VaultError};

use crate::app::App;
use crate::cli_round::{Card, PartyInit};
use crate::failure::Failure;
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

pub(crate) fn show(app: &App, card: &round::Card) {
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
