//! What needs a terminal, in one: the interview on its own screen, and Ctrl-C.
#![cfg(unix)]

mod common;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use common::terminal::Session;

const PASSPHRASE: &str = "agua clara bajo el puente\n";

fn command(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sigilo"));
    command
        .current_dir(dir)
        .env("SIGILO_LANG", "es")
        .env("SIGILO_CONFIG", "")
        .env("SIGILO_PASSPHRASE_FILE", dir.join("passphrase"))
        .env("TERM", "xterm");
    command
}

fn house() -> tempfile::TempDir {
    let tmp = tempfile::tempdir().unwrap();
    std::fs::write(tmp.path().join("passphrase"), PASSPHRASE).unwrap();
    let made = command(tmp.path())
        .args(["init", "--vault", "casa", "--site", "Casa"])
        .args(["--kdf-memory", "19"])
        .output()
        .unwrap();
    assert!(made.status.success());
    tmp
}

/// A command on the house, in a terminal.
fn start(dir: &Path, args: &[&str]) -> Session {
    let mut command = command(dir);
    command.args(["--vault", "casa"]).args(args);
    Session::start(&command)
}

const ENTER: &str = "\r";
const PAGE_DOWN: &str = "\x1b[6~";
const ESCAPE: &str = "\x1b";
const DOWN: &str = "\x1b[B";

#[test]
fn an_interview_leaves_nothing_in_what_can_be_scrolled_back() {
    let tmp = house();
    let mut session = start(tmp.path(), &["seal", "--kind", "victim"]);
    session.wait_for("Pregunta");
    // Consent: yes. Then over safety, languages and needs to the name that she likes.
    session.press(&format!("{DOWN}{ENTER}"));
    session.press(&PAGE_DOWN.repeat(3));
    session.wait_for("Nombres");
    session.press(&format!("Xochitlalpan{ENTER}"));
    session.wait_for("Persona");
    session.press(ESCAPE);
    session.wait_for("terminar");
    session.press(&format!("{DOWN}{ENTER}"));
    session.wait_for("Revise");
    session.press(ENTER);
    let (code, shown) = session.end();
    assert_eq!(code, 0, "{shown}");
    let (before, rest) = shown.split_once("\x1b[?1049h").expect("a second screen");
    let (_, after) = rest.rsplit_once("\x1b[?1049l").expect("given back");
    assert!(rest.contains("Xochitlalpan"));
    assert!(!before.contains("Xochitlalpan"));
    assert!(!after.contains("Xochitlalpan"), "{after}");
    assert!(after.contains("Sellado"), "{after}");
    let listed = command(tmp.path())
        .args(["--vault", "casa", "list", "--json"])
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&listed.stdout).contains("Xochitlalpan"));
}

#[test]
fn an_interview_is_kept_and_gone_on_with() {
    let tmp = house();
    let mut session = start(tmp.path(), &["seal", "--kind", "victim"]);
    session.wait_for("Pregunta");
    session.press(&format!("{DOWN}{ENTER}"));
    session.wait_for("comunicarnos");
    session.press(ESCAPE);
    session.wait_for("terminar");
    session.press(&format!("{DOWN}{DOWN}{ENTER}"));
    let (code, shown) = session.end();
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("sin terminar, sellada"), "{shown}");
    let mut session = start(tmp.path(), &["seal"]);
    session.wait_for("solo Enter");
    session.press(&format!("7{ENTER}"));
    session.wait_for("de la lista");
    session.press(&format!("1{ENTER}"));
    session.wait_for("comunicarnos");
    session.press("\x03");
    session.wait_for("terminar");
    session.press("\x03");
    let (code, shown) = session.end();
    assert_eq!(code, 1, "{shown}");
}

#[test]
fn ctrl_c_at_a_question_ends_with_130_and_the_terminal_as_it_was() {
    let tmp = house();
    let session = start(tmp.path(), &["--plain", "seal", "--kind", "victim"]);
    let mut session = session;
    session.wait_for("[1/");
    let id = rustix::process::Pid::from_child(&session.child);
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    let (code, shown) = session.end();
    assert_eq!(code, 130, "{shown}");
    assert!(shown.contains("Interrumpido"), "{shown}");
}

#[test]
fn the_desk_finds_amends_and_locks() {
    let tmp = house();
    let sealed = command(tmp.path())
        .args(["--vault", "casa", "seal", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .and_then(|mut child| {
            let text = r#"{"role": "victim", "local_id": "EXP-1", "given_names": "Xochitlalpan"}"#;
            child.stdin.take().unwrap().write_all(text.as_bytes())?;
            child.wait()
        });
    assert!(sealed.unwrap().success());
    let mut session = start(tmp.path(), &["shell"]);
    session.wait_for("busca");
    session.press("xochitl");
    session.wait_for("Xochitlalpan");
    session.press(ENTER);
    session.wait_for("Anotar");
    // A service, of the first kind, of today, without a note.
    session.press(ENTER);
    session.wait_for("clase");
    session.press(&ENTER.repeat(3));
    session.wait_for("Guardado");
    session.press(ESCAPE);
    session.wait_for("busca");
    session.press("\x1b[20~");
    session.wait_for("cerrada");
    session.press(ENTER);
    session.wait_for("busca");
    session.press("\x03");
    session.wait_for("Salir");
    session.press("\x03");
    let (code, shown) = session.end();
    assert_eq!(code, 0, "{shown}");
    let (_, after) = shown.rsplit_once("\x1b[?1049l").expect("given back");
    assert!(!after.contains("Xochitlalpan"), "{after}");
    let log = command(tmp.path())
        .args(["--vault", "casa", "log", "show", "--json"])
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&log.stdout).into_owned();
    for act in ["search", "open", "amend"] {
        assert!(log.contains(act), "{act}: {log}");
    }
}

/// A forensic look at the memory of a desk that is locked, with an interview that was going on.
#[cfg(target_os = "linux")]
#[test]
fn a_locked_desk_has_forgotten_the_passphrase_and_keeps_the_interview_sealed() {
    let tmp = house();
    let mut session = start(tmp.path(), &["shell"]);
    session.wait_for("busca");
    let id = session.child.id();
    let typed = PASSPHRASE.trim_end();
    if let Some(there) = common::memory_has(id, typed) {
        assert!(!there, "open");
        // It is looked at where it would be found.
        assert_eq!(common::memory_has(id, "SIGILO_PASSPHRASE_FILE"), Some(true));
    }
    // An interview begins, and is locked in the middle.
    session.press("\x1bOQ");
    session.wait_for("Pregunta");
    // A victim, who consents; over safety, languages and needs to the name that she likes.
    session.press(ENTER);
    session.press(&format!("{DOWN}{ENTER}"));
    session.press(&PAGE_DOWN.repeat(3));
    session.wait_for("Nombres");
    session.press(&format!("Xochitlalpan{ENTER}"));
    session.wait_for("Persona");
    if let Some(there) = common::memory_has(id, "Xochitlalpan") {
        assert!(there, "it is looked at where it would be found");
    }
    session.press("\x1b[20~");
    session.wait_for("cerrada");
    // The process is another image, so that nothing is left of what libraries did with names and keys.
    let words = std::fs::read(format!("/proc/{id}/cmdline")).unwrap();
    assert!(words.ends_with(b"--locked=kept\0"));
    for gone in [typed, "Xochitlalpan"] {
        if let Some(there) = common::memory_has(id, gone) {
            assert!(!there, "locked");
        }
    }
    let limits = std::fs::read_to_string(format!("/proc/{id}/limits")).unwrap();
    let core = limits.lines().find(|l| l.starts_with("Max core file size"));
    assert_eq!(core.unwrap().split_whitespace().nth(4), Some("0"));
    for file in ["vault.db", "keyring", "checkpoint"] {
        let bytes = std::fs::read(tmp.path().join("casa").join(file)).unwrap();
        assert!(!bytes.windows(12).any(|w| w == b"Xochitlalpan"), "{file}");
    }
    // Unlocked again with the same key, which is then forgotten as well.
    session.press(ENTER);
    session.wait_for("busca");
    if let Some(there) = common::memory_has(id, typed) {
        assert!(!there, "unlocked again");
    }
    session.press("\x03");
    session.wait_for("Salir");
    session.press("\x03");
    assert_eq!(session.end().0, 0);
    let drafts = common::open(&tmp.path().join("casa")).unwrap().drafts();
    let drafts = drafts.unwrap();
    assert_eq!(drafts.len(), 1);
    assert!(
        sigilo::record::to_json(&drafts[0].record)
            .to_string()
            .contains("Xochitlalpan")
    );
}

/// The same of the desk that is read line by line. It locks in another image, too, and goes on there.
#[cfg(target_os = "linux")]
#[test]
fn a_locked_plain_desk_has_forgotten_what_was_typed() {
    let tmp = house();
    let mut session = start(tmp.path(), &["shell", "--plain"]);
    session.wait_for("Número:");
    let id = session.child.id();
    session.press("1\n");
    session.wait_for("busca?");
    session.press("Xochitlalpan\n");
    session.wait_for("Número:");
    if let Some(there) = common::memory_has(id, "Xochitlalpan") {
        assert!(there, "it is looked at where it would be found");
    }
    session.press("6\n");
    session.wait_for("Pulse Enter");
    let words = std::fs::read(format!("/proc/{id}/cmdline")).unwrap();
    assert!(words.ends_with(b"--locked=asked\0"));
    for gone in [PASSPHRASE.trim_end(), "Xochitlalpan"] {
        if let Some(there) = common::memory_has(id, gone) {
            assert!(!there, "locked");
        }
    }
    session.press("\n");
    session.wait_for("Número:");
    // Locked again, as the image that was begun anew: the option is not there twice.
    session.press("6\n");
    session.wait_for("Pulse Enter");
    let words = std::fs::read(format!("/proc/{id}/cmdline")).unwrap();
    let options = words
        .split(|b| *b == 0)
        .filter(|w| w.starts_with(b"--locked"));
    assert_eq!(options.count(), 1);
    session.press("\n");
    session.wait_for("Número:");
    session.press("0\n");
    assert_eq!(session.end().0, 0);
}

#[test]
fn a_plain_desk_that_locks_leaves_the_terminal_as_it_was() {
    let tmp = house();
    let mut desk = command(tmp.path());
    desk.args(["--vault", "casa", "shell", "--plain"]);
    // The passphrase is typed: echo goes off and on again in the second image.
    desk.env_remove("SIGILO_PASSPHRASE_FILE");
    let Some(mut session) = Session::in_shell(&desk) else {
        return;
    };
    session.wait_for("Contraseña:");
    session.press(PASSPHRASE);
    session.wait_for("Número:");
    session.press("6\n");
    session.wait_for("Pulse Enter");
    session.press("\n");
    session.wait_for("Contraseña:");
    session.press(PASSPHRASE);
    session.wait_for("Número:");
    session.press("6\n");
    session.wait_for("Pulse Enter");
    session.press("\x03");
    let (code, shown) = session.end();
    assert_eq!(code, 130, "{shown}");
    assert!(shown.contains("[restored]"), "{shown}");
}

#[test]
fn an_export_asks_for_a_word_and_shows_no_name_on_a_screen() {
    let tmp = house();
    let file = tmp.path().join("casa.csv");
    let sealed = command(tmp.path())
        .args(["--vault", "casa", "seal", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .and_then(|mut child| {
            let text = r#"{"role": "victim", "local_id": "EXP-1", "given_names": "Xochitlalpan"}"#;
            child.stdin.take().unwrap().write_all(text.as_bytes())?;
            child.wait()
        });
    assert!(sealed.unwrap().success());
    let export = ["export", "--format", "csv"];
    // On a screen nothing comes that was not asked for.
    let (code, shown) = start(tmp.path(), &export).end();
    assert_eq!(code, 2, "{shown}");
    let to = ["export", "--format", "csv", "--to", "casa.csv"];
    let mut session = start(tmp.path(), &to);
    session.wait_for("exportar»");
    session.press("sí\r");
    let (code, shown) = session.end();
    assert!(code == 1 && !file.exists(), "{shown}");
    let mut session = start(tmp.path(), &to);
    session.wait_for("exportar»");
    session.press("exportar\r");
    let (code, shown) = session.end();
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains("Xochitlalpan"), "{shown}");
    assert!(
        std::fs::read_to_string(&file)
            .unwrap()
            .contains("Xochitlalpan")
    );
    let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let log = command(tmp.path())
        .args(["--vault", "casa", "log", "show", "--json"])
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&log.stdout).into_owned();
    assert_eq!(log.matches("\"export\"").count(), 1, "{log}");
}

#[test]
fn a_dry_run_says_to_a_person_at_a_terminal_who_a_row_is_about() {
    let tmp = house();
    let table = "expediente,calidad,nombres,sexo\n1,victima,Xochitlalpan,F\n2,victima,Citlali,Z\n";
    std::fs::write(tmp.path().join("casos.csv"), table).unwrap();
    let args = ["import", "--dry-run", "casos.csv"];
    let (code, shown) = start(tmp.path(), &args).end();
    assert_eq!(code, 1, "{shown}");
    assert!(shown.contains("se sellaría Xochitlalpan, 1"), "{shown}");
    // A row with mistakes is told by its place.
    assert!(
        shown.contains("línea 3, columna 4") && !shown.contains("Citlali"),
        "{shown}"
    );
}

#[test]
fn an_opened_record_is_shown_on_a_screen_of_its_own_and_nothing_stays() {
    let tmp = house();
    let record =
        r#"{"role":"victim","local_id":"E-1","given_names":"Xóchitl","paternal_surname":"Canul"}"#;
    std::fs::write(tmp.path().join("r.json"), record).unwrap();
    let sealed = command(tmp.path())
        .args(["--vault", "casa", "seal", "r.json"])
        .output()
        .unwrap();
    assert!(sealed.status.success(), "{sealed:?}");
    let (enter, leave) = ("\x1b[?1049h", "\x1b[?1049l");
    for args in [["show", "E-1"].as_slice(), &["--screen", "search", "canul"]] {
        let mut session = start(tmp.path(), args);
        session.wait_for("Canul");
        session.press("q");
        let (code, text) = session.end();
        assert_eq!(code, 0, "{text}");
        let (before, own) = text.split_once(enter).unwrap();
        let (_, after) = own.split_once(leave).unwrap();
        assert!(
            !before.contains("Canul") && !after.contains("Canul"),
            "{text}"
        );
    }
    // Without it, a list stays, as the manual says.
    let (code, text) = start(tmp.path(), &["list"]).end();
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("Canul") && !text.contains(enter), "{text}");
}
