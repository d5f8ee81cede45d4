//! A vault that several people open together.

mod common;

use std::fs;

use common::{create, open};
use sigilo::crypto::Secret;
use sigilo::log::act::ActKind;
use sigilo::vault::audit::{self, Known};
use sigilo::vault::shares::{Share, ShareError, gather};
use sigilo::vault::{Location, Rights, Unlock, Vault, VaultError};

#[test]
fn enough_shares_open_the_vault_and_a_drill_changes_nothing() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("casa");
    let mut vault = create(&dir).vault;
    let dealt = vault.renew_shares("partes", 3, 5).unwrap();
    assert!(matches!(
        vault.renew_shares("partes", 1, 5),
        Err(VaultError::Share(ShareError::Numbers))
    ));
    drop(vault);
    let typed: Vec<_> = dealt.iter().map(|s| s.to_text()).collect();
    let read = |which: &[usize]| {
        let shares: Vec<_> = which
            .iter()
            .map(|i| Share::parse(&typed[*i]).unwrap())
            .collect();
        gather(&shares)
    };
    let location = Location::new(&dir);
    let files = || ["vault.db", "keyring", "checkpoint"].map(|f| fs::read(dir.join(f)).unwrap());
    let before = files();
    let secret = read(&[4, 0, 2]).unwrap();
    let rights = Vault::drill(&location, &Unlock::Shares(&secret)).unwrap();
    assert_eq!(rights, Rights::ALL);
    assert!(read(&[4, 0]).is_err());
    let wrong = Secret::random().unwrap();
    assert!(matches!(
        Vault::drill(&location, &Unlock::Shares(&wrong)),
        Err(VaultError::WrongKey)
    ));
    assert!(files() == before);
    // To open it is logged as what it is.
    let mut vault = Vault::open(&location, &Unlock::Shares(&secret)).unwrap();
    let mut last = None;
    vault
        .trail(0, |e| {
            last = Some(e.act.kind);
            Ok(())
        })
        .unwrap();
    assert_eq!(last, Some(ActKind::Recovery));
    // Another set takes the place of this one, the recovery code stays.
    let slots = vault.keyring().slots.len();
    vault.renew_shares("partes", 2, 2).unwrap();
    assert_eq!(vault.keyring().slots.len(), slots);
    drop(vault);
    assert!(matches!(
        Vault::open(&location, &Unlock::Shares(&secret)),
        Err(VaultError::WrongKey)
    ));
    let report = audit::verify(&location, &Known::default(), |_, _| {}).unwrap();
    assert_eq!(report.findings, []);
    assert!(open(&dir).is_ok());
}
