//! `NAME.card`: who a party is and which keys it has (manual: *files*, "Card").
//!
//! Cards are exchanged in person, or their fingerprint is compared over the telephone. Everything
//! else refers to a party by the hash of its card, so no key is ever taken from somebody else's
//! word.

use std::fmt::Write as _;

use super::text::{Lines, base64, canonical, is_plain};
use super::{RoundError, words};
use crate::codec::to_hex;
use crate::crypto::hash::sha256;
use crate::crypto::labels;
use crate::crypto::sign::{SigningKey, VerifyingKey};
use crate::crypto::travel::Recipient;
use crate::i18n::{Localize, Message};
use crate::log::Origin;
use crate::log::note::{KeyKind, Note, NoteKey};
use crate::qr;

const HEAD: &str = "sigilo/card/v1";

/// Longest name on a card, in bytes.
pub const NAME_MAX: usize = 96;

/// What a party does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// A shelter or a hotline.
    Site,
    /// The desk that opens rounds and matches.
    Coordinator,
    /// A body that evaluates blinded requests.
    Holder,
    /// A body that checks and cosigns logs.
    Auditor,
}

impl Role {
    const ALL: [Self; 4] = [Self::Site, Self::Coordinator, Self::Holder, Self::Auditor];

    /// The word on the card.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Coordinator => "coordinator",
            Self::Holder => "holder",
            Self::Auditor => "auditor",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == text)
    }
}

impl Localize for Role {
    fn message(&self) -> Message {
        Message::new(match self {
            Self::Site => "round-role-site",
            Self::Coordinator => "round-role-coordinator",
            Self::Holder => "round-role-holder",
            Self::Auditor => "round-role-auditor",
        })
    }
}

/// A party: the SHA-256 of its card's text behind a label. It stands for role, name and keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PartyId(pub [u8; 32]);

impl PartyId {
    /// Eight words to be read aloud and compared.
    pub fn fingerprint(&self) -> String {
        words::fingerprint(&self.0)
    }
}

/// What a card says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardBody {
    /// What the party does.
    pub role: Role,
    /// How people call it: letters, digits and plain punctuation.
    pub name: String,
    /// Id of its vault, from which the name of its keys in notes follows.
    pub vault: [u8; 16],
    /// Checks what it signs.
    pub key: VerifyingKey,
    /// What is encrypted to it outside of rounds.
    pub age: Recipient,
    /// Checks the checkpoints of its log, if it keeps one.
    pub log: Option<VerifyingKey>,
    /// Checks its cosignatures on the heads of others, if it makes any.
    pub cosign: Option<VerifyingKey>,
}

impl CardBody {
    fn text(&self) -> String {
        let mut out = format!(
            "{HEAD}\nrole {}\nname {}\nvault {}\nkey {}\nage {}\n",
            self.role.as_str(),
            self.name,
            to_hex(&self.vault),
            base64(&self.key.0),
            self.age
        );
        if let Some(log) = &self.log {
            let _ = writeln!(out, "log {}", base64(&log.0));
        }
        if let Some(cosign) = &self.cosign {
            let _ = writeln!(out, "cosign {}", base64(&cosign.0));
        }
        out
    }

    fn parse(text: &str) -> Result<Self, RoundError> {
        let mut lines = Lines::new(text, HEAD)?;
        let body = Self {
            role: lines.value("role", Role::parse)?,
            name: lines.value("name", |v| is_plain(v, NAME_MAX).then(|| v.to_owned()))?,
            vault: lines.hex("vault")?,
            key: VerifyingKey(lines.base64("key")?),
            age: lines.recipient("age")?,
            log: if lines.at("log") {
                Some(VerifyingKey(lines.base64("log")?))
            } else {
                None
            },
            cosign: if lines.at("cosign") {
                Some(VerifyingKey(lines.base64("cosign")?))
            } else {
                None
            },
        };
        lines.end()?;
        canonical(text, &body.text())?;
        Ok(body)
    }
}

/// A card whose own signature was checked. That says that it is whole, not that it is genuine: for
/// that it is pinned ([`super::trust`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    body: CardBody,
    id: PartyId,
    note: String,
}

/// Whether a card can have this name: letters, digits and usual signs, with single spaces between words.
///
/// # Errors
/// [`RoundError::CardName`].
pub fn check_name(name: &str) -> Result<(), RoundError> {
    if is_plain(name, NAME_MAX) {
        Ok(())
    } else {
        Err(RoundError::CardName)
    }
}

impl Card {
    /// Makes a card and signs it with its own key.
    ///
    /// # Errors
    /// [`RoundError::Form`] if the name cannot stand on a card; [`RoundError::Signature`] if the key
    /// is not the one on the card.
    pub fn new(body: CardBody, key: &SigningKey) -> Result<Self, RoundError> {
        check_name(&body.name)?;
        let text = body.text();
        CardBody::parse(&text)?;
        if key.verifying_key() != body.key {
            return Err(RoundError::Signature(body.name));
        }
        let mut note = Note::new(text)?;
        note.sign(Origin::of_vault(&body.vault).key_name(), key)?;
        Self::read(note.to_string().as_bytes())
    }

    /// Reads a card and checks its signature. Exactly one signature, its own, is allowed, so that
    /// one card has one file.
    ///
    /// # Errors
    /// [`RoundError`].
    pub fn read(bytes: &[u8]) -> Result<Self, RoundError> {
        let note = Note::parse(bytes)?;
        let body = CardBody::parse(note.text())?;
        let id = PartyId(sha256(&[labels::CARD_ID, note.text().as_bytes()]));
        let text = note.to_string();
        let card = Self {
            body,
            id,
            note: text,
        };
        note.verify(&[card.note_key()])?;
        if note.signatures().len() != 1 || card.note.as_bytes() != bytes {
            return Err(RoundError::Form {
                line: card.body.text().lines().count() + 2,
                field: "",
            });
        }
        Ok(card)
    }

    /// The file.
    pub fn as_str(&self) -> &str {
        &self.note
    }

    /// What the card says.
    pub fn body(&self) -> &CardBody {
        &self.body
    }

    /// The party.
    pub fn id(&self) -> PartyId {
        self.id
    }

    /// The name, for messages.
    pub fn name(&self) -> &str {
        &self.body.name
    }

    /// Whether this and another card name one vault or one key, so that at most one of them holds.
    pub fn contradicts(&self, other: &Self) -> bool {
        let (a, b) = (&self.body, &other.body);
        self.id != other.id && (a.vault == b.vault || a.key == b.key || a.age == b.age)
    }

    /// The key as notes know it: `sigilo/` and the vault's id.
    pub fn note_key(&self) -> NoteKey {
        NoteKey::new(
            Origin::of_vault(&self.body.vault).key_name().clone(),
            KeyKind::Ed25519,
            self.body.key,
        )
    }

    /// The key of its cosignatures, under the same name.
    pub fn cosigner(&self) -> Option<NoteKey> {
        let name = Origin::of_vault(&self.body.vault).key_name().clone();
        let key = self.body.cosign?;
        Some(NoteKey::new(name, KeyKind::Cosignature, key))
    }

    /// The text of the QR code: a prefix and the whole id in upper-case hexadecimal.
    pub fn qr_text(&self) -> String {
        format!("SIGILO-CARD-1:{}", to_hex(&self.id.0).to_uppercase())
    }

    /// The QR code for a terminal, two rows of modules a line, with its quiet zone.
    pub fn qr_terminal(&self) -> String {
        qr::terminal(&self.qr_text())
    }

    /// The QR code as an SVG picture.
    pub fn qr_svg(&self) -> String {
        qr::svg(&self.qr_text())
    }

    /// Whether what a camera read is the QR code of this card.
    pub fn matches_qr(&self, read: &str) -> bool {
        read.trim() == self.qr_text()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::crypto::Secret;
    use crate::crypto::travel::Identity;

    pub(in crate::round) fn card(role: Role, name: &str, n: u8) -> (Card, SigningKey, Identity) {
        let key = SigningKey::from_seed(Secret::init_with(|b| b.fill(n))).unwrap();
        let identity = Identity::generate();
        let body = CardBody {
            role,
            name: name.into(),
            vault: [n; 16],
            key: key.verifying_key(),
            age: identity.recipient(),
            log: n.is_multiple_of(2).then_some(VerifyingKey([n; 32])),
            cosign: n.is_multiple_of(4).then_some(VerifyingKey([n + 1; 32])),
        };
        (Card::new(body, &key).unwrap(), key, identity)
    }

    #[test]
    fn a_card_is_read_as_it_was_written() {
        for n in [1, 2, 4] {
            let (card, ..) = card(Role::Site, "Casa Ñandú (K'iche')", n);
            assert_eq!(Card::read(card.as_str().as_bytes()).unwrap(), card);
            assert_eq!(card.id().fingerprint().split(' ').count(), 8);
            assert!(card.matches_qr(&format!("{}\n", card.qr_text())));
            assert!(card.qr_terminal().lines().count() > 15);
            assert!(card.qr_svg().starts_with("<svg "));
        }
    }

    #[test]
    fn each_changed_byte_is_refused() {
        let (card, ..) = card(Role::Holder, "Universidad", 2);
        let bytes = card.as_str().as_bytes();
        for i in 0..bytes.len() {
            for bit in 0..8 {
                let mut bad = bytes.to_vec();
                bad[i] ^= 1 << bit;
                assert!(Card::read(&bad).is_err(), "{i}");
            }
            assert!(Card::read(&bytes[..i]).is_err());
        }
        assert!(Card::read(&[bytes, b"\n"].concat()).is_err());
    }

    #[test]
    fn names_are_plain() {
        assert!(check_name("Casa «Alba»").is_err() && check_name("Casa (2)").is_ok());
        let (_, key, identity) = card(Role::Site, "a", 1);
        for name in [
            "",
            " a",
            "a ",
            "a  b",
            "a\u{202e}b",
            "a\u{200b}b",
            "a+b",
            "n\u{303}",
        ] {
            let body = CardBody {
                role: Role::Site,
                name: name.into(),
                vault: [1; 16],
                key: key.verifying_key(),
                age: identity.recipient(),
                log: None,
                cosign: None,
            };
            let made = Card::new(body, &key);
            assert!(matches!(made, Err(RoundError::CardName)), "{name:?}");
        }
    }
}
