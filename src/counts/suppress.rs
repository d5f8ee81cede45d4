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

    /// Largest flow from one node to another through what is not published, without one arc; no more than
    /// `enough` is looked for.
    fn flow(&self, source: usize, sink: usize, without: usize, enough: u64) -> u64 {
        let open = |(i, a): (usize, &Arc)| (i != without && a.fate != Fate::Published).then_some(i);
        let open: Vec<usize> = self.arcs.iter().enumerate().filter_map(open).collect();
        // How far each arc was moved so far.
        let mut moved = vec![0i64; self.arcs.len()];
        let mut total = 0;
        while total < enough {
            let room = |i: usize, up: bool| -> u64 {
                let (Some(arc), Some(by)) = (self.arcs.get(i), moved.get(i)) else {
                    return 0;
                };
                match up {
                    true => OPEN.saturating_add_signed(-by),
                    false => arc.value.saturating_add_signed(*by),
                }
            };
            let mut by: Vec<Option<(usize, bool, usize)>> = vec![None; self.nodes];
            let mut queue = VecDeque::from([source]);
            while let Some(node) = queue.pop_front() {
                for i in &open {
                    let Some(arc) = self.arcs.get(*i) else {
                        continue;
                    };
                    let (next, up) = match (arc.from == node, arc.to == node) {
                        (true, _) => (arc.to, true),
                        (_, true) => (arc.from, false),
                        _ => continue,
                    };
                    let new = next != source && by.get(next).is_some_and(Option::is_none);
                    if new && room(*i, up) > 0 {
                        if let Some(slot) = by.get_mut(next) {
                            *slot = Some((*i, up, node));
                        }
                        queue.push_back(next);
                    }
                }
            }
            let mut path = Vec::new();
            let mut at = sink;
            while at != source {
                let Some(Some((i, up, before))) = by.get(at).copied() else {
                    return total;
                };
                path.push((i, up));
                at = before;
            }
            let step = path.iter().map(|(i, up)| room(*i, *up)).min().unwrap_or(0);
            let step = step.min(enough - total);
            for (i, up) in path {
                if let Some(by) = moved.get_mut(i) {
                    *by += if up { step as i64 } else { -(step as i64) };
                }
            }
            total += step;
        }
        total
    }

    /// Length of the interval that a reader cannot narrow, as far as it is below `enough`.
    fn width(&self, i: usize, enough: u64) -> u64 {
        let Some(arc) = self.arcs.get(i) else {
            return 0;
        };
        if arc.fate == Fate::Published {
            return 0;
        }
        let up = self.flow(arc.to, arc.from, i, enough);
        if up >= enough {
            return enough;
        }
        let down = self.flow(arc.from, arc.to, i, arc.value.min(enough));
        (up + down).min(enough)
    }

    /// Hides what gives a small cell away, the smallest first. Returns whether all is safe.
    fn protect(&mut self, enough: u64) -> bool {
        loop {
            let exposed = (0..self.arcs.len()).find(|i| {
                let needs = self
                    .arcs
                    .get(*i)
                    .is_some_and(|a| a.small || a.fate == Fate::Hidden);
                needs && self.width(*i, enough) < enough
            });
            let Some(exposed) = exposed else { return true };
            let Some(arc) = self.arcs.get(exposed).cloned() else {
                return false;
            };
            // What is in the same sum, or, if there is nothing, anything.
            let near = |a: &Arc| {
                [a.from, a.to]
                    .iter()
                    .any(|n| [arc.from, arc.to].contains(n))
            };
            let candidates = self
                .arcs
                .iter()
                .enumerate()
                .filter(|(_, a)| a.fate == Fate::Published && a.cell.is_some() && a.value > 0);
            let next = candidates
                .min_by_key(|(i, a)| (!near(a), a.value, *i))
                .map(|(i, _)| i);
            match next.and_then(|i| self.arcs.get_mut(i)) {
                Some(a) => a.fate = Fate::Hidden,
                None => return false,
            }
        }
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
    weighted(stages, &mut hidden, enough);
    Some(hidden)
}

/// The numbers of kinds, each times its persons, add up to the persons of all services: one more sum than
/// the network has. If the services are all published and few numbers of kinds are left out, the reader
/// can solve for them; then none of them is published.
fn weighted(stages: &[Stage], hidden: &mut [Vec<bool>], enough: u64) {
    let at = |id| TableId::ALL.iter().position(|t| *t == id);
    let (Some(service), Some(kinds)) = (at(TableId::Service), at(TableId::Kinds)) else {
        return;
    };
    let services_known = hidden.get(service).is_some_and(|h| h.iter().all(|h| !h));
    let (Some(stage), Some(left_out)) = (stages.get(kinds), hidden.get_mut(kinds)) else {
        return;
    };
    if !services_known || left_out.iter().all(|h| !h) {
        return;
    }
    // Moves that keep both sums: (…, +1, −2, +1, …) on neighbours, and what they combine to.
    let values: Vec<(i64, i64)> = left_out
        .iter()
        .zip(&stage.cells)
        .zip(0i64..)
        .filter(|((hidden, _), _)| **hidden)
        .map(|((_, value), kind)| (kind, i64::try_from(*value).unwrap_or(i64::MAX)))
        .collect();
    if !wide(&values, i64::try_from(enough).unwrap_or(i64::MAX)) {
        left_out.iter_mut().for_each(|h| *h = true);
        // All five are open now; if even that is narrow, the services go too.
        let all: Vec<(i64, i64)> = (0i64..)
            .zip(&stage.cells)
            .map(|(k, v)| (k, i64::try_from(*v).unwrap_or(i64::MAX)))
            .collect();
        if !wide(&all, i64::try_from(enough).unwrap_or(i64::MAX))
            && let Some(services) = hidden.get_mut(service)
        {
            services.iter_mut().for_each(|h| *h = true);
        }
    }
}

/// Whether every one of these (weight, value) can move by `enough` in all, while their sum and weighted sum
/// stay and none becomes negative. Three at a time suffice to tell.
fn wide(values: &[(i64, i64)], enough: i64) -> bool {
    let mut reach = vec![0i64; values.len()];
    for a in 0..values.len() {
        for b in a + 1..values.len() {
            for c in b + 1..values.len() {
                let (Some(x), Some(y), Some(z)) = (values.get(a), values.get(b), values.get(c))
                else {
                    continue;
                };
                // One step: + (z − y), − (z − x), + (y − x).
                let step = [z.0 - y.0, -(z.0 - x.0), y.0 - x.0];
                let room = |sign: i64| {
                    let of = step.iter().zip([x.1, y.1, z.1]);
                    of.filter(|(s, _)| **s * sign < 0)
                        .map(|(s, v)| v / s.abs())
                        .min()
                        .unwrap_or(0)
                };
                let steps = room(1) + room(-1);
                for (i, s) in [a, b, c].into_iter().zip(step) {
                    if let Some(r) = reach.get_mut(i) {
                        *r = (*r).max(steps.saturating_mul(s.abs()));
                    }
                }
            }
        }
    }
    reach.iter().all(|r| *r >= enough)
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
                    assert!(out != 1, "{id:?} {size}: {:?}", stage.id);
                }
            }
        }
    }

    #[test]
    fn kinds_cannot_be_solved_from_the_services() {
        // Two unknown and two equations.
        assert!(!wide(&[(1, 3), (2, 50)], 10));
        // Three: one degree of freedom, with steps of (1, −2, 1).
        assert!(wide(&[(0, 30), (1, 40), (2, 30)], 10));
        assert!(!wide(&[(0, 3), (1, 4), (2, 3)], 10));
    }
}
