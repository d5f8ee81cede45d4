//! Keys that were pressed, and a line of text that they write.

use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use zeroize::Zeroizing;

/// Most characters of a line that is typed.
const LINE_MAX: usize = 4000;

/// A key, by what it means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Press {
    Char(char),
    Enter,
    Escape,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    Backspace,
    Delete,
    /// Forward to the next thing.
    Next,
    /// Back to the one before.
    Previous,
    /// F1 to F12.
    Function(u8),
    /// Ctrl-C, Ctrl-Q.
    Quit,
}

/// What a key event means, if anything here.
pub(crate) fn press(key: &KeyEvent) -> Option<Press> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    Some(match key.code {
        KeyCode::Char('c' | 'q') if control => Press::Quit,
        // Some terminals send it for the backspace key.
        KeyCode::Char('h') if control => Press::Backspace,
        KeyCode::Char(_) if control => return None,
        KeyCode::Char(c) => Press::Char(c),
        KeyCode::Enter => Press::Enter,
        KeyCode::Esc => Press::Escape,
        KeyCode::Up => Press::Up,
        KeyCode::Down => Press::Down,
        KeyCode::Left => Press::Left,
        KeyCode::Right => Press::Right,
        KeyCode::Home => Press::Home,
        KeyCode::End => Press::End,
        KeyCode::Backspace => Press::Backspace,
        KeyCode::Delete => Press::Delete,
        KeyCode::Tab | KeyCode::PageDown => Press::Next,
        KeyCode::BackTab | KeyCode::PageUp => Press::Previous,
        KeyCode::F(n) => Press::Function(n),
        _ => return None,
    })
}

/// The presses of an event; pasted text is as if it were typed, on one line.
pub(crate) fn presses(event: &Event) -> Vec<Press> {
    match event {
        Event::Key(key) => press(key).into_iter().collect(),
        Event::Paste(text) => {
            let text = Zeroizing::new(text.clone());
            let one_line = text.chars().map(|c| if c.is_control() { ' ' } else { c });
            one_line.take(LINE_MAX).map(Press::Char).collect()
        }
        _ => Vec::new(),
    }
}

/// A line of text while it is typed. Wiped when it is dropped.
pub(crate) struct Line {
    chars: Zeroizing<Vec<char>>,
    at: usize,
}

impl Line {
    pub fn new(text: &str) -> Self {
        // Reserved in one piece: a vector that grows leaves copies behind.
        let mut chars = Zeroizing::new(Vec::with_capacity(LINE_MAX.max(text.len())));
        chars.extend(text.chars());
        let at = chars.len();
        Self { chars, at }
    }

    pub fn text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(4 * self.chars.len()));
        text.extend(self.chars.iter());
        text
    }

    /// The text as it is shown in `width` columns, and the column of the cursor.
    pub fn window(&self, width: usize) -> (Zeroizing<String>, usize) {
        let width = width.max(2);
        let from = (self.at + 1).saturating_sub(width);
        let shown = self.chars.iter().skip(from).take(width);
        (Zeroizing::new(shown.collect()), self.at - from)
    }

    /// Takes a key; says whether it was one for a line.
    pub fn take(&mut self, press: Press) -> bool {
        match press {
            Press::Char(c) if self.chars.len() < LINE_MAX => {
                self.chars.insert(self.at, c);
                self.at += 1;
            }
            Press::Char(_) => {}
            Press::Left => self.at = self.at.saturating_sub(1),
            Press::Right => self.at = (self.at + 1).min(self.chars.len()),
            Press::Home => self.at = 0,
            Press::End => self.at = self.chars.len(),
            Press::Backspace => {
                if self.at > 0 {
                    self.at -= 1;
                    self.chars.remove(self.at);
                }
            }
            Press::Delete => {
                if self.at < self.chars.len() {
                    self.chars.remove(self.at);
                }
            }
            _ => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_edited_by_characters() {
        let mut line = Line::new("ñandú");
        for press in [
            Press::Left,
            Press::Backspace,
            Press::Char('é'),
            Press::Home,
            Press::Delete,
            Press::End,
            Press::Char('s'),
        ] {
            assert!(line.take(press));
        }
        assert_eq!(line.text().as_str(), "anéús");
        assert!(!line.take(Press::Enter));
        assert_eq!(line.window(4).0.as_str(), "éús");
    }

    #[test]
    fn control_characters_are_no_text() {
        let key = |code, modifiers| press(&KeyEvent::new(code, modifiers));
        assert_eq!(
            key(KeyCode::Char('c'), KeyModifiers::CONTROL),
            Some(Press::Quit)
        );
        assert_eq!(key(KeyCode::Char('w'), KeyModifiers::CONTROL), None);
        let pasted = presses(&Event::Paste("a\nb".to_owned()));
        assert_eq!(
            pasted,
            [Press::Char('a'), Press::Char(' '), Press::Char('b')]
        );
    }
}
