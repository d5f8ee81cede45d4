//! Tags for an engine that runs on more than one machine (manual: *matching*, "Beyond one machine"):
//! Parquet files, partitioned by the leading bits of the tag. Feature `parquet`.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use parquet::data_type::{Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;

use super::join::disk::Source;

/// Leading bits of a tag by which the files are partitioned.
pub const BITS: u32 = 6;

/// Rows of a row group.
const GROUP: usize = 1 << 17;

/// Persons that are read at once.
const BLOCK: usize = 4096;

const SCHEMA: &str = "message tags {
    REQUIRED INT64 tag;
    REQUIRED INT64 person;
    REQUIRED INT32 site;
}";

/// Writes all tags below an empty folder: `part=N/tags.parquet` with the columns `tag` (its 64 bits as
/// a signed number), `person` and `site` (what `who` says of a person).
///
/// # Errors
/// What `source` or the files say.
pub fn write(source: &impl Source, who: impl Fn(u32) -> (i64, i32), dir: &Path) -> io::Result<()> {
    let mut parts = (0..1u64 << BITS)
        .map(|part| Part::new(&dir.join(format!("part={part}"))))
        .collect::<io::Result<Vec<Part>>>()?;
    let (persons, per) = (source.persons(), source.per_person());
    for first in (0..persons).step_by(BLOCK) {
        let mut tags = vec![0u64; (persons - first).min(BLOCK) * per];
        source.read(first, &mut tags)?;
        for (number, own) in (first..).zip(tags.chunks_exact(per.max(1))) {
            let number = u32::try_from(number).map_err(|_| io::ErrorKind::InvalidInput)?;
            let (person, site) = who(number);
            for tag in own {
                if let Some(part) = parts.get_mut((tag >> (64 - BITS)) as usize) {
                    part.add(tag.cast_signed(), person, site)?;
                }
            }
        }
    }
    parts.into_iter().try_for_each(Part::finish)
}

struct Part {
    writer: SerializedFileWriter<File>,
    tags: Vec<i64>,
    persons: Vec<i64>,
    sites: Vec<i32>,
}

fn failed(e: ParquetError) -> io::Error {
    io::Error::other(e)
}

impl Part {
    fn new(dir: &Path) -> io::Result<Self> {
        std::fs::create_dir(dir)?;
        let schema = Arc::new(parse_message_type(SCHEMA).map_err(failed)?);
        // Tags and persons hardly repeat within a file.
        let properties = WriterProperties::builder()
            .set_dictionary_enabled(false)
            .set_column_dictionary_enabled(ColumnPath::from("site"), true)
            .build();
        let file = File::create_new(dir.join("tags.parquet"))?;
        let writer = SerializedFileWriter::new(file, schema, Arc::new(properties));
        Ok(Self {
            writer: writer.map_err(failed)?,
            tags: Vec::new(),
            persons: Vec::new(),
            sites: Vec::new(),
        })
    }

    fn add(&mut self, tag: i64, person: i64, site: i32) -> io::Result<()> {
        self.tags.push(tag);
        self.persons.push(person);
        self.sites.push(site);
        if self.tags.len() < GROUP {
            return Ok(());
        }
        self.flush().map_err(failed)
    }

    fn flush(&mut self) -> Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        let mut number = 0;
        while let Some(mut column) = group.next_column()? {
            match number {
                0 => column
                    .typed::<Int64Type>()
                    .write_batch(&self.tags, None, None)?,
                1 => column
                    .typed::<Int64Type>()
                    .write_batch(&self.persons, None, None)?,
                _ => column
                    .typed::<Int32Type>()
                    .write_batch(&self.sites, None, None)?,
            };
            column.close()?;
            number += 1;
        }
        group.close()?;
        self.tags.clear();
        self.persons.clear();
        self.sites.clear();
        Ok(())
    }

    fn finish(mut self) -> io::Result<()> {
        if !self.tags.is_empty() {
            self.flush().map_err(failed)?;
        }
        self.writer.close().map_err(failed)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    use parquet::record::Field;

    use super::*;
    use crate::matching::join::disk::InMemory;

    #[test]
    fn every_tag_is_in_the_part_of_its_leading_bits_once() {
        let tags: Vec<u64> = (0..4000u64)
            .map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15))
            .collect();
        let source = InMemory {
            tags: &tags,
            per_person: 4,
        };
        let dir = tempfile::tempdir().unwrap();
        let who = |p| (i64::from(p) << 32, (p % 7) as i32);
        write(&source, who, dir.path()).unwrap();
        let mut found = Vec::new();
        for part in 0..1u64 << BITS {
            let path = dir.path().join(format!("part={part}/tags.parquet"));
            let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
            for row in reader.get_row_iter(None).unwrap() {
                let columns: Vec<Field> = row
                    .unwrap()
                    .get_column_iter()
                    .map(|c| c.1.clone())
                    .collect();
                let [Field::Long(tag), Field::Long(person), Field::Int(site)] = columns[..] else {
                    panic!("{columns:?}");
                };
                let tag = tag.cast_unsigned();
                assert_eq!(tag >> (64 - BITS), part);
                assert_eq!(i64::from(site), (person >> 32) % 7);
                found.push(((person >> 32) as usize, tag));
            }
        }
        found.sort_unstable();
        let mut expected: Vec<(usize, u64)> =
            tags.iter().enumerate().map(|(i, t)| (i / 4, *t)).collect();
        expected.sort_unstable();
        assert_eq!(found, expected);
        assert!(write(&source, who, dir.path()).is_err());
    }
}
