//! Who does not keep to the rules: each attack fails, is seen, or is bounded, and the bound is asserted.

use std::collections::{BTreeMap, BTreeSet};

use sigilo::crypto::Secret;
use sigilo::crypto::travel;
use sigilo::matching::Description;
use sigilo::round::coordinator::{Collected, Row};
use sigilo::round::draft::Draft;
use sigilo::round::envelope::{self, EnvelopeId, Kind};
use sigilo::round::holder::{self, HolderSecrets};
use sigilo::round::note::{AgreedNote, PublishedNote};
use sigilo::round::pairs::{AskPair, Budget, Place};
use sigilo::round::site::SiteRound;
use sigilo::round::tokens::TokenFile;
use sigilo::round::{PartyId, Role, RoundError, welcome};

use super::play::{
    AT, MAX, Network, POLICY, Play, TOKENS, inputs, level, meeting, network, now, party, play_site,
    register, the_round,
};

fn persons(at: &[usize]) -> Vec<Description> {
    at.iter().map(|p| register()[*p].clone()).collect()
}

fn join(net: &Network, holder: usize, draft: &Draft) -> Result<(), RoundError> {
    let (p, secrets) = (&net.holders[holder], &net.secrets[holder]);
    holder::join(draft, &p.card, &p.key, secrets, POLICY, &net.trust, now()).map(|_| ())
}

/// A site that the coordinator made up would be a place to try names at.
#[test]
fn a_site_that_one_holder_does_not_know_is_in_no_round() {
    let net = network();
    let sham = party(Role::Site, "Casa que no existe", 99);
    let mut draft = net.draft.clone();
    draft.sites.push((sham.card.id(), 24));
    draft.sites.sort();
    for i in 0..net.holders.len() {
        let e = join(&net, i, &draft).unwrap_err();
        assert!(matches!(e, RoundError::NotPinned(..)), "{e:?}");
        join(&net, i, &net.draft).unwrap();
    }
    // A request of a site that is not in the note is not evaluated.
    let play = the_round();
    let request = &play.sites[0].request;
    let secrets = &play.net.secrets[1];
    let id = EnvelopeId([1; 32]);
    let e = holder::evaluate(&play.note, secrets, &sham.card, id, request, now()).unwrap_err();
    assert!(matches!(e, RoundError::NotInRound(_)), "{e:?}");
    let known = &play.sites[0].party.card;
    holder::evaluate(&play.note, secrets, known, id, request, now()).unwrap();
}

#[test]
fn too_coarse_tokens_are_refused_by_each_holder() {
    let net = network();
    let mut draft = net.draft.clone();
    draft.h_millibits = POLICY.h_min_millibits - 1;
    for i in 0..net.holders.len() {
        let e = join(&net, i, &draft).unwrap_err();
        assert!(matches!(e, RoundError::Selectivity { .. }), "{e:?}");
    }
    draft.h_millibits = POLICY.h_min_millibits;
    join(&net, 0, &draft).unwrap();
    let mut draft = net.draft.clone();
    draft.sites[0].1 = POLICY.quota_max + 1;
    let e = join(&net, 0, &draft).unwrap_err();
    assert!(matches!(e, RoundError::Quota { .. }), "{e:?}");
}

/// Another note for one site would mark its tags. One holder that keeps its word is enough; and if none does,
/// tags of two notes never meet.
#[test]
fn two_notes_of_a_round_are_not_cosigned_and_would_share_no_tag() {
    let mut net = network();
    let other = Draft {
        expected: net.draft.expected + 1,
        ..net.draft.clone()
    };
    let joins = net.joins(&other);
    let mut note = net.published(&other, &joins);
    let first = net.agreed(&net.draft);
    let (p, mine) = (&net.holders[0], &joins[0]);
    let memory = [(net.draft.round, first.hash())];
    let e = holder::cosign(&mut note, &p.card, &p.key, mine, &memory).unwrap_err();
    assert_eq!(e, RoundError::SecondNote);
    // Without that signature nobody takes the note.
    for (p, join) in net.holders.iter().zip(&joins).skip(1) {
        holder::cosign(&mut note, &p.card, &p.key, join, &[]).unwrap();
    }
    assert!(AgreedNote::read(note.to_text().as_bytes(), &net.trust).is_err());
    let second = net.agreed(&other);
    let (a, b) = (net.sites.remove(0), net.sites.remove(0));
    let (id_a, id_b) = (a.card.id(), b.card.id());
    let secret = Secret::random().unwrap();
    let a = play_site(&net, &first, a, &persons(&[0, 37]), &secret).unwrap();
    let b = play_site(&net, &second, b, &persons(&[0, 37]), &secret).unwrap();
    let files = BTreeMap::from([(id_a, a.file), (id_b, b.file)]);
    assert!(meeting(&files).is_empty());
    // Under one note they do meet.
    assert!(!meeting(&the_round().files).is_empty());
}

#[test]
fn another_key_another_holder_or_another_share_is_noticed() {
    let net = network();
    let note = net.agreed(&net.draft);
    // A holder's share that it did not commit to would let the last one choose the group secret.
    let other = HolderSecrets::generate().unwrap();
    let shares = |swapped: usize| -> Vec<(PartyId, welcome::Welcome)> {
        let all = net.holders.iter().zip(&net.secrets).enumerate();
        all.map(|(i, (p, s))| {
            let share = if i == swapped {
                other.welcome()
            } else {
                s.welcome()
            };
            (p.card.id(), share)
        })
        .collect()
    };
    for i in 0..net.holders.len() {
        let e = welcome::group_secret(&note, &shares(i), net.name()).err();
        assert!(matches!(e, Some(RoundError::Commitment(_))), "{e:?}");
    }
    assert!(welcome::group_secret(&note, &shares(9), net.name()).is_ok());
    // An evaluation under a key that is not the one of the note would mark a site: its proof does not hold.
    let play = the_round();
    let site = &play.sites[0];
    let at = persons(AT[0]);
    let own = inputs(&at, &play.group, &site.secret);
    let me = site.party.card.id();
    let round = SiteRound::new(&play.note, me, &site.secret, &own).unwrap();
    let holders = play.net.holders.iter().map(|p| p.card.id());
    let mut replies: Vec<_> = holders.zip(site.replies.iter().cloned()).collect();
    let id = site.replies[0].request();
    let name = play.net.name();
    assert!(
        round
            .open_evaluated(&site.request, id, &replies, &name)
            .is_ok()
    );
    replies[0].1 = site.replies[1].clone();
    let e = round
        .open_evaluated(&site.request, id, &replies, &name)
        .err();
    assert!(matches!(e, Some(RoundError::Proof(_))), "{e:?}");
    // A holder whom nobody pinned, in the place of one.
    let mut draft = net.draft.clone();
    draft.holders[2] = party(Role::Holder, "Nadie", 77).card.id();
    draft.holders.sort();
    assert!(matches!(
        join(&net, 0, &draft),
        Err(RoundError::NotPinned(..))
    ));
}

/// The round with the file of the first site changed: what the comparer says of pairs with the second one.
fn with_file(
    play: &Play,
    change: impl Fn(&mut TokenFile, &TokenFile),
) -> Result<Vec<(Row, Row, u16, u8)>, RoundError> {
    let (thief, victim) = (play.sites[2].party.card.id(), play.sites[1].party.card.id());
    let mut files = play.files.clone();
    let theirs = files[&victim].clone();
    change(files.get_mut(&thief).unwrap(), &theirs);
    let mut collected = Collected::new(&play.note);
    for (site, file) in &files {
        collected.add(*site, file.head.clone())?;
    }
    let pairs: Vec<(Row, Row)> = meeting(&files)
        .into_keys()
        .filter(|(a, b)| [a.site, b.site].contains(&thief) && [a.site, b.site].contains(&victim))
        .collect();
    let ask = collected.ask(0, &pairs, &mut files)?;
    let id = EnvelopeId([5; 32]);
    let (me, secrets) = (play.net.holders[0].card.id(), &play.net.secrets[0]);
    let mut budget = Budget::default();
    let compared = holder::compare(
        &play.note,
        &me,
        secrets,
        id,
        &ask.list,
        &ask.sealed[..],
        &mut budget,
        level,
    )?;
    collected.weights(&ask.list, id, &compared.weights, "Defensoría")
}

/// A coordinator may give a site the tags of another one to put into its file, in the hope of a closer look.
#[test]
fn copied_tags_without_their_secrets_come_to_the_lowest_level() {
    let play = the_round();
    let per = usize::from(TOKENS);
    let (thief, victim) = (play.sites[2].party.card.id(), play.sites[1].party.card.id());
    // Who has a token of that very person in that row has no need to copy, and may be lucky with the place.
    let row_of = |site, row: u32| {
        let at = row as usize * per;
        &play.files[&site].tags[at..at + per]
    };
    let strange = |row: &u32| {
        let own = row_of(thief, *row);
        row_of(victim, *row).iter().all(|tag| !own.contains(tag))
    };
    let real: Vec<u32> = play
        .truth
        .keys()
        .filter(|r| r.site == victim)
        .map(|r| r.row)
        .filter(strange)
        .collect();
    assert!(real.len() >= 3, "{}", real.len());
    let copy = |mine: &mut TokenFile, theirs: &TokenFile| {
        for row in &real {
            let at = *row as usize * per;
            // A file has no tag twice, its own others are not changed: the whole row is taken.
            mine.tags[at..at + per].copy_from_slice(&theirs.tags[at..at + per]);
        }
    };
    let said = with_file(play, copy).unwrap();
    // A person who is really at both sites, none of her tokens withheld, has as many in common elsewhere.
    let copied: Vec<_> = said
        .iter()
        .filter(|p| usize::from(p.2) == per && p.0.row == p.1.row && real.contains(&p.0.row))
        .collect();
    assert_eq!(copied.len(), real.len());
    assert!(copied.iter().all(|p| p.3 == 0), "{copied:?}");
    // The sealed encodings and their key copied as well: the key is of another file.
    let all = |mine: &mut TokenFile, theirs: &TokenFile| {
        mine.tags.clone_from(&theirs.tags);
        mine.encodings.clone_from(&theirs.encodings);
        mine.head.sealed_key.clone_from(&theirs.head.sealed_key);
    };
    let said = with_file(play, all).unwrap();
    assert!(
        said.len() >= real.len() && said.iter().all(|p| p.3 == 0),
        "{said:?}"
    );
    // And the id with it: there is such a file already.
    let whole = |mine: &mut TokenFile, theirs: &TokenFile| {
        all(mine, theirs);
        mine.head.file = theirs.head.file;
    };
    assert_eq!(with_file(play, whole).err(), Some(RoundError::Repeated));
    // The real holder of the tokens is found at a high level.
    assert!(play.levels.iter().any(|l| l.3 >= 6));
}

/// A coordinator cannot make two unlike rows alike: it has nothing that an encoding is made with.
#[test]
fn a_pair_that_shares_no_token_has_the_lowest_level_whatever_is_said_of_it() {
    let play = the_round();
    let mut ask = play.ask.clone();
    let size = ask.sealed.len() / ask.list.pairs.len() / 2;
    // First half of one pair with the second half of another.
    let known: BTreeSet<_> = ask
        .list
        .pairs
        .iter()
        .map(|p| (p.a.file, p.a.row, p.b.file, p.b.row))
        .collect();
    let mut made = BTreeMap::new();
    for (i, x) in play.ask.list.pairs.iter().enumerate() {
        for (j, y) in play.ask.list.pairs.iter().enumerate() {
            let rows = (x.a.file, x.a.row, y.b.file, y.b.row);
            if x.a.file < y.b.file && !known.contains(&rows) {
                let of = |pair: usize, side: usize| {
                    let at = (2 * pair + side) * size;
                    play.ask.sealed[at..at + size].to_vec()
                };
                let pair = AskPair {
                    a: x.a,
                    b: y.b,
                    shared: TOKENS,
                };
                made.insert(rows, (pair, [of(i, 0), of(j, 1)].concat()));
            }
        }
    }
    made.retain(|_, (pair, _)| pair.a.place != pair.b.place || pair.a.row != pair.b.row);
    assert!(!made.is_empty());
    ask.list.pairs = made.values().map(|m| m.0).collect();
    ask.sealed = made.into_values().flat_map(|m| m.1).collect();
    let (me, secrets) = (play.net.holders[0].card.id(), &play.net.secrets[0]);
    let id = EnvelopeId([5; 32]);
    let mut budget = Budget::default();
    let compared = holder::compare(
        &play.note,
        &me,
        secrets,
        id,
        &ask.list,
        &ask.sealed[..],
        &mut budget,
        level,
    );
    match compared {
        Ok(c) => assert!(
            c.weights.levels.iter().all(|l| *l == 0),
            "{:?}",
            c.weights.levels
        ),
        Err(e) => assert!(matches!(e, RoundError::Budget(..)), "{e:?}"),
    }
}

/// At most so many pairs of a person, each once: more is refused as a whole, and nothing is compared.
#[test]
fn pairs_beyond_the_budget_are_refused() {
    let play = the_round();
    let (me, secrets) = (play.net.holders[0].card.id(), &play.net.secrets[0]);
    let id = EnvelopeId([5; 32]);
    let most = usize::from(play.note.draft().pairs);
    let pair = play.ask.list.pairs[0];
    let size = play.ask.sealed.len() / play.ask.list.pairs.len();
    let with = |n: usize| {
        let mut ask = play.ask.clone();
        ask.list.pairs = (0..n as u32)
            .map(|row| AskPair {
                b: Place { row, ..pair.b },
                ..pair
            })
            .collect();
        ask.sealed = vec![0; n * size];
        let mut looked = std::sync::atomic::AtomicUsize::new(0);
        let mut budget = Budget::default();
        let look = |_: &[u8], _: &[u8], _: u16| {
            looked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            (0, ())
        };
        let done = holder::compare(
            &play.note,
            &me,
            secrets,
            id,
            &ask.list,
            &ask.sealed[..],
            &mut budget,
            look,
        );
        (done.map(|_| ()), *looked.get_mut())
    };
    assert!(with(most).0.is_ok());
    let (refused, looked) = with(most + 1);
    assert!(
        matches!(refused, Err(RoundError::Budget(..))),
        "{refused:?}"
    );
    assert_eq!(looked, 0);
}

/// What is signed names its round, its kind and its receivers.
#[test]
fn nothing_can_be_sent_on_to_somebody_else_or_used_in_another_round() {
    let play = the_round();
    let desk = &play.net.coordinator;
    let site = &play.sites[0].party;
    let letter = play
        .letters
        .iter()
        .find(|l| l.kind == Kind::Tokens)
        .unwrap();
    let plain = travel::decrypt_bytes(&desk.fresh, &letter.bytes, MAX).unwrap();
    // The coordinator is who it is for, and takes it.
    let from = [&play.sites[0], &play.sites[1], &play.sites[2]];
    let sender = from.iter().find(|s| {
        let opened = envelope::decrypt(&desk.fresh, &letter.bytes, MAX).unwrap();
        opened.sender() == s.party.card.id()
    });
    let sender = &sender.unwrap().party.card;
    let comparer = (&play.net.holders[0].card, &play.net.secrets[0]);
    let again = travel::encrypt_bytes(&[comparer.1.identity().recipient()], &plain).unwrap();
    let read = |identity, bytes: &[u8]| envelope::decrypt(identity, bytes, MAX).unwrap();
    let note = play.note.hash();
    let mine = read(&desk.fresh, &letter.bytes);
    assert!(
        mine.verify(Kind::Tokens, note, sender, desk.card.id())
            .is_ok()
    );
    let theirs = read(comparer.1.identity(), &again);
    let e = theirs
        .verify(Kind::Tokens, note, sender, comparer.0.id())
        .err();
    assert_eq!(e, Some(RoundError::NotForYou));
    // As another kind, of another round, of another sender: not either.
    let other = network();
    let other = other.agreed(&Draft {
        round: [8; 16],
        ..other.draft.clone()
    });
    let refused = [
        read(&desk.fresh, &letter.bytes).verify(Kind::Blinded, note, sender, desk.card.id()),
        read(&desk.fresh, &letter.bytes).verify(Kind::Tokens, other.hash(), sender, desk.card.id()),
    ];
    assert!(refused.iter().all(Result::is_err));
    if sender.id() != site.card.id() {
        let e = read(&desk.fresh, &letter.bytes);
        assert!(
            e.verify(Kind::Tokens, note, &site.card, desk.card.id())
                .is_err()
        );
    }
}

/// Points are what a quota counts, and one row is so many points whoever is in it.
#[test]
fn more_persons_than_the_quota_are_refused_by_site_and_holder() {
    let mut net = network();
    let note = net.agreed(&net.draft);
    let many: Vec<usize> = (0..25).collect();
    let site = net.sites.remove(0);
    let me = site.card.clone();
    let secret = Secret::random().unwrap();
    let group = net.group(&note);
    let own = inputs(&persons(&many), &group, &secret);
    let e = SiteRound::new(&note, me.id(), &secret, &own).err();
    assert!(
        matches!(
            e,
            Some(RoundError::Quota {
                asked: 32,
                quota: 24
            })
        ),
        "{e:?}"
    );
    // Its own program would let it: a request made under a note that allows more.
    let mut wide = net.draft.clone();
    wide.sites.iter_mut().for_each(|s| s.1 = 32);
    let wide = net.agreed(&wide);
    let round = SiteRound::new(&wide, me.id(), &secret, &own).unwrap();
    let request = round.blind_request(site.fresh.recipient()).unwrap();
    assert_eq!(request.elements().len(), 32 * usize::from(TOKENS));
    let id = EnvelopeId([1; 32]);
    let e = holder::evaluate(&note, &net.secrets[0], &me, id, &request, now()).err();
    assert!(matches!(e, Some(RoundError::Quota { .. })), "{e:?}");
}

/// Tokens of several persons in one row find them all, for as many points as one person costs: fewer tokens for
/// each. What is seen of it is in `tests/probing.rs`.
#[test]
fn a_row_of_several_persons_costs_what_one_costs_and_has_fewer_tokens_of_each() {
    let play = the_round();
    let me = play.sites[2].party.card.id();
    let secret = Secret::random().unwrap();
    let whole = inputs(&persons(&[0, 37, 60]), &play.group, &secret);
    let per = usize::from(TOKENS);
    let mixed: Vec<_> = (0..per).map(|j| whole[(j % 3) * per + j]).collect();
    let round = SiteRound::new(&play.note, me, &secret, &mixed).unwrap();
    let one = inputs(&persons(&[0]), &play.group, &secret);
    let plain = SiteRound::new(&play.note, me, &secret, &one).unwrap();
    assert_eq!(round.padded_persons(), plain.padded_persons());
    for person in 0..3 {
        let own = whole[person * per..(person + 1) * per].iter().flatten();
        let own: BTreeSet<_> = own.collect();
        let kept = mixed.iter().flatten().filter(|i| own.contains(i)).count();
        assert!(kept < per / 2, "{kept}");
    }
}

/// A coordinator that leaves pairs out is not seen; all that it can do is lose matches.
#[test]
fn leaving_pairs_out_goes_unseen_and_only_loses() {
    let play = the_round();
    let pairs: Vec<(Row, Row)> = meeting(&play.files).into_keys().collect();
    let mut collected = Collected::new(&play.note);
    for (site, file) in &play.files {
        collected.add(*site, file.head.clone()).unwrap();
    }
    let mut bodies = play.files.clone();
    let ask = collected.ask(0, &pairs[1..], &mut bodies).unwrap();
    let (me, secrets) = (play.net.holders[0].card.id(), &play.net.secrets[0]);
    let id = EnvelopeId([5; 32]);
    let mut budget = Budget::default();
    let compared = holder::compare(
        &play.note,
        &me,
        secrets,
        id,
        &ask.list,
        &ask.sealed[..],
        &mut budget,
        level,
    )
    .unwrap();
    let said = collected
        .weights(&ask.list, id, &compared.weights, "Defensoría")
        .unwrap();
    assert_eq!(said.len() + 1, play.levels.len());
    assert!(said.iter().all(|l| play.levels.contains(l)));
}

/// A note that lacks one signature, or has one of somebody else, is not taken.
#[test]
fn every_holder_must_have_signed_the_very_note() {
    let net = network();
    let joins = net.joins(&net.draft);
    let mut note = net.published(&net.draft, &joins);
    let read = |note: &PublishedNote| AgreedNote::read(note.to_text().as_bytes(), &net.trust);
    assert!(read(&note).is_err());
    for (i, (p, join)) in net.holders.iter().zip(&joins).enumerate() {
        holder::cosign(&mut note, &p.card, &p.key, join, &[]).unwrap();
        assert_eq!(read(&note).is_ok(), i + 1 == net.holders.len());
    }
    // Who reads with other cards than these does not take it.
    let stranger = sigilo::round::trust::TrustStore::new();
    assert!(AgreedNote::read(note.to_text().as_bytes(), &stranger).is_err());
    let changed = note.to_text().replace("Personas", "personas");
    assert!(AgreedNote::read(changed.as_bytes(), &net.trust).is_err());
}

/// No tag of one file says anything about where its owner stands in another one.
#[test]
fn places_rows_and_handles_of_two_files_have_nothing_in_common() {
    let play = the_round();
    let handles: Vec<[u8; 16]> = play
        .files
        .values()
        .flat_map(|f| f.head.handles.clone())
        .collect();
    let different: BTreeSet<_> = handles.iter().collect();
    assert_eq!(handles.len(), different.len());
    for file in play.files.values() {
        let own: BTreeSet<_> = file.tags.iter().collect();
        assert_eq!(own.len(), file.tags.len(), "a tag twice in one file");
    }
}
