//! Sealing files of any size piece by piece: the STREAM construction (Hoang, Reyhanitabar, Rogaway,
//! Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", CRYPTO 2015) with
//! XChaCha20-Poly1305.
//!
//! A file is a random prefix of 19 bytes and pieces of [`PIECE`] plaintext bytes, each with its tag;
//! the last one is shorter or as long. The nonce of a piece is prefix, number (4 bytes), and 1 for
//! the last piece: pieces cannot be exchanged, left out, or taken for the end.

use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{Key, Tag, XChaCha20Poly1305, XNonce};
use zeroize::Zeroize as _;

use super::{CryptoError, Secret, random};

/// Plaintext bytes of a piece.
pub const PIECE: usize = 64 * 1024;
/// Bytes in front of the first piece.
pub const PREFIX: usize = 19;
/// Bytes that a piece grows by.
pub const TAG: usize = 16;

/// Bytes of a sealed file with this many bytes of plaintext.
pub fn sealed_len(plain: u64) -> u64 {
    let pieces = plain.div_ceil(PIECE as u64).max(1);
    PREFIX as u64 + plain + pieces * TAG as u64
}

/// The state of sealing or opening one file under a key that is used for nothing else.
pub struct Stream {
    cipher: XChaCha20Poly1305,
    prefix: [u8; PREFIX],
    next: Option<u32>,
}

impl Stream {
    /// Begins a new file.
    ///
    /// # Errors
    /// [`CryptoError::Random`].
    pub fn begin(key: &Secret<32>) -> Result<Self, CryptoError> {
        Ok(Self::with_prefix(key, random::array()?))
    }

    /// Begins to open the file with this prefix.
    pub fn with_prefix(key: &Secret<32>, prefix: [u8; PREFIX]) -> Self {
        let mut bytes = Key::from(*key.expose());
        let cipher = XChaCha20Poly1305::new(&bytes);
        bytes.as_mut_slice().zeroize();
        Self {
            cipher,
            prefix,
            next: Some(0),
        }
    }

    /// What the file begins with.
    pub fn prefix(&self) -> &[u8; PREFIX] {
        &self.prefix
    }

    /// The nonce of the next piece; there is none behind the last, nor behind 2^32.
    fn nonce(&mut self, last: bool) -> Result<XNonce, CryptoError> {
        let number = self.next.ok_or(CryptoError::Open)?;
        self.next = if last { None } else { number.checked_add(1) };
        let mut nonce = [0u8; 24];
        nonce[..PREFIX].copy_from_slice(&self.prefix);
        nonce[PREFIX..PREFIX + 4].copy_from_slice(&number.to_be_bytes());
        nonce[PREFIX + 4] = u8::from(last);
        Ok(XNonce::from(nonce))
    }

    /// Seals the next piece in place and adds its tag. All but the last piece are [`PIECE`] long.
    ///
    /// # Errors
    /// [`CryptoError::Open`] behind the last piece or for a piece of another length.
    pub fn seal(&mut self, ad: &[u8], piece: &mut Vec<u8>, last: bool) -> Result<(), CryptoError> {
        if piece.len() > PIECE || (!last && piece.len() != PIECE) {
            return Err(CryptoError::Open);
        }
        let nonce = self.nonce(last)?;
        let tag = self
            .cipher
            .encrypt_inout_detached(&nonce, ad, piece.as_mut_slice().into())
            .map_err(|_| CryptoError::Open)?;
        piece.extend_from_slice(&tag);
        Ok(())
    }

    /// Opens the next piece in place and takes its tag away.
    ///
    /// # Errors
    /// [`CryptoError::Open`] if it is not that piece of that file; `piece` is of no use then.
    pub fn open(&mut self, ad: &[u8], piece: &mut Vec<u8>, last: bool) -> Result<(), CryptoError> {
        let len = piece.len().checked_sub(TAG).ok_or(CryptoError::Open)?;
        if len > PIECE || (!last && len != PIECE) {
            return Err(CryptoError::Open);
        }
        let nonce = self.nonce(last)?;
        let (body, tag) = piece
            .split_last_chunk_mut::<TAG>()
            .ok_or(CryptoError::Open)?;
        self.cipher
            .decrypt_inout_detached(&nonce, ad, body.into(), &Tag::from(*tag))
            .map_err(|_| CryptoError::Open)?;
        piece.truncate(len);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(key: &Secret<32>, plain: &[u8]) -> (Vec<u8>, Vec<Vec<u8>>) {
        let mut stream = Stream::begin(key).unwrap();
        let count = plain.len().div_ceil(PIECE).max(1);
        let pieces = (0..count).map(|i| {
            let end = plain.len().min((i + 1) * PIECE);
            let mut piece = plain[i * PIECE..end].to_vec();
            stream.seal(b"ad", &mut piece, i + 1 == count).unwrap();
            piece
        });
        let pieces = pieces.collect();
        (stream.prefix().to_vec(), pieces)
    }

    fn open(key: &Secret<32>, prefix: &[u8], pieces: &[Vec<u8>]) -> Result<Vec<u8>, CryptoError> {
        let mut stream = Stream::with_prefix(key, prefix.try_into().unwrap());
        let mut plain = Vec::new();
        for (i, piece) in pieces.iter().enumerate() {
            let mut piece = piece.clone();
            stream.open(b"ad", &mut piece, i + 1 == pieces.len())?;
            plain.extend_from_slice(&piece);
        }
        Ok(plain)
    }

    #[test]
    fn pieces_open_in_their_order_and_whole_only() {
        let key = Secret::random().unwrap();
        for len in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE] {
            let plain: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
            let (prefix, pieces) = seal(&key, &plain);
            let stored = PREFIX + pieces.iter().map(Vec::len).sum::<usize>();
            assert_eq!(stored as u64, sealed_len(len as u64));
            assert_eq!(open(&key, &prefix, &pieces).unwrap(), plain);
            if pieces.len() > 1 {
                assert!(open(&key, &prefix, &pieces[..pieces.len() - 1]).is_err());
                assert!(open(&key, &prefix, &pieces[1..]).is_err());
                let mut swapped = pieces.clone();
                swapped.swap(0, 1);
                assert!(open(&key, &prefix, &swapped).is_err());
            }
            let mut longer = pieces.clone();
            longer.push(pieces[0].clone());
            assert!(open(&key, &prefix, &longer).is_err());
            for at in [0, pieces[0].len() - 1] {
                let mut bad = pieces.clone();
                bad[0][at] ^= 1;
                assert!(open(&key, &prefix, &bad).is_err());
            }
            let other = Secret::random().unwrap();
            assert!(open(&other, &prefix, &pieces).is_err());
        }
    }
}
