//! Which row is the header, and which column is which field (manual: *import*, "Headers").

use std::collections::HashMap;
use std::sync::LazyLock;

use super::map::Map;
use super::scan::Cell;
use super::table::Rows;
use crate::record::field::FieldId;
use crate::record::fold::key;

/// Rows among which the header is looked for: titles and the name of the house stand above it.
pub(super) const HEADER_ROWS: u32 = 20;

/// Where a header was found.
pub(super) struct Found<'t> {
    /// Its cells.
    pub cells: Vec<Cell<'t>>,
    /// How many of them are known.
    pub known: usize,
    /// Whether other rows stand above it.
    pub below: bool,
    /// The rows behind it.
    pub rest: Rows<'t>,
}

/// Whether a header means something, by itself or by the map.
pub(super) fn known(header: &str, map: Option<&Map>) -> bool {
    map.is_some_and(|m| m.column(header).is_some())
        || (!map.is_some_and(|m| m.only) && recognize(header).is_some())
        || crate::record::htcds::find(header.trim()).is_some()
}

/// The header among the first rows: the one with most names that are known. The first row needs one
/// of them, a lower one two.
pub(super) fn find<'t>(mut rows: Rows<'t>, known: impl Fn(&str) -> bool) -> Option<Found<'t>> {
    let mut best: Option<Found<'t>> = None;
    let mut cells = Vec::new();
    let mut first = true;
    for _ in 0..HEADER_ROWS {
        if !rows.next_row(&mut cells) {
            break;
        }
        if cells.iter().all(Cell::is_blank) {
            continue;
        }
        let count = cells.iter().filter(|c| known(&c.text)).count();
        let enough = count > usize::from(!first);
        if enough && best.as_ref().is_none_or(|b| count > b.known) {
            best = Some(Found {
                cells: std::mem::take(&mut cells),
                known: count,
                below: !first,
                rest: rows.clone(),
            });
        }
        first = false;
    }
    best
}

/// The field that a header means: its id or one of the names that files of the region use, without
/// regard to case, accents, spaces, signs, and anything in parentheses.
pub(super) fn recognize(header: &str) -> Option<FieldId> {
    static NAMES: LazyLock<HashMap<String, FieldId>> = LazyLock::new(|| {
        let mut names = HashMap::new();
        for field in FieldId::ALL {
            names.insert(key(field.id()), *field);
        }
        for (field, synonyms) in SYNONYMS {
            for name in synonyms.split('|') {
                names.insert(key(name), *field);
            }
        }
        names
    });
    if header.len() > 200 {
        return None;
    }
    let bare = header.split(['(', '[', '*']).next().unwrap_or(header);
    NAMES.get(&key(bare)).copied()
}

/// Most characters of a header that are shown.
const SHOWN: usize = 40;

/// All names of each field: its id and the synonyms.
pub(super) fn names() -> impl Iterator<Item = (FieldId, &'static str)> {
    let ids = FieldId::ALL.iter().map(|f| (*f, f.id()));
    let others = SYNONYMS.iter();
    ids.chain(others.flat_map(|(field, names)| names.split('|').map(|n| (*field, n))))
}

/// A header as it may be repeated in a message: one line, not long.
pub(super) fn shown(header: &str) -> String {
    header
        .trim()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(SHOWN)
        .collect()
}

use FieldId as F;

/// Spanish and English names beside the ids. HTCDS names too.
const SYNONYMS: &[(FieldId, &str)] = &[
    (
        F::LocalId,
        "expediente|numero de expediente|no expediente|num expediente|folio|folio interno|numero de folio|numero de registro|clave interna|id|clave|clave local|caso|numero de caso|no caso|case|case id|case number|case no|file number|id local|localid|codigo|registro",
    ),
    (
        F::Role,
        "calidad|rol|tipo de persona|tipo persona|calidad de la persona|kind|type|tipo|victima o testigo|condicion",
    ),
    (
        F::GivenNames,
        "nombres|nombre|nombre de pila|nombres de pila|primer nombre|given name|first name|first names|firstname|forename|forenames|name|nombre propio|prs_FirstName|nombre s",
    ),
    (
        F::PaternalSurname,
        "apellido paterno|paterno|primer apellido|apellido 1|apellido1|apellido|paternal|surname|last name|lastname|family name|first surname|paternal last name|prs_SecondName|ap paterno|a paterno",
    ),
    (
        F::MaternalSurname,
        "apellido materno|materno|segundo apellido|apellido 2|apellido2|maternal|second surname|second last name|maternal last name|ap materno|a materno",
    ),
    (
        F::MarriedName,
        "apellido de casada|apellido de casado|nombre de casada|married surname|married",
    ),
    (
        F::PreferredName,
        "nombre preferido|como quiere que le llamen|nombre social|nombre elegido|known as|chosen name",
    ),
    (
        F::Aliases,
        "alias|apodo|apodos|sobrenombre|sobrenombres|otros nombres|nickname|nicknames|aka|other names|seudonimo",
    ),
    (F::Sex, "sexo|sex|sexo registral|sexo al nacer|sex at birth"),
    (
        F::Gender,
        "genero|gender|identidad de genero|gender identity|prs_Gender",
    ),
    (
        F::DateOfBirth,
        "fecha nacimiento|fecha de nacimiento|nacimiento|f nacimiento|fec nac|fecha nac|f nac|fdn|dob|birthdate|birth date|birthday|born|prs_Birthdate|fechanac",
    ),
    (
        F::EstimatedAge,
        "edad|edad estimada|edad aproximada|age|estimated age|approximate age|anos|edad aparente",
    ),
    (
        F::Nationality,
        "nacionalidad|nacionalidades|pais de nacionalidad|ciudadania|citizenship|country of citizenship|nationalities|prs_Citizenship",
    ),
    (
        F::Languages,
        "idioma|idiomas|lengua|lenguas|lengua materna|language|primary language|prs_PrimaryLanguage",
    ),
    (
        F::Ethnicity,
        "etnia|pueblo|pueblo indigena|pertenencia etnica|ethnic group|grupo etnico",
    ),
    (F::Disability, "discapacidad|discapacidades|disabilities"),
    (
        F::BirthCountry,
        "pais nacimiento|pais de nacimiento|pais de origen|pais origen|pais natal|country of birth|country of origin|pais",
    ),
    (
        F::BirthState,
        "estado nacimiento|estado de nacimiento|entidad nacimiento|entidad de nacimiento|entidad federativa de nacimiento|departamento nacimiento|departamento de nacimiento|departamento de origen|departamento origen|estado origen|estado de origen|state of birth|birth department|birth province|lugar de nacimiento estado|entidad",
    ),
    (
        F::BirthMunicipality,
        "municipio nacimiento|municipio origen|municipio de nacimiento|municipio de origen|ciudad de nacimiento|ciudad nacimiento|lugar de nacimiento|birth city|birth town|city of birth|municipality of birth|birthplace|place of birth|lugar nacimiento",
    ),
    (
        F::ResidenceCountry,
        "pais residencia|pais de residencia|country of residence|prs_MailingCountry",
    ),
    (
        F::ResidenceState,
        "estado residencia|estado de residencia|departamento residencia|departamento de residencia|state of residence|prs_MailingState",
    ),
    (
        F::ResidenceMunicipality,
        "municipio residencia|municipio de residencia|ciudad|ciudad de residencia|city|residence city|prs_MailingCity|municipality of residence",
    ),
    (
        F::Address,
        "direccion|domicilio|direccion actual|calle|calle y numero|street|street address|prs_MailingStreet",
    ),
    (
        F::PostalCode,
        "codigo postal|cp|zip|zip code|postcode|prs_MailingPostalCode",
    ),
    (
        F::Phone,
        "telefono|telefonos|tel|celular|movil|numero de telefono|telephone|phones|phone number|mobile|cell|prs_MobilePhone|prs_HomePhone|telefono celular|no telefono",
    ),
    (F::Email, "correo|correo electronico|e-mail|mail|prs_Email"),
    (
        F::SafeContact,
        "contacto seguro|medio seguro|como contactar|safe to contact|safe contact method",
    ),
    (
        F::DocumentType,
        "tipo documento|tipo de documento|documento|document|id type|tipo de identificacion|tipo identificacion",
    ),
    (
        F::DocumentNumber,
        "numero documento|numero de documento|no documento|num documento|identificacion|numero de identificacion|id number|identity number|prs_IdentityNumber|document no",
    ),
    (
        F::DocumentCountry,
        "pais documento|pais del documento|pais emisor|issuing country",
    ),
    (F::Curp, "clave unica de registro de poblacion"),
    (
        F::Cui,
        "dpi|numero de dpi|cui dpi|codigo unico de identificacion",
    ),
    (F::Dui, "documento unico de identidad"),
    (
        F::Dni,
        "documento nacional de identificacion|tarjeta de identidad|identidad",
    ),
    (
        F::Passport,
        "pasaporte|numero de pasaporte|no pasaporte|passport number|passport no",
    ),
    (
        F::ExploitationType,
        "tipo explotacion|tipo de explotacion|forma de explotacion|formas de explotacion|modalidad|modalidad de explotacion|modalidad de trata|explotacion|exploitation|type of exploitation|form of exploitation|tipo de trata|trafficking type|type of trafficking|trata|vic_TypeOfExploitation|finalidad",
    ),
    (
        F::Medical,
        "servicios medicos|servicio medico|med|atencion medico|atencion medica|medico|medicos|salud|medical services|medical care|health",
    ),
    (
        F::SocialProtection,
        "proteccion social|servicios sociales|trabajo social|asistencia social|social|social services|social protection services",
    ),
    (
        F::MentalHealth,
        "salud mental|atencion psicologica|psicologia|psicologica|psicologico|atencion psicologico|apoyo psic|psych|servicios psicologicos|apoyo psicologico|mental health services|psychological|psychosocial",
    ),
    (
        F::Legal,
        "asesoria legal|asesoria juridica|servicios legales|servicios juridicos|juridico|legal services|legal aid|atencion juridica|legales",
    ),
    (F::Services, "servicios|eventos de servicio|service events"),
    (
        F::LegalActions,
        "acciones legales|denuncias|procesos legales|denuncia|acciones juridicas",
    ),
    (
        F::IntakeDate,
        "fecha ingreso|fecha de ingreso|ingreso|fecha de entrada|fecha atencion|fecha de atencion|fecha de llamada|fecha llamada|fecha de registro|admission date|date of intake|intake|entry date|date|fecha|call date|f ingreso",
    ),
    (
        F::RetainUntil,
        "conservar hasta|fecha de eliminacion|retention date|retention|delete after",
    ),
    (
        F::Notes,
        "notas|nota|observaciones|comentarios|note|comments|remarks|observacion",
    ),
    (
        F::ConsentRecord,
        "consentimiento|consentimiento de registro|consentimiento informado|consent|con_Consent|informed consent|aviso de privacidad|autorizacion de datos|autorizacion datos|consentimiento de datos|consentimiento datos|autoriza datos",
    ),
    (
        F::ConsentMatching,
        "consentimiento cotejo|consentimiento para cotejo|consentimiento de cotejo|consentimiento comparacion|matching consent|consent to matching|consent for matching",
    ),
    (
        F::ConsentMatchingPurpose,
        "finalidad cotejo|proposito del cotejo|matching purpose",
    ),
    (
        F::ConsentMatchingUntil,
        "consentimiento cotejo hasta|cotejo hasta|matching consent until",
    ),
    (
        F::ConsentMatchingWithdrawn,
        "consentimiento cotejo retirado|cotejo retirado|matching consent withdrawn",
    ),
    (
        F::ConsentMatchingTakenOn,
        "fecha consentimiento cotejo|fecha de consentimiento|matching consent date|consent date",
    ),
    (
        F::ConsentReferral,
        "consentimiento canalizacion|consentimiento para canalizacion|consentimiento de canalizacion|consentimiento referencia|consentimiento derivacion|referral consent|consent to referral|consent for referral",
    ),
    (
        F::ConsentReferralUntil,
        "consentimiento canalizacion hasta|canalizacion hasta|referral consent until",
    ),
    (
        F::ConsentReferralWithdrawn,
        "consentimiento canalizacion retirado|canalizacion retirada|referral consent withdrawn",
    ),
    (
        F::CallChannel,
        "canal|medio de contacto|medio|channel|contact channel",
    ),
    (
        F::CallCaller,
        "quien llama|relacion con la victima|relacion|caller|caller relation|relationship",
    ),
    (
        F::CallIntervention,
        "intervencion|hubo intervencion|intervention",
    ),
    (
        F::CallInterventionNote,
        "detalle de intervencion|que intervencion|intervention details",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_the_region_are_known() {
        for (header, field) in [
            ("Fecha de Nacimiento (dd/mm/aaaa)", F::DateOfBirth),
            ("APELLIDO_PATERNO", F::PaternalSurname),
            ("Teléfono", F::Phone),
            ("asesoria_legal", F::Legal),
            ("Given Names", F::GivenNames),
            ("consent_matching_until", F::ConsentMatchingUntil),
        ] {
            assert_eq!(recognize(header), Some(field), "{header}");
        }
        assert_eq!(recognize("favourite colour"), None);
        assert_eq!(recognize(""), None);
    }

    #[test]
    fn no_name_stands_for_two_fields() {
        let mut seen: HashMap<String, FieldId> =
            FieldId::ALL.iter().map(|f| (key(f.id()), *f)).collect();
        for (field, synonyms) in SYNONYMS {
            for name in synonyms.split('|') {
                let other = seen.insert(key(name), *field);
                assert!(other.is_none_or(|o| o == *field), "{name}");
            }
        }
    }
}
