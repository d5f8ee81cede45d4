//! What leaves a vault in clear: who may, who must agree, and what the log says of it.

mod common;

use std::cell::Cell;

use common::{create, open, passphrase, person};
use sigilo::log::act::{Act, ActKind, Reason};
use sigilo::record::Kind;
use sigilo::record::export::{Format, Item, K, write};
use sigilo::vault::audit::{self, Known};
use sigilo::vault::{
    Guarded, Location, NewSlot, Policy, Rights, SlotKind, Unlock, Vault, VaultError,
};

const OTHER: &str = "la segunda persona de la casa";
const READER: &str = "solo lee y nada más que eso";

fn add(vault: &mut Vault, name: &str, text: &str, rights: Rights) {
    vault
        .add_slot(&NewSlot {
            name,
            kind: SlotKind::Passphrase(common::cost()),
            unlock: Unlock::Passphrase(&passphrase(text)),
            rights,
        })
        .unwrap();
}

fn exports(vault: &Vault) -> Vec<Act> {
    let mut acts = Vec::new();
    vault
        .trail(0, |entry| {
            if entry.act.kind == ActKind::Export {
                acts.push(entry.act);
            }
            Ok(())
        })
        .unwrap();
    acts
}

fn all(vault: &Vault) -> Result<Option<Vec<Item>>, VaultError> {
    vault.export(|_| true, |_| true, &Reason::new("csv prueba").unwrap())
}

#[test]
fn an_export_needs_the_right_a_yes_and_leaves_an_act() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let mut vault = create(&dir).vault;
    add(&mut vault, "lectora", READER, Rights::READ.and(Rights::LOG));
    let first = vault.seal(&person("Ana", "López")).unwrap();
    let second = vault.seal(&person("Anita", "López")).unwrap();
    let mut witness = person("Itzel", "Pech");
    witness.kind = Kind::Witness;
    vault.seal(&witness).unwrap();
    vault
        .set_link(first, second, true, &Reason::none())
        .unwrap();

    // Without a yes there is nothing, in the caller's hands or in the log.
    let told = Cell::new(0);
    let no = |count| {
        told.set(count);
        false
    };
    let refused = vault.export(|_| true, no, &Reason::none()).unwrap();
    assert!(refused.is_none() && told.get() == 3);
    assert!(exports(&vault).is_empty());
    // Nothing wanted is no act either, and nobody is asked.
    let none = vault
        .export(|_| false, |_| panic!(), &Reason::none())
        .unwrap();
    assert!(none.unwrap().is_empty() && exports(&vault).is_empty());

    let items = all(&vault).unwrap().unwrap();
    assert_eq!(items.len(), 3);
    let of = |given: &str| {
        items
            .iter()
            .find(|i| i.record.given_names == given)
            .unwrap()
    };
    assert_eq!(of("Ana").person, of("Anita").person);
    assert_ne!(of("Ana").person, of("Itzel").person);
    let victims = |r: &sigilo::record::Record| r.kind == Kind::Victim;
    let some = vault.export(victims, |_| true, &Reason::none()).unwrap();
    assert_eq!(some.unwrap().len(), 2);
    let acts = exports(&vault);
    assert_eq!(acts.iter().map(|a| a.count).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(acts[0].reason.as_str(), "csv prueba");
    drop(vault);

    // Who may read may not take out.
    let vault = common::open_with(&dir, READER).unwrap();
    assert!(matches!(all(&vault), Err(VaultError::NotAllowed)));
    assert_eq!(exports(&vault).len(), 2);
    let report = audit::verify(&Location::new(&dir), &Known::default(), |_, _| {}).unwrap();
    assert_eq!(report.findings, []);
}

#[test]
fn where_two_must_agree_one_takes_nothing_out() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let mut vault = create(&dir).vault;
    add(&mut vault, "otra", OTHER, Rights::ALL);
    add(&mut vault, "lectora", READER, Rights::READ.and(Rights::LOG));
    vault.seal(&person("Ana", "López")).unwrap();
    let policy = Policy::default().with(Guarded::Export);
    vault.set_policy(policy, &Reason::none()).unwrap();
    drop(vault);

    let mut vault = open(&dir).unwrap();
    assert!(matches!(all(&vault), Err(VaultError::NeedsTwo)));
    // The second must be one who may export.
    let bring =
        |vault: &mut Vault, text: &str| vault.bring_second(&Unlock::Passphrase(&passphrase(text)));
    bring(&mut vault, READER).unwrap();
    assert!(matches!(all(&vault), Err(VaultError::NeedsTwo)));
    drop(vault);
    let mut vault = open(&dir).unwrap();
    let other = bring(&mut vault, OTHER).unwrap();
    assert_eq!(all(&vault).unwrap().unwrap().len(), 1);
    let acts = exports(&vault);
    assert_eq!((acts.len(), acts[0].second), (1, Some(other.0)));
    assert_eq!(vault.check(|_| {}).unwrap(), []);
}

#[test]
fn what_was_taken_out_as_a_table_is_known_again() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let vault = create(&dir).vault;
    // No case number: only the content tells that it is the same.
    let mut plain = person("Ana", "López");
    plain.phones = vec!["+52 55 1234 5678".to_owned()];
    vault.seal(&plain).unwrap();
    let items = all(&vault).unwrap().unwrap();
    let made = write(&items, Format::Csv, K);
    let read = sigilo::record::import::read(made.text.as_bytes(), &Default::default()).unwrap();
    let back = read.rows[0].record.as_ref().unwrap();
    // The guard against formulas is in the file, and is taken off again.
    assert!(made.text.contains("'+52 55 1234 5678"));
    assert_eq!(back.phones, plain.phones);
    let again = sigilo::record::export::as_table(&plain);
    let print = sigilo::record::fingerprint;
    assert_eq!(print(back), print(&again));
}

#[test]
fn a_table_of_the_standard_brings_the_same_records_into_another_house() {
    use sigilo::record::import::{self, Options};
    use sigilo::record::{FieldId, from_json, set, to_json};
    let tmp = tempfile::tempdir().unwrap();
    let one = create(&tmp.path().join("una")).vault;
    let other = create(&tmp.path().join("otra")).vault;
    let text = r#"{"role": "victim", "local_id": "A-1", "given_names": "María Guadalupe", "paternal_surname": "de la Cruz",
        "maternal_surname": "Tzoc", "gender": "Feminine", "date_of_birth": "2004-03-18", "nationality": ["GTM", "HND"],
        "phone": ["+525512345678", "+529991234567"], "consent_record": "yes", "exploitation_type": ["servitude"],
        "htcds": [{"vic_MethodsOfControl": ["DebtBondage", "TakesEarnings"]},
            {"hte_Type": "Recruitment", "hte_Country": "Guatemala"}, {"hte_Type": "Exploitation", "hte_City": "Tapachula"}]}"#;
    one.seal(&from_json(text).unwrap()).unwrap();
    let mut second = person("José", "Canul");
    set(&mut second, FieldId::LocalId, "A-2").unwrap();
    set(&mut second, FieldId::Notes, "=1+1 | queda").unwrap();
    one.seal(&second).unwrap();
    let made = write(&all(&one).unwrap().unwrap(), Format::Htcds, K);
    let rows = import::read(made.text.as_bytes(), &Options::default()).unwrap();
    for row in rows.rows {
        let record = row.record.unwrap_or_else(|p| panic!("{p:?}"));
        other.seal(&record).unwrap();
    }
    let told = |vault: &Vault| {
        let items = all(vault).unwrap().unwrap().into_iter();
        let mut told: Vec<_> = items.map(|i| to_json(&i.record)).collect();
        told.sort_by_key(|record| record["local_id"].to_string());
        told
    };
    let (mut there, here) = (told(&one), told(&other));
    // The one thing that the standard has no field for.
    assert!(there[1].as_object_mut().unwrap().remove("notes").is_some());
    assert_eq!(here, there);
}
