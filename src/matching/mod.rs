//! Blind matching (manual: *matching*).
//!
//! From persons in clear text, at the sites, to pairs and clusters of handles, at the coordinator
//! and the comparer: features, calibrated tokens, field encodings, join, weights, clusters. Nothing
//! here knows a vault, a record or a file of a round.

pub mod cluster;
pub mod decide;
pub mod encoding;
#[cfg(feature = "parquet")]
pub mod export;
pub mod features;
pub mod fixed;
pub mod join;
mod known;
pub mod local;
pub mod namesakes;
pub mod probing;
pub mod reference;
pub mod rivals;
pub mod score;
pub mod tokens;

use zeroize::Zeroize;

pub use crate::names::date::PartialDate;

/// Sex as recorded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
    /// Recorded as something else.
    Other,
}

/// One description of a person as a record has it. Empty text is *not recorded*.
///
/// Holds names: it has no `Debug`, and [`Person`] wipes it on drop.
#[derive(Clone, Default, Zeroize)]
pub struct Description {
    /// Given names.
    pub given_names: String,
    /// First surname.
    pub paternal_surname: String,
    /// Second surname.
    pub maternal_surname: String,
    /// Other given names or nicknames that the person uses.
    pub aliases: Vec<String>,
    /// Sex.
    #[zeroize(skip)]
    pub sex: Option<Sex>,
    /// Date of birth as far as known.
    #[zeroize(skip)]
    pub birth: PartialDate,
    /// Nationality or country of birth, ISO code or words.
    pub nationality: String,
    /// State or department of birth.
    pub state: String,
    /// Municipality of birth.
    pub municipality: String,
    /// Telephone number.
    pub phone: String,
    /// Number of an identity document.
    pub document: String,
}

impl Description {
    /// What is written of given names.
    fn given_texts(&self) -> impl Iterator<Item = &str> {
        let texts = std::iter::once(&self.given_names).chain(&self.aliases);
        texts.map(String::as_str)
    }

    /// Fills what is not recorded here from another description of the same person. A year alone
    /// is replaced by a full date of the same year.
    pub fn complete(&mut self, other: &Self) {
        if std::ptr::eq(self, other) {
            return;
        }
        let texts = [
            (&mut self.given_names, &other.given_names),
            (&mut self.paternal_surname, &other.paternal_surname),
            (&mut self.maternal_surname, &other.maternal_surname),
            (&mut self.nationality, &other.nationality),
            (&mut self.state, &other.state),
            (&mut self.municipality, &other.municipality),
            (&mut self.phone, &other.phone),
            (&mut self.document, &other.document),
        ];
        for (own, others) in texts {
            if own.is_empty() {
                own.clone_from(others);
            }
        }
        self.sex = self.sex.or(other.sex);
        let better = match (self.birth.year, other.birth.year) {
            (None, Some(_)) => true,
            (Some(a), Some(b)) => {
                a == b
                    && self.birth.month_and_day().is_none()
                    && other.birth.month_and_day().is_some()
            }
            _ => false,
        };
        if better {
            self.birth = other.birth;
        }
    }
}

/// A local person: the descriptions of all records that the site has linked, at least one for
/// anything to be computed.
#[derive(Clone, Default)]
pub struct Person {
    /// The descriptions. Only the first [`MAX_ALTERNATES`] that differ take part.
    pub alternates: Vec<Description>,
}

/// Most descriptions of one person that tokens are made of.
pub const MAX_ALTERNATES: usize = 4;

impl Drop for Person {
    fn drop(&mut self) {
        self.alternates.zeroize();
    }
}

impl From<Description> for Person {
    fn from(one: Description) -> Self {
        Self {
            alternates: vec![one],
        }
    }
}
