//! Which records are the same input (manual: *record*, "Fingerprint").

use unicode_normalization::{UnicodeNormalization as _, is_nfc};
use zeroize::Zeroize as _;

use super::field::FieldId;
use super::model::Record;
use super::value::{SlotMut, slot_mut};
use crate::codec::body_to_bytes;
use crate::crypto::hash::{Digest, sha256};

const LABEL: &[u8] = b"sigilo record fingerprint v1\0";

/// SHA-256 over the record, its texts in NFC with single spaces: the same file read twice gives the
/// same fingerprints. It is a plain hash of what may be guessed, so it never leaves the ciphertext.
pub fn fingerprint(record: &Record) -> Digest {
    let mut plain = record.clone();
    for field in FieldId::ALL {
        match slot_mut(&mut plain, *field) {
            SlotMut::Text(text) | SlotMut::Long(text) => tidy(text),
            SlotMut::Texts(list) => list.iter_mut().for_each(tidy),
            _ => {}
        }
    }
    // A record is bounded far below the largest body; one that is not has no bytes to store either.
    let mut body = body_to_bytes(&plain).unwrap_or_default();
    let digest = sha256(&[LABEL, &body]);
    body.zeroize();
    digest
}

fn tidy(text: &mut String) {
    if !is_nfc(text) {
        *text = text.nfc().collect();
    }
    let tidy = !text.starts_with(char::is_whitespace)
        && !text.ends_with(char::is_whitespace)
        && !text.contains("  ")
        && !text.contains(['\t', '\n', '\r', '\u{a0}']);
    if !tidy {
        *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Kind;

    #[test]
    fn spaces_and_composition_do_not_count_and_letters_do() {
        let of = |name: &str| {
            let mut record = Record::new(Kind::Victim);
            record.given_names = name.to_owned();
            fingerprint(&record)
        };
        assert_eq!(of("José  Luis "), of("Jose\u{301} Luis"));
        assert_ne!(of("José"), of("Jose"));
    }
}
