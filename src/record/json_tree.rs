//! JSON with nothing lost: keys in order and twice, and the place of each value in the text.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::finding::{At, Fault, Problem};

/// A JSON value.
pub(super) enum Tree {
    Null,
    Bool(bool),
    Number(u64),
    /// Negative, fractional or too large for any field.
    OtherNumber,
    Text(String),
    Array(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

/// Parses a text. `serde_json` bounds the depth at 128.
pub(super) fn parse(text: &str) -> Result<Tree, Problem> {
    serde_json::from_str(text).map_err(|e| Problem {
        at: At::Json {
            path: String::new(),
            line: e.line(),
            column: e.column(),
        },
        fault: Fault::Syntax,
    })
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Number(value))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Tree, E> {
        Ok(Tree::OtherNumber)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Tree, E> {
        Ok(Tree::OtherNumber)
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Tree, E> {
        Ok(Tree::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Tree::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Tree::Object(entries))
    }
}

#[derive(Clone)]
enum Step {
    /// A key, and the how-manieth entry of its object it is.
    Key(String, usize),
    Index(usize),
    /// A key that is not there.
    Missing(&'static str),
}

/// The way to a value.
#[derive(Clone, Default)]
pub(super) struct Path(Vec<Step>);

impl Path {
    pub(super) fn push_key(&mut self, key: &str, at: usize) {
        let key = key.chars().filter(|c| !c.is_control()).take(40).collect();
        self.0.push(Step::Key(key, at));
    }

    pub(super) fn push_index(&mut self, at: usize) {
        self.0.push(Step::Index(at));
    }

    pub(super) fn push_missing(&mut self, key: &'static str) {
        self.0.push(Step::Missing(key));
    }

    pub(super) fn pop(&mut self) {
        self.0.pop();
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            let dot = if at == 0 { "" } else { "." };
            match step {
                Step::Key(key, _) => write!(f, "{dot}{key}")?,
                Step::Missing(key) => write!(f, "{dot}{key}")?,
                Step::Index(n) => write!(f, "[{n}]")?,
            }
        }
        Ok(())
    }
}

/// Line and column, from 1, of the entry that `path` leads to, in a text that [`parse`] accepted; of
/// the object itself, for what is missing in it.
pub(super) fn locate(text: &str, path: &Path) -> (usize, usize) {
    let bytes = text.as_bytes();
    let mut at = space(bytes, 0);
    for (depth, step) in path.0.iter().enumerate() {
        let (Step::Key(_, n) | Step::Index(n)) = step else {
            break;
        };
        at = space(bytes, at + 1);
        for _ in 0..*n {
            at = entry_end(bytes, at);
            // Past the comma.
            at = space(bytes, at + 1);
        }
        if matches!(step, Step::Key(..)) && depth + 1 < path.0.len() {
            at = value_of_key(bytes, at);
        }
    }
    let before = &text[..at.min(text.len())];
    let line = 1 + before.matches('\n').count();
    let column = 1 + before.rsplit('\n').next().unwrap_or("").chars().count();
    (line, column)
}

fn space(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
        at += 1;
    }
    at
}

/// Behind the string that begins at `at`.
fn string_end(bytes: &[u8], mut at: usize) -> usize {
    at += 1;
    loop {
        match bytes.get(at) {
            Some(b'\\') => at += 2,
            Some(b'"') => return at + 1,
            Some(_) => at += 1,
            None => return bytes.len(),
        }
    }
}

/// The value behind the key that begins at `at`.
fn value_of_key(bytes: &[u8], at: usize) -> usize {
    space(bytes, space(bytes, string_end(bytes, at)) + 1)
}

/// The comma or bracket that ends the entry of a list or object beginning at `at`.
fn entry_end(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0usize;
    while let Some(b) = bytes.get(at) {
        match b {
            b'"' => {
                at = string_end(bytes, at);
                continue;
            }
            b'[' | b'{' => depth += 1,
            b']' | b'}' | b',' if depth == 0 => return at,
            b']' | b'}' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    at
}
