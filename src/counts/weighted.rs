//! The sum that numbers of kinds and services have in common (manual: *counts*, "Small cells"): every number
//! of kinds times its persons, added up, is the persons of all services. Whoever knows all but one of these
//! numbers knows that one.

/// Numbers of kinds and services, and which of them are left out.
#[derive(Debug, Clone)]
pub(super) struct Weighted {
    pub persons: u64,
    /// Persons by number of kinds, from none.
    pub kinds: Vec<u64>,
    pub services: Vec<u64>,
    pub kinds_out: Vec<bool>,
    pub services_out: Vec<bool>,
}

fn out<'a>(values: &'a [u64], out: &'a [bool]) -> impl Iterator<Item = (i128, i128)> + 'a {
    let all = (0i128..).zip(values).zip(out);
    all.filter(|(_, out)| **out)
        .map(|((k, n), _)| (k, i128::from(*n)))
}

impl Weighted {
    fn services_left(&self) -> i128 {
        out(&self.services, &self.services_out).count() as i128
    }

    /// Persons of the services that are left out, summed up.
    fn services_sum(&self) -> i128 {
        out(&self.services, &self.services_out)
            .map(|(_, n)| n)
            .sum()
    }

    /// Persons of the numbers of kinds that are left out, and what they have together.
    fn kinds_sums(&self) -> (i128, i128) {
        let each = out(&self.kinds, &self.kinds_out);
        each.fold((0, 0), |(n, t), (k, v)| (n + v, t + k * v))
    }

    /// Least and most that numbers of kinds have together which are left out, without one of them.
    fn ends(&self, persons: i128, without: Option<i128>) -> Option<(i128, i128)> {
        let each = || out(&self.kinds, &self.kinds_out).map(|(k, _)| k);
        let others = || each().filter(|k| Some(*k) != without);
        match (others().min(), others().max()) {
            (Some(low), Some(high)) => Some((persons * low, persons * high)),
            _ => (persons == 0).then_some((0, 0)),
        }
    }

    /// How far a service that is left out can be moved, all else that is left out with it.
    fn room_of_service(&self) -> i128 {
        let all = i128::from(self.persons);
        let (persons, together) = self.kinds_sums();
        let Some((low, high)) = self.ends(persons, None) else {
            return 0;
        };
        let fixed = together - self.services_sum();
        let least = low - fixed - (self.services_left() - 1) * all;
        (high - fixed).min(all) - least.max(0)
    }

    /// How far the persons with so many kinds can be moved, all else that is left out with them.
    fn room_of_kind(&self, kind: i128, value: i128) -> i128 {
        let (persons, together) = self.kinds_sums();
        let services = self.services_sum();
        let least = together - services;
        let most = least + self.services_left() * i128::from(self.persons);
        let holds = |x: i128| {
            let Some((low, high)) = self.ends(persons - x, Some(kind)) else {
                return false;
            };
            (0..=persons).contains(&x) && low + kind * x <= most && high + kind * x >= least
        };
        // What holds is one interval, and the value is in it.
        let reach = |sign: i128| {
            let (mut near, mut far) = (0, persons + 1);
            while far - near > 1 {
                let middle = (near + far) / 2;
                if holds(value + sign * middle) {
                    near = middle;
                } else {
                    far = middle;
                }
            }
            near
        };
        reach(1) + reach(-1)
    }

    fn is_safe(&self, enough: i128) -> bool {
        let services = self.services_left() == 0 || self.room_of_service() >= enough;
        services
            && out(&self.kinds, &self.kinds_out).all(|(k, n)| self.room_of_kind(k, n) >= enough)
    }

    fn set(&mut self, (service, i): (bool, usize), left_out: bool) {
        let of = match service {
            true => &mut self.services_out,
            false => &mut self.kinds_out,
        };
        if let Some(slot) = of.get_mut(i) {
            *slot = left_out;
        }
    }

    /// Leaves out what else must be, the smallest numbers first, and none in vain.
    pub fn guard(&mut self, enough: u64) {
        let enough = i128::from(enough);
        let kinds = self.kinds.iter().zip(&self.kinds_out).enumerate();
        let services = self.services.iter().zip(&self.services_out).enumerate();
        let mut told: Vec<(u64, (bool, usize))> = kinds
            .filter(|(_, (_, out))| !**out)
            .map(|(i, (n, _))| (*n, (false, i)))
            .chain(
                services
                    .filter(|(_, (_, out))| !**out)
                    .map(|(i, (n, _))| (*n, (true, i))),
            )
            .collect();
        // A 0 says something, so it goes last.
        told.sort_unstable_by_key(|(n, which)| (*n == 0, *n, *which));
        let mut added = Vec::new();
        for (_, which) in told {
            if self.is_safe(enough) {
                break;
            }
            self.set(which, true);
            added.push(which);
        }
        for which in added.into_iter().rev() {
            self.set(which, false);
            if !self.is_safe(enough) {
                self.set(which, true);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(
        kinds: [u64; 5],
        services: [u64; 4],
        kinds_out: [bool; 5],
        services_out: [bool; 4],
    ) -> Weighted {
        Weighted {
            persons: kinds.iter().sum(),
            kinds: kinds.to_vec(),
            services: services.to_vec(),
            kinds_out: kinds_out.to_vec(),
            services_out: services_out.to_vec(),
        }
    }

    /// All values that fit what is told, by trying everything.
    fn tried(w: &Weighted) -> (Vec<i128>, Vec<i128>) {
        let n = w.persons;
        let hidden = |all: &[u64], out: &[bool]| -> Vec<usize> {
            (0..all.len()).filter(|i| out[*i]).collect()
        };
        let (ks, ss) = (
            hidden(&w.kinds, &w.kinds_out),
            hidden(&w.services, &w.services_out),
        );
        let mut seen = vec![Vec::new(); ks.len() + ss.len()];
        let total = w.kinds.iter().zip(0..).map(|(v, k)| v * k).sum::<u64>();
        assert_eq!(total, w.services.iter().sum::<u64>());
        let mut choice = vec![0u64; ks.len() + ss.len()];
        loop {
            let mut kinds = w.kinds.clone();
            let mut services = w.services.clone();
            ks.iter().zip(&choice).for_each(|(k, v)| kinds[*k] = *v);
            ss.iter()
                .zip(&choice[ks.len()..])
                .for_each(|(s, v)| services[*s] = *v);
            let together = kinds.iter().zip(0..).map(|(v, k)| v * k).sum::<u64>();
            if kinds.iter().sum::<u64>() == n && together == services.iter().sum::<u64>() {
                seen.iter_mut()
                    .zip(&choice)
                    .for_each(|(s, v)| s.push(*v as i128));
            }
            let Some(at) = choice.iter().position(|c| *c < n) else {
                break;
            };
            choice[at] += 1;
            choice[..at].fill(0);
        }
        let rooms: Vec<i128> = seen
            .iter()
            .map(|s| s.iter().max().unwrap() - s.iter().min().unwrap())
            .collect();
        (rooms[..ks.len()].to_vec(), rooms[ks.len()..].to_vec())
    }

    #[test]
    fn rooms_are_those_of_trying_everything() {
        const YES: bool = true;
        const NO: bool = false;
        let kinds = [3, 4, 2, 1, 0];
        let services = [5, 3, 2, 1];
        for kinds_out in [
            [NO; 5],
            [YES, YES, NO, NO, NO],
            [YES, YES, YES, NO, NO],
            [NO, YES, YES, YES, NO],
        ] {
            for services_out in [[NO; 4], [NO, NO, NO, YES], [NO, NO, YES, YES]] {
                let w = of(kinds, services, kinds_out, services_out);
                let (of_kinds, of_services) = tried(&w);
                let found: Vec<i128> = out(&w.kinds, &w.kinds_out)
                    .map(|(k, n)| w.room_of_kind(k, n))
                    .collect();
                assert_eq!(found, of_kinds, "{w:?}");
                for room in of_services {
                    assert_eq!(w.room_of_service(), room, "{w:?}");
                }
            }
        }
    }

    /// One service alone is what the others lack of the sum: with every number of kinds told, it is no secret.
    #[test]
    fn a_lone_service_is_not_told_by_the_kinds() {
        let mut w = of(
            [100, 60, 40, 20, 5],
            [90, 80, 47, 3],
            [false; 5],
            [false, false, false, true],
        );
        w.services[0] = 220 - 80 - 47 - 3;
        assert_eq!(w.room_of_service(), 0);
        w.guard(10);
        assert!(w.is_safe(10));
        // The 25 persons of two numbers of kinds are fewer than the 47 of another service.
        assert_eq!(w.services_out, [false, false, false, true]);
        assert_eq!(w.kinds_out, [false, false, false, true, true]);
    }
}
