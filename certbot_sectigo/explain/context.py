"""Pure: whether something said is about ACME at all.

Most sentences of networks, accounts and files are said by many programs. They count only
where an ACME server, an ACME client or a word of the protocol stands near them in what the
same program said, or where they are all that was asked about.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from certbot_sectigo.ca.catalogue import Weight, profile
from certbot_sectigo.ca.catalogue.matching import Match
from certbot_sectigo.explain.passages import Passage
from certbot_sectigo.explain.prose import MOST_BARE

_NEAR = 15  # lines
_FURTHER = 1000  # characters, in which a client may say behind an error whom it asked
_FOREIGN = re.compile(
    r"(?i)\b(?:log-?in|users?|customers?|invoices?|mail(?:box)?|imap|smtp|ldap|sshd?|mysql"
    r"|postgres\w*"
    r"|passwords?|payments?|basket|billing|upstream|backend|database|bundle)\b"
)
_WORDS = re.compile(
    r"(?i)\bacme(?![-_]?challenge|\.(?:example|com|org)\b)|\bx-acme|certbot|letsencrypt"
    r"|let'?s[ -]encrypt|\blego\b|dehydrated"
    r"|\bwin-acme|\bwacs\b|cert-?manager|\bgetssl\b|\bposh-?acme|\bmod_md\b"
    r"|\bautomatoes\b|\bmd:(?:error|debug|info|warn|trace)|\buacme\b|tls\.(?:obtain|issuance|renew)|\beab\b"
    r"|eab[-_]"
    r"|failed to renew cert(?:ificate)?\b|attempting to renew cert\b"  # certbot's own
    r"|order resource|cluster-?issuer|certificate ?request\b|\bissuing certificate"
    r"|\"logger\":\"tls[\".]|\btls app\b|\bprovision tls\b"  # Caddy
    r"|\bstandalone mode\b|\b_on_(?:before_)?issue|\bconf before setting up\b"  # acme.sh
    r"|\b(?:http|dns|tls-alpn)-01\b|\bauthoriz(?:e identifier|ing using)\b"
    r"|external[ _-]?account[ _-]?(?:binding|required)|\bhmac\b|newOrder|newAccount|newNonce"
    r"|new-(?:order|acct|nonce)|/v2/(?:[DOE]V\w*|GEANT\w*)\b|renewalInfo|zerossl"
    r"|(?<!\w)_acme-challenge\."
    r"|\bauto-?(?:ssl|cert)\b|\bdcv\b|\b(?:aws_)?acm(?:_certificate\w{0,20})?\b"
)  # fmt: skip
_ONE_OF = (
    *(
        "acme",
        "cert",
        "encrypt",
        "lego",
        "dehydrated",
        "wacs",
        "getssl",
        "automatoes",
        "mod_md",
        "md:",
        "tls.",
    ),
    *("http-01", "dns-01", "alpn-01", "authoriz", "standalone mode", "_issue", "before setting up"),
    *('"logger":"tls', "tls app", "provision tls"),
    *("eab", "order", "account", "acct", "nonce", "hmac", "/v2/", "renewal", "zerossl", "issuer"),
    *("acm", "autossl", "auto-ssl", "dcv"),
)
"""One of them is in whatever :data:`_WORDS` finds, and is looked for much faster."""
_SPEAKERS = re.compile(rf"{_WORDS.pattern}|\bmd\Z")
_PEER = re.compile(
    r"(?i)(?:https?://|host=['\"]|lookup |resolve(?: host)?:? |resolving |contacting |server "
    r"|host: |connect(?:ion|ed|ing)? to )['\"]?"
    r"((?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24})\b(/[\w./-]{0,80})?"
    r"|\b((?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24})"
    r"(?::(?:443|25|587|389|636|3306|5432)\b|\[[\d.:a-f]{3,45}\]:\d)"
    r"|\b([a-z0-9-]{1,63}):(?:3306|5432|6379|5672|27017|11211|2379)\b"
)  # fmt: skip
_ACME_HOST = re.compile(r"(?i)(?:^|[.-])acme|letsencrypt|^ca\.|^localhost$")
_URL_HOST = re.compile(r"https?://((?:[a-zA-Z0-9-]{1,63}\.){1,8}[a-zA-Z]{2,24})\b")
_ACME_PATH = re.compile(
    r"(?i)/acme(?:[/-]v?\d|/|\Z)|/directory\b|/v2/[A-Z]{2}|/new-?(?:order|acct|account|nonce)"
)
_RETRIED = re.compile(r"\bobject has been modified\b")
"""What Kubernetes says of a write that is tried again; nothing else on the line is wrong."""
_PACKAGES = re.compile(r"Retry\(total|/simple/")  # pip fetches
_OTHER_PEERS = re.compile(
    r"(?i)docker (?:daemon|endpoint|host|api)|docker\.sock|\.sock\b|\bunix:|\b(?:redis|consul"
    r"|etcd)\b"
    r"|kube-?api|providerName=docker|\b(?:postgres\w*|mysql|mariadb|mongo\w*)\b"
)
"""To whom programs connect that are no CAs, where no host is named."""
_ADDRESS = re.compile(r"(?:tcp |https?://|connect to )(\d{1,3}(?:\.\d{1,3}){3}):(\d{2,5})\b")
_PORTS = ("443", "80", "8443", "9000", "14000")
"""At which ACME servers listen, private ones too."""
_MANUALS = re.compile(
    r"https?://(?:curl\.(?:haxx\.)?se|aka\.ms|www\.gnu\.org|go\.microsoft\.com)/\S{0,200}"
)
_CLASS = re.compile(
    r"(?i)\b(?:eab|binding)[- ](?:required|mandatory|enabled|only) (?:cas?|providers?|servers?"
    r"|issuers?"
    r"|accounts?|endpoints?|director\w+|certificates?)\b|\b(?:cas?|providers?|servers?|issuers?) "
    r"(?:that|which)"
    r" (?:require|need|want|enforce|demand)s? (?:an? )?(?:eab|external account binding)"
)
"""What describes CAs of a kind, and is no answer of one."""
_MADE_UP = re.compile(
    r"(?i)\b(?:for example|for instance|e\.g\.|such as)[^.!?]{0,300}\Z"
    r"|(?-i:(?:\b|(?<=[a-z]))If (?!I\b)\w|\b[Ww]hen(?:ever)? you\b|\bWenn (?:Sie|du|man)\b"
    r"|\bFalls\b"
    r"|\bSi (?:vous|tu|usted|ves|se|aparece|recibe|obtiene|certbot|le|la|l['\u2019]\w{2,20})\b"
    r"|\bEn (?:cas d['\u2019]|caso de )|\bCuando (?:vea|aparezca|reciba)\b|\bErscheint (?:der"
    r"|die)\b"
    r"|\bSe (?:vedi|ricevi|voc\xea)\b)[^.!?:\n]{0,120}\Z"
)
"""What stands in a sentence before words that nobody said."""
# Lines of a web server about requests to it are not an ACME client's.
_ACCESS = re.compile(r"\"(?:GET|POST|HEAD|PUT) \S{1,2000} HTTP/[\d.]+\" \d{3} ")


def speaks_of_acme(text: str) -> bool:
    """Tell whether a text has a word of the protocol, of a client or of a CA anywhere."""
    small = text.lower()
    return any(word in small for word in _ONE_OF) and bool(_WORDS.search(text))


def cas_near(text: str, end: int, said: str) -> frozenset[str]:
    """Return the hosts of CAs whose URLs stand where something was said, or in the next line.

    :param end: where the words end in the text.
    :param said: the words, with their lines.
    """
    for part in (said, *text[end : end + _FURTHER].split("\n")[1:2]):
        hosts = frozenset(match[1].lower() for match in _URL_HOST.finditer(part))
        found = frozenset(h for h in hosts if _ACME_HOST.search(h) or profile(frozenset({h})))
        if found:
            return found
    return frozenset()


class AcmeContext:
    """Where in a passage ACME is spoken of.

    :param passage: the text.
    """

    def __init__(self, passage: Passage) -> None:
        self._passage = passage
        self._log = passage.source != "text" or bool(_SPEAKERS.search(passage.program))
        self._lines: list[int] = []
        self._near: list[int] = []

    def held(self, matches: Sequence[Match]) -> Iterator[Match]:
        """Return those of a passage's matches that count here."""
        if not matches:
            return
        self._lines = [0, *(match.end() for match in re.finditer("\n", self._passage.text))]
        near = {self._line(match.start()) for match in _WORDS.finditer(self._passage.text)}
        # ACME's own words are ACME being spoken of.
        self._near = sorted(
            near.union(self._line(m.start) for m in matches if m.sure and not m.entry.foreign)
        )
        yield from filter(self._holds, matches)

    def _holds(self, match: Match) -> bool:
        line = self._text(match)
        if match.entry.weight is not Weight.HARMLESS and _RETRIED.search(line):
            return False
        if _CLASS.search(line) and not match.entry.network and "eab" in match.entry.key:
            return False
        if _ACCESS.search(line) or _MADE_UP.search(
            self._passage.text, max(0, match.start - 400), match.start
        ):
            return False
        if match.entry.network and self._elsewhere(line):
            return False
        if match.sure or self._log:
            return True
        if _FOREIGN.search(line) and not _WORDS.search(line):
            return False
        return self._is_near(match) or self._bare(match)

    def _line(self, at: int) -> int:
        return bisect_left(self._lines, at + 1) - 1

    def _text(self, match: Match) -> str:
        first, last = self._line(match.start), self._line(max(match.start, match.end - 1))
        start = max(self._lines[first], match.start - 2000)
        stop = self._lines[last + 1] if last + 1 < len(self._lines) else len(self._passage.text)
        return self._passage.text[start : min(stop, match.end + 2000)]

    def _is_near(self, match: Match) -> bool:
        first, last = self._line(match.start) - _NEAR, self._line(match.end) + _NEAR
        at = bisect_left(self._near, first)
        return at < len(self._near) and self._near[at] <= last

    def _elsewhere(self, line: str) -> bool:
        """Tell whether a line is about a connection to another host than a CA's."""
        if _PACKAGES.search(line) or _OTHER_PEERS.search(line):
            return True
        hosts = list(_PEER.finditer(_MANUALS.sub("", line)))
        for host in hosts:
            name, path = host[1] or host[3] or host[4], host[2] or ""
            if _ACME_HOST.search(name) or _ACME_PATH.search(path) or profile(frozenset({name})):
                return False
            if name in self._passage.told.servers:
                return False
        return bool(hosts) or any(
            address.group(1) != "127.0.0.1" and address.group(2) not in _PORTS
            for address in _ADDRESS.finditer(line)
        )

    def _bare(self, match: Match) -> bool:
        """Tell whether the sentence is (nearly) all that was asked about."""
        text = self._passage.text
        if self._passage.program or match.total > MOST_BARE or _FOREIGN.search(text):
            return False
        words = match.share * match.total
        known = match.share >= 0.5 or (match.share >= 0.34 and words >= 3)
        return known and not _PEER.search(_MANUALS.sub("", text))
