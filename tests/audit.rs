//! The auditor's work on real vaults: bundles, proofs, cosignatures, refusals; and the same judged by a
//! verifier in Python that was written from the manual alone.

mod common;

use std::fs;
use std::path::Path;

use common::{create, open, person, python, run_verifier};
use rusqlite::{Connection, params};
use sigilo::auditor::{
    Answer, AuditorError, AuditorKey, Reason, Refusal, RefusalError, Seen, Source, cosign,
};
use sigilo::codec::{Decode as _, Encode as _, to_hex};
use sigilo::crypto::sign::VerifyingKey;
use sigilo::log::{
    Bundle, BundleError, CheckpointError, ConsistencyFile, HeadSource, InclusionFile, NoteKey,
    Origin, SignedCheckpoint,
};
use sigilo::vault::audit::{self, Finding, Known};
use sigilo::vault::proof::PublicLog;
use sigilo::vault::{Location, SlotId, Vault, VaultError};

/// A vault in which something was sealed, amended and erased.
fn sample(dir: &Path) -> Vault {
    let vault = create(dir).vault;
    let none = sigilo::log::Reason::none();
    let ana = vault.seal(&person("Ana", "Soc")).unwrap();
    let rosa = vault.seal(&person("Rosa", "Mesa")).unwrap();
    vault
        .amend(ana, 1, &person("Ana María", "Soc"), &none)
        .unwrap();
    vault.erase(rosa, &none).unwrap();
    vault
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for name in ["vault.db", "keyring", "checkpoint"] {
        fs::copy(from.join(name), to.join(name)).unwrap();
    }
}

fn source(dir: &Path) -> Source {
    Source::open(&Location::new(dir)).unwrap()
}

fn key_of(vault: &Vault) -> VerifyingKey {
    vault.keyring().checkpoint_key
}

/// Asks for a cosignature; keeps what was seen in memory.
fn ask(
    auditor: &AuditorKey,
    seen: &mut Seen,
    source: &Source,
    key: Option<VerifyingKey>,
    time: u64,
) -> Result<Answer, AuditorError> {
    let mut kept = None;
    let answer = cosign(auditor, seen, source, key, time, |seen| {
        kept = Some(seen.to_bytes());
        Ok::<(), AuditorError>(())
    })?;
    if let Some(bytes) = kept {
        assert_eq!(Seen::from_bytes(&bytes).unwrap(), *seen);
        assert!(Seen::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
        for at in 0..bytes.len() {
            assert!(Seen::from_bytes(&bytes[..at]).is_err());
        }
    }
    Ok(answer)
}

fn cosigned(answer: Answer) -> SignedCheckpoint {
    match answer {
        Answer::Cosigned(head) => *head,
        Answer::Refused(refusal) => panic!("refused: {:?}", refusal.reason()),
    }
}

fn refused(answer: Answer) -> Refusal {
    match answer {
        Answer::Refused(refusal) => *refusal,
        Answer::Cosigned(_) => panic!("cosigned"),
    }
}

const DAY: u64 = 86_400;
const TIME: u64 = 1_790_000_000;

#[test]
fn a_head_that_extends_the_last_is_cosigned_and_comes_back() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let vault = sample(&dir);
    let auditor = AuditorKey::generate("auditoria.example").unwrap();
    let mut seen = Seen::new();
    let key = Some(key_of(&vault));
    // The first time, somebody else has to say which key it is.
    let new = ask(&auditor, &mut seen, &source(&dir), None, TIME);
    assert!(matches!(new, Err(AuditorError::NewLog)));
    let wrong = VerifyingKey([7; 32]);
    let forged = ask(&auditor, &mut seen, &source(&dir), Some(wrong), TIME);
    assert!(matches!(forged, Err(AuditorError::Head(_))));
    let first = cosigned(ask(&auditor, &mut seen, &source(&dir), key, TIME).unwrap());
    let other = ask(&auditor, &mut seen, &source(&dir), Some(wrong), TIME);
    assert!(matches!(other, Err(AuditorError::OtherKey)));
    // The same head a day later gets the new time, and one signature of the key.
    let later = cosigned(ask(&auditor, &mut seen, &source(&dir), None, TIME + DAY).unwrap());
    let times = later.cosignatures(&[auditor.cosigner()]).unwrap();
    assert_eq!((times.len(), times[0].time), (1, TIME + DAY));
    let clock = ask(&auditor, &mut seen, &source(&dir), None, TIME);
    assert!(matches!(clock, Err(AuditorError::Clock)));

    vault.seal(&person("Itzel", "Pech")).unwrap();
    let old = first.checkpoint().size();
    // A head alone does not show that it extends the one before; with its proof it does.
    let head = PublicLog::open(&Location::new(&dir))
        .unwrap()
        .head()
        .clone();
    let alone = ask(
        &auditor,
        &mut seen,
        &Source::Head(head.clone()),
        None,
        TIME + DAY,
    );
    assert!(matches!(alone, Err(AuditorError::ProofNeeded { old: o }) if o == old));
    let proof = source(&dir).consistency(old, head.clone()).unwrap();
    let by_proof = &mut seen.clone();
    let proof = Source::Proof(ConsistencyFile::parse(proof.to_string().as_bytes()).unwrap());
    cosigned(ask(&auditor, by_proof, &proof, None, TIME + DAY).unwrap());
    // A bundle shows it, too.
    let bundle = tmp.path().join("paquete");
    let log = PublicLog::open(&Location::new(&dir)).unwrap();
    assert_eq!(log.export(&bundle, |_| {}).unwrap(), 0);
    cosigned(
        ask(
            &auditor,
            &mut seen.clone(),
            &source(&bundle),
            None,
            TIME + DAY,
        )
        .unwrap(),
    );
    let last = cosigned(ask(&auditor, &mut seen, &source(&dir), None, TIME + 2 * DAY).unwrap());

    // Back into the vault: of a known cosigner only.
    assert!(matches!(
        vault.import_cosigned(&last),
        Err(VaultError::NotCosigned)
    ));
    vault.trust_cosigners(&[auditor.cosigner()]).unwrap();
    assert_eq!(vault.cosigners().unwrap(), [auditor.cosigner()]);
    for head in [&first, &last] {
        let worth = vault.import_cosigned(head).unwrap();
        assert_eq!(worth.size, head.checkpoint().size());
    }
    assert_eq!(
        vault.cosigned_heads().unwrap(),
        [first.clone(), last.clone()]
    );
    let known = Known {
        key,
        cosigners: vec![auditor.cosigner()],
        ..Known::default()
    };
    let verify = |d: &Path| audit::verify(&Location::new(d), &known, |_, _| {}).unwrap();
    let report = verify(&dir);
    assert_eq!(report.findings, []);
    let worth = report.cosigned.unwrap();
    assert_eq!(
        (worth.size, worth.by.time),
        (last.checkpoint().size(), TIME + 2 * DAY)
    );
    // Without the cosigner's key there is no word from outside.
    let unknown = Known::default();
    let report = audit::verify(&Location::new(&dir), &unknown, |_, _| {}).unwrap();
    assert_eq!((report.findings.len(), report.cosigned), (0, None));
    // A kept head that was damaged or exchanged is a finding.
    let bad = tmp.path().join("mala");
    copy(&dir, &bad);
    let db = Connection::open(bad.join("vault.db")).unwrap();
    db.execute(
        "UPDATE meta SET value = CAST(substr(value, 1, length(value) - 120) AS BLOB) WHERE name LIKE 'cosigned/%'",
        [],
    )
    .unwrap();
    drop(db);
    assert!(
        verify(&bad)
            .findings
            .contains(&Finding::HeadSignature(HeadSource::Cosigned))
    );
}

#[test]
fn heads_that_do_not_fit_are_not_taken_back() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, fork) = (tmp.path().join("casa"), tmp.path().join("otra"));
    let vault = sample(&dir);
    copy(&dir, &fork);
    let auditor = AuditorKey::generate("auditoria.example").unwrap();
    vault.trust_cosigners(&[auditor.cosigner()]).unwrap();
    let forked = open(&fork).unwrap();
    for _ in 0..2 {
        forked.seal(&person("Eva", "Luna")).unwrap();
    }
    let key = Some(key_of(&vault));
    let cosign_new =
        |dir: &Path| cosigned(ask(&auditor, &mut Seen::new(), &source(dir), key, TIME).unwrap());
    let (ours, theirs) = (cosign_new(&dir), cosign_new(&fork));
    vault.import_cosigned(&ours).unwrap();
    assert!(matches!(
        vault.import_cosigned(&theirs),
        Err(VaultError::OtherHead { .. })
    ));
    // Larger than the log, of another log, with a forged line.
    for _ in 0..20 {
        forked.seal(&person("Eva", "Luna")).unwrap();
    }
    assert!(matches!(
        vault.import_cosigned(&cosign_new(&fork)),
        Err(VaultError::OtherHead { .. })
    ));
    let stranger = sample(&tmp.path().join("tercera"));
    let head = SignedCheckpoint::parse(stranger.checkpoint().unwrap().as_bytes()).unwrap();
    assert!(matches!(
        vault.import_cosigned(&head),
        Err(VaultError::Head(CheckpointError::Origin { .. }))
    ));
    let text = ours.to_string();
    let at = text.len() - 20;
    let other = if text.as_bytes()[at] == b'A' {
        "B"
    } else {
        "A"
    };
    let forged = format!("{}{other}{}", &text[..at], &text[at + 1..]);
    let forged = SignedCheckpoint::parse(forged.as_bytes()).unwrap();
    assert!(matches!(
        vault.import_cosigned(&forged),
        Err(VaultError::Head(_))
    ));
    assert_eq!(vault.cosigned_heads().unwrap(), [ours]);
}

#[test]
fn a_head_that_does_not_extend_is_refused_with_evidence() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, old) = (tmp.path().join("casa"), tmp.path().join("vieja"));
    let vault = sample(&dir);
    copy(&dir, &old);
    vault.seal(&person("Itzel", "Pech")).unwrap();
    let auditor = AuditorKey::generate("auditoria.example").unwrap();
    let (key, mut seen) = (key_of(&vault), Seen::new());
    let last = cosigned(ask(&auditor, &mut seen, &source(&dir), Some(key), TIME).unwrap());
    let before = seen.clone();
    let mut judge = |dir: &Path| {
        let refusal = refused(ask(&auditor, &mut seen, &source(dir), None, TIME + 1).unwrap());
        assert_eq!(seen, before, "nothing is remembered of a refused head");
        assert_eq!(refusal.last(), &last);
        let read = Refusal::parse(refusal.to_string().as_bytes()).unwrap();
        assert_eq!(read, refusal);
        read
    };
    // An old copy: the auditor's word.
    let refusal = judge(&old);
    assert_eq!(*refusal.reason(), Reason::Older);
    assert_eq!(refusal.verify(key, Some(&auditor.stater())), Ok(()));
    assert_eq!(refusal.verify(key, None), Err(RefusalError::Empty));
    let stranger = AuditorKey::generate("auditoria.example").unwrap();
    assert!(refusal.verify(key, Some(&stranger.stater())).is_err());
    // Another history from the old copy, of the same size and larger: the log convicts itself.
    let fork = open(&old).unwrap();
    fork.seal(&person("Eva", "Luna")).unwrap();
    for _ in 0..2 {
        let refusal = judge(&old);
        assert!(matches!(refusal.reason(), Reason::Fork(_)));
        assert_eq!(refusal.verify(key, None), Ok(()));
        assert_eq!(refusal.verify(key, Some(&auditor.stater())), Ok(()));
        assert!(refusal.verify(VerifyingKey([9; 32]), None).is_err());
        let mut bytes = refusal.to_string().into_bytes();
        for at in 0..bytes.len() {
            bytes[at] ^= 1;
            let stater = auditor.stater();
            let bad = Refusal::parse(&bytes);
            let bad = bad.and_then(|r| r.verify(key, Some(&stater)));
            assert!(bad.is_err(), "byte {at}");
            bytes[at] ^= 1;
        }
        fork.seal(&person("Eva", "Luna")).unwrap();
    }
    // A proof that does not prove it.
    let log = PublicLog::open(&Location::new(&old)).unwrap();
    let size = last.checkpoint().size();
    let proof = log.consistency(size, log.head().clone()).unwrap();
    let answer = ask(&auditor, &mut seen, &Source::Proof(proof), None, TIME + 1);
    let refusal = refused(answer.unwrap());
    assert_eq!(*refusal.reason(), Reason::Unproved);
    assert_eq!(refusal.verify(key, Some(&auditor.stater())), Ok(()));
}

#[test]
fn one_act_is_shown_and_no_other() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let vault = sample(&dir);
    let mut acts = Vec::new();
    vault
        .trail(0, |entry| {
            acts.push(entry.act);
            Ok(())
        })
        .unwrap();
    let size = vault.log_size().unwrap();
    let files = vault.disclose(&[3, 5]).unwrap();
    let (origin, key) = (Origin::of_vault(&vault.id().0), key_of(&vault));
    for (file, index) in files.iter().zip([3u64, 5]) {
        let file = InclusionFile::parse(file.to_string().as_bytes()).unwrap();
        let entry = file.verify_entry(&origin, key).unwrap();
        assert_eq!(file.index(), index);
        let signed = entry.act().unwrap();
        assert_eq!(signed.act, acts[index as usize]);
        let slot = vault.keyring().slot_key(SlotId(signed.act.actor)).unwrap();
        let fact = &entry.leaf().fact;
        signed.verify(&slot, &vault.id().0, index, fact).unwrap();
        assert!(
            signed
                .verify(&slot, &vault.id().0, index + 1, fact)
                .is_err()
        );
        // The other act is not in the file.
        let other = acts[8 - index as usize].to_bytes();
        let extra = file.extra().unwrap();
        assert!(!extra.windows(other.len()).any(|w| w == other));
    }
    // Each disclosure is in the log.
    assert_eq!(vault.log_size().unwrap(), size + 2);
    let mut logged = Vec::new();
    vault
        .trail(size, |entry| {
            logged.push((entry.act.kind, entry.act.prior));
            Ok(())
        })
        .unwrap();
    let disclose = sigilo::log::ActKind::Disclose;
    assert_eq!(logged, [(disclose, Some(3)), (disclose, Some(5))]);
    assert!(matches!(
        vault.disclose(&[9999]),
        Err(VaultError::NoSuchEntry { entry: 9999, .. })
    ));
}

#[test]
fn a_bundle_of_an_altered_vault_is_not_made() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    drop(sample(&dir));
    let db = Connection::open(dir.join("vault.db")).unwrap();
    db.execute(
        "UPDATE leaf SET leaf = (SELECT leaf FROM leaf WHERE idx = 3) WHERE idx = 2",
        [],
    )
    .unwrap();
    drop(db);
    let log = PublicLog::open(&Location::new(&dir)).unwrap();
    let out = tmp.path().join("paquete");
    assert!(matches!(
        log.export(&out, |_| {}),
        Err(VaultError::Bundle(BundleError::OtherLeaves))
    ));
    assert!(!Bundle::is_here(&out), "half a bundle is none");
}

/// What this program writes, a verifier that knows nothing of it accepts; and what was tampered
/// with, it refuses.
#[test]
fn a_verifier_from_the_manual_alone_agrees() {
    let Some(python) = python() else { return };
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let mut vault = sample(&dir);
    for n in 0..20 {
        vault.seal(&person("Ana", &format!("Soc {n}"))).unwrap();
    }
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let check = |args: &[&str]| run_verifier(&python, args);
    let key: NoteKey = vault.checkpoint_key();
    let key = key.to_string();
    let auditor = AuditorKey::generate("auditoria.example").unwrap();
    let mut seen = Seen::new();
    let log_key = Some(key_of(&vault));
    let old = cosigned(ask(&auditor, &mut seen, &source(&dir), log_key, TIME).unwrap());
    let old_path = tmp.path().join("vieja.checkpoint");
    fs::write(&old_path, old.to_string()).unwrap();
    vault.trust_cosigners(&[auditor.cosigner()]).unwrap();
    vault.import_cosigned(&old).unwrap();
    let place = text(&dir);
    let by = auditor.cosigner().to_string();
    let (sound, said) = check(&[
        "vault",
        &place,
        "--key",
        &key,
        "--head",
        &text(&old_path),
        "--cosigner",
        &by,
    ]);
    assert!(sound, "{said}");
    assert!(
        said.contains("cosigned by auditoria.example at 2026-09-21"),
        "{said}"
    );

    // Proofs.
    let opened = vault.disclose(&[3]).unwrap().remove(0);
    let actor = SlotId(opened.act().unwrap().actor);
    let slot_key = to_hex(&vault.keyring().slot_key(actor).unwrap().0);
    let opened_path = tmp.path().join("3.tlog-proof");
    fs::write(&opened_path, opened.to_string()).unwrap();
    let proof_args = ["--key", &key, "--slot-key", &slot_key];
    let (sound, said) = check(&[&["proof", &text(&opened_path)], &proof_args[..]].concat());
    assert!(sound && said.contains("kind "), "{said}");
    let log = PublicLog::open(&Location::new(&dir)).unwrap();
    let proof = log
        .consistency(old.checkpoint().size(), log.head().clone())
        .unwrap();
    let proof_path = tmp.path().join("consistencia");
    fs::write(&proof_path, proof.to_string()).unwrap();
    let (old_text, proof_text) = (text(&old_path), text(&proof_path));
    let args = ["consistency", &old_text, &proof_text, "--key", &key];
    assert!(check(&args).0);
    let bundle = tmp.path().join("paquete");
    log.export(&bundle, |_| {}).unwrap();
    let (sound, said) = check(&["bundle", &text(&bundle), "--key", &key]);
    assert!(sound, "{said}");

    // Damaged proofs: a character of every line.
    for (path, args) in [
        (
            &opened_path,
            [&["proof", &text(&opened_path)], &proof_args[..]].concat(),
        ),
        (&proof_path, args.to_vec()),
    ] {
        let good = fs::read_to_string(path).unwrap();
        let mut start = 0;
        for line in good.split_inclusive('\n') {
            let at = start + line.len() / 2;
            start += line.len();
            let mut bad = good.clone().into_bytes();
            // In the middle of a character of several bytes it is damage, too. A line of another
            // cosigner is no matter of the log's key.
            if line.contains("auditoria.example") {
                continue;
            }
            bad[at] ^= 1;
            fs::write(path, &bad).unwrap();
            assert!(!check(&args).0, "{line}");
        }
        fs::write(path, &good).unwrap();
    }
    // A tampered bundle.
    let entries = bundle.join("tile/entries/000.p");
    let file = fs::read_dir(entries)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let good = fs::read(&file).unwrap();
    for at in [0, 5, good.len() / 2, good.len() - 1] {
        let mut bad = good.clone();
        bad[at] ^= 1;
        fs::write(&file, bad).unwrap();
        assert!(!check(&["bundle", &text(&bundle), "--key", &key]).0, "{at}");
    }
    fs::write(&file, &good).unwrap();
    // A tampered vault.
    let edits = [
        "DELETE FROM leaf WHERE idx = 3",
        "DELETE FROM leaf WHERE idx = (SELECT max(idx) FROM leaf)",
        "DELETE FROM content WHERE leaf = 2",
        "UPDATE leaf SET leaf = CAST(substr(leaf, 1, 136) || x'fe' AS BLOB) WHERE idx = 3",
        "UPDATE leaf SET details = (SELECT details FROM leaf WHERE idx = 3) WHERE idx = 2",
        "UPDATE content SET body = (SELECT body FROM content WHERE leaf = 4) WHERE leaf = 2",
        "UPDATE content SET wrapped = (SELECT wrapped FROM content WHERE leaf = 4) WHERE leaf = 2",
        "INSERT INTO content SELECT 3, batch, wrapped, body FROM content WHERE leaf = 2",
        "INSERT INTO content SELECT 900, batch, wrapped, body FROM content WHERE leaf = 2",
        "UPDATE batch SET encapsulated = randomblob(32) WHERE id = 2",
        "UPDATE tile SET hashes = zeroblob(length(hashes))",
        "DELETE FROM tile",
        "UPDATE meta SET value = (SELECT value FROM meta WHERE name = 'head') WHERE name LIKE 'cosigned/%' AND 0",
        "UPDATE meta SET value = x'' WHERE name = 'head'",
        "UPDATE meta SET value = x'00' WHERE name = 'frontier'",
        "UPDATE meta SET value = x'00' WHERE name = 'keyring'",
        "UPDATE meta SET value = x'' WHERE name LIKE 'cosigned/%'",
        "CREATE TABLE extra (x)",
    ];
    let bad = tmp.path().join("mala");
    for edit in edits {
        copy(&dir, &bad);
        let db = Connection::open(bad.join("vault.db")).unwrap();
        db.execute_batch(edit).unwrap();
        drop(db);
        let untouched = edit.ends_with("AND 0");
        let (sound, said) = check(&["vault", &text(&bad)]);
        assert_eq!(sound, untouched, "{edit}: {said}");
        let ours = audit::verify(&Location::new(&bad), &Known::default(), |_, _| {});
        assert_eq!(ours.is_ok_and(|r| r.is_sound()), untouched, "{edit}");
    }
    copy(&dir, &bad);
    for name in ["keyring", "checkpoint"] {
        let good = fs::read(bad.join(name)).unwrap();
        for at in [0, 20, 60, good.len() / 2, good.len() - 5] {
            let mut data = good.clone();
            data[at] ^= 1;
            fs::write(bad.join(name), &data).unwrap();
            assert!(!check(&["vault", &text(&bad)]).0, "{name} {at}");
        }
        fs::write(bad.join(name), &good).unwrap();
    }
    assert!(check(&["vault", &text(&bad)]).0);
    // Content put back behind its tombstone.
    let db = Connection::open(dir.join("vault.db")).unwrap();
    let erased: i64 = db
        .query_row(
            "SELECT min(l.idx) FROM leaf l LEFT JOIN content c ON c.leaf = l.idx \
             WHERE c.leaf IS NULL AND substr(l.leaf, 66, 32) <> zeroblob(32) AND l.idx > 1",
            [],
            |r| r.get(0),
        )
        .unwrap();
    drop(db);
    let db = Connection::open(bad.join("vault.db")).unwrap();
    db.execute(
        "INSERT INTO content SELECT ?1, batch, wrapped, body FROM content WHERE leaf = 2",
        params![erased],
    )
    .unwrap();
    drop(db);
    let (sound, said) = check(&["vault", &text(&bad)]);
    assert!(!sound && said.contains("erased, but still there"), "{said}");
    // After a change of all keys, when data keys are wrapped again.
    let none = sigilo::log::Reason::none();
    vault.rotate(&none, |_, _| {}).unwrap();
    let (sound, said) = check(&["vault", &place]);
    assert!(sound, "{said}");
    copy(&dir, &bad);
    let db = Connection::open(bad.join("vault.db")).unwrap();
    db.execute(
        "UPDATE content SET wrapped = CAST(substr(wrapped, 1, 132) || x'00' AS BLOB) WHERE leaf = 2",
        [],
    )
    .unwrap();
    drop(db);
    assert!(!check(&["vault", &text(&bad)]).0);
    // A fork.
    let fork = tmp.path().join("otra");
    copy(&dir, &fork);
    cosigned(ask(&auditor, &mut seen, &source(&dir), None, TIME + 1).unwrap());
    vault.seal(&person("Eva", "Mesa")).unwrap();
    cosigned(ask(&auditor, &mut seen, &source(&dir), None, TIME + 1).unwrap());
    let forked = open(&fork).unwrap();
    for _ in 0..3 {
        forked.seal(&person("Eva", "Luna")).unwrap();
    }
    let refusal = refused(ask(&auditor, &mut seen, &source(&fork), None, TIME + 2).unwrap());
    let refusal_path = tmp.path().join("negativa");
    fs::write(&refusal_path, refusal.to_string()).unwrap();
    let (sound, said) = check(&["refusal", &text(&refusal_path), "--key", &key]);
    assert!(sound, "{said}");
    // The examples of the manual.
    let vectors = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/log");
    let keys = fs::read_to_string(format!("{vectors}/example.keys")).unwrap();
    let keys: Vec<&str> = keys.lines().collect();
    let example = format!("{vectors}/example-11.tlog-proof");
    let args = [
        "proof",
        &example,
        "--key",
        keys[0],
        "--slot-key",
        keys[2],
        "--cosigner",
        keys[1],
    ];
    let (sound, said) = check(&args);
    assert!(sound && said.contains("custodio.example"), "{said}");
    let (from, proof) = (
        format!("{vectors}/example-20.checkpoint"),
        format!("{vectors}/example-20-37.consistency"),
    );
    assert!(check(&["consistency", &from, &proof, "--key", keys[0]]).0);
    let from = format!("{vectors}/example-37.checkpoint");
    assert!(!check(&["consistency", &from, &proof, "--key", keys[0]]).0);
}

/// `check` says when the last word from outside is old, by the policy of whoever asks.
#[test]
fn an_old_cosignature_is_said_to_be_old() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let vault = sample(&dir);
    let auditor = AuditorKey::generate("auditoria.example").unwrap();
    let clock = std::time::SystemTime::UNIX_EPOCH
        .elapsed()
        .unwrap()
        .as_secs();
    let time = clock - 9 * 86_400;
    let key = Some(key_of(&vault));
    let head = cosigned(ask(&auditor, &mut Seen::new(), &source(&dir), key, time).unwrap());
    let secret = tmp.path().join("frase");
    fs::write(&secret, common::PASSPHRASE).unwrap();
    let check = |days: &str| {
        let done = std::process::Command::new(env!("CARGO_BIN_EXE_sigilo"))
            .args(["check", "--lang", "en", "--max-age", days, "--vault"])
            .arg(&dir)
            .env("SIGILO_PASSPHRASE_FILE", &secret)
            .output()
            .unwrap();
        assert!(done.status.success());
        String::from_utf8(done.stderr).unwrap()
    };
    let none = check("30");
    assert!(!none.contains("auditoria.example"), "{none}");
    vault.trust_cosigners(&[auditor.cosigner()]).unwrap();
    vault.import_cosigned(&head).unwrap();
    let young = check("30");
    assert!(
        young.contains("auditoria.example") && !young.contains("9 days"),
        "{young}"
    );
    let old = check("7");
    assert!(old.contains("9 days") && old.contains('7'), "{old}");
}
