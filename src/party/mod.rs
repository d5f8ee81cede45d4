//! A party of rounds: a vault with keys of its own, the cards that it trusts and what it remembers
//! (manual: *round*, "Keeping").
//!
//! What the roles have in common. What each of them does is in [`crate::coordinator`],
//! [`crate::holder`] and [`crate::site`]; they meet only through the files on a [`Stick`].

mod book;
pub(crate) mod budget;
mod error;
mod event;
pub(crate) mod heads;
pub(crate) mod params;
mod shelf;
pub(crate) mod stick;
pub mod watch;

use zeroize::Zeroizing;

pub(crate) use book::named_round;
pub use book::{Book, Shelved, Taken};
pub use error::{Class, PartyError};
pub use event::{Event, Outcome};
pub use heads::HeadAnswer;
pub(crate) use shelf::Staged;
pub use stick::{Stick, file_label};

use self::watch::Watcher;
use crate::auditor::AuditorKey;
use crate::codec::{Decode, DecodeError, Encode as _, Reader, put_bytes};
use crate::crypto::sign::SigningKey;
use crate::crypto::travel::{IDENTITY, Identity};
use crate::crypto::{Secret, kdf, labels};
use crate::log::act::ActKind;
use crate::round::card::CardBody;
use crate::round::draft::Draft;
use crate::round::trust::TrustStore;
use crate::round::{Card, PartyId, Role, Time};
use crate::vault::{ActNote, StateChange, Vault};

/// Name of the state with the keys.
const KEYS: &str = "party";
/// Name of the state with the trusted cards.
const TRUST: &str = "trust";

/// An unlocked vault that takes part in rounds. There is no `Debug` and no `Clone`.
pub struct Party {
    vault: Vault,
    card: Card,
    key: SigningKey,
    age: Identity,
    trust: TrustStore,
    trust_version: u32,
    witness: Option<AuditorKey>,
    watcher: Option<Watcher>,
}

/// The long-term keys of a party.
struct Keys {
    role: Role,
    name: String,
    seed: Secret<32>,
    age: Identity,
    /// Whether the card names a key for cosignatures.
    cosigns: bool,
}

impl Keys {
    fn to_bytes(&self) -> Result<Zeroizing<Vec<u8>>, PartyError> {
        let mut out = Zeroizing::new(Vec::with_capacity(256));
        out.push(if self.cosigns { 2 } else { 1 });
        out.push(self.role as u8);
        put_bytes(&mut out, self.name.as_bytes());
        out.extend_from_slice(self.seed.expose());
        out.extend_from_slice(self.age.secret()?.expose());
        Ok(out)
    }

    /// The key of cosignatures, which does nothing else.
    fn cosigning(&self) -> Result<Option<SigningKey>, PartyError> {
        let derive = || kdf::derive(labels::PARTY_COSIGN, &[self.seed.expose()]);
        let key = self.cosigns.then(|| SigningKey::from_seed(derive()));
        Ok(key.transpose()?)
    }

    fn card(&self, vault: &Vault, key: &SigningKey) -> Result<Card, PartyError> {
        let body = CardBody {
            role: self.role,
            name: self.name.clone(),
            vault: vault.id().0,
            key: key.verifying_key(),
            age: self.age.recipient(),
            log: Some(vault.keyring().checkpoint_key),
            cosign: self.cosigning()?.map(|key| key.verifying_key()),
        };
        Ok(Card::new(body, key)?)
    }
}

impl Decode for Keys {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let cosigns = match input.u8()? {
            1 => false,
            2 => true,
            v => return Err(DecodeError::Version(v)),
        };
        let bad = |_| DecodeError::Value("key");
        let role = match input.u8()? {
            0 => Role::Site,
            1 => Role::Coordinator,
            2 => Role::Holder,
            3 => Role::Auditor,
            _ => return Err(DecodeError::Value("role")),
        };
        Ok(Self {
            role,
            name: input.text(crate::round::card::NAME_MAX)?.to_owned(),
            seed: Secret::from_slice(input.take(32)?).map_err(bad)?,
            age: identity(input)?,
            cosigns,
        })
    }
}

/// The long-term keys of a party, for the fuzz target.
pub(crate) fn fuzz_keys(data: &[u8]) -> bool {
    let read = Keys::from_bytes(data);
    if let Ok(keys) = &read {
        let again = keys.to_bytes();
        assert!(
            again.is_ok_and(|again| *again == data),
            "read, but written otherwise"
        );
    }
    read.is_ok()
}

/// Reads an identity of age.
pub(crate) fn identity(input: &mut Reader<'_>) -> Result<Identity, DecodeError> {
    let bad = |_| DecodeError::Value("identity");
    let secret = Secret::from_slice(input.take(IDENTITY)?).map_err(bad)?;
    Identity::from_secret(&secret).map_err(bad)
}

impl Party {
    /// Gives a vault the keys of a party and a card. A vault has one role for good.
    ///
    /// # Errors
    /// [`PartyError::HasCard`] if it has keys, an error of the card if the name cannot stand on one.
    pub fn found(vault: Vault, role: Role, name: &str) -> Result<Self, PartyError> {
        if vault.state(KEYS)?.is_some() {
            return Err(PartyError::HasCard);
        }
        let keys = Keys {
            role,
            name: name.to_owned(),
            seed: Secret::random()?,
            age: Identity::generate(),
            // A site cosigns nobody's head.
            cosigns: role != Role::Site,
        };
        let key = SigningKey::from_seed(keys.seed.duplicate())?;
        let card = keys.card(&vault, &key)?;
        let mut trust = TrustStore::new();
        trust.pin(card)?;
        let changes = [
            StateChange::put(KEYS, 0, keys.to_bytes()?),
            StateChange::put(TRUST, 0, Zeroizing::new(trust.to_bytes())),
        ];
        vault.set_state(&changes, ActNote::new(ActKind::KeyAdd))?;
        Self::open(vault)
    }

    /// The party of a vault.
    ///
    /// # Errors
    /// [`PartyError::NoCard`] if the vault has no keys of a party yet.
    pub fn open(vault: Vault) -> Result<Self, PartyError> {
        let state = vault.state(KEYS)?.ok_or(PartyError::NoCard)?;
        let keys = Keys::from_bytes(&state.body)?;
        let key = SigningKey::from_seed(keys.seed.duplicate())?;
        let card = keys.card(&vault, &key)?;
        let witness = match keys.cosigning()? {
            None => None,
            Some(cosigning) => {
                let stating = SigningKey::from_seed(keys.seed.duplicate())?;
                let name = card.note_key().name().clone();
                Some(AuditorKey::of_party(name, cosigning, stating))
            }
        };
        let trust = vault.state(TRUST)?.ok_or(PartyError::NoCard)?;
        Ok(Self {
            card,
            key,
            age: keys.age,
            trust: TrustStore::from_bytes(&trust.body)?,
            trust_version: trust.version,
            witness,
            watcher: None,
            vault,
        })
    }

    /// Has long work told as it goes on.
    pub fn watch(&mut self, watcher: Watcher) {
        self.watcher = Some(watcher);
    }

    /// Whoever is told of long work.
    pub(crate) fn watcher(&self) -> Option<Watcher> {
        self.watcher.clone()
    }

    /// Whether a vault has the keys of a party.
    ///
    /// # Errors
    /// What the vault says.
    pub fn exists(vault: &Vault) -> Result<bool, PartyError> {
        Ok(vault.state(KEYS)?.is_some())
    }

    /// Refuses a party of another role.
    ///
    /// # Errors
    /// [`PartyError::OtherRole`].
    pub fn require(&self, role: Role) -> Result<(), PartyError> {
        if self.role() == role {
            Ok(())
        } else {
            Err(PartyError::OtherRole {
                expected: role,
                found: self.role(),
            })
        }
    }

    /// The vault.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The party's own card.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// The party's own id.
    pub fn id(&self) -> PartyId {
        self.card.id()
    }

    /// What the party does.
    pub fn role(&self) -> Role {
        self.card.body().role
    }

    pub(crate) fn key(&self) -> &SigningKey {
        &self.key
    }

    /// The keys with which this party cosigns the heads of others, if its card has one for that.
    pub(crate) fn witness(&self) -> Option<&AuditorKey> {
        self.witness.as_ref()
    }

    pub(crate) fn age(&self) -> &Identity {
        &self.age
    }

    /// The pinned cards, the own one among them.
    pub fn trust(&self) -> &TrustStore {
        &self.trust
    }

    /// How a party is called in messages.
    pub fn name(&self, id: &PartyId) -> String {
        self.trust.name(id)
    }

    /// The pinned card of a party of this name, for people who type names.
    ///
    /// # Errors
    /// [`PartyError::NoSuchParty`], also if two have the name.
    pub fn find(&self, typed: &str, role: Role) -> Result<&Card, PartyError> {
        let fold = crate::record::fold;
        let wanted = fold(typed);
        let mut fits = self.trust.cards().filter(|c| {
            c.body().role == role
                && (fold(c.name()) == wanted
                    || file_label(c) == typed
                    || crate::round::words::matches(&c.id().0, typed))
        });
        match (fits.next(), fits.next()) {
            (Some(card), None) => Ok(card),
            _ => Err(PartyError::NoSuchParty(typed.to_owned())),
        }
    }

    /// The sites of a draft with their quotas, in the order of names, so that people see the same order
    /// everywhere.
    pub(crate) fn sites_by_name(&self, draft: &Draft) -> Result<Vec<(&Card, u32)>, PartyError> {
        let mut sites = draft
            .sites
            .iter()
            .map(|(id, quota)| Ok((self.trust.get(id, Role::Site)?, *quota)))
            .collect::<Result<Vec<_>, PartyError>>()?;
        sites.sort_by(|(a, _), (b, _)| a.name().cmp(b.name()).then(a.id().cmp(&b.id())));
        Ok(sites)
    }

    /// Pins a card whose fingerprint a person has compared. The same card again changes nothing.
    ///
    /// # Errors
    /// As [`TrustStore::pin`], or what the vault says.
    pub fn pin(&mut self, card: Card) -> Result<(), PartyError> {
        let mut trust = self.trust.clone();
        let object = short(&card.id());
        trust.pin(card)?;
        if trust == self.trust {
            return Ok(());
        }
        self.keep_trust(trust, ActNote::new(ActKind::Trust).on(object, 0))
    }

    /// Trusts a card no longer.
    ///
    /// # Errors
    /// [`PartyError::NoSuchParty`] if it is not pinned or is the party's own.
    pub fn unpin(&mut self, id: &PartyId) -> Result<(), PartyError> {
        let mut trust = self.trust.clone();
        if *id == self.id() || trust.unpin(id).is_none() {
            return Err(PartyError::NoSuchParty(id.fingerprint()));
        }
        self.keep_trust(trust, ActNote::new(ActKind::Distrust).on(short(id), 0))
    }

    fn keep_trust(&mut self, trust: TrustStore, act: ActNote) -> Result<(), PartyError> {
        let body = Zeroizing::new(trust.to_bytes());
        let change = StateChange::put(TRUST, self.trust_version, body);
        self.vault.set_state(&[change], act)?;
        self.trust = trust;
        self.trust_version += 1;
        Ok(())
    }
}

/// The first half of an id: what a log names a party by.
fn short(id: &PartyId) -> [u8; 16] {
    id.0.first_chunk().copied().unwrap_or_default()
}

/// This moment by the clock of the machine.
pub fn now() -> Time {
    let seconds = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |d| d.as_secs());
    Time::from_seconds(seconds).unwrap_or(Time::MAX)
}
