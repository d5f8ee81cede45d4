//! How much memory a reader asks for, measured from outside: for every fuzz target, inputs of a size that
//! are made to make it ask for much (manual: *input*, "Memory").

#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;
use std::process::Command;

use sigilo::fuzzing::TARGETS;

/// Bytes of an input.
const SIZE: usize = 1 << 20;

/// Bytes that a process may need once, whatever it reads: tables of names, texts, buffers.
const ONCE: u64 = 16 << 20;

/// Most bytes that are asked for each byte read.
const FACTOR: u64 = 8;

/// Readers of texts that make many small things of few bytes. Of a table each row becomes a record,
/// however short it is; there are at most 250,000.
const OTHERS: [(&str, u64); 4] = [
    ("import_map", 128),
    ("record_csv", 512),
    ("record_json", 32),
    ("workbook", 128),
];

fn inputs(target: &str) -> Vec<Vec<u8>> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let mut samples: Vec<Vec<u8>> = fs::read_dir(corpus)
        .unwrap()
        .map(|e| fs::read(e.unwrap().path()).unwrap())
        .collect();
    samples.sort_by_key(|s| std::cmp::Reverse(s.len()));
    samples.truncate(3);
    let mut inputs = vec![
        vec![0; SIZE],
        vec![0xff; SIZE],
        vec![b'['; SIZE],
        b"a,".repeat(SIZE / 2),
    ];
    for sample in &samples {
        let whole = sample.repeat(SIZE / sample.len().max(1) + 1);
        inputs.push(whole[..SIZE.max(sample.len())].to_vec());
        let mut long = sample.clone();
        long.resize(SIZE.max(sample.len()), 0);
        inputs.push(long);
        // Numbers of things, as large as they can be.
        for at in [1, 4, 16, 32] {
            let mut many = sample.clone();
            if many.len() > at + 4 {
                many[at..at + 4].fill(0xff);
                inputs.push(many);
            }
        }
    }
    match target {
        "record_csv" => inputs.push([b"nombres\n", &b"a\n".repeat(SIZE / 2)[..]].concat()),
        "record_json" => {
            inputs.push([b"{\"services\":[", &b"1,".repeat(SIZE / 2 - 16)[..], b"1]}"].concat());
        }
        "import_map" => {
            let line = |n: usize| format!("{n:x}=\"\"\n");
            let lines: String = (0..SIZE / 10).map(line).collect();
            inputs.push(format!("version = 1\n[columns]\n{lines}").into_bytes());
        }
        _ => {}
    }
    inputs
}

fn status(key: &str) -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|l| l.starts_with(key)).unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib << 10
}

/// What a child does: reads every input of a target, and says how far its memory went above where it
/// began.
#[test]
fn measured() {
    let Ok(target) = std::env::var("SIGILO_TARGET") else {
        return;
    };
    let inputs = inputs(&target);
    let (_, body) = TARGETS.iter().find(|(name, _)| *name == target).unwrap();
    // Sets the highest mark back to where it is now.
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = status("VmRSS");
    for (number, input) in inputs.iter().enumerate() {
        body(input);
        let grew = status("VmHWM").saturating_sub(before);
        println!("grew {number} {grew} {}", input.len());
    }
}

#[test]
fn no_reader_asks_for_more_than_a_factor_of_its_input() {
    for (target, _) in TARGETS {
        let other = OTHERS.iter().find(|(name, _)| name == target);
        let factor = other.map_or(FACTOR, |(_, factor)| *factor);
        let done = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "measured", "--nocapture"])
            .env("SIGILO_TARGET", target)
            .output()
            .unwrap();
        assert!(done.status.success(), "{target}: {done:?}");
        let said = String::from_utf8(done.stdout).unwrap();
        let (mut largest, mut worst) = (0, 0);
        for line in said.lines().filter_map(|l| l.split_once("grew ")) {
            let numbers: Vec<u64> = line.1.split(' ').map(|n| n.parse().unwrap()).collect();
            let [number, grew, len] = numbers[..] else {
                panic!("{line:?}")
            };
            largest = largest.max(len);
            worst = worst.max(grew);
            assert!(
                grew <= ONCE + factor * largest,
                "{target}, input {number}: {grew} of {len}"
            );
        }
        assert!(largest > 0, "{target}: nothing was measured");
        eprintln!("{target} {:.1} MiB", worst as f64 / f64::from(1 << 20));
    }
}
