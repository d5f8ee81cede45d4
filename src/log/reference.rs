//! The definitions of RFC 6962 section 2.1, word for word and slow, for the tests of [`super::merkle`]
//! and [`super::tiles`].

use std::convert::Infallible;

use super::merkle::{HashSource, leaf_hash};
use crate::crypto::hash::{Digest, sha256};

/// Largest power of two smaller than `n`.
fn k(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}

/// MTH over leaf hashes.
pub fn root(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => sha256(&[]),
        [one] => *one,
        _ => {
            let (left, right) = leaves.split_at(k(leaves.len()));
            sha256(&[&[1], &root(left), &root(right)])
        }
    }
}

/// PATH(m, D\[n\]).
pub fn path(m: usize, leaves: &[Digest]) -> Vec<Digest> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let k = k(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut proof, other) = if m < k {
        (path(m, left), root(right))
    } else {
        (path(m - k, right), root(left))
    };
    proof.push(other);
    proof
}

/// PROOF(m, D\[n\]).
pub fn proof(m: usize, leaves: &[Digest]) -> Vec<Digest> {
    subproof(m, leaves, true)
}

fn subproof(m: usize, leaves: &[Digest], known: bool) -> Vec<Digest> {
    if m == leaves.len() {
        return if known {
            Vec::new()
        } else {
            vec![root(leaves)]
        };
    }
    let k = k(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut proof, other) = if m <= k {
        (subproof(m, left, known), root(right))
    } else {
        (subproof(m - k, right, false), root(left))
    };
    proof.push(other);
    proof
}

/// `n` different leaf hashes.
pub fn leaves(n: usize) -> Vec<Digest> {
    (0..n as u64).map(|i| leaf_hash(&i.to_be_bytes())).collect()
}

/// Leaf hashes as a source of subtree hashes.
pub struct Leaves<'a>(pub &'a [Digest]);

impl HashSource for Leaves<'_> {
    type Error = Infallible;

    fn hash(&self, level: u8, index: u64) -> Result<Digest, Infallible> {
        let start = (index << level) as usize;
        Ok(root(&self.0[start..start + (1 << level)]))
    }
}
