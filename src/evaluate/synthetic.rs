//! Invented networks of sites with known truth, for training and for measuring (manual:
//! *matching*, "Generated data").
//!
//! Persons come from the name and place tables, or with invented names that are in no table;
//! records of them carry the differences that section 4 of the design lists. Nobody exists.

use std::collections::BTreeMap;

use super::read::SiteRecords;
use crate::matching::{Description, PartialDate, Sex};
use crate::names::tables::{FILES, Tables};

/// SplitMix64 (Steele, Lea, Flood 2014): reproducible, not secret.
pub struct Random(u64);

impl Random {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed ^ 0x5851_f42d_4c95_7f2d)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number below `n`, 0 if `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }

    /// True with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        ((self.bits() >> 11) as f64) < p * (1u64 << 53) as f64
    }
}

/// What kind of network to invent.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// Everything follows from it.
    pub seed: u64,
    /// Persons.
    pub persons: usize,
    /// Sites.
    pub sites: usize,
    /// Probability that a person has a second record, and a third given the second, and so on.
    pub repeat: f64,
    /// Probability that a further record is at the same site.
    pub same_site: f64,
    /// How much is wrong, 1 for usual.
    pub errors: f64,
    /// Share of names that are in no table, 0 to 1.
    pub unknown_names: f64,
    /// Country of nine persons of ten, or empty for a mixture.
    pub country: &'static str,
    /// Share of persons who are brother or sister of another.
    pub siblings: f64,
    /// Share of them who are twins.
    pub twins: f64,
    /// Share of records without any place.
    pub no_place: f64,
    /// Whether persons have one surname, only a state, and any age: a register from elsewhere.
    pub foreign: bool,
    /// Number of states that persons come from, 0 for all.
    pub places: usize,
    /// The first so many persons come from one municipality and share eight surnames.
    pub enclave: usize,
    /// Share of persons with one given name and no surname.
    pub mononyms: f64,
    /// Share of records with 1 January, as registers write it for *unknown*, beyond the usual.
    pub january: f64,
    /// Exponent of name shares: above 1, common names are more common than in the tables.
    pub head: f64,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            seed: 1,
            persons: 10_000,
            sites: 8,
            repeat: 0.12,
            same_site: 0.15,
            errors: 1.0,
            unknown_names: 0.0,
            country: "",
            siblings: 0.03,
            twins: 0.15,
            no_place: 0.05,
            foreign: false,
            places: 0,
            enclave: 0,
            mononyms: 0.0,
            january: 0.0,
            head: 1.0,
        }
    }
}

/// The truth by site and local id.
pub type Truth = BTreeMap<(String, String), String>;

/// Invents a network.
pub fn network(recipe: &Recipe) -> (Vec<SiteRecords>, Truth) {
    let mut random = Random::new(recipe.seed);
    let world = World::new(recipe, &mut random);
    let mut sites: Vec<SiteRecords> = (0..recipe.sites.max(1))
        .map(|i| SiteRecords {
            name: format!("site-{:02}", i + 1),
            ..SiteRecords::default()
        })
        .collect();
    let mut truth = Truth::new();
    let mut last: Option<Description> = None;
    for entity in 0..recipe.persons {
        let person = match &last {
            Some(other) if random.chance(recipe.siblings) => world.sibling(other, &mut random),
            _ if entity < recipe.enclave => world.neighbour(&mut random),
            _ => world.person(&mut random),
        };
        let mut site = random.below(sites.len());
        loop {
            let record = world.record(&person, &mut random);
            let id = format!("r{:07}", sites[site].ids.len() + 1);
            truth.insert((sites[site].name.clone(), id.clone()), format!("e{entity}"));
            sites[site].ids.push(id);
            sites[site].records.push(record);
            if !random.chance(recipe.repeat) {
                break;
            }
            if !random.chance(recipe.same_site) {
                site = random.below(sites.len());
            }
        }
        last = Some(person);
    }
    (sites, truth)
}

/// Names with cumulative shares.
struct Weighted {
    names: Vec<String>,
    cumulative: Vec<u64>,
}

impl Weighted {
    fn new(list: impl IntoIterator<Item = (String, u64)>) -> Self {
        let mut names = Vec::new();
        let mut cumulative = Vec::new();
        let mut sum = 0;
        for (name, share) in list {
            sum += share.max(1);
            names.push(name);
            cumulative.push(sum);
        }
        Self { names, cumulative }
    }

    fn draw(&self, random: &mut Random) -> String {
        let total = self.cumulative.last().copied().unwrap_or(0);
        let at = random.below(total as usize) as u64;
        let i = self.cumulative.partition_point(|c| *c <= at);
        self.names.get(i).cloned().unwrap_or_default()
    }
}

struct Place {
    country: String,
    state: String,
    region: String,
    towns: Vec<String>,
}

struct World<'a> {
    recipe: &'a Recipe,
    given: [Weighted; 2],
    surnames: Weighted,
    regional: BTreeMap<String, Weighted>,
    places: Vec<Place>,
    place_weights: Weighted,
    /// Where the enclave is, and its surnames.
    enclave: (usize, Vec<String>),
    nicknames: BTreeMap<String, Vec<String>>,
}

fn rows(name: &str) -> impl Iterator<Item = Vec<&'static str>> {
    let text = FILES.iter().find(|(n, _)| *n == name).map_or("", |f| f.1);
    text.lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
        .map(|l| l.split('\t').collect())
}

/// A pronounceable name that no table has.
fn invented(random: &mut Random, surname: bool) -> String {
    const HEADS: [&str; 24] = [
        "b", "c", "d", "f", "g", "l", "m", "n", "p", "r", "s", "t", "v", "br", "tr", "gr", "fl",
        "qu", "ch", "j", "z", "y", "h", "ll",
    ];
    const MIDDLES: [&str; 10] = ["a", "e", "i", "o", "u", "a", "e", "o", "ia", "ue"];
    const ENDS: [&str; 8] = ["", "", "", "n", "r", "l", "s", "z"];
    let mut word = String::new();
    for i in 0..2 + random.below(2) {
        let head = HEADS[random.below(HEADS.len())];
        let middle = MIDDLES[random.below(MIDDLES.len())];
        if i > 0 || random.chance(0.8) {
            word.push_str(head);
        }
        word.push_str(if head == "qu" { "e" } else { middle });
        if random.chance(0.3) {
            word.push_str(ENDS[random.below(ENDS.len())]);
        }
    }
    if surname && random.chance(0.25) {
        word.push_str("ez");
    }
    word
}

impl<'a> World<'a> {
    fn new(recipe: &'a Recipe, random: &mut Random) -> Self {
        let tables = Tables::get();
        let mut known: Vec<(String, u64)> = tables
            .given_names()
            .map(|(n, s)| (n.to_owned(), u64::from(s)))
            .collect();
        known.sort();
        let swap = |list: Vec<(String, u64)>, surname: bool, random: &mut Random| {
            list.into_iter()
                .map(|(n, s)| {
                    // Shares differ from the table's, too.
                    let s = (s as f64).powf(recipe.head) * (50 + random.below(150)) as f64;
                    let s = s as u64;
                    if random.chance(recipe.unknown_names) {
                        (invented(random, surname), s)
                    } else {
                        (n, s)
                    }
                })
                .collect::<Vec<_>>()
        };
        let known = swap(known, false, random);
        let is_male = |n: &str| n.ends_with('o') || !n.ends_with('a') && n.len().is_multiple_of(2);
        let of = |male: bool| {
            Weighted::new(
                known
                    .iter()
                    .filter(|(n, _)| is_male(n) == male || matches!(n.as_str(), "guadalupe"))
                    .cloned(),
            )
        };
        let given = [of(false), of(true)];
        let mut list: Vec<(String, u64)> = tables
            .surname_list()
            .map(|(n, s)| (n.to_owned(), u64::from(s)))
            .collect();
        list.sort();
        let surnames = Weighted::new(swap(list, true, random));
        let mut regional: BTreeMap<String, Vec<(String, u64)>> = BTreeMap::new();
        for r in rows("surnames-regional") {
            if let [region, name, share] = r[..] {
                regional
                    .entry(region.to_owned())
                    .or_default()
                    .push((name.to_owned(), share.parse().unwrap_or(1)));
            }
        }
        let regional = regional
            .into_iter()
            .map(|(r, l)| (r, Weighted::new(swap(l, true, random))))
            .collect();
        let mut places = Vec::new();
        let mut weights = Vec::new();
        for r in rows("states") {
            let [country, state, _, region, share] = r[..] else {
                continue;
            };
            let mut weight = u64::from(tables.country_share(country))
                * share.parse::<u64>().unwrap_or(20)
                // People come from few places.
                * [1, 1, 2, 4, 12][random.below(5)];
            if !recipe.country.is_empty() && country != recipe.country {
                weight /= 50;
            }
            let towns = (0..2 + random.below(5))
                .map(|_| {
                    let town = invented(random, false);
                    match random.below(4) {
                        0 => format!("San {town}"),
                        1 => format!("{town} de Juárez"),
                        _ => town,
                    }
                })
                .collect();
            weights.push((places.len().to_string(), weight));
            places.push(Place {
                country: country.to_owned(),
                state: state.to_owned(),
                region: region.to_owned(),
                towns,
            });
        }
        if recipe.places > 0 {
            // Most people come from the few largest of a random choice.
            let keep: Vec<usize> = (0..recipe.places)
                .map(|_| random.below(weights.len().max(1)))
                .collect();
            for (i, (_, weight)) in weights.iter_mut().enumerate() {
                if !keep.contains(&i) {
                    *weight /= 500;
                }
            }
        }
        let mut nicknames: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for r in rows("nicknames") {
            if let [form, name] = r[..] {
                nicknames
                    .entry(name.to_owned())
                    .or_default()
                    .push(form.to_owned());
            }
        }
        let enclave = if recipe.enclave > 0 {
            let of_enclave = (0..8).map(|_| surnames.draw(random)).collect();
            (random.below(places.len()), of_enclave)
        } else {
            (0, Vec::new())
        };
        Self {
            recipe,
            given,
            surnames,
            regional,
            enclave,
            places,
            place_weights: Weighted::new(weights),
            nicknames,
        }
    }

    fn surname(&self, place: &Place, random: &mut Random) -> String {
        let alpha2 = match place.country.as_str() {
            "GTM" => "GT",
            "HND" => "HN",
            "SLV" => "SV",
            "NIC" => "NI",
            "COL" => "CO",
            "VEN" => "VE",
            "CUB" => "CU",
            _ => "",
        };
        let list = if random.chance(0.35) {
            self.regional.get(&place.region)
        } else if random.chance(0.6) {
            self.regional.get(alpha2)
        } else {
            None
        };
        let name = list.unwrap_or(&self.surnames).draw(random);
        match random.below(60) {
            0 => format!("de la {name}"),
            1 => format!("del {name}"),
            _ => name,
        }
    }

    fn person(&self, random: &mut Random) -> Description {
        let place_at = self.place_weights.draw(random).parse().unwrap_or(0);
        let place = &self.places[place_at];
        let male = random.chance(0.2);
        let town = random
            .below(place.towns.len())
            .min(random.below(place.towns.len()));
        let foreign = self.recipe.foreign;
        let mononym = random.chance(self.recipe.mononyms);
        let mut surname = |none: bool| {
            if none {
                String::new()
            } else {
                self.surname(place, random)
            }
        };
        let (paternal_surname, maternal_surname) = (surname(mononym), surname(mononym || foreign));
        Description {
            given_names: if mononym {
                self.given[usize::from(male)].draw(random)
            } else {
                self.given_names(male, random)
            },
            paternal_surname,
            maternal_surname,
            sex: Some(if male { Sex::Male } else { Sex::Female }),
            birth: self.birth(random),
            nationality: if foreign {
                String::new()
            } else {
                place.country.clone()
            },
            state: place.state.clone(),
            municipality: if foreign {
                String::new()
            } else {
                place.towns[town].clone()
            },
            phone: if random.chance(0.5) {
                format!("{:010}", random.below(10_000_000_000))
            } else {
                String::new()
            },
            ..Description::default()
        }
    }

    /// Somebody of the enclave.
    fn neighbour(&self, random: &mut Random) -> Description {
        let mut person = self.person(random);
        let (place, surnames) = (&self.places[self.enclave.0], &self.enclave.1);
        let mut surname = || surnames[random.below(surnames.len())].clone();
        person.paternal_surname = surname();
        person.maternal_surname = surname();
        person.nationality.clone_from(&place.country);
        person.state.clone_from(&place.state);
        person.municipality.clone_from(&place.towns[0]);
        person
    }

    fn given_names(&self, male: bool, random: &mut Random) -> String {
        let mut names: Vec<String> = Vec::new();
        let n = if self.recipe.foreign {
            1
        } else {
            [1, 1, 1, 1, 2, 2, 2, 2, 2, 3][random.below(10)]
        };
        while names.len() < n {
            let name = self.given[usize::from(male)].draw(random);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.join(" ")
    }

    fn birth(&self, random: &mut Random) -> PartialDate {
        let spread = random.below(14) + random.below(14) + random.below(14);
        PartialDate {
            year: Some(if self.recipe.foreign {
                1900 + random.below(100) as u16
            } else {
                2013 - spread as u16
            }),
            month: Some(1 + random.below(12) as u8),
            day: Some(1 + random.below(28) as u8),
            estimated: false,
        }
    }

    /// A brother or sister: surnames, place and often telephone are the same.
    fn sibling(&self, of: &Description, random: &mut Random) -> Description {
        let mut other = of.clone();
        let male = random.chance(0.3);
        other.given_names = self.given_names(male, random);
        other.sex = Some(if male { Sex::Male } else { Sex::Female });
        if !random.chance(self.recipe.twins) {
            let birth = self.birth(random);
            let gap = 1 + random.below(6) as u16;
            other.birth = PartialDate {
                year: of.birth.year.map(|y| y - gap),
                ..birth
            };
        }
        other
    }

    /// What one site writes down of a person.
    fn record(&self, person: &Description, random: &mut Random) -> Description {
        let e = self.recipe.errors;
        let mut r = person.clone();
        self.miswrite_given(&mut r, random);
        if random.chance(0.17 * e) {
            r.maternal_surname.clear();
        }
        if random.chance(0.025 * e) {
            let d = &mut r;
            std::mem::swap(&mut d.paternal_surname, &mut d.maternal_surname);
        }
        if random.chance(0.02 * e) {
            r.paternal_surname = format!("{} {}", r.paternal_surname, r.maternal_surname);
            r.maternal_surname.clear();
        }
        let exchanged = if self.recipe.foreign { 0.04 } else { 0.015 };
        if random.chance(exchanged * e) {
            // Surname first, on a form that asked for it the other way round.
            let d = &mut r;
            std::mem::swap(&mut d.given_names, &mut d.paternal_surname);
        }
        if random.chance(0.02 * e) {
            r.maternal_surname = format!("de {}", self.surnames.draw(random));
        }
        for field in [
            &mut r.given_names,
            &mut r.paternal_surname,
            &mut r.maternal_surname,
        ] {
            *field = miswrite(field, e, random);
        }
        if random.chance(0.005 * e) {
            r.given_names.clear();
        } else if random.chance(0.015 * e) {
            r.paternal_surname.clear();
            r.maternal_surname.clear();
        }
        r.birth = misdate(r.birth, e, random);
        if random.chance(self.recipe.january) {
            (r.birth.month, r.birth.day) = (Some(1), Some(1));
        }
        if random.chance(self.recipe.no_place + 0.08 * e) {
            r.state.clear();
            r.municipality.clear();
        } else if random.chance(0.12 * e) {
            r.municipality.clear();
        } else if random.chance(0.03 * e) {
            let at = self.place_weights.draw(random).parse().unwrap_or(0);
            let place: &Place = &self.places[at];
            if place.country == r.nationality && !r.municipality.is_empty() {
                r.state = place.state.clone();
                r.municipality = place.towns[random.below(place.towns.len())].clone();
            }
        }
        if random.chance(0.01 * e) {
            r.nationality.clear();
        }
        if random.chance(0.02 * e) {
            r.sex = None;
        }
        match random.below(10) {
            0..7 => r.phone.clear(),
            7 => r.phone = format!("{:010}", random.below(10_000_000_000)),
            _ => {}
        }
        r
    }

    fn miswrite_given(&self, r: &mut Description, random: &mut Random) {
        let e = self.recipe.errors;
        let mut words: Vec<String> = r.given_names.split(' ').map(str::to_owned).collect();
        if words.len() > 1 {
            if random.chance(0.16 * e) {
                words.truncate(1);
            } else if random.chance(0.08 * e) {
                words.remove(0);
            } else if random.chance(0.03 * e) {
                words.swap(0, 1);
            }
        } else if random.chance(0.04 * e) {
            words.push(self.given[0].draw(random));
        }
        if random.chance(0.09 * e) {
            let at = random.below(words.len());
            if let Some(forms) = self.nicknames.get(&words[at]) {
                words[at] = forms[random.below(forms.len())].clone();
            }
        }
        if random.chance(0.015 * e) {
            // Another name altogether, mostly with nothing else.
            words = vec![self.given[random.below(2)].draw(random)];
            if random.chance(0.75) {
                r.paternal_surname.clear();
                r.maternal_surname.clear();
            }
        }
        for word in &mut words {
            let short = match word.as_str() {
                "maria" => "Ma.",
                "francisco" => "Fco.",
                "guadalupe" => "Gpe.",
                _ => continue,
            };
            if random.chance(0.12) {
                *word = short.to_owned();
            }
        }
        r.given_names = words.join(" ");
    }
}

/// Differences of spelling and of typing, word by word.
fn miswrite(text: &str, errors: f64, random: &mut Random) -> String {
    text.split(' ')
        .map(|word| {
            let mut word = word.to_owned();
            if random.chance(0.10 * errors) {
                word = respell(&word, random);
            }
            if word.len() > 3 && random.chance(0.045 * errors) {
                word = mistype(&word, random);
            }
            word
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// Letters that sound alike here.
fn respell(word: &str, random: &mut Random) -> String {
    const PAIRS: [(&str, &str); 24] = [
        ("b", "v"),
        ("v", "b"),
        ("z", "s"),
        ("s", "z"),
        ("ce", "se"),
        ("ci", "si"),
        ("s", "c"),
        ("ll", "y"),
        ("y", "ll"),
        ("h", ""),
        ("ge", "je"),
        ("gi", "ji"),
        ("je", "ge"),
        ("x", "j"),
        ("j", "x"),
        ("i", "y"),
        ("y", "i"),
        ("qu", "k"),
        ("c", "k"),
        ("gua", "hua"),
        ("nd", "n"),
        ("m", "n"),
        ("e", "i"),
        ("o", "u"),
    ];
    let start = random.below(PAIRS.len());
    for k in 0..PAIRS.len() {
        let (from, to) = PAIRS[(start + k) % PAIRS.len()];
        if word.contains(from) {
            return word.replacen(from, to, 1);
        }
    }
    word.to_owned()
}

/// One slip of the fingers: a letter lost, doubled, exchanged, or its neighbour taken.
fn mistype(word: &str, random: &mut Random) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = random.below(letters.len());
    match random.below(4) {
        0 => {
            letters.remove(at);
        }
        1 => letters.insert(at, letters[at]),
        2 if at + 1 < letters.len() => letters.swap(at, at + 1),
        _ => letters[at] = char::from(b'a' + random.below(26) as u8),
    }
    letters.into_iter().collect()
}

fn misdate(mut d: PartialDate, e: f64, random: &mut Random) -> PartialDate {
    if random.chance(0.04 * e) {
        return PartialDate::default();
    }
    if random.chance(0.01 * e) {
        // Somebody else's line.
        d.month = Some(1 + random.below(12) as u8);
        d.day = Some(1 + random.below(28) as u8);
        d.year = d
            .year
            .and_then(|y| y.checked_add_signed(random.below(9) as i16 - 4));
    }
    if random.chance(0.05 * e) {
        let off = [-2, -1, 1, 1][random.below(4)];
        d.year = d.year.and_then(|y| y.checked_add_signed(off));
    }
    if random.chance(0.10 * e) {
        (d.month, d.day) = (None, None);
        if random.chance(0.25) {
            d.estimated = true;
            d.year = d.year.map(|y| y + 2 - random.below(5) as u16);
        }
    } else if random.chance(0.06 * e) {
        (d.month, d.day) = (Some(1), Some(1));
    } else if random.chance(0.015 * e) {
        d.day = None;
    } else if random.chance(0.035 * e) {
        (d.month, d.day) = (d.day, d.month);
    } else if random.chance(0.04 * e) {
        d.day = Some(1 + random.below(28) as u8);
    } else if random.chance(0.015 * e) {
        d.month = Some(1 + random.below(12) as u8);
    }
    d
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_is_the_same_network() {
        let recipe = Recipe {
            persons: 200,
            ..Recipe::default()
        };
        let (a, t) = network(&recipe);
        let (b, u) = network(&recipe);
        assert_eq!(t, u);
        let names = |s: &[SiteRecords]| -> Vec<String> {
            s.iter()
                .flat_map(|s| s.records.iter().map(|r| r.given_names.clone()))
                .collect()
        };
        assert!(names(&a) == names(&b));
        assert!(t.len() >= 200);
    }
}
