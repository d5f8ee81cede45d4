//! Nothing that makes tests repeatable is in a program that is given to people, and no secret is ever typed as an
//! argument (manual: *attacks*, "Leftovers").

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn sources(dir: &Path) -> Vec<(PathBuf, String)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            all.push((path, text));
        }
    }
    all
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The name of a source file below `src`.
fn name(path: &Path) -> String {
    let name = path.strip_prefix(src()).unwrap();
    name.display().to_string().replace('\\', "/")
}

/// What a program that was built to be tested does otherwise, with its reason. A release has none of it.
#[test]
fn what_only_a_test_build_takes_is_one_line() {
    let found: Vec<String> = sources(&src())
        .iter()
        .flat_map(|(path, text)| {
            let lines = text.lines().filter(|l| l.contains("debug_assertions"));
            lines
                .map(|l| format!("{}: {}", name(path), l.trim()))
                .collect::<Vec<_>>()
        })
        .collect();
    let known =
        ["round/draft.rs: (1..=EPSILON_MAX).contains(&epsilon_milli) || cfg!(debug_assertions)"];
    assert_eq!(found, known);
    let manifest = fs::read_to_string(src().join("../Cargo.toml")).unwrap();
    assert!(
        !manifest.contains("[profile.release]"),
        "a release may switch assertions on"
    );
    // No feature makes anything repeatable.
    let features = manifest.split("[features]").nth(1).unwrap();
    let features = features.split("\n[").next().unwrap();
    let names: Vec<&str> = features
        .lines()
        .filter_map(|l| l.split_once(" = ").map(|(n, _)| n))
        .collect();
    assert_eq!(names, ["default", "xlsx", "parquet"]);
}

/// Tests that play rounds without noise are left out where there is no such round, so that `cargo test --release`
/// runs all others.
#[test]
fn tests_without_noise_are_left_out_of_a_release() {
    let tests = src().join("../tests");
    let mut found = 0;
    for (path, text) in sources(&tests) {
        let plays = [
            "epsilon_milli: 0,",
            "epsilon_milli = 0;",
            "const NO_NOISE",
            "\"1000000\",",
        ];
        if path.ends_with("hooks.rs") || !plays.iter().any(|p| text.contains(p)) {
            continue;
        }
        found += 1;
        // What belongs to a test of several files is left out with it.
        let main = path.with_file_name("main.rs");
        let main = fs::read_to_string(main).unwrap_or_default();
        let left_out = [text, main].iter().any(|t| t.contains("debug_assertions)"));
        assert!(left_out, "{}", path.display());
    }
    assert!(found >= 8, "{found}");
}

/// Secrets are compared by `crypto::secret`, in constant time, and nowhere else by their bytes.
#[test]
fn no_secret_is_compared_byte_by_byte() {
    for (path, text) in sources(&src()) {
        let of_secrets = name(&path) == "crypto/secret.rs";
        let product = text.split("#[cfg(test)]").next().unwrap();
        for line in product.lines() {
            let compared = [
                " == ",
                " != ",
                "ct_eq",
                ".eq(",
                ".ne(",
                "starts_with(",
                ".cmp(",
            ];
            let bytes = line.contains("expose()") || line.contains("ct_eq");
            let wrong = bytes && compared.iter().any(|c| line.contains(c)) && !of_secrets;
            assert!(
                !wrong || name(&path) == "fuzzing.rs",
                "{}: {line}",
                name(&path)
            );
        }
    }
}

/// A round without noise, or with so much budget that there is none, is agreed by nobody.
#[cfg(not(debug_assertions))]
#[test]
fn a_release_has_no_round_without_noise() {
    for epsilon in ["0", "11", "1000000"] {
        let done = Command::new(env!("CARGO_BIN_EXE_sigilo"))
            .args([
                "coordinator",
                "open",
                ".",
                "--purpose",
                "x",
                "--epsilon",
                epsilon,
            ])
            .env("SIGILO_CONFIG", "")
            .output()
            .unwrap();
        assert_ne!(done.status.code(), Some(0), "{epsilon}");
    }
}

/// The library looks at no variable of the environment; the command at these.
#[test]
fn the_environment_reaches_the_command_by_known_names_only() {
    let mut read = BTreeSet::new();
    for (path, text) in sources(&src()) {
        let of_command = name(&path).starts_with("bin/");
        for (at, _) in text.match_indices("env::var") {
            let test = text.find("#[cfg(test)]").is_some_and(|t| t < at);
            let own = name(&path) == "vault/memory.rs";
            assert!(of_command || test || own, "{}", name(&path));
        }
        if of_command {
            for (at, _) in text.match_indices("\"SIGILO_") {
                let rest = &text[at + 1..];
                read.insert(rest[..rest.find('"').unwrap()].to_owned());
            }
        }
    }
    let known = [
        "SIGILO_CONFIG",
        "SIGILO_KEYRING",
        "SIGILO_LANG",
        "SIGILO_NEW_PASSPHRASE_COMMAND",
        "SIGILO_NEW_PASSPHRASE_FILE",
        "SIGILO_PASSPHRASE_COMMAND",
        "SIGILO_PASSPHRASE_FILE",
        "SIGILO_PLAIN",
        "SIGILO_QUIET",
        "SIGILO_SCREEN",
        "SIGILO_SECOND_PASSPHRASE_COMMAND",
        "SIGILO_SECOND_PASSPHRASE_FILE",
        "SIGILO_VAULT",
    ];
    let unknown: Vec<_> = read
        .iter()
        .filter(|n| !known.contains(&n.as_str()))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    // That file is for tests alone.
    let vault = fs::read_to_string(src().join("vault/mod.rs")).unwrap();
    assert!(vault.contains("#[cfg(all(test, target_os = \"linux\"))]\nmod memory;"));
}

/// Randomness comes from the system: a generator with a seed is found only where nothing is secret.
#[test]
fn seeds_are_for_invented_data_only() {
    for (path, text) in sources(&src()) {
        let name = name(&path);
        let allowed =
            name.starts_with("evaluate/") || name == "bin/sigilo/demo.rs" || name == "fuzzing.rs";
        let body = text.split("#[cfg(test)]").next().unwrap();
        for word in ["seed_from_u64", "StdRng", "SmallRng", "fn seeded"] {
            assert!(allowed || !body.contains(word), "{name}: {word}");
        }
    }
}

/// Every option of every command, as completions know them: name, and whether it takes a value.
fn options() -> BTreeSet<(String, bool)> {
    let done = Command::new(env!("CARGO_BIN_EXE_sigilo"))
        .args(["completions", "fish"])
        .env("SIGILO_CONFIG", "")
        .env("SIGILO_LANG", "en")
        .output()
        .unwrap();
    let text = String::from_utf8(done.stdout).unwrap();
    text.lines()
        .filter_map(|line| {
            let (_, rest) = line.split_once(" -l ")?;
            let name = rest.split_whitespace().next()?;
            let value = rest
                .rsplit_once('\'')
                .is_some_and(|(_, end)| end.contains("-r"));
            Some((name.to_owned(), value))
        })
        .collect()
}

/// A shell keeps what was typed, and other users of a machine see the arguments of a program.
#[test]
fn no_option_takes_a_secret() {
    let options = options();
    assert!(options.len() > 60, "{}", options.len());
    let secret = [
        "pass", "secret", "code", "pin", "phrase", "seed", "private", "recovery", "share",
    ];
    let about: BTreeSet<&str> = options
        .iter()
        .filter(|(name, value)| *value && secret.iter().any(|s| name.contains(s)))
        .map(|(name, _)| name.as_str())
        .collect();
    // The number of a file descriptor, a file with shares, shares of a row in percent, seeds of an experiment.
    let known = BTreeSet::from([
        "group-seed",
        "largest-share",
        "passphrase-fd",
        "prf-seed",
        "shares",
    ]);
    let new: Vec<_> = about.difference(&known).collect();
    assert!(new.is_empty(), "{new:?}");
    // What is typed where an argument stands is not taken for a passphrase, and not repeated.
    let done = Command::new(env!("CARGO_BIN_EXE_sigilo"))
        .args(["list", "--passphrase", "agua clara"])
        .env("SIGILO_CONFIG", "")
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(2));
    assert!(!String::from_utf8_lossy(&done.stderr).contains("agua clara"));
}
