//! The hot path at the size of a country: `cargo bench --bench scale -- --persons N --json`.
//!
//! Prints seconds and peak memory of each stage, and in the same run what no join can beat: reading
//! the same bytes once, one sort of the same pairs with `std` and one with `rayon`. Options: `--persons N`,
//! `--tokens N`, `--sites N`, `--repeat PERCENT` of persons who are at another site too, `--hostile N`
//! sites that put one another's tags into their files, `--disk` or `--memory` (by default as the
//! coordinator chooses), `--no-limits`, `--dir DIR` for partitions, `--json`, and `--out DIR`, a new folder
//! for the scripts in `benches/peers`: it gets the tags (`rows`: 8 bytes big-endian each, person by person;
//! with the feature `parquet` also `tags/part=N/tags.parquet`) and the candidates (`own.csv`).

use std::fs::File;
use std::io::{self, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use rayon::prelude::*;
use serde_json::{Value, json};
use sigilo::crypto::Secret;
use sigilo::evaluate::synthetic::{self, Recipe};
use sigilo::matching::Person;
use sigilo::matching::join::{self, Candidate, disk};
use sigilo::matching::tokens::{Params, Policy, SiteSecret, Tokenizer};

/// Persons of the sample whose token inputs are computed.
const SAMPLE: usize = 20_000;

/// As the coordinator: more tags than these are joined on disk.
const IN_MEMORY: usize = 1 << 26;

struct Options {
    persons: usize,
    tokens: usize,
    sites: usize,
    repeat: u64,
    hostile: usize,
    disk: Option<bool>,
    limits: bool,
    dir: PathBuf,
    out: Option<PathBuf>,
    json: bool,
}

impl Options {
    fn read() -> Result<Self, String> {
        let mut options = Self {
            persons: 100_000,
            tokens: 64,
            sites: 50,
            repeat: 12,
            hostile: 0,
            disk: None,
            limits: true,
            dir: std::env::temp_dir(),
            out: None,
            json: false,
        };
        let mut args = std::env::args().skip(1);
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or(format!("{arg} needs a value"));
            let number = |text: String| {
                let digits = text.replace('_', "");
                digits
                    .parse::<usize>()
                    .map_err(|_| format!("{text} is no number"))
            };
            match arg.as_str() {
                "--persons" => options.persons = number(value()?)?,
                "--tokens" => options.tokens = number(value()?)?.clamp(1, 256),
                "--sites" => options.sites = number(value()?)?.max(2),
                "--repeat" => options.repeat = number(value()?)?.min(100) as u64,
                "--hostile" => options.hostile = number(value()?)?,
                "--dir" => options.dir = value()?.into(),
                "--out" => options.out = Some(value()?.into()),
                "--disk" => options.disk = Some(true),
                "--memory" => options.disk = Some(false),
                "--no-limits" => options.limits = false,
                "--json" => options.json = true,
                // Cargo says this to every bench.
                "--bench" => {}
                other => return Err(format!("unknown option {other}")),
            }
        }
        Ok(options)
    }
}

/// A number without pattern that depends on nothing but `n`.
fn scatter(n: u64) -> u64 {
    let n = (n ^ n >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ n >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ n >> 31
}

/// Invented tags: nearly all alone; a share of persons has most tags of somebody at another site, and
/// everybody meets a stranger now and then.
struct Invented {
    persons: usize,
    tokens: usize,
    sites: usize,
    repeat: u64,
    hostile: usize,
}

impl Invented {
    fn site(&self, person: usize) -> u32 {
        (person % self.sites) as u32
    }

    fn tag(&self, person: usize, j: usize) -> u64 {
        let place = |p: usize, j: usize| scatter((p * self.tokens + j) as u64 + 1);
        let site = person % self.sites;
        if site < self.hostile {
            // The same tags in every hostile file.
            return place(person - site, j) | 1;
        }
        let drawn = scatter(person as u64 ^ 0x5eed << 32);
        if drawn % 100 < self.repeat && person > self.sites {
            // The same person as an earlier one at the next site, half of the tags survive.
            let same = person - 1 - (drawn >> 8) as usize % (self.sites - 1);
            if scatter(drawn ^ j as u64) & 1 == 0 {
                return place(same, j);
            }
        }
        let chance = scatter(place(person, j));
        if chance % 64 < 1 {
            // A stranger: two in a number that is chosen so that everybody meets about one half.
            return scatter(u64::MAX - (chance >> 8) % (self.persons as u64 * 2));
        }
        place(person, j)
    }
}

impl disk::Source for Invented {
    fn persons(&self) -> usize {
        self.persons
    }

    fn per_person(&self) -> usize {
        self.tokens
    }

    fn read(&self, first: usize, tags: &mut [u64]) -> io::Result<()> {
        for (i, t) in tags.iter_mut().enumerate() {
            *t = self.tag(first + i / self.tokens, i % self.tokens);
        }
        Ok(())
    }
}

/// Tags in a file, row by row.
struct Filed {
    file: File,
    persons: usize,
    tokens: usize,
}

impl disk::Source for Filed {
    fn persons(&self) -> usize {
        self.persons
    }

    fn per_person(&self) -> usize {
        self.tokens
    }

    #[cfg(unix)]
    fn read(&self, first: usize, tags: &mut [u64]) -> io::Result<()> {
        let mut bytes = vec![[0u8; 8]; tags.len()];
        let at = (first * self.tokens * 8) as u64;
        std::os::unix::fs::FileExt::read_exact_at(&self.file, bytes.as_flattened_mut(), at)?;
        for (tag, bytes) in tags.iter_mut().zip(bytes) {
            *tag = u64::from_be_bytes(bytes);
        }
        Ok(())
    }

    #[cfg(not(unix))]
    fn read(&self, _: usize, _: &mut [u64]) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Peak memory since the last call, in bytes; only Linux says it.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    let kb: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    // Starts the count anew.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    Some(kb * 1024)
}

/// Processor time of this program so far, in seconds: what a stage costs on a machine that has other
/// work too. Only Linux says it.
fn processor() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = stat.rsplit_once(") ")?.1.split(' ').skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    // The unit that Linux promises to programs, whatever it counts in.
    Some((user + system) / 100.0)
}

struct Report {
    stages: Vec<Value>,
    json: bool,
}

impl Report {
    /// Runs a stage over so many items and notes what it took.
    fn stage<T>(
        &mut self,
        name: &str,
        items: usize,
        run: impl FnOnce() -> io::Result<T>,
    ) -> io::Result<T> {
        peak();
        let (start, before) = (Instant::now(), processor());
        let out = run()?;
        let seconds = start.elapsed().as_secs_f64();
        let cpu = processor().zip(before).map(|(now, then)| now - then);
        let peak = peak();
        if !self.json {
            let memory = peak.map_or("-".into(), |p| format!("{:.0} MiB", p as f64 / 1048576.0));
            let each = seconds * 1e9 / items.max(1) as f64;
            let cpu = cpu.map_or("-".into(), |s| format!("{s:.2} s"));
            println!("{name:24} {seconds:9.3} s {cpu:>9} cpu {each:9.1} ns each {memory:>10}");
        }
        self.stages.push(json!({
            "stage": name, "items": items, "seconds": seconds, "cpu_seconds": cpu, "peak_bytes": peak,
        }));
        Ok(out)
    }
}

fn encode(tokens: u16) -> usize {
    let recipe = Recipe {
        persons: SAMPLE,
        sites: 1,
        repeat: 0.0,
        ..Recipe::default()
    };
    let (mut sites, _) = synthetic::network(&recipe);
    let secret = |n: u8| Secret::<32>::init_with(|b| b.fill(n));
    let site = SiteSecret::new(&secret(2));
    let params = Params {
        tokens,
        ..Params::new(Policy::Strict, 30_000)
    };
    let mut tokenizer = Tokenizer::new(params, &secret(1));
    let mut out = Vec::new();
    let records = sites.remove(0).records;
    for (place, record) in (0u64..).zip(records) {
        out.clear();
        tokenizer.token_inputs(&Person::from(record), &site, place, &mut out);
    }
    out.len()
}

fn on_disk(
    source: &impl disk::Source,
    site_of: &[u32],
    most: usize,
    dir: &Path,
) -> io::Result<(Summary, Vec<Candidate>)> {
    let mut pairs = Vec::new();
    let found = disk::join(source, site_of, most, dir, |c| {
        pairs.push(c);
        Ok(())
    })?;
    let summary = Summary {
        frequent: found.frequent.len(),
        written: found.written,
    };
    Ok((summary, pairs))
}

struct Summary {
    frequent: usize,
    written: u64,
}

fn run(options: &Options) -> io::Result<Value> {
    let source = Invented {
        persons: options.persons,
        tokens: options.tokens,
        sites: options.sites,
        repeat: options.repeat,
        hostile: options.hostile,
    };
    let count = options.persons * options.tokens;
    let on_disk_wanted = options.disk.unwrap_or(count > IN_MEMORY);
    let mut report = Report {
        stages: Vec::new(),
        json: options.json,
    };
    let site_of: Vec<u32> = (0..options.persons).map(|p| source.site(p)).collect();
    let most = join::most_persons(options.sites);
    let work = tempfile::Builder::new()
        .prefix("scale-")
        .tempdir_in(&options.dir)?;
    report.stage("encode sample, one core", SAMPLE, || {
        Ok(encode(options.tokens as u16))
    })?;

    if let Some(out) = &options.out {
        std::fs::create_dir(out)?;
    }
    let rows = options.out.as_deref().unwrap_or(work.path()).join("rows");
    report.stage("generate", count, || {
        let mut file = BufWriter::with_capacity(1 << 20, File::create(&rows)?);
        let block = 1 << 14;
        for first in (0..options.persons).step_by(block) {
            let n = block.min(options.persons - first) * options.tokens;
            let own: Vec<[u8; 8]> = (0..n)
                .into_par_iter()
                .map(|i| {
                    source
                        .tag(first + i / options.tokens, i % options.tokens)
                        .to_be_bytes()
                })
                .collect();
            file.write_all(own.as_flattened())?;
        }
        file.into_inner().map_err(|e| e.into_error())?.sync_all()
    })?;
    let read_once = || -> io::Result<u64> {
        let mut file = File::open(&rows)?;
        let mut block = vec![0u8; 1 << 20];
        let mut sum = 0u64;
        loop {
            match file.read(&mut block)? {
                0 => return Ok(sum),
                n => {
                    let words = block[..n].as_chunks::<8>().0.iter();
                    sum = words.fold(sum, |s, w| s.wrapping_add(u64::from_be_bytes(*w)));
                }
            }
        }
    };
    if options.limits {
        report.stage("limit: read once", count, read_once)?;
    }

    let mut fell_back = false;
    let (summary, pairs) = if on_disk_wanted {
        let filed = Filed {
            file: File::open(&rows)?,
            persons: options.persons,
            tokens: options.tokens,
        };
        report.stage("join on disk", count, || {
            on_disk(&filed, &site_of, most, work.path())
        })?
    } else {
        let tags = report.stage("load", count, || {
            let bytes = std::fs::read(&rows)?;
            let words = bytes.as_chunks::<8>().0;
            Ok(words
                .iter()
                .map(|w| u64::from_be_bytes(*w))
                .collect::<Vec<u64>>())
        })?;
        let joined = report.stage("join in memory", count, || {
            Ok(join::join_held(&tags, options.tokens, &site_of, most))
        })?;
        match joined {
            Some(joined) => {
                let summary = Summary {
                    frequent: joined.frequent.len(),
                    written: 0,
                };
                (summary, joined.pairs)
            }
            // As the coordinator: too many meetings, so the stage before only found that out.
            None => {
                let held = disk::InMemory {
                    tags: &tags,
                    per_person: options.tokens,
                };
                fell_back = true;
                report.stage("join on disk, of tags in memory", count, || {
                    on_disk(&held, &site_of, most, work.path())
                })?
            }
        }
    };
    let candidates = pairs.len();
    if let Some(out) = &options.out {
        let mut file = BufWriter::new(File::create(out.join("own.csv"))?);
        writeln!(file, "a,b,shared")?;
        for p in &pairs {
            writeln!(file, "{},{},{}", p.a, p.b, p.shared)?;
        }
        file.flush()?;
        #[cfg(feature = "parquet")]
        report.stage("export as Parquet", count, || {
            let tags = out.join("tags");
            std::fs::create_dir(&tags)?;
            let who = |p: u32| (i64::from(p), source.site(p as usize) as i32);
            sigilo::matching::export::write(&source, who, &tags)
        })?;
    }
    let chosen = report.stage("candidates, best first", candidates, || {
        let mut pairs = pairs;
        pairs.par_sort_unstable_by_key(|p| (std::cmp::Reverse(p.shared), p.a, p.b));
        let mut used = vec![0u16; options.persons];
        Ok(pairs
            .iter()
            .filter(|p| {
                let both = [p.a as usize, p.b as usize];
                let free = both.iter().all(|i| used[*i] < 8);
                both.iter().for_each(|i| used[*i] += u16::from(free));
                free
            })
            .count())
    })?;

    // The pairs that a sort-based join sorts: a tag and a person each, of as many as fit.
    let limit = count.min(IN_MEMORY);
    if options.limits {
        let all = || -> Vec<(u64, u32)> {
            (0..limit)
                .into_par_iter()
                .map(|i| {
                    let person = i / options.tokens;
                    (source.tag(person, i % options.tokens), person as u32)
                })
                .collect()
        };
        let mut sorted = all();
        report.stage("limit: std sort", limit, || {
            sorted.sort_unstable();
            Ok(())
        })?;
        sorted = all();
        report.stage("limit: rayon sort", limit, || {
            sorted.par_sort_unstable();
            Ok(())
        })?;
    }
    if !options.json {
        println!(
            "{candidates} candidates, {chosen} of them asked, {} frequent tags, {} bytes of partitions",
            summary.frequent, summary.written,
        );
    }
    Ok(json!({
        "persons": options.persons, "tokens": options.tokens, "sites": options.sites,
        "most": most, "cores": rayon::current_num_threads(), "on_disk": on_disk_wanted,
        "candidates": candidates, "asked": chosen, "frequent": summary.frequent,
        "partition_bytes": summary.written, "too_many_meetings_for_memory": fell_back, "stages": report.stages,
    }))
}

fn main() -> ExitCode {
    let options = match Options::read() {
        Ok(options) => options,
        Err(e) => {
            eprintln!("{e}");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(report) if options.json => {
            println!("{report:#}");
            ExitCode::SUCCESS
        }
        Ok(_) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e}");
            ExitCode::FAILURE
        }
    }
}
