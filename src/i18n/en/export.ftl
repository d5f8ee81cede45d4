# Export
help-export = Take records out in clear, in the form of another program; it is logged
help-export-format = htcds (HTCDS 2.0), ctdc (27 variables, anonymous), gbvims, csv or json (our own fields)
help-export-to = New file; “-” is the output, on a screen too
help-export-kind = Only records of this kind: victim, witness or call
help-export-k = With ctdc: how many rows must be alike at least; by default 11
help-export-reason = What for; sealed into the log
help-export-yes = Do not ask
help-export-example = sigilo export --format csv --to house.csv --reason "quarterly report"
export-usage-where = Say where to: --to FILE. On the screen only with --to -.
export-word = export
export-ask = { $count ->
    [one] One record leaves
   *[other] { $count } records leave
} the vault NOT ENCRYPTED, with names and all that they say. To go on, type “{ $word }”:
export-ask-ctdc = Of { $count ->
    [one] one record
   *[other] { $count } records
} rows without names leave. To go on, type “{ $word }”:
export-nothing = There is nothing to export with this key and this kind. See with "sigilo keys list" what your key can read, and with "sigilo list" what there is.
export-done = { $file }: { $rows ->
    [one] one row
   *[other] { $rows } rows
}.
export-care = The file is not encrypted. Give it only to whom it is for, and erase it afterwards; the vault does not protect it any more.
export-lossy = { $count ->
    [one] One record says
   *[other] { $count } records say
} more than a table can hold (forms, several documents). With --format json everything goes out.
export-htcds-births = { $count ->
    [one] One date
   *[other] { $count } dates
} of birth without a full day { $count ->
    [one] does
   *[other] do
} not go out: the standard knows full dates only.
export-htcds-several = { $count ->
    [one] One cell has
   *[other] { $count } cells have
} answers of several forms, parted by “ | ”.
export-gbvims-gaps = What a record does not say in the terms of GBVIMS stays empty, the type of violence above all: somebody who knows the case fills it in.
export-ctdc-rows = { $rows } of { $all } persons go out; of each row there are at least { $k } alike.
export-ctdc-cells = { $cells } of { $all } values are left; the others were left blank so that nobody is alone.
export-ctdc-nothing = There are so few persons that no row can go out without somebody being alone. Nothing was written. Wait until there are more records.
