//! The desk as a menu that is read line by line, and what a wrong answer at each of its questions does.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn command(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sigilo"));
    command
        .current_dir(dir)
        .env("SIGILO_LANG", "es")
        .env("SIGILO_CONFIG", "")
        .env("SIGILO_PASSPHRASE_FILE", dir.join("passphrase"));
    command
}

fn house() -> tempfile::TempDir {
    let tmp = tempfile::tempdir().unwrap();
    std::fs::write(tmp.path().join("passphrase"), "agua clara bajo el puente\n").unwrap();
    let made = command(tmp.path())
        .args(["init", "--vault", "casa", "--site", "Casa"])
        .args(["--kdf-memory", "19"])
        .output()
        .unwrap();
    assert!(made.status.success());
    tmp
}

fn menu(dir: &Path, typed: &str) -> (i32, String) {
    let mut child = command(dir)
        .args(["--vault", "casa", "shell", "--plain"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(typed.as_bytes())
        .unwrap();
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output().unwrap();
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&stdout),
        String::from_utf8_lossy(&stderr)
    );
    (status.code().unwrap_or(-1), text)
}

#[test]
fn an_interview_is_answered_reviewed_and_sealed() {
    let tmp = house();
    // A witness; consent, by the number of the answer; nobody may call; on to the name she likes; the
    // date wrong and right; then the review and the seal.
    let typed = "4\n9\n2\n7\n1\nno llamar a casa\n\n?\nChelo\nayer\n1999\n.\nz\ns\n0\n";
    let (code, text) = menu(tmp.path(), typed);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("Sellado. Expediente"), "{text}");
    assert!(text.contains("1999"), "{text}");
    let listed = command(tmp.path())
        .args(["--vault", "casa", "list", "--json"])
        .output()
        .unwrap();
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(listed.contains("Chelo"), "{listed}");
    assert!(listed.contains("witness"), "{listed}");
}

#[test]
fn wrong_answers_are_said_and_change_nothing() {
    let tmp = house();
    let (code, text) = menu(tmp.path(), "7\nx\n1\n\n1\nnadie\n3\nEXP-9\n5\n0\n");
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("Escriba uno de los números"), "{text}");
    assert!(text.contains("Nadie con esos datos"), "{text}");
    assert!(text.contains("No hay entrevistas sin terminar"), "{text}");
}

#[test]
fn an_unfinished_interview_is_kept_and_finished() {
    let tmp = house();
    let (_, text) = menu(tmp.path(), "4\n1\n+\n1\n\n\n\nLupita\n+\n5\n1\n.\ns\n0\n");
    assert!(text.contains("Todavía no hay ninguna respuesta"), "{text}");
    assert!(text.contains("sin terminar, sellada"), "{text}");
    assert!(text.contains("Sellado. Expediente"), "{text}");
}

#[test]
fn a_field_is_amended_and_a_service_written_down() {
    let tmp = house();
    let (_, text) = menu(
        tmp.path(),
        "4\n1\n1\n\n\n\nLupita\n.\ns\n2\n3\n1\n99\n1\nLupe\nasí le dicen\n+\n8\n+\n1\n2025-02-30x\n+\n1\n2025-02-20\ncita\n\n0\n",
    );
    assert!(text.contains("versión 2"), "{text}");
    assert!(text.contains("versión 3"), "{text}");
    assert!(text.contains("2025-02-20"), "{text}");
}

#[test]
fn the_end_of_the_input_ends_it_and_a_wrong_passphrase_opens_nothing() {
    let tmp = house();
    let (code, _) = menu(tmp.path(), "");
    assert_eq!(code, 0);
    std::fs::write(tmp.path().join("passphrase"), "otra\n").unwrap();
    let (code, text) = menu(tmp.path(), "2\n");
    assert_eq!(code, 4, "{text}");
}

#[test]
fn the_configuration_is_read_and_its_mistakes_are_told() {
    let tmp = house();
    let file = tmp.path().join("ajustes.toml");
    let run = |text: &str, args: &[&str]| {
        std::fs::write(&file, text).unwrap();
        let out = command(tmp.path())
            .env("SIGILO_CONFIG", &file)
            .env_remove("SIGILO_LANG")
            .args(args)
            .output()
            .unwrap();
        (
            out.status.code().unwrap(),
            format!(
                "{}{}",
                String::from_utf8_lossy(&out.stdout),
                String::from_utf8_lossy(&out.stderr)
            ),
        )
    };
    let (code, text) = run("lang = \"en\"\nvault = \"casa\"\n", &["config", "--json"]);
    assert_eq!(code, 0, "{text}");
    let shown: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(shown["settings"]["vault"]["value"], "casa");
    assert_eq!(shown["settings"]["vault"]["from"], "file");
    assert_eq!(shown["settings"]["lang"]["from"], "file");
    assert_eq!(shown["settings"]["quiet"]["from"], "default");
    let (code, text) = run("vault = \"casa\"\n", &["list", "--lang", "en"]);
    assert_eq!(code, 3, "{text}");
    let (_, text) = run(
        "vault = \"casa\"\n",
        &["config", "--json", "--vault", "otra"],
    );
    let shown: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(shown["settings"]["vault"]["value"], "otra");
    assert_eq!(shown["settings"]["vault"]["from"], "option");
    let long = format!(
        "lang = \"es\"\n{}vault = \"casa\"\n",
        "# relleno\n".repeat(8000)
    );
    let (code, text) = run(&long, &["list", "--lang", "es"]);
    assert!(code == 2 && text.contains("64 KiB"), "{text}");
    std::fs::write(tmp.path().join("bytes.toml"), b"lang = \"\xff\"").unwrap();
    let bytes = command(tmp.path())
        .env("SIGILO_CONFIG", tmp.path().join("bytes.toml"))
        .arg("list")
        .status();
    assert_eq!(bytes.unwrap().code(), Some(2));
    let (code, text) = run(
        "lang = \"es\"\nvalut = \"casa\"\n",
        &["list", "--lang", "es"],
    );
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("línea 2"), "{text}");
}

#[test]
fn shells_and_man_are_told_of_the_commands() {
    let tmp = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let out = Command::new(env!("CARGO_BIN_EXE_sigilo"))
            .env("SIGILO_CONFIG", "")
            .args(["completions", shell, "--lang", "es"])
            .output()
            .unwrap();
        let text = String::from_utf8(out.stdout).unwrap();
        assert!(out.status.success());
        assert!(text.contains("duplicates"), "{shell}");
        if shell != "bash" {
            assert!(text.contains("Sella un expediente"), "{shell}");
        }
    }
    let dir = tmp.path().join("man");
    let out = Command::new(env!("CARGO_BIN_EXE_sigilo"))
        .env("SIGILO_CONFIG", "")
        .args(["man", "--lang", "es"])
        .arg(&dir)
        .output()
        .unwrap();
    assert!(out.status.success());
    let page = std::fs::read_to_string(dir.join("sigilo-keys-add.1")).unwrap();
    for heading in [".SH NOMBRE", ".SH SINOPSIS", ".SH OPCIONES", ".SH EJEMPLOS"] {
        assert!(page.contains(heading), "{heading}\n{page}");
    }
    assert!(page.contains("sigilo keys add"), "{page}");
}

#[test]
fn the_name_alone_says_what_is_pending_and_a_locked_vault_says_nothing_of_it() {
    let tmp = house();
    menu(
        tmp.path(),
        "4\n1\n1\n\n\n\nLupita\n.\ns\n4\n1\n1\n\n\n\nChelo\n+\n0\n",
    );
    let list = command(tmp.path())
        .args(["--vault", "casa", "list", "--json"])
        .output()
        .unwrap();
    let list: serde_json::Value = serde_json::from_slice(&list.stdout).unwrap();
    let id = list["records"][0]["id"].as_str().unwrap().to_owned();
    let kept = command(tmp.path())
        .args(["--vault", "casa", "retain", &id, "--until", "2001-01-01"])
        .output()
        .unwrap();
    assert!(kept.status.success());
    let told = |mut command: Command| -> serde_json::Value {
        let out = command
            .args(["--vault", "casa", "--json"])
            .output()
            .unwrap();
        serde_json::from_slice(&out.stdout).unwrap()
    };
    let open = told(command(tmp.path()));
    assert_eq!(open["state"], "open");
    let pending: Vec<&str> = open["pending"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        pending,
        ["steps-drafts", "steps-due", "steps-cosigned-none"]
    );
    assert_eq!(open["steps"][0]["command"], "sigilo seal");
    let mut without = command(tmp.path());
    without.env_remove("SIGILO_PASSPHRASE_FILE");
    let locked = told(without);
    assert_eq!(locked["state"], "locked");
    assert_eq!(locked["pending"].as_array().unwrap().len(), 0);
    std::fs::rename(tmp.path().join("casa/keyring"), tmp.path().join("llavero")).unwrap();
    assert_eq!(told(command(tmp.path()))["state"], "no-keyring");
}
