# matching
matching-evaluate-io = { $file }: { $reason }
matching-evaluate-no-sites = { $file }: en esta carpeta no hay ningún archivo CSV de una casa. Ponga uno por casa, y truth.csv.
matching-evaluate-too-large = { $file }: el archivo es demasiado grande.
matching-evaluate-column = { $file }: falta la columna { $column }.
matching-evaluate-row = { $file }, línea { $line }: no es una fila de un archivo CSV.
