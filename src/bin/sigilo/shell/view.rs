//! The desk on a screen.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line as Text, Span};
use ratatui::widgets::{Paragraph, Wrap};
use sigilo::i18n::{Message, Messages};
use sigilo::record::code::ServiceKind;

use super::desk::{Action, Desk, Event, Opened, Place};
use crate::app::visible;
use crate::interview::view::{self as interview, bold, item, list, told};
use crate::press::Line;

/// Draws what is to be seen.
pub(crate) fn draw(frame: &mut Frame<'_>, texts: &Messages, desk: &Desk) {
    let area = frame.area();
    match &desk.place {
        Place::Locked => around(
            frame,
            area,
            texts,
            desk,
            "shell-locked",
            "shell-keys-locked",
            None,
        ),
        Place::Search => search(frame, area, texts, desk),
        Place::Menu => {
            let lines = Action::ALL.iter().map(|a| texts.say(&a.message()));
            let lines = lines.collect();
            around(
                frame,
                area,
                texts,
                desk,
                "interview-menu",
                "interview-keys-list",
                Some(lines),
            );
        }
        Place::Drafts(drafts) => {
            let lines = drafts.iter().map(|l| l.as_str().to_owned()).collect();
            around(
                frame,
                area,
                texts,
                desk,
                "shell-drafts",
                "interview-keys-list",
                Some(lines),
            );
        }
        Place::Reading(opened) => reading(frame, area, texts, desk, opened),
        Place::Service(_, event) => service(frame, area, texts, desk, event),
        Place::Correcting(_, form) | Place::Interview(form) => {
            interview::draw(frame, area, texts, form);
        }
        Place::Reason(..) => input(frame, area, texts, desk, "shell-ask-reason"),
    }
}

fn said(texts: &Messages, desk: &Desk) -> Paragraph<'static> {
    let lines = desk.said.iter().map(|m| visible(&texts.say(m)));
    let lines: Vec<Text<'_>> = lines.map(|l| Text::styled(l, bold())).collect();
    Paragraph::new(lines).wrap(Wrap { trim: true })
}

/// A heading, a list or nothing, what was said, the keys.
fn around(
    frame: &mut Frame<'_>,
    area: Rect,
    texts: &Messages,
    desk: &Desk,
    heading: &str,
    keys: &str,
    lines: Option<Vec<String>>,
) {
    let [head, _, middle, note, foot] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Min(1),
        Constraint::Length(2),
        Constraint::Length(2),
    ])
    .areas(area);
    let heading = Text::styled(texts.text(heading), bold());
    frame.render_widget(Paragraph::new(heading), head);
    if let Some(lines) = lines {
        let rows = lines.iter().enumerate();
        let rows = rows
            .map(|(at, line)| item(line, at == desk.cursor))
            .collect();
        list(frame, middle, rows, desk.cursor);
    }
    frame.render_widget(said(texts, desk), note);
    let keys = Paragraph::new(texts.text(keys)).wrap(Wrap { trim: true });
    frame.render_widget(keys, foot);
}

/// A line that is typed, with the cursor in it.
fn typed(frame: &mut Frame<'_>, area: Rect, label: &str, line: &Line) {
    let taken = u16::try_from(label.chars().count() + 1).unwrap_or(area.width);
    let width = usize::from(area.width.saturating_sub(taken + 1));
    let (text, column) = line.window(width);
    let shown = Text::from(vec![
        Span::styled(format!("{label} "), bold()),
        Span::styled(
            format!("{:<width$}", visible(&text)),
            Style::new().add_modifier(Modifier::UNDERLINED),
        ),
    ]);
    frame.render_widget(Paragraph::new(shown), area);
    let x = area.x + taken + u16::try_from(column).unwrap_or(0);
    frame.set_cursor_position(Position::new(x.min(area.right().saturating_sub(1)), area.y));
}

fn search(frame: &mut Frame<'_>, area: Rect, texts: &Messages, desk: &Desk) {
    let [ask, note, middle, foot] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(2),
        Constraint::Min(1),
        Constraint::Length(2),
    ])
    .areas(area);
    let rows = desk.found.iter().enumerate();
    let rows = rows
        .map(|(at, f)| item(&f.line, at == desk.cursor))
        .collect();
    list(frame, middle, rows, desk.cursor);
    frame.render_widget(said(texts, desk), note);
    let keys = Paragraph::new(texts.text("shell-keys-search")).wrap(Wrap { trim: true });
    frame.render_widget(keys, foot);
    typed(frame, ask, &texts.text("cli-ask-search"), &desk.query);
}

fn title(texts: &Messages, opened: &Opened) -> String {
    let head = Message::new("shell-record")
        .with("id", opened.id.short())
        .with("version", opened.version)
        .with("kind", opened.record.kind.message());
    texts.say(&head)
}

fn reading(frame: &mut Frame<'_>, area: Rect, texts: &Messages, desk: &Desk, opened: &Opened) {
    let [head, note, middle, foot] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(if desk.said.is_empty() { 1 } else { 2 }),
        Constraint::Min(1),
        Constraint::Length(2),
    ])
    .areas(area);
    let heading = Text::styled(title(texts, opened), bold());
    frame.render_widget(Paragraph::new(heading), head);
    frame.render_widget(said(texts, desk), note);
    let mut rows = vec![item(&texts.text("shell-add-service"), desk.cursor == 0)];
    for (at, field) in (1..).zip(Desk::fields(opened)) {
        let text = told(texts, &opened.record, field);
        rows.push(item(&text, at == desk.cursor));
    }
    list(frame, middle, rows, desk.cursor);
    let keys = Paragraph::new(texts.text("shell-keys-record")).wrap(Wrap { trim: true });
    frame.render_widget(keys, foot);
}

fn service(frame: &mut Frame<'_>, area: Rect, texts: &Messages, desk: &Desk, event: &Event) {
    match (event.kind, &event.date) {
        (None, _) => {
            let lines = ServiceKind::ALL.iter().map(|k| texts.say(&k.message()));
            let lines = lines.collect();
            around(
                frame,
                area,
                texts,
                desk,
                "shell-ask-service",
                "interview-keys-list",
                Some(lines),
            );
        }
        (Some(_), None) => input(frame, area, texts, desk, "shell-ask-service-date"),
        (Some(_), Some(_)) => input(frame, area, texts, desk, "shell-ask-service-note"),
    }
}

fn input(frame: &mut Frame<'_>, area: Rect, texts: &Messages, desk: &Desk, question: &str) {
    let [head, _, line, note, foot] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Min(1),
        Constraint::Length(2),
    ])
    .areas(area);
    let asked = Paragraph::new(Text::styled(texts.text(question), bold()));
    frame.render_widget(asked.wrap(Wrap { trim: true }), head);
    frame.render_widget(said(texts, desk), note);
    frame.render_widget(Paragraph::new(texts.text("shell-keys-input")), foot);
    typed(frame, line, ">", &desk.line);
}

#[cfg(test)]
mod tests;
