//! Plays a round over the tables of a folder, one site a table, and prints what it took.
//!
//! `cargo run --release --example reference_network -- DIR`

use std::collections::BTreeMap;

use sigilo::coordinator::Plan;
use sigilo::crypto::kdf::PassphraseCost;
use sigilo::crypto::secret::Passphrase;
use sigilo::network::{Network, Setup, SiteSetup};
use sigilo::record::code::Agreement;
use sigilo::record::import::{self, Options};
use sigilo::round::Time;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let from = std::env::args().nth(1).ok_or("name a folder")?;
    let mut sites = Vec::new();
    let mut truth = BTreeMap::new();
    let mut paths: Vec<_> = std::fs::read_dir(&from)?
        .filter_map(|e| e.ok().map(|e| e.path()))
        .filter(|p| p.extension().is_some_and(|e| e == "csv"))
        .collect();
    paths.sort();
    for path in paths {
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let bytes = std::fs::read(&path)?;
        if name == "truth" {
            for line in String::from_utf8(bytes)?.lines().skip(1) {
                let mut parts = line.split(',');
                if let (Some(site), Some(id), Some(who)) =
                    (parts.next(), parts.next(), parts.next())
                {
                    truth.insert((site.to_owned(), id.to_owned()), who.to_owned());
                }
            }
            continue;
        }
        let table = import::read(&bytes, &Options::default()).map_err(|_| "table")?;
        let records = table
            .rows
            .into_iter()
            .filter_map(|row| row.record.ok())
            .map(|mut r| {
                r.consents.matching.given = Agreement::Yes;
                r
            })
            .collect();
        sites.push(SiteSetup { name, records });
    }
    let dir = tempfile::tempdir()?;
    let now = Time::parse("2027-03-02T09:00:00Z").ok_or("time")?;
    let until = Time::parse("2027-03-31T23:59:59Z").ok_or("time")?;
    let expected = sites.iter().map(|s| s.records.len() as u64).sum();
    let local: Vec<(String, Vec<String>)> = sites
        .iter()
        .map(|s| {
            (
                s.name.clone(),
                s.records.iter().map(|r| r.local_id.clone()).collect(),
            )
        })
        .collect();
    let mut plan = Plan::new("Demo", until, expected);
    plan.compartments = vec!["victim".into(), "witness".into(), "call".into()];
    let setup = Setup {
        dir: dir.path().to_owned(),
        coordinator: "Comisión".into(),
        holders: vec!["Defensoría".into(), "Universidad".into()],
        sites,
        passphrase: Passphrase::new("cuatro palabras que nadie diga".into()),
        cost: PassphraseCost::new(PassphraseCost::MIN_MEMORY_KIB, 2, 1)?,
        plan,
        link: true,
    };
    let network = Network::build(setup, |_| {})?;
    let sealed: Vec<Vec<_>> = network.sites.iter().map(|s| s.sealed.clone()).collect();
    let played = network.round(now, |_| {})?;
    for (stage, seconds) in &played.seconds {
        println!("{stage:10} {seconds:6.2} s");
    }
    for s in &played.sites {
        println!("{s:?}");
    }
    for s in &played.seen {
        println!(
            "{:14} {:12} {:3} files {:9} bytes",
            s.party, s.kind, s.files, s.bytes
        );
    }
    println!("{:?}", played.result);
    let who = |site: usize, id| {
        let at = sealed.get(site)?.iter().position(|i| *i == id)?;
        let (name, ids) = local.get(site)?;
        truth.get(&(name.clone(), ids.get(at)?.clone())).cloned()
    };
    let (mut found, mut right) = (0u64, 0u64);
    for cluster in &played.clusters {
        for (i, a) in cluster.iter().enumerate() {
            for b in cluster.iter().skip(i + 1).filter(|b| b.0 != a.0) {
                found += 1;
                right += u64::from(who(a.0, a.1) == who(b.0, b.1));
            }
        }
    }
    let mut persons: BTreeMap<&String, Vec<&String>> = BTreeMap::new();
    for ((site, _), person) in &truth {
        persons.entry(person).or_default().push(site);
    }
    let mut all = 0u64;
    for sites in persons.values() {
        for (i, a) in sites.iter().enumerate() {
            all += sites.iter().skip(i + 1).filter(|b| *b != a).count() as u64;
        }
    }
    println!("pairs of records: {found} found, {right} right, {all} true");
    println!(
        "chains sound: {}",
        played.chains.iter().all(|c| c.findings.is_empty())
    );
    Ok(())
}
