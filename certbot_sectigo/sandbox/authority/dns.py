"""One DNS question over UDP: the TXT records of a name, as DNS-01 needs (RFC 1035)."""

from __future__ import annotations

import secrets
import socket
import struct

_TXT = 16
_HEADER = 12


class DnsError(Exception):
    """The server did not answer, or not with what was asked."""


def txt_records(name: str, server: tuple[str, int], timeout: float) -> list[str]:
    """Ask a DNS server for TXT records.

    :param server: its IP address and UDP port.
    :param timeout: how long to wait, in seconds.
    :raises DnsError: without an answer, or with one that cannot be read.
    """
    ident = secrets.randbits(16)
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    question = labels + b"\0" + struct.pack("!HH", _TXT, 1)
    # Recursion desired, one question.
    query = struct.pack("!HHHHHH", ident, 0x0100, 1, 0, 0, 0) + question
    family = socket.AF_INET6 if ":" in server[0] else socket.AF_INET
    where = f"DNS server at {server[0]} port {server[1]}"
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.settimeout(timeout)
        try:
            client.connect(server)
            client.send(query)
            answer = client.recv(65535)
        except OSError as error:
            raise DnsError(f"{where}: {error}") from None
    try:
        return _read(answer, ident, _HEADER + len(question))
    except (struct.error, IndexError):
        raise DnsError(f"{where}: its answer cannot be read") from None


def _read(answer: bytes, ident: int, start: int) -> list[str]:
    got, flags, _, count, _, _ = struct.unpack_from("!HHHHHH", answer)
    if got != ident or flags & 0xF:
        raise DnsError(f"the DNS server answered with code {flags & 0xF}")
    texts, at = [], start
    for _ in range(count):
        at = _skip_name(answer, at)
        kind, _, _, length = struct.unpack_from("!HHIH", answer, at)
        at += 10
        if kind == _TXT:
            texts.append(_strings(answer[at : at + length]))
        at += length
    return texts


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
