# Copyright (c) certbot-sectigo developers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
# SPDX-License-Identifier: Apache-2.0

"""What the shell on the target does with a pair, and with what is there already."""

from __future__ import annotations

import subprocess

import pytest
from ansible_collections.certbot_sectigo.fleet.plugins.action import scm_credentials

PAIR = b"# a pair\nsectigo_eab_kid = kid\nsectigo_eab_hmac_key = key\n"
ANOTHER = b"sectigo_eab_kid = old\nsectigo_eab_hmac_key = key\n"


def place(dest, replace="no", act="yes", length=None):
    words = [str(dest), "kid", str(length or len(PAIR) - 1), replace, act]
    command = ["/bin/sh", "-c", scm_credentials._SCRIPT, "sh", *words]
    done = subprocess.run(command, input=PAIR, capture_output=True, check=True)
    return done.stdout.decode().strip()


@pytest.fixture
def dest(tmp_path):
    return tmp_path / "with space" / "-eab.ini"


def test_placed_once(dest):
    assert place(dest) == "no-folder"
    dest.parent.mkdir()
    assert place(dest, act="no") == "differs"
    assert not dest.exists()
    (dest.parent / f"{dest.name}.new.abcdef").write_text("of a run that was cut off")
    assert place(dest) == "differs"
    assert dest.read_bytes() == PAIR
    assert dest.stat().st_mode & 0o777 == 0o600
    assert place(dest) == "same"
    dest.chmod(0o640)
    assert place(dest) == "differs kid"
    assert dest.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in dest.parent.iterdir()] == [dest.name]


def test_what_is_there_stays(dest):
    dest.parent.mkdir()
    assert place(dest, length=len(PAIR)) == "incomplete"
    dest.write_bytes(ANOTHER)
    assert place(dest) == "another old"
    assert place(dest, replace="yes", act="no") == "differs old"
    assert dest.read_bytes() == ANOTHER
    assert place(dest, replace="yes") == "differs old"
    assert dest.read_bytes() == PAIR
    dest.write_text("something else")
    assert place(dest, replace="yes") == "other"
    dest.unlink()
    dest.mkdir()
    assert place(dest, replace="yes") == "other"
    dest.rmdir()
    dest.symlink_to("elsewhere")
    assert place(dest, replace="yes") == "link"
    assert not (dest.parent / "elsewhere").exists()


@pytest.mark.parametrize("state", ["incomplete", "no-folder", "link", "other", "another"])
def test_each_refusal_has_its_words(state):
    message, remedy = scm_credentials._PROBLEMS[state]
    assert message.format(dest="D", there="T")
    assert remedy
