//! Sealing under a key that is used for one message only: ChaCha20-Poly1305 (RFC 8439) with the
//! nonce of zeros.
//!
//! A nonce must not repeat under one key; a key that is derived for one place of one file, and from
//! what the file contains, has no second message. What this saves is a nonce beside each of millions
//! of short messages.

use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce, Tag};
use zeroize::Zeroize as _;

use super::{CryptoError, Secret};

/// Bytes that are added to a message.
pub const OVERHEAD: usize = 16;

fn cipher(key: &Secret<32>) -> ChaCha20Poly1305 {
    let mut bytes = Key::from(*key.expose());
    let cipher = ChaCha20Poly1305::new(&bytes);
    bytes.as_mut_slice().zeroize();
    cipher
}

/// Encrypts all but the last [`OVERHEAD`] bytes of `message` in place and writes the tag there.
///
/// # Errors
/// [`CryptoError::Open`] if there is no room for the tag.
pub fn seal_in_place(key: &Secret<32>, message: &mut [u8]) -> Result<(), CryptoError> {
    let (body, tag) = message
        .split_last_chunk_mut::<OVERHEAD>()
        .ok_or(CryptoError::Open)?;
    let made = cipher(key)
        .encrypt_inout_detached(&Nonce::default(), &[], body.into())
        .map_err(|_| CryptoError::Open)?;
    tag.copy_from_slice(&made);
    Ok(())
}

/// Opens what [`seal_in_place`] sealed, in place; the result is all but the last bytes.
///
/// # Errors
/// [`CryptoError::Open`].
pub fn open_in_place<'a>(
    key: &Secret<32>,
    message: &'a mut [u8],
) -> Result<&'a mut [u8], CryptoError> {
    let (body, tag) = message
        .split_last_chunk_mut::<OVERHEAD>()
        .ok_or(CryptoError::Open)?;
    cipher(key)
        .decrypt_inout_detached(
            &Nonce::default(),
            &[],
            (&mut *body).into(),
            &Tag::from(*tag),
        )
        .map_err(|_| CryptoError::Open)?;
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_with_its_key_and_as_it_was_only() {
        let key = Secret::<32>::init_with(|b| b.fill(1));
        let mut sealed = [5u8; 40];
        seal_in_place(&key, &mut sealed).unwrap();
        assert_eq!(open_in_place(&key, &mut sealed.clone()).unwrap(), [5; 24]);
        for i in 0..sealed.len() {
            let mut bad = sealed;
            bad[i] ^= 1;
            assert!(open_in_place(&key, &mut bad).is_err());
        }
        let other = Secret::<32>::init_with(|b| b.fill(2));
        assert!(open_in_place(&other, &mut sealed).is_err());
        assert!(seal_in_place(&key, &mut [0; 15]).is_err());
    }
}
