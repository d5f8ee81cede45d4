//! The demonstration: the reference network with invented people that ship in the crate, played
//! through the files and the code of the commands.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Instant;

use sigilo::coordinator::Plan;
use sigilo::counts::person::Says;
use sigilo::crypto::kdf::PassphraseCost;
use sigilo::crypto::secret::Passphrase;
use sigilo::i18n::{Localize, Message};
use sigilo::log::act::{ActKind, Reason};
use sigilo::network::{Network, Played, Setup, SiteSetup};
use sigilo::record::code::{Agreement, ServiceKind};
use sigilo::record::import::{self, Options};
use sigilo::record::{Date, Kind, Query, Record, SearchKey};
use sigilo::round::notice::policy::{Mediation, Notices};
use sigilo::round::{Role, Time};
use sigilo::vault::audit::{self, Known, Report};
use sigilo::vault::{ActNote, DATABASE_FILE, Location, ObjectId, Unlock, Vault, VaultError};

use crate::app::{App, column};
use crate::cli::Demo;
use crate::failure::{FAILED, Failure, INTEGRITY, file};
use crate::truth::Truth;

/// Name, word in the truth, and table of each site: some in English with commas, some in Spanish
/// with semicolons.
const SITES: [(&str, &str, &[u8]); 6] = [
    (
        "Casa Alianza",
        "casa-alianza",
        include_bytes!("../../data/proteja/casa-alianza.csv"),
    ),
    (
        "Alternativas",
        "alternativas",
        include_bytes!("../../data/proteja/alternativas.csv"),
    ),
    (
        "Camino a Casa",
        "camino-a-casa",
        include_bytes!("../../data/proteja/camino-a-casa.csv"),
    ),
    (
        "Cancún",
        "cancun",
        include_bytes!("../../data/proteja/cancun.csv"),
    ),
    (
        "Las Mercedes",
        "las-mercedes",
        include_bytes!("../../data/proteja/las-mercedes.csv"),
    ),
    (
        "Línea",
        "hotline",
        include_bytes!("../../data/proteja/hotline.csv"),
    ),
];

/// Which records are the same person. Read only when everything is decided.
const TRUTH: &str = include_str!("../../data/proteja/truth.csv");

const PASSPHRASE: &str = "cuatro palabras que nadie diga";

/// What is looked for: a name as somebody hears it.
const HEARD: &str = "gonsalo lopes";

/// Of so many records, one is of a person who did not agree to matching.
const NO_CONSENT: usize = 20;

const SERVICES: [ServiceKind; 4] = [
    ServiceKind::Medical,
    ServiceKind::SocialProtection,
    ServiceKind::MentalHealth,
    ServiceKind::Legal,
];

/// What is known of a site's table before the network is built.
struct Given {
    services: [u64; 4],
    consenting: u64,
    /// Entity of each record that may enter the round, by its place in the table.
    entities: Vec<Option<String>>,
    /// What each record says, as far as it is counted.
    says: Vec<Says>,
}

pub(crate) fn demo(app: &App, args: &Demo) -> Result<u8, Failure> {
    let (dir, keep) = match &args.dir {
        Some(dir) => (dir.clone(), true),
        None => {
            let name = format!("sigilo-demo-{}", std::process::id());
            (std::env::temp_dir().join(name), false)
        }
    };
    std::fs::create_dir(&dir).map_err(|e| file(&dir, &e))?;
    let done = play(app, &dir, keep);
    if !keep {
        // Invented people in a temporary folder: nothing is lost if it stays.
        let _ = std::fs::remove_dir_all(&dir);
    }
    done
}

fn step(app: &App, message: &Message) {
    if !app.json() {
        app.print(&app.text(message));
    }
}

/// Reads the tables. Consent is invented, too: the data have none.
fn read(day: Date) -> Result<(Vec<SiteSetup>, Vec<Given>), Failure> {
    let mut entity: HashMap<(&str, &str), &str> = HashMap::new();
    for line in TRUTH.lines().skip(1) {
        let mut cells = line.trim().split(',');
        if let (Some(site), Some(id), Some(e)) = (cells.next(), cells.next(), cells.next()) {
            entity.insert((site, id), e);
        }
    }
    let mut setups = Vec::new();
    let mut given = Vec::new();
    for (name, word, table) in SITES {
        let table = import::read(table, &Options::default())
            .map_err(|e| Failure::new(FAILED, e.message()))?;
        let mut records: Vec<Record> = Vec::new();
        let mut known = Given {
            services: [0; 4],
            consenting: 0,
            entities: Vec::new(),
            says: Vec::new(),
        };
        for (i, row) in table.rows.into_iter().enumerate() {
            let mut record = row
                .record
                .map_err(|_| Failure::of("cli-import-incomplete"))?;
            let yes = i % NO_CONSENT != NO_CONSENT - 1;
            record.consents.matching.given = if yes { Agreement::Yes } else { Agreement::No };
            known.consenting += u64::from(yes);
            for (sum, kind) in known.services.iter_mut().zip(SERVICES) {
                *sum += record.service_total(kind);
            }
            // The round of the demonstration counts victims.
            let enters = yes && record.kind == Kind::Victim;
            let truth = entity.get(&(word, record.local_id.as_str()));
            known
                .entities
                .push(truth.filter(|_| enters).map(|e| (*e).to_owned()));
            known.says.push(Says::of(&record, day));
            records.push(record);
        }
        setups.push(SiteSetup {
            name: name.to_owned(),
            records,
        });
        given.push(known);
    }
    Ok((setups, given))
}

fn play(app: &App, dir: &Path, keep: bool) -> Result<u8, Failure> {
    let began = Instant::now();
    step(app, &Message::new("demo-begin"));
    let now = sigilo::party::now();
    let day = i64::try_from(now.seconds() / 86_400)
        .ok()
        .and_then(Date::from_days);
    let (sites, given) = read(day.ok_or_else(|| Failure::of("demo-clock"))?)?;
    let records: usize = sites.iter().map(|s| s.records.len()).sum();
    let deadline =
        Time::from_seconds(now.seconds() + 30 * 86_400).ok_or_else(|| Failure::of("demo-clock"))?;
    let mut plan = Plan::new(&app.t("demo-purpose"), deadline, records as u64);
    let how = Mediation::new(48, 1, 7, 990);
    plan.notices = Notices::Mediated(how.ok_or_else(|| Failure::of("demo-empty"))?);
    // The hotline of the reference network has two thirds of all persons.
    plan.largest_share = 75;
    let network = Network::build(
        Setup {
            dir: dir.to_owned(),
            coordinator: "Comisión".to_owned(),
            holders: vec!["Defensoría".to_owned(), "Universidad".to_owned()],
            sites,
            passphrase: Passphrase::new(PASSPHRASE.to_owned()),
            cost: PassphraseCost::default(),
            plan,
            link: true,
        },
        |_| {},
    )?;
    let built = Message::new("demo-built").with("records", records);
    step(app, &built);
    let first = network
        .sites
        .first()
        .map(|s| s.dir().to_owned())
        .ok_or_else(|| Failure::of("demo-empty"))?;
    let ids: Vec<Vec<ObjectId>> = network.sites.iter().map(|s| s.sealed.clone()).collect();
    step(app, &Message::new("demo-round"));
    let played = network.round(now, |_| {})?;
    let unsound: usize = played.chains.iter().map(|c| c.findings.len()).sum();
    if unsound > 0 {
        return Err(Failure::new(
            INTEGRITY,
            Message::new("cli-audit-failed").with("count", unsound),
        ));
    }
    let quality = Quality::of(&played, &given, &ids);
    let truth = truth(&given);
    let counts = played
        .counts
        .as_ref()
        .map(|c| &c.published)
        .ok_or_else(|| Failure::of("demo-empty"))?;
    let page = dir.join("report.html");
    std::fs::write(&page, sigilo::report::page(&played.figures)).map_err(|e| file(&page, &e))?;
    if !app.json() {
        print_sites(app, &played, &given);
        print_result(app, &played, &quality);
        print_notices(app, &played);
        print_referrals(app, &played);
        truth.print(app, counts);
        print_seen(app, &played);
        app.print("");
        print_report(app, &page, keep);
    }
    let site = House {
        name: SITES[0].0,
        dir: first,
    };
    search(app, &site)?;
    let erased = erase(app, &site)?;
    let report = verify(app, &site)?;
    if !report.is_sound() {
        return Err(Failure::new(
            INTEGRITY,
            Message::new("cli-audit-failed").with("count", report.findings.len()),
        ));
    }
    let caught = tamper(app, dir, &site)?;
    let seconds = began.elapsed().as_secs_f64();
    if app.json() {
        let mut value = json(&played, &given, &quality);
        value["notices"] = match &played.notices {
            Some(n) => serde_json::json!({
                "asked": n.asked,
                "introduced": n.introduced,
                "silent": n.silent.len(),
                "closed": n.closed,
                "ends": n.ends.to_string(),
            }),
            None => serde_json::Value::Null,
        };
        value["referrals"] = match &played.referrals {
            Some(r) => serde_json::json!({
                "from": r.from, "to": r.to, "fields": r.fields, "files": r.files,
                "entries": r.entries, "version": r.again, "refused": r.refused,
                "revoked": r.revoked, "receipts": r.receipts,
            }),
            None => serde_json::Value::Null,
        };
        value["counts"] = truth.json(counts);
        value["erased"] = serde_json::json!(erased.to_string());
        value["tampering_caught"] = serde_json::json!(caught);
        value["report"] = match keep {
            true => serde_json::json!(page.display().to_string()),
            false => serde_json::Value::Null,
        };
        value["sound"] = serde_json::json!(true);
        value["seconds"] = serde_json::json!(seconds);
        app.print_json(&value);
    } else {
        print_seconds(app, &played);
        let end = Message::new("demo-end").with("seconds", format!("{seconds:.1}"));
        app.print(&app.text(&end));
    }
    Ok(0)
}

/// What the counts would be if somebody knew everybody who entered the round.
fn truth(given: &[Given]) -> Truth {
    let records = given.iter().enumerate().flat_map(|(site, known)| {
        let records = known.entities.iter().zip(&known.says);
        records.filter_map(move |(e, says)| Some((e.as_deref()?, site, *says)))
    });
    Truth::of(records)
}

/// The round against the truth, over pairs of records of different sites that entered it.
struct Quality {
    pairs: u64,
    found: u64,
    declared: u64,
}

impl Quality {
    fn of(played: &Played, given: &[Given], ids: &[Vec<ObjectId>]) -> Self {
        let mut people: HashMap<&str, Vec<(usize, ObjectId)>> = HashMap::new();
        for (site, (known, sealed)) in given.iter().zip(ids).enumerate() {
            for (entity, id) in known.entities.iter().zip(sealed) {
                if let Some(entity) = entity {
                    people.entry(entity).or_default().push((site, *id));
                }
            }
        }
        let truth: HashSet<_> = people.values().flat_map(|p| cross_pairs(p)).collect();
        let declared: HashSet<_> = played
            .clusters
            .iter()
            .flat_map(|c| cross_pairs(c))
            .collect();
        Self {
            pairs: truth.len() as u64,
            found: declared.intersection(&truth).count() as u64,
            declared: declared.len() as u64,
        }
    }

    fn precision(&self) -> f64 {
        self.found as f64 / (self.declared.max(1)) as f64
    }

    fn recall(&self) -> f64 {
        self.found as f64 / (self.pairs.max(1)) as f64
    }
}

type RecordOf = (usize, ObjectId);

/// Pairs of records of different sites, each once.
fn cross_pairs(group: &[RecordOf]) -> Vec<(RecordOf, RecordOf)> {
    let mut pairs = Vec::new();
    for (i, a) in group.iter().enumerate() {
        for b in group.iter().skip(i + 1).filter(|b| b.0 != a.0) {
            pairs.push(((*a).min(*b), (*a).max(*b)));
        }
    }
    pairs
}

fn role(role: Role) -> Message {
    Message::new(match role {
        Role::Site => "demo-role-site",
        Role::Coordinator => "demo-role-coordinator",
        Role::Holder => "demo-role-holder",
        Role::Auditor => "demo-role-auditor",
    })
}

fn print_sites(app: &App, played: &Played, given: &[Given]) {
    app.print("");
    let mut head = column("", 14);
    for id in [
        "demo-records",
        "demo-persons",
        "demo-consent",
        "demo-entered",
    ] {
        head.push_str(&format!(" {:>9}", app.t(id)));
    }
    app.print(&head);
    for (site, known) in played.sites.iter().zip(given) {
        let row = column(&site.name, 14);
        let numbers = [
            site.records,
            site.persons,
            known.consenting,
            site.entered_records,
        ];
        app.print(&numbers.iter().fold(row, |row, n| format!("{row} {n:>9}")));
    }
    app.print("");
    let labels = SERVICES.map(|kind| app.text(&kind.message()));
    let row = |name: &str, cells: &[String]| {
        let cells = labels.iter().zip(cells);
        cells.fold(column(name, 14), |row, (label, cell)| {
            let width = label.chars().count().max(8) + 1;
            format!("{row} {cell:>width$}")
        })
    };
    app.print(&app.t("demo-services"));
    app.print(&row("", &labels));
    for (site, known) in played.sites.iter().zip(given) {
        app.print(&row(&site.name, &known.services.map(|n| n.to_string())));
    }
    app.print("");
}

/// What came of the requests: one introduction, one that ended in silence, and the others, which look like it.
fn print_notices(app: &App, played: &Played) {
    let Some(notices) = &played.notices else {
        return;
    };
    let Some(day) = notices.ends.day() else {
        return;
    };
    let asked = Message::new("demo-notices")
        .with("asked", notices.asked)
        .with("introduced", notices.introduced.len());
    app.print(&app.text(&asked));
    if let Some([a, b]) = notices.introduced.first() {
        let line = Message::new("demo-introduced");
        let line = line.with("a", a.as_str()).with("b", b.as_str());
        app.print(&app.text(&line.with("day", day)));
    }
    if let Some(house) = notices.silent.first() {
        let line = Message::new("demo-silent").with("house", house.as_str());
        let line = line.with("day", day).with("closed", notices.closed);
        app.print(&app.text(&line));
    }
}

/// A referral, its receipts, and where both chains have it.
fn print_referrals(app: &App, played: &Played) {
    let Some(r) = &played.referrals else {
        return;
    };
    let [sent, received] = r.entries;
    let with = |id| {
        Message::new(id)
            .with("from", r.from.as_str())
            .with("to", r.to.as_str())
    };
    let lines = [
        with("demo-referral")
            .with("fields", r.fields)
            .with("files", r.files),
        with("demo-referral-chains")
            .with("sent", sent)
            .with("received", received),
        with("demo-referral-again").with("version", r.again),
        with("demo-referral-other")
            .with("refused", r.refused.as_str())
            .with("receipts", r.receipts),
    ];
    for line in &lines {
        app.print(&app.text(line));
    }
}

fn print_result(app: &App, played: &Played, quality: &Quality) {
    let r = &played.result;
    let percent = |n: u16| format!("{:.1}", f64::from(n) / 10.0);
    let lines = [
        Message::new("demo-result")
            .with("records", r.records)
            .with("local", r.local_persons)
            .with("persons", r.persons)
            .with("candidates", r.candidates)
            .with("matches", r.matches),
        Message::new("demo-estimate")
            .with("precision", percent(r.precision[1]))
            .with("plow", percent(r.precision[0]))
            .with("phigh", percent(r.precision[2]))
            .with("recall", percent(r.recall[1]))
            .with("rlow", percent(r.recall[0]))
            .with("rhigh", percent(r.recall[2])),
        Message::new("demo-truth")
            .with("pairs", quality.pairs)
            .with("declared", quality.declared)
            .with("precision", format!("{:.1}", quality.precision() * 100.0))
            .with("recall", format!("{:.1}", quality.recall() * 100.0)),
        Message::new("demo-chains")
            .with("chains", played.chains.len())
            .with(
                "entries",
                played.chains.iter().map(|c| c.entries).sum::<u64>(),
            ),
    ];
    for line in &lines {
        app.print(&app.text(line));
    }
}

/// What each role had before it, all sites taken together.
fn seen(played: &Played) -> BTreeMap<(&'static str, String, String), (u64, u64)> {
    let mut rows: BTreeMap<_, (u64, u64)> = BTreeMap::new();
    for s in &played.seen {
        let (order, party) = match s.role {
            Role::Coordinator => ("1", s.party.clone()),
            Role::Holder => ("2", s.party.clone()),
            _ => ("3", String::new()),
        };
        let row = rows.entry((order, party, s.kind.clone())).or_default();
        row.0 += s.files;
        row.1 += s.bytes;
    }
    rows
}

fn print_seen(app: &App, played: &Played) {
    app.print("");
    app.print(&app.t("demo-seen"));
    for ((order, party, kind), (files, bytes)) in seen(played) {
        let who = match order {
            "1" => app.text(&role(Role::Coordinator)),
            "2" => format!("{} {party}", app.text(&role(Role::Holder))),
            _ => app.t("demo-all-sites"),
        };
        app.print(&format!(
            "  {} {} {files:>4} {:>10}",
            column(&who, 28),
            column(&kind, 16),
            format!("{} KB", bytes.div_ceil(1000)),
        ));
    }
}

fn print_report(app: &App, page: &Path, keep: bool) {
    let message = if keep {
        Message::new("demo-report").with("file", page.display().to_string())
    } else {
        Message::new("demo-report-gone")
    };
    app.print(&app.text(&message));
}

fn print_seconds(app: &App, played: &Played) {
    let stages: Vec<String> = played
        .seconds
        .iter()
        .map(|(stage, s)| format!("{stage} {s:.1}"))
        .collect();
    app.print("");
    app.print(&app.text(&Message::new("demo-seconds").with("stages", stages.join(", "))));
}

fn json(played: &Played, given: &[Given], quality: &Quality) -> serde_json::Value {
    let sites: Vec<_> = played
        .sites
        .iter()
        .zip(given)
        .map(|(site, known)| {
            let services = SERVICES.iter().zip(known.services);
            serde_json::json!({
                "site": site.name,
                "records": site.records,
                "persons": site.persons,
                "with_consent": known.consenting,
                "entered_records": site.entered_records,
                "entered_persons": site.entered_persons,
                "services": services.map(|(k, n)| (k.code(), n)).collect::<BTreeMap<_, _>>(),
            })
        })
        .collect();
    let seen: Vec<_> = played
        .seen
        .iter()
        .map(|s| {
            serde_json::json!({
                "party": s.party, "role": s.role.as_str(), "kind": s.kind,
                "files": s.files, "bytes": s.bytes,
            })
        })
        .collect();
    let r = &played.result;
    serde_json::json!({
        "sites": sites,
        "round": {
            "records": r.records,
            "local_persons": r.local_persons,
            "candidate_pairs": r.candidates,
            "compared_pairs": r.compared,
            "matches": r.matches,
            "possible": r.possible,
            "persons": r.persons,
            "estimated_precision": r.precision,
            "estimated_recall": r.recall,
        },
        "truth": {
            "pairs": quality.pairs,
            "declared": quality.declared,
            "precision": quality.precision(),
            "recall": quality.recall(),
        },
        "chains": played.chains.iter().map(|c| serde_json::json!({
            "party": c.party, "entries": c.entries, "findings": c.findings.len(),
        })).collect::<Vec<_>>(),
        "seen": seen,
        "stages": played.seconds.iter().map(|(s, t)| (*s, *t)).collect::<BTreeMap<_, _>>(),
    })
}

/// A vault that is looked at more closely.
struct House {
    name: &'static str,
    dir: PathBuf,
}

fn open(dir: &Path) -> Result<Vault, VaultError> {
    let passphrase = Passphrase::new(PASSPHRASE.to_owned());
    Vault::open(&Location::new(dir), &Unlock::Passphrase(&passphrase))
}

/// Opens the vault anew and looks for a name as it was heard.
fn search(app: &App, site: &House) -> Result<(), Failure> {
    let vault = open(&site.dir)?;
    let catalog = vault.catalog()?;
    let query = Query::new(HEARD);
    let found = vault.scan(&catalog, |_, r| {
        let rank = query.rank(&SearchKey::new(r))?;
        let name = format!("{} {}", r.given_names, r.paternal_surname);
        Some((rank, name))
    })?;
    let mut found: Vec<(u32, String)> = found.into_iter().flatten().collect();
    found.sort();
    vault.log(ActNote::new(ActKind::Search).count(found.len() as u64))?;
    let message = Message::new("demo-search")
        .with("site", site.name)
        .with("heard", HEARD)
        .with("count", found.len());
    step(app, &message);
    if let (Some((_, name)), false) = (found.first(), app.json()) {
        app.print(&format!("    {name}"));
    }
    Ok(())
}

/// Erases the first record and shows that it cannot be opened again.
fn erase(app: &App, site: &House) -> Result<ObjectId, Failure> {
    let vault = open(&site.dir)?;
    let catalog = vault.catalog()?;
    let item = catalog.items().first().ok_or(VaultError::NoSuchRecord)?;
    let reason = Reason::new(&app.t("demo-erase-reason")).unwrap_or_default();
    vault.erase(item.id, &reason)?;
    match vault.read(item.latest().leaf) {
        Err(VaultError::NoSuchRecord) => {}
        _ => return Err(Failure::of("demo-erase-failed")),
    }
    let message = Message::new("demo-erased")
        .with("site", site.name)
        .with("id", item.id.short());
    step(app, &message);
    Ok(item.id)
}

/// What an auditor does: no key but the one on a card.
fn verify(app: &App, site: &House) -> Result<Report, Failure> {
    let known = Known {
        key: Some(*open(&site.dir)?.checkpoint_key().key()),
        ..Known::default()
    };
    let report = audit::verify(&Location::new(&site.dir), &known, |_, _| {})?;
    let message = Message::new("demo-verified")
        .with("site", site.name)
        .with("entries", report.size)
        .with("erased", report.erased);
    step(app, &message);
    Ok(report)
}

/// Copies a folder with what is in it.
fn copy_files(from: &Path, to: &Path) -> Result<(), Failure> {
    for entry in std::fs::read_dir(from).map_err(|e| file(from, &e))? {
        let entry = entry.map_err(|e| file(from, &e))?;
        let (old, new) = (entry.path(), to.join(entry.file_name()));
        if old.is_dir() {
            std::fs::create_dir(&new).map_err(|e| file(&new, &e))?;
            copy_files(&old, &new)?;
        } else {
            std::fs::copy(&old, &new).map_err(|e| file(&old, &e))?;
        }
    }
    Ok(())
}

/// Copies a vault, changes one byte of a sealed record in the copy as an insider with a database
/// program would, and has it verified.
fn tamper(app: &App, dir: &Path, site: &House) -> Result<Vec<String>, Failure> {
    let copy = dir.join("alterada");
    std::fs::create_dir(&copy).map_err(|e| file(&copy, &e))?;
    copy_files(&site.dir, &copy)?;
    let changed = rusqlite::Connection::open(copy.join(DATABASE_FILE)).and_then(|db| {
        let (leaf, mut body): (i64, Vec<u8>) = db.query_row(
            "SELECT leaf, body FROM content ORDER BY leaf LIMIT 1 OFFSET 40",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        if let Some(byte) = body.get_mut(100) {
            *byte ^= 1;
        }
        db.execute("UPDATE content SET body = ?1 WHERE leaf = ?2", (body, leaf))
    });
    changed.map_err(VaultError::from)?;
    let report = audit::verify(&Location::new(&copy), &Known::default(), |_, _| {})?;
    let found: Vec<String> = report.findings.iter().map(|f| app.text(f)).collect();
    if found.is_empty() {
        return Err(Failure::of("demo-tamper-missed"));
    }
    step(app, &Message::new("demo-tampered").with("site", site.name));
    if !app.json() {
        for line in &found {
            app.print(&format!("    ✗ {line}"));
        }
    }
    Ok(found)
}
