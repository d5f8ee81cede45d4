# Tables of other houses

# Places of a sheet
record-at-sheet-cell = cell { $cell } “{ $header }”: { $what }
record-at-sheet-row = row { $row }: { $what }
record-at-sheet-column = column { $column } “{ $header }”: { $what }
record-sheet = “{ $name }”
record-sheets-and = { $before }, { $next }
record-no-sheet = none

# Mistakes of a cell
record-fault-scientific = the spreadsheet kept the number as 1.23E+10 and lost digits; give the column the format of text and write the number again
record-fault-sheet-error = the cell holds an error of the spreadsheet (#N/A, #REF!, …); correct it or empty the cell
record-fault-no-result = the formula has no stored result; open the workbook in its program, save it and try again

# Warnings
record-note-header-below = the headers stand on line { $line }; what is above them is not imported
record-note-header-again = repeats the headers; not imported
record-note-export = known as an export of { $name }
record-note-columns-left =
    { $count ->
        [one] one column of the export has no place in a record and is not imported
       *[other] { $count } columns of the export have no place in a record and are not imported
    }
record-note-no-such-column = the map names the column “{ $header }”, which the file does not have
record-note-name-split = the whole name is taken apart into given names, first and second surname; look it over
record-note-beyond-header = something stands beside the columns that have a header; not imported
record-note-serial-date = a number without the format of a date; read as the day that the spreadsheet counts with it
record-note-digits-lost = a number of more than 15 digits; spreadsheets lose the last ones: check them, and give the column the format of text
record-note-zero-restored = the zero in front that the spreadsheet dropped is put back
record-note-formulas =
    { $count ->
        [one] one cell holds a formula; the last result that the spreadsheet stored is taken
       *[other] { $count } cells hold formulas; the last results that the spreadsheet stored are taken
    }
record-note-merged =
    { $count ->
        [one] the cells { $first } are merged; only the first has the value, the others are read as empty
       *[other] there are { $count } groups of merged cells, the first { $first }; only the first cell of each has the value, the others are read as empty
    }
record-note-other-sheets =
    { $count ->
        [0] reading the sheet “{ $sheet }”
       *[other] reading the sheet “{ $sheet }” and not { $others }
    }{ $hidden-count ->
        [0] {""}
       *[other] ; hidden sheets that are not read: { $hidden }
    }. To read another: --sheet NAME

# The file
record-file-old-spreadsheet = The file is a workbook of before 2007 (.xls) or has a password; open it and save it as .xlsx without a password, or as CSV UTF-8.
record-file-protected = The workbook is protected; open it and save it as .xlsx without a password.
record-file-open-document = The file is a LibreOffice workbook (.ods); open it and save it as .xlsx or as CSV UTF-8.
record-file-damaged = The workbook is damaged or incomplete; open it in its program and save it again as .xlsx. Nothing of it was read.
record-file-inflates = The workbook is too large when it is unpacked, or made to use up the memory; if it is yours, save the sheet as CSV UTF-8. Nothing of it was read.
record-file-several-sheets = Several sheets have headers that are known: { $names }. Say which one with --sheet NAME.{ $hidden-count ->
        [0] {""}
       *[other] {" "}Hidden sheets: { $hidden }.
    }
record-file-no-header-in-sheets = No sheet has headers that are known: { $names }. Write headers such as local_id, given_names, paternal_surname, or ask for a map with --propose-map.{ $hidden-count ->
        [0] {""}
       *[other] {" "}Hidden sheets: { $hidden }; they are read with --sheet NAME.
    }
record-file-no-such-sheet = There is no sheet of that name. Sheets: { $names }.{ $hidden-count ->
        [0] {""}
       *[other] {" "}Hidden: { $hidden }.
    }
record-file-too-many-rows = The file has more than { $max } rows; divide it.
record-file-too-many-cells = The sheet has more than { $max } cells; divide it.

# Maps
record-map-too-large = The map has more than { $kib } KiB. That is the most that is read; is it the right file?
record-map-syntax = line { $line }, column { $column }: the map is not well-formed TOML. Correct it there.
record-map-version = The map does not say version = 1. Write that line at its beginning.
record-map-key = The map cannot have “{ $name }”; it can have sheet, only, columns, values, dates and constants.
record-map-key-nearest = The map cannot have “{ $name }”; is it “{ $nearest }”?
record-map-field = The map names the field “{ $name }”, which does not exist. The fields are in the manual under “Record”.
record-map-field-nearest = The map names the field “{ $name }”, which does not exist; is it “{ $nearest }”?
record-map-type = The value of “{ $key }” in the map is of another kind; nearly all are texts in quotes.
record-map-date = The form of a date of “{ $key }” in the map is not known; accepted: { $allowed }
record-map-value = The map gives { $field } a value that it cannot have: { $what }
record-map-twice = The map names the column “{ $name }” twice. Leave one of the two lines.

# A proposed map
import-propose-head =
    Map of columns for “sigilo import --map”. Look over every line and correct what needs it:
    on the left the header of the table, on the right the field of the record ("" to leave it out).
    The fields are in the manual under “Record”. Try it with --dry-run before anything is stored.
import-propose-column = { $sure } % sure: { $field } ({ $why })
import-propose-nothing = no proposal: neither the header nor the values are like a field
import-propose-known = the header is known
import-propose-known-suits = the header is known; { $share } % of the values are of this kind
import-propose-like = the header is like it
import-propose-like-suits = the header is like it; { $share } % of the values are of this kind
import-propose-values = by the values only: { $share } % are of this kind
import-propose-dates-mixed = some dates have the day first and others the month: look them over
import-propose-codes = values that are not known; remove the sign # and write one of: { $allowed }
import-propose-marks = yes and no as a number of services; if you know how many there were, correct the table
import-propose-role = no column says whether it is a victim, a witness or a call: victim, witness or call

# Command “import”
import-row-new = would be sealed { $person }({ $fields } fields)
import-row-changed = would be updated { $person }({ $fields } fields)
import-row-present = is already in the vault or in this file { $person }({ $fields } fields)
import-row-differs = would not be stored: the case number is there with other data { $person }({ $fields } fields)
import-row-wrong = would not be stored: has mistakes
import-row-person = { $person } {""}
import-row-nobody = {""}
import-proposed = Proposed map in { $map }. Look it over and try: sigilo import --map { $map } --dry-run { $table }
cli-import-one-table = With --propose-map, give one table.
help-import-sheet = Sheet of the workbook; without it, the only one with headers that are known
help-import-map = Map of columns (TOML) for tables with other headers
help-import-propose-map = Write a proposal of a map for the table to this file, and store nothing
help-import-compartment = Compartment to seal into; without it, that of each kind of record
import-target-surnames = both surnames together
import-target-full-name = the whole name, given names first
