//! A person as a contribution: one cell of each block (manual: *counts*, "Contribution").

use super::attribute::Attribute;
use crate::crypto::prio3::Shape;
use crate::record::code::{Exploitation, ServiceKind, Sex};
use crate::record::{Date, Record};

/// Version of the table of attributes, in the note of a round.
pub const TABLES_VERSION: u16 = 1;

/// Patterns of service: one bit for each kind.
pub(crate) const PATTERNS: usize = 16;

/// The blocks of a contribution. Element 0 says that it is a dummy; the blocks follow in this order, each
/// row by row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Block {
    /// Sex by age.
    SexAge,
    /// Sex by form of exploitation.
    SexExploitation,
    /// Nationality.
    Nationality,
    /// Which kinds of service.
    Services,
}

impl Block {
    pub const ALL: [Self; 4] = [
        Self::SexAge,
        Self::SexExploitation,
        Self::Nationality,
        Self::Services,
    ];

    /// Number of cells.
    pub fn cells(self) -> usize {
        match self {
            Self::SexAge => Attribute::Sex.len() * Attribute::Age.len(),
            Self::SexExploitation => Attribute::Sex.len() * Attribute::Exploitation.len(),
            Self::Nationality => Attribute::Nationality.len(),
            Self::Services => PATTERNS,
        }
    }

    /// The element of its first cell.
    pub fn start(self) -> usize {
        let before = Self::ALL.iter().take_while(|b| **b != self);
        1 + before.map(|b| b.cells()).sum::<usize>()
    }
}

/// Number of blocks: what one person can change, in cells.
pub(crate) const BLOCKS: u32 = Block::ALL.len() as u32;

/// The shape of every contribution.
pub fn shape() -> Shape {
    let (ages, forms) = (Attribute::Age.len(), Attribute::Exploitation.len());
    let row = |block: Block, sex: usize, n: usize| {
        let start = block.start() + sex * n;
        (start..start + n).collect::<Vec<_>>()
    };
    Shape {
        blocks: Block::ALL.iter().map(|b| b.cells()).collect(),
        ties: (0..Attribute::Sex.len())
            .map(|sex| {
                [
                    row(Block::SexAge, sex, ages),
                    row(Block::SexExploitation, sex, forms),
                ]
            })
            .collect(),
    }
}

/// What is counted of a person: the category of each attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Categories {
    sex: usize,
    age: usize,
    exploitation: usize,
    nationality: usize,
    services: usize,
}

/// What one record says of the person, as far as it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Says {
    sex: Option<Sex>,
    age: Option<(u16, u16)>,
    region: Option<usize>,
    /// One bit for each form of exploitation.
    forms: u32,
    services: usize,
}

impl Says {
    /// Of a record, on the day on which the round began.
    pub fn of(record: &Record, day: Date) -> Self {
        let bit = |form: &Exploitation| {
            let place = Exploitation::ALL.iter().position(|f| f == form);
            1u32 << place.unwrap_or_default()
        };
        let had = |kind: &ServiceKind| record.service_total(*kind) > 0;
        let services = ServiceKind::ALL.iter().enumerate();
        Self {
            sex: record.sex,
            age: record.age_at(day),
            region: record.nationality.first().map(|c| region(c.as_str())),
            forms: record
                .exploitation
                .iter()
                .map(bit)
                .fold(0, |all, b| all | b),
            services: services.filter(|(_, k)| had(k)).map(|(i, _)| 1 << i).sum(),
        }
    }
}

impl Categories {
    /// Of what the records say that a site has of one person. What one of them says counts, the first one
    /// that says it; forms of exploitation and services are those of all.
    pub fn of(records: impl IntoIterator<Item = Says>) -> Self {
        let mut all = Says::default();
        for says in records {
            all.sex = all.sex.or(says.sex);
            all.age = all.age.or(says.age);
            all.region = all.region.or(says.region);
            all.forms |= says.forms;
            all.services |= says.services;
        }
        let forms = Exploitation::ALL.iter().enumerate();
        let forms: Vec<Exploitation> = forms
            .filter(|(i, _)| all.forms >> i & 1 == 1)
            .map(|(_, f)| *f)
            .collect();
        Self {
            sex: match all.sex {
                Some(Sex::Female) => 0,
                Some(Sex::Male) => 1,
                Some(Sex::X) => 2,
                None => 3,
            },
            age: age_band(all.age),
            exploitation: form(&forms),
            nationality: all.region.unwrap_or(Attribute::Nationality.len() - 1),
            services: all.services,
        }
    }

    /// The elements that are 1.
    pub fn elements(&self) -> Vec<usize> {
        let ages = Attribute::Age.len();
        let forms = Attribute::Exploitation.len();
        vec![
            Block::SexAge.start() + self.sex * ages + self.age,
            Block::SexExploitation.start() + self.sex * forms + self.exploitation,
            Block::Nationality.start() + self.nationality,
            Block::Services.start() + self.services,
        ]
    }

    /// The category of an attribute; for kinds of service how many there are. `None` for the services, of
    /// which there can be several.
    pub fn of_attribute(&self, attribute: Attribute) -> Option<usize> {
        match attribute {
            Attribute::Sex => Some(self.sex),
            Attribute::Age => Some(self.age),
            Attribute::Exploitation => Some(self.exploitation),
            Attribute::Nationality => Some(self.nationality),
            Attribute::Service => None,
            Attribute::Kinds => Some(self.services.count_ones() as usize),
        }
    }

    /// Whether the person had a service of a kind, by its place among the kinds.
    pub fn had(&self, kind: usize) -> bool {
        self.services >> kind & 1 == 1
    }
}

/// The elements of a dummy.
pub const DUMMY: &[usize] = &[0];

/// Bands begin at these ages; who is known only to be between two ages is in the band of the lower one.
fn age_band(age: Option<(u16, u16)>) -> usize {
    let Some((least, _)) = age else {
        return Attribute::Age.len() - 1;
    };
    let begins = [0, 12, 15, 18, 25, 35, 50];
    begins
        .iter()
        .filter(|b| **b <= least)
        .count()
        .saturating_sub(1)
}

fn form(forms: &[Exploitation]) -> usize {
    match forms {
        [] => 9,
        [one] => match one {
            Exploitation::Sexual => 0,
            Exploitation::ForcedLabour => 1,
            Exploitation::Servitude => 2,
            Exploitation::ForcedBegging => 3,
            Exploitation::ForcedCriminality => 4,
            Exploitation::ChildLabour => 5,
            Exploitation::ForcedMarriage => 6,
            Exploitation::ForcedRecruitment
            | Exploitation::OrganRemoval
            | Exploitation::ForcedAdoption
            | Exploitation::Surrogacy
            | Exploitation::Other => 7,
        },
        _ => 8,
    }
}

/// The region of a country, by ISO 3166-1 alpha-3.
fn region(country: &str) -> usize {
    const CENTRAL_CARIBBEAN: &[&str] = &[
        "ABW", "AIA", "ATG", "BES", "BHS", "BLM", "BLZ", "BRB", "CRI", "CUB", "CUW", "CYM", "DMA",
        "DOM", "GLP", "GRD", "HTI", "JAM", "KNA", "LCA", "MAF", "MSR", "MTQ", "PAN", "PRI", "SXM",
        "TCA", "TTO", "VCT", "VGB", "VIR",
    ];
    const SOUTH_AMERICA: &[&str] = &[
        "ARG", "BOL", "BRA", "CHL", "ECU", "FLK", "GUF", "GUY", "PER", "PRY", "SUR", "URY",
    ];
    let codes = Attribute::Nationality.codes();
    let named = codes.iter().take(7).position(|c| *c == country);
    match named {
        Some(i) => i,
        None if CENTRAL_CARIBBEAN.contains(&country) => 7,
        None if SOUTH_AMERICA.contains(&country) => 8,
        None => 9,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Birth, Country, Kind, PartialDate};

    fn day() -> Date {
        Date::parse("2027-03-02").unwrap()
    }

    fn one(record: &Record) -> Categories {
        Categories::of([Says::of(record, day())])
    }

    fn code(attribute: Attribute, categories: &Categories) -> &'static str {
        attribute.codes()[categories.of_attribute(attribute).unwrap()]
    }

    #[test]
    fn categories_are_those_of_the_table() {
        let mut record = Record::new(Kind::Victim);
        let nothing = one(&record);
        for attribute in [
            Attribute::Sex,
            Attribute::Age,
            Attribute::Exploitation,
            Attribute::Nationality,
        ] {
            assert_eq!(code(attribute, &nothing), "unknown");
        }
        assert_eq!(code(Attribute::Kinds, &nothing), "0");
        for (born, band) in [
            ("2027-03-02", "0-11"),
            ("2015-03-03", "0-11"),
            ("2015-03-02", "12-14"),
            ("2012-03-02", "15-17"),
            ("2009-03-03", "15-17"),
            ("2009-03-02", "18-24"),
            ("1992", "25-34"),
            ("1977-03-03", "35-49"),
            ("1977-03-02", "50"),
        ] {
            record.birth = Birth::Date(PartialDate::parse(born).unwrap());
            assert_eq!(code(Attribute::Age, &one(&record)), band, "{born}");
        }
        for (country, group) in [
            ("MEX", "MEX"),
            ("VEN", "VEN"),
            ("CUB", "central_caribbean"),
            ("PER", "south_america"),
            ("CHN", "elsewhere"),
        ] {
            record.nationality = vec![Country::parse(country).unwrap()];
            assert_eq!(code(Attribute::Nationality, &one(&record)), group);
        }
        for form in Exploitation::ALL {
            record.exploitation = vec![*form];
            let found = code(Attribute::Exploitation, &one(&record));
            assert!(found == form.code() || found == "other");
        }
    }

    #[test]
    fn the_records_of_a_person_are_one() {
        let mut a = Record::new(Kind::Victim);
        a.exploitation = vec![Exploitation::Sexual];
        a.service_counts.medical = Some(3);
        let mut b = Record::new(Kind::Victim);
        b.sex = Some(Sex::Male);
        b.exploitation = vec![Exploitation::Sexual];
        b.service_counts.legal = Some(1);
        let one = Categories::of([&a, &b].map(|r| Says::of(r, day())));
        assert_eq!(code(Attribute::Sex, &one), "M");
        assert_eq!(code(Attribute::Exploitation, &one), "sexual_exploitation");
        assert_eq!(code(Attribute::Kinds, &one), "2");
        assert!(one.had(0) && !one.had(1) && one.had(3));
        b.exploitation.push(Exploitation::ForcedBegging);
        assert_eq!(
            code(
                Attribute::Exploitation,
                &Categories::of([&a, &b].map(|r| Says::of(r, day())))
            ),
            "several"
        );
        assert_eq!(one.elements().len(), Block::ALL.len());
    }

    #[test]
    fn every_block_has_its_place() {
        let shape = shape();
        assert_eq!(shape.elements(), 100);
        assert_eq!(Block::Services.start() + PATTERNS, shape.elements());
    }
}
