//! Cards of others: pinned once a person has compared their words, listed, trusted no longer.

use std::path::{Path, PathBuf};

use sigilo::i18n::Message;
use sigilo::party::{Party, PartyError, file_label};
use sigilo::round::trust::CARD_MAX;
use sigilo::round::{self, Role, RoundError, words};
use sigilo::site::transfer;
use sigilo::vault::VaultId;

use crate::app::{App, column};
use crate::card::{open, show};
use crate::cli_round::Trust;
use crate::failure::{self, FAILED, Failure, NOTHING, REFUSED, file};
use crate::files::read_bounded;
use crate::prompt;

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
        let known = match confirm(app, args, &mut party, &card, true)? {
            Answer::No => return Err(Failure::of("cli-stopped")),
            Answer::Known => true,
            Answer::Pinned => false,
        };
        let row = tell(app, &card, known);
        if app.json() {
            app.print_json(&row);
        }
        return Ok(0);
    }
    folder(app, args, &mut party, path)
}

/// A card that is not taken: its file, and why.
struct Refused {
    file: PathBuf,
    why: Failure,
}

impl Refused {
    fn row(&self, app: &App) -> serde_json::Value {
        serde_json::json!({
            "file": self.file.display().to_string(),
            "id": self.why.message.id,
            "text": app.text(&self.why.message),
        })
    }
}

/// Every card of a folder, one by one; with a fingerprint, the one that has it. All that can be wrong with a
/// card is found before anybody is asked about any, and then none is taken: a folder stands for who takes
/// part, and a gap in that would be met only in a round.
fn folder(app: &App, args: &Trust, party: &mut Party, path: &Path) -> Result<u8, Failure> {
    let (mut cards, mut refused) = (Vec::new(), Vec::new());
    for found in card_files(path)? {
        match read_card(&found) {
            Ok(card) => cards.push((found, card)),
            Err(why) => refused.push(Refused { file: found, why }),
        }
    }
    if let Some(typed) = &args.fingerprint {
        cards.retain(|(_, c)| words::matches(&c.id().0, typed));
        if !cards.is_empty() {
            // The words say which one is meant; what else lies there is no matter.
            refused.clear();
        }
    }
    refused.extend(contradictions(args, party, &cards));
    if !refused.is_empty() {
        return Err(none_taken(app, refused));
    }
    cards.sort_by(|(_, a), (_, b)| a.name().cmp(b.name()).then(a.id().cmp(&b.id())));
    if cards.is_empty() {
        return Err(Failure::new(NOTHING, Message::new("party-no-cards")));
    }
    let (mut rows, mut left_out) = (Vec::new(), Vec::new());
    for (file, card) in cards {
        match confirm(app, args, party, &card, false)? {
            Answer::No => left_out.push((file, card)),
            Answer::Pinned => rows.push(tell(app, &card, false)),
            Answer::Known => rows.push(tell(app, &card, true)),
        }
    }
    let names: Vec<_> = left_out.iter().map(|(_, c)| c.name()).collect();
    let why = Message::new("party-cards-left-out").with("names", names.join(", "));
    if app.json() {
        let why = Message::new("party-card-not-confirmed");
        let refused = left_out.iter().map(|(file, _)| Refused {
            file: file.clone(),
            why: Failure::new(FAILED, why.clone()),
        });
        let refused: Vec<_> = refused.map(|r| r.row(app)).collect();
        app.print_json(&serde_json::json!({ "cards": rows, "refused": refused }));
    }
    if left_out.is_empty() {
        Ok(0)
    } else {
        Err(Failure::new(FAILED, why))
    }
}

/// The cards of a folder by the names of their files. What is no plain file on a stick could be read for ever.
fn card_files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| file(folder, &e))? {
        let entry = entry.map_err(|e| file(folder, &e))?;
        let path = entry.path();
        let plain = entry.file_type().is_ok_and(|t| t.is_file());
        if plain && path.extension().is_some_and(|e| e == "card") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The cards that cannot be pinned beside those that are, or beside each other.
fn contradictions(args: &Trust, party: &Party, cards: &[(PathBuf, round::Card)]) -> Vec<Refused> {
    let mut store = party.trust().clone();
    let mut refused = Vec::new();
    for (file, card) in cards {
        let others = cards.iter().filter(|(_, other)| other.contradicts(card));
        let pinned = party.trust().cards().any(|c| c.contradicts(card));
        let why = match (store.pin(card.clone()), others.map(|(f, _)| f).next()) {
            (Err(_), Some(other)) if !pinned => {
                let two = Message::new("party-card-two")
                    .with("name", card.name())
                    .with("other", other.display().to_string());
                Failure::new(REFUSED, named(file, two))
            }
            (Err(e), _) => because(file, e.into()),
            (Ok(()), _) if args.same_site && card.body().role != Role::Site => {
                let role = RoundError::WrongRole {
                    name: card.name().to_owned(),
                    expected: Role::Site,
                };
                because(file, role.into())
            }
            (Ok(()), _) => continue,
        };
        let file = file.clone();
        refused.push(Refused { file, why });
    }
    refused
}

/// Says what is wrong with each of the cards. The code is that of the most serious.
fn none_taken(app: &App, mut refused: Vec<Refused>) -> Failure {
    refused.sort_by(|a, b| a.file.cmp(&b.file));
    if app.json() {
        let rows: Vec<_> = refused.iter().map(|r| r.row(app)).collect();
        app.print_json(&serde_json::json!({ "cards": [], "refused": rows }));
    }
    for card in &refused {
        app.warn(&card.why.message);
    }
    let code = failure::worst(refused.iter().map(|r| r.why.code));
    let message = Message::new("party-cards-none-taken").with("count", refused.len());
    Failure::new(code, message)
}

fn read_card(path: &Path) -> Result<round::Card, Failure> {
    let bytes = read_bounded(path, CARD_MAX)?;
    round::Card::read(&bytes).map_err(|e| because(path, e.into()))
}

/// Of many on a stick, which one it is.
fn named(file: &Path, why: Message) -> Message {
    Message::new("cli-card-file")
        .with("file", file.display().to_string())
        .with("why", why)
}

fn because(file: &Path, why: PartyError) -> Failure {
    let Failure { code, message } = why.into();
    Failure::new(code, named(file, message))
}

/// What became of a card.
enum Answer {
    /// It was pinned before, or is the own one.
    Known,
    /// It is pinned now.
    Pinned,
    /// The words do not agree, or nobody has compared them.
    No,
}

/// Has the fingerprint compared and pins the card.
fn confirm(
    app: &App,
    args: &Trust,
    party: &mut Party,
    card: &round::Card,
    qr: bool,
) -> Result<Answer, Failure> {
    if card.id() == party.id() {
        return Ok(Answer::Known);
    }
    let known = party.trust().cards().any(|c| c.id() == card.id());
    // A card that is known as another house's does not become the own one's without a person's word.
    if known && !args.same_site {
        return Ok(Answer::Known);
    }
    if known
        && transfer::same_site(party)?
            .iter()
            .any(|c| c.id() == card.id())
    {
        return Ok(Answer::Known);
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
                REFUSED,
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
                return Ok(Answer::No);
            }
        }
    }
    if args.same_site {
        transfer::trust_same_site(party, card.clone())?;
    } else {
        party.pin(card.clone())?;
    }
    Ok(Answer::Pinned)
}

fn tell(app: &App, card: &round::Card, known: bool) -> serde_json::Value {
    if !app.json() {
        let id = if known {
            "party-trusted-already"
        } else {
            "party-trusted"
        };
        app.print(&app.text(&Message::new(id).with("name", card.name())));
    }
    row(card)
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
