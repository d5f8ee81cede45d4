//! The whole terminal as a screen: taken and given back.
//!
//! It is the terminal's second screen, so that nothing that was shown stays in what can be scrolled
//! back to.

use std::io::{self, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use ratatui::crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::crossterm::{cursor, execute};

/// Whether the screen is taken now; also read when a signal ends the process.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal while it is ours. Dropped, it is as it was.
pub(crate) struct Screen {
    pub terminal: Terminal<CrosstermBackend<io::Stderr>>,
}

impl Screen {
    /// Takes the terminal.
    ///
    /// # Errors
    /// What the system says; the terminal is as before then.
    pub fn take() -> io::Result<Self> {
        crate::process::unless_ending();
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        // A console without a second screen would show what was there between the words that are drawn.
        let entered = execute!(
            io::stderr(),
            EnterAlternateScreen,
            Clear(ClearType::All),
            EnableBracketedPaste
        );
        let terminal = entered.and_then(|()| Terminal::new(CrosstermBackend::new(io::stderr())));
        match terminal {
            Ok(terminal) => Ok(Self { terminal }),
            Err(e) => {
                leave();
                Err(e)
            }
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        leave();
    }
}

/// Gives the terminal back, if it is taken. What was shown is wiped before.
pub(crate) fn leave() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stderr();
    let _ = execute!(
        out,
        Clear(ClearType::All),
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = out.flush();
    let _ = disable_raw_mode();
}
