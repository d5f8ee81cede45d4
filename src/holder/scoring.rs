//! How the comparer scores a pair: the model of matching, on encodings.

use super::explain::{self, Fields};
use crate::matching::encoding::{self, BYTES, Encoding, Levels};
use crate::matching::score::Model;
use crate::matching::tokens::Params;
use crate::party::{PartyError, params};
use crate::round::draft::Draft;

/// Scores the pairs of one round.
pub(super) struct Scorer {
    params: Params,
    model: &'static Model,
}

impl Scorer {
    /// # Errors
    /// [`PartyError::Tables`] if the round wants another model than this version has.
    pub fn new(draft: &Draft) -> Result<Self, PartyError> {
        Ok(Self {
            params: params::params(draft)?,
            model: Model::shipped(),
        })
    }

    /// The step of a pair of encodings and the number of tags that they share, and how its fields
    /// agree.
    pub fn score(&self, a: &[u8], b: &[u8], shared: u16) -> (u8, Fields) {
        let read = |bytes: &[u8]| {
            <&[u8; BYTES]>::try_from(bytes)
                .ok()
                .map(Encoding::from_bytes)
        };
        let (Some(a), Some(b)) = (read(a), read(b)) else {
            return (0, explain::fields(&Levels::default()));
        };
        let levels = encoding::compare(&a, &b);
        let (tokens, h) = (self.params.tokens, self.params.h);
        let step = self.model.release(&levels, shared, tokens, h);
        (step, explain::fields(&levels))
    }
}
