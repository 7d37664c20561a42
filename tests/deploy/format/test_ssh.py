"""Targets whose files another host makes: their keys, and the words that ssh gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from certbot_sectigo.deploy.target import DeployTarget
from certbot_sectigo.deploy.targets import parse

HEAD = '[[target]]\nname = "web1"\ncert_name = "www"\n'
SSH = 'ssh = "certs@web1.example.org"\n'


def target(*lines: str) -> DeployTarget:
    ((found,), problems) = parse(HEAD + SSH + "\n".join(lines))
    assert problems == ()
    return found


def words(*lines: str) -> list[str]:
    destination = target(*lines).format.destination
    assert destination is not None
    return list(destination.words("certbot-sectigo", "receive"))


def test_ssh_says_the_format() -> None:
    found = target()
    assert found == target('format = "ssh"')
    assert (found.timeout, found.format.paths) == (120, ())
    assert target("timeout = 5").timeout == 5


@pytest.mark.parametrize(
    ("lines", "key", "said"),
    [
        (SSH + 'format = "files"\nprivkey = "/x"', "ssh", "no meaning with format"),
        ('format = "ssh"', "ssh", "is missing"),
        ('ssh = ""', "ssh", "must be"),
        ('ssh = "-oProxyCommand=id"', "ssh", "must be user@host"),
        ('ssh = "a@-oProxyCommand=id"', "ssh", "must be user@host"),
        ('ssh = "a@b c"', "ssh", "must be user@host"),
        ('ssh = "a@b;id"', "ssh", "must be user@host"),
        ('ssh = "ssh://a@b"', "ssh", "must be user@host"),
        (SSH + 'owner = "root"', "owner", "the other host says that itself"),
        (SSH + 'mode = "0600"', "mode", "the other host says that itself"),
        (SSH + 'test = ["true"]', "test", "the other host says that itself"),
        (SSH + 'reload = ["true"]', "reload", "the other host says that itself"),
        (SSH + 'path = "/x"', "path", "no meaning with format"),
        (SSH + "port = 0", "port", "from 1 to 65535"),
        (SSH + "port = true", "port", "from 1 to 65535"),
        (SSH + 'port = "22"', "port", "from 1 to 65535"),
        (SSH + 'identity_file = "key"', "identity_file", "absolute"),
        (SSH + 'proxy_jump = "a@b:0"', "proxy_jump", "user@host:port"),
        (SSH + 'proxy_jump = "a,b"', "proxy_jump", "user@host"),
        (SSH + 'proxy_jump = "-oProxyCommand=id"', "proxy_jump", "user@host"),
    ],
)
def test_mistakes(lines: str, key: str, said: str) -> None:
    _, problems = parse(HEAD + lines)
    found = [problem for problem in problems if problem.startswith(f'target "web1": {key}: ')]
    assert found, problems
    assert said in found[0]


def test_no_word_of_the_file_becomes_an_option() -> None:
    found = words('proxy_jump = "me@jump.example.org:2222"', "port = 22222")
    assert found[-4:] == ["--", "certs@web1.example.org", "certbot-sectigo", "receive"]
    assert found.count("--") == 1
    (jump,) = (word for word in found if word.startswith("ProxyCommand="))
    assert jump.endswith("-p 2222 -W '[%h]:%p' -- me@jump.example.org")
    assert "StrictHostKeyChecking=yes" in jump
    assert "-A" not in found
    assert "-X" not in found


def test_a_path_that_ssh_would_take_for_a_pattern() -> None:
    found = words('identity_file = "/etc/%h/key"')
    assert found[found.index("-i") + 1] == "/etc/%%h/key"
    assert "IdentitiesOnly=yes" in found


def test_what_is_not_there_is_told_before_anything_is_ordered(tmp_path: Path) -> None:
    key, config = tmp_path / "key", tmp_path / "config"
    made = target(f'identity_file = "{key}"', f'ssh_config = "{config}"').format
    assert made.problems() == [
        f"identity_file: {key} is not there",
        f"ssh_config: {config} is not there",
    ]
    key.touch()
    config.touch()
    assert made.problems() == []
