"""What any ACME server may answer about accounts and External Account Binding."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.customers import OF_CUSTOMERS
from certbot_sectigo.ca.catalogue.model import Case, Entry, Weight

_RFC = "RFC 8555 section 6.7"

ENTRIES = (
    Entry(
        key="account-unknown",
        title="The CA has no such account",
        meaning="The CA knows no account of the key, or at the URL, that the request came with "
        "({account}).",
        causes=(
            "The key was never registered at this CA: the client went on without a registration "
            "of its own, or after one that failed.",
            "The account was deleted at the CA, or the CA was set up anew.",
            "The account belongs to another server: its folder was copied, or the URL was changed.",
        ),
        steps=(
            "Ask the CA about it: `certbot-sectigo accounts show {account} --online`",
            "Register another one (at a CA with EAB with a fresh pair) and move the lineages to "
            "it: `certbot-sectigo accounts pin NEW --all-of {account}`",
        ),
        elsewhere=(
            "Register the key first, with the same client and at the same URL (at a CA with EAB "
            "with kid and HMAC key of a pair that was not used yet), and order with that key. Of "
            "Terraform that is a resource acme_registration whose key the certificate takes; of "
            "Ansible the module acme_account.",
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
            "!invalid account id",
        ),
        details=("account * does_not_exist",),
        types=("accountDoesNotExist",),
        after=("account",),
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
        elsewhere=(
            "Register with it under a new account key: set the client's account files of "
            "this CA aside first.",
        ),
        phrases=(
            "account deactivated|revoked",
            "account|registration is|been|was|status deactivated|revoked",
            "account status deactivated|revoked",
            "deactivated account",
            "account not valid * deactivated|revoked",
            "!account is_not_active",
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
            "Read the terms named in the text and repeat the command with the option that agrees "
            "(certbot: --agree-tos; lego: --accept-tos; Posh-ACME: New-PAAccount -AcceptTOS).",
            "For userActionRequired open the page that the answer links to.",
        ),
        phrases=(
            "!not accept|accepted|agree|agreed tos",
            "!require|requires you|to accept|agree terms",
            "!must agree * register|terms",
            "!not agree|agreed|accept|accepted|accepting * terms service",
            "!terms service not|must|be agreed|accepted",
            "!cannot proceed without accepting terms",
            "!terms_of_service_agreed|termsofserviceagreed flag missing",
            "!without accepting terms",
            "!read terms service * agree",
            "!agreement url|terms changed|wrong|not match",
        ),
        details=("terms",),
        sources=(_RFC, "certbot"),
        hides=("register-unattended",),
    ),
    Entry(
        key="user-action-required",
        title="The CA wants something done there by a person before it goes on",
        meaning="The type userActionRequired says that no program can help: its text, quoted "
        "above, or the page that the answer names as 'instance' says what. In a registration it "
        "means that this CA makes no account for this key and this EAB pair as things are.",
        causes=(
            "The account or the EAB pair is not set up or not released in {portal}, was used, or "
            "has ended.",
            "The CA has new terms that somebody has to agree to.",
        ),
        steps=(
            "Open the page that the answer names, if any, and look in {portal} what is open there.",
            "Have a fresh EAB pair made there and register with that, under a new account key. "
            "An option that asks for existing accounts only makes none.",
        ),
        phrases=("!only_return_existing must be true",),
        types=("userActionRequired",),
        sources=(_RFC, "RFC 8555 section 7.3.3", "eggsampler/acme#29"),
        step="account",
        hides=("account-unknown",),
    ),
    Entry(
        key="account-may-not-order",
        title="The CA does not let this account order",
        meaning="The order itself was refused as unauthorized, before any name was validated: it "
        "is the account that may not, not a challenge. The CA's own words, if it sent any, are "
        "quoted above.",
        causes=(
            "The account is deactivated or suspended, or the EAB pair that it was made with was "
            "disabled, deleted or replaced in {portal}. A client that has an account goes on "
            "using it, whatever new pair it is given.",
            "The names are not the account's: another account was used, or they are not assigned "
            "to it at the CA.",
        ),
        steps=(
            "See in {portal} whether account and pair are alive and have the names.",
            "If not, register anew with a fresh pair, under a new account key; with certbot: "
            "`certbot-sectigo accounts register --credentials FILE` ; with other clients in a "
            "configuration directory of its own.",
            "See what the CA says of the accounts here: `certbot-sectigo accounts list --online`",
        ),
        cases=OF_CUSTOMERS,
        sources=("certimate", _RFC),
        weight=Weight.SYMPTOM,
        hides=("lacks-authorization", "order-refused", "order-invalid"),
        step="order",
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
            "!fails|failed|refused due|because|for missing|no|without contact|e_mail|email",
        ),
        details=("contact|contacts", "email|e_mail|mailto"),
        types=("invalidContact", "unsupportedContact", "invalidEmail"),
        step="account",
        cases=(
            Case(
                r"forbidden domain|(?:contact|e-?mail)[^\n]{0,80}\bforbidden\b|\b(?:invalid|refused"
                r"|unable|not)\b[^\n]{0,60}@(?:[\w-]{1,63}\.)*example\.(?:com|org|net)\b",
                "The domain of the contact address is one that takes no mail, such as that of "
                "documentation. The names of the certificate are not meant.",
                (
                    "A placeholder was left in the configuration, or the address that you set is "
                    "not the one that the client sends.",
                ),
            ),
            Case(
                r"at least one|no contacts?\b|(?:contact|e-?mail|address)[^\n]{0,60}"
                r"\b(?:missing|empty|required|needed|must)\b"
                r"|(?:without|missing|empty|requires?)\b[^\n]{0,40}(?:contact|e-?mail|address)",
                "The registration carried no e-mail address, and this CA wants one. What a client "
                "says after that (no account, an empty URL, a missing file) only follows.",
                ("No address was given, or the program around the client does not pass it on.",),
                (
                    "Register with one working address (certbot: --email you@your-domain).",
                    "Was an EAB pair sent along? Some CAs (Google) count it as used by the attempt "
                    "that was refused: then make a new one in {portal} first.",
                ),
            ),
        ),
        sources=(_RFC, "acme2certifier", "simple-acme#587", "acme4j#95"),
        hides=("rate-limited", "eab-required"),
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
        cases=(
            Case(
                beside=r"new certificate order from CA[^\n]{0,20}\n[^\n]{0,20}ERROR",
                meaning="The CA did not find the order that it had made a moment before, for the "
                "same client: the fault is most likely the CA's, and passes.",
                causes=("A disturbance at the CA.",),
                steps=(
                    "Look at the CA's status page, and try again in some hours; change "
                    "nothing here until then.",
                ),
            ),
        ),
        phrases=(
            "!no_order|no_authorization found|exists|matching",
            "!no_order|no_authorization|no_challenge for id",
            "!no_such_order|no_such_authorization|no_such_challenge",
            "!order_not_found|order_does_not_exist",
            "!unable|cannot|could_not find|load order",
            "!unknown order",
            "!expired authorization|authz",
            "!order expiry has_passed",
        ),
        details=(
            "order|authz|authorization|challenge not_found|expired",
            "expired|no_such order|authz|authorization|challenge",
            "requested certificate not_found",
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
)
