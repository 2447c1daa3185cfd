"""The answer that an agent is to give: a text, or what its schema says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any
from urllib.parse import unquote

from workflows.graph import Problem
from workflows.kit.json_value import problem, storable
from workflows.safety.sandbox import SECONDS, SandboxLimitExceeded, run_sandboxed
from workflows.schemas.check import schema_problem, subschemas
from workflows.schemas.declare import schema_problems

# The tool by which a model hands in an answer that has a schema.
ANSWER_TOOL = "final_result"
MAX_ANSWER = 64 * 1024
MAX_TOLD = 5
NO_SCHEMA_THERE = "what is there is no schema."
REFERENCES = ("$ref", "$dynamicRef")
# The parts of a schema that speak of the same value as the whole does.
SAME_VALUE = {"allOf", "anyOf", "oneOf", "not", "if", "then", "else"}

Schema = Mapping[str, Any]


class Unusable(Exception):
    """What the model gave is no answer; the text tells it why."""


def output_schema_problems(schema: Schema) -> Iterator[Problem]:
    """What is wrong with the schema of an answer itself."""
    if fault := schema_problem(schema):
        yield "output_schema", fault
        return
    if schema.get("type") != "object":
        yield "output_schema", 'It describes an object: "type": "object".'
    references = dict.fromkeys(_references(schema))
    if foreign := [ref for ref in references if not ref.startswith("#/$defs/")]:
        # One to an address would be fetched by whoever checks the answer.
        reason = f'"{foreign[0]}": references lead to "#/$defs/..." only.'
        yield "output_schema", reason
        return
    if nested := next(_own_ids(schema), None):
        # References inside would be looked for under that name, where nothing is.
        yield "output_schema", f'"$id": "{nested}": only the whole schema has one.'
        return
    # By identity: checking each of them anew, and what it leads to, is what takes long.
    checked = {id(part) for part in subschemas(schema)}
    for ref in references:
        target = _at(schema, ref)
        if target is None or id(target) not in checked:
            why = "there is nothing there." if target is None else NO_SCHEMA_THERE
            yield "output_schema", f'"{ref}": {why}'
            return
    if circular := _circular(schema, references):
        yield "output_schema", f'"{circular}": it leads back to itself.'


def text_answer(text: str) -> str:
    """Raises `Unusable`."""
    if not text.strip():
        raise Unusable("You gave no answer: give one, or call a tool.")
    _check_size(text)
    return str(storable(text))


def structured_answer(schema: Schema, given: Any, *, seconds: float = SECONDS) -> Any:
    """`given`, or the JSON that it is the text of, if it fits. Raises `Unusable`, for what
    takes longer than `seconds` to check as well."""
    try:
        value = storable(parsed(given))
    except RecursionError:
        raise Unusable("The answer is nested too deeply.") from None
    _check_size(value)
    if not isinstance(value, dict):
        raise Unusable("The answer is no JSON object, as its schema wants it.")
    if wrong := _misfits(schema, value, min(seconds, SECONDS)):
        told = "; ".join(f"{path}: {why}".lstrip(": ") for path, why in wrong)
        raise Unusable(f"The answer does not fit its schema: {told}")
    return value


def _misfits(schema: Schema, value: Any, seconds: float) -> list[Problem]:
    """In a child: a pattern that somebody wrote may take for ever, and holds the
    interpreter's lock meanwhile."""
    try:
        found = run_sandboxed(
            lambda: schema_problems(schema, value)[:MAX_TOLD], seconds=seconds
        )
    except SandboxLimitExceeded as error:
        raise Unusable(f"It cannot be checked against its schema. {error}") from error
    return [(path, why) for path, why in found]


def parsed(given: Any) -> Any:
    """The JSON of a text; what is none stays as it is, for others to refuse."""
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except (ValueError, RecursionError):
        return given


def _check_size(value: Any) -> None:
    if wrong := problem(value, max_bytes=MAX_ANSWER):
        raise Unusable(f"The answer {wrong}.")


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        for name, part in schema.items():
            if name in REFERENCES and isinstance(part, str):
                yield part
            yield from _references(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _references(part)


def _circular(schema: Schema, references: Iterable[str]) -> str | None:
    """A reference that comes back to itself at the same value: a check would never end."""
    leads = {ref: set(_onward(_at(schema, ref))) for ref in references}
    try:
        TopologicalSorter(leads).prepare()
    except CycleError as error:
        return str(min(error.args[1]))
    return None


def _onward(schema: Any) -> Iterator[str]:
    """The references by which the same value is checked."""
    if isinstance(schema, list):
        for part in schema:
            yield from _onward(part)
    if not isinstance(schema, Mapping):
        return
    for name, part in schema.items():
        if name in REFERENCES:
            yield part
        elif name in SAME_VALUE:
            yield from _onward(part)
        elif name == "dependentSchemas":
            yield from _onward([*part.values()])


def _own_ids(schema: Any, depth: int = 0) -> Iterator[str]:
    """The names that parts of the schema give themselves."""
    parts: Any = schema if isinstance(schema, list) else ()
    if isinstance(schema, Mapping):
        parts = schema.values()
        if depth and isinstance(schema.get("$id"), str):
            yield schema["$id"]
    for part in parts:
        yield from _own_ids(part, depth + 1)


def _at(schema: Schema, ref: str) -> Any:
    """What a reference inside the schema leads to (RFC 6901); None if to nothing."""
    part: Any = schema
    for step in unquote(ref).removeprefix("#/").split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(part, list):
            part = {str(index): each for index, each in enumerate(part)}
        part = part.get(name) if isinstance(part, Mapping) else None
    return part
