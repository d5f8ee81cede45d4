//! Writing a folder for a court.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::{CourtError, Keys, Known, Verdict, check, names, page};
use crate::codec::to_hex;
use crate::crypto::hash::sha256;
use crate::i18n::{Lang, Messages};
use crate::log::act::Reason;
use crate::round::receipt::{RECEIPT_MAX, Receipt};
use crate::round::trust::TrustStore;
use crate::vault::custody::{Leaving, Released};
use crate::vault::{Evidence, Vault, files};

/// The verifier that goes into the folder: the standard library of Python and nothing else.
pub(super) const VERIFIER: &str = include_str!("../../tests/verify_vault.py");
/// Longest name of the file in the folder, in bytes.
const NAME_MAX: usize = 120;

/// What is wanted.
pub struct Request<'a> {
    /// How the file leaves the house.
    pub leaving: Leaving,
    /// Why, and to whom; sealed into the log and shown in the folder.
    pub reason: &'a Reason,
    /// Whether the folder says what the house calls the slots that acted. These may be names of people.
    pub slot_names: bool,
    /// Cards that are pinned, to show who signed receipts.
    pub cards: Option<&'a TrustStore>,
}

/// Writes a folder, which appears whole or not at all, and checks it as its reader will.
///
/// # Errors
/// [`CourtError::File`] if something is there already; [`CourtError::Unsound`] if what was written does
/// not hold; what the vault says. The log says that the file left the house once anything was written.
pub fn export(
    vault: &Vault,
    evidence: &Evidence,
    request: &Request<'_>,
    dir: &Path,
) -> Result<Verdict, CourtError> {
    let shown = dir.display().to_string();
    let failed = |e: std::io::Error| CourtError::io(&shown, &e);
    if fs::symlink_metadata(dir).is_ok() {
        return Err(failed(std::io::ErrorKind::AlreadyExists.into()));
    }
    let mut building = dir.as_os_str().to_owned();
    building.push(".part");
    let building = PathBuf::from(building);
    files::create_private_dir(&building).map_err(failed)?;
    let done = vault
        .release_evidence(evidence, request.leaving, request.reason)
        .map_err(CourtError::from)
        .and_then(|released| Folder::new(&building).write(vault, &released, request))
        .and_then(|verdict| {
            files::put_in_place(&building, dir).map_err(failed)?;
            Ok(verdict)
        });
    if done.is_err() {
        // Half a folder would look like evidence, and is in clear.
        let _ = fs::remove_dir_all(&building);
    }
    done
}

struct Folder<'a> {
    dir: &'a Path,
    sums: Vec<(String, [u8; 32])>,
}

impl<'a> Folder<'a> {
    fn new(dir: &'a Path) -> Self {
        Self {
            dir,
            sums: Vec::new(),
        }
    }

    fn folder(&self, name: &str) -> Result<(), CourtError> {
        files::create_private_dir(&self.dir.join(name)).map_err(|e| CourtError::io(name, &e))
    }

    fn put(&mut self, name: &str, text: &str) -> Result<(), CourtError> {
        let put = |path: &Path| -> std::io::Result<()> {
            let mut file = files::create_private(path)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()
        };
        put(&self.dir.join(name)).map_err(|e| CourtError::io(name, &e))?;
        self.sums
            .push((name.to_owned(), sha256(&[text.as_bytes()])));
        Ok(())
    }

    /// A file in clear with its sealed description.
    fn item(
        &mut self,
        vault: &Vault,
        released: &Released,
        which: usize,
        evidence: &Evidence,
        place: &str,
    ) -> Result<String, CourtError> {
        self.folder(place)?;
        if let Some(item) = released.items.get(which) {
            self.put(&format!("{place}/{}", names::DESCRIPTION), &item.to_text())?;
        }
        let folder = format!("{place}/{}", names::FILE);
        self.folder(&folder)?;
        let name = format!("{folder}/{}", plain_name(&evidence.name));
        let failed = |e: std::io::Error| CourtError::io(&name, &e);
        let mut file = files::create_private(&self.dir.join(&name)).map_err(failed)?;
        vault.write_released(released, evidence, &mut file)?;
        file.sync_all().map_err(failed)?;
        self.sums.push((name.clone(), evidence.sha256));
        Ok(name)
    }

    fn write(
        mut self,
        vault: &Vault,
        released: &Released,
        request: &Request<'_>,
    ) -> Result<Verdict, CourtError> {
        let roster = &vault.access().roster.slots;
        let name = |slot| {
            let found = roster.iter().find(|(id, _)| *id == slot);
            found.map(|(_, name)| name.replace(char::is_control, " "))
        };
        let keys = Keys {
            log: released.key.clone(),
            former: released.former.clone(),
            cosigners: released.cosigners.clone(),
            slots: released
                .slots
                .iter()
                .map(|(slot, key)| {
                    let name = request.slot_names.then(|| name(*slot)).flatten();
                    (*slot, *key, name)
                })
                .collect(),
        };
        self.put(names::KEYS, &keys.to_text())?;
        self.item(vault, released, 0, &released.evidence, names::ITEM)?;
        self.folder(names::CUSTODY)?;
        for proof in &released.custody {
            let name = format!("{}/{}.tlog-proof", names::CUSTODY, proof.index());
            self.put(&name, &proof.to_string())?;
        }
        self.folder(names::HEADS)?;
        for (head, consistency) in &released.heads {
            let name = format!("{}/{}", names::HEADS, head.checkpoint().size());
            self.put(&name, &head.to_string())?;
            if let Some(proof) = consistency {
                self.put(&format!("{name}.consistency"), &proof.to_string())?;
            }
        }
        if !released.receipts.is_empty() {
            self.folder(names::RECEIPTS)?;
        }
        for (i, receipt) in released.receipts.iter().enumerate() {
            let place = format!("{}/{}", names::RECEIPTS, receipt.file_leaf);
            let name = self.item(vault, released, i + 1, receipt, &place)?;
            self.card(&name, &place, receipt, request)?;
        }
        self.put(names::VERIFIER, VERIFIER)?;
        let verdict = check(self.dir, &Known::default())?;
        if !verdict.is_sound() {
            return Err(CourtError::Unsound);
        }
        for (file, lang) in [(names::PAGE_ES, Lang::Es), (names::PAGE_EN, Lang::En)] {
            let messages = Messages::new(lang);
            self.put(file, &page::page(&verdict, lang, &messages))?;
        }
        let sums: String = self
            .sums
            .iter()
            .map(|(name, hash)| format!("{}  {name}\n", to_hex(hash)))
            .collect();
        self.put(names::SUMS, &sums)?;
        Ok(verdict)
    }

    /// The card of who signed a receipt, if it is pinned here.
    fn card(
        &mut self,
        name: &str,
        place: &str,
        receipt: &Evidence,
        request: &Request<'_>,
    ) -> Result<(), CourtError> {
        if receipt.size > RECEIPT_MAX as u64 {
            return Ok(());
        }
        let bytes = files::read_bounded(&self.dir.join(name), RECEIPT_MAX)
            .map_err(|e| CourtError::io(name, &e))?;
        let receiver = Receipt::parse(&bytes).ok().map(|r| r.receiver);
        let pinned = request.cards.and_then(|cards| {
            let mut cards = cards.cards();
            cards.find(|c| Some(c.id()) == receiver)
        });
        match pinned {
            Some(card) => self.put(&format!("{place}/{}", names::CARD), card.as_str()),
            None => Ok(()),
        }
    }
}

/// A name that every system can store, and that leads nowhere.
fn plain_name(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        let plain = c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ');
        let c = if plain { c } else { '_' };
        if out.len() + c.len_utf8() > NAME_MAX {
            break;
        }
        out.push(c);
    }
    let out = out.trim_matches(['.', ' ']);
    // Devices of Windows, whatever the ending; what a command would take for an option.
    let stem = out.split(['.', ' ']).next().unwrap_or_default();
    let stem = stem.to_ascii_uppercase();
    let numbered = |kind| {
        let number = stem.strip_prefix(kind).map(str::chars);
        number.is_some_and(|mut n| n.next().is_some_and(|c| c.is_numeric()) && n.next().is_none())
    };
    let device = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL");
    if out.is_empty() {
        "file".to_owned()
    } else if device || numbered("COM") || numbered("LPT") || out.starts_with('-') {
        format!("_{out}")
    } else {
        out.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_device_and_no_option() {
        for (name, plain) in [
            ("-rf", "_-rf"),
            ("CON", "_CON"),
            ("nul.txt", "_nul.txt"),
            ("Com1.tar.gz", "_Com1.tar.gz"),
            ("lpt\u{b9}", "_lpt\u{b9}"),
            ("comida.txt", "comida.txt"),
            ("com10", "com10"),
        ] {
            assert_eq!(plain_name(name), plain, "{name:?}");
        }
    }

    #[test]
    fn names_of_files_lead_nowhere() {
        for (name, plain) in [
            ("denuncia.pdf", "denuncia.pdf"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("C:\\x", "C__x"),
            ("...", "file"),
            ("Declaración ñ.mp3", "Declaración ñ.mp3"),
        ] {
            assert_eq!(plain_name(name), plain);
        }
        assert!(plain_name(&"ñ".repeat(300)).len() <= NAME_MAX);
    }
}
