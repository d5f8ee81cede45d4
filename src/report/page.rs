//! The figures as one page in both languages: no script, nothing from elsewhere, a table beside every
//! picture.

use maud::{Markup, PreEscaped, html};

use super::{Figures, Past, Shown};
use crate::codec::to_hex;
use crate::counts::{Attribute, Cell, Estimate, Lists, Overlap, Published, Table};
use crate::i18n::{Lang, Localize, Message, Messages};
use crate::matching::score::STEPS;
use crate::page::svg::{self, Bar, Column, Fill, Name, Range, Stack};
use crate::page::{document, number, percent};
use crate::record::Kind;
use crate::round::Time;
use crate::round::agreement::{Field, How};

const STYLE: &str = include_str!("page.css");

/// Most rounds that are drawn beside each other; the table has all.
const ROUNDS_DRAWN: usize = 8;

/// The page: Spanish first, English behind a link.
pub fn page(figures: &Figures) -> String {
    let articles = [Lang::Es, Lang::En].map(|lang| {
        let messages = Messages::new(lang);
        Page {
            f: figures,
            lang,
            m: &messages,
        }
        .article()
    });
    let title = Messages::new(Lang::Es).text("report-title");
    let main = html! { @for article in &articles { (article) } };
    document(Lang::Es, &title, STYLE, &main)
}

struct Page<'a> {
    f: &'a Figures,
    lang: Lang,
    m: &'a Messages,
}

/// How a number of houses is called, by its word in files.
fn on_lists(word: &str) -> &'static str {
    match word {
        "2" => "report-lists-two",
        "3+" => "report-lists-three",
        _ => "report-lists-more",
    }
}

impl Page<'_> {
    fn t(&self, id: &str) -> String {
        self.m.text(id)
    }

    fn say(&self, what: &impl Localize) -> String {
        self.m.say(what)
    }

    /// An id in this language's part of the document.
    fn id(&self, id: &str) -> String {
        format!("{}-{id}", self.lang.code())
    }

    fn shown(&self, n: Shown) -> String {
        match n {
            Shown::Exactly(n) => number(n),
            Shown::Under(k) => self.say(&Message::new("report-under").with("count", k)),
            Shown::Between(a, b) => self.between(a, b),
        }
    }

    fn between(&self, low: u64, high: u64) -> String {
        let message = Message::new("report-between");
        self.say(&message.with("low", number(low)).with("high", number(high)))
    }

    fn percents(&self, [low, value, high]: [f64; 3]) -> String {
        let digits = |share: f64| format!("{:.1}", 100.0 * share);
        let message = Message::new("report-share")
            .with("value", percent(value))
            .with("low", digits(low))
            .with("high", digits(high));
        self.say(&message)
    }

    /// A number of persons with its interval.
    fn estimate(&self, e: &Estimate) -> String {
        if e.low == e.high {
            return number(e.value);
        }
        let message = Message::new("report-estimate")
            .with("value", number(e.value))
            .with("low", number(e.low))
            .with("high", number(e.high));
        self.say(&message)
    }

    fn section(&self, id: &str, body: &Markup) -> Markup {
        let head = self.id(id);
        html! {
            section aria-labelledby=(head) {
                h2 id=(head) { (self.t(&format!("report-{id}"))) }
                (body)
            }
        }
    }

    /// A drawing; `desc` says in words what it shows. It has a `caption` unless a heading says the same.
    fn figure(
        &self,
        id: &str,
        caption: bool,
        title: &str,
        desc: &str,
        draw: impl Fn(&Name<'_>) -> String,
    ) -> Markup {
        let id = self.id(&format!("{id}-picture"));
        let name = Name {
            id: &id,
            title,
            desc,
        };
        html! {
            figure {
                @if caption { figcaption { (title) } }
                (PreEscaped(draw(&name)))
            }
        }
    }

    /// A table of rows with one value. Behind a picture its caption repeats what is seen, and is there
    /// for who hears it.
    fn pairs_table(&self, caption: &str, head: [&str; 2], rows: &[(String, String)]) -> Markup {
        html! {
            table {
                caption { span.unseen { (caption) } }
                thead { tr { @for id in head { th scope="col" { (self.t(id)) } } } }
                tbody { @for (label, value) in rows {
                    tr { th scope="row" { (label) } td { (value) } }
                } }
            }
        }
    }

    fn article(&self) -> Markup {
        let (code, other) = match self.lang {
            Lang::Es => ("es", "en"),
            Lang::En => ("en", "es"),
        };
        let lead = Message::new("report-lead").with("houses", self.f.this.houses);
        html! {
            article id=(code) lang=(code) {
                header {
                    p.other { a href=(format!("#{other}")) hreflang=(other) lang=(other) {
                        (self.t("report-other"))
                    } }
                    h1 { (self.t("report-title")) }
                    p.purpose { (self.f.draft.purpose) }
                    p.lead { (self.say(&lead)) }
                }
                (self.keys())
                (self.persons())
                @if let Some(counts) = &self.f.counts {
                    (self.overlap(&counts.overlap))
                    (self.counts(counts))
                }
                (self.quality())
                (self.weights())
                (self.agreement())
                (self.leakage())
                (self.time())
                (self.how())
                (self.limits())
                (self.check())
            }
        }
    }

    fn keys(&self) -> Markup {
        let this = &self.f.this;
        let houses = Message::new("report-of")
            .with("part", this.houses)
            .with("whole", self.f.houses_named);
        let exact = self.f.counts.as_ref().map(|c| c.persons);
        let rows = [
            (
                "report-key-persons",
                self.shown(this.persons),
                exact.map(|e| self.between(e.low, e.high)),
            ),
            ("report-key-local", self.shown(this.local_persons), None),
            ("report-key-records", self.shown(this.records), None),
            ("report-key-houses", self.say(&houses), None),
        ];
        html! {
            dl.keys { @for (id, value, more) in rows {
                div {
                    dt { (self.t(id)) }
                    dd { (value) @if let Some(more) = more { small { (more) } } }
                }
            } }
        }
    }

    fn persons(&self) -> Markup {
        let this = &self.f.this;
        let rows = [
            ("report-key-records", this.records),
            ("report-key-local", this.local_persons),
            ("report-key-persons", this.persons),
        ];
        let bars: Vec<Bar> = rows
            .iter()
            .map(|(id, n)| Bar {
                label: self.t(id),
                shown: self.shown(*n),
                value: n.exact().map(|n| n as f64),
                interval: match n {
                    Shown::Between(low, high) => Some((*low as f64, *high as f64)),
                    _ => None,
                },
            })
            .collect();
        let cells: Vec<(String, String)> = rows
            .iter()
            .map(|(id, n)| (self.t(id), self.shown(*n)))
            .collect();
        let desc = cells
            .iter()
            .map(|(label, value)| format!("{label}: {value}."))
            .collect::<Vec<_>>()
            .join(" ");
        let title = self.t("report-persons-title");
        self.section(
            "persons",
            &html! {
                p { (self.t("report-persons-text")) }
                (self.figure("persons", true, &title, &desc, |name| svg::bars(name, &bars, None)))
                (self.pairs_table(&title, ["report-what", "report-number"], &cells))
                @if !self.f.houses.is_empty() { (self.houses()) }
            },
        )
    }

    fn houses(&self) -> Markup {
        html! {
            h3 { (self.t("report-houses")) }
            table {
                caption { (self.t("report-houses-text")) }
                thead { tr {
                    th scope="col" { (self.t("report-house")) }
                    th scope="col" { (self.t("report-key-records")) }
                    th scope="col" { (self.t("report-key-local")) }
                } }
                tbody { @for house in &self.f.houses {
                    tr {
                        th scope="row" { (house.name) }
                        @match house.totals {
                            Some((records, persons)) => {
                                td { (self.shown(records)) } td { (self.shown(persons)) }
                            }
                            None => {
                                td.held colspan="2" {
                                    (self.t(if house.present { "report-withheld" } else { "report-absent" }))
                                }
                            }
                        }
                    }
                } }
            }
        }
    }

    fn bar(&self, label: String, cell: Option<&Estimate>) -> Bar {
        Bar {
            label,
            shown: cell.map_or_else(|| self.t("report-withheld"), |e| number(e.value)),
            value: cell.map(|e| e.value as f64),
            interval: cell.map(|e| (e.low as f64, e.high as f64)),
        }
    }

    /// Bars and a table of the same rows.
    fn drawn(&self, id: &str, title: &str, rows: &[(String, Option<Estimate>)]) -> Markup {
        let bars: Vec<Bar> = rows
            .iter()
            .map(|(label, e)| self.bar(label.clone(), e.as_ref()))
            .collect();
        let cells: Vec<(String, String)> = rows
            .iter()
            .map(|(label, e)| {
                let cell = e.map_or_else(|| self.t("report-withheld"), |e| self.estimate(&e));
                (label.clone(), cell)
            })
            .collect();
        let desc = self.t("report-bars-desc");
        html! {
            @if bars.iter().any(|b| b.value > Some(0.0)) {
                (self.figure(id, false, title, &desc, |name| svg::bars(name, &bars, None)))
            }
            (self.pairs_table(title, ["report-what", "report-persons-interval"], &cells))
        }
    }

    fn overlap(&self, overlap: &Overlap) -> Markup {
        let row = |id, e: &Estimate| (self.t(id), Some(*e));
        let rows = match &overlap.by_lists {
            Lists::Three([one, two, three]) => vec![
                row("report-lists-one", one),
                row("report-lists-two", two),
                row("report-lists-three", three),
            ],
            Lists::Two([one, more]) => {
                vec![row("report-lists-one", one), row("report-lists-more", more)]
            }
            Lists::Suppressed => Vec::new(),
        };
        let title = self.t("report-overlap-title");
        self.section(
            "overlap",
            &html! {
                p { (self.t("report-overlap-text")) }
                @if rows.is_empty() {
                    p { (self.t("report-overlap-none")) }
                } @else {
                    (self.drawn("overlap", &title, &rows))
                }
                @if !overlap.groups.is_empty() {
                    h3 { (self.t("report-groups")) }
                    table {
                        caption { (self.t("report-groups-text")) }
                        thead { tr {
                            th scope="col" { (self.t("report-group")) }
                            th scope="col" { (self.t("report-group-houses")) }
                            th.words scope="col" { (self.t("report-group-lists")) }
                            th scope="col" { (self.t("report-persons-interval")) }
                        } }
                        tbody {
                            @for group in &overlap.groups {
                                @for (word, cell) in group.several.lines() {
                                    tr {
                                        th scope="row" { (group.name) }
                                        td { (group.sites) }
                                        td.words { (self.t(on_lists(word))) }
                                        (self.cell(&cell))
                                    }
                                }
                            }
                            @if let Some(between) = &overlap.between {
                                tr {
                                    th scope="row" colspan="3" { (self.t("report-groups-between")) }
                                    (self.cell(between))
                                }
                            }
                        }
                    }
                }
                h3 { (self.t("report-hidden")) }
                p { (self.t("report-hidden-text")) }
                @if overlap.hidden.is_empty() {
                    p { (self.t("report-hidden-none")) }
                } @else {
                    (self.pairs_table(
                        &self.t("report-hidden-title"),
                        ["report-model", "report-persons-interval"],
                        &overlap.hidden.iter()
                            .map(|h| (self.say(&h.model), self.estimate(&h.all)))
                            .collect::<Vec<_>>(),
                    ))
                    p.small { (self.t("report-hidden-limits")) }
                }
            },
        )
    }

    /// A cell with its interval below the number, so that many fit beside each other.
    fn narrow(&self, cell: &Cell) -> Markup {
        html! { @match cell.estimate() {
            Some(e) => td { (number(e.value)) small { (number(e.low)) "–" (number(e.high)) } },
            None => td.held { (self.t("report-withheld")) },
        } }
    }

    fn cell(&self, cell: &Cell) -> Markup {
        html! { @match cell.estimate() {
            Some(e) => td { (self.estimate(&e)) },
            None => td.held { (self.t("report-withheld")) },
        } }
    }

    fn counts(&self, counts: &Published) -> Markup {
        let text = Message::new("report-counts-text")
            .with("min", u64::from(counts.min_cell))
            .with(
                "epsilon",
                decimals(f64::from(counts.epsilon_milli) / 1000.0),
            );
        self.section(
            "counts",
            &html! {
                p { (self.say(&text)) }
                @if counts.tables.is_empty() { p { (self.t("report-counts-none")) } }
                @for table in &counts.tables {
                    h3 { (self.say(&table.id)) }
                    @match table.id.columns() {
                        None => (self.simple(table)),
                        Some(columns) => (self.crossing(table, columns)),
                    }
                    @if !table.id.adds_up() { p.small { (self.t("report-counts-several")) } }
                }
                @if counts.invalid > 0 {
                    p { (self.say(&Message::new("report-counts-invalid").with("count", counts.invalid))) }
                }
            },
        )
    }

    fn simple(&self, table: &Table) -> Markup {
        let attribute = table.id.rows();
        let rows: Vec<(String, Option<Estimate>)> = (0..attribute.len())
            .map(|i| {
                let cell = table.cell(i, 0).and_then(Cell::estimate);
                (self.say(&attribute.label(i)), cell)
            })
            .collect();
        self.drawn(table.id.word(), &self.say(&table.id), &rows)
    }

    /// A crossing as a table with the longer attribute downwards, so that it fits a telephone.
    fn crossing(&self, table: &Table, columns: Attribute) -> Markup {
        let across = table.id.rows();
        let title = self.say(&table.id);
        html! {
            div.wide role="region" aria-label=(title) tabindex="0" {
                table {
                    caption { (self.t("report-crossing")) }
                    thead { tr {
                        th scope="col" { (self.say(&columns)) }
                        @for i in 0..across.len() { th scope="col" { (self.say(&across.label(i))) } }
                    } }
                    tbody { @for row in 0..columns.len() {
                        tr {
                            th scope="row" { (self.say(&columns.label(row))) }
                            @for column in 0..across.len() {
                                (self.narrow(table.cell(column, row).unwrap_or(&Cell::Suppressed)))
                            }
                        }
                    } }
                }
            }
        }
    }

    fn quality(&self) -> Markup {
        let this = &self.f.this;
        let rows = [
            ("report-precision", this.precision),
            ("report-recall", this.recall),
        ];
        let ranges: Vec<Range> = rows
            .iter()
            .map(|(id, [low, value, high])| Range {
                label: self.t(id),
                shown: percent(*value),
                low: *low,
                value: *value,
                high: *high,
            })
            .collect();
        let cells: Vec<(String, String)> = rows
            .iter()
            .map(|(id, v)| (self.t(id), self.percents(*v)))
            .collect();
        let title = self.t("report-quality-title");
        let desc = self.t("report-quality-desc");
        self.section(
            "quality",
            &html! {
                p { (self.t("report-quality-text")) }
                (self.figure("quality", true, &title, &desc, |name| svg::ranges(name, &ranges)))
                (self.pairs_table(&title, ["report-what", "report-share-interval"], &cells))
            },
        )
    }

    fn band(&self, step: usize) -> &'static str {
        let w = &self.f.weights;
        if step >= usize::from(w.matched_from) {
            "report-band-match"
        } else if step >= usize::from(w.possible_from) {
            "report-band-possible"
        } else {
            "report-band-no"
        }
    }

    fn weights(&self) -> Markup {
        let w = &self.f.weights;
        let shown = |n: u64| {
            if n > 0 || w.rounding == 1 {
                return number(n);
            }
            let few = Message::new("report-few").with("count", w.rounding.div_ceil(2));
            self.say(&few)
        };
        let columns: Vec<Column> = (0..STEPS)
            .zip(w.steps)
            .map(|(step, n)| Column {
                label: (step + 1).to_string(),
                shown: if n == 0 { shown(0) } else { number(n) },
                value: n as f64,
                interval: None,
                fill: match self.band(step) {
                    "report-band-match" => Fill::Solid,
                    "report-band-possible" => Fill::Hatched,
                    _ => Fill::Empty,
                },
            })
            .collect();
        let mut groups: Vec<(usize, String)> = Vec::new();
        for step in 0..STEPS {
            let label = self.t(self.band(step));
            match groups.last_mut() {
                Some((count, last)) if *last == label => *count += 1,
                _ => groups.push((1, label)),
            }
        }
        let title = self.t("report-weights-title");
        let desc = self.t("report-weights-desc");
        let rounded = Message::new("report-weights-text").with("count", w.rounding);
        let p = &self.f.pairs;
        let cells = [
            ("report-candidates", p.candidates),
            ("report-compared", p.compared),
            ("report-matches", p.matches),
            ("report-possible", p.possible),
        ]
        .map(|(id, n)| (self.t(id), self.shown(n)));
        self.section(
            "weights",
            &html! {
                p { (self.say(&rounded)) }
                @if columns.iter().any(|c| c.value > 0.0) {
                    (self.figure("weights", true, &title, &desc, |name| {
                        svg::columns(name, &columns, &groups)
                    }))
                }
                table {
                    caption { span.unseen { (title) } }
                    thead { tr {
                        th scope="col" { (self.t("report-step")) }
                        th.words scope="col" { (self.t("report-band")) }
                        th scope="col" { (self.t("report-pairs")) }
                    } }
                    tbody { @for (step, n) in (0..STEPS).zip(w.steps) {
                        tr {
                            th scope="row" { (step + 1) }
                            td.words { (self.t(self.band(step))) }
                            td { (shown(n)) }
                        }
                    } }
                }
                h3 { (self.t("report-pairs-title")) }
                (self.pairs_table(&self.t("report-pairs-title"), ["report-what", "report-pairs"], &cells))
            },
        )
    }

    fn agreement(&self) -> Markup {
        let Some((pairs, fields)) = &self.f.agreement else {
            return self.section(
                "agreement",
                &html! { p { (self.t("report-agreement-none")) } },
            );
        };
        let how = How::ALL.map(|how| self.t(how_id(how)));
        let whole = |share: f64| format!("{:.0}", 100.0 * share);
        let rows: Vec<Stack> = fields
            .iter()
            .map(|f| Stack {
                label: self.t(field_id(f.field)),
                shown: format!("{}\u{a0}%", whole(f.shares[0])),
                shares: f.shares,
            })
            .collect();
        let text = Message::new("report-agreement-text")
            .with("pairs", number(u64::from(*pairs)))
            .with("margin", (100.0 * self.f.agreement_margin()).ceil() as u64);
        let title = self.t("report-agreement-title");
        let desc = self.t("report-agreement-desc");
        self.section(
            "agreement",
            &html! {
                p { (self.say(&text)) }
                (self.figure("agreement", true, &title, &desc, |name| svg::stacks(name, &rows, &how)))
                div.wide role="region" aria-label=(title) tabindex="0" {
                    table {
                        caption { span.unseen { (title) } }
                        thead { tr {
                            th scope="col" { (self.t("report-field")) }
                            @for label in &how { th scope="col" { (label) } }
                        } }
                        tbody { @for f in fields {
                            tr {
                                th scope="row" { (self.t(field_id(f.field))) }
                                @for share in f.shares { td { (whole(share)) "\u{a0}%" } }
                            }
                        } }
                    }
                }
            },
        )
    }

    fn leakage(&self) -> Markup {
        let m = &self.f.meetings;
        let per_record = match self.f.pairs.per_record {
            Some(n) => decimals(n),
            None => self.t("report-withheld"),
        };
        let bars = [
            ("report-meetings-found", m.found),
            ("report-meetings-expected", m.expected),
        ]
        .map(|(id, n)| Bar {
            label: self.t(id),
            shown: decimals(n),
            value: Some(n),
            interval: None,
        });
        let cells = [
            (self.t("report-per-record"), per_record),
            (self.t("report-meetings-found"), decimals(m.found)),
            (self.t("report-meetings-expected"), decimals(m.expected)),
            (self.t("report-meetings-limit"), decimals(m.limit)),
        ];
        let title = self.t("report-leakage-title");
        let desc = self.t("report-leakage-desc");
        let limit = self.t("report-meetings-limit");
        self.section(
            "leakage",
            &html! {
                p { (self.t("report-leakage-text")) }
                (self.figure("leakage", true, &title, &desc, |name| {
                    svg::bars(name, &bars, Some((m.limit, &limit)))
                }))
                (self.pairs_table(&title, ["report-what", "report-number"], &cells))
            },
        )
    }

    fn time(&self) -> Markup {
        let drawn = self.f.rounds.len().saturating_sub(ROUNDS_DRAWN);
        let columns: Vec<Column> = self
            .f
            .rounds
            .iter()
            .skip(drawn)
            .map(|r| Column {
                label: month(&r.decided),
                shown: self.shown(r.persons),
                value: r.persons.exact().unwrap_or(0) as f64,
                interval: None,
                fill: Fill::Solid,
            })
            .collect();
        let title = self.t("report-time-title");
        let desc = self.t("report-time-desc");
        let people = |r: &Past| {
            html! { tr {
                th scope="row" { span.date { (day(&r.decided)) } br; span.small { (r.purpose) } }
                td { (r.houses) }
                td { (self.shown(r.records)) }
                td { (self.shown(r.local_persons)) }
                td { (self.shown(r.persons)) }
            } }
        };
        let quality = |r: &Past| {
            html! { tr {
                th scope="row" { span.date { (day(&r.decided)) } }
                td { (percent(r.precision[1])) }
                td { (percent(r.recall[1])) }
                td { (decimals(r.meetings)) }
            } }
        };
        let head = |ids: &[&str]| html! { @for id in ids { th scope="col" { (self.t(id)) } } };
        self.section(
            "time",
            &html! {
                p { (self.t(if columns.len() > 1 { "report-time-text" } else { "report-time-first" })) }
                @if columns.iter().any(|c| c.value > 0.0) {
                    (self.figure("time", true, &title, &desc, |name| {
                        svg::columns(name, &columns, &[])
                    }))
                }
                div.wide role="region" aria-label=(title) tabindex="0" {
                    table {
                        caption { span.unseen { (title) } }
                        thead { tr { (head(&[
                            "report-decided",
                            "report-houses-short",
                            "report-key-records",
                            "report-local-short",
                            "report-persons-short",
                        ])) } }
                        tbody { @for r in &self.f.rounds { (people(r)) } }
                    }
                }
                table {
                    caption { (self.t("report-time-quality")) }
                    thead { tr { (head(&[
                        "report-decided",
                        "report-precision",
                        "report-recall",
                        "report-meetings-short",
                    ])) } }
                    tbody { @for r in &self.f.rounds { (quality(r)) } }
                }
                @if self.f.unreadable > 0 {
                    p { (self.say(&Message::new("report-unreadable").with("count", self.f.unreadable))) }
                }
            },
        )
    }

    fn how(&self) -> Markup {
        let d = &self.f.draft;
        let plain = |id: &'static str, value: String| (id, value);
        let compartments: Vec<String> = d
            .compartments
            .iter()
            .map(|name| match Kind::from_code(name) {
                Some(kind) => self.say(&kind.message()),
                None => name.clone(),
            })
            .collect();
        let policy = match self.f.policy() {
            "strict" => "report-policy-strict",
            _ => "report-policy-standard",
        };
        let rows = [
            plain("report-opens", day(&d.opens)),
            plain("report-deadline", day(&d.deadline)),
            plain("report-decided", day(&self.f.this.decided)),
            plain("report-compartments", compartments.join(", ")),
            plain("report-policy", self.t(policy)),
            plain("report-bits", decimals(self.f.h_bits())),
            plain("report-tokens", number(u64::from(d.tokens))),
            plain("report-expected", number(d.expected)),
            plain("report-pairs-most", number(u64::from(d.pairs))),
            plain("report-min-cell", number(u64::from(d.min_cell))),
            plain("report-quorum", number(u64::from(d.quorum))),
            plain("report-holders", number(d.holders.len() as u64)),
        ];
        self.section(
            "how",
            &html! {
                p { (self.t("report-how-text")) }
                dl { @for (id, value) in rows { dt { (self.t(id)) } dd { (value) } } }
            },
        )
    }

    fn limits(&self) -> Markup {
        self.section(
            "limits",
            &html! { ul { @for id in [
                "report-limit-all",
                "report-limit-consent",
                "report-limit-errors",
                "report-limit-one",
            ] { li { (self.t(id)) } } } },
        )
    }

    fn check(&self) -> Markup {
        self.section(
            "check",
            &html! {
                p { (self.t("report-check-text")) }
                dl {
                    dt { (self.t("report-round")) } dd { code { (to_hex(&self.f.this.round)) } }
                    dt { (self.t("report-note")) } dd { code { (to_hex(&self.f.note)) } }
                }
            },
        )
    }
}

fn how_id(how: How) -> &'static str {
    match how {
        How::Same => "report-how-same",
        How::Alike => "report-how-alike",
        How::Different => "report-how-different",
        How::Unknown => "report-how-unknown",
    }
}

fn field_id(field: Field) -> &'static str {
    match field {
        Field::GivenNames => "report-field-given-names",
        Field::PaternalSurname => "report-field-paternal-surname",
        Field::MaternalSurname => "report-field-maternal-surname",
        Field::BirthYear => "report-field-birth-year",
        Field::BirthDay => "report-field-birth-day",
        Field::State => "report-field-state",
        Field::Municipality => "report-field-municipality",
        Field::Sex => "report-field-sex",
        Field::Phone => "report-field-phone",
        Field::Document => "report-field-document",
    }
}

/// At most three decimals, none that is zero at the end.
fn decimals(n: f64) -> String {
    let text = format!("{n:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn day(time: &Time) -> String {
    time.to_string().chars().take(10).collect()
}

fn month(time: &Time) -> String {
    time.to_string().chars().take(7).collect()
}
