//! Drawings as SVG: every one has a title and a description, and tells nothing by colour alone.

use std::fmt::Write as _;

/// What a drawing is called and what it shows, for who does not see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Name<'a> {
    /// Unique in the document.
    pub id: &'a str,
    pub title: &'a str,
    pub desc: &'a str,
}

/// A drawing in its own units.
pub(crate) struct Canvas(String);

/// Where a text stands from its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// Text as it may stand in the document.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
    out
}

impl Canvas {
    pub fn new(name: &Name<'_>, width: f64, height: f64) -> Self {
        let id = escaped(name.id);
        let (title, desc) = (escaped(name.title), escaped(name.desc));
        Self(format!(
            "<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\">\
             <title id=\"{id}-title\">{title}</title><desc id=\"{id}-desc\">{desc}</desc>"
        ))
    }

    pub fn text(&mut self, x: f64, y: f64, anchor: Anchor, class: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let text = escaped(text);
        let _ = write!(
            self.0,
            "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>"
        );
    }

    pub fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let _ = write!(
            self.0,
            "<line class=\"{class}\" x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>",
            from.0, from.1, to.0, to.1
        );
    }

    /// A line across and one at each end, seen before any ground.
    fn whiskers(&mut self, from: (f64, f64), to: (f64, f64)) {
        const END: f64 = 5.0;
        let ends = |(x, y): (f64, f64)| {
            if from.1 == to.1 {
                ((x, y - END), (x, y + END))
            } else {
                ((x - END, y), (x + END, y))
            }
        };
        for class in ["halo", "whisker"] {
            self.line(class, from, to);
            for (a, b) in [ends(from), ends(to)] {
                self.line(class, a, b);
            }
        }
    }

    pub fn polyline(&mut self, class: &str, points: &[(f64, f64)]) {
        let list: Vec<String> = points
            .iter()
            .map(|(x, y)| format!("{x:.1},{y:.1}"))
            .collect();
        let _ = write!(
            self.0,
            "<polyline class=\"{class}\" points=\"{}\"/>",
            list.join(" ")
        );
    }

    pub fn dot(&mut self, class: &str, (x, y): (f64, f64), radius: f64) {
        let _ = write!(
            self.0,
            "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\"/>"
        );
    }

    /// A rectangle; `fill` is the id of a pattern of this drawing.
    pub fn rect(&mut self, class: &str, at: (f64, f64), size: (f64, f64), fill: Option<&str>) {
        let fill = fill.map_or_else(String::new, |id| {
            format!(" style=\"fill:url(#{})\"", escaped(id))
        });
        let _ = write!(
            self.0,
            "<rect class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"{fill}/>",
            at.0,
            at.1,
            size.0.max(0.0),
            size.1.max(0.0)
        );
    }

    /// Oblique lines. Patterns belong to one drawing: those of another may be hidden.
    pub fn hatch(&mut self, id: &str) {
        let id = escaped(id);
        let _ = write!(
            self.0,
            "<defs><pattern id=\"{id}\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" \
             patternTransform=\"rotate(45)\"><path class=\"hatch\" d=\"M0 0V6\"/></pattern></defs>"
        );
    }

    /// Dots.
    pub fn dots(&mut self, id: &str) {
        let id = escaped(id);
        let _ = write!(
            self.0,
            "<defs><pattern id=\"{id}\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\">\
             <circle class=\"dots\" cx=\"2.5\" cy=\"2.5\" r=\"1.4\"/></pattern></defs>"
        );
    }

    pub fn done(mut self) -> String {
        self.0.push_str("</svg>");
        self.0
    }
}

/// Units in which the pictures of a report are as wide as a telephone.
const WIDTH: f64 = 400.0;

/// One row of [`bars`].
pub(crate) struct Bar {
    pub label: String,
    /// The number as it is shown; it stands at the end of the bar.
    pub shown: String,
    /// Nothing is drawn for a number that is withheld.
    pub value: Option<f64>,
    pub interval: Option<(f64, f64)>,
}

/// Horizontal bars, each under its label, with whiskers for intervals. `limit` is a value with its label.
pub(crate) fn bars(name: &Name<'_>, rows: &[Bar], limit: Option<(f64, &str)>) -> String {
    const ROW: f64 = 40.0;
    const END: f64 = 100.0;
    let ends = rows.iter().flat_map(|r| {
        let value = r.value.unwrap_or(0.0);
        [value, r.interval.map_or(value, |i| i.1)]
    });
    let top = ends.chain(limit.map(|l| l.0)).fold(0.0, f64::max);
    let x = |value: f64| value / top.max(1e-9) * (WIDTH - END);
    let foot = if limit.is_some() { 22.0 } else { 4.0 };
    let mut canvas = Canvas::new(name, WIDTH, rows.len() as f64 * ROW + foot);
    for (i, row) in rows.iter().enumerate() {
        let y = i as f64 * ROW;
        canvas.text(0.0, y + 13.0, Anchor::Start, "", &row.label);
        let mut end = 0.0;
        if let Some(value) = row.value {
            end = x(value).max(1.0);
            canvas.rect("k0", (0.0, y + 19.0), (end, 14.0), None);
        }
        if let Some((low, high)) = row.interval {
            let middle = y + 26.0;
            canvas.whiskers((x(low), middle), (x(high), middle));
            end = end.max(x(high));
        }
        canvas.text(end + 6.0, y + 31.0, Anchor::Start, "", &row.shown);
    }
    if let Some((value, label)) = limit {
        let bottom = rows.len() as f64 * ROW + 4.0;
        canvas.line("limit", (x(value), 14.0), (x(value), bottom));
        let (at, anchor) = if x(value) > WIDTH / 2.0 {
            (x(value) + 4.0, Anchor::End)
        } else {
            (x(value) - 4.0, Anchor::Start)
        };
        canvas.text(at.clamp(0.0, WIDTH), bottom + 13.0, anchor, "", label);
    }
    canvas.done()
}

/// How a column is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fill {
    Solid,
    Hatched,
    Empty,
}

/// One column of [`columns`].
pub(crate) struct Column {
    pub label: String,
    pub shown: String,
    pub value: f64,
    pub interval: Option<(f64, f64)>,
    pub fill: Fill,
}

/// Columns with their numbers above them; `groups` are brackets below, each with the number of its columns.
pub(crate) fn columns(name: &Name<'_>, all: &[Column], groups: &[(usize, String)]) -> String {
    const TOP: f64 = 20.0;
    const TALL: f64 = 150.0;
    let ends = all
        .iter()
        .map(|c| c.interval.map_or(c.value, |i| i.1.max(c.value)));
    let top = ends.fold(0.0, f64::max).max(1e-9);
    let step = WIDTH / all.len().max(1) as f64;
    let wide = (step * 0.7).min(56.0);
    let floor = TOP + TALL;
    let y = |value: f64| floor - value / top * TALL;
    let foot = if groups.is_empty() { 22.0 } else { 50.0 };
    let mut canvas = Canvas::new(name, WIDTH, floor + foot);
    let hatch = format!("{}-hatch", name.id);
    canvas.hatch(&hatch);
    for (i, column) in all.iter().enumerate() {
        let middle = (i as f64 + 0.5) * step;
        let at = (middle - wide / 2.0, y(column.value));
        let size = (wide, floor - y(column.value));
        match column.fill {
            Fill::Solid => canvas.rect("k0", at, size, None),
            Fill::Hatched => {
                canvas.rect("", at, size, Some(&hatch));
                canvas.rect("empty", at, size, None);
            }
            Fill::Empty => canvas.rect("empty", at, size, None),
        }
        let mut head = y(column.value);
        if let Some((low, high)) = column.interval {
            canvas.whiskers((middle, y(low)), (middle, y(high)));
            head = head.min(y(high));
        }
        canvas.text(middle, head - 5.0, Anchor::Middle, "", &column.shown);
        canvas.text(middle, floor + 15.0, Anchor::Middle, "soft", &column.label);
    }
    canvas.line("axis", (0.0, floor), (WIDTH, floor));
    let mut first = 0;
    for (count, label) in groups {
        let (from, to) = (
            first as f64 * step + 3.0,
            (first + count) as f64 * step - 3.0,
        );
        let at = floor + 26.0;
        canvas.line("axis", (from, at), (to, at));
        for end in [from, to] {
            canvas.line("axis", (end, at - 4.0), (end, at));
        }
        canvas.text(
            f64::midpoint(from, to),
            at + 15.0,
            Anchor::Middle,
            "",
            label,
        );
        first += count;
    }
    canvas.done()
}

/// One row of [`ranges`]: a share of one between its ends.
pub(crate) struct Range {
    pub label: String,
    pub shown: String,
    pub low: f64,
    pub value: f64,
    pub high: f64,
}

/// Shares with their intervals, on a scale from 0 to 100 %.
pub(crate) fn ranges(name: &Name<'_>, rows: &[Range]) -> String {
    const ROW: f64 = 46.0;
    let x = |share: f64| 8.0 + share.clamp(0.0, 1.0) * (WIDTH - 30.0);
    let floor = rows.len() as f64 * ROW + 4.0;
    let mut canvas = Canvas::new(name, WIDTH, floor + 22.0);
    for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
        canvas.line("grid", (x(share), 0.0), (x(share), floor));
        let label = format!("{:.0}", share * 100.0);
        let label = if share < 1.0 {
            label
        } else {
            format!("{label} %")
        };
        canvas.text(x(share), floor + 15.0, Anchor::Middle, "soft", &label);
    }
    for (i, row) in rows.iter().enumerate() {
        let y = i as f64 * ROW;
        canvas.text(0.0, y + 14.0, Anchor::Start, "", &row.label);
        canvas.text(WIDTH, y + 14.0, Anchor::End, "", &row.shown);
        let middle = y + 30.0;
        canvas.whiskers((x(row.low), middle), (x(row.high), middle));
        canvas.dot("k0", (x(row.value), middle), 5.5);
    }
    canvas.done()
}

/// One row of [`stacks`]: shares that add up to one.
pub(crate) struct Stack {
    pub label: String,
    pub shown: String,
    pub shares: [f64; 4],
}

/// Rows that are parted in four: filled, hatched, dotted, empty. `key` says what each is.
pub(crate) fn stacks(name: &Name<'_>, rows: &[Stack], key: &[String; 4]) -> String {
    const ROW: f64 = 38.0;
    const KEY: f64 = 46.0;
    let mut canvas = Canvas::new(name, WIDTH, rows.len() as f64 * ROW + KEY + 2.0);
    let (hatch, dots) = (format!("{}-hatch", name.id), format!("{}-dots", name.id));
    canvas.hatch(&hatch);
    canvas.dots(&dots);
    let mut part = |at: (f64, f64), size: (f64, f64), which: usize| {
        match which {
            0 => canvas.rect("k0", at, size, None),
            1 => canvas.rect("", at, size, Some(&hatch)),
            2 => canvas.rect("", at, size, Some(&dots)),
            _ => {}
        }
        canvas.rect("empty", at, size, None);
    };
    for which in 0..4 {
        let at = (
            200.0 * (which % 2) as f64 + 0.5,
            21.0 * (which / 2) as f64 + 2.0,
        );
        part(at, (18.0, 12.0), which);
    }
    for (i, row) in rows.iter().enumerate() {
        let mut from = 0.5;
        for (which, share) in row.shares.iter().enumerate() {
            let wide = share.clamp(0.0, 1.0) * (WIDTH - 1.0);
            if wide > 0.0 {
                part((from, KEY + i as f64 * ROW + 19.0), (wide, 14.0), which);
            }
            from += wide;
        }
    }
    for (which, label) in key.iter().enumerate() {
        let (x, y) = (
            200.0 * (which % 2) as f64 + 24.0,
            21.0 * (which / 2) as f64 + 12.0,
        );
        canvas.text(x, y, Anchor::Start, "", label);
    }
    for (i, row) in rows.iter().enumerate() {
        let y = KEY + i as f64 * ROW + 13.0;
        canvas.text(0.0, y, Anchor::Start, "", &row.label);
        canvas.text(WIDTH, y, Anchor::End, "", &row.shown);
    }
    canvas.done()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawings_are_well_formed_and_named() {
        let name = Name {
            id: "a",
            title: "Casas & <personas>",
            desc: "\"d\"",
        };
        let row = |value| Bar {
            label: "<a>".into(),
            shown: "1".into(),
            value,
            interval: Some((0.5, 2.0)),
        };
        let column = |fill| Column {
            label: "1".into(),
            shown: "2".into(),
            value: 3.0,
            interval: None,
            fill,
        };
        let drawn = [
            bars(&name, &[row(Some(1.0)), row(None)], Some((1.5, "x"))),
            bars(&name, &[], None),
            columns(
                &name,
                &[
                    column(Fill::Solid),
                    column(Fill::Hatched),
                    column(Fill::Empty),
                ],
                &[(1, "no".into()), (2, "sí".into())],
            ),
            columns(&name, &[], &[]),
            ranges(&name, &[]),
            stacks(&name, &[], &std::array::from_fn(|_| "k".to_owned())),
        ];
        for svg in drawn {
            assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
            assert!(svg.contains("<title id=\"a-title\">Casas &amp; &lt;personas&gt;</title>"));
            assert!(svg.contains("<desc id=\"a-desc\">&quot;d&quot;</desc>"));
            assert!(!svg.contains("NaN") && !svg.contains("inf") && !svg.contains("<a>"));
        }
    }
}
