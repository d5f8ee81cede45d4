//! How long a record is to be kept (manual: *vault format*, "Keeping").
//!
//! A *legal hold* keeps a record from being erased; a *retention date* says from when on it is to be.
//! Both are statements about a record in its own compartment: what was said last holds.

use zeroize::Zeroizing;

use super::catalog::Catalog;
use super::content::{ContentKind, Header};
use super::error::VaultError;
use super::ids::{CompartmentId, ObjectId};
use super::keyring::Rights;
use super::store::Tx;
use super::writing::{NewContent, Writing};
use super::{ActNote, Guarded, Vault};
use crate::codec::{Decode, DecodeError, Encode, Reader, put_bytes};
use crate::log::act::{ActKind, MAX_REASON, Reason};
use crate::record::Date;

const VERSION: u8 = 1;

/// What was said about keeping a record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keeping {
    /// Why it is on legal hold, if it is.
    pub hold: Option<Reason>,
    /// The last day on which it is to be kept.
    pub until: Option<Date>,
}

impl Keeping {
    /// Whether the record is to be erased on this day.
    pub fn is_due(&self, day: Date) -> bool {
        self.hold.is_none() && self.until.is_some_and(|until| until < day)
    }
}

impl Encode for Keeping {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        out.push(u8::from(self.hold.is_some()));
        if let Some(reason) = &self.hold {
            put_bytes(out, reason.as_str().as_bytes());
        }
        put_day(out, self.until);
    }
}

/// A day or none: a byte, and days since 1970-01-01.
pub(super) fn put_day(out: &mut Vec<u8>, day: Option<Date>) {
    out.push(u8::from(day.is_some()));
    if let Some(day) = day {
        out.extend_from_slice(&day.days().to_be_bytes());
    }
}

pub(super) fn read_day(input: &mut Reader<'_>) -> Result<Option<Date>, DecodeError> {
    if !input.flag()? {
        return Ok(None);
    }
    let days = i64::from_be_bytes(input.array()?);
    let day = Date::from_days(days).filter(|day| day.days() == days);
    day.map(Some).ok_or(DecodeError::Value("date"))
}

impl Decode for Keeping {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8()? {
            VERSION => {}
            v => return Err(DecodeError::Version(v)),
        }
        let mut keeping = Self::default();
        if input.flag()? {
            keeping.hold = Some(Reason::new(input.text(MAX_REASON)?)?);
        }
        keeping.until = read_day(input)?;
        Ok(keeping)
    }
}

/// A change of how long a record is to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepingChange {
    /// Put on legal hold.
    Hold,
    /// Lift the hold.
    Lift,
    /// Keep until this day, or without a day.
    Until(Option<Date>),
}

impl Vault {
    /// What was said about keeping a record; nothing, for most.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`], [`VaultError::NoSuchRecord`], [`VaultError::Altered`].
    pub fn keeping(&self, catalog: &Catalog, id: ObjectId) -> Result<Keeping, VaultError> {
        self.require(Rights::READ)?;
        catalog.get(id).ok_or(VaultError::NoSuchRecord)?;
        self.keeping_in(&self.store.view()?, catalog, id)
    }

    /// As [`Vault::keeping`], inside a transaction.
    pub(super) fn keeping_in(
        &self,
        view: &Tx<'_>,
        catalog: &Catalog,
        id: ObjectId,
    ) -> Result<Keeping, VaultError> {
        match catalog.keepings.get(&id).and_then(|leaves| leaves.last()) {
            Some(leaf) => self.keeping_at(view, id, *leaf),
            None => Ok(Keeping::default()),
        }
    }

    /// What one statement on a record says.
    pub(super) fn keeping_at(
        &self,
        view: &Tx<'_>,
        id: ObjectId,
        leaf: u64,
    ) -> Result<Keeping, VaultError> {
        let (header, body) = self.open_content(view, leaf)?;
        let altered = VaultError::Altered { leaf };
        if header.kind != ContentKind::Keeping || header.object != id {
            return Err(altered);
        }
        Keeping::from_bytes(&body).map_err(|_| altered)
    }

    /// Refuses to erase a record that is on legal hold.
    pub(super) fn require_not_held(
        &self,
        view: &Tx<'_>,
        catalog: &Catalog,
        id: ObjectId,
    ) -> Result<(), VaultError> {
        match self.keeping_in(view, catalog, id)?.hold {
            None => Ok(()),
            Some(_) => Err(VaultError::Held),
        }
    }

    /// Every record about whose keeping something holds, in the order of the catalog.
    ///
    /// # Errors
    /// As [`Vault::keeping`].
    pub fn kept(&self, catalog: &Catalog) -> Result<Vec<(ObjectId, Keeping)>, VaultError> {
        self.require(Rights::READ)?;
        let view = self.store.view()?;
        let mut kept = Vec::new();
        for item in catalog.items() {
            let keeping = self.keeping_in(&view, catalog, item.id)?;
            if keeping != Keeping::default() {
                kept.push((item.id, keeping));
            }
        }
        Ok(kept)
    }

    /// Changes how long a record is to be kept. Lifting a hold needs two slots where erasing does.
    ///
    /// # Errors
    /// [`VaultError::NoSuchRecord`], [`VaultError::NeedsTwo`], [`VaultError::NotAllowed`], or what the
    /// database says.
    pub fn set_keeping(
        &self,
        id: ObjectId,
        change: KeepingChange,
        reason: &Reason,
    ) -> Result<Keeping, VaultError> {
        self.require(Rights::READ.and(Rights::SEAL))?;
        if change == KeepingChange::Lift {
            self.require_two(Guarded::Erase, 1)?;
        }
        let mut writing = Writing::begin(self)?;
        let catalog = self.catalog_in(writing.tx())?;
        let item = catalog.get(id).ok_or(VaultError::NoSuchRecord)?;
        let mut keeping = self.keeping_in(writing.tx(), &catalog, id)?;
        let kind = match change {
            KeepingChange::Hold => {
                keeping.hold = Some(reason.clone());
                ActKind::Hold
            }
            KeepingChange::Lift => {
                keeping.hold = None;
                ActKind::HoldLifted
            }
            KeepingChange::Until(day) => {
                keeping.until = day;
                ActKind::Retention
            }
        };
        let before = catalog.keepings.get(&id).map_or(0, Vec::len);
        let note = ActNote::new(kind).after(item.latest().leaf).because(reason);
        state(&mut writing, id, item.compartment, before, &keeping, note)?;
        writing.finish()?;
        Ok(keeping)
    }
}

/// Stores a statement on a record about which there were `before` others. Returns its leaf.
pub(super) fn state(
    writing: &mut Writing<'_>,
    id: ObjectId,
    compartment: CompartmentId,
    before: usize,
    keeping: &Keeping,
    note: ActNote,
) -> Result<u64, VaultError> {
    let version = u32::try_from(before).ok().and_then(|n| n.checked_add(1));
    let version = version.ok_or(VaultError::TooLarge)?;
    writing.tx().raise_format(super::store::FORMAT_REWRAPPED)?;
    let leaves = writing.seal(&[NewContent {
        compartment,
        header: Header {
            object: id,
            version,
            kind: ContentKind::Keeping,
        },
        body: Zeroizing::new(keeping.to_bytes()),
        note: note.on(id.0, version),
    }])?;
    leaves.first().copied().ok_or(VaultError::LogAltered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_has_one_form() {
        for keeping in [
            Keeping::default(),
            Keeping {
                hold: Some(Reason::new("juicio en curso").unwrap()),
                until: None,
            },
            Keeping {
                hold: None,
                until: Date::new(2031, 2, 28),
            },
        ] {
            let bytes = keeping.to_bytes();
            assert_eq!(Keeping::from_bytes(&bytes).unwrap(), keeping);
            for cut in 0..bytes.len() {
                assert!(Keeping::from_bytes(&bytes[..cut]).is_err());
            }
            let mut long = bytes.clone();
            long.push(0);
            assert!(Keeping::from_bytes(&long).is_err());
        }
        let far = [&[1, 0, 1][..], &i64::MAX.to_be_bytes()].concat();
        assert!(Keeping::from_bytes(&far).is_err());
    }

    #[test]
    fn a_record_is_due_behind_its_last_day_unless_it_is_held() {
        let day = |d| Date::new(2031, 2, d).unwrap();
        let mut keeping = Keeping {
            hold: None,
            until: Some(day(20)),
        };
        assert!(!keeping.is_due(day(20)) && keeping.is_due(day(21)));
        keeping.hold = Some(Reason::none());
        assert!(!keeping.is_due(day(21)));
    }
}
