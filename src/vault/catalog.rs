//! What is in a vault, for whoever can open it.
//!
//! The catalog is made anew from the sealed content each time. What people are found by is kept in the
//! sealed index beside it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;
use zeroize::Zeroizing;

use super::Vault;
use super::content::{self, ContentKind, Header};
use super::error::VaultError;
use super::evidence::{Description, Evidence};
use super::ids::{CompartmentId, ObjectId};
use super::store::{BatchRow, Tx};
use crate::codec::{self, Decode, DecodeError, Encode, Reader};
use crate::crypto::Secret;
use crate::log::Fact;
use crate::record::Record;

/// Bodies that are opened at a time, on all cores.
const CHUNK: usize = 4096;

/// A stored version of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// Its number, from 1.
    pub number: u32,
    /// Its leaf in the log.
    pub leaf: u64,
}

/// A record, without its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its id.
    pub id: ObjectId,
    /// The compartment of its latest version.
    pub compartment: CompartmentId,
    /// All versions, oldest first; never empty.
    pub versions: Vec<Version>,
}

impl Item {
    /// The latest version.
    pub fn latest(&self) -> Version {
        // Items are made with their first version.
        self.versions
            .last()
            .copied()
            .unwrap_or(Version { number: 0, leaf: 0 })
    }
}

/// Two records that were said to be one person, or no longer.
pub(crate) struct LinkBody {
    pub first: ObjectId,
    pub second: ObjectId,
    pub linked: bool,
}

impl Encode for LinkBody {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(1);
        self.first.encode(out);
        self.second.encode(out);
        out.push(u8::from(self.linked));
    }
}

impl Decode for LinkBody {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8()? {
            1 => {}
            v => return Err(DecodeError::Version(v)),
        }
        Ok(Self {
            first: ObjectId::decode(input)?,
            second: ObjectId::decode(input)?,
            linked: match input.u8()? {
                0 => false,
                1 => true,
                _ => return Err(DecodeError::Value("link")),
            },
        })
    }
}

/// A link as it is stored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StoredLink {
    pub object: ObjectId,
    pub leaf: u64,
    pub first: ObjectId,
    pub second: ObjectId,
}

/// All records that the slot can open, in the order in which they were sealed first, and which of
/// them are one person.
pub struct Catalog {
    items: Vec<Item>,
    by_id: HashMap<ObjectId, usize>,
    /// Every stored statement, also those that later ones undo.
    pub(crate) statements: Vec<StoredLink>,
    /// Files of evidence, in the order in which they were added.
    pub(crate) evidence: Vec<Evidence>,
    /// Leaves of what was said about keeping a record, the last of which holds.
    pub(super) keepings: HashMap<ObjectId, Vec<u64>>,
    /// The links that hold.
    links: HashSet<(ObjectId, ObjectId)>,
    person: Vec<usize>,
}

fn ordered(a: ObjectId, b: ObjectId) -> (ObjectId, ObjectId) {
    if a <= b { (a, b) } else { (b, a) }
}

impl Catalog {
    /// All records.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The record with this id.
    pub fn get(&self, id: ObjectId) -> Option<&Item> {
        self.by_id.get(&id).and_then(|i| self.items.get(*i))
    }

    /// The record whose id begins as typed.
    ///
    /// # Errors
    /// [`VaultError::NoSuchRecord`] or [`VaultError::AmbiguousId`].
    pub fn find(&self, typed: &str) -> Result<&Item, VaultError> {
        let mut fits = self.items.iter().filter(|i| i.id.begins_with(typed));
        match (fits.next(), fits.count()) {
            (None, _) => Err(VaultError::NoSuchRecord),
            (Some(item), 0) => Ok(item),
            (Some(_), more) => Err(VaultError::AmbiguousId(more + 1)),
        }
    }

    /// The records that are the same person as this one, itself included, in order.
    pub fn same_person(&self, id: ObjectId) -> Vec<ObjectId> {
        let Some(person) = self.by_id.get(&id).and_then(|i| self.person.get(*i)) else {
            return Vec::new();
        };
        let same = self.person.iter().zip(&self.items);
        same.filter(|(p, _)| *p == person)
            .map(|(_, i)| i.id)
            .collect()
    }

    /// Whether two records are the same person, directly or through others.
    pub fn is_same_person(&self, a: ObjectId, b: ObjectId) -> bool {
        let person = |id| self.by_id.get(&id).and_then(|i| self.person.get(*i));
        person(a).is_some_and(|p| Some(p) == person(b))
    }

    /// Persons: groups of linked records, in the order of their first record.
    pub fn persons(&self) -> Vec<Vec<ObjectId>> {
        let mut groups: BTreeMap<usize, Vec<ObjectId>> = BTreeMap::new();
        for (person, item) in self.person.iter().zip(&self.items) {
            groups.entry(*person).or_default().push(item.id);
        }
        groups.into_values().collect()
    }

    /// Whether somebody linked exactly these two.
    pub fn linked(&self, a: ObjectId, b: ObjectId) -> bool {
        self.links.contains(&ordered(a, b))
    }

    /// Follows the links: each record gets the position of the first record of its person.
    fn follow_links(&mut self) {
        fn root(parent: &mut [usize], mut i: usize) -> usize {
            while let Some(&p) = parent.get(i) {
                if p == i {
                    break;
                }
                // Halving the path keeps this near constant.
                let above = parent.get(p).copied().unwrap_or(p);
                if let Some(slot) = parent.get_mut(i) {
                    *slot = above;
                }
                i = above;
            }
            i
        }
        let mut parent: Vec<usize> = (0..self.items.len()).collect();
        for (a, b) in &self.links {
            let (Some(&a), Some(&b)) = (self.by_id.get(a), self.by_id.get(b)) else {
                continue;
            };
            let (a, b) = (root(&mut parent, a), root(&mut parent, b));
            if let Some(slot) = parent.get_mut(a.max(b)) {
                *slot = a.min(b);
            }
        }
        self.person = (0..parent.len()).map(|i| root(&mut parent, i)).collect();
    }
}

/// A wrapped data key that waits to be opened on another core.
pub(super) struct Wrapped {
    at: u64,
    /// What the log says of the content.
    named: Fact,
    batch: Arc<(BatchRow, Secret<32>)>,
    wrapped: Vec<u8>,
}

impl Wrapped {
    /// With what the log says of it.
    pub fn new(
        at: u64,
        leaf: Option<&[u8]>,
        batch: Arc<(BatchRow, Secret<32>)>,
        wrapped: Vec<u8>,
    ) -> Self {
        Self {
            at,
            named: logged_fact(leaf),
            batch,
            wrapped,
        }
    }

    /// The data key and its header. Anybody can seal to a compartment: a content counts only if the
    /// log names its data key.
    fn open(&self, vault: super::VaultId) -> Result<(Secret<32>, Header), VaultError> {
        let altered = VaultError::Altered { leaf: self.at };
        let (row, key) = self.batch.as_ref();
        match content::open_header(vault, row, key, &self.wrapped) {
            Ok((data_key, header))
                if self.named.key_commitment()
                    == Some(crate::log::leaf::key_commitment(&data_key)) =>
            {
                Ok((data_key, header))
            }
            _ => Err(altered),
        }
    }
}

fn logged_fact(leaf: Option<&[u8]>) -> Fact {
    leaf.and_then(|l| crate::log::Leaf::from_bytes(l).ok())
        .map_or(Fact::None, |l| l.fact)
}

/// Content that is open except for its body.
pub(super) struct Sealed {
    pub leaf: u64,
    batch: Arc<(BatchRow, Secret<32>)>,
    pub header: Header,
    data_key: Secret<32>,
    body: Vec<u8>,
}

impl Sealed {
    pub fn open(&self, vault: super::VaultId) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        content::open_body(
            vault,
            &self.batch.0.target,
            &self.data_key,
            &self.header,
            &self.body,
        )
        .map_err(|_| VaultError::Altered { leaf: self.leaf })
    }
}

/// Opens the data key, after the stored bytes were found to be those that the log names.
pub(super) fn unwrapped(
    wrapped: Wrapped,
    vault: super::VaultId,
    body: Vec<u8>,
) -> Result<Sealed, VaultError> {
    let hash = content::content_hash(&wrapped.batch.0, &wrapped.wrapped, &body);
    if wrapped.named.content_hash() != Some(hash) {
        return Err(VaultError::Altered { leaf: wrapped.at });
    }
    let (data_key, header) = wrapped.open(vault)?;
    Ok(Sealed {
        leaf: wrapped.at,
        batch: wrapped.batch,
        header,
        data_key,
        body,
    })
}

pub(super) fn record(body: &[u8], leaf: u64) -> Result<Record, VaultError> {
    codec::body_from_bytes(body).map_err(|e| match e {
        DecodeError::Version(v) => DecodeError::Version(v).into(),
        _ => VaultError::Altered { leaf },
    })
}

impl Vault {
    /// What is in the vault, as far as this slot can open it.
    ///
    /// # Errors
    /// [`VaultError::NotAllowed`] without the right to read, or [`VaultError::Altered`].
    pub fn catalog(&self) -> Result<Catalog, VaultError> {
        let view = self.store.view()?;
        self.catalog_in(&view)
    }

    pub(crate) fn catalog_in(&self, view: &Tx<'_>) -> Result<Catalog, VaultError> {
        self.require(super::Rights::READ)?;
        let mut headers: Vec<(u64, CompartmentId, Header)> = Vec::new();
        let mut chunk: Vec<Wrapped> = Vec::with_capacity(CHUNK);
        let id = self.id();
        let mut open = |chunk: &mut Vec<Wrapped>| -> Result<(), VaultError> {
            let opened = chunk
                .par_iter()
                .map(|w| Ok((w.at, CompartmentId(w.batch.0.target), w.open(id)?.1)))
                .collect::<Result<Vec<_>, VaultError>>()?;
            headers.extend(opened);
            chunk.clear();
            Ok(())
        };
        view.each_wrapped(|at, leaf, batch, wrapped| {
            let Some(batch) = self.batch_key(view, batch, at)? else {
                return Ok(());
            };
            if content::is_list(&batch.0, wrapped) {
                return Ok(());
            }
            chunk.push(Wrapped::new(at, leaf, batch, wrapped.to_vec()));
            if chunk.len() == CHUNK {
                open(&mut chunk)?;
            }
            Ok(())
        })?;
        open(&mut chunk)?;
        let mut catalog = Catalog {
            items: Vec::with_capacity(headers.len()),
            by_id: HashMap::with_capacity(headers.len()),
            statements: Vec::new(),
            evidence: Vec::new(),
            keepings: HashMap::new(),
            links: HashSet::new(),
            person: Vec::new(),
        };
        for (leaf, compartment, header) in headers {
            match header.kind {
                ContentKind::Record => {
                    let version = Version {
                        number: header.version,
                        leaf,
                    };
                    let known = catalog.by_id.get(&header.object);
                    match known.and_then(|i| catalog.items.get_mut(*i)) {
                        Some(item) => {
                            item.versions.push(version);
                            item.compartment = compartment;
                        }
                        None => {
                            catalog.by_id.insert(header.object, catalog.items.len());
                            catalog.items.push(Item {
                                id: header.object,
                                compartment,
                                versions: vec![version],
                            });
                        }
                    }
                }
                ContentKind::State | ContentKind::RoundState | ContentKind::Draft => {}
                ContentKind::Keeping => {
                    let leaves = catalog.keepings.entry(header.object).or_default();
                    leaves.push(leaf);
                }
                ContentKind::Evidence => {
                    let body = self.open_content(view, leaf)?.1;
                    let what =
                        Description::from_bytes(&body).map_err(|_| VaultError::Altered { leaf })?;
                    catalog.evidence.push(what.told(header.object, leaf));
                }
                ContentKind::Link => {
                    let body = self.open_content(view, leaf)?.1;
                    let link =
                        LinkBody::from_bytes(&body).map_err(|_| VaultError::Altered { leaf })?;
                    catalog.statements.push(StoredLink {
                        object: header.object,
                        leaf,
                        first: link.first,
                        second: link.second,
                    });
                    let pair = ordered(link.first, link.second);
                    if link.linked {
                        catalog.links.insert(pair);
                    } else {
                        catalog.links.remove(&pair);
                    }
                }
            }
        }
        catalog.follow_links();
        Ok(catalog)
    }

    /// Opens the latest version of each record and gives it to `visit`, on all cores. The results
    /// are in the order of [`Catalog::items`]. The records are wiped when `visit` returns.
    ///
    /// # Errors
    /// [`VaultError::Altered`] at a record that does not open.
    pub fn scan<T: Send>(
        &self,
        catalog: &Catalog,
        visit: impl Fn(&Item, &Record) -> T + Sync,
    ) -> Result<Vec<T>, VaultError> {
        let latest = catalog.items.iter().map(|item| (item, item.latest()));
        self.scan_versions(latest.collect(), |item, _, record| visit(item, record))
    }

    /// [`Vault::scan`] over every version of each record, oldest first.
    ///
    /// # Errors
    /// As [`Vault::scan`].
    pub fn scan_all<T: Send>(
        &self,
        catalog: &Catalog,
        visit: impl Fn(&Item, Version, &Record) -> T + Sync,
    ) -> Result<Vec<T>, VaultError> {
        let items = catalog.items.iter();
        let all = items.flat_map(|item| item.versions.iter().map(move |v| (item, *v)));
        self.scan_versions(all.collect(), visit)
    }

    fn scan_versions<T: Send>(
        &self,
        versions: Vec<(&Item, Version)>,
        visit: impl Fn(&Item, Version, &Record) -> T + Sync,
    ) -> Result<Vec<T>, VaultError> {
        let view = self.store.view()?;
        let wanted: HashMap<u64, (&Item, Version)> = versions
            .iter()
            .map(|(item, v)| (v.leaf, (*item, *v)))
            .collect();
        let mut out: HashMap<u64, T> = HashMap::with_capacity(wanted.len());
        let mut chunk: Vec<(&Item, Version, Wrapped, Vec<u8>)> = Vec::with_capacity(CHUNK);
        let id = self.id();
        let mut open = |chunk: &mut Vec<(&Item, Version, Wrapped, Vec<u8>)>| {
            let opened = chunk
                .par_drain(..)
                .map(|(item, version, wrapped, body)| {
                    let sealed = unwrapped(wrapped, id, body)?;
                    let record = record(&sealed.open(id)?, sealed.leaf)?;
                    Ok((version.leaf, visit(item, version, &record)))
                })
                .collect::<Result<Vec<_>, VaultError>>()?;
            out.extend(opened);
            Ok::<(), VaultError>(())
        };
        view.each_content(|at, leaf, row| {
            let Some((item, version)) = wanted.get(&at) else {
                return Ok(());
            };
            let batch = self.batch_key(&view, row.batch, at)?;
            let batch = batch.ok_or(VaultError::Locked)?;
            let wrapped = Wrapped::new(at, leaf, batch, row.wrapped);
            chunk.push((*item, *version, wrapped, row.body));
            if chunk.len() == CHUNK {
                open(&mut chunk)?;
            }
            Ok(())
        })?;
        open(&mut chunk)?;
        // A record that another program erased since the catalog was made is simply not there.
        Ok(versions
            .iter()
            .filter_map(|(_, version)| out.remove(&version.leaf))
            .collect())
    }

    /// Opens one version of a record.
    ///
    /// # Errors
    /// [`VaultError::NoSuchRecord`] if nothing is stored for this leaf, [`VaultError::Locked`],
    /// [`VaultError::Altered`].
    pub fn read(&self, leaf: u64) -> Result<Record, VaultError> {
        self.require(super::Rights::READ)?;
        let view = self.store.view()?;
        let (header, body) = self.open_content(&view, leaf)?;
        if header.kind != ContentKind::Record {
            return Err(VaultError::NoSuchRecord);
        }
        record(&body, leaf)
    }

    /// Opens what is stored for a leaf, and checks it against the leaf: content hash, commitment to
    /// the data key.
    pub(super) fn open_content(
        &self,
        view: &Tx<'_>,
        leaf: u64,
    ) -> Result<(Header, Zeroizing<Vec<u8>>), VaultError> {
        let (sealed, _) = self.sealed_content(view, leaf)?;
        Ok((sealed.header, sealed.open(self.id())?))
    }

    /// What is stored for a leaf with the key that opens it, so that others can open this one content
    /// and compare it with its leaf.
    pub(super) fn release_content(
        &self,
        view: &Tx<'_>,
        leaf: u64,
    ) -> Result<super::custody::ItemFile, VaultError> {
        let (sealed, wrap) = self.sealed_content(view, leaf)?;
        sealed.open(self.id())?;
        Ok(super::custody::ItemFile {
            vault: self.id().0,
            leaf,
            object: sealed.header.object.0,
            compartment: sealed.batch.0.target,
            wrap,
            key: sealed.data_key,
            body: sealed.body,
        })
    }

    /// Stored content whose key is open, and the hash of its first wrap.
    fn sealed_content(
        &self,
        view: &Tx<'_>,
        leaf: u64,
    ) -> Result<(Sealed, crate::crypto::hash::Digest), VaultError> {
        let row = view.content(leaf)?.ok_or(VaultError::NoSuchRecord)?;
        let altered = || VaultError::Altered { leaf };
        let stored = view.leaf(leaf)?.ok_or_else(altered)?;
        let logged = crate::log::Leaf::from_bytes(&stored.leaf).map_err(|_| altered())?;
        let batch: Arc<(BatchRow, Secret<32>)> = self
            .batch_key(view, row.batch, leaf)?
            .ok_or(VaultError::Locked)?;
        let first = content::first_wrap_hash(&batch.0, &row.wrapped);
        let wrapped = Wrapped {
            at: leaf,
            named: logged.fact,
            batch,
            wrapped: row.wrapped,
        };
        unwrapped(wrapped, self.id(), row.body).map(|sealed| (sealed, first))
    }
}

/// Names every stored content that this slot should be able to open and cannot.
pub(crate) fn each_unreadable(
    vault: &Vault,
    view: &Tx<'_>,
    mut report: impl FnMut(u64),
) -> Result<(), VaultError> {
    let mut leaves = Vec::new();
    view.each_wrapped(|leaf, _, batch, wrapped| {
        // A batch that cannot be opened although the slot should is found below.
        match vault.batch_key(view, batch, leaf) {
            Ok(None) => {}
            Ok(Some(batch)) if content::is_list(&batch.0, wrapped) => {}
            _ => leaves.push(leaf),
        }
        Ok(())
    })?;
    for leaf in leaves {
        match vault.open_content(view, leaf) {
            Ok((header, body)) => {
                let fits = match header.kind {
                    ContentKind::Record => record(&body, leaf).is_ok(),
                    ContentKind::Link => LinkBody::from_bytes(&body).is_ok(),
                    ContentKind::State | ContentKind::RoundState => super::state::is_state(&body),
                    ContentKind::Evidence => Description::from_bytes(&body).is_ok(),
                    ContentKind::Keeping => super::Keeping::from_bytes(&body).is_ok(),
                    ContentKind::Draft => super::drafts::is_draft(&body),
                };
                if !fits {
                    report(leaf);
                }
            }
            Err(VaultError::Database(what)) => return Err(VaultError::Database(what)),
            Err(_) => report(leaf),
        }
    }
    Ok(())
}
