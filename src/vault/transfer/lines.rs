//! Which versions of a record follow on which, over all vaults of a site (manual: *transfer*, "What belongs
//! together").

use std::collections::{HashMap, HashSet};

use super::item::LineId;
use super::ledger::{Entry, Ledger, Table};
use crate::codec::Decode as _;
use crate::log::leaf::Leaf;
use crate::record::Date;
use crate::vault::catalog::{Catalog, LinkBody};
use crate::vault::keeping::Keeping;
use crate::vault::store::Tx;
use crate::vault::{ObjectId, Vault, VaultError, VaultId};

/// A version that is stored here.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub number: u32,
    /// Its leaf; 0, where no version can be, as long as it waits to be sealed.
    pub leaf: u64,
    /// Under which ids it is known; the first is the one under which it is sent.
    pub ids: Vec<LineId>,
    pub parents: Vec<LineId>,
    /// The vault that it came from.
    pub from: Option<VaultId>,
}

impl Node {
    fn is_among(&self, ids: &[LineId]) -> bool {
        self.ids.iter().any(|id| ids.contains(id))
    }
}

/// A record that is stored here: its ids, the one under which it is sent first, and its versions in
/// the order of their numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line {
    pub records: Vec<LineId>,
    pub nodes: Vec<Node>,
}

impl Line {
    /// The versions that no other was made from.
    pub fn heads(&self) -> Vec<&Node> {
        let nodes = self.nodes.iter();
        nodes
            .filter(|node| {
                let others = self.nodes.iter().filter(|o| o.number != node.number);
                !others.clone().any(|other| node.is_among(&other.parents))
            })
            .collect()
    }

    /// Whether a version with these parents continues all heads.
    pub fn is_continued_by(&self, parents: &[LineId]) -> bool {
        self.heads().iter().all(|head| head.is_among(parents))
    }

    pub fn last_number(&self) -> u32 {
        self.nodes.iter().map(|n| n.number).max().unwrap_or(0)
    }

    pub fn node(&self, number: u32) -> Option<&Node> {
        self.nodes.iter().find(|n| n.number == number)
    }
}

/// What a pair of records was last said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Pair {
    pub number: u32,
    pub linked: bool,
}

/// A stored statement on a pair.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Statement {
    pub leaf: u64,
    pub id: LineId,
    pub first: ObjectId,
    pub second: ObjectId,
    pub number: u32,
    pub linked: bool,
    pub from: Option<VaultId>,
}

/// A stored statement on how long a record is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeepingStatement {
    pub leaf: u64,
    pub id: LineId,
    pub what: KeepingWhat,
    pub from: Option<VaultId>,
}

/// What a statement changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeepingWhat {
    Hold,
    Lift,
    Until { number: u32, day: Option<Date> },
}

/// How long a record is kept, and by which statements.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeepingLine {
    /// What holds.
    pub now: Keeping,
    /// Stored statements that change something, in the order of their leaves.
    pub statements: Vec<KeepingStatement>,
    /// All stored statements.
    pub stored: usize,
    /// Counts what was said of the retention date, here or elsewhere.
    pub number: u32,
}

impl KeepingLine {
    /// The last statement on the hold.
    pub fn hold(&self) -> Option<&KeepingStatement> {
        let mut all = self.statements.iter().rev();
        all.find(|s| matches!(s.what, KeepingWhat::Hold | KeepingWhat::Lift))
    }

    /// The last statement on the retention date.
    pub fn until(&self) -> Option<&KeepingStatement> {
        let mut all = self.statements.iter().rev();
        all.find(|s| matches!(s.what, KeepingWhat::Until { .. }))
    }

    /// Whether a statement on the retention date holds against what is known: the higher number does, and
    /// among equals the later day, no day being the latest.
    pub fn yields_to(&self, number: u32, day: Option<Date>) -> bool {
        let later = match (self.now.until, day) {
            (Some(known), Some(day)) => day > known,
            (Some(_), None) => true,
            (None, _) => false,
        };
        number > self.number || (number == self.number && later)
    }
}

/// Everything that is known of versions, links and files under ids that all vaults of the site share.
pub(crate) struct Lines {
    pub objects: HashMap<ObjectId, Line>,
    pub versions: HashMap<LineId, (ObjectId, u32)>,
    pub records: HashMap<LineId, ObjectId>,
    pub statements: Vec<Statement>,
    pub known_links: HashSet<LineId>,
    pub pairs: HashMap<(ObjectId, ObjectId), Pair>,
    /// Files: their id for each description that is stored here, and the vault that it came from.
    pub files: HashMap<u64, (LineId, Option<VaultId>)>,
    pub known_files: HashSet<LineId>,
    pub keepings: HashMap<ObjectId, KeepingLine>,
    pub known_keepings: HashSet<LineId>,
    /// What the own log says is erased, under every id that it had.
    pub erased: HashSet<LineId>,
    leaf_ids: Vec<LineId>,
    other_ids: HashMap<u64, LineId>,
}

pub(crate) fn pair_of(a: ObjectId, b: ObjectId) -> (ObjectId, ObjectId) {
    if a <= b { (a, b) } else { (b, a) }
}

impl Lines {
    pub fn read(
        vault: &Vault,
        view: &Tx<'_>,
        catalog: &Catalog,
        ledger: &Ledger,
    ) -> Result<Self, VaultError> {
        let mut leaf_ids = Vec::new();
        let mut tombs = HashSet::new();
        view.each_leaf(0, |_, row| {
            leaf_ids.push(LineId::of_leaf(&row.leaf));
            if let Ok(leaf) = Leaf::from_bytes(&row.leaf)
                && let Some(target) = leaf.fact.tombstone()
            {
                tombs.insert(target);
            }
            Ok(())
        })?;
        let mut lines = Self {
            objects: HashMap::with_capacity(catalog.items().len()),
            versions: HashMap::new(),
            records: HashMap::new(),
            statements: Vec::new(),
            known_links: HashSet::new(),
            pairs: HashMap::new(),
            files: HashMap::new(),
            known_files: HashSet::new(),
            keepings: HashMap::new(),
            known_keepings: HashSet::new(),
            erased: HashSet::new(),
            leaf_ids,
            other_ids: HashMap::new(),
        };
        for target in &tombs {
            lines.erased.insert(lines.own_id(*target)?);
        }
        let tables = Table::read_all(vault, view)?;
        let mut came: HashMap<(ObjectId, u32), Vec<(&Entry, VaultId)>> = HashMap::new();
        for table in &tables {
            for entry in &table.entries {
                if let Entry::Version { object, number, .. } = entry {
                    let of = came.entry((*object, *number)).or_default();
                    of.push((entry, table.from));
                }
            }
        }
        for item in catalog.items() {
            lines.add_record(item.id, &item.versions, &came, ledger)?;
        }
        for table in &tables {
            lines.add_table(table, &tombs);
        }
        lines.add_statements(vault, view, catalog, &tables)?;
        lines.add_files(catalog, &tables);
        lines.add_keepings(vault, view, catalog, &tables)?;
        Ok(lines)
    }

    /// The id of what was sealed first with the leaf at this place.
    pub fn own_id(&self, leaf: u64) -> Result<LineId, VaultError> {
        let at = usize::try_from(leaf).ok();
        at.and_then(|at| self.leaf_ids.get(at))
            .copied()
            .ok_or(VaultError::LogAltered)
    }

    /// The id under which others know what this leaf stored.
    pub fn shared_id(&self, leaf: u64) -> Result<LineId, VaultError> {
        match self.other_ids.get(&leaf) {
            Some(id) => Ok(*id),
            None => self.own_id(leaf),
        }
    }

    fn add_record(
        &mut self,
        object: ObjectId,
        versions: &[crate::vault::catalog::Version],
        came: &HashMap<(ObjectId, u32), Vec<(&Entry, VaultId)>>,
        ledger: &Ledger,
    ) -> Result<(), VaultError> {
        let mut line = Line::default();
        let mut before: Vec<LineId> = Vec::new();
        for version in versions {
            let mut node = Node {
                number: version.number,
                leaf: version.leaf,
                ids: Vec::new(),
                parents: Vec::new(),
                from: None,
            };
            let entries = came.get(&(object, version.number));
            let entries = entries.map(Vec::as_slice).unwrap_or_default();
            for (entry, from) in entries {
                let Entry::Version {
                    stored,
                    id,
                    record,
                    parents,
                    ..
                } = entry
                else {
                    continue;
                };
                node.parents.extend(parents);
                if *stored {
                    node.ids.insert(0, *id);
                    node.from = Some(*from);
                } else {
                    node.ids.push(*id);
                }
                if !line.records.contains(record) {
                    line.records.push(*record);
                }
            }
            if node.from.is_none() {
                let own = self.own_id(version.leaf)?;
                node.ids.insert(0, own);
                // One that was sealed here goes before those that it turned out to be.
                if line.nodes.is_empty() {
                    line.records.insert(0, own);
                }
                node.parents.extend(&before);
            }
            before.clone_from(&node.ids);
            line.nodes.push(node);
        }
        for (settled, number, parents) in &ledger.settled {
            if *settled == object
                && let Some(node) = line.nodes.iter_mut().find(|n| n.number == *number)
            {
                node.parents.extend(parents);
            }
        }
        self.add_line(object, line);
        Ok(())
    }

    fn add_line(&mut self, object: ObjectId, line: Line) {
        for node in &line.nodes {
            for id in &node.ids {
                self.versions.insert(*id, (object, node.number));
            }
        }
        for record in &line.records {
            self.records.insert(*record, object);
        }
        self.objects.insert(object, line);
    }

    /// What came and was erased since is known as erased, under the id that it came with.
    fn add_table(&mut self, table: &Table, tombs: &HashSet<u64>) {
        for entry in &table.entries {
            match entry {
                Entry::Version {
                    stored,
                    leaf,
                    id,
                    record,
                    ..
                } => {
                    if tombs.contains(leaf) {
                        self.erased.extend([*id, *record]);
                    }
                    if *stored {
                        self.other_ids.insert(*leaf, *id);
                    }
                }
                Entry::Evidence { leaf, id, .. } => {
                    if tombs.contains(leaf) {
                        self.erased.insert(*id);
                    }
                    self.other_ids.insert(*leaf, *id);
                }
                Entry::Keeping {
                    stored: true,
                    leaf,
                    id,
                    ..
                } => drop(self.other_ids.insert(*leaf, *id)),
                Entry::Link { .. } | Entry::Keeping { .. } => {}
            }
        }
    }

    fn add_statements(
        &mut self,
        vault: &Vault,
        view: &Tx<'_>,
        catalog: &Catalog,
        tables: &[Table],
    ) -> Result<(), VaultError> {
        let mut came: Vec<Statement> = Vec::new();
        for table in tables {
            for entry in &table.entries {
                if let Entry::Link {
                    leaf,
                    id,
                    first,
                    second,
                    number,
                    linked,
                } = entry
                {
                    self.known_links.insert(*id);
                    came.push(Statement {
                        leaf: *leaf,
                        id: *id,
                        first: *first,
                        second: *second,
                        number: *number,
                        linked: *linked,
                        from: Some(table.from),
                    });
                }
            }
        }
        came.sort_by_key(|s| s.leaf);
        let by_leaf: HashMap<u64, Statement> = came.iter().map(|s| (s.leaf, *s)).collect();
        let mut all = came;
        for stored in &catalog.statements {
            if by_leaf.contains_key(&stored.leaf) {
                continue;
            }
            let (_, body) = vault.open_content(view, stored.leaf)?;
            let body = LinkBody::from_bytes(&body)
                .map_err(|_| VaultError::Altered { leaf: stored.leaf })?;
            let id = self.own_id(stored.leaf)?;
            self.known_links.insert(id);
            all.push(Statement {
                leaf: stored.leaf,
                id,
                first: body.first,
                second: body.second,
                number: 0,
                linked: body.linked,
                from: None,
            });
        }
        // What came is counted by its sender; what was said here is one more than all before it.
        all.sort_by_key(|s| s.leaf);
        for statement in &mut all {
            let pair = pair_of(statement.first, statement.second);
            let known = self.pairs.entry(pair).or_default();
            if statement.from.is_none() {
                statement.number = known.number.saturating_add(1);
            }
            if prevails(*known, statement.number, statement.linked) {
                *known = Pair {
                    number: statement.number,
                    linked: statement.linked,
                };
            }
        }
        self.statements = all;
        Ok(())
    }

    fn add_files(&mut self, catalog: &Catalog, tables: &[Table]) {
        let mut came: HashMap<u64, (LineId, VaultId)> = HashMap::new();
        for table in tables {
            for entry in &table.entries {
                if let Entry::Evidence { leaf, id, .. } = entry {
                    self.known_files.insert(*id);
                    came.insert(*leaf, (*id, table.from));
                }
            }
        }
        for file in &catalog.evidence {
            let (id, from) = match came.get(&file.leaf) {
                Some((id, from)) => (*id, Some(*from)),
                None => match self.own_id(file.leaf) {
                    Ok(id) => (id, None),
                    Err(_) => continue,
                },
            };
            self.known_files.insert(id);
            self.files.insert(file.leaf, (id, from));
        }
    }

    fn add_keepings(
        &mut self,
        vault: &Vault,
        view: &Tx<'_>,
        catalog: &Catalog,
        tables: &[Table],
    ) -> Result<(), VaultError> {
        let mut came: HashMap<u64, (LineId, VaultId, u32)> = HashMap::new();
        // What came and did not hold counts as well, where it came in.
        let mut passed: HashMap<ObjectId, Vec<(u64, u32)>> = HashMap::new();
        for table in tables {
            for entry in &table.entries {
                let Entry::Keeping {
                    stored,
                    leaf,
                    id,
                    object,
                    number,
                    ..
                } = entry
                else {
                    continue;
                };
                self.known_keepings.insert(*id);
                if *stored {
                    came.insert(*leaf, (*id, table.from, *number));
                } else {
                    passed.entry(*object).or_default().push((*leaf, *number));
                }
            }
        }
        for item in catalog.items() {
            let leaves = catalog.keepings.get(&item.id);
            let leaves = leaves.map(Vec::as_slice).unwrap_or_default();
            let passed = passed.get(&item.id).map(Vec::as_slice).unwrap_or_default();
            if leaves.is_empty() && passed.is_empty() {
                continue;
            }
            let mut line = KeepingLine {
                stored: leaves.len(),
                ..KeepingLine::default()
            };
            for leaf in leaves {
                let earlier = passed.iter().filter(|(at, _)| at <= leaf);
                line.number = earlier.fold(line.number, |known, (_, n)| known.max(*n));
                let next = vault.keeping_at(view, item.id, *leaf)?;
                let told = came.get(leaf);
                let what = if next.until != line.now.until {
                    line.number = match told {
                        Some((_, _, number)) => line.number.max(*number),
                        None => line.number.saturating_add(1),
                    };
                    KeepingWhat::Until {
                        number: line.number,
                        day: next.until,
                    }
                } else if next.hold.is_some() {
                    KeepingWhat::Hold
                } else if line.now.hold.is_some() {
                    KeepingWhat::Lift
                } else {
                    continue;
                };
                line.now = next;
                let id = told.map_or_else(|| self.own_id(*leaf), |(id, ..)| Ok(*id))?;
                self.known_keepings.insert(id);
                line.statements.push(KeepingStatement {
                    leaf: *leaf,
                    id,
                    what,
                    from: told.map(|(_, from, _)| *from),
                });
            }
            line.number = passed
                .iter()
                .fold(line.number, |known, (_, n)| known.max(*n));
            self.keepings.insert(item.id, line);
        }
        Ok(())
    }

    /// The parents of a version as others know them: with every name that each has.
    pub fn parents_of(&self, node: &Node) -> Vec<LineId> {
        let mut all = Vec::new();
        for parent in &node.parents {
            let known = self.versions.get(parent);
            let known = known.and_then(|(object, n)| self.objects.get(object)?.node(*n));
            match known {
                Some(node) => all.extend(&node.ids),
                None => all.push(*parent),
            }
        }
        all.sort_unstable();
        all.dedup();
        all.retain(|id| !node.ids.contains(id));
        all
    }
}

/// Whether a statement with this number holds against what is known: the higher number does, and among
/// equals *not linked*.
pub(crate) fn prevails(known: Pair, number: u32, linked: bool) -> bool {
    number > known.number || (number == known.number && known.linked && !linked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(number: u32, id: u8, parents: &[u8]) -> Node {
        Node {
            number,
            leaf: u64::from(number),
            ids: vec![LineId([id; 16])],
            parents: parents.iter().map(|p| LineId([*p; 16])).collect(),
            from: None,
        }
    }

    #[test]
    fn heads_are_what_nothing_was_made_from() {
        let mut line = Line {
            records: vec![LineId([1; 16])],
            nodes: vec![node(1, 1, &[]), node(2, 2, &[1])],
        };
        let heads = |line: &Line| -> Vec<u32> { line.heads().iter().map(|n| n.number).collect() };
        assert_eq!(heads(&line), [2]);
        assert!(line.is_continued_by(&[LineId([2; 16])]));
        assert!(!line.is_continued_by(&[LineId([1; 16])]));
        line.nodes.push(node(3, 3, &[1]));
        assert_eq!(heads(&line), [2, 3]);
        line.nodes.push(node(4, 4, &[2, 3]));
        assert_eq!(heads(&line), [4]);
        // Known under another name, too: what was made from that name was made from it.
        line.nodes[3].ids.push(LineId([9; 16]));
        line.nodes.push(node(5, 5, &[9]));
        assert_eq!(heads(&line), [5]);
    }

    #[test]
    fn both_sides_decide_a_pair_alike() {
        let pair = |number, linked| Pair { number, linked };
        assert!(prevails(Pair::default(), 1, true));
        assert!(prevails(pair(1, true), 1, false));
        assert!(!prevails(pair(1, false), 1, true));
        assert!(prevails(pair(1, false), 2, true));
        assert!(!prevails(pair(2, true), 1, false));
    }
}
