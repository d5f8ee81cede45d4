//! A slot: one way into a vault, and what opens it (manual: *vault format*, "Keyring").

use std::io::Read as _;

use zeroize::Zeroizing;

use super::error::VaultError;
use super::ids::{SlotId, VaultId};
use super::recovery::RecoveryCode;
use crate::codec::{Decode, DecodeError, Encode, Reader, put_bytes};
use crate::crypto::kdf::{self, PassphraseCost};
use crate::crypto::seal::{OpeningKey, SealingKey};
use crate::crypto::secret::Passphrase;
use crate::crypto::sign::{SigningKey, VerifyingKey};
use crate::crypto::travel::{self, Identity, Recipient};
use crate::crypto::{Secret, aead, labels};

/// Longest wrapped secrets: those of an age identity stand behind an age file.
const MAX_SECRETS: usize = 2048;
/// Bytes of wrapped secrets, without that file.
const SECRETS: usize = aead::OVERHEAD + 96;

/// What a slot may do, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rights(u8);

impl Rights {
    /// Add records.
    pub const SEAL: Self = Self(1);
    /// Open, search, amend, link and erase records.
    pub const READ: Self = Self(2);
    /// Take records out of the vault in clear text.
    pub const EXPORT: Self = Self(4);
    /// Add, change and remove slots.
    pub const MANAGE: Self = Self(8);
    /// Read the log.
    pub const LOG: Self = Self(16);
    /// Everything.
    pub const ALL: Self = Self(31);

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` is in here.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    pub(super) fn from_bits(bits: u8) -> Result<Self, DecodeError> {
        if bits == 0 || bits & !Self::ALL.0 != 0 {
            return Err(DecodeError::Value("rights"));
        }
        Ok(Self(bits))
    }
}

/// What opens a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SlotKind {
    /// A passphrase, with the cost of stretching it.
    Passphrase(PassphraseCost),
    /// A recovery code.
    Recovery,
    /// A file with 32 random bytes.
    KeyFile,
    /// A secret that several people hold together.
    Shares,
    /// An age identity.
    Age,
}

impl SlotKind {
    /// Whether what opens the slot is kept away from the house: a panic leaves it alone.
    pub fn is_recovery(self) -> bool {
        matches!(self, Self::Recovery | Self::Shares)
    }
}

/// What a person brings to open a slot.
pub enum Unlock<'a> {
    /// A passphrase.
    Passphrase(&'a Passphrase),
    /// A recovery code.
    Recovery(&'a RecoveryCode),
    /// The content of a key file.
    KeyFile(&'a Secret<32>),
    /// The secret of enough recovery shares.
    Shares(&'a Secret<32>),
    /// An age identity.
    Age(&'a Identity),
    /// The recipient of an age identity: makes a slot, opens none.
    AgeRecipient(&'a Recipient),
}

impl Unlock<'_> {
    pub(super) fn fits(&self, kind: SlotKind) -> bool {
        matches!(
            (self, kind),
            (Self::Passphrase(_), SlotKind::Passphrase(_))
                | (Self::Recovery(_), SlotKind::Recovery)
                | (Self::KeyFile(_), SlotKind::KeyFile)
                | (Self::Shares(_), SlotKind::Shares)
                | (Self::Age(_), SlotKind::Age)
        )
    }

    /// The key that wraps a slot's secrets. `header` is what stands before them in a slot of an age
    /// identity: the file with the secret that the key is made of.
    pub(super) fn wrapping_key(
        &self,
        kind: SlotKind,
        salt: &[u8; 16],
        slot: SlotId,
        header: &[u8],
    ) -> Result<Secret<32>, VaultError> {
        let key = match (self, kind) {
            (Self::Passphrase(p), SlotKind::Passphrase(cost)) => {
                let stretched = kdf::stretch(p.expose().as_bytes(), salt, cost)?;
                kdf::derive(labels::SLOT_PASSPHRASE, &[&slot.0, stretched.expose()])
            }
            (Self::Recovery(code), SlotKind::Recovery) => {
                kdf::derive(labels::SLOT_RECOVERY, &[&slot.0, salt, code.expose()])
            }
            (Self::KeyFile(key), SlotKind::KeyFile) => {
                kdf::derive(labels::SLOT_KEY_FILE, &[&slot.0, salt, key.expose()])
            }
            (Self::Shares(key), SlotKind::Shares) => {
                kdf::derive(labels::SLOT_SHARES, &[&slot.0, salt, key.expose()])
            }
            (Self::Age(identity), SlotKind::Age) => {
                let wrong = |_| VaultError::WrongKey;
                let mut file = travel::decrypt(identity, header).map_err(wrong)?;
                let key = Secret::<32>::try_init_with(|out| file.read_exact(out))?;
                kdf::derive(labels::SLOT_AGE, &[&slot.0, salt, key.expose()])
            }
            _ => return Err(VaultError::WrongKey),
        };
        Ok(key)
    }
}

/// A way in.
#[derive(Clone, PartialEq, Eq)]
pub struct Slot {
    /// Its id; the chain names it as actor.
    pub id: SlotId,
    /// What opens it.
    pub kind: SlotKind,
    /// What it may do.
    pub rights: Rights,
    /// Checks its signatures.
    pub verifying_key: VerifyingKey,
    pub(super) salt: [u8; 16],
    pub(super) sealing_key: SealingKey,
    pub(super) secrets: Vec<u8>,
    pub(super) grants: Vec<u8>,
}

impl Slot {
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        self.id.encode(out);
        match self.kind {
            SlotKind::Passphrase(cost) => {
                out.push(1);
                cost.encode(out);
            }
            SlotKind::Recovery => out.push(2),
            SlotKind::KeyFile => out.push(3),
            SlotKind::Shares => out.push(4),
            SlotKind::Age => out.push(5),
        }
        out.push(self.rights.0);
        out.extend_from_slice(&self.salt);
        out.extend_from_slice(&self.verifying_key.0);
        out.extend_from_slice(&self.sealing_key.0);
        put_bytes(out, &self.secrets);
        put_bytes(out, &self.grants);
    }

    pub(super) fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let id = SlotId::decode(input)?;
        let kind = match input.u8()? {
            1 => SlotKind::Passphrase(PassphraseCost::decode(input)?),
            2 => SlotKind::Recovery,
            3 => SlotKind::KeyFile,
            4 => SlotKind::Shares,
            5 => SlotKind::Age,
            _ => return Err(DecodeError::Value("slot kind")),
        };
        Ok(Self {
            id,
            kind,
            rights: Rights::from_bits(input.u8()?)?,
            salt: input.array()?,
            verifying_key: VerifyingKey(input.array()?),
            sealing_key: SealingKey(input.array()?),
            secrets: input.bytes(MAX_SECRETS)?.to_vec(),
            grants: input.bytes(32 << 10)?.to_vec(),
        })
    }

    /// What the wrapped secrets are bound to.
    pub(super) fn secrets_ad(&self, vault: VaultId) -> Vec<u8> {
        let mut ad = labels::SLOT_SECRETS.to_vec();
        vault.encode(&mut ad);
        self.id.encode(&mut ad);
        match self.kind {
            SlotKind::Passphrase(cost) => cost.encode(&mut ad),
            SlotKind::Recovery => ad.push(2),
            SlotKind::KeyFile => ad.push(3),
            SlotKind::Shares => ad.push(4),
            SlotKind::Age => ad.push(5),
        }
        ad
    }

    pub(super) fn grants_ad(&self, vault: VaultId) -> Vec<u8> {
        let mut ad = Vec::with_capacity(33);
        vault.encode(&mut ad);
        self.id.encode(&mut ad);
        ad.push(self.rights.0);
        ad
    }

    /// Wraps the slot's own secrets under what `unlock` brings.
    pub(super) fn wrap(
        &mut self,
        vault: VaultId,
        unlock: &Unlock<'_>,
        opening: &OpeningKey,
        signing: &SigningKey,
        keyring_key: VerifyingKey,
    ) -> Result<(), VaultError> {
        let mut header = Vec::new();
        let key = if let Unlock::AgeRecipient(recipient) = unlock {
            let secret = Secret::<32>::random()?;
            let mut file = travel::encrypt(&[(*recipient).clone()], &mut header)?;
            std::io::Write::write_all(&mut file, secret.expose())?;
            file.finish()?;
            kdf::derive(labels::SLOT_AGE, &[&self.id.0, &self.salt, secret.expose()])
        } else {
            unlock.wrapping_key(self.kind, &self.salt, self.id, &[])?
        };
        let mut plain = Zeroizing::new(Vec::with_capacity(96));
        plain.extend_from_slice(opening.private().expose());
        plain.extend_from_slice(signing.seed().expose());
        plain.extend_from_slice(&keyring_key.0);
        self.secrets = header;
        let sealed = aead::seal(&key, &self.secrets_ad(vault), &plain)?;
        self.secrets.extend_from_slice(&sealed);
        Ok(())
    }

    /// What stands before the wrapped secrets, and those.
    pub(super) fn wrapped(&self) -> (&[u8], &[u8]) {
        let at = self.secrets.len().saturating_sub(SECRETS);
        self.secrets.split_at_checked(at).unwrap_or_default()
    }
}

/// A slot to be made.
pub struct NewSlot<'a> {
    /// What people call it.
    pub name: &'a str,
    /// What opens it.
    pub kind: SlotKind,
    /// What is brought to open it.
    pub unlock: Unlock<'a>,
    /// What it may do.
    pub rights: Rights,
}
