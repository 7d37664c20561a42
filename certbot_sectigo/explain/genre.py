"""Pure: whether a text is a client's log at all, and whether what it tells of ended well.

Web servers log what visitors ask for, and documentation names errors that nobody met: there
no words count. A client that says that the certificate was issued, or is not due, had no
failure, however many frightening words stand before.
"""

from __future__ import annotations

import re

from certbot_sectigo.explain.context import speaks_of_acme
from certbot_sectigo.explain.envelope import Line
from certbot_sectigo.explain.listing import Listing
from certbot_sectigo.explain.printed import begun, signed, stated
from certbot_sectigo.explain.prose import POWERSHELL, Prose
from certbot_sectigo.explain.statements import ISSUED, TYPES, ended_well, heading, loud, quiet
from certbot_sectigo.explain.steps import step_of

_SERVED = re.compile(
    # common log format; the end of the first word is enough, and each word is then read once
    r"\S \S+ \S+ \[\d{1,2}/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] \""
    r"|, client: \S{1,60}, server: [^\n]{0,300}, request: \""
    r"|Cannot retrieve the ACME challenge for \S{1,253} \(token \\?\"[^\"\s]{0,100}\.\w{1,5}\\?\"\)"
    r"|Unable to get token\b.{0,20}\bmissing token"  # strangers' requests, by Traefik
    r"|\"?logger\"?[:=]\s?\"?http\.log\.(?:access|error)|\[AH\d{5}\] client denied"
)
_OTHERS = re.compile(r"\b(?:sshd|sshd-session|fail2ban[\w.-]{0,20})\s{0,12}\[\d{1,8}\]: ")
"""Programs that log what strangers try; none asks for certificates."""
_SERVICES = re.compile(
    r"\b(?:postfix(?:/[\w-]{1,40}){0,3}|dovecot|exim4?|sm-mta|sendmail|opendkim|rspamd|slapd"
    r"|mysqld|mariadbd|postgres|openvpn|ovpn-\w{1,20}|charon|pluto|stunnel4?|proftpd|vsftpd|pure-ftpd|asterisk"
    r"|mosquitto|radiusd|freeradius|cups\w{0,9})\s{0,12}[\[(]\d{1,8}[\])]: "
)
"""Programs that use certificates, and have TLS errors of their own."""
_OBJECT = re.compile(r"\s(?:pod|node|deployment\.apps|replicaset\.apps|service)/[\w.-]{1,120}\s")
"""Of what an event of Kubernetes is."""
_ENDS = re.compile(
    r"\b([\w@.\\-]{1,80})\.(?:service|scope|slice|mount): "
    r"|Killed process \d{1,9} \(([\w./-]{1,60})\)"
)
"""Of whom systemd and the kernel tell."""
_CLIENTS = re.compile(r"(?i)cert|ssl|tls|renew|acme|lego|dehydrated|wacs|encrypt|caddy|traefik")
_TEMPLATE = re.compile(r"\{\{ ?[$.]\w|''\{\d\}''|\{\d\}[^\n]{0,200}\{\d\}")
"""Of messages, as a program's source has them, before anything is filled in."""
_EVENT = re.compile(
    r"\s{0,9}(?P<type>Normal|Warning) {1,20}[A-Z]\w{2,40} {1,30}[\dhms]{2,9}(?: \(x\d[^)]{0,40}\))?"
    r" {1,30}[\w-]{4,80} {1,20}\S"
)
"""A line of the events that Kubernetes shows of one object, the oldest first."""
_CHANGED = re.compile(r"\s{0,9}[-*\u2022] (?:Fixed|Changed|BUGFIX)\b")
"""A line of a list of changes."""
_IGNORED = re.compile(r"\.\.\.ignoring\b")
"""What Ansible says of a task that failed, and may."""
_METRIC = re.compile(
    r"\s{0,20}(?:- )?(?:(?:expr|record|alert): |(?:summary|description): [\"'])"
    r"|# (?:HELP|TYPE) \w|[A-Za-z_:][\w:]{0,200}\{[^{}]{0,2000}\} [-+.\w]{1,40}\Z"
)
"""How monitoring counts errors, of which none need have happened."""

_MANUAL = re.compile(
    r"\s{0,9}(?:#{1,5} \w|\d{1,2}(?:\.\d{1,2}){1,4}\.? {1,4}[A-Z]\w)"  # headings
    r"|\s{0,9}[+|][-=+|: ]{5,}[+|]|\s{0,9}\|.{1,1500}\|\s{0,3}\Z"  # tables
    r"|\s{0,9}\d{3,5} (?:/|-|:|\||=) \w{3,60}\b.{20,}"  # lists of codes, with what each means
    r"|.{0,200}\b(?i:errors?|codes?) (?:are )?(?:listed|described|explained|documented)\b"
    r"|\s{0,9}\d{1,2}\. (?:Ask|Install|Register|Order|Run|Create|Open|Enter|Choose|Set|Add|Renew)\b"
    r"|\s{0,9}\d{1,2}\. (?:Installier|Registrier|\xd6ffne|W\xe4hle|Stelle|F\xfchre|Erstelle"
    r"|Install(?:ez|e)\b"
    r"|Ouvrez|Ex\xe9cutez|Cr\xe9ez|Instale|Abra|Ejecute|Wenn\b|Falls\b|Si\b|Se\b|Als\b|If\b|When\b)"
    r"|.{0,400}\b(?:bedeutet,? dass|signifie que|significa que|betekent dat|means that)\b"
    r"|.{0,400}\b(?:[Ss]iehe auch|[Vv]oir aussi|V\xe9ase|Abschnitt \d|section \d)"
    r"|.{0,200}\b(?:Fehler|erreur|errore?) .{2,80} (?:bedeutet|signifie|significa)\b"
    r"|\s{0,9}(?:Resolution|Solution|Remedy|Symptoms?|Possible causes?|Probable causes?)s?: [A-Z]"
    r"|[^\n]{0,200}[\"'(: ]<[a-z]{2,20}(?:[ _-][a-z]{2,20}){1,4}>"  # a place to be filled in
    r"|.{0,400}\bIf (?:your|a|an|the) \w[^.:]{3,120}(?:, | it has to | (?:fails|stops) )"
    r"|.{0,400}\b(?:MUST|SHOULD|SHALL|RECOMMENDED|MAY)(?: NOT)? [a-z]"
    r"|.{0,400}\b(?i:this (?:document|section|page|list|table|guide|memo)|RFC ?\d{4}|section \d"
    r"|for example,|for instance,|e\.g\.|the following (?:table|list|errors?|types?))"
)
_EXAMPLE = re.compile(r"[\"'](?:code|status|type|detail)[\"']\s?:\s?[^,]{1,300}")
"""A member of an answer, which manuals print as well."""
_PLACE = re.compile(
    r"<(?!(?:html|head|body|title|center|div|span|meta|link|script)\b)"
    r"[a-z]{2,20}(?:[ _-][a-z]{2,20}){0,4}>"
)
"""A place in an example that is to be filled in."""
_SHOWS = re.compile(
    r"(?i)(?:\bsection \d[\d.]{0,9} (?:says|reads|has)\b|(?<![.\w-])example(?![.\w-])"
    r"|\b(?:would|might|may|can) (?:look|return|answer|respond|send)\b)[^\n]{0,120}:\s*\Z"
)
"""A line after which an example stands."""
_OF_ANSWER = re.compile(
    r"\s*\Z|HTTP/[\d.]{1,3} \d{3}\b|[A-Z]\w{1,20}-[\w-]{1,40}: \S"
    r"|(?:Connection|Date|Host|Link|Location|Server): \S|\s{0,40}[{}\[\]\"]|\s{0,4}(?:GET|POST) /"
)
"""A line of an HTTP answer that is shown whole."""
_SUPPOSED = re.compile(r"\W{0,9}(?:If|When) (?:your|you|a|an|the) ")
_HAPPENED = re.compile(
    r"\d{1,2}:\d\d:\d\d|\b(?i:error|exception|failed|failure|fatal)\b\s{0,2}[:(\[=!]|Traceback"
    r"|\w(?:Error|Exception):|[\"'](?:status|detail)\\?[\"']\s?:|:: ?urn:"
    r"|\A\s{0,9}(?:[\w@~/.:\[\] -]{1,60}[$#>] \w|[$#>] [a-z./~])"
    rf"|\b(?i:exit(?:ed)?|rc|code|HTTP/[\d.]+)\b\W{{0,9}}\d|{POWERSHELL}"
)
_NAMED = re.compile(rf"\b(?:{'|'.join(name for name in TYPES if not name.islower())})\b")
_LEAST_SIGNS, _MANY_SIGNS, _LEAST_NAMES = 2, 5, 3
_PUT_TO_USE = re.compile(
    r"(?i)install|deploy|import|\bbind|\biis|keystore|hook|reload|restart|nginx|apache|haproxy"
    r"|systemctl"
    r"|\bservices?\b|upload|\bpfx\b|\bp12\b|pkcs|\b(?:scp|ssh|cp|chown|chmod)\b|copy|export"
)
_BEGINS = ("directory", "nonce", "account", "order")


def spoken(line: Line) -> bool:
    """Tell whether somebody speaks in a line, rather than that requests or events are counted."""
    raw = line.raw[:2000]
    if _OBJECT.search(raw[:400]) and not speaks_of_acme(raw):
        return False
    ends = [end[1] or end[2] for end in _ENDS.finditer(raw[:400])]
    if ends and not any(map(_CLIENTS.search, ends)):
        return False
    return not (
        _METRIC.match(line.text)
        or (_SERVICES.search(raw[:200]) and not speaks_of_acme(raw))
        or _CHANGED.match(raw)
        or _TEMPLATE.search(raw)
        or _SERVED.search(raw)
        or _OTHERS.search(raw[:200])
    )


def templated(line: Line) -> bool:
    """Tell whether a line is a message as a program's source has it, before it is filled in."""
    return bool(_TEMPLATE.search(line.raw[:2000]))


class Genre:
    """Learns line by line what kind of text it is."""

    def __init__(self) -> None:
        self._signs, self._happened = 0, False
        self._printed = 0
        self._begins: bool | None = None  # with what a program printed of its failure
        self.templates = 0
        """Lines of messages that are not filled in."""
        self._names: set[str] = set()
        self.success: tuple[int, str] | None = None
        """Number and words of the line that tells that it ended well."""
        self.failed_after: list[tuple[int, str]] = []
        """The lines after that which look like failures of what came then."""
        self._loud = self._idle = False
        self._task, self._loud_before = 0, False
        self._example = False
        self._warned: list[tuple[int, bool]] = []
        self.ignored: set[int] = set()
        """Numbers of the lines of tasks that failed and might, of tries that others followed."""
        self.prose, self._listing = Prose(), Listing()

    def look(self, line: Line, score: int) -> None:
        """Look at a line in which somebody speaks.

        :param score: how much it looks like a failure, see :func:`.statements.likeness`.
        """
        text = line.text[:2000]
        self._example = bool(
            _SHOWS.search(line.raw[:400]) or (self._example and _OF_ANSWER.match(line.raw))
        )
        printed = not self._example and (signed(line.raw) or begun(line.raw) or stated(line.raw))
        self.prose.look(line.raw, score > 0, printed)
        self._listing.look(line.raw)
        self._printed += printed
        if self._begins is None and len(text.split()) >= _LEAST_NAMES:
            self._begins = printed
        if not self._happened:
            self._signs += bool(_MANUAL.match(line.raw[:2000]) or heading(line.raw))
            self._names.update(_NAMED.findall(text) if len(self._names) < _LEAST_NAMES else ())
            raw = line.raw[:400]
            raw = _EXAMPLE.sub("", raw) if self._signs >= _LEAST_SIGNS else raw
            made = _SUPPOSED.match(raw) or _PLACE.search(raw)
            self._happened = bool(_HAPPENED.search(raw)) and not (made or self._example)
        if text.startswith(("fatal: [", "failed: [")):
            self._task, self._loud_before = line.number, self._loud
        elif self._task and _IGNORED.match(text):
            self.ignored.update(range(self._task, line.number))
            self._loud = self._loud_before
        event = _EVENT.match(line.raw[:400])
        if event and event["type"] == "Warning":
            self._warned.append((line.number, self._loud))
        elif event and ISSUED.search(text) and self._warned:  # the next try succeeded
            self.ignored.update(number for number, _ in self._warned)
            self._loud, self._warned = self._warned[0][1], []
        if ended_well(text):
            self.success, self.failed_after = (line.number, text), []
            self._idle = not ISSUED.search(text)
            return
        failed = score > 0 and not quiet(line.raw)
        self._loud = self._loud or (failed and loud(line.raw))
        if self.success is None:
            return
        if not failed and step_of(text) in _BEGINS:
            self.success = None  # the next certificate's turn
        elif failed:
            self.failed_after.append((line.number, text))

    @property
    def documentation(self) -> bool:
        """Whether it names errors, and none happened."""
        signs = self._signs + (len(self._names) >= _LEAST_NAMES)
        prose = self.prose
        if self.templates >= _LEAST_SIGNS and not self._happened and not prose.own:
            return True
        # Programs advise, too: what one printed of its own failure is not all well.
        failed = self._begins or 2 * self._printed > prose.advice
        if self._listing.only or (prose.manual and not (failed and signs < _LEAST_SIGNS)):
            return True
        if prose.only and not prose.own and not self._printed:
            return True
        if not self._happened and signs >= max(_MANY_SIGNS, self._printed) and not prose.told:
            return True
        happened = self._happened or self._printed
        return not happened and signs >= _LEAST_SIGNS and not prose.own

    @property
    def unused(self) -> tuple[int, str] | None:
        """The line that tells that a certificate was issued, and not put to use."""
        # Where nothing was issued, nothing was put to use.
        lines = self.failed_after if self.success is not None and not self._idle else []
        return next((line for line in lines if _PUT_TO_USE.search(line[1])), None)

    @property
    def went_well(self) -> bool:
        """Whether it tells of a success at its end, and of no failure for certain."""
        if self.success is None or self._loud:
            return False
        # Where nothing was due, what other programs say afterwards is no matter of it.
        return not self.failed_after or (
            self._idle and not any(speaks_of_acme(words) for _, words in self.failed_after)
        )
