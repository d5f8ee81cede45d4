//! What a draft says, in the terms of matching.

use super::PartyError;
use crate::counts::person::TABLES_VERSION;
use crate::matching::encoding;
use crate::matching::features::FeatureTable;
use crate::matching::fixed::{Bits, ONE_BIT};
use crate::matching::score::Model;
use crate::matching::tokens::{Params, Policy as Rarity};
use crate::round::draft::{Draft, Policy};

/// Thousandths of a bit of a draft as bits of matching, and back.
pub(crate) fn bits(millibits: u32) -> Bits {
    let bits = u64::from(millibits) * u64::from(ONE_BIT) / 1000;
    Bits::try_from(bits).unwrap_or(Bits::MAX)
}

/// Bits of matching as thousandths of a bit, rounded up so that [`bits`] gives them back.
pub(crate) fn millibits(bits: Bits) -> u32 {
    let millibits = (u64::from(bits) * 1000).div_ceil(u64::from(ONE_BIT));
    u32::try_from(millibits).unwrap_or(u32::MAX)
}

/// The policy in the terms of matching.
pub(crate) fn rarity(policy: Policy) -> Rarity {
    match policy {
        Policy::Strict => Rarity::Strict,
        Policy::Standard => Rarity::Standard,
    }
}

/// The parameters of a round's tokens.
///
/// # Errors
/// [`PartyError::Tables`] if the draft was made for other tables, another model or other encodings
/// than this version has: all sites must compute the same.
pub(crate) fn params(draft: &Draft) -> Result<Params, PartyError> {
    let fits = draft.features == FeatureTable::shipped().hash()
        && draft.model == Model::shipped_hash()
        && usize::from(draft.encoding) == encoding::BYTES
        && draft.tables == TABLES_VERSION;
    if !fits {
        return Err(PartyError::Tables);
    }
    let mut params = Params::new(rarity(draft.policy), draft.expected);
    params.tokens = draft.tokens;
    params.h = bits(draft.h_millibits);
    Ok(params)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::travel::Identity;
    use crate::round::notice::policy::Notices;
    use crate::round::{PartyId, Time};

    /// A draft as this version makes one.
    fn draft() -> Draft {
        let nobody = PartyId([1; 32]);
        Draft {
            round: [9; 16],
            purpose: "Personas asistidas".into(),
            opens: Time::parse("2027-03-01T00:00:00Z").unwrap(),
            deadline: Time::parse("2027-03-31T23:59:59Z").unwrap(),
            policy: Policy::Strict,
            h_millibits: 18_000,
            tokens: Rarity::Strict.tokens(),
            encoding: encoding::BYTES as u16,
            features: FeatureTable::shipped().hash(),
            model: Model::shipped_hash(),
            expected: 30_000,
            pairs: 8,
            min_cell: 10,
            epsilon_milli: 4_000,
            tables: TABLES_VERSION,
            largest_share: 50,
            site_totals: false,
            quorum: 2,
            notices: Notices::default(),
            compartments: vec!["victim".into()],
            coordinator: nobody,
            age: Identity::generate().recipient(),
            comparer: nobody,
            holders: vec![nobody],
            sites: vec![(nobody, 24)],
            groups: Vec::new(),
        }
    }

    /// Whoever changes what tokens are made of, or how pairs are judged, changes what is learned from them.
    #[test]
    fn other_tables_and_models_are_refused() {
        assert!(params(&draft()).is_ok());
        let changes: [fn(&mut Draft); 4] = [
            |d| d.features[0] ^= 1,
            |d| d.model[31] ^= 1,
            |d| d.encoding -= 2,
            |d| d.tables += 1,
        ];
        for change in changes {
            let mut other = draft();
            change(&mut other);
            assert!(matches!(params(&other), Err(PartyError::Tables)));
        }
    }

    #[test]
    fn bits_come_back() {
        for n in 0..40_000 {
            assert_eq!(bits(millibits(n)), n);
        }
    }
}
