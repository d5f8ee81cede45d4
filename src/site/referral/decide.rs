//! A person's word on a referral.

use std::fs::File;

use serde_json::Value;
use zeroize::Zeroizing;

use super::super::transfer::Source;
use super::document::Said;
use super::{Entry, ReferralError, Referrals, Status, answer_parcel, earlier, opened, receipt};
use crate::codec::{Decode as _, to_hex};
use crate::log::act::{ActKind, Reason};
use crate::party::{Party, PartyError, Shelved};
use crate::record::{self, Record};
use crate::round::parcel::{Parcel, ParcelKind};
use crate::round::receipt::Answer;
use crate::round::{Role, RoundError, Time};
use crate::vault::transfer::{Came, TransferError};
use crate::vault::{ActNote, Guarded, ObjectId, Rights, VaultError};

/// What a waiting referral offers.
pub struct Offer {
    /// The referral.
    pub entry: Entry,
    /// The record, as it would be stored.
    pub record: Record,
    /// The record that came of an earlier referral of the same one, with its version.
    pub known: Option<(ObjectId, u32)>,
    /// Number of files with it.
    pub files: usize,
}

fn waiting(book: &Referrals, name: &ObjectId) -> Result<Entry, PartyError> {
    let mut all = book.entries.iter();
    let entry = all.find(|e| !e.sent && e.name() == *name);
    let entry = entry.ok_or(ReferralError::NoSuchReferral)?;
    if entry.status != Status::Open {
        return Err(ReferralError::Decided.into());
    }
    Ok(entry.clone())
}

fn shelved(party: &Party, entry: &Entry) -> Result<(Shelved, File), PartyError> {
    let kept = entry.file.ok_or(PartyError::Stored)?;
    let file = party.open_shelved(&kept)?;
    if !kept.is(&file)? {
        return Err(PartyError::Stored);
    }
    Ok((kept, file))
}

/// The rules of the sender, put into the record.
fn bind(record: &mut Record, entry: &Entry) {
    record.retain_until = earlier(record.retain_until, entry.rules.until);
    if !entry.rules.onward {
        record.consents.referral = record::Consent::default();
    }
}

/// The record that came of an earlier referral of the same one, if it is still here.
fn known(
    party: &Party,
    book: &Referrals,
    entry: &Entry,
) -> Result<Option<(ObjectId, u32)>, PartyError> {
    let before = book.entries.iter().rev().filter(|e| {
        !e.sent && e.other == entry.other && e.tag == entry.tag && e.status == Status::Accepted
    });
    let catalog = party.vault().catalog()?;
    for object in before.filter_map(|e| e.object) {
        if let Some(item) = catalog.get(object) {
            return Ok(Some((object, item.latest().number)));
        }
    }
    Ok(None)
}

/// A record with those fields replaced that came.
fn renewed(before: &Record, came: &Record) -> Result<Record, ReferralError> {
    let (Value::Object(mut whole), Value::Object(part)) =
        (record::to_json(before), record::to_json(came))
    else {
        return Err(ReferralError::Record);
    };
    whole.extend(part);
    let text = Zeroizing::new(Value::Object(whole).to_string());
    record::from_json(&text).map_err(|_| ReferralError::Record)
}

/// What a waiting referral would be stored as.
///
/// # Errors
/// [`ReferralError::NoSuchReferral`], [`ReferralError::Decided`].
pub fn offer(party: &Party, name: &ObjectId) -> Result<Offer, PartyError> {
    party.vault().require(Rights::READ)?;
    let book = Referrals::read(party)?;
    let entry = waiting(&book, name)?;
    let (_, file) = shelved(party, &entry)?;
    let mut source = Source::new(opened(party, ParcelKind::Referral, file)?);
    let came = party.vault().check_referral(&mut source)?;
    let known = known(party, &book, &entry)?;
    let record = to_store(party, &entry, &came, known)?;
    Ok(Offer {
        files: came.files.len(),
        entry,
        record,
        known,
    })
}

fn to_store(
    party: &Party,
    entry: &Entry,
    came: &Came,
    known: Option<(ObjectId, u32)>,
) -> Result<Record, PartyError> {
    let mut part = came.record.clone();
    bind(&mut part, entry);
    let Some((object, _)) = known else {
        return Ok(part);
    };
    let catalog = party.vault().catalog()?;
    let item = catalog.get(object).ok_or(VaultError::NoSuchRecord)?;
    let before = party.vault().read(item.latest().leaf)?;
    let mut whole = renewed(&before, &part)?;
    whole.retain_until = earlier(before.retain_until, part.retain_until);
    Ok(whole)
}

/// Takes a referral on: the record is sealed here, as its own or as a new version of the one that came before
/// (or of the one that the person names). Returns the record and its version.
///
/// # Errors
/// [`ReferralError::Over`] after the last day, [`ReferralError::Decided`], or what the vault says.
pub fn accept(
    party: &Party,
    name: &ObjectId,
    into: Option<ObjectId>,
    now: Time,
) -> Result<(ObjectId, u32), PartyError> {
    party.require(Role::Site)?;
    let vault = party.vault();
    vault.require(Rights::READ.and(Rights::SEAL))?;
    let mut book = Referrals::read(party)?;
    let entry = waiting(&book, name)?;
    let today = super::super::today(now);
    if let Some(day) = entry.rules.until.filter(|day| *day < today) {
        return Err(ReferralError::Over(day).into());
    }
    let (kept, file) = shelved(party, &entry)?;
    let mut source = Source::new(opened(party, ParcelKind::Referral, file)?);
    let head = super::ReferralHead::from_bytes(&source.head().body).map_err(TransferError::from)?;
    let mut came = vault.stage_referral(&mut source)?;
    let parcel = source.parcel().filter(|p| p.id == entry.id);
    let parcel = parcel.ok_or(RoundError::Damaged)?;
    let target = match into {
        Some(object) => {
            let catalog = vault.catalog()?;
            let item = catalog.get(object).ok_or(VaultError::NoSuchRecord)?;
            Some((object, item.latest().number))
        }
        None => known(party, &book, &entry)?,
    };
    came.record = to_store(party, &entry, &came, target)?;
    record::check(&came.record, today).map_err(|_| ReferralError::Record)?;
    // Files that came before are here.
    let mut skip = Vec::new();
    if let Some((object, _)) = target {
        let before = book.entries.iter();
        let before = before.filter(|e| !e.sent && e.object == Some(object));
        skip.extend(before.flat_map(|e| e.evidence.clone()));
    }
    let sender = party.trust().get(&entry.other, Role::Site)?.clone();
    let text = receipt(party, &sender, &parcel, head.log, Answer::Accepted, now)?;
    let said = Said::Receipt(text.clone());
    let answer = answer_parcel(party, &sender, &entry.id, said, now)?;
    let reason = super::parcel_reason(&parcel)?;
    let stored = vault.store_referral(came, target, &skip, &reason, |object| {
        if let Some(entry) = book.get(&parcel.id, false) {
            entry.status = Status::Accepted;
            entry.object = Some(object);
            entry.file = None;
            entry.answer = Some(answer);
            entry.receipt = text;
        }
        book.change()
    })?;
    party.unshelve(&kept);
    entry.answer.iter().for_each(|old| party.unshelve(old));
    Ok(stored)
}

/// Does not take a referral on: what came is destroyed, and the sender gets a receipt that says so.
///
/// # Errors
/// [`ReferralError::NoSuchReferral`], [`ReferralError::Decided`].
pub fn refuse(
    party: &Party,
    name: &ObjectId,
    reason: &Reason,
    now: Time,
) -> Result<(), PartyError> {
    party.require(Role::Site)?;
    let mut book = Referrals::read(party)?;
    let entry = waiting(&book, name)?;
    let sender = party.trust().get(&entry.other, Role::Site)?.clone();
    let (kept, file) = shelved(party, &entry)?;
    let source = opened(party, ParcelKind::Referral, file)?;
    let head = super::ReferralHead::from_bytes(&source.head().body).map_err(TransferError::from)?;
    let parcel = Parcel {
        id: entry.id,
        file: kept.hash,
        bytes: kept.len,
    };
    let text = receipt(party, &sender, &parcel, head.log, Answer::Refused, now)?;
    let answer = answer_parcel(party, &sender, &entry.id, Said::Receipt(text.clone()), now)?;
    if let Some(entry) = book.get(&entry.id, false) {
        entry.status = Status::Refused;
        entry.file = None;
        entry.answer = Some(answer);
        entry.receipt = text;
    }
    let act = ActNote::new(ActKind::ReferralRefused)
        .on(name.0, 0)
        .because(reason);
    party.vault().set_state(&[book.change()], act)?;
    party.unshelve(&kept);
    entry.answer.iter().for_each(|old| party.unshelve(old));
    Ok(())
}

/// Takes a referral back: the other house is told at the next visit. What it has accepted is its own record by
/// then; it is bound to refer it no further, and asked to erase it.
///
/// # Errors
/// [`ReferralError::NoSuchReferral`]; [`ReferralError::Decided`] if it was refused or is revoked.
pub fn revoke(
    party: &Party,
    name: &ObjectId,
    reason: &Reason,
    now: Time,
) -> Result<(), PartyError> {
    party.require(Role::Site)?;
    party.vault().require_two(Guarded::Referral, 1)?;
    let mut book = Referrals::read(party)?;
    let mut all = book.entries.iter_mut();
    let entry = all.find(|e| e.sent && e.name() == *name);
    let entry = entry.ok_or(ReferralError::NoSuchReferral)?;
    if matches!(entry.status, Status::Refused | Status::Revoked) {
        return Err(ReferralError::Decided.into());
    }
    let to = party.trust().get(&entry.other, Role::Site)?.clone();
    let said = Said::Revoked(reason.as_str().to_owned());
    entry.answer = Some(answer_parcel(party, &to, &entry.id, said, now)?);
    entry.status = Status::Revoked;
    let thrown = entry.file.take();
    let object = entry.object.unwrap_or(*name);
    let why = format!("parcel {} {}", to_hex(&entry.id), reason.as_str());
    let why = Reason::new(why.trim_end()).unwrap_or_else(|_| reason.clone());
    let act = ActNote::new(ActKind::ReferralRevoked)
        .on(object.0, 0)
        .because(&why);
    party.vault().set_state(&[book.change()], act)?;
    thrown.iter().for_each(|file| party.unshelve(file));
    Ok(())
}
