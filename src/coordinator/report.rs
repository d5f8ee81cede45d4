//! The figures of a round for its report, out of what the coordinator keeps of all rounds.

use super::{Draft, Party, PartyError, Role, RoundResult};
use crate::counts::Published;
use crate::party::stick::{NOTE, NOTE_MAX};
use crate::party::{Book, Stick, named_round};
use crate::report::{Figures, past};

/// The documents of a round that was decided.
fn decided(party: &Party, book: &Book) -> Result<Option<(Draft, RoundResult)>, PartyError> {
    let Some(text) = &book.result else {
        return Ok(None);
    };
    let note = party.agreed(book)?;
    let result = RoundResult::read(text.as_bytes(), &note, party.trust())?;
    Ok(Some((note.draft().clone(), result)))
}

/// The round that a folder is about, if this coordinator knows it.
///
/// # Errors
/// What reading says.
pub fn round_of(party: &Party, stick: &Stick) -> Result<Option<[u8; 16]>, PartyError> {
    let Some(bytes) = stick.read(NOTE, NOTE_MAX)? else {
        return Ok(None);
    };
    let known = |round: &[u8; 16]| Ok::<_, PartyError>(party.book(round)?.is_some());
    match named_round(&bytes) {
        Some(round) if known(&round)? => Ok(Some(round)),
        _ => Ok(None),
    }
}

/// The figures of a round, or of the one that was decided last.
///
/// # Errors
/// [`PartyError::NoRound`] if it is not known or not decided.
pub fn figures(party: &Party, round: Option<&[u8; 16]>) -> Result<Figures, PartyError> {
    party.require(Role::Coordinator)?;
    let mut chosen = None;
    let mut others = Vec::new();
    let mut unreadable = 0;
    for book in party.books()? {
        let (draft, result) = match decided(party, &book) {
            Ok(Some(both)) => both,
            Ok(None) => continue,
            // A card that is no longer trusted: nothing can be said of that round any more.
            Err(PartyError::Round(_)) if round != Some(&book.round) => {
                unreadable += 1;
                continue;
            }
            Err(e) => return Err(e),
        };
        others.push(past(&draft, &result));
        let newest = |had: &(Draft, RoundResult, Option<Published>)| had.1.decided < result.decided;
        let take = match round {
            Some(round) => *round == book.round,
            None => chosen.as_ref().is_none_or(newest),
        };
        if take {
            let counts = super::published(party, &book)?.map(|c| c.published);
            chosen = Some((draft, result, counts));
        }
    }
    let (draft, result, counts) = chosen.ok_or(PartyError::NoRound)?;
    let name = |id: &_| party.name(id);
    Ok(Figures::new(
        &draft, &result, counts, name, others, unreadable,
    ))
}
