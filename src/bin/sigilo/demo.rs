//! The demonstration: the library's own vaults, with invented people that ship in the crate.

use std::path::{Path, PathBuf};
use std::time::Instant;

use sigilo::crypto::kdf::PassphraseCost;
use sigilo::crypto::secret::Passphrase;
use sigilo::i18n::{Localize, Message};
use sigilo::log::act::{ActKind, Reason};
use sigilo::record::code::ServiceKind;
use sigilo::record::import::{self, Options};
use sigilo::record::{Query, SearchKey};
use sigilo::vault::audit::{self, Known, Report};
use sigilo::vault::{
    ActNote, DATABASE_FILE, Location, NewSlot, ObjectId, Rights, SlotKind, Unlock, Vault,
    VaultError,
};

use crate::app::{App, column};
use crate::cli::Demo;
use crate::failure::{FAILED, Failure, INTEGRITY, file};
use crate::vault;

/// Site, and its table: one in English with commas, one in Spanish with semicolons.
const SITES: [(&str, &[u8]); 2] = [
    (
        "Casa Alianza",
        include_bytes!("../../data/proteja/casa-alianza.csv"),
    ),
    (
        "Las Mercedes",
        include_bytes!("../../data/proteja/las-mercedes.csv"),
    ),
];

const PASSPHRASE: &str = "cuatro palabras que nadie diga";

/// What is looked for: a name as somebody hears it.
const HEARD: &str = "gonsalo lopes";

struct Site {
    name: &'static str,
    dir: PathBuf,
    records: usize,
    services: [u64; 4],
    seconds: Seconds,
}

#[derive(Default)]
struct Seconds {
    import: f64,
    search: f64,
    verify: f64,
}

const SERVICES: [ServiceKind; 4] = [
    ServiceKind::Medical,
    ServiceKind::SocialProtection,
    ServiceKind::MentalHealth,
    ServiceKind::Legal,
];

pub(crate) fn demo(app: &App, args: &Demo) -> Result<u8, Failure> {
    let (dir, keep) = match &args.dir {
        Some(dir) => (dir.clone(), true),
        None => {
            let name = format!("sigilo-demo-{}", std::process::id());
            (std::env::temp_dir().join(name), false)
        }
    };
    std::fs::create_dir(&dir).map_err(|e| file(&dir, &e))?;
    let done = play(app, &dir);
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

fn play(app: &App, dir: &Path) -> Result<u8, Failure> {
    let began = Instant::now();
    step(app, &Message::new("demo-begin"));
    let mut sites = Vec::new();
    for (name, table) in SITES {
        sites.push(make(app, dir, name, table)?);
    }
    for site in &mut sites {
        search(app, site)?;
    }
    let Some(first) = sites.first_mut() else {
        return Ok(0);
    };
    let erased = erase(app, first)?;
    for site in &mut sites {
        let report = verify(app, site)?;
        if !report.is_sound() {
            return Err(Failure::new(
                INTEGRITY,
                Message::new("cli-audit-failed").with("count", report.findings.len()),
            ));
        }
    }
    let caught = sites.first().map(|s| tamper(app, dir, s)).transpose()?;
    table(app, &sites);
    let seconds = began.elapsed().as_secs_f64();
    if app.json() {
        let rows: Vec<_> = sites.iter().map(json).collect();
        app.print_json(&serde_json::json!({
            "sites": rows,
            "erased": erased.to_string(),
            "tampering_caught": caught,
            "sound": true,
            "seconds": seconds,
        }));
    } else {
        let end = Message::new("demo-end").with("seconds", format!("{seconds:.1}"));
        app.print(&app.text(&end));
    }
    Ok(0)
}

fn json(site: &Site) -> serde_json::Value {
    let services = SERVICES.iter().zip(site.services);
    serde_json::json!({
        "site": site.name,
        "records": site.records,
        "services": services.map(|(k, n)| (k.code(), n)).collect::<std::collections::BTreeMap<_, _>>(),
        "seconds": {
            "import": site.seconds.import,
            "search": site.seconds.search,
            "verify": site.seconds.verify,
        },
    })
}

fn open(dir: &Path) -> Result<Vault, VaultError> {
    let passphrase = Passphrase::new(PASSPHRASE.to_owned());
    Vault::open(&Location::new(dir), &Unlock::Passphrase(&passphrase))
}

/// Makes a vault and seals a table in it.
fn make(app: &App, dir: &Path, name: &'static str, table: &[u8]) -> Result<Site, Failure> {
    let folder = dir.join(name.to_lowercase().replace(' ', "-"));
    let passphrase = Passphrase::new(PASSPHRASE.to_owned());
    let compartments = vault::compartments();
    let compartments: Vec<_> = compartments
        .iter()
        .map(|(n, k)| (*n, k.as_slice()))
        .collect();
    let made = Vault::create(
        &Location::new(&folder),
        name,
        &compartments,
        &NewSlot {
            name: &app.t("cli-slot-first"),
            kind: SlotKind::Passphrase(PassphraseCost::default()),
            unlock: Unlock::Passphrase(&passphrase),
            rights: Rights::ALL,
        },
        &app.t("cli-slot-recovery"),
    )?;
    let began = Instant::now();
    let read =
        import::read(table, &Options::default()).map_err(|e| Failure::new(FAILED, e.message()))?;
    let mut records = Vec::new();
    let mut services = [0; 4];
    for row in read.rows {
        let record = row
            .record
            .map_err(|_| Failure::of("cli-import-incomplete"))?;
        for (sum, kind) in services.iter_mut().zip(SERVICES) {
            *sum += record.service_total(kind);
        }
        records.push(record);
    }
    made.vault
        .seal_all(&records, Some(&Reason::none()), |_| {})?;
    let import = began.elapsed().as_secs_f64();
    let sealed = Message::new("demo-sealed")
        .with("site", name)
        .with("records", records.len());
    step(app, &sealed);
    Ok(Site {
        name,
        dir: folder,
        records: records.len(),
        services,
        seconds: Seconds {
            import,
            ..Seconds::default()
        },
    })
}

/// Opens the vault anew and looks for a name as it was heard.
fn search(app: &App, site: &mut Site) -> Result<(), Failure> {
    let vault = open(&site.dir)?;
    let began = Instant::now();
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
    site.seconds.search = began.elapsed().as_secs_f64();
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
fn erase(app: &App, site: &Site) -> Result<ObjectId, Failure> {
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
fn verify(app: &App, site: &mut Site) -> Result<Report, Failure> {
    let known = Known {
        key: Some(*open(&site.dir)?.checkpoint_key().key()),
        ..Known::default()
    };
    let began = Instant::now();
    let report = audit::verify(&Location::new(&site.dir), &known, |_, _| {})?;
    site.seconds.verify = began.elapsed().as_secs_f64();
    let message = Message::new("demo-verified")
        .with("site", site.name)
        .with("entries", report.size)
        .with("erased", report.erased);
    step(app, &message);
    Ok(report)
}

/// Copies a vault, changes one byte of a sealed record in the copy as an insider with a database
/// program would, and has it verified.
fn tamper(app: &App, dir: &Path, site: &Site) -> Result<Vec<String>, Failure> {
    let copy = dir.join("alterada");
    std::fs::create_dir(&copy).map_err(|e| file(&copy, &e))?;
    for entry in std::fs::read_dir(&site.dir).map_err(|e| file(&site.dir, &e))? {
        let from = entry.map_err(|e| file(&site.dir, &e))?.path();
        if let Some(name) = from.file_name() {
            std::fs::copy(&from, copy.join(name)).map_err(|e| file(&from, &e))?;
        }
    }
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

fn table(app: &App, sites: &[Site]) {
    if app.json() {
        return;
    }
    app.print("");
    let mut head = format!("{}{:>8}", column("", 16), app.t("demo-records"));
    for kind in SERVICES {
        head.push_str(&format!("  {:>18}", app.text(&kind.message())));
    }
    app.print(&head);
    for site in sites {
        let mut row = format!("{}{:>8}", column(site.name, 16), site.records);
        for n in site.services {
            row.push_str(&format!("  {n:>18}"));
        }
        app.print(&row);
    }
    app.print("");
    for site in sites {
        let message = Message::new("demo-seconds")
            .with("site", site.name)
            .with("import", format!("{:.2}", site.seconds.import))
            .with("search", format!("{:.2}", site.seconds.search))
            .with("verify", format!("{:.2}", site.seconds.verify));
        app.print(&app.text(&message));
    }
}
