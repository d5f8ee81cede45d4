//! Letters as people meant them: broken encodings repaired, accents and case removed.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Lower-case words of letters with one space between them: mojibake repaired, decomposed (NFKD)
/// without marks, apostrophes and glottal marks dropped (`K'iche'` is one word), everything else
/// that is no letter taken as a space.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return spaced(text.chars().map(|c| c.to_ascii_lowercase()));
    }
    let mut now = once(text);
    // A mark may hide a broken sequence, and lowering may bring a new mark: a second turn settles it.
    for _ in 0..4 {
        let next = once(&now);
        if next == now {
            break;
        }
        now = next;
    }
    now
}

fn once(text: &str) -> String {
    let repaired = repair(text);
    let plain = repaired
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(latin);
    spaced(plain)
}

/// Letters that do not decompose, as the region's keyboards write them.
fn latin(c: char) -> impl Iterator<Item = char> {
    let pair: [Option<char>; 2] = match c {
        'ß' => [Some('s'), Some('s')],
        'æ' => [Some('a'), Some('e')],
        'œ' => [Some('o'), Some('e')],
        'ø' => [Some('o'), None],
        'ł' => [Some('l'), None],
        'đ' | 'ð' => [Some('d'), None],
        'þ' => [Some('t'), Some('h')],
        'ı' => [Some('i'), None],
        'ɨ' | 'ᵼ' => [Some('i'), None],
        'ŋ' => [Some('n'), None],
        other => [Some(other), None],
    };
    pair.into_iter().flatten()
}

/// Marks inside a word that are no letter and do not part it.
fn is_glottal(c: char) -> bool {
    matches!(
        c,
        '\'' | '’'
            | '‘'
            | 'ʼ'
            | 'ʻ'
            | '`'
            | '´'
            | '′'
            | 'ˈ'
            | 'ꞌ'
            | 'Ꞌ'
            | 'ʔ'
            | '\u{ad}'
            | '\u{200b}'..='\u{200d}' | '\u{fffd}'
    )
}

fn spaced(chars: impl Iterator<Item = char>) -> String {
    let mut out = String::new();
    let mut gap = false;
    for c in chars {
        if is_glottal(c) {
            continue;
        }
        if c.is_alphabetic() {
            if gap && !out.is_empty() {
                out.push(' ');
            }
            gap = false;
            out.push(c);
        } else {
            gap = true;
        }
    }
    out
}

/// Repairs UTF-8 that was read as Latin-1 or Windows-1252 (`PeÃ±a` is `Peña`), also when it
/// happened more than once. What is not such a sequence stays as it is.
pub fn repair(text: &str) -> String {
    let mut now = text.to_owned();
    while now.chars().any(|c| ('\u{c2}'..='\u{f4}').contains(&c)) {
        match repair_once(&now) {
            Some(next) => now = next,
            None => break,
        }
    }
    now
}

/// One layer of repair, or `None` if there is nothing to repair; every repair makes it shorter.
fn repair_once(text: &str) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut changed = false;
    let mut i = 0;
    while i < chars.len() {
        if let Some((c, used)) = broken(&chars[i..]) {
            out.push(c);
            i += used;
            changed = true;
        } else {
            out.push(chars[i]);
            i += 1;
        }
    }
    changed.then_some(out)
}

/// The character whose UTF-8 bytes stand at the start of `chars` one by one.
fn broken(chars: &[char]) -> Option<(char, usize)> {
    let lead = u8::try_from(u32::from(*chars.first()?)).ok()?;
    let len = match lead {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let mut bytes = [lead, 0, 0, 0];
    for (slot, c) in bytes[1..len].iter_mut().zip(chars.get(1..len)?) {
        *slot = windows_1252(*c).filter(|b| (0x80..=0xbf).contains(b))?;
    }
    let decoded = std::str::from_utf8(&bytes[..len]).ok()?;
    Some((decoded.chars().next()?, len))
}

/// The byte that Windows-1252, or Latin-1 where that has none, shows as `c`.
fn windows_1252(c: char) -> Option<u8> {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    if let Ok(b) = u8::try_from(u32::from(c)) {
        return Some(b);
    }
    (0x80u8..).zip(HIGH).find(|(_, h)| *h == c).map(|(b, _)| b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden() {
        for (written, folded) in [
            ("  MARÍA  de la O ", "maria de la o"),
            ("Muñoz-Peña", "munoz pena"),
            ("K'iche'", "kiche"),
            ("Xóchitl", "xochitl"),
            ("PeÃ±a", "pena"),
            ("MarÃ\u{ad}a JosÃ©", "maria jose"),
            ("GÃ³mez", "gomez"),
            ("MÃƒÂ©ndez", "mendez"),
            ("Straße", "strasse"),
            ("", ""),
            ("123", ""),
            ("Ma.Gpe.", "ma gpe"),
        ] {
            assert_eq!(fold(written), folded, "{written}");
        }
    }

    #[test]
    fn repair_leaves_sound_text_alone() {
        for text in ["Ñandú", "Ângela São", "Zoë", "Ã", "Âme"] {
            assert_eq!(repair(text), text);
        }
    }

    proptest::proptest! {
        #[test]
        fn folding_is_total_and_idempotent(text in "\\PC*") {
            let folded = fold(&text);
            proptest::prop_assert_eq!(fold(&folded), folded.clone());
            proptest::prop_assert!(!folded.contains("  ") && folded.trim() == folded);
        }

        #[test]
        fn mojibake_is_undone(text in "[a-zA-Z áéíóúñüÁÉÍÓÚÑÜ]{0,20}") {
            let broken: String = text.bytes().map(char::from).collect();
            proptest::prop_assert_eq!(fold(&broken), fold(&text));
        }
    }
}
