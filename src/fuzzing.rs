//! Bodies of the fuzz targets: what must hold for every reader of foreign bytes, whatever they are.
//!
//! Not part of the interface. `fuzz/` calls these with libFuzzer; `tests/fuzz_bodies.rs` with the
//! committed corpus and its mutations. A body panics if a reader accepts something that it would
//! write otherwise, or writes something that it would not read again.

use std::cell::RefCell;
use std::fmt::Display;
use std::str::FromStr;
use std::sync::LazyLock;

use crate::auditor::{AuditorKey, Refusal, Seen};
use crate::codec::{self, Decode, Encode, Reader};
use crate::court::Keys;
use crate::crypto::{Secret, travel};
use crate::i18n::{Lang, Messages};
use crate::log::act::SignedAct;
use crate::log::offer::HeadOffer;
use crate::log::tiles::{TilePath, put_entry, read_entries};
use crate::log::{Act, Fact, Frontier, Leaf, Note, NoteKey, Origin, SignedCheckpoint};
use crate::log::{ConsistencyFile, InclusionFile};
use crate::party::{Book, HeadAnswer};
use crate::record::import::{self, Map, Options};
use crate::record::{Date, PartialDate, Record, SearchKey, from_json, to_json};
use crate::round::Card;
use crate::round::blinded::BlindedRequest;
use crate::round::counts::{CountsAsk, CountsReply};
use crate::round::counts_note::CountsNote;
use crate::round::draft::Draft;
use crate::round::envelope::Unverified;
use crate::round::evaluated::EvaluatedReply;
use crate::round::holder::HolderSecrets;
use crate::round::join::SignedJoin;
use crate::round::note::{AgreedNote, PublishedNote};
use crate::round::notice::desk::Plan;
use crate::round::notice::house::House;
use crate::round::notice::{Consent, Introduction, Notice, letter, read_padded};
use crate::round::pairs::{PairsAsk, PairsWeights};
use crate::round::parcel;
use crate::round::receipt::Receipt;
use crate::round::result::RoundResult;
use crate::round::tally::Comparison;
use crate::round::tokens::TokenFile;
use crate::round::totals::Totals;
use crate::round::trust::TrustStore;
use crate::round::welcome::Welcome;
use crate::round::withdrawn::Withdrawn;
use crate::settings::{self, Settings};
use crate::site::notices::Requests;
use crate::site::referral::{AnswerHead, ReferralHead, Referrals};
use crate::vault::archive;
use crate::vault::audit::{self, Known};
use crate::vault::backup::Manifest;
use crate::vault::content::Header;
use crate::vault::custody::ItemFile;
use crate::vault::evidence::Description;
use crate::vault::repair::carve;
use crate::vault::roster::Roster;
use crate::vault::rotate::WrapList;
use crate::vault::shares::Share;
use crate::vault::transfer::ledger::{Ledger, Table};
use crate::vault::transfer::{Item, TransferHead, items};
use crate::vault::{Keeping, Keyring, Location, ObjectId, RecoveryCode, Succession};

/// A target's name and its body.
pub type Target = (&'static str, fn(&[u8]));

/// Every target. The names are those of the files in `fuzz/fuzz_targets` and the folders in
/// `fuzz/corpus`.
pub const TARGETS: &[Target] = &[
    ("act", act),
    ("archive", archive),
    ("auditor_key", auditor_key),
    ("blinded", blinded),
    ("bundle", bundle),
    ("card", card),
    ("checkpoint", checkpoint),
    ("codec", codec),
    ("config", config),
    ("counts_ask", counts_ask),
    ("counts_note", counts_note),
    ("counts_reply", counts_reply),
    ("court", court),
    ("database", database),
    ("date", date),
    ("envelope", envelope),
    ("evaluated", evaluated),
    ("frontier", frontier),
    ("heads", heads),
    ("import_map", import_map),
    ("index", index),
    ("keyring", keyring),
    ("leaf", leaf),
    ("manifest", manifest),
    ("note", note),
    ("notices", notices),
    ("object_id", object_id),
    ("pairs_ask", pairs_ask),
    ("pairs_weights", pairs_weights),
    ("proof", proof),
    ("record_body", record_body),
    ("record_csv", record_csv),
    ("record_json", record_json),
    ("recovery_code", recovery_code),
    ("referral", referral),
    ("refusal", refusal),
    ("round_notes", round_notes),
    ("sealed", sealed),
    ("search_key", search_key),
    ("seen", seen),
    ("share", share),
    ("states", states),
    ("store", store),
    ("succession", succession),
    ("tokens", tokens),
    ("totals", totals),
    ("transfer", transfer),
    ("travel", travel),
    ("trust", trust),
    ("welcome", welcome),
    ("withdrawn", withdrawn),
    ("workbook", workbook),
    ("wrap_list", wrap_list),
];

/// Canonical bytes: what is read is written the same.
fn bytes_are_canonical<T: Decode + Encode>(data: &[u8]) {
    if let Ok(value) = T::from_bytes(data) {
        assert_eq!(value.to_bytes(), data, "read, but written otherwise");
    }
}

/// Free text: what is read and written is read as the same again.
fn text_is_stable<T: FromStr + Display + PartialEq>(text: &str) {
    if let Ok(value) = text.parse::<T>() {
        assert!(
            value.to_string().parse::<T>().is_ok_and(|v| v == value),
            "written, but not read again"
        );
    }
}

/// Details of an act, alone and as they are sealed.
pub fn act(data: &[u8]) {
    bytes_are_canonical::<Act>(data);
    bytes_are_canonical::<SignedAct>(data);
    if let Ok((salt, signed)) = SignedAct::from_sealed_plaintext(data) {
        assert_eq!(*signed.to_sealed_plaintext(&salt), data);
    }
}

/// The key file of an auditor.
pub fn auditor_key(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(key) = AuditorKey::parse(text) {
        assert_eq!(key.to_text().as_str(), text);
    }
}

/// Files of an audit bundle: names of tiles, and leaves behind each other.
pub fn bundle(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        text_is_stable::<TilePath>(text);
    }
    if let Ok(entries) = read_entries(data) {
        let mut again = Vec::new();
        let written = entries.iter().all(|e| put_entry(&mut again, e).is_ok());
        assert!(written && again == data, "read, but written otherwise");
        let leaves = entries.iter().filter_map(|e| Leaf::from_bytes(e).ok());
        assert!(leaves.count() <= entries.len());
    }
}

/// What is to be added up; which rows it comes to is found without allocating more than it has.
pub fn counts_ask(data: &[u8]) {
    bytes_are_canonical::<CountsAsk>(data);
    bytes_are_canonical::<Comparison>(data);
}

/// Sums of the comparer.
pub fn counts_reply(data: &[u8]) {
    bytes_are_canonical::<CountsReply>(data);
}

/// The text of the counts.
pub fn counts_note(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        CountsNote::fuzz(text);
    }
}

/// What a folder for a court brings: keys, a sealed item with its key, a receipt.
pub fn court(data: &[u8]) {
    if let Ok(keys) = Keys::parse(data) {
        assert_eq!(keys.to_text().as_bytes(), data);
        let _ = keys.logs();
    }
    if let Ok(item) = ItemFile::parse(data) {
        assert_eq!(item.to_text().as_bytes(), data);
        let leaf = Leaf {
            details_commitment: [1; 32],
            details_hash: [2; 32],
            fact: Fact::None,
        };
        assert!(item.open(&leaf).is_err(), "a leaf without content");
    }
    if let Ok(receipt) = Receipt::parse(data) {
        assert_eq!(Receipt::parse(data).as_ref(), Ok(&receipt));
    }
}

/// Heads that parties of a round show each other, and what they say to them.
pub fn heads(data: &[u8]) {
    bytes_are_canonical::<HeadOffer>(data);
    bytes_are_canonical::<HeadAnswer>(data);
}

/// Proof files, and what an inclusion proof carries.
pub fn proof(data: &[u8]) {
    if let Ok(file) = InclusionFile::parse(data) {
        assert_eq!(file.to_string().as_bytes(), data);
        if let Some(extra) = file.extra() {
            bytes_are_canonical::<crate::log::Entry>(extra);
        }
    }
    if let Ok(file) = ConsistencyFile::parse(data) {
        assert_eq!(file.to_string().as_bytes(), data);
    }
    bytes_are_canonical::<crate::log::Entry>(data);
}

/// The refusal of a head.
pub fn refusal(data: &[u8]) {
    if let Ok(refusal) = Refusal::parse(data) {
        assert_eq!(refusal.to_string().as_bytes(), data);
        let _ = refusal.verify(crate::crypto::sign::VerifyingKey([9; 32]), None);
    }
}

/// The heads that an auditor saw.
pub fn seen(data: &[u8]) {
    bytes_are_canonical::<Seen>(data);
    if let Ok(seen) = Seen::from_bytes(data) {
        let _ = seen.last(&Origin::of_vault(&[5; 16]));
    }
}

/// A signed head.
pub fn checkpoint(data: &[u8]) {
    if let Ok(head) = SignedCheckpoint::parse(data) {
        assert_eq!(head.to_string().as_bytes(), data);
        if let Some(id) = head.checkpoint().origin().vault_id() {
            assert_eq!(&Origin::of_vault(&id), head.checkpoint().origin());
        }
    }
}

/// The reader of the strict codec, driven by its own input, and hexadecimal.
pub fn codec(data: &[u8]) {
    let mut input = Reader::new(data);
    while let Ok(what) = input.u8() {
        let before = input.remaining();
        let read = match what % 8 {
            0 => input.u16().map(|_| 2),
            1 => input.u32().map(|_| 4),
            2 => input.u64().map(|_| 8),
            3 => input.bytes(64).map(|b| 4 + b.len()),
            4 => input.text(64).map(|t| 4 + t.len()),
            5 => input.count(3, 1 << 20).map(|n| {
                assert!(n * 3 <= input.remaining(), "more items than bytes");
                4
            }),
            6 => input.array::<5>().map(|a| a.len()),
            _ => input.take(usize::from(what)).map(<[u8]>::len),
        };
        match read {
            Ok(n) => assert_eq!(before - input.remaining(), n),
            Err(_) => break,
        }
    }
    assert_eq!(codec::from_hex(&codec::to_hex(data)).as_deref(), Ok(data));
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(bytes) = codec::from_hex(text)
    {
        assert_eq!(codec::to_hex(&bytes), text.to_ascii_lowercase());
    }
}

/// Dates of any precision.
pub fn date(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(date) = Date::parse(text) {
        assert_eq!(Date::parse(&date.to_string()), Ok(date));
    }
    if let Ok(date) = PartialDate::parse(text) {
        let again = PartialDate::parse(&date.to_string());
        assert!(
            again.is_ok_and(|d| d == date),
            "written, but not read again"
        );
    }
}

/// The stored edge of a tree.
pub fn frontier(data: &[u8]) {
    bytes_are_canonical::<Frontier>(data);
    if let Ok(mut frontier) = Frontier::from_bytes(data) {
        let size = frontier.size();
        let _ = frontier.root();
        if size < crate::log::merkle::MAX_SIZE {
            assert_eq!(frontier.append([0; 32]), size);
            bytes_are_canonical::<Frontier>(&frontier.to_bytes());
        }
    }
}

/// The keyring file.
pub fn keyring(data: &[u8]) {
    bytes_are_canonical::<Keyring>(data);
}

/// A leaf of the log.
pub fn leaf(data: &[u8]) {
    bytes_are_canonical::<Leaf>(data);
    bytes_are_canonical::<Fact>(data);
    if let Ok(leaf) = Leaf::from_bytes(data) {
        assert_eq!(leaf.leaf_hash(), crate::log::merkle::leaf_hash(data));
    }
}

/// A signed note, and the keys of notes.
pub fn note(data: &[u8]) {
    if let Ok(note) = Note::parse(data) {
        assert_eq!(note.to_string().as_bytes(), data);
    }
    if let Ok(text) = std::str::from_utf8(data) {
        text_is_stable::<NoteKey>(text.trim_end());
    }
}

/// The id of a record as people type it.
pub fn object_id(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    text_is_stable::<ObjectId>(text);
    if let Ok(id) = text.parse::<ObjectId>() {
        assert!(id.begins_with(text), "an id does not begin with itself");
    }
    let _ = ObjectId([0x5a; 16]).begins_with(text);
}

/// The body of a record as it is sealed.
pub fn record_body(data: &[u8]) {
    if let Ok(record) = codec::body_from_bytes::<Record>(data) {
        let again = codec::body_to_bytes(&record);
        assert_eq!(again.as_deref(), Ok(data), "read, but written otherwise");
        look_at(&record);
    }
}

/// The day of the corpus, read once.
static TODAY: LazyLock<Date> =
    LazyLock::new(|| Date::parse("2026-06-30").unwrap_or_else(|_| crate::record::today()));

fn import_options() -> Options {
    Options {
        today: *TODAY,
        ..Options::default()
    }
}

/// A table of records.
pub fn record_csv(data: &[u8]) {
    read_table(data, &import_options());
}

/// A map of columns, and behind a zero byte the table that it is for; of which a map is proposed, too.
pub fn import_map(data: &[u8]) {
    let (map, table) = match data.iter().position(|b| *b == 0) {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, data),
    };
    let mut options = import_options();
    if let Ok(map) = Map::parse(map) {
        options.map = Some(map);
        read_table(table, &options);
    }
    // Once for all runs: to read the texts of a language takes longer than any table.
    static MESSAGES: LazyLock<Messages> = LazyLock::new(|| Messages::new(Lang::Es));
    if let Ok(proposed) = import::propose(table, &import_options(), &MESSAGES) {
        options.map = Map::parse(proposed.as_bytes()).ok();
        assert!(options.map.is_some(), "proposed, but not read");
        read_table(table, &options);
    }
}

/// A workbook, or the XML of one of its parts.
pub fn workbook(data: &[u8]) {
    #[cfg(feature = "xlsx")]
    import::workbook::drive(data);
    // The XML of a part is no table; tables of text are for `record_csv`.
    if data.starts_with(b"PK") {
        read_table(data, &import_options());
    }
}

fn read_table(data: &[u8], options: &Options) {
    let Ok(found) = import::read(data, options) else {
        return;
    };
    for row in &found.rows {
        match &row.record {
            Ok(record) => {
                look_at(record);
                let body = codec::body_to_bytes(record);
                let again = body.and_then(|b| codec::body_from_bytes::<Record>(&b));
                assert!(again.as_ref() == Ok(record), "sealed otherwise than read");
            }
            Err(problems) => assert!(!problems.is_empty(), "refused without a reason"),
        }
    }
}

/// The JSON of a record.
pub fn record_json(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match from_json(text) {
        Ok(record) => {
            let written = to_json(&record).to_string();
            let again = from_json(&written);
            assert!(
                again.is_ok_and(|r| r == record),
                "written, but read otherwise"
            );
            look_at(&record);
        }
        Err(problems) => assert!(!problems.is_empty(), "refused without a reason"),
    }
}

/// A recovery code as somebody types it.
pub fn recovery_code(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(code) = RecoveryCode::parse(text) {
        let written = code.to_text();
        let again = RecoveryCode::parse(&written);
        assert!(again.is_ok_and(|c| c.expose() == code.expose()));
    }
}

/// Largest payload of an envelope here.
const ENVELOPE_MAX: usize = 1 << 20;

/// The card of a party.
pub fn card(data: &[u8]) {
    if let Ok(card) = Card::read(data) {
        assert_eq!(card.as_str().as_bytes(), data);
        let _ = card.qr_text();
    }
}

/// An envelope after it was decrypted.
pub fn envelope(data: &[u8]) {
    if let Ok(read) = Unverified::parse(data.to_vec().into(), ENVELOPE_MAX) {
        let _ = (read.kind(), read.sender(), read.note());
    }
}

/// The notes of a round: a trust store and then draft, join, note and result, each behind its length.
pub fn round_notes(data: &[u8]) {
    let mut input = Reader::new(data);
    let mut part = || input.bytes(1 << 20).unwrap_or_default();
    let (trust, draft, join, note, result) = (part(), part(), part(), part(), part());
    TRUSTED.with_borrow_mut(|(bytes, store)| {
        // Its cards are read for their signatures only when they are not those of the run before: the
        // reader of a trust store has a target of its own.
        if bytes != trust {
            *store = TrustStore::from_bytes(trust).unwrap_or_default();
            *bytes = trust.to_vec();
        }
        notes(store, draft, join, note, result);
    });
}

thread_local! {
    /// The trust store that was read last, and its bytes.
    static TRUSTED: RefCell<(Vec<u8>, TrustStore)> = RefCell::default();
}

fn notes(trust: &TrustStore, draft: &[u8], join: &[u8], note: &[u8], result: &[u8]) {
    if let Ok(draft) = Draft::read(draft, trust) {
        let _ = draft.hash();
        let _ = SignedJoin::read(join, &draft, trust);
    }
    if let Ok(published) = PublishedNote::read(note, trust) {
        assert_eq!(published.to_text().as_bytes(), note);
    }
    if let Ok(agreed) = AgreedNote::read(note, trust) {
        assert_eq!(agreed.to_text().as_bytes(), note);
        let _ = RoundResult::read(result, &agreed, trust);
    }
}

/// Blinded elements of a site.
pub fn blinded(data: &[u8]) {
    bytes_are_canonical::<BlindedRequest>(data);
}

/// Evaluated elements and their proofs.
pub fn evaluated(data: &[u8]) {
    bytes_are_canonical::<EvaluatedReply>(data);
}

/// Pairs to be compared.
pub fn pairs_ask(data: &[u8]) {
    bytes_are_canonical::<PairsAsk>(data);
}

/// The weights of compared pairs.
pub fn pairs_weights(data: &[u8]) {
    bytes_are_canonical::<PairsWeights>(data);
}

/// Tags and sealed encodings of a site.
pub fn tokens(data: &[u8]) {
    bytes_are_canonical::<TokenFile>(data);
}

/// Totals of a site.
pub fn totals(data: &[u8]) {
    bytes_are_canonical::<Totals>(data);
}

/// The cards that a party trusts.
pub fn trust(data: &[u8]) {
    bytes_are_canonical::<TrustStore>(data);
}

/// A share of the group secret.
pub fn welcome(data: &[u8]) {
    bytes_are_canonical::<Welcome>(data);
}

/// Persons who left a round.
pub fn withdrawn(data: &[u8]) {
    bytes_are_canonical::<Withdrawn>(data);
}

/// What is done with any record that was read.
fn look_at(record: &Record) {
    let _ = crate::record::check(record, *TODAY);
    let _ = record.age_at(*TODAY);
    let _ = record.is_identifiable();
    let _ = to_json(record);
}

/// What travels between the vaults of a site, the head of a parcel, and what a vault remembers of it.
pub fn transfer(data: &[u8]) {
    bytes_are_canonical::<parcel::Head>(data);
    bytes_are_canonical::<TransferHead>(data);
    bytes_are_canonical::<Item>(data);
    bytes_are_canonical::<Ledger>(data);
    bytes_are_canonical::<Table>(data);
    if let Ok(items) = items(data) {
        let mut again = Vec::new();
        items.iter().for_each(|item| item.encode(&mut again));
        assert_eq!(again, data);
    }
}

/// The container of a backup: a reader that takes every file, whatever its length says.
pub fn archive(data: &[u8]) {
    let mut taken = 0;
    let mut input = data;
    let _ = archive::each(&mut input, |name, file| {
        taken += name.len() as u64 + std::io::copy(file, &mut std::io::sink())?;
        Ok(())
    });
    assert!(taken <= data.len() as u64);
}

/// Pages of a damaged or hostile database, as a repair reads them.
pub fn database(data: &[u8]) {
    let (leaves, contents) = carve::count(data);
    assert!(leaves + contents <= data.len());
}

/// What a backup says of itself in clear.
pub fn manifest(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = Manifest::parse(text);
    }
}

/// What a record is found by. Nothing but a reader of its compartment can have sealed one.
pub fn search_key(data: &[u8]) {
    if let Ok(key) = SearchKey::from_bytes(data) {
        let again = SearchKey::from_bytes(&key.to_bytes());
        assert!(again.is_ok_and(|again| again == key));
    }
}

/// A recovery share as it is typed.
pub fn share(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(share) = Share::parse(text)
    {
        let written = share.to_text();
        let again = Share::parse(&written).map(|s| s.to_text());
        assert!(again.is_ok_and(|again| again == written));
    }
}

/// What a restored log says of the one before.
pub fn succession(data: &[u8]) {
    bytes_are_canonical::<Succession>(data);
}

/// A list of data keys that were wrapped again.
pub fn wrap_list(data: &[u8]) {
    bytes_are_canonical::<WrapList>(data);
}

/// Requests about persons, answers and introductions, what is remembered of them on both sides, and what is in
/// a letter.
pub fn notices(data: &[u8]) {
    bytes_are_canonical::<Notice>(data);
    bytes_are_canonical::<Consent>(data);
    bytes_are_canonical::<Introduction>(data);
    bytes_are_canonical::<Plan>(data);
    bytes_are_canonical::<House>(data);
    bytes_are_canonical::<Requests>(data);
    if let Ok(letters) = read_padded::<Introduction>(data).map(|i| i.letters) {
        assert!(letters.get(letters.len()).is_none());
    }
    // A sample is what the body says, so that a change of it is met behind the encryption.
    let mut input = Reader::new(data);
    if let Ok(said) = letter::Said::decode(&mut input) {
        let used = data.len() - input.remaining();
        assert_eq!(said.to_bytes(), data[..used], "read, but written otherwise");
        assert!(letter::fits_on_a_line(&said.contact));
        assert!(!said.facts.fit(&letter::Facts::default()));
    }
    let shape = letter::Shape {
        tokens: 2,
        places: 1,
    };
    let keys = letter::TokenKeys::from_bytes(vec![7; 64].into(), 2);
    if let Ok(keys) = keys {
        let opened = letter::parse(&shape, crate::round::NoteHash([7; 32]), &keys, data);
        assert!(opened.is_none(), "nobody has sealed this");
    }
}

/// A referral, its answers, and what a house remembers of both.
pub fn referral(data: &[u8]) {
    bytes_are_canonical::<ReferralHead>(data);
    bytes_are_canonical::<AnswerHead>(data);
    bytes_are_canonical::<Referrals>(data);
}

/// What is sealed inside a vault: only a key of the house can have written it, and who had one may
/// have meant harm.
pub fn sealed(data: &[u8]) {
    bytes_are_canonical::<Roster>(data);
    bytes_are_canonical::<Keeping>(data);
    bytes_are_canonical::<Header>(data);
    // A book of the first form is written in the present one.
    if let Ok(book) = Book::from_bytes(data) {
        assert!(Book::from_bytes(&book.to_bytes()).is_ok_and(|again| again == book));
    }
    let _ = Description::from_bytes(data);
}

/// The search index as it is sealed: heads and entries. Who had a key may have sealed another one.
pub fn index(data: &[u8]) {
    let _ = crate::vault::index::fuzz(data);
}

/// States that a vault keeps sealed for its party, with what slots were given and how records are linked.
pub fn states(data: &[u8]) {
    let _ = is_read(data);
}

/// Whether any reader of sealed states, of grants, links or an index takes it.
pub fn is_read(data: &[u8]) -> bool {
    let secrets = HolderSecrets::from_bytes(data);
    if let Ok(secrets) = &secrets {
        let again = secrets.to_secret_bytes();
        assert!(again.is_ok_and(|again| *again == data));
    }
    let read = [
        secrets.is_ok(),
        crate::vault::index::fuzz(data),
        crate::vault::fuzz_sealed(data),
        crate::party::fuzz_keys(data),
        crate::party::budget::fuzz(data),
        crate::site::state::fuzz(data),
        crate::holder::policy::fuzz(data),
        crate::coordinator::matching::fuzz(data),
    ];
    read.contains(&true)
}

/// The configuration file, of which no more is read than the command does.
pub fn config(data: &[u8]) {
    let read =
        usize::try_from(settings::FILE_MAX).map_or(data, |max| data.get(..max).unwrap_or(data));
    let Ok(text) = std::str::from_utf8(read) else {
        return;
    };
    match Settings::parse(text) {
        Ok(settings) => assert!(
            settings
                .idle_minutes
                .is_none_or(|n| n <= settings::IDLE_MAX)
        ),
        Err(mistake) => assert!(mistake.line <= text.matches('\n').count() + 1),
    }
}

/// A hostile `vault.db`: what an auditor does with it, who has no key.
pub fn store(data: &[u8]) {
    let folder = std::env::temp_dir().join(format!("sigilo-store-{}", std::process::id()));
    if std::fs::create_dir_all(&folder).is_err() {
        return;
    }
    let location = Location {
        dir: folder.clone(),
        keyring: None,
    };
    if std::fs::write(folder.join("vault.db"), data).is_ok() {
        let _ = audit::verify(&location, &Known::default(), |_, _| {});
    }
    let _ = std::fs::remove_dir_all(&folder);
}

/// A file in the age format, to somebody who can open some.
pub fn travel(data: &[u8]) {
    let _ = opens(data);
}

/// Whether a file in the age format is for the identity of the corpus, and whole.
pub fn opens(data: &[u8]) -> bool {
    static OPENS: LazyLock<Option<travel::Identity>> = LazyLock::new(|| {
        let secret = Secret::<{ travel::IDENTITY }>::init_with(|b| b.copy_from_slice(IDENTITY));
        travel::Identity::from_secret(&secret).ok()
    });
    let identity = OPENS.as_ref();
    let opened = identity.map(|i| travel::decrypt_bytes(i, data, ENVELOPE_MAX));
    let Some(Ok(plain)) = opened else {
        return false;
    };
    assert!(plain.len() <= data.len());
    true
}

/// Opens the samples of the corpus, and nothing else.
const IDENTITY: &[u8; travel::IDENTITY] =
    b"AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";
