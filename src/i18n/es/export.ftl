# Exportar
help-export = Sacar expedientes sin cifrar, en la forma de otro programa; queda en la bitácora
help-export-format = htcds (HTCDS 2.0), ctdc (27 variables, anónimas), gbvims, csv o json (los campos propios)
help-export-to = Archivo nuevo; «-» es la salida, también en una pantalla
help-export-kind = Solo expedientes de esta clase: victim, witness o call
help-export-k = Con ctdc: cuántas filas iguales debe haber al menos; 11 si no se dice
help-export-reason = Para qué; sellado en la bitácora
help-export-yes = No preguntar
help-export-after = Ejemplo: sigilo export --format csv --to casa.csv --reason "informe trimestral"
export-usage-where = Diga adónde: --to ARCHIVO. En la pantalla, solo con --to -.
export-word = exportar
export-ask = { $count ->
    [one] Un expediente saldrá
   *[other] { $count } expedientes saldrán
} de la bóveda SIN CIFRAR, con nombres y todo lo que dicen. Para seguir, escriba «{ $word }»:
export-ask-ctdc = De { $count ->
    [one] un expediente
   *[other] { $count } expedientes
} saldrán filas sin nombre. Para seguir, escriba «{ $word }»:
export-nothing = No hay nada que exportar con esta llave y esta clase.
export-done = { $file }: { $rows ->
    [one] una fila
   *[other] { $rows } filas
}.
export-care = El archivo no está cifrado. Entréguelo solo a quien corresponde y bórrelo después; la bóveda ya no lo protege.
export-lossy = { $count ->
    [one] Un expediente dice
   *[other] { $count } expedientes dicen
} más de lo que cabe en una tabla (formularios, varios documentos). Con --format json sale todo.
export-htcds-births = { $count ->
    [one] Una fecha
   *[other] { $count } fechas
} de nacimiento sin día completo no { $count ->
    [one] sale
   *[other] salen
}: la norma solo conoce fechas completas.
export-htcds-several = { $count ->
    [one] Una celda tiene
   *[other] { $count } celdas tienen
} respuestas de varios formularios, separadas por « | ».
export-gbvims-gaps = Lo que un expediente no dice en los términos de GBVIMS queda vacío, ante todo el tipo de violencia: complételo quien conoce el caso.
export-ctdc-rows = { $rows } de { $all } personas salen; de cada fila hay al menos { $k } iguales.
export-ctdc-cells = { $cells } de { $all } datos quedan; los demás se dejaron en blanco para que nadie esté a solas.
export-ctdc-nothing = Son tan pocas personas que ninguna fila puede salir sin que alguien quede a solas. No se escribió nada.
