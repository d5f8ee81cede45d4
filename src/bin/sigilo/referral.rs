//! Referring a record to another house, and deciding on what another house has referred.

use sigilo::codec::to_hex;
use sigilo::i18n::{Arg, Localize as _, Message};
use sigilo::log::act::ActKind;
use sigilo::party::{self, Outcome, Party, PartyError};
use sigilo::record;
use sigilo::round::Role;
use sigilo::site::referral::{self, Entry, ReferralError, Referrals, Status, Wanted};
use sigilo::vault::{ActNote, ObjectId, VaultError};

use crate::app::{App, column, time};
use crate::card;
use crate::cli_transfer::{Accept, Because, Refer, Referral, ReferralCommand, ReferralId};
use crate::failure::{Failure, NOTHING, USAGE};
use crate::prompt;
use crate::records::{self, find, reason};
use crate::round::{exit, finish};

pub(crate) fn run(app: &App, args: &Referral) -> Result<u8, Failure> {
    match &args.command {
        ReferralCommand::List => list(app),
        ReferralCommand::Next(args) => {
            let party = card::open(app)?;
            let mut out = Outcome::default();
            let stick = card::stick(&args.folder)?;
            referral::next(&party, &stick, party::now(), &mut out)?;
            finish(app, &party, out)
        }
        ReferralCommand::Show(args) => show(app, args),
        ReferralCommand::Accept(args) => accept(app, args),
        ReferralCommand::Refuse(args) => refuse(app, args),
        ReferralCommand::Revoke(args) => revoke(app, args),
    }
}

impl From<ReferralError> for Failure {
    fn from(error: ReferralError) -> Self {
        PartyError::from(error).into()
    }
}

pub(crate) fn refer(app: &App, args: &Refer) -> Result<u8, Failure> {
    let until = match &args.until {
        Some(text) => Some(app.date(text)?),
        None => None,
    };
    let party = card::open(app)?;
    party.require(Role::Site)?;
    let stick = card::stick(&args.folder)?;
    let to = party.find(&args.to, Role::Site)?;
    if !referral::houses(&party)?.iter().any(|c| c.id() == to.id()) {
        return Err(Failure::usage("referral-usage-own"));
    }
    let vault = party.vault();
    let catalog = vault.catalog()?;
    let object = find(vault, &catalog, &args.id)?.id;
    let all = vault.evidence()?;
    let mut evidence = Vec::new();
    for typed in &args.evidence {
        let mut fits = all.iter().filter(|e| e.id.begins_with(typed));
        match (fits.next(), fits.count()) {
            (Some(file), 0) => evidence.push(file.id),
            (Some(_), more) => return Err(VaultError::AmbiguousId(more + 1).into()),
            (None, _) => return Err(ReferralError::NoSuchFile.into()),
        }
    }
    let wanted = Wanted {
        object,
        fields: &args.fields,
        evidence: &evidence,
        onward: args.onward,
        until,
    };
    let question = Message::new("referral-ask")
        .with("id", object.short())
        .with("name", to.name())
        .with("fields", args.fields.join(", "));
    if !args.yes && !prompt::confirm(app, &question)? {
        return Err(Failure::of("cli-stopped"));
    }
    let entry = referral::refer(&party, to, &wanted, party::now()).map_err(|e| match e {
        PartyError::Referral(e @ (ReferralError::NoSuchField(_) | ReferralError::NoFields)) => {
            Failure::new(USAGE, e.message())
        }
        e => e.into(),
    })?;
    let mut out = Outcome::default();
    referral::next(&party, &stick, party::now(), &mut out)?;
    if app.json() {
        app.print_json(&json(&party, &entry));
        return Ok(exit(&out));
    }
    let done = Message::new("referral-made")
        .with("id", entry.name().short())
        .with("name", to.name());
    app.print(&app.text(&done));
    finish(app, &party, out)
}

fn status_id(entry: &Entry) -> &'static str {
    match (entry.status, entry.sent) {
        (Status::Open, true) => "referral-status-sent",
        (Status::Open, false) => "referral-status-waiting",
        (Status::Received, _) => "referral-status-received",
        (Status::Accepted, _) => "referral-status-accepted",
        (Status::Refused, _) => "referral-status-refused",
        (Status::Revoked, _) => "referral-status-revoked",
    }
}

fn json(party: &Party, entry: &Entry) -> serde_json::Value {
    serde_json::json!({
        "referral": entry.name().to_string(),
        "parcel": to_hex(&entry.id),
        "sent": entry.sent,
        "house": party.name(&entry.other),
        "status": status_id(entry).trim_start_matches("referral-status-"),
        "record": entry.object.map(|o| o.to_string()),
        "onward": entry.rules.onward,
        "until": entry.rules.until.map(|d| d.to_string()),
        "purpose": entry.rules.purpose,
        "files": entry.evidence.len(),
        "receipt": entry.receipt,
    })
}

fn list(app: &App) -> Result<u8, Failure> {
    let party = card::open(app)?;
    let book = Referrals::read(&party)?;
    if app.json() {
        let rows: Vec<_> = book.entries.iter().map(|e| json(&party, e)).collect();
        app.print_json(&serde_json::json!({ "referrals": rows }));
    } else {
        for entry in &book.entries {
            let way = if entry.sent { "→" } else { "←" };
            let when = i64::try_from(entry.time.seconds()).unwrap_or(i64::MAX);
            app.print(
                format!(
                    "{}  {way} {} {} {}  {}",
                    entry.name().short(),
                    column(&party.name(&entry.other), 26),
                    column(&app.t(status_id(entry)), 12),
                    time(when),
                    entry.object.map(|o| o.short()).unwrap_or_default(),
                )
                .trim_end(),
            );
        }
        let here = |e: &&Entry| !e.sent && e.status == Status::Revoked && e.object.is_some();
        let catalog = party.vault().catalog()?;
        for entry in book.entries.iter().filter(here) {
            if let Some(object) = entry.object.filter(|o| catalog.get(*o).is_some()) {
                let note = Message::new("referral-revoked-here")
                    .with("id", object.short())
                    .with("name", party.name(&entry.other));
                app.warn(&note);
            }
        }
    }
    Ok(if book.entries.is_empty() { NOTHING } else { 0 })
}

/// The referral that somebody means by the beginning of its id, or the only one that can be meant.
fn named(party: &Party, typed: Option<&String>, sent: bool) -> Result<ObjectId, Failure> {
    let book = Referrals::read(party)?;
    let fits = |e: &&Entry| match typed {
        Some(typed) => e.sent == sent && e.name().begins_with(typed),
        None if sent => e.sent && e.status < Status::Refused,
        None => !e.sent && e.status == Status::Open,
    };
    let mut fits = book.entries.iter().filter(fits);
    match (fits.next(), fits.next()) {
        (Some(entry), None) => Ok(entry.name()),
        _ => Err(ReferralError::NoSuchReferral.into()),
    }
}

fn show(app: &App, args: &ReferralId) -> Result<u8, Failure> {
    let party = card::open(app)?;
    let name = named(&party, args.referral.as_ref(), false)?;
    let offer = referral::offer(&party, &name)?;
    let vault = party.vault();
    vault.log(ActNote::new(ActKind::Open).on(name.0, 0))?;
    let likely = match offer.known {
        Some((object, _)) => vec![object],
        None => records::likely(app, vault, &offer.record)?,
    };
    if app.json() {
        let mut row = json(&party, &offer.entry);
        row["offered"] = record::to_json(&offer.record);
        row["known"] = serde_json::json!(offer.known.map(|(o, _)| o.to_string()));
        row["likely_duplicates"] =
            serde_json::json!(likely.iter().map(ToString::to_string).collect::<Vec<_>>());
        app.print_json(&row);
        return Ok(0);
    }
    let rules = &offer.entry.rules;
    let none = || Arg::from(app.t("referral-no-end"));
    let onward = if rules.onward {
        "referral-onward-yes"
    } else {
        "referral-onward-no"
    };
    let head = Message::new("referral-offer")
        .with("name", party.name(&offer.entry.other))
        .with("files", offer.files)
        .with("until", rules.until.map_or_else(none, Arg::from))
        .with("onward", app.t(onward));
    app.print(&app.text(&head));
    if let Some((object, _)) = offer.known {
        let again = Message::new("referral-again").with("id", object.short());
        app.print(&app.text(&again));
    }
    records::print_record(app, &offer.record);
    app.note(&Message::new("referral-offer-advice"));
    Ok(0)
}

fn accept(app: &App, args: &Accept) -> Result<u8, Failure> {
    let party = card::open(app)?;
    let name = named(&party, args.referral.as_ref(), false)?;
    let into = match &args.into {
        Some(typed) => {
            let catalog = party.vault().catalog()?;
            Some(find(party.vault(), &catalog, typed)?.id)
        }
        None => None,
    };
    let (object, version) = referral::accept(&party, &name, into, party::now())?;
    if app.json() {
        app.print_json(&serde_json::json!({
            "referral": name.to_string(), "id": object.to_string(), "version": version,
        }));
        return Ok(0);
    }
    let done = Message::new("referral-accepted")
        .with("id", object.short())
        .with("version", version);
    app.print(&app.text(&done));
    app.note(&Message::new("referral-answer-advice"));
    Ok(0)
}

fn refuse(app: &App, args: &Because) -> Result<u8, Failure> {
    let party = card::open(app)?;
    let name = named(&party, args.referral.as_ref(), false)?;
    let why = reason(args.reason.as_ref())?;
    referral::refuse(&party, &name, &why, party::now())?;
    told(app, "referral-refused", &name)
}

fn revoke(app: &App, args: &Because) -> Result<u8, Failure> {
    let party = card::open(app)?;
    let name = named(&party, args.referral.as_ref(), true)?;
    let why = reason(args.reason.as_ref())?;
    referral::revoke(&party, &name, &why, party::now())?;
    told(app, "referral-revoked", &name)
}

fn told(app: &App, id: &'static str, name: &ObjectId) -> Result<u8, Failure> {
    if app.json() {
        app.print_json(&serde_json::json!({ "referral": name.to_string() }));
        return Ok(0);
    }
    app.print(&app.text(&Message::new(id).with("id", name.short())));
    app.note(&Message::new("referral-answer-advice"));
    Ok(0)
}
