//! Evidence: sealed in pieces, checked without keys, extracted whole or not at all, and gone after an
//! erasure.

mod common;

use std::fs;
use std::io::Read;
use std::path::Path;

use common::{PASSPHRASE, create, open, passphrase, person};
use sigilo::crypto::hash::sha256;
use sigilo::crypto::travel::Identity;
use sigilo::log;
use sigilo::log::act::{ActKind, Reason};
use sigilo::vault::audit::{self, Finding, Known};
use sigilo::vault::backup::{self, Newer, Places};
use sigilo::vault::{ActNote, Location, Unlock, VaultError};

fn none() -> Reason {
    Reason::none()
}

fn findings(dir: &Path) -> Vec<Finding> {
    audit::verify(&Location::new(dir), &Known::default(), |_, _| {})
        .unwrap()
        .findings
}

fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i * 7 % 251) as u8).collect()
}

#[test]
fn a_file_of_every_length_comes_back_as_it_was() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let vault = create(&dir).vault;
    let record = vault.seal(&person("Xóchitl", "Canul")).unwrap();
    for len in [
        0, 1, 511, 512, 513, 65_535, 65_536, 65_537, 70_000, 131_072, 1_000_000,
    ] {
        let plain = bytes(len);
        let added = vault
            .add_evidence(record, "denuncia.pdf", plain.as_slice(), &none(), |_| {})
            .unwrap();
        assert_eq!((added.size, added.sha256), (len as u64, sha256(&[&plain])));
        let mut out = Vec::new();
        vault.extract_evidence(&added, &mut out, &none()).unwrap();
        assert_eq!(out, plain, "{len}");
    }
    assert_eq!(vault.evidence().unwrap().len(), 11);
    assert_eq!(vault.check(|_| {}).unwrap(), []);
    let mut custody = Vec::new();
    vault
        .trail(0, |e| {
            custody.push(e.act.kind);
            Ok(())
        })
        .unwrap();
    let count = |kind| custody.iter().filter(|k| **k == kind).count();
    assert_eq!(count(ActKind::EvidenceAdded), 22);
    assert_eq!(count(ActKind::EvidenceExtracted), 11);
    drop(vault);
    assert_eq!(findings(&dir), []);
    assert!(open(&dir).is_ok());
}

#[test]
fn a_changed_or_missing_file_is_found_without_a_key_and_never_extracted() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let vault = create(&dir).vault;
    let record = vault.seal(&person("Xóchitl", "Canul")).unwrap();
    let added = vault
        .add_evidence(
            record,
            "foto.jpg",
            bytes(200_000).as_slice(),
            &none(),
            |_| {},
        )
        .unwrap();
    let path = fs::read_dir(dir.join("evidence"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let whole = fs::read(&path).unwrap();
    let size = vault.log_size().unwrap();
    for at in [0, 18, 19, 70_000, whole.len() - 1] {
        let mut bad = whole.clone();
        bad[at] ^= 1;
        for bad in [bad, whole[..at].to_vec()] {
            fs::write(&path, bad).unwrap();
            let mut out = Vec::new();
            assert!(matches!(
                vault.extract_evidence(&added, &mut out, &none()),
                Err(VaultError::Altered { .. })
            ));
            assert!(out.is_empty());
            assert_eq!(
                findings(&dir),
                [Finding::Log(log::Finding::ContentChanged {
                    index: added.file_leaf
                })]
            );
        }
    }
    fs::remove_file(&path).unwrap();
    assert_eq!(
        findings(&dir),
        [Finding::Log(log::Finding::ContentMissing {
            index: added.file_leaf
        })]
    );
    assert_eq!(vault.log_size().unwrap(), size, "nothing was extracted");
    fs::write(&path, &whole).unwrap();
    assert_eq!(findings(&dir), []);
}

#[test]
fn evidence_goes_with_its_record_and_through_rotation_and_backup() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let mut vault = create(&dir).vault;
    let gone = vault.seal(&person("Itzel", "Pech")).unwrap();
    let kept = vault.seal(&person("Xóchitl", "Canul")).unwrap();
    for record in [gone, kept] {
        let name = record.short();
        let plain = bytes(100_000);
        vault
            .add_evidence(record, &name, plain.as_slice(), &none(), |_| {})
            .unwrap();
    }
    let identity = Identity::generate();
    let places = Places::beside(tmp.path().join("copia"));
    let to = [identity.recipient()];
    vault.backup(&places, &to, &none()).unwrap();
    let files = |dir: &Path| fs::read_dir(dir).unwrap().count();
    assert_eq!(files(&places.evidence), 2);
    vault.rotate(&none(), |_, _| {}).unwrap();
    vault.erase(gone, &none()).unwrap();
    assert_eq!(files(&dir.join("evidence")), 1);
    assert_eq!(vault.evidence().unwrap().len(), 1);
    assert_eq!(findings(&dir), []);
    // What an interrupted addition or erasure leaves is swept away; what is kept stays.
    fs::write(dir.join("evidence").join("ab".repeat(32)), b"resto").unwrap();
    assert_eq!(vault.sweep_evidence().unwrap(), 1);
    // So is what a killed program had begun, and nothing that one may still be writing.
    let begun = |name: &str, hours: u64| {
        let path = dir.join("evidence").join(name);
        let file = fs::File::create_new(&path).unwrap();
        let then = std::time::SystemTime::now() - std::time::Duration::from_secs(hours * 3600);
        file.set_modified(then).unwrap();
        path
    };
    let left = begun(&format!(".{}.new", "cd".repeat(16)), 25);
    let under_way = begun(&format!(".{}.new", "ef".repeat(16)), 23);
    assert_eq!(vault.sweep_evidence().unwrap(), 1);
    assert!(!left.exists() && under_way.exists());
    fs::remove_file(under_way).unwrap();
    // And a head that never came to its place goes with the next act.
    let head = dir.join(".checkpoint.4711.0");
    fs::rename(begun(".head", 1), &head).unwrap();
    vault.log(ActNote::new(ActKind::Check)).unwrap();
    assert!(!head.exists());
    vault.backup(&places, &to, &none()).unwrap();
    assert_eq!(files(&places.evidence), 1);
    backup::verify(&places).unwrap();
    drop(vault);
    let into = tmp.path().join("de vuelta");
    backup::restore(
        &places,
        &identity,
        &Location::new(&into),
        &Unlock::Passphrase(&passphrase(PASSPHRASE)),
        &Newer::default(),
        &none(),
    )
    .unwrap();
    assert_eq!(findings(&into), []);
    let vault = open(&into).unwrap();
    let mut out = Vec::new();
    let all = vault.evidence().unwrap();
    vault.extract_evidence(&all[0], &mut out, &none()).unwrap();
    assert_eq!(out, bytes(100_000));
}

/// A reader that makes its bytes up.
struct Endless(u64);

impl Read for Endless {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = usize::try_from(self.0).unwrap_or(usize::MAX).min(buf.len());
        buf[..n].fill(5);
        self.0 -= n as u64;
        Ok(n)
    }
}

/// Peak resident memory of this process, in KiB.
#[cfg(target_os = "linux")]
fn peak() -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|l| l.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
#[cfg(target_os = "linux")]
#[ignore = "4 GiB of disk; run by hand: cargo test --release --test vault_evidence -- --ignored"]
fn memory_stays_where_it_is_for_four_gibibytes() {
    let tmp = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let dir = tmp.path().join("casa");
    let vault = create(&dir).vault;
    let record = vault.seal(&person("Xóchitl", "Canul")).unwrap();
    let before = peak();
    let gib = std::env::var("SIGILO_GIB").map_or(4, |s| s.parse().unwrap());
    let began = std::time::Instant::now();
    let added = vault
        .add_evidence(record, "video.mp4", Endless(gib << 30), &none(), |_| {})
        .unwrap();
    let sealed = began.elapsed();
    let began = std::time::Instant::now();
    vault
        .extract_evidence(&added, &mut std::io::sink(), &none())
        .unwrap();
    let grown = peak() - before;
    println!(
        "{gib} GiB: seal {sealed:?}, extract {:?}, {grown} KiB more",
        began.elapsed()
    );
    assert!(grown < 16 * 1024, "{grown} KiB");
}
