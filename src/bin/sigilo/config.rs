//! The configuration file: a few defaults, no secrets (manual: *desk*, "Configuration").
//!
//! An option goes before the environment, and that before the file. A key that is not known is an
//! error: a slip must not look like a setting that is in force.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use clap::parser::ValueSource;
use etcetera::BaseStrategy as _;
use sigilo::i18n::{Lang, Message};
use sigilo::settings::{FILE_MAX, KEYS, Settings};

use crate::app::App;
use crate::cli::{Global, LangArg};
use crate::failure::{FAILED, Failure, USAGE, file};

/// Names another file; empty for none.
const VARIABLE: &str = "SIGILO_CONFIG";
/// Minutes after which an open desk locks itself, unless the file says otherwise.
const IDLE_MINUTES: u16 = 5;

/// What the file says.
#[derive(Default, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Config(Settings);

impl Config {
    /// Reads the file that is in force. No file is an empty one.
    pub fn read() -> Result<Self, Failure> {
        let Some(path) = path() else {
            return Ok(Self::default());
        };
        let text = match std::fs::File::open(&path) {
            Ok(f) => {
                use std::io::Read as _;
                let mut text = String::new();
                let read = f.take(FILE_MAX + 1).read_to_string(&mut text);
                let failed = |e: std::io::Error| Failure {
                    // Bytes that are no text are a mistake in the file.
                    code: if e.kind() == std::io::ErrorKind::InvalidData {
                        USAGE
                    } else {
                        FAILED
                    },
                    ..file(&path, &e)
                };
                if read.map_err(failed)? as u64 > FILE_MAX {
                    let message = Message::new("config-too-large")
                        .with("file", path.display().to_string())
                        .with("max", FILE_MAX >> 10);
                    return Err(Failure::new(USAGE, message));
                }
                text
            }
            // A file that somebody names is to be there.
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && named().is_none() => {
                return Ok(Self::default());
            }
            Err(e) => return Err(file(&path, &e)),
        };
        Settings::parse(&text).map(Self).map_err(|mistake| {
            let message = Message::new("config-mistake")
                .with("file", path.display().to_string())
                .with("line", mistake.line)
                .with("what", Message::new(mistake.what))
                .with("keys", KEYS.join(", "));
            Failure::new(USAGE, message)
        })
    }

    /// The language that the file asks for.
    pub fn lang(&self) -> Option<Lang> {
        self.0.lang
    }

    /// Minutes without a key pressed after which an open desk locks itself.
    pub fn idle_minutes(&self) -> u16 {
        self.0.idle_minutes.unwrap_or(IDLE_MINUTES)
    }

    /// Fills in what neither an option nor the environment said.
    pub fn complete(&self, global: &mut Global) {
        global.vault = global.vault.take().or_else(|| self.0.vault.clone());
        global.keyring = global.keyring.take().or_else(|| self.0.keyring.clone());
        let lang = || {
            Some(match self.0.lang? {
                Lang::Es => LangArg::Es,
                Lang::En => LangArg::En,
            })
        };
        global.lang = global.lang.or_else(lang);
        global.plain |= self.0.plain == Some(true);
        global.quiet |= self.0.quiet == Some(true);
        global.screen |= self.0.screen == Some(true);
    }
}

/// The file that somebody names; `Some` of an empty path for none at all.
fn named() -> Option<PathBuf> {
    std::env::var_os(VARIABLE).map(PathBuf::from)
}

/// The file in force: the named one, or the one in the platform's place.
pub(crate) fn path() -> Option<PathBuf> {
    match named() {
        Some(path) if path.as_os_str().is_empty() => None,
        Some(path) => Some(path),
        None => {
            let strategy = etcetera::choose_base_strategy().ok()?;
            Some(strategy.config_dir().join("sigilo").join("config.toml"))
        }
    }
}

/// Where the value of an option comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Option,
    Environment,
    File,
    Standard,
}

impl Source {
    fn code(self) -> &'static str {
        match self {
            Self::Option => "option",
            Self::Environment => "environment",
            Self::File => "file",
            Self::Standard => "default",
        }
    }

    fn message(self) -> Message {
        Message::new(match self {
            Self::Option => "config-from-option",
            Self::Environment => "config-from-environment",
            Self::File => "config-from-file",
            Self::Standard => "config-from-default",
        })
    }
}

/// Which options the command line and the environment gave.
pub(crate) struct Given(Vec<(&'static str, Source)>);

impl Given {
    /// Reads it off what was parsed.
    pub fn of(matches: &ArgMatches) -> Self {
        let mut deepest = matches;
        while let Some((_, below)) = deepest.subcommand() {
            deepest = below;
        }
        let known = ["vault", "keyring", "lang", "plain", "quiet", "screen"];
        let given = known.iter().filter_map(|name| {
            let source = match deepest.value_source(name)? {
                ValueSource::CommandLine => Source::Option,
                ValueSource::EnvVariable => Source::Environment,
                _ => return None,
            };
            Some((*name, source))
        });
        Self(given.collect())
    }

    /// Nothing was given.
    #[cfg(test)]
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// Whether the command line gave it.
    pub fn by_option(&self, name: &str) -> bool {
        self.source(name, false) == Source::Option
    }

    fn source(&self, name: &str, in_file: bool) -> Source {
        let given = self.0.iter().find(|(n, _)| *n == name);
        match given {
            Some((_, source)) => *source,
            None if in_file => Source::File,
            None => Source::Standard,
        }
    }
}

/// Shows what is in force and where each value comes from.
pub(crate) fn show(app: &App) -> Result<u8, Failure> {
    let (config, given) = (&app.config.0, &app.given);
    let shown = |path: Option<&PathBuf>| path.map(|p| p.display().to_string());
    let text = |flag: bool| Some(flag.to_string());
    let global = &app.global;
    let rows = [
        (
            "vault",
            shown(global.vault.as_ref()),
            config.vault.is_some(),
        ),
        (
            "keyring",
            shown(global.keyring.as_ref()),
            config.keyring.is_some(),
        ),
        (
            "lang",
            Some(app.messages.lang().code().to_owned()),
            config.lang.is_some(),
        ),
        ("plain", text(app.plain()), config.plain == Some(true)),
        ("quiet", text(global.quiet), config.quiet == Some(true)),
        ("screen", text(global.screen), config.screen == Some(true)),
        (
            "idle_minutes",
            Some(app.config.idle_minutes().to_string()),
            config.idle_minutes.is_some(),
        ),
    ];
    let place = path();
    let there = place.as_deref().is_some_and(Path::is_file);
    if app.json() {
        let settings: serde_json::Map<String, serde_json::Value> = rows
            .iter()
            .map(|(name, value, in_file)| {
                let from = given.source(name, *in_file).code();
                let row = serde_json::json!({ "value": value, "from": from });
                ((*name).to_owned(), row)
            })
            .collect();
        app.print_json(&serde_json::json!({
            "file": place.map(|p| p.display().to_string()),
            "file_exists": there,
            "settings": settings,
        }));
        return Ok(0);
    }
    let none = app.t("config-no-file");
    let name = place.map_or(none, |p| p.display().to_string());
    let id = if there {
        "config-file"
    } else {
        "config-file-absent"
    };
    app.print(&app.text(&Message::new(id).with("file", name)));
    for (name, value, in_file) in rows {
        let value = value.unwrap_or_else(|| app.t("config-unset"));
        let from = app.text(&given.source(name, in_file).message());
        app.print(&format!("  {name:<13} {value}  ({from})"));
    }
    Ok(0)
}
