"""Pure: what a pin changes in a renewal file, and that it can be taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from certbot_sectigo.accounts.change import pin_plan
from certbot_sectigo.accounts.change.pin_plan import CredentialsSaid, PinError, PinTarget
from certbot_sectigo.accounts.records import RenewalChange
from certbot_sectigo.machine import lineages
from certbot_sectigo.machine.lineages import Lineage

OV, EV = "https://ca.example/v2/OV", "https://ca.example/v2/EV"
A, B = "a" * 32, "b" * 32
CERTBOTS = f"""# renew_before_expiry = 30 days
version = 5.8.0
archive_dir = /etc/letsencrypt/archive/www
cert = /etc/letsencrypt/live/www/cert.pem
privkey = /etc/letsencrypt/live/www/privkey.pem
chain = /etc/letsencrypt/live/www/chain.pem
fullchain = /etc/letsencrypt/live/www/fullchain.pem

# Options used in the renewal process
[renewalparams]
account = {A}   # by hand
authenticator = standalone
server = {OV}
key_type = rsa
"""
OURS = CERTBOTS.replace("standalone", "sectigo-eab") + (
    f"sectigo_eab_kid = K-A\nsectigo_eab_server = {OV}/\nsectigo_eab_credentials = /etc/a.ini\n"
)
FILES = {"/etc/a.ini": CredentialsSaid("K-A", OV), "/etc/any.ini": CredentialsSaid("K-B", None)}


def change(
    folder: Path, text: str, target: PinTarget, *, move_server: bool = False
) -> RenewalChange | None:
    path = folder / "www.conf"
    path.write_text(text)
    lineage = lineages.read(path)
    assert lineage is not None
    return pin_plan.change(lineage, text, target, FILES, move_server=move_server)


def lines(change: RenewalChange | None) -> list[str]:
    """Give the lines that a change takes away and adds."""
    assert change is not None
    return [
        line
        for line in change.diff.splitlines()
        if line[:1] in "+-" and not line.startswith(("+++", "---"))
    ]


def test_a_plain_lineage_gets_another_account_and_nothing_else(tmp_path: Path) -> None:
    changed = change(tmp_path, CERTBOTS, PinTarget(B, OV, "K-B"))
    assert changed is not None
    assert changed.new == CERTBOTS.replace(A, B)
    assert lines(changed) == [f"-account = {A}   # by hand", f"+account = {B}   # by hand"]


def test_our_lineage_follows_with_all_that_names_the_account(tmp_path: Path) -> None:
    assert sorted(lines(change(tmp_path, OURS, PinTarget(B, OV, "K-B")))) == [
        f"+account = {B}   # by hand",
        "+sectigo_eab_kid = K-B",
        f"-account = {A}   # by hand",
        "-sectigo_eab_credentials = /etc/a.ini",
        "-sectigo_eab_kid = K-A",
    ]


@pytest.mark.parametrize(
    ("credentials", "target", "left"),
    [
        ("/etc/a.ini", PinTarget(B, OV, "K-A"), "/etc/a.ini"),  # the same kid
        ("/etc/a.ini", PinTarget(B, OV, None), "/etc/a.ini"),  # nobody knows
        ("/etc/gone.ini", PinTarget(B, OV, "K-B"), "/etc/gone.ini"),  # it says nothing
        ("/etc/any.ini", PinTarget(B, EV, "K-B"), "/etc/any.ini"),  # names no server
        ("/etc/a.ini", PinTarget(B, EV, "K-A"), None),  # another server
        ("/etc/a.ini", PinTarget(B, OV, "K-B", "/etc/b.ini"), "/etc/b.ini"),  # its successor
    ],
)
def test_credentials_follow_where_they_contradict(
    tmp_path: Path, credentials: str, target: PinTarget, left: str | None
) -> None:
    text = OURS.replace("/etc/a.ini", credentials)
    changed = change(tmp_path, text, target, move_server=True)
    assert changed is not None
    (tmp_path / "www.conf").write_text(changed.new)
    after = lineages.read(tmp_path / "www.conf")
    assert after is not None
    assert (after.credentials, after.account, after.kid) == (left, B, target.kid)


def test_another_server_is_refused_unless_told(tmp_path: Path) -> None:
    with pytest.raises(PinError) as refused:
        change(tmp_path, OURS, PinTarget(B, EV, "K-B"))
    assert OV in refused.value.message and EV in refused.value.message
    assert "--move-server" in refused.value.remedy
    moved = change(tmp_path, OURS, PinTarget(B, EV, "K-B"), move_server=True)
    assert moved is not None
    (tmp_path / "www.conf").write_text(moved.new)
    after = lineages.read(tmp_path / "www.conf")
    assert after is not None
    assert (after.server, after.eab_server) == (EV, EV)


def test_a_trailing_slash_is_no_other_server(tmp_path: Path) -> None:
    text = CERTBOTS.replace(OV, OV + "/")
    changed = change(tmp_path, text, PinTarget(B, OV))
    assert changed is not None and changed.new == text.replace(A, B)


def test_nothing_to_change(tmp_path: Path) -> None:
    assert change(tmp_path, CERTBOTS, PinTarget(A, OV, "K-A")) is None
    assert change(tmp_path, OURS, PinTarget(A, OV, "K-A")) is None


def test_a_broken_lineage_and_a_link_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PinError, match="has no fullchain"):
        change(tmp_path, CERTBOTS.replace("fullchain", "nochain"), PinTarget(B, OV))
    link = Lineage("www", tmp_path / "www.conf", account=A, server=OV, link=True)
    with pytest.raises(PinError, match="symbolic link"):
        pin_plan.change(link, CERTBOTS, PinTarget(B, OV), {})


def back(folder: Path, done: RenewalChange, text: str) -> RenewalChange | None:
    path = folder / "www.conf"
    path.write_text(text)
    lineage = lineages.read(path)
    assert lineage is not None
    return pin_plan.reversed_change(done, text, lineage)


def test_taken_back_to_the_byte(tmp_path: Path) -> None:
    done = change(tmp_path, OURS, PinTarget(B, OV, "K-B"))
    assert done is not None
    undone = back(tmp_path, done, done.new)
    assert undone is not None and undone.new == OURS
    assert back(tmp_path, done, OURS) is None


def test_taken_back_from_a_file_that_certbot_has_written_since(tmp_path: Path) -> None:
    done = change(tmp_path, OURS, PinTarget(B, OV, "K-B"))
    assert done is not None
    renewed = done.new.replace("version = 5.8.0", "version = 5.9.0") + "reuse_key = True\n"
    undone = back(tmp_path, done, renewed)
    assert undone is not None
    assert "version = 5.9.0" in undone.new and "reuse_key" in undone.new
    (tmp_path / "www.conf").write_text(undone.new)
    after = lineages.read(tmp_path / "www.conf")
    assert after is not None
    assert (after.account, after.kid, after.credentials) == (A, "K-A", "/etc/a.ini")


def test_not_taken_back_where_it_was_changed_again(tmp_path: Path) -> None:
    done = change(tmp_path, CERTBOTS, PinTarget(B, OV))
    assert done is not None
    with pytest.raises(PinError, match="changed since: account"):
        back(tmp_path, done, done.new.replace(B, "c" * 32))
