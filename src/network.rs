//! A whole network in one process: every role with a vault of its own, and a courier who carries
//! folders between them. What the roles do is what the commands do.

mod referral;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::crypto::Secret;
use crate::crypto::kdf::PassphraseCost;
use crate::crypto::secret::Passphrase;
use crate::holder;
use crate::log::act::Reason;
use crate::matching::local;
use crate::matching::score::Model;
use crate::party::{Event, Outcome, Party, PartyError, Stick, file_label};
use crate::record::{Kind, Record};
use crate::report::Figures;
use crate::round::counts_note::CountsNote;
use crate::round::note::AgreedNote;
use crate::round::notice::policy::{Calendar, Notices};
use crate::round::result::RoundResult;
use crate::round::tokens::Handle;
use crate::round::{Card, PartyId, Role, Time};
use crate::site::notices::{self, Requests, Stand, Told};
use crate::site::people;
use crate::vault::audit::{self, Finding, Known};
use crate::vault::{Location, NewSlot, ObjectId, Rights, SlotKind, Unlock, Vault};
use crate::{coordinator, site};
use referral::Met;

pub use referral::ReferralFigures;

/// A site of the network and what it has.
pub struct SiteSetup {
    /// How people call it.
    pub name: String,
    /// Its records.
    pub records: Vec<Record>,
}

/// A network to be built.
pub struct Setup {
    /// An empty or missing folder, in which all vaults and sticks are made.
    pub dir: PathBuf,
    /// Name of the coordinator.
    pub coordinator: String,
    /// Names of the holders.
    pub holders: Vec<String>,
    /// The sites.
    pub sites: Vec<SiteSetup>,
    /// Opens every vault.
    pub passphrase: Passphrase,
    /// Cost of the passphrase.
    pub cost: PassphraseCost,
    /// What the coordinator proposes.
    pub plan: coordinator::Plan,
    /// Whether each site links its own duplicates by the rule that proposes them; else nobody does.
    pub link: bool,
}

/// What a party had before it of one kind of file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The party.
    pub party: String,
    /// Its role.
    pub role: Role,
    /// Kind of file: what stands behind the first point of its name.
    pub kind: String,
    /// Number of files.
    pub files: u64,
    /// Their bytes, encrypted as they are.
    pub bytes: u64,
}

/// What a site had and brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteFigures {
    /// Its name.
    pub name: String,
    /// Records in the vault.
    pub records: u64,
    /// Persons in the vault.
    pub persons: u64,
    /// Records that entered the round.
    pub entered_records: u64,
    /// Persons that entered the round.
    pub entered_persons: u64,
}

/// A chain that was verified without a key.
#[derive(Debug, Clone)]
pub struct Chain {
    /// Whose it is.
    pub party: String,
    /// Number of entries.
    pub entries: u64,
    /// What is wrong with it; nothing, if it is sound.
    pub findings: Vec<Finding>,
}

/// What came of the requests of a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeFigures {
    /// When everything ended.
    pub ends: Time,
    /// Persons that were asked about.
    pub asked: u64,
    /// Houses that were introduced to each other, once for each person.
    pub introduced: Vec<[String; 2]>,
    /// Houses of persons that are known to a house that kept silent. For the demonstration only: no house can
    /// tell these requests from the rest.
    pub silent: Vec<String>,
    /// Other requests that ended without contact.
    pub closed: u64,
}

/// What a round came to.
pub struct Played {
    /// The public result.
    pub result: RoundResult,
    /// The public counts, if the round has any.
    pub counts: Option<CountsNote>,
    /// What the report shows.
    pub figures: Figures,
    /// The sites, in the order of the setup.
    pub sites: Vec<SiteFigures>,
    /// Records that were found to be one person, as site (in the order of the setup) and record. For
    /// comparison with a known truth only: nobody in a real network has this.
    pub clusters: Vec<Vec<(usize, ObjectId)>>,
    /// What came of the requests, if the round had any.
    pub notices: Option<NoticeFigures>,
    /// What came of the referral of somebody about whom two houses were introduced, if there was anybody.
    pub referrals: Option<ReferralFigures>,
    /// What each party had before it.
    pub seen: Vec<Seen>,
    /// Seconds of each stage.
    pub seconds: Vec<(&'static str, f64)>,
    /// The chains of all parties.
    pub chains: Vec<Chain>,
}

/// A party and its stick.
pub struct Seat {
    /// The party.
    pub party: Party,
    /// Its stick.
    pub stick: Stick,
    /// Records of the setup with the ids that they were sealed under.
    pub sealed: Vec<ObjectId>,
    dir: PathBuf,
}

impl Seat {
    /// The folder of the vault.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The next step with the party's own stick, as `sigilo round next` makes it.
    ///
    /// # Errors
    /// As the step of the role.
    pub fn next(&self, now: Time) -> Result<Outcome, PartyError> {
        next(&self.party, &self.stick, now)
    }
}

/// The next step of whatever role the party has.
///
/// # Errors
/// As the step of the role; [`PartyError::OtherRole`] for an auditor, who has none.
pub fn next(party: &Party, stick: &Stick, now: Time) -> Result<Outcome, PartyError> {
    match party.role() {
        Role::Site => site::next(party, stick, now),
        Role::Coordinator => coordinator::next(party, stick, now),
        Role::Holder => holder::next(party, stick, now),
        Role::Auditor => party.require(Role::Site).map(|()| Outcome::default()),
    }
}

/// A network in which everybody has pinned everybody.
pub struct Network {
    /// The coordinator.
    pub coordinator: Seat,
    /// The holders.
    pub holders: Vec<Seat>,
    /// The sites.
    pub sites: Vec<Seat>,
    plan: coordinator::Plan,
    seconds: Vec<(&'static str, f64)>,
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> PartyError {
    let name = path.display().to_string();
    move |e| PartyError::File {
        name,
        kind: e.kind(),
    }
}

/// Copies every file of a folder that is not in the other in this form.
///
/// # Errors
/// [`PartyError::File`].
pub fn carry(from: &Stick, to: &Stick) -> Result<(), PartyError> {
    for entry in fs::read_dir(from.dir()).map_err(io(from.dir()))? {
        let entry = entry.map_err(io(from.dir()))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.')
            && let Some(bytes) = from.read(&name, u64::MAX)?
        {
            to.write(&name, &bytes)?;
        }
    }
    Ok(())
}

impl Network {
    /// Makes all vaults, seals the records, links each site's own duplicates, exchanges cards.
    ///
    /// # Errors
    /// What a vault or the system says.
    pub fn build(setup: Setup, mut progress: impl FnMut(&str)) -> Result<Self, PartyError> {
        let began = Instant::now();
        let seat = |name: &str, kinds: &[(&str, Vec<u8>)]| -> Result<(Vault, Stick, PathBuf), _> {
            let dir = setup.dir.join("vaults").join(name);
            let compartments: Vec<(&str, &[u8])> =
                kinds.iter().map(|(n, k)| (*n, k.as_slice())).collect();
            let made = Vault::create(
                &Location::new(&dir),
                name,
                &compartments,
                &NewSlot {
                    name: "1",
                    kind: SlotKind::Passphrase(setup.cost),
                    unlock: Unlock::Passphrase(&setup.passphrase),
                    rights: Rights::ALL,
                },
                "2",
            )?;
            let stick = setup.dir.join("sticks").join(name);
            fs::create_dir_all(&stick).map_err(io(&stick))?;
            Ok::<_, PartyError>((made.vault, Stick::open(stick)?, dir))
        };
        let seated = |party: Party, stick: Stick, dir: PathBuf, sealed| Seat {
            party,
            stick,
            sealed,
            dir,
        };
        let (vault, stick, dir) = seat(&setup.coordinator, &[])?;
        let party = coordinator::found(vault, &setup.coordinator)?;
        let coordinator = seated(party, stick, dir, Vec::new());
        let mut holders = Vec::new();
        for name in &setup.holders {
            let (vault, stick, dir) = seat(name, &[])?;
            let party = holder::found(vault, name, &holder::Policy::default())?;
            holders.push(seated(party, stick, dir, Vec::new()));
        }
        let kinds = [
            ("victim", vec![Kind::Victim as u8]),
            ("witness", vec![Kind::Witness as u8]),
            ("call", vec![Kind::Call as u8]),
        ];
        let mut sites = Vec::new();
        for given in &setup.sites {
            progress(&given.name);
            let (vault, stick, dir) = seat(&given.name, &kinds)?;
            let sealed = vault.seal_all(&given.records, Some(&Reason::none()), |_| {})?;
            if setup.link {
                link_own(&vault, &given.records, &sealed)?;
            }
            let party = site::found(vault, &given.name)?;
            sites.push(seated(party, stick, dir, sealed));
        }
        let mut network = Self {
            coordinator,
            holders,
            sites,
            plan: setup.plan,
            seconds: vec![("vaults", began.elapsed().as_secs_f64())],
        };
        let began = Instant::now();
        network.exchange_cards()?;
        network
            .seconds
            .push(("cards", began.elapsed().as_secs_f64()));
        Ok(network)
    }

    /// Everybody.
    pub fn seats(&self) -> impl Iterator<Item = &Seat> {
        std::iter::once(&self.coordinator)
            .chain(&self.holders)
            .chain(&self.sites)
    }

    /// Cards travel as files and are read again before they are pinned.
    fn exchange_cards(&mut self) -> Result<(), PartyError> {
        let files: Vec<Vec<u8>> = self
            .seats()
            .map(|s| s.party.card().as_str().as_bytes().to_vec())
            .collect();
        let introduced = self.plan.notices != Notices::Statistics;
        for seat in std::iter::once(&mut self.coordinator)
            .chain(&mut self.holders)
            .chain(&mut self.sites)
        {
            let role = seat.party.role();
            for file in &files {
                let card = Card::read(file)?;
                // Sites need no cards of other sites, unless they may be introduced to each other.
                if introduced || role != Role::Site || card.body().role != Role::Site {
                    seat.party.pin(card)?;
                }
            }
        }
        Ok(())
    }

    /// A visit: the courier brings what the coordinator has, the party does what is due, and the
    /// courier brings everything back.
    ///
    /// # Errors
    /// The first refusal, or what stands against the whole.
    pub fn visit(&self, seat: &Seat, now: Time) -> Result<Vec<Event>, PartyError> {
        carry(&self.coordinator.stick, &seat.stick)?;
        let done = accept(seat.next(now)?)?;
        carry(&seat.stick, &self.coordinator.stick)?;
        Ok(done)
    }

    /// The coordinator's own step.
    ///
    /// # Errors
    /// The first refusal, or what stands against the whole.
    pub fn desk(&self, now: Time) -> Result<Vec<Event>, PartyError> {
        accept(self.coordinator.next(now)?)
    }

    /// Opens a round, has all holders join and cosign.
    ///
    /// # Errors
    /// As the steps.
    pub fn open(&self, now: Time) -> Result<[u8; 16], PartyError> {
        coordinator::open(
            &self.coordinator.party,
            &self.coordinator.stick,
            &self.plan,
            now,
        )?;
        for holder in &self.holders {
            self.visit(holder, now)?;
        }
        self.desk(now)?;
        for holder in &self.holders {
            self.visit(holder, now)?;
        }
        self.desk(now)?;
        let book = self.coordinator.party.only_book()?;
        Ok(book.round)
    }

    /// Plays a whole round and closes it everywhere.
    ///
    /// # Errors
    /// The first refusal, or what stands against the whole.
    pub fn round(
        mut self,
        now: Time,
        mut progress: impl FnMut(&'static str),
    ) -> Result<Played, PartyError> {
        let mut seconds = std::mem::take(&mut self.seconds);
        let mut clock = Instant::now();
        let mut lap = |stage| {
            seconds.push((stage, clock.elapsed().as_secs_f64()));
            clock = Instant::now();
            progress(stage);
        };
        let round = self.open(now)?;
        lap("open");
        let mut sites = Vec::new();
        for seat in &self.sites {
            let done = self.visit(seat, now)?;
            let entered = done.iter().find_map(|e| match e {
                Event::Blinded {
                    records, persons, ..
                } => Some((*records, *persons)),
                _ => None,
            });
            let catalog = seat.party.vault().catalog()?;
            let (entered_records, entered_persons) = entered.unwrap_or((0, 0));
            sites.push(SiteFigures {
                name: seat.party.card().name().to_owned(),
                records: catalog.items().len() as u64,
                persons: catalog.persons().len() as u64,
                entered_records,
                entered_persons,
            });
        }
        lap("blind");
        for holder in &self.holders {
            self.visit(holder, now)?;
        }
        lap("evaluate");
        for seat in &self.sites {
            self.visit(seat, now)?;
        }
        lap("tokens");
        self.desk(now)?;
        lap("match");
        for holder in &self.holders {
            self.visit(holder, now)?;
        }
        lap("compare");
        self.desk(now)?;
        lap("decide");
        let counts = self.count(&round, now)?;
        lap("counts");
        // What only the roles together know, before they forget it.
        let mut records: BTreeMap<Handle, Vec<(usize, ObjectId)>> = BTreeMap::new();
        for (i, seat) in self.sites.iter().enumerate() {
            for (handle, ids) in site::handles(&seat.party, &round)? {
                records.insert(handle, ids.into_iter().map(|id| (i, id)).collect());
            }
        }
        let clusters = coordinator::clusters(&self.coordinator.party, &round)?
            .into_iter()
            .map(|handles| {
                let all = handles.iter().filter_map(|h| records.get(h));
                all.flatten().copied().collect()
            })
            .collect();
        let result = self.result(&round)?;
        let figures = coordinator::figures(&self.coordinator.party, Some(&round))?;
        let seen = self.seen(&round)?;
        for seat in self.holders.iter().chain(&self.sites) {
            self.visit(seat, now)?;
        }
        let clusters: Vec<Vec<(usize, ObjectId)>> = clusters;
        let (notices, met) = self.notices(&result, &clusters)?.unzip();
        if notices.is_some() {
            lap("notices");
        }
        let referrals = match (&notices, met.flatten()) {
            (Some(n), Some(met)) => Some(self.refer(&met, n.ends)?),
            _ => None,
        };
        if referrals.is_some() {
            lap("referral");
        }
        coordinator::close(&self.coordinator.party, Some(&round))?;
        lap("close");
        let chains = self.verify()?;
        lap("verify");
        Ok(Played {
            counts,
            result,
            figures,
            sites,
            clusters,
            notices,
            referrals,
            seen,
            seconds,
            chains,
        })
    }

    /// Plays the requests of a round up to their last day, if it has any. Those who are known elsewhere agree, the
    /// others have not been asked in time; at the second site nobody is.
    fn notices(
        &self,
        result: &RoundResult,
        clusters: &[Vec<(usize, ObjectId)>],
    ) -> Result<Option<(NoticeFigures, Option<Met>)>, PartyError> {
        const SILENT: usize = 1;
        let Notices::Mediated(how) = self.plan.notices else {
            return Ok(None);
        };
        let days = Calendar::new(result.decided, how);
        let told = Told {
            yes: true,
            asked_by: "Marta",
            except: &[],
            only: &[],
            contact: "",
        };
        let known = |i: usize, record: &ObjectId| {
            let mut all = clusters.iter().filter(|c| c.contains(&(i, *record)));
            all.any(|c| c.iter().any(|(site, _)| *site != i))
        };
        let goes_out = (1..=how.batches()).map(|batch| days.goes_out(batch));
        let last = [days.answered_by(how.batches()), days.ends()];
        for now in goes_out.chain(last) {
            self.desk(now)?;
            for (i, seat) in self.sites.iter().enumerate() {
                self.visit(seat, now)?;
                for entry in Requests::read(&seat.party)?.entries {
                    let waits = entry.word.is_none() && !entry.sent;
                    let asked = i != SILENT && entry.records.iter().any(|r| known(i, r));
                    if waits && asked && entry.stand == Stand::Waiting {
                        notices::answer(&seat.party, &entry.id, &told, now)?;
                    }
                }
            }
        }
        let mut figures = NoticeFigures {
            ends: days.ends(),
            asked: 0,
            introduced: Vec::new(),
            silent: Vec::new(),
            closed: 0,
        };
        let mut met = None;
        for (i, seat) in self.sites.iter().enumerate() {
            let known_to_silent = |record: &ObjectId| {
                let mut of = clusters.iter().filter(|c| c.contains(&(i, *record)));
                of.any(|c| c.iter().any(|(site, _)| *site == SILENT))
            };
            for entry in Requests::read(&seat.party)?.entries {
                figures.asked += 1;
                let name = seat.party.card().name().to_owned();
                match &entry.stand {
                    Stand::Introduced(meetings) => {
                        for m in meetings.iter().filter(|m| m.house > seat.party.id()) {
                            let other = seat.party.name(&m.house);
                            figures.introduced.push([name.clone(), other]);
                            met = met.or_else(|| self.met(i, &entry, &m.house, clusters));
                        }
                    }
                    _ if i != SILENT && entry.records.iter().any(known_to_silent) => {
                        figures.silent.push(name);
                    }
                    _ => figures.closed += 1,
                }
            }
        }
        Ok(Some((figures, met)))
    }

    /// The records of the person at both houses.
    fn met(
        &self,
        i: usize,
        entry: &notices::Entry,
        house: &PartyId,
        clusters: &[Vec<(usize, ObjectId)>],
    ) -> Option<Met> {
        let from = (i, *entry.records.first()?);
        let other = self.sites.iter().position(|s| s.party.id() == *house)?;
        let cluster = clusters.iter().find(|c| c.contains(&from))?;
        let to = *cluster.iter().find(|(site, _)| *site == other)?;
        Some(Met { from, to })
    }

    /// The comparer adds up what the coordinator asks for, and the coordinator makes the counts of it.
    ///
    /// # Errors
    /// The first refusal, or what stands against the whole.
    pub fn count(&self, round: &[u8; 16], now: Time) -> Result<Option<CountsNote>, PartyError> {
        let party = &self.coordinator.party;
        let book = party.book(round)?.ok_or(PartyError::NoRound)?;
        let note = party.agreed(&book)?;
        let comparer = note.draft().comparer;
        if note.draft().counts() && book.counts.is_none() {
            let seat = self.holders.iter().find(|h| h.party.id() == comparer);
            self.visit(seat.ok_or(PartyError::NoRound)?, now)?;
            self.desk(now)?;
        }
        let (_, counts) = coordinator::counts(party, None, Some(round), now)?;
        Ok(counts)
    }

    /// The published result, read as anybody reads it.
    ///
    /// # Errors
    /// [`PartyError::NoRound`] before the decision.
    pub fn result(&self, round: &[u8; 16]) -> Result<RoundResult, PartyError> {
        let party = &self.coordinator.party;
        let book = party.book(round)?.ok_or(PartyError::NoRound)?;
        let (Some(note), Some(result)) = (&book.note, &book.result) else {
            return Err(PartyError::NoRound);
        };
        let note = AgreedNote::read(note.as_bytes(), party.trust())?;
        Ok(RoundResult::read(result.as_bytes(), &note, party.trust())?)
    }

    /// What each party had before it, by kind of file: the files on its desk that are for it.
    ///
    /// # Errors
    /// [`PartyError::File`].
    fn seen(&self, round: &[u8; 16]) -> Result<Vec<Seen>, PartyError> {
        let book = self.coordinator.party.book(round)?;
        let note = book.and_then(|b| b.note).ok_or(PartyError::NoRound)?;
        let note = AgreedNote::read(note.as_bytes(), self.coordinator.party.trust())?;
        let comparer = note.draft().comparer;
        let mut all = Vec::new();
        for seat in self.seats() {
            let party = &seat.party;
            let own = file_label(party.card());
            let is_comparer = party.id() == comparer;
            let mut kinds: BTreeMap<String, (u64, u64)> = BTreeMap::new();
            let dir = self.coordinator.stick.dir();
            for entry in fs::read_dir(dir).map_err(io(dir))? {
                let entry = entry.map_err(io(dir))?;
                let name = entry.file_name().to_string_lossy().into_owned();
                let Some((of, kind)) = name.split_once('.') else {
                    continue;
                };
                let word = kind.split('.').next().unwrap_or_default();
                let mine = match (word, party.role()) {
                    ("note", _) => true,
                    ("welcome" | "evaluated", Role::Site) => of == own,
                    ("draft" | "blinded", Role::Holder) => true,
                    ("ask", Role::Holder) => is_comparer,
                    ("join" | "tokens" | "weights" | "reply", Role::Coordinator) => true,
                    _ => false,
                };
                if mine {
                    let kind = match of {
                        "round" | "pairs" | "counts" | "result" => name.clone(),
                        _ => word.to_owned(),
                    };
                    let size = entry.metadata().map_err(io(dir))?.len();
                    let (files, bytes) = kinds.entry(kind).or_default();
                    *files += 1;
                    *bytes += size;
                }
            }
            all.extend(kinds.into_iter().map(|(kind, (files, bytes))| Seen {
                party: party.card().name().to_owned(),
                role: party.role(),
                kind,
                files,
                bytes,
            }));
        }
        Ok(all)
    }

    /// Verifies the chains of all parties without any key.
    ///
    /// # Errors
    /// What the system says; what is wrong with a chain is a finding.
    pub fn verify(&self) -> Result<Vec<Chain>, PartyError> {
        self.seats()
            .map(|seat| {
                let location = Location::new(&seat.dir);
                let report = audit::verify(&location, &Known::default(), |_, _| {})?;
                Ok(Chain {
                    party: seat.party.card().name().to_owned(),
                    entries: report.size,
                    findings: report.findings,
                })
            })
            .collect()
    }
}

/// What was done, or the first refusal.
fn accept(mut outcome: Outcome) -> Result<Vec<Event>, PartyError> {
    if outcome.refused.is_empty() {
        return Ok(outcome.done);
    }
    Err(outcome.refused.swap_remove(0).1)
}

/// Links the records of a site that the rule proposes: where people would look and decide.
fn link_own(vault: &Vault, records: &[Record], ids: &[ObjectId]) -> Result<(), PartyError> {
    let descriptions: Vec<_> = records.iter().map(people::description).collect();
    let groups = local::link(&descriptions, Model::shipped(), &Secret::random()?);
    let pairs: Vec<_> = groups
        .iter()
        .zip(ids)
        .filter_map(|(group, id)| Some((*ids.get(*group as usize)?, *id)))
        .filter(|(first, id)| first != id)
        .collect();
    if !pairs.is_empty() {
        vault.set_links(&pairs, true, &Reason::none())?;
    }
    Ok(())
}
