//! The log against other people's implementations: `ct-merkle`, `signed_note`, `ed25519-dalek`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use ed25519_dalek::Signer as _;
use sha2::Sha256;
use sigilo::codec::Encode as _;
use sigilo::crypto::Secret;
use sigilo::crypto::hash::{Digest, sha256};
use sigilo::crypto::sign::SigningKey;
use sigilo::log::act::{Act, ActKind, Reason};
use sigilo::log::leaf::key_commitment;
use sigilo::log::merkle::{
    consistency_proof, inclusion_proof, leaf_hash, verify_consistency, verify_inclusion,
};
use sigilo::log::tiles::MemoryTiles;
use sigilo::log::{
    Appender, Checkpoint, ConsistencyFile, Entry, Fact, Frontier, InclusionFile, KeyKind, KeyName,
    Leaf, Note, NoteKey, Origin, SignedCheckpoint, TileReader,
};

const VAULT: [u8; 16] = [0xab; 16];

fn key(n: u8) -> SigningKey {
    SigningKey::from_seed(Secret::init_with(|b| b.fill(n))).unwrap()
}

fn dalek(n: u8) -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&[n; 32])
}

fn act(index: u64) -> sigilo::log::SignedAct {
    let act = Act {
        kind: ActKind::Seal,
        time: 1_790_000_000,
        actor: [1; 16],
        object: Some([2; 16]),
        object_version: 1,
        count: 0,
        prior: None,
        reason: Reason::none(),
        second: None,
    };
    act.sign(&VAULT, index, &fact(), &key(9).signer().unwrap())
}

fn fact() -> Fact {
    Fact::Content {
        hash: sha256(&[b"ciphertext"]),
        key: Some(key_commitment(&Secret::init_with(|b| b.fill(6)))),
    }
}

fn leaf(index: u64) -> Leaf {
    Leaf {
        details_commitment: act(index).commitment(&[3; 32]),
        details_hash: sha256(&[b"sealed details"]),
        fact: fact(),
    }
}

/// Our log in tiles and the other one in memory, with the same leaves.
struct Both {
    store: MemoryTiles,
    log: Appender,
    other: MemoryBackedTree<Sha256, Vec<u8>>,
    leaves: Vec<Vec<u8>>,
    /// Roots by size.
    roots: Vec<Digest>,
}

fn both(size: u64) -> Both {
    let mut both = Both {
        store: MemoryTiles::new(),
        log: Appender::new(),
        other: MemoryBackedTree::new(),
        leaves: Vec::new(),
        roots: vec![Frontier::new().root()],
    };
    for n in 0..size {
        let bytes = Leaf {
            details_commitment: sha256(&[b"c", &n.to_be_bytes()]),
            details_hash: sha256(&[b"d", &n.to_be_bytes()]),
            fact: Fact::None,
        }
        .to_bytes();
        both.log.append(&mut both.store, leaf_hash(&bytes)).unwrap();
        both.other.push(bytes.clone());
        both.leaves.push(bytes);
        both.roots.push(both.log.root());
        assert_eq!(both.other.root().as_bytes().as_slice(), both.log.root());
    }
    both.log.flush(&mut both.store).unwrap();
    both
}

fn root(hash: &Digest, size: u64) -> RootHash<Sha256> {
    RootHash::new((*hash).into(), size)
}

fn hashes(bytes: &[u8]) -> Vec<Digest> {
    bytes.chunks(32).map(|c| c.try_into().unwrap()).collect()
}

#[test]
fn roots_and_proofs_go_both_ways_with_ct_merkle() {
    const SIZE: u64 = 300;
    let both = both(SIZE);
    let reader = TileReader::new(&both.store, SIZE);
    let head = both.log.root();
    for index in 0..SIZE {
        let ours = inclusion_proof(&reader, index, SIZE).unwrap();
        let theirs = both.other.prove_inclusion(index as usize);
        assert_eq!(ours.concat(), theirs.as_bytes());
        let given = InclusionProof::<Sha256>::try_from_bytes(ours.concat()).unwrap();
        let leaf = &both.leaves[index as usize];
        root(&head, SIZE)
            .verify_inclusion(leaf, index, &given)
            .unwrap();
        let given = hashes(theirs.as_bytes());
        verify_inclusion(&leaf_hash(leaf), index, SIZE, &given, &head).unwrap();
    }
    for old in 1..SIZE {
        let ours = consistency_proof(&reader, old, SIZE).unwrap();
        let theirs = both.other.prove_consistency((SIZE - old) as usize);
        assert_eq!(ours.concat(), theirs.as_bytes());
        let old_head = &both.roots[old as usize];
        let given = ConsistencyProof::<Sha256>::try_from_bytes(ours.concat()).unwrap();
        root(&head, SIZE)
            .verify_consistency(&root(old_head, old), &given)
            .unwrap();
        let given = hashes(theirs.as_bytes());
        verify_consistency(old, old_head, SIZE, &head, &given).unwrap();
    }
}

/// Every bit of leaf, proof and root; a hash more and a hash less; every other index and size.
#[test]
fn a_false_proof_is_refused_by_both() {
    const SIZE: u64 = 37;
    const INDEX: u64 = 11;
    const OLD: u64 = 20;
    let both = both(SIZE);
    let reader = TileReader::new(&both.store, SIZE);
    let head = both.log.root();
    let leaf = leaf_hash(&both.leaves[INDEX as usize]);
    let proof = inclusion_proof(&reader, INDEX, SIZE).unwrap();
    let flip = |proof: &[Digest], bit: usize| {
        let mut bytes = proof.concat();
        bytes[bit / 8] ^= 1u8 << (bit % 8);
        hashes(&bytes)
    };
    for bit in 0..256 {
        let (bad_leaf, bad_head) = (flip(&[leaf], bit)[0], flip(&[head], bit)[0]);
        assert!(verify_inclusion(&bad_leaf, INDEX, SIZE, &proof, &head).is_err());
        assert!(verify_inclusion(&leaf, INDEX, SIZE, &proof, &bad_head).is_err());
    }
    for bit in 0..256 * proof.len() {
        let bad = flip(&proof, bit);
        assert!(verify_inclusion(&leaf, INDEX, SIZE, &bad, &head).is_err());
        let bad = InclusionProof::<Sha256>::try_from_bytes(bad.concat()).unwrap();
        let theirs = root(&head, SIZE).verify_inclusion(&both.leaves[INDEX as usize], INDEX, &bad);
        assert!(theirs.is_err());
    }
    for other in (0..SIZE + 5).filter(|i| *i != INDEX) {
        assert!(verify_inclusion(&leaf, other, SIZE, &proof, &head).is_err());
    }
    // Another size with a path of the same shape leads to the same root: what binds the size is the
    // signature of the checkpoint. A size of another shape is refused here already.
    for other in [0, 1, 11, 12, 16, 32, 65, 128, u64::MAX] {
        assert!(verify_inclusion(&leaf, INDEX, other, &proof, &head).is_err());
    }
    assert!(verify_inclusion(&leaf, INDEX, SIZE, &proof[1..], &head).is_err());
    let longer = [&proof[..], &[head]].concat();
    assert!(verify_inclusion(&leaf, INDEX, SIZE, &longer, &head).is_err());

    let old = both.roots[OLD as usize];
    let proof = consistency_proof(&reader, OLD, SIZE).unwrap();
    for bit in 0..256 * proof.len() {
        let bad = flip(&proof, bit);
        assert!(verify_consistency(OLD, &old, SIZE, &head, &bad).is_err());
        let bad = ConsistencyProof::<Sha256>::try_from_bytes(bad.concat()).unwrap();
        let theirs = root(&head, SIZE).verify_consistency(&root(&old, OLD), &bad);
        assert!(theirs.is_err());
    }
    for bit in 0..256 {
        let (bad_old, bad_head) = (flip(&[old], bit)[0], flip(&[head], bit)[0]);
        assert!(verify_consistency(OLD, &bad_old, SIZE, &head, &proof).is_err());
        assert!(verify_consistency(OLD, &old, SIZE, &bad_head, &proof).is_err());
    }
    for size in (0..=SIZE).filter(|s| *s != OLD) {
        let known = &both.roots[size as usize];
        assert!(verify_consistency(size, known, SIZE, &head, &proof).is_err());
        assert!(verify_consistency(size, &old, SIZE, &head, &proof).is_err());
    }
    assert!(verify_consistency(OLD, &old, SIZE, &head, &proof[1..]).is_err());
    let longer = [&proof[..], &[head]].concat();
    assert!(verify_consistency(OLD, &old, SIZE, &head, &longer).is_err());
}

#[test]
fn signatures_are_those_of_ed25519_dalek() {
    for n in 1..8 {
        let (ours, theirs) = (key(n), dalek(n));
        let public = theirs.verifying_key();
        assert_eq!(ours.verifying_key().0, public.to_bytes());
        let message = [n; 40];
        let signature = ours.sign(&message).unwrap();
        assert_eq!(signature, theirs.sign(&message).to_bytes());
        let signature = ed25519_dalek::Signature::from_bytes(&signature);
        public.verify_strict(&message, &signature).unwrap();
    }
    // The act of a slot, from the bytes of the manual.
    let signed = act(5);
    let mut message = b"sigilo v1 act signature".to_vec();
    message.extend_from_slice(&VAULT);
    message.extend_from_slice(&5u64.to_be_bytes());
    message.extend_from_slice(&signed.act.to_bytes());
    message.extend_from_slice(&sha256(&[b"ciphertext"]));
    message.extend_from_slice(&sha256(&[b"sigilo v1 key commitment", &[6; 32]]));
    message.extend_from_slice(&[0xff; 8]);
    let signature = ed25519_dalek::Signature::from_bytes(&signed.signature);
    dalek(9)
        .verifying_key()
        .verify_strict(&message, &signature)
        .unwrap();
}

fn checkpoint() -> SignedCheckpoint {
    let mut frontier = Frontier::new();
    for n in 0..37 {
        frontier.append(leaf(n).leaf_hash());
    }
    let head = Checkpoint::of(Origin::of_vault(&VAULT), &frontier);
    SignedCheckpoint::sign(head, &key(1)).unwrap()
}

fn their_verifier(key: &NoteKey) -> signed_note::VerifierList {
    let verifier = signed_note::StandardVerifier::new(&key.to_string()).unwrap();
    signed_note::VerifierList::new(vec![Box::new(verifier)])
}

#[test]
fn notes_go_both_ways_with_signed_note() {
    let ours = checkpoint();
    let log_key = ours.checkpoint().origin().log_key(key(1).verifying_key());
    let theirs = signed_note::Note::from_bytes(ours.to_string().as_bytes()).unwrap();
    assert_eq!(theirs.text(), ours.note().text().as_bytes());
    let (verified, unverified) = theirs.verify(&their_verifier(&log_key)).unwrap();
    assert_eq!((verified.len(), unverified.len()), (1, 0));
    assert_eq!(verified[0].id().to_be_bytes(), log_key.id());

    // Signed by them, read by us; with blank lines in the text and other scripts in the name.
    let name = "sede.ejemplo/\u{f1}and\u{fa}";
    let our_key = NoteKey::new(
        KeyName::new(name).unwrap(),
        KeyKind::Ed25519,
        key(2).verifying_key(),
    );
    let id = our_key.to_string();
    let id = id.split('+').nth(1).unwrap();
    let secret = STANDARD.encode([&[1u8][..], &[2; 32]].concat());
    let skey = format!("PRIVATE+KEY+{name}+{id}+{secret}");
    let signer = signed_note::StandardSigner::new(&skey).unwrap();
    let text = "uno\n\n\ndos\n\n";
    let mut theirs = signed_note::Note::new(text.as_bytes(), &[]).unwrap();
    theirs.add_sigs(&[&signer]).unwrap();
    let ours = Note::parse(&theirs.to_bytes()).unwrap();
    assert_eq!(ours.text(), text);
    assert_eq!(
        ours.verify(std::slice::from_ref(&our_key)).unwrap().len(),
        1
    );
    assert_eq!(ours.to_string().as_bytes(), theirs.to_bytes());
    let mut again = Note::new(text).unwrap();
    again.sign(our_key.name(), &key(2)).unwrap();
    assert_eq!(again, ours);
}

#[test]
fn a_cosignature_is_what_the_specification_says() {
    let mut signed = checkpoint();
    let name = KeyName::new("custodio.example/w1").unwrap();
    signed.cosign(&name, &key(2), 1_679_315_147).unwrap();
    let cosigner = NoteKey::new(name, KeyKind::Cosignature, key(2).verifying_key());
    let line = signed.note().signatures()[1].clone();
    let material = [&b"custodio.example/w1\n\x04"[..], &key(2).verifying_key().0].concat();
    assert_eq!(line.id(), sha256(&[&material])[..4]);
    let (time, signature) = line.bytes().split_first_chunk::<8>().unwrap();
    assert_eq!(u64::from_be_bytes(*time), 1_679_315_147);
    let message = format!("cosignature/v1\ntime 1679315147\n{}", signed.checkpoint());
    let signature = ed25519_dalek::Signature::from_slice(signature).unwrap();
    dalek(2)
        .verifying_key()
        .verify_strict(message.as_bytes(), &signature)
        .unwrap();
    // Other readers still accept the log's signature beside it.
    let theirs = signed_note::Note::from_bytes(signed.to_string().as_bytes()).unwrap();
    let log_key = signed.checkpoint().origin().log_key(key(1).verifying_key());
    let (verified, unverified) = theirs.verify(&their_verifier(&log_key)).unwrap();
    assert_eq!((verified.len(), unverified.len()), (1, 1));
    // Another time under the same signature is a forgery.
    let text = signed.to_string();
    let good = STANDARD.encode([&line.id()[..], line.bytes()].concat());
    let mut later = line.bytes().to_vec();
    later[7] ^= 1;
    let later = STANDARD.encode([&line.id()[..], &later].concat());
    let forged = SignedCheckpoint::parse(text.replace(&good, &later).as_bytes()).unwrap();
    assert!(forged.cosignatures(&[cosigner]).is_err());
}

/// Every bit of every file: refused, or read as exactly what it was.
#[test]
fn every_flipped_bit_of_a_file_is_refused() {
    let signed = checkpoint();
    let (origin, public) = (Origin::of_vault(&VAULT), key(1).verifying_key());
    let log_key = origin.log_key(public);
    let mut store = MemoryTiles::new();
    let mut log = Appender::new();
    let mut old = None;
    for n in 0..37 {
        log.append(&mut store, leaf(n).leaf_hash()).unwrap();
        if n + 1 == 20 {
            old = Some(Checkpoint::of(origin.clone(), log.frontier()));
        }
    }
    log.flush(&mut store).unwrap();
    let old = old.unwrap();
    let reader = TileReader::new(&store, 37);
    let entry = Entry::opened(leaf(11), [3; 32], act(11)).unwrap();
    let inclusion = InclusionFile::make(&reader, 11, Some(&entry), signed.clone()).unwrap();
    assert_eq!(inclusion.verify_entry(&origin, public).unwrap(), entry);
    let consistency = ConsistencyFile::make(&reader, 20, signed.clone()).unwrap();
    consistency.verify(&old, public).unwrap();

    let each_bit = |text: &str, refused: &dyn Fn(&[u8]) -> bool| {
        let mut bytes = text.as_bytes().to_vec();
        for bit in 0..8 * bytes.len() {
            bytes[bit / 8] ^= 1u8 << (bit % 8);
            assert!(refused(&bytes), "bit {bit}");
            bytes[bit / 8] ^= 1u8 << (bit % 8);
        }
    };
    each_bit(&signed.to_string(), &|bytes| {
        let ours = SignedCheckpoint::parse(bytes);
        let ours = ours.and_then(|s| s.verify(&origin, public).map(|_| ()));
        let theirs = signed_note::Note::from_bytes(bytes);
        let theirs = theirs.and_then(|n| n.verify(&their_verifier(&log_key)));
        ours.is_err() && theirs.is_err()
    });
    each_bit(&inclusion.to_string(), &|bytes| {
        let read = InclusionFile::parse(bytes);
        read.and_then(|f| f.verify_entry(&origin, public)).is_err()
    });
    each_bit(&consistency.to_string(), &|bytes| {
        let read = ConsistencyFile::parse(bytes);
        read.and_then(|f| f.verify(&old, public).map(|_| ()))
            .is_err()
    });
}

/// The example of the manual, byte by byte. These files never change.
#[test]
fn the_examples_of_the_manual() {
    let leaves: Vec<Leaf> = (0..37).map(leaf).collect();
    let (mut store, mut log) = (MemoryTiles::new(), Appender::new());
    let origin = Origin::of_vault(&VAULT);
    let mut heads = Vec::new();
    for leaf in &leaves {
        log.append(&mut store, leaf.leaf_hash()).unwrap();
        heads.push(Checkpoint::of(origin.clone(), log.frontier()));
    }
    log.flush(&mut store).unwrap();
    let cosigner = KeyName::new("custodio.example").unwrap();
    let sign = |head: &Checkpoint| {
        let mut head = SignedCheckpoint::sign(head.clone(), &key(1)).unwrap();
        head.cosign(&cosigner, &key(2), 1_790_000_060).unwrap();
        head
    };
    let reader = TileReader::new(&store, 37);
    let entry = Entry::opened(leaf(11), [3; 32], act(11)).unwrap();
    let proof = InclusionFile::make(&reader, 11, Some(&entry), sign(&heads[36])).unwrap();
    let consistency = ConsistencyFile::make(&reader, 20, sign(&heads[36])).unwrap();
    let keys = format!(
        "{}\n{}\n{}\n",
        origin.log_key(key(1).verifying_key()),
        NoteKey::new(
            cosigner.clone(),
            KeyKind::Cosignature,
            key(2).verifying_key()
        ),
        sigilo::codec::to_hex(&key(9).verifying_key().0),
    );
    let bytes = format!(
        "leaf {}\nsigned-act {}\nsealed-plaintext {}\n",
        sigilo::codec::to_hex(&leaf(11).to_bytes()),
        sigilo::codec::to_hex(&act(11).to_bytes()),
        sigilo::codec::to_hex(&act(11).to_sealed_plaintext(&[3; 32])),
    );
    let golden = [
        ("example.keys", keys),
        ("example.bytes", bytes),
        ("example-20.checkpoint", sign(&heads[19]).to_string()),
        ("example-37.checkpoint", sign(&heads[36]).to_string()),
        ("example-11.tlog-proof", proof.to_string()),
        ("example-20-37.consistency", consistency.to_string()),
    ];
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/log");
    for (name, text) in golden {
        let kept = std::fs::read_to_string(format!("{dir}/{name}")).unwrap_or_default();
        assert_eq!(kept, text, "{name}");
    }
}
