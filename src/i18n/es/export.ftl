# Exportar
help-export = Saca expedientes sin cifrar, en la forma de otro programa; queda en la bitácora
help-export-format = htcds (HTCDS 2.0), ctdc (27 variables, anónimas), gbvims, csv o json (los campos propios)
help-export-to = Archivo nuevo; «-» es la salida, también la pantalla
help-export-kind = Solo expedientes de esta clase: víctima, testigo o llamada
help-export-k = Con ctdc: cuántas filas iguales debe haber al menos; 11 si no se dice
help-export-reason = Para qué; sellado en la bitácora
help-export-yes = No preguntar
help-export-example = sigilo export --format csv --to casa.csv --reason "informe trimestral"
export-usage-where = Diga adónde: --to ARCHIVO. En la pantalla sale solo con «--to -».
export-word = exportar
export-ask = { $count ->
    [one] Un expediente saldrá
   *[other] { $count } expedientes saldrán
} de la bóveda SIN CIFRAR, con nombres y todo lo que dicen. Para seguir, escriba «{ $word }»:
export-ask-ctdc = De { $count ->
    [one] un expediente
   *[other] { $count } expedientes
} saldrán filas sin nombre. Para seguir, escriba «{ $word }»:
export-nothing = Con esta clave no hay nada que exportar, o no hay expedientes de esta clase. Vea con «sigilo keys list» qué puede leer su clave, y con «sigilo list» qué hay.
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
export-ctdc-rows = Salen { $rows } de { $all } personas; cada fila tiene al menos { $k } iguales.
export-ctdc-cells = Quedan { $cells } de { $all } datos; los demás se dejaron en blanco para que ninguna fila señale a una sola persona.
export-ctdc-nothing = Son tan pocas personas que cualquier fila señalaría a alguien. No se escribió nada. Espere a tener más expedientes.
