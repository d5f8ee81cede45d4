//! `SITE.welcome`: a holder's share of the group secret (manual: *files*, "Welcome").
//!
//! The group secret keys the feature clocks: every site has it, nobody else. Each share was committed
//! to before any was known, so no holder chooses the secret.

use super::join::commit;
use super::note::AgreedNote;
use super::{PartyId, RoundError};
use crate::codec::{Decode, DecodeError, Encode, Reader};
use crate::crypto::{Secret, kdf, labels};

/// Bytes of a welcome.
pub const SIZE: usize = 65;

/// A share of the group secret and the opening of its commitment.
pub struct Welcome {
    pub(super) opening: Secret<32>,
    pub(super) share: Secret<32>,
}

impl Encode for Welcome {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(1);
        out.extend_from_slice(self.opening.expose());
        out.extend_from_slice(self.share.expose());
    }
}

impl Decode for Welcome {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8()? {
            1 => {}
            v => return Err(DecodeError::Version(v)),
        }
        let mut secret = || -> Result<Secret<32>, DecodeError> {
            Secret::from_slice(input.take(32)?).map_err(|_| DecodeError::Truncated)
        };
        Ok(Self {
            opening: secret()?,
            share: secret()?,
        })
    }
}

/// The group secret of a round: a hash of the note and of all shares in the order of holders.
///
/// # Errors
/// [`RoundError::Reply`] unless there is one welcome of each holder; [`RoundError::Commitment`].
pub fn group_secret(
    note: &AgreedNote,
    welcomes: &[(PartyId, Welcome)],
    name: impl Fn(&PartyId) -> String,
) -> Result<Secret<32>, RoundError> {
    let hash = note.hash();
    let mut parts: Vec<&[u8]> = vec![&hash.0];
    for join in note.joins() {
        let mut of_holder = welcomes.iter().filter(|(id, _)| *id == join.holder);
        let (Some((_, welcome)), None) = (of_holder.next(), of_holder.next()) else {
            return Err(RoundError::Reply(name(&join.holder)));
        };
        let commitment = commit(&join.draft, &join.holder, &welcome.opening, &welcome.share);
        if commitment != join.share {
            return Err(RoundError::Commitment(name(&join.holder)));
        }
        parts.push(welcome.share.expose());
    }
    Ok(kdf::derive(labels::GROUP_SECRET, &parts))
}
