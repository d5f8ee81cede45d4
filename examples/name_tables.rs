//! Makes the tables of given names and of surnames from counts of the United States census, the
//! largest public count of Spanish names word by word.
//!
//! `cargo run --release --example name_tables -- FIRST.csv SURNAMES.csv [FOLDER]`
//!
//! The files are *Frequently Occurring First Names* and *Frequently Occurring Surnames* of the 2020 Census (U.S.
//! Census Bureau, in the public domain), as CSV with the columns `name`, `count` and `pcthispanic`. `given.tsv` and
//! `surnames.tsv` in FOLDER (`src/names/tables`) are written anew from them and from the rows that ship:
//!
//! 1. Bearers of Hispanic or Latino origin are `count` · `pcthispanic`. Part of them bear a name by the usage of the
//!    country where they live: the share *p* of a name among them is taken for a mixture, *p* = (1 − *a*) *q* + *a* *u*, of the
//!    share *q* of the region and the share *u* among everybody else. *a* is the median of *p* / *u* over the hundred
//!    names that are most frequent among everybody else.
//! 2. Names that the source writes together are taken apart as `names` would: particles dropped (`DELATORRE`), two
//!    surnames in one counted for the first, two given names (`JUANCARLOS`) for both. Bearers of a nickname or diminutive
//!    count for each name that it stands for.
//! 3. The first names are put on the scale of [`WORDS`] words a person, the surnames on that of the surnames that
//!    INEGI counted (median of the ratios).
//! 4. An estimate of the table that ships stays if it is larger and the source cannot see the name: it is
//!    mostly a second name ([`SECOND`]; the source has first names alone), or more than half of its bearers are explained by the
//!    usage of others (`PATRICIA`). It stays too if the source does not have the name, and so does a name that is
//!    below [`LEAST`].
//!
//! Run again on its own output it writes the same.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use sigilo::names::tables::{FILES, Tables};
use sigilo::names::{diminutive_of, fold::fold};

/// Words of given names a person, as in `evaluate::synthetic`.
const WORDS: f64 = 1.7;

/// Shares below this many of a million change no sum that is below its cap.
const LEAST: u32 = 25;

/// Names that stand mostly after another (María Guadalupe, José Antonio).
const SECOND: [&str; 35] = [
    "alberto",
    "amparo",
    "angeles",
    "antonio",
    "asuncion",
    "belen",
    "carmen",
    "concepcion",
    "consuelo",
    "cruz",
    "dolores",
    "elena",
    "encarnacion",
    "enrique",
    "esther",
    "eugenia",
    "fernanda",
    "guadalupe",
    "isabel",
    "jesus",
    "lourdes",
    "luisa",
    "luz",
    "mercedes",
    "milagros",
    "natividad",
    "pilar",
    "refugio",
    "remedios",
    "rocio",
    "rosario",
    "socorro",
    "soledad",
    "teresa",
    "trinidad",
];

/// Surnames with particles, as the source writes them, by the word that tells persons apart.
const PARTICLES: [(&str, &str); 5] = [
    ("delos", "angeles reyes rios santos"),
    (
        "dela",
        "cerda cruz cueva fuente garza hoya hoz luz mora o paz pena puente riva roca rocha rosa sancha \
         torre trinidad vega",
    ),
    (
        "del",
        "aguila angel bosque campo carmen carpio castillo cid hierro hoyo moral muro orbe pilar pino pozo \
         real rio rosario sol toro valle villar",
    ),
    (
        "de",
        "alba anda arcos armas avila cardenas casas castro dios garcia gonzalez haro hernandez herrera \
         hoyos jesus lara leon lira loera lopez luna martinez nova paz pena santiago santos soto vargas",
    ),
    ("delas", "casas"),
];

/// Two names written together are taken apart if each is borne by this many, and the whole by less
/// than a hundredth (surnames) or three (given names) of the first.
const PART: f64 = 20_000.0;

/// Given names that others follow without a space.
const FIRST: [&str; 13] = [
    "alma", "ana", "carlos", "jesus", "jose", "juan", "luis", "luz", "ma", "maria", "marco",
    "miguel", "rosa",
];

/// A row of a table: share of a million, and where from (`c` census, `i` INEGI, `e` estimate).
type Rows = BTreeMap<String, (u32, char)>;

/// Bearers of Hispanic origin and others.
#[derive(Default, Clone, Copy)]
struct Bearers {
    own: f64,
    others: f64,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(first), Some(last)) = (args.next(), args.next()) else {
        return Err("two files: first names, surnames".into());
    };
    let folder = args
        .next()
        .unwrap_or_else(|| PathBuf::from("src/names/tables"));
    write(&folder, "given", &given(&read(&first)?))?;
    write(&folder, "surnames", &surnames(&read(&last)?))?;
    Ok(())
}

fn read(path: &Path) -> Result<HashMap<String, Bearers>, Box<dyn std::error::Error>> {
    let mut reader = csv::Reader::from_path(path)?;
    let head = reader.headers()?.clone();
    let column = |name: &str| {
        let at = head.iter().position(|h| h == name);
        at.ok_or_else(|| format!("no column {name}"))
    };
    let columns = [column("name")?, column("count")?, column("pcthispanic")?];
    let mut found = HashMap::new();
    for row in reader.records() {
        let row = row?;
        let [name, count, percent] = columns.map(|at| row.get(at).unwrap_or_default());
        let count: f64 = count.parse()?;
        let own = count * percent.parse::<f64>().unwrap_or(0.0) / 100.0;
        let others = count - own;
        found.insert(fold(name), Bearers { own, others });
    }
    Ok(found)
}

/// The row of the rest.
const REST: &str = "all other names";

/// Share of the region by name, and of this the part that the usage of others explains.
fn apart(counted: &HashMap<String, Bearers>) -> (BTreeMap<String, (f64, f64)>, f64) {
    let own: f64 = counted.values().map(|b| b.own).sum();
    let others: f64 = counted.values().map(|b| b.others).sum();
    let mut common: Vec<&Bearers> = counted
        .iter()
        .filter_map(|(n, b)| (n != REST).then_some(b))
        .collect();
    common.sort_by(|x, y| y.others.total_cmp(&x.others));
    let ratios = common.iter().take(100);
    let a = median(
        ratios
            .map(|b| (b.own / own) / (b.others / others))
            .collect(),
    );
    let shares = counted.iter().filter(|(n, _)| *n != REST).map(|(name, b)| {
        let (p, u) = (b.own / own, b.others / others);
        let share = ((p - a * u) / (1.0 - a)).max(0.0);
        (name.clone(), (share, a * u / p.max(f64::MIN_POSITIVE)))
    });
    (shares.collect(), a)
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of.get(of.len() / 2).copied().unwrap_or(0.0)
}

/// The rows of a table that ships.
fn present(table: &str) -> Rows {
    let text = FILES.iter().find(|f| f.0 == table).map_or("", |f| f.1);
    let lines = text.lines().filter(|l| !l.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut row = line.split('\t');
            let (name, share, source) = (row.next()?, row.next()?, row.next()?);
            let source = source.chars().next()?;
            Some((name.to_owned(), (share.parse().ok()?, source)))
        })
        .collect()
}

fn given(counted: &HashMap<String, Bearers>) -> Rows {
    let old = present("given");
    let tables = Tables::get();
    let (shares, a) = apart(counted);
    let mut sums: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    let mut forms: BTreeSet<&str> = BTreeSet::new();
    for (name, (share, explained)) in &shares {
        let mut add = |to| {
            let sum = sums.entry(to).or_default();
            sum.0 += share;
            // Of several forms the name's own tells whether others explain it.
            if to == name {
                sum.1 = *explained;
            }
        };
        add(name);
        let short = diminutive_of(name).into_iter().flatten();
        let of = short.filter_map(|n| shares.get_key_value(n.as_str()));
        let of = of.filter(|(_, whole)| whole.0 >= *share).take(1);
        let written_out = Some(tables.abbreviation(name)).filter(|word| word != name);
        let of: Vec<&str> = match (tables.nickname(name), of_two_names(name, counted)) {
            _ if written_out.is_some() => written_out.into_iter().collect(),
            ([], None) => of.map(|(n, _)| n.as_str()).collect(),
            (_, Some(both)) => both.into(),
            (names, None) => names.iter().map(String::as_str).collect(),
        };
        if !old.contains_key(name) && !of.is_empty() {
            of.into_iter().for_each(add);
            forms.insert(name);
        }
    }
    let million = WORDS * 1e6;
    let mut rows: Rows = BTreeMap::new();
    for (name, (share, explained)) in sums {
        let share = (share * million).round() as u32;
        let known = old.get(name);
        if forms.contains(name) || known.is_none() && (share < LEAST || tables.is_particle(name)) {
            continue;
        }
        let unseen = SECOND.contains(&name) || explained > 0.5;
        let row = match known {
            Some((estimate, 'e')) if unseen && *estimate > share => (*estimate, 'e'),
            _ => (share.max(1), 'c'),
        };
        rows.insert(name.to_owned(), row);
    }
    for (name, row) in old {
        rows.entry(name).or_insert(row);
    }
    report("given", &rows, a, WORDS);
    rows
}

/// The two given names that the source writes as one, without particles.
fn of_two_names<'a>(name: &'a str, counted: &HashMap<String, Bearers>) -> Option<[&'a str; 2]> {
    let borne = |n: &str| counted.get(n).map_or(0.0, |b| b.own);
    let parted = FIRST
        .iter()
        .find_map(|first| name.split_at_checked(first.len()).filter(|p| p.0 == *first));
    let (first, rest) = parted?;
    let of = ["delos", "dela", "del", "de", ""];
    let mut seconds = of.iter().filter_map(|p| rest.strip_prefix(p));
    let second = seconds.find(|s| borne(s) >= PART)?;
    let first_word = Tables::get().abbreviation(first);
    (borne(name) < borne(first) * 0.03).then_some([first_word, second])
}

fn surnames(counted: &HashMap<String, Bearers>) -> Rows {
    let mut old = present("surnames");
    let mut whole: HashMap<String, Bearers> = HashMap::new();
    for (name, b) in counted {
        let to = whole.entry(bare(name, counted).to_owned()).or_default();
        to.own += b.own;
        to.others += b.others;
    }
    let (shares, a) = apart(&whole);
    let of_census = |name: &str| shares.get(name).map_or(0.0, |s| s.0);
    let registered = old.iter().filter(|(_, row)| row.1 == 'i');
    let scale = median(
        registered
            .map(|(name, row)| f64::from(row.0) / 1e6 / of_census(name))
            .collect(),
    );
    let mut rows: Rows = BTreeMap::new();
    for (name, (share, _)) in &shares {
        let share = (share * scale * 1e6).round() as u32;
        match old.remove(name) {
            Some(row) if row.1 == 'i' => rows.insert(name.clone(), row),
            None if share < LEAST || cut_off(name) => None,
            _ => rows.insert(name.clone(), (share.max(1), 'c')),
        };
    }
    rows.extend(old);
    report("surnames", &rows, a, scale);
    rows
}

/// Whether the source has cut a name off after a particle.
fn cut_off(name: &str) -> bool {
    Tables::get().is_particle(name) || PARTICLES.iter().any(|(particle, _)| *particle == name)
}

/// A surname of the source without particles, or the first of two.
fn bare<'a>(name: &'a str, counted: &HashMap<String, Bearers>) -> &'a str {
    for (particle, surnames) in PARTICLES {
        if let Some(rest) = name.strip_prefix(particle)
            && surnames.split(' ').any(|s| s == rest)
        {
            return rest;
        }
    }
    let borne = |n: &str| counted.get(n).map_or(0.0, |b| b.own);
    let of_two = (4..name.len().saturating_sub(3)).find_map(|at| {
        let (first, second) = name.split_at_checked(at)?;
        let parts = borne(first) >= PART && borne(second) >= PART;
        (parts && borne(name) < borne(first) / 100.0).then_some(first)
    });
    of_two.unwrap_or(name)
}

fn report(table: &str, rows: &Rows, a: f64, scale: f64) {
    let of = |source| rows.values().filter(|r| r.1 == source).count();
    let [census, inegi, estimates] = ['c', 'i', 'e'].map(of);
    let sum: u64 = rows.values().map(|r| u64::from(r.0)).sum();
    eprintln!(
        "{table}: a {a:.3}, scale {scale:.3}, {} rows ({census} c, {inegi} i, {estimates} e), sum {sum}",
        rows.len()
    );
}

/// Writes a table under the comments that it has, most frequent first.
fn write(folder: &Path, table: &str, rows: &Rows) -> std::io::Result<()> {
    let text = FILES.iter().find(|f| f.0 == table).map_or("", |f| f.1);
    let mut out: String = text
        .split_inclusive('\n')
        .filter(|l| l.starts_with('#'))
        .collect();
    let mut sorted: Vec<(&String, &(u32, char))> = rows.iter().collect();
    sorted.sort_by_key(|(name, row)| (std::cmp::Reverse(row.0), *name));
    for (name, (share, source)) in sorted {
        out.push_str(&format!("{name}\t{share}\t{source}\n"));
    }
    std::fs::write(folder.join(format!("{table}.tsv")), out)
}
