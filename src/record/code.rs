//! Coded values of a record (manual: *record*, "Coded values").
//!
//! **The order of the variants is part of the stored format: never reorder, never remove, only
//! append.** The code is what files and JSON hold; the further spellings, Spanish and English, are
//! accepted on reading, without regard to case, accents, spaces and signs.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use super::fold::key;
use crate::i18n::Message;

macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident {
        $($(#[$vmeta:meta])* $variant:ident = $code:literal [$($spelling:literal),* $(,)?]),+ $(,)?
    })+) => {$(
        $(#[$meta])*
        ///
        /// Variant order is stored format: append only.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// All values, in stored order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The codes of all values, in stored order.
            pub const CODES: &'static [&'static str] = &[$($code),+];

            /// How all values are called, in stored order: ids of messages.
            pub const NAMES: &'static [&'static str] =
                &[$(concat!("record-value-", stringify!($name), "-", $code)),+];

            /// The code in files and JSON.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The value with this code, letter for letter.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }

            /// The value that `text` means, in any accepted spelling.
            pub fn parse(text: &str) -> Option<Self> {
                if let Some(value) = Self::from_code(text) {
                    return Some(value);
                }
                static FOLDED: LazyLock<Vec<(String, $name)>> = LazyLock::new(|| {
                    let mut all = Vec::new();
                    $(for spelling in [$code, $($spelling),*] {
                        all.push((key(spelling), $name::$variant));
                    })+
                    all
                });
                let text = key(text);
                if text.is_empty() {
                    return None;
                }
                FOLDED.iter().find(|(spelling, _)| *spelling == text).map(|(_, value)| *value)
            }

            /// How the value is called.
            pub fn message(self) -> Message {
                Message::new(match self {
                    $(Self::$variant => concat!("record-value-", stringify!($name), "-", $code)),+
                })
            }
        }

        impl Zeroize for $name {
            fn zeroize(&mut self) {
                *self = Self::ALL[0];
            }
        }
    )+};
}

codes! {
    /// What a record is about.
    Kind {
        /// A victim of trafficking, possible or established.
        Victim = "victim" ["víctima", "victima de trata", "sobreviviente", "survivor"],
        /// A witness, also of a crime against another person.
        Witness = "witness" ["testigo", "testiga"],
        /// A call, or other contact, to a hotline.
        Call = "call" ["llamada", "hotline", "hotline call", "línea", "caller", "llamada a la línea"],
    }
    /// Sex as registered.
    Sex {
        /// Female.
        Female = "F" ["femenino", "femenina", "fem", "mujer", "female", "woman", "niña", "girl"],
        /// Male.
        Male = "M" ["masculino", "masc", "hombre", "H", "male", "man", "varón", "niño", "boy", "V"],
        /// Neither, as Mexican documents write since 2023.
        X = "X" ["no binario", "nonbinary", "non-binary", "intersexual", "intersex", "otro", "other"],
    }
    /// Gender, by the values of HTCDS 2.0 `prs_Gender`.
    Gender {
        /// Feminine.
        Feminine = "Feminine" ["femenino", "femenina", "mujer", "woman"],
        /// Masculine.
        Masculine = "Masculine" ["masculino", "hombre", "man"],
        /// Transgender feminine.
        TransgenderFeminine = "TransgenderFeminine" ["trans femenino", "mujer trans", "trans woman", "transgénero femenino"],
        /// Transgender masculine.
        TransgenderMasculine = "TransgenderMasculine" ["trans masculino", "hombre trans", "trans man", "transgénero masculino"],
        /// Not conforming.
        NonConforming = "NonConforming" ["no binario", "non-binary", "non-conforming", "no conforme", "muxe"],
        /// Not specified or unknown.
        NonSpecifiedUnknown = "NonSpecifiedUnknown" ["no especificado", "not specified"],
    }
    /// A form of exploitation: the values of HTCDS 2.0 and those of the region's files.
    Exploitation {
        /// Sexual exploitation.
        Sexual = "sexual_exploitation" ["SexualExploitation", "explotación sexual", "sexual", "trata sexual", "prostitución forzada", "explotación sexual comercial"],
        /// Forced labour.
        ForcedLabour = "forced_labour" ["ForcedLabour", "forced labor", "trabajo forzado", "trabajos forzados", "explotación laboral", "laboral", "labour", "labor"],
        /// Domestic and other servitude.
        Servitude = "domestic_servitude" ["Servitude", "servidumbre", "servidumbre doméstica", "trabajo doméstico forzado", "trabajo doméstico", "domestic"],
        /// Forced begging.
        ForcedBegging = "forced_begging" ["ForcedBegging", "forced begging", "mendicidad", "mendicidad forzada", "mendicidad ajena", "begging"],
        /// Crimes that the victim is made to commit.
        ForcedCriminality = "forced_criminality" ["actividades delictivas forzadas", "criminalidad forzada", "delincuencia forzada", "actividades delictivas", "comisión de delitos", "criminal"],
        /// Child labour.
        ChildLabour = "child_labour" ["ChildLabour", "child labor", "trabajo infantil"],
        /// Forced marriage.
        ForcedMarriage = "forced_marriage" ["ForcedMarriage", "matrimonio forzado", "matrimonio servil"],
        /// Recruitment by armed groups that are no state.
        ForcedRecruitment = "forced_recruitment" ["ForcedMilitaryByNonStateActors", "reclutamiento forzado", "reclutamiento"],
        /// Removal of organs.
        OrganRemoval = "organ_removal" ["OrganRemoval", "removal of organs", "tráfico de órganos", "extracción de órganos"],
        /// Forced or illegal adoption.
        ForcedAdoption = "forced_adoption" ["ForcedAdoption", "adopción forzada", "adopción ilegal"],
        /// Forced surrogacy.
        Surrogacy = "surrogacy" ["Surrogacy", "forced surrogacy", "gestación subrogada forzada", "gestación subrogada", "maternidad subrogada"],
        /// Another form.
        Other = "other" ["Other", "otra", "otro", "otras", "otros"],
    }
    /// A service, by the four kinds that the network counts.
    ServiceKind {
        /// Medical care.
        Medical = "medical" ["médico", "médica", "servicio médico", "salud", "health"],
        /// Social protection: shelter, food, livelihood.
        SocialProtection = "social_protection" ["protección social", "social", "albergue", "shelter"],
        /// Mental health.
        MentalHealth = "mental_health" ["salud mental", "psicología", "psicológico", "psychological"],
        /// Legal services.
        Legal = "legal" ["jurídico", "asesoría legal", "legal aid", "asesoría jurídica"],
    }
    /// A kind of identity document.
    DocumentKind {
        /// Clave Única de Registro de Población, Mexico.
        Curp = "curp" ["clave única de registro de población"],
        /// Código Único de Identificación on the DPI, Guatemala.
        Cui = "cui" ["dpi", "CUI (DPI)", "código único de identificación"],
        /// Documento Único de Identidad, El Salvador.
        Dui = "dui" ["documento único de identidad"],
        /// Documento Nacional de Identificación, Honduras.
        Dni = "dni" ["identidad", "tarjeta de identidad", "documento nacional de identificación"],
        /// Passport.
        Passport = "passport" ["pasaporte"],
        /// Certificate of birth.
        BirthCertificate = "birth_certificate" ["certificate of birth", "acta de nacimiento", "partida de nacimiento"],
        /// A paper of a migration authority.
        Migration = "migration" ["migration paper", "documento migratorio", "tarjeta migratoria", "visa", "residencia", "forma migratoria"],
        /// Consular registration.
        Consular = "consular" ["consular registration", "matrícula consular"],
        /// Another document.
        Other = "other" ["otro", "otra"],
    }
    /// Whether somebody agreed.
    Agreement {
        /// The person was not asked, or nothing is on record.
        NotAsked = "not_asked" ["no preguntado", "no se preguntó", "sin preguntar"],
        /// Yes.
        Yes = "yes" ["sí", "s", "y", "true", "1", "verdadero", "acepta", "otorgado", "otorgada", "given"],
        /// No.
        No = "no" ["n", "false", "0", "falso", "rechaza", "negado", "negada", "refused"],
    }
    /// How a consent was given.
    ConsentForm {
        /// Signed paper.
        Written = "written" ["in writing", "escrito", "por escrito", "firmado", "signed"],
        /// By word of mouth.
        Oral = "oral" ["by word of mouth", "verbal", "de palabra"],
        /// By a guardian or the authority that protects a minor.
        Guardian = "guardian" ["by guardian or authority", "por tutor o autoridad", "tutor", "tutora", "tutela", "representante", "procuraduría"],
        /// Another form, such as a fingerprint or a recording.
        Other = "other" ["otro", "otra", "huella"],
    }
    /// By which way a hotline was reached.
    Channel {
        /// Telephone.
        Phone = "phone" ["telephone", "teléfono", "telefónica", "llamada", "call"],
        /// Chat or text message.
        Chat = "chat" ["mensaje", "whatsapp", "sms", "message", "messenger"],
        /// Electronic mail.
        Email = "email" ["electronic mail", "correo", "correo electrónico", "e-mail", "mail"],
        /// In person.
        InPerson = "in_person" ["en persona", "presencial"],
        /// A form on a web page.
        Web = "web" ["web page", "formulario", "página web", "web form", "internet"],
        /// Another way.
        Other = "other" ["otro", "otra"],
    }
    /// Who a caller is to the person that the call is about.
    Caller {
        /// The person.
        Own = "self" ["the person", "la propia persona", "ella misma", "él mismo", "víctima", "propia"],
        /// A relative.
        Family = "family" ["familiar", "familia", "relative", "madre", "padre"],
        /// A friend or neighbour.
        Friend = "friend" ["amistad o vecindad", "friend or neighbour", "amigo", "amiga", "vecino", "vecina", "amistad", "neighbour", "neighbor"],
        /// A client or buyer.
        Client = "client" ["cliente"],
        /// A teacher, doctor, or another professional.
        Professional = "professional" ["profesional", "docente", "médico", "organización", "ngo", "ong"],
        /// An authority.
        Authority = "authority" ["autoridad", "policía", "police", "fiscalía"],
        /// Somebody who did not say.
        Anonymous = "anonymous" ["anónimo", "anónima", "anonimo"],
        /// Somebody else.
        Other = "other" ["otra persona", "somebody else", "otro", "otra"],
    }
    /// Why a field has no answer.
    Reason {
        /// The person, or who asked, does not know.
        Unknown = "unknown" ["desconocido", "desconocida", "se desconoce", "no sabe", "no se sabe", "se ignora", "ns"],
        /// The person did not want to say.
        Refused = "refused" ["did not want to say", "rehusó", "no quiso decir", "se negó", "no quiso responder", "se reserva", "no contesta"],
        /// Nobody asked.
        NotAsked = "not_asked" ["no preguntado", "no se preguntó", "sin preguntar"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Lang, Messages};

    #[test]
    fn codes_and_spellings_read_back() {
        macro_rules! walk {
            ($($name:ident)+) => {$(
                for value in $name::ALL {
                    assert_eq!($name::parse(value.code()), Some(*value));
                    assert_eq!($name::from_code(value.code()), Some(*value));
                    for lang in [Lang::Es, Lang::En] {
                        let id = value.message().id;
                        assert!(Messages::new(lang).has(id), "{id} in {}", lang.code());
                    }
                }
            )+};
        }
        walk!(Kind Sex Gender Exploitation ServiceKind DocumentKind Agreement ConsentForm Channel Caller Reason);
        // What a mistake says is accepted is accepted when it is typed.
        macro_rules! named {
            ($($name:ident)+) => {$(
                for (value, id) in $name::ALL.iter().zip($name::NAMES) {
                    assert_eq!(value.message().id, *id);
                    for lang in [Lang::Es, Lang::En] {
                        let called = Messages::new(lang).text(id);
                        assert_eq!($name::parse(&called), Some(*value), "{id}: {called}");
                    }
                }
            )+};
        }
        named!(Kind Sex Gender Exploitation ServiceKind DocumentKind Agreement ConsentForm Channel Caller Reason);
        assert_eq!(Sex::parse("Mujer"), Some(Sex::Female));
        assert_eq!(Sex::parse("h"), Some(Sex::Male));
        assert_eq!(Agreement::parse("SÍ"), Some(Agreement::Yes));
        assert_eq!(
            Exploitation::parse("Explotacion  Sexual"),
            Some(Exploitation::Sexual)
        );
        assert_eq!(Sex::parse(""), None);
        assert_eq!(Sex::parse("..."), None);
    }
}
