use std::collections::BTreeMap;

use ::voprf::{BlindedElement, EvaluationElement, Proof, Ristretto255, VoprfClient, VoprfServer};
use proptest::prelude::*;

use super::*;
use crate::codec::from_hex;

/// A vector file: `name = hex[,hex…]` lines.
fn vector(text: &str) -> BTreeMap<String, Vec<Vec<u8>>> {
    text.lines()
        .filter(|l| !l.starts_with('#'))
        .map(|l| {
            let (name, value) = l.split_once(" = ").unwrap();
            let values = value.split(',').map(|v| from_hex(v).unwrap()).collect();
            (name.to_owned(), values)
        })
        .collect()
}

fn scalar(bytes: &[u8]) -> Scalar {
    Scalar::from_canonical_bytes(bytes.try_into().unwrap()).unwrap()
}

fn arrays(values: &[Vec<u8>]) -> Vec<ElementBytes> {
    values
        .iter()
        .map(|v| v.as_slice().try_into().unwrap())
        .collect()
}

fn key_of(v: &BTreeMap<String, Vec<Vec<u8>>>, dst: &[u8]) -> PrfKey {
    let seed = Secret::from_slice(&v["Seed"][0]).unwrap();
    let key = PrfKey::derive_with(dst, &seed, &v["KeyInfo"][0]).unwrap();
    assert_eq!(key.private().expose().as_slice(), v["skSm"][0]);
    key
}

fn blind_and_check(v: &BTreeMap<String, Vec<Vec<u8>>>, dst: &[u8]) {
    for ((input, blind), expected) in v["Input"].iter().zip(&v["Blind"]).zip(&v["BlindedElement"]) {
        let half = blind_half(dst, input, &scalar(blind)).unwrap();
        let mut out = [[0; 32]];
        encode_doubled(&[half], &mut out);
        assert_eq!(out[0].as_slice(), expected);
    }
}

fn finalize_and_check(v: &BTreeMap<String, Vec<Vec<u8>>>) {
    let points = decode_all(&arrays(&v["EvaluationElement"])).unwrap();
    let blinds = Zeroizing::new(v["Blind"].iter().map(|b| scalar(b)).collect::<Vec<_>>());
    let mut out = vec![[0; OUTPUT]; points.len()];
    unblind(&v["Input"], blinds, &points, &mut out).unwrap();
    for (out, expected) in out.iter().zip(&v["Output"]) {
        assert_eq!(out.as_slice(), expected);
    }
}

#[test]
fn vectors_of_rfc_9497_voprf_mode() {
    for text in [
        include_str!("../../../tests/vectors/rfc9497/voprf-1-batch-1.txt"),
        include_str!("../../../tests/vectors/rfc9497/voprf-2-batch-1.txt"),
        include_str!("../../../tests/vectors/rfc9497/voprf-3-batch-2.txt"),
    ] {
        let v = vector(text);
        let key = key_of(&v, DERIVE_KEY_PAIR);
        assert_eq!(key.public_key().as_bytes().as_slice(), v["pkSm"][0]);
        blind_and_check(&v, HASH_TO_GROUP);
        let blinded = arrays(&v["BlindedElement"]);
        let reply = key
            .evaluate_with(&blinded, Some(scalar(&v["ProofRandomScalar"][0])))
            .unwrap();
        assert_eq!(reply.elements, arrays(&v["EvaluationElement"]));
        assert_eq!(reply.proof.as_slice(), v["Proof"][0]);
        BlindedChunk::decode(&blinded)
            .unwrap()
            .verify(&key.public_key(), &reply.elements, &reply.proof)
            .unwrap();
        finalize_and_check(&v);
    }
}

/// Mode OPRF differs in its labels only, so its vectors check the same code a second time.
#[test]
fn vectors_of_rfc_9497_oprf_mode() {
    for text in [
        include_str!("../../../tests/vectors/rfc9497/oprf-1-batch-1.txt"),
        include_str!("../../../tests/vectors/rfc9497/oprf-2-batch-1.txt"),
    ] {
        let v = vector(text);
        let key = key_of(&v, b"DeriveKeyPairOPRFV1-\x00-ristretto255-SHA512");
        blind_and_check(&v, b"HashToGroup-OPRFV1-\x00-ristretto255-SHA512");
        let blinded = arrays(&v["BlindedElement"]);
        assert_eq!(
            reference::evaluate(&key, &blinded),
            arrays(&v["EvaluationElement"])
        );
        finalize_and_check(&v);
    }
}

fn inputs(n: usize) -> Vec<Vec<u8>> {
    (0..n as u64)
        .map(|i| [&i.to_be_bytes()[..], &[7; 40]].concat())
        .collect()
}

fn secret(byte: u8) -> Secret<32> {
    Secret::init_with(|b| b.fill(byte))
}

fn keys(n: u8) -> Vec<PrfKey> {
    (0..n)
        .map(|h| PrfKey::derive(&secret(h), b"test").unwrap())
        .collect()
}

#[test]
fn the_sum_of_holders_is_the_prf_under_the_sum_of_their_keys() {
    // Sizes around the internal batch, where a mistake in places would show.
    for n in [1, 2, BATCH - 1, BATCH, BATCH + 1, 2 * BATCH + 3] {
        let (inputs, holders) = (inputs(n), keys(3));
        let blinding = Blinding::new(&secret(99));
        let blinded = blinding.blind(5, &inputs).unwrap();
        let chunk = BlindedChunk::decode(&blinded).unwrap();
        let mut sum: Option<Evaluated> = None;
        for holder in &holders {
            let reply = holder.evaluate(&blinded).unwrap();
            assert_eq!(reply.elements, reference::evaluate(holder, &blinded));
            assert_eq!(reply, holder.evaluate(&blinded).unwrap());
            let part = chunk
                .verify(&holder.public_key(), &reply.elements, &reply.proof)
                .unwrap();
            match &mut sum {
                None => sum = Some(part),
                Some(sum) => sum.add(&part).unwrap(),
            }
        }
        let outputs = blinding.finalize(5, &inputs, &sum.unwrap()).unwrap();
        let all = reference::sum(&holders);
        for (i, input) in inputs.iter().enumerate() {
            let expected = reference::prf(&all, input);
            assert_eq!(outputs.tag(i).unwrap(), expected[..8]);
            assert_eq!(
                outputs.secret(i).unwrap().expose().as_slice(),
                &expected[32..]
            );
        }
        let public: Vec<_> = holders.iter().map(PrfKey::public_key).collect();
        assert_eq!(PrfPublicKey::sum(&public).unwrap(), all.public_key());
    }
}

#[test]
fn a_full_chunk_is_the_limit() {
    let key = &keys(1)[0];
    let too_many = vec![*key.public_key().as_bytes(); CHUNK + 1];
    assert_eq!(key.evaluate(&too_many), Err(VoprfError::Length));
    assert_eq!(key.evaluate(&[]), Err(VoprfError::Length));
}

#[test]
fn identity_and_encodings_that_are_not_canonical_are_refused() {
    let key = &keys(1)[0];
    let good = *key.public_key().as_bytes();
    // RFC 9496 appendix A.2: a non-canonical field element, a negative one, a non-square.
    let bad = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
    ];
    for bad in bad {
        let bad: ElementBytes = from_hex(bad).unwrap().try_into().unwrap();
        assert!(PrfPublicKey::from_bytes(&bad).is_err());
        assert_eq!(key.evaluate(&[good, bad]), Err(VoprfError::Element(1)));
        let bytes = [good];
        let chunk = BlindedChunk::decode(&bytes).unwrap();
        assert!(matches!(
            chunk.verify(&key.public_key(), &[bad], &[0; 64]),
            Err(VoprfError::Element(0))
        ));
    }
    let negative = PrfPublicKey {
        bytes: [0; 32],
        point: -key.public_key().point,
    };
    assert!(PrfPublicKey::sum(&[key.public_key(), negative]).is_err());
    assert!(PrfPublicKey::sum(&[]).is_err());
    assert!(PrfKey::from_private(secret(0)).is_err());
    assert!(PrfKey::from_private(secret(255)).is_err());
}

#[test]
fn a_proof_holds_for_its_key_its_elements_and_their_order_only() {
    let holders = keys(2);
    let blinded = Blinding::new(&secret(1)).blind(0, &inputs(3)).unwrap();
    let reply = holders[0].evaluate(&blinded).unwrap();
    let chunk = BlindedChunk::decode(&blinded).unwrap();
    let check = |key: &PrfKey, elements: &[ElementBytes], proof: &ProofBytes| {
        chunk.verify(&key.public_key(), elements, proof).map(|_| ())
    };
    check(&holders[0], &reply.elements, &reply.proof).unwrap();
    let refused = Err(VoprfError::Proof);
    assert_eq!(check(&holders[1], &reply.elements, &reply.proof), refused);
    let mut swapped = reply.elements.clone();
    swapped.swap(0, 2);
    assert_eq!(check(&holders[0], &swapped, &reply.proof), refused);
    let other = holders[1].evaluate(&blinded).unwrap();
    let mut one_wrong = reply.elements.clone();
    one_wrong[1] = other.elements[1];
    assert_eq!(check(&holders[0], &one_wrong, &reply.proof), refused);
    for bit in 0..PROOF * 8 {
        let mut bad = reply.proof;
        bad[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(check(&holders[0], &reply.elements, &bad), refused);
    }
    assert_eq!(
        check(&holders[0], &reply.elements[..2], &reply.proof),
        Err(VoprfError::Length)
    );
}

#[test]
fn possession_is_proved_for_one_context_and_one_key() {
    let holders = keys(2);
    let proof = holders[0].prove_possession(b"round 1, holder A");
    let public = holders[0].public_key();
    public
        .check_possession(b"round 1, holder A", &proof)
        .unwrap();
    assert!(
        public
            .check_possession(b"round 1, holder B", &proof)
            .is_err()
    );
    let other = holders[1].public_key();
    assert!(
        other
            .check_possession(b"round 1, holder A", &proof)
            .is_err()
    );
    for byte in 0..PROOF {
        let mut bad = proof;
        bad[byte] ^= 1;
        assert!(public.check_possession(b"round 1, holder A", &bad).is_err());
    }
}

#[test]
fn a_blind_depends_on_secret_place_and_input() {
    let b = Blinding::new(&secret(1));
    let base = b.blind_of(0, b"x");
    assert_eq!(base, Blinding::new(&secret(1)).blind_of(0, b"x"));
    assert_ne!(base, b.blind_of(1, b"x"));
    assert_ne!(base, b.blind_of(0, b"y"));
    assert_ne!(base, Blinding::new(&secret(2)).blind_of(0, b"x"));
}

/// The generator that the crate `voprf` asks for.
struct SystemRng;

impl rand_core_09::RngCore for SystemRng {
    fn next_u32(&mut self) -> u32 {
        u32::from_be_bytes(crate::crypto::random::array().unwrap())
    }

    fn next_u64(&mut self) -> u64 {
        u64::from_be_bytes(crate::crypto::random::array().unwrap())
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        crate::crypto::random::fill(bytes).unwrap();
    }
}

impl rand_core_09::CryptoRng for SystemRng {}

type Oracle = VoprfServer<Ristretto255>;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Our client against the crate's server.
    #[test]
    fn the_crate_voprf_answers_our_requests(seed: [u8; 32], inputs in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 1..6)) {
        let key = PrfKey::derive(&Secret::from_slice(&seed).unwrap(), b"oracle").unwrap();
        let server = Oracle::new_from_seed(&seed, b"oracle").unwrap();
        let public = <Ristretto255 as ::voprf::Group>::serialize_elem(server.get_public_key());
        let ours = key.public_key();
        prop_assert_eq!(public.as_slice(), ours.as_bytes());
        let blinding = Blinding::new(&secret(3));
        let blinded = blinding.blind(0, &inputs).unwrap();
        let theirs: Vec<_> = blinded
            .iter()
            .map(|b| BlindedElement::<Ristretto255>::deserialize(b).unwrap())
            .collect();
        let mut rng = SystemRng;
        let prepared: Vec<_> = server.batch_blind_evaluate_prepare(theirs.iter()).collect();
        let reply = server.batch_blind_evaluate_finish(&mut rng, theirs.iter(), &prepared).unwrap();
        let elements: Vec<ElementBytes> = reply.messages.map(|m| m.serialize().as_slice().try_into().unwrap()).collect();
        let proof: ProofBytes = reply.proof.serialize().as_slice().try_into().unwrap();
        let evaluated = BlindedChunk::decode(&blinded).unwrap().verify(&key.public_key(), &elements, &proof).unwrap();
        let outputs = blinding.finalize(0, &inputs, &evaluated).unwrap();
        for (i, input) in inputs.iter().enumerate() {
            let expected = server.evaluate(input).unwrap();
            prop_assert_eq!(&outputs.0[i][..], expected.as_slice());
        }
    }

    /// The crate's client against our server.
    #[test]
    fn the_crate_voprf_accepts_our_replies(seed: [u8; 32], inputs in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 1..6)) {
        let key = PrfKey::derive(&Secret::from_slice(&seed).unwrap(), b"oracle").unwrap();
        let mut rng = SystemRng;
        let requests: Vec<_> = inputs.iter().map(|i| VoprfClient::<Ristretto255>::blind(i, &mut rng).unwrap()).collect();
        let blinded: Vec<ElementBytes> = requests.iter().map(|r| r.message.serialize().as_slice().try_into().unwrap()).collect();
        let reply = key.evaluate(&blinded).unwrap();
        let messages: Vec<_> = reply.elements.iter().map(|e| EvaluationElement::<Ristretto255>::deserialize(e).unwrap()).collect();
        let clients: Vec<_> = requests.iter().map(|r| r.state.clone()).collect();
        let refs: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
        let proof = Proof::<Ristretto255>::deserialize(&reply.proof).unwrap();
        let pk = <Ristretto255 as ::voprf::Group>::deserialize_elem(key.public_key().as_bytes()).unwrap();
        let outputs = VoprfClient::batch_finalize(&refs, &clients, &messages, &proof, pk).unwrap();
        for (input, output) in inputs.iter().zip(outputs) {
            let output = output.unwrap();
            prop_assert_eq!(output.as_slice(), &reference::prf(&key, input)[..]);
        }
    }

    #[test]
    fn arbitrary_bytes_are_no_panic(key: [u8; 32], elements: Vec<[u8; 32]>, proof in prop::array::uniform32(any::<[u8; 2]>())) {
        let _ = PrfPublicKey::from_bytes(&key);
        let mut bytes = [0; 64];
        bytes.copy_from_slice(proof.as_flattened());
        let holder = &keys(1)[0];
        let _ = holder.evaluate(&elements);
        let _ = holder.public_key().check_possession(&key, &bytes);
        if let Ok(chunk) = BlindedChunk::decode(&elements) {
            let _ = chunk.verify(&holder.public_key(), &elements, &bytes);
        }
    }
}
