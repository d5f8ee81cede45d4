//! How the comparer scores a pair: the model of matching, on encodings.

use crate::matching::encoding::{self, BYTES, Encoding};
use crate::matching::score::{self, Model};
use crate::party::{PartyError, params};
use crate::round::draft::Draft;

/// The step of a pair of encodings and the number of tags that they share.
///
/// # Errors
/// [`PartyError::Tables`] if the round wants another model than this version has.
pub(super) fn scorer(
    draft: &Draft,
) -> Result<impl Fn(&[u8], &[u8], u16) -> u8 + Sync + use<>, PartyError> {
    let params = params::params(draft)?;
    let model = Model::shipped();
    Ok(move |a: &[u8], b: &[u8], shared: u16| {
        let read = |bytes: &[u8]| {
            <&[u8; BYTES]>::try_from(bytes)
                .ok()
                .map(Encoding::from_bytes)
        };
        let (Some(a), Some(b)) = (read(a), read(b)) else {
            return 0;
        };
        let levels = encoding::compare(&a, &b);
        let inputs = score::inputs(&levels, shared, params.tokens, params.h);
        model.step(model.weight(&inputs))
    })
}
