//! A list that a house keeps in its vault beyond a round: one sealed state, written with the act that changes it.

use zeroize::Zeroizing;

use crate::codec::{Decode, DecodeError, Encode, Reader};
use crate::party::{Party, PartyError};
use crate::vault::StateChange;

/// Most entries of a list.
pub(super) const LIST_MAX: usize = 1_000_000;

/// What a list consists of.
pub trait Listed: Encode + Decode {
    /// Name of the state.
    const NAME: &'static str;
    /// Fewest bytes of an entry.
    const LEAST: usize;
}

/// A list as it is in the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept<E> {
    version: u32,
    /// In the order in which they came up here.
    pub entries: Vec<E>,
}

impl<E> Default for Kept<E> {
    fn default() -> Self {
        Self {
            version: 0,
            entries: Vec::new(),
        }
    }
}

impl<E: Listed> Encode for Kept<E> {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(1);
        let count = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&count.to_be_bytes());
        self.entries.iter().for_each(|e| e.encode(out));
    }
}

impl<E: Listed> Decode for Kept<E> {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8()? {
            1 => {}
            v => return Err(DecodeError::Version(v)),
        }
        let n = input.count(E::LEAST, LIST_MAX)?;
        let entries = (0..n).map(|_| E::decode(input)).collect::<Result<_, _>>()?;
        Ok(Self {
            version: 0,
            entries,
        })
    }
}

impl<E: Listed> Kept<E> {
    /// What the house remembers.
    ///
    /// # Errors
    /// What the vault says.
    pub fn read(party: &Party) -> Result<Self, PartyError> {
        let Some(state) = party.vault().state(E::NAME)? else {
            return Ok(Self::default());
        };
        let mut kept = Self::from_bytes(&state.body)?;
        kept.version = state.version;
        Ok(kept)
    }

    pub(super) fn change(&self) -> StateChange {
        StateChange::put(E::NAME, self.version, Zeroizing::new(self.to_bytes()))
    }

    /// After a change was kept.
    pub(super) fn kept(&mut self) {
        self.version += 1;
    }
}
