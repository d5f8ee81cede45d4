# Informe de una ronda
report-title = Informe de la ronda
report-other = In English
report-lead = { $houses ->
    [one] Una casa contó
   *[other] { $houses } casas contaron juntas
} a las personas que asisten, sin mostrar a nadie un expediente. Aquí solo hay números de todas juntas: ninguno habla de una sola persona.
report-under = menos de { $count }
report-between = entre { $low } y { $high }
report-share = { $value } ({ $low } a { $high })
report-estimate = { $value } ({ $low } a { $high })
report-of = { $part } de { $whole }
report-withheld = no se dice
report-absent = no llegó
report-few = < { $count }
report-what = Qué
report-number = Número

report-key-persons = Personas, cada una contada una sola vez
report-key-local = Personas, según cada casa
report-key-records = Expedientes
report-key-houses = Casas en el resultado

report-persons = De expedientes a personas
report-persons-text = Una persona puede tener varios expedientes en una casa, y puede haber estado en varias casas. Cada casa juntó primero los suyos; después la ronda encontró, a ciegas, cuántas personas están en más de una casa.
report-persons-title = Expedientes y personas
report-houses = Casa por casa
report-houses-text = Las casas acordaron publicar estos totales.
report-house = Casa

report-overlap = En cuántas casas está cada persona
report-overlap-text = Cada persona se cuenta una vez, en la fila que dice en cuántas casas la asistieron. Nunca se dice en cuáles. Los números llevan un poco de ruido a propósito; el intervalo lo incluye.
report-overlap-title = Personas por número de casas
report-overlap-none = Tan pocas personas están en más de una casa que no se dice cuántas.
report-lists-one = En una sola casa
report-lists-two = En dos casas
report-lists-three = En tres casas o más
report-lists-more = En dos casas o más
report-groups = Por grupos de casas
report-groups-text = Grupos de tres casas o más que se acordaron antes de contar: personas que están en varias casas del mismo grupo.
report-group = Grupo
report-group-houses = Casas
report-group-lists = En cuántas de ellas
report-groups-between = En casas de dos grupos o más
report-hidden = Las que no están en ninguna casa
report-hidden-text = De cuántas personas están en una, dos o más casas puede estimarse cuántas hay en total, también las que ninguna casa conoce.
report-hidden-none = Con estos números no puede estimarse.
report-hidden-title = Todas las personas, también las que ninguna casa conoce
report-model = Cómo se estimó
report-persons-interval = Personas (intervalo del 95 %)
report-hidden-limits = Vale solo si nadie entró ni salió de la población en ese tiempo, si estar en una casa no cambia la probabilidad de estar en otra y si todas las personas tienen una probabilidad parecida. Casi nunca es así del todo: la cota de Chao es la más prudente.

report-counts = Quiénes son, en números
report-counts-text = Se sumó en partes, de modo que nadie vio un dato de una persona. No se dice ningún número menor que { $min }, ni otro del que pudiera deducirse. Los números llevan un poco de ruido a propósito (épsilon { $epsilon }).
report-counts-none = Son tan pocas personas que no se publica ninguna tabla.
report-counts-several = Una persona puede haber recibido servicios de varias clases: las filas no suman el total.
report-counts-invalid = { $count ->
    [one] Una aportación no era válida y se dejó fuera.
   *[other] { $count } aportaciones no eran válidas y se dejaron fuera.
}
report-crossing = Debajo de cada número, su intervalo del 95 %.
report-bars-desc = Barras horizontales, una por fila, con su número al final y una raya que va de un extremo del intervalo al otro. La tabla de abajo dice lo mismo.

report-quality = Qué tan seguros son estos números
report-quality-text = Nadie puede mirar los expedientes para comprobarlo, así que se estima a partir de los pesos de los pares. Precisión: de cada cien pares que se contaron como una misma persona, cuántos lo son. Exhaustividad: de cada cien pares que son una misma persona, cuántos se encontraron. Si la precisión baja, se contaron personas de menos; si baja la exhaustividad, de más.
report-quality-title = Precisión y exhaustividad estimadas
report-quality-desc = Dos filas con una escala de 0 a 100 %. El punto es lo estimado; la raya va de un extremo del intervalo del 95 % al otro. La tabla de abajo dice lo mismo.
report-precision = Precisión
report-recall = Exhaustividad
report-share-interval = Estimado (intervalo del 95 %)

report-weights = Qué tanto se parecen los pares
report-weights-text = De cada par de personas que se parecen, un custodio dice uno de ocho escalones, del menos al más parecido, y nada más. A partir de un escalón se cuentan como una misma persona. Los números de la gráfica llevan ruido y están redondeados a múltiplos de { $count }.
report-weights-title = Pares comparados, por escalón
report-weights-desc = Ocho columnas, del escalón menos parecido al más parecido, con su número encima. Debajo se dice qué escalones cuentan como personas distintas (columnas vacías), como posible (rayadas) y como la misma persona (llenas). La tabla de abajo dice lo mismo.
report-step = Escalón
report-band = Se cuenta como
report-pairs = Pares
report-band-no = distintas
report-band-possible = posible
report-band-match = la misma
report-pairs-title = Qué pasó con los pares
report-candidates = Pares que podían ser la misma persona
report-compared = De ellos, comparados
report-matches = Contados como la misma persona
report-possible = Posibles, contados como distintas

report-agreement = En qué coinciden
report-agreement-text = De { $pairs } pares contados como la misma persona, juntos, el custodio que compara dice en qué coinciden. Cada número lleva ruido a propósito: un porcentaje puede estar errado por { $margin ->
    [one] un punto
   *[other] { $margin } puntos
}. De un solo par no se dice nada a nadie.
report-agreement-none = De menos de 200 pares iguales no se dice en qué coinciden: el ruido que protege a cada uno taparía lo demás.
report-agreement-title = En qué coinciden los pares contados como la misma persona
report-agreement-desc = Una barra por campo, dividida en cuatro partes: dicen lo mismo (llena), algo parecido (rayada), algo distinto (con puntos), o falta en uno (vacía). Arriba a la derecha, el porcentaje que dice lo mismo. La tabla de abajo dice todos.
report-field = Campo
report-how-same = dicen lo mismo
report-how-alike = algo parecido
report-how-different = algo distinto
report-how-unknown = falta en uno
report-field-given-names = Nombres
report-field-paternal-surname = Apellido paterno
report-field-maternal-surname = Apellido materno
report-field-birth-year = Año de nacimiento
report-field-birth-day = Día y mes de nacimiento
report-field-state = Estado o departamento
report-field-municipality = Municipio
report-field-sex = Sexo
report-field-phone = Teléfono
report-field-document = Documento

report-leakage = Cuánto se dejó ver
report-leakage-text = La coordinación ve qué filas sin nombre comparten una etiqueta al azar, y nada más. Casi siempre es porque son la misma persona; a veces, por casualidad. Cuantos menos encuentros por casualidad, menos puede aprender alguien de la forma de esa red. Una ronda que pasa del límite se detiene y no da resultado.
report-leakage-title = Encuentros por casualidad, por persona
report-leakage-desc = Dos barras: los encuentros por casualidad de esta ronda y los que la política espera. Una raya vertical marca el límite. La tabla de abajo dice lo mismo.
report-per-record = Pares que podían ser la misma persona, por expediente
report-meetings-found = En esta ronda, estimados
report-meetings-expected = Lo que la política espera
report-meetings-limit = Límite

report-time = Las rondas a lo largo del tiempo
report-time-text = Las rondas de esta coordinación, de la más antigua a esta. Compárelas con cuidado: pueden haber participado otras casas u otras personas con consentimiento.
report-time-first = Esta es la primera ronda de esta coordinación.
report-time-title = Personas, cada una contada una sola vez, por ronda
report-time-desc = Una columna por ronda, con su número encima y el mes debajo. La tabla de abajo dice lo mismo y más.
report-time-quality = Calidad estimada, y encuentros por casualidad por persona
report-decided = Decidida
report-houses-short = Casas
report-local-short = Según cada casa
report-persons-short = Personas
report-meetings-short = Casualidad
report-unreadable = { $count ->
    [one] Una ronda anterior no aparece: sus firmas ya no pueden comprobarse con las tarjetas en que hoy se confía.
   *[other] { $count } rondas anteriores no aparecen: sus firmas ya no pueden comprobarse con las tarjetas en que hoy se confía.
}

report-how = Cómo se hizo
report-how-text = Lo que todas las partes firmaron antes de empezar.
report-opens = Abierta
report-deadline = Plazo
report-compartments = Expedientes que entran
report-policy = Política
report-policy-strict = estricta
report-policy-standard = normal
report-bits = Bits de rareza por etiqueta
report-tokens = Fichas por persona
report-expected = Personas esperadas
report-pairs-most = Pares por persona, a lo más
report-min-cell = Número más pequeño que se dice
report-quorum = Casas necesarias
report-holders = Custodios de llave

report-limits = Lo que esta página no dice
report-limit-all = Cuántas víctimas hay en el país: solo cuántas asistieron estas casas.
report-limit-consent = Quién no quiso: solo entran personas cuyo consentimiento vale.
report-limit-errors = Que los números sean exactos: encontrar a la misma persona a ciegas tiene errores, y arriba se dice de qué tamaño.
report-limit-one = Algo de una persona, de un par o de dos casas juntas.

report-check = Cómo comprobarlo
report-check-text = Estos números salen de «result.note», que la coordinación firmó y que cada casa y cada custodio recibió. Quien tiene su tarjeta puede comprobar la firma con «sigilo round next».
report-round = Ronda
report-note = Acta de la ronda (SHA-256)
