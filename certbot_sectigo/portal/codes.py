"""SCM's error codes [D]: the one table of what each means and what helps.

The client here reads it by code and text, as the same number has several texts; ``explain`` reads
it, too, for what other clients print of the same answers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class ScmCode:
    """What SCM means by some of its codes."""

    key: str
    """Short name that stays the same, for scripts."""
    numbers: tuple[int, ...]
    words: tuple[str, ...]
    """What its text is known by, each a row of words in this order; ``a|b`` is one or the other."""
    title: str
    meaning: str
    steps: tuple[str, ...]
    """What to do, in this order."""

    def fits(self, text: str) -> bool:
        """Return whether a text is one of those it is known by."""
        return any(_pattern(row).search(text.lower()) for row in self.words)


def meant(code: int | None, text: str) -> ScmCode | None:
    """Return what a code means together with its text; None if nobody knows it."""
    return next((row for row in CODES if code in row.numbers and row.fits(text)), None)


def remedy(status: int, code: int | None, text: str) -> str:
    """Return what helps against a refusal."""
    found = meant(code, text) or _BY_STATUS.get(status)
    return " ".join(found.steps) if found else "Ask SCM's support, with the time and this text."


def _pattern(row: str) -> re.Pattern[str]:
    return re.compile(r"\b.*\b".join(f"(?:{word})" for word in row.split()))


_DELEGATION = "Have it entered in SCM (Domains) and delegated to the organisation for SSL."
_VALIDATE = "Have the domain validated in SCM (Domains, DCV), then repeat the request."
_LOG_IN = ScmCode(
    "scm-login",
    (-16, -970),
    ("unknown user", "incorrect login credentials"),
    "Sectigo Certificate Manager (SCM) does not take the log-in",
    "Login, password or customer URI is wrong, or this administrator may not log in this way. SCM "
    "does not say which.",
    (
        "Compare login, password and customer URI (the end of the portal's address) with SCM.",
        "The password may have expired, and a new administrator has to change the first one in "
        "SCM's web page.",
    ),
)
_PRIVILEGE = ScmCode(
    "scm-privilege",
    (-3, -25),
    ("not authorized to perform|execute",),
    "This administrator of SCM may not do that",
    "The log-in works, and the administrator's role lacks the privilege.",
    ("In SCM, give this administrator the privilege, and the organisation Web API access.",),
)
_GONE = ScmCode(
    "scm-not-found",
    (),
    (),
    "SCM does not have what was asked for, or does not show it to this administrator",
    "It was removed meanwhile, or belongs to another organisation.",
    ("See what is there now, and which organisations this administrator sees.",),
)
_BUSY = ScmCode(
    "scm-busy",
    (),
    (),
    "SCM takes no more requests for a while",
    "Its limits are not documented.",
    ("Wait some minutes, then repeat the command; not on many hosts in the same minute.",),
)

CODES = (
    _LOG_IN,
    _PRIVILEGE,
    ScmCode(
        "scm-scope",
        (-37, -738),
        ("access denied",),
        "SCM does not let this administrator at that object",
        "It belongs to an organisation or department that the administrator does not manage.",
        ("In SCM, see which organisations this administrator may manage.",),
    ),
    ScmCode(
        "scm-organisation-unknown",
        (-1023,),
        ("organization not found",),
        "SCM has no organisation of that number, or does not show it to this administrator",
        "Departments have numbers of their own, and each role sees its own only.",
        ("Compare the organisation with those that this administrator sees in SCM.",),
    ),
    ScmCode(
        "scm-value-missing",
        (-7, -1001),
        ("required but missing", "must not be null"),
        "A value is missing from a request to SCM",
        "Version 1 of the list of ACME accounts, for one, wants organizationId; version 2 does "
        "not.",
        ("Give the value that the text names, or use a newer version of the path.",),
    ),
    ScmCode(
        "scm-value-invalid",
        (-1601,),
        ("invalid value",),
        "SCM does not take a value of a request",
        "The text names the field.",
        ("Compare the field with what SCM lists: servers and organisations by name and number.",),
    ),
    ScmCode(
        "scm-domain-inactive",
        (-715,),
        ("domain is inactive",),
        "The domain is switched off in SCM",
        "It is entered, and not active.",
        ("Have the domain activated in SCM.",),
    ),
    ScmCode(
        "scm-domain-unknown",
        (-727, -1010),
        ("domain does not exist", "domain is not allowed"),
        "SCM does not have the domain for this organisation",
        "It is not entered in SCM, or not delegated to the organisation.",
        (_DELEGATION,),
    ),
    ScmCode(
        "scm-domain-invalid",
        (-732,),
        ("invalid domain name",),
        "SCM takes the name for no domain",
        "Names have to be DNS names, in A-labels (xn--) where they have letters beyond ASCII.",
        ("Give the domain as  example.org , without a wildcard, a dot at its end or an address.",),
    ),
    ScmCode(
        "scm-domain-not-validated",
        (-107, -737, -1137, -1603),
        ("control validation is either incomplete or expired", "not validated",
         "not been validated under", "error while validating the domain"),
        "The domain's validation in SCM is missing or has ended",
        "Domain control (DCV) has to be shown once in a while; without it SCM issues nothing for "
        "the domain, and ACME asks for a challenge.",
        (_VALIDATE,),
    ),
    ScmCode(
        "scm-dcv-disabled",
        (-1608,),
        ("dcv is not enabled",),
        "Domain validation is not enabled for this customer of SCM",
        "The customer's contract or set-up lacks it.",
        ("Ask SCM's support to enable DCV.",),
    ),
    ScmCode(
        "scm-not-issued",
        (-102,),
        ("only issued certificates",),
        "SCM revokes only certificates that are issued",
        "This one is requested, revoked, expired, or was imported.",
        ("Look at its status in SCM (Certificates).",),
    ),
    ScmCode(
        "scm-already-revoked",
        (-159,),
        ("already revoked",),
        "The certificate is revoked already",
        "Somebody has revoked it, here or in SCM's web page.",
        ("There is nothing left to do.",),
    ),
    ScmCode(
        "scm-certificate-unknown",
        (-124,),
        ("wrong ssl",),
        "SCM does not know the certificate, or does not show it to this administrator",
        "The number or serial is another one, or the certificate is another organisation's.",
        ("Compare serial and organisation with SCM's list (Certificates).",),
    ),
    ScmCode(
        "scm-not-collectable",
        (-183,),
        ("not collectable",),
        "SCM does not have the certificate yet",
        "It is still being issued, or waits for approval.",
        ("Wait some minutes and ask again; then look at its status in SCM.",),
    ),
    ScmCode(
        "scm-password-policy",
        (-7306,),
        ("password policy",),
        "SCM does not take the new password",
        "The text says what it lacks.",
        ("Set another password in SCM.",),
    ),
    ScmCode(
        "scm-pending",
        (-1,),
        ("pending state cannot be deleted",),
        "SCM does not delete an ACME account whose pair nobody has used",
        "So it was in 2020; today's SCM may do it.",
        ("Bind the account first, or have SCM's staff delete it.",),
    ),
    ScmCode(
        "scm-internal",
        (-1, -2, -14),
        ("unknown error", "internal error"),
        "SCM failed inside",
        "Nothing is said about the cause. What was asked may have been done all the same.",
        ("It may be passing: look at what is there, and try again.",
         "Then ask SCM's support, with the time and this text."),
    ),
)  # fmt: skip
"""The most particular first."""

_BY_STATUS = {401: _LOG_IN, 403: _PRIVILEGE, 404: _GONE, 429: _BUSY}
