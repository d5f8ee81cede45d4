//! What the program keeps for itself, sealed under names (manual: *vault format*, "State").
//!
//! The keys of a party, the cards that it trusts, what it has to remember of a round: each is a
//! content in a compartment of its own. A change replaces the old content by a tombstone and a new
//! content, and several changes are one transaction together with the act that they belong to. So
//! what was promised to others and what is remembered of it never part.

use std::collections::BTreeSet;
use std::path::Path;

use zeroize::Zeroizing;

use super::content::{self, ContentKind, Header};
use super::error::VaultError;
use super::ids::{CompartmentId, ObjectId};
use super::keyring::Rights;
use super::store::Tx;
use super::writing::{NewContent, Writing};
use super::{ActNote, Vault};
use crate::codec::{DecodeError, Reader, put_bytes};
use crate::crypto::hash::sha256;
use crate::crypto::labels;
use crate::log::Fact;
use crate::log::act::ActKind;

/// Name of the compartment that every vault has for its states. No record goes into it.
pub const STATE_COMPARTMENT: &str = "state";
/// Largest state, in bytes.
pub const STATE_MAX: usize = 48 << 20;
/// Longest name of a state, in bytes.
const NAME_MAX: usize = 128;
const VERSION: u8 = 1;

/// A state as it is kept.
pub struct State {
    /// Counts the changes, from 1. A change names the version that it was made from.
    pub version: u32,
    /// The bytes.
    pub body: Zeroizing<Vec<u8>>,
}

/// A change of one state.
pub struct StateChange {
    name: String,
    from: u32,
    body: Option<Zeroizing<Vec<u8>>>,
    kind: ContentKind,
}

impl StateChange {
    /// Puts `body` in the place of the version `from`, 0 if there is none yet.
    pub fn put(name: impl Into<String>, from: u32, body: Zeroizing<Vec<u8>>) -> Self {
        Self {
            name: name.into(),
            from,
            body: Some(body),
            kind: ContentKind::State,
        }
    }

    /// Like [`StateChange::put`], for what is in no backup: the secrets of a round.
    pub fn put_for_round(name: impl Into<String>, from: u32, body: Zeroizing<Vec<u8>>) -> Self {
        Self {
            kind: ContentKind::RoundState,
            ..Self::put(name, from, body)
        }
    }

    /// Destroys the state.
    pub fn erase(name: impl Into<String>, from: u32) -> Self {
        Self {
            name: name.into(),
            from,
            body: None,
            kind: ContentKind::State,
        }
    }
}

fn encode(name: &str, body: &[u8]) -> Zeroizing<Vec<u8>> {
    // Reserved in one piece: a vector that grows leaves copies of secrets behind.
    let mut out = Zeroizing::new(Vec::with_capacity(1 + 4 + name.len() + body.len()));
    out.push(VERSION);
    put_bytes(&mut out, name.as_bytes());
    out.extend_from_slice(body);
    out
}

fn decode(bytes: &[u8]) -> Result<(&str, &[u8]), DecodeError> {
    let mut input = Reader::new(bytes);
    match input.u8()? {
        VERSION => {}
        v => return Err(DecodeError::Version(v)),
    }
    let name = input.text(NAME_MAX)?;
    let rest = input.remaining();
    Ok((name, input.take(rest)?))
}

/// Whether the bytes of a content are those of a state.
pub(super) fn is_state(bytes: &[u8]) -> bool {
    decode(bytes).is_ok()
}

/// A stored state: where it is.
struct Found {
    leaf: u64,
    header: Header,
}

impl Vault {
    /// The folder of the vault.
    pub fn dir(&self) -> &Path {
        &self.location.dir
    }

    /// Where the vault is.
    pub(crate) fn location(&self) -> &super::Location {
        &self.location
    }

    pub(super) fn state_compartment(&self) -> Result<CompartmentId, VaultError> {
        let rows = &self.access.roster.compartments;
        rows.iter()
            .find(|(_, name, kinds)| name == STATE_COMPARTMENT && kinds.is_empty())
            // A vault from before there were states keeps them beside its records.
            .or(rows.first())
            .map(|(id, ..)| *id)
            .ok_or(VaultError::NoCompartment)
    }

    fn state_id(&self, name: &str) -> ObjectId {
        let hash = sha256(&[labels::STATE_ID, &self.id().0, name.as_bytes()]);
        ObjectId(hash.first_chunk().copied().unwrap_or_default())
    }

    fn states_in(&self, view: &Tx<'_>) -> Result<Vec<Found>, VaultError> {
        let target = self.state_compartment()?;
        let found = view
            .wrapped_of(&target.0)?
            .into_iter()
            .map(|(leaf, batch, wrapped)| {
                let batch = self
                    .batch_key(view, batch, leaf)?
                    .ok_or(VaultError::Locked)?;
                let (row, key) = batch.as_ref();
                let (_, header) = content::open_header(self.id(), row, key, &wrapped)
                    .map_err(|_| VaultError::Altered { leaf })?;
                Ok(Found { leaf, header })
            })
            .filter(|found| {
                let state = |k| matches!(k, ContentKind::State | ContentKind::RoundState);
                found.as_ref().map_or(true, |f| state(f.header.kind))
            })
            .collect::<Result<Vec<_>, VaultError>>()?;
        // Of each there is one: another is an old one that somebody put back beside it.
        let mut seen = BTreeSet::new();
        match found.iter().find(|f| !seen.insert(f.header.object.0)) {
            Some(twice) => Err(VaultError::Altered { leaf: twice.leaf }),
            None => Ok(found),
        }
    }

    /// The state of this name.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`] without the right to read, [`VaultError::Altered`].
    pub fn state(&self, name: &str) -> Result<Option<State>, VaultError> {
        self.state_in(&self.store.view()?, name)
    }

    /// As [`Vault::state`], inside a transaction.
    pub(super) fn state_in(&self, view: &Tx<'_>, name: &str) -> Result<Option<State>, VaultError> {
        self.require(Rights::READ)?;
        let id = self.state_id(name);
        let Some(found) = self
            .states_in(view)?
            .into_iter()
            .find(|f| f.header.object == id)
        else {
            return Ok(None);
        };
        let altered = || VaultError::Altered { leaf: found.leaf };
        let (header, bytes) = self.open_content(view, found.leaf)?;
        let (stored, body) = decode(&bytes).map_err(|_| altered())?;
        if stored != name || header != found.header {
            return Err(altered());
        }
        Ok(Some(State {
            version: header.version,
            body: Zeroizing::new(body.to_vec()),
        }))
    }

    /// The names of all states, in the order in which they were changed last.
    ///
    /// # Errors
    /// As [`Vault::state`].
    pub fn state_names(&self) -> Result<Vec<String>, VaultError> {
        self.require(Rights::READ)?;
        let view = self.store.view()?;
        self.states_in(&view)?
            .into_iter()
            .map(|found| {
                let (_, bytes) = self.open_content(&view, found.leaf)?;
                let (name, _) =
                    decode(&bytes).map_err(|_| VaultError::Altered { leaf: found.leaf })?;
                Ok(name.to_owned())
            })
            .collect()
    }

    /// The bodies of all states whose names begin like this.
    pub(super) fn states_named(
        &self,
        view: &Tx<'_>,
        prefix: &str,
    ) -> Result<Vec<Zeroizing<Vec<u8>>>, VaultError> {
        let mut bodies = Vec::new();
        for found in self.states_in(view)? {
            let (_, bytes) = self.open_content(view, found.leaf)?;
            let (name, body) =
                decode(&bytes).map_err(|_| VaultError::Altered { leaf: found.leaf })?;
            if name.starts_with(prefix) {
                bodies.push(Zeroizing::new(body.to_vec()));
            }
        }
        Ok(bodies)
    }

    /// Leaves whose contents no backup takes: what belongs to rounds that are not closed.
    ///
    /// # Errors
    /// As [`Vault::state`].
    pub fn left_out_of_backups(&self) -> Result<Vec<u64>, VaultError> {
        self.require(Rights::READ)?;
        self.round_states_in(&self.store.view()?)
    }

    pub(super) fn round_states_in(&self, view: &Tx<'_>) -> Result<Vec<u64>, VaultError> {
        let found = self.states_in(view)?.into_iter();
        Ok(found
            .filter(|f| f.header.kind == ContentKind::RoundState)
            .map(|f| f.leaf)
            .collect())
    }

    /// Makes all changes and logs the act that they belong to, or does nothing.
    ///
    /// # Errors
    /// [`VaultError::Changed`] if another program was faster, [`VaultError::NotAllowed`],
    /// [`VaultError::TooLarge`], or what the database says.
    pub fn set_state(&self, changes: &[StateChange], act: ActNote) -> Result<(), VaultError> {
        let mut writing = Writing::begin(self)?;
        self.change_states(&mut writing, changes)?;
        writing.act(act, Fact::None)?;
        writing.finish()
    }

    /// Makes all changes as part of a larger act.
    pub(super) fn change_states(
        &self,
        writing: &mut Writing<'_>,
        changes: &[StateChange],
    ) -> Result<(), VaultError> {
        self.require(Rights::READ.and(Rights::SEAL))?;
        let compartment = self.state_compartment()?;
        let present = self.states_in(writing.tx())?;
        let mut contents = Vec::new();
        for change in changes {
            let object = self.state_id(&change.name);
            let old = present.iter().find(|f| f.header.object == object);
            let version = old.map_or(0, |f| f.header.version);
            if version != change.from {
                return Err(VaultError::Changed);
            }
            let note = ActNote::new(ActKind::State);
            if let Some(old) = old {
                writing.erase(old.leaf, note.clone().on(object.0, version))?;
            }
            let Some(body) = &change.body else { continue };
            if body.len() > STATE_MAX || change.name.len() > NAME_MAX {
                return Err(VaultError::TooLarge);
            }
            let next = version.checked_add(1).ok_or(VaultError::TooLarge)?;
            contents.push(NewContent {
                compartment,
                header: Header {
                    object,
                    version: next,
                    kind: change.kind,
                },
                body: encode(&change.name, body),
                note: note.on(object.0, next),
            });
        }
        writing.seal(&contents)?;
        Ok(())
    }
}
