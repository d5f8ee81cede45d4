//! The keys of an auditor: one cosigns heads and does nothing else, one signs refusals.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::AuditorError;
use crate::crypto::Secret;
use crate::crypto::sign::SigningKey;
use crate::log::{KeyKind, KeyName, NoteKey};

const PREFIX: &str = "PRIVATE+KEY";

/// An auditor's keys under one name.
pub struct AuditorKey {
    name: KeyName,
    cosigning: SigningKey,
    stating: SigningKey,
}

impl AuditorKey {
    /// New random keys. The name goes into every signature: a domain or an institution.
    ///
    /// # Errors
    /// [`AuditorError::Name`] or [`AuditorError::Crypto`].
    pub fn generate(name: &str) -> Result<Self, AuditorError> {
        Ok(Self {
            name: KeyName::new(name)?,
            cosigning: SigningKey::generate()?,
            stating: SigningKey::generate()?,
        })
    }

    /// The keys of a party that has a card: one that its card names for cosignatures and nothing else, and
    /// the one with which it signs everything.
    pub(crate) fn of_party(name: KeyName, cosigning: SigningKey, stating: SigningKey) -> Self {
        Self {
            name,
            cosigning,
            stating,
        }
    }

    /// Reads a key file: two lines, each a private key in the form of `golang.org/x/mod/sumdb/note`.
    ///
    /// # Errors
    /// [`AuditorError::Key`].
    pub fn parse(text: &str) -> Result<Self, AuditorError> {
        let mut lines = text.lines();
        let (name, cosigning) = read(lines.next(), KeyKind::Cosignature)?;
        let (other, stating) = read(lines.next(), KeyKind::Ed25519)?;
        if name != other || lines.next().is_some() || !text.ends_with('\n') {
            return Err(AuditorError::Key);
        }
        let key = Self {
            name,
            cosigning,
            stating,
        };
        // One key has one file.
        if key.to_text().as_str() != text {
            return Err(AuditorError::Key);
        }
        Ok(key)
    }

    /// The key file. Whoever has it can cosign.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut out = Zeroizing::new(String::with_capacity(1024));
        for (known, key) in [
            (self.cosigner(), &self.cosigning),
            (self.stater(), &self.stating),
        ] {
            let mut material = Zeroizing::new(vec![known.kind() as u8]);
            material.extend_from_slice(key.seed().expose());
            let encoded = Zeroizing::new(STANDARD.encode(&*material));
            let id = crate::codec::to_hex(&known.id());
            for part in [
                PREFIX,
                "+",
                self.name.as_str(),
                "+",
                &id,
                "+",
                &encoded,
                "\n",
            ] {
                out.push_str(part);
            }
        }
        out
    }

    /// The name.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// The public key of the cosignatures.
    pub fn cosigner(&self) -> NoteKey {
        let key = self.cosigning.verifying_key();
        NoteKey::new(self.name.clone(), KeyKind::Cosignature, key)
    }

    /// The public key of the refusals.
    pub fn stater(&self) -> NoteKey {
        let key = self.stating.verifying_key();
        NoteKey::new(self.name.clone(), KeyKind::Ed25519, key)
    }

    pub(super) fn cosigning(&self) -> &SigningKey {
        &self.cosigning
    }

    pub(super) fn stating(&self) -> &SigningKey {
        &self.stating
    }
}

fn read(line: Option<&str>, kind: KeyKind) -> Result<(KeyName, SigningKey), AuditorError> {
    let bad = || AuditorError::Key;
    let rest = line.and_then(|l| l.strip_prefix(PREFIX)).ok_or_else(bad)?;
    let mut parts = rest.strip_prefix('+').ok_or_else(bad)?.splitn(3, '+');
    let (Some(name), Some(id), Some(material)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(bad());
    };
    if material.len() > 64 {
        return Err(bad());
    }
    let material = Zeroizing::new(STANDARD.decode(material).map_err(|_| bad())?);
    let (first, seed) = material.split_first().ok_or_else(bad)?;
    let name = KeyName::new(name).map_err(|_| bad())?;
    let seed = Secret::from_slice(seed).map_err(|_| bad())?;
    let key = SigningKey::from_seed(seed).map_err(|_| bad())?;
    let known = NoteKey::new(name.clone(), kind, key.verifying_key());
    if *first != kind as u8 || crate::codec::to_hex(&known.id()) != id {
        return Err(bad());
    }
    Ok((name, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_read_as_it_was_written() {
        let key = AuditorKey::generate("auditoria.example").unwrap();
        let text = key.to_text();
        let read = AuditorKey::parse(&text).unwrap();
        assert_eq!(read.cosigner(), key.cosigner());
        assert_eq!(read.stater(), key.stater());
        assert_ne!(key.cosigner().key(), key.stater().key());
        let mut lines = text.lines();
        let swapped = [lines.next().unwrap(), lines.next().unwrap()];
        let swapped = format!("{}\n{}\n", swapped[1], swapped[0]);
        for bad in ["", text.trim_end(), &format!("{}x\n", &*text), &swapped] {
            assert!(AuditorKey::parse(bad).is_err());
        }
        for at in 0..text.len() {
            let mut bad = text.as_bytes().to_vec();
            bad[at] ^= 1;
            let bad = String::from_utf8(bad).unwrap();
            // A seed has no check of its own but the key id.
            assert!(AuditorKey::parse(&bad).is_err(), "{at}");
        }
        assert!(AuditorKey::generate("con espacio").is_err());
    }
}
