//! The report of an evaluation as one page: no script, nothing from elsewhere, made to be printed.

use maud::{Markup, PreEscaped, html};

use super::Report;
use super::curve::{Point, TOKENS};
use crate::i18n::{Message, Messages};
use crate::page::svg::{Anchor, Canvas, Name};
use crate::page::{document, percent};

const STYLE: &str = include_str!("page.css");

/// The page in the language of `messages`. `points` is the curve of [`super::curve::discovery`].
pub fn page(report: &Report, points: &[Point], messages: &Messages) -> String {
    let t = |id| messages.text(id);
    // The caption names the drawing, the figures of the table describe it.
    let figure = |id: &str, desc: Message, draw: &dyn Fn(&Name<'_>) -> String| {
        let (title, desc) = (messages.text(id), messages.say(&desc));
        let name = Name {
            id: id.trim_start_matches("evaluate-page-"),
            title: &title,
            desc: &desc,
        };
        html! {
            figure {
                figcaption { (title) }
                (PreEscaped(draw(&name)))
            }
        }
    };
    let number = |x: f64| format!("{x:.3}");
    let found = Message::new("evaluate-discover")
        .with("pairs", report.discover.candidate_pairs)
        .with("recall", number(report.discover.recall))
        .with("degree", number(report.discover.non_match_degree))
        .with("p99", report.discover.degree_p99);
    let decided = Message::new("evaluate-final")
        .with("precision", number(report.decided.precision))
        .with("recall", number(report.decided.recall))
        .with("f1", number(report.decided.f1));
    let main = html! {
        h1 { (t("evaluate-page-title")) }
        p { (messages.say(&data(report))) }
        (headline(report, messages))
        h2 { (t("evaluate-page-curves")) }
        (figure("evaluate-page-discovery", found, &|name| discovery(name, points, report)))
        p.key { @for (i, tokens) in TOKENS.iter().enumerate() {
            span class=(format!("k{i}")) {
                (messages.say(&Message::new("evaluate-page-tokens").with("tokens", *tokens)))
            }
        } }
        (figure("evaluate-page-thresholds", decided, &|name| thresholds(name, report)))
        (figure("evaluate-page-weights", data(report), &|name| weights(name, report)))
        p.key {
            span.k0 { (t("evaluate-page-matches")) }
            span.k1 { (t("evaluate-page-others")) }
        }
        h2 { (t("evaluate-page-lost")) }
        p { (t("evaluate-page-lost-lead")) }
        (lost(report, messages))
        p.small { (t("evaluate-stand-in")) }
    };
    document(messages.lang(), &t("evaluate-page-title"), STYLE, &main)
}

fn data(report: &Report) -> Message {
    Message::new("evaluate-data")
        .with("records", report.records)
        .with("sites", report.sites)
        .with("pairs", report.true_pairs)
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
struct Drawing(Canvas);

impl Drawing {
    fn new(name: &Name<'_>, x_marks: &[(f64, String)], y_marks: &[(f64, String)]) -> Self {
        let mut canvas = Canvas::new(name, SIZE.0, SIZE.1);
        for (at, label) in x_marks {
            let (x, y) = place(*at, 0.0);
            canvas.text(x, y + 18.0, Anchor::Middle, "soft", label);
        }
        for (at, label) in y_marks {
            let (x, y) = place(0.0, *at);
            let (right, _) = place(1.0, *at);
            canvas.line("grid", (x, y), (right, y));
            canvas.text(x - 6.0, y + 4.0, Anchor::End, "soft", label);
        }
        Self(canvas)
    }

    fn line(&mut self, class: &str, points: &[(f64, f64)]) {
        let placed: Vec<(f64, f64)> = points.iter().map(|(x, y)| place(*x, *y)).collect();
        self.0.polyline(class, &placed);
        for at in placed {
            self.0.dot(class, at, 2.5);
        }
    }

    fn dot(&mut self, class: &str, x: f64, y: f64, radius: f64) {
        self.0.dot(class, place(x, y), radius);
    }

    fn bar(&mut self, class: &str, x: f64, width: f64, height: f64) {
        let ((left, top), (right, bottom)) = (place(x, height), place(x + width, 0.0));
        let size = (right - left, bottom - top);
        self.0.rect(class, (left, top), size, None);
    }

    fn done(self) -> String {
        self.0.done()
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
fn discovery(name: &Name<'_>, points: &[Point], report: &Report) -> String {
    let x = |degree: f64| (degree.max(0.01).log10() + 2.0) / 4.0;
    let x_marks: Vec<(f64, String)> = [0.01, 0.1, 1.0, 10.0, 100.0]
        .iter()
        .map(|d| (x(*d), format!("{d}")))
        .collect();
    let lowest = points.iter().map(|p| p.recall).fold(1.0, f64::min);
    let low = (lowest * 10.0).floor() / 10.0;
    let y = |recall: f64| (recall - low) / (1.0 - low).max(1e-9);
    let mut drawing = Drawing::new(name, &x_marks, &marks(low, 1.0, 5, 2));
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
fn thresholds(name: &Name<'_>, report: &Report) -> String {
    let marks = marks(0.0, 1.0, 5, 1);
    let mut drawing = Drawing::new(name, &marks, &marks);
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
fn weights(name: &Name<'_>, report: &Report) -> String {
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
    let mut drawing = Drawing::new(name, &x_marks, &y_marks);
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
