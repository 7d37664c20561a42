"""A schedule is one of a configuration directory if that is the one its certbot goes by."""

from __future__ import annotations

from pathlib import Path

import pytest

from certbot_sectigo.machine import timers

TREE = "/srv/my-le"
UNIT = "lib/systemd/system/certbot"
INI = "etc/letsencrypt/cli.ini"


def written(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755 if text.startswith("#!") else 0o644)
    return root


def cron(line: str, above: str = "") -> dict[str, str]:
    return {"etc/cron.d/own": f"{above}1 1 * * * root {line}\n"}


def unit(start: str, more: str = "") -> dict[str, str]:
    return {
        f"{UNIT}.timer": "[Timer]\nOnCalendar=daily\n",
        f"{UNIT}.service": f"[Service]\n{more}ExecStart={start}\n",
    }


@pytest.mark.parametrize(
    ("files", "usual", "tree"),
    [
        (cron("certbot -q renew"), True, False),
        (cron("certbot -q renew --config-dir /srv/my-le"), False, True),
        (cron("certbot --config-dir=/srv/my-le -q renew"), False, True),
        (cron("certbot --config-dir '/srv/my-le/' -q renew"), False, True),
        (cron("certbot --config-dir /srv/my-le-too -q renew"), False, False),
        (cron("certbot --config-dir /etc/letsencrypt renew"), True, False),
        (cron("certbot -q renew; certbot -q renew --config-dir /srv/my-le"), True, True),
        (cron("certbot --config-dir $LE renew", "LE=/srv/my-le\n"), False, True),
        (cron("certbot $ARGS renew", "ARGS=\"--config-dir /srv/my-le\"\n"), False, True),
        # where nothing tells
        (cron("certbot $ARGS renew"), True, True),
        (cron("docker run certbot/certbot renew"), True, True),
        # cli.ini moves it; the command's own word counts more
        ({**cron("certbot renew"), INI: "config-dir = /srv/my-le\n"}, False, True),
        ({**cron("certbot renew --config-dir /etc/letsencrypt"), INI: "config-dir = /srv/my-le\n"},
         True, False),
        ({**cron("certbot -c /srv/x.ini renew"), "srv/x.ini": "config-dir=/srv/my-le\n"},
         False, True),
        ({**cron("/root/certs"), "root/certs": "#!/bin/sh\nD=/srv/my-le\n"
          "certbot --config-dir \"$D\" renew\n"}, False, True),
        (unit("/usr/bin/certbot -q renew --no-random-sleep-on-renew"), True, False),
        (unit("/usr/bin/certbot -q renew --config-dir /srv/my-le"), False, True),
        (unit("/usr/bin/certbot -q renew $OPTS", "Environment=\"OPTS=--config-dir /srv/my-le\"\n"),
         False, True),
    ],
)  # fmt: skip
def test_whose_lineages_are_renewed(
    tmp_path: Path, files: dict[str, str], usual: bool, tree: bool
) -> None:
    root = written(tmp_path, files)
    for config_dir, expected in (("/etc/letsencrypt", usual), (TREE, tree)):
        found = timers.read(root, Path(config_dir))
        assert (bool(found.active), bool(found.elsewhere)) == (expected, not expected), config_dir
        assert bool(found.starts) <= expected


def test_a_timer_of_another_tree_is_not_proposed_to_be_enabled(tmp_path: Path) -> None:
    root = written(tmp_path, unit("/usr/bin/certbot -q renew"))
    written(root, {"etc/systemd/system/timers.target.wants/apt.timer": ""})
    assert timers.read(root).disabled
    found = timers.read(root, Path(TREE))
    assert not found.disabled
    assert [path.name for path in found.elsewhere] == ["certbot.timer"]
