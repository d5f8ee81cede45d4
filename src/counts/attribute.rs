//! What is counted: attributes with their categories, and the tables over them (manual: *counts*,
//! "Tables").

use crate::i18n::{Localize, Message};

macro_rules! attributes {
    ($($(#[$doc:meta])* $name:ident = $word:literal [$($code:literal),+ $(,)?]),+ $(,)?) => {
        /// An attribute of a person, as far as it is counted.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Attribute { $($(#[$doc])* $name),+ }

        impl Attribute {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The word for it in files.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }

            /// The codes of its categories, in order. They are part of the format.
            pub fn codes(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($code),+]),+ }
            }

            fn label_ids(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$(concat!("counts-", $word, "-", $code)),+]),+ }
            }

            fn title_id(self) -> &'static str {
                match self { $(Self::$name => concat!("counts-", $word)),+ }
            }
        }
    };
}

attributes! {
    /// Sex as registered.
    Sex = "sex" ["F", "M", "X", "unknown"],
    /// Completed years on the day on which the round began.
    Age = "age" ["0-11", "12-14", "15-17", "18-24", "25-34", "35-49", "50", "unknown"],
    /// Form of exploitation; several is one of its own.
    Exploitation = "exploitation" [
        "sexual_exploitation", "forced_labour", "domestic_servitude", "forced_begging",
        "forced_criminality", "child_labour", "forced_marriage", "other", "several", "unknown",
    ],
    /// First nationality: the countries from which most come, the rest by region.
    Nationality = "nationality" [
        "MEX", "GTM", "SLV", "HND", "NIC", "COL", "VEN", "central_caribbean", "south_america",
        "elsewhere", "unknown",
    ],
    /// Kinds of service; a person may have had several.
    Service = "service" ["medical", "social_protection", "mental_health", "legal"],
    /// How many kinds of service a person had.
    Kinds = "kinds" ["0", "1", "2", "3", "4"],
}

impl Attribute {
    /// Number of its categories.
    pub fn len(self) -> usize {
        self.codes().len()
    }

    /// Never: every attribute has categories.
    pub fn is_empty(self) -> bool {
        false
    }

    /// How a category is called.
    pub fn label(self, category: usize) -> Message {
        Message::new(
            self.label_ids()
                .get(category)
                .copied()
                .unwrap_or("counts-none"),
        )
    }
}

impl Localize for Attribute {
    fn message(&self) -> Message {
        Message::new(self.title_id())
    }
}

/// A table that is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TableId {
    /// By sex.
    Sex,
    /// By age band.
    Age,
    /// By sex and age band.
    SexAge,
    /// By form of exploitation.
    Exploitation,
    /// By sex and form of exploitation.
    SexExploitation,
    /// By nationality.
    Nationality,
    /// Who had a service of a kind.
    Service,
    /// By the number of kinds of service.
    Kinds,
}

impl TableId {
    /// All tables, in the order in which they are published.
    pub const ALL: [Self; 8] = [
        Self::Sex,
        Self::Age,
        Self::SexAge,
        Self::Exploitation,
        Self::SexExploitation,
        Self::Nationality,
        Self::Service,
        Self::Kinds,
    ];

    /// The word for it in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sex => "sex",
            Self::Age => "age",
            Self::SexAge => "sex-age",
            Self::Exploitation => "exploitation",
            Self::SexExploitation => "sex-exploitation",
            Self::Nationality => "nationality",
            Self::Service => "service",
            Self::Kinds => "kinds",
        }
    }

    /// The table of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.word() == word)
    }

    /// The attribute of its rows.
    pub fn rows(self) -> Attribute {
        match self {
            Self::Sex | Self::SexAge | Self::SexExploitation => Attribute::Sex,
            Self::Age => Attribute::Age,
            Self::Exploitation => Attribute::Exploitation,
            Self::Nationality => Attribute::Nationality,
            Self::Service => Attribute::Service,
            Self::Kinds => Attribute::Kinds,
        }
    }

    /// The attribute of its columns, if it is a crossing.
    pub fn columns(self) -> Option<Attribute> {
        match self {
            Self::SexAge => Some(Attribute::Age),
            Self::SexExploitation => Some(Attribute::Exploitation),
            _ => None,
        }
    }

    /// Number of its cells.
    pub fn cells(self) -> usize {
        self.rows().len() * self.columns().map_or(1, Attribute::len)
    }

    /// Whether its cells add up to all persons. Not where a person can be in several.
    pub fn adds_up(self) -> bool {
        self != Self::Service
    }
}

impl Localize for TableId {
    fn message(&self) -> Message {
        Message::new(match self {
            Self::Sex => "counts-table-sex",
            Self::Age => "counts-table-age",
            Self::SexAge => "counts-table-sex-age",
            Self::Exploitation => "counts-table-exploitation",
            Self::SexExploitation => "counts-table-sex-exploitation",
            Self::Nationality => "counts-table-nationality",
            Self::Service => "counts-table-service",
            Self::Kinds => "counts-table-kinds",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Lang, Messages};

    #[test]
    fn everything_has_a_name() {
        for lang in [Lang::Es, Lang::En] {
            let messages = Messages::new(lang);
            for attribute in Attribute::ALL {
                assert!(messages.has(attribute.message().id));
                for category in 0..attribute.len() {
                    let id = attribute.label(category).id;
                    assert!(messages.has(id), "{id}");
                }
            }
            for table in TableId::ALL {
                assert!(messages.has(table.message().id));
                assert_eq!(TableId::from_word(table.word()), Some(table));
            }
        }
    }
}
