"""What fails once the certificate is there: hooks, stores, copies."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry, Weight

ENTRIES = (
    Entry(
        key="deploy-failed",
        title="A hook, or the step that puts the certificate to use, failed",
        meaning="The client ran a command of yours, or its own step that installs the certificate "
        "somewhere, and that failed. Where it ran after the order, the new certificate is in the "
        "client's folder already. The CA has nothing to do with it.",
        causes=(
            "The command is not found or not allowed from cron or a timer, or what it restarts "
            "does not start.",
            "The device or service that the certificate goes to refused: a login, an option that "
            "is not set.",
        ),
        steps=(
            "Run the hook's command by hand, as the same user, and see what it says.",
            "Mend that; do not order again.",
            "With certbot this shows the certificates that are there: `certbot certificates`",
        ),
        cases=(
            Case(
                beside=r"\bcat: \S{3,300}\.(?:cer|pem|key|crt): no such file",
                meaning="The step that brings the certificate to its place did not find the "
                "certificate's files, so it sent empty ones. Nothing was issued under this name "
                "and kind of key here, or it lies elsewhere.",
                causes=(
                    "The order failed, or was never made: only key and request are there.",
                    "The client looked below another home folder, or for the other kind of key "
                    "(folders that end with _ecc).",
                ),
                steps=(
                    "See what the folder that is named holds; if the certificate is missing, get "
                    "it first, and have the error of that explained.",
                    "Then deploy again, with the same home folder and kind of key.",
                ),
                title="The certificate's files, which were to be deployed, do not exist",
            ),
            Case(
                beside=r"[\"']code[\"']: ?55\d\d\b|synowebapi error"
                r"|illegal (?:key|certificate) file",
                meaning="The certificate is there. The Synology device let the client in, and did "
                "not take one of the files that it sent (certificate, key, intermediate).",
                causes=(
                    "A file is empty, was cut off, or belongs to another certificate.",
                    "The key is of a kind or form that this version of DSM does not take (an EC "
                    "key), or is protected by a passphrase.",
                    "The client's deploy step is older than DSM.",
                ),
                steps=(
                    "Import the same files by hand (DSM: Control Panel, Security, Certificate): "
                    "it says which one it does not take.",
                    "Update the client; on an old DSM order with an RSA key (acme.sh: --keylength "
                    "2048), then deploy again.",
                ),
                title="The Synology device does not take a file of the certificate",
            ),
            Case(
                r"\bscript\b[^\n]{0,300}\bexit(?:ed)?\b[^\n]{0,20}\d",
                "The certificate is there. The client then ran the script that was set up for it, "
                "and takes its exit code, which is not 0, for a failure.",
                (
                    "Something in the script failed (rights, a service, a path, a version of "
                    "PowerShell), or the program that it calls last ends with that code.",
                ),
                (
                    "Run the script by hand with the same parameters, as the user of the scheduled "
                    "task; its output and log say where it stops.",
                    "Have the script end with 0 when all is well (exit 0); do not order again.",
                ),
                title="The script that the client runs after the order ended with an error",
            ),
            Case(
                beside=r"unable to (?:authenticate|log ?in)|(?:login|authentication|auth) (?:failed"
                r"|error)|failed to (?:authenticate|log ?in)|check your (?:username|password)"
                r"|with error: (?:105|106|107|119|40\d)\b",
                meaning="The certificate was to be loaded into a device or service, and that did "
                "not let the client in. The CA has nothing to do with it; the certificate, if it "
                "was issued, is in the client's folder.",
                causes=(
                    "User or password in the client's settings are not (any more) those of the "
                    "device, or the user may not change certificates.",
                    "The device wants a second factor, or a token that has expired; an update "
                    "changed its interface.",
                    "It is asked at the wrong port or by the wrong scheme (https with a "
                    "certificate that is not trusted: curl's 60).",
                ),
                steps=(
                    "Log in at that address and port with the same user; give the client the "
                    "second factor's secret, or a user of its own for this.",
                    "Update the client: its step for this device has to know the device's "
                    "interface. Then deploy only; do not order again.",
                ),
                title="The device that the certificate goes to did not let the client in",
            ),
            Case(
                beside=r"unable to find certificate: [^\n]{1,200} not set",
                meaning="The device has no certificate of the description that is to be replaced, "
                "and the client was not told to make a new one.",
                causes=("The description differs, or it is the first time.",),
                steps=(
                    "Let the client make it the first time (acme.sh for Synology: SYNO_CREATE=1), "
                    "or give the description as the device shows it.",
                ),
                title="The device has no certificate of that description to be replaced",
            ),
        ),
        phrases=(
            "!deploy_cert|deploy_ocsp|sync_cert|exit_hook|startup_hook hook|returned * non_zero",
            "!problem copying file to server using scp|sftp|ftp",
            "!script|command|cmd failed|finished|exited with|exit_code|code 1|2|126|127",
            "!deploy_hook * not_found",
            "!hook * returned 1|2|126|127",
            "!error copying|importing|exporting certificate|binding|pem|pfx",
            "!error creating|updating binding|pem|pfx",
            "!failed|cannot|unable import|export|bind|install certificate",
            "!error|failed|failure deploying|deploy for|domain|certificate|cert",
            "deploy error",
            "!install|assign certificate failure",
            "!failed|unable|cannot generate|create pfx",
            "!error|errors encountered|occurred|when|while|calling running|run|deploying|hook "
            "deploy|hook|pre|post|renew",
            "!error encountered while deploying",
            "!hook command * returned|reported error",
            "!reported error code",
            "!deploy_hook|renew_hook|post_hook|pre_hook * failed|error_code|exit_code|exited",
            "!reload error for",
            "!installation_step|installation * failed|aborted|unsuccessful",
        ),
        sources=("certbot", "acme.sh#5191", "acme.sh#5280"),
        weight=Weight.SYMPTOM,
        hides=("renewals-failed",),
    ),
    Entry(
        key="usage-server-only",
        title="The certificate is for servers only, and is used as a client's",
        meaning="A program shows the certificate where it is the client (server to server: XMPP, "
        "SMTP, IRC, mutual TLS), and the other side wants the usage clientAuth in it. Public CAs "
        "no longer issue that (Let's Encrypt since 2026). Issuance is in order.",
        causes=("The certificate was renewed, and the new one has serverAuth only.",),
        steps=(
            "Update the program on both sides: newer ones do without that usage, or use another "
            "way (XMPP: dialback).",
            "Else take a certificate of a private CA, or a self-signed one, for the side that is "
            "the client; ordering again does not help.",
        ),
        phrases=(
            "unsupported certificate purpose",
            "certificate specifies incompatible key_usage",
            "unsuitable|not_suitable certificate purpose",
            "not suitable|valid|intended for client auth|authentication",
        ),
        sources=("ejabberd#4392", "OpenSSL, Go"),
        step="deploy",
    ),
    Entry(
        key="windows-store",
        title="Windows' certificate store did not take the certificate or its key",
        meaning="The CA issued the certificate; storing or installing it here failed. Ordering "
        "again does not help, and counts against the CA's limits.",
        causes=(
            "The client does not run with all rights (as administrator, or the task as SYSTEM).",
            "The key is marked as not exportable, and a step wants to export it.",
            "A key of a kind that the store or the service cannot use.",
        ),
        steps=(
            "Run it as administrator, and the scheduled task with the highest rights.",
            "Update the client; if it stays, take another store (PEM or PFX files).",
        ),
        cases=(
            Case(
                r"access(?: is)? denied",
                causes=(
                    "The program was not started as administrator, or the task runs as a user "
                    "without rights on this store.",
                    "A policy or virus scanner guards the machine's store, most often the one of "
                    "the intermediate CAs.",
                    "A fault of the client's version with keys that are not exportable.",
                ),
                title="Windows did not let the client write to the certificate store",
            ),
            Case(
                r"not valid for use in specified state|not exportable|non-exportable",
                "The CA issued the certificate. Its key was made so that it cannot be exported, "
                "and a later step (PFX file, Central SSL store, copy) has to export it.",
                ("The client's setting for exportable keys is off.",),
                (
                    "Allow it (win-acme, simple-acme: PrivateKeyExportable true in settings.json), "
                    "and renew once, since the key of the old certificate stays as it is.",
                ),
                title="The private key may not be exported, and a step has to",
            ),
            Case(
                r"logon session|0x80070520|0x8009030d|keyset",
                "The CA issued the certificate. IIS could not bind it: Windows finds no private "
                "key to it in the machine's store, or may not use it.",
                (
                    "The certificate came into the store without its key, or into the user's store "
                    "in place of the machine's.",
                    "The key file's rights, or a store (WebHosting) that this Windows has not.",
                ),
                (
                    "Import the PFX with its key into the machine's store (Personal, local "
                    "computer), then set the binding; have the client deploy again.",
                ),
                title="IIS cannot use the certificate: its private key is not there",
            ),
        ),
        phrases=(
            "!unable|error|failed store|storing|save|saving|add|adding|install|installing "
            "certificate * access_is_denied",
            "!error saving certificate to store|intermediate",
            "!store|storing failed access_is_denied",
            "!error|failed|unable * opening|open certificate_store",
            "!opening certificate_store * cryptographic_exception",
            "cryptographic_exception * access_is_denied",
            "key not_valid use specified state",
            "private_key not_exportable|non_exportable",
            "keyset not_exist",
            "specified logon session not_exist",
            "0x80070520|0x8009030d",
        ),
        sources=("win-acme#1350", "win-acme#1087"),
        hides=("deploy-failed", "order-refused", "permission", "key-not-made"),
        step="deploy",
    ),
)  # fmt: skip
