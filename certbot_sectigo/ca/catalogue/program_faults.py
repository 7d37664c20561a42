"""What clients and their plugins say where they have no message of their own."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry, Weight

ENTRIES: tuple[Entry, ...] = (
    Entry(
        key="program-parts",
        title="Parts of the client are of different versions, or one is missing",
        meaning="The program was put together of files that do not fit each other: one calls what "
        "another does not have. It stopped by that; nothing is wrong with account or certificates, "
        "and the CA refused nothing.",
        causes=(
            "An update was copied over the old files, or only in part; an old file was left.",
            "The runtime (.NET, Java, Node.js) is older than the program needs.",
        ),
        steps=(
            "Unpack the whole release anew into an empty folder (keep the configuration), and have "
            "the scheduled task start that one.",
            "Update the runtime, if the release asks for a newer one.",
        ),
        phrases=(
            "!mod_watchdog is required",
            "missing_method_exception|type_load_exception|missing_field_exception",
            "method not_found",
            "could_not load file or assembly",
            "could_not load type * assembly",
            "no_such_method_error|no_class_def_found_error|class_not_found_exception",
            "cannot find module * require",
            "err_module_not_found|err_require_esm",
            "procedure entry point not * located",
        ),
        sources=("win-acme#197",),
        hides=("plugin-broken", "client-bug"),
    ),
    Entry(
        key="no-renewals-here",
        title="The client has nothing to renew where it looks",
        meaning="The client keeps its certificates in a folder for each CA and user, and there is "
        "none in the one that it looked into. It asked the CA for nothing, and nothing was refused "
        "(a refusal before it is of its own search for updates).",
        causes=(
            "It was started with another server URL (win-acme: --baseuri, or settings.json) than "
            "the one that the certificates were ordered with.",
            "It ran as another user, or with another configuration folder.",
            "The renewals were cancelled or deleted.",
        ),
        steps=(
            "Start it with the server URL and as the user that the certificates were ordered "
            "with; see which folders there are (win-acme: below %ProgramData%\\win-acme).",
            "Else order anew.",
        ),
        phrases=(
            "!no scheduled renewals found",
            "!no renewals found|configured|scheduled",
            "!not_an|not_a issued domain",
        ),
        sources=("win-acme#2514",),
    ),
    Entry(
        key="panel-script-failed",
        title="The panel's own script for certificates ended with an error, told elsewhere",
        meaning="What is shown is of the program that started the script: its exit code, and "
        "where it noticed it. Why the script failed stands in the script's own log.",
        causes=(
            "A refusal of the CA's, or a validation that failed.",
            "A setting of the certificate, the account or the challenge in the panel.",
        ),
        steps=(
            "Look at the client's log at the same minute (OPNsense: Services, ACME Client, Log "
            "Files; or /var/log/acme.sh.log) with the log level debug, and have that explained.",
        ),
        phrases=(
            "!script action failed * acme|acmeclient|lecert|cert",
            "!acmeclient * non_zero exit",
            "!running acme sh command failed",
        ),
        sources=("OPNsense", "opnsense/plugins#4823"),
        weight=Weight.SYMPTOM,
        vague=True,
    ),
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
                beside=r"connectionpool:https?://(?![\w.-]{0,60}acme)\S{1,100} \"(?:GET|POST|PUT"
                r"|PATCH|DELETE) (?!\S{0,60}acme)\S{1,200} HTTP/[\d.]{1,3}\" (?:40[01359]|42[29])",
                title="The client's plugin stumbled over a refusal of another server",
                meaning="Just before, a server that is not the CA's refused a request: its status "
                "stands in the debug log (401 and 403 are about the credentials, 404 about the "
                "zone or its name). The plugin has no message for that, so its own error hides it. "
                "The CA was not asked to look.",
                causes=(
                    "The plugin's credentials for that server, most often the DNS provider's, are "
                    "wrong, expired or limited.",
                    "The zone is not at that provider, or not in that account.",
                ),
                steps=(
                    "Check the plugin's credentials file, and that they may change the zone.",
                    "Update the plugin; tell its makers that it hides the refusal.",
                ),
            ),
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
                says=r"(?:attribute|index|type|value)_?error|nonetype|arguments? (?:given"
                r"|converted)",
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
            "cant locate object method",
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
        hides=("renewals-failed", "registration-failed"),
    ),
)  # fmt: skip
