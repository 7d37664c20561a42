"""What one types, by subcommand of ``accounts``."""

from __future__ import annotations

from certbot_sectigo.cli.shared.options import Example

EXAMPLES: dict[str, tuple[Example, ...]] = {
    "list": (
        ("which account is of which kid, and what uses it", "sudo certbot-sectigo accounts list"),
        ("the same, and whether the CA has them", "sudo certbot-sectigo accounts list --online"),
    ),
    "show": (
        ("a beginning of the id is enough", "sudo certbot-sectigo accounts show 3fa9"),
        ("with what the CA says", "sudo certbot-sectigo accounts show 3fa9 --online"),
    ),
    "pick": (
        ("by the pair", "certbot-sectigo accounts pick --credentials sectigo-eab.ini"),
        (
            "by a name, as options for certbot",
            "certbot-sectigo accounts pick --format flag -d www.example.org",
        ),
    ),
    "probe": (
        (
            "who may issue for these names",
            "sudo certbot-sectigo accounts probe -d www.example.org -d example.org",
        ),
        ("may this one", "sudo certbot-sectigo accounts probe 3fa9 -d www.example.org"),
    ),
    "caa": (
        (
            "the records for one name",
            "sudo certbot-sectigo accounts caa -d www.example.org",
        ),
        ("what stands in the DNS for all names", "sudo certbot-sectigo accounts caa --check"),
        (
            "before another account takes over",
            "sudo certbot-sectigo accounts caa 3fa9 -d www.example.org",
        ),
    ),
    "pin": (
        (
            "have a certificate renewed by this account",
            "sudo certbot-sectigo accounts pin 3fa9 --cert-name www.example.org",
        ),
        (
            "take over all certificates of another",
            "sudo certbot-sectigo accounts pin 3fa9 --all-of 81cc",
        ),
        ("take the last pin back", "sudo certbot-sectigo accounts pin --undo"),
    ),
    "register": (
        (
            "with the pair in a file",
            "sudo certbot-sectigo accounts register --credentials physics.ini",
        ),
        (
            "in place of an account that the CA has deactivated",
            "sudo certbot-sectigo accounts register --credentials new.ini --replace 3fa9",
        ),
    ),
    "rollover": (
        ("a new key for the same account", "sudo certbot-sectigo accounts rollover 3fa9"),
        (
            "of two with such an id, that of this server",
            "sudo certbot-sectigo accounts rollover 3fa9 --server https://acme.sectigo.com/v2/OV",
        ),
    ),
    "deactivate": (
        ("it shows what would be lost, and asks", "sudo certbot-sectigo accounts deactivate 3fa9"),
        (
            "although certificates renew by it",
            "sudo certbot-sectigo accounts deactivate 3fa9 --force",
        ),
    ),
    "clean": (
        ("what is superfluous, why, and a question", "sudo certbot-sectigo accounts clean"),
        ("ask the CA which are dead, too", "sudo certbot-sectigo accounts clean --online"),
        ("also those that nothing uses", "sudo certbot-sectigo accounts clean --idle"),
    ),
    "archived": (
        ("what was taken out, when and why", "sudo certbot-sectigo accounts archived"),
        ("for programs", "sudo certbot-sectigo accounts archived --json"),
    ),
    "restore": (
        ("back from the archive", "sudo certbot-sectigo accounts restore 3fa9"),
        ("without a question", "sudo certbot-sectigo accounts restore 3fa9 --yes"),
    ),
    "purge": (
        ("away for good, key and all", "sudo certbot-sectigo accounts purge 3fa9"),
        (
            "although it may have certificates to revoke",
            "sudo certbot-sectigo accounts purge 3fa9 --force",
        ),
    ),
    "export": (
        ("key and address", "sudo certbot-sectigo accounts export 3fa9 -o /root/account.pem"),
        (
            "the key alone, to another host, with no file between",
            "certbot-sectigo accounts export 3fa9 | ssh web2 'umask 77; cat > a.pem'",
        ),
        (
            "for another client, which goes on with the account",
            "sudo certbot-sectigo accounts export 3fa9 --for dehydrated -o /var/lib/dehydrated",
        ),
    ),
    "import": (
        ("what export wrote", "sudo certbot-sectigo accounts import /root/account.pem"),
        ("all that lego has", "sudo certbot-sectigo accounts import lego /root/.lego"),
    ),
}
