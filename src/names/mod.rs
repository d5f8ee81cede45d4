//! Names, places and dates as they are written in Mexico and Central America (manual: *matching*,
//! "Normalisation").
//!
//! Text goes in as somebody typed it; what comes out is a form in which the usual differences
//! between two records of one person are gone: accents, case, broken encodings, particles,
//! abbreviations, nicknames, spellings that sound alike. Every function is total, depends on no
//! locale, and maps its own output to itself. The tables are files in `tables/`, each with its
//! source.

pub mod date;
pub mod fold;
mod municipality;
pub mod phonetic;
pub mod place;
pub mod tables;

use tables::Tables;

/// Most words of one name field that are looked at.
pub const MAX_WORDS: usize = 6;

/// A word of the given names.
#[derive(Clone, PartialEq, Eq)]
pub struct GivenWord {
    /// The word without accents and case, abbreviations written out.
    pub written: String,
    /// The names it can stand for, most frequent first; one unless it is an ambiguous nickname.
    pub stands_for: Vec<String>,
}

/// Most names that an ambiguous nickname is taken to stand for.
pub const MAX_CANDIDATES: usize = 3;

/// The words of given names, in order.
pub fn given(text: &str) -> Vec<GivenWord> {
    words(text)
        .into_iter()
        .map(|written| GivenWord {
            stands_for: candidates(&written),
            written,
        })
        .collect()
}

/// The names that one given-name word can stand for.
fn candidates(word: &str) -> Vec<String> {
    let tables = Tables::get();
    let word = tables.variant(word);
    let mut found: Vec<String> = Vec::new();
    if tables.given_share(word).is_some() {
        found.push(word.to_owned());
    }
    let mut others: Vec<&str> = tables.nickname(word).iter().map(String::as_str).collect();
    others.sort_by_key(|n| (std::cmp::Reverse(tables.given_share(n).unwrap_or(0)), *n));
    for name in others {
        if found.len() < MAX_CANDIDATES && found.iter().all(|f| f != name) {
            found.push(name.to_owned());
        }
    }
    if found.is_empty() {
        found.push(diminutive(word).unwrap_or_else(|| word.to_owned()));
    }
    found
}

/// `juanito`, `rosita`, `carlitos`: the name whose diminutive this is, if the table has it.
fn diminutive(word: &str) -> Option<String> {
    let tables = Tables::get();
    diminutive_of(word)?
        .into_iter()
        .find(|name| tables.given_share(name).is_some())
}

/// The names whose diminutive a folded word may be, by its ending, the likelier first.
pub fn diminutive_of(word: &str) -> Option<[String; 2]> {
    let (stem, end) = [
        ("itos", "os"),
        ("itas", "as"),
        ("ito", "o"),
        ("ita", "a"),
        ("illo", "o"),
        ("illa", "a"),
    ]
    .iter()
    .find_map(|(d, e)| word.strip_suffix(d).map(|s| (s, *e)))?;
    (stem.len() >= 2).then(|| [format!("{stem}{end}"), stem.to_owned()])
}

/// The words of a name: folded, abbreviations written out, particles dropped unless nothing else
/// is there.
pub fn words(text: &str) -> Vec<String> {
    let tables = Tables::get();
    let folded = fold::fold(text);
    let all = folded.split(' ').filter(|w| !w.is_empty());
    let mut kept: Vec<String> = all
        .clone()
        .map(|w| tables.abbreviation(w))
        .filter(|w| !tables.is_particle(w))
        .take(MAX_WORDS)
        .map(str::to_owned)
        .collect();
    if kept.is_empty() && !all.clone().any(|w| tables.is_void(w)) {
        kept = all.take(MAX_WORDS).map(str::to_owned).collect();
    }
    kept
}

/// The surnames of a person by position.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Surnames {
    /// Words of the paternal surname.
    pub paternal: Vec<String>,
    /// Words of the maternal surname.
    pub maternal: Vec<String>,
}

/// Puts surnames in their places: two words in the paternal field and none in the maternal one
/// are the two surnames; a maternal surname alone stays where it is.
pub fn surnames(paternal: &str, maternal: &str) -> Surnames {
    let mut paternal = words(paternal);
    let mut maternal = words(maternal);
    if maternal.is_empty() && paternal.len() >= 2 {
        maternal = paternal.split_off(1);
    }
    Surnames { paternal, maternal }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stands_for(text: &str) -> Vec<Vec<String>> {
        given(text).into_iter().map(|g| g.stands_for).collect()
    }

    #[test]
    fn nicknames_stand_for_their_names() {
        for (form, name) in [
            ("Lupita", "guadalupe"),
            ("CHUY", "jesus"),
            ("Chepe", "jose"),
            ("Paty", "patricia"),
            ("Ma.", "maria"),
            ("Gpe", "guadalupe"),
            ("Fco.", "francisco"),
            ("Juanita", "juana"),
            ("Carlitos", "carlos"),
            ("Sochil", "xochitl"),
            ("Yeni", "jennifer"),
        ] {
            assert!(
                stands_for(form)[0].iter().any(|n| n == name),
                "{form}: {:?}",
                stands_for(form)
            );
        }
    }

    #[test]
    fn an_ambiguous_nickname_has_several_names() {
        let beto = &stands_for("Beto")[0];
        assert!(beto.len() > 1 && beto.iter().any(|n| n == "roberto"));
        assert!(beto.iter().any(|n| n == "alberto"));
    }

    #[test]
    fn surnames_find_their_places() {
        let s = surnames("de la Cruz-Pérez", "");
        assert_eq!(
            (s.paternal, s.maternal),
            (vec!["cruz".into()], vec!["perez".into()])
        );
        let s = surnames("Hdez.", "de López");
        assert_eq!(
            (s.paternal, s.maternal),
            (vec!["hernandez".into()], vec!["lopez".into()])
        );
        assert!(surnames("De La", "").paternal.len() == 1);
        assert!(surnames("", "Ruiz").paternal.is_empty());
        assert!(surnames("desconocido", "N/D").paternal.is_empty());
    }
}
