//! The coordinator's commands.

use sigilo::coordinator::{self, Plan, Status};
use sigilo::i18n::Message;
use sigilo::party::{self, Party, PartyError};
use sigilo::round::draft::Policy;
use sigilo::round::notice::policy::{Mediation, Notices};
use sigilo::round::{PartyId, Role, Time};

use crate::app::App;
use crate::card::{self, millibits};
use crate::cli_round::{
    Close, Coordinator, CoordinatorCommand, Folder, Match, NoticesArg, Open, PartyInit, PolicyArg,
    Report,
};
use crate::failure::{Failure, NOTHING, file};
use crate::round::{exit, finish, named_round, print_result, result_json};

pub(crate) fn run(app: &App, args: &Coordinator) -> Result<u8, Failure> {
    match &args.command {
        CoordinatorCommand::Init(args) => init(app, args),
        CoordinatorCommand::Open(args) => open(app, args),
        CoordinatorCommand::Publish(args) => publish(app, args),
        CoordinatorCommand::Status => status(app),
        CoordinatorCommand::Match(args) => match_files(app, args),
        #[cfg(feature = "parquet")]
        CoordinatorCommand::Export(args) => export(app, args),
        CoordinatorCommand::Decide(args) => decide(app, args),
        CoordinatorCommand::Counts(args) => crate::counts::run(app, args),
        CoordinatorCommand::Report(args) => report(app, args),
        CoordinatorCommand::Close(args) => close(app, args),
    }
}

fn init(app: &App, args: &PartyInit) -> Result<u8, Failure> {
    let (vault, name, code) = card::new_vault(app, args)?;
    let party = coordinator::found(vault, &name)?;
    card::made(app, &party, &code)
}

/// A day as the last second of it, or a moment.
fn deadline(app: &App, text: &str) -> Result<Time, Failure> {
    let bad = || Failure::usage("cli-usage-date");
    match Time::parse(text) {
        Some(time) => Ok(time),
        None => {
            let day = app.date(text)?;
            let seconds = u64::try_from(day.days() * 86_400 + 86_399).map_err(|_| bad())?;
            Time::from_seconds(seconds).ok_or_else(bad)
        }
    }
}

fn ids(party: &Party, names: &[String], role: Role) -> Result<Vec<PartyId>, Failure> {
    names
        .iter()
        .map(|name| Ok(party.find(name, role)?.id()))
        .collect()
}

fn open(app: &App, args: &Open) -> Result<u8, Failure> {
    let deadline = deadline(app, &args.until)?;
    let bits = args.bits.map(millibits).transpose()?;
    let party = card::open(app)?;
    party.require(Role::Coordinator)?;
    let policy = match args.policy {
        PolicyArg::Strict => Policy::Strict,
        PolicyArg::Standard => Policy::Standard,
    };
    let mut plan = Plan::new(&args.purpose, deadline, args.expected).under(policy);
    plan.h_millibits = bits;
    plan.pairs = args.pairs;
    plan.min_cell = args.min_cell;
    plan.epsilon_milli = crate::counts::epsilon(args.epsilon)?;
    plan.largest_share = args.largest_share;
    for given in &args.group {
        let (name, members) = given
            .split_once('=')
            .ok_or_else(|| Failure::usage("counts-usage-group"))?;
        let members: Vec<String> = members.split(',').map(str::to_owned).collect();
        plan.groups
            .push((name.to_owned(), ids(&party, &members, Role::Site)?));
    }
    plan.site_totals = args.site_totals;
    if args.notices == NoticesArg::Mediated {
        let how = Mediation::new(
            args.notice_requests,
            args.notice_batches,
            args.notice_delay,
            args.notice_band,
        );
        plan.notices = Notices::Mediated(how.ok_or(PartyError::Plan("notices"))?);
    }
    plan.quorum = args.quorum;
    plan.compartments = args.compartment.clone();
    plan.quota = args.quota;
    plan.holders = ids(&party, &args.holder, Role::Holder)?;
    if let Some(name) = &args.comparer {
        plan.comparer = Some(party.find(name, Role::Holder)?.id());
    }
    for given in &args.site {
        let (name, quota) = match given.rsplit_once('=') {
            Some((name, quota)) => {
                let quota = quota
                    .parse()
                    .map_err(|_| Failure::usage("party-usage-quota"))?;
                (name, Some(quota))
            }
            None => (given.as_str(), None),
        };
        let id = party.find(name, Role::Site)?.id();
        plan.sites.push(id);
        if let Some(quota) = quota {
            plan.quotas.insert(id, quota);
        }
    }
    let out = coordinator::open(&party, &card::stick(&args.folder)?, &plan, party::now())?;
    finish(app, &party, out)
}

fn publish(app: &App, args: &Folder) -> Result<u8, Failure> {
    let party = card::open(app)?;
    let out = coordinator::publish(&party, &card::stick(&args.folder)?)?;
    finish(app, &party, out)
}

fn match_files(app: &App, args: &Match) -> Result<u8, Failure> {
    let mut party = card::open(app)?;
    let without = ids(&party, &args.without, Role::Site)?;
    let stick = card::stick(&args.folder)?;
    let given = args.candidates.as_deref();
    let working = app.watching("cli-progress-working", &mut party);
    let out = coordinator::match_files(&party, &stick, &without, given, party::now())?;
    drop(working);
    finish(app, &party, out)
}

#[cfg(feature = "parquet")]
fn export(app: &App, args: &crate::cli_round::Export) -> Result<u8, Failure> {
    let party = card::open(app)?;
    let without = ids(&party, &args.without, Role::Site)?;
    let stick = card::stick(&args.folder)?;
    let (mut out, most) = coordinator::export(&party, &stick, &without, &args.dir, party::now())?;
    let dir = args.dir.display().to_string();
    out.done.push(party::Event::Exported { dir, most });
    finish(app, &party, out)
}

fn decide(app: &App, args: &Folder) -> Result<u8, Failure> {
    let party = card::open(app)?;
    let out = coordinator::decide(&party, &card::stick(&args.folder)?, party::now())?;
    finish(app, &party, out)
}

/// The page of a round: into the folder of the round, or into a file. With `--json` the figures are
/// the output.
fn report(app: &App, args: &Report) -> Result<u8, Failure> {
    if args.folder.is_none() && args.to.is_none() && !app.json() {
        return Err(Failure::usage("party-usage-report"));
    }
    let named = named_round(args.round.as_deref())?;
    let party = card::open(app)?;
    let stick = args.folder.as_deref().map(card::stick).transpose()?;
    let round = match (named, &stick) {
        (None, Some(stick)) => coordinator::round_of(&party, stick)?,
        (named, _) => named,
    };
    let figures = coordinator::figures(&party, round.as_ref())?;
    let mut out = party::Outcome::default();
    if let Some(stick) = &stick {
        out = coordinator::write_report(&party, stick, &figures)?;
    }
    if let Some(path) = &args.to {
        let page = sigilo::report::page(&figures);
        if path.as_os_str() == "-" {
            if app.json() {
                return Err(Failure::usage("party-usage-report"));
            }
            app.print(&page);
            return Ok(0);
        }
        crate::files::replace(path, page.as_bytes()).map_err(|e| file(path, &e))?;
        let name = path.display().to_string();
        out.done.push(party::Event::Wrote(name));
    }
    if app.json() {
        let mut value = figures.to_json();
        value["counts"] = figures
            .counts
            .as_ref()
            .map_or(serde_json::Value::Null, crate::counts::json);
        app.print_json(&value);
        return Ok(exit(&out));
    }
    finish(app, &party, out)
}

fn close(app: &App, args: &Close) -> Result<u8, Failure> {
    let round = named_round(args.round.as_deref())?;
    crate::round::confirm_close(app, args)?;
    let party = card::open(app)?;
    let out = coordinator::close(&party, round.as_ref())?;
    finish(app, &party, out)
}

pub(crate) fn status(app: &App) -> Result<u8, Failure> {
    let party = card::open(app)?;
    let rounds = coordinator::status(&party)?;
    let names = |ids: &[PartyId]| -> Vec<String> {
        let mut names: Vec<String> = ids.iter().map(|id| party.name(id)).collect();
        names.sort();
        names
    };
    if app.json() {
        let rows: Vec<_> = rounds
            .iter()
            .map(|s| {
                serde_json::json!({
                    "round": sigilo::codec::to_hex(&s.round),
                    "purpose": s.purpose,
                    "deadline": s.deadline.to_string(),
                    "state": state(s).1,
                    "unsigned": names(&s.unsigned),
                    "present": names(&s.present),
                    "missing": names(&s.missing),
                    "quorum": s.quorum,
                    "result": s.result.as_ref().map(|r| result_json(&party, r)),
                })
            })
            .collect();
        app.print_json(&serde_json::json!({ "rounds": rows }));
    } else {
        for s in &rounds {
            print(app, &party, s, &names);
        }
    }
    Ok(if rounds.is_empty() { NOTHING } else { 0 })
}

fn state(s: &Status) -> (&'static str, &'static str) {
    match s {
        Status { closed: true, .. } => ("party-state-closed", "closed"),
        Status {
            result: Some(_), ..
        } => ("party-state-decided", "decided"),
        Status { asked: true, .. } => ("party-state-asked", "asked"),
        Status {
            published: false, ..
        } => ("party-state-drafted", "drafted"),
        _ if s.unsigned.is_empty() => ("party-state-agreed", "agreed"),
        _ => ("party-state-published", "published"),
    }
}

fn print(app: &App, party: &Party, s: &Status, names: &impl Fn(&[PartyId]) -> Vec<String>) {
    let head = Message::new("party-status-round")
        .with("purpose", s.purpose.as_str())
        .with("until", s.deadline)
        .with("state", Message::new(state(s).0));
    app.print(&app.text(&head));
    app.print(&format!("  {}", sigilo::codec::to_hex(&s.round)));
    if s.closed {
        return;
    }
    if !s.unsigned.is_empty() {
        let who = names(&s.unsigned).join(", ");
        app.print(&format!(
            "  {}",
            app.text(&Message::new("party-status-unsigned").with("names", who))
        ));
        return;
    }
    for (id, who) in [
        ("party-status-present", &s.present),
        ("party-status-missing", &s.missing),
    ] {
        if !who.is_empty() {
            let line = Message::new(id).with("names", names(who).join(", "));
            app.print(&format!("  {}", app.text(&line)));
        }
    }
    let quorum = Message::new("party-status-quorum").with("quorum", s.quorum);
    app.print(&format!("  {}", app.text(&quorum)));
    if let Some(result) = &s.result {
        print_result(app, party, result);
    }
}
