//! The key-holder's commands.

use sigilo::holder;
use sigilo::i18n::Message;
use sigilo::party;

use crate::app::App;
use crate::card::{self, limits};
use crate::cli_round::{Close, Folder, HolderInit, HolderPolicy, Keyholder, KeyholderCommand};
use crate::failure::Failure;
use crate::round::{confirm_close, finish, named_round};

pub(crate) fn run(app: &App, args: &Keyholder) -> Result<u8, Failure> {
    match &args.command {
        KeyholderCommand::Init(args) => init(app, args),
        KeyholderCommand::Policy(args) => policy(app, args),
        KeyholderCommand::Join(args) => step(app, args, |party, stick| {
            holder::join(party, stick, party::now())
        }),
        KeyholderCommand::Cosign(args) => step(app, args, holder::cosign),
        KeyholderCommand::Evaluate(args) => step(app, args, |party, stick| {
            holder::evaluate(party, stick, party::now())
        }),
        KeyholderCommand::Compare(args) => step(app, args, |party, stick| {
            holder::compare(party, stick, party::now())
        }),
        KeyholderCommand::Tally(args) => step(app, args, holder::tally),
        KeyholderCommand::Close(args) => close(app, args),
    }
}

fn init(app: &App, args: &HolderInit) -> Result<u8, Failure> {
    let policy = limits(&args.policy, holder::Policy::default())?;
    let (vault, name, code) = card::new_vault(app, &args.party)?;
    let party = holder::found(vault, &name, &policy)?;
    card::made(app, &party, &code)
}

fn policy(app: &App, args: &HolderPolicy) -> Result<u8, Failure> {
    let party = card::open(app)?;
    let before = holder::policy(&party)?;
    let policy = limits(args, before)?;
    let lapsed = holder::limits_lapsed(&party)?;
    let said = args.quota_max.is_some()
        || args.bits_min.is_some()
        || args.points.is_some()
        || args.growth.is_some();
    if policy != before || (lapsed && said) {
        holder::set_policy(&party, &policy)?;
    }
    let bits = f64::from(policy.h_min_millibits) / 1000.0;
    if app.json() {
        app.print_json(&serde_json::json!({
            "quota_max": policy.quota_max,
            "bits_min": bits,
            "points_per_year": policy.points_per_year,
            "epsilon_per_year": f64::from(policy.epsilon_per_year) / 1000.0,
            "growth_per_day": policy.growth_per_day,
            "lapsed": lapsed && !said,
        }));
    } else {
        let line = Message::new("party-limits")
            .with("quota", policy.quota_max)
            .with("bits", bits.to_string())
            .with("points", policy.points_per_year)
            .with(
                "epsilon",
                (f64::from(policy.epsilon_per_year) / 1000.0).to_string(),
            )
            .with("growth", policy.growth_per_day);
        app.print(&app.text(&line));
        if lapsed && !said {
            app.print(&app.text(&Message::new("party-restored-limits")));
        }
    }
    Ok(0)
}

fn step(
    app: &App,
    args: &Folder,
    run: impl Fn(&party::Party, &party::Stick) -> Result<party::Outcome, party::PartyError>,
) -> Result<u8, Failure> {
    let party = card::open(app)?;
    let working = app.working("cli-progress-working");
    let out = run(&party, &card::stick(&args.folder)?)?;
    drop(working);
    finish(app, &party, out)
}

fn close(app: &App, args: &Close) -> Result<u8, Failure> {
    let round = named_round(args.round.as_deref())?;
    confirm_close(app, args)?;
    let party = card::open(app)?;
    let out = holder::close(&party, round.as_ref())?;
    finish(app, &party, out)
}
