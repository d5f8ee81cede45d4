//! The keyring: who can open what (manual: *vault format*, "Keyring").
//!
//! A *slot* is one way in: a passphrase, a recovery code, a key file. It has a key pair of its own,
//! whose private half is wrapped by what the person knows or holds, and *grants* sealed to its
//! public half. So keys can be given to a slot, and new keys handed out after a rotation, without
//! its passphrase. The whole file is signed by the keyring key; every slot's wrapped part contains
//! the public half of it, so that nobody can slip in a keyring of their own.

use zeroize::Zeroizing;

use super::error::VaultError;
use super::ids::{CompartmentId, SlotId, VaultId};
use super::recovery::RecoveryCode;
use crate::codec::{Decode, DecodeError, Encode, Reader, put_bytes};
use crate::crypto::kdf::{self, PassphraseCost};
use crate::crypto::seal::{self, OpeningKey, SealingKey};
use crate::crypto::secret::Passphrase;
use crate::crypto::sign::{SigningKey, VerifyingKey};
use crate::crypto::{Secret, aead, labels, random};

const MAGIC: &[u8; 14] = b"sigilo-keyring";
const VERSION: u8 = 1;
/// Grants with several keys of the log.
const GRANTS_SUCCESSIVE: u8 = 2;
/// Most keys that the log may have had.
const MAX_LOG_KEYS: usize = 256;
/// Most slots of one keyring.
pub const MAX_SLOTS: usize = 64;
/// Most compartments of one keyring.
pub const MAX_COMPARTMENTS: usize = 64;
const MAX_RETIRED: usize = 4096;
/// Largest keyring file in bytes; checked before it is read.
pub const MAX_FILE: usize = 2 << 20;
/// Longest name of a site, a compartment or a slot, in bytes.
pub const MAX_NAME: usize = 200;

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

    fn from_bits(bits: u8) -> Result<Self, DecodeError> {
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
}

impl Unlock<'_> {
    fn fits(&self, kind: SlotKind) -> bool {
        matches!(
            (self, kind),
            (Self::Passphrase(_), SlotKind::Passphrase(_))
                | (Self::Recovery(_), SlotKind::Recovery)
                | (Self::KeyFile(_), SlotKind::KeyFile)
                | (Self::Shares(_), SlotKind::Shares)
        )
    }

    /// The key that wraps a slot's secrets.
    fn wrapping_key(
        &self,
        kind: SlotKind,
        salt: &[u8; 16],
        slot: SlotId,
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
            _ => return Err(VaultError::WrongKey),
        };
        Ok(key)
    }
}

/// A compartment as anybody can see it: a random id, which generation of its key is current, and
/// the key that seals into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compartment {
    /// Its id.
    pub id: CompartmentId,
    /// Generation of the key, from 1; rotation adds one.
    pub epoch: u32,
    /// Seals into it.
    pub key: SealingKey,
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
    salt: [u8; 16],
    sealing_key: SealingKey,
    secrets: Vec<u8>,
    grants: Vec<u8>,
}

/// Names that only those inside may read.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Roster {
    /// Name of the site.
    pub site: String,
    /// Compartments by id: name, and the kinds of records that go into it (record kind codes).
    pub compartments: Vec<(CompartmentId, String, Vec<u8>)>,
    /// What each slot is called.
    pub slots: Vec<(SlotId, String)>,
}

/// The keyring file.
#[derive(Clone, PartialEq, Eq)]
pub struct Keyring {
    /// The vault it belongs to.
    pub vault: VaultId,
    /// Counts the changes, from 1.
    pub generation: u64,
    /// Checks the keyring's own signature.
    pub keyring_key: VerifyingKey,
    /// Checks the checkpoints of the log.
    pub checkpoint_key: VerifyingKey,
    /// Seals the details of acts.
    pub log_key: SealingKey,
    /// All compartments.
    pub compartments: Vec<Compartment>,
    /// All slots that open something.
    pub slots: Vec<Slot>,
    /// Slots that are no more; their signatures in the log stay valid.
    pub retired: Vec<(SlotId, VerifyingKey)>,
    roster: Vec<u8>,
    signature: [u8; 64],
}

/// What an opened slot holds. There is no `Debug` and no `Clone`.
pub struct Access {
    /// The slot that was opened.
    pub slot: SlotId,
    /// What it may do.
    pub rights: Rights,
    /// Names.
    pub roster: Roster,
    /// Signs acts.
    pub signing: SigningKey,
    roster_key: Secret<32>,
    keyring: Option<SigningKey>,
    checkpoint: Option<SigningKey>,
    /// Keys of the log, each with the leaf from which on it is used; older ones stay, because the
    /// leaves name what was sealed to them.
    log: Vec<(u64, OpeningKey)>,
    compartments: Vec<(CompartmentId, u32, OpeningKey)>,
}

impl Access {
    /// Opens what is sealed into a compartment with the key of this generation.
    pub fn compartment(&self, id: CompartmentId, epoch: u32) -> Option<&OpeningKey> {
        self.compartments
            .iter()
            .find(|(c, e, _)| *c == id && *e == epoch)
            .map(|(_, _, key)| key)
    }

    /// Signs checkpoints, if this slot may.
    pub fn checkpoint(&self) -> Option<&SigningKey> {
        self.checkpoint.as_ref()
    }

    /// Whether this slot opens the details of acts.
    pub fn reads_log(&self) -> bool {
        !self.log.is_empty()
    }

    /// Opens the details of the act at this leaf, if this slot may.
    pub fn log(&self, leaf: u64) -> Option<&OpeningKey> {
        let (_, key) = self.log.iter().rev().find(|(since, _)| *since <= leaf)?;
        Some(key)
    }

    /// Compartments that this slot opens, each with the generation of the key.
    pub(crate) fn opened(&self) -> impl Iterator<Item = (CompartmentId, u32)> {
        self.compartments.iter().map(|(id, epoch, _)| (*id, *epoch))
    }

    /// The same keys once more, to go back to if a change fails.
    pub(crate) fn duplicate(&self) -> Result<Self, VaultError> {
        let signing = |key: &SigningKey| SigningKey::from_seed(key.seed().duplicate());
        let opening = |key: &OpeningKey| OpeningKey::from_private(key.private().duplicate());
        Ok(Self {
            slot: self.slot,
            rights: self.rights,
            roster: self.roster.clone(),
            signing: signing(&self.signing)?,
            roster_key: self.roster_key.duplicate(),
            keyring: self.keyring.as_ref().map(signing).transpose()?,
            checkpoint: self.checkpoint.as_ref().map(signing).transpose()?,
            log: self
                .log
                .iter()
                .map(|(since, key)| Ok((*since, opening(key)?)))
                .collect::<Result<_, VaultError>>()?,
            compartments: self
                .compartments
                .iter()
                .map(|(id, epoch, key)| Ok((*id, *epoch, opening(key)?)))
                .collect::<Result<_, VaultError>>()?,
        })
    }
}

/// The keys of a vault as they are given to slots.
struct Grants<'a> {
    roster_key: &'a Secret<32>,
    keyring: Option<&'a SigningKey>,
    checkpoint: Option<&'a SigningKey>,
    log: Vec<(u64, &'a OpeningKey)>,
    compartments: Vec<(CompartmentId, u32, &'a OpeningKey)>,
}

impl Grants<'_> {
    fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        fn optional(out: &mut Vec<u8>, key: Option<&Secret<32>>) {
            out.push(u8::from(key.is_some()));
            if let Some(key) = key {
                out.extend_from_slice(key.expose());
            }
        }
        // Reserved in one piece: a vector that grows leaves copies of secrets behind.
        let keys = self.compartments.len() + self.log.len();
        let mut out = Zeroizing::new(Vec::with_capacity(256 + keys * 64));
        // The first form holds one key of the log, used from the beginning.
        let first = matches!(self.log.as_slice(), [] | [(0, _)]);
        out.push(if first { VERSION } else { GRANTS_SUCCESSIVE });
        out.extend_from_slice(self.roster_key.expose());
        optional(&mut out, self.keyring.map(SigningKey::seed));
        optional(&mut out, self.checkpoint.map(SigningKey::seed));
        if first {
            optional(&mut out, self.log.first().map(|(_, key)| key.private()));
        } else {
            out.extend_from_slice(&len_u32(self.log.len()));
            for (since, key) in &self.log {
                out.extend_from_slice(&since.to_be_bytes());
                out.extend_from_slice(key.private().expose());
            }
        }
        out.extend_from_slice(&len_u32(self.compartments.len()));
        for (id, epoch, key) in &self.compartments {
            id.encode(&mut out);
            out.extend_from_slice(&epoch.to_be_bytes());
            out.extend_from_slice(key.private().expose());
        }
        out
    }
}

fn len_u32(len: usize) -> [u8; 4] {
    u32::try_from(len).unwrap_or(u32::MAX).to_be_bytes()
}

fn secret32(input: &mut Reader<'_>) -> Result<Secret<32>, DecodeError> {
    Secret::from_slice(input.take(32)?).map_err(|_| DecodeError::Value("key"))
}

fn optional32(input: &mut Reader<'_>) -> Result<Option<Secret<32>>, DecodeError> {
    match input.u8()? {
        0 => Ok(None),
        1 => secret32(input).map(Some),
        _ => Err(DecodeError::Value("key")),
    }
}

impl Encode for Roster {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        put_bytes(out, self.site.as_bytes());
        out.extend_from_slice(&len_u32(self.compartments.len()));
        for (id, name, kinds) in &self.compartments {
            id.encode(out);
            put_bytes(out, name.as_bytes());
            put_bytes(out, kinds);
        }
        out.extend_from_slice(&len_u32(self.slots.len()));
        for (id, name) in &self.slots {
            id.encode(out);
            put_bytes(out, name.as_bytes());
        }
    }
}

impl Decode for Roster {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8()? {
            VERSION => {}
            v => return Err(DecodeError::Version(v)),
        }
        let site = input.text(MAX_NAME)?.to_owned();
        let n = input.count(24, MAX_COMPARTMENTS)?;
        let mut compartments = Vec::with_capacity(n);
        for _ in 0..n {
            let id = CompartmentId::decode(input)?;
            let name = input.text(MAX_NAME)?.to_owned();
            compartments.push((id, name, input.bytes(256)?.to_vec()));
        }
        let n = input.count(20, MAX_SLOTS)?;
        let mut slots = Vec::with_capacity(n);
        for _ in 0..n {
            slots.push((SlotId::decode(input)?, input.text(MAX_NAME)?.to_owned()));
        }
        Ok(Self {
            site,
            compartments,
            slots,
        })
    }
}

impl Slot {
    fn encode(&self, out: &mut Vec<u8>) {
        self.id.encode(out);
        match self.kind {
            SlotKind::Passphrase(cost) => {
                out.push(1);
                cost.encode(out);
            }
            SlotKind::Recovery => out.push(2),
            SlotKind::KeyFile => out.push(3),
            SlotKind::Shares => out.push(4),
        }
        out.push(self.rights.0);
        out.extend_from_slice(&self.salt);
        out.extend_from_slice(&self.verifying_key.0);
        out.extend_from_slice(&self.sealing_key.0);
        put_bytes(out, &self.secrets);
        put_bytes(out, &self.grants);
    }

    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let id = SlotId::decode(input)?;
        let kind = match input.u8()? {
            1 => SlotKind::Passphrase(PassphraseCost::decode(input)?),
            2 => SlotKind::Recovery,
            3 => SlotKind::KeyFile,
            4 => SlotKind::Shares,
            _ => return Err(DecodeError::Value("slot kind")),
        };
        Ok(Self {
            id,
            kind,
            rights: Rights::from_bits(input.u8()?)?,
            salt: input.array()?,
            verifying_key: VerifyingKey(input.array()?),
            sealing_key: SealingKey(input.array()?),
            secrets: input.bytes(256)?.to_vec(),
            grants: input.bytes(24 << 10)?.to_vec(),
        })
    }

    /// What the wrapped secrets are bound to.
    fn secrets_ad(&self, vault: VaultId) -> Vec<u8> {
        let mut ad = labels::SLOT_SECRETS.to_vec();
        vault.encode(&mut ad);
        self.id.encode(&mut ad);
        match self.kind {
            SlotKind::Passphrase(cost) => cost.encode(&mut ad),
            SlotKind::Recovery => ad.push(2),
            SlotKind::KeyFile => ad.push(3),
            SlotKind::Shares => ad.push(4),
        }
        ad
    }

    fn grants_ad(&self, vault: VaultId) -> Vec<u8> {
        let mut ad = Vec::with_capacity(33);
        vault.encode(&mut ad);
        self.id.encode(&mut ad);
        ad.push(self.rights.0);
        ad
    }

    /// Wraps the slot's own secrets under what `unlock` brings.
    fn wrap(
        &mut self,
        vault: VaultId,
        unlock: &Unlock<'_>,
        opening: &OpeningKey,
        signing: &SigningKey,
        keyring_key: VerifyingKey,
    ) -> Result<(), VaultError> {
        let key = unlock.wrapping_key(self.kind, &self.salt, self.id)?;
        let mut plain = Zeroizing::new(Vec::with_capacity(96));
        plain.extend_from_slice(opening.private().expose());
        plain.extend_from_slice(signing.seed().expose());
        plain.extend_from_slice(&keyring_key.0);
        self.secrets = aead::seal(&key, &self.secrets_ad(vault), &plain)?;
        Ok(())
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

impl Keyring {
    /// A new vault's keyring with its first slot, which may do everything.
    ///
    /// # Errors
    /// [`VaultError`] if a name is too long or the system gives no random bytes.
    pub fn create(
        site: &str,
        compartments: &[(&str, &[u8])],
        first: &NewSlot<'_>,
    ) -> Result<(Self, Access), VaultError> {
        check_name(site)?;
        let vault = VaultId::random()?;
        let keyring = SigningKey::generate()?;
        let checkpoint = SigningKey::generate()?;
        let log = OpeningKey::generate()?;
        let mut roster = Roster {
            site: site.to_owned(),
            ..Roster::default()
        };
        let mut public = Vec::new();
        let mut keys = Vec::new();
        for (name, kinds) in compartments {
            let id = CompartmentId::random()?;
            let key = OpeningKey::generate()?;
            public.push(Compartment {
                id,
                epoch: 1,
                key: key.sealing_key(),
            });
            roster
                .compartments
                .push((id, (*name).to_owned(), kinds.to_vec()));
            keys.push((id, 1, key));
        }
        let mut ring = Self {
            vault,
            generation: 0,
            keyring_key: keyring.verifying_key(),
            checkpoint_key: checkpoint.verifying_key(),
            log_key: log.sealing_key(),
            compartments: public,
            slots: Vec::new(),
            retired: Vec::new(),
            roster: Vec::new(),
            signature: [0; 64],
        };
        let mut access = Access {
            slot: SlotId([0; 16]),
            rights: Rights::ALL,
            roster,
            signing: SigningKey::generate()?,
            roster_key: Secret::random()?,
            keyring: Some(keyring),
            checkpoint: Some(checkpoint),
            log: vec![(0, log)],
            compartments: keys,
        };
        access.slot = ring.add_slot(&mut access, first)?;
        let access = ring.unlock(&first.unlock)?;
        Ok((ring, access))
    }

    /// Adds a slot and signs the new generation.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`] without the right to manage keys or if more is given than one
    /// has, [`VaultError::KeyInUse`] if `unlock` already opens a slot.
    pub fn add_slot(
        &mut self,
        access: &mut Access,
        new: &NewSlot<'_>,
    ) -> Result<SlotId, VaultError> {
        check_name(new.name)?;
        if access.keyring.is_none() || !access.rights.has(new.rights) {
            return Err(VaultError::NotAllowed);
        }
        if self.slots.len() >= MAX_SLOTS {
            return Err(VaultError::TooManySlots);
        }
        if self.find(&new.unlock)?.is_some() {
            return Err(VaultError::KeyInUse);
        }
        let opening = OpeningKey::generate()?;
        let signing = SigningKey::generate()?;
        let mut slot = Slot {
            id: SlotId::random()?,
            kind: new.kind,
            rights: new.rights,
            verifying_key: signing.verifying_key(),
            salt: random::array()?,
            sealing_key: opening.sealing_key(),
            secrets: Vec::new(),
            grants: Vec::new(),
        };
        slot.wrap(
            self.vault,
            &new.unlock,
            &opening,
            &signing,
            self.keyring_key,
        )?;
        self.grant(access, &mut slot)?;
        let id = slot.id;
        self.slots.push(slot);
        access.roster.slots.push((id, new.name.to_owned()));
        self.sign(access)?;
        Ok(id)
    }

    /// Removes a slot and signs the new generation. Its verifying key stays, for the log.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`], [`VaultError::NoSuchSlot`], or [`VaultError::LastSlot`] if nobody
    /// could manage the keyring or read the records afterwards.
    pub fn remove_slot(&mut self, access: &mut Access, id: SlotId) -> Result<(), VaultError> {
        if access.keyring.is_none() {
            return Err(VaultError::NotAllowed);
        }
        let at = self
            .slots
            .iter()
            .position(|s| s.id == id)
            .ok_or(VaultError::NoSuchSlot)?;
        let manages = Rights::MANAGE.and(Rights::READ);
        let others = self.slots.iter().filter(|s| s.id != id);
        if others.filter(|s| s.rights.has(manages)).count() == 0 {
            return Err(VaultError::LastSlot);
        }
        if self.retired.len() >= MAX_RETIRED {
            return Err(VaultError::TooManySlots);
        }
        let slot = self.slots.remove(at);
        self.retired.push((slot.id, slot.verifying_key));
        access.roster.slots.retain(|(s, _)| *s != id);
        self.sign(access)
    }

    /// Puts another key on the slot that is open: a changed passphrase, a new recovery code.
    ///
    /// Any slot may change its own key; the keyring's signature needs the right to manage keys, so
    /// whoever lacks it asks somebody who has it.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`], [`VaultError::KeyInUse`], [`VaultError::WrongKey`] if `current`
    /// does not open the slot.
    pub fn change_key(
        &mut self,
        access: &Access,
        current: &Unlock<'_>,
        kind: SlotKind,
        new: &Unlock<'_>,
    ) -> Result<(), VaultError> {
        if access.keyring.is_none() {
            return Err(VaultError::NotAllowed);
        }
        let (at, opening, signing) = self.find(current)?.ok_or(VaultError::WrongKey)?;
        match self.find(new)? {
            Some((other, _, _)) if other != at => return Err(VaultError::KeyInUse),
            _ => {}
        }
        let (vault, keyring_key) = (self.vault, self.keyring_key);
        let slot = self.slots.get_mut(at).ok_or(VaultError::NoSuchSlot)?;
        slot.kind = kind;
        slot.salt = random::array()?;
        slot.wrap(vault, new, &opening, &signing, keyring_key)?;
        self.sign(access)
    }

    /// Begins a change of all keys that open records, log and roster: each compartment gets the key
    /// of its next epoch, the log a new one from the leaf `log_since` on. Every slot is given old and
    /// new keys by its public key; no passphrase is needed.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`] unless the slot manages keys and holds every other.
    pub(crate) fn begin_rotation(
        &mut self,
        access: &mut Access,
        log_since: u64,
    ) -> Result<(), VaultError> {
        if access.keyring.is_none() || access.checkpoint.is_none() || access.log.is_empty() {
            return Err(VaultError::NotAllowed);
        }
        if access.log.len() >= MAX_LOG_KEYS {
            return Err(VaultError::TooManySlots);
        }
        for compartment in &mut self.compartments {
            if access
                .compartment(compartment.id, compartment.epoch)
                .is_none()
            {
                return Err(VaultError::NotAllowed);
            }
            let key = OpeningKey::generate()?;
            compartment.epoch = compartment
                .epoch
                .checked_add(1)
                .ok_or(VaultError::TooLarge)?;
            compartment.key = key.sealing_key();
            access
                .compartments
                .push((compartment.id, compartment.epoch, key));
        }
        let log = OpeningKey::generate()?;
        self.log_key = log.sealing_key();
        access.log.push((log_since, log));
        access.roster_key = Secret::random()?;
        self.grant_all(access)?;
        self.sign(access)
    }

    /// Ends a change of keys: no slot is given the old keys of compartments any more.
    pub(crate) fn end_rotation(&mut self, access: &mut Access) -> Result<(), VaultError> {
        if access.keyring.is_none() {
            return Err(VaultError::NotAllowed);
        }
        access.compartments.retain(|(id, epoch, _)| {
            self.compartments
                .iter()
                .any(|c| c.id == *id && c.epoch == *epoch)
        });
        self.grant_all(access)?;
        self.sign(access)
    }

    fn grant_all(&mut self, access: &Access) -> Result<(), VaultError> {
        let mut slots = std::mem::take(&mut self.slots);
        let done = slots
            .iter_mut()
            .try_for_each(|slot| self.grant(access, slot));
        self.slots = slots;
        done
    }

    /// Opens the slot that `unlock` fits, and checks the whole keyring with it.
    ///
    /// # Errors
    /// [`VaultError::WrongKey`] if it fits none, [`VaultError::KeyringForged`] if the keyring was not
    /// signed by this vault.
    pub fn unlock(&self, unlock: &Unlock<'_>) -> Result<Access, VaultError> {
        let (at, opening, signing) = self.find(unlock)?.ok_or(VaultError::WrongKey)?;
        let slot = self.slots.get(at).ok_or(VaultError::NoSuchSlot)?;
        self.keyring_key
            .verify(&self.signed_bytes(), &self.signature)
            .map_err(|_| VaultError::KeyringForged)?;
        let plain = opening
            .open(
                labels::SLOT_GRANT,
                &slot.grants_ad(self.vault),
                &slot.grants,
            )
            .map_err(|_| VaultError::KeyringForged)?;
        self.read_grants(slot, signing, &plain)
            .map_err(|_| VaultError::KeyringForged)
    }

    /// The verifying key of a slot, present or retired.
    pub fn slot_key(&self, id: SlotId) -> Option<VerifyingKey> {
        let present = self.slots.iter().map(|s| (s.id, s.verifying_key));
        present
            .chain(self.retired.iter().copied())
            .find(|(s, _)| *s == id)
            .map(|(_, key)| key)
    }

    /// The compartment with this id.
    pub fn compartment(&self, id: CompartmentId) -> Option<&Compartment> {
        self.compartments.iter().find(|c| c.id == id)
    }

    /// Position, opening key and signing key of the slot that `unlock` opens.
    fn find(
        &self,
        unlock: &Unlock<'_>,
    ) -> Result<Option<(usize, OpeningKey, SigningKey)>, VaultError> {
        for (at, slot) in self.slots.iter().enumerate() {
            if !unlock.fits(slot.kind) {
                continue;
            }
            let key = unlock.wrapping_key(slot.kind, &slot.salt, slot.id)?;
            let Ok(plain) = aead::open(&key, &slot.secrets_ad(self.vault), &slot.secrets) else {
                continue;
            };
            let mut input = Reader::new(&plain);
            let opening = OpeningKey::from_private(secret32(&mut input)?)?;
            let signing = SigningKey::from_seed(secret32(&mut input)?)?;
            let pinned = VerifyingKey(input.array()?);
            input.finish()?;
            if pinned != self.keyring_key
                || opening.sealing_key() != slot.sealing_key
                || signing.verifying_key() != slot.verifying_key
            {
                return Err(VaultError::KeyringForged);
            }
            return Ok(Some((at, opening, signing)));
        }
        Ok(None)
    }

    fn read_grants(
        &self,
        slot: &Slot,
        signing: SigningKey,
        plain: &[u8],
    ) -> Result<Access, VaultError> {
        let mut input = Reader::new(plain);
        let version = input.u8()?;
        if version != VERSION && version != GRANTS_SUCCESSIVE {
            return Err(DecodeError::Version(version).into());
        }
        let roster_key = secret32(&mut input)?;
        let signing_key = |seed: Option<Secret<32>>| seed.map(SigningKey::from_seed).transpose();
        let keyring = signing_key(optional32(&mut input)?)?;
        let checkpoint = signing_key(optional32(&mut input)?)?;
        let mut log = Vec::new();
        if version == VERSION {
            let key = optional32(&mut input)?.map(OpeningKey::from_private);
            log.extend(key.transpose()?.map(|key| (0, key)));
        } else {
            for _ in 0..input.count(40, MAX_LOG_KEYS)? {
                let since = input.u64()?;
                log.push((since, OpeningKey::from_private(secret32(&mut input)?)?));
            }
        }
        // While keys are being replaced, a compartment has two.
        let n = input.count(52, 2 * MAX_COMPARTMENTS)?;
        let mut compartments = Vec::with_capacity(n);
        for _ in 0..n {
            let id = CompartmentId::decode(&mut input)?;
            let epoch = input.u32()?;
            let key = OpeningKey::from_private(secret32(&mut input)?)?;
            compartments.push((id, epoch, key));
        }
        input.finish()?;
        let plain = aead::open(&roster_key, &self.roster_ad(), &self.roster)?;
        Ok(Access {
            slot: slot.id,
            rights: slot.rights,
            roster: Roster::from_bytes(aead::unpad(&plain)?)?,
            signing,
            roster_key,
            keyring,
            checkpoint,
            log,
            compartments,
        })
    }

    /// Seals to `slot` what its rights need of what `access` has.
    fn grant(&self, access: &Access, slot: &mut Slot) -> Result<(), VaultError> {
        let reads = slot.rights.has(Rights::READ);
        let compartments = access.compartments.iter().filter(|_| reads);
        let grants = Grants {
            roster_key: &access.roster_key,
            keyring: access
                .keyring
                .as_ref()
                .filter(|_| slot.rights.has(Rights::MANAGE)),
            // Whoever signs a head has checked the entries of others since the last one.
            checkpoint: access
                .checkpoint
                .as_ref()
                .filter(|_| reads && slot.rights.has(Rights::LOG)),
            log: access
                .log
                .iter()
                .filter(|_| slot.rights.has(Rights::LOG))
                .map(|(since, key)| (*since, key))
                .collect(),
            compartments: compartments.map(|(id, e, key)| (*id, *e, key)).collect(),
        };
        slot.grants = seal::seal_to(
            &slot.sealing_key,
            labels::SLOT_GRANT,
            &slot.grants_ad(self.vault),
            &grants.to_bytes(),
        )?;
        Ok(())
    }

    fn sign(&mut self, access: &Access) -> Result<(), VaultError> {
        let key = access.keyring.as_ref().ok_or(VaultError::NotAllowed)?;
        self.generation += 1;
        // Padded, so that the lengths of names do not show.
        let plain = aead::pad(&Zeroizing::new(access.roster.to_bytes()));
        self.roster = aead::seal(&access.roster_key, &self.roster_ad(), &plain)?;
        self.signature = key.sign(&self.signed_bytes())?;
        Ok(())
    }

    fn roster_ad(&self) -> Vec<u8> {
        let mut ad = labels::ROSTER.to_vec();
        self.vault.encode(&mut ad);
        ad
    }

    fn signed_bytes(&self) -> Vec<u8> {
        let mut out = labels::KEYRING_SIGNATURE.to_vec();
        self.encode_unsigned(&mut out);
        out
    }

    fn encode_unsigned(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(MAGIC);
        out.push(VERSION);
        self.vault.encode(out);
        out.extend_from_slice(&self.generation.to_be_bytes());
        out.extend_from_slice(&self.keyring_key.0);
        out.extend_from_slice(&self.checkpoint_key.0);
        out.extend_from_slice(&self.log_key.0);
        out.extend_from_slice(&len_u32(self.compartments.len()));
        for c in &self.compartments {
            c.id.encode(out);
            out.extend_from_slice(&c.epoch.to_be_bytes());
            out.extend_from_slice(&c.key.0);
        }
        out.extend_from_slice(&len_u32(self.slots.len()));
        for slot in &self.slots {
            slot.encode(out);
        }
        out.extend_from_slice(&len_u32(self.retired.len()));
        for (id, key) in &self.retired {
            id.encode(out);
            out.extend_from_slice(&key.0);
        }
        put_bytes(out, &self.roster);
    }
}

fn check_name(name: &str) -> Result<(), VaultError> {
    if name.trim().is_empty() || name.len() > MAX_NAME || name.chars().any(char::is_control) {
        return Err(VaultError::BadName);
    }
    Ok(())
}

impl Encode for Keyring {
    fn encode(&self, out: &mut Vec<u8>) {
        self.encode_unsigned(out);
        out.extend_from_slice(&self.signature);
    }
}

impl Decode for Keyring {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if input.take(MAGIC.len())? != MAGIC {
            return Err(DecodeError::Value("keyring"));
        }
        match input.u8()? {
            VERSION => {}
            v => return Err(DecodeError::Version(v)),
        }
        let vault = VaultId::decode(input)?;
        let generation = input.u64()?;
        let keyring_key = VerifyingKey(input.array()?);
        let checkpoint_key = VerifyingKey(input.array()?);
        let log_key = SealingKey(input.array()?);
        let n = input.count(52, MAX_COMPARTMENTS)?;
        let mut compartments = Vec::with_capacity(n);
        for _ in 0..n {
            compartments.push(Compartment {
                id: CompartmentId::decode(input)?,
                epoch: input.u32()?,
                key: SealingKey(input.array()?),
            });
        }
        let n = input.count(106, MAX_SLOTS)?;
        let mut slots = Vec::with_capacity(n);
        for _ in 0..n {
            slots.push(Slot::decode(input)?);
        }
        let n = input.count(48, MAX_RETIRED)?;
        let mut retired = Vec::with_capacity(n);
        for _ in 0..n {
            retired.push((SlotId::decode(input)?, VerifyingKey(input.array()?)));
        }
        Ok(Self {
            vault,
            generation,
            keyring_key,
            checkpoint_key,
            log_key,
            compartments,
            slots,
            retired,
            roster: input.bytes(128 << 10)?.to_vec(),
            signature: input.array()?,
        })
    }
}
