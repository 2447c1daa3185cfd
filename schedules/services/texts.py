"""The rules on free text: what fits, and what both databases can hold."""

from __future__ import annotations

from collections.abc import Iterator

from schedules import limits
from schedules.exceptions import InvalidSchedule
from workflows.json_value import text_problem


def text_faults(text: str, *, most: int, one_line: bool = False) -> Iterator[str]:
    """Why `text` cannot be saved; nothing if it can."""
    if len(text) > most:
        yield f"At most {most} characters."
    if why := text_problem(text, one_line=one_line):
        yield why


def check_text(field: str, text: str, *, most: int, one_line: bool = False) -> None:
    """Raises `InvalidSchedule` for a text that is too long or cannot be stored."""
    faults = list(text_faults(text, most=most, one_line=one_line))
    if faults:
        raise InvalidSchedule(errors={field: faults})


def check_note(note: str) -> None:
    """Raises `InvalidSchedule` for a note that is too long or no line of text."""
    check_text("note", note, most=limits.NOTE_LENGTH, one_line=True)
