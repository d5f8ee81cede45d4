# log

## Proofs
log-proof-index = Entry { $index } is not in a log of { $size } entries.
log-proof-sizes = The older log cannot be larger ({ $old } entries) than the newer one ({ $new }).
log-proof-length = The proof has the wrong number of hashes for logs of this size. It is damaged, or belongs to something else.
log-proof-root = The proof does not lead to the signed head of the log: this entry is not in that log in this form.
log-proof-old-root = The older log is not the beginning of the newer one: entries were changed, removed or put in another order.

## Signed notes
log-note-too-large = The signed note is too large, or has too many signatures.
log-note-not-text = The signed note is not plain text; it is damaged, or it is another kind of file.
log-note-form = This is not a signed note: a text, an empty line and signature lines are expected.
log-note-signature-line = Line { $line } of the signed note is not a signature line.
log-note-name = The name of a key must not be empty or longer than 255 bytes, and has no spaces and no plus sign.
log-note-key = This is not a verifier key (name+id+base64), or a character of it is wrong.
log-note-bad-signature = The signature of { $name } is not valid: the note was changed, or somebody else signed it in that name.
log-note-unsigned = Nobody whose key is known here has signed this note.
log-note-twice = { $name } has signed this note already.
log-note-time = The time of a cosignature is out of range.
log-note-crypto = The note could not be signed.

## Checkpoints
log-checkpoint-line = Line { $line } is not that of a checkpoint (name of the log, number of entries, root).
log-checkpoint-origin = This checkpoint is of the log { $found }, not of { $expected }.
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
log-act-evidence-added = Evidence added
log-act-evidence-extracted = Evidence extracted
log-act-evidence-seen = Evidence looked at
log-act-evidence-handed-over = Evidence handed over
log-act-evidence-receipt = Receipt for evidence
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

## Tiles
log-tile-missing = Tile { $index } of level { $level } of the log is missing or too short.
log-tile-frontier = The stored tiles are not those of this log: one of them was changed.
log-tile-store = The tiles of the log could not be read or written.
