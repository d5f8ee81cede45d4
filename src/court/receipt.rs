//! Receipts for evidence: signed by a receiver with a card, and taken back.

use std::path::Path;

use super::check::{check_by, read_keys};
use super::{CourtError, Known, Verdict};
use crate::log::act::{ActKind, Reason};
use crate::party::Party;
use crate::round::receipt::{About, Answer, Receipt};
use crate::round::{RoundError, Time};
use crate::vault::{ActNote, Evidence, Vault};

/// Checks a folder that was handed over and signs a receipt for the file in it, once this vault's own log
/// says so. The log's key is that of the giver's card, if that is pinned here and the reader brings no
/// other.
///
/// # Errors
/// [`CourtError::Unsound`] with the findings in the verdict lost: [`check`](super::check) tells them;
/// [`CourtError::NotHandedOver`] if the folder was not made to be handed over.
pub fn receive(
    party: &Party,
    dir: &Path,
    known: &Known,
    answer: Answer,
    now: Time,
) -> Result<(Verdict, String), CourtError> {
    let keys = read_keys(dir)?;
    let logs = keys.logs();
    let mut cards = party.trust().cards();
    let giver = cards.find(|c| logs.contains(&c.body().vault));
    let known = Known {
        key: known.key.or(giver.and_then(|c| c.body().log)),
        cosigners: known.cosigners.clone(),
    };
    let verdict = check_by(dir, keys, &known)?;
    let item = verdict.item.as_ref().filter(|_| verdict.is_sound());
    let item = item.ok_or(CourtError::Unsound)?;
    let handed = verdict.handed_over().ok_or(CourtError::NotHandedOver)?;
    let log = logs.first().copied().ok_or(CourtError::NoFolder)?;
    let receipt = Receipt {
        about: About::Evidence,
        what: item.sha256,
        bytes: item.size,
        answer,
        log,
        entry: Some(handed.entry),
        giver: giver.map(|c| c.id()),
        receiver: party.id(),
        time: now,
    };
    let text = receipt.sign(party.card(), party.key())?;
    let act = ActNote::new(ActKind::EvidenceReceived);
    party.vault().log(act.on(item.id.0, 1).count(item.size))?;
    Ok((verdict, text))
}

/// What came back for a file of evidence.
pub enum Returned<'a> {
    /// A document that a receiver signed, whose card is pinned here.
    Signed(&'a Party, &'a [u8]),
    /// A scan of a paper, or whatever else the house takes for a receipt, and the name to keep it by.
    Paper(&'a Vault, &'a str, &'a [u8]),
}

/// Keeps a receipt beside the file that it is for. `entry` is the act by which the file was handed over;
/// without it, the one that the receipt names, or the last.
///
/// # Errors
/// [`CourtError::Round`] if the receipt is not signed by a pinned card, [`CourtError::OtherReceipt`] if it is
/// for something else, [`CourtError::NotHandedOver`].
pub fn keep(
    evidence: &Evidence,
    returned: &Returned<'_>,
    entry: Option<u64>,
    reason: &Reason,
) -> Result<Evidence, CourtError> {
    let (vault, bytes, named) = match returned {
        Returned::Signed(party, bytes) => {
            let receipt = signed(party, evidence, bytes)?;
            (party.vault(), *bytes, receipt.entry)
        }
        Returned::Paper(vault, _, bytes) => (*vault, *bytes, None),
    };
    if let (Some(entry), Some(named)) = (entry, named)
        && entry != named
    {
        return Err(CourtError::OtherReceipt);
    }
    let acts = vault.custody(evidence.id)?;
    let mut handed = acts.iter().rev();
    let last = handed.find(|e| e.act.kind == ActKind::EvidenceHandedOver);
    let entry = entry.or(named).or(last.map(|e| e.index));
    let entry = entry.ok_or(CourtError::NotHandedOver)?;
    let name = match returned {
        Returned::Signed(..) => format!("{entry}.receipt"),
        Returned::Paper(_, name, _) => (*name).to_owned(),
    };
    Ok(vault.keep_receipt(evidence, entry, &name, bytes, reason)?)
}

fn signed(party: &Party, evidence: &Evidence, bytes: &[u8]) -> Result<Receipt, CourtError> {
    let receipt = Receipt::parse(bytes)?;
    let mut cards = party.trust().cards();
    let card = cards.find(|c| c.id() == receipt.receiver);
    let card = card.ok_or_else(|| RoundError::NotPinned(receipt.receiver.fingerprint()))?;
    let receipt = Receipt::read(bytes, card)?;
    let logs = party.vault().log_ids();
    let fits = receipt.about == About::Evidence
        && (receipt.what, receipt.bytes) == (evidence.sha256, evidence.size)
        && logs.contains(&receipt.log);
    if fits {
        Ok(receipt)
    } else {
        Err(CourtError::OtherReceipt)
    }
}
