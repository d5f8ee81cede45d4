//! Names as weapons: what a terminal would act on never reaches it, and no name or link leads out of a
//! folder (manual: *input*, "Names and links").

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sigilo::record::{Kind, Record};
use sigilo::vault::{Location, NewSlot, Rights, SlotKind, Unlock, Vault};

/// Escape sequences, the same in one byte above ASCII, controls, words from right to left, joiners and
/// other characters without width, tags, and line separators.
const HOSTILE: [&str; 8] = [
    "\u{1b}[2J\u{1b}]0;x\u{7}",
    "\u{9b}31m\u{9d}8;;http://x\u{9c}",
    "\u{8}\u{7f}\r\u{b}\u{c}",
    "\u{202e}zaid\u{202c}\u{2066}x\u{2069}",
    "\u{200f}\u{200e}\u{61c}",
    "\u{200b}\u{200d}\u{2060}\u{feff}\u{ad}",
    "\u{e0041}\u{e007f}\u{180e}",
    "\u{2028}\u{2029}\u{85}",
];

fn is_raw(c: char) -> bool {
    let listed = HOSTILE.concat();
    (c.is_control() && c != '\n' && c != '\t') || (!c.is_ascii() && listed.contains(c) && c != 'ñ')
}

struct House(tempfile::TempDir);

impl House {
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sigilo"));
        command
            .args(args)
            .current_dir(self.0.path())
            .env("SIGILO_VAULT", self.path("casa"))
            .env("SIGILO_CONFIG", "")
            .env("SIGILO_PASSPHRASE_FILE", self.path("passphrase"));
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args)
            .env("SIGILO_LANG", "es")
            .output()
            .unwrap()
    }
}

fn person(n: usize) -> Record {
    let bad = HOSTILE[n % HOSTILE.len()];
    let mut record = Record::new(Kind::Victim);
    record.local_id = format!("E{bad}-{n}");
    record.given_names = format!("Ana{bad}");
    record.paternal_surname = format!("{bad}Soc");
    record.preferred_name = bad.to_owned();
    record.aliases = vec![format!("La {bad} Güera")];
    record.phones = vec![format!("55{bad}10000001")];
    record.notes = HOSTILE.concat();
    record.residence.municipality = bad.to_owned();
    record.exploitation = Vec::new();
    record
}

fn house() -> House {
    let house = House(tempfile::tempdir().unwrap());
    fs::write(house.path("passphrase"), common::PASSPHRASE).unwrap();
    // Names of houses and keys refuse controls; what reads from right to left is a letter to them.
    let site = format!("Casa {}", HOSTILE[3]);
    let slot = format!("Dirección {}", HOSTILE[5]);
    let made = Vault::create(
        &Location::new(house.path("casa")),
        &site,
        &[("victim", &[0]), ("witness", &[1]), ("call", &[2])],
        &NewSlot {
            name: &slot,
            kind: SlotKind::Passphrase(common::cost()),
            unlock: Unlock::Passphrase(&common::passphrase(common::PASSPHRASE)),
            rights: Rights::ALL,
        },
        "papel",
    )
    .unwrap();
    // Sealed by the library, as a hostile program or another house's transfer would.
    let records: Vec<Record> = (0..HOSTILE.len()).map(person).collect();
    made.vault.seal_all(&records, None, |_| {}).unwrap();
    house
}

fn assert_plain(done: &Output, what: &str) {
    for stream in [&done.stdout, &done.stderr] {
        let text = String::from_utf8(stream.clone()).unwrap_or_else(|_| panic!("{what}: no text"));
        if let Some(raw) = text.chars().find(|c| is_raw(*c)) {
            panic!("{what}: {raw:?} in {text:?}");
        }
    }
}

#[test]
fn no_command_gives_a_terminal_what_it_would_act_on() {
    let house = house();
    let table = format!(
        "expediente,calidad,nombres,sexo,co{0}lor\nX{0},victima,Eva{0},{0}Q,1\nY,{0},Ana,F,2\n",
        "\u{1b}[2J\u{202e}\u{200b}"
    );
    fs::write(house.path("mal\u{202e}.csv"), table).unwrap();
    fs::write(
        house.path("mapa.toml"),
        "version = 1\n[columns]\n\"A\u{202e}\" = \"\\u001b[2Jx\"\n",
    )
    .unwrap();
    fs::write(
        house.path("mal.json"),
        "{\"role\":\"victim\",\"\\u001b[2J\u{202e}x\":1}",
    )
    .unwrap();
    fs::write(house.path("foto\u{202e}gpj.exe"), "x").unwrap();
    let list = house.run(&["list", "--json"]);
    let list: serde_json::Value = serde_json::from_slice(&list.stdout).unwrap();
    let id = list.to_string();
    let id = id
        .split('"')
        .find(|part| part.len() == 26)
        .unwrap()
        .to_owned();
    let evidence = ["evidence", "add", &id, "foto\u{202e}gpj.exe"];
    for args in [
        &["list"][..],
        &["show", &id],
        &["search", "Ana"],
        &["search", "A\u{1b}na\u{202e}"],
        &["duplicates"],
        &["import", "mal\u{202e}.csv"],
        &["import", "--dry-run", "mal\u{202e}.csv"],
        &["import", "--map", "mapa.toml", "mal\u{202e}.csv"],
        &["import", "--propose-map", "-", "mal\u{202e}.csv"],
        &["import", "nada\u{1b}[2J\u{202e}.csv"],
        &["seal", "mal.json"],
        &evidence,
        &["evidence", "list"],
        &["evidence", "show", &id],
        &["keys", "list"],
        &["log", "show"],
        &["log", "checkpoint"],
        &["card", "--name", "Casa \u{1b}[2J\u{202e}"],
        &["trust", "nada\u{202e}.card"],
        &["round", "status"],
        &["check"],
        &["erase", &id, "--reason", "x\u{1b}[2J\u{202e}y", "--yes"],
        &["log", "show"],
        &["audit", "verify", "casa"],
        &["audit", "verify", "nada\u{1b}[2J\u{202e}"],
        &["show", "\u{1b}[2J\u{202e}"],
        &["\u{1b}[2J\u{202e}"],
        &["list", "--\u{1b}[2J\u{202e}"],
    ] {
        for (lang, json) in [("es", &[][..]), ("en", &["--json"])] {
            let args: Vec<&str> = args.iter().chain(json).copied().collect();
            let done = house
                .command(&args)
                .env("SIGILO_LANG", lang)
                .output()
                .unwrap();
            assert_plain(&done, &format!("{args:?}"));
        }
    }
    // What was asked for was shown: the names are there, only tamed.
    let shown = house.run(&["list"]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("Ana\u{fffd}"), "{shown}");
}

/// Names of parties become names of files.
#[test]
fn names_of_files_have_no_path_in_them() {
    for name in [
        "../../casa",
        "/etc/passwd",
        "..\\..\\casa",
        "C:\\x",
        "a/b",
        "..",
        ".",
        "\u{202e}x",
        "CON",
    ] {
        let key = sigilo::crypto::sign::SigningKey::generate().unwrap();
        let body = sigilo::round::card::CardBody {
            role: sigilo::round::Role::Site,
            name: name.to_owned(),
            vault: [7; 16],
            key: key.verifying_key(),
            age: sigilo::crypto::travel::Identity::generate().recipient(),
            log: None,
            cosign: None,
        };
        let card = sigilo::round::Card::new(body, &key);
        // A card may refuse the name; what it does not refuse is a name of a file and no more.
        if let Ok(card) = card {
            let label = sigilo::party::file_label(&card);
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(!label.is_empty() && label.chars().all(plain), "{label}");
        }
    }
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    const RECIPIENT: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";

    fn made() -> House {
        let house = House(tempfile::tempdir().unwrap());
        fs::write(house.path("passphrase"), common::PASSPHRASE).unwrap();
        drop(common::create(&house.path("casa")));
        house
    }

    fn record(house: &House) -> String {
        fs::write(
            house.path("ana.json"),
            r#"{"role":"victim","given_names":"Ana","local_id":"1"}"#,
        )
        .unwrap();
        let sealed = house.run(&["seal", "ana.json", "--json"]);
        let answer: serde_json::Value = serde_json::from_slice(&sealed.stdout).unwrap();
        answer["id"].as_str().unwrap().to_owned()
    }

    /// Whatever is written, is written anew: nothing goes through a link that somebody left there.
    #[test]
    fn nothing_is_written_through_a_link() {
        let house = made();
        let id = record(&house);
        fs::write(house.path("foto.jpg"), "evidencia").unwrap();
        assert!(
            house
                .run(&["evidence", "add", &id, "foto.jpg"])
                .status
                .success()
        );
        fs::write(house.path("otra.csv"), "nombres,apellidos\nAna,Soc\n").unwrap();
        let list = house.run(&["evidence", "list", "--json"]);
        let text = String::from_utf8(list.stdout).unwrap();
        let piece = text
            .split('"')
            .find(|p| p.len() == 26 && **p != *id)
            .unwrap()
            .to_owned();
        for (n, args) in [
            vec!["import", "--propose-map", "TO", "otra.csv"],
            vec!["evidence", "extract", &piece, "--to", "TO"],
            vec!["audit", "export", "TO"],
            vec!["backup", "--recipient", RECIPIENT, "--to", "TO"],
            vec!["export", "--format", "csv", "--to", "TO", "--yes"],
            vec!["evidence", "export", &piece, "--to", "TO"],
        ]
        .into_iter()
        .enumerate()
        {
            // It works where nothing is in the way.
            let free = house.path(&format!("libre-{n}"));
            let free = free.to_str().unwrap();
            let open: Vec<&str> = args
                .iter()
                .map(|a| if *a == "TO" { free } else { a })
                .collect();
            let done = house.run(&open);
            assert!(done.status.success(), "{args:?}: {done:?}");
            // To a file that is there, and to one that is not.
            for target in ["ajeno", "nuevo"] {
                let target = house.path(&format!("{target}-{n}"));
                if target.display().to_string().contains("ajeno") {
                    fs::write(&target, "ajeno").unwrap();
                }
                let link = house.path("enlace");
                let _ = fs::remove_file(&link);
                symlink(&target, &link).unwrap();
                let link = link.to_str().unwrap().to_owned();
                let args: Vec<&str> = args
                    .iter()
                    .map(|a| if *a == "TO" { link.as_str() } else { a })
                    .collect();
                let done = house.run(&args);
                // A backup takes the place of the one before: of the link, not of what it leads to.
                assert!(!done.status.success() || args[0] == "backup", "{args:?}");
                match fs::read(&target) {
                    Ok(bytes) => assert_eq!(bytes, b"ajeno", "{args:?}"),
                    Err(_) => assert!(fs::symlink_metadata(&target).is_err(), "{args:?}"),
                }
            }
        }
    }

    /// A stick that was in other hands has links where a backup keeps its parts: to papers of the house,
    /// and to a folder of them. And somebody keeps papers of their own in the folder of a backup.
    #[test]
    fn a_backup_leaves_alone_what_links_on_its_stick_lead_to() {
        let house = made();
        let id = record(&house);
        fs::write(house.path("foto.jpg"), "evidencia").unwrap();
        let added = house.run(&["evidence", "add", &id, "foto.jpg"]);
        assert!(added.status.success());
        let (stick, papers) = (house.path("usb"), house.path("papeles"));
        fs::create_dir(&stick).unwrap();
        fs::create_dir(&papers).unwrap();
        let sealed = "ab".repeat(32);
        for name in ["carta.txt", &sealed] {
            fs::write(papers.join(name), "mía").unwrap();
        }
        let whole = || {
            for name in ["carta.txt", &sealed] {
                assert_eq!(fs::read_to_string(papers.join(name)).unwrap(), "mía");
            }
            assert_eq!(fs::read_dir(&papers).unwrap().count(), 2);
        };
        let to = stick.to_str().unwrap();
        let backup = || house.run(&["backup", "--recipient", RECIPIENT, "--to", to]);
        for name in ["key", "manifest", "key.new", "manifest.new"] {
            let link = stick.join(format!("sigilo.backup.{name}"));
            let _ = fs::remove_file(&link);
            symlink(papers.join("carta.txt"), &link).unwrap();
            let done = backup();
            assert!(done.status.success(), "{name}: {done:?}");
            assert!(!link.is_symlink(), "{name}");
            whole();
        }
        let folder = stick.join("sigilo.backup.evidence");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::write(folder.join("carta.txt"), "mía").unwrap();
        fs::write(folder.join(&sealed), "nobody names this").unwrap();
        assert!(backup().status.success());
        assert!(folder.join("carta.txt").is_file() && !folder.join(&sealed).exists());
        fs::remove_dir_all(&folder).unwrap();
        symlink(&papers, &folder).unwrap();
        let before = fs::read(stick.join("sigilo.backup.key")).unwrap();
        assert!(!backup().status.success());
        whole();
        assert_eq!(fs::read(stick.join("sigilo.backup.key")).unwrap(), before);
        // Nor does a check clear away what a link in the vault's own folder leads to.
        let own = house.path("casa/evidence");
        fs::rename(&own, house.path("aparte")).unwrap();
        symlink(&papers, &own).unwrap();
        house.run(&["check"]);
        whole();
    }

    /// What is made again takes the place of what was made before, and of nothing else.
    #[test]
    fn a_page_that_is_written_again_goes_through_no_link() {
        let house = made();
        let target = house.path("ajeno");
        fs::write(&target, "ajeno").unwrap();
        let man = house.path("man");
        assert!(house.run(&["man", "man"]).status.success());
        assert!(house.run(&["man", "man"]).status.success(), "made again");
        let page = man.join("sigilo.1");
        fs::remove_file(&page).unwrap();
        symlink(&target, &page).unwrap();
        assert!(!house.run(&["man", "man"]).status.success());
        symlink(&target, man.join("sigilo.1.part")).unwrap();
        fs::remove_file(&page).unwrap();
        assert!(house.run(&["man", "man"]).status.success());
        assert_eq!(fs::read_to_string(&target).unwrap(), "ajeno");
        assert!(page.is_file() && !page.is_symlink());
    }

    /// A database that is a link to somewhere else is not opened.
    #[test]
    fn a_linked_database_is_refused() {
        let house = made();
        record(&house);
        let database = house.path("casa/vault.db");
        fs::rename(&database, house.path("fuera.db")).unwrap();
        symlink(house.path("fuera.db"), &database).unwrap();
        assert!(!house.run(&["list"]).status.success());
        assert!(!house.run(&["audit", "verify", "casa"]).status.success());
        fs::remove_file(&database).unwrap();
        fs::rename(house.path("fuera.db"), &database).unwrap();
        assert!(house.run(&["list"]).status.success());
    }

    /// What belongs to the owner is for the owner only, whatever the habit of the machine.
    #[test]
    fn files_of_a_vault_are_private() {
        let house = made();
        let id = record(&house);
        fs::write(house.path("foto.jpg"), "evidencia").unwrap();
        assert!(
            house
                .run(&["evidence", "add", &id, "foto.jpg"])
                .status
                .success()
        );
        let mut folders = vec![house.path("casa")];
        let mut seen = 0;
        while let Some(folder) = folders.pop() {
            let mode = fs::metadata(&folder).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o700, "{}", folder.display());
            for entry in fs::read_dir(&folder).unwrap() {
                let path: PathBuf = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o077;
                assert_eq!(mode, 0, "{}", path.display());
                seen += 1;
            }
        }
        assert!(seen >= 4, "{seen}");
    }

    fn quiet() -> std::process::Stdio {
        std::process::Stdio::null()
    }

    /// A pipe in the place of a file of a folder: nobody ever writes to it, and nobody waits for it.
    #[test]
    fn nothing_waits_for_a_pipe_in_a_folder() {
        let house = made();
        let id = record(&house);
        fs::write(house.path("foto.jpg"), "evidencia").unwrap();
        let to = house.run(&["keys", "identity", "id.age"]).stdout;
        let to = String::from_utf8(to).unwrap();
        for args in [
            &["evidence", "add", &id, "foto.jpg"][..],
            &["backup", "--recipient", to.trim(), "--to", "copia"],
            &["audit", "export", "paquete"],
        ] {
            assert!(house.run(args).status.success(), "{args:?}");
        }
        let only = |dir: &str| {
            let mut all = fs::read_dir(house.path(dir)).unwrap();
            let name = all.next().unwrap().unwrap().file_name();
            format!("{dir}/{}", name.to_str().unwrap())
        };
        let (sealed, copied) = (only("casa/evidence"), only("copia.evidence"));
        let restore = [
            "restore",
            "copia",
            "--vault",
            "nueva",
            "--identity",
            "id.age",
        ];
        let newer = [&restore[..], &["--newer", "casa"]].concat();
        let verify = ["audit", "verify", "casa"];
        let check = ["backup", "--check", "copia"];
        for (file, args) in [
            ("casa/vault.db", &["list"][..]),
            ("casa/vault.db", &verify),
            ("casa/vault.db", &newer),
            ("casa/vault.db-journal", &["list"]),
            ("casa/keyring", &["list"]),
            ("casa/checkpoint", &verify),
            (&sealed, &["check"]),
            ("copia", &restore),
            ("copia", &check),
            ("copia.key", &restore),
            ("copia.manifest", &check),
            (&copied, &check),
            ("paquete/key", &["audit", "verify", "paquete"]),
        ] {
            let (path, aside) = (house.path(file), house.path("aparte"));
            let there = fs::rename(&path, &aside).is_ok();
            let made = Command::new("mkfifo").arg(&path).status().unwrap();
            assert!(made.success());
            let mut child = house.command(args).stderr(quiet()).spawn().unwrap();
            let began = std::time::Instant::now();
            let code = loop {
                if let Some(status) = child.try_wait().unwrap() {
                    break status.code();
                }
                if began.elapsed().as_secs() > 30 {
                    child.kill().unwrap();
                    panic!("{args:?} waits for {file}");
                }
                std::thread::sleep(std::time::Duration::from_millis(20));
            };
            assert!(
                code.is_some_and(|c| c != 0 && c < 10),
                "{args:?} {file}: {code:?}"
            );
            fs::remove_file(&path).unwrap();
            assert!(!there || fs::rename(&aside, &path).is_ok());
        }
    }

    /// A name that no card can have is told before there is a folder whose recovery code nobody was shown.
    #[test]
    fn a_name_that_no_card_can_have_makes_no_folder() {
        let house = House(tempfile::tempdir().unwrap());
        fs::write(house.path("passphrase"), common::PASSPHRASE).unwrap();
        for role in ["coordinator", "keyholder"] {
            let args = [
                role,
                "init",
                "--name",
                "a<b",
                "--vault",
                "com",
                "--kdf-memory",
                "19",
            ];
            let done = house.run(&args);
            assert_eq!(done.status.code(), Some(1), "{done:?}");
            assert!(!house.path("com").exists());
        }
    }

    /// On a stick nothing but plain files is read: no link, no pipe that never ends.
    #[test]
    fn a_stick_with_links_and_pipes_is_read_to_its_end() {
        let house = made();
        assert!(house.run(&["card", "--name", "Casa Alba"]).status.success());
        let stick = house.path("usb");
        fs::create_dir(&stick).unwrap();
        for name in ["round.draft", "round.note", "result.note"] {
            symlink("/dev/zero", stick.join(name)).unwrap();
        }
        let began = std::time::Instant::now();
        let done = house.run(&["round", "next", stick.to_str().unwrap()]);
        assert!(!done.status.success());
        assert!(began.elapsed().as_secs() < 60);
        let left = fs::read_link(Path::new(&stick.join("round.note"))).unwrap();
        assert_eq!(left, Path::new("/dev/zero"));
        // Nor is a card a device that is read until there is no memory left.
        symlink("/dev/zero", stick.join("x.card")).unwrap();
        fs::write(house.path("mala.card"), "x").unwrap();
        let done = house.run(&["trust", "mala.card", "--yes"]);
        assert!(
            String::from_utf8(done.stderr)
                .unwrap()
                .contains("mala.card")
        );
        for (path, code) in [(stick.clone(), 3), (stick.join("x.card"), 1)] {
            let done = house.run(&["trust", path.to_str().unwrap(), "--yes"]);
            assert_eq!(done.status.code(), Some(code), "{path:?}: {done:?}");
        }
    }
}
