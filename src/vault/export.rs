//! Records that leave the vault in clear (manual: *export*).

use std::collections::HashMap;

use super::error::VaultError;
use super::ids::ObjectId;
use super::keyring::Rights;
use super::{ActNote, Guarded, Vault};
use crate::log::act::{ActKind, Reason};
use crate::record::Record;
use crate::record::export::Item;

impl Vault {
    /// The latest version of every record that is `wanted` and that this key opens, to be taken out.
    /// `confirm` is told how many there are; without its yes nothing is given out and nothing logged. The
    /// act is in the log before the records are in the caller's hands.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`] without the rights to read and to export, [`VaultError::NeedsTwo`], or what
    /// the database says.
    pub fn export(
        &self,
        wanted: impl Fn(&Record) -> bool + Sync,
        confirm: impl FnOnce(u64) -> bool,
        reason: &Reason,
    ) -> Result<Option<Vec<Item>>, VaultError> {
        self.require(Rights::READ.and(Rights::EXPORT))?;
        self.require_two(Guarded::Export, 1)?;
        let catalog = self.catalog()?;
        let mut persons: HashMap<ObjectId, ObjectId> = HashMap::new();
        for group in catalog.persons() {
            if let Some(first) = group.first().copied() {
                persons.extend(group.into_iter().map(|id| (id, first)));
            }
        }
        let found = self.scan(&catalog, |item, record| {
            wanted(record).then(|| Item {
                id: item.id.to_string(),
                person: persons.get(&item.id).unwrap_or(&item.id).to_string(),
                version: item.latest().number,
                record: record.clone(),
            })
        })?;
        let items: Vec<Item> = found.into_iter().flatten().collect();
        let count = items.len() as u64;
        if count == 0 {
            return Ok(Some(items));
        }
        if !confirm(count) {
            return Ok(None);
        }
        let note = ActNote::new(ActKind::Export).count(count).because(reason);
        self.log(note)?;
        Ok(Some(items))
    }
}
