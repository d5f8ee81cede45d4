//! Who only looks: each party and each combination of the manual (*round*, "What each learns").

use std::collections::BTreeSet;

use sigilo::round::PartyId;
use sigilo::round::coordinator::Row;
use sigilo::round::envelope::Kind;

use super::play::{AT, Learned, Letter, Loot, Play, attack, meeting, private, the_round};

/// Rows of others that share a tag with persons of a site: what a coordinator and that site may know.
fn allowed(play: &Play, site: usize) -> BTreeSet<Row> {
    let me = play.sites[site].party.card.id();
    meeting(&play.files)
        .into_keys()
        .filter(|(a, b)| a.site == me || b.site == me)
        .map(|(a, b)| if a.site == me { b } else { a })
        .collect()
}

/// Letters that are for these.
fn own_letters(play: &Play, who: &[PartyId]) -> usize {
    let theirs = |l: &&Letter| l.to.iter().any(|to| who.contains(to));
    play.letters.iter().filter(theirs).count()
}

/// How many rows of others a full dictionary attack names rightly, of how many there are.
fn right(play: &Play, loot: &Loot<'_>, learned: &Learned) -> (usize, usize) {
    let own: BTreeSet<PartyId> = loot.sites.iter().map(|s| s.party.card.id()).collect();
    let others = play
        .truth
        .iter()
        .filter(|(row, _)| !own.contains(&row.site));
    let hit = |(row, person): &(&Row, &usize)| learned.named.get(row) == Some(person);
    (others.clone().filter(hit).count(), others.count())
}

/// The same with every key and the group secret: everybody is named, so the attack is one.
fn falls_with(play: &Play, loot: Loot<'_>, missing: &[usize]) {
    let mut loot = loot;
    loot.keys
        .extend(missing.iter().map(|i| private(&play.net.secrets[*i])));
    assert_eq!(loot.keys.len(), play.net.holders.len());
    loot.group = Some(&play.group);
    let learned = attack(&loot);
    let (hit, all) = right(play, &loot, &learned);
    assert_eq!(hit, all, "the attack has no teeth");
}

#[test]
fn the_coordinator_alone_learns_a_graph_and_levels_and_no_name() {
    let play = the_round();
    let loot = play.coordinator();
    let own = own_letters(play, &[play.net.coordinator.card.id()]);
    assert_eq!(own, 3, "one token file of each site");
    let expected = Learned {
        letters: own,
        ..Learned::default()
    };
    assert_eq!(attack(&loot), expected);
    // What it does learn: who shares a tag, and how surely.
    assert_eq!(loot.levels.len(), meeting(&play.files).len());
    assert!(loot.levels.iter().any(|l| l.3 == 7));
    falls_with(play, play.coordinator(), &[0, 1, 2]);
    // Keys without the group secret are not enough, either.
    let mut keys = play.coordinator();
    keys.keys = play.net.secrets.iter().map(private).collect();
    assert_eq!(attack(&keys), expected);
}

#[test]
fn a_holder_alone_learns_sizes() {
    let play = the_round();
    for i in [1, 2] {
        let me = play.net.holders[i].card.id();
        let learned = attack(&play.holder(i));
        let expected = Learned {
            letters: own_letters(play, &[me]),
            ..Learned::default()
        };
        assert_eq!(learned, expected);
    }
    // Two sites ask about the same persons: no two points are alike.
    let points: Vec<_> = play
        .sites
        .iter()
        .flat_map(|s| s.request.elements())
        .collect();
    let different: BTreeSet<_> = points.iter().collect();
    assert_eq!(points.len(), different.len());
    // With a site's secret of the round its own request can be read, and no other.
    let mut loot = play.holder(1);
    loot.group = Some(&play.group);
    assert_eq!(attack(&loot).unblinded, 0);
    loot.sites = vec![&play.sites[0]];
    assert!(attack(&loot).unblinded > 0, "the attack has no teeth");
}

#[test]
fn the_comparer_alone_learns_levels_of_pairs_under_random_ids() {
    let play = the_round();
    let loot = play.holder(0);
    let learned = attack(&loot);
    let me = play.net.holders[0].card.id();
    // At most two encodings for each pair that it was asked about.
    assert!(learned.opened > 0 && learned.opened <= 2 * play.ask.list.pairs.len());
    let expected = Learned {
        letters: own_letters(play, &[me]),
        opened: learned.opened,
        ..Learned::default()
    };
    assert_eq!(learned, expected);
    // The files are called by ids that no other message has.
    for file in &play.ask.list.files {
        assert!(
            play.sites
                .iter()
                .all(|s| s.party.card.id().0[..16] != file.file)
        );
    }
}

/// The token secrets of a site open what was compared on a token of its own.
#[test]
fn comparer_and_site_learn_fields_only_of_pairs_on_tokens_of_that_site() {
    let play = the_round();
    let loot = play.holder(0).and(play.site(2));
    let learned = attack(&loot);
    assert!(learned.named.is_empty() && learned.linked.is_empty());
    // Rows of asked pairs of which the site has the other half, and its own half of them.
    let site = play.sites[2].party.card.id();
    let mine = play.files[&site].head.file;
    let at = play
        .ask
        .list
        .files
        .iter()
        .position(|f| f.file == mine)
        .unwrap();
    let of_pairs = play.ask.list.pairs.iter();
    let mut may: BTreeSet<(usize, u32)> = BTreeSet::new();
    let own = |row: u32| play.truth.get(&Row { site, row });
    for pair in of_pairs {
        let sides = [&pair.a, &pair.b];
        if sides
            .iter()
            .any(|p| usize::from(p.file) == at && own(p.row).is_some())
        {
            may.extend(sides.map(|p| (usize::from(p.file), p.row)));
        }
    }
    let others = play.ask.list.pairs.iter().flat_map(|p| [p.a, p.b]);
    let all: BTreeSet<_> = others.map(|p| (usize::from(p.file), p.row)).collect();
    // A pair of two other sites may happen to have been compared on a token that the site has, too.
    let shared: BTreeSet<Row> = allowed(play, 2);
    let sites: Vec<PartyId> = play
        .ask
        .list
        .files
        .iter()
        .map(|f| {
            *play
                .files
                .iter()
                .find(|(_, t)| t.head.file == f.file)
                .unwrap()
                .0
        })
        .collect();
    for key in learned.described.keys() {
        let row = Row {
            site: sites[key.0],
            row: key.1,
        };
        assert!(may.contains(key) || shared.contains(&row), "{key:?}");
    }
    assert!(
        !learned.described.is_empty(),
        "it is said that it learns these"
    );
    assert!(may.len() < all.len(), "the example shows nothing");
    // Without the comparer's key, or without the site's token secrets: nothing.
    assert!(attack(&play.site(2)).described.is_empty());
    assert!(attack(&play.holder(0)).described.is_empty());
}

#[test]
fn coordinator_and_an_unlocked_site_learn_who_meets_its_persons_and_no_other_name() {
    let play = the_round();
    for site in 0..3 {
        let loot = play.coordinator().and(play.site(site));
        let learned = attack(&loot);
        let me = play.sites[site].party.card.id();
        let expected = Learned {
            letters: own_letters(play, &[play.net.coordinator.card.id(), me]),
            linked: allowed(play, site),
            // The site's own request, with its own secret.
            unblinded: learned.unblinded,
            ..Learned::default()
        };
        assert_eq!(learned, expected);
        let rest = play.truth.keys().filter(|r| r.site != me);
        assert!(
            expected.linked.len() < rest.count(),
            "the example shows nothing"
        );
        falls_with(play, play.coordinator().and(play.site(site)), &[0, 1, 2]);
    }
}

#[test]
fn coordinator_and_comparer_open_encodings_and_can_try_no_value() {
    let play = the_round();
    let loot = play.coordinator().and(play.holder(0));
    let learned = attack(&loot);
    assert!(learned.named.is_empty() && learned.described.is_empty());
    assert_eq!(learned.unblinded, 0);
    // All encodings of all files, as the manual says, not only those within the budget.
    let all: usize = play.files.values().map(|f| f.tags.len()).sum();
    assert_eq!(learned.opened, all);
    // With a site: those that share a token with its persons, and nobody else.
    let loot = play.coordinator().and(play.holder(0)).and(play.site(0));
    let learned = attack(&loot);
    let sites: Vec<&PartyId> = play.files.keys().collect();
    let described: BTreeSet<Row> = learned
        .described
        .keys()
        .map(|(file, row)| Row {
            site: *sites[*file],
            row: *row,
        })
        .collect();
    assert_eq!(
        described,
        allowed(play, 0),
        "the attack has no teeth, or too many"
    );
    for ((file, row), person) in &learned.described {
        let row = Row {
            site: *sites[*file],
            row: *row,
        };
        let truth = play.truth[&row];
        // Who shares a token may differ in what the token does not hold.
        assert!(AT.iter().any(|at| at.contains(&truth)), "{person}");
    }
    assert!(learned.named.is_empty());
}

#[test]
fn coordinator_and_all_holders_but_one_can_try_no_name() {
    let play = the_round();
    for honest in 0..3 {
        let rest: Vec<usize> = (0..3).filter(|i| *i != honest).collect();
        let mut loot = play.coordinator();
        for i in &rest {
            loot = loot.and(play.holder(*i));
        }
        let learned = attack(&loot);
        assert!(learned.named.is_empty() && learned.described.is_empty());
        assert_eq!((learned.unblinded, learned.linked.len()), (0, 0));
        // Not with the group secret of a site, either: only its own evaluations help.
        let with = loot.and(play.site(2));
        let learned = attack(&with);
        assert_eq!(learned.linked, allowed(play, 2));
        assert!(learned.named.is_empty(), "{:?}", learned.named);
        let mut all = play.coordinator();
        for i in &rest {
            all = all.and(play.holder(*i));
        }
        falls_with(play, all, &[honest]);
    }
}

#[test]
fn site_and_all_holders_but_one_learn_nothing_of_other_sites() {
    let play = the_round();
    let loot = play.site(0).and(play.holder(0)).and(play.holder(1));
    let learned = attack(&loot);
    assert!(learned.named.is_empty() && learned.linked.is_empty());
    // Other sites' requests stay random points.
    let alone = attack(&play.site(0)).unblinded;
    assert_eq!(learned.unblinded, alone);
}

#[test]
fn a_courier_reads_nothing_and_everybody_only_what_is_theirs() {
    let play = the_round();
    assert_eq!(attack(&play.nobody()), Learned::default());
    for i in 0..3 {
        let me = play.sites[i].party.card.id();
        assert_eq!(attack(&play.site(i)).letters, own_letters(play, &[me]));
    }
    let kinds: BTreeSet<_> = play
        .letters
        .iter()
        .map(|l| format!("{:?}", l.kind))
        .collect();
    assert_eq!(kinds.len(), 3, "{kinds:?}");
    // Sizes are those of the size class, whoever has how many persons.
    for kind in [Kind::Blinded, Kind::Evaluated, Kind::Tokens] {
        let of_kind = play.letters.iter().filter(|l| l.kind == kind);
        // The age format lets a writer put random noise into the head, which this one does.
        let sizes: BTreeSet<usize> = of_kind.map(|l| l.bytes.len()).collect();
        let (least, most) = (sizes.first().unwrap(), sizes.last().unwrap());
        assert!(most - least < 700, "{kind:?} {sizes:?}");
    }
}

/// Where a person stands in a file, and what she is called there, is drawn: it says neither which of a site's
/// persons she is, nor which row is a dummy, nor which token is which.
#[test]
fn rows_places_and_handles_say_nothing_of_who_stands_there() {
    let play = the_round();
    let per = usize::from(play.note.draft().tokens);
    let mut in_front = Vec::new();
    for site in &play.sites {
        let me = site.party.card.id();
        let file = &play.files[&me];
        let rows: Vec<u32> = play
            .truth
            .keys()
            .filter(|r| r.site == me)
            .map(|r| r.row)
            .collect();
        in_front.push(rows.iter().all(|row| (*row as usize) < rows.len()));
        for row in rows {
            let at = row as usize * per;
            let order: Vec<usize> = file.tags[at..at + per]
                .iter()
                .filter_map(|tag| site.tokens.iter().position(|t| t.tag == *tag))
                .collect();
            assert!(order.len() > 4, "{order:?}");
            assert!(!order.is_sorted(), "tokens in their own order: {order:?}");
        }
    }
    // Sixteen rows, four to six persons: by chance they are all in front once in ten thousand million rounds.
    assert!(in_front.iter().any(|all| !all), "dummies stand behind");
    // A token that two sites have is not at the same place with both.
    let (mut same, mut shared) = (0, 0);
    for (i, (_, a)) in play.files.iter().enumerate() {
        for (_, b) in play.files.iter().skip(i + 1) {
            for (x, tag) in a.tags.iter().enumerate() {
                if let Some(y) = b.tags.iter().position(|t| t == tag) {
                    shared += 1;
                    same += usize::from(x % per == y % per);
                }
            }
        }
    }
    assert!(shared > 10 && same * 2 < shared, "{same} of {shared}");
    // No part of a name that is drawn comes twice.
    let mut parts: BTreeSet<(usize, &[u8])> = BTreeSet::new();
    let mut names: Vec<&[u8]> = Vec::new();
    for file in play.files.values() {
        names.push(&file.head.file);
        names.extend(file.head.handles.iter().map(|h| h.as_slice()));
    }
    for name in names {
        for (at, part) in name.windows(4).enumerate() {
            assert!(parts.insert((at, part)), "{name:02x?}");
        }
    }
}
