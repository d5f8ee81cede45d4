//! What a key-holder does in a round (manual: *round*, "Key-holder").
//!
//! A holder has its PRF key, its share of the group secret and its recipient of the round. It sees
//! random points and numbers of persons. The comparer also opens the encodings of pairs that it is
//! asked about; it has no method that would take a tag.

use std::io::Read;

use rayon::prelude::*;
use zeroize::Zeroizing;

use super::blinded::BlindedRequest;
use super::draft::Draft;
use super::envelope::{EnvelopeId, read_error};
use super::evaluated::EvaluatedReply;
use super::join::{Join, SignedJoin, commit, possession_context};
use super::note::{AgreedNote, PublishedNote};
use super::pairs::{Budget, LEVELS, PairsList, PairsWeights, Place};
use super::tokens::FileKey;
use super::totals::{Totals, TotalsShare};
use super::trust::TrustStore;
use super::welcome::Welcome;
use super::{Card, NoteHash, PartyId, Role, RoundError, Time};
use crate::codec::{Decode, DecodeError, Reader};
use crate::crypto::sign::SigningKey;
use crate::crypto::travel::{self, IDENTITY, Identity};
use crate::crypto::voprf::{CHUNK, PrfKey, VoprfError};
use crate::crypto::{CryptoError, Secret, once};

/// A holder's secrets of one round, erased when it closes.
pub struct HolderSecrets {
    prf: PrfKey,
    share: Secret<32>,
    opening: Secret<32>,
    age: Identity,
}

impl HolderSecrets {
    /// New random secrets.
    ///
    /// # Errors
    /// [`RoundError::Crypto`].
    pub fn generate() -> Result<Self, RoundError> {
        Ok(Self {
            prf: PrfKey::generate()?,
            share: Secret::random()?,
            opening: Secret::random()?,
            age: Identity::generate(),
        })
    }

    /// The recipient's private half, to open requests.
    pub fn identity(&self) -> &Identity {
        &self.age
    }

    /// What each site is sent.
    pub fn welcome(&self) -> Welcome {
        Welcome {
            opening: self.opening.duplicate(),
            share: self.share.duplicate(),
        }
    }

    /// The bytes, to be wrapped.
    ///
    /// # Errors
    /// [`CryptoError`] as [`Identity::secret`].
    pub fn to_secret_bytes(&self) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let mut out = Zeroizing::new(Vec::with_capacity(1 + 3 * 32 + IDENTITY));
        out.push(1);
        for part in [self.prf.private(), &self.share, &self.opening] {
            out.extend_from_slice(part.expose());
        }
        out.extend_from_slice(self.age.secret()?.expose());
        Ok(out)
    }
}

impl Decode for HolderSecrets {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8()? {
            1 => {}
            v => return Err(DecodeError::Version(v)),
        }
        let bad = |_| DecodeError::Value("holder's secrets");
        let mut part = || -> Result<Secret<32>, DecodeError> {
            Secret::from_slice(input.take(32)?).map_err(bad)
        };
        let (prf, share, opening) = (part()?, part()?, part()?);
        let age = Secret::from_slice(input.take(IDENTITY)?).map_err(bad)?;
        Ok(Self {
            prf: PrfKey::from_private(prf).map_err(bad)?,
            share,
            opening,
            age: Identity::from_secret(&age).map_err(bad)?,
        })
    }
}

/// What a holder insists on, whatever the coordinator drafts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HolderPolicy {
    /// Least H, in thousandths of a bit.
    pub h_min_millibits: u32,
    /// Largest quota of a site.
    pub quota_max: u32,
}

/// Checks a draft against the holder's own roster and policy, and joins. The roster contains the
/// holder's own card.
///
/// # Errors
/// [`RoundError::NotPinned`] for a site, holder or coordinator that is not on the roster,
/// [`RoundError::Selectivity`], [`RoundError::Quota`], [`RoundError::Late`].
pub fn join(
    draft: &Draft,
    me: &Card,
    key: &SigningKey,
    secrets: &HolderSecrets,
    policy: HolderPolicy,
    roster: &TrustStore,
    now: Time,
) -> Result<SignedJoin, RoundError> {
    if !draft.holders.contains(&me.id()) {
        return Err(RoundError::NotInRound(me.name().to_owned()));
    }
    roster.get(&draft.coordinator, Role::Coordinator)?;
    for holder in &draft.holders {
        roster.get(holder, Role::Holder)?;
    }
    for (site, quota) in &draft.sites {
        roster.get(site, Role::Site)?;
        if *quota > policy.quota_max {
            return Err(RoundError::Quota {
                asked: *quota,
                quota: policy.quota_max,
            });
        }
    }
    if draft.h_millibits < policy.h_min_millibits {
        return Err(RoundError::Selectivity {
            found: draft.h_millibits,
            minimum: policy.h_min_millibits,
        });
    }
    if now > draft.deadline {
        return Err(RoundError::Late(draft.deadline));
    }
    let hash = draft.hash();
    let context = possession_context(&hash, &me.id());
    Join {
        draft: hash,
        holder: me.id(),
        prf_key: secrets.prf.public_key(),
        possession: secrets.prf.prove_possession(&context),
        share: commit(&hash, &me.id(), &secrets.opening, &secrets.share),
        age: secrets.age.recipient(),
    }
    .sign(me, key)
}

/// Cosigns the final note, if it is about the draft that was joined, contains the join as it was made
/// and is the first of its round. `cosigned` is the holder's memory: round and note.
///
/// # Errors
/// [`RoundError::WrongDraft`], [`RoundError::WrongJoin`], [`RoundError::SecondNote`].
pub fn cosign(
    note: &mut PublishedNote,
    me: &Card,
    key: &SigningKey,
    mine: &SignedJoin,
    cosigned: &[([u8; 16], NoteHash)],
) -> Result<(), RoundError> {
    if note.draft().hash() != mine.join().draft {
        return Err(RoundError::WrongDraft);
    }
    if !note.joins().contains(mine) || mine.join().holder != me.id() {
        return Err(RoundError::WrongJoin);
    }
    let round = note.draft().round;
    let hash = note.hash();
    if cosigned.iter().any(|(r, h)| *r == round && *h != hash) {
        return Err(RoundError::SecondNote);
    }
    note.add_signature(me, key)
}

/// Evaluates a site's request. The same request gives the same reply; that a site sends one request
/// in a round is for the caller to see to, who keeps `id`.
///
/// # Errors
/// [`RoundError::NotInRound`], [`RoundError::Numbers`], [`RoundError::Quota`],
/// [`RoundError::Late`], [`RoundError::Element`].
pub fn evaluate(
    note: &AgreedNote,
    secrets: &HolderSecrets,
    site: &Card,
    id: EnvelopeId,
    request: &BlindedRequest,
    now: Time,
) -> Result<EvaluatedReply, RoundError> {
    let draft = note.draft();
    let quota = draft
        .quota(&site.id())
        .ok_or_else(|| RoundError::NotInRound(site.name().to_owned()))?;
    if now > draft.deadline {
        return Err(RoundError::Late(draft.deadline));
    }
    if !note.joins().any(|j| j.prf_key == secrets.prf.public_key()) {
        return Err(RoundError::WrongJoin);
    }
    request.check(draft, quota)?;
    let mut chunks = Vec::with_capacity(request.elements.len().div_ceil(CHUNK));
    for (c, chunk) in request.elements.chunks(CHUNK).enumerate() {
        let evaluation = secrets.prf.evaluate(chunk).map_err(|e| match e {
            VoprfError::Element(i) => RoundError::Element {
                name: site.name().to_owned(),
                place: c * CHUNK + i,
            },
            _ => RoundError::Numbers,
        })?;
        chunks.push(evaluation);
    }
    Ok(EvaluatedReply {
        request: id,
        chunks,
    })
}

/// What came of an ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared<T> {
    /// The answer to the coordinator.
    pub weights: PairsWeights,
    /// Pairs whose encodings could not be opened; they have level 0.
    pub unreadable: Vec<usize>,
    /// What the comparer keeps to itself of each pair that it could open.
    pub kept: Vec<Option<T>>,
}

/// The sum of the shares of the totals, if totals of sites are not agreed to be open. Only over enough
/// files: the sum over one would be that site's own.
fn totals(
    note: &AgreedNote,
    secrets: &HolderSecrets,
    ask: &PairsList,
) -> Result<Option<Totals>, RoundError> {
    let draft = note.draft();
    if draft.site_totals {
        return Ok(None);
    }
    if ask.files.len() < usize::from(draft.quorum) {
        return Err(RoundError::Numbers);
    }
    let mut sum = Totals::default();
    for file in &ask.files {
        let share = TotalsShare::open(&file.totals, &secrets.age, note.hash(), file.file)?;
        sum = sum.plus(share);
    }
    Ok(Some(sum))
}

/// Pairs whose encodings are held at once.
const BLOCK: usize = 1 << 14;

/// Compares the pairs of an ask, as the comparer. `sealed` gives their encodings, which are read block by
/// block. `score` takes two encodings and the number of shared
/// tags and says a level below [`LEVELS`], and what is to be kept of the pair. The budget is charged for the whole ask or not at all.
///
/// # Errors
/// [`RoundError::NotInRound`] if this holder is not the comparer; [`RoundError::Numbers`],
/// [`RoundError::Pair`], [`RoundError::Budget`]; what reading says.
#[allow(clippy::too_many_arguments)]
pub fn compare<T: Send>(
    note: &AgreedNote,
    me: &PartyId,
    secrets: &HolderSecrets,
    id: EnvelopeId,
    ask: &PairsList,
    mut sealed: impl Read,
    budget: &mut Budget,
    score: impl Fn(&[u8], &[u8], u16) -> (u8, T) + Sync,
) -> Result<Compared<T>, RoundError> {
    if *me != note.draft().comparer {
        return Err(RoundError::NotInRound(me.fingerprint()));
    }
    let totals = totals(note, secrets, ask)?;
    budget.charge(note.draft(), ask)?;
    let keys: Vec<Option<FileKey>> = ask
        .files
        .iter()
        .map(|file| {
            let plain =
                travel::decrypt_bytes(&secrets.age, &file.sealed_key, FileKey::SIZE).ok()?;
            FileKey::from_bytes(&plain)
                .ok()
                .filter(|k| k.note == note.hash() && k.file == file.file)
        })
        .collect();
    let open = |place: &Place, sealed: &[u8]| -> Option<Zeroizing<Vec<u8>>> {
        let key = keys.get(usize::from(place.file))?.as_ref()?;
        let mut message = Zeroizing::new(sealed.to_vec());
        let len = once::open_in_place(&key.of_place(place.row, place.place), &mut message)
            .ok()?
            .len();
        message.truncate(len);
        Some(message)
    };
    let size = ask.sealed_size();
    let mut levels = Vec::with_capacity(ask.pairs.len());
    let mut kept = Vec::with_capacity(ask.pairs.len());
    let mut unreadable = Vec::new();
    let mut bytes = vec![0; size * BLOCK.min(ask.pairs.len())];
    for pairs in ask.pairs.chunks(BLOCK) {
        bytes.resize(size * pairs.len(), 0);
        sealed.read_exact(&mut bytes).map_err(read_error)?;
        let scored: Vec<Option<(u8, T)>> = pairs
            .par_iter()
            .zip(bytes.par_chunks(size))
            .map(|(pair, bytes)| {
                let (a, b) = bytes.split_at(size / 2);
                let (a, b) = (open(&pair.a, a)?, open(&pair.b, b)?);
                Some(score(&a, &b, pair.shared))
            })
            .collect();
        for scored in scored {
            if scored.is_none() {
                unreadable.push(levels.len());
            }
            let (level, of_pair) = scored.map_or((0, None), |(level, t)| (level, Some(t)));
            levels.push(level.min(LEVELS - 1));
            kept.push(of_pair);
        }
    }
    Ok(Compared {
        weights: PairsWeights {
            ask: id,
            levels,
            totals,
            agreement: None,
            verify: None,
        },
        unreadable,
        kept,
    })
}
