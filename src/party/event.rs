//! What a party did with a folder, as data.

use super::{Class, PartyError};
use crate::i18n::{Arg, Localize, Message};
use crate::matching::tokens::Shortfall;
use crate::round::Time;

/// One thing that happened, or that is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A file was written.
    Wrote(String),
    /// A file was there as it should be.
    Unchanged(String),
    /// A file was taken.
    Took(String),
    /// The holder joined a round.
    Joined,
    /// The holder cosigned a round's note.
    Cosigned,
    /// The round was published.
    Published,
    /// A request was evaluated: the site, persons with dummies.
    Evaluated(String, u32),
    /// Persons of the site take part: records and persons.
    Blinded {
        /// Records that enter.
        records: u64,
        /// Persons that enter.
        persons: u64,
        /// Records that do not, because there is no consent that holds or they are in another
        /// compartment.
        left_out: u64,
        /// Persons that have too little on record to be found.
        bare: u64,
    },
    /// A person of the site has too little on record to be found: a record of it, and why.
    Bare {
        /// Id of a record of the person.
        record: String,
        /// What is missing.
        why: Shortfall,
    },
    /// Persons of the site look as if somebody was searched for among them.
    Namesakes {
        /// Ids of their records, with spaces between them.
        records: String,
        /// How many they are.
        persons: u64,
    },
    /// A site's file looks as if somebody was searched for in it.
    Probing {
        /// Name of the site.
        site: String,
        /// Its persons that are in it.
        persons: u64,
    },
    /// The token file was made: persons, and persons of whom more than half the tokens stay unseen
    /// because others of the site have them.
    Tokens {
        /// Persons that enter.
        persons: u64,
        /// Persons that left since the request: consent withdrawn or record erased.
        dropped: u64,
        /// Persons with near-relations in the file.
        crowded: u64,
    },
    /// The tags were written for another program; most persons of a tag that makes pairs.
    Exported {
        /// Where.
        dir: String,
        /// Most persons.
        most: usize,
    },
    /// Pairs were asked for: candidates, pairs asked, tags that too many have.
    Matched {
        /// Candidate pairs.
        candidates: u64,
        /// Pairs that are asked for.
        asked: u64,
        /// Tags that more persons have than can be.
        frequent: u64,
    },
    /// Pairs were compared; how many could not be opened.
    Compared {
        /// Pairs.
        pairs: u64,
        /// Pairs whose encodings could not be opened.
        unreadable: u64,
    },
    /// Contributions were given to the comparer to be added up.
    Counting {
        /// Their number, dummies included.
        rows: u64,
    },
    /// Contributions were added up; how many were not valid.
    Tallied {
        /// Contributions that were added up.
        rows: u64,
        /// Contributions that were left out.
        invalid: u64,
    },
    /// Contributions of a site were not valid and were left out.
    Invalid {
        /// The site.
        name: String,
        /// How many.
        rows: u32,
    },
    /// The counts are made.
    Counted {
        /// Persons.
        persons: u64,
        /// Number of tables.
        tables: u64,
    },
    /// The result was decided.
    Decided {
        /// Records that entered.
        records: u64,
        /// Persons after each site linked its own duplicates.
        local_persons: u64,
        /// Persons after matching.
        persons: u64,
    },
    /// The round was closed here, its secrets erased.
    Closed,
    /// A person left the round.
    Withdrawn,
    /// The head of somebody's log was cosigned.
    HeadCosigned(String),
    /// The head of the party's own log came back cosigned: by whom, entries.
    HeadReturned {
        /// The cosigner.
        name: String,
        /// Entries that the head covers.
        size: u64,
    },
    /// Requests about persons came: how many wait for a person's word, and until when.
    Requests {
        /// Requests that are open.
        open: u64,
        /// Until when they can be answered.
        until: Time,
    },
    /// Answers to requests left with the stick; nothing shows before this moment.
    Answered(Time),
    /// Another house knows the person, and both persons agreed.
    Introduced {
        /// The own record.
        record: String,
        /// The other house.
        house: String,
    },
    /// Requests that ended without contact.
    NoContact(u64),
    /// Nothing is due before this day.
    NextDay(Time),
    /// Waiting for a file of somebody.
    WaitsFor(String),
    /// Waiting until this moment, or until everybody is there.
    WaitsUntil(Time),
}

impl Localize for Event {
    fn message(&self) -> Message {
        let file = |id, name: &str| Message::new(id).with("file", name);
        match self {
            Self::Wrote(name) => file("party-wrote", name),
            Self::Unchanged(name) => file("party-unchanged", name),
            Self::Took(name) => file("party-took", name),
            Self::Joined => Message::new("party-joined"),
            Self::Cosigned => Message::new("party-cosigned"),
            Self::Published => Message::new("party-published"),
            Self::Evaluated(name, persons) => Message::new("party-evaluated")
                .with("name", name.as_str())
                .with("persons", *persons),
            Self::Blinded {
                records,
                persons,
                left_out,
                bare,
            } => Message::new("party-blinded")
                .with("records", *records)
                .with("persons", *persons)
                .with("out", *left_out)
                .with("bare", *bare),
            Self::Bare { record, why } => Message::new(match why {
                Shortfall::Name => "party-bare-name",
                Shortfall::OnlyNames => "party-bare-only-names",
                Shortfall::Individual => "party-bare-individual",
                Shortfall::Common => "party-bare-common",
            })
            .with("record", record.as_str()),
            Self::Namesakes { records, persons } => Message::new("party-namesakes")
                .with("records", records.as_str())
                .with("persons", *persons),
            Self::Probing { site, persons } => Message::new("party-probing")
                .with("name", site.as_str())
                .with("persons", *persons),
            Self::Tokens {
                persons,
                dropped,
                crowded,
            } => Message::new("party-tokens")
                .with("persons", *persons)
                .with("dropped", *dropped)
                .with("crowded", *crowded),
            Self::Matched {
                candidates,
                asked,
                frequent,
            } => Message::new("party-asked")
                .with("candidates", *candidates)
                .with("asked", *asked)
                .with("frequent", *frequent),
            Self::Exported { dir, most } => Message::new("party-exported")
                .with("dir", dir.as_str())
                .with("most", *most as u64),
            Self::Compared { pairs, unreadable } => Message::new("party-compared")
                .with("pairs", *pairs)
                .with("unreadable", *unreadable),
            Self::Counting { rows } => Message::new("party-counting").with("rows", *rows),
            Self::Tallied { rows, invalid } => Message::new("party-tallied")
                .with("rows", *rows)
                .with("invalid", *invalid),
            Self::Invalid { name, rows } => Message::new("party-invalid")
                .with("name", name.as_str())
                .with("rows", *rows),
            Self::Counted { persons, tables } => Message::new("party-counted")
                .with("persons", *persons)
                .with("tables", *tables),
            Self::Decided {
                records,
                local_persons,
                persons,
            } => Message::new("party-decided")
                .with("records", *records)
                .with("local", *local_persons)
                .with("persons", *persons),
            Self::Closed => Message::new("party-round-closed"),
            Self::Withdrawn => Message::new("party-withdrawn"),
            Self::HeadCosigned(name) => {
                Message::new("party-head-cosigned").with("name", name.as_str())
            }
            Self::HeadReturned { name, size } => Message::new("party-head-returned")
                .with("name", name.as_str())
                .with("size", *size),
            Self::Requests { open, until } => Message::new("party-requests")
                .with("open", *open)
                .with("day", day(until)),
            Self::Answered(ends) => Message::new("party-answered").with("day", day(ends)),
            Self::Introduced { record, house } => Message::new("party-introduced")
                .with("record", record.as_str())
                .with("house", house.as_str()),
            Self::NoContact(count) => Message::new("party-no-contact").with("count", *count),
            Self::NextDay(time) => Message::new("party-next-day").with("day", day(time)),
            Self::WaitsFor(name) => file("party-waits-for", name),
            Self::WaitsUntil(time) => Message::new("party-waits-until").with("time", *time),
        }
    }
}

/// The day of a moment.
fn day(time: &Time) -> Arg {
    time.day()
        .map_or_else(|| time.to_string().into(), Arg::from)
}

/// What became of a folder: what was done, what was refused, what is waited for.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What was done, in order.
    pub done: Vec<Event>,
    /// Files that were refused, each with the reason. Nothing was changed by them.
    pub refused: Vec<(String, PartyError)>,
    /// What has to come.
    pub waiting: Vec<Event>,
}

impl Outcome {
    /// The most serious refusal.
    pub fn worst(&self) -> Option<Class> {
        self.refused.iter().map(|(_, e)| e.class()).max()
    }

    /// Notes a refusal of a file. An error of the vault is none of the file's and ends the step.
    pub(crate) fn refuse(&mut self, file: &str, error: PartyError) -> Result<(), PartyError> {
        match error {
            PartyError::Vault(_) | PartyError::Stored => Err(error),
            _ => {
                self.refused.push((file.to_owned(), error));
                Ok(())
            }
        }
    }
}
