//! Referrals between houses that were introduced, as their people would make them.

use super::{Network, Seat, accept, io};
use crate::log::act::{ActKind, Reason};
use crate::party::{Outcome, PartyError, Stick};
use crate::record::code::Agreement;
use crate::round::receipt::{Answer, Receipt};
use crate::round::{Role, Time};
use crate::site;
use crate::site::referral::{self, Entry, Referrals, Status, Wanted};
use crate::vault::{ObjectId, VaultError};

/// Fields that are chosen: groups of them.
const FIELDS: [&str; 2] = ["name", "person"];

/// A person whom two houses know, after they were introduced: house and record at each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Met {
    pub from: (usize, ObjectId),
    pub to: (usize, ObjectId),
}

/// What came of the referrals of a demonstration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferralFigures {
    /// The house that referred.
    pub from: String,
    /// The house that accepted.
    pub to: String,
    /// Groups of fields that were chosen.
    pub fields: u64,
    /// Files of evidence that came with them.
    pub files: u64,
    /// Entry of the sender's chain by which the accepted parcel left, and the receiver's by which it came.
    pub entries: [u64; 2],
    /// Version of the receiver's record that the same record, sent once more, became.
    pub again: u32,
    /// The house that refused.
    pub refused: String,
    /// The house that had a referral when it was revoked.
    pub revoked: String,
    /// Receipts that hold with the receiver's card.
    pub receipts: u64,
}

impl Network {
    /// A person who was introduced is referred, with a file; her record comes once more and is recognised; a third
    /// house refuses it; a referral to it is revoked.
    pub(super) fn refer(&self, met: &Met, now: Time) -> Result<ReferralFigures, PartyError> {
        let (from, object) = met.from;
        let (to, known) = met.to;
        let other = (0..self.sites.len()).find(|i| *i != from && *i != to);
        let seat = |i: usize| self.sites.get(i).ok_or(PartyError::NoRound);
        let (from, to, third) = (seat(from)?, seat(to)?, seat(other.unwrap_or(from.max(to)))?);
        let dir = self.coordinator.stick.dir().with_file_name("referral");
        std::fs::create_dir_all(&dir).map_err(io(&dir))?;
        let stick = Stick::open(&dir)?;
        let none = Reason::none();
        // She agrees to it, and it is written down.
        let vault = from.party.vault();
        let item = vault.catalog()?;
        let latest = item.get(object).ok_or(VaultError::NoSuchRecord)?.latest();
        let mut record = vault.read(latest.leaf)?;
        record.consents.referral.given = Agreement::Yes;
        record.consents.referral.taken_on = Some(site::today(now));
        vault.amend(object, latest.number, &record, &none)?;
        let photo = b"constancia".as_slice();
        let file = vault.add_evidence(object, "constancia.txt", photo, &none, |_| {})?;
        let fields = FIELDS.map(str::to_owned);
        let wanted = Wanted {
            object,
            fields: &fields,
            evidence: &[file.id],
            onward: false,
            until: None,
        };
        let refer = |to: &Seat| referral::refer(&from.party, to.party.card(), &wanted, now);
        let visit = |seat: &Seat| -> Result<(), PartyError> {
            let mut out = Outcome::default();
            referral::next(&seat.party, &stick, now, &mut out)?;
            accept(out).map(|_| ())
        };
        // There and back: the parcel, then what was said to it.
        let there = |to: &Seat| visit(from).and_then(|()| visit(to));
        let back = |to: &Seat| visit(to).and_then(|()| visit(from));

        let first = refer(to)?;
        there(to)?;
        let files = referral::offer(&to.party, &first.name())?.files as u64;
        referral::accept(&to.party, &first.name(), Some(known), now)?;
        back(to)?;

        let second = refer(to)?;
        there(to)?;
        let (same, again) = referral::accept(&to.party, &second.name(), None, now)?;
        if same != known {
            return Err(PartyError::Stored);
        }
        back(to)?;

        let third_parcel = refer(third)?;
        there(third)?;
        referral::refuse(&third.party, &third_parcel.name(), &none, now)?;
        back(third)?;

        let last = refer(third)?;
        there(third)?;
        back(third)?;
        referral::revoke(&from.party, &last.name(), &none, now)?;
        there(third)?;
        visit(from)?;

        let mut receipts = 0;
        let expected = [
            (&first, to, Status::Accepted, Answer::Accepted),
            (&second, to, Status::Accepted, Answer::Accepted),
            (&third_parcel, third, Status::Refused, Answer::Refused),
            (&last, third, Status::Revoked, Answer::Refused),
        ];
        for (sent, house, status, answer) in expected {
            let entry = entry(from, sent)?;
            let card = from.party.trust().get(&house.party.id(), Role::Site)?;
            let receipt = Receipt::read(entry.receipt.as_bytes(), card)?;
            if entry.status != status || receipt.answer != answer || receipt.what != sent.id {
                return Err(PartyError::Stored);
            }
            receipts += 1;
        }
        Ok(ReferralFigures {
            from: from.party.card().name().to_owned(),
            to: to.party.card().name().to_owned(),
            fields: FIELDS.len() as u64,
            files,
            entries: [
                place(from, ActKind::ReferralSent)?,
                place(to, ActKind::ReferralReceived)?,
            ],
            again,
            refused: third.party.card().name().to_owned(),
            revoked: third.party.card().name().to_owned(),
            receipts,
        })
    }
}

fn entry(seat: &Seat, sent: &Entry) -> Result<Entry, PartyError> {
    let mut all = Referrals::read(&seat.party)?.entries.into_iter();
    all.find(|e| e.id == sent.id).ok_or(PartyError::Stored)
}

/// The first entry of a kind in a house's chain.
fn place(seat: &Seat, kind: ActKind) -> Result<u64, PartyError> {
    let mut found = None;
    seat.party.vault().trail(0, |e| {
        if e.act.kind == kind {
            found.get_or_insert(e.index);
        }
        Ok(())
    })?;
    found.ok_or(PartyError::Stored)
}
