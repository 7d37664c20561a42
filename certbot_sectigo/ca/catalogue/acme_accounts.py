"""What any ACME server may answer about accounts and what belongs to them."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.acme import error_type
from certbot_sectigo.ca.catalogue.model import Entry

_RFC = "RFC 8555 section 6.7"


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
            *error_type("external_account_required"),
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
            *error_type("account_does_not_exist"),
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
            *error_type("user_action_required"),
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
            *error_type("invalid_contact"),
            *error_type("unsupported_contact"),
            *error_type("invalid_email"),
            "contact uri|url invalid|unsupported",
            "believes * invalid email",
            "contact_missing|contact_required|contact_invalid|email_missing|email_required",
        ),
        sources=(_RFC, "acme2certifier"),
    ),
    Entry(
        key="already-revoked",
        title="The certificate is revoked already",
        meaning="There is nothing left to do at the CA.",
        steps=("certbot delete --cert-name {lineage}   removes it here, if nothing uses it.",),
        phrases=(*error_type("already_revoked"), "certificate already|been|was revoked already",
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
)  # fmt: skip
