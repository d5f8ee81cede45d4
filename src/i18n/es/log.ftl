# log

## Pruebas
log-proof-index = El asiento { $index } no está en una cadena de { $size } asientos.
log-proof-sizes = La cadena anterior no puede ser más larga ({ $old } asientos) que la nueva ({ $new }).
log-proof-length = La prueba no tiene el número de resúmenes que corresponde a cadenas de este tamaño. Está dañada o pertenece a otra cosa.
log-proof-root = La prueba no conduce a la cabeza firmada de la cadena: este asiento no está en esa cadena en esta forma.
log-proof-old-root = La cadena anterior no es el comienzo de la nueva: hay asientos cambiados, retirados o en otro orden.

## Notas firmadas
log-note-too-large = La nota firmada es demasiado grande o tiene demasiadas firmas.
log-note-not-text = La nota firmada no es texto simple; está dañada o es otro tipo de archivo.
log-note-form = Esto no es una nota firmada: se espera un texto, una línea vacía y líneas de firma.
log-note-signature-line = La línea { $line } de la nota firmada no es una línea de firma.
log-note-name = El nombre de una clave no puede estar vacío ni pasar de 255 bytes, y no lleva espacios ni el signo más.
log-note-key = Esto no es una clave de verificación (nombre+id+base64), o tiene un carácter equivocado.
log-note-bad-signature = La firma de { $name } no es válida: la nota fue cambiada, o alguien más firmó en ese nombre.
log-note-unsigned = Nadie cuya clave se conozca aquí ha firmado esta nota.
log-note-twice = { $name } ya firmó esta nota.
log-note-time = La hora de una contrafirma está fuera de rango.
log-note-crypto = No se pudo firmar la nota.

## Cabezas
log-checkpoint-line = La línea { $line } no es la de una cabeza de cadena (nombre de la cadena, número de asientos, raíz).
log-checkpoint-origin = Esta cabeza es de la cadena { $found }, no de { $expected }.
log-checkpoint-different = Son dos cabezas distintas.
