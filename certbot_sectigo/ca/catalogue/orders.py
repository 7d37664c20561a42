"""What any ACME server may answer about orders and load (RFC 8555 section 6.7)."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.customers import OF_CUSTOMERS
from certbot_sectigo.ca.catalogue.model import Case, Entry, Weight

_RFC = "RFC 8555 section 6.7"

_OF_A_CHALLENGE = r"(?s)\A(?!.*(?:organi[sz]ation|expired|re-?validat|approv))"
"""Words of a refusal that may be a challenge's: of what is validated in advance it is none."""

ENTRIES = (
    Entry(
        key="issuance-pending",
        title="The CA was still making the certificate when the client gave up",
        meaning="The order was accepted and is being processed. The certificate may come to be "
        "made, but it was not fetched.",
        causes=(
            "The CA takes longer than the client waits or asks, or looks at the order by hand.",
            "The client asked to finalize twice.",
        ),
        steps=(
            "Wait some minutes, then run the same command once; look in {issued} whether it was "
            "issued. No new orders in a loop.",
            "Have the client wait longer, and ask more often (certbot: --issuance-timeout; "
            "simple-acme: RetryCount and RetryInterval; lego: --cert.timeout).",
        ),
        phrases=(
            "!timeout|timed_out while polling order status",
            "!order status processing * not|while|finaliz|finalize|acceptable|pending",
            "unexpected|wrong order status|state processing",
            "!order * valid|ready * status|state processing",
            "!order status|state processing * gave|giving|give up|tries",
            "!order processing * timeout|timed_out|gave|give|too long",
            "!certificate not yet|been issued|ready|available",
            "!order still|is processing",
            "!timed_out|timeout waiting * order|certificate|issuance",
            "!waiting for|on order|certificate timed_out|timeout",
            "!error|failed waiting * order * ready|valid",
        ),
        details=("certificate not found|available",),
        waits=True,
        sources=("RFC 8555 section 7.1.6", "acme2#13", "simple-acme#703"),
        hides=("malformed", "order-invalid", "order-not-ready", "ca-timeout"),
        passing=True,
    ),
    Entry(
        key="order-already-finalized",
        title="The order is done already, and the client asked for it once more",
        meaning="The order is valid: its certificate was issued. A second request to finalize it "
        "is refused. Account and authorizations are in order.",
        causes=(
            "The client repeated the request after an answer that it did not understand.",
            "An old client that does not look at the order's status first.",
        ),
        steps=(
            "Fetch the certificate from the order's URL, or run the command again: it makes a new "
            "order.",
            "Update the client.",
        ),
        phrases=(
            "!order status valid not acceptable|finalization|finalize|ready",
            "!order_already|order_is_already finalized|finalised|valid|issued",
            "!order already finalized|finalised",
            "!order is valid * not finalize|ready",
        ),
        sources=("getssl#626", "RFC 8555 section 7.4"),
        hides=("order-not-ready", "order-invalid", "lacks-authorization", "malformed"),
    ),
    Entry(
        key="order-not-ready",
        title="The order is not ready to be finalized",
        meaning="The client asked for the certificate before all names were valid.",
        causes=(
            "A validation is still going on, or one has failed: then its error stands further up.",
            "An authorization has expired meanwhile.",
        ),
        steps=("Look further up for a validation that failed; else run the command again.",),
        cases=(
            Case(
                r"\binvalid\b.{0,30}(?:not acceptable|finali[sz])|finali[sz].{0,40}\binvalid\b",
                "The order was invalid by the time the client asked for the certificate: a "
                "validation of one of its names failed. An order that is invalid stays so.",
                (
                    "A validation failed: its error stands further up, or at the order's "
                    "authorizations.",
                    "The client goes on with an order that it has kept from an earlier run.",
                ),
                (
                    "Look further up, or at the URLs of the authorizations, for the validation "
                    "that failed: that is what to mend.",
                    "Then have the client make a new order; one that it has kept is of no use.",
                ),
                title="The order is invalid: a validation failed before",
            ),
        ),
        phrases=(
            "!order not ready * finalized|finalize",
            "!order status pending|invalid * not acceptable|finalization",
            "!must be ready finalize",
            "!order status|state pending|not * finalize|finalized|ready",
        ),
        types=("orderNotReady",),
        sources=(_RFC,),
        hides=("order-invalid", "lacks-authorization"),
    ),
    Entry(
        key="order-invalid",
        title="The order became invalid while the certificate was being made",
        meaning="The CA took the order and then gave it up. Nothing was issued.",
        causes=(
            "A validation failed: then its error stands at the order's authorizations.",
            "CAA, the organisation's validation, or the product at the CA: look in {portal}.",
            "A passing fault of the CA.",
        ),
        steps=(
            "Look for a validation that failed, further up, in the debug log, or at the order's "
            "URL and its authorizations.",
            "Run it once more; if it stays, ask the CA's support with the order's URL.",
        ),
        phrases=(
            "!certificate_order|order failed * no further information",
            "order status|is invalid",
            "order invalid|failed|rejected",
            "!fail|failed|failure|could_not|unable|cannot|error finalize|finalizing order",
            "!finalize order with status invalid",
            "!certificate_issuance|issuance failed",
            "!sign_error wrong_status invalid",
            "!order state invalid|errored",
            "!acme errors issuance_error",
            "!issuance_error",
        ),
        # a function's name, and no order of the CA's
        at=(("", "client-bug", r"function 'order' failed"),),
        sources=("certbot", "acme.sh#3703"),
        weight=Weight.SYMPTOM,
    ),
    Entry(
        key="order-without-certificate",
        title="The order ended without a certificate, and the client does not show why",
        meaning="The order was made and brought to its end, and the CA gave no certificate. No "
        "certificate was issued, even where the client calls that a warning. The reason is not "
        "in this text.",
        causes=(
            "The CA refused the certificate request: kind or size of the key, names, its policy.",
            "The CA had not made the certificate yet when the client looked.",
        ),
        steps=(
            "Look in the CA's log or in {portal}, or at the order's URL: the reason is there.",
            "Run the client once more with its debug log; try another kind of key (RSA 2048, "
            "P-256).",
        ),
        phrases=(
            "!no certificate * completed|valid|finalized|finished order",
            "!order * no|without|missing|lacks|empty certificate_url|cert_url",
            "!certificate_url|certificate url|link|location missing|empty|not|absent * order",
            "!order * certificate_url|cert_url missing|empty|not|absent",
            "!no|missing|empty certificate_url|certificate_link|certificate_location",
            "!order * not include|contain|have|return certificate",
            "!finalized|finalised but no|without certificate",
            "!finalized|finalised|valid but no|without certificate",
        ),
        sources=("nginx-acme", "RFC 8555 section 7.1.3"),
        hides=("order-invalid", "order-refused"),
    ),
    Entry(
        key="order-refused",
        title="The order was refused, and the client does not show why",
        meaning="The CA's own words are missing here.",
        causes=("The client shows them only in its verbose or debug log.",),
        steps=(
            "Run the client once more with its verbose option, and explain what it says then: "
            "`certbot-sectigo explain FILE`",
        ),
        phrases=(
            "!signing|sign|issue|issuing failed|error",
            "failed|unable|error create|creating|place|placing order",
            "!cannot|can_not|could_not|unable get new order|authz",
            "create new order error",
            "!create certificate failed retry",
            "!error creating|obtaining|requesting|ordering certificate|cert",
            "!syno letsencrypt failed",
            "!failed create lets encrypt certificate",
            "!could_not request a lets encrypt ssl|tls certificate",
            "!unexpected response status_code * createorderasync|finalizeorderasync",
        ),
        sources=("win-acme#2127",),
        weight=Weight.SYMPTOM,
    ),
    Entry(
        key="lacks-authorization",
        title="The CA refused (unauthorized); its own words behind that phrase decide",
        meaning="'The client lacks sufficient authorization' is the client's phrase for every "
        "answer of the type unauthorized. What the CA itself said stands behind it, or in the "
        "debug log, and is not a sentence known here.",
        causes=(
            "The names are not the account's: the wrong account was used, or the domains are not "
            "assigned to it at the CA.",
            "The account is deactivated or suspended.",
            "A validation (HTTP-01, DNS-01) found the wrong answer.",
        ),
        steps=(
            "Explain the whole debug log: `certbot-sectigo explain {log}`",
            "See what the CA says of the accounts: `certbot-sectigo accounts list --online`",
        ),
        phrases=("!client lacks sufficient authorization",),
        types=("unauthorized",),
        sources=("certbot", _RFC),
        weight=Weight.SYMPTOM,
        at=(
            ("order", "account-may-not-order", ""),
            ("challenge", "validation-failed", _OF_A_CHALLENGE),
        ),
        hides=("order-refused", "order-invalid"),
        cases=OF_CUSTOMERS,
    ),
    Entry(
        key="malformed",
        title="The CA could not make sense of the request",
        meaning="The type says only that; the text behind it, if any, is not one known here.",
        causes=(
            "What the CA's words above name, if they are shown.",
            "Perhaps a client that is too old, or a registration without what the CA wants of it.",
        ),
        steps=(
            "Mend what the CA's words name; else ask its support with them.",
            "If they name nothing: update the client.",
        ),
        types=("malformed",),
        sources=(_RFC,),
        weight=Weight.SYMPTOM,
        cases=OF_CUSTOMERS,
        hides=("order-refused", "order-invalid"),
    ),
    Entry(
        key="refused",
        title="The CA refused; its own words say why",
        meaning="The answer is of a type (RFC 8555 section 6.7) that says little by itself. Its "
        "detail, quoted above, is what counts.",
        steps=("Ask the CA's support with the text, the time and the order's URL from the log.",),
        types=("conflict",),
        sources=(_RFC,),
        cases=OF_CUSTOMERS,
        weight=Weight.SYMPTOM,
        hides=("order-refused", "order-invalid"),
    ),
    Entry(
        key="not-paid",
        title="The CA wants money, or more licences, before it issues",
        meaning="The customer's account at the CA does not cover this order. The ACME account, its "
        "EAB pair and the validations are in order; the client has nothing to do with it.",
        causes=(
            "The balance, credit or number of certificates that was bought is used up, or is on "
            "another customer account than the one that the ACME account draws on.",
            "The product costs more than the plan covers: a wildcard, several names, OV.",
        ),
        steps=(
            "Look at billing in {portal}, and put funds in or buy more; else ask the CA's support "
            "with the words above.",
        ),
        phrases=(
            "not enough|insufficient funds|credit|credits|balance * account|request|order|"
            "certificate",
            "insufficient|low|negative account_balance|funds|balance",
            "payment required|failed|overdue * certificate|order|acme",
            "licence|license|subscription|plan|contract|quota expired|exceeded|exhausted|used "
            "* certificate|order|acme|domain",
            "certificate|order licence|license|quota|limit|allowance exceeded|exhausted|used_up",
            "no|not remaining|enough licences|licenses|credits",
            "!add|update|complete * billing|payment information|method|profile|details",
        ),
        details=("fund|funds|balance|billing|payment|invoice", "licence|license|licenses|quota"),
        sources=("SSL.com",),
        hides=(
            "sslcom-eab-required",
            "lacks-authorization",
            "account-may-not-order",
            "order-refused",
            "order-invalid",
            "rate-limited",
        ),
    ),
)
