"""What clients and their plugins say where they have no message of their own."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry, Weight

ENTRIES: tuple[Entry, ...] = (
    Entry(
        key="client-bug",
        title="The client, or a plugin of it, stumbled over something that it did not expect",
        meaning="The words above are of the program's own making: it met a value that it did not "
        "expect and has no message for that. What it met, most often an answer of another server, "
        "it does not show. Whether the CA refused something cannot be seen from this.",
        causes=(
            "An answer (an error, an empty list, a changed interface) that this version does not "
            "handle.",
            "Versions of the program and its libraries that do not fit each other.",
        ),
        steps=(
            "Look at the lines before it in the debug log: the last request and its answer.",
            "Update the program, its plugin and their libraries together; else go back to the "
            "versions that worked.",
            "If it stays, tell those who make it, with the traceback.",
        ),
        cases=(
            Case(
                beside=r"\bdns[-_](?!01|challenge|problem)[a-z]\w{1,30}|\bplugin\b.{0,40}\bdns",
                title="The client's DNS plugin stumbled over an answer of its provider",
                meaning="The plugin that writes the record at the DNS provider met an answer that "
                "it did not expect, and its own error hides what the provider said. The CA was not "
                "asked yet.",
                causes=(
                    "The provider refused (credentials that are wrong or may not edit the zone, a "
                    "record that is there already), and the plugin does not show that.",
                    "The plugin, or a library of it, is older than the provider's interface.",
                ),
                steps=(
                    "Look at the debug log before it: the request to the provider and its answer "
                    "(a 401 or 403 is the credentials).",
                    "Check the plugin's credentials, remove old _acme-challenge records at the "
                    "provider, and update the plugin and its library.",
                ),
            ),
            Case(
                beside=r"\bhaproxy\b|automation|sync ssl|keystore|deploy[_ -]hook",
                says=r"(?i)argument|convert|format|attribute|index|nonetype",
                title="The step that puts the certificate to use stumbled over something",
                meaning="A program that passes the certificate on has a fault or met something "
                "that it did not expect. The certificate itself is not concerned, nor is the CA.",
                causes=("A fault of this version, or versions that do not fit each other.",),
                steps=(
                    "Load the certificate by hand (restart the service that uses it), and update "
                    "the program whose traceback it is.",
                ),
            ),
        ),
        phrases=(
            "name_error|type_error|key_error|index_error|unbound_local_error|attribute_error|"
            "unicode_decode_error|no_method_error|null_reference_exception",
            "name is_not_defined",
            "object reference not set",
            "nil pointer dereference|reference",
            "cannot read property|properties undefined|null",
            "undefined method for",
            "not all arguments converted",
            "takes positional argument|arguments given",
            "list index out range",
            "nonetype object",
            "bytes like object required",
        ),
        shown=(
            r"(?:produced an unexpected error|with error): '\w{1,40}'(?:\. Skipping|\s*$|\n)",
        ),
        sources=("certbot#8034", "certbot-dns-vultr#2"),
        weight=Weight.SYMPTOM,
        vague=True,
        hides=("renewals-failed",),
    ),
)  # fmt: skip
