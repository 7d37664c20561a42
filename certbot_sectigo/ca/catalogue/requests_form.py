"""What CAs say about the form of requests and names."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.customers import VALIDATED_BEFORE
from certbot_sectigo.ca.catalogue.model import Case, Entry

_SIGNS_WRONGLY = "A client, or a library of its, that signs wrongly: too old, or new."

ENTRIES = (
    Entry(
        key="empty-refusal",
        title="The CA refused without saying why",
        meaning="The answer is a refusal with an empty text: nothing in it says what was wrong.",
        causes=(
            "On a renewal: the client sends 'replaces' (RFC 9773), which the CA does not know.",
            "The account's profile does not allow this combination of names, or this key.",
            "A passing fault of the CA.",
        ),
        steps=(
            "If it was a renewal: update the client, or turn renewal information (ARI) off there.",
            "Try once more; then as a new certificate with one of the names, under a name of its "
            "own (certbot: --cert-name).",
            "Ask the CA's support; the log holds the time and the order's URL they need.",
        ),
        sources=("seen at acme.enterprise.sectigo.com",),
    ),
    Entry(
        key="jws-protected-missing",
        title="The client sent an incomplete signature",
        meaning="The protected header of the request, or of the EAB in it, is missing.",
        causes=(
            "A client without (complete) support of External Account Binding.",
            "The EAB kid or key was empty when the client built the request.",
        ),
        steps=("Give both kid and HMAC key; update the client.",),
        phrases=(
            "!jws protected * must present",
            "!protected_header must present",
            "!kid field is required",
            "!signature missing kid",
        ),
        sources=("win-acme#1565",),
    ),
    Entry(
        key="jws-signature-missing",
        title="The signature in the request is empty",
        meaning="The HMAC key was empty or could not be decoded, so the EAB was sent unsigned.",
        causes=(
            "The EAB HMAC key is not set (an empty variable in a script).",
            "acme.sh could not decode the key: it wants base64url, and openssl must be there.",
        ),
        steps=("Give the HMAC key again, exactly as the CA shows it, in quotes.",),
        phrases=("!jws signature must present", "!signature must present"),
        sources=("acme.sh#4503", "acme.sh#5062"),
    ),
    Entry(
        key="key-id-missing",
        after=("account",),
        title="The client ordered without an account",
        meaning="The request carried no account URL: the client believes that it is registered, "
        "but the CA never made an account for it. The key id (kid) meant here is that URL, not "
        "the one of an EAB pair.",
        causes=(
            "The client took a refusal of its registration for success and goes on without an "
            "account.",
            "The client's stored account data are incomplete.",
        ),
        steps=(
            "Look further up for the refusal of the registration: that is the error to mend.",
            "Update the client, set the account data that it keeps for this CA aside (acme.sh: the "
            "folder ca/HOST), and register again; at a CA with EAB with a pair that was not used "
            "yet.",
        ),
        phrases=(
            "!key_id|kid must specified|present",
            "!no key_id|kid * jws|header|request",
            "!jws|header must|should contain|include|have key_id|kid",
            "!missing key_id|kid * jws|header|request",
            "!jws|header|request no|missing key_id|kid",
            "!not|cannot find|determine account id|acme url",
            "!cannot|not find account_id|account url",
        ),
        sources=("acme.sh#3310", "cert-manager#7830"),
        hides=("malformed", "order-invalid"),
    ),
    Entry(
        key="signature-refused",
        title="The CA could not verify a signature in the request",
        meaning="What the client signed does not fit the key that the CA holds for it. For an "
        "order that is the account's key; in a registration with EAB it may as well be the HMAC "
        "key: the sentence does not say which.",
        causes=(
            "The client's account data are mixed up: an account key that was replaced, an account "
            "URL of another server (a test server), files that were copied in part.",
            "In a registration: the HMAC key was not copied completely, or is another pair's.",
            _SIGNS_WRONGLY,
        ),
        steps=(
            "In a registration: copy kid and HMAC key again, together, from {portal}.",
            "Else see whether account and server fit each other: "
            "`certbot-sectigo accounts list --online` ; with another client register anew in a "
            "configuration directory of its own.",
            "Update the client.",
        ),
        cases=(
            Case(
                at=("account",),
                meaning="A registration is signed twice: with the account's new key, and, at a CA "
                "with EAB, with the HMAC key of the pair. Of these it is most often the second "
                "that does not fit.",
                causes=(
                    "The HMAC key was not copied completely, is another pair's, or was encoded "
                    "once more (base64 of base64).",
                    _SIGNS_WRONGLY,
                ),
                steps=(
                    "Copy kid and HMAC key again, together, from {portal}, as they stand there.",
                    "Update the client.",
                ),
            ),
            Case(
                at=("order", "challenge", "finalize", "certificate"),
                meaning="What the client signed does not fit the key that the CA holds for the "
                "account. It was no registration, so kid and HMAC key of an EAB pair have no part "
                "in it.",
                causes=(
                    "The client's account data are mixed up: an account key that was replaced, an "
                    "account URL of another server (a test server), files that were copied in "
                    "part.",
                    _SIGNS_WRONGLY,
                ),
                steps=(
                    "See whether account and server fit each other: "
                    "`certbot-sectigo accounts list --online`",
                    "Have the client register a new account with a new key: keep its folder of "
                    "this server's account elsewhere, or give it a configuration directory of "
                    "its own. Certificates that are there stay valid.",
                    "Update the client.",
                ),
            ),
        ),
        phrases=(
            "!jws verification error|failed",
            "!error verifying jws",
            "!error in cryptographic primitive",
            "!invalid|bad|wrong signature * jws|request",
            "!invalid|wrong jws signature",
            "!jws signature invalid|wrong|not",
            "!signature jws|request invalid|wrong",
            "!jws not verify|validate",
            "!unable validate jws|signature",
            "!request signing_key not match",
            "!malformed|invalid account id|url * key_id|header",
            "!key_id header * invalid|malformed",
            "!kid not match * account",
        ),
        sources=("boulder, step-ca", "caddy#3903", "ACME-PS#86", "acme.sh#1484"),
        hides=("malformed", "lacks-authorization", "order-refused", "order-invalid"),
    ),
    Entry(
        key="profile-unknown",
        title="The CA does not offer the certificate profile that was asked for",
        meaning="An order may name a profile of the CA's, and this one is not offered, or not to "
        "this account. Without one the CA takes its default.",
        causes=("A misprint, or a profile of another CA; the CA has withdrawn it.",),
        steps=(
            "Leave the profile away, or take one that the directory lists under meta, profiles.",
        ),
        phrases=(
            "!server|ca not support profiles",
            "!unrecognized|unknown|invalid|unsupported profile",
            "!certificate_profile|acme_profile|profile * not supported|available|permitted|"
            "recognized|offered|found * server|ca|acme|account|name|profiles",
            "!certificate_profile|acme_profile * not supported|available|permitted|applied",
            "!not permitted * certificate_profile",
        ),
        types=("invalidProfile",),
        sources=("boulder", "simple-acme", "dehydrated"),
        hides=("refused", "malformed", "lacks-authorization", "order-refused"),
    ),
    Entry(
        key="request-url-mismatch",
        title="Something between the client and the CA changes the URL",
        meaning="The URL inside the signature (RFC 8555 section 6.4) is not the one that reached "
        "the CA.",
        causes=(
            "A reverse proxy, or an ACME proxy, rewrites host or path.",
            "A slash too many: the directory URL was given with a trailing or a double slash.",
            "An outdated client that builds URLs itself.",
        ),
        steps=(
            "Give the directory URL exactly as the CA shows it, without a trailing slash.",
            "Go past the proxy for this host (NO_PROXY), or have it leave the URL as it is.",
        ),
        phrases=(
            "!request_url jws protected|header not match",
            "!request_url not match * request_url",
            "!url jws|header not match * url",
            "!header parameter url incorrect",
            "!url incorrect expected * got",
        ),
        sources=("answer of ZeroSSL, same software", "lua-resty-acme#78"),
    ),
    Entry(
        key="name-disallowed",
        title="The CA does not issue for this name",
        meaning="The name is on a list of names that the CA refuses for everybody.",
        causes=(
            "A name of a country or region under sanctions, or a well-known brand.",
            "A domain of a free DNS provider.",
        ),
        steps=("Ask the CA's support for a review, or issue without this name.",),
        phrases=("!identifier disallowed|blacklisted|blocked",),
        sources=("acme.sh#5156",),
        hides=("rejected-identifier",),
    ),
    Entry(
        key="rejected-identifier",
        title="The CA does not issue for one of the names",
        meaning="The CA's policy excludes a name ({name}), for this account or for everybody.",
        causes=(
            "A misprint, an internal name (.local, .internal), or a bare public suffix.",
            "The name is outside of what the account may have.",
            "A kind of name (an IP address) the CA does not do.",
        ),
        steps=("Leave the name away, or have it assigned to the account at the CA.",),
        phrases=(
            "!not issue certificates for identifier",
            "!identifier of unsupported type",
            "!ip_address is_invalid",
            "!identifier_type unsupported|not",
            "!policy forbids issuing",
            "!not qualify for public certificate",
            "not public suffix",
            "!invalid|rejected|unsupported identifiers",
            "!identifier|identifiers * were|was|is|are rejected|refused",
            "!refuses|refuse issue certificate * domain|name|policy",
            "!identifier not available|permitted|allowed account",
        ),
        details=(
            "domain_name|dns_name|hostname|domain contains|invalid|needs|longer|ends|not|is|has",
            "invalid|illegal|bad domain|dns|domain_name|dns_name|hostname|ip",
            "identifier type|value|unsupported|empty|invalid",
            "public suffix|tld|punycode|wildcard",
        ),
        types=("rejectedIdentifier", "unsupportedIdentifier"),
        at=(("challenge", "validation-failed", r"\A(?!.*(?:public suffix|cannot issue for))"),),
        cases=(
            VALIDATED_BEFORE,
            Case(
                r"public suffix|\(TLD\)|\.local(?:host|domain)?\b",
                "A public CA issues only for names that end in a domain of the public DNS, and one "
                "of these does not ({name}).",
                (
                    "An internal name (.local, .lan, .internal, .localhost) stands among the names,"
                    " most often since the client takes every name of the web server.",
                    "A misprint, or a bare public suffix.",
                ),
                (
                    "Leave that name away, or take a public name of your own for the machine; it "
                    "need not be reachable where DNS-01 is used.",
                    "For internal names take a CA of your own.",
                ),
                title="The CA does not issue for a name that is not of the public DNS",
            ),
            Case(
                r"\bIP(?:v[46])?\b(?!.{0,20}blocked)|identifier types?\b",
                "Names in an order have a type, and this CA does not take this one over ACME: "
                "only DNS names, most often, and no IP addresses.",
                ("An IP address stands among the names.",),
                (
                    "Order a DNS name that leads to the address, or take a CA that issues for IP "
                    "addresses.",
                ),
            ),
            Case(
                r"invalid (?:dns|host|domain) ?(?:identifier|name)|underscore|"
                r"(?:invalid|illegal) (?:character|label)|not (?:a )?valid (?:dns|host|domain)",
                "The CA says that the name itself is not allowed, whoever asks for it: names in "
                "certificates have letters, digits, hyphens and dots, no underscore.",
                (
                    "An underscore, a blank or another sign in the name that host names may not "
                    "have; an empty label or one that begins or ends with a hyphen.",
                ),
                ("Rename the host, or leave the name away; no account and no CA gets it issued.",),
            ),
            Case(
                r"wildcard",
                "The CA takes no wildcard for this account, this product or this validation.",
                ("A wildcard (*.) is among the names.",),
                (
                    "Order the names one by one, or have wildcards enabled in {portal}; a wildcard "
                    "needs DNS-01.",
                ),
            ),
        ),
        sources=("RFC 8555 section 6.7",),
    ),
)
