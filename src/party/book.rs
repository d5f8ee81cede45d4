//! What a party remembers of a round: the documents, what it sent, what it took.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::stick::{self, NOTE_MAX};
use super::{Event, Outcome, Party, PartyError, Stick};
use crate::codec::{Decode, DecodeError, Encode, Reader, from_hex, put_bytes, to_hex};
use crate::crypto::hash::sha256;
use crate::round::draft::Draft;
use crate::round::envelope::{EnvelopeId, Kind};
use crate::round::note::{AgreedNote, PublishedNote};
use crate::round::{NoteHash, PartyId, RoundError};
use crate::vault::{ActNote, StateChange};

/// Most files that a book names.
const FILES_MAX: usize = 100_000;

/// A file on the party's shelf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shelved {
    /// SHA-256 of the file.
    pub hash: [u8; 32],
    /// Its length.
    pub len: u64,
}

/// A file that was taken from somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// The id of its envelope: a replay has the same.
    pub id: EnvelopeId,
    /// SHA-256 of the file, and the file itself if it is kept.
    pub file: Shelved,
}

impl Taken {
    /// Of a file that is not kept.
    pub(crate) fn of(id: EnvelopeId, bytes: &[u8]) -> Self {
        let file = Shelved {
            hash: sha256(&[bytes]),
            len: bytes.len() as u64,
        };
        Self { id, file }
    }
}

/// What a party remembers of one round. It stays when the round is closed, without the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    version: u32,
    /// The round.
    pub round: [u8; 16],
    /// Whether the party's part has ended and its secrets are erased.
    pub closed: bool,
    /// Whether the note was accepted with all signatures.
    pub agreed: bool,
    /// The signed draft.
    pub draft: Option<String>,
    /// The signed note, with the signatures that are there.
    pub note: Option<String>,
    /// Its hash.
    pub note_hash: Option<NoteHash>,
    /// The signed result.
    pub result: Option<String>,
    /// The signed counts.
    pub counts: Option<String>,
    /// Files that were made, by name.
    pub sent: BTreeMap<String, Shelved>,
    /// Envelopes that were taken, by kind and sender.
    pub taken: BTreeMap<(u8, PartyId), Taken>,
}

impl Book {
    /// A round that is new here.
    pub(crate) fn new(round: [u8; 16]) -> Self {
        Self {
            version: 0,
            round,
            closed: false,
            agreed: false,
            draft: None,
            note: None,
            note_hash: None,
            result: None,
            counts: None,
            sent: BTreeMap::new(),
            taken: BTreeMap::new(),
        }
    }

    fn name(round: &[u8; 16]) -> String {
        format!("round/{}", to_hex(round))
    }

    /// Name of another state of the same round.
    pub(crate) fn part(&self, part: &str) -> String {
        format!("{}/{part}", Self::name(&self.round))
    }

    /// The change that keeps the book as it is now.
    pub(crate) fn change(&self) -> StateChange {
        let body = Zeroizing::new(self.to_bytes());
        StateChange::put(Self::name(&self.round), self.version, body)
    }

    pub(crate) fn taken(&self, kind: Kind, sender: &PartyId) -> Option<&Taken> {
        self.taken.get(&(kind as u8, *sender))
    }
}

fn put_text(out: &mut Vec<u8>, text: Option<&String>) {
    out.push(u8::from(text.is_some()));
    if let Some(text) = text {
        put_bytes(out, text.as_bytes());
    }
}

fn read_text(input: &mut Reader<'_>) -> Result<Option<String>, DecodeError> {
    let there = input.flag()?;
    let max = crate::log::note::MAX_NOTE * 2;
    there
        .then(|| input.text(max).map(str::to_owned))
        .transpose()
}

impl Shelved {
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.hash);
        out.extend_from_slice(&self.len.to_be_bytes());
    }

    pub(crate) fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            hash: input.array()?,
            len: input.u64()?,
        })
    }
}

fn put_count(out: &mut Vec<u8>, n: usize) {
    out.extend_from_slice(&u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes());
}

impl Encode for Book {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(2);
        out.extend_from_slice(&self.round);
        out.push(u8::from(self.closed));
        out.push(u8::from(self.agreed));
        put_text(out, self.draft.as_ref());
        put_text(out, self.note.as_ref());
        out.push(u8::from(self.note_hash.is_some()));
        if let Some(hash) = &self.note_hash {
            out.extend_from_slice(&hash.0);
        }
        put_text(out, self.result.as_ref());
        put_text(out, self.counts.as_ref());
        put_count(out, self.sent.len());
        for (name, file) in &self.sent {
            put_bytes(out, name.as_bytes());
            file.encode(out);
        }
        put_count(out, self.taken.len());
        for ((kind, sender), taken) in &self.taken {
            out.push(*kind);
            out.extend_from_slice(&sender.0);
            out.extend_from_slice(&taken.id.0);
            taken.file.encode(out);
        }
    }
}

impl Decode for Book {
    fn decode(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let counts = match input.u8()? {
            1 => false,
            2 => true,
            v => return Err(DecodeError::Version(v)),
        };
        let mut book = Self::new(input.array()?);
        book.closed = input.flag()?;
        book.agreed = input.flag()?;
        book.draft = read_text(input)?;
        book.note = read_text(input)?;
        book.note_hash = input
            .flag()?
            .then(|| input.array().map(NoteHash))
            .transpose()?;
        book.result = read_text(input)?;
        if counts {
            book.counts = read_text(input)?;
        }
        for _ in 0..input.count(44, FILES_MAX)? {
            let name = input.text(256)?.to_owned();
            book.sent.insert(name, Shelved::decode(input)?);
        }
        for _ in 0..input.count(105, FILES_MAX)? {
            let key = (input.u8()?, PartyId(input.array()?));
            let taken = Taken {
                id: EnvelopeId(input.array()?),
                file: Shelved::decode(input)?,
            };
            book.taken.insert(key, taken);
        }
        Ok(book)
    }
}

/// The id of the round that a draft or note on a stick says to belong to. Nothing is checked: it
/// chooses a book, and what the book then takes is checked.
pub(crate) fn named_round(bytes: &[u8]) -> Option<[u8; 16]> {
    let text = std::str::from_utf8(bytes).ok()?;
    let line = text.lines().nth(1)?.strip_prefix("round ")?;
    from_hex(line).ok()?.try_into().ok()
}

impl Party {
    /// What is remembered of a round.
    ///
    /// # Errors
    /// What the vault says.
    pub fn book(&self, round: &[u8; 16]) -> Result<Option<Book>, PartyError> {
        let Some(state) = self.vault().state(&Book::name(round))? else {
            return Ok(None);
        };
        let mut book = Book::from_bytes(&state.body)?;
        book.version = state.version;
        Ok(Some(book))
    }

    /// All rounds.
    ///
    /// # Errors
    /// What the vault says.
    pub fn books(&self) -> Result<Vec<Book>, PartyError> {
        let mut books = Vec::new();
        for name in self.vault().state_names()? {
            let round = name
                .strip_prefix("round/")
                .and_then(|hex| from_hex(hex).ok())
                .and_then(|bytes| bytes.try_into().ok());
            if let Some(round) = round
                && let Some(book) = self.book(&round)?
            {
                books.push(book);
            }
        }
        Ok(books)
    }

    /// Rounds with the notes that were accepted or signed, for the refusal of a second one.
    pub(crate) fn accepted(&self) -> Result<Vec<([u8; 16], NoteHash)>, PartyError> {
        let books = self.books()?.into_iter();
        Ok(books
            .filter_map(|b| b.note_hash.map(|h| (b.round, h)))
            .collect())
    }

    /// The round that a folder is about: what its note or draft names, else the only open one.
    pub(crate) fn book_for(&self, stick: &Stick) -> Result<Book, PartyError> {
        for name in [stick::NOTE, stick::DRAFT] {
            let Some(bytes) = stick.read(name, NOTE_MAX)? else {
                continue;
            };
            let Some(round) = named_round(&bytes) else {
                continue;
            };
            if let Some(book) = self.book(&round)? {
                return Ok(book);
            }
            // Not known here, or not what it was: a damaged note is not taken for that of another
            // round, and a folder of another round is no reason to take an open one.
            if name == stick::NOTE {
                PublishedNote::read(&bytes, self.trust())?;
            } else {
                Draft::read(&bytes, self.trust())?;
            }
            return Err(PartyError::NoRound);
        }
        self.only_book()
    }

    /// The round that is named, or the only open one.
    ///
    /// # Errors
    /// [`PartyError::NoRound`], [`PartyError::SeveralRounds`].
    pub(crate) fn chosen_book(&self, round: Option<&[u8; 16]>) -> Result<Book, PartyError> {
        match round {
            Some(round) => self.book(round)?.ok_or(PartyError::NoRound),
            None => self.only_book(),
        }
    }

    /// The only open round.
    ///
    /// # Errors
    /// [`PartyError::NoRound`], [`PartyError::SeveralRounds`].
    pub fn only_book(&self) -> Result<Book, PartyError> {
        let mut open = self.books()?.into_iter().filter(|b| !b.closed);
        match (open.next(), open.next()) {
            (Some(book), None) => Ok(book),
            (None, _) => Err(PartyError::NoRound),
            _ => Err(PartyError::SeveralRounds),
        }
    }

    /// Keeps the book and other states, with the act, in one transaction.
    pub(crate) fn keep(
        &self,
        book: &mut Book,
        mut others: Vec<StateChange>,
        act: ActNote,
    ) -> Result<(), PartyError> {
        others.push(book.change());
        self.vault().set_state(&others, act.on(book.round, 0))?;
        book.version += 1;
        Ok(())
    }

    /// Writes a file that was made before.
    pub(crate) fn deliver(
        &self,
        book: &Book,
        stick: &Stick,
        name: &str,
        out: &mut Outcome,
    ) -> Result<(), PartyError> {
        if let Some(file) = book.sent.get(name) {
            let wrote = stick.copy(name, self.open_shelved(file)?, file)?;
            out.done.push(written(wrote, name));
        }
        Ok(())
    }

    pub(crate) fn put(
        &self,
        stick: &Stick,
        name: &str,
        bytes: &[u8],
        out: &mut Outcome,
    ) -> Result<(), PartyError> {
        out.done.push(written(stick.write(name, bytes)?, name));
        Ok(())
    }

    /// Takes over new signatures of the note on the stick. Returns the note and whether it has more
    /// signatures than the book's.
    pub(crate) fn merged_note(
        &self,
        book: &Book,
        stick: &Stick,
    ) -> Result<Option<(PublishedNote, bool)>, PartyError> {
        let own = match &book.note {
            Some(text) => Some(PublishedNote::read(text.as_bytes(), self.trust())?),
            None => None,
        };
        let there = match stick.read(stick::NOTE, NOTE_MAX)? {
            Some(bytes) => Some(PublishedNote::read(&bytes, self.trust())?),
            None => None,
        };
        Ok(match (own, there) {
            (None, None) => None,
            (Some(own), None) => Some((own, false)),
            (None, Some(there)) => Some((there, true)),
            (Some(mut own), Some(there)) => {
                if own.draft().round != there.draft().round {
                    return Err(RoundError::WrongRound.into());
                }
                if own.hash() != there.hash() {
                    return Err(RoundError::SecondNote.into());
                }
                let before = own.to_text();
                own.merge(&there)?;
                let more = own.to_text() != before;
                Some((own, more))
            }
        })
    }

    /// The agreed note of a book.
    ///
    /// # Errors
    /// [`RoundError::Unsigned`] while a signature is missing.
    pub(crate) fn agreed(&self, book: &Book) -> Result<AgreedNote, PartyError> {
        let text = book.note.as_ref().ok_or(PartyError::NoRound)?;
        Ok(AgreedNote::read(text.as_bytes(), self.trust())?)
    }

    /// Ends the party's part in a round: its secrets and files are erased, the memory of the note
    /// stays. `states` are the parts of the round that hold something.
    pub(crate) fn end(
        &self,
        book: &mut Book,
        parts: &[&str],
        act: ActNote,
    ) -> Result<(), PartyError> {
        let mut changes = Vec::new();
        for part in parts {
            let name = book.part(part);
            if let Some(state) = self.vault().state(&name)? {
                changes.push(StateChange::erase(name, state.version));
            }
        }
        let sent: Vec<Shelved> = book.sent.values().copied().collect();
        let taken: Vec<Shelved> = book.taken.values().map(|t| t.file).collect();
        book.closed = true;
        book.sent.clear();
        book.taken.clear();
        self.keep(book, changes, act)?;
        for file in sent.iter().chain(&taken) {
            self.unshelve(file);
        }
        Ok(())
    }
}

fn written(anew: bool, name: &str) -> Event {
    if anew {
        Event::Wrote(name.to_owned())
    } else {
        Event::Unchanged(name.to_owned())
    }
}
