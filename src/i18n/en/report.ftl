# Report of a round
report-title = Report of the round
report-other = En español
report-lead = { $houses ->
    [one] One house counted
   *[other] { $houses } houses counted together
} the persons that they assist, without showing anybody a record. Here are only numbers of all of them together: none is about a single person.
report-under = fewer than { $count }
report-between = between { $low } and { $high }
report-share = { $value } ({ $low } to { $high })
report-estimate = { $value } ({ $low } to { $high })
report-of = { $part } of { $whole }
report-withheld = not told
report-absent = did not arrive
report-few = < { $count }
report-what = What
report-number = Number

report-key-persons = Persons, each counted once
report-key-local = Persons, as each house counts
report-key-records = Records
report-key-houses = Houses in the result

report-persons = From records to persons
report-persons-text = A person can have several records in one house, and can have been in several houses. Each house first put its own together; then the round found, blind, how many persons are in more than one house.
report-persons-title = Records and persons
report-houses = House by house
report-houses-text = The houses agreed to publish these totals.
report-house = House

report-overlap = In how many houses each person is
report-overlap-text = Each person is counted once, in the row that says in how many houses she or he was assisted. In which ones is never told. The numbers have a little noise on purpose; the interval covers it.
report-overlap-title = Persons by number of houses
report-overlap-none = So few persons are in more than one house that it is not told how many.
report-lists-one = In one house only
report-lists-two = In two houses
report-lists-three = In three houses or more
report-lists-more = In two houses or more
report-groups = By groups of houses
report-groups-text = Groups of three sites or more that were agreed on before counting: persons at several sites of one group.
report-group = Group
report-group-houses = Houses
report-group-lists = At how many of them
report-groups-between = At sites of two or more groups
report-hidden = Those who are in no house
report-hidden-text = From how many persons are in one, two or more houses it can be estimated how many there are in all, also those whom no house knows.
report-hidden-none = With these numbers it cannot be estimated.
report-hidden-title = All persons, also those whom no house knows
report-model = How it was estimated
report-persons-interval = Persons (95 % interval)
report-hidden-limits = It holds only if nobody entered or left the population in that time, if being in one house does not change the chance of being in another, and if all persons have a similar chance. That is hardly ever so: the bound of Chao is the most careful one.

report-counts = Who they are, in numbers
report-counts-text = The sums were made of parts, so that nobody saw an attribute of a person. No number below { $min } is told, nor another from which it would follow. The numbers have a little noise on purpose (epsilon { $epsilon }).
report-counts-none = There are so few persons that no table is published.
report-counts-several = A person can have received services of several kinds: the rows do not add up to the total.
report-counts-invalid = { $count ->
    [one] One contribution was not valid and was left out.
   *[other] { $count } contributions were not valid and were left out.
}
report-crossing = Below each number, its 95 % interval.
report-bars-desc = Horizontal bars, one for each row, with the number at the end and a line from one end of the interval to the other. The table below says the same.

report-quality = How sure these numbers are
report-quality-text = Nobody can look at the records to find out, so it is estimated from the weights of the pairs. Precision: of a hundred pairs that were counted as one person, how many are. Recall: of a hundred pairs that are one person, how many were found. With less precision, too few persons were counted; with less recall, too many.
report-quality-title = Estimated precision and recall
report-quality-desc = Two rows on a scale from 0 to 100 %. The dot is the estimate; the line goes from one end of the 95 % interval to the other. The table below says the same.
report-precision = Precision
report-recall = Recall
report-share-interval = Estimate (95 % interval)

report-weights = How alike the pairs are
report-weights-text = Of each pair of persons that look alike, one key-holder tells one of eight steps, from least to most alike, and nothing else. From one step on they are counted as the same person. The numbers in the picture have noise and are rounded to multiples of { $count }.
report-weights-title = Compared pairs, by step
report-weights-desc = Eight columns, from the least to the most alike, with the number above each. Below them is said which steps count as different persons (empty columns), as possible (hatched) and as the same person (filled). The table below says the same.
report-step = Step
report-band = Counted as
report-pairs = Pairs
report-band-no = different
report-band-possible = possible
report-band-match = the same
report-pairs-title = What became of the pairs
report-candidates = Pairs that could be the same person
report-compared = Of these, compared
report-matches = Counted as the same person
report-possible = Possible, counted as different

report-agreement = What they agree in
report-agreement-text = Of { $pairs } pairs that were counted as the same person, together, the key-holder who compares tells what they agree in. Each number has noise on purpose: a percentage can be off by { $margin ->
    [one] one point
   *[other] { $margin } points
}. Of a single pair nothing is told to anybody.
report-agreement-none = Of fewer than 200 matched pairs it is not told what they agree in: the noise that protects each one would cover the rest.
report-agreement-title = What pairs that were counted as the same person agree in
report-agreement-desc = One bar for each field, parted in four: both say the same (filled), something alike (hatched), something different (dotted), or one lacks it (empty). At the upper right the percentage that says the same. The table below has all of them.
report-field = Field
report-how-same = say the same
report-how-alike = something alike
report-how-different = something different
report-how-unknown = missing in one
report-field-given-names = Given names
report-field-paternal-surname = Paternal surname
report-field-maternal-surname = Maternal surname
report-field-birth-year = Year of birth
report-field-birth-day = Day and month of birth
report-field-state = State or department
report-field-municipality = Municipality
report-field-sex = Sex
report-field-phone = Telephone
report-field-document = Document

report-leakage = How much was let be seen
report-leakage-text = The coordinator sees which nameless rows share a random tag, and nothing else. Nearly always that is because they are the same person; sometimes it is by chance. The fewer meet by chance, the less anybody can learn from the shape of that net. A round that passes the limit is stopped and gives no result.
report-leakage-title = Meetings by chance, per person
report-leakage-desc = Two bars: the meetings by chance of this round and those that the policy expects. A vertical line marks the limit. The table below says the same.
report-per-record = Pairs that could be the same person, per record
report-meetings-found = In this round, estimated
report-meetings-expected = What the policy expects
report-meetings-limit = Limit

report-time = Rounds over time
report-time-text = The rounds of this coordinator, from the oldest to this one. Compare them with care: other houses, or other persons who agreed, may have taken part.
report-time-first = This is the first round of this coordinator.
report-time-title = Persons, each counted once, by round
report-time-desc = One column for each round, with its number above and the month below. The table below says the same and more.
report-time-quality = Estimated quality, and meetings by chance per person
report-decided = Decided
report-houses-short = Houses
report-local-short = As each house counts
report-persons-short = Persons
report-meetings-short = By chance
report-unreadable = { $count ->
    [one] One earlier round is not shown: its signatures can no longer be checked with the cards that are trusted today.
   *[other] { $count } earlier rounds are not shown: their signatures can no longer be checked with the cards that are trusted today.
}

report-how = How it was done
report-how-text = What all parties signed before they began.
report-opens = Opened
report-deadline = Deadline
report-compartments = Records that enter
report-policy = Policy
report-policy-strict = strict
report-policy-standard = standard
report-bits = Bits of rarity per tag
report-tokens = Tags per person
report-expected = Persons expected
report-pairs-most = Pairs per person, at most
report-min-cell = Smallest number that is told
report-quorum = Houses needed
report-holders = Key-holders

report-limits = What this page does not say
report-limit-all = How many victims there are in the country: only how many these houses assisted.
report-limit-consent = Who did not want to: only persons whose consent holds enter.
report-limit-errors = That the numbers are exact: finding the same person blind has errors, and above it is said how large they are.
report-limit-one = Anything about one person, one pair, or two houses together.

report-check = How to check it
report-check-text = These numbers are from “result.note”, which the coordinator signed and which every house and every key-holder received. Whoever has its card can check the signature with “sigilo round next”.
report-round = Round
report-note = Note of the round (SHA-256)
