//! The attacks themselves: the whole register, tried against whatever somebody holds.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use curve25519_dalek::Scalar;
use rayon::prelude::*;
use sigilo::crypto::Secret;
use sigilo::crypto::labels;
use sigilo::crypto::travel::Identity;
use sigilo::crypto::voprf::ElementBytes;
use sigilo::matching::encoding::{self, BYTES, Profile, SLOTS};
use sigilo::matching::tokens::{SiteSecret, Tokenizer};
use sigilo::round::PartyId;
use sigilo::round::coordinator::Row;
use sigilo::round::envelope;
use sigilo::round::pairs::{AskFile, AskPair, PairsAsk, PairsList, Place};
use sigilo::round::site::SiteRound;
use sigilo::round::tokens::{Tag, TokenFile};
use voprf::{Ristretto255, VoprfServer};

use super::play::{Loot, MAX, Opened, TOKENS, inputs, open_ask, params, register};

/// Letters that open with what there is.
pub fn letters(loot: &Loot<'_>) -> usize {
    let opens = |bytes: &[u8]| {
        let mut all = loot.identities.iter();
        all.any(|i| envelope::decrypt(i, bytes, MAX).is_ok())
    };
    loot.letters.iter().filter(|l| opens(&l.bytes)).count()
}

/// The PRF in clear, by other people's code, under the sum of the keys.
fn prf(keys: &[[u8; 32]]) -> Option<VoprfServer<Ristretto255>> {
    let sum: Scalar = keys
        .iter()
        .map(|k| Scalar::from_canonical_bytes(*k).unwrap())
        .sum();
    VoprfServer::new_with_key(&sum.to_bytes()).ok()
}

/// The input of a token as a site gives it to the PRF.
fn prf_input(note: &[u8; 32], digest: &[u8; 32]) -> Vec<u8> {
    [labels::PRF_INPUT, note, &[0], digest].concat()
}

/// All inputs of everybody in the register, nothing withheld.
fn register_inputs(group: &Secret<32>) -> Vec<Vec<[u8; 32]>> {
    let mut whole = params();
    whole.withheld = 0;
    let own = SiteSecret::new(&Secret::init_with(|_| {}));
    let mut tokenizer = Tokenizer::new(whole, group);
    let mut all = Vec::new();
    for person in register() {
        let mut out = Vec::new();
        tokenizer.token_inputs(&person.clone().into(), &own, 0, &mut out);
        all.push(out.iter().filter(|t| !t.filler).map(|t| t.digest).collect());
    }
    all
}

/// Group secrets to try: the one that was found, or what somebody without it can think of.
fn groups(loot: &Loot<'_>) -> Vec<Secret<32>> {
    match loot.group {
        Some(group) => vec![group.duplicate()],
        None => vec![
            Secret::init_with(|_| {}),
            Secret::init_with(|b| b.copy_from_slice(&loot.note.hash().0)),
        ],
    }
}

/// Keys, group secret and note, to the tags of each person.
type Tables = Mutex<BTreeMap<Vec<u8>, Arc<Vec<Vec<Tag>>>>>;

/// The tags of everybody in the register under the sum of these keys. Kept: several attackers hold the same.
fn register_tags(keys: &[[u8; 32]], note: &[u8; 32], group: &Secret<32>) -> Arc<Vec<Vec<Tag>>> {
    static KEPT: Tables = Mutex::new(BTreeMap::new());
    let mut sorted = keys.to_vec();
    sorted.sort_unstable();
    let of = [sorted.concat().as_slice(), note, group.expose()].concat();
    if let Some(table) = KEPT.lock().unwrap().get(&of) {
        return table.clone();
    }
    let server = prf(keys).unwrap();
    let tags = |inputs: &Vec<[u8; 32]>| -> Vec<Tag> {
        let tag = |digest| {
            let out = server.evaluate(&prf_input(note, digest)).unwrap();
            Tag::try_from(&out[..8]).unwrap()
        };
        inputs.iter().map(tag).collect()
    };
    let table: Arc<Vec<_>> = Arc::new(register_inputs(group).par_iter().map(tags).collect());
    KEPT.lock().unwrap().insert(of, table.clone());
    table
}

/// Rows that most of the tags of one person of the register point to.
pub fn names(loot: &Loot<'_>) -> BTreeMap<Row, usize> {
    let mut found = BTreeMap::new();
    let Some(files) = loot.files else {
        return found;
    };
    let mut rows: HashMap<Tag, Vec<Row>> = HashMap::new();
    for (site, file) in files {
        for (row, tags) in (0u32..).zip(file.tags.chunks(usize::from(TOKENS))) {
            for tag in tags {
                rows.entry(*tag).or_default().push(Row { site: *site, row });
            }
        }
    }
    // Whoever has no key of a holder tries one of its own making.
    let keys: &[[u8; 32]] = match loot.keys.as_slice() {
        [] => &[Scalar::ONE.to_bytes()],
        some => some,
    };
    let note = loot.note.hash().0;
    for group in groups(loot) {
        let mut hits: Vec<(Row, usize, usize)> = Vec::new();
        for (person, tags) in register_tags(keys, &note, &group).iter().enumerate() {
            let mut met: BTreeMap<Row, usize> = BTreeMap::new();
            for row in tags
                .iter()
                .flat_map(|tag| rows.get(tag).into_iter().flatten())
            {
                *met.entry(*row).or_insert(0) += 1;
            }
            hits.extend(met.into_iter().map(|(row, n)| (row, n, person)));
        }
        let mut best: BTreeMap<Row, (usize, usize)> = BTreeMap::new();
        for (row, n, person) in hits {
            let had = best.entry(row).or_insert((n, person));
            if n > had.0 {
                *had = (n, person);
            }
        }
        found.extend(best.into_iter().map(|(row, (_, person))| (row, person)));
    }
    found
}

/// Rows of the coordinator's files that share a tag with a person that went through the PRF.
pub fn linked(loot: &Loot<'_>) -> BTreeSet<Row> {
    let mine: BTreeSet<Tag> = loot
        .sites
        .iter()
        .flat_map(|s| s.tokens.iter().map(|t| t.tag))
        .collect();
    let mut found = BTreeSet::new();
    for (site, file) in loot.files.into_iter().flatten() {
        for (row, tags) in (0u32..).zip(file.tags.chunks(usize::from(TOKENS))) {
            if tags.iter().any(|t| mine.contains(t)) {
                found.insert(Row { site: *site, row });
            }
        }
    }
    found
}

/// Site, its secret, group secret and note, to the points of each person that is tried.
type Guesses = Mutex<BTreeMap<Vec<u8>, Arc<Vec<BTreeSet<ElementBytes>>>>>;

/// The points that a site would ask about if one of these persons stood in any of its rows. Kept: several
/// attackers try the same.
fn guessed_points(
    loot: &Loot<'_>,
    me: PartyId,
    secret: &Secret<32>,
    group: &Secret<32>,
    fresh: &Identity,
) -> Arc<Vec<BTreeSet<ElementBytes>>> {
    static KEPT: Guesses = Mutex::new(BTreeMap::new());
    let of = [me.0, *secret.expose(), *group.expose(), loot.note.hash().0].concat();
    if let Some(points) = KEPT.lock().unwrap().get(&of) {
        return points.clone();
    }
    let one = |person: usize| {
        // Everywhere at once: a blind is of a place.
        let persons = vec![register()[person].clone(); 16];
        let inputs = inputs(&persons, group, secret);
        let round = SiteRound::new(loot.note, me, secret, &inputs).unwrap();
        let points = round.blind_request(fresh.recipient()).unwrap();
        let own = points.elements().iter().zip(&inputs);
        own.filter(|(_, i)| i.is_some()).map(|(p, _)| *p).collect()
    };
    let points: Vec<_> = [0, 37, 60, 101, 5, 118].map(one).into();
    let points = Arc::new(points);
    KEPT.lock().unwrap().insert(of, points.clone());
    points
}

/// Persons of whom a blinded point stands in a request: a guess can be tried by whoever has the secret of the
/// round that drew the blinds, so every site is tried with the secrets that are there and with one that
/// anybody can think of. Tried for two at each site and two at none.
pub fn unblinded(loot: &Loot<'_>) -> usize {
    let Some(fresh) = loot.identities.first() else {
        return 0;
    };
    let nothing = Secret::init_with(|_| {});
    let mut secrets: Vec<&Secret<32>> = loot.sites.iter().map(|s| &s.secret).collect();
    secrets.push(&nothing);
    let asked: BTreeSet<ElementBytes> = loot
        .requests
        .iter()
        .flat_map(|r| r.elements().iter().copied())
        .collect();
    if asked.is_empty() {
        return 0;
    }
    let mut found = 0;
    for (me, _) in &loot.note.draft().sites {
        for secret in &secrets {
            for group in groups(loot) {
                let all = guessed_points(loot, *me, secret, &group, fresh);
                // One point is enough: nobody meets another one's by chance.
                found += all.iter().filter(|own| !own.is_disjoint(&asked)).count();
            }
        }
    }
    found
}

/// Opens every encoding that there is: those of the ask, and all of all files if the files are there.
pub fn open(loot: &Loot<'_>) -> Opened {
    let Some((id, secrets)) = &loot.comparer else {
        return Opened::new();
    };
    let Some(files) = loot.files else {
        return loot
            .ask
            .map(|ask| open_ask(loot.note, (id, secrets), ask))
            .unwrap_or_default();
    };
    let mut all = Opened::new();
    let listed: Vec<&TokenFile> = files.values().collect();
    let mut order: Vec<usize> = (0..listed.len()).collect();
    order.sort_by_key(|i| listed[*i].head.file);
    for place in 0..TOKENS {
        // Rows of neighbouring files, side by side: whoever asks itself keeps no budget.
        for two in order.windows(2) {
            let rows = listed[two[0]].head.persons.min(listed[two[1]].head.persons);
            let list = PairsList {
                batch: 0,
                encoding: BYTES as u16,
                files: two
                    .iter()
                    .map(|i| AskFile {
                        file: listed[*i].head.file,
                        persons: listed[*i].head.persons,
                        sealed_key: listed[*i].head.sealed_key.clone(),
                        totals: Vec::new(),
                    })
                    .collect(),
                pairs: (0..rows)
                    .map(|row| AskPair {
                        a: Place {
                            file: 0,
                            row,
                            place,
                        },
                        b: Place {
                            file: 1,
                            row,
                            place,
                        },
                        shared: 1,
                    })
                    .collect(),
            };
            let ask = PairsAsk {
                list,
                sealed: (0..rows)
                    .flat_map(|row| two.iter().map(move |i| (*i, row)))
                    .flat_map(|(i, row)| listed[i].sealed(row, place).unwrap().to_vec())
                    .collect(),
            };
            for ((file, row, place), e) in open_ask(loot.note, (id, secrets), &ask) {
                all.insert((two[file], row, place), e);
            }
        }
    }
    all
}

/// Agreement in so many slots is a person and no chance.
const SURE: usize = SLOTS.len() * 2 / 3;

/// Tries the register against encodings, under every token secret that is known.
pub fn describe(loot: &Loot<'_>, opened: &Opened) -> BTreeMap<(usize, u32), usize> {
    let note = loot.note.hash().0;
    let mut secrets: Vec<(Option<Tag>, Secret<32>)> = Vec::new();
    for own in loot.sites.iter().flat_map(|s| &s.tokens) {
        secrets.push((Some(own.tag), own.secret.duplicate()));
    }
    // What somebody without any can think of: nothing, the note, a tag.
    secrets.push((None, Secret::init_with(|_| {})));
    secrets.push((None, Secret::init_with(|b| b.copy_from_slice(&note))));
    let listed: Vec<&TokenFile> = loot.files.into_iter().flat_map(|f| f.values()).collect();
    let mine: BTreeSet<[u8; 16]> = loot
        .sites
        .iter()
        .flat_map(|s| {
            let file = loot.files.and_then(|f| f.get(&s.party.card.id()));
            file.map(|f| f.head.file)
        })
        .collect();
    let profiles: Vec<Profile> = register().iter().map(Profile::new).collect();
    let found: Vec<((usize, u32), usize)> = opened
        .par_iter()
        .filter_map(|((file, row, place), encoding)| {
            let tag = listed.get(*file).map(|f| {
                let at = *row as usize * usize::from(TOKENS) + usize::from(*place);
                (f.tags[at], f.head.file)
            });
            if tag.is_some_and(|(_, id)| mine.contains(&id)) {
                return None;
            }
            // With the tags at hand it is known which secret to try.
            let fits = |own: &Option<Tag>| match (own, tag) {
                (Some(own), Some((tag, _))) => *own == tag,
                _ => true,
            };
            let mut best: Option<(usize, usize)> = None;
            for (_, secret) in secrets.iter().filter(|(own, _)| fits(own)) {
                let key = encoding::key(secret, &note);
                // One look at one person tells whether the key is right: presence is the same for many.
                let agree = |p: &Profile| {
                    let levels = encoding::compare(&p.encode(&key, &[0; BYTES]), encoding);
                    levels.0.iter().filter(|l| **l > 0).count()
                };
                if agree(&profiles[0]) < 8 {
                    continue;
                }
                for (person, profile) in profiles.iter().enumerate() {
                    let levels = encoding::compare(&profile.encode(&key, &[0; BYTES]), encoding);
                    let slots = levels.0.iter().filter(|l| **l > 0).count();
                    let sum: usize = levels.0.iter().map(|l| usize::from(*l)).sum();
                    if slots >= SURE && best.is_none_or(|(most, _)| sum > most) {
                        best = Some((sum, person));
                    }
                }
            }
            best.map(|(_, person)| ((*file, *row), person))
        })
        .collect();
    found.into_iter().collect()
}
