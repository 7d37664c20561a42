"""What one types, by subcommand of ``scm``."""

from __future__ import annotations

from certbot_sectigo.cli.shared.options import Example

EXAMPLES: dict[str, tuple[Example, ...]] = {
    "whoami": (
        ("does the log-in work", "certbot-sectigo scm whoami"),
        (
            "another log-in",
            "certbot-sectigo scm whoami --scm-credentials ~/sectigo-scm.ini",
        ),
    ),
    "accounts": (
        ("all that the log-in sees", "certbot-sectigo scm accounts"),
        ("of one organisation", "certbot-sectigo scm accounts --organisation 'Web team'"),
    ),
    "show": (
        ("domains, clients and the pair's state", "certbot-sectigo scm show web1"),
        ("a universal account", "certbot-sectigo scm show web1 --universal"),
    ),
    "ensure": (
        (
            "made, or completed where it is there",
            "certbot-sectigo scm ensure web1 --organisation Web --server URL -d web1.example.org",
        ),
        (
            "these domains and no others",
            "certbot-sectigo scm ensure web1 --organisation Web --server URL -d a.example --exact",
        ),
    ),
    "pair": (
        (
            "into a file that you alone read",
            "certbot-sectigo scm pair web1 --output sectigo-eab.ini",
        ),
        (
            "only if it is good for this name",
            "certbot-sectigo scm pair web1 --output web1.ini --for web1.example.org",
        ),
    ),
    "rename": (
        ("another name for it", "certbot-sectigo scm rename web1 web1-old"),
        ("without a question", "certbot-sectigo scm rename web1 web1-old --yes"),
    ),
    "delete": (
        ("it shows what would be lost, and asks", "certbot-sectigo scm delete web1-old"),
        ("without a question", "certbot-sectigo scm delete web1-old --yes"),
    ),
    "domains": (
        ("one more", "certbot-sectigo scm domains add web1 shop.example.org"),
        ("one less", "certbot-sectigo scm domains remove web1 shop.example.org"),
    ),
    "deactivate-client": (
        ("CLIENT is the end of its account URL", "certbot-sectigo scm show web1"),
        ("a host that is gone", "certbot-sectigo scm deactivate-client web1 aBcD1234"),
    ),
    "validations": (
        ("which domains end when", "certbot-sectigo scm validations"),
        ("fail if one does so within a month", "certbot-sectigo scm validations --within 30"),
    ),
    "certificates": (
        ("all that came by ACME", "certbot-sectigo scm certificates"),
        ("for programs", "certbot-sectigo scm certificates --json"),
    ),
    "revoke": (
        (
            "by its file",
            "certbot-sectigo scm revoke --cert-path cert.pem",
        ),
        ("by its name here", "certbot-sectigo scm revoke --cert-name www.example.org"),
    ),
    "facts": (
        ("on each host", "sudo certbot-sectigo scm facts > web1.json"),
        (
            "or by ssh",
            "ssh root@web1 certbot-sectigo scm facts > web1.json",
        ),
    ),
    "audit": (
        ("SCM and this machine", "sudo certbot-sectigo scm audit"),
        ("SCM and many hosts", "certbot-sectigo scm audit web1.json web2.json"),
    ),
}
DOMAINS: dict[str, tuple[Example, ...]] = {
    "add": (
        ("the domain and all below it", "certbot-sectigo scm domains add web1 shop.example.org"),
        ("two", "certbot-sectigo scm domains add web1 a.example.org b.example.org --yes"),
    ),
    "remove": (
        ("no more of it", "certbot-sectigo scm domains remove web1 shop.example.org"),
        ("without a question", "certbot-sectigo scm domains remove web1 a.example.org --yes"),
    ),
}
