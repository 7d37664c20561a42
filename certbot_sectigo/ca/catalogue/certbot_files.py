"""What certbot and others say about files of accounts and lineages."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry, Weight

ENTRIES = (
    Entry(
        key="account-unparsable",
        title="An account file on this machine is damaged",
        meaning="One file below accounts/ that does not parse stops every run of certbot that has "
        "no pinned account.",
        causes=("The disk was full, or a copy was cut off; somebody edited the file.",),
        steps=(
            "See which file: `certbot-sectigo accounts list`",
            "Bring it back from a backup.",
            "Without one take the account out: `certbot-sectigo accounts clean` ; it stays as long "
            "as a certificate is pinned to it, so pin that to another one first: "
            "`certbot-sectigo accounts pin {other} --cert-name {lineage}`",
        ),
        phrases=(
            "!josepy errors deserialization_error",
            "deserialization_error",
            "!could not decode field|uri|body",
            "unterminated string",
        ),
        sources=("certbot",),
    ),
    Entry(
        key="certificate-file-missing",
        title="A certificate's file that a service is told to load does not exist",
        meaning="The web server or another service names a certificate or key that is not there "
        "(ENOENT). Where no certificate was issued yet, that only follows from why it was not.",
        causes=(
            "The certificate was never issued, or has another name below live/.",
            "It was removed while the service's configuration still names it.",
        ),
        steps=(
            "See which certificates there are: `certbot certificates`",
            "Take the lines that name the file out of the service's configuration (or comment "
            "them out), get the certificate, then put them back.",
        ),
        phrases=(
            "cannot|can_not|could_not|unable|failed load|open|read certificate|key * no such file",
            "certificate|certificatefile|key|keyfile|sslcertificatefile|sslcertificatekeyfile "
            "file does not exist|empty",
            "!bio_new_file * no such file",
            "!loading certificates|certificate|key open * no such file",
        ),
        sources=("nginx", "Apache httpd"),
        hides=("pem-unreadable", "web-server-broken"),
        after=("directory", "nonce", "account", "order", "challenge", "finalize"),
        vague=True,
    ),
    Entry(
        key="lineage-not-saved",
        title="certbot stopped while it saved a certificate that it had got",
        meaning="The innermost frames of the traceback are those that write the certificate below "
        "{config}: the CA has issued it. Why writing failed says the traceback's last line.",
        causes=(
            "The directories belong to another user than the one certbot runs as, or are on a "
            "mounted volume that does not let it set owner or mode (container, share).",
            "The disk is full.",
        ),
        steps=(
            "See who may write there, and the room left: `ls -la {config} ; df -h {config}`",
            "See the traceback's last line in the whole log: `certbot-sectigo explain {log}`",
        ),
        phrases=(
            "!storage py line in new_lineage|save_successor",
            "!line in new_lineage|save_successor",
        ),
        sources=("certbot",),
        weight=Weight.SYMPTOM,
        step="deploy",
    ),
    Entry(
        key="lineage-unknown",
        title="certbot has no certificate of the name that it was given",
        meaning="The name ({lineage}) is that of a renewal file below {config}/renewal/, and there "
        "is none. certbot stopped before it asked the CA.",
        causes=(
            "A panel, script or proxy manager keeps a record of a certificate that was never "
            "issued, failed the first time, or was removed.",
            "The name is misspelt, or certbot looks into another --config-dir (container, snap).",
        ),
        steps=(
            "See the names that there are: `certbot certificates`",
            "Give one of these; or order it anew (in a panel: remove the entry and request it "
            "again), since there is nothing to renew.",
        ),
        phrases=(
            "!existing certificate|lineage with|for name not be found",
            "!no match found for cert_path",
            "!no certificate found with|matching|named name",
            "!no certificate found * expected",
            "!no certificate|cert|lineage * name * found|exists|exist|expected",
            "!not find a certificate|lineage with name",
        ),
        names=r"expected (?P<file>/[^\s)]{3,200})",
        sources=("certbot",),
        hides=("renewals-failed", "deploy-failed", "renewal-file-broken"),
    ),
    Entry(
        key="pem-unreadable",
        title="A file of the certificate is empty or is no PEM",
        meaning="A certificate or key below live/ or archive/ cannot be read as PEM.",
        causes=(
            "The disk was full when it was written; a copy was cut off; a link leads nowhere.",
        ),
        steps=(
            "See which file: `certbot-sectigo doctor`",
            "Bring the file back from a backup. Archive holds the versions before: the links in "
            "live/ may be set to the last one whose four files are whole.",
        ),
        phrases=(
            "failed find any pem data",
            "unable|cannot|could_not load pem|certificate|key file",
            "no start line",
            "pem lib|routines|file no|bad start|read|begin",
            "malformed_framing|unable load pem",
            "could not deserialize key data",
            "!unable load certificate|key * live|archive",
        ),
        sources=("OpenSSL", "certbot"),
        hides=("renewal-file-broken", "bad-csr"),
    ),
    Entry(
        key="renewal-file-broken",
        title="A renewal file is damaged, so its certificate is not renewed",
        meaning="certbot passes over the lineage.",
        causes=(
            "Files below live/ or archive/ were moved or deleted, or links became plain files.",
            "The renewal file was edited or cut off.",
        ),
        steps=(
            "See which file, and why: `certbot certificates`",
            "Bring the file, or what it names below live/ and archive/, back from a backup.",
            "Without a backup: move renewal/NAME.conf, live/NAME and archive/NAME out of the way "
            "together, then order the certificate again under its old name. As long as one of "
            "them stays, certbot calls the new one NAME-0001.",
        ),
        cases=(
            Case(
                r"unexpected error: '\w{1,20}'",
                "certbot misses a line in the renewal file: the one that the words above name "
                "(such as server, the CA's URL).",
                (
                    "The file was written by a newer certbot than the one that ran, which leaves "
                    "out what has its default value.",
                    "The file was edited, or made by hand.",
                ),
                (
                    "Update certbot, so that the newer one runs everywhere (cron, timers).",
                    "Or add the line to [renewalparams] of {config}/renewal/{lineage}.conf, such "
                    "as: server = the CA's directory URL",
                ),
                title="The renewal file lacks a line that this certbot wants",
            ),
            Case(
                r"to be a symlink",
                "certbot passes over each lineage of which it says that: the files in live/ have "
                "to be links to the newest ones in archive/.",
                ("The folder was copied or restored without its links (cp -r, zip, some shares).",),
                (
                    "Copy it once more with its links (cp -a, rsync -a), or set the four links of "
                    "live/NAME anew, each to the file of the highest number in archive/NAME "
                    "(cert.pem -> ../../archive/NAME/cert2.pem). This shows what is found then: "
                    "`certbot certificates`",
                ),
                title="Files in live/ are no links, so their certificates are not renewed",
            ),
        ),
        phrases=(
            "!expected true or false for * found",
            "!expected numeric value for",
            "!chain|fullchain|privkey|cert is required but missing for certificate",
            "!renewal configuration|config|conf file * broken|lacks|unexpected",
            "!renewal config|conf * broken",
            "!renewal configuration|configurations file|files invalid",
            "!renewal configurations|configuration invalid",
            "!renewal configuration file * produced unexpected error",
            "!required file reference",
            "no such file directory letsencrypt renewal|live|archive",
            "configobj * parse_error|nesting_error|duplicate_error",
            "!expected * be symlink",
            "!error while|occurred parsing * renewal",
            "!failed|parsing|parse renewal configuration|config|conf file",
            "!renewal * no|missing required option|field|version",
        ),
        shown=(
            r"renewal/\S{1,260}\.conf\b[^\n]{0,60} produced an unexpected error: "
            r"'(?:server|account|version|archive_dir|cert|privkey|chain|fullchain|authenticator)'",
        ),
        sources=("certbot", "letsencrypt-plesk#131"),
        hides=("renewals-failed",),
    ),
    Entry(
        key="renewals-failed",
        title="Some renewals failed; why is said elsewhere",
        meaning="This is certbot's sum of a run. The reason of each failure stands further up, or "
        "in the debug log of that run.",
        steps=(
            "Explain the debug log: `certbot-sectigo explain {log}`",
            "Or run one alone and see what it says: `certbot renew --cert-name {lineage}`",
        ),
        phrases=(
            "!renew failure * parse failure",
            "!all renewal|renewals attempts failed|fail",
            "!following certs|certificates could not renewed",
        ),
        sources=("certbot", "certbot#5320", "aenigma#85"),
        weight=Weight.SYMPTOM,
        vague=True,
    ),
    Entry(
        key="live-directory-exists",
        title="A folder of that name exists in live/ or archive/ without a renewal file",
        meaning="certbot does not write over it.",
        causes=("A lineage was removed by hand (rm) instead of with certbot delete.",),
        steps=(
            "Move the left-over folders live/NAME and archive/NAME away, or use another "
            "--cert-name.",
        ),
        phrases=("!live directory exists", "!archive directory exists"),
        sources=("certbot",),
    ),
)
