//! Asking the person: passphrases, yes or no, lines of text. Questions go to standard error.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sigilo::crypto::Secret;
use sigilo::crypto::secret::Passphrase;
use sigilo::i18n::Message;
use sigilo::vault::RecoveryCode;
use zeroize::Zeroizing;

use crate::app::App;
use crate::failure::{FAILED, Failure, INTERRUPTED, file};
use crate::files::write_private;

/// Longest passphrase that is read, bytes.
const MAX_PASSPHRASE: u64 = 4096;
/// First line of a key file.
const KEY_FILE: &str = "sigilo key file v1";

/// Which secret is asked for; a script names its sources by different variables.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    Current,
    New,
    Second,
}

impl Which {
    fn variables(self) -> (&'static str, &'static str) {
        match self {
            Self::Current => ("SIGILO_PASSPHRASE_FILE", "SIGILO_PASSPHRASE_COMMAND"),
            Self::Second => (
                "SIGILO_SECOND_PASSPHRASE_FILE",
                "SIGILO_SECOND_PASSPHRASE_COMMAND",
            ),
            Self::New => (
                "SIGILO_NEW_PASSPHRASE_FILE",
                "SIGILO_NEW_PASSPHRASE_COMMAND",
            ),
        }
    }
}

/// A secret from whatever source there is, without asking; `None` if there is no source.
fn from_sources(app: &App, which: Which) -> Result<Option<Zeroizing<String>>, Failure> {
    if which == Which::Current
        && let Some(fd) = app.global.passphrase_fd
    {
        return read_secret(Path::new(&format!("/dev/fd/{fd}"))).map(Some);
    }
    let (file, command) = which.variables();
    if let Some(path) = std::env::var_os(file) {
        return read_secret(&PathBuf::from(path)).map(Some);
    }
    match std::env::var_os(command) {
        Some(command) => run(&command).map(Some),
        None => Ok(None),
    }
}

fn read_secret(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(String::with_capacity(MAX_PASSPHRASE as usize));
    std::fs::File::open(path)
        .and_then(|f| f.take(MAX_PASSPHRASE).read_to_string(&mut text))
        .map_err(|e| file(path, &e))?;
    first_line(text)
}

/// The first line, alone.
fn first_line(text: Zeroizing<String>) -> Result<Zeroizing<String>, Failure> {
    let line = text.lines().next().unwrap_or_default();
    Ok(Zeroizing::new(line.to_owned()))
}

fn run(command: &std::ffi::OsStr) -> Result<Zeroizing<String>, Failure> {
    let failed = || Failure::of("cli-passphrase-command-failed");
    #[cfg(unix)]
    let mut child = {
        let mut c = Command::new("sh");
        c.arg("-c").arg(command);
        c
    };
    #[cfg(not(unix))]
    let mut child = {
        let mut c = Command::new("cmd");
        c.arg("/C").arg(command);
        c
    };
    let output = child
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|_| failed())?;
    let bytes = Zeroizing::new(output.stdout);
    if !output.status.success() {
        return Err(failed());
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| failed())?;
    first_line(Zeroizing::new(text.to_owned()))
}

fn ask_hidden(question: &str) -> Result<Zeroizing<String>, Failure> {
    // Before the question is there: the library hides only what is typed once it reads, and some answer at once.
    let _unseen = crate::process::Unseen::now();
    crate::app::question(question);
    crate::process::unless_ending();
    rpassword::read_password()
        .map(Zeroizing::new)
        .map_err(|e| match e.kind() {
            // Ctrl-C at a hidden question is a key there, and no signal.
            io::ErrorKind::Interrupted => {
                Failure::new(INTERRUPTED, Message::new("cli-interrupted"))
            }
            _ => Failure::of("cli-no-terminal"),
        })
}

fn as_passphrase(text: &Zeroizing<String>) -> Passphrase {
    Passphrase::new(text.as_str().to_owned())
}

/// The passphrase of the vault.
pub(crate) fn passphrase(app: &App) -> Result<Passphrase, Failure> {
    ask_passphrase(app, Which::Current, "cli-ask-passphrase")
}

/// Whether the passphrase comes from somewhere without asking.
pub(crate) fn has_source(app: &App) -> bool {
    let (file, command) = Which::Current.variables();
    app.global.passphrase_fd.is_some()
        || std::env::var_os(file).is_some()
        || std::env::var_os(command).is_some()
}

/// A passphrase, or nothing if the person just presses Enter.
pub(crate) fn optional_passphrase(
    app: &App,
    question: &'static str,
) -> Result<Option<Passphrase>, Failure> {
    let text = ask_hidden(&app.t(question))?;
    Ok((!text.is_empty()).then(|| as_passphrase(&text)))
}

/// The passphrase of the second person.
pub(crate) fn second_passphrase(app: &App) -> Result<Passphrase, Failure> {
    ask_passphrase(app, Which::Second, "cli-ask-second-passphrase")
}

fn ask_passphrase(app: &App, which: Which, question: &'static str) -> Result<Passphrase, Failure> {
    let text = match from_sources(app, which)? {
        Some(text) => text,
        None => ask_hidden(&app.t(question))?,
    };
    Ok(as_passphrase(&text))
}

/// A new passphrase, asked for twice. `which` says which variables a script sets: for a vault that
/// is being made the new one is the only one.
pub(crate) fn new_passphrase(app: &App, which: Which) -> Result<Passphrase, Failure> {
    if let Some(text) = from_sources(app, which)? {
        return strong_enough(as_passphrase(&text));
    }
    app.note(&Message::new("cli-passphrase-advice"));
    again(
        app,
        TRIES,
        |failure| failure.code == FAILED,
        || {
            let first = as_passphrase(&ask_hidden(&app.t("cli-ask-new-passphrase"))?);
            let first = strong_enough(first)?;
            let second = as_passphrase(&ask_hidden(&app.t("cli-ask-passphrase-again"))?);
            if first != second {
                return Err(Failure::of("cli-passphrases-differ"));
            }
            Ok(first)
        },
    )
}

/// How often a person at a terminal may answer the same question.
pub(crate) const TRIES: usize = 3;

/// Asks as often as `tries`, as long as `worth` says that another answer could do; what was wrong is
/// said before the question comes again. A script is asked once.
pub(crate) fn again<T>(
    app: &App,
    tries: usize,
    worth: impl Fn(&Failure) -> bool,
    mut ask: impl FnMut() -> Result<T, Failure>,
) -> Result<T, Failure> {
    let tries = if interactive() { tries } else { 1 };
    for _ in 1..tries {
        match ask() {
            Err(failure) if worth(&failure) => app.warn(&failure.message),
            done => return done,
        }
    }
    ask()
}

/// Refuses what a guesser would try first. Length is what counts; four words are enough.
fn strong_enough(passphrase: Passphrase) -> Result<Passphrase, Failure> {
    const LEAST: usize = 12;
    let distinct: std::collections::HashSet<char> = passphrase.expose().chars().collect();
    if passphrase.expose().chars().count() < LEAST || distinct.len() < 5 {
        return Err(Failure::new(
            FAILED,
            Message::new("cli-passphrase-short").with("least", LEAST),
        ));
    }
    Ok(passphrase)
}

/// A recovery code, typed or from the sources of the passphrase.
pub(crate) fn recovery_code(app: &App) -> Result<RecoveryCode, Failure> {
    let text = match from_sources(app, Which::Current)? {
        Some(text) => text,
        None => ask_hidden(&app.t("cli-ask-recovery"))?,
    };
    RecoveryCode::parse(&text).map_err(|e| sigilo::vault::VaultError::from(e).into())
}

/// The secret of recovery shares: from files with a share on each line, or typed for `-` until there
/// are enough.
pub(crate) fn shares(app: &App) -> Result<Secret<32>, Failure> {
    use sigilo::vault::shares::{Share, gather};
    const MAX: u64 = 64 << 10;
    let mut found = Vec::new();
    let failed = |e| Failure::from(sigilo::vault::VaultError::from(e));
    for path in &app.global.shares {
        if path == Path::new("-") && interactive() {
            while found
                .first()
                .is_none_or(|s: &Share| found.len() < usize::from(s.need()))
            {
                let text = ask_hidden(&app.t("cli-ask-share"))?;
                if text.trim().is_empty() {
                    break;
                }
                match Share::parse(&text) {
                    Ok(share) => found.push(share),
                    Err(e) => app.warn(&failed(e).message),
                }
            }
            continue;
        }
        let mut text = Zeroizing::new(String::with_capacity(MAX as usize));
        let read = if path == Path::new("-") {
            io::stdin().lock().take(MAX).read_to_string(&mut text)
        } else {
            std::fs::File::open(path).and_then(|f| f.take(MAX).read_to_string(&mut text))
        };
        read.map_err(|e| file(path, &e))?;
        let lines = text.lines().map(str::trim);
        for line in lines.filter(|l| !l.is_empty() && !l.starts_with('#')) {
            found.push(Share::parse(line).map_err(failed)?);
        }
    }
    gather(&found).map_err(failed)
}

/// Reads a key file.
pub(crate) fn key_file(path: &Path) -> Result<Secret<32>, Failure> {
    let mut text = Zeroizing::new(String::with_capacity(MAX_PASSPHRASE as usize));
    std::fs::File::open(path)
        .and_then(|f| f.take(MAX_PASSPHRASE).read_to_string(&mut text))
        .map_err(|e| file(path, &e))?;
    let bad = || {
        let name = path.display().to_string();
        Failure::new(FAILED, Message::new("cli-key-file-bad").with("file", name))
    };
    let mut lines = text.lines();
    if lines.next() != Some(KEY_FILE) {
        return Err(bad());
    }
    let bytes = Zeroizing::new(
        sigilo::codec::from_hex(lines.next().unwrap_or_default()).map_err(|_| bad())?,
    );
    Secret::from_slice(&bytes).map_err(|_| bad())
}

/// Writes a new key file that only its owner can read; it must not exist.
pub(crate) fn write_key_file(path: &Path, key: &Secret<32>) -> Result<(), Failure> {
    let text = Zeroizing::new(format!(
        "{KEY_FILE}\n{}\n",
        sigilo::codec::to_hex(key.expose())
    ));
    write_private(path, text.as_bytes())
}

/// Whether questions can be asked.
pub(crate) fn interactive() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// A line from the terminal without its end; `None` at its end.
pub(crate) fn line(question: &str) -> Result<Option<Zeroizing<String>>, Failure> {
    crate::app::question(question);
    let mut text = Zeroizing::new(String::new());
    let n = io::stdin()
        .lock()
        .read_line(&mut text)
        .map_err(|_| Failure::of("cli-no-terminal"))?;
    if n == 0 {
        return Ok(None);
    }
    Ok(Some(Zeroizing::new(text.trim().to_owned())))
}

/// Asks for something that must be given; without a terminal it is a mistake of usage.
pub(crate) fn required(
    app: &App,
    given: Option<&String>,
    question: &'static str,
    missing: &'static str,
) -> Result<String, Failure> {
    if let Some(text) = given {
        return Ok(text.clone());
    }
    if !interactive() {
        return Err(Failure::usage(missing));
    }
    for _ in 0..TRIES {
        match line(&app.t(question))? {
            Some(text) if !text.is_empty() => return Ok(text.as_str().to_owned()),
            Some(_) => {}
            None => break,
        }
    }
    Err(Failure::usage(missing))
}

/// Asks yes or no; no is the answer without one.
pub(crate) fn confirm(app: &App, question: &Message) -> Result<bool, Failure> {
    if !interactive() {
        return Err(Failure::usage("cli-needs-yes"));
    }
    for _ in 0..TRIES {
        let answer = line(&app.text(question))?.map(|a| a.to_lowercase());
        match answer.as_deref() {
            Some("s" | "si" | "sí" | "y" | "yes") => return Ok(true),
            None | Some("" | "n" | "no") => return Ok(false),
            Some(_) => app.warn(&Message::new("cli-answer-yes-or-no")),
        }
    }
    Ok(false)
}

/// Asks for a word that nobody types by mistake.
pub(crate) fn typed(app: &App, question: &Message, word: &str) -> Result<bool, Failure> {
    if !interactive() {
        return Err(Failure::usage("cli-needs-yes"));
    }
    let answer = line(&app.text(question))?;
    Ok(answer.is_some_and(|a| a.to_lowercase() == word))
}
