//! What the configuration file may say: a few defaults, no secrets (manual: *desk*, "Configuration").
//!
//! A key that is not known is an error: a slip must not look like a setting that is in force.

use std::path::PathBuf;

use toml::de::{DeTable, DeValue};

use crate::i18n::Lang;

/// Most minutes that an open desk may be left alone.
pub const IDLE_MAX: u16 = 240;
/// Most bytes of a configuration file; a longer one is refused.
pub const FILE_MAX: u64 = 64 << 10;

/// What the file says; `None` of what it does not say.
#[derive(Default, Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// The vault that commands are about.
    pub vault: Option<PathBuf>,
    /// Its keyring.
    pub keyring: Option<PathBuf>,
    /// The language.
    pub lang: Option<Lang>,
    /// Whether nothing moves on the screen.
    pub plain: Option<bool>,
    /// Whether only what was asked for is said.
    pub quiet: Option<bool>,
    /// Whether the desk takes the whole screen.
    pub screen: Option<bool>,
    /// Minutes, 1 to [`IDLE_MAX`], after which an open desk locks itself.
    pub idle_minutes: Option<u16>,
}

/// What is wrong with the file.
#[derive(Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// The id of the message that says it.
    pub what: &'static str,
}

/// The keys that there are.
pub const KEYS: [&str; 7] = [
    "vault",
    "keyring",
    "lang",
    "plain",
    "quiet",
    "screen",
    "idle_minutes",
];

impl Settings {
    /// Reads the text of the file.
    ///
    /// # Errors
    /// The first [`Mistake`].
    pub fn parse(text: &str) -> Result<Self, Mistake> {
        let line = |at: usize| text.get(..at).unwrap_or(text).matches('\n').count() + 1;
        let table = DeTable::parse(text).map_err(|e| Mistake {
            line: e.span().map_or(1, |span| line(span.start)),
            what: "config-mistake-form",
        })?;
        let mut config = Self::default();
        for (key, value) in table.get_ref() {
            let wrong = |what| Mistake {
                line: line(key.span().start),
                what,
            };
            let value = value.get_ref();
            let flag = || value.as_bool().ok_or_else(|| wrong("config-mistake-flag"));
            let place = || match value.as_str() {
                Some(text) if !text.is_empty() => Ok(PathBuf::from(text)),
                _ => Err(wrong("config-mistake-place")),
            };
            match &**key.get_ref() {
                "vault" => config.vault = Some(place()?),
                "keyring" => config.keyring = Some(place()?),
                "lang" => {
                    config.lang = Some(match value.as_str() {
                        Some("es") => Lang::Es,
                        Some("en") => Lang::En,
                        _ => return Err(wrong("config-mistake-lang")),
                    });
                }
                "plain" => config.plain = Some(flag()?),
                "quiet" => config.quiet = Some(flag()?),
                "screen" => config.screen = Some(flag()?),
                "idle_minutes" => {
                    let minutes = match value {
                        DeValue::Integer(n) if n.radix() == 10 => n.as_str().parse().ok(),
                        _ => None,
                    };
                    let minutes = minutes.filter(|n| (1..=IDLE_MAX).contains(n));
                    config.idle_minutes = Some(minutes.ok_or(wrong("config-mistake-idle"))?);
                }
                _ => return Err(wrong("config-mistake-key")),
            }
        }
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_read() {
        let config = Settings::parse(
            "vault = \"/casa\"\nkeyring = \"/usb/k\"\nlang = \"es\"\nplain = true\nquiet = false\nscreen = true\nidle_minutes = 7\n",
        )
        .unwrap();
        assert_eq!(config.vault, Some(PathBuf::from("/casa")));
        assert_eq!(config.keyring, Some(PathBuf::from("/usb/k")));
        assert_eq!(config.lang, Some(Lang::Es));
        assert_eq!((config.plain, config.quiet), (Some(true), Some(false)));
        assert_eq!((config.screen, config.idle_minutes), (Some(true), Some(7)));
        assert_eq!(Settings::parse("").unwrap(), Settings::default());
    }

    #[test]
    fn a_mistake_names_its_line() {
        for (text, line, what) in [
            ("lang = \"es\"\nvalut = \"x\"\n", 2, "config-mistake-key"),
            ("passphrase = \"x\"", 1, "config-mistake-key"),
            ("\n\nlang = \"fr\"", 3, "config-mistake-lang"),
            ("plain = 1", 1, "config-mistake-flag"),
            ("vault = \"\"", 1, "config-mistake-place"),
            ("idle_minutes = 0", 1, "config-mistake-idle"),
            ("idle_minutes = 241", 1, "config-mistake-idle"),
            ("idle_minutes = 0x5", 1, "config-mistake-idle"),
            ("lang = \"es\"\nplain\n", 2, "config-mistake-form"),
            ("[desk]\nplain = true", 1, "config-mistake-key"),
        ] {
            assert_eq!(Settings::parse(text), Err(Mistake { line, what }), "{text}");
        }
    }
}
