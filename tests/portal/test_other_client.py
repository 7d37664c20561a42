"""cert-manager of PyPI beside our client on one sandbox: somebody else's reading of SCM."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from certbot_sectigo.portal.ensure import Ensurer
from certbot_sectigo.portal.journal import ScmJournal
from certbot_sectigo.portal.plan import Wanted, which_server
from certbot_sectigo.portal.scm import Scm
from certbot_sectigo.sandbox import Pair, RunningSandbox
from tests.bed.components import require
from tests.bed.process import clean_environment
from tests.sandbox.acme_client import Client, leaf
from tests.sandbox.scm_client import CLERK

_SCRIPT = Path(__file__).with_name("other_client.py")


def _other(sandbox: RunningSandbox, **given: Any) -> Any:
    python = require("cert-manager/bin/python")
    given.update(url=f"{sandbox.url}/api", login=CLERK.login, password=CLERK.password.reveal())
    result = subprocess.run(
        [python, _SCRIPT],
        input=json.dumps(given),
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_two_clients_on_one_portal(sandbox: RunningSandbox, scm: Scm, tmp_path: Path) -> None:
    server = sandbox.directory_url()
    told = _other(sandbox, create="theirs.c.example", server=server,
                  domains=["theirs.c.example", "not-ours.example"])  # fmt: skip
    assert told["added"] == {"notAddedDomains": [{"name": "not-ours.example"}]}
    assert told["removed"] == {}
    assert told["delegated"] == scm.delegated(told["organisation"]) == ["c.example", "d.example"]

    # What they made is completed by ours, not made again.
    (organisation,) = scm.organisations()
    assert organisation.id == told["organisation"]
    ensurer = Ensurer(scm, ScmJournal(tmp_path / "journal"), scm.servers())
    acme_server = which_server(server, scm.servers())
    domains = ("theirs.c.example", "www.c.example")
    wanted = Wanted("theirs.c.example", organisation, acme_server, domains)
    done = ensurer.carry_out(ensurer.plan(wanted))
    assert (done.made, done.account.id, done.added) == (False, told["made"], ("www.c.example",))

    # What ours makes is there for them, with its certificates.
    mine = Wanted("ours.c.example", organisation, acme_server, ("ours.c.example",))
    made = ensurer.carry_out(ensurer.plan(mine)).account
    assert made.kid is not None
    assert made.hmac_key is not None
    client = Client(server).register(Pair(kid=made.kid, hmac_key=made.hmac_key))
    certificate = leaf(client.issue("ours.c.example"))
    told = _other(sandbox)
    assert told["names"] == ["ours.c.example", "theirs.c.example"]
    assert told["domains"]["theirs.c.example"] == list(domains)
    assert told["count"] == 1
    (seen,) = told["certificates"]
    assert leaf(seen["pem"]) == certificate
    (own,) = scm.certificates()
    assert own.serial == certificate.serial_number
    assert int(seen["serial"].replace(":", ""), 16) == own.serial
    assert [int(serial, 16) for serial in told["report"]] == [own.serial]

    scm.revoke(own.serial, 4, "replaced")
    told = _other(sandbox, delete="theirs.c.example")
    assert [row["status"] for row in told["certificates"]] == ["Revoked"]
    assert [account.name for account in scm.accounts()] == ["ours.c.example"]
