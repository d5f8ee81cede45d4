# Transfer between the two vaults of a house, and referral to another house
parcel-kind-transfer = transfer between two vaults of one house
parcel-kind-referral = referral of a record
parcel-kind-answer = answer to a referral
round-frame = Piece { $number } of the file is not what its sender wrote: something is missing, added or changed. Nothing was stored; ask for the file again.
log-act-transfer-sent = records sent to the house's other vault
log-act-transfer-received = records received from the house's other vault
log-act-record-arrived = version received from another vault
log-act-settled = differing versions settled by a person
log-act-erasure-declined = record kept although the other vault erased it
log-act-same-site = card taken for another vault of the same house
transfer-error-newer = The file was made by a newer version of sigilo. Update the program; nothing was changed.
transfer-error-content = The file is signed, but what it holds is not valid. Nothing was stored; tell whoever sent it.
transfer-error-compartments = Your key does not open every compartment of the vault. Do the transfer with a key that opens them all: what is not seen would look erased.
transfer-error-not-same-site = That vault is not pinned as another vault of this house. Compare the fingerprint of its card and pin it with “sigilo trust --same-site”.
transfer-error-gap = The file begins at entry { $from } of the other vault, and only { $have } are here: an earlier transfer is missing. On the other computer, run “sigilo transfer send --all”.
transfer-error-checkpoint = The head of the chain in the file is not that of the vault that sends it, or is too short. Nothing was stored; tell your auditor.
transfer-error-evidence = A file of evidence in the transfer is not the one that was announced. Nothing was stored; ask for the transfer again.
transfer-error-file-changed = The file changed while it was read. Nothing was stored; copy it to this computer and try again.
transfer-error-nothing = There is nothing to settle in this record.

# Commands
transfer-no-other = No other vault of this house is pinned. Pin it with “sigilo trust FILE.card --same-site”.
transfer-which-other = There are several vaults of this house. Say which with --to.
transfer-ask-same-site = Is { $name } another vault of this house, and do the eight words agree? It will get every record. (y/n)
transfer-sent = { $items ->
        [one] 1 thing
       *[other] { $items } things
    } for { $name }, sealed in { $file }.
transfer-sent-advice = Take it to the other computer and run “sigilo transfer receive” there. Only that vault opens it.
transfer-again = This transfer was taken before; nothing was changed.
transfer-received = From { $name }. New records: { $new }; new versions: { $amended }; here already: { $known }.
transfer-received-files = Files of evidence: { $count }
transfer-received-links = Links made or undone: { $count }
transfer-received-left-out = Left out, because their record was erased: { $count }
transfer-received-conflicts = Changed in both vaults, to be settled: { $count }. See them with “sigilo conflicts”.
transfer-received-erasures = Erased in the other vault and still here: { $count }. See them with “sigilo conflicts” and decide with “sigilo settle”.
transfer-received-erased = Erased here, too: { $count }
transfer-received-advice = See with “sigilo duplicates” whether a person was here already under another record.
transfer-here = this vault
transfer-conflict-version = version { $version } · { $from }
transfer-conflict-differs = they differ in: { $fields }
transfer-conflict-erased = erased in { $name }: { $why }
transfer-no-conflicts = There is nothing to settle.
transfer-conflicts-advice = Look at each version with “sigilo show ID --version N” and settle with “sigilo settle ID”.
transfer-kept = Record { $id } is kept here.
transfer-settled = Settled: { $id } is now version { $version }.
transfer-erasure-only = This record was erased in the other vault. Decide with --erase or --no-erase.
transfer-which-version = Say which version stays, with --keep and one of the numbers that “sigilo conflicts” shows.
transfer-which-field = --take is FIELD=VERSION, a field in which they differ and one of their versions, as “sigilo conflicts --json” shows.
transfer-ask-which = Which one stays?
transfer-show-conflict = Something in this record is to be settled between the two vaults: “sigilo conflicts”, “sigilo settle { $id }”.
help-trust-same-site = It is another vault of this house: it may get every record
help-transfer = Take records to another vault of the same house, or bring them
help-transfer-send = Seal for the other vault what it does not have yet
help-transfer-send-file = File to be written
help-transfer-send-to = Which of the other vaults, if there are several
help-transfer-send-all = Everything, and not only what the other vault has not confirmed
help-transfer-send-after = Example: sigilo transfer send /media/usb/house.transfer
help-transfer-receive = Take what another vault of the house sealed for this one
help-transfer-receive-file = File that was brought
help-transfer-receive-erase = Erase here, too, what the other vault has erased
help-conflicts = Records that both vaults changed, or that one has erased
help-settle = Settle a record that both vaults changed; without options, asks field by field
help-settle-file = JSON file with fields to be put in addition; “-” is standard input
help-settle-keep = Version that stays
help-settle-take = Take this field from this version; may be given several times
help-settle-erase = Erase it here, too
help-settle-no-erase = Keep it although the other vault has erased it
