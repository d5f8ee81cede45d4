//! The interview line by line, for a screen reader or a terminal that cannot do more.

use sigilo::i18n::Message;
use zeroize::Zeroizing;

use super::form::{Action, Form, Row, Stage, Wish};
use super::view::told;
use crate::app::{App, visible};
use crate::failure::Failure;

/// Where the lines come from: the terminal, or whoever watches over it for being left alone.
pub(crate) trait Ask {
    /// Asks for a line; `None` at the end of the input.
    fn line(&mut self, app: &App, question: &str) -> Result<Option<Zeroizing<String>>, Failure>;
}

/// The terminal.
pub(crate) struct Terminal;

impl Ask for Terminal {
    fn line(&mut self, _: &App, question: &str) -> Result<Option<Zeroizing<String>>, Failure> {
        crate::prompt::line(question)
    }
}

/// Asks until something is to be done that is not the form's.
pub(crate) fn next(app: &App, ask: &mut dyn Ask, form: &mut Form) -> Result<Wish, Failure> {
    loop {
        let wish = match form.stage {
            Stage::Asking => question(app, ask, form)?,
            Stage::Menu | Stage::Review => review(app, ask, form)?,
        };
        if wish != Wish::Nothing {
            return Ok(wish);
        }
    }
}

/// What the signs mean, said once.
pub(crate) fn help(app: &App) {
    app.warn(&Message::new("interview-plain-help"));
}

fn say(app: &App, form: &Form) {
    for message in &form.said {
        app.warn(message);
    }
}

fn question(app: &App, ask: &mut dyn Ask, form: &mut Form) -> Result<Wish, Failure> {
    say(app, form);
    let (at, of) = form.place();
    app.warn_line(&format!(
        "[{at}/{of}] {}",
        app.text(&form.field().question())
    ));
    let rows = form.rows();
    let choices: Vec<(usize, &Message)> = rows
        .iter()
        .enumerate()
        .filter_map(|(at, row)| match row {
            Row::Choice(_, told) => Some((at, told)),
            _ => None,
        })
        .collect();
    for (number, (_, told)) in (1..).zip(&choices) {
        app.warn_line(&format!("  {number}  {}", app.text(*told)));
    }
    let held = told(&app.messages, &form.record, form.field());
    if form.answers().contains(&form.field()) {
        app.warn_line(&format!("  ({})", held.as_str()));
    }
    let Some(answer) = ask.line(app, ">")? else {
        return Ok(Wish::Leave);
    };
    let can = |row: &Row| rows.contains(row);
    Ok(match answer.as_str() {
        "" => form.forward(),
        "<" => {
            form.back();
            Wish::Nothing
        }
        "." => Wish::Review,
        "+" => Wish::Keep,
        "-" => form.answer(""),
        "?" if can(&Row::Unknown) => form.answer("unknown"),
        "!" if can(&Row::Refused) => form.answer("refused"),
        text => match numbers(text, &choices, &rows) {
            Some(codes) => form.answer(&codes),
            None => form.answer(text),
        },
    })
}

/// The codes of the choices whose numbers were typed.
fn numbers(text: &str, choices: &[(usize, &Message)], rows: &[Row]) -> Option<String> {
    if choices.is_empty() {
        return None;
    }
    let mut codes = Vec::new();
    for part in text.split([',', ';', ' ']).filter(|p| !p.is_empty()) {
        let number: usize = part.parse().ok()?;
        let (at, _) = choices.get(number.checked_sub(1)?)?;
        match rows.get(*at) {
            Some(Row::Choice(code, _)) => codes.push(*code),
            _ => return None,
        }
    }
    Some(codes.join(";"))
}

fn review(app: &App, ask: &mut dyn Ask, form: &mut Form) -> Result<Wish, Failure> {
    app.warn_line("");
    app.warn_line(&app.t("interview-review"));
    let answers = form.answers();
    for (number, field) in (1..).zip(&answers) {
        let text = told(&app.messages, &form.record, *field);
        app.warn_line(&format!("  {number}  {}", text.as_str()));
    }
    say(app, form);
    if !form.likely.is_empty() {
        app.warn(&Message::new("cli-seal-likely").with("count", form.likely.len()));
        for line in &form.likely {
            app.warn_line(&visible(line));
        }
    }
    let actions = form.actions();
    for (letter, action) in letters(&actions) {
        let text = app.text(&action.message(form.purpose()));
        app.warn_line(&format!("  {letter}  {text}"));
    }
    let Some(answer) = ask.line(app, &app.t("interview-plain-choose"))? else {
        return Ok(Wish::Leave);
    };
    let typed = answer.to_lowercase();
    let action = letters(&actions).into_iter().find(|(l, _)| *l == typed);
    if let Some((_, action)) = action {
        return Ok(form.act(action));
    }
    let field = typed
        .parse::<usize>()
        .ok()
        .and_then(|n| answers.get(n.checked_sub(1)?));
    match field {
        Some(field) => form.correct(*field),
        None => app.warn(&Message::new("interview-plain-choose-again")),
    }
    Ok(Wish::Nothing)
}

/// The letter by which each action is chosen: the same in both languages.
fn letters(actions: &[Action]) -> Vec<(&'static str, Action)> {
    let letter = |action: &Action| match action {
        Action::Finish => "s",
        Action::GoOn => "c",
        Action::Review => "r",
        Action::Keep => "g",
        Action::Leave => "x",
    };
    actions.iter().map(|a| (letter(a), *a)).collect()
}
