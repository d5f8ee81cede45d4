# The command: help, questions, results.
help-sigilo = A sealed vault of records, counts without duplicates that reveal nobody, and a log that anyone can verify.
help-usage = Usage:
help-commands = Commands
help-command-name = COMMAND
help-arguments = Arguments
help-options = Options
help-arg-help = Show this help
help-arg-version = Show the version
help-arg-vault = Folder of the vault; if absent, SIGILO_VAULT or the current folder
help-arg-keyring = File of the keyring, if it is not in the vault's folder
help-arg-recovery = Open with the recovery code instead of the passphrase
help-arg-key-file = Open with this key file instead of the passphrase
help-arg-passphrase-fd = Read the passphrase from this file descriptor, for scripts
help-arg-lang = Language of the messages: es, en
help-arg-json = Result as JSON, for scripts
help-arg-quiet = No notices and no bars; only results and errors
help-arg-kdf-memory = Memory in MiB that trying a passphrase costs, 19 to 1024; 64 unless said
help-arg-reason = Why; it is kept sealed in the log
help-arg-yes = Do not ask
help-arg-id = Beginning of the record's id, or its case number
help-arg-limit = How many to show at most
help-init = Make a new vault and show its recovery code
help-init-site = Name of the house; it is kept sealed
help-init-slot-name = What to call your key in the log; "direction" unless said
help-seal = Seal a record: from a JSON file, or asked field by field
help-seal-file = JSON file of the record; "-" is standard input
help-seal-kind = Kind of record when asking: victim, witness, call
help-import = Seal the records of CSV tables and XLSX workbooks
help-import-files = CSV tables or XLSX workbooks, with headers in Spanish or English; "-" is standard input
help-import-keep-going = Store the rows that are right even if others have mistakes
help-import-update = Store as a new version the rows whose case number exists with other data
help-import-dry-run = Only say what would be stored and what is wrong
help-import-kind = Kind of record if the table does not say: victim, witness, call
help-import-consent-matching = The house holds each person's written consent to matching, for this purpose
help-import-consent-until = Last day of that consent
help-list = List the records
help-list-kind = Only of this kind: victim, witness, call
help-show = Open a record and show it
help-show-version = An earlier version
help-search = Search by part of a name, alias, document, phone or case number
help-search-words = What to look for; if absent it is asked, so that it does not stay in the terminal's history
help-amend = Correct a record; the earlier version is kept
help-amend-file = JSON file with just the fields that change; "null" empties a field; "-" is standard input
help-link = Link two records of one person
help-link-first = One record
help-link-second = The other
help-unlink = Undo the link of two records
help-unlink-first = One record
help-unlink-second = The other
help-duplicates = Show records of this vault that may be the same person, and why
help-duplicates-threshold = How alike, from 0 to 1; 0.85 unless said
help-erase = Destroy a record for ever; the log keeps that it existed
help-keys = Who can open the vault
help-keys-list = List the keys
help-keys-passphrase = Change your passphrase; with --recovery set a new one
help-keys-add = Add a key for another person
help-keys-add-name = What to call it in the log; kept sealed
help-keys-add-rights = Rights, separated by commas: seal, read, export, manage, log; seal,read,log unless said
help-keys-add-to-file = Make a key file here instead of a passphrase
help-keys-intake = Add an intake key: it seals and can read nothing
help-keys-intake-name = What to call it in the log; kept sealed
help-keys-intake-to-file = Make a key file here instead of a passphrase
help-keys-recovery = Make a new recovery code; the old one no longer works
help-keys-remove = Remove a key
help-keys-remove-slot = Beginning of the key's id, as "keys list" shows it
help-check = Check that the vault is sound and that everything opens
help-check-max-age = Days after which the last cosignature is old; 30 unless said
help-log = The log of the vault
help-log-show = Show who did what and when
help-log-show-record = Only of this record
help-log-checkpoint = Sign and show the head of the log, to keep on paper or a stick
help-audit = Verify without any key
help-audit-verify = Verify a locked vault: signatures, order, and that all that is stored is what was logged
help-audit-verify-head = A head that you kept earlier: the vault must continue from it
help-audit-verify-key = Key that signs this vault's heads, from a source other than the vault itself
help-demo = Show everything with invented people: six vaults, a blind round, search, erasure, and a tampering caught
help-demo-dir = New folder to leave the vaults in; if absent, they are deleted at the end
cli-usage-unknown-argument = There is no option { $argument }. See those that there are with --help.
cli-usage-unknown-command = There is no command "{ $command }". See those that there are with "sigilo --help".
cli-usage-missing-argument = { $argument } is missing. See how it is used with --help.
cli-usage-missing-command = It is missing what to do. See the commands with --help.
cli-usage-bad-value = The value of { $argument } is not valid. See how it is used with --help.
cli-usage-choose = The value of { $argument } is not valid. Those that there are: { $allowed }.
cli-usage-other = The command is not written correctly. See how it is used with --help.
cli-usage-memory = The memory must be between 19 and 1024 MiB.
cli-usage-threshold = The threshold must be between 0 and 1.
cli-usage-date = That is not a full date. Write it like this: 2027-12-31 or “31 December 2027”.
cli-usage-date-order = { $text } can be day/month or month/day. Write it like this: 2027-12-31, or with the name of the month.
cli-no-terminal = The passphrase has to be asked and there is no terminal to ask in. A script gives it with SIGILO_PASSPHRASE_FILE or SIGILO_PASSPHRASE_COMMAND.
cli-no-current-dir = The current folder does not exist. Name the vault with --vault.
cli-stopped = Stopped. Nothing was stored.
cli-needs-yes = This needs confirming and there is no terminal. Add --yes if you are sure.
cli-file-not-found = There is no file { $file }.
cli-file-denied = The system does not allow using the file { $file }. Check its permissions.
cli-file-exists = The file { $file } exists and is left alone. Choose another name.
cli-file-too-large = The file { $file } is too large for what is expected here. Is it the right one?
cli-file-not-text = The file { $file } is not UTF-8 text. Save it as UTF-8 text and try again.
cli-file-unreadable = The file { $file } could not be read or written. If it is on a USB stick, take it out, put it in again and try once more.
cli-passphrase-command-failed = The command of SIGILO_PASSPHRASE_COMMAND failed. Try it by itself.
cli-passphrase-short = The passphrase is easy to guess. Use at least { $least } characters; four or five random words are better than symbols.
cli-passphrase-advice = Choose four or five random words. Use them nowhere else and do not keep them beside the computer.
cli-passphrases-differ = The two passphrases differ. Nothing was changed; type them again.
cli-ask-passphrase = Passphrase:
cli-ask-new-passphrase = New passphrase:
cli-ask-passphrase-again = Once more:
cli-ask-recovery = Recovery code (not shown):
cli-answer-yes-or-no = Type y (yes) or n (no).
cli-ask-folder = What will the folder of the vault be called?
cli-ask-site = Name of the house:
cli-ask-slot-name = Whose key is it?
cli-ask-search = Whom are you looking for?
cli-ask-erase-reason = Why is it erased?
cli-ask-erase =
    Record { $id } ({ $versions ->
        [one] one version
       *[other] { $versions } versions
    }) is destroyed for ever. Go on? (y/n)
cli-ask-remove-key = Remove the key "{ $name }"? It will not open the vault any more. (y/n)
cli-init-needs-folder = Name a new folder with --vault.
cli-init-needs-site = Give the name of the house with --site.
cli-init-done = The vault of { $site } is ready.
cli-slot-first = direction
cli-slot-recovery = recovery code
cli-slot-new-passphrase = new passphrase
cli-recovery-heading = Recovery code. Write it on paper now; it is stored nowhere:
cli-recovery-advice = Keep it far from this computer. If the passphrase is lost, nothing else opens the vault.
cli-recovery-old = The old code no longer works. Destroy the paper.
cli-key-file-bad = The file { $file } is not a key file of sigilo. Name the one that "sigilo keys add --to-file" made, or open with the passphrase.
cli-key-needs-name = Say whose key it is with --name.
cli-key-added = Key { $slot } is ready.
cli-key-removed = Key { $slot } no longer opens anything.
cli-key-removed-limits = Whoever kept an old copy of the vault and that key can still read that copy.
cli-passphrase-changed = The passphrase of key { $slot } was changed.
cli-kind-passphrase = passphrase
cli-kind-recovery = recovery code
cli-kind-key-file = key file
cli-kind-other = other
cli-right-seal = seal
cli-right-read = read
cli-right-export = export
cli-right-manage = manage keys
cli-right-log = see the log
cli-reason-too-long = The reason is too long; 1024 letters fit. Shorten it and try again.
cli-sealed = Sealed. Record { $id }
cli-amended = Stored. Record { $id }, version { $version }
cli-amend-nothing = Nothing changed: the data are what they were.
cli-amend-not-object = The changes must be a JSON object with the fields that change. For example: {"{"}"notes": "…"{"}"}.
cli-json-syntax = That is not valid JSON: line { $line }, column { $column }. Correct it there and try again.
cli-no-such-version = The record has no such version. See which it has with "sigilo show".
cli-show-head = Record { $id } · version { $version } of { $versions } · entry { $entry } of the log
cli-show-linked = Same person as: { $ids }
cli-search-needs-words = Say what to look for.
cli-linked = Linked: { $first } and { $second } are the same person.
cli-unlinked = Unlinked: { $first } and { $second }.
cli-erase-needs-reason = Say why it is erased with --reason.
cli-import-line = { $file }: { $what }
cli-import-differs = the case number is there already, in the vault or in this file, with other data. Use --update to store it as a new version.
cli-import-nothing-stored = nothing of this file was stored. Correct what was pointed out, or use --keep-going to store the rows that are right.
cli-import-done = { $file }: { $stored } sealed, { $updated } updated, { $present } already there, { $refused } with mistakes
cli-import-would = { $file }: { $stored } would be sealed, { $updated } updated, { $present } are there already, { $refused } with mistakes. Nothing was stored.
cli-progress-seal = Sealing
cli-progress-verify = Verifying
cli-progress-open = Opening
cli-checkpoint-key = Key to verify with: { $key }
cli-audit-bad-key = The key does not have the form name+id+key. Copy it whole.
cli-audit-bad-head = The file { $file } is not a signed head of a log. Name the one that was kept with "sigilo log checkpoint".
cli-audit-sound = Sound: all that is stored is what was logged, in that order.
cli-audit-key-unknown = The key that the vault itself brings was used. Compare it with the one you know, or give it with --key: { $key }
cli-audit-no-head = Without a head kept elsewhere (--head) it cannot be seen whether the vault was set back to an old copy.
cli-record-refused =
    Nothing was stored: { $count ->
        [one] there is a mistake in the record.
       *[other] there are { $count } mistakes in the record.
    }
cli-log-erases = {" "}(tombstone of entry { $entry })
cli-import-mistakes =
    { $files ->
        [one] One file has mistakes.
       *[other] { $files } files have mistakes.
    }
cli-list-total =
    { $shown ->
        [one] 1 shown
       *[other] { $shown } shown
    } of { $records ->
        [one] 1 record
       *[other] { $records } records
    }, { $persons ->
        [one] 1 person.
       *[other] { $persons } persons.
    }
cli-search-total =
    { $records ->
        [0] Nobody like that.
        [one] One record.
       *[other] { $shown } of { $records } records, the most alike first.
    }
cli-duplicates-total =
    { $pairs ->
        [0] No pair that is alike and not linked.
        [one] One pair. Link it with "sigilo link" if it is the same person.
       *[other] { $shown } of { $pairs } pairs. Link those that are the same person with "sigilo link".
    }
cli-erased =
    Erased. Of record { $id } { $count ->
        [one] 1 stored part was destroyed; the log keeps its tombstone.
       *[other] { $count } stored parts were destroyed; the log keeps their tombstones.
    }
cli-log-total =
    { $shown } of { $entries ->
        [one] 1 entry.
       *[other] { $entries } entries.
    }
cli-check-sound =
    Sound: { $entries ->
        [one] 1 entry
       *[other] { $entries } entries
    } of the log and { $contents ->
        [one] 1 content
       *[other] { $contents } contents
    }; everything opens.
cli-check-failed =
    { $count ->
        [one] There is something wrong with the vault.
       *[other] There are { $count } things wrong with the vault.
    } Stop using it: copy the folder as it is and tell your auditor. What is sound is put into a new vault by “sigilo check --repair FOLDER”, which names what is lost.
help-check-repair = Make in this folder a new vault of all that can be saved from a damaged one, which is not touched
help-check-head = A head of the vault that was kept elsewhere; may be repeated
help-check-reason = Why; kept sealed in the log
cli-repaired = There is a new vault in { $folder }. It goes on from the first { $entries } entries of the log. Contents as they were: { $kept }. Sealed again, because the log is broken before them: { $again }.
cli-repair-lost-record = ✗ Record { $id }, version { $version }: lost (entry { $entry })
cli-repair-lost-other = ✗ Entry { $entry }: what it stored is lost; it was no record
cli-repair-unproven-record = ? Record { $id }, version { $version }: it opens, but nothing proves that this house stored it (entry { $entry }). It is not in the new vault
cli-repair-unproven-other = ? Entry { $entry }: it opens, but nothing proves that this house stored it. It is not in the new vault
cli-repair-entries = Entries of the log from { $first } on do not go on in the new one: { $lost }. Of those that are missing, nobody can say what they said.
cli-repair-keyring = The keyring is not the last one that the log names. Replace all keys with "sigilo keys rotate".
cli-repair-advice = Keep the damaged folder as it is: it is evidence. Show the new head to your auditor and your coordinator.
cli-repair-not-whole = Not everything could be saved. Look for an older backup for what is missing.
cli-audit-failed =
    { $count ->
        [one] The vault is not sound: 1 finding.
       *[other] The vault is not sound: { $count } findings.
    }
cli-audit-summary =
    { $entries ->
        [one] 1 entry
       *[other] { $entries } entries
    }: signed to { $signed }, { $unsigned } unsigned · { $contents ->
        [one] 1 sealed content
       *[other] { $contents } sealed contents
    } · { $erased ->
        [one] 1 tombstone
       *[other] { $erased } tombstones
    }
cli-import-incomplete =
    { $files ->
        [one] One file was not stored completely.
       *[other] { $files } files were not stored completely.
    }

# The demonstration
demo-begin = The reference network: five shelters and a hotline, with invented people.
demo-purpose = Persons assisted, fourth quarter
demo-built = { $records } records sealed, each house in its own vault under its own keys; cards exchanged.
demo-round = A blind round with two key-holders, file by file…
demo-clock = The clock of this computer cannot be right. Correct it.
demo-empty = The network has no sites. That is a defect; please tell us.
demo-records = records
demo-persons = persons
demo-consent = consent
demo-entered = entered
demo-services = Services, as each site has them:
demo-result = Round: { $records } records of { $local } persons of the sites are { $persons } persons. { $candidates } candidate pairs, { $matches } declared the same.
demo-estimate = Quality estimated without the truth: precision { $precision } % ({ $plow } to { $phigh }), recall { $recall } % ({ $rlow } to { $rhigh }).
demo-truth = Against the known truth: of { $pairs } true pairs; { $declared } declared; precision { $precision } %, recall { $recall } %.
demo-notices = Requests: { $asked } persons drawn by lot; { $introduced } introductions of two houses, where both said yes.
demo-introduced =   { $a } and { $b } know the same person, and know so since { $day }.
demo-silent =   Another house knows a person of { $house } too, but did not ask: on { $day } it was closed without contact, like { $closed } others.
demo-referral = Referral: { $from } seals { $fields } groups of fields and { $files } file to the card of { $to }, with the person’s yes. { $to } accepts.
demo-referral-chains =   The parcel is entry { $sent } in the log of { $from } and { $received } in that of { $to }; the receipt is signed.
demo-referral-again =   It comes again: { $to } knows the person and makes version { $version } of its own record, no second one.
demo-referral-other =   { $refused } refuses one like it; another is revoked before it is accepted. { $receipts } receipts checked.
demo-chains = { $chains } logs verified without any key, { $entries } entries, all sound.
demo-seen = What each had before it (files, and their encrypted size):
demo-all-sites = all sites
demo-role-site = site
demo-role-coordinator = coordinator
demo-role-holder = holder
demo-role-auditor = auditor
demo-report = Report of the round, to be opened in a browser: { $file }
demo-report-gone = The report of the round goes with the demonstration. With --dir FOLDER it stays there, to be opened in a browser.
demo-seconds = Seconds a stage: { $stages }
demo-search = { $site }: somebody asks for "{ $heard }", as they heard it. { $count ->
    [0] Nobody.
    [one] One record is like that.
   *[other] { $count } records are like that.
}
demo-erase-reason = at the person's request
demo-erased = { $site }: record { $id } is erased at the person's request. Its key exists no more.
demo-erase-failed = The erased record can still be opened. That is a defect; please tell us.
demo-verified = { $site }: the auditor verifies without any key. { $entries } entries, in order; { $erased ->
    [0] no tombstone.
    [one] one tombstone.
   *[other] { $erased } tombstones.
}
demo-tampered = Somebody changes one byte of a record in a copy of { $site }. The verification says:
demo-tamper-missed = The tampering was not caught. That is a defect; please tell us.
demo-end = Everything held, in { $seconds } s.

# evaluate
help-evaluate = Measure the matching on data whose truth is known
help-evaluate-dir = Folder with one CSV a site and truth.csv
help-evaluate-policy = How rare the tokens are: standard, strict; strict unless said
help-evaluate-tokens-out = Write here what the coordinator receives
help-evaluate-report = Write a report with curves here, as an HTML page; takes several times longer
help-evaluate-group-seed = Seed of the group secret
help-evaluate-prf-seed = Seed of the pseudorandom function
evaluate-data = Data: { $records } records of { $sites } sites; { $pairs } pairs of different sites are one person.
evaluate-tokens = Tokens: { $tokens } a person, of { $bits } bits.
evaluate-discover = Candidates: { $pairs } pairs; recall { $recall }, accidental meetings a record { $degree } (99th percentile: { $p99 }).
evaluate-final = Decision without the truth: precision { $precision }, recall { $recall }, F1 { $f1 }.
evaluate-best = Best threshold in hindsight: F1 { $f1 }.
evaluate-seconds = Seconds: encode { $encode }, join { $join }, compare { $compare }, decide { $score }.
evaluate-page-title = Evaluation of the blind matching
evaluate-page-curves = Curves
evaluate-page-discovery = Pairs found (upwards) against accidental meetings a record (rightwards), for other rarities and numbers of tokens; the circle is this evaluation.
evaluate-page-tokens = { $tokens } tokens a person
evaluate-page-thresholds = Precision (upwards) against recall (rightwards) by threshold; the circle is what was decided without the truth.
evaluate-page-weights = Candidate pairs by weight, in nats; logarithmic scale.
evaluate-page-matches = same person
evaluate-page-others = somebody else
evaluate-page-lost = Which differences are lost
evaluate-page-lost-lead = Pairs of records that are one person, by how they differ. A pair may count in several rows.
evaluate-page-precision = Precision of the decision
evaluate-page-recall = Recall of the decision
evaluate-page-estimated = … estimated without the truth, with its 95 % interval
evaluate-page-f1 = F1
evaluate-page-best = F1 at the best threshold, in hindsight
evaluate-page-found = True pairs found
evaluate-page-degree = Accidental meetings a record
evaluate-page-difference = Difference
evaluate-page-pairs = Pairs
evaluate-page-found-short = Found
evaluate-page-declared = Declared
evaluate-lost = Difference: { $difference }. Pairs: { $pairs }; found { $found }, declared { $declared }.
evaluate-estimated = Estimated without the truth: precision { $precision } ({ $plow } to { $phigh }), recall { $recall } ({ $rlow } to { $rhigh }).
evaluate-report-wrote = Report written: { $file }
evaluate-difference-nothing = none
evaluate-difference-given-missing = given name missing
evaluate-difference-given-fewer = fewer given names
evaluate-difference-given-nickname = nickname or short form
evaluate-difference-given-spelling = given name spelled differently
evaluate-difference-given-other = another given name
evaluate-difference-surname-missing = surnames missing
evaluate-difference-surname-fewer = one surname missing
evaluate-difference-surname-swapped = surnames exchanged
evaluate-difference-surname-spelling = surname spelled differently
evaluate-difference-surname-other = another surname
evaluate-difference-date-missing = date of birth missing
evaluate-difference-date-partial = date incomplete
evaluate-difference-date-first-of-january = 1 January in place of the date
evaluate-difference-date-swapped = day and month exchanged
evaluate-difference-date-year = another year
evaluate-difference-date-day = another day or month
evaluate-difference-date-other = another date
evaluate-difference-place-missing = place missing
evaluate-difference-place-other = another place
evaluate-difference-sex-other = another sex
evaluate-difference-several-of-them = three differences or more
evaluate-stand-in = Here a keyed hash stands in for the VOPRF: the equalities are the same, the protection is not.

# Rotation, backup, evidence, shares
help-keys-rotate = Replace the keys of all records, so that removed keys open nothing kept from now on
help-keys-rotate-reason = Why; kept sealed in the log
help-keys-remove-rotate = Replace the keys of all records as well
cli-ask-rotate = Whoever kept that key and a copy of the vault can still open what was sealed with the present keys. Replace all keys now? (y/n)
cli-keys-rotated = All keys were replaced: { $count } { $count ->
    [one] record key was
   *[other] record keys were
  } wrapped again. Make a new backup: old ones are sealed with the old keys.
cli-keys-rotated-lost = { $count } { $count ->
    [one] entry
   *[other] entries
  } could not be opened with the old keys, either. Run "sigilo check".
cli-keys-rotation-resumed = An earlier replacement of keys was interrupted. It goes on now.
cli-progress-rotate = Replacing keys

# Proofs and cosignatures
help-audit-verify-dir = Folder of the vault, or of an audit bundle
help-audit-verify-cosigner = Key of somebody whose cosignatures count; may be given several times
help-audit-verify-max-age = Days after which a cosignature is old; 30 unless said
help-audit-consistency = Verify that one head continues from another
help-audit-consistency-old = The older head, as you kept it
help-audit-consistency-new = The newer head
help-audit-consistency-from = Vault or audit bundle to take the proof from; the vault unless said
help-audit-consistency-proof = A file with the proof, instead of a vault
help-audit-consistency-key = Key that signs the heads, from a source other than the vault itself
help-audit-consistency-out = Write the proof here
help-audit-inclusion = Verify a proof of one entry, or make one
help-audit-inclusion-file = The proof; needs no vault, only the key
help-audit-inclusion-record = Make the proof of this record (id or case number)
help-audit-inclusion-version = Version of the record; the latest unless said
help-audit-inclusion-evidence = Make the proof of this file of evidence (beginning of its id)
help-audit-inclusion-entry = Make the proof of this entry of the log; needs no key
help-audit-inclusion-from = Vault or audit bundle to take it from
help-audit-inclusion-out = Write the proof here
help-audit-inclusion-key = Key that signs the heads of the log
help-audit-inclusion-slot-key = Public key of the slot that is said to have acted, in hexadecimal
help-audit-inclusion-cosigner = Key of somebody whose cosignatures count; may be given several times
help-audit-cosign = Verify a log, compare it with the head seen last, and cosign its head
help-audit-cosign-source = Vault, audit bundle, proof file or head
help-audit-cosign-signer = Your key file, made with "audit keygen"
help-audit-cosign-seen = File that remembers the heads seen; beside the key file unless said
help-audit-cosign-key = Key that signs the heads of the log; needed the first time
help-audit-cosign-out = Write the cosigned head here, or the refusal
help-audit-export = Write the log without what it stored, for an auditor or a web server; needs no key
help-audit-export-dir = New folder to write to
help-audit-keygen = Make an auditor's key
help-audit-keygen-name = Name that stands in every signature, such as a domain; without spaces
help-audit-keygen-to-file = New file for the key; whoever has it can cosign in your name
help-audit-refusal = Verify an auditor's refusal of a head
help-audit-refusal-file = The refusal
help-audit-refusal-key = Key that signs the heads of the log
help-audit-refusal-auditor = Key of the auditor; not needed where the log convicts itself
help-log-checkpoint-import = Take back a head that somebody has cosigned
help-log-checkpoint-cosigner = Key of a cosigner, compared beforehand; trusted from now on
help-log-open = Open single acts for others to see, each with its proof and nothing else
help-log-open-entries = Numbers of the entries, as "log show" shows them
help-log-open-out = File to write to; for several entries, a folder
cli-progress-export = Exporting
cli-audit-key-kind = This is the key of a cosigner, not the one that signs the heads of a log. The one that is needed is shown by "sigilo log checkpoint" in the house.
cli-audit-cosigner-kind = This is not the key of a cosigner. "sigilo audit keygen" shows it.
cli-audit-needs-key = Say with --key which key signs the heads of this log.
cli-audit-bad-slot-key = The key of a slot is 64 hexadecimal digits. Copy it whole from where the house publishes it.
cli-audit-bundle-summary =
    { $entries ->
        [one] 1 entry
       *[other] { $entries } entries
    }: signed to { $signed }, { $unsigned } unsigned · { $erased ->
        [one] 1 tombstone
       *[other] { $erased } tombstones
    } · audit bundle, without contents
cli-audit-bundle-sound = Sound: these are the entries that were signed, in that order.
cli-audit-exported =
    { $entries ->
        [one] 1 entry exported.
       *[other] { $entries } entries exported.
    }
cli-audit-export-behind =
    { $count ->
        [one] 1 entry is not signed yet and was left out.
       *[other] { $count } entries are not signed yet and were left out.
    }
cli-audit-consistent = The head of { $new } entries continues from the head of { $old } entries: of those, none was changed, removed or put elsewhere.
cli-audit-proved = Proof written: entry { $entry } is under the signed head of { $size } entries.
cli-cosigned-none = Nobody outside who is known here has cosigned this log. What was found holds against strangers; not against whoever has the keys of the house. Ask for a cosignature.
cli-cosigned-last = Last cosigned by { $name } on { $time }: { $size } entries.
cli-cosigned-old = That was { $days } days ago, more than { $limit }. Have the head cosigned again.
cli-open-slot-key = Key of the slot { $slot }: { $key }
cli-proof-holds = The proof holds: this is entry { $entry } of the log { $log }, under its signed head of { $size } entries.
cli-proof-no-content = The entry stored nothing.
cli-proof-content = The entry stored something whose SHA-256 is { $hash }.
cli-proof-erases = The entry erases what entry { $entry } stored.
cli-proof-closed = Its act is sealed and not shown.
cli-proof-act = { $kind }, on { $time } by the clock of the house, which nobody else has confirmed.
cli-proof-actor = Done with the key { $slot }; its signature was not checked (--slot-key).
cli-proof-actor-signed = Done with the key { $slot }, whose signature is valid.
cli-proof-second = Together with key { $slot }; its signature was not checked (--slot-key).
cli-proof-second-signed = Together with key { $slot }, whose signature is valid.
cli-proof-object = Done to { $object }, version { $version }.
cli-proof-count = How many: { $count }.
cli-proof-prior = It follows on entry { $entry }.
cli-proof-reason = Reason given: { $reason }
cli-proof-slot-forged = The act is in the log, but that key did not sign it. Compare the key with whoever publishes it; if it is theirs, the act is not by whom it says.
cli-proof-cosigned = Cosigned by { $name } on { $time }: by then the entry existed in this form.
cli-proof-not-cosigned = No cosignature of a known cosigner (--cosigner): when the entry was made is the word of the house alone.
cli-keygen-cosigner = Key of your cosignatures (--cosigner): { $key }
cli-keygen-auditor = Key of your refusals (--auditor): { $key }
cli-keygen-advice = Give both to the houses, by phone or on paper. Keep the key file, and the file of heads seen that will lie beside it, with a copy.
cli-cosign-done = Cosigned: { $size } entries.
cli-cosign-refused = Not cosigned: { $reason } The signed statement with both heads is in { $file }; keep it and show it.
cli-refusal-holds = The refusal of { $time } holds. Seen before: a head of { $last } entries; brought then: one of { $given }. Reason: { $reason }
cli-refusal-needs-auditor = This refusal rests on the auditor's word alone: name the auditor's key with --auditor.

help-backup = Write a backup, encrypted to the people you name
help-backup-to = File or folder; a backup that is there is replaced, and its key destroyed
help-backup-recipient = Who can restore: an age recipient (age1…); may be repeated. Make one with "keys identity"
help-backup-key-to = Put the small key file here instead of beside the archive
help-backup-reason = Why; kept sealed in the log
help-backup-check = Check a backup without any key
help-restore = Make a vault in --vault from a backup
help-restore-from = The backup: its archive, or the folder where it is
help-restore-identity = File with an age identity to which the backup is encrypted
help-restore-key = The small key file, if it is not beside the archive
help-restore-head = A head of the vault that was seen since; may be repeated
help-restore-newer = Folder with a newer copy of the vault, damaged perhaps: what it erased is erased again
help-restore-reason = Why; kept sealed in the log
help-keys-identity = Make an age identity for backups and print its recipient
help-keys-identity-file = New file for the identity; keep it away from the backup
cli-backup-done = Backup of { $entries } entries: { $file }; its key: { $key }
cli-backup-advice = To restore it takes three things: the identity, the key file and a passphrase. When you erase a record, make the backup again in the same place: that destroys the key of the one before. Other copies of the key file you must destroy yourself.
cli-backup-bad-recipient = That is not an age recipient. It begins with age1 and has 62 characters.
cli-backup-needs-recipient = Say with --recipient who can restore the backup. Make an identity with "sigilo keys identity FILE".
cli-backup-rotation = A replacement of keys was interrupted; finish it with "sigilo keys rotate" and make the backup again.
cli-backup-sound = The backup is whole: { $entries } entries. Whether it opens, only a restore shows.
cli-restored = Restored { $entries } entries into a new log. Known to be lost: { $lost }. Erased again: { $erased }.
cli-restored-blind = You gave no head and no newer copy: whether entries are lost is not known, and records erased since the backup are here again. Erase them again, and show the new head to your auditor and your coordinator.
cli-restored-keys = Keys are as they were when the backup was made: remove those that were removed since, and replace all with "sigilo keys rotate".
cli-identity-bad = The file { $file } has no age identity (AGE-SECRET-KEY-1…). Name the one that "sigilo keys identity" made.
cli-identity-advice = Keep the file away from the laptop and from the backup: together they open everything.
help-evidence = Files that belong to a record
help-evidence-add = Seal a file of any size as evidence of a record
help-evidence-add-record = The record: beginning of its id, or its case number
help-evidence-add-file = The file
help-evidence-add-name = Name to keep it under; the file's own unless said
help-evidence-add-reason = Why; kept sealed in the log
help-evidence-list = List the evidence
help-evidence-list-record = Only of this record
help-evidence-extract = Check a file of evidence, then write it in clear
help-evidence-extract-id = Beginning of its id, as "evidence list" shows it
help-evidence-extract-to = New file for it; - for standard output
help-evidence-extract-reason = Why; kept sealed in the log
cli-progress-evidence = Sealing evidence
cli-evidence-added = Evidence { $id } sealed. SHA-256 of the file: { $sha256 }
cli-evidence-added-advice = The original is still where it was, in clear.
cli-evidence-extracted = Checked and written to { $file }. SHA-256: { $sha256 }
cli-evidence-none = There is no evidence with that id. See it with "sigilo evidence list".
cli-evidence-not-a-file = Name one file. A folder is put into one file before, a .zip for example.
help-arg-shares = Open with recovery shares: a file with a share on each line, - to type them; may be repeated
help-keys-shares = Make recovery shares for several people; an older set no longer works
help-keys-shares-of = How many shares to make
help-keys-shares-need = How many of them open the vault together
help-keys-shares-to = Folder to write each share to, as text and as a QR code
help-keys-drill = Prove that a key, a recovery code or shares open the vault; changes nothing
cli-ask-share = Recovery share (empty to stop):
cli-kind-shares = recovery shares
cli-slot-shares = Recovery shares
cli-share-heading = Share { $number } of { $of }; { $need } open the vault together
cli-shares-advice = Give each to another person, on paper. Then prove that they work: "sigilo keys drill --shares -".
cli-drill-passed = It opens the vault, with these rights: { $rights }. Nothing was changed.
help-seal-yes = Do not ask if the record is probably here already
cli-seal-likely = { $count ->
    [one] This record is probably
   *[other] These records are probably
  } the same person:
cli-ask-seal-anyway = Seal a new record all the same? (y/n)
help-evidence-show = Show who had a piece of evidence in hand; looking is logged
help-evidence-show-id = Beginning of its id, as "evidence list" shows it
help-evidence-show-reason = Why; sealed into the log
help-evidence-export = Write a folder for a court: the file in clear and all that proves it
help-evidence-export-id = Beginning of its id, as "evidence list" shows it
help-evidence-export-to = New folder
help-evidence-export-slot-names = Also say what the house calls the keys that acted
help-evidence-export-reason = Why; goes into the log and is seen in the folder
help-evidence-hand-over = Hand over a piece of evidence: the same folder, with a receipt to sign
help-evidence-hand-over-id = Beginning of its id, as "evidence list" shows it
help-evidence-hand-over-receiver = To whom; goes into the log and is seen in the folder
help-evidence-hand-over-to = New folder
help-evidence-hand-over-slot-names = Also say what the house calls the keys that acted
help-evidence-hand-over-reason = Why; goes into the log and is seen in the folder
help-evidence-receive = Check evidence that another house handed over, and sign the receipt
help-evidence-receive-dir = The folder that the other house handed over
help-evidence-receive-to = New file for the signed receipt
help-evidence-receive-key = Key that signs the heads of the other house, if its card is not here
help-evidence-receive-refuse = Sign that it was checked but is not accepted
help-evidence-receipt = Keep the receipt for evidence that was handed over: the signed document, or an image of a paper
help-evidence-receipt-id = Beginning of its id, as "evidence list" shows it
help-evidence-receipt-file = The receipt
help-evidence-receipt-entry = Entry of the handing over; the last one if not said
help-evidence-receipt-reason = Why; sealed into the log
help-audit-court = Check the folder of a piece of evidence, without any key of the house
help-audit-court-dir = The folder
help-audit-court-key = Key that signs the heads of the chain, from another source than the folder
help-audit-court-cosigner = Key of who cosigned, from another source than the folder; can be repeated
cli-court-written = Written and checked in { $dir }: the file, { $count } acts with their proof, and a page that explains it (informe.html, report.html).
cli-court-clear = The folder is not encrypted: it has the evidence as it is. Delete it when it is no longer needed.
cli-court-receipt-advice = Ask for the receipt: signed with "sigilo evidence receive", or on paper (last sheet of report.html). Keep it with "sigilo evidence receipt".
cli-court-received = The evidence stood the check. Signed receipt in { $file }; give it back to who handed it over.
cli-court-receipt-signed = Receipt { $id } kept; the signature is of a card that you trust.
cli-court-receipt-paper = Receipt { $id } kept as a paper; its signature is checked by nobody but who looks at it.
cli-court-cosigners-unknown = The keys of those who cosigned were taken from the folder itself. Ask them for their keys and name them with --cosigner.
cli-card-file = { $file }: { $why }
cli-court-page = { $file } is not what this program writes of this folder: another version made it, or somebody changed it. Do not rely on it; what is printed here counts.
cli-court-failed =
    { $count ->
        [one] The folder does not hold: 1 finding.
       *[other] The folder does not hold: { $count } findings.
    } Keep it as it is and ask whoever gave it to you for another.
cli-court-sound = No findings: "{ $name }" (SHA-256 { $sha256 }) is the file that the house sealed, and the { $count } acts are in its log.

## Compartments, two keys and coercion
help-arg-age = Open with an age identity from this file
help-arg-second-slot = Ask for a second person's key as well, for what two people do
help-arg-second-key-file = Key file of the second person
help-keys-add-compartments = Compartments that it opens, separated by commas; all if not given
help-keys-add-age-recipient = Instead of a passphrase, the age identity of this recipient (age1…)
help-keys-drill-record = Record in the log that recovery works; needed for "keys panic" and "keys duress"
help-keys-change = Change what another person's key may do
help-keys-change-slot = Beginning of the key's id, as "keys list" shows it
help-keys-change-rights = Rights, separated by commas: seal, read, export, manage, log; those of before if not given
help-keys-change-compartments = Compartments that it opens, separated by commas; those of before if not given
help-keys-change-all-compartments = Let it open every compartment
help-keys-compartment = Add a compartment: records that only some keys open
help-keys-compartment-name = What to call it; it is sealed
help-keys-compartment-two = Let nobody open it without another person: two keys at once are needed
help-keys-policy = Show or change what needs two keys
help-keys-policy-two = What needs two keys, separated by commas: export, referral, evidence, opening, erase; none for nothing
help-keys-policy-alone = How many records at once one key may open, with "opening"
help-keys-policy-reason = Why; it is sealed in the log
help-keys-panic = Destroy the keys of the house; then only recovery and backups open anything
help-keys-panic-reason = Why; it is sealed in the log
help-keys-panic-yes = Do not ask
help-keys-duress = Duress passphrase: who types it destroys the keys of the house and sees "wrong passphrase"
help-keys-duress-set = Set the duress passphrase, or change it
help-keys-duress-remove = Take it away, if there is one
cli-ask-second-passphrase = Passphrase of the second person:
cli-kind-age = age identity
cli-no-such-compartment = There is no compartment of that name. "sigilo keys list --json" shows them.
cli-compartment-by-two = "{ $name }" opens for two only.
cli-compartment-added = Compartment added: { $name }. Seal into it with "sigilo seal --compartment".
cli-compartment-added-two = Compartment added: { $name }. Seal into it with "sigilo seal --compartment"; reading it takes two keys at once (--second-slot) or recovery shares. A duress passphrase, if there was one, is gone: try the shares and set it again.
cli-key-changed = Key { $slot } changed.
cli-key-changed-limits = What that key opened before may have been kept: "sigilo keys rotate" changes the keys of all records.
cli-drill-recorded = It opens the vault, with these rights: { $rights }. It was recorded in the log.
cli-log-second = { " " }(with { $name })
cli-guarded-export = exporting records
cli-guarded-referral = sending a record to another house
cli-guarded-evidence = taking out a file of evidence
cli-guarded-opening = opening many records at once
cli-guarded-erase = erasing a record or lifting a legal hold
cli-policy-none = Nothing needs two keys.
cli-policy-two = These need two keys (--second-slot):
cli-policy-alone = (more than { $count })
cli-policy-keys = So do new keys and every change of this list.
cli-ask-panic = All passphrases, key files and identities of this house will be destroyed, yours too. Then only recovery opens the vault. Sure? (y/n)
cli-panic-done = Keys destroyed: { $count }. What still opens the vault: recovery codes, { $codes }; sets of shares, { $shares }.
cli-panic-left = What is outside this keyring was not destroyed: copies of the keyring on another stick, backups and their keys. The disk may keep remnants, and anybody sees that the keys are gone.
cli-duress-advice = Choose a passphrase that nobody types by mistake. Whoever types it destroys the keys of the house.
cli-duress-set = The duress passphrase is set. If you make new shares or a new recovery code, it is taken away: try those and set it again.
cli-duress-removed = There is no duress passphrase.
help-seal-compartment = Compartment to seal into; that of its kind if not given
help-init-compartment = Another compartment beside victims, witnesses and calls; may be repeated

## Keeping
help-hold = Legal hold: a record that cannot be erased
help-hold-set = Put a record on legal hold
help-hold-set-id = Beginning of the id, or case number
help-hold-set-reason = Why; it is sealed
help-hold-lift = Lift a legal hold
help-hold-lift-id = Beginning of the id, or case number
help-hold-lift-reason = Why; it is sealed in the log
help-hold-list = List the records on legal hold
help-retain = Say until when a record is kept
help-retain-id = Beginning of the id, or case number
help-retain-until = Last day on which it is kept
help-retain-always = Without a date
help-retain-reason = Why; it is sealed in the log
help-list-due = Only those that are due to be erased, today or on this date
help-erase-due = Show those that are due one by one, and ask
cli-held = On legal hold: { $reason }
cli-kept-until = Kept until { $date }
cli-hold-set = Record { $id } is on legal hold.
cli-hold-lifted = The legal hold on record { $id } was lifted.
cli-retain-set = Record { $id } is kept until { $date }. After that "sigilo list --due" shows it; nothing is erased by itself.
cli-retain-removed = Record { $id } is kept without a date.
cli-ask-hold-reason = Why?
cli-hold-needs-reason = Give the reason with --reason.
cli-erase-due-asks = What is due is decided record by record, in a terminal.
cli-erase-due-done = { $due } were due; erased: { $erased }.
cli-check-due = { $count } { $count ->
    [one] record is
   *[other] records are
} due to be erased: "sigilo list --due".
