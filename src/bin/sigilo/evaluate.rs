//! Measuring the matching on data whose truth is known.

use sigilo::evaluate::page::page;
use sigilo::evaluate::{Error, Options, Report, discovery, run};
use sigilo::i18n::{Localize as _, Message};
use sigilo::matching::score::Model;
use sigilo::matching::tokens::Policy;

use crate::app::App;
use crate::cli::{Evaluate, PolicyArg};
use crate::failure::{FAILED, Failure};

pub(crate) fn evaluate(app: &App, args: &Evaluate) -> Result<u8, Failure> {
    let options = Options {
        policy: match args.policy {
            PolicyArg::Standard => Policy::Standard,
            PolicyArg::Strict => Policy::Strict,
        },
        group_seed: args.group_seed,
        prf_seed: args.prf_seed,
        tokens_out: args.tokens_out.clone(),
        ..Options::default()
    };
    let failed = |e: Error| Failure::new(FAILED, e.message());
    let report = run(&args.dir, &options, Model::shipped()).map_err(failed)?;
    if app.json() {
        // Numbers and fixed names only: it always has a JSON form.
        app.print_json(&serde_json::to_value(&report).unwrap_or_default());
    } else {
        print(app, &report);
    }
    if let Some(file) = &args.report {
        let points = discovery(&args.dir, &options).map_err(failed)?;
        let page = page(&report, &points, app.messages());
        crate::files::replace(file, page.as_bytes())
            .map_err(|e| failed(Error::Io(file.clone(), e)))?;
        let wrote = Message::new("evaluate-report-wrote").with("file", file.display().to_string());
        app.note(&wrote);
    }
    Ok(0)
}

fn print(app: &App, report: &Report) {
    let number = |x: f64| format!("{x:.3}");
    let lines = [
        Message::new("evaluate-data")
            .with("records", report.records)
            .with("sites", report.sites)
            .with("pairs", report.true_pairs),
        Message::new("evaluate-tokens")
            .with("tokens", report.tokens_per_person)
            .with("bits", format!("{:.1}", report.h_bits)),
        Message::new("evaluate-discover")
            .with("pairs", report.discover.candidate_pairs)
            .with("recall", number(report.discover.recall))
            .with("degree", number(report.discover.non_match_degree))
            .with("p99", report.discover.degree_p99),
        Message::new("evaluate-final")
            .with("precision", number(report.decided.precision))
            .with("recall", number(report.decided.recall))
            .with("f1", number(report.decided.f1)),
        Message::new("evaluate-best").with("f1", number(report.best.f1)),
        estimated(report),
        Message::new("evaluate-seconds")
            .with("encode", number(report.seconds.encode))
            .with("join", number(report.seconds.join))
            .with("compare", number(report.seconds.compare))
            .with("score", number(report.seconds.score)),
        Message::new("evaluate-stand-in"),
    ];
    for row in &report.lost {
        let kind = Message::new(row.difference.message_id());
        let share = |n: usize| number(n as f64 / row.pairs.max(1) as f64);
        let line = Message::new("evaluate-lost")
            .with("difference", app.text(&kind))
            .with("pairs", row.pairs)
            .with("found", share(row.discovered))
            .with("declared", share(row.declared));
        app.print(&app.text(&line));
    }
    for line in &lines {
        app.print(&app.text(line));
    }
}

fn estimated(report: &Report) -> Message {
    let number = |x: f64| format!("{x:.3}");
    let ([p, plow, phigh], [r, rlow, rhigh]) = (report.estimate.precision, report.estimate.recall);
    Message::new("evaluate-estimated")
        .with("precision", number(p))
        .with("plow", number(plow))
        .with("phigh", number(phigh))
        .with("recall", number(r))
        .with("rlow", number(rlow))
        .with("rhigh", number(rhigh))
}
