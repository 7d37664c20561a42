from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from hypothesis import given
from hypothesis import strategies as st

from certbot_sectigo.base.secret import Secret
from certbot_sectigo.deploy import checks, material
from certbot_sectigo.deploy.model import Material
from certbot_sectigo.deploy.target import DeployTarget
from certbot_sectigo.deploy.targets import parse
from certbot_sectigo.machine import certificates
from certbot_sectigo.sandbox.authority.ca import Authority
from certbot_sectigo.sandbox.store import Store
from tests.deploy.lineages import issue, lay


@pytest.fixture
def good(tmp_path: Path) -> Material:
    return lay(tmp_path, "www", issue("www.example.org", "*.example.net"))


def problems(
    offered: Material, *domains: str, allow_sandbox: bool = False, now: datetime | None = None
) -> list[str]:
    return checks.problems(offered, domains, allow_sandbox, now or datetime.now(timezone.utc))


def test_what_certbot_saves_is_fine(good: Material) -> None:
    assert good.names == ("www.example.org", "*.example.net")
    assert problems(good, "WWW.example.org", "a.example.net", "*.example.net") == []


def test_names_not_covered(good: Material) -> None:
    assert problems(good, "example.net", "a.b.example.net", "www.example.org") == [
        "the certificate does not cover example.net, a.b.example.net"
    ]


def test_foreign_key(good: Material) -> None:
    other = Secret(issue("www.example.org").privkey.decode())
    (said,) = problems(replace(good, privkey=other))
    assert said == "the private key does not belong to the certificate"


def test_unreadable_key_is_not_repeated(good: Material) -> None:
    torn = good.privkey.reveal()[:-60]
    (said,) = problems(replace(good, privkey=Secret(torn)))
    assert said == "the private key cannot be read"


def test_chain_in_reverse_order(good: Material) -> None:
    deeper = trustme.CA().create_child_ca().create_child_ca()
    pems = issue("www.example.org", ca=deeper)
    upper = deeper.cert_pem.bytes()
    middle = certificates.parse(pems.chain)
    assert len(middle) == 2
    texts = [one for one in pems.chain.partition(upper) if one.strip()]
    backwards = b"".join(reversed(texts))
    turned = replace(
        good,
        cert=pems.cert,
        chain=backwards,
        fullchain=pems.cert + backwards,
        privkey=Secret(pems.privkey.decode()),
    )
    (said,) = problems(turned)
    assert "the chain is out of order" in said
    straight = replace(turned, chain=pems.chain, fullchain=pems.cert + pems.chain)
    assert problems(straight) == []


def test_issuer_of_the_same_name_with_another_key(good: Material) -> None:
    impostor = trustme.CA(organization_name="Example Trust")
    assert "the chain is out of order" in " ".join(
        problems(
            replace(
                good,
                chain=impostor.cert_pem.bytes(),
                fullchain=good.cert + impostor.cert_pem.bytes(),
            )
        )
    )


def test_fullchain_of_another_certificate(good: Material) -> None:
    pems = issue("www.example.org")
    assert problems(replace(good, fullchain=pems.cert + pems.chain)) == [
        "fullchain.pem is not the certificate followed by chain.pem"
    ]


def test_expired_and_not_yet_valid(tmp_path: Path) -> None:
    (said,) = problems(lay(tmp_path, "a", issue("a.example.org", expired=True)))
    assert said.startswith("the certificate expired on ")
    (said,) = problems(lay(tmp_path, "b", issue("b.example.org", not_yet=True)))
    assert said.endswith("is the clock right?")


def test_sandbox_only_where_it_is_allowed(good: Material) -> None:
    with closing(Store(None)) as store:
        root = Authority(store).root_pem.encode()
    by_sandbox = replace(good, cert=root, chain=b"", fullchain=root)
    assert any("issued by the sandbox" in said for said in problems(by_sandbox))
    assert not any("sandbox" in said for said in problems(by_sandbox, allow_sandbox=True))


def with_part(material: Material, part: str, content: bytes) -> Material:
    changes: dict[str, Any] = {part: content}
    return replace(material, **changes)


@pytest.mark.parametrize("broken", ["cert", "chain", "fullchain"])
def test_unreadable_certificate(good: Material, broken: str) -> None:
    bad = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    assert problems(with_part(good, broken, bad)) == ["a certificate of the chain cannot be read"]


_LABEL = st.text("abc1", min_size=1, max_size=3)


@given(st.lists(_LABEL, min_size=2, max_size=5), _LABEL)
def test_a_wildcard_covers_one_label(labels: list[str], first: str) -> None:
    parent = ".".join(labels)
    assert checks.covered(f"{first}.{parent}", [f"*.{parent}"])
    assert not checks.covered(f"{first}.x.{parent}", [f"*.{parent}"])
    assert not checks.covered(parent, [f"*.{parent}"])
    assert checks.covered(f"*.{parent}", [f"*.{parent}"])
    assert not checks.covered(f"*.{parent}", [f"{first}.{parent}"])


def _target(line: str) -> DeployTarget:
    ((target,), said) = parse(f'[[target]]\nname = "t"\nformat = "bundle"\npath = "/x/y"\n{line}\n')
    assert said == ()
    return target


def test_which_targets_belong_to_a_lineage() -> None:
    names = ("www.example.org", "*.example.net")
    assert material.belongs(_target('cert_name = "www"'), "www", names)
    assert not material.belongs(_target('cert_name = "www"'), "mail", names)
    assert material.belongs(_target('domains = ["a.example.net"]'), "x", names)
    assert not material.belongs(_target('domains = ["a.example.net", "b.org"]'), "x", names)


def test_lineages_that_compete_for_a_target(tmp_path: Path) -> None:
    offered = lay(tmp_path, "www", issue("a.example.org"))
    lay(tmp_path, "www-0001", issue("a.example.org", "b.example.org"))
    lay(tmp_path, "other", issue("c.example.org"))
    assert material.rivals(_target('domains = ["a.example.org"]'), offered, tmp_path) == (
        "www-0001",
    )
    assert material.rivals(_target('cert_name = "www"'), offered, tmp_path) == ()


@pytest.mark.parametrize("kind", [trustme.KeyType.ECDSA, trustme.KeyType.RSA])
def test_signatures_as_older_cryptography_verifies_them(kind: trustme.KeyType) -> None:
    real, forged = trustme.CA(key_type=kind), trustme.CA(key_type=kind)
    leaf, above, other = (
        x509.load_pem_x509_certificate(pem.bytes())
        for pem in (
            real.issue_cert("a.example", key_type=kind).cert_chain_pems[0],
            real.cert_pem,
            forged.cert_pem,
        )
    )
    checks.verify_signature(leaf, above)
    checks.verify_signature(above, above)
    with pytest.raises(InvalidSignature):
        checks.verify_signature(leaf, other)


def test_a_chain_that_ends_at_a_root_or_does_not() -> None:
    pems = issue("a.example")
    root = trustme.CA()
    below = root.create_child_ca()
    made = issue("a.example", ca=below)
    roots = trustme.CA().cert_pem.bytes() + root.cert_pem.bytes()
    assert checks.ends_at(made.cert + made.chain, roots)
    assert checks.ends_at(made.cert + made.chain + root.cert_pem.bytes(), roots)
    assert not checks.ends_at(pems.cert + pems.chain, roots)
    assert not checks.ends_at(made.cert, roots)
    assert not checks.ends_at(made.cert + made.chain, b"")
    assert checks.foreign_authorities(made.chain) == []
    assert len(checks.foreign_authorities(made.cert)) == 1
