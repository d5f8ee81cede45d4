//! The tables of this module, read once from the files in `tables/`.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use super::phonetic;

/// Every table file with its name, in a fixed order: what a round's parameters commit to.
pub const FILES: [(&str, &str); 11] = [
    ("abbreviations", include_str!("tables/abbreviations.tsv")),
    ("countries", include_str!("tables/countries.tsv")),
    ("given", include_str!("tables/given.tsv")),
    ("honoured", include_str!("tables/honoured.tsv")),
    ("municipalities", include_str!("tables/municipalities.tsv")),
    ("nicknames", include_str!("tables/nicknames.tsv")),
    ("particles", include_str!("tables/particles.tsv")),
    ("states", include_str!("tables/states.tsv")),
    ("surnames", include_str!("tables/surnames.tsv")),
    (
        "surnames-regional",
        include_str!("tables/surnames-regional.tsv"),
    ),
    ("variants", include_str!("tables/variants.tsv")),
];

/// A first-level division of a country.
#[derive(Clone, PartialEq, Eq)]
pub struct State {
    /// Folded official name.
    pub name: String,
    /// Region of the surname table, empty if none.
    pub region: String,
    /// Persons of 1,000 of the country.
    pub per_1000: u32,
}

/// Parts of a phonetic form, as a set: [`PREFIX`], [`SKELETON`], [`SUFFIX`], or [`WHOLE`].
pub type Parts = u8;
/// The first three letters.
pub const PREFIX: Parts = 1;
/// The first four consonants.
pub const SKELETON: Parts = 2;
/// The last three letters.
pub const SUFFIX: Parts = 4;
/// The form itself, with or without its parts.
pub const WHOLE: Parts = 8;

/// The `parts` of a phonetic form, one after the other.
pub fn parts(form: &str, parts: Parts) -> String {
    if parts & WHOLE != 0 {
        return form.to_owned();
    }
    let count = form.chars().count();
    let mut out = String::new();
    if parts & PREFIX != 0 {
        out.extend(form.chars().take(3));
    }
    if parts & SKELETON != 0 {
        out.push('-');
        out.push_str(&phonetic::skeleton(form, 4));
    }
    if parts & SUFFIX != 0 {
        out.push('+');
        out.extend(form.chars().skip(count.saturating_sub(3)));
    }
    out
}

/// Persons by the parts of a form, one map for each set of parts.
type Shares = [HashMap<String, u32>; WHOLE as usize + 1];

/// All tables, parsed.
pub struct Tables {
    particles: HashSet<String>,
    abbreviations: HashMap<String, String>,
    nicknames: HashMap<String, Vec<String>>,
    variants: HashMap<String, String>,
    given: HashMap<String, u32>,
    surnames: HashMap<String, u32>,
    given_parts: Shares,
    surname_parts: Shares,
    regional: HashMap<String, Shares>,
    countries: HashMap<String, String>,
    country_shares: HashMap<String, u32>,
    states: HashMap<(String, String), State>,
    municipalities: HashMap<String, String>,
    honoured: HashSet<String>,
}

fn rows(name: &str) -> impl Iterator<Item = Vec<&'static str>> {
    let text = FILES.iter().find(|(n, _)| *n == name).map_or("", |f| f.1);
    text.lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
        .map(|l| l.split('\t').collect())
}

fn number(text: &str) -> u32 {
    text.parse().unwrap_or(0)
}

fn pairs(name: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    rows(name).filter_map(|r| match r[..] {
        [a, b] => Some((a, b)),
        _ => None,
    })
}

fn by_part<'a>(table: impl Iterator<Item = (&'a str, u32)>) -> Shares {
    let mut shares = Shares::default();
    for (name, share) in table {
        let form = phonetic::form(name);
        for (p, of) in (0..).zip(&mut shares).skip(usize::from(PREFIX)) {
            *of.entry(parts(&form, p)).or_insert(0) += share;
        }
    }
    shares
}

impl Tables {
    /// The tables that ship.
    pub fn get() -> &'static Self {
        static TABLES: OnceLock<Tables> = OnceLock::new();
        TABLES.get_or_init(Self::load)
    }

    fn load() -> Self {
        let mut nicknames: HashMap<String, Vec<String>> = HashMap::new();
        for (form, name) in pairs("nicknames") {
            nicknames
                .entry(form.to_owned())
                .or_default()
                .push(name.to_owned());
        }
        let mut variants = HashMap::new();
        for (name, forms) in pairs("variants") {
            for form in forms.split(',') {
                variants.insert(form.to_owned(), name.to_owned());
            }
        }
        let shares = |table| -> HashMap<String, u32> {
            pairs(table)
                .map(|(n, s)| (n.to_owned(), number(s)))
                .collect()
        };
        let (given, surnames) = (shares("given"), shares("surnames"));
        let canonical = |n: &'static str| -> String {
            variants.get(n).cloned().unwrap_or_else(|| n.to_owned())
        };
        let given_canonical: Vec<(String, u32)> = pairs("given")
            .map(|(n, s)| (canonical(n), number(s)))
            .collect();
        let given_parts = by_part(given_canonical.iter().map(|(n, s)| (n.as_str(), *s)));
        let surname_parts = by_part(pairs("surnames").map(|(n, s)| (n, number(s))));
        let mut regions: HashMap<String, Vec<(&str, u32)>> = HashMap::new();
        for r in rows("surnames-regional") {
            if let [region, name, share] = r[..] {
                regions
                    .entry(region.to_owned())
                    .or_default()
                    .push((name, number(share)));
            }
        }
        let regional = regions
            .into_iter()
            .map(|(r, names)| (r, by_part(names.into_iter())))
            .collect();
        let mut countries = HashMap::new();
        let mut country_shares = HashMap::new();
        for r in rows("countries") {
            if let [code, forms, share] = r[..] {
                countries.insert(code.to_ascii_lowercase(), code.to_owned());
                for form in forms.split(',') {
                    countries.insert(form.to_owned(), code.to_owned());
                }
                country_shares.insert(code.to_owned(), number(share));
            }
        }
        let mut states = HashMap::new();
        for r in rows("states") {
            if let [country, name, forms, region, share] = r[..] {
                let state = State {
                    name: super::fold::fold(name),
                    region: region.to_owned(),
                    per_1000: number(share),
                };
                let forms = forms.split(',').filter(|f| !f.is_empty());
                for form in forms.map(str::to_owned).chain([state.name.clone()]) {
                    states.insert((country.to_owned(), form), state.clone());
                }
            }
        }
        let mut municipalities = HashMap::new();
        for (name, forms) in pairs("municipalities") {
            municipalities.insert(name.to_owned(), name.to_owned());
            for form in forms.split(',') {
                municipalities.insert(form.to_owned(), name.to_owned());
            }
        }
        let list = |name| -> HashSet<String> { rows(name).map(|r| r.concat()).collect() };
        Self {
            particles: list("particles"),
            abbreviations: pairs("abbreviations")
                .map(|(a, b)| (a.to_owned(), b.to_owned()))
                .collect(),
            nicknames,
            variants,
            given,
            surnames,
            given_parts,
            surname_parts,
            regional,
            countries,
            country_shares,
            states,
            municipalities,
            honoured: list("honoured"),
        }
    }

    /// Whether a folded word tells no persons apart.
    pub fn is_particle(&self, word: &str) -> bool {
        self.particles.contains(word)
    }

    /// Whether a folded word says that nothing is known.
    pub fn is_void(&self, word: &str) -> bool {
        matches!(
            word,
            "desconocido" | "desconocida" | "ninguno" | "ninguna" | "na" | "nn" | "sd" | "nd"
        )
    }

    /// The word that an abbreviation stands for, or the word itself.
    pub fn abbreviation<'a>(&'a self, word: &'a str) -> &'a str {
        self.abbreviations.get(word).map_or(word, String::as_str)
    }

    /// The names that a nickname stands for.
    pub fn nickname(&self, word: &str) -> &[String] {
        self.nicknames.get(word).map_or(&[], Vec::as_slice)
    }

    /// The common spelling of a given name, or the word itself.
    pub fn variant<'a>(&'a self, word: &'a str) -> &'a str {
        self.variants.get(word).map_or(word, String::as_str)
    }

    /// Persons of 100,000 with this given name, if the table has it.
    pub fn given_share(&self, word: &str) -> Option<u32> {
        self.given.get(word).copied()
    }

    /// Persons of 100,000 with this paternal surname, if the table has it.
    pub fn surname_share(&self, word: &str) -> Option<u32> {
        self.surnames.get(word).copied()
    }

    /// Given names of the table with their shares, in no order.
    pub fn given_names(&self) -> impl Iterator<Item = (&str, u32)> {
        self.given.iter().map(|(n, s)| (n.as_str(), *s))
    }

    /// Surnames of the table with their shares, in no order.
    pub fn surname_list(&self) -> impl Iterator<Item = (&str, u32)> {
        self.surnames.iter().map(|(n, s)| (n.as_str(), *s))
    }

    /// Persons of 100,000 whose given names have this part.
    pub fn given_part(&self, kind: Parts, text: &str) -> u32 {
        share(&self.given_parts, kind, text)
    }

    /// Persons of 100,000 whose paternal surname has this part: the larger of the general and the
    /// regional value.
    pub fn surname_part(&self, kind: Parts, text: &str, regions: &[&str]) -> u32 {
        regions
            .iter()
            .filter_map(|r| self.regional.get(*r))
            .map(|shares| share(shares, kind, text))
            .fold(share(&self.surname_parts, kind, text), u32::max)
    }

    /// Whether the surname table has this region.
    pub fn has_region(&self, region: &str) -> bool {
        self.regional.contains_key(region)
    }

    /// The ISO code of a country or nationality as written.
    pub fn country(&self, folded: &str) -> Option<&str> {
        self.countries.get(folded).map(String::as_str)
    }

    /// Persons of 100 with this nationality.
    pub fn country_share(&self, code: &str) -> u32 {
        self.country_shares.get(code).copied().unwrap_or(2)
    }

    /// A state of a country by any of its names.
    pub fn state(&self, country: &str, folded: &str) -> Option<&State> {
        self.states.get(&(country.to_owned(), folded.to_owned()))
    }

    /// The municipality that a written form stands for.
    pub fn municipality(&self, folded: &str) -> Option<&str> {
        self.municipalities.get(folded).map(String::as_str)
    }

    /// Whether municipalities carry this surname as an ending.
    pub fn is_honoured(&self, word: &str) -> bool {
        self.honoured.contains(word)
    }
}

fn share(shares: &Shares, kind: Parts, text: &str) -> u32 {
    let of = shares.get(usize::from(kind));
    of.and_then(|s| s.get(text)).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_names_its_source_and_every_row_has_its_columns() {
        for (name, text) in FILES {
            assert!(text.starts_with("# "), "{name}");
            assert!(
                text.lines().any(|l| l.starts_with("# Source: ")),
                "{name} names no source"
            );
            let columns: HashSet<usize> = rows(name).map(|r| r.len()).collect();
            assert_eq!(columns.len(), 1, "{name}: {columns:?}");
        }
    }

    #[test]
    fn forms_of_the_tables_are_folded() {
        for name in [
            "given",
            "surnames",
            "nicknames",
            "abbreviations",
            "variants",
        ] {
            for row in rows(name) {
                for word in row[0].split(' ') {
                    assert_eq!(super::super::fold::fold(word), word, "{name}");
                }
            }
        }
    }

    #[test]
    fn a_regional_surname_is_frequent_at_home() {
        let t = Tables::get();
        let pech = phonetic::form("pech");
        assert_eq!(t.surname_part(WHOLE, &pech, &[]), 0);
        assert!(t.surname_part(WHOLE, &pech, &["MX-YUC"]) > 1000);
        assert!(t.given_part(PREFIX, "mar") > 10_000);
    }
}
