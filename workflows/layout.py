"""The layout of a graph: where nodes and notes are on the canvas. Pure.

It is no part of what runs: a change of it alone makes no version.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any, Protocol

from workflows.graph import Problem
from workflows.kit.json_value import text_problem

MAX_NOTES = 100
MAX_NOTE_TEXT = 2_000  # characters
FARTHEST = 1_000_000  # pixels from the origin, in each direction
LARGEST = 10_000  # pixels, of a note

NOT_A_POSITION = f"Must have x and y, two numbers from -{FARTHEST:,} to {FARTHEST:,}, and nothing else."
NOT_A_SIZE = (
    f"Must have width and height, two numbers from 1 to {LARGEST:,}, and nothing else."
)
TOO_MANY_NOTES = f"A workflow can have at most {MAX_NOTES} notes."


class Note(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def position(self) -> dict[str, Any]: ...
    @property
    def size(self) -> dict[str, Any]: ...


def position_problem(value: Any) -> str | None:
    """Why this is not the position of a node or a note; None if it is one."""
    is_one = _has_numbers(value, ("x", "y"), least=-FARTHEST, most=FARTHEST)
    return None if is_one else NOT_A_POSITION


def size_problem(value: Any) -> str | None:
    """Why this is not the size of a note; None if it is one."""
    is_one = _has_numbers(value, ("width", "height"), least=1, most=LARGEST)
    return None if is_one else NOT_A_SIZE


def note_problems(notes: Sequence[Note]) -> Iterator[Problem]:
    """Everything that prevents saving these notes, each with its field."""
    if len(notes) > MAX_NOTES:
        yield "notes", TOO_MANY_NOTES
        return
    seen: set[str] = set()
    for index, note in enumerate(notes):
        for field, reason in _note_problems(note, seen):
            yield f"notes[{index}].{field}", reason
        seen.add(note.id)


def _note_problems(note: Note, others: Container[str]) -> Iterator[Problem]:
    if note.id in others:
        yield "id", f'Another note already has the id "{note.id}".'
    if len(note.text) > MAX_NOTE_TEXT:
        yield "text", f"Must have at most {MAX_NOTE_TEXT:,} characters."
    elif found := text_problem(note.text):
        yield "text", found
    if found := position_problem(note.position):
        yield "position", found
    if found := size_problem(note.size):
        yield "size", found


def _has_numbers(value: Any, names: tuple[str, str], *, least: int, most: int) -> bool:
    return (
        isinstance(value, Mapping)
        and value.keys() == {*names}
        and all(
            type(number) in (int, float)  # isinstance would accept True
            and math.isfinite(number)
            and least <= number <= most
            for number in value.values()
        )
    )
