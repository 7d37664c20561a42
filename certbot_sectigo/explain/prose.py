"""Pure: whether a line has the form of a message, or is prose that somebody wrote.

A program says what happened to it: with a time, a level, a code, a name in quotes, or as a
short sentence without a person in it. Manuals say what may happen, and people tell what they
did: there the words of a message need not be one, unless they are cited.
"""

from __future__ import annotations

import re

POWERSHELL = (
    r"\A\W{0,9}(?:VERBOSE|DEBUG|INFO|TRACE|COMMENTAIRES) ?: |\bAt [A-Z]:\\\S.{0,300} char:\d"
    r"|\A\s{0,9}[A-Z][a-z]{1,20}-[A-Z][A-Za-z]{1,60} : "
)
"""How PowerShell and its commands say something."""
_FORM = re.compile(
    r"\d{1,2}:\d\d:\d\d|\b\d{4}/\d\d/\d\d |\[\w{3,9}\]|\A\W{0,9}\w{0,20}(?i:error|exception|failed"
    r"|failure|fatal|warning|warn|critical|err)\w{0,4}\b\s{0,2}[:(\[=!]"
    r"|\b(?i:error|exception|failure|fatal|errno|detail|reason|message|status|type|msg)\b"
    r"[\"'\])]{0,3}\s{0,2}[:=\[(]"
    r"|Traceback|\w(?:Error|Exception|Exit|Timeout|Fault|Warning)\b|::|urn:|\b\w{2,30}=[\"'\w]"
    r"|[\"'][\w-]{2,40}\\?[\"']\s{0,2}(?::|=>)"
    r"|\A\s{0,9}(?:[\w@~/.:\[\] -]{1,60}[$#>%] \w|[$#>] [a-z./~])"
    r"|\b(?i:exit(?:ed)?|rc|code|HTTP/[\d.]+)\b\W{0,9}\d"
    r"|\b[\w.-]{1,60}\[\d{1,8}\]:|\A\s{0,40}at \S"
    r"|\b[A-Za-z_]\w{1,40}(?:\.\w{2,40}){0,6}\.[A-Z]\w{2,60}: \S"
    r"|\A\s{0,9}(?:Could not|Cannot|Unable to|Failed to) [^.?!]{3,200}? (?:for|from|of) "
    r"(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}\.?\s*\Z"
    rf"|{POWERSHELL}"
    r"|: (?i:no such file or directory|permission denied|command not found)\W{0,3}\Z"
    r"|\b(?:Invalid response from|Fetching) https?://\S{1,300}/acme-challenge/"
)
_TELLER = re.compile(
    r"\b(?:I|I['\u2019][a-z]{1,2}|[Mm]y|[Ww]e|[Ww]e['\u2019]\w{2}|me)\b(?!\.)"
    r"|\b(?:ich|mir|[Mm]eine?[mnrs]?|[Jj]e|mon|mes|[Yy]o|[Mm]i|[Mm]e|mio|[Ii]k|mijn|eu|meu|minha"
    r"|\u044f|\u043c\u043d\u0435|\u043c\u0435\u043d\u044f)\b|\b[Jj]['\u2019]\w|\u6211"
)
_ONE = re.compile(rf"(?!\b(?:[Ww]e\b|[Ww]e['\u2019]))(?:{_TELLER.pattern})")
"""Of one person: whoever writes a manual says ``we``."""
_TALK = re.compile(
    _TELLER.pattern + r"|\b[Yy]ou(?:r|['\u2019]re|rs)?\b|\?\s{0,9}\Z"
    r"|\b(?:[Ii]f|[Ww]hen(?:ever)?|[Uu]nless|[Hh]ow to|[Ww]hy|[Ww]hat|can|may|might|should|would"
    r"|lets|allows?|usually|typically|often|most|must|Ensure|Check|Verify|Note)\b"
)
_ADVICE = re.compile(
    r"\b[Yy]ou(?:r|['\u2019](?:re|ll|ve)|rs)?\b|\b(?:[Ii]f|[Ww]hen(?:ever)?|[Uu]nless|[Hh]ow to|can"
    r"|may|might|should|would|usually|typically|often|most|must|[Ee]nsure|[Cc]heck|[Vv]erify"
    r"|[Nn]ote|[Mm]ake sure|means|indicates)\b"
    r"|\b(?:Sie|Ihre?[mnrs]?|[Ww]enn|[Ff]alls|kann|k\xf6nnen|muss|m\xfcssen|sollten?|wird|werden"
    r"|vous|votre|vos|[Ss]i|peut|peuvent|doit|doivent|usted|puede\w?|debe\w?|pode|deve|se|pu\xf2"
    r"|devono|kunt|moet|als|\u0435\u0441\u043b\u0438|\u0432\u044b|\u0432\u0430\u0448"
    r"|\u043c\u043e\u0436\u043d\u043e|\u043c\u043e\u0436\u0435\u0442\u0435"
    r"|\u0441\u043b\u0435\u0434\u0443\u0435\u0442)\b"
    r"|\u5982\u679c|\u5982\u9700|\u786e\u4fdd|\u8bf7(?!\u95ee)|\u60a8|\u53ef\u4ee5|\u9700\u8981|\u5834\u5408|\u3067\u304d\u307e\u3059"
)
"""What is said to whoever reads it, or of what may happen."""
_CLIENTS = re.compile(
    r"(?i)to fix these errors|right ip address|publicly routable|account credentials"
    r"|secure backup|configuration directory|if you like certbot|hint: the cert|ask for help"
    r"|see the log ?file|re-?run certbot|deploy a dns txt|domain name was entered"
    r"|firewalls are preventing|regular backups|these files will|donat"
)
"""What clients print at the end of a run, to whoever reads it."""
_SUFFERED = re.compile(
    r"(?i)\b(?:since|as of|from) (?:yesterday|today|this morning|\w{3,6}day\b|up(?:dat|grad)ing"
    r"|(?:the )?(?:last|latest) (?:\w{3,6}day|week|month|night|days|up\w+|renewal))\b"
    r"|\bafter (?:the|an|our|my)? ?(?:latest |last )?up(?:dat|grad)"
    r"|\b(?:has|have) (?:all )?(?:stopped|failed|been failing)|\bkeeps? failing"
    r"|\bour (?:own )?(?:run|renewals?|servers?|clusters?|account|logs?|set-?up|requests?|client)\b"
    r"|\bwe(?: (?:just|now|also|all|still|only|suddenly))* (?:began|started|keep|kept|are seeing"
    r"|get|got|getting|saw|hit|received|tried|noticed|cannot|can't|could not)\b"
    r"|\A\W{0,9}(?:describe the (?:bug|issue)|(?:steps )?to reproduce|(?:actual|current)"
    r" (?:behaviou?r|result)|what (?:happened|went wrong)|bug report|relevant log)"
    r"|\berror messages? (?:reported|shown|returned) by\b"
    r"|\bseit (?:gestern|heute|kurzem|dem (?:letzten )?update|einigen|letzte[mnr]?)\b|\bbei uns\b"
    r"|\bunsere?[mnrs]? (?:server|lauf|log|cluster|client|konto|erneuerung\w*)"
    r"|\bwir (?:bekommen|sehen|erhalten|haben)\b"
    r"|\bdepuis (?:hier|ce matin|la (?:derni\xe8re )?mise|quelques)\b|\bchez nous\b"
    r"|\bnous (?:avons|obtenons|recevons|voyons)\b"
    r"|\bdesde (?:ayer|hoy|hace|la (?:\xfaltima )?actualiza\w+)\b|\bnos (?:sale|da|aparece)\b"
)
"""What somebody says, for himself or for several, to whom something happened."""
_ASKED = re.compile(
    r"\A(?!\s{0,9}#).*[?\uff1f]\s*\Z|(?i:\b(?:any (?:ideas?|help|hints?)|please help|help me"
    r"|thanks in advance|danke|merci|gracias|obrigado|grazie)\b)|\u8bf7\u95ee|\u6c42\u52a9"
)
_EXPLAINED = re.compile(
    r"(?i)\b(?:(?:error|message|erreur|fehler|meldung)s?|errores|mensajes?)\b "
    r"[\"'\u201c\u201e\xab`] ?[^\n]{3,300} ?[\"'\u201d\u201c\xbb`] "
    r"(?:indicates?|means|says|tells|signifie|indique|significa|indica|bedeutet|hei\xdft)"
)
"""What articles say about a message."""
_MARK = re.compile(
    r"(?:(?<![^\s(])[\"'`]|[\u201c\u201e\xab\xbb\u2018\u300c\u300e])"
    r"[^\"`\u201c\u201d\xab\xbb\u300d\u300f\n]{0,160}\Z"
)
"""A quotation mark that is open where words begin."""
_COLON = re.compile(r"[:\uff1a]\s[^.!?\n]{0,120}\Z")
_REPORTED = re.compile(
    r"(?i)\b(?:get(?:s|ting)?|got|says?|said|saying|sees?|seeing|shows?|showing|throws?|returns?"
    r"|gives?|fail(?:s|ed|ing)?|errors?|messages?|told|tells|answers?|reports?|ends?|complains?"
    r"|hit|receiv\w{1,3}|response"
    r"|bekomme|erhalte|kommt|meldet|meldung|sagt|steht|fehler\w{0,10}|zeigt|wirft"
    r"|r\xe9pond|dit|affiche|obtiens|re\xe7ois|erreur|dice|sale|muestra|mensaje|aparece|da"
    r"|errore|messaggio|appare|ottengo|diz|erro|mensagem|recebo|krijg|melding|fout|zegt"
    r"|\u043f\u0438\u0448\u0435\u0442|\u043e\u0448\u0438\u0431\u043a\w{1,3}"
    r"|\u0432\u044b\u0434\u0430\w{1,3}|\u0433\u043e\u0432\u043e\u0440\u0438\u0442)\b"
    r"|\u62a5\u9519|\u63d0\u793a|\u9519\u8bef|\u663e\u793a|\u51fa\u73b0|\u8fd4\u56de"
    r"|\u5831\u932f|\u932f\u8aa4|\u30a8\u30e9\u30fc|\u8868\u793a"
)
"""How people say that a program told them something."""
_SUPPOSED = re.compile(
    r"(?i)\b(?:if|when(?:ever)?|unless|may|might|can|could|wenn|falls|kann|si|quand|peut|puede"
    r"|cuando)\b"
)
_WIDE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
_LEAST_WORDS = 6
MOST_BARE = 45
"""Words of what somebody gives as one bare sentence, at the most."""
_LEAST_RUN = 2
"""Lines of messages, of which the first failed, that are a run and no heading."""
_OF_A_RUN = re.compile(r"\d{1,2}:\d\d:\d\d|urn:|::|Traceback|[\"']\w{3,9}[\"']:|\]: \S")
_LEAST_TALK = 2  # lines
_NEAR = 80  # characters
_ALONE = 0.6
"""Part of its lines that a message is, at least, that is all that stands there."""
_LEAST_ADVICE, _LEAST_MANUAL = 3, 80
"""Lines of advice, and words of prose, that a manual has."""
_PAGE = 120
"""Words of prose in few but long paragraphs."""
_LONG, _LONG_WORDS = 8, 250
"""Lines and words of prose that nobody writes without a word of himself, but in a manual."""


def message(raw: str) -> bool:
    """Tell whether a line has the form of a message."""
    return bool(_FORM.search(raw[:2000]))


def explained(raw: str) -> bool:
    """Tell whether a line says what a message means."""
    return bool(_EXPLAINED.search(raw[:2000]))


def told_by_a_person(raw: str) -> bool:
    """Tell whether a line is what a person tells, rather than a message."""
    return len(raw.split()) >= _LEAST_WORDS and bool(_TELLER.search(raw)) and not message(raw)


def cited(text: str, start: int, end: int) -> bool:
    """Tell whether a stretch of a text stands in its line as a program's words, or alone."""
    before = max(0, start - 200)
    mark = _MARK.search(text, before, start)
    if mark and _REPORTED.search(text, max(before, mark.start() - _NEAR), mark.start()):
        return True
    if (mark and _REPORTED.search(text, end, end + _NEAR)) or _COLON.search(text, before, start):
        return True
    first, stop = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    return end - start >= _ALONE * ((stop if stop >= 0 else len(text)) - first)


def words_in(raw: str) -> int:
    """Count the words of a line, in scripts without blanks too."""
    return len(raw.split()) + len(_WIDE.findall(raw)) // 2


class Prose:
    """Learns line by line whether a text is nothing but prose, and whose."""

    def __init__(self) -> None:
        self._words, self._talk = 0, 0
        self._lines = self._prose = self._one = self._times = self._messages = 0
        self.advice = 0
        """Lines of advice to whoever reads it."""
        self._run = 0  # of messages of a run, one after another
        self._suffered = self._opened = self._talked = False
        self.quotes = False
        """Whether a line has the form of a message, or was printed of a failure."""

    def look(self, raw: str, failed: bool = False, printed: bool = False) -> None:
        """Look at a line, as it was.

        :param failed: whether it looks like a failure.
        :param printed: whether a program may have printed it of its own failure.
        """
        if self._times > _LONG_WORDS:
            return
        raw = raw[:2000]
        words, said = words_in(raw), message(raw)
        self._look_at_run(raw, words, said, failed)
        self._suffered = self._suffered or bool(_SUFFERED.search(raw) and not _SUPPOSED.search(raw))
        self._words += words
        self.quotes = self.quotes or said or (printed and not _TELLER.search(raw))
        self._messages += said
        self._times += said and bool(re.search(r"\d:\d\d:\d\d", raw))
        if words < _LEAST_WORDS or _CLIENTS.search(raw):
            return
        self._talk += bool(_TALK.search(raw))
        if said:
            return
        self._lines, self._prose = self._lines + 1, self._prose + words
        if _ONE.search(raw) or _ASKED.search(raw):
            self._one += 1
        else:
            self.advice += bool(_ADVICE.search(raw))

    def _look_at_run(self, raw: str, words: int, said: bool, failed: bool) -> None:
        """Take note of what a client said, before or behind what somebody wrote."""
        talk = not said and (_TALK.search(raw) or _ADVICE.search(raw))
        if words >= _LEAST_WORDS and talk and not _CLIENTS.search(raw):
            self._opened = self._opened or (not self._talked and self._run >= _LEAST_RUN)
            self._run, self._talked = 0, True
        elif failed and (said or raw[:1].islower()):
            alone = _OF_A_RUN.search(raw) or (raw[:1].islower() and not self._talked)
            self._run += _LEAST_RUN if alone else 1
        elif self._run and said:
            self._run += 1

    @property
    def only(self) -> bool:
        """Whether it is more than a sentence or two, and no line has the form of a message."""
        long = self._words > MOST_BARE or self._talk >= _LEAST_TALK
        return long and bool(self._talk) and not self.quotes

    @property
    def own(self) -> bool:
        """Whether somebody tells of himself in it, or asks."""
        return bool(self._one) or self.lived

    @property
    def told(self) -> bool:
        """Whether somebody says in it what happened to him, or asks."""
        return bool(self._one) or self._suffered

    @property
    def lived(self) -> bool:
        """Whether a failure in it was somebody's, whatever manuals stand around it.

        Somebody says so, or it begins with what a client said.
        """
        return self._suffered or self._opened

    @property
    def manual(self) -> bool:
        """Whether it advises whoever reads it, so that the messages in it are examples."""
        if (
            self.lived
            or self._prose < max(_LEAST_MANUAL, 0.5 * self._words)
            or self._times > self._lines / 8 + 1
        ):
            return False
        if self._lines >= _LONG and self._prose >= _LONG_WORDS and not self._one:
            return self._messages <= self._lines
        if self._prose >= _PAGE and not self._one and self.advice > self._messages:
            return self.advice >= _LEAST_TALK
        return (
            self.advice >= max(_LEAST_ADVICE, 3 * self._one + 1)
            and self._messages <= 2 * self.advice
        )
