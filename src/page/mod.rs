//! What all pages share: one document without scripts and without anything from elsewhere, readable on a
//! telephone, on paper, in the dark and with a screen reader; and drawings for it.

pub(crate) mod svg;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::i18n::Lang;

const BASE: &str = include_str!("base.css");

/// The whole document. `style` is what this page has beside the common style.
pub(crate) fn document(lang: Lang, title: &str, style: &str, main: &Markup) -> String {
    let markup = html! {
        (DOCTYPE)
        html lang=(lang.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta http-equiv="Content-Security-Policy"
                    content="default-src 'none'; style-src 'unsafe-inline'";
                title { (title) }
                style { (PreEscaped(BASE)) (PreEscaped(style)) }
            }
            body { main { (main) } }
        }
    };
    markup.into_string()
}

/// A number of five or more digits in groups of three, parted by a narrow space, as both languages
/// write it.
pub(crate) fn number(n: u64) -> String {
    let digits = n.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// A share of one as a percentage with one decimal.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.1}\u{a0}%", 100.0 * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(number(0), "0");
        assert_eq!(number(1193), "1193");
        assert_eq!(number(30_000), "30\u{202f}000");
        assert_eq!(number(10_000_000), "10\u{202f}000\u{202f}000");
        assert_eq!(percent(0.983), "98.3\u{a0}%");
    }
}
