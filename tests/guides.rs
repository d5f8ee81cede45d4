//! The guides: every line in them that begins with `$ sigilo` is run, in order, and what is said must be
//! what the guide shows.
//!
//! As in the other transcripts, `[..]` stands for what is another each time, a line `...` for any number
//! of lines, `? 3` for an exit code. The guides' own are: a word with `…` stands for the word like it that
//! was shown last (`age1…`); `ID` stands for the first word of the last line shown; and blocks in a comment
//! are run and must succeed, without being read: what others do, out of the reader's sight.
//!
//! `GUIDES=overwrite cargo test --test guides` writes down what the command says now; read the
//! difference before you keep it.

use std::path::Path;
use std::process::Command;

const PASSPHRASE: &str = "agua clara bajo el puente\n";

struct Step {
    line: String,
    expected: Vec<String>,
    hidden: bool,
}

/// Text of the guide, and the steps in it.
enum Part {
    Text(String),
    Step(Step),
}

fn parts(guide: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let (mut in_block, mut hidden) = (false, false);
    for line in guide.lines() {
        hidden = (hidden || line == "<!--") && line != "-->";
        if line.starts_with("```") {
            in_block = line == "```console";
            parts.push(Part::Text(line.to_owned()));
        } else if !in_block {
            parts.push(Part::Text(line.to_owned()));
        } else if line.starts_with("$ ") {
            parts.push(Part::Step(Step {
                line: line.to_owned(),
                expected: Vec::new(),
                hidden,
            }));
        } else if let Some(Part::Step(step)) = parts.last_mut() {
            step.expected.push(line.to_owned());
        }
    }
    parts
}

fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words
}

/// The word like this one in the last output that shows one.
fn shown_before(outputs: &[String], like: &str) -> String {
    let pieces: Vec<&str> = like.split('…').collect();
    let fits = |word: &&str| {
        let mut rest = *word;
        word.starts_with(pieces[0])
            && pieces.iter().all(|piece| match rest.find(piece) {
                Some(at) => {
                    rest = &rest[at + piece.len()..];
                    true
                }
                None => false,
            })
    };
    let mut found = outputs
        .iter()
        .rev()
        .filter_map(|o| o.split_whitespace().find(fits));
    found
        .next()
        .unwrap_or_else(|| panic!("nothing like {like} was shown"))
        .to_owned()
}

/// The first word of the last line shown.
fn last_id(outputs: &[String]) -> String {
    let line = outputs.last().and_then(|o| o.lines().last()).unwrap_or("");
    line.split_whitespace().next().expect("an id").to_owned()
}

fn line_fits(expected: &str, shown: &str) -> bool {
    let mut pieces = expected.split("[..]");
    let first = pieces.next().unwrap_or("");
    let Some(mut rest) = shown.strip_prefix(first) else {
        return false;
    };
    let mut ends_open = false;
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
        ends_open = piece.is_empty();
    }
    rest.is_empty() || ends_open
}

fn fits(expected: &[String], shown: &[String]) -> bool {
    match (expected.split_first(), shown.split_first()) {
        (None, None) => true,
        (Some((e, rest)), _) if e == "..." => (0..=shown.len()).any(|n| fits(rest, &shown[n..])),
        (Some((e, expected)), Some((s, shown))) => line_fits(e, s) && fits(expected, shown),
        _ => false,
    }
}

fn run(dir: &Path, lang: &str, line: &str, seen: &mut Vec<String>) -> Vec<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sigilo"));
    command
        .current_dir(dir)
        .env("SIGILO_LANG", lang)
        .env("SIGILO_CONFIG", "")
        .env("NO_COLOR", "1")
        .env("SIGILO_PASSPHRASE_FILE", dir.join("passphrase"));
    let all = words(line.strip_prefix("$ ").unwrap_or(line));
    let mut args = all.iter();
    assert_eq!(args.next().map(String::as_str), Some("sigilo"), "{line}");
    for arg in args {
        match arg.as_str() {
            "ID" => command.arg(last_id(seen)),
            arg if arg.contains('…') => command.arg(shown_before(seen, arg)),
            arg => command.arg(arg),
        };
    }
    let out = command.output().unwrap();
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&out.stdout),
        String::from_utf8_lossy(&out.stderr)
    );
    let mut lines: Vec<String> = text.trim_end().lines().map(str::to_owned).collect();
    seen.push(text);
    match out.status.code() {
        Some(0) => {}
        code => lines.insert(0, format!("? {}", code.unwrap_or(-1))),
    }
    lines
}

/// Runs a guide in a folder of its own, with copies of the files that it uses.
fn guide(name: &str, lang: &str) {
    let file = format!("guide/{name}.md");
    let text = std::fs::read_to_string(&file).unwrap();
    let tmp = tempfile::tempdir().unwrap();
    std::fs::write(tmp.path().join("passphrase"), PASSPHRASE).unwrap();
    std::fs::create_dir(tmp.path().join("usb")).unwrap();
    for entry in std::fs::read_dir(format!("guide/in/{lang}")).unwrap() {
        let from = entry.unwrap().path();
        std::fs::copy(&from, tmp.path().join(from.file_name().unwrap())).unwrap();
    }
    let overwrite = std::env::var_os("GUIDES").is_some_and(|v| v == "overwrite");
    let (mut seen, mut out, mut wrong) = (Vec::new(), String::new(), Vec::new());
    for part in parts(&text) {
        match part {
            Part::Text(line) => {
                out.push_str(&line);
                out.push('\n');
            }
            Part::Step(step) => {
                let shown = run(tmp.path(), lang, &step.line, &mut seen);
                let blank = step.expected.iter().rev().take_while(|l| l.is_empty());
                let expected = &step.expected[..step.expected.len() - blank.count()];
                let succeeded = shown.first().is_none_or(|l| !l.starts_with("? "));
                let kept = if step.hidden && succeeded || fits(expected, &shown) {
                    expected.to_vec()
                } else {
                    wrong.push(format!("{}\n{}", step.line, shown.join("\n")));
                    shown
                };
                out.push_str(&step.line);
                out.push('\n');
                for line in kept {
                    out.push_str(&line);
                    out.push('\n');
                }
                for _ in expected.len()..step.expected.len() {
                    out.push('\n');
                }
            }
        }
    }
    if overwrite {
        std::fs::write(&file, out).unwrap();
    }
    assert!(wrong.is_empty(), "{file}:\n{}", wrong.join("\n\n"));
}

#[test]
fn the_first_day() {
    guide("primer-dia", "es");
    guide("first-day", "en");
}

#[test]
fn joining_a_round() {
    guide("entrar-a-una-ronda", "es");
    guide("joining-a-round", "en");
}

#[test]
fn the_visit_of_an_auditor() {
    guide("visita-de-auditoria", "es");
    guide("auditors-visit", "en");
}

#[test]
fn loss_and_raid() {
    guide("perdida-y-cateo", "es");
    guide("loss-and-raid", "en");
}

#[test]
fn lines_are_compared_with_gaps() {
    assert!(line_fits("a [..] c", "a b c"));
    assert!(line_fits("[..]", ""));
    assert!(!line_fits("a [..] c", "a b d"));
    assert!(!line_fits("a", "ab"));
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(fits(&lines("a\n...\nc"), &lines("a\nb\nb\nc")));
    assert!(!fits(&lines("a\n...\nc"), &lines("a\nb")));
}

/// The words of a text, without signs.
fn bare(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    let words = words.filter(|w| !w.is_empty());
    words.map(str::to_owned).collect()
}

/// A page without its tags, or a guide without the targets of its links.
fn without(text: &str, open: &str, close: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(open) {
        out.push_str(before);
        out.push(' ');
        rest = behind.split_once(close).map_or("", |(_, after)| after);
    }
    out + rest
}

#[test]
fn the_poster_is_read_in_two_minutes_and_printed_as_it_is_written() {
    for name in ["cartel", "poster"] {
        let file = |ext| std::fs::read_to_string(format!("guide/{name}.{ext}")).unwrap();
        let written = bare(&without(&file("md"), "](", ")"));
        // An unhurried reader takes 200 words a minute.
        assert!(written.len() <= 400, "{name}: {} words", written.len());
        let page = file("html");
        let body = page.split_once("<body>").unwrap().1;
        let printed = bare(&without(body, "<", ">"));
        assert_eq!(printed, written, "{name}.html is not {name}.md");
        for outside in ["http", "src=", "<script"] {
            assert!(!page.contains(outside), "{name}: {outside}");
        }
    }
}

/// Each poster is a page of its own, so that it can be copied and printed alone; they look the same.
#[test]
fn both_posters_have_one_style() {
    let style = |file: &str| {
        let page = std::fs::read_to_string(file).unwrap();
        let (_, rest) = page.split_once("<style>").unwrap();
        rest.split_once("</style>").unwrap().0.to_owned()
    };
    assert_eq!(style("guide/cartel.html"), style("guide/poster.html"));
}
