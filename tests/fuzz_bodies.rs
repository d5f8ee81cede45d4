//! The fuzz targets as ordinary tests: the committed corpus and ten thousand mutations of its files for
//! each target, the same on every machine.
//!
//! `SIGILO_FUZZ_TRIES` asks for more mutations. Long runs are `cargo fuzz`'s; see `fuzz/README.md`.

mod common;
#[cfg(feature = "xlsx")]
#[path = "common/workbook.rs"]
mod workbook;

use std::fs;
use std::path::{Path, PathBuf};

use sigilo::fuzzing::TARGETS;
use sigilo::site::referral::{AnswerHead, Entry, ReferralHead, Rules, Said, Status};
use sigilo::vault::transfer::{Item, Position, TransferHead};

fn corpus(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target)
}

fn samples(target: &str) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<_> = fs::read_dir(corpus(target))
        .unwrap_or_else(|e| panic!("{target}: {e}"))
        .map(|entry| {
            let path = entry.unwrap().path();
            (path.display().to_string(), fs::read(&path).unwrap())
        })
        .collect();
    found.sort();
    found
}

/// SplitMix64.
struct Sequence(u64);

impl Sequence {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}

/// Bytes that readers trip over.
const SPECIAL: [u8; 16] = *b"\0\xff\x7f\x80\x01\n\r\t \"+-,;.9";

/// One to four small changes.
fn mutate(draw: &mut Sequence, bytes: &mut Vec<u8>, other: &[u8]) {
    for _ in 0..1 + draw.below(4) {
        let at = draw.below(bytes.len());
        match draw.below(9) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << draw.below(8),
            1 if !bytes.is_empty() => bytes[at] = SPECIAL[draw.below(SPECIAL.len())],
            2 => bytes.truncate(at),
            3 => bytes.insert(at, draw.next() as u8),
            4 if !bytes.is_empty() => drop(bytes.remove(at)),
            5 => {
                let end = (at + draw.below(40)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                let to = draw.below(bytes.len());
                bytes.splice(to..to, piece);
            }
            6 => {
                let from = draw.below(other.len());
                let piece = &other[from..(from + draw.below(40)).min(other.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
            7 if bytes.len() >= at + 4 => {
                let numbers = [0, 1, 0xff, 0x100, 0xffff, 0x7fff_ffff, u32::MAX];
                let number = numbers[draw.below(numbers.len())];
                bytes[at..at + 4].copy_from_slice(&number.to_be_bytes());
            }
            _ => {
                let end = (at + draw.below(20)).min(bytes.len());
                bytes.drain(at..end);
            }
        }
    }
}

#[test]
fn corpus_and_mutations_hold() {
    let tries: usize = std::env::var("SIGILO_FUZZ_TRIES").map_or(10_000, |n| n.parse().unwrap());
    for (seed, (target, body)) in TARGETS.iter().enumerate() {
        let samples = samples(target);
        assert!(samples.len() >= 3, "{target} has too small a corpus");
        for (name, bytes) in &samples {
            eprintln!("{name}");
            body(bytes);
        }
        body(&[]);
        let mut draw = Sequence(seed as u64);
        // A database is a file, and a file takes time; so does looking at each column of a table.
        let slow = ["import_map", "store", "workbook"].contains(target);
        let tries = if slow { tries / 20 } else { tries };
        for n in 0..tries {
            let mut bytes = samples[n % samples.len()].1.clone();
            let other = &samples[draw.below(samples.len())].1;
            mutate(&mut draw, &mut bytes, other);
            let failed = std::panic::catch_unwind(|| body(&bytes)).is_err();
            assert!(!failed, "{target}: {}", sigilo::codec::to_hex(&bytes));
        }
    }
}

/// Every target has its program and its corpus, and there is nothing besides.
#[test]
fn targets_programs_and_corpora_are_the_same() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let names = |dir: &str| {
        let mut names: Vec<String> = fs::read_dir(fuzz.join(dir))
            .unwrap()
            .map(|e| {
                e.unwrap()
                    .path()
                    .file_stem()
                    .unwrap()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    };
    let targets: Vec<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names("corpus"), targets);
    // One program besides runs any of them, by its name.
    let mut programs = targets;
    programs.push("any".to_owned());
    programs.sort();
    assert_eq!(names("fuzz_targets"), programs);
    let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    for name in programs {
        assert!(
            manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")),
            "{name}"
        );
    }
}

/// Makes valid samples for a corpus that is to be begun anew.
#[test]
#[ignore = "writes fuzz/corpus"]
fn write_corpus() {
    use sigilo::codec::Encode as _;
    use sigilo::crypto::Secret;
    use sigilo::crypto::sign::SigningKey;
    use sigilo::log::act::{Act, ActKind, Reason};
    use sigilo::log::note::{KeyKind, KeyName, NoteKey};
    use sigilo::log::{Checkpoint, Fact, Frontier, Leaf, Origin, SignedCheckpoint};
    use sigilo::record::from_json;

    let put = |target: &str, name: &str, bytes: &[u8]| {
        fs::create_dir_all(corpus(target)).unwrap();
        fs::write(corpus(target).join(name), bytes).unwrap();
    };
    // Nothing in a corpus is secret, or random: it is the same each time it is written.
    let key = SigningKey::from_seed(Secret::init_with(|b| b.fill(7))).unwrap();
    let compat = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compat/v1");
    let read = |name: &str| fs::read(compat.join(name)).unwrap();

    let facts = [
        ("none", Fact::None),
        (
            "content",
            Fact::Content {
                hash: [3; 32],
                key: Some([4; 32]),
            },
        ),
        (
            "keyring",
            Fact::Content {
                hash: [3; 32],
                key: None,
            },
        ),
        ("tombstone", Fact::Tombstone(5)),
    ];
    for (name, fact) in facts {
        let leaf = Leaf {
            details_commitment: [1; 32],
            details_hash: [2; 32],
            fact,
        };
        put("leaf", name, &leaf.to_bytes());
        put("leaf", &format!("fact-{name}"), &fact.to_bytes());
    }
    for (name, kind, object, reason) in [
        ("seal", ActKind::Seal, Some([6; 16]), ""),
        (
            "erase",
            ActKind::Erase,
            Some([6; 16]),
            "a petición de la persona",
        ),
        ("search", ActKind::Search, None, ""),
    ] {
        let act = Act {
            kind,
            time: 1_780_000_000,
            actor: [9; 16],
            object,
            object_version: u32::from(object.is_some()),
            count: 0,
            prior: (kind == ActKind::Erase).then_some(4),
            reason: Reason::new(reason).unwrap(),
            second: None,
        };
        put("act", name, &act.to_bytes());
        let signed = act.sign(&[5; 16], 12, &Fact::None, &key.signer().unwrap());
        put("act", &format!("{name}-signed"), &signed.to_bytes());
        let signer = key.signer().unwrap();
        let two = signed.act.clone();
        let two = two.sign_by_two(&[5; 16], 12, &Fact::None, &signer, (&[4; 16], &signer));
        put("act", &format!("{name}-two"), &two.to_bytes());
        put(
            "act",
            &format!("{name}-sealed"),
            &signed.to_sealed_plaintext(&[8; 32]),
        );
    }
    let mut frontier = Frontier::new();
    put("frontier", "empty", &frontier.to_bytes());
    for n in 1..=23u8 {
        frontier.append([n; 32]);
        if [1, 8, 23].contains(&n) {
            put("frontier", &format!("{n}"), &frontier.to_bytes());
        }
    }
    let origin = Origin::of_vault(&[5; 16]);
    let mut head = SignedCheckpoint::sign(Checkpoint::of(origin.clone(), &frontier), &key).unwrap();
    put("checkpoint", "signed", head.to_string().as_bytes());
    let auditor = KeyName::new("auditoria.example/1").unwrap();
    let other = SigningKey::from_seed(Secret::init_with(|b| b.fill(8))).unwrap();
    head.cosign(&auditor, &other, 1_780_000_000).unwrap();
    put("checkpoint", "cosigned", head.to_string().as_bytes());
    write_log_corpus(&put, &head);
    put("checkpoint", "compat", &read("checkpoint"));
    put("note", "cosigned", head.to_string().as_bytes());
    put(
        "note",
        "key",
        origin.log_key(key.verifying_key()).to_string().as_bytes(),
    );
    let cosigner = NoteKey::new(auditor, KeyKind::Cosignature, other.verifying_key());
    put("note", "cosigner", cosigner.to_string().as_bytes());
    put("keyring", "compat", &read("keyring"));
    let second = fs::read(compat.with_file_name("v2").join("keyring")).unwrap();
    put("keyring", "compat2", &second);
    put("keyring", "beginning", &read("keyring")[..400]);
    put("keyring", "magic", b"sigilo-keyring\x01");
    for name in [
        "record-1",
        "record-1-amended",
        "record-2",
        "record-3",
        "record-4",
    ] {
        let json = read(&format!("{name}.json"));
        put("record_json", name, &json);
        let record = from_json(std::str::from_utf8(&json).unwrap()).unwrap();
        put(
            "record_body",
            name,
            &sigilo::codec::body_to_bytes(&record).unwrap(),
        );
    }
    put(
        "record_json",
        "wrong",
        br#"{"role":"victim","sex":"?","role":1,"phone":[{"x":[]}],"estimated_age":1e9}"#,
    );
    put("record_csv", "english", "local_id,role,given_names,paternal_surname,maternal_surname,sex,date_of_birth,nationality,medical,intake_date\n1,victim,Ana,Soc,\"de la Cruz\",F,2001-02-03,MX,2,2026-01-02\n2,witness,\"Juan \"\"Chepe\"\"\",Pérez,,M,1990,GT,,2026-01\n".as_bytes());
    put("record_csv", "spanish", "folio;tipo;nombres;apellido paterno;sexo;fecha de nacimiento;fecha de ingreso\r\nA-1;víctima;Xóchitl;Canul;mujer;31/12/1999;02/01/2026\r\nA-2;testigo;José;Núñez;h;?;1/2/2026\r\n".as_bytes());
    put(
        "record_csv",
        "latin-1-tabs",
        b"local_id\trole\tgiven_names\tpaternal_surname\n1\tvictim\tMar\xeda\tN\xfa\xf1ez\n",
    );
    put(
        "record_csv",
        "wrong",
        "\u{feff}local_id,role,given_names,date_of_birth\n1,nobody,\"Ana,2001-13-40\n2\n"
            .as_bytes(),
    );
    write_import_corpus(&put);
    write_sealed_corpus(&put);
    let line = |n| sigilo::vault::transfer::LineId([n; 16]);
    let body = sigilo::codec::body_to_bytes(&common::person("Ixchel", "Pech")).unwrap();
    let version = Item::Version {
        id: line(1),
        record: line(2),
        parents: vec![line(3), line(4)],
        compartment: "dirección".into(),
        body: body.into(),
    };
    let link = Item::Link {
        id: line(5),
        first: line(1),
        second: line(2),
        number: 7,
        linked: true,
    };
    let erased = Item::Erased {
        id: line(6),
        reason: "plazo".into(),
    };
    let evidence = Item::Evidence {
        id: line(7),
        record: line(2),
        size: 70_000,
        sha256: [9; 32],
        name: "denuncia.pdf".into(),
    };
    let hold = Item::Hold {
        id: line(8),
        record: line(2),
        on: true,
        reason: "juicio".into(),
    };
    let retention = Item::Retention {
        id: line(9),
        record: line(2),
        number: 3,
        until: sigilo::record::Date::new(2036, 5, 2),
    };
    let mut all = Vec::new();
    for (name, item) in [
        ("version", &version),
        ("link", &link),
        ("erased", &erased),
        ("hold", &hold),
        ("retention", &retention),
        ("evidence", &evidence),
    ] {
        put("transfer", name, &item.to_bytes());
        item.encode(&mut all);
    }
    put("transfer", "items", &all);
    let transfer_head = TransferHead {
        sender: sigilo::vault::VaultId([1; 16]),
        receiver: sigilo::vault::VaultId([2; 16]),
        log: [3; 16],
        from: 4,
        to: 50,
        checkpoint: head.to_string(),
        have: Position {
            log: [5; 16],
            size: 6,
        },
    };
    put("transfer", "head", &transfer_head.to_bytes());
    // The head of a parcel, a ledger without anything but one vault, a table with a link.
    let parcel = [
        &[1u8; 1][..],
        &[2; 32],
        &[3; 32],
        &[4; 16],
        &[0; 4],
        &[1; 4],
        &[0; 4],
    ]
    .concat();
    put("transfer", "parcel", &parcel);
    let mut ledger = vec![1, 0, 0, 0, 1];
    ledger.extend([7; 64]);
    ledger.extend([0; 20]);
    put("transfer", "ledger", &ledger);
    let mut table = vec![1];
    table.extend([7; 16]);
    table.extend([0, 0, 0, 1, 2]);
    table.extend([0; 8]);
    table.extend([8; 48]);
    table.extend([0, 0, 0, 1, 1]);
    put("transfer", "table", &table);
    let referral_head = ReferralHead {
        log: [3; 16],
        tag: line(4),
        rules: Rules {
            onward: true,
            until: sigilo::record::Date::new(2036, 2, 29),
            purpose: "refugio en otra ciudad".into(),
        },
    };
    put("referral", "head", &referral_head.to_bytes());
    for (name, said) in [
        ("receipt", Said::Receipt("sigilo/receipt/v1\n".into())),
        ("revoked", Said::Revoked("retiró su consentimiento".into())),
    ] {
        let answer = AnswerHead {
            about: [5; 32],
            said,
        };
        put("referral", name, &answer.to_bytes());
    }
    let entry = Entry {
        id: [6; 32],
        sent: true,
        other: sigilo::round::PartyId([7; 32]),
        time: sigilo::round::Time::MAX,
        status: Status::Accepted,
        object: Some(sigilo::vault::ObjectId([8; 16])),
        tag: line(9),
        rules: referral_head.rules,
        file: Some(sigilo::party::Shelved {
            hash: [1; 32],
            len: 9,
        }),
        answer: None,
        evidence: vec![line(1), line(2)],
        receipt: "sigilo/receipt/v1\n".into(),
    };
    let mut book = vec![1, 0, 0, 0, 1];
    entry.encode(&mut book);
    put("referral", "book", &book);
    write_notices_corpus(&put);
    let id = sigilo::vault::ObjectId(*b"0123456789abcdef");
    put("object_id", "whole", id.to_string().as_bytes());
    put(
        "object_id",
        "upper",
        id.to_string().to_uppercase().as_bytes(),
    );
    put("object_id", "short", id.short().as_bytes());
    put("object_id", "hyphens", b"1g64-S36D1-n6rvk-gehhox3ilcs");
    let code = read("recovery-code.txt");
    put("recovery_code", "code", &code);
    put("recovery_code", "upper", &code.to_ascii_uppercase());
    put(
        "recovery_code",
        "spaces",
        &code
            .iter()
            .map(|b| if *b == b'-' { b' ' } else { *b })
            .collect::<Vec<_>>(),
    );
    for (i, text) in [
        "2001",
        "2001-02",
        "2001-02-29",
        "31/12/1999",
        "2004-02-29",
        "c. 1990",
    ]
    .iter()
    .enumerate()
    {
        put("date", &format!("{i}"), text.as_bytes());
    }
    put("codec", "script", b"\x00\x01\x02\x01\x00\x00\x00\x05\x03\x00\x00\x00\x02ab\x04\x00\x00\x00\x02\xc3\xb1\x05\x00\x00\x00\x01\x06abcde\x07abcdefg");
    put("codec", "hex", b"00ffAb");
    put("codec", "long", &[3, 0, 0, 0, 65]);
}

/// Samples of what lies sealed in vaults, goes between houses, or is a whole file.
fn write_sealed_corpus(put: &dyn Fn(&str, &str, &[u8])) {
    let text = |t: &str| [&(t.len() as u32).to_be_bytes()[..], t.as_bytes()].concat();
    let number = |n: u32| n.to_be_bytes().to_vec();
    let compartment = [&[3; 16][..], &text("victim"), &[0, 0, 0, 1, 0]].concat();
    let slot = [&[4; 16][..], &text("dirección")].concat();
    let names = [text("Casa Alba"), number(1), compartment, number(1), slot].concat();
    put("sealed", "roster", &[&[1][..], &names].concat());
    let choices = [
        number(1),
        vec![3; 16],
        number(1),
        vec![4; 16],
        number(0),
        vec![0; 8],
    ]
    .concat();
    put(
        "sealed",
        "roster-choices",
        &[&[2][..], &names, &choices].concat(),
    );
    put(
        "sealed",
        "keeping",
        &[
            &[1, 1][..],
            &text("oficio 17"),
            &[1, 0, 0, 0, 0, 0, 0, 80, 0],
        ]
        .concat(),
    );
    put(
        "sealed",
        "header",
        &[&[5; 16][..], &[0, 0, 0, 1, 1]].concat(),
    );
    let file = [
        &[1][..],
        &[5; 16],
        &[0; 8],
        &[6; 32],
        &[7; 32],
        &[0; 8],
        &[8; 32],
        &text("foto.jpg"),
    ];
    put("sealed", "description", &file.concat());
    write_states_corpus(put);
    for (name, text) in [
        (
            "all",
            "vault = \"/casa\"\nkeyring = \"/usb/k\"\nlang = \"es\"\nplain = true\nquiet = false\nidle_minutes = 7\n",
        ),
        ("mistake", "lang = \"es\"\nvalut = \"x\"\n"),
        (
            "form",
            "[desk]\nplain = [true, { a = 1 }]\nidle_minutes = 0x5",
        ),
    ] {
        put("config", name, text.as_bytes());
    }
    let compat = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compat");
    for version in ["v1", "v2"] {
        let database = fs::read(compat.join(version).join("vault.db")).unwrap();
        put("store", version, &database);
        put(
            "store",
            &format!("{version}-cut"),
            &database[..database.len() / 2],
        );
    }
    // Sealing draws its keys; samples that are there stay.
    let recipient = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";
    let recipient = [sigilo::crypto::travel::Recipient::new(recipient).unwrap()];
    for (name, plain) in [
        ("empty", vec![]),
        ("short", b"sigilo".to_vec()),
        ("pieces", vec![7; 70_000]),
    ] {
        if !corpus("travel").join(name).exists() {
            let file = sigilo::crypto::travel::encrypt_bytes(&recipient, &plain).unwrap();
            put("travel", name, &file);
        }
    }
}

/// Samples of what a vault keeps for its party, and of its index.
fn write_states_corpus(put: &dyn Fn(&str, &str, &[u8])) {
    use sigilo::codec::Encode as _;
    let number = |n: u32| n.to_be_bytes().to_vec();
    // An index: its head with two parts, and two entries.
    let part = |n: u8| [number(n.into()), vec![n; 16], vec![0, 0, 0, 0, 0, 0, 0, n]].concat();
    let head = [
        vec![1],
        vec![0, 0, 0, 0, 0, 0, 0, 9],
        vec![7; 32],
        number(2),
        part(1),
        part(2),
    ];
    put("index", "head", &head.concat());
    put(
        "index",
        "head-empty",
        &[vec![1], vec![0; 40], number(0)].concat(),
    );
    let entry = |n: u8| {
        let key = sigilo::record::SearchKey::new(&common::person("Xóchitl", "Balam"));
        let leaf = vec![0, 0, 0, 0, 0, 0, 0, n];
        [vec![n; 16], number(1), leaf.clone(), leaf, key.to_bytes()].concat()
    };
    put("index", "entries", &[entry(1), entry(2), entry(1)].concat());
    // Grants of a slot, a link, and the states of each role.
    let mut grants = [
        vec![3],
        vec![1; 32],
        vec![0, 0],
        number(1),
        vec![0; 8],
        vec![5; 32],
    ]
    .concat();
    grants.extend([number(1), vec![3; 16], number(1), vec![6; 32]].concat());
    grants.extend([number(1), vec![3; 16], number(1), vec![2], vec![7; 32]].concat());
    grants.resize(1024, 0);
    put("states", "grants", &grants);
    let first = [vec![1], vec![1; 32], vec![0, 0, 1], vec![5; 32], number(0)].concat();
    put("states", "grants-first", &first);
    put(
        "states",
        "link",
        &[vec![1], vec![2; 16], vec![3; 16], vec![1]].concat(),
    );
    put("states", "spent", &[1, 0x07, 0xeb, 0, 0, 0x0f, 0xa0]);
    let given = [
        vec![4; 32],
        vec![0x07, 0xeb],
        vec![0, 0, 0, 0, 0, 0, 8, 0],
        vec![0; 8],
        number(20_000),
    ];
    put(
        "states",
        "ledger",
        &[vec![2], number(1), given.concat()].concat(),
    );
    let policy = [
        number(15_000),
        number(4_096),
        vec![0; 8],
        number(100),
        number(20_000),
        vec![9; 16],
    ];
    put("states", "policy", &[vec![2], policy.concat()].concat());
    let identity = b"AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";
    let name = [number(4), b"Casa".to_vec()].concat();
    put(
        "states",
        "keys",
        &[vec![2, 0], name, vec![8; 32], identity.to_vec()].concat(),
    );
    let secrets = [
        vec![1],
        [vec![1; 31], vec![0]].concat(),
        vec![2; 32],
        vec![3; 32],
    ]
    .concat();
    put("states", "holder", &[secrets, identity.to_vec()].concat());
    let shelved = [vec![1; 32], vec![0; 8]].concat();
    let asked = [
        vec![1],
        vec![3; 32],
        number(2),
        vec![4; 32],
        vec![5; 32],
        vec![0; 8],
    ]
    .concat();
    put(
        "states",
        "asked",
        &[asked, shelved.clone(), vec![0; 16]].concat(),
    );
    let taking = [
        vec![1],
        vec![1; 32],
        vec![2; 32],
        identity.to_vec(),
        vec![3; 32],
    ]
    .concat();
    let persons = [
        number(1),
        number(1),
        vec![6; 16],
        vec![0; 8],
        number(0),
        number(1),
        vec![7; 16],
    ];
    put(
        "states",
        "taking",
        &[taking, shelved, vec![5; 32], persons.concat()].concat(),
    );
}

/// The samples of what lies sealed are read, so that mutations reach what lies behind the first byte.
#[test]
fn samples_of_sealed_states_are_read() {
    for target in ["index", "states"] {
        for (name, bytes) in samples(target) {
            assert!(sigilo::fuzzing::is_read(&bytes), "{name}");
        }
    }
}

/// The samples of age files open, so that mutations reach what lies behind the header.
#[test]
fn samples_of_age_files_open() {
    for name in ["empty", "short", "pieces"] {
        let bytes = fs::read(corpus("travel").join(name)).unwrap();
        assert!(sigilo::fuzzing::opens(&bytes), "{name}");
    }
}

/// Samples of maps, exports and workbooks.
fn write_import_corpus(put: &dyn Fn(&str, &str, &[u8])) {
    put("record_csv", "primero", PRIMERO.as_bytes());
    put("record_csv", "htcds", HTCDS.as_bytes());
    let wide: Vec<u8> = "expediente\tcalidad\tnombres\r\n1\tvíctima\tXóchitl\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    put("record_csv", "utf-16", &[b"\xff\xfe", &wide[..]].concat());
    let map = "version = 1\nsheet = \"Casos\"\n[columns]\n\"Quién\" = \"full_name\"\n\"Nac.\" = \"date_of_birth\"\n\"Tel 2\" = \"phone\"\n\"Control\" = \"htcds.vic_MethodsOfControl\"\n\"Color\" = \"\"\n[dates]\nall = \"mm/dd/yy\"\n[values.sex]\n\"1\" = \"F\"\n[constants]\nrole = \"witness\"\n";
    let table = "Quién,Nac.,telefono,Tel 2,sexo,Control\nAna de la Cruz Soc,03/18/04,5510000001,5510000002,1,DebtBondage;Other\n";
    put("import_map", "map", map.as_bytes());
    put(
        "import_map",
        "map-and-table",
        [map, "\0", table].concat().as_bytes(),
    );
    put("import_map", "table", ["\0", table].concat().as_bytes());
    put(
        "import_map",
        "export",
        ["version = 1\n\0", PRIMERO].concat().as_bytes(),
    );
    #[cfg(feature = "xlsx")]
    {
        use workbook::{Workbook, row};
        let cells = row(1, &["expediente", "calidad", "nombres", "fecha_nacimiento"])
            + "<row r=\"2\"><c r=\"A2\"><v>1</v></c><c r=\"B2\" t=\"s\"><v>0</v></c><c r=\"C2\" t=\"str\"><f>A1</f><v>Ana</v></c><c r=\"D2\" s=\"1\"><v>38064</v></c></row></sheetData><mergeCells><mergeCell ref=\"A1:B1\"/></mergeCells>";
        let mut book = Workbook::default().sheet("Casos", &cells).hidden("x", "");
        book.shared = "<si><r><t>víc</t></r><r><t>tima&#33;</t></r></si>".to_owned();
        put("workbook", "book", &book.bytes());
        for (name, xml) in book.parts() {
            let name = name
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .trim_start_matches('.');
            if !name.starts_with('[') {
                put("workbook", name, xml.as_bytes());
            }
        }
    }
}

const PRIMERO: &str = "id,case_id_display,name_first,name_middle,name_last,name,sex,age,date_of_birth,nationality,telephone_current,owned_by\n8f1,a1b2c3d,Rosa,,de la Cruz Soc,Rosa de la Cruz Soc,female,17,2008-05-01,\"[\"\"honduras\"\", \"\"mexico\"\"]\",'+529611234567,primero_cp\n";

const HTCDS: &str = "prs_FirstName,prs_MiddleName,prs_SecondName,prs_Birthdate,prs_Gender,prs_Citizenship,vic_MethodsOfControl,cas_Status,con_Consent,hte_City,prs_Deceased\nAna,Lucía,Pérez Soc,2004-03-18,Feminine,HN;MX,DebtBondage;FalsePromises,Active,TRUE,San Pedro Sula,FALSE\n";

/// Samples of what notices are made of.
fn write_notices_corpus(put: &dyn Fn(&str, &str, &[u8])) {
    use sigilo::codec::Encode as _;
    use sigilo::crypto::Secret;
    use sigilo::round::notice::desk::{Asked, Plan};
    use sigilo::round::notice::house::House;
    use sigilo::round::notice::letter::{Facts, Said};
    use sigilo::round::notice::policy::{Calendar, Mediation};
    use sigilo::round::notice::{Consent, Introduction, Letters};
    use sigilo::round::{PartyId, Time};
    let how = Mediation::new(2, 1, 7, 990).unwrap();
    let persons = |n: u8| [([n; 16], 1), ([n + 1; 16], u32::from(n))];
    let (a, b) = (persons(10), persons(20));
    let site = |n: u8| PartyId([n; 32]);
    let asked = [(site(1), &a), (site(2), &b)].map(|(site, persons)| Asked { site, persons });
    let key = Secret::init_with(|k| k.fill(7));
    let plan = Plan::draw_with(key, &how, &asked, &[([10; 16], [20; 16])]).unwrap();
    put("notices", "plan", &plan.to_bytes());
    let notice = plan.notice(&how, &site(1), 1).unwrap();
    put("notices", "notice", &notice.to_bytes());
    let mut letters = Letters::new(3);
    for letter in [[1; 3], [2; 3]] {
        letters.push(&letter).unwrap();
    }
    let consent = Consent {
        batch: 1,
        letters: letters.clone(),
    };
    put("notices", "consent", &consent.to_bytes());
    let introduction = Introduction { letters };
    let mut padded = introduction.to_bytes();
    put("notices", "introduction", &padded);
    padded.resize(64, 0);
    put("notices", "padded", &padded);
    let mut house = House::new([([10; 16], Secret::init_with(|k| k.fill(5)))]);
    house.take(&how, &notice, |_| true).unwrap();
    let days = Calendar::new(Time::MAX, how);
    let id = notice
        .requests
        .iter()
        .find(|(_, h)| *h == [10; 16])
        .unwrap()
        .0;
    let _ = house.answer(
        &id,
        true,
        &days,
        Time::parse("2027-03-01T00:00:00Z").unwrap(),
    );
    put("notices", "house", &house.to_bytes());
    let said = Said {
        sender: site(2),
        facts: Facts {
            sex: 1,
            year: Some(1993),
            country: Some(*b"HND"),
            given: Some('Ñ'),
            surname: None,
        },
        contact: "Marta, 55 1234 5678".into(),
    };
    put("notices", "said", &said.to_bytes());
    let word = sigilo::site::notices::Word {
        yes: true,
        asked_by: "Marta".into(),
        time: Time::MAX,
        contact: said.contact.clone(),
        houses: vec![site(2)],
    };
    let entry = sigilo::site::notices::Entry {
        id,
        round: [9; 16],
        records: vec![sigilo::vault::ObjectId([8; 16])],
        until: Time::MAX,
        ends: Time::MAX,
        word: Some(word),
        sent: true,
        stand: sigilo::site::notices::Stand::Introduced(vec![sigilo::site::notices::Meeting {
            house: site(2),
            facts: said.facts,
            contact: said.contact,
        }]),
    };
    let mut book = vec![1, 0, 0, 0, 1];
    entry.encode(&mut book);
    put("notices", "book", &book);
}

/// Samples of what auditors, courts and cosigners read.
fn write_log_corpus(put: &dyn Fn(&str, &str, &[u8]), head: &sigilo::log::SignedCheckpoint) {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use sigilo::codec::{Encode as _, to_hex};
    use sigilo::crypto::Secret;
    use sigilo::crypto::sign::SigningKey;
    use sigilo::log::note::{KeyKind, KeyName, NoteKey};
    use sigilo::log::offer::{Earlier, HeadOffer};
    use sigilo::log::tiles::put_entry;

    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/log");
    for entry in fs::read_dir(vectors).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if bytes.starts_with(b"c2sp.org/tlog-proof") || bytes.starts_with(b"old ") {
            put("proof", &name, &bytes);
        }
    }
    let proof = fs::read_dir(corpus("proof")).unwrap().count();
    assert!(proof >= 2);
    let leaf = fs::read(corpus("leaf").join("content")).unwrap();
    put("proof", "entry-closed", &leaf);

    let key = SigningKey::from_seed(Secret::init_with(|b| b.fill(7))).unwrap();
    let mut lines = String::new();
    for kind in [KeyKind::Cosignature, KeyKind::Ed25519] {
        let name = KeyName::new("auditoria.example").unwrap();
        let known = NoteKey::new(name, kind, key.verifying_key());
        let material = [&[kind as u8][..], &[7; 32]].concat();
        let id = to_hex(&known.id());
        let material = STANDARD.encode(material);
        lines.push_str(&format!("PRIVATE+KEY+auditoria.example+{id}+{material}\n"));
    }
    put("auditor_key", "both", lines.as_bytes());
    put(
        "auditor_key",
        "one",
        lines.lines().next().unwrap().as_bytes(),
    );
    put(
        "auditor_key",
        "crlf",
        lines.replace('\n', "\r\n").as_bytes(),
    );

    let mut entries = Vec::new();
    put_entry(&mut entries, &leaf).unwrap();
    put("bundle", "one-leaf", &entries);
    put_entry(&mut entries, b"").unwrap();
    put("bundle", "two", &entries);
    put("bundle", "name", b"tile/1/x001/x234/067.p/8");
    put("bundle", "entries-name", b"tile/entries/000");

    let text = head.to_string();
    let earlier = vec![Earlier {
        size: 8,
        root: [1; 32],
        hashes: vec![[2; 32], [3; 32]],
    }];
    let offer = HeadOffer {
        head: head.clone(),
        earlier,
    };
    put("heads", "offer", &offer.to_bytes());
    let refused = format!(
        "sigilo/refused-head/v1\ntime 1780000000\nreason older\nlast {}\ngiven {}\n",
        STANDARD.encode(&text),
        STANDARD.encode(&text)
    );
    let name = KeyName::new("auditoria.example").unwrap();
    let sign = |text: String| {
        let mut note = sigilo::log::Note::new(text).unwrap();
        note.sign(&name, &key).unwrap();
        note.to_string()
    };
    let older = sign(refused.clone());
    put("refusal", "older", older.as_bytes());
    let fork = refused.replace("older", "fork") + &STANDARD.encode([4; 32]) + "\n";
    put("refusal", "fork", sign(fork).as_bytes());
    put(
        "refusal",
        "unproved",
        sign(refused.replace("older", "unproved")).as_bytes(),
    );
    let refusal = sigilo::auditor::Refusal::parse(older.as_bytes()).unwrap();
    let answers = [
        sigilo::party::HeadAnswer::Cosigned(head.clone()),
        sigilo::party::HeadAnswer::Refused(Box::new(refusal)),
        sigilo::party::HeadAnswer::From(12),
    ];
    for (n, answer) in answers.iter().enumerate() {
        put("heads", &format!("answer-{n}"), &answer.to_bytes());
    }
    let mut seen = sigilo::auditor::Seen::new();
    put("seen", "empty", &seen.to_bytes());
    seen.put(key.verifying_key(), head);
    put("seen", "one", &seen.to_bytes());
    put("seen", "magic", b"sigilo-seen\x01\0\0\0\x01");

    let log = head.checkpoint().origin().log_key(key.verifying_key());
    let id = "05".repeat(16);
    let keys = format!(
        "sigilo/court-keys/v1\nlog {log}\nformer {id}\nslot {id} {} direcci\u{f3}n\n",
        "09".repeat(32)
    );
    put("court", "keys", keys.as_bytes());
    let item = format!(
        "sigilo/sealed-item/v1\nvault {id}\nentry 4\nobject {id}\ncompartment {id}\nwrap {}\nkey {}\nbody {}\n",
        "01".repeat(32),
        "02".repeat(32),
        STANDARD.encode([3; 48])
    );
    put("court", "item", item.as_bytes());
    let receipt = format!(
        "sigilo/receipt/v1\nabout evidence\nwhat {}\nbytes 34\nanswer received\nlog {id}\nentry 17\nreceiver {}\ntime 2026-11-22T04:00:00Z\n",
        "01".repeat(32),
        "02".repeat(32)
    );
    put("court", "receipt", sign(receipt).as_bytes());
}
