//! Messages in Spanish and English (Fluent).
//!
//! The library's errors and findings are data. Each says which message it is and with which
//! arguments ([`Localize`]); only the edge, [`Messages`], turns that into words. The texts are in
//! `src/i18n/es/*.ftl` and `src/i18n/en/*.ftl`: the same ids with the same arguments in both, which
//! a test checks.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

/// A language of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Spanish, the first language of the shelters.
    Es,
    /// English.
    En,
}

impl Lang {
    /// The language of a locale name such as `es_MX.UTF-8` or `en-US`; Spanish for `es`, English
    /// for everything else, `None` for no name at all.
    pub fn from_locale(name: &str) -> Option<Self> {
        let lower = name.trim().to_ascii_lowercase();
        match lower.split(['_', '-', '.', '@']).next().unwrap_or("") {
            "" => None,
            "es" => Some(Self::Es),
            _ => Some(Self::En),
        }
    }

    /// The two-letter code, ISO 639-1.
    pub fn code(self) -> &'static str {
        match self {
            Self::Es => "es",
            Self::En => "en",
        }
    }

    fn id(self) -> LanguageIdentifier {
        // A two-letter code always parses; the default only keeps plural rules neutral.
        self.code().parse().unwrap_or_default()
    }

    /// The sources of this language, by name.
    fn sources(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Es => &[
                ("cli", include_str!("es/cli.ftl")),
                ("counts", include_str!("es/counts.ftl")),
                ("court", include_str!("es/court.ftl")),
                ("import", include_str!("es/import.ftl")),
                ("desk", include_str!("es/desk.ftl")),
                ("help", include_str!("es/help.ftl")),
                ("export", include_str!("es/export.ftl")),
                ("log", include_str!("es/log.ftl")),
                ("matching", include_str!("es/matching.ftl")),
                ("record", include_str!("es/record.ftl")),
                ("report", include_str!("es/report.ftl")),
                ("round", include_str!("es/round.ftl")),
                ("transfer", include_str!("es/transfer.ftl")),
                ("vault", include_str!("es/vault.ftl")),
            ],
            Self::En => &[
                ("cli", include_str!("en/cli.ftl")),
                ("counts", include_str!("en/counts.ftl")),
                ("court", include_str!("en/court.ftl")),
                ("import", include_str!("en/import.ftl")),
                ("desk", include_str!("en/desk.ftl")),
                ("help", include_str!("en/help.ftl")),
                ("export", include_str!("en/export.ftl")),
                ("log", include_str!("en/log.ftl")),
                ("matching", include_str!("en/matching.ftl")),
                ("record", include_str!("en/record.ftl")),
                ("report", include_str!("en/report.ftl")),
                ("round", include_str!("en/round.ftl")),
                ("transfer", include_str!("en/transfer.ftl")),
                ("vault", include_str!("en/vault.ftl")),
            ],
        }
    }
}

/// An argument of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg {
    /// Text, shown as it is.
    Text(String),
    /// A number, which also chooses plural forms.
    Number(i64),
    /// Another message, translated first.
    Message(Message),
    /// A day of the Gregorian calendar, told with the name of its month.
    Day {
        /// Year.
        year: u16,
        /// Month, 1 to 12.
        month: u8,
        /// Day of the month.
        day: u8,
    },
}

/// A moment, seconds since 1970, told as a day and a time in UTC; as the number, if no calendar has it.
pub fn moment(seconds: i64) -> Arg {
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    match crate::record::Date::from_days(days) {
        Some(day) => {
            let time = format!("{:02}:{:02}", rest / 3600, rest / 60 % 60);
            let told = Message::new("date-moment").with("day", day);
            told.with("time", time).into()
        }
        None => seconds.to_string().into(),
    }
}

/// The names of the months, from January.
const MONTHS: [&str; 12] = [
    "date-month-1",
    "date-month-2",
    "date-month-3",
    "date-month-4",
    "date-month-5",
    "date-month-6",
    "date-month-7",
    "date-month-8",
    "date-month-9",
    "date-month-10",
    "date-month-11",
    "date-month-12",
];

/// The name of a month, 1 to 12; of any other number that of the nearest.
pub fn month_name(month: u8) -> Message {
    let at = usize::from(month.clamp(1, 12) - 1);
    Message::new(MONTHS.get(at).copied().unwrap_or(MONTHS[0]))
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Message> for Arg {
    fn from(message: Message) -> Self {
        Self::Message(message)
    }
}

macro_rules! number_arg {
    ($($t:ty),*) => {$(
        impl From<$t> for Arg {
            fn from(n: $t) -> Self {
                Self::Number(i64::try_from(n).unwrap_or(i64::MAX))
            }
        }
    )*};
}
number_arg!(u8, u16, u32, u64, usize, i64);

/// A message that is not yet in any language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Id of the text in the `.ftl` files.
    pub id: &'static str,
    /// Named arguments.
    pub args: Vec<(&'static str, Arg)>,
}

impl Message {
    /// A message without arguments.
    pub fn new(id: &'static str) -> Self {
        Self {
            id,
            args: Vec::new(),
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Arg>) -> Self {
        self.args.push((name, value.into()));
        self
    }
}

/// Something that can be told to a person.
pub trait Localize {
    /// The message that tells it.
    fn message(&self) -> Message;
}

impl Localize for Message {
    fn message(&self) -> Message {
        self.clone()
    }
}

/// The texts of one language.
pub struct Messages {
    lang: Lang,
    bundle: FluentBundle<FluentResource>,
}

impl Messages {
    /// Loads the texts of `lang`. A text that does not parse is left out here and found by the
    /// tests; its id is shown in its place.
    pub fn new(lang: Lang) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![lang.id()]);
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(|value, _| match value {
            FluentValue::Number(n) if n.value.abs() >= 10_000.0 => Some(grouped(n.value)),
            _ => None,
        }));
        for (_, source) in lang.sources() {
            let resource = match FluentResource::try_new((*source).to_owned()) {
                Ok(resource) | Err((resource, _)) => resource,
            };
            bundle.add_resource_overriding(resource);
        }
        Self { lang, bundle }
    }

    /// The language of these texts.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// Whether a text with this id exists.
    pub fn has(&self, id: &str) -> bool {
        self.bundle
            .get_message(id)
            .is_some_and(|m| m.value().is_some())
    }

    /// The text of an id without arguments; the id itself if there is none.
    pub fn text(&self, id: &str) -> String {
        self.format(id, None)
    }

    /// The text of whatever can be told.
    pub fn say(&self, what: &impl Localize) -> String {
        let message = what.message();
        let mut args = FluentArgs::new();
        for (name, value) in &message.args {
            match value {
                Arg::Text(text) => args.set(*name, FluentValue::from(text.as_str())),
                Arg::Number(n) => args.set(*name, FluentValue::from(*n)),
                Arg::Message(inner) => args.set(*name, FluentValue::from(self.say(inner))),
                Arg::Day { year, month, day } => {
                    let told = Message::new("date-day")
                        .with("day", *day)
                        .with("month", month_name(*month))
                        .with("year", *year);
                    args.set(*name, FluentValue::from(self.say(&told)));
                }
            }
        }
        self.format(message.id, Some(&args))
    }

    fn format(&self, id: &str, args: Option<&FluentArgs<'_>>) -> String {
        let Some(pattern) = self.bundle.get_message(id).and_then(|m| m.value()) else {
            return id.to_owned();
        };
        let mut errors = Vec::new();
        self.bundle
            .format_pattern(pattern, args, &mut errors)
            .into_owned()
    }
}

/// A whole number from 10,000 in groups of three digits, as Mexico and Central America write it and
/// English does. Smaller ones, years among them, stay as they are.
fn grouped(number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut out = String::new();
    if number < 0.0 {
        out.push('-');
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// Ids and the arguments that each names, read off the source: `id = … { $name } …`.
    fn ids(lang: Lang) -> BTreeMap<String, BTreeSet<String>> {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (file, source) in lang.sources() {
            assert!(
                FluentResource::try_new((*source).to_owned()).is_ok(),
                "{}/{file}.ftl does not parse",
                lang.code()
            );
            let mut id = String::new();
            for line in source.lines() {
                if line.starts_with(|c: char| c.is_ascii_lowercase()) {
                    id = line.split_once('=').expect("id = text").0.trim().to_owned();
                    let fresh = found.insert(id.clone(), BTreeSet::new()).is_none();
                    assert!(fresh, "{id} twice in {}", lang.code());
                }
                for part in line.split('$').skip(1) {
                    let name: String = part
                        .chars()
                        .take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_')
                        .collect();
                    if let Some(args) = found.get_mut(&id) {
                        args.insert(name);
                    }
                }
            }
        }
        found
    }

    #[test]
    fn both_languages_have_the_same_ids_and_arguments() {
        let (es, en) = (ids(Lang::Es), ids(Lang::En));
        for (id, args) in &es {
            assert_eq!(en.get(id), Some(args), "en: {id}");
        }
        for id in en.keys() {
            assert!(es.contains_key(id), "es: {id}");
        }
    }

    /// The texts of a source, without ids and without what is put in.
    fn texts(source: &str) -> String {
        let mut out = String::new();
        for line in source.lines().filter(|l| !l.starts_with('#')) {
            let text = match line.split_once('=') {
                Some((id, text)) if !id.trim_end().contains(' ') => text,
                _ => line,
            };
            let mut depth = 0;
            for c in text.chars() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    c if depth == 0 => out.extend(c.to_lowercase()),
                    _ => {}
                }
            }
            out.push('\n');
        }
        out
    }

    #[test]
    fn no_message_uses_a_word_that_the_glossary_forbids() {
        let glossary = include_str!("../manual/glossary.md");
        let rows = glossary.lines().filter(|l| l.starts_with("| "));
        let forbidden: Vec<&str> = rows
            .filter_map(|row| row.trim_end_matches('|').rsplit('|').next())
            .map(str::trim)
            .filter(|word| !word.is_empty() && *word != "no se dice")
            .collect();
        assert!(forbidden.len() > 10, "{forbidden:?}");
        let mut wrong = Vec::new();
        for (file, source) in Lang::Es.sources() {
            let mut text = texts(source);
            // The few places where such a word is another thing.
            for other in [
                "cadena de custodia",
                "entrada estándar",
                "registros de transparencia",
                "clave de cotejo",
            ] {
                text = text.replace(other, "");
            }
            let words: Vec<&str> = text.split(|c: char| !c.is_alphabetic()).collect();
            for word in &forbidden {
                let plural = format!("{word}s");
                if words.iter().any(|w| w == word || *w == plural) {
                    wrong.push(format!("{file}.ftl: {word}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn locales_choose_the_language() {
        assert_eq!(Lang::from_locale("es_MX.UTF-8"), Some(Lang::Es));
        assert_eq!(Lang::from_locale("es"), Some(Lang::Es));
        assert_eq!(Lang::from_locale("C"), Some(Lang::En));
        assert_eq!(Lang::from_locale(""), None);
    }

    #[test]
    fn large_numbers_are_grouped_and_plurals_follow_the_number() {
        assert_eq!(grouped(10_000.0), "10,000");
        assert_eq!(grouped(-1_234_567.0), "-1,234,567");
        for (lang, one, many) in [
            (
                Lang::Es,
                "1 asiento exportado.",
                "12,345 asientos exportados.",
            ),
            (Lang::En, "1 entry exported.", "12,345 entries exported."),
        ] {
            let messages = Messages::new(lang);
            let say = |n: u64| messages.say(&Message::new("cli-audit-exported").with("entries", n));
            assert_eq!(say(1), one);
            assert_eq!(say(12_345), many);
            assert!(say(2026).starts_with("2026 "), "{}", say(2026));
        }
    }

    #[test]
    fn days_are_told_with_the_name_of_their_month() {
        let day = Arg::Day {
            year: 2026,
            month: 11,
            day: 3,
        };
        for (lang, told) in [
            (Lang::Es, "3 de noviembre de 2026"),
            (Lang::En, "3 November 2026"),
        ] {
            let messages = Messages::new(lang);
            let said = messages.say(&Message::new("cli-kept-until").with("date", day.clone()));
            assert!(said.ends_with(told), "{said}");
            let months: BTreeSet<String> = (1..=12).map(|m| messages.say(&month_name(m))).collect();
            assert_eq!(months.len(), 12, "{months:?}");
            assert!(months.iter().all(|m| !m.starts_with("date-")));
        }
    }

    #[test]
    fn an_unknown_id_is_shown_and_not_a_panic() {
        assert_eq!(Messages::new(Lang::Es).text("no-such-id"), "no-such-id");
    }
}
