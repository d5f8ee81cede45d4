//! Logs of one vault, one after the other (manual: *vault format*, "Succession").
//!
//! A vault that was restored from a backup cannot go on with the log that it had: leaves may be lost
//! that others saw. It begins a new log with an id of its own, which takes over the leaves of the
//! backup; its first own leaf says from which head it came and how many leaves are known to be lost.

use super::error::VaultError;
use super::ids::VaultId;
use super::meta;
use super::store::Tx;
use crate::codec::{Decode, DecodeError, Encode, Reader, put_bytes};
use crate::crypto::hash::Digest;
use crate::crypto::labels;
use crate::crypto::sign::VerifyingKey;
use crate::log::{Checkpoint, Origin, SignedCheckpoint};

/// Most logs that a vault may have had.
const MAX_LOGS: usize = 4096;
/// Largest head that a statement holds, in bytes.
const MAX_HEAD: usize = 64 << 10;

/// What the first own leaf of a restored log says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Succession {
    /// The log before.
    pub before: [u8; 16],
    /// The log that begins here.
    pub after: [u8; 16],
    /// How many leaves of the log before were taken over.
    pub size: u64,
    /// Root of these leaves.
    pub root: Digest,
    /// The largest size of the log before that whoever restored knew of.
    pub known: u64,
    /// The signed head of the backup.
    pub head: Vec<u8>,
    /// The newest signed head that was known, empty if that is the one of the backup.
    pub newest: Vec<u8>,
}

impl Succession {
    /// How many leaves are known to be lost.
    pub fn lost(&self) -> u64 {
        self.known.saturating_sub(self.size)
    }
}

impl Encode for Succession {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(labels::SUCCESSION);
        out.extend_from_slice(&self.before);
        out.extend_from_slice(&self.after);
        out.extend_from_slice(&self.size.to_be_bytes());
        out.extend_from_slice(&self.root);
        out.extend_from_slice(&self.known.to_be_bytes());
        put_bytes(out, &self.head);
        put_bytes(out, &self.newest);
    }
}

impl Decode for Succession {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if input.take(labels::SUCCESSION.len())? != labels::SUCCESSION {
            return Err(DecodeError::Value("succession"));
        }
        Ok(Self {
            before: input.array()?,
            after: input.array()?,
            size: input.u64()?,
            root: input.array()?,
            known: input.u64()?,
            head: input.bytes(MAX_HEAD)?.to_vec(),
            newest: input.bytes(MAX_HEAD)?.to_vec(),
        })
    }
}

/// The logs of a vault: the leaf from which on each is used, and its id. The first one's is the
/// vault's.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Logs(Vec<(u64, [u8; 16])>);

/// What a signed head says about the stored leaves.
pub(crate) enum Seen {
    /// They are to be compared with this.
    Compare(Checkpoint),
    /// It is of an earlier log, behind the leaves that were taken over, and the succession says so.
    Lost,
    /// It is of an earlier log, behind the leaves that were taken over, of which there are so many,
    /// and the succession does not say so.
    Untold(u64),
}

impl Logs {
    /// A vault that was never restored.
    pub fn of(vault: VaultId) -> Self {
        Self(vec![(0, vault.0)])
    }

    /// The logs that the database names.
    pub fn read(view: &Tx<'_>, vault: VaultId) -> Result<Self, VaultError> {
        match view.meta(meta::LOGS)? {
            Some(bytes) => Ok(Self::from_meta(&bytes, vault)?),
            None => Ok(Self::of(vault)),
        }
    }

    /// Reads [`Logs::to_bytes`].
    pub fn from_meta(bytes: &[u8], vault: VaultId) -> Result<Self, DecodeError> {
        let mut logs = Self::of(vault);
        let mut input = Reader::new(bytes);
        for _ in 0..input.count(24, MAX_LOGS)? {
            let since = input.u64()?;
            if logs.0.last().is_some_and(|(before, _)| since <= *before) {
                return Err(DecodeError::Value("logs"));
            }
            logs.0.push((since, input.array()?));
        }
        input.finish()?;
        Ok(logs)
    }

    /// Whether a head of one of the logs is about leaves that were taken over into the one that is
    /// appended to.
    pub fn covers(&self, head: &Checkpoint) -> bool {
        let id = head.origin().vault_id();
        let at = self.0.iter().position(|(_, log)| Some(*log) == id);
        let next = at.and_then(|at| self.0.get(at + 1));
        at.is_some() && next.is_none_or(|(since, _)| head.size() <= *since)
    }

    /// The bytes of the database.
    pub fn to_bytes(&self) -> Vec<u8> {
        let later = self.0.get(1..).unwrap_or_default();
        let mut out = u32::try_from(later.len())
            .unwrap_or(u32::MAX)
            .to_be_bytes()
            .to_vec();
        for (since, id) in later {
            out.extend_from_slice(&since.to_be_bytes());
            out.extend_from_slice(id);
        }
        out
    }

    /// The log that is appended to.
    pub fn current(&self) -> [u8; 16] {
        self.0.last().map(|(_, id)| *id).unwrap_or_default()
    }

    /// The logs before it, oldest first.
    pub fn former(&self) -> Vec<[u8; 16]> {
        let before = self.0.split_last().map(|(_, before)| before);
        before.into_iter().flatten().map(|(_, id)| *id).collect()
    }

    /// The log to which a leaf was appended.
    pub fn at(&self, leaf: u64) -> [u8; 16] {
        let found = self.0.iter().rev().find(|(since, _)| *since <= leaf);
        found.map(|(_, id)| *id).unwrap_or_default()
    }

    /// A new log from this leaf on.
    pub fn push(&mut self, since: u64, id: [u8; 16]) {
        self.0.push((since, id));
    }

    /// Whether this is the origin of one of the logs.
    pub fn has(&self, origin: &Origin) -> bool {
        let id = origin.vault_id();
        self.0.iter().any(|(_, log)| Some(*log) == id)
    }

    /// Checks the signature of a head of any of the logs, and what follows from it.
    pub fn verify(
        &self,
        head: &SignedCheckpoint,
        key: VerifyingKey,
        view: &Tx<'_>,
    ) -> Result<Option<Seen>, VaultError> {
        let id = head.checkpoint().origin().vault_id();
        let Some(at) = self.0.iter().position(|(_, log)| Some(*log) == id) else {
            return Ok(None);
        };
        let origin = head.checkpoint().origin();
        let Ok(signed) = head.verify(origin, key) else {
            return Ok(None);
        };
        let next = self.0.get(at + 1).map(|(since, _)| *since);
        if let Some(since) = next
            && signed.size() > since
        {
            let told = statement(view, since)?.is_some_and(|s| s.known >= signed.size());
            return Ok(Some(if told {
                Seen::Lost
            } else {
                Seen::Untold(since)
            }));
        }
        let current = Origin::of_vault(&self.current());
        let same = Checkpoint::new(current, signed.size(), *signed.root());
        Ok(same.ok().map(Seen::Compare))
    }

    /// For each succession, the leaf that states it and, if the statement fits the database and the
    /// head that it names, the root that the leaves before it must have. Needs no key of the vault.
    pub fn statements(
        &self,
        view: &Tx<'_>,
        key: Option<VerifyingKey>,
    ) -> Result<Vec<(u64, Option<Digest>)>, VaultError> {
        let mut found = Vec::new();
        for pair in self.0.windows(2) {
            let [(_, before), (since, after)] = pair else {
                continue;
            };
            let fits = statement(view, *since)?.filter(|s| {
                let head = SignedCheckpoint::parse(&s.head);
                let signed = head.is_ok_and(|head| {
                    key.is_some_and(|k| head.verify(&Origin::of_vault(before), k).is_ok())
                        && head.checkpoint().size() <= s.size
                });
                signed
                    && (s.before, s.after, s.size) == (*before, *after, *since)
                    && s.known >= s.size
            });
            found.push((*since, fits.map(|s| s.root)));
        }
        Ok(found)
    }
}

/// The statement that is stored for a leaf.
pub(crate) fn statement(view: &Tx<'_>, leaf: u64) -> Result<Option<Succession>, VaultError> {
    let row = view.content(leaf)?.filter(|row| row.wrapped.is_empty());
    Ok(row.and_then(|row| Succession::from_bytes(&row.body).ok()))
}
