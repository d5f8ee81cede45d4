//! The details of a leaf: who did what, when and why, signed by the slot that did it (manual: *log*,
//! "Details").
//!
//! The chain shows only a salted commitment to these bytes. They are stored sealed, and whoever
//! holds the log-reading key can open one of them and prove it.

use zeroize::Zeroizing;

use super::leaf::{Fact, details_commitment};
use super::merkle::MAX_SIZE;
use crate::codec::{Decode, DecodeError, Encode, Reader, put_bytes};
use crate::crypto::hash::Digest;
use crate::crypto::sign::{Signature, Signer, VerifyingKey};
use crate::crypto::{CryptoError, labels};
use crate::i18n::{Localize, Message};

/// Version byte of an act of one slot.
pub const ACT_VERSION: u8 = 1;

/// Version byte of an act of two slots.
pub const ACT_VERSION_TWO: u8 = 2;

/// Longest reason, in bytes of UTF-8.
pub const MAX_REASON: usize = 1024;

/// Details are padded to a multiple of this before they are sealed, so that their length does not
/// tell the kind of act.
pub const PADDING: usize = 256;

/// Longest plaintext of sealed details: salt, length, act, signature and the longest reason, padded.
pub const MAX_SEALED: usize =
    (32 + 4 + ACT_MIN + MAX_REASON + 16 + 2 * 64).next_multiple_of(PADDING);

/// Bytes of an act without a reason.
const ACT_MIN: usize = 1 + 1 + 8 + 16 + 16 + 4 + 8 + 8 + 4;

/// Stands for "no earlier leaf".
const NO_INDEX: u64 = u64::MAX;

macro_rules! act_kinds {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $id:literal;)*) => {
        /// What was done. Numbers are only ever added; a gap belongs to the group before it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        #[non_exhaustive]
        pub enum ActKind {
            $($(#[$doc])* $name = $number,)*
        }

        impl ActKind {
            /// Every kind, in the order of the numbers.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The number in the bytes of an act.
            pub fn number(self) -> u8 {
                self as u8
            }

            /// The kind of a number.
            pub fn from_number(number: u8) -> Option<Self> {
                match number {
                    $($number => Some(Self::$name),)*
                    _ => None,
                }
            }

            fn message_id(self) -> &'static str {
                match self {
                    $(Self::$name => $id,)*
                }
            }
        }
    };
}

act_kinds! {
    // 1 to 15: the log itself.
    /// The log was begun.
    Init = 1, "log-act-init";
    /// A head was signed.
    Checkpoint = 2, "log-act-checkpoint";
    /// A head with new cosignatures was received.
    Cosigned = 3, "log-act-cosigned";
    /// The vault was checked; the count is that of the findings.
    Check = 4, "log-act-check";
    /// The clock of the site showed an earlier time than at the act before.
    ClockBackwards = 5, "log-act-clock-backwards";
    /// A backup was written.
    Backup = 6, "log-act-backup";
    /// The log follows on one that was restored from a backup.
    Restore = 7, "log-act-restore";
    /// The succession of a restored log was countersigned.
    SuccessionCosigned = 8, "log-act-succession-cosigned";
    /// Part of the log was given to an auditor.
    AuditExport = 9, "log-act-audit-export";
    /// Single acts were opened for others to see.
    Disclose = 10, "log-act-disclose";
    /// What the program keeps for itself was changed: keys of a party, trusted cards, rounds.
    State = 11, "log-act-state";
    // 16 to 47: records.
    /// A record was sealed.
    Seal = 16, "log-act-seal";
    /// A new version of a record was sealed.
    Amend = 17, "log-act-amend";
    /// A record was opened and shown.
    Open = 18, "log-act-open";
    /// Records were searched; the count is that of the records found.
    Search = 19, "log-act-search";
    /// Records were listed; the count is that of the records.
    List = 20, "log-act-list";
    /// Records were exported in clear; the count is that of the records.
    Export = 21, "log-act-export";
    /// A file of records was imported; the count is that of the records.
    Import = 22, "log-act-import";
    /// A version of a record was erased.
    Erase = 23, "log-act-erase";
    /// Two records were linked as one person.
    Link = 24, "log-act-link";
    /// A link was undone.
    Unlink = 25, "log-act-unlink";
    /// Likely duplicates were looked for; the count is that of the pairs shown.
    Duplicates = 26, "log-act-duplicates";
    /// A record was sealed again under the newer keys of its compartment.
    Reseal = 27, "log-act-reseal";
    /// A consent was given or changed.
    Consent = 28, "log-act-consent";
    /// A consent was withdrawn.
    ConsentWithdrawn = 29, "log-act-consent-withdrawn";
    /// A record was put on legal hold.
    Hold = 30, "log-act-hold";
    /// A legal hold was lifted.
    HoldLifted = 31, "log-act-hold-lifted";
    /// The date until which a record is to be kept was set or taken away.
    Retention = 32, "log-act-retention";
    /// An unfinished interview was kept, gone on with, finished or given up.
    Draft = 33, "log-act-draft";
    /// Records were sent to another vault of the site; the count is that of the items.
    TransferSent = 40, "log-act-transfer-sent";
    /// Records came from another vault of the site; the count is that of what was stored.
    TransferReceived = 41, "log-act-transfer-received";
    /// A version of a record came from another vault.
    RecordArrived = 42, "log-act-record-arrived";
    /// A person decided between versions that two vaults had made.
    Settled = 43, "log-act-settled";
    /// A person decided to keep a record that another vault has erased.
    ErasureDeclined = 44, "log-act-erasure-declined";
    // 48 to 79: keys.
    /// A slot was added.
    KeyAdd = 48, "log-act-key-add";
    /// A slot was revoked.
    KeyRemove = 49, "log-act-key-remove";
    /// The passphrase or other secret of a slot was changed.
    KeyChange = 50, "log-act-key-change";
    /// An intake key was made.
    IntakeKey = 51, "log-act-intake-key";
    /// A recovery code or recovery shares were made; the count is that of the people it takes to use
    /// them, 0 where unknown.
    RecoveryMade = 52, "log-act-recovery-made";
    /// A recovery code was used.
    Recovery = 53, "log-act-recovery";
    /// Keys of compartments were replaced.
    Rotate = 54, "log-act-rotate";
    /// The key that signs the heads was replaced.
    LogKeyChange = 55, "log-act-log-key-change";
    /// The card of another party was trusted.
    Trust = 56, "log-act-trust";
    /// A card is trusted no longer.
    Distrust = 57, "log-act-distrust";
    /// A way of recovery was tried and opened the vault; the actor is its slot.
    Drill = 58, "log-act-drill";
    /// What needs two slots was changed; the count says what it is from here on.
    Policy = 59, "log-act-policy";
    /// A compartment was added.
    CompartmentAdd = 60, "log-act-compartment-add";
    /// The slots of the house were destroyed; the count is that of the slots.
    Panic = 61, "log-act-panic";
    /// A card was taken for that of another vault of the same site.
    SameSite = 70, "log-act-same-site";
    // 80 to 111: evidence.
    /// A file of evidence was added.
    EvidenceAdded = 80, "log-act-evidence-added";
    /// A file of evidence was taken out in clear.
    EvidenceExtracted = 81, "log-act-evidence-extracted";
    /// A file of evidence was looked at.
    EvidenceSeen = 82, "log-act-evidence-seen";
    /// A file of evidence was handed over.
    EvidenceHandedOver = 83, "log-act-evidence-handed-over";
    /// A signed receipt for evidence came back.
    EvidenceReceipt = 84, "log-act-evidence-receipt";
    /// A file of evidence of another house was received, and a receipt signed for it; the count is its
    /// size in bytes.
    EvidenceReceived = 85, "log-act-evidence-received";
    // 112 to 159: rounds and referrals, at a site.
    /// The site joined a round.
    RoundJoined = 112, "log-act-round-joined";
    /// Blinded requests were written; the count is that of the persons.
    Blinded = 113, "log-act-blinded";
    /// Tokens were written for the coordinator; the count is that of the persons.
    TokensIssued = 114, "log-act-tokens-issued";
    /// A person was withdrawn from a round.
    RoundWithdrawn = 115, "log-act-round-withdrawn";
    /// The secrets of a round were erased.
    RoundClosed = 116, "log-act-round-closed";
    /// A notice that a person may be known elsewhere was answered.
    NoticeAnswered = 117, "log-act-notice-answered";
    /// Another site was introduced.
    Introduced = 118, "log-act-introduced";
    /// A record was sent to another site.
    ReferralSent = 119, "log-act-referral-sent";
    /// A record came from another site.
    ReferralReceived = 120, "log-act-referral-received";
    /// A referral was accepted.
    ReferralAccepted = 121, "log-act-referral-accepted";
    /// A referral was refused.
    ReferralRefused = 122, "log-act-referral-refused";
    /// A referral was revoked.
    ReferralRevoked = 123, "log-act-referral-revoked";
    // 160 to 207: coordinator and holder.
    /// A round was opened.
    RoundOpened = 160, "log-act-round-opened";
    /// A round was published.
    RoundPublished = 161, "log-act-round-published";
    /// A round note was cosigned.
    RoundCosigned = 162, "log-act-round-cosigned";
    /// Blinded requests were evaluated; the count is that of the requests.
    Evaluated = 163, "log-act-evaluated";
    /// A request was refused: quota, roster or round.
    Refused = 164, "log-act-refused";
    /// A file of tokens was received; the count is that of the persons.
    TokensReceived = 165, "log-act-tokens-received";
    /// Candidate pairs were looked for; the count is that of the pairs.
    Matched = 166, "log-act-matched";
    /// Pairs were compared; the count is that of the pairs.
    Compared = 167, "log-act-compared";
    /// Matches were decided; the count is that of the clusters.
    Decided = 168, "log-act-decided";
    /// Counts were tallied.
    Tallied = 169, "log-act-tallied";
    /// A result was published.
    Published = 170, "log-act-published";
    /// The head of another log was cosigned.
    HeadCosigned = 171, "log-act-head-cosigned";
    /// The head of another log was refused.
    HeadRefused = 172, "log-act-head-refused";
    /// The keys of a round were erased.
    KeysErased = 173, "log-act-keys-erased";
    /// Requests about persons were written; the count is the number of the batch.
    NoticesSent = 180, "log-act-notices-sent";
    /// A site's answers to requests were received; the count is the number of the batch.
    ConsentReceived = 181, "log-act-consent-received";
    /// Introductions were written; the count is that of the sites.
    IntroductionsSent = 182, "log-act-introductions-sent";
}

impl Localize for ActKind {
    fn message(&self) -> Message {
        Message::new(self.message_id())
    }
}

/// Why something was done, in the words of whoever did it: at most [`MAX_REASON`] bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reason(String);

impl Reason {
    /// No reason given.
    pub fn none() -> Self {
        Self::default()
    }

    /// Takes a text.
    ///
    /// # Errors
    /// [`DecodeError::Length`] if it is longer than [`MAX_REASON`] bytes.
    pub fn new(text: &str) -> Result<Self, DecodeError> {
        if text.len() > MAX_REASON {
            return Err(DecodeError::Length);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text; empty if no reason was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What was done, without its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// What was done.
    pub kind: ActKind,
    /// When, in seconds since 1970 by the clock of the site, which nobody has to believe.
    pub time: i64,
    /// Id of the slot that did it.
    pub actor: [u8; 16],
    /// Random id of the record, evidence file, slot or round that it was done to; never all zero.
    pub object: Option<[u8; 16]>,
    /// Version of that object, from 1; 0 where there is none.
    pub object_version: u32,
    /// How many things it was done to, for the kinds that say so; else 0.
    pub count: u64,
    /// The leaf that this act follows on, for instance the one with the version that is replaced;
    /// at most [`MAX_SIZE`].
    pub prior: Option<u64>,
    /// Why it was done.
    pub reason: Reason,
    /// Id of the slot that did it together with the actor; never the actor, never all zero.
    pub second: Option<[u8; 16]>,
}

impl Act {
    /// What a slot signs: label, vault id, index of the leaf, the act, and what the leaf says about
    /// stored bytes. So a signed act stands for one place of one log and for one content. Two slots
    /// that act together sign the same bytes, which name both.
    pub fn signed_message(&self, vault_id: &[u8; 16], index: u64, fact: &Fact) -> Vec<u8> {
        let mut out = Vec::with_capacity(
            labels::ACT_SIGNATURE.len() + 16 + 8 + ACT_MIN + self.reason.0.len() + 16 + Fact::LEN,
        );
        out.extend_from_slice(labels::ACT_SIGNATURE);
        out.extend_from_slice(vault_id);
        out.extend_from_slice(&index.to_be_bytes());
        self.encode(&mut out);
        fact.encode(&mut out);
        out
    }

    /// Signs the act with the key of the slot that acts alone.
    pub fn sign(self, vault_id: &[u8; 16], index: u64, fact: &Fact, key: &Signer) -> SignedAct {
        let act = Self {
            second: None,
            ..self
        };
        let signature = key.sign(&act.signed_message(vault_id, index, fact));
        SignedAct {
            act,
            signature,
            countersignature: None,
        }
    }

    /// Signs the act with the keys of two slots that act together. `second` is the other slot and
    /// its key.
    pub fn sign_by_two(
        self,
        vault_id: &[u8; 16],
        index: u64,
        fact: &Fact,
        key: &Signer,
        second: (&[u8; 16], &Signer),
    ) -> SignedAct {
        let act = Self {
            second: Some(*second.0),
            ..self
        };
        let message = act.signed_message(vault_id, index, fact);
        SignedAct {
            signature: key.sign(&message),
            countersignature: Some(second.1.sign(&message)),
            act,
        }
    }
}

impl Encode for Act {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(match self.second {
            None => ACT_VERSION,
            Some(_) => ACT_VERSION_TWO,
        });
        out.push(self.kind.number());
        out.extend_from_slice(&self.time.to_be_bytes());
        out.extend_from_slice(&self.actor);
        out.extend_from_slice(&self.object.unwrap_or_default());
        out.extend_from_slice(&self.object_version.to_be_bytes());
        out.extend_from_slice(&self.count.to_be_bytes());
        out.extend_from_slice(&self.prior.unwrap_or(NO_INDEX).to_be_bytes());
        put_bytes(out, self.reason.0.as_bytes());
        out.extend_from_slice(self.second.as_ref().map_or(&[], |id| id.as_slice()));
    }
}

impl Decode for Act {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let two = match input.u8()? {
            ACT_VERSION => false,
            ACT_VERSION_TWO => true,
            other => return Err(DecodeError::Version(other)),
        };
        let kind = ActKind::from_number(input.u8()?).ok_or(DecodeError::Value("kind of act"))?;
        let time = i64::from_be_bytes(input.array()?);
        let actor: [u8; 16] = input.array()?;
        let object: [u8; 16] = input.array()?;
        let object_version = input.u32()?;
        let count = input.u64()?;
        let prior = match input.u64()? {
            NO_INDEX => None,
            index if index < MAX_SIZE => Some(index),
            _ => return Err(DecodeError::Value("earlier leaf")),
        };
        let reason = Reason(input.text(MAX_REASON)?.to_owned());
        let second = if two { Some(input.array()?) } else { None };
        if second.is_some_and(|id: [u8; 16]| id == actor || id == [0; 16]) {
            return Err(DecodeError::Value("second slot"));
        }
        Ok(Self {
            kind,
            time,
            actor,
            object: (object != [0; 16]).then_some(object),
            object_version,
            count,
            prior,
            reason,
            second,
        })
    }
}

/// The details of a leaf: an act and the signature of the slot, or of both slots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedAct {
    /// What was done.
    pub act: Act,
    /// Ed25519 over [`Act::signed_message`], by the actor.
    pub signature: Signature,
    /// The same by the second slot; there if and only if the act names one.
    pub countersignature: Option<Signature>,
}

impl SignedAct {
    /// Checks the slot's signature for the leaf at `index` of the vault's log.
    ///
    /// # Errors
    /// [`CryptoError::Signature`].
    pub fn verify(
        &self,
        key: &VerifyingKey,
        vault_id: &[u8; 16],
        index: u64,
        fact: &Fact,
    ) -> Result<(), CryptoError> {
        let message = self.act.signed_message(vault_id, index, fact);
        key.verify(&message, &self.signature)
    }

    /// Checks the signature of the second slot, which the act must name.
    ///
    /// # Errors
    /// [`CryptoError::Signature`].
    pub fn verify_second(
        &self,
        key: &VerifyingKey,
        vault_id: &[u8; 16],
        index: u64,
        fact: &Fact,
    ) -> Result<(), CryptoError> {
        let signature = self.countersignature.as_ref();
        let signature = signature.ok_or(CryptoError::Signature)?;
        let message = self.act.signed_message(vault_id, index, fact);
        key.verify(&message, signature)
    }

    /// The commitment that the leaf shows.
    pub fn commitment(&self, salt: &[u8; 32]) -> Digest {
        details_commitment(salt, &self.to_bytes())
    }

    /// What is sealed: salt, length, signed act, and zeros up to a multiple of [`PADDING`].
    pub fn to_sealed_plaintext(&self, salt: &[u8; 32]) -> Zeroizing<Vec<u8>> {
        let details = Zeroizing::new(self.to_bytes());
        let len = (32 + 4 + details.len()).next_multiple_of(PADDING);
        let mut out = Zeroizing::new(Vec::with_capacity(len));
        out.extend_from_slice(salt);
        put_bytes(&mut out, &details);
        out.resize(len, 0);
        out
    }

    /// The reverse of [`SignedAct::to_sealed_plaintext`]: the salt and the act.
    ///
    /// # Errors
    /// [`DecodeError`], also if the padding is not the shortest, or not zero.
    pub fn from_sealed_plaintext(bytes: &[u8]) -> Result<([u8; 32], Self), DecodeError> {
        if bytes.len() > MAX_SEALED {
            return Err(DecodeError::Length);
        }
        let mut input = Reader::new(bytes);
        let salt = input.array()?;
        let details = input.bytes(MAX_SEALED)?;
        let padding = input.take(input.remaining())?;
        let len = (32 + 4 + details.len()).next_multiple_of(PADDING);
        if len != bytes.len() || padding.iter().any(|b| *b != 0) {
            return Err(DecodeError::Value("padding"));
        }
        Ok((salt, Self::from_bytes(details)?))
    }
}

impl Encode for SignedAct {
    fn encode(&self, out: &mut Vec<u8>) {
        self.act.encode(out);
        out.extend_from_slice(&self.signature);
        let second = self.countersignature.as_ref();
        out.extend_from_slice(second.map_or(&[], |s| s.as_slice()));
    }
}

impl Decode for SignedAct {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let act = Act::decode(input)?;
        Ok(Self {
            signature: input.array()?,
            countersignature: act.second.map(|_| input.array()).transpose()?,
            act,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::crypto::sign::SigningKey;
    use proptest::prelude::*;

    use super::*;
    use crate::crypto::Secret;
    use crate::i18n::{Lang, Messages};

    fn key() -> SigningKey {
        SigningKey::from_seed(Secret::init_with(|b| b.fill(3))).unwrap()
    }

    fn act() -> Act {
        Act {
            kind: ActKind::Amend,
            time: 1_790_000_000,
            actor: [7; 16],
            object: Some([9; 16]),
            object_version: 2,
            count: 0,
            prior: Some(4),
            reason: Reason::new("corrección de la fecha").unwrap(),
            second: None,
        }
    }

    const FACT: Fact = Fact::Content {
        hash: [1; 32],
        key: Some([2; 32]),
    };

    #[test]
    fn a_signature_holds_for_one_place_and_one_content() {
        let key = key();
        let public = key.verifying_key();
        let signed = act().sign(&[5; 16], 12, &FACT, &key.signer().unwrap());
        signed.verify(&public, &[5; 16], 12, &FACT).unwrap();
        assert!(signed.verify(&public, &[6; 16], 12, &FACT).is_err());
        assert!(signed.verify(&public, &[5; 16], 13, &FACT).is_err());
        for other in [
            Fact::None,
            Fact::Tombstone(3),
            Fact::Content {
                hash: [1; 32],
                key: None,
            },
        ] {
            assert!(signed.verify(&public, &[5; 16], 12, &other).is_err());
        }
        let mut changed = signed;
        changed.act.time += 1;
        assert!(changed.verify(&public, &[5; 16], 12, &FACT).is_err());
    }

    #[test]
    fn two_slots_sign_the_same_and_neither_can_be_left_out() {
        let (key, other) = (
            key(),
            SigningKey::from_seed(Secret::init_with(|b| b.fill(4))).unwrap(),
        );
        let (first, second) = (key.signer().unwrap(), other.signer().unwrap());
        let signed = act().sign_by_two(&[5; 16], 12, &FACT, &first, (&[8; 16], &second));
        assert_eq!(signed.act.second, Some([8; 16]));
        let public = (key.verifying_key(), other.verifying_key());
        signed.verify(&public.0, &[5; 16], 12, &FACT).unwrap();
        signed
            .verify_second(&public.1, &[5; 16], 12, &FACT)
            .unwrap();
        assert!(
            signed
                .verify_second(&public.0, &[5; 16], 12, &FACT)
                .is_err()
        );
        // What the first signed names the second: without it the signature does not hold.
        let mut alone = signed.clone();
        (alone.act.second, alone.countersignature) = (None, None);
        assert!(alone.verify(&public.0, &[5; 16], 12, &FACT).is_err());
        assert!(alone.verify_second(&public.1, &[5; 16], 12, &FACT).is_err());
        let one = act().sign(&[5; 16], 12, &FACT, &first);
        assert_eq!(one.to_bytes()[0], ACT_VERSION);
        assert_eq!(one.to_bytes().len() + 80, signed.to_bytes().len());
        // Nobody is their own second.
        for id in [[7; 16], [0; 16]] {
            let bytes = act()
                .sign_by_two(&[5; 16], 12, &FACT, &first, (&id, &second))
                .to_bytes();
            assert!(SignedAct::from_bytes(&bytes).is_err());
        }
    }

    #[test]
    fn the_sealed_length_does_not_tell_the_kind() {
        for kind in ActKind::ALL {
            for reason in ["", "a petición de la persona"] {
                let act = Act {
                    kind: *kind,
                    reason: Reason::new(reason).unwrap(),
                    ..act()
                };
                let signed = act.sign(&[5; 16], 0, &FACT, &key().signer().unwrap());
                let plain = signed.to_sealed_plaintext(&[8; 32]);
                assert_eq!(plain.len(), PADDING);
                let (salt, back) = SignedAct::from_sealed_plaintext(&plain).unwrap();
                assert_eq!((salt, back), ([8; 32], signed));
            }
        }
        let longest = Act {
            reason: Reason::new(&"x".repeat(MAX_REASON)).unwrap(),
            ..act()
        };
        let signer = key().signer().unwrap();
        let signed = longest.sign_by_two(&[5; 16], 0, &FACT, &signer, (&[8; 16], &signer));
        assert_eq!(signed.to_sealed_plaintext(&[8; 32]).len(), MAX_SEALED);
        assert!(Reason::new(&"x".repeat(MAX_REASON + 1)).is_err());
    }

    #[test]
    fn padding_is_zero_and_shortest() {
        let signed = act().sign(&[5; 16], 0, &FACT, &key().signer().unwrap());
        let plain = signed.to_sealed_plaintext(&[8; 32]);
        let mut dirty = plain.to_vec();
        *dirty.last_mut().unwrap() = 1;
        assert!(SignedAct::from_sealed_plaintext(&dirty).is_err());
        let mut long = plain.to_vec();
        long.resize(2 * PADDING, 0);
        assert!(SignedAct::from_sealed_plaintext(&long).is_err());
        assert!(SignedAct::from_sealed_plaintext(&plain[..PADDING - 1]).is_err());
    }

    #[test]
    fn every_kind_has_a_number_of_its_own_and_words_in_both_languages() {
        for lang in [Lang::Es, Lang::En] {
            let messages = Messages::new(lang);
            for kind in ActKind::ALL {
                assert_eq!(ActKind::from_number(kind.number()), Some(*kind));
                assert!(messages.has(kind.message().id), "{kind:?}");
            }
        }
        assert!(ActKind::ALL.windows(2).all(|w| w[0] < w[1]));
        assert_eq!(ActKind::from_number(0), None);
    }

    fn any_act() -> impl Strategy<Value = SignedAct> {
        let object = prop::option::of(any::<[u8; 16]>().prop_filter("zero", |o| *o != [0; 16]));
        (
            (
                0..ActKind::ALL.len(),
                any::<i64>(),
                any::<[u8; 16]>(),
                object,
            ),
            any::<(u32, u64)>(),
            prop::option::of(0..MAX_SIZE),
            "\\PC{0,40}",
            (any::<[u8; 32]>(), any::<Option<[u8; 16]>>()),
        )
            .prop_map(
                |(what, (object_version, count), prior, reason, (half, second))| {
                    let second = second.filter(|id| *id != [0; 16] && *id != what.2);
                    let signature = std::array::from_fn(|i| half[i % 32]);
                    SignedAct {
                        act: Act {
                            kind: ActKind::ALL[what.0],
                            time: what.1,
                            actor: what.2,
                            object: what.3,
                            object_version,
                            count,
                            prior,
                            reason: Reason::new(&reason).unwrap(),
                            second,
                        },
                        signature,
                        countersignature: second.map(|_| signature),
                    }
                },
            )
    }

    proptest! {
        #[test]
        fn bytes_go_both_ways(signed in any_act(), salt in any::<[u8; 32]>()) {
            let bytes = signed.to_bytes();
            prop_assert_eq!(&SignedAct::from_bytes(&bytes).unwrap(), &signed);
            let plain = signed.to_sealed_plaintext(&salt);
            prop_assert_eq!(SignedAct::from_sealed_plaintext(&plain).unwrap(), (salt, signed));
        }

        #[test]
        fn whatever_is_read_is_written_the_same(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(signed) = SignedAct::from_bytes(&bytes) {
                prop_assert_eq!(signed.to_bytes(), bytes.clone());
            }
            let _ = SignedAct::from_sealed_plaintext(&bytes);
        }

        #[test]
        fn a_changed_byte_changes_the_act_or_is_refused(signed in any_act(), at in any::<prop::sample::Index>(), flip in 1u8..) {
            let mut bytes = signed.to_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            if let Ok(other) = SignedAct::from_bytes(&bytes) {
                prop_assert_ne!(&other, &signed);
                prop_assert_eq!(other.to_bytes(), bytes);
            }
        }
    }
}
