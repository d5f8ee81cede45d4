//! `evaluate DIR [--policy standard|strict] [--tokens-out FILE] [--group-seed N] [--prf-seed N]
//! [--tokens N] [--allow-repeats]`: the library's evaluation, printed as JSON. With
//! `--pairs-out FILE` instead: every candidate pair of persons with its weight and whether it was
//! declared, one a line, for looking at what goes wrong on invented data.

use std::path::Path;
use std::process::ExitCode;

use sigilo::evaluate::{Options, decide, read, run};
use sigilo::matching::score::Model;
use sigilo::matching::tokens::Policy;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let mut dir = String::new();
    let mut pairs_out = String::new();
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
