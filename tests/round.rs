//! A whole round in memory, through the bytes of every file, and what happens to files that are not
//! as they should be.
// Rounds without noise, which a release does not take.
#![cfg(debug_assertions)]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use sigilo::codec::{Decode, Encode};
use sigilo::crypto::Secret;
use sigilo::crypto::hash::sha256;
use sigilo::crypto::sign::SigningKey;
use sigilo::crypto::travel::{Identity, Recipient};
use sigilo::i18n::{Lang, Localize as _, Messages};
use sigilo::round::agreement::{Agreement, Field};
use sigilo::round::blinded::BlindedRequest;
use sigilo::round::card::CardBody;
use sigilo::round::coordinator::{Collected, Row};
use sigilo::round::draft::{Draft, Policy};
use sigilo::round::envelope::{self, EnvelopeId, Kind, Opened};
use sigilo::round::evaluated::EvaluatedReply;
use sigilo::round::holder::{self, HolderPolicy, HolderSecrets};
use sigilo::round::join::SignedJoin;
use sigilo::round::note::{AgreedNote, PublishedNote};
use sigilo::round::notice::policy::Notices;
use sigilo::round::pairs::{Budget, PairsAsk, PairsWeights};
use sigilo::round::result::{Presence, RoundResult, SiteTotal};
use sigilo::round::site::{AroundTokens, SiteRound, TokenInput};
use sigilo::round::tokens::TokenFile;
use sigilo::round::totals::Totals;
use sigilo::round::trust::TrustStore;
use sigilo::round::welcome::{self, Welcome};
use sigilo::round::withdrawn::Withdrawn;
use sigilo::round::{Card, NoteHash, PartyId, Role, RoundError, Time};

const TOKENS: u16 = 4;
const MAX: usize = 1 << 24;

struct Party {
    card: Card,
    key: SigningKey,
    age: Identity,
    /// Recipient of the round.
    fresh: Identity,
}

fn party(role: Role, name: &str, n: u8) -> Party {
    let key = SigningKey::from_seed(Secret::init_with(|b| b.fill(n))).unwrap();
    let age = Identity::generate();
    let body = CardBody {
        role,
        name: name.into(),
        vault: [n; 16],
        key: key.verifying_key(),
        age: age.recipient(),
        log: None,
        cosign: None,
    };
    Party {
        card: Card::new(body, &key).unwrap(),
        key,
        age,
        fresh: Identity::generate(),
    }
}

/// A network of two holders and three sites in which everybody has pinned everybody.
struct Network {
    coordinator: Party,
    holders: Vec<Party>,
    secrets: Vec<HolderSecrets>,
    sites: Vec<Party>,
    trust: TrustStore,
    draft: Draft,
    /// Every payload that was sent, by the name of its fuzz target.
    sent: RefCell<Vec<(&'static str, Vec<u8>)>>,
}

fn now() -> Time {
    Time::parse("2027-03-02T09:00:00Z").unwrap()
}

const POLICY: HolderPolicy = HolderPolicy {
    h_min_millibits: 15_000,
    quota_max: 64,
};

fn network() -> Network {
    let coordinator = party(Role::Coordinator, "Comisión", 1);
    let mut holders = vec![
        party(Role::Holder, "Defensoría", 2),
        party(Role::Holder, "Universidad", 3),
    ];
    let mut sites = vec![
        party(Role::Site, "Casa A", 4),
        party(Role::Site, "Casa B", 5),
        party(Role::Site, "Casa vacía", 6),
    ];
    holders.sort_by_key(|p| p.card.id());
    sites.sort_by_key(|p| p.card.id());
    let mut trust = TrustStore::new();
    for p in holders.iter().chain(&sites).chain([&coordinator]) {
        trust.pin(p.card.clone()).unwrap();
    }
    let draft = Draft {
        round: [9; 16],
        purpose: "Personas asistidas, primer trimestre".into(),
        opens: Time::parse("2027-03-01T00:00:00Z").unwrap(),
        deadline: Time::parse("2027-03-31T23:59:59Z").unwrap(),
        policy: Policy::Strict,
        h_millibits: 18_000,
        tokens: TOKENS,
        encoding: 40,
        features: [1; 32],
        model: [2; 32],
        expected: 30_000,
        pairs: 2,
        min_cell: 10,
        epsilon_milli: 0,
        tables: 1,
        largest_share: 50,
        site_totals: true,
        quorum: 2,
        notices: Notices::default(),
        compartments: vec!["victim".into()],
        coordinator: coordinator.card.id(),
        age: coordinator.fresh.recipient(),
        comparer: holders[1].card.id(),
        holders: holders.iter().map(|p| p.card.id()).collect(),
        sites: sites.iter().map(|p| (p.card.id(), 24)).collect(),
        groups: Vec::new(),
    };
    Network {
        coordinator,
        secrets: holders
            .iter()
            .map(|_| HolderSecrets::generate().unwrap())
            .collect(),
        holders,
        sites,
        trust,
        draft,
        sent: RefCell::default(),
    }
}

impl Network {
    fn joins(&self) -> Vec<SignedJoin> {
        let file = self
            .draft
            .sign(&self.coordinator.card, &self.coordinator.key);
        let draft = Draft::read(file.unwrap().as_bytes(), &self.trust).unwrap();
        assert_eq!(draft, self.draft);
        let join = |(p, s): (&Party, &HolderSecrets)| {
            let made =
                holder::join(&draft, &p.card, &p.key, s, POLICY, &self.trust, now()).unwrap();
            let file = made.to_note(&p.card, &p.key).unwrap();
            let read = SignedJoin::read(file.as_bytes(), &draft, &self.trust).unwrap();
            assert_eq!(read, made);
            read
        };
        self.holders.iter().zip(&self.secrets).map(join).collect()
    }

    fn published(&self, joins: &[SignedJoin]) -> Result<PublishedNote, RoundError> {
        let Party { card, key, .. } = &self.coordinator;
        PublishedNote::publish(&self.draft, joins, &self.trust, card, key)
    }

    fn agreed(&self) -> AgreedNote {
        let joins = self.joins();
        let published = self.published(&joins).unwrap();
        let mut all = published.clone();
        for (p, join) in self.holders.iter().zip(&joins) {
            // Each holder signs its own copy; the coordinator puts them together.
            let mut copy =
                PublishedNote::read(published.to_text().as_bytes(), &self.trust).unwrap();
            holder::cosign(&mut copy, &p.card, &p.key, join, &[]).unwrap();
            all.merge(&copy).unwrap();
        }
        AgreedNote::read(all.to_text().as_bytes(), &self.trust).unwrap()
    }

    fn name(&self) -> impl Fn(&PartyId) -> String {
        |id| self.trust.name(id)
    }

    fn send(
        &self,
        note: &AgreedNote,
        kind: Kind,
        from: &Party,
        to: &[(PartyId, Recipient)],
        payload: &[u8],
        (open_with, receiver): (&Identity, PartyId),
    ) -> Opened {
        let (id, file) =
            envelope::seal(kind, note.hash(), from.card.id(), &from.key, to, payload).unwrap();
        let target = match kind {
            Kind::Welcome => "welcome",
            Kind::Blinded => "blinded",
            Kind::Evaluated => "evaluated",
            Kind::Tokens => "tokens",
            Kind::PairsAsk => "pairs_ask",
            Kind::PairsWeights => "pairs_weights",
            _ => "withdrawn",
        };
        self.sent.borrow_mut().push((target, payload.to_vec()));
        let plain = sigilo::crypto::travel::decrypt_bytes(open_with, &file, MAX).unwrap();
        self.sent.borrow_mut().push(("envelope", plain.to_vec()));
        let opened = envelope::decrypt(open_with, &file, MAX)
            .unwrap()
            .verify(kind, note.hash(), &from.card, receiver)
            .unwrap();
        assert_eq!(opened.id(), id);
        opened
    }
}

fn input(person: u64, j: u16) -> TokenInput {
    sha256(&[&person.to_be_bytes(), &j.to_be_bytes()])
}

/// All tokens of persons, with one place of each first person left empty.
fn inputs(persons: &[u64]) -> Vec<Option<TokenInput>> {
    persons
        .iter()
        .flat_map(|p| (0..TOKENS).map(|j| (j != 3 || *p < 100).then(|| input(*p, j))))
        .collect()
}

/// Blinds and has all holders evaluate, through the files.
fn request_and_replies(
    net: &Network,
    note: &AgreedNote,
    site: &Party,
    round: &SiteRound<'_>,
) -> (BlindedRequest, EnvelopeId, Vec<(PartyId, EvaluatedReply)>) {
    let request = round.blind_request(site.fresh.recipient()).unwrap();
    let again = round.blind_request(site.fresh.recipient()).unwrap();
    assert_eq!(request, again);
    let mut replies = Vec::new();
    let mut request_id = None;
    for (p, secrets) in net.holders.iter().zip(&net.secrets) {
        let opened = net.send(
            note,
            Kind::Blinded,
            site,
            &note.holders(),
            &request.to_bytes(),
            (secrets.identity(), p.card.id()),
        );
        let read = BlindedRequest::from_bytes(opened.payload()).unwrap();
        assert!(opened.payload().len() <= BlindedRequest::max_size(note.draft(), 24));
        let id = opened.id();
        assert_eq!(*request_id.get_or_insert(id), id);
        let reply = holder::evaluate(note, secrets, &site.card, id, &read, now()).unwrap();
        let same = holder::evaluate(note, secrets, &site.card, id, &read, now()).unwrap();
        assert_eq!(reply, same);
        let to = [(site.card.id(), read.recipient().clone())];
        let bytes = reply.to_bytes();
        assert_eq!(bytes.len(), EvaluatedReply::size(reply.len()));
        let opened = net.send(
            note,
            Kind::Evaluated,
            p,
            &to,
            &bytes,
            (&site.fresh, site.card.id()),
        );
        replies.push((
            p.card.id(),
            EvaluatedReply::from_bytes(opened.payload()).unwrap(),
        ));
    }
    (request, request_id.unwrap(), replies)
}

#[test]
fn a_round_from_cards_to_result() {
    whole_round(&network());
}

/// Keeps three small samples of each file for the fuzz targets.
#[test]
#[ignore = "writes fuzz/corpus"]
fn write_corpus() {
    let net = network();
    let (note, result) = whole_round(&net);
    let mut samples = net.sent.take();
    let signed = net.draft.sign(&net.coordinator.card, &net.coordinator.key);
    let (holder, secrets) = (&net.holders[0], &net.secrets[0]);
    let join = holder::join(
        &net.draft,
        &holder.card,
        &holder.key,
        secrets,
        POLICY,
        &net.trust,
        now(),
    );
    let join = join.unwrap().to_note(&holder.card, &holder.key).unwrap();
    let trust = net.trust.to_bytes();
    let parts = [
        trust.clone(),
        signed.unwrap().into(),
        join.into(),
        note.into(),
        result.into(),
    ];
    for n in 3..=5 {
        let mut all = Vec::new();
        for part in &parts[..n] {
            sigilo::codec::put_bytes(&mut all, part);
        }
        samples.push(("round_notes", all));
    }
    for party in net.holders.iter().chain(&net.sites[..1]) {
        samples.push(("card", party.card.as_str().as_bytes().to_vec()));
    }
    samples.push(("trust", trust));
    samples.push(("trust", TrustStore::new().to_bytes()));
    let mut small = TrustStore::new();
    small.pin(net.coordinator.card.clone()).unwrap();
    samples.push(("trust", small.to_bytes()));
    for n in [0u64, 3, 70_000] {
        let totals = Totals {
            records: n * 2,
            persons: n,
        };
        samples.push(("totals", totals.to_bytes()));
        let handles: Vec<_> = (0..n.min(3)).map(|i| [i as u8; 16]).collect();
        let list = Withdrawn {
            leave: handles.clone(),
            handles,
            totals,
        };
        samples.push(("withdrawn", list.to_bytes()));
    }
    for target in ["pairs_ask", "pairs_weights", "welcome"] {
        let whole = samples
            .iter()
            .find(|(t, _)| *t == target)
            .unwrap()
            .1
            .clone();
        samples.push((target, whole[..whole.len() / 2].to_vec()));
        samples.push((target, [whole.as_slice(), &[0]].concat()));
    }
    let mut kept: BTreeMap<&str, Vec<Vec<u8>>> = BTreeMap::new();
    samples.sort_by_key(|(_, bytes)| bytes.len());
    for (target, bytes) in samples {
        let kept = kept.entry(target).or_default();
        if kept.len() < 3 && !kept.contains(&bytes) {
            kept.push(bytes);
        }
    }
    for (target, files) in kept {
        let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fuzz/corpus")
            .join(target);
        std::fs::create_dir_all(&dir).unwrap();
        for (i, bytes) in files.iter().enumerate() {
            std::fs::write(dir.join(format!("round-{i}")), bytes).unwrap();
        }
    }
}

/// Plays the round; returns the text of its note and of its result.
fn whole_round(net: &Network) -> (String, String) {
    let note = net.agreed();

    // Welcome: every site has the same group secret.
    let mut group = None;
    for site in &net.sites {
        let welcomes: Vec<(PartyId, Welcome)> = net
            .holders
            .iter()
            .zip(&net.secrets)
            .map(|(p, s)| {
                let to = [(site.card.id(), site.card.body().age.clone())];
                let payload = s.welcome().to_bytes();
                let id = site.card.id();
                let opened = net.send(&note, Kind::Welcome, p, &to, &payload, (&site.age, id));
                (p.card.id(), Welcome::from_bytes(opened.payload()).unwrap())
            })
            .collect();
        let secret = welcome::group_secret(&note, &welcomes, net.name()).unwrap();
        let first = group.get_or_insert_with(|| secret.duplicate());
        assert!(*first == secret);
        assert!(matches!(
            welcome::group_secret(&note, &welcomes[..1], net.name()),
            Err(RoundError::Reply(_))
        ));
    }

    // Persons 1 and 2 are at both of the first two sites; 7 is there twice under two names; the third
    // site has nobody.
    let persons: [&[u64]; 3] = [&[1, 2, 3, 7, 7], &[2, 200, 1], &[]];
    let mut collected = Collected::new(&note);
    let mut files = BTreeMap::new();
    let mut who: BTreeMap<(PartyId, [u8; 16]), u64> = BTreeMap::new();
    for (site, persons) in net.sites.iter().zip(persons) {
        let inputs = inputs(persons);
        let secret = Secret::<32>::init_with(|b| b.copy_from_slice(&site.card.id().0));
        let round = SiteRound::new(&note, site.card.id(), &secret, &inputs).unwrap();
        let (request, id, replies) = request_and_replies(net, &note, site, &round);
        assert_eq!(request.elements().len(), 16 * usize::from(TOKENS));
        let tokens = round
            .open_evaluated(&request, id, &replies, net.name())
            .unwrap();
        let around = AroundTokens {
            checkpoint: [3; 32],
            counts: vec![1; 10],
            counts_sealed: vec![2; 20],
            contributions: Vec::new(),
            searched: (1..persons.len().min(3)).collect(),
        };
        // A stand-in for the encodings: whoever has the token secret recognises the person.
        let encode = |person: usize, _: usize, secret: &Secret<32>, out: &mut [u8]| {
            out[..8].copy_from_slice(&persons[person].to_be_bytes());
            out[8..40].copy_from_slice(&sha256(&[secret.expose()]));
        };
        let made = round.token_file(&tokens, around.clone(), encode).unwrap();
        let again = round.token_file(&tokens, around, encode).unwrap();
        assert_eq!(made.file.tags, again.file.tags);
        assert_eq!(made.file.encodings, again.file.encodings);
        assert_eq!(made.handles.len(), persons.len());
        if persons.len() == 5 {
            // The two sevens have the same four tokens; each is kept by one of them.
            assert_eq!(made.lost[3] + made.lost[4], usize::from(TOKENS));
            assert_eq!(made.lost[..3], [0, 0, 0]);
        }
        let marked: Vec<_> = made.file.head.marked_rows().collect();
        let marked: BTreeSet<_> = marked
            .iter()
            .map(|row| made.file.head.handles[*row as usize])
            .collect();
        let expected = made.handles.iter().take(3).skip(1);
        assert_eq!(marked, expected.copied().collect());
        for (handle, person) in made.handles.iter().zip(persons) {
            who.insert((site.card.id(), *handle), *person);
        }
        let bytes = made.file.to_bytes();
        assert!(bytes.len() <= TokenFile::max_size(note.draft(), 24));
        let opened = net.send(
            &note,
            Kind::Tokens,
            site,
            &[note.coordinator()],
            &bytes,
            (&net.coordinator.fresh, net.coordinator.card.id()),
        );
        let file = TokenFile::from_bytes(opened.payload()).unwrap();
        assert_eq!(file, made.file);
        collected.add(site.card.id(), file.head.clone()).unwrap();
        collected.add(site.card.id(), file.head.clone()).unwrap();
        files.insert(site.card.id(), file);
        assert_eq!(
            collected.add(site.card.id(), again.file.head).err(),
            Some(RoundError::Repeated)
        );
    }
    assert!(collected.has_quorum() && collected.missing().is_empty());

    // The join: rows that share a tag.
    let mut rows: BTreeMap<[u8; 8], Vec<Row>> = BTreeMap::new();
    for (site, file) in &files {
        let per = usize::from(TOKENS);
        for (row, tags) in (0u32..).zip(file.tags.chunks(per)) {
            for tag in tags {
                rows.entry(*tag).or_default().push(Row { site: *site, row });
            }
        }
    }
    let mut pairs: Vec<(Row, Row)> = rows
        .values()
        .filter(|r| r.len() > 1)
        .map(|r| (r[0], r[1]))
        .collect();
    pairs.sort();
    pairs.dedup();
    assert_eq!(pairs.len(), 2);
    let ask = collected.ask(0, &pairs, &mut files).unwrap();
    assert_eq!(
        collected.ask(0, &[pairs[0], pairs[0]], &mut files).err(),
        Some(RoundError::Pair(1))
    );
    let comparer = &net.holders[1];
    let secrets = &net.secrets[1];
    let opened = net.send(
        &note,
        Kind::PairsAsk,
        &net.coordinator,
        &[note.comparer().unwrap()],
        &ask.to_bytes(),
        (secrets.identity(), comparer.card.id()),
    );
    assert!(opened.payload().len() <= PairsAsk::max_size(note.draft(), 2));
    let read = PairsAsk::from_bytes(opened.payload()).unwrap();
    assert_eq!(read, ask);
    let mut budget = Budget::default();
    let score = |a: &[u8], b: &[u8], shared: u16| {
        assert_eq!((a.len(), shared), (40, 4));
        (if a == b { 7 } else { 0 }, ())
    };
    let me = comparer.card.id();
    let compared = holder::compare(
        &note,
        &me,
        secrets,
        opened.id(),
        &read.list,
        &read.sealed[..],
        &mut budget,
        score,
    )
    .unwrap();
    assert_eq!(compared.weights.levels, [7, 7]);
    assert!(compared.unreadable.is_empty());
    // An encoding that is missing is no pair that cannot be opened.
    let cut = &read.sealed[..read.sealed.len() - 1];
    let mut none = Budget::default();
    assert_eq!(
        holder::compare(
            &note,
            &me,
            secrets,
            opened.id(),
            &read.list,
            cut,
            &mut none,
            score
        )
        .err(),
        Some(RoundError::Damaged)
    );
    // The same pairs again are refused, and the budget is as it was.
    let before = budget.clone();
    assert_eq!(
        holder::compare(
            &note,
            &me,
            secrets,
            opened.id(),
            &read.list,
            &read.sealed[..],
            &mut budget,
            score
        )
        .err(),
        Some(RoundError::Pair(0))
    );
    assert_eq!(budget, before);
    // The other holder cannot open what is sealed to the comparer.
    assert!(matches!(
        holder::compare(
            &note,
            &net.holders[0].card.id(),
            &net.secrets[0],
            opened.id(),
            &read.list,
            &read.sealed[..],
            &mut Budget::default(),
            score
        ),
        Err(RoundError::NotInRound(_))
    ));

    let to = [note.coordinator()];
    let payload = compared.weights.to_bytes();
    let back = net.send(
        &note,
        Kind::PairsWeights,
        comparer,
        &to,
        &payload,
        (&net.coordinator.fresh, net.coordinator.card.id()),
    );
    let weights = PairsWeights::from_bytes(back.payload()).unwrap();
    let decided = collected
        .weights(&ask.list, opened.id(), &weights, "Universidad")
        .unwrap();
    assert_eq!(decided.len(), 2);
    for (a, b, shared, level) in decided {
        assert_eq!((shared, level), (4, 7));
        let person = |r: Row| {
            let (_, file) = collected.files().find(|(s, _)| **s == r.site).unwrap();
            who[&(r.site, file.handles[r.row as usize])]
        };
        assert_eq!(person(a), person(b));
    }

    let result = RoundResult {
        note: note.hash(),
        decided: now(),
        records: 8,
        local_persons: 8,
        persons: 6,
        candidates: 2,
        compared: 2,
        matches: 2,
        possible: 0,
        precision: [900, 950, 1000],
        recall: [800, 900, 950],
        meetings: 12,
        steps: [10, 0, 0, 0, 0, 0, 0, 20],
        matched_from: 5,
        possible_from: 3,
        agreement: Some(Agreement {
            pairs: 240,
            fields: [[100, 40, 90, 10]; Field::ALL.len()],
        }),
        sites: vec![
            (
                net.sites[0].card.id(),
                Presence::Present,
                Some(SiteTotal {
                    records: 5,
                    persons: 5,
                }),
            ),
            (net.sites[1].card.id(), Presence::Present, None),
            (net.sites[2].card.id(), Presence::Absent, None),
        ],
    };
    let file = result
        .sign(&note, &net.coordinator.card, &net.coordinator.key)
        .unwrap();
    assert_eq!(
        RoundResult::read(file.as_bytes(), &note, &net.trust).unwrap(),
        result
    );
    flips(file.as_bytes(), |bad| {
        RoundResult::read(bad, &note, &net.trust).is_ok()
    });
    (note.to_text(), file)
}

/// No change of one bit, and no cut, is accepted.
fn flips(good: &[u8], accepts: impl Fn(&[u8]) -> bool) {
    assert!(accepts(good));
    for i in 0..good.len() {
        let mut bad = good.to_vec();
        bad[i] ^= 1 << (i % 8);
        assert!(!accepts(&bad), "byte {i} of {}", good.len());
        assert!(!accepts(&good[..i]));
    }
}

#[test]
fn no_changed_note_is_accepted() {
    let net = network();
    let draft = net
        .draft
        .sign(&net.coordinator.card, &net.coordinator.key)
        .unwrap();
    flips(draft.as_bytes(), |bad| Draft::read(bad, &net.trust).is_ok());
    let join = net.joins()[0]
        .to_note(&net.holders[0].card, &net.holders[0].key)
        .unwrap();
    flips(join.as_bytes(), |bad| {
        SignedJoin::read(bad, &net.draft, &net.trust).is_ok()
    });
    let note = net.agreed().to_text();
    flips(note.as_bytes(), |bad| {
        AgreedNote::read(bad, &net.trust).is_ok()
    });
}

#[test]
fn a_holder_refuses_what_its_policy_or_roster_does_not_allow() {
    let net = network();
    let (p, s) = (&net.holders[0], &net.secrets[0]);
    let join = |draft: &Draft, policy, roster: &TrustStore, now| {
        holder::join(draft, &p.card, &p.key, s, policy, roster, now).err()
    };
    assert_eq!(join(&net.draft, POLICY, &net.trust, now()), None);
    let mut strict = POLICY;
    strict.h_min_millibits = 19_000;
    assert!(matches!(
        join(&net.draft, strict, &net.trust, now()),
        Some(RoundError::Selectivity {
            found: 18_000,
            minimum: 19_000
        })
    ));
    let mut small = POLICY;
    small.quota_max = 16;
    assert!(matches!(
        join(&net.draft, small, &net.trust, now()),
        Some(RoundError::Quota {
            asked: 24,
            quota: 16
        })
    ));
    assert!(matches!(
        join(&net.draft, POLICY, &net.trust, Time::MAX),
        Some(RoundError::Late(_))
    ));
    let mut fewer = net.trust.clone();
    fewer.unpin(&net.sites[1].card.id());
    assert!(matches!(
        join(&net.draft, POLICY, &fewer, now()),
        Some(RoundError::NotPinned(_))
    ));
}

#[test]
fn one_holder_alone_is_refused() {
    let mut net = network();
    net.draft.holders.truncate(1);
    net.draft.comparer = net.draft.holders[0];
    assert!(matches!(
        net.draft.sign(&net.coordinator.card, &net.coordinator.key),
        Err(RoundError::Form {
            field: "holder",
            ..
        })
    ));
}

#[test]
fn a_note_needs_every_holder_and_is_the_only_one() {
    let net = network();
    let joins = net.joins();
    assert!(net.published(&joins[..1]).is_err());
    assert!(
        net.published(&[joins[0].clone(), joins[0].clone()])
            .is_err()
    );
    let mut note = net.published(&joins).unwrap();
    let (p, mine) = (&net.holders[0], &joins[0]);
    holder::cosign(&mut note, &p.card, &p.key, mine, &[]).unwrap();
    assert_eq!(
        note.clone().agree(&net.trust).err(),
        Some(RoundError::Unsigned(net.holders[1].card.name().into()))
    );
    let other = [(net.draft.round, NoteHash([0; 32]))];
    assert_eq!(
        holder::cosign(&mut note, &p.card, &p.key, mine, &other).err(),
        Some(RoundError::SecondNote)
    );
    assert_eq!(
        holder::cosign(&mut note, &p.card, &p.key, &joins[1], &[]).err(),
        Some(RoundError::WrongJoin)
    );
    let agreed = net.agreed();
    agreed
        .check_only(&[(net.draft.round, agreed.hash())])
        .unwrap();
    assert_eq!(
        agreed.check_only(&other).err(),
        Some(RoundError::SecondNote)
    );
    // Somebody who has not pinned a holder does not take its key from the note.
    let mut fewer = net.trust.clone();
    fewer.unpin(&net.holders[1].card.id());
    assert!(matches!(
        AgreedNote::read(agreed.to_text().as_bytes(), &fewer),
        Err(RoundError::NotPinned(_))
    ));
}

#[test]
fn two_holders_with_one_key_are_refused() {
    let mut net = network();
    let bytes = net.secrets[0].to_secret_bytes().unwrap();
    net.secrets[1] = HolderSecrets::from_bytes(&bytes).unwrap();
    let joins = net.joins();
    assert_eq!(net.published(&joins).err(), Some(RoundError::Keys));
}

#[test]
fn wrong_replies_are_named() {
    let net = network();
    let note = net.agreed();
    let site = &net.sites[0];
    let inputs = inputs(&[1, 2]);
    let secret = Secret::<32>::init_with(|b| b.fill(1));
    let round = SiteRound::new(&note, site.card.id(), &secret, &inputs).unwrap();
    let (request, id, replies) = request_and_replies(&net, &note, site, &round);
    let open = |id, replies: &[(PartyId, EvaluatedReply)]| {
        round
            .open_evaluated(&request, id, replies, net.name())
            .err()
    };
    assert_eq!(open(id, &replies), None);
    let second = net.holders[1].card.name().to_owned();
    assert_eq!(
        open(id, &replies[..1]),
        Some(RoundError::Reply(second.clone()))
    );
    let first = net.holders[0].card.name().to_owned();
    assert_eq!(
        open(EnvelopeId([0; 32]), &replies),
        Some(RoundError::OtherRequest(first.clone()))
    );
    // The first holder's reply under the second holder's name: a wrong key.
    let swapped = [replies[0].clone(), (replies[1].0, replies[0].1.clone())];
    assert_eq!(open(id, &swapped), Some(RoundError::Proof(second)));
    let bytes = replies[0].1.to_bytes();
    for at in [41, 105, 200, bytes.len() - 1] {
        let mut bad = bytes.clone();
        bad[at] ^= 1;
        let bad = EvaluatedReply::from_bytes(&bad).unwrap();
        let error = open(id, &[(replies[0].0, bad), replies[1].clone()]).unwrap();
        assert!(matches!(
            error,
            RoundError::Proof(_) | RoundError::Element { .. }
        ));
    }
}

#[test]
fn quota_deadline_and_strangers_are_refused() {
    let net = network();
    let note = net.agreed();
    let many: Vec<u64> = (0..25).collect();
    let inputs = inputs(&many);
    let secret = Secret::<32>::init_with(|b| b.fill(1));
    let me = net.sites[0].card.id();
    assert_eq!(
        SiteRound::new(&note, me, &secret, &inputs).err(),
        Some(RoundError::Quota {
            asked: 32,
            quota: 24
        })
    );
    let stranger = party(Role::Site, "Otra casa", 77);
    assert!(matches!(
        SiteRound::new(&note, stranger.card.id(), &secret, &[]),
        Err(RoundError::NotInRound(_))
    ));
    let round = SiteRound::new(&note, me, &secret, &[]).unwrap();
    let request = round.blind_request(net.sites[0].fresh.recipient()).unwrap();
    let id = EnvelopeId([1; 32]);
    let evaluate =
        |site: &Card, now| holder::evaluate(&note, &net.secrets[0], site, id, &request, now).err();
    assert_eq!(
        evaluate(&stranger.card, now()),
        Some(RoundError::NotInRound("Otra casa".into()))
    );
    assert!(matches!(
        evaluate(&net.sites[0].card, Time::MAX),
        Some(RoundError::Late(_))
    ));
}

#[test]
fn every_error_speaks_both_languages() {
    let name = || "Casa".to_owned();
    let errors = [
        RoundError::Form {
            line: 1,
            field: "x",
        },
        RoundError::NotAnEnvelope,
        RoundError::NotForYou,
        RoundError::Damaged,
        RoundError::TooLarge,
        RoundError::Io,
        RoundError::WrongKind {
            expected: Kind::Welcome,
            found: Kind::Tokens,
        },
        RoundError::WrongRound,
        RoundError::WrongSender(name()),
        RoundError::Signature(name()),
        RoundError::NotPinned(name()),
        RoundError::WrongRole {
            name: name(),
            expected: Role::Auditor,
        },
        RoundError::OtherCardPinned(name()),
        RoundError::Unsigned(name()),
        RoundError::NotInRound(name()),
        RoundError::WrongDraft,
        RoundError::WrongJoin,
        RoundError::Joins,
        RoundError::Possession(name()),
        RoundError::Keys,
        RoundError::SecondNote,
        RoundError::Selectivity {
            found: 1,
            minimum: 2,
        },
        RoundError::Late(Time::MAX),
        RoundError::Quota { asked: 2, quota: 1 },
        RoundError::Numbers,
        RoundError::Commitment(name()),
        RoundError::Reply(name()),
        RoundError::OtherRequest(name()),
        RoundError::Element {
            name: name(),
            place: 1,
        },
        RoundError::Proof(name()),
        RoundError::Repeated,
        RoundError::Pair(1),
        RoundError::Budget(1),
    ];
    for lang in [Lang::Es, Lang::En] {
        let messages = Messages::new(lang);
        for e in &errors {
            assert!(messages.has(e.message().id), "{e:?}");
            let said = messages.say(e);
            assert!(!said.contains("round-") && !said.contains('{'), "{said}");
        }
    }
}

/// Every parser of a file of the round.
fn parse_everything(bytes: &[u8]) {
    let trust = TrustStore::new();
    let _ = Card::read(bytes);
    let _ = TrustStore::from_bytes(bytes);
    let _ = Draft::read(bytes, &trust);
    let _ = PublishedNote::read(bytes, &trust);
    let _ = envelope::Unverified::parse(bytes.to_vec().into(), MAX);
    let _ = Welcome::from_bytes(bytes);
    let _ = HolderSecrets::from_bytes(bytes);
    fn canonical<T: Encode + Decode>(bytes: &[u8]) {
        if let Ok(value) = T::from_bytes(bytes) {
            assert_eq!(value.to_bytes(), bytes);
        }
    }
    canonical::<BlindedRequest>(bytes);
    canonical::<EvaluatedReply>(bytes);
    canonical::<TokenFile>(bytes);
    canonical::<Withdrawn>(bytes);
    canonical::<PairsAsk>(bytes);
    canonical::<PairsWeights>(bytes);
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_no_panic(bytes: Vec<u8>, version: bool) {
        let mut bytes = bytes;
        if let (true, Some(first)) = (version, bytes.first_mut()) {
            *first = 1;
        }
        parse_everything(&bytes);
    }

    #[test]
    fn arbitrary_text_is_no_panic(head in "sigilo/(card|round/draft|round/note|round/join)/v1\n", text in "([a-z-]{1,12} [ -~]{0,40}\n){0,20}\n— a [A-Za-z0-9+/]{4,12}\n") {
        parse_everything(format!("{head}{text}").as_bytes());
    }
}

/// Token files of all sites with these contributions; `meddle` changes the file of the third.
fn counted(
    net: &Network,
    note: &AgreedNote,
    contributions: [&[&[usize]]; 3],
    meddle: impl Fn(&mut TokenFile),
) -> Vec<TokenFile> {
    let mut files = Vec::new();
    for (i, (site, contributions)) in net.sites.iter().zip(contributions).enumerate() {
        let persons: Vec<u64> = (0..contributions.len() as u64)
            .map(|n| n + 1000 * i as u64)
            .collect();
        let inputs = inputs(&persons);
        let secret = Secret::<32>::init_with(|b| b.copy_from_slice(&site.card.id().0));
        let round = SiteRound::new(note, site.card.id(), &secret, &inputs).unwrap();
        let (request, id, replies) = request_and_replies(net, note, site, &round);
        let tokens = round
            .open_evaluated(&request, id, &replies, net.name())
            .unwrap();
        let around = AroundTokens {
            contributions: contributions.iter().map(|c| c.to_vec()).collect(),
            ..AroundTokens::default()
        };
        let made = round.token_file(&tokens, around, |_, _, _, _| {}).unwrap();
        let mut file = TokenFile::from_bytes(&made.file.to_bytes()).unwrap();
        assert_eq!(file, made.file);
        if i == 2 {
            meddle(&mut file);
        }
        files.push(file);
    }
    files.sort_by_key(|f| f.head.file);
    files
}

/// What coordinator and comparer make of files: which rows hold, and the sums.
fn tallied(net: &Network, note: &AgreedNote, files: &[TokenFile]) -> (Vec<bool>, Option<Vec<i64>>) {
    use sigilo::counts::person;
    use sigilo::crypto::prio3::{Bound, Sum, Tables};
    use sigilo::round::counts::{self, CountedFile, CountsAsk, CountsReply, Selection};
    use sigilo::round::tally::{Asked, Comparison, tally};

    let tables = Tables::new(&person::shape()).unwrap();
    let selection = Selection {
        verify: [7; 32],
        files: files
            .iter()
            .map(|f| CountedFile {
                file: f.head.file,
                persons: f.head.persons,
                sealed_key: f.head.sealed_key.clone(),
            })
            .collect(),
        persons: Vec::new(),
        left: Vec::new(),
    };
    let rows = selection.rows(&note.hash()).unwrap();
    let key = counts::verify_key(&note.hash(), &[7; 32], &[8; 32]);
    let context = counts::context(&note.hash());
    let own = |row: &counts::CountedRow| {
        let file = &files[usize::from(row.file)];
        let (size, at) = (usize::from(file.head.share), row.row as usize);
        let sealed = &file.sealed_shares[at * 96..(at + 1) * 96];
        (
            &file.shares[at * size..(at + 1) * size],
            sealed,
            file.head.file,
        )
    };
    let mut bytes = Vec::new();
    for row in &rows {
        let (share, sealed, file) = own(row);
        let nonce = counts::nonce(&note.hash(), &file, row.row);
        let bound = Bound {
            key: &key,
            context: &context,
            nonce: &nonce,
        };
        let said = tables.message(bound, share);
        bytes.extend_from_slice(sealed);
        bytes.extend_from_slice(&said.unwrap_or_else(|_| vec![0; Tables::message_size()]));
    }
    let ask = CountsAsk {
        selection,
        rows: bytes,
    };
    let ask = CountsAsk::from_bytes(&ask.to_bytes()).unwrap();
    let compared = Comparison {
        files: files
            .iter()
            .map(|f| (f.head.file, f.head.persons))
            .collect(),
        pairs: Vec::new(),
    };
    let comparer = net
        .holders
        .iter()
        .position(|h| h.card.id() == note.draft().comparer);
    let secrets = &net.secrets[comparer.unwrap()];
    let id = EnvelopeId([1; 32]);
    let none = |n: usize| Ok(vec![0; n]);
    let matched = BTreeSet::new();
    let reply = tally(
        note,
        secrets,
        Asked {
            id,
            selection: &ask.selection,
            len: ask.rows.len() as u64,
            contributions: &ask.rows[..],
        },
        &compared,
        &matched,
        &[8; 32],
        none,
    )
    .unwrap();
    assert_eq!(
        CountsReply::from_bytes(&reply.to_bytes()),
        Ok(reply.clone())
    );
    let sums = reply.sums.map(|theirs| {
        let mut sum = tables.nothing();
        for (row, _) in rows.iter().zip(&reply.valid).filter(|(_, valid)| **valid) {
            tables.take(own(row).0, &mut sum).unwrap();
        }
        sum.unshard(&Sum::from_bytes(&theirs).unwrap()).unwrap()
    });
    (reply.valid, sums)
}

/// A site that sends what is no person, or no share at all, spoils its own rows; one that sends much of it is
/// not counted.
#[test]
fn contributions_that_do_not_hold_are_left_out() {
    let mut net = network();
    net.draft.epsilon_milli = 1_000_000_000;
    net.draft.min_cell = 5;
    let note = net.agreed();
    // The first cell of every block; the same in two cells of the last one; in none of it.
    let (good, twice, less): (&[usize], &[usize], &[usize]) =
        (&[1, 33, 73, 84], &[1, 33, 73, 84, 85], &[1, 33, 73]);
    let five = [good; 5];
    let files = counted(&net, &note, [&five, &five, &[good]], |_| {});
    let (valid, sums) = tallied(&net, &note, &files);
    let sums = sums.unwrap();
    assert!(valid.iter().all(|v| *v));
    assert_eq!((sums[0], sums[1], sums[84], sums[85]), (48 - 11, 11, 11, 0));
    for bad in [twice, less] {
        let files = counted(&net, &note, [&five, &[good, bad, good], &[good]], |_| {});
        let (valid, sums) = tallied(&net, &note, &files);
        let sums = sums.unwrap();
        assert_eq!(valid.iter().filter(|v| !**v).count(), 1, "{bad:?}");
        assert_eq!((sums[0], sums[1], sums[84], sums[85]), (48 - 9, 8, 8, 0));
    }
    // One share of the coordinator's that is rubbish, one of the comparer's.
    let rubbish: [fn(&mut TokenFile); 2] =
        [|f| f.shares[..2000].fill(0xff), |f| f.sealed_shares[5] ^= 1];
    for meddle in rubbish {
        let (valid, sums) = tallied(
            &net,
            &note,
            &counted(&net, &note, [&five, &five, &[]], meddle),
        );
        assert_eq!(valid.iter().filter(|v| !**v).count(), 1);
        assert_eq!((sums.clone().unwrap()[0], sums.unwrap()[1]), (48 - 11, 10));
    }
    // Nothing but rubbish: none of that file, and two files are too few.
    let files = counted(&net, &note, [&five, &five, &[]], |f| f.shares.fill(0xff));
    let (valid, sums) = tallied(&net, &note, &files);
    assert_eq!(valid.iter().filter(|v| !**v).count(), 16);
    assert_eq!(sums, None);
    let some = counted(&net, &note, [&five, &five, &[]], |f| {
        let size = usize::from(f.head.share);
        f.shares[..2 * size].fill(0xff);
    });
    assert_eq!(tallied(&net, &note, &some).1, None);
}
