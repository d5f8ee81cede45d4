# What help says of each command beside its texts: examples and names of values.
help-examples = Examples:
help-common-options = Options of all commands
help-options-word = OPTIONS
help-value-dir = DIR
help-value-file = FILE
help-value-files = FILES
help-value-name = NAME
help-value-names = NAMES
help-value-text = TEXT
help-value-date = DATE
help-value-days = DAYS
help-value-key = KEY
help-value-place = PLACE
help-value-purpose = PURPOSE
help-value-words = WORDS
help-value-field = FIELD
help-value-field-n = FIELD=N
help-value-folder = FOLDER
help-value-from = BACKUP
help-value-record = RECORD
help-value-slot = SLOT
help-value-first = FIRST
help-value-second = SECOND
help-value-entries = ENTRIES
help-value-old = OLD
help-value-new = NEW
help-value-source = SOURCE
help-value-referral = REFERRAL
help-value-lang = LANG
help-value-kind = KIND
help-value-rights = RIGHTS
help-value-two = ACTS
help-value-policy = POLICY
help-value-shell = SHELL
help-value-age = RECIPIENT
help-value-house = HOUSE
help-value-notice = NOTICE
help-value-id = ID
help-value-hex = HEX
help-sigilo-example =
    sigilo
    sigilo --vault house init --site "Hope House"
    sigilo --vault house seal
    sigilo --vault house search rosa meza
help-sigilo-more =
    How a command ends, for programs: 0 done · 1 failed · 2 wrongly written · 3 there is no such thing · 4 wrong key · 5 something was altered or is damaged · 6 not allowed by the key, by the house or by a limit · 130 interrupted.

    Variables: SIGILO_VAULT, SIGILO_KEYRING, SIGILO_LANG, SIGILO_PLAIN, SIGILO_QUIET and SIGILO_SCREEN stand for the option of the same name; SIGILO_CONFIG, file of settings; SIGILO_PASSPHRASE_FILE or SIGILO_PASSPHRASE_COMMAND, where the passphrase comes from; with NEW_ or SECOND_ before PASSPHRASE, the new one or that of the second person; NO_COLOR, no bold letters.
help-init-example = sigilo init --vault house --site "Hope House"
help-seal-example =
    sigilo seal
    sigilo seal --kind witness
    sigilo seal record.json
help-import-example =
    sigilo import --dry-run records.csv
    sigilo import records.csv
    sigilo import --propose-map map.toml cases.xlsx
    sigilo import --map map.toml --dry-run cases.xlsx
help-list-example =
    sigilo list
    sigilo list --due
help-show-example =
    sigilo show EXP-7
    sigilo show EXP-7 --version 1
help-search-example =
    sigilo search
    sigilo search rosa meza
help-amend-example =
    sigilo amend EXP-7 --reason "gave her telephone"
    sigilo amend EXP-7 changes.json
help-link-example = sigilo link EXP-1 EXP-3 --reason "same date and same mother"
help-unlink-example = sigilo unlink EXP-1 EXP-3 --reason "they are sisters"
help-duplicates-example =
    sigilo duplicates
    sigilo duplicates --threshold 0.7
help-erase-example =
    sigilo erase EXP-2 --reason "at her request"
    sigilo erase --due
help-hold-set-example = sigilo hold set EXP-7 --reason "trial under way"
help-hold-lift-example = sigilo hold lift EXP-7 --reason "final judgment"
help-hold-list-example = sigilo hold list
help-retain-example =
    sigilo retain EXP-7 --until 2031-12-31
    sigilo retain EXP-7 --always
help-keys-list-example = sigilo keys list
help-keys-passphrase-example =
    sigilo keys passphrase
    sigilo keys passphrase --recovery
help-keys-add-example =
    sigilo keys add --name "Social work"
    sigilo keys add --name "Lawyer" --rights read,log --to-file lawyer.key
help-keys-intake-example = sigilo keys intake --name "Reception" --to-file reception.key
help-keys-recovery-example = sigilo keys recovery
help-keys-remove-example = sigilo keys remove 4f21 --rotate
help-keys-rotate-example = sigilo keys rotate --reason "a USB stick was lost"
help-keys-identity-example = sigilo keys identity backup.identity
help-keys-shares-example =
    sigilo keys shares --of 3 --need 2
    sigilo keys shares --of 3 --need 2 --to /media/usb/shares
help-keys-drill-example =
    sigilo keys drill --recovery
    sigilo keys drill --shares - --record
help-keys-change-example =
    sigilo keys change 4f21 --rights seal,read
    sigilo keys change 4f21 --compartments victim
help-keys-compartment-example = sigilo keys compartment "protected witnesses" --two
help-keys-policy-example =
    sigilo keys policy
    sigilo keys policy --two export,opening --alone 50
help-keys-panic-example = sigilo keys panic
help-keys-duress-set-example = sigilo keys duress set
help-keys-duress-remove-example = sigilo keys duress remove
help-check-example =
    sigilo check
    sigilo check --repair rescued
help-evidence-add-example = sigilo evidence add EXP-7 contract.pdf
help-evidence-list-example =
    sigilo evidence list
    sigilo evidence list EXP-7
help-evidence-show-example = sigilo evidence show 7b3c
help-evidence-extract-example = sigilo evidence extract 7b3c --to contract.pdf
help-evidence-export-example = sigilo evidence export 7b3c --to court
help-evidence-hand-over-example = sigilo evidence hand-over 7b3c --receiver "Prosecutor 3" --to handover
help-evidence-receive-example = sigilo evidence receive handover --to receipt.txt
help-evidence-receipt-example = sigilo evidence receipt 7b3c receipt.txt
help-backup-example =
    sigilo backup --to /media/usb --recipient age1…
    sigilo backup --check /media/usb
help-restore-example = sigilo restore /media/usb --vault house --identity backup.identity
help-log-show-example =
    sigilo log show
    sigilo log show --record EXP-7
help-log-checkpoint-example =
    sigilo log checkpoint
    sigilo log checkpoint --import cosigned.txt
help-log-open-example = sigilo log open 12 --out act-12.tlog-proof
help-audit-verify-example =
    sigilo audit verify house
    sigilo audit verify house --head head.txt
help-audit-consistency-example = sigilo audit consistency march.txt june.txt --from house
help-audit-inclusion-example =
    sigilo audit inclusion act-12.tlog-proof
    sigilo audit inclusion --record EXP-7 --out exp-7.tlog-proof
help-audit-cosign-example = sigilo audit cosign house --signer auditor.key --out cosigned.txt
help-audit-export-example = sigilo audit export bundle --vault house
help-audit-keygen-example = sigilo audit keygen --name auditor.example.org --to-file auditor.key
help-audit-refusal-example = sigilo audit refusal refusal.txt --key sigilo/…
help-audit-court-example = sigilo audit court court
help-demo-example = sigilo demo
help-evaluate-example =
    sigilo evaluate data
    sigilo evaluate data --report report.html
help-shell-example =
    sigilo shell
    sigilo shell --plain
help-config-example = sigilo config
help-completions-example =
    sigilo completions bash
    sigilo completions powershell
help-man-example =
    sigilo man
    sigilo man ~/.local/share/man/man1
help-card-example = sigilo card /media/usb
help-trust-example =
    sigilo trust
    sigilo trust ombudsman.card --fingerprint "baba sono …"
help-round-next-example = sigilo round next /media/usb
help-round-status-example = sigilo round status
help-round-withdraw-example = sigilo round withdraw EXP-7
help-round-leave-example = sigilo round leave
help-notice-list-example = sigilo notice list
help-notice-show-example =
    sigilo notice show
    sigilo notice show 4f21
help-notice-answer-example =
    sigilo notice answer 4f21 --yes --asked-by "Luz Pérez"
    sigilo notice answer 4f21 --no --asked-by "Luz Pérez"
help-coordinator-init-example = sigilo coordinator init --vault coordinator --name "Commission"
help-coordinator-open-example = sigilo coordinator open /media/usb --purpose "First quarter" --until 2027-04-30 --expected 2000
help-coordinator-publish-example = sigilo coordinator publish /media/usb
help-coordinator-status-example = sigilo coordinator status
help-coordinator-match-example =
    sigilo coordinator match /media/usb
    sigilo coordinator match /media/usb --without "Casa Alba"
help-coordinator-report-example = sigilo coordinator report --to report.html
help-coordinator-export-example = sigilo coordinator export /media/usb tags
help-coordinator-counts-example = sigilo coordinator counts /media/usb
help-coordinator-decide-example = sigilo coordinator decide /media/usb
help-coordinator-close-example = sigilo coordinator close
help-keyholder-init-example = sigilo keyholder init --vault holder --name "Ombudsman"
help-keyholder-policy-example =
    sigilo keyholder policy
    sigilo keyholder policy --quota-max 4096
help-keyholder-join-example = sigilo keyholder join /media/usb
help-keyholder-cosign-example = sigilo keyholder cosign /media/usb
help-keyholder-evaluate-example = sigilo keyholder evaluate /media/usb
help-keyholder-compare-example = sigilo keyholder compare /media/usb
help-keyholder-tally-example = sigilo keyholder tally /media/usb
help-keyholder-close-example = sigilo keyholder close
help-transfer-send-example = sigilo transfer send /media/usb/house.transfer
help-transfer-receive-example = sigilo transfer receive /media/usb/house.transfer
help-conflicts-example = sigilo conflicts
help-settle-example =
    sigilo settle 4f21 --keep 2
    sigilo settle 4f21 --take phone=3
help-refer-example = sigilo refer EXP-7 /media/usb --to "Casa Alba" --fields name,contact
help-referral-list-example = sigilo referral list
help-referral-next-example = sigilo referral next /media/usb
help-referral-show-example = sigilo referral show
help-referral-accept-example = sigilo referral accept
help-referral-refuse-example = sigilo referral refuse --reason "no room"
help-referral-revoke-example = sigilo referral revoke --reason "no longer wants to go"
# Values, as a mistake names them; both are understood.
help-choice-victim = victim
help-choice-witness = witness
help-choice-call = call
help-choice-seal = seal
help-choice-read = read
help-choice-export = export
help-choice-manage = manage
help-choice-log = log
