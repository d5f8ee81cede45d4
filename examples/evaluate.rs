//! `evaluate DIR [--policy standard|strict] [--tokens-out FILE] [--group-seed N] [--prf-seed N]
//! [--tokens N] [--h-shift TENTHS] [--allow-repeats] [--model FILE]`: the library's evaluation, printed as JSON. With
//! `--invented SEED,PERSONS,REPEAT%,ERRORS%,UNKNOWN%` in place of DIR the records are generated, with names that no
//! table has; `--csv-out FOLDER` writes them and the truth for other programs. With `--pairs-out FILE`: every candidate
//! pair of persons with its weight and whether it was declared, one a line, for looking at what goes wrong.

use std::path::Path;
use std::process::ExitCode;

use sigilo::evaluate::read::{self, SiteRecords};
use sigilo::evaluate::synthetic::{self, Recipe};
use sigilo::evaluate::{Options, decide, judge, run};
use sigilo::matching::score::Model;
use sigilo::matching::tokens::Policy;
use sigilo::matching::{PartialDate, Sex};

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let mut dir = String::new();
    let mut pairs_out = String::new();
    let mut invented = String::new();
    let mut csv_out = String::new();
    let mut model = Model::shipped().clone();
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
            "--csv-out" => csv_out = value(),
            "--model" => match read_model(&value()) {
                Ok(read) => model = read,
                Err(error) => return failed(&*error),
            },
            "--pairs-out" => pairs_out = value(),
            "--allow-repeats" => options.allow_repeats = true,
            _ => dir = arg,
        }
    }
    if !pairs_out.is_empty() {
        return match write_pairs(Path::new(&dir), &options, &model, &pairs_out) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(&*error),
        };
    }
    if !invented.is_empty() {
        let (sites, truth) = synthetic::network(&recipe(&invented));
        if !csv_out.is_empty() {
            return match write_csv(Path::new(&csv_out), &sites, &truth) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => failed(&error),
            };
        }
        let round = decide(&sites, &options, &model);
        let report = judge(&sites, &round, &truth);
        println!("{}", serde_json::to_string(&report).unwrap_or_default());
        return ExitCode::SUCCESS;
    }
    match run(Path::new(&dir), &options, &model) {
        Ok(report) => {
            println!("{}", serde_json::to_string(&report).unwrap_or_default());
            ExitCode::SUCCESS
        }
        Err(error) => failed(&error),
    }
}

fn failed(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("{error}");
    ExitCode::FAILURE
}

fn read_model(file: &str) -> Result<Model, Box<dyn std::error::Error>> {
    Ok(Model::parse(&std::fs::read_to_string(file)?)?)
}

fn write_pairs(
    dir: &Path,
    options: &Options,
    model: &Model,
    file: &str,
) -> Result<(), Box<dyn std::error::Error>> {
    let sites = read::sites(dir)?;
    let round = decide(&sites, options, model);
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

/// Numbers of `--invented`; what is not given is as usual.
fn recipe(text: &str) -> Recipe {
    let numbers: Vec<u32> = text.split(',').map(|n| n.parse().unwrap_or(0)).collect();
    let at = |i: usize| numbers.get(i).copied().unwrap_or(0);
    let share = |i: usize| f64::from(at(i)) / 100.0;
    Recipe {
        seed: u64::from(at(0)),
        persons: at(1) as usize,
        sites: 12,
        repeat: share(2),
        errors: share(3),
        unknown_names: share(4),
        ..Recipe::default()
    }
}

/// Writes a file for each site and the truth, in the columns that `read` knows.
fn write_csv(dir: &Path, sites: &[SiteRecords], truth: &synthetic::Truth) -> std::io::Result<()> {
    std::fs::create_dir_all(dir)?;
    let mut entities = String::from("site,local_id,entity_id\n");
    for ((site, id), entity) in truth {
        entities.push_str(&format!("{site},{id},{entity}\n"));
    }
    std::fs::write(dir.join(read::TRUTH), entities)?;
    for site in sites {
        let mut out = csv::Writer::from_path(dir.join(format!("{}.csv", site.name)))?;
        out.write_record([
            "local_id",
            "given_names",
            "paternal_surname",
            "maternal_surname",
            "sex",
            "date_of_birth",
            "nationality",
            "birth_state",
            "birth_municipality",
            "phone",
        ])?;
        for (id, r) in site.ids.iter().zip(&site.records) {
            let sex = match r.sex {
                Some(Sex::Female) => "F",
                Some(Sex::Male) => "M",
                Some(Sex::Other) => "X",
                None => "",
            };
            let birth = date(r.birth);
            out.write_record([
                id,
                &r.given_names,
                &r.paternal_surname,
                &r.maternal_surname,
                sex,
                &birth,
                &r.nationality,
                &r.state,
                &r.municipality,
                &r.phone,
            ])?;
        }
        out.flush()?;
    }
    Ok(())
}

/// A date as [`PartialDate::parse`] reads it.
fn date(date: PartialDate) -> String {
    let sign = if date.estimated { "~" } else { "" };
    match (date.year, date.month, date.day) {
        (Some(y), Some(m), Some(d)) => format!("{sign}{y:04}-{m:02}-{d:02}"),
        (Some(y), Some(m), None) => format!("{sign}{y:04}-{m:02}"),
        (Some(y), _, _) => format!("{sign}{y:04}"),
        _ => String::new(),
    }
}
