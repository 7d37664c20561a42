"""Types of problems of ACME's extensions, and requests whose form a CA does not take."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry

ENTRIES = (
    Entry(
        key="client-request-broken",
        title="The client's request is not formed as ACME asks for",
        meaning="The CA could not read the request: its signature's header, its body or its HTTP "
        "headers. Account, names and validations were not looked at.",
        causes=(
            "The client, or a library of its, is too old, new, or of one's own making.",
            "A proxy on the way changes or empties requests (headers, body, a redirect of POST).",
        ),
        steps=(
            "Update the client, or try another one against the same server.",
            "Go past the proxy for the CA's host (NO_PROXY), and look at one request in the "
            "client's debug log: the word that is quoted says what is missing in it.",
        ),
        cases=(
            Case(
                r"no embedded jwk",
                "The client sent the URL of an account (kid) where a registration needs the key "
                "itself (jwk): it believes that it has an account already, or asked at a place of "
                "the CA for another one. Nothing was registered, and no EAB pair is used up.",
                (
                    "The client kept account data of this CA from before, and the CA was made "
                    "anew, or its URL has changed since.",
                    "A fault of the client's version in how it looks an account up.",
                ),
                (
                    "Set aside what the client keeps of this CA's account (a folder of its own in "
                    "the client's storage), and let it register anew; at a CA with EAB with a "
                    "pair.",
                    "Compare the CA's URL with what the CA's directory says, and update the "
                    "client.",
                ),
                title="The client asks with an account's URL where its key belongs",
            ),
        ),
        phrases=(
            "!content_type header on post",
            "!no body on post",
            "!jws not_signed",
            "!parse error|failed reading jws",
            "!failed parse jws",
            "!payload not parse as json",
            "!too_many|more_than signatures|signature post|body|one",
            "!must have one signature",
            "!not contain a signature",
            "!jwk and kid * mutually_exclusive",
            "!either jwk or kid",
            "!jwk expected in protected",
            "!no|missing embedded jwk in",
            "!no jwk in jws",
            "!invalid jwk in",
            "!header algorithm not match expected algorithm",
            "!alg field set to invalid",
            "!url header|field|is required|missing jws|protected",
            "!url is missing in protected",
            "!jws missing url",
            "!header parameter url required",
            "!must include user_agent",
            "!error unmarshaling json|body|request|challenge|finalize|account|key",
            "!unprotected header must not",
        ),
        sources=("boulder", "Pebble", "step-ca", "acme2certifier"),
        hides=("malformed", "order-refused", "order-invalid", "jws-protected-missing"),
    ),
    Entry(
        key="order-without-names",
        title="The order has no names",
        meaning="The client asked for a certificate without a name, or with an empty one.",
        causes=("A variable, list or option with the names is empty, or has a comma too many.",),
        steps=("See what the client was told to order, and name each name once.",),
        phrases=(
            "!not specify any identifiers",
            "!identifiers list|array empty|be empty",
            "!included|contains|has empty identifier|name",
            "!identifier with empty value",
            "!identifier value empty",
        ),
        sources=("boulder", "Pebble", "step-ca"),
        hides=("rejected-identifier", "malformed"),
    ),
    Entry(
        key="names-duplicated",
        title="A name occurs twice in the order",
        meaning="The CA takes each name only once in an order; others are more lenient.",
        causes=("The same name is given twice, also in upper and lower case.",),
        steps=("Leave the second one away.",),
        phrases=("!identifiers duplicated|duplicate", "!duplicate|duplicated identifiers|domain"),
        sources=("acme.sh#3268",),
        hides=("rejected-identifier",),
    ),
    Entry(
        key="too-many-names",
        title="The order, or its certificate request, has more names than the CA takes",
        meaning="CAs take a limited number of names in a certificate (100 at Let's Encrypt, others "
        "fewer or more), and limit their length together.",
        causes=("All names of a server were put into one certificate.",),
        steps=("Split them over several certificates, one for each service or customer.",),
        phrases=(
            "!contains|contain|has|included|more_than * identifiers|names|domains|sans * more_than",
            "!contains|contain|included more_than identifiers|names|domains|sans",
            "!cumulative length * identifier",
            "!too_many identifiers|sans|names * order|csr|certificate|request",
            "!order|csr|certificate|request has|with|contain|contains too_many "
            "identifiers|sans|names|domains",
            "!number of names|identifiers|sans|domains exceeds|exceeded|maximum|limit",
        ),
        sources=("boulder",),
        hides=("bad-csr", "rejected-identifier", "malformed", "rate-limited"),
    ),
    Entry(
        key="dates-unsupported",
        title="The client asks for dates of its own, and the CA sets them itself",
        meaning="An order may name the certificate's first and last day (notBefore, notAfter); "
        "most CAs take none.",
        causes=("An option for the validity is set in the client.",),
        steps=("Leave the option away; the CA's default is what is issued.",),
        phrases=("!not_before and not_after * not supported", "!not_before|not_after unsupported"),
        sources=("boulder", "RFC 8555 section 7.1.3"),
        hides=("malformed",),
    ),
    Entry(
        key="revocation-reason",
        title="The CA does not take the reason that is given for the revocation",
        meaning="A revocation may name a reason, and this CA allows only some of them over ACME. "
        "The certificate was not revoked.",
        causes=("The reason is one that only the CA itself sets, or is unknown.",),
        steps=("Revoke without a reason, or with one that the CA's words list (superseded, "
               "keyCompromise).",),
        phrases=("!revocation_reason|reason_code not|invalid|unsupported|out_of_bounds",),
        types=("badRevocationReason",),
        sources=("RFC 8555 section 7.6",),
    ),
    Entry(
        key="key-in-use",
        title="The new account key belongs to another account already",
        meaning="A key signs for one account only. The account keeps the key that it has.",
        causes=("The key was used for a registration before, or the change was made twice.",),
        steps=("Let the client make a new key, and change to that one.",),
        phrases=("!key already in_use|used * different|another account",),
        sources=("boulder", "RFC 8555 section 7.3.5"),
        hides=("refused", "already-revoked"),
        step="account",
    ),
    Entry(
        key="validation-running",
        title="The CA is validating already, and the client asks once more",
        meaning="The challenge was answered before; the CA has begun and has not ended. No harm is "
        "done by that alone.",
        causes=("The client, or two runs of it, answered the same challenge several times.",),
        steps=("Wait for the first answer; let only one run work on a name. Update the client.",),
        phrases=("!authorization|challenge already being validated|processed",),
        sources=("boulder",),
        hides=("refused", "challenge-decided"),
        step="challenge",
        passing=True,
    ),
    Entry(
        key="several-refused",
        title="The CA refused several names, each for a reason of its own",
        meaning="The answer is of the type compound: its members (subproblems) say what is wrong "
        "with which name.",
        steps=("Look at the subproblems in the client's debug log, and mend them one by one; or "
               "order the other names without these.",),
        types=("compound",),
        sources=("RFC 8555 section 6.7.1",),
        vague=True,
    ),
    Entry(
        key="star-order",
        title="An order that the CA renews by itself (STAR) has ended, or does not do that",
        meaning="The order is one for certificates that the CA renews without being asked (RFC "
        "8739).",
        causes=("It was cancelled, its last day has come, or something was asked of it that such "
                "orders do not have.",),
        steps=("Make a new order.",),
        cases=(
            Case(
                r"revocationnotsupported",
                "Certificates of such an order cannot be revoked one by one.",
                ("A revocation was asked for.",),
                ("Cancel the order: then no further certificates are issued.",),
            ),
            Case(
                r"cancellationinvalid",
                "The order cannot be cancelled: it is not valid (yet or any more).",
                ("It was cancelled before, or was never issued.",),
                ("Look at the order's status.",),
            ),
        ),
        types=("autoRenewalCanceled", "autoRenewalExpired", "autoRenewalCancellationInvalid",
               "autoRenewalRevocationNotSupported"),
        sources=("RFC 8739 section 5",),
        hides=("order-unknown",),
    ),
    Entry(
        key="delegation-unknown",
        title="The order names a delegation that the server does not know",
        meaning="Orders of a delegate name the delegation that the owner of the domain made (RFC "
        "9115); this one does not exist, or not for this account.",
        causes=("A misprint in its URL, an account of another server, or it was withdrawn.",),
        steps=("List the account's delegations, and take one of these; else ask the owner.",),
        types=("unknownDelegation",),
        sources=("RFC 9115 section 2.3",),
        step="order",
    ),
    Entry(
        key="attestation-refused",
        title="The CA does not accept the device's attestation",
        meaning="For device-attest-01 or a telephone number's token (tkauth-01, RFC 9447) the "
        "client hands in a statement of somebody else's, and that did not convince the CA.",
        causes=(
            "The root that signed the statement is not among those that the CA trusts, the format "
            "is not enabled, or the statement is of another key or challenge.",
        ),
        steps=("See the CA's words and its configuration of roots and formats.",),
        types=("badAttestationStatement", "incorrectTNAuthList", "invalidTNAuthList"),
        sources=("step-ca", "RFC 9447"),
        step="challenge",
    ),
    Entry(
        key="not-implemented",
        title="The CA's server does not do what the client asks for",
        meaning="The request is understood, and this server, or its configuration, has no such "
        "function.",
        causes=("An extension that the server lacks, or has switched off.",),
        steps=("Leave the option away, or have the server's owner enable it or update it.",),
        types=("notImplemented", "unsupported"),
        sources=("step-ca", "acme2certifier"),
    ),
    Entry(
        key="name-not-public",
        title="The certificate is asked for a name that no public CA can issue for",
        meaning="The name that the client takes is one of this machine or network only (localhost, "
        ".local, .lan, a name without a dot). Nobody can prove that it is theirs, so no public CA "
        "issues for it.",
        causes=(
            "The machine's host name is not set, or was reset, and the client takes it over.",
            "A web server's host or a default of the client has the internal name.",
        ),
        steps=(
            "Set the host name to the full public one, or give the client the public name, and run "
            "it again.",
            "For internal names take a CA of your own.",
        ),
        shown=(
            r"(?i)\bdomain ?name(?: is|:|=)? ?[\"']?localhost(?:\.localdomain)?\b(?!:)[^\n]{0,80}"
            r"\b(?:request|cert|order|issu)",
            r"(?i)\b(?:fail|could ?n[o']t|cannot|unable|no cert|error|refus)[^\n]{0,120}"
            r"\b(?:let'?s ?encrypt|zerossl|sectigo)\b[^\n]{0,100} (?:for|of) [\"'\[]?"
            r"(?:localhost\b|(?:[\w-]{1,63}\.){1,5}(?:localdomain|local|lan|intranet|home\.arpa)\b)",
        ),
        phrases=("!not fqdn * at_least two labels", "!identifier has_no|without dots"),
        sources=("w2c-letsencrypt-esxi", "CA/Browser Forum, Baseline Requirements"),
        hides=("rejected-identifier", "http01-connection", "dns-problem"),
    ),
)  # fmt: skip
