"""Configurations: the usual one, TOML files, and all that can be wrong with them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_sectigo.base import errors
from certbot_sectigo.base.secret import Secret
from certbot_sectigo.sandbox import Config, ConfigError, Pair, load_config, running
from certbot_sectigo.sandbox.parties import is_dns_name
from certbot_sectigo.sandbox.protocol.urls import Urls


def test_default() -> None:
    config = Config.default()
    first, second = config.pairs
    assert {first.binding, second.binding} == {"once", "reusable"}
    assert first.organisation != second.organisation
    assert (first.domains[0], second.domains) == ("a.example", ("b.example",))
    assert "challenge.example" in first.domains
    assert "challenge.example" not in first.validated_domains
    for pair in config.pairs:
        assert re.fullmatch(r"[\w-]{22}", pair.kid)
        assert re.fullmatch(r"[\w-]{86}", pair.hmac_key.reveal())
    assert Config.default().pairs[0].kid != first.kid
    assert Config.default(finalize="async").finalize == "async"


def test_secrets_do_not_print() -> None:
    pair = Pair()
    assert pair.hmac_key.reveal() not in repr(Config(pairs=(pair,)))


def test_the_longer_domain_decides() -> None:
    pair = Pair(domains=("a.example", "new.a.example"), validated=("a.example",))
    assert pair.domain_of("www.a.example") == "a.example"
    assert pair.domain_of("www.new.a.example") == "new.a.example"
    assert pair.domain_of("new.a.example") == "new.a.example"
    assert pair.domain_of("xa.example") is None
    assert pair.domain_of("example") is None


def test_file(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.toml"
    path.write_text(
        """
        profile = "universal"
        finalize_seconds = 3
        show_binding = false

        [[pair]]
        kid = "-kid"
        hmac_key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        binding = "reusable"
        organisation = "Example"
        domains = ["a.example", "b.example"]
        validated = []

        [[pair]]
        domains = ["c.example"]
        """
    )
    config = load_config(path)
    assert (config.profile, config.finalize_seconds, config.show_binding) == ("universal", 3, False)
    first, second = config.pairs
    assert (first.kid, first.binding, first.domains) == (
        "-kid",
        "reusable",
        ("a.example", "b.example"),
    )
    assert first.hmac_key == Secret("A" * 32)
    assert first.validated_domains == ()
    assert second.validated_domains == ("c.example",)
    assert len(second.kid) == 22


def test_file_without_pairs_has_the_usual_ones(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.toml"
    path.write_text('finalize = "async"')
    assert [pair.organisation for pair in load_config(path).pairs] == [
        pair.organisation for pair in Config.default().pairs
    ]


def test_all_faults_are_said_at_once(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.toml"
    path.write_text(
        """
        profile = 7
        colour = "red"
        retry_after = true
        [[pair]]
        hmac_key = 1
        domains = "a.example"
        size = 3
        """
    )
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    text = str(caught.value)
    assert str(path) in text
    for key in ("profile", "colour", "retry_after", "hmac_key", "domains", "size"):
        assert re.search(rf"\b{key}: ", text), key


def test_all_impossible_values_are_said_at_once(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.toml"
    path.write_text(
        """
        profile = "old"
        finalize = "never"
        challenges = "email"
        directory_alias = "500"
        http01_port = 70000
        finalize_seconds = -1
        validity_days = 0
        keep_orders = 1
        [[pair]]
        kid = "a b"
        hmac_key = "short"
        binding = "twice"
        directory = "../OV"
        organisation = ""
        validation_age = -1
        domains = ["UPPER.example", "one"]
        validated = ["x.example"]
        [[pair]]
        kid = "a b"
        """
    )
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    text = str(caught.value)
    for key in (
        *("profile", "finalize", "challenges", "directory_alias", "http01_port", "keep_orders"),
        *("finalize_seconds", "validity_days", "kid", "hmac_key", "binding", "directory"),
        *("organisation", "validation_age", "domains", "validated"),
    ):
        assert f"{key}: " in text, key
    assert "kid of another pair" in text


@pytest.mark.parametrize(
    "content", [None, b"profile = ", b"\xff\xfe", b"pair = 1", b"pair = [1]", b"[pair]"]
)
def test_files_that_are_none(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "sandbox.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(errors.Error, match=re.escape(str(path))):
        load_config(path)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", ""])
def test_other_addresses_than_loopback_are_refused(host: str) -> None:
    with pytest.raises(errors.Error, match="loopback"), running(host=host):
        pass


def test_port_that_is_taken_is_said() -> None:
    with (
        running() as first,
        pytest.raises(errors.Error, match=str(first.port)),
        running(port=first.port),
    ):
        pass


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("a.example", True),
        ("xn--bcher-kva.example", True),
        ("example", False),
        ("a..example", False),
        ("-a.example", False),
        ("a-.example", False),
        ("a_b.example", False),
        ("1.2.3.4", False),
        ("a" * 64 + ".example", False),
        ("a." * 130 + "example", False),
        ("a.example\n", False),
    ],
)
def test_dns_names(name: str, good: bool) -> None:
    assert is_dns_name(name) is good


@given(st.text())
def test_no_text_is_too_odd_for_the_check_of_names(text: str) -> None:
    assert is_dns_name(text) in (True, False)


@given(
    profile=st.sampled_from(["classic", "universal"]),
    endpoint=st.sampled_from(["account", "orders", "authz", "chall", "order", "finalize", "cert"]),
    ident=st.from_regex(r"[A-Za-z0-9_-]{1,43}", fullmatch=True),
)
def test_urls_are_understood_as_they_were_made(profile: str, endpoint: str, ident: str) -> None:
    urls = Urls("http://127.0.0.1:1", profile, ("OV",))
    url = urls.make(endpoint, "OV", ident)
    place: Any = urls.parse(url[len("http://127.0.0.1:1") :])
    assert (place.endpoint, place.ident) == (endpoint, ident)


@given(st.text())
def test_no_path_is_too_odd(text: str) -> None:
    for profile in ("classic", "universal"):
        assert Urls("http://127.0.0.1:1", profile, ("OV",)).parse(f"/{text}").endpoint
