//! Countries, states and municipalities in one form each.

use super::fold::fold;
pub use super::municipality::Home;
use super::tables::Tables;

/// The ISO 3166-1 code of a country or nationality, or the folded text if it is in no table;
/// empty if nothing was written.
pub fn country(text: &str) -> String {
    let folded = fold(text);
    match Tables::get().country(&folded) {
        Some(code) => code.to_owned(),
        None => folded,
    }
}

/// The folded official name of a state or department of `country` (an ISO code or empty), or the
/// text without words like *estado de* if it is in no table.
pub fn state(country: &str, text: &str) -> String {
    let tables = Tables::get();
    let folded = fold(text);
    let bare = strip(
        &folded,
        &[
            "estado",
            "edo",
            "departamento",
            "depto",
            "dpto",
            "provincia",
        ],
    );
    for form in [folded.as_str(), bare] {
        if let Some(state) = tables.state(country, form) {
            return state.name.clone();
        }
    }
    bare.to_owned()
}

/// `text` without one of `heads` (and `de`, `del` after it) in front, unless nothing would be left.
pub(super) fn strip<'a>(text: &'a str, heads: &[&str]) -> &'a str {
    for head in heads {
        if let Some(rest) = text.strip_prefix(head).and_then(|r| r.strip_prefix(' ')) {
            let rest = rest
                .strip_prefix("de ")
                .or_else(|| rest.strip_prefix("del "))
                .unwrap_or(rest);
            if !rest.is_empty() {
                return rest;
            }
        }
    }
    text
}

/// The regions of the surname table that hold for somebody from `state` of `country`, both in the
/// forms of this module.
pub fn regions(country: &str, state: &str) -> Vec<&'static str> {
    let tables = Tables::get();
    let mut found = Vec::new();
    let alpha2 = match country {
        "GTM" => "GT",
        "HND" => "HN",
        "SLV" => "SV",
        "NIC" => "NI",
        "COL" => "CO",
        "VEN" => "VE",
        "CUB" => "CU",
        _ => "",
    };
    if tables.has_region(alpha2) {
        found.push(alpha2);
    }
    if let Some(s) = tables.state(country, state)
        && !s.region.is_empty()
    {
        found.push(s.region.as_str());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden() {
        for (written, code) in [
            ("MEX", "MEX"),
            ("México", "MEX"),
            ("hondureña", "HND"),
            ("El Salvador", "SLV"),
            ("", ""),
            ("Atlantis", "atlantis"),
        ] {
            assert_eq!(country(written), code, "{written}");
        }
        for (c, written, name) in [
            ("MEX", "Edo. de México", "mexico"),
            ("MEX", "CDMX", "ciudad de mexico"),
            ("MEX", "Veracruz de Ignacio de la Llave", "veracruz"),
            ("MEX", "Estado de Puebla", "puebla"),
            ("GTM", "Departamento de Quiché", "quiche"),
            ("GTM", "El Quiché", "quiche"),
            ("HND", "Fco. Morazán", "francisco morazan"),
            ("SLV", "La Libertad", "la libertad"),
            ("", "nsw", "nsw"),
        ] {
            assert_eq!(state(c, written), name, "{written}");
        }
    }

    #[test]
    fn every_state_in_the_table_stands_for_itself() {
        let mut divisions = std::collections::BTreeMap::new();
        for row in super::super::tables::rows("states") {
            let [code, name, forms, ..] = row[..] else {
                continue;
            };
            let official = state(code, name);
            assert_eq!(official, fold(name));
            for form in forms.split(',').filter(|f| !f.is_empty()) {
                assert_eq!(state(code, form), official, "{code} {form}");
            }
            *divisions.entry(code).or_insert(0) += 1;
        }
        for (code, count) in [
            ("MEX", 32),
            ("GTM", 22),
            ("HND", 18),
            ("SLV", 14),
            ("NIC", 17),
        ] {
            assert_eq!(divisions[code], count, "{code}");
        }
    }

    #[test]
    fn regions_of_a_state() {
        assert_eq!(regions("MEX", "yucatan"), ["MX-YUC"]);
        assert_eq!(regions("GTM", "alta verapaz"), ["GT", "GT-AV"]);
        assert!(regions("", "").is_empty());
    }

    proptest::proptest! {
        #[test]
        fn places_are_total_and_idempotent(text in "\\PC{0,24}", c in "(MEX|GTM|)") {
            let s = state(&c, &text);
            proptest::prop_assert_eq!(state(&c, &s), s.clone());
            let n = country(&text);
            proptest::prop_assert_eq!(country(&n), n.clone());
        }
    }
}
