//! The Merkle tree of RFC 6962 and its proofs (manual: *log*, "Tree" and "Proofs").
//!
//! Verification is that of RFC 9162, sections 2.1.3.2 and 2.1.4.2, step by step.

use crate::codec::{Decode, DecodeError, Encode, Reader};
use crate::crypto::hash::{Digest, sha256};
use crate::i18n::{Localize, Message};

/// Largest size of a log that is read or written: what a signed 64-bit integer holds, as in other
/// implementations of the C2SP formats.
pub const MAX_SIZE: u64 = i64::MAX as u64;

/// Most hashes that a proof can have: a tree of [`MAX_SIZE`] leaves has 63 levels above its leaves.
pub const MAX_PROOF: usize = 63;

/// Hash of a leaf: SHA-256 of `0x00` and the leaf's bytes.
pub fn leaf_hash(data: &[u8]) -> Digest {
    sha256(&[&[0], data])
}

/// Hash of an inner node: SHA-256 of `0x01` and the two hashes below it.
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let mut input = [1u8; 65];
    input[1..33].copy_from_slice(left);
    input[33..].copy_from_slice(right);
    sha256(&[&input])
}

/// Root of the tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Digest {
    sha256(&[])
}

/// Why a proof was not made or not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The leaf is not in a tree of that size.
    #[error("leaf {index} is not in a log of {size} entries")]
    Index {
        /// Index of the leaf, from 0.
        index: u64,
        /// Size of the tree.
        size: u64,
    },
    /// The old tree is larger than the new one.
    #[error("the old size {old} is larger than the new size {new}")]
    Sizes {
        /// Size of the older tree.
        old: u64,
        /// Size of the newer tree.
        new: u64,
    },
    /// The proof has another number of hashes than trees of these sizes need.
    #[error("the proof has the wrong length")]
    Length,
    /// The leaf does not lead to the root.
    #[error("the proof does not lead to the root")]
    Root,
    /// The older root is not contained in the newer one.
    #[error("the old log is not the beginning of the new one")]
    OldRoot,
}

impl Localize for ProofError {
    fn message(&self) -> Message {
        match self {
            Self::Index { index, size } => Message::new("log-proof-index")
                .with("index", *index)
                .with("size", *size),
            Self::Sizes { old, new } => Message::new("log-proof-sizes")
                .with("old", *old)
                .with("new", *new),
            Self::Length => Message::new("log-proof-length"),
            Self::Root => Message::new("log-proof-root"),
            Self::OldRoot => Message::new("log-proof-old-root"),
        }
    }
}

/// The right edge of a tree: the roots of its complete subtrees, largest first, one for each bit
/// that is set in the size. It is all that appending and the root need.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    nodes: Vec<Digest>,
}

impl Frontier {
    /// The tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// A frontier of `size` leaves from the roots of its complete subtrees, largest first.
    ///
    /// # Errors
    /// [`DecodeError::Length`] if their number is not that of the bits set in `size`, or the size
    /// is above [`MAX_SIZE`].
    pub fn from_nodes(size: u64, nodes: Vec<Digest>) -> Result<Self, DecodeError> {
        if size > MAX_SIZE || nodes.len() != size.count_ones() as usize {
            return Err(DecodeError::Length);
        }
        Ok(Self { size, nodes })
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Roots of the complete subtrees, largest first.
    pub fn nodes(&self) -> &[Digest] {
        &self.nodes
    }

    /// Appends a leaf by its hash and returns its index. One inner hash on average.
    pub fn append(&mut self, leaf_hash: Digest) -> u64 {
        self.append_with(leaf_hash, |_, _| ())
    }

    /// As [`Frontier::append`], and tells the level and root of every subtree that is complete now,
    /// beginning with the leaf.
    pub(super) fn append_with(
        &mut self,
        leaf_hash: Digest,
        mut made: impl FnMut(u8, &Digest),
    ) -> u64 {
        let index = self.size;
        let mut hash = leaf_hash;
        made(0, &hash);
        // Every trailing 1 of the size is a complete subtree of the size of what is being added.
        for level in 1..=index.trailing_ones() {
            if let Some(left) = self.nodes.pop() {
                hash = node_hash(&left, &hash);
                made(level as u8, &hash);
            }
        }
        self.nodes.push(hash);
        self.size = index.wrapping_add(1);
        index
    }

    /// Root of the tree.
    pub fn root(&self) -> Digest {
        let mut nodes = self.nodes.iter().rev();
        match nodes.next() {
            None => empty_root(),
            Some(last) => nodes.fold(*last, |right, left| node_hash(left, &right)),
        }
    }
}

/// Eight bytes of size, then the hashes.
impl Encode for Frontier {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.size.to_be_bytes());
        for node in &self.nodes {
            out.extend_from_slice(node);
        }
    }
}

impl Decode for Frontier {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let size = input.u64()?;
        if size > MAX_SIZE {
            return Err(DecodeError::Length);
        }
        let nodes = (0..size.count_ones())
            .map(|_| input.array())
            .collect::<Result<_, _>>()?;
        Ok(Self { size, nodes })
    }
}

/// Where the hashes of complete subtrees come from.
pub trait HashSource {
    /// Why a hash could not be had.
    type Error;

    /// Root of the complete subtree of `2^level` leaves that starts at leaf `index << level`.
    ///
    /// # Errors
    /// Whatever keeps the source from answering, a hash that is not there among it.
    fn hash(&self, level: u8, index: u64) -> Result<Digest, Self::Error>;
}

impl<S: HashSource + ?Sized> HashSource for &S {
    type Error = S::Error;
    fn hash(&self, level: u8, index: u64) -> Result<Digest, S::Error> {
        (**self).hash(level, index)
    }
}

/// Why a proof could not be made: the request, or the source of hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MakeProofError<E> {
    /// The request makes no sense for these sizes.
    #[error(transparent)]
    Request(ProofError),
    /// The source of hashes failed.
    #[error("a hash of the tree is missing")]
    Source(E),
}

/// Largest power of two that is smaller than `n`, for `n` of 2 and more.
fn split(n: u64) -> u64 {
    1 << (63 - (n - 1).leading_zeros())
}

/// Root over leaves `start..end`, where `start` is a multiple of a power of two not below the
/// length: the ranges that proofs are made of. Not for an empty range.
fn range_root<S: HashSource>(source: &S, start: u64, end: u64) -> Result<Digest, S::Error> {
    let mut parts = Vec::new();
    let mut at = start;
    while at < end {
        let level = 63 - (end - at).leading_zeros();
        parts.push(source.hash(level as u8, at >> level)?);
        at += 1 << level;
    }
    let mut parts = parts.into_iter().rev();
    match parts.next() {
        None => Ok(empty_root()),
        Some(last) => Ok(parts.fold(last, |right, left| node_hash(&left, &right))),
    }
}

/// Root of the first `size` leaves.
///
/// # Errors
/// What the source reports.
pub fn root_at<S: HashSource>(source: &S, size: u64) -> Result<Digest, S::Error> {
    range_root(source, 0, size)
}

/// Frontier of the first `size` leaves.
///
/// # Errors
/// What the source reports.
pub fn frontier_at<S: HashSource>(source: &S, size: u64) -> Result<Frontier, S::Error> {
    let mut nodes = Vec::new();
    let mut at = 0u64;
    while at < size {
        let level = 63 - (size - at).leading_zeros();
        nodes.push(source.hash(level as u8, at >> level)?);
        at += 1 << level;
    }
    Ok(Frontier { size, nodes })
}

/// Inclusion proof (RFC 6962 section 2.1.1) of leaf `index` in the first `size` leaves: from the
/// leaf's sibling up.
///
/// # Errors
/// [`ProofError::Index`], or what the source reports.
pub fn inclusion_proof<S: HashSource>(
    source: &S,
    index: u64,
    size: u64,
) -> Result<Vec<Digest>, MakeProofError<S::Error>> {
    if index >= size || size > MAX_SIZE {
        return Err(MakeProofError::Request(ProofError::Index { index, size }));
    }
    let mut proof = Vec::new();
    let (mut start, mut end) = (0, size);
    while end - start > 1 {
        let middle = start + split(end - start);
        let sibling = if index < middle {
            let sibling = (middle, end);
            end = middle;
            sibling
        } else {
            let sibling = (start, middle);
            start = middle;
            sibling
        };
        proof.push(range_root(source, sibling.0, sibling.1).map_err(MakeProofError::Source)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Consistency proof (RFC 6962 section 2.1.2) from the first `old` leaves to the first `new`.
/// Empty if `old` is 0 or equal to `new`.
///
/// # Errors
/// [`ProofError::Sizes`], or what the source reports.
pub fn consistency_proof<S: HashSource>(
    source: &S,
    old: u64,
    new: u64,
) -> Result<Vec<Digest>, MakeProofError<S::Error>> {
    if old > new || new > MAX_SIZE {
        return Err(MakeProofError::Request(ProofError::Sizes { old, new }));
    }
    let mut proof = Vec::new();
    if old == 0 || old == new {
        return Ok(proof);
    }
    let (mut start, mut end) = (0, new);
    // Whether the subtree in hand is the whole old tree, whose root the verifier knows.
    let mut known = true;
    while old != end {
        let middle = start + split(end - start);
        let sibling = if old <= middle {
            let sibling = (middle, end);
            end = middle;
            sibling
        } else {
            let sibling = (start, middle);
            start = middle;
            known = false;
            sibling
        };
        proof.push(range_root(source, sibling.0, sibling.1).map_err(MakeProofError::Source)?);
    }
    if !known {
        proof.push(range_root(source, start, end).map_err(MakeProofError::Source)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Checks that the leaf with `leaf_hash` is number `index` of the log with `root` and `size`.
///
/// # Errors
/// [`ProofError::Index`], [`ProofError::Length`] or [`ProofError::Root`].
pub fn verify_inclusion(
    leaf_hash: &Digest,
    index: u64,
    size: u64,
    proof: &[Digest],
    root: &Digest,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Index { index, size });
    }
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf_hash;
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofError::Length);
    }
    if hash != *root {
        return Err(ProofError::Root);
    }
    Ok(())
}

/// Checks that the log with `old_root` and `old` leaves is the beginning of the one with
/// `new_root` and `new` leaves.
///
/// # Errors
/// [`ProofError::Sizes`], [`ProofError::Length`] or [`ProofError::OldRoot`].
pub fn verify_consistency(
    old: u64,
    old_root: &Digest,
    new: u64,
    new_root: &Digest,
    proof: &[Digest],
) -> Result<(), ProofError> {
    if old > new {
        return Err(ProofError::Sizes { old, new });
    }
    if old == 0 || old == new {
        let (known, given) = if old == new {
            (*new_root, old_root)
        } else {
            (empty_root(), old_root)
        };
        if !proof.is_empty() {
            return Err(ProofError::Length);
        }
        if known != *given || (old == 0 && empty_root() != *given) {
            return Err(ProofError::OldRoot);
        }
        return Ok(());
    }
    // The root of an old tree that is a complete subtree is left out of the proof.
    let (first, rest) = if old.is_power_of_two() {
        (old_root, proof)
    } else {
        proof.split_first().ok_or(ProofError::Length)?
    };
    let (mut node, mut last) = (old - 1, new - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in rest {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofError::Length);
    }
    // Which of the two does not fit cannot be told apart: a wrong old root can be part of both.
    if old_hash != *old_root || new_hash != *new_root {
        return Err(ProofError::OldRoot);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::reference::{self, Leaves};
    use super::*;
    use crate::codec::from_hex;

    const VECTORS: &str = include_str!("../../tests/vectors/log/rfc6962.txt");

    #[test]
    fn published_vectors() {
        let mut leaves = Vec::new();
        let mut roots = Vec::new();
        let hash = |text: &str| -> Digest { from_hex(text).unwrap().try_into().unwrap() };
        for line in VECTORS.lines().filter(|l| !l.starts_with('#')) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let number = |n: usize| -> u64 { words[n].parse().unwrap() };
            let hashes = || words[3..].iter().map(|w| hash(w)).collect::<Vec<_>>();
            match words[0] {
                "leaf" => leaves.push(leaf_hash(&from_hex(words.get(1).unwrap_or(&"")).unwrap())),
                "root" => {
                    let mut frontier = Frontier::new();
                    for leaf in &leaves[..number(1) as usize] {
                        frontier.append(*leaf);
                    }
                    assert_eq!(frontier.root(), hash(words[2]), "{line}");
                    roots.push(frontier.root());
                }
                "inclusion" => {
                    let (index, size) = (number(1), number(2));
                    let proof = inclusion_proof(&Leaves(&leaves), index, size).unwrap();
                    assert_eq!(proof, hashes(), "{line}");
                    let root = &roots[size as usize];
                    verify_inclusion(&leaves[index as usize], index, size, &proof, root).unwrap();
                }
                "consistency" => {
                    let (old, new) = (number(1), number(2));
                    let proof = consistency_proof(&Leaves(&leaves), old, new).unwrap();
                    assert_eq!(proof, hashes(), "{line}");
                    let (old_root, new_root) = (&roots[old as usize], &roots[new as usize]);
                    verify_consistency(old, old_root, new, new_root, &proof).unwrap();
                }
                other => panic!("{other}"),
            }
        }
        assert_eq!((leaves.len(), roots.len()), (8, 9));
    }

    #[test]
    fn frontier_and_proofs_are_those_of_the_definition() {
        let leaves = reference::leaves(300);
        let source = Leaves(&leaves);
        let mut frontier = Frontier::new();
        let mut roots = vec![frontier.root()];
        for size in 0..=300usize {
            let tree = &leaves[..size];
            let root = reference::root(tree);
            assert_eq!(frontier.root(), root, "{size}");
            assert_eq!(root_at(&source, size as u64), Ok(root));
            assert_eq!(frontier_at(&source, size as u64).as_ref(), Ok(&frontier));
            assert_eq!(
                Frontier::from_bytes(&frontier.to_bytes()).unwrap(),
                frontier
            );

            // All indices and all old sizes for small trees, the interesting ones for large trees.
            let near = |n: usize| size <= 70 || n < 3 || n + 3 > size || n.is_power_of_two();
            let n = size as u64;
            for index in (0..size).filter(|i| near(*i)) {
                let proof = inclusion_proof(&source, index as u64, n).unwrap();
                assert_eq!(proof, reference::path(index, tree), "{index} of {size}");
                verify_inclusion(&leaves[index], index as u64, n, &proof, &root).unwrap();
            }
            for old in (0..=size).filter(|i| near(*i)) {
                let proof = consistency_proof(&source, old as u64, n).unwrap();
                if old > 0 {
                    assert_eq!(proof, reference::proof(old, tree), "{old} to {size}");
                }
                verify_consistency(old as u64, &roots[old], n, &root, &proof).unwrap();
            }
            if let Some(leaf) = leaves.get(size) {
                assert_eq!(frontier.append(*leaf), n);
                roots.push(frontier.root());
            }
        }
    }

    #[test]
    fn frontier_at_large_boundaries() {
        let leaves = reference::leaves(65_537);
        let mut frontier = Frontier::new();
        for (n, leaf) in leaves.iter().enumerate() {
            frontier.append(*leaf);
            if matches!(n + 1, 255..=257 | 65_535..=65_537) {
                assert_eq!(frontier.root(), reference::root(&leaves[..=n]), "{}", n + 1);
            }
        }
    }

    #[test]
    fn nonsense_is_an_error() {
        let leaves = reference::leaves(9);
        let (source, root) = (Leaves(&leaves), reference::root(&leaves));
        assert_eq!(
            inclusion_proof(&source, 9, 9),
            Err(MakeProofError::Request(ProofError::Index {
                index: 9,
                size: 9
            }))
        );
        assert_eq!(
            consistency_proof(&source, 9, 8),
            Err(MakeProofError::Request(ProofError::Sizes {
                old: 9,
                new: 8
            }))
        );
        assert_eq!(
            verify_consistency(3, &root, 9, &root, &[]),
            Err(ProofError::Length)
        );
        // The empty log is the beginning of every log, but only with its own root.
        assert!(verify_consistency(0, &empty_root(), 9, &root, &[]).is_ok());
        assert_eq!(
            verify_consistency(0, &root, 9, &root, &[]),
            Err(ProofError::OldRoot)
        );
        assert_eq!(
            verify_consistency(0, &root, 0, &root, &[]),
            Err(ProofError::OldRoot)
        );
        assert_eq!(
            verify_consistency(9, &empty_root(), 9, &root, &[]),
            Err(ProofError::OldRoot)
        );
        assert_eq!(
            verify_consistency(9, &root, 9, &root, &[root]),
            Err(ProofError::Length)
        );

        let mut bytes = (MAX_SIZE + 1).to_be_bytes().to_vec();
        bytes.extend_from_slice(&[0; 32]);
        assert!(Frontier::from_bytes(&bytes).is_err());
        assert!(Frontier::from_nodes(3, vec![root]).is_err());
    }

    proptest! {
        #[test]
        fn a_false_statement_is_not_proved(
            size in 1usize..200,
            index in any::<prop::sample::Index>(),
            old in any::<prop::sample::Index>(),
            what in 0..6,
            bit in any::<prop::sample::Index>(),
        ) {
            let leaves = reference::leaves(size);
            let source = Leaves(&leaves);
            let root = reference::root(&leaves);
            let (index, n) = (index.index(size) as u64, size as u64);
            let old = old.index(size) as u64 + 1;
            let mut proof = inclusion_proof(&source, index, n).unwrap();
            let (mut leaf, mut at, mut of, mut head) = (leaves[index as usize], index, n, root);
            match what {
                0 => head[bit.index(32)] ^= 1 << bit.index(8),
                1 => leaf[bit.index(32)] ^= 1 << bit.index(8),
                2 => at = (index + 1 + bit.index(size) as u64) % (n + 1),
                3 => { proof.pop(); of += u64::from(proof.is_empty()); }
                4 => proof.push(root),
                _ => match proof.len() {
                    0 => of = 2,
                    len => proof[bit.index(len)][bit.index(32)] ^= 1 << bit.index(8),
                },
            }
            let changed = at != index || what != 2;
            if changed {
                prop_assert!(verify_inclusion(&leaf, at, of, &proof, &head).is_err());
            }

            let old_root = reference::root(&leaves[..old as usize]);
            let mut proof = consistency_proof(&source, old, n).unwrap();
            let (mut first, mut second) = (old_root, root);
            match what {
                0 => first[bit.index(32)] ^= 1 << bit.index(8),
                1 => second[bit.index(32)] ^= 1 << bit.index(8),
                2 | 3 => { if proof.pop().is_none() { proof.push(root); } }
                4 => proof.push(root),
                _ => match proof.len() {
                    0 => proof.push(root),
                    len => proof[bit.index(len)][bit.index(32)] ^= 1 << bit.index(8),
                },
            }
            prop_assert!(verify_consistency(old, &first, n, &second, &proof).is_err());
        }

        #[test]
        fn any_numbers_end(index: u64, size: u64, proof in prop::collection::vec(any::<Digest>(), 0..70)) {
            let root = empty_root();
            prop_assert!(verify_inclusion(&root, index, size, &proof, &root).is_err());
            prop_assert!(verify_consistency(index, &root, size, &root, &proof).is_err() || index == size);
        }
    }
}
