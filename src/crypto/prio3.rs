//! Prio3 (draft-irtf-cfrg-vdaf-18) for two aggregators, with a circuit for tables: of every block of
//! cells a contribution has exactly one, or it is a dummy and has none.
//!
//! The framework of the draft is that of crate `prio`, field, XOF, proof system and all. What is ours is
//! the validity circuit. It checks, as the draft's histogram does, that every element is 0 or 1; and by
//! equations that are linear, so that they add nothing to the proof: that each block and the dummy's
//! element sum to one, and that blocks agree in the attribute that they share.

use prio::codec::{Encode as _, ParameterizedDecode as _};
use prio::field::{Field128, FieldElement as _, FieldElementWithInteger as _};
use prio::flp::gadgets::{Mul, ParallelSum, ParallelSumGadget as _};
use prio::flp::{Flp, FlpError, Gadget, Type};
use prio::vdaf::prio3::{Prio3, Prio3InputShare, Prio3PublicShare, Prio3VerifierShare};
use prio::vdaf::xof::XofTurboShake128;
use prio::vdaf::{Aggregator as _, Client as _, VerifyTransition};
use zeroize::Zeroizing;

use super::{CryptoError, Secret};

/// From the range that the draft leaves for private use.
const ALGORITHM: u32 = 0xFFFF_5347;
/// Bytes of a field element.
const ELEMENT: usize = 16;
/// Bytes of a seed.
const SEED: usize = 32;
/// Bytes of a helper's share: the seed of measurement and proof, and the blind of its part of the joint
/// randomness.
pub const HELPER: usize = 2 * SEED;
/// Elements that are checked by one call of the gadget.
const CHUNK: usize = 7;

/// What a contribution looks like: element 0 says that it is a dummy, the cells of all blocks follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Number of cells of each block.
    pub blocks: Vec<usize>,
    /// Two lists of elements whose sums are the same.
    pub ties: Vec<[Vec<usize>; 2]>,
}

impl Shape {
    /// Number of elements.
    pub fn elements(&self) -> usize {
        1 + self.blocks.iter().sum::<usize>()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Circuit {
    shape: Shape,
    elements: usize,
    calls: usize,
}

impl Circuit {
    /// That every element is 0 or 1, by a random linear combination of x·(x − 1).
    fn range_check(
        &self,
        gadget: &mut dyn Gadget<Field128>,
        input: &[Field128],
        joint_rand: &[Field128],
        share: Field128,
    ) -> Result<Field128, FlpError> {
        let mut sum = Field128::zero();
        for (chunk, r) in input.chunks(CHUNK).zip(joint_rand) {
            let mut wires = [Field128::zero(); 2 * CHUNK];
            let mut power = *r;
            for (i, pair) in wires.chunks_exact_mut(2).enumerate() {
                let x = chunk.get(i).copied().unwrap_or(Field128::zero());
                pair[0] = power * x;
                pair[1] = x - share;
                power *= *r;
            }
            sum += gadget.eval(&wires)?;
        }
        Ok(sum)
    }
}

impl Flp for Circuit {
    type Field = Field128;

    fn gadget(&self) -> Vec<Box<dyn Gadget<Field128>>> {
        vec![Box::new(ParallelSum::new(Mul::new(self.calls), CHUNK))]
    }

    fn num_gadgets(&self) -> usize {
        1
    }

    fn valid(
        &self,
        gadgets: &mut Vec<Box<dyn Gadget<Field128>>>,
        input: &[Field128],
        joint_rand: &[Field128],
        num_shares: usize,
    ) -> Result<Vec<Field128>, FlpError> {
        self.valid_call_check(input, joint_rand)?;
        // A constant is the sum of as many equal parts as there are shares.
        let shares = u128::try_from(num_shares).map_err(|_| FlpError::Valid(String::new()))?;
        let share = Field128::from(shares).inv();
        let gadget = gadgets
            .first_mut()
            .ok_or_else(|| FlpError::Gadget(String::new()))?;
        let mut out = Vec::with_capacity(self.eval_output_len());
        out.push(self.range_check(gadget.as_mut(), input, joint_rand, share)?);
        let sum = |part: &[Field128]| part.iter().fold(Field128::zero(), |s, x| s + *x);
        let (dummy, mut rest) = input.split_at(1);
        for n in &self.shape.blocks {
            let (block, behind) = rest.split_at(*n);
            out.push(sum(dummy) + sum(block) - share);
            rest = behind;
        }
        for [left, right] in &self.shape.ties {
            let of = |side: &[usize]| {
                let side = side.iter().filter_map(|i| input.get(*i));
                side.fold(Field128::zero(), |s, x| s + *x)
            };
            out.push(of(left) - of(right));
        }
        Ok(out)
    }

    fn input_len(&self) -> usize {
        self.elements
    }

    fn proof_len(&self) -> usize {
        2 * CHUNK + 2 * ((1 + self.calls).next_power_of_two() - 1) + 1
    }

    fn verifier_len(&self) -> usize {
        2 + 2 * CHUNK
    }

    fn joint_rand_len(&self) -> usize {
        self.calls
    }

    fn eval_output_len(&self) -> usize {
        1 + self.shape.blocks.len() + self.shape.ties.len()
    }

    fn prove_rand_len(&self) -> usize {
        2 * CHUNK
    }
}

impl Type for Circuit {
    type Measurement = Vec<bool>;
    type AggregateResult = Vec<u128>;

    fn encode_measurement(&self, measurement: &Vec<bool>) -> Result<Vec<Field128>, FlpError> {
        if measurement.len() != self.elements {
            return Err(FlpError::Encode(String::new()));
        }
        let element = |bit: &bool| Field128::from(u128::from(*bit));
        Ok(measurement.iter().map(element).collect())
    }

    fn truncate(&self, input: Vec<Field128>) -> Result<Vec<Field128>, FlpError> {
        self.truncate_call_check(&input)?;
        Ok(input)
    }

    fn decode_result(&self, data: &[Field128], _: usize) -> Result<Vec<u128>, FlpError> {
        Ok(data.iter().map(|x| u128::from(*x)).collect())
    }

    fn output_len(&self) -> usize {
        self.elements
    }
}

/// What a contribution is bound to: who checks it, in which context, in which place.
#[derive(Clone, Copy)]
pub struct Bound<'a> {
    /// The verification key of both aggregators, which no contributor knows.
    pub key: &'a Secret<32>,
    /// The context.
    pub context: &'a [u8],
    /// The place.
    pub nonce: &'a [u8; 16],
}

/// Shares of a contribution, what the aggregators say to each other about it, and their sums.
#[derive(Debug, Clone)]
pub struct Tables {
    vdaf: Prio3<Circuit, XofTurboShake128, SEED>,
    elements: usize,
    calls: usize,
}

impl Tables {
    /// For contributions of a shape.
    ///
    /// # Errors
    /// [`CryptoError::Parameters`] for a shape without cells.
    pub fn new(shape: &Shape) -> Result<Self, CryptoError> {
        let elements = shape.elements();
        if shape.blocks.is_empty()
            || shape
                .ties
                .iter()
                .flatten()
                .flatten()
                .any(|i| *i >= elements)
        {
            return Err(CryptoError::Parameters);
        }
        let calls = elements.div_ceil(CHUNK);
        let circuit = Circuit {
            shape: shape.clone(),
            elements,
            calls,
        };
        let vdaf = Prio3::new(2, 1, ALGORITHM, circuit).map_err(|_| CryptoError::Parameters)?;
        Ok(Self {
            vdaf,
            elements,
            calls,
        })
    }

    /// Number of elements of a contribution.
    pub fn elements(&self) -> usize {
        self.elements
    }

    /// Bytes of a leader's share, behind which stands the helper's part of the joint randomness.
    pub fn leader_size(&self) -> usize {
        let proof = 2 * CHUNK + 2 * ((1 + self.calls).next_power_of_two() - 1) + 1;
        (self.elements + proof) * ELEMENT + SEED + SEED
    }

    /// Bytes of what the leader says to the helper about a contribution: its verifier share, and the
    /// helper's part of the joint randomness as the contributor gave it.
    pub fn message_size() -> usize {
        (2 + 2 * CHUNK) * ELEMENT + SEED + SEED
    }

    /// Splits a contribution: the elements that are 1.
    ///
    /// # Errors
    /// [`CryptoError::Parameters`] if an element is out of range.
    pub fn shard(
        &self,
        context: &[u8],
        nonce: &[u8; 16],
        ones: &[usize],
    ) -> Result<(Vec<u8>, Zeroizing<[u8; HELPER]>), CryptoError> {
        let bad = |_| CryptoError::Parameters;
        let mut bits = Zeroizing::new(vec![false; self.elements]);
        for i in ones {
            *bits.get_mut(*i).ok_or(CryptoError::Parameters)? = true;
        }
        let (public, shares) = self
            .vdaf
            .shard(context, &bits, nonce)
            .map_err(|_| CryptoError::Parameters)?;
        let [leader, helper] = shares.as_slice() else {
            return Err(CryptoError::Parameters);
        };
        let public = public.get_encoded().map_err(bad)?;
        let mut out = Vec::with_capacity(self.leader_size());
        leader.encode(&mut out).map_err(bad)?;
        out.extend_from_slice(public.get(SEED..).unwrap_or_default());
        let bytes = Zeroizing::new(helper.get_encoded().map_err(bad)?);
        let mut helper = Zeroizing::new([0u8; HELPER]);
        if bytes.len() != HELPER || out.len() != self.leader_size() {
            return Err(CryptoError::Parameters);
        }
        helper.copy_from_slice(&bytes);
        Ok((out, helper))
    }

    fn leader_share(
        &self,
        bytes: &[u8],
    ) -> Result<(Prio3InputShare<Field128, SEED>, [u8; SEED]), CryptoError> {
        let (share, part) = bytes.split_last_chunk::<SEED>().ok_or(CryptoError::Open)?;
        let share = Prio3InputShare::get_decoded_with_param(&(&self.vdaf, 0), share);
        Ok((share.map_err(|_| CryptoError::Open)?, *part))
    }

    /// Both parts of the joint randomness, as the draft's public share has them. An aggregator puts its
    /// own in the place of the one that stands there.
    fn public(
        &self,
        leader: &[u8; SEED],
        helper: &[u8; SEED],
    ) -> Result<Prio3PublicShare<SEED>, CryptoError> {
        let both = [*leader, *helper].concat();
        Prio3PublicShare::get_decoded_with_param(&self.vdaf, &both).map_err(|_| CryptoError::Open)
    }

    /// What the leader says about a contribution.
    ///
    /// # Errors
    /// [`CryptoError::Open`] for a share that is malformed.
    pub fn message(&self, bound: Bound<'_>, leader: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let (share, part) = self.leader_share(leader)?;
        let public = self.public(&[0; SEED], &part)?;
        let (_, verifier) = self
            .vdaf
            .verify_init(
                bound.key.expose(),
                bound.context,
                0,
                &(),
                bound.nonce,
                &public,
                &share,
            )
            .map_err(|_| CryptoError::Open)?;
        let mut out = verifier.get_encoded().map_err(|_| CryptoError::Open)?;
        out.extend_from_slice(&part);
        Ok(out)
    }

    /// Checks a contribution as the helper, and adds it to `sum` if it is valid.
    ///
    /// The leader would accept it, too: it finds the joint randomness to be what it took it for if the
    /// contributor gave it the part that the helper computes itself, and that is checked here.
    ///
    /// # Errors
    /// [`CryptoError::Open`] for one that is malformed or was proven to be invalid.
    pub fn check(
        &self,
        bound: Bound<'_>,
        helper: &[u8; HELPER],
        message: &[u8],
        sum: &mut Sum,
    ) -> Result<(), CryptoError> {
        let bad = |_| CryptoError::Open;
        let (theirs, claimed) = message
            .split_last_chunk::<SEED>()
            .ok_or(CryptoError::Open)?;
        let (_, leader_part) = theirs.split_last_chunk::<SEED>().ok_or(CryptoError::Open)?;
        let public = self.public(leader_part, &[0; SEED])?;
        let share =
            Prio3InputShare::get_decoded_with_param(&(&self.vdaf, 1), helper).map_err(bad)?;
        let (state, own) = self
            .vdaf
            .verify_init(
                bound.key.expose(),
                bound.context,
                1,
                &(),
                bound.nonce,
                &public,
                &share,
            )
            .map_err(|_| CryptoError::Open)?;
        let part = own.get_encoded().map_err(bad)?;
        if part.last_chunk() != Some(claimed) {
            return Err(CryptoError::Open);
        }
        let theirs = Prio3VerifierShare::get_decoded_with_param(&state, theirs).map_err(bad)?;
        let message = self
            .vdaf
            .verifier_shares_to_message(bound.context, &(), [theirs, own])
            .map_err(|_| CryptoError::Open)?;
        match self.vdaf.verify_next(bound.context, state, message) {
            Ok(VerifyTransition::Finish(out)) => sum.add(out.as_ref()),
            _ => Err(CryptoError::Open),
        }
    }

    /// Adds the leader's share of a contribution that the helper found valid.
    ///
    /// # Errors
    /// [`CryptoError::Open`] for a share that is malformed.
    pub fn take(&self, leader: &[u8], sum: &mut Sum) -> Result<(), CryptoError> {
        match self.leader_share(leader)?.0 {
            Prio3InputShare::Leader {
                measurement_share, ..
            } => sum.add(&measurement_share),
            Prio3InputShare::Helper { .. } => Err(CryptoError::Open),
        }
    }

    /// A sum of no contributions.
    pub fn nothing(&self) -> Sum {
        Sum(vec![Field128::zero(); self.elements])
    }
}

/// A share of the sums over contributions, element by element. Noise can be added; alone it says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum(Vec<Field128>);

impl Sum {
    fn add(&mut self, other: &[Field128]) -> Result<(), CryptoError> {
        if other.len() != self.0.len() {
            return Err(CryptoError::Open);
        }
        for (a, b) in self.0.iter_mut().zip(other) {
            *a += *b;
        }
        Ok(())
    }

    /// Adds another share, or another part of the same one.
    ///
    /// # Errors
    /// [`CryptoError::Open`] if it has another length.
    pub fn plus(&mut self, other: &Self) -> Result<(), CryptoError> {
        self.add(&other.0)
    }

    /// Adds noise, one number for each element.
    ///
    /// # Errors
    /// [`CryptoError::Open`] if there are not as many.
    pub fn noise(&mut self, noise: &[i64]) -> Result<(), CryptoError> {
        let element = |n: &i64| {
            let size = Field128::from(u128::from(n.unsigned_abs()));
            if *n < 0 { -size } else { size }
        };
        let noise: Vec<Field128> = noise.iter().map(element).collect();
        self.add(&noise)
    }

    /// The bytes.
    ///
    /// # Errors
    /// None in practice.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CryptoError> {
        let mut out = Vec::with_capacity(self.0.len() * ELEMENT);
        for x in &self.0 {
            x.encode(&mut out).map_err(|_| CryptoError::Parameters)?;
        }
        Ok(out)
    }

    /// Reads [`Sum::to_bytes`].
    ///
    /// # Errors
    /// [`CryptoError::Open`] for an element that is not in the field, or a piece of one.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CryptoError> {
        let (elements, rest) = bytes.as_chunks::<ELEMENT>();
        if !rest.is_empty() {
            return Err(CryptoError::Open);
        }
        let element = |b: &[u8; ELEMENT]| {
            use prio::codec::Decode as _;
            Field128::get_decoded(b).map_err(|_| CryptoError::Open)
        };
        Ok(Self(
            elements.iter().map(element).collect::<Result<_, _>>()?,
        ))
    }

    /// The numbers that two shares add up to; noise can make them negative.
    ///
    /// # Errors
    /// [`CryptoError::Open`] if one is larger than any count: the shares do not belong together.
    pub fn unshard(mut self, other: &Self) -> Result<Vec<i64>, CryptoError> {
        self.plus(other)?;
        let number = |x: &Field128| {
            let value = u128::from(*x);
            let positive = i64::try_from(value).ok();
            let negative = || i64::try_from(Field128::modulus() - value).ok().map(|n| -n);
            positive.or_else(negative).ok_or(CryptoError::Open)
        };
        self.0.iter().map(number).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape() -> Shape {
        // A block of 2 × 3 and one of 2 × 2 that share the attribute of the rows, and a third.
        let row = |start: usize, n: usize| (start..start + n).collect::<Vec<_>>();
        Shape {
            blocks: vec![6, 4, 5],
            ties: vec![[row(1, 3), row(7, 2)], [row(4, 3), row(9, 2)]],
        }
    }

    fn run(
        tables: &Tables,
        ones: &[usize],
        meddle: impl Fn(&mut Vec<u8>, &mut [u8; HELPER]),
    ) -> Result<Vec<i64>, CryptoError> {
        let key = Secret::init_with(|b| b.fill(3));
        let bound = Bound {
            key: &key,
            context: b"context",
            nonce: &[9; 16],
        };
        let (mut leader, mut helper) = tables.shard(bound.context, bound.nonce, ones)?;
        assert_eq!(leader.len(), tables.leader_size());
        meddle(&mut leader, &mut helper);
        let message = tables.message(bound, &leader)?;
        assert_eq!(message.len(), Tables::message_size());
        let (mut one, mut two) = (tables.nothing(), tables.nothing());
        tables.check(bound, &helper, &message, &mut two)?;
        tables.take(&leader, &mut one)?;
        let two = Sum::from_bytes(&two.to_bytes()?)?;
        one.unshard(&two)
    }

    #[test]
    fn a_contribution_counts_where_it_says() {
        let tables = Tables::new(&shape()).unwrap();
        let sums = run(&tables, &[5, 10, 13], |_, _| {}).unwrap();
        for (i, n) in sums.iter().enumerate() {
            assert_eq!(*n, i64::from([5, 10, 13].contains(&i)), "{i}");
        }
        assert_eq!(run(&tables, &[0], |_, _| {}).unwrap()[0], 1);
    }

    #[test]
    fn what_is_not_one_cell_of_every_block_is_refused() {
        let tables = Tables::new(&shape()).unwrap();
        for ones in [
            &[][..],
            &[5, 10],
            &[5, 6, 10, 13],
            &[5, 10, 13, 14],
            &[0, 5, 10, 13],
            // Another row in the second block than in the first.
            &[5, 7, 13],
        ] {
            assert_eq!(
                run(&tables, ones, |_, _| {}),
                Err(CryptoError::Open),
                "{ones:?}"
            );
        }
    }

    #[test]
    fn shares_that_were_changed_are_refused() {
        let tables = Tables::new(&shape()).unwrap();
        let ones = [5, 10, 13];
        let size = tables.leader_size();
        // Two at once in one cell, and one less in another: elements that are not 0 or 1.
        for at in [0, 5 * ELEMENT, size / 2, size - 2 * SEED, size - 1] {
            let changed = run(&tables, &ones, |leader, _| leader[at] ^= 1);
            assert_eq!(changed, Err(CryptoError::Open), "{at}");
        }
        for at in 0..HELPER {
            let changed = run(&tables, &ones, |_, helper| helper[at] ^= 1);
            assert_eq!(changed, Err(CryptoError::Open), "{at}");
        }
        for len in [0, 5, size - 1] {
            assert!(run(&tables, &ones, |leader, _| leader.truncate(len)).is_err());
        }
        assert!(run(&tables, &ones, |leader, _| leader[..16].fill(0xff)).is_err());
    }

    #[test]
    fn another_place_context_or_key_is_refused() {
        let tables = Tables::new(&shape()).unwrap();
        let keys = [1, 2].map(|n| Secret::<32>::init_with(|b| b.fill(n)));
        let (leader, helper) = tables.shard(b"a", &[1; 16], &[0]).unwrap();
        let check = |key: usize, context: &[u8], nonce: [u8; 16], key2: usize| {
            let bound = |key| Bound {
                key: &keys[key],
                context,
                nonce: &nonce,
            };
            let message = tables.message(bound(key), &leader)?;
            tables.check(bound(key2), &helper, &message, &mut tables.nothing())
        };
        assert_eq!(check(0, b"a", [1; 16], 0), Ok(()));
        assert_eq!(check(1, b"a", [1; 16], 1), Ok(()));
        assert!(check(0, b"b", [1; 16], 0).is_err());
        assert!(check(0, b"a", [2; 16], 0).is_err());
        assert!(check(0, b"a", [1; 16], 1).is_err());
    }

    #[test]
    fn noise_of_both_signs_adds_up() {
        let tables = Tables::new(&shape()).unwrap();
        let n = tables.elements();
        let (mut a, mut b) = (tables.nothing(), tables.nothing());
        a.noise(&vec![-5; n]).unwrap();
        b.noise(&vec![3; n]).unwrap();
        assert_eq!(a.clone().unshard(&b).unwrap(), vec![-2; n]);
        assert!(a.noise(&[1]).is_err());
        assert!(Sum::from_bytes(&[0xff; 16]).is_err());
        assert!(Sum::from_bytes(&[0; 15]).is_err());
        // A share that belongs to another sum is noticed.
        let mut other = b.to_bytes().unwrap();
        other[12] ^= 1;
        let other = Sum::from_bytes(&other).unwrap();
        assert_eq!(a.unshard(&other), Err(CryptoError::Open));
    }
}
