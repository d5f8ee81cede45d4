//! The sealed store of one site (manual: *vault format*).
//!
//! A vault is a folder: `vault.db` with everything sealed, `keyring` with the ways in, `checkpoint`
//! with the signed head of the log. [`Vault`] is an unlocked one and does what a shelter does;
//! [`audit`] checks a locked one without any key.

mod access;
pub(crate) mod archive;
pub mod audit;
pub mod backup;
pub mod catalog;
pub(crate) mod content;
pub mod custody;
mod drafts;
mod dual;
mod duress;
pub mod error;
pub(crate) mod evidence;
mod export;
pub(crate) mod files;
mod grants;
pub mod ids;
pub mod index;
mod keeping;
mod keyfile;
pub mod keyring;
mod keys;
#[cfg(all(test, target_os = "linux"))]
mod memory;
pub mod proof;
mod records;
pub mod recovery;
pub mod repair;
pub(crate) mod roster;
pub(crate) mod rotate;
pub mod shares;
mod slot;
mod state;
mod store;
mod succession;
mod tiles;
mod trail;
pub mod transfer;
mod writing;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

pub use catalog::Catalog;
pub use drafts::Draft;
pub use dual::{Guarded, Policy};
pub use duress::Panicked;
pub use error::VaultError;
pub use evidence::Evidence;
pub use ids::{CompartmentId, ObjectId, SlotId, VaultId};
pub use index::Index;
pub use keeping::{Keeping, KeepingChange};
pub use keyring::{Access, Keyring, NewSlot, Rights, SlotKind, Unlock};
pub use recovery::{RecoveryCode, RecoveryCodeError};
pub use rotate::Rotation;
pub use state::{STATE_COMPARTMENT, STATE_MAX, State, StateChange};
pub use succession::Succession;
pub use trail::Entry as TrailEntry;
pub use writing::ActNote;

use crate::codec::{Decode as _, Encode as _};
use crate::crypto::Secret;
use crate::crypto::hash::{Digest, sha256};
use crate::crypto::secret::WipesStack;
use crate::log::act::ActKind;
use crate::log::{Leaf, NoteKey, Origin, SignedCheckpoint};
use store::{BatchRow, Mode, Store};
use writing::{Batches, Writing};

/// Name of the database in the folder.
pub const DATABASE_FILE: &str = "vault.db";
/// Name of the keyring, unless it lives elsewhere.
pub const KEYRING_FILE: &str = "keyring";
/// Name of the latest signed head.
pub const CHECKPOINT_FILE: &str = "checkpoint";

/// What only keys of the vault open, for the fuzz target: grants of slots, links.
pub(crate) fn fuzz_sealed(data: &[u8]) -> bool {
    use crate::codec::{Decode as _, Encode as _};
    let link = catalog::LinkBody::from_bytes(data);
    if let Ok(link) = &link {
        assert_eq!(link.to_bytes(), data, "read, but written otherwise");
    }
    grants::fuzz(data) | link.is_ok()
}

/// Names of single values in the database.
mod meta {
    pub const VAULT: &str = "vault";
    pub const KEYRING: &str = "keyring";
    pub const KEYRING_LEAF: &str = "keyring-leaf";
    pub const FRONTIER: &str = "frontier";
    pub const HEAD: &str = "head";
    pub const HEAD_FRONTIER: &str = "head-frontier";
    /// Beginning of the names of heads that others have cosigned; the size follows.
    pub const COSIGNED: &str = "cosigned/";
    pub const LOGS: &str = "logs";
}

/// Seconds since 1970 by the clock of the machine, which nobody has to believe.
fn now() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(d) => i64::try_from(d.as_secs()).unwrap_or(i64::MAX),
        Err(e) => i64::try_from(e.duration().as_secs()).map_or(i64::MIN, |s| -s),
    }
}

/// Where a vault is.
#[derive(Debug, Clone)]
pub struct Location {
    /// Its folder.
    pub dir: PathBuf,
    /// Its keyring, if that is not in the folder.
    pub keyring: Option<PathBuf>,
}

impl Location {
    /// A vault with everything in one folder.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            keyring: None,
        }
    }

    fn keyring(&self) -> PathBuf {
        self.keyring
            .clone()
            .unwrap_or_else(|| self.dir.join(KEYRING_FILE))
    }

    fn staged_keyring(&self) -> PathBuf {
        let mut name = self.keyring().into_os_string();
        name.push(".new");
        name.into()
    }

    fn database(&self) -> PathBuf {
        self.dir.join(DATABASE_FILE)
    }

    /// Whether the keyring is where it should be; it may lie on a stick that is not there.
    pub fn has_keyring(&self) -> bool {
        self.keyring().is_file() || self.staged_keyring().is_file()
    }

    /// Whether a vault is here.
    pub fn exists(&self) -> bool {
        self.database().is_file()
    }
}

/// An unlocked vault. There is no `Debug` and no `Clone`.
pub struct Vault {
    location: Location,
    keyring: Keyring,
    keyring_hash: Cell<Digest>,
    access: Access,
    /// The second person of this command.
    second: Option<dual::Second>,
    store: Store,
    batches: Batches,
    /// The logs of this vault, one after the other.
    logs: RefCell<succession::Logs>,
    /// Wrapping keys of stored batches that were needed so far.
    /// Size of the log after the last act that this program knows the time of, and that time.
    last_act: Cell<Option<(u64, i64)>>,
    /// The edge of the log as this program left it.
    tree: Cell<Option<crate::log::Appender>>,
    opened: RefCell<HashMap<i64, Arc<(BatchRow, Secret<32>)>>>,
    _wipes: WipesStack,
}

/// A vault that was just made.
pub struct NewVault {
    /// The vault, unlocked.
    pub vault: Vault,
    /// To be written on paper; it is stored nowhere.
    pub recovery: RecoveryCode,
}

/// A compartment of a new vault: its name and the kinds of records that go into it.
pub type NewCompartment<'a> = (&'a str, &'a [u8]);

impl Vault {
    /// Makes a vault: the folder appears whole or not at all.
    ///
    /// # Errors
    /// [`VaultError::Occupied`] if there is something in the folder, or what the system says.
    pub fn create(
        location: &Location,
        site: &str,
        compartments: &[NewCompartment<'_>],
        first: &NewSlot<'_>,
        recovery_name: &str,
    ) -> Result<NewVault, VaultError> {
        let dir = &location.dir;
        if location.keyring().exists() || fs::read_dir(dir).is_ok_and(|mut d| d.next().is_some()) {
            return Err(VaultError::Occupied);
        }
        let mut compartments = compartments.to_vec();
        compartments.push((STATE_COMPARTMENT, &[]));
        let (mut keyring, mut access) = Keyring::create(site, &compartments, first)?;
        let recovery = RecoveryCode::generate()?;
        keyring.add_slot(
            &mut access,
            &NewSlot {
                name: recovery_name,
                kind: SlotKind::Recovery,
                unlock: Unlock::Recovery(&recovery),
                rights: Rights::ALL,
            },
        )?;
        // Made beside its place and moved there when it is whole.
        let mut building = dir.clone().into_os_string();
        building.push(format!(".{}.new", std::process::id()));
        let building = PathBuf::from(building);
        files::create_private_dir(&building)?;
        let made = Self::build(&building, location, keyring, access);
        match made.and_then(|()| Ok(put_dir_in_place(&building, dir)?)) {
            Ok(()) => {}
            Err(e) => {
                // What was made holds no record yet; a leftover folder would only confuse.
                let _ = fs::remove_dir_all(&building);
                if let Some(path) = &location.keyring {
                    // It was not there before, and opens nothing.
                    let _ = fs::remove_file(path);
                }
                return Err(e);
            }
        }
        let vault = Self::open(location, &first.unlock)?;
        Ok(NewVault { vault, recovery })
    }

    fn build(
        dir: &Path,
        place: &Location,
        keyring: Keyring,
        access: Access,
    ) -> Result<(), VaultError> {
        let bytes = keyring.to_bytes();
        let path = place.keyring.clone().unwrap_or(dir.join(KEYRING_FILE));
        files::stage(&path, &bytes)?;
        let store = Store::create(&dir.join(DATABASE_FILE))?;
        let location = Location {
            dir: dir.to_owned(),
            keyring: place.keyring.clone(),
        };
        let vault = Self::assemble(location, keyring, sha256(&[&bytes]), access, store);
        let mut writing = Writing::first(&vault)?;
        writing.tx().set_meta(meta::VAULT, &vault.id().0)?;
        writing.keyring(&bytes, ActNote::new(ActKind::Init))?;
        writing.act(ActNote::new(ActKind::RecoveryMade), crate::log::Fact::None)?;
        writing.finish()
    }

    fn assemble(
        location: Location,
        keyring: Keyring,
        hash: Digest,
        access: Access,
        store: Store,
    ) -> Self {
        let logs = RefCell::new(succession::Logs::of(keyring.vault));
        Self {
            location,
            logs,
            keyring,
            keyring_hash: Cell::new(hash),
            access,
            second: None,
            store,
            batches: Batches::default(),
            last_act: Cell::new(None),
            tree: Cell::new(None),
            opened: RefCell::default(),
            _wipes: WipesStack,
        }
    }

    /// Opens a vault with a key, and checks that the end of the log is what its slots wrote.
    ///
    /// # Errors
    /// [`VaultError::NoVault`], [`VaultError::NoKeyring`], [`VaultError::WrongKey`], or one for which
    /// [`VaultError::is_integrity`] holds.
    pub fn open(location: &Location, unlock: &Unlock<'_>) -> Result<Self, VaultError> {
        let vault = Self::open_as_it_is(location, unlock)?;
        if matches!(unlock, Unlock::Recovery(_) | Unlock::Shares(_)) {
            vault.log(ActNote::new(ActKind::Recovery))?;
        }
        Ok(vault)
    }

    /// Opens a vault and changes nothing.
    fn open_as_it_is(location: &Location, unlock: &Unlock<'_>) -> Result<Self, VaultError> {
        let mut tries = 0;
        loop {
            match Self::open_once(location, unlock) {
                // A passphrase takes its time, in which another program may change the keys; nobody does
                // so for ever.
                Err(VaultError::KeysChanged) if tries < keyfile::LOOKS => tries += 1,
                other => return other,
            }
        }
    }

    fn open_once(location: &Location, unlock: &Unlock<'_>) -> Result<Self, VaultError> {
        if !location.exists() {
            return Err(VaultError::NoVault);
        }
        let store = Store::open(&location.database(), Mode::ReadWrite)?;
        let id = store.view()?.meta(meta::VAULT)?.ok_or(VaultError::Schema)?;
        let named = || -> Result<Digest, VaultError> {
            let hash = store.view()?.meta(meta::KEYRING)?;
            hash.and_then(|h| h.try_into().ok())
                .ok_or(VaultError::Schema)
        };
        let (mut hash, mut looks) = (named()?, 0);
        let (keyring, in_place) = loop {
            match keyfile::read(location, &hash) {
                // Another program may change the keys, or move the new ones to their place, between the looks.
                Err(_) if looks < keyfile::LOOKS => looks += 1,
                other => break other?,
            }
            hash = named()?;
        };
        if !in_place {
            // A change that was interrupted, or that another program is about to end. Who cannot do it now
            // has read it all the same.
            let _ = store.without_waiting(|tx| match tx.meta(meta::KEYRING)? {
                Some(still) if still == hash => keyfile::settle(location, &hash),
                _ => Ok(()),
            });
        }
        if keyring.vault.0.as_slice() != id {
            return Err(VaultError::KeyringReplaced);
        }
        let (access, duress) = match keyring.enter(unlock)? {
            keyring::Entered::Slot(access) => (*access, false),
            keyring::Entered::Duress(duress) => (Access::of_duress(duress)?, true),
        };
        let mut vault = Self::assemble(location.clone(), keyring, hash, access, store);
        let logs = succession::Logs::read(&vault.store.view()?, vault.id())?;
        vault.logs.replace(logs);
        if duress {
            vault.under_duress();
            return Err(VaultError::WrongKey);
        }
        vault.check_end_of_log()?;
        Ok(vault)
    }

    /// Whether a key opens the vault, as a drill: nothing is changed and nothing is logged.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn drill(location: &Location, unlock: &Unlock<'_>) -> Result<Rights, VaultError> {
        Ok(Self::open_as_it_is(location, unlock)?.access.rights)
    }

    /// The vault's id.
    pub fn id(&self) -> VaultId {
        self.keyring.vault
    }

    /// The id of the log that is written now: the vault's, until it was restored.
    pub fn log_id(&self) -> [u8; 16] {
        self.logs.borrow().current()
    }

    /// What the opened slot holds: its rights, the names of site, compartments and slots.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// The keyring as anybody can see it.
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// Logs an act that stores nothing.
    ///
    /// # Errors
    /// What the database or the system says.
    pub fn log(&self, note: ActNote) -> Result<(), VaultError> {
        let mut writing = Writing::begin(self)?;
        writing.act(note, crate::log::Fact::None)?;
        writing.finish()
    }

    /// The latest signed head, as the text of a C2SP checkpoint.
    ///
    /// # Errors
    /// [`VaultError::LogAltered`] if there is none.
    pub fn checkpoint(&self) -> Result<String, VaultError> {
        let bytes = self.store.view()?.meta(meta::HEAD)?;
        bytes
            .and_then(|b| String::from_utf8(b).ok())
            .ok_or(VaultError::LogAltered)
    }

    /// The key that checks this vault's heads, in the form that other programs read.
    pub fn checkpoint_key(&self) -> NoteKey {
        Origin::of_vault(&self.logs.borrow().current()).log_key(self.keyring.checkpoint_key)
    }

    /// Writes the latest signed head beside the database.
    fn publish_head(&self) -> Result<(), VaultError> {
        if self.access.checkpoint().is_some() {
            let path = self.location.dir.join(CHECKPOINT_FILE);
            files::replace(&path, self.checkpoint()?.as_bytes())?;
        }
        Ok(())
    }

    /// Whether the slot may do something.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`] if not.
    pub fn require(&self, rights: Rights) -> Result<(), VaultError> {
        if self.access.rights.has(rights) {
            Ok(())
        } else {
            Err(VaultError::NotAllowed)
        }
    }

    /// Before a head is signed again: what came since the last one was written by slots of this
    /// vault, and the stored edge of the tree is that of its leaves.
    fn check_end_of_log(&self) -> Result<(), VaultError> {
        let view = self.store.view()?;
        if view.meta(meta::KEYRING)?.as_deref() != Some(self.keyring_hash.get().as_slice()) {
            return Err(VaultError::KeysChanged);
        }
        if self.access.checkpoint().is_none() {
            return Ok(());
        }
        let head = view.meta(meta::HEAD)?.ok_or(VaultError::LogAltered)?;
        let head = SignedCheckpoint::parse(&head).map_err(|_| VaultError::LogAltered)?;
        let origin = Origin::of_vault(&self.logs.borrow().current());
        let signed = head
            .verify(&origin, self.keyring.checkpoint_key)
            .map_err(|_| VaultError::LogAltered)?;
        let mut frontier = writing::read_frontier(&view, meta::HEAD_FRONTIER)?;
        if frontier.size() != signed.size() || frontier.root() != *signed.root() {
            return Err(VaultError::LogAltered);
        }
        let keys_since = trail::keyring_leaf(&view)?;
        trail::each_leaf(self, &view, signed.size(), |entry| {
            frontier.append(entry.leaf.leaf_hash());
            if self.access.reads_log() {
                entry.permitted_act(keys_since)?;
            }
            Ok(())
        })?;
        // What the database says of the keyring is what the chain says.
        let named = view.leaf(keys_since)?.map(|row| row.leaf);
        let named = named.and_then(|leaf| Leaf::from_bytes(&leaf).ok());
        if named.and_then(|leaf| leaf.fact.content_hash()) != Some(self.keyring_hash.get()) {
            return Err(VaultError::LogAltered);
        }
        if frontier != writing::read_frontier(&view, meta::FRONTIER)? {
            return Err(VaultError::LogAltered);
        }
        Ok(())
    }

    /// Wrapping key of a stored batch, if the slot opens its compartment. Which key of the log opens
    /// a batch of details is told by the place of the leaf.
    fn batch_key(
        &self,
        view: &store::Tx<'_>,
        id: i64,
        leaf: u64,
    ) -> Result<Option<Arc<(BatchRow, Secret<32>)>>, VaultError> {
        if let Some(found) = self.opened.borrow().get(&id) {
            return Ok(Some(Arc::clone(found)));
        }
        let row = view.batch(id)?.ok_or(VaultError::Schema)?;
        let key = if row.target == writing::LOG_TARGET {
            let Some(opening) = self.access.log(leaf) else {
                return Ok(None);
            };
            opening.batch_key(&content::log_batch_info(self.id()), &row.encapsulated)?
        } else {
            let id = CompartmentId(row.target);
            let Some(opening) = self.access.compartment(id, row.epoch) else {
                return Ok(None);
            };
            content::batch_key(self.id(), opening, &row)?
        };
        let found = Arc::new((row, key));
        self.opened.borrow_mut().insert(id, Arc::clone(&found));
        Ok(Some(found))
    }
}

/// Whether a vault can be made here: no vault, no keyring, nothing else in the folder.
fn require_free(to: &Location) -> Result<(), VaultError> {
    let taken = to.exists()
        || to.keyring().exists()
        || fs::read_dir(&to.dir).is_ok_and(|mut d| d.next().is_some());
    if taken {
        return Err(VaultError::Occupied);
    }
    Ok(())
}

/// Makes a vault beside its place and moves it there with its keyring: it appears whole or not at all.
fn build_whole<T>(
    to: &Location,
    make: impl FnOnce(&Path) -> Result<T, VaultError>,
) -> Result<T, VaultError> {
    let building = backup::with_suffix(&to.dir, &format!(".{}.new", std::process::id()));
    files::create_private_dir(&building)?;
    let made = make(&building).and_then(|made| {
        if let Some(place) = &to.keyring {
            let bytes = files::read_bounded(&building.join(KEYRING_FILE), keyring::MAX_FILE)?;
            files::replace(place, &bytes)?;
            fs::remove_file(building.join(KEYRING_FILE))?;
        }
        put_dir_in_place(&building, &to.dir)?;
        Ok(made)
    });
    if made.is_err() {
        let _ = fs::remove_dir_all(&building);
    }
    made
}

/// Moves a finished folder to its place, which is free or an empty folder.
fn put_dir_in_place(building: &Path, dir: &Path) -> std::io::Result<()> {
    match fs::remove_dir(dir) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    files::put_in_place(building, dir)
}
