//! The desk line by line, for a screen reader or a terminal that cannot do more.

use std::io::{BufRead as _, IsTerminal as _};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use sigilo::i18n::Message;
use sigilo::log::act::ActKind;
use sigilo::record::code::ServiceKind;
use sigilo::record::{self, FieldId, Service};
use sigilo::vault::{ActNote, Draft, Vault};
use zeroize::Zeroizing;

use super::desk::{Desk, Found, Opened};
use super::{amend, list, open, said_of, seal, search};
use crate::app::App;
use crate::cli::LockedArg;
use crate::failure::Failure;
use crate::interview::dialog::{self, Ask};
use crate::interview::form::{Form, Wish};
use crate::interview::view::told;
use crate::{interview, process, records, vault};

/// A line, or the end of the input.
type Input = Option<Zeroizing<String>>;

/// Lines of the terminal, with an eye on how long none came. A thread reads, one line when one is asked
/// for, because a read cannot be given up.
struct Watched {
    ask: Sender<()>,
    lines: Receiver<Input>,
    limit: Duration,
    /// Nobody answered in time.
    left_alone: bool,
    /// A line was asked for that nobody has typed yet.
    awaited: bool,
}

impl Watched {
    fn new(app: &App) -> Self {
        let (ask, asked) = channel::<()>();
        let (give, lines) = channel();
        std::thread::spawn(move || {
            while asked.recv().is_ok() {
                let mut text = Zeroizing::new(String::with_capacity(4096));
                let read = std::io::stdin().lock().read_line(&mut text);
                let line = match read {
                    Ok(1..) => Some(Zeroizing::new(text.trim().to_owned())),
                    _ => None,
                };
                if give.send(line).is_err() {
                    break;
                }
            }
        });
        Self {
            ask,
            lines,
            limit: Duration::from_secs(60 * u64::from(app.config.idle_minutes())),
            left_alone: false,
            awaited: false,
        }
    }

    /// Waits for a line, as long as it takes.
    fn wait(&mut self) -> Input {
        if !self.awaited {
            let _ = self.ask.send(());
        }
        self.awaited = false;
        self.lines.recv().ok().flatten()
    }
}

impl Ask for Watched {
    fn line(&mut self, _: &App, question: &str) -> Result<Input, Failure> {
        crate::app::question(question);
        let _ = self.ask.send(());
        match self.lines.recv_timeout(self.limit) {
            Ok(line) => Ok(line),
            Err(RecvTimeoutError::Disconnected) => Ok(None),
            Err(RecvTimeoutError::Timeout) => {
                self.left_alone = true;
                self.awaited = true;
                Ok(None)
            }
        }
    }
}

/// Why the menu was left.
enum Left {
    Ended,
    Locked,
}

/// The menu, until somebody ends it; without a vault, it begins locked.
pub(super) fn run(app: &App, opened: Option<Vault>, why: LockedArg) -> Result<u8, Failure> {
    let mut lines = Watched::new(app);
    let (mut vault, mut why) = (opened, why);
    if vault.is_none() {
        process::forget_typed();
    }
    loop {
        if let Some(vault) = vault.take() {
            let left = work(app, &vault, &mut lines)?;
            // The keys go before anything else is said.
            drop(vault);
            if matches!(left, Left::Ended) && !lines.left_alone {
                return Ok(0);
            }
            why = if lines.left_alone {
                LockedArg::Idle
            } else {
                LockedArg::Asked
            };
            lines.left_alone = false;
            // Lines that come by a pipe may have been read ahead, and would be lost.
            if std::io::stdin().is_terminal() {
                super::begin_anew(why);
            }
        }
        app.warn(&Message::new(said_of(why)));
        app.warn(&Message::new("shell-plain-unlock"));
        if lines.wait().is_none() {
            return Ok(0);
        }
        match vault::open(app) {
            Ok(opened) => vault = Some(opened),
            Err(failure) => app.fail(&failure),
        }
    }
}

fn work(app: &App, vault: &Vault, lines: &mut Watched) -> Result<Left, Failure> {
    let mut found: Vec<Found> = Vec::new();
    loop {
        app.warn(&Message::new("shell-plain-menu"));
        let Some(answer) = lines.line(app, &app.t("shell-plain-choose"))? else {
            return Ok(Left::Ended);
        };
        let done = match answer.as_str() {
            "1" => words(app, vault, lines, &mut found),
            "2" => list(app, vault).map(|all| show(app, &mut found, all)),
            "3" => pick(app, vault, lines, &found),
            "4" => interviewed(app, vault, lines, None),
            "5" => drafts(app, vault, lines),
            "6" => return Ok(Left::Locked),
            "0" => return Ok(Left::Ended),
            _ => {
                app.warn(&Message::new("shell-plain-again"));
                Ok(())
            }
        };
        if let Err(failure) = done {
            app.fail(&failure);
        }
        if lines.left_alone {
            return Ok(Left::Locked);
        }
    }
}

fn show(app: &App, found: &mut Vec<Found>, all: (Vec<Found>, usize)) {
    let (list, total) = all;
    for (number, one) in (1..).zip(&list) {
        app.print(&format!("{number:>3}  {}", one.line.as_str()));
    }
    let note = Message::new("shell-found")
        .with("shown", list.len())
        .with("records", total);
    app.warn(&note);
    *found = list;
}

fn words(
    app: &App,
    vault: &Vault,
    lines: &mut Watched,
    found: &mut Vec<Found>,
) -> Result<(), Failure> {
    match lines.line(app, &app.t("cli-ask-search"))? {
        Some(words) if !words.is_empty() => {
            show(app, found, search(app, vault, &words)?);
            Ok(())
        }
        _ => Ok(()),
    }
}

fn pick(app: &App, vault: &Vault, lines: &mut Watched, found: &[Found]) -> Result<(), Failure> {
    let Some(typed) = lines.line(app, &app.t("shell-plain-ask-record"))? else {
        return Ok(());
    };
    if typed.is_empty() {
        return Ok(());
    }
    let at = typed.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    let id = match at.and_then(|at| found.get(at)) {
        Some(found) => found.id,
        None => records::find(vault, &vault.catalog()?, &typed)?.id,
    };
    let mut opened = open(vault, id)?;
    loop {
        let fields = print(app, &opened);
        let Some(answer) = lines.line(app, &app.t("shell-plain-ask-field"))? else {
            return Ok(());
        };
        let changed = match answer.as_str() {
            "" => return Ok(()),
            "+" => service(app, lines, &opened)?,
            number => {
                let at = number.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
                match at.and_then(|at| fields.get(at)) {
                    Some(field) => correct(app, lines, &opened, *field)?,
                    None => {
                        app.warn(&Message::new("shell-plain-again"));
                        None
                    }
                }
            }
        };
        if lines.left_alone {
            return Ok(());
        }
        let Some((after, why)) = changed else {
            continue;
        };
        records::checked(app, &after)?;
        opened = amend(vault, &opened, after, &why)?;
        let done = Message::new("cli-amended")
            .with("id", opened.id.short())
            .with("version", opened.version);
        app.print(&app.text(&done));
    }
}

fn print(app: &App, opened: &Opened) -> Vec<FieldId> {
    let fields = Desk::fields(opened);
    for (number, field) in (1..).zip(&fields) {
        let text = told(&app.messages, &opened.record, *field);
        app.print(&format!("{number:>3}  {}", text.as_str()));
    }
    fields
}

/// A changed record and why it was changed.
type Changed = Option<(Box<record::Record>, Zeroizing<String>)>;

fn correct(
    app: &App,
    lines: &mut Watched,
    opened: &Opened,
    field: FieldId,
) -> Result<Changed, Failure> {
    let mut form = Form::amending(opened.record.as_ref().clone(), vec![field]);
    dialog::help(app);
    let wish = dialog::next(app, lines, &mut form)?;
    if !matches!(wish, Wish::Review) || form.record == *opened.record {
        app.warn(&Message::new("cli-amend-nothing"));
        return Ok(None);
    }
    Ok(lines
        .line(app, &app.t("shell-ask-reason"))?
        .map(|why| (Box::new(form.record.clone()), why)))
}

fn service(app: &App, lines: &mut Watched, opened: &Opened) -> Result<Changed, Failure> {
    app.warn(&Message::new("shell-ask-service"));
    for (number, kind) in (1..).zip(ServiceKind::ALL) {
        app.warn_line(&format!("  {number}  {}", app.text(&kind.message())));
    }
    let Some(typed) = lines.line(app, ">")? else {
        return Ok(None);
    };
    let at = typed.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    let Some(kind) = at.and_then(|at| ServiceKind::ALL.get(at)) else {
        app.warn(&Message::new("shell-plain-again"));
        return Ok(None);
    };
    let today = record::today();
    let question = app.t("shell-ask-service-date");
    let told = app.text(&Message::new("date-told").with("day", today));
    let Some(day) = lines.line(app, &format!("{question} ({told})"))? else {
        return Ok(None);
    };
    let day = if day.is_empty() {
        Zeroizing::new(today.to_string())
    } else {
        day
    };
    let date = match record::typed_date(&day) {
        Some(date) if !date.is_after(today) => date,
        _ => {
            app.warn(&Message::new("record-fault-date"));
            return Ok(None);
        }
    };
    let Some(note) = lines.line(app, &app.t("shell-ask-service-note"))? else {
        return Ok(None);
    };
    let mut after = opened.record.clone();
    after.services.push(Service {
        kind: *kind,
        date: Some(date),
        note: note.as_str().to_owned(),
    });
    Ok(Some((after, Zeroizing::new(String::new()))))
}

fn interviewed(
    app: &App,
    vault: &Vault,
    lines: &mut Watched,
    draft: Option<Draft>,
) -> Result<(), Failure> {
    let mut form = match &draft {
        Some(draft) => Form::resumed(draft.record.clone(), draft.at),
        None => Form::new(None),
    };
    dialog::help(app);
    loop {
        let wish = dialog::next(app, lines, &mut form)?;
        match wish {
            Wish::Nothing => {}
            Wish::Review => {
                let found = records::likely_lines(app, vault, &form.record)?;
                form.show_review(found.into_iter().map(|(_, line)| line).collect());
            }
            Wish::Finish => {
                let id = seal(vault, &form, draft.as_ref())?;
                app.print(&app.text(&Message::new("cli-sealed").with("id", id.short())));
                return Ok(());
            }
            // Whoever went away without a word did not mean to lose it.
            Wish::Leave if !lines.left_alone || form.is_empty() => {
                app.warn(&Message::new("cli-stopped"));
                return Ok(());
            }
            Wish::Keep if form.is_empty() => {
                app.warn(&Message::new("interview-nothing-to-keep"));
            }
            Wish::Keep | Wish::Leave => {
                vault.save_draft(&form.record, Some(form.field()), None, draft.as_ref())?;
                app.warn(&interview::kept(vault));
                return Ok(());
            }
        }
    }
}

fn drafts(app: &App, vault: &Vault, lines: &mut Watched) -> Result<(), Failure> {
    let mut drafts = vault.drafts()?;
    if drafts.is_empty() {
        app.warn(&Message::new("shell-no-drafts"));
        return Ok(());
    }
    for (number, draft) in (1..).zip(&drafts) {
        app.warn_line(&format!(
            "{number:>3}  {}",
            interview::describe(app, draft).as_str()
        ));
    }
    let Some(typed) = lines.line(app, &app.t("interview-ask-draft"))? else {
        return Ok(());
    };
    if typed.is_empty() {
        return interviewed(app, vault, lines, None);
    }
    let at = typed.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    match at.filter(|at| *at < drafts.len()) {
        Some(at) => {
            let draft = drafts.swap_remove(at);
            vault.log(ActNote::new(ActKind::Draft).on(draft.id.0, 0))?;
            interviewed(app, vault, lines, Some(draft))
        }
        None => {
            app.warn(&Message::new("interview-ask-draft-again"));
            Ok(())
        }
    }
}
