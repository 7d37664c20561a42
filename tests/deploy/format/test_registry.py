"""A format is a module: whoever adds one writes it, an example, its rows in the docs, a test."""

from __future__ import annotations

from pathlib import Path

import pytest

from certbot_sectigo.deploy import examples, targets
from certbot_sectigo.deploy import format as folder
from certbot_sectigo.deploy.format import registry
from tests.bed.components import TREE

MODULE = """
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from certbot_sectigo.deploy import values
from certbot_sectigo.deploy.format.interface import DeployFormat, path_of
from certbot_sectigo.deploy.model import Rendered


@dataclass(frozen=True)
class Key(DeployFormat):
    keys: ClassVar[Any] = {"path": values.path, "comment": values.text}
    path: Path
    comment: str

    @classmethod
    def read(cls, table, say):
        where = path_of(table, say)
        return None if where is None else cls(where, table.get("comment", ""))

    @property
    def paths(self):
        return (self.path,)

    def render(self, material):
        return (Rendered(self.path, self.comment.encode() + material.cert, False),)


FORMAT = Key
"""


def test_a_module_in_the_folder_is_a_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "commented.py").write_text(MODULE)
    monkeypatch.setattr(folder, "__path__", [*folder.__path__, str(tmp_path)])
    registry.formats.cache_clear()
    try:
        assert "commented" in registry.formats()
        text = (
            '[[target]]\nname = "t"\ncert_name = "w"\nformat = "commented"\npath = "/x/y"\n'
            'comment = "c"\n'
        )
        ((target,), problems) = targets.parse(text)
        assert problems == ()
        assert target.format.paths == (Path("/x/y"),)
        _, (problem,) = targets.parse(text.replace('"commented"', '"bundle"'))
        assert 'comment: has no meaning with format = "bundle", only with commented' in problem
    finally:
        registry.formats.cache_clear()


def test_every_format_has_an_example_and_its_place_in_the_docs() -> None:
    text = (TREE / "docs" / "deploy.md").read_text()
    shown = "\n".join(examples.EXAMPLES.values())
    for name in registry.formats():
        assert f"`{name}`" in text
        assert f'format = "{name}"' in shown
    known = targets.keys()
    for key in known:
        assert f"| `{key}`" in text or f", `{key}`" in text, key
    for name in examples.EXAMPLES:
        assert f"`{name}`" in text
