"""Pure: what the line that most likely decides tells by its structure, where nobody knows it.

At which kind of place it failed, the reason at its end, the file and the host that it names, and
what it asks its reader to do. That is less than an entry of the catalogue says, and holds for
sentences that nobody has seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from certbot_sectigo.explain.evidence import meaning_of
from certbot_sectigo.explain.instructions import instruction
from certbot_sectigo.explain.steps import step_of


@dataclass(frozen=True)
class Place:
    """A kind of place at which things fail."""

    key: str
    words: str
    """Regular expression of what is said there."""
    meaning: str
    advice: str


PLACES = (
    Place(
        "program",
        r"\b(?:name|type|key|index|attribute|unboundlocal|assertion|unicode\w{2,9}|nomethod)error\b"
        r"|is not defined|nonetype|\bundefined\b|nil pointer|\bpanic\b|null reference"
        r"|object reference|not all arguments|traceback|stack trace",
        "the client itself or a plugin of it, which met something that it did not expect",
        "Look at the last request and its answer before it in the debug log; update the client "
        "with "
        "its plugins and libraries.",
    ),
    Place(
        "cluster",
        r"\bsecrets? \\?\"|configmap|[\w.-]{1,40}\.cert-manager\.io|\bkube\w{0,12}\b|\bpods?\b"
        r"|namespaces?\b|\border resource|\bcert-?manager\b|clusterissuer|\bwebhooks?\b"
        r"|\bcrds?\b|serviceaccount"
        r"|\bingress\w{0,8}\b|re-?queu\w+|\bkey ?pair for\b",
        "an object of the cluster (Kubernetes) that is missing, not ready, or may not be read",
        "Look at the object that is named, and at its events (kubectl describe); of Certificate, "
        "CertificateRequest, Order and Challenge the last one has the reason.",
    ),
    Place(
        "provider",
        r"\bAPI\b|\bapi[_ -]?(?:key|token)|\bdns[-_](?!01|challenge|problem)[a-z]\w{1,30}"
        r"|PluginError|cloudflare|route ?53|digital ?ocean"
        r"|\bovh\b|hetzner|godaddy|gandi|namecheap|duckdns"
        r"|ionos|netcup|\binwx\b|desec|linode|vultr|azure|rfc2136|nsupdate|hosted ?zone|\bzones?\b"
        r"|\bTXT record",
        "the DNS provider's interface, at which the client writes the record that proves the name",
        "Check the credentials that the client has for it (right account, not expired, allowed to "
        "edit this zone), and that the zone of the name is there; the CA was not asked yet.",
    ),
    Place(
        "validation",
        r"challenge|dns-01|http-01|tls-alpn|\bTXT\b|_acme|propagat|well-known|authz"
        r"|authori[sz]ation"
        r"|verif(?:y|ication)|validat|\bDCV\b|domain control",
        "the proof that the names are yours (validation)",
        "Look at what the CA asks for from outside: port 80 of each name, or its TXT record at all "
        "of the zone's name servers; and at the client's DNS plugin, if it has one.",
    ),
    Place(
        "settings",
        r"\[EINVAL\]|(?:should|must|has to|needs to) be (?:an? |one of|set|valid|specified|either)"
        r"|is required|(?:not|isn't) (?:allowed|permitted|set|defined|specified|configured"
        r"|supported)"
        r"|invalid (?:value|option|config\w*|argument|parameter|choice|input|type)|unmarshal"
        r"|unknown (?:key|field|directive|option|parameter|argument|command|property|flag)"
        r"|unrecognized|unsupported|no such option|config(?:uration)?\b|\bsettings?\b|parameter"
        r"|argument|schema|\byaml\b|missing (?:required|value|field|option|key)|typo|misspel",
        "the client's settings: what they hold is missing, of another kind, or not known to it",
        "Mend the setting that is named, as the manual of the version that runs has it; the CA was "
        "not asked and refused nothing.",
    ),
    Place(
        "deploy",
        r"install|deploy|import|\bbind|\biis\b|keystore|\bhook|reload|restart|nginx|apache|haproxy"
        r"|systemctl|\bservices?\b|upload|\bpfx\b|\bp12\b|pkcs|\bscp\b|\bssh\b|log(?:ged)? ?in\b",
        "putting the certificate to use, on this machine",
        "See whether the new certificate is in the client's folder already: then mend what uses "
        "it, and do not order again.",
    ),
    Place(
        "network",
        r"connect|timed? ?out|timeout|unreachable|resolve|lookup|dial|socket|\btls\b|\bssl\b"
        r"|handshake|proxy|certificate verif|\bx509\b|curl|network",
        "a connection (network, TLS)",
        "Try it from the same machine, as the same user and with the same environment, with curl "
        "-v.",
    ),
    Place(
        "machine",
        r"permission|denied|no such file|not found|directory|traceback|module|import|plugin|option"
        r"|config|parse|syntax|memory|disk|lock|version|\bpath\b|\b\w+\.(?:py|sh|ps1|js|rb|php)\b"
        r"|\w(?:Error|Exception)\b|\bline \d|command|\bfile\b|segfault|panic|nil pointer|undefined",
        "this machine, or the client itself: files, packages, options",
        "The CA has most likely not refused anything. Run the client by hand, as the same user, "
        "with its verbose option.",
    ),
    Place(
        "ca",
        r"\b[45]\d\d\b|\bCA\b|\bacme\b(?![_.])|\borders?\b|\baccounts?\b|urn:|\bcsr\b|finali[sz]"
        r"|\bissu(?:e|ed|ing|ance)\b|reject|refus|polic|quota"
        r"|server (?:said|returned|respon)",
        "an answer of the CA",
        "The CA's own words decide: the client's debug log has them, and the order's URL. Ask the "
        "CA's support with them and the time.",
    ),
)
_RULES = tuple(re.compile(place.words, re.IGNORECASE) for place in PLACES)
_BY_STEP = {"challenge": "validation", "deploy": "deploy", "order": "ca", "finalize": "ca"}
_REASON = re.compile(r"[:;]\s+(?=[^:;]{8,300}\Z)|\bbecause(?: of)?:?\s+(?=[^;]{8,300}\Z)")
_FILE = re.compile(r"(?<![\w:/.])(/(?!usr/lib|v2/|acme/)[\w.@+-]+(?:/[\w.@+*-]+)+)(?![\w/]*://)")
_HOST = re.compile(
    r"(?:https?://|\bhost(?:name)?[=: \"']{1,3}|\bdomain:? [\"'\[]?|\bfor [\"'\[]?)"
    r"(?!(?:www\.)?(?:github|stackoverflow|gnu)\.|curl\.|docs?\.|community\.|wiki\.|aka\.ms|forum\.|help\."
    r"|support\.|[\w.-]{3,60}/(?:docs?|wiki|manual|help|kb|man)\b)"  # what is to be read there
    r"((?:[\w-]{1,63}\.){1,8}[a-z]{2,24})\b(?!\()"
)


@dataclass(frozen=True)
class Bearing:
    """What the structure of a line tells."""

    place: Place | None
    """None if no word tells."""
    reason: str
    """The end of the line, where it gives the reason; empty if it has none."""
    file: str
    host: str
    instruction: str
    """Of these, empty where it names none."""
    evidence: str = ""
    """What a code in it says in general."""


def bearing(text: str) -> Bearing:
    """Read the structure of a line that tells of a failure."""
    end = _REASON.search(text)
    reason = text[end.end() :].strip(" \"'") if end else ""
    reason = reason if re.search(r"[^\W\d_]{2,} [^\W\d_]", reason) else ""
    file, host = _FILE.search(text), _HOST.search(text)
    return Bearing(
        place_of(text, reason),
        reason,
        file[1].rstrip(".") if file else "",
        host[1] if host else "",
        instruction(text, 0, len(text)),
        meaning_of(text),
    )


def place_of(text: str, reason: str = "") -> Place | None:
    """Return the place at which a line that tells of a failure lies; None if no word tells.

    :param reason: the end of the line, which counts twice more.
    """
    found = {
        place.key: len(set(rule.findall(text.lower()))) + 2 * len(set(rule.findall(reason.lower())))
        for place, rule in zip(PLACES, _RULES)
    }
    step = _BY_STEP.get(step_of(text), "")
    if step:
        found[step] += 1
    best = max(PLACES, key=lambda place: found[place.key])
    return best if found[best.key] else None


def tells(text: str) -> Iterator[str]:
    """Say what the structure of a line that tells of a failure tells."""
    found = bearing(text)
    if found.reason:
        yield f"The reason that it gives: {found.reason}"
    if found.evidence:
        yield f"In general: {found.evidence}."
    if found.place is not None:
        yield f"By its words it is about {found.place.meaning}. {found.place.advice}"
    if found.file:
        yield f"Look at what it names, {found.file}: is it there, whose is it, what does it hold?"
    if found.host:
        yield f"It names {found.host}: that the client can reach it, or that it is the right name."
    if found.instruction:
        yield f"What the text itself asks for comes first: \u201c{found.instruction}\u201d"
