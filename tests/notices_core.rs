//! Notices without disks: every order in which messages of a small network can be lost, repeated, late or
//! out of order; and what a site that records everything can tell members from others by.

#[path = "common/judge.rs"]
mod judge;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use judge::{Seen, advantage, chance};
use rayon::prelude::*;
use sigilo::codec::{Decode as _, Encode as _};
use sigilo::crypto::Secret;
use sigilo::crypto::sign::SigningKey;
use sigilo::crypto::travel::Identity;
use sigilo::round::card::CardBody;
use sigilo::round::notice::desk::{Asked, Plan};
use sigilo::round::notice::house::{Answer, House, Refusal};
use sigilo::round::notice::letter::{self, Facts, Nobody, Said, Shape, TokenKeys};
use sigilo::round::notice::policy::{Calendar, Mediation};
use sigilo::round::notice::{
    Consent, Introduction, Letters, Notice, NoticeError, PARTNERS, RequestId,
};
use sigilo::round::tokens::Handle;
use sigilo::round::{Card, NoteHash, PartyId, Role, RoundError, Time};

const NOTE: NoteHash = NoteHash([7; 32]);
/// Small letters: what is explored does not depend on their size.
const SHAPE: Shape = Shape {
    tokens: 1,
    places: 1,
};

fn day(n: u64) -> Time {
    Time::from_seconds(1_800_000_000 / 86_400 * 86_400 + n * 86_400).unwrap()
}

fn handle(site: u8, person: u8) -> Handle {
    let mut handle = [site; 16];
    handle[15] = person;
    handle
}

struct Site {
    card: Card,
    key: SigningKey,
    age: Identity,
}

fn site(byte: u8) -> Site {
    let key = SigningKey::from_seed(Secret::init_with(|b| b.fill(byte))).unwrap();
    let age = Identity::generate();
    let body = CardBody {
        role: Role::Site,
        name: format!("Casa {byte}"),
        vault: [byte; 16],
        key: key.verifying_key(),
        age: age.recipient(),
        log: None,
        cosign: None,
    };
    Site {
        card: Card::new(body, &key).unwrap(),
        key,
        age,
    }
}

/// Token keys of a person: those with one entity share them.
fn keys(shape: &Shape, entity: u8) -> TokenKeys {
    let mut keys = TokenKeys::random(shape.tokens).unwrap();
    for place in 0..shape.tokens {
        keys.set(place, NOTE, &Secret::init_with(|b| b.fill(entity)));
    }
    keys
}

fn write(shape: &Shape, from: &Site, to: &Site, entity: u8) -> Vec<u8> {
    let said = Said {
        sender: from.card.id(),
        facts: Facts::default(),
        contact: String::new(),
    };
    let to = [to.age.recipient()];
    letter::write(shape, NOTE, &keys(shape, entity), &to, &said, &from.key).unwrap()
}

/// Errors of both kinds, as a house meets them.
#[derive(Debug, PartialEq)]
enum Failed {
    Round(RoundError),
    Notice(NoticeError),
}

impl From<RoundError> for Failed {
    fn from(e: RoundError) -> Self {
        Self::Round(e)
    }
}

impl From<NoticeError> for Failed {
    fn from(e: NoticeError) -> Self {
        Self::Notice(e)
    }
}

/// What the person at the second site does, and whether there is one at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Other {
    /// Nobody at the second site is the person.
    Decoy,
    Yes,
    No,
    Silent,
    /// She agrees, but not that the first site is told.
    NotPermitted,
}

/// The network: two sites of two persons each, of which the first ones may be one person. Everything that is
/// done to it is an [`Act`]; a message stays where it can be delivered again for ever.
struct World<'s> {
    sites: &'s [Site; 2],
    how: Mediation,
    days: Calendar,
    other: Other,
    first_says: bool,
    plan: &'s Plan,
    now: u64,
    houses: [House; 2],
    /// What was written, by site and batch.
    consents: BTreeMap<(usize, u16), Consent>,
    /// What the coordinator has.
    taken: BTreeMap<(usize, u16), Consent>,
    introductions: Option<[Introduction; 2]>,
    /// Requests that were introduced, with the sender, at each site; every time that a house says so.
    met: [Vec<(RequestId, PartyId)>; 2],
}

/// Anything that can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Act {
    /// The courier brings a batch to a site.
    Notice(usize, u16),
    /// The persons of a site are asked.
    Ask(usize),
    /// A site writes what is due.
    Write(usize),
    /// The courier brings answers to the coordinator.
    Consent(usize, u16),
    /// The coordinator does what is due.
    Desk,
    /// The courier brings the introductions to a site.
    Introduction(usize),
    /// Days pass, up to the next that means anything.
    Day,
}

const DAYS: [u64; 5] = [7, 14, 21, 28, 35];

impl<'s> World<'s> {
    fn new(
        sites: &'s [Site; 2],
        how: Mediation,
        plan: &'s Plan,
        other: Other,
        first_says: bool,
    ) -> Self {
        let house = |site: u8| {
            let key = |person| Secret::init_with(|b: &mut [u8; 32]| b.fill(10 * site + person));
            House::new([(handle(site, 0), key(0)), (handle(site, 1), key(1))])
        };
        Self {
            sites,
            how,
            days: Calendar::new(day(0), how),
            other,
            first_says,
            plan,
            now: DAYS[0],
            houses: [house(0), house(1)],
            consents: BTreeMap::new(),
            taken: BTreeMap::new(),
            introductions: None,
            met: [Vec::new(), Vec::new()],
        }
    }

    fn duplicate(&self) -> Self {
        Self {
            houses: [self.houses[0].duplicate(), self.houses[1].duplicate()],
            consents: self.consents.clone(),
            taken: self.taken.clone(),
            introductions: self.introductions.clone(),
            met: self.met.clone(),
            ..*self
        }
    }

    /// Who stands behind a handle, over both sites: 0 and 100 are the first persons, 1 and 101 the others.
    fn entity(&self, handle: &Handle) -> u8 {
        match (handle[0], handle[15], self.other) {
            (1, 0, Other::Decoy) => 100,
            (_, 0, _) => 0,
            (site, person, _) => 100 * site + person,
        }
    }

    fn batches(&self) -> impl Iterator<Item = u16> + use<> {
        1..=self.how.batches()
    }

    fn acts(&self) -> Vec<Act> {
        let mut acts = vec![Act::Desk];
        if self.now < DAYS[4] {
            acts.push(Act::Day);
        }
        for site in 0..2 {
            acts.push(Act::Ask(site));
            acts.push(Act::Write(site));
            for batch in self.batches() {
                if day(self.now) >= self.days.goes_out(batch) {
                    acts.push(Act::Notice(site, batch));
                }
                if self.consents.contains_key(&(site, batch)) {
                    acts.push(Act::Consent(site, batch));
                }
            }
            if self.introductions.is_some() {
                acts.push(Act::Introduction(site));
            }
        }
        acts
    }

    fn says(&self, site: usize, handle: &Handle) -> Option<bool> {
        match (site, handle[15], self.other) {
            (0, 0, _) => Some(self.first_says),
            (1, 0, Other::No) => Some(false),
            (1, 0, Other::Silent) => None,
            // Persons that nobody else knows agree: they are no other than the rest.
            _ => Some(true),
        }
    }

    fn apply(&mut self, act: Act) {
        let now = day(self.now);
        match act {
            Act::Day => {
                let next = DAYS.iter().find(|d| **d > self.now);
                self.now = next.copied().unwrap_or(self.now);
                for house in &mut self.houses {
                    house.lapse(&self.days, day(self.now));
                }
            }
            Act::Notice(site, batch) => {
                let id = self.sites[site].card.id();
                let notice = self.plan.notice(&self.how, &id, batch).unwrap();
                let notice = Notice::from_bytes(&notice.to_bytes()).unwrap();
                self.houses[site]
                    .take(&self.how, &notice, |_| true)
                    .unwrap();
            }
            Act::Ask(site) => {
                let house = &self.houses[site];
                let open = house.batches().values().filter(|b| !b.sent);
                let open: Vec<(RequestId, Handle)> = open
                    .flat_map(|b| &b.requests)
                    .filter(|r| r.answer == Answer::Open)
                    .map(|r| (r.id, r.handle))
                    .collect();
                for (id, handle) in open {
                    if let Some(yes) = self.says(site, &handle) {
                        let answered = self.houses[site].answer(&id, yes, &self.days, now);
                        match answered {
                            Ok(()) | Err(NoticeError::Late(_) | NoticeError::Sent) => {}
                            Err(e) => panic!("{e}"),
                        }
                    }
                }
            }
            Act::Write(site) => {
                for batch in self.houses[site].due(&self.days, now) {
                    let (me, them) = (&self.sites[site], &self.sites[1 - site]);
                    let stranger = self.other == Other::NotPermitted && site == 1;
                    let entities: BTreeMap<Handle, u8> = self.houses[site]
                        .batches()
                        .values()
                        .flat_map(|b| b.requests.iter().map(|r| r.handle))
                        .map(|h| (h, self.entity(&h)))
                        .collect();
                    let write = |handle: &Handle, _: &Secret<32>| {
                        // The letter goes to a house that is not in this network.
                        let nobody = Identity::generate();
                        let elsewhere = Site {
                            card: me.card.clone(),
                            key: SigningKey::from_seed(Secret::init_with(|b| b.fill(9))).unwrap(),
                            age: nobody,
                        };
                        let to = match stranger && handle[15] == 0 {
                            true => &elsewhere,
                            false => them,
                        };
                        Ok::<_, RoundError>(Some(write(&SHAPE, me, to, entities[handle])))
                    };
                    let nobody = Nobody::new(&SHAPE);
                    let consent = self.houses[site].consent(batch, &SHAPE, &nobody, write);
                    let consent = Consent::from_bytes(&consent.unwrap().to_bytes()).unwrap();
                    assert!(self.consents.insert((site, batch), consent).is_none());
                }
            }
            Act::Consent(site, batch) => {
                if self.introductions.is_none() {
                    let consent = self.consents[&(site, batch)].clone();
                    self.taken.entry((site, batch)).or_insert(consent);
                }
            }
            Act::Desk => {
                if now >= self.days.ends() && self.introductions.is_none() {
                    let nobody = Nobody::new(&SHAPE);
                    let ids = [0, 1].map(|i: usize| self.sites[i].card.id());
                    let requests = self.how.requests();
                    let letter = |id: &PartyId, slot: usize| {
                        let site = ids.iter().position(|i| i == id)?;
                        let batch = u16::try_from(slot / requests + 1).ok()?;
                        self.taken.get(&(site, batch))?.letters.get(slot % requests)
                    };
                    self.introductions = Some([0, 1].map(|i: usize| {
                        self.plan
                            .introduction(&SHAPE, &ids[i], &nobody, letter)
                            .unwrap()
                    }));
                }
            }
            Act::Introduction(site) => {
                let Some(all) = &self.introductions else {
                    return;
                };
                let introduction = Introduction::from_bytes(&all[site].to_bytes()).unwrap();
                let entities: BTreeMap<Handle, u8> = [0, 1]
                    .map(|person| handle(site as u8, person))
                    .map(|h| (h, self.entity(&h)))
                    .into();
                let other = &self.sites[1 - site].card;
                let age = &self.sites[site].age;
                let stranger = self.other == Other::NotPermitted && site == 1;
                let read = |handle: &Handle, _: &Secret<32>, letter: &[u8]| {
                    // Whoever does not want the other house to know does not look at what it says either.
                    if stranger && handle[15] == 0 {
                        return Ok(None);
                    }
                    let keys = keys(&SHAPE, entities[handle]);
                    let opened = letter::open(&SHAPE, NOTE, &keys, age, letter);
                    Ok::<_, Failed>(opened.map(|said| said.verify(other).unwrap()))
                };
                let (how, days) = (self.how, self.days);
                let found = self.houses[site].open(&how, &SHAPE, &days, now, &introduction, read);
                match found {
                    Ok(found) => {
                        for (id, said) in found {
                            self.met[site].extend(said.iter().map(|s| (id, s.sender)));
                        }
                    }
                    Err(Failed::Notice(NoticeError::Early(_))) => {}
                    Err(e) => panic!("{e:?}"),
                }
            }
        }
        self.hold();
    }

    /// The request of a site about its first person, if it came.
    fn first(&self, site: usize) -> Option<(u16, RequestId, Answer, bool)> {
        let all = self.houses[site].batches().iter();
        all.flat_map(|(n, b)| b.requests.iter().map(|r| (*n, r, b.sent)))
            .find(|(_, r, _)| r.handle == handle(site as u8, 0))
            .map(|(n, r, sent)| (n, r.id, r.answer, sent))
    }

    /// What holds in every state.
    fn hold(&self) {
        let ids = [0, 1].map(|i: usize| self.sites[i].card.id());
        for site in 0..2 {
            // Nobody is introduced twice, before the last day, or to anybody but the other site.
            assert!(self.met[site].len() <= 1);
            let Some((id, sender)) = self.met[site].first() else {
                continue;
            };
            assert!(day(self.now) >= self.days.ends());
            assert!(self.houses[site].ended());
            assert_eq!(*sender, ids[1 - site]);
            // No name before both persons agreed and both answers were with the coordinator.
            assert!(self.other == Other::Yes && self.first_says);
            for i in 0..2 {
                let (batch, own, answer, sent) = self.first(i).unwrap();
                assert!(sent && answer == Answer::Yes);
                assert!(self.taken.contains_key(&(i, batch)));
                assert!(i != site || own == *id);
            }
        }
        // After the last day nothing can be opened any more, whatever came.
        if day(self.now) >= self.days.lapses() {
            assert!(self.houses.iter().all(|h| h.ended() && h.open_keys() == 0));
        }
        for house in &self.houses {
            let bytes = house.to_bytes();
            assert_eq!(House::from_bytes(&bytes).unwrap().to_bytes(), bytes);
        }
    }

    /// What everybody at a site can see: what came, what was answered, whether it has ended, and who was
    /// introduced.
    fn visible(&self, site: usize) -> String {
        let house = &self.houses[site];
        let sizes = self.introductions.as_ref();
        let size = sizes.map(|i| i[site].to_bytes().len());
        format!(
            "{:?} {} {} {:?} {:?}",
            house.batches(),
            house.ended(),
            self.now,
            size,
            self.met[site]
        )
    }

    /// Two worlds with the same key behave the same from here on.
    fn key(&self) -> String {
        format!(
            "{} {} {:?} {:?}",
            self.visible(0),
            self.visible(1),
            self.consents.keys().collect::<Vec<_>>(),
            self.taken.keys().collect::<Vec<_>>(),
        )
    }
}

fn plan(sites: &[Site; 2], how: &Mediation, pair: bool) -> Plan {
    let persons = |site: u8| {
        let second = if pair { 0 } else { site };
        vec![
            (handle(site, 0), u32::from(second)),
            (handle(site, 1), u32::from(10 + site)),
        ]
    };
    let (a, b) = (persons(0), persons(1));
    let asked = [
        Asked {
            site: sites[0].card.id(),
            persons: &a,
        },
        Asked {
            site: sites[1].card.id(),
            persons: &b,
        },
    ];
    let released = [(handle(0, 0), handle(1, 0))];
    let key = Secret::init_with(|k| k.fill(3));
    Plan::draw_with(key, how, &asked, &released[..usize::from(pair)]).unwrap()
}

/// Explores every state of worlds that the same happens to, and looks at each.
fn explore<'s>(worlds: Vec<World<'s>>, mut look: impl FnMut(&[World<'s>])) -> usize {
    let key = |worlds: &[World<'_>]| worlds.iter().map(World::key).collect::<String>();
    let mut seen = HashSet::from([key(&worlds)]);
    let mut todo = vec![worlds];
    while let Some(worlds) = todo.pop() {
        look(&worlds);
        let acts: BTreeSet<Act> = worlds.iter().flat_map(World::acts).collect();
        for act in acts {
            let mut next: Vec<World<'s>> = worlds.iter().map(World::duplicate).collect();
            for world in &mut next {
                if world.acts().contains(&act) {
                    world.apply(act);
                }
            }
            if seen.insert(key(&next)) {
                todo.push(next);
            }
        }
    }
    seen.len()
}

#[test]
fn every_order_of_messages_keeps_what_must_hold() {
    let sites = [site(1), site(2)];
    let how = Mediation::new(2, 1, 7, 990).unwrap();
    let with = plan(&sites, &how, true);
    let without = plan(&sites, &how, false);
    for first_says in [true, false] {
        for other in [
            Other::Decoy,
            Other::Yes,
            Other::No,
            Other::Silent,
            Other::NotPermitted,
        ] {
            let plan = if other == Other::Decoy {
                &without
            } else {
                &with
            };
            let mut introduced = [false; 2];
            let mut ended = 0;
            let world = World::new(&sites, how, plan, other, first_says);
            let states = explore(vec![world], |worlds| {
                let world = &worlds[0];
                for (any, met) in introduced.iter_mut().zip(&world.met) {
                    *any |= !met.is_empty();
                }
                ended += usize::from(world.houses.iter().all(House::ended));
                // Nothing that was acknowledged is lost: with both answers at the coordinator before the end,
                // whoever has the last file has the introduction.
                let both = (0..2).all(|i| {
                    let first = world.first(i);
                    first.is_some_and(|(n, _, answer, _)| {
                        answer == Answer::Yes && world.taken.contains_key(&(i, n))
                    })
                });
                if both && other == Other::Yes && world.introductions.is_some() {
                    for site in 0..2 {
                        let mut world = world.duplicate();
                        if !world.houses[site].ended() {
                            world.apply(Act::Introduction(site));
                            assert_eq!(world.met[site].len(), 1);
                        }
                    }
                }
                // What came twice changes nothing.
                for act in world.acts() {
                    let mut once = world.duplicate();
                    once.apply(act);
                    if act != Act::Day {
                        let key = once.key();
                        once.apply(act);
                        assert_eq!(once.key(), key, "{act:?}");
                    }
                }
            });
            assert!(states > 100 && ended > 10, "{states} {ended}");
            let agreed = other == Other::Yes && first_says;
            assert_eq!(introduced, [agreed; 2], "{other:?}");
        }
    }
}

#[test]
fn a_decoy_a_refusal_silence_and_one_who_may_not_be_told_look_the_same_in_every_order() {
    let sites = [site(1), site(2)];
    let how = Mediation::new(2, 1, 7, 990).unwrap();
    let with = plan(&sites, &how, true);
    let worlds = [Other::No, Other::Silent, Other::NotPermitted];
    let worlds = worlds.map(|other| World::new(&sites, how, &with, other, true));
    let states = explore(worlds.into(), |worlds| {
        let first = worlds[0].visible(0);
        assert!(worlds.iter().all(|w| w.visible(0) == first));
    });
    assert!(states > 500, "{states}");
    // Of a decoy only the ids and the order are others, which are drawn; see below for how they fall.
    let without = plan(&sites, &how, false);
    let plain = |world: &World<'_>| {
        let batches = world.houses[0].batches().values();
        let came: Vec<_> = batches
            .map(|b| {
                let mut answers: Vec<Answer> = b.requests.iter().map(|r| r.answer).collect();
                answers.sort_unstable();
                (answers, b.sent)
            })
            .collect();
        let size = world.introductions.as_ref();
        let size = size.map(|i| i[0].to_bytes().len());
        format!(
            "{came:?} {} {size:?} {:?}",
            world.houses[0].ended(),
            world.met[0]
        )
    };
    let worlds = vec![
        World::new(&sites, how, &with, Other::No, true),
        World::new(&sites, how, &without, Other::Decoy, true),
    ];
    explore(worlds, |worlds| {
        assert_eq!(plain(&worlds[0]), plain(&worlds[1]))
    });
}

#[test]
fn batches_in_any_order() {
    let sites = [site(1), site(2)];
    let how = Mediation::new(1, 2, 7, 990).unwrap();
    let plan = plan(&sites, &how, true);
    let mut seed = 12345u64;
    let mut met = 0;
    for _ in 0..300 {
        let mut world = World::new(&sites, how, &plan, Other::Yes, true);
        for _ in 0..250 {
            let acts = world.acts();
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let draw = (seed >> 33) as usize;
            // Days pass slowly, so that there is time for everything else.
            let act = acts[draw % acts.len()];
            if act == Act::Day && !(draw >> 16).is_multiple_of(4) {
                continue;
            }
            world.apply(act);
        }
        met += usize::from(world.met.iter().all(|m| m.len() == 1));
    }
    assert!(met > 20, "{met}");
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    let sites = [site(1), site(2)];
    let how = Mediation::new(2, 2, 7, 990).unwrap();
    let plan = plan(&sites, &how, true);
    let id = sites[0].card.id();
    let mut house = House::new([(handle(0, 0), Secret::random().unwrap())]);
    let notice = plan.notice(&how, &id, 1).unwrap();
    assert!(plan.notice(&how, &id, 0).is_err() && plan.notice(&how, &id, 3).is_err());
    assert!(house.take(&how, &notice, |_| true).unwrap());
    let before = house.to_bytes();
    let mut short = notice.clone();
    short.requests.pop();
    let mut other = notice.clone();
    other.requests.swap(0, 1);
    let mut far = notice.clone();
    far.batch = 3;
    let mut again = notice.clone();
    again.batch = 2;
    for (bad, second) in [(short, false), (other, true), (far, false), (again, true)] {
        let refused = house.take(&how, &bad, |_| true).unwrap_err();
        let expected = matches!(refused, Refusal::Notice(NoticeError::SecondBatch));
        assert_eq!(expected, second, "{refused:?}");
        assert_eq!(house.to_bytes(), before);
    }
    assert!(!house.take(&how, &notice, |_| true).unwrap());
    let days = Calendar::new(day(0), how);
    let write = |_: &Handle, _: &Secret<32>| Ok::<_, RoundError>(None);
    let nobody = Nobody::new(&SHAPE);
    assert!(house.consent(2, &SHAPE, &nobody, write).is_err());
    let few = Introduction {
        letters: Letters::new(SHAPE.letter()),
    };
    let read = |_: &Handle, _: &Secret<32>, _: &[u8]| Ok::<_, Failed>(None);
    let refused = house.open(&how, &SHAPE, &days, day(60), &few, read);
    assert_eq!(refused, Err(Failed::Round(RoundError::Numbers)));
    assert_eq!(house.to_bytes(), before);
}

/// A site that plays along, says "yes" about everybody and writes down all that comes. Its probe is person 0
/// of its file of 8; `member` says whether another site knows her.
struct Trial {
    shape: Shape,
    how: Mediation,
    mine: PartyId,
    theirs: PartyId,
    plan: Plan,
}

fn lot(seed: u64, purpose: u8) -> Secret<32> {
    Secret::init_with(|b| {
        b[..8].copy_from_slice(&seed.to_be_bytes());
        b[8] = purpose;
    })
}

impl Trial {
    /// `bias`: a coordinator that asks about those first who are known elsewhere, to see that the test would
    /// notice.
    fn new(seed: u64, member: bool, bias: bool) -> Self {
        let how = Mediation::new(2, 2, 7, 990).unwrap();
        let (mine, theirs) = (PartyId([1; 32]), PartyId([2; 32]));
        let file = |site: u8| -> Vec<(Handle, u32)> {
            (0..8u8)
                .map(|person| {
                    let known = member && person == 0;
                    let number = if known {
                        0
                    } else {
                        100 * u32::from(site) + u32::from(person)
                    };
                    (handle(site, person), number)
                })
                .collect()
        };
        let (mut a, mut b) = (file(1), file(2));
        if bias && member {
            a.truncate(4);
            b.truncate(4);
        }
        let asked = [
            Asked {
                site: mine,
                persons: &a,
            },
            Asked {
                site: theirs,
                persons: &b,
            },
        ];
        let released = [(handle(1, 0), handle(2, 0))];
        let released = &released[..usize::from(member)];
        Self {
            shape: Shape {
                tokens: 2,
                places: 2,
            },
            how,
            mine,
            theirs,
            plan: Plan::draw_with(lot(seed, 1), &how, &asked, released).unwrap(),
        }
    }

    /// What the lists of requests show: where the probe stands, and every byte.
    fn requests(&self) -> Seen {
        let mut seen = Vec::new();
        let mut at = -1.0;
        for batch in 1..=2 {
            let notice = self.plan.notice(&self.how, &self.mine, batch).unwrap();
            let bytes = notice.to_bytes();
            seen.push(bytes.len() as f64);
            for (place, (id, asked)) in notice.requests.iter().enumerate() {
                if *asked == handle(1, 0) {
                    at = f64::from(batch) * 2.0 + place as f64;
                    seen.extend(id.iter().take(4).map(|b| f64::from(*b)));
                }
            }
            seen.push(bytes.iter().map(|b| f64::from(*b)).sum::<f64>());
        }
        seen.resize(8, -1.0);
        seen.push(at);
        seen.push(f64::from(at >= 0.0));
        seen
    }

    /// What comes in the end about the probe: sizes, where the headers of the letters end, what their bytes
    /// look like, and whether any of them opens.
    fn letters(&self, seed: u64, sites: &[Site; 2], partner: Other) -> Seen {
        let mut answers = Vec::new();
        let nobody = Nobody::new(&self.shape);
        let elsewhere = site(9);
        let theirs = self.plan.handles(&self.theirs).unwrap();
        for asked in theirs {
            let to = match partner {
                Other::Yes => Some(&sites[0]),
                Other::NotPermitted => Some(&elsewhere),
                _ => None,
            };
            answers.push(match to.filter(|_| *asked == handle(2, 0)) {
                Some(to) => write(&self.shape, &sites[1], to, 5),
                None => letter::empty(&self.shape, &nobody).unwrap(),
            });
        }
        let own = letter::empty(&self.shape, &nobody).unwrap();
        let lost = partner == Other::Silent && seed.is_multiple_of(2);
        let letter = |id: &PartyId, slot: usize| match *id == self.mine {
            true => Some(own.as_slice()),
            false => answers.get(slot).filter(|_| !lost).map(Vec::as_slice),
        };
        let all = self
            .plan
            .introduction(&self.shape, &self.mine, &nobody, letter)
            .unwrap();
        let mine = self.plan.handles(&self.mine).unwrap();
        let probe = mine.iter().position(|h| *h == handle(1, 0));
        let mut seen = vec![all.to_bytes().len() as f64];
        let keys = keys(&self.shape, 5);
        for i in 0..PARTNERS {
            // Without a request there is nothing about the probe; the first one stands for it.
            let at = probe.unwrap_or(0) * PARTNERS + i;
            let bytes = all.letters.get(at).unwrap();
            let header = bytes.windows(4).position(|w| w == b"\n---").unwrap();
            let body: f64 = bytes[header..].iter().map(|b| f64::from(*b)).sum();
            let opened = letter::open(&self.shape, NOTE, &keys, &sites[0].age, bytes);
            seen.extend([header as f64, body, f64::from(opened.is_some())]);
        }
        seen
    }
}

#[test]
fn a_site_that_records_every_request_cannot_tell_members_from_others() {
    const TRIALS: u64 = 10_000;
    let seen = |from: u64, member: bool, bias: bool| -> Vec<Seen> {
        let all = (from..from + TRIALS).into_par_iter();
        all.map(|seed| Trial::new(seed, member, bias).requests())
            .collect()
    };
    let (members, others) = (seen(0, true, false), seen(TRIALS, false, false));
    let found = advantage(&members, &others);
    println!("requests: advantage {found:.4}");
    assert!(found <= 0.02 + chance(TRIALS as usize / 2), "{found}");
    // The same number of bytes always, and the probe in each place as often.
    let sizes: BTreeSet<i64> = members.iter().chain(&others).map(|s| s[0] as i64).collect();
    assert_eq!(sizes.len(), 1);
    for side in [&members, &others] {
        let mut places: BTreeMap<i64, f64> = BTreeMap::new();
        for s in side {
            *places.entry(s[8] as i64).or_default() += 1.0;
        }
        // Four places and "not asked" for the other half: chi-square with 4 degrees, 0.1 % point.
        let expected = |place: i64| TRIALS as f64 * if place < 0 { 0.5 } else { 1.0 / 8.0 };
        let chi: f64 = places
            .iter()
            .map(|(place, n)| (n - expected(*place)).powi(2) / expected(*place))
            .sum();
        assert!(places.len() == 5 && chi < 18.5, "{chi} {places:?}");
    }
    // A coordinator that asked about members first would be noticed.
    let biased = advantage(&seen(0, true, true), &others);
    assert!(biased > 0.3, "{biased}");
}

#[test]
fn a_site_that_records_every_letter_cannot_tell_members_from_others() {
    const TRIALS: u64 = 2000;
    let sites = [site(1), site(2)];
    let seen = |from: u64, member: bool, agrees: bool| -> Vec<Seen> {
        let all = (from..from + TRIALS).into_par_iter();
        all.map(|seed| {
            let partner = match (member, agrees, seed % 3) {
                (true, true, _) => Other::Yes,
                (true, _, 0) => Other::No,
                (true, _, 1) => Other::Silent,
                (true, _, _) => Other::NotPermitted,
                _ => Other::Decoy,
            };
            let trial = Trial::new(seed, member, false);
            let mut seen = trial.requests();
            seen.extend(trial.letters(seed, &sites, partner));
            seen
        })
        .collect()
    };
    let (members, others) = (seen(0, true, false), seen(TRIALS, false, false));
    let found = advantage(&members, &others);
    println!("letters: advantage {found:.4}");
    assert!(found <= 0.02 + chance(TRIALS as usize / 2), "{found}");
    // None of the letters opens; all are of one size.
    for s in members.iter().chain(&others) {
        assert_eq!((s[13], s[16], s[19]), (0.0, 0.0, 0.0));
        assert_eq!(s[10], members[0][10]);
    }
    // One who agrees to this very site is seen by it: that is what an introduction is.
    let agreed = advantage(&seen(0, true, true), &others);
    assert!(agreed > 0.3, "{agreed}");
}
