//! How a name sounds in the Spanish of the region, Maya and Nahua spellings included.
//!
//! Lower-case letters are spellings, upper-case letters sounds that no single Spanish letter
//! writes in every place: `C` is *ch*, `G` the *g* of *gato*. So the form of a form is itself.

/// The phonetic form of one folded word.
pub fn form(word: &str) -> String {
    let mut now: Vec<char> = word.chars().collect();
    // Each turn shortens the word or replaces letters by ones that stay, so this ends.
    loop {
        let next = turn(&now);
        if next == now {
            break;
        }
        now = next;
    }
    now.into_iter().collect()
}

fn turn(w: &[char]) -> Vec<char> {
    let at = |i: usize| w.get(i).copied().unwrap_or(' ');
    let front = |c: char| matches!(c, 'e' | 'i');
    let vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u');
    let mut out: Vec<char> = Vec::with_capacity(w.len());
    let mut i = 0;
    while i < w.len() {
        let (c, n, nn) = (w[i], at(i + 1), at(i + 2));
        let (sound, used) = match (c, n) {
            ('t' | 'd', 'z') | ('t', 's') | ('s' | 'z', 'h') | ('s' | 'z', 's' | 'z') => ('s', 2),
            ('s', 'c') if front(nn) => ('s', 2),
            ('c', 'h') => ('C', 2),
            ('p', 'h') => ('f', 2),
            ('t', 'h') => ('t', 2),
            ('t', 'l') if i + 2 == w.len() && i > 0 => ('l', 2),
            ('c', 'k') | ('q' | 'k', 'u') if c == 'c' || front(nn) => ('k', 2),
            ('q', _) => ('k', 1),
            ('c', 'c') => ('k', 2),
            ('c', _) if front(n) => ('s', 1),
            ('c', _) => ('k', 1),
            ('g', 'u') if front(nn) => ('G', 2),
            ('g' | 'h', 'u') if vowel(nn) => ('w', 2),
            ('g', _) if front(n) || n == 'y' => ('j', 1),
            ('g', _) => ('G', 1),
            ('l', 'l') => ('i', 2),
            ('h', _) => {
                i += 1;
                continue;
            }
            ('z', _) => ('s', 1),
            ('v', _) => ('b', 1),
            ('y', _) => ('i', 1),
            ('x', _) if i + 1 == w.len() => ('s', 1),
            ('x', _) if i == 0 && n != 'o' && vowel(n) => ('j', 1),
            ('x', _) if i > 0 && out.last() != Some(&'o') && vowel(n) => ('j', 1),
            ('x', _) => ('s', 1),
            ('n', 'p' | 'b' | 'v') => ('m', 1),
            _ => (c, 1),
        };
        if out.last() != Some(&sound) {
            out.push(sound);
        }
        i += used;
    }
    out
}

/// The consonants of a phonetic form, at most `len`.
pub fn skeleton(form: &str, len: usize) -> String {
    form.chars()
        .filter(|c| !matches!(c, 'a' | 'e' | 'i' | 'o' | 'u'))
        .take(len)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_alike() {
        for (a, b) in [
            ("hernandez", "ernandes"),
            ("vazquez", "basques"),
            ("xochitl", "sochil"),
            ("tzoc", "soc"),
            ("kiche", "quiche"),
            ("ximena", "jimena"),
            ("mexia", "mejia"),
            ("guillermo", "giyermo"),
            ("guerra", "gerra"),
            ("reyna", "reina"),
            ("yolanda", "llolanda"),
            ("guadalupe", "huadalupe"),
            ("cuauhtemoc", "kuautemok"),
            ("zavala", "sabala"),
            ("dzul", "zul"),
            ("ek", "ec"),
            ("itzel", "isel"),
            ("martha", "marta"),
            ("philip", "filip"),
            ("henriquez", "enrikes"),
            ("gimenez", "jimenez"),
            ("citlali", "sitlaly"),
            ("ixchel", "ischel"),
        ] {
            if a == "guillermo" || a == "guerra" {
                // Hard g keeps its u in Spanish; without it the sound is another one.
                assert_ne!(form(a), form(b), "{a} {b}");
            } else {
                assert_eq!(form(a), form(b), "{a} {b}");
            }
        }
    }

    #[test]
    fn golden_apart() {
        for (a, b) in [
            ("rosa", "rita"),
            ("choc", "soc"),
            ("gomez", "gamez"),
            ("pech", "pek"),
            ("mata", "mota"),
        ] {
            assert_ne!(form(a), form(b), "{a} {b}");
        }
    }

    proptest::proptest! {
        #[test]
        fn the_form_of_a_form_is_itself(word in "[a-z]{0,16}") {
            let form = form(&word);
            proptest::prop_assert_eq!(super::form(&form), form.clone());
        }

        #[test]
        fn any_text_has_a_form(word in "\\PC*") {
            let form = form(&word);
            proptest::prop_assert_eq!(super::form(&form), form.clone());
        }
    }
}
