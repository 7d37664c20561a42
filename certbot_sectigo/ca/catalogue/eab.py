"""What any ACME server may answer about External Account Binding (RFC 8555 section 7.3.4)."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry, Weight

_RFC = "RFC 8555 section 6.7"

ENTRIES = (
    Entry(
        key="hmac-key-undecodable",
        title="The EAB HMAC key is not what base64url looks like",
        meaning="The client could not decode the HMAC key, so nothing was sent to the CA: a pair "
        "is not used up by this.",
        causes=(
            "A quotation mark, a blank, a line end or '=' was copied with it, or a character lost.",
            "It was encoded once more (base64 of base64), or the kid stands in its place.",
        ),
        steps=(
            "Copy the key again from {portal}, exactly as it stands there, without quotation "
            "marks and '='.",
            "A key that came as base64 of a base64url text (Google's b64MacKey) is decoded once, "
            "if the client does not do it.",
        ),
        phrases=(
            "!external_account_key|external_account_binding * base64|base64url * encoded|value",
            "!hs256|hs384|hs512 key must be at_least",
            "!eab credentials must be specified as",
            "!decode|decoding|parse * hmac|mac_key|eab",
            "!decode|decoding|parse * external_account_binding key",
            "binascii * incorrect_padding|invalid|error",
            "!hmac|mac_key|eab_key not|invalid|illegal * base64",
            "!hmac * decode|decoding|illegal|incorrect padding",
            "!base64 * hmac|eab",
            "!eab * incorrect padding",
        ),
        sources=("certimate#929", "RFC 8555 section 7.3.4"),
        hides=("hmac-key-wrong", "account-unparsable", "lacks-authorization"),
    ),
    Entry(
        key="eab-required",
        title="The CA registers no account without an EAB pair",
        meaning="External Account Binding (EAB) ties a new ACME account to the organisation's "
        "account at the CA. The registration carried no binding.",
        causes=(
            "No kid and HMAC key were given.",
            "The client has no account for this server ({server}) although you think it has: the "
            "URL differs by a path, or another configuration folder is used; so it registers anew.",
            "Some CAs give this answer too where the e-mail address is missing.",
        ),
        steps=(
            "See for which servers there are accounts: `certbot-sectigo accounts list`",
            "Get a pair from {portal} and give kid and HMAC key with the registration.",
        ),
        elsewhere=(
            "If the client cannot send a pair, register with one that can, and give it that "
            "account's key and the account URL that the CA answered. A 'kid' inside the account's "
            "key (JWK) is no EAB key id.",
        ),
        phrases=(
            "!requires external * credentials|binding",
            "!external account key required",
            "!external_account_binding must be specified",
            "!must include * external_account_binding",
            "!server|registration|account requires|required external_account_binding",
            "!external_account_binding|eab required|mandatory|missing",
            "!requires|require external_account_binding",
            "!external_account_binding|eab credentials|information must|not provided|given|set",
            "!requires|require external account credential|credentials",
            "!no external_account_binding provided",
        ),
        types=("externalAccountRequired",),
        cases=(
            Case(
                beside=r"acme\.sh\b[^\n]{0,300}--issue\b[^\n]{0,600}--eab-kid"
                r"|acme\.sh\b[^\n]{0,600}--eab-kid[^\n]{0,300}--issue\b",
                causes=(
                    "acme.sh (seen with 3.0.8) takes --eab-kid and --eab-hmac-key with "
                    "--register-account only, and passes over them with --issue.",
                ),
                steps=(
                    "Register first, then order: acme.sh --register-account --server SERVER -m "
                    "E-MAIL --eab-kid KID --eab-hmac-key KEY ; then --issue without the two.",
                    "Or update acme.sh.",
                ),
            ),
        ),
        step="account",
        sources=("acme.sh#5318", "dehydrated#742", "lemur#3129", _RFC),
    ),
    Entry(
        key="eab-kid-mismatch",
        title="The account is bound with another kid than the one that was sent",
        meaning="The CA compares the kid with the one the account key was registered with.",
        causes=(
            "A second pair is used with the account key of the first: the client has one account "
            "for this server and takes it for every order.",
        ),
        steps=(
            "See which kid each account here has: `certbot-sectigo accounts list`",
            "Register the second pair with an account key of its own: "
            "`certbot-sectigo accounts register --credentials FILE`",
            "Other clients: a configuration directory of its own for each pair.",
        ),
        phrases=("!eab|external_account kid mismatch", "!kid mismatch", "!eab * kid not match"),
        sources=("Posh-ACME#529",),
    ),
    Entry(
        key="eab-refused",
        title="The CA did not accept the EAB pair; its own words say why",
        meaning="The refusal is about External Account Binding: kid, HMAC key or what they belong "
        "to. The sentence is not one known here.",
        causes=(
            "Kid or HMAC key were not copied completely, or belong to another server URL.",
            "The pair was used before, has expired, or was withdrawn.",
        ),
        steps=(
            "Copy server URL, kid and HMAC key again, together, from {portal}.",
            "Ask the CA's support with the sentence, before another pair is used up.",
        ),
        details=("external_account", "eab", "hmac|mac"),
        sources=("RFC 8555 section 7.3.4",),
        weight=Weight.SYMPTOM,
    ),
    Entry(
        key="eab-not-signed",
        title="The client could not sign the EAB: the HMAC key is empty or too short",
        meaning="The client failed before it sent anything: an EAB is configured, and its key is "
        "none that can sign. The CA has refused nothing.",
        causes=(
            "The options for kid and HMAC key are set and empty (a variable that was not filled).",
            "The key was cut when it was copied.",
        ),
        steps=(
            "If the CA wants no EAB (Let's Encrypt), take both options out.",
            "Otherwise fill in kid and HMAC key from {portal}, and see that they reach the client.",
        ),
        phrases=(
            "!error|failed sign|signing eab|external_account_binding",
            "!external_account_binding sign|signing content",
            "!external_account_binding|eab|hmac * invalid|short|empty key size|length",
        ),
        sources=("Traefik", "go-jose"),
        hides=("order-refused", "eab-refused", "registration-failed"),
    ),
    Entry(
        key="account-url-guessed",
        title="The client made the account URL up, instead of keeping the CA's",
        meaning="The kid of a request is the account URL, which the CA gives in its answer to the "
        "registration. This client put it together from the newAccount URL, which fits some CAs "
        "only. It is no EAB kid.",
        causes=("The client is old (dehydrated before 0.7).",),
        steps=("Update the client, and have it register anew at this CA.",),
        phrases=("!kid not required prefix", "!kid not have * prefix * expected"),
        sources=("step-ca",),
        step="order",
    ),
    Entry(
        key="eab-url-differs",
        title="The EAB was made for another URL",
        meaning="The newAccount URL inside the EAB is not the one the request went to.",
        causes=("The client builds the URL itself instead of taking it from the directory.",),
        steps=("Update the client; give the directory URL exactly as the CA shows it.",),
        phrases=(
            "!url external_account_binding|eab differs|different",
            "!provisioner not match * eab key",
            "!url|header eab|external_account_binding not match * outer|request",
        ),
        sources=("lemur#3657", "RFC 8555 section 7.3.4"),
    ),
)
