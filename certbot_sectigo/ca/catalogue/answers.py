"""Answers that come, and are none of ACME's: gateways' pages, what a client stumbles over, late."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry, Weight

ENTRIES = (
    Entry(
        key="url-incomplete",
        title="The server's URL is empty or incomplete",
        meaning="The client was to ask a URL that is empty or has no https:// in front, so it "
        "asked "
        "nobody.",
        causes=(
            "The server's URL is missing in the client's configuration, or is misspelt.",
            "The server's directory did not name what the client looked for (an old server, or a "
            "protocol that the client does not speak).",
        ),
        steps=(
            "Give the directory URL exactly as the CA shows it, with https:// in front "
            "(cert-manager: spec.acme.server), and see with curl that it answers.",
            "Update the client, if the URL is right.",
        ),
        phrases=("unsupported protocol scheme", "missing|no|invalid protocol|url scheme"),
        sources=("Go", "cert-manager#529"),
        hides=("ca-tls-handshake", "not-acme", "ca-unreachable"),
        network=True,
    ),
    Entry(
        key="not-acme",
        title="What answered is not an ACME server",
        meaning="The answer is a web page or something else instead of ACME's JSON.",
        causes=(
            "The URL is not the directory: too short, or with or without /directory at its end, "
            "or without https:// in front, or a portal's address.",
            "A proxy, a login page or a maintenance page answers for the CA.",
        ),
        steps=(
            "This has to print JSON with newNonce, newAccount and newOrder: `curl -s {server}`",
            "Give the URL exactly as the CA shows it.",
        ),
        phrases=(
            "!understand acme|ca server response",
            "!get|getting|fetch directory * 404|403|405",
            "unexpected content_type|response_content",
            "unexpected response content type",
            "cannot|can_not|unable deserialize|parse response|directory",
            "!is not an acme directory",
            "!unexpected response status_code * getdirectoryasync|getnonceasync",
            "!gave an answer not acme",
            "too many redirects",
            "exceeded redirects",
            "invalid character * looking beginning",
            "expecting|expected value * line 1 column 1",
            "!directory field not found",
            "directory * not * valid|json",
            "!unable get service directory",
            "!problem retrieving acme|ca",
            "!acme response|body * not valid|parseable json",
            "!response body * not json",
            "no scheme supplied",
            "!key_error new_nonce|newaccount|neworder",
        ),
        sources=("seen at acme.enterprise.sectigo.com/directory", "win-acme", "certbot"),
        network=True,
        passing=True,
    ),
    Entry(
        key="ca-unavailable",
        title="A gateway before the CA's server answered with an error (5xx)",
        meaning="A gateway answered (502, 503, 504) in place of the ACME server: this machine got "
        "through. At the end of an order the CA may go on behind it and issue.",
        causes=("Maintenance, overload or a fault at the CA; a proxy on the way.",),
        steps=(
            "Wait some minutes and try once more; see the CA's status page.",
            "Look in {issued} whether it was issued.",
        ),
        cases=(
            Case(
                at=("directory", "nonce"),
                meaning="A gateway answered (502, 503, 504) in place of the ACME server: this "
                "machine got through. Nothing was ordered yet, so nothing was issued.",
                steps=("Wait some minutes and try again; see the CA's status page.",),
            ),
        ),
        phrases=(
            "bad gateway",
            "gateway time_out|timeout",
            "service temporarily|currently|is unavailable",
            "service unavailable",
            "under|scheduled maintenance",
            *(
                f"http_{code}|http_1_1_{code}|http_2_{code}|status_{code}|error_{code}|response_{code}|code_{code}"
                for code in (502, 503, 504)
            ),
        ),
        sources=("RFC 9110 section 15.6",),
        hides=("not-acme", "ca-timeout"),
        network=True,
        passing=True,
    ),
    Entry(
        key="answer-unusable",
        title="The CA's answer could not be used",
        meaning="The client stumbled over the answer; its own error hides what the CA said.",
        causes=(
            "certbot below 2.3 on Python 3.11 or newer hides every refusal of the CA behind 'can't "
            "set attribute' (certbot#9539).",
            "The answer was cut off, or is an error page.",
        ),
        steps=(
            "Look in the debug log at the answer above ('Received response'), or have the whole "
            "log explained: `certbot-sectigo explain {log}`",
            "Update certbot.",
        ),
        phrases=(
            "attribute_error cant|can set attribute",
            "cant set attribute",
            "str object has_no attribute get",
            "!acme errors client_error",
            "client_error_response",
            "incomplete_read",
            "!invalid or unrecognized response",
            "chunked_encoding_error",
            "!error decoding response body",
            "!curl * failed with 0 * returned",
        ),
        sources=("certbot#9539",),
        weight=Weight.SYMPTOM,
        hides=("order-invalid", "order-refused", "client-bug"),
        cases=(
            Case(
                r"invalid or unrecognized response",
                "The CA answered, and the client could not make anything of the answer; an order "
                "may be done at the CA all the same, with nothing downloaded.",
                (
                    "This version of the client does not cope with how this CA answers, such as an "
                    "order that is ready at once since its names are validated beforehand, or one "
                    "with several names.",
                    "The answer was cut off, or is an error page.",
                ),
                (
                    "Run the same command once more: an order that is done already is found, then.",
                    "Update the client; report it to its makers with the verbose log.",
                ),
                title="The client stumbled over the CA's answer; the order may be done",
            ),
            Case(
                r"failed with 0\b",
                "The connection to the CA was all right (curl ended with 0); in its answer the "
                "client did not find what it looks for, and shows it not.",
                (
                    "The client is older than a form that the CA may use, such as HTTP/2 with "
                    "names of headers in small letters.",
                    "A proxy answered in the CA's place, or took headers away.",
                ),
                (
                    "Look at the answer with its headers: `curl -v {server}`",
                    "Update the client (getssl: to the newest from its repository).",
                ),
                title="The client does not find what it looks for in the CA's answer",
            ),
            Case(
                r"\bstr\b\W{0,3} object has no attribute",
                "The client expected a problem document and got plain text: the CA refused "
                "something, and the client crashed over the form of that refusal.",
                (
                    "A refusal of the account or of its EAB pair, in plain text; the client does "
                    "not expect that.",
                ),
                (
                    "Update the client (Ansible: the collection community.crypto).",
                    "See the CA's raw answer with the client's most verbose option, and check "
                    "account and EAB pair in {portal}.",
                ),
            ),
        ),
    ),
    Entry(
        key="issue-time-limit",
        title="The CA did not issue within the time that the client waits",
        meaning="The validations succeeded and the order was finalized; issuing took longer than "
        "the client waits. DNS and the challenge are done and not the cause.",
        causes=("The CA is slow or busy; some issue only after a check by hand.",),
        steps=(
            "Look in {issued} whether it was issued meanwhile.",
            "Run it again later, with a longer time for the certificate (lego: --cert.timeout "
            "300).",
        ),
        phrases=("!validations succeeded requesting certificates * time_limit exceeded",),
        sources=("lego",),
        step="finalize",
        hides=("server-time-limit", "ca-timeout", "dns01-propagation-check"),
    ),
)  # fmt: skip
