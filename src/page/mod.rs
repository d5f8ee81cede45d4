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
    use std::collections::HashMap;

    use super::*;

    /// The colours of each scheme: light, dark, paper.
    fn schemes() -> Vec<HashMap<String, [f64; 3]>> {
        let roots = BASE.split(":root {").skip(1);
        let colours = roots.map(|part| {
            let all = part.split('}').next().unwrap().split(';');
            let pairs = all.filter_map(|d| d.trim().strip_prefix("--")?.split_once(": #"));
            pairs
                .map(|(name, hex)| {
                    let short: Vec<char> = hex.trim().chars().collect();
                    let digits: String = match short.len() {
                        3 => short.iter().flat_map(|c| [*c, *c]).collect(),
                        _ => short.iter().collect(),
                    };
                    let channel = |i| {
                        let n = u8::from_str_radix(&digits[i..i + 2], 16).unwrap();
                        let n = f64::from(n) / 255.0;
                        if n <= 0.04045 {
                            n / 12.92
                        } else {
                            ((n + 0.055) / 1.055).powf(2.4)
                        }
                    };
                    (name.to_owned(), [0, 2, 4].map(channel))
                })
                .collect()
        });
        colours.collect()
    }

    /// WCAG 2.2: contrast of at least 4.5 for text and 3 for what a drawing shows.
    #[test]
    fn colours_can_be_told_apart() {
        let schemes = schemes();
        assert_eq!(schemes.len(), 3);
        let light = |c: &[f64; 3]| 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2] + 0.05;
        for colours in schemes {
            let contrast = |a: &str, b: &str| {
                let (a, b) = (light(&colours[a]), light(&colours[b]));
                a.max(b) / a.min(b)
            };
            for text in ["ink", "soft", "good", "warn", "link"] {
                for ground in ["paper", "field"] {
                    let found = contrast(text, ground);
                    assert!(found >= 4.5, "{text} on {ground}: {found}");
                }
            }
            for drawn in ["k0", "k1", "k2", "here"] {
                assert!(contrast(drawn, "paper") >= 3.0, "{drawn}");
            }
        }
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(number(0), "0");
        assert_eq!(number(1193), "1193");
        assert_eq!(number(30_000), "30\u{202f}000");
        assert_eq!(number(10_000_000), "10\u{202f}000\u{202f}000");
        assert_eq!(percent(0.983), "98.3\u{a0}%");
    }
}
