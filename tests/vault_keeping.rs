//! How long records are kept.

mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use common::{PASSPHRASE, create, open, passphrase, person};
use sigilo::log::act::{ActKind, Reason};
use sigilo::record::Date;
use sigilo::vault::audit::{self, Known};
use sigilo::vault::{
    Guarded, Keeping, KeepingChange, Location, NewSlot, Policy, Rights, SlotKind, Unlock, Vault,
    VaultError,
};

fn reason(text: &str) -> Reason {
    Reason::new(text).unwrap()
}

fn sound(dir: &Path, vault: &Vault) {
    let report = audit::verify(&Location::new(dir), &Known::default(), |_, _| {}).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(vault.check(|_| {}).unwrap(), []);
}

fn contents(dir: &Path) -> Vec<(Vec<u8>, Vec<u8>)> {
    let db = rusqlite::Connection::open(dir.join("vault.db")).unwrap();
    let mut s = db
        .prepare("SELECT wrapped, body FROM content ORDER BY leaf")
        .unwrap();
    let rows = s.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// Every byte of every file in the folder.
fn folder(dir: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(folder(&path));
        } else {
            all.extend(fs::read(path).unwrap());
        }
    }
    all
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|w| w == needle)
}

#[test]
fn a_hold_keeps_a_record_until_it_is_lifted() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let vault = create(&dir).vault;
    let id = vault.seal(&person("Itzel", "Pech")).unwrap();
    let other = vault.seal(&person("Ana", "Canul")).unwrap();
    let why = reason("juicio en curso en Mérida");
    vault.set_keeping(id, KeepingChange::Hold, &why).unwrap();
    assert!(matches!(
        vault.erase(id, &Reason::none()),
        Err(VaultError::Held)
    ));
    let catalog = vault.catalog().unwrap();
    assert_eq!(catalog.items().len(), 2);
    let held = Keeping {
        hold: Some(why),
        until: None,
    };
    assert_eq!(vault.kept(&catalog).unwrap(), [(id, held)]);
    // A later version of the record, new keys, and a date do not undo it.
    vault
        .amend(id, 1, &person("Itzel", "Pech Pat"), &Reason::none())
        .unwrap();
    let past = Date::new(2020, 1, 31).unwrap();
    let until = KeepingChange::Until(Some(past));
    vault.set_keeping(id, until, &Reason::none()).unwrap();
    vault.set_keeping(other, until, &Reason::none()).unwrap();
    drop(vault);
    let mut vault = open(&dir).unwrap();
    vault.rotate(&Reason::none(), |_, _| {}).unwrap();
    assert!(matches!(
        vault.erase(id, &Reason::none()),
        Err(VaultError::Held)
    ));
    let due = |vault: &Vault| {
        let catalog = vault.catalog().unwrap();
        let kept = vault.kept(&catalog).unwrap().into_iter();
        kept.filter(|(_, k)| k.is_due(sigilo::record::today()))
            .map(|(id, _)| id)
            .collect::<Vec<_>>()
    };
    assert_eq!(due(&vault), [other], "what is held is not due");
    let done = reason("sentencia firme");
    vault.set_keeping(id, KeepingChange::Lift, &done).unwrap();
    assert_eq!(due(&vault), [id, other]);
    vault
        .set_keeping(other, KeepingChange::Until(None), &Reason::none())
        .unwrap();
    assert_eq!(due(&vault), [id]);
    vault.erase(id, &Reason::none()).unwrap();
    let mut acts = Vec::new();
    vault
        .trail(0, |e| {
            acts.push((e.act.kind, e.act.reason.as_str().to_owned()));
            Ok(())
        })
        .unwrap();
    for (kind, text) in [
        (ActKind::Hold, "juicio en curso en Mérida"),
        (ActKind::HoldLifted, "sentencia firme"),
        (ActKind::Retention, ""),
    ] {
        assert!(acts.contains(&(kind, text.to_owned())), "{kind:?}");
    }
    sound(&dir, &vault);
}

#[test]
fn erasing_takes_every_statement_and_every_file_with_it() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let vault = create(&dir).vault;
    let keep = vault.seal(&person("Rosa", "Mesa")).unwrap();
    let before = contents(&dir).len();
    let id = vault.seal(&person("Itzel", "Pech")).unwrap();
    let none = Reason::none();
    vault.set_link(keep, id, true, &none).unwrap();
    let why = reason("orden judicial 77/2031");
    vault.set_keeping(id, KeepingChange::Hold, &why).unwrap();
    vault.set_keeping(id, KeepingChange::Lift, &none).unwrap();
    let photo = vec![7u8; 3000];
    vault
        .add_evidence(id, "foto.jpg", photo.as_slice(), &none, |_| {})
        .unwrap();
    let mut needles: Vec<Vec<u8>> = contents(&dir)
        .into_iter()
        .skip(before)
        .flat_map(|(wrapped, body)| [wrapped, body[..64].to_vec()])
        .collect();
    assert_eq!(needles.len(), 2 * 5, "record, link, hold, lift, evidence");
    let sealed = fs::read_dir(dir.join("evidence")).unwrap();
    for file in sealed {
        needles.push(fs::read(file.unwrap().path()).unwrap()[19..83].to_vec());
    }
    let all = folder(&dir);
    assert!(needles.iter().all(|n| contains(&all, n)));
    vault.erase(id, &reason("a petición")).unwrap();
    let all = folder(&dir);
    for needle in &needles {
        assert!(!contains(&all, needle));
    }
    assert_eq!(contents(&dir).len(), before);
    sound(&dir, &vault);
}

#[test]
fn where_erasing_needs_two_lifting_a_hold_does() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let mut vault = create(&dir).vault;
    let key = passphrase("la segunda persona de la casa");
    let new = NewSlot {
        name: "otra",
        kind: SlotKind::Passphrase(common::cost()),
        unlock: Unlock::Passphrase(&key),
        rights: Rights::ALL,
    };
    vault.add_slot(&new).unwrap();
    let policy = Policy::default().with(Guarded::Erase);
    vault.set_policy(policy, &Reason::none()).unwrap();
    let id = vault.seal(&person("Itzel", "Pech")).unwrap();
    let why = reason("juicio");
    vault.set_keeping(id, KeepingChange::Hold, &why).unwrap();
    for refused in [
        vault.erase(id, &why).err(),
        vault.set_keeping(id, KeepingChange::Lift, &why).err(),
    ] {
        assert!(matches!(refused, Some(VaultError::NeedsTwo)));
    }
    vault.bring_second(&Unlock::Passphrase(&key)).unwrap();
    assert!(matches!(vault.erase(id, &why), Err(VaultError::Held)));
    vault.set_keeping(id, KeepingChange::Lift, &why).unwrap();
    vault.erase(id, &why).unwrap();
    sound(&dir, &vault);
}

fn run(dir: &Path, args: &[&str]) -> Output {
    let typed = dir.with_file_name("escrito");
    fs::write(&typed, PASSPHRASE).unwrap();
    Command::new(env!("CARGO_BIN_EXE_sigilo"))
        .args(args)
        .env("SIGILO_VAULT", dir)
        .env("SIGILO_LANG", "es")
        .env("SIGILO_PASSPHRASE_FILE", &typed)
        .output()
        .unwrap()
}

#[test]
fn the_command_holds_shows_what_is_due_and_erases_nothing_unasked() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let vault = create(&dir).vault;
    let id = vault.seal(&person("Itzel", "Pech")).unwrap().to_string();
    drop(vault);
    let code = |args: &[&str]| run(&dir, args).status.code().unwrap();
    assert_eq!(code(&["hold", "list"]), 3);
    assert_eq!(code(&["hold", "set", &id]), 2, "a hold has a reason");
    assert_eq!(code(&["hold", "set", &id, "--reason", "juicio"]), 0);
    assert_eq!(code(&["hold", "list"]), 0);
    assert_eq!(code(&["retain", &id, "--until", "mañana"]), 2);
    assert_eq!(code(&["retain", &id, "--until", "2031-02-28"]), 0);
    assert_eq!(code(&["erase", &id, "--yes", "--reason", "x"]), 6);
    assert_eq!(code(&["list", "--due", "2031-03-01"]), 3, "it is held");
    assert_eq!(code(&["hold", "lift", &id, "--reason", "sentencia"]), 0);
    assert_eq!(code(&["list", "--due", "2031-02-28"]), 3);
    assert_eq!(code(&["list", "--due", "2031-03-01"]), 0);
    assert_eq!(code(&["erase", "--due", "--reason", "plazo"]), 2);
    assert_eq!(code(&["erase", "--due", "--yes"]), 2);
    let shown = run(&dir, &["show", &id, "--json"]).stdout;
    let shown: serde_json::Value = serde_json::from_slice(&shown).unwrap();
    assert_eq!(shown["keeping"]["until"], "2031-02-28");
    assert_eq!(shown["keeping"]["hold"], false);
    assert_eq!(code(&["retain", &id, "--until", "2020-01-01"]), 0);
    let checked = run(&dir, &["check", "--json"]).stdout;
    let checked: serde_json::Value = serde_json::from_slice(&checked).unwrap();
    assert_eq!(
        (&checked["due"], &checked["sound"]),
        (&1.into(), &true.into())
    );
    assert_eq!(open(&dir).unwrap().catalog().unwrap().items().len(), 1);
}
