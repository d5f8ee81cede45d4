//! HTCDS 2.0, the Human Trafficking Case Data Standard (manual: *record*, "HTCDS").
//!
//! Every field of the standard has a place in a record: a field of our own where there is one that
//! says as much or more, else an answer in a [`Form`](super::Form). Facts: repository
//! UNMigration/HTCDS, commit 3c2f653, CC BY 4.0; names are spelt as there.

use super::date::PartialDate;
use super::field::FieldId;
use super::finding::Fault;
use super::value::parse_count;

/// Where a field of the standard is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// In these fields of ours.
    Own(&'static [FieldId]),
    /// In a form.
    Form,
}

/// What a field of the standard can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Text, also what refers to another record.
    Text,
    /// A date.
    Date,
    /// A number.
    Number,
    /// `true` or `false`.
    Checkbox,
    /// One of these.
    One(&'static [&'static str]),
    /// Any of these.
    Many(&'static [&'static str]),
}

/// One field of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standard {
    /// System name.
    pub name: &'static str,
    /// Where it is kept.
    pub home: Home,
    /// What it can hold.
    pub shape: Shape,
}

/// Between the answers of several forms of one part of the standard, which has them in rows of their own.
pub(super) const FORMS: &str = " | ";

/// The part of the standard that a field belongs to: `vic` of `vic_MethodsOfControl`.
pub(super) fn section(name: &str) -> &str {
    name.split('_').next().unwrap_or_default()
}

/// The field with this system name.
pub fn find(name: &str) -> Option<&'static Standard> {
    TABLE.iter().find(|s| s.name == name)
}

/// The names of all fields that can stand in a form.
pub fn names() -> Vec<&'static str> {
    TABLE
        .iter()
        .filter(|s| s.home == Home::Form)
        .map(|s| s.name)
        .collect()
}

impl Standard {
    /// Whether the field can hold these values.
    ///
    /// # Errors
    /// What is wrong with the first that it can not.
    pub fn accept(&self, values: &[String]) -> Result<(), Fault> {
        if values.len() > 1 && !matches!(self.shape, Shape::Many(_)) {
            return Err(Fault::TooMany { max: 1 });
        }
        for value in values {
            match self.shape {
                Shape::Date if PartialDate::parse(value).is_err() => return Err(Fault::NotADate),
                Shape::Number => {
                    parse_count(value)?;
                }
                Shape::Checkbox if !matches!(value.as_str(), "true" | "false") => {
                    return Err(Fault::NotAllowed {
                        allowed: &["true", "false"],
                    });
                }
                Shape::One(allowed) | Shape::Many(allowed)
                    if !allowed.contains(&value.as_str())
                        // The standard lets platforms be added as they come up.
                        && allowed != PLATFORMS =>
                {
                    return Err(Fault::NotAllowed { allowed });
                }
                _ => {}
            }
        }
        Ok(())
    }
}

use FieldId as F;

const fn own(name: &'static str, fields: &'static [FieldId]) -> Standard {
    Standard {
        name,
        home: Home::Own(fields),
        shape: Shape::Text,
    }
}

const fn form(name: &'static str, shape: Shape) -> Standard {
    Standard {
        name,
        home: Home::Form,
        shape,
    }
}

use Shape::{Checkbox, Date, Many, Number, One, Text};

const PLATFORMS: &[&str] = &[
    "Facebook",
    "Instagram",
    "WhatsApp",
    "Telegram",
    "FacebookMessenger",
    "Viber",
    "SnapChat",
    "Line",
    "4Sale",
    "WeChat",
    "QQ",
    "QZone",
    "TikTok",
    "Twitter",
    "Other",
];

const REFERRAL_REASONS: &[&str] = &[
    "AdditionalServicesRequired",
    "MigrationOrChangeOfLocation",
    "Other",
];

/// The standard, in its order.
pub const TABLE: &[Standard] = &[
    form("org_Name", Text),
    form("org_ShippingCity", Text),
    form("org_ShippingCountry", Text),
    form("org_ShippingState", Text),
    form("org_ShippingStreet", Text),
    form("org_ShippingPostalCode", Text),
    form("org_ShippingLongitude", Text),
    form("org_ShippingLatitude", Text),
    form("org_Phone", Text),
    form(
        "org_Type",
        One(&[
            "NGO",
            "LawEnforcement",
            "HealthServiceOrganisation",
            "CentralGovernmentOrganisation",
            "LocalGovernmentOrganisation",
            "ImmigrationService",
            "LegalService",
            "CorporateBusiness",
            "SchoolOrCollege",
        ]),
    ),
    form("prs_Salutation", Text),
    own("prs_FirstName", &[F::GivenNames]),
    own("prs_MiddleName", &[F::GivenNames]),
    own("prs_SecondName", &[F::PaternalSurname, F::MaternalSurname]),
    own("prs_Birthdate", &[F::DateOfBirth]),
    own("prs_Gender", &[F::Gender]),
    form("prs_Deceased", Checkbox),
    form(
        "prs_MaritalStatus",
        One(&[
            "Single",
            "Married",
            "Widowed",
            "Divorced",
            "Separated",
            "RegisteredPartnership",
        ]),
    ),
    form("prs_NumberOfChildren", Number),
    own("prs_PrimaryLanguage", &[F::Languages]),
    own("prs_SecondaryLanguage", &[F::Languages]),
    form(
        "prs_HighestLevelOfEducation",
        One(&[
            "EarlyChildhoodEducation",
            "PrimaryEducation",
            "LowerSecondaryEducation",
            "UpperSecondaryEducation",
            "PostSecondaryNonTertiaryEducation",
            "ShortCycleTertiaryEducation",
            "BachelorsOrEquivalentLevel",
            "MastersOrEquivalentLevel",
            "DoctoralOrEquivalentLevel",
        ]),
    ),
    own("prs_Citizenship", &[F::Nationality]),
    own("prs_IdentityNumber", &[F::DocumentNumber]),
    form("prs_Title", Text),
    own("prs_Email", &[F::Email]),
    own("prs_HomePhone", &[F::Phone]),
    own("prs_MobilePhone", &[F::Phone]),
    own("prs_MailingCity", &[F::ResidenceMunicipality]),
    own("prs_MailingCountry", &[F::ResidenceCountry]),
    own("prs_MailingState", &[F::ResidenceState]),
    own("prs_MailingStreet", &[F::Address]),
    own("prs_MailingPostalCode", &[F::PostalCode]),
    form("prs_MailingLongitude", Text),
    form("prs_MailingLatitude", Text),
    own("vic_AgreementToManagePersonalData", &[F::ConsentRecord]),
    form(
        "vic_TraffickingStatus",
        One(&[
            "PossibleVictimOfTrafficking",
            "ActualVictimOfTrafficking",
            "NotAVictimOfTrafficking",
        ]),
    ),
    form(
        "vic_TraffickingStatusDecisionMakingOrg",
        One(&[
            "Police",
            "NGO",
            "CourtOrProsecution",
            "NonPoliceGovernmentalOrganization",
            "Other",
        ]),
    ),
    form(
        "vic_RelationshipToTrafficker",
        One(&["Familial", "Acquainted", "Unaquainted"]),
    ),
    form("vic_AgeWhenTrafficked", Number),
    form("vic_RecruitmentWebsitesAndApps", Many(PLATFORMS)),
    form(
        "vic_MethodOfRecruitment",
        Many(&[
            "AtAPlaceOfBusiness",
            "AtAnEducationalInstitution",
            "AtWork",
            "ThroughOnlineSocialNetworks",
            "ThroughAnOnlineAdvertisement",
            "ThroughATelevisionAdvert",
            "ThroughANewspaperAdvert",
            "ThroughFamilyOrFamilyEvents",
            "ThroughFriendsOrSocialEvents",
            "Other",
        ]),
    ),
    form("vic_LocationOfRecruitment", Text),
    form(
        "vic_MethodsOfControl",
        Many(&[
            "PhysicalThreats",
            "ThreatsLawEnforcement",
            "ThreatensChildrenFamily",
            "DebtBondage",
            "FalsePromises",
            "PhysicalAbuse",
            "SexualAbuse",
            "TakesEarnings",
            "RestrictsFinancialAccess",
            "RestrictsMedicalCare",
            "WithholdsNecessities",
            "PsychologicalAbuse",
            "PsychoactiveSubstance",
            "ExcessiveWorkingHours",
            "WithholdsDocuments",
            "Other",
        ]),
    ),
    own("vic_TypeOfExploitation", &[F::ExploitationType]),
    form(
        "vic_ForcedLabourIndustry",
        One(&[
            "A_AgricultureForestryAndFishing",
            "B_MiningAndQuarrying",
            "C_Manufacturing",
            "D_ElectricityGasSteamAndAirConditioningSupply",
            "E_WaterSupplySewerageWasteManagement",
            "F_Construction",
            "G_WholesaleAndRetailTradeRepairOfMotorVehicles",
            "H_TransportationAndStorage",
            "I_AccommodationAndFoodServiceActivities",
            "J_InformationAndCommunication",
            "K_FinancialAndInsuranceActivities",
            "L_RealEstateActivities",
            "M_ProfessionalScientificAndTechnicalActivities",
            "N_AdministrativeAndSupportServiceActivities",
            "O_PublicAdministrationAndDefence",
            "P_Education",
            "Q_HumanHealthAndSocialWorkActivities",
            "R_ArtsEntertainmentAndRecreation",
            "S_OtherServiceActivities",
            "T_ActivitiesOfHouseholdsAsEmployers",
            "U_ActivitiesOfExtraterritorialOrganizations",
        ]),
    ),
    form(
        "vic_TypeOfSexExploitation",
        Many(&[
            "Prostitution",
            "Pornography",
            "RemoteInteractiveServices",
            "PrivateSexualServices",
        ]),
    ),
    form("vic_LocationOfExploitation", Text),
    form("vic_ExploitationWebsitesAndApps", Many(PLATFORMS)),
    form(
        "vic_Vulnerabilities",
        Many(&[
            "Addiction",
            "SocialGroup",
            "Discrimination",
            "Poverty",
            "DisabilityAndPhysicalHealth",
            "MentalHealth",
            "Migration",
            "Homelessness",
            "AbuseSocialMedia",
            "AbusePhysical",
            "Education",
            "WorkEnvironment",
        ]),
    ),
    form("vic_DetailsOfVulnerabilities", Text),
    form(
        "per_RoleInProcess",
        Many(&[
            "TravellingPartner",
            "Transporter",
            "RecruiterOrIntermediary",
            "BrokerTravelAgent",
            "TransferredIndividual",
            "HarbouredIndividual",
            "SoldIndividual",
            "BoughtIndividual",
            "ReceivedIndividual",
            "ControlledIndividual",
            "Smuggler",
            "Abuser",
            "Kidnapper",
            "Exploiter",
            "Other",
        ]),
    ),
    form("per_RoleDetails", Text),
    form("per_Organisation", Text),
    form(
        "cas_Status",
        One(&["Active", "FollowUp", "Closed", "ClosedReferred"]),
    ),
    form("cas_ReasonForCaseClosure", Text),
    form("cas_CaseOwner", Text),
    form("cas_ReferringOrganisation", Text),
    form("cas_IncomingReferralDate", Date),
    form("cas_ReferringPrimaryCaseWorker", Text),
    form("cas_ReasonForIncomingReferral", One(REFERRAL_REASONS)),
    form("cas_IncomingReferralDetails", Text),
    form("cas_ReferredOrganisation", Text),
    form("cas_ReferredPrimaryCaseWorker", Text),
    form("cas_ReasonForOutgoingReferral", One(REFERRAL_REASONS)),
    form("cas_OutgoingReferralDate", Date),
    form("cas_OutgoingReferralDetails", Text),
    form("cco_CaseComment", Text),
    form("hte_Longitude", Text),
    form("hte_Latitude", Text),
    form("hte_City", Text),
    form("hte_Country", Text),
    form("hte_State", Text),
    form("hte_Street", Text),
    form("hte_PostalCode", Text),
    form("hte_Date", Date),
    form("hte_Type", One(&["Recruitment", "Transit", "Exploitation"])),
    form("hte_Description", Text),
    form("spl_Objectives", Text),
    form("spl_ActionPlan", Text),
    form("spl_PlannedEndDate", Date),
    form("spl_ActualEndDate", Date),
    form(
        "spl_Type",
        One(&[
            "Education",
            "Financial",
            "Health",
            "LabourExploitationRehabilitation",
            "Legal",
            "Livelihood",
            "RightsBasedTraining",
            "SexualExploitationRehabilitation",
            "SocialCare",
        ]),
    ),
    own("con_Consent", &[F::ConsentRecord]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Answer, Form, Kind, Record, from_json, get, set, to_json};

    const NAMES: &str = include_str!("../../tests/data/record/htcds-2.0.txt");

    fn sample(shape: Shape) -> Vec<String> {
        match shape {
            Shape::Text => vec!["x".to_owned()],
            Shape::Date => vec!["2024-05-01".to_owned()],
            Shape::Number => vec!["3".to_owned()],
            Shape::Checkbox => vec!["true".to_owned()],
            Shape::One(all) => vec![all[0].to_owned()],
            Shape::Many(all) => all.iter().map(|v| (*v).to_owned()).collect(),
        }
    }

    #[test]
    fn every_field_of_the_standard_can_be_held() {
        assert_eq!(NAMES.lines().count(), 84);
        let mut record = Record::new(Kind::Victim);
        for name in NAMES.lines() {
            let standard = find(name).unwrap_or_else(|| panic!("{name} has no home"));
            match standard.home {
                Home::Form => {
                    let values = sample(standard.shape);
                    assert_eq!(standard.accept(&values), Ok(()), "{name}");
                    record.htcds.push(Form {
                        answers: vec![Answer {
                            field: name.to_owned(),
                            values,
                        }],
                    });
                }
                Home::Own(fields) => {
                    for field in fields {
                        let text = match field {
                            FieldId::DateOfBirth => "2004-03-18",
                            FieldId::Gender => "Feminine",
                            FieldId::Nationality => "HND",
                            FieldId::ExploitationType => "ForcedLabour",
                            FieldId::ConsentRecord => "yes",
                            _ => "x",
                        };
                        set(&mut record, *field, text).unwrap();
                        assert_ne!(get(&record, *field), "", "{name}");
                    }
                }
            }
        }
        assert!(from_json(&to_json(&record).to_string()).unwrap() == record);
    }

    #[test]
    fn every_form_of_exploitation_of_the_standard_is_known() {
        for name in [
            "ForcedLabour",
            "SexualExploitation",
            "ChildLabour",
            "ForcedMarriage",
            "Servitude",
            "ForcedMilitaryByNonStateActors",
            "OrganRemoval",
            "ForcedBegging",
            "ForcedAdoption",
            "Surrogacy",
            "Other",
        ] {
            assert!(
                crate::record::code::Exploitation::parse(name).is_some(),
                "{name}"
            );
        }
    }
}
