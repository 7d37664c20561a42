"""One DNS question (RFC 1035): TXT records, as DNS-01 needs them, and CAA records."""

from __future__ import annotations

import secrets
import socket
import struct

_TXT = 16
_CAA = 257
_NXDOMAIN = 3
_HEADER = 12


class DnsError(Exception):
    """The server did not answer, or not with what was asked."""


def txt_records(name: str, server: tuple[str, int], timeout: float) -> list[str]:
    """Ask a DNS server for TXT records.

    :param server: its IP address and UDP port.
    :param timeout: how long to wait, in seconds.
    :raises DnsError: without an answer, or with one that cannot be read.
    """
    return [_strings(data) for data in _ask(name, _TXT, server, timeout, missing=False)]


def caa_records(name: str, server: tuple[str, int], timeout: float) -> list[tuple[int, str, str]]:
    """Ask a recursive DNS server for CAA records (RFC 8659 section 4.1), as :func:`txt_records`.

    :returns: flags, tag and value of each; none where there is no such name either.
    :raises DnsError: likewise where one is no such record.
    """
    return [_property(data) for data in _ask(name, _CAA, server, timeout, missing=True)]


def _property(data: bytes) -> tuple[int, str, str]:
    end = 2 + data[1] if len(data) > 1 else 0
    tag = data[2:end]
    if not end or len(tag) != data[1] or not tag.isalnum():
        raise DnsError("the DNS server gave a CAA record without a tag")
    return data[0], tag.decode("latin-1"), data[end:].decode("latin-1")


def _ask(
    name: str, kind: int, server: tuple[str, int], timeout: float, *, missing: bool
) -> list[bytes]:
    """Return the data of a name's records of one type.

    :param missing: whether a name that is not there counts as one without records.
    """
    ident = secrets.randbits(16)
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    question = labels + b"\0" + struct.pack("!HH", kind, 1)
    # Recursion desired, one question.
    query = struct.pack("!HHHHHH", ident, 0x0100, 1, 0, 0, 0) + question
    where = f"DNS server at {server[0]} port {server[1]}"
    try:
        answer = _exchange(query, server, timeout)
    except OSError as error:
        raise DnsError(f"{where}: {error}") from None
    try:
        return _read(answer, ident, _HEADER + len(question), kind, missing=missing)
    except (struct.error, IndexError):
        raise DnsError(f"{where}: its answer cannot be read") from None


def _exchange(query: bytes, server: tuple[str, int], timeout: float) -> bytes:
    """Ask over UDP, and over TCP where the answer is too long for that."""
    family = socket.AF_INET6 if ":" in server[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.settimeout(timeout)
        client.connect(server)
        client.send(query)
        answer = client.recv(65535)
    if len(answer) < 4 or not answer[2] & 0x02:
        return answer
    with socket.create_connection(server, timeout) as connection, connection.makefile("rb") as file:
        connection.sendall(struct.pack("!H", len(query)) + query)
        return file.read(int.from_bytes(file.read(2), "big"))


def _read(answer: bytes, ident: int, start: int, wanted: int, *, missing: bool) -> list[bytes]:
    got, flags, _, count, _, _ = struct.unpack_from("!HHHHHH", answer)
    code = flags & 0xF
    if got != ident or (code and not (missing and code == _NXDOMAIN)):
        raise DnsError(f"the DNS server answered with code {code}")
    found, at = [], start
    for _ in range(count):
        at = _skip_name(answer, at)
        kind, _, _, length = struct.unpack_from("!HHIH", answer, at)
        at += 10
        if kind == wanted:
            found.append(answer[at : at + length])
        at += length
    return found


def _skip_name(answer: bytes, at: int) -> int:
    while True:
        length = answer[at]
        if length == 0:
            return at + 1
        if length >= 0xC0:  # a pointer ends the name
            return at + 2
        at += 1 + length


def _strings(data: bytes) -> str:
    """Join the character strings of one TXT record."""
    parts, at = [], 0
    while at < len(data):
        parts.append(data[at + 1 : at + 1 + data[at]])
        at += 1 + data[at]
    return b"".join(parts).decode("utf-8", "replace")
