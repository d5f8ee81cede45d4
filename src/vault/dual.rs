//! What needs two people (manual: *vault format*, "Two slots").
//!
//! A policy of the vault says which acts a slot does not do alone. The second person brings their own
//! key to the same command; every act of that command then names both slots and carries both
//! signatures. The policy itself changes only like that once there is one.
//!
//! A caller that takes something out asks [`Vault::require_two`] before it begins.

use std::collections::HashSet;

use super::error::VaultError;
use super::ids::SlotId;
use super::keyring::{Entered, Keyring, Rights, SlotKind, Unlock};
use super::{ActNote, Vault};
use crate::codec::DecodeError;
use crate::crypto::sign::SigningKey;
use crate::log::Fact;
use crate::log::act::{Act, ActKind, Reason};

/// What a policy can ask two slots for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Guarded {
    /// Records leave the vault in clear, or for another vault of the site.
    Export,
    /// A record goes to another site.
    Referral,
    /// A file of evidence is taken out in clear.
    Evidence,
    /// More records at once are opened than the policy allows one slot.
    Opening,
    /// A record is erased, or a legal hold is lifted.
    Erase,
}

impl Guarded {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Export,
        Self::Referral,
        Self::Evidence,
        Self::Opening,
        Self::Erase,
    ];

    fn bit(self) -> u8 {
        match self {
            Self::Export => 1,
            Self::Referral => 2,
            Self::Evidence => 4,
            Self::Opening => 8,
            Self::Erase => 16,
        }
    }

    /// What both slots must be allowed to do.
    fn rights(self) -> Rights {
        match self {
            Self::Export | Self::Referral | Self::Evidence => Rights::READ.and(Rights::EXPORT),
            Self::Opening | Self::Erase => Rights::READ,
        }
    }
}

/// What needs two slots. Without a policy, nothing does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Policy {
    asks: u8,
    alone: u32,
}

impl Policy {
    /// The same, and this as well.
    #[must_use]
    pub fn with(self, what: Guarded) -> Self {
        Self {
            asks: self.asks | what.bit(),
            ..self
        }
    }

    /// The same, with the number of records that one slot may open at once; it counts only if
    /// [`Guarded::Opening`] is asked for.
    #[must_use]
    pub fn alone(self, records: u32) -> Self {
        Self {
            alone: records,
            ..self
        }
    }

    /// Records that one slot may open at once.
    pub fn records_alone(self) -> u32 {
        self.alone
    }

    /// Whether this needs two at all.
    pub fn names(self, what: Guarded) -> bool {
        self.asks & what.bit() != 0
    }

    /// Whether anything needs two. Then changes of policy and new keys do.
    pub fn is_set(self) -> bool {
        self.asks != 0
    }

    /// Whether this needs two, done to so many records.
    pub fn asks(self, what: Guarded, count: u64) -> bool {
        self.names(what) && (what != Guarded::Opening || count > u64::from(self.alone))
    }

    /// As the log and the roster tell it.
    pub(super) fn number(self) -> u64 {
        u64::from(self.asks) << 32 | u64::from(self.alone)
    }

    pub(super) fn from_number(number: u64) -> Result<Self, DecodeError> {
        let all = Guarded::ALL.iter().fold(0, |bits, g| bits | g.bit());
        let asks = u8::try_from(number >> 32).map_err(|_| DecodeError::Value("policy"))?;
        if asks & !all != 0 {
            return Err(DecodeError::Value("policy"));
        }
        Ok(Self {
            asks,
            alone: (number & u64::from(u32::MAX)) as u32,
        })
    }

    /// Whether an act in the log is one that this policy has two slots for.
    fn covers(self, act: &Act) -> bool {
        let guarded = |what| self.asks(what, act.count.max(1));
        match act.kind {
            ActKind::Export | ActKind::TransferSent | ActKind::SameSite => guarded(Guarded::Export),
            ActKind::ReferralSent => guarded(Guarded::Referral),
            ActKind::EvidenceExtracted | ActKind::EvidenceHandedOver => guarded(Guarded::Evidence),
            ActKind::List | ActKind::Search | ActKind::Duplicates => guarded(Guarded::Opening),
            ActKind::Erase | ActKind::HoldLifted => guarded(Guarded::Erase),
            ActKind::Policy | ActKind::KeyAdd | ActKind::RecoveryMade => self.is_set(),
            // With a count, rights were changed; without, somebody changed their own passphrase.
            ActKind::KeyChange => self.is_set() && act.count > 0,
            _ => false,
        }
    }
}

/// The second person of a command.
pub(crate) struct Second {
    pub slot: SlotId,
    pub rights: Rights,
    pub signing: SigningKey,
}

/// Follows the policy through the log: what was done by one slot although it needed two.
pub(super) struct Follower {
    policy: Policy,
    /// Slots of recovery shares: several people act as one.
    several: HashSet<[u8; 16]>,
    /// Behind a panic there may be nobody to agree, until a slot is added.
    deserted: bool,
}

impl Follower {
    /// At the first leaf of a vault that has these keys today.
    pub fn new(keyring: &Keyring) -> Self {
        let shares = keyring.slots.iter().filter(|s| s.kind == SlotKind::Shares);
        Self {
            policy: Policy::default(),
            several: shares.map(|s| s.id.0).collect(),
            deserted: false,
        }
    }

    /// Whether the act is as the policy of that moment has it.
    pub fn allows(&mut self, act: &Act, fact: &Fact) -> bool {
        use ActKind::{KeyAdd, KeyChange, Panic, RecoveryMade};
        let keys = matches!(
            act.kind,
            KeyAdd | KeyChange | RecoveryMade | ActKind::Policy
        );
        let fits = act.second.is_some()
            || !self.policy.covers(act)
            || self.several.contains(&act.actor)
            || (self.deserted && keys);
        // A change of the keyring is two leaves; what is new holds behind the second.
        if !matches!(fact, Fact::Content { .. }) {
            return fits;
        }
        match (act.kind, act.object) {
            (ActKind::Policy, _) => {
                self.policy = Policy::from_number(act.count).unwrap_or(self.policy);
            }
            (RecoveryMade, Some(slot)) if act.count >= 2 => {
                self.several.insert(slot);
                self.deserted = false;
            }
            (KeyAdd | RecoveryMade, _) => self.deserted = false,
            (Panic, _) => self.deserted = true,
            _ => {}
        }
        fits
    }

    /// The policy after the last act.
    pub fn policy(&self) -> Policy {
        self.policy
    }
}

impl Vault {
    /// What needs two slots here.
    pub fn policy(&self) -> Policy {
        self.access.roster.policy
    }

    /// The second slot, if somebody brought one.
    pub fn second(&self) -> Option<SlotId> {
        self.second.as_ref().map(|second| second.slot)
    }

    /// Takes a second person's key for what follows: each act from here on names both slots and
    /// carries both signatures, and what opens for two slots only is open.
    ///
    /// # Errors
    /// [`VaultError::WrongKey`], [`VaultError::SameSlot`] if it is the slot that is open already.
    pub fn bring_second(&mut self, unlock: &Unlock<'_>) -> Result<SlotId, VaultError> {
        let other = match self.keyring.enter(unlock)? {
            Entered::Slot(access) => access,
            Entered::Duress(duress) => {
                self.enter_under_duress(duress);
                return Err(VaultError::WrongKey);
            }
        };
        if other.slot == self.access.slot {
            return Err(VaultError::SameSlot);
        }
        self.access.join(&other, &self.keyring)?;
        // What was looked at with one key may be more with two.
        self.opened.borrow_mut().clear();
        self.second = Some(Second {
            slot: other.slot,
            rights: other.rights,
            signing: other.into_signing(),
        });
        Ok(self.second().unwrap_or(self.access.slot))
    }

    /// Refuses what the policy has two slots for, done to `count` records, unless a second one with
    /// the same rights was brought, or recovery shares opened the vault, which several people hold. To
    /// be asked before the act begins.
    ///
    /// # Errors
    /// [`VaultError::NeedsTwo`].
    pub fn require_two(&self, what: Guarded, count: u64) -> Result<(), VaultError> {
        self.two_with(self.policy().asks(what, count), what.rights())
    }

    /// Refuses a change of keys by one slot alone where anything needs two: otherwise one person
    /// could make the second slot. Where a panic left one slot there is nobody to agree.
    pub(super) fn require_two_for_keys(&self) -> Result<(), VaultError> {
        let asked = self.policy().is_set() && self.keyring.managers() > 1;
        self.two_with(asked, Rights::MANAGE)
    }

    fn two_with(&self, asked: bool, rights: Rights) -> Result<(), VaultError> {
        let fits = |second: &Second| second.rights.has(rights);
        let mut slots = self.keyring.slots.iter();
        let own = slots.find(|slot| slot.id == self.access.slot);
        let several = own.is_some_and(|slot| slot.kind == SlotKind::Shares);
        if !asked || several || self.second.as_ref().is_some_and(fits) {
            Ok(())
        } else {
            Err(VaultError::NeedsTwo)
        }
    }

    /// Changes what needs two slots. The first policy can be set by one slot, if there are two that
    /// manage the keys; every later one needs both.
    ///
    /// # Errors
    /// [`VaultError::NeedsTwo`], [`VaultError::LastSlot`] if no second slot could ever agree,
    /// [`VaultError::NotAllowed`], or what the system says.
    pub fn set_policy(&mut self, policy: Policy, reason: &Reason) -> Result<(), VaultError> {
        self.require(Rights::MANAGE)?;
        self.require_two_for_keys()?;
        if policy.is_set() && self.keyring.managers() < 2 {
            return Err(VaultError::LastSlot);
        }
        let note = ActNote::new(ActKind::Policy)
            .count(policy.number())
            .because(reason);
        self.or_as_before(|vault| {
            let mut ring = vault.keyring.clone();
            ring.set_policy(&mut vault.access, policy)?;
            vault.change_keyring(ring, note)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_a_number_and_back() {
        let policy = Policy::default()
            .with(Guarded::Export)
            .with(Guarded::Opening)
            .alone(20);
        assert_eq!(Policy::from_number(policy.number()).unwrap(), policy);
        assert!(Policy::from_number(1 << 37).is_err());
        assert!(Policy::from_number(1 << 41).is_err());
        assert!(policy.asks(Guarded::Export, 1) && !policy.asks(Guarded::Referral, 9));
        assert!(policy.asks(Guarded::Opening, 21) && !policy.asks(Guarded::Opening, 20));
        assert!(policy.is_set() && !Policy::default().alone(3).is_set());
    }
}
