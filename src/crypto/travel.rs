//! Files that travel: age v1 (<https://c2sp.org/age>) to X25519 recipients (manual: *files*,
//! "Envelope").
//!
//! Encryption and decryption stream, so that a file may be larger than memory. A reader bounds the
//! header before it is parsed and the content while it is read. Passphrase stanzas are refused by
//! the kind of identity that is used here.

use std::cell::Cell;
use std::io::{self, BufRead, Read, Seek, Write};
use std::str::FromStr;

use age::secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use super::{CryptoError, Secret};

/// Characters of a recipient.
pub const RECIPIENT: usize = 62;
/// Characters of an identity.
pub const IDENTITY: usize = 74;
/// Largest age header that is read: room for 16 recipients and what else a writer may add.
pub const HEADER_MAX: usize = 8 * 1024;
/// Most recipients of a file.
pub const RECIPIENTS_MAX: usize = 32;
/// Plaintext bytes behind one authentication tag.
const STREAM_CHUNK: u64 = 64 * 1024;

/// Why a file that travels could not be written or opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TravelError {
    /// It is not an age v1 file, or its header is larger than [`HEADER_MAX`].
    #[error("this is not an encrypted file of this program")]
    Format,
    /// It is encrypted to somebody else.
    #[error("the file is encrypted to another recipient")]
    Recipient,
    /// A byte was changed or is missing.
    #[error("the file is damaged or cut short")]
    Damaged,
    /// The content is larger than the reader allows.
    #[error("the file is too large")]
    TooLarge,
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A public key to which a file can be encrypted, `age1…`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Recipient(String);

impl Recipient {
    /// Reads a recipient; only the canonical text, in lower case, is one.
    ///
    /// # Errors
    /// [`CryptoError::Key`].
    pub fn new(text: &str) -> Result<Self, CryptoError> {
        if text.len() != RECIPIENT {
            return Err(CryptoError::Key);
        }
        let key = age::x25519::Recipient::from_str(text).map_err(|_| CryptoError::Key)?;
        if key.to_string() != text {
            return Err(CryptoError::Key);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn key(&self) -> Result<age::x25519::Recipient, TravelError> {
        age::x25519::Recipient::from_str(&self.0).map_err(|_| TravelError::Recipient)
    }
}

impl std::fmt::Display for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Debug for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The private half of a [`Recipient`], on the heap, wiped on drop.
pub struct Identity(Box<age::x25519::Identity>);

impl Identity {
    /// A new random identity.
    pub fn generate() -> Self {
        Self(Box::new(age::x25519::Identity::generate()))
    }

    /// The identity of the text that [`Identity::secret`] gives.
    ///
    /// # Errors
    /// [`CryptoError::Key`].
    pub fn from_secret(secret: &Secret<IDENTITY>) -> Result<Self, CryptoError> {
        let text = std::str::from_utf8(secret.expose()).map_err(|_| CryptoError::Key)?;
        age::x25519::Identity::from_str(text)
            .map(|i| Self(Box::new(i)))
            .map_err(|_| CryptoError::Key)
    }

    /// The text form, `AGE-SECRET-KEY-1…`, to be wrapped.
    ///
    /// # Errors
    /// [`CryptoError::Key`] does not occur with an identity of the form that is used here.
    pub fn secret(&self) -> Result<Secret<IDENTITY>, CryptoError> {
        Secret::from_slice(self.0.to_string().expose_secret().as_bytes())
    }

    /// The public half.
    pub fn recipient(&self) -> Recipient {
        Recipient(self.0.to_public().to_string())
    }
}

/// Starts a file to `recipients`. What is written to the result is encrypted to `out`; nothing can be
/// opened before [`Encryptor::finish`].
///
/// # Errors
/// [`TravelError::Recipient`] for none or more than [`RECIPIENTS_MAX`]; [`TravelError::Io`].
pub fn encrypt<W: Write>(recipients: &[Recipient], out: W) -> Result<Encryptor<W>, TravelError> {
    if recipients.len() > RECIPIENTS_MAX {
        return Err(TravelError::Recipient);
    }
    let keys: Vec<_> = recipients
        .iter()
        .map(Recipient::key)
        .collect::<Result<_, _>>()?;
    age::Encryptor::with_recipients(keys.iter().map(|k| k as &dyn age::Recipient))
        .map_err(|_| TravelError::Recipient)?
        .wrap_output(out)
        .map(Encryptor)
        .map_err(TravelError::Io)
}

/// Writes a file of exactly `len` bytes. `content` is told how many bytes it has to make: the header of
/// an age file differs in length from file to file (age puts a stanza of chance into it), and what is
/// left of `len` is the content's.
///
/// # Errors
/// As [`encrypt`]; [`TravelError::TooLarge`] if the header alone is longer than `len`, or `content` made
/// another number of bytes; what `content` says.
pub fn encrypt_sized<E: From<TravelError>>(
    recipients: &[Recipient],
    len: usize,
    content: impl FnOnce(usize) -> Result<Zeroizing<Vec<u8>>, E>,
) -> Result<Vec<u8>, E> {
    let piece = STREAM_CHUNK as usize;
    loop {
        let written = Cell::new(0);
        let out = Counted {
            out: Vec::with_capacity(len),
            written: &written,
        };
        let mut writer = encrypt(recipients, out)?;
        let body = len.checked_sub(written.get());
        let body = body.ok_or(TravelError::TooLarge)?;
        let tags = 16 * body.div_ceil(piece + 16).max(1);
        let room = body.checked_sub(tags).ok_or(TravelError::TooLarge)?;
        if 16 * room.div_ceil(piece).max(1) != tags {
            // A last piece would be shorter than its tag: another header has another length.
            continue;
        }
        let plain = content(room)?;
        if plain.len() != room {
            return Err(TravelError::TooLarge.into());
        }
        writer.write_all(&plain).map_err(TravelError::Io)?;
        return Ok(writer.finish()?.out);
    }
}

/// Says how much was written while it is being written.
struct Counted<'a> {
    out: Vec<u8>,
    written: &'a Cell<usize>,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.extend_from_slice(bytes);
        self.written.set(self.out.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file that is being encrypted.
pub struct Encryptor<W: Write>(age::stream::StreamWriter<W>);

impl<W: Write> Encryptor<W> {
    /// Writes the end of the file.
    ///
    /// # Errors
    /// [`TravelError::Io`].
    pub fn finish(self) -> Result<W, TravelError> {
        self.0.finish().map_err(TravelError::Io)
    }
}

impl<W: Write> Write for Encryptor<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Opens a file for one identity. The reader gives plaintext piece by piece, each authenticated; that
/// the file is complete is known only at its end.
///
/// # Errors
/// [`TravelError`], when header or recipient do not fit.
pub fn decrypt<R: BufRead>(
    identity: &Identity,
    mut input: R,
) -> Result<Decryptor<impl Read>, TravelError> {
    let header = read_header(&mut input)?;
    start(identity, io::Cursor::new(header).chain(input))
}

/// As [`decrypt`], as a type that can be kept.
///
/// # Errors
/// As [`decrypt`].
pub fn decrypt_boxed<'a, R: BufRead + 'a>(
    identity: &Identity,
    mut input: R,
) -> Result<Decryptor<Box<dyn Read + 'a>>, TravelError> {
    let header = read_header(&mut input)?;
    let opened = start(identity, io::Cursor::new(header).chain(input))?;
    Ok(Decryptor(Box::new(opened.0)))
}

/// What reads and seeks in the plaintext of a file.
pub type SeekDecryptor<R> = Decryptor<age::stream::StreamReader<R>>;

/// Opens a file that can be read at any place. Every piece is authenticated, and belongs to the
/// header that was read here.
///
/// # Errors
/// As [`decrypt`].
pub fn decrypt_seek<R: BufRead + Seek>(
    identity: &Identity,
    mut input: R,
) -> Result<SeekDecryptor<R>, TravelError> {
    let at = input.stream_position()?;
    read_header(&mut input)?;
    input.seek(io::SeekFrom::Start(at))?;
    start(identity, input)
}

fn start<R: BufRead>(
    identity: &Identity,
    whole: R,
) -> Result<Decryptor<age::stream::StreamReader<R>>, TravelError> {
    let decryptor = age::Decryptor::new_buffered(whole).map_err(open_error)?;
    decryptor
        .decrypt(std::iter::once(&*identity.0 as &dyn age::Identity))
        .map(Decryptor)
        .map_err(open_error)
}

/// The header up to and with its last line, which starts with three hyphens.
fn read_header(input: &mut impl BufRead) -> Result<Vec<u8>, TravelError> {
    let mut header = Vec::new();
    loop {
        let start = header.len();
        let limit = (HEADER_MAX - start) as u64;
        input.by_ref().take(limit).read_until(b'\n', &mut header)?;
        let line = &header[start..];
        if !line.ends_with(b"\n") {
            return Err(TravelError::Format);
        }
        if line.starts_with(b"---") {
            return Ok(header);
        }
    }
}

fn open_error(e: age::DecryptError) -> TravelError {
    use age::DecryptError as E;
    match e {
        E::NoMatchingKeys => TravelError::Recipient,
        E::InvalidMac | E::DecryptionFailed | E::KeyDecryptionFailed => TravelError::Damaged,
        E::Io(e) if e.kind() == io::ErrorKind::UnexpectedEof => TravelError::Damaged,
        E::Io(e) => TravelError::Io(e),
        _ => TravelError::Format,
    }
}

/// A file that is being decrypted.
pub struct Decryptor<R>(R);

impl<R: Read> Read for Decryptor<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
    }
}

impl<R: Seek> Seek for Decryptor<R> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

/// Encrypts bytes that are in memory.
///
/// # Errors
/// As [`encrypt`].
pub fn encrypt_bytes(recipients: &[Recipient], plain: &[u8]) -> Result<Vec<u8>, TravelError> {
    let mut writer = encrypt(recipients, Vec::with_capacity(plain.len() + 1024))?;
    writer.write_all(plain)?;
    writer.finish()
}

/// Decrypts a file that is in memory, of at most `max` plaintext bytes.
///
/// # Errors
/// [`TravelError`].
pub fn decrypt_bytes(
    identity: &Identity,
    file: &[u8],
    max: usize,
) -> Result<Zeroizing<Vec<u8>>, TravelError> {
    let mut reader = decrypt(identity, file)?;
    // The ciphertext bounds the plaintext, so nothing is asked for that the file could not hold,
    // and a buffer that never grows leaves no copy behind.
    let mut plain = Zeroizing::new(Vec::with_capacity(file.len().min(max.saturating_add(1))));
    reader
        .by_ref()
        .take(max as u64 + 1)
        .read_to_end(&mut plain)
        .map_err(|_| TravelError::Damaged)?;
    if plain.len() > max {
        return Err(TravelError::TooLarge);
    }
    Ok(plain)
}

/// Largest file that [`encrypt`] makes of `plain` bytes: header, nonce, and a tag for each piece.
pub fn file_max(plain: u64) -> u64 {
    let pieces = plain / STREAM_CHUNK + 1;
    plain
        .saturating_add(pieces.saturating_mul(16))
        .saturating_add(HEADER_MAX as u64 + 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recipient_opens_and_nobody_else() {
        let (a, b, c) = (
            Identity::generate(),
            Identity::generate(),
            Identity::generate(),
        );
        for len in [0, 1, 65_535, 65_536, 65_537, 200_000] {
            let plain = vec![7u8; len];
            let file = encrypt_bytes(&[a.recipient(), b.recipient()], &plain).unwrap();
            assert!(file.len() as u64 <= file_max(len as u64));
            for identity in [&a, &b] {
                assert_eq!(*decrypt_bytes(identity, &file, len).unwrap(), plain);
            }
            assert!(matches!(
                decrypt_bytes(&c, &file, len),
                Err(TravelError::Recipient)
            ));
            if len > 0 {
                assert!(matches!(
                    decrypt_bytes(&a, &file, len - 1),
                    Err(TravelError::TooLarge)
                ));
            }
        }
    }

    #[test]
    fn a_file_has_the_size_that_was_asked_for() {
        let identity = Identity::generate();
        let recipients = [identity.recipient(), Identity::generate().recipient()];
        let piece = STREAM_CHUNK as usize;
        for len in [700, 4096, piece + 500, piece + 560, 2 * piece, 200_000] {
            for _ in 0..20 {
                let mut made = 0;
                let file = encrypt_sized::<TravelError>(&recipients, len, |room| {
                    made = room;
                    Ok(Zeroizing::new(vec![7; room]))
                })
                .unwrap();
                assert_eq!(file.len(), len);
                let plain = decrypt_bytes(&identity, &file, len).unwrap();
                assert_eq!(plain.as_slice(), vec![7; made]);
            }
        }
        let small = |content: fn(usize) -> Vec<u8>| {
            encrypt_sized::<TravelError>(&recipients, 700, |n| Ok(content(n).into()))
        };
        assert!(small(|n| vec![0; n + 1]).is_err() && small(|n| vec![0; n - 1]).is_err());
        let tiny = encrypt_sized::<TravelError>(&recipients, 100, |n| Ok(vec![0; n].into()));
        assert!(matches!(tiny, Err(TravelError::TooLarge)));
    }

    #[test]
    fn any_place_can_be_read() {
        let a = Identity::generate();
        for len in [1usize, 65_535, 65_536, 65_537, 131_072, 200_000] {
            let plain: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
            let file = encrypt_bytes(&[a.recipient()], &plain).unwrap();
            let mut reader = decrypt_seek(&a, io::Cursor::new(&file)).unwrap();
            let mut all = Vec::new();
            reader.read_to_end(&mut all).unwrap();
            assert_eq!(all, plain);
            for at in [0, len / 2, len - 1, 65_536, 65_535, 1, 131_071] {
                if at < len {
                    let mut one = [0];
                    reader.seek(io::SeekFrom::Start(at as u64)).unwrap();
                    reader.read_exact(&mut one).unwrap();
                    assert_eq!(one[0], plain[at], "{at} of {len}");
                }
            }
        }
    }

    #[test]
    fn each_changed_or_missing_byte_is_noticed() {
        let a = Identity::generate();
        let file = encrypt_bytes(&[a.recipient()], b"hola").unwrap();
        for i in 0..file.len() {
            let mut bad = file.clone();
            bad[i] ^= 1;
            assert!(decrypt_bytes(&a, &bad, 100).is_err(), "{i}");
            assert!(decrypt_bytes(&a, &file[..i], 100).is_err(), "{i}");
        }
        let mut longer = file.clone();
        longer.push(0);
        assert!(decrypt_bytes(&a, &longer, 100).is_err());
    }

    #[test]
    fn a_header_without_end_is_refused_before_it_is_stored() {
        let a = Identity::generate();
        let mut endless = b"age-encryption.org/v1\n".to_vec();
        endless.extend(std::iter::repeat_n(b"-> x\n".as_slice(), 100_000).flatten());
        assert!(matches!(
            decrypt_bytes(&a, &endless, 100),
            Err(TravelError::Format)
        ));
    }

    #[test]
    fn identities_and_recipients_have_one_text() {
        let a = Identity::generate();
        let again = Identity::from_secret(&a.secret().unwrap()).unwrap();
        assert_eq!(again.recipient(), a.recipient());
        let text = a.recipient().to_string();
        assert_eq!(Recipient::new(&text).unwrap(), a.recipient());
        assert!(Recipient::new(&text.to_uppercase()).is_err());
        assert!(Recipient::new(&text[..61]).is_err());
        assert!(encrypt_bytes(&[], b"").is_err());
    }
}
