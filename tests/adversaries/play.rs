//! One small round with real cryptography, played in memory, and what each party of it holds.
//!
//! Three sites, three holders, a coordinator. Everybody in it is made of a register of 120 persons,
//! which the adversaries have, too: so a name that can be tried at all is found.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, OnceLock};

use sigilo::codec::Encode as _;
use sigilo::crypto::Secret;
use sigilo::crypto::sign::SigningKey;
use sigilo::crypto::travel::{Identity, Recipient};
use sigilo::matching::encoding::{self, BYTES, Encoding, Profile};
use sigilo::matching::features::FeatureTable;
use sigilo::matching::score::Model;
use sigilo::matching::tokens::{self as match_tokens, Params, SiteSecret, Tokenizer};
use sigilo::matching::{Description, PartialDate, Person};
use sigilo::round::blinded::BlindedRequest;
use sigilo::round::card::CardBody;
use sigilo::round::coordinator::{Collected, Row};
use sigilo::round::draft::{Draft, Policy};
use sigilo::round::envelope::{self, EnvelopeId, Kind};
use sigilo::round::evaluated::EvaluatedReply;
use sigilo::round::holder::{self, HolderPolicy, HolderSecrets};
use sigilo::round::join::SignedJoin;
use sigilo::round::note::{AgreedNote, PublishedNote};
use sigilo::round::notice::policy::Notices;
use sigilo::round::pairs::{Budget, PairsAsk};
use sigilo::round::site::{AroundTokens, SiteRound, TokenInput};
use sigilo::round::tokens::{Tag, TokenFile};
use sigilo::round::totals::Totals;
use sigilo::round::trust::TrustStore;
use sigilo::round::{Card, PartyId, Role, RoundError, Time, welcome};

pub const TOKENS: u16 = 24;
pub const MAX: usize = 1 << 24;

/// Who is at which site, by number in the register.
pub const AT: [&[usize]; 3] = [
    &[0, 37, 101, 75, 111],
    &[0, 37, 60, 91, 99, 7],
    &[101, 12, 60, 50],
];

pub fn now() -> Time {
    Time::parse("2027-03-02T09:00:00Z").unwrap()
}

/// Everybody there is.
pub fn register() -> &'static [Description] {
    static ALL: OnceLock<Vec<Description>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut all = Vec::new();
        for given in [
            "Rosa Elena",
            "Xóchitl",
            "Ana Lucía",
            "Carmen",
            "Itzel",
            "Guadalupe",
        ] {
            for paternal in ["Hernández", "Balam", "Ordóñez", "Villalobos", "Tzoc"] {
                for maternal in ["Peraza", "Sandoval"] {
                    for birth in ["1994-07-21", "2001-11-03"] {
                        all.push(Description {
                            given_names: given.to_owned(),
                            paternal_surname: paternal.to_owned(),
                            maternal_surname: maternal.to_owned(),
                            birth: PartialDate::parse(birth),
                            nationality: "MX".to_owned(),
                            state: "Yucatán".to_owned(),
                            municipality: "Valladolid".to_owned(),
                            ..Description::default()
                        });
                    }
                }
            }
        }
        all
    })
}

pub struct Party {
    pub card: Card,
    pub key: SigningKey,
    pub age: Identity,
    /// Recipient of the round.
    pub fresh: Identity,
}

pub fn party(role: Role, name: &str, n: u8) -> Party {
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

/// A token of a person that went through the PRF.
pub struct Own {
    pub tag: Tag,
    pub secret: Secret<32>,
}

/// What a site has of a round.
pub struct SiteBook {
    pub party: Party,
    /// The site's secret of the round.
    pub secret: Secret<32>,
    pub request: BlindedRequest,
    pub replies: Vec<EvaluatedReply>,
    pub tokens: Vec<Own>,
}

/// A letter as it travels, which whoever carries sees.
pub struct Letter {
    pub kind: Kind,
    pub to: Vec<PartyId>,
    pub bytes: Vec<u8>,
}

pub const POLICY: HolderPolicy = HolderPolicy {
    h_min_millibits: 10_000,
    quota_max: 64,
};

/// Parties and draft, before anything is agreed.
pub struct Network {
    pub coordinator: Party,
    pub holders: Vec<Party>,
    pub secrets: Vec<HolderSecrets>,
    pub sites: Vec<Party>,
    pub trust: TrustStore,
    pub draft: Draft,
}

pub fn params() -> Params {
    let mut params = Params::new(match_tokens::Policy::Strict, 1_000);
    params.tokens = TOKENS;
    params
}

pub fn network() -> Network {
    let coordinator = party(Role::Coordinator, "Comisión", 1);
    let mut holders: Vec<Party> = [("Defensoría", 2), ("Universidad", 3), ("Colegio", 4)]
        .map(|(name, n)| party(Role::Holder, name, n))
        .into();
    let mut sites: Vec<Party> = [("Casa A", 5), ("Casa B", 6), ("Casa C", 7)]
        .map(|(name, n)| party(Role::Site, name, n))
        .into();
    holders.sort_by_key(|p| p.card.id());
    sites.sort_by_key(|p| p.card.id());
    let mut trust = TrustStore::new();
    for p in holders.iter().chain(&sites).chain([&coordinator]) {
        trust.pin(p.card.clone()).unwrap();
    }
    let draft = Draft {
        round: [9; 16],
        purpose: "Personas asistidas".into(),
        opens: Time::parse("2027-03-01T00:00:00Z").unwrap(),
        deadline: Time::parse("2027-03-31T23:59:59Z").unwrap(),
        policy: Policy::Strict,
        h_millibits: params().h * 1000 / 256,
        tokens: TOKENS,
        encoding: BYTES as u16,
        features: FeatureTable::shipped().hash(),
        model: Model::shipped_hash(),
        expected: 1_000,
        pairs: 12,
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
        comparer: holders[0].card.id(),
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
    }
}

impl Network {
    pub fn joins(&self, draft: &Draft) -> Vec<SignedJoin> {
        let join = |(p, s): (&Party, &HolderSecrets)| {
            holder::join(draft, &p.card, &p.key, s, POLICY, &self.trust, now()).unwrap()
        };
        self.holders.iter().zip(&self.secrets).map(join).collect()
    }

    pub fn published(&self, draft: &Draft, joins: &[SignedJoin]) -> PublishedNote {
        let Party { card, key, .. } = &self.coordinator;
        PublishedNote::publish(draft, joins, &self.trust, card, key).unwrap()
    }

    /// The note of a draft with the signatures of all holders.
    pub fn agreed(&self, draft: &Draft) -> AgreedNote {
        let joins = self.joins(draft);
        let mut note = self.published(draft, &joins);
        for (p, join) in self.holders.iter().zip(&joins) {
            holder::cosign(&mut note, &p.card, &p.key, join, &[]).unwrap();
        }
        AgreedNote::read(note.to_text().as_bytes(), &self.trust).unwrap()
    }

    pub fn name(&self) -> impl Fn(&PartyId) -> String {
        |id| self.trust.name(id)
    }

    pub fn group(&self, note: &AgreedNote) -> Secret<32> {
        let welcomes = self.holders.iter().zip(&self.secrets);
        let welcomes: Vec<_> = welcomes.map(|(p, s)| (p.card.id(), s.welcome())).collect();
        welcome::group_secret(note, &welcomes, self.name()).unwrap()
    }
}

/// Token inputs of persons as their site makes them.
pub fn inputs(
    persons: &[Description],
    group: &Secret<32>,
    secret: &Secret<32>,
) -> Vec<Option<TokenInput>> {
    let own = SiteSecret::new(secret);
    let mut tokenizer = Tokenizer::new(params(), group);
    let mut out = Vec::new();
    for (place, person) in persons.iter().enumerate() {
        tokenizer.token_inputs(&person.clone().into(), &own, place as u64, &mut out);
    }
    out.iter()
        .map(|t| (!t.filler).then_some(t.digest))
        .collect()
}

/// The part of one site, through the bytes of its files.
pub struct Played {
    pub book: SiteBook,
    pub file: TokenFile,
    pub handles: Vec<[u8; 16]>,
    pub letters: Vec<Letter>,
}

pub fn play_site(
    net: &Network,
    note: &AgreedNote,
    site: Party,
    persons: &[Description],
    secret: &Secret<32>,
) -> Result<Played, RoundError> {
    let mut letters = Vec::new();
    let mut post = |kind, from: &Party, to: &[(PartyId, Recipient)], payload: &[u8]| {
        let (id, bytes) =
            envelope::seal(kind, note.hash(), from.card.id(), &from.key, to, payload).unwrap();
        let to = to.iter().map(|(to, _)| *to).collect();
        letters.push(Letter { kind, to, bytes });
        id
    };
    let group = net.group(note);
    let inputs = inputs(persons, &group, secret);
    let me = site.card.id();
    let round = SiteRound::new(note, me, secret, &inputs)?;
    let request = round.blind_request(site.fresh.recipient())?;
    let id = post(Kind::Blinded, &site, &note.holders(), &request.to_bytes());
    let mut replies = Vec::new();
    for (p, secrets) in net.holders.iter().zip(&net.secrets) {
        let reply = holder::evaluate(note, secrets, &site.card, id, &request, now())?;
        let to = [(me, request.recipient().clone())];
        post(Kind::Evaluated, p, &to, &reply.to_bytes());
        replies.push((p.card.id(), reply));
    }
    let tokens = round.open_evaluated(&request, id, &replies, net.name())?;
    let table = FeatureTable::shipped();
    let profiles: Vec<Vec<Profile>> = persons
        .iter()
        .map(|p| encoding::profiles(&Person::from(p.clone()), table))
        .collect();
    let hash = note.hash();
    let encode = |person: usize, j: usize, secret: &Secret<32>, out: &mut [u8]| {
        let own = &profiles[person];
        let filler = <&[u8; BYTES]>::try_from(&*out).unwrap();
        let made = own[j % own.len()].encode(&encoding::key(secret, &hash.0), filler);
        out.copy_from_slice(&made.to_bytes());
    };
    let around = AroundTokens {
        counts: Totals {
            records: persons.len() as u64,
            persons: persons.len() as u64,
        }
        .to_bytes(),
        ..AroundTokens::default()
    };
    let made = round.token_file(&tokens, around, encode)?;
    let desk = [note.coordinator()];
    post(Kind::Tokens, &site, &desk, &made.file.to_bytes());
    let own = (0..inputs.len()).filter(|i| inputs[*i].is_some());
    let own = own.map(|i| Own {
        tag: tokens.tag(i).unwrap(),
        secret: tokens.secret(i).unwrap(),
    });
    let own = own.collect();
    Ok(Played {
        book: SiteBook {
            party: site,
            secret: secret.duplicate(),
            request,
            replies: replies.into_iter().map(|(_, reply)| reply).collect(),
            tokens: own,
        },
        file: made.file,
        handles: made.handles,
        letters,
    })
}

/// A whole round, with everything that everybody has of it.
pub struct Play {
    pub net: Network,
    pub note: AgreedNote,
    pub group: Secret<32>,
    pub sites: Vec<SiteBook>,
    pub files: BTreeMap<PartyId, TokenFile>,
    pub letters: Vec<Letter>,
    pub ask: PairsAsk,
    /// Pairs with shared tags and level, as the coordinator gets them.
    pub levels: Vec<(Row, Row, u16, u8)>,
    /// Who stands behind a row: nobody has this.
    pub truth: BTreeMap<Row, usize>,
}

pub fn the_round() -> &'static Play {
    static PLAY: OnceLock<Play> = OnceLock::new();
    PLAY.get_or_init(play)
}

fn play() -> Play {
    let mut net = network();
    let note = net.agreed(&net.draft);
    let group = net.group(&note);
    let (mut sites, mut files, mut letters) = (Vec::new(), BTreeMap::new(), Vec::new());
    let mut truth = BTreeMap::new();
    for (party, at) in std::mem::take(&mut net.sites).into_iter().zip(AT) {
        let persons: Vec<Description> = at.iter().map(|p| register()[*p].clone()).collect();
        let (me, secret) = (party.card.id(), Secret::random().unwrap());
        let played = play_site(&net, &note, party, &persons, &secret).unwrap();
        for (handle, person) in played.handles.iter().zip(at) {
            let rows = &played.file.head.handles;
            let row = rows.iter().position(|h| h == handle).unwrap() as u32;
            truth.insert(Row { site: me, row }, *person);
        }
        letters.extend(played.letters);
        files.insert(me, played.file);
        sites.push(played.book);
    }
    let mut collected = Collected::new(&note);
    for (site, file) in &files {
        collected.add(*site, file.head.clone()).unwrap();
    }
    let pairs = meeting(&files);
    let pairs: Vec<(Row, Row)> = pairs.into_keys().collect();
    let mut bodies = files.clone();
    let ask = collected.ask(0, &pairs, &mut bodies).unwrap();
    let comparer = (&net.holders[0].card.id(), &net.secrets[0]);
    let id = EnvelopeId([3; 32]);
    let mut budget = Budget::default();
    let compared = holder::compare(
        &note,
        comparer.0,
        comparer.1,
        id,
        &ask.list,
        &ask.sealed[..],
        &mut budget,
        level,
    )
    .unwrap();
    let levels = collected
        .weights(&ask.list, id, &compared.weights, "Defensoría")
        .unwrap();
    drop(collected);
    Play {
        net,
        note,
        group,
        sites,
        files,
        letters,
        ask,
        levels,
        truth,
    }
}

/// Rows of different files that share tags, and how many.
pub fn meeting(files: &BTreeMap<PartyId, TokenFile>) -> BTreeMap<(Row, Row), usize> {
    let mut rows: BTreeMap<Tag, Vec<Row>> = BTreeMap::new();
    for (site, file) in files {
        for (row, tags) in (0u32..).zip(file.tags.chunks(usize::from(TOKENS))) {
            for tag in tags {
                rows.entry(*tag).or_default().push(Row { site: *site, row });
            }
        }
    }
    let mut pairs = BTreeMap::new();
    for rows in rows.values() {
        for (i, a) in rows.iter().enumerate() {
            for b in &rows[i + 1..] {
                *pairs.entry((*a, *b)).or_insert(0) += 1;
            }
        }
    }
    pairs
}

/// What the comparer does with two encodings.
pub fn level(a: &[u8], b: &[u8], shared: u16) -> (u8, ()) {
    let read = |x: &[u8]| Encoding::from_bytes(x.try_into().unwrap());
    let levels = encoding::compare(&read(a), &read(b));
    let step = Model::shipped().release(&levels, shared, TOKENS, params().h);
    (step, ())
}

/// What somebody holds of the round. Nothing else goes into an attack.
pub struct Loot<'a> {
    pub note: &'a AgreedNote,
    /// Opens letters.
    pub identities: Vec<&'a Identity>,
    /// Everything passes through the coordinator's hands, encrypted.
    pub letters: &'a [Letter],
    /// Token files of all sites.
    pub files: Option<&'a BTreeMap<PartyId, TokenFile>>,
    pub levels: &'a [(Row, Row, u16, u8)],
    /// What the comparer was asked.
    pub ask: Option<&'a PairsAsk>,
    /// Opens encodings.
    pub comparer: Option<(PartyId, &'a HolderSecrets)>,
    /// PRF keys, by private bytes.
    pub keys: Vec<[u8; 32]>,
    /// Blinded requests.
    pub requests: Vec<&'a BlindedRequest>,
    pub group: Option<&'a Secret<32>>,
    pub sites: Vec<&'a SiteBook>,
}

impl Play {
    /// What is public or goes through everybody's hands.
    pub fn nobody(&self) -> Loot<'_> {
        Loot {
            note: &self.note,
            identities: Vec::new(),
            letters: &self.letters,
            files: None,
            levels: &[],
            ask: None,
            comparer: None,
            keys: Vec::new(),
            requests: Vec::new(),
            group: None,
            sites: Vec::new(),
        }
    }

    pub fn coordinator(&self) -> Loot<'_> {
        let desk = &self.net.coordinator;
        Loot {
            identities: vec![&desk.age, &desk.fresh],
            files: Some(&self.files),
            levels: &self.levels,
            ask: Some(&self.ask),
            ..self.nobody()
        }
    }

    /// A holder; the first is the comparer.
    pub fn holder(&self, i: usize) -> Loot<'_> {
        let (party, secrets) = (&self.net.holders[i], &self.net.secrets[i]);
        let comparer = i == 0;
        Loot {
            identities: vec![&party.age, secrets.identity()],
            ask: comparer.then_some(&self.ask),
            comparer: comparer.then(|| (party.card.id(), secrets)),
            keys: vec![private(secrets)],
            requests: self.sites.iter().map(|s| &s.request).collect(),
            ..self.nobody()
        }
    }

    pub fn site(&self, i: usize) -> Loot<'_> {
        let site = &self.sites[i];
        Loot {
            identities: vec![&site.party.age, &site.party.fresh],
            group: Some(&self.group),
            requests: vec![&site.request],
            sites: vec![site],
            ..self.nobody()
        }
    }
}

/// The private PRF key of a holder, from the bytes that are wrapped in its vault.
pub fn private(secrets: &HolderSecrets) -> [u8; 32] {
    let bytes = secrets.to_secret_bytes().unwrap();
    bytes[1..33].try_into().unwrap()
}

impl<'a> Loot<'a> {
    /// Two who work together.
    pub fn and(mut self, other: Loot<'a>) -> Self {
        self.identities.extend(other.identities);
        self.files = self.files.or(other.files);
        if self.levels.is_empty() {
            self.levels = other.levels;
        }
        self.ask = self.ask.or(other.ask);
        self.comparer = self.comparer.or(other.comparer);
        self.keys.extend(other.keys);
        self.requests.extend(other.requests);
        self.group = self.group.or(other.group);
        self.sites.extend(other.sites);
        self
    }
}

/// What an attack came to. Rows are those of other people: a site's own are no news to it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Learned {
    /// Letters that could be read, one's own included.
    pub letters: usize,
    /// Persons of the register that were recognised by their tags.
    pub named: BTreeMap<Row, usize>,
    /// Rows that share a tag with a person that a site put through the PRF.
    pub linked: BTreeSet<Row>,
    /// Persons of the register that were recognised in what holders were asked.
    pub unblinded: usize,
    /// Encodings that could be opened at all.
    pub opened: usize,
    /// Persons of the register that were recognised in encodings: file of the comparer's numbering or
    /// of the coordinator's, and row.
    pub described: BTreeMap<(usize, u32), usize>,
}

/// Tries everything that the loot allows.
pub fn attack(loot: &Loot<'_>) -> Learned {
    let own: BTreeSet<PartyId> = loot.sites.iter().map(|s| s.party.card.id()).collect();
    let mut learned = Learned {
        letters: super::dictionary::letters(loot),
        named: super::dictionary::names(loot),
        linked: super::dictionary::linked(loot),
        unblinded: super::dictionary::unblinded(loot),
        ..Learned::default()
    };
    let opened = super::dictionary::open(loot);
    learned.opened = opened.len();
    learned.described = super::dictionary::describe(loot, &opened);
    learned.named.retain(|row, _| !own.contains(&row.site));
    learned.linked.retain(|row| !own.contains(&row.site));
    learned
}

/// What an opened encoding is of: file, row, place.
pub type Opened = BTreeMap<(usize, u32, u16), Encoding>;

/// Opens what the comparer can open of an ask.
pub fn open_ask(note: &AgreedNote, comparer: (&PartyId, &HolderSecrets), ask: &PairsAsk) -> Opened {
    let mut numbered = ask.clone();
    for (i, pair) in numbered.list.pairs.iter_mut().enumerate() {
        pair.shared = 1 + i as u16;
    }
    let found = Mutex::new(Opened::new());
    let take = |a: &[u8], b: &[u8], shared: u16| {
        let pair = &ask.list.pairs[usize::from(shared) - 1];
        for (place, bytes) in [(&pair.a, a), (&pair.b, b)] {
            let key = (usize::from(place.file), place.row, place.place);
            let encoding = Encoding::from_bytes(bytes.try_into().unwrap());
            found.lock().unwrap().insert(key, encoding);
        }
        (0, ())
    };
    let id = EnvelopeId([0; 32]);
    let done = holder::compare(
        note,
        comparer.0,
        comparer.1,
        id,
        &numbered.list,
        &numbered.sealed[..],
        &mut Budget::default(),
        take,
    );
    done.map(|_| found.into_inner().unwrap())
        .unwrap_or_default()
}
