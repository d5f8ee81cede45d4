//! Trains the model of match weights and writes `src/matching/tables/model.tsv`.
//!
//! `cargo run --release --example train_model -- [--networks N] [--trees N] [--leaves N]
//! [--calibrate | --estimates] > FILE`
//!
//! Every pair comes from networks that `sigilo::evaluate::synthetic` invents: several countries,
//! error rates, shares of names in no table, sizes and both policies. Four networks of five train, the fifth
//! shows how well; others calibrate: steps, and m and u of every field. The model that ships links each site's
//! own records here, so the program is run twice when fields change. `--calibrate` keeps the trees
//! that ship and computes steps and fields again, after weights of features changed. Either way the
//! estimates of precision and recall are held against whole rounds of further networks; `--estimates`
//! does that alone.

use rayon::prelude::*;
use sigilo::evaluate::synthetic::{self, Random, Recipe};
use sigilo::evaluate::{Options, decide, judge, network};
use sigilo::matching::encoding::SLOTS;
use sigilo::matching::rivals;
use sigilo::matching::score::{INPUTS, Inputs, Model, STEPS, log_odds};
use sigilo::matching::tokens::Policy;

/// Networks that steps and fields are counted on.
const CALIBRATING: u64 = 60;

/// Least pairs of a network for it to say how they fall on the steps.
const LEAST_PAIRS: f64 = 30.0;

/// Rounds that experience with estimates comes from.
const ROUNDS: u64 = 40;

struct Pair {
    inputs: Inputs,
    matched: bool,
    /// Whether a surer pair leaves it no room, under the model that the pairs were made with.
    beaten: bool,
    weight: f32,
}

/// Share of matches that every network is weighted to: so the model tells the odds against the
/// candidates of its own round, whatever their number, and the round's prior is adapted later.
const PRIOR: f64 = 0.3;

/// Most pairs of a network that are no match; the rest is drawn away.
const MOST: usize = 12_000;

/// Networks from number `first` on; other numbers are other networks.
fn recipes(first: u64, count: u64) -> Vec<(Recipe, Policy)> {
    let countries = ["", "MEX", "", "GTM", "HND", "SLV", "MEX", "NIC"];
    (first..first + count)
        .map(|i| {
            let mut random = Random::new(9_000 + i);
            let recipe = Recipe {
                seed: 40_000 + i,
                persons: [1_500, 6_000, 12_000, 24_000][random.below(4)],
                sites: 2 + random.below(14),
                repeat: if i % 16 == 6 {
                    0.5
                } else {
                    [0.03, 0.07, 0.1, 0.15, 0.3][random.below(5)]
                },
                errors: [0.5, 0.8, 1.0, 1.3, 1.8][random.below(5)],
                unknown_names: [0.0, 0.2, 0.5, 1.0][random.below(4)],
                country: countries[random.below(countries.len())],
                siblings: [0.01, 0.03, 0.08][random.below(3)],
                twins: [0.1, 0.2, 0.4][random.below(3)],
                no_place: [0.02, 0.1, 0.3, 1.0][random.below(4)],
                foreign: i % 8 == 6,
                places: [0, 0, 40, 12][random.below(4)],
                head: [1.0, 1.0, 1.25, 1.5][random.below(4)],
                ..Recipe::default()
            };
            let policy = [Policy::Strict, Policy::Standard][random.below(2)];
            (recipe, policy)
        })
        .collect()
}

fn pairs_of(recipe: &Recipe, policy: Policy, model: &Model) -> Vec<Pair> {
    let (sites, truth) = synthetic::network(recipe);
    let locals = network::link_own(&sites, model, recipe.seed);
    let network::Met {
        tokens,
        pairs,
        inputs,
        steps,
    } = network::meet(&sites, &locals, policy, model, recipe.seed);
    let entity = |person: u32| -> Vec<&String> {
        let local = &locals[person as usize];
        let site = &sites[local.site as usize];
        local
            .records
            .iter()
            .filter_map(|r| truth.get(&(site.name.clone(), site.ids[*r as usize].clone())))
            .collect()
    };
    let member = |p: u32| (tokens.site_of[p as usize], p);
    let met = pairs.iter().zip(&steps);
    let surest = rivals::surest(met.map(|(p, step)| (member(p.a), member(p.b), *step)));
    let mut found: Vec<Pair> = pairs
        .iter()
        .zip(inputs)
        .zip(steps.iter().zip(&surest))
        .map(|((p, inputs), (step, surest))| Pair {
            inputs,
            beaten: surest > step,
            matched: entity(p.a).iter().any(|e| entity(p.b).contains(e)),
            weight: 1.0,
        })
        .collect();
    let count = |found: &[Pair]| found.iter().filter(|p| p.matched).count();
    let others = found.len() - count(&found);
    let mut random = Random::new(recipe.seed);
    found.retain(|p| p.matched || random.chance(MOST as f64 / others.max(1) as f64));
    let matches = count(&found) as f64;
    let others = found.len() as f64 - matches;
    let odds = matches.max(1.0) * (1.0 - PRIOR) / (others.max(1.0) * PRIOR);
    for p in &mut found {
        // The rarer side keeps its weight, up to three for accidents.
        p.weight = if p.matched {
            (3.0 / odds).min(1.0) as f32
        } else {
            odds.min(3.0) as f32
        };
    }
    found
}

#[derive(Clone)]
enum Node {
    Split {
        input: usize,
        most: u8,
        low: usize,
        high: usize,
    },
    Leaf(f64),
}

struct Settings {
    trees: usize,
    leaves: usize,
    rate: f64,
    least: f64,
    ridge: f64,
}

const BINS: usize = 130;

/// Gain of the best split of some pairs: (gain, input, most).
fn best_split(
    data: &[Pair],
    members: &[u32],
    g: &[f32],
    h: &[f32],
    s: &Settings,
) -> Option<(f64, usize, u8)> {
    let histograms: Vec<Vec<(f64, f64)>> = (0..INPUTS)
        .into_par_iter()
        .map(|input| {
            let mut bins = vec![(0.0, 0.0); BINS];
            for m in members {
                let m = *m as usize;
                let bin = &mut bins[usize::from(data[m].inputs[input]).min(BINS - 1)];
                bin.0 += f64::from(g[m]);
                bin.1 += f64::from(h[m]);
            }
            bins
        })
        .collect();
    let (tg, th) = histograms[0]
        .iter()
        .fold((0.0, 0.0), |t, b| (t.0 + b.0, t.1 + b.1));
    let score = |g: f64, h: f64| g * g / (h + s.ridge);
    let mut best: Option<(f64, usize, u8)> = None;
    for (input, bins) in histograms.iter().enumerate() {
        let (mut lg, mut lh) = (0.0, 0.0);
        for (most, b) in bins.iter().enumerate().take(BINS - 1) {
            lg += b.0;
            lh += b.1;
            if lh < s.least || th - lh < s.least {
                continue;
            }
            let gain = score(lg, lh) + score(tg - lg, th - lh) - score(tg, th);
            if gain > best.map_or(1e-6, |b| b.0) {
                best = Some((gain, input, most as u8));
            }
        }
    }
    best
}

/// One tree, grown at the leaf with the largest gain.
fn grow(data: &[Pair], g: &[f32], h: &[f32], s: &Settings) -> Vec<Node> {
    let mut nodes = vec![Node::Leaf(0.0)];
    let all: Vec<u32> = (0..data.len() as u32).collect();
    let mut open = vec![(0usize, best_split(data, &all, g, h, s), all)];
    let mut closed: Vec<(usize, Vec<u32>)> = Vec::new();
    while !open.is_empty() && open.len() + closed.len() < s.leaves {
        let gain = |o: &Option<(f64, usize, u8)>| o.map_or(f64::MIN, |b| b.0);
        let (i, _) = open
            .iter()
            .enumerate()
            .max_by(|a, b| gain(&a.1.1).total_cmp(&gain(&b.1.1)))
            .expect("open is not empty");
        let (node, split, members) = open.swap_remove(i);
        let Some((_, input, most)) = split else {
            closed.push((node, members));
            continue;
        };
        let (low, high): (Vec<u32>, Vec<u32>) = members
            .into_iter()
            .partition(|m| data[*m as usize].inputs[input] <= most);
        let at = nodes.len();
        nodes[node] = Node::Split {
            input,
            most,
            low: at,
            high: at + 1,
        };
        nodes.push(Node::Leaf(0.0));
        nodes.push(Node::Leaf(0.0));
        for (place, part) in [(at, low), (at + 1, high)] {
            open.push((place, best_split(data, &part, g, h, s), part));
        }
    }
    for (node, members) in open.into_iter().map(|(n, _, m)| (n, m)).chain(closed) {
        let (tg, th) = members.iter().fold((0.0, 0.0), |t, m| {
            (
                t.0 + f64::from(g[*m as usize]),
                t.1 + f64::from(h[*m as usize]),
            )
        });
        nodes[node] = Node::Leaf(-s.rate * tg / (th + s.ridge));
    }
    nodes
}

fn value(tree: &[Node], inputs: &Inputs) -> f64 {
    let mut at = 0;
    loop {
        match &tree[at] {
            Node::Leaf(v) => return *v,
            Node::Split {
                input,
                most,
                low,
                high,
            } => at = if inputs[*input] <= *most { *low } else { *high },
        }
    }
}

fn log_loss(data: &[Pair], odds: &[f64]) -> f64 {
    let sum: f64 = data
        .iter()
        .zip(odds)
        .map(|(p, o)| {
            if p.matched {
                (1.0 + (-o).exp()).ln()
            } else {
                (1.0 + o.exp()).ln()
            }
        })
        .sum();
    sum / data.len().max(1) as f64
}

fn main() {
    let mut count = 40;
    let mut settings = Settings {
        trees: 200,
        leaves: 24,
        rate: 0.12,
        least: 8.0,
        ridge: 4.0,
    };
    let asked = |flag: &str| std::env::args().any(|a| a == flag);
    if asked("--estimates") {
        return estimates();
    }
    let calibrate = asked("--calibrate");
    let mut args = std::env::args().skip(1).filter(|a| a != "--calibrate");
    while let (Some(name), Some(number)) = (args.next(), args.next()) {
        let number: usize = number.parse().unwrap_or(0);
        match name.as_str() {
            "--networks" => count = number as u64,
            "--trees" => settings.trees = number,
            "--leaves" => settings.leaves = number,
            _ => {}
        }
    }
    let shipped = Model::shipped();
    let (mut train, mut held): (Vec<Pair>, Vec<Pair>) = (Vec::new(), Vec::new());
    let count = if calibrate { 0 } else { count };
    for (i, (recipe, policy)) in recipes(0, count).iter().enumerate() {
        let pairs = pairs_of(recipe, *policy, shipped);
        eprintln!(
            "network {i}: {} candidate pairs, {} matches",
            pairs.len(),
            pairs.iter().filter(|p| p.matched).count()
        );
        if i % 5 == 4 {
            held.extend(pairs);
        } else {
            train.extend(pairs);
        }
    }
    if calibrate {
        let file = include_str!("../src/matching/tables/model.tsv");
        let is_tree = |l: &&str| ["tree", "split", "leaf"].iter().any(|h| l.starts_with(h));
        let body: String = file
            .lines()
            .filter(is_tree)
            .flat_map(|l| [l, "\n"])
            .collect();
        let base = file.lines().find_map(|l| l.strip_prefix("base\t"));
        write(base.and_then(|b| b.parse().ok()).unwrap_or(0.0), &body);
        return;
    }
    let base = (PRIOR / (1.0 - PRIOR)).ln();
    let mut odds = vec![base; train.len()];
    let mut held_odds = vec![base; held.len()];
    let mut trees: Vec<Vec<Node>> = Vec::new();
    for t in 0..settings.trees {
        let (g, h): (Vec<f32>, Vec<f32>) = train
            .par_iter()
            .zip(&odds)
            .map(|(p, o)| {
                let q = 1.0 / (1.0 + (-o).exp());
                let y = f64::from(u8::from(p.matched));
                let w = f64::from(p.weight);
                ((w * (q - y)) as f32, (w * q * (1.0 - q)) as f32)
            })
            .unzip();
        let tree = grow(&train, &g, &h, &settings);
        for (odds, data) in [(&mut odds, &train), (&mut held_odds, &held)] {
            odds.par_iter_mut()
                .zip(data)
                .for_each(|(o, p)| *o += value(&tree, &p.inputs));
        }
        trees.push(tree);
        if t % 20 == 19 {
            eprintln!(
                "{} trees: log loss {:.5} train, {:.5} held out",
                t + 1,
                log_loss(&train, &odds),
                log_loss(&held, &held_odds)
            );
        }
    }
    let mut body = String::new();
    for tree in &trees {
        body.push_str("tree\n");
        for node in tree {
            body.push_str(&match node {
                Node::Leaf(v) => format!("leaf\t{}\n", (v * 1000.0).round()),
                Node::Split {
                    input,
                    most,
                    low,
                    high,
                } => format!("split\t{input}\t{most}\t{low}\t{high}\n"),
            });
        }
    }
    write((base * 1000.0).round(), &body);
}

/// Mean and spread of what was true against what a round believes, in log-odds: of precision and
/// of recall, from whole rounds of other networks than those that trained.
fn quality(model: &Model) -> [(f64, f64); 2] {
    let mut differences: [Vec<f64>; 2] = Default::default();
    for (mut recipe, policy) in recipes(2_000, ROUNDS) {
        recipe.persons = recipe.persons.min(12_000);
        let (sites, truth) = synthetic::network(&recipe);
        let options = Options {
            policy,
            ..Options::default()
        };
        let round = decide(&sites, &options, model);
        let report = judge(&sites, &round, &truth);
        let belief = round.belief;
        if belief.declared < 100.0 {
            continue;
        }
        for (list, (is, believed, n)) in differences.iter_mut().zip([
            (report.decided.precision, belief.precision, belief.declared),
            (report.decided.recall, belief.recall, belief.matches),
        ]) {
            list.push(log_odds(is, n) - log_odds(believed, n));
        }
    }
    differences.map(|mut list| {
        let n = list.len().max(1) as f64;
        let mean = list.iter().sum::<f64>() / n;
        // The distance that 95 of 100 keep, as a spread.
        list.iter_mut().for_each(|d| *d = (*d - mean).abs());
        list.sort_by(f64::total_cmp);
        let at = (list.len() * 95).div_ceil(100).saturating_sub(1);
        (mean, list.get(at).copied().unwrap_or(2.0) / 1.96)
    })
}

fn quality_rows(model: &Model) -> String {
    let row = |(bias, spread): (f64, f64)| {
        format!("quality\t{:.0}\t{:.0}\n", bias * 1000.0, spread * 1000.0)
    };
    quality(model).map(row).concat()
}

/// Writes the model that ships with its rows of estimates made anew.
fn estimates() {
    let file = include_str!("../src/matching/tables/model.tsv");
    let rows = quality_rows(Model::shipped());
    let mut rows = Some(rows);
    for line in file.lines() {
        if !line.starts_with("quality") {
            println!("{line}");
        } else if let Some(rows) = rows.take() {
            print!("{rows}");
        }
    }
}

fn write(base: f64, body: &str) {
    let bounds = [-4000, -1500, -400, 400, 1200, 2000, 3000];
    let list: Vec<String> = bounds.iter().map(ToString::to_string).collect();
    let head = format!("base\t{base}\nbounds\t{}\n", list.join("\t"));
    println!("# Model of match weights: boosted trees, steps and Fellegi-Sunter table.");
    println!("# Source: trained by examples/train_model.rs on generated networks only.");
    print!("{head}");
    let model = Model::parse(&format!("{head}{body}")).expect("what is written here is read there");
    let mut fields: Vec<Vec<[f64; 2]>> = SLOTS.iter().map(|s| vec![[0.0; 2]; s.1 + 1]).collect();
    let mut totals = [0f64; 2];
    let mut rows = String::new();
    for policy in [Policy::Standard, Policy::Strict] {
        // How many pairs of each network fall on each step: matches, others.
        let mut networks: [Vec<[f64; STEPS]>; 2] = Default::default();
        let fresh = recipes(1_000, CALIBRATING);
        let fresh = fresh.par_iter().map(|(r, _)| pairs_of(r, policy, &model));
        for pairs in fresh.collect::<Vec<_>>() {
            let mut counts = [[0f64; STEPS]; 2];
            for p in pairs {
                let side = usize::from(!p.matched);
                if !p.beaten {
                    counts[side][usize::from(model.step(&p.inputs))] += 1.0;
                }
                let w = f64::from(p.weight);
                totals[side] += w;
                for (slot, table) in fields.iter_mut().enumerate() {
                    table[usize::from(p.inputs[slot])][side] += w;
                }
            }
            for (list, counts) in networks.iter_mut().zip(counts) {
                if counts.iter().sum::<f64>() >= LEAST_PAIRS {
                    list.push(counts);
                }
            }
        }
        for list in &networks {
            for (share, steps) in two_kinds(list) {
                let millions = |x: f64| format!("{:.0}", x * 1e6);
                let steps: Vec<String> = steps.iter().map(|s| millions(*s)).collect();
                rows.push_str(&format!(
                    "profile\t{}\t{}\n",
                    millions(share),
                    steps.join("\t")
                ));
            }
        }
    }
    print!("{rows}");
    let whole = Model::parse(&format!("{head}{rows}{body}")).expect("read as it is written");
    print!("{}", quality_rows(&whole));
    let share = |n: [f64; 2]| -> String {
        let of = |i: usize| (n[i] * 1e6 / totals[i].max(1.0)).round();
        format!("{}\t{}", of(0), of(1))
    };
    for (slot, table) in fields.iter().enumerate() {
        for (level, n) in table.iter().enumerate() {
            println!("field\t{slot}\t{level}\t{}", share(*n));
        }
    }
    print!("{body}");
}

/// The two kinds of pairs whose mixtures are nearest to what networks showed, with their mean shares:
/// non-negative factors by multiplicative steps (Lee and Seung 2001, divergence), begun from the halves of the networks with
/// fewer and with more pairs in the surest three steps.
fn two_kinds(networks: &[[f64; STEPS]]) -> [(f64, [f64; STEPS]); 2] {
    let smooth = |counts: &[f64; STEPS]| -> [f64; STEPS] {
        let total: f64 = counts.iter().map(|n| n + 0.3).sum();
        counts.map(|n| (n + 0.3) / total)
    };
    let mut rows: Vec<[f64; STEPS]> = networks.iter().map(smooth).collect();
    let sure = |row: &[f64; STEPS]| row[STEPS - 3..].iter().sum::<f64>();
    rows.sort_by(|a, b| sure(a).total_cmp(&sure(b)));
    let mean = |rows: &[[f64; STEPS]]| -> [f64; STEPS] {
        let n = rows.len().max(1) as f64;
        std::array::from_fn(|s| rows.iter().map(|r| r[s]).sum::<f64>() / n + 1e-4)
    };
    let (fewer, more) = rows.split_at(rows.len() / 2);
    let mut kinds = [mean(fewer), mean(more)];
    let mut shares = vec![[0.5; 2]; rows.len()];
    let mixed = |shares: &[f64; 2], kinds: &[[f64; STEPS]; 2], s: usize| {
        shares[0] * kinds[0][s] + shares[1] * kinds[1][s]
    };
    for _ in 0..3000 {
        for (row, shares) in rows.iter().zip(&mut shares) {
            let before = *shares;
            for (k, kind) in kinds.iter().enumerate() {
                let total: f64 = kind.iter().sum();
                let sum: f64 = (0..STEPS)
                    .map(|s| row[s] / mixed(&before, &kinds, s) * kind[s])
                    .sum();
                shares[k] = before[k] * sum / total;
            }
        }
        let before = kinds;
        for (k, kind) in kinds.iter_mut().enumerate() {
            let total: f64 = shares.iter().map(|w| w[k]).sum();
            for (s, value) in kind.iter_mut().enumerate() {
                let all = rows.iter().zip(&shares);
                let sum: f64 = all
                    .map(|(row, w)| row[s] / mixed(w, &before, s) * w[k])
                    .sum();
                *value *= sum / total.max(1e-12);
            }
            let scale: f64 = kind.iter().sum();
            kind.iter_mut().for_each(|v| *v /= scale);
            shares.iter_mut().for_each(|w| w[k] *= scale);
        }
    }
    let total: f64 = shares.iter().flatten().sum();
    [0, 1].map(|k| (shares.iter().map(|w| w[k]).sum::<f64>() / total, kinds[k]))
}
