//! Countries, states and municipalities in one form each.

use super::fold::fold;
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

/// A municipality in its common form: written variants by table, `Ciudad X`, `Municipio de X`
/// and `X de Juárez` by rule.
pub fn municipality(text: &str) -> String {
    let tables = Tables::get();
    let folded = fold(text);
    let mut form = folded.as_str();
    // Each step shortens the form or ends with a table entry, which stands for itself.
    for _ in 0..4 {
        if let Some(name) = tables.municipality(form) {
            return name.to_owned();
        }
        let shorter = strip(
            form,
            &[
                "municipio",
                "mpio",
                "ciudad",
                "cd",
                "villa",
                "heroica",
                "h",
                "alcaldia",
                "delegacion",
            ],
        );
        let shorter = without_honour(shorter);
        if shorter == form {
            break;
        }
        form = shorter;
    }
    form.to_owned()
}

/// `text` without one of `heads` (and `de`, `del` after it) in front, unless nothing would be left.
fn strip<'a>(text: &'a str, heads: &[&str]) -> &'a str {
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
        for (written, name) in [
            ("Ciudad Juárez", "juarez"),
            ("Cd. Juárez", "juarez"),
            ("Juárez", "juarez"),
            ("Acapulco de Juárez", "acapulco"),
            ("Acapulco", "acapulco"),
            ("Juchitán de Zaragoza", "juchitan"),
            ("Ecatepec de Morelos", "ecatepec"),
            ("San Cristóbal de las Casas", "san cristobal de las casas"),
            ("Xela", "quetzaltenango"),
            ("", ""),
        ] {
            assert_eq!(municipality(written), name, "{written}");
        }
    }

    #[test]
    fn every_form_in_the_tables_stands_for_itself() {
        for text in super::super::tables::FILES
            .iter()
            .filter(|(n, _)| ["states", "municipalities"].contains(n))
            .flat_map(|(_, t)| t.lines())
            .filter(|l| !l.starts_with('#'))
        {
            let columns: Vec<&str> = text.split('\t').collect();
            if columns.len() == 2 {
                let m = municipality(columns[0]);
                assert_eq!(municipality(&m), m, "{text}");
            } else {
                let s = state(columns[0], columns[1]);
                assert_eq!(state(columns[0], &s), s, "{text}");
            }
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
            let m = municipality(&text);
            proptest::prop_assert_eq!(municipality(&m), m.clone());
            let n = country(&text);
            proptest::prop_assert_eq!(country(&n), n.clone());
        }
    }
}
