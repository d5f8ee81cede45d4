//! A result on the terminal's second screen, so that what it says of a person does not stay in what can
//! be scrolled back to (manual: *desk*, "What stays on the screen").

use std::io;
use std::time::{Duration, Instant};

use ratatui::Frame;
use ratatui::crossterm::event;
use ratatui::layout::{Constraint, Layout};
use ratatui::text::{Line, Text};
use sigilo::i18n::Messages;
use zeroize::Zeroizing;

use crate::app::wrapped;
use crate::press::{Press, presses};
use crate::screen::Screen;

/// Lines that can be moved through. They are wiped with it.
struct View {
    lines: Zeroizing<Vec<String>>,
    /// The first line that is shown.
    top: usize,
    /// How many were shown at last.
    height: usize,
    /// The lines as they are broken at the width for which they were broken last.
    broken: (usize, Zeroizing<Vec<String>>),
}

impl View {
    fn new(lines: Zeroizing<Vec<String>>) -> Self {
        Self {
            lines,
            top: 0,
            height: 1,
            broken: (0, Zeroizing::default()),
        }
    }

    /// Breaks the lines for this width, if they are not.
    fn fit(&mut self, width: usize) {
        if self.broken.0 == width {
            return;
        }
        let lines = self.lines.iter().flat_map(|text| text.split('\n'));
        let broken = lines.flat_map(|line| {
            let broken = Zeroizing::new(wrapped(line, width));
            broken.split('\n').map(str::to_owned).collect::<Vec<_>>()
        });
        self.broken = (width, Zeroizing::new(broken.collect()));
    }

    fn draw(&mut self, frame: &mut Frame<'_>, texts: &Messages) {
        let area = frame.area();
        let keys = wrapped(&texts.text("viewer-keys"), usize::from(area.width));
        let foot = u16::try_from(keys.lines().count()).unwrap_or(1);
        let [body, foot] =
            Layout::vertical([Constraint::Min(1), Constraint::Length(foot)]).areas(area);
        self.height = usize::from(body.height).max(1);
        self.fit(usize::from(body.width));
        let (_, lines) = &self.broken;
        self.top = self.top.min(lines.len().saturating_sub(self.height));
        let shown = lines.iter().skip(self.top).take(self.height);
        let shown: Vec<Line<'_>> = shown.map(|l| Line::raw(l.as_str())).collect();
        frame.render_widget(Text::from(shown), body);
        frame.render_widget(Text::raw(keys), foot);
    }

    /// Takes a key; says whether it was the last.
    fn press(&mut self, press: Press) -> bool {
        let page = self.height.saturating_sub(1).max(1);
        self.top = match press {
            Press::Escape | Press::Quit | Press::Enter | Press::Char('q' | 'Q') => return true,
            Press::Up => self.top.saturating_sub(1),
            Press::Down => self.top.saturating_add(1),
            Press::Previous => self.top.saturating_sub(page),
            Press::Next | Press::Char(' ') => self.top.saturating_add(page),
            Press::Home => 0,
            Press::End => usize::MAX,
            _ => self.top,
        };
        false
    }
}

/// Shows the lines until somebody leaves, or nobody has been there for as long as `idle`.
///
/// # Errors
/// What the terminal says.
pub(crate) fn show(
    lines: Zeroizing<Vec<String>>,
    texts: &Messages,
    idle: Duration,
) -> io::Result<()> {
    let mut view = View::new(lines);
    let mut screen = Screen::take()?;
    let mut touched = Instant::now();
    while touched.elapsed() < idle {
        screen.terminal.draw(|frame| view.draw(frame, texts))?;
        if event::poll(Duration::from_millis(500))? {
            touched = Instant::now();
            for press in presses(&event::read()?) {
                if view.press(press) {
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;
    use sigilo::i18n::Lang;

    use super::*;

    fn seen(view: &mut View) -> String {
        let mut terminal = Terminal::new(TestBackend::new(40, 8)).unwrap();
        let texts = Messages::new(Lang::Es);
        terminal.draw(|frame| view.draw(frame, &texts)).unwrap();
        terminal.backend().to_string()
    }

    #[test]
    fn all_of_a_long_result_can_be_reached_and_left() {
        let lines = (1..=30).map(|n| format!("renglón {n}.")).collect();
        let mut view = View::new(Zeroizing::new(lines));
        assert!(seen(&mut view).contains("renglón 1."));
        assert!(!seen(&mut view).contains("renglón 30."));
        assert!(!view.press(Press::End));
        // Keys can come faster than the screen is drawn.
        assert!(!view.press(Press::Next));
        assert!(seen(&mut view).contains("renglón 30."));
        assert!(!view.press(Press::Previous));
        assert!(!seen(&mut view).contains("renglón 30."));
        assert!(!view.press(Press::Home));
        assert!(seen(&mut view).contains("renglón 1."));
        assert!(seen(&mut view).contains("Esc"));
        for press in [Press::Escape, Press::Quit, Press::Char('q')] {
            assert!(view.press(press));
        }
    }

    #[test]
    fn long_lines_are_broken_between_words() {
        let mut view = View::new(Zeroizing::new(vec![
            "una línea que no cabe entera en cuarenta columnas".into(),
        ]));
        let seen = seen(&mut view);
        assert!(seen.contains("entera en cuarenta"), "{seen}");
        assert!(seen.contains("columnas"), "{seen}");
        // Another width breaks them anew.
        let mut narrow = Terminal::new(TestBackend::new(20, 8)).unwrap();
        let texts = Messages::new(Lang::Es);
        narrow.draw(|frame| view.draw(frame, &texts)).unwrap();
        let seen = narrow.backend().to_string();
        assert!(!seen.contains("entera en cuarenta"), "{seen}");
    }
}
