# matching
matching-evaluate-io = { $file }: { $reason }
matching-evaluate-no-sites = { $file }: there is no CSV file of a site in this folder. Put one there for each site, and truth.csv.
matching-evaluate-too-large = { $file }: the file is too large.
matching-evaluate-column = { $file }: the column { $column } is missing.
matching-evaluate-row = { $file }, line { $line }: this is not a row of a CSV file.
