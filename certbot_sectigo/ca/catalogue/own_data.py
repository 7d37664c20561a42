"""What clients say about their own accounts, keys and files, before a CA is asked anything."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry, Weight

ENTRIES = (
    Entry(
        key="eab-incomplete",
        title="The client has no complete EAB pair in its configuration",
        meaning="The client was to register with External Account Binding and did not find key id "
        "and HMAC key, or only one of them. The CA was not asked.",
        causes=(
            "A variable, an option or a secret with one of the two is not set, is empty, or has "
            "another name or place (namespace, container) than the client looks at.",
        ),
        steps=("Give both, key id and HMAC key, of one pair from {portal}, where the client "
               "looks for them.",),
        phrases=(
            "!kid|key_id hmac must|required|needed|missing|provided",
            "!get|read|load|find external_account_binding|eab key from secret|file",
            "!eab|external_account_binding secret|key not found|missing * secret|namespace|file",
            "!eab kid|key_id * without|but no hmac",
            "!usage hmac hashalg secret",
        ),
        cases=(
            Case(
                r"hashalg",
                "acme.sh was to sign the registration with the HMAC key of the EAB pair, and has "
                "an empty one: its function prints how it is used. What the CA then says of the "
                "binding only follows from that.",
                (
                    "The pair that it had fetched from the CA's interface by the e-mail address, "
                    "or kept from an earlier run, is not complete.",
                ),
                (
                    "Register with a pair that you name yourself, from {portal}: acme.sh "
                    "--register-account with --server, --eab-kid and --eab-hmac-key.",
                    "Else take the CA's folder below ~/.acme.sh/ca away, so that it fetches a new "
                    "pair.",
                ),
                title="acme.sh has an empty HMAC key for the EAB pair",
            ),
        ),
        sources=("lego", "cert-manager"),
        step="account",
        hides=("kid-unknown", "eab-required", "eab-refused", "hmac-key-wrong"),
    ),
    Entry(
        key="client-account-missing",
        title="The client's own account data are missing or cannot be used",
        meaning="The client keeps its ACME account in files of its own. They are not there, cannot "
        "be read, or were never made; the CA has most likely not been asked.",
        causes=(
            "The client never registered here, or uses another folder or user than before.",
            "The files were copied in part, or were written by another user.",
        ),
        steps=(
            "Look whether the client's folder is the one that you think, and readable.",
            "Register with the client; at a CA with EAB with a pair that was not used yet.",
        ),
        phrases=(
            "!no account associated with * key",
            "!account not exist or is|deactivated",
            "!no acme account configured|found|selected",
            "!unable|failed|cannot|could_not find|create|load|read|locate|determine acme|an|the "
            "account",
            "!account key not valid|readable|found",
            "!account url|file|id empty|missing",
            "!could_not|cannot|can_not read|parse|decode|find account file|id|url",
        ),
        sources=("Posh-ACME", "lego", "simple-acme", "dehydrated"),
        weight=Weight.SYMPTOM,
        step="account",
    ),
    Entry(
        key="account-key-unusable",
        title="The client's account key is empty, damaged, or of a kind it cannot use",
        meaning="The file in which the client keeps its account's key for this CA holds no RSA or "
        "EC key. The CA was not asked.",
        causes=(
            "The file is empty: making the key failed, or the disk was full.",
            "It was overwritten, or written by another client or in another form.",
        ),
        steps=(
            "Look at its size and first line: `ls -l {file} ; head -1 {file}`",
            "Set the folder of this CA's account aside and register again; at a CA with EAB with a "
            "pair that was not used yet.",
        ),
        shown=(
            r"(?i)account[\w./-]{0,30}key\S{0,5}[ :][^\n]{0,100}?(?:PEM_read|no start line"
            r"|unable to load"
            r"|not? (?:a )?(?:valid )?PEM|bad decrypt|(?:could not|cannot) (?:parse|decode|load"
            r"|read))",
        ),
        phrases=(
            "!while|error parsing account key",
            "!only rsa|ec|ecdsa or rsa|ec|ecdsa key|keys supported",
            "!account_key empty|damaged|corrupt|corrupted|unsupported",
        ),
        names=r"(?P<file>/[^\s:\"']{0,200}account[^\s:\"']{0,60}key)",
        sources=("acme.sh", "mailcow#2171"),
        step="account",
        hides=("pem-unreadable",),
    ),
    Entry(
        key="registration-failed",
        title="The registration failed, and this text does not say why",
        meaning="The client could not make its account at the CA. The CA's own words are missing "
        "here.",
        causes=(
            "At a CA with EAB: no pair, one that is used up, or a wrong HMAC key.",
            "No contact address, or one that the CA does not take; the terms are not agreed to.",
            "The CA's server was not reached.",
        ),
        steps=(
            "Run the client once more with its verbose or debug option, and explain what it says "
            "then: `certbot-sectigo explain FILE`",
        ),
        phrases=(
            "!error|failed|unable|cannot|could_not register|registering|complete account|"
            "registration",
            "!account registration error|failed",
            "!failed|error creating|create acme|new account",
            "!registration failed",
        ),
        sources=("acme.sh", "cert-manager", "lego"),
        weight=Weight.SYMPTOM,
        step="account",
    ),
    Entry(
        key="key-not-made",
        title="The client could not make a key or a certificate request on this machine",
        meaning="Key and certificate request (CSR) are made here, most often with openssl, before "
        "the CA is asked for the certificate; that failed.",
        causes=(
            "openssl is missing, or too old for the kind of key.",
            "The client's folder cannot be written to, or a key there is damaged.",
            "A kind or size of key that the client does not have.",
        ),
        steps=(
            "See that openssl works and the folder has room: `openssl version ; df -h`",
            "Try a common kind of key (RSA 2048, P-256).",
        ),
        phrases=(
            "!error|failed|cannot|unable|could_not creating|create|generate|generating domain|"
            "account|private key|csr",
            "!key creation error",
            "!csr|key generation failed",
        ),
        sources=("acme.sh", "mod_md"),
        weight=Weight.SYMPTOM,
    ),
    Entry(
        key="files-failed",
        title="The client could not read or write a file of its own",
        meaning="A file or folder of the client's is missing, may not be written to, or is on a "
        "storage that does not work. That is a matter of this machine.",
        causes=(
            "The folder belongs to another user, or does not exist in this container.",
            "The storage (volume, share, vault) is not mounted, full, or read-only.",
        ),
        steps=(
            "See who may write there, and the room left: `ls -ld FOLDER ; df -h FOLDER`",
            "Run the client as the user that the folder belongs to.",
        ),
        cases=(
            Case(
                r"not a directory|enotdir|errno.?20\b",
                "Where the client wants a folder stands a file, or the other way round. Nobody "
                "forbade anything, and the CA was not asked.",
                (
                    "Somebody, or a script, put a file of its own among the client's folders "
                    "(a copy, a checksum, a note).",
                ),
                (
                    "Find the file among the folders of the client's store, and move it away. Do "
                    "not remove the store: the account and its key are in it.",
                ),
                title="A file stands where the client wants a folder",
            ),
            Case(
                r"no such file|enoent|errno.?2\b|does not exist|doesn't exist"
                r"|find (?:a part of the|the) path|not[_ ]?found|rb_sysopen",
                "A file or folder that the client wants does not exist where it looks. Nobody "
                "forbade anything.",
                (
                    "The folder was never made, was moved, or is misspelt in the client's "
                    "settings, which it may keep for each name in a file of its own.",
                    "It is not mounted in this container, or it is below another user's home.",
                ),
                (
                    "See what is there, from the top: `ls -ld FOLDER ; df -h FOLDER`",
                    "Make the folder, or correct the path where the client keeps it.",
                ),
                title="A file or folder that the client wants does not exist",
            ),
        ),
        phrases=(
            "errno_20|enotdir",
            "!could_not save account|resource|private_key",
            "!unable|failed|cannot|could_not create path|directory",
            "!failed storage check",
            "!failed|cannot|unable|could_not open|write|create webroot|challenge file",
            "!error loading staged set",
            "!unexpected error errno_2 no such file",
            "no_such_file directory rb_sysopen",
            "could_not find a_part_of path",
            "errno_enoent|file_not_found_exception|directory_not_found_exception",
            "directory|folder|path not writable",
        ),
        shown=(r"(?i)\(20\)not a directory",),
        bystander=True,
        sources=("lego", "certmagic", "dehydrated", "acme.sh"),
        hides=("renewals-failed",),
        weight=Weight.SYMPTOM,
    ),
)  # fmt: skip
