//! The 27 variables of the CTDC dataset, so that no row is alone (manual: *export*, "CTDC").
//!
//! Every row that is written has at least k - 1 others that are the same in all variables. What stands
//! in the way is left blank, or the row is left out, whichever loses less.

use std::collections::BTreeMap;

use super::gbvims::country_of_exploitation;
use super::htcds::{gender, values};
use super::table::Table;
use super::{Exported, Item};
use crate::i18n::Message;
use crate::record::code::{Exploitation, Gender};
use crate::record::{Country, PartialDate, Record};

/// How many rows must be alike at least: what the k-anonymous release of CTDC used.
pub const K: usize = 11;

/// Fewer would hardly hide anybody.
pub const K_MIN: usize = 3;

/// The variables in their order (codebook v2, February 2024).
pub const VARIABLES: [&str; 27] = [
    "yearOfRegistration",
    "gender",
    "ageBroad",
    "citizenship",
    "CountryOfExploitation",
    "traffickMonths",
    "meansDebtBondageEarnings",
    "meansThreats",
    "meansAbusePsyPhySex",
    "meansFalsePromises",
    "meansDrugsAlcohol",
    "meansDenyBasicNeeds",
    "meansExcessiveWorkHours",
    "meansWithholdDocs",
    "isForcedLabour",
    "isSexualExploit",
    "isOtherExploit",
    "typeOfLabourAgriculture",
    "typeOfLabourConstruction",
    "typeOfLabourDomesticWork",
    "typeOfLabourHospitality",
    "typeOfSexProstitution",
    "typeOfSexPornography",
    "recruiterRelationIntimatePartner",
    "recruiterRelationFriend",
    "recruiterRelationFamily",
    "recruiterRelationOther",
];

/// Classes that a small one is compared with at most.
const LOOKED_AT: usize = 512;

type Row = [String; VARIABLES.len()];

pub(super) fn write(items: &[Item], k: usize) -> Exported {
    // A person is one row, however many records there are.
    let mut persons: BTreeMap<&str, &Item> = BTreeMap::new();
    for item in items {
        let had = persons.entry(&item.person).or_insert(item);
        if filled(&item.record) > filled(&had.record) {
            *had = item;
        }
    }
    let rows: Vec<Row> = persons.values().map(|i| variables(&i.record)).collect();
    let all = rows.len();
    let cells = |rows: &[Row]| -> usize { rows.iter().map(filled_cells).sum() };
    let before = cells(&rows);
    let kept = anonymous(rows, k);
    let mut table = Table::new(VARIABLES.into_iter());
    let notes = vec![
        Message::new("export-ctdc-rows")
            .with("rows", kept.len())
            .with("all", all)
            .with("k", k),
        Message::new("export-ctdc-cells")
            .with("cells", cells(&kept))
            .with("all", before),
    ];
    for row in kept {
        table.row(row.into());
    }
    Exported {
        rows: table.rows,
        text: table.done(),
        notes,
    }
}

fn filled(record: &Record) -> usize {
    filled_cells(&variables(record))
}

fn filled_cells(row: &Row) -> usize {
    row.iter().filter(|cell| !cell.is_empty()).count()
}

/// Rows that are alike, and how many there are.
struct Class {
    row: Row,
    count: usize,
}

impl Class {
    /// Cells that are lost when both become one.
    fn cost(&self, other: &Self) -> usize {
        let lost = |(a, b): (&String, &String)| {
            if a == b {
                return 0;
            }
            let here = if a.is_empty() { 0 } else { self.count };
            here + if b.is_empty() { 0 } else { other.count }
        };
        self.row.iter().zip(&other.row).map(lost).sum()
    }

    fn merged(mut self, other: Self) -> Self {
        for (a, b) in self.row.iter_mut().zip(&other.row) {
            if a != b {
                a.clear();
            }
        }
        self.count += other.count;
        self
    }
}

/// The rows with so many cells blank, and so many rows left out, that of each there are at least `k`. In
/// an order that says nothing of theirs.
fn anonymous(rows: Vec<Row>, k: usize) -> Vec<Row> {
    let mut counts: BTreeMap<Row, usize> = BTreeMap::new();
    for row in rows {
        *counts.entry(row).or_default() += 1;
    }
    let of = |(row, count)| Class { row, count };
    let (mut done, mut small): (Vec<Class>, Vec<Class>) =
        counts.into_iter().map(of).partition(|c| c.count >= k);
    while let Some(at) = smallest(&small) {
        let class = small.swap_remove(at);
        let nearest = |all: &[Class]| {
            let near = all.iter().enumerate().take(LOOKED_AT);
            near.map(|(i, other)| (class.cost(other), i)).min()
        };
        let leave_out = class.count * filled_cells(&class.row);
        let merged = match (nearest(&small), nearest(&done)) {
            (Some((cost, i)), other) if other.is_none_or(|o| cost <= o.0) => {
                // A pair of small classes is not yet large: leaving out is weighed when they are.
                (cost <= leave_out + small.get(i).map_or(0, |c| c.count * filled_cells(&c.row)))
                    .then(|| class.merged(small.swap_remove(i)))
            }
            (_, Some((cost, i))) if cost <= leave_out => Some(class.merged(done.swap_remove(i))),
            _ => None,
        };
        if let Some(class) = merged {
            if class.count < k {
                small.push(class);
            } else if let Some(same) = done.iter_mut().find(|c| c.row == class.row) {
                same.count += class.count;
            } else {
                done.push(class);
            }
        }
    }
    done.sort_by(|a, b| a.row.cmp(&b.row));
    done.into_iter()
        .flat_map(|c| std::iter::repeat_n(c.row, c.count))
        .collect()
}

fn smallest(of: &[Class]) -> Option<usize> {
    let sizes = of.iter().map(|c| (c.count, &c.row)).enumerate();
    sizes.min_by_key(|(_, size)| *size).map(|(i, _)| i)
}

fn flag(yes: bool) -> String {
    if yes { "1".to_owned() } else { String::new() }
}

fn age_band(record: &Record) -> String {
    const BANDS: [(u16, &str); 9] = [
        (8, "0--8"),
        (17, "9--17"),
        (20, "18--20"),
        (23, "21--23"),
        (26, "24--26"),
        (29, "27--29"),
        (38, "30--38"),
        (47, "39--47"),
        (u16::MAX, "48+"),
    ];
    let day = record.intake.as_ref().and_then(PartialDate::full);
    let Some((least, most)) = day.and_then(|day| record.age_at(day)) else {
        return String::new();
    };
    let band = |age: u16| BANDS.iter().find(|b| age <= b.0).map(|b| b.1);
    match (band(least), band(most)) {
        (Some(a), Some(b)) if a == b => a.to_owned(),
        _ => String::new(),
    }
}

fn variables(record: &Record) -> Row {
    let means = values(record, "vic_MethodsOfControl");
    let has = |all: &[&str]| flag(means.iter().any(|m| all.contains(m)));
    let forms = &record.exploitation;
    let form = |all: &[Exploitation]| flag(forms.iter().any(|f| all.contains(f)));
    let industry = values(record, "vic_ForcedLabourIndustry");
    let works = |letter: &str| industry.iter().any(|i| i.starts_with(letter));
    let sex = values(record, "vic_TypeOfSexExploitation");
    let relation = values(record, "vic_RelationshipToTrafficker");
    [
        record
            .intake
            .as_ref()
            .map(|d| d.to_string().chars().take(4).collect())
            .unwrap_or_default(),
        match gender(record) {
            Some(Gender::Feminine) => "Woman".to_owned(),
            Some(Gender::Masculine) => "Man".to_owned(),
            Some(Gender::NonSpecifiedUnknown) | None => String::new(),
            Some(_) => "Trans/NonConforming".to_owned(),
        },
        age_band(record),
        record
            .nationality
            .first()
            .map(|c| c.as_str().to_owned())
            .unwrap_or_default(),
        Country::parse(&country_of_exploitation(record))
            .map(|c| c.as_str().to_owned())
            .unwrap_or_default(),
        // Not on record.
        String::new(),
        has(&["DebtBondage", "TakesEarnings", "RestrictsFinancialAccess"]),
        has(&[
            "PhysicalThreats",
            "ThreatsLawEnforcement",
            "ThreatensChildrenFamily",
        ]),
        has(&["PsychologicalAbuse", "PhysicalAbuse", "SexualAbuse"]),
        has(&["FalsePromises"]),
        has(&["PsychoactiveSubstance"]),
        has(&["RestrictsMedicalCare", "WithholdsNecessities"]),
        has(&["ExcessiveWorkingHours"]),
        has(&["WithholdsDocuments"]),
        form(&[
            Exploitation::ForcedLabour,
            Exploitation::Servitude,
            Exploitation::ForcedBegging,
            Exploitation::ForcedCriminality,
            Exploitation::ChildLabour,
        ]),
        form(&[Exploitation::Sexual]),
        form(&[
            Exploitation::ForcedMarriage,
            Exploitation::ForcedRecruitment,
            Exploitation::OrganRemoval,
            Exploitation::ForcedAdoption,
            Exploitation::Surrogacy,
            Exploitation::Other,
        ]),
        flag(works("A_")),
        flag(works("F_")),
        flag(works("T_") || forms.contains(&Exploitation::Servitude)),
        flag(works("I_")),
        flag(sex.contains(&"Prostitution")),
        flag(sex.contains(&"Pornography")),
        // The standard does not tell an intimate partner or a friend from the rest.
        String::new(),
        String::new(),
        flag(relation.contains(&"Familial")),
        flag(relation.contains(&"Acquainted") || relation.contains(&"Unaquainted")),
    ]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows_of(choices: &[u8]) -> Vec<Row> {
        choices
            .chunks(6)
            .map(|c| {
                let mut row: Row = Default::default();
                for (i, n) in c.iter().enumerate() {
                    // A few common values, some rare ones, some blanks.
                    row[i] = match n {
                        0..=90 => String::new(),
                        91..=200 => "a".to_owned(),
                        201..=248 => "b".to_owned(),
                        n => n.to_string(),
                    };
                }
                row
            })
            .collect()
    }

    proptest! {
        #[test]
        fn nobody_is_alone_and_nothing_is_made_up(
            choices in proptest::collection::vec(any::<u8>(), 0..600),
            k in 2usize..15,
        ) {
            let rows = rows_of(&choices);
            let kept = anonymous(rows.clone(), k);
            let mut counts: BTreeMap<&Row, usize> = BTreeMap::new();
            for row in &kept {
                *counts.entry(row).or_default() += 1;
            }
            prop_assert!(counts.values().all(|n| *n >= k));
            prop_assert!(kept.len() <= rows.len());
            // Every row stands for one that was there, with some cells blank: each its own.
            let covers = |kept: &Row, row: &Row| {
                kept.iter().zip(row).all(|(a, b)| a.is_empty() || a == b)
            };
            for (row, n) in counts {
                prop_assert!(rows.iter().filter(|r| covers(row, r)).count() >= n);
            }
        }
    }

    #[test]
    fn what_is_common_stays_and_what_is_rare_goes() {
        let row = |cells: &[&str]| {
            let mut row: Row = Default::default();
            for (to, from) in row.iter_mut().zip(cells) {
                (*from).clone_into(to);
            }
            row
        };
        let mut rows = vec![row(&["2026", "Woman", "18--20", "HND"]); 40];
        rows.extend(vec![row(&["2026", "Woman", "21--23", "HND"]); 10]);
        rows.push(row(&["2026", "Trans/NonConforming", "48+", "ISL"]));
        let kept = anonymous(rows, 11);
        // The large class keeps all; the ten lose what sets them apart from others or go.
        let whole = row(&["2026", "Woman", "18--20", "HND"]);
        assert!(kept.iter().filter(|r| **r == whole).count() == 40);
        assert!(kept.iter().flatten().all(|c| c != "ISL" && c != "48+"));
        assert!(anonymous(vec![row(&["2026"]); 10], 11).is_empty());
        assert_eq!(anonymous(vec![row(&["2026"]); 11], 11).len(), 11);
    }
}
