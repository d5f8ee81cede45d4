# La orden: ayuda, preguntas, resultados.
help-sigilo = Bóveda sellada de expedientes, conteo sin duplicados sin revelar a nadie, y bitácora que cualquiera puede verificar.
help-usage = Uso:
help-commands = Órdenes
help-command-name = ORDEN
help-arguments = Argumentos
help-options = Opciones
help-arg-help = Muestra esta ayuda
help-arg-version = Muestra la versión
help-arg-vault = Carpeta de la bóveda; si falta, SIGILO_VAULT o la carpeta actual
help-arg-keyring = Archivo del llavero, si no está en la carpeta de la bóveda
help-arg-recovery = Abre con el código de recuperación en vez de la contraseña
help-arg-key-file = Abre con este archivo de clave en vez de la contraseña
help-arg-passphrase-fd = Lee la contraseña de este descriptor de archivo, para programas
help-arg-lang = Idioma de los mensajes: es, en
help-arg-json = Resultado en JSON, para programas
help-arg-quiet = Sin avisos ni barras; solo resultados y errores
help-arg-kdf-memory = Memoria en MiB que cuesta probar una contraseña, de 19 a 1024; de fábrica 64
help-arg-reason = Por qué; queda sellado en la bitácora
help-arg-yes = No pregunta; da por dicho que sí
help-arg-id = Comienzo del identificador, o número de expediente
help-arg-limit = Cuántos mostrar como máximo
help-init = Crea una bóveda nueva y muestra su código de recuperación
help-init-site = Nombre de la casa; queda sellado
help-init-slot-name = Cómo llamar a su clave en la bitácora; de fábrica «dirección»
help-seal = Sella un expediente: desde un archivo JSON, o preguntando campo por campo
help-seal-file = Archivo JSON del expediente; «-» es la entrada estándar
help-seal-kind = Clase de expediente al preguntar: víctima, testigo o llamada
help-import = Sella los expedientes de tablas CSV y libros XLSX
help-import-files = Tablas CSV o libros XLSX, con encabezados en español o inglés; «-» es la entrada estándar
help-import-keep-going = Guarda las filas correctas aunque otras tengan errores
help-import-update = Guarda como versión nueva las filas cuyo número de expediente ya existe con otros datos
help-import-dry-run = Solo decir qué se guardaría y qué está mal
help-import-kind = Clase de expediente si la tabla no la dice: víctima, testigo o llamada
help-import-consent-matching = La casa tiene consentimiento escrito de cada persona para el cotejo, con este propósito
help-import-consent-until = Último día de ese consentimiento
help-list = Lista los expedientes
help-list-kind = Solo de esta clase: víctima, testigo o llamada
help-show = Abre un expediente y lo muestra
help-show-version = Una versión anterior
help-search = Busca por parte de un nombre, apodo, documento, teléfono o número de expediente
help-search-words = Lo que se busca; si falta, se pregunta, y así no queda en el historial de la terminal
help-amend = Corrige un expediente; la versión anterior se conserva
help-amend-file = Archivo JSON solo con los campos que cambian; «null» vacía un campo; «-» es la entrada estándar
help-link = Une dos expedientes de una misma persona
help-link-first = Un expediente
help-link-second = El otro
help-unlink = Deshace la unión de dos expedientes
help-unlink-first = Un expediente
help-unlink-second = El otro
help-duplicates = Muestra expedientes de esta bóveda que quizá son la misma persona, y por qué
help-duplicates-threshold = Qué tan parecidos deben ser, de 0 a 1; de fábrica 0.85
help-erase = Destruye un expediente para siempre; la bitácora conserva que existió
help-keys = Quién puede abrir la bóveda
help-keys-list = Lista las claves
help-keys-passphrase = Cambia su contraseña; con --recovery pone una nueva
help-keys-add = Agrega una clave para otra persona
help-keys-add-name = Cómo llamarla en la bitácora; queda sellado
help-keys-add-rights = Permisos, separados por coma: sellar, leer, exportar, administrar, bitácora; de fábrica sellar,leer,bitácora
help-keys-add-to-file = Hace un archivo de clave aquí en vez de una contraseña
help-keys-intake = Agrega una clave de recepción: sella y no puede leer nada
help-keys-intake-name = Cómo llamarla en la bitácora; queda sellado
help-keys-intake-to-file = Hace un archivo de clave aquí en vez de una contraseña
help-keys-recovery = Hace un código de recuperación nuevo; el anterior deja de servir
help-keys-remove = Quita una clave
help-keys-remove-slot = Comienzo del identificador de la clave, como lo muestra «keys list»
help-check = Revisa que la bóveda esté íntegra y que todo se pueda abrir
help-check-max-age = Días tras los que la última cofirma es vieja; 30 si no se dice
help-log = La bitácora de la bóveda
help-log-show = Muestra quién hizo qué y cuándo
help-log-show-record = Solo de este expediente
help-log-checkpoint = Firma y muestra la cabeza de la bitácora, para guardarla en papel o USB
help-audit = Verifica sin ninguna clave
help-audit-verify = Verifica una bóveda cerrada: firmas, orden, y que todo lo guardado sea lo anotado
help-audit-verify-head = Una cabeza que usted guardó antes: la bóveda debe ser su continuación
help-audit-verify-key = Clave que firma las cabezas de esta bóveda, de una fuente distinta a la bóveda misma
help-demo = Muestra todo con personas inventadas: seis bóvedas, una ronda a ciegas, búsqueda, borrado y una alteración descubierta
help-demo-dir = Carpeta nueva donde dejar las bóvedas; si falta, se borran al final
cli-usage-unknown-argument = No existe la opción { $argument }. Vea las que hay con --help.
cli-usage-unknown-command = No existe la orden «{ $command }». Vea las que hay con «sigilo --help».
cli-usage-missing-argument = Falta { $argument }. Vea cómo se usa agregando --help.
cli-usage-missing-command = Falta decir qué hacer. Vea las órdenes agregando --help.
cli-usage-bad-value = El valor de { $argument } no sirve. Vea cómo se usa agregando --help.
cli-usage-choose = El valor de { $argument } no sirve. Puede ser: { $allowed }.
cli-usage-other = La orden no está bien escrita. Vea cómo se usa agregando --help.
cli-usage-memory = La memoria debe estar entre 19 y 1024 MiB.
cli-usage-threshold = El umbral debe estar entre 0 y 1.
cli-usage-date = No es una fecha completa. Escríbala así: 2027-12-31, 31/12/2027 o «31 de diciembre de 2027».
cli-usage-date-order = No se sabe si { $text } es día/mes o mes/día. Escríbala así: 2027-12-31.
cli-no-terminal = Hay que preguntar la contraseña y no hay una terminal donde hacerlo. Un programa la da con SIGILO_PASSPHRASE_FILE o SIGILO_PASSPHRASE_COMMAND.
cli-no-current-dir = La carpeta actual no existe. Indique la bóveda con --vault.
cli-stopped = Detenido. No se guardó nada.
cli-needs-yes = Hace falta confirmar y no hay una terminal. Agregue --yes si está seguro.
cli-file-not-found = No encuentro el archivo { $file }.
cli-file-denied = El sistema no permite usar el archivo { $file }. Revise quién puede leerlo y escribirlo.
cli-file-exists = El archivo { $file } ya existe y no se toca. Elija otro nombre.
cli-file-too-large = El archivo { $file } es demasiado grande para lo que se espera aquí. ¿Es el archivo correcto?
cli-file-not-text = El archivo { $file } no es texto UTF-8. Guárdelo como texto UTF-8 e inténtelo de nuevo.
cli-file-unreadable = No se pudo leer o escribir el archivo { $file }. Si está en una memoria USB, desconéctela, conéctela e inténtelo de nuevo.
cli-passphrase-command-failed = La orden de SIGILO_PASSPHRASE_COMMAND falló. Ejecútela sola para ver por qué.
cli-passphrase-short = La contraseña es fácil de adivinar. Use al menos { $least } caracteres; cuatro o cinco palabras al azar son mejores que símbolos.
cli-passphrase-advice = Elija cuatro o cinco palabras al azar. No las use en otro lugar ni las guarde junto al equipo.
cli-passphrases-differ = Las dos contraseñas no son iguales. No se cambió nada; escríbalas de nuevo.
cli-ask-passphrase = Contraseña:
cli-ask-new-passphrase = Contraseña nueva:
cli-ask-passphrase-again = Otra vez:
cli-ask-recovery = Código de recuperación (no se muestra):
cli-answer-yes-or-no = Escriba s (sí) o n (no).
cli-ask-folder = ¿Cómo se llamará la carpeta de la bóveda?
cli-ask-site = Nombre de la casa:
cli-ask-slot-name = ¿De quién es la clave?
cli-ask-search = ¿A quién busca?
cli-ask-erase-reason = ¿Por qué se borra?
cli-ask-erase =
    El expediente { $id } ({ $versions ->
        [one] una versión
       *[other] { $versions } versiones
    }) se destruye para siempre. ¿Continuar? (s/n)
cli-ask-remove-key = ¿Quitar la clave «{ $name }»? Ya no podrá abrir la bóveda. (s/n)
cli-init-needs-folder = Indique una carpeta nueva con --vault.
cli-init-needs-site = Indique el nombre de la casa con --site.
cli-init-done = La bóveda de { $site } está lista.
cli-slot-first = dirección
cli-slot-recovery = código de recuperación
cli-slot-new-passphrase = contraseña nueva
cli-recovery-heading = Código de recuperación. Escríbalo ahora en papel; no se guarda en ninguna parte:
cli-recovery-advice = Guárdelo lejos de este equipo. Si se pierde la contraseña, es lo único que abre la bóveda.
cli-recovery-old = El código anterior ya no sirve. Destruya el papel donde está.
cli-key-file-bad = El archivo { $file } no es un archivo de clave de sigilo. Indique el que hizo «sigilo keys add --to-file», o abra con la contraseña.
cli-key-needs-name = Diga de quién es la clave con --name.
cli-key-added = La clave { $slot } está lista.
cli-key-removed = La clave { $slot } ya no abre nada.
cli-key-removed-limits = Si alguien conserva una copia vieja de la bóveda y esa clave, todavía puede leer esa copia.
cli-passphrase-changed = La contraseña de la clave { $slot } cambió.
cli-kind-passphrase = contraseña
cli-kind-recovery = código de recuperación
cli-kind-key-file = archivo de clave
cli-kind-other = otra
cli-right-seal = sellar
cli-right-read = leer
cli-right-export = exportar
cli-right-manage = administrar claves
cli-right-log = ver la bitácora
cli-reason-too-long = El motivo es demasiado largo; caben 1024 letras. Acórtelo e inténtelo de nuevo.
cli-sealed = Sellado. Expediente { $id }
cli-amended = Guardado. Expediente { $id }, versión { $version }
cli-amend-nothing = Nada cambió: los datos son los que ya estaban.
cli-amend-not-object = Los cambios deben ser un objeto JSON con los campos que cambian. Por ejemplo: {"{"}"notes": "…"{"}"}.
cli-json-syntax = El archivo no es JSON bien escrito: línea { $line }, columna { $column }. Corríjalo ahí e inténtelo de nuevo.
cli-no-such-version = El expediente no tiene esa versión. Vea cuáles tiene con «sigilo show».
cli-show-head = Expediente { $id } · versión { $version } de { $versions } · asiento { $entry } de la bitácora
cli-show-linked = Misma persona que: { $ids }
cli-search-needs-words = Diga qué buscar.
cli-linked = Unidos: { $first } y { $second } son la misma persona.
cli-unlinked = Separados: { $first } y { $second }.
cli-erase-needs-reason = Diga por qué se borra con --reason.
cli-import-line = { $file }: { $what }
cli-import-differs = el número de expediente ya está, en la bóveda o en este archivo, con otros datos. Use --update para guardarlo como versión nueva.
cli-import-nothing-stored = no se guardó nada de este archivo. Corrija lo señalado, o use --keep-going para guardar las filas correctas.
cli-import-done = { $file }: { $stored } sellados, { $updated } actualizados, { $present } ya estaban, { $refused } con errores
cli-import-would = { $file }: se sellarían { $stored }, se actualizarían { $updated }, { $present } ya están, { $refused } con errores. No se guardó nada.
cli-progress-seal = Sellando
cli-progress-verify = Verificando
cli-progress-open = Abriendo
cli-checkpoint-key = Clave para verificar: { $key }
cli-audit-bad-key = La clave no tiene la forma nombre+identificador+clave. Cópiela completa.
cli-audit-bad-head = El archivo { $file } no es una cabeza firmada de una bitácora. Indique el que se guardó con «sigilo log checkpoint».
cli-audit-sound = Íntegra: todo lo guardado es lo que se anotó, y en ese orden.
cli-audit-key-unknown = Se usó la clave que trae la propia bóveda. Compárela con la que usted conoce, o diga cuál es con --key: { $key }
cli-audit-no-head = Sin una cabeza guardada aparte (--head) no se puede saber si alguien repuso una copia vieja de la bóveda.
cli-record-refused =
    No se guardó nada: { $count ->
        [one] hay un error en el expediente.
       *[other] hay { $count } errores en el expediente.
    }
cli-log-erases = {" "}(lápida del asiento { $entry })
cli-import-mistakes =
    { $files ->
        [one] Un archivo tiene errores.
       *[other] { $files } archivos tienen errores.
    }
cli-list-total =
    { $shown ->
        [one] Se muestra 1
       *[other] Se muestran { $shown }
    } de { $records ->
        [one] 1 expediente
       *[other] { $records } expedientes
    }, { $persons ->
        [one] 1 persona.
       *[other] { $persons } personas.
    }
cli-search-total =
    { $records ->
        [0] Nadie con esos datos.
        [one] Un expediente.
       *[other] { $shown } de { $records } expedientes, los más parecidos primero.
    }
cli-duplicates-total =
    { $pairs ->
        [0] Ningún par parecido sin unir.
        [one] Un par. Únalo con «sigilo link» si es la misma persona.
       *[other] { $shown } de { $pairs } pares. Una con «sigilo link» los que son la misma persona.
    }
cli-erased =
    Borrado. Del expediente { $id } se { $count ->
        [one] destruyó 1 parte guardada; la bitácora conserva su lápida.
       *[other] destruyeron { $count } partes guardadas; la bitácora conserva sus lápidas.
    }
cli-log-total =
    { $shown } de { $entries ->
        [one] 1 asiento.
       *[other] { $entries } asientos.
    }
cli-check-sound =
    Íntegra: { $entries ->
        [one] 1 asiento
       *[other] { $entries } asientos
    } de la bitácora y { $contents ->
        [one] 1 contenido
       *[other] { $contents } contenidos
    }; todo se abre.
cli-check-failed =
    { $count ->
        [one] Hay algo mal en la bóveda.
       *[other] Hay { $count } cosas mal en la bóveda.
    } No la siga usando: haga una copia de la carpeta tal como está y avise a quien audita. Lo que está sano lo pasa a una bóveda nueva «sigilo check --repair CARPETA», y nombra lo perdido.
help-check-repair = Hace en esta carpeta una bóveda nueva con todo lo que se puede salvar de una dañada; la dañada no se toca
help-check-head = Una cabeza de la bóveda que se guardó en otra parte; se puede repetir
help-check-reason = Por qué; queda sellado en la bitácora
cli-repaired = Hay una bóveda nueva en { $folder }. Continúa los primeros { $entries } asientos de la bitácora. Contenidos como estaban: { $kept }. Sellados de nuevo, porque la bitácora está rota antes de ellos: { $again }.
cli-repair-lost-record = ✗ Expediente { $id }, versión { $version }: se perdió (asiento { $entry })
cli-repair-lost-other = ✗ Asiento { $entry }: lo que guardó se perdió; no era un expediente
cli-repair-unproven-record = ? Expediente { $id }, versión { $version }: se puede abrir, pero nada prueba que lo guardara esta casa (asiento { $entry }). No está en la bóveda nueva
cli-repair-unproven-other = ? Asiento { $entry }: se puede abrir, pero nada prueba que lo guardara esta casa. No está en la bóveda nueva
cli-repair-entries = Los asientos de la bitácora desde el { $first } no continúan en la nueva: { $lost }. De los que faltan, nadie puede decir qué decían.
cli-repair-keyring = El llavero no es el último que nombra la bitácora. Cambie todas las claves con «sigilo keys rotate».
cli-repair-advice = Guarde la carpeta dañada tal como está: es prueba. Muestre la cabeza nueva a quien audita y a la coordinación.
cli-repair-not-whole = No todo se pudo salvar. Busque una copia de seguridad más vieja para lo que falta.
cli-audit-failed =
    { $count ->
        [one] La bóveda no está íntegra: 1 hallazgo.
       *[other] La bóveda no está íntegra: { $count } hallazgos.
    }
cli-audit-summary =
    { $entries ->
        [one] 1 asiento
       *[other] { $entries } asientos
    }: firmado hasta { $signed }, { $unsigned } sin firmar · { $contents ->
        [one] 1 contenido sellado
       *[other] { $contents } contenidos sellados
    } · { $erased ->
        [one] 1 lápida
       *[other] { $erased } lápidas
    }
cli-import-incomplete =
    { $files ->
        [one] Un archivo no se guardó completo.
       *[other] { $files } archivos no se guardaron completos.
    }

# La demostración
demo-begin = La red de referencia: cinco casas y una línea de ayuda, con personas inventadas.
demo-purpose = Personas atendidas, cuarto trimestre
demo-built = { $records } expedientes sellados, cada casa en su bóveda y con sus propias claves; tarjetas intercambiadas.
demo-round = Una ronda a ciegas con dos custodios de llave, archivo por archivo…
demo-clock = El reloj de este equipo no puede estar bien. Corríjalo.
demo-empty = La red no tiene casas. Es un defecto; avísenos.
demo-records = fichas
demo-persons = personas
demo-consent = consent.
demo-entered = en ronda
demo-services = Servicios que dice cada casa:
demo-result = Ronda: { $records } expedientes de { $local } personas de las casas son { $persons } personas. { $candidates } pares candidatos, { $matches } declarados iguales.
demo-estimate = Calidad estimada sin ver la verdad: precisión { $precision } % ({ $plow } a { $phigh }), exhaustividad { $recall } % ({ $rlow } a { $rhigh }).
demo-truth = Contra la verdad conocida: de { $pairs } pares verdaderos; { $declared } declarados; precisión { $precision } %, exhaustividad { $recall } %.
demo-notices = Solicitudes: { $asked } personas por sorteo; { $introduced } presentaciones de dos casas, donde en las dos se dijo que sí.
demo-introduced =   { $a } y { $b } conocen a la misma persona y lo saben desde el { $day }.
demo-silent =   Otra casa también conoce a una persona de { $house }, pero no preguntó: el { $day } se cerró sin contacto, igual que otras { $closed }.
demo-referral = Remisión: { $from } sella para la tarjeta de { $to } { $fields } grupos de campos y { $files } archivo, con el sí de la persona. { $to } acepta.
demo-referral-chains =   El envío es el asiento { $sent } en la bitácora de { $from } y el { $received } en la de { $to }; el acuse está firmado.
demo-referral-again =   Llega otra vez: { $to } reconoce a la persona y hace de lo suyo la versión { $version }, sin expediente doble.
demo-referral-other =   { $refused } rechaza un envío igual; otro se revoca antes de que lo acepte. { $receipts } acuses comprobados.
demo-chains = { $chains } bitácoras verificadas sin ninguna clave, { $entries } asientos, todas íntegras.
demo-seen = Qué tuvo delante cada quien (archivos, y su tamaño cifrado):
demo-all-sites = todas las casas
demo-role-site = casa
demo-role-coordinator = coordinación
demo-role-holder = custodio
demo-role-auditor = auditoría
demo-report = Informe de la ronda, para abrir en un navegador: { $file }
demo-report-gone = El informe de la ronda se va con la demostración. Con --dir CARPETA queda en ella, para abrirlo en un navegador.
demo-seconds = Segundos por etapa: { $stages }
demo-search = { $site }: alguien pregunta por «{ $heard }», como lo oyó. { $count ->
    [0] Nadie.
    [one] Un expediente se parece.
   *[other] { $count } expedientes se parecen.
}
demo-erase-reason = a petición de la persona
demo-erased = { $site }: el expediente { $id } se borra a petición de la persona. Su clave ya no existe.
demo-erase-failed = El expediente borrado todavía se puede abrir. Es un defecto; avísenos.
demo-verified = { $site }: quien audita verifica sin ninguna clave. { $entries } asientos, en orden; { $erased ->
    [0] ninguna lápida.
    [one] una lápida.
   *[other] { $erased } lápidas.
}
demo-tampered = Alguien cambia un byte de un expediente en una copia de { $site }. La verificación dice:
demo-tamper-missed = La alteración no se descubrió. Es un defecto; avísenos.
demo-end = Todo se cumplió, en { $seconds } s.

# evaluate
help-evaluate = Mide el cotejo con datos cuya verdad se conoce
help-evaluate-dir = Carpeta con un CSV por casa y truth.csv
help-evaluate-policy = Qué tan raras son las fichas: standard, strict; de fábrica strict
help-evaluate-tokens-out = Escribe aquí lo que recibe la coordinación
help-evaluate-report = Escribe aquí un informe con curvas, como página HTML; tarda varias veces más
help-evaluate-group-seed = Semilla del secreto del grupo
help-evaluate-prf-seed = Semilla de la función pseudoaleatoria
evaluate-data = Datos: { $records } expedientes de { $sites } casas; { $pairs } pares de casas distintas son una misma persona.
evaluate-tokens = Fichas: { $tokens } por persona, de { $bits } bits.
evaluate-discover = Candidatos: { $pairs } pares; exhaustividad { $recall }, encuentros casuales por expediente { $degree } (percentil 99: { $p99 }).
evaluate-final = Decisión sin ver la verdad: precisión { $precision }, exhaustividad { $recall }, F1 { $f1 }.
evaluate-best = El mejor umbral, conociendo la verdad: F1 { $f1 }.
evaluate-seconds = Segundos: codificar { $encode }, juntar { $join }, comparar { $compare }, decidir { $score }.
evaluate-page-title = Evaluación de la comparación a ciegas
evaluate-page-curves = Curvas
evaluate-page-discovery = Pares hallados (vertical) frente a encuentros casuales por expediente (horizontal), para distinta rareza y distinto número de fichas; el círculo es esta evaluación.
evaluate-page-tokens = { $tokens } fichas por persona
evaluate-page-thresholds = Precisión (vertical) frente a exhaustividad (horizontal) según el umbral; el círculo es lo decidido sin conocer la verdad.
evaluate-page-weights = Pares candidatos según su peso, en nats; escala logarítmica.
evaluate-page-matches = misma persona
evaluate-page-others = otra persona
evaluate-page-lost = Qué diferencias se pierden
evaluate-page-lost-lead = Pares de expedientes que son la misma persona, según en qué difieren. Un par puede contar en varias filas.
evaluate-page-precision = Precisión de lo decidido
evaluate-page-recall = Exhaustividad de lo decidido
evaluate-page-estimated = … estimada sin la verdad, con su intervalo del 95 %
evaluate-page-f1 = F1
evaluate-page-best = F1 con el mejor umbral, visto después
evaluate-page-found = Pares verdaderos hallados
evaluate-page-degree = Encuentros casuales por expediente
evaluate-page-difference = Diferencia
evaluate-page-pairs = Pares
evaluate-page-found-short = Hallados
evaluate-page-declared = Declarados
evaluate-lost = Diferencia: { $difference }. Pares: { $pairs }; hallados { $found }, declarados { $declared }.
evaluate-estimated = Estimado sin la verdad: precisión { $precision } ({ $plow } a { $phigh }), exhaustividad { $recall } ({ $rlow } a { $rhigh }).
evaluate-report-wrote = Informe escrito: { $file }
evaluate-difference-nothing = ninguna
evaluate-difference-given-missing = falta el nombre de pila
evaluate-difference-given-fewer = menos nombres de pila
evaluate-difference-given-nickname = apodo o forma corta
evaluate-difference-given-spelling = nombre escrito de otro modo
evaluate-difference-given-other = otro nombre de pila
evaluate-difference-surname-missing = faltan los apellidos
evaluate-difference-surname-fewer = falta un apellido
evaluate-difference-surname-swapped = apellidos cambiados de orden
evaluate-difference-surname-spelling = apellido escrito de otro modo
evaluate-difference-surname-other = otro apellido
evaluate-difference-date-missing = falta la fecha de nacimiento
evaluate-difference-date-partial = fecha incompleta
evaluate-difference-date-first-of-january = 1 de enero en lugar de la fecha
evaluate-difference-date-swapped = día y mes cambiados
evaluate-difference-date-year = otro año
evaluate-difference-date-day = otro día u otro mes
evaluate-difference-date-other = otra fecha
evaluate-difference-place-missing = falta el lugar
evaluate-difference-place-other = otro lugar
evaluate-difference-sex-other = otro sexo
evaluate-difference-several-of-them = tres diferencias o más
evaluate-stand-in = Aquí una función con clave ocupa el lugar de la VOPRF: las igualdades son las mismas, la protección no.

# Rotación, copias de seguridad, pruebas, partes
help-keys-rotate = Cambia las claves de todos los expedientes: las claves quitadas no abrirán nada de lo que se conserve
help-keys-rotate-reason = Por qué; queda sellado en la bitácora
help-keys-remove-rotate = Cambia también las claves de todos los expedientes
cli-ask-rotate = Quien guardó esa clave y una copia de la bóveda todavía puede abrir lo sellado con las claves actuales. ¿Cambiar ahora todas las claves? (s/n)
cli-keys-rotated = Se cambiaron todas las claves: { $count } { $count ->
    [one] clave de expediente se envolvió
   *[other] claves de expediente se envolvieron
  } de nuevo. Haga una copia de seguridad nueva: las anteriores están selladas con las claves viejas.
cli-keys-rotated-lost = { $count } { $count ->
    [one] asiento tampoco se pudo abrir
   *[other] asientos tampoco se pudieron abrir
  } con las claves viejas. Ejecute «sigilo check».
cli-keys-rotation-resumed = Un cambio de claves anterior quedó interrumpido. Ahora continúa.
cli-progress-rotate = Cambiando claves

# Pruebas y cofirmas
help-audit-verify-dir = Carpeta de la bóveda o de un paquete de auditoría
help-audit-verify-cosigner = Clave de alguien cuyas cofirmas cuentan; se puede dar varias veces
help-audit-verify-max-age = Días tras los que una cofirma es vieja; 30 si no se dice
help-audit-consistency = Verifica que una cabeza continúa otra
help-audit-consistency-old = La cabeza antigua, como usted la guardó
help-audit-consistency-new = La cabeza nueva
help-audit-consistency-from = Bóveda o paquete de auditoría de donde tomar la demostración; la bóveda si no se dice
help-audit-consistency-proof = Un archivo con la demostración, en lugar de una bóveda
help-audit-consistency-key = Clave que firma las cabezas, de otra fuente que la bóveda misma
help-audit-consistency-out = Escribe la demostración aquí
help-audit-inclusion = Verifica la demostración de un asiento, o hace una
help-audit-inclusion-file = La demostración; no necesita bóveda, solo la clave
help-audit-inclusion-record = Hace la demostración de este expediente (identificador o número)
help-audit-inclusion-version = Versión del expediente; la última si no se dice
help-audit-inclusion-evidence = Hace la demostración de este archivo de prueba (comienzo de su identificador)
help-audit-inclusion-entry = Hace la demostración de este asiento de la bitácora; no necesita clave
help-audit-inclusion-from = Bóveda o paquete de auditoría de donde tomarla
help-audit-inclusion-out = Escribe la demostración aquí
help-audit-inclusion-key = Clave que firma las cabezas de la bitácora
help-audit-inclusion-slot-key = Clave pública de quien habría actuado, en hexadecimal
help-audit-inclusion-cosigner = Clave de alguien cuyas cofirmas cuentan; se puede dar varias veces
help-audit-cosign = Verifica una bitácora, la compara con la última cabeza vista y cofirma la suya
help-audit-cosign-source = Bóveda, paquete de auditoría, demostración o cabeza
help-audit-cosign-signer = Su archivo de clave, hecho con «audit keygen»
help-audit-cosign-seen = Archivo que recuerda las cabezas vistas; junto al de la clave si no se dice
help-audit-cosign-key = Clave que firma las cabezas de la bitácora; hace falta la primera vez
help-audit-cosign-out = Escribe aquí la cabeza cofirmada, o la negativa
help-audit-export = Escribe la bitácora sin lo guardado, para un auditor o un servidor web; no necesita clave
help-audit-export-dir = Carpeta nueva donde escribir
help-audit-keygen = Hace la clave de un auditor
help-audit-keygen-name = Nombre que va en cada firma, como un dominio; sin espacios
help-audit-keygen-to-file = Archivo nuevo para la clave; quien lo tiene puede cofirmar en su nombre
help-audit-refusal = Verifica la negativa de un auditor a cofirmar una cabeza
help-audit-refusal-file = La negativa
help-audit-refusal-key = Clave que firma las cabezas de la bitácora
help-audit-refusal-auditor = Clave del auditor; no hace falta donde la bitácora se delata sola
help-log-checkpoint-import = Recibe de vuelta una cabeza que alguien cofirmó
help-log-checkpoint-cosigner = Clave de alguien que cofirma, ya comparada; se confía en ella desde ahora
help-log-open = Abre actos sueltos para que otros los vean, cada uno con su demostración y nada más
help-log-open-entries = Números de los asientos, como los muestra «log show»
help-log-open-out = Archivo donde escribir; para varios asientos, una carpeta
cli-progress-export = Exportando
cli-audit-key-kind = Esta es la clave de alguien que cofirma, no la que firma las cabezas de una bitácora. La que se necesita la muestra «sigilo log checkpoint» en la casa.
cli-audit-cosigner-kind = Esta no es la clave de alguien que cofirma. La muestra «sigilo audit keygen».
cli-audit-needs-key = Diga con --key qué clave firma las cabezas de esta bitácora.
cli-audit-bad-slot-key = La clave pública de quien actúa son 64 dígitos hexadecimales. Cópiela entera de donde la casa la publica.
cli-audit-bundle-summary =
    { $entries ->
        [one] 1 asiento
       *[other] { $entries } asientos
    }: firmada hasta { $signed }, { $unsigned } sin firmar · { $erased ->
        [one] 1 lápida
       *[other] { $erased } lápidas
    } · paquete de auditoría, sin contenidos
cli-audit-bundle-sound = Íntegra: estos son los asientos que se firmaron, en ese orden.
cli-audit-exported =
    { $entries ->
        [one] 1 asiento exportado.
       *[other] { $entries } asientos exportados.
    }
cli-audit-export-behind =
    { $count ->
        [one] 1 asiento todavía no está firmado y quedó fuera.
       *[other] { $count } asientos todavía no están firmados y quedaron fuera.
    }
cli-audit-consistent = La cabeza de { $new } asientos continúa la de { $old } asientos: de esos, ninguno fue cambiado, retirado ni puesto en otro lugar.
cli-audit-proved = Demostración escrita: el asiento { $entry } está bajo la cabeza firmada de { $size } asientos.
cli-cosigned-none = Nadie de fuera, que aquí se conozca, ha cofirmado esta bitácora. Lo comprobado vale frente a extraños; no frente a quien tiene las claves de la casa. Pida una cofirma.
cli-cosigned-last = Última cofirma, de { $name }, el { $time }: { $size } asientos.
cli-cosigned-old = Eso fue hace { $days } días, más de { $limit }. Haga cofirmar otra vez la cabeza.
cli-open-slot-key = Clave pública de { $slot }: { $key }
cli-proof-holds = La demostración es válida: este es el asiento { $entry } de la bitácora { $log }, bajo su cabeza firmada de { $size } asientos.
cli-proof-no-content = El asiento no guardó nada.
cli-proof-content = El asiento guardó algo cuyo SHA-256 es { $hash }.
cli-proof-erases = El asiento borra lo que guardó el asiento { $entry }.
cli-proof-closed = Su acto está sellado y no se muestra.
cli-proof-act = { $kind }, el { $time } según el reloj de la casa, que nadie más ha confirmado.
cli-proof-actor = Hecho con la clave { $slot }; su firma no se verificó (--slot-key).
cli-proof-actor-signed = Hecho con la clave { $slot }, cuya firma es válida.
cli-proof-second = Junto con la clave { $slot }; su firma no se verificó (--slot-key).
cli-proof-second-signed = Junto con la clave { $slot }, cuya firma es válida.
cli-proof-object = Sobre { $object }, versión { $version }.
cli-proof-count = Cuántos: { $count }.
cli-proof-prior = Sigue al asiento { $entry }.
cli-proof-reason = Motivo dado: { $reason }
cli-proof-slot-forged = El acto está en la bitácora, pero esa clave no lo firmó. Compare la clave con quien la publica; si es la suya, el acto no es de quien dice ser.
cli-proof-cosigned = Cofirmado por { $name } el { $time }: para entonces el asiento existía en esta forma.
cli-proof-not-cosigned = Sin cofirma de alguien conocido (--cosigner): cuándo se hizo el asiento es solo la palabra de la casa.
cli-keygen-cosigner = Clave de sus cofirmas (--cosigner): { $key }
cli-keygen-auditor = Clave de sus negativas (--auditor): { $key }
cli-keygen-advice = Dé las dos a las casas, por teléfono o en papel. Guarde el archivo de clave, y el de cabezas vistas que quedará a su lado, con una copia.
cli-cosign-done = Cofirmada: { $size } asientos.
cli-cosign-refused = No se cofirmó: { $reason } La declaración firmada con las dos cabezas está en { $file }; guárdela y muéstrela.
cli-refusal-holds = La negativa del { $time } es válida. Se había visto una cabeza de { $last } asientos; se trajo una de { $given }. Motivo: { $reason }
cli-refusal-needs-auditor = Esta negativa descansa solo en la palabra del auditor: indique su clave con --auditor.

help-backup = Escribe una copia de seguridad, cifrada para las personas que indique
help-backup-to = Archivo o carpeta; la copia que haya ahí se reemplaza y su clave se destruye
help-backup-recipient = Quién puede restaurar: un destinatario age (age1…); se puede repetir. Haga uno con «keys identity»
help-backup-key-to = Deja aquí el pequeño archivo de clave, en vez de junto al archivo cifrado
help-backup-reason = Por qué; queda sellado en la bitácora
help-backup-check = Comprueba una copia de seguridad sin ninguna clave
help-restore = Hace una bóveda en --vault a partir de una copia de seguridad
help-restore-from = La copia de seguridad: su archivo cifrado, o la carpeta donde está
help-restore-identity = Archivo con una identidad age para la que está cifrada la copia
help-restore-key = El pequeño archivo de clave, si no está junto al archivo cifrado
help-restore-head = Una cabeza de la bóveda vista después; se puede repetir
help-restore-newer = Carpeta con una copia más nueva de la bóveda, quizá dañada: lo que ella borró se borra de nuevo
help-restore-reason = Por qué; queda sellado en la bitácora
help-keys-identity = Hace una identidad age para copias de seguridad y muestra su destinatario
help-keys-identity-file = Archivo nuevo para la identidad; guárdelo lejos de la copia
cli-backup-done = Copia de seguridad de { $entries } asientos: { $file }; su clave: { $key }
cli-backup-advice = Para restaurarla hacen falta tres cosas: la identidad, el archivo de clave y una contraseña. Cuando borre un expediente, haga otra vez la copia en el mismo lugar: así se destruye la clave de la anterior. Si hay más copias del archivo de clave, destrúyalas usted.
cli-backup-bad-recipient = Eso no es un destinatario age. Empieza con age1 y tiene 62 caracteres.
cli-backup-needs-recipient = Diga con --recipient quién puede restaurar la copia. Haga una identidad con «sigilo keys identity ARCHIVO».
cli-backup-rotation = Un cambio de claves quedó interrumpido; termínelo con «sigilo keys rotate» y haga la copia de nuevo.
cli-backup-sound = La copia de seguridad está completa: { $entries } asientos. Que además se abre, solo se sabe restaurándola.
cli-restored = Se restauraron { $entries } asientos en una bitácora nueva. Perdidos que se conocen: { $lost }. Borrados de nuevo: { $erased }.
cli-restored-blind = No indicó ninguna cabeza ni una copia más nueva: no se sabe si faltan asientos, y lo que se borró después de la copia está aquí otra vez. Bórrelo de nuevo y muestre la cabeza nueva a quien audita y a la coordinación.
cli-restored-keys = Las claves son las de cuando se hizo la copia: quite las que se hayan quitado después y cámbielas todas con «sigilo keys rotate».
cli-identity-bad = El archivo { $file } no tiene una identidad age (AGE-SECRET-KEY-1…). Indique el que hizo «sigilo keys identity».
cli-identity-advice = Guarde el archivo lejos de la computadora y de la copia: juntos abren todo.
help-evidence = Archivos que pertenecen a un expediente
help-evidence-add = Sella un archivo de cualquier tamaño como prueba de un expediente
help-evidence-add-record = Comienzo del identificador del expediente, o su número
help-evidence-add-file = El archivo
help-evidence-add-name = Nombre con el que se guarda; el del archivo si no se dice
help-evidence-add-reason = Por qué; queda sellado en la bitácora
help-evidence-list = Muestra las pruebas
help-evidence-list-record = Solo de este expediente
help-evidence-extract = Comprueba un archivo de prueba y después lo escribe sin cifrar
help-evidence-extract-id = Comienzo de su identificador, como lo muestra «evidence list»
help-evidence-extract-to = Archivo nuevo donde dejarlo; - para la salida estándar
help-evidence-extract-reason = Por qué; queda sellado en la bitácora
cli-progress-evidence = Sellando la prueba
cli-evidence-added = Prueba { $id } sellada. SHA-256 del archivo: { $sha256 }
cli-evidence-added-advice = El original sigue donde estaba, sin cifrar.
cli-evidence-extracted = Comprobado y escrito en { $file }. SHA-256: { $sha256 }
cli-evidence-none = No hay ninguna prueba con ese identificador. Véalas con «sigilo evidence list».
cli-evidence-not-a-file = Indique un solo archivo. Una carpeta se junta antes en un archivo, por ejemplo .zip.
help-arg-shares = Abre con partes de recuperación: un archivo con una parte por línea, - para escribirlas; se puede repetir
help-keys-shares = Hace partes de recuperación para varias personas; un juego anterior deja de servir
help-keys-shares-of = Cuántas partes hacer
help-keys-shares-need = Cuántas de ellas abren juntas la bóveda
help-keys-shares-to = Carpeta donde escribir cada parte, como texto y como código QR
help-keys-drill = Prueba que una clave, un código de recuperación o unas partes abren la bóveda; no cambia nada
cli-ask-share = Parte de recuperación (vacío para terminar):
cli-kind-shares = partes de recuperación
cli-slot-shares = Partes de recuperación
cli-share-heading = Parte { $number } de { $of }; juntas { $need } abren la bóveda
cli-shares-advice = Dé cada una a una persona distinta, en papel. Después pruebe que sirven: «sigilo keys drill --shares -».
cli-drill-passed = Abre la bóveda, con estos permisos: { $rights }. No se cambió nada.
help-seal-yes = No preguntar si el expediente probablemente ya está
cli-seal-likely = { $count ->
    [one] Este expediente es probablemente
   *[other] Estos expedientes son probablemente
  } de la misma persona:
cli-ask-seal-anyway = ¿Sellar de todos modos un expediente nuevo? (s/n)
help-evidence-show = Muestra quién tuvo una prueba en sus manos; mirarla queda en la bitácora
help-evidence-show-id = Comienzo de su identificador, como lo muestra «evidence list»
help-evidence-show-reason = Por qué; queda sellado en la bitácora
help-evidence-export = Escribe una carpeta para un tribunal: el archivo sin cifrar y todo lo que lo demuestra
help-evidence-export-id = Comienzo de su identificador, como lo muestra «evidence list»
help-evidence-export-to = Carpeta nueva
help-evidence-export-slot-names = Dice también cómo llama la casa a las claves que actuaron
help-evidence-export-reason = Por qué; queda en la bitácora y se ve en la carpeta
help-evidence-hand-over = Entrega una prueba: la misma carpeta, con acuse para firmar
help-evidence-hand-over-id = Comienzo de su identificador, como lo muestra «evidence list»
help-evidence-hand-over-receiver = A quién; queda en la bitácora y se ve en la carpeta
help-evidence-hand-over-to = Carpeta nueva
help-evidence-hand-over-slot-names = Dice también cómo llama la casa a las claves que actuaron
help-evidence-hand-over-reason = Por qué; queda en la bitácora y se ve en la carpeta
help-evidence-receive = Comprueba una prueba que otra casa entregó y firma el acuse
help-evidence-receive-dir = La carpeta que entregó la otra casa
help-evidence-receive-to = Archivo nuevo para el acuse firmado
help-evidence-receive-key = Clave que firma las cabezas de la otra casa, si no está su tarjeta
help-evidence-receive-refuse = Firma que se comprobó pero no se acepta
help-evidence-receipt = Guarda el acuse de una prueba entregada: el documento firmado, o la imagen de un papel
help-evidence-receipt-id = Comienzo de su identificador, como lo muestra «evidence list»
help-evidence-receipt-file = El acuse
help-evidence-receipt-entry = Asiento de la entrega; la última si no se dice
help-evidence-receipt-reason = Por qué; queda sellado en la bitácora
help-audit-court = Comprueba la carpeta de una prueba, sin ninguna clave de la casa
help-audit-court-dir = La carpeta
help-audit-court-key = Clave que firma las cabezas de la bitácora, de otra fuente que la carpeta
help-audit-court-cosigner = Clave de quien cofirmó, de otra fuente que la carpeta; se puede repetir
cli-court-written = Escrito y comprobado en { $dir }: el archivo, { $count } actos con su demostración, y una página que lo explica (informe.html, report.html).
cli-court-clear = La carpeta no está cifrada: contiene la prueba tal cual. Bórrela cuando ya no haga falta.
cli-court-receipt-advice = Pida el acuse: firmado con «sigilo evidence receive», o en papel (última hoja de informe.html). Guárdelo con «sigilo evidence receipt».
cli-court-received = La prueba resistió la comprobación. Acuse firmado en { $file }; devuélvalo a quien la entregó.
cli-court-receipt-signed = Acuse { $id } guardado; la firma es de una tarjeta en la que usted confía.
cli-court-receipt-paper = Acuse { $id } guardado como documento en papel; su firma no la comprueba nadie más que quien lo mire.
cli-court-cosigners-unknown = Las claves de quienes cofirmaron se tomaron de la propia carpeta. Pídaselas a ellos e indíquelas con --cosigner.
cli-card-file = { $file }: { $why }
cli-court-page = { $file } no es lo que este programa escribe de esta carpeta: lo hizo otra versión, o alguien lo cambió. No se fíe de lo que dice; vale lo que se imprime aquí.
cli-court-failed =
    { $count ->
        [one] La carpeta no se sostiene: 1 hallazgo.
       *[other] La carpeta no se sostiene: { $count } hallazgos.
    } Guárdela como está y pida otra a quien se la dio.
cli-court-sound = Sin hallazgos: «{ $name }» (SHA-256 { $sha256 }) es el archivo que la casa selló, y los { $count } actos están en su bitácora.

## Compartimentos, dos claves y coacción
help-arg-age = Abre con una identidad age de este archivo
help-arg-second-slot = Pide también la clave de una segunda persona, para lo que se hace entre dos
help-arg-second-key-file = Archivo de clave de la segunda persona
help-keys-add-compartments = Compartimentos que abre, separados por coma; todos si no se dice
help-keys-add-age-recipient = En vez de una contraseña, la identidad age de este destinatario (age1…)
help-keys-drill-record = Anota en la bitácora que la recuperación funciona; hace falta para «keys panic» y «keys duress»
help-keys-change = Cambia lo que puede la clave de otra persona
help-keys-change-slot = Comienzo del identificador de la clave, como lo muestra «keys list»
help-keys-change-rights = Permisos, separados por coma: sellar, leer, exportar, administrar, bitácora; los de antes si no se dice
help-keys-change-compartments = Compartimentos que abre, separados por coma; los de antes si no se dice
help-keys-change-all-compartments = Que abra todos los compartimentos
help-keys-compartment = Agrega un compartimento: expedientes que solo algunas claves abren
help-keys-compartment-name = Cómo llamarlo; queda sellado
help-keys-compartment-two = Que nadie lo abra sin otra persona: harán falta dos claves a la vez
help-keys-policy = Muestra o cambia lo que piden dos claves
help-keys-policy-two = Lo que piden dos claves, separado por coma: export, referral, evidence, opening, erase; none para nada
help-keys-policy-alone = Cuántos expedientes a la vez puede abrir una sola clave, con «opening»
help-keys-policy-reason = Por qué; queda sellado en la bitácora
help-keys-panic = Destruye las claves de la casa; después solo abren la recuperación y las copias
help-keys-panic-reason = Por qué; queda sellado en la bitácora
help-keys-panic-yes = No preguntar
help-keys-duress = Contraseña de coacción: quien la escribe destruye las claves de la casa y ve «contraseña incorrecta»
help-keys-duress-set = Pone la contraseña de coacción, o la cambia
help-keys-duress-remove = La quita, si la hay
cli-ask-second-passphrase = Contraseña de la segunda persona:
cli-kind-age = identidad age
cli-no-such-compartment = No hay ningún compartimento con ese nombre. «sigilo keys list --json» los muestra.
cli-compartment-by-two = «{ $name }» se abre solo entre dos.
cli-compartment-added = Compartimento agregado: { $name }. Se sella en él con «sigilo seal --compartment».
cli-compartment-added-two = Compartimento agregado: { $name }. Se sella en él con «sigilo seal --compartment»; para leerlo hacen falta dos claves a la vez (--second-slot) o las partes de recuperación. Si había contraseña de coacción, se quitó: pruebe las partes y póngala otra vez.
cli-key-changed = Clave { $slot } cambiada.
cli-key-changed-limits = Lo que esa clave abría antes pudo haberse guardado: «sigilo keys rotate» cambia las claves de todos los expedientes.
cli-drill-recorded = Abre la bóveda, con estos permisos: { $rights }. Quedó anotado en la bitácora.
cli-log-second = { " " }(con { $name })
cli-guarded-export = exportar expedientes
cli-guarded-referral = enviar un expediente a otra casa
cli-guarded-evidence = sacar un archivo de prueba
cli-guarded-opening = abrir muchos expedientes a la vez
cli-guarded-erase = borrar un expediente o levantar una retención legal
cli-policy-none = Nada pide dos claves: una persona sola puede hacer lo que su clave permite.
cli-policy-two = Piden dos claves (--second-slot):
cli-policy-alone = (más de { $count })
cli-policy-keys = También lo piden las claves nuevas y todo cambio de esta lista.
cli-ask-panic = Se destruirán todas las contraseñas, archivos de clave e identidades de esta casa, también la suya. Después solo abre la recuperación. ¿Continuar? (s/n)
cli-panic-done = Claves destruidas: { $count }. Para abrir quedan: códigos de recuperación, { $codes }; juegos de partes, { $shares }.
cli-panic-left = No se destruyó lo que esté fuera de este llavero: copias del llavero en otra memoria, copias de seguridad y sus claves. El disco puede conservar restos, y cualquiera ve que las claves ya no están.
cli-duress-advice = Elija una contraseña que nadie escriba por error. Quien la escriba destruye las claves de la casa.
cli-duress-set = La contraseña de coacción quedó puesta. Si hace partes o un código de recuperación nuevos, se quita: pruébelos y póngala otra vez.
cli-duress-removed = Ya no hay contraseña de coacción.
help-seal-compartment = Compartimento en que se sella; si falta, el de su clase
help-init-compartment = Otro compartimento además de víctimas, testigos y llamadas; se puede repetir

## Conservación
help-hold = Retención legal: un expediente que no se puede borrar
help-hold-set = Pone un expediente bajo retención legal
help-hold-set-id = Comienzo del identificador, o número de expediente
help-hold-set-reason = Por qué; queda sellado
help-hold-lift = Levanta la retención legal
help-hold-lift-id = Comienzo del identificador, o número de expediente
help-hold-lift-reason = Por qué; queda sellado en la bitácora
help-hold-list = Lista los expedientes bajo retención legal
help-retain = Dice hasta cuándo se conserva un expediente
help-retain-id = Comienzo del identificador, o número de expediente
help-retain-until = Último día en que se conserva
help-retain-always = Sin fecha de término
help-retain-reason = Por qué; queda sellado en la bitácora
help-list-due = Solo los que ya toca borrar, hoy o en esta fecha
help-erase-due = Muestra uno por uno los que ya toca borrar y pregunta
cli-held = Bajo retención legal: { $reason }
cli-kept-until = Se conserva hasta el { $date }
cli-hold-set = Expediente { $id } bajo retención legal.
cli-hold-lifted = Retención legal del expediente { $id } levantada.
cli-retain-set = El expediente { $id } se conserva hasta el { $date }. Después lo muestra «sigilo list --due»; nada se borra solo.
cli-retain-removed = El expediente { $id } se conserva sin fecha de término.
cli-ask-hold-reason = ¿Por qué?
cli-hold-needs-reason = Diga el motivo con --reason.
cli-erase-due-asks = Lo que toca borrar se decide expediente por expediente, en una terminal.
cli-erase-due-done = Tocaba borrar { $due }; borrados: { $erased }.
cli-check-due = Ya toca borrar { $count } { $count ->
    [one] expediente
   *[other] expedientes
}: «sigilo list --due».
