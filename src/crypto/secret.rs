//! Secret bytes that are boxed, wiped and never shown.

use subtle::ConstantTimeEq as _;
use zeroize::Zeroize as _;

use super::{CryptoError, once, random};

/// `N` secret bytes on the heap, wiped on drop.
///
/// There is no `Debug`, `Display` or `Clone`: copies are made on purpose, by
/// [`Secret::duplicate`]. Equality is constant-time.
pub struct Secret<const N: usize>(Box<[u8; N]>);

impl<const N: usize> Secret<N> {
    /// Fills a new secret in place.
    pub fn init_with(fill: impl FnOnce(&mut [u8; N])) -> Self {
        let mut boxed = Box::new([0u8; N]);
        fill(&mut boxed);
        Self(boxed)
    }

    /// Fills a new secret in place, or gives up; what was written is wiped then.
    ///
    /// # Errors
    /// Whatever `fill` returns.
    pub fn try_init_with<E>(fill: impl FnOnce(&mut [u8; N]) -> Result<(), E>) -> Result<Self, E> {
        let mut secret = Self(Box::new([0u8; N]));
        fill(&mut secret.0)?;
        Ok(secret)
    }

    /// `N` random bytes from the operating system.
    ///
    /// # Errors
    /// [`CryptoError::Random`].
    pub fn random() -> Result<Self, CryptoError> {
        Self::try_init_with(|b| random::fill(b))
    }

    /// A secret from a slice of exactly `N` bytes; the caller wipes the slice.
    ///
    /// # Errors
    /// [`CryptoError::Key`] for any other length.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, CryptoError> {
        if bytes.len() != N {
            return Err(CryptoError::Key);
        }
        Ok(Self::init_with(|b| b.copy_from_slice(bytes)))
    }

    /// The bytes. Named so that every use can be found.
    pub fn expose(&self) -> &[u8; N] {
        &self.0
    }

    /// A second copy, made on purpose.
    pub fn duplicate(&self) -> Self {
        Self::init_with(|b| b.copy_from_slice(self.expose()))
    }
}

impl<const N: usize> Drop for Secret<N> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<const N: usize> PartialEq for Secret<N> {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_slice().ct_eq(other.0.as_slice()).into()
    }
}

impl<const N: usize> Eq for Secret<N> {}

/// Bytes of stack that are overwritten; the calls of a vault and of a round use less.
const STACK: usize = 128 * 1024;

/// Overwrites the stack below the caller. Ciphers and hashes leave in their frames what went through them last, a
/// secret among it, where nothing else reaches it. The same cipher is run over zeros first: what it leaves in wide
/// registers is put on the stack by the loader when the next function is looked up, as late as at the end of the
/// process.
#[inline(never)]
pub fn wipe_stack() {
    let mut nothing = [0_u8; 1024];
    let done = once::seal_in_place(&Secret::init_with(|_| {}), &mut nothing);
    std::hint::black_box((&nothing, done.is_ok()));
    let mut below = [0xff_u8; STACK];
    below.zeroize();
    std::hint::black_box(&below);
}

/// Does [`wipe_stack`] on drop. To be the last field of what holds keys.
pub(crate) struct WipesStack;

impl Drop for WipesStack {
    fn drop(&mut self) {
        wipe_stack();
    }
}

/// A passphrase as it was typed, wiped on drop.
pub struct Passphrase(zeroize::Zeroizing<String>);

impl Passphrase {
    /// Takes the text over; trailing line ends are not part of a passphrase.
    pub fn new(text: String) -> Self {
        let mut text = zeroize::Zeroizing::new(text);
        while text.ends_with(['\n', '\r']) {
            text.pop();
        }
        Self(text)
    }

    /// The text. Named so that every use can be found.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl PartialEq for Passphrase {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equality_is_by_content() {
        let a = Secret::<4>::init_with(|b| b.fill(7));
        assert!(a == a.duplicate());
        assert!(a != Secret::<4>::init_with(|b| b.fill(8)));
        assert!(Secret::<4>::from_slice(&[0; 5]).is_err());
    }

    #[test]
    fn a_passphrase_ends_before_the_line_end() {
        assert_eq!(
            Passphrase::new("clave larga\r\n".into()).expose(),
            "clave larga"
        );
    }
}
