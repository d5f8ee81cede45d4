//! A record, asked question by question: on a screen of its own, or line by line (manual: *desk*, "The
//! interview").

pub(crate) mod dialog;
pub(crate) mod form;
pub(crate) mod view;

use std::io;

use ratatui::crossterm::event;
use sigilo::i18n::{Message, moment};
use sigilo::log::act::ActKind;
use sigilo::record::Record;
use sigilo::vault::{ActNote, CompartmentId, Draft, ObjectId, Rights, Vault};
use zeroize::Zeroizing;

use crate::app::App;
use crate::failure::{FAILED, Failure};
use crate::press::presses;
use crate::screen::Screen;
use form::{Form, Wish};

/// How an interview ended.
pub(crate) enum Ended {
    /// The record is to be stored.
    Finished(Form),
    /// It is to be kept for another day.
    Kept(Form),
    /// It is to be forgotten.
    Left,
}

/// Asks on whatever terminal there is. `likely` says what a record is probably the same person as.
pub(crate) fn ask(
    app: &App,
    mut form: Form,
    mut likely: impl FnMut(&Record) -> Result<Vec<Zeroizing<String>>, Failure>,
) -> Result<Ended, Failure> {
    let mut screen = if app.plain() {
        dialog::help(app);
        None
    } else {
        Some(Screen::take().map_err(|_| Failure::of("cli-no-terminal"))?)
    };
    loop {
        let wish = match &mut screen {
            None => dialog::next(app, &mut dialog::Terminal, &mut form)?,
            Some(screen) => {
                on_screen(app, screen, &mut form).map_err(|_| Failure::of("cli-no-terminal"))?
            }
        };
        match wish {
            Wish::Nothing => {}
            Wish::Review => {
                let found = likely(&form.record)?;
                form.show_review(found);
            }
            Wish::Finish => return Ok(Ended::Finished(form)),
            Wish::Keep if form.is_empty() => {
                form.said = vec![Message::new("interview-nothing-to-keep")];
            }
            Wish::Keep => return Ok(Ended::Kept(form)),
            Wish::Leave => return Ok(Ended::Left),
        }
    }
}

fn on_screen(app: &App, screen: &mut Screen, form: &mut Form) -> io::Result<Wish> {
    loop {
        screen
            .terminal
            .draw(|frame| view::draw(frame, frame.area(), &app.messages, form))?;
        for press in presses(&event::read()?) {
            let wish = form.press(press);
            if wish != Wish::Nothing {
                return Ok(wish);
            }
        }
    }
}

/// The draft to go on with, if there are any and somebody wants to.
pub(crate) fn resume(app: &App, vault: &Vault) -> Result<Option<Draft>, Failure> {
    if !vault.access().rights.has(Rights::READ.and(Rights::SEAL)) {
        return Ok(None);
    }
    let mut drafts = vault.drafts()?;
    if drafts.is_empty() {
        return Ok(None);
    }
    app.warn(&Message::new("interview-drafts").with("count", drafts.len()));
    for (number, draft) in (1..).zip(&drafts) {
        app.warn_line(&format!("  {number}  {}", describe(app, draft).as_str()));
    }
    loop {
        let answer = crate::prompt::line(&app.t("interview-ask-draft"))?;
        let Some(answer) = answer else {
            return Err(Failure::of("cli-stopped"));
        };
        if answer.is_empty() {
            return Ok(None);
        }
        let at = answer.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
        match at.filter(|at| *at < drafts.len()) {
            Some(at) => {
                let draft = drafts.swap_remove(at);
                vault.log(ActNote::new(ActKind::Draft).on(draft.id.0, 0))?;
                return Ok(Some(draft));
            }
            None => app.warn(&Message::new("interview-ask-draft-again")),
        }
    }
}

/// A draft on a line: when, which kind, how much. No name: who looks for a draft knows when it was.
pub(crate) fn describe(app: &App, draft: &Draft) -> Zeroizing<String> {
    let form = Form::resumed(draft.record.clone(), draft.at);
    let line = Message::new("interview-draft")
        .with("time", moment(draft.saved))
        .with("kind", draft.record.kind.message())
        .with("answers", form.answers().len());
    Zeroizing::new(app.text(&line))
}

/// Keeps an unfinished interview, and says what that means.
pub(crate) fn keep(
    app: &App,
    vault: &Vault,
    form: &Form,
    compartment: Option<CompartmentId>,
    before: Option<&Draft>,
) -> Result<ObjectId, Failure> {
    let id = vault.save_draft(&form.record, Some(form.field()), compartment, before)?;
    if app.json() {
        app.print_json(&serde_json::json!({ "draft": id.to_string() }));
        return Ok(id);
    }
    app.print(&app.text(&kept(vault)));
    Ok(id)
}

/// What was kept and who can go on with it.
pub(crate) fn kept(vault: &Vault) -> Message {
    Message::new(if vault.access().rights.has(Rights::READ) {
        "interview-kept"
    } else {
        // Said plainly: whoever asked cannot go on with it.
        "interview-kept-intake"
    })
}

/// The interview was left; nothing was stored.
pub(crate) fn left() -> Failure {
    Failure::new(FAILED, Message::new("cli-stopped"))
}
