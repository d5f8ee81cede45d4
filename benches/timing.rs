//! Whether time tells what it must not: two classes of input, measured in random order, compared by Welch's t as
//! dudect does (Reparaz, Balasch and Verbauwhede 2017).
//!
//! `cargo bench --bench timing [-- WORD]`, tab-separated, with the medians and the largest |t| over four ways of cutting
//! off slow samples. Above 4.5 a difference is likely, above 10 it is sure. The first line is the control: a comparison
//! that stops at the first difference has to be found, or nothing else here means anything, and the program says 1.
//! Time depends on the machine and on what else it does, so no test waits for these numbers; they are in the manual
//! (*attacks*, "Time and memory").

#[path = "../tests/common/mod.rs"]
mod common;

use std::hint::black_box;
use std::time::Instant;

use common::{PASSPHRASE, passphrase};
use sigilo::crypto::secret::Passphrase;
use sigilo::crypto::voprf::{Blinding, PrfKey};
use sigilo::crypto::{Secret, aead, shares};
use sigilo::vault::shares::gather;
use sigilo::vault::{Keyring, Location, NewSlot, Rights, SlotKind, Unlock, Vault};

/// SplitMix64: which class comes next.
struct Coin(u64);

impl Coin {
    fn toss(&mut self) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::from((z ^ (z >> 31)) & 1 == 1)
    }
}

/// What two classes took, nanoseconds.
struct Times {
    of: [Vec<f64>; 2],
}

impl Times {
    /// `lay` puts the input of a class, by its number, in one place for both; only `act` is timed.
    fn take<S>(
        (samples, repeats): (usize, usize),
        mut place: S,
        mut lay: impl FnMut(&mut S, usize),
        mut act: impl FnMut(&S),
    ) -> Self {
        let (mut coin, mut of) = (Coin(samples as u64), [Vec::new(), Vec::new()]);
        for n in 0..samples + samples / 10 {
            let class = coin.toss();
            lay(&mut place, class);
            let began = Instant::now();
            for _ in 0..repeats {
                act(black_box(&place));
            }
            let took = began.elapsed().as_nanos() as f64 / repeats as f64;
            // What comes first fills caches.
            if n >= samples / 10 {
                of[class].push(took);
            }
        }
        Self { of }
    }

    fn median(&self, class: usize) -> f64 {
        let mut sorted = self.of[class].clone();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    }

    /// Welch's t of what is faster than a share of all samples.
    fn t(&self, share: f64) -> f64 {
        let mut all = self.of.concat();
        all.sort_by(f64::total_cmp);
        let most = all[((all.len() - 1) as f64 * share) as usize];
        let [a, b] = [0, 1].map(|class| {
            let kept = self.of[class].iter().filter(|t| **t <= most);
            let (mut n, mut mean, mut squares) = (0.0, 0.0, 0.0);
            for time in kept {
                n += 1.0;
                let off = time - mean;
                mean += off / n;
                squares += off * (time - mean);
            }
            (mean, squares / f64::max(n - 1.0, 1.0) / f64::max(n, 1.0))
        });
        (a.0 - b.0) / f64::max((a.1 + b.1).sqrt(), 1e-9)
    }

    fn largest(&self) -> f64 {
        let cuts = [0.5, 0.9, 0.99, 1.0].map(|cut| self.t(cut).abs());
        cuts.into_iter().fold(0.0, f64::max)
    }
}

struct Report {
    only: Option<String>,
}

impl Report {
    /// Measures, prints, and gives the largest |t|; infinite if it was not asked for.
    fn line<S>(
        &self,
        what: &str,
        sizes: (usize, usize),
        place: S,
        lay: impl FnMut(&mut S, usize),
        act: impl FnMut(&S),
    ) -> f64 {
        let wanted = |word: &String| what.contains(word.as_str());
        if !self.only.as_ref().is_none_or(wanted) {
            return f64::INFINITY;
        }
        let times = Times::take(sizes, place, lay, act);
        let (a, b, t) = (times.median(0), times.median(1), times.largest());
        println!("{what}\t{}\t{a:.0}\t{b:.0}\t{t:.1}", sizes.0);
        t
    }
}

/// What a comparison of secrets must not be.
fn stops_early(a: &[u8; 32], b: &[u8; 32]) -> bool {
    a.iter().zip(b).all(|(a, b)| black_box(*a) == black_box(*b))
}

/// A secret that differs from one of sevens in one byte, or in none.
fn sevens_but(place: Option<usize>) -> Secret<32> {
    Secret::init_with(|b| {
        b.fill(7);
        if let Some(byte) = place.and_then(|p| b.get_mut(p)) {
            *byte = 8;
        }
    })
}

/// Lays one of two secrets.
fn one_of(of: &[Secret<32>; 2]) -> impl FnMut(&mut Secret<32>, usize) {
    |place, class| *place = of[class].duplicate()
}

fn comparisons(report: &Report) -> bool {
    const MANY: (usize, usize) = (20_000, 50);
    let own = sevens_but(None);
    let first_or_last = [sevens_but(Some(0)), sevens_but(Some(31))];
    let early = |other: &Secret<32>| {
        black_box(stops_early(own.expose(), other.expose()));
    };
    let equal = |other: &Secret<32>| {
        black_box(own == *other);
    };
    let secrets = |what, of: &[Secret<32>; 2]| {
        report.line(what, MANY, sevens_but(None), one_of(of), equal);
    };
    let what = "control: stops at the first difference";
    let control = report.line(what, MANY, sevens_but(None), one_of(&first_or_last), early);
    secrets(
        "secrets: differ in the first byte, in the last",
        &first_or_last,
    );
    let wrong_or_right = [sevens_but(Some(0)), sevens_but(None)];
    secrets("secrets: differ, are the same", &wrong_or_right);
    let typed = passphrase(PASSPHRASE);
    let others = [
        PASSPHRASE.replacen('a', "x", 1),
        format!("{}x", &PASSPHRASE[..PASSPHRASE.len() - 1]),
    ];
    report.line(
        "passphrases: differ in the first letter, in the last",
        MANY,
        passphrase(PASSPHRASE),
        |place, class| *place = passphrase(&others[class]),
        |other| {
            black_box(typed == *other);
        },
    );
    control > 10.0
}

fn ciphertexts(report: &Report) {
    const MANY: (usize, usize) = (20_000, 10);
    let key = sevens_but(None);
    let sealed = aead::seal(&key, b"what", &[5; 200]).expect("sealed");
    // The tag is at the end.
    let flipped = [sealed.len() - 16, sealed.len() - 1];
    report.line(
        "ciphertext: first byte of the tag wrong, last",
        MANY,
        sealed.clone(),
        |place, class| {
            place.copy_from_slice(&sealed);
            place[flipped[class]] ^= 1;
        },
        |sealed| {
            black_box(aead::open(&key, b"what", sealed).is_ok());
        },
    );
    let keys = [sevens_but(Some(0)), sevens_but(Some(31))];
    report.line(
        "ciphertext: one wrong key, another",
        MANY,
        sevens_but(None),
        one_of(&keys),
        |key| {
            black_box(aead::open(key, b"what", &sealed).is_ok());
        },
    );
}

fn recovery(report: &Report) {
    let of = |secret: &Secret<32>| {
        let parts = shares::split(secret, 2, 3).expect("split");
        [parts[0].duplicate(), parts[1].duplicate()]
    };
    let zeros = Secret::init_with(|b| b.fill(0));
    let sets = [of(&zeros), of(&sevens_but(Some(3)))];
    report.line(
        "recovery shares: of a secret of zeros, of another",
        (20_000, 5),
        of(&zeros),
        |place, class| *place = sets[class].each_ref().map(Secret::duplicate),
        |[first, second]| {
            black_box(shares::combine(&[(1, first), (2, second)]).is_ok());
        },
    );
}

/// Blinded points of these inputs, under blinds of a request's own.
fn request(of: u8, inputs: &[[u8; 32]]) -> Vec<[u8; 32]> {
    let blinding = Blinding::new(&Secret::init_with(|b| b.fill(of)));
    blinding.blind(0, inputs).expect("blinded")
}

fn prf(report: &Report) {
    const SOME: (usize, usize) = (4_000, 1);
    // A person is the same inputs in every request; dummies are never the same twice.
    let person: Vec<[u8; 32]> = (0..16).map(|i| [i; 32]).collect();
    let persons: Vec<_> = (0..64).map(|n| request(n, &person)).collect();
    let dummies: Vec<_> = (64..128)
        .map(|n: u8| {
            let inputs: Vec<[u8; 32]> = (0..16).map(|i| [i ^ n.rotate_left(3); 32]).collect();
            request(n, &inputs)
        })
        .collect();
    let key = PrfKey::derive(&sevens_but(None), b"").expect("a key");
    let mut n = 0;
    report.line(
        "holder's evaluation: one person in many requests, dummies",
        SOME,
        persons[0].clone(),
        |place, class| {
            n = (n + 1) % 64;
            place.copy_from_slice(&[&persons, &dummies][class][n]);
        },
        |blinded| {
            black_box(key.evaluate(blinded).is_ok());
        },
    );
    let one_bit = Secret::init_with(|b| {
        b.fill(0);
        b[0] = 2;
    });
    let keys = [one_bit, key.private().duplicate()];
    let of = |class: usize| PrfKey::from_private(keys[class].duplicate()).expect("a key");
    report.line(
        "holder's evaluation: key of one bit, of many",
        SOME,
        of(0),
        |place, class| *place = of(class),
        |key| {
            black_box(key.evaluate(&persons[0]).is_ok());
        },
    );
    let inputs = [vec![[0; 32]; 16], person];
    let blinding = Blinding::new(&sevens_but(None));
    report.line(
        "site's blinding: one value, many",
        SOME,
        inputs[0].clone(),
        |place, class| place.copy_from_slice(&inputs[class]),
        |inputs| {
            black_box(blinding.blind(0, inputs).is_ok());
        },
    );
}

/// A house with two passphrases, and one that destroys.
fn passphrases(report: &Report) {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("house");
    let mut vault = common::create(&dir).vault;
    let second = passphrase("la segunda persona de la casa");
    let new = NewSlot {
        name: "second",
        kind: SlotKind::Passphrase(common::cost()),
        unlock: Unlock::Passphrase(&second),
        rights: Rights::ALL,
    };
    vault.add_slot(&new).expect("a slot");
    let dealt = vault.renew_shares("partes", 2, 3).expect("shares");
    let all = gather(&dealt).expect("gathered");
    let location = Location::new(&dir);
    drop(vault);
    Vault::drill_and_log(&location, &Unlock::Shares(&all)).expect("tried");
    let mut vault = common::open(&dir).expect("opened");
    let duress = passphrase("la frase que nadie debe escribir");
    let empty = vault.keyring().clone();
    vault.set_duress(Some(&duress)).expect("set");
    let ring: &Keyring = vault.keyring();
    let first = passphrase(PASSPHRASE);
    let compare = |what: &str, samples, classes: [(&Keyring, &Passphrase); 2]| {
        report.line(
            what,
            (samples, 1),
            classes[0],
            |place, class| *place = classes[class],
            |(ring, text)| {
                black_box(ring.unlock(&Unlock::Passphrase(text)).is_ok());
            },
        );
    };
    let [wrong, other] = ["una que no abre", "otra que no abre"].map(passphrase);
    let what = "passphrase: opens nothing, another one";
    compare(what, 400, [(ring, &wrong), (ring, &other)]);
    let what = "passphrase: opens nothing, duress";
    compare(what, 400, [(ring, &wrong), (ring, &duress)]);
    let what = "passphrase: opens nothing, where no duress is set";
    compare(what, 400, [(ring, &wrong), (&empty, &wrong)]);
    let what = "passphrase: of the first slot, of the second (known to differ)";
    compare(what, 100, [(ring, &first), (ring, &second)]);
}

fn main() {
    // `cargo test --all-targets` runs this, too, and is to end at once.
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if !arguments.iter().any(|a| a == "--bench") {
        return;
    }
    let report = Report {
        only: arguments.into_iter().find(|a| !a.starts_with('-')),
    };
    println!("what: class A, class B\tsamples\tmedian A, ns\tmedian B, ns\tlargest |t|");
    let found = comparisons(&report);
    ciphertexts(&report);
    recovery(&report);
    // One thread: what a pool does is noise.
    match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
        Ok(one) => one.install(|| prf(&report)),
        Err(_) => prf(&report),
    }
    passphrases(&report);
    if !found {
        eprintln!("the control was not found: these numbers mean nothing");
        std::process::exit(1);
    }
}
