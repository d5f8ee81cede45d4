//! Cells of tables that a spreadsheet program would compute (manual: *export*, "Formulas").

use std::borrow::Cow;

/// Whether a spreadsheet program could take a cell for a formula (OWASP, "CSV Injection").
fn is_formula(text: &str) -> bool {
    let first = text.trim_start_matches([' ', '\u{a0}']).chars().next();
    matches!(
        first,
        Some(
            '=' | '+'
                | '-'
                | '@'
                | '|'
                | '%'
                | '\t'
                | '\r'
                | '\n'
                | '\u{ff1d}'
                | '\u{ff0b}'
                | '\u{ff0d}'
                | '\u{ff20}'
        )
    )
}

/// The text with an apostrophe in front if it could be taken for a formula: such programs show the rest and
/// compute nothing.
pub(super) fn guarded(text: &str) -> Cow<'_, str> {
    if is_formula(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text without the apostrophe that guards it.
pub(super) fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if is_formula(rest) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_a_formula_is_guarded_and_comes_back() {
        for text in [
            "=1", " =1", "\u{a0}=1", "\t=1", "+1", "-1", "@x", "＝1", "|x", "%x",
        ] {
            assert!(guarded(text).starts_with('\''), "{text:?}");
            assert_eq!(unguarded(&guarded(text)), text);
        }
        for text in ["", "María", "'ya", "2026-01-02", "(1)", "a=b"] {
            assert_eq!(guarded(text), text);
            assert_eq!(unguarded(text), text);
        }
    }
}
