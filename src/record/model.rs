//! What a record holds (manual: *record*, "Fields").
//!
//! These types are the stored format: `bincode` writes their fields in the order of declaration and
//! enum variants by number. **Never reorder, remove or change a field or variant of a stored
//! version.** Nothing here prints its contents, and a record is overwritten when it is dropped.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use super::code::{
    Agreement, Caller, Channel, ConsentForm, DocumentKind, Exploitation, Gender, Kind, Reason,
    ServiceKind, Sex,
};
use super::country::Country;
use super::date::{Date, PartialDate};
use super::field::FieldId;

/// The record of a person, or of a call about one.
///
/// An empty text or list is "nothing on record"; `unanswered` can say why.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize)]
pub struct Record {
    /// What the record is about.
    pub kind: Kind,
    /// The site's own case number.
    pub local_id: String,
    /// Given names as written.
    pub given_names: String,
    /// First surname.
    pub paternal_surname: String,
    /// Second surname.
    pub maternal_surname: String,
    /// Surname by marriage, `de López`.
    pub married_name: String,
    /// Other names: nicknames, names used by the exploiters, names in own orthography.
    pub aliases: Vec<String>,
    /// What the person wants to be called.
    pub preferred_name: String,
    /// Sex as registered.
    pub sex: Option<Sex>,
    /// Gender, if said.
    pub gender: Option<Gender>,
    /// Birth, at the precision known.
    pub birth: Birth,
    /// Nationalities.
    pub nationality: Vec<Country>,
    /// Place of birth.
    pub birth_place: Place,
    /// Where the person lives or lived last.
    pub residence: Place,
    /// Street and number of the residence.
    pub address: String,
    /// Postal code of the residence.
    pub postal_code: String,
    /// Languages, the strongest first: ISO 639 codes or names as written.
    pub languages: Vec<String>,
    /// People or ethnicity, as the person says it.
    pub ethnicity: String,
    /// Disabilities and needs of access.
    pub disability: String,
    /// Identity documents.
    pub documents: Vec<Document>,
    /// Telephone numbers as written.
    pub phones: Vec<String>,
    /// Electronic mail.
    pub email: String,
    /// Whether and how it is safe to get in touch.
    pub safe_contact: String,
    /// Forms of exploitation.
    pub exploitation: Vec<Exploitation>,
    /// Services with an entry of their own.
    pub services: Vec<Service>,
    /// Services that are only known by number, beside the entries of `services`.
    pub service_counts: ServiceCounts,
    /// Legal actions.
    pub legal_actions: Vec<LegalAction>,
    /// Day of intake, or of the call.
    pub intake: Option<PartialDate>,
    /// Consents.
    pub consents: Consents,
    /// What only a call has.
    pub call: Call,
    /// When the record is to be erased.
    pub retain_until: Option<Date>,
    /// Notes.
    pub notes: String,
    /// Why fields are empty, at most one reason a field.
    pub unanswered: Vec<Unanswered>,
    /// Forms of HTCDS 2.0, for what has no field above.
    pub htcds: Vec<Form>,
}

/// Birth, at the precision known.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, Zeroize)]
pub enum Birth {
    /// Nothing on record.
    #[default]
    Unknown,
    /// A date of birth.
    Date(PartialDate),
    /// An age that somebody said or estimated.
    Age(EstimatedAge),
}

/// An age in years.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize)]
pub struct EstimatedAge {
    /// Completed years, as estimated.
    pub years: u8,
    /// On which day; `None` if nobody wrote it down.
    pub at: Option<Date>,
}

/// A place as written.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, Zeroize)]
pub struct Place {
    /// Country.
    pub country: String,
    /// State or department.
    pub state: String,
    /// Municipality.
    pub municipality: String,
}

/// An identity document. Never checked so that a record is refused: see [`super::document`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize)]
pub struct Document {
    /// Kind of document.
    pub kind: DocumentKind,
    /// Number as written.
    pub number: String,
    /// Issuing country.
    pub country: Option<Country>,
}

/// A service given.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize)]
pub struct Service {
    /// Kind of service.
    pub kind: ServiceKind,
    /// When.
    pub date: Option<PartialDate>,
    /// Note.
    pub note: String,
}

/// Numbers of services without an entry.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, Zeroize)]
pub struct ServiceCounts {
    /// Medical.
    pub medical: Option<u32>,
    /// Social protection.
    pub social_protection: Option<u32>,
    /// Mental health.
    pub mental_health: Option<u32>,
    /// Legal.
    pub legal: Option<u32>,
}

/// A complaint, trial, injunction or the like.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize)]
pub struct LegalAction {
    /// What was done.
    pub what: String,
    /// When.
    pub date: Option<PartialDate>,
    /// What came of it.
    pub outcome: String,
}

/// The consents of a person.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, Zeroize)]
pub struct Consents {
    /// To hold this record (HTCDS `con_Consent`).
    pub record: Consent,
    /// To blind matching with other sites.
    pub matching: Consent,
    /// To referral to another site.
    pub referral: Consent,
}

/// One consent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize)]
pub struct Consent {
    /// What the person said.
    pub given: Agreement,
    /// For what.
    pub purpose: String,
    /// Last day on which it holds.
    pub until: Option<Date>,
    /// Day from which it is withdrawn.
    pub withdrawn: Option<Date>,
    /// Day on which it was given.
    pub taken_on: Option<Date>,
    /// Who asked.
    pub taken_by: String,
    /// How it was given.
    pub form: Option<ConsentForm>,
}

impl Default for Consent {
    fn default() -> Self {
        Self {
            given: Agreement::NotAsked,
            purpose: String::new(),
            until: None,
            withdrawn: None,
            taken_on: None,
            taken_by: String::new(),
            form: None,
        }
    }
}

impl Consent {
    /// Whether this is a "yes" that holds on `day`: not before it was given, not after its last
    /// day, and not withdrawn by then.
    pub fn is_valid_on(&self, day: Date) -> bool {
        self.given == Agreement::Yes
            && self.taken_on.is_none_or(|from| from <= day)
            && self.until.is_none_or(|until| day <= until)
            && self.withdrawn.is_none_or(|withdrawn| day < withdrawn)
    }
}

/// What only a hotline call has.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, Zeroize)]
pub struct Call {
    /// By which way.
    pub channel: Option<Channel>,
    /// Who called.
    pub caller: Option<Caller>,
    /// Whether it led to an intervention.
    pub intervention: Option<bool>,
    /// Which.
    pub intervention_note: String,
}

/// An empty field and why.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unanswered {
    /// Which field.
    pub field: FieldId,
    /// Why it is empty.
    pub reason: Reason,
}

impl Zeroize for Unanswered {
    fn zeroize(&mut self) {
        self.reason.zeroize();
    }
}

/// One filled form of a section of HTCDS 2.0. Events, plans, referrals and comments may occur more
/// than once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize)]
pub struct Form {
    /// Answers, of one section.
    pub answers: Vec<Answer>,
}

/// The answer to one field of HTCDS 2.0.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize)]
pub struct Answer {
    /// System name, such as `vic_MethodsOfControl`.
    pub field: String,
    /// One value, or several of a multiselect picklist.
    pub values: Vec<String>,
}

impl Record {
    /// An empty record.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            local_id: String::new(),
            given_names: String::new(),
            paternal_surname: String::new(),
            maternal_surname: String::new(),
            married_name: String::new(),
            aliases: Vec::new(),
            preferred_name: String::new(),
            sex: None,
            gender: None,
            birth: Birth::Unknown,
            nationality: Vec::new(),
            birth_place: Place::default(),
            residence: Place::default(),
            address: String::new(),
            postal_code: String::new(),
            languages: Vec::new(),
            ethnicity: String::new(),
            disability: String::new(),
            documents: Vec::new(),
            phones: Vec::new(),
            email: String::new(),
            safe_contact: String::new(),
            exploitation: Vec::new(),
            services: Vec::new(),
            service_counts: ServiceCounts::default(),
            legal_actions: Vec::new(),
            intake: None,
            consents: Consents::default(),
            call: Call::default(),
            retain_until: None,
            notes: String::new(),
            unanswered: Vec::new(),
            htcds: Vec::new(),
        }
    }

    /// How many services of one kind the person received: the entries and those only counted.
    pub fn service_total(&self, kind: ServiceKind) -> u64 {
        let counted = match kind {
            ServiceKind::Medical => self.service_counts.medical,
            ServiceKind::SocialProtection => self.service_counts.social_protection,
            ServiceKind::MentalHealth => self.service_counts.mental_health,
            ServiceKind::Legal => self.service_counts.legal,
        };
        let entries = self.services.iter().filter(|s| s.kind == kind).count();
        u64::from(counted.unwrap_or(0)) + entries as u64
    }

    /// Why a field is empty, if that is on record.
    pub fn reason(&self, field: FieldId) -> Option<Reason> {
        self.unanswered
            .iter()
            .find(|u| u.field == field)
            .map(|u| u.reason)
    }

    /// Completed years at `day`, least and greatest; `None` if nothing is known.
    pub fn age_at(&self, day: Date) -> Option<(u16, u16)> {
        match &self.birth {
            Birth::Unknown => None,
            Birth::Date(date) => date.age_at(day),
            Birth::Age(age) => {
                let since = age.at.map_or(Some(0), |at| at.age_at(day))?;
                let least = u16::from(age.years) + since;
                Some((least, least + u16::from(age.at.is_some())))
            }
        }
    }

    /// Whether there is anything by which the record can be found again: a case number, a name, a
    /// document or a telephone; for a call, a day suffices.
    pub fn is_identifiable(&self) -> bool {
        [
            &self.local_id,
            &self.given_names,
            &self.paternal_surname,
            &self.maternal_surname,
            &self.married_name,
            &self.preferred_name,
        ]
        .iter()
        .any(|text| !text.is_empty())
            || !self.aliases.is_empty()
            || !self.documents.is_empty()
            || !self.phones.is_empty()
            || (self.kind == Kind::Call && self.intake.is_some())
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        self.zeroize();
    }
}

macro_rules! silent {
    ($($name:ident)+) => {$(
        /// Says nothing of the contents.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )+};
}
silent!(Record Birth EstimatedAge Place Document Service ServiceCounts LegalAction Consents Consent
    Call Unanswered Form Answer);
