//! What a vault has to tell another one of the same site.

use std::collections::HashMap;
use std::io::Write;

use super::error::TransferError;
use super::item::{Item, Position, TransferHead};
use super::ledger::Ledger;
use super::lines::{KeepingStatement, KeepingWhat, Lines, Statement};
use crate::log::act::{ActKind, Reason};
use crate::vault::catalog::Catalog;
use crate::vault::records::body as record_body;
use crate::vault::{
    ActNote, CompartmentId, Evidence, Guarded, ObjectId, Rights, Vault, VaultError, VaultId,
};

/// One thing that is told, where it is.
enum What {
    Version(ObjectId, u32),
    Link(Statement),
    File(Evidence),
    Erased(String, u64),
    Keeping(ObjectId, KeepingStatement, Option<String>),
}

/// Where items and the bytes of files are written to.
pub trait Sink: Write {
    /// Why it does not go on.
    type Error: From<TransferError>;

    /// Takes an item. The bytes of a file follow through [`Write`].
    ///
    /// # Errors
    /// What stands against it.
    fn item(&mut self, item: &Item) -> Result<(), Self::Error>;

    /// Takes the end of a file.
    ///
    /// # Errors
    /// What stands against it.
    fn file_end(&mut self) -> Result<(), Self::Error>;
}

/// What is to be told to one other vault.
pub struct Outgoing<'v> {
    vault: &'v Vault,
    head: TransferHead,
    lines: Lines,
    list: Vec<(u64, What)>,
    /// Records in a compartment of somebody's choice, with its name.
    compartments: HashMap<ObjectId, String>,
}

impl Vault {
    /// Refuses a slot that cannot see all that there is: what it does not open would look as if it
    /// were not there.
    pub(super) fn opens_everything(&self) -> Result<(), TransferError> {
        let opened: Vec<_> = self.access.opened().collect();
        let rows = self.keyring.compartments.iter();
        let all = rows.map(|c| (c.id, c.epoch)).all(|c| opened.contains(&c));
        if all {
            Ok(())
        } else {
            Err(TransferError::Compartments)
        }
    }

    /// Says that another vault is one of the same site, or no longer.
    ///
    /// # Errors
    /// What the vault says.
    pub fn set_same_site(&self, other: VaultId, same: bool) -> Result<(), TransferError> {
        if same {
            // Whoever could name a second laptop alone could take everything to it alone.
            self.require_two(Guarded::Export, 1)?;
        }
        let mut ledger = Ledger::read(self, &self.store.view()?)?;
        let changed = if same {
            let new = !ledger.peers.contains_key(&other);
            ledger.peers.entry(other).or_default();
            new
        } else {
            ledger.peers.remove(&other).is_some()
        };
        if changed {
            let kind = if same {
                ActKind::SameSite
            } else {
                ActKind::Distrust
            };
            let note = ActNote::new(kind).on(other.0, 0);
            self.set_state(&[ledger.change()], note)?;
        }
        Ok(())
    }

    /// The other vaults of the same site.
    ///
    /// # Errors
    /// What the vault says.
    pub fn same_site(&self) -> Result<Vec<VaultId>, TransferError> {
        let ledger = Ledger::read(self, &self.store.view()?)?;
        Ok(ledger.peers.into_keys().collect())
    }

    /// What is to be told to another vault of the site: what it is not known to have, or all.
    ///
    /// # Errors
    /// [`TransferError::NotSameSite`], [`TransferError::Compartments`], [`VaultError::NotAllowed`].
    pub fn outgoing(&self, to: VaultId, all: bool) -> Result<Outgoing<'_>, TransferError> {
        self.require(Rights::READ.and(Rights::EXPORT).and(Rights::LOG))?;
        self.require_two(Guarded::Export, 1)?;
        self.opens_everything()?;
        let checkpoint = self.checkpoint()?;
        let view = self.store.view()?;
        let ledger = Ledger::read(self, &view)?;
        let peer = ledger.peers.get(&to).ok_or(TransferError::NotSameSite)?;
        let catalog = self.catalog_in(&view)?;
        let lines = Lines::read(self, &view, &catalog, &ledger)?;
        let size = view.log_size()?;
        drop(view);
        let log = self.logs.borrow().current();
        let from = if peer.acked.log == log && !all {
            peer.acked.size.min(size)
        } else {
            0
        };
        let chosen = |id: &CompartmentId| {
            let rows = &self.access.roster.compartments;
            let row = rows
                .iter()
                .find(|(known, _, kinds)| known == id && kinds.is_empty());
            row.map(|(_, name, _)| name.clone())
        };
        let compartments = catalog.items().iter();
        let compartments = compartments
            .filter_map(|item| Some((item.id, chosen(&item.compartment)?)))
            .collect();
        let mut list = self.told(&catalog, &lines, from, size, (!all).then_some(to));
        let mut lifted = HashMap::new();
        self.trail(from, |entry| {
            if entry.act.kind == ActKind::HoldLifted {
                lifted.insert(entry.index, entry.act.reason.as_str().to_owned());
            }
            let erasure = matches!(entry.act.kind, ActKind::Erase | ActKind::Restore);
            if let Some(target) = entry.fact.tombstone()
                && erasure
                && entry.index < size
            {
                let reason = entry.act.reason.as_str().to_owned();
                list.push((entry.index, What::Erased(reason, target)));
            }
            Ok(())
        })?;
        for (leaf, what) in &mut list {
            if let What::Keeping(_, statement, reason) = what
                && statement.what == KeepingWhat::Lift
            {
                *reason = lifted.remove(leaf);
            }
        }
        list.sort_by_key(|(leaf, _)| *leaf);
        Ok(Outgoing {
            vault: self,
            head: TransferHead {
                sender: self.id(),
                receiver: to,
                log,
                from,
                to: size,
                checkpoint,
                have: peer.have,
            },
            lines,
            list,
            compartments,
        })
    }

    fn told(
        &self,
        catalog: &Catalog,
        lines: &Lines,
        from: u64,
        size: u64,
        without: Option<VaultId>,
    ) -> Vec<(u64, What)> {
        let new = |leaf: u64, came: Option<VaultId>| {
            (from..size).contains(&leaf) && (came.is_none() || came != without)
        };
        let mut list = Vec::new();
        for item in catalog.items() {
            let line = lines.objects.get(&item.id);
            for node in line.map(|l| l.nodes.as_slice()).unwrap_or_default() {
                if new(node.leaf, node.from) {
                    list.push((node.leaf, What::Version(item.id, node.number)));
                }
            }
        }
        for statement in &lines.statements {
            if new(statement.leaf, statement.from) {
                list.push((statement.leaf, What::Link(*statement)));
            }
        }
        for file in &catalog.evidence {
            if let Some((_, came)) = lines.files.get(&file.leaf)
                && new(file.leaf, *came)
            {
                list.push((file.leaf, What::File(file.clone())));
            }
        }
        for (object, line) in &lines.keepings {
            // What was said last is told, not what was said before.
            for statement in [line.hold(), line.until()].into_iter().flatten() {
                if new(statement.leaf, statement.from) {
                    let hold = line.now.hold.as_ref().map(|r| r.as_str().to_owned());
                    list.push((statement.leaf, What::Keeping(*object, *statement, hold)));
                }
            }
        }
        list
    }

    /// Logs that a parcel leaves the house.
    ///
    /// # Errors
    /// What the vault says.
    pub fn log_sent(
        &self,
        parcel: &[u8; 32],
        items: u64,
        reason: &Reason,
    ) -> Result<(), TransferError> {
        let note = ActNote::new(ActKind::TransferSent)
            .on(parcel.first_chunk().copied().unwrap_or_default(), 0)
            .count(items)
            .because(reason);
        Ok(self.log(note)?)
    }
}

impl Outgoing<'_> {
    /// What the head of the parcel says.
    pub fn head(&self) -> &TransferHead {
        &self.head
    }

    /// Gives everything to `sink`, in the order of the log. What was erased meanwhile is left out. Returns the
    /// number of items.
    ///
    /// # Errors
    /// What the vault or the sink says.
    pub fn write<S: Sink>(&self, sink: &mut S, reason: &Reason) -> Result<u64, S::Error> {
        let mut count = 0;
        for (_, what) in &self.list {
            let vault = |e: VaultError| S::Error::from(TransferError::Vault(e));
            let Some(item) = self.item(what).map_err(vault)? else {
                continue;
            };
            count += 1;
            sink.item(&item)?;
            if let What::File(file) = what {
                self.vault
                    .extract_evidence(file, sink, reason)
                    .map_err(vault)?;
                sink.file_end()?;
            }
        }
        Ok(count)
    }

    fn record_id(&self, object: ObjectId) -> Option<super::item::LineId> {
        let line = self.lines.objects.get(&object)?;
        line.records.first().copied()
    }

    fn item(&self, what: &What) -> Result<Option<Item>, VaultError> {
        Ok(match what {
            What::Version(object, number) => {
                let line = self.lines.objects.get(object);
                let node = line.and_then(|l| l.node(*number));
                let (Some(node), Some(record)) = (node, self.record_id(*object)) else {
                    return Ok(None);
                };
                let Some(id) = node.ids.first() else {
                    return Ok(None);
                };
                let stored = self.vault.read(node.leaf);
                let body = match stored {
                    Ok(stored) => record_body(&stored)?,
                    Err(VaultError::NoSuchRecord) => return Ok(None),
                    Err(e) => return Err(e),
                };
                Some(Item::Version {
                    id: *id,
                    record,
                    parents: self.lines.parents_of(node),
                    compartment: self.compartments.get(object).cloned().unwrap_or_default(),
                    body,
                })
            }
            What::Link(statement) => {
                let first = self.record_id(statement.first);
                let (Some(first), Some(second)) = (first, self.record_id(statement.second)) else {
                    return Ok(None);
                };
                Some(Item::Link {
                    id: statement.id,
                    first,
                    second,
                    number: statement.number,
                    linked: statement.linked,
                })
            }
            What::File(file) => {
                let known = self.lines.files.get(&file.leaf);
                let (Some((id, _)), Some(record)) = (known, self.record_id(file.record)) else {
                    return Ok(None);
                };
                Some(Item::Evidence {
                    id: *id,
                    record,
                    size: file.size,
                    sha256: file.sha256,
                    name: file.name.clone(),
                })
            }
            What::Keeping(object, statement, reason) => {
                let Some(record) = self.record_id(*object) else {
                    return Ok(None);
                };
                let id = statement.id;
                Some(match statement.what {
                    KeepingWhat::Until { number, day } => Item::Retention {
                        id,
                        record,
                        number,
                        until: day,
                    },
                    what => Item::Hold {
                        id,
                        record,
                        on: what == KeepingWhat::Hold,
                        reason: reason.clone().unwrap_or_default(),
                    },
                })
            }
            What::Erased(reason, target) => Some(Item::Erased {
                id: self.lines.shared_id(*target)?,
                reason: reason.clone(),
            }),
        })
    }
}

/// The entries of another log that are here, if they are of that log.
pub(super) fn known_of(have: Position, log: [u8; 16]) -> u64 {
    if have.log == log { have.size } else { 0 }
}
