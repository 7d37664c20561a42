"""What somebody sends who has stolen the certificate machine's ssh key, or the machine."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from typing import Any

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from certbot_sectigo.deploy.delivery import document
from tests.deploy.lineages import Pems, authority, issue
from tests.deploy.receiving.hosts import NAME, offer

_FOREIGN = (
    ("bank.example.org",),
    (NAME, "bank.example.org"),
    ("*.example.org",),
    (NAME, "*.example.org"),
    ("example.org",),
    (f"{NAME}.evil.example",),
)
_MEMBERS = (
    *("path", "command", "test", "reload", "owner", "mode", "cert_name", "shell", "deploy_file"),
    *("format", "target", "__class__", "../../etc/passwd", "\x1b[2J"),
)

_VALUES: tuple[Any, ...] = (
    *("../../../etc/cron.d/evil", "/etc/shadow", "; id", "$(id)"),
    *(["a"], 1, {}, True),
)


def encrypted(pems: Pems) -> str:
    """Return the key with a password."""
    key = serialization.load_pem_private_key(pems.privkey, None)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"x"),
    ).decode()


def below_a_leaf() -> Pems:
    """Return a certificate that another one of the CA's has issued, which is no CA's."""
    above = issue("evil.example.org")
    issuer = x509.load_pem_x509_certificate(above.cert)
    signer = serialization.load_pem_private_key(above.privkey, None)
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "evil")]))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
    )
    made = builder.sign(signer, hashes.SHA256())  # type: ignore[arg-type]
    return Pems(
        made.public_bytes(serialization.Encoding.PEM),
        above.cert + above.chain,
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )


def documents(older: Pems) -> Iterator[tuple[str, bytes, str]]:
    """Give documents, all to be refused by a host that asks for NAME and has a newer one.

    :param older: a certificate from before the one the host has.
    :returns: what is tried, the bytes, and a part of the refusal.
    """
    good, other = issue(NAME), issue(NAME)
    whole = offer(good)
    text = json.loads(whole)

    foreign = "did not ask for"
    for names in _FOREIGN:
        yield f"names {names}", offer(issue(*names)), foreign
    yield "said names", offer(issue("bank.example.org"), names=[NAME]), "not those of"
    yield "more names said", offer(good, names=[NAME, "x"]), "not those of"
    yield "serial", offer(good, serial="1"), "serial number"

    nobody = "nobody asked for"
    for member in _MEMBERS:
        more: dict[str, Any] = {member: "/etc/cron.d/evil"}
        yield f"member {member!r}", offer(good, **more), nobody
    for value in _VALUES:
        said = "not those" if value == ["a"] else '"names"'
        yield f"names {value!r}", offer(good, names=value), said
        yield f"key {value!r}", offer(good, key=value), '"key"'
        yield f"chain {value!r}", offer(good, chain=value), '"chain"'
        yield f"serial {value!r}", offer(good, serial=value), '"serial"'
        yield f"act {value!r}", offer(good, act=value), "neither to deploy nor"
    yield "names of names", offer(good, names=[[NAME]]), '"names"'
    yield "name that is a path", offer(good, names=["../../x"]), "not those of"
    for version in (0, 2, True, "1", 1.5, [1]):
        yield f"version {version!r}", offer(good, version=version), "another version"
    for member in ("act", "names", "serial", "chain", "key"):
        wanted = "neither" if member == "act" else f'lacks "{member}"'
        without: dict[str, Any] = {member: None}
        yield f"no {member}", offer(good, **without), wanted
    yield "key where nobody wants one", offer(good, "check", key=text["key"]), nobody

    yield "older", offer(older), "older than"
    yield "older, to check", offer(older, "check"), "older than"
    yield "swapped key", offer(good, key=json.loads(offer(other))["key"]), "does not belong"
    yield "key with a password", offer(good, key=encrypted(good)), '"key"'
    yield "key and more", offer(good, key=text["key"] + text["chain"]), '"key"'
    broken = text["key"].splitlines(keepends=True)
    broken[1] = "AAAA" + broken[1][4:]
    yield "broken key", offer(good, key="".join(broken)), "cannot be read"
    yield "expired", offer(issue(NAME, expired=True)), "expired"
    yield "not yet", offer(issue(NAME, not_yet=True)), "not valid before"
    blocks = text["chain"].split("-----END CERTIFICATE-----\n")
    ends = [f"{block}-----END CERTIFICATE-----\n" for block in blocks[:-1]]
    # With more than one above the leaf there is an order to be wrong.
    deep = issue(NAME, ca=authority().create_child_ca())
    deeper = json.loads(offer(deep))["chain"].split("-----END CERTIFICATE-----\n")[:-1]
    deeper = [f"{block}-----END CERTIFICATE-----\n" for block in deeper]
    mixed = "".join([deeper[0], *reversed(deeper[1:])])
    yield "chain out of order", offer(deep, chain=mixed), "out of order"
    stranger = trustme.CA().cert_pem.bytes().decode()
    yield "foreign issuer", offer(good, chain=ends[0] + stranger), "out of order"
    yield "below a leaf", offer(below_a_leaf()), "no certificate of a CA"
    yield "text in the chain", offer(good, chain=text["chain"] + "\nKey: x\n"), '"chain"'
    yield "key in the chain", offer(good, chain=text["chain"] + text["key"]), '"chain"'
    yield "chain without end", offer(good, chain=ends[0] * 11), '"chain"'
    yield "no certificates", offer(good, chain=ends[0].replace("M", "N")), "be read"

    none = "no document"
    yield "nothing", b"", none
    yield "cut off", whole[:-1], none
    yield "half", whole[: len(whole) // 2], none
    yield "two", whole + whole, none
    yield "list", b"[" + whole + b"]", none
    yield "other encoding", whole.decode().encode("utf-16-be")[1:], none
    yield "NUL", b"\0" * 100, none
    yield "deep", b"[" * 200_000, none
    yield "deep inside", whole[:-1] + b',"x":' + b'{"x":' * 40_000, none
    yield "huge number", b'{"version":' + b"1" * 200_000 + b"}", ""
    yield "shell", b"#!/bin/sh\nid > /tmp/x\n", none
    yield "huge", whole[:-1] + b" " * document.MOST_BYTES + b"}", "bytes at the most"
    yield "without end", b"{" * (32 << 20), "bytes at the most"
