//! `keys`: which keys the house says belong to this log. A reader takes none of them on the house's word.

use std::fmt::Write as _;

use crate::codec::{DecodeError, from_hex, to_hex};
use crate::crypto::sign::VerifyingKey;
use crate::log::{KeyKind, NoteKey, Origin};
use crate::vault::SlotId;

const HEAD: &str = "sigilo/court-keys/v1";
/// Most lines.
const LINES_MAX: usize = 10_000;

/// The keys that a folder brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// The key that signs the heads of the log.
    pub log: NoteKey,
    /// Ids of the logs before this one.
    pub former: Vec<[u8; 16]>,
    /// Cosigners that the house trusts.
    pub cosigners: Vec<NoteKey>,
    /// The slots that acted: key, and what the house calls them if it says so.
    pub slots: Vec<(SlotId, VerifyingKey, Option<String>)>,
}

impl Keys {
    /// The file.
    pub fn to_text(&self) -> String {
        let mut out = format!("{HEAD}\nlog {}\n", self.log);
        for id in &self.former {
            let _ = writeln!(out, "former {}", to_hex(id));
        }
        for key in &self.cosigners {
            let _ = writeln!(out, "cosigner {key}");
        }
        for (slot, key, name) in &self.slots {
            let _ = write!(out, "slot {} {}", to_hex(&slot.0), to_hex(&key.0));
            if let Some(name) = name {
                let _ = write!(out, " {name}");
            }
            out.push('\n');
        }
        out
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, DecodeError> {
        let bad = || DecodeError::Value("keys");
        let text = std::str::from_utf8(bytes).map_err(|_| bad())?;
        let mut lines = text.lines().take(LINES_MAX);
        if lines.next() != Some(HEAD) {
            return Err(bad());
        }
        let log = lines.next().and_then(|l| l.strip_prefix("log "));
        let log: NoteKey = log.ok_or_else(bad)?.parse().map_err(|_| bad())?;
        let mut keys = Self {
            log,
            former: Vec::new(),
            cosigners: Vec::new(),
            slots: Vec::new(),
        };
        for line in lines {
            let (word, rest) = line.split_once(' ').ok_or_else(bad)?;
            match word {
                "former" => keys.former.push(array(rest)?),
                "cosigner" => keys.cosigners.push(rest.parse().map_err(|_| bad())?),
                "slot" => {
                    let mut parts = rest.splitn(3, ' ');
                    let (Some(id), Some(key)) = (parts.next(), parts.next()) else {
                        return Err(bad());
                    };
                    let name = parts.next().map(str::to_owned);
                    let slot = SlotId(array(id)?);
                    keys.slots.push((slot, VerifyingKey(array(key)?), name));
                }
                _ => return Err(bad()),
            }
        }
        let kinds = keys.log.kind() == KeyKind::Ed25519
            && keys
                .cosigners
                .iter()
                .all(|k| k.kind() == KeyKind::Cosignature)
            && keys.origin().is_some();
        if !kinds || keys.to_text() != text {
            return Err(bad());
        }
        Ok(keys)
    }

    /// The log.
    pub fn origin(&self) -> Option<Origin> {
        Origin::new(self.log.name().as_str()).ok()
    }

    /// Ids of this log and those before it: an act is signed for the log to which it was appended.
    pub fn logs(&self) -> Vec<[u8; 16]> {
        let current = self.origin().and_then(|o| o.vault_id());
        current
            .into_iter()
            .chain(self.former.iter().copied())
            .collect()
    }

    /// The key of a slot.
    pub fn slot(&self, slot: &SlotId) -> Option<&VerifyingKey> {
        let found = self.slots.iter().find(|(id, ..)| id == slot);
        found.map(|(_, key, _)| key)
    }

    /// What the house calls a slot, if it says so.
    pub fn slot_name(&self, slot: &SlotId) -> Option<&str> {
        let found = self.slots.iter().find(|(id, ..)| id == slot);
        found.and_then(|(.., name)| name.as_deref())
    }
}

fn array<const N: usize>(text: &str) -> Result<[u8; N], DecodeError> {
    let bytes = from_hex(text)?;
    bytes.try_into().map_err(|_| DecodeError::Length)
}
