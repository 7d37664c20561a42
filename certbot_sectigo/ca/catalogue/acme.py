"""What any ACME server may answer (RFC 8555 section 6.7), and what it means with EAB."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Entry, Weight

_RFC = "RFC 8555 section 6.7"


def _type(name: str) -> tuple[str, ...]:
    """Give the ways in which clients write an error type, underscores between its words."""
    return (f"error_{name}|type_{name}|typ_{name}",)


ENTRIES = (
    Entry(
        key="eab-required",
        title="The CA registers no account without an EAB pair",
        meaning="External Account Binding (EAB) ties a new ACME account to the organisation's "
        "account at the CA. The registration carried no binding.",
        causes=(
            "No kid and HMAC key were given.",
            "certbot has no account for this server ({server}) although you think it has: the "
            "URL differs by a path, or --config-dir is another one; so it registers anew.",
            "ZeroSSL and others give this answer too where the e-mail address is missing.",
        ),
        steps=(
            "certbot-sectigo accounts list  shows for which servers there are accounts.",
            "To register:  certbot certonly --authenticator sectigo-eab "
            "--sectigo-eab-credentials FILE {names}   with sectigo_eab_kid and "
            "sectigo_eab_hmac_key in FILE (chmod 600).",
        ),
        phrases=(
            *_type("external_account_required"),
            "must include * external_account_binding",
            "server|registration|account requires|required external_account_binding",
            "external_account_binding|eab required|mandatory|missing",
            "requires|require external_account_binding",
        ),
        sources=("acme.sh#5318", "dehydrated#742", "lemur#3129", _RFC),
    ),
    Entry(
        key="account-unknown",
        title="The CA has no such account",
        meaning="certbot's account {account} is on disk, but the CA does not know it.",
        causes=(
            "The account was deleted at the CA, or the CA was set up anew.",
            "The folder belongs to another server: it was copied, or the URL was changed by hand.",
        ),
        steps=(
            "certbot-sectigo accounts show {account} --online  asks the CA about it.",
            "Register another one with a fresh EAB pair and move its lineages:  certbot-sectigo "
            "accounts pin NEW --all-of {account}",
        ),
        phrases=(
            *_type("account_does_not_exist"),
            "specified account not exist",
            "account|registration not|no exist|found key|server",
            "unable find existing account",
            "no account|registration exists|has|matching key|url",
            "account not found|exist on server|ca",
        ),
        sources=(_RFC, "Pebble"),
    ),
    Entry(
        key="account-deactivated",
        title="The ACME account is deactivated, for good",
        meaning="Account {account} was deactivated. That cannot be taken back; its certificates "
        "stay valid, but can no longer be renewed with it (RFC 8555 section 7.3.6).",
        causes=(
            "The ACME account, or this client of it, was deactivated in SCM or at the CA.",
            "certbot unregister was run; with -n it does not ask.",
        ),
        steps=(
            "Get a new EAB pair (in SCM: a new ACME account for the organisation and domains).",
            "certbot-sectigo accounts register --credentials FILE",
            "certbot-sectigo accounts pin NEW --all-of {account}   moves the lineages, then  "
            "certbot-sectigo accounts clean --online   takes the dead one away.",
        ),
        phrases=(
            "account deactivated|revoked",
            "account|registration is|been|was|status deactivated|revoked",
            "account status deactivated|revoked",
            "deactivated account",
        ),
        sources=("answer of ZeroSSL, same software", "Pebble", "RFC 8555 section 7.3.6"),
        hides=("account-unknown",),
    ),
    Entry(
        key="server-internal",
        title="The CA failed internally",
        meaning="The CA says that the fault is its own. Where it was finalizing, the "
        "certificate may have been issued all the same.",
        causes=(
            "A passing fault of the CA.",
            "At Sectigo also: the ACME account in SCM is not set up completely (organisation "
            "not validated, no certificate profile), or the CSR has a key type the profile lacks.",
        ),
        steps=(
            "Wait a quarter of an hour and run the same command again, once or twice, not in a "
            "loop: each time may issue a certificate.",
            "If it stays, compare the ACME account in SCM with one that works, and ask the CA's "
            "support with the time and the order's URL from the log.",
        ),
        phrases=(
            *_type("server_internal"),
            "server experienced internal error",
            "internal server error",
        ),
        sources=("lego#1183", _RFC),
    ),
    Entry(
        key="rate-limited",
        title="Too many requests: the CA wants a pause",
        meaning="A limit of the CA is used up; it is lifted by waiting alone.",
        causes=(
            "A script or timer tries again in a loop.",
            "Many machines behind one address or account renew at the same minute.",
        ),
        steps=(
            "Stop the loop and wait as long as the answer (Retry-After) says, else an hour.",
            "Spread renewals over the day; certbot renew does that by itself without "
            "--no-random-sleep-on-renew.",
        ),
        phrases=(
            *_type("rate_limited"),
            "too many requests|certificates|orders|failed|accounts|new|registrations|"
            "authorizations|currently",
            "rate_limit exceeded|reached|hit",
            "http_429|http_1_1_429|http_2_429|status_429|error_429|code_429",
        ),
        sources=(_RFC,),
    ),
    Entry(
        key="bad-nonce",
        title="The CA did not accept the nonce",
        meaning="Each request carries a number that the CA gave out before. Clients ask for a new "
        "one and try again by themselves; it is an error only where that fails repeatedly.",
        causes=(
            "A proxy or load balancer between this machine and the CA caches answers or changes "
            "between servers of the CA.",
            "A passing fault of the CA; a client without the second try.",
        ),
        steps=(
            "Run the command again.",
            "If it stays: go past the proxy for the CA's host (NO_PROXY), and have it cache "
            "nothing of it.",
        ),
        phrases=(
            *_type("bad_nonce"),
            "unacceptable|invalid|bad anti_replay nonce",
            "invalid|bad|unknown|stale|expired nonce",
            "nonce invalid|unknown|used|expired",
            "not include replay nonce",
        ),
        sources=(_RFC, "RFC 8555 section 6.5"),
    ),
    Entry(
        key="terms-not-agreed",
        title="The CA's terms of service have to be agreed to",
        meaning="An account is registered only when its terms are agreed to, sometimes anew when "
        "they have changed.",
        causes=(
            "certbot ran without --agree-tos and could not ask.",
            "The CA has new terms (userActionRequired names a page to visit).",
        ),
        steps=(
            "Read the terms named in the text and repeat the command with --agree-tos.",
            "For userActionRequired open the page that the answer links to.",
        ),
        phrases=(
            *_type("user_action_required"),
            "must agree * register|terms",
            "not agree|agreed|accept|accepted|accepting * terms service",
            "terms service not|must|be agreed|accepted",
            "cannot proceed without accepting terms",
            "without accepting terms",
            "read terms service * agree",
        ),
        sources=(_RFC, "certbot"),
        hides=("register-unattended",),
    ),
    Entry(
        key="contact-refused",
        title="The CA does not take the contact address",
        meaning="The e-mail address of the registration is refused, or one is missing.",
        causes=(
            "No address was given, and this CA wants one (Google, ZeroSSL).",
            "A misprint, or a domain that takes no mail (example.com).",
        ),
        steps=("Register with a working address:  --email you@your-domain",),
        phrases=(
            *_type("invalid_contact"),
            *_type("unsupported_contact"),
            *_type("invalid_email"),
            "contact uri|url invalid|unsupported",
            "believes * invalid email",
            "contact_missing|contact_required|contact_invalid|email_missing|email_required",
        ),
        sources=(_RFC, "acme2certifier"),
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
            *_type("rejected_identifier"),
            *_type("unsupported_identifier"),
            "not issue certificates for identifier",
            "identifier of unsupported type",
            "policy forbids issuing",
            "not public suffix",
        ),
        sources=(_RFC,),
    ),
    Entry(
        key="caa",
        title="A CAA record forbids this CA",
        meaning="The CAA records in the DNS list the CAs that may issue for a domain, and this "
        "one is not among them; the record may stand at a domain above the name.",
        causes=(
            "The record names another CA (letsencrypt.org, say).",
            "The name servers do not answer CAA queries (SERVFAIL, time-out), which forbids too.",
        ),
        steps=(
            "dig CAA {name}  and the same for every domain above it.",
            'Add the CA, for Sectigo:  CAA 0 issue "sectigo.com"  (issuewild for wildcards).',
            "A record that a CNAME leads to counts as well.",
        ),
        phrases=(
            "type_caa|acme_error_caa",
            "caa record|rrset|check|policy|lookup * forbid|forbids|forbidden|prevent|prevents|"
            "prevented|fail|failed|disallow|disallows|prohibit|prohibits|denied",
            "caa forbids|prevents|error|failure|failed",
            "while processing|checking caa",
            "error processing|checking caa",
            "looking up caa",
            "certification authority authorization * forbid",
        ),
        sources=(_RFC, "RFC 8659"),
        hides=("dns-problem",),
    ),
    Entry(
        key="bad-csr",
        title="The CA does not take the certificate request (CSR)",
        meaning="Key, names or form of the CSR do not suit the CA.",
        causes=(
            "The key's type or size is not offered (an EC key where the profile is RSA only; "
            "less than 2048 bits).",
            "Names in the CSR are others than in the order; the common name is not among them.",
        ),
        steps=(
            "Try --key-type rsa --rsa-key-size 2048 (certbot 2 and newer make EC keys by default).",
            "With a CSR of your own, make it anew with exactly the names of the order.",
        ),
        phrases=(
            *_type("bad_csr"),
            *_type("bad_public_key"),
            *_type("bad_signature_algorithm"),
            "csr unacceptable|invalid|rejected|malformed",
            "signed by public key * not support",
        ),
        sources=(_RFC,),
    ),
    Entry(
        key="order-invalid",
        title="The order became invalid while the certificate was being made",
        meaning="The CA took the order and then gave it up. Nothing was issued.",
        causes=(
            "CAA, the organisation's validation, or the product at the CA: look in its portal.",
            "A passing fault of the CA.",
        ),
        steps=("Run it once more; if it stays, ask the CA's support with the order's URL.",),
        phrases=(
            "certificate_order|order failed * no further information",
            "order status|is invalid",
            "order invalid|failed|rejected",
            "certificate_issuance|issuance failed",
            "sign_error wrong_status invalid",
        ),
        sources=("certbot", "acme.sh#3703"),
        weight=Weight.SYMPTOM,
    ),
    Entry(
        key="order-not-ready",
        title="The order is not ready to be finalized",
        meaning="The client asked for the certificate before all names were valid.",
        causes=("A validation is still going on; or an authorization has expired meanwhile.",),
        steps=("Run the command again.",),
        phrases=(*_type("order_not_ready"), "order not ready * finalized|finalize"),
        sources=(_RFC,),
    ),
    Entry(
        key="already-revoked",
        title="The certificate is revoked already",
        meaning="There is nothing left to do at the CA.",
        steps=("certbot delete --cert-name {lineage}   removes it here, if nothing uses it.",),
        phrases=(*_type("already_revoked"), "certificate already|been|was revoked already",
                 "certificate already revoked", "already been revoked"),
        sources=(_RFC,),
    ),
    Entry(
        key="not-your-resource",
        title="Order, authorization or certificate belong to another account",
        meaning="The account that asked ({account}) is not the one that ordered; only that one, "
        "or the certificate's own key, may (RFC 8555 section 7.6).",
        causes=("certbot chose another account than the lineage's.",),
        steps=(
            "certbot-sectigo revoke --cert-name {lineage}   uses the account that can.",
            "Without the account: certbot revoke --cert-path CERT --key-path KEY --server {server}",
        ),
        phrases=(
            "belongs to another|different account",
            "account not authorized|allowed revoke",
            "not own|owner certificate|order|resource",
            "not issued|owned by account",
        ),
        sources=("RFC 8555 section 7.6",),
    ),
    Entry(
        key="lacks-authorization",
        title="The CA refused (unauthorized); its own words behind that phrase decide",
        meaning="'The client lacks sufficient authorization' is the client's phrase for every "
        "answer of the type unauthorized. What the CA itself said stands behind it, or in the "
        "debug log, and is not a sentence known here.",
        causes=(
            "The names are not the account's: the wrong account was used, or the domains are not "
            "assigned to it (without wildcard) at the CA.",
            "The account is deactivated or suspended.",
            "The directory URL is wrong, or the account has no certificate product.",
            "A validation (HTTP-01, DNS-01) found the wrong answer.",
        ),
        steps=(
            "Feed the whole debug log:  certbot-sectigo explain "
            "/var/log/letsencrypt/letsencrypt.log",
            "certbot-sectigo accounts list --online  ;  certbot-sectigo accounts probe {names}",
        ),
        phrases=(*_type("unauthorized"), "client lacks sufficient authorization"),
        sources=("certbot", _RFC),
        weight=Weight.SYMPTOM,
    ),
    Entry(
        key="malformed",
        title="The CA could not make sense of the request",
        meaning="The type says only that; the text behind it, if any, is not one known here.",
        causes=("A client that is too old, or a registration without the EAB the CA wants.",),
        steps=("Update the client; ask the CA's support with the text.",),
        phrases=(*_type("malformed"), "request message was malformed"),
        sources=(_RFC,),
        weight=Weight.SYMPTOM,
    ),
)  # fmt: skip
