# Lo que la ayuda dice de cada orden además de sus textos: ejemplos y nombres de valores.
help-examples = Ejemplos:
help-common-options = Opciones de todas las órdenes
help-options-word = OPCIONES
help-value-dir = CARPETA
help-value-file = ARCHIVO
help-value-files = ARCHIVOS
help-value-name = NOMBRE
help-value-names = NOMBRES
help-value-text = TEXTO
help-value-date = FECHA
help-value-days = DÍAS
help-value-key = CLAVE
help-value-place = LUGAR
help-value-purpose = PROPÓSITO
help-value-words = PALABRAS
help-value-field = CAMPO
help-value-field-n = CAMPO=N
help-value-folder = CARPETA
help-value-from = COPIA
help-value-record = EXPEDIENTE
help-value-slot = ID
help-value-first = UNO
help-value-second = OTRO
help-value-entries = ASIENTOS
help-value-old = ANTIGUA
help-value-new = NUEVA
help-value-source = ORIGEN
help-value-referral = REMISIÓN
help-value-lang = IDIOMA
help-value-kind = CLASE
help-value-rights = PERMISOS
help-value-two = ACTOS
help-value-policy = POLÍTICA
help-value-shell = INTÉRPRETE
help-value-age = DESTINATARIO
help-value-house = CASA
help-value-notice = SOLICITUD
help-value-id = ID
help-value-hex = HEX
help-sigilo-example =
    sigilo
    sigilo --vault casa init --site "Casa Esperanza"
    sigilo --vault casa seal
    sigilo --vault casa search rosa meza
help-sigilo-more =
    Cómo termina una orden, para programas: 0 hecho · 1 falló · 2 mal escrita · 3 no hay nada así · 4 clave incorrecta · 5 algo fue alterado o está dañado · 6 no permitido por la clave, por la casa o por un límite · 130 interrumpida.

    Variables: SIGILO_VAULT, SIGILO_KEYRING, SIGILO_LANG, SIGILO_PLAIN, SIGILO_QUIET y SIGILO_SCREEN valen por la opción del mismo nombre; SIGILO_CONFIG, archivo de ajustes; SIGILO_PASSPHRASE_FILE o SIGILO_PASSPHRASE_COMMAND, de dónde viene la contraseña; con NEW_ o SECOND_ delante de PASSPHRASE, la nueva o la de la segunda persona; NO_COLOR, sin letras resaltadas.
help-init-example = sigilo init --vault casa --site "Casa Esperanza"
help-seal-example =
    sigilo seal
    sigilo seal --kind witness
    sigilo seal expediente.json
help-import-example =
    sigilo import --dry-run expedientes.csv
    sigilo import expedientes.csv
    sigilo import --propose-map mapa.toml casos.xlsx
    sigilo import --map mapa.toml --dry-run casos.xlsx
help-list-example =
    sigilo list
    sigilo list --due
help-show-example =
    sigilo show EXP-7
    sigilo show EXP-7 --version 1
help-search-example =
    sigilo search
    sigilo search rosa meza
help-amend-example =
    sigilo amend EXP-7 --reason "dio su teléfono"
    sigilo amend EXP-7 cambios.json
help-link-example = sigilo link EXP-1 EXP-3 --reason "misma fecha y misma madre"
help-unlink-example = sigilo unlink EXP-1 EXP-3 --reason "son hermanas"
help-duplicates-example =
    sigilo duplicates
    sigilo duplicates --threshold 0.7
help-erase-example =
    sigilo erase EXP-2 --reason "lo pidió ella"
    sigilo erase --due
help-hold-set-example = sigilo hold set EXP-7 --reason "juicio en curso"
help-hold-lift-example = sigilo hold lift EXP-7 --reason "sentencia firme"
help-hold-list-example = sigilo hold list
help-retain-example =
    sigilo retain EXP-7 --until 2031-12-31
    sigilo retain EXP-7 --always
help-keys-list-example = sigilo keys list
help-keys-passphrase-example =
    sigilo keys passphrase
    sigilo keys passphrase --recovery
help-keys-add-example =
    sigilo keys add --name "Trabajo social"
    sigilo keys add --name "Abogada" --rights read,log --to-file abogada.clave
help-keys-intake-example = sigilo keys intake --name "Recepción" --to-file recepcion.clave
help-keys-recovery-example = sigilo keys recovery
help-keys-remove-example = sigilo keys remove 4f21 --rotate
help-keys-rotate-example = sigilo keys rotate --reason "se perdió una memoria USB"
help-keys-identity-example = sigilo keys identity copia.identidad
help-keys-shares-example =
    sigilo keys shares --of 3 --need 2
    sigilo keys shares --of 3 --need 2 --to /media/usb/partes
help-keys-drill-example =
    sigilo keys drill --recovery
    sigilo keys drill --shares - --record
help-keys-change-example =
    sigilo keys change 4f21 --rights seal,read
    sigilo keys change 4f21 --compartments victim
help-keys-compartment-example = sigilo keys compartment "testigos protegidos" --two
help-keys-policy-example =
    sigilo keys policy
    sigilo keys policy --two export,opening --alone 50
help-keys-panic-example = sigilo keys panic
help-keys-duress-set-example = sigilo keys duress set
help-keys-duress-remove-example = sigilo keys duress remove
help-check-example =
    sigilo check
    sigilo check --repair rescate
help-evidence-add-example = sigilo evidence add EXP-7 contrato.pdf
help-evidence-list-example =
    sigilo evidence list
    sigilo evidence list EXP-7
help-evidence-show-example = sigilo evidence show 7b3c
help-evidence-extract-example = sigilo evidence extract 7b3c --to contrato.pdf
help-evidence-export-example = sigilo evidence export 7b3c --to tribunal
help-evidence-hand-over-example = sigilo evidence hand-over 7b3c --receiver "Fiscalía 3" --to entrega
help-evidence-receive-example = sigilo evidence receive entrega --to acuse.txt
help-evidence-receipt-example = sigilo evidence receipt 7b3c acuse.txt
help-backup-example =
    sigilo backup --to /media/usb --recipient age1…
    sigilo backup --check /media/usb
help-restore-example = sigilo restore /media/usb --vault casa --identity copia.identidad
help-log-show-example =
    sigilo log show
    sigilo log show --record EXP-7
help-log-checkpoint-example =
    sigilo log checkpoint
    sigilo log checkpoint --import cofirmada.txt
help-log-open-example = sigilo log open 12 --out acto-12.tlog-proof
help-audit-verify-example =
    sigilo audit verify casa
    sigilo audit verify casa --head cabeza.txt
help-audit-consistency-example = sigilo audit consistency marzo.txt junio.txt --from casa
help-audit-inclusion-example =
    sigilo audit inclusion acto-12.tlog-proof
    sigilo audit inclusion --record EXP-7 --out exp-7.tlog-proof
help-audit-cosign-example = sigilo audit cosign casa --signer auditora.clave --out cofirmada.txt
help-audit-export-example = sigilo audit export paquete --vault casa
help-audit-keygen-example = sigilo audit keygen --name auditora.example.org --to-file auditora.clave
help-audit-refusal-example = sigilo audit refusal negativa.txt --key sigilo/…
help-audit-court-example = sigilo audit court tribunal
help-demo-example = sigilo demo
help-evaluate-example =
    sigilo evaluate datos
    sigilo evaluate datos --report informe.html
help-shell-example =
    sigilo shell
    sigilo shell --plain
help-config-example = sigilo config
help-completions-example =
    sigilo completions bash
    sigilo completions powershell
help-man-example =
    sigilo man
    sigilo man ~/.local/share/man/man1
help-card-example = sigilo card /media/usb
help-trust-example =
    sigilo trust
    sigilo trust defensoria.card --fingerprint "baba sono …"
help-round-next-example = sigilo round next /media/usb
help-round-status-example = sigilo round status
help-round-withdraw-example = sigilo round withdraw EXP-7
help-round-leave-example = sigilo round leave
help-notice-list-example = sigilo notice list
help-notice-show-example =
    sigilo notice show
    sigilo notice show 4f21
help-notice-answer-example =
    sigilo notice answer 4f21 --yes --asked-by "Luz Pérez"
    sigilo notice answer 4f21 --no --asked-by "Luz Pérez"
help-coordinator-init-example = sigilo coordinator init --vault coordinacion --name "Comisión"
help-coordinator-open-example = sigilo coordinator open /media/usb --purpose "Primer trimestre" --until 2027-04-30 --expected 2000
help-coordinator-publish-example = sigilo coordinator publish /media/usb
help-coordinator-status-example = sigilo coordinator status
help-coordinator-match-example =
    sigilo coordinator match /media/usb
    sigilo coordinator match /media/usb --without "Casa Alba"
help-coordinator-report-example = sigilo coordinator report --to informe.html
help-coordinator-export-example = sigilo coordinator export /media/usb etiquetas
help-coordinator-counts-example = sigilo coordinator counts /media/usb
help-coordinator-decide-example = sigilo coordinator decide /media/usb
help-coordinator-close-example = sigilo coordinator close
help-keyholder-init-example = sigilo keyholder init --vault custodia --name "Defensoría"
help-keyholder-policy-example =
    sigilo keyholder policy
    sigilo keyholder policy --quota-max 4096
help-keyholder-join-example = sigilo keyholder join /media/usb
help-keyholder-cosign-example = sigilo keyholder cosign /media/usb
help-keyholder-evaluate-example = sigilo keyholder evaluate /media/usb
help-keyholder-compare-example = sigilo keyholder compare /media/usb
help-keyholder-tally-example = sigilo keyholder tally /media/usb
help-keyholder-close-example = sigilo keyholder close
help-transfer-send-example = sigilo transfer send /media/usb/casa.transfer
help-transfer-receive-example = sigilo transfer receive /media/usb/casa.transfer
help-conflicts-example = sigilo conflicts
help-settle-example =
    sigilo settle 4f21 --keep 2
    sigilo settle 4f21 --take phone=3
help-refer-example = sigilo refer EXP-7 /media/usb --to "Casa Alba" --fields name,contact
help-referral-list-example = sigilo referral list
help-referral-next-example = sigilo referral next /media/usb
help-referral-show-example = sigilo referral show
help-referral-accept-example = sigilo referral accept
help-referral-refuse-example = sigilo referral refuse --reason "no hay lugar"
help-referral-revoke-example = sigilo referral revoke --reason "ya no quiere ir"
# Values, as a mistake names them; both are understood.
help-choice-victim = víctima
help-choice-witness = testigo
help-choice-call = llamada
help-choice-seal = sellar
help-choice-read = leer
help-choice-export = exportar
help-choice-manage = administrar
help-choice-log = bitácora
