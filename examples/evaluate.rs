//! `evaluate DIR [--policy standard|strict] [--tokens-out FILE] [--group-seed N] [--prf-seed N]
//! [--tokens N] [--h-shift TENTHS] [--allow-repeats]`: the library's evaluation, printed as JSON. With
//! `--invented SEED,PERSONS,REPEAT%,ERRORS%,UNKNOWN%` in place of DIR the records are generated, with names that no
//! table has; with `--pairs-out FILE` instead: every candidate pair of persons with its weight and whether it was
//! declared, one a line, for looking at what goes wrong.

use std::path::Path;
use std::process::ExitCode;

use sigilo::evaluate::synthetic::{self, Recipe};
use sigilo::evaluate::{Options, Report, decide, judge, read, run};
use sigilo::matching::score::Model;
use sigilo::matching::tokens::Policy;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let mut dir = String::new();
    let mut pairs_out = String::new();
    let mut invented = String::new();
    let mut options = Options::default();
    while let Some(arg) = args.next() {
        let mut value = || args.next().unwrap_or_default();
        match arg.as_str() {
            "--policy" => {
                options.policy = match value().as_str() {
                    "standard" => Policy::Standard,
                    _ => Policy::Strict,
                }
            }
            "--tokens-out" => options.tokens_out = Some(value().into()),
            "--group-seed" => options.group_seed = value().parse().unwrap_or(0),
            "--prf-seed" => options.prf_seed = value().parse().unwrap_or(0),
            "--tokens" => options.tokens = value().parse().unwrap_or(0),
            "--withheld" => options.withheld = value().parse().ok(),
            "--h-shift" => options.h_shift = value().parse().unwrap_or(0),
            "--invented" => invented = value(),
            "--pairs-out" => pairs_out = value(),
            "--allow-repeats" => options.allow_repeats = true,
            _ => dir = arg,
        }
    }
    if !pairs_out.is_empty() {
        return match write_pairs(Path::new(&dir), &options, &pairs_out) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        };
    }
    if !invented.is_empty() {
        let report = of_invented(&invented, &options);
        println!("{}", serde_json::to_string(&report).unwrap_or_default());
        return ExitCode::SUCCESS;
    }
    match run(Path::new(&dir), &options) {
        Ok(report) => {
            println!("{}", serde_json::to_string(&report).unwrap_or_default());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn write_pairs(
    dir: &Path,
    options: &Options,
    file: &str,
) -> Result<(), Box<dyn std::error::Error>> {
    let sites = read::sites(dir)?;
    let round = decide(&sites, options, Model::shipped());
    let mut out = String::new();
    for ((pair, weight), inputs) in round.pairs.iter().zip(&round.weights).zip(&round.inputs) {
        let ids = |person: u32| -> String {
            let local = &round.locals[person as usize];
            let site = &sites[local.site as usize];
            let ids = local
                .records
                .iter()
                .map(|r| format!("{}/{}", site.name, site.ids[*r as usize]));
            ids.collect::<Vec<_>>().join("+")
        };
        let declared = round.clusters[pair.a as usize] == round.clusters[pair.b as usize];
        out.push_str(&format!(
            "{}\t{}\t{weight}\t{}\t{declared}\t{inputs:?}\n",
            ids(pair.a),
            ids(pair.b),
            pair.shared
        ));
    }
    std::fs::write(file, out)?;
    Ok(())
}

fn of_invented(text: &str, options: &Options) -> Report {
    let numbers: Vec<u32> = text.split(',').map(|n| n.parse().unwrap_or(0)).collect();
    let at = |i: usize| numbers.get(i).copied().unwrap_or(0);
    let share = |i: usize| f64::from(at(i)) / 100.0;
    let (sites, truth) = synthetic::network(&Recipe {
        seed: u64::from(at(0)),
        persons: at(1) as usize,
        sites: 12,
        repeat: share(2),
        errors: share(3),
        unknown_names: share(4),
        ..Recipe::default()
    });
    let round = decide(&sites, options, Model::shipped());
    judge(&sites, &round, &truth)
}
