"""Pure: lines of a cli.ini at which certbot ends, whatever it was started for.

As certbot's reader has them (ConfigArgParse, the same in all versions): ``name = value``, names
in lower case and with ``-``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from certbot_sectigo.base import json_text
from certbot_sectigo.machine import roles


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SWITCHES = _words("""
    agree-tos allow-subset-of-names apache authenticators auto-hsts break-my-certs debug
    debug-challenges delete-after-revoke disable-hook-validation disable-renew-updates
    dns-cloudflare dns-cloudxns dns-digitalocean dns-dnsimple dns-dnsmadeeasy dns-gehirn dns-google
    dns-linode dns-luadns dns-nsone dns-ovh dns-rfc2136 dns-route53 dns-sakuracloud dry-run
    duplicate eff-email expand force-interactive force-renewal hsts init installers keep
    keep-until-expiring manual manual-public-ip-logging-ok must-staple new-key nginx no-autorenew
    no-bootstrap no-delete-after-revoke no-directory-hooks no-eff-email no-hsts no-permissions-check
    no-random-sleep-on-renew no-redirect no-reuse-key no-self-upgrade no-staple-ocsp no-uir
    no-verify-ssl non-interactive noninteractive os-packages-only preconfigured-renewal prepare
    quiet redirect register-unsafely-without-email reinstall renew-by-default renew-with-new-domains
    reuse-key run-deploy-hooks standalone staging staple-ocsp strict-permissions test-cert text uir
    webroot sectigo-eab-insecure-credentials
""")
_NUMBERS = {
    **dict.fromkeys(
        ("checkpoints", "http-01-port", "https-port", "rsa-key-size", "verbose-level"), r"[+-]?\d+"
    ),
    **dict.fromkeys(("issuance-timeout", "max-log-backups"), r"\+?\d+|-0+"),
    "verbose": r"(?i:true|yes|on|false|no|off)|\d+",
}
_CHOICES = {
    "elliptic-curve": ("secp256r1", "secp384r1", "secp521r1"),
    "key-type": ("rsa", "ecdsa"),
    "reason": (
        *("unspecified", "keycompromise", "affiliationchanged", "superseded"),
        "cessationofoperation",
    ),
}
_VALUES = _words("""
    account authenticator cert-name cert-path chain-path config config-dir configurator csr
    deploy-hook domain domains eab-hmac-alg eab-hmac-key eab-kid email fullchain-path help
    http-01-address installer ip-address key-path logs-dir manual-auth-hook manual-cleanup-hook
    post-hook pre-hook preferred-chain preferred-challenges preferred-profile  renew-hook
    required-profile server user-agent user-agent-comment version webroot-map
    webroot-path work-dir sectigo-eab-challenged sectigo-eab-credentials sectigo-eab-deploy
    sectigo-eab-kid sectigo-eab-server sectigo-eab-webroot
""")
NAMES = _SWITCHES | _NUMBERS.keys() | _CHOICES.keys() | _VALUES
"""Every option of any certbot from 1.12 to 5.8 with our plugin, without its ``--``."""
_YES, _NO = ("true", "yes", "1"), ("false", "no", "0")
_BOTH = ("on", "off")
"""Newer readers take these as well."""
_LINE = re.compile(
    r"""(?P<key>[^:=;#\s]+)\s*(?:(?P<equal>[:=\s])\s*(['"]?)(?P<value>.+?)?\3)?"""
    r"""\s*(?:\s[;#].*)?"""
)


def lines(text: str) -> Iterator[tuple[int, str | None, str]]:
    """Iterate over the settings of a cli.ini: number of the line, name, value.

    The name is None where certbot's reader makes nothing of the line. A name alone has the
    value ``true``.
    """
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        line = line.strip()
        if not line or line[0] in "#;[" or line.startswith("---"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            yield number, None, ""
            continue
        alone = "" if match["equal"] in (":", "=") else "true"
        yield number, match["key"].removeprefix("--"), match["value"] or alone


def is_on(value: str) -> bool:
    """Return whether a switch's value says yes."""
    return value.lower() in (*_YES, "on")


def why_not(name: str | None, value: str) -> str:
    """Return why certbot ends at a setting, as part of a sentence; empty if it does not.

    :param name: one of :data:`NAMES`, or None for a line that is none.
    """
    if name is None:
        return "which is no setting, so certbot ends there"
    if name in _SWITCHES:
        if value.lower() not in (*_YES, *_NO, *_BOTH):
            return "to which certbot takes true or false, so it ends there"
        ends = name == "force-interactive" and is_on(value)
        return "with which certbot renews nothing" if ends else ""
    if name in ("help", "version"):
        return "which no file may say, so certbot ends there"
    if name == "webroot-map" and not _is_map(value):
        return "to which certbot takes a map in JSON, so it ends there"
    if value.startswith("[") and value.endswith("]"):
        return "to which certbot takes no list, so it ends there"
    if name in _NUMBERS and not re.fullmatch(_NUMBERS[name], value.strip()):
        return "to which certbot takes a number, so it ends there"
    chosen = value.lower() if name == "reason" else value
    if name in _CHOICES and chosen not in _CHOICES[name]:
        return f"to which certbot takes {' or '.join(_CHOICES[name])}, so it ends there"
    if name == "issuance-timeout" and int(value) == 0:
        return "so certbot waits for no certificate, and each renewal fails"
    if name == "user-agent-comment" and re.search(r"[()]", value):
        return "to which certbot takes no parentheses, so it ends there"
    if name == "ip-address":
        return "with which certbot renews nothing"
    return ""


def _is_map(text: str) -> bool:
    try:
        return isinstance(json_text.loads(text), dict)
    except ValueError:
        return False


def is_known(name: str, plugins: Collection[str], *, seen: bool) -> bool:
    """Return whether a certbot may know an option.

    :param plugins: that it has.
    :param seen: whether it has no others.
    """
    if name in NAMES:
        return not name.startswith(f"{roles.PLUGIN}-") or roles.PLUGIN in plugins or not seen
    # What our own plugin has is in the list.
    of_others = [plugin for plugin in plugins if plugin and plugin != roles.PLUGIN]
    if any(name.startswith(f"{plugin}-") for plugin in of_others):
        return True
    if not seen and re.match(r"dns-[a-z0-9]+-|nginx-|apache-", name):
        return True
    # argparse takes the beginning of a name for the whole, where it is that of one alone.
    longer = [known for known in NAMES if known.startswith(name)]
    return len(longer) == 1 and longer[0] not in _SWITCHES
