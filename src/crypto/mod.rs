//! The only place that names a cryptographic crate (manual: *vault format*, "Cryptography").
//!
//! Published constructions only, one file each. Every derivation label is in [`labels`]. Secrets
//! are [`Secret`]: boxed at birth, without `Debug`, `Display` or `Clone`, compared in constant
//! time, wiped on drop.

pub mod aead;
pub mod hash;
pub mod kdf;
pub mod labels;
pub mod once;
pub mod prio3;
pub mod random;
pub mod seal;
pub mod secret;
pub mod shares;
pub mod sign;
pub mod stream;
pub mod travel;
pub mod voprf;

pub use secret::Secret;

/// Why a cryptographic operation did not succeed. Nothing here says more than an adversary may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CryptoError {
    /// Ciphertext, key and associated data do not belong together, or the ciphertext was changed.
    #[error("the sealed data cannot be opened with this key")]
    Open,
    /// A signature is not valid.
    #[error("the signature is not valid")]
    Signature,
    /// A public key or group element is not acceptable.
    #[error("the key is not valid")]
    Key,
    /// The parameters of a key derivation are outside what this program accepts.
    #[error("the key derivation parameters are out of range")]
    Parameters,
    /// The system gave no random bytes.
    #[error("the system's random number generator failed")]
    Random,
}
