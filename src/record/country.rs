//! Countries (manual: *record*, "Countries"): ISO 3166-1 alpha-3 is stored; alpha-2 and the names of
//! the region's countries, Spanish and English, are read.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use super::fold::key;

/// A country, as three capital letters of ISO 3166-1. `XXA` is a stateless person (ICAO Doc 9303).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Zeroize)]
#[serde(try_from = "String", into = "String")]
pub struct Country([u8; 3]);

/// Text names no country that is known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a country")]
pub struct NotACountry;

impl Country {
    /// Reads alpha-3, alpha-2, or a name in Spanish or English; without regard to case and accents.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let code = |c: &str| <[u8; 3]>::try_from(c.as_bytes()).ok().map(Self);
        // What most files hold, without folding.
        if text.len() == 3
            && text.bytes().all(|b| b.is_ascii_uppercase())
            && let Some((_, alpha3)) = CODES.iter().find(|(_, alpha3)| *alpha3 == text)
        {
            return code(alpha3);
        }
        let folded = key(text);
        let upper = folded.to_ascii_uppercase();
        let alpha3 = match folded.len() {
            0 => None,
            2 => CODES.iter().find(|(alpha2, _)| *alpha2 == upper),
            3 => CODES.iter().find(|(_, alpha3)| *alpha3 == upper),
            _ => None,
        }
        .map(|(_, alpha3)| *alpha3)
        .or_else(|| {
            NAMES
                .iter()
                .find(|(_, names)| names.split('|').any(|name| name == folded))
                .map(|(alpha3, _)| *alpha3)
        })?;
        code(alpha3)
    }

    /// The three letters.
    pub fn as_str(&self) -> &str {
        // Three ASCII capitals by construction.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The two letters of ISO 3166-1 alpha-2, if there are any.
    pub fn alpha2(&self) -> Option<&'static str> {
        CODES
            .iter()
            .find(|(_, alpha3)| *alpha3 == self.as_str())
            .map(|(alpha2, _)| *alpha2)
            .filter(|alpha2| !alpha2.is_empty())
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Says nothing: a nationality is part of a record.
impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Country(..)")
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.as_str().to_owned()
    }
}

/// A stored code needs the form only: a list of a later year may have more.
impl TryFrom<String> for Country {
    type Error = NotACountry;

    fn try_from(code: String) -> Result<Self, NotACountry> {
        match <[u8; 3]>::try_from(code.as_bytes()) {
            Ok(bytes) if bytes.iter().all(u8::is_ascii_uppercase) => Ok(Self(bytes)),
            _ => Err(NotACountry),
        }
    }
}

/// Names beside the codes, folded, without spaces; nationalities as adjectives too.
const NAMES: &[(&str, &str)] = &[
    (
        "MEX",
        "mexico|mexicana|mexicano|mexican|estadosunidosmexicanos",
    ),
    (
        "GTM",
        "guatemala|guatemalteca|guatemalteco|guatemalan|chapina|chapin",
    ),
    (
        "SLV",
        "elsalvador|salvador|salvadorena|salvadoreno|salvadoran|salvadorean",
    ),
    ("HND", "honduras|hondurena|hondureno|honduran"),
    ("NIC", "nicaragua|nicaraguense|nicaraguan"),
    ("CRI", "costarica|costarricense|costarican"),
    ("PAN", "panama|panamena|panameno|panamanian"),
    ("BLZ", "belice|belize|belicena|beliceno|belizean"),
    ("COL", "colombia|colombiana|colombiano|colombian"),
    ("VEN", "venezuela|venezolana|venezolano|venezuelan"),
    ("ECU", "ecuador|ecuatoriana|ecuatoriano|ecuadorian"),
    ("PER", "peru|peruana|peruano|peruvian"),
    ("BOL", "bolivia|boliviana|boliviano|bolivian"),
    ("BRA", "brasil|brazil|brasilena|brasileno|brazilian"),
    ("ARG", "argentina|argentino|argentinian|argentine"),
    ("CHL", "chile|chilena|chileno|chilean"),
    ("URY", "uruguay|uruguaya|uruguayo|uruguayan"),
    ("PRY", "paraguay|paraguaya|paraguayo|paraguayan"),
    ("CUB", "cuba|cubana|cubano|cuban"),
    ("HTI", "haiti|haitiana|haitiano|haitian"),
    (
        "DOM",
        "republicadominicana|dominicanrepublic|dominicana|dominicano|dominican",
    ),
    ("JAM", "jamaica|jamaicana|jamaicano|jamaican"),
    (
        "PRI",
        "puertorico|puertorriquena|puertorriqueno|puertorican",
    ),
    (
        "USA",
        "estadosunidos|estadosunidosdeamerica|eua|eeuu|unitedstates|unitedstatesofamerica|estadounidense|american|norteamericana|norteamericano",
    ),
    ("CAN", "canada|canadiense|canadian"),
    ("ESP", "espana|spain|espanola|espanol|spanish"),
    ("ITA", "italia|italy|italiana|italiano|italian"),
    ("DEU", "alemania|germany|alemana|aleman|german"),
    ("FRA", "francia|france|francesa|frances|french"),
    (
        "GBR",
        "reinounido|unitedkingdom|inglaterra|england|britanica|britanico|british",
    ),
    ("RUS", "rusia|russia|rusa|ruso|russian"),
    ("UKR", "ucrania|ukraine|ucraniana|ucraniano|ukrainian"),
    ("ROU", "rumania|romania|rumana|rumano|romanian"),
    ("HUN", "hungria|hungary|hungara|hungaro|hungarian"),
    ("CHN", "china|chino|chinese"),
    ("IND", "india|indian"),
    ("PHL", "filipinas|philippines|filipina|filipino"),
    ("VNM", "vietnam|vietnamita|vietnamese"),
    ("KOR", "coreadelsur|southkorea|coreana|coreano|korean"),
    ("NGA", "nigeria|nigeriana|nigeriano|nigerian"),
    ("COD", "republicademocraticadelcongo|drcongo"),
    ("AGO", "angola|angolena|angolano|angolan"),
    ("CMR", "camerun|cameroon|camerunesa|camerunes"),
    ("AFG", "afganistan|afghanistan|afgana|afgano|afghan"),
    ("XXA", "apatrida|stateless|sinnacionalidad"),
];

macro_rules! iso {
    ($($alpha2:literal $alpha3:literal)+) => { &[$(($alpha2, $alpha3)),+] };
}

/// ISO 3166-1, alpha-2 and alpha-3.
const CODES: &[(&str, &str)] = iso! {
    "MX" "MEX" "GT" "GTM" "SV" "SLV" "HN" "HND" "CO" "COL" "NI" "NIC" "VE" "VEN" "US" "USA"
    "" "XXA"
    "AF" "AFG" "AX" "ALA" "AL" "ALB" "DZ" "DZA" "AS" "ASM" "AD" "AND" "AO" "AGO" "AI" "AIA"
    "AQ" "ATA" "AG" "ATG" "AR" "ARG" "AM" "ARM" "AW" "ABW" "AU" "AUS" "AT" "AUT" "AZ" "AZE"
    "BS" "BHS" "BH" "BHR" "BD" "BGD" "BB" "BRB" "BY" "BLR" "BE" "BEL" "BZ" "BLZ" "BJ" "BEN"
    "BM" "BMU" "BT" "BTN" "BO" "BOL" "BQ" "BES" "BA" "BIH" "BW" "BWA" "BV" "BVT" "BR" "BRA"
    "IO" "IOT" "BN" "BRN" "BG" "BGR" "BF" "BFA" "BI" "BDI" "CV" "CPV" "KH" "KHM" "CM" "CMR"
    "CA" "CAN" "KY" "CYM" "CF" "CAF" "TD" "TCD" "CL" "CHL" "CN" "CHN" "CX" "CXR" "CC" "CCK"
    "KM" "COM" "CG" "COG" "CD" "COD" "CK" "COK" "CR" "CRI" "CI" "CIV" "HR" "HRV" "CU" "CUB"
    "CW" "CUW" "CY" "CYP" "CZ" "CZE" "DK" "DNK" "DJ" "DJI" "DM" "DMA" "DO" "DOM" "EC" "ECU"
    "EG" "EGY" "GQ" "GNQ" "ER" "ERI" "EE" "EST" "SZ" "SWZ" "ET" "ETH" "FK" "FLK" "FO" "FRO"
    "FJ" "FJI" "FI" "FIN" "FR" "FRA" "GF" "GUF" "PF" "PYF" "TF" "ATF" "GA" "GAB" "GM" "GMB"
    "GE" "GEO" "DE" "DEU" "GH" "GHA" "GI" "GIB" "GR" "GRC" "GL" "GRL" "GD" "GRD" "GP" "GLP"
    "GU" "GUM" "GG" "GGY" "GN" "GIN" "GW" "GNB" "GY" "GUY" "HT" "HTI" "HM" "HMD" "VA" "VAT"
    "HK" "HKG" "HU" "HUN" "IS" "ISL" "IN" "IND" "ID" "IDN" "IR" "IRN" "IQ" "IRQ" "IE" "IRL"
    "IM" "IMN" "IL" "ISR" "IT" "ITA" "JM" "JAM" "JP" "JPN" "JE" "JEY" "JO" "JOR" "KZ" "KAZ"
    "KE" "KEN" "KI" "KIR" "KP" "PRK" "KR" "KOR" "KW" "KWT" "KG" "KGZ" "LA" "LAO" "LV" "LVA"
    "LB" "LBN" "LS" "LSO" "LR" "LBR" "LY" "LBY" "LI" "LIE" "LT" "LTU" "LU" "LUX" "MO" "MAC"
    "MG" "MDG" "MW" "MWI" "MY" "MYS" "MV" "MDV" "ML" "MLI" "MT" "MLT" "MH" "MHL" "MQ" "MTQ"
    "MR" "MRT" "MU" "MUS" "YT" "MYT" "FM" "FSM" "MD" "MDA" "MC" "MCO" "MN" "MNG" "ME" "MNE"
    "MS" "MSR" "MA" "MAR" "MZ" "MOZ" "MM" "MMR" "NA" "NAM" "NR" "NRU" "NP" "NPL" "NL" "NLD"
    "NC" "NCL" "NZ" "NZL" "NE" "NER" "NG" "NGA" "NU" "NIU" "NF" "NFK" "MK" "MKD" "MP" "MNP"
    "NO" "NOR" "OM" "OMN" "PK" "PAK" "PW" "PLW" "PS" "PSE" "PA" "PAN" "PG" "PNG" "PY" "PRY"
    "PE" "PER" "PH" "PHL" "PN" "PCN" "PL" "POL" "PT" "PRT" "PR" "PRI" "QA" "QAT" "RE" "REU"
    "RO" "ROU" "RU" "RUS" "RW" "RWA" "BL" "BLM" "SH" "SHN" "KN" "KNA" "LC" "LCA" "MF" "MAF"
    "PM" "SPM" "VC" "VCT" "WS" "WSM" "SM" "SMR" "ST" "STP" "SA" "SAU" "SN" "SEN" "RS" "SRB"
    "SC" "SYC" "SL" "SLE" "SG" "SGP" "SX" "SXM" "SK" "SVK" "SI" "SVN" "SB" "SLB" "SO" "SOM"
    "ZA" "ZAF" "GS" "SGS" "SS" "SSD" "ES" "ESP" "LK" "LKA" "SD" "SDN" "SR" "SUR" "SJ" "SJM"
    "SE" "SWE" "CH" "CHE" "SY" "SYR" "TW" "TWN" "TJ" "TJK" "TZ" "TZA" "TH" "THA" "TL" "TLS"
    "TG" "TGO" "TK" "TKL" "TO" "TON" "TT" "TTO" "TN" "TUN" "TR" "TUR" "TM" "TKM" "TC" "TCA"
    "TV" "TUV" "UG" "UGA" "UA" "UKR" "AE" "ARE" "GB" "GBR" "UM" "UMI" "UY" "URY" "UZ" "UZB"
    "VU" "VUT" "VN" "VNM" "VG" "VGB" "VI" "VIR" "WF" "WLF" "EH" "ESH" "YE" "YEM" "ZM" "ZMB"
    "ZW" "ZWE"
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_of_the_region() {
        for (text, code) in [
            ("MEX", "MEX"),
            ("mx", "MEX"),
            ("México", "MEX"),
            ("Hondureña", "HND"),
            ("El Salvador", "SLV"),
            ("gt", "GTM"),
            ("EE.UU.", "USA"),
            ("Belize", "BLZ"),
        ] {
            assert_eq!(Country::parse(text).unwrap().as_str(), code, "{text}");
        }
        assert!(Country::parse("Atlantis").is_none());
        assert!(Country::parse("ZZZ").is_none());
        assert!(Country::parse("").is_none());
        assert_eq!(Country::parse("HND").unwrap().alpha2(), Some("HN"));
        assert!(Country::try_from("mex".to_owned()).is_err());
    }

    #[test]
    fn the_list_has_249_countries_and_no_repetition() {
        let mut codes: Vec<_> = CODES.iter().map(|c| c.1).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), CODES.len());
        assert_eq!(CODES.len(), 249 + 1);
        for (alpha3, _) in NAMES {
            assert!(codes.contains(alpha3), "{alpha3}");
        }
    }
}
