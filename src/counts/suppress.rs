//! Which cells are left out, so that nobody can compute a small one from the others (manual: *counts*,
//! "Small cells").
//!
//! All tables that add up to the same persons are one network: persons flow through them one after the
//! other, and every cell is an arc. What is published is fixed; what is left out may be anything that still
//! adds up. How far an arc can go up or down is a maximal flow from its head to its tail through the other
//! arcs that are left out; so the interval in which a reader must leave a cell is known exactly, for all
//! tables at once.

use std::collections::VecDeque;

use super::attribute::{Attribute, TableId};
use super::weighted::Weighted;

/// A table as it would be without suppression, and below which value each of its cells is small.
#[derive(Debug, Clone)]
pub(crate) struct Stage {
    pub id: TableId,
    pub cells: Vec<u64>,
    pub least: Vec<u64>,
}

/// What becomes of an arc.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Published,
    Hidden,
    /// In no table: who did not have a service.
    Free,
}

#[derive(Debug, Clone)]
struct Arc {
    from: usize,
    to: usize,
    value: u64,
    fate: Fate,
    small: bool,
    /// Table, by its place in [`TableId::ALL`], and cell; what is in no table has none.
    cell: Option<(usize, usize)>,
}

/// More than any number of persons.
const OPEN: u64 = 1 << 40;

struct Network {
    nodes: usize,
    arcs: Vec<Arc>,
}

impl Network {
    /// Start, one node for each age, two for each sex, one for each form of exploitation, and one behind
    /// each table that follows in line. What flows back to the start is the total, which is published.
    fn new(stages: &[Stage], persons: u64, least: u64) -> Self {
        let [ages, sexes, forms] =
            [Attribute::Age, Attribute::Sex, Attribute::Exploitation].map(Attribute::len);
        let age = |j: usize| 1 + j;
        let sex_in = |i: usize| 1 + ages + i;
        let sex_out = |i: usize| 1 + ages + sexes + i;
        let form = |k: usize| 1 + ages + 2 * sexes + k;
        let behind_forms = form(forms);
        let mut network = Self {
            nodes: 0,
            arcs: Vec::new(),
        };
        let mut last = behind_forms;
        for (t, stage) in stages.iter().enumerate() {
            for c in 0..stage.cells.len() {
                let (from, to) = match stage.id {
                    TableId::Age => (0, age(c)),
                    TableId::SexAge => (age(c % ages), sex_in(c / ages)),
                    TableId::Sex => (sex_in(c), sex_out(c)),
                    TableId::SexExploitation => (sex_out(c / forms), form(c % forms)),
                    TableId::Exploitation => (form(c), behind_forms),
                    TableId::Nationality | TableId::Kinds => (last, last + 1),
                    TableId::Service => (last + c, last + c + 1),
                };
                let value = stage.cells.get(c).copied().unwrap_or_default();
                let small = value > 0 && stage.least.get(c).is_none_or(|least| value < *least);
                network.arcs.push(Arc {
                    from,
                    to,
                    value,
                    fate: if small { Fate::Hidden } else { Fate::Published },
                    small,
                    cell: Some((t, c)),
                });
                if stage.id == TableId::Service {
                    let rest = persons.saturating_sub(value);
                    network.arcs.push(Arc {
                        from,
                        to,
                        value: rest,
                        fate: Fate::Free,
                        small: rest > 0 && rest < least,
                        cell: None,
                    });
                }
            }
            last += match stage.id {
                TableId::Nationality | TableId::Kinds => 1,
                TableId::Service => stage.cells.len(),
                _ => 0,
            };
        }
        network.arcs.push(Arc {
            from: last,
            to: 0,
            value: persons,
            fate: Fate::Published,
            small: false,
            cell: None,
        });
        network.nodes = last + 1;
        network
    }

    /// How much an arc can still be moved up or down, and where to.
    fn steps(&self, moved: &[i64], i: usize, node: usize) -> Option<(usize, bool, u64)> {
        let (arc, by) = (self.arcs.get(i)?, moved.get(i)?);
        match (arc.from == node, arc.to == node) {
            (true, _) => Some((arc.to, true, OPEN.saturating_add_signed(-by))),
            (_, true) => Some((arc.from, false, arc.value.saturating_add_signed(*by))),
            _ => None,
        }
    }

    /// Largest flow from one node to another through what is not published, without one arc; no more than
    /// `enough` is looked for. Also how far each arc was moved.
    fn flow(&self, source: usize, sink: usize, without: usize, enough: u64) -> (u64, Vec<i64>) {
        let open = |(i, a): (usize, &Arc)| (i != without && a.fate != Fate::Published).then_some(i);
        let open: Vec<usize> = self.arcs.iter().enumerate().filter_map(open).collect();
        let mut moved = vec![0i64; self.arcs.len()];
        let mut total = 0;
        while total < enough {
            let mut by: Vec<Option<(usize, bool, usize, u64)>> = vec![None; self.nodes];
            let mut queue = VecDeque::from([source]);
            while let Some(node) = queue.pop_front() {
                for i in &open {
                    let Some((next, up, room)) = self.steps(&moved, *i, node) else {
                        continue;
                    };
                    let new = next != source && by.get(next).is_some_and(Option::is_none);
                    if new && room > 0 {
                        if let Some(slot) = by.get_mut(next) {
                            *slot = Some((*i, up, node, room));
                        }
                        queue.push_back(next);
                    }
                }
            }
            let mut path = Vec::new();
            let mut at = sink;
            while at != source {
                let Some(Some((i, up, before, room))) = by.get(at).copied() else {
                    return (total, moved);
                };
                path.push((i, up, room));
                at = before;
            }
            let step = path.iter().map(|(.., room)| *room).min().unwrap_or(0);
            let step = step.min(enough - total);
            for (i, up, _) in path {
                if let Some(by) = moved.get_mut(i) {
                    *by += if up { step as i64 } else { -(step as i64) };
                }
            }
            total += step;
        }
        (total, moved)
    }

    /// Length of the interval that a reader cannot narrow, as far as it is below `enough`.
    fn width(&self, i: usize, enough: u64) -> u64 {
        let Some(arc) = self.arcs.get(i) else {
            return 0;
        };
        if arc.fate == Fate::Published {
            return 0;
        }
        let (up, _) = self.flow(arc.to, arc.from, i, enough);
        if up >= enough {
            return enough;
        }
        let (down, _) = self.flow(arc.from, arc.to, i, arc.value.min(enough));
        (up + down).min(enough)
    }

    fn is_exposed(&self, i: usize, enough: u64) -> bool {
        let arc = self.arcs.get(i);
        let needs = arc.is_some_and(|a| a.small || a.fate == Fate::Hidden);
        needs && self.width(i, enough) < enough
    }

    /// The published cells that must be left out so that an arc can go up further: those that hold the fewest
    /// persons together. `None` if there are none that help.
    fn cover(&self, exposed: usize, enough: u64) -> Option<Vec<usize>> {
        let arc = self.arcs.get(exposed)?;
        let (source, sink) = (arc.to, arc.from);
        let (total, moved) = self.flow(source, sink, exposed, enough);
        let need = enough.saturating_sub(total);
        // What a way costs; where nothing is told, nothing is lost. A 0 says something, so it goes last.
        let cost = |a: &Arc, room: u64| match (a.fate, a.cell, a.value) {
            (Fate::Hidden | Fate::Free, ..) => Some(0),
            (Fate::Published, None, _) => None,
            (Fate::Published, _, 0) => Some(OPEN),
            (Fate::Published, _, value) if room < need => Some(enough + value + OPEN / 2),
            (Fate::Published, _, value) => Some(enough + value),
        };
        let mut best: Vec<Option<(u64, usize, usize)>> = vec![None; self.nodes];
        let mut done = vec![false; self.nodes];
        *best.get_mut(source)? = Some((0, exposed, source));
        loop {
            let near = best.iter().zip(&done).enumerate();
            let near = near.filter_map(|(n, (b, done))| b.filter(|_| !done).map(|b| (b.0, n)));
            let (so_far, node) = near.min()?;
            *done.get_mut(node)? = true;
            if node == sink {
                break;
            }
            for (i, arc) in self.arcs.iter().enumerate().filter(|(i, _)| *i != exposed) {
                let Some((next, _, room)) = self.steps(&moved, i, node) else {
                    continue;
                };
                let Some(cost) = cost(arc, room).filter(|_| room > 0) else {
                    continue;
                };
                let new = (so_far + cost, i, node);
                let slot = best.get_mut(next)?;
                if slot.is_none_or(|had| new.0 < had.0) {
                    *slot = Some(new);
                }
            }
        }
        let mut found = Vec::new();
        let mut at = sink;
        while at != source {
            let (_, i, before) = (*best.get(at)?)?;
            if self.arcs.get(i)?.fate == Fate::Published {
                found.push(i);
            }
            at = before;
        }
        (!found.is_empty()).then_some(found)
    }

    fn set(&mut self, i: usize, fate: Fate) {
        if let Some(arc) = self.arcs.get_mut(i) {
            arc.fate = fate;
        }
    }

    /// Hides what gives a small cell away, then publishes again what was hidden in vain. Returns whether all
    /// is safe.
    fn protect(&mut self, enough: u64) -> bool {
        while let Some(exposed) = (0..self.arcs.len()).find(|i| self.is_exposed(*i, enough)) {
            let Some(cover) = self.cover(exposed, enough) else {
                return false;
            };
            for i in cover {
                self.set(i, Fate::Hidden);
            }
        }
        let mut complement: Vec<(u64, usize)> = self
            .arcs
            .iter()
            .enumerate()
            .filter(|(_, a)| a.fate == Fate::Hidden && !a.small)
            .map(|(i, a)| (a.value, i))
            .collect();
        complement.sort_unstable();
        for (_, i) in complement.into_iter().rev() {
            self.set(i, Fate::Published);
            // What shares a sum with it is the first to be exposed.
            let Some(arc) = self.arcs.get(i).cloned() else {
                continue;
            };
            let ends = [arc.from, arc.to];
            let near = |a: &Arc| ends.contains(&a.from) || ends.contains(&a.to);
            let mut order: Vec<usize> = (0..self.arcs.len()).collect();
            order.sort_by_key(|j| !self.arcs.get(*j).is_some_and(near));
            if order.iter().any(|j| self.is_exposed(*j, enough)) {
                self.set(i, Fate::Hidden);
            }
        }
        true
    }
}

/// For each table which cells are left out. `None` if nothing can be published safely.
pub(crate) fn hide(stages: &[Stage], persons: u64, min_cell: u64) -> Option<Vec<Vec<bool>>> {
    let enough = min_cell.max(1);
    if persons < enough {
        return None;
    }
    let mut network = Network::new(stages, persons, enough);
    if !network.protect(enough) {
        return None;
    }
    let mut hidden: Vec<Vec<bool>> = stages.iter().map(|s| vec![false; s.cells.len()]).collect();
    for arc in &network.arcs {
        if let (Fate::Hidden, Some((t, c))) = (arc.fate, arc.cell)
            && let Some(cell) = hidden.get_mut(t).and_then(|h| h.get_mut(c))
        {
            *cell = true;
        }
    }
    guard_services(stages, persons, &mut hidden, enough);
    Some(hidden)
}

/// The numbers of kinds, each times its persons, add up to the persons of all services: one more sum than
/// the network has.
fn guard_services(stages: &[Stage], persons: u64, hidden: &mut [Vec<bool>], enough: u64) {
    let at = |id| TableId::ALL.iter().position(|t| *t == id);
    let (Some(service), Some(kinds)) = (at(TableId::Service), at(TableId::Kinds)) else {
        return;
    };
    let (Some(of_service), Some(of_kinds)) = (stages.get(service), stages.get(kinds)) else {
        return;
    };
    let mut sum = Weighted {
        persons,
        kinds: of_kinds.cells.clone(),
        services: of_service.cells.clone(),
        kinds_out: hidden.get(kinds).cloned().unwrap_or_default(),
        services_out: hidden.get(service).cloned().unwrap_or_default(),
    };
    sum.guard(enough);
    if let Some(h) = hidden.get_mut(kinds) {
        *h = sum.kinds_out;
    }
    if let Some(h) = hidden.get_mut(service) {
        *h = sum.services_out;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stages that fit together, from a list of persons: age, sex, form, nation, services.
    fn stages(people: &[[usize; 5]], least: u64) -> Vec<Stage> {
        let (ages, forms) = (Attribute::Age.len(), Attribute::Exploitation.len());
        TableId::ALL
            .into_iter()
            .map(|id| {
                let mut cells = vec![0; id.cells()];
                for [age, sex, form, nation, services] in people {
                    if id == TableId::Service {
                        (0..4).for_each(|k| cells[k] += (*services >> k & 1) as u64);
                        continue;
                    }
                    let at = match id {
                        TableId::Sex => *sex,
                        TableId::Age => *age,
                        TableId::SexAge => sex * ages + age,
                        TableId::Exploitation => *form,
                        TableId::SexExploitation => sex * forms + form,
                        TableId::Nationality => *nation,
                        TableId::Service => 0,
                        TableId::Kinds => services.count_ones() as usize,
                    };
                    cells[at] += 1;
                }
                Stage {
                    id,
                    least: vec![least; cells.len()],
                    cells,
                }
            })
            .collect()
    }

    fn people(n: usize, seed: u64) -> Vec<[usize; 5]> {
        let mut state = seed;
        let mut next = |n: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % n
        };
        (0..n)
            .map(|_| {
                // Few in the last categories.
                let mut skewed = |n: usize| next(n).min(next(n)).min(next(n));
                [skewed(8), skewed(4), skewed(10), skewed(11), skewed(16)]
            })
            .collect()
    }

    /// Every small cell is out, whatever is out has an interval that is wide enough, and this is found to
    /// be so by another way: moves around cycles of four cells of a crossing.
    #[test]
    fn nobody_can_narrow_what_is_left_out() {
        for (n, seed) in [(40, 1), (200, 2), (600, 3), (3000, 4), (12, 5)] {
            let stages = stages(&people(n, seed), 10);
            let hidden = hide(&stages, n as u64, 10).unwrap();
            for (stage, hidden) in stages.iter().zip(&hidden) {
                for (value, hidden) in stage.cells.iter().zip(hidden) {
                    assert!(
                        *hidden || *value == 0 || *value >= 10,
                        "{:?} {value}",
                        stage.id
                    );
                }
            }
            let mut network = Network::new(&stages, n as u64, 10);
            for arc in &mut network.arcs {
                if let Some((t, c)) = arc.cell {
                    arc.fate = if hidden[t][c] {
                        Fate::Hidden
                    } else {
                        Fate::Published
                    };
                }
            }
            for (i, arc) in network.arcs.iter().enumerate() {
                if arc.fate == Fate::Hidden {
                    assert_eq!(network.width(i, 10), 10, "{arc:?}");
                }
            }
        }
    }

    /// All tables of small sums, by trying everything: the interval is the one that the flow says.
    #[test]
    fn intervals_are_those_of_an_enumeration() {
        // Two rows and two columns between two nodes each, and the total.
        let arc = |from, to, value, fate| Arc {
            from,
            to,
            value,
            fate,
            small: false,
            cell: Some((0, 0)),
        };
        use Fate::{Hidden, Published};
        for (a, b, c, d) in [(3u64, 4, 5, 2), (0, 7, 1, 1), (2, 0, 0, 2), (9, 9, 1, 0)] {
            for margins in [[Published; 4], [Hidden, Hidden, Published, Published]] {
                let arcs = vec![
                    arc(0, 1, a + b, margins[0]),
                    arc(0, 2, c + d, margins[1]),
                    arc(1, 3, a, Hidden),
                    arc(1, 4, b, Hidden),
                    arc(2, 3, c, Hidden),
                    arc(2, 4, d, Hidden),
                    arc(3, 5, a + c, margins[2]),
                    arc(4, 5, b + d, margins[3]),
                    arc(5, 0, a + b + c + d, Published),
                ];
                let network = Network { nodes: 6, arcs };
                let n = a + b + c + d;
                let mut seen: [Vec<u64>; 4] = Default::default();
                for w in 0..=n {
                    for x in 0..=n - w {
                        for y in 0..=n - w - x {
                            let z = n - w - x - y;
                            let rows = margins[0] == Hidden || w + x == a + b;
                            if rows && w + y == a + c && x + z == b + d {
                                for (s, v) in seen.iter_mut().zip([w, x, y, z]) {
                                    s.push(v);
                                }
                            }
                        }
                    }
                }
                for (i, seen) in seen.iter().enumerate() {
                    let width = seen.iter().max().unwrap() - seen.iter().min().unwrap();
                    assert_eq!(network.width(2 + i, 1000), width, "{a} {b} {c} {d} {i}");
                }
            }
        }
    }

    #[test]
    fn too_few_persons_are_not_published() {
        assert!(hide(&stages(&people(9, 1), 10), 9, 10).is_none());
    }

    #[test]
    fn a_lone_small_cell_takes_another_with_it() {
        // 60 of one nationality, 40 of another, and 3 of a third, all else the same.
        let mut people = vec![[3, 0, 0, 0, 0]; 60];
        people.extend([[3, 0, 0, 1, 0]; 40]);
        people.extend([[3, 0, 0, 2, 0]; 3]);
        let hidden = hide(&stages(&people, 10), 103, 10).unwrap();
        let nation = TableId::ALL
            .iter()
            .position(|t| *t == TableId::Nationality)
            .unwrap();
        assert_eq!(&hidden[nation][..4], [false, true, true, false]);
        assert!(
            hidden
                .iter()
                .enumerate()
                .all(|(t, h)| t == nation || h.iter().all(|h| !h))
        );
    }

    /// A cell of every size around the smallest that is published, in each table where a person can be alone in a
    /// category: it is out exactly if it is too small, and never the only one that is out.
    #[test]
    fn cells_of_every_size_up_to_the_smallest() {
        for size in 1..=10u64 {
            // Age, sex, form, nation, services: the small category of each in turn.
            for (small, id) in [
                ([4, 0, 0, 0, 0], TableId::Age),
                ([3, 1, 0, 0, 0], TableId::Sex),
                ([3, 0, 1, 0, 0], TableId::Exploitation),
                ([3, 0, 0, 1, 0], TableId::Nationality),
                ([3, 0, 0, 0, 1], TableId::Kinds),
            ] {
                let mut people = vec![[3, 0, 0, 0, 0]; 60];
                people.extend([[5, 2, 2, 2, 3]; 40]);
                people.extend(vec![small; size as usize]);
                let total = people.len() as u64;
                let stages = stages(&people, 10);
                let hidden = hide(&stages, total, 10).unwrap();
                let at = TableId::ALL.iter().position(|t| *t == id).unwrap();
                let cell = stages[at].cells.iter().position(|n| *n == size).unwrap();
                assert_eq!(hidden[at][cell], size < 10, "{id:?} {size}");
                for (stage, hidden) in stages.iter().zip(&hidden) {
                    let out = hidden.iter().filter(|h| **h).count();
                    // One service may be, with numbers of kinds: their sum covers it.
                    let alone = out == 1 && stage.id != TableId::Service;
                    assert!(!alone, "{id:?} {size}: {:?}", stage.id);
                }
            }
        }
    }

    /// What every cell is a sum of: sex by age, sex by form, nationality, patterns of service.
    const BASE: usize = 32 + 40 + 11 + 16;

    fn sum_of(id: TableId, cell: usize) -> Vec<usize> {
        let base: Vec<usize> = (0..BASE).collect();
        let (sex_age, rest) = base.split_at(32);
        let (sex_form, rest) = rest.split_at(40);
        let (nation, pattern) = rest.split_at(11);
        let keep = |of: &[usize], fits: &dyn Fn(usize) -> bool| -> Vec<usize> {
            let all = of.iter().enumerate();
            all.filter(|(i, _)| fits(*i)).map(|(_, b)| *b).collect()
        };
        match id {
            TableId::Sex => keep(sex_age, &|i| i / 8 == cell),
            TableId::Age => keep(sex_age, &|i| i % 8 == cell),
            TableId::SexAge => keep(sex_age, &|i| i == cell),
            TableId::Exploitation => keep(sex_form, &|i| i % 10 == cell),
            TableId::SexExploitation => keep(sex_form, &|i| i == cell),
            TableId::Nationality => keep(nation, &|i| i == cell),
            TableId::Service => keep(pattern, &|i| i >> cell & 1 == 1),
            TableId::Kinds => keep(pattern, &|i| i.count_ones() as usize == cell),
        }
    }

    /// Everything that a reader knows: sums of the base with what they are.
    fn known(stages: &[Stage], hidden: &[Vec<bool>], n: u64) -> Vec<(Vec<i64>, i64)> {
        let row =
            |of: &[usize], sign: i64, row: &mut Vec<i64>| of.iter().for_each(|i| row[*i] += sign);
        let mut all = Vec::new();
        let mut add = |plus: &[usize], minus: &[usize], value: u64| {
            let mut r = vec![0; BASE];
            row(plus, 1, &mut r);
            row(minus, -1, &mut r);
            all.push((r, value as i64));
        };
        for (stage, hidden) in stages.iter().zip(hidden) {
            for (c, value) in stage.cells.iter().enumerate().filter(|(c, _)| !hidden[*c]) {
                add(&sum_of(stage.id, c), &[], *value);
            }
        }
        for part in [0..32usize, 32..72, 72..83, 83..99] {
            add(&part.collect::<Vec<_>>(), &[], n);
        }
        for sex in 0..4usize {
            let forms: Vec<usize> = (32 + sex * 10..42 + sex * 10).collect();
            add(&sum_of(TableId::Sex, sex), &forms, 0);
        }
        all
    }

    /// Whether a sum follows from others, by elimination modulo a prime.
    fn follows(from: &[(Vec<i64>, i64)]) -> impl Fn(&[usize]) -> bool + use<> {
        const P: i128 = (1 << 61) - 1;
        let inverse = |x: i128| {
            let (mut base, mut power, mut out) = (x, P - 2, 1i128);
            while power > 0 {
                if power & 1 == 1 {
                    out = out * base % P;
                }
                base = base * base % P;
                power >>= 1;
            }
            out
        };
        let mut reduced: Vec<(usize, Vec<i128>)> = Vec::new();
        let reduce = |reduced: &[(usize, Vec<i128>)], row: &mut Vec<i128>| {
            for (pivot, by) in reduced {
                let times = row[*pivot];
                if times != 0 {
                    row.iter_mut()
                        .zip(by)
                        .for_each(|(x, y)| *x = (*x - times * y % P).rem_euclid(P));
                }
            }
        };
        for (row, _) in from {
            let mut row: Vec<i128> = row.iter().map(|x| i128::from(*x).rem_euclid(P)).collect();
            reduce(&reduced, &mut row);
            if let Some(pivot) = row.iter().position(|x| *x != 0) {
                let by = inverse(row[pivot]);
                row.iter_mut().for_each(|x| *x = *x * by % P);
                reduced.push((pivot, row));
            }
        }
        move |sum| {
            let mut row = vec![0; BASE];
            sum.iter().for_each(|i| row[*i] = 1);
            reduce(&reduced, &mut row);
            row.iter().all(|x| *x == 0)
        }
    }

    /// The interval of every part of the base and of every cell that is left out, narrowed by all sums until nothing
    /// changes.
    fn narrowed(stages: &[Stage], hidden: &[Vec<bool>], n: u64) -> Vec<(TableId, i64)> {
        let mut sums = known(stages, hidden, n);
        let mut unknown = Vec::new();
        // A cell that is left out is a variable of its own, equal to its sum.
        for (stage, hidden) in stages.iter().zip(hidden) {
            for c in (0..stage.cells.len()).filter(|c| hidden[*c]) {
                let mut row = vec![0; BASE];
                sum_of(stage.id, c).iter().for_each(|i| row[*i] = 1);
                row.resize(BASE + unknown.len(), 0);
                row.push(-1);
                sums.push((row, 0));
                unknown.push(stage.id);
            }
        }
        let width = BASE + unknown.len();
        // And in the sums of its table, too, it stands for itself.
        for (stage, hidden) in stages.iter().zip(hidden).filter(|(s, _)| s.id.adds_up()) {
            let at = unknown.iter().position(|id| *id == stage.id);
            let left: u64 = stage
                .cells
                .iter()
                .zip(hidden)
                .filter(|(_, h)| **h)
                .map(|(v, _)| v)
                .sum();
            if let Some(at) = at {
                let mut row = vec![0; width];
                let count = hidden.iter().filter(|h| **h).count();
                (0..count).for_each(|i| row[BASE + at + i] = 1);
                sums.push((row, left as i64));
            }
        }
        let mut interval = vec![(0, n as i64); width];
        for _ in 0..60 {
            let before = interval.clone();
            for (row, value) in &sums {
                let parts: Vec<(usize, i64)> = row
                    .iter()
                    .enumerate()
                    .filter(|(_, x)| **x != 0)
                    .map(|(i, x)| (i, *x))
                    .collect();
                let least = |x: i64, (l, h): (i64, i64)| if x > 0 { x * l } else { x * h };
                let most = |x: i64, (l, h): (i64, i64)| if x > 0 { x * h } else { x * l };
                let all_least: i64 = parts.iter().map(|(i, x)| least(*x, interval[*i])).sum();
                let all_most: i64 = parts.iter().map(|(i, x)| most(*x, interval[*i])).sum();
                for (i, x) in parts {
                    let (l, h) = interval[i];
                    let up = value - (all_least - least(x, (l, h)));
                    let down = value - (all_most - most(x, (l, h)));
                    interval[i] = match x > 0 {
                        true => (l.max(down), h.min(up)),
                        false => (l.max(-up), h.min(-down)),
                    };
                }
            }
            if interval == before {
                break;
            }
        }
        unknown
            .into_iter()
            .zip(&interval[BASE..])
            .map(|(id, (l, h))| (id, h - l))
            .collect()
    }

    /// Everything that is published, taken together: no cell that is left out is a combination of what is told, and
    /// none is in an interval of less than the smallest cell. Both by other ways than those by which cells are chosen.
    #[test]
    fn what_is_left_out_does_not_follow_from_all_tables_together() {
        for seed in 1..=12 {
            let n = [30, 80, 200, 600, 2500, 9000][seed as usize % 6];
            let stages = stages(&people(n, seed), 10);
            let Some(hidden) = hide(&stages, n as u64, 10) else {
                continue;
            };
            let follows = follows(&known(&stages, &hidden, n as u64));
            for (stage, hidden) in stages.iter().zip(&hidden) {
                for (c, out) in hidden.iter().enumerate() {
                    let told = follows(&sum_of(stage.id, c));
                    assert_eq!(told, !out, "{seed} {:?} {c}", stage.id);
                }
            }
            for (id, width) in narrowed(&stages, &hidden, n as u64) {
                assert!(width >= 10, "{seed} {id:?} {width}");
            }
        }
        // The attacks have teeth: what hides small cells alone gives them away.
        let stages = stages(&people(2500, 4), 10);
        let alone: Vec<Vec<bool>> = stages
            .iter()
            .map(|s| s.cells.iter().map(|v| (1..10).contains(v)).collect())
            .collect();
        let follows = follows(&known(&stages, &alone, 2500));
        let solved = stages
            .iter()
            .zip(&alone)
            .any(|(s, h)| (0..s.cells.len()).any(|c| h[c] && follows(&sum_of(s.id, c))));
        let narrow = narrowed(&stages, &alone, 2500)
            .iter()
            .any(|(_, width)| *width < 10);
        assert!(solved && narrow, "{solved} {narrow}");
    }

    fn left_out(hidden: &[Vec<bool>], id: TableId) -> Vec<usize> {
        let at = TableId::ALL.iter().position(|t| *t == id).unwrap();
        (0..hidden[at].len()).filter(|c| hidden[at][*c]).collect()
    }

    /// One small cell in a crossing takes three others with it, those with the fewest persons, and no margin.
    #[test]
    fn no_more_is_left_out_than_a_small_cell_needs() {
        let mut people = Vec::new();
        for (age, women, men) in [(1, 200, 60), (2, 90, 25), (3, 150, 80), (4, 70, 3)] {
            people.extend(vec![[age, 0, 0, 0, 1]; women]);
            people.extend(vec![[age, 1, 0, 0, 1]; men]);
        }
        let n = people.len() as u64;
        let hidden = hide(&stages(&people, 10), n, 10).unwrap();
        // Men and women of the small age, and of the age with the fewest.
        assert_eq!(left_out(&hidden, TableId::SexAge), [2, 4, 8 + 2, 8 + 4]);
        for id in TableId::ALL.into_iter().filter(|id| *id != TableId::SexAge) {
            assert!(left_out(&hidden, id).is_empty(), "{id:?}");
        }
    }

    /// Nothing that is left out beside the small cells could be published.
    #[test]
    fn nothing_is_left_out_in_vain() {
        for seed in 1..=6 {
            let n = [80, 600, 2500][seed as usize % 3];
            let stages = stages(&people(n, seed), 10);
            let mut network = Network::new(&stages, n as u64, 10);
            assert!(network.protect(10));
            for i in 0..network.arcs.len() {
                if network.arcs[i].fate == Fate::Hidden && !network.arcs[i].small {
                    network.set(i, Fate::Published);
                    let exposed = (0..network.arcs.len()).any(|j| network.is_exposed(j, 10));
                    assert!(exposed, "{seed} {:?}", network.arcs[i]);
                    network.set(i, Fate::Hidden);
                }
            }
        }
    }
}
