//! The record of a person (manual: *record*).
//!
//! [`Record`] is what a vault seals. It is read from JSON ([`from_json`]), from tables
//! ([`import::read`]) or field by field ([`set`]); it is stored through [`crate::codec::body_to_bytes`].

mod choices;
pub mod code;
mod country;
mod date;
pub mod document;
pub mod export;
mod field;
mod finding;
mod fingerprint;
mod fold;
mod formula;
pub mod htcds;
pub mod import;
mod json;
mod json_tree;
mod likeness;
mod model;
mod search;
mod value;

pub use choices::{choices, takes_several};
pub use code::Kind;
pub use country::{Country, NotACountry};
pub use date::{Date, NotADate, PartialDate, is_unclear, today};
pub use field::{FieldId, Group, NotAField, interview};
pub use finding::{At, Fault, Note, Problem, Warning};
pub use fingerprint::fingerprint;
pub use fold::fold;
pub use json::{JSON_MAX, from_json, to_json};
pub use likeness::{Duplicate, LIKELY, Likeness, Reason, compare, compare_keys, duplicates};
pub use model::{
    Answer, Birth, Call, Consent, Consents, Document, EstimatedAge, Form, LegalAction, Place,
    Record, Service, ServiceCounts, Unanswered,
};
pub use search::{Query, SearchKey};
pub use value::{
    COUNT_MAX, LIST_MAX, LONG_MAX, TEXT_MAX, check, clear, get, set, set_at, spoken, typed_date,
};

#[cfg(test)]
mod tests;
