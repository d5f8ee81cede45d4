//! A day at the desk as a state: what is shown, what is chosen, what is to be done with the vault. It
//! knows neither the terminal nor the vault.

use sigilo::i18n::{Localize as _, Message};
use sigilo::record::code::ServiceKind;
use sigilo::record::{self, FieldId, PartialDate, Record, Service};
use sigilo::vault::ObjectId;
use zeroize::Zeroizing;

use crate::interview::form::{Form, Wish};
use crate::press::{Line, Press};

/// A search begins by itself with this many characters.
const SEARCH_FROM: usize = 3;

/// A record of a list.
pub(crate) struct Found {
    pub id: ObjectId,
    pub line: Zeroizing<String>,
}

/// A record that is open.
#[derive(Clone)]
pub(crate) struct Opened {
    pub id: ObjectId,
    pub version: u32,
    pub record: Box<Record>,
}

/// What can be done from the search.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Action {
    GoOn,
    Seal,
    List,
    Drafts,
    Lock,
    Quit,
}

impl Action {
    pub const ALL: [Self; 6] = [
        Self::GoOn,
        Self::Seal,
        Self::List,
        Self::Drafts,
        Self::Lock,
        Self::Quit,
    ];

    pub fn message(self) -> Message {
        Message::new(match self {
            Self::GoOn => "shell-action-search",
            Self::Seal => "shell-action-seal",
            Self::List => "shell-action-list",
            Self::Drafts => "shell-action-drafts",
            Self::Lock => "shell-action-lock",
            Self::Quit => "shell-action-quit",
        })
    }
}

/// What is on the screen.
pub(crate) enum Place {
    /// Locked: nothing of the vault is in memory.
    Locked,
    /// The search and what it found.
    Search,
    /// What can be done.
    Menu,
    /// A record.
    Reading(Opened),
    /// The kind of a service event, its day, and a note.
    Service(Opened, Event),
    /// A question about an open record.
    Correcting(Opened, Box<Form>),
    /// Why a record is changed.
    Reason(Opened, Box<Record>),
    /// The interview of a new record.
    Interview(Box<Form>),
    /// Interviews that are not finished.
    Drafts(Vec<Zeroizing<String>>),
}

/// A service event while it is written down.
#[derive(Default)]
pub(crate) struct Event {
    pub kind: Option<ServiceKind>,
    pub date: Option<PartialDate>,
}

/// What is to be done with the vault.
pub(crate) enum Effect {
    Nothing,
    /// Ask for the key.
    Unlock,
    /// Look for these words.
    Search(Zeroizing<String>),
    /// List everybody.
    List,
    /// Open a record.
    Open(ObjectId),
    /// Store a new version, with why.
    Amend(Opened, Box<Record>, Zeroizing<String>),
    /// Say who a new record is probably the same person as.
    Likely,
    /// Seal what the interview brought.
    Seal,
    /// Keep the interview for another day.
    Keep,
    /// Show the interviews that are not finished.
    Drafts,
    /// Go on with one of them.
    Resume(usize),
    /// Forget the keys.
    Lock,
    /// Forget the keys and end.
    Quit,
}

/// The state.
pub(crate) struct Desk {
    pub place: Place,
    pub query: Line,
    /// Whether the words changed since the last search.
    typed: bool,
    pub found: Vec<Found>,
    pub total: usize,
    pub cursor: usize,
    /// What was said of the last act.
    pub said: Vec<Message>,
    /// What is typed beside the search: a date, a note, a reason.
    pub line: Line,
}

impl Desk {
    /// With an open vault.
    pub fn new() -> Self {
        Self {
            place: Place::Search,
            query: Line::new(""),
            typed: false,
            found: Vec::new(),
            total: 0,
            cursor: 0,
            said: Vec::new(),
            line: Line::new(""),
        }
    }

    /// Forgets everything that was shown.
    pub fn lock(&mut self, why: Message) {
        *self = Self {
            place: Place::Locked,
            said: vec![why],
            ..Self::new()
        };
    }

    /// The vault is open again.
    pub fn unlocked(&mut self) {
        *self = Self::new();
    }

    /// Says something and stays where it is.
    pub fn say(&mut self, what: Message) {
        self.said = vec![what];
    }

    /// Back to the search.
    pub fn home(&mut self) {
        self.place = Place::Search;
        self.cursor = 0;
        self.line = Line::new("");
    }

    /// What a search or a list brought.
    pub fn show_found(&mut self, found: Vec<Found>, total: usize) {
        self.place = Place::Search;
        self.cursor = 0;
        self.typed = false;
        self.said = vec![
            Message::new("shell-found")
                .with("shown", found.len())
                .with("records", total),
        ];
        self.found = found;
        self.total = total;
    }

    /// A record was opened, or changed.
    pub fn show_record(&mut self, opened: Opened) {
        self.cursor = 0;
        self.place = Place::Reading(opened);
    }

    /// The interviews that are not finished.
    pub fn show_drafts(&mut self, drafts: Vec<Zeroizing<String>>) {
        self.cursor = 0;
        self.said.clear();
        if drafts.is_empty() {
            self.place = Place::Search;
            self.say(Message::new("shell-no-drafts"));
        } else {
            self.place = Place::Drafts(drafts);
        }
    }

    /// Begins or goes on with an interview.
    pub fn interview(&mut self, form: Form) {
        self.said.clear();
        self.place = Place::Interview(Box::new(form));
    }

    /// The interview that is going on, if it has answers.
    pub fn unfinished(&self) -> Option<&Form> {
        match &self.place {
            Place::Interview(form) if !form.is_empty() => Some(form),
            _ => None,
        }
    }

    /// The fields of an open record: those with an answer as they are shown, then those that an
    /// interview would ask.
    pub fn fields(opened: &Opened) -> Vec<FieldId> {
        let answered = |f: &FieldId| {
            !record::spoken(&opened.record, *f).is_empty()
                || !Zeroizing::new(record::get(&opened.record, *f)).is_empty()
        };
        let all = FieldId::ALL.iter().copied();
        let mut fields: Vec<FieldId> = all.filter(|f| *f != FieldId::Role && answered(f)).collect();
        let others = record::interview(opened.record.kind).iter().copied();
        fields.extend(others.filter(|f| !answered(f)));
        fields
    }

    /// Nobody typed for a moment: what was typed so far is looked for.
    pub fn paused(&mut self) -> Effect {
        let long = self.query.text().trim().chars().count() >= SEARCH_FROM;
        if matches!(self.place, Place::Search) && self.typed && long {
            self.typed = false;
            return Effect::Search(self.query.text());
        }
        Effect::Nothing
    }

    /// Takes a key.
    pub fn press(&mut self, press: Press) -> Effect {
        // Wherever somebody is when there is a knock at the door.
        if matches!(press, Press::Function(9)) && !matches!(self.place, Place::Locked) {
            return Effect::Lock;
        }
        let place = std::mem::replace(&mut self.place, Place::Search);
        match place {
            Place::Locked => {
                self.place = Place::Locked;
                match press {
                    Press::Enter => Effect::Unlock,
                    Press::Quit | Press::Escape => Effect::Quit,
                    _ => Effect::Nothing,
                }
            }
            Place::Search => self.search(press),
            Place::Menu => self.menu(press),
            Place::Reading(opened) => self.reading(opened, press),
            Place::Service(opened, event) => self.service(opened, event, press),
            Place::Correcting(opened, form) => self.correcting(opened, form, press),
            Place::Reason(opened, after) => self.reason(opened, after, press),
            Place::Interview(form) => self.asking(form, press),
            Place::Drafts(drafts) => self.drafts(drafts, press),
        }
    }

    fn step(&mut self, press: Press, rows: usize) {
        let last = rows.saturating_sub(1);
        self.cursor = match press {
            Press::Up => self.cursor.saturating_sub(1),
            Press::Down => (self.cursor + 1).min(last),
            Press::Previous => self.cursor.saturating_sub(10),
            Press::Next => (self.cursor + 10).min(last),
            Press::Home => 0,
            Press::End => last,
            _ => self.cursor,
        };
    }

    fn search(&mut self, press: Press) -> Effect {
        match press {
            Press::Escape | Press::Quit => {
                self.cursor = 0;
                self.said.clear();
                self.place = Place::Menu;
            }
            Press::Function(2) => return self.act(Action::Seal),
            Press::Function(3) => return Effect::List,
            Press::Function(4) => return Effect::Drafts,
            Press::Enter if self.typed && !self.query.text().trim().is_empty() => {
                return Effect::Search(self.query.text());
            }
            Press::Enter => {
                if let Some(found) = self.found.get(self.cursor) {
                    return Effect::Open(found.id);
                }
            }
            Press::Up | Press::Down | Press::Next | Press::Previous => {
                self.step(press, self.found.len());
            }
            other => {
                if self.query.take(other) {
                    self.typed |=
                        !matches!(other, Press::Left | Press::Right | Press::Home | Press::End);
                }
            }
        }
        Effect::Nothing
    }

    fn act(&mut self, action: Action) -> Effect {
        match action {
            Action::GoOn => {
                self.home();
                Effect::Nothing
            }
            Action::Seal => {
                self.interview(Form::new(None));
                Effect::Nothing
            }
            Action::List => Effect::List,
            Action::Drafts => Effect::Drafts,
            Action::Lock => Effect::Lock,
            Action::Quit => Effect::Quit,
        }
    }

    fn menu(&mut self, press: Press) -> Effect {
        self.place = Place::Menu;
        match press {
            // Once more is meant.
            Press::Quit => return Effect::Quit,
            Press::Escape => self.home(),
            Press::Enter => {
                if let Some(action) = Action::ALL.get(self.cursor) {
                    self.place = Place::Search;
                    return self.act(*action);
                }
            }
            other => self.step(other, Action::ALL.len()),
        }
        Effect::Nothing
    }

    fn reading(&mut self, opened: Opened, press: Press) -> Effect {
        let fields = Self::fields(&opened);
        match press {
            Press::Escape | Press::Quit => {
                self.said.clear();
                self.home();
                return Effect::Nothing;
            }
            Press::Enter if self.cursor == 0 => {
                self.said.clear();
                self.place = Place::Service(opened, Event::default());
                return Effect::Nothing;
            }
            Press::Enter => {
                if let Some(field) = fields.get(self.cursor - 1) {
                    self.said.clear();
                    let form = Form::amending(opened.record.as_ref().clone(), vec![*field]);
                    self.place = Place::Correcting(opened, Box::new(form));
                    return Effect::Nothing;
                }
            }
            other => self.step(other, fields.len() + 1),
        }
        self.place = Place::Reading(opened);
        Effect::Nothing
    }

    fn service(&mut self, opened: Opened, mut event: Event, press: Press) -> Effect {
        if matches!(press, Press::Escape | Press::Quit) {
            self.said.clear();
            self.line = Line::new("");
            self.show_record(opened);
            return Effect::Nothing;
        }
        match (event.kind, event.date.clone()) {
            (None, _) => {
                if press == Press::Enter {
                    event.kind = ServiceKind::ALL.get(self.cursor).copied();
                    self.line = Line::new(&record::today().to_string());
                } else {
                    self.step(press, ServiceKind::ALL.len());
                }
            }
            (Some(_), None) => {
                if press == Press::Enter {
                    match record::typed_date(&self.line.text()) {
                        Some(date) if !date.is_after(record::today()) => {
                            event.date = Some(date);
                            self.said.clear();
                            self.line = Line::new("");
                        }
                        Some(_) => self.say(
                            Message::new("record-fault-future").with("today", record::today()),
                        ),
                        None => self.say(Message::new("record-fault-date")),
                    }
                } else {
                    self.line.take(press);
                }
            }
            (Some(kind), Some(date)) => {
                if press == Press::Enter {
                    let mut after = opened.record.clone();
                    after.services.push(Service {
                        kind,
                        date: Some(date),
                        note: self.line.text().trim().to_owned(),
                    });
                    self.line = Line::new("");
                    self.place = Place::Reading(opened.clone());
                    return Effect::Amend(opened, after, Zeroizing::new(String::new()));
                }
                self.line.take(press);
            }
        }
        self.place = Place::Service(opened, event);
        Effect::Nothing
    }

    fn correcting(&mut self, opened: Opened, mut form: Box<Form>, press: Press) -> Effect {
        match form.press(press) {
            Wish::Review | Wish::Finish => {
                let same = form.record == *opened.record;
                let problems = record::check(&form.record, record::today()).err();
                if let Some(problems) = problems {
                    form.said = problems.iter().map(|p| p.message()).collect();
                } else if same {
                    self.say(Message::new("cli-amend-nothing"));
                    self.show_record(opened);
                    return Effect::Nothing;
                } else {
                    self.line = Line::new("");
                    self.place = Place::Reason(opened, Box::new(form.record.clone()));
                    return Effect::Nothing;
                }
            }
            Wish::Leave => {
                self.show_record(opened);
                return Effect::Nothing;
            }
            Wish::Nothing | Wish::Keep => {}
        }
        self.place = Place::Correcting(opened, form);
        Effect::Nothing
    }

    fn reason(&mut self, opened: Opened, after: Box<Record>, press: Press) -> Effect {
        match press {
            Press::Escape | Press::Quit => {
                self.say(Message::new("cli-amend-nothing"));
                self.show_record(opened);
                return Effect::Nothing;
            }
            Press::Enter => {
                let why = self.line.text();
                self.line = Line::new("");
                self.place = Place::Reading(opened.clone());
                return Effect::Amend(opened, after, why);
            }
            other => {
                self.line.take(other);
            }
        }
        self.place = Place::Reason(opened, after);
        Effect::Nothing
    }

    fn asking(&mut self, mut form: Box<Form>, press: Press) -> Effect {
        let wish = form.press(press);
        let effect = match wish {
            Wish::Nothing => Effect::Nothing,
            Wish::Review => Effect::Likely,
            Wish::Finish => Effect::Seal,
            Wish::Keep if form.is_empty() => {
                form.said = vec![Message::new("interview-nothing-to-keep")];
                Effect::Nothing
            }
            Wish::Keep => Effect::Keep,
            Wish::Leave => {
                self.home();
                self.say(Message::new("cli-stopped"));
                return Effect::Nothing;
            }
        };
        self.place = Place::Interview(form);
        effect
    }

    fn drafts(&mut self, drafts: Vec<Zeroizing<String>>, press: Press) -> Effect {
        let rows = drafts.len();
        self.place = Place::Drafts(drafts);
        match press {
            Press::Escape | Press::Quit => self.home(),
            Press::Enter if self.cursor < rows => return Effect::Resume(self.cursor),
            other => self.step(other, rows),
        }
        Effect::Nothing
    }
}

#[cfg(test)]
mod tests;
