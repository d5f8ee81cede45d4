//! `evaluate DIR [--policy standard|strict] [--tokens-out FILE] [--group-seed N] [--prf-seed N]
//! [--tokens N] [--allow-repeats]`: the library's evaluation, printed as JSON.

use std::path::Path;
use std::process::ExitCode;

use sigilo::evaluate::{Options, run};
use sigilo::matching::tokens::Policy;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let mut dir = String::new();
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
            "--allow-repeats" => options.allow_repeats = true,
            _ => dir = arg,
        }
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
