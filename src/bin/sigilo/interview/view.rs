//! The interview on a screen. Only bold and reversed letters: no colour says anything.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line as Text, Span};
use ratatui::widgets::{Paragraph, Wrap};
use sigilo::i18n::{Message, Messages};
use sigilo::record::{self, FieldId};
use zeroize::Zeroizing;

use super::form::{Form, Row, Stage};
use crate::app::visible;

pub(crate) fn bold() -> Style {
    Style::new().add_modifier(Modifier::BOLD)
}

pub(crate) fn chosen() -> Style {
    Style::new().add_modifier(Modifier::REVERSED)
}

/// A field and what it holds, on a line.
pub(crate) fn told(texts: &Messages, record: &record::Record, field: FieldId) -> Zeroizing<String> {
    let spoken: Vec<String> = record::spoken(record, field)
        .iter()
        .map(|m| texts.say(m))
        .collect();
    let value = if spoken.is_empty() {
        Zeroizing::new(record::get(record, field))
    } else {
        Zeroizing::new(spoken.join(", "))
    };
    let label = texts.say(&field.label());
    Zeroizing::new(visible(&format!("{label}: {}", value.as_str())))
}

/// A list of which one line is chosen and always in sight.
pub(crate) fn list(frame: &mut Frame<'_>, area: Rect, lines: Vec<Text<'_>>, cursor: usize) {
    let height = usize::from(area.height).max(1);
    let from = (cursor + 1).saturating_sub(height);
    let shown: Vec<Text<'_>> = lines.into_iter().skip(from).take(height).collect();
    frame.render_widget(Paragraph::new(shown), area);
}

/// A line of a list; the chosen one has a sign in front as well.
pub(crate) fn item(text: &str, is_chosen: bool) -> Text<'static> {
    let text = visible(text).replace('\n', " ");
    if is_chosen {
        Text::styled(format!("> {text}"), chosen())
    } else {
        Text::raw(format!("  {text}"))
    }
}

/// Rows that a text takes when it is wrapped.
fn rows_of(text: &str, width: u16) -> u16 {
    let width = usize::from(width.max(1));
    // Wrapped at words, so a little more than by characters.
    let rows = text
        .chars()
        .count()
        .div_ceil(width.saturating_sub(12).max(1));
    u16::try_from(rows.clamp(1, 4)).unwrap_or(4)
}

pub(crate) fn draw(frame: &mut Frame<'_>, area: Rect, texts: &Messages, form: &Form) {
    match form.stage {
        Stage::Asking => question(frame, area, texts, form),
        Stage::Menu => menu(frame, area, texts, form),
        Stage::Review => review(frame, area, texts, form),
    }
}

fn heading(texts: &Messages, form: &Form) -> String {
    let (at, of) = form.place();
    let message = Message::new("interview-place")
        .with("at", at)
        .with("of", of)
        .with("group", form.field().group().message());
    texts.say(&message)
}

fn said(texts: &Messages, form: &Form) -> Vec<Text<'static>> {
    let lines = form.said.iter().map(|m| visible(&texts.say(m)));
    lines.map(|l| Text::styled(l, bold())).collect()
}

fn question(frame: &mut Frame<'_>, area: Rect, texts: &Messages, form: &Form) {
    let asked = texts.say(&form.field().question());
    let said = said(texts, form);
    let [head, _, ask, _, answers, note, foot] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Length(rows_of(&asked, area.width)),
        Constraint::Length(1),
        Constraint::Min(1),
        Constraint::Length(if said.is_empty() { 0 } else { 3 }),
        Constraint::Length(2),
    ])
    .areas(area);
    frame.render_widget(Paragraph::new(heading(texts, form)), head);
    let asked = Paragraph::new(Text::styled(asked, bold())).wrap(Wrap { trim: true });
    frame.render_widget(asked, ask);
    let mut lines = Vec::new();
    let mut typed = None;
    for (at, row) in form.rows().iter().enumerate() {
        let is_chosen = at == form.cursor;
        lines.push(match row {
            Row::Text => {
                let width = usize::from(answers.width).saturating_sub(4);
                let (text, column) = form.line.window(width);
                if is_chosen {
                    typed = Some(column);
                }
                let sign = if is_chosen { "> " } else { "  " };
                Text::from(vec![
                    Span::raw(sign),
                    Span::styled(
                        format!("{:<width$}", visible(&text)),
                        Style::new().add_modifier(Modifier::UNDERLINED),
                    ),
                ])
            }
            Row::Skip => item(&texts.text("interview-row-skip"), is_chosen),
            Row::Unknown => item(&texts.text("interview-row-unknown"), is_chosen),
            Row::Refused => item(&texts.text("interview-row-refused"), is_chosen),
            Row::Choice(_, told) => {
                let marked = form.marks.get(at) == Some(&true);
                let mark = match (form.takes_several(), marked) {
                    (false, _) => "",
                    (true, true) => "[x] ",
                    (true, false) => "[ ] ",
                };
                item(&format!("{mark}{}", texts.say(told)), is_chosen)
            }
        });
    }
    list(frame, answers, lines, form.cursor);
    if let Some(column) = typed {
        let x = answers.x + 2 + u16::try_from(column).unwrap_or(0);
        frame.set_cursor_position(Position::new(x, answers.y));
    }
    frame.render_widget(Paragraph::new(said).wrap(Wrap { trim: true }), note);
    let keys = if form.takes_several() {
        "interview-keys-several"
    } else {
        "interview-keys"
    };
    let keys = Paragraph::new(texts.text(keys)).wrap(Wrap { trim: true });
    frame.render_widget(keys, foot);
}

fn menu(frame: &mut Frame<'_>, area: Rect, texts: &Messages, form: &Form) {
    let [head, _, actions, foot] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Min(1),
        Constraint::Length(2),
    ])
    .areas(area);
    let title = Paragraph::new(Text::styled(texts.text("interview-menu"), bold()));
    frame.render_widget(title, head);
    let choices = form.actions();
    let lines = choices.iter().enumerate().map(|(at, action)| {
        let text = texts.say(&action.message(form.purpose()));
        item(&text, at == form.cursor)
    });
    list(frame, actions, lines.collect(), form.cursor);
    frame.render_widget(Paragraph::new(texts.text("interview-keys-list")), foot);
}

fn review(frame: &mut Frame<'_>, area: Rect, texts: &Messages, form: &Form) {
    let mut above = vec![Text::styled(texts.text("interview-review"), bold())];
    above.extend(said(texts, form));
    if !form.likely.is_empty() {
        let count = Message::new("cli-seal-likely").with("count", form.likely.len());
        above.push(Text::styled(texts.say(&count).replace('\n', " "), bold()));
        above.extend(
            form.likely
                .iter()
                .map(|l| Text::raw(format!("  {}", visible(l)))),
        );
    }
    let most = area.height.saturating_sub(8).max(1);
    let height = u16::try_from(above.len() + 1).unwrap_or(most).min(most);
    let [head, answers, foot] = Layout::vertical([
        Constraint::Length(height),
        Constraint::Min(1),
        Constraint::Length(2),
    ])
    .areas(area);
    frame.render_widget(Paragraph::new(above).wrap(Wrap { trim: true }), head);
    let actions = form.actions();
    let mut lines: Vec<Text<'_>> = actions
        .iter()
        .enumerate()
        .map(|(at, action)| {
            let text = texts.say(&action.message(form.purpose()));
            item(&text, at == form.cursor)
        })
        .collect();
    for (at, field) in form.answers().into_iter().enumerate() {
        let text = told(texts, &form.record, field);
        lines.push(item(&text, actions.len() + at == form.cursor));
    }
    list(frame, answers, lines, form.cursor);
    frame.render_widget(Paragraph::new(texts.text("interview-keys-review")), foot);
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;
    use sigilo::i18n::Lang;
    use sigilo::record::Kind;

    use super::*;
    use crate::press::Press;

    fn screen(form: &Form, lang: Lang, width: u16, height: u16) -> String {
        let texts = Messages::new(lang);
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal
            .draw(|frame| draw(frame, frame.area(), &texts, form))
            .unwrap();
        let buffer = terminal.backend().buffer().clone();
        let mut text = String::new();
        for y in 0..height {
            for x in 0..width {
                text.push_str(buffer[(x, y)].symbol());
            }
            text.push('\n');
        }
        text
    }

    #[test]
    fn every_question_fits_on_a_small_screen_in_both_languages() {
        for lang in [Lang::Es, Lang::En] {
            let texts = Messages::new(lang);
            for kind in Kind::ALL {
                let mut form = Form::new(Some(*kind));
                for _ in 0..record::interview(*kind).len() {
                    let shown = screen(&form, lang, 80, 24);
                    let asked = texts.say(&form.field().question());
                    let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
                    assert!(words.contains(&asked), "{asked}\n{shown}");
                    for row in form.rows() {
                        let text = match row {
                            Row::Choice(_, told) => texts.say(&told),
                            Row::Unknown => texts.text("interview-row-unknown"),
                            Row::Refused => texts.text("interview-row-refused"),
                            Row::Skip => texts.text("interview-row-skip"),
                            Row::Text => continue,
                        };
                        assert!(shown.contains(&text), "{text}\n{shown}");
                    }
                    form.press(Press::Next);
                }
            }
        }
    }

    #[test]
    fn the_review_shows_what_is_like_it_and_scrolls() {
        let mut form = Form::new(Some(Kind::Victim));
        form.record.given_names = "Rosa".into();
        form.record.paternal_surname = "Meza".into();
        let other = "1a2b  víctima   Rosa Mesa".to_owned();
        form.show_review(vec![Zeroizing::new(other)]);
        let shown = screen(&form, Lang::Es, 80, 24);
        assert!(shown.contains("Rosa Mesa"), "{shown}");
        assert!(shown.contains("Meza"), "{shown}");
        form.press(Press::End);
        let small = screen(&form, Lang::Es, 40, 10);
        assert!(small.contains("> "), "{small}");
    }

    #[test]
    fn a_screen_too_small_for_anything_is_no_panic() {
        let mut form = Form::new(Some(Kind::Victim));
        for (width, height) in [(1, 1), (3, 2), (10, 3), (200, 60)] {
            screen(&form, Lang::Es, width, height);
        }
        form.show_review(Vec::new());
        screen(&form, Lang::Es, 2, 2);
        form.stage = Stage::Menu;
        screen(&form, Lang::Es, 2, 2);
    }
}
