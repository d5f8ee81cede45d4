//! What `deny.toml` says, as far as the lock file shows it, so that it holds where `cargo deny` is not at hand.

use std::fs;
use std::path::Path;

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

#[test]
fn every_package_is_from_the_registry_with_a_checksum_and_none_is_banned() {
    let deny = read("deny.toml");
    let bans = deny.split("[bans]").nth(1).unwrap();
    let banned: Vec<&str> = bans
        .split("{ name = \"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(banned.len() >= 5, "{banned:?}");
    for lock in ["Cargo.lock", "fuzz/Cargo.lock"] {
        let text = read(lock);
        let packages: Vec<&str> = text.split("[[package]]").skip(1).collect();
        assert!(packages.len() > 100);
        for package in packages {
            let name = package
                .split("name = \"")
                .nth(1)
                .unwrap()
                .split('"')
                .next()
                .unwrap();
            assert!(!banned.contains(&name), "{lock}: {name} is banned");
            if name.starts_with("sigilo") {
                continue;
            }
            let known = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
            assert!(package.contains(known), "{lock}: {name} is from elsewhere");
            assert!(
                package.contains("checksum = \""),
                "{lock}: {name} has no checksum"
            );
        }
    }
}

#[test]
fn every_accepted_advisory_has_a_reason_and_what_it_is_about_is_pinned() {
    let deny = read("deny.toml");
    let advisories = deny
        .split("[advisories]")
        .nth(1)
        .unwrap()
        .split("\n[")
        .next()
        .unwrap();
    let accepted = advisories.matches("RUSTSEC-").count();
    assert_eq!(accepted, advisories.matches("reason = \"").count());
    assert_eq!(accepted, 1, "SECURITY.md names each");
    assert!(read("SECURITY.md").contains("RUSTSEC-2025-0141"));
    assert!(read("Cargo.toml").contains("bincode = \"=1.3.3\""));
}
