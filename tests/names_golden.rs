//! Golden tables of names, places and dates in both directions: `tests/data/names/alike.tsv` must agree after
//! normalisation, `tests/data/names/apart.tsv` must not.

use sigilo::names::date::PartialDate;
use sigilo::names::{self, phonetic, place};

const ALIKE: &str = include_str!("data/names/alike.tsv");
const APART: &str = include_str!("data/names/apart.tsv");

/// Whether two texts of a kind are one after normalisation: for given names word by word, if they have a
/// name in common that they can stand for.
fn same(kind: &str, a: &str, b: &str) -> bool {
    let surnames = |text: &str| {
        let (paternal, maternal) = text.split_once('|').unwrap_or((text, ""));
        let found = names::surnames(paternal, maternal);
        let forms =
            |words: &[String]| -> String { words.iter().map(|w| phonetic::form(w)).collect() };
        (forms(&found.paternal), forms(&found.maternal))
    };
    match kind {
        "given" => {
            let forms = |text: &str| -> Vec<Vec<String>> {
                let form = |n: &String| phonetic::form(n);
                let words = names::given(text).into_iter();
                words
                    .map(|w| w.stands_for.iter().map(form).collect())
                    .collect()
            };
            let (a, b) = (forms(a), forms(b));
            let meet = |(x, y): (&Vec<String>, &Vec<String>)| x.iter().any(|n| y.contains(n));
            a.len() == b.len() && a.iter().zip(&b).all(meet)
        }
        "surname" | "surnames" => surnames(a) == surnames(b),
        "country" => place::country(a) == place::country(b),
        "date" => {
            let read = |text: &str| {
                let d = PartialDate::parse(text);
                (d.year, d.usable_month(), d.month_and_day(), d.estimated)
            };
            read(a) == read(b)
        }
        _ => match kind.split(':').collect::<Vec<_>>()[..] {
            ["state", country] => place::state(country, a) == place::state(country, b),
            ["municipality"] => town("", "", a) == town("", "", b),
            ["municipality", country, state] => town(country, state, a) == town(country, state, b),
            _ => panic!("an unknown kind: {kind}"),
        },
    }
}

fn town(country: &str, state: &str, text: &str) -> String {
    let state = place::state(country, state);
    place::Home::new(country, &state).municipality(text)
}

fn rows(table: &str) -> Vec<[&str; 3]> {
    let lines = table.lines().filter(|l| !l.starts_with('#'));
    lines
        .map(|l| {
            let columns: Vec<&str> = l.split('\t').collect();
            columns.try_into().expect("three columns")
        })
        .collect()
}

#[test]
fn what_means_the_same_becomes_one() {
    let wrong: Vec<_> = rows(ALIKE)
        .into_iter()
        .filter(|[kind, a, b]| !same(kind, a, b))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(rows(ALIKE).len() > 100);
}

#[test]
fn what_means_something_else_stays_apart() {
    let wrong: Vec<_> = rows(APART)
        .into_iter()
        .filter(|[kind, a, b]| same(kind, a, b))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(rows(APART).len() > 60);
}
