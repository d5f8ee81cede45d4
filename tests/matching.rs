//! Properties of blind matching that hold for any person (manual: *matching*).

use proptest::prelude::*;
use sigilo::crypto::Secret;
use sigilo::matching::encoding::{self, BYTES, ELEMENTS, Encoding, Profile, Slot};
use sigilo::matching::fixed::ONE_BIT;
use sigilo::matching::tokens::{
    self, Params, Policy, Shortfall, SiteSecret, TokenInput, Tokenizer,
};
use sigilo::matching::{Description, PartialDate, Person, Sex, reference};

fn secret(n: u8) -> Secret<32> {
    Secret::init_with(|b| b.fill(n))
}

fn described(given: &str, paternal: &str, maternal: &str, birth: &str, town: &str) -> Description {
    Description {
        given_names: given.into(),
        paternal_surname: paternal.into(),
        maternal_surname: maternal.into(),
        birth: PartialDate::parse(birth),
        nationality: if town.is_empty() { "" } else { "MEX" }.into(),
        state: if town.is_empty() { "" } else { "Oaxaca" }.into(),
        municipality: town.into(),
        sex: Some(Sex::Female),
        ..Description::default()
    }
}

/// What a description is made of; descriptions themselves cannot be printed.
type Parts = [String; 6];

fn any_parts() -> impl Strategy<Value = Parts> {
    [
        "(María|Guadalupe|José|Lupita|Beto|Xóchitl|Zyx|\\PC{0,6}){0,3}( [a-zé]{2,9})?",
        "(Hernández|de la Cruz|Tzoc|\\PC{0,8})",
        "(García|Pérez López|[a-zñ]{0,9})",
        "(19[5-9][0-9]-[01][0-9]-[0-3][0-9]|200[0-9]|~1990|15/03/1999|)",
        "(Juchitán de Zaragoza|Nebaj|[A-Z][a-z]{2,8}|)",
        "([0-9]{7,10}|)",
    ]
    .map(|regex| proptest::string::string_regex(regex).expect("a regular expression"))
}

fn build([given, paternal, maternal, birth, town, phone]: &Parts) -> Description {
    let mut d = described(given, paternal, maternal, birth, town);
    d.phone.clone_from(phone);
    d
}

fn all_inputs(tokenizer: &mut Tokenizer, person: &Person, site: &SiteSecret) -> Vec<TokenInput> {
    let mut out = Vec::new();
    tokenizer.token_inputs(person, site, 7, &mut out);
    out
}

proptest! {
    #[test]
    fn the_fast_tokens_are_the_reference(
        parts in proptest::collection::vec(any_parts(), 0..4),
        standard: bool,
        tokens in prop_oneof![Just(1u16), Just(2), Just(63), Just(64), Just(65)],
    ) {
        let person = Person { alternates: parts.iter().map(build).collect() };
        let policy = if standard { Policy::Standard } else { Policy::Strict };
        let params = Params { tokens, ..Params::new(policy, 30_000) };
        let site = SiteSecret::new(&secret(2));
        let mut fast = Tokenizer::new(params.clone(), &secret(1));
        let slow = tokens::token_inputs(&person, &params, &secret(1), &site, 7);
        prop_assert!(all_inputs(&mut fast, &person, &site) == slow);
        // A second time the clocks come from the cache.
        prop_assert!(all_inputs(&mut fast, &person, &site) == slow);
        prop_assert_eq!(slow.len(), usize::from(tokens));
    }

    #[test]
    fn an_encoding_agrees_with_itself_and_round_trips(parts in any_parts(), fill: u8) {
        let profile = Profile::new(&build(&parts));
        let a = profile.encode(&secret(3), &[fill; BYTES]);
        let b = profile.encode(&secret(3), &[fill.wrapping_add(1); BYTES]);
        prop_assert_eq!(Encoding::from_bytes(&a.to_bytes()), a);
        let (own, other) = (encoding::compare(&a, &a), encoding::compare(&a, &b));
        for (x, y) in own.0.iter().zip(other.0) {
            prop_assert!(y <= *x);
        }
    }

    /// Any bytes are an encoding, a hostile site's too: elements repeated, none or all in common.
    #[test]
    fn the_fast_comparison_is_the_reference(
        a in proptest::collection::vec(0u16..6, ELEMENTS),
        b in proptest::collection::vec(0u16..6, ELEMENTS),
        spread in prop_oneof![Just(0u16), Just(1), Just(7919)],
    ) {
        let encoding = |of: &[u16]| {
            let mut bytes = [0u8; BYTES];
            for (to, e) in bytes.as_chunks_mut::<2>().0.iter_mut().zip(of) {
                *to = e.wrapping_mul(spread).to_be_bytes();
            }
            Encoding::from_bytes(&bytes)
        };
        let (a, b) = (encoding(&a), encoding(&b));
        prop_assert_eq!(encoding::compare(&a, &b), reference::compare(&a, &b));
        prop_assert_eq!(encoding::compare(&b, &a), reference::compare(&a, &b));
        prop_assert_eq!(encoding::compare(&a, &a), reference::compare(&a, &a));
    }

    #[test]
    fn encodings_of_persons_compare_as_in_the_reference(
        x in any_parts(), y in any_parts(), other_key: bool,
    ) {
        let encode = |d: &Parts, key| Profile::new(&build(d)).encode(&secret(key), &[key; BYTES]);
        let (a, b) = (encode(&x, 3), encode(&y, if other_key { 4 } else { 3 }));
        prop_assert_eq!(encoding::compare(&a, &b), reference::compare(&a, &b));
    }
}

/// Persons in one file after the other, so that clocks come from the cache and early arrivals are guessed
/// from the person before: long lists behind short ones, and who reaches nothing between those who do.
#[test]
fn what_came_before_changes_no_token() {
    let params = Params {
        tokens: 65,
        ..Params::new(Policy::Strict, 10_000_000)
    };
    let site = SiteSecret::new(&secret(2));
    let mut fast = Tokenizer::new(params.clone(), &secret(1));
    let long = described(
        "María Guadalupe Xóchitl Elena Rosalba Fernanda",
        "Hernández Tecuapacho",
        "de la Cruz Xicale",
        "1995-05-14",
        "Nebaj",
    );
    let short = described("Zyx", "Q", "", "2001", "");
    let nothing = Description::default();
    for round in 0..3 {
        for d in [&short, &long, &nothing, &long, &long, &short] {
            let mut person = Person::from(d.clone());
            if round == 2 {
                person
                    .alternates
                    .push(described("Ana", "Ruiz", "Pérez", "1990-01-02", "Soledad"));
            }
            let slow = tokens::token_inputs(&person, &params, &secret(1), &site, 7);
            assert!(all_inputs(&mut fast, &person, &site) == slow);
        }
    }
}

/// Tokens of two persons that meet.
fn meetings(a: &Description, b: &Description, params: &Params) -> usize {
    let site = |n| SiteSecret::new(&secret(n));
    let mut tokenizer = Tokenizer::new(params.clone(), &secret(1));
    let x = all_inputs(&mut tokenizer, &a.clone().into(), &site(2));
    let y = all_inputs(&mut tokenizer, &b.clone().into(), &site(3));
    x.iter()
        .zip(&y)
        .filter(|(x, y)| x.digest == y.digest)
        .count()
}

#[test]
fn equal_persons_meet_everywhere_and_one_difference_leaves_many_meetings() {
    let mut params = Params::new(Policy::Strict, 30_000);
    params.withheld = 0;
    let a = described("María Elena", "Hernández", "Ruiz", "1995-05-14", "Nebaj");
    let b = described("MARIA HELENA", "Ernandes", "Ruis", "14/05/1995", "Nebaj");
    assert_eq!(meetings(&a, &b, &params), 128);
    for c in [
        described("María Elena", "Hernández", "", "1995-05-14", "Nebaj"),
        described("Elena", "Hernández", "Ruiz", "1995-05-14", "Nebaj"),
        described("María Elena", "Hernández", "Ruiz", "1995", "Nebaj"),
        described("María Elena", "Hernández", "Ruiz", "1995-05-14", ""),
        described("María Elena", "Ruiz", "Hernández", "1995-05-14", "Nebaj"),
    ] {
        assert!(meetings(&a, &c, &params) >= 4);
    }
}

#[test]
fn what_sites_withhold_is_their_own_secret_and_less_than_a_quarter() {
    let params = Params::new(Policy::Strict, 30_000);
    let person: Person =
        described("María Elena", "Hernández", "Ruiz", "1995-05-14", "Nebaj").into();
    let mut tokenizer = Tokenizer::new(params, &secret(1));
    let mut of = |site: u8, place: u64| -> Vec<bool> {
        let mut inputs = Vec::new();
        let site = SiteSecret::new(&secret(site));
        tokenizer.token_inputs(&person, &site, place, &mut inputs);
        inputs.iter().map(|t| t.filler).collect()
    };
    assert_eq!(of(2, 0), of(2, 0), "the same again, whenever it is made");
    assert!(of(2, 0) != of(3, 0) && of(2, 0) != of(2, 1));
    let counts: Vec<usize> = (0..200)
        .map(|place| of(2, place).iter().filter(|filler| **filler).count())
        .collect();
    let mean = counts.iter().sum::<usize>() / counts.len();
    assert!((12..20).contains(&mean), "an eighth of 128: {mean}");
    assert!(counts.iter().any(|n| *n < 6) && counts.iter().any(|n| *n > 24));
    assert!(counts.iter().all(|n| *n < 50));
}

#[test]
fn brothers_and_sisters_do_not_meet() {
    let params = Params::new(Policy::Strict, 30_000);
    let a = described("Rosalba", "Tecuapacho", "Xicale", "1995-05-14", "Nebaj");
    let b = described("Gumersindo", "Tecuapacho", "Xicale", "1999-10-02", "Nebaj");
    assert_eq!(meetings(&a, &b, &params), 0);
}

#[test]
fn who_cannot_reach_h_gets_fillers_only() {
    let params = Params::new(Policy::Strict, 30_000);
    let site = SiteSecret::new(&secret(2));
    let mut tokenizer = Tokenizer::new(params.clone(), &secret(1));
    for (d, why) in [
        (described("María", "", "", "", ""), Shortfall::OnlyNames),
        (
            described("", "", "", "1995-05-14", "Nebaj"),
            Shortfall::Name,
        ),
        (
            described("", "Hernández", "", "", "Nebaj"),
            Shortfall::Individual,
        ),
        (described("María", "", "", "1995", ""), Shortfall::Common),
        (by_telephone("5864017784", "", ""), Shortfall::Name),
        (Description::default(), Shortfall::Name),
    ] {
        let person = Person::from(d);
        assert_eq!(tokens::shortfall(&person, &params), Some(why));
        let inputs = all_inputs(&mut tokenizer, &person, &site);
        assert!(inputs.len() == 128 && inputs.iter().all(|t| t.filler));
    }
    let none = Person::default();
    assert!(
        all_inputs(&mut tokenizer, &none, &site)
            .iter()
            .all(|t| t.filler)
    );
}

/// Somebody without a name.
fn by_telephone(phone: &str, birth: &str, town: &str) -> Description {
    Description {
        phone: phone.into(),
        ..described("", "", "", birth, town)
    }
}

#[test]
fn who_gives_another_name_is_known_by_telephone_and_date_of_birth() {
    let params = Params::new(Policy::Strict, 30_000);
    let (mut met, mut housemates_met) = (0, 0);
    for n in 0..20 {
        let phone = format!("58640177{n:02}");
        let known = by_telephone(&phone, "1995-05-14", "Nebaj");
        assert_eq!(tokens::shortfall(&known.clone().into(), &params), None);
        let named = Description {
            given_names: "Luna".into(),
            ..known.clone()
        };
        let other = Description {
            given_names: "Fátima".into(),
            paternal_surname: "Jiménez".into(),
            ..known
        };
        met += meetings(&named, &other, &params);
        // The telephone and the town of a family or a house are not enough.
        let housemate = Description {
            birth: PartialDate::parse("1987-11-02"),
            given_names: "Rosa".into(),
            ..other
        };
        housemates_met += meetings(&named, &housemate, &params);
    }
    assert!(met > 0);
    assert_eq!(housemates_met, 0);
}

#[test]
fn no_token_stands_twice_in_a_file_and_every_second_bearer_gets_a_filler() {
    let params = Params {
        tokens: 128,
        ..Params::new(Policy::Standard, 1_000)
    };
    let site = SiteSecret::new(&secret(2));
    let mut tokenizer = Tokenizer::new(params, &secret(1));
    let d = described("María Elena", "Hernández", "Ruiz", "1995-05-14", "Nebaj");
    let mut inputs = Vec::new();
    for place in 0..3 {
        tokenizer.token_inputs(&d.clone().into(), &site, place, &mut inputs);
    }
    let issued = inputs.iter().filter(|t| !t.filler).count();
    let lost = tokens::once_per_file(&mut inputs, 128, &site);
    let kept = inputs.iter().filter(|t| !t.filler).count();
    assert_eq!(
        lost.iter().map(|n| usize::from(*n)).sum::<usize>(),
        issued - kept
    );
    assert!((100..=128).contains(&kept), "each token has one bearer");
    assert!(lost.iter().all(|n| (10..110).contains(n)));
    let mut digests: Vec<_> = inputs.iter().map(|t| t.digest).collect();
    digests.sort_unstable();
    digests.dedup();
    assert_eq!(digests.len(), inputs.len());
}

#[test]
fn levels_say_what_agrees() {
    let compare = |a: &Description, b: &Description| {
        let key = secret(9);
        encoding::compare(
            &Profile::new(a).encode(&key, &[1; BYTES]),
            &Profile::new(b).encode(&key, &[2; BYTES]),
        )
    };
    let a = described("Rosa Elena", "Xicale", "Ruiz", "1995-05-14", "Nebaj");
    let swapped = described("Rosa", "Ruiz", "Xicale", "1996-14-05", "");
    let same = compare(&a, &a);
    let other = compare(&a, &swapped);
    assert_eq!(same.of(Slot::Year), 3);
    assert_eq!(other.of(Slot::Year), 2);
    assert_eq!(other.of(Slot::Paternal), 0);
    assert!(other.of(Slot::Either) >= 2);
    assert_eq!(other.of(Slot::MonthDay), 1);
    assert_eq!(other.of(Slot::Month), 0);
    assert_eq!((other.of(Slot::State), other.of(Slot::HasState)), (0, 0));
    assert_eq!((same.of(Slot::State), same.of(Slot::HasState)), (1, 1));
    // A rare surname counts for more elements than a common one.
    assert!(same.of(Slot::Paternal) > same.of(Slot::Maternal));
}

#[test]
fn another_key_shows_nothing() {
    let a = described("Rosa Elena", "Xicale", "Ruiz", "1995-05-14", "Nebaj");
    let p = Profile::new(&a);
    let levels = encoding::compare(
        &p.encode(&secret(1), &[1; BYTES]),
        &p.encode(&secret(2), &[2; BYTES]),
    );
    assert!(levels.0.iter().map(|l| usize::from(*l)).sum::<usize>() <= 1);
}

#[test]
fn h_follows_the_expected_persons() {
    assert_eq!(
        Params::new(Policy::Standard, 1 << 20).h,
        20 * ONE_BIT + ONE_BIT / 2
    );
    assert_eq!(
        Params::new(Policy::Strict, 1 << 20).h,
        23 * ONE_BIT + ONE_BIT * 3 / 20
    );
}

/// The rule by which the comparer knows copied tags never touches two persons who share a token.
#[test]
fn persons_who_share_a_token_have_two_things_in_common() {
    use sigilo::evaluate::network;
    use sigilo::evaluate::synthetic::{self, Recipe};
    use sigilo::matching::score::Model;
    for policy in [Policy::Strict, Policy::Standard] {
        let recipe = Recipe {
            persons: 1_500,
            sites: 6,
            siblings: 0.1,
            errors: 1.8,
            ..Recipe::default()
        };
        let (sites, _) = synthetic::network(&recipe);
        let locals = network::link_own(&sites, Model::shipped(), 5);
        let inputs = network::meet(&sites, &locals, policy, Model::shipped(), 5).inputs;
        assert!(inputs.len() > 100, "{}", inputs.len());
        for levels in &inputs {
            let agree = levels[..encoding::SLOTS.len()].iter().filter(|l| **l > 0);
            assert!(agree.count() >= 2);
        }
    }
    // Random bytes against random bytes: as good as never.
    let noise = |n: u64| {
        let mut bytes = [0u8; BYTES];
        sigilo::crypto::kdf::keyed_stream(&secret(9), &n.to_be_bytes(), &mut bytes);
        Encoding::from_bytes(&bytes)
    };
    let taken =
        (0..4_000).filter(|n| encoding::compare(&noise(*n), &noise(n + 4_000)).of_one_token());
    assert!(taken.count() < 5);
}
