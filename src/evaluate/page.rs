//! The report of an evaluation as one page: no script, nothing from elsewhere, made to be printed.

use std::fmt::Write as _;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Report;
use super::curve::{Point, TOKENS};
use crate::i18n::{Message, Messages};

const STYLE: &str = include_str!("page.css");

/// The page in the language of `messages`. `points` is the curve of [`super::curve::discovery`].
pub fn page(report: &Report, points: &[Point], messages: &Messages) -> String {
    let lang = messages.lang();
    let t = |id| messages.text(id);
    let figure = |id, drawn: String| {
        html! {
            figure {
                figcaption { (t(id)) }
                (PreEscaped(drawn))
            }
        }
    };
    let markup = html! {
        (DOCTYPE)
        html lang=(lang.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy"
                    content="default-src 'none'; style-src 'unsafe-inline'";
                title { (t("evaluate-page-title")) }
                style { (PreEscaped(STYLE)) }
            }
            body { main {
                h1 { (t("evaluate-page-title")) }
                p { (messages.say(&data(report))) }
                (headline(report, messages))
                h2 { (t("evaluate-page-curves")) }
                (figure("evaluate-page-discovery", discovery(points, report)))
                p.key { @for (i, tokens) in TOKENS.iter().enumerate() {
                    span class=(format!("k{i}")) {
                        (messages.say(&Message::new("evaluate-page-tokens").with("tokens", *tokens)))
                    }
                } }
                (figure("evaluate-page-thresholds", thresholds(report)))
                (figure("evaluate-page-weights", weights(report)))
                p.key {
                    span.k0 { (t("evaluate-page-matches")) }
                    span.k1 { (t("evaluate-page-others")) }
                }
                h2 { (t("evaluate-page-lost")) }
                p { (t("evaluate-page-lost-lead")) }
                (lost(report, messages))
                p.small { (t("evaluate-stand-in")) }
            } }
        }
    };
    markup.into_string()
}

fn data(report: &Report) -> Message {
    Message::new("evaluate-data")
        .with("records", report.records)
        .with("sites", report.sites)
        .with("pairs", report.true_pairs)
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

fn headline(report: &Report, messages: &Messages) -> Markup {
    let between = |[value, low, high]: [f64; 3]| {
        format!("{} ({} – {})", percent(value), percent(low), percent(high))
    };
    let rows = [
        ("evaluate-page-precision", percent(report.decided.precision)),
        (
            "evaluate-page-estimated",
            between(report.estimate.precision),
        ),
        ("evaluate-page-recall", percent(report.decided.recall)),
        ("evaluate-page-estimated", between(report.estimate.recall)),
        ("evaluate-page-f1", format!("{:.3}", report.decided.f1)),
        ("evaluate-page-best", format!("{:.3}", report.best.f1)),
        ("evaluate-page-found", percent(report.discover.recall)),
        (
            "evaluate-page-degree",
            format!(
                "{:.3} (p99 {})",
                report.discover.non_match_degree, report.discover.degree_p99
            ),
        ),
    ];
    html! { table.head { tbody { @for (id, value) in rows {
        tr { th scope="row" { (messages.text(id)) } td { (value) } }
    } } } }
}

fn lost(report: &Report, messages: &Messages) -> Markup {
    let share = |n: usize, of: usize| percent(n as f64 / of.max(1) as f64);
    html! {
        table {
            thead { tr {
                th scope="col" { (messages.text("evaluate-page-difference")) }
                th scope="col" { (messages.text("evaluate-page-pairs")) }
                th scope="col" { (messages.text("evaluate-page-found-short")) }
                th scope="col" { (messages.text("evaluate-page-declared")) }
            } }
            tbody { @for row in &report.lost {
                tr {
                    th scope="row" {
                        (messages.text(row.difference.message_id()))
                    }
                    td { (row.pairs) }
                    td { (share(row.discovered, row.pairs)) }
                    td { (share(row.declared, row.pairs)) }
                }
            } }
        }
    }
}

/// Width and height of a drawing, and its margins, in its own units.
const SIZE: (f64, f64) = (640.0, 300.0);
const MARGIN: (f64, f64) = (48.0, 30.0);

/// A drawing with axes: `x` and `y` from 0 to 1 inside it, y upwards.
struct Drawing(String);

impl Drawing {
    fn new(x_marks: &[(f64, String)], y_marks: &[(f64, String)]) -> Self {
        let mut out = format!("<svg viewBox=\"0 0 {} {}\" role=\"img\">", SIZE.0, SIZE.1);
        for (at, label) in x_marks {
            let (x, y) = place(*at, 0.0);
            let _ = write!(
                out,
                "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{label}</text>",
                y + 18.0
            );
        }
        for (at, label) in y_marks {
            let (x, y) = place(0.0, *at);
            let (right, _) = place(1.0, *at);
            let _ = write!(
                out,
                "<line class=\"grid\" x1=\"{x:.1}\" y1=\"{y:.1}\" x2=\"{right:.1}\" y2=\"{y:.1}\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
                x - 6.0,
                y + 4.0
            );
        }
        Self(out)
    }

    fn line(&mut self, class: &str, points: &[(f64, f64)]) {
        let list: Vec<String> = points
            .iter()
            .map(|(x, y)| {
                let (x, y) = place(*x, *y);
                format!("{x:.1},{y:.1}")
            })
            .collect();
        let _ = write!(
            self.0,
            "<polyline class=\"{class}\" points=\"{}\"/>",
            list.join(" ")
        );
        for (x, y) in points {
            self.dot(class, *x, *y, 2.5);
        }
    }

    fn dot(&mut self, class: &str, x: f64, y: f64, radius: f64) {
        let (x, y) = place(x, y);
        let _ = write!(
            self.0,
            "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\"/>"
        );
    }

    fn bar(&mut self, class: &str, x: f64, width: f64, height: f64) {
        let ((left, top), (right, bottom)) = (place(x, height), place(x + width, 0.0));
        let _ = write!(
            self.0,
            "<rect class=\"{class}\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>",
            right - left,
            bottom - top
        );
    }

    fn done(mut self) -> String {
        self.0.push_str("</svg>");
        self.0
    }
}

fn place(x: f64, y: f64) -> (f64, f64) {
    let inside = (SIZE.0 - MARGIN.0 - 10.0, SIZE.1 - MARGIN.1 - 10.0);
    (
        MARGIN.0 + x.clamp(0.0, 1.0) * inside.0,
        10.0 + (1.0 - y.clamp(0.0, 1.0)) * inside.1,
    )
}

/// Marks from `low` to `high` for an axis of that range.
fn marks(low: f64, high: f64, count: usize, digits: usize) -> Vec<(f64, String)> {
    (0..=count)
        .map(|i| {
            let at = i as f64 / count.max(1) as f64;
            (at, format!("{:.digits$}", low + at * (high - low)))
        })
        .collect()
}

/// Recall against degree (logarithmic, 0.01 to 100), one line for each number of tokens; the round
/// itself is the large dot.
fn discovery(points: &[Point], report: &Report) -> String {
    let x = |degree: f64| (degree.max(0.01).log10() + 2.0) / 4.0;
    let x_marks: Vec<(f64, String)> = [0.01, 0.1, 1.0, 10.0, 100.0]
        .iter()
        .map(|d| (x(*d), format!("{d}")))
        .collect();
    let lowest = points.iter().map(|p| p.recall).fold(1.0, f64::min);
    let low = (lowest * 10.0).floor() / 10.0;
    let y = |recall: f64| (recall - low) / (1.0 - low).max(1e-9);
    let mut drawing = Drawing::new(&x_marks, &marks(low, 1.0, 5, 2));
    for (i, tokens) in TOKENS.iter().enumerate() {
        let line: Vec<(f64, f64)> = points
            .iter()
            .filter(|p| p.tokens == *tokens)
            .map(|p| (x(p.degree), y(p.recall)))
            .collect();
        drawing.line(&format!("k{i}"), &line);
    }
    let d = &report.discover;
    drawing.dot("here", x(d.non_match_degree), y(d.recall), 6.0);
    drawing.done()
}

/// Precision against recall over all thresholds; the decision itself is the large dot.
fn thresholds(report: &Report) -> String {
    let marks = marks(0.0, 1.0, 5, 1);
    let mut drawing = Drawing::new(&marks, &marks);
    let line: Vec<(f64, f64)> = report
        .thresholds
        .iter()
        .map(|d| (d.recall, d.precision))
        .collect();
    drawing.line("k2", &line);
    drawing.dot("here", report.decided.recall, report.decided.precision, 6.0);
    drawing.done()
}

/// Candidate pairs by weight, on a logarithmic scale.
fn weights(report: &Report) -> String {
    let top = report
        .weights
        .iter()
        .map(|b| b.matches.max(b.others))
        .max()
        .unwrap_or(1);
    let decades = (top.max(10) as f64).log10().ceil();
    let height = |n: usize| (n as f64 + 1.0).log10() / decades;
    let x = |nats: i32| f64::from(nats + 12) / 24.0;
    let x_marks: Vec<(f64, String)> = (-12..=12)
        .step_by(4)
        .map(|n| (x(n), n.to_string()))
        .collect();
    let y_marks: Vec<(f64, String)> = (0..=decades as i32)
        .map(|d| (f64::from(d) / decades, format!("10^{d}")))
        .collect();
    let mut drawing = Drawing::new(&x_marks, &y_marks);
    for bin in &report.weights {
        drawing.bar("k1", x(bin.from) + 0.002, 0.018, height(bin.others));
        drawing.bar("k0", x(bin.from) + 0.021, 0.018, height(bin.matches));
    }
    drawing.done()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::differences::ALL;
    use crate::evaluate::synthetic::{self, Recipe};
    use crate::evaluate::{Options, curve, decide, judge};
    use crate::i18n::Lang;
    use crate::matching::score::Model;

    #[test]
    fn the_page_is_whole_in_both_languages_and_asks_nothing_of_anybody() {
        let recipe = Recipe {
            persons: 150,
            sites: 3,
            repeat: 0.4,
            ..Recipe::default()
        };
        let (sites, truth) = synthetic::network(&recipe);
        let options = Options {
            tokens: 16,
            ..Options::default()
        };
        let round = decide(&sites, &options, Model::shipped());
        let report = judge(&sites, &round, &truth);
        let points = [curve::Point {
            tokens: 64,
            h_bits: 10.0,
            recall: 0.9,
            degree: 0.3,
        }];
        for lang in [Lang::Es, Lang::En] {
            let messages = Messages::new(lang);
            let page = page(&report, &points, &messages);
            assert!(page.contains("<svg") && page.ends_with("</html>"));
            assert!(!page.contains("<script") && !page.contains("://"));
            assert!(!page.contains("evaluate-"), "a text is missing");
            for d in ALL {
                assert_ne!(messages.text(d.message_id()), d.message_id());
            }
        }
    }
}
