"""What is peculiar to ZeroSSL, which runs Sectigo's server software."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.customs import Binding, Customs, Fact
from certbot_sectigo.ca.catalogue.model import Case, Entry, Profile, Weight

_HOSTS = ("zerossl.com",)

_ENTRIES = (
    Entry(
        key="zerossl-contact-missing",
        title="ZeroSSL wants an e-mail address, though it asks for EAB",
        meaning="ZeroSSL gives this answer also where EAB was sent, but no contact address.",
        causes=("The registration carried no e-mail address.",),
        steps=("Register with an address (certbot: --email you@example.org) and the EAB pair.",),
        phrases=("!must include * external_account_binding",),
        types=("externalAccountRequired",),
        sources=("community.crypto#100",),
        hosts=_HOSTS,
        hides=("eab-required",),
        otherwise="eab-required",
    ),
    Entry(
        key="zerossl-eab-api",
        title="ZeroSSL's service that hands out EAB pairs refused",
        meaning="For an e-mail address ZeroSSL hands out an EAB pair, which some clients fetch by "
        "themselves. That service, not the ACME server, refused.",
        causes=(
            "The address is one that the client's maker registered for everybody, or none.",
            "The service is down or limits how often it is asked.",
        ),
        steps=(
            "Give the client an address of your own.",
            "Or make a pair in ZeroSSL's dashboard (Developer) and give the client kid and key.",
        ),
        phrases=(
            "!caddy_legacy_user_removed|legacy_user_removed",
            "!failed|error|unable|cannot get|getting|generate|fetch|obtain|retrieve * zerossl eab",
            "!failed|error|unable|cannot get|getting|generate|fetch|obtain|retrieve eab credential",
            "!error|unexpected|invalid * register|credential at|from zerossl",
            "!zerossl * eab credentials|generation * failed|error|http|status",
        ),
        sources=("dnsacme#42",),
        hides=("account-unknown", "eab-required"),
    ),
    Entry(
        key="zerossl-email-missing",
        title="acme.sh has no e-mail address for ZeroSSL",
        meaning="acme.sh fetches the EAB pair of ZeroSSL itself, for an e-mail address.",
        causes=("No address was ever given to acme.sh.",),
        steps=(
            "Give one: `acme.sh --register-account -m you@example.org --server zerossl`",
            "Or give a pair of the dashboard with --eab-kid and --eab-hmac-key.",
        ),
        phrases=(
            "!update account * email_address|email first",
            "!cannot|can_not resolve eab kid|id|hmac|hmac_key",
            "!zerossl requires an account",
            "!missing_email",
        ),
        sources=("acme.sh#5009", "acme.sh#4429"),
        hides=("zerossl-eab-api",),
    ),
    Entry(
        key="zerossl-invalid-without-reason",
        title="The order became invalid at ZeroSSL, which does not say why",
        meaning="ZeroSSL leaves the reason out of the order.",
        causes=(
            "A CAA record of the domain does not name sectigo.com.",
            "A name was rejected by policy.",
        ),
        steps=(
            "Look at the records: `dig +short CAA {name}` and the same for every domain above it; "
            "allow sectigo.com.",
        ),
        shown=(
            r"\"problem\"\s?:\s?\{\"type\"\s?:\s?\"\",\s?\"title\"\s?:\s?\"\",\s?\"detail\"\s?:\s?\"\"",
        ),
        cases=(
            Case(
                challenge="http-01",
                title="A validation failed at ZeroSSL, which does not say why",
                meaning="ZeroSSL asked http://{name}/ on port 80 and was not content; it leaves "
                "the reason out.",
                causes=(
                    "Port 80 cannot be reached from outside (at all of ZeroSSL's places), or the "
                    "name leads elsewhere (A, AAAA).",
                    "A CAA record of the domain does not name sectigo.com.",
                    "ZeroSSL does not issue for names of this provider (free dynamic DNS).",
                ),
                steps=(
                    "From outside: `curl -vL http://{name}/.well-known/acme-challenge/x`",
                    "Look at the records: `dig +short CAA {name}`",
                    "Or take another CA.",
                ),
            ),
        ),
        phrases=(
            "!sign_error wrong_status * invalid",
            "order * status|is invalid",
            "!order failed * no further information",
        ),
        weight=Weight.SYMPTOM,
        hides=("order-invalid", "validation-failed"),
        sources=("community.crypto#104", "acme.sh#3703"),
        hosts=_HOSTS,
    ),
)

PROFILE = Profile(
    name="ZeroSSL",
    hosts=_HOSTS,
    caa="sectigo.com",
    portal="ZeroSSL's dashboard",
    entries=_ENTRIES,
    customs=Customs(
        directory=Fact("https://acme.zerossl.com/v2/DV90", "acme.sh#5318"),
        binds=Fact(True, "acme.sh#5318"),
        contact=Fact(True, "community.crypto#100"),
        pairs=Fact(Binding.ONCE, "cert-manager#2882"),
    ),
)
