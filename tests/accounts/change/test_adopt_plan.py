"""Pure: which lineages are adopted, and what changes in their renewal files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from certbot_sectigo.accounts.change import adopt_plan
from certbot_sectigo.accounts.change.adopt_plan import Adoption, KnownKid, Left
from certbot_sectigo.accounts.model import Account, Learned, State
from certbot_sectigo.machine import renewal_file
from certbot_sectigo.machine.lineages import Lineage

SERVER = "https://acme.sectigo.com/v2/OV"
ID = "0123456789abcdef0123456789abcdef"
PATH = Path("/etc/letsencrypt/renewal/www.example.conf")
LINEAGE = Lineage(
    "www.example", PATH, server=SERVER, account=ID, authenticator="standalone", installer="nginx"
)
ACCOUNT = Account(
    Path("/etc/letsencrypt/accounts/acme.sectigo.com/v2/OV") / ID,
    "acme.sectigo.com/v2/OV",
    State.LOADS,
    ID,
)
KNOWN = KnownKid(ACCOUNT, "kid-1", Learned.LOG)


def text_of(authenticator: str, *more: str) -> str:
    lines = [
        "# renew_before_expiry = 30 days",
        "version = 5.8.0",
        f"cert = {PATH}/cert.pem",
        "[renewalparams]",
        f"account = {ID}",
        f"authenticator = {authenticator}",
        f"server = {SERVER}",
        "installer = nginx",
        *more,
    ]
    return "\n".join(lines) + "\n"


def adopted(
    authenticator: str, *more: str, webroot: str | None = None, names: str = ""
) -> Adoption:
    lineage = replace(LINEAGE, authenticator=authenticator)
    text = text_of(authenticator, *more)
    found = adopt_plan.adopt(lineage, text, KNOWN, names.split(), webroot=webroot)
    assert isinstance(found, Adoption)
    return found


def params(found: Adoption) -> dict[str, object]:
    parsed = renewal_file.parse_like_certbot(found.change.new.encode())["renewalparams"]
    return {key: value for key, value in parsed.items() if key.startswith(("auth", "sectigo"))}


OURS = {
    "authenticator": "sectigo-eab",
    "sectigo_eab_kid": "kid-1",
    "sectigo_eab_server": SERVER,
}


def test_only_what_has_to_change_does() -> None:
    found = adopted("standalone")
    assert params(found) == OURS
    assert found.warnings == ()
    old, new = found.change.old.splitlines(), found.change.new.splitlines()
    assert [line for line in old if line not in new] == ["authenticator = standalone"]
    assert len(new) == len(old) + 2


@pytest.mark.parametrize(
    ("more", "root"),
    [
        (["webroot_path = /var/www,"], "/var/www"),
        (["webroot_path = /var/www", "[[webroot_map]]", "a.example = /var/www"], "/var/www"),
        (["[[webroot_map]]", "a.example = /w", "b.example = /w"], "/w"),
        (["webroot_path = /old,", "[[webroot_map]]", "a.example = /w"], "/w"),
    ],
)
def test_one_web_root_is_taken_over(more: list[str], root: str) -> None:
    found = adopted("webroot", *more)
    assert params(found) == {**OURS, "sectigo_eab_webroot": root}
    assert found.warnings == ()


def test_of_several_web_roots_none_is_guessed() -> None:
    more = ["[[webroot_map]]", "a.example = /one", "b.example = /two"]
    found = adopted("webroot", *more)
    assert params(found) == OURS
    assert "/one, /two" in found.warnings[0]
    told = adopted("webroot", *more, webroot="/three")
    assert params(told)["sectigo_eab_webroot"] == "/three"
    assert told.warnings == ()


@pytest.mark.parametrize("authenticator", ["nginx", "apache", "manual"])
def test_another_challenge_than_before_is_said(authenticator: str) -> None:
    assert any("port 80" in warning for warning in adopted(authenticator).warnings)
    assert adopted(authenticator, webroot="/www").warnings == ()
    (warning,) = adopted(authenticator, webroot="/www", names="*.example example").warnings
    assert "*.example must be validated" in warning


@pytest.mark.parametrize(
    ("lineage", "reason"),
    [
        (replace(LINEAGE, problem="does not parse: x"), "does not parse"),
        (replace(LINEAGE, link=True), "symbolic link"),
        (replace(LINEAGE, authenticator="sectigo-eab"), "already"),
        (replace(LINEAGE, account=None), "no account"),
        (replace(LINEAGE, server=None), "no server"),
        (replace(LINEAGE, server="https://acme-v02.api.letsencrypt.org/directory"), "External"),
        (replace(LINEAGE, server="https://acme-staging-v02.api.letsencrypt.org/d"), "External"),
    ],
)
def test_what_cannot_be_adopted_is_left_with_the_reason(lineage: Lineage, reason: str) -> None:
    left = adopt_plan.adopt(lineage, text_of("standalone"), KNOWN, ())
    assert isinstance(left, Left)
    assert reason in left.reason


def test_an_account_that_is_gone_or_of_unknown_kid_is_left() -> None:
    for pinned, word in ((None, "pin ID"), (KnownKid(ACCOUNT), "--eab-kid KID")):
        left = adopt_plan.adopt(LINEAGE, text_of("standalone"), pinned, ())
        assert isinstance(left, Left)
        assert word in left.remedy


def test_the_account_has_to_be_of_the_lineage_s_server_and_load() -> None:
    elsewhere = replace(KNOWN, account=replace(ACCOUNT, server_path="ca.example"))
    broken = replace(KNOWN, account=replace(ACCOUNT, state=State.UNPARSABLE))
    assert adopt_plan.account_of(LINEAGE, [elsewhere, broken]) is None
    assert adopt_plan.account_of(LINEAGE, [elsewhere, broken, KNOWN]) == KNOWN


@pytest.mark.parametrize(
    ("server", "known", "expected"),
    [
        (SERVER, [], True),
        ("https://acme.enterprise.sectigo.com", [], True),
        ("https://sectigo.com.evil.example/dir", [], False),
        ("https://ca.example/dir", [], False),
        ("https://ca.example/dir", ["ca.example/dir"], True),
        ("https://ca.example/dir", ["ca.example/other"], False),
    ],
)
def test_all_means_sectigo_and_where_a_kid_is_known(
    server: str, known: list[str], expected: bool
) -> None:
    accounts = [replace(KNOWN, account=replace(ACCOUNT, server_path=path)) for path in known]
    assert adopt_plan.of_interest(replace(LINEAGE, server=server), accounts) is expected


@pytest.mark.parametrize(
    ("authenticator", "more", "validated_by"),
    [
        ("dns-rfc2136", (), ()),
        ("certbot-dns-ovh:dns-ovh", (), ()),
        ("manual", ("pref_challs = dns-01,",), ()),
        ("manual", ('pref_challs = "dns-01, http-01"',), ()),
        ("manual", (), ("dns-01",)),
    ],
)
@pytest.mark.parametrize("installer", ["", "nginx"])
def test_who_answers_dns_keeps_its_authenticator(
    authenticator: str, more: tuple[str, ...], validated_by: tuple[str, ...], installer: str
) -> None:
    lineage = replace(LINEAGE, authenticator=authenticator, installer=installer or None)
    text = text_of(authenticator, *more)
    if not installer:
        text = text.replace("installer = nginx\n", "")
    found = adopt_plan.adopt(lineage, text, KNOWN, ["*.a.example"], validated_by=validated_by)
    if installer:
        assert isinstance(found, Left) and "nginx" in found.reason
        return
    assert isinstance(found, Adoption)
    parsed = renewal_file.parse_like_certbot(found.change.new.encode())["renewalparams"]
    assert parsed["authenticator"] == authenticator
    assert parsed["installer"] == "sectigo-eab"
    assert parsed["sectigo_eab_kid"] == "kid-1"


def test_a_preference_for_what_nobody_answers_any_more_goes() -> None:
    found = adopted("standalone", "pref_challs = tls-alpn-01,")
    parsed = renewal_file.parse_like_certbot(found.change.new.encode())["renewalparams"]
    assert "pref_challs" not in parsed
    kept = adopted("webroot", 'pref_challs = "http-01,"')
    assert "pref_challs" in kept.change.new


def test_http_is_what_a_manual_lineage_without_dns_answers() -> None:
    assert params(adopted("manual"))["authenticator"] == "sectigo-eab"
