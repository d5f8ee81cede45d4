# Tablas de otras casas

# Lugares de una hoja
record-at-sheet-cell = celda { $cell } «{ $header }»: { $what }
record-at-sheet-row = fila { $row }: { $what }
record-at-sheet-column = columna { $column } «{ $header }»: { $what }
record-sheet = «{ $name }»
record-sheets-and = { $before }, { $next }
record-no-sheet = ninguna

# Errores de una celda
record-fault-scientific = la hoja de cálculo guardó el número como 1.23E+10 y perdió cifras; dé a la columna formato de texto y vuelva a escribir el número
record-fault-sheet-error = la celda tiene un error de la hoja de cálculo (#N/A, #REF!, …); corríjalo o vacíe la celda
record-fault-no-result = la fórmula no tiene un resultado guardado; abra el libro en su programa, guárdelo y vuelva a intentar

# Advertencias
record-note-header-below = los encabezados están en la línea { $line }; lo que hay encima no se importa
record-note-header-again = repite los encabezados; no se importa
record-note-export = se reconoce una exportación de { $name }
record-note-columns-left =
    { $count ->
        [one] una columna de la exportación no tiene lugar en un expediente y no se importa
       *[other] { $count } columnas de la exportación no tienen lugar en un expediente y no se importan
    }
record-note-no-such-column = el mapa nombra la columna «{ $header }» y el archivo no la tiene
record-note-name-split = el nombre completo se separa en nombres, primer y segundo apellido; revíselo
record-note-beyond-header = hay algo fuera de las columnas con encabezado; no se importa
record-note-serial-date = es un número sin formato de fecha; se lee como el día que la hoja de cálculo cuenta con él
record-note-digits-lost = es un número de más de 15 cifras; las hojas de cálculo pierden las últimas: compruébelas y dé a la columna formato de texto
record-note-zero-restored = se repone el cero inicial que la hoja de cálculo quitó
record-note-formulas =
    { $count ->
        [one] una celda tiene una fórmula; se toma el último resultado que guardó la hoja de cálculo
       *[other] { $count } celdas tienen fórmulas; se toman los últimos resultados que guardó la hoja de cálculo
    }
record-note-merged =
    { $count ->
        [one] las celdas { $first } están combinadas; solo la primera tiene el valor y las demás se leen vacías
       *[other] hay { $count } grupos de celdas combinadas, el primero { $first }; solo la primera celda de cada grupo tiene el valor y las demás se leen vacías
    }
record-note-other-sheets =
    { $count ->
        [0] se lee la hoja «{ $sheet }»
       *[other] se lee la hoja «{ $sheet }» y no { $others }
    }{ $hidden-count ->
        [0] {""}
       *[other] ; hojas ocultas que no se leen: { $hidden }
    }. Para leer otra: --sheet NOMBRE

# El archivo
record-file-old-spreadsheet = El archivo es un libro de antes de 2007 (.xls) o tiene contraseña; ábralo y guárdelo como .xlsx sin contraseña, o como CSV UTF-8.
record-file-protected = El libro está protegido; ábralo y guárdelo como .xlsx sin contraseña.
record-file-open-document = El archivo es un libro de LibreOffice (.ods); ábralo y guárdelo como .xlsx o como CSV UTF-8.
record-file-damaged = El libro está dañado o incompleto; ábralo en su programa y guárdelo de nuevo como .xlsx. No se leyó nada de él.
record-file-inflates = El libro es demasiado grande al descomprimirlo, o está hecho para agotar la memoria; si es suyo, guarde la hoja como CSV UTF-8. No se leyó nada de él.
record-file-several-sheets = Varias hojas tienen encabezados conocidos: { $names }. Diga cuál con --sheet NOMBRE.{ $hidden-count ->
        [0] {""}
       *[other] {" "}Hojas ocultas: { $hidden }.
    }
record-file-no-header-in-sheets = Ninguna hoja tiene encabezados conocidos: { $names }. Escriba encabezados como expediente, nombres, apellido_paterno, o pida un mapa con --propose-map.{ $hidden-count ->
        [0] {""}
       *[other] {" "}Hojas ocultas: { $hidden }; se leen con --sheet NOMBRE.
    }
record-file-no-such-sheet = No hay una hoja con ese nombre. Hojas: { $names }.{ $hidden-count ->
        [0] {""}
       *[other] {" "}Ocultas: { $hidden }.
    }
record-file-too-many-rows = El archivo tiene más de { $max } filas; divídalo en varios.
record-file-too-many-cells = La hoja tiene más de { $max } celdas; divídala en varias.

# Mapas
record-map-too-large = El mapa tiene más de { $kib } KiB. Es lo más que se lee; ¿es el archivo correcto?
record-map-syntax = línea { $line }, columna { $column }: el mapa no es TOML bien escrito. Corríjalo ahí.
record-map-version = El mapa no dice version = 1. Escriba esa línea al principio.
record-map-key = El mapa no puede tener «{ $name }»; puede tener sheet, only, columns, values, dates y constants.
record-map-key-nearest = El mapa no puede tener «{ $name }»; ¿será «{ $nearest }»?
record-map-field = El mapa nombra el campo «{ $name }», que no existe. Los campos están en el manual, en «Record».
record-map-field-nearest = El mapa nombra el campo «{ $name }», que no existe; ¿será «{ $nearest }»?
record-map-type = El valor de «{ $key }» en el mapa es de otra clase; casi todos son textos entre comillas.
record-map-date = La forma de fecha de «{ $key }» en el mapa no se conoce; se aceptan: { $allowed }
record-map-value = El mapa da a { $field } un valor que no puede tener: { $what }
record-map-twice = El mapa nombra dos veces la columna «{ $name }». Deje una de las dos líneas.

# Mapa propuesto
import-propose-head =
    Mapa de columnas para «sigilo import --map». Revise cada línea y corrija lo que haga falta:
    a la izquierda el encabezado de la tabla, a la derecha el campo del expediente ("" para no importarlo).
    Los campos están en el manual (src/manual/record.md). Pruebe con --dry-run antes de guardar.
import-propose-column = { $sure } % seguro: { $field } ({ $why })
import-propose-nothing = sin propuesta: ni el encabezado ni los valores se parecen a un campo
import-propose-known = el encabezado es conocido
import-propose-known-suits = el encabezado es conocido; { $share } % de los valores son de esa clase
import-propose-like = el encabezado se parece
import-propose-like-suits = el encabezado se parece; { $share } % de los valores son de esa clase
import-propose-values = solo por los valores: { $share } % son de esa clase
import-propose-dates-mixed = unas fechas tienen primero el día y otras el mes: revíselas
import-propose-codes = valores que no se conocen; quite la marca # y escriba después del signo = uno de estos: { $allowed }
import-propose-marks = sí y no como número de servicios; si sabe cuántos fueron, corrija la tabla
import-propose-role = ninguna columna dice si es víctima, testigo o llamada; aquí se dice para toda la tabla: victim, witness o call

# Orden «import»
import-row-new = se sellaría { $person }({ $fields } campos)
import-row-changed = se actualizaría { $person }({ $fields } campos)
import-row-present = ya está en la bóveda o en este archivo { $person }({ $fields } campos)
import-row-differs = no se guardaría: el expediente ya está con otros datos { $person }({ $fields } campos)
import-row-wrong = no se guardaría: tiene errores
import-row-person = { $person } {""}
import-row-nobody = {""}
import-proposed = Mapa propuesto en { $map }. Revíselo y pruebe: sigilo import --map { $map } --dry-run { $table }
cli-import-one-table = Con --propose-map se da una sola tabla.
help-import-sheet = Hoja del libro; si no se dice, la única con encabezados conocidos
help-import-map = Mapa de columnas (TOML) para tablas con otros encabezados
help-import-propose-map = Escribe en este archivo una propuesta de mapa para la tabla y no guarda nada
help-import-compartment = Compartimento donde sellar; si no se dice, el de cada clase de expediente
import-target-surnames = los dos apellidos juntos
import-target-full-name = el nombre completo, con los nombres primero
