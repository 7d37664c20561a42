"""What Sectigo's service says about the form of requests and names, and in rare cases."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Entry

ENTRIES = (
    Entry(
        key="empty-refusal",
        title="The CA refused without saying why",
        meaning="The answer is a refusal with an empty text. At acme.enterprise.sectigo.com this "
        "was seen when a certificate with several names was renewed.",
        causes=(
            "The profile at Sectigo allows one name only, or not this combination of names.",
            "A passing fault of the CA.",
        ),
        steps=(
            "Try once more, then with one of the names alone (--cert-name of a new lineage).",
            "Ask Sectigo's support; the log holds the time and the order's URL they need.",
        ),
        phrases=("refused_without_detail",),
        sources=("seen at acme.enterprise.sectigo.com",),
    ),
    Entry(
        key="sectigo-reseller",
        title="The CA answered with an error of its own kind (reseller account)",
        meaning="Error types that begin with urn:sectigo: come from Sectigo's Certificate as a "
        "Service: the account's subscription at the reseller decides, not the ACME protocol.",
        causes=("The subscription's domains, number of names or term do not cover this order.",),
        steps=("Read the text behind the type and have the reseller check the subscription.",),
        phrases=("urn sectigo * error",),
        sources=("Sectigo CaaS reseller accounts",),
    ),
    Entry(
        key="jws-protected-missing",
        title="The client sent an incomplete signature",
        meaning="The protected header of the request, or of the EAB in it, is missing.",
        causes=(
            "A client without (complete) support of External Account Binding.",
            "The EAB kid or key was empty when the client built the request.",
        ),
        steps=(
            "Give both kid and HMAC key; update the client.",
            "With certbot:  --sectigo-eab-credentials FILE  checks both before anything is sent.",
        ),
        phrases=("jws protected * must present", "protected_header must present"),
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
        phrases=("jws signature must present", "signature must present"),
        sources=("acme.sh#4503", "acme.sh#5062"),
    ),
    Entry(
        key="key-id-missing",
        title="The client ordered without an account",
        meaning="The request carried no account URL: the client believes that it is registered, "
        "but the CA never made an account for it.",
        causes=(
            "acme.sh takes the refusal 'not awaiting external account binding' for success and "
            "goes on without an account.",
            "The client's stored account data are incomplete.",
        ),
        steps=(
            "Look further up for the refusal of the registration: that is the error to mend.",
            "Register again with a pair that was not used yet.",
        ),
        phrases=("key_id|kid must specified|present",),
        sources=("acme.sh#3310",),
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
            "request_url jws protected|header not match",
            "request_url not match * request_url",
            "url jws|header not match * url",
        ),
        sources=("answer of ZeroSSL, same software", "lua-resty-acme#78"),
    ),
    Entry(
        key="names-duplicated",
        title="A name occurs twice in the order",
        meaning="The CA takes each name only once in an order; Let's Encrypt is more lenient.",
        causes=("The same name is given twice, also in upper and lower case.",),
        steps=("Leave the second one away:  certbot ... {names}",),
        phrases=("identifiers duplicated|duplicate", "duplicate|duplicated identifiers|domain"),
        sources=("acme.sh#3268",),
        hides=("rejected-identifier",),
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
        phrases=("identifier disallowed|blacklisted|blocked",),
        sources=("acme.sh#5156",),
        hides=("rejected-identifier",),
    ),
    Entry(
        key="server-time-limit",
        title="The CA took longer than it allows itself",
        meaning="CERTInext (InCommon's CA since 2026) needs more than 30 seconds now and then, "
        "and its front then breaks the request off.",
        causes=("The CA is slow; the order may go on behind the front.",),
        steps=("Wait a few minutes and run the same command again; look in the CA's portal "
               "whether the certificate was issued.",),
        phrases=("time_limit exceeded",),
        sources=("reports of InCommon members",),
        hides=("ca-unavailable", "ca-timeout"),
    ),
)  # fmt: skip
