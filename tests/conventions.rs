//! What every command keeps to, found by walking the tree of commands: one JSON object on standard output, and the
//! exit codes of the manual (*exit codes*).

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const PASSPHRASE: &str = "agua clara bajo el puente\n";
/// Commands that are no commands of a vault, or run for long.
const OTHERS: [&str; 6] = ["demo", "evaluate", "completions", "man", "config", "shell"];
/// Commands that write what other programs read, or talk with people.
const NOT_JSON: [&str; 3] = ["completions", "man", "shell"];

fn sigilo(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sigilo"));
    command
        .current_dir(dir)
        .env_clear()
        .env("SIGILO_LANG", "en")
        .env("SIGILO_CONFIG", "")
        .stdin(Stdio::null());
    command
}

/// Every command that has no commands below it, with the examples of its help.
fn commands(dir: &Path) -> BTreeMap<String, Vec<String>> {
    fn walk(dir: &Path, path: &[String], found: &mut BTreeMap<String, Vec<String>>) {
        let out = sigilo(dir).args(path).arg("--help").output().unwrap();
        assert!(out.status.success(), "{path:?}");
        let help = String::from_utf8(out.stdout).unwrap();
        let below: Vec<&str> = section(&help, "Commands:")
            .filter(|line| !line.starts_with("   "))
            .filter_map(|line| line.split_whitespace().next())
            .collect();
        for name in &below {
            let path: Vec<String> = path.iter().cloned().chain([(*name).to_owned()]).collect();
            walk(dir, &path, found);
        }
        if below.is_empty() {
            let examples = section(&help, "Examples:").map(|l| l.trim().to_owned());
            found.insert(path.join(" "), examples.collect());
        }
    }
    let mut found = BTreeMap::new();
    walk(dir, &[], &mut found);
    assert!(found.len() > 90, "{}", found.len());
    found
}

/// The lines below a heading.
fn section<'t>(help: &'t str, heading: &'t str) -> impl Iterator<Item = &'t str> {
    let lines = help.lines().skip_while(move |line| *line != heading);
    lines.skip(1).take_while(|line| line.starts_with("  "))
}

/// The example that needs nobody at a terminal.
fn chosen(examples: &[String]) -> &str {
    let answered = ["record.json", "changes.json", "search rosa"];
    let alone = examples
        .iter()
        .find(|e| answered.iter().any(|a| e.contains(a)));
    alone.unwrap_or(&examples[0])
}

/// The words of an example behind the name of the program, as a shell splits them; places that are not ours become
/// folders beside the vault.
fn words(example: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in example.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    let words = words.into_iter().skip(1);
    words.map(|w| w.replace("/media/usb", "usb")).collect()
}

/// A house with four records, the key of the direction and that of the reception in files.
fn house(dir: &Path) {
    let passphrase = dir.join("passphrase");
    std::fs::write(&passphrase, PASSPHRASE).unwrap();
    let run = |args: &[&str]| {
        let out = sigilo(dir)
            .env("SIGILO_PASSPHRASE_FILE", &passphrase)
            .args(["--vault", "house"])
            .args(args)
            .output()
            .unwrap();
        assert!(out.status.success(), "{args:?}: {out:?}");
    };
    let table = "local_id,role,given_names,paternal_surname,sex\n\
        EXP-1,victim,Rosa,Meza,F\nEXP-2,victim,Eva,Pech,F\nEXP-3,victim,Luz,Canul,F\nEXP-7,victim,Ana,Tzoc,F\n";
    std::fs::write(dir.join("records.csv"), table).unwrap();
    run(&["init", "--site", "Hope", "--kdf-memory", "19"]);
    run(&["import", "records.csv"]);
    let all = "seal,read,export,manage,log";
    run(&[
        "keys",
        "add",
        "--name",
        "d",
        "--rights",
        all,
        "--to-file",
        "key",
    ]);
    run(&["keys", "intake", "--name", "r", "--to-file", "intake"]);
}

/// Commands that ask whether they should.
const CONFIRMED: [&str; 6] = [
    "erase",
    "export",
    "keys panic",
    "coordinator close",
    "keyholder close",
    "round leave",
];
/// What a command finds when it is run.
const STATES: [&str; 5] = ["no vault", "wrong key", "seals only", "altered", "house"];

/// A folder of its own for one run, as the state says.
fn prepared(house: &Path, state: &str) -> tempfile::TempDir {
    let tmp = tempfile::tempdir().unwrap();
    let to = tmp.path();
    for name in ["records.csv", "key", "intake", "passphrase"] {
        std::fs::copy(house.join(name), to.join(name)).unwrap();
    }
    std::fs::write(to.join("new"), "cielo abierto sobre el monte\n").unwrap();
    std::fs::write(to.join("wrong"), "another one entirely\n").unwrap();
    std::fs::write(
        to.join("record.json"),
        r#"{"role":"witness","given_names":"Eva"}"#,
    )
    .unwrap();
    std::fs::write(to.join("changes.json"), r#"{"phone":["+52 999 123 4567"]}"#).unwrap();
    std::fs::write(to.join("contract.pdf"), "contract").unwrap();
    std::fs::create_dir(to.join("usb")).unwrap();
    if state == "no vault" {
        return tmp;
    }
    let vault = to.join("house");
    std::fs::create_dir(&vault).unwrap();
    for entry in std::fs::read_dir(house.join("house")).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), vault.join(entry.file_name())).unwrap();
        }
    }
    if state == "altered" {
        let db = rusqlite::Connection::open(vault.join("vault.db")).unwrap();
        let changed = db
            .execute(
                "UPDATE leaf SET leaf = zeroblob(length(leaf)) WHERE idx = 2",
                [],
            )
            .unwrap();
        assert_eq!(changed, 1);
    }
    tmp
}

fn run(house: &Path, state: &str, name: &str, example: &str) -> Output {
    let tmp = prepared(house, state);
    let mut command = sigilo(tmp.path());
    command.args(["--json"]);
    let words = words(example);
    if !words.iter().any(|w| w == "--vault") {
        command.args(["--vault", "house"]);
    }
    match state {
        // There is no key yet.
        "no vault" if name.ends_with("init") => command.env("SIGILO_PASSPHRASE_FILE", "passphrase"),
        "no vault" | "altered" | "house" => command.args(["--key-file", "key"]),
        "seals only" => command.args(["--key-file", "intake"]),
        _ => command.env("SIGILO_PASSPHRASE_FILE", "wrong"),
    };
    command
        .env("SIGILO_NEW_PASSPHRASE_FILE", "new")
        .args(words)
        .args(CONFIRMED.contains(&name).then_some("--yes"))
        .output()
        .unwrap()
}

/// The table of the manual: exit codes by command.
fn documented() -> BTreeMap<String, Vec<String>> {
    let page = std::fs::read_to_string("src/manual/exit.md").unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| {
        let (name, cells) = row.split_once("` |")?;
        let cells = cells.trim_end_matches('|').split('|');
        Some((
            name.to_owned(),
            cells.map(|c| c.trim().to_owned()).collect(),
        ))
    })
    .filter(|(_, cells): &(String, Vec<String>)| cells.len() == STATES.len())
    .collect()
}

#[test]
fn every_command_ends_as_the_manual_says_and_prints_one_object() {
    let tmp = tempfile::tempdir().unwrap();
    house(tmp.path());
    let commands = commands(tmp.path());
    let commands: Vec<(&String, &Vec<String>)> = commands
        .iter()
        .filter(|(name, _)| !OTHERS.contains(&name.as_str()))
        .collect();
    let told: Vec<(String, Vec<String>)> = std::thread::scope(|scope| {
        let parts = commands.chunks(commands.len().div_ceil(4));
        let threads: Vec<_> = parts
            .map(|part| scope.spawn(|| told(tmp.path(), part)))
            .collect();
        let rows = threads.into_iter().map(|t| t.join().unwrap());
        rows.flatten().collect()
    });
    let documented = documented();
    let same = told
        .iter()
        .all(|(name, codes)| documented.get(name) == Some(codes));
    let rows: Vec<String> = told
        .iter()
        .map(|(name, codes)| format!("| `{name}` | {} |", codes.join(" | ")))
        .collect();
    assert!(
        same && documented.len() == told.len(),
        "src/manual/exit.md should have\n{}",
        rows.join("\n")
    );
}

/// Runs the first example of each command in every state, and looks at what it printed.
fn told(house: &Path, commands: &[(&String, &Vec<String>)]) -> Vec<(String, Vec<String>)> {
    let row = |(name, examples): &(&String, &Vec<String>)| {
        let cell = |state: &&str| {
            let out = run(house, state, name, chosen(examples));
            match one_object(&out) {
                Ok(code) => code.to_string(),
                Err(why) => format!("{why}: {out:?}"),
            }
        };
        ((*name).clone(), STATES.iter().map(cell).collect())
    };
    commands.iter().map(row).collect()
}

/// The exit code of a command that printed one object and nothing else.
fn one_object(out: &Output) -> Result<i32, &'static str> {
    let code = out.status.code().filter(|code| *code <= 6);
    let code = code.ok_or("no documented code")?;
    let value: serde_json::Value =
        serde_json::from_slice(&out.stdout).map_err(|_| "not one object")?;
    let object = value.as_object().ok_or("no object")?;
    if let Some(error) = object.get("error") {
        if error["code"] != code {
            return Err("another code in the object");
        }
        if error["message"] == error["id"] {
            return Err("no text");
        }
    }
    Ok(code)
}

#[test]
fn every_command_that_prints_is_on_the_page_of_json() {
    let page = std::fs::read_to_string("src/manual/json.md").unwrap();
    let headings = page.lines().filter_map(|l| l.strip_prefix("### "));
    let headings: Vec<String> = headings
        .flat_map(|l| l.split(", "))
        .map(|name| name.trim_matches('`').to_owned())
        .collect();
    let tmp = tempfile::tempdir().unwrap();
    let commands = commands(tmp.path());
    for name in commands.keys().filter(|n| !NOT_JSON.contains(&n.as_str())) {
        assert!(
            headings.contains(name),
            "{name} is not in src/manual/json.md"
        );
    }
}

/// A run with variables set, in a house.
fn with(
    house: &Path,
    variables: &[(&str, &str)],
    args: &[&str],
    input: &str,
) -> (i32, String, String) {
    let mut child = sigilo(house)
        .envs(variables.iter().copied())
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let out = child.wait_with_output().unwrap();
    (
        out.status.code().unwrap(),
        String::from_utf8(out.stdout).unwrap(),
        String::from_utf8(out.stderr).unwrap(),
    )
}

#[test]
fn every_variable_that_the_help_names_is_honoured() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path();
    house(dir);
    std::fs::write(dir.join("wrong"), "another one entirely\n").unwrap();
    std::fs::write(dir.join("new"), "cielo abierto sobre el monte\n").unwrap();
    std::fs::write(
        dir.join("settings.toml"),
        "vault = \"house\"\nlang = \"es\"\n",
    )
    .unwrap();
    let mut honoured = BTreeSet::new();
    let mut run = |variables: &[(&'static str, &str)], args: &[&str]| {
        honoured.extend(variables.iter().map(|(name, _)| *name));
        with(dir, variables, args, "")
    };
    let file = ("SIGILO_PASSPHRASE_FILE", "passphrase");
    let (code, shown, said) = run(&[("SIGILO_VAULT", "house"), file], &["list"]);
    assert!(
        code == 0 && shown.contains("Rosa") && said.contains("4 "),
        "{shown}{said}"
    );
    // An option goes before it.
    let elsewhere = ["--vault", "elsewhere", "list"];
    assert_eq!(run(&[("SIGILO_VAULT", "house"), file], &elsewhere).0, 3);
    let command = ("SIGILO_PASSPHRASE_COMMAND", "cat passphrase");
    assert_eq!(run(&[command], &["--vault", "house", "list"]).0, 0);
    // The file goes before the command.
    let wrong = ("SIGILO_PASSPHRASE_FILE", "wrong");
    assert_eq!(run(&[wrong, command], &["--vault", "house", "list"]).0, 4);
    let failing = ("SIGILO_PASSPHRASE_COMMAND", "exit 7");
    assert_eq!(run(&[failing], &["--vault", "house", "list"]).0, 1);
    let (_, _, said) = run(
        &[("SIGILO_QUIET", "1"), file],
        &["--vault", "house", "list"],
    );
    assert_eq!(said, "");
    let (_, _, said) = run(
        &[("SIGILO_QUIET", "0"), file],
        &["--vault", "house", "list"],
    );
    assert_ne!(said, "");
    for (variable, name) in [("SIGILO_PLAIN", "plain"), ("SIGILO_SCREEN", "screen")] {
        let (_, shown, _) = run(&[(variable, "1")], &["config", "--json"]);
        let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(shown["settings"][name]["value"], "true");
        assert_eq!(shown["settings"][name]["from"], "environment");
    }
    let settings = [("SIGILO_CONFIG", "settings.toml"), file];
    let (code, shown, _) = run(&settings, &["list"]);
    assert!(code == 0 && shown.contains("Rosa"), "{shown}");
    let settings = [("SIGILO_CONFIG", "nowhere.toml"), file];
    assert_eq!(run(&settings, &["list"]).0, 1);
    let (_, _, said) = run(
        &[("SIGILO_LANG", "es"), file],
        &["--vault", "house", "list"],
    );
    assert!(said.contains("expedientes"), "{said}");
    let (_, help, _) = run(&[("NO_COLOR", "1")], &["--help"]);
    assert!(!help.contains('\u{1b}'));
    std::fs::rename(dir.join("house/keyring"), dir.join("stick")).unwrap();
    let keyring = ("SIGILO_KEYRING", "stick");
    assert_eq!(run(&[keyring, file], &["--vault", "house", "list"]).0, 0);
    assert_eq!(run(&[file], &["--vault", "house", "list"]).0, 1);
    std::fs::rename(dir.join("stick"), dir.join("house/keyring")).unwrap();
    // The second person's, and then a new one.
    let policy = ["--vault", "house", "keys", "policy", "--two", "export"];
    let second = [
        "--vault",
        "house",
        "keys",
        "add",
        "--name",
        "s",
        "--rights",
        "read,export",
    ];
    let new = ("SIGILO_NEW_PASSPHRASE_FILE", "new");
    assert_eq!(run(&[file, new], &second).0, 0);
    assert_eq!(run(&[file], &policy).0, 0);
    let export = [
        "--vault",
        "house",
        "--second-slot",
        "export",
        "--format",
        "csv",
        "--yes",
    ];
    for (variable, value) in [
        ("SIGILO_SECOND_PASSPHRASE_FILE", "new"),
        ("SIGILO_SECOND_PASSPHRASE_COMMAND", "cat new"),
    ] {
        let (code, shown, said) = run(&[file, (variable, value)], &export);
        assert!(code == 0 && shown.contains("EXP-1"), "{variable}: {said}");
    }
    let other = [file, ("SIGILO_SECOND_PASSPHRASE_FILE", "wrong")];
    assert_eq!(run(&other, &export).0, 4);
    let command = (
        "SIGILO_NEW_PASSPHRASE_COMMAND",
        "echo viento norte entre los cerros",
    );
    let change = ["--vault", "house", "--second-slot", "keys", "passphrase"];
    let second = ("SIGILO_SECOND_PASSPHRASE_FILE", "new");
    let (code, _, said) = run(&[file, command, second], &change);
    assert_eq!(code, 0, "{said}");
    assert_eq!(run(&[file], &["--vault", "house", "list"]).0, 4);
    // All of them were tried.
    let (_, help, _) = with(dir, &[], &["--help"], "");
    let named = help.split(|c: char| !(c.is_ascii_uppercase() || c == '_'));
    for name in named.filter(|word| word.starts_with("SIGILO_")) {
        assert!(honoured.contains(name), "{name} is not tried");
    }
    let readme = std::fs::read_to_string("README.md").unwrap();
    let manual = std::fs::read_to_string("src/manual/desk.md").unwrap();
    for name in &honoured {
        let (head, tail) = name.split_once("PASSPHRASE").unwrap_or((name, ""));
        let whole = readme.contains(name) && manual.contains(name);
        let parts = manual.contains(head.trim_start_matches("SIGILO_")) && manual.contains(tail);
        assert!(
            whole || (readme.contains(name) && parts),
            "{name} is not documented"
        );
    }
}

#[test]
fn a_dash_is_a_stream() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path();
    house(dir);
    let key = [
        ("SIGILO_VAULT", "house"),
        ("SIGILO_PASSPHRASE_FILE", "passphrase"),
    ];
    let run = |args: &[&str], input: &str| {
        let (code, shown, said) = with(dir, &key, args, input);
        assert_eq!(code, 0, "{args:?}: {said}");
        shown
    };
    let record = r#"{"role":"victim","local_id":"EXP-9","given_names":"Luz"}"#;
    run(&["seal", "-"], record);
    run(
        &["import", "-"],
        "local_id,role,given_names\nEXP-10,victim,Sol\n",
    );
    run(&["amend", "EXP-9", "-"], r#"{"given_names":"Lucía"}"#);
    let map = run(&["import", "--propose-map", "-", "records.csv"], "");
    assert!(map.contains("local_id"), "{map}");
    let table = run(&["export", "--format", "csv", "--to", "-", "--yes"], "");
    assert!(table.contains("Lucía") && table.contains("Sol"), "{table}");
    std::fs::write(dir.join("contract"), "one\ntwo\n").unwrap();
    run(&["evidence", "add", "EXP-9", "contract"], "");
    let list: serde_json::Value =
        serde_json::from_str(&run(&["evidence", "list", "--json"], "")).unwrap();
    let id = list["evidence"][0]["id"].as_str().unwrap();
    assert_eq!(
        run(&["evidence", "extract", id, "--to", "-"], ""),
        "one\ntwo\n"
    );
    let head: serde_json::Value =
        serde_json::from_str(&run(&["log", "checkpoint", "--json"], "")).unwrap();
    let (head, key) = (head["checkpoint"].as_str(), head["key"].as_str());
    let (head, key) = (head.unwrap(), key.unwrap());
    run(&["audit", "verify", "house", "--head", "-"], head);
    run(&["audit", "consistency", "-", "house/checkpoint"], head);
    run(&["log", "open", "2", "--out", "proof"], "");
    let proof = std::fs::read_to_string(dir.join("proof")).unwrap();
    run(&["audit", "inclusion", "-", "--key", key], &proof);
}

#[test]
fn dates_are_told_by_the_name_of_their_month_and_never_guessed_at() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path();
    house(dir);
    let run = |lang: &str, until: &str| {
        let variables = [("SIGILO_LANG", lang), ("SIGILO_VAULT", "house")];
        let args = ["--key-file", "key", "retain", "EXP-1", "--until", until];
        with(dir, &variables, &args, "")
    };
    for (lang, until, told) in [
        ("es", "2027-04-03", "3 de abril de 2027"),
        ("es", "03/04/2027", "3 de abril de 2027"),
        ("es", "3 de abril de 2027", "3 de abril de 2027"),
        ("en", "2027-04-03", "3 April 2027"),
        ("en", "23/04/2027", "23 April 2027"),
        ("en", "April 3, 2027", "3 April 2027"),
    ] {
        let (code, shown, said) = run(lang, until);
        assert!(code == 0 && shown.contains(told), "{until}: {shown}{said}");
    }
    for (lang, until) in [
        ("en", "03/04/2027"),
        ("es", "2027-04"),
        ("es", "31/02/2027"),
        ("es", "mañana"),
        ("en", "03/04/27"),
    ] {
        assert_eq!(run(lang, until).0, 2, "{until}");
    }
    // Programs get what they always got.
    let show = [
        "--key-file",
        "key",
        "--vault",
        "house",
        "show",
        "EXP-1",
        "--json",
    ];
    let (_, shown, _) = with(dir, &[], &show, "");
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["keeping"]["until"], "2027-04-03");
}
