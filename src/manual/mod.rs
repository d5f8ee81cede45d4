//! The specifications. Where code and manual differ, one of them is wrong and it is a defect.

#[doc = include_str!("attacks.md")]
pub mod attacks {}

#[doc = include_str!("vault.md")]
pub mod vault {}

#[doc = include_str!("desk.md")]
pub mod desk {}

#[doc = include_str!("glossary.md")]
pub mod glossary {}

#[doc = include_str!("json.md")]
pub mod json {}

#[doc = include_str!("exit.md")]
pub mod exit {}

#[doc = include_str!("log.md")]
pub mod log {}

#[doc = include_str!("court.md")]
pub mod court {}

#[doc = include_str!("record.md")]
pub mod record {}

#[doc = include_str!("import.md")]
pub mod import {}

#[doc = include_str!("input.md")]
pub mod input {}

#[doc = include_str!("export.md")]
pub mod export {}

#[doc = include_str!("matching.md")]
pub mod matching {}

#[doc = include_str!("cost.md")]
pub mod cost {}

#[doc = include_str!("round.md")]
pub mod round {}

#[doc = include_str!("counts.md")]
pub mod counts {}

#[doc = include_str!("notices.md")]
pub mod notices {}

#[doc = include_str!("files.md")]
pub mod files {}

#[doc = include_str!("transfer.md")]
pub mod transfer {}
