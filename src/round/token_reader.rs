//! Token files that are read piece by piece (manual: *files*, "Token file"): a file of 100,000 persons
//! has more than a gigabyte, and nearly all of it is encodings that nobody asks for.

use std::io::{BufRead, Seek};

use super::envelope::{EnvelopeId, Expected, Kind, Payload, Stream};
use super::note::AgreedNote;
use super::tokens::{SEALED_SHARE, Tag, TokenFile, TokenHead};
use super::{Card, PartyId, RoundError};
use crate::codec::DecodeError;
use crate::crypto::travel::{self, Identity, SeekDecryptor};

/// Tags that are read at once.
const BLOCK: usize = 1 << 16;

/// A token file of which everything was checked. The head is held, encodings are read when they are
/// asked for.
pub struct TokenReader<R: BufRead + Seek> {
    head: TokenHead,
    payload: Payload<SeekDecryptor<R>>,
}

impl<R: BufRead + Seek> TokenReader<R> {
    /// Opens the file of a site and reads it once, to its end and the signature of the site. The tags
    /// go to `tags`; they count only if there is no error at last. That no tag is there twice is for
    /// the caller to check, by [`all_different`].
    ///
    /// # Errors
    /// As [`super::envelope::decrypt`], [`super::envelope::Unverified::verify`] and
    /// [`TokenHead::check`].
    pub fn open(
        identity: &Identity,
        file: R,
        note: &AgreedNote,
        site: &Card,
        receiver: PartyId,
        tags: &mut dyn FnMut(&[Tag]),
    ) -> Result<(EnvelopeId, Self), RoundError> {
        let draft = note.draft();
        let quota = draft
            .quota(&site.id())
            .ok_or_else(|| RoundError::NotInRound(site.id().fingerprint()))?;
        let expected = Expected {
            kind: Kind::Tokens,
            note: note.hash(),
            sender: site,
            receiver,
        };
        let plain = travel::decrypt_seek(identity, file)?;
        let mut stream = Stream::begin(plain, expected, TokenFile::max_size(draft, quota))?;
        let head = TokenHead::read(&mut stream)?;
        head.check(draft, quota)?;
        let mut left = head.places()?;
        let mut block = vec![Tag::default(); BLOCK.min(left)];
        while left > 0 {
            let n = left.min(BLOCK);
            let block = block.get_mut(..n).unwrap_or_default();
            stream.fill(block.as_flattened_mut())?;
            tags(block);
            left -= n;
        }
        let (id, payload) = stream.finish()?;
        Ok((id, Self { head, payload }))
    }

    /// What stands in front of the tags.
    pub fn head(&self) -> &TokenHead {
        &self.head
    }

    /// Reads the sealed encoding at a place of a row. In ascending order no byte is decrypted twice.
    ///
    /// # Errors
    /// [`RoundError::Numbers`] if there is no such place; [`RoundError::Damaged`], [`RoundError::Io`].
    pub fn sealed(&mut self, row: u32, place: u16, out: &mut [u8]) -> Result<(), RoundError> {
        let at = self.head.sealed_at(row, place).ok_or(RoundError::Numbers)?;
        if out.len() != TokenFile::sealed_size(self.head.encoding) {
            return Err(RoundError::Numbers);
        }
        self.payload.read_at(at, out)
    }

    /// Reads the coordinator's share of the counts of a row, and the comparer's, sealed.
    ///
    /// # Errors
    /// As [`TokenReader::sealed`].
    pub fn shares(
        &mut self,
        row: u32,
        share: &mut [u8],
        sealed: &mut [u8; SEALED_SHARE],
    ) -> Result<(), RoundError> {
        let [at, sealed_at] = self.head.shares_at(row).ok_or(RoundError::Numbers)?;
        if share.len() != usize::from(self.head.share) || share.is_empty() {
            return Err(RoundError::Numbers);
        }
        self.payload.read_at(at, share)?;
        self.payload.read_at(sealed_at, sealed)
    }
}

/// Checks that no tag is there twice.
///
/// # Errors
/// [`DecodeError::Value`].
pub fn all_different(tags: &[Tag]) -> Result<(), RoundError> {
    if super::tokens::repeats(tags) {
        return Err(DecodeError::Value("repeated tag").into());
    }
    Ok(())
}
