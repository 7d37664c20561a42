"""What one types, by command: the ends of help pages, and EXAMPLES in the man page."""

from __future__ import annotations

from certbot_sectigo.cli.shared.options import Example

ROOT: tuple[Example, ...] = (
    ("which account is of which kid, and what uses it", "sudo certbot-sectigo accounts list"),
    ("what certbot's newest error means", "sudo certbot-sectigo explain"),
    ("an ACME service to try all this with", "certbot-sectigo sandbox"),
)
EXAMPLES: dict[str, tuple[Example, ...]] = {
    "accounts": (
        ("which account is of which kid, and what uses it", "sudo certbot-sectigo accounts list"),
        (
            "have a certificate renewed by another account",
            "sudo certbot-sectigo accounts pin 3fa9 --cert-name www.example.org",
        ),
        ("see what is superfluous; it asks first", "sudo certbot-sectigo accounts clean"),
    ),
    "adopt": (
        ("all lineages of plain certbot", "sudo certbot-sectigo adopt --all"),
        ("one of them", "sudo certbot-sectigo adopt --cert-name www.example.org"),
        ("as it was before", "sudo certbot-sectigo adopt --undo"),
    ),
    "completion": (
        (
            "in bash, for this session",
            "source <(certbot-sectigo completion bash)",
        ),
        (
            "in bash, for you, from the next login on",
            "certbot-sectigo completion bash >> ~/.bash_completion",
        ),
    ),
    "demo": (
        ("the story, in half a minute", "certbot-sectigo demo"),
        ("that of a move to another CA", "certbot-sectigo demo move"),
        ("the same as one JSON object", "certbot-sectigo demo --json"),
    ),
    "deploy": (
        (
            "a deploy file to start from",
            "certbot-sectigo deploy --example haproxy > sectigo-deploy.toml",
        ),
        ("what would be written", "sudo certbot-sectigo deploy --dry-run"),
        ("is all where it should be, and served", "sudo certbot-sectigo deploy --check"),
    ),
    "doctor": (
        ("what is wrong with this machine", "sudo certbot-sectigo doctor"),
        ("the same, and what the CA says", "sudo certbot-sectigo doctor --online --orders"),
        ("put right what can be, after a question", "sudo certbot-sectigo doctor --fix"),
    ),
    "explain": (
        ("the newest error in certbot's logs", "sudo certbot-sectigo explain"),
        (
            "words that you have",
            'certbot-sectigo explain "The account is not awaiting external account binding"',
        ),
        ("what a service logged", "journalctl -u certbot | certbot-sectigo explain -"),
    ),
    "help": (
        ("the guides that there are", "certbot-sectigo help"),
        ("one of them", "certbot-sectigo help user-guide"),
        ("the same as accounts pin --help", "certbot-sectigo help accounts pin"),
    ),
    "move": (
        (
            "what it would do",
            "sudo certbot-sectigo move --to new.ini --from-server https://acme.sectigo.com/v2/OV "
            "--dry-run",
        ),
        (
            "one lineage, and no more",
            "sudo certbot-sectigo move --to new.ini --cert-name www.example.org",
        ),
        ("as it was before", "sudo certbot-sectigo move --undo"),
    ),
    "receive": (
        (
            "as a forced command, in authorized_keys",
            "certbot-sectigo receive --deploy-file /etc/sectigo-deploy.toml",
        ),
        ("take it by hand", "certbot-sectigo receive < message"),
    ),
    "renewals": (
        ("what the next renewals will do", "sudo certbot-sectigo renewals"),
        (
            "and whether the CA would issue; nothing is issued",
            "sudo certbot-sectigo renewals --order --cert-name www.example.org",
        ),
    ),
    "report": (
        ("a page on this machine", "sudo certbot-sectigo report --html report.html"),
        (
            "on many hosts, compared with SCM",
            "certbot-sectigo report --html report.html --from hosts/ --scm",
        ),
    ),
    "revoke": (
        (
            "a certificate of certbot's",
            "sudo certbot-sectigo revoke --cert-name www.example.org",
        ),
        (
            "with the certificate's own key, where no account is left",
            "certbot-sectigo revoke --cert-path cert.pem --key-path key.pem",
        ),
    ),
    "sandbox": (
        (
            "serve, with a credentials file for each pair",
            "certbot-sectigo sandbox --print-credentials /tmp/pairs",
        ),
        ("have it survive", "certbot-sectigo sandbox --state /tmp/sandbox"),
        ("what certbot asked it", "certbot-sectigo sandbox requests"),
    ),
    "scm": (
        ("does the log-in work", "certbot-sectigo scm whoami"),
        (
            "an account for one host",
            "certbot-sectigo scm ensure web1 --organisation Web --server URL -d web1.example.org",
        ),
        ("its pair, in a file", "certbot-sectigo scm pair web1 --output sectigo-eab.ini"),
    ),
}
