"""What CAs say about keys and certificate requests: their kind, their names."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry

_WANTS = (
    r"\b(?:requires?|must|only|expect(?:s|ed)|allowed)\b"
    r"(?:(?!\b(?:not|rsa|ec|ecdsa)\b)[^.:]){0,50}"
)
"""Words behind which stands the kind of key that a CA wants."""
_NOT = r"\b[^.:]{0,30}\bnot (?:be )?(?:allowed|supported|accepted|permitted|offered)"
_EC, _RSA = r"\b(?:ec|ecdsa|elliptic)\b", r"\brsa\b"
_ADDRESS = r"(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{1,4}:[0-9a-f:]{2,40})\b"
_LIST = r"\b(?:names?|IPs?|identifiers?|sans?)\b[ :=]{1,4}[\[({]?[^\])}=]{0,300}?"
"""How a list of names begins."""
_NAMES = r"(?:names?|identifiers?|sans?|domains?|subject|common ?name|cn)"
_DIFFER = (
    r"(?:not? (?:exactly )?match|mismatch|differ|not (?:the )?same|not (?:specify|contain|include)"
    r"|not in\b|missing|unexpected|not equal|other than)"
)

ENTRIES = (
    Entry(
        key="bad-csr",
        title="The CA does not take the certificate request (CSR)",
        meaning="Key, names or form of the CSR do not suit the CA. Which of them, its own words "
        "above say, if they are shown.",
        causes=(
            "Perhaps the key's type or size is not offered (less than 2048 bits; EC keys where "
            "only RSA is, or the other way round).",
            "Perhaps the names in the CSR are others than in the order, or the common name is not "
            "among them.",
        ),
        steps=(
            "Where the CA's words are about the key, take the kind that they name (certbot: "
            "--key-type rsa --rsa-key-size 2048, or --key-type ecdsa, its default since 2.0).",
            "With a CSR of your own, make it anew with exactly the names of the order.",
        ),
        cases=(
            Case(
                r"client ?auth|id-kp-clientauth|1\.3\.6\.1\.5\.5\.7\.3\.2\b",
                "The request asks for a certificate for clients too (extended key usage "
                "clientAuth), and public CAs no longer issue that with certificates for servers. "
                "Key, names and account are in order.",
                ("The client puts both usages into its request, as was usual before 2026.",),
                (
                    "Update the client, so that its request has serverAuth only; with a CSR or a "
                    "template of your own take clientAuth out.",
                    "Who needs clientAuth gets it from a private CA; what the CA allows for a "
                    "while, such as a parameter of the directory's URL, its notice says.",
                ),
                title="The request asks for clientAuth, which the CA no longer issues",
            ),
            Case(
                r"(?:known|an?|the|existing|your) account(?:'s)?(?: key|\b)(?!.{0,20}not)"
                r"|(?:same|identical) key\b.{0,40}account|account.{0,30}\bsame (?:public )?key",
                "The key in the CSR is the key of an ACME account. One key may not be both (RFC "
                "8555 section 11.1): one signs what the client says to the CA, the other is the "
                "certificate's. Account and validations are in order.",
                ("The client, or its set-up, uses one key file for both.",),
                (
                    "Make a separate key for the certificate and its CSR from that; keep the "
                    "account's key for the account (Ansible: privatekey_path of openssl_csr and "
                    "account_key_src of acme_certificate are two files).",
                ),
                title="The CSR has the account's key: the certificate needs one of its own",
            ),
            Case(
                rf"{_WANTS}{_EC}|{_RSA}{_NOT}",
                "The CA wants an EC (ECDSA) key for this certificate, and the request is of "
                "another kind. Its names are not what it complains of.",
                ("The role or profile at the CA allows EC keys only, and the client made RSA.",),
                (
                    "Order with an EC key (certbot: --key-type ecdsa; other clients: P-256).",
                    "Or have the role or profile changed by whoever runs the CA.",
                ),
            ),
            Case(
                rf"{_WANTS}{_RSA}|{_EC}{_NOT}",
                "The CA wants an RSA key for this certificate, and the request is of another "
                "kind. Its names are not what it complains of.",
                ("The profile at the CA allows RSA keys only, and the client made an EC key.",),
                ("Order with an RSA key (certbot: --key-type rsa --rsa-key-size 2048).",),
            ),
            Case(
                rf"{_LIST}{_ADDRESS}|\bIP(?: address(?:es)?|s)\b(?=.*{_DIFFER})"
                r"|\bIP(?: address)?\b[^:]{0,60}\b(?:as|in|among) (?:an? |the |its )?"
                r"(?:dns|domain|sans?|names?)\b",
                "The names in the CSR are not those of the order: there is an IP address among "
                "them, and it is a DNS name in one and an IP address in the other, or missing. "
                "The key is not what the CA complains of.",
                (
                    "The client writes an IP address into the CSR, or into the order, as if it "
                    "were a DNS name (RFC 8738 has a type of its own for it).",
                ),
                (
                    "Update the client: it makes order and CSR, and an old one knows DNS names "
                    "only.",
                    "Or order a DNS name that leads to the address, or take a client that can "
                    "order IP addresses.",
                    "With a CSR of your own, write the address as iPAddress, not as dNSName.",
                ),
                title="The CSR has other names than the order: an IP address is written as a name",
            ),
            Case(
                rf"\b{_NAMES}\b.*{_DIFFER}|{_DIFFER}.*\b{_NAMES}\b",
                "The names in the CSR are not those of the order. The key is not what the CA "
                "complains of.",
                (
                    "A CSR that was made for other names, or is kept from before the names "
                    "changed.",
                    "The common name is not among the alternative names, or the client writes "
                    "names into the CSR otherwise than into the order.",
                ),
                (
                    "Where the client makes the CSR: have it make a new one (and a new key), and "
                    "update the client.",
                    "With a CSR of your own, make it anew with exactly the names of the order.",
                ),
                title="The CSR has other names than the order",
            ),
            Case(
                r"\bkeys? (?:size|type|length|algorithm|strength|usage)|(?:weak|small|short|debian)"
                r"[\w ]{0,20} key|\b\d{3,4}[- ]?bits?\b|\b(?:modulus|exponent|curve)\b"
                r"|badPublicKey|public key",
                "The CA does not take the key. The names are not what it complains of.",
                (
                    "The key's type or size is not offered (less than 2048 bits; EC keys where "
                    "only RSA is, or the other way round).",
                ),
                (
                    "Take the kind of key that the CA's words name (certbot: --key-type rsa "
                    "--rsa-key-size 2048, or --key-type ecdsa, its default since 2.0).",
                ),
                title="The CA does not take the key of the certificate request (CSR)",
            ),
        ),
        phrases=(
            "!error parsing certificate_request",
            "!csr unacceptable|invalid|rejected|malformed",
            "!short enough to fit cn|common",
            "!signed by public key * not support",
            "!csr * not match|names|identifiers|signature|key",
        ),
        details=(
            "csr",
            "rsa|ecdsa|ec key|keys",
            "public_key",
            "key_type|key_size|key_length|curve",
        ),
        types=("badCSR",),
        sources=("RFC 8555 section 6.7",),
    ),
    Entry(
        key="staple-ended",
        title="The request asks for OCSP must-staple, which the CA no longer gives",
        meaning="The certificate request has the extension 'must staple' (TLS feature), and this "
        "CA ended OCSP (Let's Encrypt in 2025). Names, key, account and validations are in order.",
        causes=(
            "An option from former times: the client keeps it with the certificate, so that "
            "switching it off elsewhere changes nothing.",
        ),
        steps=(
            "Switch it off for this certificate: certbot: must_staple in the renewal file and "
            "cli.ini. acme.sh: Le_OCSP_Staple in the domain's .conf. Posh-ACME: Set-PAOrder "
            "-OCSPMustStaple:$false. A panel or container: its option, and update it.",
            "Then order again; take stapling out of the web server's configuration as well.",
        ),
        phrases=(
            "!ocsp must_staple extension|feature * no_longer|not available|supported|allowed",
            "!must_staple no_longer|not available|supported|allowed|offered",
        ),
        sources=("acme.sh#6348", "Posh-ACME#614"),
        hides=("lacks-authorization", "order-invalid", "bad-csr", "malformed", "refused"),
    ),
    Entry(
        key="account-key-kind",
        title="The CA does not take the kind of the account's key",
        meaning="What a client says to a CA is signed with the account's key, and this CA does not "
        "take signatures of that kind, or this key. The certificate's key, its CSR and EAB are not "
        "meant (RFC 8555 section 6.2).",
        causes=(
            "The account's key is an EC key (ES256, ES384) and the CA takes RSA (RS256) only, or "
            "the other way round; the key is of an unusual size.",
            "The client keeps the account's key that it made once: an option for its kind counts "
            "only when a key is made.",
        ),
        steps=(
            "Take the kind that the CA's words name, for the account (acme.sh: "
            "--accountkeylength 2048; lego: --key-type counts for the certificate too).",
            "Set the account's key that the client keeps for this server aside, and register anew "
            "with one of that kind (acme.sh: below ~/.acme.sh/ca/HOST, then --register-account "
            "--accountkeylength 2048).",
            "Else update the CA's software, if the CA is yours: RFC 8555 asks for ES256 as well.",
        ),
        phrases=(
            "!signature type|algorithm * not supported|accepted|allowed|acceptable",
            "!jws * signature_algorithm|algorithm unsupported|not|invalid|unexpected",
            "!unsupported|unacceptable signature algorithm",
            "!jwk * unsupported key_type",
            "!invalid request signing_key",
        ),
        types=("badSignatureAlgorithm", "badPublicKey"),
        at=(("finalize", "bad-csr", ""), ("certificate", "bad-csr", "")),
        sources=("acme.sh", "RFC 8555 section 6.2"),
        hides=("registration-failed", "malformed"),
    ),
)
