//! Every question that is asked in a terminal: Ctrl-C at it, and wrong answers to it.
#![cfg(unix)]

mod common;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::terminal::Session;

const PASSPHRASE: &str = "agua clara bajo el puente";
/// What somebody types who is interrupted; nothing of it may be found anywhere afterwards.
const TYPED: &str = "Xochitlalpan del Monte";

fn command(dir: &Path, asked: bool) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sigilo"));
    command
        .current_dir(dir)
        .env("SIGILO_LANG", "es")
        .env("SIGILO_CONFIG", "")
        .env("TERM", "xterm")
        .env_remove("SIGILO_PASSPHRASE_FILE");
    if !asked {
        command.env("SIGILO_PASSPHRASE_FILE", "passphrase");
    }
    command
}

fn done(dir: &Path, args: &[&str]) -> String {
    let mut command = command(dir, false);
    let out = command.args(args).stdin(Stdio::null()).output().unwrap();
    assert!(out.status.success(), "{args:?}: {out:?}");
    String::from_utf8(out.stdout).unwrap()
}

/// A house with all that somebody can be asked about: records that look alike, one that is due, an unfinished interview, a card
/// of somebody else, another computer that changed the same record.
fn house() -> tempfile::TempDir {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path();
    std::fs::write(dir.join("passphrase"), format!("{PASSPHRASE}\n")).unwrap();
    std::fs::create_dir(dir.join("usb")).unwrap();
    let ana = r#"{"role":"victim","local_id":"E-1","given_names":"Ana Luz","paternal_surname":"Tzoc","date_of_birth":"1994-03-02"}"#;
    std::fs::write(dir.join("ana.json"), ana).unwrap();
    std::fs::write(dir.join("uno.json"), r#"{"phone":["+52 999 111 1111"]}"#).unwrap();
    std::fs::write(dir.join("dos.json"), r#"{"phone":["+52 999 222 2222"]}"#).unwrap();
    for vault in ["casa", "campo", "vecina"] {
        let init = [
            "--vault",
            vault,
            "init",
            "--site",
            vault,
            "--kdf-memory",
            "19",
        ];
        done(dir, &init);
        done(dir, &["--vault", vault, "card", "usb", "--name", vault]);
    }
    let other = [
        "--vault",
        "com",
        "coordinator",
        "init",
        "--name",
        "Comisión",
        "--kdf-memory",
        "19",
    ];
    done(dir, &other);
    done(dir, &["--vault", "com", "card", "usb"]);
    let card = |of: &str| {
        let all = std::fs::read_dir(dir.join("usb")).unwrap();
        let mut names = all.map(|e| e.unwrap().file_name().into_string().unwrap());
        format!("usb/{}", names.find(|n| n.starts_with(of)).unwrap())
    };
    for (vault, of) in [("casa", "campo"), ("campo", "casa")] {
        let same = ["--vault", vault, "trust", &card(of), "--same-site", "--yes"];
        done(dir, &same);
    }
    let other = [CASA, "trust", &card("vecina"), "--yes"];
    done(dir, &other);
    done(dir, &["--vault", "casa", "seal", "ana.json"]);
    done(dir, &["--vault", "casa", "transfer", "send", "a.transfer"]);
    done(
        dir,
        &["--vault", "campo", "transfer", "receive", "a.transfer"],
    );
    done(dir, &["--vault", "casa", "amend", "E-1", "uno.json"]);
    done(dir, &["--vault", "campo", "amend", "E-1", "dos.json"]);
    done(dir, &["--vault", "campo", "transfer", "send", "b.transfer"]);
    done(
        dir,
        &["--vault", "casa", "transfer", "receive", "b.transfer"],
    );
    let retain = ["--vault", "casa", "retain", "E-1", "--until", "2001-01-01"];
    done(dir, &retain);
    let add = [
        "--vault",
        "casa",
        "keys",
        "add",
        "--name",
        "turno",
        "--to-file",
        "t.clave",
    ];
    done(dir, &add);
    let keys: serde_json::Value =
        serde_json::from_str(&done(dir, &[CASA, "keys", "list", "--json"])).unwrap();
    let mut keys = keys["keys"].as_array().unwrap().iter();
    let shift = keys.find(|key| key["name"] == "turno").unwrap();
    std::fs::write(dir.join("turno"), shift["slot"].as_str().unwrap()).unwrap();
    // An interview that is kept for another day.
    let mut desk = command(dir, false)
        .args([CASA, "--plain", "shell"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let typed = "4\n1\n1\n\n\n\nLupita\n+\n0\n";
    desk.stdin
        .take()
        .unwrap()
        .write_all(typed.as_bytes())
        .unwrap();
    assert!(desk.wait().unwrap().success());
    tmp
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

/// Every file below a folder.
fn files(dir: &Path, found: &mut BTreeSet<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.insert(path);
        }
    }
}

/// What is shown, and what is typed then.
type Typed = &'static [(&'static str, &'static str)];

/// A question: the command that asks it, whether it asks for the passphrase, what is shown and typed until then, and the
/// question.
struct Asked {
    args: &'static [&'static str],
    passphrase: bool,
    before: Typed,
    question: &'static str,
}

const fn at(args: &'static [&'static str], question: &'static str) -> Asked {
    Asked {
        args,
        passphrase: false,
        before: &[],
        question,
    }
}

const fn after(args: &'static [&'static str], before: Typed, question: &'static str) -> Asked {
    Asked {
        args,
        passphrase: false,
        before,
        question,
    }
}

const fn secret(args: &'static [&'static str], before: Typed, question: &'static str) -> Asked {
    Asked {
        args,
        passphrase: true,
        before,
        question,
    }
}

/// In place of the key of the shift.
const SLOT: &str = "TURNO";
const CASA: &str = "--vault=casa";
/// A new interview, and not the one that is kept.
const NEW_ONE: &[(&str, &str)] = &[("una nueva):", "")];
const NEW: &[(&str, &str)] = &[("Contraseña nueva:", TYPED)];

/// Every question of every command.
const QUESTIONS: &[Asked] = &[
    // Keys.
    secret(&[CASA, "list"], &[], "Contraseña:"),
    secret(&[CASA, "--recovery", "list"], &[], "no se muestra):"),
    secret(&[CASA, "--shares", "-", "list"], &[], "para terminar):"),
    secret(
        &[CASA, "--second-slot", "list"],
        &[("Contraseña:", PASSPHRASE)],
        "segunda persona:",
    ),
    secret(&[CASA], &[], "solo Enter: no):"),
    secret(
        &[CASA, "keys", "passphrase"],
        &[("Contraseña:", PASSPHRASE)],
        "Contraseña nueva:",
    ),
    secret(
        &["--vault=nueva", "init", "--site", "Casa"],
        &[],
        "Contraseña nueva:",
    ),
    secret(
        &["--vault=nueva", "init", "--site", "Casa"],
        NEW,
        "Otra vez:",
    ),
    at(&["init"], "carpeta de la bóveda?"),
    at(&["--vault=nueva", "init"], "Nombre de la casa:"),
    at(&["--vault=nueva", "keyholder", "init"], "institución:"),
    at(&[CASA, "keys", "add"], "¿De quién es la clave?"),
    at(&[CASA, "keys", "intake"], "¿De quién es la clave?"),
    after(
        &[CASA, "keys", "add"],
        &[("clave?", "Abogada")],
        "Contraseña nueva:",
    ),
    // Records.
    at(&[CASA, "search"], "¿A quién busca?"),
    at(&[CASA, "seal", "ana.json"], "expediente nuevo? (s/n)"),
    at(&[CASA, "erase", "E-1"], "¿Por qué se borra?"),
    after(
        &[CASA, "erase", "E-1"],
        &[("borra?", TYPED)],
        "¿Continuar? (s/n)",
    ),
    at(&[CASA, "hold", "set", "E-1"], "¿Por qué?"),
    at(
        &[CASA, "erase", "--due", "--reason", "x"],
        "¿Continuar? (s/n)",
    ),
    at(&[CASA, "seal"], "solo Enter: una nueva):"),
    at(&[CASA, "keys", "remove", SLOT], "bóveda. (s/n)"),
    after(
        &[CASA, "keys", "remove", SLOT],
        &[("bóveda. (s/n)", "s")],
        "todas las claves? (s/n)",
    ),
    secret(
        &[CASA, "keys", "duress", "set"],
        &[("Contraseña:", PASSPHRASE)],
        "Contraseña nueva:",
    ),
    secret(
        &[CASA, "keys", "duress", "set"],
        &[("Contraseña:", PASSPHRASE), ("Contraseña nueva:", TYPED)],
        "Otra vez:",
    ),
    at(&[CASA, "keys", "panic"], "¿Continuar? (s/n)"),
    at(
        &[CASA, "export", "--format", "csv", "--to", "x.csv"],
        "«exportar»",
    ),
    at(&[CASA, "settle", "E-1"], "¿Cuál queda?"),
    // Parties.
    at(&[CASA, "trust", "usb"], "(s/n)"),
    at(&[CASA, "trust", "--remove", "campo"], "(s/n)"),
    at(&[CASA, "round", "leave"], "¿Continuar? (s/n)"),
    at(
        &[
            CASA,
            "refer",
            "E-1",
            "--to",
            "vecina",
            "--fields",
            "given_names",
            "usb",
        ],
        "(s/n)",
    ),
    // The interview and the desk, line by line.
    after(&[CASA, "--plain", "seal"], NEW_ONE, "[1/"),
    after(
        &[CASA, "--plain", "seal", "--kind", "victim"],
        &[
            ("una nueva):", ""),
            ("[1/", "1"),
            ("[2/", TYPED),
            ("[3/", ""),
        ],
        "[4/",
    ),
    after(
        &[CASA, "--plain", "seal", "--kind", "victim"],
        &[
            ("una nueva):", ""),
            ("[1/", "1"),
            ("[2/", TYPED),
            ("[3/", "."),
        ],
        "quiere corregir:",
    ),
    at(&[CASA, "--plain", "amend", "E-1"], "[1/"),
    at(&[CASA, "--plain", "shell"], "Número:"),
    after(
        &[CASA, "--plain", "shell"],
        &[("Número:", "1")],
        "¿A quién busca?",
    ),
    after(
        &[CASA, "--plain", "shell"],
        &[("Número:", "3")],
        "número de expediente:",
    ),
    after(
        &[CASA, "--plain", "shell"],
        &[("Número:", "3"), ("expediente:", "E-1")],
        "volver:",
    ),
    after(
        &[CASA, "--plain", "shell"],
        &[
            ("Número:", "3"),
            ("expediente:", "E-1"),
            ("volver:", "+"),
            ("clase", "1"),
        ],
        "¿Qué día?",
    ),
    after(
        &[CASA, "--plain", "shell"],
        &[("Número:", "4"), ("[1/", "1")],
        "[2/",
    ),
    after(
        &[CASA, "--plain", "shell"],
        &[("Número:", "6")],
        "abrirla de nuevo.",
    ),
];

fn start(dir: &Path, asked: &Asked) -> Option<Session> {
    let mut command = command(dir, asked.passphrase);
    let slot = std::fs::read_to_string(dir.join("turno")).unwrap();
    let word = |word: &&'static str| match *word {
        SLOT => slot.clone(),
        word => word.to_owned(),
    };
    command.args(asked.args.iter().map(word));
    let mut session = Session::in_shell(&command)?;
    for (shown, typed) in asked.before {
        session.wait_next(shown);
        session.press(&format!("{typed}\r"));
    }
    session.wait_next(asked.question);
    Some(session)
}

#[test]
fn a_passphrase_that_is_typed_at_once_is_not_shown() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path();
    std::fs::write(dir.join("passphrase"), format!("{PASSPHRASE}\n")).unwrap();
    let init = [CASA, "init", "--site", "casa", "--kdf-memory", "19"];
    done(dir, &init);
    for _ in 0..8 {
        let mut list = command(dir, true);
        list.args([CASA, "list"]);
        let Some(mut session) = Session::in_shell(&list) else {
            return;
        };
        session.wait_next("Contraseña:");
        session.press(&format!("{PASSPHRASE}\r"));
        let (code, shown) = session.end();
        assert!([0, 3].contains(&code), "{shown}");
        assert!(shown.contains("[restored]"), "{shown}");
        assert!(!shown.contains("agua"), "{shown}");
    }
}

/// In as many threads as are worth it.
fn each<T: Sync>(all: &[T], run: impl Fn(&T) + Sync) {
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(one) =
                    all.get(next.fetch_add(1, std::sync::atomic::Ordering::SeqCst))
                {
                    run(one);
                }
            });
        }
    });
}

#[test]
fn ctrl_c_at_any_question_gives_the_terminal_back_and_stores_nothing() {
    let house = house();
    each(QUESTIONS, |asked| {
        let tmp = tempfile::tempdir().unwrap();
        let dir = tmp.path();
        copy(house.path(), dir);
        let (mut before, mut after) = (BTreeSet::new(), BTreeSet::new());
        files(dir, &mut before);
        let records = done(dir, &[CASA, "list", "--json"]);
        let Some(mut session) = start(dir, asked) else {
            return;
        };
        session.press("\x03");
        let (code, shown) = session.end();
        let what = format!("{:?} at {:?}:\n{shown}", asked.args, asked.question);
        assert_eq!(code, 130, "{what}");
        assert!(shown.contains("[restored]"), "{what}");
        assert!(shown.contains("Interrumpido."), "{what}");
        files(dir, &mut after);
        // The database may have left its companions; nothing else is new.
        let fresh: Vec<_> = after.difference(&before).collect();
        let known = |p: &&PathBuf| !p.to_string_lossy().contains("vault.db-");
        let fresh: Vec<_> = fresh.iter().copied().filter(known).collect();
        assert!(fresh.is_empty(), "{what}\n{fresh:?}");
        for file in &after {
            let bytes = std::fs::read(file).unwrap();
            let there = bytes.windows(TYPED.len()).any(|w| w == TYPED.as_bytes());
            assert!(!there, "{what}\n{file:?}");
        }
        assert_eq!(done(dir, &[CASA, "list", "--json"]), records, "{what}");
        done(dir, &[CASA, "check"]);
    });
}

/// On a screen of its own Ctrl-C is a key: the menu first, and away with the second. The desk ends well; an interview
/// that is left was not sealed.
#[test]
fn ctrl_c_on_a_screen_gives_the_terminal_back() {
    let house = house();
    let cases: &[(&[&str], Typed, i32)] = &[
        (
            &[CASA, "seal", "--kind", "victim"],
            &[
                ("una nueva):", "\r"),
                ("Pregunta", "\x03"),
                ("Salir", "\x03"),
            ],
            1,
        ),
        (
            &[CASA, "amend", "E-1"],
            &[("Pregunta", "\x03"), ("Salir", "\x03")],
            1,
        ),
        (&[CASA, "shell"], &[("busca", "\x03"), ("Salir", "\x03")], 0),
        (&[CASA, "show", "E-1"], &[("Tzoc", "\x03")], 0),
        (&[CASA, "--screen", "list"], &[("Tzoc", "\x03")], 0),
    ];
    each(cases, |(args, steps, wanted)| {
        let tmp = tempfile::tempdir().unwrap();
        copy(house.path(), tmp.path());
        let records = done(tmp.path(), &[CASA, "list", "--json"]);
        let mut command = command(tmp.path(), false);
        command.args(*args);
        let Some(mut session) = Session::in_shell(&command) else {
            return;
        };
        for (shown, typed) in *steps {
            session.wait_next(shown);
            session.press(typed);
        }
        let (code, shown) = session.end();
        assert_eq!(code, *wanted, "{args:?}:\n{shown}");
        let (_, after) = shown.rsplit_once("\x1b[?1049l").expect("given back");
        assert!(
            after.contains("[restored]") && !after.contains("Tzoc"),
            "{args:?}:\n{shown}"
        );
        assert_eq!(done(tmp.path(), &[CASA, "list", "--json"]), records);
    });
}

/// Work that takes more than two seconds is drawn with its rate and the time that is left, and only where it may be.
#[test]
fn a_bar_is_drawn_on_a_terminal_and_nowhere_else() {
    let house = house();
    // As much as takes a few seconds here, whatever computer this is.
    let mut rows = 4_000;
    loop {
        let tmp = tempfile::tempdir().unwrap();
        copy(house.path(), tmp.path());
        let mut table = "expediente,calidad,nombres\n".to_owned();
        (0..rows).for_each(|n| table.push_str(&format!("X-{n},victima,Ana\n")));
        std::fs::write(tmp.path().join("casos.csv"), table).unwrap();
        let run = |dir: &Path, words: &[&str]| {
            let mut command = command(dir, false);
            command.args([CASA, "import", "casos.csv"]).args(words);
            let began = std::time::Instant::now();
            let (code, shown) = Session::start(&command).end();
            assert_eq!(code, 0, "{shown}");
            (shown, began.elapsed())
        };
        let (shown, took) = run(tmp.path(), &[]);
        if !shown.contains("Sellando") {
            assert!(took.as_secs() < 10, "{shown}");
            // It was done before there was anything to see.
            rows *= 2;
            continue;
        }
        assert!(shown.contains("/s  faltan "), "{shown}");
        let quiet: [&[&str]; 3] = [&["--quiet"], &["--plain"], &["--json"]];
        each(&quiet, |words| {
            let other = tempfile::tempdir().unwrap();
            copy(house.path(), other.path());
            std::fs::copy(tmp.path().join("casos.csv"), other.path().join("casos.csv")).unwrap();
            let (shown, _) = run(other.path(), words);
            assert!(
                !shown.contains("Sellando") && !shown.contains('\x1b'),
                "{shown}"
            );
        });
        return;
    }
}

/// What is typed, what is said to it, and how it ends.
struct Wrong {
    asked: Asked,
    /// What is typed at the question, and what comes after it.
    typed: Typed,
    code: i32,
}

const fn wrong(asked: Asked, typed: Typed, code: i32) -> Wrong {
    Wrong { asked, typed, code }
}

const NOT_A_KEY: &str = "no abre esta bóveda";
const YES_OR_NO: &str = "Escriba s (sí) o n (no)";
const NUMBER: &str = "Escriba uno de los números";

const ANSWERS: &[Wrong] = &[
    wrong(
        secret(&[CASA, "list"], &[], "Contraseña:"),
        &[("una", NOT_A_KEY), ("otra", NOT_A_KEY), ("más", NOT_A_KEY)],
        4,
    ),
    wrong(
        secret(&[CASA, "list"], &[], "Contraseña:"),
        &[("", NOT_A_KEY), (PASSPHRASE, "Ana Luz Tzoc")],
        0,
    ),
    wrong(
        secret(&[CASA, "--recovery", "list"], &[], "muestra):"),
        &[("1234", "tiene 40 caracteres")],
        4,
    ),
    wrong(
        secret(&[CASA, "--shares", "-", "list"], &[], "terminar):"),
        &[("1234", "caracteres"), ("", "Se necesita")],
        4,
    ),
    wrong(
        secret(&["--vault=nueva", "init", "--site", "Casa"], &[], "nueva:"),
        &[
            ("corta", "fácil de adivinar"),
            ("aaaaaaaaaaaaaaaa", "fácil de adivinar"),
            ("", "fácil de adivinar"),
        ],
        1,
    ),
    wrong(
        secret(
            &["--vault=nueva", "init", "--site", "Casa"],
            NEW,
            "Otra vez:",
        ),
        &[("distinta", "no son iguales"), ("\x03", "Interrumpido")],
        130,
    ),
    wrong(
        at(&["--vault=nueva", "init"], "Nombre de la casa:"),
        &[("", "Nombre"), ("   ", "Nombre"), ("", "--site")],
        2,
    ),
    wrong(
        at(&[CASA, "hold", "set", "E-1"], "¿Por qué?"),
        &[("", "¿Por qué?"), ("", "¿Por qué?"), ("", "--reason")],
        2,
    ),
    wrong(
        at(&[CASA, "seal", "ana.json"], "(s/n)"),
        &[("quizá", YES_OR_NO), ("1", YES_OR_NO), ("ok", YES_OR_NO)],
        1,
    ),
    wrong(
        at(&[CASA, "seal", "ana.json"], "(s/n)"),
        &[("", "No se guardó nada")],
        1,
    ),
    wrong(
        at(
            &[CASA, "export", "--format", "csv", "--to", "x.csv"],
            "«exportar»",
        ),
        &[("si", "No se guardó nada")],
        1,
    ),
    wrong(
        at(&[CASA, "search"], "¿A quién busca?"),
        &[("", "Nadie con esos datos")],
        3,
    ),
    wrong(
        at(&[CASA, "settle", "E-1"], "¿Cuál queda?"),
        &[("9", NUMBER), ("dos", NUMBER), ("1", "Resuelto")],
        0,
    ),
    wrong(
        at(&[CASA, "trust", "usb"], "(s/n)"),
        &[("nada", YES_OR_NO), ("n", "No se aceptaron: Comisión")],
        1,
    ),
    wrong(
        secret(&[CASA], &[], "«--vault casa»"),
        &[("", "solo Enter: no):"), ("", "")],
        0,
    ),
    wrong(
        at(&[CASA, "seal"], "una nueva):"),
        &[
            ("7", "Escriba un número de la lista"),
            ("x", "Escriba un número de la lista"),
            ("1", "Pregunta"),
            ("\x03", "Salir"),
            ("\x03", "Detenido"),
        ],
        1,
    ),
    wrong(
        at(&[CASA, "--plain", "shell"], "Número:"),
        &[("12", NUMBER), ("x", NUMBER), ("", NUMBER), ("0", "")],
        0,
    ),
    wrong(
        after(
            &[CASA, "--plain", "shell"],
            &[("Número:", "3")],
            "expediente:",
        ),
        &[("nadie", "No hay ningún expediente"), ("0", "")],
        0,
    ),
    wrong(
        after(
            &[CASA, "--plain", "shell"],
            &[
                ("Número:", "3"),
                ("expediente:", "E-1"),
                ("volver:", "+"),
                ("clase", "1"),
            ],
            "¿Qué día?",
        ),
        &[("mañana", "fecha"), ("", "Número:"), ("0", "")],
        0,
    ),
    wrong(
        after(&[CASA, "--plain", "seal"], NEW_ONE, "[1/"),
        &[
            ("9", "[1/"),
            ("quién sabe", "[1/"),
            ("\x03", "Interrumpido"),
        ],
        130,
    ),
];

#[test]
fn a_wrong_answer_is_told_and_asked_again_and_changes_nothing() {
    let house = house();
    each(ANSWERS, |case| {
        let tmp = tempfile::tempdir().unwrap();
        copy(house.path(), tmp.path());
        let Some(mut session) = start(tmp.path(), &case.asked) else {
            return;
        };
        for (typed, said) in case.typed {
            session.press(typed);
            if *typed != "\x03" {
                session.press("\r");
            }
            session.wait_next(said);
        }
        let (code, shown) = session.end();
        assert_eq!(code, case.code, "{:?}:\n{shown}", case.asked.args);
        assert!(
            shown.contains("[restored]"),
            "{:?}:\n{shown}",
            case.asked.args
        );
        assert!(!tmp.path().join("nueva").exists() && !tmp.path().join("x.csv").exists());
        done(tmp.path(), &[CASA, "check"]);
    });
}
