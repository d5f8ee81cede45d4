//! Every label of every derivation, keyed hash and signature of the program.
//!
//! A label is used for one purpose, is never reused with another meaning, and never changes: a new
//! meaning gets a new label. Form: `sigilo v1 <part> <purpose>`.

/// Slot: passphrase-derived bytes to the key that wraps the slot's secrets.
pub const SLOT_PASSPHRASE: &str = "sigilo v1 slot passphrase kek";
/// Slot: recovery code to the key that wraps the slot's secrets.
pub const SLOT_RECOVERY: &str = "sigilo v1 slot recovery kek";
/// Slot: key file to the key that wraps the slot's secrets.
pub const SLOT_KEY_FILE: &str = "sigilo v1 slot key-file kek";
/// Slot: associated data of the wrapped secrets.
pub const SLOT_SECRETS: &[u8] = b"sigilo v1 slot secrets";
/// Slot: HPKE `info` of a grant sealed to a slot.
pub const SLOT_GRANT: &[u8] = b"sigilo v1 slot grant";
/// Keyring: what its signature covers starts with this.
pub const KEYRING_SIGNATURE: &[u8] = b"sigilo v1 keyring signature";
/// Vault: HPKE `info` of a batch of record keys of a compartment.
pub const BATCH_COMPARTMENT: &[u8] = b"sigilo v1 batch compartment";
/// Vault: HPKE `info` of a batch of sealed log details.
pub const BATCH_LOG: &[u8] = b"sigilo v1 batch log";
/// Vault: HPKE exporter context of a batch's wrapping key.
pub const BATCH_EXPORT: &[u8] = b"sigilo v1 batch wrapping key";
/// Vault: associated data of a wrapped data key.
pub const DATA_KEY: &[u8] = b"sigilo v1 data key";
/// Vault: associated data of a record body.
pub const RECORD_BODY: &[u8] = b"sigilo v1 record body";
/// Log: associated data of sealed details.
pub const LOG_DETAILS: &[u8] = b"sigilo v1 log details";
/// Log: commitment to details.
pub const DETAILS_COMMITMENT: &[u8] = b"sigilo v1 details commitment";
/// Log: commitment to a data key.
pub const KEY_COMMITMENT: &[u8] = b"sigilo v1 key commitment";
/// Log: what a slot's signature over an act covers starts with this.
pub const ACT_SIGNATURE: &[u8] = b"sigilo v1 act signature";
/// Matching: group secret to the key of feature clocks and feature ids.
pub const MATCH_CLOCKS: &str = "sigilo v1 matching feature clocks";
/// Matching: group secret to the key of token inputs.
pub const MATCH_INPUTS: &str = "sigilo v1 matching token inputs";
/// Matching: a site's own secret to the key of its fillers.
pub const MATCH_FILLERS: &str = "sigilo v1 matching fillers";
/// Matching: a site's own secret to the key of the draw that keeps a tag single in its file.
pub const MATCH_DRAW: &str = "sigilo v1 matching draw";
/// Matching: token secret and round note hash to the key of field encodings.
pub const MATCH_ENCODING: &str = "sigilo v1 matching field encoding";
/// Matching: which shared token of a pair is compared.
pub const MATCH_PICK: &str = "sigilo v1 matching compared token";
/// Matching: hash of feature tables and name tables.
pub const MATCH_TABLES: &str = "sigilo v1 matching tables";
/// Matching: the keyed hash that stands in for the PRF in `evaluate`.
pub const MATCH_STAND_IN: &str = "sigilo v1 matching evaluate stand-in prf";
/// Matching: seeds of `evaluate` to secrets.
pub const MATCH_SEED: &str = "sigilo v1 matching evaluate seed";
