//! SHA-256 (FIPS 180-4), for everything in the log.

use std::io::{self, Write};

/// 32 bytes of SHA-256.
pub type Digest = [u8; 32];

/// SHA-256 of the concatenation of `parts`. Callers make the parts unambiguous: all but the last
/// have a fixed length.
pub fn sha256(parts: &[&[u8]]) -> Digest {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut out = [0u8; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}

/// SHA-256 of bytes that come piece by piece.
pub struct Hasher(ring::digest::Context);

impl Hasher {
    /// Nothing hashed yet.
    pub fn new() -> Self {
        Self(ring::digest::Context::new(&ring::digest::SHA256))
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash of all bytes.
    pub fn finish(self) -> Digest {
        let mut out = [0u8; 32];
        out.copy_from_slice(self.0.finish().as_ref());
        out
    }
}

impl Default for Hasher {
    fn default() -> Self {
        Self::new()
    }
}

/// Writes on and hashes what passes.
pub struct HashingWriter<W> {
    out: W,
    hash: Hasher,
    bytes: u64,
}

impl<W: Write> HashingWriter<W> {
    /// Nothing written yet.
    pub fn new(out: W) -> Self {
        Self {
            out,
            hash: Hasher::new(),
            bytes: 0,
        }
    }

    /// Bytes that passed.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What was written to, the hash of all that passed, and its bytes.
    pub fn finish(self) -> (W, Digest, u64) {
        (self.out, self.hash.finish(), self.bytes)
    }
}

impl<W: Write> Write for HashingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.out.write(bytes)?;
        self.hash.update(&bytes[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    #[test]
    fn what_passes_is_hashed_and_counted() {
        let mut writer = super::HashingWriter::new(Vec::new());
        writer.write_all(b"a").unwrap();
        writer.write_all(b"bc").unwrap();
        assert_eq!(writer.bytes(), 3);
        let expected = super::sha256(&[b"abc"]);
        assert_eq!(writer.finish(), (b"abc".to_vec(), expected, 3));
    }

    #[test]
    fn abc_of_fips_180_4() {
        assert_eq!(
            crate::codec::to_hex(&super::sha256(&[b"a", b"bc"])),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
