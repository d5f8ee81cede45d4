//! The whole of blind matching on small invented networks (manual: *matching*, "Evaluation").

use sigilo::evaluate::synthetic::{self, Recipe};
use sigilo::evaluate::{Options, Report, decide, judge};
use sigilo::matching::score::Model;
use sigilo::matching::tokens::Policy;

fn evaluate(recipe: &Recipe, options: &Options) -> Report {
    let (sites, truth) = synthetic::network(recipe);
    let round = decide(&sites, options, Model::shipped());
    judge(&sites, &round, &truth)
}

fn recipe(seed: u64) -> Recipe {
    Recipe {
        seed,
        persons: 400,
        sites: 5,
        repeat: 0.2,
        ..Recipe::default()
    }
}

#[test]
fn most_persons_are_found_and_few_are_confused() {
    let report = evaluate(&recipe(5), &Options::default());
    assert!(report.true_pairs > 40);
    assert!(report.discover.recall > 0.80, "{report:?}");
    assert!(report.discover.non_match_degree < 1.0, "{report:?}");
    assert!(report.decided.precision > 0.90, "{report:?}");
    assert!(report.decided.f1 > 0.80, "{report:?}");
    assert!(report.prf.starts_with("stand-in"));
}

#[test]
fn the_same_seeds_give_the_same_result_and_other_seeds_other_tokens() {
    let (sites, _) = synthetic::network(&recipe(6));
    let run = |group_seed, prf_seed| {
        let options = Options {
            group_seed,
            prf_seed,
            ..Options::default()
        };
        decide(&sites, &options, Model::shipped())
    };
    let (a, b, other_prf, other_group) = (run(1, 1), run(1, 1), run(1, 2), run(2, 1));
    assert!(a.tokens.tags == b.tokens.tags && a.pairs == b.pairs && a.clusters == b.clusters);
    assert!(
        a.tokens
            .tags
            .iter()
            .all(|t| !other_prf.tokens.tags.contains(t))
    );
    assert!(a.pairs != other_group.pairs);
}

#[test]
fn odd_networks_are_no_trouble() {
    for (persons, sites) in [(0, 1), (1, 1), (1, 5), (3, 2)] {
        let report = evaluate(
            &Recipe {
                persons,
                sites,
                ..recipe(7)
            },
            &Options::default(),
        );
        assert!((0.0..=1.0).contains(&report.decided.f1));
        assert_eq!(report.estimate.raised, 0);
    }
}

#[test]
fn more_bits_make_fewer_accidents() {
    let of = |policy| {
        let options = Options {
            policy,
            ..Options::default()
        };
        evaluate(&recipe(8), &options).discover
    };
    let (standard, strict) = (of(Policy::Standard), of(Policy::Strict));
    assert!(strict.non_match_degree * 2.0 < standard.non_match_degree);
    assert!(strict.recall <= standard.recall + 0.01);
}

/// The shape of the report is used by other people's scripts.
#[test]
fn the_report_has_its_keys() {
    let report = evaluate(&recipe(9), &Options::default());
    let json = serde_json::to_value(&report).expect("a report is JSON");
    for key in [
        "records",
        "sites",
        "true_pairs",
        "tokens_per_person",
        "h_bits",
    ] {
        assert!(json[key].is_number(), "{key}");
    }
    for (part, keys) in [
        (
            "discover",
            &[
                "candidate_pairs",
                "recall",
                "non_match_degree",
                "degree_p99",
            ][..],
        ),
        ("final", &["precision", "recall", "f1", "threshold"]),
        ("best", &["f1", "threshold"]),
        ("seconds", &["encode", "join", "compare", "score"]),
    ] {
        for key in keys {
            assert!(json[part][key].is_number(), "{part}.{key}");
        }
    }
}
