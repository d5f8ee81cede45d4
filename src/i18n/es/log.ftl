# log

## Pruebas
log-proof-index = El asiento { $index } no está en una bitácora de { $size } asientos.
log-proof-sizes = La bitácora anterior no puede ser más larga ({ $old } asientos) que la nueva ({ $new }).
log-proof-length = La demostración no tiene el tamaño que corresponde a esta bitácora. Está dañada o es de otra cosa; pídala de nuevo.
log-proof-root = La demostración no conduce a la cabeza firmada de la bitácora: este asiento no está en esa bitácora en esta forma.
log-proof-old-root = La bitácora anterior no es el comienzo de la nueva: hay asientos cambiados, retirados o en otro orden.

## Notas firmadas
log-note-too-large = La nota firmada es demasiado grande o tiene demasiadas firmas. ¿Es el archivo correcto? Pídalo de nuevo.
log-note-not-text = La nota firmada no es texto simple; está dañada o es otro tipo de archivo. Cópiela o pídala de nuevo.
log-note-form = Esto no es una nota firmada: se espera un texto, una línea vacía y líneas de firma. Cópiela entera o pídala de nuevo.
log-note-signature-line = La línea { $line } de la nota firmada no es una línea de firma.
log-note-name = El nombre de una clave no puede estar vacío ni ser tan largo, y no lleva espacios ni el signo más.
log-note-key = Esto no es una clave de verificación (nombre+id+base64), o tiene un carácter equivocado.
log-note-bad-signature = La firma de { $name } no es válida: la nota fue cambiada, o alguien más firmó en ese nombre. No la use; pídala de nuevo en persona.
log-note-unsigned = Nadie cuya clave se conozca aquí ha firmado esta nota. Si conoce su clave de otra fuente, indíquela.
log-note-twice = { $name } ya firmó esta nota.
log-note-time = La hora de una cofirma está fuera de rango.
log-note-crypto = No se pudo firmar la nota. Reinicie la computadora e inténtelo de nuevo.

## Cabezas
log-checkpoint-line = La línea { $line } no es la de una cabeza de bitácora (nombre de la bitácora, número de asientos, raíz). Cópiela entera de donde se guardó.
log-checkpoint-origin = Esta cabeza es de la bitácora { $found }, no de { $expected }. Tome la que se guardó de esa bóveda; tras una restauración empieza otra bitácora.
log-checkpoint-different = Son dos cabezas distintas.

## Clases de actos
log-act-init = Bitácora iniciada
log-act-checkpoint = Cabeza de la bitácora firmada
log-act-cosigned = Cofirmas recibidas
log-act-check = Bóveda revisada
log-act-clock-backwards = El reloj retrocedió
log-act-backup = Copia de seguridad escrita
log-act-restore = Restaurada desde una copia de seguridad
log-act-succession-cosigned = Sucesión cofirmada
log-act-audit-export = Bitácora entregada a una auditoría
log-act-disclose = Asientos abiertos ante terceros
log-act-state = Estado de trabajo cambiado
log-act-seal = Expediente sellado
log-act-amend = Expediente corregido
log-act-open = Expediente abierto
log-act-search = Búsqueda de expedientes
log-act-list = Lista de expedientes
log-act-export = Expedientes exportados
log-act-import = Expedientes importados
log-act-erase = Expediente borrado
log-act-link = Expedientes unidos
log-act-unlink = Unión deshecha
log-act-duplicates = Búsqueda de duplicados
log-act-reseal = Expediente sellado con claves nuevas
log-act-consent = Consentimiento anotado
log-act-consent-withdrawn = Consentimiento retirado
log-act-hold = Expediente bajo retención legal
log-act-hold-lifted = Retención legal levantada
log-act-retention = Fecha de conservación cambiada
log-act-draft = Entrevista sin terminar
log-act-key-add = Clave agregada
log-act-key-remove = Clave quitada
log-act-key-change = Contraseña o clave cambiada
log-act-intake-key = Clave de recepción creada
log-act-recovery-made = Código de recuperación creado
log-act-recovery = Código de recuperación usado
log-act-rotate = Claves renovadas
log-act-log-key-change = Clave de la bitácora cambiada
log-act-trust = Tarjeta aceptada
log-act-distrust = Tarjeta ya no aceptada
log-act-drill = Recuperación probada
log-act-policy = Cambio de lo que piden dos claves
log-act-compartment-add = Compartimento agregado
log-act-panic = Claves de la casa destruidas
log-act-evidence-added = Prueba agregada
log-act-evidence-extracted = Prueba extraída
log-act-evidence-seen = Prueba vista
log-act-evidence-handed-over = Prueba entregada
log-act-evidence-receipt = Acuse de recibo de una prueba
log-act-evidence-received = Prueba de otra casa recibida
log-act-round-joined = Ingreso a una ronda
log-act-blinded = Solicitudes cegadas hechas
log-act-tokens-issued = Fichas emitidas
log-act-round-withdrawn = Persona retirada de una ronda
log-act-round-closed = Secretos de una ronda borrados
log-act-notice-answered = Solicitud sobre una persona respondida
log-act-introduced = Presentación con otra casa
log-act-referral-sent = Remisión enviada
log-act-referral-received = Remisión recibida
log-act-referral-accepted = Remisión aceptada
log-act-referral-refused = Remisión rechazada
log-act-referral-revoked = Remisión retirada
log-act-round-opened = Ronda abierta
log-act-round-published = Ronda publicada
log-act-round-cosigned = Nota de ronda cofirmada
log-act-evaluated = Solicitudes cegadas evaluadas
log-act-refused = Solicitud rechazada
log-act-tokens-received = Fichas recibidas
log-act-matched = Pares candidatos encontrados
log-act-compared = Pares comparados
log-act-decided = Coincidencias decididas
log-act-tallied = Conteos sumados
log-act-published = Resultado publicado
log-act-head-cosigned = Cabeza de otra bitácora cofirmada
log-act-head-refused = Cabeza de otra bitácora rechazada
log-act-keys-erased = Claves de una ronda borradas
log-act-notices-sent = Solicitudes sobre personas enviadas
log-act-consent-received = Respuestas a solicitudes recibidas
log-act-introductions-sent = Presentaciones enviadas

## Bloques de la bitácora
log-tile-missing = El bloque { $index } del nivel { $level } de la bitácora falta o es demasiado corto.
log-tile-frontier = Los bloques guardados no son los de esta bitácora: alguno fue cambiado.
log-tile-store = No se pudieron leer o escribir los bloques de la bitácora.

## Archivos de prueba
log-file-too-large = El archivo de la demostración es demasiado grande. ¿Es el archivo correcto? Pídalo de nuevo.
log-file-line = La línea { $line } no es la de una demostración; el archivo está dañado o es de otra clase. Pídalo de nuevo.
log-file-old-size = La demostración empieza en { $found } asientos, pero la cabeza que usted guardó tiene { $expected }. Pida una demostración desde ese tamaño.
log-file-entry = El asiento de la demostración está dañado, o el acto que se muestra con él no es el que se anotó. No la dé por buena: pídala de nuevo y, si viene igual, avise a quien audita.

## Paquetes de auditoría
log-bundle-none = Esta carpeta no es una bóveda ni un paquete de auditoría. Indique la carpeta de una bóveda, o la que hizo «sigilo audit export».
log-bundle-key = El archivo con la clave de la bitácora está dañado. Copie el paquete de nuevo, o haga otro con «sigilo audit export».
log-bundle-other = Los asientos no son los de la cabeza firmada: la bóveda fue alterada. Ejecute «sigilo audit verify».
log-bundle-tile = El archivo { $file } del paquete falta o está dañado. Vuelva a copiar el paquete.
log-bundle-io = No se pudo leer o escribir el paquete ({ $what }). Va en una carpeta nueva o vacía.
log-bundle-tiles = Los bloques del paquete (el árbol) no corresponden a sus asientos.

## El auditor
auditor-key = Este no es el archivo de clave de un auditor, o tiene un carácter equivocado. Haga uno con «sigilo audit keygen».
auditor-seen = El archivo con las cabezas vistas está dañado. Reponga su última copia; sin él nadie sabe si una bitácora fue devuelta atrás.
auditor-new-log = Esta bitácora es nueva aquí. Pida a la casa misma, por teléfono o en papel, la clave que firma sus cabezas e indíquela con --key.
auditor-other-key = La clave que firma esta bitácora es otra que la última vez. No se cofirmó nada; pregunte a la casa por qué.
auditor-proof-needed = Una cabeza sola no muestra que continúa la que se vio antes. Traiga la bóveda, un paquete de auditoría o una demostración desde { $old } asientos («sigilo audit consistency»).
auditor-clock = El reloj de esta computadora marca una hora anterior a la de la última cofirma. Ajústelo e inténtelo de nuevo; no se cofirmó nada.
auditor-crypto = El sistema no dio números al azar, o la clave no se puede usar. Reinicie la computadora e inténtelo de nuevo.
auditor-refused-fork = la bitácora tiene dos historias: ambas cabezas llevan su firma y la nueva no empieza con la antigua. Esto prueba la falta de quien tiene la clave de la bitácora, la traiga quien la traiga.
auditor-refused-older = la cabeza es menor que una que ya se vio: se retiraron asientos o se repuso una copia antigua.
auditor-refused-unproved = lo que se trajo no muestra que la cabeza continúa la que se vio antes.
auditor-refusal-empty = Las cabezas de esta declaración no muestran lo que dice. No prueba nada: pida la declaración de nuevo a quien se la dio.

## Lo que encuentra una auditoría
log-head-stored = la cabeza firmada de la bitácora
log-head-file = la cabeza del archivo «checkpoint»
log-head-cosigned = una cabeza cofirmada
log-head-known = la cabeza que usted trajo
log-head-succession = lo que dice la bitácora restaurada de la anterior
log-finding-leaf = El asiento { $index } no se puede leer: fue dañado o lo escribió una versión más nueva de este programa.
log-finding-leaf-missing = Falta el asiento { $index }. Lo que viene detrás no se pudo comparar.
log-finding-root = Los primeros { $size } asientos no son los de { $head }. Hasta el asiento { $since } todo está como se firmó; después hay asientos cambiados, retirados, agregados o en otro orden.
log-finding-truncated = Falta el final de la bitácora: { $head } cubre { $signed } asientos y hay { $found }. Se retiraron asientos o se repuso una copia antigua.
log-finding-other-log = La cabeza firmada de { $size } asientos pertenece a otra bitácora.
log-finding-tombstone-ahead = El asiento { $index } dice que borra el asiento { $target }, que no es anterior. El programa nunca escribe esto: lo escribió alguien más.
log-finding-tombstone-of-nothing = El asiento { $index } dice que borra el asiento { $target }, pero ese no guardó nada. El programa nunca escribe esto: lo escribió alguien más.
log-finding-tombstone-twice = El asiento { $index } borra el asiento { $target }, que ya estaba borrado. El programa nunca escribe esto: lo escribió alguien más.
log-finding-details-missing = Faltan los detalles sellados del asiento { $index } (quién, qué, cuándo): alguien los retiró.
log-finding-details-changed = Los detalles sellados del asiento { $index } (quién, qué, cuándo) no son los que se anotaron: fueron cambiados.
log-finding-content-missing = Falta lo que guardó el asiento { $index }, y ningún asiento dice que se borró: fue retirado sin dejar constancia en la bitácora.
log-finding-content-changed = Lo guardado para el asiento { $index } no es lo que se anotó: fue cambiado o reemplazado.
log-finding-content-not-erased = Lo que guardó el asiento { $index } se borró, según un asiento posterior, pero sigue ahí: se repuso o nunca se borró.
log-finding-content-unlogged = Para el asiento { $index } hay algo guardado que la bitácora no conoce: se puso desde fuera.
log-report-sound = Se leyeron { $size } asientos y nada está mal. Firmados: { $signed }; todavía sin firmar: { $unsigned }.
log-report-unsound = Se leyeron { $size } asientos y hay { $findings } cosas mal. Firmados y tal como se firmaron: { $signed }; detrás de ellos: { $unsigned }.
