//! New keys for everything that is kept (manual: *vault format*, "Rotation").
//!
//! Each compartment gets the key of its next epoch and the log a new one; every data key is wrapped
//! again, a batch at a time, and each batch is a leaf whose content lists the new wraps. When none
//! is left, the old keys of compartments are given to nobody any more. Interrupted anywhere, the
//! next rotation goes on where this one stopped.

use std::collections::HashSet;

use rayon::prelude::*;

use super::content::{self, OpenBatch, Rewrapped};
use super::error::VaultError;
use super::keyring::Rights;
use super::store::{FORMAT_REWRAPPED, Tx};
use super::writing::Writing;
use super::{ActNote, Vault, index};
use crate::codec::{Decode, DecodeError, Encode, Reader};
use crate::crypto::hash::Digest;
use crate::crypto::labels;
use crate::log::Leaf;
use crate::log::act::{ActKind, Reason};
use crate::log::leaf::key_commitment;

/// Data keys that are wrapped again in one transaction.
const CHUNK: usize = if cfg!(test) { 3 } else { 4096 };

/// New wraps as the log keeps them: leaf of the content, hash of its wrap.
pub(crate) struct WrapList(Vec<(u64, Digest)>);

impl Encode for WrapList {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(labels::WRAP_LIST);
        let len = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&len.to_be_bytes());
        for (leaf, hash) in &self.0 {
            out.extend_from_slice(&leaf.to_be_bytes());
            out.extend_from_slice(hash);
        }
    }
}

impl Decode for WrapList {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if input.take(labels::WRAP_LIST.len())? != labels::WRAP_LIST {
            return Err(DecodeError::Value("list of wraps"));
        }
        let n = input.count(40, usize::MAX)?;
        let mut rows = Vec::with_capacity(n);
        for _ in 0..n {
            rows.push((input.u64()?, input.array()?));
        }
        Ok(Self(rows))
    }
}

/// What a rotation did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rotation {
    /// Data keys that were wrapped again, by this call.
    pub rewrapped: u64,
    /// Whether it went on with one that had been interrupted.
    pub resumed: bool,
    /// Leaves of contents whose data key could not be opened: damaged before, and lost now.
    pub unreadable: Vec<u64>,
}

impl Vault {
    /// Whether a rotation was interrupted: this slot still holds keys of an older epoch.
    pub fn rotation_is_unfinished(&self) -> bool {
        self.access.opened().any(|(id, epoch)| {
            let current = self.keyring.compartment(id);
            current.is_some_and(|c| c.epoch > epoch)
        })
    }

    /// Replaces the keys of all compartments, of the log and of the roster, and wraps every data key
    /// again. Whoever was removed before opens nothing that is kept afterwards, even with a copy of
    /// their old keys. `progress` gets data keys done and in all. Called again after an
    /// interruption, it goes on.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`] unless the slot holds every right and key, or what the system says;
    /// what is done by then is done.
    pub fn rotate(
        &mut self,
        reason: &Reason,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<Rotation, VaultError> {
        let all = Rights::MANAGE
            .and(Rights::READ)
            .and(Rights::SEAL)
            .and(Rights::LOG);
        self.require(all)?;
        let mut done = Rotation {
            resumed: self.rotation_is_unfinished(),
            ..Rotation::default()
        };
        if !done.resumed {
            self.begin_rotation(reason)?;
        }
        let targets: Vec<_> = self
            .keyring
            .compartments
            .iter()
            .map(|c| (c.id.0, c.epoch))
            .collect();
        let total = {
            let view = self.store.view()?;
            targets.iter().try_fold(0, |sum, (target, epoch)| {
                Ok::<_, VaultError>(sum + view.count_older_wraps(target, *epoch)?)
            })?
        };
        let mut seen = 0;
        for (target, epoch) in targets {
            let mut after = None;
            while let Some((last, n)) = self.rewrap_some(&target, epoch, after, &mut done)? {
                after = Some(last);
                seen += n;
                progress(seen, total.max(seen));
            }
        }
        self.end_rotation(reason, done.rewrapped)?;
        Ok(done)
    }

    fn begin_rotation(&mut self, reason: &Reason) -> Result<(), VaultError> {
        let mut ring = self.keyring.clone();
        let mut access = self.access.duplicate()?;
        let mut writing = Writing::begin(self)?;
        // The old keyring's tombstone and the new keyring: the last two leaves under the old key.
        let since = writing.size() + 2;
        ring.begin_rotation(&mut access, since)?;
        writing.tx().raise_format(FORMAT_REWRAPPED)?;
        index::rekey(writing.tx(), self, &ring, &access)?;
        let note = ActNote::new(ActKind::Rotate).because(reason);
        let hash = writing.stage_keyring(&ring, note)?;
        if writing.size() != since {
            return Err(VaultError::LogAltered);
        }
        writing.finish()?;
        self.access = access;
        self.put_keyring(ring, hash);
        // What this program seals from now on is sealed to the new keys.
        self.batches = super::writing::Batches::default();
        Ok(())
    }

    /// Wraps the next data keys of a compartment again, in one transaction. Returns the last leaf and
    /// how many there were; nothing if none is left.
    fn rewrap_some(
        &self,
        target: &[u8; 16],
        epoch: u32,
        after: Option<u64>,
        done: &mut Rotation,
    ) -> Result<Option<(u64, u64)>, VaultError> {
        let mut writing = Writing::begin(self)?;
        let rows = writing.tx().older_wraps(target, epoch, after, CHUNK)?;
        let Some((last, ..)) = rows.last() else {
            return Ok(None);
        };
        let (last, count) = (*last, rows.len() as u64);
        let new = writing.batch(*target)?;
        let list = writing.size();
        let mut opened = Vec::with_capacity(rows.len());
        for (leaf, logged, batch, stored) in rows {
            match self.batch_key(writing.tx(), batch, leaf) {
                Ok(Some(batch)) => opened.push((leaf, logged, batch, stored)),
                Ok(None) => return Err(VaultError::Locked),
                Err(VaultError::Crypto(_)) => done.unreadable.push(leaf),
                Err(e) => return Err(e),
            }
        }
        let (vault, batch): (_, &OpenBatch) = (self.id(), &new);
        let wrapped: Vec<_> = opened
            .par_iter()
            .map(|(leaf, logged, old, stored)| {
                let named = Leaf::from_bytes(logged).ok()?.fact.key_commitment()?;
                let (key, header) = content::open_header(vault, &old.0, &old.1, stored).ok()?;
                if key_commitment(&key) != named {
                    return None;
                }
                let wrapped = content::rewrap(vault, batch, &key, &header).ok()?;
                let hash = content::wrap_hash(&batch.row, &wrapped);
                let mut row = content::first_wrap_hash(&old.0, stored).to_vec();
                row.extend_from_slice(&list.to_be_bytes());
                row.extend_from_slice(&wrapped);
                Some((*leaf, hash, row))
            })
            .collect();
        let mut entries = Vec::with_capacity(wrapped.len());
        for ((leaf, ..), wrapped) in opened.iter().zip(wrapped) {
            let Some((leaf, hash, row)) = wrapped else {
                // It opened with no key before, either; what is wrong with it, a check has to say.
                done.unreadable.push(*leaf);
                continue;
            };
            writing.tx().set_wrap(leaf, batch.id, &row)?;
            entries.push((leaf, hash));
        }
        if entries.is_empty() {
            return Ok(Some((last, count)));
        }
        let rewrapped = entries.len() as u64;
        let note = ActNote::new(ActKind::Reseal).count(rewrapped);
        if writing.open_content(note, WrapList(entries).to_bytes())? != list {
            return Err(VaultError::LogAltered);
        }
        writing.finish()?;
        done.rewrapped += rewrapped;
        Ok(Some((last, count)))
    }

    fn end_rotation(&mut self, reason: &Reason, count: u64) -> Result<(), VaultError> {
        let mut ring = self.keyring.clone();
        let mut access = self.access.duplicate()?;
        let mut writing = Writing::begin(self)?;
        ring.end_rotation(&mut access)?;
        let note = ActNote::new(ActKind::Rotate).count(count).because(reason);
        for list in superseded(writing.tx())? {
            writing.erase(list, note.clone())?;
        }
        let hash = writing.stage_keyring(&ring, note)?;
        writing.finish()?;
        self.access = access;
        self.put_keyring(ring, hash);
        self.opened.borrow_mut().clear();
        Ok(())
    }
}

fn lists(tx: &Tx<'_>) -> Result<Vec<(u64, WrapList)>, VaultError> {
    let mut found = Vec::new();
    for leaf in tx.open_contents()? {
        if let Some(row) = tx.content(leaf)?
            && let Ok(list) = WrapList::from_bytes(&row.body)
        {
            found.push((leaf, list));
        }
    }
    Ok(found)
}

/// Lists of which no stored wrap is the newest.
fn superseded(tx: &Tx<'_>) -> Result<Vec<u64>, VaultError> {
    let mut used = HashSet::new();
    tx.each_rewrapped(content::REWRAPPED, |_, stored| {
        used.extend(Rewrapped::parse(stored).map(|r| r.list));
    })?;
    let mut leaves: Vec<u64> = lists(tx)?.into_iter().map(|(leaf, _)| leaf).collect();
    leaves.retain(|leaf| !used.contains(leaf));
    Ok(leaves)
}

/// Contents that were wrapped again although no list of the log names their wrap, at most a hundred.
/// Needs no key.
pub(crate) fn unlisted(tx: &Tx<'_>) -> Result<Vec<u64>, VaultError> {
    let mut named = HashSet::new();
    for (at, list) in lists(tx)? {
        for (leaf, hash) in list.0 {
            let Some((batch, stored)) = tx.wrap(leaf)? else {
                continue;
            };
            let Some(rewrapped) = Rewrapped::parse(&stored).filter(|r| r.list == at) else {
                continue;
            };
            let batch = tx.batch(batch)?;
            if batch.is_some_and(|b| content::wrap_hash(&b, rewrapped.wrapped) == hash) {
                named.insert(leaf);
            }
        }
    }
    let mut wrong = Vec::new();
    tx.each_rewrapped(content::REWRAPPED, |leaf, _| {
        if wrong.len() < 100 && !named.contains(&leaf) {
            wrong.push(leaf);
        }
    })?;
    Ok(wrong)
}

#[cfg(test)]
mod tests {
    use super::super::store::BatchRow;
    use super::*;
    use crate::crypto::Secret;
    use crate::crypto::kdf::PassphraseCost;
    use crate::crypto::secret::Passphrase;
    use crate::record::{Kind, Record};
    use crate::vault::audit::{self, Finding, Known};
    use crate::vault::store::{Mode, Store};
    use crate::vault::{Keyring, Location, NewSlot, SlotKind, Unlock};
    use std::path::Path;

    const CHIEF: &str = "agua clara bajo el puente";
    const GONE: &str = "la clave de quien se fue";

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::new(text.to_owned())
    }

    fn kind() -> SlotKind {
        SlotKind::Passphrase(PassphraseCost::new(PassphraseCost::MIN_MEMORY_KIB, 2, 1).unwrap())
    }

    fn open(dir: &Path) -> Vault {
        Vault::open(&Location::new(dir), &Unlock::Passphrase(&passphrase(CHIEF))).unwrap()
    }

    fn person(n: usize) -> Record {
        let mut record = Record::new(if n.is_multiple_of(2) {
            Kind::Victim
        } else {
            Kind::Witness
        });
        record.given_names = format!("Persona {n}");
        record
    }

    /// Eight records, one of them amended and one erased, and two slots that read.
    fn vault(dir: &Path) -> Vault {
        let made = Vault::create(
            &Location::new(dir),
            "Casa de prueba",
            &[("victim", &[0]), ("witness", &[1])],
            &NewSlot {
                name: "dirección",
                kind: kind(),
                unlock: Unlock::Passphrase(&passphrase(CHIEF)),
                rights: Rights::ALL,
            },
            "recuperación",
        )
        .unwrap();
        let mut vault = made.vault;
        vault
            .add_slot(&NewSlot {
                name: "otra",
                kind: kind(),
                unlock: Unlock::Passphrase(&passphrase(GONE)),
                rights: Rights::ALL,
            })
            .unwrap();
        let records: Vec<_> = (0..8).map(person).collect();
        let ids = vault.seal_all(&records, None, |_| {}).unwrap();
        vault.amend(ids[0], 1, &person(8), &Reason::none()).unwrap();
        vault.erase(ids[5], &Reason::none()).unwrap();
        vault
    }

    fn names(vault: &Vault) -> Vec<String> {
        let catalog = vault.catalog().unwrap();
        let mut names = vault.scan(&catalog, |_, r| r.given_names.clone()).unwrap();
        names.sort();
        names
    }

    fn findings(dir: &Path) -> Vec<Finding> {
        audit::verify(&Location::new(dir), &Known::default(), |_, _| {})
            .unwrap()
            .findings
    }

    fn wraps(vault: &Vault) -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        let view = vault.store.view().unwrap();
        view.each_wrapped(|_, _, _, w| {
            all.push(w.to_vec());
            Ok(())
        })
        .unwrap();
        all
    }

    #[test]
    fn old_keys_open_nothing_that_is_kept() {
        let tmp = tempfile::tempdir().unwrap();
        let dir = tmp.path().join("casa");
        let mut vault = vault(&dir);
        let before = names(&vault);
        let old_wraps = wraps(&vault);
        let stolen = std::fs::read(dir.join("keyring")).unwrap();
        let gone = vault.keyring.slots[2].id;
        vault.remove_slot(gone).unwrap();
        let done = vault.rotate(&Reason::none(), |_, _| {}).unwrap();
        assert_eq!((done.rewrapped, done.resumed), (8, false));
        assert_eq!(done.unreadable, [0u64; 0]);
        assert_eq!(names(&vault), before);
        let later = vault.seal(&person(9)).unwrap();
        drop(vault);
        assert_eq!(findings(&dir), []);

        // Whoever left has a copy of the keyring of then, their passphrase, and the vault of now.
        let ring = Keyring::from_bytes(&stolen).unwrap();
        let access = ring.unlock(&Unlock::Passphrase(&passphrase(GONE))).unwrap();
        let old: Vec<_> = access.opened().collect();
        let store = Store::open(&dir.join("vault.db"), Mode::ReadOnly).unwrap();
        let view = store.view().unwrap();
        let mut tried = 0;
        view.each_wrapped(|_, _, batch, stored| {
            let row = view.batch(batch)?.unwrap();
            for (id, epoch) in &old {
                let key = access.compartment(*id, *epoch).unwrap();
                // Also against the bindings that the old key was made for.
                for epoch in [row.epoch, *epoch] {
                    let row = BatchRow {
                        epoch,
                        ..row.clone()
                    };
                    if let Ok(key) = content::batch_key(ring.vault, key, &row) {
                        assert!(content::open_header(ring.vault, &row, &key, stored).is_err());
                        tried += 1;
                    }
                }
            }
            Ok(())
        })
        .unwrap();
        assert!(tried > 20, "{tried}");
        let bytes = std::fs::read(dir.join("vault.db")).unwrap();
        for wrap in old_wraps {
            assert!(!bytes.windows(wrap.len()).any(|w| w == wrap));
        }
        // Old details stay readable to whoever reads the log, new ones too.
        let vault = open(&dir);
        let mut acts = 0;
        vault
            .trail(0, |_| {
                acts += 1;
                Ok(())
            })
            .unwrap();
        assert_eq!(acts, vault.log_size().unwrap());
        assert_eq!(vault.check(|_| {}).unwrap(), []);
        assert!(vault.catalog().unwrap().get(later).is_some());
        assert!(vault.keyring.compartments.iter().all(|c| c.epoch == 2));
        assert!(!vault.rotation_is_unfinished());
    }

    #[test]
    fn an_interrupted_rotation_goes_on_and_a_second_one_follows() {
        let tmp = tempfile::tempdir().unwrap();
        let dir = tmp.path().join("casa");
        let mut all = vault(&dir);
        let before = names(&all);
        all.begin_rotation(&Reason::none()).unwrap();
        let victims = all.keyring.compartments[0].id.0;
        let mut done = Rotation::default();
        let first = all.rewrap_some(&victims, 2, None, &mut done).unwrap();
        assert!(first.is_some());
        drop(all);
        let mut vault = open(&dir);
        assert!(vault.rotation_is_unfinished());
        assert_eq!(findings(&dir), []);
        assert_eq!(names(&vault), before);
        let id = vault.seal(&person(7)).unwrap();
        vault.erase(id, &Reason::none()).unwrap();
        let rest = vault.rotate(&Reason::none(), |_, _| {}).unwrap();
        assert_eq!((done.rewrapped + rest.rewrapped, rest.resumed), (8, true));
        assert_eq!(names(&vault), before);
        let again = vault.rotate(&Reason::none(), |_, _| {}).unwrap();
        assert_eq!((again.rewrapped, again.resumed), (8, false));
        assert_eq!(names(&vault), before);
        assert_eq!(findings(&dir), []);
        // Only the lists of the last rotation are kept: two compartments, chunks of three.
        let lists = lists(&vault.store.view().unwrap()).unwrap();
        assert_eq!(lists.iter().map(|(_, l)| l.0.len()).sum::<usize>(), 8);
        drop(vault);
        assert_eq!(names(&open(&dir)), before);
    }

    #[test]
    fn a_wrap_that_no_list_names_is_found_without_a_key() {
        let tmp = tempfile::tempdir().unwrap();
        let dir = tmp.path().join("casa");
        let mut vault = vault(&dir);
        vault.rotate(&Reason::none(), |_, _| {}).unwrap();
        let (leaf, wrapped, batch) = {
            let view = vault.store.view().unwrap();
            let mut one = None;
            view.each_wrapped(|leaf, _, batch, w| {
                if w.len() == content::REWRAPPED {
                    one = Some((leaf, w.to_vec(), batch));
                }
                Ok(())
            })
            .unwrap();
            one.unwrap()
        };
        for at in [32, 39, 45, 132] {
            let mut bad = wrapped.clone();
            bad[at] ^= 1;
            let tx = vault.store.write().unwrap();
            tx.set_wrap(leaf, batch, &bad).unwrap();
            tx.commit().unwrap();
            assert_eq!(findings(&dir), [Finding::Wrap(leaf)], "{at}");
        }
        let mut bad = wrapped.clone();
        bad[0] ^= 1;
        let tx = vault.store.write().unwrap();
        tx.set_wrap(leaf, batch, &bad).unwrap();
        tx.commit().unwrap();
        let changed = crate::log::verify::Finding::ContentChanged { index: leaf };
        assert_eq!(findings(&dir), [Finding::Log(changed)]);
    }

    #[test]
    fn who_does_not_hold_every_key_cannot_rotate() {
        let tmp = tempfile::tempdir().unwrap();
        let dir = tmp.path().join("casa");
        let mut all = vault(&dir);
        let key = Secret::random().unwrap();
        let rights = Rights::MANAGE.and(Rights::READ).and(Rights::SEAL);
        all.add_slot(&NewSlot {
            name: "sin bitácora",
            kind: SlotKind::KeyFile,
            unlock: Unlock::KeyFile(&key),
            rights,
        })
        .unwrap();
        drop(all);
        let mut vault = Vault::open(&Location::new(&dir), &Unlock::KeyFile(&key)).unwrap();
        assert!(matches!(
            vault.rotate(&Reason::none(), |_, _| {}),
            Err(VaultError::NotAllowed)
        ));
    }

    #[test]
    fn a_list_of_wraps_has_one_form() {
        let list = WrapList(vec![(3, [1; 32]), (9, [2; 32])]);
        let bytes = list.to_bytes();
        assert_eq!(WrapList::from_bytes(&bytes).unwrap().0, list.0);
        assert!(WrapList::from_bytes(&bytes[..bytes.len() - 1]).is_err());
        let mut long = bytes;
        long.push(0);
        assert!(WrapList::from_bytes(&long).is_err());
    }
}
