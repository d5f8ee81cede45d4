//! A text that the coordinator signs for everybody: the result and the counts of a round.

use super::note::AgreedNote;
use super::trust::TrustStore;
use super::{Card, Role, RoundError};
use crate::crypto::sign::SigningKey;
use crate::log::note::Note;

/// A document of the coordinator, with one canonical text.
pub(super) trait Published: Sized {
    /// The text.
    fn text(&self) -> String;

    /// Reads the text; another one for the same document is refused.
    fn parse(text: &str) -> Result<Self, RoundError>;

    /// Whether it fits the round.
    fn check(&self, note: &AgreedNote) -> Result<(), RoundError>;

    /// Signs it as the coordinator: the file.
    fn signed(
        &self,
        note: &AgreedNote,
        coordinator: &Card,
        key: &SigningKey,
    ) -> Result<String, RoundError> {
        self.check(note)?;
        if coordinator.id() != note.draft().coordinator {
            return Err(RoundError::NotInRound(coordinator.name().to_owned()));
        }
        let text = self.text();
        Self::parse(&text)?;
        let mut signed = Note::new(text)?;
        signed.sign(coordinator.note_key().name(), key)?;
        Ok(signed.to_string())
    }

    /// Reads the file.
    fn verified(bytes: &[u8], note: &AgreedNote, trust: &TrustStore) -> Result<Self, RoundError> {
        let signed = Note::parse(bytes)?;
        let document = Self::parse(signed.text())?;
        let coordinator = trust.get(&note.draft().coordinator, Role::Coordinator)?;
        signed.verify(&[coordinator.note_key()])?;
        document.check(note)?;
        Ok(document)
    }
}
