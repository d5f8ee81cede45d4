//! The tables of this module, read once from the files in `tables/`.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use super::phonetic;

/// Every table file with its name, in a fixed order: what a round's parameters commit to.
pub const FILES: [(&str, &str); 12] = [
    ("abbreviations", include_str!("tables/abbreviations.tsv")),
    ("countries", include_str!("tables/countries.tsv")),
    ("given", include_str!("tables/given.tsv")),
    ("honoured", include_str!("tables/honoured.tsv")),
    ("municipalities", include_str!("tables/municipalities.tsv")),
    ("nicknames", include_str!("tables/nicknames.tsv")),
    ("particles", include_str!("tables/particles.tsv")),
    (
        "place-abbreviations",
        include_str!("tables/place-abbreviations.tsv"),
    ),
    ("states", include_str!("tables/states.tsv")),
    ("surnames", include_str!("tables/surnames.tsv")),
    (
        "surnames-regional",
        include_str!("tables/surnames-regional.tsv"),
    ),
    ("variants", include_str!("tables/variants.tsv")),
];

/// What shares of names are parts of.
pub const MILLION: u32 = 1_000_000;

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

/// Persons by form, and by its parts.
#[derive(Default)]
struct Shares {
    whole: HashMap<String, u32>,
    /// By the text of [`parts`], [`packed`].
    parts: HashMap<u64, u32>,
}

/// A text of at most twelve letters and marks of [`parts`] as a number, 5 bits each: no two texts
/// have the same.
fn packed(text: &str) -> Option<u64> {
    append(0, text)
}

/// The number of a text with another after it.
fn append(start: u64, text: &str) -> Option<u64> {
    text.bytes().try_fold(start, |sum, letter| {
        let digit = match letter {
            b'a'..=b'z' => letter - b'a' + 1,
            b'C' => 27,
            b'G' => 28,
            b'-' => 29,
            b'+' => 30,
            _ => return None,
        };
        (sum < 1 << 55).then_some(sum << 5 | u64::from(digit))
    })
}

/// What only matching asks for, made when it does: most of the work of reading the tables.
struct Sums {
    given: Shares,
    surnames: Shares,
    regional: HashMap<&'static str, Shares>,
}

impl Sums {
    fn new(of: &Tables) -> Self {
        let given = of.given_names().map(|(n, s)| (of.variant(n), s));
        let mut regions: HashMap<&str, Vec<(&str, u32)>> = HashMap::new();
        for r in rows("surnames-regional") {
            if let [region, name, share] = r[..] {
                let names = regions.entry(region).or_default();
                names.push((name, number(share)));
            }
        }
        let regions = regions.into_iter();
        Self {
            given: by_part(given),
            surnames: by_part(of.surname_list()),
            regional: regions.map(|(r, n)| (r, by_part(n.into_iter()))).collect(),
        }
    }
}

/// All tables, parsed.
pub struct Tables {
    particles: HashSet<String>,
    abbreviations: HashMap<String, String>,
    nicknames: HashMap<String, Vec<String>>,
    variants: HashMap<String, String>,
    given: HashMap<&'static str, u32>,
    surnames: HashMap<&'static str, u32>,
    sums: OnceLock<Sums>,
    countries: HashMap<String, String>,
    country_shares: HashMap<String, u32>,
    states: HashMap<(String, String), State>,
    place_abbreviations: HashMap<&'static str, &'static str>,
    honoured: HashSet<String>,
}

pub(super) fn rows(name: &str) -> impl Iterator<Item = Vec<&'static str>> {
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

/// Names with their shares; a third column says where these are from.
fn counted(table: &str) -> HashMap<&'static str, u32> {
    let row = |r: Vec<&'static str>| match r[..] {
        [name, share, _] => Some((name, number(share))),
        _ => None,
    };
    rows(table).filter_map(row).collect()
}

fn by_part<'a>(table: impl ExactSizeIterator<Item = (&'a str, u32)>) -> Shares {
    let mut shares = Shares {
        whole: HashMap::with_capacity(table.len()),
        parts: HashMap::with_capacity(table.len() * 4),
    };
    for (name, share) in table {
        let form = phonetic::form(name);
        let pieces = [PREFIX, SKELETON, SUFFIX].map(|p| (p, parts(&form, p)));
        for set in PREFIX..WHOLE {
            let mut inside = pieces.iter().filter(|(p, _)| set & p != 0);
            if let Some(text) = inside.try_fold(0, |sum, (_, text)| append(sum, text)) {
                *shares.parts.entry(text).or_insert(0) += share;
            }
        }
        *shares.whole.entry(form).or_insert(0) += share;
    }
    shares
}

impl Tables {
    /// The tables that ship.
    pub fn get() -> &'static Self {
        static TABLES: OnceLock<Tables> = OnceLock::new();
        TABLES.get_or_init(Self::load)
    }

    fn sums(&self) -> &Sums {
        self.sums.get_or_init(|| Sums::new(self))
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
        let list = |name| -> HashSet<String> { rows(name).map(|r| r.concat()).collect() };
        Self {
            particles: list("particles"),
            abbreviations: pairs("abbreviations")
                .map(|(a, b)| (a.to_owned(), b.to_owned()))
                .collect(),
            nicknames,
            variants,
            given: counted("given"),
            surnames: counted("surnames"),
            sums: OnceLock::new(),
            countries,
            country_shares,
            states,
            place_abbreviations: pairs("place-abbreviations").collect(),
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

    /// Persons of a million with this given name, if the table has it.
    pub fn given_share(&self, word: &str) -> Option<u32> {
        self.given.get(word).copied()
    }

    /// Persons of a million with this paternal surname, if the table has it.
    pub fn surname_share(&self, word: &str) -> Option<u32> {
        self.surnames.get(word).copied()
    }

    /// Given names of the table with their shares, in no order.
    pub fn given_names(&self) -> impl ExactSizeIterator<Item = (&str, u32)> {
        self.given.iter().map(|(n, s)| (*n, *s))
    }

    /// Surnames of the table with their shares, in no order.
    pub fn surname_list(&self) -> impl ExactSizeIterator<Item = (&str, u32)> {
        self.surnames.iter().map(|(n, s)| (*n, *s))
    }

    /// Persons of a million whose given names have this part.
    pub fn given_part(&self, kind: Parts, text: &str) -> u32 {
        share(&self.sums().given, kind, text)
    }

    /// Persons of a million whose paternal surname has this part: the larger of the general and the
    /// regional value.
    pub fn surname_part(&self, kind: Parts, text: &str, regions: &[&str]) -> u32 {
        let sums = self.sums();
        regions
            .iter()
            .filter_map(|r| sums.regional.get(r))
            .map(|shares| share(shares, kind, text))
            .fold(share(&sums.surnames, kind, text), u32::max)
    }

    /// Whether the surname table has this region.
    pub fn has_region(&self, region: &str) -> bool {
        self.sums().regional.contains_key(region)
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

    /// The word that an abbreviation in the name of a place stands for, or the word itself.
    pub fn place_abbreviation<'a>(&'a self, word: &'a str) -> &'a str {
        self.place_abbreviations.get(word).copied().unwrap_or(word)
    }

    /// Whether municipalities carry this surname as an ending.
    pub fn is_honoured(&self, word: &str) -> bool {
        self.honoured.contains(word)
    }
}

fn share(shares: &Shares, kind: Parts, text: &str) -> u32 {
    let found = if kind & WHOLE != 0 {
        shares.whole.get(text)
    } else {
        packed(text).and_then(|text| shares.parts.get(&text))
    };
    found.copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Persons by a set of parts, name by name.
    #[test]
    fn shares_of_parts_are_sums_over_the_table() {
        let tables = Tables::get();
        let forms: Vec<(String, u32)> = tables
            .surname_list()
            .map(|(name, share)| (phonetic::form(name), share))
            .collect();
        for (form, _) in forms.iter().step_by(97) {
            for set in PREFIX..=WHOLE {
                let text = parts(form, set);
                let bearers = forms.iter().filter(|(f, _)| parts(f, set) == text);
                let sum: u32 = bearers.map(|(_, share)| share).sum();
                assert_eq!(tables.surname_part(set, &text, &[]), sum, "{text}");
            }
        }
        assert_eq!(tables.surname_part(PREFIX, "", &[]), 0);
        assert_eq!(tables.surname_part(PREFIX, "日本語", &[]), 0);
    }

    #[test]
    fn every_share_says_where_it_is_from() {
        for (name, sources) in [("given", "ce"), ("surnames", "cie")] {
            let mut sums = [0u32; 3];
            for row in rows(name) {
                let at = sources.find(row[2]).filter(|_| row[2].len() == 1);
                let share: u32 = row[1].parse().expect("a number");
                assert!((1..MILLION / 5).contains(&share), "{name} {}", row[0]);
                sums[at.expect("a known source")] += share;
            }
            // Counts are most of it.
            assert!(sums[sources.len() - 1] * 4 < sums.iter().sum(), "{name}");
        }
        assert_eq!(rows("surnames").filter(|r| r[2] == "i").count(), 20);
    }

    /// Counts of the civil register of Guatemala (RENAP, published by soy502.com), which made no table:
    /// the order of size is the same.
    #[test]
    fn the_register_of_guatemala_agrees() {
        let registered = [
            ("maria", 863_932),
            ("jose", 501_827),
            ("juan", 405_431),
            ("carlos", 279_776),
            ("ana", 253_250),
            ("luis", 253_845),
            ("juana", 207_201),
            ("pedro", 159_589),
            ("rosa", 140_124),
            ("marta", 106_103),
        ];
        let tables = Tables::get();
        let of = |n: &str| f64::from(tables.given_part(WHOLE, &phonetic::form(n)));
        let logs = registered.map(|(n, count)| (of(n).ln(), f64::from(count).ln()));
        let n = logs.len() as f64;
        let mean = |f: &dyn Fn(&(f64, f64)) -> f64| logs.iter().map(f).sum::<f64>() / n;
        let (x, y) = (mean(&|l| l.0), mean(&|l| l.1));
        let both = mean(&|l| (l.0 - x) * (l.1 - y));
        let r = both / (mean(&|l| (l.0 - x).powi(2)) * mean(&|l| (l.1 - y).powi(2))).sqrt();
        assert!(r > 0.85, "{r}");
    }

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
        assert!(t.surname_part(WHOLE, &pech, &["MX-YUC"]) > MILLION / 100);
        assert!(t.given_part(PREFIX, "mar") > MILLION / 10);
    }
}
