# log

## Proofs
log-proof-index = Entry { $index } is not in a log of { $size } entries.
log-proof-sizes = The older log cannot be larger ({ $old } entries) than the newer one ({ $new }).
log-proof-length = The proof has the wrong number of hashes for logs of this size. It is damaged, or belongs to something else. Ask for it again.
log-proof-root = The proof does not lead to the signed head of the log: this entry is not in that log in this form.
log-proof-old-root = The older log is not the beginning of the newer one: entries were changed, removed or put in another order.

## Signed notes
log-note-too-large = The signed note is too large, or has too many signatures. Is it the right file? Ask for it again.
log-note-not-text = The signed note is not plain text; it is damaged, or it is another kind of file. Copy it or ask for it again.
log-note-form = This is not a signed note: a text, an empty line and signature lines are expected. Copy it whole or ask for it again.
log-note-signature-line = Line { $line } of the signed note is not a signature line.
log-note-name = The name of a key must not be empty or longer than 255 bytes, and has no spaces and no plus sign.
log-note-key = This is not a verifier key (name+id+base64), or a character of it is wrong.
log-note-bad-signature = The signature of { $name } is not valid: the note was changed, or somebody else signed it in that name. Do not use it; ask for it again in person.
log-note-unsigned = Nobody whose key is known here has signed this note. If you know their key from another source, name it.
log-note-twice = { $name } has signed this note already.
log-note-time = The time of a cosignature is out of range.
log-note-crypto = The note could not be signed. Restart the computer and try again.

## Checkpoints
log-checkpoint-line = Line { $line } is not that of a checkpoint (name of the log, number of entries, root). Copy it whole from where it was kept.
log-checkpoint-origin = This checkpoint is of the log { $found }, not of { $expected }. Take the one that was kept of that vault; a restored vault begins another log.
log-checkpoint-different = These are two different checkpoints.

## Kinds of act
log-act-init = Log begun
log-act-checkpoint = Head of the log signed
log-act-cosigned = Cosignatures received
log-act-check = Vault checked
log-act-clock-backwards = The clock went backwards
log-act-backup = Backup written
log-act-restore = Restored from a backup
log-act-succession-cosigned = Succession countersigned
log-act-audit-export = Log handed to an auditor
log-act-disclose = Entries opened for others
log-act-state = Working state changed
log-act-seal = Record sealed
log-act-amend = Record amended
log-act-open = Record opened
log-act-search = Records searched
log-act-list = Records listed
log-act-export = Records exported
log-act-import = Records imported
log-act-erase = Record erased
log-act-link = Records linked
log-act-unlink = Link undone
log-act-duplicates = Duplicates looked for
log-act-reseal = Record sealed under newer keys
log-act-consent = Consent recorded
log-act-consent-withdrawn = Consent withdrawn
log-act-hold = Record put on legal hold
log-act-hold-lifted = Legal hold lifted
log-act-retention = Retention date changed
log-act-draft = Unfinished interview
log-act-key-add = Key added
log-act-key-remove = Key revoked
log-act-key-change = Passphrase or key changed
log-act-intake-key = Intake key made
log-act-recovery-made = Recovery code made
log-act-recovery = Recovery code used
log-act-rotate = Keys rotated
log-act-log-key-change = Key of the log changed
log-act-trust = Card trusted
log-act-distrust = Card no longer trusted
log-act-drill = Recovery tried
log-act-policy = What needs two keys changed
log-act-compartment-add = Compartment added
log-act-panic = Keys of the house destroyed
log-act-evidence-added = Evidence added
log-act-evidence-extracted = Evidence extracted
log-act-evidence-seen = Evidence looked at
log-act-evidence-handed-over = Evidence handed over
log-act-evidence-receipt = Receipt for evidence
log-act-evidence-received = Evidence of another house received
log-act-round-joined = Round joined
log-act-blinded = Blinded requests written
log-act-tokens-issued = Tokens issued
log-act-round-withdrawn = Person withdrawn from a round
log-act-round-closed = Secrets of a round erased
log-act-notice-answered = Notice answered
log-act-introduced = Introduced to another site
log-act-referral-sent = Referral sent
log-act-referral-received = Referral received
log-act-referral-accepted = Referral accepted
log-act-referral-refused = Referral refused
log-act-referral-revoked = Referral revoked
log-act-round-opened = Round opened
log-act-round-published = Round published
log-act-round-cosigned = Round note cosigned
log-act-evaluated = Blinded requests evaluated
log-act-refused = Request refused
log-act-tokens-received = Tokens received
log-act-matched = Candidate pairs found
log-act-compared = Pairs compared
log-act-decided = Matches decided
log-act-tallied = Counts tallied
log-act-published = Result published
log-act-head-cosigned = Head of another log cosigned
log-act-head-refused = Head of another log refused
log-act-keys-erased = Keys of a round erased
log-act-notices-sent = Requests about persons sent
log-act-consent-received = Answers to requests received
log-act-introductions-sent = Introductions sent

## Tiles
log-tile-missing = Tile { $index } of level { $level } of the log is missing or too short.
log-tile-frontier = The stored tiles are not those of this log: one of them was changed.
log-tile-store = The tiles of the log could not be read or written.

## Proof files
log-file-too-large = The proof file is too large. Is it the right file? Ask for it again.
log-file-line = Line { $line } is not that of a proof file; the file is damaged, or it is another kind of file. Ask for it again.
log-file-old-size = The proof starts at { $found } entries, but the head that you kept has { $expected }. Ask for a proof from that size.
log-file-entry = The entry in the proof file is damaged, or the act shown with it is not the one that was logged. Do not rely on it: ask for it again and, if it comes the same, tell whoever audits.

## Audit bundles
log-bundle-none = This folder is neither a vault nor an audit bundle. Name the folder of a vault, or the one that "sigilo audit export" made.
log-bundle-key = The file with the key of the log is damaged. Copy the bundle again, or make another with "sigilo audit export".
log-bundle-other = The entries are not those of the signed head: the vault was altered. Run "sigilo audit verify".
log-bundle-tile = The file { $file } of the bundle is missing or damaged. Copy the bundle again.
log-bundle-io = The bundle could not be read or written ({ $what }). It goes into a new or empty folder.
log-bundle-tiles = The tiles of the bundle (the tree) do not belong to its entries.

## The auditor
auditor-key = This is not the key file of an auditor, or a character of it is wrong. Make one with "sigilo audit keygen".
auditor-seen = The file with the heads seen is damaged. Put back its last copy; without it nobody knows whether a log was set back.
auditor-new-log = This log is new here. Get the key that signs its heads from the house itself, by phone or on paper, and name it with --key.
auditor-other-key = The key that signs this log is another than last time. Nothing was cosigned; ask the house why.
auditor-proof-needed = A head alone does not show that it continues from the one seen before. Bring the vault, an audit bundle, or a proof from { $old } entries ("sigilo audit consistency").
auditor-clock = The clock of this computer shows an earlier time than at the last cosignature. Set it and try again; nothing was cosigned.
auditor-crypto = The system gave no random numbers, or the key cannot be used. Restart the computer and try again.
auditor-refused-fork = the log has two histories: both heads are signed by it, and the newer does not begin with the older. This convicts whoever holds the log's key, whoever brings it.
auditor-refused-older = the head is smaller than one seen before: entries were removed, or an old copy was put back.
auditor-refused-unproved = what was brought does not show that the head continues from the one seen before.
auditor-refusal-empty = The heads in this statement do not show what it says. It proves nothing: ask whoever gave it to you for the statement again.

## What an audit finds
log-head-stored = the signed head of the log
log-head-file = the head in the file "checkpoint"
log-head-cosigned = a cosigned head
log-head-known = the head that you brought
log-head-succession = what the restored log says of the one before
log-finding-leaf = Entry { $index } cannot be read: it was damaged, or written by a newer version of this program.
log-finding-leaf-missing = Entry { $index } is missing. What comes behind it could not be compared.
log-finding-root = The first { $size } entries are not those of { $head }. Up to entry { $since } all is as signed; after that, entries were changed, removed, added or put in another order.
log-finding-truncated = The end of the log is missing: { $head } covers { $signed } entries, { $found } are there. Entries were removed, or an old copy was put back.
log-finding-other-log = The signed head of { $size } entries belongs to another log.
log-finding-tombstone-ahead = Entry { $index } says that it erases entry { $target }, which does not come before it. The program never writes this: somebody else wrote the entry.
log-finding-tombstone-of-nothing = Entry { $index } says that it erases entry { $target }, but that entry stored nothing. The program never writes this: somebody else wrote the entry.
log-finding-tombstone-twice = Entry { $index } erases entry { $target }, which was erased before. The program never writes this: somebody else wrote the entry.
log-finding-details-missing = The sealed details of entry { $index } (who, what, when) are missing: they were removed.
log-finding-details-changed = The sealed details of entry { $index } (who, what, when) are not those that were logged: they were changed.
log-finding-content-missing = What entry { $index } stored is missing, and no entry says that it was erased: it was removed without a trace in the log.
log-finding-content-changed = What is stored for entry { $index } is not what was logged: it was changed or replaced.
log-finding-content-not-erased = What entry { $index } stored was erased, says a later entry, but it is still there: it was put back, or never erased.
log-finding-content-unlogged = Something is stored for entry { $index } that the log does not know: it was put there from outside.
log-report-sound = { $size } entries read, nothing is wrong. Signed: { $signed }, not yet signed: { $unsigned }.
log-report-unsound = { $size } entries read, { $findings } things are wrong. Signed and as signed: { $signed }, behind that: { $unsigned }.
