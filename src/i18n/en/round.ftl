# round

round-role-site = shelter or hotline
round-role-coordinator = coordinator
round-role-holder = key-holder
round-role-auditor = auditor
round-kind-welcome = welcome
round-kind-blinded = blinded request
round-kind-evaluated = evaluated reply
round-kind-tokens = token file
round-kind-pairs-ask = list of pairs
round-kind-pairs-weights = list of weights
round-kind-withdrawn = list of persons who left
round-kind-head = head of a chain
round-kind-head-answer = cosignature of a head
round-kind-counts-ask = list of what is counted
round-kind-counts-reply = sums of the counts
round-kind-notice = list of requests about persons
round-kind-consent = answers to requests
round-kind-introduction = introductions
round-receipt-received = received
round-receipt-accepted = accepted
round-receipt-refused = refused
round-form = Line { $line } is not valid; “{ $field }” was expected. Ask for the file again.
round-content = The content of the file is not valid. Ask for the file again.
round-crypto = A key is not valid, or the system gave no random numbers. Try again; if it happens once more, ask for the file anew.
round-not-an-envelope = This file is not one of a sigilo round, or it is damaged. Copy it again or ask for it anew.
round-not-for-you = This file is for another party. It is not to be opened here: carry it on.
round-damaged = The file is damaged or incomplete. Copy it or ask for it again.
round-too-large = The file is larger than allowed. Is it the right file? Ask for it again.
round-io = The file could not be read or written. If it is on a USB stick, take it out, put it in again and try once more.
round-wrong-kind = The file is of another kind: it is a { $found }, a { $expected } was expected. Name the other file.
round-wrong-round = The file belongs to another round. Take the folder of this round, or leave that file out.
round-wrong-sender = The file is not from { $name }. Do not use it; ask whoever brought it.
round-card-name = That name cannot be on a card: use letters, digits and usual signs, without < > = + or angle quotes, and at most 96 bytes. Give another one with --name.
round-signature = The signature of { $name } is not valid: the file was changed or is not theirs. Do not use it; ask for it again in person.
round-not-pinned = No card is pinned for { $name }. Check it in person or by telephone and pin it with “sigilo trust”.
round-wrong-role = { $name } does not have the role of { $role }.
round-other-card-pinned = Another card of { $name } is pinned. Check in person which one holds before you change it.
round-unsigned = The signature of { $name } is missing. Take the note there first.
round-not-in-round = { $name } does not take part in this round. If it should take part, ask the coordinator about the next one.
round-wrong-draft = The file is about another draft of the round. Ask the coordinator which one holds.
round-wrong-join = The note does not contain the join that was made here. It is not signed. Ask the coordinator and tell the other key-holders.
round-joins = The joins of the key-holders are not complete. Wait until each has brought its own.
round-possession = { $name } has not shown that it knows its key. Ask for its join again.
round-keys = The keys of the key-holders do not fit together. Open another round, with new keys, and tell the key-holders.
round-second-note = Another note of the same round was accepted before. Tell the key-holders.
round-selectivity = The draft asks for { $found } thousandths of a bit, the minimum here is { $minimum }. Ask the coordinator for another draft with more bits; the minimum here is set by “sigilo keyholder policy --bits-min”.
round-late = The deadline of the round has passed: { $time }. Nothing more is taken; what is missing enters the next one.
round-quota = There are { $asked } persons, the quota is { $quota }. The key-holder sets the limit with “sigilo keyholder policy --quota-max”; agree on it with the coordinator.
round-numbers = The file does not have the numbers that the round's note fixes. Ask whoever made the file for it again.
round-commitment = The share of { $name } is not the one that it committed to. Tell the other key-holders; nothing goes on with it.
round-reply = The reply of { $name } is missing, or is there twice. Ask that key-holder for one.
round-other-request = The reply of { $name } answers another request. Ask for the one that answers yours.
round-element = Element { $place } of { $name } is not valid. Ask for the file again.
round-proof = The proof of { $name } is not valid: it did not use the key of this round. Tell them.
round-repeated = A tag or a handle is repeated in the file. Ask whoever made the file for it again.
round-pair = Pair { $place } may not be compared. Tell the coordinator: its list is not what it should be.
round-budget = Pair { $place } is over the budget of comparisons of its person. Tell the coordinator: its list is not what it should be.

# Parties and their steps
party-file = { $name }: { $what }
party-no-card = This vault has no card yet. Make it with “sigilo card”.
party-has-card = This vault has a card already. Hand it out with “sigilo card”.
party-other-role = This vault is that of a { $found }; a { $expected } is needed. Name the other one with --vault.
party-no-such-party = No single card fits “{ $name }”. See the cards with “sigilo trust”.
party-no-round = There is no round here that can go on with this folder. Is it the right stick? “sigilo round status” shows the rounds of this vault.
party-several-rounds = Several rounds are open. Put the round's note into the folder.
party-closed = The round is closed here; its secrets are erased. Nothing is left to do; the next round begins with another note.
party-plan = The parameters of the round do not fit together: { $field }.
party-second-draft = Another draft of this round was joined before. It is refused. Ask the coordinator which one holds; another draft needs another round.
party-second-request = Another request of { $name } was answered before in this round. It is refused. Ask the site: if it lost the first one, it leaves this round.
party-second-file = Another file of { $name } was taken before in this round. It is refused. Ask the site: what it sent the first time is what counts.
party-second-ask = Another list of pairs was answered before in this round. It is refused. Tell the other key-holders.
party-points = { $name } asks for { $asked } evaluations; { $left } are left this year. Ask the site why it asks for so many. If there is a good reason: sigilo keyholder policy --points N.
party-growth = { $name } brings { $asked } persons, but its log can have { $allowed } by now. Ask the site, by telephone, why it grew so fast. If there is a good reason: sigilo keyholder policy --growth N.
party-probing = The file of { $name } looks as if somebody was searched for in it: { $persons } of its persons meet one person elsewhere together, one of them is alike to several who are not alike, or the site’s own program found too many of one name with different dates of birth. Nobody in it, and nobody it seems to search for, is introduced in this round. Talk to the holders and to the site before you open another round.
party-restored-limits = This store was restored from a copy, and what it gave out since the copy is not known. Nothing is evaluated until you set the limits again: sigilo keyholder policy --points N.
party-quorum =
    { $present ->
        [one] One site is there
       *[other] { $present } sites are there
    }; the round needs { $quorum }. “sigilo coordinator status” says who is missing; wait for their files.
party-owed = Files are missing from: { $names }. To go on without them, name them with --without.
party-tables = The round was made for other tables or another model than this version has. Use the same version everywhere.
party-candidates = Line { $line } of the file of candidates is not a pair of persons of different sites who share a tag, or is there twice. Make the file again from the exported tags of this round and the same sites.
party-exported = The tags are in { $dir }. A tag of more than { $most } persons makes no pairs.
party-dense = Persons meet others by chance { $found } times each; the policy allows { $limit }. The round stops; open another with more bits.
party-stored = A stored file of this round is lost or was changed. The round cannot go on here. Tell the coordinator and leave it with “sigilo round leave”.
party-not-asked = The comparer has not been asked yet. First do “sigilo coordinator match”.
party-matched = The pairs were asked for, or the token file was made: that can no longer be changed. Go on with “sigilo round next”; other sites enter another round.
party-not-taking-part = The record does not take part in an open round. There is nothing to withdraw; “sigilo round status” shows the rounds.
party-wrote = written: { $file }
party-unchanged = there already: { $file }
party-nothing-new = Nothing new; all that is due from here is in the folder.
party-took = taken: { $file }
party-joined = Joined the round.
party-cosigned = The note of the round is signed.
party-published = The note of the round is ready; the key-holders sign it now.
party-evaluated =
    Evaluated for { $name }: { $persons ->
        [one] 1 person
       *[other] { $persons } persons
    }, dummies included.
party-blinded =
    In the round: { $records ->
        [one] 1 record
       *[other] { $records } records
    } of { $persons ->
        [one] 1 person
       *[other] { $persons } persons
    }; left out, { $out } without valid consent or in other compartments. Too little on record to be found: { $bare }.
party-bare-name = Record { $record }: there is no name by which to find the person in other houses. Add a name or surname if one is known.
party-bare-only-names = Record { $record }: there are only names. To find the person in other houses, the date or year of birth, the place or the country is needed.
party-bare-individual = Record { $record }: given name and date of birth are missing; without one of them the person would be confused with the family.
party-bare-common = Record { $record }: what is on record is too common to find the person without confusing it with others. More details (second surname, full date, municipality) help.
party-namesakes =
    { $persons } persons have the same names and place and different dates of birth, more than chance explains: records { $records }. If they are one person, link them before the next round (“sigilo duplicates”). If somebody entered them to find out where she is, “sigilo log show --record ID” says who sealed each. The coordinator is told that these rows look so; they are counted, and none of them is introduced in this round.
party-tokens =
    { $persons ->
        [one] 1 person takes
       *[other] { $persons } persons take
    } part in the token file; { $dropped } left since the request. Hidden by others of the same house: { $crowded }.
party-asked = { $candidates } candidate pairs, { $asked } of them are compared. Tags that too many have: { $frequent }.
party-compared = { $pairs } pairs compared; { $unreadable } could not be opened.
party-decided = { $records } records, { $local } persons counted by each house for itself, { $persons } persons without duplicates.
party-round-closed = The round is closed here; its secrets are erased.
party-withdrawn = The person no longer takes part in the round.
party-requests = { $open ->
    [0] A list of requests came; none waits for a person’s word.
    [one] A list of requests came. One waits for the person’s word, before { $day }: see it with “sigilo notice list”.
   *[other] A list of requests came. { $open } wait for the person’s word, before { $day }: see them with “sigilo notice list”.
}
party-answered = The answers leave with the stick. Everything ends on { $day }: before, nothing is known, and from outside all look alike.
party-introduced = Another house knows the person of record { $record }, and both said yes: { $house }. Details: “sigilo notice show”.
party-no-contact = { $count ->
    [one] One request was closed without contact. That does not say whether another house knows the person.
   *[other] { $count } requests were closed without contact. That does not say whether another house knows the persons.
}
party-next-day = The next step is due on { $day }.
party-waits-for = waiting for: { $file }
party-waits-until = After { $time }, or before if you wish: go on without them with “sigilo coordinator match --without”.
party-refused = refused: { $file }: { $why }
party-ask-name = Name of the institution:
party-needs-name = Give the name with --name.
party-init-done = The folder of { $name } is ready.
party-card = { $name } · { $role }
party-card-written = Card: { $file }. Hand it over in person, or compare the eight words over the telephone.
party-name-fixed = The name on the card cannot be changed: others have pinned it. Use “sigilo card” without --name.
party-other-fingerprint = The words are not the fingerprint of this card of { $name }. It is not trusted: ask for the card again, in person.
party-no-cards = There is no such card in the folder. Put the files that end in .card there, or name one by its file.
party-cards-none-taken =
    { $count ->
        [one] Nothing was taken from the folder: one card in it cannot be trusted. Ask whose it is for another, in person, or take the file out; then repeat the command.
       *[other] Nothing was taken from the folder: { $count } cards in it cannot be trusted. Ask whose they are for others, in person, or take the files out; then repeat the command.
    }
party-cards-left-out = Not trusted: { $names }. Their words were not confirmed: ask for these cards again, in person. The other cards of the folder are trusted.
party-card-not-confirmed = Not trusted: the words were not confirmed. Ask for the card again, in person.
party-card-two = it has the vault or a key of { $other }, and only one of the two can hold. Ask { $name } in person which, and take the other out of the folder.
party-ask-trust = Do the eight words agree with those that { $name } has told you? (y/n)
party-trusted = The card of { $name } is trusted.
party-trusted-already = The card of { $name } was trusted already.
party-ask-distrust = Trust the card of { $name } no longer? (y/n)
party-distrusted = The card of { $name } is trusted no longer.
party-ask-close = The secrets of the round are erased for ever. Go on? (y/n)
party-usage-bits = Bits are a number between 1 and 128.
party-usage-quota = A quota is a number behind the name: “Casa Alba=512”.
party-usage-report = Say where the report goes: the folder of the round, or a file with --to. With --json the figures are printed.
party-usage-round = A round is named by its 32 signs (0 to 9, a to f). See them with "sigilo round status".
party-limits = Largest quota of a site: { $quota } persons. Least bits of a token: { $bits }. Evaluations for one site in a year: { $points }. Entries by which a site's log may grow in a day: { $growth }. Epsilon in a year: { $epsilon }.
party-state-drafted = drafted; waiting for key-holders
party-state-published = published; waiting for signatures
party-state-agreed = open
party-state-asked = pairs are with the comparer
party-state-decided = decided
party-state-closed = closed
party-state-joined = joined
party-state-taking-part = taking part
party-status-round = { $purpose } · until { $until } · { $state }
party-status-unsigned = Not signed yet: { $names }
party-status-present = Token files: { $names }
party-status-missing = Missing: { $names }
party-status-quorum = Sites needed: { $quorum }
party-result = { $records } records; { $local } persons counted by each house for itself; { $persons } persons without duplicates.
party-result-pairs = { $candidates } candidate pairs, { $compared } compared, { $matches } matches, { $possible } possible. Estimated precision { $precision } %, recall { $recall } %.
party-result-absent = { $name } did not take part.
party-result-site = { $name }: { $records } records, { $persons } persons

help-card = Write your card, with which others know you
help-card-folder = Folder for the card; the current one unless said
help-card-name = Name on the card, the first time; the name of the house unless said
help-card-svg = Write the QR code as a picture, too
help-trust = Trust the card of another party, or list those that are trusted
help-trust-file = Card of the other party, or a folder with cards
help-trust-fingerprint = The eight words that the other party has told you
help-trust-remove = Trust this party no longer
help-round = Take part in rounds of blind counting
help-round-next = Take from a folder what is there for you, and write what is due
help-round-next-folder = Folder or USB stick with the files of the round
help-round-status = Where the rounds stand
help-round-withdraw = Take the person of a record out of the open rounds
help-round-leave = Leave a round: erase its secrets
help-arg-round = The round, if there are several: its 32 signs (0 to 9, a to f), as "round status" shows them
help-arg-folder = Folder or USB stick with the files of the round
help-arg-name = Name on the card
help-arg-slot-name = What to call your key in the log; “direction” unless said
help-coordinator = The coordinator's work
help-coordinator-init = Make the folder of a coordinator
help-coordinator-open = Open a round: write its draft
help-coordinator-open-purpose = What the round is for
help-coordinator-open-until = Last day for the files of the sites
help-coordinator-open-expected = Persons expected in the whole round
help-coordinator-open-policy = strict (unless said) or standard
help-coordinator-open-site = Site that takes part, all that are trusted unless said; “NAME=512” gives it a quota of its own
help-coordinator-open-holder = Key-holder that takes part, all that are trusted unless said
help-coordinator-open-comparer = Key-holder that compares; the first unless said
help-coordinator-open-quota = Most persons of a site, dummies included; 4096 unless said
help-coordinator-open-pairs = Most pairs that are compared for one person; 8 unless said
help-coordinator-open-quorum = Sites that must take part; more than half unless said
help-coordinator-open-bits = Bits that every token tells, instead of what the policy gives
help-coordinator-open-compartment = Compartments whose records enter; victim unless said
help-coordinator-open-site-totals = Publish totals of single sites; everybody sees that before taking part
help-coordinator-open-min-cell = Smallest number that is published in a table; 10 unless said
help-coordinator-publish = Take the key-holders' joins and publish the round
help-coordinator-status = Where every round stands and who owes what
help-coordinator-match = Look for candidate pairs and ask the comparer about them
help-coordinator-match-without = Go on without this site
help-coordinator-match-candidates = Pairs that another program found in what “coordinator export” gave (CSV); each is checked
help-coordinator-export = Write the tags as Parquet, to look for pairs on several machines
help-coordinator-export-dir = A new folder
help-coordinator-export-without = Go on without this site
help-coordinator-decide = Take the comparer's answer and write the result
help-coordinator-report = Write the report of a round: a page to read or to print
help-coordinator-report-folder = Folder or USB stick of the round; the page is called report.html
help-coordinator-report-to = Write the page into this file; “-” is the output
help-coordinator-report-round = The round; by default that of the folder, or the one decided last
help-coordinator-close = Close a round: erase its secrets and the token files
help-keyholder = A key-holder's work
help-keyholder-init = Make the folder of a key-holder
help-keyholder-policy = Show or change your own limits
help-keyholder-join = Join the round whose draft is in the folder
help-keyholder-cosign = Sign the note of the round and welcome the sites
help-keyholder-evaluate = Evaluate the sites' requests
help-keyholder-compare = Compare the pairs that the coordinator asks about
help-keyholder-close = Close a round: erase your key of it
help-arg-quota-max = Largest quota of a site in a round, in persons with dummies
help-arg-bits-min = Least bits that a token must tell
help-arg-points = Most evaluations for one site in a calendar year
help-arg-growth = Entries by which a site's log may grow in a day
party-head-cosigned = The head of the chain of { $name } was cosigned.
party-head-returned = { $name } cosigned your chain: { $size } entries.
party-head-refused = The head of the chain of { $name } was not cosigned: { $reason } The refusal, which anybody can check, is in { $file }. Tell whoever audits.
party-own-head-refused = { $name } refused to cosign the chain of this house: { $reason } If an old copy of the vault was put back, talk to { $name } before you go on.
party-other-log = The head is not of the chain that the card of { $name } names. After a restore, the house asks for the cosignature with "sigilo audit cosign".

notice-error-no-such-request = There is no open request with this beginning, or more than one. “sigilo notice list” shows those that wait.
notice-error-sent = The answer has left and is not changed. If the person no longer wants it, withdraw her from the round with “sigilo round withdraw” and carry the stick before the closing day.
notice-error-late = This request could be answered before { $day }. It will be closed without contact, as all that are not answered.
notice-error-early = This file is not opened before { $day }. Bring the stick again on that day or later.
notice-error-second-batch = Another list of the same batch was taken before. The coordinator cannot change it: tell the auditor.
notice-error-no-house = There is no house that could be told: you have no card of another house of this round, or all were left out. Exchange cards in person with “sigilo card” and “sigilo trust”.
notice-error-too-many-houses = At most { $most } houses can be told. Name those that the person accepts with “--only”.
notice-error-contact = The contact line is too long or has signs that are not allowed: use letters, digits and plain punctuation, up to 200 bytes.
notice-error-open = Requests of this round are open until { $day }. Close the round after the introductions are delivered.

# Requests about persons

notice-none = No request has come.
notice-status-open = waits for her word
notice-status-yes = said yes
notice-status-no = said no
notice-status-unanswered = not answered
notice-status-closed = closed without contact
notice-status-introduced = introduced
notice-about = Request { $id } · record { $record } · { $name } · { $status }
notice-ask =
    Ask the person, alone and without haste:

      “If another house of the network knows you, do you want both houses to know, so that they can agree on how
      to support you? You can say no, and nothing changes here. You can say yes, but not to certain houses.”

    This request does not mean that anybody knows her: who is asked is drawn by lot, and mostly there is nobody.
    Do not say that she “was found”. If there is anyone she fears, ask with which houses not.

    Could be told: { $houses }

    Note it before { $day }:
      sigilo notice answer --yes --asked-by YOUR-NAME [--except HOUSE] [--contact TEXT]
      sigilo notice answer --no --asked-by YOUR-NAME
    No answer counts as “no”. Everything ends on { $ends }.
notice-no-houses = none yet (cards have to be exchanged in person)
notice-said-yes = Said yes; asked by { $who }, { $day }. Could be told: { $houses }
notice-said-no = Said no; asked by { $who }, { $day }.
notice-left = The answer has left. Everything ends on { $ends }; before, nothing is known.
notice-closed = Closed without contact on { $day }. That does not say whether another house knows her: requests about nobody, a “no” and those that nobody answered end like this too.
notice-meeting = { $house } knows the person: { $sex }, born in { $year }, { $country }, initials { $given } { $surname }.
notice-contact = Contact: { $contact }
notice-introduced-advice = Make sure with the other house, by voice, that it is the same person before you say more. A record is sent only with her consent: “sigilo refer”.
notice-sex-f = woman
notice-sex-m = man
notice-sex-x = another sex
notice-unknown = sex not on record
notice-answered-yes = Noted: yes, request { $id }. Could be told: { $houses }. Before { $day } she may change her mind.
notice-answered-no = Noted: no, request { $id }. Before { $day } she may change her mind.
notice-answered-advice = It leaves with the next visit: “sigilo round next”.
notice-usage-asked-by = Say with --asked-by who asked the person.

help-notice = Requests: asking the person whether another house may know
help-notice-list = See where each of them stands
help-notice-show = See one, with what to ask
help-notice-answer = Note what the person said
help-notice-answer-yes = The person wants it
help-notice-answer-no = The person does not want it
help-notice-answer-asked-by = Who asked her
help-notice-answer-except = House that is not told; may be repeated
help-notice-answer-only = House that is told, and no other; may be repeated
help-notice-answer-contact = How the other house gets in touch, in one line
help-arg-notice = Beginning of the id of the request; without it, the only one that waits
help-coordinator-open-notices = statistics (unless said): sites get the result only; mediated: requests and introductions
help-coordinator-open-notice-requests = Requests of each site in a batch; 4 unless said
help-coordinator-open-notice-batches = Number of batches; 3 unless said
help-coordinator-open-notice-delay = Days between batches; 7 unless said
help-coordinator-open-notice-band = Expected precision of what is introduced, in thousandths; 990 unless said
