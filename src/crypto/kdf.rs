//! Keys from passphrases (Argon2id, RFC 9106) and from keys (BLAKE3 `derive_key`).

use zeroize::Zeroizing;

use super::{CryptoError, Secret};
use crate::codec::{Decode, DecodeError, Encode, Reader};

/// Cost of turning a passphrase into a key, kept in the slot that it opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassphraseCost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl PassphraseCost {
    /// Least memory that is accepted: 19 MiB, the first choice of the OWASP password storage sheet.
    pub const MIN_MEMORY_KIB: u32 = 19 * 1024;
    /// Most memory that a file may ask for, so that a hostile keyring cannot exhaust the machine.
    pub const MAX_MEMORY_KIB: u32 = 1024 * 1024;
    /// Most passes that a file may ask for.
    pub const MAX_PASSES: u32 = 16;
    /// Most lanes that a file may ask for.
    pub const MAX_LANES: u32 = 16;

    /// Checks and keeps the parameters.
    ///
    /// # Errors
    /// [`CryptoError::Parameters`] if one is outside its bounds.
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, CryptoError> {
        let memory = Self::MIN_MEMORY_KIB..=Self::MAX_MEMORY_KIB;
        if !memory.contains(&memory_kib)
            || !(2..=Self::MAX_PASSES).contains(&passes)
            || !(1..=Self::MAX_LANES).contains(&lanes)
        {
            return Err(CryptoError::Parameters);
        }
        Ok(Self {
            memory_kib,
            passes,
            lanes,
        })
    }

    /// Memory in KiB.
    pub fn memory_kib(&self) -> u32 {
        self.memory_kib
    }
}

/// 64 MiB, 3 passes, 1 lane: the memory-constrained choice of RFC 9106 section 4, with one lane
/// because the implementation is single-threaded and more lanes would help only the attacker.
impl Default for PassphraseCost {
    fn default() -> Self {
        Self {
            memory_kib: 64 * 1024,
            passes: 3,
            lanes: 1,
        }
    }
}

impl Encode for PassphraseCost {
    fn encode(&self, out: &mut Vec<u8>) {
        for v in [self.memory_kib, self.passes, self.lanes] {
            out.extend_from_slice(&v.to_be_bytes());
        }
    }
}

impl Decode for PassphraseCost {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Self::new(input.u32()?, input.u32()?, input.u32()?)
            .map_err(|_| DecodeError::Value("passphrase cost"))
    }
}

#[cfg(test)]
thread_local! {
    static STRETCHED: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// Calls of [`stretch`] in this thread: what a passphrase costs must not depend on what it opens.
#[cfg(test)]
pub(crate) fn stretched() -> u64 {
    STRETCHED.with(std::cell::Cell::get)
}

/// Argon2id version 0x13 of `passphrase` and `salt`, 32 bytes.
///
/// # Errors
/// [`CryptoError::Parameters`] if the machine cannot provide the memory asked for.
pub fn stretch(
    passphrase: &[u8],
    salt: &[u8; 16],
    cost: PassphraseCost,
) -> Result<Secret<32>, CryptoError> {
    #[cfg(test)]
    STRETCHED.with(|n| n.set(n.get() + 1));
    let params = argon2::Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32))
        .map_err(|_| CryptoError::Parameters)?;
    let argon = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    Secret::try_init_with(|out| {
        argon
            .hash_password_into(passphrase, salt, out)
            .map_err(|_| CryptoError::Parameters)
    })
}

/// BLAKE3 `derive_key` of `material` under `label`. Never for passphrases.
pub fn derive(label: &'static str, material: &[&[u8]]) -> Secret<32> {
    let mut hasher = blake3::Hasher::new_derive_key(label);
    for part in material {
        hasher.update(part);
    }
    let key = Secret::init_with(|out| {
        let mut reader = hasher.finalize_xof();
        reader.fill(out);
    });
    zeroize::Zeroize::zeroize(&mut hasher);
    key
}

/// BLAKE3 keyed hash of `parts`, 32 bytes. Callers make the parts unambiguous.
pub fn keyed(key: &Secret<32>, parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut hasher = blake3::Hasher::new_keyed(key.expose());
    for part in parts {
        hasher.update(part);
    }
    let out = Zeroizing::new(*hasher.finalize().as_bytes());
    zeroize::Zeroize::zeroize(&mut hasher);
    out
}

/// BLAKE3 keyed hash of one short input, without an intermediate state to wipe: the hot path of
/// matching. The same value as [`keyed`] of that input.
pub fn keyed_short(key: &Secret<32>, input: &[u8]) -> [u8; 32] {
    *blake3::keyed_hash(key.expose(), input).as_bytes()
}

/// Fills `out` with the extended output (BLAKE3 XOF) of the keyed hash of `input`.
pub fn keyed_stream(key: &Secret<32>, input: &[u8], out: &mut [u8]) {
    let mut hasher = blake3::Hasher::new_keyed(key.expose());
    hasher.update(input);
    hasher.finalize_xof().fill(out);
    zeroize::Zeroize::zeroize(&mut hasher);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::to_hex;

    #[test]
    fn costs_outside_the_bounds_are_refused() {
        assert!(PassphraseCost::new(1024, 3, 1).is_err());
        assert!(PassphraseCost::new(u32::MAX, 3, 1).is_err());
        assert!(PassphraseCost::new(64 * 1024, 1, 1).is_err());
        assert!(PassphraseCost::new(64 * 1024, 3, 17).is_err());
        // A file may ask for 1 GiB, and no more.
        assert!(PassphraseCost::new(1 << 20, 3, 1).is_ok());
        assert!(PassphraseCost::new((1 << 20) + 1, 3, 1).is_err());
        let bytes = PassphraseCost::default().to_bytes();
        assert_eq!(
            PassphraseCost::from_bytes(&bytes).unwrap(),
            PassphraseCost::default()
        );
    }

    #[test]
    fn the_usual_cost_is_64_mib_and_three_passes() {
        let said = PassphraseCost::new(64 * 1024, 3, 1).unwrap();
        assert_eq!(PassphraseCost::default(), said);
    }

    /// RFC 9106 section 5.3. Its secret and associated data are not used by the product, and its cost
    /// lies below what a slot may have: this checks the function that [`stretch`] calls.
    #[test]
    fn vector_of_rfc_9106() {
        let params = argon2::ParamsBuilder::new()
            .m_cost(32)
            .t_cost(3)
            .p_cost(4)
            .data(argon2::AssociatedData::new(&[4; 12]).unwrap())
            .build()
            .unwrap();
        let argon = argon2::Argon2::new_with_secret(
            &[3; 8],
            argon2::Algorithm::Argon2id,
            argon2::Version::V0x13,
            params,
        )
        .unwrap();
        let mut out = [0; 32];
        argon
            .hash_password_into(&[1; 32], &[2; 16], &mut out)
            .unwrap();
        assert_eq!(
            to_hex(&out),
            "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
        );
    }

    #[test]
    fn passphrase_and_salt_both_matter() {
        let cost = PassphraseCost::new(PassphraseCost::MIN_MEMORY_KIB, 2, 1).unwrap();
        let a = stretch(b"uno", &[1; 16], cost).unwrap();
        assert!(a == stretch(b"uno", &[1; 16], cost).unwrap());
        assert!(a != stretch(b"dos", &[1; 16], cost).unwrap());
        assert!(a != stretch(b"uno", &[2; 16], cost).unwrap());
    }

    #[test]
    fn the_short_forms_are_the_keyed_hash() {
        let key = Secret::<32>::from_slice(b"whats the Elvish word for friend").unwrap();
        let whole = keyed(&key, &[b"abc"]);
        assert_eq!(keyed_short(&key, b"abc"), *whole);
        let mut stream = [0u8; 80];
        keyed_stream(&key, b"abc", &mut stream);
        assert_eq!(stream[..32], *whole);
    }

    /// First 32 bytes of the official BLAKE3 vectors for input 00 01 02 (`test_vectors.json`).
    #[test]
    fn vectors_of_blake3() {
        let key = Secret::<32>::from_slice(b"whats the Elvish word for friend").unwrap();
        assert_eq!(
            to_hex(keyed(&key, &[&[0], &[1, 2]]).as_slice()),
            "39e67b76b5a007d4921969779fe666da67b5213b096084ab674742f0d5ec62b9"
        );
        let derived = derive(
            "BLAKE3 2019-12-27 16:29:52 test vectors context",
            &[&[0, 1, 2]],
        );
        assert_eq!(
            to_hex(derived.expose()),
            "440aba35cb006b61fc17c0529255de438efc06a8c9ebf3f2ddac3b5a86705797"
        );
    }
}
