"""The validation of the organisation itself: whose it is, and what it means for renewals."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from certbot_sectigo.portal.organisations import Organisations
from certbot_sectigo.portal.parsing import organisation_validations
from certbot_sectigo.portal.scm import Scm
from certbot_sectigo.sandbox import Admin, Config, RunningSandbox, running
from tests.bed import schema
from tests.bed.certbot import Certbot
from tests.cli.tool import Tool
from tests.portal.conftest import Start, scm_ini, transport
from tests.sandbox.scm_client import CLERK, COMPANY, DEPARTMENT_C, ROOT, SCM


def _asked(sandbox: RunningSandbox, folder: Path, admin: Admin) -> tuple[Organisations, Scm]:
    scm = Scm(transport(sandbox, folder, admin=admin))
    return Organisations(scm, scm.organisations(), scm.servers()), scm


@pytest.mark.parametrize("admin", [ROOT, CLERK], ids=["root", "clerk"])
def test_a_department_has_that_of_the_organisation_above(
    start: Start, tmp_path: Path, admin: Admin
) -> None:
    sandbox = start()
    found, scm = _asked(sandbox, tmp_path, admin)
    for product in ("OV", "EV", "DV"):
        scm.create(product, sandbox.directory_url(product), 77)
    owners = {a.name: found.behind(a) for a in scm.accounts()}
    assert owners["DV"] is None
    for level in ("OV", "EV"):
        one = owners[level]
        assert one is not None
        assert (one.level, one.organisation) == (
            level,
            "Company" if admin is ROOT else "Department C",
        )
    assert {one.level for one in found.every()} == {"OV", "EV"}
    # Each organisation is asked once.
    assert len(sandbox.requests("scm-organization-validations")) <= 2


def test_who_may_not_see_it_is_told_nothing(start: Start, tmp_path: Path) -> None:
    found, scm = _asked(start(), tmp_path, CLERK)
    scm.create("x", scm.servers()[1].url, 77)
    (account,) = scm.accounts()
    assert found.behind(replace(account, organisation=4711)) is None
    assert found.behind(replace(account, server="elsewhere")) is None


def test_both_descriptions_are_understood() -> None:
    rows = [
        {"validationLevel": "OV_SSL", "status": "VALIDATED", "expires": "2025-11-21T12:28:52.023Z"},
        {"type": "EV", "status": "EXPIRED"},
        {"validationLevel": "OV_SMIME"},
        {"type": "DV"},
        {},
    ]
    ov, ev = organisation_validations(iter(rows), "x")
    assert (ov.level, ov.status) == ("OV", "validated")
    assert ov.ends == datetime(2025, 11, 21, 12, 28, 52, tzinfo=timezone.utc)
    assert (ev.level, ev.status, ev.ends) == ("EV", "expired", None)


def test_a_renewal_that_comes_after_its_end_is_said_to_fail(
    certbot: Certbot, tmp_path: Path
) -> None:
    department = replace(DEPARTMENT_C, own_validation_days=50.0)
    with running(Config(**{**SCM, "organisations": (COMPANY, department)})) as sandbox:
        tool = Tool(certbot)
        certbot.config_dir.mkdir(parents=True)
        scm_ini(sandbox, certbot.config_dir)
        output = tmp_path / "web1.ini"
        tool.run("scm", "ensure", "web1", "--organisation", "77", "--server",
                 sandbox.directory_url(), "-d", "c.example", "--yes")  # fmt: skip
        tool.run("scm", "pair", "web1", "--output", str(output))
        certbot.run("certonly", "-a", "sectigo-eab", "--sectigo-eab-credentials", str(output),
                    "--agree-tos", "-m", "x@c.example", "-d", "www.c.example")  # fmt: skip
        found = json.loads(
            tool.run("--json", "scm", "validations", "--within", "60", check=1).stdout
        )
        schema.document(json.dumps(found))
        ov, ev = sorted(found["organisations"], key=lambda one: one["level"], reverse=True)
        assert (ov["level"], ov["lineages"]) == ("OV", ["www.c.example"])
        assert (ev["level"], ev["lineages"]) == ("EV", [])
        said = tool.run("scm", "validations", "--within", "60", check=1).stdout
        ends = datetime.now(timezone.utc) + timedelta(days=50)
        assert f"Department C  OV     {ends:%Y-%m-%d}  validated  www.c.example" in said
        [renewal] = tool.json("renewals", "--scm", check=1)["renewals"]
        assert renewal["forecast"]["outlook"] in ("refused", "unattended"), renewal
        assert {h["name"]: h["method"] for h in renewal["horizons"]} == {
            "Department C": "organisation",
            "www.c.example": "scm",
        }
