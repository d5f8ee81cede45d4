//! Where a command's words go: results to standard output, everything else to standard error.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use sigilo::i18n::{Lang, Localize, Message, Messages};
use sigilo::party::Party;
use sigilo::party::watch::Work;
use sigilo::record::{Date, is_unclear, typed_date};
use zeroize::Zeroizing;

use crate::cli::Global;
use crate::config::{Config, Given};
use crate::failure::{Failure, USAGE};

/// What every command is given.
pub(crate) struct App {
    pub messages: Messages,
    pub global: Global,
    /// What the configuration file says.
    pub config: Config,
    /// What the command line and the environment gave.
    pub given: Given,
    /// The result, where it is to be shown on a screen of its own.
    kept: RefCell<Option<Zeroizing<Vec<String>>>>,
    /// Whether the JSON object of the command is out: there is one, and no more.
    told: Cell<bool>,
}

impl App {
    /// With the defaults of the configuration filled in.
    pub fn new(messages: Messages, mut global: Global, config: Config, given: Given) -> Self {
        config.complete(&mut global);
        Self {
            messages,
            global,
            config,
            given,
            kept: RefCell::new(None),
            told: Cell::new(false),
        }
    }

    /// From now on the result is about a person: with `--screen`, or `always`, it goes to a screen of its
    /// own, from which nothing stays behind. Not where there is no terminal that can do that.
    pub fn on_screen(&self, always: bool) {
        let wanted = always || self.global.screen;
        if wanted && !self.json() && !self.plain() && io::stdout().is_terminal() {
            *self.kept.borrow_mut() = Some(Zeroizing::new(Vec::new()));
        }
    }

    /// Shows what was kept for a screen of its own.
    pub fn show_kept(&self) {
        let Some(lines) = self.kept.borrow_mut().take() else {
            return;
        };
        let idle = Duration::from_secs(60 * u64::from(self.config.idle_minutes()));
        if !lines.is_empty() && crate::viewer::show(lines, &self.messages, idle).is_err() {
            self.warn(&Message::new("cli-no-terminal"));
        }
    }

    /// Whether to do without boxes, bars and a moving cursor: asked for, or no terminal that could.
    pub fn plain(&self) -> bool {
        self.global.plain
            || !io::stdin().is_terminal()
            || !io::stderr().is_terminal()
            || std::env::var_os("TERM").is_some_and(|t| t == "dumb")
    }

    pub fn json(&self) -> bool {
        self.global.json
    }

    /// The texts of the language that was chosen.
    pub fn messages(&self) -> &Messages {
        &self.messages
    }

    /// The words of a message.
    pub fn text(&self, what: &impl Localize) -> String {
        self.messages.say(what)
    }

    /// The words of a message without arguments.
    pub fn t(&self, id: &'static str) -> String {
        self.messages.text(id)
    }

    /// The day that somebody typed. What an English reader may read with the month first is not guessed at.
    pub fn date(&self, text: &str) -> Result<Date, Failure> {
        if self.messages.lang() == Lang::En && is_unclear(text) {
            let message = Message::new("cli-usage-date-order").with("text", text);
            return Err(Failure::new(USAGE, message));
        }
        let day = typed_date(text).and_then(|date| date.full());
        day.ok_or_else(|| Failure::usage("cli-usage-date"))
    }

    /// A line of the result. A reader that went away is no error.
    pub fn print(&self, text: &str) {
        if self.keep(text) {
            return;
        }
        let width = io::stdout().is_terminal().then(width).flatten();
        put_line(fitted(text, width));
    }

    /// The whole result as JSON.
    pub fn print_json(&self, value: &serde_json::Value) {
        print_json(value);
        self.told.set(true);
    }

    /// Keeps a line for the screen of its own, if there is to be one.
    fn keep(&self, text: &str) -> bool {
        match &mut *self.kept.borrow_mut() {
            Some(kept) => {
                kept.push(visible(text));
                true
            }
            None => false,
        }
    }

    /// Something to know, not part of the result.
    pub fn note(&self, what: &impl Localize) {
        if !self.global.quiet {
            self.warn(what);
        }
    }

    /// Something to know even if the command is to be quiet.
    pub fn warn(&self, what: &impl Localize) {
        self.warn_line(&self.text(what));
    }

    /// A line that belongs to a warning.
    pub fn warn_line(&self, text: &str) {
        if !self.keep(text) {
            say(text);
        }
    }

    pub fn fail(&self, failure: &Failure) {
        // What was found stands on its own; that it is a failure is said by the exit code.
        let json = self.json() && !self.told.get();
        fail(&self.messages, failure, json);
    }

    /// A bar on standard error for work of `total` steps, with their rate and the time that is left.
    /// It shows itself after two seconds, and only on a terminal that may be drawn on.
    pub fn progress(&self, id: &'static str, total: u64) -> Progress {
        self.bar(id, total, STEPS)
    }

    /// [`App::progress`] of work on `total` bytes.
    pub fn progress_of_bytes(&self, id: &'static str, total: u64) -> Progress {
        self.bar(id, total, BYTES)
    }

    fn bar(&self, id: &'static str, total: u64, parts: &str) -> Progress {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
        bar.set_style(self.style(id, parts));
        let shown = Cell::new(!self.draws());
        Progress {
            bar,
            began: Instant::now(),
            shown,
        }
    }

    /// A sign on standard error that work goes on whose length is not known, with the time that it took so far.
    pub fn working(&self, id: &'static str) -> Progress {
        let target = if self.draws() {
            on_terminal()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_style(self.style(id, "{elapsed}"));
        if self.draws() {
            bar.enable_steady_tick(Duration::from_millis(500));
        }
        Progress {
            bar,
            began: Instant::now(),
            shown: Cell::new(true),
        }
    }

    /// [`App::working`] for the work of a party, which says how far it is once it knows: a bar then.
    pub fn watching(&self, id: &'static str, party: &mut Party) -> Progress {
        let progress = self.working(id);
        let bar = progress.bar.clone();
        let reading = self.style("cli-progress-read", BYTES);
        let pairing = self.style("cli-progress-match", STEPS);
        let before = Mutex::new(None);
        party.watch(Arc::new(move |work, done, total| {
            let mut before = before.lock().unwrap_or_else(PoisonError::into_inner);
            if before.replace(work) != Some(work) {
                bar.reset();
                bar.set_length(total);
                bar.set_style(match work {
                    Work::Reading => reading.clone(),
                    Work::Pairing => pairing.clone(),
                });
            }
            bar.set_position(done);
        }));
        progress
    }

    /// Whether progress may be drawn.
    fn draws(&self) -> bool {
        !(self.global.quiet || self.json() || self.plain())
    }

    /// What is done, and how far it is.
    fn style(&self, id: &'static str, parts: &str) -> ProgressStyle {
        let what = self.t(id).replace(['{', '}'], "");
        let left = self.text(&Message::new("cli-progress-left").with("time", "{eta}"));
        let parts = parts.replace("{left}", &left);
        ProgressStyle::with_template(&format!("{what}  {parts}"))
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .with_key("rate", |state: &ProgressState, out: &mut dyn fmt::Write| {
                // Whole ones are enough; the number is never negative.
                let _ = write!(out, "{}/s", HumanCount(state.per_sec() as u64));
            })
    }
}

/// Where bars are drawn.
fn on_terminal() -> ProgressDrawTarget {
    ProgressDrawTarget::stderr_with_hz(4)
}

/// Writes a line to standard output at once and whole: what is written in parts stays in the buffer behind it,
/// which nobody overwrites.
fn put_line(mut line: String) {
    line.push('\n');
    let _ = io::stdout().lock().write_all(line.as_bytes());
}

/// An object as JSON on standard output, without what a terminal would act on.
fn print_json(value: &serde_json::Value) {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    put_line(escaped(&text));
}

/// Says why a command did not succeed; with `json` also as the object of the command.
pub(crate) fn fail(messages: &Messages, failure: &Failure, json: bool) {
    let text = visible(&messages.say(&failure.message));
    if json {
        let value = serde_json::json!({ "error": { "code": failure.code, "id": failure.message.id, "message": text } });
        print_json(&value);
    }
    say(&format!("sigilo: {text}"));
}

/// Of steps: how many, how many a second, the time that is left.
const STEPS: &str = "{bar:20} {human_pos}/{human_len}  {rate}  {left}";
/// Of bytes.
const BYTES: &str = "{bar:20} {binary_bytes}/{binary_total_bytes}  {binary_bytes_per_sec}  {left}";

/// Writes a line to standard error. Nobody may be there to read it, which is no reason to fail.
pub(crate) fn say(text: &str) {
    let mut err = io::stderr().lock();
    let width = err.is_terminal().then(width).flatten();
    let _ = writeln!(err, "{}", fitted(text, width));
}

/// Writes a question to standard error; the answer follows on the same line.
pub(crate) fn question(text: &str) {
    let mut err = io::stderr().lock();
    let width = err.is_terminal().then(width).flatten();
    let _ = write!(err, "{} ", fitted(text, width));
    let _ = err.flush();
}

/// The columns of the terminal.
fn width() -> Option<usize> {
    let (columns, _) = ratatui::crossterm::terminal::size().ok()?;
    // Narrower ones are not told apart from those that do not know.
    (columns >= 20).then_some(usize::from(columns))
}

/// Text that a terminal may be given, broken between words where it is known how much fits.
fn fitted(text: &str, width: Option<usize>) -> String {
    let text = visible(text);
    let Some(width) = width else { return text };
    let lines = text.split('\n').map(|line| wrapped(line, width));
    lines.collect::<Vec<_>>().join("\n")
}

/// A line in as many as it needs, broken between words. What stands in columns goes on below its last
/// column. A signature of a note, and what is drawn, stay in one piece.
pub(crate) fn wrapped(line: &str, width: usize) -> String {
    let signs: Vec<char> = line.chars().collect();
    let drawn = |c: &char| ('\u{2580}'..='\u{259f}').contains(c);
    if signs.len() <= width || line.starts_with("— ") || signs.iter().any(drawn) {
        return line.to_owned();
    }
    let first = signs.iter().position(|c| *c != ' ').unwrap_or(0);
    // The last gap of a row of columns, if enough room is left behind it.
    let column = (first..signs.len().min(width * 2 / 3)).rev().find(|i| {
        *i >= first + 2 && signs[*i] != ' ' && signs[i - 1] == ' ' && signs[i - 2] == ' '
    });
    let indent = match column {
        Some(column) => column,
        None if line[first..].starts_with("- ") => first + 2,
        None => first,
    };
    let mut out: String = signs[..indent].iter().collect();
    let rest: String = signs[indent..].iter().collect();
    let mut at = indent;
    let mut fresh = true;
    for word in rest.split(' ') {
        let length = word.chars().count();
        if !fresh && at + 1 + length > width {
            while out.ends_with(' ') {
                out.pop();
            }
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            at = indent;
            fresh = true;
        }
        if !fresh {
            out.push(' ');
            at += 1;
        }
        out.push_str(word);
        at += length;
        fresh = false;
    }
    out
}

/// Work that may take long.
pub(crate) struct Progress {
    bar: ProgressBar,
    began: Instant,
    /// Whether it is drawn already, or never is.
    shown: Cell<bool>,
}

impl Progress {
    pub fn total(&self, total: u64) {
        self.bar.set_length(total);
    }

    pub fn at(&self, position: u64) {
        if self.began.elapsed() < Duration::from_secs(2) {
            return;
        }
        if !self.shown.replace(true) {
            self.bar.set_draw_target(on_terminal());
        }
        self.bar.set_position(position);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Text without characters that a terminal would act on, or that are there and not seen. Line ends
/// stay.
pub(crate) fn visible(text: &str) -> String {
    text.chars()
        .map(|c| if is_raw(c) { '\u{fffd}' } else { c })
        .collect()
}

/// JSON with such characters as escapes: they stand in texts only, so that it means the same.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if is_raw(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// Whether a terminal would act on the character (also those of ISO 6429 above ASCII), whether it
/// reorders what is shown, so that it reads as something else, or has no width.
fn is_raw(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c,
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}'
            | '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200d}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Text cut or filled to `width` characters.
pub(crate) fn column(text: &str, width: usize) -> String {
    let count = text.chars().count();
    if count <= width {
        let mut out = text.to_owned();
        out.extend(std::iter::repeat_n(' ', width - count));
        return out;
    }
    let mut out: String = text.chars().take(width.saturating_sub(1)).collect();
    out.push('…');
    out
}

/// Seconds since 1970 as a day and time in UTC, for what stands in columns.
pub(crate) fn time(seconds: i64) -> String {
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    match Date::from_days(days) {
        Some(date) => format!("{date} {:02}:{:02} UTC", rest / 3600, rest / 60 % 60),
        None => seconds.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_given_nothing_to_act_on() {
        assert_eq!(
            visible("a\u{1b}[2Jb\u{202e}c\nd"),
            "a\u{fffd}[2Jb\u{fffd}c\nd"
        );
        assert_eq!(visible("Ana\u{200b}\u{9b}31m"), "Ana\u{fffd}\u{fffd}31m");
        assert_eq!(
            visible("K'iche' \u{2019}\u{a78c} Nãhuatl 😀"),
            "K'iche' \u{2019}\u{a78c} Nãhuatl 😀"
        );
    }

    #[test]
    fn json_means_the_same_without_what_a_terminal_acts_on() {
        let value = serde_json::json!({ "n": "a\u{1b}\u{7f}\u{9b}\u{202e}\u{200b}\u{e0041}ñ\n" });
        let text = escaped(&serde_json::to_string_pretty(&value).unwrap_or_default());
        assert!(text.chars().all(|c| !is_raw(c)), "{text}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text).ok(),
            Some(value)
        );
    }

    #[test]
    fn lines_are_broken_between_words_and_go_on_below_their_column() {
        assert_eq!(fitted("uno dos tres", Some(8)), "uno dos\ntres");
        assert_eq!(fitted("uno dos\ntres", Some(8)), "uno dos\ntres");
        assert_eq!(fitted("uno dos tres", None), "uno dos tres");
        assert_eq!(
            wrapped("  - niña señora mía", 14),
            "  - niña\n    señora mía"
        );
        assert_eq!(
            wrapped("  sigilo list  ver todos los expedientes", 30),
            "  sigilo list  ver todos los\n               expedientes"
        );
        // A word that is too long stays whole: it is copied.
        assert_eq!(wrapped("clave: aaaaaaaaaaaa", 10), "clave:\naaaaaaaaaaaa");
        let signature = "— sigilo/ab AAAAAAAAAAAAAAAAAAAA";
        assert_eq!(wrapped(signature, 10), signature);
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(column("ñandú", 7), "ñandú  ");
        assert_eq!(column("Guadalupe", 5), "Guad…");
    }

    #[test]
    fn bars_say_the_rate_and_the_time_that_is_left() {
        for parts in [STEPS, BYTES] {
            assert!(ProgressStyle::with_template(parts).is_ok());
            assert!(parts.contains("{rate}") || parts.contains("per_sec}"));
            assert!(parts.contains("{left}"));
            // Nothing is said by colour, and nothing is hidden by one.
            assert!(!parts.contains('.'), "{parts}");
        }
    }

    #[test]
    fn times_are_utc() {
        assert_eq!(time(0), "1970-01-01 00:00 UTC");
        assert_eq!(time(1_763_773_199), "2025-11-22 00:59 UTC");
    }
}
