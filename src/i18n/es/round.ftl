# round

round-role-site = albergue o línea de ayuda
round-role-coordinator = coordinación
round-role-holder = custodio de llave
round-role-auditor = auditoría
round-kind-welcome = bienvenida
round-kind-blinded = solicitud cegada
round-kind-evaluated = respuesta evaluada
round-kind-tokens = archivo de fichas
round-kind-pairs-ask = lista de pares
round-kind-pairs-weights = lista de pesos
round-kind-withdrawn = lista de personas que salieron
round-kind-head = cabeza de una bitácora
round-kind-head-answer = cofirma de una cabeza
round-kind-counts-ask = lista de lo que se cuenta
round-kind-counts-reply = sumas de los conteos
round-kind-notice = lista de solicitudes sobre personas
round-kind-consent = respuestas a solicitudes
round-kind-introduction = presentaciones
round-receipt-received = recibido
round-receipt-accepted = aceptado
round-receipt-refused = rechazado
round-form = La línea { $line } no es válida; se esperaba «{ $field }». Pida el archivo de nuevo.
round-content = El contenido del archivo no es válido. Pida el archivo de nuevo.
round-crypto = Una clave no es válida, o el sistema no dio números al azar. Inténtelo de nuevo; si se repite, pida el archivo otra vez.
round-not-an-envelope = Este archivo no es de una ronda de sigilo, o está dañado. Cópielo o pídalo de nuevo.
round-not-for-you = Este archivo es para otra parte: no es para abrirlo aquí.
round-damaged = El archivo está dañado o incompleto. Cópielo o pídalo de nuevo.
round-too-large = El archivo es más grande de lo permitido. ¿Es el archivo correcto? Pídalo de nuevo.
round-io = No se pudo leer o escribir el archivo. Si está en una memoria USB, desconéctela, conéctela e inténtelo de nuevo.
round-wrong-kind = El archivo es de otra clase: es { $found } y se esperaba { $expected }. Indique el otro archivo.
round-wrong-round = El archivo pertenece a otra ronda. Tome la carpeta de esta ronda, o deje ese archivo fuera.
round-wrong-sender = El archivo no viene de { $name }. No lo use; pregunte a quien lo trajo.
round-card-name = Ese nombre no puede estar en una tarjeta: use letras, números y signos corrientes, sin < > = + ni comillas angulares, y hasta 96 bytes. Diga otro con --name.
round-signature = La firma de { $name } no es válida: el archivo fue cambiado o no es suyo. No lo use; pídalo de nuevo en persona.
round-not-pinned = No hay tarjeta aceptada de { $name }. Compruébela en persona o por teléfono y acéptela con «sigilo trust».
round-wrong-role = La tarjeta de { $name } no es de: { $role }.
round-other-card-pinned = Ya hay otra tarjeta aceptada de { $name }. Compruebe en persona cuál vale antes de cambiarla.
round-unsigned = Falta la firma de { $name }. Lleve primero la nota a quien falta.
round-not-in-round = { $name } no participa en esta ronda. Si debe participar, pregunte a la coordinación por la próxima.
round-wrong-draft = El archivo se refiere a otro borrador de la ronda. Pregunte a la coordinación cuál vale.
round-wrong-join = La nota no contiene la adhesión que se hizo aquí. No se firma. Pregunte a la coordinación y avise a los demás custodios.
round-joins = Las adhesiones de los custodios no están completas. Espere a que cada uno traiga la suya.
round-possession = { $name } no ha demostrado que conoce su clave. Pida de nuevo su adhesión.
round-keys = Las claves de los custodios no encajan entre sí. Abra otra ronda, con claves nuevas, y avise a los custodios.
round-second-note = Ya se aceptó otra nota de la misma ronda. Avise a los custodios.
round-selectivity = El borrador pide { $found } milésimas de bit y el mínimo aquí es { $minimum }. Pida a la coordinación otro borrador con más bits; su mínimo lo fija «sigilo keyholder policy --bits-min».
round-late = El plazo de la ronda venció: { $time }. Ya no se toma nada; lo que falta entra en la próxima.
round-quota = Son { $asked } personas y el cupo es de { $quota }. Quien custodia pone el límite con «sigilo keyholder policy --quota-max»; acuérdelo con la coordinación.
round-numbers = El archivo no tiene los números que fija la nota de la ronda. Pida el archivo de nuevo a quien lo hizo.
round-commitment = La parte de { $name } no es aquella a la que se comprometió. Avise a los demás custodios; con ella no se sigue.
round-reply = Falta la respuesta de { $name }, o está dos veces. Pida a ese custodio una sola.
round-other-request = La respuesta de { $name } contesta otra solicitud. Pida la que contesta la suya.
round-element = El elemento { $place } de { $name } no es válido. Pida el archivo de nuevo.
round-proof = La demostración de { $name } no es válida: no usó la clave de esta ronda. Avísele.
round-repeated = Una etiqueta o un identificador se repite en el archivo. Pida el archivo de nuevo a quien lo hizo.
round-pair = El par { $place } no se puede comparar. Avise a la coordinación: su lista no es la que corresponde.
round-budget = El par { $place } pasa del cupo de comparaciones de su persona. Avise a la coordinación: su lista no es la que corresponde.

# Partes y sus pasos
party-file = { $name }: { $what }
party-no-card = Esta bóveda todavía no tiene tarjeta. Hágala con «sigilo card».
party-has-card = Esta bóveda ya tiene tarjeta. Entréguela con «sigilo card».
party-other-role = Esta bóveda es de { $found }; se necesita la de { $expected }. Indique la otra con --vault.
party-no-such-party = Ninguna tarjeta, o más de una, corresponde a «{ $name }». Vea las tarjetas con «sigilo trust».
party-no-round = Aquí no hay ninguna ronda que pueda seguir con esta carpeta. ¿Es la memoria USB correcta? «sigilo round status» muestra las rondas de esta bóveda.
party-several-rounds = Hay varias rondas abiertas. Ponga en la carpeta la nota de la ronda.
party-closed = La ronda está cerrada aquí; sus secretos se borraron. No queda nada que hacer; la próxima ronda empieza con otra nota.
party-plan = Los parámetros de la ronda no encajan entre sí: { $field }.
party-second-draft = Ya hubo adhesión a otro borrador de esta ronda. Se rechaza. Pregunte a la coordinación cuál vale; para otro borrador hace falta otra ronda.
party-second-request = Ya se contestó otra solicitud de { $name } en esta ronda. Se rechaza. Pregunte a la casa: si perdió la primera, sale de esta ronda.
party-second-file = Ya se tomó otro archivo de { $name } en esta ronda. Se rechaza. Pregunte a la casa: lo que envió la primera vez es lo que cuenta.
party-second-ask = Ya se contestó otra lista de pares en esta ronda. Se rechaza. Avise a los demás custodios.
party-points = { $name } pide { $asked } evaluaciones; le quedan { $left } este año. Pregunte a la casa por qué pide tantas. Si hay una buena razón: sigilo keyholder policy --points N.
party-growth = { $name } trae { $asked } personas, pero a esta fecha su bitácora no puede tener más de { $allowed }. Pregunte a la casa, por teléfono, por qué creció tan rápido. Si hay un buen motivo: sigilo keyholder policy --growth N.
party-probing = El archivo de { $name } parece usarse para buscar a alguien: { $persons } de sus personas coinciden juntas con una misma persona de otra casa, una se parece a varias que no se parecen entre sí, o el programa de la propia casa encontró demasiadas de un mismo nombre con fechas de nacimiento distintas. En esta ronda no se pone en contacto a nadie de ese archivo ni a quien parece buscar. Hable con los custodios y con la casa antes de abrir otra ronda.
party-restored-limits = Esta bóveda se restauró de una copia y no se sabe qué entregó desde entonces. No se evalúa nada hasta que usted fije los límites otra vez: sigilo keyholder policy --points N.
party-quorum =
    { $present ->
        [one] Hay una casa
       *[other] Hay { $present } casas
    }; la ronda necesita { $quorum }. «sigilo coordinator status» dice de quién falta; espere sus archivos.
party-owed = Faltan los archivos de: { $names }. Para seguir sin ellos, nómbrelos con --without.
party-tables = La ronda se hizo para otras tablas u otro modelo que los de esta versión. Use la misma versión en todas partes.
party-candidates = La línea { $line } del archivo de candidatos no es un par de personas de casas distintas que compartan una ficha, o está dos veces. Vuelva a hacer el archivo con las etiquetas exportadas de esta ronda y las mismas casas.
party-exported = Las etiquetas están en { $dir }. Una etiqueta de más de { $most } personas no hace pares.
party-dense = Las personas coinciden por azar con otras { $found } veces cada una; la política permite { $limit }. La ronda se detiene; abra otra con más bits.
party-stored = Un archivo guardado de esta ronda se perdió o fue cambiado. La ronda no puede seguir aquí. Avise a la coordinación y salga de ella con «sigilo round leave».
party-not-asked = Todavía no se ha preguntado a quien compara. Primero haga «sigilo coordinator match».
party-matched = Los pares ya se pidieron, o el archivo de fichas ya se hizo: eso no se puede cambiar. Siga con «sigilo round next»; otras casas entran en otra ronda.
party-not-taking-part = El expediente no participa en ninguna ronda abierta. No hay nada que retirar; «sigilo round status» muestra las rondas.
party-wrote = escrito: { $file }
party-unchanged = ya estaba: { $file }
party-nothing-new = Nada nuevo; todo lo que toca desde aquí está en la carpeta.
party-took = tomado: { $file }
party-joined = Adhesión a la ronda hecha.
party-cosigned = La nota de la ronda está firmada.
party-published = La nota de la ronda está lista; ahora la firman los custodios.
party-evaluated =
    Evaluado para { $name }: { $persons ->
        [one] 1 persona
       *[other] { $persons } personas
    }, con las de relleno.
party-blinded =
    En la ronda: { $records ->
        [one] 1 expediente
       *[other] { $records } expedientes
    } de { $persons ->
        [one] 1 persona
       *[other] { $persons } personas
    }; fuera, { $out } sin consentimiento vigente o de otros compartimentos. Con muy pocos datos para encontrarse: { $bare }.
party-bare-name = Expediente { $record }: no tiene nombre con el que encontrar a la persona en otras casas. Añada un nombre o apellido si se conoce.
party-bare-only-names = Expediente { $record }: solo hay nombres. Para encontrar a la persona en otras casas hace falta la fecha o el año de nacimiento, el lugar o el país.
party-bare-individual = Expediente { $record }: faltan el nombre de pila y la fecha de nacimiento; sin uno de ellos se confundiría con su familia.
party-bare-common = Expediente { $record }: lo que consta es demasiado común para encontrar a la persona sin confundirla con otras. Más datos (segundo apellido, fecha completa, municipio) ayudan.
party-namesakes =
    { $persons } personas tienen los mismos nombres y lugar y fechas de nacimiento distintas, más de las que explica el azar: expedientes { $records }. Si son una sola persona, enlácelos antes de la próxima ronda («sigilo duplicates»). Si alguien los escribió para averiguar dónde está, «sigilo log show --record ID» dice quién selló cada uno. La coordinación sabe que estas filas lo parecen; se cuentan, y en esta ronda no se pone en contacto a ninguna.
party-tokens =
    { $persons ->
        [one] 1 persona entra
       *[other] { $persons } personas entran
    } en el archivo de fichas; { $dropped } salieron desde la solicitud. Ocultas por otras de la misma casa: { $crowded }.
party-asked = { $candidates } pares candidatos; se comparan { $asked }. Etiquetas que comparten demasiadas personas: { $frequent }.
party-compared = { $pairs } pares comparados; { $unreadable } no se pudieron abrir.
party-decided = { $records } expedientes, { $local } personas contadas por cada casa, { $persons } personas sin duplicados.
party-round-closed = La ronda está cerrada aquí; sus secretos se borraron.
party-withdrawn = La persona ya no participa en la ronda.
party-requests = { $open ->
    [0] Llegó una lista de solicitudes; ninguna espera la palabra de una persona.
    [one] Llegó una lista de solicitudes. Una espera la palabra de la persona, antes del { $day }: véala con «sigilo notice list».
   *[other] Llegó una lista de solicitudes. { $open } esperan la palabra de la persona, antes del { $day }: véalas con «sigilo notice list».
}
party-answered = Las respuestas salen con la memoria. El { $day } termina todo: antes no se sabe nada, y desde afuera todas se ven igual.
party-introduced = Otra casa conoce a la persona del expediente { $record }, y las dos dijeron que sí: { $house }. Detalles: «sigilo notice show».
party-no-contact = { $count ->
    [one] Una solicitud se cerró sin contacto. Eso no dice si otra casa conoce a la persona.
   *[other] { $count } solicitudes se cerraron sin contacto. Eso no dice si otra casa conoce a las personas.
}
party-next-day = Lo siguiente toca el { $day }.
party-waits-for = falta: { $file }
party-waits-until = Después de { $time }, o antes si usted quiere: siga sin ellos con «sigilo coordinator match --without».
party-refused = rechazado: { $file }: { $why }
party-ask-name = Nombre de la institución:
party-needs-name = Diga el nombre de la institución con --name.
party-init-done = La carpeta de { $name } está lista.
party-card = { $name } · { $role }
party-card-written = Tarjeta: { $file }. Entréguela en persona, o comparen las ocho palabras por teléfono.
party-name-fixed = El nombre de la tarjeta no se puede cambiar: otras partes ya la aceptaron. Use «sigilo card» sin --name.
party-other-fingerprint = Las palabras no son la huella de esta tarjeta de { $name }. No se acepta: pida la tarjeta de nuevo, en persona.
party-no-cards = En la carpeta no hay ninguna tarjeta, o no la que se pide. Ponga en ella los archivos que terminan en .card, o diga cuál con su nombre.
party-cards-none-taken =
    { $count ->
        [one] No se aceptó nada de la carpeta: una de sus tarjetas no se puede aceptar. Pida otra en persona a quien pertenece, o saque el archivo de la carpeta, y repita la orden.
       *[other] No se aceptó nada de la carpeta: { $count } de sus tarjetas no se pueden aceptar. Pida otras en persona a quienes pertenecen, o saque los archivos de la carpeta, y repita la orden.
    }
party-cards-left-out = No se aceptaron: { $names }. No se confirmaron sus palabras: pida estas tarjetas de nuevo, en persona. Las demás tarjetas de la carpeta están aceptadas.
party-card-not-confirmed = No se aceptó: no se confirmaron sus palabras. Pida la tarjeta de nuevo, en persona.
party-card-two = tiene la bóveda o una llave de { $other }, y solo una de las dos puede valer. Pregunte en persona a { $name } cuál, y saque la otra de la carpeta.
party-ask-trust = ¿Coinciden las ocho palabras con las que { $name } le dijo? (s/n)
party-trusted = La tarjeta de { $name } está aceptada.
party-trusted-already = La tarjeta de { $name } ya estaba aceptada.
party-ask-distrust = ¿Dejar de confiar en la tarjeta de { $name }? (s/n)
party-distrusted = Ya no se confía en la tarjeta de { $name }.
party-ask-close = Los secretos de la ronda se borran para siempre. ¿Continuar? (s/n)
party-usage-bits = Los bits son un número entre 1 y 128.
party-usage-quota = El cupo es un número después del nombre: «Casa Alba=512».
party-usage-report = Diga adónde va el informe: la carpeta de la ronda, o un archivo con --to. Con --json salen las cifras.
party-usage-round = La ronda se nombra con sus 32 signos (0 a 9, a a f). Véalos con «sigilo round status».
party-limits = Cupo máximo de una casa: { $quota } personas. Bits mínimos de una ficha: { $bits }. Evaluaciones para una casa en un año: { $points }. Asientos que la bitácora de una casa puede crecer en un día: { $growth }. Épsilon en un año: { $epsilon }.
party-state-drafted = en borrador; faltan custodios
party-state-published = publicada; faltan firmas
party-state-agreed = abierta
party-state-asked = los pares están con quien compara
party-state-decided = decidida
party-state-closed = cerrada
party-state-joined = con adhesión
party-state-taking-part = en curso
party-status-round = { $purpose } · hasta el { $until } · { $state }
party-status-unsigned = Falta la firma de: { $names }
party-status-present = Archivos de fichas: { $names }
party-status-missing = Faltan: { $names }
party-status-quorum = Casas necesarias: { $quorum }
party-result = { $records } expedientes; { $local } personas contadas por cada casa; { $persons } personas sin duplicados.
party-result-pairs = { $candidates } pares candidatos, { $compared } comparados, { $matches } coincidencias, { $possible } posibles. Precisión estimada { $precision } %, exhaustividad { $recall } %.
party-result-absent = { $name } no participó.
party-result-site = { $name }: { $records } expedientes, { $persons } personas

help-card = Escribe su tarjeta, con la que otras partes le conocen
help-card-folder = Carpeta para la tarjeta; la actual si no se dice
help-card-name = Nombre en la tarjeta, la primera vez; el de la casa si no se dice
help-card-svg = Escribe también el código QR como imagen
help-trust = Acepta la tarjeta de otra parte, o muestra las aceptadas
help-trust-file = Tarjeta de la otra parte, o carpeta con tarjetas
help-trust-fingerprint = Las ocho palabras que la otra parte le dijo
help-trust-remove = Deja de confiar en esta parte
help-round = Participa en rondas de conteo a ciegas
help-round-next = Toma de una carpeta lo que hay para usted y escribe lo que toca
help-round-next-folder = Carpeta o memoria USB con los archivos de la ronda
help-round-status = En qué están las rondas
help-round-withdraw = Saca de las rondas abiertas a la persona de un expediente
help-round-leave = Deja una ronda: borra sus secretos
help-arg-round = La ronda, si hay varias: sus 32 signos (0 a 9, a a f), como los muestra «round status»
help-arg-folder = Carpeta o memoria USB con los archivos de la ronda
help-arg-name = Nombre en la tarjeta
help-arg-slot-name = Cómo llamar a su clave en la bitácora; «dirección» si no se dice
help-coordinator = El trabajo de la coordinación
help-coordinator-init = Hace la carpeta de una coordinación
help-coordinator-open = Abre una ronda: escribe su borrador
help-coordinator-open-purpose = Para qué es la ronda
help-coordinator-open-until = Último día para los archivos de las casas
help-coordinator-open-expected = Personas que se esperan en toda la ronda
help-coordinator-open-policy = strict (si no se dice) o standard
help-coordinator-open-site = Casa que participa, todas las aceptadas si no se dice; «NOMBRE=512» le da un cupo propio
help-coordinator-open-holder = Custodio que participa, todos los aceptados si no se dice
help-coordinator-open-comparer = Custodio que compara; el primero si no se dice
help-coordinator-open-quota = Máximo de personas de una casa, con las de relleno; 4096 si no se dice
help-coordinator-open-pairs = Máximo de pares que se comparan por persona; 8 si no se dice
help-coordinator-open-quorum = Casas que deben participar; más de la mitad si no se dice
help-coordinator-open-bits = Bits que dice cada ficha, en lugar de los que da la política
help-coordinator-open-compartment = Compartimentos cuyos expedientes entran; victim si no se dice
help-coordinator-open-site-totals = Publica totales de cada casa; todas las partes lo ven antes de participar
help-coordinator-open-min-cell = Número más pequeño que se publica en un cuadro; 10 si no se dice
help-coordinator-publish = Toma las adhesiones de los custodios y publica la ronda
help-coordinator-status = En qué está cada ronda y quién debe qué
help-coordinator-match = Busca pares candidatos y pregunta por ellos a quien compara
help-coordinator-match-without = Sigue sin esta casa
help-coordinator-match-candidates = Pares que encontró otro programa con lo que dio «coordinator export» (CSV); cada uno se comprueba
help-coordinator-export = Escribe las etiquetas como Parquet, para buscar pares en varias máquinas
help-coordinator-export-dir = Carpeta nueva
help-coordinator-export-without = Sigue sin esta casa
help-coordinator-decide = Toma la respuesta de quien compara y escribe el resultado
help-coordinator-report = Escribe el informe de una ronda: una página para leer o imprimir
help-coordinator-report-folder = Carpeta o memoria USB de la ronda; la página se llama report.html
help-coordinator-report-to = Escribe la página en este archivo; «-» es la salida
help-coordinator-report-round = La ronda; si no se dice, la de la carpeta o la última decidida
help-coordinator-close = Cierra una ronda: borra sus secretos y los archivos de fichas
help-keyholder = El trabajo de un custodio de llave
help-keyholder-init = Hace la carpeta de un custodio de llave
help-keyholder-policy = Muestra o cambia sus propios límites
help-keyholder-join = Adherirse a la ronda cuyo borrador está en la carpeta
help-keyholder-cosign = Firma la nota de la ronda y da la bienvenida a las casas
help-keyholder-evaluate = Evalúa las solicitudes de las casas
help-keyholder-compare = Compara los pares por los que pregunta la coordinación
help-keyholder-close = Cierra una ronda: borra su clave de ella
help-arg-quota-max = Cupo máximo de una casa en una ronda, en personas con las de relleno
help-arg-bits-min = Bits mínimos que debe decir una ficha
help-arg-points = Máximo de evaluaciones para una casa en un año
help-arg-growth = Asientos que la bitácora de una casa puede crecer en un día
party-head-cosigned = Se cofirmó la cabeza de la bitácora de { $name }.
party-head-returned = { $name } cofirmó su bitácora: { $size } asientos.
party-head-refused = La cabeza de la bitácora de { $name } no se cofirmó: { $reason } La negativa, que cualquiera puede comprobar, está en { $file }. Avise a quien audita.
party-own-head-refused = { $name } se negó a cofirmar la bitácora de esta casa: { $reason } Si se repuso una copia antigua de la bóveda, hable con { $name } antes de seguir.
party-other-log = La cabeza no es de la bitácora que nombra la tarjeta de { $name }. Después de restaurar una copia, la casa pide la cofirma con «sigilo audit cosign».

notice-error-no-such-request = No hay solicitud abierta con ese inicio, o hay más de una. «sigilo notice list» muestra las que esperan.
notice-error-sent = La respuesta ya salió y no se cambia. Si la persona ya no quiere, retírela de la ronda con «sigilo round withdraw» y lleve la memoria antes del día del cierre.
notice-error-late = Esta solicitud se podía contestar antes del { $day }. Se cerrará sin contacto, como todas las que no se contestan.
notice-error-early = Este archivo no se abre antes del { $day }. Vuelva a traer la memoria ese día o después.
notice-error-second-batch = Ya se recibió otra lista de la misma tanda. La coordinación no puede cambiarla: avise a quien audita.
notice-error-no-house = No hay casa a la que se pueda avisar: no tiene la tarjeta de ninguna otra casa de esta ronda, o se excluyeron todas. Intercambie tarjetas en persona con «sigilo card» y «sigilo trust».
notice-error-too-many-houses = A lo más { $most } casas pueden ser avisadas. Nombre con «--only» las que la persona acepta.
notice-error-contact = La línea de contacto es demasiado larga o tiene signos que no se admiten: use letras, números y puntuación sencilla; caben unas 200 letras.
notice-error-open = Las solicitudes de esta ronda siguen abiertas hasta el { $day }. Cierre la ronda después de entregar las presentaciones.

# Solicitudes sobre personas

notice-none = No ha llegado ninguna solicitud.
notice-status-open = espera su palabra
notice-status-yes = dijo que sí
notice-status-no = dijo que no
notice-status-unanswered = sin respuesta
notice-status-closed = cerrada sin contacto
notice-status-introduced = presentada
notice-about = Solicitud { $id } · expediente { $record } · { $name } · { $status }
notice-ask =
    Pregunte a la persona, a solas y sin prisa:

      «Si otra casa de la red la conoce, ¿quiere que las dos casas lo sepan para ponerse de acuerdo en cómo
      apoyarla? Puede decir que no, y nada cambia aquí. Puede decir que sí, pero no a ciertas casas.»

    Esta solicitud no quiere decir que alguien la conozca: se pregunta por sorteo, y casi siempre no hay nadie.
    No le diga que «la encontraron». Si hay alguien a quien teme, pregunte con qué casas no.

    Se podría avisar a: { $houses }

    Anótelo antes del { $day }:
      sigilo notice answer --yes --asked-by SU-NOMBRE [--except CASA] [--contact TEXTO]
      sigilo notice answer --no --asked-by SU-NOMBRE
    Sin respuesta cuenta como «no». Todo termina el { $ends }.
notice-no-houses = ninguna todavía (falta intercambiar tarjetas en persona)
notice-said-yes = Dijo que sí; preguntó { $who }, { $day }. Se puede avisar a: { $houses }
notice-said-no = Dijo que no; preguntó { $who }, { $day }.
notice-left = La respuesta ya salió. Todo termina el { $ends }; antes no se sabe nada.
notice-closed = Cerrada sin contacto el { $day }. Eso no dice si otra casa la conoce: así terminan también las solicitudes sobre nadie, los «no» y las que nadie contestó.
notice-meeting = { $house } conoce a la persona: { $sex }, nacida en { $year }, { $country }, iniciales { $given } { $surname }.
notice-contact = Contacto: { $contact }
notice-introduced-advice = Compruebe con la otra casa, de viva voz, que sea la misma persona antes de decir más. Un expediente se envía solo con su consentimiento: «sigilo refer».
notice-sex-f = mujer
notice-sex-m = hombre
notice-sex-x = otro sexo
notice-unknown = sexo sin anotar
notice-answered-yes = Anotado: sí, solicitud { $id }. Se puede avisar a: { $houses }. Antes del { $day } puede cambiar de opinión.
notice-answered-no = Anotado: no, solicitud { $id }. Antes del { $day } puede cambiar de opinión.
notice-answered-advice = Sale con la próxima visita: «sigilo round next».
notice-usage-asked-by = Diga con --asked-by quién le preguntó a la persona.

help-notice = Solicitudes: preguntar a la persona si quiere que otra casa lo sepa
help-notice-list = Muestra en qué está cada una
help-notice-show = Muestra una, con lo que hay que preguntar
help-notice-answer = Anota lo que dijo la persona
help-notice-answer-yes = La persona quiere
help-notice-answer-no = La persona no quiere
help-notice-answer-asked-by = Quién le preguntó
help-notice-answer-except = Casa a la que no se avisa; puede repetirse
help-notice-answer-only = Casa a la que se avisa, y a ninguna otra; puede repetirse
help-notice-answer-contact = Cómo se comunica la otra casa, en una línea
help-arg-notice = Comienzo del identificador de la solicitud; sin él, la única que espera
help-coordinator-open-notices = statistics (si no se dice): las casas solo reciben el resultado; mediated: solicitudes y presentaciones
help-coordinator-open-notice-requests = Solicitudes por casa en cada tanda; 4 si no se dice
help-coordinator-open-notice-batches = Número de tandas; 3 si no se dice
help-coordinator-open-notice-delay = Días entre tandas; 7 si no se dice
help-coordinator-open-notice-band = Precisión esperada de lo que se presenta, en milésimas; 990 si no se dice
