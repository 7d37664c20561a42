"""What other clients than certbot say about their own set-up and limits."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import STEPS, Case, Entry

ENTRIES = (
    Entry(
        key="solver-missing",
        title="The client has no way to answer any of the challenges that the CA offers",
        meaning="For a name the CA offers kinds of challenges, and the client is set up for none "
        "of them.",
        causes=(
            "cert-manager: no solver of the issuer fits the name (selectors), or only HTTP-01 is "
            "there and the name is a wildcard.",
            "The client has switched a kind off by itself, since it thinks that port 80 or 443 of "
            "this machine cannot be reached, or a hook is not configured.",
            "The CA wants no challenge (the name is validated already), and offers none, or only "
            "those that served before.",
            "certbot: preferred-challenges in cli.ini, or pref_challs in the renewal file, keeps "
            "it to a kind that its authenticator does not answer; a wildcard needs DNS-01.",
        ),
        steps=(
            "cert-manager: compare the issuer's solvers and their selectors with the names.",
            "Let the client use a kind of challenge that it can answer here (HTTP-01 with port 80, "
            "DNS-01 with a plugin); a wildcard needs DNS-01.",
            "At a CA with EAB have the domains validated beforehand in {portal}.",
        ),
        phrases=(
            "!validating certificate not possible using http_01|dns_01|tls_alpn_01",
            "!ca not offer * challenge",
            "!neither reachable via http * nor https",
            "!no plugin found that can challenge",
            "!no validation plugin configured",
            "!could not|unable determine solver|solvers",
            "!not get domain token",
            "!determine valid solver",
            "!supported validation type are * specified",
            "!no configured challenge solvers|solver",
            "!no solver|solvers|challenge found|configured|available|matching * challenge|domain|"
            "name",
            "!could not find|determine a|any|suitable solver|challenge_type|challenge",
            "!client does not support any combination challenges",
            "!client with the currently selected authenticator * not support",
            "!none * preferred challenge|challenges * supported",
            "!no supported|suitable|usable challenge|challenges|validation",
            "!no viable|matching challenge type|types",
            "!none * challenge|challenges methods|types * suitable|supported|offered",
            "!no challenges|challenge of_type|that_match",
            "!no challenge * available|match",
            "!expected challenge type * not available",
            "!acme_tiny line in get_crt index_error",
            "!no challenge completed",
        ),
        cases=(
            Case(
                r"for remaining challenges|remaining=\[",
                "The client tried the challenge that it is set up for, that failed, and there is "
                "no other that it could try. This line is the end of it, not the reason.",
                ("The one that is named as configured failed in an earlier line, such as the "
                 "record that the DNS plugin was to write, or the look for it.",),
                ("Look for the first error of the same name before this line, and mend that.",),
                title="The only challenge that the client is set up for failed before",
            ),
            Case(
                r"\bdeclined|no challenge completed",
                "The client offered each challenge to its hook, and the hook declined: by another "
                "exit code than 0 it says that it does not answer this kind. The CA was not asked "
                "to look.",
                (
                    "The hook knows HTTP-01 only and failed there: its folder for the challenges "
                    "does not exist or may not be written to.",
                    "The hook is not made for the kind that is meant (a wildcard needs DNS-01).",
                ),
                (
                    "Run the hook by hand as the same user, with begin, the kind, the name, a "
                    "token and a value, and see what it says and its exit code.",
                    "Set the hook's folder to the one that the web server serves, or take a hook "
                    "for DNS-01.",
                ),
                title="The client's hook declined every kind of challenge",
            ),
            Case(
                r"autocert|unable to satisfy",
                "The program gets its certificate while a visitor connects (Go's autocert). It "
                "tried each kind of challenge that it knows, TLS-ALPN-01 by port 443 and HTTP-01 "
                "by port 80, and the CA took none of them. This line is the end of that.",
                (
                    "The name leads to another machine or a content network, or port 443 (or 80) "
                    "of the outside does not lead to this program: the CA asks at these ports, "
                    "whatever others the program listens at.",
                    "A proxy in front ends TLS, and port 80 is not handed to the program.",
                ),
                (
                    "See where it leads: `dig +short A {name} ; dig +short AAAA {name}`",
                    "Have port 443 of the outside lead to the program as it is (no TLS ended in "
                    "front), or port 80 to its HTTP handler.",
                    "The authorization's URL in the text tells why each of them failed, if it is "
                    "opened before it is cleaned up.",
                ),
                title="The CA took none of the challenges that the program answered",
            ),
            Case(
                r"currently selected authenticator",
                "certbot's authenticator can answer none of the challenges that the CA offers for "
                "a name. No connection was tried.",
                (
                    "A wildcard is among the names: it needs DNS-01, and standalone, webroot, "
                    "nginx and apache cannot do that.",
                    "certbot, or the image that it is in, is so old that it knows TLS-SNI-01 only, "
                    "which CAs no longer offer.",
                    "--preferred-challenges names another kind than the authenticator has.",
                ),
                (
                    "For a wildcard take an authenticator for DNS-01; else update certbot or the "
                    "image, or take the option away.",
                ),
            ),
            Case(
                challenge="sectigo-",
                meaning="The CA offers only its own ways for a name: an e-mail or a DNS record "
                "that {portal} asks for. No client can answer them.",
                causes=("The domain is not validated in {portal}, or not for this account.",),
                steps=("Validate the domain in {portal} (Domains), then run it again.",),
            ),
        ),
        sources=("cert-manager#3035", "cert-manager#3660", "certbot"),
        hides=("validation-failed", "order-invalid", "order-refused"),
    ),
    Entry(
        key="alpn-not-enabled",
        title="The own web server does not speak acme-tls/1, which TLS-ALPN-01 needs",
        meaning="The client (mod_md) was to answer a TLS-ALPN-01 challenge, and the web server has "
        "that protocol switched off for the name. The CA was not asked to look; nothing failed "
        "there.",
        causes=(
            "Protocols names no acme-tls/1, for the server or for this virtual host.",
            "Port 80 is not open for HTTP-01 (MDPortMap, MDCAChallenges), so that TLS-ALPN-01 is "
            "all that is left.",
        ),
        steps=(
            "Add it, for all virtual hosts of the name: Protocols h2 http/1.1 acme-tls/1 ; then "
            "restart the web server.",
            "Or let HTTP-01 (port 80) or DNS-01 do it: MDCAChallenges http-01 .",
        ),
        phrases=("!protocol acme tls 1 not enabled|supported|configured",),
        sources=("mod_md",),
        hides=("solver-missing", "validation-failed", "order-invalid", "not-implemented"),
    ),
    Entry(
        key="helper-missing",
        title="A program that the client needs is not installed",
        meaning="The client calls other programs for parts of its work, and one is missing.",
        causes=("A small system or container image without it.",),
        steps=(
            "See which are there: `which -a curl openssl socat`",
            "Install the one that is named, by apt, dnf, apk or what the system has.",
        ),
        phrases=(
            "this script requires curl|openssl|sed|awk|mktemp|diff|grep",
            "please install socat|curl|wget|openssl|python|idn",
            "neither curl nor wget",
            "socat|openssl|curl|jq command_not_found|not_found",
            "requires|need|needs|missing socat|openssl|curl|jq * install|installed|path",
        ),
        shown=(r"(?:wget|libcurl)\S{0,80} for error code: 127\b(?!\.)",),
        sources=("acme.sh",),
        hides=("solver-missing", "ca-unreachable"),
    ),
    Entry(
        key="client-too-old",
        title="The client cannot handle an answer that is correct",
        meaning="The CA answers as RFC 8555 allows, and the client is older than that, or never "
        "learnt it.",
        causes=(
            "A status, a field or a way of writing JSON that the client does not know.",
            "A version of the protocol, or a server, that has been switched off.",
        ),
        steps=("Update the client; if it is no longer looked after, take another one.",),
        bystander=True,
        shown=(
            r"(?:KeyError: |Undefined (?:array key|index|property):? |missing (?:required )?"
            r"(?:field|property|key|member) |\(reading |key not found: |No such key: )"
            r"[\\\"'`$:]{0,4}contacts?\b",
        ),
        cases=(
            Case(
                r"(?:KeyError|Undefined|missing|reading|key not found|no such key)[^\n]{0,30}"
                r"\bcontacts?\b",
                "The client looks for the contact addresses in the account that the CA answers "
                "with, and the CA (Let's Encrypt, since June 2025) no longer keeps or sends them. "
                "RFC 8555 allows that. Registration and account are in order.",
                (
                    "The client is older than that change, and an e-mail address is set in it.",
                ),
                (
                    "Update the client, or the program that brings it along.",
                    "Until then leave the contact address out (acme-tiny: no --contact; mailcow: "
                    "no ACME_CONTACT).",
                ),
                title="The client wants the contact address that the CA no longer sends",
            ),
            Case(
                r"acme ?v[12]\b|\bv01\b|rfc ?8555",
                "The client speaks a protocol older than RFC 8555 (ACME v1), or asks a server for "
                "it, and the CA has switched that off.",
                ("The client, or the script around it, is older than ACME v2 (2018).",),
                title="The client is too old for this CA: it speaks ACME v1",
            ),
            Case(
                r"\blocation\b",
                "The CA did what it was asked to (each try may make another certificate or order); "
                "its answer has no Location header, and this version of the client wants one.",
                ("The client wants more of the answer than this CA gives.",),
                (
                    "Update the client (mod_md: the module, with Apache); stop its retries until "
                    "then.",
                    "Or take another CA; rights of folders and the settings are not the matter.",
                ),
                title="The client wants a Location header that the CA's answer does not have",
            ),
            Case(
                r"(?:certbot|letsencrypt)-auto",
                "certbot-auto, the script that once brought certbot along, is not looked after any "
                "more (since 2021) and no longer works on this system. What it got stays valid "
                "until it ends.",
                ("certbot was installed by certbot-auto.",),
                (
                    "Install a current certbot (snap, pip in a venv, the distribution) and take "
                    "certbot-auto and its cron line away; /etc/letsencrypt stays as it is.",
                ),
                title="certbot-auto is no longer maintained: another certbot has to take its place",
            ),
            Case(
                r"wrong directory fields",
                "The CA's directory has fields that this client does not know, and it stops at "
                "that. Accounts and files here are in order.",
                ("The client, or its acme library, is too old.",),
                ("Update the client or the image that it is in; else take another client.",),
                title="The client is too old for this CA's directory",
            ),
            Case(
                r"method not allowed|\b405\b|post-as-get|\bGET\b[^.]{0,40}not (?:allowed|support)",
                "The client reads a resource of the CA's by a plain, unsigned GET, and the CA "
                "takes only signed requests for it (POST-as-GET, RFC 8555 section 6.3). Account, "
                "name and server are in order, and nothing stands between.",
                ("The client, or the panel that carries it, is older than RFC 8555 (2019).",),
                (
                    "Update the client or the panel that brings it along; if it is no longer "
                    "looked after, take another client.",
                ),
                title="The client is too old: it asks by GET where the CA wants a signed POST",
            ),
        ),
        details=("method_not_allowed", "post_as_get", "get request not|unsupported|method"),
        phrases=(
            "!unrecognized|unknown existing|acme|order|authorization|challenge status|state * "
            "ready|processing|pending|deactivated",
            "!wrong directory field",
            "!unexpected existing|acme|order|authorization status|state * ready|deactivated",
            "!unrecognized existing acme order status",
            "!expected value got eof",
            "!can_not|cannot find issuer * certificate",
            "!account creation on acmev1 disabled",
            "!acmev1 is deprecated",
            "!system not supported by certbot_auto",
            "!couldnt|could_not|cannot|failed download * certbot_auto|letsencrypt_auto",
            "!acmev1 * turned|shut|switched off|disabled",
            "!acme v1 * deprecated|disabled|deactivated|end of life",
            "!no longer supported * acme v1|v01|acmev1",
            "!upgrade|update your acme|client * v2|version",
            "!without giving location header",
            "!no|missing|without|lacks|empty location header",
            "!location header missing|absent|empty|not_found",
        ),
        sources=("dehydrated#1002", "cert-manager#692", "RFC 8555"),
        after=("", *STEPS),
        hides=("ca-unreachable", "ca-name-resolution", "server-time-limit", "order-invalid",
               "order-not-ready", "malformed", "renewals-failed", "account-unparsable",
               "client-bug", "client-settings"),
    ),
)  # fmt: skip
