# Traslado entre las dos bóvedas de una casa, y remisión a otra casa
parcel-kind-transfer = traslado entre dos bóvedas de una misma casa
parcel-kind-referral = remisión de un expediente
parcel-kind-answer = respuesta a una remisión
round-frame = El pedazo { $number } del archivo no es el que escribió quien lo envía: falta algo, sobra algo, o fue cambiado. No se guardó nada; pida el archivo otra vez.
log-act-transfer-sent = expedientes enviados a la otra bóveda de la casa
log-act-transfer-received = expedientes recibidos de la otra bóveda de la casa
log-act-record-arrived = versión recibida de otra bóveda
log-act-settled = versiones distintas resueltas por una persona
log-act-erasure-declined = expediente conservado, aunque la otra bóveda lo borró
log-act-same-site = tarjeta registrada como otra bóveda de la misma casa
transfer-error-newer = El archivo lo hizo una versión más nueva de sigilo. Actualice el programa; no se cambió nada.
transfer-error-content = El archivo está firmado, pero lo que contiene no es válido. No se guardó nada; avise a quien lo envió.
transfer-error-compartments = Su clave no abre todos los apartados de la bóveda. Haga el traslado con una clave que los abra todos: lo que no se ve parecería borrado.
transfer-error-not-same-site = Esa bóveda no está registrada como otra bóveda de esta misma casa. Compare la huella de su tarjeta y regístrela con «sigilo trust --same-site».
transfer-error-gap = El archivo comienza en el asiento { $from } de la otra bóveda, y aquí solo hay hasta el { $have }: falta un traslado anterior. Pida en la otra computadora «sigilo transfer send --all».
transfer-error-checkpoint = La cabeza de la cadena que viene en el archivo no es de la bóveda que lo envía, o no alcanza. No se guardó nada; avise a su auditor.
transfer-error-evidence = Un archivo de evidencia del traslado no es el que se anuncia. No se guardó nada; pida el traslado otra vez.
transfer-error-file-changed = El archivo cambió mientras se leía. No se guardó nada; cópielo a esta computadora e inténtelo de nuevo.
transfer-error-nothing = En este expediente no hay nada que resolver.

# Órdenes
transfer-no-other = No hay ninguna otra bóveda de esta casa registrada. Regístrela con «sigilo trust ARCHIVO.card --same-site».
transfer-which-other = Hay varias bóvedas de esta casa. Diga cuál con --to.
transfer-ask-same-site = ¿Es { $name } otra bóveda de esta misma casa, y coinciden las ocho palabras? Recibirá todos los expedientes. (s/n)
transfer-sent = { $items ->
        [one] 1 cosa
       *[other] { $items } cosas
    } para { $name }, selladas en { $file }.
transfer-sent-advice = Llévelo a la otra computadora y haga allí «sigilo transfer receive». Solo esa bóveda lo abre.
transfer-again = Este traslado ya se había tomado; no se cambió nada.
transfer-received = De { $name }. Expedientes nuevos: { $new }; versiones nuevas: { $amended }; ya estaban aquí: { $known }.
transfer-received-files = Archivos de evidencia: { $count }
transfer-received-links = Uniones hechas o deshechas: { $count }
transfer-received-left-out = No entraron, porque su expediente se borró: { $count }
transfer-received-conflicts = Cambiados en las dos bóvedas, por resolver: { $count }. Véalos con «sigilo conflicts».
transfer-received-erasures = Borrados en la otra bóveda y presentes aquí: { $count }. Véalos con «sigilo conflicts» y decida con «sigilo settle».
transfer-received-erased = Borrados aquí también: { $count }
transfer-received-advice = Vea con «sigilo duplicates» si alguna persona ya estaba aquí con otro expediente.
transfer-here = esta bóveda
transfer-conflict-version = versión { $version } · { $from }
transfer-conflict-differs = difieren: { $fields }
transfer-conflict-erased = borrado en { $name }: { $why }
transfer-no-conflicts = No hay nada que resolver.
transfer-conflicts-advice = Mire cada versión con «sigilo show ID --version N» y resuelva con «sigilo settle ID».
transfer-kept = El expediente { $id } se conserva aquí.
transfer-settled = Resuelto: { $id } es ahora la versión { $version }.
transfer-erasure-only = Este expediente se borró en la otra bóveda. Decida con --erase o con --no-erase.
transfer-which-version = Diga qué versión queda, con --keep y uno de los números que muestra «sigilo conflicts».
transfer-which-field = --take es CAMPO=VERSIÓN, con un campo en el que difieren y una de sus versiones, como muestra «sigilo conflicts --json».
transfer-ask-which = ¿Cuál queda?
transfer-show-conflict = Este expediente tiene algo por resolver entre las dos bóvedas: «sigilo conflicts», «sigilo settle { $id }».
help-trust-same-site = Es otra bóveda de esta misma casa: puede recibir todos los expedientes
help-transfer = Llevar expedientes a otra bóveda de la misma casa, o traerlos
help-transfer-send = Sellar para la otra bóveda lo que todavía no tiene
help-transfer-send-file = Archivo que se escribe
help-transfer-send-to = Cuál de las otras bóvedas, si hay varias
help-transfer-send-all = Todo, y no solo lo que la otra bóveda no confirmó
help-transfer-send-after = Ejemplo: sigilo transfer send /media/usb/casa.transfer
help-transfer-receive = Tomar lo que otra bóveda de la casa selló para esta
help-transfer-receive-file = Archivo que trajo
help-transfer-receive-erase = Borrar también aquí lo que la otra bóveda borró
help-conflicts = Expedientes que las dos bóvedas cambiaron, o que una borró
help-settle = Resolver un expediente que las dos bóvedas cambiaron; sin opciones, pregunta campo por campo
help-settle-file = Archivo JSON con campos que se ponen además; «-» es la entrada estándar
help-settle-keep = Versión que queda
help-settle-take = Tomar este campo de esta versión; se puede dar varias veces
help-settle-erase = Borrarlo también aquí
help-settle-no-erase = Conservarlo, aunque la otra bóveda lo borró
