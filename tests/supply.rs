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

/// Major, minor and patch; what follows a minus or plus does not decide here.
fn version(text: &str) -> [u64; 3] {
    let plain = text.split(['-', '+']).next().unwrap();
    let mut numbers = plain.split('.').map(|n| n.parse().unwrap());
    [(); 3].map(|()| numbers.next().unwrap())
}

fn is_spared(locked: [u64; 3], ranges: &str) -> bool {
    ranges.split('|').any(|range| {
        range.split(',').all(|condition| {
            let condition = condition.trim();
            match condition.split_at(condition.find(|c: char| c.is_ascii_digit()).unwrap_or(0)) {
                (">=", least) => locked >= version(least),
                ("<", end) => locked < version(end),
                (_, "none") => false,
                other => panic!("{other:?}"),
            }
        })
    })
}

#[test]
fn no_locked_version_is_affected_by_a_listed_advisory_that_is_not_accepted() {
    let deny = read("deny.toml");
    let listed = read("tests/advisories.txt");
    let (mut touched, mut wrong) = (Vec::new(), Vec::new());
    for line in listed.lines().filter(|line| !line.starts_with('#')) {
        let (id, rest) = line.split_once(' ').unwrap();
        let (name, ranges) = rest.split_once(' ').unwrap();
        let mut held = false;
        for lock in ["Cargo.lock", "fuzz/Cargo.lock"] {
            let text = read(lock);
            let head = format!("[[package]]\nname = \"{name}\"\nversion = \"");
            for locked in text.split(&head).skip(1) {
                let locked = locked.split('"').next().unwrap();
                held = true;
                if !is_spared(version(locked), ranges) {
                    touched.push(id);
                    if !deny.contains(id) {
                        wrong.push(format!("{lock}: {name} {locked}: {id}"));
                    }
                }
            }
        }
        assert!(held, "{name} is in no lock file any more: {id}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    touched.dedup();
    assert_eq!(touched, ["RUSTSEC-2025-0141"]);
    assert!(!is_spared([0, 9, 2], ">=0.9.3,<0.10.0 | >=0.8.6,<0.9.0"));
    assert!(is_spared([0, 8, 6], ">=0.9.3,<0.10.0 | >=0.8.6,<0.9.0"));
}
