"""What ``--json`` prints, held against docs/schema/, with no member that is not described there."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

try:
    from jsonschema import Draft202012Validator
    from referencing import Registry, Resource

    CAN = True
except TypeError:
    # The rich of Debian 11 wants a typing_extensions that is too old for it. What is printed
    # does not depend on certbot's version, so it is enough that the others look.
    CAN = False

FOLDER = Path(__file__).parents[2] / "docs" / "schema"


def path_of(command: str) -> Path:
    """Name the schema's file of a command.

    :param command: the subcommand's words, such as ``accounts list``.
    """
    return FOLDER / f"{command.replace(' ', '-')}.json"


def document(text: str, command: str | None = None) -> dict[str, Any]:
    """Read standard output: one object, as the schema of its command has it.

    :param command: the command it must be of.
    :raises AssertionError: if it is not.
    """
    found: dict[str, Any] = json.loads(text)
    assert command in (None, found["command"]), found
    if not CAN:
        return found
    path = path_of(found["command"])
    # A group's name alone, or no command that is one: only an error can be said.
    name = path.name if path.exists() else "common.json#/$defs/error"
    validator = Draft202012Validator({"$ref": name}, registry=_registry())
    wrong = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(found)]
    assert not wrong, wrong
    return found


@functools.cache
def _registry() -> Registry[Any]:
    return Registry().with_resources(
        (path.name, Resource.from_contents(_closed(json.loads(path.read_text()))))
        for path in FOLDER.glob("*.json")
    )


def _closed(schema: Any) -> Any:
    """Forbid members that a schema does not name; for users more may come in a later release."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items() if key != "if"}
    if schema.get("type") == "object" and "properties" in schema:
        closed["additionalProperties"] = False
    if "if" in schema:
        closed["if"] = schema["if"]
    return closed
