"""The documents about the sandbox say what the code does."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from certbot_sectigo.sandbox import Admin, Config, Organisation, Pair, load_config
from certbot_sectigo.sandbox.protocol.faults import ENDPOINTS, EXPIRED_TLS, KINDS
from certbot_sectigo.sandbox.protocol.problems import TABLE

_KINDS: tuple[type[Any], ...] = (Config, Pair, Organisation, Admin)
_TABLES = {"pairs", "organisations", "admins"}
_HERE = Path(__file__).parent
_DOCS = _HERE.parents[1] / "docs"
_FIDELITY = (_DOCS / "fidelity.md").read_text("utf-8")
_MANUAL = (_DOCS / "sandbox.md").read_text("utf-8")
_ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in _FIDELITY.splitlines()
    if line.startswith("|") and "::" in line
]


def test_the_table_is_there() -> None:
    assert len(_ROWS) > 50


@pytest.mark.parametrize("row", _ROWS, ids=lambda row: row[-1].strip("`").split("::")[1])
def test_row_names_its_source_and_a_test_that_exists(row: list[str]) -> None:
    match = re.fullmatch(r"`(\w+\.py)::(\w+)`", row[-1])
    assert match, row
    text = (_HERE / match[1]).read_text("utf-8")
    # A case of test_refusals.py is a function that a parametrised test runs.
    assert re.search(rf"^def {match[2]}\(", text, re.MULTILINE), row
    assert re.search(r"\[(S|Z|D|O|hm|PyPI|doc|inf|own)\]|RFC 8555", " ".join(row[:-1])), row


def test_every_refusal_is_listed_with_code_and_type() -> None:
    listed = {(row[0], row[1]) for row in _ROWS if len(row) == 4}
    for problem in TABLE:
        detail = problem.detail.replace("{name}", "example.com")
        head = f"{problem.status} {problem.type}"
        found = [text for code, text in listed if code == head and detail in text]
        assert found, problem


def test_every_key_fault_and_endpoint_is_in_the_manual() -> None:
    words = set(re.findall(r"`([\w-]+)`", _MANUAL))
    keys = {field.name for kind in _KINDS for field in fields(kind)} - _TABLES
    assert keys <= words
    assert set(KINDS) <= words
    assert EXPIRED_TLS in words
    assert set(ENDPOINTS) <= words


def test_usual_values_in_the_manual_are_the_usual_values() -> None:
    for field in fields(Config):
        if field.name in _TABLES:
            continue
        value = getattr(Config(), field.name)
        text = {True: "true", False: "false"}.get(value) if isinstance(value, bool) else None
        text = text or (f'"{value}"' if isinstance(value, str) else str(value))
        assert f"| `{field.name}` | `{text}` |" in _MANUAL, field.name


def test_the_example_configuration_works(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", _MANUAL, re.DOTALL)
    path = tmp_path / "sandbox.toml"
    path.write_text(example)
    config = load_config(path)
    assert [pair.organisation for pair in config.pairs] == ["Sales", "Research"]
    assert config.pairs[1].validated_domains == ("lab.example",)
