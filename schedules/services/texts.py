"""The rules on free text: what fits, and what both databases can hold."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from schedules import limits
from schedules.exceptions import InvalidSchedule
from workflows.json_value import UNSTORABLE

# Control characters, and halves of surrogate pairs (which no database takes).
_NOT_IN_A_LINE = {"Cc", "Cs"}


def text_faults(text: str, *, most: int, one_line: bool = False) -> Iterator[str]:
    """Why `text` cannot be saved; nothing if it can."""
    if len(text) > most:
        yield f"At most {most} characters."
    if one_line and any(unicodedata.category(char) in _NOT_IN_A_LINE for char in text):
        yield "Control characters are not allowed."
    elif UNSTORABLE.search(text):
        yield "Null characters and halves of surrogate pairs are not allowed."


def check_text(field: str, text: str, *, most: int) -> None:
    """Raises `InvalidSchedule` for a text that is too long or cannot be stored."""
    faults = list(text_faults(text, most=most))
    if faults:
        raise InvalidSchedule(errors={field: faults})


def check_note(note: str) -> None:
    """Raises `InvalidSchedule` for a note that is too long or cannot be stored."""
    check_text("note", note, most=limits.NOTE_LENGTH)
