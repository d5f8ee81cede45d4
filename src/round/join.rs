//! `HOLDER.join`: a holder takes part (manual: *files*, "Join").

use super::draft::Draft;
use super::text::{Lines, base64, canonical};
use super::trust::TrustStore;
use super::{Card, PartyId, Role, RoundError};
use crate::codec::to_hex;
use crate::crypto::hash::sha256;
use crate::crypto::sign::{Signature, SigningKey};
use crate::crypto::travel::Recipient;
use crate::crypto::voprf::{PrfPublicKey, ProofBytes};
use crate::crypto::{Secret, labels};
use crate::log::note::Note;

const HEAD: &str = "sigilo/round/join/v1";

/// What a holder brings to a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    /// Hash of the draft.
    pub draft: [u8; 32],
    /// The holder.
    pub holder: PartyId,
    /// Its PRF key for this round.
    pub prf_key: PrfPublicKey,
    /// Proof that it knows that key, for this draft and this holder.
    pub possession: ProofBytes,
    /// Commitment to its share of the group secret.
    pub share: [u8; 32],
    /// Its recipient for this round.
    pub age: Recipient,
}

/// What a proof of possession is for: this draft, this holder.
pub(super) fn possession_context(draft: &[u8; 32], holder: &PartyId) -> [u8; 64] {
    let mut out = [0; 64];
    out[..32].copy_from_slice(draft);
    out[32..].copy_from_slice(&holder.0);
    out
}

/// Commitment to a share: SHA-256 of label, draft, holder, a random opening and the share.
pub(super) fn commit(
    draft: &[u8; 32],
    holder: &PartyId,
    opening: &Secret<32>,
    share: &Secret<32>,
) -> [u8; 32] {
    sha256(&[
        labels::SHARE_COMMITMENT,
        draft,
        &holder.0,
        opening.expose(),
        share.expose(),
    ])
}

impl Join {
    fn text(&self) -> String {
        format!(
            "{HEAD}\ndraft {}\nholder {}\n{}",
            to_hex(&self.draft),
            to_hex(&self.holder.0),
            self.lines()
        )
    }

    /// What a join says beside draft and holder.
    fn lines(&self) -> String {
        format!(
            "prf-key {}\nprf-possession {}\nshare {}\nage {}\n",
            base64(self.prf_key.as_bytes()),
            base64(&self.possession),
            base64(&self.share),
            self.age
        )
    }

    fn read_lines(
        lines: &mut Lines<'_>,
        draft: [u8; 32],
        holder: PartyId,
    ) -> Result<Self, RoundError> {
        let bytes = lines.base64("prf-key")?;
        let prf_key = PrfPublicKey::from_bytes(&bytes).map_err(|_| lines.bad("prf-key"))?;
        Ok(Self {
            draft,
            holder,
            prf_key,
            possession: lines.base64("prf-possession")?,
            share: lines.base64("share")?,
            age: lines.recipient("age")?,
        })
    }

    fn parse(text: &str) -> Result<Self, RoundError> {
        let mut lines = Lines::new(text, HEAD)?;
        let draft = lines.hex("draft")?;
        let holder = lines.party("holder")?;
        let join = Self::read_lines(&mut lines, draft, holder)?;
        lines.end()?;
        canonical(text, &join.text())?;
        Ok(join)
    }

    /// Signs the join.
    pub(super) fn sign(self, holder: &Card, key: &SigningKey) -> Result<SignedJoin, RoundError> {
        if holder.id() != self.holder || key.verifying_key() != holder.body().key {
            return Err(RoundError::NotInRound(holder.name().to_owned()));
        }
        let signature = key.sign(self.text().as_bytes())?;
        Ok(SignedJoin {
            join: self,
            signature,
        })
    }
}

/// A join whose signature and proof of possession were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedJoin {
    join: Join,
    signature: Signature,
}

impl SignedJoin {
    /// What it says.
    pub fn join(&self) -> &Join {
        &self.join
    }

    /// Reads a join for `draft` and checks it against the holder's pinned card.
    ///
    /// # Errors
    /// [`RoundError::WrongDraft`], [`RoundError::NotInRound`], [`RoundError::Possession`], and those
    /// of notes and trust.
    pub fn read(bytes: &[u8], draft: &Draft, trust: &TrustStore) -> Result<Self, RoundError> {
        let note = Note::parse(bytes)?;
        let join = Join::parse(note.text())?;
        let card = trust.get(&join.holder, Role::Holder)?;
        note.verify(&[card.note_key()])?;
        let [line] = note.signatures() else {
            return Err(RoundError::Unsigned(card.name().to_owned()));
        };
        let signature = Signature::try_from(line.bytes())
            .map_err(|_| RoundError::Signature(card.name().to_owned()))?;
        let signed = Self { join, signature };
        signed.check(draft, trust)?;
        Ok(signed)
    }

    /// Checks everything again; used for the joins inside a note.
    pub(super) fn check(&self, draft: &Draft, trust: &TrustStore) -> Result<(), RoundError> {
        let Join { holder, .. } = &self.join;
        let card = trust.get(holder, Role::Holder)?;
        let name = || card.name().to_owned();
        let hash = draft.hash();
        if self.join.draft != hash {
            return Err(RoundError::WrongDraft);
        }
        if !draft.holders.contains(holder) {
            return Err(RoundError::NotInRound(name()));
        }
        card.body()
            .key
            .verify(self.join.text().as_bytes(), &self.signature)
            .map_err(|_| RoundError::Signature(name()))?;
        self.join
            .prf_key
            .check_possession(&possession_context(&hash, holder), &self.join.possession)
            .map_err(|_| RoundError::Possession(name()))
    }

    /// The file.
    ///
    /// # Errors
    /// [`RoundError::Note`].
    pub fn to_note(&self, holder: &Card, key: &SigningKey) -> Result<String, RoundError> {
        // Ed25519 is deterministic: this is the signature that is kept here.
        let mut note = Note::new(self.join.text())?;
        note.sign(holder.note_key().name(), key)?;
        Ok(note.to_string())
    }

    /// The lines inside a round's note.
    pub(super) fn lines(&self) -> String {
        format!(
            "join {}\n{}join-signature {}\n",
            to_hex(&self.join.holder.0),
            self.join.lines(),
            base64(&self.signature)
        )
    }

    /// Reads [`SignedJoin::lines`]; nothing is checked yet.
    pub(super) fn read_lines(lines: &mut Lines<'_>, draft: [u8; 32]) -> Result<Self, RoundError> {
        let holder = lines.party("join")?;
        let join = Join::read_lines(lines, draft, holder)?;
        Ok(Self {
            join,
            signature: lines.base64("join-signature")?,
        })
    }
}
