//! Municipalities: from what was written to one form for each.
//!
//! A form may stand for several municipalities. Where state and country leave one, it is that one's
//! official name; where they leave several, what was written stays as it is. So no two municipalities
//! of a state ever become one.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::fold::fold;
use super::tables::{self, Tables};

/// How a form belongs to a municipality, the stronger first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// Its official name.
    Official,
    /// Its seat or another name of the table.
    Known,
    /// Part of its official name.
    Part,
}

/// One thing that a form may mean.
struct Meaning {
    /// Of [`Index::names`].
    name: u32,
    /// Of [`Index::states`].
    state: u32,
    rank: Rank,
}

/// Municipalities by form.
struct Index {
    /// Folded official names.
    names: Vec<String>,
    /// Country and folded name of the state, empty if the table has none.
    states: Vec<(&'static str, String)>,
    forms: HashMap<String, Vec<Meaning>>,
}

/// What a form means in some place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found<'a> {
    Nothing,
    One(&'a str),
    Several,
}

/// Where the municipalities of a record are looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Home {
    /// Empty if the table has nothing of the country: then it is searched whole.
    country: &'static str,
    /// Folded official name, empty if it is not known.
    state: &'static str,
}

impl Home {
    /// By country and state of the record, both in the forms of [`super::place`], empty if not
    /// known. A state that only Mexico has is there: people are born in Mexico with another
    /// nationality, and records lack one.
    pub fn new(country: &str, state: &str) -> Self {
        let tables = Tables::get();
        let of = |country| tables.state(country, state).map(|s| s.name.as_str());
        let (country, state) = match (of(country), of("MEX")) {
            (Some(state), _) => (country, state),
            (None, Some(state)) => ("MEX", state),
            (None, None) => (country, ""),
        };
        let known = Index::get().states.iter().map(|(c, _)| *c);
        Self {
            country: known.into_iter().find(|c| *c == country).unwrap_or(""),
            state,
        }
    }

    /// A municipality by its folded official name: seats, short forms (`Ecatepec`) and other variants
    /// by table. What is in no table loses `Ciudad`, `Municipio de` and `de Juárez` by rule.
    pub fn municipality(self, text: &str) -> String {
        let index = Index::get();
        let mut form = written_out(text);
        // Every turn shortens the form, or ends.
        loop {
            let found = match index.find(self, &form) {
                Found::Nothing => index.find(self, &without_particles(&form)),
                found => found,
            };
            match found {
                Found::One(name) => return name.to_owned(),
                Found::Several => return form,
                Found::Nothing => {}
            }
            let shorter = without_honour(super::place::strip(&form, &HEADS));
            if shorter == form {
                return form;
            }
            form = shorter.to_owned();
        }
    }
}

/// Words in front that say what a place is.
const HEADS: [&str; 6] = [
    "municipio",
    "ciudad",
    "villa",
    "heroica",
    "alcaldia",
    "delegacion",
];

fn written_out(text: &str) -> String {
    let tables = Tables::get();
    let folded = fold(text);
    let words: Vec<&str> = folded
        .split(' ')
        .map(|word| tables.place_abbreviation(word))
        .collect();
    words.join(" ")
}

fn is_particle(word: &str) -> bool {
    matches!(word, "de" | "del" | "el" | "la" | "las" | "los" | "y")
}

/// `san cristobal las casas` and `san cristobal de las casas` are one.
fn without_particles(form: &str) -> String {
    let words: Vec<&str> = form.split(' ').filter(|w| !is_particle(w)).collect();
    words.join(" ")
}

/// `x de juarez` is `x`.
fn without_honour(text: &str) -> &str {
    let Some((head, tail)) = text.split_once(" de ") else {
        return text;
    };
    let tables = Tables::get();
    if !head.is_empty() && tail.split(' ').all(|w| tables.is_honoured(w)) {
        head
    } else {
        text
    }
}

/// Parts of a folded official name that stand for it where nothing else has them.
fn parts(name: &str) -> Vec<String> {
    /// Not enough alone, neither in front nor as the end of a name.
    const COMMON: [&str; 26] = [
        "bahia", "barra", "boca", "campo", "cerro", "general", "honduras", "isla", "laguna",
        "llano", "mesa", "mineral", "nueva", "nuevo", "paso", "playas", "pueblo", "puente",
        "puerto", "real", "rio", "san", "santa", "santo", "valle", "villa",
    ];
    const SAINTS: [&str; 3] = ["san", "santa", "santo"];
    const DEVOTIONS: [&str; 5] = ["asuncion", "magdalena", "natividad", "santiago", "trinidad"];
    let mut found = vec![without_particles(name)];
    let mut whole = name;
    loop {
        let words: Vec<&str> = whole.split(' ').collect();
        let alone = |some: &[&str]| some.len() == 1 && (COMMON.contains(&some[0]));
        let mut put = |some: &[&str]| {
            if !some.is_empty() && !alone(some) && some.iter().any(|w| !is_particle(w)) {
                found.push(some.join(" "));
            }
        };
        put(&words);
        for at in 1..words.len() {
            let (front, end) = words.split_at(at);
            let before = front.last().is_some_and(|w| is_particle(w));
            let several = front.iter().filter(|w| !is_particle(w)).count() > 1;
            if !before && (several || is_particle(end[0])) {
                put(front);
            }
            // The name of the saint is often left out: Juan Bautista Tuxtepec, Tuxtepec.
            let saint = SAINTS.contains(&words[0]) && at > 1 || DEVOTIONS.contains(&words[0]);
            if saint && !before && !is_particle(end[0]) {
                put(end);
            }
        }
        let shorter = super::place::strip(whole, &["heroica", "ciudad", "villa"]);
        if shorter == whole {
            return found;
        }
        whole = shorter;
    }
}

impl Index {
    fn get() -> &'static Self {
        static INDEX: OnceLock<Index> = OnceLock::new();
        INDEX.get_or_init(Self::load)
    }

    fn load() -> Self {
        let mut index = Self {
            names: Vec::new(),
            states: Vec::new(),
            forms: HashMap::new(),
        };
        let mut last = "";
        for row in tables::rows("municipalities") {
            let [country, state, name, variants] = row[..] else {
                continue;
            };
            if index.states.last().is_none_or(|(c, _)| *c != country) || state != last {
                index.states.push((country, fold(state)));
                last = state;
            }
            let name = written_out(name);
            index.put(name.clone(), Rank::Official);
            for variant in variants.split(',').filter(|v| !v.is_empty()) {
                index.put(written_out(variant), Rank::Known);
                index.put(without_particles(variant), Rank::Part);
            }
            for part in parts(&name) {
                index.put(part, Rank::Part);
            }
            index.names.push(name);
        }
        index
    }

    /// Notes a form of the municipality that is being read.
    fn put(&mut self, form: String, rank: Rank) {
        let meanings = self.forms.entry(form).or_default();
        let name = self.names.len() as u32;
        if meanings.iter().all(|m| m.name != name) {
            meanings.push(Meaning {
                name,
                state: (self.states.len() as u32).saturating_sub(1),
                rank,
            });
        }
    }

    /// What a form means, in the state if it is known and has it, else in the country.
    fn find(&self, home: Home, form: &str) -> Found<'_> {
        let in_state = |c: &str, s: &str| c == home.country && s == home.state && !s.is_empty();
        let inside = self.among(form, in_state);
        if inside != Found::Nothing {
            return inside;
        }
        let found = self.among(form, |c, _| home.country.is_empty() || c == home.country);
        match found {
            // A name that means another place here would not stand for itself.
            Found::One(name) => match self.among(name, in_state) {
                here if here == Found::Nothing || here == found => found,
                _ => Found::Several,
            },
            found => found,
        }
    }

    /// The strongest meaning of a form in some states.
    fn among(&self, form: &str, inside: impl Fn(&str, &str) -> bool) -> Found<'_> {
        let meanings = self.forms.get(form).map_or(&[][..], Vec::as_slice);
        let mut here = Vec::new();
        for meaning in meanings {
            let place = self.states.get(meaning.state as usize);
            let name = self.names.get(meaning.name as usize);
            if let (Some((country, state)), Some(name)) = (place, name)
                && inside(country, state)
            {
                here.push((meaning.rank, name.as_str()));
            }
        }
        let Some(best) = here.iter().map(|(rank, _)| *rank).min() else {
            return Found::Nothing;
        };
        let mut names = here.iter().filter(|(rank, _)| *rank == best);
        match names.next() {
            Some((_, first)) if names.all(|(_, name)| name == first) => Found::One(first),
            _ => Found::Several,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::place;
    use super::*;
    use std::collections::HashSet;

    fn at(country: &str, state: &str, text: &str) -> String {
        let state = place::state(country, state);
        Home::new(country, &state).municipality(text)
    }

    #[test]
    fn golden() {
        for (country, state, written, name) in [
            ("MEX", "Chihuahua", "Cd. Juárez", "juarez"),
            ("", "", "Ciudad Juárez", "juarez"),
            ("MEX", "Edo. de México", "Ecatepec", "ecatepec de morelos"),
            ("MEX", "", "Ecatepec de Morelos", "ecatepec de morelos"),
            ("MEX", "Guerrero", "Acapulco", "acapulco de juarez"),
            ("MEX", "Quintana Roo", "Cancún", "benito juarez"),
            ("MEX", "CDMX", "Alcaldía Benito Juárez", "benito juarez"),
            ("MEX", "Chiapas", "Cd. Hidalgo", "suchiate"),
            ("MEX", "Michoacán", "Ciudad Hidalgo", "hidalgo"),
            ("MEX", "", "Ciudad Hidalgo", "ciudad hidalgo"),
            ("MEX", "Tamaulipas", "Cd. Madero", "ciudad madero"),
            ("MEX", "Michoacán", "Madero", "madero"),
            (
                "MEX",
                "Oaxaca",
                "Juchitán",
                "heroica ciudad de juchitan de zaragoza",
            ),
            ("MEX", "Guerrero", "Juchitán", "juchitan"),
            ("MEX", "Oaxaca", "Tuxtepec", "san juan bautista tuxtepec"),
            ("MEX", "Puebla", "Cholula", "cholula"),
            ("MEX", "Oaxaca", "San Juan Mixtepec", "san juan mixtepec"),
            (
                "MEX",
                "Chiapas",
                "San Cristobal Las Casas",
                "san cristobal de las casas",
            ),
            ("MEX", "Nuevo León", "Gral. Escobedo", "general escobedo"),
            ("MEX", "México", "Atizapán", "atizapan"),
            (
                "MEX",
                "México",
                "Atizapan de Zaragoza",
                "atizapan de zaragoza",
            ),
            (
                "GTM",
                "Chiapas",
                "Tapachula de Córdova y Ordóñez",
                "tapachula",
            ),
            ("GTM", "", "Xela", "quetzaltenango"),
            ("GTM", "Quiché", "Nebaj", "santa maria nebaj"),
            ("HND", "", "Tegucigalpa, M.D.C.", "tegucigalpa m d c"),
            ("HND", "", "Tegucigalpa", "distrito central"),
            ("HND", "", "Progreso", "el progreso"),
            ("MEX", "Yucatán", "Progreso", "progreso"),
            ("NIC", "", "Santiago de los Caballeros de León", "leon"),
            ("", "nsw", "Parramatta", "parramatta"),
            ("MEX", "", "Villa de Quién Sabe", "quien sabe"),
            ("", "", "", ""),
        ] {
            assert_eq!(
                at(country, state, written),
                name,
                "{country} {state} {written}"
            );
        }
    }

    #[test]
    fn official_names_are_their_own_and_no_two_of_a_state_are_one() {
        let mut of_mexico = 0;
        let mut seen = HashSet::new();
        for row in tables::rows("municipalities") {
            let [country, state, name, variants] = row[..] else {
                continue;
            };
            let official = written_out(name);
            assert_eq!(at(country, state, name), official, "{state}");
            assert!(
                seen.insert((country, state, official.clone())),
                "{state} {name}"
            );
            for variant in variants.split(',').filter(|v| !v.is_empty()) {
                assert_eq!(fold(variant), variant);
                assert_eq!(at(country, state, variant), official, "{state} {variant}");
            }
            let elsewhere = at(country, "", name);
            assert_eq!(at(country, "", &elsewhere), elsewhere);
            assert_eq!(elsewhere, official, "{state}");
            of_mexico += usize::from(country == "MEX");
        }
        assert_eq!(of_mexico, 2477);
    }

    /// Every form that the table makes, in every state: it stays itself, or becomes a name that stays
    /// itself.
    #[test]
    fn forms_come_to_rest_at_once() {
        let states: Vec<&str> = tables::rows("states")
            .filter(|r| r[0] == "MEX")
            .map(|r| r[1])
            .chain([""])
            .collect();
        for (n, form) in Index::get().forms.keys().enumerate() {
            for country in ["MEX", "GTM", ""] {
                let home = Home::new(country, &place::state("MEX", states[n % states.len()]));
                let once = home.municipality(form);
                assert_eq!(home.municipality(&once), once, "{form}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_a_form(
            text in "((San|Cd\\.|Villa|Sta|de|Juárez|Heroica|los|Tuxtla) ){0,4}\\PC{0,12}",
            c in "(MEX|GTM|)",
            s in "(oaxaca|mexico|puebla|)",
        ) {
            let home = Home::new(&c, &s);
            let once = home.municipality(&text);
            proptest::prop_assert_eq!(home.municipality(&once), once.clone());
        }
    }
}
