"""Whoever answers the challenges: with us as the installer the account is the right one."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from certbot_sectigo.machine import certbot_versions
from tests.bed import nginx
from tests.bed.certbot import Account, Certbot
from tests.bed.command import command
from tests.bed.components import require
from tests.bed.history import plain_account
from tests.bed.knot import Knot
from tests.bed.ports import free_port
from tests.bed.proposals import ran
from tests.bed.sectigo import Department, Sectigo

MANUAL = (
    "--authenticator",
    "manual",
    "--preferred-challenges",
    "dns",
    "--manual-auth-hook",
    "false",
)
"""For names that the CA has validated: the hook would fail."""
BESIDE = ("--installer", "sectigo-eab")


@pytest.fixture
def machine(certbot: Certbot, sectigo: Sectigo) -> Certbot:
    """A certbot with accounts of two other departments, neither of whose kids is noted."""
    for department in (sectigo.a, sectigo.c):
        plain_account(
            certbot, department.pair, sectigo.server, folder=certbot.home / department.name
        )
    return certbot


def of_department_a(certbot: Certbot, sectigo: Sectigo) -> Account:
    """Find the account whose names include shared.example, as b's do."""
    accounts = certbot.accounts(sectigo.server)
    (found,) = (each for each in accounts if sectigo.kid_behind(each.url) == sectigo.a.kid)
    return found


def issue(certbot: Certbot, department: Department, *words: str | Path) -> None:
    """Get a certificate with another authenticator and us beside it."""
    credentials = department.credentials(certbot.home / f"{department.name}.ini")
    certbot.run(
        *("certonly", *BESIDE, "--sectigo-eab-credentials", credentials, "--agree-tos", *words)
    )


def rehearse(
    certbot: Certbot, sectigo: Sectigo, *words: str | Path, env: Mapping[str, str] | None = None
) -> str:
    """Make a dry run: it opens one order, with the account that is there, and leaves no trace."""
    before, orders, challenges = certbot.snapshot(), sectigo.orders, sectigo.challenges
    issued = len(sectigo.sandbox.certificates())

    text = certbot.run(*words, "--dry-run", env=env).text

    assert sectigo.orders == orders + 1
    assert sectigo.challenges == challenges  # who plays the CA asks, not the CA
    assert len(sectigo.sandbox.certificates()) == issued
    assert before.changes(certbot.snapshot()) == []
    account = sectigo.sandbox.orders()[-1].account
    (found,) = (each for each in certbot.accounts(sectigo.server) if each.url.endswith(account))
    assert f"with account {found.id}" in text
    assert sectigo.kid_behind(found.url) == sectigo.a.kid
    return text


def is_refused(
    certbot: Certbot, sectigo: Sectigo, *words: str | Path, env: Mapping[str, str] | None = None
) -> None:
    """See that ``reconfigure`` is refused before any order, and by certbot a dry ``run``.

    Older certbots have no ``reconfigure``, and certbot makes no dry one.
    """
    before, orders = certbot.snapshot(), sectigo.orders
    for run in (("run", "--dry-run"), ("reconfigure",)):
        if run[0] == "run" or certbot_versions.certbot_version() >= (2, 3):
            result = certbot.run(*run, *words, env=env, check=None)
            assert result.returncode != 0, str(result)
        assert sectigo.orders == orders
        assert before.changes(certbot.snapshot()) == []


def test_a_wildcard_by_manual_is_of_the_right_account_and_stays_so(
    machine: Certbot, sectigo: Sectigo
) -> None:
    issue(machine, sectigo.b, *MANUAL, "-d", "*.b.example", "-d", "b.example")

    lineage = machine.lineage("b.example")
    right = machine.account(sectigo.server, sectigo.b.kid).id
    assert lineage.names == {"*.b.example", "b.example"}
    assert lineage.organisation == sectigo.b.organisation
    assert lineage.account == right
    assert lineage.params["server"] == sectigo.server
    assert lineage.params["sectigo_eab_kid"] == sectigo.b.kid
    assert lineage.params["authenticator"] == "manual"

    machine.run("renew", "--force-renewal")

    renewed = machine.lineage("b.example")
    assert renewed.serial != lineage.serial
    assert renewed.organisation == sectigo.b.organisation
    assert (renewed.account, renewed.params["sectigo_eab_kid"]) == (right, sectigo.b.kid)


def test_certonly_again_keeps_account_and_options(machine: Certbot, sectigo: Sectigo) -> None:
    issue(machine, sectigo.b, *MANUAL, "-d", "www.b.example")
    before = machine.lineage("www.b.example")

    machine.run("certonly", *BESIDE, *MANUAL, "-d", "www.b.example", "--force-renewal")

    after = machine.lineage("www.b.example")
    assert after.serial != before.serial
    assert after.organisation == sectigo.b.organisation
    for kept in ("account", "server", "sectigo_eab_kid", "sectigo_eab_credentials"):
        assert after.params[kept] == before.params[kept]


def test_pin_takes_the_kid_along(machine: Certbot, sectigo: Sectigo) -> None:
    issue(machine, sectigo.b, *MANUAL, "-d", "shared.example")
    account = of_department_a(machine, sectigo)
    command(machine, "accounts", "pin", account.id, "--eab-kid", sectigo.a.kid, "--yes")
    command(machine, "accounts", "pin", account.id, "--cert-name", "shared.example", "--yes")
    lineage = machine.lineage("shared.example")
    assert (lineage.account, lineage.params["sectigo_eab_kid"]) == (account.id, sectigo.a.kid)
    machine.run("renew", "--force-renewal")
    assert machine.lineage("shared.example").organisation == sectigo.a.organisation


def test_a_dangling_pin_is_made_good_at_renewal(machine: Certbot, sectigo: Sectigo) -> None:
    issue(machine, sectigo.b, *MANUAL, "-d", "www.b.example")
    path = machine.renewal_file("www.b.example")
    right = machine.lineage("www.b.example").account
    path.write_text(path.read_text().replace(right, "0" * 32))

    machine.run("renew", "--force-renewal")

    assert machine.lineage("www.b.example").account == right
    assert machine.lineage("www.b.example").organisation == sectigo.b.organisation


def test_a_dry_run_asks_with_the_right_account(machine: Certbot, sectigo: Sectigo) -> None:
    issue(machine, sectigo.b, *MANUAL, "-d", "www.b.example")
    before, orders = machine.snapshot(), sectigo.orders

    result = machine.run("renew", "--dry-run")

    assert f"with account {machine.lineage('www.b.example').account}" in result.text
    assert sectigo.orders == orders + 1
    assert before.changes(machine.snapshot()) == []
    sectigo.sandbox.deactivate_pair(sectigo.b.kid)
    assert "The real run would fail" in machine.run("renew", "--dry-run", check=1).text


def test_a_new_name_dry_then_by_run(machine: Certbot, sectigo: Sectigo) -> None:
    account = sectigo.plant(sectigo.b, machine, machine.home / "planted")
    command(machine, "accounts", "pin", account.id, "--eab-kid", sectigo.b.kid, "--yes")
    kid = ("--sectigo-eab-kid", sectigo.b.kid, "--sectigo-eab-server", sectigo.server)
    words = (*BESIDE, *MANUAL, *kid, "-d", "*.b.example")
    accounts, orders = machine.accounts(sectigo.server), sectigo.orders

    result = machine.run("certonly", "--dry-run", *words)

    assert f"with account {account.id}" in result.text
    assert sectigo.orders == orders + 1
    assert machine.accounts(sectigo.server) == accounts
    assert not machine.renewal_file("b.example").exists()
    machine.run("run", *words)
    lineage = machine.lineage("b.example")
    assert (lineage.account, lineage.organisation) == (account.id, sectigo.b.organisation)


def test_where_nothing_of_ours_is_named_accounts_are_certbots_own(
    machine: Certbot, sectigo: Sectigo
) -> None:
    sectigo.b.credentials(machine.config_dir / "sectigo-eab.ini")
    account = of_department_a(machine, sectigo)
    words = ("--server", sectigo.server, "--account", account.id)
    machine.run("certonly", *BESIDE, *MANUAL, *words, "-d", "shared.example")
    lineage = machine.lineage("shared.example")
    assert lineage.account == account.id
    assert "sectigo_eab_kid" not in lineage.params
    machine.run("renew", "--force-renewal")
    assert machine.lineage("shared.example").account == account.id
    assert sectigo.accounts_of(sectigo.b.kid) == []


@pytest.mark.skipif(certbot_versions.certbot_version() < (2, 3), reason="has no reconfigure")
@pytest.mark.parametrize("ours", [True, False], ids=["ours", "plain"])
def test_reconfigure_is_refused_before_any_order_with_a_way_on(
    machine: Certbot, sectigo: Sectigo, ours: bool
) -> None:
    if ours:
        issue(machine, sectigo.b, *MANUAL, "-d", "www.b.example")
    else:
        account = sectigo.plant(sectigo.b, machine, machine.home / "b")
        command(machine, "accounts", "pin", account.id, "--eab-kid", sectigo.b.kid, "--yes")
        plain = ("--server", sectigo.server, "--account", account.id)
        machine.run("certonly", *MANUAL, *plain, "-d", "www.b.example")
    before, orders = machine.snapshot(), sectigo.orders

    result = machine.run("reconfigure", "--cert-name", "www.b.example", *BESIDE, *MANUAL, check=1)

    assert sectigo.orders == orders
    assert before.changes(machine.snapshot()) == []
    proposed = [
        shlex.split(ran(line))
        for line in result.output.splitlines()
        if line.strip().startswith(("certbot ", "certbot-sectigo "))
    ]
    assert len(proposed) == (1 if ours else 2)
    for program, *rest in proposed:
        if program == "certbot":
            machine.run(*rest)
        else:
            command(machine, *rest, "--yes")


@dataclass(frozen=True)
class Zone:
    """A machine whose name server takes updates, and a CA that looks there."""

    certbot: Certbot
    sectigo: Sectigo
    knot: Knot
    words: tuple[str | Path, ...]
    env: dict[str, str]


@pytest.fixture
def zone(certbot: Certbot, tmp_path: Path) -> Iterator[Zone]:
    """The zone challenge.example, which the CA has not validated."""
    packages = require("certbot-dns-rfc2136/bin/certbot").parent.parent
    (path,) = packages.glob("lib/python*/site-packages")
    with ExitStack() as stack:
        knot = stack.enter_context(Knot(tmp_path / "knot", "challenge.example"))
        sectigo = stack.enter_context(Sectigo(dns_port=knot.port))
        words = (
            *("--authenticator", "dns-rfc2136", "--dns-rfc2136-propagation-seconds", "0"),
            *("--dns-rfc2136-credentials", knot.credentials(tmp_path / "rfc2136.ini")),
        )
        env = {
            "CERTBOT_PLUGIN_PATH": str(path),
            "CERTBOT_SECTIGO_DNS": f"127.0.0.1:{knot.port}",
        }
        yield Zone(certbot, sectigo, knot, words, env)


def test_a_real_dns_plugin_with_a_real_name_server(zone: Zone) -> None:
    certbot, sectigo = zone.certbot, zone.sectigo
    credentials = sectigo.a.credentials(certbot.home / "a.ini")
    plain_account(certbot, sectigo.b.pair, sectigo.server, folder=certbot.home / "b")
    words = ("--sectigo-eab-credentials", credentials, "--agree-tos", *zone.words, *BESIDE)

    certbot.run("certonly", *words, "-d", "*.challenge.example", env=zone.env)

    new = ("-d", "new.challenge.example")
    told = rehearse(certbot, sectigo, "certonly", *words, *new, env=zone.env)
    assert "wants a challenge for new.challenge.example" in told
    (name,) = (path.stem for path in (certbot.config_dir / "renewal").glob("*.conf"))
    lineage = certbot.lineage(name)
    assert lineage.organisation == sectigo.a.organisation
    assert sectigo.challenges == 1

    dry = rehearse(certbot, sectigo, "renew", env=zone.env)
    assert "wants a challenge for *.challenge.example" in dry
    assert "all simulated renewals succeeded" in dry

    nobody = {**zone.env, "CERTBOT_SECTIGO_DNS": f"127.0.0.1:{free_port()}"}
    certbot.run("renew", "--dry-run", env=nobody, check=1)

    certbot.run("renew", "--force-renewal", env=zone.env)
    assert certbot.lineage(name).serial != lineage.serial
    assert certbot.lineage(name).account == lineage.account
    is_refused(certbot, sectigo, "--cert-name", name, *zone.words, *BESIDE, env=zone.env)

    certbot.run("run", *words, *new, env=zone.env)
    assert certbot.lineage("new.challenge.example").account == lineage.account


def test_nginx_answers_and_the_account_is_right(certbot: Certbot, sectigo: Sectigo) -> None:
    plain_account(certbot, sectigo.b.pair, sectigo.server, folder=certbot.home / "b")
    credentials = sectigo.a.credentials(certbot.home / "a.ini")
    with nginx.running("challenge.example", int(sectigo.http01[1])) as server:
        words = (
            *("--authenticator", "nginx", *BESIDE, "--sectigo-eab-credentials", credentials),
            *("--agree-tos", "-d", "challenge.example", *sectigo.http01, *server.words),
        )
        certbot.run("run", *words, env=server.env)
        lineage = certbot.lineage("challenge.example")
        assert lineage.organisation == sectigo.a.organisation
        assert sectigo.challenges == 1
        # nginx answers here as well, and the CA is not asked to look.
        for run in (("renew",), ("certonly", *words)):
            told = rehearse(certbot, sectigo, *run, env=server.env)
            assert "wants a challenge for challenge.example" in told
        again = ("--cert-name", "challenge.example", *words[:4], *server.words)
        is_refused(certbot, sectigo, *again, env=server.env)
        certbot.run("certonly", "--force-renewal", *words, env=server.env)
        serial = certbot.lineage("challenge.example").serial
        assert serial != lineage.serial
        certbot.run("renew", "--force-renewal", env=server.env)
    assert certbot.lineage("challenge.example").account == lineage.account
    assert certbot.lineage("challenge.example").serial not in (serial, lineage.serial)


def test_our_options_beside_a_plugin_that_does_not_see_them_are_warned_of(
    machine: Certbot, sectigo: Sectigo
) -> None:
    credentials = sectigo.b.credentials(machine.home / "b.ini")
    account = of_department_a(machine, sectigo)
    words = ("--server", sectigo.server, "--account", account.id, "-d", "shared.example")
    given = ("--sectigo-eab-credentials", credentials)

    result = machine.run("certonly", "--standalone", *words, *given)

    assert result.text.count("--sectigo-eab-credentials has no effect here: standalone") == 1
    (advice,) = re.findall(r"add: (--installer \S+)", result.text)
    more = (*words[:2], *words[4:], *given, *advice.split(), "--force-renewal")
    result = machine.run("certonly", "--standalone", "--agree-tos", *more)
    assert "has no effect" not in result.text
    assert machine.lineage("shared.example").organisation == sectigo.b.organisation
    machine.cli_ini.parent.mkdir(parents=True)
    machine.cli_ini.write_text("installer = sectigo-eab\n")
    result = machine.run("certonly", "--standalone", "--force-renewal", *more[:-3])
    assert "has no effect" not in result.text
