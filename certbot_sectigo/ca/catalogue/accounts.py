"""What any ACME server may answer about accounts and External Account Binding."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Entry, Weight

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
        phrases=(
            "!must include * external_account_binding",
            "!server|registration|account requires|required external_account_binding",
            "!external_account_binding|eab required|mandatory|missing",
            "!requires|require external_account_binding",
            "!external_account_binding|eab credentials|information must|not provided|given|set",
            "!requires|require external account credential|credentials",
        ),
        types=("externalAccountRequired",),
        sources=("acme.sh#5318", "dehydrated#742", "lemur#3129", _RFC),
    ),
    Entry(
        key="account-unknown",
        title="The CA has no such account",
        meaning="The account on this machine ({account}) is not known to the CA.",
        causes=(
            "The account was deleted at the CA, or the CA was set up anew.",
            "The account belongs to another server: its folder was copied, or the URL was changed.",
        ),
        steps=(
            "Ask the CA about it: `certbot-sectigo accounts show {account} --online`",
            "Register another one (at a CA with EAB with a fresh pair) and move the lineages to "
            "it: `certbot-sectigo accounts pin NEW --all-of {account}`",
        ),
        phrases=(
            "!specified an account * not exist",
            "account|registration not|no exist|found key|server",
            "!unable find existing account",
            "account_does_not_exist",
            "no account|registration exists|has|matching key|url",
            "account not found|exist on server|ca",
            "!account key|url not found|known|registered",
            "!unknown account key|url",
        ),
        types=("accountDoesNotExist",),
        sources=(_RFC, "Pebble"),
    ),
    Entry(
        key="account-deactivated",
        title="The ACME account is deactivated, for good",
        meaning="Account {account} was deactivated. That cannot be taken back; its certificates "
        "stay valid, but can no longer be renewed with it (RFC 8555 section 7.3.6).",
        causes=(
            "The ACME account, or this client of it, was deactivated in {portal}.",
            "certbot unregister was run; with -n it does not ask.",
        ),
        steps=(
            "Get a new EAB pair, where the CA wants one.",
            "Register with it: `certbot-sectigo accounts register --credentials FILE`",
            "Move the lineages: `certbot-sectigo accounts pin NEW --all-of {account}`",
            "Then take the dead account away: `certbot-sectigo accounts clean --online`",
        ),
        phrases=(
            "account deactivated|revoked",
            "account|registration is|been|was|status deactivated|revoked",
            "account status deactivated|revoked",
            "deactivated account",
            "account not valid * deactivated|revoked",
        ),
        sources=("answer of ZeroSSL, same software", "Pebble", "RFC 8555 section 7.3.6"),
        hides=("account-unknown",),
    ),
    Entry(
        key="terms-not-agreed",
        title="The CA's terms of service have to be agreed to",
        meaning="An account is registered only when its terms are agreed to, sometimes anew when "
        "they have changed.",
        causes=(
            "The client ran without the option that agrees (certbot: --agree-tos), and could not "
            "ask.",
            "The CA has new terms (userActionRequired names a page to visit).",
        ),
        steps=(
            "Read the terms named in the text and repeat the command with --agree-tos.",
            "For userActionRequired open the page that the answer links to.",
        ),
        phrases=(
            "!must agree * register|terms",
            "!not agree|agreed|accept|accepted|accepting * terms service",
            "!terms service not|must|be agreed|accepted",
            "!cannot proceed without accepting terms",
            "!without accepting terms",
            "!read terms service * agree",
            "!agreement url|terms changed|wrong|not match",
        ),
        details=("terms",),
        types=("userActionRequired",),
        sources=(_RFC, "certbot"),
        hides=("register-unattended",),
    ),
    Entry(
        key="contact-refused",
        title="The CA does not take the contact address",
        meaning="The e-mail address of the registration is refused, or one is missing.",
        causes=(
            "No address was given, and this CA wants one.",
            "A misprint, or a domain that takes no mail (example.com).",
            "More addresses than the CA takes, or one without mailto: in front.",
        ),
        steps=("Register with one working address (certbot: --email you@your-domain).",),
        phrases=(
            "!contact uri|url * invalid|unsupported",
            "!believes * invalid email",
            "!contact_missing|contact_required|contact_invalid",
            "!must|requires|require * have|least one|a contact",
            "!account|accounts must * contact",
            "!invalid|unsupported|forbidden contact domain|address|uri|url|email|scheme",
            "!contact email|address|domain|uri * invalid|forbidden|unsupported|not|refused",
            "!too many|long contact|contacts",
            "!contact email|emails * forbidden",
            "!email_address|email domain|address * acme|account invalid|forbidden|required",
            "!no valid|contact email_address|contact|email * specified|available|given",
            "!invalid email_address|email * specified|given",
            "!no contact information",
        ),
        details=("contact|contacts", "email|e_mail|mailto"),
        types=("invalidContact", "unsupportedContact", "invalidEmail"),
        sources=(_RFC, "acme2certifier", "simple-acme#587", "acme4j#95"),
        hides=("rate-limited",),
    ),
    Entry(
        key="already-revoked",
        title="The certificate is revoked already",
        meaning="There is nothing left to do at the CA.",
        steps=("Remove it here, if nothing uses it: `certbot delete --cert-name {lineage}`",),
        phrases=(
            "!certificate already|been|was revoked already",
            "!certificate already revoked",
            "!already been revoked",
        ),
        types=("alreadyRevoked",),
        sources=(_RFC,),
    ),
    Entry(
        key="order-unknown",
        title="The CA has no such order for the account that asks",
        meaning="The URL is of an order that this account did not make, or that the CA has "
        "forgotten.",
        causes=(
            "The steps of one issuance were done with two account keys.",
            "The order is of an earlier run and has expired.",
        ),
        steps=("Start the issuance anew, with one account for all of its steps.",),
        phrases=(
            "!no_order|no_authorization found|exists|matching",
            "!no_such_order|no_such_authorization|no_such_challenge",
            "!order_not_found|order_does_not_exist",
            "!unable|cannot|could_not find|load order",
            "!unknown order",
            "!expired authorization|authz",
        ),
        details=(
            "order|authz|authorization|challenge not_found|expired",
            "expired|no_such order|authz|authorization|challenge",
        ),
        types=("orderNotFound",),
        sources=("community.crypto#582",),
        hides=("malformed", "account-unknown", "not-acme"),
    ),
    Entry(
        key="not-your-resource",
        title="Order, authorization or certificate belong to another account",
        meaning="The account that asked ({account}) is not the one that ordered; only that one, "
        "or the certificate's own key, may (RFC 8555 section 7.6).",
        causes=("The client chose another account than the lineage's.",),
        steps=(
            "To revoke with the account that can: `certbot-sectigo revoke --cert-name {lineage}`",
            "Without the account: `certbot revoke --cert-path CERT --key-path KEY --server "
            "{server}`",
        ),
        phrases=(
            "!belongs to another|different account",
            "!account not authorized|allowed revoke",
            "!account not own|owner certificate|order|resource|authorization",
            "!not own|owner certificate|order|resource",
            "!not issued|owned by account",
            "!account id not match * order|authorization|authz",
        ),
        details=(
            "account id|url mismatch|not_match",
            "account id|url not match",
            "mismatch|mismatched account id",
            "account did not issue",
            "not control * certificate|identifiers|names",
        ),
        sources=("RFC 8555 section 7.6",),
        hides=("order-unknown",),
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
        key="eab-url-differs",
        title="The EAB was made for another URL",
        meaning="The newAccount URL inside the EAB is not the one the request went to.",
        causes=("The client builds the URL itself instead of taking it from the directory.",),
        steps=("Update the client; give the directory URL exactly as the CA shows it.",),
        phrases=(
            "!url external_account_binding|eab differs|different",
            "!url|header eab|external_account_binding not match * outer|request",
        ),
        sources=("lemur#3657", "RFC 8555 section 7.3.4"),
    ),
)
