//! The page of a round: whole in both languages, for everybody, and nothing on it from elsewhere.

use std::collections::BTreeSet;

use sigilo::counts::{
    Cell, Estimate, GroupOverlap, HiddenEstimate, HiddenModel, Lists, OnSeveral, Overlap,
    Published, Table, TableId,
};
use sigilo::crypto::travel::Identity;
use sigilo::i18n::{Lang, Messages};
use sigilo::report::{Figures, Past, Shown, page, past};
use sigilo::round::agreement::{Agreement, Field};
use sigilo::round::draft::{Draft, Policy};
use sigilo::round::notice::policy::Notices;
use sigilo::round::result::{Presence, RoundResult, SiteTotal};
use sigilo::round::{NoteHash, PartyId, Time};

fn time(text: &str) -> Time {
    Time::parse(text).unwrap()
}

fn draft(n: u8, houses: u8) -> Draft {
    Draft {
        round: [n; 16],
        purpose: "Personas asistidas, primer trimestre".into(),
        opens: time("2027-03-01T00:00:00Z"),
        deadline: time("2027-03-31T23:59:59Z"),
        policy: Policy::Strict,
        h_millibits: 17_875,
        tokens: 128,
        encoding: 168,
        features: [1; 32],
        model: [2; 32],
        expected: 30_000,
        pairs: 8,
        min_cell: 10,
        epsilon_milli: 4_000,
        tables: 1,
        largest_share: 50,
        site_totals: false,
        quorum: 7,
        notices: Notices::default(),
        compartments: vec!["victim".into()],
        coordinator: PartyId([1; 32]),
        age: Identity::generate().recipient(),
        comparer: PartyId([2; 32]),
        holders: vec![PartyId([2; 32]), PartyId([3; 32])],
        sites: (0..houses)
            .map(|i| (PartyId([100 + i; 32]), 4096))
            .collect(),
        groups: Vec::new(),
    }
}

fn result(draft: &Draft, decided: &str, [records, local, persons]: [u64; 3]) -> RoundResult {
    let presence = |i| match i {
        3 => Presence::Absent,
        _ => Presence::Present,
    };
    RoundResult {
        note: NoteHash([0xab; 32]),
        decided: time(decided),
        records,
        local_persons: local,
        persons,
        candidates: 8123,
        compared: 8011,
        matches: 3120,
        possible: 214,
        precision: [941, 963, 977],
        recall: [862, 884, 901],
        meetings: 347,
        steps: [4120, 310, 180, 120, 160, 240, 620, 2260],
        matched_from: 4,
        possible_from: 2,
        agreement: Some(Agreement {
            pairs: 2987,
            fields: std::array::from_fn::<_, { Field::ALL.len() }, _>(|i| {
                [2500 - 150 * i as u32, 300, 120, 30 + 150 * i as u32]
            }),
        }),
        sites: (0u8..)
            .zip(&draft.sites)
            .map(|(i, (id, _))| (*id, presence(i), None))
            .collect(),
    }
}

fn estimate(value: u64) -> Estimate {
    Estimate {
        value,
        low: value - value / 12,
        high: value + value / 11,
    }
}

fn counts() -> Published {
    let tables = TableId::ALL
        .into_iter()
        .map(|id| Table {
            id,
            cells: (0..id.cells())
                .map(|i| match i % 5 {
                    3 => Cell::Suppressed,
                    _ => Cell::Count(estimate(40 + 7331 * (1 + i as u64) % 9000)),
                })
                .collect(),
            noise_milli: 8000,
        })
        .collect();
    Published {
        min_cell: 10,
        epsilon_milli: 1500,
        rows: 31_000,
        invalid: 2,
        persons: estimate(26_871),
        tables,
        overlap: Overlap {
            lists: 12,
            by_lists: Lists::Three([estimate(24_010), estimate(2411), estimate(450)]),
            groups: vec![GroupOverlap {
                name: "Frontera sur".into(),
                sites: 4,
                several: OnSeveral::Apart([estimate(312), estimate(87)]),
            }],
            between: None,
            hidden: HiddenModel::ALL
                .into_iter()
                .zip([146_000, 181_000, 203_000])
                .map(|(model, all)| HiddenEstimate {
                    model,
                    all: estimate(all),
                })
                .collect(),
            noise_milli: 8000,
        },
    }
}

fn earlier() -> Vec<Past> {
    let rounds = [
        ("2026-06-30T10:00:00Z", [24_100, 23_800, 22_410]),
        ("2026-09-30T10:00:00Z", [26_000, 25_100, 23_905]),
        ("2026-12-30T10:00:00Z", [28_400, 27_700, 25_112]),
        // Later than the round of the report: not on its page.
        ("2027-09-30T10:00:00Z", [99_400, 98_700, 97_112]),
    ];
    let made = (10u8..).zip(rounds).map(|(n, (decided, numbers))| {
        let draft = draft(n, 12);
        past(&draft, &result(&draft, decided, numbers))
    });
    made.collect()
}

fn name(id: &PartyId) -> String {
    format!("Casa {}", id.0[0])
}

fn national() -> Figures {
    let draft = draft(20, 12);
    let result = result(&draft, "2027-04-02T09:00:00Z", [30_000, 29_412, 26_871]);
    Figures::new(&draft, &result, Some(counts()), name, earlier(), 1)
}

/// A round so small that hardly anything may be told, with totals of houses and no counts.
fn small() -> Figures {
    let mut draft = draft(30, 4);
    draft.site_totals = true;
    let mut result = result(&draft, "2027-04-02T09:00:00Z", [103, 100, 97]);
    result.candidates = 9;
    result.compared = 9;
    result.matches = 3;
    result.possible = 1;
    result.steps = [0; 8];
    result.agreement = None;
    let totals = |records, persons| Some(SiteTotal { records, persons });
    result.sites[0].2 = totals(90, 90);
    result.sites[1].2 = totals(8, 7);
    result.sites[2].2 = totals(20, 20);
    Figures::new(&draft, &result, None, name, Vec::new(), 0)
}

/// Everything between `from` and `to`, for each place.
fn between<'a>(page: &'a str, from: &str, to: &str) -> Vec<&'a str> {
    let parts = page.split(from).skip(1);
    parts.map(|p| p.split(to).next().unwrap()).collect()
}

/// What is read: no tags, no style.
fn words(page: &str) -> String {
    let body = page.split("</style>").last().unwrap();
    let mut out = String::new();
    let mut inside = false;
    for c in body.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                out.push(' ');
            }
            _ if !inside => out.push(c),
            _ => {}
        }
    }
    out.replace('\u{202f}', "")
        .replace('\u{a0}', " ")
        .replace("&lt;", "<")
}

fn articles(page: &str) -> [&str; 2] {
    let all = between(page, "<article ", "</article>");
    all.try_into().unwrap()
}

#[test]
fn nothing_comes_from_elsewhere_and_nothing_runs() {
    for figures in [national(), small()] {
        let page = page(&figures);
        assert!(page.ends_with("</html>"));
        for bad in [
            "<script", "://", "src=", "@import", "<link", "<img", "<iframe", "onload",
        ] {
            assert!(!page.contains(bad), "{bad}");
        }
        for href in between(&page, "href=\"", "\"") {
            assert!(href.starts_with('#'), "{href}");
        }
        for url in between(&page, "url(", ")") {
            assert!(url.starts_with('#'), "{url}");
        }
        assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'"));
    }
}

#[test]
fn both_languages_are_whole_and_have_the_same_parts() {
    for figures in [national(), small()] {
        let page = page(&figures);
        assert!(page.contains("<html lang=\"es\">"));
        let [es, en] = articles(&page);
        assert!(es.starts_with("id=\"es\" lang=\"es\"") && en.starts_with("id=\"en\" lang=\"en\""));
        let ids = |article: &str, code: &str| -> Vec<String> {
            let all = between(article, " id=\"", "\"");
            let own = all
                .iter()
                .map(|id| id.strip_prefix(code).unwrap().to_owned());
            own.collect()
        };
        assert_eq!(ids(es, "es-"), ids(en, "en-"));
        let all = between(&page, "id=\"", "\"");
        let unique: BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(all.len(), unique.len());
        for named in between(&page, "aria-labelledby=\"", "\"") {
            for id in named.split(' ') {
                assert!(unique.contains(id), "{id}");
            }
        }
        // Every text is there, in each language its own.
        assert!(!words(&page).contains("report-") && !words(&page).contains("counts-"));
        let (es, en) = (words(es), words(en));
        for (lang, own, other) in [(Lang::Es, &es, &en), (Lang::En, &en, &es)] {
            for id in [
                "report-quality-text",
                "report-leakage-text",
                "report-limit-all",
            ] {
                let text = Messages::new(lang).text(id).replace('\u{a0}', " ");
                assert!(own.contains(&text) && !other.contains(&text), "{id}");
            }
        }
    }
}

#[test]
fn every_number_is_in_the_text_of_both() {
    let page = page(&national());
    let numbers = [
        "30000",
        "29412",
        "26871",
        "11 de 12|11 of 12",
        "8123",
        "8011",
        "3120",
        "214",
        "96.3 %",
        "94.1",
        "97.7",
        "88.4 %",
        "86.2",
        "90.1",
        "4120",
        "310",
        "180",
        "120",
        "160",
        "240",
        "620",
        "2260",
        "2987",
        "85 %",
        "0.347",
        "0.271",
        "0.4",
        "1.2",
        "17.875",
        "128",
        "24010",
        "2411",
        "450",
        "312",
        "146000",
        "181000",
        "203000",
        "1.5",
        "22410",
        "23905",
        "25112",
        "2026-06-30",
        "2027-04-02",
        "2027-03-31",
    ];
    for article in articles(&page) {
        let text = words(article);
        for number in numbers {
            let there = number.split('|').any(|n| text.contains(n));
            assert!(there, "{number}");
        }
        assert!(!text.contains("97112"), "a later round");
        assert!(
            !text.contains("Casa 1"),
            "a house that did not agree to be named"
        );
    }
    for table in counts().tables {
        for cell in &table.cells {
            if let Some(e) = cell.estimate() {
                for n in [e.value, e.low, e.high] {
                    assert_eq!(words(&page).matches(&n.to_string()).count() % 2, 0, "{n}");
                    assert!(words(&page).contains(&n.to_string()), "{n}");
                }
            }
        }
    }
}

#[test]
fn small_numbers_are_not_on_the_page_nor_in_its_json() {
    let figures = small();
    assert_eq!(figures.this.local_persons, Shown::Between(94, 103));
    let text = words(&page(&figures));
    for said in [
        "menos de 10",
        "fewer than 10",
        "entre 94 y 103",
        "< 5",
        "Casa 100",
        "no llegó",
    ] {
        assert!(text.contains(said), "{said}");
    }
    // What was brought, matched or left over in small numbers: 97 and 100 persons, 9 pairs, 7 of 8.
    let json = figures.to_json();
    assert_eq!(json["this"]["persons"]["to"], 103);
    assert_eq!(json["pairs"]["matches"]["to"], 9);
    assert_eq!(json["houses"][1]["persons"]["from"], 1);
    assert!(json["pairs"]["candidates_per_record"].is_null());
    let json = json.to_string();
    for hidden in ["97", "100,"] {
        assert!(!json.contains(&format!(":{hidden}")), "{hidden}");
    }
    assert!(!text.contains(" 97 "));
    // Of two houses with totals one is small: with the other it would follow from the sum.
    let totals = |i: u8| figures.houses[usize::from(i)].totals;
    assert!(totals(1).is_some() && totals(2).is_none());
}

#[test]
fn who_does_not_see_the_pictures_is_told_the_same() {
    let page = page(&national());
    let pictures = page.matches("<svg ").count();
    assert_eq!(pictures, 2 * 13);
    assert_eq!(page.matches("role=\"img\"").count(), pictures);
    for svg in between(&page, "<svg ", "</svg>") {
        assert!(svg.contains("<title id=") && svg.contains("<desc id="));
    }
    // Every picture has a table behind it.
    for rest in page.split("</figure>").skip(1) {
        let next = rest.find("<figure").unwrap_or(usize::MAX);
        assert!(rest.find("<table").unwrap_or(usize::MAX) < next);
    }
    for table in between(&page, "<table", "</table>") {
        assert!(table.contains("<caption>"));
        for th in between(table, "<th", ">")
            .iter()
            .filter(|t| !t.starts_with("ead"))
        {
            assert!(
                th.contains("scope=\"col\"") || th.contains("scope=\"row\""),
                "{th}"
            );
        }
    }
    // Headings go down by one step at a time.
    for article in articles(&page) {
        let levels: Vec<u32> = between(article, "<h", ">")
            .iter()
            .filter_map(|h| h.chars().next()?.to_digit(10))
            .collect();
        assert_eq!(levels[0], 1);
        assert!(levels.windows(2).all(|w| w[1] <= w[0] + 1), "{levels:?}");
    }
}

/// Writes the pages to look at in a browser.
#[test]
#[ignore = "writes pages to the folder that SIGILO_PAGES names"]
fn write_pages() {
    let dir = std::path::PathBuf::from(std::env::var("SIGILO_PAGES").unwrap());
    std::fs::write(dir.join("national.html"), page(&national())).unwrap();
    std::fs::write(dir.join("small.html"), page(&small())).unwrap();
}
