//! Evidence for a court: custody, a folder that anybody can check, receipts. What is changed is found, by
//! this program and by one that is not this program.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{create, open, passphrase, person, python, run_verifier};
use sigilo::auditor::{Answer, AuditorError, AuditorKey, Seen, Source, cosign};
use sigilo::court::{self, CourtError, Finding, Known, Request, Returned, Verdict};
use sigilo::crypto::hash::sha256;
use sigilo::crypto::sign::VerifyingKey;
use sigilo::log::act::{ActKind, Reason};
use sigilo::log::{KeyKind, NoteKey, SignedCheckpoint};
use sigilo::party::{Party, now};
use sigilo::round::receipt::Answer as Said;
use sigilo::round::{Role, Time};
use sigilo::vault::custody::Leaving;
use sigilo::vault::{
    Evidence, Guarded, Location, NewSlot, Policy, Rights, SlotKind, Unlock, Vault, VaultError,
};

/// 2026-09-21, and two days later.
const EARLY: u64 = 1_790_000_000;
const LATE: u64 = EARLY + 2 * 86_400;
const REPORT: &[u8] = b"%PDF-1.7 Denuncia";

fn reason(text: &str) -> Reason {
    Reason::new(text).unwrap()
}

/// A house with two records, some acts, and one file of evidence.
fn house(dir: &Path) -> (Vault, Evidence) {
    let vault = create(dir).vault;
    let record = vault.seal(&person("Guadalupe", "Tzoc")).unwrap();
    vault.seal(&person("Otilia", "Canul")).unwrap();
    let evidence = vault
        .add_evidence(
            record,
            "denuncia <1>.pdf",
            REPORT,
            &reason("la trajo ella"),
            |_| {},
        )
        .unwrap();
    vault.seal(&person("Itzel", "Pech")).unwrap();
    (vault, evidence)
}

fn cosigned_by(
    auditor: &AuditorKey,
    seen: &mut Seen,
    vault: &Vault,
    time: u64,
) -> SignedCheckpoint {
    vault
        .log(sigilo::vault::ActNote::new(ActKind::Checkpoint))
        .unwrap();
    let source = Source::open(&Location::new(vault.dir())).unwrap();
    let key = Some(vault.keyring().checkpoint_key);
    let answer = cosign::<AuditorError>(auditor, seen, &source, key, time, |_| Ok(()));
    match answer.unwrap() {
        Answer::Cosigned(head) => *head,
        Answer::Refused(r) => panic!("{r}"),
    }
}

fn request(leaving: Leaving, why: &Reason) -> Request<'_> {
    Request {
        leaving,
        reason: why,
        slot_names: false,
        cards: None,
    }
}

fn all_files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(all_files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn kinds(verdict: &Verdict) -> Vec<ActKind> {
    verdict.acts.iter().map(|a| a.act.kind).collect()
}

/// All of it: cosigned before and after, seen, handed over, a signed receipt and a paper one, shown to a
/// court. Returns the folder of the court.
fn story(tmp: &Path) -> (PathBuf, PathBuf, AuditorKey, NoteKey) {
    let casa = tmp.join("casa");
    let (vault, evidence) = house(&casa);
    let auditor = AuditorKey::generate("auditoria.example").unwrap();
    let mut seen = Seen::new();
    vault.trust_cosigners(&[auditor.cosigner()]).unwrap();
    let head = cosigned_by(&auditor, &mut seen, &vault, EARLY);
    vault.import_cosigned(&head).unwrap();
    vault.see_evidence(&evidence, &reason("")).unwrap();

    let mut casa_party = Party::found(vault, Role::Site, "Casa Xóchitl").unwrap();
    let office = create(&tmp.join("fiscalia")).vault;
    let mut office = Party::found(office, Role::Auditor, "Fiscalía").unwrap();
    casa_party.pin(office.card().clone()).unwrap();
    office.pin(casa_party.card().clone()).unwrap();

    let handed = tmp.join("entrega");
    let why = reason("Fiscalía: carpeta 12");
    let vault = casa_party.vault();
    let verdict = court::export(
        vault,
        &evidence,
        &request(Leaving::HandedOver, &why),
        &handed,
    )
    .unwrap();
    let entry = verdict.handed_over().unwrap().entry;
    let known = Known::default();
    let (_, receipt) = court::receive(&office, &handed, &known, Said::Received, now()).unwrap();
    let mut received = Vec::new();
    office
        .vault()
        .trail(0, |e| {
            received.push((e.act.kind, e.act.object, e.act.count));
            Ok(())
        })
        .unwrap();
    let logged = (
        ActKind::EvidenceReceived,
        Some(evidence.id.0),
        REPORT.len() as u64,
    );
    assert_eq!(received.last(), Some(&logged));
    let signed = Returned::Signed(&casa_party, receipt.as_bytes());
    court::keep(&evidence, &signed, None, &reason("")).unwrap();
    let paper = Returned::Paper(vault, "acuse.png", b"\x89PNG ...");
    court::keep(&evidence, &paper, Some(entry), &reason("")).unwrap();
    let head = cosigned_by(&auditor, &mut seen, vault, LATE);
    vault.import_cosigned(&head).unwrap();

    let dir = tmp.join("tribunal");
    let why = reason("oficio 77");
    let request = Request {
        cards: Some(casa_party.trust()),
        ..request(Leaving::Extracted, &why)
    };
    court::export(vault, &evidence, &request, &dir).unwrap();
    let key = vault.checkpoint_key();
    (dir, handed, auditor, key)
}

#[test]
fn a_court_sees_who_had_it_and_when_and_nothing_else() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, handed, auditor, key) = story(tmp.path());
    let known = Known {
        key: Some(*key.key()),
        cosigners: vec![auditor.cosigner()],
    };
    let verdict = court::check(&dir, &known).unwrap();
    assert!(verdict.is_sound(), "{:?}", verdict.findings);
    assert!(verdict.key_known && verdict.cosigners_known);
    let item = verdict.item.as_ref().unwrap();
    assert_eq!(item.sha256, sha256(&[REPORT]));
    assert_eq!(
        kinds(&verdict),
        [
            ActKind::EvidenceAdded,
            ActKind::EvidenceAdded,
            ActKind::EvidenceSeen,
            ActKind::EvidenceHandedOver,
            ActKind::Disclose,
            ActKind::EvidenceReceipt,
            ActKind::EvidenceReceipt,
            ActKind::EvidenceReceipt,
            ActKind::EvidenceReceipt,
            ActKind::EvidenceExtracted,
            ActKind::Disclose,
        ]
    );
    // Added before the first cosignature, seen and handed over between the two, shown after the second.
    let bounds = |n: usize| (verdict.acts[n].not_before, verdict.acts[n].not_after);
    assert_eq!(bounds(0), (None, Some(EARLY)));
    assert_eq!(bounds(3), (Some(EARLY), Some(LATE)));
    assert_eq!(bounds(9), (Some(LATE), None));
    assert_eq!(verdict.acts[3].act.reason.as_str(), "Fiscalía: carpeta 12");
    let signed: Vec<_> = verdict.receipts.iter().map(|r| r.signed.as_ref()).collect();
    assert_eq!(signed[0].unwrap().1, "Fiscalía");
    assert!(signed[1].is_none() && signed.len() == 2);
    assert!(court::check(&handed, &known).unwrap().is_sound());

    // No entry that is not of this evidence, no word of anybody's record.
    assert_eq!(fs::read_dir(dir.join("custody")).unwrap().count(), 11);
    for path in all_files(&dir) {
        let bytes = fs::read(&path).unwrap();
        for secret in ["Guadalupe", "Tzoc", "Otilia", "dirección", "Casa de prueba"] {
            let found = bytes.windows(secret.len()).any(|w| w == secret.as_bytes());
            assert!(!found, "{secret} in {}", path.display());
        }
    }
    // The list of sums has every other file.
    let sums = fs::read_to_string(dir.join("SHA256SUMS")).unwrap();
    let mut listed: Vec<PathBuf> = Vec::new();
    for line in sums.lines() {
        let (hash, name) = line.split_once("  ").unwrap();
        let bytes = fs::read(dir.join(name)).unwrap();
        assert_eq!(hash, sigilo::codec::to_hex(&sha256(&[&bytes])), "{name}");
        listed.push(dir.join(name));
    }
    listed.push(dir.join("SHA256SUMS"));
    listed.sort();
    assert_eq!(listed, all_files(&dir));
}

#[test]
fn the_pages_stand_alone_in_both_languages() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, handed, ..) = story(tmp.path());
    for (file, words) in [
        (
            "informe.html",
            ["lang=\"es\"", "Quién la tuvo en sus manos", "Fiscalía"],
        ),
        (
            "report.html",
            ["lang=\"en\"", "Who had it in hand", "Fiscalía"],
        ),
    ] {
        let page = fs::read_to_string(dir.join(file)).unwrap();
        for word in words {
            assert!(page.contains(word), "{file}: {word}");
        }
        // What the house typed is text and nothing else.
        assert!(page.contains("denuncia &lt;1&gt;.pdf") && !page.contains("denuncia <1>"));
        for bad in [
            "<script", "<link", "<img", "src=", "@import", "url(", "{ $", "http://",
        ] {
            assert!(!page.contains(bad), "{file}: {bad}");
        }
        assert!(page.contains("default-src 'none'"));
        assert!(page.contains(&sigilo::codec::to_hex(&sha256(&[REPORT]))));
        // The sheet to sign is where the file was handed over.
        assert!(
            fs::read_to_string(handed.join(file))
                .unwrap()
                .contains("id=\"form\"")
        );
    }
}

/// Whatever file of the folder is changed in whatever byte, somebody notices.
#[test]
fn each_changed_file_is_found() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, _, auditor, _) = story(tmp.path());
    let known = Known::default();
    let truth = court::check(&dir, &known).unwrap();
    // Whether it was held against keys from elsewhere or not, which are those of the folder or others.
    let stranger = AuditorKey::generate("nadie.example").unwrap().cosigner();
    let by = |cosigners: &[NoteKey]| {
        let known = Known {
            key: Some(*truth.keys.log.key()),
            cosigners: cosigners.to_vec(),
        };
        court::check(&dir, &known).unwrap()
    };
    let held = [by(&[]), by(&[auditor.cosigner()]), by(&[stranger])];
    assert_ne!(held[2].cosigned, truth.cosigned);
    let acts =
        |v: &Verdict| -> Vec<_> { v.acts.iter().map(|a| (a.entry, a.act.clone())).collect() };
    for path in all_files(&dir) {
        let name = path.strip_prefix(&dir).unwrap().display().to_string();
        // Only sums, for `sha256sum -c`: who changes a file can change them.
        if name == "SHA256SUMS" {
            continue;
        }
        let good = fs::read(&path).unwrap();
        // Nothing proves what stands beside the proofs for people to read; it is made again and compared.
        if ["verify_vault.py", "informe.html", "report.html"].contains(&name.as_str()) {
            let all = || held.iter().chain([&truth]);
            let strange = |verdict| court::strange_pages(&dir, verdict).unwrap();
            assert!(all().all(|v| strange(v).is_empty()), "{name}");
            let mut bad = good.clone();
            bad[good.len() / 2] ^= 1;
            fs::write(&path, &bad).unwrap();
            assert!(all().all(|v| strange(v) == [name.as_str()]), "{name}");
            fs::write(&path, &good).unwrap();
            continue;
        }
        let step = (good.len() / 40).max(1);
        for at in (0..good.len()).step_by(step) {
            let mut bad = good.clone();
            bad[at] ^= 1;
            fs::write(&path, &bad).unwrap();
            let found = court::check(&dir, &known);
            // A line of a signature that nobody knows any more is no signature: what is shown then is less,
            // and never anything else.
            let less = found.as_ref().is_ok_and(|v| {
                let same = v.item == truth.item && acts(v) == acts(&truth);
                same && v.cosigned.iter().all(|c| truth.cosigned.contains(c))
            });
            assert!(
                less || !found.is_ok_and(|v| v.is_sound()),
                "{name}, byte {at}"
            );
        }
        fs::remove_file(&path).unwrap();
        let found = court::check(&dir, &known);
        // Without the card, a signed receipt is a paper.
        assert!(
            name.ends_with("/card") || !found.is_ok_and(|v| v.is_sound()),
            "{name}"
        );
        fs::write(&path, &good).unwrap();
    }
    assert!(court::check(&dir, &known).unwrap().is_sound());
}

#[test]
fn a_folder_that_lies_is_found_out() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, _, auditor, key) = story(tmp.path());
    let findings = |known: &Known| court::check(&dir, known).unwrap().findings;
    let sound = Known {
        key: Some(*key.key()),
        cosigners: vec![auditor.cosigner()],
    };
    assert_eq!(findings(&sound), []);
    // Another log's key: nothing is believed.
    let other = Known {
        key: Some(VerifyingKey([3; 32])),
        ..sound.clone()
    };
    assert!(findings(&other).contains(&Finding::Key));
    // A cosigner of the same name with another key counts for nothing.
    let imposter = AuditorKey::generate("auditoria.example").unwrap();
    let other = Known {
        cosigners: vec![imposter.cosigner()],
        ..sound.clone()
    };
    let verdict = court::check(&dir, &other).unwrap();
    assert!(verdict.cosigned.is_empty() && verdict.acts[0].not_after.is_none());
    // An act is left out.
    let custody = dir.join("custody");
    let mut acts: Vec<PathBuf> = all_files(&custody);
    let seen = acts.remove(2);
    let bytes = fs::read(&seen).unwrap();
    fs::remove_file(&seen).unwrap();
    let lost = Finding::Acts {
        opened: 11,
        shown: 10,
    };
    assert!(findings(&sound).contains(&lost), "{:?}", findings(&sound));
    fs::write(&seen, &bytes).unwrap();
    // Another file with the right name.
    let item = all_files(&dir.join("item/file")).remove(0);
    fs::write(&item, b"%PDF-1.7 Denuncio").unwrap();
    let leaf = court::check(&dir, &sound).unwrap();
    assert!(matches!(leaf.findings[..], [Finding::Content(_), ..]));
    fs::write(&item, REPORT).unwrap();
    // The receipt under another card.
    let card = all_files(&dir).into_iter().find(|p| p.ends_with("card"));
    let card = card.unwrap();
    let good = fs::read(&card).unwrap();
    let stranger = create(&tmp.path().join("otra")).vault;
    let stranger = Party::found(stranger, Role::Auditor, "Fiscalía").unwrap();
    fs::write(&card, stranger.card().as_str()).unwrap();
    assert!(matches!(findings(&sound)[..], [Finding::Receipt(_)]));
    fs::write(&card, good).unwrap();
    assert_eq!(findings(&sound), []);
    assert!(matches!(
        court::check(tmp.path(), &sound),
        Err(CourtError::NoFolder)
    ));
}

/// A file in clear may be a film. What the pages are held against is the one that was hashed, whatever lies there
/// a moment later.
#[test]
fn a_file_in_clear_is_read_once() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, _, auditor, _) = story(tmp.path());
    let stranger = AuditorKey::generate("nadie.example").unwrap();
    let file = fs::read_dir(dir.join("item/file")).unwrap().next();
    let file = file.unwrap().unwrap().path();
    let good = fs::read(&file).unwrap();
    for cosigner in [&auditor, &stranger] {
        let known = Known {
            key: None,
            cosigners: vec![cosigner.cosigner()],
        };
        let verdict = court::check(&dir, &known).unwrap();
        assert!(verdict.is_sound());
        fs::write(&file, vec![b'x'; good.len()]).unwrap();
        let none: [&str; 0] = [];
        assert_eq!(court::strange_pages(&dir, &verdict).unwrap(), none);
        assert!(!court::check(&dir, &known).unwrap().is_sound());
        fs::write(&file, &good).unwrap();
    }
}

#[test]
fn a_receipt_must_be_for_this_and_by_a_known_card() {
    let tmp = tempfile::tempdir().unwrap();
    let (vault, evidence) = house(&tmp.path().join("casa"));
    let record = evidence.record;
    let other = vault
        .add_evidence(record, "foto.jpg", &b"otra"[..], &reason(""), |_| {})
        .unwrap();
    let mut casa = Party::found(vault, Role::Site, "Casa").unwrap();
    let office = create(&tmp.path().join("fiscalia")).vault;
    let office = Party::found(office, Role::Auditor, "Fiscalía").unwrap();
    let export = |e: &Evidence, leaving, name: &str| {
        let why = reason("Fiscalía");
        let dir = tmp.path().join(name);
        court::export(casa.vault(), e, &request(leaving, &why), &dir).map(|_| dir)
    };
    let known = Known::default();
    let sign = |dir: &Path| court::receive(&office, dir, &known, Said::Received, Time::MAX);
    let out = export(&evidence, Leaving::Extracted, "sacada").unwrap();
    assert!(matches!(sign(&out), Err(CourtError::NotHandedOver)));
    assert!(matches!(
        court::keep(
            &evidence,
            &Returned::Paper(casa.vault(), "a.png", b"x"),
            None,
            &reason("")
        ),
        Err(CourtError::NotHandedOver)
    ));
    let handed = export(&evidence, Leaving::HandedOver, "entrega").unwrap();
    let again = export(&evidence, Leaving::HandedOver, "entrega");
    assert!(matches!(again, Err(CourtError::File { .. })));
    let (_, receipt) = sign(&handed).unwrap();
    fs::write(handed.join("item/file/denuncia _1_.pdf"), b"otra cosa").unwrap();
    assert!(matches!(sign(&handed), Err(CourtError::Unsound)));
    let keep = |casa: &Party, e: &Evidence, entry, text: &str| {
        let returned = Returned::Signed(casa, text.as_bytes());
        court::keep(e, &returned, entry, &reason(""))
    };
    // Nobody has compared that card.
    assert!(matches!(
        keep(&casa, &evidence, None, &receipt),
        Err(CourtError::Round(_))
    ));
    casa.pin(office.card().clone()).unwrap();
    assert!(matches!(
        keep(&casa, &other, None, &receipt),
        Err(CourtError::OtherReceipt)
    ));
    assert!(matches!(
        keep(&casa, &evidence, Some(1), &receipt),
        Err(CourtError::OtherReceipt)
    ));
    let forged = receipt.replace("answer received", "answer accepted");
    assert!(matches!(
        keep(&casa, &evidence, None, &forged),
        Err(CourtError::Round(_))
    ));
    assert!(keep(&casa, &evidence, None, &receipt).is_ok());
}

#[test]
fn who_may_not_read_the_log_lets_nothing_out_and_half_a_folder_is_none() {
    let tmp = tempfile::tempdir().unwrap();
    let casa = tmp.path().join("casa");
    let (mut vault, evidence) = house(&casa);
    let other = passphrase("otra frase de paso larga");
    vault
        .add_slot(&NewSlot {
            name: "psicóloga",
            kind: SlotKind::Passphrase(common::cost()),
            unlock: Unlock::Passphrase(&other),
            rights: Rights::READ.and(Rights::SEAL),
        })
        .unwrap();
    drop(vault);
    let vault = Vault::open(&Location::new(&casa), &Unlock::Passphrase(&other)).unwrap();
    let size = vault.log_size().unwrap();
    let why = reason("");
    let dir = tmp.path().join("tribunal");
    let denied = court::export(&vault, &evidence, &request(Leaving::Extracted, &why), &dir);
    assert!(matches!(
        denied,
        Err(CourtError::Vault(VaultError::NotAllowed))
    ));
    assert_eq!(vault.log_size().unwrap(), size);
    drop(vault);
    // A damaged file: nothing is logged as given away, and nothing is left in clear.
    let sealed = all_files(&casa.join("evidence")).remove(0);
    let mut bytes = fs::read(&sealed).unwrap();
    bytes[100] ^= 1;
    fs::write(&sealed, bytes).unwrap();
    let vault = open(&casa).unwrap();
    let failed = court::export(&vault, &evidence, &request(Leaving::Extracted, &why), &dir);
    assert!(matches!(
        failed,
        Err(CourtError::Vault(VaultError::Altered { .. }))
    ));
    let mut last = None;
    vault
        .trail(0, |e| {
            last = Some(e.act.kind);
            Ok(())
        })
        .unwrap();
    assert_eq!(last, Some(ActKind::KeyAdd));
    let names: Vec<_> = fs::read_dir(tmp.path()).unwrap().collect();
    assert_eq!(names.len(), 1, "{names:?}");
}

/// The folder is checked by a program that is not this one, with what the folder brings.
#[test]
fn a_verifier_from_the_manual_alone_agrees() {
    let Some(python) = python() else { return };
    let tmp = tempfile::tempdir().unwrap();
    let (dir, handed, auditor, key) = story(tmp.path());
    let place = dir.to_str().unwrap();
    let key_text = key.to_string();
    let by = auditor.cosigner().to_string();
    let args = ["court", place, "--key", &key_text, "--cosigner", &by];
    let (sound, said) = run_verifier(&python, &args);
    assert!(sound, "{said}");
    assert!(said.contains("receipt of Fiscalía: received"), "{said}");
    assert!(said.contains("not before 2026-09-2"), "{said}");
    let (sound, said) = run_verifier(&python, &["court", handed.to_str().unwrap()]);
    assert!(sound && said.contains("taken from the folder"), "{said}");
    let vault = tmp.path().join("casa");
    let (sound, said) = run_verifier(&python, &["vault", vault.to_str().unwrap()]);
    assert!(sound, "{said}");
    // The receipt alone.
    let all = all_files(&dir);
    let end = |word: &str| all.iter().find(|p| p.to_str().unwrap().ends_with(word));
    let (receipt, card) = (end(".receipt").unwrap(), end("/card").unwrap());
    let args = ["receipt", receipt.to_str().unwrap(), card.to_str().unwrap()];
    assert!(run_verifier(&python, &args).0);

    for path in &all {
        let name = path.strip_prefix(&dir).unwrap().display().to_string();
        if [
            "SHA256SUMS",
            "verify_vault.py",
            "informe.html",
            "report.html",
        ]
        .contains(&name.as_str())
        {
            continue;
        }
        let good = fs::read(path).unwrap();
        let mut bad = good.clone();
        bad[good.len() / 2] ^= 1;
        fs::write(path, bad).unwrap();
        let args = ["court", place, "--key", &key_text, "--cosigner", &by];
        assert!(!run_verifier(&python, &args).0, "{name}");
        fs::write(path, good).unwrap();
    }
    let other = NoteKey::new(
        key.name().clone(),
        KeyKind::Ed25519,
        auditor.stater().key().to_owned(),
    );
    let args = ["court", place, "--key", &other.to_string()];
    assert!(!run_verifier(&python, &args).0);
    // A sealed file of evidence, in the vault itself.
    let sealed = all_files(&vault.join("evidence")).remove(0);
    let good = fs::read(&sealed).unwrap();
    let mut bad = good.clone();
    bad[60] ^= 1;
    for (bytes, word) in [
        (Some(bad), "not the one that was logged"),
        (None, "missing"),
    ] {
        match bytes {
            Some(bytes) => fs::write(&sealed, bytes).unwrap(),
            None => fs::remove_file(&sealed).unwrap(),
        }
        let (sound, said) = run_verifier(&python, &["vault", vault.to_str().unwrap()]);
        assert!(!sound && said.contains(word), "{said}");
    }
}

/// Where the house wants two people for it, nobody lets evidence out alone, and both are named.
#[test]
fn two_slots_let_evidence_out_if_the_policy_says_so() {
    let tmp = tempfile::tempdir().unwrap();
    let (mut vault, evidence) = house(&tmp.path().join("casa"));
    let other = passphrase("otra frase de paso larga");
    vault
        .add_slot(&NewSlot {
            name: "subdirección",
            kind: SlotKind::Passphrase(common::cost()),
            unlock: Unlock::Passphrase(&other),
            rights: Rights::ALL,
        })
        .unwrap();
    let policy = Policy::default().with(Guarded::Evidence);
    vault.set_policy(policy, &reason("")).unwrap();
    let why = reason("Fiscalía");
    let dir = tmp.path().join("entrega");
    let handed = request(Leaving::HandedOver, &why);
    assert!(matches!(
        court::export(&vault, &evidence, &handed, &dir),
        Err(CourtError::Vault(VaultError::NeedsTwo))
    ));
    let second = vault.bring_second(&Unlock::Passphrase(&other)).unwrap();
    let verdict = court::export(&vault, &evidence, &handed, &dir).unwrap();
    let act = &verdict.handed_over().unwrap().act;
    assert_eq!(act.second, Some(second.0));
    let page = fs::read_to_string(dir.join("informe.html")).unwrap();
    assert!(page.contains(&second.to_string()));
    let Some(python) = python() else { return };
    let (sound, said) = run_verifier(&python, &["court", dir.to_str().unwrap()]);
    assert!(sound, "{said}");
    assert_eq!(vault.check(|_| {}).unwrap(), []);
}

/// The command: codes that scripts rely on, and what a person reads.
#[test]
fn the_command_hands_over_receives_keeps_and_shows() {
    let tmp = tempfile::tempdir().unwrap();
    let secret = tmp.path().join("frase");
    fs::write(&secret, common::PASSPHRASE).unwrap();
    let (vault, evidence) = house(&tmp.path().join("casa"));
    let casa = Party::found(vault, Role::Site, "Casa").unwrap();
    let office = create(&tmp.path().join("fiscalia")).vault;
    let office = Party::found(office, Role::Auditor, "Fiscalía").unwrap();
    fs::write(tmp.path().join("casa.card"), casa.card().as_str()).unwrap();
    fs::write(tmp.path().join("fiscalia.card"), office.card().as_str()).unwrap();
    let key = casa.vault().checkpoint_key().to_string();
    drop((casa, office));
    let id = evidence.id.short();
    let run = |args: &[&str]| {
        let done = std::process::Command::new(env!("CARGO_BIN_EXE_sigilo"))
            .args(args)
            .args(["--lang", "es"])
            .current_dir(tmp.path())
            .env("SIGILO_PASSPHRASE_FILE", &secret)
            .output()
            .unwrap();
        let said = String::from_utf8(done.stdout).unwrap();
        let told = String::from_utf8(done.stderr).unwrap();
        (done.status.code().unwrap(), said, told)
    };
    let receipt = ["--vault", "casa", "evidence", "receipt", &id, "acuse"];
    let hand_over = [
        "--vault",
        "casa",
        "evidence",
        "hand-over",
        &id,
        "--receiver",
        "Fiscalía",
        "--to",
        "entrega",
    ];
    let (code, _, told) = run(&hand_over);
    assert_eq!(code, 0, "{told}");
    // Never over something that is there.
    assert_eq!(run(&hand_over).0, 1);
    let (code, _, told) = run(&[
        "--vault", "casa", "evidence", "export", "zzzzzzzz", "--to", "x",
    ]);
    assert_eq!(code, 3, "{told}");
    let receive = [
        "--vault", "fiscalia", "evidence", "receive", "entrega", "--to", "acuse",
    ];
    let (code, _, told) = run(&receive);
    assert_eq!(code, 0, "{told}");
    // Without the card of the house, its key is taken from the folder, and that is said.
    assert!(told.contains(&key), "{told}");
    // A page that is not what the folder proves is told in words and to programs.
    let page = tmp.path().join("entrega/informe.html");
    let good = fs::read_to_string(&page).unwrap();
    fs::write(&page, format!("{good} ")).unwrap();
    let second = |to, more: &[&'static str]| {
        let args = ["--vault", "fiscalia", "evidence", "receive", "entrega"];
        run(&[&args[..], &["--to", to], more].concat())
    };
    let (code, _, told) = second("acuse-2", &[]);
    assert!(code == 0 && told.contains("informe.html"), "{told}");
    let (code, said, _) = second("acuse-3", &["--json"]);
    let value: serde_json::Value = serde_json::from_str(&said).unwrap();
    let strange = serde_json::json!(["informe.html"]);
    assert_eq!((code, &value["strange_pages"]), (0, &strange));
    fs::write(&page, good).unwrap();
    let (_, said, _) = second("acuse-4", &["--json"]);
    let value: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(value["strange_pages"], serde_json::json!([]));
    // Nobody compared the card of the office yet.
    let (code, _, told) = run(&receipt);
    assert_eq!(code, 6, "{told}");
    assert_eq!(
        run(&["--vault", "casa", "trust", "fiscalia.card", "--yes"]).0,
        0
    );
    let (code, said, told) = run(&receipt);
    assert_eq!(code, 0, "{told}");
    assert!(said.contains("tarjeta en la que usted confía"), "{said}");
    fs::write(tmp.path().join("papel.png"), b"scan").unwrap();
    let paper = [
        "--vault",
        "casa",
        "evidence",
        "receipt",
        &id,
        "papel.png",
        "--json",
    ];
    let (code, said, _) = run(&paper);
    let paper: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &paper["signed"]), (0, &false.into()));
    let (code, said, _) = run(&["--vault", "casa", "evidence", "show", &id, "--json"]);
    let shown: serde_json::Value = serde_json::from_str(&said).unwrap();
    let kinds: Vec<&str> = shown["custody"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["kind"].as_str().unwrap())
        .collect();
    assert_eq!(code, 0);
    assert_eq!(kinds.first(), Some(&"evidence-added"));
    assert_eq!(kinds.last(), Some(&"evidence-seen"));
    assert_eq!(
        kinds.iter().filter(|k| **k == "evidence-receipt").count(),
        4
    );
    let export = [
        "--vault",
        "casa",
        "evidence",
        "export",
        &id,
        "--to",
        "tribunal",
        "--slot-names",
    ];
    assert_eq!(run(&export).0, 0);
    let keys = fs::read_to_string(tmp.path().join("tribunal/keys")).unwrap();
    assert!(keys.contains(" dirección"));
    // Nobody needs a vault for this.
    let audit = ["audit", "court", "tribunal", "--key", &key, "--json"];
    let (code, said, _) = run(&audit);
    let told: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (code, &told["sound"], &told["key_known"]),
        (0, &true.into(), &true.into())
    );
    assert_eq!(told["receipts"][0]["signed_by"], "Fiscalía");
    let file = all_files(&tmp.path().join("tribunal/item/file")).remove(0);
    fs::write(file, b"otra cosa").unwrap();
    assert_eq!(run(&audit).0, 5);
    assert_eq!(run(&["audit", "court", "casa"]).0, 3);
}
