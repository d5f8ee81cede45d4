//! Reading a whole log once, without any key (manual: *log*, "Audit").
//!
//! Leaves are fed in order. What is kept is the frontier and four bits per leaf, so ten million
//! leaves take five megabytes. What is wrong is collected as data; nothing stops the reading, so
//! that one report says all.

use super::checkpoint::Checkpoint;
use super::leaf::{Fact, Leaf, stored_hash};
use super::merkle::{Frontier, leaf_hash};
use crate::codec::Decode as _;
use crate::crypto::hash::Digest;
use crate::i18n::{Localize, Message};

/// Most findings that are listed; the others are counted.
pub const MAX_FINDINGS: usize = 1000;

/// Where a signed head comes from. It says who is contradicted when the head does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HeadSource {
    /// The head that is stored with the log.
    Stored,
    /// The copy of it in a file of its own.
    File,
    /// A head with cosignatures that the log keeps.
    Cosigned,
    /// A head that the auditor kept or was given.
    Known,
    /// What the first own leaf of a restored log says of the leaves before it.
    Succession,
}

impl Localize for HeadSource {
    fn message(&self) -> Message {
        Message::new(match self {
            Self::Stored => "log-head-stored",
            Self::File => "log-head-file",
            Self::Cosigned => "log-head-cosigned",
            Self::Known => "log-head-known",
            Self::Succession => "log-head-succession",
        })
    }
}

/// Something that is wrong with a log, and where. Leaves count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Finding {
    /// A leaf is not one, or of a newer version.
    #[error("entry {index} is not readable")]
    Leaf {
        /// Index of the leaf.
        index: u64,
    },
    /// A leaf is not there, though later ones are; what comes behind it cannot be compared.
    #[error("entry {index} is missing")]
    LeafMissing {
        /// Index of the leaf.
        index: u64,
    },
    /// The tree of the leaves is not the one that was signed.
    #[error("the first {size} entries are not those that were signed")]
    Root {
        /// The head that says so.
        head: HeadSource,
        /// Size of the signed head.
        size: u64,
        /// Size of the last signed head before it that did agree; what is wrong lies behind it.
        since: u64,
    },
    /// A head was signed for more leaves than there are.
    #[error("{signed} entries were signed, {found} are there")]
    Truncated {
        /// The head that says so.
        head: HeadSource,
        /// Size of the signed head.
        signed: u64,
        /// Number of leaves found.
        found: u64,
    },
    /// A head is of another log.
    #[error("the head of {size} entries is of another log")]
    OtherLog {
        /// Size of that head.
        size: u64,
    },
    /// A leaf erases one that comes later, or itself.
    #[error("entry {index} erases entry {target}, which does not come before it")]
    TombstoneAhead {
        /// Index of the erasing leaf.
        index: u64,
        /// Index that it names.
        target: u64,
    },
    /// A leaf erases one that stored nothing.
    #[error("entry {index} erases entry {target}, which stored nothing")]
    TombstoneOfNothing {
        /// Index of the erasing leaf.
        index: u64,
        /// Index that it names.
        target: u64,
    },
    /// A leaf erases one that was erased already.
    #[error("entry {index} erases entry {target} once more")]
    TombstoneTwice {
        /// Index of the erasing leaf.
        index: u64,
        /// Index that it names.
        target: u64,
    },
    /// The sealed details of a leaf are missing.
    #[error("the sealed details of entry {index} are missing")]
    DetailsMissing {
        /// Index of the leaf.
        index: u64,
    },
    /// The sealed details of a leaf are not those that were logged.
    #[error("the sealed details of entry {index} were changed")]
    DetailsChanged {
        /// Index of the leaf.
        index: u64,
    },
    /// What a leaf stored is missing, and no later leaf says that it was erased.
    #[error("what entry {index} stored is missing")]
    ContentMissing {
        /// Index of the leaf.
        index: u64,
    },
    /// What is stored is not what was logged.
    #[error("what entry {index} stored was changed")]
    ContentChanged {
        /// Index of the leaf.
        index: u64,
    },
    /// What a later leaf erased is still stored.
    #[error("what entry {index} stored was erased, but is still there")]
    ContentNotErased {
        /// Index of the leaf that stored it.
        index: u64,
    },
    /// Something is stored for a leaf that logs no content.
    #[error("something is stored for entry {index} that was never logged")]
    ContentUnlogged {
        /// Index of the leaf.
        index: u64,
    },
}

impl Finding {
    /// The leaf at which it shows; for a root or a missing end, the first leaf that can be wrong.
    pub fn index(&self) -> u64 {
        match *self {
            Self::Leaf { index }
            | Self::LeafMissing { index }
            | Self::TombstoneAhead { index, .. }
            | Self::TombstoneOfNothing { index, .. }
            | Self::TombstoneTwice { index, .. }
            | Self::DetailsMissing { index }
            | Self::DetailsChanged { index }
            | Self::ContentMissing { index }
            | Self::ContentChanged { index }
            | Self::ContentNotErased { index }
            | Self::ContentUnlogged { index } => index,
            Self::Root { since, .. } => since,
            Self::Truncated { found, .. } => found,
            Self::OtherLog { .. } => 0,
        }
    }
}

impl Localize for Finding {
    fn message(&self) -> Message {
        let at = |id, index| Message::new(id).with("index", index);
        match *self {
            Self::Leaf { index } => at("log-finding-leaf", index),
            Self::LeafMissing { index } => at("log-finding-leaf-missing", index),
            Self::Root { head, size, since } => Message::new("log-finding-root")
                .with("head", head.message())
                .with("size", size)
                .with("since", since),
            Self::Truncated {
                head,
                signed,
                found,
            } => Message::new("log-finding-truncated")
                .with("head", head.message())
                .with("signed", signed)
                .with("found", found),
            Self::OtherLog { size } => Message::new("log-finding-other-log").with("size", size),
            Self::TombstoneAhead { index, target } => {
                at("log-finding-tombstone-ahead", index).with("target", target)
            }
            Self::TombstoneOfNothing { index, target } => {
                at("log-finding-tombstone-of-nothing", index).with("target", target)
            }
            Self::TombstoneTwice { index, target } => {
                at("log-finding-tombstone-twice", index).with("target", target)
            }
            Self::DetailsMissing { index } => at("log-finding-details-missing", index),
            Self::DetailsChanged { index } => at("log-finding-details-changed", index),
            Self::ContentMissing { index } => at("log-finding-content-missing", index),
            Self::ContentChanged { index } => at("log-finding-content-changed", index),
            Self::ContentNotErased { index } => at("log-finding-content-not-erased", index),
            Self::ContentUnlogged { index } => at("log-finding-content-unlogged", index),
        }
    }
}

/// What the reader found where a leaf says that bytes are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored<'a> {
    /// Not looked at: a bundle without ciphertexts.
    Unchecked,
    /// Nothing is there.
    Missing,
    /// These bytes.
    Bytes(&'a [u8]),
    /// Bytes with this SHA-256, hashed by the caller.
    Hash(Digest),
    /// Something that cannot be what was logged, whatever its bytes: a part of it is missing or of
    /// another kind.
    Unfit,
}

impl Stored<'_> {
    fn hash(&self) -> Option<Digest> {
        match self {
            Self::Unchecked | Self::Missing | Self::Unfit => None,
            Self::Bytes(bytes) => Some(stored_hash(bytes)),
            Self::Hash(hash) => Some(*hash),
        }
    }
}

/// A set of leaf indices, one bit each.
#[derive(Debug, Default)]
struct Bits(Vec<u64>);

impl Bits {
    /// Adds `index`, which is below the number of leaves read.
    fn set(&mut self, index: u64) {
        let word = (index / 64) as usize;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (index % 64);
    }

    fn has(&self, index: u64) -> bool {
        let word = usize::try_from(index / 64).ok();
        let word = word.and_then(|w| self.0.get(w));
        word.is_some_and(|w| w >> (index % 64) & 1 == 1)
    }

    fn iter(&self) -> impl Iterator<Item = u64> {
        let indices = |(n, word): (u64, &u64)| {
            let word = *word;
            (0..64).filter_map(move |b| (word >> b & 1 == 1).then_some(n * 64 + b))
        };
        (0u64..).zip(&self.0).flat_map(indices)
    }
}

/// Reads a log from its first leaf to its last.
#[derive(Debug)]
pub struct Verifier {
    frontier: Frontier,
    /// Heads that are still ahead, the next one last.
    heads: Vec<(HeadSource, Checkpoint)>,
    agreed: u64,
    has_content: Bits,
    erased: Bits,
    missing: Bits,
    /// Content that was looked at and is there.
    present: Bits,
    contents: u64,
    erasures: u64,
    findings: Vec<Finding>,
    more: u64,
}

impl Verifier {
    /// Starts at an empty log, to be compared with these heads of it. Their signatures have been
    /// checked before. Heads of another log than the first one's are findings.
    pub fn new(heads: impl IntoIterator<Item = (HeadSource, Checkpoint)>) -> Self {
        let mut heads: Vec<(HeadSource, Checkpoint)> = heads.into_iter().collect();
        let origin = heads.first().map(|(_, h)| h.origin().clone());
        let (mut own, other): (Vec<_>, Vec<_>) = heads
            .drain(..)
            .partition(|(_, h)| Some(h.origin()) == origin.as_ref());
        own.sort_by_key(|(_, h)| std::cmp::Reverse(h.size()));
        let mut verifier = Self {
            frontier: Frontier::new(),
            heads: own,
            agreed: 0,
            has_content: Bits::default(),
            erased: Bits::default(),
            missing: Bits::default(),
            present: Bits::default(),
            contents: 0,
            erasures: 0,
            findings: Vec::new(),
            more: 0,
        };
        for (_, head) in other {
            verifier.report(Finding::OtherLog { size: head.size() });
        }
        verifier.compare();
        verifier
    }

    fn report(&mut self, finding: Finding) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(finding);
        } else {
            self.more += 1;
        }
    }

    /// Compares with the heads of the size that has been reached.
    fn compare(&mut self) {
        let size = self.frontier.size();
        if self.heads.last().is_none_or(|(_, h)| h.size() != size) {
            return;
        }
        let root = self.frontier.root();
        let since = self.agreed;
        while let Some((head, signed)) = self.heads.pop_if(|(_, h)| h.size() == size) {
            if *signed.root() == root {
                self.agreed = size;
            } else {
                self.report(Finding::Root { head, size, since });
            }
        }
    }

    /// Number of leaves read.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Takes the next leaf and what is stored for it; returns the leaf if it is one. A leaf that is
    /// none still has its place in the tree.
    pub fn push(&mut self, bytes: &[u8], details: Stored<'_>, content: Stored<'_>) -> Option<Leaf> {
        self.push_hashed(bytes, leaf_hash(bytes), details, content)
    }

    /// As [`Verifier::push`], with the leaf's hash computed by the caller, who may have used several
    /// cores for it.
    pub fn push_hashed(
        &mut self,
        bytes: &[u8],
        leaf_hash: Digest,
        details: Stored<'_>,
        content: Stored<'_>,
    ) -> Option<Leaf> {
        let index = self.frontier.append(leaf_hash);
        let leaf = Leaf::from_bytes(bytes).ok();
        match &leaf {
            None => self.report(Finding::Leaf { index }),
            Some(leaf) => self.check(index, leaf, details, content),
        }
        self.compare();
        leaf
    }

    fn check(&mut self, index: u64, leaf: &Leaf, details: Stored<'_>, content: Stored<'_>) {
        match details {
            Stored::Unchecked => {}
            Stored::Missing => self.report(Finding::DetailsMissing { index }),
            _ if details.hash() == Some(leaf.details_hash) => {}
            _ => self.report(Finding::DetailsChanged { index }),
        }
        if let Fact::Content { hash, .. } = leaf.fact {
            self.has_content.set(index);
            self.contents += 1;
            match content {
                Stored::Unchecked => {}
                // Rightly so if a later leaf erases it.
                Stored::Missing => self.missing.set(index),
                _ => {
                    self.present.set(index);
                    if content.hash() != Some(hash) {
                        self.report(Finding::ContentChanged { index });
                    }
                }
            }
        } else if !matches!(content, Stored::Unchecked | Stored::Missing) {
            self.report(Finding::ContentUnlogged { index });
        }
        if let Fact::Tombstone(target) = leaf.fact {
            if target >= index {
                self.report(Finding::TombstoneAhead { index, target });
            } else if !self.has_content.has(target) {
                self.report(Finding::TombstoneOfNothing { index, target });
            } else if self.erased.has(target) {
                self.report(Finding::TombstoneTwice { index, target });
            } else {
                self.erased.set(target);
                self.erasures += 1;
                if self.present.has(target) {
                    self.report(Finding::ContentNotErased { index: target });
                }
            }
        }
    }

    /// Ends the reading at a gap: the next leaf is missing, and later ones are there.
    pub fn finish_at_gap(mut self) -> Report {
        let index = self.frontier.size();
        self.report(Finding::LeafMissing { index });
        self.finish()
    }

    /// Ends the reading.
    pub fn finish(mut self) -> Report {
        let missing = std::mem::take(&mut self.missing);
        for index in missing.iter() {
            if !self.erased.has(index) {
                self.report(Finding::ContentMissing { index });
            }
        }
        let found = self.frontier.size();
        while let Some((head, signed)) = self.heads.pop() {
            let signed = signed.size();
            self.report(Finding::Truncated {
                head,
                signed,
                found,
            });
        }
        Report {
            signed: self.agreed,
            contents: self.contents,
            erasures: self.erasures,
            findings: self.findings,
            more: self.more,
            frontier: self.frontier,
        }
    }
}

/// What the reading of a log has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Size of the largest head that agrees with the leaves; what comes behind it is not signed yet.
    pub signed: u64,
    /// Leaves that stored something.
    pub contents: u64,
    /// Leaves that erased something.
    pub erasures: u64,
    /// What is wrong: nothing, if the log is sound.
    pub findings: Vec<Finding>,
    /// Findings beyond [`MAX_FINDINGS`].
    pub more: u64,
    /// The tree of the leaves that were read.
    pub frontier: Frontier,
}

impl Report {
    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Leaves behind the last signed head.
    pub fn unsigned(&self) -> u64 {
        self.size().saturating_sub(self.signed)
    }

    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}

impl Localize for Report {
    fn message(&self) -> Message {
        let id = if self.is_sound() {
            "log-report-sound"
        } else {
            "log-report-unsound"
        };
        Message::new(id)
            .with("size", self.size())
            .with("signed", self.signed)
            .with("unsigned", self.unsigned())
            .with("findings", self.findings.len() as u64 + self.more)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::checkpoint::Origin;
    use super::*;
    use crate::codec::Encode as _;
    use crate::i18n::{Lang, Messages};

    /// A log of ten: content at 0 to 5, 6 erases 2, 7 does nothing, 8 erases 0, 9 stores.
    fn log() -> Vec<Leaf> {
        let fact = |n: u64| match n {
            6 => Fact::Tombstone(2),
            7 => Fact::None,
            8 => Fact::Tombstone(0),
            _ => Fact::Content {
                hash: stored_hash(&content(n)),
                key: Some([9; 32]),
            },
        };
        (0..10)
            .map(|n| Leaf {
                details_commitment: [1; 32],
                details_hash: stored_hash(&details(n)),
                fact: fact(n),
            })
            .collect()
    }

    fn content(n: u64) -> Vec<u8> {
        format!("ciphertext {n}").into_bytes()
    }

    fn details(n: u64) -> Vec<u8> {
        format!("details {n}").into_bytes()
    }

    fn origin() -> Origin {
        Origin::of_vault(&[1; 16])
    }

    const KNOWN: HeadSource = HeadSource::Known;

    fn head(leaves: &[Leaf]) -> (HeadSource, Checkpoint) {
        let mut frontier = Frontier::new();
        for leaf in leaves {
            frontier.append(leaf.leaf_hash());
        }
        (KNOWN, Checkpoint::of(origin(), &frontier))
    }

    /// Reads a log as a vault would have it: what was erased is not there any more.
    fn read(leaves: &[Leaf], heads: Vec<(HeadSource, Checkpoint)>) -> Report {
        let mut verifier = Verifier::new(heads);
        for (n, leaf) in (0u64..).zip(leaves) {
            let (content, details) = (content(n), details(n));
            let content = match n {
                0 | 2 | 6..=8 => Stored::Missing,
                _ => Stored::Bytes(&content),
            };
            verifier.push(&leaf.to_array(), Stored::Bytes(&details), content);
        }
        verifier.finish()
    }

    #[test]
    fn a_sound_log_is_sound() {
        let leaves = log();
        let report = read(
            &leaves,
            vec![head(&leaves[..4]), head(&leaves[..8]), head(&[])],
        );
        assert!(report.is_sound(), "{:?}", report.findings);
        assert_eq!(
            (report.size(), report.signed, report.unsigned()),
            (10, 8, 2)
        );
        assert_eq!((report.contents, report.erasures), (7, 2));
        assert_eq!(report.frontier.root(), *head(&leaves).1.root());
        let empty = Verifier::new([head(&[])]).finish();
        assert!(empty.is_sound());
    }

    #[test]
    fn each_alteration_is_found_where_it_is() {
        let good = log();
        let heads = || vec![head(&good[..4]), head(&good)];
        let root = |size, since| Finding::Root {
            head: KNOWN,
            size,
            since,
        };

        let mut changed = good.clone();
        changed[5].details_commitment[0] ^= 1;
        assert_eq!(read(&changed, heads()).findings, [root(10, 4)]);
        changed[3].details_commitment[0] ^= 1;
        assert_eq!(read(&changed, heads()).findings, [root(4, 0), root(10, 0)]);

        let mut swapped = good.clone();
        swapped.swap(3, 4);
        let report = read(&swapped, heads());
        assert!(report.findings.contains(&root(4, 0)));
        assert!(
            report
                .findings
                .contains(&Finding::ContentChanged { index: 3 })
        );
        assert!(
            report
                .findings
                .contains(&Finding::DetailsChanged { index: 4 })
        );

        let report = read(&good[..9], heads());
        assert_eq!(
            report.findings,
            [Finding::Truncated {
                head: KNOWN,
                signed: 10,
                found: 9
            }]
        );
        assert_eq!((report.signed, report.unsigned()), (4, 5));

        let other = Checkpoint::new(Origin::of_vault(&[2; 16]), 3, [0; 32]).unwrap();
        let report = read(&good, vec![head(&good), (KNOWN, other)]);
        assert_eq!(report.findings, [Finding::OtherLog { size: 3 }]);

        // Two heads of one size: one of them is a fork.
        let fork = Checkpoint::new(origin(), 10, [0; 32]).unwrap();
        let report = read(&good, vec![head(&good), (KNOWN, fork)]);
        assert_eq!(report.findings, [root(10, 0)]);
        assert_eq!(report.signed, 10);
    }

    #[test]
    fn stored_bytes_are_compared() {
        let mut verifier = Verifier::new([]);
        let leaves = log();
        let (good, bad) = (details(0), details(1));
        let mut push = |n: usize, d: Stored<'_>, c: Stored<'_>| {
            verifier.push(&leaves[n].to_array(), d, c);
        };
        push(
            0,
            Stored::Bytes(&good),
            Stored::Hash(stored_hash(&content(0))),
        );
        push(1, Stored::Bytes(&good), Stored::Bytes(&content(0)));
        push(2, Stored::Missing, Stored::Missing);
        push(7, Stored::Unchecked, Stored::Bytes(&bad));
        push(4, Stored::Unchecked, Stored::Unchecked);
        assert_eq!(
            verifier.finish().findings,
            [
                Finding::DetailsChanged { index: 1 },
                Finding::ContentChanged { index: 1 },
                Finding::DetailsMissing { index: 2 },
                Finding::ContentUnlogged { index: 3 },
                Finding::ContentMissing { index: 2 },
            ]
        );
    }

    #[test]
    fn what_is_erased_is_gone() {
        let leaves = log();
        let mut verifier = Verifier::new([]);
        for (n, leaf) in (0u64..).zip(&leaves) {
            let content = content(n);
            let content = match n {
                0 => Stored::Missing,
                2 => Stored::Unfit,
                6..=8 => Stored::Unchecked,
                _ => Stored::Bytes(&content),
            };
            verifier.push(&leaf.to_array(), Stored::Unchecked, content);
        }
        assert_eq!(
            verifier.finish().findings,
            [
                Finding::ContentChanged { index: 2 },
                Finding::ContentNotErased { index: 2 }
            ]
        );
    }

    #[test]
    fn a_gap_ends_the_reading() {
        let leaves = log();
        let mut verifier = Verifier::new([head(&leaves[..2]), head(&leaves)]);
        for leaf in &leaves[..4] {
            verifier.push(&leaf.to_array(), Stored::Unchecked, Stored::Unchecked);
        }
        let report = verifier.finish_at_gap();
        assert_eq!((report.size(), report.signed), (4, 2));
        assert_eq!(report.findings[0], Finding::LeafMissing { index: 4 });
        assert_eq!(report.findings.len(), 2);
    }

    #[test]
    fn tombstones_follow_their_rules() {
        let leaf = |fact| Leaf {
            details_commitment: [0; 32],
            details_hash: [0; 32],
            fact,
        };
        let stored = leaf(Fact::Content {
            hash: [1; 32],
            key: None,
        });
        let erases = |n| leaf(Fact::Tombstone(n));
        let mut verifier = Verifier::new([]);
        for leaf in [
            stored,
            erases(0),
            erases(0),
            erases(1),
            erases(4),
            erases(1 << 60),
        ] {
            verifier.push(&leaf.to_array(), Stored::Unchecked, Stored::Unchecked);
        }
        verifier.push(b"no leaf", Stored::Unchecked, Stored::Unchecked);
        let report = verifier.finish();
        assert_eq!(
            report.findings,
            [
                Finding::TombstoneTwice {
                    index: 2,
                    target: 0
                },
                Finding::TombstoneOfNothing {
                    index: 3,
                    target: 1
                },
                Finding::TombstoneAhead {
                    index: 4,
                    target: 4
                },
                Finding::TombstoneAhead {
                    index: 5,
                    target: 1 << 60
                },
                Finding::Leaf { index: 6 },
            ]
        );
        assert_eq!(report.erasures, 1);
        assert_eq!(report.findings[2].index(), 4);
    }

    #[test]
    fn findings_are_counted_beyond_the_list() {
        let mut verifier = Verifier::new([]);
        for _ in 0..MAX_FINDINGS + 5 {
            verifier.push(b"", Stored::Unchecked, Stored::Unchecked);
        }
        let report = verifier.finish();
        assert_eq!((report.findings.len(), report.more), (MAX_FINDINGS, 5));
    }

    #[test]
    fn every_finding_has_words_in_both_languages() {
        let findings = [
            Finding::Leaf { index: 1 },
            Finding::LeafMissing { index: 1 },
            Finding::Root {
                head: HeadSource::Stored,
                size: 1,
                since: 0,
            },
            Finding::Root {
                head: HeadSource::File,
                size: 1,
                since: 0,
            },
            Finding::Root {
                head: HeadSource::Cosigned,
                size: 1,
                since: 0,
            },
            Finding::Truncated {
                head: KNOWN,
                signed: 1,
                found: 0,
            },
            Finding::OtherLog { size: 1 },
            Finding::TombstoneAhead {
                index: 1,
                target: 2,
            },
            Finding::TombstoneOfNothing {
                index: 1,
                target: 0,
            },
            Finding::TombstoneTwice {
                index: 1,
                target: 0,
            },
            Finding::DetailsMissing { index: 1 },
            Finding::DetailsChanged { index: 1 },
            Finding::ContentMissing { index: 1 },
            Finding::ContentChanged { index: 1 },
            Finding::ContentNotErased { index: 1 },
            Finding::ContentUnlogged { index: 1 },
        ];
        for lang in [Lang::Es, Lang::En] {
            let messages = Messages::new(lang);
            for finding in &findings {
                let text = messages.say(finding);
                assert!(text.len() > 40 && !text.contains('{'), "{text}");
            }
            let report = Verifier::new([]).finish();
            assert!(messages.say(&report).contains('0'));
        }
    }

    proptest! {
        #[test]
        fn a_changed_byte_anywhere_is_found(at in any::<prop::sample::Index>(), flip in 1u8..) {
            let leaves = log();
            let mut bytes: Vec<u8> = leaves.iter().flat_map(Leaf::to_bytes).collect();
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            let mut verifier = Verifier::new([head(&leaves)]);
            for leaf in bytes.chunks(leaves[0].to_bytes().len()) {
                verifier.push(leaf, Stored::Unchecked, Stored::Unchecked);
            }
            let expected = Finding::Root { head: KNOWN, size: 10, since: 0 };
            prop_assert!(verifier.finish().findings.contains(&expected));
        }

        #[test]
        fn any_bytes_end(leaves in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..150), 0..9)) {
            let mut verifier = Verifier::new([]);
            for leaf in &leaves {
                verifier.push(leaf, Stored::Missing, Stored::Missing);
            }
            prop_assert_eq!(verifier.finish().size(), leaves.len() as u64);
        }
    }
}
