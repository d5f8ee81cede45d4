# The desk: first steps, configuration, manual pages.
help-arg-plain = No boxes, bars or moving cursor; fit for screen readers
help-config = Shows the settings in force and where each comes from
help-completions = Writes the file with which your shell completes the commands of sigilo
help-completions-shell = bash, zsh, fish or powershell
help-man = Shows the manual page; with a folder, writes those of all commands there
help-man-dir = Folder for the pages, one a command
man-name = NAME
man-synopsis = SYNOPSIS
man-description = DESCRIPTION
man-options = OPTIONS
man-examples = EXAMPLES
man-version = VERSION
man-written =
    { $count ->
        [one] 1 manual page written
       *[other] { $count } manual pages written
    } to { $dir }.
cli-interrupted = Interrupted. What had been stored is stored whole; the rest changed nothing.
cli-binary-to-terminal = That is not written to the terminal, where it stays in sight. Name a file with --to, or send the output to another program.

config-mistake = The configuration { $file } has a mistake in line { $line }: { $what } What can be set: { $keys }.
config-too-large = The configuration { $file } has more than { $max } KiB, which is the most that is read. Is it the right file? Nothing was done.
config-mistake-form = it is not written as “name = value”, or a name is there twice.
config-mistake-key = there is no such name.
config-mistake-flag = the value must be true or false, without quotes.
config-mistake-place = the value must be a folder or a file, in quotes.
config-mistake-lang = the language must be "es" or "en".
config-mistake-idle = the minutes must be a number from 1 to 240.
config-file = Configuration: { $file }
config-file-absent = Configuration: { $file } (not there; the defaults are in force)
config-no-file = none
config-unset = not set
config-from-option = by an option
config-from-environment = by an environment variable
config-from-file = by the file
config-from-default = default

steps-none = There is no vault in this folder.
steps-none-named = There is no vault in { $dir }.
steps-no-keyring = There is a vault in { $dir }, but its keyring is missing. Is it on a USB stick?
steps-locked =
    There is a locked vault in { $dir }: { $entries ->
        [one] 1 entry
       *[other] { $entries } entries
    } in its log.
steps-unreadable = There is a vault in { $dir }, but its file cannot be read.
steps-open = Vault of { $site }, opened with the key “{ $slot }”.
steps-ask-open = To see what is pending, type the passphrase (just Enter: no):
steps-pending = Pending:
steps-nothing-pending = Nothing is pending.
steps-vault-option = Add “--vault { $dir }” to each of these commands. To write it no more: “sigilo config” says in which file to put vault = '{ $whole }'
steps-next = Next steps:
steps-conflicts =
    { $count ->
        [one] 1 record was changed on two computers; somebody has to decide what holds.
       *[other] { $count } records were changed on two computers; somebody has to decide what holds.
    }
steps-due =
    { $count ->
        [one] 1 record is due to be erased.
       *[other] { $count } records are due to be erased.
    }
steps-drafts =
    { $count ->
        [one] 1 interview is not finished.
       *[other] { $count } interviews are not finished.
    }
steps-cosigned-none = Nobody outside has cosigned the log yet.
steps-cosigned-old =
    The last cosignature from outside is { $days ->
        [one] 1 day
       *[other] { $days } days
    } old.
steps-round =
    { $count ->
        [one] 1 round is open.
       *[other] { $count } rounds are open.
    }
steps-rotation = A change of keys was interrupted.
step-demo = see how it works, with invented people
step-init = make a vault
step-vault = open one that exists
step-keyring = say where the keyring is (the USB stick)
step-restore = restore a backup
step-search = look for somebody
step-seal = seal a record: asks for one thing after the other
step-list = see all records
step-check = check that all is sound
step-verify = verify the vault without any key
step-conflicts = see what was changed on two computers
step-due = see what is due to be erased
step-erase-due = erase what is due, one by one
step-cosign = take out the head of the log and have it cosigned
step-round = go on with the round, with the USB stick
step-round-status = see where the round stands
step-coordinator = see where the round stands and who owes what
step-rotate = finish the change of keys
step-recovery = open with the recovery code if the passphrase was lost
step-intake = seal a record (this key does not read what it seals)
step-help = all commands
step-shell = open the desk: search, amend and seal on one screen
step-drafts = go on with an unfinished interview

# The interview
interview-place = Question { $at } of { $of } · { $group }
interview-row-skip = (no answer)
interview-row-unknown = Not known
interview-row-refused = Did not want to say
interview-keys = Enter: go on · arrows: choose · PgUp: question before · Esc: more
interview-keys-several = Space: mark several · Enter: go on · PgUp: question before · Esc: more
interview-keys-list = Arrows: choose · Enter: accept · Esc: back
interview-keys-review = Arrows: choose · Enter: accept, or correct that answer · Esc: back to the questions
interview-menu = What do you want to do?
interview-review = Look before it is stored:
interview-action-seal = Seal the record
interview-action-amend = Store the changes
interview-action-go-on = Go on with the questions
interview-action-review = Look at the answers and finish
interview-action-keep = Keep it unfinished, to go on another day
interview-action-leave = Leave without storing anything
interview-action-leave-amend = Leave without changing anything
interview-plain-help = Enter: go on, no change · ? not known · ! did not want to say · < question before · - empty · . look and finish · + keep unfinished
interview-plain-choose = A letter, or the number of the answer to correct:
interview-plain-choose-again = Type one of the letters, or a number of the list.
interview-drafts =
    { $count ->
        [one] 1 interview is not finished:
       *[other] { $count } interviews are not finished:
    }
interview-draft =
    { $time } · { $kind } · { $answers ->
        [one] 1 answer
       *[other] { $answers } answers
    }
interview-ask-draft = Number of the one to go on with (just Enter: a new one):
interview-ask-draft-again = Type a number of the list, or just Enter.
interview-kept = The interview is kept unfinished, sealed. To go on with it: sigilo seal
interview-kept-intake = The interview is kept unfinished, sealed. This key cannot read what it seals: somebody whose key reads goes on with it, by “sigilo seal”.
interview-nothing-to-keep = There is no answer yet that could be kept.

# The desk
help-shell = The desk: search, read, amend and seal with one passphrase; locks itself when nobody uses it
shell-action-search = Go on searching
shell-action-seal = Seal a new record (interview)
shell-action-list = See all records
shell-action-drafts = Go on with an unfinished interview
shell-action-lock = Lock
shell-action-quit = Quit
shell-found =
    { $records ->
        [0] Nobody like that.
        [one] One record.
       *[other] { $shown } of { $records } records.
    }
shell-no-drafts = There are no unfinished interviews.
shell-drafts = Unfinished interviews
shell-locked = The vault is locked.
shell-locked-asked = Locked.
shell-locked-idle = Locked because nobody was using it.
shell-locked-kept = Locked because nobody was using it, or because it was asked for. The interview is kept unfinished, sealed.
shell-locked-lost = Locked. The unfinished interview could not be kept.
shell-keys-locked = Enter: open · Esc: quit
shell-keys-search = Type to search · arrows and Enter: open · F2: new record · F3: all · F9: lock · Esc: more
shell-keys-record = Arrows: choose · Enter: amend that · Esc: back to the search
shell-keys-input = Enter: go on · Esc: change nothing
shell-record = { $kind } { $id } · version { $version }
shell-add-service = [ Write down a service ]
shell-ask-service = Which kind of service?
shell-ask-service-date = Which day?
shell-ask-service-note = Anything to note? (may stay empty)
shell-ask-reason = Why is it amended? (sealed; may stay empty)
shell-plain-menu =
    1  look for somebody
    2  see all records
    3  open a record
    4  seal a new record
    5  go on with an unfinished interview
    6  lock
    0  quit
shell-plain-choose = Number:
shell-plain-again = Type one of the numbers.
shell-plain-ask-record = Number of the list, beginning of the id, or case number:
shell-plain-ask-field = Number of what is to be amended, + to write down a service, just Enter to go back:
shell-plain-unlock = Press Enter to open it again.
cli-progress-working = Working
cli-progress-match = Looking for pairs
cli-progress-left = { $time } left
cli-progress-read = Reading tokens
help-arg-screen = On a screen of its own: nothing stays in what can be scrolled back to. "show" always does
viewer-keys = Arrow keys, PgUp, PgDn: move · Esc: leave
