# El escritorio: primeros pasos, configuración, páginas de manual.
help-arg-plain = Sin recuadros, barras ni cursor que se mueva; apto para lectores de pantalla
help-config = Muestra los ajustes en vigor y de dónde viene cada uno
help-completions = Escribe el archivo con que su intérprete de órdenes completa las de sigilo
help-completions-shell = bash, zsh, fish o powershell
help-man = Muestra la página de manual; con una carpeta, escribe ahí las de todas las órdenes
help-man-dir = Carpeta para las páginas, una por orden
man-name = NOMBRE
man-synopsis = SINOPSIS
man-description = DESCRIPCIÓN
man-options = OPCIONES
man-examples = EJEMPLOS
man-version = VERSIÓN
man-written =
    { $count ->
        [one] Escrita 1 página de manual
       *[other] Escritas { $count } páginas de manual
    } en { $dir }.
cli-interrupted = Interrumpido. Lo que ya estaba guardado sigue guardado, entero; lo demás no cambió nada.
cli-binary-to-terminal = Eso no se escribe en la terminal, donde queda a la vista. Indique un archivo con --to, o mande la salida a otro programa.

config-mistake = La configuración { $file } tiene un error en la línea { $line }: { $what } Lo que se puede ajustar: { $keys }.
config-too-large = La configuración { $file } pasa de { $max } KiB, que es lo más que se lee. ¿Es el archivo correcto? No se hizo nada.
config-mistake-form = no está escrita así: nombre = valor; o un nombre aparece dos veces.
config-mistake-key = ese nombre no existe.
config-mistake-flag = el valor debe ser true (sí) o false (no), sin comillas.
config-mistake-place = el valor debe ser una carpeta o un archivo entre comillas.
config-mistake-lang = el idioma debe ser "es" o "en".
config-mistake-idle = los minutos deben ser un número del 1 al 240.
config-file = Configuración: { $file }
config-file-absent = Configuración: { $file } (no existe; se usa lo de fábrica)
config-no-file = ninguna
config-unset = sin indicar
config-from-option = por una opción
config-from-environment = por una variable de entorno
config-from-file = por el archivo
config-from-default = de fábrica

steps-none = No hay ninguna bóveda en esta carpeta.
steps-none-named = No hay ninguna bóveda en { $dir }.
steps-no-keyring = Hay una bóveda en { $dir }, pero falta su llavero. ¿Está en una memoria USB?
steps-locked =
    Hay una bóveda cerrada en { $dir }: { $entries ->
        [one] 1 asiento
       *[other] { $entries } asientos
    } en su bitácora.
steps-unreadable = Hay una bóveda en { $dir }, pero su archivo no se puede leer.
steps-open = Bóveda de { $site }, abierta con la clave «{ $slot }».
steps-ask-open = Para ver qué está pendiente, escriba la contraseña (solo Enter: no):
steps-pending = Pendiente:
steps-nothing-pending = No hay nada pendiente.
steps-vault-option = Agregue «--vault { $dir }» a cada una de estas órdenes. Para no escribirlo más: «sigilo config» dice en qué archivo anotar vault = '{ $whole }'
steps-next = Pasos siguientes:
steps-conflicts =
    { $count ->
        [one] 1 expediente cambió en dos computadoras; alguien debe decidir qué vale.
       *[other] { $count } expedientes cambiaron en dos computadoras; alguien debe decidir qué vale.
    }
steps-due =
    { $count ->
        [one] Ya toca borrar 1 expediente.
       *[other] Ya toca borrar { $count } expedientes.
    }
steps-drafts =
    { $count ->
        [one] 1 entrevista quedó sin terminar.
       *[other] { $count } entrevistas quedaron sin terminar.
    }
steps-cosigned-none = Nadie de fuera ha cofirmado todavía la bitácora.
steps-cosigned-old =
    La última cofirma de fuera es de hace { $days ->
        [one] 1 día.
       *[other] { $days } días.
    }
steps-round =
    { $count ->
        [one] Hay 1 ronda abierta.
       *[other] Hay { $count } rondas abiertas.
    }
steps-rotation = Un cambio de claves quedó a medias.
step-demo = ver cómo funciona, con personas inventadas
step-init = crear una bóveda
step-vault = abrir una que ya existe
step-keyring = decir dónde está el llavero (la memoria USB)
step-restore = recuperar una copia de seguridad
step-search = buscar a una persona
step-seal = sellar un expediente: pregunta uno por uno los datos
step-list = ver todos los expedientes
step-check = revisar que todo esté íntegro
step-verify = comprobar la bóveda sin ninguna clave
step-conflicts = ver qué cambió en dos computadoras
step-due = ver qué toca borrar
step-erase-due = borrar lo que toca, uno por uno
step-cosign = sacar la cabeza de la bitácora y llevarla a cofirmar
step-round = seguir la ronda con la memoria USB
step-round-status = ver en qué está la ronda
step-coordinator = ver en qué está la ronda y quién debe qué
step-rotate = terminar el cambio de claves
step-recovery = abrir con el código de recuperación si se perdió la contraseña
step-intake = sellar un expediente (esta clave no lee lo que sella)
step-help = todas las órdenes
step-shell = abrir el escritorio: buscar, corregir y sellar en una pantalla
step-drafts = seguir una entrevista sin terminar

# La entrevista
interview-place = Pregunta { $at } de { $of } · { $group }
interview-row-skip = (sin respuesta)
interview-row-unknown = No se sabe
interview-row-refused = No quiso decir
interview-keys = Enter: seguir · flechas: elegir · RePág: pregunta anterior · Esc: más opciones
interview-keys-several = Espacio: marcar varias · Enter: seguir · RePág: pregunta anterior · Esc: más opciones
interview-keys-list = Flechas: elegir · Enter: aceptar · Esc: volver
interview-keys-review = Flechas: elegir · Enter: aceptar, o corregir esa respuesta · Esc: volver a las preguntas
interview-menu = ¿Qué quiere hacer?
interview-review = Revise antes de guardar:
interview-action-seal = Sellar el expediente
interview-action-amend = Guardar los cambios
interview-action-go-on = Seguir con las preguntas
interview-action-review = Revisar las respuestas y terminar
interview-action-keep = Guardar sin terminar, para seguir otro día
interview-action-leave = Salir sin guardar nada
interview-action-leave-amend = Salir sin cambiar nada
interview-plain-help = Enter: seguir sin cambio · ? no se sabe · ! no quiso decir · < pregunta anterior · - vaciar · . revisar y terminar · + guardar sin terminar
interview-plain-choose = Letra, o número de la respuesta que quiere corregir:
interview-plain-choose-again = Escriba una de las letras, o un número de la lista.
interview-drafts =
    { $count ->
        [one] Hay 1 entrevista sin terminar:
       *[other] Hay { $count } entrevistas sin terminar:
    }
interview-draft =
    { $time } · { $kind } · { $answers ->
        [one] 1 respuesta
       *[other] { $answers } respuestas
    }
interview-ask-draft = Número de la que quiere seguir (solo Enter: una nueva):
interview-ask-draft-again = Escriba un número de la lista, o solo Enter.
interview-kept = La entrevista quedó guardada sin terminar, sellada. Para seguirla: sigilo seal
interview-kept-intake = La entrevista quedó guardada sin terminar, sellada. Esta clave no puede leer lo que sella: la sigue alguien cuya clave sí lee, con «sigilo seal».
interview-nothing-to-keep = Todavía no hay ninguna respuesta que guardar.

# El escritorio
help-shell = El escritorio: buscar, leer, corregir y sellar con una sola contraseña; se cierra solo si nadie lo usa
shell-action-search = Seguir buscando
shell-action-seal = Sellar un expediente nuevo (entrevista)
shell-action-list = Ver todos los expedientes
shell-action-drafts = Seguir una entrevista sin terminar
shell-action-lock = Cerrar con llave
shell-action-quit = Salir
shell-found =
    { $records ->
        [0] Nadie con esos datos.
        [one] Un expediente.
       *[other] { $shown } de { $records } expedientes.
    }
shell-no-drafts = No hay entrevistas sin terminar.
shell-drafts = Entrevistas sin terminar
shell-locked = La bóveda está cerrada con llave.
shell-locked-asked = Cerrada con llave.
shell-locked-idle = Cerrada con llave porque nadie la usaba.
shell-locked-kept = Cerrada con llave porque nadie la usaba, o porque se pidió. La entrevista quedó guardada sin terminar, sellada.
shell-locked-lost = Cerrada con llave. La entrevista sin terminar no se pudo guardar.
shell-keys-locked = Enter: abrir · Esc: salir
shell-keys-search = Escriba para buscar · flechas y Enter: abrir · F2: expediente nuevo · F3: todos · F9: cerrar con llave · Esc: más opciones
shell-keys-record = Flechas: elegir · Enter: corregir ese dato · Esc: volver a la búsqueda
shell-keys-input = Enter: seguir · Esc: no cambiar nada
shell-record = { $kind } { $id } · versión { $version }
shell-add-service = [ Anotar una atención ]
shell-ask-service = ¿Qué clase de atención?
shell-ask-service-date = ¿Qué día?
shell-ask-service-note = ¿Algo que anotar? (puede quedar vacío)
shell-ask-reason = ¿Por qué se corrige? (queda sellado; puede quedar vacío)
shell-plain-menu =
    1  buscar a una persona
    2  ver todos los expedientes
    3  abrir un expediente
    4  sellar un expediente nuevo
    5  seguir una entrevista sin terminar
    6  cerrar con llave
    0  salir
shell-plain-choose = Número:
shell-plain-again = Escriba uno de los números.
shell-plain-ask-record = Número de la lista, comienzo del identificador, o número de expediente:
shell-plain-ask-field = Número del dato que quiere corregir, + para anotar una atención, solo Enter para volver:
shell-plain-unlock = Pulse Enter para abrirla de nuevo.
cli-progress-working = Trabajando
cli-progress-match = Buscando pares
cli-progress-left = faltan { $time }
cli-progress-read = Leyendo fichas
help-arg-screen = En otra pantalla: nada queda en lo que se puede recorrer hacia atrás. «show» lo hace siempre
viewer-keys = Flechas, RePág, AvPág: moverse · Esc: salir
