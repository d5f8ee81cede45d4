//! XChaCha20-Poly1305 (RFC 8439, draft-irtf-cfrg-xchacha-03) and Padmé padding.
//!
//! The nonce is random and travels in front of the ciphertext. The cipher does not commit to its
//! key, so whoever needs that keeps a commitment beside it (manual: *vault format*, "Key
//! commitment").

use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{Key, Tag, XChaCha20Poly1305, XNonce};
use zeroize::{Zeroize as _, Zeroizing};

use super::{CryptoError, Secret, random};

/// Bytes of a nonce.
pub const NONCE: usize = 24;
/// Bytes that [`seal`] adds to a plaintext: nonce and tag.
pub const OVERHEAD: usize = NONCE + 16;

/// `nonce || ciphertext || tag` of `plaintext` under `key`, bound to `ad`.
///
/// # Errors
/// [`CryptoError::Random`].
pub fn seal(key: &Secret<32>, ad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, CryptoError> {
    let nonce: [u8; NONCE] = random::array()?;
    seal_with_nonce(key, &nonce, ad, plaintext)
}

fn seal_with_nonce(
    key: &Secret<32>,
    nonce: &[u8; NONCE],
    ad: &[u8],
    plaintext: &[u8],
) -> Result<Vec<u8>, CryptoError> {
    let mut out = Vec::with_capacity(plaintext.len() + OVERHEAD);
    out.extend_from_slice(nonce);
    out.extend_from_slice(plaintext);
    let tag = cipher(key)
        .encrypt_inout_detached(&XNonce::from(*nonce), ad, (&mut out[NONCE..]).into())
        .map_err(|_| CryptoError::Open)?;
    out.extend_from_slice(&tag);
    Ok(out)
}

/// The plaintext of [`seal`].
///
/// # Errors
/// [`CryptoError::Open`] if key, associated data or ciphertext are not those of [`seal`].
pub fn open(key: &Secret<32>, ad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
    let (nonce, rest) = sealed
        .split_first_chunk::<NONCE>()
        .ok_or(CryptoError::Open)?;
    let (body, tag) = rest.split_last_chunk::<16>().ok_or(CryptoError::Open)?;
    let mut plain = Zeroizing::new(body.to_vec());
    cipher(key)
        .decrypt_inout_detached(
            &XNonce::from(*nonce),
            ad,
            plain.as_mut_slice().into(),
            &Tag::from(*tag),
        )
        .map_err(|_| CryptoError::Open)?;
    Ok(plain)
}

fn cipher(key: &Secret<32>) -> XChaCha20Poly1305 {
    let mut bytes = Key::from(*key.expose());
    let cipher = XChaCha20Poly1305::new(&bytes);
    bytes.as_mut_slice().zeroize();
    cipher
}

/// The Padmé size class of `len` bytes: at most 12 % more, and few classes (Nikitin et al.,
/// "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", PoPETs 2019).
pub fn padme(len: usize) -> usize {
    if len < 2 {
        return len;
    }
    let e = len.ilog2();
    let s = e.ilog2() + 1;
    let low_bits = e - s.min(e);
    let mask = (1usize << low_bits) - 1;
    (len + mask) & !mask
}

/// Smallest padded size, so that short records do not stand apart.
pub const PAD_MIN: usize = 512;

/// `plaintext` behind its four-byte length, padded with zeros to the Padmé class of at least
/// [`PAD_MIN`] bytes.
pub fn pad(plaintext: &[u8]) -> Zeroizing<Vec<u8>> {
    let size = padme((plaintext.len() + 4).max(PAD_MIN));
    let mut out = Zeroizing::new(Vec::with_capacity(size));
    crate::codec::put_bytes(&mut out, plaintext);
    out.resize(size, 0);
    out
}

/// The reverse of [`pad`]: the one padding that [`pad`] writes is the only one accepted.
///
/// # Errors
/// [`CryptoError::Open`] for any other padding.
pub fn unpad(padded: &[u8]) -> Result<&[u8], CryptoError> {
    let (len, rest) = padded.split_first_chunk::<4>().ok_or(CryptoError::Open)?;
    let len = usize::try_from(u32::from_be_bytes(*len)).map_err(|_| CryptoError::Open)?;
    let (body, zeros) = rest.split_at_checked(len).ok_or(CryptoError::Open)?;
    if padded.len() != padme((len + 4).max(PAD_MIN)) || zeros.iter().any(|b| *b != 0) {
        return Err(CryptoError::Open);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{from_hex, to_hex};

    /// draft-irtf-cfrg-xchacha-03, appendix A.3.1.
    #[test]
    fn vector_of_the_xchacha_draft() {
        let key = Secret::<32>::from_slice(
            &from_hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f").unwrap(),
        )
        .unwrap();
        let nonce: [u8; 24] = from_hex("404142434445464748494a4b4c4d4e4f5051525354555657")
            .unwrap()
            .try_into()
            .unwrap();
        let ad = from_hex("50515253c0c1c2c3c4c5c6c7").unwrap();
        let plain = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";
        let sealed = seal_with_nonce(&key, &nonce, &ad, plain).unwrap();
        assert_eq!(
            to_hex(&sealed[NONCE..]),
            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb\
             731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452\
             2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9\
             21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49"
        );
        assert_eq!(open(&key, &ad, &sealed).unwrap().as_slice(), plain);
    }

    #[test]
    fn a_flipped_bit_is_refused_wherever_it_is() {
        let key = Secret::random().unwrap();
        let sealed = seal(&key, b"ad", b"secreto").unwrap();
        for i in 0..sealed.len() {
            let mut bad = sealed.clone();
            bad[i] ^= 1;
            assert_eq!(open(&key, b"ad", &bad).err(), Some(CryptoError::Open));
        }
        assert!(open(&key, b"other", &sealed).is_err());
        assert!(open(&Secret::random().unwrap(), b"ad", &sealed).is_err());
        for n in 0..OVERHEAD {
            assert!(open(&key, b"ad", &sealed[..n]).is_err());
        }
    }

    /// Sizes from the PURB paper's definition, worked out by hand.
    #[test]
    fn padme_classes() {
        for (len, class) in [
            (0, 0),
            (1, 1),
            (2, 2),
            (9, 10),
            (100, 104),
            (512, 512),
            (1000, 1024),
            (1025, 1088),
        ] {
            assert_eq!(padme(len), class, "{len}");
        }
        for len in 2..5000 {
            assert!(padme(len) >= len && (padme(len) - len) * 100 <= len * 12);
            assert_eq!(padme(padme(len)), padme(len));
        }
    }

    #[test]
    fn padding_is_canonical() {
        for len in [0, 1, 507, 508, 509, 600, 4000] {
            let body = vec![7u8; len];
            let padded = pad(&body);
            assert_eq!(unpad(&padded).unwrap(), body);
            let mut longer = padded.to_vec();
            longer.push(0);
            assert!(unpad(&longer).is_err());
            if padded.len() > len + 4 {
                let mut dirty = padded.to_vec();
                *dirty.last_mut().unwrap() = 1;
                assert!(unpad(&dirty).is_err());
            }
        }
    }
}
