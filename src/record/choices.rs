//! The values among which a field chooses, so that a person need not know how they are spelled.

use super::code::{
    Agreement, Caller, Channel, ConsentForm, DocumentKind, Exploitation, Gender, Kind, Sex,
};
use super::field::FieldId;
use crate::i18n::Message;

macro_rules! all {
    ($name:ident) => {
        $name::ALL.iter().map(|v| (v.code(), v.message())).collect()
    };
}

/// The codes that a field can have and how each is called; empty for a field that is written freely.
/// *Not asked* is the absence of an answer and not among them.
pub fn choices(field: FieldId) -> Vec<(&'static str, Message)> {
    use FieldId as F;
    match field {
        F::Role => all!(Kind),
        F::Sex => all!(Sex),
        F::Gender => all!(Gender),
        F::ExploitationType => all!(Exploitation),
        F::DocumentType => all!(DocumentKind),
        F::CallChannel => all!(Channel),
        F::CallCaller => all!(Caller),
        F::ConsentRecordForm | F::ConsentMatchingForm | F::ConsentReferralForm => all!(ConsentForm),
        F::ConsentRecord | F::ConsentMatching | F::ConsentReferral | F::CallIntervention => {
            let answers = [Agreement::Yes, Agreement::No];
            answers.iter().map(|v| (v.code(), v.message())).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a field can hold several of its [`choices`].
pub fn takes_several(field: FieldId) -> bool {
    field == FieldId::ExploitationType
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Record, get, set};

    #[test]
    fn every_choice_is_a_value_of_its_field() {
        let mut chosen = 0;
        for &field in FieldId::ALL {
            for (code, _) in choices(field) {
                let mut record = Record::new(Kind::Victim);
                set(&mut record, field, code).unwrap();
                assert_eq!(get(&record, field), code, "{field:?}");
                chosen += 1;
            }
        }
        assert!(chosen > 40, "{chosen}");
    }
}
