//! Ed25519 (RFC 8032). A key pair for each purpose.

use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

use super::{CryptoError, Secret};

/// 64 bytes of signature.
pub type Signature = [u8; 64];

/// A public key that checks signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VerifyingKey(pub [u8; 32]);

impl VerifyingKey {
    /// Checks `signature` over `message`.
    ///
    /// # Errors
    /// [`CryptoError::Signature`] if it is not valid.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), CryptoError> {
        UnparsedPublicKey::new(&ED25519, self.0)
            .verify(message, signature)
            .map_err(|_| CryptoError::Signature)
    }
}

/// A signing key: the 32-byte seed and its public key. Only the seed is kept; see [`Signer`].
pub struct SigningKey {
    seed: Secret<32>,
    public: VerifyingKey,
}

impl SigningKey {
    /// A new random key.
    ///
    /// # Errors
    /// [`CryptoError::Random`].
    pub fn generate() -> Result<Self, CryptoError> {
        Self::from_seed(Secret::random()?)
    }

    /// The key of a seed.
    ///
    /// # Errors
    /// [`CryptoError::Key`] if the seed is refused by the library.
    pub fn from_seed(seed: Secret<32>) -> Result<Self, CryptoError> {
        let pair =
            Ed25519KeyPair::from_seed_unchecked(seed.expose()).map_err(|_| CryptoError::Key)?;
        let mut public = [0u8; 32];
        public.copy_from_slice(pair.public_key().as_ref());
        Ok(Self {
            seed,
            public: VerifyingKey(public),
        })
    }

    /// The seed, to be wrapped.
    pub fn seed(&self) -> &Secret<32> {
        &self.seed
    }

    /// The public half.
    pub fn verifying_key(&self) -> VerifyingKey {
        self.public
    }

    /// Signs `message`.
    ///
    /// # Errors
    /// [`CryptoError::Key`] if seed and public key do not belong together.
    pub fn sign(&self, message: &[u8]) -> Result<Signature, CryptoError> {
        Ok(self.signer()?.sign(message))
    }

    /// The expanded key, for many signatures in a row. Expanding costs as much as signing, and the
    /// library does not wipe what it expanded: keep this for one piece of work and no longer.
    ///
    /// # Errors
    /// [`CryptoError::Key`] if seed and public key do not belong together.
    pub fn signer(&self) -> Result<Signer, CryptoError> {
        Ed25519KeyPair::from_seed_and_public_key(self.seed.expose(), &self.public.0)
            .map(Signer)
            .map_err(|_| CryptoError::Key)
    }
}

/// An expanded signing key; see [`SigningKey::signer`].
pub struct Signer(Ed25519KeyPair);

impl Signer {
    /// Signs `message`.
    pub fn sign(&self, message: &[u8]) -> Signature {
        let mut out = [0u8; 64];
        out.copy_from_slice(self.0.sign(message).as_ref());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{from_hex, to_hex};

    /// RFC 8032 section 7.1, test 2.
    #[test]
    fn vector_of_rfc_8032() {
        let seed =
            from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb").unwrap();
        let key = SigningKey::from_seed(Secret::from_slice(&seed).unwrap()).unwrap();
        assert_eq!(
            to_hex(&key.verifying_key().0),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
        );
        let signature = key.sign(&[0x72]).unwrap();
        assert_eq!(
            to_hex(&signature),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        );
        key.verifying_key().verify(&[0x72], &signature).unwrap();
        assert!(key.verifying_key().verify(&[0x73], &signature).is_err());
    }
}
