"""What Sectigo's ACME service says, and the software it shares with ZeroSSL and others."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Entry, Profile, Weight
from certbot_sectigo.ca.catalogue.sectigo_customs import CUSTOMS
from certbot_sectigo.ca.catalogue.sectigo_more import MORE, PROBE, RIGHT_ACCOUNT

_MOVE = (
    "Move an existing lineage to another account: `certbot-sectigo accounts pin {other} "
    "--cert-name {lineage}`"
)
_NO_EAB = r"(?s)\A(?!.*(?:external|eab|binding))"

_ENTRIES = (
    Entry(
        key="identifiers-not-linked",
        title="The names do not all belong to the organisation of the ACME account that was used",
        meaning="The CA compares every name of the order with the organisation and the domains "
        "that the ACME account has in {portal}. At least one is not among them, so nothing was "
        "issued. The words 'the client lacks sufficient authorization' in front are the client's "
        "own and mean nothing more.",
        causes=(
            "The wrong account was used. certbot takes the only account it finds for a server "
            "without a word and ignores --eab-kid; with several it takes the one that is pinned.",
            "Nobody has finished setting up the ACME account in {portal}: the domains are not "
            "assigned to it, or the organisation is not validated (then no account here will do).",
            "The names are of two organisations, which one certificate cannot have.",
            "Only a wildcard (*.example.org) was assigned in {portal}: it covers nothing, the "
            "domain "
            "itself has to be assigned too.",
        ),
        steps=(
            PROBE,
            RIGHT_ACCOUNT,
            _MOVE,
            "If no account may: have the administrator of {portal} check that the ACME account is "
            "set up for this organisation and has these domains, without a wildcard.",
        ),
        phrases=(
            "!identifiers not all linked",
            "!identifiers * same preauthorized|preauthorised|pre_authorized * organization",
            "!not linked same * subject * organization",
            "!identifiers not linked * subject|organization",
        ),
        sources=("win-acme#1644", "win-acme#2374", "certbot#8932"),
    ),
    Entry(
        key="not-delegated",
        title="A name is not assigned to the ACME account",
        meaning="In {portal} the domain of a requested name ({name}) is not delegated to "
        "the ACME account (or its organisation) that was used.",
        causes=(
            "The wrong account was used: the domain belongs to another department's account.",
            "The domain was never assigned to this ACME account in {portal}, or its delegation to "
            "the "
            "organisation is not approved yet.",
            "Only a wildcard (*.example.org) was assigned. That covers nothing: assign the domain "
            "itself, which covers everything below it.",
            "A misprint in the name.",
        ),
        steps=(
            PROBE,
            "In SCM open the ACME account (Enrollment, ACME) and add the domain itself to its "
            "domains; under Domains see that it is delegated to the organisation and validated.",
            RIGHT_ACCOUNT,
            _MOVE,
        ),
        phrases=(
            "!identifier not been delegated",
            "!identifier not delegated",
            "!domain not been delegated",
        ),
        sources=("Sectigo's documentation of its certbot connector",),
    ),
    Entry(
        key="pair-already-bound",
        title="The EAB pair was used before and binds only one ACME account",
        meaning="An account key was registered with this pair (kid {kid}) earlier, perhaps on "
        "another machine, and the pair is of the kind that binds once. No second account can be "
        "made with it; the account that it made can go on being used wherever its key is.",
        causes=(
            "The account is on this machine already (of certbot's: under a kid that it did not "
            "write down, or in the archive), or it was removed (rm -rf, a new container).",
            "The pair was used on another machine, or by another client such as acme.sh.",
            "A registration was cut off (a time-out) after the CA had made the account.",
            "The ACME account was deactivated in {portal}: that gives the same answer.",
        ),
        steps=(
            "See what is here and which kid each has: `certbot-sectigo accounts list --online`",
            "See what was taken out of service: `certbot-sectigo accounts archived`",
            "If one of them is the account, note its kid: `certbot-sectigo accounts pin ID "
            "--eab-kid {kid}`",
            "If it is on another machine, take it from there: `certbot-sectigo accounts export ID`",
            "Otherwise make a new ACME account, or a new pair, in {portal}, and register with "
            "that. Do not delete account folders to try again: a key that is gone cannot be had "
            "back.",
        ),
        elsewhere=(
            "If the account is on another machine, in another folder or in a backup: copy the "
            "client's account data (the key and the account URL) to where it looks for those of "
            "this server, and order with them.",
        ),
        phrases=(
            "!not awaiting external account_binding|account|eab",
            "!not awaiting * account_binding|eab",
            "!already register|registered eab",
            "!external_account_binding|eab already used|bound|consumed|registered|associated",
        ),
        sources=("certbot#8944", "win-acme#1904", "win-acme#1909", "cert-manager#2882"),
        hides=("account-unknown", "account-exists"),
    ),
    Entry(
        key="kid-unknown",
        title="The CA does not know this EAB key id (kid)",
        meaning="There is no EAB pair with this kid ({kid}) at this address ({server}).",
        causes=(
            "A misprint, a blank or a missing first or last character; a kid may begin with '-'.",
            "The directory URL is another one than the pair was made for: at Sectigo each "
            "product (DV, OV, EV, ...) has its own, and acme.enterprise.sectigo.com is separate.",
            "The ACME account was deleted in {portal}.",
        ),
        steps=(
            "Copy kid and HMAC key again from the ACME account's page in {portal}, together with "
            "the "
            "URL shown there, into the credentials file.",
        ),
        phrases=(
            "!key_identifier|key_id|kid not|was recognized",
            "!key_identifier|key_id|kid not recognised|found|known",
            "!unknown key_identifier|key_id|kid|eab_kid",
            "!external_account_key|external_account_binding_key|eab_key not found|known",
            "!key_id|key_identifier|kid unknown",
            "!eab kid lookup failed",
        ),
        # The kid of any other request is the account's URL (RFC 8555 section 6.2).
        at=(
            ("", "account-unknown", r"https?://\S+/(?:acct|account)s?/|\bJWS\b"),
            *((step, "account-unknown", _NO_EAB) for step in ("order", "challenge", "finalize")),
        ),
        sources=("answer of ZeroSSL, same software", "Pebble"),
        hides=("account-unknown",),
    ),
    Entry(
        key="hmac-key-wrong",
        title="The EAB HMAC key does not fit the kid",
        meaning="The CA knows the kid ({kid}), but the signature made with the HMAC key is wrong.",
        causes=(
            "The HMAC key was not copied completely, or it is another pair's.",
            "It was converted: it has to be base64url exactly as {portal} shows it.",
            "A new pair was made in {portal} since, and the old key is still in the file.",
        ),
        steps=(
            "Copy kid and HMAC key again, both from the same page of {portal}, into the "
            "credentials "
            "file (chmod 600), and run the command again. The pair is not used up by this.",
        ),
        phrases=(
            "!invalid mac|hmac",
            "!mac|hmac invalid|mismatch",
            "!mac|hmac not match|valid|verify",
            "!eab|external_account_binding signature|jws|mac verification|verify|invalid|failed",
            "!invalid eab credentials",
            "!register|registration|registering|new_account|new_acct|newaccount * jws verification",
            "!register|registration|registering|new_account|new_acct * cryptographic primitive",
            "!failed|unable verify|validate eab|external_account_binding",
            "!external_account_binding * did|could not verify",
        ),
        sources=("answer of ZeroSSL, same software", "acme2certifier", "Pebble", "acmez#28"),
        hides=("signature-refused",),
    ),
    Entry(
        key="account-suspended",
        title="The ACME account is suspended",
        meaning="Somebody at the CA or in {portal} has suspended the account (kid {kid}). It can "
        "be resumed; do not delete or register anything.",
        causes=(
            "Suspended by an administrator, or by the CA for an unpaid or expired subscription.",
        ),
        steps=(
            "Ask the administrator of {portal} (or the reseller, or Sectigo's support) to resume "
            "the "
            "account, then run the same command again.",
        ),
        phrases=("account|client|subscription suspended",),
        sources=("public threads; Sectigo CaaS can suspend and resume",),
    ),
    Entry(
        key="no-product",
        title="The ACME account has no certificate product to order",
        meaning="The CA would need a certificate product (type of certificate and term) that this "
        "account may order now, and finds none.",
        causes=(
            "The product is not enabled for the organisation or account, or a subscription or "
            "quota has ended.",
            "The directory URL is of another product than the account has (OV against DV or EV).",
            "Wildcards or several names are asked for, and the product does not have them.",
        ),
        steps=(
            "Compare the server ({server}) with the URL that {portal} shows for the ACME account.",
            "Have the administrator of {portal} check which certificate profiles and terms the "
            "account's organisation has for ACME.",
        ),
        phrases=(
            "!no suitable|available|eligible product",
            "!no certificate_product available",
            "!certificate_product not|currently * unavailable",
        ),
        sources=("answer of ZeroSSL, same software",),
    ),
    Entry(
        key="wrong-directory",
        title="This URL is not an ACME directory of the CA",
        meaning="This CA's directory URL ends with the product (.../v2/OV, .../v2/DV90); "
        "/v2/directory or a longer path is refused.",
        causes=(
            "The URL was shortened, or a client has put /directory behind it.",
            "Some clients (win-acme) try /directory first in good runs too: if others errors "
            "follow, this one does not matter.",
        ),
        steps=(
            "Give the server exactly as {portal} shows it, without anything behind it.",
        ),
        phrases=("!invalid acme server url", "!invalid acme * url"),
        sources=("win-acme#1909",),
        hides=("not-acme",),
    ),
    Entry(
        key="own-challenge-types",
        title="Challenge types sectigo-email-01 and sectigo-dns-01 are harmless",
        meaning="Sectigo shows how it validated the name. No client knows these types; the "
        "authorization is valid already and no challenge is needed.",
        phrases=(
            "!sectigo email|dns 01 not recognized|known|supported",
            "!unknown|unrecognized|unsupported challenge * sectigo email|dns 01",
            "!sectigo email|dns 01 unknown|unrecognized|unsupported",
        ),
        sources=("acme2certifier#122",),
        weight=Weight.HARMLESS,
    ),
    Entry(
        key="sectigo-reseller",
        title="The CA answered with an error of its own kind (reseller account)",
        meaning="Error types that begin with urn:sectigo: come from Sectigo's Certificate as a "
        "Service: the account's subscription at the reseller decides, not the ACME protocol.",
        causes=("The subscription's domains, number of names or term do not cover this order.",),
        steps=("Read the text behind the type and have the reseller check the subscription.",),
        phrases=("!urn sectigo * error",),
        sources=("Sectigo CaaS reseller accounts",),
    ),
)  # fmt: skip

PROFILE = Profile(
    name="Sectigo",
    hosts=("sectigo.com", "trust-provider.com", "usertrust.com"),
    caa="sectigo.com",
    portal="Sectigo Certificate Manager (SCM)",
    entries=_ENTRIES,
    more=MORE,
    customs=CUSTOMS,
)
