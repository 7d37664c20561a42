"""Data: by which words the client that a text is of is known."""

from __future__ import annotations

import re

CERTBOT = "certbot"
_CLIENTS = {
    CERTBOT: r"certbot(?!-sectigo)|letsencrypt(?:-auto\b|\.log)|/etc/letsencrypt\b",
    "acme.sh": r"\bacme\.sh\b|\bLe_OrderFinalize\b",
    "ansible": r"community\.crypto|\bRegistering ACME account failed for\b"
    r"|\bacme_(?:certificate|account): |\bFAILED! =>",
    "terraform": r"\bresource\b.{0,60}\bacme_|\bacme_(?:certificate|registration)\."
    r"|\bon \S{1,60}\.tf line \d",
    "lego": r"\blego\b|\bxenolf\b",
    "cert-manager": r"cert-manager|\bClusterIssuer\b",
    "Caddy": r"\bcaddy\b|\btls\.(?:obtain|issuance|renew)\b|\bcertmagic\b|\bacmez\b",
    "Traefik": r"\btraefik\b",
    "win-acme": r"\bwin-acme\b|\bwacs\b|\bsimple-acme\b",
    "Posh-ACME": r"\bposh-acme\b|\b(?:New|Get|Submit)-(?:PA\w+|ACME\w+)\b|\bACMESharp\b",
    "Lemur": r"\blemur\b",
    "dehydrated": r"\bdehydrated\b",
    "getssl": r"\bgetssl\b",
    "mod_md": r"\bmod_md\b|\bmd:(?:error|warn|info|debug|trace)"
    r"|\bmd\[[\w.-]{1,253}\]|\bmd_acme\w*\.c\b",
    "uacme": r"\buacme\b",
    "nginx-acme": r"\bacme (?:issuer|certificate) \"|\bacme_(?:issuer|shared_zone)\b",
    "simp_le": r"\bsimp_le\b",
    "acme4j": r"\bacme4j\b|\bCWPKI2\d{3}[EWI]\b",
    "acme-client": r"\bacme-client(?:\[|:| -)|Acme::Client",
    "step": r"\bstep ca\b|\bstep certificate\b",
    "acmebot": r"\bacmebot\b",
    "haproxy": r"\bhaproxy\b.{0,80}\bacme:",
    "Proxmox": r"\bproxmox\b|\bpvenode\b",
    "OPNsense": r"\bAcmeClient\b",
    "Plesk": r"\bplesk\b",
    "cPanel": r"\bcpanel\b|\bAutoSSL\b",
    "mailcow": r"\bmailcow",
    "Home Assistant": r"\bhassio\b|home-?assistant",
    "acmetool": r"\bacmetool\b|\bacme\.(?:responder|storageops|solver)\b",
}
_CLIENT = re.compile(
    "|".join(f"(?P<c{at}>{words})" for at, words in enumerate(_CLIENTS.values())), re.IGNORECASE
)
_NAMES = tuple(_CLIENTS)


_ELSEWHERE = re.compile(
    r"\blevel=(?:error|fatal|warning|info|debug)\b|\\?\"level\\?\":\s?\\?\"|\bacme: error: \d"
    r"|\b[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{6} |\bFullyQualifiedErrorId\b|\bCategoryInfo\b"
    r"|\[(?:EROR|DBUG|VERB|DBG|VRB|ERR)\]|\b(?:DEBUG|INFO|WARN|ERROR) \w+(?:::\w+)+: "
    r"|\b[A-Z]\w{1,40}\([A-Z]\w{1,40} \{ \w{1,40}: "
    r"|(?m:^(?![^\n]{0,200}\brealm=)[^<\n]{0,300}?\s\w{1,40}=\"[^\"\n]{0,200}\" \w{1,40}=[\"\[\w])"
    r"|(?<![\w.])[A-Z]\w+Exception: |\bFatal error: Uncaught\b|\bTASK ERROR: |\bpanic: "
    r"|(?m:^\s{0,9}at (?=[^(\n]{0,200}[A-Z])[\w$]+(?:\.[\w$<>\[\]`]+)+ ?\()"
    r"|\b(?:lib|blib)/\S+\.p[lm] line \d|\S\.al\) line \d"
)
"""Forms in which certbot and its libraries print nothing."""
_PYTHONS = re.compile(
    r"\bFile \\?\"[^\n]{1,200}, line \d|\bacme\.(?:messages|errors|client|challenges)\b"
    r"|(?:site|dist)-packages/|\bbotocore\."
)
"""In whatever stands beside these it may be certbot, whose hooks and answers have other forms."""


def of_another(text: str, known: str) -> bool:
    """Return whether a text is of another client than certbot, be it one that is not known.

    :param known: the client that is known by its name; empty if none is.
    """
    text = text[:20_000]
    if known:
        return known != CERTBOT
    return bool(_ELSEWHERE.search(text)) and not _PYTHONS.search(text)


def client(text: str, known: str = "") -> str:
    """Return the client that a text is of; certbot, where its name stands beside another's.

    :param known: what was known before.
    :returns: empty if no word tells.
    """
    if known == CERTBOT:
        return known
    for found in _CLIENT.finditer(text[:4000]):
        name = _NAMES[int(str(found.lastgroup)[1:])]
        if name == CERTBOT:
            return name
        known = known or name
    return known
