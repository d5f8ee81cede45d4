//! Referrals between houses: consent, chosen fields, receipts, revocation, with every message lost, repeated, late, out
//! of order, damaged or in the wrong hands.

mod common;

use std::fs;
use std::path::PathBuf;

use common::{create, open, person};
use sigilo::coordinator::Plan;
use sigilo::log::act::{ActKind, Reason};
use sigilo::network::{Network, Setup, SiteSetup};
use sigilo::party::{self, Class, Event, Outcome, Party, PartyError, Stick};
use sigilo::record::code::Agreement;
use sigilo::record::{Date, Record, today};
use sigilo::round::notice::policy::{Mediation, Notices};
use sigilo::round::receipt::{Answer, Receipt};
use sigilo::round::{Role, Time};
use sigilo::site;
use sigilo::site::referral::{self, Entry, ReferralError, Referrals, Status, Wanted};
use sigilo::vault::audit::{self, Known};
use sigilo::vault::{
    Guarded, Location, NewSlot, ObjectId, Policy, Rights, SlotKind, Unlock, VaultError,
};

fn none() -> Reason {
    Reason::none()
}

fn now() -> Time {
    party::now()
}

/// Houses that have pinned each other, and one stick.
struct Houses {
    tmp: tempfile::TempDir,
    parties: Vec<Party>,
}

impl Houses {
    fn of(n: usize) -> Self {
        let tmp = tempfile::tempdir().unwrap();
        fs::create_dir(tmp.path().join("usb")).unwrap();
        let mut parties: Vec<Party> = (0..n)
            .map(|i| {
                let vault = create(&tmp.path().join(format!("casa-{i}"))).vault;
                site::found(vault, &format!("Casa {i}")).unwrap()
            })
            .collect();
        let cards: Vec<_> = parties.iter().map(|p| p.card().clone()).collect();
        for party in &mut parties {
            for card in &cards {
                party.pin(card.clone()).unwrap();
            }
        }
        Self { tmp, parties }
    }

    fn usb(&self) -> PathBuf {
        self.tmp.path().join("usb")
    }

    fn stick(&self) -> Stick {
        Stick::open(self.usb()).unwrap()
    }

    fn next(&self, i: usize) -> Outcome {
        let mut out = Outcome::default();
        referral::next(&self.parties[i], &self.stick(), now(), &mut out).unwrap();
        out
    }

    /// As [`Houses::next`], without a refusal.
    fn visit(&self, i: usize) -> Outcome {
        let out = self.next(i);
        assert!(out.refused.is_empty(), "{:?}", out.refused);
        out
    }

    fn files(&self, kind: &str) -> Vec<PathBuf> {
        let all = fs::read_dir(self.usb()).unwrap();
        let mut found: Vec<_> = all
            .map(|e| e.unwrap().path())
            .filter(|p| p.extension().is_some_and(|e| e == kind))
            .collect();
        found.sort();
        found
    }

    fn wipe(&self) {
        for entry in fs::read_dir(self.usb()).unwrap() {
            fs::remove_file(entry.unwrap().path()).unwrap();
        }
    }

    fn refer(
        &self,
        from: usize,
        to: usize,
        object: ObjectId,
        fields: &[&str],
    ) -> Result<Entry, PartyError> {
        let fields: Vec<String> = fields.iter().map(|f| (*f).to_owned()).collect();
        let wanted = Wanted {
            object,
            fields: &fields,
            evidence: &[],
            onward: false,
            until: None,
        };
        let to = self.parties[to].card();
        referral::refer(&self.parties[from], to, &wanted, now())
    }

    fn entry(&self, i: usize, name: &ObjectId) -> Entry {
        let book = Referrals::read(&self.parties[i]).unwrap();
        let entry = book.entries.into_iter().find(|e| e.name() == *name);
        entry.unwrap()
    }

    fn accept(&self, i: usize, entry: &Entry) -> (ObjectId, u32) {
        referral::accept(&self.parties[i], &entry.name(), None, now()).unwrap()
    }

    fn record(&self, i: usize, object: ObjectId) -> Record {
        let vault = self.parties[i].vault();
        let latest = vault.catalog().unwrap().get(object).unwrap().latest();
        vault.read(latest.leaf).unwrap()
    }

    fn size(&self, i: usize) -> u64 {
        self.parties[i].vault().log_size().unwrap()
    }

    fn shelf(&self, i: usize) -> usize {
        let shelf = self.tmp.path().join(format!("casa-{i}/round-files"));
        fs::read_dir(shelf).map_or(0, Iterator::count)
    }

    fn sound(&self) {
        for (i, party) in self.parties.iter().enumerate() {
            assert_eq!(party.vault().check(|_| {}).unwrap(), [], "{i}");
            common::index_is_of_the_latest(party.vault());
            let location = Location::new(self.tmp.path().join(format!("casa-{i}")));
            let report = audit::verify(&location, &Known::default(), |_, _| {}).unwrap();
            assert_eq!(report.findings, [], "{i}");
        }
    }
}

/// A record with a consent for referral.
fn agreed() -> Record {
    let mut record = person("Xóchitl", "Canul");
    record.phones = vec!["9991234567".to_owned()];
    record.notes = "lo que nadie más debe leer".to_owned();
    record.consents.record.given = Agreement::Yes;
    record.consents.matching.given = Agreement::Yes;
    record.consents.referral.given = Agreement::Yes;
    record.consents.referral.until = Date::new(2036, 5, 2);
    record.consents.referral.purpose = "refugio en otra ciudad".to_owned();
    record
}

fn error(result: Result<impl Sized, PartyError>) -> ReferralError {
    match result.err().unwrap() {
        PartyError::Referral(e) => e,
        other => panic!("{other}"),
    }
}

#[test]
fn chosen_fields_and_files_arrive_with_receipts_and_nothing_else_does() {
    let houses = Houses::of(2);
    let vault = houses.parties[0].vault();
    let object = vault.seal(&agreed()).unwrap();
    let bytes = vec![7u8; 150_000];
    let file = vault
        .add_evidence(object, "foto.jpg", bytes.as_slice(), &none(), |_| {})
        .unwrap();
    vault
        .add_evidence(object, "otra.jpg", [1u8].as_slice(), &none(), |_| {})
        .unwrap();
    let fields = ["name".to_owned(), "phone".to_owned()];
    let wanted = Wanted {
        object,
        fields: &fields,
        evidence: &[file.id],
        onward: false,
        until: Date::new(2030, 1, 31),
    };
    let to = houses.parties[1].card();
    let sent = referral::refer(&houses.parties[0], to, &wanted, now()).unwrap();
    assert_eq!(houses.entry(0, &sent.name()).status, Status::Open);
    houses.visit(0);
    assert_eq!(houses.files("referral").len(), 1);
    houses.visit(1);
    houses.visit(0);
    assert_eq!(houses.entry(0, &sent.name()).status, Status::Received);
    let waiting = houses.entry(1, &sent.name());
    assert_eq!((waiting.status, waiting.object), (Status::Open, None));
    assert!(
        houses.parties[1]
            .vault()
            .catalog()
            .unwrap()
            .items()
            .is_empty()
    );
    let offer = referral::offer(&houses.parties[1], &sent.name()).unwrap();
    assert_eq!((offer.files, offer.known), (1, None));
    let (there, version) = houses.accept(1, &sent);
    assert_eq!(version, 1);
    assert_ne!(there, object);
    let record = houses.record(1, there);
    assert_eq!(record.given_names, "Xóchitl");
    assert_eq!(record.phones, ["9991234567"]);
    assert!(record.notes.is_empty());
    // The rules of the sender are in the record.
    assert_eq!(record.consents.record.given, Agreement::Yes);
    assert_eq!(record.consents.matching.given, Agreement::NotAsked);
    assert_eq!(record.consents.referral.given, Agreement::NotAsked);
    assert_eq!(record.retain_until, Date::new(2030, 1, 31));
    let files = houses.parties[1].vault().evidence().unwrap();
    assert_eq!(files.len(), 1);
    assert_eq!((files[0].record, files[0].sha256), (there, file.sha256));
    houses.visit(1);
    houses.wipe();
    houses.visit(1);
    // A stick that was lost with the answer: it is on the next one, too.
    houses.visit(0);
    assert_eq!(houses.entry(0, &sent.name()).status, Status::Accepted);
    assert!(
        houses.files("referral").is_empty(),
        "what was taken lies on no stick"
    );
    houses.sound();
}

#[test]
fn the_receipt_is_signed_and_both_chains_have_the_parcel_under_ids_of_their_own() {
    let houses = Houses::of(2);
    let object = houses.parties[0].vault().seal(&agreed()).unwrap();
    let sent = houses.refer(0, 1, object, &["name"]).unwrap();
    houses.visit(0);
    houses.visit(1);
    let (there, _) = houses.accept(1, &sent);
    houses.visit(1);
    houses.visit(0);
    let entry = houses.entry(0, &sent.name());
    assert_eq!(entry.status, Status::Accepted);
    let card = houses.parties[0]
        .trust()
        .get(&houses.parties[1].id(), Role::Site)
        .unwrap();
    let receipt = Receipt::read(entry.receipt.as_bytes(), card).unwrap();
    assert_eq!((receipt.answer, receipt.what), (Answer::Accepted, sent.id));
    assert_eq!(receipt.log, houses.parties[0].vault().log_id());
    let said = |i: usize, kind: ActKind| {
        let mut found = Vec::new();
        let vault = houses.parties[i].vault();
        vault
            .trail(0, |e| {
                if e.act.kind == kind {
                    found.push((e.act.object, e.act.reason.as_str().to_owned()));
                }
                Ok(())
            })
            .unwrap();
        assert_eq!(found.len(), 1, "{kind:?} in {i}");
        found.remove(0)
    };
    let (sent_as, parcel) = said(0, ActKind::ReferralSent);
    let (_, received) = said(1, ActKind::ReferralReceived);
    assert_eq!(parcel, received);
    assert_eq!(sent_as, Some(object.0));
    assert_eq!(said(1, ActKind::ReferralAccepted).0, Some(there.0));
    assert_eq!(said(0, ActKind::ReferralAccepted).0, Some(object.0));
    assert_eq!(houses.shelf(0), 0, "nothing is kept as it travelled");
    houses.sound();
}

#[test]
fn without_a_consent_of_today_nothing_is_referred() {
    let houses = Houses::of(2);
    let vault = houses.parties[0].vault();
    let yesterday = Date::from_days(today().days() - 1);
    let mut bad = Vec::new();
    for change in 0..4 {
        let mut record = agreed();
        let consent = &mut record.consents.referral;
        match change {
            0 => consent.given = Agreement::No,
            1 => consent.given = Agreement::NotAsked,
            2 => consent.until = yesterday,
            _ => consent.withdrawn = Some(today()),
        }
        bad.push(vault.seal(&record).unwrap());
    }
    let before = houses.size(0);
    for object in bad {
        let refused = houses.refer(0, 1, object, &["name"]);
        assert_eq!(error(refused), ReferralError::NoConsent);
    }
    let good = vault.seal(&agreed()).unwrap();
    assert_eq!(
        error(houses.refer(0, 1, good, &["nombre"])),
        ReferralError::NoSuchField("nombre".into())
    );
    assert_eq!(
        error(houses.refer(0, 1, good, &["notes"])),
        ReferralError::NoFields
    );
    // The consent for referral is not a field to be chosen: it goes by the rule alone.
    assert!(matches!(
        error(houses.refer(0, 1, good, &["consent_referral"])),
        ReferralError::NoSuchField(_)
    ));
    assert_eq!(houses.size(0), before + 1);
    assert_eq!(houses.shelf(0), 0);
}

#[test]
fn the_rules_bind_the_receiver() {
    let houses = Houses::of(3);
    let object = houses.parties[0].vault().seal(&agreed()).unwrap();
    // Not onward: the receiver has to ask the person itself.
    let sent = houses.refer(0, 1, object, &["name", "consent"]).unwrap();
    houses.visit(0);
    houses.visit(1);
    let (there, version) = houses.accept(1, &sent);
    assert_eq!(
        error(houses.refer(1, 2, there, &["name"])),
        ReferralError::NoConsent
    );
    let mut own = houses.record(1, there);
    assert_eq!(
        own.consents.matching.given,
        Agreement::Yes,
        "chosen with its group"
    );
    own.consents.referral.given = Agreement::Yes;
    own.consents.referral.taken_on = Some(today());
    houses.parties[1]
        .vault()
        .amend(there, version, &own, &none())
        .unwrap();
    houses.refer(1, 2, there, &["name"]).unwrap();
    // Onward: on the same consent, with the same last day.
    let fields = ["name".to_owned()];
    let wanted = Wanted {
        object,
        fields: &fields,
        evidence: &[],
        onward: true,
        until: None,
    };
    let to = houses.parties[2].card();
    let onward = referral::refer(&houses.parties[0], to, &wanted, now()).unwrap();
    houses.visit(0);
    houses.visit(2);
    let (third, _) = houses.accept(2, &onward);
    let record = houses.record(2, third);
    assert_eq!(record.consents.referral.until, Date::new(2036, 5, 2));
    assert_eq!(record.retain_until, Date::new(2036, 5, 2));
    houses.refer(2, 1, third, &["name"]).unwrap();
    // What is revoked goes no further, whatever the record says.
    referral::revoke(&houses.parties[0], &onward.name(), &none(), now()).unwrap();
    houses.visit(0);
    houses.visit(2);
    assert_eq!(houses.entry(2, &onward.name()).status, Status::Revoked);
    assert_eq!(
        error(houses.refer(2, 1, third, &["name"])),
        ReferralError::CameRevoked
    );
    houses.sound();
}

#[test]
fn after_the_last_day_a_referral_is_not_accepted() {
    let houses = Houses::of(2);
    let mut record = agreed();
    record.consents.referral.until = Some(today());
    let object = houses.parties[0].vault().seal(&record).unwrap();
    let sent = houses.refer(0, 1, object, &["name"]).unwrap();
    houses.visit(0);
    houses.visit(1);
    let later = Time::from_seconds(now().seconds() + 2 * 86_400).unwrap();
    let refused = referral::accept(&houses.parties[1], &sent.name(), None, later);
    assert_eq!(error(refused), ReferralError::Over(today()));
    referral::refuse(&houses.parties[1], &sent.name(), &none(), later).unwrap();
    houses.visit(1);
    houses.visit(0);
    assert_eq!(houses.entry(0, &sent.name()).status, Status::Refused);
    assert!(
        houses.parties[1]
            .vault()
            .catalog()
            .unwrap()
            .items()
            .is_empty()
    );
    let again = referral::refuse(&houses.parties[1], &sent.name(), &none(), now());
    assert_eq!(error(again), ReferralError::Decided);
    houses.sound();
}

#[test]
fn a_record_that_comes_twice_is_recognised() {
    let houses = Houses::of(2);
    let vault = houses.parties[0].vault();
    let object = vault.seal(&agreed()).unwrap();
    let first = houses.refer(0, 1, object, &["name"]).unwrap();
    houses.visit(0);
    houses.visit(1);
    let (there, _) = houses.accept(1, &first);
    let mut own = houses.record(1, there);
    own.notes = "de aquí".to_owned();
    houses.parties[1]
        .vault()
        .amend(there, 1, &own, &none())
        .unwrap();
    // The same file again: nothing new.
    let size = houses.size(1);
    houses.visit(1);
    assert_eq!(houses.size(1), size);
    // The same record again, with more: what came is replaced, what is from here stays.
    let mut more = agreed();
    more.given_names = "Xóchitl Itzel".to_owned();
    vault.amend(object, 1, &more, &none()).unwrap();
    let second = houses.refer(0, 1, object, &["name", "contact"]).unwrap();
    houses.visit(0);
    houses.visit(1);
    let offer = referral::offer(&houses.parties[1], &second.name()).unwrap();
    assert_eq!(offer.known, Some((there, 2)));
    assert_eq!(houses.accept(1, &second), (there, 3));
    let record = houses.record(1, there);
    assert_eq!(record.given_names, "Xóchitl Itzel");
    assert_eq!(record.notes, "de aquí");
    assert_eq!(record.phones, ["9991234567"]);
    assert_eq!(
        houses.parties[1].vault().catalog().unwrap().items().len(),
        1
    );
    houses.sound();
}

#[test]
fn messages_lost_repeated_late_and_out_of_order_end_alike() {
    let houses = Houses::of(2);
    let object = houses.parties[0].vault().seal(&agreed()).unwrap();
    let sent = houses.refer(0, 1, object, &["name"]).unwrap();
    // The referral is lost, and written again with the same bytes.
    houses.visit(0);
    let first = fs::read(&houses.files("referral")[0]).unwrap();
    houses.wipe();
    houses.visit(0);
    let file = houses.files("referral")[0].clone();
    assert_eq!(fs::read(&file).unwrap(), first);
    // The receipt is lost; the referral that comes again brings it again, with the same bytes.
    houses.visit(1);
    let receipt = fs::read(&houses.files("answer")[0]).unwrap();
    fs::remove_file(&houses.files("answer")[0]).unwrap();
    houses.visit(1);
    assert_eq!(fs::read(&houses.files("answer")[0]).unwrap(), receipt);
    // The decision comes before the receipt, which is late.
    houses.accept(1, &sent);
    houses.visit(1);
    let decision = houses.files("answer")[0].clone();
    assert_ne!(fs::read(&decision).unwrap(), receipt);
    houses.visit(0);
    assert_eq!(houses.entry(0, &sent.name()).status, Status::Accepted);
    let size = houses.size(0);
    fs::write(&decision, &receipt).unwrap();
    houses.visit(0);
    houses.visit(0);
    assert_eq!(houses.entry(0, &sent.name()).status, Status::Accepted);
    assert_eq!(houses.size(0), size);
    // The referral comes once more: it is known, and not stored twice.
    fs::write(&file, &first).unwrap();
    houses.visit(1);
    assert_eq!(
        houses.parties[1].vault().catalog().unwrap().items().len(),
        1
    );
    houses.sound();
}

#[test]
fn a_revocation_before_or_after_its_referral_holds() {
    // Before: the referral is late.
    let houses = Houses::of(2);
    let object = houses.parties[0].vault().seal(&agreed()).unwrap();
    let sent = houses.refer(0, 1, object, &["name"]).unwrap();
    houses.visit(0);
    let file = houses.files("referral")[0].clone();
    let bytes = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    let why = Reason::new("retiró su consentimiento").unwrap();
    referral::revoke(&houses.parties[0], &sent.name(), &why, now()).unwrap();
    houses.visit(0);
    assert!(houses.files("referral").is_empty());
    houses.visit(1);
    fs::write(&file, &bytes).unwrap();
    houses.visit(1);
    assert_eq!(houses.entry(1, &sent.name()).status, Status::Revoked);
    assert_eq!(houses.shelf(1), 1, "only the answer is kept");
    let refused = referral::accept(&houses.parties[1], &sent.name(), None, now());
    assert_eq!(error(refused), ReferralError::Decided);
    houses.visit(0);
    let entry = houses.entry(0, &sent.name());
    assert_eq!((entry.status, entry.answer), (Status::Revoked, None));
    let again = referral::revoke(&houses.parties[0], &sent.name(), &why, now());
    assert_eq!(error(again), ReferralError::Decided);
    // While it waits: what came is destroyed.
    houses.wipe();
    let second = houses.refer(0, 1, object, &["name"]).unwrap();
    houses.visit(0);
    houses.visit(1);
    houses.visit(0);
    referral::revoke(&houses.parties[0], &second.name(), &why, now()).unwrap();
    houses.visit(0);
    houses.visit(1);
    assert_eq!(houses.entry(1, &second.name()).file, None);
    // A lost revocation is written again until the other house has said that it knows.
    let third = houses.refer(0, 1, object, &["name"]).unwrap();
    houses.wipe();
    houses.visit(0);
    houses.visit(1);
    let (there, _) = houses.accept(1, &third);
    referral::revoke(&houses.parties[0], &third.name(), &why, now()).unwrap();
    houses.visit(0);
    houses.wipe();
    houses.visit(0);
    assert!(!houses.files("answer").is_empty());
    houses.visit(1);
    let entry = houses.entry(1, &third.name());
    assert_eq!((entry.status, entry.object), (Status::Revoked, Some(there)));
    houses.visit(0);
    houses.wipe();
    houses.visit(0);
    assert!(houses.files("answer").is_empty());
    assert_eq!(houses.entry(0, &third.name()).answer, None);
    houses.sound();
}

#[test]
fn damaged_forged_and_foreign_files_change_nothing() {
    let houses = Houses::of(3);
    let object = houses.parties[0].vault().seal(&agreed()).unwrap();
    let sent = houses.refer(0, 1, object, &["name"]).unwrap();
    houses.visit(0);
    let file = houses.files("referral")[0].clone();
    let good = fs::read(&file).unwrap();
    let size = houses.size(1);
    for at in (0..good.len()).step_by(good.len() / 40) {
        let mut bad = good.clone();
        bad[at] ^= 1;
        fs::write(&file, &bad).unwrap();
        assert_eq!(houses.next(1).refused.len(), 1, "{at}");
        fs::write(&file, &good[..at]).unwrap();
        assert_eq!(houses.next(1).refused.len(), 1, "{at}");
    }
    assert_eq!((houses.size(1), houses.shelf(1)), (size, 0));
    // Under the name of another house, it opens nothing there.
    let own = sigilo::party::file_label(houses.parties[1].card());
    let other = sigilo::party::file_label(houses.parties[2].card());
    let name = file
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .replace(&own, &other);
    fs::write(houses.usb().join(name), &good).unwrap();
    let out = houses.next(2);
    assert_eq!(out.worst(), Some(Class::WrongKey));
    // A house whose card is not pinned is not heard.
    let mut houses = houses;
    let card = houses.parties[0].id();
    houses.parties[1].unpin(&card).unwrap();
    fs::write(&file, &good).unwrap();
    assert_eq!(houses.next(1).worst(), Some(Class::Refused));
    let card = houses.parties[0].card().clone();
    houses.parties[1].pin(card).unwrap();
    houses.visit(1);
    // Another house says something about a referral that is none of its business.
    houses.accept(1, &sent);
    houses.visit(1);
    let answers = houses.files("answer");
    let bytes = fs::read(&answers[0]).unwrap();
    let label = |i: usize| sigilo::party::file_label(houses.parties[i].card());
    let name = answers[0].file_name().unwrap().to_str().unwrap();
    fs::write(houses.usb().join(name.replace(&label(0), &label(2))), bytes).unwrap();
    assert!(!houses.next(2).refused.is_empty());
    houses.visit(0);
    assert_eq!(houses.entry(0, &sent.name()).status, Status::Accepted);
    houses.sound();
}

#[test]
fn two_slots_and_the_right_to_export() {
    let houses = Houses::of(2);
    let object = houses.parties[0].vault().seal(&agreed()).unwrap();
    let dir = houses.tmp.path().join("casa-0");
    let other = common::passphrase("otra frase muy larga");
    let mut vault = open(&dir).unwrap();
    vault
        .add_slot(&NewSlot {
            name: "segunda",
            kind: SlotKind::Passphrase(common::cost()),
            unlock: Unlock::Passphrase(&other),
            rights: Rights::ALL,
        })
        .unwrap();
    vault
        .set_policy(Policy::default().with(Guarded::Referral), &none())
        .unwrap();
    drop(vault);
    let alone = Party::open(open(&dir).unwrap()).unwrap();
    let fields = ["name".to_owned()];
    let wanted = Wanted {
        object,
        fields: &fields,
        evidence: &[],
        onward: false,
        until: None,
    };
    let to = houses.parties[1].card();
    let refused = referral::refer(&alone, to, &wanted, now()).unwrap_err();
    assert!(matches!(refused, PartyError::Vault(VaultError::NeedsTwo)));
    let mut vault = open(&dir).unwrap();
    vault.bring_second(&Unlock::Passphrase(&other)).unwrap();
    let both = Party::open(vault).unwrap();
    referral::refer(&both, to, &wanted, now()).unwrap();
    assert_eq!(both.vault().check(|_| {}).unwrap(), []);
}

#[test]
fn a_round_visit_takes_referrals_along() {
    let houses = Houses::of(2);
    let object = houses.parties[0].vault().seal(&agreed()).unwrap();
    let sent = houses.refer(0, 1, object, &["name"]).unwrap();
    for i in [0, 1, 0] {
        let out = site::next(&houses.parties[i], &houses.stick(), now()).unwrap();
        assert!(out.refused.is_empty());
    }
    assert_eq!(houses.entry(0, &sent.name()).status, Status::Received);
}

/// What a house may do with a record that was referred to it in a round: nothing that the person has not agreed to.
#[test]
fn no_round_takes_a_record_that_its_sender_did_not_allow() {
    let tmp = tempfile::tempdir().unwrap();
    let deadline = Time::from_seconds(now().seconds() + 30 * 86_400).unwrap();
    let mut plan = Plan::new("Personas asistidas", deadline, 1000);
    // Houses have each other's cards.
    plan.notices = Notices::Mediated(Mediation::new(1, 1, 7, 990).unwrap());
    let house = |name: &str| SiteSetup {
        name: name.to_owned(),
        records: vec![person("Carmen", "Balam")],
    };
    let net = Network::build(
        Setup {
            dir: tmp.path().to_owned(),
            coordinator: "Comisión".to_owned(),
            holders: vec!["Defensoría".to_owned(), "Universidad".to_owned()],
            sites: vec![house("Casa Alba"), house("Casa Brisa")],
            passphrase: common::passphrase(common::PASSPHRASE),
            cost: common::cost(),
            plan,
            link: false,
        },
        |_| {},
    )
    .unwrap();
    let (from, to) = (&net.sites[0].party, &net.sites[1].party);
    let usb = tmp.path().join("usb");
    fs::create_dir(&usb).unwrap();
    let stick = Stick::open(&usb).unwrap();
    let carry = || {
        for party in [from, to, from, to] {
            let mut out = Outcome::default();
            referral::next(party, &stick, now(), &mut out).unwrap();
            assert!(out.refused.is_empty(), "{:?}", out.refused);
        }
    };
    let before = Time::from_seconds(now().seconds() - 3 * 86_400).unwrap();
    let send = |record: &Record, fields: &[&str]| {
        let object = from.vault().seal(record).unwrap();
        let fields: Vec<String> = fields.iter().map(|f| (*f).to_owned()).collect();
        let wanted = Wanted {
            object,
            fields: &fields,
            evidence: &[],
            onward: false,
            until: None,
        };
        let sent = referral::refer(from, to.card(), &wanted, before).unwrap();
        carry();
        let (there, version) = referral::accept(to, &sent.name(), None, now()).unwrap();
        carry();
        (sent.name(), there, version)
    };
    let yesterday = Date::from_days(today().days() - 1).unwrap();
    let named = |name: &str| {
        let mut record = agreed();
        record.given_names = name.to_owned();
        // Before it is sent.
        record.consents.matching.taken_on = Some(Date::from_days(today().days() - 9).unwrap());
        record
    };
    // Nothing was said about matching; a plain no; a yes that was taken back; and one that stands.
    send(&named("Ana"), &["name"]);
    let mut no = named("Eva");
    no.consents.matching.given = Agreement::No;
    send(&no, &["name", "consent"]);
    let (revoked, back, _) = send(&named("Itzel"), &["name", "consent"]);
    referral::revoke(from, &revoked, &none(), now()).unwrap();
    carry();
    send(&named("Nohemí"), &["name", "consent"]);
    // One that was taken back, too, and the person has agreed here after it came.
    let (revoked, asked, version) = send(&named("Rosa"), &["name", "consent"]);
    referral::revoke(from, &revoked, &none(), now()).unwrap();
    carry();
    let latest = to.vault().catalog().unwrap().get(asked).unwrap().latest();
    let mut own = to.vault().read(latest.leaf).unwrap();
    own.consents.matching.taken_on = Some(yesterday);
    to.vault().amend(asked, version, &own, &none()).unwrap();
    net.open(now()).unwrap();
    let done = net.visit(&net.sites[1], now()).unwrap();
    let entered = done.iter().find_map(|e| match e {
        Event::Blinded { records, .. } => Some(*records),
        _ => None,
    });
    // Nohemí and Rosa; Carmen of the house itself has not been asked.
    assert_eq!(entered, Some(2));
    assert!(to.vault().catalog().unwrap().get(back).is_some());
}
