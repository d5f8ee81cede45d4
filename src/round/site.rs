//! What a site does in a round (manual: *round*, "Site").
//!
//! A site holds token inputs, its round secret, the tags and the token secrets of its own persons. It
//! never holds a PRF key, and nothing of another site.
//!
//! Everything that a site draws follows from its round secret: fillers, blinds, order, handles, file
//! id. What is drawn for a message also depends on the message, so a repeated step gives the same
//! bytes and a changed one meets no old key or blind.

use std::collections::BTreeSet;

use rayon::prelude::*;
use zeroize::Zeroizing;

use super::blinded::{BlindedRequest, places, size_class};
use super::counts;
use super::draft::PERSONS_MAX;
use super::envelope::EnvelopeId;
use super::evaluated::EvaluatedReply;
use super::note::AgreedNote;
use super::tokens::{
    FileId, FileKey, Handle, LEAVE, SEALED_SHARE, Tag, TokenFile, TokenHead, marks, share_size,
};
use super::totals::{Totals, TotalsShare};
use super::{NoteHash, PartyId, RoundError};
use crate::codec::Encode as _;
use crate::counts::person::{self, DUMMY};
use crate::crypto::prio3::{HELPER, Tables};
use crate::crypto::travel::{self, Recipient};
use crate::crypto::voprf::{BlindedChunk, Blinding, CHUNK, Evaluated, Outputs, VoprfError};
use crate::crypto::{Secret, kdf, labels, once};

/// Bytes of a token input; what is in them is the business of matching.
pub const TOKEN_INPUT: usize = 32;
/// A token input.
pub type TokenInput = [u8; TOKEN_INPUT];

/// Label, note hash, whether it is a filler, and the input.
const PRF_INPUT: usize = labels::PRF_INPUT.len() + 32 + 1 + TOKEN_INPUT;

/// One site's part in one round.
pub struct SiteRound<'a> {
    note: &'a AgreedNote,
    me: PartyId,
    inputs: &'a [Option<TokenInput>],
    class: u32,
    total: usize,
    blinding: Blinding,
    draws: Secret<32>,
    file_key: Secret<32>,
    leave: Secret<32>,
}

/// What the site's secret of a round comes to for one round and one site.
fn bound(secret: &Secret<32>, note: &NoteHash, me: &PartyId) -> Zeroizing<[u8; 32]> {
    kdf::keyed(secret, &[&note.0, &me.0])
}

/// The key of the tokens by which rows leave.
fn leave_key(bound: &Zeroizing<[u8; 32]>) -> Secret<32> {
    kdf::derive(labels::COUNTS_LEAVE, &[bound.as_slice()])
}

fn leave_token(key: &Secret<32>, handle: &Handle) -> [u8; LEAVE] {
    let drawn = kdf::keyed(key, &[handle]);
    drawn.first_chunk().copied().unwrap_or_default()
}

/// What a site gives to the coordinator so that the rows of these handles are not counted.
pub fn leave_tokens(
    secret: &Secret<32>,
    note: &NoteHash,
    me: &PartyId,
    handles: &[Handle],
) -> Vec<[u8; LEAVE]> {
    let key = leave_key(&bound(secret, note, me));
    handles.iter().map(|h| leave_token(&key, h)).collect()
}

impl<'a> SiteRound<'a> {
    /// Takes the token inputs of all persons, person by person; a place without a token is `None`.
    ///
    /// # Errors
    /// [`RoundError::NotInRound`], [`RoundError::Numbers`] if the inputs are no multiple of the tokens
    /// per person, [`RoundError::Quota`].
    pub fn new(
        note: &'a AgreedNote,
        me: PartyId,
        secret: &Secret<32>,
        inputs: &'a [Option<TokenInput>],
    ) -> Result<Self, RoundError> {
        let draft = note.draft();
        let quota = draft
            .quota(&me)
            .ok_or_else(|| RoundError::NotInRound(me.fingerprint()))?;
        let tokens = usize::from(draft.tokens);
        if !inputs.len().is_multiple_of(tokens) {
            return Err(RoundError::Numbers);
        }
        let persons = u32::try_from(inputs.len() / tokens)
            .ok()
            .filter(|n| *n <= PERSONS_MAX)
            .ok_or(RoundError::TooLarge)?;
        let class = size_class(persons);
        if class > quota {
            return Err(RoundError::Quota {
                asked: class,
                quota,
            });
        }
        let bound = bound(secret, &note.hash(), &me);
        Ok(Self {
            note,
            me,
            inputs,
            class,
            total: places(class, draft.tokens)?,
            blinding: Blinding::new(&Secret::init_with(|s| s.copy_from_slice(bound.as_slice()))),
            draws: kdf::derive(labels::SITE_DRAWS, &[bound.as_slice()]),
            file_key: kdf::derive(labels::FILE_KEY, &[bound.as_slice()]),
            leave: leave_key(&bound),
        })
    }

    /// Persons, dummies included.
    pub fn padded_persons(&self) -> u32 {
        self.class
    }

    /// 32 bytes drawn for a purpose and a number. Purposes have 8 bytes.
    fn draw(&self, purpose: &[u8; 8], number: u64) -> Zeroizing<[u8; 32]> {
        kdf::keyed(&self.draws, &[purpose, &number.to_be_bytes()])
    }

    fn prf_input(&self, place: usize) -> Zeroizing<[u8; PRF_INPUT]> {
        let mut out = Zeroizing::new([0u8; PRF_INPUT]);
        let (label, rest) = out.split_at_mut(labels::PRF_INPUT.len());
        label.copy_from_slice(labels::PRF_INPUT);
        let (note, rest) = rest.split_at_mut(32);
        note.copy_from_slice(&self.note.hash().0);
        match self.inputs.get(place) {
            Some(Some(input)) => {
                rest[0] = 0;
                rest[1..].copy_from_slice(input);
            }
            _ => {
                rest[0] = 1;
                rest[1..].copy_from_slice(self.draw(b"filler  ", place as u64).as_slice());
            }
        }
        out
    }

    fn prf_inputs(&self, start: usize) -> Vec<Input> {
        (start..self.total.min(start + CHUNK))
            .map(|place| Input(self.prf_input(place)))
            .collect()
    }

    /// The request: every place of every person blinded, fillers and dummies too.
    ///
    /// # Errors
    /// None in practice; see [`Blinding::blind`].
    pub fn blind_request(&self, age: Recipient) -> Result<BlindedRequest, RoundError> {
        let mut elements = Vec::with_capacity(self.total);
        for start in (0..self.total).step_by(CHUNK) {
            let chunk = self
                .blinding
                .blind(start as u64, &self.prf_inputs(start))
                .map_err(|_| RoundError::Numbers)?;
            elements.extend_from_slice(&chunk);
        }
        Ok(BlindedRequest {
            age,
            persons: self.class,
            tokens: self.note.draft().tokens,
            elements,
        })
    }

    /// Checks the replies of all holders, each against its own key, adds them up, and finalizes.
    /// `name` says how a holder is called in messages.
    ///
    /// # Errors
    /// [`RoundError::Reply`] unless there is exactly one reply of each holder,
    /// [`RoundError::OtherRequest`], [`RoundError::Element`], [`RoundError::Proof`].
    pub fn open_evaluated(
        &self,
        request: &BlindedRequest,
        id: EnvelopeId,
        replies: &[(PartyId, EvaluatedReply)],
        name: impl Fn(&PartyId) -> String,
    ) -> Result<SiteTokens, RoundError> {
        if request.elements.len() != self.total {
            return Err(RoundError::Numbers);
        }
        let mut of_holders = Vec::new();
        for join in self.note.joins() {
            let mut found = replies.iter().filter(|(h, _)| *h == join.holder);
            let (Some((_, reply)), None) = (found.next(), found.next()) else {
                return Err(RoundError::Reply(name(&join.holder)));
            };
            if reply.request != id {
                return Err(RoundError::OtherRequest(name(&join.holder)));
            }
            if reply.len() != self.total {
                return Err(RoundError::Numbers);
            }
            of_holders.push((join, reply));
        }
        if of_holders.len() != replies.len() {
            return Err(RoundError::Numbers);
        }
        let mut outputs = Vec::new();
        for (c, start) in (0..self.total).step_by(CHUNK).enumerate() {
            let elements = &request.elements[start..self.total.min(start + CHUNK)];
            let chunk = BlindedChunk::decode(elements).map_err(|_| RoundError::Numbers)?;
            let mut sum: Option<Evaluated> = None;
            for (join, reply) in &of_holders {
                let part = reply.chunks.get(c).ok_or(RoundError::Numbers)?;
                let part = chunk
                    .verify(&join.prf_key, &part.elements, &part.proof)
                    .map_err(|e| holder_error(e, start, name(&join.holder)))?;
                match &mut sum {
                    None => sum = Some(part),
                    Some(sum) => sum.add(&part).map_err(|_| RoundError::Numbers)?,
                }
            }
            let sum = sum.ok_or(RoundError::Joins)?;
            let made = self
                .blinding
                .finalize(start as u64, &self.prf_inputs(start), &sum)
                .map_err(|_| RoundError::Keys)?;
            outputs.push(made);
        }
        Ok(SiteTokens(outputs))
    }

    /// Makes the token file. `encode` fills in the encoding of a person at a place under the token's
    /// secret; it is asked for real tokens that the file keeps, all else is random.
    ///
    /// No tag occurs twice in a file: of all that have one, the person that a keyed hash draws keeps
    /// it, the others get a random tag and a random encoding.
    ///
    /// # Errors
    /// [`RoundError::Numbers`] if the tokens are not those of this round.
    pub fn token_file(
        &self,
        tokens: &SiteTokens,
        around: AroundTokens,
        encode: impl Fn(usize, usize, &Secret<32>, &mut [u8]) + Sync,
    ) -> Result<MadeTokens, RoundError> {
        let draft = self.note.draft();
        let per = usize::from(draft.tokens);
        if tokens.len() != self.total {
            return Err(RoundError::Numbers);
        }
        let (tags, kept) = self.tags(tokens)?;
        let persons = self.class as usize;
        let rows = self.order(b"row     ", 0, persons);
        let size = TokenFile::sealed_size(draft.encoding);
        let plain = usize::from(draft.encoding);
        let (_, comparer) = self.note.comparer().ok_or(RoundError::Joins)?;

        // Encodings in the order of the file, in clear, with room for their tags.
        let bytes = self.total.checked_mul(size).ok_or(RoundError::TooLarge)?;
        let mut encodings = vec![0u8; bytes];
        let places_of = |person: usize| self.order(b"place   ", person as u64 + 1, per);
        encodings
            .par_chunks_mut(size * per)
            .zip(&rows)
            .try_for_each(|(row, person)| {
                for (out, j) in row.chunks_mut(size).zip(places_of(*person)) {
                    let place = person * per + j;
                    let out = out.get_mut(..plain).ok_or(RoundError::Numbers)?;
                    self.fill(place, out);
                    let real = matches!(self.inputs.get(place), Some(Some(_)));
                    if real && kept.get(place) == Some(&true) {
                        let secret = tokens.secret(place).ok_or(RoundError::Numbers)?;
                        encode(*person, j, &secret, out);
                    }
                }
                Ok::<(), RoundError>(())
            })?;
        let mut file_tags = Vec::with_capacity(self.total);
        let mut handles_of = vec![Handle::default(); persons];
        let mut handles = Vec::with_capacity(persons);
        for person in &rows {
            let drawn = self.draw(b"handle  ", *person as u64);
            let handle: Handle = drawn.first_chunk().copied().unwrap_or_default();
            handles.push(handle);
            if let Some(out) = handles_of.get_mut(*person) {
                *out = handle;
            }
            for j in places_of(*person) {
                file_tags.push(*tags.get(person * per + j).ok_or(RoundError::Numbers)?);
            }
        }
        let file = self.file_id();
        let marked = marks(rows.iter().map(|person| around.searched.contains(person)));
        let contributions = rows.iter().zip(&handles).map(|(person, handle)| {
            let ones = around.contributions.get(*person).filter(|c| !c.is_empty());
            (ones.map_or(DUMMY, Vec::as_slice), handle)
        });
        let (shares, mut sealed_shares) = self.shares(file, &contributions.collect::<Vec<_>>())?;
        let key = self.content_key(file, &file_tags, &[&encodings, &shares, &sealed_shares]);
        sealed_shares
            .par_chunks_mut(SEALED_SHARE)
            .enumerate()
            .try_for_each(|(row, message)| {
                let row = u32::try_from(row).map_err(|_| RoundError::TooLarge)?;
                once::seal_in_place(&key.of_share(row), message).map_err(RoundError::from)
            })?;
        encodings
            .par_chunks_mut(size * per)
            .enumerate()
            .try_for_each(|(row, chunk)| {
                let row = u32::try_from(row).map_err(|_| RoundError::TooLarge)?;
                for (place, message) in (0u16..).zip(chunk.chunks_mut(size)) {
                    once::seal_in_place(&key.of_place(row, place), message)?;
                }
                Ok::<(), RoundError>(())
            })?;
        let lost = kept
            .chunks(per)
            .map(|k| k.iter().filter(|k| !**k).count())
            .take(self.inputs.len() / per)
            .collect();
        let key_bytes = Zeroizing::new(key.to_bytes());
        handles_of.truncate(self.inputs.len() / per);
        Ok(MadeTokens {
            handles: handles_of,
            lost,
            file: TokenFile {
                head: TokenHead {
                    file,
                    persons: self.class,
                    tokens: draft.tokens,
                    encoding: draft.encoding,
                    share: share_size(draft)?,
                    checkpoint: around.checkpoint,
                    sealed_key: travel::encrypt_bytes(&[comparer], &key_bytes)?,
                    counts: around.counts,
                    counts_sealed: around.counts_sealed,
                    handles,
                    marked,
                },
                tags: file_tags,
                encodings,
                shares,
                sealed_shares: std::mem::take(&mut sealed_shares),
            },
        })
    }

    /// The shares of what is counted, row by row: the coordinator's, and the comparer's with room to seal
    /// them. They are random; what is sealed under them is another key each time.
    fn shares(
        &self,
        file: FileId,
        rows: &[(&[usize], &Handle)],
    ) -> Result<(Vec<u8>, Zeroizing<Vec<u8>>), RoundError> {
        let size = usize::from(share_size(self.note.draft())?);
        if size == 0 {
            return Ok((Vec::new(), Zeroizing::default()));
        }
        let tables = Tables::new(&person::shape())?;
        let note = self.note.hash();
        let context = counts::context(&note);
        let bytes = |each: usize| rows.len().checked_mul(each).ok_or(RoundError::TooLarge);
        let mut shares = vec![0u8; bytes(size)?];
        let mut sealed = Zeroizing::new(vec![0u8; bytes(SEALED_SHARE)?]);
        shares
            .par_chunks_mut(size)
            .zip(sealed.par_chunks_mut(SEALED_SHARE))
            .zip(rows)
            .enumerate()
            .try_for_each(|(row, ((share, sealed), (ones, handle)))| {
                let row = u32::try_from(row).map_err(|_| RoundError::TooLarge)?;
                let nonce = counts::nonce(&note, &file, row);
                let (leader, helper) = tables.shard(&context, &nonce, ones)?;
                share.copy_from_slice(&leader);
                let (first, rest) = sealed.split_at_mut(HELPER);
                first.copy_from_slice(helper.as_slice());
                let word = leave_token(&self.leave, handle);
                let out = rest.get_mut(..LEAVE).ok_or(RoundError::Numbers)?;
                out.copy_from_slice(&word);
                Ok::<(), RoundError>(())
            })?;
        Ok((shares, sealed))
    }

    /// Tags without repetition, and which places kept theirs.
    fn tags(&self, tokens: &SiteTokens) -> Result<(Vec<Tag>, Vec<bool>), RoundError> {
        let mut drawn: Vec<(Tag, [u8; 8], usize)> = (0..self.total)
            .into_par_iter()
            .map(|place| {
                let tag = tokens.tag(place).ok_or(RoundError::Numbers)?;
                let lot = kdf::keyed(
                    &self.draws,
                    &[b"lot     ", &tag, &(place as u64).to_be_bytes()],
                );
                Ok((tag, lot.first_chunk().copied().unwrap_or_default(), place))
            })
            .collect::<Result<_, RoundError>>()?;
        drawn.par_sort_unstable();
        let mut tags = vec![Tag::default(); self.total];
        let mut kept = vec![false; self.total];
        let mut last = None;
        for (tag, _, place) in drawn {
            let first = last.replace(tag) != Some(tag);
            kept[place] = first;
            tags[place] = if first {
                tag
            } else {
                let other = self.draw(b"tag     ", place as u64);
                other.first_chunk().copied().unwrap_or_default()
            };
        }
        Ok((tags, kept))
    }

    /// Numbers below `n` in an order drawn for a purpose.
    fn order(&self, purpose: &[u8; 8], which: u64, n: usize) -> Vec<usize> {
        let mut drawn: Vec<([u8; 16], usize)> = (0..n)
            .map(|i| {
                let parts: [&[u8]; 3] = [purpose, &which.to_be_bytes(), &(i as u64).to_be_bytes()];
                let lot = kdf::keyed(&self.draws, &parts);
                (lot.first_chunk().copied().unwrap_or_default(), i)
            })
            .collect();
        drawn.sort_unstable();
        drawn.into_iter().map(|(_, i)| i).collect()
    }

    /// The id of the site's file.
    pub fn file_id(&self) -> FileId {
        let drawn = self.draw(b"file id ", 0);
        drawn.first_chunk().copied().unwrap_or_default()
    }

    /// Splits the site's totals between coordinator and comparer, unless the note agrees that they
    /// are open.
    ///
    /// # Errors
    /// [`RoundError::Joins`] if the note has no comparer; errors of encryption.
    pub fn totals(&self, totals: Totals) -> Result<(Vec<u8>, Vec<u8>), RoundError> {
        if self.note.draft().site_totals {
            return Ok((totals.to_bytes(), Vec::new()));
        }
        let (_, comparer) = self.note.comparer().ok_or(RoundError::Joins)?;
        let mask = self.draw(b"totals  ", 0);
        let word = |from: usize| {
            let bytes = mask.get(from..).and_then(|b| b.first_chunk().copied());
            u64::from_be_bytes(bytes.unwrap_or_default())
        };
        let share = Totals {
            records: word(0),
            persons: word(8),
        };
        let sealed = TotalsShare::seal(&share, &comparer, self.note.hash(), self.file_id())?;
        Ok((totals.minus(share).to_bytes(), sealed))
    }

    /// Random bytes in the place of an encoding.
    fn fill(&self, place: usize, out: &mut [u8]) {
        for (i, piece) in out.chunks_mut(32).enumerate() {
            let parts: [&[u8]; 3] = [
                b"encoding",
                &(place as u64).to_be_bytes(),
                &(i as u64).to_be_bytes(),
            ];
            let drawn = kdf::keyed(&self.draws, &parts);
            piece.copy_from_slice(drawn.get(..piece.len()).unwrap_or_default());
        }
    }

    /// The file key depends on everything that is sealed under it: the same content gives the same
    /// key, another content never meets it.
    fn content_key(&self, file: FileId, tags: &[Tag], rest: &[&[u8]]) -> FileKey {
        let parts: Vec<&[u8]> = [tags.as_flattened()]
            .into_iter()
            .chain(rest.iter().copied())
            .collect();
        let digest = kdf::derive(labels::FILE_CONTENT, &parts);
        let key = kdf::keyed(&self.file_key, &[digest.expose()]);
        FileKey {
            note: self.note.hash(),
            file,
            key: Secret::init_with(|out| out.copy_from_slice(key.as_slice())),
        }
    }

    /// The site.
    pub fn me(&self) -> PartyId {
        self.me
    }
}

fn holder_error(e: VoprfError, start: usize, name: String) -> RoundError {
    match e {
        VoprfError::Element(i) => RoundError::Element {
            name,
            place: start + i,
        },
        VoprfError::Proof => RoundError::Proof(name),
        _ => RoundError::Numbers,
    }
}

/// A PRF input, wiped on drop.
struct Input(Zeroizing<[u8; PRF_INPUT]>);

impl AsRef<[u8]> for Input {
    fn as_ref(&self) -> &[u8] {
        self.0.as_slice()
    }
}

/// Tags and token secrets of all places of a site, dummies included; wiped on drop.
pub struct SiteTokens(Vec<Outputs>);

impl SiteTokens {
    fn find(&self, place: usize) -> Option<(&Outputs, usize)> {
        Some((self.0.get(place / CHUNK)?, place % CHUNK))
    }

    /// Number of places.
    pub fn len(&self) -> usize {
        self.0.iter().map(Outputs::len).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tag at a place, person × tokens + token.
    pub fn tag(&self, place: usize) -> Option<Tag> {
        let (outputs, i) = self.find(place)?;
        outputs.tag(i)
    }

    /// The token secret at a place.
    pub fn secret(&self, place: usize) -> Option<Secret<32>> {
        let (outputs, i) = self.find(place)?;
        outputs.secret(i)
    }
}

/// What else is in a token file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AroundTokens {
    /// Salted hash of the site's checkpoint.
    pub checkpoint: [u8; 32],
    /// The site's totals, or the coordinator's summand of them.
    pub counts: Vec<u8>,
    /// The comparer's summand of them, encrypted to it.
    pub counts_sealed: Vec<u8>,
    /// What is counted of each person, in the order of the inputs: the elements that are 1. Of who is not
    /// here, or has none, there is the contribution of a dummy.
    pub contributions: Vec<Vec<usize>>,
    /// Persons who look as if somebody was searched for, by their places in the inputs.
    pub searched: BTreeSet<usize>,
}

/// A token file and what the site keeps about it.
pub struct MadeTokens {
    /// The file.
    pub file: TokenFile,
    /// The handle of each person, in the order of the inputs.
    pub handles: Vec<Handle>,
    /// How many of its tags each person lost to another one of the same file.
    pub lost: Vec<usize>,
}
