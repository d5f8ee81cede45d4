//! Requests about persons of the house: what waits, what to ask, what was said, how it ended.

use sigilo::i18n::{Arg, Message};
use sigilo::log::act::ActKind;
use sigilo::party::{self, Party};
use sigilo::round::notice::NoticeError;
use sigilo::round::notice::letter::Facts;
use sigilo::round::{PartyId, Role, Time};
use sigilo::site::notices::{self, Entry, Meeting, Requests, Stand, Told};
use sigilo::vault::ActNote;

use crate::app::{App, column};
use crate::card;
use crate::cli_round::{Notice, NoticeAnswer, NoticeCommand, NoticeId};
use crate::failure::{Failure, NOTHING};

pub(crate) fn run(app: &App, args: &Notice) -> Result<u8, Failure> {
    match &args.command {
        NoticeCommand::List => list(app),
        NoticeCommand::Show(args) => show(app, args),
        NoticeCommand::Answer(args) => answer(app, args),
    }
}

/// A day, as it is told.
fn day(time: Time) -> Arg {
    time.day()
        .map_or_else(|| column_day(time).into(), Arg::from)
}

/// A day, as it stands in a column.
fn column_day(time: Time) -> String {
    let text = time.to_string();
    text.split('T').next().unwrap_or_default().to_owned()
}

/// Where a request stands, for people and for programs. An answer is seen by whoever is at the desk; what
/// the other side did is not, before the last day and after it.
fn status(entry: &Entry) -> (&'static str, &'static str) {
    match (&entry.stand, &entry.word) {
        (Stand::Introduced(_), _) => ("notice-status-introduced", "introduced"),
        (Stand::Closed, _) => ("notice-status-closed", "closed"),
        (Stand::Waiting, Some(word)) if word.yes => ("notice-status-yes", "yes"),
        (Stand::Waiting, Some(_)) => ("notice-status-no", "no"),
        (Stand::Waiting, None) if entry.sent => ("notice-status-unanswered", "unanswered"),
        (Stand::Waiting, None) => ("notice-status-open", "open"),
    }
}

fn facts_json(facts: &Facts) -> serde_json::Value {
    serde_json::json!({
        "sex": match facts.sex { 1 => Some("F"), 2 => Some("M"), 3 => Some("X"), _ => None },
        "birth_year": facts.year,
        "nationality": facts.country.map(|c| String::from_utf8_lossy(&c).into_owned()),
        "given_initial": facts.given.map(String::from),
        "surname_initial": facts.surname.map(String::from),
    })
}

fn json(party: &Party, entry: &Entry) -> serde_json::Value {
    let names = |ids: &[PartyId]| ids.iter().map(|id| party.name(id)).collect::<Vec<_>>();
    let meetings: &[Meeting] = match &entry.stand {
        Stand::Introduced(all) => all,
        _ => &[],
    };
    serde_json::json!({
        "notice": entry.name().to_string(),
        "round": sigilo::codec::to_hex(&entry.round),
        "records": entry.records.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "answer_by": entry.until.to_string(),
        "ends": entry.ends.to_string(),
        "status": status(entry).1,
        "sent": entry.sent,
        "word": entry.word.as_ref().map(|w| serde_json::json!({
            "yes": w.yes,
            "asked_by": w.asked_by,
            "noted": w.time.to_string(),
            "contact": w.contact,
            "houses": names(&w.houses),
        })),
        "introduced": meetings.iter().map(|m| serde_json::json!({
            "house": party.name(&m.house),
            "contact": m.contact,
            "facts": facts_json(&m.facts),
        })).collect::<Vec<_>>(),
    })
}

fn list(app: &App) -> Result<u8, Failure> {
    let party = card::open(app)?;
    party.require(Role::Site)?;
    let requests = Requests::read(&party)?;
    if app.json() {
        let rows: Vec<_> = requests.entries.iter().map(|e| json(&party, e)).collect();
        app.print_json(&serde_json::json!({ "notices": rows }));
    } else {
        for entry in &requests.entries {
            let record = entry.records.first().map(|r| r.short()).unwrap_or_default();
            let due = match (&entry.stand, entry.sent) {
                (Stand::Waiting, false) => entry.until,
                _ => entry.ends,
            };
            app.print(&format!(
                "{}  {} {} {}",
                entry.name().short(),
                column(&record, 12),
                column(&app.t(status(entry).0), 24),
                column_day(due),
            ));
        }
        if requests.entries.is_empty() {
            app.note(&Message::new("notice-none"));
        }
    }
    Ok(if requests.entries.is_empty() {
        NOTHING
    } else {
        0
    })
}

/// The request that somebody means by the beginning of its id, or the only one that waits for a word, or the
/// only one.
fn named(party: &Party, typed: Option<&String>) -> Result<Entry, Failure> {
    let requests = Requests::read(party)?;
    let open = |e: &Entry| e.stand == Stand::Waiting && e.word.is_none() && !e.sent;
    let none_open = !requests.entries.iter().any(open);
    let mut fits = requests.entries.iter().filter(|e| match typed {
        Some(typed) => e.name().begins_with(typed),
        None => none_open || open(e),
    });
    match (fits.next(), fits.next()) {
        (Some(entry), None) => Ok(entry.clone()),
        _ => Err(party::PartyError::from(NoticeError::NoSuchRequest).into()),
    }
}

/// Who the request is about, in the house's own words.
fn person(party: &Party, entry: &Entry) -> Result<(String, String), Failure> {
    let vault = party.vault();
    let catalog = vault.catalog()?;
    let mut found = (String::new(), String::new());
    for id in &entry.records {
        let Some(item) = catalog.get(*id) else {
            continue;
        };
        let record = vault.read(item.latest().leaf)?;
        vault.log(ActNote::new(ActKind::Open).on(id.0, item.latest().number))?;
        let names = [
            record.given_names.as_str(),
            record.paternal_surname.as_str(),
        ];
        let name = names.join(" ").trim().to_owned();
        if found.1.is_empty() {
            found = (id.short(), name);
        }
    }
    Ok(found)
}

fn show(app: &App, args: &NoticeId) -> Result<u8, Failure> {
    let party = card::open(app)?;
    party.require(Role::Site)?;
    let entry = named(&party, args.notice.as_ref())?;
    let (record, name) = person(&party, &entry)?;
    let answerable = entry.stand == Stand::Waiting && !entry.sent;
    let houses: Vec<String> = match answerable {
        true => notices::houses(&party, &entry.round)?
            .iter()
            .map(|id| party.name(id))
            .collect(),
        false => Vec::new(),
    };
    if app.json() {
        let mut row = json(&party, &entry);
        row["person"] = serde_json::json!(name);
        row["could_be_told"] = serde_json::json!(houses);
        app.print_json(&row);
        return Ok(0);
    }
    let head = Message::new("notice-about")
        .with("id", entry.name().short())
        .with("record", record)
        .with("name", name)
        .with("status", Message::new(status(&entry).0));
    app.print(&app.text(&head));
    if let Some(word) = &entry.word {
        let said = match word.yes {
            true => Message::new("notice-said-yes").with(
                "houses",
                word.houses
                    .iter()
                    .map(|id| party.name(id))
                    .collect::<Vec<_>>()
                    .join(", "),
            ),
            false => Message::new("notice-said-no"),
        };
        let said = said
            .with("who", word.asked_by.as_str())
            .with("day", day(word.time));
        app.print(&app.text(&said));
    }
    match &entry.stand {
        Stand::Introduced(meetings) => {
            for meeting in meetings {
                print_meeting(app, &party, meeting);
            }
            app.print(&app.t("notice-introduced-advice"));
        }
        Stand::Closed => {
            let closed = Message::new("notice-closed").with("day", day(entry.ends));
            app.print(&app.text(&closed));
        }
        Stand::Waiting if answerable => {
            let mut ask = Message::new("notice-ask")
                .with("day", day(entry.until))
                .with("ends", day(entry.ends));
            ask = match houses.is_empty() {
                true => ask.with("houses", Message::new("notice-no-houses")),
                false => ask.with("houses", houses.join(", ")),
            };
            app.print(&app.text(&ask));
        }
        Stand::Waiting => {
            let left = Message::new("notice-left").with("ends", day(entry.ends));
            app.print(&app.text(&left));
        }
    }
    Ok(0)
}

fn print_meeting(app: &App, party: &Party, meeting: &Meeting) {
    let facts = &meeting.facts;
    let unknown = || "–".to_owned();
    let sex = match facts.sex {
        1 => "notice-sex-f",
        2 => "notice-sex-m",
        3 => "notice-sex-x",
        _ => "notice-unknown",
    };
    let country = facts.country;
    let country = country.map(|c| String::from_utf8_lossy(&c).into_owned());
    let line = Message::new("notice-meeting")
        .with("house", party.name(&meeting.house))
        .with("sex", Message::new(sex))
        .with("year", facts.year.map_or_else(unknown, |y| y.to_string()))
        .with("country", country.unwrap_or_else(unknown))
        .with("given", facts.given.map_or_else(unknown, String::from))
        .with("surname", facts.surname.map_or_else(unknown, String::from));
    app.print(&app.text(&line));
    if !meeting.contact.is_empty() {
        let contact = Message::new("notice-contact").with("contact", meeting.contact.as_str());
        app.print(&app.text(&contact));
    }
}

fn answer(app: &App, args: &NoticeAnswer) -> Result<u8, Failure> {
    let party = card::open(app)?;
    party.require(Role::Site)?;
    let entry = named(&party, args.notice.as_ref())?;
    let ids = |names: &[String]| -> Result<Vec<PartyId>, Failure> {
        let found = names.iter();
        found
            .map(|name| Ok(party.find(name, Role::Site)?.id()))
            .collect()
    };
    if args.asked_by.trim().is_empty() {
        return Err(Failure::usage("notice-usage-asked-by"));
    }
    let (except, only) = (ids(&args.except)?, ids(&args.only)?);
    let told = Told {
        yes: args.yes,
        asked_by: args.asked_by.trim(),
        except: &except,
        only: &only,
        contact: args.contact.trim(),
    };
    let entry = notices::answer(&party, &entry.id, &told, party::now())?;
    if app.json() {
        app.print_json(&json(&party, &entry));
        return Ok(0);
    }
    let done = match &entry.word {
        Some(word) if word.yes => Message::new("notice-answered-yes").with(
            "houses",
            word.houses
                .iter()
                .map(|id| party.name(id))
                .collect::<Vec<_>>()
                .join(", "),
        ),
        _ => Message::new("notice-answered-no"),
    };
    let done = done
        .with("id", entry.name().short())
        .with("day", day(entry.until));
    app.print(&app.text(&done));
    app.note(&Message::new("notice-answered-advice"));
    Ok(0)
}
