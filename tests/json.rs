//! The page of the manual that says what every command prints with `--json` (`src/manual/json.md`), held
//! against what the commands print: no key that is not on the page, and none on the page that is not
//! printed, except those marked `?`; and no command on the page that is not run here.
// One of its rounds is without noise, which a release does not take.
#![cfg(debug_assertions)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// Path of a key, and whether it may be absent.
type Paths = BTreeMap<String, bool>;

/// What the page says, by command.
fn documented() -> BTreeMap<String, Paths> {
    let page = std::fs::read_to_string("src/manual/json.md").unwrap();
    let mut commands = BTreeMap::new();
    let (mut names, mut in_block) = (Vec::new(), false);
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("### ") {
            names = heading
                .split(", ")
                .map(|n| n.trim_matches('`').to_owned())
                .collect();
            for name in &names {
                commands.insert(name.clone(), Paths::new());
            }
        } else if line.starts_with("```") {
            in_block = line == "```text";
        } else if in_block && !names.is_empty() {
            let Some(path) = line.split_whitespace().next() else {
                continue;
            };
            let (path, optional) = match path.strip_suffix('?') {
                Some(path) => (path, true),
                None => (path, false),
            };
            for name in &names {
                let paths: &mut Paths = commands.get_mut(name).unwrap();
                paths.insert(path.to_owned(), optional);
            }
        }
    }
    commands
}

/// The paths of all values: `records[].id`.
fn paths(value: &Value, at: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let path = if at.is_empty() {
                    key.clone()
                } else {
                    format!("{at}.{key}")
                };
                paths(value, &path, found);
            }
        }
        Value::Array(rows) => {
            let inner = format!("{at}[]");
            if rows.iter().any(Value::is_object) {
                rows.iter().for_each(|row| paths(row, &inner, found));
            } else {
                found.insert(at.to_owned());
            }
        }
        _ => {
            found.insert(at.to_owned());
        }
    }
}

struct Runner {
    dir: tempfile::TempDir,
    page: BTreeMap<String, Paths>,
    seen: BTreeMap<String, BTreeSet<String>>,
}

impl Runner {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("passphrase"), "agua clara bajo el puente\n").unwrap();
        std::fs::write(dir.path().join("other"), "otra clave larga y distinta\n").unwrap();
        std::fs::create_dir(dir.path().join("usb")).unwrap();
        Self {
            dir,
            page: documented(),
            seen: BTreeMap::new(),
        }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Runs a command with `--json` and notes what it printed under the heading of the page.
    fn run(&mut self, heading: &str, args: &[&str]) -> Value {
        self.run_in(heading, "casa", args)
    }

    fn run_in(&mut self, heading: &str, vault: &str, args: &[&str]) -> Value {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sigilo"))
            .current_dir(self.dir.path())
            .env("SIGILO_LANG", "en")
            .env("SIGILO_CONFIG", "")
            .env("SIGILO_PASSPHRASE_FILE", self.path("passphrase"))
            .env("SIGILO_NEW_PASSPHRASE_FILE", self.path("other"))
            .args(["--json", "--vault", vault])
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdin.take().map(|mut i| i.flush()));
        let out = child.wait_with_output().unwrap();
        let text = String::from_utf8(out.stdout).unwrap();
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        let value: Value =
            serde_json::from_str(&text).unwrap_or_else(|e| panic!("{args:?}: {e}\n{text}\n{said}"));
        let heading = if value.get("error").is_some() {
            assert_eq!(heading, "error", "{args:?}: {said}");
            "error"
        } else {
            heading
        };
        // A step that was refused is told where it was, not by what is missing later.
        let step = heading == "round next";
        assert!(!step || out.status.success(), "{vault} {args:?}: {text}");
        paths(&value, "", self.seen.entry(heading.to_owned()).or_default());
        value
    }

    /// Steps of a round, each by a command of its own.
    fn steps(&mut self, steps: &[(&str, &str)]) {
        for (heading, vault) in steps {
            let words: Vec<&str> = heading.split(' ').chain(["usb"]).collect();
            self.run_in(heading, vault, &words);
        }
    }

    /// Holds what was seen against the page, and says which commands those were.
    fn finish(self) -> BTreeSet<String> {
        let mut wrong = String::new();
        for (heading, seen) in &self.seen {
            let empty = Paths::new();
            let said = self.page.get(heading).unwrap_or(&empty);
            // A key whose value has keys of its own that vary is documented as `key.*`.
            let open: Vec<&str> = said.keys().filter_map(|p| p.strip_suffix('*')).collect();
            for path in seen {
                let covered = open.iter().any(|o| path.starts_with(o));
                if !covered && !said.contains_key(path) {
                    wrong.push_str(&format!("{heading}: not on the page: {path}\n"));
                }
            }
            for (path, optional) in said {
                if !optional && !path.ends_with('*') && !seen.contains(path) {
                    wrong.push_str(&format!("{heading}: not printed: {path}\n"));
                }
            }
        }
        assert!(wrong.is_empty(), "\n{wrong}");
        self.seen.into_keys().collect()
    }
}

#[test]
fn every_command_on_the_page_prints_what_the_page_says() {
    let parts = [
        a_house,
        a_round,
        the_counts_of_a_round,
        two_computers,
        requests,
        measured,
    ];
    let seen: BTreeSet<String> = std::thread::scope(|scope| {
        let running: Vec<_> = parts.iter().map(|part| scope.spawn(part)).collect();
        let seen = running.into_iter().map(|part| part.join().unwrap());
        seen.flatten().collect()
    });
    // That one takes a minute; its keys are those of its own source.
    let missing: Vec<String> = documented()
        .into_keys()
        .filter(|name| !seen.contains(name) && name != "demo")
        .collect();
    assert!(missing.is_empty(), "not run: {missing:?}");
}

fn text(value: &Value, key: &str) -> String {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("{key}: {value}"))
        .to_owned()
}

fn made(runner: &Runner, dir: &str) -> bool {
    Path::new(&runner.path(dir)).is_dir()
}

fn a_house() -> BTreeSet<String> {
    let mut r = Runner::new();
    r.write(
        "tabla.csv",
        "local_id,role,given_names,paternal_surname,date_of_birth,sex\nA-1,victim,Rosa,Meza,1993-06-05,F\nA-2,victim,Rosa,Mesa,1993-06-05,F\nA-3,victim,Eva,Pech,2001,F\n",
    );
    r.write(
        "ana.json",
        r#"{"role":"victim","local_id":"A-7","given_names":"Ana"}"#,
    );
    r.write("cambio.json", r#"{"phone":["+52 999 123 4567"]}"#);
    r.write("prueba.txt", "contrato");
    r.run("sigilo", &[]);
    r.run("init", &["init", "--site", "Casa"]);
    r.run("sigilo", &[]);
    r.run("config", &["config"]);
    r.run("import", &["import", "tabla.csv"]);
    r.run("import", &["import", "--dry-run", "tabla.csv"]);
    r.run(
        "import --propose-map",
        &["import", "--propose-map", "mapa.toml", "tabla.csv"],
    );
    r.run("seal", &["seal", "ana.json"]);
    r.run("list", &["list"]);
    r.run("show", &["show", "A-7"]);
    r.run("search", &["search", "rosa"]);
    r.run("amend", &["amend", "A-7", "cambio.json"]);
    r.run("duplicates", &["duplicates", "--threshold", "0.6"]);
    r.run("link", &["link", "A-1", "A-2"]);
    r.run("unlink", &["unlink", "A-1", "A-2"]);
    r.run("hold set", &["hold", "set", "A-1", "--reason", "juicio"]);
    r.run("hold list", &["hold", "list"]);
    r.run("hold lift", &["hold", "lift", "A-1", "--reason", "fin"]);
    r.run("retain", &["retain", "A-1", "--until", "2099-01-01"]);
    let export = ["export", "--format", "csv", "--to", "salida.csv", "--yes"];
    r.run("export", &export);
    r.run("erase", &["erase", "A-3", "--reason", "pedido", "--yes"]);
    r.run("error", &["show", "nadie"]);
    r.run("keys compartment", &["keys", "compartment", "reservado"]);
    r.run("keys list", &["keys", "list"]);
    let added = r.run(
        "keys add",
        &["keys", "add", "--name", "turno", "--to-file", "t.clave"],
    );
    let slot = text(&added, "slot");
    r.run(
        "keys intake",
        &["keys", "intake", "--name", "puerta", "--to-file", "p.clave"],
    );
    r.run(
        "keys change",
        &["keys", "change", &slot, "--rights", "seal,read,log"],
    );
    r.run("keys remove", &["keys", "remove", &slot, "--yes"]);
    r.run(
        "keys shares",
        &[
            "keys", "shares", "--of", "3", "--need", "2", "--to", "partes",
        ],
    );
    let shares = [
        "--shares",
        "partes/share-1.txt",
        "--shares",
        "partes/share-2.txt",
    ];
    let drill = [&shares[..], &["keys", "drill", "--record"]].concat();
    r.run("keys drill", &drill);
    r.run("keys duress set", &["keys", "duress", "set"]);
    r.run("keys duress remove", &["keys", "duress", "remove"]);
    std::fs::copy(r.path("casa/checkpoint"), r.path("vieja")).unwrap();
    r.run("keys rotate", &["keys", "rotate"]);
    r.run("keys policy", &["keys", "policy"]);
    let identity = r.run("keys identity", &["keys", "identity", "copia.id"]);
    let recipient = text(&identity, "recipient");
    r.run("evidence add", &["evidence", "add", "A-7", "prueba.txt"]);
    let list = r.run("evidence list", &["evidence", "list"]);
    let evidence = text(&list["evidence"][0], "id");
    r.run("evidence show", &["evidence", "show", &evidence]);
    r.run(
        "evidence extract",
        &["evidence", "extract", &evidence, "--to", "fuera.txt"],
    );
    r.run(
        "evidence export",
        &["evidence", "export", &evidence, "--to", "tribunal"],
    );
    r.run("audit court", &["audit", "court", "tribunal"]);
    r.run(
        "backup",
        &["backup", "--to", "usb", "--recipient", &recipient],
    );
    r.run("backup --check", &["backup", "--check", "usb"]);
    r.run_in(
        "restore",
        "otra",
        &["restore", "usb", "--identity", "copia.id"],
    );
    assert!(made(&r, "otra"));
    r.run("log show", &["log", "show"]);
    let head = r.run("log checkpoint", &["log", "checkpoint"]);
    let key = text(&head, "key");
    let auditor = r.run(
        "audit keygen",
        &[
            "audit",
            "keygen",
            "--name",
            "auditora.example",
            "--to-file",
            "a.clave",
        ],
    );
    let cosigner = text(&auditor, "cosigner");
    r.run("audit verify", &["audit", "verify", "casa"]);
    r.run("audit export", &["audit", "export", "paquete"]);
    r.run(
        "audit cosign",
        &[
            "audit", "cosign", "paquete", "--signer", "a.clave", "--key", &key, "--out", "c.txt",
        ],
    );
    r.run(
        "log checkpoint --import",
        &[
            "log",
            "checkpoint",
            "--import",
            "c.txt",
            "--cosigner",
            &cosigner,
        ],
    );
    let old = [
        "audit",
        "cosign",
        "vieja",
        "--signer",
        "a.clave",
        "--out",
        "negativa.txt",
    ];
    r.run("error", &old);
    let stater = text(&auditor, "auditor");
    let refusal = [
        "audit",
        "refusal",
        "negativa.txt",
        "--key",
        &key,
        "--auditor",
        &stater,
    ];
    r.run("audit refusal", &refusal);
    r.run("check", &["check"]);
    r.run(
        "audit verify",
        &["audit", "verify", "casa", "--cosigner", &cosigner],
    );
    r.run(
        "audit consistency",
        &[
            "audit",
            "consistency",
            "c.txt",
            "casa/checkpoint",
            "--from",
            "casa",
        ],
    );
    r.run(
        "log open",
        &["log", "open", "2", "--out", "acto.tlog-proof"],
    );
    r.run(
        "audit inclusion",
        &["audit", "inclusion", "acto.tlog-proof", "--key", &key],
    );
    r.run(
        "audit inclusion --out",
        &[
            "audit",
            "inclusion",
            "--entry",
            "2",
            "--out",
            "asiento.tlog-proof",
        ],
    );
    r.run("check --repair", &["check", "--repair", "rescate"]);
    r.run("keys recovery", &["keys", "recovery"]);
    r.run("keys passphrase", &["keys", "passphrase"]);
    r.write("passphrase", "otra clave larga y distinta\n");
    r.run(
        "keys drill",
        &[&shares[..], &["keys", "drill", "--record"]].concat(),
    );
    r.run("keys panic", &["keys", "panic", "--yes"]);
    r.finish()
}

fn a_round() -> BTreeSet<String> {
    let mut r = Runner::new();
    r.write(
        "tabla.csv",
        "local_id,role,given_names,paternal_surname,maternal_surname,date_of_birth,sex,consent_referral\nA-1,victim,Rosa,Meza,Pech,1993-06-05,F,yes\nA-2,victim,Eva,Canul,Chan,2001-03-04,F,yes\n",
    );
    let cost = ["--kdf-memory", "19"];
    let with = |args: &[&'static str]| [args, &cost[..]].concat();
    r.run_in(
        "coordinator init",
        "com",
        &with(&["coordinator", "init", "--name", "Comisión"]),
    );
    for (vault, name) in [("def", "Defensoría"), ("uni", "Universidad")] {
        r.run_in(
            "keyholder init",
            vault,
            &with(&["keyholder", "init", "--name", name]),
        );
    }
    for (vault, name) in [("alba", "Casa Alba"), ("brisa", "Casa Brisa")] {
        r.run_in("init", vault, &with(&["init", "--site", name]));
        let consent = ["import", "tabla.csv", "--consent-matching", "conteo"];
        r.run_in("import", vault, &consent);
    }
    for vault in ["com", "def", "uni", "alba", "brisa"] {
        r.run_in("card", vault, &["card", "usb"]);
    }
    for vault in ["com", "def", "uni", "alba", "brisa"] {
        r.run_in("trust", vault, &["trust", "usb", "--yes"]);
    }
    r.run_in("trust", "com", &["trust"]);
    r.run_in("keyholder policy", "def", &["keyholder", "policy"]);
    let distrust = ["trust", "--remove", "Casa Brisa", "--yes"];
    r.run_in("trust --remove", "uni", &distrust);
    r.run_in("trust", "uni", &["trust", "usb", "--yes"]);
    r.write("usb/x.card", "x");
    let none = r.run_in("trust", "uni", &["trust", "usb", "--yes"]);
    assert_eq!(none["refused"][0]["file"], "usb/x.card");
    std::fs::remove_file(r.path("usb/x.card")).unwrap();
    let open = [
        "coordinator",
        "open",
        "usb",
        "--purpose",
        "Primer trimestre",
        "--until",
        "2099-12-31",
        "--expected",
        "1000",
        "--quota",
        "32",
        "--comparer",
        "Universidad",
    ];
    r.run_in("coordinator open", "com", &open);
    let next = ["round", "next", "usb"];
    let steps = [
        ("keyholder join", "def"),
        ("keyholder join", "uni"),
        ("coordinator publish", "com"),
        ("keyholder cosign", "def"),
        ("keyholder cosign", "uni"),
        ("round next", "alba"),
        ("round next", "brisa"),
        ("keyholder evaluate", "def"),
        ("keyholder evaluate", "uni"),
        ("round next", "alba"),
        ("round next", "brisa"),
    ];
    r.steps(&steps);
    r.run_in("round withdraw", "alba", &["round", "withdraw", "A-2"]);
    r.run_in("round status", "alba", &["round", "status"]);
    r.run_in("notice list", "alba", &["notice", "list"]);
    r.run_in("coordinator status", "com", &["coordinator", "status"]);
    r.steps(&[
        ("coordinator match", "com"),
        ("keyholder compare", "uni"),
        ("coordinator decide", "com"),
    ]);
    r.run_in("coordinator status", "com", &["coordinator", "status"]);
    r.run_in("coordinator report", "com", &["coordinator", "report"]);
    r.run_in("round next", "alba", &next);
    r.run_in("round status", "alba", &["round", "status"]);
    r.write("prueba.txt", "contrato");
    let evidence = ["evidence", "add", "A-1", "prueba.txt"];
    let id = text(&r.run_in("evidence add", "alba", &evidence), "id");
    let hand_over = [
        "evidence",
        "hand-over",
        &id,
        "--receiver",
        "Casa Brisa",
        "--to",
        "entrega",
    ];
    r.run_in("evidence hand-over", "alba", &hand_over);
    let receive = ["evidence", "receive", "entrega", "--to", "acuse.txt"];
    r.run_in("evidence receive", "brisa", &receive);
    let receipt = ["evidence", "receipt", &id, "acuse.txt"];
    r.run_in("evidence receipt", "alba", &receipt);
    for (heading, vault) in [
        ("round leave", "brisa"),
        ("keyholder close", "def"),
        ("coordinator close", "com"),
    ] {
        let mut words: Vec<&str> = heading.split(' ').collect();
        words.push("--yes");
        r.run_in(heading, vault, &words);
    }
    refer(&mut r, "A-1", "name");
    refer(&mut r, "A-2", "name");
    let list = r.run_in("referral list", "alba", &["referral", "list"]);
    let second = text(&list["referrals"][1], "referral");
    r.run_in("referral revoke", "alba", &["referral", "revoke", &second]);
    refer(&mut r, "A-2", "name,person");
    r.run_in("referral next", "brisa", &["referral", "next", "usb"]);
    let came = r.run_in("referral list", "brisa", &["referral", "list"]);
    let all = came["referrals"].as_array().unwrap().iter();
    let mut waiting = all.filter(|e| e["status"] == "received" || e["status"] == "waiting");
    let mut next = || text(waiting.next().unwrap(), "referral");
    let (one, other) = (next(), next());
    r.run_in("referral refuse", "brisa", &["referral", "refuse", &other]);
    r.run_in("referral show", "brisa", &["referral", "show", &one]);
    r.run_in("referral accept", "brisa", &["referral", "accept", &one]);
    r.finish()
}

/// A table of people who have little in common.
fn people(range: std::ops::Range<usize>) -> String {
    const GIVEN: [&str; 8] = [
        "Rosa", "Xóchitl", "Ana", "Carmen", "Lucía", "Marisol", "Itzel", "Nohemí",
    ];
    const NAMES: [&str; 12] = [
        "Hernández",
        "Balam",
        "Ordóñez",
        "Villalobos",
        "Quej",
        "Canul",
        "Peraza",
        "Tzoc",
        "Zapata",
        "Ixchel",
        "Barrios",
        "Uribe",
    ];
    let mut table = "local_id,role,given_names,paternal_surname,maternal_surname,date_of_birth,sex,birth_state\n".to_owned();
    for n in range {
        table.push_str(&format!(
            "P-{n},victim,{} {},{},{},{}-{:02}-{:02},{},{}\n",
            GIVEN[n % 8],
            GIVEN[(n / 8 + 3) % 8],
            NAMES[n % 12],
            NAMES[(n / 12 + 5 * n) % 12],
            1985 + n % 20,
            1 + n % 12,
            1 + n % 28,
            ["F", "M"][n % 2],
            ["Chiapas", "Yucatán", "Puebla"][n % 3],
        ));
    }
    table
}

/// Three houses with enough people to be counted.
fn the_counts_of_a_round() -> BTreeSet<String> {
    let mut r = Runner::new();
    let cost = ["--kdf-memory", "19"];
    let with = |args: &[&'static str]| [args, &cost[..]].concat();
    r.run_in(
        "coordinator init",
        "com",
        &with(&["coordinator", "init", "--name", "Comisión"]),
    );
    for (vault, name) in [("def", "Defensoría"), ("uni", "Universidad")] {
        r.run_in(
            "keyholder init",
            vault,
            &with(&["keyholder", "init", "--name", name]),
        );
    }
    let houses = ["alba", "brisa", "cedro"];
    for ((vault, name), people_of) in houses
        .into_iter()
        .zip(["Casa Alba", "Casa Brisa", "Casa Cedro"])
        .zip([0..18, 9..24, 30..44])
    {
        r.write("tabla.csv", &people(people_of));
        r.run_in("init", vault, &with(&["init", "--site", name]));
        r.run_in(
            "import",
            vault,
            &["import", "tabla.csv", "--consent-matching", "conteo"],
        );
    }
    let everybody = ["com", "def", "uni", "alba", "brisa", "cedro"];
    for vault in everybody {
        r.run_in("card", vault, &["card", "usb"]);
    }
    for vault in everybody {
        r.run_in("trust", vault, &["trust", "usb", "--yes"]);
    }
    // Noise that vanishes, of which only a program that was built to be tested takes a round.
    let open = [
        "coordinator",
        "open",
        "usb",
        "--purpose",
        "Primer trimestre",
        "--until",
        "2099-12-31",
        "--expected",
        "1000",
        "--comparer",
        "Universidad",
        "--min-cell",
        "5",
        "--epsilon",
        "1000000",
        "--group",
        "Todas=Casa Alba,Casa Brisa,Casa Cedro",
    ];
    r.run_in("coordinator open", "com", &open);
    let next = ["round", "next", "usb"];
    let order = "def uni com def uni alba brisa cedro def uni alba brisa cedro com uni com";
    for vault in order.split(' ') {
        r.run_in("round next", vault, &next);
    }
    r.steps(&[("keyholder tally", "uni"), ("round next", "com")]);
    let counts = r.run_in("coordinator counts", "com", &["coordinator", "counts"]);
    assert_eq!(counts["persons"]["value"], 24 + 14);
    assert_eq!(
        counts["overlap"]["groups"][0]["persons_by_lists"]["2+"]["value"],
        9
    );
    assert_eq!(counts["tables"].as_array().map(Vec::len), Some(8));
    // The table for other programs says the same.
    let csv = [
        "coordinator",
        "counts",
        "--csv",
        "counts.csv",
        "--hxl",
        "counts.hxl",
    ];
    r.run_in("coordinator counts", "com", &csv);
    let csv = std::fs::read_to_string(r.path("counts.csv")).unwrap();
    assert!(csv.contains("\npersons,,,,,,,,38,"), "{csv}");
    let hxl = std::fs::read_to_string(r.path("counts.hxl")).unwrap();
    assert!(
        hxl.lines()
            .nth(1)
            .unwrap()
            .split(',')
            .all(|t| t.starts_with('#'))
    );
    r.finish()
}

/// Two computers of a house.
fn two_computers() -> BTreeSet<String> {
    let mut r = Runner::new();
    r.write(
        "ana.json",
        r#"{"role":"victim","local_id":"A-7","given_names":"Ana"}"#,
    );
    r.write("uno.json", r#"{"phone":["+52 999 111 1111"]}"#);
    r.write("dos.json", r#"{"phone":["+52 999 222 2222"]}"#);
    for vault in ["oficina", "campo"] {
        r.run_in(
            "init",
            vault,
            &["init", "--site", "Casa", "--kdf-memory", "19"],
        );
        r.run_in("card", vault, &["card", "usb", "--name", vault]);
    }
    let card = |r: &Runner, vault: &str| {
        let mut names = std::fs::read_dir(r.path("usb")).unwrap();
        let mut names = names
            .by_ref()
            .map(|e| e.unwrap().file_name().into_string().unwrap());
        format!("usb/{}", names.find(|n| n.starts_with(vault)).unwrap())
    };
    let (office, field) = (card(&r, "oficina"), card(&r, "campo"));
    r.run_in(
        "trust",
        "oficina",
        &["trust", &field, "--same-site", "--yes"],
    );
    r.run_in(
        "trust",
        "campo",
        &["trust", &office, "--same-site", "--yes"],
    );
    r.run_in("seal", "oficina", &["seal", "ana.json"]);
    r.run_in(
        "transfer send",
        "oficina",
        &["transfer", "send", "uno.transfer"],
    );
    r.run_in(
        "transfer receive",
        "campo",
        &["transfer", "receive", "uno.transfer"],
    );
    r.run_in("amend", "oficina", &["amend", "A-7", "uno.json"]);
    r.run_in("amend", "campo", &["amend", "A-7", "dos.json"]);
    r.run_in(
        "transfer send",
        "oficina",
        &["transfer", "send", "dos.transfer"],
    );
    r.run_in(
        "transfer receive",
        "campo",
        &["transfer", "receive", "dos.transfer"],
    );
    let conflicts = r.run_in("conflicts", "campo", &["conflicts"]);
    let id = text(&conflicts["conflicts"][0], "id");
    r.run_in("settle", "campo", &["settle", &id, "--keep", "2"]);
    r.finish()
}

/// A request about a person, answered.
fn requests() -> BTreeSet<String> {
    let mut r = Runner::new();
    // The list went out yesterday.
    let dir = r.path("red");
    let (net, now) = common::requests::decided(&dir, 8);
    let today = sigilo::round::Time::from_seconds(now.seconds() + 7 * 86_400).unwrap();
    net.desk(today).unwrap();
    drop(net);
    let (house, stick) = ("red/vaults/Casa Alba", "red/sticks/Comisión");
    r.run_in("round next", house, &["round", "next", stick]);
    r.run_in("notice list", house, &["notice", "list"]);
    r.run_in("notice show", house, &["notice", "show"]);
    let answer = ["notice", "answer", "--yes", "--asked-by", "Marta"];
    r.run_in("notice answer", house, &answer);
    r.finish()
}

/// The matching, measured on a few persons.
fn measured() -> BTreeSet<String> {
    let mut r = Runner::new();
    std::fs::create_dir(r.path("datos")).unwrap();
    let table = people(0..6);
    r.write("datos/alba.csv", &table);
    r.write("datos/brisa.csv", &table);
    let mut truth = "site,local_id,entity_id\n".to_owned();
    for n in 0..6 {
        truth.push_str(&format!("alba,P-{n},{n}\nbrisa,P-{n},{n}\n"));
    }
    r.write("datos/truth.csv", &truth);
    r.run("evaluate", &["evaluate", "datos"]);
    r.finish()
}

fn refer(r: &mut Runner, record: &str, fields: &str) {
    let to = ["--to", "Casa Brisa", "--fields", fields, "--yes"];
    r.run_in(
        "refer",
        "alba",
        &[&["refer", record, "usb"], &to[..]].concat(),
    );
}
