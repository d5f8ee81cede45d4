//! Random bytes of the operating system.

use super::CryptoError;

/// Fills `bytes` with random bytes.
///
/// # Errors
/// [`CryptoError::Random`] if the operating system gives none.
pub fn fill(bytes: &mut [u8]) -> Result<(), CryptoError> {
    getrandom::fill(bytes).map_err(|_| CryptoError::Random)
}

/// `N` random bytes that are not secret: an id, a nonce, a salt.
///
/// # Errors
/// [`CryptoError::Random`].
pub fn array<const N: usize>() -> Result<[u8; N], CryptoError> {
    let mut bytes = [0u8; N];
    fill(&mut bytes)?;
    Ok(bytes)
}
