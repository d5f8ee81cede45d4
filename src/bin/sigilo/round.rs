//! `round`: the next step of whatever role the vault has, and how things stand.

use sigilo::i18n::{Arg, Localize as _, Message};
use sigilo::network;
use sigilo::party::{self, Class, Outcome, Party, PartyError};
use sigilo::round::note::AgreedNote;
use sigilo::round::result::{Presence, RoundResult, SiteTotal};
use sigilo::round::{PartyId, Role};
use sigilo::site;

use crate::app::App;
use crate::card;
use crate::cli_round::{Close, Folder, Round, RoundCommand, RoundCommands, Withdraw};
use crate::failure::{FAILED, Failure, INTEGRITY, NOTHING, REFUSED, WRONG_KEY};
use crate::{coordinator, keyholder, notice, prompt, records, trust};

pub(crate) fn run(app: &App, command: &RoundCommands) -> Result<u8, Failure> {
    match command {
        RoundCommands::Card(args) => card::card(app, args),
        RoundCommands::Trust(args) => trust::trust(app, args),
        RoundCommands::Round(Round { command }) => match command {
            RoundCommand::Next(args) => next(app, args),
            RoundCommand::Status => status(app),
            RoundCommand::Withdraw(args) => withdraw(app, args),
            RoundCommand::Leave(args) => leave(app, args),
        },
        RoundCommands::Coordinator(args) => coordinator::run(app, args),
        RoundCommands::Keyholder(args) => keyholder::run(app, args),
        RoundCommands::Notice(args) => notice::run(app, args),
    }
}

fn code(class: Class) -> u8 {
    match class {
        Class::Failed => FAILED,
        Class::Nothing => NOTHING,
        Class::WrongKey => WRONG_KEY,
        Class::Refused => REFUSED,
        Class::Integrity => INTEGRITY,
    }
}

impl From<PartyError> for Failure {
    fn from(error: PartyError) -> Self {
        Self::new(code(error.class()), error.message())
    }
}

/// The exit code of what happened: that of the most serious refusal.
pub(crate) fn exit(out: &Outcome) -> u8 {
    out.worst().map_or(0, code)
}

/// Says what was done, what was refused and what is waited for.
pub(crate) fn finish(app: &App, party: &Party, mut out: Outcome) -> Result<u8, Failure> {
    // Ids decide the order of parties elsewhere; people expect that of names.
    out.waiting
        .sort_by_key(|e| (matches!(e, party::Event::WaitsUntil(_)), app.text(e)));
    let code = exit(&out);
    if app.json() {
        let said = |events: &[party::Event]| -> Vec<serde_json::Value> {
            let rows = events.iter().map(|e| {
                let message = e.message();
                serde_json::json!({ "id": message.id, "text": app.text(&message) })
            });
            rows.collect()
        };
        app.print_json(&serde_json::json!({
            "party": party.card().name(),
            "done": said(&out.done),
            "refused": out.refused.iter().map(|(file, e)| serde_json::json!({
                "file": file, "id": e.message().id, "text": app.text(e),
            })).collect::<Vec<_>>(),
            "waiting": said(&out.waiting),
        }));
        return Ok(code);
    }
    let new = |e: &&party::Event| !matches!(e, party::Event::Unchanged(_));
    for event in out.done.iter().filter(new) {
        app.print(&app.text(event));
    }
    if !out.done.iter().any(|e| new(&e)) && out.refused.is_empty() {
        app.print(&app.t("party-nothing-new"));
    }
    for event in &out.waiting {
        app.note(event);
    }
    for (file, error) in &out.refused {
        let line = Message::new("party-refused")
            .with("file", file.as_str())
            .with("why", error.message());
        app.warn(&line);
    }
    Ok(code)
}

fn next(app: &App, args: &Folder) -> Result<u8, Failure> {
    let mut party = card::open(app)?;
    let working = app.watching("cli-progress-working", &mut party);
    let out = network::next(&party, &card::stick(&args.folder)?, party::now())?;
    drop(working);
    finish(app, &party, out)
}

/// The round that somebody names, as 32 hexadecimal digits.
pub(crate) fn named_round(text: Option<&str>) -> Result<Option<[u8; 16]>, Failure> {
    let Some(text) = text else {
        return Ok(None);
    };
    let bytes = sigilo::codec::from_hex(text).ok();
    bytes
        .and_then(|b| b.try_into().ok())
        .map(Some)
        .ok_or_else(|| Failure::usage("party-usage-round"))
}

pub(crate) fn confirm_close(app: &App, args: &Close) -> Result<(), Failure> {
    if args.yes || prompt::confirm(app, &Message::new("party-ask-close"))? {
        return Ok(());
    }
    Err(Failure::of("cli-stopped"))
}

fn leave(app: &App, args: &Close) -> Result<u8, Failure> {
    let round = named_round(args.round.as_deref())?;
    confirm_close(app, args)?;
    let party = card::open(app)?;
    let out = site::close(&party, round.as_ref())?;
    finish(app, &party, out)
}

fn withdraw(app: &App, args: &Withdraw) -> Result<u8, Failure> {
    let party = card::open(app)?;
    party.require(Role::Site)?;
    let catalog = party.vault().catalog()?;
    let id = records::find(party.vault(), &catalog, &args.id)?.id;
    let out = site::withdraw(&party, id)?;
    finish(app, &party, out)
}

/// The rounds that the party knows and where they stand.
fn status(app: &App) -> Result<u8, Failure> {
    let party = card::open(app)?;
    if party.role() == Role::Coordinator {
        drop(party);
        return coordinator::status(app);
    }
    let mut rows = Vec::new();
    let books = party.books()?;
    for book in &books {
        let (id, word) = match (book.closed, &book.note, book.sent.is_empty()) {
            (true, ..) => ("party-state-closed", "closed"),
            (_, None, _) => ("party-state-joined", "joined"),
            _ => ("party-state-taking-part", "taking-part"),
        };
        let note = match &book.note {
            Some(text) => AgreedNote::read(text.as_bytes(), party.trust()).ok(),
            None => None,
        };
        let result = match (&book.result, &note) {
            (Some(text), Some(note)) => Some(
                RoundResult::read(text.as_bytes(), note, party.trust())
                    .map_err(PartyError::from)?,
            ),
            _ => None,
        };
        let purpose = note.as_ref().map(|n| n.draft().purpose.clone());
        let until = note.as_ref().map(|n| n.draft().deadline);
        if app.json() {
            rows.push(serde_json::json!({
                "round": sigilo::codec::to_hex(&book.round),
                "purpose": purpose,
                "deadline": until.map(|time| time.to_string()),
                "state": word,
                "files": book.sent.keys().collect::<Vec<_>>(),
                "result": result.as_ref().map(|r| result_json(&party, r)),
            }));
            continue;
        }
        let head = Message::new("party-status-round")
            .with("purpose", purpose.unwrap_or_default())
            .with("until", until.map_or_else(|| Arg::from(""), Arg::from))
            .with("state", Message::new(id));
        app.print(&app.text(&head));
        app.print(&format!("  {}", sigilo::codec::to_hex(&book.round)));
        for name in book.sent.keys() {
            app.print(&format!("  {name}"));
        }
        if let Some(result) = &result {
            print_result(app, &party, result);
        }
    }
    if app.json() {
        app.print_json(&serde_json::json!({ "rounds": rows }));
    }
    Ok(if books.is_empty() { NOTHING } else { 0 })
}

/// The sites of a result in the order of their names.
fn by_name<'r>(
    party: &Party,
    r: &'r RoundResult,
) -> Vec<&'r (PartyId, Presence, Option<SiteTotal>)> {
    let mut sites: Vec<_> = r.sites.iter().collect();
    sites.sort_by_key(|(id, ..)| party.name(id));
    sites
}

/// The numbers of a result.
pub(crate) fn print_result(app: &App, party: &Party, r: &RoundResult) {
    let line = Message::new("party-result")
        .with("records", r.records)
        .with("local", r.local_persons)
        .with("persons", r.persons);
    app.print(&format!("  {}", app.text(&line)));
    let percent = |n: u16| format!("{}.{}", n / 10, n % 10);
    let line = Message::new("party-result-pairs")
        .with("candidates", r.candidates)
        .with("compared", r.compared)
        .with("matches", r.matches)
        .with("possible", r.possible)
        .with("precision", percent(r.precision[1]))
        .with("recall", percent(r.recall[1]));
    app.print(&format!("  {}", app.text(&line)));
    for (id, presence, total) in by_name(party, r) {
        let name = party.name(id);
        let line = match (presence, total) {
            (Presence::Absent, _) => Message::new("party-result-absent").with("name", name),
            (_, Some(total)) => Message::new("party-result-site")
                .with("name", name)
                .with("records", total.records)
                .with("persons", total.persons),
            _ => continue,
        };
        app.print(&format!("  {}", app.text(&line)));
    }
}

pub(crate) fn result_json(party: &Party, r: &RoundResult) -> serde_json::Value {
    serde_json::json!({
        "decided": r.decided.to_string(),
        "records": r.records,
        "local_persons": r.local_persons,
        "persons": r.persons,
        "candidates": r.candidates,
        "compared": r.compared,
        "matches": r.matches,
        "possible": r.possible,
        "precision": r.precision.map(|n| f64::from(n) / 1000.0),
        "recall": r.recall.map(|n| f64::from(n) / 1000.0),
        "sites": by_name(party, r).into_iter().map(|(id, presence, total)| serde_json::json!({
            "name": party.name(id),
            "present": *presence == Presence::Present,
            "records": total.map(|t| t.records),
            "persons": total.map(|t| t.persons),
        })).collect::<Vec<_>>(),
    })
}
