//! The one table of fields (manual: *record*, "Fields").
//!
//! Every field that can be typed has an id, which is also its CSV column, its JSON key and its name
//! in `amend --set`; a group; a label; and a question for the interview.

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use super::code::Kind;
use crate::i18n::Message;

/// Fields that belong together on a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    /// Case.
    Case,
    /// Names.
    Name,
    /// Sex, birth and the like.
    Person,
    /// Origin and residence.
    Place,
    /// How to get in touch.
    Contact,
    /// Documents.
    Document,
    /// Exploitation.
    Exploitation,
    /// Services and legal actions.
    Service,
    /// Consents.
    Consent,
    /// The call.
    Call,
}

impl Group {
    /// Heading.
    pub fn message(self) -> Message {
        Message::new(match self {
            Self::Case => "record-group-case",
            Self::Name => "record-group-name",
            Self::Person => "record-group-person",
            Self::Place => "record-group-place",
            Self::Contact => "record-group-contact",
            Self::Document => "record-group-document",
            Self::Exploitation => "record-group-exploitation",
            Self::Service => "record-group-service",
            Self::Consent => "record-group-consent",
            Self::Call => "record-group-call",
        })
    }
}

/// Hands the whole table to a macro: variant, id, group, shape, and the place in the record. The
/// shapes from `DocumentType` on are computed and have no place of their own.
macro_rules! with_fields {
    ($then:ident) => {
        $then! {
            LocalId "local_id" Case Text(local_id);
            Role "role" Case Kind(kind);
            IntakeDate "intake_date" Case Partial(intake);
            RetainUntil "retain_until" Case Day(retain_until);
            Notes "notes" Case Long(notes);
            PreferredName "preferred_name" Name Text(preferred_name);
            GivenNames "given_names" Name Text(given_names);
            PaternalSurname "paternal_surname" Name Text(paternal_surname);
            MaternalSurname "maternal_surname" Name Text(maternal_surname);
            MarriedName "married_name" Name Text(married_name);
            Aliases "aliases" Name Texts(aliases);
            Sex "sex" Person Sex(sex);
            Gender "gender" Person Gender(gender);
            DateOfBirth "date_of_birth" Person Birth(birth);
            EstimatedAge "estimated_age" Person EstimatedAge();
            Nationality "nationality" Person Countries(nationality);
            Languages "languages" Person Texts(languages);
            Ethnicity "ethnicity" Person Text(ethnicity);
            Disability "disability" Person Text(disability);
            BirthCountry "birth_country" Place Text(birth_place.country);
            BirthState "birth_state" Place Text(birth_place.state);
            BirthMunicipality "birth_municipality" Place Text(birth_place.municipality);
            ResidenceCountry "residence_country" Place Text(residence.country);
            ResidenceState "residence_state" Place Text(residence.state);
            ResidenceMunicipality "residence_municipality" Place Text(residence.municipality);
            Address "address" Place Text(address);
            PostalCode "postal_code" Place Text(postal_code);
            Phone "phone" Contact Texts(phones);
            Email "email" Contact Text(email);
            SafeContact "safe_contact" Contact Long(safe_contact);
            DocumentType "document_type" Document DocumentType();
            DocumentNumber "document_number" Document DocumentNumber();
            DocumentCountry "document_country" Document DocumentCountry();
            Curp "curp" Document Curp();
            Cui "cui" Document Cui();
            Dui "dui" Document Dui();
            Dni "dni" Document Dni();
            Passport "passport" Document Passport();
            ExploitationType "exploitation_type" Exploitation Exploitations(exploitation);
            Medical "medical" Service Count(service_counts.medical);
            SocialProtection "social_protection" Service Count(service_counts.social_protection);
            MentalHealth "mental_health" Service Count(service_counts.mental_health);
            Legal "legal" Service Count(service_counts.legal);
            Services "services" Service Services();
            LegalActions "legal_actions" Service LegalActions();
            ConsentRecord "consent_record" Consent Agreement(consents.record.given);
            ConsentRecordPurpose "consent_record_purpose" Consent Text(consents.record.purpose);
            ConsentRecordUntil "consent_record_until" Consent Day(consents.record.until);
            ConsentRecordWithdrawn "consent_record_withdrawn" Consent Day(consents.record.withdrawn);
            ConsentRecordTakenOn "consent_record_taken_on" Consent Day(consents.record.taken_on);
            ConsentRecordTakenBy "consent_record_taken_by" Consent Text(consents.record.taken_by);
            ConsentRecordForm "consent_record_form" Consent ConsentForm(consents.record.form);
            ConsentMatching "consent_matching" Consent Agreement(consents.matching.given);
            ConsentMatchingPurpose "consent_matching_purpose" Consent Text(consents.matching.purpose);
            ConsentMatchingUntil "consent_matching_until" Consent Day(consents.matching.until);
            ConsentMatchingWithdrawn "consent_matching_withdrawn" Consent Day(consents.matching.withdrawn);
            ConsentMatchingTakenOn "consent_matching_taken_on" Consent Day(consents.matching.taken_on);
            ConsentMatchingTakenBy "consent_matching_taken_by" Consent Text(consents.matching.taken_by);
            ConsentMatchingForm "consent_matching_form" Consent ConsentForm(consents.matching.form);
            ConsentReferral "consent_referral" Consent Agreement(consents.referral.given);
            ConsentReferralPurpose "consent_referral_purpose" Consent Text(consents.referral.purpose);
            ConsentReferralUntil "consent_referral_until" Consent Day(consents.referral.until);
            ConsentReferralWithdrawn "consent_referral_withdrawn" Consent Day(consents.referral.withdrawn);
            ConsentReferralTakenOn "consent_referral_taken_on" Consent Day(consents.referral.taken_on);
            ConsentReferralTakenBy "consent_referral_taken_by" Consent Text(consents.referral.taken_by);
            ConsentReferralForm "consent_referral_form" Consent ConsentForm(consents.referral.form);
            CallChannel "call_channel" Call Channel(call.channel);
            CallCaller "call_caller" Call Caller(call.caller);
            CallIntervention "call_intervention" Call Flag(call.intervention);
            CallInterventionNote "call_intervention_note" Call Long(call.intervention_note);
        }
    };
}
pub(crate) use with_fields;

macro_rules! declare {
    ($($variant:ident $id:literal $group:ident $shape:ident ($($path:tt)*);)+) => {
        /// A field that can be typed. Stored and written by its id, so the order here is free.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        #[allow(missing_docs, reason = "each is described by its label and by the manual's table")]
        pub enum FieldId { $($variant),+ }

        impl FieldId {
            /// Every field, in the order in which a record is shown.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable id: CSV column, JSON key, name on the command line.
            pub fn id(self) -> &'static str {
                match self { $(Self::$variant => $id),+ }
            }

            /// The field with this id, letter for letter.
            pub fn from_id(id: &str) -> Option<Self> {
                match id { $($id => Some(Self::$variant),)+ _ => None }
            }

            /// What it belongs to.
            pub fn group(self) -> Group {
                match self { $(Self::$variant => Group::$group),+ }
            }

            /// Label.
            pub fn label(self) -> Message {
                Message::new(match self {
                    $(Self::$variant => concat!("record-field-", $id)),+
                })
            }

            /// Question of the interview.
            pub fn question(self) -> Message {
                Message::new(match self {
                    $(Self::$variant => concat!("record-ask-", $id)),+
                })
            }
        }
    };
}
with_fields!(declare);

impl FieldId {
    /// Whether *unknown*, *refused* and *not asked* can stand in the place of a value.
    pub fn can_be_unanswered(self) -> bool {
        matches!(
            self.group(),
            Group::Name
                | Group::Person
                | Group::Place
                | Group::Contact
                | Group::Document
                | Group::Exploitation
        )
    }

    /// The field whose id is nearest to what was written, if any is near.
    pub fn nearest(written: &str) -> Option<Self> {
        nearest(written, Self::ALL.iter().map(|f| f.id())).and_then(Self::from_id)
    }
}

/// The candidate most like `written`, if it is like enough to be meant.
pub(crate) fn nearest<'a>(
    written: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    let written: String = written.chars().take(60).collect::<String>().to_lowercase();
    candidates
        .map(|c| (strsim::jaro_winkler(&written, &c.to_lowercase()), c))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(likeness, _)| *likeness >= 0.8)
        .map(|(_, c)| c)
}

impl From<FieldId> for String {
    fn from(field: FieldId) -> Self {
        field.id().to_owned()
    }
}

/// No field has this id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a field")]
pub struct NotAField;

impl TryFrom<String> for FieldId {
    type Error = NotAField;

    fn try_from(mut id: String) -> Result<Self, NotAField> {
        let field = Self::from_id(&id);
        id.zeroize();
        field.ok_or(NotAField)
    }
}

/// The questions to ask, in an order fit for a frightened person (manual: *desk*, "The order of the
/// questions"): what may be written down, how to stay safe and what is needed now come first; then what
/// is easy to say; then what may be done with the answers; only then who the person is in the eyes of the
/// law; what hurts comes last. Every question may be left without an answer.
pub fn interview(kind: Kind) -> &'static [FieldId] {
    use FieldId as F;
    const PERSON: &[FieldId] = &[
        // Leave, safety, needs.
        F::ConsentRecord,
        F::SafeContact,
        F::Languages,
        F::Disability,
        F::PreferredName,
        // Easy to say.
        F::DateOfBirth,
        F::Sex,
        F::Gender,
        F::Nationality,
        F::Ethnicity,
        F::BirthCountry,
        F::BirthState,
        F::BirthMunicipality,
        // What the house knows without asking.
        F::LocalId,
        F::IntakeDate,
        F::Medical,
        F::SocialProtection,
        F::MentalHealth,
        F::Legal,
        // What may be done with it.
        F::ConsentMatching,
        F::ConsentMatchingUntil,
        F::ConsentMatchingForm,
        F::ConsentReferral,
        F::ConsentReferralUntil,
        F::ConsentReferralForm,
        // Who the person is.
        F::GivenNames,
        F::PaternalSurname,
        F::MaternalSurname,
        F::MarriedName,
        F::Aliases,
        F::Phone,
        F::ResidenceCountry,
        F::ResidenceState,
        F::ResidenceMunicipality,
        F::DocumentType,
        F::DocumentNumber,
        F::DocumentCountry,
        // What hurts.
        F::ExploitationType,
        F::LegalActions,
        F::Notes,
        F::RetainUntil,
    ];
    const CALL: &[FieldId] = &[
        F::ConsentRecord,
        F::SafeContact,
        F::Languages,
        F::PreferredName,
        F::CallChannel,
        F::CallCaller,
        F::DateOfBirth,
        F::Sex,
        F::Nationality,
        F::LocalId,
        F::IntakeDate,
        F::CallIntervention,
        F::CallInterventionNote,
        F::ConsentMatching,
        F::ConsentMatchingUntil,
        F::ConsentReferral,
        F::GivenNames,
        F::PaternalSurname,
        F::MaternalSurname,
        F::Aliases,
        F::Phone,
        F::BirthState,
        F::BirthMunicipality,
        F::ResidenceState,
        F::ResidenceMunicipality,
        F::ExploitationType,
        F::Notes,
    ];
    match kind {
        Kind::Victim | Kind::Witness => PERSON,
        Kind::Call => CALL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Lang, Messages};

    #[test]
    fn every_field_has_a_label_and_a_question_in_both_languages() {
        for lang in [Lang::Es, Lang::En] {
            let texts = Messages::new(lang);
            for field in FieldId::ALL {
                for id in [
                    field.label().id,
                    field.question().id,
                    field.group().message().id,
                ] {
                    assert!(texts.has(id), "{id} in {}", lang.code());
                }
                assert_eq!(FieldId::from_id(field.id()), Some(*field));
            }
        }
    }

    #[test]
    fn the_interview_asks_nothing_twice_and_consent_first() {
        for kind in Kind::ALL {
            let mut asked = interview(*kind).to_vec();
            let place = |field| asked.iter().position(|f| *f == field).unwrap();
            assert_eq!(asked[0], FieldId::ConsentRecord);
            assert_eq!(asked[1], FieldId::SafeContact);
            // Nobody is asked for a name before knowing what it is used for, or first of all for what hurts.
            assert!(place(FieldId::ConsentMatching) < place(FieldId::GivenNames));
            assert!(place(FieldId::GivenNames) < place(FieldId::ExploitationType));
            asked.sort();
            asked.dedup();
            assert_eq!(asked.len(), interview(*kind).len());
        }
    }

    #[test]
    fn a_slip_finds_its_field() {
        assert_eq!(
            FieldId::nearest("paternal_surnme"),
            Some(FieldId::PaternalSurname)
        );
        assert_eq!(FieldId::nearest("zzzz"), None);
    }
}
