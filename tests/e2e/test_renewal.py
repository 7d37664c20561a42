"""Renewals: each lineage from its own account, by nothing but what is in certbot's tree."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.bed.certbot import Certbot, Lineage
from tests.bed.pebble import Pebble
from tests.bed.sectigo import Department, Sectigo


def issue(certbot: Certbot, department: Department, credentials: Path) -> Lineage:
    """Get ``www.<name>.example`` for a department."""
    name = f"www.{department.name}.example"
    certbot.certonly(name, credentials=department.credentials(credentials))
    return certbot.lineage(name)


def test_one_renewal_over_three_kids_and_another_ca(
    certbot: Certbot, sectigo: Sectigo, pebble: Pebble, tmp_path: Path
) -> None:
    # The default file, which every run finds, is of one kid only.
    default = sectigo.a.credentials(certbot.config_dir / "sectigo-eab.ini")
    files = {"a": default, "b": tmp_path / "b.ini", "c": tmp_path / "c.ini"}
    for name, path in files.items():
        issue(certbot, sectigo.departments[name], path)
    certbot.trust = pebble.trust
    other_ca = pebble.pairs["kid-1"]
    certbot.run(
        *("certonly", "--standalone", *pebble.http01, "--server", pebble.directory),
        *other_ca.arguments,
        *("--agree-tos", "--register-unsafely-without-email", "-d", "other.example.org"),
    )
    names = ["www.a.example", "www.b.example", "www.c.example", "other.example.org"]
    before = {name: certbot.lineage(name) for name in names}
    accounts = len(sectigo.accounts)

    def renewed(before: dict[str, Lineage]) -> dict[str, Lineage]:
        certbot.run("renew", "--force-renewal")
        after = {name: certbot.lineage(name) for name in names}
        for name in names:
            assert after[name].serial != before[name].serial
            for unchanged in ("account", "server", "authenticator"):
                assert after[name].params[unchanged] == before[name].params[unchanged]
            assert after[name].organisation == before[name].organisation
        return after

    after = renewed(before)
    for path in files.values():
        path.unlink()
    renewed(after)

    assert {before[f"www.{d.name}.example"].organisation for d in sectigo.departments.values()} == {
        d.organisation for d in sectigo.departments.values()
    }
    assert len(sectigo.accounts) == accounts


def test_a_server_on_the_command_line_does_not_mix_accounts_up(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    # With --server, certbot forgets the account that a lineage is pinned to.
    before = [issue(certbot, d, tmp_path / d.name) for d in (sectigo.a, sectigo.b)]

    certbot.run("renew", "--force-renewal", "--server", sectigo.server)

    for lineage in before:
        after = certbot.lineage(lineage.name)
        assert after.serial != lineage.serial
        assert after.account == lineage.account
        assert after.organisation == lineage.organisation


def test_a_lineage_of_another_ca_is_not_taken_over(
    certbot: Certbot, sectigo: Sectigo, pebble: Pebble, tmp_path: Path
) -> None:
    certbot.trust = pebble.trust
    pair = pebble.pairs["kid-2"]
    certbot.run(
        *("certonly", "--standalone", *pebble.http01, "--server", pebble.directory),
        *pair.arguments,
        *("--agree-tos", "--register-unsafely-without-email", "-d", "other.example.org"),
    )
    sectigo.a.credentials(certbot.config_dir / "sectigo-eab.ini")
    before, requests = certbot.snapshot(), sectigo.requests

    result = certbot.run("renew", "--force-renewal", "--authenticator", "sectigo-eab", check=1)

    assert pebble.directory in result.text
    assert before.changes(certbot.snapshot()) == []
    assert sectigo.requests == requests


def test_a_lost_account_is_registered_again_where_the_pair_allows_it(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    lineage = issue(certbot, sectigo.reusable, tmp_path / "credentials.ini")
    shutil.rmtree(certbot.account(sectigo.server, sectigo.reusable.kid).folder)

    certbot.run("renew", "--force-renewal", "--agree-tos")

    after = certbot.lineage(lineage.name)
    assert after.serial != lineage.serial
    assert after.account == certbot.account(sectigo.server, sectigo.reusable.kid).id
    assert after.account != lineage.account
    assert after.organisation == lineage.organisation


def test_a_renewal_asks_the_ca_no_more_than_plain_certbot(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    lineage = issue(certbot, sectigo.a, tmp_path / "a.ini")

    ours = sectigo.asked_by(lambda: certbot.run("renew", "--force-renewal"))
    plain = certbot.without_plugin()
    renewal_file = certbot.renewal_file(lineage.name)
    text = renewal_file.read_text()
    renewal_file.write_text(
        text.replace("authenticator = sectigo-eab", "authenticator = standalone")
    )
    theirs = sectigo.asked_by(lambda: plain.run("renew", "--force-renewal"))

    assert plain.lineage(lineage.name).serial != lineage.serial
    assert ours == theirs


def test_the_command_that_a_refused_renewal_advises_moves_the_lineage(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    credentials = sectigo.b.credentials(tmp_path / "b.ini")
    certbot.certonly("www.b.example", credentials=credentials)
    account = certbot.account(sectigo.server, sectigo.b.kid)
    plain = ("--standalone", "--server", sectigo.server, "--account", account.id)
    certbot.run("certonly", *plain, "-d", "plain.b.example")

    forced = ("--cert-name", "plain.b.example", "--authenticator", "sectigo-eab")
    refused = certbot.run("renew", *forced, "--force-renewal", check=1)
    advised = re.search(r"certbot (certonly .* --force-renewal)", refused.text)
    assert advised is not None
    words = advised.group(1).replace("FILE", str(credentials)).replace("NAME", "plain.b.example")
    certbot.run(*words.split())

    assert certbot.lineage("plain.b.example").params["authenticator"] == "sectigo-eab"
