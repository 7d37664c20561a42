"""Which kid an account has: one answer, from whichever command it is asked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from certbot_sectigo.accounts import find, store
from certbot_sectigo.accounts.known import kids, overview
from certbot_sectigo.accounts.model import Learned
from certbot_sectigo.accounts.request import AccountRequest
from certbot_sectigo.ca.session import Settings
from certbot_sectigo.explain import situation
from certbot_sectigo.explain.told import Told
from certbot_sectigo.machine.dirs import Dirs
from tests.accounts.keys import account_folder
from tests.machine.logs.test_parser import answer, encoded, post, record

OV = "https://ca.example/v2/OV"
DV = "https://ca.example/v2/DV"


@dataclass(frozen=True)
class Machine:
    """certbot's directories with one account at /v2/OV, and a log of a registration."""

    dirs: Dirs
    folder: Path
    root: Path

    def registered(self, server: str, location: str | None, kid: str = "K") -> None:
        """Write a log in which the account's key is registered somewhere."""
        key = json.loads((self.folder / "private_key.json").read_text())
        public = {name: value for name, value in key.items() if name != "d"}
        binding = {"externalAccountBinding": {"protected": encoded({"kid": kid})}}
        signed = {"alg": "ES256", "jwk": public, "url": f"{server}/newAccount"}
        headers = (f"Location: {location}",) if location else ()
        self.dirs.logs_dir.mkdir(exist_ok=True)
        (self.dirs.logs_dir / "letsencrypt.log").write_text(
            record(f"JWS payload:\nb'{json.dumps(binding)}'")
            + post(f"{server}/newAccount", signed, binding)
            + answer(201, "{}", *headers)
        )

    @property
    def said(self) -> dict[str, str | None]:
        """The kid as each of those says it who are asked for it."""
        account = store.read(self.folder, "ca.example/v2/OV")
        [listed] = overview.gather(self.dirs, self.root, {}).entries
        [told] = kids.known([account], self.dirs.logs_dir, ())
        explained = situation.survey(Told(server=OV, account=account.name), self.dirs).account
        assert explained is not None
        around = find.FindContext(self.dirs, Settings("tests"), self.root, notes=False)
        around.asked[self.folder] = account  # the CA does not say
        taken = find.find(AccountRequest(OV, "K"), around)
        return {
            "list": listed.account.kid,
            "pin": told.kid,
            "explain": explained.kid,
            "plugin": taken.kid if taken else None,
        }


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    config = tmp_path / "config"
    (config / "renewal").mkdir(parents=True)
    folder = account_folder(config / "accounts/ca.example/v2/OV", f"{OV}/account/1")
    return Machine(Dirs(config, tmp_path / "work", tmp_path / "logs"), folder, tmp_path / "root")


@pytest.mark.parametrize(
    ("server", "location", "kid"),
    [
        (OV, f"{OV}/account/1", "K"),
        (OV, None, "K"),
        # One key at two directories of one host has two accounts: RFC 8555 section 7.3.
        (DV, f"{DV}/account/1", None),
        (DV, None, None),
        (OV, f"{OV}/account/2", None),
        # It is the account that counts, whatever the newAccount URL looks like.
        (DV, f"{OV}/account/1", "K"),
    ],
)
def test_a_log_tells_of_the_account_that_it_shows_and_of_no_other(
    machine: Machine, server: str, location: str | None, kid: str | None
) -> None:
    machine.registered(server, location)
    assert machine.said == dict.fromkeys(("list", "pin", "explain", "plugin"), kid)


def test_the_plugin_writes_it_down_and_a_plan_does_not(machine: Machine) -> None:
    machine.registered(OV, f"{OV}/account/1")
    assert set(machine.said.values()) == {"K"}
    assert store.read(machine.folder, "ca.example/v2/OV").note is None
    around = find.FindContext(machine.dirs, Settings("tests"), machine.root)
    assert find.find(AccountRequest(OV, "K"), around) is not None
    note = store.read(machine.folder, "ca.example/v2/OV").note
    assert note is not None
    assert (note.kid, note.server, note.learned) == ("K", OV, Learned.LOG)


def test_a_lineage_of_ours_tells_where_all_of_them_agree(machine: Machine) -> None:
    account = store.read(machine.folder, "ca.example/v2/OV")

    def lineage(name: str, kid: str, authenticator: str = "sectigo-eab") -> None:
        live = "".join(f"{four} = /live/{four}.pem\n" for four in
                       ("cert", "privkey", "chain", "fullchain"))  # fmt: skip
        (machine.dirs.renewal / f"{name}.conf").write_text(
            f"{live}[renewalparams]\nauthenticator = {authenticator}\nserver = {OV}\n"
            f"account = {account.name}\nsectigo_eab_kid = {kid}\n"
        )

    def listed() -> str | None:
        return overview.gather(machine.dirs, machine.root, {}).entries[0].account.kid

    lineage("one", "K")
    lineage("foreign", "L", "standalone")
    assert listed() == "K"
    lineage("two", "M")
    assert listed() is None
