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
