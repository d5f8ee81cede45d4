//! The verifiable oblivious PRF: RFC 9497, mode VOPRF (0x01), suite ristretto255-SHA512, with one
//! key per holder that are added up (manual: *round*, "The PRF").
//!
//! The group is ristretto255 (RFC 9496), hashing to it is `expand_message_xmd` with SHA-512
//! (RFC 9380 section 5.3.1). Every element that comes from outside is decoded strictly: an encoding
//! that is not canonical and the identity are refused.
//!
//! # The sum of keys
//! Each holder `h` has a key `k_h` of its own. A site blinds an input once, sends the same blinded
//! element `C = r·P` to all holders, checks each reply `D_h = k_h·C` against *that holder's* public
//! key, adds the replies and unblinds: `r⁻¹·Σ D_h = (Σ k_h)·P`. What comes out is the RFC's PRF
//! under the key `Σ k_h`, which nobody ever holds.
//!
//! # Nothing random twice
//! A blind is a keyed hash of a round secret, the place and the input ([`Blinding`]); the
//! randomness of a proof is a keyed hash of the key and of everything that is proved. So a repeated
//! step gives the same bytes, and a changed input never meets an old blind.

use std::sync::LazyLock;

use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT;
use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::{IsIdentity as _, VartimeMultiscalarMul as _};
use rayon::prelude::*;
use sha2::{Digest as _, Sha512};
use zeroize::{Zeroize as _, Zeroizing};

use super::{CryptoError, Secret, kdf, labels};

/// Bytes of an encoded group element.
pub const ELEMENT: usize = 32;
/// Bytes of a proof: challenge and response.
pub const PROOF: usize = 64;
/// Bytes of a PRF output.
pub const OUTPUT: usize = 64;
/// Most elements under one proof: the count is two bytes in the transcript (RFC 9497 section 2.2.1).
pub const CHUNK: usize = 65_535;

/// Elements that one thread takes at a time: large enough that the shared inversion of a batch
/// costs nothing, small enough to stay in the cache.
const BATCH: usize = 512;

/// An encoded group element as it travels.
pub type ElementBytes = [u8; ELEMENT];
/// An encoded proof as it travels.
pub type ProofBytes = [u8; PROOF];

/// Why a step of the PRF did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VoprfError {
    /// The element at this place is not canonical, or is the identity.
    #[error("element {0} is not valid")]
    Element(usize),
    /// The proof does not show that this key was used.
    #[error("the proof is not valid")]
    Proof,
    /// Lists differ in length, are empty, or are longer than [`CHUNK`].
    #[error("the number of elements is wrong")]
    Length,
    /// The input at this place cannot be evaluated (it hashes to the identity; no such input is
    /// known).
    #[error("input {0} cannot be evaluated")]
    Input(usize),
}

const HASH_TO_GROUP: &[u8] = b"HashToGroup-OPRFV1-\x01-ristretto255-SHA512";
const HASH_TO_SCALAR: &[u8] = b"HashToScalar-OPRFV1-\x01-ristretto255-SHA512";
const DERIVE_KEY_PAIR: &[u8] = b"DeriveKeyPairOPRFV1-\x01-ristretto255-SHA512";
const SEED: &[u8] = b"Seed-OPRFV1-\x01-ristretto255-SHA512";

/// `I2OSP(32, 2)`, the length in front of every element.
const ELEMENT_LEN: [u8; 2] = [0, 32];

/// SHA-512 after one block of zeros, with which every `expand_message_xmd` begins.
static AFTER_Z_PAD: LazyLock<Sha512> = LazyLock::new(|| Sha512::new().chain_update([0u8; 128]));

/// `expand_message_xmd` of RFC 9380 with SHA-512 to 64 bytes. `dst` is shorter than 256 bytes.
fn expand(dst: &[u8], parts: &[&[u8]]) -> Zeroizing<[u8; 64]> {
    let dst_len = [u8::try_from(dst.len()).unwrap_or(u8::MAX)];
    let mut hash = AFTER_Z_PAD.clone();
    for part in parts {
        hash.update(part);
    }
    hash.update([0, 64, 0]);
    hash.update(dst);
    hash.update(dst_len);
    let mut b0 = hash.finalize();
    let b1 = Sha512::new()
        .chain_update(b0)
        .chain_update([1])
        .chain_update(dst)
        .chain_update(dst_len)
        .finalize();
    b0.as_mut_slice().zeroize();
    let mut out = Zeroizing::new([0u8; 64]);
    out.copy_from_slice(&b1);
    out
}

fn hash_to_group(dst: &[u8], input: &[u8]) -> RistrettoPoint {
    RistrettoPoint::from_uniform_bytes(&expand(dst, &[input]))
}

fn hash_to_scalar(dst: &[u8], parts: &[&[u8]]) -> Scalar {
    Scalar::from_bytes_mod_order_wide(&expand(dst, parts))
}

/// The inputs of `Finalize`: one output (RFC 9497 section 3.3.2).
fn finalize_hash(input: &[u8], unblinded: &CompressedRistretto, out: &mut [u8; OUTPUT]) {
    let len = u16::try_from(input.len()).unwrap_or(u16::MAX).to_be_bytes();
    let mut digest = Sha512::new()
        .chain_update(len)
        .chain_update(input)
        .chain_update(ELEMENT_LEN)
        .chain_update(unblinded.as_bytes())
        .chain_update(b"Finalize")
        .finalize();
    out.copy_from_slice(&digest);
    digest.as_mut_slice().zeroize();
}

fn decode(bytes: &ElementBytes) -> Option<RistrettoPoint> {
    CompressedRistretto(*bytes)
        .decompress()
        .filter(|p| !p.is_identity())
}

fn decode_all(bytes: &[ElementBytes]) -> Result<Vec<RistrettoPoint>, VoprfError> {
    bytes
        .par_iter()
        .with_min_len(BATCH)
        .enumerate()
        .map(|(i, b)| decode(b).ok_or(VoprfError::Element(i)))
        .collect()
}

fn check_len(n: usize) -> Result<(), VoprfError> {
    match n {
        1..=CHUNK => Ok(()),
        _ => Err(VoprfError::Length),
    }
}

/// A scalar of 64 uniform bytes from a keyed BLAKE3.
fn keyed_scalar(key: &Secret<32>, parts: &[&[u8]]) -> Scalar {
    let mut hasher = blake3::Hasher::new_keyed(key.expose());
    for part in parts {
        hasher.update(part);
    }
    let mut wide = Zeroizing::new([0u8; 64]);
    hasher.finalize_xof().fill(wide.as_mut_slice());
    hasher.zeroize();
    Scalar::from_bytes_mod_order_wide(&wide)
}

/// The public half of a [`PrfKey`]: an element that was decoded strictly and is not the identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrfPublicKey {
    bytes: ElementBytes,
    point: RistrettoPoint,
}

impl PrfPublicKey {
    /// Decodes a public key.
    ///
    /// # Errors
    /// [`CryptoError::Key`] if the encoding is not canonical or is the identity.
    pub fn from_bytes(bytes: &ElementBytes) -> Result<Self, CryptoError> {
        let point = decode(bytes).ok_or(CryptoError::Key)?;
        Ok(Self {
            bytes: *bytes,
            point,
        })
    }

    /// The encoding.
    pub fn as_bytes(&self) -> &ElementBytes {
        &self.bytes
    }

    /// The public key of the sum of keys.
    ///
    /// # Errors
    /// [`CryptoError::Key`] if there is no key or the sum is the identity.
    pub fn sum(keys: &[Self]) -> Result<Self, CryptoError> {
        let point: RistrettoPoint = keys.iter().map(|k| k.point).sum();
        if point.is_identity() {
            return Err(CryptoError::Key);
        }
        Ok(Self {
            bytes: point.compress().to_bytes(),
            point,
        })
    }

    /// Checks a [`PrfKey::prove_possession`] for `context`.
    ///
    /// # Errors
    /// [`VoprfError::Proof`].
    pub fn check_possession(&self, context: &[u8], proof: &ProofBytes) -> Result<(), VoprfError> {
        let (c, s) = decode_proof(proof)?;
        let commitment =
            RistrettoPoint::vartime_double_scalar_mul_basepoint(&c, &self.point, &s).compress();
        if possession_challenge(&self.bytes, commitment.as_bytes(), context) == c {
            Ok(())
        } else {
            Err(VoprfError::Proof)
        }
    }
}

/// `c` of RFC 8235: a hash of generator, commitment, public key, and who proves what to whom.
fn possession_challenge(
    public: &ElementBytes,
    commitment: &ElementBytes,
    context: &[u8],
) -> Scalar {
    let generator = RISTRETTO_BASEPOINT_POINT.compress();
    hash_to_scalar(
        labels::PRF_POSSESSION,
        &[generator.as_bytes(), commitment, public, context],
    )
}

fn decode_proof(proof: &ProofBytes) -> Result<(Scalar, Scalar), VoprfError> {
    let scalar = |half: &[u8]| {
        let bytes = half.try_into().map_err(|_| VoprfError::Proof)?;
        Option::from(Scalar::from_canonical_bytes(bytes)).ok_or(VoprfError::Proof)
    };
    Ok((scalar(&proof[..32])?, scalar(&proof[32..])?))
}

fn encode_proof(c: &Scalar, s: &Scalar) -> ProofBytes {
    let mut out = [0u8; PROOF];
    out[..32].copy_from_slice(c.as_bytes());
    out[32..].copy_from_slice(s.as_bytes());
    out
}

/// A holder's PRF key for one round.
pub struct PrfKey {
    private: Secret<32>,
    public: PrfPublicKey,
}

impl PrfKey {
    /// A new random key.
    ///
    /// # Errors
    /// [`CryptoError::Random`].
    pub fn generate() -> Result<Self, CryptoError> {
        let wide = Secret::<64>::random()?;
        let mut scalar = Scalar::from_bytes_mod_order_wide(wide.expose());
        let key = Self::from_scalar(&scalar);
        scalar.zeroize();
        key
    }

    /// `DeriveKeyPair` of RFC 9497 section 3.2.1.
    ///
    /// # Errors
    /// [`CryptoError::Key`] if `info` is longer than 65,535 bytes.
    pub fn derive(seed: &Secret<32>, info: &[u8]) -> Result<Self, CryptoError> {
        Self::derive_with(DERIVE_KEY_PAIR, seed, info)
    }

    fn derive_with(dst: &[u8], seed: &Secret<32>, info: &[u8]) -> Result<Self, CryptoError> {
        let len = u16::try_from(info.len()).map_err(|_| CryptoError::Key)?;
        for counter in 0..=u8::MAX {
            let parts: [&[u8]; 4] = [seed.expose(), &len.to_be_bytes(), info, &[counter]];
            let mut scalar = hash_to_scalar(dst, &parts);
            let key = Self::from_scalar(&scalar);
            scalar.zeroize();
            if key.is_ok() {
                return key;
            }
        }
        Err(CryptoError::Key)
    }

    /// The key of 32 private bytes, as [`PrfKey::private`] gives them.
    ///
    /// # Errors
    /// [`CryptoError::Key`] if the scalar is not canonical or is zero.
    pub fn from_private(private: Secret<32>) -> Result<Self, CryptoError> {
        let mut scalar: Scalar = Option::from(Scalar::from_canonical_bytes(*private.expose()))
            .ok_or(CryptoError::Key)?;
        let key = Self::from_scalar(&scalar);
        scalar.zeroize();
        key
    }

    fn from_scalar(scalar: &Scalar) -> Result<Self, CryptoError> {
        let point = RistrettoPoint::mul_base(scalar);
        if point.is_identity() {
            return Err(CryptoError::Key);
        }
        Ok(Self {
            private: Secret::init_with(|out| out.copy_from_slice(scalar.as_bytes())),
            public: PrfPublicKey {
                bytes: point.compress().to_bytes(),
                point,
            },
        })
    }

    /// The private bytes, to be wrapped.
    pub fn private(&self) -> &Secret<32> {
        &self.private
    }

    /// The public half.
    pub fn public_key(&self) -> PrfPublicKey {
        self.public
    }

    fn scalar(&self) -> Zeroizing<Scalar> {
        // The bytes were canonical when the key was made.
        Zeroizing::new(Scalar::from_bytes_mod_order(*self.private.expose()))
    }

    fn nonce_key(&self) -> Secret<32> {
        kdf::derive(labels::PRF_PROOF_NONCE, &[self.private.expose()])
    }

    /// A Schnorr proof (RFC 8235) that the maker of this public key knows the private key. It is
    /// worth something for `context` only: which round, and who.
    pub fn prove_possession(&self, context: &[u8]) -> ProofBytes {
        let mut v = keyed_scalar(&self.nonce_key(), &[b"possession", context]);
        let commitment = RistrettoPoint::mul_base(&v).compress();
        let c = possession_challenge(&self.public.bytes, commitment.as_bytes(), context);
        let s = v - c * *self.scalar();
        v.zeroize();
        encode_proof(&c, &s)
    }

    /// Evaluates one chunk of 1 to [`CHUNK`] blinded elements and proves that this key was used for
    /// all of them (`BlindEvaluate` and `GenerateProof`, RFC 9497 sections 3.3.2 and 2.2.1).
    ///
    /// # Errors
    /// [`VoprfError::Element`] names the first element that is not acceptable;
    /// [`VoprfError::Length`].
    pub fn evaluate(&self, blinded: &[ElementBytes]) -> Result<Evaluation, VoprfError> {
        self.evaluate_with(blinded, None)
    }

    /// `randomness` is fixed by the published vectors, and by them only.
    fn evaluate_with(
        &self,
        blinded: &[ElementBytes],
        randomness: Option<Scalar>,
    ) -> Result<Evaluation, VoprfError> {
        check_len(blinded.len())?;
        let k = self.scalar();
        // The batch encoder encodes twice its argument.
        let half = Zeroizing::new(k.div_by_2());
        let mut points = vec![RISTRETTO_BASEPOINT_POINT; blinded.len()];
        let mut elements = vec![[0u8; ELEMENT]; blinded.len()];
        elements
            .par_chunks_mut(BATCH)
            .zip(points.par_chunks_mut(BATCH))
            .zip(blinded.par_chunks(BATCH))
            .enumerate()
            .try_for_each(|(batch, ((out, points), blinded))| {
                let mut halves = Vec::with_capacity(blinded.len());
                for (i, (point, bytes)) in points.iter_mut().zip(blinded).enumerate() {
                    *point = decode(bytes).ok_or(VoprfError::Element(batch * BATCH + i))?;
                    halves.push(*point * *half);
                }
                encode_doubled(&halves, out);
                Ok(())
            })?;
        let weights = composite_weights(&self.public.bytes, blinded, &elements);
        let m = weighted_sum(&weights, &points);
        let z = m * *k;
        let mut r = randomness.unwrap_or_else(|| {
            keyed_scalar(
                &self.nonce_key(),
                &[
                    b"evaluation",
                    m.compress().as_bytes(),
                    z.compress().as_bytes(),
                ],
            )
        });
        let t2 = RistrettoPoint::mul_base(&r);
        let t3 = m * r;
        let c = evaluation_challenge(&self.public.bytes, &m, &z, &t2, &t3);
        let s = r - c * *k;
        r.zeroize();
        Ok(Evaluation {
            elements,
            proof: encode_proof(&c, &s),
        })
    }
}

/// `2·P` of every point, encoded with one shared inversion.
fn encode_doubled(points: &[RistrettoPoint], out: &mut [ElementBytes]) {
    for (out, encoded) in out
        .iter_mut()
        .zip(RistrettoPoint::double_and_compress_batch(points))
    {
        *out = encoded.to_bytes();
    }
}

/// `d_i` of `ComputeComposites`, RFC 9497 section 2.2.1.
fn composite_weights(
    public: &ElementBytes,
    blinded: &[ElementBytes],
    evaluated: &[ElementBytes],
) -> Vec<Scalar> {
    let seed_len = u16::try_from(SEED.len()).unwrap_or(u16::MAX).to_be_bytes();
    let seed = Sha512::new()
        .chain_update(ELEMENT_LEN)
        .chain_update(public)
        .chain_update(seed_len)
        .chain_update(SEED)
        .finalize();
    // What is the same for every element is hashed once: `Z_pad || len || seed`.
    let prefix = AFTER_Z_PAD.clone().chain_update([0, 64]).chain_update(seed);
    let dst_len = [u8::try_from(HASH_TO_SCALAR.len()).unwrap_or(u8::MAX)];
    blinded
        .par_iter()
        .zip(evaluated)
        .with_min_len(BATCH)
        .enumerate()
        .map(|(i, (c, d))| {
            // At most CHUNK elements, so the place fits in two bytes.
            let place = u16::try_from(i).unwrap_or(u16::MAX).to_be_bytes();
            let b0 = prefix
                .clone()
                .chain_update(place)
                .chain_update(ELEMENT_LEN)
                .chain_update(c)
                .chain_update(ELEMENT_LEN)
                .chain_update(d)
                .chain_update(b"Composite")
                .chain_update([0, 64, 0])
                .chain_update(HASH_TO_SCALAR)
                .chain_update(dst_len)
                .finalize();
            let b1 = Sha512::new()
                .chain_update(b0)
                .chain_update([1])
                .chain_update(HASH_TO_SCALAR)
                .chain_update(dst_len)
                .finalize();
            Scalar::from_bytes_mod_order_wide(&b1.into())
        })
        .collect()
}

/// `Σ weight·point`, in variable time: everything in it is public.
fn weighted_sum(weights: &[Scalar], points: &[RistrettoPoint]) -> RistrettoPoint {
    // Fewer, larger pieces: the cost of a term falls with the length of the sum.
    let piece = points
        .len()
        .div_ceil(rayon::current_num_threads())
        .max(BATCH);
    weights
        .par_chunks(piece)
        .zip(points.par_chunks(piece))
        .map(|(w, p)| RistrettoPoint::vartime_multiscalar_mul(w, p))
        .sum()
}

fn evaluation_challenge(
    public: &ElementBytes,
    m: &RistrettoPoint,
    z: &RistrettoPoint,
    t2: &RistrettoPoint,
    t3: &RistrettoPoint,
) -> Scalar {
    let [m, z, t2, t3] = [m, z, t2, t3].map(|p| p.compress().to_bytes());
    let len: &[u8] = &ELEMENT_LEN;
    hash_to_scalar(
        HASH_TO_SCALAR,
        &[
            len,
            public,
            len,
            &m,
            len,
            &z,
            len,
            &t2,
            len,
            &t3,
            b"Challenge",
        ],
    )
}

/// A holder's reply to one chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// One evaluated element for each blinded one, in order.
    pub elements: Vec<ElementBytes>,
    /// The proof for all of them.
    pub proof: ProofBytes,
}

/// One chunk of blinded elements, decoded once for the replies of all holders.
pub struct BlindedChunk<'a> {
    bytes: &'a [ElementBytes],
    points: Vec<RistrettoPoint>,
}

impl<'a> BlindedChunk<'a> {
    /// Decodes 1 to [`CHUNK`] elements.
    ///
    /// # Errors
    /// [`VoprfError::Element`] or [`VoprfError::Length`].
    pub fn decode(bytes: &'a [ElementBytes]) -> Result<Self, VoprfError> {
        check_len(bytes.len())?;
        Ok(Self {
            bytes,
            points: decode_all(bytes)?,
        })
    }

    /// Checks one holder's reply to this chunk against that holder's own key
    /// (`VerifyProof`, RFC 9497 section 2.2.2).
    ///
    /// # Errors
    /// [`VoprfError::Length`], [`VoprfError::Element`] or [`VoprfError::Proof`].
    pub fn verify(
        &self,
        key: &PrfPublicKey,
        elements: &[ElementBytes],
        proof: &ProofBytes,
    ) -> Result<Evaluated, VoprfError> {
        if elements.len() != self.bytes.len() {
            return Err(VoprfError::Length);
        }
        let (c, s) = decode_proof(proof)?;
        let points = decode_all(elements)?;
        let weights = composite_weights(&key.bytes, self.bytes, elements);
        let m = weighted_sum(&weights, &self.points);
        let z = weighted_sum(&weights, &points);
        let t2 = RistrettoPoint::vartime_double_scalar_mul_basepoint(&c, &key.point, &s);
        let t3 = RistrettoPoint::vartime_multiscalar_mul([s, c], [m, z]);
        if evaluation_challenge(&key.bytes, &m, &z, &t2, &t3) != c {
            return Err(VoprfError::Proof);
        }
        Ok(Evaluated { points })
    }
}

/// Evaluated elements whose proof was checked; the only thing that can be added up and unblinded.
pub struct Evaluated {
    points: Vec<RistrettoPoint>,
}

impl Evaluated {
    /// Number of elements.
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// Adds another holder's evaluation of the same chunk.
    ///
    /// # Errors
    /// [`VoprfError::Length`] if it is of another length.
    pub fn add(&mut self, other: &Self) -> Result<(), VoprfError> {
        if self.points.len() != other.points.len() {
            return Err(VoprfError::Length);
        }
        for (mine, theirs) in self.points.iter_mut().zip(&other.points) {
            *mine += theirs;
        }
        Ok(())
    }
}

/// The blinds of one request: each is BLAKE3, keyed by a secret, of the place (8 bytes, big-endian)
/// and the input, extended to 64 bytes and reduced.
pub struct Blinding {
    key: Secret<32>,
}

impl Blinding {
    /// The blinds of a secret. One secret serves one request of one round.
    pub fn new(secret: &Secret<32>) -> Self {
        Self {
            key: kdf::derive(labels::PRF_BLINDS, &[secret.expose()]),
        }
    }

    fn blind_of(&self, place: u64, input: &[u8]) -> Scalar {
        keyed_scalar(&self.key, &[&place.to_be_bytes(), input])
    }

    /// `Blind` of RFC 9497 section 3.3.2 for every input; `first` is the place of the first one.
    ///
    /// # Errors
    /// [`VoprfError::Input`].
    pub fn blind<I: AsRef<[u8]> + Sync>(
        &self,
        first: u64,
        inputs: &[I],
    ) -> Result<Vec<ElementBytes>, VoprfError> {
        let mut out = vec![[0u8; ELEMENT]; inputs.len()];
        out.par_chunks_mut(BATCH)
            .zip(inputs.par_chunks(BATCH))
            .enumerate()
            .try_for_each(|(batch, (out, inputs))| {
                let mut halves = Vec::with_capacity(inputs.len());
                for (i, input) in inputs.iter().enumerate() {
                    let i = batch * BATCH + i;
                    let mut r = self.blind_of(first.wrapping_add(i as u64), input.as_ref());
                    let blinded = blind_half(HASH_TO_GROUP, input.as_ref(), &r);
                    r.zeroize();
                    halves.push(blinded.ok_or(VoprfError::Input(i))?);
                }
                encode_doubled(&halves, out);
                Ok(())
            })?;
        Ok(out)
    }

    /// Unblinds the sum of all holders' evaluations and hashes it (`Finalize`, RFC 9497 section
    /// 3.3.2). Inputs and place are those of [`Blinding::blind`].
    ///
    /// # Errors
    /// [`VoprfError::Length`] if the numbers differ; [`VoprfError::Element`] if a sum is the
    /// identity.
    pub fn finalize<I: AsRef<[u8]> + Sync>(
        &self,
        first: u64,
        inputs: &[I],
        evaluated: &Evaluated,
    ) -> Result<Outputs, VoprfError> {
        if inputs.len() != evaluated.points.len() {
            return Err(VoprfError::Length);
        }
        let mut outputs = Outputs(Zeroizing::new(vec![[0u8; OUTPUT]; inputs.len()]));
        outputs
            .0
            .par_chunks_mut(BATCH)
            .zip(inputs.par_chunks(BATCH))
            .zip(evaluated.points.par_chunks(BATCH))
            .enumerate()
            .try_for_each(|(batch, ((out, inputs), points))| {
                let blinds = inputs.iter().enumerate().map(|(i, input)| {
                    let place = first.wrapping_add((batch * BATCH + i) as u64);
                    self.blind_of(place, input.as_ref())
                });
                let blinds = Zeroizing::new(blinds.collect::<Vec<_>>());
                unblind(inputs, blinds, points, out)
                    .map_err(|i| VoprfError::Element(batch * BATCH + i))
            })?;
        Ok(outputs)
    }
}

/// Half of the blinded element, to be encoded by [`encode_doubled`]; `None` for the identity.
fn blind_half(dst: &[u8], input: &[u8], r: &Scalar) -> Option<RistrettoPoint> {
    let mut point = hash_to_group(dst, input);
    let mut half = r.div_by_2();
    let blinded = point * half;
    point.zeroize();
    half.zeroize();
    (!blinded.is_identity()).then_some(blinded)
}

/// Finalizes one batch; on failure the place of the element that is the identity.
fn unblind<I: AsRef<[u8]>>(
    inputs: &[I],
    mut blinds: Zeroizing<Vec<Scalar>>,
    points: &[RistrettoPoint],
    out: &mut [[u8; OUTPUT]],
) -> Result<(), usize> {
    // A batch that contains a zero has no inverse; a blind is zero with probability 2⁻²⁵².
    if let Some(i) = blinds.iter().position(|r| *r == Scalar::ZERO) {
        return Err(i);
    }
    Scalar::invert_batch_alloc(&mut blinds);
    let mut halves = Zeroizing::new(Vec::with_capacity(points.len()));
    for (i, (point, inverse)) in points.iter().zip(blinds.iter()).enumerate() {
        if point.is_identity() {
            return Err(i);
        }
        halves.push(point * inverse.div_by_2());
    }
    let mut encoded = RistrettoPoint::double_and_compress_batch(halves.iter());
    for ((out, input), unblinded) in out.iter_mut().zip(inputs).zip(&mut encoded) {
        finalize_hash(input.as_ref(), unblinded, out);
        unblinded.zeroize();
    }
    Ok(())
}

/// PRF outputs, wiped on drop.
///
/// Of the 64 bytes of an output, 0..8 are the *tag* and 32..64 the *token secret*; 8..32 are never
/// used. The output is pseudorandom as a whole, so no part says anything about another.
pub struct Outputs(Zeroizing<Vec<[u8; OUTPUT]>>);

impl Outputs {
    /// Number of outputs.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The 8 bytes that the coordinator sees.
    pub fn tag(&self, i: usize) -> Option<[u8; 8]> {
        self.0.get(i)?.first_chunk().copied()
    }

    /// The 32 bytes that key the encodings.
    pub fn secret(&self, i: usize) -> Option<Secret<32>> {
        Secret::from_slice(self.0.get(i)?.get(32..)?).ok()
    }
}

/// The same steps one at a time and without any shortcut, to check the fast ones against and to
/// measure them by.
#[cfg(test)]
mod reference {
    use super::*;

    pub fn evaluate(key: &PrfKey, blinded: &[ElementBytes]) -> Vec<ElementBytes> {
        let k = key.scalar();
        blinded
            .iter()
            .map(|b| (decode(b).unwrap() * *k).compress().to_bytes())
            .collect()
    }

    /// The PRF itself, in clear: `Evaluate` of RFC 9497 section 3.3.1.
    pub fn prf(key: &PrfKey, input: &[u8]) -> [u8; OUTPUT] {
        let element = hash_to_group(HASH_TO_GROUP, input) * *key.scalar();
        let mut out = [0; OUTPUT];
        finalize_hash(input, &element.compress(), &mut out);
        out
    }

    /// The key `Σ k_h`.
    pub fn sum(keys: &[PrfKey]) -> PrfKey {
        PrfKey::from_scalar(&keys.iter().map(|k| *k.scalar()).sum()).unwrap()
    }
}

#[cfg(test)]
mod tests;
