//! Sealing to a public key: HPKE (RFC 9180) base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
//! ChaCha20-Poly1305.
//!
//! A *batch* is one encapsulation whose exported secret wraps many keys: the price of the elliptic
//! curve is paid once, and any one of the keys can be opened without the others (RFC 9180 section
//! 5.3, secret export).

use hpke::{Deserializable as _, Kem as _, OpModeR, OpModeS, Serializable as _};
use zeroize::Zeroizing;

use super::{CryptoError, Secret, labels};

type Kem = hpke::kem::X25519HkdfSha256;
type Kdf = hpke::kdf::HkdfSha256;
type Aead = hpke::aead::ChaCha20Poly1305;
type Sender = hpke::aead::AeadCtxS<Aead, Kdf, Kem>;

/// Bytes of a public key and of an encapsulated key.
pub const PUBLIC: usize = 32;
/// Bytes that [`seal_to`] adds: encapsulated key and tag.
pub const OVERHEAD: usize = PUBLIC + 16;

/// A public key to which anybody can seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SealingKey(pub [u8; PUBLIC]);

/// The private half of a [`SealingKey`].
pub struct OpeningKey {
    private: Secret<32>,
    public: SealingKey,
}

impl OpeningKey {
    /// A new random key pair.
    ///
    /// # Errors
    /// [`CryptoError::Random`].
    pub fn generate() -> Result<Self, CryptoError> {
        Self::from_private(Secret::random()?)
    }

    /// The key pair of 32 private bytes (RFC 7748 scalar).
    ///
    /// # Errors
    /// [`CryptoError::Key`].
    pub fn from_private(private: Secret<32>) -> Result<Self, CryptoError> {
        let key = <Kem as hpke::Kem>::PrivateKey::from_bytes(private.expose())
            .map_err(|_| CryptoError::Key)?;
        let public = SealingKey(Kem::sk_to_pk(&key).to_bytes().into());
        Ok(Self { private, public })
    }

    /// The public half.
    pub fn sealing_key(&self) -> SealingKey {
        self.public
    }

    /// The private bytes, to be wrapped.
    pub fn private(&self) -> &Secret<32> {
        &self.private
    }

    fn receiver(
        &self,
        encapsulated: &[u8; PUBLIC],
        info: &[u8],
    ) -> Result<hpke::aead::AeadCtxR<Aead, Kdf, Kem>, CryptoError> {
        let private = <Kem as hpke::Kem>::PrivateKey::from_bytes(self.private.expose())
            .map_err(|_| CryptoError::Key)?;
        let enc = <Kem as hpke::Kem>::EncappedKey::from_bytes(encapsulated)
            .map_err(|_| CryptoError::Open)?;
        hpke::setup_receiver::<Aead, Kdf, Kem>(&OpModeR::Base, &private, &enc, info)
            .map_err(|_| CryptoError::Open)
    }

    /// The plaintext of [`seal_to`].
    ///
    /// # Errors
    /// [`CryptoError::Open`] if key, info, associated data or bytes are not those of [`seal_to`].
    pub fn open(
        &self,
        info: &[u8],
        ad: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let (enc, body) = sealed
            .split_first_chunk::<PUBLIC>()
            .ok_or(CryptoError::Open)?;
        self.receiver(enc, info)?
            .open(body, ad)
            .map(Zeroizing::new)
            .map_err(|_| CryptoError::Open)
    }

    /// The wrapping key of a batch that [`open_batch`] began.
    ///
    /// # Errors
    /// [`CryptoError::Open`] for an encapsulated key that cannot be used.
    pub fn batch_key(
        &self,
        info: &[u8],
        encapsulated: &[u8; PUBLIC],
    ) -> Result<Secret<32>, CryptoError> {
        let context = self.receiver(encapsulated, info)?;
        Secret::try_init_with(|out| {
            context
                .export(labels::BATCH_EXPORT, out)
                .map_err(|_| CryptoError::Open)
        })
    }
}

fn sender(to: &SealingKey, info: &[u8]) -> Result<([u8; PUBLIC], Sender), CryptoError> {
    let public = <Kem as hpke::Kem>::PublicKey::from_bytes(&to.0).map_err(|_| CryptoError::Key)?;
    let (enc, context) = hpke::setup_sender::<Aead, Kdf, Kem>(&OpModeS::Base, &public, info)
        .map_err(|_| CryptoError::Key)?;
    Ok((enc.to_bytes().into(), context))
}

/// `encapsulated key || ciphertext || tag` of `plaintext` for the holder of `to`.
///
/// # Errors
/// [`CryptoError::Key`] for a public key that cannot be used.
pub fn seal_to(
    to: &SealingKey,
    info: &[u8],
    ad: &[u8],
    plaintext: &[u8],
) -> Result<Vec<u8>, CryptoError> {
    let (enc, mut context) = sender(to, info)?;
    let mut out = enc.to_vec();
    out.extend_from_slice(&context.seal(plaintext, ad).map_err(|_| CryptoError::Key)?);
    Ok(out)
}

/// Begins a batch for the holder of `to`: the encapsulated key to be stored and the wrapping key.
///
/// # Errors
/// [`CryptoError::Key`] for a public key that cannot be used.
pub fn open_batch(to: &SealingKey, info: &[u8]) -> Result<([u8; PUBLIC], Secret<32>), CryptoError> {
    let (enc, context) = sender(to, info)?;
    let key = Secret::try_init_with(|out| {
        context
            .export(labels::BATCH_EXPORT, out)
            .map_err(|_| CryptoError::Key)
    })?;
    Ok((enc, key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::from_hex;

    /// RFC 9180 appendix A.2.1: a sealed message is opened, and the secrets of a batch are exported.
    #[test]
    fn vector_of_rfc_9180() {
        let text = include_str!("../../tests/vectors/rfc9180/x25519-sha256-chacha-base.txt");
        let field = |name: &str| {
            let line = text.lines().find(|l| l.starts_with(name)).unwrap();
            from_hex(line.split(' ').nth(1).unwrap()).unwrap()
        };
        let key = OpeningKey::from_private(Secret::from_slice(&field("skRm")).unwrap()).unwrap();
        assert_eq!(key.sealing_key().0.as_slice(), field("pkRm"));
        let sealed = [field("enc"), field("ct")].concat();
        let opened = key.open(&field("info"), &field("aad"), &sealed).unwrap();
        assert_eq!(opened.as_slice(), field("pt"));
        let enc = field("enc").try_into().unwrap();
        let context = key.receiver(&enc, &field("info")).unwrap();
        let mut exports = 0;
        for line in text.lines().filter(|l| l.starts_with("export ")) {
            let words: Vec<&str> = line.split(' ').collect();
            let of = from_hex(words[1].trim_matches('-')).unwrap();
            let mut out = [0; 32];
            context.export(&of, &mut out).unwrap();
            assert_eq!(out.as_slice(), from_hex(words[2]).unwrap());
            exports += 1;
        }
        assert_eq!(exports, 3);
    }

    #[test]
    fn only_the_right_key_info_and_data_open() {
        let key = OpeningKey::generate().unwrap();
        let sealed = seal_to(&key.sealing_key(), b"info", b"ad", b"hola").unwrap();
        assert_eq!(sealed.len(), 4 + OVERHEAD);
        assert_eq!(
            key.open(b"info", b"ad", &sealed).unwrap().as_slice(),
            b"hola"
        );
        assert!(key.open(b"other", b"ad", &sealed).is_err());
        assert!(key.open(b"info", b"other", &sealed).is_err());
        let other = OpeningKey::generate().unwrap();
        assert!(other.open(b"info", b"ad", &sealed).is_err());
        for i in 0..sealed.len() {
            let mut bad = sealed.clone();
            bad[i] ^= 0x40;
            assert!(key.open(b"info", b"ad", &bad).is_err(), "{i}");
        }
    }

    #[test]
    fn both_ends_of_a_batch_agree() {
        let key = OpeningKey::generate().unwrap();
        let (enc, wrap) = open_batch(&key.sealing_key(), b"info").unwrap();
        assert!(key.batch_key(b"info", &enc).unwrap() == wrap);
        assert!(key.batch_key(b"inf0", &enc).unwrap() != wrap);
    }

    #[test]
    fn the_zero_point_is_refused() {
        assert!(seal_to(&SealingKey([0; 32]), b"", b"", b"x").is_err());
    }
}
