//! Fingerprints as words that can be read over a telephone, in Spanish and in English alike
//! (manual: *files*, "Fingerprint").
//!
//! The 2,048 words follow from a rule: consonant, vowel, consonant, vowel, with the consonants
//! `b d f k l m n p s t` and the vowels `a e i o u`, in that order, leaving out words that offend or
//! alarm in one of the two languages, until there are 2,048. Each stands for 11 bits; eight of them,
//! for the first 88 bits of a hash, are a fingerprint. To make a key whose fingerprint is another's
//! takes 2^88 tries.

use std::sync::LazyLock;

const CONSONANTS: &[u8; 10] = b"bdfklmnpst";
const VOWELS: &[u8; 5] = b"aeiou";

/// Bits of a word.
const BITS: usize = 11;
/// Words of a fingerprint.
pub const WORDS: usize = 8;

/// Words that nobody should have to say.
const LEFT_OUT: &[&str] = &[
    "boba", "bobo", "deda", "dedo", "dike", "dodo", "feto", "fofo", "kaka", "kako", "kike", "kuka",
    "kuki", "kula", "kule", "kulo", "loka", "loko", "mala", "malo", "mata", "mate", "mato", "meka",
    "meko", "mona", "mono", "muda", "mudo", "mula", "nasi", "nepe", "paki", "peda", "pedo", "pene",
    "pipi", "pito", "popo", "pota", "poto", "puki", "pupu", "puta", "pute", "puti", "puto", "putu",
];

static LIST: LazyLock<Vec<[u8; 4]>> = LazyLock::new(|| {
    let mut list = Vec::with_capacity(1 << BITS);
    for c in CONSONANTS {
        for v in VOWELS {
            for d in CONSONANTS {
                for w in VOWELS {
                    let word = [*c, *v, *d, *w];
                    if list.len() < 1 << BITS && !LEFT_OUT.iter().any(|l| l.as_bytes() == word) {
                        list.push(word);
                    }
                }
            }
        }
    }
    list
});

/// The fingerprint of a hash: eight words between spaces.
pub fn fingerprint(hash: &[u8; 32]) -> String {
    let mut out = String::with_capacity(WORDS * 5);
    for i in 0..WORDS {
        let index = (i * BITS..(i + 1) * BITS).fold(0usize, |n, bit| {
            n << 1 | usize::from(hash[bit / 8] >> (7 - bit % 8) & 1)
        });
        if i > 0 {
            out.push(' ');
        }
        out.extend(
            LIST.get(index)
                .into_iter()
                .flatten()
                .map(|b| char::from(*b)),
        );
    }
    out
}

/// Whether words that somebody typed are the fingerprint of a hash; case, and what stands between
/// the words, do not matter.
pub fn matches(hash: &[u8; 32], typed: &str) -> bool {
    let letters = |text: &str| -> String {
        text.chars()
            .filter(|c| c.is_alphabetic())
            .flat_map(char::to_lowercase)
            .collect()
    };
    letters(typed) == letters(&fingerprint(hash))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn there_are_2048_different_words() {
        assert_eq!(LIST.len(), 2048);
        assert_eq!(LIST.iter().collect::<HashSet<_>>().len(), 2048);
        assert_eq!(&LIST[0], b"baba");
        // The list is part of the format: a word that moves changes every fingerprint.
        assert_eq!(&LIST[2047], b"seta");
    }

    #[test]
    fn a_fingerprint_is_the_first_88_bits() {
        let mut hash = [0u8; 32];
        assert_eq!(fingerprint(&hash), ["baba"; 8].join(" "));
        hash[11] = 1;
        assert_eq!(fingerprint(&hash), ["baba"; 8].join(" "));
        hash[10] = 1;
        assert_eq!(fingerprint(&hash), format!("{}babe", "baba ".repeat(7)));
        assert!(matches(&hash, "BABA-baba baba baba baba baba  baba babe"));
        assert!(!matches(&hash, "baba"));
    }
}
