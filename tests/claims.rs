//! Nothing is claimed without a test: every test that the manual's *attacks* or SECURITY.md names is there, in the file
//! that is named with it, and is run.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn sources(dir: &Path, all: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let root = Path::new(env!("CARGO_MANIFEST_DIR"));
            let name = path.strip_prefix(root).unwrap().display().to_string();
            all.insert(name.replace('\\', "/"), fs::read_to_string(&path).unwrap());
        }
    }
}

/// What stands in backquotes, with line breaks of the text taken out.
fn quoted(text: &str) -> Vec<String> {
    let pieces = text.split('`').skip(1).step_by(2);
    pieces
        .map(|p| p.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

/// Whether a word is called as tests here are: a sentence.
fn is_sentence(word: &str) -> bool {
    word.matches('_').count() >= 3
        && word
            .chars()
            .all(|c| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit())
}

#[test]
fn every_test_that_is_named_is_there_and_runs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = BTreeMap::new();
    for dir in ["src", "tests"] {
        sources(&root.join(dir), &mut all);
    }
    let (mut named, mut wrong) = (0, Vec::new());
    for page in ["src/manual/attacks.md", "SECURITY.md"] {
        let text = fs::read_to_string(root.join(page)).unwrap();
        for piece in quoted(&text) {
            let (file, function) = match piece.split_once(": ") {
                Some((file, function)) if file.ends_with(".rs") => (Some(file), function),
                _ => (None, piece.as_str()),
            };
            // A path alone must be there, too.
            if (function.starts_with("tests/") || function.starts_with("src/"))
                && !function.contains(['*', ' ', '<'])
            {
                if !root.join(function.trim_end_matches('/')).exists() {
                    wrong.push(format!("{page}: {function}"));
                }
                continue;
            }
            if !is_sentence(function) {
                continue;
            }
            named += 1;
            let place = format!("fn {function}(");
            let found = all.iter().find(|(name, text)| {
                file.is_none_or(|file| name.ends_with(file)) && text.contains(&place)
            });
            let runs = found.is_some_and(|(_, text)| {
                let before = &text[..text.find(&place).unwrap_or(0)];
                let own = &before[before.rfind("\n}").unwrap_or(0)..];
                own.contains("#[test]") && !own.contains("#[ignore")
            });
            if !runs {
                wrong.push(format!("{page}: {piece}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(named > 80, "{named}");
}
