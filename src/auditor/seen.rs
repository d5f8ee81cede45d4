//! The last head of each log that an auditor has seen (manual: *log*, "Heads seen").

use std::collections::BTreeMap;

use crate::codec::{Decode, DecodeError, Encode, Reader, put_bytes};
use crate::crypto::sign::VerifyingKey;
use crate::log::note::{MAX_NAME, MAX_NOTE};
use crate::log::{Origin, SignedCheckpoint};

const MAGIC: &[u8; 11] = b"sigilo-seen";
const VERSION: u8 = 1;
/// Most logs in one file.
const MAX_LOGS: usize = 100_000;
/// Largest file that is read, in bytes.
pub const SEEN_MAX: usize = 64 << 20;

/// The heads seen, by the name of the log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen(BTreeMap<String, (VerifyingKey, String)>);

impl Seen {
    /// Nothing seen yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The key of a log and its last head, as it was cosigned.
    ///
    /// # Errors
    /// [`DecodeError`] if what is kept is no signed head of that log.
    #[allow(clippy::type_complexity)]
    pub fn last(
        &self,
        origin: &Origin,
    ) -> Result<Option<(VerifyingKey, SignedCheckpoint)>, DecodeError> {
        let Some((key, note)) = self.0.get(origin.as_str()) else {
            return Ok(None);
        };
        let head = SignedCheckpoint::parse(note.as_bytes());
        let head = head.map_err(|_| DecodeError::Value("head"))?;
        if head.verify(origin, *key).is_err() {
            return Err(DecodeError::Value("head"));
        }
        Ok(Some((*key, head)))
    }

    /// Remembers a head in the place of the one before.
    pub fn put(&mut self, key: VerifyingKey, head: &SignedCheckpoint) {
        let origin = head.checkpoint().origin().to_string();
        self.0.insert(origin, (key, head.to_string()));
    }
}

impl Encode for Seen {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(MAGIC);
        out.push(VERSION);
        let count = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&count.to_be_bytes());
        for (origin, (key, note)) in &self.0 {
            put_bytes(out, origin.as_bytes());
            out.extend_from_slice(&key.0);
            put_bytes(out, note.as_bytes());
        }
    }
}

impl Decode for Seen {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if input.array()? != *MAGIC {
            return Err(DecodeError::Value("magic"));
        }
        match input.u8()? {
            VERSION => {}
            other => return Err(DecodeError::Version(other)),
        }
        let mut seen = BTreeMap::new();
        for _ in 0..input.count(4 + 32 + 4, MAX_LOGS)? {
            let origin = input.text(MAX_NAME)?.to_owned();
            if seen
                .last_key_value()
                .is_some_and(|(last, _)| *last >= origin)
            {
                return Err(DecodeError::Value("order"));
            }
            let key = VerifyingKey(input.array()?);
            let note = input.text(MAX_NOTE)?.to_owned();
            seen.insert(origin, (key, note));
        }
        Ok(Self(seen))
    }
}
