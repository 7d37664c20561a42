"""ansible-playbook with the collection of this tree, on inventories of hosts on this machine."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bed import process
from tests.bed.components import BIN

TREE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Played:
    """What a play said and did."""

    output: str
    returncode: int
    tasks: dict[str, dict[str, Any]]
    """Name of a task -> host -> its result."""

    def changed(self) -> list[str]:
        """Give the names of the tasks that changed something."""
        return [name for name, hosts in self.tasks.items()
                if any(result.get("changed") for result in hosts.values())]  # fmt: skip


class Ansible:
    """A controller.

    :param home: its folder for everything.
    :param env: what the controller's environment has besides.
    """

    def __init__(self, home: Path, env: dict[str, str] | None = None) -> None:
        self.home = home
        spot = home / "ansible_collections" / "certbot_sectigo"
        spot.mkdir(parents=True)
        (spot / "fleet").symlink_to(TREE / "ansible")
        self.inventory = home / "inventory.yml"
        # It looks a thousand times a second whether a worker is done, on a core of ours.
        (home / "ansible.cfg").write_text("[defaults]\ninternal_poll_interval = 0.02\n")
        given = {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", **(env or {})}
        self.environment = process.clean_environment(
            HOME=str(home),
            ANSIBLE_CONFIG=str(home / "ansible.cfg"),
            ANSIBLE_COLLECTIONS_PATH=str(home),
            ANSIBLE_LOCAL_TEMP=str(home / "local"),
            ANSIBLE_REMOTE_TEMP=str(home / "remote"),
            ANSIBLE_LOG_PATH=str(home / "ansible.log"),
            ANSIBLE_CALLBACK_PLUGINS=str(TREE / "tests" / "ansible" / "callback"),
            ANSIBLE_CALLBACKS_ENABLED="results",
            ANSIBLE_NOCOLOR="1",
            ANSIBLE_FORKS="3",
            ANSIBLE_CACHE_PLUGIN="jsonfile",
            ANSIBLE_CACHE_PLUGIN_CONNECTION=str(home / "facts"),
            **given,
        )

    def hosts(self, **hosts: dict[str, Any]) -> None:
        """Write the inventory: name -> variables."""
        common = {"ansible_connection": "local", "ansible_python_interpreter": str(BIN / "python")}
        self.inventory.write_text(json.dumps({"all": {"hosts": hosts, "vars": common}}))

    def start(self, play: Path | list[dict[str, Any]], *options: str) -> process.Process:
        """Start a playbook, or a play of these tasks on all hosts."""
        if isinstance(play, list):
            book = self.home / "play.yml"
            book.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": play}]))
            play = book
        (self.home / "results.jsonl").unlink(missing_ok=True)
        words = [str(BIN / "ansible-playbook"), "-i", str(self.inventory), str(play), *options]
        env = {**self.environment, "RESULTS": str(self.home / "results.jsonl")}
        return process.Process(words, folder=self.home / "output", env=env, cwd=self.home)

    def play(
        self,
        play: Path | list[dict[str, Any]],
        *options: str,
        check: int | None = 0,
        timeout: float = process.TIMEOUT,
    ) -> Played:
        """Play a playbook, or these tasks on all hosts."""
        result = self.start(play, *options).wait(timeout)
        assert check is None or result.returncode == check, str(result)
        found: dict[str, dict[str, Any]] = {}
        for line in (self.home / "results.jsonl").read_text().splitlines():
            one = json.loads(line)
            # Without the role's name in front.
            name = one["task"].rpartition(" : ")[2]
            found.setdefault(name, {})[one["host"]] = one["result"]
        return Played(result.output, result.returncode, found)
