//! A day's work with one unlocking: on a screen of its own, or as a menu that is read line by line
//! (manual: *desk*, "The desk").
//!
//! Every act is logged as the command of the same name logs it. Locking drops the vault with its keys.

mod desk;
mod menu;
mod view;

use std::time::{Duration, Instant, SystemTime};

use clap::ValueEnum as _;
use ratatui::crossterm::event;
use sigilo::i18n::Message;
use sigilo::log::act::{ActKind, Reason};
use sigilo::record::Record;
use sigilo::vault::{ActNote, Draft, ObjectId, Vault};
use zeroize::Zeroizing;

use crate::app::App;
use crate::cli::{LockedArg, Shell};
use crate::failure::Failure;
use crate::interview::form::Form;
use crate::press::presses;
use crate::screen::Screen;
use crate::{interview, process, records, vault};
use desk::{Desk, Effect, Found, Opened};

/// Most records of a list that are shown.
const SHOWN: usize = 200;
/// So long after the last key the typed words are looked for.
const PAUSE: Duration = Duration::from_millis(500);

pub(crate) fn shell(app: &App, args: &Shell) -> Result<u8, Failure> {
    if let Some(why) = args.locked {
        if app.plain() {
            return menu::run(app, None, why);
        }
        let mut desk = Desk::new();
        desk.lock(Message::new(said_of(why)));
        return run(app, None, desk);
    }
    let opened = vault::open(app)?;
    if app.plain() {
        return menu::run(app, Some(opened), LockedArg::Asked);
    }
    run(app, Some(opened), Desk::new())
}

/// The desk in another image of the process, locked. What was typed, read and shown went through libraries that
/// do not wipe it. Returns if the system refuses.
fn begin_anew(why: LockedArg) {
    if let Some(why) = why.to_possible_value() {
        process::begin_anew("--locked", why.get_name());
    }
}

/// What a locked desk says.
fn said_of(why: LockedArg) -> &'static str {
    match why {
        LockedArg::Asked => "shell-locked-asked",
        LockedArg::Idle => "shell-locked-idle",
        LockedArg::Kept => "shell-locked-kept",
        LockedArg::Lost => "shell-locked-lost",
    }
}

/// How long nobody has been there. A computer that slept counts the time that it slept.
struct Idle {
    since: Instant,
    clock: SystemTime,
    limit: Duration,
}

impl Idle {
    fn new(app: &App) -> Self {
        Self {
            since: Instant::now(),
            clock: SystemTime::now(),
            limit: Duration::from_secs(60 * u64::from(app.config.idle_minutes())),
        }
    }

    fn touched(&mut self) {
        self.since = Instant::now();
        self.clock = SystemTime::now();
    }

    fn is_over(&self) -> bool {
        let slept = self.clock.elapsed().unwrap_or_default();
        self.since.elapsed().max(slept) >= self.limit
    }
}

/// What the screen works on.
struct Work<'a> {
    app: &'a App,
    vault: Option<Vault>,
    /// The draft that the interview goes on from.
    draft: Option<Draft>,
    /// The drafts that were shown.
    drafts: Vec<Draft>,
    /// Why it was locked a moment ago.
    locked: Option<LockedArg>,
}

fn no_terminal(_: std::io::Error) -> Failure {
    Failure::of("cli-no-terminal")
}

fn run(app: &App, vault: Option<Vault>, mut desk: Desk) -> Result<u8, Failure> {
    let mut work = Work {
        app,
        vault,
        draft: None,
        drafts: Vec::new(),
        locked: None,
    };
    let mut screen = Some(Screen::take().map_err(no_terminal)?);
    let mut idle = Idle::new(app);
    loop {
        if screen.is_none() {
            screen = Some(Screen::take().map_err(no_terminal)?);
        }
        if let Some(screen) = &mut screen {
            screen
                .terminal
                .draw(|frame| view::draw(frame, &app.messages, &desk))
                .map_err(no_terminal)?;
        }
        let mut effects = Vec::new();
        if event::poll(PAUSE).map_err(no_terminal)? {
            idle.touched();
            for press in presses(&event::read().map_err(no_terminal)?) {
                effects.push(desk.press(press));
            }
        } else {
            effects.push(desk.paused());
        }
        if idle.is_over() && work.vault.is_some() {
            work.lock(&mut desk, LockedArg::Idle);
        }
        for effect in effects {
            match effect {
                Effect::Quit => return Ok(0),
                Effect::Unlock => {
                    // The key is asked for on the usual screen: by whatever way the person has one.
                    screen = None;
                    match vault::open(app) {
                        Ok(opened) => {
                            work.vault = Some(opened);
                            desk.unlocked();
                        }
                        Err(failure) => desk.say(failure.message),
                    }
                    idle.touched();
                }
                effect => {
                    if let Err(failure) = work.perform(&mut desk, effect) {
                        desk.say(failure.message);
                    }
                }
            }
        }
        if let Some(why) = work.locked.take() {
            screen = None;
            begin_anew(why);
        }
    }
}

impl Work<'_> {
    /// Forgets the keys. An interview that is going on is kept, sealed, if the key allows.
    fn lock(&mut self, desk: &mut Desk, why: LockedArg) {
        let mut why = why;
        if let (Some(vault), Some(form)) = (&self.vault, desk.unfinished()) {
            let kept =
                vault.save_draft(&form.record, Some(form.field()), None, self.draft.as_ref());
            why = if kept.is_ok() {
                LockedArg::Kept
            } else {
                LockedArg::Lost
            };
        }
        self.vault = None;
        self.draft = None;
        self.drafts.clear();
        desk.lock(Message::new(said_of(why)));
        self.locked = Some(why);
    }

    fn perform(&mut self, desk: &mut Desk, effect: Effect) -> Result<(), Failure> {
        if matches!(effect, Effect::Lock) {
            self.lock(desk, LockedArg::Asked);
            return Ok(());
        }
        let Some(vault) = &self.vault else {
            return Ok(());
        };
        match effect {
            Effect::Nothing | Effect::Lock | Effect::Quit | Effect::Unlock => {}
            Effect::Search(words) => {
                let (found, total) = search(self.app, vault, &words)?;
                desk.show_found(found, total);
            }
            Effect::List => {
                let (found, total) = list(self.app, vault)?;
                desk.show_found(found, total);
            }
            Effect::Open(id) => {
                let opened = open(vault, id)?;
                desk.said.clear();
                if vault.conflict_of(id).is_ok_and(|c| c.is_some()) {
                    desk.say(Message::new("transfer-show-conflict").with("id", id.short()));
                }
                desk.show_record(opened);
            }
            Effect::Amend(before, after, why) => {
                let opened = amend(vault, &before, after, &why)?;
                let done = Message::new("cli-amended")
                    .with("id", opened.id.short())
                    .with("version", opened.version);
                desk.show_record(opened);
                desk.say(done);
            }
            Effect::Likely => {
                if let desk::Place::Interview(form) = &mut desk.place {
                    let found = records::likely_lines(self.app, vault, &form.record)?;
                    form.show_review(found.into_iter().map(|(_, line)| line).collect());
                }
            }
            Effect::Seal => {
                if let desk::Place::Interview(form) = &desk.place {
                    let id = seal(vault, form, self.draft.as_ref())?;
                    self.draft = None;
                    desk.home();
                    desk.say(Message::new("cli-sealed").with("id", id.short()));
                }
            }
            Effect::Keep => {
                if let desk::Place::Interview(form) = &desk.place {
                    let at = Some(form.field());
                    vault.save_draft(&form.record, at, None, self.draft.as_ref())?;
                    self.draft = None;
                    let kept = interview::kept(vault);
                    desk.home();
                    desk.say(kept);
                }
            }
            Effect::Drafts => {
                self.drafts = vault.drafts()?;
                let lines = self.drafts.iter().map(|d| interview::describe(self.app, d));
                desk.show_drafts(lines.collect());
            }
            Effect::Resume(at) => {
                if at < self.drafts.len() {
                    let draft = self.drafts.swap_remove(at);
                    self.drafts.clear();
                    vault.log(ActNote::new(ActKind::Draft).on(draft.id.0, 0))?;
                    desk.interview(Form::resumed(draft.record.clone(), draft.at));
                    self.draft = Some(draft);
                }
            }
        }
        if !matches!(desk.place, desk::Place::Interview(_)) {
            // A new interview is no continuation of an older one that was left.
            self.draft = None;
        }
        Ok(())
    }
}

/// Looks for people, as `search` does.
fn search(app: &App, vault: &Vault, words: &str) -> Result<(Vec<Found>, usize), Failure> {
    let (found, total) = records::searched(vault, words, SHOWN)?;
    let found = found.into_iter().map(|(_, id, line)| Found {
        id,
        line: Zeroizing::new(line.text(app)),
    });
    Ok((found.collect(), total))
}

/// Lists everybody, as `list` does.
fn list(app: &App, vault: &Vault) -> Result<(Vec<Found>, usize), Failure> {
    let (found, total) = records::listed(vault, SHOWN)?;
    let found = found.into_iter().map(|(id, line)| Found {
        id,
        line: Zeroizing::new(line.text(app)),
    });
    Ok((found.collect(), total))
}

/// Opens a record, as `show` does.
fn open(vault: &Vault, id: ObjectId) -> Result<Opened, Failure> {
    let catalog = vault.catalog()?;
    let item = catalog
        .get(id)
        .ok_or(sigilo::vault::VaultError::NoSuchRecord)?;
    let latest = item.latest();
    let record = vault.read(latest.leaf)?;
    // Logged before it is shown: what was seen is always in the log.
    vault.log(ActNote::new(ActKind::Open).on(id.0, latest.number))?;
    Ok(Opened {
        id,
        version: latest.number,
        record: Box::new(record),
    })
}

/// Stores a new version, as `amend` does.
fn amend(vault: &Vault, before: &Opened, after: Box<Record>, why: &str) -> Result<Opened, Failure> {
    let why = Reason::new(why.trim()).map_err(|_| Failure::usage("cli-reason-too-long"))?;
    let version = vault.amend(before.id, before.version, &after, &why)?;
    Ok(Opened {
        id: before.id,
        version,
        record: after,
    })
}

fn seal(vault: &Vault, form: &Form, draft: Option<&Draft>) -> Result<ObjectId, Failure> {
    Ok(match draft {
        Some(draft) => vault.seal_draft(&form.record, None, draft)?,
        None => vault.seal(&form.record)?,
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use sigilo::crypto::Secret;
    use sigilo::i18n::{Lang, Messages};
    use sigilo::record::Kind;
    use sigilo::vault::{Location, NewSlot, Rights, SlotKind, Unlock};

    use super::*;
    use crate::cli::Cli;
    use crate::config::{Config, Given};

    fn app() -> App {
        let cli = Cli::parse_from(["sigilo"]);
        let given = Given::none();
        App::new(
            Messages::new(Lang::Es),
            cli.global,
            Config::default(),
            given,
        )
    }

    fn house(dir: &std::path::Path) -> (Location, Secret<32>, Vault) {
        let key = Secret::init_with(|b| b.fill(1));
        let location = Location::new(dir.join("casa"));
        let slot = NewSlot {
            name: "uno",
            kind: SlotKind::KeyFile,
            unlock: Unlock::KeyFile(&key),
            rights: Rights::ALL,
        };
        let kinds: [(&str, &[u8]); 1] = [("victim", &[0])];
        let made = Vault::create(&location, "Casa", &kinds, &slot, "r").unwrap();
        (location, key, made.vault)
    }

    #[test]
    fn an_idle_desk_drops_the_vault_and_keeps_the_interview_sealed() {
        let tmp = tempfile::tempdir().unwrap();
        let (location, key, vault) = house(tmp.path());
        let app = app();
        let mut work = Work {
            app: &app,
            vault: Some(vault),
            draft: None,
            drafts: Vec::new(),
            locked: None,
        };
        let mut desk = Desk::new();
        let mut form = Form::new(Some(Kind::Victim));
        form.record.preferred_name = "Lupita".into();
        desk.interview(form);
        work.lock(&mut desk, LockedArg::Idle);
        assert!(work.vault.is_none());
        assert!(matches!(desk.place, desk::Place::Locked));
        assert_eq!(desk.said[0].id, "shell-locked-kept");
        let vault = Vault::open(&location, &Unlock::KeyFile(&key)).unwrap();
        let drafts = vault.drafts().unwrap();
        assert_eq!(drafts[0].record.preferred_name, "Lupita");
        // An interview without an answer is nothing to keep.
        work.vault = Some(vault);
        desk.unlocked();
        desk.interview(Form::new(Some(Kind::Victim)));
        work.lock(&mut desk, LockedArg::Idle);
        assert_eq!(desk.said[0].id, "shell-locked-idle");
        let vault = Vault::open(&location, &Unlock::KeyFile(&key)).unwrap();
        assert_eq!(vault.count_drafts().unwrap(), 1);
    }

    #[test]
    fn time_without_a_key_pressed_runs_out() {
        let app = app();
        let mut idle = Idle::new(&app);
        assert_eq!(idle.limit, Duration::from_secs(300));
        assert!(!idle.is_over());
        // The computer slept: the clock of the wall went on, the other did not.
        idle.clock = SystemTime::now() - Duration::from_secs(301);
        assert!(idle.is_over());
        idle.touched();
        assert!(!idle.is_over());
    }

    #[test]
    fn every_act_at_the_desk_is_in_the_log() {
        let tmp = tempfile::tempdir().unwrap();
        let (_, _, vault) = house(tmp.path());
        let mut record = Record::new(Kind::Victim);
        record.given_names = "Rosa".into();
        let id = vault.seal(&record).unwrap();
        let before = vault.log_size().unwrap();
        let app = app();
        let mut work = Work {
            app: &app,
            vault: Some(vault),
            draft: None,
            drafts: Vec::new(),
            locked: None,
        };
        let mut desk = Desk::new();
        let words = Zeroizing::new("rosa".to_owned());
        work.perform(&mut desk, Effect::Search(words)).unwrap();
        assert_eq!(desk.found.len(), 1);
        work.perform(&mut desk, Effect::List).unwrap();
        work.perform(&mut desk, Effect::Open(id)).unwrap();
        let desk::Place::Reading(opened) = &desk.place else {
            panic!("the record is not shown");
        };
        let mut after = opened.record.clone();
        after.paternal_surname = "Meza".into();
        let why = Zeroizing::new("lo dijo".to_owned());
        let amend = Effect::Amend(opened.clone(), after, why);
        work.perform(&mut desk, amend).unwrap();
        let mut kinds = Vec::new();
        let vault = work.vault.as_ref().unwrap();
        vault
            .trail(before, |entry| {
                kinds.push(entry.act.kind);
                Ok(())
            })
            .unwrap();
        use ActKind::{Amend, List, Open, Search};
        assert_eq!(kinds, [Search, List, Open, Amend]);
        // A version that somebody else overtook is refused and said, not written over.
        let desk::Place::Reading(opened) = &desk.place else {
            panic!("the record is not shown");
        };
        let mut stale = opened.clone();
        stale.version = 1;
        let why = Zeroizing::new(String::new());
        let amend = Effect::Amend(stale.clone(), stale.record.clone(), why);
        assert!(work.perform(&mut desk, amend).is_err());
    }
}
