"""The answer of an agent: a text, or JSON that matches its schema."""

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
from workflows.schemas.validate import schema_problems

# The tool with which a model submits an answer that has a schema.
ANSWER_TOOL = "final_result"
MAX_ANSWER = 64 * 1024
MAX_PROBLEMS = 5
REFERENCES = ("$ref", "$dynamicRef")
# The keywords whose subschemas apply to the same value as the whole schema.
SAME_VALUE = {"allOf", "anyOf", "oneOf", "not", "if", "then", "else"}

Schema = Mapping[str, Any]


class Unusable(Exception):
    """The model's answer cannot be used. The message is for the model."""


def output_schema_problems(schema: Schema) -> Iterator[Problem]:
    """The problems of an answer schema itself."""
    problem = schema_problem(schema)
    if problem is None and schema.get("type") != "object":
        problem = 'The schema must describe an object: "type": "object".'
    problem = problem or _reference_problem(schema)
    if problem:
        yield "output_schema", problem


def _reference_problem(schema: Schema) -> str | None:
    references = dict.fromkeys(_references(schema))
    if foreign := [ref for ref in references if not ref.startswith("#/$defs/")]:
        # A reference to a URL would be fetched when an answer is checked.
        return f'The reference "{foreign[0]}" must start with "#/$defs/".'
    if nested := next(_nested_ids(schema), None):
        # References inside would be resolved against that id, and lead nowhere.
        return f'Only the whole schema may have an "$id", but a part has "{nested}".'
    # By identity: checking each target anew, with all that it refers to, takes long.
    checked = {id(part) for part in subschemas(schema)}
    for ref in references:
        target = _at(schema, ref)
        if target is None or id(target) not in checked:
            what = "nothing" if target is None else "something that is not a schema"
            return f'The reference "{ref}" leads to {what}.'
    if circular := _circular(schema, references):
        return f'The reference "{circular}" leads back to itself.'
    return None


def text_answer(text: str) -> str:
    """The text as it can be stored. Raises `Unusable`."""
    if not text.strip():
        raise Unusable("Your answer is empty. Give an answer or call a tool.")
    _check_size(text)
    return str(storable(text))


def structured_answer(schema: Schema, given: Any, *, seconds: float = SECONDS) -> Any:
    """`given`, parsed if it is text, if it matches the schema.

    Raises `Unusable` if it does not, or if the check takes longer than `seconds`.
    """
    try:
        value = storable(parsed(given))
    except RecursionError:
        raise Unusable("The answer is nested too deeply.") from None
    _check_size(value)
    if not isinstance(value, dict):
        raise Unusable("The answer must be a JSON object that matches its schema.")
    if problems := _problems_of(value, schema, min(seconds, SECONDS)):
        listed = "; ".join(f"{path}: {why}".lstrip(": ") for path, why in problems)
        raise Unusable(f"The answer does not match its schema: {listed}")
    return value


def _problems_of(value: Any, schema: Schema, seconds: float) -> list[Problem]:
    """In the sandbox: matching a user's pattern may take forever, and holds the
    interpreter's lock meanwhile."""
    try:
        found = run_sandboxed(
            lambda: schema_problems(schema, value)[:MAX_PROBLEMS], seconds=seconds
        )
    except SandboxLimitExceeded as error:
        message = f"The answer cannot be checked against its schema. {error}"
        raise Unusable(message) from error
    return [(path, why) for path, why in found]


def parsed(given: Any) -> Any:
    """The value of a JSON text; anything else unchanged, for a later check to refuse."""
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except (ValueError, RecursionError):
        return given


def _check_size(value: Any) -> None:
    if found := problem(value, max_bytes=MAX_ANSWER):
        raise Unusable(f"The answer {found}.")


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
    """A reference that leads back to itself for the same value: a check would never end."""
    leads = {ref: set(_onward(_at(schema, ref))) for ref in references}
    try:
        TopologicalSorter(leads).prepare()
    except CycleError as error:
        return str(min(error.args[1]))
    return None


def _onward(schema: Any) -> Iterator[str]:
    """The references that apply to the same value."""
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


def _nested_ids(schema: Any, depth: int = 0) -> Iterator[str]:
    """The `$id`s of parts of the schema."""
    parts: Any = schema if isinstance(schema, list) else ()
    if isinstance(schema, Mapping):
        parts = schema.values()
        if depth and isinstance(schema.get("$id"), str):
            yield schema["$id"]
    for part in parts:
        yield from _nested_ids(part, depth + 1)


def _at(schema: Schema, ref: str) -> Any:
    """The part of the schema that a reference leads to (RFC 6901); None if there is none."""
    part: Any = schema
    for step in unquote(ref).removeprefix("#/").split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(part, list):
            part = {str(index): each for index, each in enumerate(part)}
        part = part.get(name) if isinstance(part, Mapping) else None
    return part
