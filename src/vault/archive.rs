//! The container of a backup: a POSIX ustar archive of few plain files, so that it can be unpacked
//! by hand in twenty years (manual: *vault format*, "Backup").

use std::io::{self, Read, Write};

const BLOCK: usize = 512;
/// Largest file that is unpacked, bytes.
const MAX_FILE: u64 = 8 << 30;

fn octal(field: &mut [u8], value: u64) {
    let digits = field.len() - 1;
    let text = format!("{value:0digits$o}");
    field[..digits].copy_from_slice(&text.as_bytes()[text.len() - digits..]);
}

/// Writes one file.
pub(super) fn put(out: &mut impl Write, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut header = [0u8; BLOCK];
    if name.len() > 99 || bytes.len() as u64 >= MAX_FILE {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    header[..name.len()].copy_from_slice(name.as_bytes());
    octal(&mut header[100..108], 0o600);
    octal(&mut header[108..116], 0);
    octal(&mut header[116..124], 0);
    octal(&mut header[124..136], bytes.len() as u64);
    octal(&mut header[136..148], 0);
    header[148..156].fill(b' ');
    header[156] = b'0';
    header[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u64 = header.iter().map(|b| u64::from(*b)).sum();
    octal(&mut header[148..155], sum);
    header[155] = b' ';
    out.write_all(&header)?;
    out.write_all(bytes)?;
    out.write_all(&[0u8; BLOCK][..bytes.len().next_multiple_of(BLOCK) - bytes.len()])
}

/// Ends the archive.
pub(super) fn end(out: &mut impl Write) -> io::Result<()> {
    out.write_all(&[0u8; 2 * BLOCK])
}

fn number(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?;
    u64::from_str_radix(text.trim_matches(['\0', ' ']), 8).ok()
}

/// Reads the files in order and gives each to `visit`, which reads it or leaves it.
///
/// # Errors
/// [`io::ErrorKind::InvalidData`] for anything but plain files as [`put`] writes them, or what the
/// reader or `visit` say.
pub(crate) fn each(
    input: &mut impl Read,
    mut visit: impl FnMut(&str, &mut dyn Read) -> io::Result<()>,
) -> io::Result<()> {
    let bad = || io::Error::from(io::ErrorKind::InvalidData);
    let mut header = [0u8; BLOCK];
    loop {
        input.read_exact(&mut header)?;
        if header == [0; BLOCK] {
            input.read_exact(&mut header)?;
            // What follows would be read by nobody else either.
            let mut rest = [0u8; 1];
            if header != [0; BLOCK] || input.read(&mut rest)? != 0 {
                return Err(bad());
            }
            return Ok(());
        }
        let mut plain = header;
        plain[148..156].fill(b' ');
        let sum: u64 = plain.iter().map(|b| u64::from(*b)).sum();
        let size = number(&header[124..136]).filter(|s| *s < MAX_FILE);
        let size = size.ok_or_else(bad)?;
        if number(&header[148..156]) != Some(sum) || header[156] != b'0' {
            return Err(bad());
        }
        let end = header[..100].iter().position(|b| *b == 0).unwrap_or(100);
        let name = std::str::from_utf8(&header[..end]).map_err(|_| bad())?;
        let mut file = input.by_ref().take(size);
        visit(name, &mut file)?;
        io::copy(&mut file, &mut io::sink())?;
        let padding = size.next_multiple_of(BLOCK as u64) - size;
        if io::copy(&mut input.by_ref().take(padding), &mut io::sink())? != padding {
            return Err(bad());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> io::Result<Vec<(String, Vec<u8>)>> {
        let mut files = Vec::new();
        each(&mut &*bytes, |name, file| {
            let mut content = Vec::new();
            file.read_to_end(&mut content)?;
            files.push((name.to_owned(), content));
            Ok(())
        })?;
        Ok(files)
    }

    #[test]
    fn files_come_out_as_they_went_in_and_nothing_else_does() {
        let mut bytes = Vec::new();
        let files = [("vacío", 0), ("uno", 1), ("bloque", 512), ("más", 513)];
        for (name, len) in files {
            put(&mut bytes, name, &vec![7; len]).unwrap();
        }
        end(&mut bytes).unwrap();
        let read = all(&bytes).unwrap();
        let lens: Vec<_> = read.iter().map(|(n, b)| (n.as_str(), b.len())).collect();
        assert_eq!(lens, files);
        for cut in 0..bytes.len() {
            assert!(all(&bytes[..cut]).is_err(), "{cut}");
        }
        for at in 0..BLOCK {
            let mut bad = bytes.clone();
            bad[at] ^= 1;
            assert!(all(&bad).is_err(), "{at}");
        }
        bytes.push(0);
        assert!(all(&bytes).is_err());
    }
}
