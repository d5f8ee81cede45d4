//! Letters without their dress (manual: *record*, "Folding").
//!
//! A name is typed in many ways: `Ñáñez`, `NAÑEZ`, `Nanez`. Comparing and searching inside one vault
//! folds both sides first.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// `text` in compatibility decomposition, without combining marks, in lower case, with apostrophes
/// and glottal marks dropped, every other run of signs turned into one space, and no space at the
/// ends.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    let mut push = |c: char| {
        if is_glottal(c) {
            return;
        }
        if c.is_alphanumeric() {
            if gap && !out.is_empty() {
                out.push(' ');
            }
            gap = false;
            out.push(c);
        } else {
            gap = true;
        }
    };
    if text.is_ascii() {
        text.chars().for_each(|c| push(c.to_ascii_lowercase()));
    } else {
        // Lower case comes last: some capitals decompose into a letter and a mark.
        text.chars()
            // Before decomposing: a spacing accent would fall into a space and a mark.
            .filter(|c| !is_glottal(*c))
            .nfkd()
            .filter(|c| !is_combining_mark(*c))
            .flat_map(char::to_lowercase)
            .nfkd()
            .filter(|c| !is_combining_mark(*c))
            .for_each(push);
    }
    out
}

/// [`fold`] without the spaces: how headers and coded values are recognised.
pub(crate) fn key(text: &str) -> String {
    let mut out = fold(text);
    out.retain(|c| c != ' ');
    out
}

/// Marks that stand inside a word of a Maya language and are left out as often as written.
fn is_glottal(c: char) -> bool {
    matches!(
        c,
        '\'' | '`' | '´' | '’' | '‘' | 'ʼ' | 'ʻ' | 'ˀ' | 'ꞌ' | 'ʹ' | '′'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_and_glottal_marks_fall() {
        assert_eq!(fold("  Ñáñez  de-la CRUZ "), "nanez de la cruz");
        assert_eq!(fold("K'iche’ Tzʼoc"), "kiche tzoc");
        assert_eq!(fold("X\u{f3}chitl"), fold("Xo\u{301}chitl"));
        assert_eq!(key("Fecha de Nacimiento"), "fechadenacimiento");
        assert_eq!(fold("İstanbul"), "istanbul");
    }

    proptest::proptest! {
        #[test]
        fn folding_again_changes_nothing(text in "\\PC{0,40}") {
            let once = fold(&text);
            proptest::prop_assert_eq!(fold(&once), once);
        }
    }
}
