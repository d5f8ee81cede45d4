//! Destroying the ways in of the house (manual: *vault format*, "Coercion").
//!
//! Every keyring has one *place* that looks the same whether a duress passphrase is in it or random
//! bytes are. What a duress passphrase opens there is not a way in: only the key that signs the
//! keyring, so that a keyring without the slots of the house can take the place of the one there is,
//! logged like every change. Neither those inside nor those outside can tell whether one is set.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use zeroize::Zeroizing;

use super::error::VaultError;
use super::ids::{SlotId, VaultId};
use super::keyring::{MAX_FILE, Rights, Unlock};
use super::{ActNote, Vault};
use crate::codec::{Decode, DecodeError, Encode as _, Reader};
use crate::crypto::hash::{Digest, sha256};
use crate::crypto::kdf::{self, PassphraseCost};
use crate::crypto::secret::Passphrase;
use crate::crypto::sign::{SigningKey, VerifyingKey};
use crate::crypto::{Secret, aead, labels, random};
use crate::log::act::{ActKind, Reason};

/// Bytes of what is sealed in a place: two seeds.
const PLAIN: usize = 64;
const SEALED: usize = PLAIN + aead::OVERHEAD;

/// Where a duress passphrase is, or nothing.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Acts as this slot; nothing else does.
    pub id: SlotId,
    cost: PassphraseCost,
    salt: [u8; 16],
    /// Checks what it signs.
    pub verifying_key: VerifyingKey,
    sealed: [u8; SEALED],
}

/// What a duress passphrase opens.
pub(super) struct Duress {
    pub keyring: SigningKey,
    pub slot: SlotId,
    pub signing: SigningKey,
}

impl Place {
    /// A place with nothing in it.
    pub fn empty(cost: PassphraseCost) -> Result<Self, VaultError> {
        Ok(Self {
            id: SlotId::random()?,
            cost,
            salt: random::array()?,
            verifying_key: SigningKey::generate()?.verifying_key(),
            sealed: random::array()?,
        })
    }

    /// A place with a duress passphrase in it.
    fn with(
        passphrase: &Passphrase,
        cost: PassphraseCost,
        vault: VaultId,
        keyring: &SigningKey,
    ) -> Result<Self, VaultError> {
        let signing = SigningKey::generate()?;
        let mut place = Self::empty(cost)?;
        place.verifying_key = signing.verifying_key();
        let mut plain = Zeroizing::new(Vec::with_capacity(PLAIN));
        plain.extend_from_slice(keyring.seed().expose());
        plain.extend_from_slice(signing.seed().expose());
        let sealed = aead::seal(&place.key(passphrase)?, &place.ad(vault), &plain)?;
        place.sealed = sealed.try_into().map_err(|_| VaultError::TooLarge)?;
        Ok(place)
    }

    /// What `unlock` opens here. A passphrase is stretched whatever there is.
    pub fn open(&self, vault: VaultId, unlock: &Unlock<'_>) -> Result<Option<Duress>, VaultError> {
        let Unlock::Passphrase(passphrase) = unlock else {
            return Ok(None);
        };
        let Ok(plain) = aead::open(&self.key(passphrase)?, &self.ad(vault), &self.sealed) else {
            return Ok(None);
        };
        let (keyring, signing) = plain.split_at_checked(32).unwrap_or_default();
        Ok(Some(Duress {
            keyring: SigningKey::from_seed(Secret::from_slice(keyring)?)?,
            slot: self.id,
            signing: SigningKey::from_seed(Secret::from_slice(signing)?)?,
        }))
    }

    fn key(&self, passphrase: &Passphrase) -> Result<Secret<32>, VaultError> {
        let bytes = passphrase.expose().as_bytes();
        let stretched = kdf::stretch(bytes, &self.salt, self.cost)?;
        Ok(kdf::derive(
            labels::SLOT_DURESS,
            &[&self.id.0, stretched.expose()],
        ))
    }

    fn ad(&self, vault: VaultId) -> Vec<u8> {
        let mut ad = labels::DURESS.to_vec();
        vault.encode(&mut ad);
        self.id.encode(&mut ad);
        self.cost.encode(&mut ad);
        ad
    }

    pub fn encode(&self, out: &mut Vec<u8>) {
        self.id.encode(out);
        self.cost.encode(out);
        out.extend_from_slice(&self.salt);
        out.extend_from_slice(&self.verifying_key.0);
        out.extend_from_slice(&self.sealed);
    }

    pub fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            id: SlotId::decode(input)?,
            cost: PassphraseCost::decode(input)?,
            salt: input.array()?,
            verifying_key: VerifyingKey(input.array()?),
            sealed: input.array()?,
        })
    }
}

/// What a panic leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Panicked {
    /// Slots that were destroyed.
    pub gone: u64,
    /// Recovery codes that still open the vault.
    pub codes: usize,
    /// Sets of recovery shares that still open it.
    pub shares: usize,
}

/// The keyring file as it is before a change, to be overwritten when another has taken its place. It
/// is opened before: by name, it could be the new one.
pub(super) struct Old(File);

impl Old {
    /// The file at `path`, if it is the one with this hash.
    pub fn open(path: &Path, hash: &Digest) -> Option<Self> {
        let mut file = OpenOptions::new().read(true).write(true).open(path).ok()?;
        let mut bytes = Vec::new();
        let limit = MAX_FILE as u64 + 1;
        Read::by_ref(&mut file)
            .take(limit)
            .read_to_end(&mut bytes)
            .ok()?;
        (sha256(&[&bytes]) == *hash).then_some(Self(file))
    }

    /// Overwrites it: what a removed slot had in it is then in no file. What the medium keeps beneath
    /// the file system is out of reach.
    pub fn overwrite(mut self) -> std::io::Result<()> {
        let len = self.0.metadata()?.len();
        self.0.seek(SeekFrom::Start(0))?;
        std::io::copy(&mut std::io::repeat(0).take(len), &mut self.0)?;
        self.0.flush()?;
        self.0.sync_all()
    }
}

impl Vault {
    /// Proves that a way of recovery opens the vault, and remembers it in the log: an act that only
    /// the slot of recovery itself can sign.
    ///
    /// # Errors
    /// As [`Vault::open`]; [`VaultError::NotRecovery`] for another way in.
    pub fn drill_and_log(
        location: &super::Location,
        unlock: &Unlock<'_>,
    ) -> Result<Rights, VaultError> {
        let vault = Self::open_as_it_is(location, unlock)?;
        if !matches!(unlock, Unlock::Recovery(_) | Unlock::Shares(_)) {
            return Err(VaultError::NotRecovery);
        }
        vault.log(ActNote::new(ActKind::Drill))?;
        Ok(vault.access.rights)
    }

    /// Slots of recovery that have opened the vault, as the log shows.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`] without the right to see the log.
    pub fn drilled(&self) -> Result<Vec<SlotId>, VaultError> {
        let recovery = self.keyring.slots.iter().filter(|s| s.kind.is_recovery());
        let recovery: Vec<SlotId> = recovery.map(|s| s.id).collect();
        let mut passed = Vec::new();
        self.trail(0, |entry| {
            let slot = SlotId(entry.act.actor);
            let opened = matches!(entry.act.kind, ActKind::Drill | ActKind::Recovery);
            if opened && recovery.contains(&slot) && !passed.contains(&slot) {
                passed.push(slot);
            }
            Ok(())
        })?;
        Ok(passed)
    }

    fn require_drill(&self) -> Result<(), VaultError> {
        self.require(Rights::MANAGE.and(Rights::LOG))?;
        let passed = self.drilled()?;
        // A code alone holds only a part of the keys that need two: what it leaves would be lost.
        let shares = !self.access.roster.by_two.is_empty();
        let mut slots = self.keyring.slots.iter();
        let opens_all = |s: &super::keyring::Slot| !shares || s.kind == super::SlotKind::Shares;
        if slots.any(|s| passed.contains(&s.id) && opens_all(s)) {
            Ok(())
        } else {
            Err(VaultError::NotDrilled)
        }
    }

    /// Destroys every slot of the house: passphrases, key files, age identities, the own one too.
    /// Recovery codes and shares stay, and so does everything that is sealed. The vault is closed.
    ///
    /// # Errors
    /// [`VaultError::NotDrilled`] if no way of recovery was ever proved to work,
    /// [`VaultError::NotAllowed`], or what the system says; then everything is as before.
    pub fn panic(mut self, reason: &Reason) -> Result<Panicked, VaultError> {
        self.require_drill()?;
        self.destroy(reason)
    }

    fn destroy(&mut self, reason: &Reason) -> Result<Panicked, VaultError> {
        let mut ring = self.keyring.clone();
        let key = self.access.keyring_signing();
        let gone = ring.keep_recovery(key.ok_or(VaultError::NotAllowed)?)? as u64;
        let count = |kind| ring.slots.iter().filter(|s| s.kind == kind).count();
        let left = Panicked {
            gone,
            codes: count(super::SlotKind::Recovery),
            shares: count(super::SlotKind::Shares),
        };
        let note = ActNote::new(ActKind::Panic).count(gone).because(reason);
        self.change_keyring(ring, note)?;
        Ok(left)
    }

    /// What the duress passphrase does. It looks like a wrong passphrase, so nothing is said of what
    /// becomes of it.
    pub(super) fn under_duress(&mut self) {
        let _ = self.destroy(&Reason::none());
    }

    /// The same, in a vault that is open.
    pub(super) fn enter_under_duress(&mut self, duress: Duress) {
        let Ok(access) = super::Access::of_duress(duress) else {
            return;
        };
        self.second = None;
        self.access = access;
        self.under_duress();
    }

    /// Sets the duress passphrase, or takes away the one there may be: nobody can tell whether there
    /// was one, and the log tells both as the same act.
    ///
    /// # Errors
    /// [`VaultError::NotDrilled`], [`VaultError::KeyInUse`] if it opens a slot,
    /// [`VaultError::NotAllowed`], or what the system says.
    pub fn set_duress(&mut self, passphrase: Option<&Passphrase>) -> Result<(), VaultError> {
        self.require_drill()?;
        let mut ring = self.keyring.clone();
        let cost = ring.usual_cost();
        let place = match passphrase {
            None => Place::empty(cost)?,
            Some(passphrase) => {
                if ring.find_slot(&Unlock::Passphrase(passphrase))?.is_some() {
                    return Err(VaultError::KeyInUse);
                }
                let key = self.access.keyring_signing();
                let key = key.ok_or(VaultError::NotAllowed)?;
                Place::with(passphrase, cost, self.id(), key)?
            }
        };
        let note = ActNote::new(ActKind::KeyChange).on(place.id.0, 0);
        ring.put_place(&self.access, place)?;
        self.change_keyring(ring, note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::kdf::stretched;
    use crate::vault::{Keyring, NewSlot, SlotKind};

    #[test]
    fn a_wrong_passphrase_costs_the_same_whatever_is_in_the_place() {
        let cost = PassphraseCost::new(PassphraseCost::MIN_MEMORY_KIB, 2, 1).unwrap();
        let text = |t: &str| Passphrase::new(t.to_owned());
        let (own, duress, wrong) = (text("la clave"), text("la de coacción"), text("ninguna"));
        let first = NewSlot {
            name: "uno",
            kind: SlotKind::Passphrase(cost),
            unlock: Unlock::Passphrase(&own),
            rights: Rights::ALL,
        };
        let (mut ring, access) = Keyring::create("Casa", &[("victim", &[0])], &first).unwrap();
        let costs = |ring: &Keyring, passphrase| {
            let before = stretched();
            let entered = ring.enter(&Unlock::Passphrase(passphrase));
            let is_duress = matches!(entered, Ok(super::super::keyring::Entered::Duress(_)));
            (stretched() - before, is_duress)
        };
        assert_eq!(costs(&ring, &wrong), (2, false));
        assert_eq!(costs(&ring, &duress), (2, false));
        let key = access.keyring_signing().unwrap();
        let place = Place::with(&duress, ring.usual_cost(), ring.vault, key).unwrap();
        ring.put_place(&access, place).unwrap();
        assert_eq!(costs(&ring, &wrong), (2, false));
        assert_eq!(costs(&ring, &duress), (2, true));
        assert_eq!(costs(&ring, &own), (1, false));
        // By itself, a keyring treats it as wrong: only a vault can do what it is for.
        let refused = ring.unlock(&Unlock::Passphrase(&duress));
        assert!(matches!(refused, Err(VaultError::WrongKey)));
    }
}
