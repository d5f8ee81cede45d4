//! Records in the forms of other programs (manual: *export*).
//!
//! What is made here is clear text. Nothing here reads a vault or writes a file.

mod ctdc;
mod gbvims;
mod htcds;
mod own;
mod table;

use zeroize::Zeroizing;

pub use ctdc::{K, K_MIN, VARIABLES};
pub use own::as_table;

use super::Record;
use crate::i18n::Message;

/// A form in which records can leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// A table with the fields of HTCDS 2.0.
    Htcds,
    /// The 27 variables of the Counter-Trafficking Data Collaborative, k-anonymous.
    Ctdc,
    /// A table with the headings of the GBVIMS incident recorder.
    Gbvims,
    /// A table with our own fields.
    Csv,
    /// Everything, as JSON.
    Json,
}

impl Format {
    /// The word for it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Htcds => "htcds",
            Self::Ctdc => "ctdc",
            Self::Gbvims => "gbvims",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// Whether it is for victims only; a witness or a call has no place in it.
    pub fn is_for_victims(self) -> bool {
        matches!(self, Self::Htcds | Self::Ctdc | Self::Gbvims)
    }
}

/// A record to be exported.
pub struct Item {
    /// Its id in the vault.
    pub id: String,
    /// The same for all records of one person.
    pub person: String,
    /// Its number of changes.
    pub version: u32,
    /// Its content.
    pub record: Record,
}

/// What was made.
pub struct Exported {
    /// The whole file.
    pub text: Zeroizing<String>,
    /// Rows or records in it.
    pub rows: usize,
    /// What the person should know about it.
    pub notes: Vec<Message>,
}

/// Makes the file. `k` is for [`Format::Ctdc`]: so many rows at least are alike.
pub fn write(items: &[Item], format: Format, k: usize) -> Exported {
    match format {
        Format::Htcds => htcds::write(items),
        Format::Ctdc => ctdc::write(items, k.max(K_MIN)),
        Format::Gbvims => gbvims::write(items),
        Format::Csv => own::write_csv(items),
        Format::Json => own::write_json(items),
    }
}

#[cfg(test)]
mod tests;
