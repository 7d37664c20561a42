"""certbot's renewal files: read them all, and repoint one without touching any other byte."""

from __future__ import annotations

import difflib
import functools
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from certbot_sectigo import errors

AUTHENTICATOR = "sectigo-eab"
"""What a lineage of ours names as its authenticator."""

_SECTION = "renewalparams"
# A line that a plain reader understands as configobj does: no quotes, no lists,
# no comments behind the value, no interpolation.
_PLAIN = re.compile(r"([^\s=\[\]#'\",]+)[ \t]*=[ \t]*([^'\",#%$]*?)[ \t]*")


class LineageError(errors.Error):
    """A renewal file does not say what it has to, or cannot be changed."""


@dataclass(frozen=True)
class Lineage:
    """What a renewal file says, as far as it concerns accounts."""

    name: str
    """The certificate name (``--cert-name``)."""
    path: Path
    """The renewal file."""
    server: str | None = None
    """The pin's server: an ACME directory URL."""
    account: str | None = None
    """The pin: an account's id."""
    authenticator: str | None = None
    installer: str | None = None
    kid: str | None = None
    """``sectigo_eab_kid`` of a lineage of ours."""
    eab_server: str | None = None
    """``sectigo_eab_server`` of a lineage of ours."""
    credentials: str | None = None
    """``sectigo_eab_credentials`` of a lineage of ours."""
    webroot: str | None = None
    """``sectigo_eab_webroot`` of a lineage of ours."""
    key_type: str | None = None
    certificate: Path | None = None
    """The file of the current certificate."""
    problem: str | None = None
    """Why the file could not be read; nothing but name and path is known then."""

    @property
    def ours(self) -> bool:
        """Whether the plugin ``sectigo-eab`` renews it."""
        return self.authenticator == AUTHENTICATOR


@dataclass(frozen=True)
class CertificateFacts:
    """What matters of a certificate here."""

    names: tuple[str, ...]
    not_after: datetime
    organisation: str | None
    serial: int


def read_all(renewal_dir: Path) -> list[Lineage]:
    """Read every renewal file, in the order of their names; a broken one says so in `problem`.

    :param renewal_dir: ``<config_dir>/renewal``.
    """
    try:
        paths = sorted(entry.path for entry in os.scandir(renewal_dir))
    except OSError:
        return []
    return [read(Path(path)) for path in paths if path.endswith(".conf")]


def read(path: Path) -> Lineage:
    """Read one renewal file; never fails: what is wrong with it is in `problem`."""
    name = path.name[: -len(".conf")] if path.name.endswith(".conf") else path.name
    try:
        top, params = parse(path.read_bytes().decode())
    except OSError as error:
        return Lineage(name, path, problem=error.strerror or str(error))
    except (UnicodeDecodeError, LineageError) as error:
        return Lineage(name, path, problem=f"does not parse: {error}")
    certificate = top.get("cert")
    return Lineage(
        name=name,
        path=path,
        server=_value(params, "server"),
        account=_value(params, "account"),
        authenticator=_value(params, "authenticator"),
        installer=_value(params, "installer"),
        kid=_value(params, "sectigo_eab_kid"),
        eab_server=_value(params, "sectigo_eab_server"),
        credentials=_value(params, "sectigo_eab_credentials"),
        webroot=_value(params, "sectigo_eab_webroot"),
        key_type=_value(params, "key_type"),
        certificate=Path(certificate) if certificate else None,
    )


def parse(text: str) -> tuple[dict[str, str], dict[str, str]]:
    """Read a renewal file's text: what stands above all sections, and ``[renewalparams]``.

    Files as certbot writes them are read line by line, which is some fifty times
    quicker than configobj; whatever is not quite plain is left to configobj.

    :raises LineageError: if it is no configuration file.
    """
    top: dict[str, str] = {}
    params: dict[str, str] = {}
    current: dict[str, str] | None = top
    for raw in text.splitlines():
        line = raw.strip(" \t")
        if not line or line[0] == "#":
            continue
        if line[0] == "[":
            if line == f"[{_SECTION}]" and not params:
                current = params
                continue
            if re.fullmatch(r"\[\[?[\w.-]+\]\]?", line) and line != f"[{_SECTION}]":
                current = None
                continue
            return _parse_slowly(text)
        match = _PLAIN.fullmatch(line)
        if match is None or (current is not None and match.group(1) in current):
            return _parse_slowly(text)
        if current is not None:
            current[match.group(1)] = match.group(2)
    return top, params


def _parse_slowly(text: str) -> tuple[dict[str, str], dict[str, str]]:
    import configobj

    try:
        parsed = configobj.ConfigObj(
            text.splitlines(), encoding="utf-8", default_encoding="utf-8", interpolation=False
        )
    except (configobj.ConfigObjError, UnicodeError, ValueError) as error:
        raise LineageError(str(error).splitlines()[0]) from None
    params = parsed.get(_SECTION, {})
    if not isinstance(params, Mapping):
        raise LineageError(f"{_SECTION} is not a section")
    return _texts(parsed), _texts(params)


def _texts(section: Mapping[str, object]) -> dict[str, str]:
    return {
        key: value if isinstance(value, str) else ",".join(map(str, value))
        for key, value in section.items()
        if isinstance(value, (str, list))
    }


def _value(params: Mapping[str, str], key: str) -> str | None:
    value = params.get(key, "").strip()
    return None if value in ("", "None") else value


def facts(path: Path) -> CertificateFacts | None:
    """Read a certificate file; None if there is no certificate to be read in it."""
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError):
        return None
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        dns = tuple(str(name) for name in names.get_values_for_type(x509.DNSName))
    except (x509.ExtensionNotFound, ValueError):
        dns = ()
    organisations = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    # not_valid_after_utc is not in the versions of cryptography that old certbots have.
    not_after = getattr(certificate, "not_valid_after_utc", None)
    if not_after is None:
        not_after = certificate.not_valid_after.replace(tzinfo=timezone.utc)
    return CertificateFacts(
        names=dns,
        not_after=not_after,
        organisation=str(organisations[0].value) if organisations else None,
        serial=certificate.serial_number,
    )


def with_names(lineages: Iterable[Lineage], names: Iterable[str]) -> list[Lineage]:
    """Give the lineages whose certificate is for exactly these names."""
    wanted = frozenset(name.lower() for name in names)
    return [lineage for lineage in lineages if _names(lineage) == wanted]


def for_names(lineages: Iterable[Lineage], names: Iterable[str]) -> Lineage | None:
    """Find the lineage that an order for these names renews or expands.

    As certbot: one with exactly these names, else the one with the most of them
    and no others.
    """
    wanted = frozenset(name.lower() for name in names)
    parts = [(lineage, _names(lineage)) for lineage in lineages]
    inside = [(lineage, held) for lineage, held in parts if held and held <= wanted]
    return max(inside, key=lambda pair: len(pair[1]), default=(None, frozenset()))[0]


def _names(lineage: Lineage) -> frozenset[str]:
    return _names_in(lineage.certificate) if lineage.certificate else frozenset()


@functools.lru_cache(maxsize=4096)
def _names_in(path: Path) -> frozenset[str]:
    found = facts(path)
    return frozenset(name.lower() for name in found.names) if found else frozenset()


def repoint(text: str, changes: Mapping[str, str]) -> str:
    """Change keys of ``[renewalparams]``; every other line stays as it is, byte for byte.

    :param text: the renewal file, with its own line ends.
    :param changes: key -> new value. A key that is not there yet is added at the
        section's end.
    :raises LineageError: if the text has no such section, or the result would not
        read back as asked.
    """
    lines = text.splitlines(keepends=True)
    end = "\r\n" if "\r\n" in text else "\n"
    start = next((i for i, line in enumerate(lines) if line.strip() == f"[{_SECTION}]"), None)
    if start is None:
        raise LineageError(f"There is no section [{_SECTION}].")
    stop = next(
        (i for i in range(start + 1, len(lines)) if lines[i].lstrip().startswith("[")), len(lines)
    )
    left = dict(changes)
    for index in range(start + 1, stop):
        match = re.match(r"([ \t]*)([^\s=#]+)([ \t]*=[ \t]*)([^\r\n]*)", lines[index])
        if match and match.group(2) in left:
            value = left.pop(match.group(2))
            comment = re.search(r"[ \t]+#.*$", match.group(4))
            tail = lines[index][match.end() :]
            lines[index] = "".join(
                [*match.group(1, 2, 3), value, comment.group(0) if comment else "", tail]
            )
    last = stop
    while last > start + 1 and not lines[last - 1].strip():
        last -= 1  # keep blank lines between sections where they are
    if left and not lines[last - 1].endswith(("\n", "\r")):
        lines[last - 1] += end
    lines[last:last] = [f"{key} = {value}{end}" for key, value in left.items()]
    result = "".join(lines)
    _, params = _parse_slowly(result)
    if any(params.get(key) != value for key, value in changes.items()):
        raise LineageError("The file's form is too unusual to change it safely.")
    return result


def diff(path: Path, old: str, new: str) -> str:
    """Show a change as a unified diff."""
    return "".join(
        difflib.unified_diff(
            old.splitlines(keepends=True), new.splitlines(keepends=True), str(path), str(path)
        )
    )
