//! What a vault remembers of its transfers: the other vaults of the site, what came under which id, what a
//! person decided (manual: *transfer*, "What belongs together"). Sealed states; ids only, no content.

use std::collections::{BTreeMap, BTreeSet};

use zeroize::Zeroizing;

use super::item::{LineId, Position, put_ids, read_ids};
use super::lines::Lines;
use crate::codec::{Decode, DecodeError, Encode, Reader, put_bytes, to_hex};
use crate::crypto::hash::Digest;
use crate::log::act::MAX_REASON;
use crate::record::Date;
use crate::vault::keeping::{put_day, read_day};
use crate::vault::store::Tx;
use crate::vault::{ObjectId, StateChange, Vault, VaultError, VaultId};

const LEDGER: &str = "transfer/ledger";
const TABLE: &str = "transfer/in/";
/// Entries in one table: some megabytes.
const TABLE_MAX: usize = 100_000;
/// Most items of a list of the ledger.
const LIST_MAX: usize = 4_000_000;

/// Another vault of the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Peer {
    /// The entries of the own log that it has.
    pub acked: Position,
    /// The entries of its log that are here.
    pub have: Position,
}

/// An erasure in another vault that waits for a person's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PendingErasure {
    pub object: ObjectId,
    pub from: VaultId,
    pub ids: Vec<LineId>,
    pub reason: String,
}

/// A legal hold that another vault lifted and that holds here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LiftedElsewhere {
    pub object: ObjectId,
    pub from: VaultId,
    /// Entries of the own log when that was told: a hold of later is another one.
    pub at: u64,
    pub reason: String,
}

impl LiftedElsewhere {
    /// Whether the hold of then still holds here, so that a person has to say something.
    pub fn is_open(&self, lines: &Lines) -> bool {
        let line = lines.keepings.get(&self.object);
        line.is_some_and(|l| {
            l.now.hold.is_some() && l.hold().is_some_and(|hold| hold.leaf < self.at)
        })
    }
}

/// What is remembered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ledger {
    version: u32,
    pub peers: BTreeMap<VaultId, Peer>,
    /// Parcels that were taken.
    pub taken: BTreeSet<Digest>,
    /// Versions that a person made of several heads, with all of them.
    pub settled: Vec<(ObjectId, u32, Vec<LineId>)>,
    pub pending: Vec<PendingErasure>,
    /// Erased elsewhere and never here.
    pub gone: BTreeSet<LineId>,
    /// Erased elsewhere; a person decided to keep it.
    pub kept: BTreeSet<LineId>,
    pub lifted: Vec<LiftedElsewhere>,
}

fn put_count(out: &mut Vec<u8>, n: usize) {
    out.extend_from_slice(&u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes());
}

/// One ledger has one form: what has no order of its own is in ascending order.
fn in_order<T: Ord>(last: Option<&T>, next: &T) -> Result<(), DecodeError> {
    if last.is_some_and(|last| last >= next) {
        return Err(DecodeError::Value("order"));
    }
    Ok(())
}

impl Encode for Ledger {
    fn encode(&self, out: &mut Vec<u8>) {
        // The later form only where there is something that the first has no place for.
        out.push(if self.lifted.is_empty() { 1 } else { 2 });
        put_count(out, self.peers.len());
        for (vault, peer) in &self.peers {
            vault.encode(out);
            peer.acked.encode(out);
            peer.have.encode(out);
        }
        put_count(out, self.taken.len());
        self.taken.iter().for_each(|id| out.extend_from_slice(id));
        put_count(out, self.settled.len());
        for (object, number, parents) in &self.settled {
            object.encode(out);
            out.extend_from_slice(&number.to_be_bytes());
            put_ids(out, parents);
        }
        put_count(out, self.pending.len());
        for pending in &self.pending {
            pending.object.encode(out);
            pending.from.encode(out);
            put_ids(out, &pending.ids);
            put_bytes(out, pending.reason.as_bytes());
        }
        for set in [&self.gone, &self.kept] {
            put_count(out, set.len());
            set.iter().for_each(|id| id.encode(out));
        }
        if self.lifted.is_empty() {
            return;
        }
        put_count(out, self.lifted.len());
        for lifted in &self.lifted {
            lifted.object.encode(out);
            lifted.from.encode(out);
            out.extend_from_slice(&lifted.at.to_be_bytes());
            put_bytes(out, lifted.reason.as_bytes());
        }
    }
}

impl Decode for Ledger {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let version = input.u8()?;
        if !(1..=2).contains(&version) {
            return Err(DecodeError::Version(version));
        }
        let mut ledger = Self::default();
        for _ in 0..input.count(64, LIST_MAX)? {
            let vault = VaultId::decode(input)?;
            let peer = Peer {
                acked: Position::decode(input)?,
                have: Position::decode(input)?,
            };
            in_order(ledger.peers.last_key_value().map(|(k, _)| k), &vault)?;
            ledger.peers.insert(vault, peer);
        }
        for _ in 0..input.count(32, LIST_MAX)? {
            let id = input.array()?;
            in_order(ledger.taken.last(), &id)?;
            ledger.taken.insert(id);
        }
        for _ in 0..input.count(24, LIST_MAX)? {
            let object = ObjectId::decode(input)?;
            ledger
                .settled
                .push((object, input.u32()?, read_ids(input)?));
        }
        for _ in 0..input.count(40, LIST_MAX)? {
            ledger.pending.push(PendingErasure {
                object: ObjectId::decode(input)?,
                from: VaultId::decode(input)?,
                ids: read_ids(input)?,
                reason: input.text(MAX_REASON)?.to_owned(),
            });
        }
        for set in [&mut ledger.gone, &mut ledger.kept] {
            for _ in 0..input.count(16, LIST_MAX)? {
                let id = LineId::decode(input)?;
                in_order(set.last(), &id)?;
                set.insert(id);
            }
        }
        if version == 1 {
            return Ok(ledger);
        }
        for _ in 0..input.count(44, LIST_MAX)? {
            ledger.lifted.push(LiftedElsewhere {
                object: ObjectId::decode(input)?,
                from: VaultId::decode(input)?,
                at: input.u64()?,
                reason: input.text(MAX_REASON)?.to_owned(),
            });
        }
        if ledger.lifted.is_empty() {
            return Err(DecodeError::Value("form"));
        }
        Ok(ledger)
    }
}

impl Ledger {
    /// What the vault remembers.
    pub fn read(vault: &Vault, view: &Tx<'_>) -> Result<Self, VaultError> {
        let Some(state) = vault.state_in(view, LEDGER)? else {
            return Ok(Self::default());
        };
        let mut ledger = Self::from_bytes(&state.body)?;
        ledger.version = state.version;
        Ok(ledger)
    }

    /// The change that keeps it as it is now.
    pub fn change(&self) -> StateChange {
        StateChange::put(LEDGER, self.version, Zeroizing::new(self.to_bytes()))
    }
}

/// Something that came from another vault, under which id and where it is here. The leaf tells whether
/// it was erased since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry {
    /// A version that was stored; or one that is the same as a version that was here.
    Version {
        stored: bool,
        leaf: u64,
        object: ObjectId,
        number: u32,
        id: LineId,
        record: LineId,
        parents: Vec<LineId>,
    },
    /// A statement on a pair; it was stored if its leaf is one of a link.
    Link {
        leaf: u64,
        id: LineId,
        first: ObjectId,
        second: ObjectId,
        number: u32,
        linked: bool,
    },
    /// A file.
    Evidence {
        leaf: u64,
        id: LineId,
        object: ObjectId,
    },
    /// A statement on how long a record is kept; the number is that of a retention date, 0 of a hold.
    Keeping {
        stored: bool,
        leaf: u64,
        id: LineId,
        object: ObjectId,
        number: u32,
        until: Option<Date>,
    },
}

impl Encode for Entry {
    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Version {
                stored,
                leaf,
                object,
                number,
                id,
                record,
                parents,
            } => {
                out.push(1);
                out.push(u8::from(*stored));
                out.extend_from_slice(&leaf.to_be_bytes());
                object.encode(out);
                out.extend_from_slice(&number.to_be_bytes());
                id.encode(out);
                record.encode(out);
                put_ids(out, parents);
            }
            Self::Link {
                leaf,
                id,
                first,
                second,
                number,
                linked,
            } => {
                out.push(2);
                out.extend_from_slice(&leaf.to_be_bytes());
                id.encode(out);
                first.encode(out);
                second.encode(out);
                out.extend_from_slice(&number.to_be_bytes());
                out.push(u8::from(*linked));
            }
            Self::Evidence { leaf, id, object } => {
                out.push(3);
                out.extend_from_slice(&leaf.to_be_bytes());
                id.encode(out);
                object.encode(out);
            }
            Self::Keeping {
                stored,
                leaf,
                id,
                object,
                number,
                until,
            } => {
                out.push(4);
                out.push(u8::from(*stored));
                out.extend_from_slice(&leaf.to_be_bytes());
                id.encode(out);
                object.encode(out);
                out.extend_from_slice(&number.to_be_bytes());
                put_day(out, *until);
            }
        }
    }
}

impl Decode for Entry {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match input.u8()? {
            1 => Self::Version {
                stored: input.flag()?,
                leaf: input.u64()?,
                object: ObjectId::decode(input)?,
                number: input.u32()?,
                id: LineId::decode(input)?,
                record: LineId::decode(input)?,
                parents: read_ids(input)?,
            },
            2 => Self::Link {
                leaf: input.u64()?,
                id: LineId::decode(input)?,
                first: ObjectId::decode(input)?,
                second: ObjectId::decode(input)?,
                number: input.u32()?,
                linked: input.flag()?,
            },
            3 => Self::Evidence {
                leaf: input.u64()?,
                id: LineId::decode(input)?,
                object: ObjectId::decode(input)?,
            },
            4 => Self::Keeping {
                stored: input.flag()?,
                leaf: input.u64()?,
                id: LineId::decode(input)?,
                object: ObjectId::decode(input)?,
                number: input.u32()?,
                until: read_day(input)?,
            },
            _ => return Err(DecodeError::Value("entry")),
        })
    }
}

/// What one parcel brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    pub from: VaultId,
    pub entries: Vec<Entry>,
}

impl Encode for Table {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(1);
        self.from.encode(out);
        put_count(out, self.entries.len());
        self.entries.iter().for_each(|e| e.encode(out));
    }
}

impl Decode for Table {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8()? {
            1 => {}
            v => return Err(DecodeError::Version(v)),
        }
        let from = VaultId::decode(input)?;
        let n = input.count(41, LIST_MAX)?;
        let entries = (0..n)
            .map(|_| Entry::decode(input))
            .collect::<Result<_, _>>()?;
        Ok(Self { from, entries })
    }
}

impl Table {
    /// All tables of the vault.
    pub fn read_all(vault: &Vault, view: &Tx<'_>) -> Result<Vec<Self>, VaultError> {
        let bodies = vault.states_named(view, TABLE)?;
        let tables = bodies.iter().map(|body| Self::from_bytes(body));
        Ok(tables.collect::<Result<_, _>>()?)
    }

    /// The states that keep it.
    pub fn changes(self, parcel: &Digest) -> Vec<StateChange> {
        let name = to_hex(parcel.first_chunk::<16>().unwrap_or(&[0; 16]));
        let part = |(i, entries): (usize, &[Entry])| {
            let table = Self {
                from: self.from,
                entries: entries.to_vec(),
            };
            let body = Zeroizing::new(table.to_bytes());
            StateChange::put(format!("{TABLE}{name}/{i}"), 0, body)
        };
        self.entries
            .chunks(TABLE_MAX)
            .enumerate()
            .map(part)
            .collect()
    }
}
