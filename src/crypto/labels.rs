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
/// Slot: secret of recovery shares to the key that wraps the slot's secrets.
pub const SLOT_SHARES: &str = "sigilo v1 slot shares kek";
/// Slot: secret in the file to an age identity to the key that wraps the slot's secrets.
pub const SLOT_AGE: &str = "sigilo v1 slot age kek";
/// Slot: bytes from a duress passphrase to the key that wraps what it does.
pub const SLOT_DURESS: &str = "sigilo v1 slot duress kek";
/// Slot: associated data of what a duress passphrase does.
pub const DURESS: &[u8] = b"sigilo v1 duress";
/// Slot: what recovery shares say of their secret starts with this, hashed.
pub const SHARE_SET: &[u8] = b"sigilo v1 recovery share commitment";
/// Slot: associated data of the wrapped secrets.
pub const SLOT_SECRETS: &[u8] = b"sigilo v1 slot secrets";
/// Slot: HPKE `info` of a grant sealed to a slot.
pub const SLOT_GRANT: &[u8] = b"sigilo v1 slot grant";
/// Keyring: associated data of the sealed roster.
pub const ROSTER: &[u8] = b"sigilo v1 roster";
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
/// Vault: hash of a stored data key with its batch header.
pub const WRAP_HASH: &[u8] = b"sigilo v1 wrap hash";
/// Vault: hash of stored content, which is a wrap hash and a sealed body.
pub const CONTENT_HASH: &[u8] = b"sigilo v1 content hash";
/// Vault: a list of new wraps starts with this.
pub const WRAP_LIST: &[u8] = b"sigilo v1 wrap list";
/// Vault: what a restored log says about the one before starts with this.
pub const SUCCESSION: &[u8] = b"sigilo v1 succession";
/// Vault: associated data of a piece of evidence.
pub const EVIDENCE_PIECE: &[u8] = b"sigilo v1 evidence piece";
/// Vault: hash of a sealed file of evidence.
pub const EVIDENCE_FILE: &[u8] = b"sigilo v1 evidence file";
/// Log: associated data of sealed details.
pub const LOG_DETAILS: &[u8] = b"sigilo v1 log details";
/// Log: commitment to details.
pub const DETAILS_COMMITMENT: &[u8] = b"sigilo v1 details commitment";
/// Log: commitment to a data key.
pub const KEY_COMMITMENT: &[u8] = b"sigilo v1 key commitment";
/// Log: what a slot's signature over an act covers starts with this.
pub const ACT_SIGNATURE: &[u8] = b"sigilo v1 act signature";
/// Round: a holder's proof that it knows its PRF key; the domain separation tag of the challenge.
pub const PRF_POSSESSION: &[u8] = b"sigilo v1 prf key possession";
/// Round: the randomness of a holder's proofs, from its PRF key.
pub const PRF_PROOF_NONCE: &str = "sigilo v1 prf proof nonce";
/// Round: the blinds of a site's request, from its round secret.
pub const PRF_BLINDS: &str = "sigilo v1 prf blinds";
/// Round: a card's id is a hash that starts with this.
pub const CARD_ID: &[u8] = b"sigilo v1 card id";
/// Round: a draft's hash starts with this.
pub const DRAFT_HASH: &[u8] = b"sigilo v1 round draft hash";
/// Round: the hash of the final note starts with this.
pub const NOTE_HASH: &[u8] = b"sigilo v1 round note hash";
/// Round: what the signature of an envelope covers starts with this.
pub const ENVELOPE_SIGNATURE: &[u8] = b"sigilo v1 envelope signature";
/// Round: a holder's commitment to its share of the group secret starts with this.
pub const SHARE_COMMITMENT: &[u8] = b"sigilo v1 group share commitment";
/// Round: the group secret, from note hash and shares.
pub const GROUP_SECRET: &str = "sigilo v1 group secret";
/// Round: what goes into the PRF starts with this.
pub const PRF_INPUT: &[u8] = b"sigilo v1 prf input";
/// Round: the key of a site's fillers, order, handles and file ids, from its round secret.
pub const SITE_DRAWS: &str = "sigilo v1 site draws";
/// Round: the file key of a site's encodings, from its round secret.
pub const FILE_KEY: &str = "sigilo v1 encodings file key";
/// Round: the content from which a file key is drawn, hashed.
pub const FILE_CONTENT: &str = "sigilo v1 encodings file content";
/// Round: a sealed file key starts with this.
pub const SEALED_FILE_KEY: &[u8] = b"sigilo v1 sealed file key";
/// Matching: group secret to the key of feature clocks and feature ids.
pub const MATCH_CLOCKS: &str = "sigilo v1 matching feature clocks";
/// Matching: group secret to the key of token inputs.
pub const MATCH_INPUTS: &str = "sigilo v1 matching token inputs";
/// Matching: a site's own secret to the key of its fillers.
pub const MATCH_FILLERS: &str = "sigilo v1 matching fillers";
/// Which tokens of a person a site withholds.
pub const MATCH_WITHHELD: &str = "sigilo v1 matching withheld tokens";
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
/// Round: a sealed share of a site's totals starts with this.
pub const SEALED_TOTALS: &[u8] = b"sigilo v1 sealed totals";
/// Vault: the id of a named state is a hash that starts with this.
pub const STATE_ID: &[u8] = b"sigilo v1 state id";
/// Party: the key of its cosignatures, from the seed of its card.
pub const PARTY_COSIGN: &str = "sigilo v1 party cosign key";
/// Vault: a compartment's private key to the key of its search index.
pub const SEARCH_KEY: &str = "sigilo v1 search index key";
/// Vault: associated data of a part of a search index.
pub const SEARCH_PART: &[u8] = b"sigilo v1 search index part";
/// Parcel: what the signature of its head covers starts with this.
pub const PARCEL_HEAD: &[u8] = b"sigilo v1 parcel head";
/// Parcel: what the signature of a frame covers starts with this.
pub const PARCEL_FRAME: &[u8] = b"sigilo v1 parcel frame";
/// Referral: what names a record between two houses is a hash that starts with this.
pub const REFERRAL_TAG: &[u8] = b"sigilo v1 referral tag";
/// Vault: the id of a version, link or file in all vaults of a site is a hash that starts with this.
pub const LINE_ID: &[u8] = b"sigilo v1 line id";
/// Counts: what the shares of a file are bound to starts with this.
pub const COUNTS_CONTEXT: &[u8] = b"sigilo v1 counts context";
/// Counts: the place of a contribution is a hash that starts with this.
pub const COUNTS_NONCE: &[u8] = b"sigilo v1 counts nonce";
/// Counts: the verification key, from what coordinator and comparer give.
pub const COUNTS_VERIFY: &str = "sigilo v1 counts verification key";
/// Counts: which row of one person is counted is a lot that starts with this.
pub const COUNTS_LOT: &[u8] = b"sigilo v1 counts lot";
/// Counts: a site's own secret to the key of the tokens by which rows leave.
pub const COUNTS_LEAVE: &str = "sigilo v1 counts leave tokens";
/// Notices: a token secret to the key under which a letter can be opened by whoever has the token.
pub const NOTICE_TOKEN: &str = "sigilo v1 notice token key";
/// Notices: associated data of a key in a letter.
pub const NOTICE_WRAP: &[u8] = b"sigilo v1 notice wrapped key";
/// Notices: associated data of a letter's body.
pub const NOTICE_BODY: &[u8] = b"sigilo v1 notice letter body";
/// Notices: what the signature of a letter covers starts with this.
pub const NOTICE_SIGNATURE: &[u8] = b"sigilo v1 notice letter signature";
/// Notices: associated data of what a site keeps to open letters about one person.
pub const NOTICE_KEYS: &[u8] = b"sigilo v1 notice keys of a person";
