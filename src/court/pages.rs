//! What people read in a folder, against what the folder proves.

use std::io;
use std::path::Path;

use super::check::{Verdict, by_own_keys};
use super::export::VERIFIER;
use super::{CourtError, names, page};
use crate::i18n::{Lang, Messages};
use crate::vault::files;

/// Largest page, in bytes.
const PAGE_MAX: usize = 16 << 20;

/// Names of the pages and the verifier in a folder that are not what this version of the program writes of
/// it. Another version wrote them, or somebody changed them: nothing else in the folder vouches for them.
/// One that is missing misleads nobody. `verdict` is what [`check`](super::check) found. Pages know nothing of
/// keys from elsewhere: if those are others than the folder's, its proofs are read once more, and never the files
/// in clear.
///
/// # Errors
/// As [`check`](super::check).
pub fn strange_pages(dir: &Path, verdict: &Verdict) -> Result<Vec<&'static str>, CourtError> {
    let by_own;
    let verdict = if verdict.same_keys {
        verdict
    } else {
        by_own = by_own_keys(dir, verdict)?;
        &by_own
    };
    let made = |lang| page::page(verdict, lang, &Messages::new(lang));
    let mut strange = Vec::new();
    for (name, text) in [
        (names::PAGE_ES, made(Lang::Es)),
        (names::PAGE_EN, made(Lang::En)),
        (names::VERIFIER, VERIFIER.to_owned()),
    ] {
        let path = dir.join(name);
        let same = match std::fs::symlink_metadata(&path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => true,
            Ok(about) if about.is_file() => {
                files::read_bounded(&path, PAGE_MAX).is_ok_and(|there| there == text.as_bytes())
            }
            _ => false,
        };
        if !same {
            strange.push(name);
        }
    }
    Ok(strange)
}
