"""The offer and the answer as bytes, and back; pure. Neither side trusts the other's."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import serialization

from certbot_sectigo.base import json_text
from certbot_sectigo.base.printable import lines, one_line
from certbot_sectigo.base.secret import Secret
from certbot_sectigo.deploy import checks
from certbot_sectigo.deploy.model import DeployError, Material
from certbot_sectigo.machine import certificates

VERSION = 1
"""Of the offer; it grows when a served host of before would misunderstand it."""
MOST_BYTES = 256 << 10
"""Of an offer, and of an answer: a chain of ten large certificates has 30 KiB."""
DEPLOY, CHECK = "deploy", "check"
"""What an offer wants: that it is taken, or to hear whether it would be."""

_MOST_CERTIFICATES = 10
_MOST_TARGETS = 1000
_SHOWN = 4000
"""Characters of one text of an answer that are repeated."""

_PEM = serialization.Encoding.PEM
_BASE64 = r"(?:[A-Za-z0-9+/=]{1,76}\n){1,1000}"
_CERTIFICATE = rf"-----BEGIN CERTIFICATE-----\n{_BASE64}-----END CERTIFICATE-----\n"
_CHAIN = re.compile(rf"(?:{_CERTIFICATE}){{1,{_MOST_CERTIFICATES}}}")
_KEY = re.compile(rf"-----BEGIN PRIVATE KEY-----\n{_BASE64}-----END PRIVATE KEY-----\n")
_SERIAL = re.compile(r"[0-9a-f]{1,64}")


@dataclass(frozen=True)
class Offer:
    """What a served host is offered."""

    act: str
    chain: bytes
    """The certificate, then those above it: PEM and nothing else."""
    names: tuple[str, ...]
    serial: str
    """In hexadecimal digits."""
    key: Secret | None
    """The private key as PEM; None to check."""


@dataclass(frozen=True)
class Reply:
    """What became of one target of the served host."""

    name: str
    ok: bool
    state: str
    text: str


@dataclass(frozen=True)
class Answer:
    """What a served host said."""

    replies: tuple[Reply, ...] = ()
    refusal: str = ""
    """Why it took nothing at all."""


def write(material: Material, act: str) -> bytes:
    """Return the offer of a lineage. With :data:`DEPLOY` the private key is in it.

    :raises ValueError: the lineage is not what :mod:`certbot_sectigo.deploy.checks` passes.
    """
    chain = certificates.parse(material.fullchain)
    leaf = certificates.describe(chain[0])
    members: dict[str, Any] = {
        "version": VERSION,
        "act": act,
        "names": list(leaf.listed),
        "serial": f"{leaf.serial:x}",
        "chain": "".join(one.public_bytes(_PEM).decode() for one in chain),
    }
    if act == DEPLOY:
        key = checks.private_key(material.privkey.reveal())
        form = serialization.PrivateFormat.PKCS8
        members["key"] = key.private_bytes(_PEM, form, serialization.NoEncryption()).decode()
    return json.dumps(members).encode()


def read(data: bytes) -> Offer:
    """Read an offer that anybody may have written.

    Only what is known may be in it, each of its kind: there is no member by which a path or a
    command could come. No text of a refusal repeats a part of the key.

    :raises DeployError: it is no offer, or not of this version.
    """
    try:
        members = json_text.loads_object(data)
    except ValueError:
        raise DeployError("What was sent is no document of certbot-sectigo.") from None
    if members.get("version") != VERSION or members.get("version") is True:
        raise DeployError(
            f"What was sent is of another version than {VERSION}: update certbot-sectigo here and "
            "on the certificate machine."
        )
    act = members.get("act")
    if act not in (DEPLOY, CHECK):
        raise DeployError("What was sent wants neither to deploy nor to check.")
    wanted = {"version", "act", "names", "serial", "chain", *(["key"] if act == DEPLOY else [])}
    for name in members.keys() - wanted:
        raise DeployError(f'What was sent has "{one_line(name, 40)}", which nobody asked for.')
    for name in sorted(wanted - members.keys()):
        raise DeployError(f'What was sent lacks "{name}".')
    names = members["names"]
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise _malformed("names")
    return Offer(
        act,
        _matched(members, "chain", _CHAIN).encode(),
        tuple(names),
        _matched(members, "serial", _SERIAL),
        Secret(_matched(members, "key", _KEY)) if act == DEPLOY else None,
    )


def _matched(members: Mapping[str, Any], name: str, form: re.Pattern[str]) -> str:
    value = members[name]
    if not isinstance(value, str) or not form.fullmatch(value):
        raise _malformed(name)
    return value


def _malformed(name: str) -> DeployError:
    return DeployError(f'"{name}" of what was sent is not what it should be.')


def read_answer(data: bytes) -> Answer:
    """Read what a served host answered.

    :raises ValueError: it is no answer.
    """
    members = json_text.loads_object(data)
    if members.get("command") != "receive":
        raise ValueError("is of another command")
    error = members.get("error")
    if isinstance(error, dict):
        told = [error.get("message"), error.get("remedy")]
        return Answer(refusal="\n".join(_text(one) for one in told if one))
    targets = members.get("targets")
    if not isinstance(targets, list) or not 0 < len(targets) <= _MOST_TARGETS:
        raise ValueError("has no targets")
    return Answer(tuple(map(_reply, targets)))


def _reply(one: Any) -> Reply:
    if not isinstance(one, dict) or not isinstance(one.get("ok"), bool):
        raise ValueError("has something else than targets")
    name, state, text = (_text(one.get(member)) for member in ("name", "state", "text"))
    return Reply(name, one["ok"], state, text)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("has something else than a text")
    return lines(value[:_SHOWN])
