//! The cards that this party has checked itself (manual: *files*, "Trust store").
//!
//! A store is canonical bytes: version 1, number of cards, and each card's file behind its length, in
//! the order of ids. Whoever keeps it (the vault) protects it against change.

use std::collections::BTreeMap;

use super::{Card, PartyId, Role, RoundError};
use crate::codec::{Decode, DecodeError, Encode, Reader, put_bytes};

/// Most cards of a store.
pub const CARDS_MAX: usize = 4096;
/// Largest card, in bytes.
pub const CARD_MAX: usize = 2048;

/// Pinned cards.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustStore {
    cards: BTreeMap<PartyId, Card>,
}

impl TrustStore {
    /// A store without cards.
    pub fn new() -> Self {
        Self::default()
    }

    /// Pins a card whose fingerprint the user has compared. The same card again changes nothing.
    ///
    /// # Errors
    /// [`RoundError::OtherCardPinned`] if a card with the same vault or the same key is pinned: a
    /// party that changed its keys is unpinned first, by hand. [`RoundError::TooLarge`].
    pub fn pin(&mut self, card: Card) -> Result<(), RoundError> {
        if self.cards.contains_key(&card.id()) {
            return Ok(());
        }
        let clash = self.cards.values().find(|c| c.contradicts(&card));
        if let Some(other) = clash {
            return Err(RoundError::OtherCardPinned(other.name().to_owned()));
        }
        if self.cards.len() >= CARDS_MAX || card.as_str().len() > CARD_MAX {
            return Err(RoundError::TooLarge);
        }
        self.cards.insert(card.id(), card);
        Ok(())
    }

    /// Forgets a card.
    pub fn unpin(&mut self, id: &PartyId) -> Option<Card> {
        self.cards.remove(id)
    }

    /// All pinned cards, in the order of their ids.
    pub fn cards(&self) -> impl Iterator<Item = &Card> {
        self.cards.values()
    }

    /// The card of a party that must have this role.
    ///
    /// # Errors
    /// [`RoundError::NotPinned`] or [`RoundError::WrongRole`].
    pub fn get(&self, id: &PartyId, role: Role) -> Result<&Card, RoundError> {
        let card = self
            .cards
            .get(id)
            .ok_or_else(|| RoundError::NotPinned(id.fingerprint()))?;
        if card.body().role != role {
            return Err(RoundError::WrongRole {
                name: card.name().to_owned(),
                expected: role,
            });
        }
        Ok(card)
    }

    /// The name of a party for messages: from its card, or its fingerprint.
    pub fn name(&self, id: &PartyId) -> String {
        self.cards
            .get(id)
            .map_or_else(|| id.fingerprint(), |c| c.name().to_owned())
    }
}

impl Encode for TrustStore {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(1);
        let n = u32::try_from(self.cards.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&n.to_be_bytes());
        for card in self.cards.values() {
            put_bytes(out, card.as_str().as_bytes());
        }
    }
}

impl Decode for TrustStore {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8()? {
            1 => {}
            v => return Err(DecodeError::Version(v)),
        }
        let n = input.count(4, CARDS_MAX)?;
        let mut store = Self::new();
        let mut last = None;
        for _ in 0..n {
            let card =
                Card::read(input.bytes(CARD_MAX)?).map_err(|_| DecodeError::Value("card"))?;
            if last >= Some(card.id()) {
                return Err(DecodeError::Value("order of cards"));
            }
            last = Some(card.id());
            store.pin(card).map_err(|_| DecodeError::Value("card"))?;
        }
        Ok(store)
    }
}

#[cfg(test)]
mod tests {
    use super::super::card::tests::card;
    use super::*;

    #[test]
    fn a_store_pins_one_card_for_each_party_and_role() {
        let mut store = TrustStore::new();
        let (site, ..) = card(Role::Site, "Casa", 1);
        let (holder, ..) = card(Role::Holder, "Universidad", 2);
        store.pin(site.clone()).unwrap();
        store.pin(holder.clone()).unwrap();
        store.pin(site.clone()).unwrap();
        assert_eq!(store.get(&site.id(), Role::Site).unwrap(), &site);
        assert!(matches!(
            store.get(&site.id(), Role::Holder),
            Err(RoundError::WrongRole { .. })
        ));
        let (other, ..) = card(Role::Site, "Casa nueva", 1);
        assert!(matches!(
            store.pin(other.clone()),
            Err(RoundError::OtherCardPinned(_))
        ));
        assert!(matches!(
            store.get(&other.id(), Role::Site),
            Err(RoundError::NotPinned(_))
        ));
        let bytes = store.to_bytes();
        assert_eq!(TrustStore::from_bytes(&bytes).unwrap(), store);
        for i in 0..bytes.len() {
            let mut bad = bytes.clone();
            bad[i] ^= 1;
            assert!(TrustStore::from_bytes(&bad).is_err(), "{i}");
        }
        store.unpin(&site.id());
        store.pin(other).unwrap();
    }
}
