//! `round.note`: the draft and all joins, signed by the coordinator and cosigned by every holder
//! (manual: *files*, "Note").

use super::draft::Draft;
use super::join::{Join, SignedJoin};
use super::text::{Lines, canonical};
use super::trust::TrustStore;
use super::{Card, NoteHash, PartyId, Role, RoundError};
use crate::crypto::hash::sha256;
use crate::crypto::labels;
use crate::crypto::sign::SigningKey;
use crate::crypto::travel::Recipient;
use crate::crypto::voprf::PrfPublicKey;
use crate::log::note::{Note, NoteKey};

const HEAD: &str = "sigilo/round/note/v1";

/// A note that the coordinator signed; holders cosign it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedNote {
    draft: Draft,
    joins: Vec<SignedJoin>,
    hash: NoteHash,
    note: Note,
}

impl PublishedNote {
    /// Puts draft and joins together and signs as the coordinator. Joins may come in any order.
    ///
    /// # Errors
    /// [`RoundError::Joins`] unless there is exactly one join of every holder;
    /// [`RoundError::Keys`]; errors of the joins themselves.
    pub fn publish(
        draft: &Draft,
        joins: &[SignedJoin],
        trust: &TrustStore,
        coordinator: &Card,
        key: &SigningKey,
    ) -> Result<Self, RoundError> {
        if coordinator.id() != draft.coordinator {
            return Err(RoundError::NotInRound(coordinator.name().to_owned()));
        }
        let mut joins = joins.to_vec();
        joins.sort_by_key(|j| j.join().holder);
        let mut note = Note::new(text(draft, &joins))?;
        note.sign(coordinator.note_key().name(), key)?;
        let published = Self::from_note(note)?;
        published.check(trust)?;
        Ok(published)
    }

    fn from_note(note: Note) -> Result<Self, RoundError> {
        let mut lines = Lines::new(note.text(), HEAD)?;
        let draft = Draft::read_lines(&mut lines)?;
        let draft_hash = draft.hash();
        let joins = draft
            .holders
            .iter()
            .map(|_| SignedJoin::read_lines(&mut lines, draft_hash))
            .collect::<Result<Vec<_>, _>>()?;
        lines.end()?;
        canonical(note.text(), &text(&draft, &joins))?;
        Ok(Self {
            hash: NoteHash(sha256(&[labels::NOTE_HASH, note.text().as_bytes()])),
            draft,
            joins,
            note,
        })
    }

    /// Checks all joins and how they fit together.
    fn check(&self, trust: &TrustStore) -> Result<(), RoundError> {
        let holders = self.joins.iter().map(|j| &j.join().holder);
        if !holders.eq(&self.draft.holders) {
            return Err(RoundError::Joins);
        }
        for join in &self.joins {
            join.check(&self.draft, trust)?;
        }
        let keys: Vec<_> = self.joins.iter().map(|j| j.join().prf_key).collect();
        let twice = keys.iter().enumerate().any(|(i, k)| keys[..i].contains(k));
        if twice || PrfPublicKey::sum(&keys).is_err() {
            return Err(RoundError::Keys);
        }
        let ages: Vec<_> = self.joins.iter().map(|j| &j.join().age).collect();
        if ages.iter().enumerate().any(|(i, a)| ages[..i].contains(a)) {
            return Err(RoundError::Keys);
        }
        Ok(())
    }

    /// Reads a note that a pinned coordinator signed, with valid joins of pinned holders.
    ///
    /// # Errors
    /// [`RoundError`].
    pub fn read(bytes: &[u8], trust: &TrustStore) -> Result<Self, RoundError> {
        let published = Self::from_note(Note::parse(bytes)?)?;
        // Lines of holders are checked too: a false one must not keep a true one out of a merge.
        let cards = published.signers(trust)?;
        let keys: Vec<NoteKey> = cards.iter().map(|c| c.note_key()).collect();
        let signed = published.note.verify(&keys)?;
        let coordinator = trust.get(&published.draft.coordinator, Role::Coordinator)?;
        if !signed.iter().any(|v| v.key == coordinator.note_key()) {
            return Err(RoundError::Unsigned(coordinator.name().to_owned()));
        }
        published.check(trust)?;
        Ok(published)
    }

    /// The cards of everybody who signs: the coordinator and the holders.
    fn signers<'t>(&self, trust: &'t TrustStore) -> Result<Vec<&'t Card>, RoundError> {
        let mut cards = vec![trust.get(&self.draft.coordinator, Role::Coordinator)?];
        for holder in &self.draft.holders {
            cards.push(trust.get(holder, Role::Holder)?);
        }
        Ok(cards)
    }

    /// Holders whose signature is missing.
    ///
    /// # Errors
    /// As [`PublishedNote::agree`].
    pub fn unsigned(&self, trust: &TrustStore) -> Result<Vec<PartyId>, RoundError> {
        let cards = self.signers(trust)?;
        let keys: Vec<NoteKey> = cards.iter().map(|c| c.note_key()).collect();
        let signed = self.note.verify(&keys)?;
        let missing = cards.iter().zip(&keys);
        Ok(missing
            .filter(|(_, key)| !signed.iter().any(|v| v.key == **key))
            .map(|(card, _)| card.id())
            .collect())
    }

    /// The draft inside.
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// The joins inside, in the order of holders.
    pub fn joins(&self) -> &[SignedJoin] {
        &self.joins
    }

    /// The hash of the text; signatures do not change it.
    pub fn hash(&self) -> NoteHash {
        self.hash
    }

    /// The file.
    pub fn to_text(&self) -> String {
        self.note.to_string()
    }

    /// Adds a holder's signature. What a holder checks first is in [`super::holder::cosign`].
    pub(super) fn add_signature(
        &mut self,
        holder: &Card,
        key: &SigningKey,
    ) -> Result<(), RoundError> {
        let name = holder.note_key().name().clone();
        let key_id = holder.note_key().id();
        let line = |s: &crate::log::note::NoteSignature| s.id() == key_id && *s.name() == name;
        if !self.note.signatures().iter().any(line) {
            self.note.sign(&name, key)?;
        }
        Ok(())
    }

    /// Takes over the signatures of another copy of this note.
    ///
    /// # Errors
    /// [`RoundError::Note`] if it is another note.
    pub fn merge(&mut self, other: &Self) -> Result<(), RoundError> {
        self.note.merge(&other.note)?;
        Ok(())
    }

    /// The round is agreed once every holder has cosigned.
    ///
    /// # Errors
    /// [`RoundError::Unsigned`] names the first holder whose signature is missing.
    pub fn agree(self, trust: &TrustStore) -> Result<AgreedNote, RoundError> {
        let cards = self.signers(trust)?;
        let keys: Vec<NoteKey> = cards.iter().map(|c| c.note_key()).collect();
        let signed = self.note.verify(&keys)?;
        for (card, key) in cards.iter().zip(&keys) {
            if !signed.iter().any(|v| v.key == *key) {
                return Err(RoundError::Unsigned(card.name().to_owned()));
            }
        }
        Ok(AgreedNote(self))
    }
}

fn text(draft: &Draft, joins: &[SignedJoin]) -> String {
    let mut out = format!("{HEAD}\n{}", draft.lines());
    for join in joins {
        out.push_str(&join.lines());
    }
    out
}

/// A note with the signatures of the coordinator and of every holder, all pinned. Only with one of
/// these can a party take part in a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreedNote(PublishedNote);

impl AgreedNote {
    /// Reads a note and checks all signatures.
    ///
    /// # Errors
    /// [`RoundError`].
    pub fn read(bytes: &[u8], trust: &TrustStore) -> Result<Self, RoundError> {
        PublishedNote::read(bytes, trust)?.agree(trust)
    }

    /// The hash that goes into everything of the round.
    pub fn hash(&self) -> NoteHash {
        self.0.hash
    }

    /// The parameters.
    pub fn draft(&self) -> &Draft {
        &self.0.draft
    }

    /// The joins, in the order of holders.
    pub fn joins(&self) -> impl ExactSizeIterator<Item = &Join> {
        self.0.joins.iter().map(SignedJoin::join)
    }

    /// The join of a holder.
    pub fn join(&self, holder: &PartyId) -> Option<&Join> {
        self.joins().find(|j| j.holder == *holder)
    }

    /// All holders with their recipients of this round: where a blinded request goes.
    pub fn holders(&self) -> Vec<(PartyId, Recipient)> {
        self.joins().map(|j| (j.holder, j.age.clone())).collect()
    }

    /// The comparer with its recipient of this round.
    pub fn comparer(&self) -> Option<(PartyId, Recipient)> {
        let join = self.join(&self.draft().comparer)?;
        Some((join.holder, join.age.clone()))
    }

    /// The coordinator with its recipient of this round.
    pub fn coordinator(&self) -> (PartyId, Recipient) {
        (self.draft().coordinator, self.draft().age.clone())
    }

    /// The file.
    pub fn to_text(&self) -> String {
        self.0.to_text()
    }

    /// Refuses a second note of a round of which one was accepted before.
    ///
    /// # Errors
    /// [`RoundError::SecondNote`].
    pub fn check_only(&self, accepted: &[([u8; 16], NoteHash)]) -> Result<(), RoundError> {
        let other = |(round, hash): &([u8; 16], NoteHash)| {
            *round == self.draft().round && *hash != self.hash()
        };
        if accepted.iter().any(other) {
            return Err(RoundError::SecondNote);
        }
        Ok(())
    }
}
