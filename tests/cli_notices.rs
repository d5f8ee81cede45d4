//! A request and an introduction as people meet them at the desk: transcripts in both languages. What comes before
//! is played through the library, days ago.
//!
//! `TRYCMD=overwrite cargo test --test cli_notices` writes down what the command says now; read the difference
//! before you keep it, and put `[..]` where something is another each time.

mod common;

use std::fs;
use std::path::Path;

use common::requests::decided;
use sigilo::round::Time;
use sigilo::site::notices::{self, Requests, Told};

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

fn transcript(lang: &str, net: &Path, ended: &Path) {
    let file = format!("tests/cli_notices/{lang}.md");
    let tmp = tempfile::tempdir().unwrap();
    let copied = tmp.path().join("transcript.md");
    let inputs = tmp.path().join("transcript.in");
    fs::copy(&file, &copied).unwrap();
    for (from, suffix) in [(net, ""), (ended, "-2")] {
        let to = |name: &str| inputs.join(format!("{name}{suffix}"));
        copy(&from.join("vaults/Casa Alba"), &to("alba"));
        copy(&from.join("vaults/Comisión"), &to("com"));
        copy(&from.join("sticks/Comisión"), &to("usb"));
    }
    let passphrase = tmp.path().join("passphrase");
    fs::write(&passphrase, format!("{}\n", common::PASSPHRASE)).unwrap();
    trycmd::TestCases::new()
        .env("SIGILO_LANG", lang)
        .env("SIGILO_PASSPHRASE_FILE", passphrase.to_str().unwrap())
        .env("NO_COLOR", "1")
        .case(&copied)
        .run();
    if std::env::var_os("TRYCMD").is_some_and(|v| v == "overwrite") {
        fs::copy(&copied, &file).unwrap();
    }
}

#[test]
fn a_request_and_an_introduction_in_both_languages() {
    let tmp = tempfile::tempdir().unwrap();
    let (open, ended) = (tmp.path().join("open"), tmp.path().join("ended"));
    // The list went out yesterday.
    let (net, now) = decided(&open, 8);
    let at = |now: Time, days: u64| Time::from_seconds(now.seconds() + days * 86_400).unwrap();
    net.desk(at(now, 7)).unwrap();
    drop(net);
    // Both answered weeks ago, and today is the last day.
    let (net, now) = decided(&ended, 22);
    let told = Told {
        yes: true,
        asked_by: "Lidia",
        except: &[],
        only: &[],
        contact: "Tel. 55 1234 5678",
    };
    for days in [7, 14] {
        net.desk(at(now, days)).unwrap();
        for seat in &net.sites {
            net.visit(seat, at(now, days)).unwrap();
            for entry in Requests::read(&seat.party).unwrap().entries {
                if days == 7 {
                    notices::answer(&seat.party, &entry.id, &told, at(now, 8)).unwrap();
                }
            }
        }
    }
    drop(net);
    for lang in ["es", "en"] {
        transcript(lang, &open, &ended);
    }
}
