//! What the cells of a column become (manual: *import*, "Map").

use crate::names::fold::fold;
use crate::names::tables::Tables;
use crate::record::field::{FieldId, nearest};
use crate::record::htcds::{self, Home, Standard};

/// What the cells of a column become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// This field.
    Field(FieldId),
    /// Both surnames, in one cell.
    Surnames,
    /// The whole name in one cell, given names first: used where a row has no other name.
    FullName,
    /// An answer in a form of HTCDS.
    Form(&'static Standard),
    /// Nothing: it is known, and left where it is.
    Left,
}

const SURNAMES: &str = "surnames";
const FULL_NAME: &str = "full_name";
const FORM: &str = "htcds.";

impl Target {
    /// The target that a map writes so.
    ///
    /// # Errors
    /// The nearest that there is, if any is near.
    pub fn parse(written: &str) -> Result<Self, Option<&'static str>> {
        match written {
            "" => return Ok(Self::Left),
            SURNAMES => return Ok(Self::Surnames),
            FULL_NAME => return Ok(Self::FullName),
            _ => {}
        }
        if let Some(name) = written.strip_prefix(FORM) {
            return match htcds::find(name) {
                Some(standard) if standard.home == Home::Form => Ok(Self::Form(standard)),
                _ => Err(nearest(name, htcds::names().into_iter())),
            };
        }
        let ids = FieldId::ALL.iter().map(|f| f.id());
        FieldId::from_id(written)
            .map(Self::Field)
            .ok_or_else(|| nearest(written, ids.chain([SURNAMES, FULL_NAME])))
    }

    /// As a map writes it.
    pub fn written(self) -> String {
        match self {
            Self::Field(field) => field.id().to_owned(),
            Self::Surnames => SURNAMES.to_owned(),
            Self::FullName => FULL_NAME.to_owned(),
            Self::Form(standard) => format!("{FORM}{}", standard.name),
            Self::Left => String::new(),
        }
    }

    /// The field, if it is one.
    pub fn field(self) -> Option<FieldId> {
        match self {
            Self::Field(field) => Some(field),
            _ => None,
        }
    }
}

/// The names of a text with the particles that lead them: `de la Cruz López` has two.
fn units(text: &str) -> Vec<String> {
    let tables = Tables::get();
    let mut found = Vec::new();
    let mut open = String::new();
    for word in text.split_whitespace() {
        if !open.is_empty() {
            open.push(' ');
        }
        open.push_str(word);
        // Titles of saints lead a name too; only the last word of a text stands alone in any case.
        if !tables.is_particle(&fold(word)) {
            found.push(std::mem::take(&mut open));
        }
    }
    if !open.is_empty() {
        match found.last_mut() {
            Some(last) => {
                last.push(' ');
                last.push_str(&open);
            }
            None => found.push(open),
        }
    }
    found
}

/// Both surnames of a text: the last is the maternal one, if there are several.
pub(super) fn surnames(text: &str) -> (String, String) {
    let mut units = units(text);
    match units.len() {
        0 | 1 => (units.concat(), String::new()),
        _ => {
            let last = units.pop().unwrap_or_default();
            (units.join(" "), last)
        }
    }
}

/// Given names and both surnames of a text that begins with the given names.
pub(super) fn whole(text: &str) -> (String, String, String) {
    let mut units = units(text);
    let mut take = |n: usize| match units.len() {
        len if len > n => units.pop().unwrap_or_default(),
        _ => String::new(),
    };
    let maternal = take(2);
    let paternal = take(1);
    (units.join(" "), paternal, maternal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart_with_their_particles() {
        for (text, first, second) in [
            ("Pérez", "Pérez", ""),
            ("Pérez Soc", "Pérez", "Soc"),
            ("de la Cruz López", "de la Cruz", "López"),
            ("López de la Cruz", "López", "de la Cruz"),
            ("", "", ""),
            ("de la", "de la", ""),
        ] {
            assert_eq!(surnames(text), (first.to_owned(), second.to_owned()));
        }
        for (text, given, paternal, maternal) in [
            ("Rosa", "Rosa", "", ""),
            ("Rosa Mesa", "Rosa", "Mesa", ""),
            ("Rosa Mesa Soc", "Rosa", "Mesa", "Soc"),
            (
                "María de los Ángeles Pérez Soc",
                "María de los Ángeles",
                "Pérez",
                "Soc",
            ),
        ] {
            let expected = (given.to_owned(), paternal.to_owned(), maternal.to_owned());
            assert_eq!(whole(text), expected, "{text}");
        }
    }

    #[test]
    fn targets_are_written_as_they_are_read() {
        for written in [
            "",
            "surnames",
            "full_name",
            "sex",
            "htcds.vic_MethodsOfControl",
        ] {
            assert_eq!(Target::parse(written).unwrap().written(), written);
        }
        assert_eq!(Target::parse("given_name"), Err(Some("given_names")));
        assert!(Target::parse("htcds.prs_Gender").is_err());
        assert_eq!(Target::parse("zzzz"), Err(None));
    }
}
