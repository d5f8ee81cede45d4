//! Sealed transfers between the vaults of one site, as files (manual: *transfer*).

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::codec::{Decode as _, Encode as _, to_hex};
use crate::log::act::Reason;
use crate::party::{Party, PartyError};
use crate::round::parcel::{self, Frame, Parcel, ParcelKind, ParcelReader, ParcelWriter};
use crate::round::{Card, PartyId, Role, RoundError, Time};
use crate::vault::transfer::{Arrived, Frames, Item, Piece, Sink, TransferError, TransferHead};
use crate::vault::{VaultError, VaultId, files};

/// Bytes of items in one frame, about.
const FRAME: usize = 256 << 10;

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// By what both logs know it.
    pub parcel: Parcel,
    /// Items in it.
    pub items: u64,
    /// Whether it holds all that there is, and not only what the other vault is not known to have.
    pub whole: bool,
}

/// Says that a card, whose fingerprint a person has compared, is that of another vault of the same site, and
/// pins it.
///
/// # Errors
/// As [`Party::pin`]; [`PartyError::OtherRole`] if it is not the card of a site,
/// [`PartyError::NoSuchParty`] if it is the own one.
pub fn trust_same_site(party: &mut Party, card: Card) -> Result<(), PartyError> {
    party.require(Role::Site)?;
    if card.body().role != Role::Site {
        return Err(PartyError::OtherRole {
            expected: Role::Site,
            found: card.body().role,
        });
    }
    if card.id() == party.id() {
        return Err(PartyError::NoSuchParty(card.name().to_owned()));
    }
    let vault = VaultId(card.body().vault);
    party.pin(card)?;
    Ok(party.vault().set_same_site(vault, true)?)
}

/// The pinned cards of the site's other vaults.
///
/// # Errors
/// What the vault says.
pub fn same_site(party: &Party) -> Result<Vec<&Card>, PartyError> {
    let vaults = party.vault().same_site()?;
    let cards = party.trust().cards();
    Ok(cards
        .filter(|c| vaults.contains(&VaultId(c.body().vault)) && c.id() != party.id())
        .collect())
}

/// What stands in the log about a parcel.
pub(crate) fn parcel_reason(parcel: &Parcel) -> Result<Reason, PartyError> {
    let text = format!(
        "parcel {} file {}",
        to_hex(&parcel.id),
        to_hex(&parcel.file)
    );
    Ok(Reason::new(&text).map_err(VaultError::from)?)
}

pub(crate) fn file_error(path: &Path) -> impl Fn(io::Error) -> PartyError {
    let name = path.file_name().unwrap_or(path.as_os_str());
    let name = name.to_string_lossy().into_owned();
    move |e| PartyError::File {
        name: name.clone(),
        kind: e.kind(),
    }
}

/// A file that appears whole or not at all.
pub(crate) struct Draft {
    part: PathBuf,
    path: PathBuf,
    placed: bool,
}

impl Draft {
    pub fn begin(path: &Path) -> Result<(Self, BufWriter<File>), PartyError> {
        let failed = file_error(path);
        let mut name = path.as_os_str().to_owned();
        name.push(".part");
        let part = PathBuf::from(name);
        match std::fs::remove_file(&part) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(failed(e)),
            _ => {}
        }
        let file = File::create_new(&part).map_err(&failed)?;
        let draft = Self {
            part,
            path: path.to_owned(),
            placed: false,
        };
        Ok((draft, BufWriter::with_capacity(1 << 18, file)))
    }

    /// Makes what was written durable; it is not in its place yet.
    pub fn sync(&self, out: BufWriter<File>) -> Result<(), PartyError> {
        let file = out.into_inner().map_err(io::IntoInnerError::into_error);
        let synced = file.and_then(|f| f.sync_all());
        synced.map_err(file_error(&self.path))
    }

    pub fn place(mut self) -> Result<(), PartyError> {
        files::put_in_place(&self.part, &self.path).map_err(file_error(&self.path))?;
        self.placed = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.placed {
            // Half a file is of no use to anybody.
            let _ = std::fs::remove_file(&self.part);
        }
    }
}

/// Puts items into frames.
pub(crate) struct Framed<W: Write> {
    writer: ParcelWriter<W>,
    items: Zeroizing<Vec<u8>>,
    piece: Zeroizing<Vec<u8>>,
    failed: Option<RoundError>,
}

impl<W: Write> Framed<W> {
    pub fn new(writer: ParcelWriter<W>) -> Self {
        Self {
            writer,
            items: Zeroizing::default(),
            piece: Zeroizing::default(),
            failed: None,
        }
    }

    /// Adds the bytes of an item; `last` if the bytes of a file follow.
    pub fn put(&mut self, item: &[u8], last: bool) -> Result<(), RoundError> {
        // No item is cut in two, and the largest record fits into a frame of its own.
        if !self.items.is_empty() && self.items.len() + item.len() > FRAME {
            self.flush_items()?;
        }
        self.items.extend_from_slice(item);
        if last {
            self.flush_items()?;
        }
        Ok(())
    }

    fn flush_items(&mut self) -> Result<(), RoundError> {
        let items = std::mem::take(&mut self.items);
        if items.is_empty() {
            return Ok(());
        }
        self.writer.frame(Frame::Items, &items)
    }

    /// Ends the bytes of a file.
    pub fn end_file(&mut self) -> Result<(), RoundError> {
        if let Some(e) = self.failed.take() {
            return Err(e);
        }
        let piece = std::mem::take(&mut self.piece);
        if piece.is_empty() {
            return Ok(());
        }
        self.writer.frame(Frame::Piece, &piece)
    }

    pub fn finish(mut self) -> Result<(Parcel, W), RoundError> {
        self.flush_items()?;
        self.writer.finish()
    }
}

impl<W: Write> Write for Framed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = parcel::PIECE - self.piece.len();
        let n = room.min(bytes.len());
        self.piece.extend_from_slice(&bytes[..n]);
        if self.piece.len() == parcel::PIECE {
            let piece = std::mem::take(&mut self.piece);
            if let Err(e) = self.writer.frame(Frame::Piece, &piece) {
                self.failed = Some(e);
                return Err(io::ErrorKind::Other.into());
            }
        }
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write> Sink for Framed<W> {
    type Error = PartyError;

    fn item(&mut self, item: &Item) -> Result<(), PartyError> {
        let bytes = Zeroizing::new(item.to_bytes());
        Ok(self.put(&bytes, matches!(item, Item::Evidence { .. }))?)
    }

    fn file_end(&mut self) -> Result<(), PartyError> {
        Ok(self.end_file()?)
    }
}

/// Writes what another vault of the site is not known to have, or all that there is. The log says so before
/// the file is in its place.
///
/// # Errors
/// [`TransferError`] in [`PartyError::Transfer`], or what stands against the file.
pub fn send(
    party: &Party,
    to: &Card,
    path: &Path,
    all: bool,
    now: Time,
) -> Result<Sent, PartyError> {
    party.require(Role::Site)?;
    let outgoing = party.vault().outgoing(VaultId(to.body().vault), all)?;
    let head = outgoing.head();
    let whole = head.from == 0;
    let (draft, out) = Draft::begin(path)?;
    let writer = ParcelWriter::begin(
        ParcelKind::Transfer,
        party.card(),
        party.key(),
        to,
        now,
        head.to_bytes(),
        out,
    )?;
    let mut framed = Framed::new(writer);
    // Custody of a file names the vault that it goes to.
    let custody = Reason::new(&format!("transfer {}", to_hex(&to.body().vault)));
    let items = outgoing.write(&mut framed, &custody.map_err(VaultError::from)?)?;
    let (parcel, out) = framed.finish()?;
    draft.sync(out)?;
    let reason = parcel_reason(&parcel)?;
    party.vault().log_sent(&parcel.id, items, &reason)?;
    draft.place()?;
    Ok(Sent {
        parcel,
        items,
        whole,
    })
}

/// The frames of a parcel, as a vault takes them.
pub(super) struct Source<'a> {
    reader: ParcelReader<'a>,
    /// The parcel that it must turn out to be.
    expected: Option<Parcel>,
}

impl<'a> Source<'a> {
    pub fn new(reader: ParcelReader<'a>) -> Self {
        Self {
            reader,
            expected: None,
        }
    }

    pub fn head(&self) -> &parcel::Head {
        self.reader.head()
    }

    /// By what the parcel is known, behind its last frame.
    pub fn parcel(&self) -> Option<Parcel> {
        self.reader.parcel()
    }
}

impl Frames for Source<'_> {
    type Error = PartyError;

    fn next(&mut self, payload: &mut Zeroizing<Vec<u8>>) -> Result<Option<Piece>, PartyError> {
        Ok(match self.reader.next(payload)? {
            Some(Frame::Items) => Some(Piece::Items),
            Some(Frame::Piece) => Some(Piece::File),
            None => {
                let found = self.reader.parcel();
                if self.expected.is_some() && found.map(|p| p.id) != self.expected.map(|p| p.id) {
                    return Err(TransferError::FileChanged.into());
                }
                None
            }
        })
    }
}

/// What a transfer brought, and from whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The sender.
    pub sender: PartyId,
    /// By what both logs know it.
    pub parcel: Parcel,
    /// What it brought.
    pub arrived: Arrived,
}

/// Takes a transfer from another vault of the site: all of it, or nothing. The same file again changes
/// nothing.
///
/// # Errors
/// What is wrong with the file; nothing was stored then.
pub fn receive(party: &Party, path: &Path) -> Result<Received, PartyError> {
    party.require(Role::Site)?;
    let (mut first, head) = open(party, path, None)?;
    let sender = first.reader.head().sender;
    let staged = party.vault().stage(&mut first)?;
    let parcel = first.reader.parcel().ok_or(RoundError::Damaged)?;
    if party.vault().was_taken(&parcel.id)? {
        let arrived = Arrived {
            again: true,
            ..Arrived::default()
        };
        return Ok(Received {
            sender,
            parcel,
            arrived,
        });
    }
    drop(first);
    let (mut second, again) = open(party, path, Some(parcel))?;
    if again != head {
        return Err(TransferError::FileChanged.into());
    }
    let reason = parcel_reason(&parcel)?;
    let arrived = party
        .vault()
        .take_in(&head, &parcel.id, &mut second, staged, &reason)?;
    Ok(Received {
        sender,
        parcel,
        arrived,
    })
}

fn open(
    party: &Party,
    path: &Path,
    expected: Option<Parcel>,
) -> Result<(Source<'static>, TransferHead), PartyError> {
    let file = File::open(path).map_err(file_error(path))?;
    let input = BufReader::with_capacity(1 << 18, file);
    let card = |id: &PartyId| party.trust().get(id, Role::Site).cloned();
    let kinds = [ParcelKind::Transfer];
    let reader = ParcelReader::open(party.age(), party.id(), &kinds, card, input)?;
    let head = TransferHead::from_bytes(&reader.head().body).map_err(TransferError::from)?;
    let sender = reader.sender().body();
    if head.sender.0 != sender.vault {
        return Err(TransferError::NotSameSite.into());
    }
    party.vault().check_head(&head, sender.log)?;
    Ok((Source { reader, expected }, head))
}
