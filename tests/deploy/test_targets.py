from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_sectigo.deploy import targets
from certbot_sectigo.deploy.examples import EXAMPLES, example
from certbot_sectigo.deploy.model import TargetsError
from tests.bed.proposals import ran

GOOD = """
[[target]]
name = "haproxy"
cert_name = "www.example.org"
format = "bundle"
path = "/etc/haproxy/certs/www.pem"
"""


def test_target_with_everything_said() -> None:
    found, problems = targets.parse(
        """
        [[target]]
        name = "tomcat"
        cert_name = "www"
        domains = ["WWW.example.org"]
        format = "pkcs12"
        path = "/srv//tomcat/./www.p12"
        owner = 0
        group = "33"
        mode = "640"
        test = "true"
        reload = "systemctl reload x || true"
        shell = true
        password_file = "/srv/pass"
        alias = "a"
        encryption = "legacy"
        connect = "[::1]:8443"
        """
    )
    assert problems == ()
    (target,) = found
    assert target.format.paths == (Path("/srv/tomcat/www.p12"),)
    assert target.domains == ("www.example.org",)
    assert (target.owner, target.group, target.mode) == (0, 33, 0o640)
    assert target.reload is not None
    assert target.reload.words == ("/bin/sh", "-c", "systemctl reload x || true")
    assert target.connect == ("::1", 8443)


def test_words_are_not_given_to_a_shell() -> None:
    ((target,), _) = targets.parse(GOOD + 'test = ["echo", "a b; rm -rf /"]\n')
    assert target.test is not None
    assert target.test.words == ("echo", "a b; rm -rf /")
    assert target.test.shown == "echo 'a b; rm -rf /'"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('moed = "0640"', 'target "haproxy": moed: is not a key of a target; is mode meant?'),
        ("mode = 640", 'target "haproxy": mode: must be an octal mode in quotes, as "0640"'),
        ('mode = "0644"', "mode: lets everybody read the private key"),
        ('mode = "0660"', "mode: lets others than the owner write"),
        ('public_mode = "0044"', "public_mode: must let the owner read"),
        ("timeout = 0", "timeout: must be a number of seconds from 1 to 3600"),
        ("timeout = true", "timeout: must be a number of seconds"),
        ('connect = "localhost"', 'connect: must be host:port, as "localhost:443"'),
        ('connect = "localhost:99999"', "connect: must be host:port"),
        ('order = ["fullchain", "cert"]', "order: must not repeat a certificate"),
        ('order = ["key"]', "order: must name each of cert, chain, fullchain, privkey"),
        ('test = "nginx -t"', 'test: must be a list of words, as ["nginx", "-t"]'),
        ('test = ["./check"]', "test: must start with a name or an absolute path"),
        ('test = ["x"]\nshell = true', "test: must be one text, as the target says shell = true"),
        ("reload = []", "reload: must be a list of texts"),
        (
            'privkey = "/etc/x.key"',
            'privkey: has no meaning with format = "bundle", only with files',
        ),
        ('password_file = "/etc/x"', "password_file: has no meaning with format"),
        ('owner = ""', "owner: must be a text in quotes"),
        ("owner = -1", "owner: must be a text in quotes"),
        ("domains = []", "domains: must be a list of texts"),
        ('allow_sandbox = "yes"', "allow_sandbox: must be true or false"),
    ],
)
def test_mistake_names_target_and_key(text: str, said: str) -> None:
    _, problems = targets.parse(GOOD + text + "\n")
    assert len(problems) == 1
    assert said in problems[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[target", "not TOML"),
        ("[target]\n", "with two brackets"),
        ("targets = 1\n", "targets: only [[target]] tables are known"),
        ("[[target]]\n", "target number 1: name: is missing"),
        ("target = [1]\n", "target number 1: must be a table"),
        (GOOD.replace('"/etc/haproxy', '"haproxy'), 'must be an absolute path, "haproxy/certs'),
        (GOOD.replace("www.pem", ""), "must name a file"),
        (GOOD.replace('"bundle"', '"der"'), "format: must be one of bundle, files, pkcs12"),
        (GOOD.replace('path = "/etc/haproxy/certs/www.pem"', ""), "path: is missing"),
        (GOOD.replace('"bundle"', '"files"'), "path: has no meaning with"),
        (GOOD.replace('"bundle"', '"pkcs12"'), "Java reads no key store without a password"),
        (GOOD.replace('cert_name = "www.example.org"', ""), "cert_name: is missing"),
        (GOOD + GOOD, 'target "haproxy": name: another target has it too'),
        (
            GOOD + GOOD.replace('"haproxy"', '"nginx"').replace("/certs/", "/x/../certs/"),
            'target "nginx": path: /etc/haproxy/certs/www.pem is written by target "haproxy" too',
        ),
    ],
)
def test_malformed_file(text: str, said: str) -> None:
    _, problems = targets.parse(text)
    assert any(said in problem for problem in problems), problems


def test_everything_is_said_at_once() -> None:
    _, problems = targets.parse(
        '[[target]]\nname = "a"\nformat = "x"\n[[target]]\nname = "b"\nmode = 1\npath = "r"\n'
    )
    assert [problem.split(": ")[:2] for problem in problems] == [
        ['target "a"', "format"],
        ['target "a"', "cert_name"],
        ['target "b"', "mode"],
        ['target "b"', "path"],
        ['target "b"', "format"],
        ['target "b"', "cert_name"],
    ]


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_are_well_formed(name: str) -> None:
    found, problems = targets.parse(example(name))
    assert problems == ()
    assert len(found) == 1


_VALUES = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.text("abc/.-: 0679", max_size=12),
    st.lists(st.text("ab/", max_size=3), max_size=3),
)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


@given(st.dictionaries(st.sampled_from([*targets.keys(), "other"]), _VALUES))
def test_whatever_is_written_gives_targets_or_reasons(table: dict[str, object]) -> None:
    text = "[[target]]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in table.items())
    found, problems = targets.parse(text)
    assert (len(found) == 1) != bool(problems)
    for target in found:
        assert all(path.is_absolute() for path in target.format.paths)
        assert not (target.mode or 0) & 0o007


def test_file_that_others_can_change_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "deploy.toml"
    file.write_text(GOOD)
    assert [target.name for target in targets.load(file)] == ["haproxy"]
    file.chmod(0o646)
    with pytest.raises(TargetsError, match="can be changed by others"):
        targets.load(file)
    file.chmod(0o664)
    assert targets.load(file)  # our own group
    if os.geteuid() == 0:
        os.chown(file, 0, 65534)
        with pytest.raises(TargetsError, match="chmod go-w") as caught:
            targets.load(file)
        subprocess.run(["sh", "-ec", ran(caught.value.remedy.splitlines()[-1])], check=True)
        assert targets.load(file)


def test_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(TargetsError, match="--example haproxy") as caught:
        targets.load(tmp_path / "deploy.toml")
    assert str(tmp_path / "deploy.toml") in str(caught.value)
