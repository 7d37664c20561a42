"""A recursive DNS server of a few lines, for CAA records: zones as data, by dnspython."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from tests.bed.ports import free_port


@dataclass
class Node:
    """A name in the DNS."""

    caa: Sequence[str] = ()
    """Records as in a zone file, such as ``0 issue "ca.example"``."""
    cname: str = ""
    code: str = "NOERROR"
    """What is answered instead, such as ``SERVFAIL``."""
    bogus: bool = False
    """Its signatures do not hold: SERVFAIL, unless the asker does not want them checked."""
    data: Sequence[bytes] = ()
    """Records as they are sent, which may be none."""


@dataclass
class Zones:
    """A running server on 127.0.0.1, whose names may be changed while it runs."""

    nodes: dict[str, Node] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """Domains, in the order in which they were asked for, over UDP."""

    def __enter__(self) -> Zones:
        self._udp = _Udp(("127.0.0.1", free_port()), _UdpHandler)
        self._udp.zones = self
        self._tcp = _Tcp(self._udp.server_address, _TcpHandler)
        self._tcp.zones = self
        for server in (self._udp, self._tcp):
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for server in (self._udp, self._tcp):
            server.shutdown()
            server.server_close()

    @property
    def port(self) -> int:
        """For UDP and TCP."""
        return int(self._udp.server_address[1])

    def set(self, nodes: Mapping[str, Sequence[str]]) -> None:
        """Publish records, and nothing else."""
        self.nodes = {name: Node(caa) for name, caa in nodes.items()}

    def answer(self, wire: bytes, *, most: int) -> bytes:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        reply = dns.message.make_response(query, recursion_available=True)
        name = question.name
        for _ in range(8):
            text = name.to_text(omit_final_dot=True).lower()
            self.asked.append(text)
            node = self.nodes.get(text)
            if node is None:
                inner = any(known.endswith(f".{text}") for known in self.nodes)
                reply.set_rcode(dns.rcode.NOERROR if inner else dns.rcode.NXDOMAIN)
                break
            if node.bogus and not query.flags & dns.flags.CD:
                reply.set_rcode(dns.rcode.SERVFAIL)
                break
            reply.set_rcode(dns.rcode.from_text(node.code))
            if not node.cname:
                if node.caa and question.rdtype == dns.rdatatype.CAA:
                    reply.answer.append(dns.rrset.from_text(name, 1, "IN", "CAA", *node.caa))
                for data in node.data:
                    kind = (dns.rdataclass.IN, dns.rdatatype.CAA)
                    sent = dns.rrset.RRset(name, *kind)
                    sent.add(dns.rdata.GenericRdata(*kind, data), 1)
                    reply.answer.append(sent)
                break
            reply.answer.append(dns.rrset.from_text(name, 1, "IN", "CNAME", f"{node.cname}."))
            name = dns.name.from_text(node.cname)
        whole = reply.to_wire(max_size=65535)
        if len(whole) > most:
            reply.answer.clear()
            reply.flags |= dns.flags.TC
            whole = reply.to_wire(max_size=65535)
        return whole


class _Udp(socketserver.ThreadingUDPServer):
    daemon_threads = True
    zones: Zones


class _Tcp(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    zones: Zones


class _UdpHandler(socketserver.BaseRequestHandler):
    server: Any

    def handle(self) -> None:
        wire, out = self.request
        out.sendto(self.server.zones.answer(wire, most=1232), self.client_address)


class _TcpHandler(socketserver.StreamRequestHandler):
    server: Any

    def handle(self) -> None:
        head = self.rfile.read(2)
        if len(head) == 2:
            wire = self.rfile.read(struct.unpack("!H", head)[0])
            answer = self.server.zones.answer(wire, most=65535)
            self.wfile.write(struct.pack("!H", len(answer)) + answer)
