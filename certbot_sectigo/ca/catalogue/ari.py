"""Renewal information (RFC 9773): orders that say which certificate they replace."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry

_WITHOUT = (
    "Order without 'replaces': update the client, turn renewal information (ARI) off where it has "
    "a setting for it, or get a new certificate instead of renewing the old one."
)
ENTRIES = (
    Entry(
        key="ari-already-replaced",
        title="The order names a certificate that was replaced already",
        meaning="The client says in 'replaces' (RFC 9773) which certificate the new one is for, "
        "and the CA has a replacement order for that one. Only this mark is wrong: names, "
        "account and limits are not.",
        causes=(
            "An earlier order for the same renewal went through, or failed after the CA took it, "
            "and the client tries again with the same mark.",
            "Two machines renew copies of one certificate.",
        ),
        steps=(
            _WITHOUT,
            "See whether the replacement is there already: a newer certificate in the client's "
            "folder or in {issued}.",
        ),
        phrases=(
            "!order replaces certificate * already * replacement",
            "!replaces * certificate * already been replaced",
            "!certificate * already has replacement order",
            "!order|certificate already been replaced",
        ),
        types=("alreadyReplaced",),
        sources=("RFC 9773 section 7.4", "certimate#623", "simple-acme#267"),
        hides=("names-duplicated", "already-revoked", "rate-limited", "ari-not-supported"),
    ),
    Entry(
        key="ari-not-supported",
        title="The client uses renewal information (ARI), and this CA has none",
        meaning="An order with 'replaces' (RFC 9773), or a question for renewal information, is "
        "refused; new certificates are issued all the same.",
        causes=("The client sends 'replaces' without looking whether the CA offers renewalInfo.",),
        steps=(_WITHOUT,),
        phrases=(
            "!endpoint not support acme renewal_information|renewal",
            "!ari|renewal_info feature|support not enabled|supported|implemented",
            "!ari|renewal_info disabled|unsupported",
            "!replaces field|member|parameter not supported|allowed|recognized|permitted",
            "!unknown|unexpected|unrecognized field|member|property replaces",
            "!renewal_info endpoint|resource|url not_found|not_available|missing",
            "!no renewal_info endpoint|resource|url",
        ),
        sources=("RFC 9773", "win-acme#2814", "win-acme#2607"),
        hides=("harica-directory", "malformed", "empty-refusal"),
    ),
    Entry(
        key="ari-ca-failed",
        title="The CA failed while it looked at the certificate to be replaced",
        meaning="The order names a certificate in 'replaces' (RFC 9773), and the CA met a fault of "
        "its own (serverInternal, 500) while it checked that. It says nothing against the "
        "certificate, the names or the account.",
        causes=("A passing fault of the CA.",),
        steps=("Try again later.", "If it stays: " + _WITHOUT[0].lower() + _WITHOUT[1:]),
        phrases=("!server_internal * validating order as replacement",),
        sources=("boulder",),
        hides=("ari-mismatch",),
    ),
    Entry(
        key="ari-mismatch",
        title="The certificate that the order or the client names for replacement does not fit",
        meaning="What 'replaces' (RFC 9773) or the question for renewal information names is "
        "not known to this CA, is another issuer's, or shares no name with the order. That is "
        "no error of the names or the account.",
        causes=(
            "The certificate is of another CA, or of this CA's staging server.",
            "The renewal has other names than the certificate before.",
        ),
        steps=(_WITHOUT, "A client that only asks for renewal information goes on without it."),
        phrases=(
            "!akeyid * not match|known|found * issuer",
            "!parsing ari cert_id",
            "!could_not find order for given certificate",
            "!not request certificate being_replaced",
            "!certificate replaced by this order not found",
            "!certificate replaces|replaced not found|known",
            "!replaces * certificate|order * not found|exist|known|belong|share|identifiers",
            "!order * share|shares|have no|identifier * certificate * replace|replaces|replaced",
            "!not replace * certificate * identifier|names|account",
        ),
        details=("replaces|replaced|replacement", "ari", "renewal_info"),
        cases=(
            Case(
                r"pars\w{1,3} (?:ARI|cert ?id)|invalid path|unpadded|base64",
                "The client asks for renewal information with an id of the certificate that the CA "
                "does not know or cannot read. Only that question failed; nothing is wrong with "
                "the certificate, its names or any path here.",
                ("The client builds the certificate's id wrongly, or speaks a draft of RFC 9773.",),
                (
                    "Update the client, or turn renewal information (ARI) off in it. Renewals go "
                    "on without it.",
                ),
                title="The CA does not know the id with which the client asks when to renew",
            ),
            Case(
                r"(?:this|your|requesting|another|other|different|same|the"
                r"|order'?s) (?:acme )?account"
                r"|account (?:that|which|did|does|has|of)|by (?:an|another) account",
                "What 'replaces' (RFC 9773) names is not a certificate that this account had "
                "issued. The account itself is in order.",
                (
                    "The certificate was issued with another account.",
                    "The client builds the certificate's id wrongly.",
                ),
            ),
            Case(
                r"do(?:es)? not match any identifiers|share",
                "What 'replaces' (RFC 9773) names has none of the order's names. That is no error "
                "of the names.",
                ("The client took another certificate for the one before.",),
            ),
        ),
        sources=("RFC 9773", "acme.sh#6942", "boulder#7889"),
        hides=("kid-unknown", "malformed", "order-unknown", "dns-plugin-error"),
    ),
)
